package support

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// advise says in one sentence what to do about a row; nothing when it may stay as it is.
func (e *evaluation) advise(row v1alpha1.SupportRow, by *catalog.Platform, minor version.Minor) string {
	switch {
	case row.Verdict == v1alpha1.Unknown:
		return ""
	case row.Verdict == v1alpha1.OK:
		return e.advisePatch(row.Patch)
	case row.Part == nodes && e.lags(by, minor):
		these := "these nodes"
		if row.Count == 1 {
			these = "this node"
		}
		return fmt.Sprintf("upgrade %s to the control plane's %s", these, e.servers[0].Minor)
	default:
		return e.adviseMinor(row.Part, by, minor)
	}
}

// lags reports whether nodes at a minor only have to follow a control plane
// that is well supported.
func (e *evaluation) lags(by *catalog.Platform, minor version.Minor) bool {
	newest := e.servers[0].Minor
	release := by.Release(newest)
	return newest.Compare(minor) > 0 && release != nil && e.stays(by, release)
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

// adviseMinor names the nearest newer minor that stays supported, and the newest one.
func (e *evaluation) adviseMinor(part string, by *catalog.Platform, minor version.Minor) string {
	targets := e.targets(minor)
	if len(targets) == 0 {
		return fmt.Sprintf("the catalog (as of %s) knows no newer minor that %s supports for longer: see whether kubectl versions catalog update brings one", by.AsOf, by.Name)
	}
	nearest, newest := targets[len(targets)-1], targets[0]
	advice := fmt.Sprintf("upgrade to %s", nearest)
	if newest.minor != nearest.minor {
		advice += fmt.Sprintf(", or on to %s", newest)
	}
	if skip := e.platform.Upgrades.SkipMinor; part == controlPlane && skip != nil && !skip.Allowed && nearest.minor.Minus(minor) > 1 {
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
}

// String is "1.35 (supported until 2027-02-28)".
func (t target) String() string { return fmt.Sprintf("%s (supported until %s)", t.version, t.until) }

// targets are the minors newer than one that stay supported, newest first: the
// platform's own, and those of the calendar that it follows.
func (e *evaluation) targets(than version.Minor) []target {
	offered := e.platform.Releases
	if e.platform.Follows != "" {
		offered = slices.Concat(e.catalog.Platform(e.platform.Follows).Releases, offered)
	}
	var found []target
	for i := range offered {
		minor := offered[i].Minor()
		by, release := e.catalog.Calendar(e.platform, minor)
		known := slices.ContainsFunc(found, func(t target) bool { return t.minor == minor })
		if !known && minor.Compare(than) > 0 && !release.PlannedOn(e.At) && e.stays(by, release) {
			free, _ := lastFree(by.PhasesOf(release))
			found = append(found, target{minor, release.Version, free.Until})
		}
	}
	lasting := slices.DeleteFunc(slices.Clone(found), func(t target) bool { return t.until.Minus(e.At) < worthwhile })
	if len(lasting) > 0 {
		return lasting
	}
	return found
}

// worthwhile is how many days a minor should stay supported to be advised,
// where there is a choice.
const worthwhile = 90

// stays reports whether a release is supported without extra, and for longer
// than the time that makes a warning.
func (e *evaluation) stays(by *catalog.Platform, release *catalog.Release) bool {
	free, _ := lastFree(by.PhasesOf(release))
	return by.Standing(release, e.At).Freely() &&
		(e.Within == calendar.Period{} || free.Until.Compare(e.Within.After(e.At)) > 0)
}

// recommendation is a note, since what was published may be out of date.
func recommendation(c *catalog.Catalog, p *catalog.Platform, r *catalog.Recommendation, at calendar.Date) string {
	note := fmt.Sprintf("%s recommends %s for new clusters (published %s)", p.Name, r.Version, r.Published)
	v, err := version.Parse(r.Version)
	if creatable, known := c.CreatableOn(p, at); err == nil && known && !slices.Contains(creatable, v.Minor) {
		note += ", which is not among the minors that it creates clusters at"
	}
	return note
}
