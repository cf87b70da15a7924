package deprecation

import (
	"fmt"
	"path"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// lastApplied reads the copies of applied text that objects carry: the text
// that will be applied next.
func (e *evaluation) lastApplied() []use {
	if e.usage.Objects == nil {
		return nil
	}
	var uses []use
	for _, resource := range e.usage.Objects.Resources {
		for _, o := range resource.Objects {
			for _, applied := range o.LastApplied {
				a := e.apis.kind(applied.APIVersion, applied.Kind)
				if a.fate == stays || a.fate == unheard {
					continue
				}
				u := use{api: a, evidence: v1alpha1.EvidenceDeclared, strength: live, object: objectOf(o)}
				switch {
				case len(applied.Owners) == 0:
					u.subject = v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectManager}
					u.strength, u.stale = history, true
					u.says = "annotation " + applied.Annotation + " names it, and no manager owns the annotation"
				case !a.served:
					u.subject = managerSubject(o, applied.Owners[0])
					u.strength, u.stale = history, true
					u.says = "annotation " + applied.Annotation + " names it, which is not served any more"
				default:
					u.subject = managerSubject(o, applied.Owners[0])
					u.says = "annotation " + applied.Annotation + " names it, and so does the text that is applied next"
				}
				uses = append(uses, u)
			}
		}
	}
	return uses
}

// helm reads the releases: Helm builds a release's present manifest before it
// upgrades it, so that an API which is already gone breaks that too.
func (e *evaluation) helm() []use {
	if e.usage.Helm == nil {
		return nil
	}
	var uses []use
	for _, release := range e.usage.Helm.Releases {
		for _, declared := range release.Objects {
			u := use{
				evidence: v1alpha1.EvidenceDeclared, strength: live, last: release.Modified,
				subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectRelease, Namespace: release.Namespace, Name: release.Name},
				says:    fmt.Sprintf("revision %d (%s) declares it", release.Revision, release.Status),
				object:  &object{EvidenceObject: v1alpha1.EvidenceObject{Namespace: declared.Namespace, Name: declared.Name}},
			}
			if declared.Namespace == "" {
				u.object.Namespace = release.Namespace
			}
			uses = e.appendDeclared(uses, u, declared)
		}
	}
	return uses
}

// files reads the manifests of -f and -k.
func (e *evaluation) files() []use {
	if e.usage.Files == nil {
		return nil
	}
	var uses []use
	for _, file := range e.usage.Files.Files {
		path := filePath(file.Path)
		for _, declared := range file.Objects {
			labels := declared.Labels
			if labels == nil {
				labels = map[string]string{}
			}
			uses = e.appendDeclared(uses, use{
				evidence: v1alpha1.EvidenceDeclared, strength: live, says: "the file declares it",
				subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectFile, Name: path},
				object: &object{labels: labels, EvidenceObject: v1alpha1.EvidenceObject{
					Namespace: declared.Namespace, Name: declared.Name, Path: path, Line: declared.Line,
				}},
			}, declared)
		}
	}
	return uses
}

// filePath is the same for a file however its path was typed, and in every report:
// those hold no bytes that are not text.
func filePath(typed string) string {
	return path.Clean(strings.ToValidUTF8(typed, "\uFFFD"))
}

// appendDeclared adds a use unless its API stays. An API that nothing knows
// counts where everything that could know it was read.
func (e *evaluation) appendDeclared(uses []use, u use, declared v1alpha1.DeclaredObject) []use {
	u.api = e.apis.kind(declared.APIVersion, declared.Kind)
	switch {
	case u.api.fate == stays, u.api.fate == unheard && configuration(u.api.Group):
		return uses
	case u.api.fate == unheard && e.apis.builtin[u.api.Group]:
		u.says += fmt.Sprintf("; the index of built-in APIs, which ends with %s, does not hold it", e.Index.Newest)
	case u.api.fate == unheard && !e.apis.definitionsRead:
		u.says += "; it is of no built-in group, and no CustomResourceDefinitions were read"
	case u.api.fate == unheard:
		u.says += "; it is of no built-in group and of no CustomResourceDefinition"
	}
	return append(uses, u)
}

// configuration files look like objects, and no API server reads them.
func configuration(group string) bool {
	return strings.HasSuffix(group, ".config.k8s.io") || group == "kubeadm.k8s.io" || group == "audit.k8s.io"
}
