package printer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// htmlHop is one of a plan, as a list to tick off.
type htmlHop struct {
	Level    int
	Title    text
	Badge    htmlBadge
	Dates    text
	Rollback text
	Backup   []text
	Checks   []htmlCheck
	Passed   text
	Steps    []htmlStep
}

// htmlCheck that found something.
type htmlCheck struct {
	Badge    htmlBadge
	New      bool
	ID       text
	Message  text
	Remedy   text
	Evidence []text
	Source   text
}

type htmlStep struct {
	Number   int32
	Title    text
	Moves    []htmlMove
	Commands []text
	Verify   []text
}

// htmlMove is what a component does in a step: it changes its version, or stays.
type htmlMove struct {
	What  text
	Note  text
	Names text
	// Fold has all names, where there are more than Names shows.
	Fold []text
}

func planPart(p *v1alpha1.UpgradePlan, n news) htmlPart {
	lead := planLead(p)
	chapter := htmlPart{
		ID: string(v1alpha1.QuestionPlan), Title: clean("Upgrade plan, " + fromTo(p)), Badge: badgeOf(p.Summary.Verdict), Message: clean(lead[0]),
		Lead: texts(lead[1 : len(lead)-1]), Facts: []text{clean(lead[len(lead)-1]), collectedText(p.CollectedAt)},
	}
	if len(p.Hops) > 0 {
		chapter.Tables = []htmlTable{htmlTableOf("Hops", hopColumns(), p.Hops, nil, nil)}
	}
	for _, h := range p.Hops {
		chapter.Hops = append(chapter.Hops, hopOf(h, p, n))
	}
	runbook := "kubectl versions plan -o markdown writes this as a runbook, with the commands for nodes"
	chapter.Lists = lists(notSeen(p.Gaps), htmlList{Title: "Notes", Lines: texts(append(slices.Clone(p.Notes), runbook))},
		htmlList{Title: "Time", Lines: texts(p.Summary.Duration.Assumptions)})
	return chapter
}

func hopOf(h v1alpha1.PlanHop, p *v1alpha1.UpgradePlan, n news) htmlHop {
	out := htmlHop{
		Title: clean(fmt.Sprintf("Hop %d, %s", h.Number, hopTitle(h))), Badge: badgeOf(h.Verdict),
		Dates: clean(hopDates(h, p.At)), Rollback: clean(h.Rollback), Backup: texts(h.Backup),
	}
	var passing []string
	for _, f := range checkRows([]v1alpha1.PlanHop{h}, true) {
		if passed(f) {
			passing = append(passing, f.ID)
			continue
		}
		alone := h
		alone.Gates = []v1alpha1.PlanGate{f.PlanGate}
		out.Checks = append(out.Checks, htmlCheck{
			Badge: badgeOf(f.Verdict), New: n.has(&v1alpha1.UpgradePlan{Hops: []v1alpha1.PlanHop{alone}}),
			ID: clean(f.ID), Message: clean(f.Message), Remedy: clean(f.Remedy), Evidence: texts(upTo(mostObjects, f.Evidence)), Source: clean(f.Source),
		})
	}
	if len(passing) > 0 {
		out.Passed = clean(fmt.Sprintf("%s passed: %s", several(int64(len(passing)), "check"), strings.Join(passing, ", ")))
	}
	rows := stepRows(h)
	for _, s := range h.Steps {
		out.Steps = append(out.Steps, stepOf(s, rows))
	}
	return out
}

func stepOf(s v1alpha1.PlanStep, rows []stepRow) htmlStep {
	out := htmlStep{Number: s.Number, Title: clean(string(s.Stage)), Commands: texts(s.Commands), Verify: texts(s.Verify)}
	for _, row := range rows {
		if row.number != s.Number {
			continue
		}
		what := row.component
		switch {
		case row.from != "" && row.to == "stay":
			what += " " + row.from + " stays"
		case row.from != "":
			what += " " + row.from + " → " + row.to
		case row.to != "-":
			what += " → " + row.to
		}
		if row.count > 1 {
			what += ", " + thousands(int64(row.count)) + " of them"
		}
		out.Moves = append(out.Moves, htmlMove{clean(what), clean(row.note), clean(examples(row.names, page)), texts(folded(row.names))})
	}
	return out
}
