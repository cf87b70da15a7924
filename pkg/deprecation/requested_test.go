package deprecation

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestWhatKubeAPIServerCounted(t *testing.T) {
	const planned = "resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: "
	tests := []struct {
		name    string
		cluster cluster
		target  string
		want    []string
	}{
		{"nothing", newCluster(), "1.38", []string{}},
		{"requests for a version that stays", newCluster().requests("v1", "update", 7), "1.38", []string{}},
		{"a write", newCluster().requests("v1beta1", "update", 1), "1.38",
			[]string{"error clients: " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (1 write)"}},
		{"writes and reads", newCluster().requests("v1beta1", "apply", 2).requests("v1beta1", "deletecollection", 1).requests("v1beta1", "list", 5), "1.38",
			[]string{"error clients: " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (3 writes, 5 reads)"}},
		{"writes, where the version is removed later", newCluster().requests("v1beta1", "update", 1), "1.37",
			[]string{"warning clients: " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (1 write)"}},
		{"reads alone", newCluster().requests("v1beta1", "get", 1).requests("v1beta1", "list", 2).requests("v1beta1", "watch", 3), "1.38",
			[]string{"warning clients: " + planned + "only reads were counted on 1 of 1 kube-apiserver; controllers that read every resource are often the cause (6 reads)"}},
		{"writes, all of which the audit log has", newCluster().requests("v1beta1", "create", 3).audited(call("ci", "curl/8", "create")), "1.38",
			[]string{
				"error user ci: " + planned + "called it (3 writes)",
				"information clients: " + planned + "was requested on 1 of 1 kube-apiserver, by those whom the audit log names (3 writes)",
			}},
		{"writes, of which the audit log has some", newCluster().requests("v1beta1", "create", 4).audited(call("ci", "curl/8", "create")), "1.38",
			[]string{
				"error clients: " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (4 writes)",
				"error user ci: " + planned + "called it (3 writes)",
			}},
		{"a count of zero", newCluster().requests("v1beta1", "update", 0), "1.38", []string{}},
		{"reads alone of the only version that is served, before any minor calls it deprecated",
			newServer("v1.31.0").serving("networking.k8s.io", "ipaddresses", "IPAddress", "v1beta1").
				counted(0, v1alpha1.APIRequests{Group: "networking.k8s.io", Version: "v1beta1", Resource: "ipaddresses", Verb: "list", Count: 2}), "1.37",
			[]string{"information clients: networking.k8s.io/v1beta1 IPAddress is removed in 1.37: only reads were counted on 1 of 1 kube-apiserver, and the server has no other version to read, which every run of this command does too (2 reads)"}},
		{"writes through the only version that is served",
			newServer("v1.31.0").serving("networking.k8s.io", "ipaddresses", "IPAddress", "v1beta1").
				counted(0, v1alpha1.APIRequests{Group: "networking.k8s.io", Version: "v1beta1", Resource: "ipaddresses", Verb: "create", Count: 2}), "1.37",
			[]string{"error clients: networking.k8s.io/v1beta1 IPAddress is removed in 1.37: clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (2 writes)"}},
		{"reads alone of the only version that is served, which the server calls deprecated",
			newServer("v1.34.0").serving("networking.k8s.io", "ipaddresses", "IPAddress", "v1beta1").
				counted(0, v1alpha1.APIRequests{Group: "networking.k8s.io", Version: "v1beta1", Resource: "ipaddresses", Verb: "list", Count: 2}), "1.37",
			[]string{"warning clients: networking.k8s.io/v1beta1 IPAddress is removed in 1.37: only reads were counted on 1 of 1 kube-apiserver; controllers that read every resource are often the cause (2 reads)"}},
		{"a version of a definition that is served no more",
			newServer("v1.37.1").widgets(nil, storageV1(), v1alpha1.CustomResourceVersion{Name: "v1alpha1"}).
				counted(0, v1alpha1.APIRequests{Group: "example.com", Version: "v1alpha1", Resource: "widgets", Verb: "create", Count: 1}), "1.38",
			[]string{"information clients: example.com/v1alpha1 Widget is not served: was requested while it was served on 1 of 1 kube-apiserver (1 write)"}},
		{"the gauge alone", newCluster().marked(group, "v1beta1", "resourceclaims", "1.38"), "1.38",
			[]string{"warning clients: " + planned + "was requested, and by what verb is not counted on 1 of 1 kube-apiserver"}},
		{"requests for another resource of the version",
			newCluster().counted(0, v1alpha1.APIRequests{Group: group, Version: "v1beta1", Resource: "widgets", Verb: "update", Count: 9}), "1.38", []string{}},
		{"a subresource is of its resource",
			newCluster().counted(0, v1alpha1.APIRequests{Group: group, Version: "v1beta1", Resource: "resourceclaims", Subresource: "status", Verb: "patch", Count: 4}), "1.38",
			[]string{"error clients: " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (4 writes)"}},
		{"several instances are summed",
			newCluster().instance(true, started.Add(time.Hour)).requests("v1beta1", "list", 1).
				counted(1, v1alpha1.APIRequests{Group: group, Version: "v1beta1", Resource: "resourceclaims", Verb: "update", Count: 2}), "1.38",
			[]string{"error clients: " + planned + "clients that kube-apiserver does not name wrote through it on 2 of 2 kube-apiservers (2 writes, 1 read)"}},
		{"some instances were not seen", newCluster().instance(false, started).instance(false, started).requests("v1beta1", "list", 1), "1.38",
			[]string{"warning clients: " + planned + "only reads were counted on 1 of 3 kube-apiservers; controllers that read every resource are often the cause (1 read)"}},
		{"nothing tells how many instances there are", uncounted(newCluster().requests("v1beta1", "list", 1)), "1.38",
			[]string{"warning clients: " + planned + "only reads were counted on 1 kube-apiserver, of a number that is not known; controllers that read every resource are often the cause (1 read)"}},
		{"an alpha, which the server does not mark",
			newServer("v1.33.1").serving(group, "resourceclaims", "ResourceClaim", "v1beta1", "v1alpha3").requests("v1alpha3", "create", 2), "1.34",
			[]string{"error clients: resource.k8s.io/v1alpha3 ResourceClaim is removed in 1.34: clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (2 writes)"}},
		{"an API without a planned removal",
			newServer("v1.37.1").serving("", "endpoints", "Endpoints", "v1").marked("", "v1", "endpoints", "").
				counted(0, v1alpha1.APIRequests{Version: "v1", Resource: "endpoints", Verb: "update", Count: 40}), "1.38",
			[]string{"information clients: v1 Endpoints is deprecated since 1.33, and its removal is not planned: clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (40 writes)"}},
		{"a deprecated version of a definition",
			newServer("v1.37.1").widgets(nil, storageV1(), deprecatedVersion("v1beta1")).
				counted(0, v1alpha1.APIRequests{Group: "example.com", Version: "v1beta1", Resource: "widgets", Verb: "update", Count: 1}), "1.38",
			[]string{"warning clients: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (1 write)"}},
		{"a newer server calls deprecated what nothing else does, and says nothing of its removal",
			newServer("v1.38.0").marked("new.k8s.io", "v1beta1", "things", ""), "1.39",
			[]string{"warning clients: new.k8s.io/v1beta1 things is called deprecated by kube-apiserver: was requested, and by what verb is not counted on 1 of 1 kube-apiserver"}},
		{"a newer server names a removal after the target",
			newServer("v1.38.0").marked("new.k8s.io", "v1beta1", "things", "1.40").
				counted(0, v1alpha1.APIRequests{Group: "new.k8s.io", Version: "v1beta1", Resource: "things", Verb: "create", Count: 1}), "1.39",
			[]string{"warning clients: new.k8s.io/v1beta1 things is planned to be removed in 1.40: clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (1 write)"}},
		{"a newer server names a removal at the target",
			newServer("v1.38.0").marked("new.k8s.io", "v1beta1", "things", "1.39").
				counted(0, v1alpha1.APIRequests{Group: "new.k8s.io", Version: "v1beta1", Resource: "things", Verb: "create", Count: 1}), "1.39",
			[]string{"error clients: new.k8s.io/v1beta1 things is planned to be removed in 1.39: clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (1 write)"}},
		{"a newer server calls deprecated what the index has as staying",
			newServer("v1.38.0").marked(group, "v1", "resourceclaims", "1.45"), "1.39",
			[]string{"warning clients: resource.k8s.io/v1 ResourceClaim is planned to be removed in 1.45: was requested, and by what verb is not counted on 1 of 1 kube-apiserver"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, reasons(used(tt.cluster.judged(t, tt.target).Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func uncounted(c cluster) cluster {
	c.Leases = nil
	return c
}

// kube-apiserver counts its own requests without their version.
func TestKubeAPIServersOwnRequestsAreTakenOff(t *testing.T) {
	const coordination = "coordination.k8s.io"
	requests := func(version, verb string, count int64) v1alpha1.APIRequests {
		return v1alpha1.APIRequests{Group: coordination, Version: version, Resource: "leasecandidates", Verb: verb, Count: count}
	}
	candidates := func(versions ...string) cluster {
		return newServer("v1.37.1").serving(coordination, "leasecandidates", "LeaseCandidate", versions...).
			marked(coordination, "v1beta1", "leasecandidates", "1.39").counted(0, requests("v1beta1", "list", 3)).counted(0, requests("v1beta1", "update", 2))
	}
	const planned = "clients: coordination.k8s.io/v1beta1 LeaseCandidate is planned to be removed in 1.39: "
	tests := []struct {
		name    string
		cluster cluster
		want    []string
	}{
		{"all were its own, and set the mark", candidates("v1beta1").own(requests("", "list", 3)).own(requests("", "update", 2)), []string{}},
		{"it counts more than were finished", candidates("v1beta1").own(requests("", "list", 4)).own(requests("", "update", 9)), []string{}},
		{"the writes were its own", candidates("v1beta1").own(requests("", "update", 2)),
			[]string{"warning " + planned + "only reads were counted on 1 of 1 kube-apiserver; controllers that read every resource are often the cause (3 reads)"}},
		{"one write was not its own", candidates("v1beta1").own(requests("", "list", 3)).own(requests("", "update", 1)),
			[]string{"error " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (1 write)"}},
		{"before 1.31 they name no group", candidates("v1beta1").own(v1alpha1.APIRequests{Resource: "leasecandidates", Verb: "list", Count: 3}),
			[]string{"error " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (2 writes)"}},
		{"those of another group", candidates("v1beta1").own(v1alpha1.APIRequests{Group: "other.io", Resource: "leasecandidates", Verb: "update", Count: 2}),
			[]string{"error " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (2 writes, 3 reads)"}},
		{"those of another resource", candidates("v1beta1").own(v1alpha1.APIRequests{Group: coordination, Resource: "leases", Verb: "update", Count: 2}),
			[]string{"error " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (2 writes, 3 reads)"}},
		{"where two versions are served, it may have used the other", candidates("v1beta1", "v1alpha2").own(requests("", "list", 3)).own(requests("", "update", 2)),
			[]string{"error " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (2 writes, 3 reads)"}},
		{"where discovery was not read, there may be another", undiscovered(candidates("v1beta1")).own(requests("", "list", 3)).own(requests("", "update", 2)),
			[]string{"error " + planned + "clients that kube-apiserver does not name wrote through it on 1 of 1 kube-apiserver (2 writes, 3 reads)"}},
		{"those of one instance are not taken off another's",
			candidates("v1beta1").instance(true, started).counted(1, requests("v1beta1", "update", 1)).own(requests("", "list", 9)).own(requests("", "update", 9)),
			[]string{"error " + planned + "clients that kube-apiserver does not name wrote through it on 2 of 2 kube-apiservers (1 write)"}},
		{"a mark without a count stays", newServer("v1.37.1").serving(coordination, "leasecandidates", "LeaseCandidate", "v1beta1").
			marked(coordination, "v1beta1", "leasecandidates", "1.39").own(requests("", "list", 9)),
			[]string{"warning " + planned + "was requested, and by what verb is not counted on 1 of 1 kube-apiserver"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, reasons(used(tt.cluster.judged(t, "1.39").Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func undiscovered(c cluster) cluster {
	c.APIUsage.Served = nil
	return c
}

func TestAllInstancesCountSinceTheLatestStart(t *testing.T) {
	report := newCluster().instance(true, started.Add(3*time.Hour)).instance(true, started.Add(time.Hour)).requests("v1beta1", "list", 1).judged(t, "1.38")
	want := started.Add(3 * time.Hour)
	if since := report.Coverage.MetricsSince; since == nil || !since.Time.Equal(want) {
		t.Errorf("coverage counts since %v, want %v", since, want)
	}
	for _, f := range used(report.Findings) {
		if first := f.Evidence[0].First; first == nil || !first.Time.Equal(want) {
			t.Errorf("the evidence counts since %v, want %v", first, want)
		}
	}
}
