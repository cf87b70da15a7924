// Package e2e drives the built plugin through a real kubectl against real
// kube-apiservers. `make test` builds what it needs; E2E_SERVERS names the
// versions of the kube-apiservers.
package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/test/launch"
)

// kubernetes returns the versions to test with, newest first.
func kubernetes(t *testing.T) []string {
	t.Helper()
	versions := os.Getenv("E2E_SERVERS")
	if versions == "" {
		t.Fatal("E2E_SERVERS is not set: run make test, or make test-matrix")
	}
	return strings.Split(versions, ",")
}

// built returns the absolute path of something in bin/.
func built(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "bin", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%v: run make test, which builds it", err)
	}
	return path
}

// older returns the version that is not the newest one.
func older(t *testing.T) string {
	t.Helper()
	servers := kubernetes(t)
	if len(servers) < 2 {
		t.Fatalf("needs kube-apiservers of two minors, got %v: run make test-matrix", servers)
	}
	return servers[1]
}

// serverOf is the kube-apiserver of a minor, such as "v1.31.".
func serverOf(t *testing.T, minor string) string {
	t.Helper()
	servers := kubernetes(t)
	at := slices.IndexFunc(servers, func(v string) bool { return strings.HasPrefix(v, minor) })
	if at < 0 {
		t.Fatalf("needs a kube-apiserver %sx, got %v: run make test-matrix", minor, servers)
	}
	return servers[at]
}

// cluster is a running control plane and the kubectl of its newest version.
type cluster struct {
	dir, path string
}

// pathWith returns the only directory on PATH: the plugin, and the kubectl of a
// version that runs it.
func pathWith(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for name, target := range map[string]string{"kubectl": filepath.Join(version, "kubectl"), "kubectl-versions": "kubectl-versions"} {
		if err := os.Symlink(built(t, target), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// startCluster runs one kube-apiserver per version until the test ends, which
// fails when their audit logs show that the plugin did more than plain reads. The
// cluster ends by itself when this process does: its stdin is closed then.
func startCluster(t *testing.T, servers []string, seeds ...string) cluster {
	t.Helper()
	return startClusterWith(t, nil, servers, seeds...)
}

// startClusterWith gives `cluster run` further arguments.
func startClusterWith(t *testing.T, further, servers []string, seeds ...string) cluster {
	t.Helper()
	newest, _, _ := strings.Cut(servers[0], "=")
	c := cluster{dir: t.TempDir(), path: pathWith(t, newest)}
	args := append([]string{"run", "--bin", built(t, ""), "--dir", c.dir}, further...)
	for _, server := range servers {
		version, _, _ := strings.Cut(server, "=")
		built(t, filepath.Join(version, "kube-apiserver"))
		args = append(args, "--server", server)
	}
	for _, seed := range seeds {
		args = append(args, "--seed", seed)
	}
	process := exec.Command(built(t, "cluster"), args...)
	var progress bytes.Buffer
	process.Stderr = &progress
	stop, err := launch.Cluster(process)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("cluster: %v\n%s", err, progress.String())
		}
		c.wantOnlyPlainReads(t)
	})
	return c
}

func (c cluster) kubeconfig() string { return filepath.Join(c.dir, "kubeconfig") }

type result struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

// kubectl runs the real kubectl, which finds the plugin on PATH.
func (c cluster) kubectl(t *testing.T, args ...string) result {
	t.Helper()
	return c.kubectlWith(t, c.kubeconfig(), args...)
}

func (c cluster) kubectlWith(t *testing.T, kubeconfig string, args ...string) result {
	t.Helper()
	return ended(t, c.command(kubeconfig, args...))
}

// ended runs a command to its end, which nothing that it started may outlive with
// its output in hand.
func ended(t *testing.T, command *exec.Cmd) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr, command.WaitDelay = &stdout, &stderr, 10*time.Second
	start := time.Now()
	err := command.Run()
	r := result{stdout: stdout.String(), stderr: stderr.String(), took: time.Since(start)}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		r.code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c cluster) command(kubeconfig string, args ...string) *exec.Cmd {
	command := exec.Command(filepath.Join(c.path, "kubectl"), args...)
	command.Env = []string{"PATH=" + c.path, "KUBECONFIG=" + kubeconfig, "HOME=" + c.dir}
	return command
}

// skew runs `kubectl versions skew` and fails unless it ends with 0.
func (c cluster) skew(t *testing.T, args ...string) *v1alpha1.SkewReport {
	t.Helper()
	report := &v1alpha1.SkewReport{}
	c.report(t, report, append([]string{"skew"}, args...)...)
	return report
}

// report runs the plugin with -o json, and fails unless it ends with 0 and a quiet stderr.
func (c cluster) report(t *testing.T, into any, args ...string) {
	t.Helper()
	r := c.kubectl(t, append([]string{"versions"}, append(args, "-o", "json")...)...)
	if r.code != 0 || r.stderr != "" {
		t.Fatalf("ended with %d: %s", r.code, r.stderr)
	}
	if err := json.Unmarshal([]byte(r.stdout), into); err != nil {
		t.Fatal(err)
	}
}

// lines renders rows for comparison: component, version, count, verdict.
func lines(report *v1alpha1.SkewReport) []string {
	var out []string
	for _, row := range report.Rows {
		out = append(out, strings.Join([]string{row.Component, row.Version, strings.Join(row.Names, ","), string(row.Verdict)}, " "))
	}
	return out
}
