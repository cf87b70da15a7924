package gate

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// running are workloads of a cluster whose nodes are drained.
func running(t *testing.T, workloads ...v1alpha1.Workload) *Hop {
	h := hopTo(t, "1.36", "1.37").draining()
	h.Snapshot.Upgrade.Pods.Workloads = workloads
	return h
}

func TestWorkloadsWithASinglePod(t *testing.T) {
	for _, kind := range []string{"DaemonSet", "Job", "Node", "Pod"} {
		h := running(t, v1alpha1.Workload{Namespace: "shop", Kind: kind, Name: "cart", Pods: 1})
		expected{v1alpha1.Pass, "no workload that a drain moves has a single pod", nil, ""}.of(t, "single-replicas", h)
	}
	one, two := v1alpha1.Workload{Namespace: "shop", Kind: "Deployment", Name: "cart", Pods: 1}, v1alpha1.Workload{Namespace: "shop", Kind: "Deployment", Name: "till", Pods: 2}
	expected{v1alpha1.Pass, "no workload that a drain moves has a single pod", nil, ""}.of(t, "single-replicas", running(t, two))
	const remedy = "kubectl scale --replicas=2 what can run twice, and accept the gap for the rest"
	expected{v1alpha1.Warning, "1 workload has a single pod, and is down while that moves", []string{"shop/Deployment/cart"}, remedy}.of(t, "single-replicas", running(t, one, two))
	database := v1alpha1.Workload{Namespace: "shop", Kind: "StatefulSet", Name: "db", Pods: 1}
	expected{v1alpha1.Warning, "2 workloads have a single pod, and are down while that moves", []string{"shop/Deployment/cart", "shop/StatefulSet/db"}, remedy}.of(t, "single-replicas", running(t, one, database))
}

func TestTheLastNode(t *testing.T) {
	const id = "last-node"
	hop := func(upgrade v1alpha1.NodeUpgrade, roles string, names ...string) *Hop {
		group := nodes("v1.36.1", "", names...)
		group.Roles = roles
		h := hopTo(t, "1.36", "1.37").moving(group)
		h.Method.NodeUpgrade = upgrade
		return h
	}
	virtual := func(s *v1alpha1.Snapshot) {
		s.Nodes.Groups = append(s.Nodes.Groups, v1alpha1.NodeGroup{Virtual: true, Names: []string{"v"}})
	}
	alone := expected{v1alpha1.Warning, "the cluster has one node: all pods stop while it is drained", []string{"v1.36.1: 1 node (a)"}, "add a node first, or plan for the outage"}
	for name, tc := range map[string]struct {
		hop  *Hop
		want expected
	}{
		"one that is replaced":                    {hop(v1alpha1.Replace, "<none>", "a"), alone},
		"two":                                     {hop(v1alpha1.Replace, "<none>", "a", "b"), expected{}},
		"one beside a virtual one":                {hop(v1alpha1.Replace, "<none>", "a").having(virtual), alone},
		"one that another is added to first":      {hop(v1alpha1.Surge, "<none>", "a"), expected{}},
		"one in place":                            {hop(v1alpha1.InPlace, "<none>", "a"), expected{}},
		"one in place that is the control plane":  {hop(v1alpha1.InPlace, "control-plane,worker", "a"), alone},
		"one in place, of an older kind of label": {hop(v1alpha1.InPlace, "master", "a"), alone},
		"one that stays":                          {hopTo(t, "1.36", "1.37").having(func(s *v1alpha1.Snapshot) { s.Nodes.Groups = []v1alpha1.NodeGroup{nodes("v1.36.1", "", "a")} }), expected{}},
		"nodes not read":                          {hopTo(t, "1.36", "1.37").having(noNodes), expected{}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestPodsWithoutAController(t *testing.T) {
	owned, mirror := v1alpha1.Workload{Namespace: "shop", Kind: "Job", Name: "import", Pods: 1}, v1alpha1.Workload{Namespace: "kube-system", Kind: "Node", Name: "master", Pods: 4}
	expected{v1alpha1.Pass, "every pod that a drain moves has a controller", nil, ""}.of(t, "unmanaged-pods", running(t, owned, mirror))
	expected{
		v1alpha1.Warning, "1 pod without a controller: a drain needs --force, and deletes them for good", []string{"shop/Pod/debug"},
		"put them into a Deployment or a Job, or save their manifests",
	}.of(t, "unmanaged-pods", running(t, owned, v1alpha1.Workload{Namespace: "shop", Kind: "Pod", Name: "debug", Pods: 1}))
}

func TestDataOnNodes(t *testing.T) {
	const remedy = "move the data to a volume that outlives the node, back it up, or take a snapshot of the disk first"
	agent := v1alpha1.Workload{Namespace: "monitoring", Kind: "DaemonSet", Name: "agent", Pods: 9, HostPaths: []string{
		"/", "/dev", "/etc/cni/net.d", "/lib/modules", "/proc", "/run/containerd/containerd.sock", "/sys/", "/var/lib/kubelet/pods", "/var/log", "/var/run",
	}}
	static := v1alpha1.Workload{Namespace: "kube-system", Kind: "Node", Name: "master", Pods: 4, HostPaths: []string{"/var/lib/etcd"}}
	expected{v1alpha1.Pass, "no workload and no PersistentVolume keeps data on a node", nil, ""}.of(t, "local-data", running(t, agent, static))

	cache := v1alpha1.Workload{Namespace: "shop", Kind: "Deployment", Name: "cache", Pods: 2, HostPaths: []string{"/data/cache", "/devices", "/etc/localtime", "/var/lib/kubelets"}}
	expected{
		v1alpha1.Warning, "1 workload uses hostPath directories, lost with the system disk",
		[]string{"shop/Deployment/cache: /data/cache, /devices, /var/lib/kubelets"}, remedy,
	}.of(t, "local-data", running(t, agent, cache))

	h := running(t, cache)
	h.Snapshot.Upgrade.Volumes = &v1alpha1.PersistentVolumes{Count: 8, Sources: []v1alpha1.VolumeSource{
		{Type: "csi", Count: 5}, {Type: "hostPath", Count: 1, Names: []string{"pv-1"}}, {Type: "local", Count: 2, Names: []string{"pv-2", "pv-3"}},
	}}
	expected{
		v1alpha1.Warning,
		"1 workload uses hostPath directories, lost with the system disk; " +
			"1 PersistentVolume of type hostPath belongs to a disk of one node; 2 PersistentVolumes of type local belong to a disk of one node",
		[]string{"shop/Deployment/cache: /data/cache, /devices, /var/lib/kubelets", "PersistentVolume/pv-1", "PersistentVolume/pv-2", "PersistentVolume/pv-3"}, remedy,
	}.of(t, "local-data", h)

	h.gap(v1alpha1.SourcePods, "list pods").Snapshot.Upgrade.Pods = nil
	expected{
		v1alpha1.Warning,
		"1 PersistentVolume of type hostPath belongs to a disk of one node; 2 PersistentVolumes of type local belong to a disk of one node; pods could not be read",
		[]string{"PersistentVolume/pv-1", "PersistentVolume/pv-2", "PersistentVolume/pv-3"}, remedy + "; ask for permission to list pods",
	}.of(t, "local-data", h)
}

func TestRetiredImages(t *testing.T) {
	h := hopTo(t, "1.36", "1.37")
	use := func(repository string, pods int32, examples ...string) v1alpha1.ImageUse {
		return v1alpha1.ImageUse{Repository: repository, Pods: pods, Examples: examples}
	}
	h.Snapshot.Upgrade.Pods.Images = []v1alpha1.ImageUse{use("registry.k8s.io/pause", 9)}
	expected{v1alpha1.Pass, "1 image repository, none of a registry or project that is known to be retired", nil, ""}.of(t, "retired-images", h)

	h.Snapshot.Upgrade.Pods.Images = []v1alpha1.ImageUse{use("k8s.gcr.io/pause", 2, "shop/cart"), use("k8s.gcr.io/etcd", 1), use("registry.k8s.io/pause", 9)}
	evidence := []string{"k8s.gcr.io/pause: 2 pods, such as shop/cart", "k8s.gcr.io/etcd: 1 pod"}
	expected{v1alpha1.Warning, "3 pods run images of k8s.gcr.io, which gets no new versions since 2023-04-03", evidence, "take the images from registry.k8s.io"}.of(t, "retired-images", h)
	expected{
		v1alpha1.Warning, "3 pods run images of k8s.gcr.io, which gets no new versions since 2023-04-03, and may not have these either when new nodes pull them",
		evidence, "take the images from registry.k8s.io",
	}.of(t, "retired-images", h.draining())

	h = hopTo(t, "1.36", "1.37").draining()
	h.Snapshot.Upgrade.Pods.Images = []v1alpha1.ImageUse{use("mirror.example.com/ingress-nginx/controller", 1, "ingress/nginx")}
	expected{
		v1alpha1.Warning, "1 pod runs images of ingress-nginx, which gets no new versions since 2026-03",
		[]string{"mirror.example.com/ingress-nginx/controller: 1 pod, such as ingress/nginx"}, "move to another ingress controller, or to the Gateway API",
	}.of(t, "retired-images", h)
	if got, want := judge(t, "retired-images", h).Source, "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/"; got != want {
		t.Errorf("source %s, want %s", got, want)
	}

	h.Snapshot.Upgrade.Pods = nil
	expected{v1alpha1.Unknown, "pods: not in the snapshot", nil, "take the snapshot again with this version of kubectl versions snapshot"}.of(t, "retired-images", h)
	h.Catalog.Images = nil
	expected{v1alpha1.Unknown, "the catalog in use knows no retired images", nil, "kubectl versions catalog update"}.of(t, "retired-images", h)
}
