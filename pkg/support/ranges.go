package support

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// ranges compares the control plane with what the platform creates, and with
// what one of its versions takes.
func (e *evaluation) ranges() []v1alpha1.RangeCheck {
	var checks []v1alpha1.RangeCheck
	if created, ok := e.creation(); ok {
		checks = append(checks, e.check(created, v1alpha1.Warning, e.platform.Name))
	}
	if e.PlatformVersion != nil {
		for _, r := range e.PlatformVersion.Ranges {
			checks = append(checks, e.check(r, v1alpha1.Unsupported, e.platform.Name+" "+e.PlatformVersion.Version))
		}
	}
	return checks
}

// creation is the range of minors that the platform creates clusters at on the day.
func (e *evaluation) creation() (catalog.Range, bool) {
	minors, known := e.catalog.CreatableOn(e.platform, e.At)
	if e.platform.Creatable == nil || !known || len(minors) == 0 {
		return catalog.Range{}, false
	}
	return catalog.Range{
		For:     "creating clusters",
		Minimum: minors[len(minors)-1].String() + ".0",
		Below:   minors[0].Add(1).String() + ".0",
		Outside: "it creates none like this one",
		Source:  e.platform.Creatable.Source,
	}, true
}

// check compares every kube-apiserver with a range; one outside decides.
func (e *evaluation) check(r catalog.Range, outside v1alpha1.Verdict, by string) v1alpha1.RangeCheck {
	check := v1alpha1.RangeCheck{For: r.For, Minimum: r.Minimum, Below: r.Below, Version: e.servers[0].String(), Source: r.Source}
	if check.Source == "" && e.PlatformVersion != nil {
		check.Source = e.PlatformVersion.Sources[0]
	}
	if !r.Known() {
		check.Verdict, check.Reason = v1alpha1.Unknown, fmt.Sprintf("the catalog knows no range of %s for %s", by, r.For)
		return check
	}
	for _, server := range e.servers {
		if !r.Contains(server) {
			check.Version, check.Verdict = server.String(), outside
			check.Reason = fmt.Sprintf("%s is outside %s for %s, %s: %s", server, describe(r), r.For, by, r.Outside)
			return check
		}
	}
	check.Verdict, check.Reason = v1alpha1.OK, fmt.Sprintf("%s is inside %s for %s, %s", check.Version, describe(r), r.For, by)
	if r.Inside != "" {
		check.Reason += "; " + r.Inside
	}
	return check
}

func describe(r catalog.Range) string {
	if r.NewestOnly {
		return fmt.Sprintf("%s, of which only %s will do,", r.String(), r.Newest())
	}
	return r.String()
}
