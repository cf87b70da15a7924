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
	// Upcoming lists what comes next alone: patches, planned releases, and the
	// release cycle under way.
	Upcoming bool
	// Live is what the only platform said when it was asked. What it answered is
	// listed alone. Nil where it was not asked.
	Live *Live
}

// Releases lists calendars. A platform whose releases the catalog does not know
// shows those of the platform that it follows, and says so. Of several, those
// with nothing to show are left out.
func Releases(c *catalog.Catalog, q Query) *v1alpha1.ReleaseCalendar {
	all := v1alpha1.NewReleaseCalendar("releases")
	all.At, all.CatalogAsOf = q.At, c.AsOf
	for _, p := range q.Platforms {
		listed := platformCalendar(c, p, q)
		if len(q.Platforms) == 1 || len(listed.Releases) > 0 || listed.Upcoming != nil {
			all.Platforms = append(all.Platforms, listed)
		}
	}
	return all
}

func platformCalendar(c *catalog.Catalog, p *catalog.Platform, q Query) v1alpha1.PlatformCalendar {
	out := v1alpha1.PlatformCalendar{
		ID: p.ID, Name: p.Name, AsOf: p.AsOf, Releases: []v1alpha1.PlatformRelease{},
		Versions: platformVersions(p), Rules: rules(p), Sources: p.Sources,
	}
	if q.Upcoming {
		out.Upcoming = upcoming(p, q.At)
	}
	lists := func(version.Minor) bool { return true }
	if q.Live != nil {
		out.Live, out.Notes, lists = q.Live.Answer, q.Live.notes(p), q.Live.lister()
	}
	if kept := q.kept(p); kept != "" {
		out.Notes = append(out.Notes, kept)
	}
	creatable, known := c.CreatableOn(p, q.At)
	told, _ := p.ToldBy(q.At)
	recommended := p.RecommendedOn(q.At)
	borrowed, doubtful := false, false
	for _, e := range entries(c, p, q.At) {
		if !lists(e.release.Minor()) || !q.wants(e) {
			continue
		}
		row := e.row(q.At)
		row.AsOf = e.dated.AsOf
		if !q.Minor.IsZero() {
			row.Patches = patches(e.release.Patches)
		}
		switch answer := q.told(e.release); {
		case answer != nil:
			row.Creatable, row.Default = answer.Creatable, answer.Default
		case known && told == nil:
			in := slices.Contains(creatable, row.Kubernetes)
			row.Creatable = &in
		}
		if recommended != nil && recommended.Minor() == row.Kubernetes {
			row.Recommended = recommended.Version
		}
		out.Releases = append(out.Releases, row)
		borrowed = borrowed || e.by != p
		doubtful = doubtful || unconfirmed(row.Phases) || row.Released.Unconfirmed ||
			slices.ContainsFunc(row.Patches, func(p v1alpha1.Patch) bool { return p.Available.Unconfirmed })
		for _, phase := range e.by.Phases {
			out.Phases = addPhase(out.Phases, phase)
		}
	}
	if recommended != nil {
		out.Notes = append(out.Notes, recommendation(c, p, recommended, q.At))
	}
	if borrowed {
		out.Notes = append(out.Notes, fmt.Sprintf("what the catalog does not know of %s itself is that of %s", p.Name, c.Platform(p.Follows).Name))
	}
	if doubtful {
		out.Notes = append(out.Notes, Unconfirmed)
	}
	return out
}

func addPhase(phases []v1alpha1.SupportPhase, phase catalog.Phase) []v1alpha1.SupportPhase {
	if slices.ContainsFunc(phases, func(p v1alpha1.SupportPhase) bool { return p.Name == phase.Name }) {
		return phases
	}
	return append(phases, v1alpha1.SupportPhase{Name: phase.Name, Kind: phase.Kind, Terms: phase.Terms})
}

// entry is a release that a platform offers, with the calendar that has its dates.
type entry struct {
	release *catalog.Release
	by      *catalog.Platform
	dated   *catalog.Release
	// next patch, nil where there is none or it is another platform's.
	next *catalog.Patch
}

func entries(c *catalog.Catalog, p *catalog.Platform, at calendar.Date) []entry {
	offered := c.Offered(p)
	all := make([]entry, len(offered))
	for i := range offered {
		e := entry{release: &offered[i]}
		if e.by, e.dated = c.Calendar(p, e.release.Minor()); e.dated == nil {
			e.by, e.dated = p, e.release
		}
		if e.by == p {
			e.next = p.NextOn(e.release, at)
		}
		all[i] = e
	}
	return all
}

func (q Query) wants(e entry) bool {
	stage, _ := e.by.Standing(e.dated, q.At)
	planned := e.release.PlannedOn(q.At)
	switch {
	case !q.Minor.IsZero() && q.Minor != e.release.Version && q.Minor != e.release.Minor():
		return false
	case q.Supported && (planned || stage != v1alpha1.Supported):
		return false
	default:
		return !q.Upcoming || planned || e.next != nil
	}
}

func (e entry) row(at calendar.Date) v1alpha1.PlatformRelease {
	on, release := standing(e.by, e.dated, e.release.Minor(), at), e.release
	row := v1alpha1.PlatformRelease{
		Version: release.Version, Kubernetes: release.Minor(), Released: release.Released,
		Stage: on.Stage, Phase: on.Phase, DaysLeft: on.DaysLeft, Phases: on.Phases, Sources: e.dated.Sources,
	}
	if release.PlannedOn(at) {
		row.Stage, row.Phase, row.DaysLeft = v1alpha1.Planned, "", nil
	}
	if e.dated.Note != "" {
		row.Notes = append(row.Notes, e.dated.Note)
	}
	if latest := release.LatestBy(at); latest != nil {
		row.Latest, row.LatestDate = latest.Version, latest.Available()
		if end := lastDay(on.Phases); !end.IsZero() && !row.LatestDate.Unconfirmed && row.LatestDate.Compare(end) > 0 {
			row.Notes = append(row.Notes, fmt.Sprintf("%s came on %s, after end of life", latest.Version, row.LatestDate))
		}
	}
	if e.next != nil {
		row.Next, row.NextDate = e.next.Version, e.next.Announced
	}
	return row
}

func lastDay(phases []v1alpha1.SupportPhase) calendar.Date {
	if len(phases) == 0 {
		return calendar.Date{}
	}
	return phases[len(phases)-1].Until
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
			row.Ranges = append(row.Ranges, r.VersionRange)
		}
		out = append(out, row)
	}
	return out
}

// upcoming is the cycle under way, until the day of its release, or until that
// is one of the platform's own.
func upcoming(p *catalog.Platform, at calendar.Date) *v1alpha1.UpcomingRelease {
	cycle := p.Upcoming
	if cycle == nil || p.Release(cycle.Version) != nil || cycle.Released.Compare(at) < 0 {
		return nil
	}
	out := &v1alpha1.UpcomingRelease{
		Version: cycle.Version, Released: cycle.Released, PreReleases: patches(cycle.PreReleases),
		Phases: promised(p, cycle.Version, cycle.Released), Source: cycle.Source,
	}
	for _, event := range cycle.Events {
		out.Events = append(out.Events, v1alpha1.UpcomingEvent{Date: event.Date, Name: event.Name})
	}
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
		out = append(out, v1alpha1.SupportPhase{Name: phase.Name, Kind: phase.Kind, Terms: phase.Terms, Until: until})
	}
	return out
}

// rules of the platform, in sentences.
func rules(p *catalog.Platform) []string {
	var out []string
	permission := func(rule *catalog.Permission, yes, no string) {
		if rule == nil {
			return
		}
		sentence := no
		if rule.Allowed {
			sentence = yes
			if rule.WithinDays > 0 {
				sentence += " within " + count(rule.WithinDays, "day")
			}
		}
		if rule.Condition != "" {
			sentence += " (" + rule.Condition + ")"
		}
		out = append(out, sentence)
	}
	permission(p.Upgrades.SkipMinor, "the control plane may skip minors", "the control plane moves one minor at a time")
	permission(p.Upgrades.Rollback, "a minor upgrade can be rolled back", "a minor upgrade cannot be rolled back")
	if rule := p.Kubelet; rule != nil {
		sentence := fmt.Sprintf("kubelets may be %s older than the control plane", count(rule.Older, "minor"))
		if rule.OlderOnOdd != nil {
			sentence += fmt.Sprintf(", and %d below an odd minor", *rule.OlderOnOdd)
		}
		out = append(out, sentence)
	}
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
	for _, note := range p.Notes {
		out = append(out, note.Text)
	}
	return out
}
