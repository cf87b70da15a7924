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
func Fleet(members []Member, c *catalog.Catalog, o Options) *v1alpha1.FleetSupportReport {
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
	f := newFleet(members, c, o)
	for i, m := range members {
		f.rows = append(f.rows, f.member(m, f.told[i]))
	}
	gravestFirst(f.rows)
	for _, row := range f.rows {
		report.Clusters = append(report.Clusters, row.ClusterSupport)
	}
	report.Summary = summaryOf(f.rows)
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
	// told is what managers say of each member; zero where none does.
	told  []told
	rows  []clusterRow
	notes []string
}

// told is what a manager says of a cluster.
type told struct {
	role v1alpha1.ClusterRole
	// from is the resource; empty of a cluster that no other one manages.
	from  string
	taker *taker
	offer *offer
}

// newFleet asks every cluster what it manages. A managed cluster that is no
// member is a row; of one that is, the manager tells the role, and what it takes
// and offers, but not the version.
func newFleet(members []Member, c *catalog.Catalog, o Options) *fleet {
	f := &fleet{Options: o, catalog: c, told: make([]told, len(members))}
	taken := map[string]bool{}
	for _, m := range members {
		taken[m.Name] = true
	}
	for i, member := range members {
		if member.Snapshot == nil {
			continue
		}
		for _, m := range managersOf(member.Snapshot, c, o) {
			for _, note := range m.notes {
				f.notes = append(f.notes, fmt.Sprintf("cluster %s: %s", member.Name, note))
			}
			f.told[i].offer = cmp.Or(f.told[i].offer, m.offer)
			if m.acp && runsGlobal(member.Snapshot) {
				f.told[i].role = v1alpha1.GlobalCluster
			}
			for _, managed := range m.others() {
				at := slices.IndexFunc(members, func(other Member) bool { return other.Name == managed.Name })
				if at >= 0 && at != i && f.told[at].from == "" {
					own := f.told[at]
					f.told[at] = told{
						role: cmp.Or(own.role, m.role(managed)), from: cmp.Or(managed.From, "cluster "+member.Name),
						taker: m.taker, offer: cmp.Or(own.offer, m.offer),
					}
					continue
				}
				row := m.row(managed, c, o)
				if taken[row.Name] {
					row.Name = member.Name + "/" + row.Name
				}
				taken[row.Name] = true
				f.rows = append(f.rows, row)
			}
		}
	}
	return f
}

// member is the row of a cluster that was read, or could not be.
func (f *fleet) member(m Member, by told) clusterRow {
	e := &evaluation{Options: f.Options, catalog: f.catalog, snapshot: m.Snapshot, taker: cmp.Or(f.taker(), by.taker), offer: by.offer}
	e.role, e.assumed = f.roleOf(by.role, e.taker, m.Name)
	if by.role != "" && by.role != v1alpha1.ThirdPartyCluster && slices.Contains(f.ThirdParty, m.Name) {
		f.notes = append(f.notes, fmt.Sprintf("cluster %s: --third-party names it, and it is a %s cluster by %s", m.Name, by.role, cmp.Or(by.from, "its own resources")))
	}
	err := m.Err
	if err == nil {
		if e.servers = facts.FindAPIServers(m.Snapshot); len(e.servers.Seen) == 0 {
			err = errNoVersion
		}
	}
	if err != nil {
		return clusterRow{taker: e.taker, ClusterSupport: v1alpha1.ClusterSupport{
			Name: m.Name, From: m.From, Error: err.Error(), Verdict: v1alpha1.Unknown, Role: e.role, RoleAssumed: e.assumed,
		}}
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
// unknown, and of equals first what stands against the platform.
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
		return cmp.Or(cmp.Compare(rank(b), rank(a)), strings.Compare(a.Name, b.Name))
	})
}

// summaryOf says first what the platform makes of the clusters.
func summaryOf(rows []clusterRow) v1alpha1.FleetSupportSummary {
	s := v1alpha1.FleetSupportSummary{Verdict: v1alpha1.OK, Complete: true, Clusters: int32(len(rows))}
	var unsupported, warned, open int
	for i, row := range rows {
		if i == 0 || row.Verdict.Weight() > s.Verdict.Weight() {
			s.Verdict = row.Verdict
		}
		s.Complete = s.Complete && row.Complete
		switch weight := row.Verdict.Weight(); {
		case row.Error != "":
			s.Failed++
		case weight >= v1alpha1.Error.Weight():
			unsupported++
		case weight == v1alpha1.Warning.Weight():
			warned++
		case weight == v1alpha1.Unknown.Weight():
			open++
		}
	}
	var counts []string
	add := func(n int, what string) {
		if n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(unsupported, "unsupported")
	add(warned, "with warnings")
	add(open, "not known")
	add(int(s.Failed), "could not be judged")
	add(len(rows)-unsupported-warned-open-int(s.Failed), "in order")
	s.Message = strings.Join(append(taken(rows), count(len(rows), "cluster")+": "+strings.Join(counts, ", ")), "; ")
	if lead := slices.IndexFunc(rows, func(r clusterRow) bool { return r.Advice != "" && r.Verdict == s.Verdict }); lead >= 0 && s.Verdict != v1alpha1.OK {
		s.Advice = rows[lead].Name + ": " + rows[lead].Advice
	}
	return s
}

// taken says in a sentence for each range how many clusters it keeps out.
func taken(rows []clusterRow) []string {
	type purpose struct {
		taker *catalog.PlatformVersion
		what  string
	}
	var order []purpose
	checks := map[purpose][]v1alpha1.RangeCheck{}
	names := map[purpose][]string{}
	for _, row := range rows {
		for _, check := range row.Ranges {
			p := purpose{row.taker.version, check.For}
			if !slices.Contains(order, p) {
				order = append(order, p)
			}
			checks[p] = append(checks[p], check)
			if outside(check.Answer) {
				names[p] = append(names[p], row.Name+" "+check.Version)
			}
		}
	}
	var sentences []string
	for _, p := range order {
		first, answers := checks[p][0], map[v1alpha1.RangeAnswer]int{}
		for _, check := range checks[p] {
			answers[check.Answer]++
		}
		noun := strings.TrimSpace(string(first.Role) + " cluster")
		sentence := fmt.Sprintf("no %s of %d %s", noun, len(checks[p]), keptOut(first.VersionRange, p.taker.Version, 1))
		switch out := names[p]; {
		case len(out) > 0:
			sentence = fmt.Sprintf("%d of %d %ss %s: %s", len(out), len(checks[p]), noun, keptOut(first.VersionRange, p.taker.Version, len(out)), firstOf(out))
		case answers[v1alpha1.RangeUnknown] == len(checks[p]):
			continue
		}
		var others []string
		for _, answer := range []v1alpha1.RangeAnswer{v1alpha1.RangeValidated, v1alpha1.RangeAccepted, v1alpha1.RangeUnknown} {
			if n := answers[answer]; n > 0 {
				others = append(others, fmt.Sprintf("%d %s", n, answerText(answer)))
			}
		}
		if len(others) > 0 {
			sentence += " (" + strings.Join(others, ", ") + ")"
		}
		sentences = append(sentences, sentence)
	}
	return sentences
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

// keptOut says what being outside a range means for so many clusters.
func keptOut(r v1alpha1.VersionRange, platformVersion string, n int) string {
	is, s := "is", "s"
	if n != 1 {
		is, s = "are", ""
	}
	switch r.Role {
	case v1alpha1.WorkloadCluster:
		return fmt.Sprintf("block%s %s to %s", s, r.For, platformVersion)
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

// withManaged puts what is wrong with managed clusters before what is less wrong
// with the cluster itself, and before what is as wrong where a version was asked about.
func withManaged(own v1alpha1.SupportSummary, rows []clusterRow) v1alpha1.SupportSummary {
	if len(rows) == 0 {
		return own
	}
	managed := summaryOf(rows)
	own.Complete = own.Complete && managed.Complete
	graver := managed.Verdict.Weight() - own.Verdict.Weight()
	asked := slices.ContainsFunc(rows, func(r clusterRow) bool { return r.taker != nil && !r.taker.ahead })
	if managed.Verdict.Weight() >= v1alpha1.Unknown.Weight() && (graver > 0 || graver == 0 && asked) {
		own.Verdict, own.Advice = managed.Verdict, managed.Advice
		own.Message = "of what is managed from this cluster, " + managed.Message
	}
	return own
}
