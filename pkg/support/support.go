// Package support judges a snapshot by release calendars: is the cluster
// supported, by whom, and until when.
//
// Each version of the control plane and of the nodes is looked up in the
// calendar of the cluster's platform. The day is an argument: nothing here
// reads a clock, a cluster or the environment.
package support

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Options say by what a cluster is judged.
type Options struct {
	// At is the day that is asked about.
	At calendar.Date
	// Within makes a warning of support that ends so soon; the zero value of none.
	Within calendar.Period
	// Platform is one of the catalog; nil to recognise it.
	Platform *catalog.Platform
	// PlatformVersion is one of Platform's own versions; nil checks no ranges, but
	// those of what manages the clusters.
	PlatformVersion *catalog.PlatformVersion
	// Live is what the cluster's platform answered; nil where it was not asked.
	Live *Live
	// ThirdParty names clusters that the platform did not create.
	ThirdParty []string
}

// Parts of a cluster.
const (
	controlPlane = "control plane"
	nodes        = "nodes"
)

// Evaluate judges the control plane and the nodes of the snapshot. It fails
// only when the snapshot names no kube-apiserver version.
func Evaluate(s *v1alpha1.Snapshot, c *catalog.Catalog, o Options) (*v1alpha1.SupportReport, error) {
	servers := facts.FindAPIServers(s)
	if len(servers.Seen) == 0 {
		return nil, errNoVersion
	}
	e := &evaluation{Options: o, catalog: c, snapshot: s, servers: servers, taker: o.taker(), role: roleAlone(s, o)}
	managers := managersOf(s, c, o)
	for _, m := range managers {
		e.installs = cmp.Or(e.installs, m.offer)
	}
	report := e.report()
	var managed []clusterRow
	for _, m := range managers {
		report.Notes = append(report.Notes, m.notes...)
		for _, cluster := range m.others() {
			managed = append(managed, m.row(cluster, c, o, nil))
		}
	}
	gravestFirst(managed)
	for _, row := range managed {
		row.Report = nil
		report.Managed = append(report.Managed, row.ClusterSupport)
	}
	report.Notes = append(report.Notes, assumedNote(managed)...)
	report.Summary = withManaged(report, managed)
	return report, nil
}

// roleAlone is the role of a cluster that is judged by itself: without word of
// it, it is judged by the ranges for all roles.
func roleAlone(s *v1alpha1.Snapshot, o Options) v1alpha1.ClusterRole {
	switch {
	case runsGlobal(s):
		return v1alpha1.GlobalCluster
	case slices.Contains(o.ThirdParty, s.Name) || slices.Contains(o.ThirdParty, s.Cluster.Context):
		return v1alpha1.ThirdPartyCluster
	default:
		return ""
	}
}

// recognise obeys --platform, but for a third-party cluster with another vendor's
// mark: whoever made the cluster supports its Kubernetes.
func (o Options) recognise(c *catalog.Catalog, s *v1alpha1.Snapshot, role v1alpha1.ClusterRole, otherwise *catalog.Platform) facts.Recognised {
	found := facts.Recognise(c, s)
	marked := found.Conclusive && found.Platform.ID != catalog.Upstream
	guest := marked && role == v1alpha1.ThirdPartyCluster
	switch {
	case o.Platform != nil && !guest:
		return facts.Recognised{Platform: o.Platform, Evidence: "--platform", Conclusive: true}
	case otherwise != nil && !marked:
		return facts.Recognised{Platform: otherwise, Conclusive: true}
	default:
		return found
	}
}

// begin a report.
func (o Options) begin(name string) *v1alpha1.SupportReport {
	report := v1alpha1.NewSupportReport(name)
	report.At = o.At
	if o.Within != (calendar.Period{}) {
		report.Within = o.Within.String()
	}
	return report
}

// report is on the cluster itself, without those that are managed from it.
func (e *evaluation) report() *v1alpha1.SupportReport {
	s := e.snapshot
	recognised := e.recognise(e.catalog, s, e.role, nil)
	e.platform = recognised.Platform
	report := e.begin(s.Name)
	report.CollectedAt, report.Cluster = s.CollectedAt, s.Cluster
	report.Platform = v1alpha1.Platform{
		ID: e.platform.ID, Name: e.platform.Name, Evidence: recognised.Evidence, Assumed: !recognised.Conclusive,
	}
	report.Rows = append(e.controlPlane(), e.nodes()...)
	report.Ranges = append(e.creation(), e.ranges()...)
	report.Gaps = append(e.gaps(report.Platform.Assumed), e.unanswered()...)
	report.Notes = slices.Concat(recognised.Notes, e.told(report.Rows), e.notes(report))
	report.Summary = e.summarize(report)
	return report
}

type evaluation struct {
	Options
	catalog  *catalog.Catalog
	platform *catalog.Platform
	snapshot *v1alpha1.Snapshot
	servers  facts.APIServers
	// taker is what the ranges are of; nil for none.
	taker *taker
	// role is empty where it is not known, and assumed where nothing tells it.
	role    v1alpha1.ClusterRole
	assumed bool
	// offer is what the Kubean that manages this cluster installs, and installs what
	// the one in it does for others; nil where there is none.
	offer, installs *offer
	// tier limits workload clusters; nil where it is not known.
	tier *tier
}

// oldest minor of the control plane, which no node may be newer than.
func (e *evaluation) oldest() version.Minor {
	return e.servers.Seen[len(e.servers.Seen)-1].Version.Minor
}

func (e *evaluation) controlPlane() []v1alpha1.SupportRow {
	instances := map[string]int32{}
	for _, server := range e.servers.Seen {
		instances[server.Text]++
	}
	var rows []v1alpha1.SupportRow
	for text, count := range instances {
		rows = append(rows, e.row(v1alpha1.SupportRow{Part: controlPlane, Version: text, Count: count}))
	}
	newestFirst(rows)
	if unseen := e.servers.Exist - len(e.servers.Seen); unseen > 0 {
		rows = append(rows, e.unknown(controlPlane, int32(unseen),
			fmt.Sprintf("%d of %d kube-apiserver instances did not show their version", unseen, e.servers.Exist)))
	}
	return rows
}

// nodes are those with a kubelet: virtual ones have none.
func (e *evaluation) nodes() []v1alpha1.SupportRow {
	if e.snapshot.Nodes == nil {
		return []v1alpha1.SupportRow{e.unknown(nodes, 0, "kubelet versions could not be read")}
	}
	names := map[string][]string{}
	for _, group := range e.snapshot.Nodes.Groups {
		if !group.Virtual {
			names[group.KubeletVersion] = append(names[group.KubeletVersion], group.Names...)
		}
	}
	var rows []v1alpha1.SupportRow
	for text, of := range names {
		slices.Sort(of)
		rows = append(rows, e.row(v1alpha1.SupportRow{Part: nodes, Version: text, Count: int32(len(of)), Names: of}))
	}
	newestFirst(rows)
	return rows
}

func newestFirst(rows []v1alpha1.SupportRow) {
	slices.SortFunc(rows, func(a, b v1alpha1.SupportRow) int {
		va, _ := version.Parse(a.Version)
		vb, _ := version.Parse(b.Version)
		return cmp.Or(vb.Compare(va), cmp.Compare(a.Version, b.Version))
	})
}

// row judges one version.
func (e *evaluation) row(row v1alpha1.SupportRow) v1alpha1.SupportRow {
	v, err := version.Parse(row.Version)
	if err != nil {
		unknown := e.unknown(row.Part, row.Count, "version is not one of Kubernetes")
		unknown.Version, unknown.Names = row.Version, row.Names
		return unknown
	}
	by, release := e.catalog.Calendar(e.platform, v.Minor)
	release = e.ownDates(by, release, row.Version)
	row.Standing = standing(by, release, v.Minor, e.At)
	row.Verdict, row.Reason = e.judge(by, release, v)
	if by.ID != catalog.Upstream {
		upstream := e.catalog.Platform(catalog.Upstream)
		theirs := standing(upstream, upstream.Release(v.Minor), v.Minor, e.At)
		row.Upstream = &theirs
	}
	row.Patch = e.patch(v)
	row.Advice = e.advise(row, v.Minor)
	return row
}

func (e *evaluation) unknown(part string, count int32, reason string) v1alpha1.SupportRow {
	return v1alpha1.SupportRow{
		Part: part, Count: count, Verdict: v1alpha1.Unknown, Reason: reason,
		Standing: v1alpha1.Standing{Calendar: e.platform.ID, AsOf: e.platform.AsOf, Stage: v1alpha1.Undated},
	}
}

// gaps are those of the sources that are read here. Marks of the platform bear
// where it could only be assumed.
func (e *evaluation) gaps(assumed bool) []v1alpha1.Gap {
	sources := []v1alpha1.Source{
		v1alpha1.SourceAPIServers, v1alpha1.SourceEndpoints, v1alpha1.SourceControlPlanePods, v1alpha1.SourceLeases, v1alpha1.SourceNodes,
		v1alpha1.SourceManagement,
	}
	if assumed {
		sources = append(sources, v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups)
	}
	var bearing []v1alpha1.Gap
	for _, gap := range e.snapshot.Gaps {
		if slices.Contains(sources, gap.Source) {
			bearing = append(bearing, gap)
		}
	}
	return bearing
}

func (e *evaluation) notes(report *v1alpha1.SupportReport) []string {
	var notes []string
	if borrowed := e.borrowed(report); len(borrowed) > 0 {
		notes = append(notes, fmt.Sprintf("the catalog knows no end dates of %s %s: those of %s are shown",
			e.platform.Name, strings.Join(borrowed, ", "), e.catalog.Platform(e.platform.Follows).Name))
	}
	if e.role == v1alpha1.GlobalCluster && e.taker != nil {
		notes = append(notes, fmt.Sprintf("this is the global cluster: the ranges of %s are about those that it manages", e.taker.name))
	}
	if len(e.platform.Versions) > 0 && e.taker == nil && e.role != v1alpha1.GlobalCluster {
		notes = append(notes, fmt.Sprintf("--platform-version checks what a version of %s takes: %s", e.platform.Name, strings.Join(e.platform.VersionNames(), ", ")))
	}
	if recommended := e.platform.RecommendedOn(e.At); recommended != nil && e.offer == nil && e.installs == nil {
		notes = append(notes, recommendation(e.catalog, e.platform, recommended, e.At))
	}
	for _, row := range report.Rows {
		if note := e.stale(row.Standing); note != "" {
			notes = append(notes, note)
			break
		}
	}
	if slices.ContainsFunc(report.Rows, func(r v1alpha1.SupportRow) bool {
		return unconfirmed(r.Standing.Phases) || r.Patch != nil && r.Patch.Date.Unconfirmed
	}) {
		notes = append(notes, Unconfirmed)
	}
	return notes
}

// stale is a note on a calendar that was read long ago; empty of others.
func (o Options) stale(s v1alpha1.Standing) string {
	age := o.At.Minus(s.AsOf)
	if s.AsOf.IsZero() || age <= old {
		return ""
	}
	return fmt.Sprintf("the calendar of %s was read %d days before: kubectl versions catalog update may bring a newer one", s.Calendar, age)
}

const (
	// old is the age in days at which a calendar deserves a note.
	old = 120
	// Unconfirmed explains the mark of such dates.
	Unconfirmed = "~ marks a date that the platform's own page does not confirm"
)

// borrowed are the minors that are judged by the calendar that the platform follows.
func (e *evaluation) borrowed(report *v1alpha1.SupportReport) []string {
	var minors []string
	for _, row := range report.Rows {
		minor := row.Standing.Release
		if row.Standing.Calendar != e.platform.ID && !minor.IsZero() && !slices.Contains(minors, minor.String()) {
			minors = append(minors, minor.String())
		}
	}
	return minors
}

func unconfirmed(phases []v1alpha1.SupportPhase) bool {
	return slices.ContainsFunc(phases, func(p v1alpha1.SupportPhase) bool { return p.Until.Unconfirmed })
}

// summarize leads with the gravest row: of equal ones with the control plane,
// which is upgraded first, unless all is well, and then with the first whose
// support ends. What the platform's version takes leads where it is as grave,
// since it was asked for.
func (e *evaluation) summarize(report *v1alpha1.SupportReport) v1alpha1.SupportSummary {
	lead, alike := leading(report.Rows)
	complete := !report.Platform.Assumed && len(report.Gaps) == 0 &&
		!slices.ContainsFunc(report.Rows, func(r v1alpha1.SupportRow) bool { return r.Verdict == v1alpha1.Unknown })
	summary := v1alpha1.SupportSummary{Verdict: lead.Verdict, Message: subject(lead) + ": " + lead.Reason, Advice: lead.Advice}
	if alike > 0 && lead.Verdict != v1alpha1.OK {
		summary.Message += fmt.Sprintf(" (and %d more)", alike)
	}
	var gravest v1alpha1.RangeCheck
	for _, check := range report.Ranges {
		complete = complete && check.Verdict != v1alpha1.Unknown
		if check.Verdict.Weight() > gravest.Verdict.Weight() {
			gravest = check
		}
	}
	switch {
	case gravest.Verdict.Weight() < v1alpha1.Unknown.Weight():
	case gravest.Verdict.Weight() >= summary.Verdict.Weight():
		summary.Verdict, summary.Message = gravest.Verdict, gravest.Reason
		if lead.Verdict == v1alpha1.OK {
			summary.Advice = cmp.Or(e.adviseRange(gravest), summary.Advice)
		}
	case outside(gravest.Answer):
		summary.Message += "; " + gravest.Reason
	}
	summary.Complete = complete && !e.assumed
	switch {
	case summary.Verdict == v1alpha1.Unknown:
		summary.Message = "cannot tell for every part: " + summary.Message
	case report.Platform.Assumed:
		summary.Message += "; the platform is assumed"
	case !complete:
		summary.Message += "; not everything could be judged"
	case e.assumed:
		summary.Message += "; that it is a workload cluster is assumed"
	}
	return summary
}

// leading is the row that decides, and how many others are as grave.
func leading(rows []v1alpha1.SupportRow) (lead v1alpha1.SupportRow, alike int) {
	lead = rows[0]
	for _, row := range rows[1:] {
		switch {
		case row.Verdict.Weight() > lead.Verdict.Weight():
			lead, alike = row, 0
		case row.Verdict == lead.Verdict:
			alike++
			if ends(row).Compare(ends(lead)) < 0 && (lead.Part == nodes || lead.Verdict == v1alpha1.OK) {
				lead = row
			}
		}
	}
	return lead, alike
}

// ends is the last day that a row is supported without extra, in the far future where that is not known.
func ends(row v1alpha1.SupportRow) calendar.Date {
	if until := row.Standing.SupportedUntil; !until.IsZero() {
		return until
	}
	return calendar.Date{Year: 9999, Month: 12, Day: 31}
}

// subject of a sentence about a row: "control plane v1.34.1", "3 nodes at v1.33.5".
func subject(row v1alpha1.SupportRow) string {
	switch {
	case row.Part == controlPlane:
		return strings.TrimSpace(row.Part + " " + row.Version)
	case row.Version == "":
		return row.Part
	default:
		return fmt.Sprintf("%s at %s", count(int(row.Count), "node"), row.Version)
	}
}
