package deprecation

import (
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// narrow keeps what is about the namespace and the labels that were asked for.
// Evidence that names no object, such as counts of requests, is about neither.
// What could not be read may be about both.
func (e *evaluation) narrow(uses []use) []use {
	return slices.DeleteFunc(uses, func(u use) bool {
		if u.verdict == v1alpha1.Unknown {
			return false
		}
		if e.Namespace != "" && !u.in(e.Namespace) {
			return true
		}
		return e.Selector != nil && !e.Selector.Empty() && (u.object == nil || u.object.labels == nil || !e.Selector.Matches(labels.Set(u.object.labels)))
	})
}

// in reports whether a use is about a namespace. A file may leave it to -n.
func (u *use) in(namespace string) bool {
	if u.object == nil {
		return u.subject.Namespace == namespace
	}
	return u.object.Namespace == namespace || u.object.Namespace == "" && u.subject.Type == v1alpha1.SubjectFile
}

// waive splits off the uses that a waiver covers. One that has expired covers
// nothing any more, and is remembered by what it covered. Idle waivers cover nothing.
func (e *evaluation) waive(uses []use) (counted, waived []use, idle []v1alpha1.Waiver) {
	covering := make([]bool, len(e.Waivers))
	for _, u := range uses {
		u.waiver = nil
		for i, w := range e.Waivers {
			if covers(w, u) {
				covering[i] = true
				u.waiver = e.stronger(u.waiver, w)
			}
		}
		if u.waiver == nil || u.waiver.Expired {
			counted = append(counted, u)
		} else {
			waived = append(waived, u)
		}
	}
	for i, w := range e.Waivers {
		if !covering[i] {
			idle = append(idle, w)
		}
	}
	return counted, waived, idle
}

// stronger is the first of two waivers, unless only the other has not expired.
func (e *evaluation) stronger(first *v1alpha1.DeprecationWaiver, w v1alpha1.Waiver) *v1alpha1.DeprecationWaiver {
	other := &v1alpha1.DeprecationWaiver{Reason: w.Reason, Expires: w.Expires}
	other.Expired = w.Expires != nil && e.Today.Compare(*w.Expires) > 0
	if first == nil || first.Expired && !other.Expired {
		return other
	}
	return first
}

// covers reports whether all that a waiver names is what a use is about.
func covers(w v1alpha1.Waiver, u use) bool {
	var of v1alpha1.EvidenceObject
	if u.object != nil {
		of = u.object.EvidenceObject
	}
	kind, group, grouped := strings.Cut(w.Kind, ".")
	return like(strings.ToLower(kind), strings.ToLower(u.api.kind)) && (!grouped || like(group, u.api.Group)) &&
		like(w.APIVersion, u.api.GroupVersion().String()) &&
		like(w.Namespace, of.Namespace) && like(w.Name, of.Name) && like(w.Subject, u.subject.Name)
}

// like matches as a shell does; an empty pattern matches all.
func like(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	matched, err := path.Match(pattern, text)
	return err == nil && matched || pattern == text
}
