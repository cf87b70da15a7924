package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// correction replaces what is wrong or missing in the modules.
type correction struct {
	api                 schema.GroupVersionKind
	introduced, removed version.Minor
	// replacement is a version of the same group and kind.
	replacement string
}

// corrections, each with its source. "Not in the specification" is about
// api/openapi-spec/swagger.json of the minor's tag of kubernetes/kubernetes,
// which is recorded from a kube-apiserver with every API on.
func corrections() []correction {
	of := func(group, version, kind string) schema.GroupVersionKind {
		return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}
	}
	minor := func(n int) version.Minor { return version.Minor{Major: 1, Minor: n} }
	const rbac = "rbac.authorization.k8s.io"
	return []correction{
		// The method names the list, IngressClassList.
		{api: of("networking.k8s.io", "v1beta1", "IngressClass"), replacement: "v1"},

		// The methods say 1.19. "Available since v1.6":
		// https://kubernetes.io/docs/reference/using-api/deprecation-guide/#subjectaccessreview-resources-v122
		{api: of("authorization.k8s.io", "v1", "LocalSubjectAccessReview"), introduced: minor(6)},
		{api: of("authorization.k8s.io", "v1", "SelfSubjectAccessReview"), introduced: minor(6)},
		// https://github.com/kubernetes/kubernetes/pull/48051, which added it to v1 and v1beta1.
		{api: of("authorization.k8s.io", "v1", "SelfSubjectRulesReview"), introduced: minor(8)},

		// Alphas whose types outlived them.
		// Not in the specification of 1.17.
		{api: of("discovery.k8s.io", "v1alpha1", "EndpointSlice"), removed: minor(17)},
		// Not in the specification of 1.31.
		{api: of("networking.k8s.io", "v1alpha1", "IPAddress"), removed: minor(31)},
		{api: of("networking.k8s.io", "v1alpha1", "ServiceCIDR"), removed: minor(31)},
		// https://github.com/kubernetes/kubernetes/pull/103061
		{api: of("node.k8s.io", "v1alpha1", "RuntimeClass"), removed: minor(24)},
		// https://github.com/kubernetes/kubernetes/pull/104248
		{api: of(rbac, "v1alpha1", "ClusterRole"), removed: minor(23)},
		{api: of(rbac, "v1alpha1", "ClusterRoleBinding"), removed: minor(23)},
		{api: of(rbac, "v1alpha1", "Role"), removed: minor(23)},
		{api: of(rbac, "v1alpha1", "RoleBinding"), removed: minor(23)},
		{api: of("scheduling.k8s.io", "v1alpha1", "PriorityClass"), removed: minor(23)},
		// Not in the specification of 1.23; the method says 1.24.
		{api: of("storage.k8s.io", "v1alpha1", "VolumeAttachment"), removed: minor(23)},
	}
}

// apply returns an error when the modules say the same by now.
func (c correction) apply(x *apilifecycle.Index) error {
	a := x.Kind(c.api)
	if a == nil {
		return fmt.Errorf("correction of %s: not in the modules", c.api)
	}
	before := *a
	if !c.introduced.IsZero() {
		a.Introduced = c.introduced
	}
	if !c.removed.IsZero() {
		a.Removed = c.removed
		dropLateDeprecation(a)
	}
	corrected := a.Introduced != before.Introduced || a.Removed != before.Removed
	if c.replacement != "" {
		to := apilifecycle.Replacement{Group: a.Group, Version: c.replacement, Kind: a.Kind}
		corrected = corrected || a.Replacement == nil || *a.Replacement != to
		a.Replacement = &to
	}
	if !corrected {
		return fmt.Errorf("correction of %s: the modules say the same", a)
	}
	return nil
}
