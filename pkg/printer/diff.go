package printer

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// On 80 columns the names of checks are whole, beside the longest verdicts.
const leastAbout, leastWhat = 22, 20

func changeColumns(wide bool) []column[v1alpha1.Change] {
	type row = v1alpha1.Change
	return []column[row]{
		{header: "CHANGE", text: func(c row, _ int) string { return string(c.Type) }},
		{header: "VERDICT", text: func(c row, _ int) string { return verdictsText(c) },
			paint: func(c row) paint { return verdictPaint(now(c).Verdict) }},
		{header: "QUESTION", droppable: true, text: func(c row, _ int) string { return string(now(c).Question) }},
		{header: "ABOUT", least: leastAbout, text: func(c row, _ int) string { return aboutText(now(c)) }},
		{header: "WHAT", folds: true, least: leastWhat, text: func(c row, _ int) string { return whatText(c, wide) }},
		{header: "FIX", wide: true, text: func(c row, _ int) string { return orDash(now(c).Remedy) }},
		{header: "SOURCE", wide: true, text: func(c row, _ int) string { return orDash(now(c).Source) }},
	}
}

// diffDocument puts the verdict first, then what is compared, then the changes.
// Those that ask for nothing are few, unless all are asked for.
func diffDocument(r *v1alpha1.DiffReport, layout Layout) document {
	shown, left := shownChanges(r.Changes, layout.Wide)
	more := ""
	if left > 0 {
		more = several(int64(left), "more change") + ", which -o wide shows"
	}
	return document{
		title: "Changes", verdict: r.Summary.Verdict,
		lead:  []string{r.Summary.Message, sideText("old", r.Old), sideText("new", r.New), "compared on " + questionsText(r.Questions)},
		table: tableOf[v1alpha1.Change]{changeColumns(layout.Wide), shown}, none: "Nothing changed.",
		parts: []part{{text: more}, {title: "Notes", lines: r.Notes}},
	}
}

// shownChanges are all that is new or worse, and the first of every other type.
func shownChanges(changes []v1alpha1.Change, wide bool) (shown []v1alpha1.Change, left int) {
	const most = 10
	of := map[v1alpha1.ChangeType]int{}
	for _, c := range changes {
		of[c.Type]++
		if wide || c.Type == v1alpha1.ChangeNew || c.Type == v1alpha1.ChangeWorse || of[c.Type] <= most {
			shown = append(shown, c)
		}
	}
	return shown, len(changes) - len(shown)
}

// sideText is such as "old: monday.yaml, Snapshot of shop-prod, collected 2026-11-20 20:45 UTC".
func sideText(name string, s v1alpha1.DiffSide) string {
	text := fmt.Sprintf("%s: %s, %s", name, s.File, s.Kind)
	if cluster := cmp.Or(s.Cluster.Context, s.Cluster.Server); cluster != "" {
		text += " of " + cluster
	}
	if !s.CollectedAt.IsZero() {
		text += ", collected " + s.CollectedAt.UTC().Format("2006-01-02 15:04 UTC")
	}
	if !s.At.IsZero() && s.At.String() != s.CollectedAt.UTC().Format(time.DateOnly) {
		text += ", as of " + s.At.String()
	}
	return text
}

func questionsText(questions []v1alpha1.Question) string {
	words := make([]string, len(questions))
	for i, q := range questions {
		words[i] = string(q)
	}
	return strings.Join(words, ", ")
}

// now is the finding as it is, or as it was last.
func now(c v1alpha1.Change) v1alpha1.Finding {
	switch {
	case c.New != nil:
		return *c.New
	case c.Old != nil:
		return *c.Old
	default:
		return v1alpha1.Finding{}
	}
}

// verdictsText is such as "warning → error", and one verdict where there is no other.
func verdictsText(c v1alpha1.Change) string {
	if c.Old == nil || c.New == nil || c.Old.Verdict == c.New.Verdict {
		return string(now(c).Verdict)
	}
	return fmt.Sprintf("%s → %s", c.Old.Verdict, c.New.Verdict)
}

// aboutText is the subject where that names the rule, and else the rule.
func aboutText(f v1alpha1.Finding) string {
	about := f.Rule
	if subjectNamesRule(f) {
		about = f.Subject
	}
	if f.Cluster != "" {
		about = f.Cluster + ": " + about
	}
	return about
}

// whatText is the message, with the subject where ABOUT has no word of it, and
// the places that have changed.
func whatText(c v1alpha1.Change, wide bool) string {
	f := now(c)
	text := f.Message
	if !subjectNamesRule(f) && f.Subject != "" {
		text = f.Subject + ": " + text
	}
	if c.Type != v1alpha1.Changed && c.Type != v1alpha1.ChangeWorse && c.Type != v1alpha1.ChangeBetter {
		return text
	}
	var moves []string
	for _, move := range []struct {
		what   string
		places []v1alpha1.EvidenceObject
	}{
		{"now also", c.New.PlacesBeyond(c.Old)},
		{"no longer", c.Old.PlacesBeyond(c.New)},
	} {
		if len(move.places) > 0 {
			moves = append(moves, move.what+" "+placesText(move.places, wide))
		}
	}
	if len(moves) > 0 {
		text += fmt.Sprintf(" (%s)", strings.Join(moves, ", "))
	}
	return text
}

func placesText(places []v1alpha1.EvidenceObject, wide bool) string {
	names := make([]string, len(places))
	for i, p := range places {
		names[i] = cmp.Or(p.Path, objectName(p))
	}
	if wide {
		return strings.Join(names, ", ")
	}
	return examples(names, page/2)
}
