package collect

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestAggregatedAPIs(t *testing.T) {
	api := func(name string, service object, conditions ...object) object {
		return object{
			"metadata": object{"name": name}, "spec": object{"service": service}, "status": object{"conditions": append([]object{}, conditions...)},
		}
	}
	condition := func(kind, status, reason, message string) object {
		return object{"type": kind, "status": status, "reason": reason, "message": message}
	}
	local := api("v1.apps", nil, condition("Available", "True", "Local", "Local APIServices are always available"))
	tests := []struct {
		name string
		item object
		want []v1alpha1.AggregatedAPI
	}{
		{"kube-apiserver's own", local, []v1alpha1.AggregatedAPI{}},
		{
			"one that answers", api("v1beta1.metrics.k8s.io", object{"namespace": "kube-system", "name": "metrics-server"}, condition("Available", "True", "Passed", "all checks passed")),
			[]v1alpha1.AggregatedAPI{{Name: "v1beta1.metrics.k8s.io", Service: "kube-system/metrics-server", Available: true, Reason: "Passed", Message: "all checks passed"}},
		},
		{
			"one that does not", api("v1.a", object{"namespace": "n", "name": "s"}, condition("Other", "True", "x", "y"), condition("Available", "False", "MissingEndpoints", "no\x1b[2J endpoints")),
			[]v1alpha1.AggregatedAPI{{Name: "v1.a", Service: "n/s", Reason: "MissingEndpoints", Message: "no\x1b[2J endpoints"}},
		},
		{
			"one of which it is not known", api("v1.a", object{"namespace": "n", "name": "s"}, condition("Available", "Unknown", "x", "y")),
			[]v1alpha1.AggregatedAPI{{Name: "v1.a", Service: "n/s", Reason: "x", Message: "y"}},
		},
		{"one without a condition", api("v1.a", object{"namespace": "n", "name": "s"}), []v1alpha1.AggregatedAPI{{Name: "v1.a", Service: "n/s"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := newUpgradeServer(t).on(apiServicesPath, answerJSON(list(local, tt.item, local))).upgrade(t)
			checkGaps(t, got)
			if diff := cmp.Diff(&v1alpha1.AggregatedAPIs{APIs: tt.want}, got.Upgrade.AggregatedAPIs); diff != "" {
				t.Errorf("APIs (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("by name", func(t *testing.T) {
		service := object{"namespace": "n", "name": "s"}
		got := newUpgradeServer(t).on(apiServicesPath, answerJSON(list(api("v2.b", service), api("v1.a", service)))).upgrade(t)
		want := []v1alpha1.AggregatedAPI{{Name: "v1.a", Service: "n/s"}, {Name: "v2.b", Service: "n/s"}}
		if diff := cmp.Diff(want, got.Upgrade.AggregatedAPIs.APIs); diff != "" {
			t.Errorf("APIs (-want +got):\n%s", diff)
		}
	})
}
