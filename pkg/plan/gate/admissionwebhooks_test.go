package gate

import (
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
		"one without a ready endpoint": {[]v1alpha1.AdmissionWebhook{hook("Fail", "guard/webhook", none)},
			expected{v1alpha1.Blocked, "1 webhook without a ready endpoint fails closed", line, "bring the service's pods up, or delete the configuration of what is gone"}},
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
