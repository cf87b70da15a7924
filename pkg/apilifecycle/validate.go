package apilifecycle

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"

	"k8s.io/apimachinery/pkg/runtime/schema"
	kubeversion "k8s.io/apimachinery/pkg/version"
)

var (
	versionPattern  = regexp.MustCompile(`^v[1-9][0-9]*((alpha|beta)[1-9][0-9]*)?$`)
	kindPattern     = regexp.MustCompile(`^[A-Z][A-Za-z]*$`)
	resourcePattern = regexp.MustCompile(`^[a-z]+$`)
)

// Compare orders APIs as an index does.
func Compare(a, b API) int {
	return cmp.Or(
		cmp.Compare(a.Group, b.Group),
		cmp.Compare(a.Resource, b.Resource),
		kubeversion.CompareKubeAwareVersionStrings(b.Version, a.Version),
	)
}

// Validate returns every fault of the index, each with the API that it is about.
func (x *Index) Validate() error {
	var faults []error
	if x.Newest.IsZero() || len(x.Modules) == 0 || len(x.APIs) == 0 {
		faults = append(faults, errors.New("no newest minor, no modules or no APIs"))
	}
	kinds := map[schema.GroupVersionKind]bool{}
	for i := range x.APIs {
		a := &x.APIs[i]
		for _, fault := range x.faults(a) {
			faults = append(faults, fmt.Errorf("%s: %s", a, fault))
		}
		if i > 0 && Compare(x.APIs[i-1], *a) >= 0 {
			faults = append(faults, fmt.Errorf("%s: not behind %s", a, &x.APIs[i-1]))
		}
		if kinds[a.GroupVersionKind()] {
			faults = append(faults, fmt.Errorf("%s: twice", a))
		}
		kinds[a.GroupVersionKind()] = true
	}
	return errors.Join(faults...)
}

func (x *Index) faults(a *API) []string {
	var faults []string
	refuse := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	refuse(!versionPattern.MatchString(a.Version), "version %q", a.Version)
	refuse(!kindPattern.MatchString(a.Kind), "kind %q", a.Kind)
	refuse(!resourcePattern.MatchString(a.Resource), "resource %q", a.Resource)

	deprecated, removed := !a.Deprecated.IsZero(), !a.Removed.IsZero()
	refuse(a.Introduced.IsZero() && !a.Alpha(), "no minor in which it was introduced")
	refuse(a.Introduced.Compare(x.Newest) > 0, "introduced in %s, which is newer than %s", a.Introduced, x.Newest)
	refuse(deprecated && a.Deprecated.Compare(a.Introduced) < 0, "deprecated in %s, introduced in %s", a.Deprecated, a.Introduced)
	refuse(removed && a.Removed.Compare(a.Introduced) <= 0, "removed in %s, introduced in %s", a.Removed, a.Introduced)
	refuse(removed && deprecated && a.Removed.Compare(a.Deprecated) <= 0, "removed in %s, deprecated in %s", a.Removed, a.Deprecated)
	// https://kubernetes.io/docs/reference/using-api/deprecation-policy/#deprecating-parts-of-the-api
	refuse(removed && a.Stable(), "removed in %s, and a stable version is never removed", a.Removed)
	refuse(a.Planned != (removed && a.Removed.Compare(x.Newest) > 0), "planned is %t, removed in %s, newest is %s", a.Planned, a.Removed, x.Newest)
	return append(faults, x.replacementFaults(a)...)
}

func (x *Index) replacementFaults(a *API) []string {
	r := a.Replacement
	if r == nil {
		return nil
	}
	to := x.Kind(r.GroupVersionKind())
	if to == nil {
		return []string{"replaced by " + name(r.GroupVersionKind()) + ", which is not in the index"}
	}
	var faults []string
	if r.Since != to.Introduced {
		faults = append(faults, fmt.Sprintf("replaced by %s since %s, which was introduced in %s", to, r.Since, to.Introduced))
	}
	for steps := 0; to != nil && to.Replacement != nil; steps++ {
		if to == a || steps > len(x.APIs) {
			return append(faults, "its replacements lead in a circle")
		}
		to = x.Kind(to.Replacement.GroupVersionKind())
	}
	return faults
}
