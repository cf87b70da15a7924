package support

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Member is one of several clusters.
type Member struct {
	Name string
	// From is such as "context shop-prod".
	From string
	// Snapshot is nil where Err says why there is none.
	Snapshot *v1alpha1.Snapshot
	Err      error
}

// Judged keeps of a snapshot what is judged here, so that many of them fit into memory.
func Judged(s *v1alpha1.Snapshot) *v1alpha1.Snapshot {
	kept := v1alpha1.NewSnapshot(s.Name)
	kept.CollectedAt, kept.Cluster, kept.Gaps = s.CollectedAt, s.Cluster, s.Gaps
	kept.APIServers, kept.ControlPlanePods, kept.Leases = s.APIServers, s.ControlPlanePods, s.Leases
	kept.Nodes, kept.NodeSamples, kept.APIGroups, kept.Management = s.Nodes, s.NodeSamples, s.APIGroups, s.Management
	return kept
}

// Fleet judges several clusters, and those that they manage, by the role of each.
// nested keeps the report on each of them.
func Fleet(members []Member, c *catalog.Catalog, o Options, nested bool) *v1alpha1.FleetSupportReport {
	report := v1alpha1.NewFleetSupportReport()
	report.At = o.At
	if o.Within != (calendar.Period{}) {
		report.Within = o.Within.String()
	}
	if o.Platform != nil {
		report.Platform = o.Platform.ID
	}
	if o.PlatformVersion != nil {
		report.PlatformVersion = o.PlatformVersion.Version
	}
	f := newFleet(members, c, o, nested)
	for i, m := range members {
		f.add(f.member(m, f.places[i]))
	}
	gravestFirst(f.rows)
	for _, row := range f.rows {
		report.Clusters = append(report.Clusters, row.ClusterSupport)
	}
	report.Summary = summaryOf(f.rows, f.unread)
	report.Notes = slices.Concat(f.notes, assumedNote(f.rows), o.staleNote(f.rows))
	if slices.ContainsFunc(f.rows, func(r clusterRow) bool { return r.Standing.Until.Unconfirmed }) {
		report.Notes = append(report.Notes, Unconfirmed)
	}
	return report
}

// fleet is several clusters, and what manages them.
type fleet struct {
	Options
	catalog *catalog.Catalog
	nested  bool
	// asked is the version that was asked for, as the members' platform stands to it.
	asked *taker
	// places are those of the members.
	places []place
	rows   []clusterRow
	notes  []string
	// unread are the members whose clusters could not be listed.
	unread []string
}

// place of a member among the others.
type place struct {
	// global is by its own resources, and so is what it installs in others.
	global   bool
	installs *offer
	// manager is nil of a cluster that no other member manages; cluster is what it says otherwise.
	manager *manager
	cluster v1alpha1.ManagedCluster
}

// add keeps no more of a cluster than is shown.
func (f *fleet) add(row clusterRow) {
	if !f.nested {
		row.Report = nil
	}
	f.rows = append(f.rows, row)
}

// newFleet asks every cluster what it manages. A managed cluster that is no
// member is a row; of one that is, the manager tells the role, what it takes and
// offers, and the version where the cluster itself could not be read.
func newFleet(members []Member, c *catalog.Catalog, o Options, nested bool) *fleet {
	f := &fleet{Options: o, catalog: c, nested: nested, asked: o.taker(), places: make([]place, len(members))}
	names := map[string]bool{}
	for _, m := range members {
		names[m.Name] = true
	}
	var alone []string
	var reached *taker
	ahead := false
	for i, member := range members {
		if member.Snapshot == nil {
			continue
		}
		f.places[i].global = runsGlobal(member.Snapshot)
		f.gaps(member)
		for _, m := range managersOf(member.Snapshot, c, o) {
			for _, note := range m.notes {
				f.notes = append(f.notes, fmt.Sprintf("cluster %s: %s", member.Name, note))
			}
			f.places[i].installs = cmp.Or(f.places[i].installs, m.offer)
			if m.taker != nil && m.taker.reached != "" {
				reached = cmp.Or(reached, m.taker)
			} else if m.taker != nil {
				ahead = true
			}
			for _, managed := range m.others() {
				at := slices.IndexFunc(members, func(other Member) bool { return other.Name == managed.Name })
				if at >= 0 && at != i && f.places[at].manager == nil {
					f.places[at].manager, f.places[at].cluster = &m, managed
					continue
				}
				row := m.row(managed, c, o, nil)
				if names[row.Name] {
					row.Name = member.Name + "/" + row.Name
				}
				names[row.Name] = true
				alone = append(alone, row.Name)
				f.add(row)
			}
		}
	}
	// Clusters that nobody manages are asked about for a platform that is not there yet.
	if reached != nil && !ahead {
		f.asked = &taker{name: reached.name, version: reached.version, ranges: reached.newcomers, reached: reached.reached}
	}
	if len(alone) > 0 {
		slices.Sort(alone)
		f.notes = append(f.notes, "known from what manages them alone, as no context or snapshot has their name: "+firstOf(alone))
	}
	return f
}

// gaps notes what could not be read of what a member manages.
func (f *fleet) gaps(m Member) {
	found := false
	for _, gap := range m.Snapshot.Gaps {
		if gap.Source != v1alpha1.SourceManagement {
			continue
		}
		found = true
		why := gap.Message
		if gap.Permission != "" {
			why = "needs permission to " + gap.Permission
		}
		f.notes = append(f.notes, fmt.Sprintf("cluster %s: what it manages could not all be read: %s: %s", m.Name, gap.Hides, why))
	}
	if found && m.Snapshot.Management != nil && !listed(m.Snapshot.Management) {
		f.unread = append(f.unread, m.Name)
	}
}

// listed is false where a platform's clusters could not be read.
func listed(m *v1alpha1.Management) bool {
	return (m.ACP == nil || m.ACP.Clusters != nil) && (m.Kubean == nil || m.Kubean.Clusters != nil)
}

// member is the row of a cluster that was read, or could not be.
func (f *fleet) member(m Member, at place) clusterRow {
	e := &evaluation{Options: f.Options, catalog: f.catalog, snapshot: m.Snapshot, taker: f.asked, installs: at.installs}
	var role v1alpha1.ClusterRole
	if by := at.manager; by != nil {
		e.taker, e.tier, e.offer, role = by.taker, by.tier, by.offer, by.role(at.cluster)
	}
	if at.global {
		role = v1alpha1.GlobalCluster
	}
	e.role, e.assumed = f.roleOf(role, e.taker, m.Name)
	if role != "" && role != v1alpha1.ThirdPartyCluster && slices.Contains(f.ThirdParty, m.Name) {
		f.notes = append(f.notes, fmt.Sprintf("cluster %s: --third-party names it, and it is a %s cluster by %s", m.Name, role, cmp.Or(at.cluster.From, "its own resources")))
	}
	err := m.Err
	if err == nil {
		if e.servers = facts.FindAPIServers(m.Snapshot); len(e.servers.Seen) == 0 {
			err = errNoVersion
		}
	}
	switch {
	case err != nil && at.cluster.Version != "":
		return at.manager.row(at.cluster, f.catalog, f.Options, err)
	case err != nil:
		return clusterRow{taker: e.taker, ClusterSupport: v1alpha1.ClusterSupport{
			Name: m.Name, From: m.From, Error: err.Error(), Verdict: v1alpha1.Unknown, Role: e.role, RoleAssumed: e.assumed, Ranges: e.ranges(),
		}}
	}
	if v, err := version.Parse(at.cluster.Version); err == nil && v.Minor != e.oldest() {
		f.notes = append(f.notes, fmt.Sprintf("cluster %s: %s tells %s, and %s was read from %s: one name may stand for two clusters",
			m.Name, cmp.Or(at.cluster.From, "its manager"), at.cluster.Version, e.servers.Seen[len(e.servers.Seen)-1].Text, m.From))
	}
	return e.cluster(m.Name, m.From, e.report())
}

var errNoVersion = errors.New("the snapshot holds no kube-apiserver version: take it again with a role that may read /version")

// clusterRow is one of several clusters, and what its ranges are of.
type clusterRow struct {
	v1alpha1.ClusterSupport
	taker *taker
}

// cluster makes a row of a report.
func (e *evaluation) cluster(name, from string, report *v1alpha1.SupportReport) clusterRow {
	lead, _ := leading(report.Rows)
	row := clusterRow{taker: e.taker, ClusterSupport: v1alpha1.ClusterSupport{
		Name: name, From: from, Role: e.role, RoleAssumed: e.assumed, Platform: e.platform.ID,
		Verdict: report.Summary.Verdict, Complete: report.Summary.Complete, Standing: lead.Standing,
		Reason: report.Summary.Message, Advice: report.Summary.Advice, Report: report,
	}}
	if seen := e.servers.Seen; len(seen) > 0 {
		row.Version = seen[len(seen)-1].Text
	}
	for _, check := range report.Ranges {
		if check.Answer != "" {
			row.Ranges = append(row.Ranges, check)
		}
	}
	return row
}

// gravestFirst puts what could not be judged between warnings and what is
// unknown, of equals first what stands against the platform, and last what may not.
func gravestFirst(rows []clusterRow) {
	rank := func(r clusterRow) int {
		rank := 4 * r.Verdict.Weight()
		if r.Error != "" {
			rank += 2
		}
		if slices.ContainsFunc(r.Ranges, func(c v1alpha1.RangeCheck) bool { return outside(c.Answer) }) {
			rank++
		}
		return rank
	}
	slices.SortStableFunc(rows, func(a, b clusterRow) int {
		assumed := 0
		switch {
		case a.RoleAssumed && !b.RoleAssumed:
			assumed = 1
		case b.RoleAssumed && !a.RoleAssumed:
			assumed = -1
		}
		return cmp.Or(cmp.Compare(rank(b), rank(a)), assumed, strings.Compare(a.Name, b.Name))
	})
}

// summaryOf says first what the platform makes of the clusters: what blocks it,
// what it blocks, what else is grave, and then what stands against nothing. unread
// are those whose own clusters are not among the rows.
func summaryOf(rows []clusterRow, unread []string) v1alpha1.FleetSupportSummary {
	s := v1alpha1.FleetSupportSummary{Verdict: v1alpha1.OK, Complete: true, Clusters: int32(len(rows))}
	silent := false
	for i, row := range rows {
		if i == 0 || row.Verdict.Weight() > s.Verdict.Weight() {
			s.Verdict = row.Verdict
		}
		s.Complete = s.Complete && row.Complete
		silent = silent || !row.Complete && !row.RoleAssumed && !row.open()
		if row.Error != "" {
			s.Failed++
		}
	}
	tallies := tallied(rows)
	var sentences []string
	var named []int
	for _, t := range tallies {
		if len(t.out) > 0 {
			sentences, named = append(sentences, t.kept(rows)), append(named, t.out...)
		}
	}
	rest, first := others(rows, named)
	if rest != "" {
		sentences, named = append(sentences, rest), append(named, first...)
	}
	if len(unread) > 0 {
		sentences = append(sentences, fmt.Sprintf("the clusters that %s manages could not be read", firstOf(unread)))
	}
	for _, row := range rows {
		if row.taker != nil && row.taker.reached != "" && !slices.Contains(sentences, row.taker.reached) {
			sentences = append(sentences, row.taker.reached)
		}
	}
	for _, t := range tallies {
		if len(t.out) == 0 {
			sentences = append(sentences, t.clean(rows))
		}
	}
	if len(sentences) == 0 {
		sentences = append(sentences, count(len(rows), "cluster")+" in order")
	}
	if silent && len(unread) == 0 {
		sentences = append(sentences, "not everything could be judged")
	}
	s.Message = strings.Join(sentences, "; ")
	if at := slices.IndexFunc(named, func(i int) bool { return rows[i].Advice != "" }); at >= 0 && s.Verdict != v1alpha1.OK {
		s.Advice = rows[named[at]].Name + ": " + rows[named[at]].Advice
	}
	return s
}

// open reports whether a sentence on its ranges, or on it, says that it is not known.
func (r clusterRow) open() bool {
	return r.Verdict == v1alpha1.Unknown || slices.ContainsFunc(r.Ranges, func(c v1alpha1.RangeCheck) bool { return c.Answer == v1alpha1.RangeUnknown })
}

// label is such as "legacy v1.31.9".
func (r clusterRow) label() string { return strings.TrimSpace(r.Name + " " + r.Version) }

// others are the clusters that no range keeps out: the gravest of them by name,
// which are at first, and how many are less grave. What a sentence on their
// ranges tells is left out.
func others(rows []clusterRow, named []int) (sentence string, first []int) {
	classes := []struct {
		what string
		in   func(clusterRow) bool
	}{
		{"unsupported", func(r clusterRow) bool { return r.Verdict.Weight() >= v1alpha1.Error.Weight() }},
		{"with warnings", func(r clusterRow) bool { return r.Verdict == v1alpha1.Warning }},
		{"could not be judged", func(r clusterRow) bool { return r.Error != "" && len(r.Ranges) == 0 }},
		{"not known", func(r clusterRow) bool { return r.Verdict == v1alpha1.Unknown && r.Error == "" && len(r.Ranges) == 0 }},
	}
	var parts []string
	for _, class := range classes {
		var at []int
		var labels []string
		for i, row := range rows {
			if class.in(row) && !slices.Contains(named, i) {
				at, labels = append(at, i), append(labels, row.label())
			}
		}
		switch {
		case len(at) == 0:
		case len(parts) > 0:
			parts = append(parts, fmt.Sprintf("%d %s", len(at), class.what))
		case len(named) > 0:
			first = at
			parts = append(parts, fmt.Sprintf("%s %s: %s", count(len(at), "other"), class.what, firstOf(labels)))
		default:
			first = at
			parts = append(parts, fmt.Sprintf("%d of %s %s: %s", len(at), count(len(rows), "cluster"), class.what, firstOf(labels)))
		}
	}
	return strings.Join(parts, ", "), first
}

// tally is how the clusters of a role stand to a range.
type tally struct {
	version *catalog.PlatformVersion
	v1alpha1.VersionRange
	total, failed int
	answers       map[v1alpha1.RangeAnswer]int
	// out are the rows outside, and assumed those whose role is.
	out, assumed []int
}

// tallied are those of all ranges, of workload clusters first: these keep the platform back.
func tallied(rows []clusterRow) []*tally {
	var all []*tally
	for i, row := range rows {
		for _, check := range row.Ranges {
			at := slices.IndexFunc(all, func(t *tally) bool { return t.version == row.taker.version && t.For == check.For })
			if at < 0 {
				at = len(all)
				all = append(all, &tally{version: row.taker.version, VersionRange: check.VersionRange, answers: map[v1alpha1.RangeAnswer]int{}})
			}
			t := all[at]
			t.total++
			if row.Error != "" {
				t.failed++
			} else {
				t.answers[check.Answer]++
			}
			if outside(check.Answer) {
				t.out = append(t.out, i)
			}
			if row.RoleAssumed {
				t.assumed = append(t.assumed, i)
			}
		}
	}
	order := []v1alpha1.ClusterRole{v1alpha1.WorkloadCluster, v1alpha1.ThirdPartyCluster}
	slices.SortStableFunc(all, func(a, b *tally) int {
		place := func(t *tally) int {
			if at := slices.Index(order, t.Role); at >= 0 {
				return at
			}
			return len(order)
		}
		return cmp.Compare(place(a), place(b))
	})
	return all
}

func (t *tally) noun() string { return strings.TrimSpace(string(t.Role) + " cluster") }

// kept says which clusters are outside, and what that means.
func (t *tally) kept(rows []clusterRow) string {
	var labels, others []string
	for _, i := range t.out {
		labels = append(labels, rows[i].label())
	}
	others = append(others, t.assumption(rows, t.out, len(t.out))...)
	for _, answer := range []v1alpha1.RangeAnswer{v1alpha1.RangeValidated, v1alpha1.RangeAccepted} {
		if n := t.answers[answer]; n > 0 {
			others = append(others, fmt.Sprintf("%d %s", n, answerText(answer)))
		}
	}
	sentence := fmt.Sprintf("%d of %d %ss %s: %s", len(t.out), t.total, t.noun(), keptOut(t.VersionRange, t.version.Version, len(t.out), ""), firstOf(labels))
	if others = append(others, t.open()...); len(others) > 0 {
		sentence += " (" + strings.Join(others, ", ") + ")"
	}
	return sentence
}

// clean is said where no cluster is known to be outside: that none is, if all are known.
func (t *tally) clean(rows []clusterRow) string {
	open := t.open()
	var sentence string
	switch {
	case len(open) > 0 && t.Role == v1alpha1.ThirdPartyCluster:
		of := fmt.Sprintf("of %d %ss", t.total, t.noun())
		sentence = fmt.Sprintf("%d %s validated for %s by %s", t.answers[v1alpha1.RangeValidated], of, t.For, t.version.Version)
		if n := t.answers[v1alpha1.RangeAccepted]; n > 0 {
			sentence += fmt.Sprintf(", %d %s", n, answerText(v1alpha1.RangeAccepted))
		}
	case len(open) > 0:
		sentence = fmt.Sprintf("no %s of %d %s", t.noun(), t.total, keptOut(t.VersionRange, t.version.Version, 1, "is known to "))
	default:
		sentence = fmt.Sprintf("no %s of %d %s", t.noun(), t.total, keptOut(t.VersionRange, t.version.Version, 1, ""))
		var others []string
		for _, answer := range []v1alpha1.RangeAnswer{v1alpha1.RangeValidated, v1alpha1.RangeAccepted} {
			if n := t.answers[answer]; n > 0 {
				others = append(others, fmt.Sprintf("%d %s", n, answerText(answer)))
			}
		}
		open = append(open, t.assumption(rows, t.assumed, t.total)...)
		if others = append(others, open...); len(others) > 0 {
			sentence += " (" + strings.Join(others, ", ") + ")"
		}
		return sentence
	}
	return strings.Join(append([]string{sentence}, append(open, t.assumption(rows, t.assumed, t.total)...)...), ", ")
}

// open counts those of which it is not known.
func (t *tally) open() []string {
	var all []string
	if n := t.answers[v1alpha1.RangeUnknown]; n > 0 {
		all = append(all, fmt.Sprintf("%d %s", n, answerText(v1alpha1.RangeUnknown)))
	}
	if t.failed > 0 {
		all = append(all, fmt.Sprintf("%d could not be judged", t.failed))
	}
	return all
}

// assumption names those of so many clusters whose role is assumed.
func (t *tally) assumption(rows []clusterRow, of []int, outOf int) []string {
	var names []string
	for _, i := range of {
		if rows[i].RoleAssumed {
			names = append(names, rows[i].Name)
		}
	}
	switch {
	case len(names) == 0:
		return nil
	case len(names) > 1 && len(names) == outOf:
		return []string{"all by assumption"}
	}
	return []string{firstOf(names) + " by assumption"}
}

func answerText(answer v1alpha1.RangeAnswer) string {
	switch answer {
	case v1alpha1.RangeAccepted:
		return "accepted and not validated"
	case v1alpha1.RangeUnknown:
		return "not known"
	default:
		return string(answer)
	}
}

// keptOut says what being outside a range means for so many clusters; known is
// "is known to " where that is all there is to say of one.
func keptOut(r v1alpha1.VersionRange, platformVersion string, n int, known string) string {
	is, s := "is", "s"
	switch {
	case known != "":
		is, s = known+"be", ""
	case n != 1:
		is, s = "are", ""
	}
	switch r.Role {
	case v1alpha1.WorkloadCluster:
		return fmt.Sprintf("%sblock%s %s to %s", known, s, r.For, platformVersion)
	case v1alpha1.ThirdPartyCluster:
		return fmt.Sprintf("%s blocked from %s by %s", is, r.For, platformVersion)
	default:
		return fmt.Sprintf("%s outside the range of %s for %s", is, platformVersion, r.For)
	}
}

// firstOf names a few, and counts the others.
func firstOf(names []string) string {
	const few = 3
	if more := len(names) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), more)
	}
	return strings.Join(names, ", ")
}

// assumedNote says once of which clusters the role is assumed; nothing where it is of none.
func assumedNote(rows []clusterRow) []string {
	var assumed []string
	for _, row := range rows {
		if row.RoleAssumed {
			assumed = append(assumed, row.Name)
		}
	}
	if len(assumed) == 0 {
		return nil
	}
	slices.Sort(assumed)
	return []string{fmt.Sprintf("taken for workload clusters, as nothing tells their role: %s; --third-party names those that the platform did not create", firstOf(assumed))}
}

// staleNote names a calendar that was read long ago.
func (o Options) staleNote(rows []clusterRow) []string {
	for _, row := range rows {
		if note := o.stale(row.Standing); note != "" {
			return []string{note}
		}
	}
	return nil
}

// withManaged adds what is wrong with managed clusters. It leads where it is
// graver than what is wrong with the cluster itself, and where it is as grave and
// keeps the platform back, or a version was asked about which takes the cluster itself.
func withManaged(report *v1alpha1.SupportReport, rows []clusterRow) v1alpha1.SupportSummary {
	own := report.Summary
	if len(rows) == 0 {
		return own
	}
	managed, seen := summaryOf(rows, nil), own.Complete
	own.Complete = own.Complete && managed.Complete
	if managed.Verdict.Weight() < v1alpha1.Unknown.Weight() {
		return own
	}
	message := "of what is managed from this cluster, " + managed.Message
	graver := managed.Verdict.Weight() - own.Verdict.Weight()
	first := slices.ContainsFunc(rows, func(r clusterRow) bool {
		return r.taker != nil && !r.taker.ahead || slices.ContainsFunc(r.Ranges, func(c v1alpha1.RangeCheck) bool { return c.Answer == v1alpha1.RangeBlocks })
	})
	kept := slices.ContainsFunc(report.Ranges, func(c v1alpha1.RangeCheck) bool { return outside(c.Answer) })
	switch {
	case own.Verdict.Weight() < v1alpha1.Unknown.Weight():
		own.Verdict, own.Message, own.Advice = managed.Verdict, message, managed.Advice
		if !seen {
			own.Message += "; not everything could be judged"
		}
	case graver > 0 || graver == 0 && first && !kept:
		own.Verdict, own.Message, own.Advice = managed.Verdict, message+"; this cluster itself: "+own.Message, cmp.Or(managed.Advice, own.Advice)
	default:
		own.Message += "; " + message
		own.Advice = cmp.Or(own.Advice, managed.Advice)
	}
	return own
}
