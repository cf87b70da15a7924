package printer

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func TestPluginIsDescribed(t *testing.T) {
	info := v1alpha1.NewPluginInfo()
	info.Build = v1alpha1.Build{
		Version: "v0.1.0", Commit: "0123456789abcdef0123456789abcdef01234567", Date: "2026-11-21T00:00:00Z", Go: "go1.26.1", OS: "linux", Arch: "amd64",
	}
	info.Catalog = v1alpha1.PluginCatalog{
		Origin: "/home/jane/.cache/kubectl-versions/catalog.json", AsOf: calendar.Of(time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)), AgeDays: 1, Newest: version.Minor{Major: 1, Minor: 37},
	}
	info.Live.Path = "/usr/local/bin/kubectl-versions-live"
	built, nothing := *info, *info
	nothing.Build = v1alpha1.Build{Version: "unknown", Go: "go1.26.1", OS: "windows", Arch: "arm64"}
	nothing.Live = v1alpha1.PluginLive{Message: "kubectl-versions-live is nowhere"}
	for name, tc := range map[string]struct {
		info *v1alpha1.PluginInfo
		want string
	}{
		"a release": {&built, `kubectl versions v0.1.0 for linux/amd64, built with go1.26.1

ABOUT              IS
commit             0123456789abcdef0123456789abcdef01234567
commit date        2026-11-21T00:00:00Z
catalog            of 2026-11-20, 1 day old
catalog origin     /home/jane/.cache/kubectl-versions/catalog.json
catalog knows      minors up to 1.37
helper for --live  /usr/local/bin/kubectl-versions-live
`},
		"nothing is known": {&nothing, `kubectl versions unknown for windows/arm64, built with go1.26.1

ABOUT              IS
commit             -
commit date        -
catalog            of 2026-11-20, 1 day old
catalog origin     /home/jane/.cache/kubectl-versions/catalog.json
catalog knows      minors up to 1.37
helper for --live  kubectl-versions-live is nowhere
`},
	} {
		t.Run(name, func(t *testing.T) {
			print, err := NewTableFlags().Printer(Layout{Width: 80})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := print.Print(tc.info, &out); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
