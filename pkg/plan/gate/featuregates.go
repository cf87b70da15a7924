package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func featureGates() Check {
	return Check{
		ID:     "feature-gates",
		Source: "https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/",
		Judge:  judgeFeatureGates,
	}
}

// gateHolder is a place that sets feature gates for a component.
type gateHolder struct {
	// text says where, name which object.
	text, name string
	gates      []string
	// crosses reports whether the component arrives at a minor in this hop.
	crosses func(version.Minor) bool
	removed []catalog.RemovedNames
}

// judgeFeatureGates looks for gates that a component no longer knows where it
// arrives: it does not start with them.
func judgeFeatureGates(h *Hop) Result {
	if h.From == h.To && len(h.Nodes) == 0 {
		return Result{}
	}
	holders := h.gateHolders()
	found, gates := tally{}, 0
	var source string
	for _, holder := range holders {
		gates += len(holder.gates)
		for _, row := range holder.removed {
			if !holder.crosses(row.Since) {
				continue
			}
			for _, gate := range holder.gates {
				if slices.Contains(row.Removed, gate) {
					found.add(fmt.Sprintf("%s: %s, gone in %s", holder.text, gate, row.Since), holder.name)
					source = row.Source
				}
			}
		}
	}
	switch known := h.Catalog.Components.FeatureGates; {
	case len(found) > 0:
		r := blocked("remove the gates where they are set", found.lines("object"),
			"components do not start at %s with %s that it no longer knows", h.To, count(len(found), "feature gate"))
		r.Source = source
		return r
	case h.Snapshot.ControlPlanePods == nil && h.Method.ControlPlane != v1alpha1.Managed:
		return h.unread(v1alpha1.SourceControlPlanePods)
	case h.Facts().Configuration == nil:
		return h.unread(v1alpha1.SourceConfiguration)
	case len(holders) == 0 && h.Method.ControlPlane == v1alpha1.Managed:
		return Result{}
	case len(holders) == 0:
		return unknown("compare --feature-gates and featureGates: of each component with https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/",
			"nothing shows which feature gates are set")
	case gates > 0 && (h.To.Compare(known[len(known)-1].Since) > 0 || h.To.Compare(known[0].Since) < 0):
		return unknown("compare them with https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/",
			"%s set, and which ones %s removes is not known", count(gates, "feature gate"), h.To)
	case h.Snapshot.Nodes == nil && h.kubeletGates() > 0:
		return h.unread(v1alpha1.SourceNodes)
	case gates == 0:
		return pass("no feature gate is set in %s that can be seen", count(len(holders), "place"))
	default:
		return pass("none of %s set is gone in %s", count(gates, "feature gate"), h.To)
	}
}

// kubeletGates counts those of kubelet, which matter where nodes move.
func (h *Hop) kubeletGates() int {
	if c := h.Facts().Configuration; c != nil && c.Kubelet != nil {
		return len(c.Kubelet.FeatureGates)
	}
	return 0
}

// gateHolders are the places that can be seen.
func (h *Hop) gateHolders() []gateHolder {
	facts := h.Catalog.Components
	pods, _ := h.flaggedPods()
	var holders []gateHolder
	for _, pod := range pods {
		given, _ := valuesOf(pod, "feature-gates")
		holder := gateHolder{text: pod.Component + " --feature-gates", name: pod.Name, crosses: h.Crosses, removed: facts.FeatureGates}
		for _, value := range given {
			if gate, _, _ := strings.Cut(strings.TrimSpace(value), "="); gate != "" {
				holder.gates = append(holder.gates, gate)
			}
		}
		holders = append(holders, holder)
	}
	c := h.Facts().Configuration
	if c == nil {
		return holders
	}
	add := func(text, configMap string, gates map[string]bool, crosses func(version.Minor) bool, removed []catalog.RemovedNames) {
		holders = append(holders, gateHolder{text, "ConfigMap kube-system/" + configMap, slices.Sorted(maps.Keys(gates)), crosses, removed})
	}
	if c.Kubelet != nil {
		add("kubelet", "kubelet-config", c.Kubelet.FeatureGates, func(m version.Minor) bool { return len(h.crossing(m)) > 0 }, facts.FeatureGates)
	}
	if c.KubeProxy != nil {
		add("kube-proxy", c.KubeProxy.ConfigMap, c.KubeProxy.FeatureGates, h.Crosses, facts.FeatureGates)
	}
	if c.Kubeadm != nil {
		add("kubeadm", "kubeadm-config", c.Kubeadm.FeatureGates, h.Crosses, facts.KubeadmFeatureGates)
	}
	return holders
}
