package gate

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// shop is a budget of which so many pods are healthy, desired and expected.
func shop(healthy, desired, expected int32) v1alpha1.DisruptionBudget {
	return v1alpha1.DisruptionBudget{
		Namespace: "shop", Name: "cart", MinAvailable: "1", Current: true,
		DisruptionsAllowed: max(0, healthy-desired), CurrentHealthy: healthy, DesiredHealthy: desired, ExpectedPods: expected,
	}
}

func alwaysAllow(b v1alpha1.DisruptionBudget) v1alpha1.DisruptionBudget {
	b.UnhealthyPodEvictionPolicy = "AlwaysAllow"
	return b
}

func TestBudgetsThatStopADrain(t *testing.T) {
	stale, failed := shop(2, 2, 2), shop(3, 2, 3)
	stale.Current, failed.DisruptionsAllowed = false, 0
	const (
		lower  = "add a replica, or lower minAvailable or raise maxUnavailable by one, until the drain is done"
		repair = "repair the application, or set unhealthyPodEvictionPolicy: AlwaysAllow"
		wait   = "wait until the unhealthy pods are ready, or replace them"
		never  = "1 disruption budget never allows an eviction"
		few    = "1 disruption budget with too few healthy pods lets none go"
		now    = "1 disruption budget has no healthy pod to spare now"
		stops  = "1 disruption budget, and none of them stops a drain"
		old    = "the status of 1 disruption budget is not current"
	)
	for name, tc := range map[string]struct {
		budget v1alpha1.DisruptionBudget
		want   expected
	}{
		"of all pods":                 {shop(2, 2, 2), expected{v1alpha1.Blocked, never, []string{"shop/cart: 2 of 2 pods healthy, 2 desired, minAvailable 1"}, lower}},
		"of all but one":              {shop(2, 1, 2), expected{v1alpha1.Pass, stops, nil, ""}},
		"of more pods than there are": {shop(2, 3, 2), expected{v1alpha1.Blocked, never, []string{"shop/cart: 2 of 2 pods healthy, 3 desired, minAvailable 1"}, lower}},
		"of all pods, one of them healthy, AlwaysAllow":     {alwaysAllow(shop(1, 2, 2)), expected{v1alpha1.Blocked, never, []string{"shop/cart: 1 of 2 pods healthy, 2 desired, minAvailable 1"}, lower}},
		"of all pods, none of them healthy, AlwaysAllow":    {alwaysAllow(shop(0, 2, 2)), expected{v1alpha1.Pass, stops, nil, ""}},
		"of all pods, none of them healthy":                 {shop(0, 2, 2), expected{v1alpha1.Blocked, never, []string{"shop/cart: 0 of 2 pods healthy, 2 desired, minAvailable 1"}, lower}},
		"of no pods":                                        {shop(0, 1, 0), expected{v1alpha1.Pass, stops, nil, ""}},
		"with too few healthy pods":                         {shop(1, 2, 3), expected{v1alpha1.Blocked, few, []string{"shop/cart: 1 of 3 pods healthy, 2 desired, minAvailable 1"}, repair}},
		"with too few healthy pods, AlwaysAllow":            {alwaysAllow(shop(1, 2, 3)), expected{v1alpha1.Warning, now, []string{"shop/cart: 1 of 3 pods healthy, 2 desired, minAvailable 1"}, wait}},
		"with no healthy pod, AlwaysAllow":                  {alwaysAllow(shop(0, 2, 3)), expected{v1alpha1.Pass, stops, nil, ""}},
		"with as many healthy pods as desired":              {shop(2, 2, 3), expected{v1alpha1.Warning, now, []string{"shop/cart: 2 of 3 pods healthy, 2 desired, minAvailable 1"}, wait}},
		"with as many healthy pods as desired, AlwaysAllow": {alwaysAllow(shop(2, 2, 3)), expected{v1alpha1.Warning, now, []string{"shop/cart: 2 of 3 pods healthy, 2 desired, minAvailable 1"}, wait}},
		// The eviction API lets unhealthy pods go only where one healthy pod at least is desired.
		"that desires none, of which none is healthy":  {shop(0, 0, 3), expected{v1alpha1.Blocked, few, []string{"shop/cart: 0 of 3 pods healthy, 0 desired, minAvailable 1"}, repair}},
		"whose status is of another generation":        {stale, expected{v1alpha1.Unknown, old, []string{"shop/cart: 2 of 2 pods healthy, 2 desired, minAvailable 1"}, "kubectl describe pdb -A"}},
		"whose status allows none, with pods to spare": {failed, expected{v1alpha1.Unknown, old, []string{"shop/cart: 3 of 3 pods healthy, 2 desired, minAvailable 1"}, "kubectl describe pdb -A"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := hopTo(t, "1.36", "1.37").draining()
			h.Snapshot.Upgrade.DisruptionBudgets = &v1alpha1.DisruptionBudgets{Count: 1, Closed: []v1alpha1.DisruptionBudget{tc.budget}}
			tc.want.of(t, "pod-disruption-budgets", h)
		})
	}
}

func TestBudgetsOfEveryKindAtOnce(t *testing.T) {
	h := hopTo(t, "1.36", "1.37").draining()
	unavailable, stale := shop(2, 2, 3), shop(1, 1, 1)
	unavailable.Name, unavailable.MinAvailable, unavailable.MaxUnavailable = "till", "", "1"
	stale.Name, stale.Current = "stale", false
	h.Snapshot.Upgrade.DisruptionBudgets = &v1alpha1.DisruptionBudgets{Count: 40, Closed: []v1alpha1.DisruptionBudget{stale, unavailable, shop(2, 2, 2), shop(1, 1, 1)}}
	expected{
		v1alpha1.Blocked,
		"2 disruption budgets never allow an eviction; 1 disruption budget has no healthy pod to spare now; the status of 1 disruption budget is not current",
		[]string{
			"shop/cart: 2 of 2 pods healthy, 2 desired, minAvailable 1", "shop/cart: 1 of 1 pods healthy, 1 desired, minAvailable 1",
			"shop/till: 2 of 3 pods healthy, 2 desired, maxUnavailable 1", "shop/stale: 1 of 1 pods healthy, 1 desired, minAvailable 1",
		},
		"add a replica, or lower minAvailable or raise maxUnavailable by one, until the drain is done; wait until the unhealthy pods are ready, or replace them; kubectl describe pdb -A",
	}.of(t, "pod-disruption-budgets", h)
}

func TestPodsOfTwoBudgets(t *testing.T) {
	h := hopTo(t, "1.36", "1.37").draining()
	expected{v1alpha1.Pass, "no pod has more than one disruption budget", nil, ""}.of(t, "overlapping-budgets", h)
	h.Snapshot.Upgrade.Pods.Overlaps = []v1alpha1.BudgetOverlap{
		{Namespace: "shop", Budgets: []string{"all", "cart"}, Pods: 3}, {Namespace: "till", Budgets: []string{"a", "b", "c"}, Pods: 1},
	}
	expected{
		v1alpha1.Blocked, "4 pods have more than one disruption budget, and cannot be evicted",
		[]string{"shop: all, cart (3 pods)", "till: a, b, c (1 pod)"},
		"keep one budget per pod: delete the others, or narrow their selectors",
	}.of(t, "overlapping-budgets", h)
}
