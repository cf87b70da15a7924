package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestEstimatesCountBatchesAndMasters(t *testing.T) {
	method := func(f func(*v1alpha1.PlanMethod)) func(*Options) {
		return func(o *Options) { f(&o.Method) }
	}
	const (
		own      = "Alibaba Cloud ACK's figures"
		borrowed = "Alibaba Cloud ACK's figures: Kubernetes publishes none"
		replaced = ": 8 minutes each, and up to 30 more for a drain; disk snapshots come on top ("
	)
	for name, tc := range map[string]struct {
		server string
		nodes  int
		change func(*v1alpha1.PlanMethod)
		want   v1alpha1.PlanDuration
	}{
		"a tenth of the nodes at a time, rounded up": {"v1.35.2-aliyun.1", 21, func(*v1alpha1.PlanMethod) {}, v1alpha1.PlanDuration{
			Least: 5 + 7*8, Most: 5 + 7*38,
			Assumptions: []string{"managed control plane: 5 minutes (" + own + ")", "21 node upgrades in 7 batches of up to 3" + replaced + own + ")"},
		}},
		"a number of nodes at a time": {"v1.35.2-aliyun.1", 21, func(m *v1alpha1.PlanMethod) { m.BatchSize = "20" }, v1alpha1.PlanDuration{
			Least: 5 + 2*8, Most: 5 + 2*38,
			Assumptions: []string{"managed control plane: 5 minutes (" + own + ")", "21 node upgrades in 2 batches of up to 20" + replaced + own + ")"},
		}},
		"more than there are": {"v1.35.2-aliyun.1", 1, func(m *v1alpha1.PlanMethod) { m.BatchSize = "50" }, v1alpha1.PlanDuration{
			Least: 5 + 8, Most: 5 + 38,
			Assumptions: []string{"managed control plane: 5 minutes (" + own + ")", "1 node upgrade in 1 batch of up to 50" + replaced + own + ")"},
		}},
		"in place": {"v1.35.2-aliyun.1", 10, func(m *v1alpha1.PlanMethod) { m.NodeUpgrade = v1alpha1.InPlace }, v1alpha1.PlanDuration{
			Least: 5 + 10*5, Most: 5 + 10*10,
			Assumptions: []string{"managed control plane: 5 minutes (" + own + ")", "10 node upgrades in 10 batches of up to 1: 5 to 10 minutes each, without a drain (" + own + ")"},
		}},
		"three masters in turn, by another platform's figures": {"v1.35.10", 0, func(m *v1alpha1.PlanMethod) { m.Masters = 3 }, v1alpha1.PlanDuration{
			Least: 24, Most: 24,
			Assumptions: []string{"dedicated control plane: 3 nodes of 8 minutes (" + borrowed + ")"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			plan := planned(t, tc.server, tc.nodes, "1.36", "2026-11-20", method(tc.change))
			if diff := cmp.Diff(tc.want, plan.Summary.Duration); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheEstimateOfAPlanIsTheSumOfItsHops(t *testing.T) {
	plan := planned(t, "v1.34.1", 10, "1.37", "2026-11-20")
	var least, most int32
	for _, hop := range plan.Hops {
		least, most = least+hop.Duration.Least, most+hop.Duration.Most
	}
	if plan.Summary.Duration.Least != least || plan.Summary.Duration.Most != most || least == 0 {
		t.Errorf("%+v is not the sum, which is %d to %d", plan.Summary.Duration, least, most)
	}
}
