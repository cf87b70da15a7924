package printer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func supportPart(r *v1alpha1.SupportReport, n news) htmlPart {
	where := func(row v1alpha1.SupportRow) (string, []string) {
		return examples(row.Names, page), slices.Concat(folded(row.Names), told("Why", row.Reason))
	}
	isNew := func(row v1alpha1.SupportRow) bool {
		return n.has(&v1alpha1.SupportReport{Rows: []v1alpha1.SupportRow{row}})
	}
	var ranges []string
	for _, check := range r.Ranges {
		mark := ""
		if n.has(&v1alpha1.SupportReport{Ranges: []v1alpha1.RangeCheck{check}}) {
			mark = "new: "
		}
		ranges = append(ranges, fmt.Sprintf("%s%s: %s", mark, check.Verdict, check.Reason))
	}
	var sources []string
	for _, row := range r.Rows {
		sources = union(sources, told(row.Standing.Calendar, strings.Join(row.Standing.Sources, ", ")))
	}
	tables := []htmlTable{htmlTableOf("Control plane and nodes by version", supportColumns(false, r.Rows), r.Rows, where, isNew)}
	if len(r.Managed) > 0 {
		why := func(c v1alpha1.ClusterSupport) (string, []string) {
			return c.From, slices.Concat(told("Why", c.Reason), told("What to do", c.Advice))
		}
		tables = append(tables, htmlTableOf("Managed from here", clusterColumns(r.Managed), r.Managed, why, func(c v1alpha1.ClusterSupport) bool {
			return n.has(&v1alpha1.SupportReport{Managed: []v1alpha1.ClusterSupport{c}})
		}))
	}
	return htmlPart{
		ID: string(v1alpha1.QuestionSupport), Badge: badgeOf(r.Summary.Verdict), Message: clean(r.Summary.Message),
		Lead: texts(told("What to do", r.Summary.Advice)), Facts: []text{clean(supportIdentity(r)), collectedText(r.CollectedAt)},
		Support: newSupportPicture(r),
		Tables:  tables,
		Lists: lists(
			htmlList{Title: "What to do", Lines: texts(advice(r))}, htmlList{Title: "Unknown", Lines: texts(unknowns(r))},
			htmlList{Title: "Ranges", Lines: texts(ranges)}, htmlList{Title: "Dates", Lines: texts(dates(r))},
			notSeen(r.Gaps), htmlList{Title: "Notes", Lines: texts(r.Notes)}, htmlList{Title: "Calendars", Lines: texts(sources)},
		),
	}
}
