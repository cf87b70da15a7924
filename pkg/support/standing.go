package support

import (
	"fmt"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// standing of a minor in a calendar, where release is nil when it is not listed.
func standing(by *catalog.Platform, release *catalog.Release, minor version.Minor, at calendar.Date) v1alpha1.Standing {
	s := v1alpha1.Standing{Calendar: by.ID, AsOf: by.ReadOn(release), Stage: v1alpha1.Undated}
	if release == nil {
		if oldest := endedBefore(by, minor, at); oldest != nil {
			s.Stage = v1alpha1.EndOfLife
		}
		return s
	}
	s.Release, s.Sources, s.Phases = release.Version, release.Sources, by.PhasesOf(release)
	s.SupportedUntil = by.FreeUntil(release)
	stage, phase := by.Standing(release, at)
	s.Stage = stage
	if stage == v1alpha1.Supported {
		s.Phase = phase.Name
	}
	if !phase.Until.IsZero() {
		left := int32(phase.Until.Minus(at))
		s.Until, s.DaysLeft = phase.Until, &left
	}
	return s
}

// endedBefore returns the oldest release of a calendar when a minor is older
// than that, and it is past its end: what came before ended before.
func endedBefore(by *catalog.Platform, minor version.Minor, at calendar.Date) *catalog.Release {
	if len(by.Releases) == 0 {
		return nil
	}
	oldest := &by.Releases[len(by.Releases)-1]
	if stage, _ := by.Standing(oldest, at); stage != v1alpha1.EndOfLife || minor.Compare(oldest.Minor()) >= 0 {
		return nil
	}
	return oldest
}

// judge gives the verdict on a version in a calendar, and says why.
func (e *evaluation) judge(by *catalog.Platform, release *catalog.Release, v version.Version) (v1alpha1.Verdict, string) {
	if v.PreRelease != "" {
		return v1alpha1.Warning, fmt.Sprintf("%s is a pre-release, which nobody supports", v)
	}
	if release == nil {
		return e.judgeUnlisted(by, v.Minor)
	}
	name := calendarName(by, release)
	switch stage, phase := by.Standing(release, e.At); {
	case stage == v1alpha1.Planned:
		return v1alpha1.Unknown, fmt.Sprintf("%s is planned for %s", name, release.Released)
	case stage == v1alpha1.Undated:
		return v1alpha1.Unknown, fmt.Sprintf("the catalog knows no end dates of %s", name)
	case stage == v1alpha1.EndOfLife:
		return v1alpha1.Unsupported, fmt.Sprintf("%s reached end of life %s, %s ago", name, on(phase.Until), count(e.At.Minus(phase.Until), "day"))
	case phase.Kind == v1alpha1.Extended:
		return v1alpha1.Warning, fmt.Sprintf("%s is supported until %s (%s) only with %s support, which %s",
			name, phase.Until, e.left(phase.Until), phase.Name, phase.Terms)
	default:
		return e.judgeFree(by, release, phase)
	}
}

// judgeFree judges a release in a phase that comes with the platform.
func (e *evaluation) judgeFree(by *catalog.Platform, release *catalog.Release, phase v1alpha1.SupportPhase) (v1alpha1.Verdict, string) {
	free := by.FreeUntil(release)
	why := fmt.Sprintf("%s is in %s support until %s (%s)", calendarName(by, release), phase.Name, phase.Until, e.left(phase.Until))
	soon := e.endsWithin(free)
	phases := by.PhasesOf(release)
	for _, later := range phases {
		if later.Kind != v1alpha1.Extended && later.Until == free && later.Name != phase.Name {
			why += fmt.Sprintf(", then in %s support until %s", later.Name, free)
		}
	}
	if soon {
		why += ", which is within " + e.Within.String()
	}
	for _, later := range phases {
		if later.Kind == v1alpha1.Extended {
			why += fmt.Sprintf("; %s support after that %s", later.Name, later.Terms)
			break
		}
	}
	if soon {
		return v1alpha1.Warning, why
	}
	return v1alpha1.OK, why
}

// endsWithin reports whether a day lies within the period that makes a warning.
func (e *evaluation) endsWithin(until calendar.Date) bool {
	return e.Within != (calendar.Period{}) && until.Compare(e.Within.After(e.At)) <= 0
}

// judgeUnlisted judges a minor that a calendar does not list.
func (e *evaluation) judgeUnlisted(by *catalog.Platform, minor version.Minor) (v1alpha1.Verdict, string) {
	if oldest := endedBefore(by, minor, e.At); oldest != nil {
		_, phase := by.Standing(oldest, e.At)
		return v1alpha1.Unsupported, fmt.Sprintf("%s is older than %s, which reached end of life %s", minor, calendarName(by, oldest), on(phase.Until))
	}
	why := fmt.Sprintf("the catalog's calendar of %s (as of %s) has no Kubernetes %s", by.Name, by.AsOf, minor)
	if len(by.Releases) > 0 && minor.Compare(by.Releases[0].Minor()) > 0 {
		why += ", its newest is " + calendarName(by, &by.Releases[0])
	}
	return v1alpha1.Unknown, why
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

// on is "on 2026-10-27", or "in 2026-10" where the day is not known.
func on(date calendar.Date) string {
	if date.Day == 0 {
		return "in " + date.String()
	}
	return "on " + date.String()
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
// the platform's are not numbered as Kubernetes is. Builds of one patch are not
// told apart.
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
		behind := max(0, v.Patch-running.Patch)
		if running.PreRelease != "" && v.Patch >= running.Patch {
			behind++
		}
		p := &v1alpha1.PatchStanding{Calendar: by.ID, Latest: latest.Version, Date: latest.Available(), Behind: int32(behind)}
		if next := by.NextOn(release, e.At); next != nil && v.Patch >= running.Patch {
			p.Next, p.NextDate = next.Version, next.Announced
		}
		return p
	}
	return nil
}
