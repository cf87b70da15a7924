package catalog

import (
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Stage is a part of a release's life, or what lies before and after it.
type Stage string

// Stages.
const (
	NotReleased Stage = "not released"
	// Supported: in one of the platform's phases.
	Supported Stage = "supported"
	EndOfLife Stage = "end of life"
	// Undated: the calendar says nothing of the ends.
	Undated Stage = "undated"
)

// Standing is where a release stands on a day.
type Standing struct {
	Stage Stage
	// Phase is the present one when Supported, and the last one at EndOfLife.
	Phase Phase
	// Until is the last day of Phase.
	Until calendar.Date
}

// PhaseEnd is the last day of a phase of one release.
type PhaseEnd struct {
	Phase
	Until calendar.Date
}

// PhasesOf lists the phases that the release has, in order.
func (p *Platform) PhasesOf(r *Release) []PhaseEnd {
	var phases []PhaseEnd
	for _, phase := range p.Phases {
		if until, ok := r.Ends[phase.ID]; ok {
			phases = append(phases, PhaseEnd{phase, until})
		}
	}
	return phases
}

// Standing says which phase a release is in on a day. A phase ends with the
// last moment of its date: on that day the release is still in it.
func (p *Platform) Standing(r *Release, day calendar.Date) Standing {
	phases := p.PhasesOf(r)
	switch {
	case r.Released.First().Compare(day) > 0:
		return Standing{Stage: NotReleased}
	case len(phases) == 0:
		return Standing{Stage: Undated}
	}
	for _, phase := range phases {
		if phase.Until.Compare(day) >= 0 {
			return Standing{Supported, phase.Phase, phase.Until}
		}
	}
	last := phases[len(phases)-1]
	return Standing{EndOfLife, last.Phase, last.Until}
}

// Freely reports whether the release is supported on a day without anything
// that is paid for or opted into.
func (s Standing) Freely() bool { return s.Stage == Supported && s.Phase.Kind != Extended }

// PlannedOn reports whether the release is announced, but not known to be out on a day.
func (r *Release) PlannedOn(day calendar.Date) bool {
	neverSeen := r.Latest == nil && len(r.Patches) == 0
	return r.Released.First().Compare(day) > 0 || r.Released.Unconfirmed && neverSeen
}

// SupportedBy lists the releases that are freely supported on a day, newest first.
func (p *Platform) SupportedBy(day calendar.Date) []*Release {
	var found []*Release
	for i := range p.Releases {
		if r := &p.Releases[i]; !r.PlannedOn(day) && p.Standing(r, day).Freely() {
			found = append(found, r)
		}
	}
	return found
}

// CreatableOn lists the minors that new clusters can be created at on a day,
// newest first: by the platform's rule, or as its newest version says. It is
// false when the catalog does not know.
func (c *Catalog) CreatableOn(p *Platform, day calendar.Date) ([]version.Minor, bool) {
	rule := p.Creatable
	if rule == nil {
		if len(p.Versions) == 0 || len(p.Versions[0].Creatable) == 0 || day.Compare(p.AsOf) < 0 {
			return nil, false
		}
		return slices.Clone(p.Versions[0].Creatable), true
	}
	of := p
	if rule.UpstreamShift != 0 {
		of = c.Platform(Upstream)
	}
	var minors []version.Minor
	for i := range of.Releases {
		if r := &of.Releases[i]; len(minors) < rule.Newest && !r.PlannedOn(day) {
			minors = append(minors, r.Minor().Add(rule.UpstreamShift))
		}
	}
	return minors, true
}

// RecommendedOn returns the newest recommendation that was published by a day, or nil.
func (p *Platform) RecommendedOn(day calendar.Date) *Recommendation {
	i := slices.IndexFunc(p.Recommended, func(r Recommendation) bool { return r.Published.Compare(day) <= 0 })
	if i < 0 {
		return nil
	}
	return &p.Recommended[i]
}

// Calendar returns the platform whose dates hold for a minor of p, and the
// release there: its own where that has dates, else those of the platform it
// follows. The release is nil when neither knows the minor.
func (c *Catalog) Calendar(p *Platform, minor version.Minor) (*Platform, *Release) {
	own := p.Release(minor)
	if p.Follows == "" || own != nil && len(own.Ends) > 0 {
		return p, own
	}
	followed := c.Platform(p.Follows)
	return followed, followed.Release(minor)
}
