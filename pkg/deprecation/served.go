package deprecation

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// served tells, of every API that does not stay and is served today, what could
// be known of its objects: that no use of it was seen, that its objects are only
// counted because listing them would itself be a use, or that they could not be read.
func (e *evaluation) served(seen []use) []use {
	if e.usage.Served == nil {
		return nil
	}
	inUse := map[schema.GroupVersionResource]bool{}
	for _, u := range seen {
		inUse[u.api.GroupVersionResource] = true
	}
	var uses []use
	for _, r := range e.usage.Served.Resources {
		for _, v := range r.Versions {
			gvr := schema.GroupVersionResource{Group: r.Group, Version: v, Resource: r.Resource}
			a := e.apis.resource(gvr)
			if a == nil || a.fate == stays {
				continue
			}
			u := use{
				api: a, evidence: v1alpha1.EvidenceServed, strength: history, says: "the server still serves it",
				subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectServer, Name: "kube-apiserver"},
			}
			if r.Listable && a.fate != kept && !isEvent(a) && !slices.ContainsFunc(e.readAs(a), e.scanned) {
				e.unscanned(&u)
			} else if inUse[gvr] {
				continue
			}
			uses = append(uses, u)
		}
	}
	return uses
}

// unscanned says why the objects of an API were not read, and what else tells of them.
func (e *evaluation) unscanned(u *use) {
	unreadable := func(gr schema.GroupResource) bool { return e.gap(v1alpha1.SourceObjects, gr.String()) != nil }
	if slices.ContainsFunc(e.readAs(u.api), unreadable) {
		u.verdict, u.says = v1alpha1.Unknown, "its objects could not be read"
		return
	}
	if e.Namespace != "" && !e.namespaced(u.api) {
		u.says = "it is of no namespace, and only one namespace was looked at"
		return
	}
	if !e.servedOnlyDeprecated(u.api) {
		u.verdict, u.says = v1alpha1.Unknown, "its objects were not read when the snapshot was taken"
		return
	}
	stored, known := e.stored(u.api)
	u.evidence = v1alpha1.EvidenceStored
	switch {
	case !known:
		u.verdict = v1alpha1.Unknown
		u.says = "it is served in deprecated versions alone, so that listing would be a use, and no metrics count its objects: object names need --read-deprecated"
	case stored == 0:
		u.says = "no object of it is stored"
	default:
		u.strength = weak
		u.says = fmt.Sprintf("%s stored; it is served in deprecated versions alone, so that listing would be a use: object names need --read-deprecated", plural(stored, "object"))
	}
}

// readAs are the resources through which the objects of an API are read: its
// own, or that of the group which they moved to, as ingresses of extensions did
// to networking.k8s.io.
func (e *evaluation) readAs(a *api) []schema.GroupResource {
	as := []schema.GroupResource{a.GroupResource()}
	if r := a.replacement; r != nil && r.Kind == a.kind {
		if next := e.apis.kind(r.APIVersion, r.Kind); next.served {
			as = append(as, next.GroupResource())
		}
	}
	return as
}

// stored is the number of objects in etcd. It is known only where every
// instance counted, and the largest count where they differ: all read one etcd.
func (e *evaluation) stored(a *api) (count int64, known bool) {
	if e.usage.Requests == nil {
		return 0, false
	}
	for _, instance := range e.usage.Requests.Instances {
		i := slices.IndexFunc(instance.Stored, func(s v1alpha1.StoredObjects) bool { return s.Group == a.Group && s.Resource == a.Resource })
		if i < 0 || instance.Stored[i].Count < 0 {
			return 0, false
		}
		count = max(count, instance.Stored[i].Count)
	}
	return count, len(e.usage.Requests.Instances) > 0
}

// servedOnlyDeprecated: reading any version of it would be a use.
func (e *evaluation) servedOnlyDeprecated(a *api) bool {
	for _, sibling := range e.apis.versions(a.GroupResource()) {
		if sibling.served && !e.deprecatedToday(sibling) {
			return false
		}
	}
	return true
}

func (e *evaluation) scanned(gr schema.GroupResource) bool {
	return e.usage.Objects != nil && slices.ContainsFunc(e.usage.Objects.Resources, func(r v1alpha1.ScannedResource) bool {
		return r.Group == gr.Group && r.Resource == gr.Resource
	})
}

func (e *evaluation) namespaced(a *api) bool {
	return slices.ContainsFunc(e.usage.Served.Resources, func(r v1alpha1.ServedResource) bool {
		return r.Group == a.Group && r.Resource == a.Resource && r.Namespaced
	})
}

// isEvent: events live an hour and are never read.
func isEvent(a *api) bool { return a.kind == "Event" && (a.Group == "" || a.Group == "events.k8s.io") }
