package printer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// recent is for how many months the table keeps showing a release after its
// end; -o wide and the other formats show all.
const recent = 24

type releaseRow struct {
	platform string
	v1alpha1.PlatformRelease
	// live is what the platform answered of its versions.
	live []v1alpha1.LiveRelease
}

// releaseColumns has a column for the end of each phase, and for what one of
// the shown releases has. Rows that stand among those of other platforms name theirs.
func releaseColumns(phases []v1alpha1.SupportPhase, shown []releaseRow, mixed bool) []column[releaseRow] {
	type row = releaseRow
	has := func(what func(row) bool) bool { return slices.ContainsFunc(shown, what) }

	columns := []column[row]{
		{header: "PLATFORM", wide: !mixed, text: func(r row, _ int) string { return r.platform }},
		{header: "VERSION", text: func(r row, _ int) string { return r.Version.String() }},
	}
	if has(func(r row) bool { return r.Version != r.Kubernetes }) {
		columns = append(columns, column[row]{header: "KUBERNETES", text: func(r row, _ int) string { return r.Kubernetes.String() }})
	}
	columns = append(columns,
		column[row]{header: "STATUS", text: func(r row, _ int) string { return stageText(r.Stage, r.Phase) }, paint: func(r row) paint { return stagePaint(r.PlatformRelease) }},
		column[row]{header: "DAYS", right: true, text: func(r row, _ int) string { return number(r.DaysLeft) }},
	)
	released := column[row]{header: "RELEASED", droppable: true, text: func(r row, _ int) string { return orDash(r.Released.String()) }}
	answered := has(func(r row) bool { return len(r.live) > 0 })
	if !answered {
		columns = append(columns, released)
	}
	columns = append(columns, phaseColumns(phases)...)
	columns = append(columns, column[row]{header: "LATEST", droppable: true, text: func(r row, _ int) string { return orDash(r.Latest) }})
	if has(func(r row) bool { return r.Creatable != nil }) {
		columns = append(columns, column[row]{header: "CREATABLE", droppable: true, text: func(r row, _ int) string { return yesNo(r.Creatable) }})
	}
	if has(func(r row) bool { return r.Recommended != "" }) {
		columns = append(columns, column[row]{header: "RECOMMENDED", droppable: true, text: func(r row, _ int) string { return orDash(r.Recommended) }})
	}
	if has(func(r row) bool { return r.Default != "" }) {
		columns = append(columns, column[row]{header: "DEFAULT", droppable: true, text: func(r row, _ int) string { return orDash(r.Default) }})
	}
	if answered {
		columns = append(columns, liveColumns(shown, released)...)
	}
	if has(func(r row) bool { return !r.AsOf.IsZero() }) {
		columns = append(columns, column[row]{header: "AS OF", wide: true, text: func(r row, _ int) string { return orDash(r.AsOf.String()) }})
	}
	return append(columns,
		column[row]{header: "LATEST SINCE", wide: true, text: func(r row, _ int) string { return orDash(r.LatestDate.String()) }},
		column[row]{header: "NOTES", wide: true, text: func(r row, _ int) string { return orDash(strings.Join(r.Notes, "; ")) }},
		column[row]{header: "SOURCES", wide: true, text: func(r row, _ int) string { return orDash(strings.Join(r.Sources, ",")) }},
	)
}

// phaseColumns hold the end of each phase. Where no phase has terms, that of the
// last one is what everybody calls the end of life.
func phaseColumns(phases []v1alpha1.SupportPhase) []column[releaseRow] {
	extended := slices.ContainsFunc(phases, func(p v1alpha1.SupportPhase) bool { return p.Kind == v1alpha1.Extended })
	var columns []column[releaseRow]
	for i, phase := range phases {
		c := column[releaseRow]{header: "END OF " + strings.ToUpper(phase.Name), droppable: i > 1, text: func(r releaseRow, _ int) string {
			for _, p := range r.Phases {
				if p.Name == phase.Name {
					return p.Until.String()
				}
			}
			return "-"
		}}
		if i == len(phases)-1 && !extended {
			c.header = "END OF LIFE"
			c.text = func(r releaseRow, _ int) string { return orDash(endOfLife(r.Phases).String()) }
		}
		columns = append(columns, c)
	}
	return columns
}

func endOfLife(phases []v1alpha1.SupportPhase) calendar.Date {
	if len(phases) == 0 {
		return calendar.Date{}
	}
	return phases[len(phases)-1].Until
}

func stagePaint(r v1alpha1.PlatformRelease) paint {
	switch {
	case r.Stage == v1alpha1.EndOfLife:
		return verdictPaint(v1alpha1.Unsupported)
	case r.Stage != v1alpha1.Supported:
		return ""
	case slices.ContainsFunc(r.Phases, func(p v1alpha1.SupportPhase) bool { return p.Name == r.Phase && p.Kind == v1alpha1.Extended }):
		return verdictPaint(v1alpha1.Warning)
	default:
		return verdictPaint(v1alpha1.OK)
	}
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return "-"
	case *b:
		return "yes"
	default:
		return "no"
	}
}

// calendarDocuments has one calendar below the other.
func calendarDocuments(all *v1alpha1.ReleaseCalendar, layout Layout) []document {
	pages := make([]document, len(all.Platforms))
	for i, c := range all.Platforms {
		pages[i] = calendarDocument(all, c, layout)
	}
	return pages
}

func calendarDocument(all *v1alpha1.ReleaseCalendar, c v1alpha1.PlatformCalendar, layout Layout) document {
	shown, older := c.Releases, 0
	if !layout.Wide && len(shown) > 1 {
		shown = slices.DeleteFunc(slices.Clone(shown), func(r v1alpha1.PlatformRelease) bool {
			return len(r.Phases) > 0 && endOfLife(r.Phases).AddMonths(recent).Compare(all.At) < 0
		})
		older = len(c.Releases) - len(shown)
	}
	notes := slices.Clone(c.Notes)
	if older > 0 {
		notes = append(notes, fmt.Sprintf("left out are %d that ended before %s: -o wide shows them", older, all.At.AddMonths(-recent)))
	}
	if len(c.Releases) == 1 {
		notes = append(notes, c.Releases[0].Notes...)
	}
	p := document{
		title: "Releases of " + c.Name, lead: []string{fmt.Sprintf("%s on %s, %s", c.Name, all.At, toldBy(c))}, none: "Nothing to list.",
	}
	if layout.Timeline {
		p.table, p.parts = timeline{shown, all.At}, []part{{title: "Notes", lines: notes}}
		return p
	}
	rows := releaseRows(c, shown)
	p.table = tableOf[releaseRow]{releaseColumns(c.Phases, rows, layout.NoHeaders && len(all.Platforms) > 1), rows}
	p.parts = []part{
		{title: "Patches", lines: patchLines(c.Releases)}, {title: "Next patches", lines: nextPatches(c.Releases)},
		{title: "Versions", lines: versionLines(c.Versions)}, {title: upcomingTitle(c.Upcoming), lines: upcomingLines(c.Upcoming, all.At)},
		{title: "Rules", lines: c.Rules}, {title: "Notes", lines: notes},
	}
	return p
}

// toldBy says who told the calendar, and when.
func toldBy(c v1alpha1.PlatformCalendar) string {
	if c.Live == nil || c.Live.Fault != nil {
		return "as read on " + c.AsOf.String()
	}
	answered := "as it answered on " + calendar.Of(c.Live.ReadAt.Time).String()
	if c.Live.Region != "" {
		answered += " in " + c.Live.Region
	}
	return answered
}

func releaseRows(c v1alpha1.PlatformCalendar, releases []v1alpha1.PlatformRelease) []releaseRow {
	var answered map[version.Minor][]v1alpha1.LiveRelease
	if c.Live != nil {
		answered = c.Live.ByMinor()
	}
	rows := make([]releaseRow, len(releases))
	for i, r := range releases {
		rows[i] = releaseRow{c.ID, r, answered[r.Kubernetes]}
	}
	return rows
}

func patchLines(releases []v1alpha1.PlatformRelease) []string {
	var lines []string
	for _, r := range releases {
		for _, p := range r.Patches {
			line := fmt.Sprintf("%-8s %s", p.Version, cmp.Or(p.Announced, p.Available))
			switch {
			case p.Announced.IsZero() && p.Available.Unconfirmed:
				line += ", at the latest"
			case p.Announced.IsZero():
				line += ", the day of its tag"
			case p.Announced != p.Available:
				line += fmt.Sprintf(", tagged on %s", p.Available)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func nextPatches(releases []v1alpha1.PlatformRelease) []string {
	var lines []string
	for _, r := range releases {
		if r.Next != "" {
			on := "no date published"
			if !r.NextDate.IsZero() {
				on = r.NextDate.String()
			}
			lines = append(lines, fmt.Sprintf("%-8s %s", r.Next, on))
		}
	}
	return lines
}

func versionLines(versions []v1alpha1.PlatformVersion) []string {
	var lines []string
	for _, v := range versions {
		var parts []string
		if len(v.Creatable) > 0 {
			var minors []string
			for _, m := range v.Creatable {
				minors = append(minors, m.String())
			}
			parts = append(parts, "creates "+strings.Join(minors, ", "))
		}
		for _, r := range v.Ranges {
			parts = append(parts, "for "+r.For+" "+r.String())
		}
		lines = append(lines, v.Version+": "+strings.Join(parts, "; "))
	}
	return lines
}

func upcomingTitle(u *v1alpha1.UpcomingRelease) string {
	if u == nil {
		return ""
	}
	return fmt.Sprintf("%s, planned for %s", u.Version, u.Released)
}

func upcomingLines(u *v1alpha1.UpcomingRelease, at calendar.Date) []string {
	if u == nil {
		return nil
	}
	type day struct {
		date calendar.Date
		what string
	}
	var days []day
	for _, event := range u.Events {
		days = append(days, day{event.Date, event.Name})
	}
	for _, p := range u.PreReleases {
		days = append(days, day{p.Available, p.Version})
	}
	for _, phase := range u.Phases {
		days = append(days, day{phase.Until, fmt.Sprintf("end of %s support, by the policy", phase.Name)})
	}
	slices.SortStableFunc(days, func(a, b day) int { return a.date.Compare(b.date) })
	lines := make([]string, len(days))
	for i, d := range days {
		lines[i] = fmt.Sprintf("%-11s %s", d.date, d.what)
		if d.date.Compare(at) < 0 {
			lines[i] += " (past)"
		}
	}
	return lines
}
