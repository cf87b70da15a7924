package support

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Query says which releases are asked for.
type Query struct {
	// At is the day that is asked about.
	At calendar.Date
	// Platforms to list.
	Platforms []*catalog.Platform
	// Supported leaves out what is not released or past its end.
	Supported bool
	// Minor of Kubernetes, or the platform's own, to list alone, with its
	// patches; the zero value lists all.
	Minor version.Minor
	// Upcoming lists what comes next alone: patches, and the release cycle under way.
	Upcoming bool
}

// Releases lists calendars. A platform whose releases the catalog does not know
// shows those of the platform that it follows, and says so.
func Releases(c *catalog.Catalog, q Query) *v1alpha1.ReleaseList {
	list := v1alpha1.NewReleaseList("releases")
	list.At, list.CatalogAsOf = q.At, c.AsOf
	for _, p := range q.Platforms {
		list.Platforms = append(list.Platforms, platformCalendar(c, p, q))
	}
	return list
}

func platformCalendar(c *catalog.Catalog, p *catalog.Platform, q Query) v1alpha1.PlatformCalendar {
	out := v1alpha1.PlatformCalendar{
		ID: p.ID, Name: p.Name, AsOf: p.AsOf, Releases: []v1alpha1.PlatformRelease{},
		Versions: platformVersions(p), Rules: rules(p), Sources: p.Sources,
	}
	if q.Upcoming {
		out.Upcoming = upcoming(p, q.At)
	}
	offered := p
	if p.Follows != "" && !slices.ContainsFunc(p.Releases, func(r catalog.Release) bool { return !r.Released.IsZero() }) {
		offered = c.Platform(p.Follows)
	}
	borrowed := false
	creatable, known := c.CreatableOn(p, q.At)
	for i := range offered.Releases {
		release := &offered.Releases[i]
		by, dated := c.Calendar(p, release.Minor())
		if dated == nil {
			by, dated = offered, release
		}
		next := release.Next
		if q.At.Compare(offered.AsOf) < 0 {
			next = nil // it was not yet the next one, or is not known to be
		}
		if !q.Minor.IsZero() && q.Minor != release.Version && q.Minor != release.Minor() ||
			q.Supported && (release.PlannedOn(q.At) || by.Standing(dated, q.At).Stage != catalog.Supported) ||
			q.Upcoming && next == nil {
			continue
		}
		borrowed = borrowed || by != p
		row := platformRelease(release, by, dated, q.At)
		if next != nil {
			row.Next, row.NextDate = next.Version, next.Announced
		}
		if !q.Minor.IsZero() {
			row.Patches = patches(release.Patches)
		}
		if known {
			row.Creatable = member(creatable, release.Minor())
		}
		if r := p.RecommendedOn(q.At); r != nil {
			if v, err := version.Parse(r.Version); err == nil && v.Minor == release.Minor() {
				row.Recommended = r.Version
			}
		}
		out.Releases = append(out.Releases, row)
	}
	if r := p.RecommendedOn(q.At); r != nil {
		out.Notes = append(out.Notes, recommendation(c, p, r, q.At))
	}
	if borrowed {
		out.Notes = append(out.Notes, fmt.Sprintf("the catalog knows no end dates of %s itself: those of %s are shown", p.Name, c.Platform(p.Follows).Name))
	}
	return out
}

// platformRelease describes a release, with the dates of its counterpart in another calendar
// where it has none of its own.
func platformRelease(release *catalog.Release, by *catalog.Platform, dated *catalog.Release, at calendar.Date) v1alpha1.PlatformRelease {
	on := standing(by, dated, at)
	row := v1alpha1.PlatformRelease{
		Version: release.Version, Kubernetes: release.Minor(), Released: release.Released,
		Status: on.Phase, DaysLeft: on.DaysLeft, Phases: on.Phases, Sources: release.Sources,
	}
	if release.PlannedOn(at) {
		row.Status, row.DaysLeft = "planned", nil
	}
	if release.Note != "" {
		row.Notes = append(row.Notes, release.Note)
	}
	if latest := release.LatestBy(at); latest != nil {
		row.Latest, row.LatestDate = latest.Version, latest.Available()
		if end := last(on.Phases); !end.IsZero() && latest.Available().Compare(end) > 0 {
			row.Notes = append(row.Notes, fmt.Sprintf("%s came on %s, after end of life", latest.Version, latest.Available()))
		}
	}
	return row
}

func last(phases []v1alpha1.SupportPhase) calendar.Date {
	if len(phases) == 0 {
		return calendar.Date{}
	}
	return phases[len(phases)-1].Until
}

func member(minors []version.Minor, minor version.Minor) *bool {
	in := false
	for _, m := range minors {
		in = in || m == minor
	}
	return &in
}

func patches(all []catalog.Patch) []v1alpha1.Patch {
	var out []v1alpha1.Patch
	for _, patch := range all {
		out = append(out, v1alpha1.Patch{Version: patch.Version, Announced: patch.Announced, Available: patch.Available()})
	}
	return out
}

func platformVersions(p *catalog.Platform) []v1alpha1.PlatformVersion {
	var out []v1alpha1.PlatformVersion
	for _, v := range p.Versions {
		row := v1alpha1.PlatformVersion{Version: v.Version, Released: v.Released, Creatable: v.Creatable, Sources: v.Sources}
		for _, r := range v.Ranges {
			row.Ranges = append(row.Ranges, v1alpha1.VersionRange{For: r.For, Minimum: r.Minimum, Below: r.Below, NewestOnly: r.NewestOnly})
		}
		out = append(out, row)
	}
	return out
}

// upcoming is the cycle under way, until its release is one of the platform's own.
func upcoming(p *catalog.Platform, at calendar.Date) *v1alpha1.UpcomingRelease {
	cycle := p.Upcoming
	if cycle == nil || p.Release(cycle.Version) != nil {
		return nil
	}
	out := &v1alpha1.UpcomingRelease{Version: cycle.Version, Released: cycle.Released, PreReleases: patches(cycle.PreReleases), Source: cycle.Source}
	for _, event := range cycle.Events {
		out.Events = append(out.Events, v1alpha1.UpcomingEvent{Date: event.Date, Name: event.Name, Past: event.Date.Compare(at) < 0})
	}
	out.Phases = promised(p, cycle.Version, cycle.Released)
	return out
}

// promised are the phases that the policy gives a release of a day.
func promised(p *catalog.Platform, release version.Minor, released calendar.Date) []v1alpha1.SupportPhase {
	policy := p.PolicyFor(release)
	if policy == nil {
		return nil
	}
	var out []v1alpha1.SupportPhase
	until := released
	until.Unconfirmed = true
	for _, length := range policy.Phases {
		until = until.AddMonths(length.Months)
		if policy.Day > 0 {
			until.Day = policy.Day
		}
		phase := p.Phase(length.Phase)
		out = append(out, v1alpha1.SupportPhase{Name: phase.Name, Kind: string(phase.Kind), Terms: phase.Terms, Until: until})
	}
	return out
}

// rules of the platform, in sentences.
func rules(p *catalog.Platform) []string {
	var out []string
	add := func(yes, no string, rule *catalog.Permission) {
		if rule == nil {
			return
		}
		sentence := no
		if rule.Allowed {
			sentence = yes
		}
		if rule.Allowed && rule.WithinDays > 0 {
			sentence += " within " + count(rule.WithinDays, "day")
		}
		if rule.Condition != "" {
			sentence += " (" + rule.Condition + ")"
		}
		out = append(out, sentence)
	}
	add("the control plane may skip minors", "the control plane moves one minor at a time", p.Upgrades.SkipMinor)
	add("a minor upgrade can be rolled back", "a minor upgrade cannot be rolled back", p.Upgrades.Rollback)
	if p.Upgrades.NodesFirst != nil {
		out = append(out, "nodes must be at the control plane's minor before it moves on")
	}
	for _, need := range p.Upgrades.Nodes {
		out = append(out, fmt.Sprintf("nodes need %s from %s on", need.Requires, need.Since))
	}
	for _, phase := range p.Phases {
		if phase.Terms != "" {
			out = append(out, fmt.Sprintf("%s support %s", phase.Name, phase.Terms))
		}
	}
	return out
}

// Empty reports whether no calendar of the list has a release.
func Empty(list *v1alpha1.ReleaseList) bool {
	return !slices.ContainsFunc(list.Platforms, func(c v1alpha1.PlatformCalendar) bool { return len(c.Releases) > 0 })
}
