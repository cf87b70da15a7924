package catalog

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const asked = "https://platform.example.com/versions"

// answer of 2026-11-21.
func answer(platform string, releases ...v1alpha1.LiveRelease) *v1alpha1.LiveReleases {
	a := v1alpha1.NewLiveReleases(platform)
	a.Source, a.ReadAt, a.Releases = asked, metav1.NewTime(time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)), releases
	return a
}

// small is a catalog of one platform, with 1.36 and 1.35 of it.
func small(t *testing.T) *Catalog {
	t.Helper()
	pages := []string{"https://platform.example.com/pages"}
	return &Catalog{AsOf: date(t, "2026-10-06"), Platforms: []Platform{{
		ID: "cloud", Name: "Cloud", AsOf: date(t, "2026-10-06"), Sources: pages, EveryMinorSince: minor(t, "1.35"),
		Phases:    []Phase{{ID: "standard", Name: "standard", Kind: v1alpha1.Standard}, {ID: "long", Name: "long-term", Kind: v1alpha1.Extended, Terms: "costs extra"}},
		Creatable: &Creatable{Newest: 1, Source: "https://platform.example.com/pages"},
		Releases: []Release{
			{
				Version: minor(t, "1.36"), Released: date(t, "2026-05"), Latest: &Patch{Version: "1.36.1-cloud.1", Announced: date(t, "2026-06-01")}, Sources: pages,
				Ends: map[string]calendar.Date{"standard": date(t, "2027-05-30"), "long": date(t, "2028-05-30")},
			},
			{Version: minor(t, "1.35"), Released: date(t, "2026-02"), Ends: map[string]calendar.Date{"standard": date(t, "2027-02-28")}, Sources: pages},
		},
	}}}
}

func TestAnAnswerReplacesWhatItTellsAndKeepsTheRest(t *testing.T) {
	yes, no := true, false
	read := date(t, "2026-11-21")
	told := func(creatable *bool, byDefault string) *Told { return &Told{read, asked, creatable, byDefault} }
	pages := "https://platform.example.com/pages"
	ends := func(standard string) map[string]calendar.Date {
		return map[string]calendar.Date{"standard": date(t, standard)}
	}
	for name, test := range map[string]struct {
		told    []v1alpha1.LiveRelease
		release string
		want    Release
		changes []LiveChange
	}{
		"a date that differs wins, and is told": {
			told:    []v1alpha1.LiveRelease{{Version: "1.35.4-cloud.1", Released: date(t, "2026-02-10"), Ends: ends("2027-03-31"), Creatable: &yes}},
			release: "1.35",
			want: Release{
				Version: minor(t, "1.35"), AsOf: read, Told: told(&yes, ""), Released: date(t, "2026-02-10"), Ends: ends("2027-03-31"),
				Latest: &Patch{Version: "1.35.4-cloud.1"}, Sources: []string{asked},
			},
			changes: []LiveChange{{minor(t, "1.35"), "standard", date(t, "2027-02-28"), date(t, "2026-10-06"), date(t, "2027-03-31")}},
		},
		"a date that is the same is no change": {
			told:    []v1alpha1.LiveRelease{{Version: "1.35", Ends: ends("2027-02-28")}},
			release: "1.35",
			want:    Release{Version: minor(t, "1.35"), AsOf: read, Told: told(nil, ""), Released: date(t, "2026-02"), Ends: ends("2027-02-28"), Sources: []string{asked}},
		},
		"a phase that is not told keeps its date and its source": {
			told:    []v1alpha1.LiveRelease{{Version: "1.36.1-cloud.1", Ends: ends("2027-05-30")}},
			release: "1.36",
			want: Release{
				Version: minor(t, "1.36"), AsOf: read, Told: told(nil, ""), Released: date(t, "2026-05"), Sources: []string{asked, pages},
				Latest: &Patch{Version: "1.36.1-cloud.1", Announced: date(t, "2026-06-01")},
				Ends:   map[string]calendar.Date{"standard": date(t, "2027-05-30"), "long": date(t, "2028-05-30")},
			},
		},
		"without dates the day of the dates stays that of the pages": {
			told:    []v1alpha1.LiveRelease{{Version: "1.35", Patches: []string{"1.35.9", "1.35.8"}, Default: true}},
			release: "1.35",
			want: Release{
				Version: minor(t, "1.35"), Told: told(nil, "1.35"), Released: date(t, "2026-02"), Ends: ends("2027-02-28"),
				Latest: &Patch{Version: "1.35.9"}, Sources: []string{pages, asked},
			},
		},
		"of several versions of a minor the first release and the last end count, and one is enough to create": {
			told: []v1alpha1.LiveRelease{
				{Version: "1.35.6-cloud.1", Released: date(t, "2026-06-01"), Ends: ends("2027-04-30"), Creatable: &yes},
				{Version: "1.35.2-cloud.1", Released: date(t, "2026-02-10"), Ends: ends("2027-02-28"), Creatable: &no},
			},
			release: "1.35",
			want: Release{
				Version: minor(t, "1.35"), AsOf: read, Told: told(&yes, ""), Released: date(t, "2026-02-10"), Ends: ends("2027-04-30"),
				Latest: &Patch{Version: "1.35.6-cloud.1"}, Sources: []string{asked},
			},
			changes: []LiveChange{{minor(t, "1.35"), "standard", date(t, "2027-02-28"), date(t, "2026-10-06"), date(t, "2027-04-30")}},
		},
		"an older patch than the known one is not the latest": {
			told:    []v1alpha1.LiveRelease{{Version: "1.36.0-cloud.4"}},
			release: "1.36",
			want: Release{
				Version: minor(t, "1.36"), Told: told(nil, ""), Released: date(t, "2026-05"), Sources: []string{pages, asked},
				Latest: &Patch{Version: "1.36.1-cloud.1", Announced: date(t, "2026-06-01")},
				Ends:   map[string]calendar.Date{"standard": date(t, "2027-05-30"), "long": date(t, "2028-05-30")},
			},
		},
		"a minor that the catalog does not know is added, also behind a gap": {
			told:    []v1alpha1.LiveRelease{{Version: "1.38.0-cloud.1", Released: date(t, "2026-11-01"), Ends: ends("2027-11-30"), Creatable: &no}},
			release: "1.38",
			want: Release{
				Version: minor(t, "1.38"), AsOf: read, Told: told(&no, ""), Released: date(t, "2026-11-01"), Ends: ends("2027-11-30"),
				Latest: &Patch{Version: "1.38.0-cloud.1"}, Sources: []string{asked},
			},
		},
		"the day of a patch is not that of its minor": {
			told:    []v1alpha1.LiveRelease{{Version: "1.35.4-cloud.1", Released: date(t, "2026-06-01")}},
			release: "1.35",
			want: Release{
				Version: minor(t, "1.35"), Told: told(nil, ""), Released: date(t, "2026-02"), Ends: ends("2027-02-28"),
				Latest: &Patch{Version: "1.35.4-cloud.1"}, Sources: []string{pages, asked},
			},
		},
		"a later build of the same patch is the latest": {
			told:    []v1alpha1.LiveRelease{{Version: "1.36.1-cloud.2"}},
			release: "1.36",
			want: Release{
				Version: minor(t, "1.36"), Told: told(nil, ""), Released: date(t, "2026-05"), Sources: []string{pages, asked}, Latest: &Patch{Version: "1.36.1-cloud.2"},
				Ends: map[string]calendar.Date{"standard": date(t, "2027-05-30"), "long": date(t, "2028-05-30")},
			},
		},
		"what one channel alone tries out is not the latest": {
			told: []v1alpha1.LiveRelease{
				{Version: "1.35.9-gke.2", Channels: []string{"RAPID"}}, {Version: "1.35.7-gke.3", Channels: []string{"RAPID", "REGULAR"}}, {Version: "1.35.6-gke.1", Channels: []string{"STABLE"}},
			},
			release: "1.35",
			want: Release{
				Version: minor(t, "1.35"), Told: told(nil, ""), Released: date(t, "2026-02"), Ends: ends("2027-02-28"),
				Latest: &Patch{Version: "1.35.7-gke.3"}, Sources: []string{pages, asked},
			},
		},
		"what one channel alone has is better than nothing": {
			told:    []v1alpha1.LiveRelease{{Version: "1.35.9-gke.2", Channels: []string{"RAPID"}}},
			release: "1.35",
			want: Release{
				Version: minor(t, "1.35"), Told: told(nil, ""), Released: date(t, "2026-02"), Ends: ends("2027-02-28"),
				Latest: &Patch{Version: "1.35.9-gke.2"}, Sources: []string{pages, asked},
			},
		},
		"a preview is no release yet": {
			told:    []v1alpha1.LiveRelease{{Version: "1.37", Patches: []string{"1.37.0"}, Preview: true}},
			release: "1.37",
			want:    Release{Version: minor(t, "1.37"), Told: told(nil, ""), Note: "in preview", Sources: []string{asked}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := small(t)
			got, changes, err := before.WithLive(answer("cloud", test.told...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got.Platform("cloud").Release(minor(t, test.release))); diff != "" {
				t.Errorf("release (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.changes, changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(small(t), before); diff != "" {
				t.Errorf("the catalog itself was changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestAnAnswerThatMakesNoSenseIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		answer *v1alpha1.LiveReleases
		want   string
	}{
		"an unknown platform":       {answer("nowhere", v1alpha1.LiveRelease{Version: "1.36"}), `no platform "nowhere"`},
		"a version that is none":    {answer("cloud", v1alpha1.LiveRelease{Version: "newest"}), `"newest" is not a Kubernetes version`},
		"an end before the release": {answer("cloud", v1alpha1.LiveRelease{Version: "1.35", Ends: map[string]calendar.Date{"standard": date(t, "2026-01-01")}}), "not after"},
		"a phase that is not there": {answer("cloud", v1alpha1.LiveRelease{Version: "1.35", Ends: map[string]calendar.Date{"golden": date(t, "2028-01-01")}}), `ends a phase "golden"`},
		"more than anybody lists":   {answer("cloud", slices.Repeat([]v1alpha1.LiveRelease{{Version: "1.36"}}, v1alpha1.MaxLiveReleases+1)...), "lists 1001 versions, and no more than 1000 are taken"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := small(t).WithLive(test.answer); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestWhatAPlatformToldOfCreationHoldsFromThatDayOn(t *testing.T) {
	yes, no := true, false
	merged, _, err := small(t).WithLive(answer("cloud", v1alpha1.LiveRelease{Version: "1.36", Creatable: &no}, v1alpha1.LiveRelease{Version: "1.35", Creatable: &yes}))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2026-11-20": "1.36", "2026-11-21": "1.35", "2027-01-01": "1.35"} {
		minors, known := merged.CreatableOn(merged.Platform("cloud"), date(t, day))
		if diff := cmp.Diff([]version.Minor{minor(t, want)}, minors); diff != "" || !known {
			t.Errorf("on %s (-want +got):\n%s", day, diff)
		}
	}
}

func TestALaterAnswerLeavesNothingOfWhatAnEarlierOneSaidOfNewClusters(t *testing.T) {
	yes := true
	earlier, _, err := small(t).WithLive(answer("cloud", v1alpha1.LiveRelease{Version: "1.35", Creatable: &yes, Ends: map[string]calendar.Date{"standard": date(t, "2027-03-31")}}))
	if err != nil {
		t.Fatal(err)
	}
	later, _, err := earlier.WithLive(answer("cloud", v1alpha1.LiveRelease{Version: "1.36", Creatable: &yes}))
	if err != nil {
		t.Fatal(err)
	}
	if r := later.Platform("cloud").Release(minor(t, "1.35")); r.Told != nil || r.Ends["standard"] != date(t, "2027-03-31") {
		t.Errorf("1.35 was told %v, and ends %v", r.Told, r.Ends)
	}
	if _, minors := later.Platform("cloud").ToldBy(date(t, "2026-11-21")); !slices.Equal(minors, []version.Minor{minor(t, "1.36")}) {
		t.Errorf("creatable at %v", minors)
	}
}
