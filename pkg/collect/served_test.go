package collect

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestServedAPIs(t *testing.T) {
	s := newUsageServer(t,
		"v1 pods Pod", "v1 nodes Node cluster", "v1 bindings Binding create-only",
		"networking.k8s.io/v1 ingresses Ingress",
		"autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler", "autoscaling/v1 horizontalpodautoscalers HorizontalPodAutoscaler",
		"example.com/v2alpha1 widgets Gadget", "example.com/v1 widgets Widget",
	)
	want := &v1alpha1.ServedAPIs{Resources: []v1alpha1.ServedResource{
		{Resource: "bindings", Kind: "Binding", Namespaced: true, Versions: []string{"v1"}},
		{Resource: "nodes", Kind: "Node", Listable: true, Versions: []string{"v1"}},
		{Resource: "pods", Kind: "Pod", Namespaced: true, Listable: true, Versions: []string{"v1"}},
		{
			Group: "autoscaling", Resource: "horizontalpodautoscalers", Kind: "HorizontalPodAutoscaler",
			Namespaced: true, Listable: true, Versions: []string{"v2", "v1"},
		},
		{Group: "example.com", Resource: "widgets", Kind: "Gadget", Namespaced: true, Listable: true, Versions: []string{"v2alpha1", "v1"}},
		{Group: "networking.k8s.io", Resource: "ingresses", Kind: "Ingress", Namespaced: true, Listable: true, Versions: []string{"v1"}},
	}}
	got := s.usage(t)
	if diff := cmp.Diff(want, got.APIUsage.Served); diff != "" {
		t.Errorf("served (-want +got):\n%s", diff)
	}
	checkGaps(t, got)
	// The pods of OpenShift's control plane ask for the names of groups as well.
	if core, named := len(s.requests(corePath)), len(s.requests(groupsPath)); core != 1 || named != 2 {
		t.Errorf("%d requests for %s and %d for %s, want 1 and 2", core, corePath, named, groupsPath)
	}
}

func TestServedAPIsOfAServerWithoutAggregatedDiscovery(t *testing.T) {
	s := newUsageServer(t)
	s.on(corePath, answerJSON(metav1.APIVersions{Versions: []string{"v1"}}))
	s.on(groupsPath, answerJSON(metav1.APIGroupList{Groups: []metav1.APIGroup{{
		Name: "policy",
		Versions: []metav1.GroupVersionForDiscovery{
			{GroupVersion: "policy/v1", Version: "v1"}, {GroupVersion: "policy/v1beta1", Version: "v1beta1"},
		},
	}}}))
	budgets := metav1.APIResource{Name: "poddisruptionbudgets", Kind: "PodDisruptionBudget", Namespaced: true, Verbs: metav1.Verbs{"list"}}
	status := metav1.APIResource{Name: "poddisruptionbudgets/status", Kind: "PodDisruptionBudget", Namespaced: true, Verbs: metav1.Verbs{"get"}}
	s.on("/api/v1", answerJSON(metav1.APIResourceList{GroupVersion: "v1", APIResources: []metav1.APIResource{{Name: "pods", Kind: "Pod", Namespaced: true}}}))
	s.on("/apis/policy/v1", answerJSON(metav1.APIResourceList{GroupVersion: "policy/v1", APIResources: []metav1.APIResource{budgets, status}}))
	s.on("/apis/policy/v1beta1", answerStatus(http.StatusServiceUnavailable, nil))

	got := s.usage(t)
	want := &v1alpha1.ServedAPIs{Resources: []v1alpha1.ServedResource{
		{Resource: "pods", Kind: "Pod", Namespaced: true, Versions: []string{"v1"}},
		{
			Group: "policy", Resource: "poddisruptionbudgets", Kind: "PodDisruptionBudget",
			Namespaced: true, Listable: true, Versions: []string{"v1"},
		},
	}}
	if diff := cmp.Diff(want, got.APIUsage.Served); diff != "" {
		t.Errorf("served (-want +got):\n%s", diff)
	}
	checkGaps(t, got, v1alpha1.Gap{
		Source: v1alpha1.SourceServedAPIs, Reason: v1alpha1.GapUnavailable, Resource: "policy/v1beta1",
		Message: "the server is currently unable to handle the request",
	})
}

func TestABrokenAggregatedAPICostsItsOwnGroup(t *testing.T) {
	s := newUsageServer(t)
	core, named := apidiscoveryv2.APIGroupDiscoveryList{}, apidiscoveryv2.APIGroupDiscoveryList{}
	discovered(&named, apiVersion("metrics.k8s.io/v1beta1")).Freshness = apidiscoveryv2.DiscoveryFreshnessStale
	classes := discovered(&named, apiVersion("scheduling.k8s.io/v1"))
	classes.Resources = append(classes.Resources, apidiscoveryv2.APIResourceDiscovery{
		Resource: "priorityclasses", Scope: apidiscoveryv2.ScopeCluster, ResponseKind: &metav1.GroupVersionKind{Kind: "PriorityClass"},
	})
	got := s.discovers(core, named).usage(t)
	want := []v1alpha1.ServedResource{{Group: "scheduling.k8s.io", Resource: "priorityclasses", Kind: "PriorityClass", Versions: []string{"v1"}}}
	if diff := cmp.Diff(want, got.APIUsage.Served.Resources); diff != "" {
		t.Errorf("served (-want +got):\n%s", diff)
	}
	checkGaps(t, got, v1alpha1.Gap{
		Source: v1alpha1.SourceServedAPIs, Reason: v1alpha1.GapUnavailable, Resource: "metrics.k8s.io/v1beta1",
		Message: "stale GroupVersion discovery: metrics.k8s.io/v1beta1",
	})
	if gap := got.Gaps[0]; gap.Hides != "its resources, and who uses them" {
		t.Errorf("the gap hides %q", gap.Hides)
	}
}

func TestWithoutDiscoveryCustomResourcesAndHelmReleasesAreStillRead(t *testing.T) {
	const refusal = `forbidden: User "jane" cannot get path "/api"`
	s := newUsageServer(t).on(corePath, refuse(refusal))
	got := s.usage(t)
	checkGaps(t, got, v1alpha1.Gap{
		Source: v1alpha1.SourceServedAPIs, Reason: v1alpha1.GapForbidden, Permission: "get /api", Message: refusal,
	})
	u := got.APIUsage
	if u.Served != nil || u.References != nil {
		t.Errorf("served = %+v, references = %+v, want neither", u.Served, u.References)
	}
	if u.Definitions == nil || u.Helm == nil || u.Objects == nil {
		t.Errorf("API usage = %+v, want definitions, custom resources and Helm releases", u)
	}
}

func TestDiscoveryThatIsNoDiscoveryIsAGap(t *testing.T) {
	got := newUsageServer(t).on(corePath, answerText("<html>")).usage(t)
	checkGaps(t, got, v1alpha1.Gap{
		Source: v1alpha1.SourceServedAPIs, Reason: v1alpha1.GapMalformed,
		Message: "/api: unexpected answer: invalid character '<' looking for beginning of value",
	})
}

func TestDiscoveryIsSentUnderTheNameOfTheTool(t *testing.T) {
	s := newUsageServer(t)
	var agents []string
	handler := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		agents = append(agents, r.UserAgent())
		s.mu.Unlock()
		handler.ServeHTTP(w, r)
	})
	o := s.usageOptions(t)
	o.Config.UserAgent = "kubectl-versions/v0.1.0"
	collectWith(t, o)
	slices.Sort(agents)
	if diff := cmp.Diff([]string{"kubectl-versions/v0.1.0"}, slices.Compact(agents)); diff != "" {
		t.Errorf("user agents (-want +got):\n%s", diff)
	}
}
