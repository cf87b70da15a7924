package skew

import (
	"errors"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// controlPlanePods observes a controller manager or the scheduler.
//
// A static pod talks to the kube-apiserver of its own node: kubeadm, kOps and
// RKE2 all wire it so. Of any other pod the wiring is not known.
func (e *evaluation) controlPlanePods(component catalog.Component) []observation {
	if e.embeds(component) {
		return e.embedded()
	}
	var observations []observation
	for _, pod := range e.podsOf(component) {
		o := e.podVersion(component, pod.Image)
		o.names, o.evidence = []string{pod.Name}, "pod image"
		o.servers, o.against = e.servers, allInstances
		if local, ok := e.instances.OnNode(pod.Node); ok && pod.Static {
			o.servers, o.against = only(local.Version.Minor), ownNode
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

// embedded observes a component that runs inside the binary of each kube-apiserver.
func (e *evaluation) embedded() []observation {
	observations := make([]observation, 0, len(e.instances.Seen))
	for _, instance := range e.instances.Seen {
		observations = append(observations, observation{
			version: instance.Text, count: 1, evidence: "part of the " + e.platform.Name + " binary",
			servers: only(instance.Version.Minor), against: "the kube-apiserver in its binary",
		})
	}
	return observations
}

// podVersion reads the version of a control-plane component off its image.
func (e *evaluation) podVersion(component catalog.Component, reference string) observation {
	image := version.ParseImage(reference)
	v, err := image.Version()
	switch {
	case errors.Is(err, version.ErrNoTag) && image.Digest != "":
		return observation{verdict: v1alpha1.Unknown, reason: "image is pinned by digest, which names no version"}
	case errors.Is(err, version.ErrNoTag):
		return observation{verdict: v1alpha1.Unknown, reason: "image has no tag"}
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

// podsOf are the visible pods of a component.
func (e *evaluation) podsOf(component catalog.Component) []v1alpha1.ControlPlanePod {
	if e.snapshot.ControlPlanePods == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(e.snapshot.ControlPlanePods.Pods), func(pod v1alpha1.ControlPlanePod) bool {
		return pod.Component != string(component)
	})
}

// hidden observes a component of which no pod is visible. Not visible is only
// what was looked for everywhere. A cloud-controller-manager of which neither
// pods nor leases show a sign does not exist.
func (e *evaluation) hidden(component catalog.Component) []observation {
	podsRead := e.snapshot.ControlPlanePods != nil && e.snapshot.Gap(v1alpha1.SourceControlPlanePods) == nil
	runs := e.snapshot.Leases.Runs(string(component))
	switch {
	case component == catalog.CloudControllerManager && !runs && (podsRead || e.snapshot.Leases != nil):
		return nil
	case !podsRead:
		return []observation{e.unread(v1alpha1.SourceControlPlanePods)}
	case e.snapshot.Leases == nil:
		return []observation{e.unread(v1alpha1.SourceLeases)}
	}
	o := observation{
		verdict: v1alpha1.NotVisible, evidence: "pods and leases of the control plane",
		reason: "no pod and no current lease: the provider runs it, or it runs outside the cluster's view",
	}
	if runs {
		o.reason = "it renews its lease, but its pod is hidden: the provider runs it"
	}
	return []observation{o}
}
