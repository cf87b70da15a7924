package support

import (
	"fmt"
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
		return nil
	}
	answer := e.Live.Answer
	platform := e.catalog.Platform(answer.Platform)
	var live, kept []string
	for _, row := range rows {
		if row.Standing.Calendar != answer.Platform || row.Standing.Release.IsZero() {
			continue
		}
		release := platform.Release(row.Standing.Release)
		name, of := row.Standing.Release.String(), &kept
		if release != nil && !release.AsOf.IsZero() {
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
		notes = append(notes, fmt.Sprintf("%s tells no dates of %s: the catalog's of %s are used", answer.Source, strings.Join(kept, ", "), platform.AsOf))
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

// lists reports whether a minor is one of the answer; true where there is none.
func (l *Live) lists(minor version.Minor) bool {
	return !l.answered() || slices.ContainsFunc(l.Answer.Releases, func(r v1alpha1.LiveRelease) bool {
		v, err := version.Parse(r.Version)
		return err == nil && v.Minor == minor
	})
}

// notes say what of the calendar of a platform is its answer.
func (l *Live) notes(p *catalog.Platform) []string {
	if !l.answered() {
		return []string{fmt.Sprintf("no live answer: %s; this is the catalog's calendar, as read on %s", l.Answer.Fault.Message, p.AsOf)}
	}
	notes := []string{"live, from " + l.Answer.Source}
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
