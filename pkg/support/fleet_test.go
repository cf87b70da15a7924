package support

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	workload   = v1alpha1.WorkloadCluster
	thirdParty = v1alpha1.ThirdPartyCluster
)

// member is a cluster with a node, read through a context of its name.
func member(name, gitVersion string) Member {
	c := clusterOf(gitVersion).nodes(gitVersion, name+"-1")
	c.Name, c.Cluster.Context = name, name
	return Member{Name: name, From: "context " + name, Snapshot: Judged(c.Snapshot)}
}

// globalCluster is that of ACP, and what it says of others.
func globalCluster(name, acpVersion string, clusters ...v1alpha1.ManagedCluster) Member {
	m := member(name, "v1.37.1")
	m.Snapshot.Management = &v1alpha1.Management{ACP: &v1alpha1.ACP{
		Version: acpVersion, VersionFrom: "clusterversionshadow cpaas-system/global",
		Clusters: append(clusters, v1alpha1.ManagedCluster{Name: "global", Version: "1.37.1", Type: "baremetal"}),
	}}
	return m
}

func managed(name, gitVersion, clusterType string) v1alpha1.ManagedCluster {
	return v1alpha1.ManagedCluster{Name: name, Version: gitVersion, Type: clusterType, From: "cluster.platform.tkestack.io " + name}
}

// fleetOf judges on the day of all tests, by the flags as they would be typed.
func fleetOf(t *testing.T, o cluster, members ...Member) *v1alpha1.FleetSupportReport {
	t.Helper()
	return Fleet(members, loaded(t), o.options(t), true)
}

func acpFleet(platformVersion string, guests ...string) cluster {
	return cluster{at: today, platform: "alauda-acp", platformVersion: platformVersion, thirdParty: guests}
}

// rowsOf shows clusters as NAME ROLE VERDICT, and the answers of ranges.
func rowsOf(r *v1alpha1.FleetSupportReport) []string {
	var all []string
	for _, c := range r.Clusters {
		all = append(all, rowText(c))
	}
	return all
}

func rowText(c v1alpha1.ClusterSupport) string {
	role := string(c.Role)
	if c.RoleAssumed {
		role += "?"
	}
	text := fmt.Sprint(c.Name, " ", role, " ", c.Verdict)
	for _, check := range c.Ranges {
		text += fmt.Sprintf(", %s: %s", check.For, check.Answer)
	}
	return text
}

// The verdict on support itself is left out: it is that of the calendar.
func TestRangesByRole(t *testing.T) {
	const onboarding, upgrading = "onboarding", "upgrading the global cluster"
	for name, tc := range map[string]struct {
		version, platformVersion string
		role                     v1alpha1.ClusterRole
		wantFor                  string
		wantAnswer               v1alpha1.RangeAnswer
		want                     v1alpha1.Verdict
	}{
		"a workload cluster just below 4.3":               {"v1.30.14", "4.3", workload, upgrading, "blocks", unsupported},
		"a workload cluster at the beginning of 4.3":      {"v1.31.0", "4.3", workload, upgrading, "ok", ok},
		"a workload cluster at the end of 4.3":            {"v1.34.13", "4.3", workload, upgrading, "ok", ok},
		"a workload cluster just above 4.3":               {"v1.35.0", "4.3", workload, upgrading, "blocks", unsupported},
		"a workload cluster of 4.2, not at the newest":    {"v1.32.13", "4.2", workload, upgrading, "blocks", unsupported},
		"a workload cluster of 4.2, at the newest":        {"v1.33.0", "4.2", workload, upgrading, "ok", ok},
		"a third-party cluster just below 4.3":            {"v1.18.20", "4.3", thirdParty, onboarding, "blocked", unsupported},
		"a third-party cluster at the beginning of 4.3":   {"v1.19.0", "4.3", thirdParty, onboarding, "accepted", warning},
		"a third-party cluster at the end of 4.3":         {"v1.34.13", "4.3", thirdParty, onboarding, "accepted", warning},
		"a third-party cluster just above 4.3":            {"v1.35.0", "4.3", thirdParty, onboarding, "blocked", unsupported},
		"a third-party cluster below what 4.4 validated":  {"v1.27.16", "4.4", thirdParty, onboarding, "unknown", unknown},
		"a third-party cluster first in what 4.4 took":    {"v1.28.0", "4.4", thirdParty, onboarding, "validated", ok},
		"a third-party cluster last in what 4.4 took":     {"v1.35.10", "4.4", thirdParty, onboarding, "validated", ok},
		"a third-party cluster above what 4.4 validated":  {"v1.36.0", "4.4", thirdParty, onboarding, "unknown", unknown},
		"a third-party cluster of a vendor":               {"v1.35.6-acp.1", "4.4", thirdParty, onboarding, "validated", ok},
		"a workload cluster whose version has no v":       {"1.35.6-acp.1", "4.4", workload, upgrading, "ok", ok},
		"a workload cluster at a pre-release of the next": {"v1.36.0-rc.1", "4.4", workload, upgrading, "blocks", unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			one := globalCluster("main", "4.0.0", managed("shop", tc.version, map[v1alpha1.ClusterRole]string{workload: "Baremetal", thirdParty: "Imported"}[tc.role]))
			report := fleetOf(t, acpFleet(tc.platformVersion), one)
			row := report.Clusters[slices.IndexFunc(report.Clusters, func(c v1alpha1.ClusterSupport) bool { return c.Name == "shop" })]
			if row.Role != tc.role || row.RoleAssumed || len(row.Ranges) != 1 {
				t.Fatalf("role %s, assumed %t, ranges %+v", row.Role, row.RoleAssumed, row.Ranges)
			}
			if check := row.Ranges[0]; check.For != tc.wantFor || check.Answer != tc.wantAnswer || check.Verdict != tc.want {
				t.Errorf("%s: %s (%s), want %s: %s (%s)", check.For, check.Answer, check.Verdict, tc.wantFor, tc.wantAnswer, tc.want)
			}
			if row.Verdict.Weight() < tc.want.Weight() {
				t.Errorf("the cluster is %s, and its range %s", row.Verdict, tc.want)
			}
		})
	}
}

func TestWhereRolesComeFrom(t *testing.T) {
	for name, tc := range map[string]struct {
		options cluster
		members []Member
		want    []string
		notes   []string
	}{
		"assumed, where nothing tells": {acpFleet("4.4"), []Member{member("shop", "v1.37.1")},
			[]string{"shop workload? unsupported, upgrading the global cluster: blocks"},
			[]string{"taken for workload clusters, as nothing tells their role: shop; --third-party names those that the platform did not create"}},
		"by the flag": {acpFleet("4.4", "shop"), []Member{member("shop", "v1.35.10"), member("bank", "v1.35.10")},
			[]string{"shop third-party ok, onboarding: validated", "bank workload? ok, upgrading the global cluster: ok"},
			[]string{"taken for workload clusters, as nothing tells their role: bank; --third-party names those that the platform did not create"}},
		"by the global cluster, which wins": {acpFleet("4.4", "bank"), []Member{
			member("shop", "v1.35.10"), member("bank", "v1.35.10"),
			globalCluster("main", "4.3.1", managed("shop", "1.35.9", "imported"), managed("bank", "1.35.9", "BareMetal")),
		},
			[]string{"bank workload ok, upgrading the global cluster: ok", "main global ok", "shop third-party ok, onboarding: validated"},
			[]string{
				"cluster main: Alauda Container Platform 4.3.1 manages clusters from here (clusterversionshadow cpaas-system/global)",
				"cluster bank: --third-party names it, and it is a workload cluster by cluster.platform.tkestack.io bank",
			}},
		"assumed, where the platform uses another word": {acpFleet("4.4"), []Member{globalCluster("main", "4.3.1", managed("shop", "1.35.9", "registered"))},
			[]string{"main global ok", "shop workload? ok, upgrading the global cluster: ok"}, nil},
		"none, where no range is about them": {cluster{at: today, platform: "daocloud-dce", platformVersion: "v0.44.0"}, []Member{member("shop", "v1.35.10")},
			[]string{"shop  unsupported, container management v0.50.0: outside, the installer v0.44.0: outside"}, nil},
		"none, where no version was asked for": {cluster{at: today}, []Member{member("shop", "v1.35.10")}, []string{"shop  ok"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			report := fleetOf(t, tc.options, tc.members...)
			if diff := cmp.Diff(tc.want, rowsOf(report)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.notes, report.Notes); tc.notes != nil && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnAssumedWorkloadClusterMayBeAThirdPartyOne(t *testing.T) {
	const as = "; as a third-party cluster it would be accepted"
	for name, tc := range map[string]struct {
		member Member
		want   bool
	}{
		"inside onboarding alone": {member("shop", "v1.30.14"), true},
		"outside both":            {member("shop", "v1.18.20"), false},
	} {
		t.Run(name, func(t *testing.T) {
			row := fleetOf(t, acpFleet("4.3"), tc.member).Clusters[0]
			if got := strings.Contains(row.Reason, as); got != tc.want || row.Verdict != unsupported {
				t.Errorf("%s: %s", row.Verdict, row.Reason)
			}
		})
	}
	told := fleetOf(t, acpFleet("4.3"), globalCluster("main", "4.2.0", managed("shop", "1.30.14", "baremetal"))).Clusters[0]
	if told.Name != "shop" || strings.Contains(told.Reason, "third-party") {
		t.Errorf("the platform made it, and yet %s", told.Reason)
	}
}

func TestTheSummarySaysWhatStandsAgainstThePlatform(t *testing.T) {
	for name, tc := range map[string]struct {
		members []Member
		want    v1alpha1.FleetSupportSummary
	}{
		"workload and third-party clusters": {
			[]Member{member("a", "v1.30.9"), member("b", "v1.29.4"), member("c", "v1.36.1"), member("d", "v1.35.1"), member("e", "v1.35.2"), member("guest", "v1.27.16"), member("edge", "v1.35.3")},
			v1alpha1.FleetSupportSummary{Verdict: unsupported, Clusters: 7,
				Message: "3 of 5 workload clusters block upgrading the global cluster to 4.4: a v1.30.9, b v1.29.4, c v1.36.1 (all by assumption); " +
					"1 other unsupported: guest v1.27.16; 1 of 2 third-party clusters validated for onboarding by 4.4, 1 not known",
				Advice: "a: upgrade to 1.35 (supported until 2027-02-28), one minor at a time"},
		},
		"more than can be named": {
			[]Member{member("a", "v1.30.9"), member("b", "v1.30.9"), member("c", "v1.30.9"), member("d", "v1.30.9"), member("e", "v1.30.9")},
			v1alpha1.FleetSupportSummary{Verdict: unsupported, Clusters: 5,
				Message: "5 of 5 workload clusters block upgrading the global cluster to 4.4: a v1.30.9, b v1.30.9, c v1.30.9 and 2 more (all by assumption)",
				Advice:  "a: upgrade to 1.35 (supported until 2027-02-28), one minor at a time"},
		},
		"nothing": {
			[]Member{member("a", "v1.35.10")},
			v1alpha1.FleetSupportSummary{Verdict: ok, Clusters: 1,
				Message: "no workload cluster of 1 blocks upgrading the global cluster to 4.4 (a by assumption)"},
		},
		"one that could not be read": {
			[]Member{member("a", "v1.35.10"), {Name: "gone", From: "context gone", Err: errors.New("no route to host")}},
			v1alpha1.FleetSupportSummary{Verdict: unknown, Clusters: 2, Failed: 1,
				Message: "no workload cluster of 2 is known to block upgrading the global cluster to 4.4, 1 could not be judged, all by assumption"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, fleetOf(t, acpFleet("4.4", "guest", "edge"), tc.members...).Summary); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What blocks the platform's upgrade cannot be told to wait for it.
func TestABlockingClusterIsSentIntoTheRange(t *testing.T) {
	for gitVersion, want := range map[string]string{
		"v1.30.9":  "upgrade to 1.34, the newest minor inside >=1.31.0 <1.35.0, one minor at a time",
		"v1.33.13": "no newer minor that is supported is inside what Alauda Container Platform 4.3 takes: upgrade the platform first",
		"v1.35.10": "",
	} {
		if got := fleetOf(t, acpFleet("4.3"), member("shop", gitVersion)).Clusters[0].Advice; got != want && want != "" || strings.Contains(got, "inside >=") && want == "" {
			t.Errorf("%s: %s", gitVersion, got)
		}
	}
}

func TestAThirdPartyClusterIsSupportedByWhoMadeIt(t *testing.T) {
	report := fleetOf(t, acpFleet("4.4", "cloud"), member("cloud", "v1.34.4-eks-ac2d5a0"), member("own", "v1.34.4-eks-ac2d5a0"))
	for _, c := range report.Clusters {
		if want := map[string]string{"cloud": "amazon-eks", "own": "upstream"}[c.Name]; c.Standing.Calendar != want {
			t.Errorf("%s is judged by %s, want %s", c.Name, c.Standing.Calendar, want)
		}
	}
}

func TestClustersThatOneManagesAreJoinedByName(t *testing.T) {
	report := fleetOf(t, cluster{at: today},
		globalCluster("main", "4.3.1", managed("shop", "1.30.9", "baremetal"), managed("gone", "1.36.1", "imported"), managed("far", "1.36.1", "imported")),
		globalCluster("second", "4.3.1", managed("shop", "1.29.1", "imported")),
		member("shop", "v1.35.10"),
		Member{Name: "gone", From: "context gone", Err: errors.New("no route to host")},
	)
	var got []string
	for _, c := range report.Clusters {
		got = append(got, strings.TrimSpace(fmt.Sprint(c.Name, " ", c.Version, " ", c.Role, " ", c.From, " ", c.Error)))
	}
	want := []string{
		"second/shop 1.29.1 third-party cluster.platform.tkestack.io shop",
		"far 1.36.1 third-party cluster.platform.tkestack.io far",
		"gone 1.36.1 third-party cluster.platform.tkestack.io gone",
		"main v1.37.1 global context main",
		"second v1.37.1 global context second",
		"shop v1.35.10 workload context shop",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// One cluster can be managed from by both, and what Kubean installs then holds for its clusters alone.
func TestKubeanOffersToItsClustersAlone(t *testing.T) {
	main := globalCluster("main", "4.3.1", managed("shop", "1.35.9", "baremetal"))
	main.Snapshot.Management.Kubean = &v1alpha1.Kubean{
		Manifests: []v1alpha1.KubeanManifest{manifest("m1", "2.30", "2026-04-07", "2026-05-01", "1.35.1", "1.35.1", "1.34.3")},
		Clusters:  []v1alpha1.ManagedCluster{{Name: "online", Version: "v1.34.1", From: "configmap a/b", Desired: true}, {Name: "bank", Version: "v1.34.1", From: "configmap a/c", Desired: true}},
	}
	report := fleetOf(t, cluster{at: today, platform: "daocloud-dce"}, main, member("bank", "v1.34.1"), member("shop", "v1.34.1"))
	var got []string
	for _, c := range report.Clusters {
		for _, check := range c.Report.Ranges {
			if check.For == "creating clusters" {
				got = append(got, c.Name+": "+check.Reason)
			}
		}
	}
	const kubean, dce = "Kubean creates clusters at 1.35 (to v1.35.1), 1.34 (to v1.34.3) by manifests.kubean.io m1", "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34"
	slices.Sort(got)
	if diff := cmp.Diff([]string{"bank: " + kubean, "main: " + kubean, "shop: " + dce}, got); diff != "" {
		t.Error(diff)
	}
	online := report.Clusters[slices.IndexFunc(report.Clusters, func(c v1alpha1.ClusterSupport) bool { return c.Name == "online" })]
	if want := "upgrade to 1.35 (supported until 2027-02-28)"; online.Advice != want || online.Complete {
		t.Errorf("%s, complete %t", online.Advice, online.Complete)
	}
}

// A cluster of several can be as large as one alone: what is kept of it is what is judged.
func TestJudgedKeepsTheReport(t *testing.T) {
	want := clusterOf("v1.36.3").nodes("v1.33.1", "a").labels("a=b").unread(v1alpha1.SourceLeases).manages(acp("4.3.1", managed("shop", "1.30.9", "baremetal"))).Snapshot
	want.Name, want.Cluster.Context = "main", "main"
	want.CollectedAt = metav1.NewTime(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	want.ControlPlanePods = &v1alpha1.ControlPlanePods{}
	want.Leases = &v1alpha1.Leases{}
	full := *want
	full.APIUsage = &v1alpha1.APIUsage{}
	if diff := cmp.Diff(want, Judged(&full)); diff != "" {
		t.Error(diff)
	}
	kept := reflect.ValueOf(*want)
	for _, name := range []string{"CollectedAt", "Cluster", "Gaps", "APIServers", "ControlPlanePods", "Leases", "Nodes", "NodeSamples", "APIGroups", "Management"} {
		if kept.FieldByName(name).IsZero() {
			t.Errorf("%s is not tested", name)
		}
	}
}

func TestAMemberThatCouldNotBeReadIsWhatItsManagerTells(t *testing.T) {
	gone := Member{Name: "shop", From: "context shop", Err: errors.New("no route to host")}
	report := fleetOf(t, acpFleet("4.4"), globalCluster("main", "4.3.1", managed("shop", "1.30.9", "baremetal")), gone)
	shop := report.Clusters[0]
	if got := rowText(shop); got != "shop workload unsupported, upgrading the global cluster: blocks" || shop.Complete || shop.Error != "" || shop.From != "cluster.platform.tkestack.io shop" {
		t.Errorf("%s from %s, complete %t, error %s", got, shop.From, shop.Complete, shop.Error)
	}
	if want := "; that is what cluster.platform.tkestack.io shop tells, and the cluster itself could not be read: no route to host"; !strings.HasSuffix(shop.Reason, want) {
		t.Errorf("got  %s\nwant %s", shop.Reason, want)
	}
	if want := "1 of 1 workload clusters blocks upgrading the global cluster to 4.4: shop 1.30.9; not everything could be judged"; report.Summary.Message != want {
		t.Errorf("got  %s\nwant %s", report.Summary.Message, want)
	}
	untold := fleetOf(t, acpFleet("4.4"), globalCluster("main", "4.3.1", managed("shop", "", "baremetal")), gone)
	if want := "no workload cluster of 1 is known to block upgrading the global cluster to 4.4, 1 could not be judged"; untold.Summary.Message != want || untold.Summary.Failed != 1 {
		t.Errorf("got  %s, %d failed\nwant %s", untold.Summary.Message, untold.Summary.Failed, want)
	}
}

func TestManagedClustersThatCouldNotBeListedAreSaid(t *testing.T) {
	main := globalCluster("main", "4.3.1")
	main.Snapshot.Management.ACP.Clusters = nil
	main.Snapshot.Gaps = []v1alpha1.Gap{{Source: v1alpha1.SourceManagement, Hides: "clusters that Alauda Container Platform manages, and their versions", Permission: "list clusters.platform.tkestack.io"}}
	report := fleetOf(t, cluster{at: today}, main, member("lab", "v1.37.1"))
	want := v1alpha1.FleetSupportSummary{Verdict: ok, Clusters: 2, Message: "the clusters that main manages could not be read"}
	if diff := cmp.Diff(want, report.Summary); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"cluster main: what it manages could not all be read: clusters that Alauda Container Platform manages, and their versions: needs permission to list clusters.platform.tkestack.io",
		"cluster main: Alauda Container Platform 4.3.1 manages clusters from here (clusterversionshadow cpaas-system/global)",
	}, report.Notes); diff != "" {
		t.Error(diff)
	}
	if got := rowsOf(report); !slices.Contains(got, "main global ok") {
		t.Errorf("%s", got)
	}
}

// Blockers of the platform come first, and what no range keeps out is named after them.
func TestTheSummaryBeginsWithWhatBlocksThePlatform(t *testing.T) {
	for name, tc := range map[string]struct {
		platformVersion string
		members         []Member
		want, advice    string
	}{
		"blockers, what is blocked, and what is unsupported": {"4.3",
			[]Member{globalCluster("main", "4.2.0", managed("edge", "1.36.1", "imported"), managed("old", "1.30.9", "baremetal"), managed("dead", "1.31.9", "baremetal"))},
			"1 of 2 workload clusters blocks upgrading the global cluster to 4.3: old 1.30.9; 1 of 1 third-party clusters is blocked from onboarding by 4.3: edge 1.36.1; 1 other unsupported: dead 1.31.9",
			"old: upgrade to 1.33, the newest minor inside >=1.31.0 <1.35.0 that Alauda Container Platform 4.2 has, one minor at a time"},
		"one that is too new": {"4.4", []Member{globalCluster("main", "4.3.1", managed("edge", "1.36.1", "baremetal"))},
			"1 of 1 workload clusters blocks upgrading the global cluster to 4.4: edge 1.36.1",
			"edge: too new for 4.4: it needs a later version of the platform"},
		"none blocks, and one is unsupported": {"4.4", []Member{globalCluster("main", "4.3.1", managed("dead", "1.33.9", "baremetal"))},
			"1 of 2 clusters unsupported: dead 1.33.9; no workload cluster of 1 blocks upgrading the global cluster to 4.4",
			"dead: upgrade the platform first: Alauda Container Platform 4.3 has no newer minor that is supported"},
		"a role that is assumed": {"4.4", []Member{globalCluster("main", "4.3.1", managed("shop", "1.30.9", "baremetal")), member("lab", "v1.36.1")},
			"2 of 2 workload clusters block upgrading the global cluster to 4.4: shop 1.30.9, lab v1.36.1 (lab by assumption)",
			"shop: upgrade to 1.34, the newest minor inside >=1.32.0 <1.36.0 that Alauda Container Platform 4.3 has, one minor at a time"},
		"what the platform has reached": {"4.3", []Member{globalCluster("main", "4.3.1", managed("shop", "1.36.3", "baremetal"), managed("edge", "1.36.3", "imported")), member("lab", "v1.36.1"), member("guest", "v1.36.2")},
			"1 of 1 third-party clusters is blocked from onboarding by 4.3: guest v1.36.2; Alauda Container Platform 4.3.1 runs here already",
			"guest: too new for 4.3: it needs a later version of the platform"},
		"what one of two has reached": {"4.3", []Member{globalCluster("main", "4.3.1"), globalCluster("second", "4.2.0"), member("lab", "v1.36.1")},
			"1 of 1 workload clusters blocks upgrading the global cluster to 4.3: lab v1.36.1 (lab by assumption)",
			"lab: too new for 4.3: it needs a later version of the platform"},
		"one that was read, and is not past its platform": {"4.4", []Member{globalCluster("main", "4.3.1", managed("dead", "1.33.9", "baremetal")), member("dead", "v1.33.9")},
			"1 of 2 clusters unsupported: dead v1.33.9; no workload cluster of 1 blocks upgrading the global cluster to 4.4",
			"dead: upgrade the platform first: Alauda Container Platform 4.3 has no newer minor that is supported"},
		"what it is past": {"4.2", []Member{globalCluster("main", "4.3.1", managed("shop", "1.36.3", "baremetal"), managed("edge", "1.36.3", "imported")), member("lab", "v1.36.1")},
			"Alauda Container Platform 4.3.1 runs here already", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := fleetOf(t, acpFleet(tc.platformVersion, "guest"), tc.members...).Summary
			if s.Message != tc.want || s.Advice != tc.advice {
				t.Errorf("got  %s\n     %s\nwant %s\n     %s", s.Message, s.Advice, tc.want, tc.advice)
			}
		})
	}
}

func TestAnAssumedRoleLeavesItsRowOpen(t *testing.T) {
	row := fleetOf(t, acpFleet("4.4"), member("shop", "v1.35.10")).Clusters[0]
	if row.Complete || !strings.HasSuffix(row.Reason, "; that it is a workload cluster is assumed") {
		t.Errorf("complete %t, %s", row.Complete, row.Reason)
	}
}

// A blocker says so where its end of life is what is gravest.
func TestTheReasonOfABlockerSaysThatItBlocks(t *testing.T) {
	for _, c := range fleetOf(t, cluster{at: today}, globalCluster("main", "4.3.1", managed("shop", "1.30.9", "baremetal"))).Clusters {
		if c.Name == "shop" && !strings.HasSuffix(c.Reason, "; 1.30.9 is outside >=1.32.0 <1.36.0 for upgrading the global cluster, Alauda Container Platform 4.4: it blocks the upgrade of the global cluster to this version") {
			t.Error(c.Reason)
		}
	}
}

// The version of one platform says nothing of clusters that another one manages.
func TestAVersionHoldsForThePlatformThatItIsOf(t *testing.T) {
	main := globalCluster("main", "4.3.1", managed("shop", "1.30.9", "baremetal"))
	main.Snapshot.Management.Kubean = &v1alpha1.Kubean{Clusters: []v1alpha1.ManagedCluster{{Name: "online", Version: "v1.36.1"}, {Name: "bank", Version: "v1.36.1"}}}
	report := fleetOf(t, acpFleet("4.4"), main, member("bank", "v1.36.1"))
	want := []string{"shop workload unsupported, upgrading the global cluster: blocks", "bank  ok", "main global ok", "online  ok"}
	if diff := cmp.Diff(want, rowsOf(report)); diff != "" {
		t.Error(diff)
	}
	report = fleetOf(t, cluster{at: today, platform: "daocloud-dce", platformVersion: "v0.44.0"}, main, member("bank", "v1.36.1"))
	const outside = ", container management v0.50.0: outside, the installer v0.44.0: outside"
	want = []string{"bank  unsupported" + outside, "main global unsupported" + outside, "online  unsupported" + outside, "shop workload unsupported, upgrading the global cluster: blocks"}
	got := rowsOf(report)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAThirdPartyClusterThatIsToldHasItsMakersCalendarWithoutAVersion(t *testing.T) {
	report := fleetOf(t, cluster{at: today, platform: "alauda-acp"},
		globalCluster("main", "4.3.1", managed("cloud", "v1.34.4", "imported"), managed("far", "v1.34.4-eks-ac2d5a0", "imported"), managed("own", "v1.34.4-eks-ac2d5a0", "baremetal")),
		member("cloud", "v1.34.4-eks-ac2d5a0"))
	for _, c := range report.Clusters {
		if want := map[string]string{"cloud": "amazon-eks", "far": "amazon-eks", "own": "upstream", "main": "upstream"}[c.Name]; c.Standing.Calendar != want {
			t.Errorf("%s is judged by %s, want %s", c.Name, c.Standing.Calendar, want)
		}
	}
}

func TestNamesThatMayNotBeOneCluster(t *testing.T) {
	report := fleetOf(t, cluster{at: today},
		globalCluster("main", "4.3.1", managed("shop", "1.34.9", "baremetal"), managed("bank", "1.35.9", "baremetal"), managed("far", "1.35.9", "baremetal")),
		member("shop", "v1.35.10"), member("bank", "v1.35.10"))
	for _, want := range []string{
		"known from what manages them alone, as no context or snapshot has their name: far",
		"cluster shop: cluster.platform.tkestack.io shop tells 1.34.9, and v1.35.10 was read from context shop: one name may stand for two clusters",
	} {
		if !slices.Contains(report.Notes, want) {
			t.Errorf("no %q in %q", want, report.Notes)
		}
	}
	if strings.Contains(strings.Join(report.Notes, " "), "cluster bank") {
		t.Errorf("%q", report.Notes)
	}
}

func TestReportsAreKeptWhereTheyAreShown(t *testing.T) {
	members := []Member{globalCluster("main", "4.3.1", managed("far", "1.35.9", "baremetal")), member("bank", "v1.35.10")}
	for _, nested := range []bool{false, true} {
		for _, c := range Fleet(members, loaded(t), cluster{at: today}.options(t), nested).Clusters {
			if (c.Report != nil) != nested {
				t.Errorf("nested %t: %s has a report: %t", nested, c.Name, c.Report != nil)
			}
		}
	}
}
