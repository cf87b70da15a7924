package gate

import "github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"

// aggregatedAPIs looks for APIs that another server should answer for and does
// not. It warns and does not stop: kube-apiserver moves on without them, while
// discovery fails for their group, and with it the deletion of namespaces.
func aggregatedAPIs() Check {
	return Check{
		ID: "aggregated-apis", Source: "https://kubernetes.io/docs/concepts/extend-kubernetes/api-extension/apiserver-aggregation/",
		Judge: func(h *Hop) Result {
			all := h.Facts().AggregatedAPIs
			if all == nil {
				return h.unread(v1alpha1.SourceAggregatedAPIs)
			}
			down := where(all.APIs, func(a v1alpha1.AggregatedAPI) bool { return !a.Available })
			if len(down) == 0 {
				return pass("%s, each available", count(len(all.APIs), "aggregated API"))
			}
			return warning("bring the service up, or kubectl delete apiservice where nobody needs it", list(down, aggregated),
				"%s of %s %s not available: namespaces cannot be deleted, and clients fail to discover", number(len(down)), count(len(all.APIs), "aggregated API"), agree(len(down), "is", "are"))
		},
	}
}

func aggregated(a v1alpha1.AggregatedAPI) string {
	line := a.Name + " (service " + a.Service + ")"
	if a.Reason != "" {
		line += ": " + a.Reason
	}
	return line
}
