package support

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// summaryOf says first what the platform makes of the clusters: what blocks it,
// what it blocks, what else is grave, and then what stands against nothing. unread
// are those whose own clusters are not among the rows.
func summaryOf(rows []clusterRow, unread []string) v1alpha1.FleetSupportSummary {
	s := v1alpha1.FleetSupportSummary{Verdict: v1alpha1.OK, Complete: true, Clusters: int32(len(rows))}
	silent := false
	for i, row := range rows {
		if i == 0 || row.Verdict.Weight() > s.Verdict.Weight() {
			s.Verdict = row.Verdict
		}
		s.Complete = s.Complete && row.Complete
		silent = silent || !row.Complete && !row.RoleAssumed && !row.open()
		if row.Error != "" {
			s.Failed++
		}
	}
	tallies := tallied(rows)
	var sentences []string
	var named []int
	for _, t := range tallies {
		if len(t.out) > 0 {
			sentences, named = append(sentences, t.kept(rows)), append(named, t.out...)
		}
	}
	rest, first := others(rows, named)
	if rest != "" {
		sentences, named = append(sentences, rest), append(named, first...)
	}
	if len(unread) > 0 {
		sentences = append(sentences, fmt.Sprintf("the clusters that %s manages could not be read", firstOf(unread)))
	}
	for _, row := range rows {
		if row.taker != nil && row.taker.reached != "" && !slices.Contains(sentences, row.taker.reached) {
			sentences = append(sentences, row.taker.reached)
		}
	}
	for _, t := range tallies {
		if len(t.out) == 0 {
			sentences = append(sentences, t.clean(rows))
		}
	}
	if len(sentences) == 0 {
		sentences = append(sentences, count(len(rows), "cluster")+" in order")
	}
	if silent && len(unread) == 0 {
		sentences = append(sentences, "not everything could be judged")
	}
	s.Message = strings.Join(sentences, "; ")
	if at := slices.IndexFunc(named, func(i int) bool { return rows[i].Advice != "" }); at >= 0 && s.Verdict != v1alpha1.OK {
		s.Advice = rows[named[at]].Name + ": " + rows[named[at]].Advice
	}
	return s
}

// open reports whether a sentence on its ranges, or on it, says that it is not known.
func (r clusterRow) open() bool {
	return r.Verdict == v1alpha1.Unknown || slices.ContainsFunc(r.Ranges, func(c v1alpha1.RangeCheck) bool { return c.Answer == v1alpha1.RangeUnknown })
}

// label is such as "legacy v1.31.9".
func (r clusterRow) label() string { return strings.TrimSpace(r.Name + " " + r.Version) }

// others are the clusters that no range keeps out: the gravest of them by name,
// which are at first, and how many are less grave. What a sentence on their
// ranges tells is left out.
func others(rows []clusterRow, named []int) (sentence string, first []int) {
	classes := []struct {
		what string
		in   func(clusterRow) bool
	}{
		{"unsupported", func(r clusterRow) bool { return r.Verdict.Weight() >= v1alpha1.Error.Weight() }},
		{"with warnings", func(r clusterRow) bool { return r.Verdict == v1alpha1.Warning }},
		{"could not be judged", func(r clusterRow) bool { return r.Error != "" && len(r.Ranges) == 0 }},
		{"not known", func(r clusterRow) bool { return r.Verdict == v1alpha1.Unknown && r.Error == "" && len(r.Ranges) == 0 }},
	}
	var parts []string
	for _, class := range classes {
		var at []int
		var labels []string
		for i, row := range rows {
			if class.in(row) && !slices.Contains(named, i) {
				at, labels = append(at, i), append(labels, row.label())
			}
		}
		switch {
		case len(at) == 0:
		case len(parts) > 0:
			parts = append(parts, fmt.Sprintf("%d %s", len(at), class.what))
		case len(named) > 0:
			first = at
			parts = append(parts, fmt.Sprintf("%s %s: %s", count(len(at), "other"), class.what, firstOf(labels)))
		default:
			first = at
			parts = append(parts, fmt.Sprintf("%d of %s %s: %s", len(at), count(len(rows), "cluster"), class.what, firstOf(labels)))
		}
	}
	return strings.Join(parts, ", "), first
}

// tally is how the clusters of a role stand to a range.
type tally struct {
	version *catalog.PlatformVersion
	v1alpha1.VersionRange
	total, failed int
	answers       map[v1alpha1.RangeAnswer]int
	// out are the rows outside, and assumed those whose role is.
	out, assumed []int
}

// tallied are those of all ranges, of workload clusters first: these keep the platform back.
func tallied(rows []clusterRow) []*tally {
	var all []*tally
	for i, row := range rows {
		for _, check := range row.Ranges {
			at := slices.IndexFunc(all, func(t *tally) bool { return t.version == row.taker.version && t.For == check.For })
			if at < 0 {
				at = len(all)
				all = append(all, &tally{version: row.taker.version, VersionRange: check.VersionRange, answers: map[v1alpha1.RangeAnswer]int{}})
			}
			t := all[at]
			t.total++
			if row.Error != "" {
				t.failed++
			} else {
				t.answers[check.Answer]++
			}
			if outside(check.Answer) {
				t.out = append(t.out, i)
			}
			if row.RoleAssumed {
				t.assumed = append(t.assumed, i)
			}
		}
	}
	order := []v1alpha1.ClusterRole{v1alpha1.WorkloadCluster, v1alpha1.ThirdPartyCluster}
	slices.SortStableFunc(all, func(a, b *tally) int {
		place := func(t *tally) int {
			if at := slices.Index(order, t.Role); at >= 0 {
				return at
			}
			return len(order)
		}
		return cmp.Compare(place(a), place(b))
	})
	return all
}

func (t *tally) noun() string { return strings.TrimSpace(string(t.Role) + " cluster") }

// kept says which clusters are outside, and what that means.
func (t *tally) kept(rows []clusterRow) string {
	var labels, others []string
	for _, i := range t.out {
		labels = append(labels, rows[i].label())
	}
	others = append(others, t.assumption(rows, t.out, len(t.out))...)
	for _, answer := range []v1alpha1.RangeAnswer{v1alpha1.RangeValidated, v1alpha1.RangeAccepted} {
		if n := t.answers[answer]; n > 0 {
			others = append(others, fmt.Sprintf("%d %s", n, answerText(answer)))
		}
	}
	sentence := fmt.Sprintf("%d of %d %ss %s: %s", len(t.out), t.total, t.noun(), keptOut(t.VersionRange, t.version.Version, len(t.out), ""), firstOf(labels))
	if others = append(others, t.open()...); len(others) > 0 {
		sentence += " (" + strings.Join(others, ", ") + ")"
	}
	return sentence
}

// clean is said where no cluster is known to be outside: that none is, if all are known.
func (t *tally) clean(rows []clusterRow) string {
	open := t.open()
	var sentence string
	switch {
	case len(open) > 0 && t.Role == v1alpha1.ThirdPartyCluster:
		of := fmt.Sprintf("of %d %ss", t.total, t.noun())
		sentence = fmt.Sprintf("%d %s validated for %s by %s", t.answers[v1alpha1.RangeValidated], of, t.For, t.version.Version)
		if n := t.answers[v1alpha1.RangeAccepted]; n > 0 {
			sentence += fmt.Sprintf(", %d %s", n, answerText(v1alpha1.RangeAccepted))
		}
	case len(open) > 0:
		sentence = fmt.Sprintf("no %s of %d %s", t.noun(), t.total, keptOut(t.VersionRange, t.version.Version, 1, "is known to "))
	default:
		sentence = fmt.Sprintf("no %s of %d %s", t.noun(), t.total, keptOut(t.VersionRange, t.version.Version, 1, ""))
		var others []string
		for _, answer := range []v1alpha1.RangeAnswer{v1alpha1.RangeValidated, v1alpha1.RangeAccepted} {
			if n := t.answers[answer]; n > 0 {
				others = append(others, fmt.Sprintf("%d %s", n, answerText(answer)))
			}
		}
		open = append(open, t.assumption(rows, t.assumed, t.total)...)
		if others = append(others, open...); len(others) > 0 {
			sentence += " (" + strings.Join(others, ", ") + ")"
		}
		return sentence
	}
	return strings.Join(append([]string{sentence}, append(open, t.assumption(rows, t.assumed, t.total)...)...), ", ")
}

// open counts those of which it is not known.
func (t *tally) open() []string {
	var all []string
	if n := t.answers[v1alpha1.RangeUnknown]; n > 0 {
		all = append(all, fmt.Sprintf("%d %s", n, answerText(v1alpha1.RangeUnknown)))
	}
	if t.failed > 0 {
		all = append(all, fmt.Sprintf("%d could not be judged", t.failed))
	}
	return all
}

// assumption names those of so many clusters whose role is assumed.
func (t *tally) assumption(rows []clusterRow, of []int, outOf int) []string {
	var names []string
	for _, i := range of {
		if rows[i].RoleAssumed {
			names = append(names, rows[i].Name)
		}
	}
	switch {
	case len(names) == 0:
		return nil
	case len(names) > 1 && len(names) == outOf:
		return []string{"all by assumption"}
	}
	return []string{firstOf(names) + " by assumption"}
}

func answerText(answer v1alpha1.RangeAnswer) string {
	switch answer {
	case v1alpha1.RangeAccepted:
		return "accepted and not validated"
	case v1alpha1.RangeUnknown:
		return "not known"
	default:
		return string(answer)
	}
}

// keptOut says what being outside a range means for so many clusters; known is
// "is known to " where that is all there is to say of one.
func keptOut(r v1alpha1.VersionRange, platformVersion string, n int, known string) string {
	is, s := "is", "s"
	switch {
	case known != "":
		is, s = known+"be", ""
	case n != 1:
		is, s = "are", ""
	}
	switch r.Role {
	case v1alpha1.WorkloadCluster:
		return fmt.Sprintf("%sblock%s %s to %s", known, s, r.For, platformVersion)
	case v1alpha1.ThirdPartyCluster:
		return fmt.Sprintf("%s blocked from %s by %s", is, r.For, platformVersion)
	default:
		return fmt.Sprintf("%s outside the range of %s for %s", is, platformVersion, r.For)
	}
}

// firstOf names a few, and counts the others.
func firstOf(names []string) string {
	const few = 3
	if more := len(names) - few; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), more)
	}
	return strings.Join(names, ", ")
}

// withManaged adds what is wrong with managed clusters. It leads where it is
// graver than what is wrong with the cluster itself, and where it is as grave and
// keeps the platform back, or a version was asked about which takes the cluster itself.
func withManaged(report *v1alpha1.SupportReport, rows []clusterRow) v1alpha1.SupportSummary {
	own := report.Summary
	if len(rows) == 0 {
		return own
	}
	managed, seen := summaryOf(rows, nil), own.Complete
	own.Complete = own.Complete && managed.Complete
	if managed.Verdict.Weight() < v1alpha1.Unknown.Weight() {
		return own
	}
	message := "of what is managed from this cluster, " + managed.Message
	graver := managed.Verdict.Weight() - own.Verdict.Weight()
	first := slices.ContainsFunc(rows, func(r clusterRow) bool {
		return r.taker != nil && !r.taker.ahead || slices.ContainsFunc(r.Ranges, func(c v1alpha1.RangeCheck) bool { return c.Answer == v1alpha1.RangeBlocks })
	})
	kept := slices.ContainsFunc(report.Ranges, func(c v1alpha1.RangeCheck) bool { return outside(c.Answer) })
	switch {
	case own.Verdict.Weight() < v1alpha1.Unknown.Weight():
		own.Verdict, own.Message, own.Advice = managed.Verdict, message, managed.Advice
		if !seen {
			own.Message += "; not everything could be judged"
		}
	case graver > 0 || graver == 0 && first && !kept:
		own.Verdict, own.Message, own.Advice = managed.Verdict, message+"; this cluster itself: "+own.Message, cmp.Or(managed.Advice, own.Advice)
	default:
		own.Message += "; " + message
		own.Advice = cmp.Or(own.Advice, managed.Advice)
	}
	return own
}
