package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const testVersion = "v1.37.1"

// built returns the program, built, and the folder of the servers that it runs.
func built(t *testing.T) (program, bin string) {
	t.Helper()
	bin = os.Getenv("CLUSTER_BIN")
	if bin == "" {
		t.Fatalf("CLUSTER_BIN is not set: name the folder that `cluster build --bin DIR %s` filled", testVersion)
	}
	bin, err := filepath.Abs(bin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(bin, testVersion, "kube-apiserver")); err != nil {
		t.Fatalf("run `cluster build --bin %s %s` first: %v", bin, testVersion, err)
	}
	program = filepath.Join(t.TempDir(), "cluster")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	return program, bin
}

// TestCluster runs the built program, as its users do.
func TestCluster(t *testing.T) {
	program, bin := built(t)

	t.Run("runs the demo seed and leaves nothing behind", func(t *testing.T) {
		c := start(t, program, bin, "--seed=seeds/demo.yaml")
		checkDemo(t, c)
		pids, addresses := c.pids(t), c.addresses(t)

		c.stdin.Close()
		c.waitForEnd(t)
		for _, pid := range pids {
			if running(pid) {
				t.Errorf("process %d is still running", pid)
			}
		}
		for _, address := range addresses {
			if conn, err := net.Dial("tcp", address); err == nil {
				conn.Close()
				t.Errorf("%s is still open", address)
			}
		}
		if got, want := names(t, c.dir), []string{"audit", "kubeconfig", "logs"}; !slices.Equal(got, want) {
			t.Errorf("left in the folder: %v, want %v", got, want)
		}
	})

	t.Run("up and down", func(t *testing.T) {
		dir := t.TempDir()
		up := []string{"up", "--bin=" + bin, "--dir=" + dir, "--server=" + testVersion}
		t.Cleanup(func() { _ = exec.Command(program, "down", "--dir="+dir).Run() })
		expect(t, exec.Command(program, up...), 0, "ready: export KUBECONFIG="+filepath.Join(dir, "kubeconfig"))
		expect(t, exec.Command(program, up...), 1, "a cluster is running there already")

		seeds := exec.Command(program, "seed", "--kubeconfig="+filepath.Join(dir, "kubeconfig"), "--set=size=3", "-")
		seeds.Stdin = strings.NewReader(widgets)
		expect(t, seeds, 0, "seeded 4 objects")
		seeds = exec.Command(program, "seed", "--kubeconfig="+filepath.Join(dir, "kubeconfig"), "--set=size=4", "-")
		seeds.Stdin = strings.NewReader(widgets)
		expect(t, seeds, 0, "seeded 4 objects")
		checkWidget(t, client(t, dir, ""))

		expect(t, exec.Command(program, "down", "--dir="+dir), 0, "")
		expect(t, exec.Command(program, "down", "--dir="+dir), 0, "no cluster is running in "+dir)
	})

	t.Run("says why a server did not start", func(t *testing.T) {
		bin := t.TempDir()
		path := filepath.Join(bin, testVersion, "kube-apiserver")
		if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\necho no luck today\nexit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		expect(t, exec.Command(program, "up", "--bin="+bin, "--dir="+t.TempDir(), "--server="+testVersion), 1, "no luck today")
	})

	t.Run("says that a version is not built", func(t *testing.T) {
		expect(t, exec.Command(program, "up", "--bin="+bin, "--dir="+t.TempDir(), "--server=v1.1.0"), 1,
			"run cluster build first")
	})
}

func checkDemo(t *testing.T, c *cluster) {
	t.Helper()
	ctx := t.Context()
	admin := client(t, c.dir, "")

	nodes, err := admin.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	kubelets := map[string]int{}
	for _, node := range nodes.Items {
		kubelets[node.Status.NodeInfo.KubeletVersion]++
	}
	want := map[string]int{"v1.37.1": 6, "v1.36.3": 2, "v1.34.4": 3, "v1.33.13": 2, "v1.25.0-vk-azure-aci-1.6.2": 1}
	if diff := cmp.Diff(want, kubelets); diff != "" {
		t.Errorf("kubelets (-want +got):\n%s", diff)
	}

	pod, err := admin.CoreV1().Pods("kube-system").Get(ctx, "kube-apiserver-cp-1", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if pod.Spec.Containers[0].Image != "registry.k8s.io/kube-apiserver:v1.37.1" || pod.Status.Phase != corev1.PodRunning {
		t.Errorf("static pod runs %s, phase %q", pod.Spec.Containers[0].Image, pod.Status.Phase)
	}

	daemonSet, err := admin.AppsV1().DaemonSets("kube-system").Get(ctx, "kube-proxy", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if daemonSet.Status.ObservedGeneration != daemonSet.Generation {
		t.Errorf("kube-proxy: observed generation %d of %d", daemonSet.Status.ObservedGeneration, daemonSet.Generation)
	}
	revision, err := admin.AppsV1().ControllerRevisions("kube-system").Get(ctx, "kube-proxy-6b9d8f7c54", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !metav1.IsControlledBy(revision, daemonSet) {
		t.Errorf("the revision's owners are %v, not the DaemonSet with uid %s", revision.OwnerReferences, daemonSet.UID)
	}

	leases, err := admin.CoordinationV1().Leases("kube-system").List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, component := range []string{"apiserver-", "kube-controller-manager", "kube-scheduler"} {
		if !slices.ContainsFunc(leases.Items, func(lease coordinationv1.Lease) bool {
			return strings.HasPrefix(lease.Name, component) && time.Since(lease.Spec.RenewTime.Time) < time.Minute
		}) {
			t.Errorf("no current lease of %s", component)
		}
	}

	for context, expected := range map[string]func(error) bool{
		"server-1": func(err error) bool { return err == nil },
		"reader":   apierrors.IsForbidden,
		"nobody":   apierrors.IsForbidden,
		"expired":  apierrors.IsUnauthorized,
	} {
		_, err := client(t, c.dir, context).CoreV1().Nodes().List(ctx, metav1.ListOptions{})
		if !expected(err) {
			t.Errorf("context %s may list nodes: %v", context, err)
		}
	}

	audit, err := os.ReadFile(filepath.Join(c.dir, "audit", "server-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(audit), `"user":{"username":"reader"`) {
		t.Error("the request of reader is not in the audit log")
	}
}

// widgets come in the wrong order: the object before its definition and its namespace.
const widgets = `
apiVersion: example.com/v1
kind: Widget
metadata: {name: first, namespace: widgets}
spec: {size: {{ .size }}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: owned
  namespace: widgets
  ownerReferences:
  - {apiVersion: example.com/v1, kind: Widget, name: first}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, listKind: WidgetList, plural: widgets, singular: widget}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
---
apiVersion: v1
kind: Namespace
metadata: {name: widgets}
`

func checkWidget(t *testing.T, admin kubernetes.Interface) {
	t.Helper()
	widget, err := admin.Discovery().RESTClient().Get().AbsPath("/apis/example.com/v1/namespaces/widgets/widgets/first").Do(t.Context()).Raw()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(widget), `"size":4`) {
		t.Errorf("the second seeding did not change the size: %s", widget)
	}
	owned, err := admin.CoreV1().ConfigMaps("widgets").Get(t.Context(), "owned", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if uid := string(owned.OwnerReferences[0].UID); !strings.Contains(string(widget), uid) {
		t.Errorf("the owner has another uid than %s: %s", uid, widget)
	}
}

// cluster is a running `cluster run`.
type cluster struct {
	dir     string
	process *exec.Cmd
	stdin   io.Closer
}

func start(t *testing.T, program, bin string, args ...string) *cluster {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command(program, append([]string{"run", "--bin=" + bin, "--dir=" + dir, "--server=" + testVersion}, args...)...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if line != ready+"\n" {
		t.Fatalf("got %q and %v instead of %q", line, err, ready)
	}
	return &cluster{dir: dir, process: cmd, stdin: stdin}
}

// pids are those of the program and of its servers.
func (c *cluster) pids(t *testing.T) []int {
	t.Helper()
	var pids []int
	for _, name := range []string{"pid", "server-1.pid"} {
		text, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatal(err)
		}
		if !running(pid) {
			t.Fatalf("process %d of %s is not running", pid, name)
		}
		pids = append(pids, pid)
	}
	return pids
}

// addresses are those of the load balancer and of the servers.
func (c *cluster) addresses(t *testing.T) []string {
	t.Helper()
	config, err := clientcmd.LoadFromFile(filepath.Join(c.dir, "kubeconfig"))
	if err != nil {
		t.Fatal(err)
	}
	var addresses []string
	for _, cluster := range config.Clusters {
		addresses = append(addresses, strings.TrimPrefix(cluster.Server, "https://"))
	}
	return addresses
}

func (c *cluster) waitForEnd(t *testing.T) {
	t.Helper()
	begin := time.Now()
	if err := c.process.Wait(); err != nil {
		t.Errorf("run ended with %v", err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("ending took %s", took)
	}
}

func client(t *testing.T, dir, context string) kubernetes.Interface {
	t.Helper()
	config, err := clientConfig(filepath.Join(dir, "kubeconfig"), context)
	if err != nil {
		t.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func running(pid int) bool {
	return syscall.Kill(pid, 0) == nil
}

func eventually(t *testing.T, condition func() bool, what string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waiting in vain: %s", what)
		}
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func expect(t *testing.T, cmd *exec.Cmd, code int, output string) {
	t.Helper()
	got, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() != code || !strings.Contains(string(got), output) {
		t.Errorf("%v: exit code %d, want %d with %q in:\n%s", cmd.Args, cmd.ProcessState.ExitCode(), code, output, got)
	}
}
