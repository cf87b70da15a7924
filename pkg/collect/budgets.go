package collect

import (
	"cmp"
	"context"
	"slices"

	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	operators "k8s.io/apimachinery/pkg/selection"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const hiddenBudgets = "evictions that are refused"

func budgetPermissions() []Permission {
	return []Permission{{
		Verb: "list", Group: "policy", Resource: "poddisruptionbudgets", Source: v1alpha1.SourceBudgets, Hides: hiddenBudgets,
		Why: "Disruption budgets, which can stop an upgrade.",
	}}
}

// budgets reads all PodDisruptionBudgets. The index finds those of a pod.
func (l *lister) budgets(ctx context.Context) (*v1alpha1.DisruptionBudgets, budgetIndex, error) {
	var found *v1alpha1.DisruptionBudgets
	var selecting map[string][]selectingBudget
	all := selection{
		GroupVersionResource: schema.GroupVersionResource{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"},
		accept:               acceptProtobuf,
		limit:                smallObjects,
	}
	begin := func() {
		found, selecting = &v1alpha1.DisruptionBudgets{}, make(map[string][]selectingBudget)
	}
	err := l.each(ctx, all, begin, func(e encoded) error {
		var budget policyv1.PodDisruptionBudget
		if err := e.decode(&budget); err != nil {
			return err
		}
		found.Count++
		if b := disruptionBudget(&budget); !b.Current || b.DisruptionsAllowed == 0 {
			found.Closed = append(found.Closed, b)
		}
		// One that is not valid selects nothing, and neither does nil.
		if selector, err := metav1.LabelSelectorAsSelector(budget.Spec.Selector); err == nil {
			selecting[budget.Namespace] = append(selecting[budget.Namespace], selectingBudget{budget.Name, selector})
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(found.Closed, func(a, b v1alpha1.DisruptionBudget) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return found, newBudgetIndex(selecting), nil
}

func disruptionBudget(b *policyv1.PodDisruptionBudget) v1alpha1.DisruptionBudget {
	budget := v1alpha1.DisruptionBudget{
		Namespace: b.Namespace, Name: b.Name,
		MinAvailable: verbatim(b.Spec.MinAvailable), MaxUnavailable: verbatim(b.Spec.MaxUnavailable),
		Current:            b.Status.ObservedGeneration == b.Generation,
		DisruptionsAllowed: b.Status.DisruptionsAllowed,
		CurrentHealthy:     b.Status.CurrentHealthy,
		DesiredHealthy:     b.Status.DesiredHealthy,
		ExpectedPods:       b.Status.ExpectedPods,
	}
	if b.Spec.UnhealthyPodEvictionPolicy != nil {
		budget.UnhealthyPodEvictionPolicy = string(*b.Spec.UnhealthyPodEvictionPolicy)
	}
	return budget
}

func verbatim(n *intstr.IntOrString) string {
	if n == nil {
		return ""
	}
	return n.String()
}

// selectingBudget is a budget as pods see it.
type selectingBudget struct {
	name     string
	selector labels.Selector
}

// label is one that a pod carries.
type label struct{ key, value string }

// budgetIndex finds the budgets of a pod, by namespace, without trying all of
// them: thousands of pods times thousands of budgets are too many.
type budgetIndex map[string]*namespaceBudgets

type namespaceBudgets struct {
	// byLabel has each budget under a label that its pods must carry; under
	// several where they must carry one of them.
	byLabel map[label][]selectingBudget
	// others require no label of a certain value.
	others []selectingBudget
}

func newBudgetIndex(selecting map[string][]selectingBudget) budgetIndex {
	index := make(budgetIndex, len(selecting))
	for namespace, budgets := range selecting {
		index[namespace] = newNamespaceBudgets(budgets)
	}
	return index
}

// newNamespaceBudgets files each budget under its rarest label: many share one
// such as app.kubernetes.io/managed-by.
func newNamespaceBudgets(budgets []selectingBudget) *namespaceBudgets {
	users := make(map[label]int)
	for _, budget := range budgets {
		for _, alternatives := range requiredLabels(budget.selector) {
			for _, l := range alternatives {
				users[l]++
			}
		}
	}
	most := func(alternatives []label) int {
		most := 0
		for _, l := range alternatives {
			most = max(most, users[l])
		}
		return most
	}
	n := &namespaceBudgets{byLabel: make(map[label][]selectingBudget)}
	for _, budget := range budgets {
		required := requiredLabels(budget.selector)
		if len(required) == 0 {
			n.others = append(n.others, budget)
			continue
		}
		rarest := slices.MinFunc(required, func(a, b []label) int { return cmp.Compare(most(a), most(b)) })
		for _, l := range rarest {
			n.byLabel[l] = append(n.byLabel[l], budget)
		}
	}
	return n
}

// requiredLabels are the requirements of a selector that name values: of each, a
// pod must carry one label, and can carry no more than one.
func requiredLabels(selector labels.Selector) [][]label {
	var required [][]label
	requirements, _ := selector.Requirements()
	for _, r := range requirements {
		if op := r.Operator(); op != operators.Equals && op != operators.DoubleEquals && op != operators.In {
			continue
		}
		var alternatives []label
		for value := range r.Values() {
			alternatives = append(alternatives, label{r.Key(), value})
		}
		required = append(required, alternatives)
	}
	return required
}

// of returns the names of the budgets that select a pod; sorted.
func (x budgetIndex) of(namespace string, carried map[string]string) []string {
	n := x[namespace]
	if n == nil {
		return nil
	}
	var names []string
	match := func(candidates []selectingBudget) {
		for _, candidate := range candidates {
			if candidate.selector.Matches(labels.Set(carried)) {
				names = append(names, candidate.name)
			}
		}
	}
	for key, value := range carried {
		match(n.byLabel[label{key, value}])
	}
	match(n.others)
	slices.Sort(names)
	return names
}
