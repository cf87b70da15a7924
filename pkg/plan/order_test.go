package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// rest is what follows the kube-apiserver of a kubeadm node in a hop from 1.26 to 1.27.
func rest(lines ...string) []string {
	return append([]string{
		"1.27 control plane: kube-controller-manager 1.26 → 1.27 ×1",
		"1.27 control plane: kube-scheduler 1.26 → 1.27 ×1",
	}, lines...)
}

// "Supported component upgrade order" of the policy's page for 1.27, which tells
// the way from 1.26 to 1.27.
func TestThePolicysOwnExample(t *testing.T) {
	const (
		proxies = "1.27 kube-proxy: kube-proxy 1.26 → 1.27 ×3"
		kubectl = "1.27 kubectl: kubectl 1.26 → 1.27 ×1"
		server  = "1.27 kube-apiserver: kube-apiserver 1.26 → 1.27 ×1"
	)
	// single is a cluster at 1.26 but for what is added.
	single := func() cluster {
		return clusterOf("v1.26.5").kubeadmNode("cp-0", "v1.26.5").proxies("v1.26.5", 3)
	}
	for name, tc := range map[string]struct {
		cluster cluster
		steps   []string
		stays   []string
	}{
		"all at 1.26: the order is kube-apiserver, the control plane, kubelet, kube-proxy, kubectl": {
			cluster: single().kubelets("v1.26.5", "a", "b"),
			steps:   append([]string{server}, rest("1.27 nodes: kubelet 1.26 → 1.27 ×3", proxies, kubectl)...),
		},
		"kubelets at 1.25 are within two minors of 1.27, and wait for kube-apiserver": {
			cluster: single().kubelets("v1.25.10", "a", "b"),
			steps: append([]string{server}, rest(
				"1.27 nodes: kubelet 1.25 → 1.27 ×2", "1.27 nodes: kubelet 1.26 → 1.27 ×1", proxies, kubectl)...),
		},
		"kubelets at 1.24 move before kube-apiserver, and not again": {
			cluster: single().kubelets("v1.24.14", "a", "b"),
			steps: append([]string{"1.27 prepare: kubelet 1.24 → 1.26 ×2", server}, rest(
				"1.27 nodes: kubelet 1.26 → 1.27 ×1", proxies, kubectl)...),
			stays: []string{"1.27: kubelet 1.26 for 0 hops, until 1.29 ×2"},
		},
		"kube-proxy at 1.24 moves before kube-apiserver": {
			cluster: clusterOf("v1.26.5").kubelets("v1.26.5", "a").proxies("v1.24.14", 1),
			steps: []string{
				"1.27 prepare: kube-proxy 1.24 → 1.26 ×1", server,
				"1.27 nodes: kubelet 1.26 → 1.27 ×1", "1.27 kube-proxy: kube-proxy 1.26 → 1.27 ×1", kubectl,
			},
		},
		"a controller manager at 1.25 moves before kube-apiserver, and with the control plane": {
			cluster: clusterOf("v1.26.5").staticPod("kube-apiserver", "cp-0", "v1.26.5").
				staticPod("kube-controller-manager", "cp-0", "v1.25.10").staticPod("kube-scheduler", "cp-0", "v1.26.5"),
			steps: append([]string{"1.27 prepare: kube-controller-manager 1.25 → 1.26 ×1", server}, rest(kubectl)...),
		},
		"a scheduler at 1.25 behind a load balancer does as well": {
			cluster: clusterOf("v1.26.5").staticPod("kube-apiserver", "cp-0", "v1.26.5").
				staticPod("kube-controller-manager", "cp-0", "v1.26.5").manager("kube-scheduler", "a", "v1.25.10"),
			steps: append([]string{"1.27 prepare: kube-scheduler 1.25 → 1.26 ×1", server}, rest(kubectl)...),
		},
		"an upgrade half done is finished first: the instance behind moves, then what talks to it": {
			cluster: clusterOf("v1.26.5", "v1.27.2").kubeadmNode("cp-0", "v1.26.5").kubeadmNode("cp-1", "v1.27.2").
				kubelets("v1.26.5", "a", "b").proxies("v1.26.5", 4).kubectl("v1.26.5"),
			steps: append([]string{"1.27 prepare: kube-apiserver 1.26 → 1.27 ×1"}, rest(
				"1.27 nodes: kubelet 1.26 → 1.27 ×3", "1.27 kube-proxy: kube-proxy 1.26 → 1.27 ×4", kubectl)...),
		},
		"managers behind a load balancer wait for the last instance": {
			cluster: clusterOf("v1.26.5", "v1.27.2").staticPod("kube-apiserver", "cp-0", "v1.26.5").staticPod("kube-apiserver", "cp-1", "v1.27.2").
				manager("kube-controller-manager", "a", "v1.26.5").manager("kube-scheduler", "a", "v1.26.5").kubectl("v1.26.5"),
			steps: append([]string{"1.27 prepare: kube-apiserver 1.26 → 1.27 ×1"}, rest(kubectl)...),
		},
		"two instances at 1.26 move in one stage": {
			cluster: clusterOf("v1.26.5", "v1.26.5").staticPod("kube-apiserver", "cp-0", "v1.26.5").staticPod("kube-apiserver", "cp-1", "v1.26.5"),
			steps:   []string{"1.27 kube-apiserver: kube-apiserver 1.26 → 1.27 ×2", kubectl},
		},
		"a kubectl at 1.27 is there already": {
			cluster: clusterOf("v1.26.5").kubectl("v1.27.2"),
			steps:   []string{server},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := tc.cluster.plan(t, "1.27")
			if diff := cmp.Diff(tc.steps, outline(p)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.stays, stays(p)); diff != "" {
				t.Errorf("stays (-want +got):\n%s", diff)
			}
		})
	}
}

// kubectl may be one minor newer than kube-apiserver, so that either of two
// versions repairs it. One move is enough where it takes the newer one.
func TestKubectlAt125MovesBeforeKubeAPIServer(t *testing.T) {
	p := clusterOf("v1.26.5").kubectl("v1.25.10").plan(t, "1.27")
	got := of("kubectl", outline(p))
	at126 := []string{"1.27 prepare: kubectl 1.25 → 1.26 ×1", "1.27 kubectl: kubectl 1.26 → 1.27 ×1"}
	at127 := []string{"1.27 prepare: kubectl 1.25 → 1.27 ×1"}
	if !slices.Equal(got, at126) && !slices.Equal(got, at127) {
		t.Errorf("got %q, want %q or %q", got, at126, at127)
	}
}

// The page of 1.28 lets kubelets and kube-proxies be three minors behind, and
// that of 1.27 two: each minor is judged by its own.
func TestTheWindowWidensWith128(t *testing.T) {
	for name, tc := range map[string]struct {
		kubelet, to string
		moves       []string
		stays       []string
	}{
		"1.25 may stay on the way to 1.28": {"v1.25.10", "1.28",
			[]string{"1.28 nodes: kubelet 1.25 → 1.28 ×1"},
			[]string{"1.27: kubelet 1.25 for 1 hops, until 1.28 ×1"}},
		"1.24 may not stay on the way to 1.28, since 1.27 is on it": {"v1.24.14", "1.28",
			[]string{"1.27 prepare: kubelet 1.24 → 1.26 ×1", "1.28 nodes: kubelet 1.26 → 1.28 ×1"},
			[]string{"1.27: kubelet 1.26 for 1 hops, until 1.29 ×1"}},
		"1.26 may stay until 1.29": {"v1.26.5", "1.29",
			[]string{"1.29 nodes: kubelet 1.26 → 1.29 ×1"},
			[]string{"1.27: kubelet 1.26 for 2 hops, until 1.29 ×1", "1.28: kubelet 1.26 for 1 hops, until 1.29 ×1"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := clusterOf("v1.26.5").kubelets(tc.kubelet, "a").plan(t, tc.to)
			if diff := cmp.Diff(tc.moves, of("kubelet", outline(p))); diff != "" {
				t.Errorf("moves (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.stays, stays(p)); diff != "" {
				t.Errorf("stays (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMixedKubeletsOverThreeHops(t *testing.T) {
	p := clusterOf("v1.34.1").kubeadmNode("cp-0", "v1.34.1").
		kubelets("v1.31.9", "a", "b").kubelets("v1.33.5", "c").kubelets("v1.34.1", "d", "e").
		proxies("v1.34.1", 6).plan(t, "1.37")
	want := []string{
		// 1.31 is four behind 1.35.
		"1.35 prepare: kubelet 1.31 → 1.34 ×2",
		"1.35 kube-apiserver: kube-apiserver 1.34 → 1.35 ×1",
		"1.35 control plane: kube-controller-manager 1.34 → 1.35 ×1",
		"1.35 control plane: kube-scheduler 1.34 → 1.35 ×1",
		"1.35 kube-proxy: kube-proxy 1.34 → 1.35 ×6",
		"1.35 kubectl: kubectl 1.34 → 1.35 ×1",
		"1.36 kube-apiserver: kube-apiserver 1.35 → 1.36 ×1",
		"1.36 control plane: kube-controller-manager 1.35 → 1.36 ×1",
		"1.36 control plane: kube-scheduler 1.35 → 1.36 ×1",
		// 1.33 is four behind 1.37.
		"1.36 nodes: kubelet 1.33 → 1.36 ×1",
		"1.36 kube-proxy: kube-proxy 1.35 → 1.36 ×6",
		"1.36 kubectl: kubectl 1.35 → 1.36 ×1",
		"1.37 kube-apiserver: kube-apiserver 1.36 → 1.37 ×1",
		"1.37 control plane: kube-controller-manager 1.36 → 1.37 ×1",
		"1.37 control plane: kube-scheduler 1.36 → 1.37 ×1",
		"1.37 nodes: kubelet 1.34 → 1.37 ×5",
		"1.37 nodes: kubelet 1.36 → 1.37 ×1",
		"1.37 kube-proxy: kube-proxy 1.36 → 1.37 ×6",
		"1.37 kubectl: kubectl 1.36 → 1.37 ×1",
	}
	if diff := cmp.Diff(want, outline(p)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	want = []string{
		"1.35: kubelet 1.33 for 1 hops, until 1.36 ×1",
		"1.35: kubelet 1.34 for 2 hops, until 1.37 ×5",
		"1.36: kubelet 1.34 for 1 hops, until 1.37 ×5",
	}
	if diff := cmp.Diff(want, stays(p)); diff != "" {
		t.Errorf("stays (-want +got):\n%s", diff)
	}

	got := make(map[string][]string)
	for _, hop := range p.Hops {
		for _, step := range hop.Steps {
			for _, move := range step.Moves {
				for _, name := range move.Names {
					if move.Component == "kubelet" {
						got[name] = append(got[name], fmt.Sprintf("%s %s: %s", hop.To, step.Stage, minorText(move.To)))
					}
				}
			}
		}
	}
	wantNodes := map[string][]string{
		"a":    {"1.35 prepare: 1.34", "1.37 nodes: 1.37"},
		"b":    {"1.35 prepare: 1.34", "1.37 nodes: 1.37"},
		"c":    {"1.36 nodes: 1.36", "1.37 nodes: 1.37"},
		"d":    {"1.37 nodes: 1.37"},
		"e":    {"1.37 nodes: 1.37"},
		"cp-0": {"1.37 nodes: 1.37"},
	}
	if diff := cmp.Diff(wantNodes, got); diff != "" {
		t.Errorf("nodes (-want +got):\n%s", diff)
	}
}

func TestThePlatformsOwnOrder(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		to      string
		steps   []string
		stays   []string
	}{
		"ACK: nodes are at the control plane's minor before that moves on": {
			cluster: clusterOf("v1.34.1-aliyun.1").kubelets("v1.33.3-aliyun.1", "a").kubelets("v1.34.1-aliyun.1", "b", "c").kubectl("v1.34.1"),
			to:      "1.36",
			steps: []string{
				"1.35 prepare: kubelet 1.33 → 1.34 ×1",
				"1.35 kube-apiserver: kube-apiserver 1.34 → 1.35 ×1",
				"1.35 nodes: kubelet 1.34 → 1.35 ×3",
				"1.35 kubectl: kubectl 1.34 → 1.35 ×1",
				"1.36 kube-apiserver: kube-apiserver 1.35 → 1.36 ×1",
				"1.36 nodes: kubelet 1.35 → 1.36 ×3",
				"1.36 kubectl: kubectl 1.35 → 1.36 ×1",
			},
		},
		"GKE: kubelets may be two minors behind, not three": {
			cluster: clusterOf("v1.33.1-gke.1640000").kubelets("v1.31.3-gke.1640000", "a").kubelets("v1.33.1-gke.1640000", "b").kubectl("v1.33.1"),
			to:      "1.35",
			steps: []string{
				"1.34 prepare: kubelet 1.31 → 1.33 ×1",
				"1.34 kube-apiserver: kube-apiserver 1.33 → 1.34 ×1",
				"1.34 kubectl: kubectl 1.33 → 1.34 ×1",
				"1.35 kube-apiserver: kube-apiserver 1.34 → 1.35 ×1",
				"1.35 nodes: kubelet 1.33 → 1.35 ×2",
				"1.35 kubectl: kubectl 1.34 → 1.35 ×1",
			},
			stays: []string{"1.34: kubelet 1.33 for 1 hops, until 1.35 ×2"},
		},
		"EKS: of the control plane kube-apiserver alone is visible": {
			cluster: clusterOf("v1.33.1-eks-113cf36").kubelets("v1.31.3-eks-113cf36", "a", "b").kubelets("v1.33.1-eks-113cf36", "c").
				proxies("v1.33.1-eksbuild.1", 3).kubectl("v1.33.1").lease("kube-controller-manager").lease("kube-scheduler"),
			to: "1.35",
			steps: []string{
				"1.34 kube-apiserver: kube-apiserver 1.33 → 1.34 ×1",
				// Four minors behind 1.35.
				"1.34 nodes: kubelet 1.31 → 1.34 ×2",
				"1.34 kube-proxy: kube-proxy 1.33 → 1.34 ×3",
				"1.34 kubectl: kubectl 1.33 → 1.34 ×1",
				"1.35 kube-apiserver: kube-apiserver 1.34 → 1.35 ×1",
				"1.35 nodes: kubelet 1.33 → 1.35 ×1",
				"1.35 nodes: kubelet 1.34 → 1.35 ×2",
				"1.35 kube-proxy: kube-proxy 1.34 → 1.35 ×3",
				"1.35 kubectl: kubectl 1.34 → 1.35 ×1",
			},
			stays: []string{"1.34: kubelet 1.33 for 1 hops, until 1.36 ×1"},
		},
		"k3s: managers move inside kube-apiserver's binary, kube-proxy inside kubelet's": {
			cluster: clusterOf("v1.33.1+k3s1").kubelets("v1.33.1+k3s1", "a", "b").kubectl("v1.33.1"),
			to:      "1.34",
			steps: []string{
				"1.34 kube-apiserver: kube-apiserver 1.33 → 1.34 ×1",
				"1.34 nodes: kubelet 1.33 → 1.34 ×2",
				"1.34 kubectl: kubectl 1.33 → 1.34 ×1",
			},
		},
		"OpenShift: an odd minor, 1.30 inside, lets kubelets be one behind": {
			cluster: openShift("v1.29.8").kubelets("v1.28.11", "a").kubelets("v1.29.8", "b"),
			to:      "1.31",
			steps: []string{
				"1.30 prepare: kubelet 1.28 → 1.29 ×1",
				"1.30 kube-apiserver: kube-apiserver 1.29 → 1.30 ×1",
				"1.30 kubectl: kubectl 1.29 → 1.30 ×1",
				"1.31 kube-apiserver: kube-apiserver 1.30 → 1.31 ×1",
				"1.31 nodes: kubelet 1.29 → 1.31 ×2",
				"1.31 kubectl: kubectl 1.30 → 1.31 ×1",
			},
			stays: []string{"1.30: kubelet 1.29 for 1 hops, until 1.31 ×2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := tc.cluster.plan(t, tc.to)
			if diff := cmp.Diff(tc.steps, outline(p)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.stays, stays(p)); diff != "" {
				t.Errorf("stays (-want +got):\n%s", diff)
			}
		})
	}
}

func openShift(apiServers ...string) cluster {
	c := clusterOf(apiServers...)
	c.APIGroups.Names = []string{"config.openshift.io"}
	return c
}

// A start outside the policy is repaired before anything else moves.
func TestAStartOutsideThePolicyIsRepairedFirst(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		to      string
		// prepare is what the first hop does to the component that is outside, before
		// kube-apiserver moves.
		component string
		prepare   []string
	}{
		"a kubelet too old": {
			clusterOf("v1.34.1").kubelets("v1.30.1", "a").kubelets("v1.34.1", "b"), "1.35",
			"kubelet", []string{"1.35 prepare: kubelet 1.30 → 1.34 ×1"}},
		"a kubelet newer than kube-apiserver": {
			clusterOf("v1.34.1").kubelets("v1.35.1", "a").kubelets("v1.34.1", "b"), "1.35",
			"kubelet", []string{"1.35 prepare: kubelet 1.35 → 1.34 ×1"}},
		"a controller manager too old": {
			clusterOf("v1.34.1").staticPod("kube-apiserver", "cp-0", "v1.34.1").staticPod("kube-controller-manager", "cp-0", "v1.32.1"), "1.35",
			"kube-controller-manager", []string{"1.35 prepare: kube-controller-manager 1.32 → 1.34 ×1"}},
		"a controller manager too new": {
			clusterOf("v1.34.1").staticPod("kube-apiserver", "cp-0", "v1.34.1").staticPod("kube-controller-manager", "cp-0", "v1.35.1"), "1.35",
			"kube-controller-manager", []string{"1.35 prepare: kube-controller-manager 1.35 → 1.34 ×1"}},
		"kube-proxy newer than kube-apiserver": {
			clusterOf("v1.34.1").kubelets("v1.34.1", "a").proxies("v1.35.1", 1), "1.35",
			"kube-proxy", []string{"1.35 prepare: kube-proxy 1.35 → 1.34 ×1"}},
		"a kubelet that only the older of two kube-apiservers bears": {
			clusterOf("v1.34.1", "v1.35.1").kubectl("v1.34.1").
				nodes(v1alpha1.NodeGroup{KubeletVersion: "v1.31.1", Status: "Ready", Roles: "control-plane", Names: []string{"cp-0"}}), "1.36",
			"kubelet", []string{"1.36 prepare: kubelet 1.31 → 1.34 ×1"}},
		"kube-apiservers two minors apart, minor by minor": {
			clusterOf("v1.34.1", "v1.36.1").kubectl("v1.35.1"), "1.37",
			"kube-apiserver", []string{
				"1.37 prepare: kube-apiserver 1.34 → 1.35 ×1",
				"1.37 prepare: kube-apiserver 1.35 → 1.36 ×1",
			}},
		"kube-apiservers two minors apart, as pods": {
			clusterOf("v1.34.1", "v1.36.1").staticPod("kube-apiserver", "cp-0", "v1.34.1").staticPod("kube-apiserver", "cp-1", "v1.36.1").kubectl("v1.35.1"), "1.37",
			"kube-apiserver", []string{
				"1.37 prepare: kube-apiserver 1.34 → 1.35 ×1",
				"1.37 prepare: kube-apiserver 1.35 → 1.36 ×1",
			}},
		"kube-apiservers two minors apart, one of them a pod": {
			clusterOf("v1.34.1", "v1.36.1").staticPod("kube-apiserver", "cp-0", "v1.34.1").kubectl("v1.35.1"), "1.37",
			"kube-apiserver", []string{
				"1.37 prepare: kube-apiserver 1.34 → 1.35 ×1",
				"1.37 prepare: kube-apiserver 1.35 → 1.36 ×1",
			}},
		"kube-apiservers two minors apart, and no later target": {
			clusterOf("v1.34.1", "v1.36.1").staticPod("kube-apiserver", "cp-0", "v1.34.1").staticPod("kube-apiserver", "cp-1", "v1.36.1").kubectl("v1.35.1"), "1.36",
			"kube-apiserver", []string{
				"1.36 prepare: kube-apiserver 1.34 → 1.35 ×1",
				"1.36 prepare: kube-apiserver 1.35 → 1.36 ×1",
			}},
	} {
		t.Run(name, func(t *testing.T) {
			p := tc.cluster.plan(t, tc.to)
			if len(p.Hops) == 0 {
				t.Fatalf("no hop: %s: %s", p.Summary.Verdict, p.Summary.Message)
			}
			first := *p
			first.Hops = first.Hops[:1]
			got := slices.DeleteFunc(of(tc.component, outline(&first)), func(line string) bool { return !strings.Contains(line, " prepare: ") })
			if diff := cmp.Diff(tc.prepare, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if verdict := skewVerdict(p.Hops[0]); verdict == v1alpha1.Blocked {
				t.Errorf("blocked by version-skew, although it can be repaired: %v", p.Hops[0].Gates)
			}
		})
	}
}

// A rollout ends with all pods of a DaemonSet alike, and with no other's.
func TestKubeProxyMovesByDaemonSets(t *testing.T) {
	revision := func(tag string, nodes ...string) v1alpha1.KubeProxyRevision {
		return v1alpha1.KubeProxyRevision{Hash: "hash-" + tag, Image: "registry.k8s.io/kube-proxy:" + tag, Nodes: nodes}
	}
	set := func(name string, revisions ...v1alpha1.KubeProxyRevision) v1alpha1.KubeProxyDaemonSet {
		s := v1alpha1.KubeProxyDaemonSet{Name: name, Image: revisions[0].Image, UpdatedPods: int32(len(revisions[0].Nodes)), Revisions: revisions}
		for _, r := range revisions {
			s.Pods += int32(len(r.Nodes))
		}
		return s
	}
	sets := func(sets ...v1alpha1.KubeProxyDaemonSet) cluster {
		c := clusterOf("v1.34.1").kubelets("v1.34.1", "a", "b")
		c.KubeProxy.DaemonSets = sets
		return c
	}
	for name, tc := range map[string]struct {
		cluster cluster
		// at is the version of the pod on each node.
		at map[string]string
	}{
		"a rollout under way": {
			sets(set("kube-proxy", revision("v1.34.1", "a"), revision("v1.31.9", "b"))),
			map[string]string{"a": "v1.34.1", "b": "v1.31.9"}},
		"two sets, one of them behind": {
			sets(set("kube-proxy", revision("v1.34.1", "a")), set("kube-proxy-windows", revision("v1.31.9", "b"))),
			map[string]string{"a": "v1.34.1", "b": "v1.31.9"}},
		"beside a kubelet whose version cannot be read": {
			clusterOf("v1.34.1").kubelets("v1.34.1", "a").kubelets("custom-build", "b").proxies("v1.34.1", 2),
			map[string]string{"a": "v1.34.1", "b": "v1.34.1"}},
		"on no node": {
			clusterOf("v1.34.1").kubelets("v1.34.1", "a").proxies("v1.34.1", 0),
			map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, step := range tc.cluster.plan(t, "1.35").Hops[0].Steps {
				for _, move := range step.Moves {
					if move.Component != "kube-proxy" {
						continue
					}
					if len(move.Names) == 0 || int(move.Count) != len(move.Names) {
						t.Errorf("%d pods move from %s, named %v", move.Count, move.From, move.Names)
					}
					for _, node := range move.Names {
						if tc.at[node] != move.From {
							t.Errorf("the pod on %s moves from %s, and is at %s", node, move.From, tc.at[node])
						}
						tc.at[node] = move.To
					}
				}
			}
			for node, at := range tc.at {
				if minorText(at) != "1.35" {
					t.Errorf("the pod on %s ends at %s, want 1.35", node, at)
				}
			}
		})
	}
}

// Without /metrics, instances of one version look alike, and are as many as before.
func TestNoInstanceIsForgottenAfterTheFirstHop(t *testing.T) {
	c := clusterOf("v1.26.1", "v1.26.0").staticPod("kube-apiserver", "cp-1", "v1.26.0").staticPod("kube-apiserver", "cp-2", "v1.26.0")
	for i := range c.APIServers.Instances {
		c.APIServers.Instances[i].StartTime = ""
	}
	want := []string{
		"1.27 kube-apiserver: kube-apiserver 1.26 → 1.27 ×3",
		"1.28 kube-apiserver: kube-apiserver 1.27 → 1.28 ×3",
	}
	if diff := cmp.Diff(want, of("kube-apiserver", outline(c.plan(t, "1.28")))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsAtTheTargetNeedsNoHop(t *testing.T) {
	p := clusterOf("v1.37.2").kubelets("v1.37.2", "a").proxies("v1.37.2", 1).plan(t, "1.37")
	if got := outline(p); len(got) > 0 {
		t.Errorf("got %q, want nothing to do", got)
	}
}

func TestOtherClustersAreNoPartOfAPlan(t *testing.T) {
	p := clusterOf("v1.37.2").unread(v1alpha1.SourceManagement).unread(v1alpha1.SourceKubectl).plan(t, "1.37")
	if len(p.Gaps) != 1 || p.Gaps[0].Source != v1alpha1.SourceKubectl {
		t.Errorf("gaps = %+v, want that of kubectl alone", p.Gaps)
	}
}

func TestWithoutAKubeAPIServerThereIsNoPlan(t *testing.T) {
	s := v1alpha1.NewSnapshot("test")
	if p, err := Evaluate(s, options(t, version.Minor{Major: 1, Minor: 37})); err == nil {
		t.Errorf("got %v, want an error", p)
	}
}
