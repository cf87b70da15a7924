package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// LiveChange is a date on which a platform's answer and the catalog differ.
type LiveChange struct {
	Release version.Minor
	// Phase is the id of the phase that ends.
	Phase string
	// Was is the catalog's date, read on WasAsOf; Is the platform's.
	Was, WasAsOf, Is calendar.Date
}

// WithLive returns the catalog with what a platform answered in place of what was
// known of the minors in the answer. Its rules, and minors and dates that the
// answer leaves out, stay. An answer that contradicts itself is an error.
func (c *Catalog) WithLive(answer *v1alpha1.LiveReleases) (*Catalog, []LiveChange, error) {
	i := slices.IndexFunc(c.Platforms, func(p Platform) bool { return p.ID == answer.Platform })
	if i < 0 {
		return nil, nil, fmt.Errorf("the catalog has no platform %q", answer.Platform)
	}
	for _, r := range answer.Releases {
		if _, err := version.Parse(r.Version); err != nil {
			return nil, nil, err
		}
	}
	if n := len(answer.Releases); n > v1alpha1.MaxLiveReleases {
		return nil, nil, fmt.Errorf("lists %d versions, and no more than %d are taken", n, v1alpha1.MaxLiveReleases)
	}
	live, told := c.Platforms[i], Told{On: calendar.Of(answer.ReadAt.Time), Source: answer.Source}
	live.Releases, live.EveryMinorSince = slices.Clone(live.Releases), version.Minor{}
	for at := range live.Releases {
		live.Releases[at].Told = nil // of an earlier answer
	}
	var changes []LiveChange
	for minor, versions := range answer.ByMinor() {
		at := slices.IndexFunc(live.Releases, func(r Release) bool { return r.Minor() == minor })
		if at < 0 {
			live.Releases = append(live.Releases, Release{Version: minor})
			at = len(live.Releases) - 1
		}
		known := live.Releases[at]
		updated := known.told(versions, told)
		for id, is := range updated.Ends {
			if was, had := known.Ends[id]; had && was != is {
				changes = append(changes, LiveChange{known.Version, id, was, c.Platforms[i].ReadOn(&known), is})
			}
		}
		live.Releases[at] = updated
	}
	slices.SortFunc(live.Releases, func(a, b Release) int { return b.Version.Compare(a.Version) })
	slices.SortFunc(changes, func(a, b LiveChange) int {
		return cmp.Or(b.Release.Compare(a.Release), strings.Compare(a.Phase, b.Phase))
	})

	merged := *c
	merged.Platforms = slices.Clone(c.Platforms)
	merged.Platforms[i] = live
	return &merged, changes, merged.Validate()
}

// told is the release with what the platform says of its versions: its phases end
// with those of the last of them.
func (r Release) told(versions []v1alpha1.LiveRelease, by Told) Release {
	r.Released = r.releasedBy(versions)
	ends := map[string]calendar.Date{}
	for _, v := range versions {
		for id, end := range v.Ends {
			if end.Compare(ends[id]) > 0 {
				ends[id] = end
			}
		}
		if v.Creatable != nil {
			either := *v.Creatable || by.Creatable != nil && *by.Creatable
			by.Creatable = &either
		}
		if v.Default {
			by.Default = v.Version
		}
	}
	if latest := newestPatch(versions); latest != "" && len(r.Patches) == 0 && (r.Latest == nil || r.Latest.Version != latest && !newer(r.Latest.Version, latest)) {
		r.Latest = &Patch{Version: latest}
	}
	if !slices.ContainsFunc(versions, func(v v1alpha1.LiveRelease) bool { return !v.Preview }) {
		r.Note = strings.TrimPrefix(r.Note+"; in preview", "; ")
	}
	r.Told = &by
	if len(ends) == 0 {
		return r.citing(append(slices.Clone(r.Sources), by.Source))
	}
	kept := slices.ContainsFunc(slices.Collect(maps.Keys(r.Ends)), func(id string) bool { return ends[id].IsZero() })
	all := maps.Clone(r.Ends)
	if all == nil {
		all = map[string]calendar.Date{}
	}
	maps.Copy(all, ends)
	r.Ends, r.AsOf = all, by.On
	if kept {
		return r.citing(append([]string{by.Source}, r.Sources...))
	}
	return r.citing([]string{by.Source})
}

// citing names each source once.
func (r Release) citing(sources []string) Release {
	r.Sources = nil
	for _, source := range sources {
		if !slices.Contains(r.Sources, source) {
			r.Sources = append(r.Sources, source)
		}
	}
	return r
}

// releasedBy is the day of the first of the versions, where that makes the known
// day more exact, or none is known: older versions can be listed no longer.
func (r *Release) releasedBy(versions []v1alpha1.LiveRelease) calendar.Date {
	var first calendar.Date
	for _, v := range versions {
		if !v.Released.IsZero() && (first.IsZero() || v.Released.Compare(first) < 0) {
			first = v.Released
		}
	}
	exact := r.Released.Day == 0 && first.Year == r.Released.Year && first.Month == r.Released.Month
	if !first.IsZero() && (r.Released.IsZero() || exact) {
		return first
	}
	return r.Released
}

// newestPatch of those that are no previews; empty where the platform tells
// minors alone. Of builds of one patch the first is the newest. What GKE offers in
// its Rapid channel alone, which its service level does not cover, counts only
// where a minor has nothing else.
// https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels
func newestPatch(versions []v1alpha1.LiveRelease) string {
	newest, ofRapid := "", true
	for _, v := range versions {
		rapid := slices.Equal(v.Channels, []string{"RAPID"})
		if v.Preview || rapid && !ofRapid {
			continue
		}
		for _, patch := range append([]string{v.Version}, v.Patches...) {
			p, err := version.Parse(patch)
			if err == nil && p.Patch != version.UnknownPatch && (newest == "" || ofRapid && !rapid || newer(patch, newest)) {
				newest, ofRapid = patch, rapid
			}
		}
	}
	return newest
}

// newer reports whether a is of a later patch than b; false where either is none.
func newer(a, b string) bool {
	va, errA := version.Parse(a)
	vb, errB := version.Parse(b)
	return errA == nil && errB == nil && va.Compare(vb) > 0
}

// ReadOn is the day on which the dates of a release were read; that of the
// calendar for one that it does not list.
func (p *Platform) ReadOn(r *Release) calendar.Date {
	if r == nil || r.AsOf.IsZero() {
		return p.AsOf
	}
	return r.AsOf
}
