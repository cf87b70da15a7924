package deprecation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestWhatBecomesOfAnAPI(t *testing.T) {
	tests := []struct {
		name             string
		target           string
		apiVersion, kind string
		want             []string
	}{
		{"the minor before its removal", "1.24", "policy/v1beta1", "PodDisruptionBudget",
			[]string{"warning file web.yaml: policy/v1beta1 PodDisruptionBudget is removed in 1.25: the file declares it (1 object)"}},
		{"the minor of its removal", "1.25", "policy/v1beta1", "PodDisruptionBudget",
			[]string{"error file web.yaml: policy/v1beta1 PodDisruptionBudget is removed in 1.25: the file declares it (1 object)"}},
		{"long after its removal", "1.37", "extensions/v1beta1", "Ingress",
			[]string{"error file web.yaml: extensions/v1beta1 Ingress is removed in 1.22: the file declares it (1 object)"}},
		{"the last minor before a planned removal", "1.37", v1beta1, "ResourceClaim",
			[]string{"warning file web.yaml: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: the file declares it (1 object)"}},
		{"a planned removal is judged as one", "1.38", v1beta1, "ResourceClaim",
			[]string{"error file web.yaml: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: the file declares it (1 object)"}},
		{"an alpha that was removed without notice", "1.34", group + "/v1alpha3", "ResourceClaim",
			[]string{"error file web.yaml: resource.k8s.io/v1alpha3 ResourceClaim is removed in 1.34: the file declares it (1 object)"}},
		{"deprecated, and no removal is planned", "1.38", "v1", "Endpoints",
			[]string{"information file web.yaml: v1 Endpoints is deprecated since 1.33, and its removal is not planned: the file declares it (1 object)"}},
		{"a stable version stays", "1.38", "policy/v1", "PodDisruptionBudget", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := offline().file("web.yaml", declared(tt.apiVersion, tt.kind, "web")).judged(t, tt.target)
			if diff := cmp.Diff(tt.want, reasons(report.Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheReplacementIsWhatTheTargetServes(t *testing.T) {
	const flowcontrol = "flowcontrol.apiserver.k8s.io"
	tests := []struct {
		name             string
		target           string
		apiVersion, kind string
		want             *v1alpha1.APIReplacement
	}{
		{"the newest beta where there is no stable version yet", "1.28", flowcontrol + "/v1beta1", "FlowSchema",
			&v1alpha1.APIReplacement{APIVersion: flowcontrol + "/v1beta3", Kind: "FlowSchema", Since: minor(t, "1.26")}},
		{"the stable version from the minor that has it", "1.29", flowcontrol + "/v1beta1", "FlowSchema",
			&v1alpha1.APIReplacement{APIVersion: flowcontrol + "/v1", Kind: "FlowSchema", Since: minor(t, "1.29")}},
		{"another group", "1.22", "extensions/v1beta1", "Ingress",
			&v1alpha1.APIReplacement{APIVersion: "networking.k8s.io/v1", Kind: "Ingress", Since: minor(t, "1.19")}},
		{"what Kubernetes names, where the target does not have it yet", "1.22", "autoscaling/v2beta1", "HorizontalPodAutoscaler",
			&v1alpha1.APIReplacement{APIVersion: "autoscaling/v2", Kind: "HorizontalPodAutoscaler", Since: minor(t, "1.23")}},
		{"a replacement that is itself still served", "1.24", "extensions/v1beta1", "PodSecurityPolicy",
			&v1alpha1.APIReplacement{APIVersion: "policy/v1beta1", Kind: "PodSecurityPolicy", Since: minor(t, "1.10")}},
		{"a replacement that is itself gone is none", "1.25", "extensions/v1beta1", "PodSecurityPolicy", nil},
		{"none at all", "1.25", "policy/v1beta1", "PodSecurityPolicy", nil},
		{"another kind", "1.33", "v1", "Endpoints",
			&v1alpha1.APIReplacement{APIVersion: "discovery.k8s.io/v1", Kind: "EndpointSlice", Since: minor(t, "1.21")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := offline().file("web.yaml", declared(tt.apiVersion, tt.kind, "web")).judged(t, tt.target)
			if diff := cmp.Diff(tt.want, report.Findings[0].Replacement); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhichVersionOutlivesAnother(t *testing.T) {
	usage := newCluster().widgets(nil, storageV1(), deprecatedVersion("v1beta1"), deprecatedVersion("v1alpha2"), unservedVersion("v1alpha1")).APIUsage
	const extensions, networking = "extensions/v1beta1 Ingress", "networking.k8s.io/v1beta1 Ingress"
	tests := []struct {
		name string
		a, b [2]string
		want bool
	}{
		{"a stable version a beta", [2]string{v1, "ResourceClaim"}, [2]string{v1beta1, "ResourceClaim"}, true},
		{"a beta that is removed later", [2]string{v1beta2, "ResourceClaim"}, [2]string{v1beta1, "ResourceClaim"}, true},
		{"a beta that is removed earlier", [2]string{v1beta1, "ResourceClaim"}, [2]string{v1beta2, "ResourceClaim"}, false},
		{"a beta not the stable version", [2]string{v1beta1, "ResourceClaim"}, [2]string{v1, "ResourceClaim"}, false},
		{"none itself", [2]string{v1beta1, "ResourceClaim"}, [2]string{v1beta1, "ResourceClaim"}, false},
		{networking + " not " + extensions + ": both end in 1.22", [2]string{"networking.k8s.io/v1beta1", "Ingress"}, [2]string{"extensions/v1beta1", "Ingress"}, false},
		{"a stable version of another group", [2]string{"networking.k8s.io/v1", "Ingress"}, [2]string{"extensions/v1beta1", "Ingress"}, true},
		{"a stable one not another stable one", [2]string{"autoscaling/v2", "HorizontalPodAutoscaler"}, [2]string{"autoscaling/v1", "HorizontalPodAutoscaler"}, false},
		{"a version of a definition that stays, a deprecated one", [2]string{"example.com/v1", "Widget"}, [2]string{"example.com/v1beta1", "Widget"}, true},
		{"a deprecated one, one that is not served", [2]string{"example.com/v1beta1", "Widget"}, [2]string{"example.com/v1alpha1", "Widget"}, true},
		{"of two deprecated ones neither", [2]string{"example.com/v1beta1", "Widget"}, [2]string{"example.com/v1alpha2", "Widget"}, false},
		{"a deprecated one not one that stays", [2]string{"example.com/v1beta1", "Widget"}, [2]string{"example.com/v1", "Widget"}, false},
		{"what nothing knows outlives nothing", [2]string{group + "/v7", "ResourceClaim"}, [2]string{v1beta1, "ResourceClaim"}, false},
	}
	all := newAPIs(index(t), usage, minor(t, "1.37"), minor(t, "1.38"))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, b := all.kind(tt.a[0], tt.a[1]), all.kind(tt.b[0], tt.b[1])
			if got := a.outlives(b); got != tt.want {
				t.Errorf("%s outlives %s: got %t, want %t", a, b, got, tt.want)
			}
		})
	}
}

func TestVersionsOfADefinition(t *testing.T) {
	widgets := func(versions ...v1alpha1.CustomResourceVersion) []v1alpha1.CustomResourceVersion { return versions }
	replacedBy := func(v string) *v1alpha1.APIReplacement {
		return &v1alpha1.APIReplacement{APIVersion: "example.com/" + v, Kind: "Widget"}
	}
	tests := []struct {
		name        string
		versions    []v1alpha1.CustomResourceVersion
		apiVersion  string
		want        []string
		replacement *v1alpha1.APIReplacement
	}{
		{"a served one stays", widgets(storageV1()), "example.com/v1", []string{}, nil},
		{"its author calls it deprecated", widgets(storageV1(), deprecatedVersion("v1beta1")), "example.com/v1beta1",
			[]string{"warning file web.yaml: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: the file declares it (1 object)"}, replacedBy("v1")},
		{"it is not served", widgets(storageV1(), unservedVersion("v1beta1")), "example.com/v1beta1",
			[]string{"error file web.yaml: example.com/v1beta1 Widget is not served: the file declares it (1 object)"}, replacedBy("v1")},
		{"the definition does not have it", widgets(storageV1()), "example.com/v1beta1",
			[]string{"error file web.yaml: example.com/v1beta1 Widget is not served: the file declares it (1 object)"}, replacedBy("v1")},
		{"the stored version replaces one that it does not have, before a newer one", widgets(stableVersion("v2"), storageV1()), "example.com/v1beta1",
			[]string{"error file web.yaml: example.com/v1beta1 Widget is not served: the file declares it (1 object)"}, replacedBy("v1")},
		{"the stored version replaces one that is deprecated, before a newer one", widgets(stableVersion("v2"), storageV1(), deprecatedVersion("v1beta1")), "example.com/v1beta1",
			[]string{"warning file web.yaml: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: the file declares it (1 object)"}, replacedBy("v1")},
		{"where the stored one is deprecated, the first that is not", widgets(deprecatedVersion("v1beta1"), stableVersion("v2"), stableVersion("v1")), "example.com/v1beta1",
			[]string{"warning file web.yaml: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: the file declares it (1 object)"}, replacedBy("v2")},
		{"where all are deprecated, none", widgets(deprecatedVersion("v1beta1"), deprecatedVersion("v1beta2")), "example.com/v1beta1",
			[]string{"warning file web.yaml: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: the file declares it (1 object)"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := newCluster().widgets(nil, tt.versions...).file("web.yaml", declared(tt.apiVersion, "Widget", "web")).judged(t, "1.38")
			findings := ofGroup("example.com", report.Findings)
			if diff := cmp.Diff(tt.want, reasons(findings)); diff != "" {
				t.Error(diff)
			}
			if len(findings) == 0 {
				return
			}
			if diff := cmp.Diff(tt.replacement, findings[0].Replacement); diff != "" {
				t.Error(diff)
			}
		})
	}
}
