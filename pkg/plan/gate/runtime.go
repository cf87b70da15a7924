package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
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
// where they arrive.
func judgeContainerRuntime(h *Hop) Result {
	if h.Snapshot.Nodes == nil {
		return h.unread(v1alpha1.SourceNodes)
	}
	if len(h.Nodes) == 0 {
		return Result{}
	}
	found, first := map[v1alpha1.Verdict]tally{}, map[v1alpha1.Verdict]runtimeFinding{}
	for _, move := range h.Nodes {
		f := h.judgeRuntime(move)
		if found[f.verdict] == nil {
			found[f.verdict], first[f.verdict] = tally{}, f
		}
		found[f.verdict].add(named(move.Group.ContainerRuntime)+", "+f.reason, move.Group.Names...)
	}
	var evidence []string
	grave := []v1alpha1.Verdict{v1alpha1.Blocked, v1alpha1.Warning, v1alpha1.Unknown}
	for _, verdict := range grave {
		evidence = append(evidence, found[verdict].lines("node")...)
	}
	nodes, kubelets, matrix := count(nodeCount(h.Nodes), "node"), "kubelet "+arrivals(h.Nodes), h.matrixUsed()
	i := slices.IndexFunc(grave, func(v v1alpha1.Verdict) bool { return found[v] != nil })
	if i < 0 {
		leaves := ""
		if n := found[v1alpha1.NotJudged].count(); n > 0 {
			leaves = fmt.Sprintf("; %d not judged, because new nodes bring their own", n)
		}
		return pass("the container runtime of %d of %s is recent enough for %s%s%s", found[v1alpha1.Pass].count(), nodes, kubelets, leaves, matrix)
	}
	message := map[v1alpha1.Verdict]string{
		v1alpha1.Blocked: "the container runtime of %d of %s cannot go along to %s",
		v1alpha1.Warning: "the container runtime of %d of %s is too old for %s",
		v1alpha1.Unknown: "of the container runtime of %d of %s it is not known whether it is for %s",
	}[grave[i]]
	f := first[grave[i]]
	return Result{
		Verdict: f.verdict, Message: fmt.Sprintf(message, found[f.verdict].count(), nodes, kubelets) + matrix,
		Evidence: evidence, Remedy: f.remedy, Source: f.source,
	}
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

type runtimeFinding struct {
	verdict                v1alpha1.Verdict
	reason, remedy, source string
}

// judgeRuntime judges one group of nodes. What is planned, or asked for by the
// platform alone, stops only nodes that keep their runtime.
func (h *Hop) judgeRuntime(move NodeMove) runtimeFinding {
	name, number, _ := strings.Cut(move.Group.ContainerRuntime, "://")
	containerd, numbered := version.ParseNumber(number)
	facts := &h.Catalog.Components.ContainerRuntimes
	switch {
	case name == "docker" && move.crosses(facts.DockershimRemoved.Since):
		return runtimeFinding{
			v1alpha1.Blocked, fmt.Sprintf("which kubelet cannot use from %s on", facts.DockershimRemoved.Since),
			"move the nodes to containerd: https://kubernetes.io/docs/tasks/administer-cluster/migrating-from-dockershim/", facts.DockershimRemoved.Source,
		}
	case name == "docker":
		// Beyond that minor this is cri-dockerd.
		return runtimeFinding{verdict: v1alpha1.Pass}
	case (name != "containerd" || !numbered) && h.Method.NodeUpgrade == v1alpha1.InPlace:
		return runtimeFinding{v1alpha1.Unknown, "not judged", "compare the release notes of the container runtime with kubelet " + move.To.String(), ""}
	case name != "containerd" || !numbered:
		return runtimeFinding{verdict: v1alpha1.NotJudged}
	}

	row := facts.Containerd.Row(move.To)
	remedy := func(minimum version.Number) string {
		if row != nil && row.Next(containerd).Compare(minimum) > 0 {
			minimum = row.Next(containerd)
		}
		if h.Method.NodeUpgrade == v1alpha1.InPlace {
			return fmt.Sprintf("upgrade containerd on the nodes to %s or newer before kubelet", minimum)
		}
		return fmt.Sprintf("choose an image with containerd %s or newer for the new nodes", minimum)
	}
	for _, need := range facts.Containerd.Required {
		switch {
		case move.To.Compare(need.Since) < 0 || containerd.Compare(need.Minimum) >= 0:
		case need.Planned:
			return runtimeFinding{h.ifKept(), fmt.Sprintf("kubelet is planned to need %s or newer from %s on", need.Minimum, need.Since), remedy(need.Minimum), need.Source}
		default:
			return runtimeFinding{v1alpha1.Blocked, fmt.Sprintf("kubelet needs %s or newer from %s on", need.Minimum, need.Since), remedy(need.Minimum), need.Source}
		}
	}
	for _, need := range h.Platform.Upgrades.Nodes {
		if need.Containerd != nil && move.To.Compare(need.Since) >= 0 && containerd.Compare(*need.Containerd) < 0 {
			return runtimeFinding{h.ifKept(), h.asks(need), remedy(*need.Containerd), need.Source}
		}
	}
	if row != nil && !row.Fits(containerd) {
		return runtimeFinding{v1alpha1.Warning, fmt.Sprintf("containerd recommends %s or newer for %s", row.Next(containerd), row.Kubernetes), remedy(row.Next(containerd)), row.Source}
	}
	return runtimeFinding{verdict: v1alpha1.Pass}
}
