package deprecation

import (
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// fate is what becomes of an API at the target.
type fate int

const (
	// stays: it is not deprecated.
	stays fate = iota
	// kept: it is deprecated, and no removal is planned.
	kept
	// leaves: it is removed after the target, or the author of a custom resource calls it deprecated.
	leaves
	// gone: a server at the target does not serve it.
	gone
	// unheard: neither the index nor a CustomResourceDefinition knows it.
	unheard
)

// api is one version of a resource, with its fate.
type api struct {
	schema.GroupVersionResource
	kind                string
	deprecated, removed version.Minor
	planned             bool
	replacement         *v1alpha1.APIReplacement
	// custom is true for an API of a CustomResourceDefinition.
	custom bool
	// served is true where this cluster serves it today, and, without a cluster, for nothing.
	served bool
	fate   fate
}

// String is as kubectl's deprecation warnings have it: "policy/v1beta1 PodDisruptionBudget".
func (a *api) String() string { return a.GroupVersion().String() + " " + a.kind }

// outlives reports whether a is still served when b no longer is.
func (a *api) outlives(b *api) bool {
	if a.removed.IsZero() {
		return a.fate < b.fate
	}
	return !b.removed.IsZero() && a.removed.Compare(b.removed) > 0
}

// apis are all APIs that are known: those of the index, and of the cluster's
// CustomResourceDefinitions.
type apis struct {
	resources map[schema.GroupVersionResource]*api
	kinds     map[schema.GroupVersionKind]*api
	// builtin tells the groups of the index.
	builtin     map[string]bool
	definitions []v1alpha1.CustomResourceDefinition
	// definitionsRead is false where a group may be that of a definition that was not read.
	definitionsRead bool
	// sorted as the index is, custom resources behind.
	sorted []*api
}

func newAPIs(index *apilifecycle.Index, usage *v1alpha1.APIUsage, server, target version.Minor) apis {
	all := apis{
		resources: map[schema.GroupVersionResource]*api{}, kinds: map[schema.GroupVersionKind]*api{},
		builtin: map[string]bool{},
	}
	served := servedVersions(usage.Served)
	for i := range index.APIs {
		known := &index.APIs[i]
		a := &api{
			GroupVersionResource: known.GroupVersionResource(), kind: known.Kind,
			deprecated: known.Deprecated, removed: known.Removed, planned: known.Planned,
			replacement: replacementOf(index, known, target), fate: fateOf(known, target),
		}
		a.served = served[a.GroupVersionResource] || served == nil && !server.IsZero() && known.ServedAt(server)
		all.builtin[a.Group] = true
		all.add(a)
	}
	if usage.Definitions == nil {
		return all
	}
	all.definitions, all.definitionsRead = usage.Definitions.Definitions, true
	for _, definition := range all.definitions {
		for _, v := range definition.Versions {
			all.add(customAPI(definition, v))
		}
	}
	return all
}

func (s *apis) add(a *api) {
	s.resources[a.GroupVersionResource] = a
	s.kinds[a.GroupVersion().WithKind(a.kind)] = a
	s.sorted = append(s.sorted, a)
}

// fateOf follows the index. A removal that is only planned is judged as one.
func fateOf(a *apilifecycle.API, target version.Minor) fate {
	switch {
	case a.GoneAt(target):
		return gone
	case !a.Removed.IsZero():
		return leaves
	case !a.Deprecated.IsZero():
		return kept
	default:
		return stays
	}
}

// replacementOf is what a server at the target has, or else what Kubernetes
// names, unless that has gone by then too.
func replacementOf(index *apilifecycle.Index, a *apilifecycle.API, target version.Minor) *v1alpha1.APIReplacement {
	if successor := index.Successor(a, target); successor != nil {
		return &v1alpha1.APIReplacement{
			APIVersion: successor.GroupVersionKind().GroupVersion().String(), Kind: successor.Kind, Since: successor.Introduced,
		}
	}
	if a.Replacement == nil {
		return nil
	}
	if next := index.Kind(a.Replacement.GroupVersionKind()); next != nil && next.GoneAt(target) {
		return nil
	}
	return &v1alpha1.APIReplacement{
		APIVersion: a.Replacement.GroupVersionKind().GroupVersion().String(), Kind: a.Replacement.Kind, Since: a.Replacement.Since,
	}
}

// customAPI is a version of a CustomResourceDefinition. No upgrade of
// Kubernetes removes it; its author says when it goes.
func customAPI(definition v1alpha1.CustomResourceDefinition, v v1alpha1.CustomResourceVersion) *api {
	a := &api{
		GroupVersionResource: schema.GroupVersionResource{Group: definition.Group, Version: v.Name, Resource: definition.Resource},
		kind:                 definition.Kind, custom: true, served: v.Served, fate: stays,
	}
	switch {
	case !v.Served:
		a.fate = gone
	case v.Deprecated:
		a.fate = leaves
	}
	if a.fate != stays {
		a.replacement = survivor(definition)
	}
	return a
}

// survivor is the stored version of a definition, or else its first one, of
// those that are served and not deprecated.
func survivor(definition v1alpha1.CustomResourceDefinition) *v1alpha1.APIReplacement {
	var found *v1alpha1.APIReplacement
	for _, v := range definition.Versions {
		if v.Served && !v.Deprecated && (found == nil || v.Storage) {
			found = &v1alpha1.APIReplacement{APIVersion: definition.Group + "/" + v.Name, Kind: definition.Kind}
		}
	}
	return found
}

// kind finds the API that a text names, also one that nothing knows.
func (s *apis) kind(apiVersion, kind string) *api {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return &api{GroupVersionResource: schema.GroupVersionResource{Version: apiVersion}, kind: kind, fate: unheard}
	}
	if a := s.kinds[gv.WithKind(kind)]; a != nil {
		return a
	}
	if a := s.missing(gv, func(d v1alpha1.CustomResourceDefinition) bool { return d.Kind == kind }); a != nil {
		return a
	}
	return &api{GroupVersionResource: gv.WithResource(""), kind: kind, fate: unheard}
}

// resource finds the API that a request names, or nil.
func (s *apis) resource(gvr schema.GroupVersionResource) *api { return s.resources[gvr] }

// version finds another version of a resource, also one that a definition no
// longer has, or nil.
func (s *apis) version(apiVersion, resource string) *api {
	gv, err := schema.ParseGroupVersion(apiVersion)
	if err != nil {
		return nil
	}
	if a := s.resources[gv.WithResource(resource)]; a != nil {
		return a
	}
	return s.missing(gv, func(d v1alpha1.CustomResourceDefinition) bool { return d.Resource == resource })
}

// missing is a version that a definition does not have, or nil.
func (s *apis) missing(gv schema.GroupVersion, is func(v1alpha1.CustomResourceDefinition) bool) *api {
	for _, d := range s.definitions {
		if d.Group == gv.Group && is(d) {
			return &api{GroupVersionResource: gv.WithResource(d.Resource), kind: d.Kind, custom: true, fate: gone, replacement: survivor(d)}
		}
	}
	return nil
}

// called is an API that the server calls deprecated and nothing else does: what
// becomes of it is the server's word, such as "1.40", or not known.
func (s *apis) called(gvr schema.GroupVersionResource, removedRelease string, target version.Minor) *api {
	a := api{GroupVersionResource: gvr, kind: gvr.Resource}
	if known := s.resource(gvr); known != nil {
		a = *known
	}
	a.served, a.fate = true, leaves
	if removed, err := version.ParseMinor(removedRelease); err == nil {
		a.removed, a.planned = removed, true
		if target.Compare(removed) >= 0 {
			a.fate = gone
		}
	}
	return &a
}

// servedVersions is nil where discovery was not read.
func servedVersions(served *v1alpha1.ServedAPIs) map[schema.GroupVersionResource]bool {
	if served == nil {
		return nil
	}
	versions := map[schema.GroupVersionResource]bool{}
	for _, r := range served.Resources {
		for _, v := range r.Versions {
			versions[schema.GroupVersionResource{Group: r.Group, Version: v, Resource: r.Resource}] = true
		}
	}
	return versions
}

// versions returns all known versions of a resource.
func (s *apis) versions(gr schema.GroupResource) []*api {
	var found []*api
	for _, a := range s.sorted {
		if a.GroupResource() == gr {
			found = append(found, a)
		}
	}
	return found
}

// going are the APIs that do not stay, in order.
func (s *apis) going() []*api {
	return slices.DeleteFunc(slices.Clone(s.sorted), func(a *api) bool { return a.fate == stays })
}
