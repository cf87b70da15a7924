package skew

import (
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
		if len(set.Revisions) == 0 {
			observations = append(observations, e.rolledOut(set, kubelets))
			continue
		}
		for _, revision := range set.Revisions {
			observations = append(observations, e.revision(set, revision, kubelets)...)
		}
	}
	return observations
}

// rolledOut observes a DaemonSet whose pods all run its template. They are
// beside every kubelet when there are as many as nodes; otherwise which
// kubelets they meet is not known, and only kube-apiserver bounds them.
func (e *evaluation) rolledOut(set v1alpha1.KubeProxyDaemonSet, kubelets map[string]version.Minor) observation {
	o := e.proxyImage(set.Image)
	o.count, o.evidence = set.Pods, "DaemonSet "+set.Name
	if int(set.Pods) >= len(kubelets) {
		o.kubelets = slices.Collect(maps.Values(kubelets))
	}
	return o
}

// revision observes the pods of one revision, kubelet minor by kubelet minor.
func (e *evaluation) revision(set v1alpha1.KubeProxyDaemonSet, revision v1alpha1.KubeProxyRevision, kubelets map[string]version.Minor) []observation {
	beside := make(map[version.Minor][]string)
	for _, node := range revision.Nodes {
		beside[kubelets[node]] = append(beside[kubelets[node]], node)
	}
	var observations []observation
	for kubelet, nodes := range beside {
		o := e.proxyImage(revision.Image)
		o.names, o.evidence = nodes, "revisions of DaemonSet "+set.Name
		if !kubelet.IsZero() {
			o.kubelets = []version.Minor{kubelet}
		}
		observations = append(observations, o)
	}
	return observations
}

func (e *evaluation) proxyImage(reference string) observation {
	o := e.podVersion(catalog.KubeProxy, reference)
	o.servers, o.against = e.servers, "all kube-apiserver instances, and the kubelet of its node"
	return o
}
