package overview

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/skew"
	"github.com/kubectl-versions/kubectl-versions/pkg/support"
)

// snapshot of docs/examples/shop-prod.yaml, in which every question has a grave answer.
func snapshot(t *testing.T) *v1alpha1.Snapshot {
	t.Helper()
	file, err := os.Open(filepath.FromSlash("../../docs/examples/shop-prod.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s, err := v1alpha1.DecodeSnapshot(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func options(t *testing.T) Options {
	t.Helper()
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	day, err := calendar.ParseDay("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Catalog: data, Index: index, At: day, Method: v1alpha1.PlanMethod{NodeUpgrade: v1alpha1.Replace, BatchSize: "10%"}}
}

func evaluate(t *testing.T, s *v1alpha1.Snapshot) *v1alpha1.Overview {
	t.Helper()
	report, err := Evaluate(s, options(t))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestEveryAnswerIsThatOfItsOwnCommand(t *testing.T) {
	s, o := snapshot(t), options(t)
	report := evaluate(t, s)

	alone, err := skew.Evaluate(s, o.Catalog, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(alone, report.Skew); diff != "" {
		t.Error(diff)
	}
	supported, err := support.Evaluate(s, o.Catalog, support.Options{At: o.At})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(supported, report.Support); diff != "" {
		t.Error(diff)
	}
	want := []v1alpha1.OverviewAnswer{
		{Question: "skew", Verdict: v1alpha1.Unsupported, Complete: alone.Summary.Complete, Message: alone.Summary.Message, Command: "kubectl versions skew"},
		{Question: "support", Verdict: v1alpha1.Unsupported, Complete: supported.Summary.Complete, Message: supported.Summary.Message, Command: "kubectl versions support"},
		{Question: "deprecations", Verdict: v1alpha1.Error, Complete: true, Message: report.Deprecations.Summary.Message, Command: "kubectl versions deprecations"},
		{Question: "plan", Verdict: v1alpha1.Blocked, Complete: false, Message: report.Plan.Summary.Message, Command: "kubectl versions plan"},
	}
	if diff := cmp.Diff(want, report.Answers); diff != "" {
		t.Error(diff)
	}
	const message = "outside the version skew policy, out of support, 3 API versions in use break, upgrade to 1.38 blocked; not everything could be seen"
	if got := report.Summary; got.Message != message || got.Verdict != v1alpha1.Unsupported || got.Complete {
		t.Errorf("%+v", got)
	}
	if got := report.Plan.To.String(); got != "1.38" {
		t.Errorf("the next hop leads to %s", got)
	}
}

func TestAQuestionWithoutFactsIsUnknownAndCostsNoOther(t *testing.T) {
	t.Run("API usage was not collected", func(t *testing.T) {
		s := snapshot(t)
		s.APIUsage = nil
		report := evaluate(t, s)
		got := report.Answers[2]
		if got.Verdict != v1alpha1.Unknown || got.Complete || !strings.HasPrefix(got.Message, "the snapshot tells nothing of API usage") || report.Deprecations != nil {
			t.Errorf("%+v", got)
		}
		if report.Summary.Complete || report.Answers[0].Verdict != v1alpha1.Unsupported {
			t.Errorf("%+v", report.Summary)
		}
	})
	t.Run("the catalog knows no next minor", func(t *testing.T) {
		s := snapshot(t)
		s.APIServers.Instances[0].GitVersion, s.ControlPlanePods = "v1.38.0", nil
		report := evaluate(t, s)
		got := report.Answers[3]
		if want := "the catalog (as of 2026-11-20) knows nothing after 1.38"; got.Verdict != v1alpha1.Unknown || got.Message != want || report.Plan != nil {
			t.Errorf("%+v, want %q", got, want)
		}
	})
	t.Run("no kube-apiserver is known", func(t *testing.T) {
		s := snapshot(t)
		s.APIServers, s.ControlPlanePods = nil, nil
		if report, err := Evaluate(s, options(t)); err == nil && (report.Skew != nil || report.Support != nil) {
			t.Errorf("%+v", report.Answers)
		}
		s.APIUsage = nil
		if _, err := Evaluate(s, options(t)); err == nil || !strings.Contains(err.Error(), "the snapshot holds no kube-apiserver version") {
			t.Error(err)
		}
	})
}

// Pods are not read for an overview, and what they alone tell is no open question then.
func TestTheNextHopLeavesOutWhatOnlyPodsTell(t *testing.T) {
	s := snapshot(t)
	s.Upgrade.Pods = nil
	for _, gate := range evaluate(t, s).Plan.Hops[0].Gates {
		if slices.Contains([]string{"single-replicas", "unmanaged-pods", "overlapping-budgets", "retired-images"}, gate.ID) {
			t.Errorf("%s: %s", gate.ID, gate.Message)
		}
	}
	s.Gaps = append(s.Gaps, v1alpha1.Gap{Source: v1alpha1.SourcePods, Reason: v1alpha1.GapForbidden, Hides: "pods", Permission: "list pods"})
	refused := evaluate(t, s).Plan.Hops[0].Gates
	if !slices.ContainsFunc(refused, func(g v1alpha1.PlanGate) bool { return g.ID == "unmanaged-pods" && g.Verdict == v1alpha1.Unknown }) {
		t.Error("pods that were refused are not unknown")
	}
}

func TestPhrases(t *testing.T) {
	full := evaluate(t, snapshot(t))
	one := &v1alpha1.Overview{Deprecations: &v1alpha1.DeprecationReport{Findings: []v1alpha1.DeprecationFinding{
		{APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Verdict: v1alpha1.Error},
		{APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Verdict: v1alpha1.Error},
		{APIVersion: "batch/v1beta1", Kind: "CronJob", Verdict: v1alpha1.Warning},
	}}}
	manages := &v1alpha1.Overview{Support: &v1alpha1.SupportReport{
		Rows: []v1alpha1.SupportRow{{Verdict: v1alpha1.OK}}, Managed: []v1alpha1.ClusterSupport{{Verdict: v1alpha1.Unsupported}},
	}}
	next := full.Plan.To
	for _, tt := range []struct {
		question v1alpha1.Question
		verdict  v1alpha1.Verdict
		in       *v1alpha1.Overview
		want     string
	}{
		{v1alpha1.QuestionSkew, v1alpha1.Unsupported, full, "outside the version skew policy"},
		{v1alpha1.QuestionSkew, v1alpha1.Warning, full, "at the edge of the version skew policy"},
		{v1alpha1.QuestionSkew, v1alpha1.Unknown, full, "version skew not known"},
		{v1alpha1.QuestionSkew, v1alpha1.OK, full, "inside the version skew policy"},
		{v1alpha1.QuestionSupport, v1alpha1.Warning, full, "support ends soon or costs extra"},
		{v1alpha1.QuestionSupport, v1alpha1.OK, full, "supported until 2026-06-28"},
		{v1alpha1.QuestionSupport, v1alpha1.OK, one, "supported"},
		{v1alpha1.QuestionSupport, v1alpha1.Unsupported, manages, "managed clusters out of support"},
		{v1alpha1.QuestionSupport, v1alpha1.OK, manages, "supported"},
		{v1alpha1.QuestionDeprecations, v1alpha1.Error, full, "3 API versions in use break"},
		{v1alpha1.QuestionDeprecations, v1alpha1.Error, one, "1 API version in use breaks"},
		{v1alpha1.QuestionDeprecations, v1alpha1.OK, full, "no API in use goes away"},
		{v1alpha1.QuestionPlan, v1alpha1.Blocked, full, "upgrade to 1.38 blocked"},
		{v1alpha1.QuestionPlan, v1alpha1.Pass, full, "nothing stands against 1.38"},
	} {
		if got := phrase(v1alpha1.OverviewAnswer{Question: tt.question, Verdict: tt.verdict}, tt.in, next); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.question, tt.verdict, got, tt.want)
		}
	}
}

func TestGapsThatBearOnTheFirstQuestionsAreFirst(t *testing.T) {
	s := snapshot(t)
	gap := func(source v1alpha1.Source) v1alpha1.Gap {
		return v1alpha1.Gap{Source: source, Reason: v1alpha1.GapForbidden, Hides: string(source)}
	}
	s.Gaps = []v1alpha1.Gap{gap(v1alpha1.SourceCSIDrivers), gap(v1alpha1.SourceHelmSecrets), gap(v1alpha1.SourceNodes)}
	s.Nodes, s.NodeSamples = nil, nil
	var got []v1alpha1.Source
	for _, g := range evaluate(t, s).Gaps {
		got = append(got, g.Source)
	}
	if diff := cmp.Diff([]v1alpha1.Source{v1alpha1.SourceNodes, v1alpha1.SourceHelmSecrets, v1alpha1.SourceCSIDrivers}, got); diff != "" {
		t.Error(diff)
	}
}
