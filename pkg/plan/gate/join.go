package gate

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// join makes one result of what a check found: the gravest verdict, everything
// that does not pass, the gravest first, and all evidence. Where nothing else
// was found, it is the first that passes; and the zero Result where a part was
// left out, since the rest alone does not pass.
func join(found ...Result) Result {
	slices.SortStableFunc(found, func(a, b Result) int { return cmp.Compare(b.Verdict.Weight(), a.Verdict.Weight()) })
	joined := found[0]
	if joined.Verdict == v1alpha1.Pass && slices.ContainsFunc(found, func(r Result) bool { return r.Verdict == "" }) {
		return Result{}
	}
	messages, remedies := []string{joined.Message}, []string{joined.Remedy}
	for _, r := range found[1:] {
		if r.Verdict.Weight() == v1alpha1.Pass.Weight() {
			break
		}
		messages = append(messages, r.Message)
		if r.Remedy != "" && !slices.Contains(remedies, r.Remedy) {
			remedies = append(remedies, r.Remedy)
		}
		joined.Evidence = slices.Concat(joined.Evidence, r.Evidence)
	}
	joined.Message, joined.Remedy = strings.Join(messages, "; "), strings.Join(slices.DeleteFunc(remedies, func(r string) bool { return r == "" }), "; ")
	return joined
}

// list gives each of many a line.
func list[T any](all []T, line func(T) string) []string {
	lines := make([]string, len(all))
	for i, item := range all {
		lines[i] = line(item)
	}
	return lines
}

// where returns those that a condition holds for.
func where[T any](all []T, holds func(T) bool) []T {
	var some []T
	for _, item := range all {
		if holds(item) {
			some = append(some, item)
		}
	}
	return some
}

// agree picks the verb for a number: agree(2, "is", "are").
func agree[N int | int32](n N, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
