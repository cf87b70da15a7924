package printer

import (
	"fmt"
	"strconv"
	"strings"

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

// questionTitle heads what answers a question; empty for one that is not known.
func questionTitle(q v1alpha1.Question) string {
	return map[v1alpha1.Question]string{
		v1alpha1.QuestionSkew: "Version skew", v1alpha1.QuestionSupport: "Support",
		v1alpha1.QuestionDeprecations: "Deprecated APIs", v1alpha1.QuestionPlan: "Next hop",
	}[q]
}

// findingName is the identity of a finding, of one cluster: the next run has it again.
func findingName(f v1alpha1.Finding) string {
	if subjectNamesRule(f) {
		return f.Subject
	}
	return strings.TrimSuffix(f.Rule+", "+f.Subject, ", ")
}

func subjectNamesRule(f v1alpha1.Finding) bool { return strings.HasPrefix(f.Subject, f.Rule) }

// objectName is such as shop/web, or namespace shop where there is no name.
func objectName(o v1alpha1.EvidenceObject) string {
	switch {
	case o.Namespace == "":
		return o.Name
	case o.Name == "":
		return "namespace " + o.Namespace
	default:
		return o.Namespace + "/" + o.Name
	}
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
