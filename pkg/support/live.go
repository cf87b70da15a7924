package support

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Live is what a platform said when it was asked for its versions.
type Live struct {
	Answer *v1alpha1.LiveReleases
	// Changes are where the catalog, which the answer was put into, said otherwise.
	Changes []catalog.LiveChange
	// Narrowed are the flags that left something out of the answer; empty for none.
	Narrowed string
}

// unanswered is the gap that a platform leaves which was asked and did not answer.
func (e *evaluation) unanswered() []v1alpha1.Gap {
	if e.Live == nil || e.Live.answered() {
		return nil
	}
	fault := e.Live.Answer.Fault
	return []v1alpha1.Gap{{
		Source: v1alpha1.SourceLive, Reason: fault.Reason, Permission: fault.Permission, Message: fault.Message,
		Hides: fmt.Sprintf("what %s itself says today; the catalog's dates are used", e.catalog.Platform(e.Live.Answer.Platform).Name),
	}}
}

// told says which dates of the rows are the platform's own answer, and where the
// catalog said otherwise.
func (e *evaluation) told(rows []v1alpha1.SupportRow) []string {
	if !e.Live.answered() {
		if kept := keptAnswer(e.platform); kept != "" {
			return []string{kept}
		}
		return nil
	}
	answer := e.Live.Answer
	platform, answered := e.catalog.Platform(answer.Platform), answer.ByMinor()
	var live, kept []string
	for _, row := range rows {
		if row.Standing.Calendar != answer.Platform || row.Standing.Release.IsZero() {
			continue
		}
		name, of := row.Standing.Release.String(), &kept
		if slices.ContainsFunc(answered[row.Standing.Release], func(r v1alpha1.LiveRelease) bool { return len(r.Ends) > 0 }) {
			of = &live
		}
		if !slices.Contains(*of, name) {
			*of = append(*of, name)
		}
	}
	var notes []string
	if len(live) > 0 {
		notes = append(notes, fmt.Sprintf("the dates of %s %s are live, from %s", platform.Name, strings.Join(live, ", "), answer.Source))
	}
	if len(kept) > 0 {
		notes = append(notes, fmt.Sprintf("%s tells no dates of %s: the catalog's are used", answer.Source, strings.Join(kept, ", ")))
	}
	for _, change := range e.Live.Changes {
		if slices.Contains(live, change.Release.String()) {
			notes = append(notes, differs(platform, change))
		}
	}
	return notes
}

// answered reports whether there is an answer.
func (l *Live) answered() bool { return l != nil && l.Answer.Fault == nil }

// lister reports whether a minor is one of the answer, and always so without an answer.
func (l *Live) lister() func(version.Minor) bool {
	if !l.answered() {
		return func(version.Minor) bool { return true }
	}
	listed := l.Answer.ByMinor()
	return func(minor version.Minor) bool { return len(listed[minor]) > 0 }
}

// told is what a platform answered of a release: whatever the day is asked about,
// where it was asked for this, and up to the day otherwise.
func (q Query) told(r *catalog.Release) *catalog.Told {
	if r.Told == nil || !q.Live.answered() && r.Told.On.Compare(q.At) > 0 {
		return nil
	}
	return r.Told
}

// kept is a note on an answer that was not asked for now.
func (q Query) kept(p *catalog.Platform) string {
	if q.Live.answered() {
		return ""
	}
	return keptAnswer(p)
}

func keptAnswer(p *catalog.Platform) string {
	for i := range p.Releases {
		if told := p.Releases[i].Told; told != nil {
			return fmt.Sprintf("with what %s answered on %s, kept by kubectl versions catalog update", told.Source, told.On)
		}
	}
	return ""
}

// notes say what of the calendar of a platform is its answer.
func (l *Live) notes(p *catalog.Platform) []string {
	if !l.answered() {
		return []string{fmt.Sprintf("no live answer: %s; this is the catalog's calendar, as read on %s", l.Answer.Fault.Message, p.AsOf)}
	}
	notes := []string{"live, from " + l.Answer.Source}
	if l.Narrowed != "" {
		notes = append(notes, "asked with "+l.Narrowed)
	}
	if !slices.ContainsFunc(l.Answer.Releases, func(r v1alpha1.LiveRelease) bool { return len(r.Ends) > 0 }) {
		notes = append(notes, fmt.Sprintf("the answer tells no end dates: they are the catalog's, as read on %s", p.AsOf))
	}
	for _, change := range l.Changes {
		notes = append(notes, differs(p, change))
	}
	return notes
}

// differs says which of two dates won.
func differs(p *catalog.Platform, change catalog.LiveChange) string {
	return fmt.Sprintf("%s %s: live says that %s support ends on %s, the catalog of %s said %s: live is used",
		p.Name, change.Release, p.Phase(change.Phase).Name, change.Is, change.WasAsOf, change.Was)
}

// ownDates are those that the platform told of the very version that runs, where
// it tells versions of a minor apart.
func (e *evaluation) ownDates(by *catalog.Platform, release *catalog.Release, running string) *catalog.Release {
	if release == nil || !e.Live.answered() || by.ID != e.Live.Answer.Platform {
		return release
	}
	for _, told := range e.Live.Answer.Releases {
		if told.Version != strings.TrimPrefix(running, "v") || len(told.Ends) == 0 {
			continue
		}
		own := *release
		own.Ends = maps.Clone(release.Ends)
		maps.Copy(own.Ends, told.Ends)
		return &own
	}
	return release
}
