package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// finding is what a source says of one release. It does not say what is zero.
type finding struct {
	version  version.Minor
	released calendar.Date
	// ends holds the last days of phases, by their ids.
	ends map[string]calendar.Date
	// endOfLife is the last day of the last phase that the release has.
	endOfLife calendar.Date
	// latest is from sources that name one patch, patches from those that list them.
	latest  *catalog.Patch
	patches []catalog.Patch
	next    *catalog.Patch
}

// merger brings a platform's releases up to date with what one source says.
type merger struct {
	platform *catalog.Platform
	source   source
	// notes are lines for the maintainer, who decides what was left undecided.
	notes []string
}

// merge returns the notes.
func merge(p *catalog.Platform, s source, found []finding) []string {
	m := &merger{platform: p, source: s}
	for _, f := range found {
		m.merge(f)
	}
	return m.notes
}

func (m *merger) merge(f finding) {
	newestFirst := func(r catalog.Release, v version.Minor) int { return v.Compare(r.Version) }
	i, known := slices.BinarySearchFunc(m.platform.Releases, f.version, newestFirst)
	if !known {
		if m.numbersItself() {
			m.note(f.version.String(), "add it by hand, %s does not tell its Kubernetes minor", m.source.url)
			return
		}
		added := catalog.Release{Version: f.version, Sources: []string{m.source.cite}}
		m.platform.Releases = slices.Insert(m.platform.Releases, i, added)
	}

	r := &m.platform.Releases[i]
	u := update{merger: m, release: r, cited: slices.Contains(r.Sources, m.source.cite)}
	u.date(f.version.String(), "released", &r.Released, f.released)
	for _, phase := range m.platform.Phases {
		u.end(phase.ID, f.ends[phase.ID])
	}
	u.end(m.lastPhase(r), f.endOfLife)
	if f.latest != nil {
		u.latest(*f.latest)
	}
	for _, patch := range f.patches {
		u.patch(patch)
	}
	u.next(f)

	if !known {
		for _, phase := range m.platform.Phases {
			if r.Ends[phase.ID].IsZero() {
				m.note(f.version.String(), "added without the end of %s, which %s does not tell", phase.ID, m.source.url)
			}
		}
	}
}

// numbersItself reports whether the platform's minors are not those of Kubernetes.
func (m *merger) numbersItself() bool {
	return slices.ContainsFunc(m.platform.Releases, func(r catalog.Release) bool { return !r.Kubernetes.IsZero() })
}

// lastPhase is the id of the last phase that the release has: the oldest
// Kubernetes minors had no maintenance.
func (m *merger) lastPhase(r *catalog.Release) string {
	last := m.platform.Phases[len(m.platform.Phases)-1].ID
	for _, phase := range m.platform.Phases {
		if _, has := r.Ends[phase.ID]; has {
			last = phase.ID
		}
	}
	return last
}

// note is about a release or a patch.
func (m *merger) note(of, format string, args ...any) {
	m.notes = append(m.notes, m.platform.ID+" "+of+": "+fmt.Sprintf(format, args...))
}

// update is the part of a merger that is about one release.
type update struct {
	*merger
	release *catalog.Release
	// cited: the release named the source already.
	cited bool
}

// cite names the source, from which something was taken.
func (u *update) cite() {
	if !slices.Contains(u.release.Sources, u.source.cite) {
		u.release.Sources = append(u.release.Sources, u.source.cite)
	}
}

// date fills in a date that is absent or not confirmed. A confirmed one stays,
// and so does one that was not confirmed by the same words of the same source.
func (u *update) date(of, what string, have *calendar.Date, found calendar.Date) {
	confirmed := *have
	confirmed.Unconfirmed = false
	switch {
	case found.IsZero() || agree(*have, found):
	case have.IsZero() || have.Unconfirmed && (!u.cited || confirmed != found):
		if have.Unconfirmed && u.release.Note != "" {
			u.note(of, "%s %s instead of %s, does its note still hold: %s", what, found, *have, u.release.Note)
		}
		*have = found
		u.cite()
	default:
		u.note(of, "%s %s here, %s in %s", what, *have, found, u.source.url)
	}
}

// agree reports whether a confirmed date says the same, or less: 2026-06 is right about 2026-06-09.
func agree(have, found calendar.Date) bool {
	if have.Day == 0 {
		found.Day = 0
	}
	return have == found
}

func (u *update) end(phase string, found calendar.Date) {
	end := u.release.Ends[phase]
	u.date(u.release.Version.String(), phase+" ends", &end, found)
	if end.IsZero() {
		return
	}
	if u.release.Ends == nil {
		u.release.Ends = map[string]calendar.Date{}
	}
	u.release.Ends[phase] = end
}

func (u *update) latest(found catalog.Patch) {
	have := u.release.Latest
	switch {
	case !u.owns(found):
	case have == nil || newer(found.Version, have.Version):
		u.release.Latest = &found
		u.cite()
	case found.Version == have.Version:
		u.date(found.Version, "announced", &have.Announced, found.Announced)
	}
}

// owns notes what is no version of the release.
func (u *update) owns(found catalog.Patch) bool {
	v, err := version.Parse(found.Version)
	if err == nil && v.Minor == u.release.Version {
		return true
	}
	u.note(u.release.Version.String(), "%q in %s is no version of it", found.Version, u.source.url)
	return false
}

func (u *update) patch(found catalog.Patch) {
	r := u.release
	i := slices.IndexFunc(r.Patches, func(p catalog.Patch) bool { return p.Version == found.Version })
	switch {
	case i >= 0:
		u.date(found.Version, "announced", &r.Patches[i].Announced, found.Announced)
	case !u.owns(found), r.Latest != nil && !newer(found.Version, r.Latest.Version):
	case found.Announced.IsZero():
		u.note(found.Version, "add it by hand, %s does not tell its day", u.source.url)
	case r.Latest != nil:
		u.latest(found)
	default:
		r.Patches = append(r.Patches, found)
		slices.SortFunc(r.Patches, func(a, b catalog.Patch) int { return compare(b.Version, a.Version) })
		u.cite()
	}
}

// next sets the patch that is scheduled, unless it is out already, as where the
// schedule lags behind the tags.
func (u *update) next(f finding) {
	r, newest := u.release, ""
	switch {
	case len(r.Patches) > 0:
		newest = r.Patches[0].Version
	case r.Latest != nil:
		newest = r.Latest.Version
	}
	if f.next != nil && u.owns(*f.next) && newer(f.next.Version, newest) && (r.Next == nil || *r.Next != *f.next) {
		r.Next = f.next
		u.cite()
	}
	if r.Next != nil && (!f.endOfLife.IsZero() || !newer(r.Next.Version, newest)) {
		r.Next = nil
	}
}

func newer(a, b string) bool { return compare(a, b) > 0 }

// compare orders versions of one minor by all of their numbers, the vendor's
// too: 1.36-eks-6 is older than 1.36-eks-17.
func compare(a, b string) int { return slices.Compare(numbers(a), numbers(b)) }

func numbers(v string) []int {
	var all []int
	for digits := range strings.FieldsFuncSeq(v, func(r rune) bool { return r < '0' || r > '9' }) {
		n, _ := strconv.Atoi(digits)
		all = append(all, n)
	}
	return all
}
