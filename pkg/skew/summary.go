package skew

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// severity orders verdicts by how much they matter.
func severity(v v1alpha1.Verdict) int {
	switch v {
	case v1alpha1.Unsupported:
		return 4
	case v1alpha1.Warning:
		return 3
	case v1alpha1.Unknown:
		return 2
	case v1alpha1.NotVisible, v1alpha1.NotJudged:
		return 1
	default:
		return 0
	}
}

// summarize takes the gravest row. Of equals the component that is upgraded
// first leads, for it is the cause of what others suffer, and within it the
// version with the most instances.
func summarize(report *v1alpha1.SkewReport) v1alpha1.SkewSummary {
	var gravest *v1alpha1.SkewRow
	alike := 0
	unknown := false
	for i := range report.Rows {
		row := &report.Rows[i]
		unknown = unknown || row.Verdict == v1alpha1.Unknown
		switch {
		case gravest == nil || severity(row.Verdict) > severity(gravest.Verdict):
			gravest, alike = row, 1
		case row.Verdict == gravest.Verdict:
			alike++
			if row.Component == gravest.Component && row.Count > gravest.Count {
				gravest = row
			}
		}
	}
	summary := v1alpha1.SkewSummary{Verdict: gravest.Verdict, Complete: !unknown && len(report.Gaps) == 0}
	switch gravest.Verdict {
	case v1alpha1.Unknown:
		summary.Message = "nothing seen is outside the version skew policy, but not everything could be seen: " + unknowns(report.Rows)
	case v1alpha1.Unsupported, v1alpha1.Warning:
		summary.Message = subject(gravest) + ": " + gravest.Reason
		if alike > 1 {
			summary.Message += fmt.Sprintf(" (%d more below)", alike-1)
		}
	default:
		summary.Verdict = v1alpha1.OK
		summary.Message = inside(report)
	}
	return summary
}

// unknowns lists the components of which something is unknown.
func unknowns(rows []v1alpha1.SkewRow) string {
	var components []string
	for _, row := range rows {
		if row.Verdict == v1alpha1.Unknown && !slices.Contains(components, row.Component) {
			components = append(components, row.Component)
		}
	}
	return strings.Join(components, ", ")
}

// subject names a row: "3 kubelets at v1.34.4", "kube-apiserver".
func subject(row *v1alpha1.SkewRow) string {
	s := row.Component
	if row.Count > 1 {
		s = fmt.Sprintf("%d %s", row.Count, plural(row.Component))
	}
	if row.Version != "" {
		s += " at " + row.Version
	}
	return s
}

func plural(component string) string {
	if component == string(catalog.KubeProxy) {
		return "kube-proxies"
	}
	return component + "s"
}

// onNodes tells what stays behind when the control plane moves, from what moves with it.
func onNodes(component string) bool {
	return component == string(catalog.Kubelet) || component == string(catalog.KubeProxy)
}

// inside is the message when every row is inside: how far the control plane
// may move, and which nodes stop it there.
func inside(report *v1alpha1.SkewReport) string {
	message := fmt.Sprintf("everything seen is inside the version skew policy of %s", report.ControlPlane.Newest)
	var first *v1alpha1.SkewRow
	for i := range report.Rows {
		row := &report.Rows[i]
		if row.Headroom != nil && onNodes(row.Component) && (first == nil || *row.Headroom < *first.Headroom) {
			first = row
		}
	}
	if first != nil {
		message += "; " + first.Reason
	}
	return message
}
