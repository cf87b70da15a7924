package deprecation

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// definitions reads status.storedVersions: as long as it names a version that
// is not served, that version cannot be taken out of spec.versions.
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#upgrade-existing-objects-to-a-new-stored-version
func (e *evaluation) definitions() []use {
	if e.usage.Definitions == nil {
		return nil
	}
	var uses []use
	for _, d := range e.usage.Definitions.Definitions {
		name := d.Resource + "." + d.Group
		for _, stored := range d.StoredVersions {
			a := e.apis.version(schema.GroupVersion{Group: d.Group, Version: stored}.String(), d.Resource)
			u := use{
				api: a, evidence: v1alpha1.EvidenceStored,
				subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectDefinition, Name: name},
			}
			switch {
			case a == nil || a.fate == stays:
				continue
			case a.fate == gone:
				u.verdict = v1alpha1.Warning
				u.says = "status.storedVersions names it: objects may still be stored in it, so that it cannot be taken out of spec.versions"
				u.remedy = fmt.Sprintf("migrate the stored objects with a StorageVersionMigration of %s, then take %s out of status.storedVersions", name, stored)
			case slices.ContainsFunc(d.Versions, func(v v1alpha1.CustomResourceVersion) bool { return v.Name == stored && v.Storage }):
				u.strength, u.says = history, "objects are stored in it"
			default:
				u.strength, u.says = history, "status.storedVersions names it: objects may still be stored in it"
			}
			uses = append(uses, u)
		}
	}
	return uses
}
