package gate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/skew"
)

// versions of a cluster, each at one or more of them.
type versions struct {
	apiServers, controllerManagers, kubelets []string
	// unseen kube-apiservers hold a lease, and did not answer.
	unseen int
}

// judged is what the rules of skew say of a state of the hop's cluster.
func (h *Hop) judged(t *testing.T, state versions) *v1alpha1.SkewReport {
	t.Helper()
	now := metav1.NewMicroTime(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	s := h.Snapshot.DeepCopy()
	s.Leases, s.NodeSamples, s.APIGroups = &v1alpha1.Leases{ServerTime: metav1.NewTime(now.Time)}, &v1alpha1.NodeSamples{}, &v1alpha1.APIGroups{}
	s.Kubectl = &v1alpha1.Kubectl{GitVersion: state.apiServers[0], FoundBy: "PATH"}
	for _, v := range state.apiServers {
		s.APIServers.Instances = append(s.APIServers.Instances, v1alpha1.APIServerInstance{
			VersionInfo: v1alpha1.VersionInfo{GitVersion: v}, StartTime: "start of " + v, Connections: 1,
		})
	}
	for range len(state.apiServers) + state.unseen {
		s.Leases.Leases = append(s.Leases.Leases, v1alpha1.Lease{
			Name: "apiserver-" + string(rune('a'+len(s.Leases.Leases))), Identity: v1alpha1.APIServerIdentity, RenewTime: &now,
		})
	}
	for _, v := range state.controllerManagers {
		s.ControlPlanePods.Pods = append(s.ControlPlanePods.Pods, v1alpha1.ControlPlanePod{
			Component: "kube-controller-manager", Namespace: "kube-system", Name: "kube-controller-manager-" + v, Image: "registry.k8s.io/kube-controller-manager:" + v,
		})
	}
	if s.Nodes != nil {
		for _, v := range state.kubelets {
			s.Nodes.Groups = append(s.Nodes.Groups, v1alpha1.NodeGroup{KubeletVersion: v, Status: "Ready", Roles: "<none>", Names: []string{"a-" + v, "b-" + v}})
		}
	}
	report, err := skew.Evaluate(s, h.Catalog, h.Platform)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// between sets what the hop starts with and ends with.
func (h *Hop) between(t *testing.T, before, after versions) *Hop {
	t.Helper()
	h.Before, h.After = h.judged(t, before), h.judged(t, after)
	return h
}

// The prerequisites of https://v1-27.docs.kubernetes.io/releases/version-skew-policy/#supported-component-upgrade-order,
// for kube-apiserver from 1.26 to 1.27.
func TestSkewOfTheUpgradeTo127(t *testing.T) {
	at := func(apiServer, controllerManager string, kubelets ...string) versions {
		return versions{apiServers: []string{apiServer}, controllerManagers: []string{controllerManager}, kubelets: kubelets}
	}
	const inside = "every component that shows its version is inside the policy of 1.27 after the hop"
	for name, tc := range map[string]struct {
		before, after versions
		want          expected
	}{
		"kubelets at 1.26 and 1.25 may stay": {
			at("v1.26.5", "v1.26.5", "v1.26.5", "v1.25.10"), at("v1.27.2", "v1.27.2", "v1.26.5", "v1.25.10"),
			expected{v1alpha1.Pass, inside, nil, ""}},
		"kubelets at 1.24 come along": {
			at("v1.26.5", "v1.26.5", "v1.24.14"), at("v1.27.2", "v1.27.2", "v1.27.2"),
			expected{v1alpha1.Pass, inside, nil, ""}},
		"kubelets at 1.24 must not stay": {
			at("v1.26.5", "v1.26.5", "v1.24.14"), at("v1.27.2", "v1.27.2", "v1.24.14"),
			expected{v1alpha1.Blocked, "outside the policy after the hop: 2 kubelets at v1.24.14",
				[]string{"2 kubelets at v1.24.14: 3 minors older than kube-apiserver 1.27, at most 2 are allowed"},
				"bring them to a version that kube-apiserver 1.27 allows"}},
		"a controller manager at 1.25 must not stay": {
			at("v1.26.5", "v1.25.10", "v1.26.5"), at("v1.27.2", "v1.25.10", "v1.26.5"),
			expected{v1alpha1.Blocked, "outside the policy after the hop: kube-controller-manager at v1.25.10",
				[]string{"kube-controller-manager at v1.25.10: 2 minors older than kube-apiserver 1.27, at most 1 is allowed"},
				"bring them to a version that kube-apiserver 1.27 allows"}},
		"kubelets at 1.23 are outside today, and repaired": {
			at("v1.26.5", "v1.26.5", "v1.23.17"), at("v1.27.2", "v1.27.2", "v1.27.2"),
			expected{v1alpha1.Warning, "outside the policy today, and repaired by the first steps: 2 kubelets at v1.23.17",
				[]string{"2 kubelets at v1.23.17: 3 minors older than kube-apiserver 1.26, at most 2 are allowed"},
				"take the plan's steps in order"}},
		"a kubelet of no version": {
			at("v1.26.5", "v1.26.5", "v1.26.5"), at("v1.27.2", "v1.27.2", "latest"),
			expected{v1alpha1.Unknown, "not known: 2 kubelets at latest",
				[]string{`2 kubelets at latest: "latest" is not a Kubernetes version`}, "kubectl versions skew -o wide"}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.want.of(t, "version-skew", hopTo(t, "1.26", "1.27").between(t, tc.before, tc.after))
		})
	}

	repaired := hopTo(t, "1.26", "1.27").between(t, at("v1.26.5", "v1.26.5", "v1.23.17"), at("v1.27.2", "v1.27.2", "v1.27.2")).later()
	expected{v1alpha1.Pass, inside, nil, ""}.of(t, "version-skew", repaired)

	hidden := hopTo(t, "1.26", "1.27").gap(v1alpha1.SourceNodes, "list nodes")
	hidden.Snapshot.Nodes = nil
	expected{v1alpha1.Unknown, "not known: kubelet", []string{"kubelet: nodes could not be read, needs permission to list nodes"}, "ask for permission to list nodes"}.
		of(t, "version-skew", hidden.between(t, at("v1.26.5", "v1.26.5"), at("v1.27.2", "v1.27.2")))
}

func TestVersionsOfKubeAPIServers(t *testing.T) {
	for name, tc := range map[string]struct {
		from  string
		state versions
		want  expected
	}{
		"one": {"1.26", versions{apiServers: []string{"v1.26.5"}}, expected{v1alpha1.Pass, "every kube-apiserver that answered runs 1.26", nil, ""}},
		"two at one minor": {"1.26", versions{apiServers: []string{"v1.26.5", "v1.26.4"}},
			expected{v1alpha1.Pass, "every kube-apiserver that answered runs 1.26", nil, ""}},
		"at 1.26 and 1.27": {"1.27", versions{apiServers: []string{"v1.27.2", "v1.26.5"}},
			expected{v1alpha1.Warning, "kube-apiservers run 1.26 and 1.27: finished first, by the first steps", nil, "take the plan's steps in order"}},
		"at 1.25 and 1.27": {"1.27", versions{apiServers: []string{"v1.27.2", "v1.25.10"}},
			expected{v1alpha1.Warning, "kube-apiservers run 1.25 to 1.27, 2 minors apart where 1 is allowed: finished first, by the first steps", nil,
				"take the plan's steps in order"}},
		"one that did not answer": {"1.26", versions{apiServers: []string{"v1.26.5"}, unseen: 2},
			expected{v1alpha1.Unknown, "2 of 3 kube-apiservers did not show the version", nil, "kubectl versions skew --probe-endpoints"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := hopTo(t, tc.from, "1.28").between(t, tc.state, tc.state)
			tc.want.of(t, "api-server-versions", h)
			expected{}.of(t, "api-server-versions", h.later())
			// What is about instances is told once.
			if got := judge(t, "version-skew", h); strings.Contains(got.Message, "first steps: kube-apiserver") {
				t.Errorf("version-skew: %s", got.Message)
			}
			if got := judge(t, "version-skew", h); tc.state.unseen > 0 && got.Verdict != v1alpha1.Pass {
				t.Errorf("version-skew: %s", got.Message)
			}
		})
	}
}

func TestNodesFirst(t *testing.T) {
	at := func(kubelets ...string) versions {
		return versions{apiServers: []string{"v1.35.2-aliyun.1"}, kubelets: kubelets}
	}
	for name, tc := range map[string]struct {
		kubelets []string
		want     expected
	}{
		"all at the control plane's minor": {[]string{"v1.35.2-aliyun.1", "v1.35.1-aliyun.1"},
			expected{v1alpha1.Pass, "all nodes are at the control plane's 1.35, which Alibaba Cloud ACK requires", nil, ""}},
		"some a minor behind": {[]string{"v1.35.2-aliyun.1", "v1.34.3-aliyun.1"},
			expected{v1alpha1.Pass, "Alibaba Cloud ACK requires all nodes at the control plane's 1.35; moved first by the plan's steps: 2 nodes", nil, ""}},
		"some of no version": {[]string{"v1.35.2-aliyun.1", "edge"},
			expected{v1alpha1.Unknown, "2 kubelets at edge of no Kubernetes version", []string{`2 kubelets at edge: "edge" is not a Kubernetes version`}, "kubectl get nodes"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := hopTo(t, "1.35", "1.36").on("alibaba-ack").between(t, at(tc.kubelets...), at(tc.kubelets...))
			tc.want.of(t, "nodes-match-control-plane", h)
			expected{}.of(t, "nodes-match-control-plane", h.on("amazon-eks"))
		})
	}
	virtual := hopTo(t, "1.35", "1.36").on("alibaba-ack")
	virtual.Snapshot.Nodes.Groups = []v1alpha1.NodeGroup{{KubeletVersion: "v1.20.4-vk", Virtual: true, Names: []string{"virtual-kubelet"}}}
	expected{v1alpha1.Pass, "all nodes are at the control plane's 1.35, which Alibaba Cloud ACK requires", nil, ""}.of(t, "nodes-match-control-plane", virtual.between(t, at(), at()))
	hidden := hopTo(t, "1.35", "1.36").on("alibaba-ack").gap(v1alpha1.SourceNodes, "list nodes")
	hidden.Snapshot.Nodes = nil
	expected{v1alpha1.Unknown, "nodes could not be read", nil, "ask for permission to list nodes"}.of(t, "nodes-match-control-plane", hidden)
}

// Kubelets at many versions make neither a long message nor many lines.
func TestManyVersionsOutsideThePolicy(t *testing.T) {
	var kubelets []string
	for patch := range 12 {
		kubelets = append(kubelets, fmt.Sprintf("v1.20.%d", patch))
	}
	before, after := versions{apiServers: []string{"v1.26.5"}, kubelets: kubelets}, versions{apiServers: []string{"v1.27.2"}}
	got := judge(t, "version-skew", hopTo(t, "1.26", "1.27").between(t, before, after))
	if !strings.HasSuffix(got.Message, ", and 7 more") || len(got.Evidence) != 7 || got.Evidence[6] != "6 more" {
		t.Errorf("%s\n%s", got.Message, strings.Join(got.Evidence, "\n"))
	}
}
