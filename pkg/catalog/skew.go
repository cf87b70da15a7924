package catalog

import (
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Component is a part of Kubernetes that the version skew policy names.
type Component string

// Components of the version skew policy.
const (
	KubeAPIServer          Component = "kube-apiserver"
	KubeControllerManager  Component = "kube-controller-manager"
	KubeScheduler          Component = "kube-scheduler"
	CloudControllerManager Component = "cloud-controller-manager"
	Kubelet                Component = "kubelet"
	KubeProxy              Component = "kube-proxy"
	Kubectl                Component = "kubectl"
)

// Components lists every component in the order in which the policy has them upgraded.
func Components() []Component {
	return []Component{
		KubeAPIServer, KubeControllerManager, KubeScheduler, CloudControllerManager, Kubelet, KubeProxy, Kubectl,
	}
}

// Skew is the version skew policy and what is needed to apply it.
type Skew struct {
	// AsOf is the day the policy was read.
	AsOf calendar.Date `json:"asOf"`
	// LastKnownMinor is the newest minor whose policy was read.
	LastKnownMinor          version.Minor                 `json:"lastKnownMinor"`
	Policy                  []ComponentPolicy             `json:"policy"`
	ControlPlanePods        []PodLocation                 `json:"controlPlanePods"`
	CloudControllerManagers []CloudControllerManagerImage `json:"cloudControllerManagers"`
	KubeadmLocalKubelet     Since                         `json:"kubeadmLocalKubelet"`
}

// ComponentPolicy holds the rules of one component, oldest first.
type ComponentPolicy struct {
	Component Component `json:"component"`
	Rules     []Rule    `json:"rules"`
}

// Rule says by how many minors a component may differ from kube-apiserver.
type Rule struct {
	// Since is the kube-apiserver minor from which the rule holds.
	Since version.Minor `json:"since"`
	// Older and Newer are numbers of minors.
	Older  int    `json:"older"`
	Newer  int    `json:"newer"`
	Source string `json:"source"`
}

// PodLocation says where a distribution runs control-plane pods.
type PodLocation struct {
	Layout    string `json:"layout"`
	Namespace string `json:"namespace"`
	// APIGroup is served where the distribution is; empty means anywhere.
	APIGroup string `json:"apiGroup,omitempty"`
	// Selector is a label selector.
	Selector string `json:"selector"`
	// ComponentLabel is the label whose value is the component, unless Component is set.
	ComponentLabel string    `json:"componentLabel,omitempty"`
	Component      Component `json:"component,omitempty"`
}

// CloudControllerManagerImage is a repository whose tags follow Kubernetes minors.
type CloudControllerManagerImage struct {
	// Repository is the path without the registry.
	Repository string        `json:"repository"`
	Since      version.Minor `json:"since"`
	Source     string        `json:"source"`
}

// Since dates a behaviour by the minor that brought it.
type Since struct {
	Since  version.Minor `json:"since"`
	Source string        `json:"source"`
}

// validate the policy: every component has rules, in order and with a source.
func (s *Skew) validate(fault faults) {
	if s.AsOf.IsZero() {
		fault("asOf is missing")
	}
	for _, component := range Components() {
		if len(s.rules(component)) == 0 {
			fault("%s has no rule", component)
		}
	}
	for _, policy := range s.Policy {
		if !slices.Contains(Components(), policy.Component) {
			fault("%s is no component of the policy", policy.Component)
		}
		for i, rule := range policy.Rules {
			if rule.Source == "" {
				fault("%s since %s has no source", policy.Component, rule.Since)
			}
			if rule.Older < 0 || rule.Newer < 0 {
				fault("%s since %s has a negative distance", policy.Component, rule.Since)
			}
			if i > 0 && rule.Since.Compare(policy.Rules[i-1].Since) <= 0 {
				fault("%s since %s is out of order", policy.Component, rule.Since)
			}
		}
	}
	for _, location := range s.ControlPlanePods {
		if location.Namespace == "" || location.Selector == "" || (location.ComponentLabel == "") == (location.Component == "") {
			fault("control-plane pods of %s need a namespace, a selector, and either a component or its label", location.Layout)
		}
	}
	for _, image := range s.CloudControllerManagers {
		if image.Repository == "" || image.Source == "" {
			fault("cloud-controller-manager %q needs a repository and a source", image.Repository)
		}
	}
	if s.LastKnownMinor.IsZero() || s.KubeadmLocalKubelet.Since.IsZero() || s.KubeadmLocalKubelet.Source == "" {
		fault("lastKnownMinor and kubeadmLocalKubelet need a minor, and the latter a source")
	}
}

// Rule returns the rule of a component in a cluster whose newest kube-apiserver
// is at the given minor. Minors after LastKnownMinor get the newest rule.
func (s *Skew) Rule(component Component, apiServer version.Minor) Rule {
	var rule Rule
	for _, candidate := range s.rules(component) {
		if apiServer.Compare(candidate.Since) >= 0 {
			rule = candidate
		}
	}
	return rule
}

func (s *Skew) rules(component Component) []Rule {
	i := slices.IndexFunc(s.Policy, func(p ComponentPolicy) bool { return p.Component == component })
	if i < 0 {
		return nil
	}
	return s.Policy[i].Rules
}
