package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Every question about the demo's cluster at once, of one context and of several.
func TestOverview(t *testing.T) {
	c := startCluster(t, kubernetes(t)[:1], demoSeed, usageSeed, "../../docs/rbac.yaml", "testdata/reader.yaml")

	t.Run("every question is answered", func(t *testing.T) {
		report := &v1alpha1.Overview{}
		c.report(t, report, "--at", "2026-11-20")
		var questions []string
		for _, a := range report.Answers {
			questions = append(questions, string(a.Question)+" "+string(a.Verdict))
		}
		if diff := cmp.Diff([]string{"skew unsupported", "support unsupported", "deprecations error", "plan blocked"}, questions); diff != "" {
			t.Error(diff)
		}
		if len(report.Gaps) > 0 || !strings.HasPrefix(report.Summary.Message, "outside the version skew policy") {
			t.Errorf("summary %+v, gaps %+v", report.Summary, report.Gaps)
		}
	})

	t.Run("it lists no pods but those of the control plane", func(t *testing.T) {
		for _, event := range c.audited(t) {
			if path, _, _ := strings.Cut(event.RequestURI, "?"); path == "/api/v1/pods" {
				t.Errorf("%s %s", event.Verb, event.RequestURI)
			}
		}
	})

	t.Run("it says what the commands say of a snapshot", func(t *testing.T) {
		saved := c.kubectl(t, "versions", "snapshot")
		if saved.code != 0 {
			t.Fatal(saved.stderr)
		}
		file := filepath.Join(t.TempDir(), "cluster.yaml")
		if err := os.WriteFile(file, []byte(saved.stdout), 0o600); err != nil {
			t.Fatal(err)
		}
		live := &v1alpha1.Overview{}
		c.report(t, live)
		skew, support, deprecations := &v1alpha1.SkewReport{}, &v1alpha1.SupportReport{}, &v1alpha1.DeprecationReport{}
		c.report(t, skew, "skew", "--snapshot", file)
		c.report(t, support, "support", "--snapshot", file)
		c.report(t, deprecations, "deprecations", "--snapshot", file)
		if diff := cmp.Diff(lines(skew), lines(live.Skew)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(support.Rows, live.Support.Rows); diff != "" {
			t.Error(diff)
		}
		// Counts of requests grow while the cluster runs.
		counts := cmpopts.IgnoreFields(v1alpha1.DeprecationEvidence{}, "Message", "Reads", "Writes", "Last")
		if diff := cmp.Diff(deprecations.Findings, live.Deprecations.Findings, counts); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("several contexts", func(t *testing.T) {
		kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
		data, err := os.ReadFile(c.kubeconfig())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(kubeconfig, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"config", "set-cluster", "dead", "--server", "https://127.0.0.1:1"},
			{"config", "set-context", "dead", "--cluster", "dead"},
		} {
			if r := c.kubectlWith(t, kubeconfig, args...); r.code != 0 {
				t.Fatal(r.stderr)
			}
		}
		r := c.kubectlWith(t, kubeconfig, "versions", "--contexts", "dead,nobody,reader,admin,admin", "--require-complete", "-o", "json")
		report := &v1alpha1.FleetOverview{}
		if err := json.Unmarshal([]byte(r.stdout), report); r.code != 4 || err != nil {
			t.Fatalf("ended with %d: %v: %s", r.code, err, r.stderr)
		}
		var rows []string
		for _, cluster := range report.Clusters {
			rows = append(rows, cluster.Name+" "+string(cluster.Verdict)+" "+cluster.Error)
		}
		want := []string{
			"admin unsupported ", "reader unsupported ", "nobody warning ",
			`dead unknown cannot reach kube-apiserver at https://127.0.0.1:1 (context "dead"): dial tcp 127.0.0.1:1: connect: connection refused`,
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Error(diff)
		}
		failing := slices.IndexFunc(report.Clusters, func(c v1alpha1.FleetCluster) bool { return c.Error != "" })
		if failing < 0 || report.Summary.Failed != 1 || report.Clusters[failing].Complete {
			t.Errorf("summary %+v", report.Summary)
		}
		if r := c.kubectlWith(t, kubeconfig, "versions", "--all-contexts", "-o", "name"); r.code != 0 || r.took > 20*time.Second {
			t.Errorf("ended with %d after %s: %s", r.code, r.took, r.stderr)
		}
	})
}
