package skew

import (
	"errors"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// controlPlanePods observes a controller manager or the scheduler.
//
// A static pod talks to the kube-apiserver of its own node: kubeadm, kOps and
// RKE2 all wire it so. Of any other pod the wiring is not known.
func (e *evaluation) controlPlanePods(component catalog.Component, instances instances) []observation {
	if e.embeds(component) {
		return []observation{{
			version: instances.seen[0].text, verdict: v1alpha1.OK, count: int32(len(instances.seen)), evidence: "platform data",
			reason: "runs inside the " + e.platform.Name + " binary, always at the version of its kube-apiserver",
		}}
	}
	if e.snapshot.ControlPlanePods == nil {
		if component == catalog.CloudControllerManager && !e.snapshot.Leases.Runs(string(component)) {
			return nil
		}
		return []observation{e.unread(v1alpha1.SourceControlPlanePods)}
	}

	var observations []observation
	for _, pod := range e.snapshot.ControlPlanePods.Pods {
		if pod.Component != string(component) {
			continue
		}
		o := e.podVersion(component, pod.Image)
		o.names, o.evidence = []string{pod.Name}, "pod image"
		o.servers, o.against = e.servers, allInstances
		if local, ok := instances.onNode(pod.Node); ok && pod.Static {
			o.servers, o.against = only(local.version.Minor), ownNode
		} else if e.servers.oldest != e.servers.newest {
			o.perhaps = []version.Minor{e.servers.oldest, e.servers.newest}
		}
		observations = append(observations, o)
	}
	if len(observations) == 0 {
		return e.hidden(component)
	}
	return observations
}

// podVersion reads the version of a control-plane component off its image.
func (e *evaluation) podVersion(component catalog.Component, reference string) observation {
	image := version.ParseImage(reference)
	v, err := image.Version()
	switch {
	case errors.Is(err, version.ErrNoTag):
		return observation{verdict: v1alpha1.Unknown, reason: "image is pinned by digest, which names no version"}
	case component == catalog.CloudControllerManager && !e.followsKubernetes(image, v):
		return observation{version: image.Tag, verdict: v1alpha1.Unknown, reason: "own numbering: this image does not follow Kubernetes minors"}
	}
	return observation{version: image.Tag}
}

// followsKubernetes reports whether a cloud-controller-manager image numbers
// its minors as Kubernetes does. The registry in front does not matter.
func (e *evaluation) followsKubernetes(image version.Image, v version.Version) bool {
	for _, known := range e.catalog.Skew.CloudControllerManagers {
		if strings.HasSuffix(image.Repository, "/"+known.Repository) || image.Repository == known.Repository {
			return v.Minor.Compare(known.Since) >= 0
		}
	}
	return false
}

// hidden observes a component of which no pod is visible, in spite of every
// place having been read. A cloud-controller-manager that shows no sign of
// itself does not exist.
func (e *evaluation) hidden(component catalog.Component) []observation {
	if component != catalog.CloudControllerManager && e.gap(v1alpha1.SourceControlPlanePods) != nil {
		return []observation{e.unread(v1alpha1.SourceControlPlanePods)}
	}
	o := observation{verdict: v1alpha1.NotVisible, evidence: "pods and leases of the control plane"}
	switch {
	case e.snapshot.Leases.Runs(string(component)):
		o.reason = "it renews its lease, but its pod is hidden: the provider runs it"
	case component == catalog.CloudControllerManager:
		return nil
	default:
		o.reason = "no pod and no current lease: the provider runs it, or it runs outside the cluster's view"
	}
	return []observation{o}
}
