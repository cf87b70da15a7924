package support

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// ranges compares the control plane with the minors that the platform creates
// clusters at, and with what one of its versions takes.
func (e *evaluation) ranges() []v1alpha1.RangeCheck {
	var checks []v1alpha1.RangeCheck
	if e.platform.Creatable != nil {
		checks = append(checks, e.creation()...)
	}
	if e.PlatformVersion != nil {
		for _, r := range e.PlatformVersion.Ranges {
			if r.Source == "" {
				r.Source = e.PlatformVersion.Sources[0]
			}
			checks = append(checks, e.check(r))
		}
	}
	return checks
}

// creation is about new clusters: an existing one outside is no finding.
func (e *evaluation) creation() []v1alpha1.RangeCheck {
	minors, _ := e.catalog.CreatableOn(e.platform, e.At)
	if len(minors) == 0 {
		return nil
	}
	oldest, newest := minors[len(minors)-1], minors[0]
	check := v1alpha1.RangeCheck{
		VersionRange: v1alpha1.VersionRange{
			For: "creating clusters", Minimum: oldest.String() + ".0", Below: newest.Add(1).String() + ".0",
			Outside: "it creates none like this one", Source: e.platform.Creatable.Source,
		},
		Verdict: v1alpha1.OK,
	}
	for _, server := range e.servers.Seen {
		check.Version = server.Text
		if !slices.Contains(minors, server.Version.Minor) {
			check.Verdict = v1alpha1.NotJudged
			check.Reason = fmt.Sprintf("%s creates clusters at %s, and none like this one at %s", e.platform.Name, list(minors), server.Version.Minor)
			return []v1alpha1.RangeCheck{check}
		}
	}
	check.Reason = fmt.Sprintf("%s creates clusters at %s", e.platform.Name, list(minors))
	return []v1alpha1.RangeCheck{check}
}

// check compares every kube-apiserver with a range; one outside decides.
func (e *evaluation) check(r catalog.Range) v1alpha1.RangeCheck {
	check := v1alpha1.RangeCheck{VersionRange: r.VersionRange, Version: e.servers.Seen[0].Text}
	if !r.Known() {
		check.Verdict, check.Reason = v1alpha1.Unknown, fmt.Sprintf("the catalog knows no range of %s for %s", e.platformName(), r.For)
		return check
	}
	for _, server := range e.servers.Seen {
		if !r.Contains(server.Version) {
			check.Version, check.Verdict = server.Text, v1alpha1.Unsupported
			check.Reason = fmt.Sprintf("%s is outside %s for %s, %s: %s", server.Text, r.String(), r.For, e.platformName(), r.Outside)
			return check
		}
	}
	check.Verdict, check.Reason = v1alpha1.OK, fmt.Sprintf("%s is inside %s for %s, %s", check.Version, r.String(), r.For, e.platformName())
	if r.Inside != "" {
		check.Reason += "; " + r.Inside
	}
	return check
}
