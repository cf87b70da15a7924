package gate

import (
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestWebhooksThatFailClosed(t *testing.T) {
	hook := func(policy, service string, ready *int32) v1alpha1.AdmissionWebhook {
		return v1alpha1.AdmissionWebhook{
			Kind: "ValidatingWebhookConfiguration", Configuration: "guard", Name: "v.example.com", FailurePolicy: policy, Service: service, ReadyEndpoints: ready,
		}
	}
	none, one := new(int32), new(int32)
	*one = 1
	line := []string{"ValidatingWebhookConfiguration/guard v.example.com: service guard/webhook"}
	for name, tc := range map[string]struct {
		webhooks []v1alpha1.AdmissionWebhook
		want     expected
	}{
		"none": {nil, expected{v1alpha1.Pass, "no webhook with a service fails closed", nil, ""}},
		"one with a ready endpoint": {[]v1alpha1.AdmissionWebhook{hook("Fail", "guard/webhook", one)},
			expected{v1alpha1.Pass, "1 webhook fails closed, and its service has ready endpoints", nil, ""}},
		"one without a ready endpoint, of rules that were not read": {[]v1alpha1.AdmissionWebhook{hook("Fail", "guard/webhook", none)},
			expected{v1alpha1.Blocked, "1 webhook without a ready endpoint fails closed for what an upgrade needs",
				[]string{"ValidatingWebhookConfiguration/guard v.example.com: service guard/webhook, its rules not read"},
				"bring the service's pods up, or delete the configuration of what is gone; a service of type ExternalName shows no endpoints although it works"}},
		"one without a ready endpoint that fails open": {[]v1alpha1.AdmissionWebhook{hook("Ignore", "guard/webhook", none)},
			expected{v1alpha1.Pass, "no webhook with a service fails closed", nil, ""}},
		"one whose endpoints were not read": {[]v1alpha1.AdmissionWebhook{hook("Fail", "guard/webhook", nil)},
			expected{v1alpha1.Unknown, "not known whether anybody answers for 1 webhook", line, "kubectl get endpointslices -A"}},
		"one that fails open, whose endpoints were not read": {[]v1alpha1.AdmissionWebhook{hook("Ignore", "guard/webhook", nil)},
			expected{v1alpha1.Pass, "no webhook with a service fails closed", nil, ""}},
		"one by URL": {[]v1alpha1.AdmissionWebhook{hook("Fail", "", nil)},
			expected{v1alpha1.Pass, "no webhook with a service fails closed; 1 webhook more is called by URL, out of sight", nil, ""}},
		"two of a service, and two by URL": {[]v1alpha1.AdmissionWebhook{hook("Fail", "a/b", one), hook("Fail", "a/b", one), hook("Fail", "", nil), hook("Fail", "", nil)},
			expected{v1alpha1.Pass, "2 webhooks fail closed, and their services have ready endpoints; 2 webhooks more are called by URL, out of sight", nil, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			h := hopTo(t, "1.36", "1.37")
			h.Snapshot.Upgrade.Webhooks.Webhooks = tc.webhooks
			tc.want.of(t, "admission-webhooks", h)
		})
	}

	h := hopTo(t, "1.36", "1.37").gap(v1alpha1.SourceWebhooks, "list endpointslices.discovery.k8s.io")
	h.Snapshot.Upgrade.Webhooks.Webhooks = []v1alpha1.AdmissionWebhook{hook("Fail", "guard/webhook", nil)}
	expected{v1alpha1.Unknown, "not known whether anybody answers for 1 webhook", line, "ask for permission to list endpointslices.discovery.k8s.io"}.of(t, "admission-webhooks", h)
	h.Snapshot.Upgrade.Webhooks = nil
	expected{v1alpha1.Unknown, "admission webhooks could not be read", nil, "ask for permission to list endpointslices.discovery.k8s.io"}.of(t, "admission-webhooks", h)
}

func TestWhatWebhooksThatFailClosedAreFor(t *testing.T) {
	rule := func(groups, resources string) v1alpha1.AdmissionReference {
		return v1alpha1.AdmissionReference{
			Kind: "MutatingWebhookConfiguration", Name: "guard", Field: "webhooks[v.example.com].rules[0]",
			Groups: strings.Split(groups, ","), Versions: []string{"*"}, Resources: strings.Split(resources, ","),
		}
	}
	none := new(int32)
	hop := func(rules ...v1alpha1.AdmissionReference) *Hop {
		h := hopTo(t, "1.36", "1.37")
		h.Snapshot.Upgrade.Webhooks.Webhooks = []v1alpha1.AdmissionWebhook{{
			Kind: "MutatingWebhookConfiguration", Configuration: "guard", Name: "v.example.com", FailurePolicy: "Fail", Service: "guard/webhook", ReadyEndpoints: none,
		}}
		h.Snapshot.APIUsage.References.Admission = rules
		return h
	}
	elsewhere := rule("", "pods")
	elsewhere.Field = "webhooks[w.example.com].rules[0]"
	kubeadm := func(s *v1alpha1.Snapshot) {
		s.Upgrade.Configuration.Kubeadm = &v1alpha1.KubeadmConfiguration{APIVersion: "kubeadm.k8s.io/v1beta4"}
	}
	for name, tc := range map[string]struct {
		hop     *Hop
		verdict v1alpha1.Verdict
		names   string
	}{
		"pods":                         {hop(rule("", "pods")), v1alpha1.Blocked, "for pods"},
		"evictions":                    {hop(rule("", "pods/eviction")), v1alpha1.Blocked, "for pods/eviction"},
		"every subresource of pods":    {hop(rule("", "pods/*")), v1alpha1.Blocked, "for pods/*"},
		"pods/exec":                    {hop(rule("", "pods/exec")), v1alpha1.Warning, "for pods/exec"},
		"nodes":                        {hop(rule("", "nodes")), v1alpha1.Blocked, "for nodes"},
		"nodes of another group":       {hop(rule("management.cattle.io", "nodes")), v1alpha1.Warning, "for nodes.management.cattle.io"},
		"leases":                       {hop(rule("coordination.k8s.io", "leases")), v1alpha1.Blocked, "for leases.coordination.k8s.io"},
		"reviews":                      {hop(rule("authentication.k8s.io", "tokenreviews")), v1alpha1.Blocked, "for tokenreviews.authentication.k8s.io"},
		"everything":                   {hop(rule("*", "*")), v1alpha1.Blocked, "for *"},
		"everything of a group":        {hop(rule("example.com", "*")), v1alpha1.Warning, "for *.example.com"},
		"services":                     {hop(rule("", "services")), v1alpha1.Warning, "for services"},
		"services, and pods after all": {hop(rule("", "services"), rule("", "pods")), v1alpha1.Blocked, "for pods, services"},
		"rules of another webhook":     {hop(elsewhere), v1alpha1.Blocked, "its rules not read"},
		"what only kubeadm writes":     {hop(rule("apps", "deployments")), v1alpha1.Warning, "for deployments.apps"},
		"what kubeadm writes":          {hop(rule("apps", "deployments")).having(kubeadm), v1alpha1.Blocked, "for deployments.apps"},
		"no usage in the snapshot":     {hop().having(func(s *v1alpha1.Snapshot) { s.APIUsage = nil }), v1alpha1.Blocked, "its rules not read"},
	} {
		t.Run(name, func(t *testing.T) {
			outcome{tc.verdict, "without a ready endpoint", []string{"MutatingWebhookConfiguration/guard v.example.com: service guard/webhook, " + tc.names}, "ExternalName"}.of(t, "admission-webhooks", tc.hop)
		})
	}
}

func TestAggregatedAPIs(t *testing.T) {
	h := hopTo(t, "1.36", "1.37")
	metrics := v1alpha1.AggregatedAPI{Name: "v1beta1.metrics.k8s.io", Service: "kube-system/metrics-server", Available: true}
	h.Snapshot.Upgrade.AggregatedAPIs.APIs = []v1alpha1.AggregatedAPI{metrics}
	expected{v1alpha1.Pass, "1 aggregated API, each available", nil, ""}.of(t, "aggregated-apis", h)
	down := metrics
	down.Available, down.Reason = false, "MissingEndpoints"
	h.Snapshot.Upgrade.AggregatedAPIs.APIs = []v1alpha1.AggregatedAPI{metrics, down}
	expected{
		v1alpha1.Warning, "1 of 2 aggregated APIs is not available: namespaces cannot be deleted, and clients fail to discover",
		[]string{"v1beta1.metrics.k8s.io (service kube-system/metrics-server): MissingEndpoints"}, "bring the service up, or kubectl delete apiservice where nobody needs it",
	}.of(t, "aggregated-apis", h)
	h.Snapshot.Upgrade.AggregatedAPIs = nil
	expected{v1alpha1.Unknown, "aggregated APIs: not in the snapshot", nil, "take the snapshot again with this version of kubectl versions snapshot"}.of(t, "aggregated-apis", h)
}
