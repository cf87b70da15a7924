package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// completed fills in what the snapshot tells of the control plane. It is
// dedicated where its pods can be seen, or where it runs in the nodes' binary.
func (p *planner) completed(s *state) v1alpha1.PlanMethod {
	method := p.Method
	if method.ControlPlane == "" {
		method.ControlPlane = v1alpha1.Managed
		if pods := s.snapshot.ControlPlanePods; method.Masters > 0 || len(p.Platform.Embeds) > 0 || pods != nil && len(pods.Pods) > 0 {
			method.ControlPlane = v1alpha1.Dedicated
		}
	}
	if method.ControlPlane == v1alpha1.Dedicated && method.Masters == 0 {
		method.Masters = max(1, s.skew.ControlPlane.InstancesExist, s.skew.ControlPlane.InstancesSeen)
	}
	return method
}

// figures are the platform's, or else those of the first that publishes any.
func (p *planner) figures() (*catalog.Durations, string) {
	if own := p.Platform.Upgrades.Durations; own != nil {
		return own, p.Platform.Name + "'s figures"
	}
	for i := range p.Catalog.Platforms {
		if other := &p.Catalog.Platforms[i]; other.Upgrades.Durations != nil {
			return other.Upgrades.Durations, fmt.Sprintf("%s's figures: %s publishes none", other.Name, p.Platform.Name)
		}
	}
	return nil, ""
}

// duration estimates a hop from its steps.
func (p *planner) duration(h *hop) v1alpha1.PlanDuration {
	figures, whose := p.figures()
	if figures == nil {
		return v1alpha1.PlanDuration{}
	}
	var total v1alpha1.PlanDuration
	for _, step := range h.steps {
		if slices.ContainsFunc(step.Moves, func(m v1alpha1.PlanMove) bool { return m.Component == string(catalog.KubeAPIServer) }) {
			total = added(total, p.controlPlaneDuration(figures, whose))
		}
		nodes := 0
		for _, move := range nodesOf(step) {
			nodes += int(move.Count)
		}
		if nodes > 0 {
			total = added(total, p.nodesDuration(nodes, figures, whose))
		}
	}
	return total
}

func (p *planner) controlPlaneDuration(f *catalog.Durations, whose string) v1alpha1.PlanDuration {
	minutes, text := f.ManagedControlPlane, fmt.Sprintf("managed control plane: %d minutes", f.ManagedControlPlane)
	if p.Method.ControlPlane == v1alpha1.Dedicated {
		minutes = f.MasterInTurn * int(p.Method.Masters)
		text = fmt.Sprintf("dedicated control plane: %s of %d minutes", count(int(p.Method.Masters), "node"), f.MasterInTurn)
	}
	return v1alpha1.PlanDuration{Least: int32(minutes), Most: int32(minutes), Assumptions: []string{text + " (" + whose + ")"}}
}

func (p *planner) nodesDuration(nodes int, f *catalog.Durations, whose string) v1alpha1.PlanDuration {
	size := p.batchSize(nodes)
	batches := (nodes + size - 1) / size
	least, most := f.Replace, f.Replace+f.DrainTimeout
	each := fmt.Sprintf("%d minutes each, and up to %d more for a drain; disk snapshots come on top", f.Replace, f.DrainTimeout)
	if p.Method.NodeUpgrade == v1alpha1.Surge {
		each = fmt.Sprintf("%d minutes each, as for replacing them, and up to %d more for a drain", f.Replace, f.DrainTimeout)
	}
	if p.Method.NodeUpgrade == v1alpha1.InPlace {
		least, most = f.InPlace[0], f.InPlace[1]
		each = fmt.Sprintf("%d to %d minutes each, without a drain", least, most)
	}
	return v1alpha1.PlanDuration{
		Least: int32(batches * least), Most: int32(batches * most),
		Assumptions: []string{fmt.Sprintf("%s in %s of up to %d: %s (%s)", count(nodes, "node"), plural(batches, "batch", "batches"), size, each, whose)},
	}
}

// batchSize is at least one node. A percentage is of the nodes that move, rounded up.
func (p *planner) batchSize(nodes int) int {
	digits, percent := strings.CutSuffix(p.Method.BatchSize, "%")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 {
		return 1
	}
	if percent {
		n = (nodes*n + 99) / 100
	}
	return min(max(n, 1), nodes)
}

// added joins two estimates. What both assume is said once.
func added(a, b v1alpha1.PlanDuration) v1alpha1.PlanDuration {
	a.Least, a.Most = a.Least+b.Least, a.Most+b.Most
	a.Assumptions = slices.Clone(a.Assumptions)
	for _, assumption := range b.Assumptions {
		if !slices.Contains(a.Assumptions, assumption) {
			a.Assumptions = append(a.Assumptions, assumption)
		}
	}
	return a
}
