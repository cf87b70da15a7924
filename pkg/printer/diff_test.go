package printer

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func diffOf(changes ...v1alpha1.Change) *v1alpha1.DiffReport {
	r := v1alpha1.NewDiffReport()
	r.Old, r.New = v1alpha1.DiffSide{File: "a.yaml", Kind: "Snapshot"}, v1alpha1.DiffSide{File: "b.yaml", Kind: "Snapshot"}
	r.Questions = []v1alpha1.Question{v1alpha1.QuestionSkew}
	r.Summary = v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Complete: true, Message: "1 new"}
	r.Changes = changes
	return r
}

func printedDiff(t *testing.T, r *v1alpha1.DiffReport, layout Layout) string {
	t.Helper()
	var out bytes.Buffer
	if err := printHuman(&out, r, layout); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestADiffFitsItsTerminal(t *testing.T) {
	finding := func(verdict v1alpha1.Verdict, question v1alpha1.Question, rule, subject string) *v1alpha1.Finding {
		return &v1alpha1.Finding{
			Question: question, Rule: rule, Subject: subject, Verdict: verdict,
			Message: "admission is bypassed silently: 1 use of 1 API that 1.38 does not serve, and a few more words that fold",
		}
	}
	r := diffOf(
		v1alpha1.Change{Type: v1alpha1.ChangeWorse, Old: finding(v1alpha1.Unknown, v1alpha1.QuestionSkew, "kubelet", "kubelet 1.33"), New: finding(v1alpha1.Unsupported, v1alpha1.QuestionSkew, "kubelet", "kubelet 1.33")},
		v1alpha1.Change{Type: v1alpha1.ChangeUnseen, Old: finding(v1alpha1.Error, v1alpha1.QuestionDeprecations, "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyBinding", "release shop/payments")},
		v1alpha1.Change{Type: v1alpha1.ChangeResolved, Old: finding(v1alpha1.Blocked, v1alpha1.QuestionPlan, "pod-disruption-budgets", "hop to 1.38")},
	)
	for _, width := range []int{80, 100, 120, 160} {
		for line := range strings.Lines(printedDiff(t, r, Layout{Width: width})) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d columns on %d: %s", n, width, line)
			}
		}
	}
	for width, want := range map[int][]string{
		80:  {"worse     unknown → unsupported  kubelet 1.33", "resolved  blocked                pod-disruption-budgets"},
		160: {"worse     unknown → unsupported  skew          kubelet 1.33", "release shop/payments: admission is"},
	} {
		got := printedDiff(t, r, Layout{Width: width})
		for _, line := range want {
			if !strings.Contains(got, line) {
				t.Errorf("no %q on %d columns:\n%s", line, width, got)
			}
		}
	}
}

func TestADiffShowsAllThatIsNewAndTheFirstOfTheRest(t *testing.T) {
	var changes []v1alpha1.Change
	for i := range 12 {
		changes = append(changes, v1alpha1.Change{Type: v1alpha1.ChangeNew, New: &v1alpha1.Finding{Rule: "a", Subject: fmt.Sprintf("a new-%d", i)}})
	}
	for i := range 12 {
		changes = append(changes, v1alpha1.Change{Type: v1alpha1.ChangeResolved, Old: &v1alpha1.Finding{Rule: "a", Subject: fmt.Sprintf("a old-%d", i)}})
	}
	got := printedDiff(t, diffOf(changes...), Layout{})
	if !strings.Contains(got, "a new-11") || !strings.Contains(got, "a old-9") || strings.Contains(got, "a old-10") || !strings.HasSuffix(got, "\n2 more changes, which -o wide shows\n") {
		t.Error(got)
	}
	if got := printedDiff(t, diffOf(changes...), Layout{Wide: true}); !strings.Contains(got, "a old-11") || strings.Contains(got, "more change") {
		t.Error(got)
	}
	if got := printedDiff(t, diffOf(), Layout{}); !strings.HasSuffix(got, "\nNothing changed.\n") {
		t.Error(got)
	}
}

func TestADiffNamesThePlacesThatChanged(t *testing.T) {
	change := v1alpha1.Change{
		Type: v1alpha1.Changed,
		Old:  &v1alpha1.Finding{Rule: "kubelet", Subject: "kubelet 1.33", Message: "too old", Places: []v1alpha1.EvidenceObject{{Name: "a"}, {Name: "b"}}},
		New:  &v1alpha1.Finding{Rule: "kubelet", Subject: "kubelet 1.33", Message: "too old", Places: []v1alpha1.EvidenceObject{{Name: "b"}, {Namespace: "shop", Name: "c"}, {Path: "d.yaml", Line: 3}}},
	}
	if got := printedDiff(t, diffOf(change), Layout{}); !strings.Contains(got, "too old (now also shop/c, d.yaml, no longer a)") {
		t.Error(got)
	}
}
