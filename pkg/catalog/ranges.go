package catalog

import (
	"errors"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Range is a range of Kubernetes versions that a platform version takes for a purpose.
type Range struct {
	v1alpha1.VersionRange `json:",inline"`
}

// Known is false when the platform publishes no numbers.
func (r *Range) Known() bool { return r.Minimum != "" || r.Below != "" }

// Validates is false when the platform does not say what it validated.
func (r *Range) Validates() bool { return r.ValidatedMinimum != "" || r.ValidatedBelow != "" }

// span is from a version on, and before another one.
type span struct{ minimum, below version.Version }

func parseSpan(minimum, below string) (span, error) {
	from, fromErr := version.Parse(minimum)
	to, toErr := version.Parse(below)
	return span{from, to}, errors.Join(fromErr, toErr)
}

// contains counts a pre-release as its release, and a version that names no
// patch as its first.
func (s span) contains(v version.Version) bool {
	v.PreRelease, v.Patch = "", max(v.Patch, 0)
	return v.Compare(s.minimum) >= 0 && v.Compare(s.below) < 0
}

// Newest is the newest minor of the range.
func (r *Range) Newest() version.Minor {
	accepted, _ := parseSpan(r.Minimum, r.Below)
	if accepted.below.Patch > 0 {
		return accepted.below.Minor
	}
	return accepted.below.Minor.Add(-1)
}

// Contains reports whether a version is inside. A pre-release counts as its
// release, and a version that names no patch as its first.
func (r *Range) Contains(v version.Version) bool {
	accepted, err := parseSpan(r.Minimum, r.Below)
	return err == nil && accepted.contains(v) && (!r.NewestOnly || v.Minor == r.Newest())
}

// Validated reports whether a version is among those that the platform says it validated.
func (r *Range) Validated(v version.Version) bool {
	validated, err := parseSpan(r.ValidatedMinimum, r.ValidatedBelow)
	return err == nil && validated.contains(v)
}

func (r *Range) validate(fault faults) {
	if r.For == "" || r.Outside == "" {
		fault("a range needs its purpose, and what happens outside it")
		return
	}
	if roles := []v1alpha1.ClusterRole{"", v1alpha1.WorkloadCluster, v1alpha1.ThirdPartyCluster}; !slices.Contains(roles, r.Role) {
		fault("range for %s: role %q is none of workload, third-party", r.For, r.Role)
	}
	in := fault.in("range for %s", r.For)
	if r.Known() {
		validateSpan(in, r.Minimum, r.Below)
	}
	if !r.Validates() {
		return
	}
	validateSpan(in.in("validated"), r.ValidatedMinimum, r.ValidatedBelow)
	accepted, _ := parseSpan(r.Minimum, r.Below)
	validated, _ := parseSpan(r.ValidatedMinimum, r.ValidatedBelow)
	if r.Known() && (validated.minimum.Compare(accepted.minimum) < 0 || validated.below.Compare(accepted.below) > 0) {
		in("validated is more than what is accepted")
	}
}

func validateSpan(fault faults, minimum, below string) {
	switch s, err := parseSpan(minimum, below); {
	case err != nil:
		fault("%w", err)
	case s.minimum.Compare(s.below) >= 0:
		fault("%s is not below %s", minimum, below)
	}
}
