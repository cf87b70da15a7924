package printer

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func junitOf(t *testing.T, object runtime.Object) junitReport {
	t.Helper()
	var out bytes.Buffer
	if err := printJUnit(&out, object, Layout{}); err != nil {
		t.Fatal(err)
	}
	var report junitReport
	if err := xml.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	return report
}

// outcomes are all cases in a line each.
func outcomes(r junitReport) []string {
	var all []string
	for _, s := range r.Suites {
		for _, c := range s.Cases {
			outcome := "passes"
			switch {
			case c.Failure != nil:
				outcome = "fails as " + c.Failure.Type + ": " + c.Failure.Message
			case c.Error != nil:
				outcome = "error: " + c.Error.Message
			case c.Skipped != nil:
				outcome = "skipped: " + c.Skipped.Message
			}
			all = append(all, fmt.Sprintf("%s | %s | %s", c.Class, c.Name, outcome))
		}
	}
	return all
}

func expectOutcomes(t *testing.T, object runtime.Object, want ...string) {
	t.Helper()
	if got := outcomes(junitOf(t, object)); !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestJUnitOfEverything(t *testing.T) {
	o := everything()
	o.Baseline = nil
	expectOutcomes(t, o,
		"skew | kubelet 1.33 | fails as unsupported: 4 minors older",
		"skew | kube-proxy | skipped: unknown: it names no version",
		"skew | kubectl 1.37 | passes",
		"skew | not seen: how many run | skipped: how many run: needs permission to list leases",
		"support | control plane 1.37 | passes",
		"deprecations | policy/v1beta1 PodDisruptionBudget, user ci | fails as error: called it",
		"deprecations | batch/v1beta1 CronJob, release shop/web | skipped: waived: goes with the next release, until 2027-10-28",
		"plan | removed-apis, hop to 1.38 | fails as blocked: 1 API is in use",
		"plan | webhooks, hop to 1.38 | passes",
	)
	report := junitOf(t, o)
	if want := (junitCounts{Tests: 9, Failures: 3, Skipped: 3}); report.junitCounts != want {
		t.Errorf("counted %+v, want %+v", report.junitCounts, want)
	}
	if want := (junitCounts{Tests: 4, Failures: 1, Skipped: 2}); report.Suites[0].junitCounts != want {
		t.Errorf("counted %+v of skew, want %+v", report.Suites[0].junitCounts, want)
	}
	if got, want := report.Suites[0].Cases[0].Failure.Text,
		"unsupported: 4 minors older\nsource: https://kubernetes.io/releases/version-skew-policy/#kubelet\na\nb"; got != want {
		t.Errorf("body %q, want %q", got, want)
	}
	if got, want := report.Suites[1].Cases[0].Output.Text, "warning: ends soon\nwhat to do: upgrade"; got != want {
		t.Errorf("a warning says %q, want %q", got, want)
	}
	if got := report.Suites[0].Timestamp; got != "2026-11-20T12:00:00" {
		t.Errorf("collected at %s", got)
	}
}

// What a baseline has is skipped; what is new fails.
func TestJUnitSkipsTheBaseline(t *testing.T) {
	r := everything().Skew
	r.Rows = append(r.Rows[:1], v1alpha1.SkewRow{Component: "kubelet", Version: "v1.32.1", Verdict: v1alpha1.Unsupported, Reason: "5 minors older"})
	r.Gaps, r.Baseline = nil, &v1alpha1.Baseline{New: []v1alpha1.Finding{{Question: v1alpha1.QuestionSkew, Rule: "kubelet", Subject: "kubelet 1.32"}}}
	expectOutcomes(t, r,
		"skew | kubelet 1.33 | skipped: in the baseline: 4 minors older",
		"skew | kubelet 1.32 | fails as unsupported: 5 minors older",
	)
}

func TestJUnitOfFleets(t *testing.T) {
	o := v1alpha1.NewOverview("a")
	o.Deprecations = v1alpha1.NewDeprecationReport("a")
	o.Answers = []v1alpha1.OverviewAnswer{{Question: v1alpha1.QuestionPlan, Verdict: v1alpha1.Unknown, Message: "nothing is known after 1.38"}}
	fleet := v1alpha1.NewFleetOverview()
	fleet.Clusters = []v1alpha1.FleetCluster{{Name: "a", Overview: o}, {Name: "b", Error: "no route to host"}}
	expectOutcomes(t, fleet,
		"a/deprecations | nothing found | passes",
		"a/plan | not answered | skipped: nothing is known after 1.38",
		"b | cluster | error: could not be judged: no route to host",
	)
}

func TestJUnitBoundsPlaces(t *testing.T) {
	o := everything()
	o.Baseline = nil
	for i := range 5000 {
		o.Skew.Rows[0].Names = append(o.Skew.Rows[0].Names, fmt.Sprintf("node-%d", i))
	}
	body := strings.Split(junitOf(t, o).Suites[0].Cases[0].Failure.Text, "\n")
	if last := body[len(body)-1]; len(body) != 2+machinePlaces+1 || last != "and 4,902 more" {
		t.Errorf("%d lines, the last %q", len(body), last)
	}
}
