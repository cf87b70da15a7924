package printer

import (
	"fmt"
	"slices"
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
		lines = append(lines, gapText(gap))
	}
	return union(lines, nil)
}

func gapText(g v1alpha1.Gap) string {
	if g.Permission != "" {
		return fmt.Sprintf("%s: needs permission to %s", g.Hides, g.Permission)
	}
	text := fmt.Sprintf("%s: %s", g.Hides, g.Message)
	if g.Resource != "" && !strings.Contains(g.Hides, g.Resource) {
		text = g.Resource + ": " + text
	}
	return text
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

// unlooked says what gaps hide, and in one line what they hide for one reason.
func unlooked(gaps []v1alpha1.Gap, wide bool) []string {
	const list = "list "
	var lines []string
	resources := map[string][]string{}
	for _, gap := range gaps {
		name, listed := strings.CutPrefix(gap.Permission, list)
		if !listed {
			lines = append(lines, gapText(gap))
			continue
		}
		if len(resources[gap.Hides]) == 0 {
			lines = append(lines, gap.Hides)
		}
		resources[gap.Hides] = append(resources[gap.Hides], name)
	}
	for i, line := range lines {
		names := resources[line]
		if len(names) == 0 {
			continue
		}
		text := strings.Join(names, ", ")
		if !wide {
			text = examples(names, page)
		}
		lines[i] = line + ": needs permission to list " + text
	}
	return union(lines, nil)
}

// shortened keeps a section to a few lines, and tells of the others.
func shortened(lines []string, wide bool) []string {
	const most = 10
	if wide {
		return lines
	}
	return upTo(most, lines)
}

// upTo keeps the first lines, and counts the others.
func upTo(most int, lines []string) []string {
	if len(lines) <= most {
		return lines
	}
	return append(lines[:most:most], thousands(int64(len(lines)-most))+" more, which -o wide shows")
}

func waiverText(w *v1alpha1.DeprecationWaiver) string {
	if w == nil {
		return ""
	}
	if w.Expires == nil {
		return w.Reason
	}
	return fmt.Sprintf("%s, until %s", w.Reason, w.Expires)
}

// several is such as "12,573 objects".
func several(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(n) + " " + noun
}

// thousands groups digits: "12,573".
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// union keeps the order of both.
func union(a, b []string) []string {
	seen := map[string]bool{}
	var all []string
	for _, s := range slices.Concat(a, b) {
		if !seen[s] {
			seen[s] = true
			all = append(all, s)
		}
	}
	return all
}
