package plan

import "github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"

func (p *planner) completed(*state) v1alpha1.PlanMethod { return p.Method }

func (p *planner) duration(*hop) v1alpha1.PlanDuration { return v1alpha1.PlanDuration{} }

func added(a, b v1alpha1.PlanDuration) v1alpha1.PlanDuration {
	a.Least, a.Most = a.Least+b.Least, a.Most+b.Most
	return a
}
