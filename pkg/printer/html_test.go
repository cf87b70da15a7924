package printer_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/findings"
	"github.com/kubectl-versions/kubectl-versions/pkg/overview"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

const (
	shopProd   = "../../docs/examples/shop-prod.yaml"
	restricted = "../../docs/examples/restricted.yaml"
	eks        = "../cmd/testdata/snapshots/platforms/eks.yaml"
	hostile    = "../cmd/testdata/snapshots/hostile.yaml"
)

func snapshot(t *testing.T, path string) *v1alpha1.Snapshot {
	t.Helper()
	file, err := os.Open(path)
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

func evaluate(t *testing.T, s *v1alpha1.Snapshot) *v1alpha1.Overview {
	t.Helper()
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	report, err := overview.Evaluate(s, overview.Options{
		Catalog: data, Index: index, At: calendar.Date{Year: 2026, Month: 11, Day: 20},
		Method: v1alpha1.PlanMethod{NodeUpgrade: v1alpha1.Replace, BatchSize: "10%"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func page(t *testing.T, report runtime.Object) string {
	t.Helper()
	flags, set := printer.NewReportFlags(), pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddTo(set)
	if err := set.Parse([]string{"-o", "html"}); err != nil {
		t.Fatal(err)
	}
	print, err := flags.Printer(printer.Layout{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := print.Print(report, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func contains(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, text := range want {
		if !strings.Contains(page, text) {
			t.Errorf("the page does not show %q", text)
		}
	}
}

func lacks(t *testing.T, page string, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(page, text) {
			t.Errorf("the page shows %q", text)
		}
	}
}

func TestPageOfOneCluster(t *testing.T) {
	got := page(t, evaluate(t, snapshot(t, shopProd)))
	contains(t, got,
		"<h1>Versions of shop-prod</h1>", `<a href="#skew">Version skew</a>`, `<section id="skew"`, `<section id="support"`, `<section id="deprecations"`, `<section id="plan"`,
		"outside the version skew policy, out of support, 3 API versions in use break", "on 2026-11-20", "facts collected on 2026-11-20 at 20:45 UTC",
		"18 findings of no consequence", `<input type="checkbox">`, "etcdctl",
	)
	if n := strings.Count(got, "context shop-prod"); n != 1 {
		t.Errorf("the page names its context %d times, want once", n)
	}
	verdict, cards, picture := strings.Index(got, `class="verdict`), strings.Index(got, `class="cards"`), strings.Index(got, "<svg")
	if verdict < 0 || verdict > cards || cards > picture {
		t.Errorf("verdict at %d, cards at %d, pictures from %d: want them in this order", verdict, cards, picture)
	}
	isSealed(t, got)
}

// isSealed checks that the page has no script, and that its policy admits its one style.
func isSealed(t *testing.T, page string) {
	t.Helper()
	_, rest, _ := strings.Cut(page, "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	digest := strings.NewReplacer("+", "&#43;").Replace(base64.StdEncoding.EncodeToString(sum[:]))
	contains(t, page, fmt.Sprintf(`content="default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'"`, digest))
	lacks(t, page, "<script", " style=", "javascript:", "ZgotmplZ")
	if loads := regexp.MustCompile(`(src|href|url\()=?"?(https?:)?//`).FindString(page); loads != "" {
		t.Errorf("the page refers to %s", loads)
	}
	ids := regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1)
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id[1]] {
			t.Errorf("the id %s is on the page twice", id[1])
		}
		seen[id[1]] = true
	}
	for _, anchor := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !seen[anchor[1]] {
			t.Errorf("a link leads to #%s, which is nowhere", anchor[1])
		}
	}
}

func TestPageSaysWhatWasNotSeen(t *testing.T) {
	got := page(t, evaluate(t, snapshot(t, restricted)))
	contains(t, got, "Not seen", "kubelet versions: needs permission to list nodes", "among what was not seen")
	if n := strings.Count(got, "<li>kubelet versions: needs permission to list nodes"); n != 1 {
		t.Errorf("the page says %d times that nodes could not be listed, want once", n)
	}
}

func TestPageWithoutAnswers(t *testing.T) {
	report := evaluate(t, snapshot(t, shopProd))
	report.Skew, report.Support, report.Deprecations, report.Plan = nil, nil, nil, nil
	for i := range report.Answers {
		report.Answers[i].Verdict, report.Answers[i].Message = v1alpha1.Unknown, "no facts <i>at all</i>"
	}
	got := page(t, report)
	contains(t, got, `<section id="plan"`, "no facts &lt;i&gt;at all&lt;/i&gt;")
	isSealed(t, got)
}

func TestPageOfSeveralClusters(t *testing.T) {
	rows := []v1alpha1.FleetCluster{overview.FailedRow("staging", errors.New("no route to <host>"))}
	for _, path := range []string{restricted, shopProd, eks, hostile} {
		rows = append(rows, overview.Row(path, evaluate(t, snapshot(t, path))))
	}
	rows[1].Overview = nil // as in formats that do not show it
	got := page(t, overview.Fleet(calendar.Date{Year: 2026, Month: 11, Day: 20}, rows))
	contains(t, got,
		"<h1>Versions of 5 clusters</h1>", "5 clusters: 3 with errors", `<a href="#cluster-1">`+shopProd+"</a>", `<article id="cluster-1">`,
		"could not be judged: no route to &lt;host&gt;", "3 at 1.38", "v1.34.1-eks-a737599", restricted,
	)
	lacks(t, got, restricted+"</a>", restricted+"</h2>")
	isSealed(t, got)
}

func TestPageMarksWhatIsNew(t *testing.T) {
	report := evaluate(t, snapshot(t, shopProd))
	found := findings.Of(report)
	subjects := []string{"kubelet 1.33", "nodes 1.34", "release shop/payments"}
	report.Baseline = &v1alpha1.Baseline{File: "old.json", Verdict: v1alpha1.Unsupported, Message: "3 new findings since old.json"}
	for _, f := range found {
		if slices.Contains(subjects, f.Subject) || f.Rule == "pod-disruption-budgets" {
			report.Baseline.New = append(report.Baseline.New, f)
		}
	}
	if len(report.Baseline.New) != 4 {
		t.Fatalf("%d new findings, want 4: %v", len(report.Baseline.New), report.Baseline.New)
	}
	got := page(t, report)
	const mark = `<strong class="new">new</strong>`
	contains(t, got, report.Baseline.Message, "kubelet "+mark, "nodes "+mark, "<strong>release shop/payments</strong> "+mark, "<strong>pod-disruption-budgets</strong> "+mark)
	if n := strings.Count(got, mark); n != 2*len(report.Baseline.New) {
		t.Errorf("%d marks, want each of 4 in the list and in its place", n)
	}
}

// Pages on clusters of thousands of nodes stay small, and say what they leave out.
func TestPageOfManyNodesIsSmall(t *testing.T) {
	s := snapshot(t, shopProd)
	for i := range 20_000 {
		s.Nodes.Groups[0].Names = append(s.Nodes.Groups[0].Names, fmt.Sprintf("node-with-quite-a-long-name-%05d.compute.internal", i))
	}
	s.Nodes.Count += 20_000
	got := page(t, evaluate(t, s))
	if len(got) > 250_000 {
		t.Errorf("the page has %d bytes", len(got))
	}
	contains(t, got, "more, which -o wide shows")
}

func TestPageEscapesEverything(t *testing.T) {
	const evil = `"'><script>alert(1)</script><img src=x onerror=alert(2)>{{.}}` + "\u202e\x1b]0;x\a\u0085"
	report := evaluate(t, snapshot(t, shopProd))
	report.Name, report.Cluster.Context, report.Cluster.Server, report.Summary.Message = evil, evil, evil, evil
	report.Gaps = []v1alpha1.Gap{{Hides: evil, Message: evil}, {Hides: evil, Permission: "list " + evil}}
	for i := range report.Skew.Rows {
		row := &report.Skew.Rows[i]
		row.Component, row.Names, row.Reason, row.Evidence, row.Source = evil, []string{evil, evil, evil, evil}, evil, evil, "javascript:"+evil
	}
	for i := range report.Support.Rows {
		row := &report.Support.Rows[i]
		row.Part, row.Names, row.Standing.Calendar, row.Standing.Phases[0].Name = evil, []string{evil}, evil, evil
	}
	for i := range report.Deprecations.Findings {
		f := &report.Deprecations.Findings[i]
		f.Kind, f.Subject.Name, f.Subject.UserAgent, f.Reason, f.Remedy = evil, evil, evil, evil, evil
	}
	for i := range report.Plan.Hops[0].Steps {
		step := &report.Plan.Hops[0].Steps[i]
		step.Message, step.Commands, step.Verify = evil, []string{evil}, []string{evil}
	}
	for i := range report.Plan.Hops[0].Gates {
		gate := &report.Plan.Hops[0].Gates[i]
		gate.ID, gate.Message, gate.Remedy, gate.Evidence, gate.Source = evil, evil, evil, []string{evil}, "javascript:"+evil
	}
	report.Baseline = &v1alpha1.Baseline{Message: evil, New: []v1alpha1.Finding{{Rule: evil, Subject: evil, Message: evil}}}
	got := page(t, overview.Fleet(report.At, []v1alpha1.FleetCluster{overview.Row(evil, report)}))
	lacks(t, got, "<script", "<img", "\u202e", "\x1b", "\a", "\u0085", "'>", `"'`)
	contains(t, got, `&lt;script&gt;alert(1)&lt;/script&gt;`, `\u202e\x1b`)
}
