package catalog

import (
	"fmt"
	"maps"
	"slices"

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
	told, err := byMinor(answer.Releases)
	if err != nil {
		return nil, nil, err
	}
	live, read := c.Platforms[i], calendar.Of(answer.ReadAt.Time)
	live.Releases, live.EveryMinorSince = slices.Clone(live.Releases), version.Minor{}
	var changes []LiveChange
	for minor, releases := range told {
		at := slices.IndexFunc(live.Releases, func(r Release) bool { return r.Minor() == minor })
		if at < 0 {
			live.Releases = append(live.Releases, Release{Version: minor})
			at = len(live.Releases) - 1
		}
		known := live.Releases[at]
		updated := known.told(releases, answer.Source, read)
		for id, is := range updated.Ends {
			if was, had := known.Ends[id]; had && was != is {
				changes = append(changes, LiveChange{known.Version, id, was, c.Platforms[i].ReadOn(&known), is})
			}
		}
		live.Releases[at] = updated
	}
	slices.SortFunc(live.Releases, func(a, b Release) int { return b.Version.Compare(a.Version) })
	slices.SortFunc(changes, func(a, b LiveChange) int { return b.Release.Compare(a.Release) })

	merged := *c
	merged.Platforms = slices.Clone(c.Platforms)
	merged.Platforms[i] = live
	return &merged, changes, merged.Validate()
}

// byMinor groups what a platform answered, in its order.
func byMinor(releases []v1alpha1.LiveRelease) (map[version.Minor][]v1alpha1.LiveRelease, error) {
	told := map[version.Minor][]v1alpha1.LiveRelease{}
	for _, r := range releases {
		v, err := version.Parse(r.Version)
		if err != nil {
			return nil, err
		}
		told[v.Minor] = append(told[v.Minor], r)
	}
	return told, nil
}

// told is the release with what the platform says of its versions: it came out
// with the first of them, and its phases end with those of the last.
func (r Release) told(versions []v1alpha1.LiveRelease, source string, read calendar.Date) Release {
	var released calendar.Date
	r.Ends = maps.Clone(r.Ends)
	ends := map[string]calendar.Date{}
	r.Creatable, r.Default = nil, ""
	for _, v := range versions {
		if !v.Released.IsZero() && (released.IsZero() || v.Released.Compare(released) < 0) {
			released = v.Released
		}
		for id, end := range v.Ends {
			if end.Compare(ends[id]) > 0 {
				ends[id] = end
			}
		}
		if v.Creatable != nil {
			either := *v.Creatable || r.Creatable != nil && *r.Creatable
			r.Creatable = &either
		}
		if v.Default {
			r.Default = v.Version
		}
	}
	if !released.IsZero() {
		r.Released = released
	}
	if len(ends) > 0 && r.Ends == nil {
		r.Ends = map[string]calendar.Date{}
	}
	maps.Copy(r.Ends, ends)
	if latest := newestPatch(versions); latest != "" && (r.Latest == nil || !newer(r.Latest.Version, latest)) {
		if r.Latest == nil || r.Latest.Version != latest {
			r.Latest = &Patch{Version: latest}
		}
		r.Patches = nil
	}
	r.Told = read
	if len(ends) > 0 {
		r.AsOf = read
	}
	if !slices.ContainsFunc(versions, func(v v1alpha1.LiveRelease) bool { return !v.Preview }) {
		r.Note = "in preview"
	}
	kept := func(id string) bool { return ends[id].IsZero() }
	if len(ends) == 0 || slices.ContainsFunc(slices.Collect(maps.Keys(r.Ends)), kept) {
		r.Sources = slices.Compact(append([]string{source}, r.Sources...))
	} else {
		r.Sources = []string{source}
	}
	return r
}

// newestPatch of those that are no previews; empty where the platform tells
// minors alone. Of builds of one patch the first is the newest.
func newestPatch(versions []v1alpha1.LiveRelease) string {
	newest := ""
	for _, v := range versions {
		if v.Preview {
			continue
		}
		for _, patch := range append([]string{v.Version}, v.Patches...) {
			p, err := version.Parse(patch)
			if err == nil && p.Patch != version.UnknownPatch && (newest == "" || newer(patch, newest)) {
				newest = patch
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
