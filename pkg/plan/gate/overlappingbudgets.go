package gate

import (
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// overlappingBudgets looks for pods with more than one budget, of which the
// eviction API evicts none: it answers 500, whatever the budgets say.
func overlappingBudgets() Check {
	return Check{
		ID: "overlapping-budgets", Source: "https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#how-api-initiated-eviction-works",
		Judge: func(h *Hop) Result {
			facts := h.Facts()
			switch {
			case !h.Drains():
				return Result{}
			case facts.DisruptionBudgets == nil:
				return h.unread(v1alpha1.SourceBudgets)
			case facts.Pods == nil:
				return h.unread(v1alpha1.SourcePods)
			case len(facts.Pods.Overlaps) == 0:
				return pass("no pod has more than one disruption budget")
			}
			var pods int32
			for _, o := range facts.Pods.Overlaps {
				pods += o.Pods
			}
			return blocked("keep one budget per pod: delete the others, or narrow their selectors", list(facts.Pods.Overlaps, overlap),
				"%s %s more than one disruption budget, and cannot be evicted", count(pods, "pod"), agree(pods, "has", "have"))
		},
	}
}

func overlap(o v1alpha1.BudgetOverlap) string {
	return o.Namespace + ": " + strings.Join(o.Budgets, ", ") + " (" + count(o.Pods, "pod") + ")"
}
