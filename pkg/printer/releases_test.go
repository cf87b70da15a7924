package printer

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/support"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func releaseList(t *testing.T, calendars ...v1alpha1.PlatformCalendar) *v1alpha1.ReleaseCalendar {
	t.Helper()
	list := v1alpha1.NewReleaseCalendar("releases")
	list.At, list.Platforms = date(t, "2026-11-20"), calendars
	return list
}

func printed(t *testing.T, list *v1alpha1.ReleaseCalendar, layout Layout) []string {
	t.Helper()
	return lines(t, func(w io.Writer) error { return printHuman(w, list, layout) })
}

// on completes a release with its status and its days left.
func on(r v1alpha1.PlatformRelease, status string, days int32) v1alpha1.PlatformRelease {
	r.Stage, r.Phase, r.DaysLeft = v1alpha1.Supported, status, &days
	if status == string(v1alpha1.EndOfLife) {
		r.Stage, r.Phase = v1alpha1.EndOfLife, ""
	}
	return r
}

func latestOf(r v1alpha1.PlatformRelease, version string) v1alpha1.PlatformRelease {
	r.Latest = version
	return r
}

// example is a platform whose name is its id.
func example(t *testing.T, releases ...v1alpha1.PlatformRelease) v1alpha1.PlatformCalendar {
	t.Helper()
	c := v1alpha1.PlatformCalendar{ID: "example", Name: "Example", AsOf: date(t, "2026-10-01"), Releases: releases}
	for _, r := range releases {
		for _, phase := range r.Phases {
			if !slices.ContainsFunc(c.Phases, func(p v1alpha1.SupportPhase) bool { return p.Name == phase.Name }) {
				c.Phases = append(c.Phases, v1alpha1.SupportPhase{Name: phase.Name, Kind: phase.Kind, Terms: phase.Terms})
			}
		}
	}
	return c
}

func TestReleasesTable(t *testing.T) {
	planned := released(t, "1.11", "~2026-12", "standard 2027-10-31", "maintenance 2027-12-31")
	planned.Stage = v1alpha1.Planned
	free := example(t,
		planned,
		latestOf(on(released(t, "1.10", "2026-07-10", "standard 2027-02-20", "maintenance 2027-04-20"), "standard", 92), "1.10.2"),
		on(released(t, "1.9", "", "standard ~2026-10-31"), "end of life", -20),
	)
	paid := example(t, on(released(t, "1.10", "2026-07", "standard 2026-10-31", "extended 2027-10-31 costs extra"), "extended", 345))
	own := on(released(t, "4.18", "2025-02-25", "full 2025-09-17", "maintenance 2026-08-25", "EUS1 2027-02-25 extra", "EUS2 ~2028-02-25 extra"), "EUS1", 97)
	own.Kubernetes = minor(t, "1.31")
	yes, no := true, false
	creatable := latestOf(on(released(t, "1.10", "2026-07-10", "standard 2027-02-20"), "standard", 92), "1.10.2")
	creatable.Creatable, creatable.Recommended = &yes, "1.10.1"
	not := on(released(t, "1.9", "2026-03-01", "standard 2026-12-31"), "standard", 41)
	not.Creatable = &no

	for name, tc := range map[string]struct {
		calendar v1alpha1.PlatformCalendar
		layout   Layout
		want     []string
	}{
		"what ends last, and is free, is the end of life": {free, Layout{NoHeaders: false}, []string{
			"VERSION  STATUS       DAYS  RELEASED    END OF STANDARD  END OF LIFE  LATEST",
			"1.11     planned         -  ~2026-12    2027-10-31       2027-12-31   -",
			"1.10     standard       92  2026-07-10  2027-02-20       2027-04-20   1.10.2",
			"1.9      end of life   -20  -           ~2026-10-31      ~2026-10-31  -",
		}},
		"what is paid for goes by its name": {paid, Layout{}, []string{
			"VERSION  STATUS    DAYS  RELEASED  END OF STANDARD  END OF EXTENDED  LATEST",
			"1.10     extended   345  2026-07   2026-10-31       2027-10-31       -",
		}},
		"own numbers stand beside those of Kubernetes": {example(t, own), Layout{}, []string{
			"VERSION  KUBERNETES  STATUS  DAYS  RELEASED    END OF FULL  END OF MAINTENANCE  END OF EUS1  END OF EUS2  LATEST",
			"4.18     1.31        EUS1      97  2025-02-25  2025-09-17   2026-08-25          2027-02-25   ~2028-02-25  -",
		}},
		"what can be created and what is recommended": {example(t, creatable, not), Layout{}, []string{
			"VERSION  STATUS    DAYS  RELEASED    END OF LIFE  LATEST  CREATABLE  RECOMMENDED",
			"1.10     standard    92  2026-07-10  2027-02-20   1.10.2  yes        1.10.1",
			"1.9      standard    41  2026-03-01  2026-12-31   -       no         -",
		}},
		"a narrow terminal keeps the first ends": {example(t, own), Layout{Width: 76}, []string{
			"VERSION  KUBERNETES  STATUS  DAYS  END OF FULL  END OF MAINTENANCE",
			"4.18     1.31        EUS1      97  2025-09-17   2026-08-25",
		}},
		"without headers": {paid, Layout{NoHeaders: true}, []string{
			"1.10     extended   345  2026-07   2026-10-31       2027-10-31       -",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := printed(t, releaseList(t, tc.calendar), tc.layout)
			if !tc.layout.NoHeaders {
				if diff := cmp.Diff([]string{"Example on 2026-11-20, as read on 2026-10-01", ""}, got[:2]); diff != "" {
					t.Error(diff)
				}
				got = got[2:]
			}
			if diff := cmp.Diff(tc.want, got[:min(len(got), len(tc.want))]); diff != "" {
				t.Error(diff)
			}
			if rest := got[min(len(got), len(tc.want)):]; len(rest) > 0 && (rest[0] != "" || tc.layout.NoHeaders) {
				t.Errorf("the table goes on: %q", rest)
			}
		})
	}
}

func TestWideShowsWhereADateComesFrom(t *testing.T) {
	r := latestOf(on(released(t, "1.10", "2026-07-10", "standard 2027-02-20"), "standard", 92), "1.10.2")
	r.LatestDate, r.Notes, r.Sources = date(t, "2026-11-01"), []string{"one", "two"}, []string{"https://a.example", "https://b.example"}
	got := printed(t, releaseList(t, example(t, r)), Layout{Wide: true})
	if diff := cmp.Diff([]string{
		"PLATFORM  VERSION  STATUS    DAYS  RELEASED    END OF LIFE  LATEST  LATEST SINCE  NOTES     SOURCES",
		"example   1.10     standard    92  2026-07-10  2027-02-20   1.10.2  2026-11-01    one; two  https://a.example,https://b.example",
	}, got[2:4]); diff != "" {
		t.Error(diff)
	}
}

// A release stays in the table through the day that lies two years after its end.
func TestWhatEndedLongAgoIsLeftOut(t *testing.T) {
	const note = "  left out are 1 that ended before 2024-11-20: -o wide shows them"
	newest := on(released(t, "1.10", "2026-07-10", "standard 2027-02-20"), "standard", 92)
	for name, tc := range map[string]struct {
		releases []v1alpha1.PlatformRelease
		layout   Layout
		want     string
		noted    bool
	}{
		"two years ago":                {[]v1alpha1.PlatformRelease{newest, on(released(t, "1.2", "2020-01-01", "standard 2024-11-20"), "end of life", -730)}, Layout{}, "1.10 1.2", false},
		"a day more":                   {[]v1alpha1.PlatformRelease{newest, on(released(t, "1.2", "2020-01-01", "standard 2024-11-19"), "end of life", -731)}, Layout{}, "1.10", true},
		"its last phase counts":        {[]v1alpha1.PlatformRelease{newest, on(released(t, "1.2", "2020-01-01", "standard 2020-11-19", "maintenance 2024-11-20"), "end of life", -730)}, Layout{}, "1.10 1.2", false},
		"-o wide shows all":            {[]v1alpha1.PlatformRelease{newest, on(released(t, "1.2", "2020-01-01", "standard 2021-11-19"), "end of life", -1827)}, Layout{Wide: true}, "1.10 1.2", false},
		"the only one is shown":        {[]v1alpha1.PlatformRelease{on(released(t, "1.2", "2020-01-01", "standard 2021-11-19"), "end of life", -1827)}, Layout{}, "1.2", false},
		"without an end":               {[]v1alpha1.PlatformRelease{newest, released(t, "1.2", "2010-01-01")}, Layout{}, "1.10 1.2", false},
		"a timeline leaves it out too": {[]v1alpha1.PlatformRelease{newest, on(released(t, "1.2", "2020-01-01", "standard 2024-11-19"), "end of life", -731)}, Layout{Timeline: true}, "1.10", true},
	} {
		t.Run(name, func(t *testing.T) {
			got := printed(t, releaseList(t, example(t, tc.releases...)), tc.layout)
			var shown []string
			for _, line := range got {
				for _, cell := range strings.Fields(line)[:min(2, len(strings.Fields(line)))] {
					if cell == "1.10" || cell == "1.2" {
						shown = append(shown, cell)
					}
				}
			}
			if strings.Join(shown, " ") != tc.want || slices.Contains(got, note) != tc.noted {
				t.Errorf("got\n%s\nwant %s", strings.Join(got, "\n"), tc.want)
			}
		})
	}
}

func TestBelowACalendar(t *testing.T) {
	patched := on(released(t, "1.10", "2026-07-10", "standard 2027-02-20"), "standard", 92)
	patched.Next, patched.Notes = "1.10.3", []string{"a note on the release"}
	patched.Patches = []v1alpha1.Patch{
		{Version: "1.10.2", Available: date(t, "2026-10-28")},
		{Version: "1.10.1", Announced: date(t, "2026-09-15"), Available: date(t, "2026-09-23")},
		{Version: "1.10.0", Announced: date(t, "2026-07-10"), Available: date(t, "2026-07-10")},
	}
	dated := on(released(t, "1.9", "~2026-03-01", "standard 2026-12-31"), "standard", 41)
	dated.Next, dated.NextDate = "1.9.11", date(t, "2026-12-09")

	one := example(t, patched)
	one.Rules, one.Notes = []string{"a rule"}, []string{"a note on the calendar"}
	two := example(t, patched, dated)
	two.Releases[0].Patches = nil
	two.Versions = []v1alpha1.PlatformVersion{
		{Version: "4.3", Creatable: []version.Minor{minor(t, "1.34"), minor(t, "1.33")}, Ranges: []v1alpha1.VersionRange{
			{For: "onboarding", Minimum: "1.19.0", Below: "1.35.0"}, {For: "upgrades", Minimum: "1.30.0", Below: "1.34.0", NewestOnly: true}}},
		{Version: "4.4", Ranges: []v1alpha1.VersionRange{{For: "onboarding"}}},
	}
	cycle := example(t)
	cycle.Upcoming = &v1alpha1.UpcomingRelease{
		Version: minor(t, "1.11"), Released: date(t, "2026-12-16"),
		Events:      []v1alpha1.UpcomingEvent{{Date: date(t, "2026-08-31"), Name: "cycle start"}, {Date: date(t, "2026-12-16"), Name: "release"}},
		PreReleases: []v1alpha1.Patch{{Version: "1.11.0-alpha.2", Available: date(t, "2026-10-08")}, {Version: "1.11.0-alpha.1", Available: date(t, "2026-08-06")}},
		Phases:      []v1alpha1.SupportPhase{{Name: "standard", Until: date(t, "~2027-12-28")}, {Name: "maintenance", Until: date(t, "~2028-02-28")}},
	}

	for name, tc := range map[string]struct {
		calendar v1alpha1.PlatformCalendar
		want     []string
	}{
		"one release with its patches and its notes": {one, []string{
			"",
			"Patches:",
			"  1.10.2   2026-10-28, the day of its tag",
			"  1.10.1   2026-09-15, tagged on 2026-09-23",
			"  1.10.0   2026-07-10",
			"",
			"Next patches:",
			"  1.10.3   no date published",
			"",
			"Rules:",
			"  a rule",
			"",
			"Notes:",
			"  a note on the calendar",
			"  a note on the release",
		}},
		"several releases without theirs, and versions of the platform": {two, []string{
			"",
			"Next patches:",
			"  1.10.3   no date published",
			"  1.9.11   2026-12-09",
			"",
			"Versions:",
			"  4.3: creates 1.34, 1.33; for onboarding >=1.19.0 <1.35.0; for upgrades >=1.30.0 <1.34.0 (its newest minor alone)",
			"  4.4: for onboarding a range that is not published",
		}},
		"a cycle in the order of its days": {cycle, []string{
			"Nothing to list.",
			"",
			"1.11, planned for 2026-12-16:",
			"  2026-08-06  1.11.0-alpha.1 (past)",
			"  2026-08-31  cycle start (past)",
			"  2026-10-08  1.11.0-alpha.2 (past)",
			"  2026-12-16  release",
			"  ~2027-12-28 end of standard support, by the policy",
			"  ~2028-02-28 end of maintenance support, by the policy",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := printed(t, releaseList(t, tc.calendar), Layout{})
			below := got[max(0, len(got)-len(tc.want)):]
			if diff := cmp.Diff(tc.want, below); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCalendarsStandBelowOneAnother(t *testing.T) {
	first, second := example(t, released(t, "1.10", "2026-07-10")), example(t, released(t, "1.9", "2026-07-10"))
	second.Name = "Other"
	list := releaseList(t, first, second)
	if diff := cmp.Diff([]string{
		"Example on 2026-11-20, as read on 2026-10-01",
		"",
		"VERSION  STATUS  DAYS  RELEASED    LATEST",
		"1.10                -  2026-07-10  -",
		"",
		"Other on 2026-11-20, as read on 2026-10-01",
		"",
		"VERSION  STATUS  DAYS  RELEASED    LATEST",
		"1.9                 -  2026-07-10  -",
	}, printed(t, list, Layout{})); diff != "" {
		t.Error(diff)
	}
	// Without headers the rows themselves tell whose they are.
	if diff := cmp.Diff([]string{"example   1.10                -  2026-07-10  -", "example   1.9                 -  2026-07-10  -"},
		printed(t, list, Layout{NoHeaders: true})); diff != "" {
		t.Error(diff)
	}
	list.Platforms = list.Platforms[:1]
	if diff := cmp.Diff([]string{"1.10                -  2026-07-10  -"}, printed(t, list, Layout{NoHeaders: true})); diff != "" {
		t.Errorf("one calendar alone: %s", diff)
	}
}

func TestStatusIsPainted(t *testing.T) {
	paid := released(t, "1.10", "2026-07-10", "standard 2026-10-31", "extended 2027-10-31 costs extra")
	planned := paid
	planned.Stage = v1alpha1.Planned
	for name, tc := range map[string]struct {
		release v1alpha1.PlatformRelease
		want    paint
	}{
		"supported":               {on(paid, "standard", 0), "32"},
		"supported with a term":   {on(paid, "extended", 345), "33"},
		"the day after its end":   {on(paid, "end of life", -1), "31"},
		"planned, which has none": {planned, ""},
	} {
		if got := stagePaint(tc.release); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Every calendar of the catalog, on several days and terminals.
func TestCalendarsFitTheirTerminal(t *testing.T) {
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	var queries []support.Query
	for _, at := range []string{"2023-06-01", "2026-11-20", "2027-12-31"} {
		for i := range data.Platforms {
			only := []*catalog.Platform{&data.Platforms[i]}
			queries = append(queries,
				support.Query{At: date(t, at), Platforms: only},
				support.Query{At: date(t, at), Platforms: only, Supported: true},
				support.Query{At: date(t, at), Platforms: only, Upcoming: true},
				support.Query{At: date(t, at), Platforms: only, Minor: minor(t, "1.31")})
		}
	}
	for _, q := range queries {
		for _, layout := range []Layout{{Width: 80}, {Width: 120}, {Width: 80, Timeline: true}, {Width: 120, Timeline: true}} {
			got := printed(t, support.Releases(data, q), layout)
			if len(got) < 3 {
				t.Errorf("%s on %s: %q", q.Platforms[0].ID, q.At, got)
			}
			for _, line := range got {
				if w := widest([]string{line}); w > layout.Width {
					t.Errorf("%s on %s: %d columns of %d: %s", q.Platforms[0].ID, q.At, w, layout.Width, line)
				}
			}
		}
	}
}

// What a narrow terminal shows of each platform at least.
func TestNoCalendarLosesItsEnds(t *testing.T) {
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{
		"upstream":                 {"END OF STANDARD", "END OF LIFE"},
		"amazon-eks":               {"END OF STANDARD", "END OF EXTENDED"},
		"google-kubernetes-engine": {"END OF STANDARD", "END OF EXTENDED"},
		"azure-kubernetes-service": {"END OF COMMUNITY", "END OF LTS"},
		"alibaba-ack":              {"END OF LIFE", "CREATABLE"},
		"red-hat-openshift":        {"KUBERNETES", "END OF FULL", "END OF MAINTENANCE"},
		"rke2":                     {"END OF STANDARD", "END OF LIFE"},
		"k3s":                      {"END OF STANDARD", "END OF LIFE"},
		"alauda-acp":               {"END OF STANDARD", "END OF LIFE"},
		"daocloud-dce":             {"END OF STANDARD", "END OF LIFE"},
	} {
		q := support.Query{At: date(t, "2026-11-20"), Platforms: []*catalog.Platform{data.Platform(id)}}
		header := printed(t, support.Releases(data, q), Layout{Width: 80})[2]
		for _, column := range append(want, "VERSION", "STATUS", "DAYS") {
			if !strings.Contains(header, column) {
				t.Errorf("%s shows %s in 80 columns, without %s", id, fmt.Sprintf("%q", header), column)
			}
		}
	}
}

func TestBelowATimelineStandNotesAlone(t *testing.T) {
	c := example(t, released(t, "1.10", "2026-08-01", "standard ~2026-12-31"))
	c.Releases[0].Next, c.Rules, c.Notes = "1.10.1", []string{"a rule"}, []string{"a note"}
	if diff := cmp.Diff([]string{
		"Example on 2026-11-20, as read on 2026-10-01",
		"",
		"      2026",
		"         │",
		"1.10  ███│█",
		"",
		"█ standard  │ 2026-11-20",
		"",
		"Notes:",
		"  a note",
	}, printed(t, releaseList(t, c), Layout{Timeline: true})); diff != "" {
		t.Error(diff)
	}
}
