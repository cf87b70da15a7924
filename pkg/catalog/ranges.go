package catalog

import (
	"errors"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Known is false when the platform publishes no numbers.
func (r *Range) Known() bool { return r.Minimum != "" || r.Below != "" }

// Bounds are the first version inside the range, and the first one above it.
func (r *Range) Bounds() (minimum, below version.Version, err error) {
	minimum, minErr := version.Parse(r.Minimum)
	below, belowErr := version.Parse(r.Below)
	return minimum, below, errors.Join(minErr, belowErr)
}

// Newest is the newest minor of the range.
func (r *Range) Newest() version.Minor {
	_, below, _ := r.Bounds()
	if below.Patch > 0 {
		return below.Minor
	}
	return below.Minor.Add(-1)
}

// Contains reports whether a version is inside. A pre-release counts as its
// release, and a version that names no patch as its first.
func (r *Range) Contains(v version.Version) bool {
	v.PreRelease, v.Patch = "", max(v.Patch, 0)
	minimum, below, err := r.Bounds()
	if err != nil || v.Compare(minimum) < 0 || v.Compare(below) >= 0 {
		return false
	}
	return !r.NewestOnly || v.Minor == r.Newest()
}

// String is the range as operators write it: ">=1.19.0 <1.35.0".
func (r *Range) String() string {
	if !r.Known() {
		return ""
	}
	return ">=" + r.Minimum + " <" + r.Below
}
