package printer

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// usageRow is a line of the table: one finding with -o wide, else all of one
// API that share a verdict and a type of subject.
type usageRow struct {
	v1alpha1.DeprecationFinding
	subjects []v1alpha1.DeprecationFinding
}

func usageColumns(wide bool) []column[usageRow] {
	return []column[usageRow]{
		{header: "VERDICT", text: func(r usageRow, _ int) string { return string(r.Verdict) },
			paint: func(r usageRow) paint { return verdictPaint(r.Verdict) }},
		{header: "API", text: func(r usageRow, _ int) string { return r.api() }},
		{header: "REMOVED", text: func(r usageRow, _ int) string { return r.removed() }},
		{header: "REPLACEMENT", droppable: true, text: func(r usageRow, _ int) string { return r.replacement() }},
		{header: "LAST SEEN", droppable: true, text: func(r usageRow, _ int) string { return lastSeen(r.subjects) }},
		{header: "EVIDENCE", wide: true, text: func(r usageRow, _ int) string { return evidenceTypes(r.subjects) }},
		{header: "REASON", wide: true, text: func(r usageRow, _ int) string { return r.Reason }},
		{header: "FIX", wide: true, text: func(r usageRow, _ int) string { return orDash(r.Remedy) }},
		{header: "WHO", text: func(r usageRow, room int) string {
			if wide {
				return subject(r.DeprecationFinding) + whereText(everyPlace(r.DeprecationFinding))
			}
			return who(r.subjects, room)
		}},
	}
}

// deprecationDocument puts the verdict first, then who uses what, then what ends it,
// then what was looked at. Information is behind a count unless asked for.
func deprecationDocument(r *v1alpha1.DeprecationReport, layout Layout) document {
	rows := usageRows(r.Findings, layout.Wide, slices.Contains(r.Only, v1alpha1.Information))
	none := "No finding to show."
	if r.Summary.Verdict == v1alpha1.OK {
		none = "Nothing to do."
	}
	var waived []string
	for _, row := range usageRows(r.Waived, true, true) {
		waived = append(waived, fmt.Sprintf("%s, %s: %s", apiName(row.DeprecationFinding), subject(row.DeprecationFinding), waiverText(row.Waiver)))
	}
	return document{
		title: questionTitle(v1alpha1.QuestionDeprecations) + of(r.Cluster), verdict: r.Summary.Verdict, lead: []string{r.Summary.Message, usageIdentity(r)},
		table: tableOf[usageRow]{usageColumns(layout.Wide), rows}, none: none,
		parts: []part{
			baseline(r.Baseline, layout.Wide),
			{title: "What to do", lines: fixes(rows, layout.Wide)},
			{title: "Waived", lines: shortened(waived, layout.Wide)},
			{title: "Not looked at", lines: shortened(unlooked(r.Gaps, layout.Wide), layout.Wide)},
			{title: "Notes", lines: r.Notes},
			{title: "Looked at", lines: lookedAt(r, layout.Wide)},
		},
	}
}

// usageRows are in the order of verdicts, then of APIs. What could not be seen of
// many APIs is one row.
func usageRows(findings []v1alpha1.DeprecationFinding, wide, information bool) []usageRow {
	type key struct {
		verdict          v1alpha1.Verdict
		apiVersion, kind string
		subject          v1alpha1.SubjectType
		number           int
	}
	index := map[key]int{}
	var rows []usageRow
	for i, f := range findings {
		k := key{verdict: f.Verdict, apiVersion: f.APIVersion, kind: f.Kind, subject: f.Subject.Type}
		switch {
		case wide:
			k.number = i
		case f.Verdict == v1alpha1.Information && !information:
			continue
		case f.Verdict == v1alpha1.Unknown && f.Subject.Type == v1alpha1.SubjectServer:
			k.apiVersion, k.kind = "", ""
		}
		at, ok := index[k]
		if !ok {
			at = len(rows)
			index[k] = at
			rows = append(rows, usageRow{DeprecationFinding: f})
		}
		rows[at].subjects = append(rows[at].subjects, f)
	}
	slices.SortStableFunc(rows, func(a, b usageRow) int { return cmp.Compare(b.Verdict.Weight(), a.Verdict.Weight()) })
	return rows
}

// unseen rows are those of several APIs.
func (r usageRow) unseen() bool {
	return len(r.subjects) > 1 && r.Verdict == v1alpha1.Unknown && r.Subject.Type == v1alpha1.SubjectServer
}

func (r usageRow) api() string {
	if r.unseen() {
		return fmt.Sprintf("%d API versions that go away", len(r.subjects))
	}
	return apiName(r.DeprecationFinding)
}

func (r usageRow) removed() string {
	if r.unseen() {
		return "-"
	}
	return removed(r.DeprecationFinding)
}

func (r usageRow) replacement() string {
	if r.unseen() {
		return "-"
	}
	return replacement(r.DeprecationFinding)
}

func apiName(f v1alpha1.DeprecationFinding) string { return f.APIVersion + " " + f.Kind }

// removed marks what is planned as calendars mark what is not confirmed.
func removed(f v1alpha1.DeprecationFinding) string {
	switch {
	case f.Removed.IsZero():
		return "-"
	case f.Planned:
		return "~" + f.Removed.String()
	default:
		return f.Removed.String()
	}
}

// replacement leaves out the group and the kind that stay the same.
func replacement(f v1alpha1.DeprecationFinding) string {
	r := f.Replacement
	switch {
	case r == nil && f.Verdict == v1alpha1.Unknown && f.Removed.IsZero():
		return "-"
	case r == nil:
		return "none"
	}
	name := r.APIVersion
	if group, _, ok := strings.Cut(f.APIVersion, "/"); ok {
		name = strings.TrimPrefix(name, group+"/")
	}
	if r.Kind != f.Kind {
		name += " " + r.Kind
	}
	return name
}

func lastSeen(findings []v1alpha1.DeprecationFinding) string {
	var newest *metav1.Time
	for _, f := range findings {
		if f.LastSeen != nil && (newest == nil || newest.Before(f.LastSeen)) {
			newest = f.LastSeen
		}
	}
	if newest == nil {
		return "-"
	}
	return newest.UTC().Format(time.DateOnly)
}

func evidenceTypes(findings []v1alpha1.DeprecationFinding) string {
	var types []string
	for _, f := range findings {
		for _, e := range f.Evidence {
			if !slices.Contains(types, string(e.Type)) {
				types = append(types, string(e.Type))
			}
		}
	}
	return strings.Join(types, ",")
}

// leastWho is what the last column keeps of a narrow terminal.
const leastWho = 16

// who names one subject with the objects it uses, or several subjects, with as
// many names as there is room for, and at least one.
func who(findings []v1alpha1.DeprecationFinding, room int) string {
	room = max(room, leastWho)
	first := findings[0]
	if len(findings) == 1 {
		name := subject(first)
		for _, label := range []string{name, subjectName(first.Subject)} {
			if text := examples(everyPlace(first), room-len(label)-len(": ")); text != "" && !strings.HasPrefix(text, "+") {
				return label + ": " + text
			}
		}
		if first.Subject.Type == v1alpha1.SubjectObject && len(name) > room {
			name = ellipsis + name[strings.LastIndex(name, "/"):]
		}
		return shorten(name, room)
	}
	if first.Subject.Type == v1alpha1.SubjectServer {
		return subject(first)
	}
	names := make([]string, len(findings))
	for i, f := range findings {
		names[i] = subjectName(f.Subject)
	}
	several := fmt.Sprintf("%d %s: ", len(findings), typePlural(first.Subject.Type))
	if text := examples(names, room-len(several)); !strings.HasPrefix(text, "+") {
		return several + text
	}
	return examples(names, room)
}

func typePlural(t v1alpha1.SubjectType) string {
	if t == v1alpha1.SubjectClients {
		return string(t)
	}
	return string(t) + "s"
}

// subject is such as "manager kubectl-client-side-apply" or "release shop/web".
func subject(f v1alpha1.DeprecationFinding) string {
	switch f.Subject.Type {
	case v1alpha1.SubjectClients:
		return "clients, not named"
	case v1alpha1.SubjectServer:
		if f.Verdict == v1alpha1.Unknown {
			return "could not be seen"
		}
		return f.Subject.Name
	case v1alpha1.SubjectObject:
		return subjectName(f.Subject)
	}
	return strings.TrimSpace(string(f.Subject.Type) + " " + subjectName(f.Subject))
}

func subjectName(s v1alpha1.DeprecationSubject) string {
	name := s.Name
	switch {
	case name == "" && s.Type == v1alpha1.SubjectManager:
		name = "unknown"
	case s.Type == v1alpha1.SubjectFile && name == "-":
		name = "stdin"
	}
	if s.Namespace != "" {
		name = s.Namespace + "/" + name
	}
	if s.UserAgent != "" {
		name += " (" + s.UserAgent + ")"
	}
	return name
}

// everyPlace names the objects of all evidence that still counts, or the lines of a file, once each.
func everyPlace(f v1alpha1.DeprecationFinding) []string {
	var places []string
	seen := map[string]bool{}
	for _, e := range f.Evidence {
		for _, o := range e.Objects {
			if place := placeOf(o); !seen[place] && (!e.Stale || f.Verdict == v1alpha1.Information) {
				seen[place] = true
				places = append(places, place)
			}
		}
	}
	return places
}

// placeOf is where a subject uses an API: in a line of it, where it is a file.
func placeOf(o v1alpha1.EvidenceObject) string {
	if o.Line > 0 {
		return fmt.Sprintf("line %d", o.Line)
	}
	return objectName(o)
}

func whereText(places []string) string {
	if len(places) == 0 {
		return ""
	}
	return ": " + strings.Join(places, ",")
}

// fixes tell, below each API, what each of its subjects has to do.
func fixes(rows []usageRow, wide bool) []string {
	if wide {
		return nil // a column tells it
	}
	var apis []string
	below := map[string][]string{}
	for _, row := range rows {
		told := map[string][]string{}
		var remedies []string
		for _, f := range row.subjects {
			if f.Remedy == "" {
				continue
			}
			if len(told[f.Remedy]) == 0 {
				remedies = append(remedies, f.Remedy)
			}
			told[f.Remedy] = append(told[f.Remedy], subject(f))
		}
		if len(remedies) == 0 {
			continue
		}
		name := apiTo(row.DeprecationFinding)
		if !slices.Contains(apis, name) {
			apis = append(apis, name)
		}
		const most = 3
		for i, remedy := range remedies {
			if i == most {
				below[name] = append(below[name], fmt.Sprintf("  %d more %s, which -o wide shows", len(remedies)-most, typePlural(row.Subject.Type)))
				break
			}
			below[name] = append(below[name], "  "+examples(told[remedy], page)+": "+remedy)
		}
	}
	var lines []string
	for _, name := range apis {
		lines = append(append(lines, name), below[name]...)
	}
	return lines
}

// apiTo is an API with its replacement.
func apiTo(f v1alpha1.DeprecationFinding) string {
	if f.Replacement == nil {
		return apiName(f)
	}
	to := apiName(f) + " → " + f.Replacement.APIVersion
	if f.Replacement.Kind != f.Kind {
		to += " " + f.Replacement.Kind
	}
	if !f.Replacement.Since.IsZero() {
		to += fmt.Sprintf(" (served since %s)", f.Replacement.Since)
	}
	return to
}

func usageIdentity(r *v1alpha1.DeprecationReport) string {
	var parts []string
	if r.Cluster.Context != "" {
		parts = append(parts, "context "+r.Cluster.Context)
	}
	if !r.Server.IsZero() {
		parts = append(parts, "kube-apiserver "+r.Server.String())
	}
	return strings.Join(append(parts, "target "+r.Target.String()), ", ")
}

// lookedAt says what the verdict rests on.
func lookedAt(r *v1alpha1.DeprecationReport, wide bool) []string {
	c := r.Coverage
	var parts []string
	if !r.Server.IsZero() {
		parts = append(parts,
			fmt.Sprintf("%s of %s", several(int64(c.Objects), "object"), several(int64(c.Kinds), "kind")),
			several(int64(c.Definitions), "custom resource definition"),
			several(int64(c.Releases), "Helm release"))
		if c.InstancesSeen > 0 {
			parts = append(parts, metricsText(c))
		}
	}
	if c.Files > 0 {
		text := several(int64(c.Files), "file")
		if c.Unreadable > 0 {
			text += fmt.Sprintf(" (%d not parsed)", c.Unreadable)
		}
		parts = append(parts, text)
	}
	if c.AuditEvents > 0 {
		parts = append(parts, several(c.AuditEvents, "audit event"))
	}
	lines := []string{strings.Join(parts, ", ")}
	if n := r.Summary.Information; n > 0 && !wide {
		lines = append(lines, several(int64(n), "finding")+" of no consequence: -o wide shows them")
	}
	return lines
}

func metricsText(c v1alpha1.DeprecationCoverage) string {
	total := "an unknown number"
	if c.InstancesExist > 0 {
		total = strconv.Itoa(int(c.InstancesExist))
	}
	text := fmt.Sprintf("metrics of %d of %s kube-apiserver instances", c.InstancesSeen, total)
	if c.MetricsSince != nil {
		text += " since " + c.MetricsSince.UTC().Format("2006-01-02 15:04 UTC")
	}
	return text
}
