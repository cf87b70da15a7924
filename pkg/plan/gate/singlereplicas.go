package gate

import (
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// singleReplicas are down while a drain moves their only pod. A drain leaves pods
// of a DaemonSet and of the node itself. Those of a Job start anew and lose their
// work, but serve nobody; those without a controller do not come back.
func singleReplicas() Check {
	return Check{
		ID: "single-replicas", Source: "https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#dealing-with-disruptions",
		Judge: func(h *Hop) Result {
			if !h.Drains() {
				return Result{}
			}
			pods := h.Facts().Pods
			if pods == nil {
				return h.unread(v1alpha1.SourcePods)
			}
			single := where(pods.Workloads, func(w v1alpha1.Workload) bool {
				return w.Pods == 1 && !slices.Contains([]string{"DaemonSet", "Job", "Node", "Pod"}, w.Kind)
			})
			if len(single) == 0 {
				return pass("no workload that a drain moves has a single pod")
			}
			return warning("kubectl scale --replicas=2 what can run twice, and accept the gap for the rest", list(single, workload),
				"%s %s a single pod, and %s down while that moves", count(len(single), "workload"), agree(len(single), "has", "have"), agree(len(single), "is", "are"))
		},
	}
}

// workload is such as "shop/Deployment/cart".
func workload(w v1alpha1.Workload) string { return w.Namespace + "/" + w.Kind + "/" + w.Name }
