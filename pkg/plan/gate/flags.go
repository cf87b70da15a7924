package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func removedFlags() Check {
	return Check{
		ID:     "removed-flags",
		Source: "https://github.com/kubernetes/kubernetes/tree/master/CHANGELOG",
		Judge:  judgeRemovedFlags,
	}
}

// judgeRemovedFlags looks for flags, and values of flags, that the hop takes
// away from components of the control plane: they do not start with them.
func judgeRemovedFlags(h *Hop) Result {
	facts := h.Catalog.Components
	flags := slices.DeleteFunc(slices.Clone(facts.Flags), func(f catalog.RemovedFlags) bool { return f.Component == catalog.Kubelet || !h.Crosses(f.Since) })
	values := slices.DeleteFunc(slices.Clone(facts.FlagValues), func(v catalog.RemovedValue) bool { return !h.Crosses(v.Since) })
	if len(flags) == 0 && len(values) == 0 {
		return Result{}
	}
	pods, hidden := h.flaggedPods()
	if len(pods) == 0 {
		return hidden
	}
	found := tally{}
	var source string
	add := func(pod v1alpha1.ControlPlanePod, since version.Minor, flag, from string) {
		found.add(fmt.Sprintf("%s --%s, gone in %s", pod.Component, flag, since), pod.Name)
		source = from
	}
	for _, pod := range pods {
		for _, f := range flags {
			for _, name := range f.Removed {
				if _, set := valuesOf(pod, name); set && pod.Component == string(f.Component) {
					add(pod, f.Since, name, f.Source)
				}
			}
		}
		for _, v := range values {
			if given, _ := valuesOf(pod, v.Flag); slices.Contains(given, v.Value) && pod.Component == string(v.Component) {
				add(pod, v.Since, v.Flag+"="+v.Value, v.Source)
			}
		}
	}
	if len(found) == 0 {
		return pass("no flag that %s removes is set in %s of the control plane", h.To, count(len(pods), "pod"))
	}
	r := blocked("remove the flags from the static pods' manifests, or from where they are generated", found.lines("pod"),
		"%s of the control plane would not start at %s: %s gone", count(found.count(), "pod"), h.To, count(len(found), "flag"))
	r.Source = source
	return r
}

// flaggedPods are the pods of the control plane whose flags are visible, or why
// there are none: nothing where a platform runs it.
func (h *Hop) flaggedPods() ([]v1alpha1.ControlPlanePod, Result) {
	if h.Snapshot.ControlPlanePods == nil {
		if h.Method.ControlPlane == v1alpha1.Managed {
			return nil, Result{}
		}
		return nil, h.unread(v1alpha1.SourceControlPlanePods)
	}
	var pods []v1alpha1.ControlPlanePod
	for _, pod := range h.Snapshot.ControlPlanePods.Pods {
		if len(pod.Flags) > 0 && slices.Contains(controlPlane(), catalog.Component(pod.Component)) {
			pods = append(pods, pod)
		}
	}
	if len(pods) == 0 && h.oneBinary() {
		return nil, unknown("look for kube-apiserver-arg, kube-controller-manager-arg and kube-scheduler-arg in "+h.Platform.Name+"'s configuration file on each server",
			"no pod shows the flags of the control plane")
	}
	if len(pods) == 0 && h.Method.ControlPlane != v1alpha1.Managed {
		return nil, unknown("on a node of the control plane: ps -ww -o args= -C kube-apiserver,kube-controller-manager,kube-scheduler",
			"no pod shows the flags of the control plane")
	}
	return pods, Result{}
}

// controlPlane are the components that come from kubernetes/kubernetes, and move together.
func controlPlane() []catalog.Component {
	return []catalog.Component{catalog.KubeAPIServer, catalog.KubeControllerManager, catalog.KubeScheduler}
}

// valuesOf are the values of a flag, those of a list one by one. Flags may be repeated.
func valuesOf(pod v1alpha1.ControlPlanePod, name string) (values []string, set bool) {
	for _, flag := range pod.Flags {
		if strings.TrimLeft(flag.Name, "-") == name {
			set = true
			values = append(values, strings.Split(flag.Value, ",")...)
		}
	}
	return values, set
}
