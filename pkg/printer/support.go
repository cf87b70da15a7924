package printer

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func supportColumns(wide bool, rows []v1alpha1.SupportRow) []column[v1alpha1.SupportRow] {
	type row = v1alpha1.SupportRow
	columns := []column[row]{
		{header: "PART", text: func(r row, _ int) string { return r.Part }},
		{header: "VERSION", text: func(r row, _ int) string { return orDash(r.Version) }},
		{header: "COUNT", right: true, text: func(r row, _ int) string { return count(r.Count) }},
		{header: "VERDICT", text: func(r row, _ int) string { return string(r.Verdict) },
			paint: func(r row) paint { return verdictPaint(r.Verdict) }},
		{header: "PHASE", text: func(r row, _ int) string { return stageText(r.Standing.Stage, r.Standing.Phase) }},
		{header: "UNTIL", text: func(r row, _ int) string { return orDash(r.Standing.Until.String()) }},
		{header: "DAYS", right: true, text: func(r row, _ int) string { return number(r.Standing.DaysLeft) }},
		{header: latestHeader(rows), droppable: true, text: func(r row, _ int) string { return latest(r) }},
		{header: "BEHIND", droppable: true, right: true, text: func(r row, _ int) string { return behind(r.Patch) }},
	}
	has := func(what func(row) bool) bool { return slices.ContainsFunc(rows, what) }
	if has(func(r row) bool { return r.Upstream != nil }) {
		columns = append(columns, column[row]{header: "UPSTREAM END", droppable: true, text: func(r row, _ int) string { return upstreamEnd(r) }})
	}
	return append(columns,
		column[row]{header: "CALENDAR", wide: true, text: func(r row, _ int) string { return r.Standing.Calendar }},
		column[row]{header: "SOURCES", wide: true, text: func(r row, _ int) string { return orDash(strings.Join(r.Standing.Sources, ",")) }},
		column[row]{header: "NAMES", droppable: true, text: func(r row, room int) string {
			if wide {
				return strings.Join(r.Names, ",")
			}
			return examples(r.Names, room)
		}},
	)
}

// supportDocument puts the verdict first, then what to do, then the rows and their dates.
func supportDocument(r *v1alpha1.SupportReport, layout Layout) document {
	lead := []string{r.Summary.Message}
	if r.Summary.Advice != "" {
		lead = append(lead, "What to do: "+r.Summary.Advice)
	}
	var ranges []string
	for _, check := range r.Ranges {
		ranges = append(ranges, fmt.Sprintf("%s: %s", check.Verdict, check.Reason))
	}
	return document{
		title: questionTitle(v1alpha1.QuestionSupport) + of(r.Cluster), verdict: r.Summary.Verdict, lead: append(lead, supportIdentity(r)),
		table: tableOf[v1alpha1.SupportRow]{supportColumns(layout.Wide, r.Rows), r.Rows},
		parts: []part{
			baseline(r.Baseline, layout.Wide), {title: "What to do", lines: advice(r)}, {title: "Unknown", lines: unknowns(r)},
			{title: "Ranges", lines: ranges},
			{title: "Managed from here", table: tableOf[v1alpha1.ClusterSupport]{clusterColumns(r.Managed), r.Managed}},
			{title: "Why of those", lines: reasons(r.Managed, layout.Wide)}, {title: "Dates", lines: dates(r)},
			{title: "Not seen", lines: unseen(r.Gaps)}, {title: "Notes", lines: r.Notes},
		},
	}
}

// unknowns say why rows could not be judged, unless the lead or a gap does.
func unknowns(r *v1alpha1.SupportReport) []string {
	var lines []string
	for _, row := range r.Rows {
		if row.Verdict == v1alpha1.Unknown && row.Version != "" && !strings.Contains(r.Summary.Message, row.Reason) {
			lines = append(lines, fmt.Sprintf("%s %s: %s", row.Part, row.Version, row.Reason))
		}
	}
	return lines
}

func supportIdentity(r *v1alpha1.SupportReport) string {
	var parts []string
	if r.Cluster.Context != "" {
		parts = append(parts, "context "+r.Cluster.Context)
	}
	return strings.Join(append(parts,
		fmt.Sprintf("%s (%s)", r.Platform.Name, r.Platform.Evidence),
		fmt.Sprintf("on %s, by dates as read on %s", r.At, r.Rows[0].Standing.AsOf)), ", ")
}

// dates gives, once per release, every phase with its end, and its patches.
func dates(r *v1alpha1.SupportReport) []string {
	var platforms, upstream, patches []string
	add := func(to []string, line string) []string {
		if line == "" || slices.Contains(to, line) {
			return to
		}
		return append(to, line)
	}
	for _, row := range r.Rows {
		platforms = add(platforms, phaseDates(row.Standing, row.Patch))
		told := row.Patch == nil || row.Patch.Calendar == row.Standing.Calendar
		if row.Upstream != nil {
			upstream = add(upstream, phaseDates(*row.Upstream, row.Patch))
			told = told || row.Patch.Calendar == row.Upstream.Calendar
		}
		if !told {
			patches = add(patches, row.Patch.Calendar+": "+patchDates(row.Patch))
		}
	}
	return slices.Concat(platforms, upstream, patches)
}

func phaseDates(s v1alpha1.Standing, patch *v1alpha1.PatchStanding) string {
	if len(s.Phases) == 0 {
		return ""
	}
	var parts []string
	for _, phase := range s.Phases {
		part := fmt.Sprintf("%s until %s", phase.Name, phase.Until)
		if phase.Terms != "" {
			part += " (" + phase.Terms + ")"
		}
		parts = append(parts, part)
	}
	line := fmt.Sprintf("%s %s: %s", s.Calendar, s.Release, strings.Join(parts, ", "))
	if patch != nil && patch.Calendar == s.Calendar {
		line += "; " + patchDates(patch)
	}
	return line
}

func patchDates(p *v1alpha1.PatchStanding) string {
	line := "latest " + p.Latest
	if !p.Date.IsZero() {
		line += " of " + p.Date.String()
	}
	switch {
	case p.Next != "" && p.NextDate.IsZero():
		line += fmt.Sprintf(", next %s, no date published", p.Next)
	case p.Next != "":
		line += fmt.Sprintf(", next %s on %s", p.Next, p.NextDate)
	}
	return line
}

// advice says what to do about each row, once for rows that share it.
func advice(r *v1alpha1.SupportReport) []string {
	var order []string
	subjects, part := map[string][]string{}, map[string]string{}
	for _, row := range r.Rows {
		if row.Advice == "" {
			continue
		}
		if !slices.Contains(order, row.Advice) {
			order = append(order, row.Advice)
		}
		subject := row.Version
		if part[row.Advice] != row.Part {
			subject = row.Part + " " + subject
		}
		part[row.Advice] = row.Part
		subjects[row.Advice] = append(subjects[row.Advice], subject)
	}
	if len(order) == 1 && order[0] == r.Summary.Advice {
		return nil // the lead has said it
	}
	var lines []string
	for _, sentence := range order {
		lines = append(lines, examples(subjects[sentence], page)+": "+sentence)
	}
	return lines
}

func latest(r v1alpha1.SupportRow) string {
	if r.Patch == nil {
		return "-"
	}
	return r.Patch.Latest
}

// latestHeader names upstream where the platform's own patches are numbered differently.
func latestHeader(rows []v1alpha1.SupportRow) string {
	for _, r := range rows {
		if r.Patch != nil && r.Upstream != nil && r.Patch.Calendar == r.Upstream.Calendar {
			return "UPSTREAM LATEST"
		}
	}
	return "LATEST"
}

// stageText is the phase where there is one.
func stageText(stage v1alpha1.Stage, phase string) string {
	return cmp.Or(phase, string(stage))
}

func behind(p *v1alpha1.PatchStanding) string {
	if p == nil {
		return "-"
	}
	return strconv.Itoa(int(p.Behind))
}

// upstreamEnd is when upstream's support ends, or has ended.
func upstreamEnd(r v1alpha1.SupportRow) string {
	s := r.Upstream
	if s == nil {
		s = &r.Standing
	}
	return orDash(endOfLife(s.Phases).String())
}
