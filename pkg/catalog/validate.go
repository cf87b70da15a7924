package catalog

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
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
// whatever has no source, platforms that cannot be told apart, images that none are.
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
	if c.Images != nil {
		c.Images.validate(fault.in("images"))
	}
	switch {
	case c.Components != nil && c.Complete():
		c.Components.validate(fault.in("components"))
	case c.Complete():
		fault("components are missing")
	case c.Components != nil:
		fault("components stand only in a catalog with skew")
	}
	known, suffixes := map[string]bool{}, map[string]string{}
	for i := range c.Platforms {
		p := &c.Platforms[i]
		in := fault.in("platform %q", p.ID)
		p.validate(in)
		if known[p.ID] {
			in("stands twice")
		}
		known[p.ID] = true
		if followed := c.Platform(p.Follows); p.Follows != "" && c.Complete() && (followed == nil || followed.Follows != "" || followed == p) {
			in("follows %q, which is no platform with dates of its own", p.Follows)
		}
		if suffix := p.Recognise.GitVersionSuffix; suffix != nil {
			if other, taken := suffixes[suffix.String()]; taken {
				in("is recognised by the same suffix as %q", other)
			}
			suffixes[suffix.String()] = p.ID
		}
	}
	return errors.Join(all...)
}

// identifier is what an id may be: files are called after it.
var identifier = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// longestSupport of a release, in days, is more than twice what any vendor sells.
const longestSupport = 10 * 366

func (p *Platform) validate(fault faults) {
	if p.ID != "" && !identifier.MatchString(p.ID) {
		fault("its id is not of letters, digits, dots, dashes and underscores")
	}
	if p.ID == "" || p.Name == "" || len(p.Sources) == 0 || p.AsOf.IsZero() {
		fault("needs an id, a name, asOf and sources")
	}
	if slices.Contains(p.Recognise.NodeLabels, "") {
		fault("is recognised by an empty label")
	}
	for _, expression := range []*regexp.Regexp{p.Recognise.GitVersionSuffix, p.Recognise.ProviderID} {
		if expression != nil && expression.MatchString("") {
			fault("is recognised by an expression that matches anything: %q", expression)
		}
	}
	if p.Kubelet != nil && (p.Kubelet.Source == "" || p.Kubelet.Older < 0) {
		fault("its bound on kubelets needs a number and a source")
	}
	for i, phase := range p.Phases {
		if phase.ID == "" || phase.Name == "" || !slices.Contains([]v1alpha1.PhaseKind{v1alpha1.Standard, v1alpha1.Maintenance, v1alpha1.Extended}, phase.Kind) {
			fault("phase %q needs an id, a name, and a kind out of standard, maintenance, extended", phase.ID)
		}
		if (phase.Kind == v1alpha1.Extended) != (phase.Terms != "") {
			fault("phase %q: extended support has terms, and no other has", phase.ID)
		}
		if slices.ContainsFunc(p.Phases[:i], func(earlier Phase) bool { return earlier.ID == phase.ID }) {
			fault("phase %q stands twice", phase.ID)
		}
	}
	for i, policy := range p.Policy {
		if policy.Source == "" || len(policy.Phases) == 0 {
			fault("policy since %s needs phases and a source", policy.Since)
		}
		if policy.Day < 0 || policy.Day > 28 {
			fault("policy since %s: %d is not a day of every month", policy.Since, policy.Day)
		}
		if i > 0 && policy.Since.Compare(p.Policy[i-1].Since) <= 0 {
			fault("policy since %s is out of order", policy.Since)
		}
		for _, length := range policy.Phases {
			if p.Phase(length.Phase) == nil || length.Months <= 0 {
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
	if rule := p.Creatable; rule != nil && (rule.Source == "" || rule.Newest <= 0) {
		fault("what can be created needs a source, and a number of newest minors")
	}
	for i, r := range p.Recommended {
		if _, err := version.Parse(r.Version); err != nil || r.Published.IsZero() || r.Source == "" {
			fault("recommendation %q needs a version, a day and a source", r.Version)
		}
		if i > 0 && r.Published.Compare(p.Recommended[i-1].Published) >= 0 {
			fault("recommendation %q is out of order: the newest is first", r.Version)
		}
	}
	if rule := p.Upgrades.SkipMinor; rule != nil && rule.Source == "" {
		fault("skipMinor has no source")
	}
	if rule := p.Upgrades.Rollback; rule != nil && rule.Source == "" {
		fault("rollback has no source")
	}
	if rule := p.Upgrades.NodesFirst; rule != nil && rule.Source == "" {
		fault("nodesFirst has no source")
	}
	for _, need := range p.Upgrades.Nodes {
		if need.Since.IsZero() || need.Requires == "" || need.Source == "" {
			fault("a requirement of nodes needs a minor, its text and a source")
		}
	}
	if r := p.Upgrades.Reservation; r != nil && (r.Since.IsZero() || !percentage(r.CPUPercent) || !percentage(r.MemoryPercent) || r.Source == "") {
		fault("a reservation needs a minor, percentages and a source")
	}
	if a := p.Upgrades.AddOns; a != nil && (a.Apart == "" || a.How == "" || a.Source == "" || slices.Contains(a.Along, "")) {
		fault("addOns need what is upgraded apart, how, and a source")
	}
	if c := p.Upgrades.Commands; c != nil && (c.Source == "" || len(c.ControlPlane) == 0) {
		fault("commands need some for the control plane, and a source")
	}
	if d := p.Upgrades.Durations; d != nil {
		if d.Source == "" || *d == (Durations{Source: d.Source}) {
			fault("durations need one at least, and a source")
		}
		if d.InPlace[0] > d.InPlace[1] || min(d.ManagedControlPlane, d.MasterInTurn, d.InPlace[0], d.Replace, d.DrainTimeout) < 0 {
			fault("durations are no minutes, or the least is more than the most")
		}
	}
	for _, note := range p.Notes {
		if note.Text == "" || note.Source == "" {
			fault("a note needs its text and a source")
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

func percentage(n int) bool { return n > 0 && n <= 100 }

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
		case behind > 1 && !p.EveryMinorSince.IsZero() && newer.Version.Major == r.Version.Major && newer.Version.Compare(p.EveryMinorSince) > 0:
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
		switch {
		case phase.Until.IsZero():
			fault("%s support ends on no day", phase.Name)
		case phase.Until.Compare(previous) <= 0:
			fault("%s support ends on %s, which is not after %s", phase.Name, phase.Until, previous)
		case !r.Released.IsZero() && phase.Until.Minus(r.Released) > longestSupport:
			fault("%s support ends on %s, more than ten years after its release", phase.Name, phase.Until)
		case r.Released.IsZero() && !p.AsOf.IsZero() && phase.Until.Minus(p.AsOf) > longestSupport:
			fault("%s support ends on %s, more than ten years after asOf", phase.Name, phase.Until)
		}
		previous = phase.Until
	}
	for _, id := range slices.Sorted(maps.Keys(r.Ends)) {
		if p.Phase(id) == nil {
			fault("ends a phase %q that the platform does not have", id)
		}
	}
	if r.Latest != nil && r.Latest.Version == "" {
		fault("its latest patch has no version")
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
		r.validate(fault)
	}
}
