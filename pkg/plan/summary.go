package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// gravest verdict of some checks; Pass where there is none.
func gravest(gates []v1alpha1.PlanGate) v1alpha1.Verdict {
	verdict := v1alpha1.Pass
	for _, g := range gates {
		if g.Verdict.Weight() > verdict.Weight() {
			verdict = g.Verdict
		}
	}
	return verdict
}

// summarize leads with the first check of the gravest verdict.
func (p *planner) summarize(plan *v1alpha1.UpgradePlan) v1alpha1.PlanSummary {
	s := v1alpha1.PlanSummary{Verdict: v1alpha1.Pass, Complete: len(plan.Gaps) == 0 && !plan.Platform.Assumed}
	for _, h := range plan.Hops {
		if h.Verdict.Weight() > s.Verdict.Weight() {
			s.Verdict = h.Verdict
		}
		for _, g := range h.Gates {
			switch g.Verdict {
			case v1alpha1.Blocked:
				s.Blocked++
			case v1alpha1.Warning:
				s.Warnings++
			case v1alpha1.Unknown:
				s.Unknown++
				s.Complete = false
			default:
				s.Passed++
			}
		}
	}
	s.Duration = p.estimate(p.total)
	if len(plan.Hops) > 0 {
		s.Deadline = plan.Hops[0].Deadline
	}
	s.Message = way(plan) + finding(plan, s)
	return s
}

// way is "1.34 to 1.37 takes 3 hops".
func way(plan *v1alpha1.UpgradePlan) string {
	switch {
	case len(plan.Hops) == 0:
		return fmt.Sprintf("everything seen is at %s", plan.To)
	case plan.From == plan.To:
		return fmt.Sprintf("kube-apiserver is at %s already, and 1 hop brings the rest along", plan.To)
	default:
		return fmt.Sprintf("%s to %s takes %s", plan.From, plan.To, count(len(plan.Hops), "hop"))
	}
}

// finding says what decides the verdict, and before anything is called free what
// has no answer.
func finding(plan *v1alpha1.UpgradePlan, s v1alpha1.PlanSummary) string {
	verdict := s.Verdict
	if verdict == v1alpha1.Pass {
		if len(plan.Hops) == 0 {
			return ""
		}
		return ", and nothing stands against it"
	}
	first, where, ids := decisive(plan, verdict)
	said, _, _ := strings.Cut(first.Message, "; ") // its gravest part
	switch verdict {
	case v1alpha1.Unknown:
		const most = 4
		message := ", and nothing seen stands against it, but not everything could be seen: "
		if len(ids) > most {
			return message + count(len(ids), "check") + " have no answer"
		}
		return message + strings.Join(ids, ", ")
	case v1alpha1.Warning:
		message := ", and nothing blocks it; " + said
		if !s.Complete {
			message = ", and nothing seen blocks it, but " + open(s) + "; " + said
		}
		if more := len(ids) - 1; more > 0 {
			message += fmt.Sprintf(" (and %s)", count(more, "more warning"))
		}
		return message
	default:
		checks := slices.DeleteFunc(slices.Clone(plan.Hops[where].Gates), func(g v1alpha1.PlanGate) bool { return g.Verdict != verdict })
		hop := "it"
		if len(plan.Hops) > 1 {
			hop = fmt.Sprintf("hop %d", where+1)
		}
		message := fmt.Sprintf(", and one check blocks %s: %s", hop, said)
		if len(checks) > 1 {
			message = fmt.Sprintf(", and %d checks block %s; first: %s", len(checks), hop, said)
		}
		if !s.Complete {
			message += "; " + open(s)
		}
		return message
	}
}

// open says what leaves the verdict open.
func open(s v1alpha1.PlanSummary) string {
	switch s.Unknown {
	case 0:
		return "not everything could be seen"
	case 1:
		return "1 check has no answer"
	default:
		return fmt.Sprintf("%d checks have no answer", s.Unknown)
	}
}

// decisive finds the first check with a verdict, the index of its hop, and all
// checks with that verdict by name.
func decisive(plan *v1alpha1.UpgradePlan, verdict v1alpha1.Verdict) (first *v1alpha1.PlanGate, where int, ids []string) {
	for i := range plan.Hops {
		for j := range plan.Hops[i].Gates {
			g := &plan.Hops[i].Gates[j]
			if g.Verdict != verdict {
				continue
			}
			if first == nil {
				first, where = g, i
			}
			if !slices.Contains(ids, g.ID) {
				ids = append(ids, g.ID)
			}
		}
	}
	return first, where, ids
}

func (p *planner) notes(plan *v1alpha1.UpgradePlan) []string {
	var notes []string
	newest := p.Catalog.Skew.LastKnownMinor
	if plan.To.Compare(newest) > 0 {
		notes = append(notes, fmt.Sprintf("%s is newer than %s, the newest minor whose policy the catalog knows (as of %s): judged by that of %[2]s",
			plan.To, newest, p.Catalog.Skew.AsOf))
	}
	if p.WithoutPods && (p.snapshot.Upgrade == nil || p.snapshot.Upgrade.Pods == nil) && p.snapshot.Gap(v1alpha1.SourcePods) == nil {
		notes = append(notes, "pods were not read: what only they tell, such as budgets that overlap and single replicas, is left to kubectl versions plan")
	}
	if rule := p.Platform.Upgrades.SkipMinor; rule != nil && rule.Condition != "" && plan.To.Minus(plan.From) > 1 {
		notes = append(notes, fmt.Sprintf("%s: %s", p.Platform.Name, rule.Condition))
	}
	if p.Method.ControlPlane == v1alpha1.Dedicated && !p.Platform.Managed && p.snapshot.Gap(v1alpha1.SourceControlPlanePods) != nil {
		notes = append(notes, "pods of the control plane could not be read: it is taken for a dedicated one, unless --control-plane says otherwise")
	}
	if plan.Method.NodeUpgrade == v1alpha1.InPlace && slices.ContainsFunc(plan.Hops, movesNodes) {
		notes = append(notes, "a minor upgrade of kubelet in place, without a drain, is outside the version skew policy: it is the platform's own method, and at its word")
	}
	return notes
}

func movesNodes(h v1alpha1.PlanHop) bool {
	return slices.ContainsFunc(h.Steps, func(s v1alpha1.PlanStep) bool { return len(nodesOf(s)) > 0 })
}

// nodesOf are the moves of kubelets.
func nodesOf(step v1alpha1.PlanStep) []v1alpha1.PlanMove {
	return slices.DeleteFunc(slices.Clone(step.Moves), func(m v1alpha1.PlanMove) bool { return m.Component != "kubelet" })
}

// count says how many: "1 hop", "2 hops".
func count(n int, noun string) string { return plural(n, noun, noun+"s") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
