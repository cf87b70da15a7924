package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func containerRuntime() Check {
	return Check{
		ID:     "container-runtime",
		Source: "https://kubernetes.io/docs/setup/production-environment/container-runtimes/",
		Judge:  judgeContainerRuntime,
	}
}

// judgeContainerRuntime compares the runtimes of nodes with what kubelets need
// where they arrive. What is required stands before what is recommended.
func judgeContainerRuntime(h *Hop) Result {
	if h.Snapshot.Nodes == nil {
		return h.unread(v1alpha1.SourceNodes)
	}
	if len(h.Nodes) == 0 {
		return Result{}
	}
	var found []*runtimeFinding
	fit, left := tally{}, tally{}
	for _, move := range h.Nodes {
		f := h.judgeRuntime(move)
		switch f.verdict {
		case v1alpha1.Pass:
			fit.add("", move.Group.Names...)
			continue
		case v1alpha1.NotJudged:
			left.add("", move.Group.Names...)
			continue
		}
		at := slices.IndexFunc(found, func(other *runtimeFinding) bool {
			return other.kind == f.kind && other.says == f.says
		})
		if at < 0 {
			at = len(found)
			f.nodes = tally{}
			found = append(found, &f)
		}
		if f.verdict.Weight() > found[at].verdict.Weight() {
			found[at].verdict = f.verdict
		}
		found[at].nodes.add(named(move.Group.ContainerRuntime), move.Group.Names...)
		found[at].moves = append(found[at].moves, move)
	}
	slices.SortStableFunc(found, func(a, b *runtimeFinding) int { return cmp.Compare(a.kind, b.kind) })
	nodes, matrix := count(nodeCount(h.Nodes), "node"), h.matrixUsed()
	results := []Result{pass("the container runtime of %s of %s is recent enough for kubelet %s%s%s", number(fit.count()), nodes, arrivals(h.Nodes), notJudged(left), matrix)}
	upgrade := h.upgradeOfContainerd(found)
	for _, f := range found {
		if f.remedy == "" {
			f.remedy = upgrade
		}
		message := fmt.Sprintf(f.says, number(f.nodes.count())+" of "+nodes)
		switch f.kind {
		case runtimeRecommended:
			message += arrivals(f.moves) + matrix
		case runtimeUnknown:
			message += arrivals(f.moves)
		}
		results = append(results, Result{Verdict: f.verdict, Message: message, Evidence: f.nodes.nodes(), Remedy: f.remedy, Source: f.source})
	}
	return join(results...)
}

func notJudged(left tally) string {
	if len(left) == 0 {
		return ""
	}
	return fmt.Sprintf("; %s not judged, because new nodes bring their own", number(left.count()))
}

// matrixUsed says so where containerd's table ends before kubelets arrive.
func (h *Hop) matrixUsed() string {
	matrix := h.Catalog.Components.ContainerRuntimes.Containerd.Matrix
	newest := matrix[len(matrix)-1].Kubernetes
	if !slices.ContainsFunc(h.Nodes, func(n NodeMove) bool { return n.To.Compare(newest) > 0 }) {
		return ""
	}
	return fmt.Sprintf("; containerd's table is known up to %s", newest)
}

// runtimeKind orders what is said of runtimes, what binds most first.
type runtimeKind int

const (
	runtimeRequired runtimeKind = iota
	runtimeOfPlatform
	runtimePlanned
	runtimeRecommended
	runtimeUnknown
)

// runtimeFinding is what is said of groups of nodes.
type runtimeFinding struct {
	kind    runtimeKind
	verdict v1alpha1.Verdict
	// says takes "2 of 3 nodes". Minors stand behind what is only recommended, or not known.
	says, source string
	// remedy is empty for a newer containerd.
	remedy string
	// least is the oldest containerd that the finding is not about.
	least version.Number
	nodes tally
	moves []NodeMove
}

// judgeRuntime judges one group of nodes. What is planned, or asked for by the
// platform alone, stops only nodes that keep their runtime.
func (h *Hop) judgeRuntime(move NodeMove) runtimeFinding {
	name, text, _ := strings.Cut(move.Group.ContainerRuntime, "://")
	containerd, numbered := version.ParseNumber(text)
	facts := &h.Catalog.Components.ContainerRuntimes
	switch {
	case name == "docker" && move.crosses(facts.DockershimRemoved.Since):
		return runtimeFinding{
			kind: runtimeRequired, verdict: v1alpha1.Blocked, source: facts.DockershimRemoved.Source,
			says:   fmt.Sprintf("Docker on %%s cannot serve kubelet from %s on", facts.DockershimRemoved.Since),
			remedy: "move the nodes to containerd: https://kubernetes.io/docs/tasks/administer-cluster/migrating-from-dockershim/",
		}
	case name == "docker":
		// Beyond that minor this is cri-dockerd.
		return runtimeFinding{verdict: v1alpha1.Pass}
	case (name != "containerd" || !numbered) && h.keeps(move):
		return runtimeFinding{
			kind: runtimeUnknown, verdict: v1alpha1.Unknown, says: "the container runtime of %s is not known to be for kubelet ",
			remedy: "compare the release notes of the container runtime",
		}
	case name != "containerd" || !numbered:
		return runtimeFinding{verdict: v1alpha1.NotJudged}
	}
	if f, found := h.requiredContainerd(move, containerd); found {
		return f
	}
	if row := facts.Containerd.Row(move.To); row != nil && !row.Fits(containerd) {
		return runtimeFinding{
			kind: runtimeRecommended, verdict: v1alpha1.Warning, source: row.Source, says: "containerd on %s is older than containerd recommends for kubelet ",
		}
	}
	return runtimeFinding{verdict: v1alpha1.Pass}
}

// requiredContainerd is what binds most of what a version falls short of.
func (h *Hop) requiredContainerd(move NodeMove, containerd version.Number) (runtimeFinding, bool) {
	required := h.Catalog.Components.ContainerRuntimes.Containerd.Required
	ifKept := v1alpha1.Warning
	if h.keeps(move) {
		ifKept = v1alpha1.Blocked
	}
	short := func(need catalog.ContainerdRequirement) bool {
		return move.To.Compare(need.Since) >= 0 && containerd.Compare(need.Minimum) < 0
	}
	for _, need := range required {
		if short(need) && !need.Planned {
			return runtimeFinding{
				kind: runtimeRequired, verdict: v1alpha1.Blocked, source: need.Source, least: need.Minimum,
				says: fmt.Sprintf("containerd on %%s is older than %s, which kubelet needs from %s on", need.Minimum, need.Since),
			}, true
		}
	}
	for _, need := range h.Platform.Upgrades.Nodes {
		if need.Containerd != nil && move.To.Compare(need.Since) >= 0 && containerd.Compare(*need.Containerd) < 0 {
			return runtimeFinding{
				kind: runtimeOfPlatform, verdict: ifKept, source: need.Source, least: *need.Containerd,
				says: "containerd on %s is too old: " + h.asks(need),
			}, true
		}
	}
	for _, need := range required {
		if short(need) {
			return runtimeFinding{
				kind: runtimePlanned, verdict: ifKept, source: need.Source, least: need.Minimum,
				says: fmt.Sprintf("containerd on %%s is older than %s, which kubelet is planned to need from %s on", need.Minimum, need.Since),
			}, true
		}
	}
	return runtimeFinding{}, false
}

// upgradeOfContainerd is one remedy for all that is too old: none of the nodes
// goes back by it.
func (h *Hop) upgradeOfContainerd(found []*runtimeFinding) string {
	var to version.Minor
	var least []version.Number
	stay, leave := false, false
	for _, f := range found {
		if f.remedy != "" {
			continue
		}
		if !f.least.IsZero() {
			least = append(least, f.least)
		}
		for _, move := range f.moves {
			if move.To.Compare(to) > 0 {
				to = move.To
			}
			stay, leave = stay || h.keeps(move), leave || !h.keeps(move)
			_, text, _ := strings.Cut(move.Group.ContainerRuntime, "://")
			runs, _ := version.ParseNumber(text)
			least = append(least, runs)
		}
	}
	if len(least) == 0 {
		return ""
	}
	advised, known := h.Catalog.Components.ContainerRuntimes.Containerd.Advised(to, h.At, least...)
	if !known {
		advised = slices.MaxFunc(least, version.Number.Compare)
	}
	switch {
	case !leave:
		return fmt.Sprintf("upgrade containerd on the nodes to %s or newer before kubelet", advised)
	case stay:
		return fmt.Sprintf("choose an image with containerd %s or newer for the new nodes, and upgrade it on those of the control plane before kubelet", advised)
	default:
		return fmt.Sprintf("choose an image with containerd %s or newer for the new nodes", advised)
	}
}
