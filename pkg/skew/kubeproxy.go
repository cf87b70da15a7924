package skew

import (
	"fmt"
	"maps"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// kubeProxies observes the DaemonSets that run kube-proxy, each pod together
// with the kubelet of its node. nodeInfo.kubeProxyVersion is kubelet's own
// version, and is never looked at.
func (e *evaluation) kubeProxies() []observation {
	proxy := e.snapshot.KubeProxy
	switch {
	case proxy != nil && len(proxy.DaemonSets) > 0:
	case e.embeds(catalog.KubeProxy):
		return []observation{{
			verdict: v1alpha1.OK, count: int32(len(e.kubeletMinors())), evidence: "platform data",
			reason: "comes with " + e.platform.Name + " in the version of the kubelet beside it",
		}}
	case proxy == nil:
		return []observation{e.unread(v1alpha1.SourceKubeProxy)}
	default:
		return []observation{{
			verdict: v1alpha1.NotVisible, evidence: "DaemonSets of kube-system",
			reason: "no DaemonSet runs kube-proxy: the network plugin replaces it, or nodes start it themselves",
		}}
	}

	kubelets := e.kubeletMinors()
	var observations []observation
	for _, set := range proxy.DaemonSets {
		if o, ok := e.unsettled(set); ok {
			observations = append(observations, o)
			continue
		}
		for _, revision := range revisionsOf(set, kubelets) {
			observations = append(observations, e.revision(set, revision, kubelets)...)
		}
	}
	return observations
}

// unsettled observes a DaemonSet that does not tell what its pods run.
func (e *evaluation) unsettled(set v1alpha1.KubeProxyDaemonSet) (observation, bool) {
	o := e.proxyImage(set.Image)
	o.count, o.evidence = set.Pods, "DaemonSet "+set.Name
	switch {
	case len(set.Revisions) > 0:
		return observation{}, false
	case !set.RolloutComplete:
		o.verdict = v1alpha1.Unknown
		o.reason = fmt.Sprintf("a rollout is under way, %d of %d pods run this version, and the revisions of the others could not be read", set.UpdatedPods, set.Pods)
	case set.Pods == 0:
		o.verdict, o.reason = v1alpha1.NotVisible, "DaemonSet "+set.Name+" runs on no node"
	default:
		return observation{}, false
	}
	return o, true
}

// revisionsOf are those of a rollout under way, or else the template's image.
// That runs on every node when there are as many pods as nodes; otherwise which
// kubelets it meets is not known, and only kube-apiserver bounds it.
func revisionsOf(set v1alpha1.KubeProxyDaemonSet, kubelets map[string]version.Minor) []v1alpha1.KubeProxyRevision {
	if len(set.Revisions) > 0 {
		return set.Revisions
	}
	only := v1alpha1.KubeProxyRevision{Image: set.Image}
	if int(set.Pods) >= len(kubelets) {
		only.Nodes = slices.Collect(maps.Keys(kubelets))
	}
	return []v1alpha1.KubeProxyRevision{only}
}

// revision observes the pods of one revision, kubelet minor by kubelet minor.
func (e *evaluation) revision(set v1alpha1.KubeProxyDaemonSet, revision v1alpha1.KubeProxyRevision, kubelets map[string]version.Minor) []observation {
	evidence := "DaemonSet " + set.Name
	if len(revision.Nodes) == 0 {
		o := e.proxyImage(revision.Image)
		o.count, o.evidence = set.Pods, evidence
		return []observation{o}
	}
	beside := make(map[version.Minor][]string)
	for _, node := range revision.Nodes {
		beside[kubelets[node]] = append(beside[kubelets[node]], node)
	}
	var observations []observation
	for kubelet, nodes := range beside {
		o := e.proxyImage(revision.Image)
		o.names, o.evidence = nodes, evidence
		if !kubelet.IsZero() {
			o.kubelets = []version.Minor{kubelet}
		}
		observations = append(observations, o)
	}
	return observations
}

func (e *evaluation) proxyImage(reference string) observation {
	o := e.podVersion(catalog.KubeProxy, reference)
	o.servers, o.against = e.servers, allInstances+", and the kubelet of its node"
	return o
}
