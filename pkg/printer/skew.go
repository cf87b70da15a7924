package printer

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func skewColumns(wide bool) []column[v1alpha1.SkewRow] {
	type row = v1alpha1.SkewRow
	return []column[row]{
		{header: "COMPONENT", text: func(r row, _ int) string { return r.Component }},
		{header: "VERSION", text: func(r row, _ int) string { return orDash(r.Version) }},
		{header: "COUNT", right: true, text: func(r row, _ int) string { return count(r.Count) }},
		{header: "VERDICT", text: func(r row, _ int) string { return string(r.Verdict) },
			paint: func(r row) paint { return verdictPaint(r.Verdict) }},
		{header: "ALLOWED", text: func(r row, _ int) string { return allowed(r.Allowed) }},
		{header: "HEADROOM", right: true, text: func(r row, _ int) string { return number(r.Headroom) }},
		{header: "SKEW", right: true, droppable: true, text: func(r row, _ int) string { return distance(r.Distance) }},
		{header: "JUDGED AGAINST", wide: true, text: func(r row, _ int) string { return orDash(r.JudgedAgainst) }},
		{header: "EVIDENCE", wide: true, text: func(r row, _ int) string { return orDash(r.Evidence) }},
		{header: "SOURCE", wide: true, text: func(r row, _ int) string { return orDash(r.Source) }},
		{header: "NAMES", droppable: true, text: func(r row, room int) string {
			if wide {
				return strings.Join(r.Names, ",")
			}
			return examples(r.Names, room)
		}},
	}
}

// skewDocument puts the verdict first, then the rows, then why, then what was not seen.
func skewDocument(r *v1alpha1.SkewReport, layout Layout) document {
	return document{
		title: questionTitle(v1alpha1.QuestionSkew) + of(r.Cluster), verdict: r.Summary.Verdict, lead: []string{r.Summary.Message, identity(r)},
		table: tableOf[v1alpha1.SkewRow]{skewColumns(layout.Wide), r.Rows},
		parts: []part{
			baseline(r.Baseline, layout.Wide), {title: "Why", lines: whys(r)}, {title: "Not seen", lines: unseen(r.Gaps)}, {title: "Notes", lines: r.Notes},
		},
	}
}

// whys explain every verdict that is not ok, the gravest first, once for all
// rows of a component that share the reason, with the names that the table may
// have no room for.
func whys(r *v1alpha1.SkewReport) []string {
	type key struct{ component, reason string }
	var order []key
	versions, names := map[key][]string{}, map[key][]string{}
	for _, verdict := range []v1alpha1.Verdict{
		v1alpha1.Unsupported, v1alpha1.Warning, v1alpha1.Unknown, v1alpha1.NotVisible, v1alpha1.NotJudged,
	} {
		for _, row := range r.Rows {
			if row.Verdict != verdict || unread(row) && len(r.Gaps) > 0 {
				continue
			}
			k := key{row.Component, row.Reason}
			if _, ok := versions[k]; !ok {
				order = append(order, k)
				versions[k] = nil
			}
			if row.Version != "" {
				versions[k] = append(versions[k], row.Version)
			}
			names[k] = append(names[k], row.Names...)
		}
	}
	lines := make([]string, 0, len(order))
	for _, k := range order {
		subject := strings.TrimSpace(k.component + " " + examples(versions[k], page))
		if len(names[k]) > 0 {
			subject += " (" + examples(names[k], page) + ")"
		}
		lines = append(lines, subject+": "+k.reason)
	}
	return lines
}

// unread rows stand for a gap, which tells more.
func unread(row v1alpha1.SkewRow) bool { return row.Evidence == "" }

// identity says which cluster the report is about, and how much of it was seen.
func identity(r *v1alpha1.SkewReport) string {
	cp := r.ControlPlane
	var parts []string
	if r.Cluster.Context != "" {
		parts = append(parts, "context "+r.Cluster.Context)
	}
	versions := cp.Newest.String()
	if cp.Oldest != cp.Newest {
		versions = cp.Oldest.String() + " and " + versions
	}
	instances := fmt.Sprintf("%d of %d instances seen", cp.InstancesSeen, cp.InstancesExist)
	if cp.InstancesExist == 0 {
		instances = fmt.Sprintf("%d seen, total unknown", cp.InstancesSeen)
	}
	parts = append(parts, fmt.Sprintf("kube-apiserver %s (%s)", versions, instances))
	if r.Platform != nil {
		parts = append(parts, fmt.Sprintf("%s (%s)", r.Platform.Name, r.Platform.Evidence))
	}
	return strings.Join(parts, ", ")
}

func count(n int32) string {
	if n == 0 {
		return "-"
	}
	return strconv.Itoa(int(n))
}

func distance(d *int32) string {
	if d == nil {
		return "-"
	}
	if *d == 0 {
		return "0"
	}
	return fmt.Sprintf("%+d", *d)
}

func allowed(r *v1alpha1.MinorRange) string {
	switch {
	case r == nil:
		return "-"
	case r.Min == r.Max:
		return r.Min.String()
	case r.Min.Compare(r.Max) > 0:
		return "none"
	default:
		return r.Min.String() + "-" + r.Max.String()
	}
}
