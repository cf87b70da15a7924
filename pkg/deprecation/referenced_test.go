package deprecation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// hook is a rule of webhook example.com of configuration "guard".
func hook(matchPolicy, group, resource string, versions ...string) v1alpha1.AdmissionReference {
	return v1alpha1.AdmissionReference{
		Kind: "ValidatingWebhookConfiguration", Name: "guard", Field: "webhooks[example.com].rules[0]",
		Groups: []string{group}, Versions: versions, Resources: []string{resource}, MatchPolicy: matchPolicy,
	}
}

func TestRulesThatNameOnlyVersionsThatGoAway(t *testing.T) {
	const (
		claim    = "object ValidatingWebhookConfiguration/guard: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: "
		bypassed = "webhooks[example.com].rules[0] names only versions that go away, and will match nothing: admission is bypassed"
	)
	second := func(r v1alpha1.AdmissionReference) v1alpha1.AdmissionReference {
		r.Field = "webhooks[example.com].rules[1]"
		return r
	}
	other := func(r v1alpha1.AdmissionReference) v1alpha1.AdmissionReference {
		r.Field = "webhooks[other.example.com].rules[0]"
		return r
	}
	policy := func(r v1alpha1.AdmissionReference, field string) v1alpha1.AdmissionReference {
		r.Kind, r.Field = "ValidatingAdmissionPolicy", "spec.matchConstraints.resourceRules"+field
		return r
	}
	tests := []struct {
		name   string
		rules  []v1alpha1.AdmissionReference
		target string
		want   []string
	}{
		{"Equivalent, and the version is removed at the target", []v1alpha1.AdmissionReference{hook("Equivalent", group, "resourceclaims", "v1beta1")}, "1.38",
			[]string{"error " + claim + bypassed}},
		{"Exact, and the version is removed at the target", []v1alpha1.AdmissionReference{hook("Exact", group, "resourceclaims", "v1beta1")}, "1.38",
			[]string{"error " + claim + bypassed}},
		{"Equivalent, and the version is removed later", []v1alpha1.AdmissionReference{hook("Equivalent", group, "resourceclaims", "v1beta1")}, "1.37",
			[]string{"warning " + claim + bypassed}},
		{"Exact, and the version is removed later: the stable one is missed today", []v1alpha1.AdmissionReference{hook("Exact", group, "resourceclaims", "v1beta1")}, "1.37",
			[]string{"warning " + claim + "webhooks[example.com].rules[0] names only versions that go away, and with matchPolicy Exact misses resource.k8s.io/v1 today"}},
		{"the version that stays is named too", []v1alpha1.AdmissionReference{hook("Equivalent", group, "resourceclaims", "v1", "v1beta1")}, "1.38", []string{}},
		{"only the version that stays is named", []v1alpha1.AdmissionReference{hook("Exact", group, "resourceclaims", "v1")}, "1.38", []string{}},
		{"all versions are named", []v1alpha1.AdmissionReference{hook("Exact", group, "resourceclaims", "*")}, "1.38", []string{}},
		{"all groups and all resources, at betas: no API is meant", []v1alpha1.AdmissionReference{hook("Equivalent", "*", "*", "v1beta1")}, "1.38", []string{}},
		{"all groups, and the resource is named", []v1alpha1.AdmissionReference{hook("Equivalent", "*", "resourceclaims", "v1beta1")}, "1.38",
			[]string{"error " + claim + bypassed}},
		{"a subresource is named", []v1alpha1.AdmissionReference{hook("Equivalent", group, "resourceclaims/status", "v1beta1")}, "1.38",
			[]string{"error " + claim + bypassed}},
		{"all resources of the group", []v1alpha1.AdmissionReference{hook("Equivalent", group, "*", "v1beta1")}, "1.38", []string{
			"error object ValidatingWebhookConfiguration/guard: resource.k8s.io/v1beta1 DeviceClass, removed in 1.38, is not served: " + bypassed,
			"error " + claim + bypassed,
			"error object ValidatingWebhookConfiguration/guard: resource.k8s.io/v1beta1 ResourceClaimTemplate, removed in 1.38, is not served: " + bypassed,
			"error object ValidatingWebhookConfiguration/guard: resource.k8s.io/v1beta1 ResourceSlice, removed in 1.38, is not served: " + bypassed,
		}},
		{"another resource of the group", []v1alpha1.AdmissionReference{hook("Equivalent", group, "widgets", "v1beta1")}, "1.38", []string{}},
		{"another rule of the webhook names the version that stays",
			[]v1alpha1.AdmissionReference{hook("Exact", group, "resourceclaims", "v1beta1"), second(hook("Exact", group, "resourceclaims", "v1"))}, "1.38", []string{}},
		{"another rule of the webhook names another resource",
			[]v1alpha1.AdmissionReference{hook("Exact", group, "resourceclaims", "v1beta1"), second(hook("Exact", group, "deviceclasses", "v1"))}, "1.38",
			[]string{"error " + claim + bypassed}},
		{"another webhook names the version that stays",
			[]v1alpha1.AdmissionReference{hook("Equivalent", group, "resourceclaims", "v1beta1"), other(hook("Equivalent", group, "resourceclaims", "v1"))}, "1.38",
			[]string{"error " + claim + bypassed}},
		{"Equivalent with a beta that the target still serves", []v1alpha1.AdmissionReference{hook("Equivalent", group, "resourceclaims", "v1beta1", "v1beta2")}, "1.38",
			[]string{"warning object ValidatingWebhookConfiguration/guard: resource.k8s.io/v1beta2 ResourceClaim is planned to be removed in 1.39: " + bypassed}},
		{"Equivalent with betas that are all gone at the target", []v1alpha1.AdmissionReference{hook("Equivalent", group, "resourceclaims", "v1beta1", "v1beta2")}, "1.39",
			[]string{"error " + claim + bypassed, "error object ValidatingWebhookConfiguration/guard: resource.k8s.io/v1beta2 ResourceClaim is planned to be removed in 1.39: " + bypassed}},
		{"Exact with a beta that the target still serves: its clients go elsewhere", []v1alpha1.AdmissionReference{hook("Exact", group, "resourceclaims", "v1beta1", "v1beta2")}, "1.38",
			[]string{"error " + claim + bypassed, "warning object ValidatingWebhookConfiguration/guard: resource.k8s.io/v1beta2 ResourceClaim is planned to be removed in 1.39: webhooks[example.com].rules[0] names only versions that go away, and with matchPolicy Exact misses resource.k8s.io/v1 today"}},
		{"a policy", []v1alpha1.AdmissionReference{policy(hook("Equivalent", group, "resourceclaims", "v1beta1"), "[0]")}, "1.38",
			[]string{"error object ValidatingAdmissionPolicy/guard: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: spec.matchConstraints.resourceRules[0] names only versions that go away, and will match nothing: admission is bypassed"}},
		{"a policy with another rule that names the version that stays",
			[]v1alpha1.AdmissionReference{policy(hook("Equivalent", group, "resourceclaims", "v1beta1"), "[0]"), policy(hook("Equivalent", group, "resourceclaims", "v1"), "[1]")}, "1.38", []string{}},
		{"moved to another group", []v1alpha1.AdmissionReference{hook("Equivalent", "extensions", "ingresses", "v1beta1")}, "1.38",
			[]string{"error object ValidatingWebhookConfiguration/guard: extensions/v1beta1 Ingress, removed in 1.22, is not served: " + bypassed}},
		{"moved to another group, which another rule names",
			[]v1alpha1.AdmissionReference{hook("Equivalent", "extensions", "ingresses", "v1beta1"), second(hook("Equivalent", "networking.k8s.io", "ingresses", "v1", "v1beta1"))}, "1.38", []string{}},
		{"a resource that vanishes has no requests left to admit", []v1alpha1.AdmissionReference{hook("Equivalent", "policy", "podsecuritypolicies", "v1beta1")}, "1.38", []string{}},
		{"a beta survives the alpha that is named", []v1alpha1.AdmissionReference{hook("Equivalent", "coordination.k8s.io", "leasecandidates", "v1alpha2")}, "1.38",
			[]string{"error object ValidatingWebhookConfiguration/guard: coordination.k8s.io/v1alpha2 LeaseCandidate, removed in 1.38, is not served: " + bypassed}},
		{"the beta that survived is gone by then too", []v1alpha1.AdmissionReference{hook("Equivalent", "coordination.k8s.io", "leasecandidates", "v1alpha2")}, "1.39", []string{}},
		{"an API without a planned removal does not go away", []v1alpha1.AdmissionReference{hook("Exact", "", "endpoints", "v1")}, "1.38", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			findings := used(newCluster().admitting(tt.rules...).judged(t, tt.target).Findings)
			if diff := cmp.Diff(tt.want, reasons(findings)); diff != "" {
				t.Error(diff)
			}
			for _, f := range findings {
				if f.Evidence[0].Type != v1alpha1.EvidenceReferenced {
					t.Errorf("got %s evidence, want referenced", f.Evidence[0].Type)
				}
			}
		})
	}
}

func TestTheRemedyOfARuleNamesWhatToAdd(t *testing.T) {
	findings := used(newCluster().admitting(hook("Equivalent", "extensions", "ingresses", "v1beta1")).judged(t, "1.38").Findings)
	const want = "add networking.k8s.io/v1 to the rule, with apiGroups, apiVersions and resources"
	if got := findings[0].Remedy; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWebhooksForCustomResources(t *testing.T) {
	const bypassed = ": webhooks[example.com].rules[0] names only versions that go away, and will match nothing: admission is bypassed"
	versions := []v1alpha1.CustomResourceVersion{storageV1(), deprecatedVersion("v1beta1"), unservedVersion("v1alpha1")}
	tests := []struct {
		name    string
		version string
		want    []string
	}{
		{"at a version that stays", "v1", []string{}},
		{"at a deprecated version", "v1beta1", []string{"warning object ValidatingWebhookConfiguration/guard: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition" + bypassed}},
		{"at a version that is not served", "v1alpha1", []string{"error object ValidatingWebhookConfiguration/guard: example.com/v1alpha1 Widget is not served" + bypassed}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newServer("v1.37.1").widgets(nil, versions...).admitting(hook("Equivalent", "example.com", "widgets", tt.version))
			if diff := cmp.Diff(tt.want, reasons(c.judged(t, "1.38").Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheKindOfAPolicysParameters(t *testing.T) {
	param := func(group, version, kind string) v1alpha1.AdmissionReference {
		return v1alpha1.AdmissionReference{
			Kind: "ValidatingAdmissionPolicy", Name: "guard", Field: "spec.paramKind", Groups: []string{group}, Versions: []string{version}, ParamKind: kind,
		}
	}
	tests := []struct {
		name   string
		param  v1alpha1.AdmissionReference
		target string
		want   []string
	}{
		{"it stays", param("", "v1", "ConfigMap"), "1.38", []string{}},
		{"it is removed at the target", param(group, "v1beta1", "DeviceClass"), "1.38",
			[]string{"error object ValidatingAdmissionPolicy/guard: resource.k8s.io/v1beta1 DeviceClass is planned to be removed in 1.38: spec.paramKind names it"}},
		{"it is removed later", param(group, "v1beta1", "DeviceClass"), "1.37",
			[]string{"warning object ValidatingAdmissionPolicy/guard: resource.k8s.io/v1beta1 DeviceClass is planned to be removed in 1.38: spec.paramKind names it"}},
		{"a deprecated version of a definition", param("example.com", "v1beta1", "Widget"), "1.38",
			[]string{"warning object ValidatingAdmissionPolicy/guard: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: spec.paramKind names it"}},
		{"a kind that nothing knows", param("other.io", "v1", "Gadget"), "1.38", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newServer("v1.37.1").serving(group, "deviceclasses", "DeviceClass", "v1", "v1beta1").scanned(group, "v1", "deviceclasses", "DeviceClass").
				widgets(nil, storageV1(), deprecatedVersion("v1beta1")).admitting(tt.param)
			if diff := cmp.Diff(tt.want, reasons(used(c.judged(t, tt.target).Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatAutoscalersScale(t *testing.T) {
	const other = ": spec.scaleTargetRef names it, and no other version of its group has the kind (1 object)"
	const any = ": spec.scaleTargetRef names it; the autoscaler takes whatever version of its group is served (1 object)"
	tests := []struct {
		name             string
		apiVersion, kind string
		want             []string
	}{
		{"a version that stays", "apps/v1", "Deployment", []string{}},
		{"an old version of a group that keeps the kind", "apps/v1beta1", "Deployment",
			[]string{"information object shop/HorizontalPodAutoscaler/web: apps/v1beta1 Deployment, removed in 1.16, is not served" + any}},
		{"a group that lost the kind", "extensions/v1beta1", "Deployment",
			[]string{"error object shop/HorizontalPodAutoscaler/web: extensions/v1beta1 Deployment, removed in 1.16, is not served" + other}},
		{"a deprecated version of a definition that has another", "example.com/v1beta1", "Widget",
			[]string{"information object shop/HorizontalPodAutoscaler/web: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition" + any}},
		{"a version that the definition does not have", "example.com/v1alpha1", "Widget",
			[]string{"information object shop/HorizontalPodAutoscaler/web: example.com/v1alpha1 Widget is not served" + any}},
		{"a kind that nothing knows", "other.io/v1", "Gadget", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newServer("v1.37.1").widgets(nil, storageV1(), deprecatedVersion("v1beta1"))
			c.APIUsage.References.ScaleTargets = []v1alpha1.ScaleTarget{{APIVersion: tt.apiVersion, Kind: tt.kind, Count: 1, Autoscalers: []string{"shop/web"}}}
			findings := c.judged(t, "1.38").Findings
			if diff := cmp.Diff(tt.want, reasons(findings)); diff != "" {
				t.Error(diff)
			}
			for _, f := range findings {
				if diff := cmp.Diff([]v1alpha1.EvidenceObject{{Namespace: "shop", Name: "web"}}, f.Evidence[0].Objects); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestRolesForResourcesThatLeaveTheirGroup(t *testing.T) {
	rule := func(groups, resources []string) v1alpha1.RoleReference {
		return v1alpha1.RoleReference{Kind: "ClusterRole", Name: "deployer", Groups: groups, Resources: resources}
	}
	bootstrap := rule([]string{"extensions"}, []string{"ingresses"})
	bootstrap.Bootstrap = true
	namespaced := rule([]string{"extensions"}, []string{"ingresses"})
	namespaced.Kind, namespaced.Namespace = "Role", "shop"
	old := func() cluster {
		return newServer("v1.21.14").serving("extensions", "ingresses", "Ingress", "v1beta1").serving("networking.k8s.io", "ingresses", "Ingress", "v1", "v1beta1").
			serving("policy", "podsecuritypolicies", "PodSecurityPolicy", "v1beta1").serving("policy", "poddisruptionbudgets", "PodDisruptionBudget", "v1", "v1beta1")
	}
	const ingress = "extensions/v1beta1 Ingress is removed in 1.22: a rule permits it"
	tests := []struct {
		name    string
		cluster cluster
		rule    v1alpha1.RoleReference
		want    []string
		remedy  string
	}{
		{"the resource moves to another group", old(), rule([]string{"extensions"}, []string{"ingresses"}),
			[]string{"warning object ClusterRole/deployer: " + ingress + ", and not its replacement"}, "permit ingresses of group networking.k8s.io too"},
		{"a subresource of it", old(), rule([]string{"extensions"}, []string{"ingresses/status"}),
			[]string{"warning object ClusterRole/deployer: " + ingress + ", and not its replacement"}, "permit ingresses of group networking.k8s.io too"},
		{"in a namespace", old(), namespaced,
			[]string{"warning object shop/Role/deployer: " + ingress + ", and not its replacement"}, "permit ingresses of group networking.k8s.io too"},
		{"its replacement is permitted too", old(), rule([]string{"extensions", "networking.k8s.io"}, []string{"ingresses"}),
			[]string{"information object ClusterRole/deployer: " + ingress + ", and its replacement too"}, ""},
		{"kube-apiserver keeps the role", old(), bootstrap,
			[]string{"information object ClusterRole/deployer: " + ingress + ", which kube-apiserver keeps up to date itself"}, ""},
		{"the resource vanishes", old(), rule([]string{"policy"}, []string{"podsecuritypolicies"}),
			[]string{"information object ClusterRole/deployer: policy/v1beta1 PodSecurityPolicy is removed in 1.25: a rule permits it, which has no replacement"}, ""},
		{"another version of its group stays", old(), rule([]string{"policy"}, []string{"poddisruptionbudgets"}), []string{}, ""},
		{"another resource", old(), rule([]string{"extensions"}, []string{"widgets"}), []string{}, ""},
		{"an API without a planned removal", newCluster(), rule([]string{""}, []string{"endpoints"}), []string{}, ""},
		{"a group that is gone already is history", newCluster(), rule([]string{"extensions"}, []string{"ingresses"}), []string{}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cluster.APIUsage.References.Roles = []v1alpha1.RoleReference{tt.rule}
			findings := used(tt.cluster.judged(t, "1.22").Findings)
			if diff := cmp.Diff(tt.want, reasons(findings)); diff != "" {
				t.Error(diff)
			}
			for _, f := range findings {
				if f.Remedy != tt.remedy {
					t.Errorf("got remedy %q, want %q", f.Remedy, tt.remedy)
				}
			}
		})
	}
}
