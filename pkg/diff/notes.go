package diff

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// notes say what makes the two documents differ besides the cluster.
func (c *comparison) notes() []string {
	notes := slices.Concat(c.leftOut(), c.hidden())
	for _, t := range c.topics {
		a, b := c.old.answers[t], c.new.answers[t]
		for _, note := range slices.Concat(c.ofCluster(a, b), c.ofQuestion(a, b)) {
			if t.cluster != "" {
				note = fmt.Sprintf("cluster %s: %s", t.cluster, note)
			}
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	return notes
}

// leftOut names the clusters and questions that are not compared, and why.
func (c *comparison) leftOut() []string {
	var notes []string
	for _, cluster := range union(c.new.clusters, c.old.clusters) {
		inOld, inNew := slices.Contains(c.old.clusters, cluster), slices.Contains(c.new.clusters, cluster)
		switch {
		case !inOld:
			notes = append(notes, alone(cluster, c.new.name))
		case !inNew:
			notes = append(notes, alone(cluster, c.old.name))
		default:
			notes = append(notes, c.unanswered(cluster)...)
		}
	}
	return notes
}

func alone(cluster, document string) string {
	if cluster == "" {
		return document + " is on one cluster"
	}
	return fmt.Sprintf("cluster %s is in %s alone", cluster, document)
}

// unanswered joins the questions that are not compared for the same reason.
func (c *comparison) unanswered(cluster string) []string {
	var order []string
	of := map[string][]string{}
	for _, q := range v1alpha1.Questions() {
		t := topic{cluster, q}
		for _, why := range []string{c.old.why(c.new, t), c.new.why(c.old, t)} {
			if why == "" {
				continue
			}
			if !slices.Contains(order, why) {
				order = append(order, why)
			}
			of[why] = append(of[why], string(q))
		}
	}
	notes := make([]string, len(order))
	for i, why := range order {
		notes[i] = fmt.Sprintf("%s not compared: %s", strings.Join(of[why], ", "), why)
		if cluster != "" {
			notes[i] = fmt.Sprintf("cluster %s: %s", cluster, notes[i])
		}
	}
	return notes
}

// why says what keeps an answer from being compared; empty where nothing does.
func (d document) why(other document, t topic) string {
	a := d.answers[t]
	switch {
	case d.asked(t) && other.asked(t) && a.report == nil:
		return fmt.Sprintf("%s has no answer (%s)", d.name, a.reason)
	case a.report != nil && !other.asked(t):
		return fmt.Sprintf("%s alone is about that", d.name)
	default:
		return ""
	}
}

// hidden says of which questions one of the documents could not see everything,
// where that makes a difference.
func (c *comparison) hidden() []string {
	var before, still []string
	for _, t := range c.topics {
		name := string(t.question)
		if t.cluster != "" {
			name += " of " + t.cluster
		}
		if !c.old.answers[t].complete && c.has(t, v1alpha1.ChangeNew) {
			before = append(before, name)
		}
		if !c.new.answers[t].complete && c.has(t, v1alpha1.ChangeUnseen) {
			still = append(still, name)
		}
	}
	var notes []string
	if len(before) > 0 {
		notes = append(notes, fmt.Sprintf("%s could not see everything of %s: what is new may have been there before", c.old.name, strings.Join(before, ", ")))
	}
	if len(still) > 0 {
		notes = append(notes, fmt.Sprintf("%s could not see everything of %s: what is not seen may be there still", c.new.name, strings.Join(still, ", ")))
	}
	return notes
}

func (c *comparison) ofCluster(a, b answer) []string {
	var notes []string
	switch one, other := a.cluster, b.cluster; {
	case one.Server == "" || other.Server == "" || one == other:
	case one.Server == other.Server:
		notes = append(notes, fmt.Sprintf("%s was read through context %q and %s through %q", c.old.name, one.Context, c.new.name, other.Context))
	default:
		notes = append(notes, fmt.Sprintf("%s is of %s and %s of %s: are they the same cluster?",
			c.old.name, clusterText(one), c.new.name, clusterText(other)))
	}
	if b.collectedAt.Before(&a.collectedAt) {
		notes = append(notes, fmt.Sprintf("%s was collected at %s, before %s, at %s: are they in the right order?",
			c.new.name, b.collectedAt.UTC().Format(time.RFC3339), c.old.name, a.collectedAt.UTC().Format(time.RFC3339)))
	}
	if !a.at.IsZero() && !b.at.IsZero() && a.at != b.at {
		notes = append(notes, fmt.Sprintf("%s counts dates from %s and %s from %s: support may have ended in between", c.old.name, a.at, c.new.name, b.at))
	}
	if a.platform != "" && b.platform != "" && a.platform != b.platform {
		notes = append(notes, fmt.Sprintf("%s judges by %s and %s by %s", c.old.name, a.platform, c.new.name, b.platform))
	}
	return notes
}

func clusterText(c v1alpha1.Cluster) string {
	if c.Context == "" {
		return c.Server
	}
	return fmt.Sprintf("%s (%s)", c.Context, c.Server)
}

func (c *comparison) ofQuestion(a, b answer) []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	switch later := b.report.(type) {
	case *v1alpha1.SupportReport:
		if old, ok := a.report.(*v1alpha1.SupportReport); ok && old.Within != later.Within {
			note("%s warns of %s and %s of %s", c.old.name, warned(old), c.new.name, warned(later))
		}
	case *v1alpha1.DeprecationReport:
		if old, ok := a.report.(*v1alpha1.DeprecationReport); ok {
			c.ofDeprecations(note, a, b, old, later)
		}
	case *v1alpha1.UpgradePlan:
		if old, ok := a.report.(*v1alpha1.UpgradePlan); ok {
			c.ofPlans(note, old, later)
		}
	}
	return notes
}

func warned(r *v1alpha1.SupportReport) string {
	if r.Within == "" {
		return "no end of support ahead"
	}
	return "support that ends within " + r.Within
}

// has reports whether a topic has a change of a type.
func (c *comparison) has(t topic, of v1alpha1.ChangeType) bool {
	return slices.ContainsFunc(c.changes, func(change v1alpha1.Change) bool {
		f := change.New
		if f == nil {
			f = change.Old
		}
		return change.Type == of && t == topic{f.Cluster, f.Question}
	})
}

func (c *comparison) ofDeprecations(note func(string, ...any), a, b answer, old, later *v1alpha1.DeprecationReport) {
	if old.Target != later.Target {
		note("%s judges APIs at %s and %s at %s", c.old.name, old.Target, c.new.name, later.Target)
	}
	for _, side := range []struct {
		name   string
		report *v1alpha1.DeprecationReport
	}{{c.old.name, old}, {c.new.name, later}} {
		if narrowed := narrowing(side.report); narrowed != "" {
			note("%s has %s alone", side.name, narrowed)
		}
	}
	waived := 0
	for key := range b.waived {
		if _, had := a.index[key]; had {
			waived++
		}
	}
	if waived > 0 {
		note("%d of the findings of %s are waived in %s", waived, c.old.name, c.new.name)
	}
}

// narrowing is empty for a report on everything.
func narrowing(r *v1alpha1.DeprecationReport) string {
	var parts []string
	if len(r.Only) > 0 {
		words := make([]string, len(r.Only))
		for i, verdict := range r.Only {
			words[i] = string(verdict)
		}
		parts = append(parts, "the verdicts "+strings.Join(words, ", "))
	}
	if r.Namespace != "" {
		parts = append(parts, "namespace "+r.Namespace)
	}
	if r.Selector != "" {
		parts = append(parts, "objects with labels "+r.Selector)
	}
	return strings.Join(parts, " and ")
}

func (c *comparison) ofPlans(note func(string, ...any), old, later *v1alpha1.UpgradePlan) {
	if hops := without(later, old); len(hops) > 0 {
		note("%s alone plans to go to %s: all that stands against it is new", c.new.name, strings.Join(hops, ", "))
	}
	left := slices.DeleteFunc(without(old, later), func(hop string) bool {
		return done(old, later, v1alpha1.Finding{Subject: hopTo + hop})
	})
	if len(left) > 0 {
		note("%s alone plans to go to %s: whether the same stands against it today is not known", c.old.name, strings.Join(left, ", "))
	}
	if old.WithoutPods != later.WithoutPods {
		name := c.new.name
		if old.WithoutPods {
			name = c.old.name
		}
		note("%s was made without asking for pods: checks that only they answer are not in it", name)
	}
	if a, b := old.Method.NodeUpgrade, later.Method.NodeUpgrade; a != b && a != "" && b != "" {
		note("%s upgrades nodes by %s and %s by %s", c.old.name, a, c.new.name, b)
	}
}

// without are the minors that hops of a plan lead to, and none of another one.
func without(p, other *v1alpha1.UpgradePlan) []string {
	var minors []string
	for _, h := range p.Hops {
		same := func(o v1alpha1.PlanHop) bool { return o.To == h.To }
		if to := h.To.String(); !slices.ContainsFunc(other.Hops, same) && !slices.Contains(minors, to) {
			minors = append(minors, to)
		}
	}
	return minors
}

func union(a, b []string) []string {
	all := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}
