// Package skew judges a snapshot by the version skew policy.
//
// Each component's file turns facts into observations: which version, seen
// where, and which kube-apiserver instances it may reach. One mechanism, in
// policy.go, judges every observation by the catalog's rules. Nothing here
// reads a clock, a cluster or the environment.
package skew

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Evaluate judges every component of the snapshot, by the stricter rules of a
// platform as well: the given one, or when that is nil the one it recognises. It
// fails only when the snapshot names no kube-apiserver version, against which
// all else is judged.
func Evaluate(s *v1alpha1.Snapshot, c *catalog.Catalog, platform *catalog.Platform) (*v1alpha1.SkewReport, error) {
	instances := facts.FindAPIServers(s)
	if len(instances.Seen) == 0 {
		return nil, fmt.Errorf("the snapshot holds no kube-apiserver version: take it again with a role that may read /version")
	}
	recognised := facts.Recognised{Platform: platform, Evidence: "--platform", Conclusive: true}
	if platform == nil {
		recognised = facts.Recognise(c, s)
	}
	e := &evaluation{snapshot: s, catalog: c, instances: instances, servers: reach(instances), platform: recognised.Platform}

	report := v1alpha1.NewSkewReport(s.Name)
	report.CollectedAt = s.CollectedAt
	report.Cluster = s.Cluster
	report.ControlPlane = controlPlane(instances)
	if p := e.platform; p.ID != catalog.Upstream || !recognised.Conclusive {
		report.Platform = &v1alpha1.Platform{ID: p.ID, Name: p.Name, Evidence: recognised.Evidence, Assumed: !recognised.Conclusive}
	}
	for _, component := range catalog.Components() {
		report.Rows = append(report.Rows, e.rows(component, e.observe(component))...)
	}
	report.Gaps = gaps(s)
	report.Notes = slices.Concat(recognised.Notes, e.notes(report))
	report.Summary = summarize(report)
	return report, nil
}

// gaps are those of the snapshot that bear on skew: one that was taken for every
// question has others.
func gaps(s *v1alpha1.Snapshot) []v1alpha1.Gap {
	sources := []v1alpha1.Source{
		v1alpha1.SourceKubectl, v1alpha1.SourceAPIServers, v1alpha1.SourceEndpoints, v1alpha1.SourceControlPlanePods, v1alpha1.SourceLeases,
		v1alpha1.SourceNodes, v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups, v1alpha1.SourceKubeProxy,
	}
	var bearing []v1alpha1.Gap
	for _, gap := range s.Gaps {
		if slices.Contains(sources, gap.Source) {
			bearing = append(bearing, gap)
		}
	}
	return bearing
}

// What a row was judged against.
const (
	allInstances = "all kube-apiserver instances"
	ownNode      = "the kube-apiserver of its node"
)

type evaluation struct {
	snapshot *v1alpha1.Snapshot
	catalog  *catalog.Catalog
	platform *catalog.Platform
	// instances of kube-apiserver, and the range of their minors.
	instances facts.APIServers
	servers   servers
}

func (e *evaluation) observe(component catalog.Component) []observation {
	switch component {
	case catalog.KubeAPIServer:
		return e.apiServers()
	case catalog.KubeControllerManager, catalog.KubeScheduler, catalog.CloudControllerManager:
		return e.controlPlanePods(component)
	case catalog.Kubelet:
		return e.kubelets()
	case catalog.KubeProxy:
		return e.kubeProxies()
	case catalog.Kubectl:
		return e.kubectl()
	}
	return nil
}

// unread is the observation of a component whose source is a gap.
func (e *evaluation) unread(source v1alpha1.Source) observation {
	why := "not in the snapshot"
	if gap := e.snapshot.Gap(source); gap != nil {
		why = "could not be read"
		if gap.Permission != "" {
			why += fmt.Sprintf(", needs permission to %s", gap.Permission)
		}
	}
	return observation{verdict: v1alpha1.Unknown, reason: fmt.Sprintf("%s %s", source, why)}
}

// embeds reports whether the platform runs the component inside its own binary.
func (e *evaluation) embeds(component catalog.Component) bool {
	return slices.Contains(e.platform.Embeds, component)
}

func (e *evaluation) notes(report *v1alpha1.SkewReport) []string {
	var notes []string
	skew := e.catalog.Skew
	if e.servers.newest.Compare(skew.LastKnownMinor) > 0 {
		notes = append(notes, fmt.Sprintf("kube-apiserver %s is newer than the catalog's last known minor %s (as of %s): judged by the policy of %[2]s",
			e.servers.newest, skew.LastKnownMinor, skew.AsOf))
	}
	if report.ControlPlane.InstancesExist == 0 {
		notes = append(notes, "nothing tells how many kube-apiserver instances exist: another one may run another version")
	}
	if cp := report.ControlPlane; cp.InstancesSeen < cp.InstancesExist {
		notes = append(notes, "an instance that did not show its version may run another one, which would narrow what is allowed")
	}
	if e.servers.oldest != e.servers.newest && slices.ContainsFunc(report.Rows, func(r v1alpha1.SkewRow) bool { return r.JudgedAgainst == ownNode }) {
		notes = append(notes, "on control-plane nodes, what talks to "+ownNode+" alone is judged against that; -o wide shows which")
	}
	if emulation := report.ControlPlane.Emulation; emulation != nil {
		notes = append(notes, fmt.Sprintf("kube-apiserver emulates %s: its APIs are those of %[1]s, its skew that of its own version", emulation))
	}
	if older, bound := e.platform.KubeletsOlder(e.servers.newest); bound && older < skew.Rule(catalog.Kubelet, e.servers.newest).Older {
		notes = append(notes, fmt.Sprintf("%s allows kubelets to be %s older than the control plane: stricter than upstream", e.platform.Name, minors(older)))
	}
	return notes
}

// parsed reads a version and answers whether it is one.
func parsed(text string) (version.Version, bool) {
	v, err := version.Parse(text)
	return v, err == nil
}
