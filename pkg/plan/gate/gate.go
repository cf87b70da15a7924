// Package gate holds the checks of an upgrade plan: what can stop a hop from
// one minor to the next, or should be known before it.
//
// Each check has a file, and a line in All. It looks at a Hop, which is all that
// it may know, and returns what it found. Nothing here reads a clock, a cluster
// or the environment.
package gate

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Hop is what checks look at.
type Hop struct {
	// Snapshot is the cluster as it was read. Of what an earlier hop changes, only
	// versions are known: those are in Before, After and Nodes.
	Snapshot *v1alpha1.Snapshot
	// Before and After judge the versions when the hop starts and when its last
	// step is done.
	Before, After *v1alpha1.SkewReport
	// Deprecations judges API usage at To; nil where it was not collected.
	Deprecations *v1alpha1.DeprecationReport
	// From and To are kube-apiserver's minors. They are the same where a hop only
	// brings along what lags behind.
	From, To version.Minor
	// First is true for the hop that starts now.
	First bool
	// Nodes are those that get another kubelet in this hop.
	Nodes []NodeMove
	// WithoutPods leaves out what only pods tell, where they were not read.
	WithoutPods bool

	Method   v1alpha1.PlanMethod
	At       calendar.Date
	Catalog  *catalog.Catalog
	Platform *catalog.Platform
	Index    *apilifecycle.Index
}

// NodeMove is a group of nodes that gets another kubelet.
type NodeMove struct {
	// Group has the names of those that move, and the texts of the node table.
	Group v1alpha1.NodeGroup
	To    version.Minor
	// OneByOne is true for nodes of the control plane, which keep their disks
	// whatever the method.
	OneByOne bool
}

// Crosses reports whether the control plane arrives at a minor, or passes it, in this hop.
func (h *Hop) Crosses(minor version.Minor) bool {
	return h.From.Compare(minor) < 0 && h.To.Compare(minor) >= 0
}

// Drains reports whether nodes are drained in this hop, or may be where they
// could not be read.
func (h *Hop) Drains() bool {
	return h.Method.NodeUpgrade != v1alpha1.InPlace && (len(h.Nodes) > 0 || h.Snapshot.Nodes == nil)
}

// Facts of the snapshot about upgrades; never nil.
func (h *Hop) Facts() *v1alpha1.UpgradeFacts {
	if h.Snapshot.Upgrade == nil {
		return &v1alpha1.UpgradeFacts{}
	}
	return h.Snapshot.Upgrade
}

// Result is what a check found. The zero Result says that the check is not about this hop.
type Result struct {
	Verdict  v1alpha1.Verdict
	Message  string
	Evidence []string
	Remedy   string
	// Source replaces that of the check, where the rule that decided has its own.
	Source string
}

// Check is one thing that can stop a hop.
type Check struct {
	ID string
	// Since is the first minor that the check is about: of hops, or kubelets, that
	// arrive there or later. Zero for all.
	Since version.Minor
	// Source is the document that the rule comes from.
	Source string
	Judge  func(*Hop) Result
}

// from bounds a check by the facts that it is about.
func (c Check) from(since version.Minor) Check {
	c.Since = since
	return c
}

// concerns reports whether the hop, or a kubelet in it, arrives where the check begins.
func (c Check) concerns(h *Hop) bool {
	return h.To.Compare(c.Since) >= 0 || slices.ContainsFunc(h.Nodes, func(n NodeMove) bool { return n.To.Compare(c.Since) >= 0 })
}

// All are the checks, in the order in which they are printed among equals.
func All(c *catalog.Catalog) []Check {
	facts := c.Components
	return []Check{
		platformOffers(),
		apiServerVersions(),
		versionSkew(),
		nodesMatchControlPlane(),
		removedAPIs(),
		admissionRules(),
		admissionWebhooks(),
		aggregatedAPIs(),
		containerRuntime(),
		cgroupVersion().from(facts.CgroupV2.Required.Since),
		kernel(),
		nodesReady(),
		kubeProxyMode().from(oldest(facts.KubeProxy.Modes, func(m catalog.KubeProxyMode) version.Minor { return m.Since })),
		featureGates(),
		removedFlags(),
		kubeletFlags().from(oldest(facts.Flags, func(f catalog.RemovedFlags) version.Minor { return f.Since })),
		cloudProvider().from(oldest(facts.CloudProviders, func(p catalog.CloudProvider) version.Minor { return p.Since })),
		kubeadmConfig().from(oldest(facts.KubeadmConfig, func(a catalog.KubeadmAPI) version.Minor { return a.Since })),
		etcdVersion(),
		inTreeVolumes().from(oldest(facts.Volumes.Plugins, func(p catalog.VolumePlugin) version.Minor { return p.Since })),
		podDisruptionBudgets(),
		overlappingBudgets(),
		singleReplicas(),
		lastNode(),
		unmanagedPods(),
		localData(),
		resourceReservation(),
		retiredImages(),
		addOns(),
		rollback(),
	}
}

// oldest minor of some facts; zero without any.
func oldest[T any](facts []T, since func(T) version.Minor) version.Minor {
	var first version.Minor
	for i, fact := range facts {
		if minor := since(fact); i == 0 || minor.Compare(first) < 0 {
			first = minor
		}
	}
	return first
}

// Evaluate runs every check that is about the hop.
func Evaluate(h *Hop) []v1alpha1.PlanGate {
	gates := []v1alpha1.PlanGate{}
	for _, check := range All(h.Catalog) {
		if !check.concerns(h) {
			continue
		}
		r := check.Judge(h)
		if r.Verdict == "" {
			continue
		}
		source := check.Source
		if r.Source != "" {
			source = r.Source
		}
		gates = append(gates, v1alpha1.PlanGate{
			ID: check.ID, Verdict: r.Verdict, Message: r.Message, Evidence: r.Evidence, Remedy: r.Remedy, Source: source,
		})
	}
	return gates
}

func pass(format string, args ...any) Result {
	return Result{Verdict: v1alpha1.Pass, Message: fmt.Sprintf(format, args...)}
}

func warning(remedy string, evidence []string, format string, args ...any) Result {
	return Result{Verdict: v1alpha1.Warning, Message: fmt.Sprintf(format, args...), Evidence: evidence, Remedy: remedy}
}

func blocked(remedy string, evidence []string, format string, args ...any) Result {
	return Result{Verdict: v1alpha1.Blocked, Message: fmt.Sprintf(format, args...), Evidence: evidence, Remedy: remedy}
}

func unknown(remedy string, format string, args ...any) Result {
	return Result{Verdict: v1alpha1.Unknown, Message: fmt.Sprintf(format, args...), Remedy: remedy}
}

// unread is unknown for want of a source, and the zero Result where nobody asked for it.
func (h *Hop) unread(source v1alpha1.Source) Result {
	gap := h.Snapshot.Gap(source)
	switch {
	case gap == nil && source == v1alpha1.SourcePods && h.WithoutPods:
		return Result{}
	case gap == nil:
		return unknown("take the snapshot again with this version of kubectl versions snapshot", "%s: not in the snapshot", source)
	case gap.Permission != "":
		return unknown("ask for permission to "+gap.Permission, "%s could not be read", source)
	default:
		return unknown("", "%s could not be read: %s", source, gap.Message)
	}
}

// count says how many: "1 node", "2 nodes".
func count[N int | int32](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return number(n) + " " + noun + "s"
}

// number separates thousands: "5,000".
func number[N int | int32](n N) string {
	digits := strconv.Itoa(int(n))
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}
