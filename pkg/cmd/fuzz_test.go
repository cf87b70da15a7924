package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/diff"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// So may a report, which is compared with one on a cluster.
func FuzzAnyReport(f *testing.F) {
	const cluster = "../../docs/examples/shop-prod.yaml"
	overview := v1alpha1.NewOverview("a")
	add := func(report any) {
		data, err := json.Marshal(report)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for question, into := range map[string]any{
		"skew": &overview.Skew, "support": &overview.Support, "deprecations": &overview.Deprecations, "plan": &overview.Plan,
	} {
		var report bytes.Buffer
		if err := Execute(f.Context(), Environment{
			Streams: genericiooptions.IOStreams{In: os.Stdin, Out: &report, ErrOut: io.Discard}, Getenv: os.Getenv, Now: time.Now,
		}, []string{question, "--snapshot", cluster, "-o", "json"}); err != nil {
			f.Fatal(err)
		}
		if err := json.Unmarshal(report.Bytes(), into); err != nil {
			f.Fatal(err)
		}
		f.Add(report.Bytes())
	}
	fleet := v1alpha1.NewFleetOverview()
	fleet.Clusters = []v1alpha1.FleetCluster{{Name: "a", Overview: overview}, {Name: "b", Error: "timeout", Verdict: v1alpha1.Unknown}}
	add(overview)
	add(fleet)
	supported := v1alpha1.NewFleetSupportReport()
	supported.Clusters = []v1alpha1.ClusterSupport{{Name: "a", Verdict: v1alpha1.OK, Report: overview.Support}, {Name: "b", Error: "timeout", Verdict: v1alpha1.Unknown}}
	add(supported)
	table, err := printer.NewReportFlags().Printer(printer.Layout{Width: 80})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := v1alpha1.DecodeReport(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, sides := range [][2]runtime.Object{{report, overview}, {overview, report}, {report, fleet}, {report, report}} {
			found, err := diff.Compare(sides[0], sides[1])
			if err != nil {
				continue
			}
			if err := table.Print(found, io.Discard); err != nil {
				t.Error(err)
			}
			if _, err := diff.Against(sides[0], sides[1]); err != nil {
				t.Errorf("compared, and no baseline: %v", err)
			}
			if sides[0] == sides[1] && len(found.Changes) > 0 {
				t.Errorf("differs from itself: %v", found.Changes)
			}
		}
	})
}

// A snapshot may come from anywhere: whatever it holds ends with a report or
// with an error.
func FuzzAnySnapshot(f *testing.F) {
	for _, pattern := range []string{"../../docs/examples/*.yaml", "testdata/snapshots/*.yaml", "testdata/snapshots/platforms/*.yaml", "testdata/snapshots/usage/*.yaml", "testdata/snapshots/plan/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	for _, version := range []string{"v1.36.3", "1.35.6-acp.1", "none"} {
		managing := v1alpha1.NewSnapshot("a")
		managing.APIServers = &v1alpha1.APIServers{Instances: []v1alpha1.APIServerInstance{{VersionInfo: v1alpha1.VersionInfo{GitVersion: "v1.36.3"}}}}
		managing.Management = managementNamed(version)
		data, err := json.Marshal(managing)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, snapshot []byte) {
		for _, question := range []string{"skew", "support", "deprecations", "plan"} {
			var out bytes.Buffer
			err := Execute(t.Context(), Environment{
				Streams: genericiooptions.IOStreams{In: bytes.NewReader(snapshot), Out: &out, ErrOut: io.Discard},
				Getenv:  func(string) string { return "" },
				Now:     time.Now,
			}, []string{question, "--snapshot", "-"})
			if (err == nil) != (out.Len() > 0) {
				t.Errorf("%s: error %v, and %d bytes of output", question, err, out.Len())
			}
			holdsNoControls(t, "", out.String())
			if err != nil {
				holdsNoControls(t, "", Message(err))
			}
		}
	})
}

// FuzzAnyAnswer keeps anything as what a platform answered: it is used or passed
// over, and nothing of it reaches a terminal that is no text.
func FuzzAnyAnswer(f *testing.F) {
	for _, release := range []string{
		`{"version": "1.36.2-aliyun.1", "released": "2026-05-28", "ends": {"standard": "2027-05-30"}, "creatable": true, "default": true}`,
		`{"version": "1.34.3-aliyun.1", "ends": {"standard": "2026-12-31"}, "creatable": false, "images": [{"name": "a\u001b[2J"}]}, {"version": "1.34.9", "preview": true}`,
		`{"version": "1.99", "patches": ["1.99.1"], "ends": {"gold": "2027-01-01"}}`,
		`{"version": "1.35", "ends": {"standard": "2020-01-01"}}`,
	} {
		f.Add([]byte(`{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "LiveReleases", "platform": "alibaba-ack", "source": "s", "readAt": "2026-11-20T10:00:00Z", "releases": [` + release + `]}`))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "live-alibaba-ack.json"), answer, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"releases --platform alibaba-ack -o wide", "releases --platform alibaba-ack --timeline", "support --snapshot testdata/snapshots/platforms/ack.yaml"} {
			var out, errOut bytes.Buffer
			if err := Execute(t.Context(), Environment{
				Streams: genericiooptions.IOStreams{In: os.Stdin, Out: &out, ErrOut: &errOut}, Getenv: func(string) string { return "" },
				Now: func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }, CacheDir: dir,
			}, append(strings.Fields(command), "--at", "2026-11-21")); err != nil {
				t.Fatalf("%s: %v", command, err)
			}
			for _, r := range out.String() + errOut.String() {
				if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0) {
					t.Fatalf("%s prints %q:\n%s%s", command, r, out.String(), errOut.String())
				}
			}
		}
	})
}

// FuzzFlags reads what people type, and what pipelines make of other texts.
func FuzzFlags(f *testing.F) {
	for _, seed := range []string{"1.38", "v1.38", "1.38.2", "latest", "+1", "+100", "+0", "+101", "+-1", "2.0", "1.999", "Ingress", "Ingress.extensions", "*/shop/web", "a/b/c/d", "[", "a//b", "x/[^a-]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var usage usageError
		target := targetFlag{text: text}
		if err := target.validate(); err != nil {
			if !errors.As(err, &usage) || !target.minor.IsZero() || target.steps != 0 {
				t.Errorf("--to %q: %+v, %v", text, target, err)
			}
		} else if server := (version.Minor{Major: 1, Minor: 37}); text != latest {
			if to, err := target.resolve(server, nil, calendar.Date{}); err == nil && (to.Compare(server) < 0 || to.Major != 1 || to.Minor > 999) {
				t.Errorf("--to %q leads from %s to %s", text, server, to)
			}
		}
		waiver, err := ignored(text)
		if err != nil {
			return
		}
		policy, err := json.Marshal(v1alpha1.DeprecationPolicy{
			TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: v1alpha1.DeprecationPolicyKind}, Waivers: []v1alpha1.Waiver{waiver},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v1alpha1.DecodePolicy(bytes.NewReader(policy)); err != nil {
			t.Errorf("--ignore %q is no waiver of a policy: %v", text, err)
		}
	})
}
