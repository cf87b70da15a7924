package skew

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// withComponent adds a component at a version, wired to any kube-apiserver.
func (c cluster) withComponent(component, version string) cluster {
	switch component {
	case "kubelet":
		return c.kubelets(version, "worker")
	case "kube-proxy":
		return c.proxies(version, 1)
	case "kubectl":
		return c.kubectl(version)
	case "cloud-controller-manager":
		return c.pod(component, "worker", "registry.k8s.io/provider-aws/cloud-controller-manager:"+version)
	default:
		return c.pod(component, "worker", "registry.k8s.io/"+component+":"+version)
	}
}

const (
	ok          = v1alpha1.OK
	warning     = v1alpha1.Warning
	unsupported = v1alpha1.Unsupported
)

type policyCase struct {
	component string
	servers   []string
	version   string
	want      v1alpha1.Verdict
	// headroom in minors, where the row is inside the policy
	headroom int32
	// behindBalancer: only some of the instances allow it, and which it reaches is not known
	behindBalancer bool
}

func checkPolicy(t *testing.T, cases []policyCase) {
	for _, tc := range cases {
		t.Run(tc.component+" "+tc.version+" with kube-apiserver "+strings.Join(tc.servers, " and "), func(t *testing.T) {
			row := theRow(t, clusterOf(tc.servers...).withComponent(tc.component, tc.version).evaluate(t), tc.component, tc.version)
			if row.Verdict != tc.want {
				t.Fatalf("verdict %q, want %q: %s", row.Verdict, tc.want, row.Reason)
			}
			var want *int32
			if tc.want != unsupported && !tc.behindBalancer {
				want = &tc.headroom
			}
			if diff := cmp.Diff(want, row.Headroom); diff != "" {
				t.Errorf("headroom (-want +got): %s%s", diff, row.Reason)
			}
			if got := strings.HasPrefix(row.Reason, "if behind a load balancer, "); got != tc.behindBalancer {
				t.Errorf("reason %q", row.Reason)
			}
		})
	}
}

// The worked examples of https://v1-27.docs.kubernetes.io/releases/version-skew-policy/,
// line by line, with the versions on both sides of each.
func TestPolicyOf127(t *testing.T) {
	one, two := []string{"v1.27.2"}, []string{"v1.27.2", "v1.26.5"}
	checkPolicy(t, []policyCase{
		{component: "kubelet", servers: one, version: "v1.28.0", want: unsupported},
		{component: "kubelet", servers: one, version: "v1.27.2", want: ok, headroom: 3},
		{component: "kubelet", servers: one, version: "v1.26.5", want: ok, headroom: 2},
		// The window grows to three with 1.28, so the next minor does not break it.
		{component: "kubelet", servers: one, version: "v1.25.10", want: ok, headroom: 1},
		{component: "kubelet", servers: one, version: "v1.24.14", want: unsupported},
		{component: "kubelet", servers: two, version: "v1.27.2", want: unsupported},
		{component: "kubelet", servers: two, version: "v1.26.5", want: ok, headroom: 2},
		{component: "kubelet", servers: two, version: "v1.25.10", want: ok, headroom: 1},
		{component: "kubelet", servers: two, version: "v1.24.14", want: unsupported},

		{component: "kube-proxy", servers: one, version: "v1.28.0", want: unsupported},
		{component: "kube-proxy", servers: one, version: "v1.27.2", want: ok, headroom: 3},
		{component: "kube-proxy", servers: one, version: "v1.25.10", want: ok, headroom: 1},
		{component: "kube-proxy", servers: one, version: "v1.24.14", want: unsupported},
		{component: "kube-proxy", servers: two, version: "v1.27.2", want: unsupported},
		{component: "kube-proxy", servers: two, version: "v1.26.5", want: ok, headroom: 2},
		{component: "kube-proxy", servers: two, version: "v1.25.10", want: ok, headroom: 1},
		{component: "kube-proxy", servers: two, version: "v1.24.14", want: unsupported},

		{component: "kube-controller-manager", servers: one, version: "v1.28.0", want: unsupported},
		{component: "kube-controller-manager", servers: one, version: "v1.27.2", want: ok, headroom: 1},
		{component: "kube-controller-manager", servers: one, version: "v1.26.5", want: warning, headroom: 0},
		{component: "kube-controller-manager", servers: one, version: "v1.25.10", want: unsupported},
		{component: "kube-controller-manager", servers: two, version: "v1.26.5", want: warning, headroom: 0},
		{component: "kube-controller-manager", servers: two, version: "v1.28.0", want: unsupported},
		{component: "kube-controller-manager", servers: two, version: "v1.27.2", want: warning, behindBalancer: true},
		{component: "kube-controller-manager", servers: two, version: "v1.25.10", want: warning, behindBalancer: true},
		{component: "kube-controller-manager", servers: two, version: "v1.24.14", want: unsupported},
		{component: "kube-scheduler", servers: one, version: "v1.28.0", want: unsupported},
		{component: "kube-scheduler", servers: one, version: "v1.27.2", want: ok, headroom: 1},
		{component: "kube-scheduler", servers: one, version: "v1.26.5", want: warning, headroom: 0},
		{component: "kube-scheduler", servers: one, version: "v1.25.10", want: unsupported},
		{component: "kube-scheduler", servers: two, version: "v1.27.2", want: warning, behindBalancer: true},
		{component: "kube-scheduler", servers: two, version: "v1.26.5", want: warning, headroom: 0},
		{component: "cloud-controller-manager", servers: one, version: "v1.28.0", want: unsupported},
		{component: "cloud-controller-manager", servers: one, version: "v1.27.2", want: ok, headroom: 1},
		{component: "cloud-controller-manager", servers: one, version: "v1.26.5", want: warning, headroom: 0},
		{component: "cloud-controller-manager", servers: one, version: "v1.25.10", want: unsupported},
		{component: "cloud-controller-manager", servers: two, version: "v1.27.2", want: warning, behindBalancer: true},
		{component: "cloud-controller-manager", servers: two, version: "v1.26.5", want: warning, headroom: 0},

		{component: "kubectl", servers: one, version: "v1.29.0", want: unsupported},
		{component: "kubectl", servers: one, version: "v1.28.0", want: ok, headroom: 2},
		{component: "kubectl", servers: one, version: "v1.27.2", want: ok, headroom: 1},
		{component: "kubectl", servers: one, version: "v1.26.5", want: warning, headroom: 0},
		{component: "kubectl", servers: one, version: "v1.25.10", want: unsupported},
		{component: "kubectl", servers: two, version: "v1.28.0", want: unsupported},
		{component: "kubectl", servers: two, version: "v1.27.2", want: ok, headroom: 1},
		{component: "kubectl", servers: two, version: "v1.26.5", want: warning, headroom: 0},
		{component: "kubectl", servers: two, version: "v1.25.10", want: unsupported},
	})
}

// Today's policy, https://kubernetes.io/releases/version-skew-policy/.
func TestPolicyOfToday(t *testing.T) {
	one, two := []string{"v1.37.1"}, []string{"v1.37.1", "v1.36.3"}
	checkPolicy(t, []policyCase{
		{component: "kubelet", servers: one, version: "v1.38.0", want: unsupported},
		{component: "kubelet", servers: one, version: "v1.37.1", want: ok, headroom: 3},
		{component: "kubelet", servers: one, version: "v1.36.3", want: ok, headroom: 2},
		{component: "kubelet", servers: one, version: "v1.35.4", want: ok, headroom: 1},
		{component: "kubelet", servers: one, version: "v1.34.4", want: warning, headroom: 0},
		{component: "kubelet", servers: one, version: "v1.33.13", want: unsupported},
		{component: "kubelet", servers: two, version: "v1.37.1", want: unsupported},
		{component: "kubelet", servers: two, version: "v1.36.3", want: ok, headroom: 2},
		{component: "kubelet", servers: two, version: "v1.35.4", want: ok, headroom: 1},
		{component: "kubelet", servers: two, version: "v1.34.4", want: warning, headroom: 0},
		{component: "kubelet", servers: two, version: "v1.33.13", want: unsupported},

		{component: "kube-proxy", servers: one, version: "v1.38.0", want: unsupported},
		{component: "kube-proxy", servers: one, version: "v1.37.1", want: ok, headroom: 3},
		{component: "kube-proxy", servers: one, version: "v1.34.4", want: warning, headroom: 0},
		{component: "kube-proxy", servers: one, version: "v1.33.13", want: unsupported},
		{component: "kube-proxy", servers: two, version: "v1.37.1", want: unsupported},
		{component: "kube-proxy", servers: two, version: "v1.36.3", want: ok, headroom: 2},
		{component: "kube-proxy", servers: two, version: "v1.34.4", want: warning, headroom: 0},
		{component: "kube-proxy", servers: two, version: "v1.33.13", want: unsupported},

		{component: "kube-controller-manager", servers: one, version: "v1.38.0", want: unsupported},
		{component: "kube-controller-manager", servers: one, version: "v1.37.1", want: ok, headroom: 1},
		{component: "kube-controller-manager", servers: one, version: "v1.36.3", want: warning, headroom: 0},
		{component: "kube-controller-manager", servers: one, version: "v1.35.4", want: unsupported},
		{component: "kube-controller-manager", servers: two, version: "v1.37.1", want: warning, behindBalancer: true},
		{component: "kube-controller-manager", servers: two, version: "v1.36.3", want: warning, headroom: 0},
		{component: "kube-scheduler", servers: one, version: "v1.38.0", want: unsupported},
		{component: "kube-scheduler", servers: one, version: "v1.37.1", want: ok, headroom: 1},
		{component: "kube-scheduler", servers: one, version: "v1.36.3", want: warning, headroom: 0},
		{component: "kube-scheduler", servers: one, version: "v1.35.4", want: unsupported},
		{component: "cloud-controller-manager", servers: one, version: "v1.38.0", want: unsupported},
		{component: "cloud-controller-manager", servers: one, version: "v1.37.1", want: ok, headroom: 1},
		{component: "cloud-controller-manager", servers: one, version: "v1.36.3", want: warning, headroom: 0},
		{component: "cloud-controller-manager", servers: one, version: "v1.35.4", want: unsupported},

		{component: "kubectl", servers: one, version: "v1.39.0", want: unsupported},
		{component: "kubectl", servers: one, version: "v1.38.0", want: ok, headroom: 2},
		{component: "kubectl", servers: one, version: "v1.36.3", want: warning, headroom: 0},
		{component: "kubectl", servers: one, version: "v1.35.4", want: unsupported},
		{component: "kubectl", servers: two, version: "v1.38.0", want: unsupported},
		{component: "kubectl", servers: two, version: "v1.37.1", want: ok, headroom: 1},
		{component: "kubectl", servers: two, version: "v1.36.3", want: warning, headroom: 0},
		{component: "kubectl", servers: two, version: "v1.35.4", want: unsupported},
	})
}

// Three minors are allowed from kube-apiserver 1.28 on, two before.
func TestTheWindowGrewWith128(t *testing.T) {
	checkPolicy(t, []policyCase{
		{component: "kubelet", servers: []string{"v1.28.0"}, version: "v1.25.0", want: warning, headroom: 0},
		{component: "kubelet", servers: []string{"v1.28.0"}, version: "v1.24.0", want: unsupported},
		{component: "kubelet", servers: []string{"v1.28.0", "v1.27.0"}, version: "v1.25.0", want: warning, headroom: 0},
		{component: "kubelet", servers: []string{"v1.26.0"}, version: "v1.23.0", want: unsupported},
		{component: "kube-proxy", servers: []string{"v1.28.0"}, version: "v1.25.0", want: warning, headroom: 0},
	})
}

func TestKubeAPIServersAreAtMostOneMinorApart(t *testing.T) {
	for name, tc := range map[string]struct {
		oldest string
		want   v1alpha1.Verdict
		reason string
	}{
		"the same minor":     {"v1.37.0", ok, "at most one minor apart"},
		"one minor apart":    {"v1.36.3", ok, "one minor behind 1.37: a control-plane upgrade is under way"},
		"two minors apart":   {"v1.35.4", unsupported, "2 minors older than kube-apiserver 1.37, at most 1 is allowed"},
		"three minors apart": {"v1.34.4", unsupported, "3 minors older than kube-apiserver 1.37, at most 1 is allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			row := theRow(t, clusterOf("v1.37.1", tc.oldest).evaluate(t), "kube-apiserver", tc.oldest)
			if row.Verdict != tc.want || row.Reason != tc.reason {
				t.Errorf("got %s (%s), want %s (%s)", row.Verdict, row.Reason, tc.want, tc.reason)
			}
		})
	}
}

func TestReasonsNameWhatIsAllowed(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster            cluster
		component, version string
		want               string
	}{
		"too old": {clusterOf("v1.37.1").kubelets("v1.33.13", "a"), "kubelet", "v1.33.13",
			"4 minors older than kube-apiserver 1.37, at most 3 are allowed"},
		"too new": {clusterOf("v1.37.1").kubelets("v1.38.0", "a"), "kubelet", "v1.38.0",
			"1 minor newer than kube-apiserver 1.37, must not be newer"},
		"too new for the oldest instance": {clusterOf("v1.37.1", "v1.36.3").kubelets("v1.37.1", "a"), "kubelet", "v1.37.1",
			"1 minor newer than kube-apiserver 1.36, the oldest instance, must not be newer"},
		"kubectl too new": {clusterOf("v1.37.1").kubectl("v1.39.0"), "kubectl", "v1.39.0",
			"2 minors newer than kube-apiserver 1.37, at most 1 is allowed"},
		"at the edge": {clusterOf("v1.37.1").kubelets("v1.34.4", "a"), "kubelet", "v1.34.4",
			"allowed with kube-apiserver 1.37, no longer with 1.38"},
		"inside": {clusterOf("v1.37.1").kubelets("v1.36.3", "a"), "kubelet", "v1.36.3",
			"the control plane may move 2 minors before kubelet 1.36 breaks"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := theRow(t, tc.cluster.evaluate(t), tc.component, tc.version).Reason; got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}
