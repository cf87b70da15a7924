package printer

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// baselineSection says what is new beside a baseline, and names it. Without a
// baseline it has no line.
func baselineSection(b *v1alpha1.Baseline, wide bool) section {
	if b == nil {
		return section{}
	}
	lines := []string{b.File + ": " + b.Message}
	var added []string
	for _, f := range b.New {
		text := fmt.Sprintf("new: %s, %s", f.Verdict, aboutText(f))
		if !subjectNamesRule(f) {
			text += ", " + f.Subject
		}
		added = append(added, text)
	}
	return section{"Baseline", slices.Concat(lines, shortened(added, wide), b.Notes)}
}
