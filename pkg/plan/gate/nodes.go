package gate

import (
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func nodesReady() Check {
	return Check{
		ID:     "nodes-ready",
		Source: "https://kubernetes.io/docs/reference/node/node-status/",
		Judge:  judgeNodesReady,
	}
}

// judgeNodesReady looks at the nodes before the first hop: of later ones nothing is known.
func judgeNodesReady(h *Hop) Result {
	switch {
	case !h.First:
		return Result{}
	case h.Snapshot.Nodes == nil:
		return h.unread(v1alpha1.SourceNodes)
	}
	all, notReady, cordoned := tally{}, tally{}, tally{}
	for _, group := range h.Snapshot.Nodes.Groups {
		if group.Virtual {
			continue
		}
		all.add(group.Status, group.Names...)
		ready, unschedulable := status(group.Status)
		switch {
		case !ready:
			notReady.add(group.Status, group.Names...)
		case unschedulable:
			cordoned.add(group.Status, group.Names...)
		}
	}
	var found, remedies []string
	if n := notReady.count(); n > 0 {
		found = append(found, number(n)+" not ready")
		remedies = append(remedies, "kubectl describe node NAME says why a node is not ready: repair or remove it")
	}
	if n := cordoned.count(); n > 0 {
		found = append(found, number(n)+" cordoned")
		remedies = append(remedies, "kubectl uncordon NAME, unless it is meant to take no pods")
	}
	switch {
	case all.count() == 0:
		return Result{}
	case len(found) > 0:
		return warning(strings.Join(remedies, "; "), append(notReady.nodes(), cordoned.nodes()...),
			"of %s %s", count(all.count(), "node"), strings.Join(found, ", "))
	default:
		return pass("%s ready, none cordoned", count(all.count(), "node"))
	}
}

// status reads the STATUS column, such as "NotReady,SchedulingDisabled".
func status(text string) (ready, unschedulable bool) {
	for _, word := range strings.Split(text, ",") {
		ready = ready || word == "Ready"
		unschedulable = unschedulable || word == "SchedulingDisabled"
	}
	return ready, unschedulable
}
