// Package apilifecycle knows the versions of every built-in Kubernetes API: in
// which minor each was introduced, deprecated and removed, and what replaces it.
//
// The embedded data/index.json is written by hack/apilifecycle from the API
// types that Kubernetes publishes as Go modules, which it names. It holds the
// resources that kube-apiserver serves at top level, also those that it serves
// no more, back to the removals of 1.16. It does not hold subresources (Scale,
// the Eviction of policy), kinds that are only sent about (AdmissionReview,
// DeleteOptions), lists, and the APIs of CustomResourceDefinitions.
package apilifecycle

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Index is the data. It is not changed after it was loaded.
type Index struct {
	// Newest is the newest minor of which the index was made. Minors above it are plans.
	Newest version.Minor `json:"newest"`
	// Modules are the Go modules that were read, such as "k8s.io/api@v0.37.2".
	Modules []string `json:"modules"`
	// APIs are sorted by group and resource, and the versions of one by
	// Kubernetes' order: v2, v1, v1beta2, v1beta1, v1alpha1.
	APIs []API `json:"apis"`
}

// API is one version of a resource, such as extensions/v1beta1 ingresses.
type API struct {
	// Group is empty for the core group.
	Group      string `json:"group"`
	Version    string `json:"version"`
	Kind       string `json:"kind"`
	Resource   string `json:"resource"`
	Namespaced bool   `json:"namespaced"`
	// Introduced is the first minor that had it. Zero for some alpha versions
	// that are older than the oldest module of Index.Modules.
	Introduced version.Minor `json:"introduced,omitzero"`
	// Deprecated is the first minor that warns of it. Zero for none.
	Deprecated version.Minor `json:"deprecated,omitzero"`
	// Removed is the first minor that does not serve it. Zero for none, as for
	// every version that is neither alpha nor beta: those are never removed.
	Removed version.Minor `json:"removed,omitzero"`
	// Planned says that Removed is not released yet: it follows from the rule
	// that a beta ends three minors after its deprecation, or was announced, and can move.
	Planned bool `json:"planned,omitempty"`
	// Replacement is the API that Kubernetes names, or else the most stable
	// version of the same kind. Nil when there is none. It can be removed in its
	// turn: Successor follows it.
	Replacement *Replacement `json:"replacement,omitempty"`
}

// Replacement is what to use instead of an API.
type Replacement struct {
	Group   string `json:"group"`
	Version string `json:"version"`
	Kind    string `json:"kind"`
	// Since is the first minor that has it.
	Since version.Minor `json:"since"`
}

//go:embed data/index.json
var embedded embed.FS

// Load reads and checks the embedded index. An error means that the data itself
// is wrong, and a test makes sure that it is not.
func Load() (*Index, error) {
	const name = "data/index.json"
	data, err := embedded.ReadFile(name)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	x := &Index{}
	if err := decoder.Decode(x); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return x, x.Validate()
}

// Kind returns the API of a kind, as manifests and owner references name it, or nil.
func (x *Index) Kind(gvk schema.GroupVersionKind) *API {
	return x.find(func(a *API) bool {
		return a.Kind == gvk.Kind && a.Group == gvk.Group && a.Version == gvk.Version
	})
}

// Resource returns the API of a resource, as requests, metrics and audit events
// name it, or nil.
func (x *Index) Resource(gvr schema.GroupVersionResource) *API {
	return x.find(func(a *API) bool {
		return a.Resource == gvr.Resource && a.Group == gvr.Group && a.Version == gvr.Version
	})
}

func (x *Index) find(is func(*API) bool) *API {
	for i := range x.APIs {
		if is(&x.APIs[i]) {
			return &x.APIs[i]
		}
	}
	return nil
}

// Versions returns all versions of a resource, the most stable and newest
// first, also those that are removed. It is empty for a resource that the index
// does not hold.
func (x *Index) Versions(gr schema.GroupResource) []API {
	is := func(a API) bool { return a.Resource == gr.Resource && a.Group == gr.Group }
	first := slices.IndexFunc(x.APIs, is)
	if first < 0 {
		return nil
	}
	versions := x.APIs[first:]
	if end := slices.IndexFunc(versions, func(a API) bool { return !is(a) }); end >= 0 {
		versions = versions[:end]
	}
	return slices.Clip(versions)
}

// Successor returns what to use instead of an API on a server of one minor: the
// last API in the line of replacements that such a server has. It is nil when
// the server has none, so that the objects must go or wait for a newer minor.
//
//	flowcontrol.apiserver.k8s.io/v1beta1 → v1beta3 on 1.28, v1 on 1.29
//	extensions/v1beta1 PodSecurityPolicy → policy/v1beta1 on 1.24, nothing on 1.25
func (x *Index) Successor(a *API, at version.Minor) *API {
	var last *API
	for a != nil && a.Replacement != nil {
		a = x.Kind(a.Replacement.GroupVersionKind())
		if a != nil && a.ServedAt(at) {
			last = a
		}
	}
	return last
}

// Stable reports whether the version is neither alpha nor beta.
func (a *API) Stable() bool {
	return !a.Alpha() && !strings.Contains(a.Version, "beta")
}

// Alpha reports whether the version may be removed in any minor without notice.
func (a *API) Alpha() bool {
	return strings.Contains(a.Version, "alpha")
}

// String is as kubectl's deprecation warnings have it: "policy/v1beta1 PodDisruptionBudget".
func (a *API) String() string {
	return name(a.GroupVersionKind())
}

func name(gvk schema.GroupVersionKind) string {
	return gvk.GroupVersion().String() + " " + gvk.Kind
}

// GroupVersionKind names the API as manifests do.
func (a *API) GroupVersionKind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: a.Group, Version: a.Version, Kind: a.Kind}
}

// GroupVersionResource names the API as requests do.
func (a *API) GroupVersionResource() schema.GroupVersionResource {
	return schema.GroupVersionResource{Group: a.Group, Version: a.Version, Resource: a.Resource}
}

// ServedAt reports whether a server of a minor can serve the API. Alpha and
// newer beta versions are off unless its configuration turns them on.
func (a *API) ServedAt(m version.Minor) bool {
	return m.Compare(a.Introduced) >= 0 && !a.GoneAt(m)
}

// DeprecatedAt reports whether a server of a minor warns of the API, or did
// until it was removed.
func (a *API) DeprecatedAt(m version.Minor) bool {
	return !a.Deprecated.IsZero() && m.Compare(a.Deprecated) >= 0
}

// GoneAt reports whether the API is removed at a minor, or planned to be.
func (a *API) GoneAt(m version.Minor) bool {
	return !a.Removed.IsZero() && m.Compare(a.Removed) >= 0
}

// GroupVersionKind names the replacement as manifests do.
func (r *Replacement) GroupVersionKind() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: r.Group, Version: r.Version, Kind: r.Kind}
}
