package apilifecycle

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func load(t *testing.T) *Index {
	t.Helper()
	x, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func minor(n int) version.Minor { return version.Minor{Major: 1, Minor: n} }

func kind(t *testing.T, groupVersion, kind string) schema.GroupVersionKind {
	t.Helper()
	gv, err := schema.ParseGroupVersion(groupVersion)
	if err != nil {
		t.Fatal(err)
	}
	return gv.WithKind(kind)
}

// Typed by hand from Kubernetes' release notes and its guide, which says since
// when the replacements are available:
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
func TestWellKnownRemovals(t *testing.T) {
	const (
		namespaced = true
		cluster    = false
		released   = 37
	)
	x := load(t)
	for _, test := range []struct {
		groupVersion, kind, resource string
		namespaced                   bool
		removed                      int
		replacement                  string
		since                        int
	}{
		{"apps/v1beta1", "ControllerRevision", "controllerrevisions", namespaced, 16, "apps/v1 ControllerRevision", 9},
		{"apps/v1beta1", "Deployment", "deployments", namespaced, 16, "apps/v1 Deployment", 9},
		{"apps/v1beta1", "StatefulSet", "statefulsets", namespaced, 16, "apps/v1 StatefulSet", 9},
		{"apps/v1beta2", "ControllerRevision", "controllerrevisions", namespaced, 16, "apps/v1 ControllerRevision", 9},
		{"apps/v1beta2", "DaemonSet", "daemonsets", namespaced, 16, "apps/v1 DaemonSet", 9},
		{"apps/v1beta2", "Deployment", "deployments", namespaced, 16, "apps/v1 Deployment", 9},
		{"apps/v1beta2", "ReplicaSet", "replicasets", namespaced, 16, "apps/v1 ReplicaSet", 9},
		{"apps/v1beta2", "StatefulSet", "statefulsets", namespaced, 16, "apps/v1 StatefulSet", 9},
		{"extensions/v1beta1", "DaemonSet", "daemonsets", namespaced, 16, "apps/v1 DaemonSet", 9},
		{"extensions/v1beta1", "Deployment", "deployments", namespaced, 16, "apps/v1 Deployment", 9},
		// The guide says 1.8, the type 1.7.
		{"extensions/v1beta1", "NetworkPolicy", "networkpolicies", namespaced, 16, "networking.k8s.io/v1 NetworkPolicy", 7},
		{"extensions/v1beta1", "PodSecurityPolicy", "podsecuritypolicies", cluster, 16, "policy/v1beta1 PodSecurityPolicy", 10},
		{"extensions/v1beta1", "ReplicaSet", "replicasets", namespaced, 16, "apps/v1 ReplicaSet", 9},

		{"batch/v2alpha1", "CronJob", "cronjobs", namespaced, 21, "batch/v1 CronJob", 21},

		{"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", cluster, 22, "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration", 16},
		{"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", cluster, 22, "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration", 16},
		{"apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "customresourcedefinitions", cluster, 22, "apiextensions.k8s.io/v1 CustomResourceDefinition", 16},
		{"apiregistration.k8s.io/v1beta1", "APIService", "apiservices", cluster, 22, "apiregistration.k8s.io/v1 APIService", 10},
		{"authentication.k8s.io/v1beta1", "TokenReview", "tokenreviews", cluster, 22, "authentication.k8s.io/v1 TokenReview", 6},
		{"authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", "localsubjectaccessreviews", namespaced, 22, "authorization.k8s.io/v1 LocalSubjectAccessReview", 6},
		{"authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", cluster, 22, "authorization.k8s.io/v1 SelfSubjectAccessReview", 6},
		{"authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", cluster, 22, "authorization.k8s.io/v1 SelfSubjectRulesReview", 8},
		{"authorization.k8s.io/v1beta1", "SubjectAccessReview", "subjectaccessreviews", cluster, 22, "authorization.k8s.io/v1 SubjectAccessReview", 6},
		{"certificates.k8s.io/v1beta1", "CertificateSigningRequest", "certificatesigningrequests", cluster, 22, "certificates.k8s.io/v1 CertificateSigningRequest", 19},
		{"coordination.k8s.io/v1beta1", "Lease", "leases", namespaced, 22, "coordination.k8s.io/v1 Lease", 14},
		{"extensions/v1beta1", "Ingress", "ingresses", namespaced, 22, "networking.k8s.io/v1 Ingress", 19},
		{"networking.k8s.io/v1beta1", "Ingress", "ingresses", namespaced, 22, "networking.k8s.io/v1 Ingress", 19},
		{"networking.k8s.io/v1beta1", "IngressClass", "ingressclasses", cluster, 22, "networking.k8s.io/v1 IngressClass", 19},
		{"rbac.authorization.k8s.io/v1beta1", "ClusterRole", "clusterroles", cluster, 22, "rbac.authorization.k8s.io/v1 ClusterRole", 8},
		{"rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", "clusterrolebindings", cluster, 22, "rbac.authorization.k8s.io/v1 ClusterRoleBinding", 8},
		{"rbac.authorization.k8s.io/v1beta1", "Role", "roles", namespaced, 22, "rbac.authorization.k8s.io/v1 Role", 8},
		{"rbac.authorization.k8s.io/v1beta1", "RoleBinding", "rolebindings", namespaced, 22, "rbac.authorization.k8s.io/v1 RoleBinding", 8},
		{"scheduling.k8s.io/v1beta1", "PriorityClass", "priorityclasses", cluster, 22, "scheduling.k8s.io/v1 PriorityClass", 14},
		// The guide says 1.19, and the server of 1.18 serves it.
		{"storage.k8s.io/v1beta1", "CSIDriver", "csidrivers", cluster, 22, "storage.k8s.io/v1 CSIDriver", 18},
		{"storage.k8s.io/v1beta1", "CSINode", "csinodes", cluster, 22, "storage.k8s.io/v1 CSINode", 17},
		{"storage.k8s.io/v1beta1", "StorageClass", "storageclasses", cluster, 22, "storage.k8s.io/v1 StorageClass", 6},
		{"storage.k8s.io/v1beta1", "VolumeAttachment", "volumeattachments", cluster, 22, "storage.k8s.io/v1 VolumeAttachment", 13},

		{"rbac.authorization.k8s.io/v1alpha1", "Role", "roles", namespaced, 23, "rbac.authorization.k8s.io/v1 Role", 8},
		{"scheduling.k8s.io/v1alpha1", "PriorityClass", "priorityclasses", cluster, 23, "scheduling.k8s.io/v1 PriorityClass", 14},
		{"node.k8s.io/v1alpha1", "RuntimeClass", "runtimeclasses", cluster, 24, "node.k8s.io/v1 RuntimeClass", 20},

		{"autoscaling/v2beta1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", namespaced, 25, "autoscaling/v2 HorizontalPodAutoscaler", 23},
		{"batch/v1beta1", "CronJob", "cronjobs", namespaced, 25, "batch/v1 CronJob", 21},
		{"discovery.k8s.io/v1beta1", "EndpointSlice", "endpointslices", namespaced, 25, "discovery.k8s.io/v1 EndpointSlice", 21},
		{"events.k8s.io/v1beta1", "Event", "events", namespaced, 25, "events.k8s.io/v1 Event", 19},
		{"node.k8s.io/v1beta1", "RuntimeClass", "runtimeclasses", cluster, 25, "node.k8s.io/v1 RuntimeClass", 20},
		{"policy/v1beta1", "PodDisruptionBudget", "poddisruptionbudgets", namespaced, 25, "policy/v1 PodDisruptionBudget", 21},
		{"policy/v1beta1", "PodSecurityPolicy", "podsecuritypolicies", cluster, 25, "", 0},

		{"autoscaling/v2beta2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", namespaced, 26, "autoscaling/v2 HorizontalPodAutoscaler", 23},
		{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", "flowschemas", cluster, 26, "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema", 26},
		{"flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", "prioritylevelconfigurations", cluster, 26, "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration", 26},
		{"storage.k8s.io/v1beta1", "CSIStorageCapacity", "csistoragecapacities", namespaced, 27, "storage.k8s.io/v1 CSIStorageCapacity", 24},
		{"flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", "flowschemas", cluster, 29, "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema", 26},
		{"flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", "prioritylevelconfigurations", cluster, 29, "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration", 26},
		{"flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", "flowschemas", cluster, 32, "flowcontrol.apiserver.k8s.io/v1 FlowSchema", 29},
		{"flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", "prioritylevelconfigurations", cluster, 32, "flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration", 29},
		{"coordination.k8s.io/v1alpha1", "LeaseCandidate", "leasecandidates", namespaced, 32, "coordination.k8s.io/v1beta1 LeaseCandidate", 33},
		{"authentication.k8s.io/v1beta1", "SelfSubjectReview", "selfsubjectreviews", cluster, 33, "authentication.k8s.io/v1 SelfSubjectReview", 28},
		{"admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", cluster, 34, "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy", 30},
		{"admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", cluster, 34, "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding", 30},
		{"resource.k8s.io/v1alpha3", "ResourceClaim", "resourceclaims", namespaced, 34, "resource.k8s.io/v1beta1 ResourceClaim", 32},
		{"storagemigration.k8s.io/v1alpha1", "StorageVersionMigration", "storageversionmigrations", cluster, 35, "storagemigration.k8s.io/v1 StorageVersionMigration", 37},
		{"networking.k8s.io/v1beta1", "IPAddress", "ipaddresses", cluster, 37, "networking.k8s.io/v1 IPAddress", 33},
		{"networking.k8s.io/v1beta1", "ServiceCIDR", "servicecidrs", cluster, 37, "networking.k8s.io/v1 ServiceCIDR", 33},
		{"storage.k8s.io/v1beta1", "VolumeAttributesClass", "volumeattributesclasses", cluster, 37, "storage.k8s.io/v1 VolumeAttributesClass", 34},

		{"resource.k8s.io/v1beta1", "DeviceClass", "deviceclasses", cluster, 38, "resource.k8s.io/v1 DeviceClass", 34},
		{"resource.k8s.io/v1beta1", "ResourceClaim", "resourceclaims", namespaced, 38, "resource.k8s.io/v1 ResourceClaim", 34},
		{"resource.k8s.io/v1beta1", "ResourceClaimTemplate", "resourceclaimtemplates", namespaced, 38, "resource.k8s.io/v1 ResourceClaimTemplate", 34},
		{"resource.k8s.io/v1beta1", "ResourceSlice", "resourceslices", cluster, 38, "resource.k8s.io/v1 ResourceSlice", 34},
		{"resource.k8s.io/v1beta2", "ResourceSlice", "resourceslices", cluster, 39, "resource.k8s.io/v1 ResourceSlice", 34},
		{"coordination.k8s.io/v1beta1", "LeaseCandidate", "leasecandidates", namespaced, 39, "", 0},
		{"admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies", cluster, 40, "admissionregistration.k8s.io/v1 MutatingAdmissionPolicy", 36},
		{"admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", cluster, 40, "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding", 36},
		{"certificates.k8s.io/v1beta1", "ClusterTrustBundle", "clustertrustbundles", cluster, 40, "certificates.k8s.io/v1 ClusterTrustBundle", 37},
		{"certificates.k8s.io/v1beta1", "PodCertificateRequest", "podcertificaterequests", namespaced, 40, "certificates.k8s.io/v1 PodCertificateRequest", 37},
		{"storagemigration.k8s.io/v1beta1", "StorageVersionMigration", "storageversionmigrations", cluster, 40, "storagemigration.k8s.io/v1 StorageVersionMigration", 37},
		{"resource.k8s.io/v1beta2", "DeviceTaintRule", "devicetaintrules", cluster, 42, "resource.k8s.io/v1 DeviceTaintRule", 37},
		{"scheduling.k8s.io/v1beta1", "PodGroup", "podgroups", namespaced, 43, "", 0},
		{"scheduling.k8s.io/v1beta1", "Workload", "workloads", namespaced, 43, "", 0},
	} {
		t.Run(test.groupVersion+" "+test.kind, func(t *testing.T) {
			gvk := kind(t, test.groupVersion, test.kind)
			a := x.Kind(gvk)
			if a == nil {
				t.Fatal("not found by its kind")
			}
			if found := x.Resource(gvk.GroupVersion().WithResource(test.resource)); found != a {
				t.Errorf("found by its resource: %v", found)
			}
			if a.Namespaced != test.namespaced {
				t.Errorf("namespaced is %t", a.Namespaced)
			}
			before, removed := minor(test.removed-1), minor(test.removed)
			if a.GoneAt(before) || !a.ServedAt(before) {
				t.Errorf("not served at %s: %+v", before, a)
			}
			if !a.GoneAt(removed) || a.ServedAt(removed) {
				t.Errorf("served at %s: %+v", removed, a)
			}
			if planned := test.removed > released; a.Planned != planned {
				t.Errorf("planned is %t", a.Planned)
			}
			replacement, since := "", version.Minor{}
			if a.Replacement != nil {
				replacement, since = name(a.Replacement.GroupVersionKind()), a.Replacement.Since
			}
			if replacement != test.replacement || test.replacement != "" && since != minor(test.since) {
				t.Errorf("replaced by %q since %s", replacement, since)
			}
		})
	}
}

func TestWellKnownDeprecations(t *testing.T) {
	x := load(t)
	for _, test := range []struct {
		groupVersion, kind string
		deprecated         int
	}{
		{"v1", "ComponentStatus", 19},
		{"v1", "Endpoints", 33},
		{"extensions/v1beta1", "Ingress", 14},
		{"networking.k8s.io/v1beta1", "Ingress", 19},
		{"batch/v1beta1", "CronJob", 21},
		{"policy/v1beta1", "PodSecurityPolicy", 21},
		{"autoscaling/v2beta2", "HorizontalPodAutoscaler", 23},
		{"flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 29},
		{"resource.k8s.io/v1beta1", "ResourceClaim", 35},
		{"certificates.k8s.io/v1beta1", "PodCertificateRequest", 37},
	} {
		a := x.Kind(kind(t, test.groupVersion, test.kind))
		if a == nil || a.DeprecatedAt(minor(test.deprecated-1)) || !a.DeprecatedAt(minor(test.deprecated)) {
			t.Errorf("%s %s is not deprecated in 1.%d: %+v", test.groupVersion, test.kind, test.deprecated, a)
		}
	}
}

func TestStableVersionsAreNeverRemoved(t *testing.T) {
	x := load(t)
	stable := 0
	for i := range x.APIs {
		a := &x.APIs[i]
		if a.Stable() {
			stable++
			if a.GoneAt(minor(999)) || a.Planned {
				t.Errorf("%s is removed in %s", a, a.Removed)
			}
		}
	}
	if pods := x.Kind(kind(t, "v1", "Pod")); stable == 0 || pods == nil || !pods.ServedAt(minor(0)) || pods.DeprecatedAt(minor(999)) {
		t.Errorf("%d stable versions, v1 Pod: %+v", stable, pods)
	}
}

func TestIndexHoldsResourcesAlone(t *testing.T) {
	x := load(t)
	for _, out := range []struct{ groupVersion, kind string }{
		{"admission.k8s.io/v1beta1", "AdmissionReview"},
		{"apidiscovery.k8s.io/v2beta1", "APIGroupDiscovery"},
		{"apps/v1beta1", "DeploymentRollback"},
		{"apps/v1beta2", "Scale"},
		{"authentication.k8s.io/v1", "TokenRequest"},
		{"autoscaling/v1", "Scale"},
		{"batch/v1beta1", "JobTemplate"},
		{"extensions/v1beta1", "IngressList"},
		{"imagepolicy.k8s.io/v1alpha1", "ImageReview"},
		{"policy/v1beta1", "Eviction"},
		{"v1", "DeleteOptions"},
		{"v1", "PodExecOptions"},
		{"v1", "PodList"},
		{"v1", "RangeAllocation"},
	} {
		if a := x.Kind(kind(t, out.groupVersion, out.kind)); a != nil {
			t.Errorf("%s is in the index", a)
		}
	}
	// Not the subresource of pods.
	if a := x.Kind(kind(t, "lifecycle.k8s.io/v1alpha1", "Eviction")); a == nil {
		t.Error("lifecycle.k8s.io/v1alpha1 Eviction is not in the index")
	}
}

func TestLookupsOfWhatIsNotThere(t *testing.T) {
	x := load(t)
	if a := x.Kind(kind(t, "example.com/v1", "Widget")); a != nil {
		t.Errorf("found %s", a)
	}
	if a := x.Resource(schema.GroupVersionResource{Version: "v1", Resource: "deployments"}); a != nil {
		t.Errorf("found %s in the core group", a)
	}
	if versions := x.Versions(schema.GroupResource{Group: "example.com", Resource: "widgets"}); len(versions) != 0 {
		t.Errorf("found %v", versions)
	}
}

func TestVersions(t *testing.T) {
	x := load(t)
	for _, test := range []struct {
		of   schema.GroupResource
		want []string
	}{
		{schema.GroupResource{Group: "autoscaling", Resource: "horizontalpodautoscalers"}, []string{"v2", "v1", "v2beta2", "v2beta1"}},
		{schema.GroupResource{Group: "flowcontrol.apiserver.k8s.io", Resource: "flowschemas"}, []string{"v1", "v1beta3", "v1beta2", "v1beta1", "v1alpha1"}},
		{schema.GroupResource{Resource: "bindings"}, []string{"v1"}},
		{schema.GroupResource{Group: "storagemigration.k8s.io", Resource: "storageversionmigrations"}, []string{"v1", "v1beta1", "v1alpha1"}},
	} {
		var got []string
		for _, a := range x.Versions(test.of) {
			if a.Group != test.of.Group || a.Resource != test.of.Resource {
				t.Errorf("%s: found %s", test.of, &a)
			}
			got = append(got, a.Version)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.of, diff)
		}
	}
}

func TestSuccessor(t *testing.T) {
	x := load(t)
	for _, test := range []struct {
		groupVersion, kind string
		at                 int
		want               string
	}{
		{"batch/v1beta1", "CronJob", 20, ""},
		{"batch/v1beta1", "CronJob", 21, "batch/v1 CronJob"},
		{"batch/v1beta1", "CronJob", 37, "batch/v1 CronJob"},
		{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 25, ""},
		{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 28, "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema"},
		{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 29, "flowcontrol.apiserver.k8s.io/v1 FlowSchema"},
		{"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 32, "flowcontrol.apiserver.k8s.io/v1 FlowSchema"},
		{"extensions/v1beta1", "PodSecurityPolicy", 24, "policy/v1beta1 PodSecurityPolicy"},
		{"extensions/v1beta1", "PodSecurityPolicy", 25, ""},
		{"policy/v1beta1", "PodSecurityPolicy", 24, ""},
		{"resource.k8s.io/v1alpha3", "ResourceClaim", 33, "resource.k8s.io/v1beta1 ResourceClaim"},
		{"resource.k8s.io/v1alpha3", "ResourceClaim", 34, "resource.k8s.io/v1 ResourceClaim"},
		{"v1", "Endpoints", 33, "discovery.k8s.io/v1 EndpointSlice"},
		{"v1", "ComponentStatus", 37, ""},
		{"apps/v1", "Deployment", 37, ""},
	} {
		got := ""
		if to := x.Successor(x.Kind(kind(t, test.groupVersion, test.kind)), minor(test.at)); to != nil {
			got = to.String()
		}
		if got != test.want {
			t.Errorf("%s %s at 1.%d: got %q, want %q", test.groupVersion, test.kind, test.at, got, test.want)
		}
	}
	if to := x.Successor(nil, minor(37)); to != nil {
		t.Errorf("of nothing: %s", to)
	}
}

func TestServedAt(t *testing.T) {
	a := API{Introduced: minor(20), Deprecated: minor(23), Removed: minor(26)}
	for at, want := range map[int]string{
		19: "served false, deprecated false, gone false",
		20: "served true, deprecated false, gone false",
		22: "served true, deprecated false, gone false",
		23: "served true, deprecated true, gone false",
		25: "served true, deprecated true, gone false",
		26: "served false, deprecated true, gone true",
	} {
		m := minor(at)
		if got := fmt.Sprintf("served %t, deprecated %t, gone %t", a.ServedAt(m), a.DeprecatedAt(m), a.GoneAt(m)); got != want {
			t.Errorf("at %s: %s, want %s", m, got, want)
		}
	}
}

func TestEveryRemovedBetaWithASuccessorNamesIt(t *testing.T) {
	x := load(t)
	var without []string
	for i := range x.APIs {
		a := &x.APIs[i]
		if !a.Alpha() && a.GoneAt(x.Newest) && x.Successor(a, x.Newest) == nil {
			without = append(without, a.String())
		}
	}
	want := []string{"extensions/v1beta1 PodSecurityPolicy", "policy/v1beta1 PodSecurityPolicy"}
	if !slices.Equal(without, want) {
		t.Errorf("without a successor: %v, want %v", without, want)
	}
}
