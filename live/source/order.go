package source

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// newestFirst sorts versions by the upstream part, and then by the numbers of what
// the vendor appended: 1.36.1-aliyun.9 is older than 1.36.1-aliyun.10. What is none
// comes last, and what is alike as text.
func newestFirst(a, b string) int {
	left, noLeft := version.Parse(a)
	right, noRight := version.Parse(b)
	switch {
	case noLeft != nil && noRight != nil:
		return strings.Compare(b, a)
	case noLeft != nil:
		return 1
	case noRight != nil:
		return -1
	}
	return cmp.Or(right.Compare(left), slices.Compare(numbers(right.Suffix), numbers(left.Suffix)), strings.Compare(b, a))
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
