package deprecation

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// audited reads audit logs: who called, with which program, when.
func (e *evaluation) audited() []use {
	if e.usage.AuditLog == nil {
		return nil
	}
	var uses []use
	for _, r := range e.usage.AuditLog.Requests {
		gvr := schema.GroupVersionResource{Group: r.Group, Version: r.Version, Resource: r.Resource}
		a := e.apis.resource(gvr)
		if a == nil || a.fate == stays {
			a = e.apis.called(gvr, r.RemovedRelease, e.Target)
		}
		first, last := metav1.NewTime(r.First.Time), metav1.NewTime(r.Last.Time)
		u := use{
			api: a, subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectUser, Name: r.User, UserAgent: r.UserAgent},
			evidence: v1alpha1.EvidenceAudited, strength: live, says: "called it", first: &first, last: &last,
		}
		if r.Namespace != "" {
			u.object = &object{EvidenceObject: v1alpha1.EvidenceObject{Namespace: r.Namespace}}
		}
		if reading(r.Verb) {
			u.reads = r.Count
		} else {
			u.writes = r.Count
		}
		switch crawler := crawlerOf(r); {
		case strings.HasPrefix(r.UserAgent, "kubectl-versions/"):
			u.strength, u.says = history, "is this command, which was told to read deprecated versions"
		case ofControlPlane(r.UserAgent):
			u.strength, u.says = history, "is part of the control plane, and is upgraded with it"
		case u.writes == 0 && crawler != "":
			u.strength, u.says = weak, crawler+" reads every resource that it finds"
		}
		uses = append(uses, u)
	}
	return uses
}

// ofControlPlane: these programs are upgraded together with the server.
func ofControlPlane(userAgent string) bool {
	for _, program := range []string{"kube-apiserver/", "kube-controller-manager/", "kube-scheduler/"} {
		if strings.HasPrefix(userAgent, program) {
			return true
		}
	}
	return false
}

// crawlerOf names a program that reads resources because they exist, in the
// version that the server prefers, or "".
func crawlerOf(r v1alpha1.AuditedRequests) string {
	caller := strings.ToLower(r.User + " " + r.UserAgent)
	for _, known := range []struct{ mark, name string }{
		{"generic-garbage-collector", "the garbage collector"},
		{"resourcequota-controller", "the quota controller"},
		{"namespace-controller", "the namespace controller"},
		{"argocd", "Argo CD"},
		{"argo-cd", "Argo CD"},
		{"kyverno", "Kyverno"},
		{"velero", "Velero"},
	} {
		if strings.Contains(caller, known.mark) {
			return known.name
		}
	}
	return ""
}
