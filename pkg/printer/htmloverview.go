package printer

import (
	"cmp"
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// overviewOf is a report whose ids start with a prefix that no other on the page has.
func overviewOf(r *v1alpha1.Overview, prefix string, level int) htmlReport {
	n := newsOf(r.Baseline)
	out := htmlReport{
		Level: level, Badge: badgeOf(r.Summary.Verdict), Message: clean(r.Summary.Message),
		Facts: append(texts(overviewIdentity(r, Layout{})), collectedText(r.CollectedAt)), Baseline: baselineOf(r.Baseline), Unseen: notSeen(r.Gaps),
	}
	out.Unseen.Level = level
	for _, a := range r.Answers {
		id := prefix + string(a.Question)
		title := clean(questionTitle(a.Question))
		out.Cards = append(out.Cards, htmlCard{title, badgeOf(a.Verdict), clean(a.Message), id, clean(a.Command)})
		p := answered(r, a.Question, n)
		if p == nil {
			p = &htmlPart{Badge: badgeOf(a.Verdict), Message: clean(a.Message)}
		}
		p.Title = cmp.Or(p.Title, title)
		p.ID, p.Facts = id, p.Facts[:max(0, len(p.Facts)-1)] // the page says when facts were collected
		for i, l := range p.Lists {
			if l.Badge.Word != "" {
				p.Lists[i].Lines = []text{clean("what bears on this and could not be read is among what was not seen, above: " + several(int64(len(l.Lines)), "line"))}
			}
		}
		out.Parts = append(out.Parts, p.at(level))
	}
	return out
}

// answered is nil for a question that could not be answered. The page names the
// cluster; its parts do not.
func answered(r *v1alpha1.Overview, q v1alpha1.Question, n news) *htmlPart {
	var p htmlPart
	switch {
	case q == v1alpha1.QuestionSkew && r.Skew != nil:
		report := *r.Skew
		report.Cluster = v1alpha1.Cluster{}
		p = skewPart(&report, n)
	case q == v1alpha1.QuestionSupport && r.Support != nil:
		report := *r.Support
		report.Cluster = v1alpha1.Cluster{}
		p = supportPart(&report, n)
	case q == v1alpha1.QuestionDeprecations && r.Deprecations != nil:
		report := *r.Deprecations
		report.Cluster = v1alpha1.Cluster{}
		p = deprecationPart(&report, n)
	case q == v1alpha1.QuestionPlan && r.Plan != nil:
		report := *r.Plan
		report.Cluster = v1alpha1.Cluster{}
		p = planPart(&report, n)
	default:
		return nil
	}
	return &p
}

// fleetOf lists clusters in the report's order, and folds what there is to say of each.
func fleetOf(r *v1alpha1.FleetOverview) htmlPage {
	p := htmlPage{
		Title:  clean("Versions of " + several(int64(r.Summary.Clusters), "cluster")),
		Report: htmlReport{Level: 2, Badge: badgeOf(r.Summary.Verdict), Message: clean(r.Summary.Message), Facts: []text{clean("on " + r.At.String())}},
		Fleet:  &htmlTable{Caption: "Clusters, the gravest first"},
	}
	if !r.Summary.Complete {
		p.Report.Facts = append(p.Report.Facts, "not everything could be seen: a gap is a read that failed, and the report on the cluster names it")
	}
	for _, name := range []text{"Cluster", "Verdict", "Version", "Platform", "Supported until", "Skew", "Support", "APIs", "Next hop", "Breaking", "Gaps"} {
		p.Fleet.Heads = append(p.Fleet.Heads, htmlHead{name, name == "Breaking" || name == "Gaps"})
	}
	for i, c := range r.Clusters {
		id := fmt.Sprintf("cluster-%d", i+1)
		row := fleetRow(c)
		if c.Overview != nil || c.Error != "" {
			row.Cells[0].Anchor = id
			folded := htmlCluster{ID: id, Name: clean(c.Name), Badge: badgeOf(c.Verdict), Error: clean(c.Error)}
			if c.Overview != nil {
				report := overviewOf(c.Overview, id+"-", 3)
				folded.Report = &report
			}
			p.Clusters = append(p.Clusters, folded)
		}
		p.Fleet.Rows = append(p.Fleet.Rows, row)
	}
	return p
}

func fleetRow(c v1alpha1.FleetCluster) htmlRow {
	pill := func(v v1alpha1.Verdict) htmlCell {
		b := badgeOf(v)
		return htmlCell{Text: clean(orDash(string(v))), Tone: b.Tone, Pill: v != ""}
	}
	broken, gaps, message := breaking(c), "-", "could not be judged: "+c.Error
	if c.Error == "" {
		message = c.Message
		if c.Gaps != nil {
			gaps = thousands(int64(*c.Gaps))
		}
		if c.Breaking != nil && *c.Breaking > 0 && !c.Target.IsZero() {
			broken += " at " + c.Target.String()
		}
	}
	row := htmlRow{Cells: []htmlCell{{Text: clean(c.Name), Note: clean(message)}, pill(c.Verdict), {Text: clean(orDash(c.Version))}}}
	platform := "-"
	if c.Platform != nil {
		platform = c.Platform.Name
	}
	row.Cells = append(row.Cells, htmlCell{Text: clean(platform)}, htmlCell{Text: clean(orDash(c.SupportedUntil.String()))})
	for _, q := range v1alpha1.Questions() {
		row.Cells = append(row.Cells, pill(c.Answers[q]))
	}
	row.Cells = append(row.Cells, htmlCell{Text: clean(broken), Right: true}, htmlCell{Text: clean(gaps), Right: true})
	return row
}
