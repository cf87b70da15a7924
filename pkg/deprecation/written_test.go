package deprecation

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// The cases of managedFields that were seen on real servers, each a row.
func TestWhoStillWritesThroughAVersion(t *testing.T) {
	const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
	claim := func(entries ...v1alpha1.ManagedEntry) v1alpha1.ScannedObject {
		return v1alpha1.ScannedObject{Namespace: "shop", Name: "gpu", ManagedFields: entries}
	}
	withApplied := func(o v1alpha1.ScannedObject, apiVersion string, owners ...string) v1alpha1.ScannedObject {
		o.LastApplied = []v1alpha1.LastApplied{{Annotation: lastApplied, APIVersion: apiVersion, Kind: "ResourceClaim", Owners: owners}}
		return o
	}
	status := func(e v1alpha1.ManagedEntry) v1alpha1.ManagedEntry { e.Subresource = "status"; return e }
	timeless := func(e v1alpha1.ManagedEntry) v1alpha1.ManagedEntry { e.Time = nil; return e }
	autoUpdated := claim(updated("kubectl-edit", v1beta1, after))
	autoUpdated.AutoUpdated = true

	tests := []struct {
		name   string
		object v1alpha1.ScannedObject
		want   string
	}{
		{"an Apply entry is current", claim(applied("flux", v1beta1, after)), "error manager flux: written shop/gpu"},
		{"an Apply entry stays current however old it is: a no-op apply keeps its time", claim(applied("flux", v1beta1, before)), "error manager flux: written shop/gpu"},
		{"Apply, then Update of one manager at a version that stays: the next apply comes through the old one",
			claim(applied("flux", v1beta1, before), updated("flux", v1, after)), "error manager flux: written shop/gpu"},
		{"a lone Update after the server started", claim(updated("operator", v1beta1, after)), "error manager operator: written shop/gpu"},
		{"a lone Update before the server started, and no request since", claim(updated("operator", v1beta1, before)), "warning manager operator: written dormant shop/gpu"},
		{"a lone Update in the second in which the server started", claim(updated("operator", v1beta1, started)), "error manager operator: written shop/gpu"},
		{"a lone Update without a time", claim(timeless(updated("operator", v1beta1, after))), "error manager operator: written shop/gpu"},
		{"a strictly later Update of the same manager at a version that stays",
			claim(updated("operator", v1beta1, after), updated("operator", v1, after.Add(time.Second))), "information manager operator: written stale shop/gpu"},
		{"two Updates in one second are not decidable",
			claim(updated("operator", v1beta1, after), updated("operator", v1, after)), "error manager operator: written shop/gpu"},
		{"an earlier Update at a version that stays",
			claim(updated("operator", v1beta1, after), updated("operator", v1, before)), "error manager operator: written shop/gpu"},
		{"a later Update without a time",
			claim(updated("operator", v1beta1, after), timeless(updated("operator", v1, after))), "error manager operator: written shop/gpu"},
		{"a later Update of another manager",
			claim(updated("operator", v1beta1, after), updated("other", v1, after.Add(time.Hour))), "error manager operator: written shop/gpu"},
		{"a later Update of another subresource",
			claim(updated("operator", v1beta1, after), status(updated("operator", v1, after.Add(time.Hour)))), "error manager operator: written shop/gpu"},
		{"a later Update of the same subresource",
			claim(status(updated("operator", v1beta1, after)), status(updated("operator", v1, after.Add(time.Hour)))), "information manager operator: written stale shop/gpu"},
		{"any Apply of the same manager at a version that stays, also an older one",
			claim(updated("operator", v1beta1, after), applied("operator", v1, before)), "information manager operator: written stale shop/gpu"},
		{"client-side apply, then server-side apply by kubectl",
			claim(updated("kubectl-client-side-apply", v1beta1, before), applied("kubectl", v1, before)), "information manager kubectl-client-side-apply: written stale shop/gpu"},
		{"kubectl create, then kubectl apply at a version that stays",
			withApplied(claim(updated("kubectl-create", v1beta1, after)), v1, "kubectl-client-side-apply"), "information manager kubectl-create: written stale shop/gpu"},
		{"kubectl edit, then kubectl apply --server-side at a version that stays",
			claim(updated("kubectl-edit", v1beta1, after), applied("kubectl", v1, after)), "information manager kubectl-edit: written stale shop/gpu"},
		{"kubectl edit after kubectl apply: the next apply is at a version that stays, and the edit was not",
			claim(updated("kubectl-client-side-apply", v1, before), updated("kubectl-edit", v1beta1, after)), "error manager kubectl-edit: written shop/gpu"},
		{"kubectl's own later apply through the old version supersedes nothing",
			claim(updated("kubectl-client-side-apply", v1, before), applied("kubectl", v1beta1, after)), "error manager kubectl: written shop/gpu"},
		{"last-applied names a version that stays, and the writer owns it",
			withApplied(claim(updated("kubectl-client-side-apply", v1beta1, after)), v1, "kubectl-client-side-apply"), "information manager kubectl-client-side-apply: written stale shop/gpu"},
		{"last-applied names a version that stays, and nobody owns it",
			withApplied(claim(updated("kubectl-client-side-apply", v1beta1, after)), v1), "error manager kubectl-client-side-apply: written shop/gpu"},
		{"last-applied of another tool proves nothing",
			withApplied(claim(updated("operator", v1beta1, after)), v1, "kubectl-client-side-apply"), "error manager operator: written shop/gpu"},
		{"written and last applied through it are one finding",
			withApplied(claim(updated("kubectl-client-side-apply", v1beta1, after)), v1beta1, "kubectl-client-side-apply"),
			"error manager kubectl-client-side-apply: written shop/gpu; declared shop/gpu"},
		{"a last-applied that no manager owns is stale", withApplied(claim(updated("kubectl-edit", v1, after)), v1beta1), "information manager: declared stale shop/gpu"},
		{"what kube-apiserver wrote is never a user's task", claim(updated("kube-apiserver", v1beta1, after)), "information manager kube-apiserver: written shop/gpu"},
		{"what kube-controller-manager wrote", claim(updated("kube-controller-manager", v1beta1, after)), "information manager kube-controller-manager: written shop/gpu"},
		{"what priority and fairness wrote", claim(updated("api-priority-and-fairness-config-consumer-v1", v1beta1, after)), "information manager api-priority-and-fairness-config-consumer-v1: written shop/gpu"},
		{"an object that kube-apiserver keeps up to date", autoUpdated, "information manager kubectl-edit: written shop/gpu"},
		{"a version that is not served any more is history", claim(updated("operator", group+"/v1alpha3", after)), "information manager operator: written stale shop/gpu"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := told(newCluster().object(tt.object).judged(t, "1.38").Findings)
			if diff := cmp.Diff([]string{withAPI(tt.want, tt.object)}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// withAPI puts the API behind the verdict, as told has it.
func withAPI(want string, o v1alpha1.ScannedObject) string {
	apiVersion := v1beta1
	if o.ManagedFields[0].APIVersion == group+"/v1alpha3" {
		apiVersion = group + "/v1alpha3"
	}
	for at := range want {
		if want[at] == ' ' {
			return want[:at] + " " + apiVersion + " ResourceClaim:" + want[at:]
		}
	}
	return want
}

// Dormant is only what no kube-apiserver was asked for since, which takes all of them.
func TestAnOldWriteIsDormantWhenEveryInstanceTells(t *testing.T) {
	early, late := started, started.Add(48*time.Hour)
	written := func() cluster { return newCluster().claim("gpu", updated("operator", v1beta1, before)) }
	between := func() cluster { return newCluster().claim("gpu", updated("operator", v1beta1, after)) }
	const dormant, live = "warning resource.k8s.io/v1beta1 ResourceClaim: manager operator: written dormant shop/gpu", "error resource.k8s.io/v1beta1 ResourceClaim: manager operator: written shop/gpu"
	asked := func(instance int, verb string) func(cluster) cluster {
		return func(c cluster) cluster {
			return c.counted(instance, v1alpha1.APIRequests{Group: group, Version: "v1beta1", Resource: "resourceclaims", Verb: verb, Count: 1})
		}
	}
	tests := []struct {
		name    string
		cluster cluster
		want    string
	}{
		{"two of two were seen, and it is older than both", written().instance(true, late), dormant},
		{"one of two was not seen", written().instance(false, late), live},
		{"nothing tells how many there are", uncounted(written()), live},
		{"it is older than one of two alone", between().instance(true, late), live},
		{"it is older than the later one, which comes first", reversed(between().instance(true, late)), live},
		{"the other one was asked to write", asked(1, "update")(written().instance(true, early)), live},
		{"the other one was asked to read", asked(1, "list")(written().instance(true, early)), live},
		{"another version was asked for", written().instance(true, early).requests("v1beta2", "update", 1), dormant},
		{"the version was marked, and not counted", written().marked(group, "v1beta1", "resourceclaims", "1.38"), live},
		{"an instance does not tell when it started", timelessInstance(written().instance(true, early)), live},
		{"no metrics were read", unmeasured(written()), live},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []v1alpha1.DeprecationFinding
			for _, f := range used(tt.cluster.judged(t, "1.38").Findings) {
				if f.Subject.Type == v1alpha1.SubjectManager {
					got = append(got, f)
				}
			}
			if diff := cmp.Diff([]string{tt.want}, told(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func reversed(c cluster) cluster {
	slices.Reverse(c.APIUsage.Requests.Instances)
	return c
}

func timelessInstance(c cluster) cluster {
	c.APIUsage.Requests.Instances[1].StartTime = ""
	return c
}

func unmeasured(c cluster) cluster {
	c.APIUsage.Requests = nil
	return c
}

// A release that declares an object in a version that stays is about to write it so.
func TestAHelmReleaseSupersedesItsOwnOldWrite(t *testing.T) {
	object := v1alpha1.ScannedObject{
		Namespace: "shop", Name: "gpu", HelmRelease: "shop/web", ManagedFields: []v1alpha1.ManagedEntry{updated("helm", v1beta1, after)},
	}
	byOperator := object
	byOperator.ManagedFields = []v1alpha1.ManagedEntry{updated("operator", v1beta1, after)}
	elsewhere := declared(v1, "ResourceClaim", "gpu")
	elsewhere.Namespace = "bank"
	const live = "error resource.k8s.io/v1beta1 ResourceClaim: release shop/web: written shop/gpu"
	tests := []struct {
		name    string
		cluster cluster
		want    []string
	}{
		{"the release declares a version that stays", newCluster().object(object).release("web", "deployed", declared(v1, "ResourceClaim", "gpu")),
			[]string{"information resource.k8s.io/v1beta1 ResourceClaim: release shop/web: written stale shop/gpu"}},
		{"the release declares the old version", newCluster().object(object).release("web", "deployed", declared(v1beta1, "ResourceClaim", "gpu")),
			[]string{"error resource.k8s.io/v1beta1 ResourceClaim: release shop/web: written shop/gpu; declared shop/gpu"}},
		{"another release declares it", newCluster().object(object).release("api", "deployed", declared(v1, "ResourceClaim", "gpu")), []string{live}},
		{"the release declares another object", newCluster().object(object).release("web", "deployed", declared(v1, "ResourceClaim", "tpu")), []string{live}},
		{"the release declares it in another namespace", newCluster().object(object).release("web", "deployed", elsewhere), []string{live}},
		{"the release declares another kind of its name", newCluster().object(object).release("web", "deployed", declared(v1, "ResourceClaimTemplate", "gpu")), []string{live}},
		{"another manager wrote it", newCluster().object(byOperator).release("web", "deployed", declared(v1, "ResourceClaim", "gpu")),
			[]string{"error resource.k8s.io/v1beta1 ResourceClaim: manager operator: written shop/gpu"}},
		{"no releases were read", withoutHelm(newCluster().object(object)), []string{live}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(tt.cluster.judged(t, "1.38").Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func withoutHelm(c cluster) cluster {
	c.APIUsage.Helm = nil
	return c
}

// Objects are named for what they hold besides the version that they were read
// through; who wrote through that one is only counted.
func TestTheVersionThatObjectsWereReadThroughGoesAwayItself(t *testing.T) {
	const alpha = group + "/v1alpha2"
	alphas := func(objects ...v1alpha1.ScannedObject) cluster {
		return newServer("v1.30.2").serving(group, "resourceclaims", "ResourceClaim", "v1alpha2").scanned(group, "v1alpha2", "resourceclaims", "ResourceClaim", objects...)
	}
	named := v1alpha1.ScannedObject{Namespace: "shop", Name: "gpu", ManagedFields: []v1alpha1.ManagedEntry{
		applied("flux", alpha, after), updated("operator", group+"/v1alpha1", before),
	}}
	other := v1alpha1.ScannedObject{Namespace: "shop", Name: "tpu", ManagedFields: []v1alpha1.ManagedEntry{
		applied("operator", alpha, after), updated("flux", group+"/v1alpha1", before),
	}}
	tests := []struct {
		name    string
		cluster cluster
		target  string
		want    []string
	}{
		{"who wrote, and how much", alphas().writer("flux", alpha, 2).writer("kubectl-create", alpha, 1), "1.31", []string{
			"error manager flux: resource.k8s.io/v1alpha2 ResourceClaim is removed in 1.31: created or last changed 2 objects through this version, which they were read through",
			"error manager kubectl-create: resource.k8s.io/v1alpha2 ResourceClaim is removed in 1.31: created or last changed 1 object through this version, which they were read through",
		}},
		{"it is removed later", alphas().writer("flux", alpha, 2), "1.30", []string{
			"warning manager flux: resource.k8s.io/v1alpha2 ResourceClaim is removed in 1.31: created or last changed 2 objects through this version, which they were read through",
		}},
		{"the control plane wrote", alphas().writer("kube-controller-manager", alpha, 2), "1.31", []string{
			"information manager kube-controller-manager: resource.k8s.io/v1alpha2 ResourceClaim is removed in 1.31: created or last changed 2 objects through this version, which they were read through",
		}},
		{"objects that are named are not counted again", alphas(named).writer("flux", alpha, 1).writer("operator", group+"/v1alpha1", 1), "1.31", []string{
			"information manager operator: resource.k8s.io/v1alpha1 ResourceClaim, removed in 1.27, is not served: was written through it while it was served (1 object)",
			"error manager flux: resource.k8s.io/v1alpha2 ResourceClaim is removed in 1.31: applies it through this version (1 object)",
		}},
		{"objects that are named for another writer or version are", alphas(other).writer("flux", alpha, 2), "1.31", []string{
			"information manager flux: resource.k8s.io/v1alpha1 ResourceClaim, removed in 1.27, is not served: was written through it while it was served (1 object)",
			"error manager flux: resource.k8s.io/v1alpha2 ResourceClaim is removed in 1.31: created or last changed 2 objects through this version, which they were read through",
			"error manager operator: resource.k8s.io/v1alpha2 ResourceClaim is removed in 1.31: applies it through this version (1 object)",
		}},
		{"one that stays is of no interest", newCluster().writer("flux", v1, 5), "1.38", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, reasons(used(tt.cluster.judged(t, tt.target).Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManagedFieldsOfCustomResources(t *testing.T) {
	widget := func(entry v1alpha1.ManagedEntry) cluster {
		return newServer("v1.37.1").widgets(nil, storageV1(), deprecatedVersion("v1beta1"), unservedVersion("v1alpha1")).
			scanned("example.com", "v1", "widgets", "Widget", v1alpha1.ScannedObject{Namespace: "shop", Name: "dial", ManagedFields: []v1alpha1.ManagedEntry{entry}})
	}
	tests := []struct {
		name  string
		entry v1alpha1.ManagedEntry
		want  []string
	}{
		{"at a version that stays", updated("operator", "example.com/v1", after), []string{}},
		{"at a deprecated version, which no upgrade of Kubernetes removes", updated("operator", "example.com/v1beta1", after),
			[]string{"warning example.com/v1beta1 Widget: manager operator: written shop/dial"}},
		{"at a version that the definition has and does not serve", updated("operator", "example.com/v1alpha1", after),
			[]string{"information example.com/v1alpha1 Widget: manager operator: written stale shop/dial"}},
		{"at a version that left the definition: server-side apply fails today", updated("operator", "example.com/v1alpha0", after),
			[]string{"error example.com/v1alpha0 Widget: manager operator: stored shop/dial"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(widget(tt.entry).judged(t, "1.37").Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheReasonIsThatOfTheGravestEvidence(t *testing.T) {
	timeless := updated("operator", v1beta1, after)
	timeless.Time = nil
	report := newCluster().claim("old", updated("operator", v1beta1, before)).claim("unknown", timeless).judged(t, "1.38")
	want := []string{"error manager operator: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: created or last changed it through this version (1 object)"}
	if diff := cmp.Diff(want, reasons(used(report.Findings))); diff != "" {
		t.Error(diff)
	}
}
