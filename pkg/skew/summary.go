package skew

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// summarize leads with the gravest row.
func summarize(report *v1alpha1.SkewReport) v1alpha1.SkewSummary {
	complete := len(report.Gaps) == 0 && report.ControlPlane.InstancesExist > 0 && (report.Platform == nil || !report.Platform.Assumed)
	gravest, alike := 0, 0
	for i, row := range report.Rows {
		complete = complete && row.Verdict != v1alpha1.Unknown
		switch lead := report.Rows[gravest]; {
		case row.Verdict.Weight() > lead.Verdict.Weight():
			gravest, alike = i, 0
		case row.Verdict == lead.Verdict && i > 0:
			alike++
			if leads(row, lead) {
				gravest = i
			}
		}
	}
	row := report.Rows[gravest]
	summary := v1alpha1.SkewSummary{Verdict: row.Verdict, Complete: complete}
	switch row.Verdict {
	case v1alpha1.Unknown:
		summary.Message = "nothing seen is outside the version skew policy, but not everything could be seen: " + unknowns(report.Rows)
	case v1alpha1.Unsupported, v1alpha1.Warning:
		summary.Message = subject(row) + ": " + row.Reason
		if alike > 0 {
			summary.Message += fmt.Sprintf(" (and %d more)", alike)
		}
		if !complete {
			summary.Message += "; not everything could be seen"
		}
	default:
		summary.Verdict = v1alpha1.OK
		summary.Message = inside(report)
	}
	return summary
}

// leads decides between rows of one verdict. Of what is outside the policy the
// component that is upgraded first is the cause of what others suffer. Of
// warnings the nodes matter: the rest of the control plane moves along with
// kube-apiserver. Of one component the version with the most instances leads.
func leads(row, over v1alpha1.SkewRow) bool {
	if row.Component == over.Component {
		return row.Count > over.Count
	}
	return row.Verdict == v1alpha1.Warning && onNodes(row.Component) && !onNodes(over.Component)
}

// unknowns lists what is unknown.
func unknowns(rows []v1alpha1.SkewRow) string {
	var what []string
	for _, row := range rows {
		if s := subject(row); row.Verdict == v1alpha1.Unknown && !slices.Contains(what, s) {
			what = append(what, s)
		}
	}
	return strings.Join(what, ", ")
}

// subject names a row: "3 kubelets at v1.34.4", "kube-apiserver".
func subject(row v1alpha1.SkewRow) string {
	s := row.Component
	if row.Count > 1 {
		s = plural(int(row.Count), row.Component)
	}
	if row.Version != "" {
		s += " at " + row.Version
	}
	return s
}

// plural counts: "1 more row", "3 kubelets", "2 kube-proxies".
func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case noun == string(catalog.KubeProxy):
		return fmt.Sprintf("%d kube-proxies", n)
	default:
		return fmt.Sprintf("%d %ss", n, noun)
	}
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
