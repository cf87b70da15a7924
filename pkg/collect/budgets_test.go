package collect

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// budget is an open one of namespace shop.
func budget(name string, selector *metav1.LabelSelector) policyv1.PodDisruptionBudget {
	return policyv1.PodDisruptionBudget{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, Generation: 3},
		Spec:       policyv1.PodDisruptionBudgetSpec{Selector: selector},
		Status:     policyv1.PodDisruptionBudgetStatus{ObservedGeneration: 3, DisruptionsAllowed: 1, CurrentHealthy: 3, DesiredHealthy: 2, ExpectedPods: 3},
	}
}

func budgetsOf(budgets ...policyv1.PodDisruptionBudget) *policyv1.PodDisruptionBudgetList {
	return &policyv1.PodDisruptionBudgetList{Items: budgets}
}

func TestDisruptionBudgets(t *testing.T) {
	always := policyv1.AlwaysAllow
	half, two := intstr.FromString("50%"), intstr.FromInt32(2)
	exhausted := budget("exhausted", nil)
	exhausted.Spec.MinAvailable, exhausted.Spec.UnhealthyPodEvictionPolicy = &half, &always
	exhausted.Status.DisruptionsAllowed = 0
	elsewhere := budget("exhausted", nil)
	elsewhere.Namespace, elsewhere.Status.DisruptionsAllowed = "bank", 0
	stale := budget("changed\x1b[2J", nil)
	stale.Spec.MaxUnavailable, stale.Generation = &two, 4
	list := budgetsOf(exhausted, budget("open", nil), stale, elsewhere)
	want := &v1alpha1.DisruptionBudgets{Count: 4, Closed: []v1alpha1.DisruptionBudget{
		{Namespace: "bank", Name: "exhausted", Current: true, CurrentHealthy: 3, DesiredHealthy: 2, ExpectedPods: 3},
		{Namespace: "shop", Name: "changed\x1b[2J", MaxUnavailable: "2", DisruptionsAllowed: 1, CurrentHealthy: 3, DesiredHealthy: 2, ExpectedPods: 3},
		{
			Namespace: "shop", Name: "exhausted", MinAvailable: "50%", UnhealthyPodEvictionPolicy: "AlwaysAllow",
			Current: true, CurrentHealthy: 3, DesiredHealthy: 2, ExpectedPods: 3,
		},
	}}
	t.Run("in protobuf", func(t *testing.T) {
		s := newUpgradeServer(t).on(budgetsPath, pages(list))
		got := s.upgrade(t)
		checkGaps(t, got)
		if diff := cmp.Diff(want, got.Upgrade.DisruptionBudgets); diff != "" {
			t.Errorf("budgets (-want +got):\n%s", diff)
		}
		if accept := s.requests(budgetsPath)[0].Accept; accept != acceptProtobuf {
			t.Errorf("accepts %q, want %q", accept, acceptProtobuf)
		}
	})
	t.Run("in JSON", func(t *testing.T) {
		got := newUpgradeServer(t).on(budgetsPath, asJSON("PodDisruptionBudgetList", list.Items[0], list.Items[1], list.Items[2], list.Items[3])).upgrade(t)
		checkGaps(t, got)
		if diff := cmp.Diff(want, got.Upgrade.DisruptionBudgets); diff != "" {
			t.Errorf("budgets (-want +got):\n%s", diff)
		}
	})
}

func TestBudgetsOfPods(t *testing.T) {
	type l = map[string]string
	type expressions = []metav1.LabelSelectorRequirement
	labels := func(of l) *metav1.LabelSelector { return &metav1.LabelSelector{MatchLabels: of} }
	matching := func(key string, operator metav1.LabelSelectorOperator, values ...string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchExpressions: expressions{{Key: key, Operator: operator, Values: values}}}
	}
	both := matching("tier", metav1.LabelSelectorOpIn, "web", "api")
	both.MatchLabels = l{"app": "cart"}
	tests := []struct {
		name     string
		selector *metav1.LabelSelector
		carried  l
		want     bool
	}{
		{"a label", labels(l{"app": "cart"}), l{"app": "cart", "tier": "web"}, true},
		{"a label of another value", labels(l{"app": "cart"}), l{"app": "shop"}, false},
		{"a label of an empty value", labels(l{"app": ""}), l{"app": ""}, true},
		{"a label that is not carried", labels(l{"app": ""}), l{"tier": "web"}, false},
		{"two labels", labels(l{"app": "cart", "tier": "web"}), l{"app": "cart", "tier": "web"}, true},
		{"two labels, of which one is carried", labels(l{"app": "cart", "tier": "web"}), l{"app": "cart"}, false},
		{"the other one", labels(l{"app": "cart", "tier": "web"}), l{"tier": "web"}, false},
		{"one of several values", matching("tier", metav1.LabelSelectorOpIn, "web", "api"), l{"tier": "api"}, true},
		{"another one of several values", matching("tier", metav1.LabelSelectorOpIn, "web", "api"), l{"tier": "web"}, true},
		{"none of several values", matching("tier", metav1.LabelSelectorOpIn, "web", "api"), l{"tier": "db"}, false},
		{"several values and a label", both, l{"app": "cart", "tier": "web"}, true},
		{"several values without the label", both, l{"app": "shop", "tier": "web"}, false},
		{"the label without the values", both, l{"app": "cart", "tier": "db"}, false},
		{"not some values", matching("tier", metav1.LabelSelectorOpNotIn, "db"), l{"tier": "web"}, true},
		{"not some values, which it has", matching("tier", metav1.LabelSelectorOpNotIn, "db"), l{"tier": "db"}, false},
		{"some value", matching("tier", metav1.LabelSelectorOpExists), l{"tier": "db"}, true},
		{"no value", matching("tier", metav1.LabelSelectorOpDoesNotExist), l{"app": "cart"}, true},
		{"no value, and has one", matching("tier", metav1.LabelSelectorOpDoesNotExist), l{"tier": "db"}, false},
		{"an empty selector selects everything", labels(nil), l{"app": "cart"}, true},
		{"a pod without labels, too", labels(nil), nil, true},
		{"no selector selects nothing", nil, l{"app": "cart"}, false},
		{"a selector that is not valid selects nothing", matching("tier", "Unlike", "db"), l{"tier": "web"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			// The other budget selects the pod in any case, so that two do or one does.
			s := newUpgradeServer(t).
				on(budgetsPath, pages(budgetsOf(budget("this", tt.selector), budget("other", labels(nil))))).
				on(podsPath, pages(podsOf(pod("a", func(p *corev1.Pod) { p.Labels = tt.carried }))))
			got := s.upgrade(t)
			checkGaps(t, got)
			var want []v1alpha1.BudgetOverlap
			if tt.want {
				want = []v1alpha1.BudgetOverlap{{Namespace: "shop", Budgets: []string{"other", "this"}, Pods: 1}}
			}
			if diff := cmp.Diff(want, got.Upgrade.Pods.Overlaps); diff != "" {
				t.Errorf("overlaps (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOverlapsAreGroupedByBudgets(t *testing.T) {
	app := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "cart"}}
	web := &metav1.LabelSelector{MatchLabels: map[string]string{"tier": "web"}}
	in := func(namespace string, b policyv1.PodDisruptionBudget) policyv1.PodDisruptionBudget {
		b.Namespace = namespace
		return b
	}
	carrying := func(namespace, name string, labels ...string) corev1.Pod {
		return pod(name, func(p *corev1.Pod) {
			p.Namespace, p.Labels = namespace, map[string]string{}
			for _, l := range labels {
				p.Labels[map[string]string{"cart": "app", "web": "tier"}[l]] = l
			}
		})
	}
	s := newUpgradeServer(t).
		on(budgetsPath, pages(budgetsOf(budget("web", web), budget("cart", app), budget("all", &metav1.LabelSelector{}), in("bank", budget("web", web)), in("bank", budget("cart", app))))).
		on(podsPath, pages(podsOf(
			carrying("shop", "a", "cart", "web"), carrying("shop", "b", "cart"), carrying("shop", "c", "web", "cart"), carrying("shop", "d"),
			carrying("bank", "a", "cart", "web"), carrying("bank", "b", "cart"), carrying("none", "a", "cart", "web"),
		)))
	want := []v1alpha1.BudgetOverlap{
		{Namespace: "bank", Budgets: []string{"cart", "web"}, Pods: 1},
		{Namespace: "shop", Budgets: []string{"all", "cart"}, Pods: 1},
		{Namespace: "shop", Budgets: []string{"all", "cart", "web"}, Pods: 2},
	}
	got := s.upgrade(t)
	checkGaps(t, got)
	if diff := cmp.Diff(want, got.Upgrade.Pods.Overlaps); diff != "" {
		t.Errorf("overlaps (-want +got):\n%s", diff)
	}
}

// Without budgets it is not known which pods have several; that of pods alone is.
func TestPodsAreReadWithoutBudgets(t *testing.T) {
	s := newUpgradeServer(t).on(budgetsPath, refuse("forbidden")).on(podsPath, pages(podsOf(pod("a"))))
	got := s.upgrade(t)
	checkGaps(t, got, v1alpha1.Gap{Source: v1alpha1.SourceBudgets, Reason: v1alpha1.GapForbidden, Message: "forbidden"})
	if got.Upgrade.DisruptionBudgets != nil || got.Upgrade.Pods == nil || got.Upgrade.Pods.Count != 1 {
		t.Errorf("budgets = %+v, pods = %+v, want one pod alone", got.Upgrade.DisruptionBudgets, got.Upgrade.Pods)
	}
}

// Charts give all of their budgets one label, and each one of its own.
func TestPodsAreNotTriedWithAllBudgets(t *testing.T) {
	const budgets = 2_000
	selecting := make(map[string][]selectingBudget)
	for i := range budgets {
		selector := &metav1.LabelSelector{MatchLabels: map[string]string{"a-chart": "one", "z-tier": "web"}, MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: "app", Operator: metav1.LabelSelectorOpIn, Values: []string{fmt.Sprint(i), fmt.Sprint(i, "-canary")}},
		}}
		converted, err := metav1.LabelSelectorAsSelector(selector)
		if err != nil {
			t.Fatal(err)
		}
		selecting["shop"] = append(selecting["shop"], selectingBudget{fmt.Sprint(i), converted})
	}
	index := newBudgetIndex(selecting)
	most := 0
	for filed := range maps.Values(index["shop"].byLabel) {
		most = max(most, len(filed))
	}
	if most != 1 || len(index["shop"].others) > 0 {
		t.Errorf("%d budgets are tried of one label, and %d with every pod, want 1 and 0", most, len(index["shop"].others))
	}
	for i := range budgets {
		app := fmt.Sprint(i)
		if got := index.of("shop", map[string]string{"a-chart": "one", "app": app, "z-tier": "web"}); !slices.Equal(got, []string{app}) {
			t.Fatalf("budgets of a pod of app %s = %q", app, got)
		}
	}
}
