package collect

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

func TestObjectsAreAskedForAsLongAsTheyAge(t *testing.T) {
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string][]string)
	for _, p := range objectPermissions(index, true) {
		gr := schema.GroupResource{Group: p.Group, Resource: p.Resource}.String()
		until := "ever"
		if !p.Until.IsZero() {
			until = p.Until.String()
		}
		got[gr] = append(got[gr], p.When+" until "+until)
		slices.Sort(got[gr])
	}
	for _, tc := range []struct {
		name     string
		resource string
		want     []string
	}{
		{"one whose last beta is planned to go", "resourceclaims.resource.k8s.io", []string{" until ever"}},
		{"one whose last beta is gone", "flowschemas.flowcontrol.apiserver.k8s.io", []string{" until 1.31"}},
		{"the oldest that the index knows", "deployments.apps", []string{" until 1.15"}},
		{"a group that is gone", "podpresets.settings.k8s.io", []string{" until 1.19"}},
		{"one with nothing but a deprecated version, some day", "endpoints", []string{" until 1.32", "--read-deprecated until ever"}},
		{"one with nothing but a deprecated version until it was gone", "podsecuritypolicies.policy", []string{" until 1.20", "--read-deprecated until 1.24"}},
		{"one that is read through the group that replaces it", "ingresses.extensions", nil},
		{"its replacement", "ingresses.networking.k8s.io", []string{" until 1.21"}},
		{"one that cannot be listed", "tokenreviews.authentication.k8s.io", nil},
		{"events", "events.events.k8s.io", nil},
		{"one that never ages", "services", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, got[tc.resource]); diff != "" {
				t.Error(diff)
			}
		})
	}
}
