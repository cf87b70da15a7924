package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// planned plans for a cluster of one kube-apiserver and some nodes at its minor.
func planned(t *testing.T, server string, nodes int, to, at string, change ...func(*Options)) *v1alpha1.UpgradePlan {
	t.Helper()
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	day, err := calendar.ParseDay(at)
	if err != nil {
		t.Fatal(err)
	}
	target, err := version.ParseMinor(to)
	if err != nil {
		t.Fatal(err)
	}
	s := v1alpha1.NewSnapshot("test")
	s.APIServers = &v1alpha1.APIServers{Connections: 1, Instances: []v1alpha1.APIServerInstance{
		{VersionInfo: v1alpha1.VersionInfo{GitVersion: server}, StartTime: "1000", Connections: 1},
	}}
	s.Nodes, s.NodeSamples, s.APIGroups, s.ControlPlanePods = &v1alpha1.Nodes{}, &v1alpha1.NodeSamples{}, &v1alpha1.APIGroups{}, &v1alpha1.ControlPlanePods{}
	group := v1alpha1.NodeGroup{KubeletVersion: server, Status: "Ready"}
	for i := range nodes {
		group.Names = append(group.Names, string(rune('a'+i/26))+string(rune('a'+i%26)))
	}
	s.Nodes.Count, s.Nodes.Groups = int32(nodes), []v1alpha1.NodeGroup{group}
	o := Options{Catalog: data, Index: index, Target: target, At: day, Method: v1alpha1.PlanMethod{NodeUpgrade: v1alpha1.Replace, BatchSize: "10%"}}
	for _, f := range change {
		f(&o)
	}
	plan, err := Evaluate(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestDeadlinesAreTheEndOfThePhaseThatAMinorIsIn(t *testing.T) {
	for name, tc := range map[string]struct {
		server, at string
		want       v1alpha1.PlanDeadline
	}{
		"standard support on its last day": {"v1.35.4", "2026-12-28", v1alpha1.PlanDeadline{Phase: "standard", Date: day("2026-12-28")}},
		"maintenance on the day after":     {"v1.35.4", "2026-12-29", v1alpha1.PlanDeadline{Phase: "maintenance", Date: day("2027-02-28")}},
		"maintenance on its last day":      {"v1.35.4", "2027-02-28", v1alpha1.PlanDeadline{Phase: "maintenance", Date: day("2027-02-28")}},
		"passed on the day after":          {"v1.35.4", "2027-03-01", v1alpha1.PlanDeadline{Phase: "maintenance", Date: day("2027-02-28"), Passed: true}},
		"by the platform's calendar":       {"v1.35.4-eks-abc123", "2026-11-20", v1alpha1.PlanDeadline{Phase: "standard", Date: day("2027-03-27"), ExtendedUntil: day("2028-03-27")}},
		"extended support is left":         {"v1.34.4-eks-abc123", "2026-12-03", v1alpha1.PlanDeadline{Phase: "standard", Date: day("2026-12-02"), Passed: true, ExtendedUntil: day("2027-12-02")}},
		"nothing is left":                  {"v1.34.4-eks-abc123", "2027-12-03", v1alpha1.PlanDeadline{Phase: "standard", Date: day("2026-12-02"), Passed: true}},
	} {
		t.Run(name, func(t *testing.T) {
			plan := planned(t, tc.server, 1, "1.36", tc.at)
			tc.want.Minor = minorOf(tc.server)
			if diff := cmp.Diff(&tc.want, plan.Summary.Deadline); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func day(text string) calendar.Date {
	d, err := calendar.Parse(text)
	if err != nil {
		panic(err)
	}
	return d
}

func TestHopsNameTheNewestPatches(t *testing.T) {
	for name, tc := range map[string]struct {
		server, to, at              string
		takeFirst, version, kubelet string
	}{
		"of the day":                           {"v1.36.3", "1.37", "2026-11-20", "1.36.6", "1.37.2", "v1.37.2"},
		"the day before one is out":            {"v1.36.3", "1.37", "2026-09-22", "1.36.4", "1.37.0", "v1.37.0"},
		"none first where the newest runs":     {"v1.36.6", "1.37", "2026-11-20", "", "1.37.2", "v1.37.2"},
		"none of a minor that is not out":      {"v1.37.2", "1.38", "2026-11-20", "", "", "v1.38"},
		"the platform's own":                   {"v1.35.1-aliyun.1", "1.36", "2026-11-20", "1.35.2-aliyun.1", "1.36.1-aliyun.1", "v1.36.1-aliyun.1"},
		"numbers that are no Kubernetes patch": {"v1.35.1-eks-abc123", "1.36", "2026-11-20", "", "1.36-eks-6", "v1.36"},
	} {
		t.Run(name, func(t *testing.T) {
			hop := planned(t, tc.server, 1, tc.to, tc.at).Hops[0]
			kubelet := ""
			for _, step := range hop.Steps {
				for _, move := range nodesOf(step) {
					kubelet = move.To
				}
			}
			if hop.TakeFirst != tc.takeFirst || hop.Version != tc.version || kubelet != tc.kubelet {
				t.Errorf("first %q, then %q, kubelets at %q", hop.TakeFirst, hop.Version, kubelet)
			}
		})
	}
}

func TestPathsGoOneMinorAtATimeUnlessThePlatformAllowsMore(t *testing.T) {
	skip := func(allowed bool, condition string) func(*Options) {
		return func(o *Options) {
			platform := *o.Catalog.Platform("amazon-eks")
			platform.Upgrades.SkipMinor = &catalog.Permission{Allowed: allowed, Condition: condition, Source: "https://example.com"}
			o.Platform = &platform
		}
	}
	for name, tc := range map[string]struct {
		change []func(*Options)
		want   []string
	}{
		"upstream":                      {nil, []string{"1.35", "1.36", "1.37"}},
		"where it is forbidden":         {[]func(*Options){skip(false, "")}, []string{"1.35", "1.36", "1.37"}},
		"where a condition is attached": {[]func(*Options){skip(true, "with a contract")}, []string{"1.35", "1.36", "1.37"}},
		"where it is allowed":           {[]func(*Options){skip(true, "")}, []string{"1.37"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, hop := range planned(t, "v1.34.1-eks-abc123", 1, "1.37", "2026-11-20", tc.change...).Hops {
				got = append(got, hop.To.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A jump that the platform allows is as long as the policy bears: kubelets may
// be three minors behind, so four are two hops.
func TestASkipDoesNotLeaveKubeletsBehind(t *testing.T) {
	plan := planned(t, "v1.31.1-eks-abc123", 1, "1.37", "2026-11-20", func(o *Options) {
		platform := *o.Catalog.Platform("amazon-eks")
		platform.Upgrades.SkipMinor = &catalog.Permission{Allowed: true, Source: "https://example.com"}
		o.Platform = &platform
	})
	var got []string
	for _, hop := range plan.Hops {
		got = append(got, hop.To.String())
	}
	if diff := cmp.Diff([]string{"1.34", "1.37"}, got); diff != "" {
		t.Error(diff)
	}
}
