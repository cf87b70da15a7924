package collect

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/manifest"
)

// The annotations of Helm and of API Priority and Fairness.
const (
	helmReleaseName      = "meta.helm.sh/release-name"
	helmReleaseNamespace = "meta.helm.sh/release-namespace"
	autoUpdated          = "apf.kubernetes.io/autoupdate-spec"
)

const hiddenWriters = "who wrote objects"

// target is a resource to scan, with the version to read it through.
type target struct {
	schema.GroupVersionResource
	kind       string
	namespaced bool
	// leaving says that the version to read through goes away itself, so that
	// every object is named.
	leaving bool
}

// builtInTargets are the resources of which the server serves a version that
// some minor deprecates or removes. One that is served through nothing but
// deprecated versions is left out, and rules can tell from what is served.
func (u *usage) builtInTargets(served []v1alpha1.ServedResource) []target {
	var targets []target
	for _, r := range served {
		if !r.Listable || isEvents(r) || !u.goesAway(r) || u.movedTo(r, served) {
			continue
		}
		if v := u.readVersion(r); v != "" {
			gvr := schema.GroupVersionResource{Group: r.Group, Version: v, Resource: r.Resource}
			targets = append(targets, target{gvr, r.Kind, r.Namespaced, u.leaves(gvr)})
		}
	}
	return targets
}

// isEvents finds those of both groups: they live for an hour, and are most of what etcd holds.
func isEvents(r v1alpha1.ServedResource) bool {
	return r.Resource == "events" && (r.Group == "" || r.Group == "events.k8s.io")
}

// goesAway reports whether a served version is ever deprecated or removed.
func (u *usage) goesAway(r v1alpha1.ServedResource) bool {
	return slices.ContainsFunc(r.Versions, func(v string) bool {
		return u.leaves(schema.GroupVersionResource{Group: r.Group, Version: v, Resource: r.Resource})
	})
}

func (u *usage) leaves(gvr schema.GroupVersionResource) bool {
	a := u.Index.Resource(gvr)
	return a != nil && (!a.Deprecated.IsZero() || !a.Removed.IsZero())
}

// movedTo reports whether the same objects are also served by the group that
// replaces this one, as ingresses of extensions are by networking.k8s.io.
func (u *usage) movedTo(r v1alpha1.ServedResource, served []v1alpha1.ServedResource) bool {
	for _, v := range r.Versions {
		a := u.Index.Resource(schema.GroupVersionResource{Group: r.Group, Version: v, Resource: r.Resource})
		// EndpointSlices replace Endpoints, and are other objects.
		if a == nil || a.Replacement == nil || a.Replacement.Group == r.Group || a.Replacement.Kind != a.Kind {
			continue
		}
		if slices.ContainsFunc(served, func(s v1alpha1.ServedResource) bool {
			return s.Group == a.Replacement.Group && s.Kind == a.Replacement.Kind
		}) {
			return true
		}
	}
	return false
}

// customTargets are the custom resources with a version that is deprecated or
// not served, or with objects that may be stored in another than the storage
// version.
func (u *usage) customTargets(definitions []v1alpha1.CustomResourceDefinition) []target {
	var targets []target
	for _, d := range definitions {
		gr := schema.GroupResource{Group: d.Group, Resource: d.Resource}
		// A built-in API can be served through a definition, as on old servers.
		builtIn := len(u.Index.Versions(gr)) > 0
		if v := u.definitionVersion(d); v != "" && changes(d) && !builtIn {
			deprecated := slices.ContainsFunc(d.Versions, func(of v1alpha1.CustomResourceVersion) bool { return of.Name == v && of.Deprecated })
			targets = append(targets, target{gr.WithVersion(v), d.Kind, d.Namespaced, deprecated})
		}
	}
	return targets
}

// changes reports whether the versions of a definition are on the move.
func changes(d v1alpha1.CustomResourceDefinition) bool {
	stored := func(name string) bool {
		return slices.ContainsFunc(d.Versions, func(v v1alpha1.CustomResourceVersion) bool { return v.Name == name && v.Storage })
	}
	return slices.ContainsFunc(d.Versions, func(v v1alpha1.CustomResourceVersion) bool { return v.Deprecated || !v.Served }) ||
		slices.ContainsFunc(d.StoredVersions, func(name string) bool { return !stored(name) })
}

// definitionVersion chooses the version to read custom resources through: the
// storage version, for which no conversion webhook is called, or else the first
// that is served and not deprecated. It is empty when there is none.
func (u *usage) definitionVersion(d v1alpha1.CustomResourceDefinition) string {
	best := func(v v1alpha1.CustomResourceVersion) int {
		switch {
		case !v.Served || v.Deprecated && !u.ReadDeprecated:
			return 0
		case v.Deprecated:
			return 1
		case !v.Storage:
			return 2
		default:
			return 3
		}
	}
	chosen, rank := "", 0
	for _, v := range d.Versions {
		if r := best(v); r > rank {
			chosen, rank = v.Name, r
		}
	}
	return chosen
}

// scan lists the metadata of all targets. One that could not be listed is a gap.
func (u *usage) scan(ctx context.Context, targets []target) *v1alpha1.ScannedObjects {
	scanned := &v1alpha1.ScannedObjects{Resources: []v1alpha1.ScannedResource{}}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, t := range targets {
		if u.Namespace != "" && !t.namespaced {
			continue
		}
		all.Go(func() {
			found, err := u.scanTarget(ctx, t)
			u.gaps.addOf(v1alpha1.SourceObjects, t.GroupResource().String(), hiddenWriters, err)
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				scanned.Resources = append(scanned.Resources, found)
			}
		})
	}
	all.Wait()
	return scanned
}

func (u *usage) scanTarget(ctx context.Context, t target) (v1alpha1.ScannedResource, error) {
	var s *scan
	of := selection{GroupVersionResource: t.GroupVersionResource, namespace: u.Namespace, accept: acceptMetadata, limit: smallObjects}
	err := u.lists.each(ctx, of, func() { s = newScan(t) }, func(e encoded) error {
		var object metav1.PartialObjectMetadata
		if err := e.decode(&object); err != nil {
			return err
		}
		s.add(&object.ObjectMeta)
		return nil
	})
	return s.result(), err
}

// scan gathers what the objects of one resource tell, one after the other.
type scan struct {
	found v1alpha1.ScannedResource
	// all objects are kept, and not only those that name another version.
	all bool
	// readAt is the apiVersion that the objects were read through.
	readAt  string
	writers map[writer]writes
}

type writer struct{ manager, apiVersion string }

// writes counts objects. last is the number of the last one counted, from 1: a
// manager has an entry for each subresource.
type writes struct{ objects, last int32 }

func newScan(t target) *scan {
	return &scan{
		found:   v1alpha1.ScannedResource{Group: t.Group, Version: t.Version, Resource: t.Resource, Kind: t.kind},
		all:     t.leaving,
		readAt:  t.GroupVersion().String(),
		writers: make(map[writer]writes),
	}
}

// add counts an object, and keeps what it says of versions if it names another
// than the one it was read at, or if that one goes away.
func (s *scan) add(meta *metav1.ObjectMeta) {
	s.found.Count++
	if len(meta.ManagedFields) == 0 {
		s.found.WithoutManagedFields++
	}
	telling := s.all
	for i := range meta.ManagedFields {
		entry := &meta.ManagedFields[i]
		w := writer{entry.Manager, entry.APIVersion}
		if t := s.writers[w]; t.last != s.found.Count {
			s.writers[w] = writes{t.objects + 1, s.found.Count}
		}
		telling = telling || entry.APIVersion != s.readAt
	}
	applied := manifest.LastApplied(meta.Annotations)
	telling = telling || slices.ContainsFunc(applied, func(a v1alpha1.LastApplied) bool { return a.APIVersion != s.readAt })
	if telling {
		s.found.Objects = append(s.found.Objects, scannedObject(meta, applied))
	}
}

func scannedObject(meta *metav1.ObjectMeta, applied []v1alpha1.LastApplied) v1alpha1.ScannedObject {
	object := v1alpha1.ScannedObject{
		Namespace: meta.Namespace, Name: meta.Name, Labels: meta.Labels,
		AutoUpdated: meta.Annotations[autoUpdated] == "true",
		LastApplied: applied,
	}
	if name := meta.Annotations[helmReleaseName]; name != "" {
		object.HelmRelease = cmp.Or(meta.Annotations[helmReleaseNamespace], meta.Namespace) + "/" + name
	}
	for _, entry := range meta.ManagedFields {
		object.ManagedFields = append(object.ManagedFields, v1alpha1.ManagedEntry{
			Manager: entry.Manager, Operation: string(entry.Operation), Subresource: entry.Subresource,
			APIVersion: entry.APIVersion, Time: recorded(entry.Time),
		})
	}
	for i := range object.LastApplied {
		object.LastApplied[i].Owners = owners(meta.ManagedFields, object.LastApplied[i].Annotation)
	}
	return object
}

// recorded drops times that JSON cannot hold, which only a malformed entry has.
func recorded(t *metav1.Time) *metav1.Time {
	if t == nil || t.UTC().Year() < 0 || t.UTC().Year() > 9999 {
		return nil
	}
	return t
}

// owners are the managers of an annotation. Its key stands in their fields as
// "f:KEY" in quotes, and annotation keys hold nothing that JSON escapes.
func owners(entries []metav1.ManagedFieldsEntry, annotation string) []string {
	key := []byte(`"f:` + annotation + `"`)
	var managers []string
	for _, entry := range entries {
		if entry.FieldsV1 != nil && bytes.Contains(entry.FieldsV1.GetRawBytes(), key) && !slices.Contains(managers, entry.Manager) {
			managers = append(managers, entry.Manager)
		}
	}
	return managers
}

// result completes the histogram.
func (s *scan) result() v1alpha1.ScannedResource {
	for _, w := range slices.SortedFunc(maps.Keys(s.writers), func(a, b writer) int {
		return cmp.Or(cmp.Compare(a.manager, b.manager), cmp.Compare(a.apiVersion, b.apiVersion))
	}) {
		s.found.Writers = append(s.found.Writers, v1alpha1.Writer{Manager: w.manager, APIVersion: w.apiVersion, Objects: s.writers[w].objects})
	}
	return s.found
}
