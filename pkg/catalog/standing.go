package catalog

import (
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// PhasesOf lists the phases that the release has, in order, with their last days.
func (p *Platform) PhasesOf(r *Release) []v1alpha1.SupportPhase {
	var phases []v1alpha1.SupportPhase
	for _, phase := range p.Phases {
		if until, ok := r.Ends[phase.ID]; ok {
			phases = append(phases, v1alpha1.SupportPhase{Name: phase.Name, Kind: phase.Kind, Terms: phase.Terms, Until: until})
		}
	}
	return phases
}

// Standing says where a release is in its life on a day: its stage, the phase
// it is in, and until when. At end of life that is the last phase. A phase ends
// with the last moment of its date: on that day the release is still in it.
func (p *Platform) Standing(r *Release, day calendar.Date) (v1alpha1.Stage, v1alpha1.SupportPhase) {
	phases := p.PhasesOf(r)
	switch {
	case r.Released.First().Compare(day) > 0:
		return v1alpha1.Planned, v1alpha1.SupportPhase{}
	case len(phases) == 0:
		return v1alpha1.Undated, v1alpha1.SupportPhase{}
	}
	for _, phase := range phases {
		if phase.Until.Compare(day) >= 0 {
			return v1alpha1.Supported, phase
		}
	}
	return v1alpha1.EndOfLife, phases[len(phases)-1]
}

// FreeUntil is the last day of the support that is neither paid for nor opted
// into; zero when there is none, or its end is not known.
func (p *Platform) FreeUntil(r *Release) calendar.Date {
	var until calendar.Date
	for _, phase := range p.PhasesOf(r) {
		if phase.Kind != v1alpha1.Extended {
			until = phase.Until
		}
	}
	return until
}

// PlannedOn reports whether the release is announced, but not known to be out on a day.
func (r *Release) PlannedOn(day calendar.Date) bool {
	neverSeen := r.Latest == nil && len(r.Patches) == 0
	return r.Released.First().Compare(day) > 0 || r.Released.Unconfirmed && neverSeen
}

// NextOn is the patch that is scheduled next on a day; nil before the calendar
// was read, once the patch is out, and after the end of life.
func (p *Platform) NextOn(r *Release, day calendar.Date) *Patch {
	stage, _ := p.Standing(r, day)
	out := r.Next != nil && !r.Next.Announced.IsZero() && r.Next.Announced.Compare(day) < 0
	if day.Compare(p.AsOf) < 0 || out || stage == v1alpha1.EndOfLife {
		return nil
	}
	return r.Next
}

// Offered are the platform's own releases, or those of the platform that it
// follows where the catalog does not know when its own came out, and it did not
// tell of any itself. Newest first.
func (c *Catalog) Offered(p *Platform) []Release {
	if p.Follows == "" || slices.ContainsFunc(p.Releases, func(r Release) bool { return !r.Released.IsZero() || r.Told != nil }) {
		return p.Releases
	}
	return c.Platform(p.Follows).Releases
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

// CreatableOn lists the minors that new clusters can be created at on a day,
// newest first: as the platform itself told, by its rule, or as its newest
// version says. It is false when the catalog does not know.
func (c *Catalog) CreatableOn(p *Platform, day calendar.Date) ([]version.Minor, bool) {
	if told, minors := p.ToldBy(day); told != nil {
		return minors, true
	}
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

// ToldBy returns what the platform itself had answered by a day of the minors that
// new clusters can be created at, and these; nil where it told nothing of that.
func (p *Platform) ToldBy(day calendar.Date) (told *Told, minors []version.Minor) {
	for i := range p.Releases {
		r := &p.Releases[i]
		if r.Told == nil || r.Told.Creatable == nil || r.Told.On.Compare(day) > 0 {
			continue
		}
		told = r.Told
		if *r.Told.Creatable {
			minors = append(minors, r.Minor())
		}
	}
	return told, minors
}

// RecommendedOn returns the newest recommendation that was published by a day, or nil.
func (p *Platform) RecommendedOn(day calendar.Date) *Recommendation {
	i := slices.IndexFunc(p.Recommended, func(r Recommendation) bool { return r.Published.Compare(day) <= 0 })
	if i < 0 {
		return nil
	}
	return &p.Recommended[i]
}

// Minor is that of the recommended version; Validate makes sure that it is one.
func (r *Recommendation) Minor() version.Minor {
	v, _ := version.Parse(r.Version)
	return v.Minor
}

// NewestUpstream is the newest Kubernetes minor that was out on a day.
func (c *Catalog) NewestUpstream(day calendar.Date) version.Minor {
	var newest version.Minor
	for _, release := range c.Platform(Upstream).Releases {
		if !release.PlannedOn(day) && release.Minor().Compare(newest) > 0 {
			newest = release.Minor()
		}
	}
	return newest
}

// NewestPlanned is the newest Kubernetes minor that was out on a day, or whose
// release cycle was under way.
func (c *Catalog) NewestPlanned(day calendar.Date) version.Minor {
	newest := c.NewestUpstream(day)
	if cycle := c.Platform(Upstream).Upcoming; cycle != nil && cycle.Version.Compare(newest) > 0 {
		newest = cycle.Version
	}
	return newest
}
