package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func cloudProvider() Check {
	return Check{
		ID:     "cloud-provider",
		Source: "https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/",
		Judge:  judgeCloudProvider,
	}
}

// judgeCloudProvider looks for a cloud provider inside Kubernetes that the hop
// removes, or that it turns off unless gates turn it on again.
func judgeCloudProvider(h *Hop) Result {
	changed := where(h.Catalog.Components.CloudProviders, func(p catalog.CloudProvider) bool { return h.Crosses(p.Since) })
	if len(changed) == 0 {
		return Result{}
	}
	pods, hidden := h.flaggedPods()
	if len(pods) == 0 {
		if h.oneBinary() {
			return Result{}
		}
		return hidden
	}
	gone, off, kept := tally{}, tally{}, tally{}
	var names, gates []string
	var sources [3]string
	for _, p := range changed {
		names = append(names, p.Name)
		for _, pod := range pods {
			given, _ := valuesOf(pod, "cloud-provider")
			flag := fmt.Sprintf("%s --cloud-provider=%s", pod.Component, p.Name)
			switch {
			case !slices.Contains(given, p.Name), p.Change == catalog.Off && h.removes(p.Name):
			case p.Change == catalog.Removed:
				gone.add(fmt.Sprintf("%s, gone in %s", flag, p.Since), pod.Name)
				sources[0] = p.Source
			case switchedOff(pod, p.Unless):
				kept.add(fmt.Sprintf("%s, off by default since %s", flag, p.Since), pod.Name)
				sources[2] = p.Source
			default:
				off.add(fmt.Sprintf("%s, off by default since %s", flag, p.Since), pod.Name)
				sources[1], gates = p.Source, p.Unless
			}
		}
	}
	slices.Sort(names)
	found := []Result{pass("no --cloud-provider=%s in %s of the control plane", strings.Join(slices.Compact(names), " or "), count(len(pods), "pod"))}
	const move = "install the provider's cloud-controller-manager and its CSI driver, then set --cloud-provider=external, on kubelets too"
	if len(gone) > 0 {
		found = append(found, h.from(blocked(move, gone.lines("pod"),
			"%s of the control plane would not start at %s: its cloud provider is no part of Kubernetes any more", count(gone.count(), "pod"), h.To), sources[:1]))
	}
	if len(off) > 0 {
		stopgap := "; as a stopgap, set --feature-gates=" + strings.Join(gates, "=false,") + "=false, on kubelets too"
		found = append(found, h.from(blocked(move+stopgap, off.lines("pod"),
			"%s of the control plane would not start at %s: its cloud provider is off by default", count(off.count(), "pod"), h.To), sources[1:]))
	}
	if len(kept) > 0 {
		found = append(found, h.from(warning(move, kept.lines("pod"),
			"%s of the control plane %s at %s only because feature gates are false", count(kept.count(), "pod"), agree(kept.count(), "starts", "start"), h.To), sources[2:]))
	}
	return join(found...)
}

// removes reports whether the hop takes away a cloud provider for good.
func (h *Hop) removes(provider string) bool {
	return slices.ContainsFunc(h.Catalog.Components.CloudProviders, func(p catalog.CloudProvider) bool {
		return p.Name == provider && p.Change == catalog.Removed && h.Crosses(p.Since)
	})
}

// switchedOff reports whether a pod's flags set all of these gates to false.
func switchedOff(pod v1alpha1.ControlPlanePod, gates []string) bool {
	given, _ := valuesOf(pod, "feature-gates")
	return !slices.ContainsFunc(gates, func(gate string) bool {
		return !slices.ContainsFunc(given, func(value string) bool {
			name, set, _ := strings.Cut(strings.TrimSpace(value), "=")
			return name == gate && strings.EqualFold(set, "false")
		})
	})
}
