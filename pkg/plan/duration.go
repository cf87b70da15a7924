package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// completed fills in who runs the control plane. It is dedicated where its pods
// can be seen, or where it is part of the nodes' binary, and managed where the
// platform says so, or where everything was read and nothing of it shows.
func (p *planner) completed(s *state) v1alpha1.PlanMethod {
	method := p.Method
	if method.ControlPlane == "" {
		pods := s.snapshot.ControlPlanePods
		switch {
		case method.Masters > 0, len(p.Platform.Embeds) > 0, pods != nil && len(pods.Pods) > 0:
			method.ControlPlane = v1alpha1.Dedicated
		case p.Platform.Managed, pods != nil && p.snapshot.Gap(v1alpha1.SourceControlPlanePods) == nil:
			method.ControlPlane = v1alpha1.Managed
		default:
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

// work is what takes time.
type work struct {
	// controlPlanes counts how often kube-apiserver moves.
	controlPlanes int
	// nodes are upgraded in batches, but those of the control plane one by one.
	nodes, batches, oneByOne int
}

// workOf the steps of a hop. Nodes of different steps are in different batches.
func (p *planner) workOf(h *hop) work {
	var w work
	for _, step := range h.steps {
		if slices.ContainsFunc(step.Moves, func(m v1alpha1.PlanMove) bool { return m.Component == string(catalog.KubeAPIServer) }) {
			w.controlPlanes++
		}
		nodes := 0
		for _, move := range nodesOf(step) {
			nodes += int(move.Count)
		}
		switch {
		case !step.OneByOne:
			w.nodes += nodes
			w.batches += (nodes + p.batchSize() - 1) / p.batchSize()
		case len(p.Platform.Embeds) == 0: // where it is one binary, kube-apiserver's time is theirs
			w.oneByOne += nodes
		}
	}
	return w
}

func (w work) plus(other work) work {
	return work{w.controlPlanes + other.controlPlanes, w.nodes + other.nodes, w.batches + other.batches, w.oneByOne + other.oneByOne}
}

// batchSize is at least one node. A percentage is of all nodes, rounded up.
func (p *planner) batchSize() int {
	digits, percent := strings.CutSuffix(p.Method.BatchSize, "%")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 1
	}
	if percent {
		all := 0
		if p.snapshot.Nodes != nil {
			for _, group := range p.snapshot.Nodes.Groups {
				if !group.Virtual {
					all += len(group.Names)
				}
			}
		}
		n = (all*n + 99) / 100
	}
	return max(n, 1)
}

// estimate says how long work takes by the figures, and what that assumes.
func (p *planner) estimate(w work) v1alpha1.PlanDuration {
	var d v1alpha1.PlanDuration
	f, whose := p.figures()
	if f == nil {
		return d
	}
	add := func(times, least, most int, assumption string) {
		if times > 0 {
			d.Least, d.Most = d.Least+int32(times*least), d.Most+int32(times*most)
			d.Assumptions = append(d.Assumptions, fmt.Sprintf("%s (%s)", assumption, whose))
		}
	}
	controlPlane, text := f.ManagedControlPlane, fmt.Sprintf("managed control plane: %d minutes", f.ManagedControlPlane)
	if p.Method.ControlPlane == v1alpha1.Dedicated {
		controlPlane = f.MasterInTurn * int(p.Method.Masters)
		text = fmt.Sprintf("dedicated control plane: %s of %d minutes", count(int(p.Method.Masters), "node"), f.MasterInTurn)
	}
	if w.controlPlanes > 1 {
		text += fmt.Sprintf(", %d times", w.controlPlanes)
	}
	add(w.controlPlanes, controlPlane, controlPlane, text)

	add(w.oneByOne, f.InPlace[0], f.InPlace[1]+f.DrainTimeout, fmt.Sprintf("%s of the control plane one by one: %d to %d minutes each, and up to %d more for a drain",
		count(w.oneByOne, "node upgrade"), f.InPlace[0], f.InPlace[1], f.DrainTimeout))

	least, most, each := f.Replace, f.Replace+f.DrainTimeout, fmt.Sprintf("%d minutes each, and up to %d more for a drain", f.Replace, f.DrainTimeout)
	switch p.Method.NodeUpgrade {
	case v1alpha1.InPlace:
		least, most = f.InPlace[0], f.InPlace[1]
		each = fmt.Sprintf("%d to %d minutes each, without a drain", least, most)
	case v1alpha1.Surge:
		each += ", as where a node is replaced"
	default:
		each += "; disk snapshots come on top"
	}
	add(w.batches, least, most, fmt.Sprintf("%s in %s of up to %d: %s", count(w.nodes, "node upgrade"), plural(w.batches, "batch", "batches"), p.batchSize(), each))
	return d
}
