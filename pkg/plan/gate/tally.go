package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tally groups the names of objects by what is said of them, so that a large
// cluster gives as few lines of evidence as a small one.
type tally map[string][]string

func (t tally) add(text string, names ...string) { t[text] = append(t[text], names...) }

// count of all objects, each counted once.
func (t tally) count() int {
	names := slices.Concat(slices.Collect(maps.Values(t))...)
	slices.Sort(names)
	return len(slices.Compact(names))
}

// lines are the evidence, the largest group first: "containerd://1.7.28: 12 nodes (a, b, +10)".
func (t tally) lines(noun string) []string {
	texts := slices.SortedFunc(maps.Keys(t), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(t[b]), len(t[a])), cmp.Compare(a, b))
	})
	for i, text := range texts {
		names := slices.Sorted(slices.Values(t[text]))
		names = slices.Compact(names)
		texts[i] = fmt.Sprintf("%s: %s (%s)", text, count(len(names), noun), someOf(names))
	}
	return texts
}

// someOf names two, or three where that is all.
func someOf(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, +%d", strings.Join(names[:2], ", "), len(names)-2)
}
