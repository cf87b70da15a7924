package printer

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// lines are what a printer prints.
func lines(t *testing.T, printed func(w io.Writer) error) []string {
	t.Helper()
	var out bytes.Buffer
	if err := printed(&out); err != nil {
		t.Fatal(err)
	}
	text, whole := strings.CutSuffix(out.String(), "\n")
	if !whole {
		t.Errorf("the last line does not end: %q", out.String())
	}
	return strings.Split(text, "\n")
}

// date reads a date; empty is none.
func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func minor(t *testing.T, s string) version.Minor {
	t.Helper()
	m, err := version.ParseMinor(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// released is a release with its phases, such as "standard 2027-02-28" or
// "extended 2028-02-28 costs extra".
func released(t *testing.T, name, day string, phases ...string) v1alpha1.PlatformRelease {
	t.Helper()
	r := v1alpha1.PlatformRelease{Version: minor(t, name), Kubernetes: minor(t, name), Released: date(t, day)}
	for _, phase := range phases {
		name, rest, _ := strings.Cut(phase, " ")
		until, terms, _ := strings.Cut(rest, " ")
		kind := v1alpha1.PhaseKind(name)
		if terms != "" {
			kind = v1alpha1.Extended
		}
		r.Phases = append(r.Phases, v1alpha1.SupportPhase{Name: name, Kind: kind, Terms: terms, Until: date(t, until)})
	}
	return r
}

func drawn(t *testing.T, at string, layout Layout, releases ...v1alpha1.PlatformRelease) []string {
	t.Helper()
	return lines(t, func(w io.Writer) error { return timeline{releases, date(t, at)}.write(w, layout) })
}

func three(t *testing.T) []v1alpha1.PlatformRelease {
	t.Helper()
	return []v1alpha1.PlatformRelease{
		released(t, "1.10", "2026-07-10", "standard 2027-02-20", "maintenance 2027-04-20"),
		released(t, "1.9", "2026-03-01", "standard 2026-10-31", "maintenance 2026-12-31"),
		released(t, "1.8", "2026-01-15", "standard 2026-06-30", "extended 2026-09-14 costs extra"),
	}
}

func TestTimeline(t *testing.T) {
	for name, tc := range map[string]struct {
		at     string
		layout Layout
		want   []string
	}{
		"today stands in the bar of one, and beside those of others": {"2026-11-20", Layout{}, []string{
			"      2026        2027",
			"                │",
			"1.10        ████│███▓▓",
			"1.9     ████████│▓",
			"1.8   ██████░░  │",
			"",
			"█ standard  ▓ maintenance  ░ extended  │ 2026-11-20",
		}},
		"in ASCII": {"2026-11-20", Layout{ASCII: true}, []string{
			"      2026        2027",
			"                |",
			"1.10        ####|###==",
			"1.9     ########|=",
			"1.8   ######--  |",
			"",
			"# standard  = maintenance  - extended  | 2026-11-20",
		}},
		"today lies before all": {"2025-11-30", Layout{}, []string{
			"        2026        2027",
			"      │",
			"1.10  │       ████████▓▓",
			"1.9   │   ████████▓▓",
			"1.8   │ ██████░░",
			"",
			"█ standard  ▓ maintenance  ░ extended  │ 2025-11-30",
		}},
		"today lies after all": {"2027-05-01", Layout{}, []string{
			"      2026        2027",
			"                      │",
			"1.10        ████████▓▓│",
			"1.9     ████████▓▓    │",
			"1.8   ██████░░        │",
			"",
			"█ standard  ▓ maintenance  ░ extended  │ 2027-05-01",
		}},
		"in the first month of all": {"2026-01-01", Layout{}, []string{
			"      2026        2027",
			"      │",
			"1.10  │     ████████▓▓",
			"1.9   │ ████████▓▓",
			"1.8   │█████░░",
			"",
			"█ standard  ▓ maintenance  ░ extended  │ 2026-01-01",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, drawn(t, tc.at, tc.layout, three(t)...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTimelineOfOddReleases(t *testing.T) {
	for name, tc := range map[string]struct {
		releases []v1alpha1.PlatformRelease
		want     []string
	}{
		"the legend names only what is drawn": {
			[]v1alpha1.PlatformRelease{released(t, "1.2", "2026-08-01", "standard 2026-12-31")}, []string{
				"     2026",
				"        │",
				"1.2  ███│█",
				"",
				"█ standard  │ 2026-11-20",
			}},
		"a bar reaches over the months that it has the better part of": {
			[]v1alpha1.PlatformRelease{
				released(t, "1.3", "2026-08-31", "standard 2027-02-15"),
				released(t, "1.2", "2026-08-31", "standard 2027-02-14"),
				released(t, "1.1", "2026-08-31", "standard 2027-02"),
			}, []string{
				"     2026 2027",
				"        │",
				"1.3  ███│███",
				"1.2  ███│██",
				"1.1  ███│███",
				"",
				"█ standard  │ 2026-11-20",
			}},
		"a phase of days in the same month is not drawn": {
			[]v1alpha1.PlatformRelease{released(t, "1.2", "2026-08-01", "standard 2026-12-16", "maintenance 2026-12-30")}, []string{
				"     2026",
				"        │",
				"1.2  ███│█",
				"",
				"█ standard  │ 2026-11-20",
			}},
		"a release that came out on a day that nobody knows has no bar": {
			[]v1alpha1.PlatformRelease{
				released(t, "1.3", "2026-08-01", "standard 2027-01-31"),
				released(t, "1.2", "", "standard 2026-09-30"),
			}, []string{
				"     2026 2027",
				"        │",
				"1.3  ███│██",
				"1.2     │",
				"",
				"█ standard  │ 2026-11-20",
			}},
		"a release without ends has no bar": {
			[]v1alpha1.PlatformRelease{released(t, "1.3", "2026-08-01", "standard 2026-12-31"), released(t, "1.2", "2026-09-01")}, []string{
				"     2026",
				"        │",
				"1.3  ███│█",
				"1.2     │",
				"",
				"█ standard  │ 2026-11-20",
			}},
		"phases of one kind share a bar and an entry": {
			[]v1alpha1.PlatformRelease{
				released(t, "1.3", "2026-08-01", "full 2026-09-30", "EUS1 2026-10-31 extra", "EUS2 2026-12-31 extra"),
				released(t, "1.2", "2026-08-01", "full 2026-08-31", "EUS1 2026-10-31 extra"),
			}, []string{
				"     2026",
				"        │",
				"1.3  ██░│░",
				"1.2  █░░│",
				"",
				"█ full  ░ EUS1, EUS2  │ 2026-11-20",
			}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, drawn(t, "2026-11-20", Layout{}, tc.releases...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// decade are ten releases of two years, one a year.
func decade(t *testing.T) []v1alpha1.PlatformRelease {
	t.Helper()
	var all []v1alpha1.PlatformRelease
	for year := 2027; year > 2017; year-- {
		all = append(all, released(t, fmt.Sprintf("1.%d", year-2000), fmt.Sprintf("%d-01-10", year),
			fmt.Sprintf("standard %d-02-28", year+1), fmt.Sprintf("maintenance %d-12-31", year+1)))
	}
	return all
}

func TestATimelineIsCutAtItsOldEnd(t *testing.T) {
	forty := []string{
		"      2026      2027        2028",
		"                          │",
		"1.27            ██████████│███▓▓▓▓▓▓▓▓▓▓",
		"1.26  ████████████▓▓▓▓▓▓▓▓│▓",
		"1.25  ▓▓▓▓▓▓▓▓▓▓          │",
		"",
		"█ standard  ▓ maintenance  │ 2027-11-20",
	}
	for name, width := range map[string]int{"to forty columns": 40, "to no less than that": 20} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(forty, drawn(t, "2027-11-20", Layout{Width: width}, decade(t)[:3]...)); diff != "" {
				t.Error(diff)
			}
		})
	}
	for name, tc := range map[string]struct{ width, used int }{
		"to eighty columns":                   {80, 80},
		"to eighty, where nobody's are told":  {0, 80},
		"and not at all, where there is room": {200, 6 + 11*12},
	} {
		t.Run(name, func(t *testing.T) {
			got := drawn(t, "2027-11-20", Layout{Width: tc.width}, decade(t)...)
			if used := widest(got); used != tc.used {
				t.Errorf("%d columns are used, want %d:\n%s", used, tc.used, strings.Join(got, "\n"))
			}
		})
	}
}

func TestATimelineOfLongAgoIsCutAtItsFarEnd(t *testing.T) {
	want := []string{
		"        2020        2021        2022",
		"      │",
		"1.22  │                         ████████",
		"1.21  │             ██████████████▓▓▓▓▓▓",
		"1.20  │ ██████████████▓▓▓▓▓▓▓▓▓▓",
		"1.19  │███▓▓▓▓▓▓▓▓▓▓",
		"1.18  │▓",
		"",
		"█ standard  ▓ maintenance  │ 2019-11-20",
	}
	if diff := cmp.Diff(want, drawn(t, "2019-11-20", Layout{Width: 40}, decade(t)[5:]...)); diff != "" {
		t.Error(diff)
	}
}

func widest(lines []string) int {
	columns := 0
	for _, line := range lines {
		columns = max(columns, utf8.RuneCountInString(line))
	}
	return columns
}

func TestTodayIsAlwaysDrawn(t *testing.T) {
	for _, at := range []string{"2017-01-01", "2019-06-30", "2024-02-29", "2027-11-20", "2028-12-31", "2029-01-01", "2035-01-01"} {
		for _, width := range []int{0, 40, 80, 120} {
			got := drawn(t, at, Layout{Width: width}, decade(t)...)
			if n := strings.Count(got[1], "│"); n != 1 || !strings.HasSuffix(got[len(got)-1], "│ "+at) {
				t.Errorf("on %s in %d columns:\n%s", at, width, strings.Join(got, "\n"))
			}
		}
	}
}

func TestYearsStandOverTheirJanuary(t *testing.T) {
	for _, tc := range []struct{ first, last, want string }{
		{"2026-01", "2026-12", "2026"},
		{"2026-01", "2028-01", "2026        2027        2028"},
		{"2026-02", "2027-01", "2026       2027"},
		{"2026-08", "2027-01", "2026 2027"},
		{"2026-09", "2027-01", "    2027"}, // no room for the year of the first cell
		{"2026-12", "2027-01", " 2027"},
		{"2026-12", "2026-12", ""},
	} {
		if got := years(month(date(t, tc.first)), month(date(t, tc.last)), 100); got != tc.want {
			t.Errorf("from %s to %s %q, want %q", tc.first, tc.last, got, tc.want)
		}
	}
}
