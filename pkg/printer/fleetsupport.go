package printer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// clusterColumns have one for each purpose that a platform has ranges for.
func clusterColumns(rows []v1alpha1.ClusterSupport) []column[v1alpha1.ClusterSupport] {
	type row = v1alpha1.ClusterSupport
	const leastName = 20
	columns := []column[row]{
		{header: "CLUSTER", least: leastName, keepEnd: true, text: func(r row, _ int) string { return r.Name }},
		{header: "VERSION", least: leastVersion, text: func(r row, _ int) string { return orDash(r.Version) }},
	}
	if slices.ContainsFunc(rows, func(r row) bool { return r.Role != "" }) {
		columns = append(columns, column[row]{header: "ROLE", text: func(r row, _ int) string { return roleText(r) }})
	}
	columns = append(columns, column[row]{header: "VERDICT", text: func(r row, _ int) string { return string(r.Verdict) },
		paint: func(r row) paint { return verdictPaint(r.Verdict) }})
	headers := map[string]bool{}
	for _, purpose := range purposes(rows) {
		header := purposeHeader(purpose)
		if headers[header] {
			header = strings.ToUpper(purpose)
		}
		headers[header] = true
		columns = append(columns, column[row]{header: header,
			text:  func(r row, _ int) string { return orDash(string(checkFor(r, purpose).Answer)) },
			paint: func(r row) paint { return verdictPaint(checkFor(r, purpose).Verdict) }})
	}
	return append(columns,
		column[row]{header: "PHASE", droppable: true, text: func(r row, _ int) string { return orDash(stageText(r.Standing.Stage, r.Standing.Phase)) }},
		column[row]{header: "UNTIL", droppable: true, text: func(r row, _ int) string { return orDash(r.Standing.Until.String()) }},
		column[row]{header: "DAYS", droppable: true, right: true, text: func(r row, _ int) string { return number(r.Standing.DaysLeft) }},
		column[row]{header: "COMPLETE", wide: true, text: func(r row, _ int) string { return yesNo(&r.Complete) }},
		column[row]{header: "CALENDAR", wide: true, text: func(r row, _ int) string { return orDash(r.Standing.Calendar) }},
		column[row]{header: "FROM", wide: true, text: func(r row, _ int) string { return orDash(r.From) }},
		column[row]{header: "REASON", wide: true, text: func(r row, _ int) string { return r.Error + r.Reason }},
		column[row]{header: "WHAT TO DO", wide: true, text: func(r row, _ int) string { return orDash(r.Advice) }},
	)
}

// purposes of ranges, sorted: whichever clusters are there, columns keep their order.
func purposes(rows []v1alpha1.ClusterSupport) []string {
	var all []string
	for _, r := range rows {
		for _, check := range r.Ranges {
			if !slices.Contains(all, check.For) {
				all = append(all, check.For)
			}
		}
	}
	slices.Sort(all)
	return all
}

// purposeHeader is the first word: UPGRADING, of upgrading the global cluster.
func purposeHeader(purpose string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(Clean(purpose), "the "), " ")
	return strings.ToUpper(first)
}

// checkFor is zero where the range is about clusters of another role.
func checkFor(r v1alpha1.ClusterSupport, purpose string) v1alpha1.RangeCheck {
	for _, check := range r.Ranges {
		if check.For == purpose {
			return check
		}
	}
	return v1alpha1.RangeCheck{}
}

func roleText(r v1alpha1.ClusterSupport) string {
	if r.RoleAssumed {
		return string(r.Role) + "?"
	}
	return orDash(string(r.Role))
}

// reasons of the clusters that are not in order, or not known to be.
func reasons(rows []v1alpha1.ClusterSupport, wide bool) []string {
	var lines []string
	for _, r := range rows {
		switch {
		case r.Error != "":
			lines = append(lines, r.Name+": could not be judged: "+r.Error)
		case r.Verdict.Weight() >= v1alpha1.Unknown.Weight() || !r.Complete:
			lines = append(lines, r.Name+": "+r.Reason)
		}
	}
	return shortened(lines, wide)
}

// fleetSupportDocument says first what stands against the platform, then has a row for each cluster.
func fleetSupportDocument(r *v1alpha1.FleetSupportReport, layout Layout) document {
	lead := []string{r.Summary.Message}
	if r.Summary.Advice != "" {
		lead = append(lead, "What to do: "+r.Summary.Advice)
	}
	return document{
		title: "Support", verdict: r.Summary.Verdict, lead: append(lead, fleetSupportIdentity(r)),
		table: tableOf[v1alpha1.ClusterSupport]{clusterColumns(r.Clusters), r.Clusters}, none: "No cluster.",
		parts: []part{
			{title: "Why", lines: reasons(r.Clusters, layout.Wide)}, {title: "Notes", lines: r.Notes},
			{text: "More of one: kubectl versions support --context NAME, or --snapshot FILE."},
		},
	}
}

func fleetSupportIdentity(r *v1alpha1.FleetSupportReport) string {
	platform := strings.TrimSpace(r.Platform + " " + r.PlatformVersion)
	if platform == "" {
		platform = "each by its own platform"
	}
	return fmt.Sprintf("%s, on %s", platform, r.At)
}

// fleetSupportOf lists clusters in the report's order, and folds what there is to say of each.
func fleetSupportOf(r *v1alpha1.FleetSupportReport) htmlPage {
	table := htmlTableOf("Clusters, the gravest first", clusterColumns(r.Clusters), r.Clusters, nil, nil)
	p := htmlPage{
		Title: clean("Support of " + several(int64(r.Summary.Clusters), "cluster")),
		Report: htmlReport{
			Level: 2, Badge: badgeOf(r.Summary.Verdict), Message: clean(r.Summary.Message),
			Lead: texts(told("What to do", r.Summary.Advice)), Facts: []text{clean(fleetSupportIdentity(r))},
		},
		Fleet: &table,
	}
	if notes := lists(htmlList{Title: "Notes", Lines: texts(r.Notes)}); len(notes) > 0 {
		p.Report.Parts = []htmlPart{htmlPart{ID: "notes", Lists: notes}.at(1)}
	}
	for i, c := range r.Clusters {
		id := fmt.Sprintf("cluster-%d", i+1)
		table.Rows[i].Cells[0].Anchor = id
		table.Rows[i].Cells[0].Note = clean(c.Error + c.Reason)
		folded := htmlCluster{ID: id, Name: clean(c.Name), Badge: badgeOf(c.Verdict), Error: clean(c.Error)}
		if c.Error == "" {
			folded.Report = &htmlReport{Level: 3, Badge: badgeOf(c.Verdict), Message: clean(c.Reason), Lead: texts(told("What to do", c.Advice)), Facts: texts(told("Told by", c.From))}
		}
		if c.Report != nil {
			part := supportPart(c.Report, nil)
			part.ID, part.Title = id+"-support", "Support"
			part.Message, part.Lead = "", nil // the cluster has said them
			folded.Report.Parts = []htmlPart{part.at(3)}
		}
		p.Clusters = append(p.Clusters, folded)
	}
	return p
}
