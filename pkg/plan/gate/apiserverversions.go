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
			if apart := s.Newest.Minus(s.Oldest); apart > 1 {
				found = append(found, blocked("upgrade the oldest instances minor by minor until they are at "+s.Newest.String(), nil,
					"kube-apiservers run %s to %s: %d minors apart, at most 1 is allowed", s.Oldest, s.Newest, apart))
			} else if apart == 1 {
				found = append(found, warning("upgrade every kube-apiserver to "+s.Newest.String()+" first", nil,
					"kube-apiservers run %s and %s: an upgrade is not finished", s.Oldest, s.Newest))
			}
			if unseen := s.InstancesExist - s.InstancesSeen; unseen > 0 {
				found = append(found, unknown("kubectl versions skew --probe-endpoints",
					"%d of %s did not show the version", unseen, count(s.InstancesExist, "kube-apiserver")))
			}
			if s.InstancesExist == 0 && h.Gap(v1alpha1.SourceLeases) != nil {
				found = append(found, h.unread(v1alpha1.SourceLeases)) // there may be others
			}
			return join(found...)
		},
	}
}
