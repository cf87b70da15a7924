package gate

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// podDisruptionBudgets looks for budgets that let no pod be evicted, so that a
// drain waits until it is given up. The eviction API refuses
//   - a healthy pod unless more are healthy than desired,
//   - an unhealthy one too, unless the budget's policy is AlwaysAllow or as many
//     as desired, and one at least, are healthy.
//
// A budget that desires as many pods as there are never has one to spare; others
// are closed only until more pods are healthy.
func podDisruptionBudgets() Check {
	return Check{
		ID: "pod-disruption-budgets", Source: "https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#how-api-initiated-eviction-works",
		Judge: func(h *Hop) Result {
			if !h.Drains() {
				return Result{}
			}
			budgets := h.Facts().DisruptionBudgets
			if budgets == nil {
				return h.unread(v1alpha1.SourceBudgets)
			}
			by := map[closure][]v1alpha1.DisruptionBudget{}
			for _, b := range budgets.Closed {
				c := closed(b)
				by[c] = append(by[c], b)
			}
			found := []Result{pass("%s, and none of them stops a drain", count(budgets.Count, "disruption budget"))}
			if of := by[forGood]; len(of) > 0 {
				found = append(found, blocked("add a replica, or lower minAvailable or raise maxUnavailable by one, until the drain is done", list(of, budget),
					"%s never %s an eviction", count(len(of), "disruption budget"), agree(len(of), "allows", "allow")))
			}
			if of := by[untilHealthy]; len(of) > 0 {
				found = append(found, blocked("repair the application, or set unhealthyPodEvictionPolicy: AlwaysAllow", list(of, budget),
					"%s with too few healthy pods %s none go", count(len(of), "disruption budget"), agree(len(of), "lets", "let")))
			}
			if of := by[forNow]; len(of) > 0 {
				found = append(found, warning("wait until the unhealthy pods are ready, or replace them", list(of, budget),
					"%s %s no healthy pod to spare now", count(len(of), "disruption budget"), agree(len(of), "has", "have")))
			}
			if of := by[unclear]; len(of) > 0 {
				r := unknown("kubectl describe pdb -A", "the status of %s is not current", count(len(of), "disruption budget"))
				r.Evidence = list(of, budget)
				found = append(found, r)
			}
			return join(found...)
		},
	}
}

// closure is how a budget keeps pods from being evicted.
type closure int

const (
	open closure = iota
	// forNow: unhealthy pods can go, healthy ones when others are.
	forNow
	// untilHealthy: no pod can go, until more are healthy.
	untilHealthy
	// forGood: no healthy pod can go, whatever happens.
	forGood
	// unclear: the status does not tell.
	unclear
)

func closed(b v1alpha1.DisruptionBudget) closure {
	alwaysAllow := b.UnhealthyPodEvictionPolicy == "AlwaysAllow"
	switch {
	case !b.Current:
		return unclear
	case b.ExpectedPods == 0 || b.DisruptionsAllowed > 0 || alwaysAllow && b.CurrentHealthy == 0:
		return open
	case b.DesiredHealthy >= b.ExpectedPods:
		return forGood
	case b.CurrentHealthy > b.DesiredHealthy:
		return unclear // pods to spare and none allowed: the controller could not work it out
	case alwaysAllow || b.CurrentHealthy == b.DesiredHealthy && b.DesiredHealthy > 0:
		return forNow
	default:
		return untilHealthy
	}
}

// budget is such as "shop/cart: 2 of 2 pods healthy, 2 desired, minAvailable 100%".
func budget(b v1alpha1.DisruptionBudget) string {
	line := fmt.Sprintf("%s/%s: %s of %s pods healthy, %s desired", b.Namespace, b.Name, number(b.CurrentHealthy), number(b.ExpectedPods), number(b.DesiredHealthy))
	switch {
	case b.MinAvailable != "":
		line += ", minAvailable " + b.MinAvailable
	case b.MaxUnavailable != "":
		line += ", maxUnavailable " + b.MaxUnavailable
	}
	return line
}
