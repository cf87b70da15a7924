package support

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestThePlatformIsRecognisedOrNamed(t *testing.T) {
	const assumed = "the platform may be another one than upstream: name it with --platform"
	for name, tc := range map[string]struct {
		cluster      cluster
		id, evidence string
		calendar     string
		complete     bool
		notes        []string
	}{
		"nothing tells of another one": {clusterOf("v1.36.6"),
			"upstream", "no sign of another platform", "upstream", true, nil},
		"by its version": {clusterOf("v1.34.1-eks-a737599"),
			"amazon-eks", "version v1.34.1-eks-a737599", "amazon-eks", true, nil},
		"by its nodes": {clusterOf("v1.34.7").labels("kubernetes.azure.com/cluster=MC_prod"),
			"azure-kubernetes-service", "label kubernetes.azure.com/cluster on 1 of 1 nodes sampled", "azure-kubernetes-service", true, nil},
		"--platform stands above what its version shows": {clusterOf("v1.36.6-eks-a737599").by("upstream"),
			"upstream", "--platform", "upstream", true, nil},
		"--platform stands above what its nodes show": {clusterOf("v1.34.7").labels("kubernetes.azure.com/cluster=MC_prod").by("amazon-eks"),
			"amazon-eks", "--platform", "amazon-eks", true, nil},
		"--platform settles a contradiction": {clusterOf("v1.34.7").labels("kubernetes.azure.com/cluster=a").labels("eks.amazonaws.com/nodegroup=b").by("amazon-eks"),
			"amazon-eks", "--platform", "amazon-eks", true, nil},
		"a contradiction leaves it open": {clusterOf("v1.36.6").labels("kubernetes.azure.com/cluster=a").labels("eks.amazonaws.com/nodegroup=b"),
			"upstream", "assumed: signs of both Amazon EKS (label eks.amazonaws.com/nodegroup on 1 of 2 nodes sampled) and Azure Kubernetes Service (label kubernetes.azure.com/cluster on 1 of 2 nodes sampled)", "upstream", false,
			[]string{"signs contradict each other: name the platform with --platform, amazon-eks or azure-kubernetes-service"}},
		"labels were not read": {clusterOf("v1.36.6").unread(v1alpha1.SourceNodeSamples),
			"upstream", "assumed: labels of nodes not read", "upstream", false, []string{assumed}},
		"API groups were not read": {clusterOf("v1.36.6").unread(v1alpha1.SourceAPIGroups),
			"upstream", "assumed: API groups not read", "upstream", false, []string{assumed}},
		"neither was read, and it was named": {clusterOf("v1.36.6").unread(v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups).by("upstream"),
			"upstream", "--platform", "upstream", true, nil},
		"RKE2 follows upstream": {clusterOf("v1.36.3+rke2r1"),
			"rke2", "version v1.36.3+rke2r1", "upstream", true,
			[]string{"the catalog knows no end dates of RKE2 1.36: those of Kubernetes are shown"}},
		"k3s follows upstream, each minor named once": {clusterOf("v1.36.6+k3s1").nodes("v1.36.5+k3s1", "a").nodes("v1.35.10+k3s1", "b"),
			"k3s", "version v1.36.6+k3s1", "upstream", true,
			[]string{"the catalog knows no end dates of k3s 1.36, 1.35: those of Kubernetes are shown"}},
		"k3s 1.30 has a date of its own, of a third party": {clusterOf("v1.30.14+k3s2"),
			"k3s", "version v1.30.14+k3s2", "k3s", true,
			nil},
		"ACP has versions of its own": {clusterOf("v1.35.10").by("alauda-acp"),
			"alauda-acp", "--platform", "upstream", true, []string{
				"the catalog knows no end dates of Alauda Container Platform 1.35: those of Kubernetes are shown",
				"--platform-version checks what a version of Alauda Container Platform takes: 4.4, 4.3, 4.2, 4.1, 4.0"}},
		"which is not said where one was named": {clusterOf("v1.34.13").by("alauda-acp", "4.3"),
			"alauda-acp", "--platform", "upstream", true, []string{
				"the catalog knows no end dates of Alauda Container Platform 1.34: those of Kubernetes are shown"}},
	} {
		t.Run(name, func(t *testing.T) {
			report := tc.cluster.evaluate(t)
			notes := slices.DeleteFunc(report.Notes, func(note string) bool { return note == Unconfirmed })
			if len(notes) == 0 {
				notes = nil
			}
			got := []any{report.Platform.ID, report.Platform.Name, report.Platform.Evidence, report.Rows[0].Standing.Calendar, report.Complete(), notes}
			want := []any{tc.id, platform(t, tc.id).Name, tc.evidence, tc.calendar, tc.complete, tc.notes}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGapsThatBearOnSupport(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster  cluster
		bearing  []v1alpha1.Source
		complete bool
	}{
		"none": {clusterOf("v1.36.6"), nil, true},
		"what support does not read": {
			clusterOf("v1.36.6").gaps(v1alpha1.SourceKubectl, v1alpha1.SourceKubeProxy),
			nil, true},
		"what may show other kube-apiservers": {
			clusterOf("v1.36.6").gaps(v1alpha1.SourceControlPlanePods, v1alpha1.SourceLeases),
			[]v1alpha1.Source{v1alpha1.SourceControlPlanePods, v1alpha1.SourceLeases}, false},
		"marks of the platform, which the version tells": {
			clusterOf("v1.36.1-eks-a737599").unread(v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups), nil, true},
		"nodes": {
			clusterOf("v1.36.6").unread(v1alpha1.SourceNodes), []v1alpha1.Source{v1alpha1.SourceNodes}, false},
		"kube-apiserver instances": {
			clusterOf("v1.36.6").gaps(v1alpha1.SourceAPIServers), []v1alpha1.Source{v1alpha1.SourceAPIServers}, false},
		"addresses of kube-apiserver that did not answer": {
			clusterOf("v1.36.6").gaps(v1alpha1.SourceEndpoints), []v1alpha1.Source{v1alpha1.SourceEndpoints}, false},
		"marks of the platform, which nothing else tells": {
			clusterOf("v1.36.6").unread(v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups),
			[]v1alpha1.Source{v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups}, false},
		"marks of the platform, which --platform tells": {
			clusterOf("v1.36.6").unread(v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups).by("upstream"), nil, true},
		"of several those that bear": {
			clusterOf("v1.36.6").unread(v1alpha1.SourceKubeProxy, v1alpha1.SourceNodes),
			[]v1alpha1.Source{v1alpha1.SourceNodes}, false},
	} {
		t.Run(name, func(t *testing.T) {
			report := tc.cluster.evaluate(t)
			var bearing []v1alpha1.Source
			for _, gap := range report.Gaps {
				bearing = append(bearing, gap.Source)
			}
			if diff := cmp.Diff(tc.bearing, bearing); diff != "" {
				t.Error(diff)
			}
			if report.Complete() != tc.complete {
				t.Errorf("complete: %t, %+v", report.Complete(), report.Summary)
			}
		})
	}
}

func TestNodesThatWereNotReadAreARow(t *testing.T) {
	report := clusterOf("v1.36.6").unread(v1alpha1.SourceNodes).evaluate(t)
	row := theRow(t, report, nodes, "")
	if row.Verdict != unknown || row.Reason != "kubelet versions could not be read" || row.Standing.Stage != v1alpha1.Undated || row.Count != 0 || row.Advice != "" {
		t.Errorf("%+v", row)
	}
	want := v1alpha1.SupportSummary{Verdict: unknown,
		Message: "cannot tell for every part: nodes: kubelet versions could not be read"}
	if diff := cmp.Diff(want, report.Summary); diff != "" {
		t.Error(diff)
	}
}

func TestRowsAreTheControlPlaneFirstThenNodesNewestFirst(t *testing.T) {
	report := clusterOf("v1.35.10", "v1.36.6", "v1.36.6").
		nodes("v1.35.9", "d", "b").nodes("v1.36.6", "c").nodes("v1.35.10", "e").nodes("custom", "f").nodes("v1.35.9", "a").
		virtual("v1.25.0-vk-azure-aci-1.6.2", "aci").evaluate(t)
	type row struct {
		Part, Version string
		Count         int32
		Names         string
		Verdict       v1alpha1.Verdict
	}
	var got []row
	for _, r := range report.Rows {
		got = append(got, row{r.Part, r.Version, r.Count, strings.Join(r.Names, " "), r.Verdict})
	}
	if diff := cmp.Diff([]row{
		{controlPlane, "v1.36.6", 2, "", ok},
		{controlPlane, "v1.35.10", 1, "", ok},
		{nodes, "v1.36.6", 1, "c", ok},
		{nodes, "v1.35.10", 1, "e", ok},
		{nodes, "v1.35.9", 3, "a b d", ok},
		{nodes, "custom", 1, "f", unknown},
	}, got); diff != "" {
		t.Error(diff)
	}
	if reason := report.Rows[5].Reason; reason != "version is not one of Kubernetes" {
		t.Errorf("custom: %s", reason)
	}
	if report.Complete() {
		t.Error("a version that is none leaves the report open")
	}
}

func TestVersionsOfOneReleaseAreOrderedByTheirText(t *testing.T) {
	var got []string
	for _, r := range clusterOf("v1.36.6-c", "v1.36.6-a", "v1.36.6-b").evaluate(t).Rows {
		got = append(got, r.Version)
	}
	if diff := cmp.Diff([]string{"v1.36.6-a", "v1.36.6-b", "v1.36.6-c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestVirtualNodesAloneAreNoRow(t *testing.T) {
	report := clusterOf("v1.36.6").virtual("v1.25.0-vk-azure-aci-1.6.2", "aci").evaluate(t)
	if len(report.Rows) != 1 || report.Rows[0].Part != controlPlane || report.Summary.Verdict != ok || !report.Complete() {
		t.Errorf("%+v", report.Rows)
	}
}

func TestSummary(t *testing.T) {
	const (
		upgrade   = "upgrade to 1.35 (supported until 2027-02-28), or on to 1.37 (supported until 2027-10-28)"
		oneByOne  = upgrade + ", one minor at a time"
		eksTo     = "upgrade to 1.35 (supported until 2027-03-27), or on to 1.36 (supported until 2027-08-02)"
		notAll    = "cannot tell for every part: "
		unseen    = "; not everything could be judged"
		onboarded = " for onboarding, Alauda Container Platform 4.3: it is blocked from onboarding"
	)
	for name, tc := range map[string]struct {
		cluster  cluster
		severity v1alpha1.Severity
		want     v1alpha1.SupportSummary
	}{
		"all is well: the first to end leads": {
			clusterOf("v1.37.2").nodes("v1.36.6", "a").nodes("v1.35.10", "b", "c"), v1alpha1.SeverityNone,
			v1alpha1.SupportSummary{Verdict: ok, Complete: true,
				Message: "2 nodes at v1.35.10: Kubernetes 1.35 is in standard support until 2026-12-28 (38 days left), then in maintenance support until 2027-02-28"}},
		"all is well, and ends with the control plane": {
			clusterOf("v1.36.5").nodes("v1.36.6", "a"), v1alpha1.SeverityNone,
			v1alpha1.SupportSummary{Verdict: ok, Complete: true,
				Message: "control plane v1.36.5: Kubernetes 1.36 is in standard support until 2027-04-28 (159 days left), then in maintenance support until 2027-06-28",
				Advice:  "update to 1.36.6, 1 patch newer (of ~2026-10-28)"}},
		"the gravest leads, however soon others end": {
			clusterOf("v1.35.10").nodes("v1.35.10", "a", "b").nodes("v1.34.13", "c"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
				Message: "1 node at v1.34.13: Kubernetes 1.34 reached end of life on 2026-10-27, 24 days ago",
				Advice:  "upgrade this node to the control plane's 1.35"}},
		"of those past their end the control plane, which is upgraded first": {
			clusterOf("v1.34.13").nodes("v1.33.13", "a", "b").nodes("v1.32.13", "c"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
				Message: "control plane v1.34.13: Kubernetes 1.34 reached end of life on 2026-10-27, 24 days ago (and 2 more)", Advice: upgrade}},
		"of nodes past their end the first to end": {
			clusterOf("v1.35.10").nodes("v1.33.13", "a", "b").nodes("v1.32.13", "c"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
				Message: "1 node at v1.32.13: Kubernetes 1.32 reached end of life on 2026-02-28, 265 days ago (and 1 more)",
				Advice:  "upgrade this node to the control plane's 1.35"}},
		"of warnings the control plane, though nodes end sooner": {
			clusterOf("v1.33.5-eks-113cf36").nodes("v1.32.3-eks-473151a", "a"), v1alpha1.SeverityWarning,
			v1alpha1.SupportSummary{Verdict: warning, Complete: true,
				Message: "control plane v1.33.5-eks-113cf36: Amazon EKS 1.33 is supported until 2027-07-29 (251 days left) only with extended support, which costs extra (and 1 more)", Advice: eksTo + ", one minor at a time"}},
		"what is past its end is graver than what costs extra": {
			clusterOf("v1.32.3-eks-473151a").nodes("v1.30.14-eks-113cf36", "a"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
				Message: "1 node at v1.30.14-eks-113cf36: Amazon EKS 1.30 reached end of life on 2026-07-23, 120 days ago", Advice: "upgrade this node to the control plane's 1.32, then follow it"}},
		"a control plane halfway through an upgrade": {
			clusterOf("v1.35.10", "v1.34.13"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
				Message: "control plane v1.34.13: Kubernetes 1.34 reached end of life on 2026-10-27, 24 days ago", Advice: upgrade}},
		"a range that is graver than the rows leads": {
			clusterOf("v1.35.10").by("alauda-acp", "4.3"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true, Message: "v1.35.10 is outside >=1.19.0 <1.35.0" + onboarded,
				Advice: "too new for 4.3: it needs a later version of the platform"}},
		"what the platform creates is no finding": {
			clusterOf("v1.37.2").by("daocloud-dce"), v1alpha1.SeverityNone,
			v1alpha1.SupportSummary{Verdict: ok, Complete: true,
				Message: "control plane v1.37.2: Kubernetes 1.37 is in standard support until 2027-08-28 (281 days left), then in maintenance support until 2027-10-28"}},
		"a range that was asked for, as grave as the rows, leads": {
			clusterOf("v1.34.13").by("alauda-acp", "4.2"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
				Message: "v1.34.13 is outside >=1.30.0 <1.34.0 (its newest minor alone) for upgrading the global cluster, Alauda Container Platform 4.2: it blocks the upgrade of the global cluster to this version",
				Advice:  "too new for 4.2: it needs a later version of the platform"}},
		"advice stays inside what the platform's version takes": {
			clusterOf("v1.33.13").by("alauda-acp", "4.4"), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported, Complete: true,
				Message: "control plane v1.33.13: Kubernetes 1.33 reached end of life on 2026-06-28, 145 days ago",
				Advice:  "upgrade to 1.35 (supported until 2027-02-28), one minor at a time"}},
		"a range that is not known, beside a row past its end": {
			clusterOf("v1.27.16").by("alauda-acp", "4.4").guest(), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported,
				Message: "control plane v1.27.16: Kubernetes 1.27 reached end of life on 2024-07-16, 857 days ago" + unseen,
				Advice:  "upgrade to 1.35 (supported until 2027-02-28), or on to 1.37 (supported until 2027-10-28), one minor at a time"}},
		"newer than the catalog": {
			clusterOf("v1.39.0"), v1alpha1.SeverityNone,
			v1alpha1.SupportSummary{Verdict: unknown,
				Message: notAll + "control plane v1.39.0: the catalog's calendar of Kubernetes (as of 2026-11-20) has no Kubernetes 1.39, its newest is Kubernetes 1.37"}},
		"what is not known is graver than what is well": {
			clusterOf("v1.35.10").nodes("custom", "a"), v1alpha1.SeverityNone,
			v1alpha1.SupportSummary{Verdict: unknown, Message: notAll + "1 node at custom: version is not one of Kubernetes"}},
		"and a warning graver than what is not known": {
			clusterOf("v1.33.5-eks-113cf36").unread(v1alpha1.SourceNodes), v1alpha1.SeverityWarning,
			v1alpha1.SupportSummary{Verdict: warning,
				Message: "control plane v1.33.5-eks-113cf36: Amazon EKS 1.33 is supported until 2027-07-29 (251 days left) only with extended support, which costs extra" + unseen, Advice: eksTo + ", one minor at a time"}},
		"nodes that were not read beside a control plane past its end": {
			clusterOf("v1.33.13").unread(v1alpha1.SourceNodes), v1alpha1.SeverityError,
			v1alpha1.SupportSummary{Verdict: unsupported,
				Message: "control plane v1.33.13: Kubernetes 1.33 reached end of life on 2026-06-28, 145 days ago" + unseen, Advice: oneByOne}},
		"well as far as was seen": {
			clusterOf("v1.36.6").gaps(v1alpha1.SourceAPIServers), v1alpha1.SeverityNone,
			v1alpha1.SupportSummary{Verdict: ok,
				Message: "control plane v1.36.6: Kubernetes 1.36 is in standard support until 2027-04-28 (159 days left), then in maintenance support until 2027-06-28" + unseen}},
	} {
		t.Run(name, func(t *testing.T) {
			report := tc.cluster.evaluate(t)
			if diff := cmp.Diff(tc.want, report.Summary); diff != "" {
				t.Error(diff)
			}
			if report.Severity() != tc.severity {
				t.Errorf("severity %d, want %d", report.Severity(), tc.severity)
			}
		})
	}
}

func TestAReportNamesItsDayItsClusterAndItsCatalog(t *testing.T) {
	c := clusterOf("v1.34.1-eks-a737599").on("2026-12-24")
	c.Cluster = v1alpha1.Cluster{Context: "prod", Server: "https://192.0.2.1"}
	report := c.evaluate(t)
	got := []string{report.Kind, report.Name, report.At.String(), report.Rows[0].Standing.AsOf.String(), report.Cluster.Context, report.Cluster.Server}
	if diff := cmp.Diff([]string{"SupportReport", "test", "2026-12-24", "2026-08-22", "prod", "https://192.0.2.1"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReportsDoNotDependOnMapOrder(t *testing.T) {
	mixed := func() *v1alpha1.SupportReport {
		return clusterOf("v1.36.6", "v1.35.10", "v1.35.10-a", "v1.35.10-b").
			nodes("v1.36.6", "a").nodes("v1.35.10", "b").nodes("v1.34.13", "c").nodes("v1.34.13-x", "d").nodes("v1.33.13", "e").nodes("x", "f").nodes("y", "g").
			evaluate(t)
	}
	first := mixed()
	for range 20 {
		if diff := cmp.Diff(first, mixed()); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestASnapshotWithoutAnyKubeAPIServerIsRefused(t *testing.T) {
	without := clusterOf("v1.36.6")
	without.APIServers = nil
	for name, c := range map[string]cluster{
		"no section":        without,
		"no instance":       clusterOf(),
		"no usable version": clusterOf("not a version", ""),
	} {
		const want = "the snapshot holds no kube-apiserver version: take it again with a role that may read /version"
		if report, err := Evaluate(c.Snapshot, loaded(t), Options{At: day(t, today)}); err == nil || err.Error() != want || report != nil {
			t.Errorf("%s: got %v, %v", name, report, err)
		}
	}
}

// What any source shows of kube-apiserver is judged: pods and probed addresses
// as well as the instances that connections reached.
func TestEveryKubeAPIServerIsJudged(t *testing.T) {
	c := clusterOf("v1.36.6")
	c.ControlPlanePods = &v1alpha1.ControlPlanePods{Pods: []v1alpha1.ControlPlanePod{
		{Component: "kube-apiserver", Name: "kube-apiserver-a", Node: "a", Image: "registry.k8s.io/kube-apiserver:v1.36.6"},
		{Component: "kube-apiserver", Name: "kube-apiserver-b", Node: "b", Image: "registry.k8s.io/kube-apiserver:v1.33.3"},
	}}
	if row := theRow(t, c.evaluate(t), controlPlane, "v1.33.3"); row.Verdict != unsupported {
		t.Errorf("a pod's: %+v", row)
	}
	c = clusterOf("v1.36.6")
	c.APIServers.Endpoints = []v1alpha1.APIServerEndpoint{
		{Address: "a", Version: &v1alpha1.VersionInfo{GitVersion: "v1.36.6"}}, {Address: "b", Version: &v1alpha1.VersionInfo{GitVersion: "v1.33.3"}},
	}
	if row := theRow(t, c.evaluate(t), controlPlane, "v1.33.3"); row.Verdict != unsupported {
		t.Errorf("an address's: %+v", row)
	}
	c.APIServers.Endpoints[1] = v1alpha1.APIServerEndpoint{Address: "b", Error: "refused"}
	report := c.evaluate(t)
	if row := report.Rows[1]; row.Verdict != unknown || row.Reason != "1 of 2 kube-apiserver instances did not show their version" || report.Complete() {
		t.Errorf("one that did not answer: %+v", row)
	}
}

func TestDatesThatAreNotConfirmedAreExplained(t *testing.T) {
	for gitVersion, want := range map[string]bool{
		"v1.36.1-gke.1000000": true,  // an end that a policy gives
		"v1.36.1":             true,  // a patch whose own tag could not be read
		"v1.37.1":             false, // all was
	} {
		if got := slices.Contains(clusterOf(gitVersion).evaluate(t).Notes, Unconfirmed); got != want {
			t.Errorf("%s: explained: %t", gitVersion, got)
		}
	}
}

func TestThePeriodThatMakesAWarningIsTold(t *testing.T) {
	if got := clusterOf("v1.35.10").within("90d").evaluate(t).Within; got != "90d" {
		t.Errorf("got %q", got)
	}
	if got := clusterOf("v1.35.10").evaluate(t).Within; got != "" {
		t.Errorf("without one: got %q", got)
	}
}
