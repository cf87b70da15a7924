package e2e

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const demoSeed = "../cluster/seeds/demo.yaml"

// The demo's cluster on one kube-apiserver: every way to ask, every way to fail.
func TestSkewOnOneServer(t *testing.T) {
	server := kubernetes(t)[0]
	c := startCluster(t, []string{server}, demoSeed, "../../docs/rbac.yaml", "testdata/reader.yaml")

	t.Run("every component is found and judged", func(t *testing.T) {
		report := c.skew(t)
		want := []string{
			"kube-apiserver v1.37.1 kube-apiserver-cp-1 ok",
			"kube-controller-manager v1.37.1 kube-controller-manager-cp-1 ok",
			"kube-scheduler v1.37.1 kube-scheduler-cp-1 ok",
			"kubelet v1.37.1 cp-1,general-1,general-2,general-3,general-4,general-5 ok",
			"kubelet v1.36.3 checkout-1,checkout-2 ok",
			"kubelet v1.34.4 batch-1,batch-2,batch-3 warning",
			"kubelet v1.33.13 legacy-1,legacy-2 unsupported",
			"kubelet v1.25.0-vk-azure-aci-1.6.2 virtual-node-aci not judged",
			"kube-proxy v1.37.1 legacy-1,legacy-2 unsupported",
			"kube-proxy v1.37.1 batch-1,batch-2,batch-3,checkout-1,checkout-2,cp-1,general-1,general-2,general-3,general-4,general-5 ok",
			"kubectl v1.37.1  ok",
		}
		if diff := cmp.Diff(want, lines(report)); diff != "" {
			t.Error(diff)
		}
		if !report.Summary.Complete || report.ControlPlane.InstancesSeen != 1 || report.ControlPlane.InstancesExist != 1 {
			t.Errorf("summary %+v, control plane %+v", report.Summary, report.ControlPlane)
		}
	})

	t.Run("the table leads with what matters", func(t *testing.T) {
		r := c.kubectl(t, "versions", "skew")
		first, _, _ := strings.Cut(r.stdout, "\n")
		if want := "UNSUPPORTED: 2 kubelets at v1.33.13: 4 minors older than kube-apiserver 1.37, at most 3 are allowed (and 1 more)"; first != want {
			t.Errorf("got  %s\nwant %s", first, want)
		}
		if r.code != 0 || r.stderr != "" {
			t.Errorf("ended with %d: %s", r.code, r.stderr)
		}
	})

	t.Run("exit codes come through kubectl", func(t *testing.T) {
		for _, tc := range []struct {
			code int
			args []string
		}{
			{3, []string{"--fail-on", "error"}},
			{3, []string{"--fail-on", "warning", "-o", "yaml"}},
			{0, []string{"--require-complete"}},
			{4, []string{"--require-complete", "--context", "nobody"}},
			{2, []string{"--fail-on", "everything"}},
			{2, []string{"-o", "xml"}},
			{1, []string{"--context", "nowhere"}},
		} {
			if r := c.kubectl(t, append([]string{"versions", "skew"}, tc.args...)...); r.code != tc.code {
				t.Errorf("%v ended with %d, want %d: %s", tc.args, r.code, tc.code, r.stderr)
			}
		}
	})

	t.Run("a snapshot replays to the same report", func(t *testing.T) {
		saved := c.kubectl(t, "versions", "snapshot")
		if saved.code != 0 {
			t.Fatal(saved.stderr)
		}
		file := filepath.Join(t.TempDir(), "cluster.yaml")
		if err := os.WriteFile(file, []byte(saved.stdout), 0o600); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(lines(c.skew(t)), lines(c.skew(t, "--snapshot", file))); diff != "" {
			t.Error(diff)
		}
		kubeconfig, err := os.ReadFile(c.kubeconfig())
		if err != nil {
			t.Fatal(err)
		}
		tokens := regexp.MustCompile(`token: *(\S+)`).FindAllSubmatch(kubeconfig, -1)
		if len(tokens) == 0 {
			t.Fatal("the kubeconfig has no token to look for")
		}
		for _, token := range tokens {
			if strings.Contains(saved.stdout, strings.Trim(string(token[1]), `"`)) {
				t.Error("the snapshot holds a token")
			}
		}
		if strings.Contains(saved.stdout, "BEGIN") {
			t.Error("the snapshot holds a certificate or a key")
		}
	})

	t.Run("a role that may read nothing but /version", func(t *testing.T) {
		report := c.skew(t, "--context", "nobody")
		want := []string{
			"kube-apiserver " + server + "  ok",
			"kube-controller-manager   unknown",
			"kube-scheduler   unknown",
			"cloud-controller-manager   unknown",
			"kubelet   unknown",
			"kube-proxy   unknown",
			"kubectl " + server + "  ok",
		}
		if diff := cmp.Diff(want, lines(report)); diff != "" {
			t.Error(diff)
		}
		var permissions []string
		for _, gap := range report.Gaps {
			permissions = append(permissions, gap.Permission)
		}
		missing := []string{
			"list pods in kube-system", "get /metrics", "list daemonsets.apps in kube-system",
			"list leases.coordination.k8s.io in kube-system", "list nodes",
		}
		if diff := cmp.Diff(missing, permissions); diff != "" {
			t.Error(diff)
		}
		if report.Summary.Verdict != v1alpha1.Unknown || report.Summary.Complete {
			t.Errorf("summary %+v", report.Summary)
		}
	})

	t.Run("the ClusterRole of docs/rbac.yaml is enough", func(t *testing.T) {
		report := c.skew(t, "--context", "reader", "--require-complete")
		if len(report.Gaps) > 0 {
			t.Errorf("gaps: %+v", report.Gaps)
		}
	})

	t.Run("the roles of docs/rbac.yaml are enough for what can stop an upgrade", func(t *testing.T) {
		snapshot := &v1alpha1.Snapshot{}
		c.report(t, snapshot, "snapshot", "--skip", "helm-secrets", "--context", "reader")
		for _, gap := range snapshot.Gaps {
			if gap.Source != v1alpha1.SourceHelmSecrets && gap.Source != v1alpha1.SourceHelmConfigMaps {
				t.Errorf("gap: %+v", gap)
			}
		}
		facts := snapshot.Upgrade
		if facts == nil || facts.Pods == nil || facts.Pods.Count == 0 || facts.DisruptionBudgets == nil || facts.Volumes == nil || facts.CSIDrivers == nil ||
			facts.Webhooks == nil || facts.AggregatedAPIs == nil || facts.Configuration == nil || facts.Configuration.Kubeadm == nil {
			t.Errorf("facts about upgrades: %+v", facts)
		}
		isEtcd := func(pod v1alpha1.ControlPlanePod) bool { return pod.Component == "etcd" && len(pod.Flags) > 0 }
		if !slices.ContainsFunc(snapshot.ControlPlanePods.Pods, isEtcd) {
			t.Errorf("etcd and its flags are not among the control-plane pods: %+v", snapshot.ControlPlanePods.Pods)
		}
	})

	t.Run("an expired token", func(t *testing.T) {
		r := c.kubectl(t, "versions", "skew", "--context", "expired")
		wantFailure(t, r, `refuses the credentials: Unauthorized: log in again, or choose another --context or --user`)
	})

	t.Run("a kubeconfig without a current context", func(t *testing.T) {
		kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
		data, err := os.ReadFile(c.kubeconfig())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(kubeconfig, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if r := c.kubectlWith(t, kubeconfig, "config", "unset", "current-context"); r.code != 0 {
			t.Fatal(r.stderr)
		}
		r := c.kubectlWith(t, kubeconfig, "versions", "skew")
		wantFailure(t, r, `kubeconfig has no current context: choose one with --context (admin, expired, nobody, reader, server-1)`)
	})

	t.Run("a server that is gone", func(t *testing.T) {
		r := c.kubectl(t, "versions", "skew", "--server", "https://127.0.0.1:1")
		wantFailure(t, r, `cannot reach kube-apiserver at https://127.0.0.1:1`)
	})

	t.Run("a server that accepts and never answers", func(t *testing.T) {
		url, _ := silentServer(t)
		r := c.kubectl(t, "versions", "skew", "--server", url, "--request-timeout", "1s")
		wantFailure(t, r, `did not answer within 1s: check the network, or wait longer with --request-timeout`)
		if r.took > 3*time.Second {
			t.Errorf("took %s", r.took)
		}
	})

	t.Run("interrupted", func(t *testing.T) {
		url, called := silentServer(t)
		command := c.command(c.kubeconfig(), "versions", "skew", "--server", url)
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		<-called
		if err := command.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		_ = command.Wait()
		if code := command.ProcessState.ExitCode(); code != 130 {
			t.Errorf("ended with %d, want 130", code)
		}
	})
}

// Two instances of one version are told apart, also through a load balancer.
func TestSkewOnTwoInstancesOfOneVersion(t *testing.T) {
	server := kubernetes(t)[0]
	c := startCluster(t, []string{server, server})
	report := c.skew(t)
	if report.ControlPlane.InstancesSeen != 2 || report.ControlPlane.InstancesExist != 2 {
		t.Errorf("control plane %+v, gaps %+v", report.ControlPlane, report.Gaps)
	}
	if report.Rows[0].Component != "kube-apiserver" || report.Rows[0].Count != 2 {
		t.Errorf("first row %+v", report.Rows[0])
	}
}

// Half of the control plane is upgraded: kubeadm's pods beside each
// kube-apiserver raise no alarm, and a worker that went ahead does.
func TestMatrixHalfwayThroughAControlPlaneUpgrade(t *testing.T) {
	servers := kubernetes(t)
	if len(servers) < 2 {
		t.Fatalf("needs kube-apiservers of two minors, got %v: run make test-matrix", servers)
	}
	c := startCluster(t, servers[:2], "testdata/upgrade.yaml")
	report := c.skew(t)
	want := []string{
		"kube-apiserver v1.37.1 kube-apiserver-cp-1 ok",
		"kube-apiserver v1.36.3 kube-apiserver-cp-2 ok",
		"kube-controller-manager v1.37.1 kube-controller-manager-cp-1 ok",
		"kube-controller-manager v1.36.3 kube-controller-manager-cp-2 ok",
		"kube-scheduler v1.37.1 kube-scheduler-cp-1 ok",
		"kube-scheduler v1.36.3 kube-scheduler-cp-2 ok",
		"kubelet v1.37.1 cp-1 ok",
		"kubelet v1.36.3 worker-1,worker-2 ok",
		"kubelet v1.36.3 cp-2 ok",
		"kube-proxy v1.36.3 cp-1,cp-2,worker-1,worker-2 ok",
		"kubectl v1.37.1  ok",
	}
	if diff := cmp.Diff(want, lines(report)); diff != "" {
		t.Error(diff)
	}
	if report.Summary.Verdict != v1alpha1.OK || !report.Summary.Complete {
		t.Errorf("summary %+v, gaps %+v", report.Summary, report.Gaps)
	}

	if r := c.kubectl(t, "patch", "node", "worker-1", "--subresource=status", "--type=merge",
		"-p", `{"status":{"nodeInfo":{"kubeletVersion":"v1.37.1"}}}`); r.code != 0 {
		t.Fatal(r.stderr)
	}
	ahead := c.skew(t)
	if !slices.Contains(lines(ahead), "kubelet v1.37.1 worker-1 unsupported") {
		t.Errorf("a worker newer than the oldest kube-apiserver: %v", lines(ahead))
	}
}

// wantFailure checks for code 1 and one line on stderr that says this.
func wantFailure(t *testing.T, r result, says string) {
	t.Helper()
	if r.code != 1 {
		t.Errorf("ended with %d, want 1", r.code)
	}
	if r.stdout != "" {
		t.Errorf("stdout: %s", r.stdout)
	}
	if !strings.HasPrefix(r.stderr, "error: ") || !strings.Contains(r.stderr, says) || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("got  %q\nwant one line with %q", r.stderr, says)
	}
}

// silentServer accepts connections and says nothing. The channel is closed at the first.
func silentServer(t *testing.T) (url string, called <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	first := make(chan struct{})
	go func() {
		var open []net.Conn
		for {
			connection, err := listener.Accept()
			if err != nil {
				break
			}
			if open = append(open, connection); len(open) == 1 {
				close(first)
			}
		}
		for _, connection := range open {
			connection.Close()
		}
	}()
	return "https://" + listener.Addr().String(), first
}
