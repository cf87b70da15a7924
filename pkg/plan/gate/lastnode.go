package gate

import (
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// lastNode is about clusters of one node: while it is drained, no pod has
// another place. A node that is added first is one.
func lastNode() Check {
	return Check{
		ID: "last-node", Source: "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/",
		Judge: func(h *Hop) Result {
			master := slices.ContainsFunc(h.Nodes, func(n NodeMove) bool { return n.OneByOne })
			if h.Snapshot.Nodes == nil || !master && (!h.Drains() || h.Method.NodeUpgrade == v1alpha1.Surge) {
				return Result{}
			}
			nodes := tally{}
			for _, group := range h.Snapshot.Nodes.Groups {
				if !group.Virtual {
					nodes.add(group.KubeletVersion, group.Names...)
				}
			}
			if nodes.count() != 1 {
				return Result{}
			}
			return warning("add a node first, or plan for the outage", nodes.nodes(), "the cluster has one node: all pods stop while it is drained")
		},
	}
}
