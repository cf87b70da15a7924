// Package catalog holds what is known about Kubernetes and its platforms
// without asking a cluster: the version skew policy and the platforms' own rules.
//
// The data is embedded from data/, carries the day it was gathered and the
// source of each fact, and is checked when it is loaded.
package catalog

import (
	"embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"sigs.k8s.io/yaml"

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

// Catalog is the loaded data. It is not changed after Load.
type Catalog struct {
	Skew      Skew
	Platforms []Platform
}

// Skew is the version skew policy and what is needed to apply it.
type Skew struct {
	// AsOf is the day the policy was read, as 2026-11-20.
	AsOf string `json:"asOf"`
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

// Platform is a managed or packaged Kubernetes.
type Platform struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// GitVersionSuffix recognises the platform by what it appends to the version.
	GitVersionSuffix Pattern `json:"gitVersionSuffix"`
	// Kubelet is the platform's own bound, where it is stricter than the policy's.
	Kubelet *PlatformRule `json:"kubelet,omitempty"`
	// Embeds lists components that run inside the platform's own binary, so
	// that they have no version of their own.
	Embeds []Component `json:"embeds,omitempty"`
	Source string      `json:"source"`
}

// PlatformRule is a bound in minors, with its source.
type PlatformRule struct {
	Older  int    `json:"older"`
	Source string `json:"source"`
}

// Pattern is a regular expression in the data.
type Pattern struct{ *regexp.Regexp }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Pattern) UnmarshalText(text []byte) error {
	compiled, err := regexp.Compile(string(text))
	if err != nil {
		return err
	}
	p.Regexp = compiled
	return nil
}

//go:embed data
var embedded embed.FS

// Load reads and checks the embedded data. An error means that the data itself
// is wrong, and a test makes sure that it is not.
func Load() (*Catalog, error) {
	c := &Catalog{}
	if err := load("data/skew.yaml", &c.Skew); err != nil {
		return nil, err
	}
	var platforms struct {
		AsOf      string     `json:"asOf"`
		Platforms []Platform `json:"platforms"`
	}
	if err := load("data/platforms.yaml", &platforms); err != nil {
		return nil, err
	}
	c.Platforms = platforms.Platforms
	return c, c.Validate()
}

func load(name string, into any) error {
	data, err := embedded.ReadFile(name)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Validate returns every fault of the data: components without rules, rules
// out of order or without a source, platforms that cannot be told apart.
func (c *Catalog) Validate() error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }

	if _, err := time.Parse(time.DateOnly, c.Skew.AsOf); err != nil {
		fault("skew: asOf: %w", err)
	}
	for _, component := range Components() {
		if len(c.Skew.rules(component)) == 0 {
			fault("skew: %s has no rule", component)
		}
	}
	for _, policy := range c.Skew.Policy {
		if !slices.Contains(Components(), policy.Component) {
			fault("skew: %s is no component of the policy", policy.Component)
		}
		for i, rule := range policy.Rules {
			if rule.Source == "" {
				fault("skew: %s since %s has no source", policy.Component, rule.Since)
			}
			if rule.Older < 0 || rule.Newer < 0 {
				fault("skew: %s since %s has a negative distance", policy.Component, rule.Since)
			}
			if i > 0 && rule.Since.Compare(policy.Rules[i-1].Since) <= 0 {
				fault("skew: %s since %s is out of order", policy.Component, rule.Since)
			}
		}
	}
	for _, location := range c.Skew.ControlPlanePods {
		if location.Namespace == "" || location.Selector == "" || (location.ComponentLabel == "") == (location.Component == "") {
			fault("skew: control-plane pods of %s need a namespace, a selector, and either a component or its label", location.Layout)
		}
	}
	for _, image := range c.Skew.CloudControllerManagers {
		if image.Repository == "" || image.Source == "" {
			fault("skew: cloud-controller-manager %q needs a repository and a source", image.Repository)
		}
	}
	if c.Skew.LastKnownMinor.IsZero() || c.Skew.KubeadmLocalKubelet.Since.IsZero() || c.Skew.KubeadmLocalKubelet.Source == "" {
		fault("skew: lastKnownMinor and kubeadmLocalKubelet need a minor, and the latter a source")
	}
	for i, platform := range c.Platforms {
		if platform.Kubelet != nil && platform.Kubelet.Source == "" {
			fault("platform %q: its bound on kubelets has no source", platform.ID)
		}
		switch {
		case platform.ID == "" || platform.Name == "" || platform.Source == "":
			fault("platform %q needs an id, a name and a source", platform.ID)
		case i > 0 && platform.ID <= c.Platforms[i-1].ID:
			fault("platform %q is out of order", platform.ID)
		case platform.GitVersionSuffix.Regexp == nil:
			fault("platform %q cannot be recognised", platform.ID)
		}
	}
	return errors.Join(faults...)
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

// Platform returns the platform that a kube-apiserver's gitVersion names, or nil.
func (c *Catalog) Platform(v version.Version) *Platform {
	for i := range c.Platforms {
		if c.Platforms[i].GitVersionSuffix.MatchString(v.Suffix) {
			return &c.Platforms[i]
		}
	}
	return nil
}
