// Package plan finds the way of a cluster to a later minor: hops of one minor,
// the steps of each in the order of the version skew policy, what stands against
// it, by when it must start, and how long it takes.
//
// A hop is tried on a copy of the snapshot, step by step, and every state is
// judged by the rules of skew: a step that would leave the policy is not planned.
// Checks are in package gate. Nothing here reads a clock, a cluster or the
// environment.
package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/deprecation"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/plan/gate"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Options say what is asked.
type Options struct {
	Catalog *catalog.Catalog
	Index   *apilifecycle.Index
	// Platform is the one to plan for; nil for the one that the snapshot shows.
	Platform *catalog.Platform
	// Target is the minor to arrive at.
	Target version.Minor
	// Method without a ControlPlane, or without Masters, is completed from the snapshot.
	Method v1alpha1.PlanMethod
	// At is the day that dates are counted from.
	At calendar.Date
	// WithoutPods leaves out what only pods tell, where they were not read.
	WithoutPods bool
}

// Evaluate plans the upgrade of the cluster. It fails when the snapshot names no
// kube-apiserver version, and when the target is older than that.
func Evaluate(s *v1alpha1.Snapshot, o Options) (*v1alpha1.UpgradePlan, error) {
	recognised := facts.Recognised{Platform: o.Platform, Evidence: "--platform", Conclusive: true}
	if o.Platform == nil {
		recognised = facts.Recognise(o.Catalog, s)
	}
	o.Platform = recognised.Platform
	p := &planner{Options: o, snapshot: s}
	start, err := p.stateOf(s)
	if err != nil {
		return nil, err
	}
	from := start.newest()
	if o.Target.Compare(from) < 0 {
		return nil, fmt.Errorf("target %s is older than kube-apiserver, which is at %s", o.Target, from)
	}
	if oldest := start.oldest(); oldest.Major != o.Target.Major {
		return nil, fmt.Errorf("kube-apiserver runs %s: no way is known from there to %s", oldest, o.Target)
	}
	p.Method = p.completed(start)

	plan := v1alpha1.NewUpgradePlan(s.Name)
	plan.CollectedAt, plan.At, plan.Cluster = s.CollectedAt, o.At, s.Cluster
	plan.Platform = v1alpha1.Platform{
		ID: o.Platform.ID, Name: o.Platform.Name, Evidence: recognised.Evidence, Assumed: !recognised.Conclusive,
	}
	plan.From, plan.To, plan.Method = from, o.Target, p.Method
	plan.WithoutPods = o.WithoutPods && s.Gap(v1alpha1.SourcePods) == nil && (s.Upgrade == nil || s.Upgrade.Pods == nil)
	if plan.Hops, err = p.hops(start, from); err != nil {
		return nil, err
	}
	// The clusters that a platform manages have plans of their own.
	plan.Gaps = slices.DeleteFunc(slices.Clone(s.Gaps), func(g v1alpha1.Gap) bool { return g.Source == v1alpha1.SourceManagement })
	plan.Notes = slices.Concat(recognised.Notes, p.notes(plan))
	plan.Summary = p.summarize(plan)
	return plan, nil
}

type planner struct {
	Options
	snapshot *v1alpha1.Snapshot
	// total is the work of all hops so far.
	total work
}

// hops leads from a minor to the target.
func (p *planner) hops(start *state, from version.Minor) ([]v1alpha1.PlanHop, error) {
	hops := []v1alpha1.PlanHop{}
	for at := start; ; {
		h, err := p.furthest(at, from, len(hops) == 0)
		if err != nil {
			return nil, err
		}
		if h.to == from && len(h.steps) == 0 {
			return hops, nil
		}
		report, err := p.report(at, h)
		if err != nil {
			return nil, err
		}
		report.Number = int32(len(hops) + 1)
		hops = append(hops, report)
		if h.to == p.Target {
			return hops, nil
		}
		at, from = h.state, h.to
	}
}

// furthest tries the longest hop that the platform allows first.
func (p *planner) furthest(at *state, from version.Minor, first bool) (*hop, error) {
	to := from
	switch {
	case from == p.Target:
	case p.maySkip():
		to = p.Target
	default:
		to = from.Add(1)
	}
	for ; ; to = to.Add(-1) {
		h := &hop{planner: p, from: from, to: to, first: first, rest: p.rest(to), state: at}
		err := h.run()
		var refused *refusedError
		switch {
		case err == nil:
			return h, nil
		case !errors.As(err, &refused):
			return nil, err
		case to.Minus(from) <= 1:
			return nil, fmt.Errorf("no way to %s stays inside the version skew policy: %w", to, err)
		}
	}
}

// maySkip reports whether the platform lets the control plane leave out minors
// without a condition.
func (p *planner) maySkip() bool {
	rule := p.Platform.Upgrades.SkipMinor
	return rule != nil && rule.Allowed && rule.Condition == ""
}

// rest are the minors at which hops arrive after one.
func (p *planner) rest(after version.Minor) []version.Minor {
	if p.maySkip() && after != p.Target {
		return []version.Minor{p.Target}
	}
	var rest []version.Minor
	for next := after.Add(1); next.Compare(p.Target) <= 0; next = next.Add(1) {
		rest = append(rest, next)
	}
	return rest
}

// report judges a hop by its checks and adds dates and an estimate.
func (p *planner) report(start *state, h *hop) (v1alpha1.PlanHop, error) {
	looked := &gate.Hop{
		Snapshot: p.snapshot, Before: start.skew, After: h.state.skew, From: h.from, To: h.to, First: h.first, Nodes: h.nodes,
		Method: p.Method, At: p.At, Catalog: p.Catalog, Platform: p.Platform, Index: p.Index, WithoutPods: p.WithoutPods,
	}
	if p.snapshot.APIUsage != nil {
		var err error
		if looked.Deprecations, err = deprecation.Evaluate(p.snapshot, deprecation.Options{Index: p.Index, Target: h.to, Today: p.At}); err != nil {
			return v1alpha1.PlanHop{}, err
		}
	}
	hopWork := p.workOf(h)
	p.total = p.total.plus(hopWork)
	report := v1alpha1.PlanHop{From: h.from, To: h.to, Steps: h.steps, Gates: gate.Evaluate(looked), Duration: p.estimate(hopWork)}
	report.Verdict = gravest(report.Gates)
	if h.to != h.from {
		report.Rollback, report.Backup = gate.Rollback(p.Platform), p.backup(h.to)
		p.date(&report, start)
	}
	return report, nil
}
