package printer

import (
	"fmt"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// answerLines is how many lines of a narrow terminal the fact behind an answer may
// take: the overview is one screen of 24, with what was not seen.
func answerLines(r *v1alpha1.Overview) int {
	lines := 3
	if len(r.Gaps)+len(unanswered(r.Plan)) > 0 {
		lines--
	}
	if r.Baseline != nil {
		lines--
	}
	return lines
}

func answerColumns(wide bool, lines int) []column[v1alpha1.OverviewAnswer] {
	type row = v1alpha1.OverviewAnswer
	return []column[row]{
		{header: "QUESTION", text: func(r row, _ int) string { return string(r.Question) }},
		{header: "VERDICT", text: func(r row, _ int) string { return string(r.Verdict) },
			paint: func(r row) paint { return verdictPaint(r.Verdict) }},
		{header: "COMPLETE", wide: true, text: func(r row, _ int) string { return yesNo(&r.Complete) }},
		{header: "MORE", wide: true, text: func(r row, _ int) string { return r.Command }},
		{header: "WHAT DECIDES", folds: true, text: func(r row, room int) string {
			if wide {
				return r.Message
			}
			return firstLines(Clean(r.Message), lines, max(leastFold, room))
		}},
	}
}

// overviewDocument puts the verdict first, then the cluster, then an answer a row.
func overviewDocument(r *v1alpha1.Overview, layout Layout) document {
	return document{
		title: "Overview" + of(r.Cluster), verdict: r.Summary.Verdict, lead: append([]string{r.Summary.Message}, overviewIdentity(r, layout)...),
		table: tableOf[v1alpha1.OverviewAnswer]{answerColumns(layout.Wide, answerLines(r)), r.Answers},
		parts: []part{
			{title: "Baseline", lines: briefly(baseline(r.Baseline, layout.Wide).lines, layout)},
			{title: "Not seen", lines: briefly(append(unlooked(r.Gaps, layout.Wide), unanswered(r.Plan)...), layout)},
			{text: overviewMore(r, layout)},
		},
	}
}

// overviewIdentity is which cluster it is, and what it is taken for.
func overviewIdentity(r *v1alpha1.Overview, layout Layout) []string {
	context, server := Clean(r.Cluster.Context), Clean(orDash(r.Cluster.Server))
	if layout.Width > 0 && !layout.Wide {
		const label = len("context ,")
		room := max(leastFold, layout.Width-label)
		context, server = shortenStart(context, room), shorten(server, room)
	}
	var parts []string
	if context != "" {
		parts = append(parts, "context "+context)
	}
	lines := []string{strings.Join(append(parts, "kube-apiserver "+orDash(r.Version)+" at "+server), ", ")}
	if r.Platform.Name != "" {
		lines = append(lines, fmt.Sprintf("%s, on %s", platformText(r.Platform), r.At))
	}
	return lines
}

// briefly keeps a section of a screen to a few lines.
func briefly(lines []string, layout Layout) []string {
	const most, indent = 2, 2
	if layout.Wide {
		return lines
	}
	brief := upTo(most, lines)
	for i, line := range brief {
		if layout.Width > 0 {
			brief[i] = shorten(Clean(line), max(leastFold, layout.Width-indent))
		}
	}
	return brief
}

// unanswered are the checks of the next hop that no evidence answers, however much may be read.
func unanswered(p *v1alpha1.UpgradePlan) []string {
	if p == nil || len(p.Gaps) > 0 {
		return nil // which say why
	}
	var lines []string
	for _, hop := range p.Hops {
		for _, gate := range hop.Gates {
			if gate.Verdict == v1alpha1.Unknown {
				lines = append(lines, fmt.Sprintf("check %s of plan: %s", gate.ID, gate.Message))
			}
		}
	}
	return lines
}

// overviewMore names the commands once, which have the names of the questions.
func overviewMore(r *v1alpha1.Overview, layout Layout) string {
	names := make([]string, len(r.Answers))
	for i, a := range r.Answers {
		names[i] = strings.TrimPrefix(a.Command, "kubectl versions ")
	}
	more := fmt.Sprintf("More: kubectl versions %s (reads pods too)", strings.Join(names, " | "))
	if p := r.Plan; layout.Wide && p != nil && len(p.Notes) > 0 {
		more += "; notes of plan: " + strings.Join(p.Notes, "; ")
	}
	return more
}

func fleetColumns(layout Layout) []column[v1alpha1.FleetCluster] {
	type row = v1alpha1.FleetCluster
	const leastName = 20
	answer := func(question v1alpha1.Question) func(row, int) string {
		return func(r row, _ int) string { return orDash(string(r.Answers[question])) }
	}
	painted := func(question v1alpha1.Question) func(row) paint {
		return func(r row) paint { return verdictPaint(r.Answers[question]) }
	}
	return []column[row]{
		{header: "CLUSTER", least: leastName, keepEnd: true, text: func(r row, _ int) string { return r.Name }},
		{header: "VERDICT", text: func(r row, _ int) string { return string(r.Verdict) },
			paint: func(r row) paint { return verdictPaint(r.Verdict) }},
		{header: "VERSION", least: leastVersion, text: func(r row, _ int) string { return orDash(r.Version) }},
		{header: "PLATFORM", droppable: true, text: func(r row, _ int) string {
			if r.Platform == nil {
				return "-"
			}
			return r.Platform.ID
		}},
		{header: "SUPPORTED", text: func(r row, _ int) string { return orDash(r.SupportedUntil.String()) },
			paint: painted(v1alpha1.QuestionSupport)},
		{header: "SKEW", text: answer(v1alpha1.QuestionSkew), paint: painted(v1alpha1.QuestionSkew)},
		{header: "BREAK", right: true, text: func(r row, _ int) string { return breaking(r) }, paint: painted(v1alpha1.QuestionDeprecations)},
		{header: "SUPPORT", wide: true, text: answer(v1alpha1.QuestionSupport), paint: painted(v1alpha1.QuestionSupport)},
		{header: "DEPRECATIONS", wide: true, text: answer(v1alpha1.QuestionDeprecations), paint: painted(v1alpha1.QuestionDeprecations)},
		{header: "NEXT HOP", droppable: true, text: answer(v1alpha1.QuestionPlan), paint: painted(v1alpha1.QuestionPlan)},
		{header: "GAPS", right: true, text: func(r row, _ int) string {
			if r.Gaps == nil {
				return "-"
			}
			return thousands(int64(*r.Gaps))
		}},
		{header: "WHY", droppable: true, text: func(r row, room int) string {
			text := Clean(r.Error + r.Message)
			if layout.Wide || layout.Width == 0 {
				return text
			}
			return shorten(text, max(room, leastFold))
		}},
	}
}

// breaking is a number where API usage is known, or what was seen of it breaks.
func breaking(c v1alpha1.FleetCluster) string {
	switch {
	case c.Error != "":
		return "-"
	case c.Breaking == nil:
		return string(v1alpha1.Unknown)
	default:
		return thousands(int64(*c.Breaking))
	}
}

// fleetDocument has a row for each cluster, and says of those without a verdict why.
func fleetDocument(r *v1alpha1.FleetOverview, layout Layout) document {
	var failed []string
	for _, c := range r.Clusters {
		if c.Error != "" {
			failed = append(failed, c.Name+": "+c.Error)
		}
	}
	parts := []part{{title: "Could not be judged", lines: shortened(failed, layout.Wide)}}
	if r.Summary.Failed < r.Summary.Clusters {
		parts = append(parts, part{text: "BREAK counts the API versions in use that the next minor does not serve. " +
			"More of one: kubectl versions --context NAME, or --snapshot FILE."})
	}
	return document{
		title: "Clusters", verdict: r.Summary.Verdict, lead: []string{r.Summary.Message, fmt.Sprintf("on %s", r.At)},
		table: tableOf[v1alpha1.FleetCluster]{fleetColumns(layout), r.Clusters}, none: "No cluster.", parts: parts,
	}
}
