package catalog

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// faults takes one fault of the data.
type faults func(format string, args ...any)

// in names where the faults lie.
func (f faults) in(format string, args ...any) faults {
	where := fmt.Sprintf(format, args...)
	return func(format string, args ...any) { f("%s: %w", where, fmt.Errorf(format, args...)) }
}

// Validate returns every fault of the data: components without rules, releases
// or phases out of order, minors that are left out, dates that run backwards,
// whatever has no source, platforms that cannot be told apart.
func (c *Catalog) Validate() error {
	var all []error
	fault := faults(func(format string, args ...any) { all = append(all, fmt.Errorf(format, args...)) })

	if c.AsOf.IsZero() {
		fault("asOf is missing")
	}
	if c.Skew != nil {
		c.Skew.validate(fault.in("skew"))
		if c.Platform(Upstream) == nil {
			fault("platform %q is missing", Upstream)
		}
	}
	suffixes := map[string]string{}
	for i := range c.Platforms {
		p := &c.Platforms[i]
		in := fault.in("platform %q", p.ID)
		p.validate(in)
		switch {
		case i > 0 && p.ID == c.Platforms[i-1].ID:
			in("stands twice")
		case i > 0 && p.ID < c.Platforms[i-1].ID:
			in("is out of order")
		}
		if p.Follows != "" && c.Complete() && (p.Follows == p.ID || c.Platform(p.Follows) == nil) {
			in("follows %q, which is no other platform", p.Follows)
		}
		if suffix := p.Recognise.GitVersionSuffix; !suffix.IsZero() {
			if other, taken := suffixes[suffix.String()]; taken {
				in("is recognised by the same suffix as %q", other)
			}
			suffixes[suffix.String()] = p.ID
		}
	}
	return errors.Join(all...)
}

func (p *Platform) validate(fault faults) {
	if p.ID == "" || p.Name == "" || len(p.Sources) == 0 || p.AsOf.IsZero() {
		fault("needs an id, a name, asOf and sources")
	}
	if p.Kubelet != nil && (p.Kubelet.Source == "" || p.Kubelet.Older < 0) {
		fault("its bound on kubelets needs a number and a source")
	}
	for i, phase := range p.Phases {
		if phase.ID == "" || phase.Name == "" || !slices.Contains([]PhaseKind{Standard, Maintenance, Extended}, phase.Kind) {
			fault("phase %q needs an id, a name, and a kind out of standard, maintenance, extended", phase.ID)
		}
		if (phase.Kind == Extended) != (phase.Terms != "") {
			fault("phase %q: extended support has terms, and no other has", phase.ID)
		}
		if slices.ContainsFunc(p.Phases[:i], func(earlier Phase) bool { return earlier.ID == phase.ID }) {
			fault("phase %q stands twice", phase.ID)
		}
	}
	for i, policy := range p.Policy {
		if policy.Source == "" {
			fault("policy since %s has no source", policy.Since)
		}
		if i > 0 && policy.Since.Compare(p.Policy[i-1].Since) <= 0 {
			fault("policy since %s is out of order", policy.Since)
		}
		for _, length := range policy.Phases {
			if p.phase(length.Phase) == nil || length.Months <= 0 {
				fault("policy since %s: phase %q must be one of the platform's, and last some months", policy.Since, length.Phase)
			}
		}
	}
	p.validateRules(fault)
	for i := range p.Releases {
		p.validateRelease(i, fault.in("release %s", p.Releases[i].Version))
	}
	for _, v := range p.Versions {
		v.validate(fault.in("version %q", v.Version))
	}
}

func (p *Platform) validateRules(fault faults) {
	if rule := p.Creatable; rule != nil && (rule.Source == "" || (rule.Newest > 0) == (rule.UpstreamShift != 0)) {
		fault("what can be created needs a source, and either newest or upstreamShift")
	}
	for i, r := range p.Recommended {
		if _, err := version.Parse(r.Version); err != nil || r.Published.IsZero() || r.Source == "" {
			fault("recommendation %q needs a version, a day and a source", r.Version)
		}
		if i > 0 && r.Published.Compare(p.Recommended[i-1].Published) >= 0 {
			fault("recommendation %q is out of order: the newest is first", r.Version)
		}
	}
	for name, rule := range map[string]*Permission{"skipMinor": p.Upgrades.SkipMinor, "rollback": p.Upgrades.Rollback} {
		if rule != nil && rule.Source == "" {
			fault("%s has no source", name)
		}
	}
	if rule := p.Upgrades.NodesFirst; rule != nil && rule.Source == "" {
		fault("nodesFirst has no source")
	}
	for _, need := range p.Upgrades.Nodes {
		if need.Since.IsZero() || need.Requires == "" || need.Source == "" {
			fault("a requirement of nodes needs a minor, its text and a source")
		}
	}
	if cycle := p.Upcoming; cycle != nil {
		if cycle.Source == "" || cycle.Released.IsZero() {
			fault("the cycle of %s needs a planned day and a source", cycle.Version)
		}
		for i, event := range cycle.Events {
			if i > 0 && event.Date.Compare(cycle.Events[i-1].Date) < 0 {
				fault("the cycle of %s: %s runs backwards", cycle.Version, event.Name)
			}
		}
	}
}

func (p *Platform) validateRelease(i int, fault faults) {
	r := &p.Releases[i]
	if len(r.Sources) == 0 {
		fault("has no source")
	}
	if i > 0 {
		newer := &p.Releases[i-1]
		switch behind := newer.Version.Minus(r.Version); {
		case behind <= 0:
			fault("is out of order: the newest is first, and each stands once")
		case behind > 1 && newer.Version.Major == r.Version.Major && newer.Version.Compare(p.EveryMinorSince) > 0:
			fault("leaves out what lies before %s", newer.Version)
		}
		if newer.Minor().Compare(r.Minor()) <= 0 {
			fault("its Kubernetes %s is that of %s, or newer", r.Minor(), newer.Version)
		}
		if !r.Released.IsZero() && !newer.Released.IsZero() && newer.Released.Compare(r.Released) < 0 {
			fault("was released after %s", newer.Version)
		}
	}
	previous := r.Released.First()
	for _, phase := range p.PhasesOf(r) {
		if phase.Until.IsZero() || phase.Until.Compare(previous) <= 0 {
			fault("%s support ends on %q, which is not after %q", phase.Name, phase.Until, previous)
		}
		previous = phase.Until
	}
	for id := range r.Ends {
		if p.phase(id) == nil {
			fault("ends a phase %q that the platform does not have", id)
		}
	}
	if r.Latest != nil && len(r.Patches) > 0 {
		fault("latest and patches say the same thing twice")
	}
	for j, patch := range r.Patches {
		v, err := version.Parse(patch.Version)
		if err != nil || v.Minor != r.Minor() || patch.Available().IsZero() {
			fault("patch %q needs a version of the minor, and a day", patch.Version)
			continue
		}
		if j == 0 {
			continue
		}
		newer := r.Patches[j-1]
		if n, err := version.Parse(newer.Version); err == nil && (n.Patch != v.Patch+1 || newer.Available().Compare(patch.Available()) < 0) {
			fault("patch %s is out of order, or one is left out", patch.Version)
		}
	}
}

func (v *PlatformVersion) validate(fault faults) {
	if v.Version == "" || len(v.Sources) == 0 {
		fault("needs a version and a source")
	}
	for _, r := range v.Ranges {
		minimum, below, err := r.Bounds()
		switch {
		case r.For == "" || r.Outside == "":
			fault("a range needs its purpose, and what happens outside it")
		case r.Known() && err != nil:
			fault("range for %s: %w", r.For, err)
		case r.Known() && minimum.Compare(below) >= 0:
			fault("range for %s: %s is not below %s", r.For, r.Minimum, r.Below)
		}
	}
}

func (p *Platform) phase(id string) *Phase {
	i := slices.IndexFunc(p.Phases, func(phase Phase) bool { return phase.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Phases[i]
}

// Age of the catalog on a day, in days.
func (c *Catalog) Age(day calendar.Date) int { return day.Minus(c.AsOf) }
