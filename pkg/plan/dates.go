package plan

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// date fills what the calendar tells of a hop.
func (p *planner) date(h *v1alpha1.PlanHop, start *state) {
	h.FromUntil, h.ToUntil = p.freeUntil(h.From), p.freeUntil(h.To)
	h.Deadline = p.deadline(h.From)
	if latest := p.latest(h.To); latest != nil {
		h.Version = latest.Version
	}
	if latest := p.latest(h.From); latest != nil && p.behind(start, latest.Version) {
		h.TakeFirst = latest.Version
	}
}

// freeUntil is the last day of the support of a minor that is neither paid for
// nor opted into.
func (p *planner) freeUntil(minor version.Minor) calendar.Date {
	by, release := p.Catalog.Calendar(p.Platform, minor)
	if release == nil {
		return calendar.Date{}
	}
	return by.FreeUntil(release)
}

// deadline is the end of the phase that a minor is in, or of the last one that
// comes with the platform where only extended support is left.
func (p *planner) deadline(minor version.Minor) *v1alpha1.PlanDeadline {
	by, release := p.Catalog.Calendar(p.Platform, minor)
	if release == nil {
		return nil
	}
	var d v1alpha1.PlanDeadline
	for _, phase := range by.PhasesOf(release) {
		switch {
		case phase.Kind == v1alpha1.Extended:
			d.ExtendedUntil = phase.Until
		case d.Date.IsZero() || d.Date.Compare(p.At) < 0:
			d.Phase, d.Date = phase.Name, phase.Until
		}
	}
	if d.Date.IsZero() || release.PlannedOn(p.At) {
		return nil
	}
	d.Minor, d.Passed = minor, d.Date.Compare(p.At) < 0
	if d.ExtendedUntil.Compare(p.At) < 0 {
		d.ExtendedUntil = calendar.Date{}
	}
	return &d
}

// latest is the newest patch that the platform has of a minor; nil where none is known.
func (p *planner) latest(minor version.Minor) *catalog.Patch {
	_, release := p.Catalog.Calendar(p.Platform, minor)
	if release == nil {
		return nil
	}
	return release.LatestBy(p.At)
}

// behind reports whether an instance of kube-apiserver at the newest minor runs
// an older patch than one of the same numbering.
func (p *planner) behind(s *state, latest string) bool {
	newest, err := version.Parse(latest)
	if err != nil || newest.Patch == version.UnknownPatch {
		return false
	}
	for _, row := range s.rows(catalog.KubeAPIServer) {
		if v, err := version.Parse(row.Version); err == nil && v.Minor == newest.Minor && v.Patch != version.UnknownPatch && v.Compare(newest) < 0 {
			return true
		}
	}
	return false
}

// version is what components are brought to: the platform's newest patch where
// its numbers are those of Kubernetes, and otherwise the minor.
func (p *planner) version(minor version.Minor) string {
	if latest := p.latest(minor); latest != nil {
		if v, err := version.Parse(latest.Version); err == nil && v.Minor == minor && v.Patch != version.UnknownPatch {
			return v.String() + v.Suffix
		}
	}
	return fmt.Sprintf("v%s", minor)
}

// clientAhead is a kubectl one minor ahead of kube-apiserver, where that is out.
func (p *planner) clientAhead(minor version.Minor) string {
	if release := p.Catalog.Platform(catalog.Upstream).Release(minor.Add(1)); release == nil || release.LatestBy(p.At) == nil {
		return p.clientVersion(minor)
	}
	return p.clientVersion(minor.Add(1))
}

// clientVersion is what kubectl is brought to: upstream's newest patch.
func (p *planner) clientVersion(minor version.Minor) string {
	if release := p.Catalog.Platform(catalog.Upstream).Release(minor); release != nil {
		if latest := release.LatestBy(p.At); latest != nil {
			return "v" + latest.Version
		}
	}
	return fmt.Sprintf("v%s", minor)
}
