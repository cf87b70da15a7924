package main

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// history is what the versions of one module had, minor by minor, oldest first.
type history struct {
	path      string
	snapshots []snapshot
}

// snapshot is one version of a module.
type snapshot struct {
	module string
	minor  version.Minor
	types  []apiType
}

// life is one type through the versions of its module.
type life struct {
	// first and last are the minors whose modules have the type.
	first, last version.Minor
	// latest is the type in the last of them, which knows most.
	latest apiType
}

// index makes the index of all modules, and refuses data that cannot be right.
func index(histories []history, corrections []correction) (*apilifecycle.Index, error) {
	x := &apilifecycle.Index{}
	for _, h := range histories {
		newest := h.snapshots[len(h.snapshots)-1].minor
		if x.Newest.IsZero() {
			x.Newest = newest
		}
		if newest != x.Newest {
			return nil, fmt.Errorf("%s ends at %s, another module at %s", h.path, newest, x.Newest)
		}
		for _, s := range h.snapshots {
			x.Modules = append(x.Modules, s.module)
		}
		lives, err := h.lives()
		if err != nil {
			return nil, err
		}
		for _, l := range lives {
			api, err := l.api(h.snapshots[0].minor, newest)
			if err != nil {
				return nil, err
			}
			x.APIs = append(x.APIs, api)
		}
	}
	for _, c := range corrections {
		if err := c.apply(x); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(x.APIs, apilifecycle.Compare)
	for i := range x.APIs {
		a := &x.APIs[i]
		a.Planned = a.Removed.Compare(x.Newest) > 0
		replace(x, a)
	}
	return x, x.Validate()
}

// lives follows the resources among the types.
func (h history) lives() ([]*life, error) {
	var all []*life
	byKind := map[schema.GroupVersionKind]*life{}
	for i, s := range h.snapshots {
		if i > 0 && s.minor != h.snapshots[i-1].minor.Add(1) {
			return nil, fmt.Errorf("%s: %s follows %s", h.path, s.minor, h.snapshots[i-1].minor)
		}
		for _, t := range s.types {
			l := byKind[t.GroupVersionKind]
			if l == nil {
				l = &life{first: s.minor}
				byKind[t.GroupVersionKind] = l
				all = append(all, l)
			} else if l.last != s.minor.Add(-1) {
				return nil, fmt.Errorf("%s is in %s and %s, and not between", t.GroupVersionKind, l.last, s.minor)
			}
			l.last, l.latest = s.minor, t
		}
	}
	return slices.DeleteFunc(all, func(l *life) bool { return !l.latest.resource() }), nil
}

// api takes the minors from the lifecycle methods, within the bounds that the
// type's presence from the oldest to the newest module sets.
func (l *life) api(oldest, newest version.Minor) (apilifecycle.API, error) {
	t := l.latest
	a := apilifecycle.API{
		Group: t.Group, Version: t.Version, Kind: t.Kind,
		Resource: plural(t.GroupVersionKind), Namespaced: t.namespaced(),
		Introduced: t.introduced, Deprecated: t.deprecated, Removed: t.removed,
	}
	if t.replacement.Kind != "" {
		a.Replacement = &apilifecycle.Replacement{Group: t.replacement.Group, Version: t.replacement.Version, Kind: t.replacement.Kind}
	}
	if l.first != oldest && a.Introduced.Compare(l.first) < 0 {
		a.Introduced = l.first
	}
	if l.last != newest {
		vanished := l.last.Add(1)
		if a.Removed.IsZero() || a.Removed.Compare(vanished) > 0 {
			if !a.Alpha() {
				return a, fmt.Errorf("%s: gone from the module of %s, and not removed by then", &a, vanished)
			}
			a.Removed = vanished
		}
	}
	dropLateDeprecation(&a)
	return a, nil
}

// dropLateDeprecation forgets when an alpha would have been deprecated, had it
// not been removed before.
func dropLateDeprecation(a *apilifecycle.API) {
	if a.Alpha() && !a.Removed.IsZero() && a.Deprecated.Compare(a.Removed) >= 0 {
		a.Deprecated = version.Minor{}
	}
}

// plural is the name of a kind's resource.
func plural(gvk schema.GroupVersionKind) string {
	guessed, _ := meta.UnsafeGuessKindToResource(gvk)
	switch gvk.Kind {
	case "ResourceClaimParameters", "ResourceClassParameters":
		// They were plural already.
		return guessed.Resource[:len(guessed.Resource)-len("es")]
	}
	return guessed.Resource
}

// replace completes the replacement that the methods name. Where they name none
// it is the most stable version of the same kind that is not removed.
func replace(x *apilifecycle.Index, a *apilifecycle.API) {
	if a.Replacement == nil && !a.Stable() {
		for _, other := range x.Versions(a.GroupVersionResource().GroupResource()) {
			if apilifecycle.Compare(other, *a) < 0 && !other.GoneAt(x.Newest) {
				a.Replacement = &apilifecycle.Replacement{Group: other.Group, Version: other.Version, Kind: other.Kind}
				break
			}
		}
	}
	if a.Replacement != nil {
		if to := x.Kind(a.Replacement.GroupVersionKind()); to != nil {
			a.Replacement.Since = to.Introduced
		}
	}
}
