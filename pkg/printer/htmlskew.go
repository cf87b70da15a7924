package printer

import (
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func skewPart(r *v1alpha1.SkewReport, n news) htmlPart {
	where := func(row v1alpha1.SkewRow) (string, []string) {
		return examples(row.Names, page), slices.Concat(folded(row.Names), told("Judged against", row.JudgedAgainst), told("Evidence", row.Evidence))
	}
	isNew := func(row v1alpha1.SkewRow) bool { return n.has(&v1alpha1.SkewReport{Rows: []v1alpha1.SkewRow{row}}) }
	var sources []string
	for _, row := range r.Rows {
		sources = union(sources, told(row.Component, row.Source))
	}
	return htmlPart{
		ID: string(v1alpha1.QuestionSkew), Badge: badgeOf(r.Summary.Verdict), Message: clean(r.Summary.Message),
		Facts:  []text{clean(identity(r)), collectedText(r.CollectedAt)},
		Skew:   newSkewPicture(r),
		Tables: []htmlTable{htmlTableOf("Components by version", skewColumns(false), r.Rows, where, isNew)},
		Lists: lists(htmlList{Title: "Why", Lines: texts(whys(r))}, notSeen(r.Gaps), htmlList{Title: "Notes", Lines: texts(r.Notes)},
			htmlList{Title: "Rules", Lines: texts(sources)}),
	}
}
