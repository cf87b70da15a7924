package overview

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// Row is a cluster among several. It holds the full report, which the caller may
// drop where it is not shown.
func Row(name string, r *v1alpha1.Overview) v1alpha1.FleetCluster {
	gaps := int32(len(r.Gaps))
	row := v1alpha1.FleetCluster{
		Name: name, Verdict: r.Summary.Verdict, Complete: r.Summary.Complete, Version: r.Version,
		Answers: map[v1alpha1.Question]v1alpha1.Verdict{}, Gaps: &gaps, Message: r.Summary.Message, Overview: r,
	}
	for _, a := range r.Answers {
		row.Answers[a.Question] = a.Verdict
	}
	if r.Support != nil {
		platform := r.Support.Platform
		row.Platform, row.SupportedUntil = &platform, supportedUntil(r.Support)
	}
	if d := r.Deprecations; d != nil {
		row.Target = d.Target
		if n := int32(breaking(d)); n > 0 || d.Summary.Complete {
			row.Breaking = &n
		}
	}
	return row
}

// FailedRow is a cluster that could not be judged.
func FailedRow(name string, err error) v1alpha1.FleetCluster {
	return v1alpha1.FleetCluster{Name: name, Error: err.Error(), Verdict: v1alpha1.Unknown}
}

// Fleet sorts clusters, the gravest first and those that could not be judged
// before others that are unknown, and sums them up.
func Fleet(at calendar.Date, rows []v1alpha1.FleetCluster) *v1alpha1.FleetOverview {
	report := v1alpha1.NewFleetOverview()
	report.At = at
	report.Clusters = append(report.Clusters, rows...)
	slices.SortStableFunc(report.Clusters, func(a, b v1alpha1.FleetCluster) int {
		return cmp.Or(
			cmp.Compare(rank(b), rank(a)),
			cmp.Compare(graveAnswers(b), graveAnswers(a)),
			cmp.Compare(orZero(b.Breaking), orZero(a.Breaking)),
			strings.Compare(a.Name, b.Name),
		)
	})
	report.Summary = fleetSummary(report.Clusters)
	return report
}

func orZero(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}

// rank puts what could not be judged between warnings and what is unknown.
func rank(c v1alpha1.FleetCluster) int {
	rank := 2 * c.Verdict.Weight()
	if c.Error != "" {
		rank++
	}
	return rank
}

// graveAnswers counts the answers that are as grave as the cluster's verdict.
func graveAnswers(c v1alpha1.FleetCluster) int {
	n := 0
	for _, v := range c.Answers {
		if v.Weight() == c.Verdict.Weight() {
			n++
		}
	}
	return n
}

func fleetSummary(rows []v1alpha1.FleetCluster) v1alpha1.FleetSummary {
	s := v1alpha1.FleetSummary{Verdict: v1alpha1.OK, Complete: true, Clusters: int32(len(rows))}
	var grave, warned, open int
	for i, row := range rows {
		if i == 0 || row.Verdict.Weight() > s.Verdict.Weight() {
			s.Verdict = row.Verdict
		}
		s.Complete = s.Complete && row.Complete
		switch weight := row.Verdict.Weight(); {
		case row.Error != "":
			s.Failed++
		case weight >= v1alpha1.Error.Weight():
			grave++
		case weight == v1alpha1.Warning.Weight():
			warned++
		case weight == v1alpha1.Unknown.Weight():
			open++
		}
	}
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(grave, "with errors")
	add(warned, "with warnings")
	add(open, "not known")
	add(int(s.Failed), "could not be judged")
	if well := len(rows) - grave - warned - open - int(s.Failed); well > 0 {
		add(well, "in order")
	}
	clusters := fmt.Sprintf("%d clusters: ", len(rows))
	if len(rows) == 1 {
		clusters = "1 cluster: "
	}
	s.Message = clusters + strings.Join(parts, ", ")
	return s
}
