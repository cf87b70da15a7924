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
