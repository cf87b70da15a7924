package collect

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestAPIGroups(t *testing.T) {
	tests := []struct {
		name   string
		served []string
		want   []string
	}{
		{"those of the server and of custom resources, sorted", []string{"apps", "route.openshift.io", "admissionregistration.k8s.io"},
			[]string{"admissionregistration.k8s.io", "apps", "route.openshift.io"}},
		{"none", nil, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			snapshot := newAPIServer(t).on(groupsPath, answerJSON(groups(tt.served...))).collect(t)
			if diff := cmp.Diff(&v1alpha1.APIGroups{Names: tt.want}, snapshot.APIGroups); diff != "" {
				t.Errorf("API groups (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)
		})
	}
}

// Both the section and the places of control-plane pods are made of one answer.
func TestAPIGroupsAreAskedForOnce(t *testing.T) {
	s := newAPIServer(t)
	s.collect(t)
	want := []request{{Method: "GET", Path: "/apis", Accept: "application/json", Query: map[string][]string{}, Authorization: "Bearer " + token, ClientCertificate: true}}
	if diff := cmp.Diff(want, s.requests(groupsPath)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestAPIGroupsThatCouldNotBeRead(t *testing.T) {
	const refusal = `forbidden: User "jane" cannot get path "/apis"`
	tests := []struct {
		name   string
		answer http.HandlerFunc
		// gap says why; its source and what it hides are the test's.
		gap v1alpha1.Gap
	}{
		{"refused", refuse(refusal), v1alpha1.Gap{Reason: v1alpha1.GapForbidden, Permission: "get /apis", Message: refusal}},
		{"a login page", answerText("<html>"), v1alpha1.Gap{
			Reason: v1alpha1.GapMalformed, Message: `/apis: unexpected answer: invalid character '<' looking for beginning of value`,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := furnished(t).on(groupsPath, tt.answer)
			want := snapshotOf(s)
			want.APIGroups = nil
			platform, pods := tt.gap, tt.gap
			platform.Source, platform.Hides = v1alpha1.SourceAPIGroups, "platform"
			// Whether there are places to look at beside kube-system is not known either.
			pods.Source, pods.Hides = v1alpha1.SourceControlPlanePods, "versions of control-plane pods"
			want.Gaps = []v1alpha1.Gap{platform, pods}
			if diff := cmp.Diff(want, s.collect(t)); diff != "" {
				t.Errorf("snapshot (-want +got):\n%s", diff)
			}
			if asked := s.requests(openshiftPodsPath); len(asked) > 0 {
				t.Errorf("asked %+v", asked)
			}
		})
	}
}
