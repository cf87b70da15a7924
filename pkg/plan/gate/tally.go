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

// texts are what is said of objects, of the largest group first.
func (t tally) texts() []string {
	return slices.SortedFunc(maps.Keys(t), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(t[b]), len(t[a])), cmp.Compare(a, b))
	})
}

// lines are the evidence, the largest group first: "gitRepo: 3 workloads (a, b, c)".
// Of nodes, which the node table lists by the same texts, a few are named.
func (t tally) lines(noun string) []string {
	texts := t.texts()
	for i, text := range texts {
		names := slices.Sorted(slices.Values(t[text]))
		names = slices.Compact(names)
		shown := strings.Join(names, ", ")
		if noun == node {
			shown = someOf(names)
		}
		texts[i] = fmt.Sprintf("%s: %s (%s)", text, count(len(names), noun), shown)
	}
	return texts
}

const node = "node"

// someOf names two, or three where that is all.
func someOf(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, +%s", strings.Join(names[:2], ", "), number(len(names)-2))
}

// handful is how many lines of evidence nodes get at most.
const handful = 7

// nodes are the lines of nodes: the largest groups, and the rest in one.
func (t tally) nodes() []string {
	if len(t) <= handful {
		return t.lines(node)
	}
	largest, rest := tally{}, tally{}
	for i, text := range t.texts() {
		if i < handful-1 {
			largest[text] = t[text]
		} else {
			rest.add(number(len(t)-handful+1)+" others", t[text]...)
		}
	}
	return append(largest.lines(node), rest.lines(node)...)
}

// few of many lines, with how many are left out.
func few(lines []string) []string {
	if len(lines) <= handful {
		return lines
	}
	return append(slices.Clip(lines[:handful-1]), number(len(lines)-handful+1)+" more")
}
