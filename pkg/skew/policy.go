package skew

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// servers is the range of kube-apiserver minors that a component may reach.
// Where instances differ, the window of what is allowed narrows: a component
// must be right for the newest and for the oldest.
type servers struct {
	oldest, newest version.Minor
}

func only(m version.Minor) servers { return servers{m, m} }

func (s servers) String() string {
	if s.oldest == s.newest {
		return s.newest.String()
	}
	return s.oldest.String() + " and " + s.newest.String()
}

// observation is one version of a component, seen in one place.
type observation struct {
	// version is verbatim. When it is no Kubernetes version, verdict and reason
	// say what is known instead.
	version string
	verdict v1alpha1.Verdict
	reason  string

	names []string
	// count is that of names unless they are not known one by one.
	count    int32
	evidence string

	servers servers
	// against describes servers.
	against string
	// perhaps are the instances to which alone the component may be wired. What
	// only one of them would allow is a warning.
	perhaps []version.Minor
	// kubelets are those beside a kube-proxy; besideUnknown is why they are not known.
	kubelets      []version.Minor
	besideUnknown string
}

// rows judges the observations and groups those that came out alike, newest first.
func (e *evaluation) rows(component catalog.Component, observations []observation) []v1alpha1.SkewRow {
	type key struct {
		version, against, reason, evidence string
		verdict                            v1alpha1.Verdict
	}
	index := make(map[key]int)
	var rows []v1alpha1.SkewRow
	for _, o := range observations {
		row := e.judge(component, o)
		k := key{row.Version, row.JudgedAgainst, row.Reason, row.Evidence, row.Verdict}
		i, ok := index[k]
		if !ok {
			index[k] = len(rows)
			rows = append(rows, row)
			continue
		}
		rows[i].Count += row.Count
		rows[i].Names = append(rows[i].Names, row.Names...)
	}
	for i := range rows {
		slices.Sort(rows[i].Names)
	}
	slices.SortStableFunc(rows, func(a, b v1alpha1.SkewRow) int {
		av, _ := parsed(a.Version)
		bv, _ := parsed(b.Version)
		return cmp.Or(
			bv.Compare(av), cmp.Compare(b.Version, a.Version), cmp.Compare(b.Verdict.Weight(), a.Verdict.Weight()),
			cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.JudgedAgainst, b.JudgedAgainst), cmp.Compare(a.Evidence, b.Evidence),
		)
	})
	return rows
}

// judge turns an observation into a row.
func (e *evaluation) judge(component catalog.Component, o observation) v1alpha1.SkewRow {
	row := v1alpha1.SkewRow{
		Component: string(component), Version: o.version, Count: max(o.count, int32(len(o.names))), Names: slices.Clone(o.names),
		Verdict: o.verdict, Reason: o.reason, JudgedAgainst: o.against, Evidence: o.evidence,
	}
	if o.verdict != "" {
		return row
	}
	v, ok := parsed(o.version)
	if !ok {
		row.Verdict, row.Reason = v1alpha1.Unknown, fmt.Sprintf("%q is not a Kubernetes version", o.version)
		if o.version == "" {
			row.Reason = "it names no version"
		}
		return row
	}

	rule := e.rule(component, o.servers.newest)
	allowed := window(rule, o.servers)
	distance := int32(v.Minor.Minus(o.servers.newest))
	row.Source, row.Allowed, row.Distance = rule.Source, &allowed, &distance
	switch {
	case v.Minor.Compare(allowed.Min) < 0:
		row.Verdict = v1alpha1.Unsupported
		row.Reason = fmt.Sprintf("%s older than kube-apiserver %s, at most %d %s allowed",
			minors(-int(distance)), o.servers.newest, rule.Older, isAre(rule.Older))
	case v.Minor.Compare(allowed.Max) > 0:
		row.Verdict = v1alpha1.Unsupported
		row.Reason = tooNew(v.Minor, o.servers, rule)
	default:
		e.judgeHeadroom(component, v.Minor, o, &row)
	}
	allowedBy := func(instance version.Minor) bool {
		return within(v.Minor, window(e.rule(component, instance), only(instance)))
	}
	if row.Verdict == v1alpha1.Unsupported && slices.ContainsFunc(o.perhaps, allowedBy) {
		row.Verdict = v1alpha1.Warning
		row.Reason = "if behind a load balancer, " + row.Reason
	}
	if beside := farthest(v.Minor, o.kubelets); abs(v.Minor.Minus(beside)) > rule.Older && len(o.kubelets) > 0 {
		row.Verdict, row.Headroom = v1alpha1.Unsupported, nil
		row.Reason = fmt.Sprintf("%s away from kubelet %s beside it, at most %d %s allowed",
			minors(abs(v.Minor.Minus(beside))), beside, rule.Older, isAre(rule.Older))
	}
	if o.besideUnknown != "" && row.Verdict == v1alpha1.OK {
		row.Verdict, row.Headroom, row.Reason = v1alpha1.Unknown, nil, o.besideUnknown
	}
	return row
}

// judgeHeadroom sets verdict, headroom and reason of a row that is inside its window.
func (e *evaluation) judgeHeadroom(component catalog.Component, minor version.Minor, o observation, row *v1alpha1.SkewRow) {
	s := o.servers
	row.Verdict = v1alpha1.OK
	if component == catalog.KubeAPIServer {
		row.Reason = "at most one minor apart"
		if minor != s.newest {
			row.Reason = fmt.Sprintf("one minor behind %s: a control-plane upgrade is under way", s.newest)
		}
		return
	}
	headroom := e.headroom(component, minor, s.newest)
	row.Headroom = &headroom
	if headroom == 0 {
		row.Verdict = v1alpha1.Warning
		row.Reason = fmt.Sprintf("allowed with kube-apiserver %s, no longer with %s", s.newest, s.newest.Add(1))
		return
	}
	mover := "the control plane"
	if o.against == ownNode {
		mover = ownNode
	}
	row.Reason = fmt.Sprintf("%s may move %s before %s %s breaks", mover, minors(int(headroom)), component, minor)
}

// rule is the policy's, or the platform's where that is stricter.
func (e *evaluation) rule(component catalog.Component, newest version.Minor) catalog.Rule {
	rule := e.catalog.Skew.Rule(component, newest)
	if older, bound := e.platform.KubeletsOlder(newest); bound && component == catalog.Kubelet && older < rule.Older {
		rule.Older, rule.Source = older, e.platform.Kubelet.Source
	}
	return rule
}

// window is what a rule allows: not older than the newest server bears, not
// newer than the oldest server bears.
func window(rule catalog.Rule, s servers) v1alpha1.MinorRange {
	return v1alpha1.MinorRange{Min: s.newest.Add(-min(rule.Older, s.newest.Minor)), Max: s.oldest.Add(rule.Newer)}
}

func within(m version.Minor, r v1alpha1.MinorRange) bool {
	return m.Compare(r.Min) >= 0 && m.Compare(r.Max) <= 0
}

// headroom is how many minors the control plane may move before the component
// is too old. Each step is judged by the policy of the minor it arrives at.
func (e *evaluation) headroom(component catalog.Component, minor, newest version.Minor) int32 {
	var n int32
	for {
		next := newest.Add(int(n) + 1)
		if next.Add(-e.rule(component, next).Older).Compare(minor) > 0 {
			return n
		}
		n++
	}
}

func tooNew(m version.Minor, s servers, rule catalog.Rule) string {
	reason := fmt.Sprintf("%s newer than kube-apiserver %s", minors(m.Minus(s.oldest)), s.oldest)
	if s.oldest != s.newest {
		reason += ", the oldest instance"
	}
	if rule.Newer == 0 {
		return reason + ", must not be newer"
	}
	return fmt.Sprintf("%s, at most %d %s allowed", reason, rule.Newer, isAre(rule.Newer))
}

// farthest returns the minor that is farthest from m, of two the older.
func farthest(m version.Minor, others []version.Minor) version.Minor {
	var far version.Minor
	for i, other := range others {
		d := abs(m.Minus(other)) - abs(m.Minus(far))
		if i == 0 || d > 0 || d == 0 && other.Compare(far) < 0 {
			far = other
		}
	}
	return far
}

func abs(n int) int { return max(n, -n) }

// minors counts in words: "1 minor", "2 minors".
func minors(n int) string { return plural(n, "minor") }

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
