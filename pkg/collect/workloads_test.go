package collect

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// pod is one that runs in namespace shop, without a controller unless one is added.
func pod(name string, with ...func(*corev1.Pod)) corev1.Pod {
	p := corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name},
		Spec:       corev1.PodSpec{NodeName: "node-a"},
		Status:     corev1.PodStatus{Phase: corev1.PodRunning},
	}
	for _, change := range with {
		change(&p)
	}
	return p
}

func podsOf(pods ...corev1.Pod) *corev1.PodList { return &corev1.PodList{Items: pods} }

func controlledBy(kind, name string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		yes := true
		p.OwnerReferences = append(p.OwnerReferences, metav1.OwnerReference{Kind: kind, Name: name, Controller: &yes})
	}
}

func ownedBy(kind, name string) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.OwnerReferences = append(p.OwnerReferences, metav1.OwnerReference{Kind: kind, Name: name})
	}
}

func hashed(hash string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { metav1.SetMetaDataLabel(&p.ObjectMeta, "pod-template-hash", hash) }
}

func mirror() func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		metav1.SetMetaDataAnnotation(&p.ObjectMeta, "kubernetes.io/config.mirror", "9f86d081")
	}
}

func phase(of corev1.PodPhase) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Status.Phase = of }
}

func mounting(sources ...corev1.VolumeSource) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		for i, source := range sources {
			p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: fmt.Sprint(i), VolumeSource: source})
		}
	}
}

func directory(path string) corev1.VolumeSource {
	return corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: path}}
}

func TestWorkloads(t *testing.T) {
	git := corev1.VolumeSource{GitRepo: &corev1.GitRepoVolumeSource{Repository: "https://example.com"}}
	gluster := corev1.VolumeSource{Glusterfs: &corev1.GlusterfsVolumeSource{EndpointsName: "g"}}
	deployment := func(name string, with ...func(*corev1.Pod)) corev1.Pod {
		return pod(name, append([]func(*corev1.Pod){controlledBy("ReplicaSet", "cart-5d8f"), hashed("5d8f")}, with...)...)
	}
	one := func(kind, name string) v1alpha1.Workload {
		return v1alpha1.Workload{Namespace: "shop", Kind: kind, Name: name, Pods: 1}
	}
	tests := []struct {
		name      string
		pods      []corev1.Pod
		count     int32
		workloads int32
		want      []v1alpha1.Workload
	}{
		{"one pod of a Deployment", []corev1.Pod{deployment("a")}, 1, 1, []v1alpha1.Workload{one("Deployment", "cart")}},
		{"two pods of a Deployment tell nothing", []corev1.Pod{deployment("a"), deployment("b")}, 2, 1, nil},
		{
			"pods of two ReplicaSets of a Deployment, in the midst of a rollout",
			[]corev1.Pod{deployment("a"), pod("b", controlledBy("ReplicaSet", "cart-77aa"), hashed("77aa"))}, 2, 1, nil,
		},
		{"a ReplicaSet that is no Deployment's", []corev1.Pod{pod("a", controlledBy("ReplicaSet", "cart"))}, 1, 1, []v1alpha1.Workload{one("ReplicaSet", "cart")}},
		{
			"a ReplicaSet whose name does not end in the hash",
			[]corev1.Pod{pod("a", controlledBy("ReplicaSet", "cart-5d8f"), hashed("77aa"))}, 1, 1,
			[]v1alpha1.Workload{one("ReplicaSet", "cart-5d8f")},
		},
		{
			"a ReplicaSet whose name is the hash",
			[]corev1.Pod{pod("a", controlledBy("ReplicaSet", "-5d8f"), hashed("5d8f"))}, 1, 1,
			[]v1alpha1.Workload{one("ReplicaSet", "-5d8f")},
		},
		{
			"another controller with the label",
			[]corev1.Pod{pod("a", controlledBy("CloneSet", "cart-5d8f"), hashed("5d8f"))}, 1, 1,
			[]v1alpha1.Workload{one("CloneSet", "cart-5d8f")},
		},
		{"one pod of a StatefulSet", []corev1.Pod{pod("db-0", controlledBy("StatefulSet", "db"))}, 1, 1, []v1alpha1.Workload{one("StatefulSet", "db")}},
		{"one pod of a DaemonSet, and of a Job", []corev1.Pod{pod("a", controlledBy("DaemonSet", "agent")), pod("b", controlledBy("Job", "once"))}, 2, 2, nil},
		{"without a controller", []corev1.Pod{pod("b"), pod("a")}, 2, 2, []v1alpha1.Workload{one("Pod", "a"), one("Pod", "b")}},
		{"with an owner that is no controller", []corev1.Pod{pod("a", ownedBy("Cluster", "db"))}, 1, 1, []v1alpha1.Workload{one("Pod", "a")}},
		{
			"with an owner before the controller",
			[]corev1.Pod{pod("a", ownedBy("Cluster", "x"), controlledBy("StatefulSet", "db"))}, 1, 1, []v1alpha1.Workload{one("StatefulSet", "db")},
		},
		{
			"the mirror pods of a node",
			[]corev1.Pod{
				pod("etcd-cp-1", mirror(), controlledBy("Node", "node-a"), mounting(directory("/var/lib/etcd"))),
				pod("old", mirror()), pod("new", controlledBy("Node", "node-a"), mounting(directory("/etc"))),
			}, 3, 1, nil,
		},
		{
			"a pod after one that has everything",
			[]corev1.Pod{
				pod("a", mirror(), hashed("5d8f"), controlledBy("ReplicaSet", "cart-5d8f"), mounting(git, directory("/etc")), func(p *corev1.Pod) {
					p.Spec.InitContainers, p.Spec.Containers = []corev1.Container{{Image: "a"}}, []corev1.Container{{Image: "b"}}
				}),
				pod("b"),
			}, 2, 2,
			[]v1alpha1.Workload{{Namespace: "shop", Kind: "Node", Name: "node-a", Pods: 1, Volumes: []string{"gitRepo"}}, one("Pod", "b")},
		},
		{
			"the mirror pod of a node, with a driver inside Kubernetes",
			[]corev1.Pod{pod("a", controlledBy("Node", "node-a"), mounting(git, directory("/etc")))}, 1, 1,
			[]v1alpha1.Workload{{Namespace: "shop", Kind: "Node", Name: "node-a", Pods: 1, Volumes: []string{"gitRepo"}}},
		},
		{
			"directories of nodes, each once",
			[]corev1.Pod{
				pod("a", controlledBy("DaemonSet", "agent"), mounting(directory("/var/log"), directory("/etc"), directory("/var/log"))),
				pod("b", controlledBy("DaemonSet", "agent"), mounting(directory("/var/log"), directory("/dev"))),
			}, 2, 1,
			[]v1alpha1.Workload{{Namespace: "shop", Kind: "DaemonSet", Name: "agent", Pods: 2, HostPaths: []string{"/dev", "/etc", "/var/log"}}},
		},
		{
			"drivers inside Kubernetes, each once",
			[]corev1.Pod{deployment("a", mounting(gluster, git)), deployment("b", mounting(git)), deployment("c")}, 3, 1,
			[]v1alpha1.Workload{{Namespace: "shop", Kind: "Deployment", Name: "cart", Pods: 3, Volumes: []string{"gitRepo", "glusterfs"}}},
		},
		{
			"pods that have come to their end",
			[]corev1.Pod{deployment("a"), deployment("b", phase(corev1.PodFailed)), pod("c", phase(corev1.PodSucceeded))}, 1, 1,
			[]v1alpha1.Workload{one("Deployment", "cart")},
		},
		{
			"pods that have not begun, and that nobody hears of",
			[]corev1.Pod{pod("a", phase(corev1.PodPending)), pod("b", phase(corev1.PodUnknown)), pod("c", phase(""))}, 3, 3,
			[]v1alpha1.Workload{one("Pod", "a"), one("Pod", "b"), one("Pod", "c")},
		},
		{
			"in order of namespace, kind and name",
			[]corev1.Pod{
				pod("b"), pod("a", controlledBy("StatefulSet", "a")), pod("c", controlledBy("Deployment", "z")),
				pod("z", func(p *corev1.Pod) { p.Namespace = "bank" }), pod("a"),
			}, 5, 5,
			[]v1alpha1.Workload{
				{Namespace: "bank", Kind: "Pod", Name: "z", Pods: 1},
				one("Deployment", "z"), one("Pod", "a"), one("Pod", "b"), one("StatefulSet", "a"),
			},
		},
		{
			"names that would steer a terminal",
			[]corev1.Pod{pod("a", controlledBy("\x1b[2J", "x\ny"), mounting(directory("/\u202e")))}, 1, 1,
			[]v1alpha1.Workload{{Namespace: "shop", Kind: "\x1b[2J", Name: "x\ny", Pods: 1, HostPaths: []string{"/\u202e"}}},
		},
	}
	for _, tt := range tests {
		want := &v1alpha1.Pods{Count: tt.count, WorkloadCount: tt.workloads, Workloads: tt.want}
		items := make([]any, len(tt.pods))
		for i, p := range tt.pods {
			items[i] = p
		}
		for encoding, answer := range map[string]func() *apiServer{
			"protobuf": func() *apiServer { return newUpgradeServer(t).on(podsPath, pages(podsOf(tt.pods...))) },
			"JSON":     func() *apiServer { return newUpgradeServer(t).on(podsPath, asJSON("PodList", items...)) },
		} {
			t.Run(tt.name+", in "+encoding, func(t *testing.T) {
				got := answer().upgrade(t)
				checkGaps(t, got)
				if diff := cmp.Diff(want, got.Upgrade.Pods, cmpopts.IgnoreFields(v1alpha1.Pods{}, "Images")); diff != "" {
					t.Errorf("pods (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestImages(t *testing.T) {
	const cart, proxy = "registry.example:5000/shop/cart", "docker.io/istio/proxyv2"
	of := func(controller string, init, images []string) corev1.Pod {
		return pod(controller, controlledBy("StatefulSet", controller), func(p *corev1.Pod) {
			for _, image := range init {
				p.Spec.InitContainers = append(p.Spec.InitContainers, corev1.Container{Image: image})
			}
			for _, image := range images {
				p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Image: image})
			}
		})
	}
	type s = []string
	s1 := newUpgradeServer(t).on(podsPath, pages(podsOf(
		of("d", nil, s{cart + ":v1", proxy + ":1"}),
		of("b", s{proxy + ":2"}, s{proxy + ":1", cart + "@sha256:9f86"}),
		of("b", nil, s{proxy + ":1", cart + ":v2@sha256:9f86"}),
		of("c", nil, s{"nginx", cart}),
		of("a", nil, s{cart + ":v1"}),
		of("e", nil, nil),
	)))
	want := []v1alpha1.ImageUse{
		{Repository: proxy, Pods: 3, Examples: s{"shop/b", "shop/d"}},
		{Repository: "nginx", Pods: 1, Examples: s{"shop/c"}},
		{Repository: cart, Pods: 5, Examples: s{"shop/a", "shop/b", "shop/c"}},
	}
	got := s1.upgrade(t)
	checkGaps(t, got)
	if diff := cmp.Diff(want, got.Upgrade.Pods.Images); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}

// Every source of Kubernetes' types is either a driver that can go away or stays.
func TestRemovableDrivers(t *testing.T) {
	stay := []string{
		"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "fc", "hostPath", "image", "iscsi", "nfs", "persistentVolumeClaim", "projected", "secret",
	}
	for field, source := range sourcesOf[corev1.VolumeSource]() {
		want := field
		if slices.Contains(stay, field) {
			want = ""
		}
		if got := removableDriver(&source); got != want {
			t.Errorf("%s is called %q, want %q", field, got, want)
		}
	}
}

// sourcesOf returns the volume sources of a type, each with one field set, by its name in JSON.
func sourcesOf[T any]() map[string]T {
	all := make(map[string]T)
	fields := reflect.TypeFor[T]()
	for i := range fields.NumField() {
		var source T
		reflect.ValueOf(&source).Elem().Field(i).Set(reflect.New(fields.Field(i).Type.Elem()))
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		all[name] = source
	}
	return all
}

func TestPodsAreListedInPages(t *testing.T) {
	list := &corev1.PodList{}
	for i := range podsAtOnce + 1 {
		list.Items = append(list.Items, pod(fmt.Sprintf("a-%04d", i)))
	}
	s := newUpgradeServer(t).on(podsPath, pages(list))
	got := s.upgrade(t)
	checkGaps(t, got)
	if n := got.Upgrade.Pods.Count; n != podsAtOnce+1 {
		t.Errorf("%d pods were counted, want %d", n, podsAtOnce+1)
	}
	if diff := cmp.Diff([]string{fmt.Sprintf("%d from ", podsAtOnce), fmt.Sprintf("%[1]d from %[1]d", podsAtOnce)}, s.limits(podsPath)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	for _, r := range s.requests(podsPath) {
		if got := r.Query.Get("fieldSelector"); got != "status.phase!=Succeeded,status.phase!=Failed" {
			t.Errorf("field selector %q", got)
		}
	}
}
