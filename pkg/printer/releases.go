package printer

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// recent is for how many months the table keeps showing a release after its
// end; -o wide and the other formats show all.
const recent = 24

type releaseRow struct {
	platform string
	v1alpha1.PlatformRelease
}

// releaseColumns has a column for each phase that one of the releases has. Rows
// that stand among those of other platforms name theirs.
func releaseColumns(c v1alpha1.PlatformCalendar, mixed bool) []column[releaseRow] {
	type row = releaseRow
	any := func(has func(v1alpha1.PlatformRelease) bool) bool { return slices.ContainsFunc(c.Releases, has) }

	columns := []column[row]{
		{header: "PLATFORM", wide: !mixed, text: func(r row, _ int) string { return r.platform }},
		{header: "VERSION", text: func(r row, _ int) string { return r.Version.String() }},
	}
	if any(func(r v1alpha1.PlatformRelease) bool { return r.Version != r.Kubernetes }) {
		columns = append(columns, column[row]{header: "KUBERNETES", text: func(r row, _ int) string { return r.Kubernetes.String() }})
	}
	columns = append(columns,
		column[row]{header: "STATUS", text: func(r row, _ int) string { return r.Status }, paint: func(r row) paint { return statusPaint(r.PlatformRelease) }},
		column[row]{header: "DAYS", right: true, text: func(r row, _ int) string { return daysLeft(r.DaysLeft) }},
		column[row]{header: "RELEASED", droppable: true, text: func(r row, _ int) string { return orDash(r.Released.String()) }},
	)
	for i, phase := range phaseNames(c.Releases) {
		columns = append(columns, column[row]{header: phase.header, droppable: i > 1, text: func(r row, _ int) string {
			for _, p := range r.Phases {
				if p.Name == phase.name {
					return p.Until.String()
				}
			}
			return "-"
		}})
	}
	columns = append(columns, column[row]{header: "LATEST", droppable: true, text: func(r row, _ int) string { return orDash(r.Latest) }})
	if any(func(r v1alpha1.PlatformRelease) bool { return r.Creatable != nil }) {
		columns = append(columns, column[row]{header: "CREATABLE", droppable: true, text: func(r row, _ int) string { return yesNo(r.Creatable) }})
	}
	if any(func(r v1alpha1.PlatformRelease) bool { return r.Recommended != "" }) {
		columns = append(columns, column[row]{header: "RECOMMENDED", droppable: true, text: func(r row, _ int) string { return orDash(r.Recommended) }})
	}
	return append(columns,
		column[row]{header: "LATEST SINCE", wide: true, text: func(r row, _ int) string { return orDash(r.LatestDate.String()) }},
		column[row]{header: "NOTES", wide: true, text: func(r row, _ int) string { return orDash(strings.Join(r.Notes, "; ")) }},
		column[row]{header: "SOURCES", wide: true, text: func(r row, _ int) string { return orDash(strings.Join(r.Sources, ",")) }},
	)
}

type phaseColumn struct{ name, header string }

// phaseNames are in the order in which releases go through them. The end of the
// last one that is free of terms is what everybody calls the end of life.
func phaseNames(releases []v1alpha1.PlatformRelease) []phaseColumn {
	var longest []v1alpha1.SupportPhase
	for _, r := range releases {
		if len(r.Phases) > len(longest) {
			longest = r.Phases
		}
	}
	var names []phaseColumn
	for i, phase := range longest {
		header := "END OF " + strings.ToUpper(phase.Name)
		if i == len(longest)-1 && phase.Terms == "" {
			header = "END OF LIFE"
		}
		names = append(names, phaseColumn{phase.Name, header})
	}
	return names
}

func statusPaint(r v1alpha1.PlatformRelease) paint {
	switch {
	case r.DaysLeft == nil:
		return ""
	case *r.DaysLeft < 0:
		return verdictPaint(v1alpha1.Unsupported)
	case slices.ContainsFunc(r.Phases, func(p v1alpha1.SupportPhase) bool { return p.Name == r.Status && p.Terms != "" }):
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

// printReleases prints one calendar below the other.
func printReleases(w io.Writer, list *v1alpha1.ReleaseList, layout Layout) error {
	for i, c := range list.Platforms {
		if i > 0 && !layout.NoHeaders {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := printCalendar(w, list, c, layout); err != nil {
			return err
		}
	}
	return nil
}

func printCalendar(w io.Writer, list *v1alpha1.ReleaseList, c v1alpha1.PlatformCalendar, layout Layout) error {
	shown, older := c.Releases, 0
	if !layout.Wide && len(shown) > 1 {
		shown = slices.DeleteFunc(slices.Clone(shown), func(r v1alpha1.PlatformRelease) bool {
			return len(r.Phases) > 0 && lastPhase(r.Phases).AddMonths(recent).Compare(list.At) < 0
		})
		older = len(c.Releases) - len(shown)
	}
	if !layout.NoHeaders {
		if _, err := fmt.Fprintln(w, wrap(fmt.Sprintf("%s on %s, as read on %s", c.Name, list.At, c.AsOf), layout.Width, "")); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
	}
	switch {
	case len(shown) == 0 && layout.NoHeaders:
	case len(shown) == 0:
		if _, err := fmt.Fprintln(w, "Nothing to list."); err != nil {
			return err
		}
	case layout.Timeline:
		if err := printTimeline(w, shown, list.At, layout); err != nil {
			return err
		}
	default:
		rows := make([]releaseRow, len(shown))
		for i, r := range shown {
			rows[i] = releaseRow{c.ID, r}
		}
		if err := printTable(w, releaseColumns(c, layout.NoHeaders && len(list.Platforms) > 1), rows, layout); err != nil {
			return err
		}
	}
	if layout.NoHeaders {
		return nil
	}
	notes := c.Notes
	if older > 0 {
		notes = append(notes, fmt.Sprintf("left out are %d that ended before %s: -o wide shows them", older, list.At.AddMonths(-recent)))
	}
	if len(c.Releases) == 1 {
		notes = append(notes, c.Releases[0].Notes...)
	}
	if slices.ContainsFunc(shown, unconfirmed) {
		notes = append(notes, "~ marks a date that the platform's own page does not confirm")
	}
	if layout.Timeline {
		return printSections(w, layout, section{"Notes", notes})
	}
	return printSections(w, layout,
		section{"Patches", patchLines(c.Releases)}, section{"Next patches", nextPatches(c.Releases)},
		section{"Versions", versionLines(c.Versions)}, section{upcomingTitle(c.Upcoming), upcomingLines(c.Upcoming)},
		section{"Rules", c.Rules}, section{"Notes", notes})
}

func unconfirmed(r v1alpha1.PlatformRelease) bool {
	return r.Released.Unconfirmed || slices.ContainsFunc(r.Phases, func(p v1alpha1.SupportPhase) bool { return p.Until.Unconfirmed })
}

func patchLines(releases []v1alpha1.PlatformRelease) []string {
	var lines []string
	for _, r := range releases {
		for _, p := range r.Patches {
			line := fmt.Sprintf("%-8s %s", p.Version, cmp.Or(p.Announced, p.Available))
			switch {
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
			parts = append(parts, "for "+r.For+" "+rangeText(r))
		}
		lines = append(lines, v.Version+": "+strings.Join(parts, "; "))
	}
	return lines
}

// rangeText is the range as operators write it: ">=1.19.0 <1.35.0".
func rangeText(r v1alpha1.VersionRange) string {
	switch {
	case r.Minimum == "":
		return "a range that is not published"
	case r.NewestOnly:
		return fmt.Sprintf(">=%s <%s, its newest minor alone", r.Minimum, r.Below)
	default:
		return fmt.Sprintf(">=%s <%s", r.Minimum, r.Below)
	}
}

func upcomingTitle(u *v1alpha1.UpcomingRelease) string {
	if u == nil {
		return ""
	}
	return fmt.Sprintf("%s, planned for %s", u.Version, u.Released)
}

func upcomingLines(u *v1alpha1.UpcomingRelease) []string {
	if u == nil {
		return nil
	}
	type day struct {
		date calendar.Date
		what string
	}
	var days []day
	for _, event := range u.Events {
		what := event.Name
		if event.Past {
			what += " (past)"
		}
		days = append(days, day{event.Date, what})
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
	}
	return lines
}
