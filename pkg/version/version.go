// Package version reads Kubernetes versions as they are found in the wild.
//
// Vendors append to the upstream version and kubectl, nodes and images all
// spell it differently:
//
//	v1.33.5-eks-abc123        Amazon EKS
//	v1.36.3-gke.1640000       Google Kubernetes Engine
//	v1.36.1-aliyun.1          Alibaba ACK
//	v1.33.1+k3s1              k3s; in an image tag, where "+" cannot stand, v1.33.1-k3s1
//	v1.32.4-dispatcher        a kubectl wrapper that runs another kubectl
//	1.31+                     the major and minor fields of /version
//
// The upstream part and the vendor's suffix are kept apart, because semver
// precedence is wrong for them: v1.31.1-gke.1 is not older than v1.31.1.
package version

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// UnknownPatch is the Patch of a version that names only its minor, such as "1.31+".
const UnknownPatch = -1

// Version is an upstream Kubernetes version with what a vendor appended to it.
type Version struct {
	Minor Minor
	// Patch is UnknownPatch when the version names only a minor.
	Patch int
	// PreRelease is upstream's own: "alpha.1", "beta.0", "rc.1", or empty.
	PreRelease string
	// Suffix is everything behind, separator included: "-eks-abc123", "+k3s1", "+", or empty.
	Suffix string
}

// At most three digits a number: no Kubernetes version needs more, and a date
// such as v20210510-v1.21.0 is thereby refused.
var pattern = regexp.MustCompile(
	`^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:-((?:alpha|beta|rc)(?:\.\d{1,9})+))?([-+][!-~]*)?$`)

// Parse reads a version as kubectl, kube-apiserver, nodes and image tags give it.
// It returns an error that quotes s when s is not a Kubernetes version.
func Parse(s string) (Version, error) {
	m := pattern.FindStringSubmatch(s)
	if m == nil {
		return Version{}, fmt.Errorf("%q is not a Kubernetes version, want one such as v1.37.1", s)
	}
	v := Version{
		Minor:      Minor{Major: atoi(m[1]), Minor: atoi(m[2])},
		Patch:      UnknownPatch,
		PreRelease: m[4],
		Suffix:     m[5],
	}
	if m[3] != "" {
		v.Patch = atoi(m[3])
	}
	return v, nil
}

// atoi converts digits that the pattern has already bounded.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// String is the upstream part with a leading v: "v1.33.5", "v1.37.0-rc.1", or
// "v1.31" when the patch is unknown.
func (v Version) String() string {
	s := "v" + v.Minor.String()
	if v.Patch != UnknownPatch {
		s += "." + strconv.Itoa(v.Patch)
	}
	if v.PreRelease != "" {
		s += "-" + v.PreRelease
	}
	return s
}

// Compare orders versions by their upstream part; suffixes do not count, and
// a pre-release is older than its release.
func (v Version) Compare(other Version) int {
	return cmp.Or(
		v.Minor.Compare(other.Minor),
		cmp.Compare(v.Patch, other.Patch),
		comparePreReleases(v.PreRelease, other.PreRelease),
	)
}

func comparePreReleases(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "":
		return 1
	case b == "":
		return -1
	}
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		an, aErr := strconv.Atoi(as[i])
		bn, bErr := strconv.Atoi(bs[i])
		if aErr == nil && bErr == nil {
			if c := cmp.Compare(an, bn); c != 0 {
				return c
			}
			continue
		}
		if c := strings.Compare(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}

// Dispatcher reports whether the version is that of a kubectl wrapper that
// picks another kubectl to run, so that its own number says little.
func (v Version) Dispatcher() bool {
	return strings.HasPrefix(v.Suffix, "-dispatcher")
}

// Minor is a Kubernetes minor release, such as 1.37. The zero value is no release.
// It is written as text, "1.37", in JSON and YAML.
type Minor struct {
	Major, Minor int
}

// ParseMinor reads "1.37" or "v1.37", and refuses anything that says more.
func ParseMinor(s string) (Minor, error) {
	v, err := Parse(s)
	if err != nil || v.Patch != UnknownPatch || v.PreRelease != "" || v.Suffix != "" {
		return Minor{}, fmt.Errorf("%q is not a minor version, want one such as 1.37", s)
	}
	return v.Minor, nil
}

// String is the minor without a leading v: "1.37".
func (m Minor) String() string {
	return fmt.Sprintf("%d.%d", m.Major, m.Minor)
}

// IsZero reports whether m is no release.
func (m Minor) IsZero() bool { return m == Minor{} }

// Add returns the minor n releases later, or earlier when n is negative.
func (m Minor) Add(n int) Minor {
	return Minor{Major: m.Major, Minor: m.Minor + n}
}

// Minus returns how many minor releases m is newer than other; negative when
// it is older. The skew policy knows no distance between majors: each counts
// as a thousand minors.
func (m Minor) Minus(other Minor) int {
	return (m.Major-other.Major)*1000 + m.Minor - other.Minor
}

// Compare orders minors by age.
func (m Minor) Compare(other Minor) int {
	return cmp.Or(cmp.Compare(m.Major, other.Major), cmp.Compare(m.Minor, other.Minor))
}

// MarshalText implements encoding.TextMarshaler.
func (m Minor) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Minor) UnmarshalText(text []byte) error {
	parsed, err := ParseMinor(string(text))
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// UnmarshalJSON takes text alone: as a number, 1.30 would be 1.3.
func (m *Minor) UnmarshalJSON(data []byte) error {
	text, quoted := strings.CutPrefix(string(data), `"`)
	if !quoted {
		return fmt.Errorf(`%s is a number: write a minor version in quotes, as "1.30"`, data)
	}
	return m.UnmarshalText([]byte(strings.TrimSuffix(text, `"`)))
}

// ErrNoTag says that an image is pinned by its digest or names nothing, so its version is unknown.
var ErrNoTag = errors.New("image has no tag")

// Image is a container image reference, taken apart.
type Image struct {
	// Repository is the reference without tag and digest: "registry:5000/kube-proxy".
	Repository string
	// Tag is empty when the reference has none.
	Tag string
	// Digest is "sha256:…", or empty.
	Digest string
}

// ParseImage takes a reference apart. The tag is the part after the last ":"
// that follows the last "/", so that a registry's port is none.
func ParseImage(reference string) Image {
	name, digest, _ := strings.Cut(reference, "@")
	image := Image{Repository: name, Digest: digest}
	slash := strings.LastIndex(name, "/")
	if colon := strings.LastIndex(name, ":"); colon > slash {
		image.Repository, image.Tag = name[:colon], name[colon+1:]
	}
	return image
}

// Version is the Kubernetes version that the tag names. The error is ErrNoTag
// when there is no tag, and quotes the tag when it is no Kubernetes version.
func (i Image) Version() (Version, error) {
	if i.Tag == "" {
		return Version{}, ErrNoTag
	}
	return Parse(i.Tag)
}
