package printer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

func hopColumns() []column[v1alpha1.PlanHop] {
	type row = v1alpha1.PlanHop
	checks := func(header string, verdict v1alpha1.Verdict) column[row] {
		return column[row]{header: header, right: true, text: func(r row, _ int) string { return count(gatesOf(r, verdict)) },
			paint: func(r row) paint {
				if gatesOf(r, verdict) == 0 {
					return ""
				}
				return verdictPaint(verdict)
			}}
	}
	unknown := checks("UNKNOWN", v1alpha1.Unknown)
	unknown.droppable = true // after those behind it
	return []column[row]{
		{header: "HOP", right: true, text: func(r row, _ int) string { return strconv.Itoa(int(r.Number)) }},
		{header: "FROM", text: func(r row, _ int) string { return r.From.String() }},
		{header: "TO", text: func(r row, _ int) string { return hopTarget(r) }},
		{header: "START BEFORE", text: func(r row, _ int) string { return startBefore(r.Deadline) },
			paint: func(r row) paint {
				if r.Deadline != nil && r.Deadline.Passed {
					return verdictPaint(v1alpha1.Unsupported)
				}
				return ""
			}},
		{header: "NODES", text: func(r row, _ int) string { return nodesText(r) }},
		checks("BLOCKED", v1alpha1.Blocked),
		checks("WARNINGS", v1alpha1.Warning),
		unknown,
		{header: "TO SUPPORTED UNTIL", droppable: true, text: func(r row, _ int) string { return orDash(r.ToUntil.String()) }},
		{header: "TIME", droppable: true, text: func(r row, _ int) string { return orDash(span(r.Duration, "-", hoursShort)) }},
		{header: "TAKE FIRST", wide: true, text: func(r row, _ int) string { return orDash(r.TakeFirst) }},
		{header: "ROLLBACK", wide: true, text: func(r row, _ int) string { return orDash(r.Rollback) }},
	}
}

// stepRow is what one component does in a step: it moves, or it stays.
type stepRow struct {
	number              int32
	component, from, to string
	count               int32
	note                string
	names               []string
}

const (
	// leastVersion leaves of a version what tells it from others: of
	// v1.34.1-eks-a737599 the platform's name.
	leastVersion = 12
	leastNote    = 20
)

func stepColumns(wide bool) []column[stepRow] {
	return []column[stepRow]{
		{header: "STEP", right: true, text: func(r stepRow, _ int) string { return strconv.Itoa(int(r.number)) }},
		{header: "COMPONENT", text: func(r stepRow, _ int) string { return r.component }},
		{header: "FROM", least: leastVersion, text: func(r stepRow, _ int) string { return orDash(r.from) }},
		{header: "TO", least: leastVersion, text: func(r stepRow, _ int) string { return r.to }},
		{header: "COUNT", droppable: true, right: true, text: func(r stepRow, _ int) string {
			if r.count == 0 {
				return "-"
			}
			return thousands(int64(r.count))
		}},
		{header: "NOTE", folds: true, least: leastNote, text: func(r stepRow, room int) string {
			if wide {
				return orDash(r.note)
			}
			return noted(r, room)
		}},
		{header: "NAMES", wide: true, text: func(r stepRow, _ int) string { return strings.Join(r.names, ",") }},
	}
}

// checkRow is a check with the hops that it has the same outcome for.
type checkRow struct {
	v1alpha1.PlanGate
	hops []int32
}

func checkColumns() []column[checkRow] {
	return []column[checkRow]{
		{header: "VERDICT", text: func(c checkRow, _ int) string { return string(c.Verdict) },
			paint: func(c checkRow) paint { return verdictPaint(c.Verdict) }},
		{header: "HOPS", text: func(c checkRow, _ int) string { return hopsText(c.hops) }},
		{header: "CHECK", text: func(c checkRow, _ int) string { return c.ID }},
		{header: "WHAT", folds: true, text: func(c checkRow, _ int) string { return c.Message }},
		{header: "FIX", wide: true, text: func(c checkRow, _ int) string { return orDash(c.Remedy) }},
		{header: "SOURCE", wide: true, text: func(c checkRow, _ int) string { return orDash(c.Source) }},
		{header: "EVIDENCE", wide: true, text: func(c checkRow, _ int) string { return strings.Join(c.Evidence, ",") }},
	}
}

// planDocument puts the verdict first, then when and how long, then the hops, the
// steps of the first one, what stands against them, and what to do about it.
func planDocument(p *v1alpha1.UpgradePlan, layout Layout) document {
	parts := []part{baseline(p.Baseline, layout.Wide)}
	stepsOf := p.Hops[:min(1, len(p.Hops))]
	if layout.Wide {
		stepsOf = p.Hops
	}
	for _, hop := range stepsOf {
		parts = append(parts, part{
			title: fmt.Sprintf("Hop %d, %s", hop.Number, hopTitle(hop)), table: tableOf[stepRow]{stepColumns(layout.Wide), stepRows(hop)},
		})
	}
	return document{
		title: "Upgrade" + of(p.Cluster), verdict: p.Summary.Verdict, lead: planLead(p),
		table: tableOf[v1alpha1.PlanHop]{hopColumns(), p.Hops}, none: "No hop to plan.",
		parts: append(parts,
			part{table: tableOf[checkRow]{checkColumns(), shownChecks(p, layout)}},
			part{title: "What to do", lines: toDo(p, layout.Wide)},
			part{title: "Notes", lines: slices.Concat(rollbacks(p.Hops, layout.Wide), p.Notes)},
			part{title: "Time", lines: p.Summary.Duration.Assumptions},
			part{title: "Not seen", lines: unseen(p.Gaps)},
			part{text: more(p, layout.Wide)},
		),
	}
}

// planLead are the sentences to read before all others.
func planLead(p *v1alpha1.UpgradePlan) []string {
	lines := []string{p.Summary.Message}
	for _, line := range []string{deadlineText(p.Summary.Deadline, p.At), workText(p.Summary.Duration, p.Method)} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	var parts []string
	if p.Cluster.Context != "" {
		parts = append(parts, "context "+p.Cluster.Context)
	}
	return append(lines, strings.Join(append(parts,
		platformText(p.Platform), fromTo(p), fmt.Sprintf("on %s", p.At)), ", "))
}

// fromTo is where the cluster goes, or where it is and stays.
func fromTo(p *v1alpha1.UpgradePlan) string {
	if p.From == p.To {
		return fmt.Sprintf("at %s", p.To)
	}
	return fmt.Sprintf("from %s to %s", p.From, p.To)
}

func platformText(p v1alpha1.Platform) string { return fmt.Sprintf("%s (%s)", p.Name, p.Evidence) }

// deadlineText is empty where no date is known.
func deadlineText(d *v1alpha1.PlanDeadline, at calendar.Date) string {
	switch {
	case d == nil:
		return ""
	case d.Passed:
		return leftText(d, at)
	}
	until := d.Date.String()
	if days := d.Date.Minus(at); days > 0 {
		until += fmt.Sprintf(" (in %s)", several(int64(days), "day"))
	}
	text := fmt.Sprintf("start before %s to stay in %s support, which %s then loses", until, d.Phase, d.Minor)
	if !d.ExtendedUntil.IsZero() {
		text += fmt.Sprintf("; extended support after that lasts until %s", d.ExtendedUntil)
	}
	return text
}

// leftText tells what the minor has left, and what it has not.
func leftText(d *v1alpha1.PlanDeadline, at calendar.Date) string {
	if d.ExtendedUntil.IsZero() || d.ExtendedUntil.Compare(at) < 0 {
		return fmt.Sprintf("%s left support on %s", d.Minor, later(d.Date, d.ExtendedUntil))
	}
	return fmt.Sprintf("%s left %s support on %s; extended support lasts until %s", d.Minor, d.Phase, d.Date, d.ExtendedUntil)
}

func later(a, b calendar.Date) calendar.Date {
	if a.Compare(b) < 0 {
		return b
	}
	return a
}

func startBefore(d *v1alpha1.PlanDeadline) string {
	switch {
	case d == nil:
		return "-"
	case d.Passed:
		return "passed"
	default:
		return d.Date.String()
	}
}

// workText is empty without an estimate.
func workText(d v1alpha1.PlanDuration, method v1alpha1.PlanMethod) string {
	text := span(d, " to ", hours)
	if text == "" {
		return ""
	}
	return fmt.Sprintf("about %s of work%s, not counting what lies between steps", text, methodText(method))
}

func methodText(m v1alpha1.PlanMethod) string {
	batch := ""
	if text := batchText(m); text != "" {
		batch = " " + text
	}
	switch m.NodeUpgrade {
	case v1alpha1.Replace:
		return " with nodes replaced" + batch
	case v1alpha1.Surge:
		return " with new nodes added" + batch + " before old ones go"
	case v1alpha1.InPlace:
		return " with nodes upgraded in place" + batch
	default:
		return ""
	}
}

// batchText is such as "10% at a time", and empty where it is not known.
func batchText(m v1alpha1.PlanMethod) string {
	size := m.BatchSize
	if n, err := strconv.ParseInt(size, 10, 64); err == nil {
		size = thousands(n)
	}
	if size == "" {
		return ""
	}
	return size + " at a time"
}

// span is such as "3 h to 5 h", and empty without an estimate.
func span(d v1alpha1.PlanDuration, to string, unit func(minutes int32) string) string {
	switch {
	case d.Most == 0:
		return ""
	case d.Least == d.Most:
		return unit(d.Most)
	default:
		return unit(d.Least) + to + unit(d.Most)
	}
}

// hours are such as "45 min", "3 h 20 min" or "12 days 4 h".
func hours(minutes int32) string {
	days, hours, minutes := clock(minutes)
	var parts []string
	if days > 0 {
		parts = append(parts, several(int64(days), "day"))
	}
	if hours > 0 {
		parts = append(parts, fmt.Sprintf("%d h", hours))
	}
	if minutes > 0 || len(parts) == 0 {
		parts = append(parts, fmt.Sprintf("%d min", minutes))
	}
	return strings.Join(parts, " ")
}

// hoursShort are such as "45m", "3h20m" or "12d4h".
func hoursShort(minutes int32) string {
	return strings.NewReplacer(" days", "d", " day", "d", " h", "h", " min", "m", " ", "").Replace(hours(minutes))
}

// clock counts days once there are two of them, and then no minutes.
func clock(m int32) (days, hours, minutes int32) {
	const hour, day = 60, 24 * 60
	if m < 2*day {
		return 0, m / hour, m % hour
	}
	m += hour / 2
	return m / day, m % day / hour, 0
}

func hopTitle(h v1alpha1.PlanHop) string {
	if h.From == h.To {
		return fmt.Sprintf("to bring the rest to %s", h.To)
	}
	return fmt.Sprintf("from %s to %s", h.From, hopTarget(h))
}

// hopTarget is the newest patch, beside the minor where a platform numbers its own.
func hopTarget(h v1alpha1.PlanHop) string {
	switch {
	case h.Version == "":
		return h.To.String()
	case strings.HasPrefix(strings.TrimPrefix(h.Version, "v"), h.To.String()+"."):
		return h.Version
	default:
		return fmt.Sprintf("%s (%s)", h.To, h.Version)
	}
}

func gatesOf(h v1alpha1.PlanHop, verdict v1alpha1.Verdict) int32 {
	var n int32
	for _, gate := range h.Gates {
		if gate.Verdict == verdict {
			n++
		}
	}
	return n
}

// kubelet stands for its node.
const (
	kubelet       = "kubelet"
	kubeAPIServer = "kube-apiserver"
)

// nodesText counts the nodes that move, each once, and those that keep their
// version. Where they have no names, those of all steps move, and those of the
// last step that tells stay.
func nodesText(h v1alpha1.PlanHop) string {
	moves, stays := map[string]bool{}, map[string]bool{}
	var move, stay int64
	for _, step := range h.Steps {
		for _, m := range step.Moves {
			if m.Component == kubelet {
				move += named(moves, m.Names, m.Count)
			}
		}
		var here int64
		for _, s := range step.Stays {
			if s.Component == kubelet {
				here += named(stays, s.Names, s.Count)
			}
		}
		stay = cmp.Or(here, stay)
	}
	maps.DeleteFunc(stays, func(name string, _ bool) bool { return moves[name] })
	move, stay = move+int64(len(moves)), stay+int64(len(stays))
	var parts []string
	for _, part := range []struct {
		n    int64
		verb string
	}{{move, "move"}, {stay, "stay"}} {
		switch part.n {
		case 0:
		case 1:
			parts = append(parts, "1 "+part.verb+"s")
		default:
			parts = append(parts, thousands(part.n)+" "+part.verb)
		}
	}
	return orDash(strings.Join(parts, ", "))
}

// named collects names, and counts those that have none.
func named(set map[string]bool, names []string, count int32) int64 {
	for _, name := range names {
		set[name] = true
	}
	return max(0, int64(count)-int64(len(names)))
}

// stepRows tell how a step is done beside the first thing that moves in it.
func stepRows(h v1alpha1.PlanHop) []stepRow {
	var rows []stepRow
	for _, step := range h.Steps {
		first := len(rows)
		for _, m := range step.Moves {
			rows = append(rows, stepRow{number: step.Number, component: m.Component, from: m.From, to: m.To, count: m.Count, names: m.Names, note: daemonSetText(m)})
		}
		for _, s := range step.Stays {
			rows = append(rows, stepRow{number: step.Number, component: s.Component, from: s.Version, to: "stay", count: s.Count, names: s.Names, note: stayText(s)})
		}
		if len(step.Moves) == 0 && step.Message != "" {
			rows = slices.Insert(rows, first, stepRow{number: step.Number, component: string(step.Stage), to: "-"})
		}
		if step.Message != "" {
			rows[first].note = strings.TrimSuffix(step.Message+"; "+rows[first].note, "; ")
		}
	}
	return rows
}

// daemonSetText is empty for what is in none.
func daemonSetText(m v1alpha1.PlanMove) string {
	if m.DaemonSet == "" {
		return ""
	}
	return "DaemonSet " + m.DaemonSet
}

func stayText(s v1alpha1.PlanStay) string {
	text := "may stay"
	if s.Hops > 0 {
		text += fmt.Sprintf(" for %s,", several(int64(s.Hops), "more hop"))
	}
	if s.Until.IsZero() {
		return strings.TrimSuffix(text, ",")
	}
	return text + " until " + s.Until.String()
}

// noted adds examples of names where there is room for more than their number.
func noted(r stepRow, room int) string {
	if r.note == "" {
		return examples(r.names, max(room, leastNote))
	}
	text := examples(r.names, room-utf8.RuneCountInString(r.note)-len(" ()"))
	if text == "" || strings.HasPrefix(text, "+") {
		return r.note
	}
	return fmt.Sprintf("%s (%s)", r.note, text)
}

// checkRows are the gravest first, then in the order of hops. Equal ones of
// several hops are one: equal in words where that is to be exact, and otherwise
// in verdict, with the words of the first hop.
func checkRows(hops []v1alpha1.PlanHop, exact bool) []checkRow {
	var all []checkRow
	for _, hop := range hops {
		for _, gate := range hop.Gates {
			at := slices.IndexFunc(all, func(c checkRow) bool {
				return c.ID == gate.ID && c.Verdict == gate.Verdict && (!exact || c.Message == gate.Message && c.Remedy == gate.Remedy)
			})
			if at < 0 {
				at = len(all)
				all = append(all, checkRow{PlanGate: gate})
				all[at].Evidence = nil
			}
			all[at].hops = append(all[at].hops, hop.Number)
			all[at].Evidence = union(all[at].Evidence, gate.Evidence)
		}
	}
	slices.SortStableFunc(all, func(a, b checkRow) int { return cmp.Compare(b.Verdict.Weight(), a.Verdict.Weight()) })
	return all
}

func passed(c checkRow) bool { return c.Verdict == v1alpha1.Pass }

// hopsText is such as "1-3, 5".
func hopsText(hops []int32) string {
	var parts []string
	for i := 0; i < len(hops); {
		last := i
		for last+1 < len(hops) && hops[last+1] == hops[last]+1 {
			last++
		}
		part := strconv.Itoa(int(hops[i]))
		if last > i {
			part += fmt.Sprintf("-%d", hops[last])
		}
		parts, i = append(parts, part), last+1
	}
	return strings.Join(parts, ", ")
}

func shownChecks(p *v1alpha1.UpgradePlan, layout Layout) []checkRow {
	shown := checkRows(p.Hops, layout.Wide)
	if !layout.Wide {
		shown = slices.DeleteFunc(shown, passed)
	}
	return shown
}

// toDo are the first remedies, and at least those of everything that blocks.
func toDo(p *v1alpha1.UpgradePlan, wide bool) []string {
	if wide {
		return nil // a column tells it
	}
	const most = 10
	lines, blocked := remedies(p)
	return upTo(max(most, blocked), lines)
}

// remedies tell, once each, what to do about the first objects of the checks that
// share it. Those of what blocks come first, and are counted.
func remedies(p *v1alpha1.UpgradePlan) (lines []string, blocked int) {
	var order []string
	checks, evidence := map[string][]string{}, map[string][]string{}
	for _, f := range checkRows(p.Hops, true) {
		if passed(f) || f.Remedy == "" {
			continue
		}
		if !slices.Contains(order, f.Remedy) {
			order = append(order, f.Remedy)
			if f.Verdict == v1alpha1.Blocked {
				blocked++
			}
		}
		checks[f.Remedy] = union(checks[f.Remedy], []string{f.ID})
		evidence[f.Remedy] = union(evidence[f.Remedy], f.Evidence)
	}
	for _, remedy := range order {
		subject := examples(checks[remedy], page/2)
		if objects := evidence[remedy]; len(objects) > 0 {
			subject += " (" + examples(objects, page*2/3) + ")"
		}
		lines = append(lines, subject+": "+remedy)
	}
	return lines, blocked
}

// rollbacks say once for all hops that share it whether there is a way back.
func rollbacks(hops []v1alpha1.PlanHop, wide bool) []string {
	if wide {
		return nil // a column tells it
	}
	var order []string
	of := map[string][]int32{}
	for _, hop := range hops {
		if hop.Rollback == "" {
			continue
		}
		if !slices.Contains(order, hop.Rollback) {
			order = append(order, hop.Rollback)
		}
		of[hop.Rollback] = append(of[hop.Rollback], hop.Number)
	}
	var lines []string
	for _, text := range order {
		subject := "rollback"
		if numbers := of[text]; len(numbers) < len(hops) {
			subject += fmt.Sprintf(" of %s %s", plural(len(numbers), "hop"), hopsText(numbers))
		}
		lines = append(lines, subject+": "+text)
	}
	return lines
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// more says what the other formats have, and nothing of a plan without hops.
func more(p *v1alpha1.UpgradePlan, wide bool) string {
	if len(p.Hops) == 0 {
		return ""
	}
	const runbook = "-o markdown writes a runbook to tick off"
	text := several(int64(p.Summary.Passed), "check") + " passed"
	if wide {
		return text + "; " + runbook
	}
	return fmt.Sprintf("%s; -o wide shows them and the steps of every hop, %s", text, runbook)
}
