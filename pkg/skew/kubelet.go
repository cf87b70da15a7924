package skew

import (
	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// kubelets observes the nodes. Kubelets reach any kube-apiserver instance, but
// for those of kubeadm's control-plane nodes, which talk to the one beside
// them from 1.33 on. A control-plane node of which that is not known gets the
// benefit of the doubt: upgrading such nodes one after the other is normal.
func (e *evaluation) kubelets() []observation {
	if e.snapshot.Nodes == nil {
		return []observation{e.unread(v1alpha1.SourceNodes)}
	}
	var observations []observation
	for _, group := range e.snapshot.Nodes.Groups {
		if group.Virtual {
			observations = append(observations, observation{
				version: group.KubeletVersion, names: group.Names, verdict: v1alpha1.NotJudged, evidence: "node table",
				reason: "virtual-kubelet nodes have no kubelet",
			})
			continue
		}
		workers := make([]string, 0, len(group.Names))
		for _, name := range group.Names {
			local, beside := e.instances.OnNode(name)
			if !beside && !facts.ControlPlaneRole(group.Roles) {
				workers = append(workers, name)
				continue
			}
			observations = append(observations, e.controlPlaneKubelet(group, name, local))
		}
		if len(workers) > 0 {
			observations = append(observations, e.kubelet(group, workers))
		}
	}
	return observations
}

func (e *evaluation) kubelet(group v1alpha1.NodeGroup, names []string) observation {
	return observation{
		version: group.KubeletVersion, names: names, evidence: "node table",
		servers: e.servers, against: allInstances,
	}
}

func (e *evaluation) controlPlaneKubelet(group v1alpha1.NodeGroup, name string, local facts.APIServer) observation {
	o := e.kubelet(group, []string{name})
	if e.servers.oldest == e.servers.newest {
		return o
	}
	if local.Pod == nil {
		o.perhaps = []version.Minor{e.servers.oldest, e.servers.newest}
		return o
	}
	o.perhaps = []version.Minor{local.Version.Minor}
	if local.Pod.AdvertiseAddress != "" && local.Version.Minor.Compare(e.catalog.Skew.KubeadmLocalKubelet.Since) >= 0 {
		o.servers, o.against = only(local.Version.Minor), ownNode
	}
	return o
}

// kubeletMinors are the kubelets of real nodes by node name. One whose version is
// none has the zero minor.
func (e *evaluation) kubeletMinors() map[string]version.Minor {
	minors := make(map[string]version.Minor)
	if e.snapshot.Nodes == nil {
		return minors
	}
	for _, group := range e.snapshot.Nodes.Groups {
		if group.Virtual {
			continue
		}
		v, _ := parsed(group.KubeletVersion)
		for _, name := range group.Names {
			minors[name] = v.Minor
		}
	}
	return minors
}
