package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func kubeletFlags() Check {
	return Check{
		ID:     "kubelet-flags",
		Source: "https://github.com/kubernetes/kubernetes/tree/master/CHANGELOG",
		Judge:  judgeKubeletFlags,
	}
}

// judgeKubeletFlags names the flags that kubelets lose on their way. The API
// does not show which are set. A provider sets those of its own images.
func judgeKubeletFlags(h *Hop) Result {
	if h.Method.ControlPlane == v1alpha1.Managed && h.Method.NodeUpgrade != v1alpha1.InPlace {
		return Result{}
	}
	var moves []NodeMove
	var names, evidence []string
	var source string
	for _, f := range h.Catalog.Components.Flags {
		crossing := h.crossing(f.Since)
		if f.Component != catalog.Kubelet || len(crossing) == 0 {
			continue
		}
		moves, source = append(moves, crossing...), f.Source
		names = append(names, f.Removed...)
		evidence = append(evidence, fmt.Sprintf("gone in %s: --%s", f.Since, strings.Join(f.Removed, ", --")))
	}
	switch {
	case slices.ContainsFunc(h.Catalog.Components.Flags, func(f catalog.RemovedFlags) bool { return f.Component == catalog.Kubelet && h.mayCross(f.Since) }):
		return h.unread(v1alpha1.SourceNodes)
	case len(moves) == 0:
		return Result{}
	}
	tell := "on one node of each kind: ps -ww -o args= -C kubelet"
	if h.oneBinary() {
		tell = "look for kubelet-arg in " + h.Platform.Name + "'s configuration file on one node of each kind"
	}
	r := unknown(tell,
		"kubelet %s lost %s and does not start where one is set, and the API does not show the flags on %s",
		arrivals(moves), count(len(names), "flag"), count(nodeCount(moves), "node"))
	r.Evidence, r.Source = evidence, source
	return r
}
