package deprecation

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func call(user, userAgent, verb string) v1alpha1.AuditedRequests {
	return v1alpha1.AuditedRequests{
		User: user, UserAgent: userAgent, Verb: verb, Group: group, Version: "v1beta1", Resource: "resourceclaims", Namespace: "shop",
		Count: 3, First: metav1.NewMicroTime(before), Last: metav1.NewMicroTime(after),
	}
}

func TestWhoCalledAnAPI(t *testing.T) {
	const planned = "resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: "
	of := func(version string, r v1alpha1.AuditedRequests) v1alpha1.AuditedRequests {
		r.Version = version
		return r
	}
	unknown := func(removed string) v1alpha1.AuditedRequests {
		r := call("ci", "curl/8", "create")
		r.Group, r.Resource, r.RemovedRelease = "new.k8s.io", "things", removed
		return r
	}
	tests := []struct {
		name   string
		calls  []v1alpha1.AuditedRequests
		target string
		want   []string
	}{
		{"a write", []v1alpha1.AuditedRequests{call("ci", "terraform/1.9", "update")}, "1.38",
			[]string{"error user ci (terraform/1.9): " + planned + "called it (3 writes)"}},
		{"a write to what is removed later", []v1alpha1.AuditedRequests{call("ci", "terraform/1.9", "update")}, "1.37",
			[]string{"warning user ci (terraform/1.9): " + planned + "called it (3 writes)"}},
		{"reads by a known client break as well", []v1alpha1.AuditedRequests{call("exporter", "exporter/2", "watch")}, "1.38",
			[]string{"error user exporter (exporter/2): " + planned + "called it (3 reads)"}},
		{"calls of one client are one finding", []v1alpha1.AuditedRequests{
			call("ci", "terraform/1.9", "get"), call("ci", "terraform/1.9", "list"), call("ci", "terraform/1.9", "delete"),
		}, "1.38", []string{"error user ci (terraform/1.9): " + planned + "called it (3 writes, 6 reads)"}},
		{"programs of one user are told apart", []v1alpha1.AuditedRequests{call("ci", "terraform/1.9", "get"), call("ci", "curl/8", "get")}, "1.38",
			[]string{"error user ci (curl/8): " + planned + "called it (3 reads)", "error user ci (terraform/1.9): " + planned + "called it (3 reads)"}},
		{"this command, which was told to", []v1alpha1.AuditedRequests{call("ci", "kubectl-versions/v0.1.0 (linux/amd64)", "list")}, "1.38",
			[]string{"information user ci (kubectl-versions/v0.1.0 (linux/amd64)): " + planned + "is this command, which was told to read deprecated versions (3 reads)"}},
		{"the garbage collector reads", []v1alpha1.AuditedRequests{call("system:serviceaccount:kube-system:generic-garbage-collector", "hyperkube/1", "list")}, "1.38",
			[]string{"warning user system:serviceaccount:kube-system:generic-garbage-collector (hyperkube/1): " + planned + "the garbage collector reads every resource that it finds (3 reads)"}},
		{"Argo CD reads", []v1alpha1.AuditedRequests{call("system:serviceaccount:argocd:argocd-application-controller", "argocd-application-controller/v0.0.0", "watch")}, "1.38",
			[]string{"warning user system:serviceaccount:argocd:argocd-application-controller (argocd-application-controller/v0.0.0): " + planned + "Argo CD reads every resource that it finds (3 reads)"}},
		{"Kyverno is known by its user agent", []v1alpha1.AuditedRequests{call("admin", "Kyverno/v1.13", "get")}, "1.38",
			[]string{"warning user admin (Kyverno/v1.13): " + planned + "Kyverno reads every resource that it finds (3 reads)"}},
		{"Argo CD writes: someone declared it", []v1alpha1.AuditedRequests{call("system:serviceaccount:argocd:argocd-application-controller", "argocd-application-controller/v0.0.0", "patch")}, "1.38",
			[]string{"error user system:serviceaccount:argocd:argocd-application-controller (argocd-application-controller/v0.0.0): " + planned + "called it (3 writes)"}},
		{"a crawler that also writes", []v1alpha1.AuditedRequests{call("velero", "velero/1", "list"), call("velero", "velero/1", "create")}, "1.38",
			[]string{"error user velero (velero/1): " + planned + "called it (3 writes)"}},
		{"the control plane is upgraded with the server", []v1alpha1.AuditedRequests{call("system:kube-controller-manager", "kube-controller-manager/v1.37.1 (linux/amd64) kubernetes/abc", "update")}, "1.38",
			[]string{"information user system:kube-controller-manager (kube-controller-manager/v1.37.1 (linux/amd64) kubernetes/abc): " + planned + "is part of the control plane, and is upgraded with it (3 writes)"}},
		{"a program that only sounds like the control plane", []v1alpha1.AuditedRequests{call("ci", "my-kube-apiserver/1", "update")}, "1.38",
			[]string{"error user ci (my-kube-apiserver/1): " + planned + "called it (3 writes)"}},
		{"what is gone already was asked for", []v1alpha1.AuditedRequests{of("v1alpha3", call("ci", "curl/8", "create"))}, "1.38",
			[]string{"error user ci (curl/8): resource.k8s.io/v1alpha3 ResourceClaim, removed in 1.34, is not served: called it (3 writes)"}},
		{"nothing but the server calls it deprecated", []v1alpha1.AuditedRequests{unknown("")}, "1.38",
			[]string{"warning user ci (curl/8): new.k8s.io/v1beta1 things is called deprecated by kube-apiserver: called it (3 writes)"}},
		{"nothing but the server says that it is removed later", []v1alpha1.AuditedRequests{unknown("1.39")}, "1.38",
			[]string{"warning user ci (curl/8): new.k8s.io/v1beta1 things is planned to be removed in 1.39: called it (3 writes)"}},
		{"nothing but the server says that it is removed at the target", []v1alpha1.AuditedRequests{unknown("1.38")}, "1.38",
			[]string{"error user ci (curl/8): new.k8s.io/v1beta1 things is planned to be removed in 1.38: called it (3 writes)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range used(newCluster().audited(tt.calls...).judged(t, tt.target).Findings) {
				got = append(got, fmt.Sprintf("%s %s %s (%s): %s", f.Verdict, f.Subject.Type, f.Subject.Name, f.Subject.UserAgent, f.Reason))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCallsKeepTheirNamespacesAndTimes(t *testing.T) {
	later := call("ci", "curl/8", "get")
	later.Namespace, later.First, later.Last = "bank", metav1.NewMicroTime(after), metav1.NewMicroTime(after.Add(time.Hour))
	everywhere := call("ci", "curl/8", "list")
	everywhere.Namespace = ""
	findings := used(newCluster().audited(later, call("ci", "curl/8", "get"), everywhere).judged(t, "1.38").Findings)
	first, last := metav1.NewTime(before), metav1.NewTime(after.Add(time.Hour))
	want := []v1alpha1.DeprecationEvidence{{
		Type: v1alpha1.EvidenceAudited, Message: "called it (9 reads)", Reads: 9, First: &first, Last: &last,
		Objects: []v1alpha1.EvidenceObject{{Namespace: "bank"}, {Namespace: "shop"}},
	}}
	if diff := cmp.Diff(want, findings[0].Evidence); diff != "" {
		t.Error(diff)
	}
	if seen := findings[0].LastSeen; seen == nil || !seen.Equal(&last) {
		t.Errorf("last seen %v, want %v", seen, last)
	}
}
