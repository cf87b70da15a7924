package support

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func (c cluster) manages(m v1alpha1.Management) cluster {
	c.Management = &m
	return c
}

func managedBy(r *v1alpha1.SupportReport) []string {
	var all []string
	for _, c := range r.Managed {
		all = append(all, rowText(c))
	}
	return all
}

func notesAbout(r *v1alpha1.SupportReport, word string) []string {
	return slices.DeleteFunc(slices.Clone(r.Notes), func(note string) bool { return !strings.Contains(note, word) })
}

func acp(platformVersion string, clusters ...v1alpha1.ManagedCluster) v1alpha1.Management {
	return *globalCluster("main", platformVersion, clusters...).Snapshot.Management
}

func TestWhatTheGlobalClusterManages(t *testing.T) {
	const runs = "Alauda Container Platform 4.3.1 manages clusters from here (clusterversionshadow cpaas-system/global)"
	few := []v1alpha1.ManagedCluster{managed("shop", "1.36.3", "baremetal"), managed("edge", "v1.35.9", "imported")}
	for name, tc := range map[string]struct {
		cluster cluster
		want    []string
		notes   []string
		verdict v1alpha1.Verdict
	}{
		"by the version that was asked for, outside is unsupported": {
			clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(acp("4.3.1", few...)).by("alauda-acp", "4.4"),
			[]string{"shop workload unsupported, upgrading the global cluster: blocks", "edge third-party ok, onboarding: validated"},
			[]string{runs}, unsupported},
		"by the next one otherwise, and what stands against that is a warning": {
			clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(acp("4.3.1", few...)),
			[]string{"shop workload warning, upgrading the global cluster: blocks", "edge third-party ok, onboarding: validated"},
			[]string{runs + ": they are compared with the ranges of 4.4, the next version; --platform alauda-acp --platform-version names another"}, warning},
		"of the oldest, the next one is not the newest": {
			clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(acp("v4.1.0", managed("shop", "1.33.1", "baremetal"), managed("bank", "1.36.1", "baremetal"))),
			[]string{"shop workload unsupported, upgrading the global cluster: ok", "bank workload warning, upgrading the global cluster: blocks"},
			[]string{"Alauda Container Platform v4.1.0 manages clusters from here (clusterversionshadow cpaas-system/global): they are compared with the ranges of 4.2, the next version; --platform alauda-acp --platform-version names another"}, unsupported},
		"of the newest, there is nothing to compare with": {
			clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(acp("4.4.0", few...)),
			[]string{"edge third-party ok", "shop workload ok"},
			[]string{"Alauda Container Platform 4.4.0 manages clusters from here (clusterversionshadow cpaas-system/global): the catalog knows no later version that they could be compared with"}, ok},
		"of one that is not known, neither": {
			clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(acp("", few...)),
			[]string{"edge third-party ok", "shop workload ok"},
			[]string{"Alauda Container Platform manages clusters from here, and its version could not be read: --platform alauda-acp --platform-version names the one whose ranges hold"}, ok},
		"a version that is not told is unknown": {
			clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(acp("4.3.1", managed("shop", "", "baremetal"), managed("edge", "latest", "imported"))).by("alauda-acp", "4.4"),
			[]string{"edge third-party unknown, onboarding: unknown", "shop workload unknown, upgrading the global cluster: unknown"},
			[]string{runs}, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			report := tc.cluster.evaluate(t)
			if diff := cmp.Diff(tc.want, managedBy(report)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tc.notes, notesAbout(report, "manages clusters from here")); diff != "" {
				t.Error(diff)
			}
			if report.Summary.Verdict != tc.verdict || report.Summary.Complete != (tc.verdict != unknown) {
				t.Errorf("%s, complete: %t: %s", report.Summary.Verdict, report.Summary.Complete, report.Summary.Message)
			}
			for _, check := range report.Ranges {
				t.Errorf("the global cluster is judged by %+v", check)
			}
		})
	}
}

func TestWhatIsManagedLeadsWhereItIsGraver(t *testing.T) {
	report := clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(acp("4.3.1", managed("shop", "1.30.9", "baremetal"))).by("alauda-acp", "4.4").evaluate(t)
	want := v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
		Message: "of what is managed from this cluster, 1 of 1 workload clusters blocks upgrading the global cluster to 4.4: shop 1.30.9",
		Advice:  "shop: upgrade to 1.34, the newest minor inside >=1.32.0 <1.36.0 that Alauda Container Platform 4.3 has, one minor at a time"}
	if diff := cmp.Diff(want, report.Summary); diff != "" {
		t.Error(diff)
	}
}

func TestGapsOfThePlatformsResourcesLeaveTheReportOpen(t *testing.T) {
	report := clusterOf("v1.37.1").nodes("v1.37.1", "a").gaps(v1alpha1.SourceManagement).evaluate(t)
	if report.Summary.Complete || len(report.Gaps) != 1 {
		t.Errorf("complete: %t, gaps %+v", report.Summary.Complete, report.Gaps)
	}
	report = clusterOf("v1.37.1").nodes("v1.37.1", "a").gaps(v1alpha1.SourceManagement).manages(acp("4.3.1", managed("shop", "1.30.9", "baremetal"))).evaluate(t)
	if !strings.HasSuffix(report.Summary.Message, "; not everything could be judged") {
		t.Error(report.Summary.Message)
	}
}

func manifest(name, spray, sprayed, created, byDefault string, versions ...string) v1alpha1.KubeanManifest {
	at := func(day string) metav1.Time {
		found, _ := time.Parse(time.DateOnly, day)
		return metav1.NewTime(found)
	}
	m := v1alpha1.KubeanManifest{Name: name, Spray: spray, Created: at(created), Default: byDefault, Versions: versions}
	if sprayed != "" {
		when := at(sprayed)
		m.SprayTime = &when
	}
	return m
}

// kubean has read its Manifests, though there may be none.
func kubean(manifests ...v1alpha1.KubeanManifest) v1alpha1.Management {
	return v1alpha1.Management{Kubean: &v1alpha1.Kubean{Manifests: append([]v1alpha1.KubeanManifest{}, manifests...)}}
}

func TestWhatKubeanCreates(t *testing.T) {
	old := manifest("manifest-2.25-462e68b", "2.25", "2024-09-02", "2025-01-01", "v1.29.5", "v1.29.5", "v1.28.10", "v1.27.14")
	newer := manifest("manifest-2.30-0e46cf4", "2.30", "2026-04-07", "2026-05-01", "1.34.3", "1.34.3", "1.33.7", "1.33.8")
	offline := func(m v1alpha1.Management, local ...string) v1alpha1.Management {
		m.Kubean.Offline, m.Kubean.Manifests[0].Local = true, local
		return m
	}
	for name, tc := range map[string]struct {
		cluster cluster
		want    []judged
		source  string
	}{
		"of one Manifest": {clusterOf("v1.34.1").manages(kubean(newer)),
			[]judged{{ok, "Kubean creates clusters at 1.34 (to v1.34.3), 1.33 (to v1.33.8) by manifests.kubean.io manifest-2.30-0e46cf4"}},
			"manifests.kubean.io manifest-2.30-0e46cf4 1.33.7 1.34.4"},
		"of several, with and without v": {clusterOf("v1.29.1").manages(kubean(old, newer)),
			[]judged{{ok, "Kubean creates clusters at 1.34 (to v1.34.3), 1.33 (to v1.33.8), 1.29 (to v1.29.5), 1.28 (to v1.28.10), 1.27 (to v1.27.14) by manifests.kubean.io manifest-2.30-0e46cf4, manifest-2.25-462e68b"}},
			"manifests.kubean.io manifest-2.30-0e46cf4, manifest-2.25-462e68b 1.27.14 1.34.4"},
		"which is not about the cluster that it runs on": {clusterOf("v1.35.1").manages(kubean(newer)),
			[]judged{{ok, "Kubean creates clusters at 1.34 (to v1.34.3), 1.33 (to v1.33.8) by manifests.kubean.io manifest-2.30-0e46cf4"}},
			"manifests.kubean.io manifest-2.30-0e46cf4 1.33.7 1.34.4"},
		"instead of what is known of the platform": {clusterOf("v1.34.1").manages(kubean(newer)).by("daocloud-dce"),
			[]judged{{ok, "Kubean creates clusters at 1.34 (to v1.34.3), 1.33 (to v1.33.8) by manifests.kubean.io manifest-2.30-0e46cf4"}},
			"manifests.kubean.io manifest-2.30-0e46cf4 1.33.7 1.34.4"},
		"without a network what is there": {clusterOf("v1.33.1").manages(offline(kubean(newer), "1.33.7")),
			[]judged{{ok, "Kubean creates clusters at 1.33 (to v1.33.7) by manifests.kubean.io manifest-2.30-0e46cf4"}},
			"manifests.kubean.io manifest-2.30-0e46cf4 1.33.7 1.33.8"},
		"without a network, where nothing is there": {clusterOf("v1.33.1").manages(offline(kubean(newer))), nil, ""},
		"without a Manifest what is known of the platform": {clusterOf("v1.36.1").manages(kubean()).by("daocloud-dce"),
			[]judged{{ok, "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34"}},
			"https://github.com/DaoCloud/DaoCloud-docs/blob/8693f1436151c519571ccd5e507e005dd6cf0227/docs/en/docs/kpanda/user-guide/clusters/cluster-version.md 1.34.0 1.37.0"},
		"of Manifests that could not be read, not as what Kubean says": {clusterOf("v1.36.1").manages(v1alpha1.Management{Kubean: &v1alpha1.Kubean{}}).by("daocloud-dce"),
			[]judged{{v1alpha1.NotJudged, "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34 (from the catalog: the Manifests could not be read)"}},
			"https://github.com/DaoCloud/DaoCloud-docs/blob/8693f1436151c519571ccd5e507e005dd6cf0227/docs/en/docs/kpanda/user-guide/clusters/cluster-version.md 1.34.0 1.37.0"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.cluster.ranges(t)); diff != "" {
				t.Error(diff)
			}
			for _, check := range tc.cluster.evaluate(t).Ranges {
				if got := strings.Join([]string{check.Source, check.Minimum, check.Below}, " "); got != tc.source {
					t.Errorf("%s, want %s", got, tc.source)
				}
			}
		})
	}
}

func TestWhatKubeanCreatesByDefault(t *testing.T) {
	const of = "Kubean creates clusters at "
	for name, tc := range map[string]struct {
		manifests []v1alpha1.KubeanManifest
		want      []string
	}{
		"of one": {[]v1alpha1.KubeanManifest{manifest("m1", "2.25", "2024-09-02", "2025-01-01", "v1.29.5", "v1.29.5")},
			[]string{of + "v1.29.5 by default (manifests.kubean.io m1)"}},
		"the newest by Kubespray's commit": {[]v1alpha1.KubeanManifest{
			manifest("m1", "2.30", "2026-01-01", "2026-05-01", "1.31.1"), manifest("m2", "2.9", "2026-01-02", "2026-04-01", "1.32.1")},
			[]string{of + "1.32.1 by default (manifests.kubean.io m2): that is the newest of 2, of which nothing marks the one in use; m1 has 1.31.1"}},
		"of the same commit by Kubespray's release, as a number": {[]v1alpha1.KubeanManifest{
			manifest("m1", "2.9", "2026-01-01", "2026-05-01", "1.31.1"), manifest("m2", "2.10", "2026-01-01", "2026-04-01", "1.32.1")},
			[]string{of + "1.32.1 by default (manifests.kubean.io m2): that is the newest of 2, of which nothing marks the one in use; m1 has 1.31.1"}},
		"of the same release by their age": {[]v1alpha1.KubeanManifest{
			manifest("m1", "master", "", "2026-05-01", "1.31.1"), manifest("m2", "master", "", "2026-05-02", "1.32.1")},
			[]string{of + "1.32.1 by default (manifests.kubean.io m2): that is the newest of 2, of which nothing marks the one in use; m1 has 1.31.1"}},
		"a commit that is known before one that is not": {[]v1alpha1.KubeanManifest{
			manifest("m1", "master", "", "2026-05-02", "1.31.1"), manifest("m2", "2.9", "2020-01-01", "2026-05-01", "1.32.1")},
			[]string{of + "1.32.1 by default (manifests.kubean.io m2): that is the newest of 2, of which nothing marks the one in use; m1 has 1.31.1"}},
		"one without a default is passed over": {[]v1alpha1.KubeanManifest{
			manifest("m1", "2.30", "2026-01-01", "2026-05-01", "null"), manifest("m2", "2.29", "2026-01-01", "2026-05-01", ""), manifest("m3", "2.28", "2026-01-01", "2026-05-01", "1.30.1")},
			[]string{of + "1.30.1 by default (manifests.kubean.io m3)"}},
		"none": {[]v1alpha1.KubeanManifest{manifest("m1", "2.30", "2026-01-01", "2026-05-01", "")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			report := clusterOf("v1.36.1").manages(kubean(tc.manifests...)).by("daocloud-dce").evaluate(t)
			if diff := cmp.Diff(tc.want, notesAbout(report, "by default"), cmp.Transformer("nil", func(s []string) string { return strings.Join(s, "\n") })); diff != "" {
				t.Error(diff)
			}
			if told := notesAbout(report, "recommends"); len(told) > 0 {
				t.Errorf("beside what Kubean says stands %s", told)
			}
		})
	}
}

func TestWhatKubeanIsAskedToRunIsNotSeenToRun(t *testing.T) {
	m := kubean()
	m.Kubean.Clusters = []v1alpha1.ManagedCluster{
		{Name: "online", Version: "v1.36.1", From: "configmap kubean-system/online-vars-conf", Desired: true},
		{Name: "global", Version: "1.36.1", From: "configmap kubean-system/global-vars-conf", Desired: true},
	}
	report := clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(m).evaluate(t)
	if diff := cmp.Diff([]string{"global  ok", "online  ok"}, managedBy(report)); diff != "" {
		t.Error(diff)
	}
	const want = "; v1.36.1 is what configmap kubean-system/online-vars-conf asks for, not what was seen to run"
	if online := report.Managed[1]; !strings.HasSuffix(online.Reason, want) || online.Complete || report.Summary.Complete {
		t.Errorf("complete: %t, %s", online.Complete, online.Reason)
	}
}

func TestAGlobalClusterManagesNoneOrNoneThatCouldBeListed(t *testing.T) {
	for name, clusters := range map[string][]v1alpha1.ManagedCluster{"not read": nil, "none": {}} {
		main := clusterOf("v1.36.3").nodes("v1.36.3", "a").by("alauda-acp", "4.4")
		main.Name = "main"
		main.Management = &v1alpha1.Management{ACP: &v1alpha1.ACP{Version: "4.3.1", VersionFrom: "productbase base", Clusters: clusters}}
		report := fleetOf(t, main, Member{Name: "main", Snapshot: main.Snapshot})
		if diff := cmp.Diff([]string{"main global ok"}, rowsOf(report)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if alone := main.evaluate(t); len(alone.Ranges) > 0 || len(notesAbout(alone, "they are compared")) > 0 {
			t.Errorf("%s: ranges %+v, notes %q", name, alone.Ranges, alone.Notes)
		}
	}
}

func TestAVersionMayNotRunAfterALaterOperation(t *testing.T) {
	for from, want := range map[string]string{
		"configmap a/b of clusteroperation one; two is Failed":  "; v1.36.1 may not be what runs: two is Failed since then",
		"configmap a/b of clusteroperation one; two is Running": "; v1.36.1 may not be what runs: two is Running since then",
		"configmap a/b of clusteroperation one":                 "",
	} {
		m := kubean()
		m.Kubean.Clusters = []v1alpha1.ManagedCluster{{Name: "online", Version: "v1.36.1", From: from}}
		online := clusterOf("v1.37.1").nodes("v1.37.1", "a").manages(m).evaluate(t).Managed[0]
		if online.Complete != (want == "") || !strings.HasSuffix(online.Reason, want) {
			t.Errorf("%s: complete %t, %s", from, online.Complete, online.Reason)
		}
	}
}

func TestWhatKubeanInstallsLimitsItsClustersAlone(t *testing.T) {
	m := kubean(manifest("m1", "2.30", "2026-04-07", "2026-05-01", "1.33.8", "1.33.8", "1.32.7"))
	m.Kubean.Clusters = []v1alpha1.ManagedCluster{{Name: "online", Version: "v1.33.1"}}
	report := clusterOf("v1.33.1").nodes("v1.33.1", "a").manages(m).evaluate(t)
	if want := "upgrade to 1.35 (supported until 2027-02-28), or on to 1.37 (supported until 2027-10-28), one minor at a time"; report.Rows[0].Advice != want {
		t.Errorf("got  %s\nwant %s", report.Rows[0].Advice, want)
	}
	if want := "Kubean installs nothing newer that is supported: a Manifest of a newer release is needed"; report.Managed[0].Advice != want {
		t.Errorf("got  %s\nwant %s", report.Managed[0].Advice, want)
	}
}

func TestWhatKubeanCannotInstallIsNoDefault(t *testing.T) {
	offline := kubean(manifest("m1", "2.30", "2026-01-01", "2026-05-01", "1.34.3", "1.34.3"), manifest("m2", "2.29", "2025-01-01", "2026-05-01", "v1.33.7", "v1.33.7"))
	offline.Kubean.Offline, offline.Kubean.Manifests[1].Local = true, []string{"1.33.7"}
	if diff := cmp.Diff([]string{"Kubean creates clusters at v1.33.7 by default (manifests.kubean.io m2)"}, notesAbout(clusterOf("v1.36.1").manages(offline).evaluate(t), "by default")); diff != "" {
		t.Error(diff)
	}
	odd := kubean(manifest("m1", "2.30", "2026-01-01", "2026-05-01", "", "latest", "newest"))
	if diff := cmp.Diff([]string{"manifests.kubean.io name no version of Kubernetes that could be read as one: latest, newest"}, notesAbout(clusterOf("v1.36.1").manages(odd).evaluate(t), "name no")); diff != "" {
		t.Error(diff)
	}
}

// What is wrong with the cluster itself is not lost behind what it manages.
func TestWhatIsManagedIsAddedToWhatTheClusterItselfIsOutsideOf(t *testing.T) {
	m := kubean(manifest("m1", "2.30", "2026-04-07", "2026-05-01", "1.35.1", "1.35.1"))
	m.Kubean.Clusters = []v1alpha1.ManagedCluster{{Name: "online", Version: "v1.35.1"}}
	report := clusterOf("v1.35.10").nodes("v1.35.10", "a").manages(m).by("daocloud-dce", "v0.44.0").evaluate(t)
	message := report.Summary.Message
	if !strings.HasPrefix(message, "v1.35.10 is outside >=1.18.0 <1.33.0 for container management v0.50.0") || !strings.Contains(message, "; of what is managed from this cluster, 1 of 1 clusters is outside") {
		t.Error(message)
	}
}

func TestWhatKeepsThePlatformBackComesBeforeWhatIsAsGraveHere(t *testing.T) {
	summary := clusterOf("v1.34.6").nodes("v1.34.6", "a").manages(acp("4.3.1", managed("shop", "1.30.9", "baremetal"))).evaluate(t).Summary
	if want := "of what is managed from this cluster, 1 of 1 workload clusters blocks upgrading the global cluster to 4.4: shop 1.30.9; this cluster itself: control plane v1.34.6: "; !strings.HasPrefix(summary.Message, want) || !strings.HasPrefix(summary.Advice, "shop: ") {
		t.Errorf("%s: %s", summary.Message, summary.Advice)
	}
}

func TestTheGlobalClusterIsUpgradedWithItsPlatform(t *testing.T) {
	row := clusterOf("v1.34.6").nodes("v1.34.6", "a").manages(acp("4.3.1")).controlPlaneRow(t)
	if want := "upgrade the platform, which brings its own cluster a newer Kubernetes"; row.Advice != want {
		t.Errorf("got  %s\nwant %s", row.Advice, want)
	}
}
