package skew

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

var serverTime = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// cluster is a snapshot under construction: complete, with one answered
// connection and one identity lease per kube-apiserver.
type cluster struct{ *v1alpha1.Snapshot }

func clusterOf(apiServers ...string) cluster {
	s := v1alpha1.NewSnapshot("test")
	s.APIServers = &v1alpha1.APIServers{}
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
	c.Nodes.Groups = append(c.Nodes.Groups, groups...)
	return c
}

// pod adds a pod that is wired to anything; image is the repository's last part and the tag.
func (c cluster) pod(component, node, image string) cluster {
	c.ControlPlanePods.Pods = append(c.ControlPlanePods.Pods, v1alpha1.ControlPlanePod{
		Component: component, Namespace: "kube-system", Name: component + "-" + node, Node: node, Image: image,
	})
	return c
}

func (c cluster) staticPod(component, node, tag string) cluster {
	c.pod(component, node, "registry.k8s.io/"+component+":"+tag)
	c.ControlPlanePods.Pods[len(c.ControlPlanePods.Pods)-1].Static = true
	return c
}

// kubeadmNode adds the three static pods of a kubeadm control-plane node.
func (c cluster) kubeadmNode(node, tag string) cluster {
	c.staticPod("kube-apiserver", node, tag)
	c.ControlPlanePods.Pods[len(c.ControlPlanePods.Pods)-1].AdvertiseAddress = "192.0.2.1:6443"
	return c.staticPod("kube-controller-manager", node, tag).staticPod("kube-scheduler", node, tag)
}

func (c cluster) lease(name string, ago time.Duration) cluster {
	c.Leases.Leases = append(c.Leases.Leases, v1alpha1.Lease{Name: name, Holder: "someone", RenewTime: renewed(ago)})
	return c
}

// proxies adds a DaemonSet whose rollout is complete.
func (c cluster) proxies(tag string, pods int32) cluster {
	c.KubeProxy.DaemonSets = append(c.KubeProxy.DaemonSets, v1alpha1.KubeProxyDaemonSet{
		Name: "kube-proxy", Image: "registry.k8s.io/kube-proxy:" + tag, Pods: pods, UpdatedPods: pods, RolloutComplete: true,
	})
	return c
}

// revisions adds a DaemonSet in the middle of a rollout: nodes by image tag.
func (c cluster) revisions(nodes map[string][]string) cluster {
	set := v1alpha1.KubeProxyDaemonSet{Name: "kube-proxy"}
	for tag, names := range nodes {
		set.Image = "registry.k8s.io/kube-proxy:" + tag
		set.Pods += int32(len(names))
		set.Revisions = append(set.Revisions, v1alpha1.KubeProxyRevision{Hash: "hash-" + tag, Image: set.Image, Nodes: names})
	}
	c.KubeProxy.DaemonSets = append(c.KubeProxy.DaemonSets, set)
	return c
}

func (c cluster) kubectl(version string) cluster {
	c.Kubectl.GitVersion = version
	return c
}

func (c cluster) daemonSet(set v1alpha1.KubeProxyDaemonSet) cluster {
	c.KubeProxy.DaemonSets = append(c.KubeProxy.DaemonSets, set)
	return c
}

// unread turns a section into a gap.
func (c cluster) unread(source v1alpha1.Source, permission string) cluster {
	switch source {
	case v1alpha1.SourceNodes:
		c.Nodes = nil
	case v1alpha1.SourceKubeProxy:
		c.KubeProxy = nil
	case v1alpha1.SourceControlPlanePods:
		c.ControlPlanePods = nil
	case v1alpha1.SourceLeases:
		c.Leases = nil
	case v1alpha1.SourceKubectl:
		c.Kubectl = nil
	}
	return c.gap(source, permission)
}

// gap adds a gap beside whatever was read.
func (c cluster) gap(source v1alpha1.Source, permission string) cluster {
	c.Gaps = append(c.Gaps, v1alpha1.Gap{Source: source, Reason: v1alpha1.GapForbidden, Hides: "something", Permission: permission, Message: "forbidden"})
	return c
}

func (c cluster) evaluate(t *testing.T) *v1alpha1.SkewReport {
	t.Helper()
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	report, err := Evaluate(c.Snapshot, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// rowsOf returns the rows of one component.
func rowsOf(report *v1alpha1.SkewReport, component string) []v1alpha1.SkewRow {
	var rows []v1alpha1.SkewRow
	for _, row := range report.Rows {
		if row.Component == component {
			rows = append(rows, row)
		}
	}
	return rows
}

// theRow returns the row of a component at a version, and fails unless there is exactly one.
func theRow(t *testing.T, report *v1alpha1.SkewReport, component, version string) v1alpha1.SkewRow {
	t.Helper()
	var found []v1alpha1.SkewRow
	for _, row := range rowsOf(report, component) {
		if row.Version == version {
			found = append(found, row)
		}
	}
	if len(found) != 1 {
		t.Fatalf("want one row of %s %q, got %d among %+v", component, version, len(found), report.Rows)
	}
	return found[0]
}
