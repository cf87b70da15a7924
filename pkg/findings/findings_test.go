package findings_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/findings"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func minor(n int) version.Minor { return version.Minor{Major: 1, Minor: n} }

func skewOf(rows ...v1alpha1.SkewRow) *v1alpha1.SkewReport {
	r := v1alpha1.NewSkewReport("prod")
	r.Rows = rows
	return r
}

func usesOf(uses ...v1alpha1.DeprecationFinding) *v1alpha1.DeprecationReport {
	r := v1alpha1.NewDeprecationReport("prod")
	r.Findings = uses
	return r
}

func kubelet(version string, verdict v1alpha1.Verdict, reason string, names ...string) v1alpha1.SkewRow {
	return v1alpha1.SkewRow{Component: "kubelet", Version: version, Count: int32(len(names)), Names: names, Verdict: verdict, Reason: reason}
}

func use(subject v1alpha1.DeprecationSubject, verdict v1alpha1.Verdict, reason string) v1alpha1.DeprecationFinding {
	return v1alpha1.DeprecationFinding{
		APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Subject: subject, Verdict: verdict, Reason: reason,
	}
}

func keys(report runtime.Object) []string {
	var all []string
	for _, f := range findings.Of(report) {
		k := findings.KeyOf(f)
		all = append(all, strings.Join([]string{k.Cluster, string(k.Question), k.Rule, k.Subject}, "|"))
	}
	slices.Sort(all)
	return all
}

func expectKeys(t *testing.T, report runtime.Object, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, keys(report)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A later report on the same cluster has the same identities: patches, counts,
// words and the order of rows make no difference.
func TestIdentitiesLast(t *testing.T) {
	user := v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectUser, Name: "ci", UserAgent: "kubectl/v1.30.1"}
	later := user
	later.UserAgent = "kubectl/v1.30.2"
	for name, pair := range map[string][2]runtime.Object{
		"skew: patches, vendors' suffixes, counts, order": {
			skewOf(kubelet("v1.33.1", v1alpha1.Unsupported, "4 minors older", "a"), kubelet("v1.36.1-eks-abc", v1alpha1.OK, "inside", "b")),
			skewOf(kubelet("v1.36.4-eks-def", v1alpha1.OK, "inside", "b", "c"), kubelet("v1.33.9", v1alpha1.Unsupported, "5 minors older", "d", "e")),
		},
		"support: days left, patches": {
			&v1alpha1.SupportReport{Rows: []v1alpha1.SupportRow{{Part: "nodes", Version: "v1.34.1", Verdict: v1alpha1.Warning, Reason: "9 days left"}}},
			&v1alpha1.SupportReport{Rows: []v1alpha1.SupportRow{{Part: "nodes", Version: "v1.34.2", Verdict: v1alpha1.Unsupported, Reason: "ended"}}},
		},
		"deprecations: user agents, counts, verdicts": {
			usesOf(use(user, v1alpha1.Error, "called it (3 writes)")),
			usesOf(use(later, v1alpha1.Warning, "called it (2 reads)")),
		},
		"plan: numbers in messages": {
			&v1alpha1.UpgradePlan{Hops: []v1alpha1.PlanHop{{Number: 1, To: minor(38), Gates: []v1alpha1.PlanGate{{ID: "volumes", Verdict: v1alpha1.Warning, Message: "3 volumes"}}}}},
			&v1alpha1.UpgradePlan{Hops: []v1alpha1.PlanHop{{Number: 2, To: minor(38), Gates: []v1alpha1.PlanGate{{ID: "volumes", Verdict: v1alpha1.Pass, Message: "none"}}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(keys(pair[0]), keys(pair[1])); diff != "" || len(keys(pair[0])) == 0 {
				t.Errorf("(-earlier +later)\n%s", diff)
			}
		})
	}
}

func TestIdentitiesTellApart(t *testing.T) {
	expectKeys(t, skewOf(kubelet("v1.33.1", v1alpha1.OK, ""), kubelet("v1.34.1", v1alpha1.OK, ""), kubelet("", v1alpha1.Unknown, ""), kubelet("not one", v1alpha1.Unknown, "")),
		"|skew|kubelet|kubelet", "|skew|kubelet|kubelet 1.33", "|skew|kubelet|kubelet 1.34", "|skew|kubelet|kubelet not one")
	expectKeys(t, usesOf(
		use(v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectRelease, Namespace: "shop", Name: "web"}, v1alpha1.Error, ""),
		use(v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectManager, Name: "web"}, v1alpha1.Error, ""),
		use(v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectClients}, v1alpha1.Error, ""),
	),
		"|deprecations|policy/v1beta1 PodDisruptionBudget|clients",
		"|deprecations|policy/v1beta1 PodDisruptionBudget|manager web",
		"|deprecations|policy/v1beta1 PodDisruptionBudget|release shop/web")
	expectKeys(t, &v1alpha1.SupportReport{
		Rows:   []v1alpha1.SupportRow{{Part: "control plane", Version: "v1.37.1"}},
		Ranges: []v1alpha1.RangeCheck{{VersionRange: v1alpha1.VersionRange{For: "onboarding"}}},
		// A cluster stays the same when its version changes.
		Managed: []v1alpha1.ClusterSupport{{Name: "shop", Version: "v1.33.1"}, {Name: "bank"}},
	}, "|support|control plane|control plane 1.37", "|support|managed cluster|bank", "|support|managed cluster|shop", "|support|platform range|onboarding")
	expectKeys(t, &v1alpha1.FleetSupportReport{Clusters: []v1alpha1.ClusterSupport{
		{Name: "a", Report: &v1alpha1.SupportReport{Rows: []v1alpha1.SupportRow{{Part: "control plane", Version: "v1.37.1"}}}}, {Name: "b", Error: "no route to host"},
	}}, "a|support|control plane|control plane 1.37")

	one := &v1alpha1.Overview{Skew: skewOf(kubelet("v1.33.1", v1alpha1.OK, ""))}
	expectKeys(t, &v1alpha1.FleetOverview{Clusters: []v1alpha1.FleetCluster{
		{Name: "a", Overview: one}, {Name: "b", Overview: one}, {Name: "c", Error: "no route to host"},
	}}, "a|skew|kubelet|kubelet 1.33", "b|skew|kubelet|kubelet 1.33")
}

func TestRowsOfOneIdentityAreTheGravest(t *testing.T) {
	places := func(names ...string) []v1alpha1.EvidenceObject {
		var all []v1alpha1.EvidenceObject
		for _, name := range names {
			all = append(all, v1alpha1.EvidenceObject{Name: name})
		}
		return all
	}
	for name, c := range map[string]struct {
		rows []v1alpha1.SkewRow
		want v1alpha1.Finding
	}{
		"the gravest last": {
			[]v1alpha1.SkewRow{kubelet("v1.34.1", v1alpha1.OK, "fine", "a"), kubelet("v1.34.2", v1alpha1.Warning, "at the edge", "b")},
			v1alpha1.Finding{Verdict: v1alpha1.Warning, Message: "at the edge", Places: places("b")},
		},
		"the gravest first": {
			[]v1alpha1.SkewRow{kubelet("v1.34.2", v1alpha1.Warning, "at the edge", "b"), kubelet("v1.34.1", v1alpha1.OK, "fine", "a")},
			v1alpha1.Finding{Verdict: v1alpha1.Warning, Message: "at the edge", Places: places("b")},
		},
		"as grave, in the same words": {
			[]v1alpha1.SkewRow{kubelet("v1.34.1", v1alpha1.Warning, "at the edge", "a"), kubelet("v1.34.2", v1alpha1.Warning, "at the edge", "b", "a")},
			v1alpha1.Finding{Verdict: v1alpha1.Warning, Message: "at the edge", Places: places("a", "b")},
		},
		"as grave, in words that hold the others": {
			[]v1alpha1.SkewRow{kubelet("v1.34.1", v1alpha1.Warning, "11 minors", "a"), kubelet("v1.34.2", v1alpha1.Warning, "1 minor", "b")},
			v1alpha1.Finding{Verdict: v1alpha1.Warning, Message: "11 minors; 1 minor", Places: places("a", "b")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Question, c.want.Rule, c.want.Subject = v1alpha1.QuestionSkew, "kubelet", "kubelet 1.34"
			if diff := cmp.Diff([]v1alpha1.Finding{c.want}, findings.Of(skewOf(c.rows...))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A remedy, and a source, of any row that is as grave is better than none.
func TestRowsOfOneIdentityShareTheRemedy(t *testing.T) {
	user := v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectUser, Name: "ci"}
	with := use(user, v1alpha1.Error, "b")
	with.Remedy = "use policy/v1"
	got := findings.Of(usesOf(use(user, v1alpha1.Error, "a"), with))
	if len(got) != 1 || got[0].Remedy != "use policy/v1" {
		t.Errorf("%+v", got)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	var uses []v1alpha1.DeprecationFinding
	for i := range 1000 {
		uses = append(uses, use(v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectUser, Name: "ci", UserAgent: fmt.Sprint(i)}, v1alpha1.Error, fmt.Sprintf("called it (%d writes)", i)))
	}
	got := findings.Of(usesOf(uses...))
	if want := "called it (0 writes); called it (1 writes); called it (2 writes); and 997 more"; len(got) != 1 || got[0].Message != want {
		t.Errorf("%d findings, %q", len(got), got[0].Message)
	}
}

// What several pieces of evidence name is one place; history names none, unless
// there is nothing else to tell.
func TestPlacesAreThoseOfWhatCounts(t *testing.T) {
	a, b, old := v1alpha1.EvidenceObject{Namespace: "shop", Name: "a"}, v1alpha1.EvidenceObject{Path: "b.yaml", Line: 3}, v1alpha1.EvidenceObject{Name: "old"}
	f := v1alpha1.DeprecationFinding{APIVersion: "v1", Kind: "K", Verdict: v1alpha1.Error, Evidence: []v1alpha1.DeprecationEvidence{
		{Type: v1alpha1.EvidenceWritten, Objects: []v1alpha1.EvidenceObject{a, b}},
		{Type: v1alpha1.EvidenceWritten, Stale: true, Objects: []v1alpha1.EvidenceObject{old}},
		{Type: v1alpha1.EvidenceDeclared, Objects: []v1alpha1.EvidenceObject{a}},
	}}
	if diff := cmp.Diff([]v1alpha1.EvidenceObject{a, b}, findings.Of(usesOf(f))[0].Places); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	f.Verdict = v1alpha1.Information
	if diff := cmp.Diff([]v1alpha1.EvidenceObject{a, b, old}, findings.Of(usesOf(f))[0].Places); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Known are those that ask for attention and that the comparison calls neither new nor worse.
func TestBaselineMarksWhatItHas(t *testing.T) {
	r := skewOf(kubelet("v1.33.1", v1alpha1.Unsupported, "old"), kubelet("v1.34.1", v1alpha1.Warning, "edge"), kubelet("v1.36.1", v1alpha1.OK, "fine"))
	for _, f := range findings.Of(r) {
		if f.Known {
			t.Errorf("%s is known without a baseline", f.Subject)
		}
	}
	r.Baseline = &v1alpha1.Baseline{New: []v1alpha1.Finding{{Question: v1alpha1.QuestionSkew, Rule: "kubelet", Subject: "kubelet 1.33"}}}
	for _, report := range []runtime.Object{r, &v1alpha1.Overview{Skew: r, Baseline: r.Baseline}} {
		var known []string
		for _, f := range findings.Of(report) {
			if f.Known {
				known = append(known, f.Subject)
			}
		}
		if !slices.Equal(known, []string{"kubelet 1.34"}) {
			t.Errorf("%T: known %v", report, known)
		}
	}
}

func TestWaivedKeepTheirIdentityAndReason(t *testing.T) {
	f := use(v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectFile, Name: "a.yaml"}, v1alpha1.Error, "declares it")
	f.Waiver = &v1alpha1.DeprecationWaiver{Reason: "next week"}
	r := usesOf()
	r.Waived = []v1alpha1.DeprecationFinding{f}
	got := findings.WaivedOf(r)
	if len(got) != 1 || got[0].Subject != "file a.yaml" || got[0].Waiver.Reason != "next week" || len(findings.Of(r)) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestClustersOfAnyReport(t *testing.T) {
	for _, report := range []runtime.Object{
		v1alpha1.NewSkewReport("prod"), v1alpha1.NewSupportReport("prod"), v1alpha1.NewDeprecationReport("prod"),
		v1alpha1.NewUpgradePlan("prod"), v1alpha1.NewOverview("prod"),
	} {
		got, err := findings.Clusters(report)
		if err != nil || len(got) != 1 || got[0].Name != "prod" || got[0].Overview == nil {
			t.Errorf("%T: %+v, %v", report, got, err)
		}
	}
	if _, err := findings.Clusters(v1alpha1.NewCatalogInfo()); err == nil {
		t.Error("a catalog has clusters")
	}
	cut := &v1alpha1.FleetOverview{Clusters: []v1alpha1.FleetCluster{{Name: "a", Verdict: v1alpha1.Error}}}
	if _, err := findings.Clusters(cut); err == nil {
		t.Error("a fleet without the clusters' reports looks as if nothing was found")
	}
	if _, err := findings.Clusters(&v1alpha1.FleetSupportReport{Clusters: []v1alpha1.ClusterSupport{{Name: "a", Verdict: v1alpha1.Error}}}); err == nil {
		t.Error("the support of several without the clusters' reports looks as if nothing was found")
	}
}
