package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// support runs `kubectl versions support -o json` for the day of the catalog,
// and fails unless it ends with 0.
func (c cluster) support(t *testing.T, args ...string) *v1alpha1.SupportReport {
	t.Helper()
	report := &v1alpha1.SupportReport{}
	c.report(t, report, append([]string{"support", "--at", "2026-11-20"}, args...)...)
	return report
}

// standings renders rows for comparison.
func standings(report *v1alpha1.SupportReport) []string {
	var out []string
	for _, row := range report.Rows {
		phase := row.Standing.Phase
		if row.Standing.Stage != v1alpha1.Supported {
			phase = string(row.Standing.Stage)
		}
		line := fmt.Sprintf("%s %s x%d %s: %s %s", row.Part, row.Version, row.Count, row.Verdict, row.Standing.Calendar, phase)
		if !row.Standing.Until.IsZero() {
			line += " until " + row.Standing.Until.String()
		}
		out = append(out, line)
	}
	return out
}

func TestSupportOnOneServer(t *testing.T) {
	c := startCluster(t, kubernetes(t)[:1], demoSeed, "../../docs/rbac.yaml", "testdata/reader.yaml")
	want := []string{
		"control plane v1.37.1 x1 ok: upstream standard until 2027-08-28",
		"nodes v1.37.1 x6 ok: upstream standard until 2027-08-28",
		"nodes v1.36.3 x2 ok: upstream standard until 2027-04-28",
		"nodes v1.34.4 x3 unsupported: upstream end of life until 2026-10-27",
		"nodes v1.33.13 x2 unsupported: upstream end of life until 2026-06-28",
	}
	for _, user := range []string{"admin", "reader"} {
		report := c.support(t, "--context", user)
		if diff := cmp.Diff(want, standings(report)); diff != "" {
			t.Errorf("%s: %s", user, diff)
		}
		if !report.Summary.Complete || report.Platform.Evidence != "no sign of another platform" {
			t.Errorf("%s: summary %+v, platform %+v, gaps %+v", user, report.Summary, report.Platform, report.Gaps)
		}
	}
	for code, args := range map[int][]string{
		3: {"--fail-on", "error"},
		4: {"--require-complete", "--context", "nobody"},
		2: {"--within", "soon"},
		1: {"--context", "nowhere"},
	} {
		if r := c.kubectl(t, append([]string{"versions", "support", "--at", "2026-11-20"}, args...)...); r.code != code {
			t.Errorf("%v: ended with %d, want %d: %s", args, r.code, code, r.stderr)
		}
	}
}

func TestReleasesNeedNoCluster(t *testing.T) {
	c := cluster{dir: t.TempDir(), path: pathWith(t, kubernetes(t)[0])}
	r := c.kubectl(t, "versions", "releases", "--platform", "amazon-eks", "--at", "2026-11-20")
	if r.code != 0 || !strings.Contains(r.stdout, "1.34     standard       12  2025-10-02  2026-12-02       2027-12-02") {
		t.Errorf("ended with %d: %s%s", r.code, r.stderr, r.stdout)
	}
}

// kube-apiserver says what a vendor's would, and the nodes are labelled as there.
func TestMatrixSupportOnPlatforms(t *testing.T) {
	server := older(t)
	t.Run("Amazon EKS", func(t *testing.T) {
		c := startCluster(t, []string{server + "=" + server + "-eks-3025e55"}, "testdata/eks.yaml")
		report := c.support(t)
		want := []string{
			"control plane " + server + "-eks-3025e55 x1 ok: amazon-eks standard until 2027-08-02",
			"nodes v1.36.1-eks-3025e55 x2 ok: amazon-eks standard until 2027-08-02",
			"nodes v1.34.6-eks-f69f56f x1 ok: amazon-eks standard until 2026-12-02",
			"nodes v1.33.9-eks-ef8a3b1 x1 warning: amazon-eks extended until 2027-07-29",
		}
		if diff := cmp.Diff(want, standings(report)); diff != "" {
			t.Error(diff)
		}
		if want := "version " + server + "-eks-3025e55"; report.Platform.ID != "amazon-eks" || report.Platform.Evidence != want {
			t.Errorf("platform %+v", report.Platform)
		}
		if want := "1 node at v1.33.9-eks-ef8a3b1: Amazon EKS 1.33 is supported until 2027-07-29 (251 days left) only with extended support, which costs extra"; report.Summary.Message != want || !report.Summary.Complete {
			t.Errorf("summary %+v, want %s", report.Summary, want)
		}
		if soon := c.support(t, "--within", "90d").Rows[2]; soon.Verdict != v1alpha1.Warning {
			t.Errorf("12 days are within 90: %+v", soon)
		}
	})
	t.Run("EKS nodes below a plain version", func(t *testing.T) {
		c := startCluster(t, []string{server}, "testdata/eks.yaml")
		if p := c.support(t).Platform; p.ID != "amazon-eks" || p.Evidence != "label eks.amazonaws.com/nodegroup on 3 of 4 nodes sampled" {
			t.Errorf("platform %+v", p)
		}
	})
	t.Run("Alibaba Cloud ACK", func(t *testing.T) {
		c := startCluster(t, []string{server + "=" + server + "-aliyun.1"}, "testdata/ack.yaml")
		report := c.support(t)
		want := []string{
			"control plane " + server + "-aliyun.1 x1 ok: alibaba-ack standard until 2027-05-30",
			"nodes v1.36.1-aliyun.1 x2 ok: alibaba-ack standard until 2027-05-30",
			"nodes v1.35.2-aliyun.1 x1 ok: alibaba-ack standard until 2027-02-28",
		}
		if diff := cmp.Diff(want, standings(report)); diff != "" {
			t.Error(diff)
		}
		if len(report.Ranges) != 1 || report.Ranges[0].Minimum != "1.34.0" || report.Ranges[0].Below != "1.37.0" || report.Ranges[0].Verdict != v1alpha1.OK {
			t.Errorf("ranges %+v", report.Ranges)
		}
	})
}
