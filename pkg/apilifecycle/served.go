package apilifecycle

import (
	"cmp"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Served is a resource that a server's discovery lists.
type Served struct {
	schema.GroupVersionResource
	Kind       string
	Namespaced bool
}

// Difference is what a server and the index do not agree on.
type Difference struct {
	Resource schema.GroupVersionResource
	// Problem is such as "served, removed in 1.25".
	Problem string
}

// String names the resource first: "policy/v1beta1 podsecuritypolicies: served, removed in 1.25".
func (d Difference) String() string {
	return d.Resource.GroupVersion().String() + " " + d.Resource.Resource + ": " + d.Problem
}

// CompareServed compares the index, both ways, with all that a server of one
// minor serves when every version is on, as --runtime-config=api/all=true has
// it: built-in resources alone, without subresources. It returns nothing when
// they agree, and is sorted. An API whose feature gate is off is not served.
func (x *Index) CompareServed(at version.Minor, served []Served) []Difference {
	var differences []Difference
	differ := func(gvr schema.GroupVersionResource, format string, args ...any) {
		differences = append(differences, Difference{Resource: gvr, Problem: fmt.Sprintf(format, args...)})
	}
	seen := map[schema.GroupVersionResource]bool{}
	for _, s := range served {
		gvr := s.GroupVersionResource
		seen[gvr] = true
		a := x.Resource(gvr)
		if a == nil {
			differ(gvr, "served, not in the index")
			continue
		}
		switch {
		case a.GoneAt(at):
			differ(gvr, "served, removed in %s", a.Removed)
		case !a.ServedAt(at):
			differ(gvr, "served, introduced in %s", a.Introduced)
		}
		if a.Kind != s.Kind {
			differ(gvr, "served as kind %s, not %s", s.Kind, a.Kind)
		}
		if a.Namespaced != s.Namespaced {
			differ(gvr, "served with namespaced %t, not %t", s.Namespaced, a.Namespaced)
		}
	}
	for i := range x.APIs {
		a := &x.APIs[i]
		gvr := a.GroupVersionResource()
		switch {
		case seen[gvr] || !a.ServedAt(at):
		case a.Removed.IsZero():
			differ(gvr, "not served, introduced in %s and not removed", a.Introduced)
		default:
			differ(gvr, "not served, removed only in %s", a.Removed)
		}
	}
	slices.SortStableFunc(differences, func(a, b Difference) int {
		return cmp.Compare(a.Resource.String(), b.Resource.String())
	})
	return differences
}
