package gate

import "github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"

// apiServerVersions wants the kube-apiservers of a highly available control
// plane together before they move on: at most one minor may lie between them,
// and none where the next upgrade begins.
func apiServerVersions() Check {
	return Check{
		ID: "api-server-versions", Source: "https://kubernetes.io/releases/version-skew-policy/#kube-apiserver",
		Judge: func(h *Hop) Result {
			if !h.First {
				return Result{} // earlier hops left all of them at one minor
			}
			found := []Result{pass("every kube-apiserver that answered runs %s", h.From)}
			s := h.Before.ControlPlane
			const steps = "take the plan's steps in order"
			if apart := s.Newest.Minus(s.Oldest); apart > 1 {
				found = append(found, warning(steps, nil,
					"kube-apiservers run %s to %s, %d minors apart where 1 is allowed: finished first, by the first steps", s.Oldest, s.Newest, apart))
			} else if apart == 1 {
				found = append(found, warning(steps, nil, "kube-apiservers run %s and %s: finished first, by the first steps", s.Oldest, s.Newest))
			}
			if unseen := s.InstancesExist - s.InstancesSeen; unseen > 0 {
				found = append(found, unknown("kubectl versions skew --probe-endpoints",
					"%s of %s did not show the version", number(unseen), count(s.InstancesExist, "kube-apiserver")))
			}
			if s.InstancesExist == 0 && h.Snapshot.Gap(v1alpha1.SourceLeases) != nil {
				found = append(found, h.unread(v1alpha1.SourceLeases)) // there may be others
			}
			return join(found...)
		},
	}
}
