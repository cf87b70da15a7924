package printer

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func overview() *v1alpha1.Overview {
	long := strings.Repeat("2 kubelets at v1.33.13 are four minors older than kube-apiserver ", 8)
	r := v1alpha1.NewOverview("shop")
	r.Cluster = v1alpha1.Cluster{
		Context: "arn:aws:eks:eu-central-1:123456789012:cluster/shop-production-of-the-whole-company-eu-1",
		Server:  "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com",
	}
	r.Platform = v1alpha1.Platform{Name: "Amazon EKS", Evidence: "version v1.34.1-eks-a737599"}
	r.Version = "v1.37.1"
	r.Summary = v1alpha1.OverviewSummary{Verdict: v1alpha1.Unsupported, Message: "outside the version skew policy, out of support, 12 API versions in use break, upgrade to 1.38 blocked"}
	for _, question := range v1alpha1.Questions() {
		r.Answers = append(r.Answers, v1alpha1.OverviewAnswer{
			Question: question, Verdict: v1alpha1.Unsupported, Message: long, Command: "kubectl versions " + string(question),
		})
	}
	return r
}

func TestTheOverviewIsOneScreen(t *testing.T) {
	gaps := make([]v1alpha1.Gap, 12)
	for i := range gaps {
		gaps[i] = v1alpha1.Gap{Hides: strings.Repeat("x", i+1), Permission: "list horizontalpodautoscalers.autoscaling in kube-system, and much more"}
	}
	for name, change := range map[string]func(*v1alpha1.Overview){
		"everything seen": func(*v1alpha1.Overview) {},
		"much not seen":   func(r *v1alpha1.Overview) { r.Gaps = gaps },
		"with a baseline": func(r *v1alpha1.Overview) {
			r.Baseline = &v1alpha1.Baseline{Message: "1 new, 12 known: see baseline.yaml"}
		},
		"platform unknown": func(r *v1alpha1.Overview) { r.Platform = v1alpha1.Platform{} },
	} {
		t.Run(name, func(t *testing.T) {
			r := overview()
			change(r)
			got := lines(t, func(w io.Writer) error { return printHuman(w, r, Layout{Width: 80}) })
			// The prompt takes the last of 24 lines.
			if len(got) > 23 {
				t.Errorf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
			}
			for _, line := range got {
				if utf8.RuneCountInString(line) > 80 {
					t.Errorf("wider than the screen: %q", line)
				}
			}
			if last := got[len(got)-1]; last != "More: kubectl versions skew | support | deprecations | plan (reads pods too)" {
				t.Errorf("last line %q", last)
			}
		})
	}
}

func TestFirstLines(t *testing.T) {
	for _, tt := range []struct {
		text  string
		lines int
		want  string
	}{
		{"aaaa bbbb cccc dddd", 2, "aaaa bbbb cccc dddd"},
		{"aaaa bbbb cccc dddd eeee", 2, "aaaa bbbb cccc dddd…"},
		{"aaaa bbbb cccc dd eeee", 2, "aaaa bbbb cccc dd …"},
		{"aaaa bbbb cccc", 1, "aaaa bbbb…"},
	} {
		got := firstLines(tt.text, tt.lines, 10)
		for line := range strings.SplitSeq(wrap(got, 10, ""), "\n") {
			if utf8.RuneCountInString(line) > 10 {
				t.Errorf("%q is wider than 10", line)
			}
		}
		if n := strings.Count(wrap(got, 10, ""), "\n") + 1; n > tt.lines {
			t.Errorf("%q takes %d lines", got, n)
		}
		if got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestAFleetSaysWhyAClusterHasNoVerdict(t *testing.T) {
	r := v1alpha1.NewFleetOverview()
	r.Summary = v1alpha1.FleetSummary{Verdict: v1alpha1.Warning, Clusters: 2, Failed: 1, Message: "2 clusters: 1 with warnings, 1 could not be judged"}
	breaking, gaps := int32(2), int32(3)
	r.Clusters = []v1alpha1.FleetCluster{
		{Name: "edge-7", Error: "cannot reach kube-apiserver at https://edge-7.example:6443\x1b[2J: connection refused", Verdict: v1alpha1.Unknown},
		{Name: "prod", Verdict: v1alpha1.Warning, Version: "v1.36.3", Message: "upgrade", Breaking: &breaking, Gaps: &gaps,
			Answers: map[v1alpha1.Question]v1alpha1.Verdict{"skew": "ok", "support": "ok", "deprecations": "warning", "plan": "warning"}},
	}
	got := strings.Join(lines(t, func(w io.Writer) error { return printHuman(w, r, Layout{Width: 120}) }), "\n")
	for _, want := range []string{
		"WARNING: 2 clusters: 1 with warnings, 1 could not be judged\n",
		"edge-7   unknown  -        -         -          -         -  -            -  cannot reach kube-apiserver",
		"prod     warning  v1.36.3  -         -          ok        2  warning      3  upgrade",
		"Could not be judged:\n  edge-7: cannot reach kube-apiserver at https://edge-7.example:6443\\x1b[2J: connection refused\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}
