package deprecation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestRemedies(t *testing.T) {
	onLine := func(o v1alpha1.DeclaredObject) v1alpha1.DeclaredObject { o.Line = 3; return o }
	claim := onLine(declared(v1beta1, "ResourceClaim", "gpu"))
	widget := declared("example.com/v1beta1", "Widget", "dial")
	widgets := func() cluster {
		return newServer("v1.37.1").widgets(nil, storageV1(), deprecatedVersion("v1beta1"))
	}
	vanished := newServer("v1.24.17").serving("policy", "podsecuritypolicies", "PodSecurityPolicy", "v1beta1")
	const below = "; deviceClassName and its siblings move below exactly"
	tests := []struct {
		name    string
		cluster cluster
		target  string
		want    string
	}{
		{"a file", newCluster().file("deploy/Web1.yaml", claim), "1.38", "change apiVersion to resource.k8s.io/v1, as the plugin kubectl convert -f deploy/Web1.yaml --output-version resource.k8s.io/v1 shows" + below},
		{"a file whose name a shell would take apart", newCluster().file("it's here.yaml", claim), "1.38", `change apiVersion to resource.k8s.io/v1, as the plugin kubectl convert -f 'it'\''s here.yaml' --output-version resource.k8s.io/v1 shows` + below},
		{"stdin, which is gone", newCluster().file("-", claim), "1.38", "change apiVersion to resource.k8s.io/v1" + below},
		{"the output of a kustomization", newCluster().file("overlay", declared(v1beta1, "ResourceClaim", "gpu")), "1.38", "change apiVersion to resource.k8s.io/v1" + below},
		{"a file with a custom resource, which kubectl convert does not know", widgets().file("web.yaml", widget), "1.38", "change apiVersion to example.com/v1"},
		{"a release", newCluster().release("web", "deployed", claim), "1.38", "upgrade the release to a chart that declares resource.k8s.io/v1" + below},
		{"a release of an API that is gone already", newCluster().release("web", "deployed", declared("batch/v1beta1", "CronJob", "web")), "1.38",
			"change apiVersion to batch/v1 in the stored release first, as the Helm plugin mapkubeapis does, then upgrade to a chart that declares it"},
		{"kubectl", newCluster().claim("gpu", updated("kubectl-client-side-apply", v1beta1, after)), "1.38",
			"change apiVersion to resource.k8s.io/v1, as the plugin kubectl convert -f FILE --output-version resource.k8s.io/v1 shows, and apply it again" + below},
		{"another manager", newCluster().claim("gpu", updated("operator", v1beta1, after)), "1.38", "have operator use resource.k8s.io/v1" + below},
		{"a user", newCluster().audited(call("ci", "curl/8", "create")), "1.38", "have ci use resource.k8s.io/v1" + below},
		{"clients without a name", newCluster().requests("v1beta1", "create", 1), "1.38", "have the clients use resource.k8s.io/v1; an audit log names them" + below},
		{"the replacement comes with the target", newServer("v1.28.3").file("web.yaml", onLine(declared("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", "web"))), "1.29",
			"change apiVersion to flowcontrol.apiserver.k8s.io/v1, as the plugin kubectl convert -f web.yaml --output-version flowcontrol.apiserver.k8s.io/v1 shows, together with the upgrade: it is served from 1.29"},
		{"the replacement came with the server's minor", newServer("v1.29.0").file("web.yaml", onLine(declared("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", "web"))), "1.30",
			"change apiVersion to flowcontrol.apiserver.k8s.io/v1, as the plugin kubectl convert -f web.yaml --output-version flowcontrol.apiserver.k8s.io/v1 shows"},
		{"there is no replacement", vanished.counted(0, v1alpha1.APIRequests{Group: "policy", Version: "v1beta1", Resource: "podsecuritypolicies", Verb: "create", Count: 1}).
			scanned("policy", "v1beta1", "podsecuritypolicies", "PodSecurityPolicy"), "1.25", "Pod Security Admission takes its place: labels pod-security.kubernetes.io/enforce on namespaces"},
		{"nothing takes its place", newServer("v1.37.1").serving("coordination.k8s.io", "leasecandidates", "LeaseCandidate", "v1beta1").
			counted(0, v1alpha1.APIRequests{Group: "coordination.k8s.io", Version: "v1beta1", Resource: "leasecandidates", Verb: "create", Count: 1}), "1.39", "stop using it: no replacement is known"},
		{"a kind of which kubectl convert has no types", newServer("v1.24.17").file("web.yaml", onLine(declared("autoscaling/v2beta2", "HorizontalPodAutoscaler", "web"))), "1.26", "change apiVersion to autoscaling/v2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, used(tt.cluster.judged(t, tt.target).Findings)[0].Remedy); diff != "" {
				t.Error(diff)
			}
		})
	}
	history := used(newCluster().claim("gpu", updated("operator", group+"/v1alpha3", after)).judged(t, "1.38").Findings)[0]
	if history.Verdict != v1alpha1.Information || history.Remedy != "" {
		t.Errorf("got %s with remedy %q, want information without one", history.Verdict, history.Remedy)
	}
}
