package gate

import "github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"

// unmanagedPods have no controller that would start them elsewhere.
func unmanagedPods() Check {
	return Check{
		ID: "unmanaged-pods", Source: "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_drain/",
		Judge: func(h *Hop) Result {
			if !h.Drains() {
				return Result{}
			}
			pods := h.Facts().Pods
			if pods == nil {
				return h.unread(v1alpha1.SourcePods)
			}
			alone := where(pods.Workloads, func(w v1alpha1.Workload) bool { return w.Kind == "Pod" })
			if len(alone) == 0 {
				return pass("every pod that a drain moves has a controller")
			}
			return warning("put them into a Deployment or a Job, or save their manifests", list(alone, workload),
				"%s without a controller: a drain needs --force, and deletes them for good", count(len(alone), "pod"))
		},
	}
}
