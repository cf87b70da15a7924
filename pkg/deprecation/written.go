package deprecation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const apply = string(metav1.ManagedFieldsOperationApply)

// written reads managedFields: which manager last wrote through a version.
func (e *evaluation) written() []use {
	if e.usage.Objects == nil {
		return nil
	}
	var uses []use
	for _, resource := range e.usage.Objects.Resources {
		for _, o := range resource.Objects {
			for i := range o.ManagedFields {
				entry := &o.ManagedFields[i]
				if a := e.apis.version(entry.APIVersion, resource.Resource); a != nil && a.fate != stays {
					uses = append(uses, e.writtenThrough(a, resource.Resource, o, entry))
				}
			}
		}
	}
	return uses
}

func (e *evaluation) writtenThrough(a *api, resource string, o v1alpha1.ScannedObject, entry *v1alpha1.ManagedEntry) use {
	u := use{
		api: a, subject: managerSubject(o, entry.Manager), evidence: v1alpha1.EvidenceWritten, strength: live,
		last: entry.Time, object: objectOf(o),
	}
	switch {
	case a.custom && !a.served && !e.inDefinition(a):
		u.evidence, u.verdict = v1alpha1.EvidenceStored, v1alpha1.Error
		u.says = "managedFields name a version that left spec.versions, which breaks server-side apply of the object today"
		u.remedy = "drop those entries from metadata.managedFields with a JSON patch, or set managedFields to [{}] and apply again"
	case !a.served:
		u.strength, u.stale = history, true
		u.says = "was written through it while it was served"
	case controlPlane(entry.Manager) || o.AutoUpdated:
		u.strength = history
		u.says = "the control plane wrote it, and is upgraded with it"
	case entry.Operation == apply:
		u.says = "applies it through this version"
	case e.superseded(a, resource, o, entry):
		u.strength, u.stale = history, true
		u.says = "wrote through it before, and through a version that stays since"
	case e.dormant(a, entry.Time):
		u.strength, u.dormant = weak, true
		u.says = "created or last changed it through this version before every kube-apiserver started, and none was asked for the version since"
	default:
		u.says = "created or last changed it through this version"
	}
	return u
}

// writtenAsRead tells of a version that goes away and that the objects were
// read through, for want of another. Of objects that name no other version it is
// known how many each manager wrote, and neither which nor when.
func (e *evaluation) writtenAsRead() []use {
	if e.usage.Objects == nil {
		return nil
	}
	var uses []use
	for _, resource := range e.usage.Objects.Resources {
		a := e.apis.resource(schema.GroupVersionResource{Group: resource.Group, Version: resource.Version, Resource: resource.Resource})
		if a == nil || a.fate == stays {
			continue
		}
		for _, w := range resource.Writers {
			unnamed := w.Objects - named(resource, w)
			if w.APIVersion != a.GroupVersion().String() || unnamed <= 0 {
				continue
			}
			u := use{
				api: a, subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectManager, Name: w.Manager},
				evidence: v1alpha1.EvidenceWritten, strength: live,
				says: fmt.Sprintf("created or last changed %s through this version, which they were read through", plural(int64(unnamed), "object")),
			}
			if controlPlane(w.Manager) {
				u.strength = history
			}
			if e.usage.Namespace != "" {
				u.object = &object{EvidenceObject: v1alpha1.EvidenceObject{Namespace: e.usage.Namespace}}
			}
			uses = append(uses, u)
		}
	}
	return uses
}

// named counts the objects of a writer that the snapshot names.
func named(resource v1alpha1.ScannedResource, w v1alpha1.Writer) int32 {
	var count int32
	for _, o := range resource.Objects {
		if slices.ContainsFunc(o.ManagedFields, func(m v1alpha1.ManagedEntry) bool {
			return m.Manager == w.Manager && m.APIVersion == w.APIVersion
		}) {
			count++
		}
	}
	return count
}

func (e *evaluation) inDefinition(a *api) bool { return e.apis.resource(a.GroupVersionResource) != nil }

// superseded reports whether the writer of an Update entry, or the manager that
// follows it, has since used a version that outlives the entry's. Times are to
// the second: in the same second, or without one, nothing is decided.
func (e *evaluation) superseded(a *api, resource string, o v1alpha1.ScannedObject, entry *v1alpha1.ManagedEntry) bool {
	stays := func(apiVersion string) bool {
		other := e.apis.version(apiVersion, resource)
		return other != nil && other.outlives(a)
	}
	heirs := append(successors(entry.Manager), entry.Manager)
	for _, other := range o.ManagedFields {
		if !slices.Contains(heirs, other.Manager) || !stays(other.APIVersion) {
			continue
		}
		if other.Operation == apply {
			return true
		}
		if other.Subresource == entry.Subresource && other.Time != nil && entry.Time != nil && entry.Time.Before(other.Time) {
			return true
		}
	}
	for _, applied := range o.LastApplied {
		if stays(applied.APIVersion) && slices.ContainsFunc(applied.Owners, func(owner string) bool { return slices.Contains(heirs, owner) }) {
			return true
		}
	}
	return o.HelmRelease != "" && entry.Manager == helmManager && e.releaseDeclares(o, a)
}

// releaseDeclares reports whether the release of an object declares it in a
// version that outlives a.
func (e *evaluation) releaseDeclares(o v1alpha1.ScannedObject, a *api) bool {
	if e.usage.Helm == nil {
		return false
	}
	for _, release := range e.usage.Helm.Releases {
		if release.Namespace+"/"+release.Name != o.HelmRelease {
			continue
		}
		for _, declared := range release.Objects {
			if declared.Name == o.Name && declared.Kind == a.kind && (declared.Namespace == "" || declared.Namespace == o.Namespace) {
				return e.apis.kind(declared.APIVersion, declared.Kind).outlives(a)
			}
		}
	}
	return false
}

// dormant reports whether every kube-apiserver was seen, none has had a request
// for the API, and the write is older than all of them.
func (e *evaluation) dormant(a *api, written *metav1.Time) bool {
	if written == nil || !e.everyInstanceSeen() {
		return false
	}
	for _, instance := range e.usage.Requests.Instances {
		started := startOf(instance)
		if started == nil || !written.Before(started) || requestsOf(instance, a).any() {
			return false
		}
	}
	return true
}

// startOf is nil where the text is not a time.
func startOf(instance v1alpha1.InstanceMetrics) *metav1.Time {
	seconds, err := strconv.ParseFloat(instance.StartTime, 64)
	if err != nil || seconds <= 0 || seconds > 1<<40 {
		return nil
	}
	started := metav1.NewTime(time.Unix(int64(seconds), 0).UTC())
	return &started
}

const helmManager = "helm"

// managerSubject is the manager, or the release that its object belongs to.
func managerSubject(o v1alpha1.ScannedObject, manager string) v1alpha1.DeprecationSubject {
	if manager == helmManager && o.HelmRelease != "" {
		return releaseSubject(o.HelmRelease)
	}
	return v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectManager, Name: manager}
}

func releaseSubject(namespaceAndName string) v1alpha1.DeprecationSubject {
	namespace, name, _ := strings.Cut(namespaceAndName, "/")
	return v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectRelease, Namespace: namespace, Name: name}
}

func objectOf(o v1alpha1.ScannedObject) *object {
	labels := o.Labels
	if labels == nil {
		labels = map[string]string{}
	}
	return &object{EvidenceObject: v1alpha1.EvidenceObject{Namespace: o.Namespace, Name: o.Name}, labels: labels}
}

// controlPlane managers are upgraded together with the server.
func controlPlane(manager string) bool {
	return manager == "kube-apiserver" || manager == "kube-controller-manager" || strings.HasPrefix(manager, "api-priority-and-fairness-")
}

// successors are the names under which a tool writes after its user went over
// to applying, or to applying on the server: `kubectl apply` after `kubectl
// create`, and `kubectl apply --server-side` after both.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#upgrading-from-client-side-apply
func successors(manager string) []string {
	switch {
	case manager == "kubectl-client-side-apply":
		return []string{"kubectl"}
	case strings.HasPrefix(manager, "kubectl-"):
		return []string{"kubectl-client-side-apply", "kubectl"}
	default:
		return nil
	}
}
