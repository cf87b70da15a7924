package overview

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestTheWorstClusterIsFirst(t *testing.T) {
	row := func(name string, verdict v1alpha1.Verdict, skew v1alpha1.Verdict, breaking int32) v1alpha1.FleetCluster {
		return v1alpha1.FleetCluster{
			Name: name, Verdict: verdict, Complete: verdict != v1alpha1.Unknown, Breaking: &breaking,
			Answers: map[v1alpha1.Question]v1alpha1.Verdict{v1alpha1.QuestionSkew: skew, v1alpha1.QuestionDeprecations: verdict},
		}
	}
	fleet := Fleet(options(t).At, []v1alpha1.FleetCluster{
		row("fine-b", v1alpha1.OK, v1alpha1.OK, 0),
		row("open", v1alpha1.Unknown, v1alpha1.OK, 0),
		row("warned", v1alpha1.Warning, v1alpha1.OK, 0),
		FailedRow("gone", errors.New("no route to host")),
		row("fine-a", v1alpha1.OK, v1alpha1.OK, 0),
		row("one-thing", v1alpha1.Error, v1alpha1.OK, 9),
		row("two-things-few", v1alpha1.Error, v1alpha1.Unsupported, 1),
		row("two-things-more", v1alpha1.Error, v1alpha1.Unsupported, 2),
	})
	var got []string
	for _, c := range fleet.Clusters {
		got = append(got, c.Name)
	}
	want := []string{"two-things-more", "two-things-few", "one-thing", "warned", "gone", "open", "fine-a", "fine-b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	summary := v1alpha1.FleetSummary{
		Verdict: v1alpha1.Error, Clusters: 8, Failed: 1,
		Message: "8 clusters: 3 with errors, 1 with warnings, 1 not known, 1 could not be judged, 2 in order",
	}
	if diff := cmp.Diff(summary, fleet.Summary); diff != "" {
		t.Error(diff)
	}
	if fleet.Severity() != v1alpha1.SeverityError || fleet.Complete() {
		t.Errorf("severity %d, complete %t", fleet.Severity(), fleet.Complete())
	}
}

func TestAFleetInOrder(t *testing.T) {
	fine := v1alpha1.FleetCluster{Name: "a", Verdict: v1alpha1.OK, Complete: true}
	got := Fleet(options(t).At, []v1alpha1.FleetCluster{fine}).Summary
	want := v1alpha1.FleetSummary{Verdict: v1alpha1.OK, Complete: true, Message: "1 cluster: 1 in order", Clusters: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRow(t *testing.T) {
	report := evaluate(t, snapshot(t))
	row := Row("prod", report)
	if row.Overview != report {
		t.Error("the row lost its report")
	}
	row.Overview = nil
	breaking, gaps := int32(3), int32(0)
	want := v1alpha1.FleetCluster{
		Name: "prod", Verdict: v1alpha1.Unsupported, Version: "v1.37.1", Breaking: &breaking, Gaps: &gaps, Target: report.Plan.To,
		Platform:       &v1alpha1.Platform{ID: "upstream", Name: "Kubernetes", Evidence: "no sign of another platform"},
		SupportedUntil: report.Support.Rows[4].Standing.SupportedUntil,
		Answers:        map[v1alpha1.Question]v1alpha1.Verdict{"skew": "unsupported", "support": "unsupported", "deprecations": "error", "plan": "blocked"},
		Message:        report.Summary.Message,
	}
	if diff := cmp.Diff(want, row); diff != "" {
		t.Error(diff)
	}
	if got := row.SupportedUntil.String(); got != "2026-06-28" {
		t.Errorf("supported until %s", got)
	}
}

func TestWhatIsNotKnownToBreakIsNoNumber(t *testing.T) {
	s := snapshot(t)
	s.APIUsage = nil
	if row := Row("prod", evaluate(t, s)); row.Breaking != nil {
		t.Errorf("%d APIs break where none were looked at", *row.Breaking)
	}
	if row := FailedRow("gone", errors.New("no route to host")); row.Breaking != nil || row.Gaps != nil {
		t.Errorf("%+v", row)
	}
}
