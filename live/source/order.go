package source

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// sortNewestFirst keeps the platform's order where versions are alike, and puts
// what is no version last.
func sortNewestFirst(releases []v1alpha1.LiveRelease) {
	slices.SortStableFunc(releases, func(a, b v1alpha1.LiveRelease) int {
		return compareVersions(b.Version, a.Version)
	})
}

// newestFirst sorts versions: what is none comes last, and what is alike as text.
func newestFirst(a, b string) int { return cmp.Or(compareVersions(b, a), strings.Compare(b, a)) }

// compareVersions by the upstream part, and then by the numbers of what the
// vendor appended: 1.36.1-aliyun.9 is older than 1.36.1-aliyun.10.
func compareVersions(a, b string) int {
	left, noLeft := version.Parse(a)
	right, noRight := version.Parse(b)
	switch {
	case noLeft != nil && noRight != nil:
		return 0
	case noLeft != nil:
		return -1
	case noRight != nil:
		return 1
	}
	return cmp.Or(left.Compare(right), slices.Compare(numbers(left.Suffix), numbers(right.Suffix)))
}

var digits = regexp.MustCompile(`\d+`)

func numbers(suffix string) []int {
	var found []int
	for _, text := range digits.FindAllString(suffix, -1) {
		n, _ := strconv.Atoi(text) // the largest int where it is larger
		found = append(found, n)
	}
	return found
}
