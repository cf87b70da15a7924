// Package diff compares the findings of two reports: what is new, what is
// resolved, and what only looks so because the later report did not see it.
//
// Findings are joined by their identity, so that a patch, a place in a list or
// other words make none. Nothing here reads a clock, a cluster or the environment.
package diff

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/findings"
)

// Compare says how the findings of two reports differ, in the questions that
// both answer. It fails where there is none.
func Compare(earlier, later runtime.Object) (*v1alpha1.DiffReport, error) {
	c, err := compare(newDocument("the old report", earlier), newDocument("the new report", later))
	if err != nil {
		return nil, err
	}
	report := v1alpha1.NewDiffReport()
	report.Old, report.New = c.old.side(), c.new.side()
	report.Questions = c.questions()
	report.Changes = append(report.Changes, c.changes...)
	report.Notes = c.notes()
	report.Summary = c.summary()
	return report, nil
}

// Against says what a report has in addition to a baseline. What the baseline
// has no answer to is all new. It fails where the two have no question in common.
func Against(baseline, report runtime.Object) (*v1alpha1.Baseline, error) {
	c, err := compare(newDocument("the baseline", baseline), newDocument("this report", report))
	if err != nil {
		return nil, err
	}
	b := &v1alpha1.Baseline{Verdict: v1alpha1.OK, Notes: c.notes()}
	var all int32
	for _, t := range c.new.topics() {
		for _, f := range c.new.answers[t].findings {
			if !findings.Counts(f) {
				continue
			}
			all++
			if !slices.Contains(c.topics, t) {
				b.New = append(b.New, f)
			}
		}
	}
	for _, change := range c.changes {
		switch change.Type {
		case v1alpha1.ChangeNew, v1alpha1.ChangeWorse:
			b.New = append(b.New, *change.New)
		case v1alpha1.ChangeResolved:
			b.Resolved++
		}
	}
	slices.SortStableFunc(b.New, func(x, y v1alpha1.Finding) int { return cmp.Compare(y.Verdict.Weight(), x.Verdict.Weight()) })
	if len(b.New) > 0 {
		b.Verdict = b.New[0].Verdict
	}
	b.Known = all - int32(len(b.New))
	b.Message = counted(count{int32(len(b.New)), "new"}, count{b.Known, "known"}, count{b.Resolved, "resolved"})
	if len(b.New) == 0 {
		b.Message = strings.TrimSuffix("nothing new, "+b.Message, ", ")
	}
	return b, nil
}

// comparison of the topics that both documents answer.
type comparison struct {
	old, new  document
	topics    []topic
	changes   []v1alpha1.Change
	unchanged int32
}

func compare(earlier, later document) (*comparison, error) {
	c := &comparison{old: earlier, new: later}
	for _, t := range later.topics() {
		if earlier.answers[t].report != nil && later.answers[t].report != nil {
			c.topics = append(c.topics, t)
		}
	}
	if len(c.topics) == 0 {
		return nil, errors.New(strings.TrimSuffix("nothing to compare: "+strings.Join(c.leftOut(), "; "), ": "))
	}
	for _, t := range c.topics {
		c.compare(earlier.answers[t], later.answers[t])
	}
	slices.SortStableFunc(c.changes, func(a, b v1alpha1.Change) int {
		return cmp.Or(cmp.Compare(rank(a.Type), rank(b.Type)), cmp.Compare(weight(b), weight(a)))
	})
	return c, nil
}

// compare takes new findings in the order of the later answer, then those that
// it lacks in the order of the earlier one.
func (c *comparison) compare(old, later answer) {
	for _, f := range later.findings {
		before, had := old.index[findings.KeyOf(f)]
		switch change := later.changeOf(before, f); {
		case change != "" && had:
			c.changes = append(c.changes, v1alpha1.Change{Type: change, Old: &before, New: &f})
		case change != "":
			c.changes = append(c.changes, v1alpha1.Change{Type: change, New: &f})
		case findings.Counts(f):
			c.unchanged++
		}
	}
	for _, f := range old.findings {
		key := findings.KeyOf(f)
		if _, has := later.index[key]; has || !findings.Counts(f) || later.waived[key] {
			continue
		}
		change := v1alpha1.Change{Type: v1alpha1.ChangeUnseen, Old: &f}
		if later.looked(old, f) {
			change.Type = v1alpha1.ChangeResolved
		}
		c.changes = append(c.changes, change)
	}
}

// changeOf is that of a finding that the answer has. What another kube-apiserver
// may stand against is not taken for better.
func (a answer) changeOf(before, f v1alpha1.Finding) v1alpha1.ChangeType {
	change := changeOf(before, f)
	skew, ok := a.report.(*v1alpha1.SkewReport)
	if ok && (change == v1alpha1.ChangeResolved || change == v1alpha1.ChangeBetter) && !sawServers(skew) {
		return v1alpha1.ChangeUnseen
	}
	return change
}

// changeOf is empty where a finding is as before. The earlier one is the zero
// finding where there was none.
func changeOf(old, later v1alpha1.Finding) v1alpha1.ChangeType {
	graver := cmp.Compare(later.Verdict.Weight(), old.Verdict.Weight())
	switch did, does := findings.Counts(old), findings.Counts(later); {
	case !did && !does:
		return ""
	case !did:
		return v1alpha1.ChangeNew
	case !does:
		return v1alpha1.ChangeResolved
	case graver > 0:
		return v1alpha1.ChangeWorse
	case graver < 0 && later.Verdict == v1alpha1.Unknown:
		return v1alpha1.ChangeUnseen
	case graver < 0:
		return v1alpha1.ChangeBetter
	case !slices.Equal(words(old), words(later)) || moved(old, later):
		return v1alpha1.Changed
	default:
		return ""
	}
}

// words are what a finding says, in no order: a message can be of several rows.
func words(f v1alpha1.Finding) []string {
	words := strings.Split(f.Message, "; ")
	slices.Sort(words)
	return words
}

// moved reports whether a finding is about other places than before.
func moved(old, later v1alpha1.Finding) bool {
	return len(old.PlacesBeyond(&later))+len(later.PlacesBeyond(&old)) > 0
}

func rank(t v1alpha1.ChangeType) int {
	return slices.Index([]v1alpha1.ChangeType{
		v1alpha1.ChangeNew, v1alpha1.ChangeWorse, v1alpha1.ChangeBetter, v1alpha1.Changed, v1alpha1.ChangeUnseen, v1alpha1.ChangeResolved,
	}, t)
}

// weight of the finding as it is now, or as it was where that counts no more.
func weight(c v1alpha1.Change) int {
	f := c.New
	if c.Type == v1alpha1.ChangeUnseen || c.Type == v1alpha1.ChangeResolved {
		f = c.Old
	}
	return f.Verdict.Weight()
}

func (c *comparison) summary() v1alpha1.DiffSummary {
	s := v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Complete: c.complete(), Unchanged: c.unchanged}
	for _, change := range c.changes {
		switch change.Type {
		case v1alpha1.ChangeNew:
			s.New++
		case v1alpha1.ChangeWorse:
			s.Worse++
		case v1alpha1.ChangeBetter:
			s.Better++
		case v1alpha1.Changed:
			s.Changed++
		case v1alpha1.ChangeUnseen:
			s.Unseen++
		case v1alpha1.ChangeResolved:
			s.Resolved++
		}
		grave := change.Type == v1alpha1.ChangeNew || change.Type == v1alpha1.ChangeWorse
		if grave && change.New.Verdict.Weight() > s.Verdict.Weight() {
			s.Verdict = change.New.Verdict
		}
	}
	s.Message = counted(
		count{s.New, "new"}, count{s.Worse, "worse"}, count{s.Better, "better"}, count{s.Changed, "changed"},
		count{s.Unseen, "not seen"}, count{s.Resolved, "resolved"}, count{s.Unchanged, "unchanged"},
	)
	if len(c.changes) == 0 {
		s.Message = strings.TrimSuffix("nothing changed, "+s.Message, ", ")
	}
	if !s.Complete {
		s.Message += "; not everything could be seen"
	}
	return s
}

// complete is false where the later document was asked what the earlier one
// was, and has no answer or not a whole one.
func (c *comparison) complete() bool {
	for t := range c.old.answers {
		if c.new.asked(t) && !c.new.answers[t].complete {
			return false
		}
	}
	return true
}

type count struct {
	n    int32
	what string
}

// counted leaves out what there is none of.
func counted(counts ...count) string {
	var parts []string
	for _, c := range counts {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return strings.Join(parts, ", ")
}

// questions that are compared, of any cluster.
func (c *comparison) questions() []v1alpha1.Question {
	return slices.DeleteFunc(v1alpha1.Questions(), func(q v1alpha1.Question) bool {
		return !slices.ContainsFunc(c.topics, func(t topic) bool { return t.question == q })
	})
}

// side describes a document on one cluster.
func (d document) side() v1alpha1.DiffSide {
	var side v1alpha1.DiffSide
	if !slices.Equal(d.clusters, []string{""}) {
		return side
	}
	for _, t := range d.topics() {
		if a := d.answers[t]; a.report != nil {
			side.Cluster, side.CollectedAt = a.cluster, a.collectedAt
			side.At = cmp.Or(side.At, a.at)
		}
	}
	return side
}
