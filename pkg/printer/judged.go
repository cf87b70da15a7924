package printer

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/findings"
)

// judged is one cluster of a report, as formats for pipelines show it.
type judged struct {
	name string
	// err says why the cluster could not be judged; there are no answers then.
	err string
	*v1alpha1.Overview
	answers []answer
}

// answer is what is known about one question.
type answer struct {
	question v1alpha1.Question
	complete bool
	// unanswered says why there is no report.
	unanswered string
	findings   []v1alpha1.Finding
	waived     []findings.Waived
	gaps       []v1alpha1.Gap
}

// judgedOf lists the clusters of a report, and whether it is one on several:
// findings then name their cluster.
func judgedOf(object runtime.Object) (clusters []judged, fleet bool, err error) {
	switch object.(type) {
	case *v1alpha1.FleetOverview, *v1alpha1.FleetSupportReport:
		fleet = true
	}
	all, err := findings.Clusters(object)
	if err != nil {
		return nil, false, err
	}
	for _, c := range all {
		cluster := judged{name: c.Name, err: c.Error, Overview: c.Overview}
		if c.Overview != nil {
			cluster.answers = answersOf(c.Overview)
		}
		if fleet {
			cluster.signFindings()
		}
		clusters = append(clusters, cluster)
	}
	return clusters, fleet, nil
}

// signFindings names the cluster in each of its findings.
func (c judged) signFindings() {
	for _, a := range c.answers {
		for i := range a.findings {
			a.findings[i].Cluster = c.name
		}
		for i := range a.waived {
			a.waived[i].Cluster = c.name
		}
	}
}

// answersOf has those questions that were asked.
func answersOf(o *v1alpha1.Overview) []answer {
	var all []answer
	if r := o.Skew; r != nil {
		all = append(all, answer{question: v1alpha1.QuestionSkew, complete: r.Summary.Complete, gaps: r.Gaps})
	}
	if r := o.Support; r != nil {
		all = append(all, answer{question: v1alpha1.QuestionSupport, complete: r.Summary.Complete, gaps: r.Gaps})
	}
	if r := o.Deprecations; r != nil {
		all = append(all, answer{
			question: v1alpha1.QuestionDeprecations, complete: r.Summary.Complete, gaps: r.Gaps, waived: findings.WaivedOf(r),
		})
	}
	if r := o.Plan; r != nil {
		all = append(all, answer{question: v1alpha1.QuestionPlan, complete: r.Summary.Complete, gaps: r.Gaps})
	}
	found := findings.Of(o)
	for i := range all {
		for _, f := range found {
			if f.Question == all[i].question {
				all[i].findings = append(all[i].findings, f)
			}
		}
	}
	for _, a := range o.Answers {
		if !slices.ContainsFunc(all, func(other answer) bool { return other.question == a.Question }) {
			all = append(all, answer{question: a.Question, unanswered: a.Message})
		}
	}
	return all
}

// machinePlaces is how many places of a finding formats for pipelines name.
const machinePlaces = 100

// placeNames are such as shop/web, or deploy/web.yaml:12 shop/web. The last line
// says how many are left out.
func placeNames(places []v1alpha1.EvidenceObject) []string {
	var names []string
	for i, p := range places {
		if i == machinePlaces {
			return append(names, fmt.Sprintf("and %s more", thousands(int64(len(places)-i))))
		}
		names = append(names, Clean(placeName(p)))
	}
	return names
}

func placeName(p v1alpha1.EvidenceObject) string {
	name := objectName(p)
	if p.Path == "" {
		return name
	}
	at := p.Path
	if p.Line > 0 {
		at += fmt.Sprintf(":%d", p.Line)
	}
	return strings.TrimSpace(at + " " + name)
}
