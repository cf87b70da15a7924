package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

var serverTime = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// cluster is a snapshot under construction: complete, with one answered
// connection and one identity lease per kube-apiserver.
type cluster struct{ *v1alpha1.Snapshot }

func clusterOf(apiServers ...string) cluster {
	s := v1alpha1.NewSnapshot("test")
	s.CollectedAt = metav1.NewTime(serverTime)
	s.APIServers = &v1alpha1.APIServers{Connections: int32(len(apiServers))}
	s.Leases = &v1alpha1.Leases{ServerTime: metav1.NewTime(serverTime)}
	for i, version := range apiServers {
		s.APIServers.Instances = append(s.APIServers.Instances, v1alpha1.APIServerInstance{
			VersionInfo: v1alpha1.VersionInfo{GitVersion: version}, StartTime: fmt.Sprint(1000 + i), Connections: 1,
		})
		s.Leases.Leases = append(s.Leases.Leases, v1alpha1.Lease{
			Name: fmt.Sprintf("apiserver-%d", i), Identity: v1alpha1.APIServerIdentity, RenewTime: renewed(time.Second),
		})
	}
	s.ControlPlanePods = &v1alpha1.ControlPlanePods{}
	s.Nodes = &v1alpha1.Nodes{}
	s.NodeSamples = &v1alpha1.NodeSamples{}
	s.APIGroups = &v1alpha1.APIGroups{}
	s.KubeProxy = &v1alpha1.KubeProxy{}
	s.Kubectl = &v1alpha1.Kubectl{GitVersion: apiServers[0], FoundBy: "PATH"}
	return cluster{s}
}

func renewed(ago time.Duration) *metav1.MicroTime {
	at := metav1.NewMicroTime(serverTime.Add(-ago))
	return &at
}

func (c cluster) kubelets(version string, names ...string) cluster {
	return c.nodes(v1alpha1.NodeGroup{KubeletVersion: version, Status: "Ready", Roles: "<none>", Names: names})
}

func (c cluster) nodes(groups ...v1alpha1.NodeGroup) cluster {
	for _, group := range groups {
		c.Nodes.Count += int32(len(group.Names))
	}
	c.Nodes.Groups = append(c.Nodes.Groups, groups...)
	return c
}

func (c cluster) pod(pod v1alpha1.ControlPlanePod) cluster {
	pod.Namespace, pod.Name = "kube-system", pod.Component+"-"+pod.Node
	c.ControlPlanePods.Pods = append(c.ControlPlanePods.Pods, pod)
	return c
}

func (c cluster) staticPod(component, node, tag string) cluster {
	return c.pod(v1alpha1.ControlPlanePod{Component: component, Node: node, Image: "registry.k8s.io/" + component + ":" + tag, Static: true})
}

// kubeadmNode adds the three static pods of a kubeadm control-plane node, and its kubelet.
func (c cluster) kubeadmNode(node, tag string) cluster {
	c.staticPod("kube-apiserver", node, tag)
	c.ControlPlanePods.Pods[len(c.ControlPlanePods.Pods)-1].AdvertiseAddress = "192.0.2.1:6443"
	c.staticPod("kube-controller-manager", node, tag).staticPod("kube-scheduler", node, tag)
	return c.nodes(v1alpha1.NodeGroup{KubeletVersion: tag, Status: "Ready", Roles: "control-plane", Names: []string{node}})
}

// manager is a Deployment's pod that may reach any kube-apiserver.
func (c cluster) manager(component, node, tag string) cluster {
	return c.pod(v1alpha1.ControlPlanePod{Component: component, Node: node, Image: "registry.k8s.io/" + component + ":" + tag})
}

func (c cluster) lease(name string) cluster {
	c.Leases.Leases = append(c.Leases.Leases, v1alpha1.Lease{Name: name, Holder: "someone", RenewTime: renewed(time.Second)})
	return c
}

// proxies adds a DaemonSet whose rollout is complete.
func (c cluster) proxies(tag string, pods int32) cluster {
	c.KubeProxy.DaemonSets = append(c.KubeProxy.DaemonSets, v1alpha1.KubeProxyDaemonSet{
		Name: "kube-proxy", Image: "registry.k8s.io/kube-proxy:" + tag, Pods: pods, UpdatedPods: pods, RolloutComplete: true,
	})
	return c
}

func (c cluster) kubectl(version string) cluster {
	c.Kubectl.GitVersion = version
	return c
}

// unread turns a section into a gap.
func (c cluster) unread(source v1alpha1.Source) cluster {
	switch source {
	case v1alpha1.SourceNodes:
		c.Nodes = nil
	case v1alpha1.SourceNodeSamples:
		c.NodeSamples = nil
	case v1alpha1.SourceKubeProxy:
		c.KubeProxy = nil
	case v1alpha1.SourceControlPlanePods:
		c.ControlPlanePods = nil
	case v1alpha1.SourceLeases:
		c.Leases = nil
	case v1alpha1.SourceKubectl:
		c.Kubectl = nil
	}
	c.Gaps = append(c.Gaps, v1alpha1.Gap{Source: source, Reason: v1alpha1.GapForbidden, Hides: "something", Message: "forbidden"})
	return c
}

var (
	loadCatalog = sync.OnceValues(catalog.Load)
	loadIndex   = sync.OnceValues(apilifecycle.Load)
)

// options are those of a plan to a minor from serverTime on, with default methods.
func options(t *testing.T, to version.Minor) Options {
	t.Helper()
	data, err := loadCatalog()
	if err != nil {
		t.Fatal(err)
	}
	index, err := loadIndex()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Catalog: data, Index: index, Target: to, At: calendar.Of(serverTime),
		Method: v1alpha1.PlanMethod{NodeUpgrade: v1alpha1.Replace, BatchSize: "10%"},
	}
}

func (c cluster) plan(t *testing.T, to string) *v1alpha1.UpgradePlan {
	t.Helper()
	target, err := version.ParseMinor(to)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Evaluate(c.Snapshot, options(t, target))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// outline says what a plan does in lines, one per component and minor: "1.27
// nodes: kubelet 1.26 → 1.27 ×2". Steps of a stage are told as one, and neither
// patches nor names are told.
//
// Moves to the newest patch of a minor are left out.
func outline(p *v1alpha1.UpgradePlan) []string {
	var lines []string
	for _, hop := range p.Hops {
		for _, stage := range stagesOf(hop) {
			counts := make(map[string]int32)
			for _, step := range hop.Steps {
				for _, move := range step.Moves {
					if step.Stage == stage && minorText(move.From) != minorText(move.To) {
						counts[fmt.Sprintf("%s %s: %s", hop.To, stage, moved(move))] += move.Count
					}
				}
			}
			for _, line := range slices.Sorted(maps.Keys(counts)) {
				lines = append(lines, fmt.Sprintf("%s ×%d", line, counts[line]))
			}
		}
	}
	return lines
}

// stagesOf are the stages of a hop in the order in which they first appear.
func stagesOf(hop v1alpha1.PlanHop) []v1alpha1.PlanStage {
	var stages []v1alpha1.PlanStage
	for _, step := range hop.Steps {
		if !slices.Contains(stages, step.Stage) {
			stages = append(stages, step.Stage)
		}
	}
	return stages
}

func moved(move v1alpha1.PlanMove) string {
	from := "?"
	if move.From != "" {
		from = minorText(move.From)
	}
	return fmt.Sprintf("%s %s → %s", move.Component, from, minorText(move.To))
}

// stays says what may keep its version in lines, one per hop, component and
// minor, sorted within a hop: "1.27: kubelet 1.25 for 0 hops, until 1.27 ×2".
func stays(p *v1alpha1.UpgradePlan) []string {
	var lines []string
	for _, hop := range p.Hops {
		counts := make(map[string]int32)
		for _, step := range hop.Steps {
			for _, stay := range step.Stays {
				counts[fmt.Sprintf("%s: %s %s for %d hops, until %s", hop.To, stay.Component, minorText(stay.Version), stay.Hops, stay.Until)] += stay.Count
			}
		}
		for _, line := range slices.Sorted(maps.Keys(counts)) {
			lines = append(lines, fmt.Sprintf("%s ×%d", line, counts[line]))
		}
	}
	return lines
}

func minorText(text string) string {
	v, err := version.Parse(text)
	if err != nil {
		return text
	}
	return v.Minor.String()
}

// of are the lines that speak of a component.
func of(component string, lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !strings.Contains(line, ": "+component+" ") })
}

// skewVerdict is what the check of the version skew policy says of a hop, or empty where it did not look.
func skewVerdict(hop v1alpha1.PlanHop) v1alpha1.Verdict {
	for _, gate := range hop.Gates {
		if gate.ID == "version-skew" {
			return gate.Verdict
		}
	}
	return ""
}
