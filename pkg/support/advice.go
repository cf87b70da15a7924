package support

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// worthwhile is how many days a minor should stay supported: below that, a
// newer one is advised.
const worthwhile = 90

// advise says in one sentence what to do about a row; nothing when it may stay as it is.
func (e *evaluation) advise(row v1alpha1.SupportRow, minor version.Minor) string {
	free := row.Standing.SupportedUntil
	switch {
	case row.Verdict == v1alpha1.Unknown:
		return ""
	case row.Verdict == v1alpha1.OK && free.Minus(e.At) >= worthwhile:
		return e.advisePatch(row.Patch)
	case row.Part == nodes:
		return e.adviseNodes(row, minor)
	}
	advice := e.adviseMinor(minor)
	if row.Verdict == v1alpha1.OK {
		advice += fmt.Sprintf(", before %s", free.AddDays(1))
	}
	return advice
}

// adviseNodes keeps nodes from overtaking the control plane.
func (e *evaluation) adviseNodes(row v1alpha1.SupportRow, minor version.Minor) string {
	these := "these nodes"
	if row.Count == 1 {
		these = "this node"
	}
	oldest := e.oldest()
	if oldest.Compare(minor) <= 0 {
		return fmt.Sprintf("upgrade the control plane first, then %s", these)
	}
	advice := fmt.Sprintf("upgrade %s to the control plane's %s", these, oldest)
	if by, release := e.catalog.Calendar(e.platform, oldest); release != nil && !e.lasts(by, release) {
		advice += ", then follow it"
	}
	return advice
}

// advisePatch names a patch that can be chosen: of those of a platform that
// patches the control plane by itself, upstream's numbers are no advice.
func (e *evaluation) advisePatch(patch *v1alpha1.PatchStanding) string {
	if patch == nil || patch.Behind == 0 || patch.Calendar != e.platform.ID {
		return ""
	}
	advice := fmt.Sprintf("update to %s, %s newer", patch.Latest, count(int(patch.Behind), "patch"))
	if !patch.Date.IsZero() {
		advice += fmt.Sprintf(" (of %s)", patch.Date)
	}
	return advice
}

// adviseMinor names the nearest newer minor that lasts, and the newest one; of
// what does not last, the newest alone.
func (e *evaluation) adviseMinor(minor version.Minor) string {
	targets := e.targets(minor)
	taken := slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return !e.takes(t.minor) })
	switch {
	case e.role == v1alpha1.GlobalCluster:
		return "upgrade the platform, which brings its own cluster a newer Kubernetes"
	case len(targets) == 0:
		return fmt.Sprintf("the catalog (as of %s) knows no newer minor of %s that is supported: see whether kubectl versions catalog update brings one", e.platform.AsOf, e.platform.Name)
	case len(taken) == 0:
		for _, check := range e.ranges() {
			if advice := e.adviseRange(check); advice != "" {
				return advice
			}
		}
		switch {
		case e.beyondTier(targets[0].minor):
			return fmt.Sprintf("upgrade the platform first: %s has no newer minor that is supported", e.tier.name)
		case e.offer != nil && len(e.offer.versions) > 0:
			return "Kubean installs nothing newer that is supported: a Manifest of a newer release is needed"
		}
		return fmt.Sprintf("no newer minor that is supported is inside what %s takes: upgrade the platform first", e.platformName())
	}
	newest, nearest := taken[0], taken[0]
	for _, t := range taken {
		if t.lasts {
			nearest = t
		}
	}
	advice := fmt.Sprintf("upgrade to %s", nearest)
	if newest.minor != nearest.minor {
		advice += fmt.Sprintf(", or on to %s", newest)
	}
	if nearest.minor.Minus(minor) > 1 && !e.maySkip() {
		advice += ", one minor at a time"
	}
	return advice
}

// target is a release to go to.
type target struct {
	minor version.Minor
	// version is the calendar's own number.
	version version.Minor
	until   calendar.Date
	// lasts is false when it is itself to be left soon.
	lasts bool
}

// String is "1.35 (supported until 2027-02-28)".
func (t target) String() string { return fmt.Sprintf("%s (supported until %s)", t.version, t.until) }

// targets are the minors newer than one that are supported without extra, newest first.
func (e *evaluation) targets(than version.Minor) []target {
	var found []target
	for _, offered := range e.catalog.Offered(e.platform) {
		by, release := e.catalog.Calendar(e.platform, offered.Minor())
		if release == nil || offered.Minor().Compare(than) <= 0 || offered.PlannedOn(e.At) {
			continue
		}
		if stage, phase := by.Standing(release, e.At); stage == v1alpha1.Supported && phase.Kind != v1alpha1.Extended {
			found = append(found, target{offered.Minor(), release.Version, by.FreeUntil(release), e.lasts(by, release)})
		}
	}
	return found
}

// lasts reports whether a release is supported without extra for longer than
// what makes a warning, and long enough to be worth an upgrade.
func (e *evaluation) lasts(by *catalog.Platform, release *catalog.Release) bool {
	free := by.FreeUntil(release)
	return free.Minus(e.At) >= worthwhile && !e.endsWithin(free)
}

// takes reports whether the platform's version takes clusters of a minor, and
// whether it is one that the platform creates clusters at, where it runs beside Kubernetes.
func (e *evaluation) takes(minor version.Minor) bool {
	if creatable, known := e.creatable(); known && minor.Compare(creatable[0]) > 0 {
		return false
	}
	if e.beyondTier(minor) {
		return false
	}
	if e.taker == nil {
		return true
	}
	return !slices.ContainsFunc(e.taker.ranges, func(r catalog.Range) bool {
		return concerns(r, e.role) && r.Known() && !r.Contains(version.Version{Minor: minor})
	})
}

// beyondTier reports whether the platform has to move before a workload cluster can get there.
func (e *evaluation) beyondTier(minor version.Minor) bool {
	return e.tier != nil && e.role == v1alpha1.WorkloadCluster && minor.Compare(e.tier.newest) > 0
}

// adviseRange sends a cluster of a known role into a range that it is older than,
// supported or not: what keeps the platform back cannot wait for the platform.
func (e *evaluation) adviseRange(check v1alpha1.RangeCheck) string {
	r := catalog.Range{VersionRange: check.VersionRange}
	v, err := version.Parse(check.Version)
	to, within := r.Newest(), r.String()
	switch {
	case err != nil || !outside(check.Answer):
		return ""
	case v.Minor.Compare(to) > 0:
		return fmt.Sprintf("too new for %s: it needs a later version of the platform", e.taker.version.Version)
	case e.role == "" || v.Minor == to:
		return ""
	case e.beyondTier(to):
		to = e.tier.newest
		if !r.Contains(version.Version{Minor: to}) {
			return fmt.Sprintf("%s has no minor inside %s", e.tier.name, within)
		}
		within += " that " + e.tier.name + " has"
	}
	advice := fmt.Sprintf("upgrade to %s, the newest minor inside %s", to, within)
	if to.Minus(v.Minor) > 1 && !e.maySkip() {
		advice += ", one minor at a time"
	}
	return advice
}

// creatable are the minors that what runs beside Kubernetes creates clusters at, newest first.
func (e *evaluation) creatable() ([]version.Minor, bool) {
	if e.offer != nil && !e.offer.unread {
		minors := e.offer.minors()
		return minors, len(minors) > 0
	}
	if told, _ := e.platform.ToldBy(e.At); told == nil && e.platform.Creatable == nil {
		return nil, false
	}
	minors, _ := e.catalog.CreatableOn(e.platform, e.At)
	return minors, len(minors) > 0
}

func (e *evaluation) platformName() string {
	if e.taker == nil {
		return e.platform.Name
	}
	return e.taker.name
}

// maySkip is the platform's rule, or that of the one it follows.
func (e *evaluation) maySkip() bool {
	rule := e.platform.Upgrades.SkipMinor
	if rule == nil && e.platform.Follows != "" {
		rule = e.catalog.Platform(e.platform.Follows).Upgrades.SkipMinor
	}
	return rule == nil || rule.Allowed
}

// recommendation is a note, since what was published may be out of date.
func recommendation(c *catalog.Catalog, p *catalog.Platform, r *catalog.Recommendation, at calendar.Date) string {
	note := fmt.Sprintf("%s recommends %s for new clusters (published %s)", p.Name, r.Version, r.Published)
	if creatable, known := c.CreatableOn(p, at); known && !slices.Contains(creatable, r.Minor()) {
		note += ", which is not among the minors that it creates clusters at: " + list(creatable)
	}
	return note
}

func list(minors []version.Minor) string {
	texts := make([]string, len(minors))
	for i, m := range minors {
		texts[i] = m.String()
	}
	return strings.Join(texts, ", ")
}
