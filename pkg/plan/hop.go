package plan

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/plan/gate"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// hop is one under construction.
type hop struct {
	*planner
	from, to version.Minor
	// first is true for the hop that starts now.
	first bool
	// rest are the minors at which the later hops arrive.
	rest []version.Minor
	// state after the steps so far.
	state *state
	steps []v1alpha1.PlanStep
	// nodes are the groups of nodes that get another kubelet.
	nodes []gate.NodeMove
}

// refusedError is a step that would leave the policy.
type refusedError struct {
	stage v1alpha1.PlanStage
	// rows are those that would be outside, or farther out; there is one at least.
	rows []v1alpha1.SkewRow
}

func (e *refusedError) Error() string {
	row := e.rows[0]
	return fmt.Sprintf("the step %s would leave %s %s outside the version skew policy: %s", e.stage, row.Component, row.Version, row.Reason)
}

// step moves components, and is left out where nothing moves: first what is moved
// at once, then nodes, those of the control plane before the others and one by
// one, then the kube-proxies beside them. It fails when a row would leave the policy.
func (h *hop) step(stage v1alpha1.PlanStage, message string, movements ...movement) error {
	var atOnce, nodes, proxies []movement
	for _, m := range movements {
		switch m.component {
		case catalog.Kubelet:
			nodes = append(nodes, m)
		case catalog.KubeProxy:
			proxies = append(proxies, m)
		default:
			atOnce = append(atOnce, m)
		}
	}
	if err := h.take(v1alpha1.PlanStep{Stage: stage, Message: message}, atOnce...); err != nil {
		return err
	}
	controlPlane := facts.ControlPlaneNodes(h.snapshot)
	oneByOne := strings.TrimPrefix(message+"; one by one, where they are", "; ")
	for _, m := range nodes {
		first, rest := m, m
		first.only, rest.but = controlPlane, maps.Clone(controlPlane)
		maps.Copy(rest.but, m.but)
		if err := h.take(v1alpha1.PlanStep{Stage: stage, Message: oneByOne, OneByOne: true}, first); err != nil {
			return err
		}
		if err := h.take(v1alpha1.PlanStep{Stage: stage, Message: message}, rest); err != nil {
			return err
		}
	}
	return h.take(v1alpha1.PlanStep{Stage: stage, Message: message}, proxies...)
}

// take moves what is moved at once.
func (h *hop) take(step v1alpha1.PlanStep, movements ...movement) error {
	for _, m := range movements {
		step.Moves = append(step.Moves, h.state.moves(m)...)
	}
	if len(step.Moves) == 0 {
		return nil
	}
	if step.Moves[0].Component == string(catalog.KubeAPIServer) {
		if err := h.tryFirst(step.Stage, step.Moves[len(step.Moves)-1]); err != nil {
			return err
		}
	}
	changed := h.state.copied()
	apply(changed, step.Moves)
	after, err := h.try(step.Stage, changed)
	if err != nil {
		return err
	}
	h.noteNodes(step)
	h.state = after
	h.add(step)
	return nil
}

func (h *hop) add(step v1alpha1.PlanStep) {
	step.Number = int32(len(h.steps) + 1)
	step.Commands, step.Verify = h.commands(step), verify(step)
	h.steps = append(h.steps, step)
}

// tryFirst judges the cluster while instances of kube-apiserver differ. How far
// they may be apart where a hop leaves out minors is at the platform's word.
func (h *hop) tryFirst(stage v1alpha1.PlanStage, move v1alpha1.PlanMove) error {
	changed, differ := h.state.firstOf(move)
	if !differ {
		return nil
	}
	_, err := h.try(stage, changed)
	var refused *refusedError
	if leaps := h.to.Minus(h.from) > 1; leaps && errors.As(err, &refused) {
		refused.rows = slices.DeleteFunc(refused.rows, func(r v1alpha1.SkewRow) bool { return r.Component == string(catalog.KubeAPIServer) })
		if len(refused.rows) == 0 {
			return nil
		}
	}
	return err
}

// try judges the cluster as it would be. It fails when a row is worse than now.
func (h *hop) try(stage v1alpha1.PlanStage, changed *v1alpha1.Snapshot) (*state, error) {
	after, err := h.stateOf(changed)
	if err != nil {
		return nil, err
	}
	if rows := worse(h.state.skew, after.skew); len(rows) > 0 {
		return nil, &refusedError{stage, rows}
	}
	return after, nil
}

// noteNodes keeps which nodes get another kubelet.
func (h *hop) noteNodes(step v1alpha1.PlanStep) {
	for _, move := range step.Moves {
		if move.Component != string(catalog.Kubelet) {
			continue
		}
		for _, group := range nodesThatMove(h.state.snapshot, move) {
			h.nodes = append(h.nodes, gate.NodeMove{Group: group, To: minorOf(move.To), OneByOne: step.OneByOne})
		}
	}
}

// moved are the names of the nodes that were drained in this hop.
func (h *hop) moved() map[string]bool {
	names := make(map[string]bool)
	for _, move := range h.nodes {
		for _, name := range move.Group.Names {
			names[name] = true
		}
	}
	return names
}

// raise moves instances of kube-apiserver, and before them what they would leave behind.
func (h *hop) raise(stage v1alpha1.PlanStage, message string, instances movement) error {
	for {
		err := h.step(stage, message, instances)
		var refused *refusedError
		if !errors.As(err, &refused) {
			return err
		}
		before := len(h.steps)
		why := fmt.Sprintf("kube-apiserver %s would leave these behind", minorOf(instances.to))
		if caught := h.step(v1alpha1.StagePrepare, why, h.catchUp(refused.rows)...); caught != nil || len(h.steps) == before {
			return err
		}
	}
}

// catchUp brings rows to the minor of the oldest kube-apiserver.
func (h *hop) catchUp(rows []v1alpha1.SkewRow) []movement {
	to := h.state.oldest()
	var movements []movement
	for _, component := range catalog.Components() {
		selects := func(r v1alpha1.SkewRow) bool {
			return slices.ContainsFunc(rows, func(behind v1alpha1.SkewRow) bool {
				return behind.Component == r.Component && behind.Version == r.Version
			})
		}
		switch component {
		case catalog.KubeAPIServer:
		case catalog.Kubectl:
			movements = append(movements, movement{component: component, selects: selects, to: h.clientAhead(to)})
		default:
			movements = append(movements, movement{component: component, selects: selects, to: h.version(component, to)})
		}
	}
	return movements
}

// version is what a component is brought to: the newest patch that the platform
// is known to have of a minor, or a newer one that it runs somewhere already.
func (h *hop) version(component catalog.Component, minor version.Minor) string {
	text := h.planner.version(minor)
	best, _ := version.Parse(text)
	for _, row := range h.state.rows(component) {
		if v, err := version.Parse(row.Version); err == nil && v.Minor == minor && v.Compare(best) > 0 {
			best, text = v, row.Version
		}
	}
	return text
}
