package printer

import (
	"fmt"
	"strconv"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// of names the cluster of a report, where it has a name.
func of(c v1alpha1.Cluster) string {
	if c.Context == "" {
		return ""
	}
	return " of " + c.Context
}

// baseline says what a report has in addition to an earlier one.
func baseline(b *v1alpha1.Baseline) part {
	if b == nil {
		return part{}
	}
	return part{title: "Baseline", lines: []string{b.Message}}
}

// unseen says what gaps hide, and what would show it.
func unseen(gaps []v1alpha1.Gap) []string {
	var lines []string
	for _, gap := range gaps {
		if gap.Permission != "" {
			lines = append(lines, fmt.Sprintf("%s: needs permission to %s", gap.Hides, gap.Permission))
		} else {
			lines = append(lines, fmt.Sprintf("%s: %s", gap.Hides, gap.Message))
		}
	}
	return lines
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func number(n *int32) string {
	if n == nil {
		return "-"
	}
	return strconv.Itoa(int(*n))
}
