package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Calendars as pages give them, typed in by hand and not taken from data/: a
// release by the platform's own number, then what TestCalendarsAreThoseOfThePages
// names the columns. "-" stands for nothing, "~" marks a date that the platform's
// own page does not confirm.
const (
	upstreamEnds = `
1.37  2026-08-26  2027-08-28  2027-10-28
1.36  2026-04-22  2027-04-28  2027-06-28
1.35  2025-12-17  2026-12-28  2027-02-28
1.34  2025-08-27  2026-08-27  2026-10-27
1.33  2025-04-23  2026-04-28  2026-06-28
1.32  2024-12-11  2025-12-28  2026-02-28
1.31  2024-08-13  2025-08-28  2025-11-11
1.30  2024-04-17  2025-04-28  2025-07-15
1.28  2023-08-15  2024-08-28  2024-10-22
1.27  2023-04-11  2024-04-28  2024-07-16
1.26  2022-12-09  2023-12-28  2024-02-28
1.19  2020-08-26  2021-08-28  2021-10-28
1.18  2020-03-25  2021-04-28  2021-06-18
1.17  2019-12-07  2021-01-13  -
1.16  2019-09-18  2020-09-02  -
1.15  -           2020-05-06  -
1.2   -           2016-10-23  -`

	upstreamLatest = `
1.37  1.37.2   2026-10-27
1.36  1.36.6   ~2026-10-28
1.35  1.35.10  ~2026-10-28
1.34  1.34.13  ~2026-10-28
1.33  1.33.13  2026-06-11
1.32  1.32.13  2026-02-27
1.31  1.31.14  2025-11-12
1.29  1.29.15  2025-03-11
1.28  1.28.15  2024-10-22
1.27  1.27.16  2024-07-17
1.26  1.26.15  2024-03-14
1.25  1.25.16  2023-11-15
1.22  1.22.17  2022-12-08
1.18  1.18.20  2021-06-16`

	eks = `
1.36  2026-06-02  2027-08-02  2028-08-02  1.36-eks-6   2026-06-22
1.35  2026-01-28  2027-03-27  2028-03-27  1.35-eks-17  2026-06-22
1.34  2025-10-02  2026-12-02  2027-12-02  1.34-eks-27  2026-06-22
1.33  2025-05-29  2026-07-29  2027-07-29  1.33-eks-41  2026-06-22
1.32  2025-01-23  2026-03-23  2027-03-23  1.32-eks-48  2026-06-22
1.31  2024-09-26  2025-11-26  2026-11-26  1.31-eks-64  2026-06-22
1.29  2024-01-23  2025-03-23  2026-03-23  1.29-eks-66  2026-03-18
1.26  2023-04-11  2024-06-11  2025-06-11  1.26-eks-51  2025-06-11
1.22  2022-04-04  2023-06-04  2024-09-01  1.22-eks-14  2023-06-30
1.21  2021-07-19  2023-02-16  2024-07-15  1.21-eks-18  2023-06-09
1.20  2021-05-18  2022-11-01  -           1.20-eks-14  2023-05-05
1.18  2020-10-13  2022-08-15  -           1.18-eks-13  2022-08-15`

	// Extended support is 24 months from the Regular channel, from 1.27 on.
	gke = `
1.36  2026-06-09  2027-08-09  ~2028-06-09  1.36.3-gke.1640000   2026-08-20
1.35  2026-02-11  2027-04-11  ~2028-02-11  1.35.7-gke.1222000   2026-08-20
1.34  2025-09-30  2026-10-01  ~2027-09-30  1.34.9-gke.1655001   2026-08-20
1.33  2025-06-03  2026-08-03  ~2027-06-03  1.33.13-gke.1499000  2026-08-20
1.31  2024-10-25  2026-01-16  ~2026-10-25  1.31.14-gke.2613000  2026-08-20
1.30  2024-07-31  2025-09-30  ~2026-07-31  1.30.14-gke.2866000  2026-07-30
1.27  2023-06-15  2024-10-01  ~2025-06-15  1.27.16-gke.2894000  2025-06-18
1.26  2023-03-31  2024-06-30  -            1.26.15-gke.1469001  2024-07-03
1.17  2021-03-29  2021-11-01  -            1.17.17-gke.9100     2021-06-09`

	aks = `
1.37  ~2026-10    2027-10-31  2028-10-31
1.36  2026-06     2027-06-30  2028-06-30
1.35  2026-03     2027-03-31  2028-03-31
1.34  2025-11     2026-11-30  2027-11-30
1.33  2025-06     2026-07-31  2027-07-31
1.32  2025-04     2026-03-31  2027-03-31
1.31  2024-11     2025-11-01  2026-11-30
1.30  2024-07     2025-08-22  2026-07-31
1.29  2024-03     2025-03-31  2026-04-30
1.28  2023-11-07  2025-01-31  2026-02-28
1.27  2023-08-16  2024-07-31  2025-07-31
1.26  2023-04-18  2024-04-11  -
1.21  2021-08-18  2022-07-31  -`

	ack = `
1.36  2026-05  2027-05-30
1.35  2026-02  2027-02-28
1.34  2025-09  2026-09-30
1.33  2025-05  2026-05-31
1.31  2024-09  2025-09-30
1.30  2024-06  2026-06-30
1.28  2023-10  2025-10-31
1.26  2023-04  2025-04
1.22  2021-12  2023-10
1.12  2019-03  2020-12`

	openshift = `
4.22  1.35  2026-06-09   ~2026-12-31  ~2027-12-31  -            -            4.22.9   2026-08-11
4.21  1.34  ~2026-02-03  2026-09-09   2027-08-03   -            -            4.21.28  2026-08-11
4.20  1.33  2025-10-21   2026-05-03   2027-04-21   ~2027-10-21  ~2028-10-21  4.20.33  2026-08-11
4.19  1.32  2025-06-17   2026-01-21   2026-12-17   -            -            4.19.42  2026-08-12
4.18  1.31  2025-02-25   2025-09-17   2026-08-25   2027-02-25   ~2028-02-25  4.18.52  2026-08-12
4.17  1.30  2024-10-01   2025-05-25   2026-04-01   -            -            4.17.55  2026-07-09
4.16  1.29  2024-06-27   2025-01-01   2025-12-27   2026-06-27   ~2027-06-27  4.16.68  2026-08-13
4.14  1.27  2023-10-31   2024-05-27   2025-05-01   2025-10-31   ~2026-10-31  4.14.71  2026-08-13
4.12  1.25  2023-01-17   2023-08-17   2024-07-17   2025-01-17   ~2026-01-17  4.12.95  2026-08-06
4.8   1.21  2021-07-27   2022-01-27   2023-01-27   2023-04-27   -            4.8.57   2023-01-25
4.3   1.16  2020-02-12   2020-06-05   2020-10-27   -            -            4.3.40   2020-10-20
4.2   1.14  2019-10-29   2020-02-23   2020-07-13   -            -            4.2.36   2020-07-01
4.1   1.13  2019-06-18   2019-11-16   2020-05-05   -            -            4.1.41   2020-04-22`

	rke2 = `
1.36  2026-05-12  v1.36.3+rke2r1   2026-08-04
1.35  2025-12-30  v1.35.7+rke2r1   2026-08-04
1.34  2025-09-17  v1.34.10+rke2r1  2026-08-04
1.33  2025-05-07  v1.33.13+rke2r2  2026-08-04
1.30  2024-05-09  v1.30.14+rke2r4  2025-09-11
1.28  2023-09-01  v1.28.15+rke2r1  2024-10-28
1.18  2020-10-04  v1.18.20+rke2r1  2021-06-18`

	k3s = `
1.30  -  ~2025-06-28`
)

func TestCalendarsAreThoseOfThePages(t *testing.T) {
	c := loaded(t)
	tabled := map[string]bool{}
	for _, table := range []struct{ platform, columns, rows string }{
		{"upstream", "released standard maintenance", upstreamEnds},
		{"upstream", "latest latest-on", upstreamLatest},
		{"amazon-eks", "released standard extended latest latest-on", eks},
		{"google-kubernetes-engine", "released standard extended latest latest-on", gke},
		{"azure-kubernetes-service", "released standard lts", aks},
		{"alibaba-ack", "released standard", ack},
		{"red-hat-openshift", "kubernetes released full maintenance eus1 eus2 latest latest-on", openshift},
		{"rke2", "released latest latest-on", rke2},
		{"k3s", "released standard", k3s},
	} {
		p := platform(t, c, table.platform)
		tabled[p.ID] = true
		columns := strings.Fields(table.columns)
		for row := range strings.Lines(strings.TrimSpace(table.rows)) {
			cells := strings.Fields(row)
			if len(cells) != len(columns)+1 {
				t.Fatalf("%s: %q does not fit %v", p.ID, row, columns)
			}
			r := release(t, p, cells[0])
			for i, want := range cells[1:] {
				if got := cell(r, columns[i]); got != want {
					t.Errorf("%s %s, %s: %s, want %s", p.ID, cells[0], columns[i], got, want)
				}
			}
		}
	}
	for _, p := range c.Platforms {
		if len(p.Releases) > 0 && !tabled[p.ID] {
			t.Errorf("no date of %s is checked", p.ID)
		}
	}
}

// cell is what a release says in a column, "-" where it says nothing.
func cell(r *Release, column string) string {
	text := r.Ends[column].String()
	latest := r.LatestBy(calendar.Date{Year: 2099, Month: 12, Day: 31})
	switch {
	case column == "kubernetes":
		text = r.Minor().String()
	case column == "released":
		text = r.Released.String()
	case column == "latest" && latest != nil:
		text = latest.Version
	case column == "latest-on" && latest != nil:
		text = latest.Available().String()
	}
	if text == "" {
		return "-"
	}
	return text
}

// From July 2026 on, tags followed days after the dates that pages announced.
func TestPatchesWereThereOnceTheyWereTagged(t *testing.T) {
	p := platform(t, loaded(t), Upstream)
	for _, tc := range []struct{ patch, announced, available string }{
		{"1.37.0", "2026-08-26", "2026-08-26"},
		{"1.37.1", "2026-09-15", "2026-09-23"},
		{"1.37.2", "", "2026-10-27"},
		{"1.36.1", "2026-05-13", "2026-05-13"}, // tagged the day before
		{"1.36.2", "2026-06-09", "2026-06-11"},
		{"1.36.3", "2026-07-14", "2026-07-22"},
		{"1.36.4", "2026-08-11", "2026-08-20"},
		{"1.36.5", "", "2026-09-23"},
		{"1.35.2", "2026-02-26", "2026-02-26"},
		{"1.35.3", "2026-03-19", "2026-03-19"}, // tagged the day before
		{"1.35.7", "2026-07-14", "~2026-07-23"},
		{"1.35.9", "2026-09-15", "~2026-09-23"},
		{"1.34.6", "2026-03-19", "2026-03-19"},
		{"1.34.13", "", "~2026-10-28"},
		{"1.33.8", "2026-02-10", "~2026-02-11"},
		{"1.33.13", "", "2026-06-11"},
		{"1.32.11", "", "2025-12-16"},
		{"1.31.1", "2024-09-11", "2024-09-12"},
		{"1.31.10", "", "~2025-06-19"},
	} {
		v, err := version.Parse(tc.patch)
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, patch := range p.Release(v.Minor).Patches {
			if patch.Version != tc.patch {
				continue
			}
			found = true
			if got := patch.Announced.String(); got != tc.announced {
				t.Errorf("%s was announced on %q, want %q", tc.patch, got, tc.announced)
			}
			if got := patch.Available().String(); got != tc.available {
				t.Errorf("%s was there on %s, want %s", tc.patch, got, tc.available)
			}
		}
		if !found {
			t.Errorf("%s is missing", tc.patch)
		}
	}
}

func TestTheCycleUnderWay(t *testing.T) {
	cycle := platform(t, loaded(t), Upstream).Upcoming
	if cycle == nil {
		t.Fatal("there is none")
	}
	got := []string{cycle.Version.String() + " " + cycle.Released.String()}
	for _, event := range cycle.Events {
		got = append(got, event.Name+" "+event.Date.String())
	}
	for _, patch := range cycle.PreReleases {
		got = append(got, patch.Version+" "+patch.Available().String())
	}
	want := []string{
		"1.38 2026-12-16",
		"cycle start 2026-08-31",
		"production readiness freeze 2026-09-22",
		"enhancements freeze 2026-09-29",
		"code freeze 2026-11-18",
		"docs freeze 2026-12-02",
		"release 2026-12-16",
		"1.38.0-alpha.2 2026-10-08",
		"1.38.0-alpha.0 2026-08-06",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("1.38 (-want +got):\n%s", diff)
	}
}

func TestVersionsOfInstalledPlatforms(t *testing.T) {
	c := loaded(t)
	for id, want := range map[string]string{
		"daocloud-dce": "v0.44.0@2026-08-31 v0.40.0@2026-04-30 v0.37.0@2025-12-31",
		"alauda-acp":   "4.4@ 4.3@ 4.2@ 4.1@ 4.0@",
	} {
		got := spaced(platform(t, c, id).Versions, func(v PlatformVersion) string { return v.Version + "@" + v.Released.String() })
		if got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}
