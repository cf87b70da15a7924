package skew

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func TestARollingControlPlaneUpgradeRaisesNoAlarm(t *testing.T) {
	halfway := clusterOf("v1.37.1", "v1.36.3").
		kubeadmNode("cp-1", "v1.37.1").
		kubeadmNode("cp-2", "v1.36.3").
		nodes(v1alpha1.NodeGroup{KubeletVersion: "v1.37.1", Roles: "control-plane", Names: []string{"cp-1"}},
			v1alpha1.NodeGroup{KubeletVersion: "v1.36.3", Roles: "control-plane", Names: []string{"cp-2"}}).
		kubelets("v1.36.3", "worker-1", "worker-2").
		proxies("v1.36.3", 4)

	report := halfway.evaluate(t)

	for _, row := range report.Rows {
		if row.Verdict != ok {
			t.Errorf("%s %s: %s (%s)", row.Component, row.Version, row.Verdict, row.Reason)
		}
	}
	if report.Summary.Verdict != ok || !report.Summary.Complete {
		t.Errorf("summary: %+v", report.Summary)
	}
	manager := theRow(t, report, "kube-controller-manager", "v1.37.1")
	if manager.JudgedAgainst != "the kube-apiserver of its node" {
		t.Errorf("judged against %q", manager.JudgedAgainst)
	}
}

func TestWiring(t *testing.T) {
	half := func() cluster { return clusterOf("v1.37.1", "v1.36.3") }
	for name, tc := range map[string]struct {
		cluster            cluster
		component, version string
		want               v1alpha1.Verdict
		reason             string
	}{
		"a static pod is judged against the kube-apiserver of its node": {
			half().kubeadmNode("cp-1", "v1.37.1").kubeadmNode("cp-2", "v1.36.3"), "kube-scheduler", "v1.37.1",
			ok, "the kube-apiserver of its node may move 1 minor before kube-scheduler 1.37 breaks"},
		"a static pod newer than the kube-apiserver of its node": {
			half().staticPod("kube-apiserver", "cp-2", "v1.36.3").staticPod("kube-scheduler", "cp-2", "v1.37.1"), "kube-scheduler", "v1.37.1",
			unsupported, "1 minor newer than kube-apiserver 1.36, must not be newer"},
		"a pod whose wiring is not known": {
			half().pod("kube-scheduler", "worker", "registry.k8s.io/kube-scheduler:v1.37.1"), "kube-scheduler", "v1.37.1",
			warning, "if behind a load balancer, 1 minor newer than kube-apiserver 1.36, the oldest instance, must not be newer"},
		"a pod that only the oldest instance bears": {
			half().pod("kube-scheduler", "worker", "registry.k8s.io/kube-scheduler:v1.35.4"), "kube-scheduler", "v1.35.4",
			warning, "if behind a load balancer, 2 minors older than kube-apiserver 1.37, at most 1 is allowed"},
		"a pod that no instance bears": {
			half().pod("kube-scheduler", "worker", "registry.k8s.io/kube-scheduler:v1.34.4"), "kube-scheduler", "v1.34.4",
			unsupported, "3 minors older than kube-apiserver 1.37, at most 1 is allowed"},
		"the kubelet of a control-plane node that is not kubeadm's": {
			half().nodes(v1alpha1.NodeGroup{KubeletVersion: "v1.37.1", Roles: "control-plane,etcd", Names: []string{"cp"}}), "kubelet", "v1.37.1",
			warning, "if behind a load balancer, 1 minor newer than kube-apiserver 1.36, the oldest instance, must not be newer"},
		"the kubelet of a kubeadm control-plane node before 1.33": {
			clusterOf("v1.32.4", "v1.31.0").kubeadmNode("cp", "v1.32.4").
				nodes(v1alpha1.NodeGroup{KubeletVersion: "v1.32.4", Roles: "control-plane", Names: []string{"cp"}}), "kubelet", "v1.32.4",
			warning, "if behind a load balancer, 1 minor newer than kube-apiserver 1.31, the oldest instance, must not be newer"},
		"the kubelet of a worker has no excuse": {
			half().kubelets("v1.37.1", "worker"), "kubelet", "v1.37.1",
			unsupported, "1 minor newer than kube-apiserver 1.36, the oldest instance, must not be newer"},
	} {
		t.Run(name, func(t *testing.T) {
			row := theRow(t, tc.cluster.evaluate(t), tc.component, tc.version)
			if row.Verdict != tc.want || row.Reason != tc.reason {
				t.Errorf("got  %s: %s\nwant %s: %s", row.Verdict, row.Reason, tc.want, tc.reason)
			}
		})
	}
}

func TestInstancesOfKubeAPIServer(t *testing.T) {
	type counted struct {
		Versions    []string
		Seen, Exist int32
		Unseen      string
	}
	for name, tc := range map[string]struct {
		cluster cluster
		want    counted
	}{
		"one": {clusterOf("v1.37.1"), counted{Versions: []string{"v1.37.1"}, Seen: 1, Exist: 1}},
		"two of one version, told apart by their start": {clusterOf("v1.37.1", "v1.37.1"),
			counted{Versions: []string{"v1.37.1"}, Seen: 2, Exist: 2}},
		"a lease that no connection found": {clusterOf("v1.37.1").identityLease("apiserver-other"),
			counted{Versions: []string{"v1.37.1", ""}, Seen: 1, Exist: 2, Unseen: "1 of 2 instances did not show their version"}},
		"pods show what connections did not reach": {clusterOf("v1.37.1").kubeadmNode("cp-1", "v1.37.1").kubeadmNode("cp-2", "v1.36.3"),
			counted{Versions: []string{"v1.37.1", "v1.36.3"}, Seen: 2, Exist: 2}},
		"a pod pinned by digest is counted, and its version found by a connection": {
			clusterOf("v1.37.1").pod("kube-apiserver", "cp", "registry.example/release@sha256:0123"),
			counted{Versions: []string{"v1.37.1"}, Seen: 1, Exist: 1}},
		"the answer's spelling wins over the tag's": {
			clusterOf("v1.33.1+rke2r1").pod("kube-apiserver", "cp", "docker.io/rancher/hardened-kubernetes:v1.33.1-rke2r1-build20250612"),
			counted{Versions: []string{"v1.33.1+rke2r1"}, Seen: 1, Exist: 1}},
		"nothing tells how many exist": {clusterOf("v1.37.1").unread(v1alpha1.SourceLeases, "list leases"),
			counted{Versions: []string{"v1.37.1"}, Seen: 1, Exist: 0}},
		"three pods, one of which was upgraded since": {
			clusterOf("v1.37.1").kubeadmNode("cp-1", "v1.36.3").kubeadmNode("cp-2", "v1.36.3").kubeadmNode("cp-3", "v1.36.3"),
			counted{Versions: []string{"v1.37.1", "v1.36.3"}, Seen: 3, Exist: 3}},
		"two that answered, where nothing tells how many exist": {clusterOf("v1.37.1", "v1.36.3").withoutIdentityLeases(),
			counted{Versions: []string{"v1.37.1", "v1.36.3"}, Seen: 2, Exist: 0}},
		"two that answered and share a lease": {clusterOf("v1.37.1", "v1.37.1").withoutIdentityLeases().identityLease("apiserver-shared"),
			counted{Versions: []string{"v1.37.1"}, Seen: 2, Exist: 2}},
		"a probed endpoint": {clusterOf("v1.37.1").endpoint("192.0.2.1:6443", "v1.37.1").endpoint("192.0.2.2:6443", "v1.36.3"),
			counted{Versions: []string{"v1.37.1", "v1.36.3"}, Seen: 2, Exist: 2}},
		"an endpoint that does not answer": {clusterOf("v1.37.1").endpoint("192.0.2.1:6443", "v1.37.1").endpoint("192.0.2.2:6443", ""),
			counted{Versions: []string{"v1.37.1", ""}, Seen: 1, Exist: 2, Unseen: "1 of 2 instances did not show their version"}},
	} {
		t.Run(name, func(t *testing.T) {
			report := tc.cluster.evaluate(t)
			got := counted{Seen: report.ControlPlane.InstancesSeen, Exist: report.ControlPlane.InstancesExist}
			for _, row := range rowsOf(report, "kube-apiserver") {
				got.Versions = append(got.Versions, row.Version)
				if row.Verdict == v1alpha1.Unknown {
					got.Unseen = row.Reason
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func (c cluster) withoutIdentityLeases() cluster {
	c.Leases.Leases = nil
	return c
}

// identityLease adds the identity lease of an instance that did not answer.
func (c cluster) identityLease(name string) cluster {
	c.Leases.Leases = append(c.Leases.Leases, v1alpha1.Lease{Name: name, Identity: v1alpha1.APIServerIdentity, RenewTime: renewed(59 * time.Second)})
	return c
}

func (c cluster) endpoint(address, version string) cluster {
	endpoint := v1alpha1.APIServerEndpoint{Address: address, Error: "connection refused"}
	if version != "" {
		endpoint = v1alpha1.APIServerEndpoint{Address: address, Version: &v1alpha1.VersionInfo{GitVersion: version}}
	}
	c.APIServers.Endpoints = append(c.APIServers.Endpoints, endpoint)
	return c
}

func TestKubeProxyIsJudgedBesideItsKubelet(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		version string
		want    v1alpha1.Verdict
		names   []string
	}{
		"as many pods as nodes: beside every kubelet": {
			clusterOf("v1.37.1").kubelets("v1.33.13", "a", "b").proxies("v1.37.1", 2), "v1.37.1", unsupported, []string{"a", "b"}},
		"fewer pods than nodes, all near": {
			clusterOf("v1.37.1").kubelets("v1.34.4", "old").kubelets("v1.37.1", "new").proxies("v1.37.1", 1), "v1.37.1", ok, nil},
		"fewer pods than nodes, one too far": {
			clusterOf("v1.37.1").kubelets("v1.33.13", "old").kubelets("v1.37.1", "new").proxies("v1.37.1", 1), "v1.37.1", v1alpha1.Unknown, nil},
		"more pods than nodes that are near": {
			clusterOf("v1.37.1").kubelets("v1.33.13", "old", "older").kubelets("v1.37.1", "new").proxies("v1.37.1", 2), "v1.37.1", unsupported, nil},
		"the nodes could not be read": {
			clusterOf("v1.37.1").proxies("v1.37.1", 2).unread(v1alpha1.SourceNodes, "list nodes"), "v1.37.1", v1alpha1.Unknown, nil},
		"the nodes could not be read, and kube-apiserver alone rules it out": {
			clusterOf("v1.37.1").proxies("v1.33.13", 2).unread(v1alpha1.SourceNodes, "list nodes"), "v1.33.13", unsupported, nil},
		"three minors from its kubelet": {
			clusterOf("v1.37.1").kubelets("v1.34.4", "a").proxies("v1.37.1", 1), "v1.37.1", ok, []string{"a"}},
		"an old revision far from the kubelet of its node": {
			clusterOf("v1.37.1").kubelets("v1.37.1", "a", "b").revisions(map[string][]string{"v1.37.1": {"a"}, "v1.33.13": {"b"}}), "v1.33.13", unsupported, []string{"b"}},
		"a virtual-kubelet node is no neighbour": {
			clusterOf("v1.37.1").kubelets("v1.37.1", "a").proxies("v1.37.1", 1).
				nodes(v1alpha1.NodeGroup{KubeletVersion: "v1.25.0-vk-azure-aci-1.6.2", Virtual: true, Names: []string{"aci"}}), "v1.37.1", ok, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			row := theRow(t, tc.cluster.evaluate(t), "kube-proxy", tc.version)
			if row.Verdict != tc.want || !slices.Equal(row.Names, tc.names) {
				t.Errorf("got %s %v (%s), want %s %v", row.Verdict, row.Names, row.Reason, tc.want, tc.names)
			}
		})
	}
}

func TestOneImageSplitsByTheKubeletBesideIt(t *testing.T) {
	rows := rowsOf(clusterOf("v1.28.0").
		kubelets("v1.28.0", "near").kubelets("v1.24.0", "far").
		revisions(map[string][]string{"v1.28.0": {"near", "far"}}).evaluate(t), "kube-proxy")
	got := map[v1alpha1.Verdict][]string{}
	for _, row := range rows {
		got[row.Verdict] = row.Names
	}
	if diff := cmp.Diff(map[v1alpha1.Verdict][]string{ok: {"near"}, unsupported: {"far"}}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNotSeenIsNeverOK(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster   cluster
		component string
		want      v1alpha1.Verdict
		reason    string
	}{
		"nodes forbidden": {clusterOf("v1.37.1").unread(v1alpha1.SourceNodes, "list nodes"), "kubelet",
			v1alpha1.Unknown, "nodes could not be read, needs permission to list nodes"},
		"kube-proxy forbidden": {clusterOf("v1.37.1").unread(v1alpha1.SourceKubeProxy, "list daemonsets.apps in kube-system"), "kube-proxy",
			v1alpha1.Unknown, "kube-proxy could not be read, needs permission to list daemonsets.apps in kube-system"},
		"pods forbidden": {clusterOf("v1.37.1").unread(v1alpha1.SourceControlPlanePods, "list pods in kube-system"), "kube-scheduler",
			v1alpha1.Unknown, "control-plane pods could not be read, needs permission to list pods in kube-system"},
		"kubectl not found": {clusterOf("v1.37.1").unread(v1alpha1.SourceKubectl, ""), "kubectl",
			v1alpha1.Unknown, "kubectl could not be read"},
		"a kubectl dispatcher": {clusterOf("v1.37.1").kubectl("v1.32.4-dispatcher"), "kubectl",
			v1alpha1.Unknown, "a dispatcher picks another kubectl for each cluster: name its version with --kubectl-version"},
		"a kubelet that names no version": {clusterOf("v1.37.1").kubelets("fake", "a"), "kubelet",
			v1alpha1.Unknown, `"fake" is not a Kubernetes version`},
		"an image pinned by digest": {clusterOf("v1.37.1").pod("kube-scheduler", "a", "x/kube-scheduler@sha256:01"), "kube-scheduler",
			v1alpha1.Unknown, "image is pinned by digest, which names no version"},
		"a cloud-controller-manager with numbers of its own": {
			clusterOf("v1.37.1").pod("cloud-controller-manager", "a", "docker.io/hetznercloud/hcloud-cloud-controller-manager:v1.30.0"), "cloud-controller-manager",
			v1alpha1.Unknown, "own numbering: this image does not follow Kubernetes minors"},
		"a hidden scheduler that renews its lease": {clusterOf("v1.37.1").lease("kube-scheduler", time.Second), "kube-scheduler",
			v1alpha1.NotVisible, "it renews its lease, but its pod is hidden: the provider runs it"},
		"a hidden scheduler whose lease is stale": {clusterOf("v1.37.1").lease("kube-scheduler", 61*time.Second), "kube-scheduler",
			v1alpha1.NotVisible, "no pod and no current lease: the provider runs it, or it runs outside the cluster's view"},
		"a scheduler of which neither pod nor lease could be read": {
			clusterOf("v1.37.1").unread(v1alpha1.SourceLeases, "list leases"), "kube-scheduler",
			v1alpha1.Unknown, "leases could not be read, needs permission to list leases"},
		"a cloud-controller-manager of which neither pod nor lease could be read": {
			clusterOf("v1.37.1").unread(v1alpha1.SourceLeases, "list leases").unread(v1alpha1.SourceControlPlanePods, "list pods"), "cloud-controller-manager",
			v1alpha1.Unknown, "control-plane pods could not be read, needs permission to list pods"},
		"an image without a tag": {clusterOf("v1.37.1").pod("kube-scheduler", "a", "x/kube-scheduler"), "kube-scheduler",
			v1alpha1.Unknown, "image has no tag"},
		"no kube-proxy": {clusterOf("v1.37.1"), "kube-proxy",
			v1alpha1.NotVisible, "no DaemonSet runs kube-proxy: the network plugin replaces it, or nodes start it themselves"},
		"pods of one place forbidden, and none elsewhere": {clusterOf("v1.37.1").gap(v1alpha1.SourceControlPlanePods, "list pods in kube-system"), "kube-scheduler",
			v1alpha1.Unknown, "control-plane pods could not be read, needs permission to list pods in kube-system"},
		"a rollout whose revisions could not be read": {
			clusterOf("v1.37.1").kubelets("v1.37.1", "a", "b").daemonSet(v1alpha1.KubeProxyDaemonSet{Name: "kube-proxy", Image: "registry.k8s.io/kube-proxy:v1.37.1", Pods: 2, UpdatedPods: 1}), "kube-proxy",
			v1alpha1.Unknown, "a rollout is under way, 1 of 2 pods run this version, and the revisions of the others could not be read"},
		"a DaemonSet that is switched off by its node selector": {
			clusterOf("v1.37.1").kubelets("v1.37.1", "a").daemonSet(v1alpha1.KubeProxyDaemonSet{Name: "kube-proxy", Image: "registry.k8s.io/kube-proxy:v1.30.0", RolloutComplete: true}), "kube-proxy",
			v1alpha1.NotVisible, "DaemonSet kube-proxy runs on no node"},
		"a virtual-kubelet node": {clusterOf("v1.37.1").nodes(v1alpha1.NodeGroup{KubeletVersion: "v1.25.0-vk-azure-aci-1.6.2", Virtual: true, Names: []string{"aci"}}), "kubelet",
			v1alpha1.NotJudged, "virtual-kubelet nodes have no kubelet"},
	} {
		t.Run(name, func(t *testing.T) {
			rows := rowsOf(tc.cluster.evaluate(t), tc.component)
			if len(rows) != 1 || rows[0].Verdict != tc.want || rows[0].Reason != tc.reason {
				t.Errorf("got %+v, want one row %s: %s", rows, tc.want, tc.reason)
			}
		})
	}
}

func TestACloudControllerManagerWithoutAnySignIsNoRow(t *testing.T) {
	if rows := rowsOf(clusterOf("v1.37.1").evaluate(t), "cloud-controller-manager"); len(rows) != 0 {
		t.Errorf("got %+v", rows)
	}
}

// etcd numbers its releases in its own way: "3.6.8-0" is no version of Kubernetes.
func TestEtcdIsNoRow(t *testing.T) {
	without := clusterOf("v1.37.1").kubeadmNode("cp-1", "v1.37.1")
	with := clusterOf("v1.37.1").kubeadmNode("cp-1", "v1.37.1").staticPod("etcd", "cp-1", "3.6.8-0")
	if diff := cmp.Diff(without.evaluate(t), with.evaluate(t)); diff != "" {
		t.Errorf("report (-without +with etcd):\n%s", diff)
	}
}

func TestPlatforms(t *testing.T) {
	const managers = "https://kubernetes.io/releases/version-skew-policy/#kube-controller-manager-kube-scheduler-and-cloud-controller-manager"
	for name, tc := range map[string]struct {
		cluster            cluster
		component, version string
		want               v1alpha1.Verdict
		source             string
	}{
		"GKE bears nodes two minors behind": {
			clusterOf("v1.36.3-gke.1640000").kubelets("v1.34.9-gke.1655001", "a"), "kubelet", "v1.34.9-gke.1655001",
			warning, "https://cloud.google.com/kubernetes-engine/versioning"},
		"GKE does not bear three": {
			clusterOf("v1.36.3-gke.1640000").kubelets("v1.33.9-gke.1655001", "a"), "kubelet", "v1.33.9-gke.1655001",
			unsupported, "https://cloud.google.com/kubernetes-engine/versioning"},
		"EKS bears what upstream bears": {
			clusterOf("v1.33.5-eks-abc123").kubelets("v1.30.4-eks-36db8ed", "a"), "kubelet", "v1.30.4-eks-36db8ed",
			warning, "https://kubernetes.io/releases/version-skew-policy/#kubelet"},
		"ACK wants nodes on the control plane's minor before it moves on": {
			clusterOf("v1.36.1-aliyun.1").kubelets("v1.35.2-aliyun.1", "a"), "kubelet", "v1.35.2-aliyun.1",
			warning, "https://www.alibabacloud.com/help/en/document_detail/86497.html"},
		"k3s holds the scheduler in its binary": {
			clusterOf("v1.33.1+k3s1"), "kube-scheduler", "v1.33.1+k3s1", ok, managers},
		"each in that of its own kube-apiserver": {
			clusterOf("v1.34.1+k3s1", "v1.33.1+k3s1"), "kube-controller-manager", "v1.34.1+k3s1", ok, managers},
		"RKE2 brings kube-proxy with its kubelet": {
			clusterOf("v1.33.1+rke2r1").kubelets("v1.33.1+rke2r1", "a"), "kube-proxy", "v1.33.1+rke2r1",
			ok, "https://kubernetes.io/releases/version-skew-policy/#kube-proxy"},
		"which is outside the policy where that is": {
			clusterOf("v1.33.1+rke2r1").kubelets("v1.27.1+rke2r1", "a"), "kube-proxy", "v1.27.1+rke2r1",
			unsupported, "https://kubernetes.io/releases/version-skew-policy/#kube-proxy"},
		"and unknown where nodes were not read": {
			clusterOf("v1.33.1+rke2r1").unread(v1alpha1.SourceNodes, "list nodes"), "kube-proxy", "", v1alpha1.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			row := theRow(t, tc.cluster.evaluate(t), tc.component, tc.version)
			if row.Verdict != tc.want || row.Source != tc.source {
				t.Errorf("got %s (%s) by %s, want %s by %s", row.Verdict, row.Reason, row.Source, tc.want, tc.source)
			}
		})
	}
}

func TestNotes(t *testing.T) {
	emulating := clusterOf("v1.37.1")
	emulating.APIServers.Instances[0].EmulationMajor, emulating.APIServers.Instances[0].EmulationMinor = "1", "36"
	own := clusterOf("v1.37.1")
	own.APIServers.Instances[0].EmulationMajor, own.APIServers.Instances[0].EmulationMinor = "1", "37"
	for name, tc := range map[string]struct {
		cluster cluster
		want    []string
	}{
		"nothing to remark":          {clusterOf("v1.37.1"), nil},
		"emulating its own version":  {own, nil},
		"emulating an older version": {emulating, []string{"kube-apiserver emulates 1.36: its APIs are those of 1.36, its skew that of its own version"}},
		"newer than the catalog":     {clusterOf("v1.38.0"), []string{"kube-apiserver 1.38 is newer than the catalog's last known minor 1.37 (as of 2026-11-20): judged by the policy of 1.37"}},
		"an instance that did not show its version": {clusterOf("v1.37.1").identityLease("apiserver-b"),
			[]string{"an instance that did not show its version may run another one, which would narrow what is allowed"}},
		"halfway through an upgrade": {clusterOf("v1.37.1", "v1.36.3").kubeadmNode("cp-1", "v1.37.1").kubeadmNode("cp-2", "v1.36.3"),
			[]string{"on control-plane nodes, what talks to the kube-apiserver of its node alone is judged against that; -o wide shows which"}},
		"how many instances exist is not known": {clusterOf("v1.37.1").unread(v1alpha1.SourceLeases, ""), []string{"nothing tells how many kube-apiserver instances exist: another one may run another version"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.cluster.evaluate(t).Notes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSummary(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		want    v1alpha1.SkewSummary
	}{
		"inside, with the first row to break": {
			clusterOf("v1.37.1").kubelets("v1.36.3", "a").kubelets("v1.35.4", "b"),
			v1alpha1.SkewSummary{Verdict: ok, Complete: true,
				Message: "everything seen is inside the version skew policy of 1.37; the control plane may move 1 minor before kubelet 1.35 breaks"}},
		"the gravest row leads, however many warnings there are": {
			clusterOf("v1.37.1").kubelets("v1.34.4", "a", "b", "c").kubelets("v1.33.13", "d", "e"),
			v1alpha1.SkewSummary{Verdict: unsupported, Complete: true,
				Message: "2 kubelets at v1.33.13: 4 minors older than kube-apiserver 1.37, at most 3 are allowed"}},
		"the cause leads, not the kube-proxies beside it": {
			clusterOf("v1.37.1").kubelets("v1.33.13", "a").proxies("v1.37.1", 1),
			v1alpha1.SkewSummary{Verdict: unsupported, Complete: true,
				Message: "kubelet at v1.33.13: 4 minors older than kube-apiserver 1.37, at most 3 are allowed (and 1 more)"}},
		"of equals the one with the most instances leads": {
			clusterOf("v1.37.1").kubelets("v1.38.0", "a").kubelets("v1.33.13", "d", "e"),
			v1alpha1.SkewSummary{Verdict: unsupported, Complete: true,
				Message: "2 kubelets at v1.33.13: 4 minors older than kube-apiserver 1.37, at most 3 are allowed (and 1 more)"}},
		"a gap leaves the verdict open": {
			clusterOf("v1.37.1").unread(v1alpha1.SourceNodes, "list nodes").unread(v1alpha1.SourceKubeProxy, ""),
			v1alpha1.SkewSummary{Verdict: v1alpha1.Unknown,
				Message: "nothing seen is outside the version skew policy, but not everything could be seen: kubelet, kube-proxy"}},
		"what is outside the policy is said in spite of a gap": {
			clusterOf("v1.37.1").kubelets("v1.33.13", "a").unread(v1alpha1.SourceKubeProxy, ""),
			v1alpha1.SkewSummary{Verdict: unsupported,
				Message: "kubelet at v1.33.13: 4 minors older than kube-apiserver 1.37, at most 3 are allowed; not everything could be seen"}},
		"of warnings the nodes lead, for the rest moves with kube-apiserver": {
			clusterOf("v1.37.1").pod("kube-scheduler", "a", "registry.k8s.io/kube-scheduler:v1.36.3").kubelets("v1.34.4", "a"),
			v1alpha1.SkewSummary{Verdict: warning, Complete: true,
				Message: "kubelet at v1.34.4: allowed with kube-apiserver 1.37, no longer with 1.38 (and 1 more)"}},
		"an instance that did not show its version": {
			clusterOf("v1.37.1").identityLease("apiserver-b").identityLease("apiserver-c"),
			v1alpha1.SkewSummary{Verdict: v1alpha1.Unknown,
				Message: "nothing seen is outside the version skew policy, but not everything could be seen: 2 kube-apiservers"}},
		"how many instances exist is not known": {
			clusterOf("v1.37.1").withoutIdentityLeases(),
			v1alpha1.SkewSummary{Verdict: ok, Message: "everything seen is inside the version skew policy of 1.37"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.cluster.evaluate(t).Summary); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRowsGroupByVersionNewestFirst(t *testing.T) {
	rows := rowsOf(clusterOf("v1.37.1").
		kubelets("v1.36.3", "d").kubelets("v1.37.1", "c").kubelets("v1.36.10", "b").kubelets("v1.36.3", "a").evaluate(t), "kubelet")
	var got []string
	for _, row := range rows {
		got = append(got, row.Version+" "+strings.Join(row.Names, ","))
	}
	if diff := cmp.Diff([]string{"v1.37.1 c", "v1.36.10 b", "v1.36.3 a,d"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestReportsDoNotDependOnMapOrder(t *testing.T) {
	mixed := func() cluster {
		return clusterOf("v1.37.1").
			kubelets("v1.37.1", "a").kubelets("v1.36.3", "b").kubelets("v1.35.4", "c").kubelets("v1.33.13", "d", "e").kubelets("v1.32.0", "f").
			proxies("v1.37.1", 6)
	}
	first := mixed().evaluate(t)
	for range 20 {
		if diff := cmp.Diff(first, mixed().evaluate(t)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestASnapshotWithoutAnyKubeAPIServerIsRefused(t *testing.T) {
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*v1alpha1.Snapshot{
		"no section":        v1alpha1.NewSnapshot("test"),
		"no usable version": clusterOf("not a version").Snapshot,
	} {
		if _, err := Evaluate(s, data, nil); err == nil || !strings.Contains(err.Error(), "no kube-apiserver version") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// The platform's own bounds hold where it is recognised, or named; a guess is said to be one.
func TestThePlatformsBoundsHold(t *testing.T) {
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	label := func(c cluster, labels ...string) cluster {
		for i, l := range labels {
			c.NodeSamples.Nodes = append(c.NodeSamples.Nodes, v1alpha1.NodeSample{Name: fmt.Sprint("n", i), Labels: map[string]string{l: "x"}})
		}
		return c
	}
	behind := func() cluster { return clusterOf("v1.35.1").kubelets("v1.33.1", "old") }
	for name, tc := range map[string]struct {
		cluster  cluster
		platform string
		id       string
		assumed  bool
		verdict  v1alpha1.Verdict
	}{
		"nothing tells of one":                {behind(), "", "", false, v1alpha1.OK},
		"OpenShift by its nodes, even minor":  {label(behind(), "node.openshift.io/os_id"), "", "red-hat-openshift", false, v1alpha1.Warning},
		"ACK by its nodes":                    {label(behind(), "node.alibabacloud.com/nodepool-id"), "", "alibaba-ack", false, v1alpha1.Unsupported},
		"ACK by name":                         {behind(), "alibaba-ack", "alibaba-ack", false, v1alpha1.Unsupported},
		"a name stands above what nodes show": {label(behind(), "node.alibabacloud.com/nodepool-id"), "amazon-eks", "amazon-eks", false, v1alpha1.OK},
		"marks of two platforms":              {label(behind(), "node.alibabacloud.com/nodepool-id", "eks.amazonaws.com/nodegroup"), "", "upstream", true, v1alpha1.OK},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Evaluate(tc.cluster.Snapshot, data, data.Platform(tc.platform))
			if err != nil {
				t.Fatal(err)
			}
			id, assumed := "", false
			if report.Platform != nil {
				id, assumed = report.Platform.ID, report.Platform.Assumed
			}
			if row := theRow(t, report, "kubelet", "v1.33.1"); row.Verdict != tc.verdict || id != tc.id || assumed != tc.assumed {
				t.Errorf("%s by %q, assumed: %t", row.Verdict, id, assumed)
			}
			if report.Summary.Complete == tc.assumed {
				t.Errorf("complete: %t", report.Summary.Complete)
			}
		})
	}
}

func TestWhatBearsOnOtherQuestionsLeavesNothingOpen(t *testing.T) {
	c := clusterOf("v1.37.1")
	c.Gaps = []v1alpha1.Gap{{Source: v1alpha1.SourceHelmSecrets, Reason: v1alpha1.GapSkipped, Hides: "the APIs that Helm releases declare"}}
	report := c.evaluate(t)
	if !report.Summary.Complete || len(report.Gaps) > 0 {
		t.Errorf("complete %t, gaps %v", report.Summary.Complete, report.Gaps)
	}
	c.Gaps = append(c.Gaps, v1alpha1.Gap{Source: v1alpha1.SourceNodes, Reason: v1alpha1.GapForbidden, Hides: "kubelet versions"})
	if report := c.evaluate(t); report.Summary.Complete || len(report.Gaps) != 1 {
		t.Errorf("complete %t, gaps %v", report.Summary.Complete, report.Gaps)
	}
}
