package support

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// asked is a question for the calendar of one platform.
type asked struct {
	platform, at, minor string
	supported, upcoming bool
}

func (a asked) answer(t *testing.T) v1alpha1.PlatformCalendar {
	t.Helper()
	return a.list(t).Platforms[0]
}

func (a asked) list(t *testing.T) *v1alpha1.ReleaseCalendar {
	t.Helper()
	at := a.at
	if at == "" {
		at = today
	}
	return Releases(loaded(t), Query{
		At: day(t, at), Platforms: []*catalog.Platform{platform(t, a.platform)},
		Minor: minor(t, a.minor), Supported: a.supported, Upcoming: a.upcoming,
	})
}

// each writes every release in words, with spaces between them.
func each(c v1alpha1.PlatformCalendar, words func(v1alpha1.PlatformRelease) string) string {
	var all []string
	for _, r := range c.Releases {
		if s := words(r); s != "" {
			all = append(all, s)
		}
	}
	return strings.Join(all, " ")
}

func versionOf(r v1alpha1.PlatformRelease) string { return r.Version.String() }

// theRelease returns the row of a version, and fails when there is none.
func theRelease(t *testing.T, c v1alpha1.PlatformCalendar, version string) v1alpha1.PlatformRelease {
	t.Helper()
	i := slices.IndexFunc(c.Releases, func(r v1alpha1.PlatformRelease) bool { return r.Version.String() == version })
	if i < 0 {
		t.Fatalf("%s lists no %s, but %s", c.ID, version, each(c, versionOf))
	}
	return c.Releases[i]
}

// until is where a row stands, in words: "maintenance, 60 left: standard 2026-08-27, maintenance 2026-10-27".
func until(r v1alpha1.PlatformRelease) string {
	words := phaseOr(r.Phase, r.Stage)
	if r.DaysLeft != nil {
		words += fmt.Sprintf(", %d left", *r.DaysLeft)
	}
	var ends []string
	for _, p := range r.Phases {
		ends = append(ends, fmt.Sprintf("%s %s", p.Name, p.Until))
	}
	return words + ": " + strings.Join(ends, ", ")
}

func TestSupportedReleasesOnADay(t *testing.T) {
	for _, tc := range []struct{ platform, at, want string }{
		{"upstream", "2020-12-07", "1.19 1.18 1.17"},
		{"upstream", "2020-12-08", "1.20 1.19 1.18 1.17"},
		{"upstream", "2021-01-13", "1.20 1.19 1.18 1.17"},
		{"upstream", "2021-01-14", "1.20 1.19 1.18"},
		{"upstream", "2024-02-28", "1.29 1.28 1.27 1.26"},
		{"upstream", "2024-02-29", "1.29 1.28 1.27"},
		{"upstream", "2026-08-25", "1.36 1.35 1.34"},
		{"upstream", "2026-08-26", "1.37 1.36 1.35 1.34"},
		{"upstream", "2026-10-27", "1.37 1.36 1.35 1.34"},
		{"upstream", "2026-10-28", "1.37 1.36 1.35"},
		{"upstream", today, "1.37 1.36 1.35"},
		{"upstream", "2027-10-28", "1.37"},
		{"upstream", "2027-10-29", ""},
		{"amazon-eks", today, "1.36 1.35 1.34 1.33 1.32 1.31"},
		{"amazon-eks", "2026-11-26", "1.36 1.35 1.34 1.33 1.32 1.31"},
		{"amazon-eks", "2026-11-27", "1.36 1.35 1.34 1.33 1.32"},
		{"google-kubernetes-engine", today, "1.36 1.35 1.34 1.33 1.32"},
		{"google-kubernetes-engine", "2027-02-11", "1.36 1.35 1.34 1.33 1.32"},
		{"google-kubernetes-engine", "2027-02-12", "1.36 1.35 1.34 1.33"},
		{"azure-kubernetes-service", today, "1.36 1.35 1.34 1.33 1.32 1.31"},
		{"azure-kubernetes-service", "2026-12-01", "1.36 1.35 1.34 1.33 1.32"},
		{"alibaba-ack", "2026-04-30", "1.35 1.34 1.33 1.30"},
		{"alibaba-ack", "2026-05-01", "1.36 1.35 1.34 1.33 1.30"},
		{"alibaba-ack", today, "1.36 1.35"},
		{"red-hat-openshift", today, "4.22 4.21 4.20 4.19 4.18 4.16"},
		{"red-hat-openshift", "2026-12-18", "4.22 4.21 4.20 4.18 4.16"},
		{"rke2", today, "1.36 1.35"},
		{"rke2", "2026-05-11", "1.35 1.34 1.33"},
		{"rke2", "2026-05-12", "1.36 1.35 1.34 1.33"},
		{"k3s", today, "1.37 1.36 1.35"},
		{"k3s", "2025-06-28", "1.33 1.32 1.31 1.30"},
		{"k3s", "2025-06-29", "1.33 1.32 1.31"},
		{"alauda-acp", today, "1.37 1.36 1.35"},
		{"daocloud-dce", today, "1.37 1.36 1.35"},
	} {
		if got := each(asked{platform: tc.platform, at: tc.at, supported: true}.answer(t), versionOf); got != tc.want {
			t.Errorf("%s supports on %s %s, want %s", tc.platform, tc.at, got, tc.want)
		}
	}
}

func TestAllReleasesAreListedNewestFirst(t *testing.T) {
	for id, want := range map[string]string{
		"amazon-eks":        "1.36 1.35 1.34 1.33 1.32 1.31 1.30 1.29 1.28 1.27 1.26 1.25 1.24 1.23 1.22 1.21 1.20 1.19 1.18",
		"alibaba-ack":       "1.36 1.35 1.34 1.33 1.32 1.31 1.30 1.28 1.26 1.24 1.22 1.20 1.18 1.16 1.14 1.12",
		"red-hat-openshift": "4.22 4.21 4.20 4.19 4.18 4.17 4.16 4.15 4.14 4.13 4.12 4.11 4.10 4.9 4.8 4.7 4.6 4.5 4.4 4.3 4.2 4.1",
	} {
		if got := each(asked{platform: id}.answer(t), versionOf); got != want {
			t.Errorf("%s lists %s, want %s", id, got, want)
		}
	}
}

func TestOneMinorIsFoundByEitherNumber(t *testing.T) {
	numbers := func(r v1alpha1.PlatformRelease) string { return fmt.Sprintf("%s (%s)", r.Version, r.Kubernetes) }
	for _, tc := range []struct{ platform, minor, want string }{
		{"red-hat-openshift", "4.18", "4.18 (1.31)"},
		{"red-hat-openshift", "1.31", "4.18 (1.31)"},
		{"red-hat-openshift", "4.31", ""},
		{"upstream", "1.31", "1.31 (1.31)"},
		{"upstream", "4.18", ""},
		{"amazon-eks", "1.31", "1.31 (1.31)"},
		{"alibaba-ack", "1.29", ""},
		{"k3s", "1.31", "1.31 (1.31)"},
		{"rke2", "1.37", ""},
	} {
		list := asked{platform: tc.platform, minor: tc.minor}.list(t)
		if got := each(list.Platforms[0], numbers); got != tc.want {
			t.Errorf("%s has for %s %q, want %q", tc.platform, tc.minor, got, tc.want)
		}
		if list.Platforms[0].Releases == nil {
			t.Errorf("%s for %s: releases would be null in JSON", tc.platform, tc.minor)
		}
	}
}

func TestPatchesAreListedForOneMinorAlone(t *testing.T) {
	inWords := func(p v1alpha1.Patch) string {
		return fmt.Sprintf("%s announced %s, available %s", p.Version, p.Announced, p.Available)
	}
	got := theRelease(t, asked{platform: "upstream", minor: "1.36"}.answer(t), "1.36").Patches
	var all []string
	for _, p := range got {
		all = append(all, inWords(p))
	}
	if diff := cmp.Diff([]string{
		"1.36.6 announced , available ~2026-10-28",
		"1.36.5 announced , available 2026-09-23",
		"1.36.4 announced 2026-08-11, available 2026-08-20",
		"1.36.3 announced 2026-07-14, available 2026-07-22",
		"1.36.2 announced 2026-06-09, available 2026-06-11",
		"1.36.1 announced 2026-05-13, available 2026-05-13",
		"1.36.0 announced 2026-04-22, available 2026-04-22",
	}, all); diff != "" {
		t.Error(diff)
	}
	if n := len(theRelease(t, asked{platform: "upstream", minor: "1.31"}.answer(t), "1.31").Patches); n != 15 {
		t.Errorf("1.31 has %d patches, want 1.31.0 to 1.31.14", n)
	}
	for _, r := range (asked{platform: "upstream"}).answer(t).Releases {
		if r.Patches != nil {
			t.Errorf("%s lists patches, though all minors were asked for", r.Version)
		}
	}
}

func TestWhatIsUpcoming(t *testing.T) {
	c := asked{platform: "upstream", upcoming: true}.answer(t)
	next := each(c, func(r v1alpha1.PlatformRelease) string { return r.Next + r.NextDate.String() })
	if next != "1.37.3 1.36.7 1.35.11" {
		t.Errorf("next patches: %s", next)
	}
	u := c.Upcoming
	if u == nil || u.Version != minor(t, "1.38") || u.Released != day(t, "2026-12-16") || !strings.HasPrefix(u.Source, "https://github.com/kubernetes/sig-release/") {
		t.Fatalf("upcoming: %+v", u)
	}
	var phases, preReleases []string
	for _, p := range u.Phases {
		phases = append(phases, fmt.Sprintf("%s (%s) until %s", p.Name, p.Kind, p.Until))
	}
	for _, p := range u.PreReleases {
		preReleases = append(preReleases, fmt.Sprintf("%s of %s", p.Version, p.Available))
	}
	if diff := cmp.Diff([]string{"standard (standard) until ~2027-12-28", "maintenance (maintenance) until ~2028-02-28"}, phases); diff != "" {
		t.Errorf("by the policy, counted from the planned day: %s", diff)
	}
	if diff := cmp.Diff([]string{"1.38.0-alpha.2 of 2026-10-08", "1.38.0-alpha.0 of 2026-08-06"}, preReleases); diff != "" {
		t.Error(diff)
	}
	for at, want := range map[string]string{"2026-11-19": "", today: "1.37 1.36 1.35", "2027-02-28": "1.37 1.36 1.35", "2027-03-01": "1.37 1.36"} {
		if got := each(asked{platform: "upstream", at: at, upcoming: true}.answer(t), versionOf); got != want {
			t.Errorf("on %s patches are next of %q, want %q: the catalog knows of none before it was read", at, got, want)
		}
	}
	if u := (asked{platform: "upstream"}).answer(t).Upcoming; u != nil {
		t.Errorf("nobody asked for %+v", u)
	}
	eks := asked{platform: "amazon-eks", upcoming: true}.answer(t)
	if eks.Upcoming != nil || len(eks.Releases) != 0 {
		t.Errorf("EKS announces %+v, %s", eks.Upcoming, each(eks, versionOf))
	}
}

func TestACycleIsUpcomingThroughItsDay(t *testing.T) {
	for at, want := range map[string]bool{"2026-08-01": true, today: true, "2026-12-16": true, "2026-12-17": false} {
		u := (asked{platform: "upstream", at: at, upcoming: true}).answer(t).Upcoming
		if (u != nil) != want {
			t.Errorf("on %s: %+v", at, u)
		}
		if want && (len(u.Events) != 6 || u.Events[3].Name != "code freeze" || u.Events[3].Date != day(t, "2026-11-18")) {
			t.Errorf("on %s: %+v", at, u.Events)
		}
	}
}

func TestACycleIsOverOnceItsReleaseIsInTheCalendar(t *testing.T) {
	released := *platform(t, catalog.Upstream)
	released.Releases = append([]catalog.Release{{
		Version: minor(t, "1.38"), Released: day(t, "2026-12-16"), Sources: []string{"test"},
	}}, released.Releases...)
	list := Releases(loaded(t), Query{At: day(t, "2026-12-17"), Platforms: []*catalog.Platform{&released}, Upcoming: true})
	if u := list.Platforms[0].Upcoming; u != nil {
		t.Errorf("%s is out, and still upcoming: %+v", u.Version, u)
	}
}

func TestCreatableReleases(t *testing.T) {
	for _, tc := range []struct{ platform, at, want string }{
		{"alibaba-ack", today, "1.36 1.35 1.34"},
		{"alibaba-ack", "2026-05-01", "1.36 1.35 1.34"},
		{"alibaba-ack", "2026-04-30", "1.35 1.34 1.33"},
		{"daocloud-dce", today, "1.36 1.35 1.34"},
		{"daocloud-dce", "2026-08-25", "1.35 1.34 1.33"},
		{"daocloud-dce", "2023-12-01", "1.27 1.26 1.25"},
		{"daocloud-dce", "2023-05-09", "1.26 1.25 1.24"},
		{"alauda-acp", today, "1.35"},
	} {
		c := asked{platform: tc.platform, at: tc.at}.answer(t)
		got := each(c, func(r v1alpha1.PlatformRelease) string {
			if r.Creatable == nil {
				return r.Version.String() + "?"
			}
			if *r.Creatable {
				return r.Version.String()
			}
			return ""
		})
		if got != tc.want {
			t.Errorf("%s creates on %s %s, want %s", tc.platform, tc.at, got, tc.want)
		}
	}
	for _, id := range []string{"upstream", "amazon-eks", "google-kubernetes-engine", "azure-kubernetes-service", "red-hat-openshift", "rke2", "k3s"} {
		for _, r := range (asked{platform: id}).answer(t).Releases {
			if r.Creatable != nil {
				t.Errorf("%s %s: nobody knows whether it is creatable, and it says %t", id, r.Version, *r.Creatable)
			}
		}
	}
}

func TestRecommendedReleases(t *testing.T) {
	for at, want := range map[string]string{
		"2023-05-08": "",
		"2023-05-09": "1.26: 1.26.5",
		"2023-11-29": "1.26: 1.26.5",
		"2023-11-30": "1.27: 1.27.5",
		today:        "1.27: 1.27.5",
	} {
		got := each(asked{platform: "daocloud-dce", at: at}.answer(t), func(r v1alpha1.PlatformRelease) string {
			if r.Recommended == "" {
				return ""
			}
			return r.Version.String() + ": " + r.Recommended
		})
		if got != want {
			t.Errorf("on %s %q is recommended, want %q", at, got, want)
		}
	}
}

func TestWhereReleasesStand(t *testing.T) {
	for _, tc := range []struct{ platform, at, version, want string }{
		{"upstream", "2026-08-25", "1.37", "planned: standard 2027-08-28, maintenance 2027-10-28"},
		{"upstream", "2026-08-26", "1.37", "standard, 367 left: standard 2027-08-28, maintenance 2027-10-28"},
		{"upstream", "2026-08-27", "1.34", "standard, 0 left: standard 2026-08-27, maintenance 2026-10-27"},
		{"upstream", "2026-08-28", "1.34", "maintenance, 60 left: standard 2026-08-27, maintenance 2026-10-27"},
		{"upstream", "2026-10-28", "1.34", "end of life, -1 left: standard 2026-08-27, maintenance 2026-10-27"},
		{"upstream", today, "1.2", "end of life, -3680 left: standard 2016-10-23"},
		{"amazon-eks", today, "1.33", "extended, 251 left: standard 2026-07-29, extended 2027-07-29"},
		{"azure-kubernetes-service", today, "1.37", "planned: community 2027-10-31, LTS 2028-10-31"},
		{"azure-kubernetes-service", today, "1.36", "community, 222 left: community 2027-06-30, LTS 2028-06-30"},
		{"azure-kubernetes-service", today, "1.33", "LTS, 253 left: community 2026-07-31, LTS 2027-07-31"},
		{"alibaba-ack", "2026-04-30", "1.36", "planned: standard 2027-05-30"},
		{"alibaba-ack", "2026-05-01", "1.36", "standard, 394 left: standard 2027-05-30"},
		{"red-hat-openshift", today, "4.18", "EUS 1, 97 left: full 2025-09-17, maintenance 2026-08-25, EUS 1 2027-02-25, EUS 2 ~2028-02-25"},
		{"red-hat-openshift", today, "4.14", "end of life, -20 left: full 2024-05-27, maintenance 2025-05-01, EUS 1 2025-10-31, EUS 2 ~2026-10-31"},
		{"rke2", today, "1.36", "standard, 159 left: standard 2027-04-28, maintenance 2027-06-28"},
		{"rke2", "2026-05-11", "1.36", "planned: standard 2027-04-28, maintenance 2027-06-28"},
		{"k3s", today, "1.30", "end of life, -510 left: standard ~2025-06-28"},
		{"k3s", today, "1.31", "end of life, -374 left: standard 2025-08-28, maintenance 2025-11-11"},
	} {
		r := theRelease(t, asked{platform: tc.platform, at: tc.at}.answer(t), tc.version)
		if got := until(r); got != tc.want {
			t.Errorf("%s %s on %s\ngot  %s\nwant %s", tc.platform, tc.version, tc.at, got, tc.want)
		}
	}
}

func TestLatestPatchesOfReleases(t *testing.T) {
	for _, tc := range []struct{ platform, at, version, want string }{
		{"upstream", today, "1.36", "1.36.6 of ~2026-10-28"},
		{"upstream", "2026-08-19", "1.36", "1.36.3 of 2026-07-22"},
		{"upstream", "2026-08-20", "1.36", "1.36.4 of 2026-08-20"},
		{"upstream", "2026-04-21", "1.36", " of "},
		{"upstream", today, "1.15", "1.15.12 of "},
		{"amazon-eks", today, "1.36", "1.36-eks-6 of 2026-06-22"},
		{"google-kubernetes-engine", today, "1.34", "1.34.9-gke.1655001 of 2026-08-20"},
		{"google-kubernetes-engine", "2026-08-19", "1.34", " of "},
		{"red-hat-openshift", today, "4.18", "4.18.52 of 2026-08-12"},
		{"rke2", today, "1.36", "v1.36.3+rke2r1 of 2026-08-04"},
		{"k3s", today, "1.30", "1.30.14 of 2025-06-18"},
		{"alibaba-ack", today, "1.34", " of "},
	} {
		r := theRelease(t, asked{platform: tc.platform, at: tc.at}.answer(t), tc.version)
		if got := r.Latest + " of " + r.LatestDate.String(); got != tc.want {
			t.Errorf("%s %s on %s: latest is %s, want %s", tc.platform, tc.version, tc.at, got, tc.want)
		}
	}
}

func TestAPatchThatCameAfterTheEndOfLifeIsNoted(t *testing.T) {
	for _, tc := range []struct {
		platform, at, version string
		want                  []string
	}{
		{"upstream", today, "1.26", []string{"1.26.15 came on 2024-03-14, after end of life"}},
		{"upstream", "2024-03-14", "1.26", []string{"1.26.15 came on 2024-03-14, after end of life"}},
		{"upstream", "2024-03-13", "1.26", nil},
		{"upstream", today, "1.29", []string{"the official table names 1.29.14 as the final patch", "1.29.15 came on 2025-03-11, after end of life"}},
		{"upstream", today, "1.34", []string{"dates are on the 27th instead of the 28th"}},
		{"upstream", "2026-10-27", "1.34", []string{"dates are on the 27th instead of the 28th"}},
		{"upstream", today, "1.28", []string{"end of life was moved from 2024-10-28"}}, // its final patch came on the last day
		{"upstream", today, "1.36", nil},
		{"upstream", today, "1.15", nil}, // nobody knows the day of its final patch
		{"azure-kubernetes-service", today, "1.37", []string{"general availability was planned, and is not confirmed"}},
		{"amazon-eks", today, "1.27", []string{"1.27-eks-53 came on 2025-07-30, after end of life"}},
		{"amazon-eks", today, "1.26", nil}, // on the last day
		{"rke2", today, "1.31", []string{"end of life was moved from 2025-10-28", "v1.31.14+rke2r2 came on 2026-03-18, after end of life"}},
	} {
		r := theRelease(t, asked{platform: tc.platform, at: tc.at}.answer(t), tc.version)
		if diff := cmp.Diff(tc.want, r.Notes); diff != "" {
			t.Errorf("%s %s on %s: %s", tc.platform, tc.version, tc.at, diff)
		}
	}
}

func TestACalendarThatFollowsAnotherSaysSo(t *testing.T) {
	upstream := asked{platform: "upstream"}.answer(t)
	for id, note := range map[string]string{
		"k3s":          "what the catalog does not know of k3s itself is that of Kubernetes",
		"rke2":         "what the catalog does not know of RKE2 itself is that of Kubernetes",
		"alauda-acp":   "what the catalog does not know of Alauda Container Platform itself is that of Kubernetes",
		"daocloud-dce": "what the catalog does not know of DaoCloud Enterprise itself is that of Kubernetes",
	} {
		c := asked{platform: id}.answer(t)
		if !slices.Contains(c.Notes, note) {
			t.Errorf("%s: %q", id, c.Notes)
		}
		for _, version := range []string{"1.36", "1.31", "1.29"} {
			if got, want := until(theRelease(t, c, version)), until(theRelease(t, upstream, version)); got != want {
				t.Errorf("%s %s is %s, upstream's %s", id, version, got, want)
			}
		}
	}
	for id, want := range map[string][]string{
		"amazon-eks": nil, "alibaba-ack": nil, "upstream": nil,
		"google-kubernetes-engine": {Unconfirmed}, "azure-kubernetes-service": {Unconfirmed}, "red-hat-openshift": {Unconfirmed},
	} {
		if diff := cmp.Diff(want, asked{platform: id}.answer(t).Notes); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	if got, want := each(asked{platform: "k3s"}.answer(t), versionOf), each(upstream, versionOf); got != want {
		t.Errorf("k3s lists %s, upstream %s", got, want)
	}
	if notes := (asked{platform: "k3s", minor: "1.30"}).answer(t).Notes; !slices.Equal(notes, []string{Unconfirmed}) {
		t.Errorf("1.30 has a date of k3s' own: %q", notes)
	}
	if notes := (asked{platform: "k3s", at: "2025-06-28", supported: true}).answer(t).Notes; len(notes) != 2 {
		t.Errorf("beside 1.30 are others, which have none: %q", notes)
	}
	rke2 := theRelease(t, asked{platform: "rke2"}.answer(t), "1.36")
	if rke2.Released != day(t, "2026-05-12") {
		t.Errorf("RKE2 1.36 came out on %s", rke2.Released)
	}
}

func TestVersionsOfAPlatformBesideKubernetes(t *testing.T) {
	inWords := func(v v1alpha1.PlatformVersion) string {
		words := v.Version + " " + v.Released.String() + " creates"
		for _, m := range v.Creatable {
			words += " " + m.String()
		}
		for _, r := range v.Ranges {
			words += fmt.Sprintf("; %s >=%s <%s", r.For, r.Minimum, r.Below)
			if r.NewestOnly {
				words += " newest"
			}
			if r.ValidatedMinimum != "" {
				words += fmt.Sprintf(" validated >=%s <%s", r.ValidatedMinimum, r.ValidatedBelow)
			}
		}
		return words
	}
	var got []string
	for _, id := range []string{"alauda-acp", "daocloud-dce", "amazon-eks"} {
		for _, v := range (asked{platform: id}).answer(t).Versions {
			got = append(got, inWords(v))
			if len(v.Sources) == 0 {
				t.Errorf("%s %s names no source", id, v.Version)
			}
		}
	}
	if diff := cmp.Diff([]string{
		"4.4  creates 1.35; onboarding >= < validated >=1.28.0 <1.36.0; upgrading the global cluster >=1.32.0 <1.36.0",
		"4.3  creates 1.34; onboarding >=1.19.0 <1.35.0; upgrading the global cluster >=1.31.0 <1.35.0",
		"4.2  creates 1.33; upgrading the global cluster >=1.30.0 <1.34.0 newest",
		"4.1  creates 1.32; upgrading the global cluster >=1.29.0 <1.33.0 newest",
		"4.0  creates 1.31 1.30 1.29 1.28; upgrading the global cluster >=1.28.0 <1.32.0 newest",
		"v0.44.0 2026-08-31 creates; container management v0.50.0 >=1.18.0 <1.33.0; the installer v0.44.0 >=1.24.0 <1.35.0",
		"v0.40.0 2026-04-30 creates; container management v0.46.1 >=1.18.0 <1.33.0; the installer v0.40.0 >=1.24.0 <1.35.0",
		"v0.37.0 2025-12-31 creates; container management v0.44.0 >=1.18.0 <1.33.0; the installer v0.37.0 >=1.24.0 <1.33.0",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRulesInSentences(t *testing.T) {
	for id, want := range map[string][]string{
		"upstream": {
			"the control plane moves one minor at a time",
			"a minor upgrade cannot be rolled back (a backup of etcd from before it can be restored)"},
		"amazon-eks": {
			"the control plane moves one minor at a time",
			"a minor upgrade can be rolled back within 7 days (the control plane alone; nodes, add-ons and etcd data stay)",
			"nodes need containerd 2.x from 1.36 on",
			"extended support costs extra"},
		"google-kubernetes-engine": {
			"a minor upgrade can be rolled back within 7 days (only while a two-step control-plane upgrade soaks, which must be asked for)",
			"kubelets may be 2 minors older than the control plane",
			"extended support needs the Extended release channel"},
		"azure-kubernetes-service": {
			"the control plane moves one minor at a time (LTS clusters may skip to a higher LTS version, and unsupported ones to the lowest supported)",
			"a minor upgrade cannot be rolled back (node pools alone go back, within 7 days)",
			"LTS support needs the Premium tier and the LTS support plan",
			"without LTS, a minor past its community support has platform support alone, until the general availability of the fourth minor after it"},
		"alibaba-ack": {
			"the control plane moves one minor at a time",
			"a minor upgrade cannot be rolled back",
			"kubelets may be 1 minor older than the control plane",
			"nodes must be at the control plane's minor before it moves on",
			"nodes need containerd 2.x from 1.36 on",
			"only the newest ACK patch of a minor can be the target of an upgrade"},
		"red-hat-openshift": {
			"the control plane moves one minor at a time (paused worker pools may wait from one even minor to the next)",
			"kubelets may be 2 minors older than the control plane, and 1 below an odd minor",
			"EUS 1 support needs Extended Update Support",
			"EUS 2 support needs Extended Update Support"},
		"rke2": {
			"the control plane moves one minor at a time (advised, not enforced)",
			"a minor upgrade can be rolled back (needs a datastore snapshot taken on the minor to go back to)"},
		"alauda-acp":   {"nodes need cgroup v2 and kernel 5.8 or newer from 1.35 on"},
		"daocloud-dce": {"nodes need cgroup v2 from 1.35 on"},
		"k3s":          nil,
	} {
		if diff := cmp.Diff(want, asked{platform: id}.answer(t).Rules); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
	}
	// Days and terms belong to what is allowed, or limit what is not.
	mayNot := catalog.Platform{Upgrades: catalog.Upgrades{Rollback: &catalog.Permission{WithinDays: 7, Condition: "but for nodes"}}}
	if diff := cmp.Diff([]string{"a minor upgrade cannot be rolled back (but for nodes)"}, rules(&mayNot)); diff != "" {
		t.Error(diff)
	}
	may := catalog.Platform{Upgrades: catalog.Upgrades{SkipMinor: &catalog.Permission{Allowed: true}, Rollback: &catalog.Permission{Allowed: true, WithinDays: 1}}}
	if diff := cmp.Diff([]string{"the control plane may skip minors", "a minor upgrade can be rolled back within 1 day"}, rules(&may)); diff != "" {
		t.Error(diff)
	}
}

func TestCalendarsNameTheirDayAndTheirSources(t *testing.T) {
	list := Releases(loaded(t), Query{At: day(t, "2026-12-24"), Platforms: []*catalog.Platform{platform(t, "rke2"), platform(t, "amazon-eks")}})
	got := []string{list.Kind, list.At.String(), list.CatalogAsOf.String()}
	for _, c := range list.Platforms {
		got = append(got, c.ID, c.Name, c.AsOf.String(), c.Sources[0])
	}
	if diff := cmp.Diff([]string{"ReleaseCalendar", "2026-12-24", "2026-11-20",
		"rke2", "RKE2", "2026-08-21", "https://github.com/rancher/rke2/tags",
		"amazon-eks", "Amazon EKS", "2026-08-22", "https://github.com/awsdocs/amazon-eks-user-guide/blob/013856044148d6eeed4723027a45aa2180536bcb/latest/ug/versioning/kubernetes-versions.adoc",
	}, got); diff != "" {
		t.Error(diff)
	}
}
