package facts

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// ControlPlaneRole reads the ROLES column, such as "control-plane,etcd".
func ControlPlaneRole(roles string) bool { return hasRole(roles, "control-plane", "master") }

func hasRole(roles string, wanted ...string) bool {
	return slices.ContainsFunc(strings.Split(roles, ","), func(role string) bool { return slices.Contains(wanted, role) })
}

// ControlPlaneNodes are those that run a part of the control plane or etcd, by
// their roles or by the pods that can be seen.
func ControlPlaneNodes(s *v1alpha1.Snapshot) map[string]bool {
	nodes := make(map[string]bool)
	if s.Nodes != nil {
		for _, group := range s.Nodes.Groups {
			if !ControlPlaneRole(group.Roles) && !hasRole(group.Roles, "etcd") {
				continue
			}
			for _, name := range group.Names {
				nodes[name] = true
			}
		}
	}
	if s.ControlPlanePods != nil {
		for _, pod := range s.ControlPlanePods.Pods {
			if pod.Static && pod.Node != "" {
				nodes[pod.Node] = true
			}
		}
	}
	return nodes
}
