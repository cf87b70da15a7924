package main

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestMergeOfOldMinors(t *testing.T) {
	const have = `{"version": "1.17", "released": "2019-12-07", "ends": {"standard": "2021-01-13"},
		"latest": {"version": "1.17.17", "announced": "2021-01-13"}, "sources": ["there"]}`
	for name, tc := range map[string]struct {
		found finding
		want  string
		notes []string
	}{
		"the end of life ends what phase there is": {
			finding{endOfLife: day(t, "2021-01-14")}, have,
			[]string{"upstream 1.17: standard ends 2021-01-13 here, 2021-01-14 in https://here"},
		},
		"an older patch is no news": {
			finding{patches: []catalog.Patch{{Version: "1.17.9"}}}, have, nil,
		},
		"a newer patch needs a day": {
			finding{patches: []catalog.Patch{{Version: "1.17.18"}}}, have,
			[]string{"upstream 1.17.18: add it by hand, https://here does not tell its day"},
		},
		"a newer patch with a day is the latest": {
			finding{patches: []catalog.Patch{{Version: "1.17.18", Announced: day(t, "2021-02-01")}}},
			`{"version": "1.17", "released": "2019-12-07", "ends": {"standard": "2021-01-13"},
				"latest": {"version": "1.17.18", "announced": "2021-02-01"}, "sources": ["there", "here"]}`, nil,
		},
		"the latest of another minor is refused": {
			finding{latest: &catalog.Patch{Version: "1.18.1"}}, have,
			[]string{`upstream 1.17: "1.18.1" in https://here is no version of it`},
		},
		"a patch of another minor is refused": {
			finding{patches: []catalog.Patch{{Version: "1.18.20"}}}, have,
			[]string{`upstream 1.17: "1.18.20" in https://here is no version of it`},
		},
		"the next one of another minor is refused": {
			finding{next: &catalog.Patch{Version: "\x1b[2J"}}, have,
			[]string{`upstream 1.17: "\x1b[2J" in https://here is no version of it`},
		},
		"a patch without a day leaves the day of the latest alone": {
			finding{latest: &catalog.Patch{Version: "1.17.17"}}, have, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes := merged(t, have, tc.found)
			if diff := cmp.Diff(tc.notes, notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(release(t, tc.want), got); diff != "" {
				t.Errorf("release (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMergeOfTheNextPatch(t *testing.T) {
	const have = `{"version": "1.37", "patches": [{"version": "1.37.9", "announced": "2027-05-11"}],
		"next": {"version": "1.37.10"}, "sources": ["there"]}`
	for name, tc := range map[string]struct {
		found finding
		want  *catalog.Patch
	}{
		"a source that says nothing changes nothing": {finding{}, &catalog.Patch{Version: "1.37.10"}},
		"a day is taken over": {
			finding{next: &catalog.Patch{Version: "1.37.10", Announced: day(t, "2027-06-08")}},
			&catalog.Patch{Version: "1.37.10", Announced: day(t, "2027-06-08")},
		},
		"a schedule that lags behind is not": {
			finding{next: &catalog.Patch{Version: "1.37.9", Announced: day(t, "2027-05-11")}},
			&catalog.Patch{Version: "1.37.10"},
		},
		"once it is out it is not the next": {
			finding{patches: []catalog.Patch{{Version: "1.37.10", Announced: day(t, "2027-06-08")}}}, nil,
		},
		"there is none after the end of life": {finding{endOfLife: day(t, "2027-05-30")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes := merged(t, have, tc.found)
			if diff := cmp.Diff(tc.want, got.Next); diff != "" {
				t.Errorf("next (-want +got):\n%s", diff)
			}
			if len(notes) > 0 {
				t.Errorf("got notes %q", notes)
			}
		})
	}
}

// merged is a release of Kubernetes with what https://here says of it.
func merged(t *testing.T, have string, found finding) (catalog.Release, []string) {
	t.Helper()
	r := release(t, have)
	found.version = r.Version
	p := &catalog.Platform{
		ID:       catalog.Upstream,
		Phases:   []catalog.Phase{{ID: "standard"}, {ID: "maintenance"}},
		Releases: []catalog.Release{r},
	}
	notes := merge(p, source{url: "https://here", cite: "here"}, []finding{found})
	return p.Releases[0], notes
}

func release(t *testing.T, data string) catalog.Release {
	t.Helper()
	var r catalog.Release
	if err := json.Unmarshal([]byte(data), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryProductIsAPlatformWithThePhasesThatItsDatesEnd(t *testing.T) {
	c := loaded(t)
	for _, product := range products() {
		p := c.Platform(product.id)
		if p == nil {
			t.Errorf("%s is no platform", product.id)
			continue
		}
		for _, phase := range []string{product.eoas, product.eol, product.eoes} {
			if phase != "" && !slices.ContainsFunc(p.Phases, func(known catalog.Phase) bool { return known.ID == phase }) {
				t.Errorf("%s has no phase %q", product.id, phase)
			}
		}
	}
}
