package deprecation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func ofServer(findings []v1alpha1.DeprecationFinding) []v1alpha1.DeprecationFinding {
	var kept []v1alpha1.DeprecationFinding
	for _, f := range findings {
		if f.Subject.Type == v1alpha1.SubjectServer {
			kept = append(kept, f)
		}
	}
	return kept
}

func (c cluster) gap(source v1alpha1.Source, resource string) cluster {
	c.Gaps = append(c.Gaps, v1alpha1.Gap{Source: source, Reason: v1alpha1.GapForbidden, Resource: resource, Hides: "API versions", Message: "forbidden"})
	return c
}

func (c cluster) clusterScoped() cluster {
	c.APIUsage.Served.Resources[len(c.APIUsage.Served.Resources)-1].Namespaced = false
	return c
}

func (c cluster) unlistable() cluster {
	c.APIUsage.Served.Resources[len(c.APIUsage.Served.Resources)-1].Listable = false
	return c
}

func inNamespace(name string) func(*Options) { return func(o *Options) { o.Namespace = name } }

func TestWhatTheServerStillServes(t *testing.T) {
	const (
		coordination = "coordination.k8s.io"
		candidate    = "server kube-apiserver: coordination.k8s.io/v1beta1 LeaseCandidate is planned to be removed in 1.39: "
		first        = "server kube-apiserver: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: "
		second       = "server kube-apiserver: resource.k8s.io/v1beta2 ResourceClaim is planned to be removed in 1.39: "
		names        = "it is served in deprecated versions alone, so that listing would be a use"
		notKnown     = candidate + names + ", and no metrics count its objects: object names need --read-deprecated"
	)
	candidates := func() cluster {
		return newServer("v1.37.1").serving(coordination, "leasecandidates", "LeaseCandidate", "v1beta1")
	}
	claims := func() cluster {
		return newServer("v1.37.1").serving(group, "resourceclaims", "ResourceClaim", "v1", "v1beta2", "v1beta1")
	}
	policies := func() cluster {
		return newServer("v1.24.17").serving("policy", "podsecuritypolicies", "PodSecurityPolicy", "v1beta1").clusterScoped()
	}
	tests := []struct {
		name    string
		cluster cluster
		target  string
		want    []string
	}{
		{"a version that nothing uses", newCluster(), "1.38",
			[]string{"information " + first + "the server still serves it", "information " + second + "the server still serves it"}},
		{"one that is in use is not told twice", newCluster().claim("gpu", updated("operator", v1beta1, after)), "1.38",
			[]string{"information " + second + "the server still serves it"}},
		{"served only in deprecated versions, and none is stored", candidates().stored(0, coordination, "leasecandidates", 0), "1.38",
			[]string{"information " + candidate + "no object of it is stored"}},
		{"served only in deprecated versions, and one is stored", candidates().stored(0, coordination, "leasecandidates", 1), "1.38",
			[]string{"warning " + candidate + "1 object stored; " + names + ": object names need --read-deprecated"}},
		{"the largest count of several instances", candidates().instance(true, started).stored(0, coordination, "leasecandidates", 0).stored(1, coordination, "leasecandidates", 2), "1.38",
			[]string{"warning " + candidate + "2 objects stored; " + names + ": object names need --read-deprecated"}},
		{"one instance does not count them", candidates().instance(true, started).stored(0, coordination, "leasecandidates", 0), "1.38", []string{"unknown " + notKnown}},
		{"the server could not count them", candidates().stored(0, coordination, "leasecandidates", -1), "1.38", []string{"unknown " + notKnown}},
		{"those of another resource are counted", candidates().stored(0, coordination, "leases", 0), "1.38", []string{"unknown " + notKnown}},
		{"no metrics were read", unmeasured(candidates()), "1.38", []string{"unknown " + notKnown}},
		{"an instance without metrics proves nothing", withoutInstances(candidates()), "1.38", []string{"unknown " + notKnown}},
		{"their objects were read all the same", candidates().scanned(coordination, "v1beta1", "leasecandidates", "LeaseCandidate"), "1.38",
			[]string{"information " + candidate + "the server still serves it"}},
		{"pod security policies of 1.24, of which none is stored", policies().stored(0, "policy", "podsecuritypolicies", 0), "1.25",
			[]string{"information server kube-apiserver: policy/v1beta1 PodSecurityPolicy is removed in 1.25: no object of it is stored"}},
		{"pod security policies of 1.24", policies().stored(0, "policy", "podsecuritypolicies", 3), "1.25",
			[]string{"warning server kube-apiserver: policy/v1beta1 PodSecurityPolicy is removed in 1.25: 3 objects stored; " + names + ": object names need --read-deprecated"}},
		{"its objects are forbidden", claims().gap(v1alpha1.SourceObjects, "resourceclaims.resource.k8s.io"), "1.38",
			[]string{"unknown " + first + "its objects could not be read", "unknown " + second + "its objects could not be read"}},
		{"all objects are forbidden", claims().gap(v1alpha1.SourceObjects, ""), "1.38",
			[]string{"unknown " + first + "its objects could not be read", "unknown " + second + "its objects could not be read"}},
		{"objects of another resource are forbidden, and these were not read either", claims().gap(v1alpha1.SourceObjects, "deviceclasses.resource.k8s.io"), "1.38",
			[]string{"unknown " + first + "its objects were not read when the snapshot was taken", "unknown " + second + "its objects were not read when the snapshot was taken"}},
		{"a beta that is deprecated only later was not read", newServer("v1.36.0").serving("certificates.k8s.io", "clustertrustbundles", "ClusterTrustBundle", "v1beta1"), "1.37",
			[]string{"unknown server kube-apiserver: certificates.k8s.io/v1beta1 ClusterTrustBundle is planned to be removed in 1.40: its objects were not read when the snapshot was taken"}},
		{"a deprecated version of a definition was not read", newServer("v1.37.1").widgets(nil, storageV1(), deprecatedVersion("v1beta1")).
			serving("example.com", "widgets", "Widget", "v1", "v1beta1"), "1.38",
			[]string{"unknown server kube-apiserver: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: its objects were not read when the snapshot was taken"}},
		{"a definition has deprecated versions alone", newServer("v1.37.1").widgets(nil, deprecatedVersion("v1beta1")).
			serving("example.com", "widgets", "Widget", "v1beta1").stored(0, "example.com", "widgets", 0), "1.38",
			[]string{"information server kube-apiserver: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: no object of it is stored"}},
		{"events live for an hour, and are not read", newServer("v1.24.17").serving("events.k8s.io", "events", "Event", "v1", "v1beta1"), "1.25",
			[]string{"information server kube-apiserver: events.k8s.io/v1beta1 Event is removed in 1.25: the server still serves it"}},
		{"what cannot be listed is not stored", newServer("v1.21.14").serving("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", "v1", "v1beta1").unlistable(), "1.22",
			[]string{"information server kube-apiserver: authorization.k8s.io/v1beta1 SubjectAccessReview is removed in 1.22: the server still serves it"}},
		{"no removal is planned: its objects are not needed", newServer("v1.32.0").serving("", "endpoints", "Endpoints", "v1").gap(v1alpha1.SourceObjects, "endpoints"), "1.33",
			[]string{"information server kube-apiserver: v1 Endpoints is deprecated since 1.33, and its removal is not planned: the server still serves it"}},
		{"the objects were read in the group that they moved to", newServer("v1.21.14").serving("extensions", "ingresses", "Ingress", "v1beta1").
			serving("networking.k8s.io", "ingresses", "Ingress", "v1").scanned("networking.k8s.io", "v1", "ingresses", "Ingress"), "1.22",
			[]string{"information server kube-apiserver: extensions/v1beta1 Ingress is removed in 1.22: the server still serves it"}},
		{"the objects are forbidden in the group that they moved to", newServer("v1.21.14").serving("extensions", "ingresses", "Ingress", "v1beta1").
			serving("networking.k8s.io", "ingresses", "Ingress", "v1").gap(v1alpha1.SourceObjects, "ingresses.networking.k8s.io"), "1.22",
			[]string{"unknown server kube-apiserver: extensions/v1beta1 Ingress is removed in 1.22: its objects could not be read"}},
		{"discovery was not read", undiscovered(claims()), "1.38", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := reasons(ofServer(tt.cluster.judged(t, tt.target).Findings))
			if diff := cmp.Diff(append([]string{}, tt.want...), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func withoutInstances(c cluster) cluster {
	c.APIUsage.Requests.Instances = nil
	return c
}

func TestWhatIsUnknownStaysUnknownInOneNamespace(t *testing.T) {
	claims := newServer("v1.37.1").serving(group, "resourceclaims", "ResourceClaim", "v1", "v1beta1")
	classes := newServer("v1.37.1").serving(group, "deviceclasses", "DeviceClass", "v1", "v1beta1").clusterScoped()
	tests := []struct {
		name    string
		cluster cluster
		want    []string
	}{
		{"objects of namespaces were not read", claims,
			[]string{"unknown server kube-apiserver: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: its objects were not read when the snapshot was taken"}},
		{"objects of no namespace are not asked for", classes, []string{}},
		{"what the server merely serves is of no namespace", newCluster(), []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, reasons(tt.cluster.judged(t, "1.38", inNamespace("shop")).Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
