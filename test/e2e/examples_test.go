package e2e

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
)

// examples are the lines of all commands' examples, in their order.
func examples() []string {
	var lines []string
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		for line := range strings.Lines(strings.ReplaceAll(c.Example, "\\\n", "")) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				lines = append(lines, line)
			}
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(cmd.NewRoot(cmd.Environment{Streams: genericiooptions.NewTestIOStreamsDiscard(), Getenv: os.Getenv, Now: time.Now}))
	return lines
}

// Every line of every command's examples is run by a shell, through the real
// kubectl, on a cluster of EKS, in a directory that holds the files that they name.
// Its version is old enough for each to have a later one to go to.
func TestMatrixExamples(t *testing.T) {
	server := serverOf(t, "v1.31.")
	c := startCluster(t, []string{server + "=" + server + "-eks-f69f56f"}, "testdata/eks.yaml")
	home, env := exampleHome(t, c)

	// Those that end with another code than 0, as what they are to fail on is there.
	const findings = 3
	ends := map[string]int{
		"kubectl versions --fail-on error --require-complete":            findings,
		"kubectl versions skew --fail-on error --require-complete":       findings,
		"kubectl versions support --within 90d --fail-on warning":        findings,
		"kubectl versions diff before.yaml after.yaml --fail-on warning": findings,
	}
	for _, line := range examples() {
		t.Run(line, func(t *testing.T) {
			want := ends[line]
			delete(ends, line)
			// The path of the only file that is none of the user's.
			line := strings.ReplaceAll(line, "/var/log/kubernetes/audit.log", filepath.Join(home, "audit.log"))
			shell := exec.Command("bash", "-e", "-o", "pipefail", "-c", line)
			var stdout, stderr bytes.Buffer
			shell.Dir, shell.Env, shell.Stdout, shell.Stderr = home, env, &stdout, &stderr
			err := shell.Run()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if got := shell.ProcessState.ExitCode(); got != want || stderr.Len() > 0 {
				t.Errorf("ended with %d, want %d: %s", got, want, stderr.String())
			}
			shows := !strings.Contains(line, " > ") && strings.Contains(line, "kubectl versions")
			if shows != (stdout.Len() > 0) {
				t.Errorf("stdout: %q", stdout.String())
			}
		})
	}
	if len(ends) > 0 {
		t.Errorf("no examples: %v", ends)
	}
}

// exampleHome is a home directory with what the examples name, and the environment
// of a shell in which whatever they download comes from loopback.
func exampleHome(t *testing.T, c cluster) (home string, env []string) {
	t.Helper()
	home = t.TempDir()
	put := func(name string, data []byte, mode os.FileMode) {
		t.Helper()
		path := filepath.Join(home, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, mode)); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for name, from := range map[string]string{
		"cluster.yaml": "docs/examples/shop-prod.yaml", "last-week.yaml": "docs/examples/rolling-upgrade.yaml",
		"before.yaml": "docs/examples/rolling-upgrade.yaml", "after.yaml": "docs/examples/shop-prod.yaml",
		"snapshots/prod.yaml": "docs/examples/shop-prod.yaml", "snapshots/test.yaml": "docs/examples/restricted.yaml",
		"company.yaml": "docs/examples/catalogs/company.yaml", "waivers.yaml": "pkg/cmd/testdata/waivers.yaml",
		"deploy/budgets.yaml": "pkg/cmd/testdata/manifests/budgets.yaml",
	} {
		put(name, read(filepath.Join("..", "..", from)), 0o644)
	}
	logs, err := filepath.Glob(filepath.Join(c.dir, "audit", "*.log"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("no audit logs: %v", err)
	}
	put("audit.log", read(logs[0]), 0o644)
	put(".local/bin/.keep", nil, 0o644)

	// kubectl and the plugin, a helper that asks nobody, and a helm that renders one object.
	if err := os.Symlink(filepath.Join(c.path, "kubectl"), filepath.Join(home, ".local/bin/kubectl")); err != nil {
		t.Fatal(err)
	}
	put(".local/bin/kubectl-versions", read(built(t, "kubectl-versions")), 0o755)
	put(".local/bin/kubectl-versions-live", []byte(`#!/bin/sh
platform=$(sed 's/.*"platform":"\([^"]*\)".*/\1/')
cat <<EOF
{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "LiveReleases", "platform": "$platform",
 "source": "https://platform.example.com/versions", "readAt": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
 "releases": [{"version": "1.34", "released": "2025-10-02", "ends": {"standard": "2026-12-02"}, "creatable": true}]}
EOF
`), 0o755)
	put(".local/bin/helm", []byte("#!/bin/sh\ncat "+filepath.Join(home, "deploy/budgets.yaml")+"\n"), 0o755)

	report := c.kubectl(t, "versions", "deprecations", "-o", "yaml")
	if report.code != 0 {
		t.Fatal(report.stderr)
	}
	put("deprecations.yaml", []byte(report.stdout), 0o644)

	config, err := clientcmd.LoadFromFile(c.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	admin := config.Contexts[config.CurrentContext]
	clear(config.Contexts)
	for _, name := range []string{"shop-prod", "shop-test", "shop", "bank", "edge"} {
		config.Contexts[name] = admin
	}
	config.CurrentContext = "shop-prod"
	if err := clientcmd.WriteToFile(*config, filepath.Join(home, "kubeconfig")); err != nil {
		t.Fatal(err)
	}

	// The catalog of today is in use, and is what is downloaded.
	known, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	known.AsOf = calendar.Of(time.Now())
	document, err := json.Marshal(known)
	if err != nil {
		t.Fatal(err)
	}
	put(".cache/kubectl-versions/catalog.json", document, 0o644)
	proxy, authority := internet(t, document)
	put("ca.pem", authority, 0o644)

	return home, []string{
		"PATH=" + filepath.Join(home, ".local/bin") + ":/usr/bin:/bin", "HOME=" + home, "KUBECONFIG=" + filepath.Join(home, "kubeconfig"),
		"HTTPS_PROXY=" + proxy, "SSL_CERT_FILE=" + filepath.Join(home, "ca.pem"), "LANG=C.UTF-8",
	}
}

// internet is a proxy on loopback that answers for the hosts of the examples with
// one document, and for no other. It returns the proxy's address and whom to trust.
func internet(t *testing.T, document []byte) (proxy string, authority []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"github.com", "mirror.example.com"},
		IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	site := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(document) }))
	site.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: key}}}
	site.Config.ErrorLog = log.New(io.Discard, "", 0)
	site.StartTLS()
	t.Cleanup(site.Close)
	// What is sent through the tunnel ends at the site, whatever its host.
	tunnel := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "only CONNECT", http.StatusMethodNotAllowed)
			return
		}
		far, err := net.Dial("tcp", site.Listener.Addr().String())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer far.Close()
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer near.Close()
		if _, err := io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
			return
		}
		go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
		_, _ = io.Copy(near, far)
	}))
	t.Cleanup(tunnel.Close)
	return tunnel.URL, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})
}
