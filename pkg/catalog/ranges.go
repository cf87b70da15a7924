package catalog

import (
	"errors"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Range is a range of Kubernetes versions that a platform version takes for a purpose.
type Range struct {
	v1alpha1.VersionRange `json:",inline"`
}

// Known is false when the platform publishes no numbers.
func (r *Range) Known() bool { return r.Minimum != "" || r.Below != "" }

// bounds are the first version inside the range, and the first one above it.
func (r *Range) bounds() (minimum, below version.Version, err error) {
	minimum, minErr := version.Parse(r.Minimum)
	below, belowErr := version.Parse(r.Below)
	return minimum, below, errors.Join(minErr, belowErr)
}

// Newest is the newest minor of the range.
func (r *Range) Newest() version.Minor {
	_, below, _ := r.bounds()
	if below.Patch > 0 {
		return below.Minor
	}
	return below.Minor.Add(-1)
}

// Contains reports whether a version is inside. A pre-release counts as its
// release, and a version that names no patch as its first.
func (r *Range) Contains(v version.Version) bool {
	v.PreRelease, v.Patch = "", max(v.Patch, 0)
	minimum, below, err := r.bounds()
	if err != nil || v.Compare(minimum) < 0 || v.Compare(below) >= 0 {
		return false
	}
	return !r.NewestOnly || v.Minor == r.Newest()
}
