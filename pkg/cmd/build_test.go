package cmd

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestBuildIsWhatTheLinkerOrElseTheCompilerTells(t *testing.T) {
	type setting = debug.BuildSetting
	const revision, day = "0123456789abcdef0123456789abcdef01234567", "2026-11-20T10:00:00Z"
	checkout := []setting{{Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: revision}, {Key: "vcs.time", Value: day}}
	recorded := func(version string, settings ...setting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	for name, tc := range map[string]struct {
		version, commit, date string
		recorded              *debug.BuildInfo
		want                  v1alpha1.Build
	}{
		"a release": {"v0.1.0", "feed", "2026-11-21T00:00:00Z", recorded("v9.9.9", checkout...),
			v1alpha1.Build{Version: "v0.1.0", Commit: "feed", Date: "2026-11-21T00:00:00Z"}},
		"go build in a checkout": {"", "", "", recorded("v0.1.1-0.20261120100000-0123456789ab", append(checkout, setting{Key: "vcs.modified", Value: "false"})...),
			v1alpha1.Build{Version: "v0.1.1-0.20261120100000-0123456789ab", Commit: revision, Date: day}},
		"go build of a changed checkout": {"", "", "", recorded("(devel)", append(checkout, setting{Key: "vcs.modified", Value: "true"})...),
			v1alpha1.Build{Version: "(devel)", Commit: revision + "-dirty", Date: day}},
		"go install of a version": {"", "", "", recorded("v0.1.0"), v1alpha1.Build{Version: "v0.1.0"}},
		"nothing is known":        {"", "", "", nil, v1alpha1.Build{Version: "unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.want.Go, tc.want.OS, tc.want.Arch = runtime.Version(), runtime.GOOS, runtime.GOARCH
			if diff := cmp.Diff(tc.want, BuildOf(tc.version, tc.commit, tc.date, tc.recorded)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
