// Package support judges a snapshot by release calendars: is the cluster
// supported, by whom, and until when.
//
// Each version of the control plane and of the nodes is looked up in the
// calendar of the cluster's platform. The day is an argument: nothing here
// reads a clock, a cluster or the environment.
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
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Options say by what a cluster is judged.
type Options struct {
	// At is the day that is asked about.
	At calendar.Date
	// Within makes a warning of support that ends so soon; the zero value of none.
	Within calendar.Period
	// Platform is the id of one in the catalog; nil to recognise it.
	Platform *catalog.Platform
	// PlatformVersion is one of Platform's own versions; nil checks no ranges.
	PlatformVersion *catalog.PlatformVersion
}

// Parts of a cluster.
const (
	controlPlane = "control plane"
	nodes        = "nodes"
)

// Evaluate judges the control plane and the nodes of the snapshot. It fails
// only when the snapshot names no kube-apiserver version.
func Evaluate(s *v1alpha1.Snapshot, c *catalog.Catalog, o Options) (*v1alpha1.SupportReport, error) {
	recognised := catalog.Recognised{Platform: o.Platform, Evidence: "--platform", Conclusive: true}
	if o.Platform == nil {
		recognised = c.Recognise(s)
	}
	e := &evaluation{Options: o, catalog: c, platform: recognised.Platform, snapshot: s}
	e.readControlPlane()
	if len(e.servers) == 0 {
		return nil, errors.New("the snapshot holds no kube-apiserver version: take it again with a role that may read /version")
	}

	report := v1alpha1.NewSupportReport(s.Name)
	report.CollectedAt, report.Cluster, report.At = s.CollectedAt, s.Cluster, o.At
	report.CatalogAsOf = e.platform.AsOf
	report.Platform = v1alpha1.Platform{ID: e.platform.ID, Name: e.platform.Name, Evidence: recognised.Evidence}
	report.Rows = append(e.controlPlane(), e.nodes()...)
	report.Ranges = e.ranges()
	report.Gaps = e.gaps()
	report.Notes = slices.Concat(recognised.Notes, e.notes(report))
	report.Summary = summarize(report, recognised.Conclusive)
	return report, nil
}

type evaluation struct {
	Options
	catalog  *catalog.Catalog
	platform *catalog.Platform
	snapshot *v1alpha1.Snapshot
	// servers are the versions of kube-apiserver that are one, newest first.
	servers []version.Version
}

func (e *evaluation) readControlPlane() {
	if e.snapshot.APIServers == nil {
		return
	}
	for _, instance := range e.snapshot.APIServers.Instances {
		if v, err := version.Parse(instance.GitVersion); err == nil {
			e.servers = append(e.servers, v)
		}
	}
	slices.SortStableFunc(e.servers, func(a, b version.Version) int { return b.Compare(a) })
}

func (e *evaluation) controlPlane() []v1alpha1.SupportRow {
	instances := map[string]int32{}
	for _, instance := range e.snapshot.APIServers.Instances {
		instances[instance.GitVersion]++
	}
	var rows []v1alpha1.SupportRow
	for text, count := range instances {
		rows = append(rows, e.row(v1alpha1.SupportRow{Part: controlPlane, Version: text, Count: count}))
	}
	return newestFirst(rows)
}

// nodes are those with a kubelet: virtual ones have none.
func (e *evaluation) nodes() []v1alpha1.SupportRow {
	if e.snapshot.Nodes == nil {
		return []v1alpha1.SupportRow{{
			Part: nodes, Verdict: v1alpha1.Unknown, Reason: "kubelet versions could not be read",
			Standing: v1alpha1.Standing{Calendar: e.platform.ID, Phase: unknownPhase},
		}}
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
	return newestFirst(rows)
}

func newestFirst(rows []v1alpha1.SupportRow) []v1alpha1.SupportRow {
	slices.SortFunc(rows, func(a, b v1alpha1.SupportRow) int {
		va, _ := version.Parse(a.Version)
		vb, _ := version.Parse(b.Version)
		return cmp.Or(vb.Compare(va), cmp.Compare(a.Version, b.Version))
	})
	return rows
}

// row judges one version.
func (e *evaluation) row(row v1alpha1.SupportRow) v1alpha1.SupportRow {
	v, err := version.Parse(row.Version)
	if err != nil {
		row.Verdict, row.Reason = v1alpha1.Unknown, "version is not one of Kubernetes"
		row.Standing = v1alpha1.Standing{Calendar: e.platform.ID, Phase: unknownPhase}
		return row
	}
	by, release := e.catalog.Calendar(e.platform, v.Minor)
	row.Standing = standing(by, release, e.At)
	row.Verdict, row.Reason = e.judge(by, release, v.Minor)
	if by.ID != catalog.Upstream {
		upstream := e.catalog.Platform(catalog.Upstream)
		theirs := standing(upstream, upstream.Release(v.Minor), e.At)
		row.Upstream = &theirs
	}
	row.Patch = e.patch(v)
	row.Advice = e.advise(row, by, v.Minor)
	return row
}

// gaps are those of the sources that are read here. The platform's marks are
// read when nothing else tells it.
func (e *evaluation) gaps() []v1alpha1.Gap {
	sources := []v1alpha1.Source{v1alpha1.SourceAPIServers, v1alpha1.SourceEndpoints, v1alpha1.SourceNodes}
	if e.Platform == nil {
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
	if len(e.platform.Versions) > 0 && e.PlatformVersion == nil {
		notes = append(notes, fmt.Sprintf("--platform-version checks what a version of %s takes: %s", e.platform.Name, strings.Join(versionNames(e.platform), ", ")))
	}
	if recommended := e.platform.RecommendedOn(e.At); recommended != nil {
		notes = append(notes, recommendation(e.catalog, e.platform, recommended, e.At))
	}
	if slices.ContainsFunc(report.Rows, func(r v1alpha1.SupportRow) bool { return unconfirmed(r.Standing) }) {
		notes = append(notes, "~ marks a date that the platform's own page does not confirm")
	}
	return notes
}

// borrowed are the minors that are judged by the calendar that the platform follows.
func (e *evaluation) borrowed(report *v1alpha1.SupportReport) []string {
	var minors []string
	for _, row := range report.Rows {
		if minor := row.Standing.Release.String(); row.Standing.Calendar != e.platform.ID && !slices.Contains(minors, minor) {
			minors = append(minors, minor)
		}
	}
	return minors
}

func versionNames(p *catalog.Platform) []string {
	names := make([]string, len(p.Versions))
	for i, v := range p.Versions {
		names[i] = v.Version
	}
	return names
}

func unconfirmed(s v1alpha1.Standing) bool {
	return slices.ContainsFunc(s.Phases, func(p v1alpha1.SupportPhase) bool { return p.Until.Unconfirmed })
}

// summarize leads with the gravest row: of equal ones with the control plane,
// which is upgraded first, unless all is well, and then with the first to end.
// A range leads where nothing is graver.
func summarize(report *v1alpha1.SupportReport, platformKnown bool) v1alpha1.SupportSummary {
	lead := report.Rows[0]
	complete := platformKnown && len(report.Gaps) == 0
	for _, row := range report.Rows {
		complete = complete && row.Verdict != v1alpha1.Unknown
		sooner := daysLeft(row) < daysLeft(lead) && (lead.Part == nodes || lead.Verdict == v1alpha1.OK)
		if row.Verdict.Weight() > lead.Verdict.Weight() || row.Verdict == lead.Verdict && sooner {
			lead = row
		}
	}
	summary := v1alpha1.SupportSummary{Verdict: lead.Verdict, Message: subject(lead) + ": " + lead.Reason, Advice: lead.Advice}
	for _, check := range report.Ranges {
		complete = complete && check.Verdict != v1alpha1.Unknown
		if check.Verdict.Weight() > summary.Verdict.Weight() {
			summary = v1alpha1.SupportSummary{Verdict: check.Verdict, Message: check.Reason}
		}
	}
	summary.Complete = complete
	switch {
	case complete:
	case summary.Verdict == v1alpha1.Unknown:
		summary.Message = "nothing seen is past its end, but not everything is known: " + summary.Message
	default:
		summary.Message += "; not everything could be judged"
	}
	return summary
}

func daysLeft(row v1alpha1.SupportRow) int32 {
	if row.Standing.DaysLeft == nil {
		return 1 << 30
	}
	return *row.Standing.DaysLeft
}

// subject of a sentence about a row: "control plane v1.34.1", "3 nodes at v1.33.5".
func subject(row v1alpha1.SupportRow) string {
	switch {
	case row.Part == controlPlane:
		return strings.TrimSpace(row.Part + " " + row.Version)
	case row.Version == "":
		return row.Part
	case row.Count == 1:
		return "1 node at " + row.Version
	default:
		return fmt.Sprintf("%d nodes at %s", row.Count, row.Version)
	}
}
