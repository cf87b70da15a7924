package collect

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	admissionPath    = "/apis/admissionregistration.k8s.io/v1/"
	autoscalersPath  = "/apis/autoscaling/v2/horizontalpodautoscalers"
	rolesPath        = "/apis/rbac.authorization.k8s.io/v1/roles"
	clusterRolesPath = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
)

// referringServer is a server that serves every kind that names APIs.
func referringServer(t *testing.T) *apiServer {
	return newUsageServer(t,
		"admissionregistration.k8s.io/v1 validatingwebhookconfigurations ValidatingWebhookConfiguration cluster",
		"admissionregistration.k8s.io/v1 mutatingwebhookconfigurations MutatingWebhookConfiguration cluster",
		"admissionregistration.k8s.io/v1 validatingadmissionpolicies ValidatingAdmissionPolicy cluster",
		"admissionregistration.k8s.io/v1 mutatingadmissionpolicies MutatingAdmissionPolicy cluster",
		"autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler", "autoscaling/v1 horizontalpodautoscalers HorizontalPodAutoscaler",
		"rbac.authorization.k8s.io/v1 clusterroles ClusterRole cluster",
		"rbac.authorization.k8s.io/v1 roles Role",
	)
}

func selecting(group, version, resource string) admissionv1.RuleWithOperations {
	return admissionv1.RuleWithOperations{
		Operations: []admissionv1.OperationType{"*"},
		Rule:       admissionv1.Rule{APIGroups: []string{group}, APIVersions: []string{version}, Resources: []string{resource}},
	}
}

func TestAdmissionReferences(t *testing.T) {
	exact := admissionv1.Exact
	constraints := &admissionv1.MatchResources{
		ResourceRules: []admissionv1.NamedRuleWithOperations{
			{RuleWithOperations: selecting("apps", "v1", "deployments")}, {RuleWithOperations: selecting("*", "*", "*/scale")},
		},
		ExcludeResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: selecting("batch", "v1beta1", "cronjobs")}},
	}
	s := referringServer(t)
	s.on(admissionPath+"validatingwebhookconfigurations", pages(&admissionv1.ValidatingWebhookConfigurationList{Items: []admissionv1.ValidatingWebhookConfiguration{{
		ObjectMeta: metav1.ObjectMeta{Name: "b"},
		Webhooks: []admissionv1.ValidatingWebhook{
			{Name: "one.example.com", Rules: []admissionv1.RuleWithOperations{selecting("", "v1", "pods"), selecting("policy", "v1beta1", "poddisruptionbudgets")}},
			{Name: "two.example.com", MatchPolicy: &exact, Rules: []admissionv1.RuleWithOperations{selecting("extensions", "v1beta1", "ingresses")}},
		},
	}, {ObjectMeta: metav1.ObjectMeta{Name: "a"}}}}))
	s.on(admissionPath+"mutatingwebhookconfigurations", pages(&admissionv1.MutatingWebhookConfigurationList{Items: []admissionv1.MutatingWebhookConfiguration{{
		ObjectMeta: metav1.ObjectMeta{Name: "x\x1b[2J"},
		Webhooks:   []admissionv1.MutatingWebhook{{Name: "three", Rules: []admissionv1.RuleWithOperations{selecting("batch", "v1beta1", "cronjobs")}}},
	}}}))
	s.on(admissionPath+"validatingadmissionpolicies", pages(&admissionv1.ValidatingAdmissionPolicyList{Items: []admissionv1.ValidatingAdmissionPolicy{
		{
			ObjectMeta: metav1.ObjectMeta{Name: "limits"},
			Spec: admissionv1.ValidatingAdmissionPolicySpec{
				MatchConstraints: constraints, ParamKind: &admissionv1.ParamKind{APIVersion: "rules.example.com/v1", Kind: "Limit"},
			},
		},
		{
			ObjectMeta: metav1.ObjectMeta{Name: "maps"},
			Spec:       admissionv1.ValidatingAdmissionPolicySpec{ParamKind: &admissionv1.ParamKind{APIVersion: "v1", Kind: "ConfigMap"}},
		},
	}}))
	s.on(admissionPath+"mutatingadmissionpolicies", pages(&admissionv1.MutatingAdmissionPolicyList{Items: []admissionv1.MutatingAdmissionPolicy{{
		ObjectMeta: metav1.ObjectMeta{Name: "defaults"},
		Spec: admissionv1.MutatingAdmissionPolicySpec{MatchConstraints: &admissionv1.MatchResources{
			MatchPolicy: &exact, ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: selecting("apps", "v1beta1", "*")}},
		}},
	}}}))

	rule := func(kind, name, field, group, version, resource, match string) v1alpha1.AdmissionReference {
		return v1alpha1.AdmissionReference{
			Kind: kind, Name: name, Field: field, Groups: []string{group}, Versions: []string{version}, Resources: []string{resource}, MatchPolicy: match,
		}
	}
	want := []v1alpha1.AdmissionReference{
		rule("MutatingAdmissionPolicy", "defaults", "spec.matchConstraints.resourceRules[0]", "apps", "v1beta1", "*", "Exact"),
		rule("MutatingWebhookConfiguration", "x\x1b[2J", "webhooks[three].rules[0]", "batch", "v1beta1", "cronjobs", "Equivalent"),
		rule("ValidatingAdmissionPolicy", "limits", "spec.matchConstraints.resourceRules[0]", "apps", "v1", "deployments", "Equivalent"),
		rule("ValidatingAdmissionPolicy", "limits", "spec.matchConstraints.resourceRules[1]", "*", "*", "*/scale", "Equivalent"),
		{
			Kind: "ValidatingAdmissionPolicy", Name: "limits", Field: "spec.paramKind",
			Groups: []string{"rules.example.com"}, Versions: []string{"v1"}, ParamKind: "Limit",
		},
		{Kind: "ValidatingAdmissionPolicy", Name: "maps", Field: "spec.paramKind", Groups: []string{""}, Versions: []string{"v1"}, ParamKind: "ConfigMap"},
		rule("ValidatingWebhookConfiguration", "b", "webhooks[one.example.com].rules[0]", "", "v1", "pods", "Equivalent"),
		rule("ValidatingWebhookConfiguration", "b", "webhooks[one.example.com].rules[1]", "policy", "v1beta1", "poddisruptionbudgets", "Equivalent"),
		rule("ValidatingWebhookConfiguration", "b", "webhooks[two.example.com].rules[0]", "extensions", "v1beta1", "ingresses", "Exact"),
	}
	got := s.usage(t)
	checkGaps(t, got)
	if diff := cmp.Diff(want, got.APIUsage.References.Admission); diff != "" {
		t.Errorf("admission (-want +got):\n%s", diff)
	}
	const rbac, admission = "rbac.authorization.k8s.io", "admissionregistration.k8s.io"
	counts := []v1alpha1.ScannedKind{
		{Group: rbac, Kind: "ClusterRole"},
		{Group: "autoscaling", Kind: "HorizontalPodAutoscaler"},
		{Group: admission, Kind: "MutatingAdmissionPolicy", Count: 1},
		{Group: admission, Kind: "MutatingWebhookConfiguration", Count: 1},
		{Group: rbac, Kind: "Role"},
		{Group: admission, Kind: "ValidatingAdmissionPolicy", Count: 2},
		{Group: admission, Kind: "ValidatingWebhookConfiguration", Count: 2},
	}
	if diff := cmp.Diff(counts, got.APIUsage.References.Scanned); diff != "" {
		t.Errorf("scanned kinds (-want +got):\n%s", diff)
	}
}

func TestScaleTargetsAreGrouped(t *testing.T) {
	list := &autoscalingv2.HorizontalPodAutoscalerList{}
	for i := range 1200 {
		ref := autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "a"}
		switch i {
		case 7, 701:
			ref.APIVersion = "extensions/v1beta1"
		case 8:
			ref.APIVersion, ref.Kind = "example.com/v1", "Widget"
		case 9:
			ref.APIVersion, ref.Kind = "v1", "ReplicationController"
		case 10:
			ref.APIVersion = ""
		}
		list.Items = append(list.Items, autoscalingv2.HorizontalPodAutoscaler{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: fmt.Sprintf("h%04d", i)},
			Spec:       autoscalingv2.HorizontalPodAutoscalerSpec{ScaleTargetRef: ref},
		})
	}
	want := []v1alpha1.ScaleTarget{
		{APIVersion: "", Kind: "Deployment", Count: 1, Autoscalers: []string{"shop/h0010"}},
		{APIVersion: "apps/v1", Kind: "Deployment", Count: 1195},
		{APIVersion: "example.com/v1", Kind: "Widget", Count: 1, Autoscalers: []string{"shop/h0008"}},
		{APIVersion: "extensions/v1beta1", Kind: "Deployment", Count: 2, Autoscalers: []string{"shop/h0007", "shop/h0701"}},
		{APIVersion: "v1", Kind: "ReplicationController", Count: 1},
	}
	got := referringServer(t).on(autoscalersPath, pages(list)).usage(t)
	checkGaps(t, got)
	if diff := cmp.Diff(want, got.APIUsage.References.ScaleTargets); diff != "" {
		t.Errorf("scale targets (-want +got):\n%s", diff)
	}
}

// Before 1.23 there was no autoscaling/v2, and v1 is another message in protobuf.
func TestKindsAreReadThroughOlderVersionsInJSON(t *testing.T) {
	percent := int32(80)
	s := newUsageServer(t, "autoscaling/v1 horizontalpodautoscalers HorizontalPodAutoscaler",
		"autoscaling/v2beta2 horizontalpodautoscalers HorizontalPodAutoscaler",
		"admissionregistration.k8s.io/v1beta1 mutatingadmissionpolicies MutatingAdmissionPolicy cluster",
	).on(versionPath, answerJSON(v1alpha1.VersionInfo{GitVersion: "v1.22.0"}))
	list := &autoscalingv1.HorizontalPodAutoscalerList{
		TypeMeta: metav1.TypeMeta{APIVersion: "autoscaling/v1", Kind: "HorizontalPodAutoscalerList"},
		Items: []autoscalingv1.HorizontalPodAutoscaler{{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "a"},
			Spec: autoscalingv1.HorizontalPodAutoscalerSpec{
				ScaleTargetRef:                 autoscalingv1.CrossVersionObjectReference{APIVersion: "apps/v1beta1", Kind: "Deployment"},
				TargetCPUUtilizationPercentage: &percent,
			},
		}},
	}
	const autoscalers = "/apis/autoscaling/v1/horizontalpodautoscalers"
	const policies = "/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies"
	s.on(autoscalers, answerJSON(list)).on(policies, answerJSON(object{
		"kind": "MutatingAdmissionPolicyList", "apiVersion": "admissionregistration.k8s.io/v1beta1",
		"items": []object{{
			"metadata": object{"name": "a"},
			"spec":     object{"paramKind": object{"apiVersion": "v1", "kind": "ConfigMap"}, "reinvocationPolicy": "Never"},
		}},
	}))
	got := s.usage(t)
	checkGaps(t, got)
	params := []v1alpha1.AdmissionReference{{
		Kind: "MutatingAdmissionPolicy", Name: "a", Field: "spec.paramKind", Groups: []string{""}, Versions: []string{"v1"}, ParamKind: "ConfigMap",
	}}
	if diff := cmp.Diff(params, got.APIUsage.References.Admission); diff != "" {
		t.Errorf("admission (-want +got):\n%s", diff)
	}
	want := []v1alpha1.ScaleTarget{{APIVersion: "apps/v1beta1", Kind: "Deployment", Count: 1, Autoscalers: []string{"shop/a"}}}
	if diff := cmp.Diff(want, got.APIUsage.References.ScaleTargets); diff != "" {
		t.Errorf("scale targets (-want +got):\n%s", diff)
	}
	for _, path := range []string{autoscalers, policies} {
		// Autoscalers are scanned as objects, too.
		if !slices.ContainsFunc(s.requests(path), func(r request) bool { return r.Accept == acceptJSON }) {
			t.Errorf("%s was not read in JSON: %+v", path, s.requests(path))
		}
	}
}

func TestRolesThatNameWhatVanishes(t *testing.T) {
	type rules = []rbacv1.PolicyRule
	rule := func(groups, resources []string) rbacv1.PolicyRule {
		return rbacv1.PolicyRule{Verbs: []string{"get"}, APIGroups: groups, Resources: resources}
	}
	reference := func(groups, resources []string) v1alpha1.RoleReference {
		return v1alpha1.RoleReference{Kind: "Role", Namespace: "shop", Name: "a", Groups: groups, Resources: resources}
	}
	type s = []string
	tests := []struct {
		name  string
		rules rules
		want  []v1alpha1.RoleReference
	}{
		{"a resource that stays", rules{rule(s{"networking.k8s.io"}, s{"ingresses"})}, nil},
		{"a resource of a group that it left, beside where it went", rules{rule(s{"extensions", "networking.k8s.io"}, s{"ingresses"})},
			[]v1alpha1.RoleReference{reference(s{"extensions", "networking.k8s.io"}, s{"ingresses"})}},
		{"its subresource", rules{rule(s{"extensions"}, s{"ingresses/status"})}, []v1alpha1.RoleReference{reference(s{"extensions"}, s{"ingresses/status"})}},
		{"all resources of a group that vanishes", rules{rule(s{"extensions"}, s{"*"})}, []v1alpha1.RoleReference{reference(s{"extensions"}, s{"*"})}},
		{"all resources of a group of which some stay", rules{rule(s{"policy"}, s{"*"})}, nil},
		{"the one that does not stay", rules{rule(s{"policy"}, s{"podsecuritypolicies"})}, []v1alpha1.RoleReference{reference(s{"policy"}, s{"podsecuritypolicies"})}},
		{"a resource of all groups", rules{rule(s{"*"}, s{"podsecuritypolicies"})}, nil},
		{"everything", rules{rule(s{"*"}, s{"*"})}, nil},
		{"custom resources", rules{rule(s{"example.com"}, s{"*", "widgets"})}, nil},
		{"a path", rules{{Verbs: s{"get"}, NonResourceURLs: s{"/metrics"}}}, nil},
		{"the same with other verbs", rules{rule(s{"extensions"}, s{"*"}), rule(s{"extensions"}, s{"*"})}, []v1alpha1.RoleReference{reference(s{"extensions"}, s{"*"})}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			role := rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "a"}, Rules: tt.rules}
			got := referringServer(t).on(rolesPath, pages(&rbacv1.RoleList{Items: []rbacv1.Role{role}})).usage(t)
			checkGaps(t, got)
			if diff := cmp.Diff(tt.want, got.APIUsage.References.Roles); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a ClusterRole that kube-apiserver keeps up to date", func(t *testing.T) {
		role := rbacv1.ClusterRole{
			ObjectMeta: metav1.ObjectMeta{Name: "edit", Labels: map[string]string{"kubernetes.io/bootstrapping": "rbac-defaults"}},
			Rules:      rules{rule(s{"extensions"}, s{"deployments"})},
		}
		got := referringServer(t).on(clusterRolesPath, pages(&rbacv1.ClusterRoleList{Items: []rbacv1.ClusterRole{role}})).usage(t)
		want := []v1alpha1.RoleReference{{Kind: "ClusterRole", Name: "edit", Bootstrap: true, Groups: s{"extensions"}, Resources: s{"deployments"}}}
		if diff := cmp.Diff(want, got.APIUsage.References.Roles); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
	})
}

func TestAKindThatCannotBeReadCostsItself(t *testing.T) {
	const refusal = `roles.rbac.authorization.k8s.io is forbidden: User "jane" cannot list resource "roles" in API group "rbac.authorization.k8s.io" at the cluster scope`
	got := referringServer(t).on(rolesPath, refuse(refusal)).usage(t)
	checkGaps(t, got, v1alpha1.Gap{
		Source: v1alpha1.SourceReferences, Resource: "roles.rbac.authorization.k8s.io", Reason: v1alpha1.GapForbidden,
		Permission: "list roles.rbac.authorization.k8s.io", Message: refusal,
	})
	if hides := got.Gaps[0].Hides; hides != "objects that name APIs" {
		t.Errorf("the gap hides %q", hides)
	}
	if n := len(got.APIUsage.References.Scanned); n != 6 {
		t.Errorf("%d kinds were scanned, want the 6 others", n)
	}
}

func TestKindsThatAreNotRead(t *testing.T) {
	s := newUsageServer(t,
		"admissionregistration.k8s.io/v1alpha1 mutatingadmissionpolicies MutatingAdmissionPolicy cluster",
		"rbac.authorization.k8s.io/v1 clusterroles ClusterRole cluster", "rbac.authorization.k8s.io/v1 roles Role",
	).on(versionPath, answerJSON(v1alpha1.VersionInfo{GitVersion: "v1.35.0"}))
	s.on("/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles", pages(&rbacv1.RoleList{}))
	tests := []struct {
		name    string
		options func(*UsageOptions)
		want    []string
	}{
		{"one that is served through deprecated versions alone", func(*UsageOptions) {}, []string{"ClusterRole", "Role"}},
		{"unless that was allowed", func(o *UsageOptions) { o.ReadDeprecated = true }, []string{"ClusterRole", "MutatingAdmissionPolicy", "Role"}},
		{"those outside of the namespace", func(o *UsageOptions) { o.Namespace = "shop" }, []string{"Role"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{"secrets", "configmaps"} {
				s.on("/api/v1/namespaces/shop/"+path, pages(ingresses(0)))
			}
			s.mu.Lock()
			s.received = nil
			s.mu.Unlock()
			o := s.usageOptions(t)
			tt.options(o.APIUsage)
			got := s.usageWith(t, o)
			checkGaps(t, got)
			var kinds []string
			for _, scanned := range got.APIUsage.References.Scanned {
				kinds = append(kinds, scanned.Kind)
			}
			if diff := cmp.Diff(tt.want, kinds); diff != "" {
				t.Errorf("scanned kinds (-want +got):\n%s", diff)
			}
		})
	}
}
