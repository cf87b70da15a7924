package printer

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// printRunbook writes a plan as Markdown that a person follows and ticks off.
func printRunbook(w io.Writer, p *v1alpha1.UpgradePlan) error {
	var b runbook
	b.heading(1, "Upgrade of %s %s", cmp.Or(p.Name, p.Cluster.Context, p.Cluster.Server, "the cluster"), fromTo(p))
	b.summary(p)
	if len(p.Hops) > 0 {
		b.table(tableOf[v1alpha1.PlanHop]{hopColumns(), p.Hops}, Layout{})
		b.before(p)
	} else {
		b.paragraph("No hop to plan.")
	}
	for i, hop := range p.Hops {
		b.hop(p, i, hop)
	}
	b.chapter("Not seen", unseen(p.Gaps))
	b.chapter("Notes", p.Notes)
	b.passed(p)
	_, err := io.WriteString(w, b.text.String())
	return err
}

// runbook is a plan in Markdown.
type runbook struct{ markdown }

func (b *runbook) summary(p *v1alpha1.UpgradePlan) {
	b.paragraph("**%s**: %s", strings.ToUpper(string(p.Summary.Verdict)), p.Summary.Message)
	if line := deadlineText(p.Summary.Deadline, p.At); line != "" {
		b.item(0, "**Deadline**: %s", line)
	}
	if line := workText(p.Summary.Duration, p.Method); line != "" {
		b.item(0, "**Time**: %s", line)
		for _, assumption := range p.Summary.Duration.Assumptions {
			b.item(1, "%s", assumption)
		}
	}
	b.item(0, "**Platform**: %s", platformText(p.Platform))
	if p.Cluster.Context != "" {
		b.item(0, "**Context**: %s", code(p.Cluster.Context))
	}
	b.item(0, "**Planned on** %s, from what the cluster showed at %s", p.At, p.CollectedAt.UTC().Format("2006-01-02 15:04 UTC"))
}

// before is what to do once, and what stands against the first hop.
func (b *runbook) before(p *v1alpha1.UpgradePlan) {
	b.heading(2, "Before the first hop")
	b.paragraph("Capitals in a command, such as NODE, are what to fill in.")
	b.tick([]string{"kubectl config current-context"}, "Make sure that kubectl talks to the right cluster%s", rightContext(p.Cluster))
	b.tick([]string{"kubectl versions snapshot > before.yaml"}, "Save what runs now, to compare with afterwards")
	b.checks(p, p.Hops[0].Number)
}

func rightContext(c v1alpha1.Cluster) markup {
	if c.Context == "" {
		return ""
	}
	return ", " + code(c.Context)
}

// checks are told in full before the first hop that they stand against, and
// are looked at again before the others. No step of the plan settles them.
func (b *runbook) checks(p *v1alpha1.UpgradePlan, hop int32) {
	found := slices.DeleteFunc(checkRows(p.Hops, true), func(c checkRow) bool { return passed(c) || !slices.Contains(c.hops, hop) })
	if len(found) > 0 {
		b.paragraph("What the checks found, to settle before hop %d starts:", hop)
	}
	for _, f := range found {
		if first := f.hops[0]; first != hop {
			b.tick(nil, "**%s** %s, as before hop %d: %s", f.Verdict, code(f.ID), first, f.Message)
			if f.Verdict == v1alpha1.Blocked {
				b.item(1, "To do where this still stands: %s", remedyText(f))
			}
			continue
		}
		b.tick(nil, "**%s** %s: %s", f.Verdict, code(f.ID), f.Message)
		if f.Remedy != "" || f.Verdict == v1alpha1.Blocked {
			b.item(1, "To do: %s", remedyText(f))
		}
		const most = 10
		for i, object := range f.Evidence {
			if i == most {
				b.item(1, "%s more, which %s names", thousands(int64(len(f.Evidence)-most)), code("kubectl versions plan -o wide"))
				break
			}
			b.item(1, "%s", code(object))
		}
		if f.Source != "" {
			b.item(1, "Source: %s", f.Source)
		}
	}
}

func remedyText(c checkRow) string { return cmp.Or(c.Remedy, "settle this before the hop starts") }

func (b *runbook) hop(p *v1alpha1.UpgradePlan, index int, h v1alpha1.PlanHop) {
	b.heading(2, "Hop %d: %s", h.Number, hopTitle(h))
	if line := hopDates(h, p.At); line != "" {
		b.paragraph("%s", line)
	}
	if index > 0 {
		b.tick([]string{fmt.Sprintf("kubectl versions plan --to %s", p.To)}, "Plan again: the cluster is not the one that this plan was made for")
		b.checks(p, h.Number)
	}
	first := max(0, slices.IndexFunc(h.Steps, func(s v1alpha1.PlanStep) bool {
		return slices.ContainsFunc(s.Moves, func(m v1alpha1.PlanMove) bool { return m.Component == kubeAPIServer })
	}))
	for i, step := range h.Steps {
		if i == first {
			b.wayBack(h, step.Number)
		}
		b.step(p.Method, step)
	}
	b.heading(3, "After hop %d", h.Number)
	b.tick([]string{"kubectl versions skew", "kubectl versions deprecations"}, "See what the cluster is like now, before anything else changes")
}

// wayBack is what to save, and to know, before a step that cannot be undone.
func (b *runbook) wayBack(h v1alpha1.PlanHop, step int32) {
	if len(h.Backup) == 0 && h.Rollback == "" {
		return
	}
	b.heading(3, "Before step %d", step)
	if h.Rollback != "" {
		b.paragraph("**Rollback: %s**", h.Rollback)
	}
	if len(h.Backup) > 0 {
		b.tick(h.Backup, "Save the control plane's data before this hop, and keep the copy elsewhere")
	}
}

// hopDates says by when the hop is due, and how long it takes.
func hopDates(h v1alpha1.PlanHop, at calendar.Date) string {
	var parts []string
	line := deadlineText(h.Deadline, at)
	if line != "" {
		parts = append(parts, line)
	}
	supported := func(minor version.Minor, until calendar.Date) {
		switch {
		case until.IsZero():
		case until.Compare(at) < 0:
			parts = append(parts, fmt.Sprintf("%s was supported until %s", minor, until))
		default:
			parts = append(parts, fmt.Sprintf("%s is supported until %s", minor, until))
		}
	}
	if line == "" || h.Deadline.Minor != h.From {
		supported(h.From, h.FromUntil)
	}
	if h.To != h.From {
		supported(h.To, h.ToUntil)
	}
	if text := span(h.Duration, " to ", hours); text != "" {
		parts = append(parts, fmt.Sprintf("about %s of work", text))
	}
	return strings.Join(parts, "; ")
}

func (b *runbook) step(method v1alpha1.PlanMethod, s v1alpha1.PlanStep) {
	b.heading(3, "Step %d: %s", s.Number, s.Stage)
	if s.Message != "" {
		b.paragraph("%s", s.Message)
	}
	nodes := slices.ContainsFunc(s.Moves, func(m v1alpha1.PlanMove) bool { return m.Component == kubelet })
	if nodes && !s.OneByOne && method.NodeUpgrade == v1alpha1.InPlace {
		b.paragraph("**Warning: the version skew policy does not support a minor upgrade of kubelet in place. Drain the nodes where you can.**")
	}
	for _, m := range s.Moves {
		set, from := markup(""), markup("")
		if m.DaemonSet != "" {
			set = ", DaemonSet " + code(m.DaemonSet) + ","
		}
		if m.From != "" {
			from = markup(sprint(" from %s", m.From))
		}
		b.tick(nil, "%s%s%s to %s%s", m.Component, set, from, m.To, few(m.Count, m.Names))
	}
	if nodes {
		b.nodes(method, s)
	}
	if len(s.Commands) > 0 {
		b.tick(s.Commands, "Run")
	}
	if len(s.Verify) > 0 {
		b.tick(s.Verify, "Verify")
	}
	if len(s.Stays) > 0 {
		b.paragraph("May wait:")
	}
	for _, stay := range s.Stays {
		b.item(0, "%s %s%s %s", stay.Component, stay.Version, few(stay.Count, stay.Names), stayText(stay))
	}
}

// nodes are the commands for one node, and the one that lists them all.
func (b *runbook) nodes(method v1alpha1.PlanMethod, s v1alpha1.PlanStep) {
	const (
		drain    = "kubectl drain NODE --ignore-daemonsets --delete-emptydir-data --timeout=30m"
		uncordon = "kubectl uncordon NODE"
	)
	batch := markup("")
	if text := batchText(method); text != "" {
		batch = markup(sprint(", %s", text))
	}
	// What the platform's own commands do for nodes is below.
	known := func(text markup) markup {
		if len(s.Commands) == 0 {
			return ""
		}
		return text
	}
	b.tick([]string{"kubectl get nodes -o wide"}, "List the nodes with their versions")
	switch {
	case s.OneByOne:
		b.tick([]string{drain, "# upgrade it where it is" + string(known(", with the commands under Run")) + ": etcd's data can be on its disk", uncordon,
			"kubectl wait --for=condition=Ready node/NODE --timeout=10m", "kubectl get --raw='/readyz?verbose' # etcd is in the list"},
			"One node of the control plane at a time: drain it, upgrade it where it is, take it back, and start with the next once it and etcd are ready")
	case method.NodeUpgrade == v1alpha1.InPlace:
		b.tick(nil, "Restart kubelet at the new version on each of those that move, without a drain%s%s", batch, known(", with the commands under Run"))
		return
	case method.NodeUpgrade == v1alpha1.Surge:
		b.tick([]string{drain, "kubectl delete node NODE"}, "Add new nodes%s, wait until they are Ready, then drain and delete as many of those that move%s",
			batch, known("; the commands under Run are enough where they do all of that"))
	default:
		b.tick([]string{drain, "# replace it or its system disk" + string(known(", or run the commands under Run on it")) + ", and wait until it is Ready",
			uncordon + " # where it kept its name"},
			"Drain each of those that move, then replace it or its system disk%s%s", batch, known("; the commands under Run are enough where they drain and replace nodes"))
	}
	b.item(1, "A drain loses what pods keep in emptyDir volumes.")
}

// few names stand for a count, in parentheses.
func few(count int32, names []string) markup {
	const most = 3
	count = max(count, int32(len(names)))
	if count == 0 {
		return ""
	}
	text := thousands(int64(count))
	for i, name := range names[:min(most, len(names))] {
		switch {
		case i > 0:
			text += ", "
		case count > int32(min(most, len(names))):
			text += ", such as "
		default:
			text += ": "
		}
		text += string(code(name))
	}
	return markup(" (" + text + ")")
}

// passed are one line: which checks, and before which hops where not before all.
func (b *runbook) passed(p *v1alpha1.UpgradePlan) {
	var ids []string
	of := map[string][]int32{}
	var n int64
	for _, f := range checkRows(p.Hops, true) {
		if !passed(f) {
			continue
		}
		if of[f.ID] == nil {
			ids = append(ids, f.ID)
		}
		of[f.ID] = append(of[f.ID], f.hops...)
		n += int64(len(f.hops))
	}
	if n == 0 {
		return
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		hops := of[id]
		slices.Sort(hops)
		names[i] = string(code(id))
		if len(hops) < len(p.Hops) {
			names[i] += fmt.Sprintf(" (%s %s)", plural(len(hops), "hop"), hopsText(hops))
		}
	}
	b.heading(2, "Passed")
	each := ""
	if len(p.Hops) > 1 {
		each = ", those of each hop counted"
	}
	b.paragraph("%s passed%s: %s", several(n, "check"), each, markup(strings.Join(names, ", ")))
}
