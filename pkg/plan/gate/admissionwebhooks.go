package gate

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// admissionWebhooks looks for webhooks that fail closed and have nobody to
// answer: what they match can then be neither created nor changed, the pods of
// the upgrade included.
func admissionWebhooks() Check {
	return Check{
		ID: "admission-webhooks", Source: "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy",
		Judge: func(h *Hop) Result {
			webhooks := h.Facts().Webhooks
			if webhooks == nil {
				return h.unread(v1alpha1.SourceWebhooks)
			}
			closed := where(webhooks.Webhooks, func(w v1alpha1.AdmissionWebhook) bool { return w.FailurePolicy == "Fail" })
			dead := where(closed, func(w v1alpha1.AdmissionWebhook) bool {
				return w.Service != "" && w.ReadyEndpoints != nil && *w.ReadyEndpoints == 0
			})
			unclear := where(closed, func(w v1alpha1.AdmissionWebhook) bool { return w.Service != "" && w.ReadyEndpoints == nil })
			byURL := where(closed, func(w v1alpha1.AdmissionWebhook) bool { return w.Service == "" })

			message := "no webhook with a service fails closed"
			if n := len(closed) - len(byURL); n > 0 {
				message = count(n, "webhook") + agree(n, " fails closed, and its service has", " fail closed, and their services have") + " ready endpoints"
			}
			if len(byURL) > 0 {
				message += fmt.Sprintf("; %s more %s called by URL, out of sight", count(len(byURL), "webhook"), agree(len(byURL), "is", "are"))
			}
			found := []Result{pass("%s", message)}
			if len(dead) > 0 {
				found = append(found, blocked("bring the service's pods up, or delete the configuration of what is gone", list(dead, webhook),
					"%s without a ready endpoint %s closed", count(len(dead), "webhook"), agree(len(dead), "fails", "fail")))
			}
			if len(unclear) > 0 {
				remedy := "kubectl get endpointslices -A"
				if gap := h.Gap(v1alpha1.SourceWebhooks); gap != nil && gap.Permission != "" {
					remedy = "ask for permission to " + gap.Permission
				}
				r := unknown(remedy, "not known whether anybody answers for %s", count(len(unclear), "webhook"))
				r.Evidence = list(unclear, webhook)
				found = append(found, r)
			}
			return join(found...)
		},
	}
}

func webhook(w v1alpha1.AdmissionWebhook) string {
	return w.Kind + "/" + w.Configuration + " " + w.Name + ": service " + w.Service
}
