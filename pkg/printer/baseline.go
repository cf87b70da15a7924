package printer

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// baseline says what is new beside an earlier report. Without one it is empty.
func baseline(b *v1alpha1.Baseline, wide bool) part {
	if b == nil {
		return part{}
	}
	lines := []string{b.File + ": " + b.Message}
	var added []string
	for _, f := range b.New {
		added = append(added, fmt.Sprintf("new: %s, %s", f.Verdict, findingName(f)))
	}
	return part{title: "Baseline", lines: slices.Concat(lines, shortened(added, wide), b.Notes)}
}
