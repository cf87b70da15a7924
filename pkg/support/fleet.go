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
