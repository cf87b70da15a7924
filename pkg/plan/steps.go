package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// run adds the steps in the policy's order.
func (h *hop) run() error {
	for _, stage := range []func() error{
		h.finish, h.repair, h.newestPatch, h.nodesFirst, h.apiServers, h.controlPlane, h.moveNodes, h.kubeProxy, h.kubectl,
	} {
		if err := stage(); err != nil {
			return err
		}
	}
	if h.to != h.from {
		h.add(v1alpha1.PlanStep{Stage: v1alpha1.StageAddOns, Message: h.addOns()})
	}
	return nil
}

// addOns says what else has to support the new minor.
func (h *hop) addOns() string {
	rule := h.Platform.Upgrades.AddOns
	if rule == nil {
		return fmt.Sprintf("network, DNS, storage, ingress, autoscaling: the releases that support %s", h.to)
	}
	return fmt.Sprintf("%s: the releases that support %s, %s", rule.Apart, h.to, rule.How)
}

// controlPlanePods are the components that follow kube-apiserver, in no order.
func controlPlanePods() []catalog.Component {
	return []catalog.Component{catalog.KubeControllerManager, catalog.KubeScheduler, catalog.CloudControllerManager}
}

// followers moves the components that follow kube-apiserver.
func (h *hop) followers(to version.Minor, selects func(v1alpha1.SkewRow) bool) []movement {
	var movements []movement
	for _, component := range controlPlanePods() {
		movements = append(movements, movement{component: component, selects: selects, to: h.version(component, to)})
	}
	return movements
}

// below selects what is older than a minor.
func below(minor version.Minor) func(v1alpha1.SkewRow) bool {
	return func(r v1alpha1.SkewRow) bool { return minorOf(r.Version).Compare(minor) < 0 }
}

func isOutside(r v1alpha1.SkewRow) bool { return outside(r) > 0 }

// finish ends an upgrade that is under way: the oldest instances catch up with
// the newest, one minor at a time.
func (h *hop) finish() error {
	for h.state.oldest().Compare(h.from) < 0 {
		old := h.state.oldest()
		is := func(r v1alpha1.SkewRow) bool { return minorOf(r.Version) == old }
		err := h.raise(v1alpha1.StagePrepare, "an upgrade is under way: finish it first, one instance at a time",
			movement{component: catalog.KubeAPIServer, selects: is, to: h.version(catalog.KubeAPIServer, old.Add(1))})
		if err != nil {
			return err
		}
		if h.state.oldest() == old {
			return fmt.Errorf("the instance of kube-apiserver at %s cannot be told from the others", old)
		}
	}
	return nil
}

// repair brings back what is outside the policy, to the minor of kube-apiserver.
func (h *hop) repair() error {
	client := h.clientVersion(h.from)
	if h.to != h.from {
		client = h.clientAhead(h.from) // which the policy allows today, and after the hop
	}
	movements := append(h.followers(h.from, isOutside),
		movement{component: catalog.Kubelet, selects: isOutside, to: h.version(catalog.Kubelet, h.from)},
		movement{component: catalog.Kubectl, selects: isOutside, to: client},
		movement{component: catalog.KubeProxy, selects: isOutside, to: h.version(catalog.KubeProxy, h.from)},
	)
	message := "outside the version skew policy: repair this first"
	tooNew := func(r v1alpha1.SkewRow) bool { return isOutside(r) && minorOf(r.Version).Compare(h.from) > 0 }
	if slices.ContainsFunc(h.state.rows(catalog.Kubelet), tooNew) {
		message += "; no kubelet is downgraded, but its node replaced by an older one"
	}
	return h.step(v1alpha1.StagePrepare, message, movements...)
}

// newestPatch takes the control plane to the newest patch of its present minor,
// which the policy page recommends before a minor.
func (h *hop) newestPatch() error {
	if !h.first || h.to == h.from {
		return nil
	}
	movements := []movement{{component: catalog.KubeAPIServer, to: h.version(catalog.KubeAPIServer, h.from), patch: true}}
	for _, m := range h.followers(h.from, nil) {
		m.patch = true
		movements = append(movements, m)
	}
	return h.step(v1alpha1.StagePrepare, fmt.Sprintf("recommended: the newest patch of %s first", h.from), movements...)
}

// nodesFirst brings nodes to the control plane's minor, where the platform wants
// that before it moves on.
func (h *hop) nodesFirst() error {
	if h.Platform.Upgrades.NodesFirst == nil || h.to == h.from {
		return nil
	}
	return h.step(v1alpha1.StagePrepare, h.wantsNodes(),
		movement{component: catalog.Kubelet, selects: below(h.from), to: h.version(catalog.Kubelet, h.from)})
}

func (h *hop) wantsNodes() string {
	return h.Platform.Name + " wants nodes at the control plane's minor before that moves on"
}

// leftBehind selects what leaves the policy when the control plane moves on to a
// minor, or has to be at its minor first by the platform's rule.
func (h *hop) leftBehind(to version.Minor) func(v1alpha1.SkewRow) bool {
	return func(r v1alpha1.SkewRow) bool {
		if r.Component == string(catalog.Kubelet) && h.Platform.Upgrades.NodesFirst != nil && minorOf(r.Version).Compare(h.state.newest()) < 0 {
			return true
		}
		return r.Headroom != nil && int(*r.Headroom) < to.Minus(h.state.newest())
	}
}

func (h *hop) apiServers() error {
	message := ""
	if h.state.skew.ControlPlane.InstancesExist != 1 {
		message = "one instance at a time"
	}
	if hidden := h.hidden(); hidden != "" {
		message = strings.TrimPrefix(message+"; "+hidden, "; ")
	}
	return h.raise(v1alpha1.StageAPIServer, message, movement{component: catalog.KubeAPIServer, selects: below(h.to), to: h.version(catalog.KubeAPIServer, h.to)})
}

// hidden names the components that do not show, and move along.
func (h *hop) hidden() string {
	var names []string
	for _, row := range h.state.skew.Rows {
		if row.Verdict == v1alpha1.NotVisible && slices.Contains(controlPlanePods(), catalog.Component(row.Component)) {
			names = append(names, row.Component)
		}
	}
	switch {
	case len(names) == 0 || h.to == h.from:
		return ""
	case h.Method.ControlPlane == v1alpha1.Managed:
		return "the provider moves " + strings.Join(names, " and ") + " along"
	default:
		return strings.Join(names, " and ") + " cannot be seen: move them along"
	}
}

func (h *hop) controlPlane() error {
	var unseen []string
	for _, row := range h.state.skew.Rows {
		if row.Verdict == v1alpha1.Unknown && slices.Contains(controlPlanePods(), catalog.Component(row.Component)) {
			unseen = append(unseen, strings.TrimSpace(row.Component+" "+row.Version))
		}
	}
	message := ""
	if len(unseen) > 0 && h.to != h.from {
		message = fmt.Sprintf("whose version is not known, take along to what supports %s: %s", h.to, strings.Join(unseen, ", "))
	}
	if h.madeByKubeadm() {
		message = strings.TrimPrefix(message+"; kubeadm moves them along with kube-apiserver, node by node", "; ")
	}
	before := len(h.steps)
	err := h.step(v1alpha1.StageControlPlane, message, h.followers(h.to, below(h.to))...)
	if err == nil && len(h.steps) == before && len(unseen) > 0 && h.to != h.from {
		h.add(v1alpha1.PlanStep{Stage: v1alpha1.StageControlPlane, Message: message})
	}
	return err
}

// moveNodes moves the nodes in the last hop, and before it those alone that the
// next one would leave behind. A node that had to move before kube-apiserver is
// not drained a second time, where the platform does not want nodes to match.
func (h *hop) moveNodes() error {
	selects, message := below(h.to), ""
	var but map[string]bool
	if len(h.rest) == 0 && h.Platform.Upgrades.NodesFirst == nil {
		but = h.moved()
	}
	if len(h.rest) > 0 {
		selects, message = h.leftBehind(h.rest[0]), fmt.Sprintf("kube-apiserver %s would leave these behind", h.rest[0])
		if h.Platform.Upgrades.NodesFirst != nil {
			message = h.wantsNodes()
		}
	} else if behind := h.stays(); len(behind) > 0 {
		until := slices.MinFunc(behind, func(a, b v1alpha1.PlanStay) int { return a.Until.Compare(b.Until) }).Until
		if until.Compare(h.to) > 0 {
			message = fmt.Sprintf("now or later: inside the policy up to kube-apiserver %s", until)
		}
	}
	before := len(h.steps)
	if err := h.step(v1alpha1.StageNodes, message, movement{component: catalog.Kubelet, selects: selects, to: h.version(catalog.Kubelet, h.to), but: but}); err != nil {
		return err
	}
	stays := h.stays()
	switch {
	case len(stays) == 0:
	case len(h.steps) > before:
		h.steps[len(h.steps)-1].Stays = stays
	default:
		h.add(v1alpha1.PlanStep{Stage: v1alpha1.StageNodes, Stays: stays})
	}
	return nil
}

// stays are the nodes that keep their kubelet in this hop.
func (h *hop) stays() []v1alpha1.PlanStay {
	var stays []v1alpha1.PlanStay
	for _, row := range h.state.rows(catalog.Kubelet) {
		if row.Headroom == nil || !below(h.to)(row) {
			continue
		}
		at := slices.IndexFunc(stays, func(s v1alpha1.PlanStay) bool {
			return s.Version == row.Version && s.Until == h.to.Add(int(*row.Headroom))
		})
		if at < 0 {
			at = len(stays)
			until := h.to.Add(int(*row.Headroom))
			stays = append(stays, v1alpha1.PlanStay{Component: row.Component, Version: row.Version, Until: until, Hops: h.hopsUntil(until)})
		}
		stays[at].Count += row.Count
		stays[at].Names = append(stays[at].Names, row.Names...)
		slices.Sort(stays[at].Names)
	}
	return stays
}

// hopsUntil counts the later hops that arrive at a minor, or before it.
func (h *hop) hopsUntil(last version.Minor) int32 {
	var n int32
	for _, arrival := range h.rest {
		if arrival.Compare(last) <= 0 {
			n++
		}
	}
	return n
}

// kubeProxy moves along in every hop: it needs no drain. Where it is part of
// another binary, it has moved already.
func (h *hop) kubeProxy() error {
	any := func(v1alpha1.SkewRow) bool { return true }
	message := ""
	if rule := h.Platform.Upgrades.AddOns; rule != nil && h.Method.ControlPlane == v1alpha1.Managed && slices.Contains(rule.Along, string(catalog.KubeProxy)) {
		message = h.Platform.Name + " moves it along with the control plane"
	}
	return h.step(v1alpha1.StageKubeProxy, message, movement{component: catalog.KubeProxy, selects: any, to: h.version(catalog.KubeProxy, h.to)})
}

func (h *hop) kubectl() error {
	return h.step(v1alpha1.StageKubectl, "", movement{component: catalog.Kubectl, selects: below(h.to), to: h.clientVersion(h.to)})
}

// verify are commands that show that a step is done.
func verify(step v1alpha1.PlanStep) []string {
	switch step.Stage {
	case v1alpha1.StageAPIServer:
		return []string{"kubectl get --raw='/readyz?verbose'", "kubectl versions skew"}
	case v1alpha1.StageNodes:
		if len(step.Moves) == 0 {
			return nil
		}
		return []string{"kubectl get nodes -o wide", "kubectl versions skew"}
	case v1alpha1.StageKubeProxy:
		var commands []string
		for _, move := range step.Moves {
			if command := "kubectl -n kube-system rollout status daemonset/" + move.DaemonSet; !slices.Contains(commands, command) {
				commands = append(commands, command)
			}
		}
		return commands
	case v1alpha1.StageKubectl:
		return []string{"kubectl version --client"}
	case v1alpha1.StageAddOns:
		return []string{"kubectl get pods -A --field-selector=status.phase!=Running,status.phase!=Succeeded"}
	default:
		return []string{"kubectl versions skew"}
	}
}
