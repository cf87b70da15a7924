package gate

import (
	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// nodesMatchControlPlane is about platforms that upgrade a control plane only
// when all nodes are at its minor.
func nodesMatchControlPlane() Check {
	return Check{
		ID: "nodes-match-control-plane", Source: "https://kubernetes.io/releases/version-skew-policy/#kubelet",
		Judge: func(h *Hop) Result {
			rule := h.Platform.Upgrades.NodesFirst
			switch {
			case rule == nil:
				return Result{}
			case h.Snapshot.Nodes == nil:
				return h.unread(v1alpha1.SourceNodes)
			}
			kubelets := where(h.Before.Rows, func(r v1alpha1.SkewRow) bool {
				return r.Component == string(catalog.Kubelet) && r.Verdict != v1alpha1.NotJudged
			})
			var behind, unclear []v1alpha1.SkewRow
			var nodes int32
			for _, row := range kubelets {
				if v, err := version.Parse(row.Version); err != nil {
					unclear = append(unclear, row)
				} else if v.Minor != h.From {
					behind, nodes = append(behind, row), nodes+row.Count
				}
			}
			found := []Result{pass("all nodes are at the control plane's %s, which %s requires", h.From, h.Platform.Name)}
			if len(behind) > 0 {
				found = append(found, warning("upgrade these nodes before the control plane", list(behind, subject),
					"%s %s not at the control plane's %s, which %s requires first: moved first by the plan's steps", count(nodes, "node"), agree(nodes, "is", "are"), h.From, h.Platform.Name))
			}
			if len(unclear) > 0 {
				r := unknown("kubectl get nodes", "%s of no Kubernetes version", subjects(unclear))
				r.Evidence = list(unclear, rowReason)
				found = append(found, r)
			}
			r := join(found...)
			r.Source = rule.Source
			return r
		},
	}
}
