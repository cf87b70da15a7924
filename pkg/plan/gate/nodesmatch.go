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
			var unclear []v1alpha1.SkewRow
			var behind int32
			for _, row := range kubelets {
				if v, err := version.Parse(row.Version); err != nil {
					unclear = append(unclear, row)
				} else if v.Minor != h.From {
					behind += row.Count
				}
			}
			found := []Result{pass("all nodes are at the control plane's %s, which %s requires", h.From, h.Platform.Name)}
			if behind > 0 {
				found = []Result{pass("%s requires all nodes at the control plane's %s; moved first by the plan's steps: %s", h.Platform.Name, h.From, count(behind, "node"))}
			}
			if len(unclear) > 0 {
				r := unknown("kubectl get nodes", "%s of no Kubernetes version", subjects(unclear))
				r.Evidence = few(list(unclear, rowReason))
				found = append(found, r)
			}
			r := join(found...)
			r.Source = rule.Source
			return r
		},
	}
}
