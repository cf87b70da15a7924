package deprecation

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestStoredVersionsOfADefinition(t *testing.T) {
	deprecatedStorage := deprecatedVersion("v1beta1")
	deprecatedStorage.Storage = true
	const names = "status.storedVersions names it: objects may still be stored in it"
	tests := []struct {
		name   string
		stored []string
		of     []v1alpha1.CustomResourceVersion
		want   []string
		remedy string
	}{
		{"the storage version alone", []string{"v1"}, []v1alpha1.CustomResourceVersion{storageV1()}, []string{}, ""},
		{"an older one that is served and not deprecated", []string{"v1beta1", "v1"}, []v1alpha1.CustomResourceVersion{storageV1(), stableVersion("v1beta1")}, []string{}, ""},
		{"an older one that is deprecated", []string{"v1beta1", "v1"}, []v1alpha1.CustomResourceVersion{storageV1(), deprecatedVersion("v1beta1")},
			[]string{"information definition widgets.example.com: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: " + names}, ""},
		{"the storage version is deprecated", []string{"v1beta1"}, []v1alpha1.CustomResourceVersion{stableVersion("v1"), deprecatedStorage},
			[]string{"information definition widgets.example.com: example.com/v1beta1 Widget is deprecated by its CustomResourceDefinition: objects are stored in it"}, ""},
		{"one that is not served: a migration half done", []string{"v1beta1", "v1"}, []v1alpha1.CustomResourceVersion{storageV1(), unservedVersion("v1beta1")},
			[]string{"warning definition widgets.example.com: example.com/v1beta1 Widget is not served: " + names + ", so that it cannot be taken out of spec.versions"},
			"migrate the stored objects with a StorageVersionMigration of widgets.example.com, then take v1beta1 out of status.storedVersions"},
		{"one that the definition does not have", []string{"v1alpha1", "v1"}, []v1alpha1.CustomResourceVersion{storageV1()},
			[]string{"warning definition widgets.example.com: example.com/v1alpha1 Widget is not served: " + names + ", so that it cannot be taken out of spec.versions"},
			"migrate the stored objects with a StorageVersionMigration of widgets.example.com, then take v1alpha1 out of status.storedVersions"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			findings := newServer("v1.37.1").widgets(tt.stored, tt.of...).judged(t, "1.38").Findings
			if diff := cmp.Diff(tt.want, reasons(findings)); diff != "" {
				t.Error(diff)
			}
			for _, f := range findings {
				if f.Evidence[0].Type != v1alpha1.EvidenceStored || f.Remedy != tt.remedy {
					t.Errorf("got %s evidence with remedy %q, want stored with %q", f.Evidence[0].Type, f.Remedy, tt.remedy)
				}
			}
		})
	}
}
