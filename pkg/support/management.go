package support

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const (
	acpID = "alauda-acp"
	dceID = "daocloud-dce"
	// global is what ACP calls the cluster that it runs on.
	global = "global"
)

// manager is a platform that manages clusters from one cluster, by its resources there.
type manager struct {
	// acp is false for Kubean, which tells of no roles.
	acp bool
	// platform whose calendar holds for the clusters.
	platform *catalog.Platform
	// taker is the version whose ranges hold for them; nil for none.
	taker *taker
	// tier is what the platform has installed; nil where that is not told.
	tier *tier
	// offer is what new ones can be created at; nil where that is not told.
	offer    *offer
	clusters []v1alpha1.ManagedCluster
	notes    []string
}

// managersOf a cluster are the platforms that manage others from it.
func managersOf(s *v1alpha1.Snapshot, c *catalog.Catalog, o Options) []manager {
	var all []manager
	if s.Management == nil {
		return nil
	}
	upstream := cmp.Or(o.Platform, c.Platform(catalog.Upstream))
	if acp := s.Management.ACP; acp != nil {
		m := manager{acp: true, platform: upstream, taker: o.askedOf(acpID), clusters: acp.Clusters}
		if known := c.Platform(acpID); known != nil {
			m.platform = cmp.Or(o.Platform, known)
			m.chooseRanges(acp, known)
		}
		all = append(all, m)
	}
	if kubean := s.Management.Kubean; kubean != nil {
		m := manager{platform: upstream, taker: o.askedOf(dceID), clusters: kubean.Clusters, offer: offerOf(kubean)}
		m.notes = kubeanNotes(kubean, m.offer)
		if dce := c.Platform(dceID); dce != nil && o.Platform == nil {
			m.notes = append(m.notes, fmt.Sprintf("Kubean is here, which %s creates clusters by, and which also runs without it: --platform %s judges by it", dce.Name, dceID))
		}
		all = append(all, m)
	}
	return all
}

// runsGlobal reports whether a cluster is the one that ACP manages others from:
// its release or its clusters are kept nowhere else.
func runsGlobal(s *v1alpha1.Snapshot) bool {
	return s.Management != nil && s.Management.ACP != nil && (s.Management.ACP.VersionFrom != "" || len(s.Management.ACP.Clusters) > 0)
}

// chooseRanges takes those of the version that was asked for, or else of
// the next one, which the clusters have to be inside of before the platform moves.
func (m *manager) chooseRanges(acp *v1alpha1.ACP, known *catalog.Platform) {
	installed, err := version.Parse(acp.Version)
	if err != nil {
		if m.taker == nil {
			m.notes = append(m.notes, fmt.Sprintf("%s manages clusters from here, and its version could not be read: --platform %s --platform-version names the one whose ranges hold", known.Name, acpID))
		}
		return
	}
	m.tier = tierOf(known, installed.Minor)
	note := fmt.Sprintf("%s %s manages clusters from here (%s)", known.Name, acp.Version, acp.VersionFrom)
	if m.taker != nil {
		m.taker.reach(installed.Minor, known.Name+" "+acp.Version)
		if m.taker.reached != "" {
			note += ": " + m.taker.version.Version + " is no upgrade of it"
		}
	} else if next := nextOf(known, installed.Minor); next != nil {
		m.taker = takerOf(known, next)
		m.taker.ahead = true
		if len(m.others()) > 0 {
			note += fmt.Sprintf(": they are compared with the ranges of %s, the next version; --platform %s --platform-version names another", next.Version, acpID)
		}
	} else {
		note += ": the catalog knows no later version that they could be compared with"
	}
	m.notes = append(m.notes, note)
}

// reach leaves out all ranges of a version that the platform has reached, but for
// newcomers those of the one that runs.
func (t *taker) reach(installed version.Minor, release string) {
	asked, err := version.Parse(t.version.Version)
	if err != nil || asked.Minor.Compare(installed) > 0 {
		return
	}
	t.reached = release + " runs here already"
	for _, r := range t.ranges {
		if asked.Minor == installed && r.Role != v1alpha1.WorkloadCluster {
			t.newcomers = append(t.newcomers, r)
		}
	}
	t.ranges = nil
}

// nextOf a release of the platform is nil where the catalog knows none.
func nextOf(p *catalog.Platform, installed version.Minor) *catalog.PlatformVersion {
	for i := len(p.Versions) - 1; i >= 0; i-- {
		if minor, err := version.Parse(p.Versions[i].Version); err == nil && minor.Minor.Compare(installed) > 0 {
			return &p.Versions[i]
		}
	}
	return nil
}

// tierOf is nil for a release of which the catalog does not know what it has.
func tierOf(p *catalog.Platform, installed version.Minor) *tier {
	release := p.Version(installed.String())
	if release == nil {
		return nil
	}
	at := slices.IndexFunc(release.Ranges, func(r catalog.Range) bool { return r.Role == v1alpha1.WorkloadCluster && r.Known() })
	if at < 0 {
		return nil
	}
	return &tier{name: p.Name + " " + release.Version, newest: release.Ranges[at].Newest()}
}

// role by ACP's own words; empty for others, and for Kubean's clusters.
// https://github.com/alauda/acp-docs/blob/main/docs/shared/openapis/platform.tkestack.io.v1.json
func (m *manager) role(cluster v1alpha1.ManagedCluster) v1alpha1.ClusterRole {
	switch {
	case !m.acp:
		return ""
	case cluster.Name == global:
		return v1alpha1.GlobalCluster
	case strings.EqualFold(cluster.Type, "imported"):
		return v1alpha1.ThirdPartyCluster
	case strings.EqualFold(cluster.Type, "baremetal"):
		return v1alpha1.WorkloadCluster
	default:
		return ""
	}
}

// others are the managed clusters, without the one that the platform runs on.
func (m *manager) others() []v1alpha1.ManagedCluster {
	return slices.DeleteFunc(slices.Clone(m.clusters), func(c v1alpha1.ManagedCluster) bool { return m.role(c) == v1alpha1.GlobalCluster })
}

// row of a cluster of which nothing is known but what the manager says. The error
// is why it could not be read itself; nil where nobody tried.
func (m *manager) row(cluster v1alpha1.ManagedCluster, c *catalog.Catalog, o Options, err error) clusterRow {
	e := &evaluation{Options: o, catalog: c, platform: m.platform, taker: m.taker, offer: m.offer, tier: m.tier}
	e.role, e.assumed = o.roleOf(m.role(cluster), m.taker, cluster.Name)
	report := e.begin(cluster.Name)
	if v, err := version.Parse(cluster.Version); err == nil {
		e.servers.Seen = []facts.APIServer{{Version: v, Text: cluster.Version}}
		e.platform = o.recognise(c, versionAlone(cluster.Version), e.role, m.platform).Platform
	}
	if cluster.Version == "" {
		report.Rows = []v1alpha1.SupportRow{e.unknown(controlPlane, 0, "its version is not told")}
	} else {
		report.Rows = []v1alpha1.SupportRow{e.row(v1alpha1.SupportRow{Part: controlPlane, Version: cluster.Version})}
	}
	report.Platform = v1alpha1.Platform{ID: e.platform.ID, Name: e.platform.Name, Evidence: cluster.From}
	report.Ranges = e.ranges()
	report.Summary = e.summarize(report)
	for _, doubt := range doubts(cluster, err) {
		report.Summary.Complete = false
		report.Summary.Message += "; " + doubt
	}
	row := e.cluster(cluster.Name, cluster.From, report)
	row.Version = cluster.Version
	return row
}

// doubts are why a version that is told may not be the one that runs.
func doubts(cluster v1alpha1.ManagedCluster, err error) []string {
	var all []string
	if cluster.Desired && cluster.Version != "" {
		all = append(all, fmt.Sprintf("%s is what %s asks for, not what was seen to run", cluster.Version, cmp.Or(cluster.From, "its configuration")))
	}
	// pkg/collect names an operation after the one that the version is of.
	if _, later, _ := strings.Cut(cluster.From, "; "); cluster.Version != "" && (strings.HasSuffix(later, " is Failed") || strings.HasSuffix(later, " is Running")) {
		all = append(all, fmt.Sprintf("%s may not be what runs: %s since then", cluster.Version, later))
	}
	if err != nil {
		all = append(all, fmt.Sprintf("that is what %s tells, and the cluster itself could not be read: %s", cmp.Or(cluster.From, "its manager"), err))
	}
	return all
}

// versionAlone is a cluster of which nothing else is known.
func versionAlone(gitVersion string) *v1alpha1.Snapshot {
	s := v1alpha1.NewSnapshot("")
	s.APIServers = &v1alpha1.APIServers{Instances: []v1alpha1.APIServerInstance{{VersionInfo: v1alpha1.VersionInfo{GitVersion: gitVersion}}}}
	return s
}

// offer is what Kubean's Manifests install.
type offer struct {
	// versions are newest first, each once.
	versions []version.Version
	from     string
	// unread: the Manifests could not be read, and versions is empty.
	unread bool
	// unknown are versions that are none of Kubernetes.
	unknown []string
}

// offerOf joins all Manifests, since nothing marks the one in use: of a platform
// without a network, what is there without one. It is nil where there are none.
// https://github.com/kubean-io/kubean/blob/main/docs/en/concepts/crds.md
func offerOf(k *v1alpha1.Kubean) *offer {
	if len(k.Manifests) == 0 {
		if k.Manifests == nil {
			return &offer{unread: true}
		}
		return nil
	}
	var all offer
	var names []string
	for _, m := range newestManifests(k) {
		texts := m.Versions
		if k.Offline {
			texts = m.Local
		}
		found := false
		for _, text := range texts {
			if v, err := version.Parse(text); err == nil {
				all.versions, found = append(all.versions, v), true
			} else {
				all.unknown = append(all.unknown, text)
			}
		}
		if found {
			names = append(names, m.Name)
		}
	}
	slices.SortFunc(all.versions, func(a, b version.Version) int { return b.Compare(a) })
	all.versions = slices.CompactFunc(all.versions, func(a, b version.Version) bool { return a.Compare(b) == 0 })
	all.from = manifestsResource + " " + strings.Join(names, ", ")
	return &all
}

// KubeanReleases are the versions that the Kubean of a management cluster creates
// clusters at, as what a platform answers. The error is a *v1alpha1.LiveFault.
func KubeanReleases(s *v1alpha1.Snapshot, platform string) (*v1alpha1.LiveReleases, error) {
	if s.Management == nil || s.Management.Kubean == nil {
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "%s serves no API group kubean.io: choose the management cluster with --context", s.Cluster.Server)
	}
	kubean := s.Management.Kubean
	bearing := []string{"kubean.io", manifestsResource, "localartifactsets.kubean.io"}
	for _, gap := range s.Gaps {
		if gap.Source == v1alpha1.SourceManagement && slices.Contains(bearing, gap.Resource) {
			return nil, &v1alpha1.LiveFault{Reason: gap.Reason, Permission: gap.Permission, Message: fmt.Sprintf("%s could not be read: %s", gap.Resource, gap.Message)}
		}
	}
	offered := offerOf(kubean)
	if offered == nil || len(offered.versions) == 0 {
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "%s offers no version of Kubernetes", manifestsResource)
	}
	answer := v1alpha1.NewLiveReleases(platform)
	answer.Source, answer.ReadAt = offered.from+" of "+s.Cluster.Server, s.CollectedAt
	creatable := true
	for _, v := range offered.versions {
		answer.Releases = append(answer.Releases, v1alpha1.LiveRelease{Version: strings.TrimPrefix(v.String(), "v"), Creatable: &creatable})
	}
	for _, m := range newestManifests(kubean) {
		byDefault := strings.TrimPrefix(m.Default, "v")
		i := slices.IndexFunc(answer.Releases, func(r v1alpha1.LiveRelease) bool { return r.Version == byDefault })
		if i >= 0 {
			answer.Releases[i].Default = true
			break
		}
	}
	return answer, nil
}

const manifestsResource = "manifests.kubean.io"

// newestManifests orders by the time of Kubespray's commit, which several can
// share, then by Kubespray's release, then by their own age.
func newestManifests(k *v1alpha1.Kubean) []v1alpha1.KubeanManifest {
	release := func(m v1alpha1.KubeanManifest) version.Minor {
		minor, _ := version.ParseMinor(m.Spray) // master is none
		return minor
	}
	return slices.SortedStableFunc(slices.Values(k.Manifests), func(a, b v1alpha1.KubeanManifest) int {
		var sprayed int
		switch {
		case a.SprayTime != nil && b.SprayTime != nil:
			sprayed = b.SprayTime.Compare(a.SprayTime.Time)
		case a.SprayTime != nil:
			sprayed = -1
		case b.SprayTime != nil:
			sprayed = 1
		}
		return cmp.Or(sprayed, release(b).Compare(release(a)), b.Created.Compare(a.Created.Time), strings.Compare(a.Name, b.Name))
	})
}

// kubeanDefault is the newest Manifest with a default that it can install, and the
// others that have one.
func kubeanDefault(k *v1alpha1.Kubean) (newest *v1alpha1.KubeanManifest, others []v1alpha1.KubeanManifest) {
	for _, m := range newestManifests(k) {
		if _, err := version.Parse(m.Default); err != nil {
			continue // empty, or the word null
		}
		if k.Offline && !slices.ContainsFunc(m.Local, func(local string) bool {
			return strings.TrimPrefix(local, "v") == strings.TrimPrefix(m.Default, "v")
		}) {
			continue
		}
		if newest == nil {
			newest = &m
			continue
		}
		others = append(others, m)
	}
	return newest, others
}

// kubeanNotes say what new clusters get by default, and what that rests on.
func kubeanNotes(k *v1alpha1.Kubean, offered *offer) []string {
	var notes, others []string
	newest, more := kubeanDefault(k)
	for _, m := range more {
		others = append(others, fmt.Sprintf("%s has %s", m.Name, m.Default))
	}
	if newest != nil {
		note := fmt.Sprintf("Kubean creates clusters at %s by default (%s %s)", newest.Default, manifestsResource, newest.Name)
		if len(others) > 0 {
			note += fmt.Sprintf(": that is the newest of %d, of which nothing marks the one in use; %s", len(others)+1, strings.Join(others, ", "))
		}
		notes = append(notes, note)
	}
	if offered != nil && len(offered.versions) == 0 && len(offered.unknown) > 0 {
		notes = append(notes, fmt.Sprintf("%s name no version of Kubernetes that could be read as one: %s", manifestsResource, firstOf(offered.unknown)))
	}
	if k.Offline && offered != nil && !offered.unread {
		note := "Kubean has LocalArtifactSets, so that it installs what is there without a network"
		if len(offered.versions) == 0 {
			note += ": no version of Kubernetes is"
		}
		notes = append(notes, note)
	}
	return notes
}

// minors of what is offered, newest first.
func (o *offer) minors() []version.Minor {
	var minors []version.Minor
	for _, v := range o.versions {
		if !slices.Contains(minors, v.Minor) {
			minors = append(minors, v.Minor)
		}
	}
	return minors
}

// String is such as "1.34 (to v1.34.3), 1.33 (to v1.33.7)".
func (o *offer) String() string {
	var texts []string
	for _, minor := range o.minors() {
		newest := slices.IndexFunc(o.versions, func(v version.Version) bool { return v.Minor == minor })
		texts = append(texts, fmt.Sprintf("%s (to %s)", minor, o.versions[newest]))
	}
	return strings.Join(texts, ", ")
}
