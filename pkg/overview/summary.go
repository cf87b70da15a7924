package overview

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// answers has one for each question, unknown where it has no report.
func answers(r *v1alpha1.Overview, unanswered [4]error) []v1alpha1.OverviewAnswer {
	all := []v1alpha1.OverviewAnswer{
		{Question: v1alpha1.QuestionSkew}, {Question: v1alpha1.QuestionSupport}, {Question: v1alpha1.QuestionDeprecations}, {Question: v1alpha1.QuestionPlan},
	}
	if s := r.Skew; s != nil {
		all[0].Verdict, all[0].Complete, all[0].Message = s.Summary.Verdict, s.Summary.Complete, s.Summary.Message
	}
	if s := r.Support; s != nil {
		all[1].Verdict, all[1].Complete, all[1].Message = s.Summary.Verdict, s.Summary.Complete, s.Summary.Message
	}
	if s := r.Deprecations; s != nil {
		all[2].Verdict, all[2].Complete, all[2].Message = s.Summary.Verdict, s.Summary.Complete, s.Summary.Message
	}
	if s := r.Plan; s != nil {
		all[3].Verdict, all[3].Complete, all[3].Message = s.Summary.Verdict, s.Summary.Complete, s.Summary.Message
	}
	for i := range all {
		a := &all[i]
		a.Command = "kubectl versions " + string(a.Question)
		if unanswered[i] != nil {
			a.Verdict, a.Message = v1alpha1.Unknown, unanswered[i].Error()
		}
	}
	return all
}

// summarize takes the verdict of the gravest answer, and says of all that are as
// grave what they mean.
func summarize(r *v1alpha1.Overview, next version.Minor) v1alpha1.OverviewSummary {
	s := v1alpha1.OverviewSummary{Verdict: r.Answers[0].Verdict, Complete: len(r.Gaps) == 0}
	for _, a := range r.Answers {
		s.Complete = s.Complete && a.Complete
		if a.Verdict.Weight() > s.Verdict.Weight() {
			s.Verdict = a.Verdict
		}
	}
	var phrases []string
	for _, a := range r.Answers {
		if a.Verdict.Weight() == s.Verdict.Weight() {
			phrases = append(phrases, phrase(a, r, next))
		}
	}
	s.Message = strings.Join(phrases, ", ")
	if s.Verdict.Weight() <= v1alpha1.Unknown.Weight() || s.Complete {
		return s
	}
	var open []string
	for _, a := range r.Answers {
		if a.Verdict == v1alpha1.Unknown {
			open = append(open, string(a.Question))
		}
	}
	if len(open) > 0 {
		s.Message += "; not known: " + strings.Join(open, ", ")
	} else {
		s.Message += "; not everything could be seen"
	}
	return s
}

// phrase is an answer in a few words.
func phrase(a v1alpha1.OverviewAnswer, r *v1alpha1.Overview, next version.Minor) string {
	weight := a.Verdict.Weight()
	pick := func(error, warning, unknown, ok string) string {
		switch {
		case weight >= v1alpha1.Error.Weight():
			return error
		case weight == v1alpha1.Warning.Weight():
			return warning
		case weight == v1alpha1.Unknown.Weight():
			return unknown
		default:
			return ok
		}
	}
	switch a.Question {
	case v1alpha1.QuestionSkew:
		return pick("outside the version skew policy", "at the edge of the version skew policy", "version skew not known", "inside the version skew policy")
	case v1alpha1.QuestionSupport:
		until := "supported"
		if r.Support != nil {
			if day := supportedUntil(r.Support); !day.IsZero() {
				until += " until " + day.String()
			}
		}
		if managedDecide(r.Support, weight) {
			return pick("managed clusters out of support", "managed clusters need attention", "support of managed clusters not known", until)
		}
		return pick("out of support", "support ends soon or costs extra", "support not known", until)
	case v1alpha1.QuestionDeprecations:
		broken := breaking(r.Deprecations)
		words := fmt.Sprintf("%d API versions in use break", broken)
		if broken == 1 {
			words = "1 API version in use breaks"
		}
		return pick(words, "APIs in use go away later", "API usage not known", "no API in use goes away")
	default:
		return pick(fmt.Sprintf("upgrade to %s blocked", next), fmt.Sprintf("warnings before an upgrade to %s", next),
			fmt.Sprintf("not known what stands against %s", next), fmt.Sprintf("nothing stands against %s", next))
	}
}

// managedDecide reports whether a verdict on support is of clusters that this one
// manages, and none on the cluster itself.
func managedDecide(r *v1alpha1.SupportReport, weight int) bool {
	return r != nil && len(r.Managed) > 0 &&
		!slices.ContainsFunc(r.Rows, func(row v1alpha1.SupportRow) bool { return row.Verdict.Weight() >= weight })
}

// breaking counts the API versions that are in use, and gone at the target or before.
func breaking(r *v1alpha1.DeprecationReport) int {
	if r == nil {
		return 0
	}
	apis := map[string]bool{}
	for _, f := range r.Findings {
		if f.Verdict == v1alpha1.Error {
			apis[f.APIVersion+" "+f.Kind] = true
		}
	}
	return len(apis)
}
