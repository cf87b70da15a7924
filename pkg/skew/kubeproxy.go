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
		return e.proxiesInKubelets()
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
		if len(set.Revisions) == 0 {
			observations = append(observations, e.rolledOut(set, kubelets)...)
		}
		for _, revision := range set.Revisions {
			observations = append(observations, e.revision(set, revision, kubelets)...)
		}
	}
	return observations
}

const unreadableBeside = "the kubelets beside it could not be read"

// proxiesInKubelets observes kube-proxy where it is part of the binary that
// runs the kubelet: what holds for one holds for the other.
func (e *evaluation) proxiesInKubelets() []observation {
	observations := slices.DeleteFunc(e.kubelets(), func(o observation) bool { return o.verdict == v1alpha1.NotJudged })
	for i := range observations {
		if observations[i].verdict == "" {
			observations[i].evidence = "same binary as kubelet"
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

// rolledOut observes a DaemonSet whose pods all run its template. With as many
// pods as nodes they are beside every kubelet. With fewer, which kubelets they
// meet is not known: it matters only when some are too far away.
func (e *evaluation) rolledOut(set v1alpha1.KubeProxyDaemonSet, kubelets map[string]version.Minor) []observation {
	if int(set.Pods) >= len(kubelets) && len(kubelets) > 0 {
		nodes := slices.Collect(maps.Keys(kubelets))
		return e.revision(set, v1alpha1.KubeProxyRevision{Image: set.Image, Nodes: nodes}, kubelets)
	}
	o := e.proxyImage(set.Image)
	o.count, o.evidence = set.Pods, "DaemonSet "+set.Name
	v, ok := parsed(o.version)
	if !ok || o.verdict != "" {
		return []observation{o}
	}
	known := maps.Clone(kubelets)
	maps.DeleteFunc(known, func(_ string, kubelet version.Minor) bool { return kubelet.IsZero() })
	near, unreadable := make([]version.Minor, 0, len(known)), len(kubelets)-len(known)
	for _, kubelet := range known {
		if abs(v.Minor.Minus(kubelet)) <= e.rule(catalog.KubeProxy, e.servers.newest).Older {
			near = append(near, kubelet)
		}
	}
	switch {
	case e.snapshot.Nodes == nil:
		o.besideUnknown = unreadableBeside
	case len(near) == len(kubelets):
		o.kubelets = near
	case int(set.Pods) > len(near)+unreadable:
		o.kubelets = slices.Collect(maps.Values(known))
	case len(near) == len(known):
		o.besideUnknown = unreadableBeside
	default:
		o.besideUnknown = fmt.Sprintf("%d of %d kubelets are too far from it, and which nodes its pods run on is not known", len(known)-len(near), len(kubelets))
	}
	return []observation{o}
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
		o.names, o.evidence = nodes, "DaemonSet "+set.Name
		if kubelet.IsZero() {
			o.besideUnknown = unreadableBeside
		} else {
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
