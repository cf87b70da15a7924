package support

import (
	"fmt"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// unknownPhase is that of a release whose dates the catalog does not have.
const unknownPhase = "unknown"

// standing of a release in a calendar; of none when release is nil.
func standing(by *catalog.Platform, release *catalog.Release, at calendar.Date) v1alpha1.Standing {
	s := v1alpha1.Standing{Calendar: by.ID, Phase: unknownPhase}
	if release == nil {
		return s
	}
	s.Release, s.Sources = release.Version, release.Sources
	s.Phases = phases(by, release)
	on := by.Standing(release, at)
	switch on.Stage {
	case catalog.Supported:
		s.Phase = on.Phase.Name
	case catalog.EndOfLife, catalog.NotReleased:
		s.Phase = string(on.Stage)
	case catalog.Undated:
	}
	if !on.Until.IsZero() {
		s.Until, s.DaysLeft = on.Until, days(on.Until, at)
	}
	return s
}

func phases(by *catalog.Platform, release *catalog.Release) []v1alpha1.SupportPhase {
	var all []v1alpha1.SupportPhase
	for _, phase := range by.PhasesOf(release) {
		all = append(all, v1alpha1.SupportPhase{Name: phase.Name, Kind: string(phase.Kind), Terms: phase.Terms, Until: phase.Until})
	}
	return all
}

func days(until, at calendar.Date) *int32 {
	n := int32(until.Minus(at))
	return &n
}

// judge gives the verdict on a minor in a calendar, and says why.
func (e *evaluation) judge(by *catalog.Platform, release *catalog.Release, minor version.Minor) (v1alpha1.Verdict, string) {
	if release == nil {
		return e.judgeUnlisted(by, minor)
	}
	on := by.Standing(release, e.At)
	name := calendarName(by, release)
	switch {
	case on.Stage == catalog.NotReleased:
		return v1alpha1.Unknown, fmt.Sprintf("%s comes out on %s, after %s", name, release.Released, e.At)
	case on.Stage == catalog.Undated:
		return v1alpha1.Unknown, fmt.Sprintf("the catalog knows no end dates of %s", name)
	case on.Stage == catalog.EndOfLife:
		return v1alpha1.Unsupported, fmt.Sprintf("end of life: support of %s ended on %s, %s ago", name, on.Until, count(e.At.Minus(on.Until), "day"))
	case !on.Freely():
		return v1alpha1.Warning, fmt.Sprintf("%s is supported until %s (%s) only with %s support, which %s",
			name, on.Until, e.left(on.Until), on.Phase.Name, on.Phase.Terms)
	}
	free, then := lastFree(by.PhasesOf(release))
	why := fmt.Sprintf("%s is in %s support until %s (%s)", name, on.Phase.Name, on.Until, e.left(on.Until))
	soon := e.Within != (calendar.Period{}) && free.Until.Compare(e.Within.After(e.At)) <= 0
	if free.Until != on.Until {
		why += fmt.Sprintf(", then in %s support until %s", free.Name, free.Until)
	}
	if soon {
		why += ", which is within " + e.Within.String()
	}
	if then != nil {
		why += fmt.Sprintf("; %s support after that %s", then.Name, then.Terms)
	}
	if soon {
		return v1alpha1.Warning, why
	}
	return v1alpha1.OK, why
}

// lastFree is the last phase that is neither paid for nor opted into, and the one after it, or nil.
func lastFree(phases []catalog.PhaseEnd) (free catalog.PhaseEnd, then *catalog.PhaseEnd) {
	for i, phase := range phases {
		if phase.Kind == catalog.Extended {
			return free, &phases[i]
		}
		free = phase
	}
	return free, nil
}

// judgeUnlisted judges a minor that a calendar does not list. What is older
// than the oldest one there has ended before it.
func (e *evaluation) judgeUnlisted(by *catalog.Platform, minor version.Minor) (v1alpha1.Verdict, string) {
	known := fmt.Sprintf("the catalog's calendar of %s (as of %s) has no %s", by.Name, by.AsOf, minor)
	if len(by.Releases) == 0 {
		return v1alpha1.Unknown, known
	}
	newest, oldest := &by.Releases[0], &by.Releases[len(by.Releases)-1]
	switch on := by.Standing(oldest, e.At); {
	case minor.Compare(newest.Minor()) > 0:
		return v1alpha1.Unknown, fmt.Sprintf("%s, its newest is %s", known, calendarName(by, newest))
	case minor.Compare(oldest.Minor()) < 0 && on.Stage == catalog.EndOfLife:
		return v1alpha1.Unsupported, fmt.Sprintf("end of life: older than %s, whose support ended on %s", calendarName(by, oldest), on.Until)
	default:
		return v1alpha1.Unknown, known
	}
}

// calendarName is a release with its platform: "Amazon EKS 1.34", "Red Hat
// OpenShift 4.18 (Kubernetes 1.31)".
func calendarName(by *catalog.Platform, release *catalog.Release) string {
	name := by.Name + " " + release.Version.String()
	if !release.Kubernetes.IsZero() {
		name += fmt.Sprintf(" (Kubernetes %s)", release.Kubernetes)
	}
	return name
}

func (e *evaluation) left(until calendar.Date) string {
	return count(until.Minus(e.At), "day") + " left"
}

// count is "1 day", "2 days" or "2 patches".
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	default:
		return fmt.Sprintf("%d %ss", n, noun)
	}
}

// patch compares with the newest patch of the platform, or of upstream where
// the platform's patches are not numbered as Kubernetes is.
func (e *evaluation) patch(running version.Version) *v1alpha1.PatchStanding {
	if running.Patch == version.UnknownPatch {
		return nil
	}
	for _, by := range []*catalog.Platform{e.platform, e.catalog.Platform(catalog.Upstream)} {
		release := by.Release(running.Minor)
		if release == nil {
			continue
		}
		latest := release.LatestBy(e.At)
		if latest == nil {
			continue
		}
		v, err := version.Parse(latest.Version)
		if err != nil || v.Minor != running.Minor || v.Patch == version.UnknownPatch {
			continue
		}
		p := &v1alpha1.PatchStanding{
			Calendar: by.ID, Latest: latest.Version, Date: latest.Available(), Behind: max(0, int32(v.Patch-running.Patch)),
		}
		if next := release.Next; next != nil && e.At.Compare(by.AsOf) >= 0 {
			p.Next, p.NextDate = next.Version, next.Announced
		}
		return p
	}
	return nil
}
