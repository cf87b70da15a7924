package printer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// htmlAPI is an API version with all that use it.
type htmlAPI struct {
	Level int
	Badge htmlBadge
	// Title is the name with the replacement.
	Title    text
	Removed  text
	LastSeen text
	Uses     []htmlUse
	More     text
}

// htmlUse of an API by one subject.
type htmlUse struct {
	Badge    htmlBadge
	New      bool
	Subject  text
	Reason   text
	Remedy   text
	Waiver   text
	Types    text
	Evidence []htmlEvidence
}

type htmlEvidence struct {
	Type    text
	Message text
	Objects text
}

const (
	mostUses    = 20
	mostObjects = 20
)

func deprecationPart(r *v1alpha1.DeprecationReport, n news) htmlPart {
	p := htmlPart{
		ID: string(v1alpha1.QuestionDeprecations), Badge: badgeOf(r.Summary.Verdict), Message: clean(r.Summary.Message),
		Facts: []text{clean(usageIdentity(r)), collectedText(r.CollectedAt)},
	}
	var quiet []v1alpha1.DeprecationFinding
	for _, rows := range byAPI(usageRows(r.Findings, false, true)) {
		if rows[0].Verdict.Weight() > v1alpha1.Information.Weight() {
			p.APIs = append(p.APIs, apiUseOf(rows, n))
			continue
		}
		p.Quiet = append(p.Quiet, apiUseOf(rows, n))
		for _, row := range rows {
			quiet = append(quiet, row.subjects...)
		}
	}
	p.QuietTitle = clean(several(int64(len(quiet)), "finding") + " of no consequence")
	var waived []string
	for _, row := range usageRows(r.Waived, true, true) {
		waived = append(waived, fmt.Sprintf("%s, %s: %s", apiName(row.DeprecationFinding), subject(row.DeprecationFinding), waiverText(row.Waiver)))
	}
	gaps := notSeen(r.Gaps)
	gaps.Title = "Not looked at"
	p.Lists = lists(htmlList{Title: "Waived", Lines: texts(shortened(waived, false))}, gaps,
		htmlList{Title: "Notes", Lines: texts(r.Notes)}, htmlList{Title: "Looked at", Lines: texts(lookedAt(r, true))})
	return p
}

// byAPI keeps the order of the gravest row of each API.
func byAPI(rows []usageRow) [][]usageRow {
	var apis [][]usageRow
	for _, row := range rows {
		at := slices.IndexFunc(apis, func(same []usageRow) bool { return same[0].api() == row.api() })
		if at < 0 {
			apis = append(apis, []usageRow{row})
		} else {
			apis[at] = append(apis[at], row)
		}
	}
	return apis
}

func apiUseOf(rows []usageRow, n news) htmlAPI {
	first := rows[0]
	a := htmlAPI{Badge: badgeOf(first.Verdict), Title: clean(first.api())}
	if !first.unseen() {
		a.Title, a.Removed = clean(apiTo(first.DeprecationFinding)), clean(removalText(first.DeprecationFinding))
	}
	var subjects []v1alpha1.DeprecationFinding
	for _, row := range rows {
		subjects = append(subjects, row.subjects...)
	}
	if seen := lastSeen(subjects); seen != "-" {
		a.LastSeen = clean("last seen " + seen)
	}
	for i, f := range subjects {
		if i == mostUses {
			a.More = clean(thousands(int64(len(subjects)-mostUses)) + " more, which -o wide shows")
			break
		}
		u := useOf(f, n)
		if first.unseen() {
			u.Subject = clean(apiName(f))
		}
		a.Uses = append(a.Uses, u)
	}
	return a
}

func removalText(f v1alpha1.DeprecationFinding) string {
	switch {
	case f.Removed.IsZero() && f.Deprecated.IsZero():
		return ""
	case f.Removed.IsZero():
		return fmt.Sprintf("deprecated since %s", f.Deprecated)
	case f.Planned:
		return fmt.Sprintf("removal planned for %s", f.Removed)
	default:
		return fmt.Sprintf("removed in %s", f.Removed)
	}
}

func useOf(f v1alpha1.DeprecationFinding, n news) htmlUse {
	u := htmlUse{
		Badge: badgeOf(f.Verdict), Subject: clean(subject(f)), Reason: clean(f.Reason), Remedy: clean(f.Remedy), Waiver: clean(waiverText(f.Waiver)),
		New:   n.has(&v1alpha1.DeprecationReport{Findings: []v1alpha1.DeprecationFinding{f}}),
		Types: clean(strings.ReplaceAll(evidenceTypes([]v1alpha1.DeprecationFinding{f}), ",", ", ")),
	}
	for _, e := range f.Evidence {
		message := e.Message
		if e.Stale {
			message += " (history: the subject moved on)"
		}
		if last := day(e.Last); last != "" && !strings.Contains(message, last) {
			message += ", last on " + last
		}
		var objects []string
		for _, o := range e.Objects {
			objects = append(objects, placeOf(o))
		}
		u.Evidence = append(u.Evidence, htmlEvidence{clean(string(e.Type)), clean(message), clean(strings.Join(upTo(mostObjects, objects), ", "))})
	}
	return u
}
