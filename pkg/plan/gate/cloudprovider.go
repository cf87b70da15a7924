package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func cloudProvider() Check {
	return Check{
		ID:     "cloud-provider",
		Source: "https://kubernetes.io/docs/tasks/administer-cluster/running-cloud-controller/",
		Judge:  judgeCloudProvider,
	}
}

// judgeCloudProvider looks for a cloud provider inside Kubernetes that the hop removes.
func judgeCloudProvider(h *Hop) Result {
	gone := slices.DeleteFunc(slices.Clone(h.Catalog.Components.CloudProviders), func(p catalog.CloudProvider) bool { return !h.Crosses(p.Since) })
	if len(gone) == 0 {
		return Result{}
	}
	pods, hidden := h.flaggedPods()
	if len(pods) == 0 {
		return hidden
	}
	found := tally{}
	var source string
	names := make([]string, len(gone))
	for i, p := range gone {
		names[i] = p.Name
		for _, pod := range pods {
			if given, _ := valuesOf(pod, "cloud-provider"); slices.Contains(given, p.Name) {
				found.add(fmt.Sprintf("%s --cloud-provider=%s, gone in %s", pod.Component, p.Name, p.Since), pod.Name)
				source = p.Source
			}
		}
	}
	if len(found) == 0 {
		return pass("no --cloud-provider=%s in %s of the control plane", strings.Join(names, " or "), count(len(pods), "pod"))
	}
	r := blocked("install the provider's cloud-controller-manager and its CSI driver, then set --cloud-provider=external, on kubelets too", found.lines("pod"),
		"%s of the control plane would not start at %s: its cloud provider is no part of Kubernetes any more", count(found.count(), "pod"), h.To)
	r.Source = source
	return r
}
