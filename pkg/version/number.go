package version

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
)

// Number is the version of something that does not follow Kubernetes:
// containerd's 1.7.28, a kernel's 5.15, the 12 of Debian. Parts that it does not
// name are -1. It is written as text in JSON and YAML.
type Number struct {
	Major, Minor, Patch int
}

var numberPattern = regexp.MustCompile(`^v?(\d{1,6})(?:\.(\d{1,6})(?:\.(\d{1,6}))?)?(?:[^0-9A-Za-z]|$)`)

// ParseNumber reads the number that a text begins with, and passes over what
// stands behind: "5.15.0-1051-aws", "6.1.0 (amd64)", "3.5.24-0". A digest or a
// date is none.
func ParseNumber(s string) (n Number, found bool) {
	m := numberPattern.FindStringSubmatch(s)
	if m == nil {
		return Number{}, false
	}
	n = Number{atoi(m[1]), -1, -1}
	if m[2] != "" {
		n.Minor = atoi(m[2])
	}
	if m[3] != "" {
		n.Patch = atoi(m[3])
	}
	return n, true
}

// String is the number without a leading v, and without the parts that it does not name.
func (n Number) String() string {
	s := strconv.Itoa(n.Major)
	for _, part := range []int{n.Minor, n.Patch} {
		if part < 0 {
			break
		}
		s += "." + strconv.Itoa(part)
	}
	return s
}

// IsZero reports whether n is no version.
func (n Number) IsZero() bool { return n == Number{} }

// Compare orders numbers by age. A part that is not named is older than any.
func (n Number) Compare(other Number) int {
	return cmp.Or(cmp.Compare(n.Major, other.Major), cmp.Compare(n.Minor, other.Minor), cmp.Compare(n.Patch, other.Patch))
}

// SameMinor reports whether n and other differ at most by their patch.
func (n Number) SameMinor(other Number) bool { return n.Major == other.Major && n.Minor == other.Minor }

// MarshalText implements encoding.TextMarshaler.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It takes a number alone.
func (n *Number) UnmarshalText(text []byte) error {
	parsed, found := ParseNumber(string(text))
	if !found || parsed.String() != string(text) {
		return fmt.Errorf("%q is not a version, want one such as 1.7.28", text)
	}
	*n = parsed
	return nil
}
