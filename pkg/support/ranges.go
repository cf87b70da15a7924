package support

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// taker is a version of a platform that takes clusters inside its ranges.
type taker struct {
	// name is such as "Alauda Container Platform 4.3".
	name    string
	version *catalog.PlatformVersion
	// ranges of the version, without those that do not matter any more.
	ranges []catalog.Range
	// ahead: nobody asked for it. What stands against it is a warning then.
	ahead bool
	// reached says that the platform is there already; empty where it is not. Its own
	// clusters stand against nothing then, and newcomers are those that it has not onboarded.
	reached   string
	newcomers []catalog.Range
}

// tier is what the platform that manages a cluster has installed. It cannot bring
// its workload clusters past the newest minor of that release.
// https://github.com/alauda/acp-docs/blob/main/docs/en/upgrade/pre-upgrade.mdx
type tier struct {
	name   string
	newest version.Minor
}

// taker is the platform's version that was asked for; nil for none.
func (o Options) taker() *taker {
	if o.PlatformVersion == nil {
		return nil
	}
	return takerOf(o.Platform, o.PlatformVersion)
}

func takerOf(p *catalog.Platform, v *catalog.PlatformVersion) *taker {
	return &taker{name: p.Name + " " + v.Version, version: v, ranges: v.Ranges}
}

// askedOf is the version that was asked for, if it is one of that platform.
func (o Options) askedOf(id string) *taker {
	if o.Platform == nil || o.Platform.ID != id {
		return nil
	}
	return o.taker()
}

// roleOf a cluster of several is what a platform tells, or --third-party, or is
// assumed where a range is about roles.
func (o Options) roleOf(told v1alpha1.ClusterRole, t *taker, name string) (role v1alpha1.ClusterRole, assumed bool) {
	switch {
	case told != "":
		return told, false
	case slices.Contains(o.ThirdParty, name):
		return v1alpha1.ThirdPartyCluster, false
	case t != nil && slices.ContainsFunc(t.ranges, func(r catalog.Range) bool { return r.Role != "" }):
		return v1alpha1.WorkloadCluster, true
	default:
		return "", false
	}
}

// concerns reports whether a range is about a role, which is empty where it is not known.
func concerns(r catalog.Range, role v1alpha1.ClusterRole) bool {
	return r.Role == "" || role == "" || r.Role == role
}

// ranges compares the control plane with what the platform's version takes.
func (e *evaluation) ranges() []v1alpha1.RangeCheck {
	if e.taker == nil {
		return nil
	}
	var checks []v1alpha1.RangeCheck
	for _, r := range e.taker.ranges {
		if !concerns(r, e.role) {
			continue
		}
		if r.Source == "" {
			r.Source = e.taker.version.Sources[0]
		}
		checks = append(checks, e.check(r))
	}
	return checks
}

// creation is about new clusters: an existing one outside is no finding. What
// Kubean installs from a management cluster is not compared with that one.
func (e *evaluation) creation() []v1alpha1.RangeCheck {
	check := v1alpha1.RangeCheck{
		VersionRange: v1alpha1.VersionRange{For: "creating clusters", Outside: "it creates none like this one"},
		Verdict:      v1alpha1.OK,
	}
	var minors []version.Minor
	offered := cmp.Or(e.offer, e.installs)
	switch {
	case offered != nil && len(offered.versions) > 0:
		oldest, newest := offered.versions[len(offered.versions)-1], offered.versions[0]
		check.Minimum, check.Below = number(oldest.Minor, oldest.Patch), number(newest.Minor, newest.Patch+1)
		check.Source, minors = offered.from, offered.minors()
		check.Reason = fmt.Sprintf("Kubean creates clusters at %s by %s", offered, offered.from)
		if e.offer == nil {
			return []v1alpha1.RangeCheck{check}
		}
	case offered == nil || offered.unread:
		if minors, _ = e.creatable(); len(minors) == 0 {
			return nil
		}
		check.Minimum, check.Below = number(minors[len(minors)-1], 0), number(minors[0].Add(1), 0)
		if told, _ := e.platform.ToldBy(e.At); told != nil {
			check.Source = told.Source
		} else {
			check.Source = e.platform.Creatable.Source
		}
		check.Reason = fmt.Sprintf("%s creates clusters at %s", e.platform.Name, list(minors))
	default:
		return nil
	}
	for _, server := range e.servers.Seen {
		check.Version = server.Text
		if !slices.Contains(minors, server.Version.Minor) {
			check.Verdict = v1alpha1.NotJudged
			check.Reason += fmt.Sprintf(", and none like this one at %s", server.Version.Minor)
			break
		}
	}
	if offered != nil && offered.unread {
		check.Verdict = v1alpha1.NotJudged
		check.Reason += " (from the catalog: the Manifests could not be read)"
	}
	return []v1alpha1.RangeCheck{check}
}

// number is such as 1.34.3.
func number(minor version.Minor, patch int) string { return fmt.Sprintf("%s.%d", minor, max(patch, 0)) }

// check compares every kube-apiserver with a range; the gravest answer decides.
func (e *evaluation) check(r catalog.Range) v1alpha1.RangeCheck {
	check := v1alpha1.RangeCheck{VersionRange: r.VersionRange, Verdict: v1alpha1.Unknown, Answer: v1alpha1.RangeUnknown}
	if len(e.servers.Seen) == 0 {
		check.Reason = fmt.Sprintf("its version is not known, and so not what %s says of it for %s", e.taker.name, r.For)
		return check
	}
	for i, server := range e.servers.Seen {
		answer, verdict := e.answer(r, server.Version)
		if i > 0 && verdict.Weight() <= check.Verdict.Weight() {
			continue
		}
		check.Version, check.Answer, check.Verdict = server.Text, answer, verdict
		check.Reason = e.because(r, answer, server.Text)
		if outside(answer) && e.assumed && e.wouldBeOnboarded(server.Version) {
			check.Reason += "; as a third-party cluster it would be accepted"
		}
	}
	return check
}

// answer of a range to a version. Without knowing whether a cluster is a
// third-party one, it is no warning that such ones were not validated.
func (e *evaluation) answer(r catalog.Range, v version.Version) (v1alpha1.RangeAnswer, v1alpha1.Verdict) {
	switch {
	case r.Validated(v) && (!r.Known() || r.Contains(v)):
		return v1alpha1.RangeValidated, v1alpha1.OK
	case !r.Known():
		return v1alpha1.RangeUnknown, v1alpha1.Unknown
	case !r.Contains(v):
		verdict := v1alpha1.Unsupported
		if e.taker.ahead {
			verdict = v1alpha1.Warning
		}
		return outsideOf(r.Role), verdict
	case r.Role != v1alpha1.ThirdPartyCluster:
		return v1alpha1.RangeInside, v1alpha1.OK
	case e.role == v1alpha1.ThirdPartyCluster:
		return v1alpha1.RangeAccepted, v1alpha1.Warning
	default:
		return v1alpha1.RangeAccepted, v1alpha1.OK
	}
}

func outsideOf(role v1alpha1.ClusterRole) v1alpha1.RangeAnswer {
	switch role {
	case v1alpha1.WorkloadCluster:
		return v1alpha1.RangeBlocks
	case v1alpha1.ThirdPartyCluster:
		return v1alpha1.RangeBlocked
	default:
		return v1alpha1.RangeOutside
	}
}

func outside(answer v1alpha1.RangeAnswer) bool {
	return answer == v1alpha1.RangeBlocks || answer == v1alpha1.RangeBlocked || answer == v1alpha1.RangeOutside
}

func (e *evaluation) because(r catalog.Range, answer v1alpha1.RangeAnswer, text string) string {
	name := e.taker.name
	validated := fmt.Sprintf(">=%s <%s", r.ValidatedMinimum, r.ValidatedBelow)
	switch {
	case answer == v1alpha1.RangeUnknown && r.Validates():
		return fmt.Sprintf("%s is outside %s, which %s validated for %s, and what else it accepts is not published", text, validated, name, r.For)
	case answer == v1alpha1.RangeUnknown:
		return fmt.Sprintf("the catalog knows no range of %s for %s", name, r.For)
	case answer == v1alpha1.RangeValidated:
		return fmt.Sprintf("%s is inside %s, which %s validated for %s", text, validated, name, r.For)
	case outside(answer):
		return fmt.Sprintf("%s is outside %s for %s, %s: %s", text, r.String(), r.For, name, r.Outside)
	}
	reason := fmt.Sprintf("%s is inside %s for %s, %s", text, r.String(), r.For, name)
	switch {
	case r.Inside != "":
		reason += "; " + r.Inside
	case answer == v1alpha1.RangeAccepted:
		reason += "; it is accepted, and not validated"
	}
	return reason
}

// wouldBeOnboarded reports whether a range for third-party clusters takes a version.
func (e *evaluation) wouldBeOnboarded(v version.Version) bool {
	return slices.ContainsFunc(e.taker.ranges, func(r catalog.Range) bool {
		return r.Role == v1alpha1.ThirdPartyCluster && (r.Contains(v) || !r.Known() && r.Validated(v))
	})
}
