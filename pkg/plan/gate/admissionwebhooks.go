package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// admissionWebhooks looks for webhooks that fail closed and have nobody to
// answer: what they match can then be neither created nor changed. They stop a
// hop where that is what an upgrade or a drain needs.
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
			const remedy = "bring the service's pods up, or delete the configuration of what is gone; a service of type ExternalName shows no endpoints although it works"
			needed := func(w v1alpha1.AdmissionWebhook) bool { covers, _ := h.reach(w); return covers }
			if grave := where(dead, needed); len(grave) > 0 {
				found = append(found, blocked(remedy, list(grave, h.closedWebhook),
					"%s without a ready endpoint %s closed for what an upgrade needs", count(len(grave), "webhook"), agree(len(grave), "fails", "fail")))
			}
			if minor := where(dead, func(w v1alpha1.AdmissionWebhook) bool { return !needed(w) }); len(minor) > 0 {
				found = append(found, warning(remedy, list(minor, h.closedWebhook),
					"%s without a ready endpoint %s closed for nothing that an upgrade needs", count(len(minor), "webhook"), agree(len(minor), "fails", "fail")))
			}
			if len(unclear) > 0 {
				remedy := "kubectl get endpointslices -A"
				if gap := h.Snapshot.Gap(v1alpha1.SourceWebhooks); gap != nil && gap.Permission != "" {
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

// closedWebhook names the resources too.
func (h *Hop) closedWebhook(w v1alpha1.AdmissionWebhook) string {
	_, resources := h.reach(w)
	if len(resources) == 0 {
		return webhook(w) + ", its rules not read"
	}
	return webhook(w) + ", for " + someOf(resources)
}

// reach says which resources the rules of a webhook are about, those that an
// upgrade needs first, and whether there are any such. Rules that were not read
// are taken to be.
func (h *Hop) reach(w v1alpha1.AdmissionWebhook) (needed bool, resources []string) {
	if usage := h.Snapshot.APIUsage; usage != nil && usage.References != nil {
		for _, rule := range usage.References.Admission {
			if rule.Kind != w.Kind || rule.Name != w.Configuration || !strings.HasPrefix(rule.Field, "webhooks["+w.Name+"].rules[") {
				continue
			}
			for _, resource := range rule.Resources {
				if h.needs(rule.Groups, resource) {
					needed, resources = true, slices.Insert(resources, 0, grouped(rule.Groups, resource))
				} else {
					resources = append(resources, grouped(rule.Groups, resource))
				}
			}
		}
	}
	return needed || len(resources) == 0, resources
}

// grouped is a resource of a rule as kubectl has it: deployments.apps.
func grouped(groups []string, resource string) string {
	if len(groups) == 1 && groups[0] != "" && groups[0] != "*" {
		return resource + "." + groups[0]
	}
	return resource
}

// needs reports whether a resource of a rule, wildcards included, is one that an
// upgrade or a drain writes.
func (h *Hop) needs(groups []string, resource string) bool {
	of, sub, _ := strings.Cut(resource, "/")
	return slices.ContainsFunc(h.written(), func(w writtenResource) bool {
		return (slices.Contains(groups, "*") || slices.Contains(groups, w.group)) && (of == "*" || of == w.resource) && (sub == "*" || sub == w.subresource)
	})
}

type writtenResource struct{ group, resource, subresource string }

// written is what an upgrade writes: the components to run at all, drains, nodes
// to join and their pods to start; and what kubeadm keeps in the cluster.
func (h *Hop) written() []writtenResource {
	written := []writtenResource{
		{"", "pods", ""}, {"", "pods", "eviction"}, {"", "pods", "binding"}, {"", "pods", "status"}, {"", "bindings", ""},
		{"", "nodes", ""}, {"", "nodes", "status"}, {"", "serviceaccounts", "token"},
		{"coordination.k8s.io", "leases", ""}, {"certificates.k8s.io", "certificatesigningrequests", ""},
		{"authentication.k8s.io", "tokenreviews", ""}, {"authorization.k8s.io", "subjectaccessreviews", ""},
		{"storage.k8s.io", "csinodes", ""}, {"storage.k8s.io", "volumeattachments", ""},
	}
	if c := h.Facts().Configuration; c != nil && c.Kubeadm != nil {
		written = append(written, writtenResource{"", "configmaps", ""}, writtenResource{"apps", "daemonsets", ""}, writtenResource{"apps", "deployments", ""})
	}
	return written
}
