package e2e

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// What is wrong on the side of the client, in front of a real kube-apiserver.
func TestFaultsOfTheClient(t *testing.T) {
	c := startCluster(t, kubernetes(t)[:1], demoSeed)
	t.Run("certificates", c.testCertificates)
	t.Run("credential plugins", c.testCredentialPlugins)
	t.Run("proxies", c.testProxies)
	t.Run("output", c.testOutput)
}

// changed is a copy of the kubeconfig, with another way to its only cluster or user.
func (c cluster) changed(t *testing.T, change func(*clientcmdapi.Cluster, *clientcmdapi.AuthInfo)) (kubeconfig string) {
	t.Helper()
	config, err := clientcmd.LoadFromFile(c.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	current := config.Contexts[config.CurrentContext]
	change(config.Clusters[current.Cluster], config.AuthInfos[current.AuthInfo])
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		t.Fatal(err)
	}
	return kubeconfig
}

// address is where kube-apiserver listens.
func (c cluster) address(t *testing.T) (address string) {
	t.Helper()
	c.changed(t, func(cluster *clientcmdapi.Cluster, _ *clientcmdapi.AuthInfo) {
		server, err := url.Parse(cluster.Server)
		if err != nil {
			t.Fatal(err)
		}
		address = server.Host
	})
	return address
}

// wantOneFault checks for a line that says this within a few seconds, and no secret.
func wantOneFault(t *testing.T, r result, says string) {
	t.Helper()
	wantFailure(t, r, says)
	if r.took > 10*time.Second {
		t.Errorf("took %s", r.took)
	}
	if strings.Contains(r.stderr, secret) {
		t.Errorf("shows credentials: %s", r.stderr)
	}
}

const secret = "not-a-real-secret"

func (c cluster) testCertificates(t *testing.T) {
	authority := newAuthority(t)
	hour := time.Hour
	for name, tt := range map[string]struct {
		from, until time.Duration
		by          issuer
		says        string
	}{
		"valid":              {-hour, hour, authority, ""},
		"expired":            {-2 * hour, -hour, authority, "x509: certificate has expired or is not yet valid: current time "},
		"not yet valid":      {hour, 2 * hour, authority, "x509: certificate has expired or is not yet valid: current time "},
		"of another CA":      {-hour, hour, newAuthority(t), `x509: certificate signed by unknown authority (possibly because of "`},
		"signed by itself":   {-hour, hour, issuer{}, "x509: certificate signed by unknown authority: give its CA with --certificate-authority"},
		"of another address": {-hour, hour, authority, "x509: certificate is valid for 127.0.0.1, not 0.0.0.0: "},
	} {
		t.Run(name, func(t *testing.T) {
			server, connections := tlsProxy(t, c.address(t), tt.by.issue(t, time.Now().Add(tt.from), time.Now().Add(tt.until)))
			kubeconfig := c.changed(t, func(cluster *clientcmdapi.Cluster, _ *clientcmdapi.AuthInfo) {
				cluster.Server, cluster.CertificateAuthorityData = "https://"+server, authority.pem
				if name == "of another address" {
					cluster.TLSServerName = "0.0.0.0"
				}
			})
			r := c.kubectlWith(t, kubeconfig, "versions", "skew")
			if tt.says == "" {
				if r.code != 0 || r.stderr != "" {
					t.Errorf("ended with %d: %s", r.code, r.stderr)
				}
				return
			}
			wantOneFault(t, r, tt.says)
			if !strings.HasPrefix(r.stderr, "error: cannot trust kube-apiserver at https://"+server+` (context "admin"): tls: failed to verify certificate: x509: `) {
				t.Error(r.stderr)
			}
			if n := connections.Load(); n < 1 || n > 3 {
				t.Errorf("%d connections", n)
			}
		})
	}
	t.Run("of another name", func(t *testing.T) {
		wantOneFault(t, c.kubectl(t, "versions", "--tls-server-name", "shop.example.com"),
			"kubernetes.default.svc, not shop.example.com: name one of those with --tls-server-name, or correct the address")
	})
}

// issuer signs certificates; the zero value has them sign themselves.
type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

func newAuthority(t *testing.T) issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := issuer{key: key, certificate: &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}}
	a.certificate.Subject.CommonName = "authority"
	der, err := x509.CreateCertificate(rand.Reader, a.certificate, a.certificate, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

// issue makes a certificate for 127.0.0.1.
func (a issuer) issue(t *testing.T, from, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificate := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: from, NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	parent, signer := a.certificate, a.key
	if signer == nil {
		parent, signer = certificate, key
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// tlsProxy stands on loopback in front of kube-apiserver, with a certificate of its own.
func tlsProxy(t *testing.T, server string, certificate tls.Certificate) (address string, connections *atomic.Int32) {
	t.Helper()
	connections = new(atomic.Int32)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go accept(listener, func(near net.Conn) {
		connections.Add(1)
		inside := tls.Server(near, &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"http/1.1"}})
		if inside.Handshake() != nil {
			return
		}
		far, err := tls.Dial("tcp", server, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
		if err == nil {
			relay(inside, far)
		}
	})
	return listener.Addr().String(), connections
}

func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			serve(connection)
		}()
	}
}

// relay ends when either side does.
func relay(near, far net.Conn) {
	defer near.Close()
	go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
	_, _ = io.Copy(near, far)
}

func (c cluster) testCredentialPlugins(t *testing.T) {
	var token string
	c.changed(t, func(_ *clientcmdapi.Cluster, user *clientcmdapi.AuthInfo) { token = user.Token })
	says := func(token string) string {
		return `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'` + token + `'"}}'` + "\n"
	}
	// plugin runs a script, and is told how to go with a terminal.
	plugin := func(t *testing.T, mode clientcmdapi.ExecInteractiveMode, script string) (kubeconfig, path string) {
		t.Helper()
		path = filepath.Join(t.TempDir(), "company-login")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
		return c.changed(t, func(_ *clientcmdapi.Cluster, user *clientcmdapi.AuthInfo) {
			*user = clientcmdapi.AuthInfo{Exec: &clientcmdapi.ExecConfig{
				APIVersion: "client.authentication.k8s.io/v1", Command: path, InteractiveMode: mode,
				Env: []clientcmdapi.ExecEnvVar{{Name: "PATH", Value: "/usr/bin:/bin"}},
			}}
		}), path
	}
	const never, ifAvailable, always = clientcmdapi.NeverExecInteractiveMode, clientcmdapi.IfAvailableExecInteractiveMode, clientcmdapi.AlwaysExecInteractiveMode

	t.Run("one that fails is named", func(t *testing.T) {
		for name, tt := range map[string]struct {
			mode         clientcmdapi.ExecInteractiveMode
			script, says string
		}{
			"exits with 1":                {never, "exit 1", "exec: executable PLUGIN failed with exit code 1: "},
			"is killed":                   {never, "kill -9 $$", "exec: executable PLUGIN failed with exit code -1: "},
			"writes garbage":              {never, "echo " + secret, "credential plugin PLUGIN: decoding stdout: "},
			"writes garbage in JSON":      {never, `echo '{"token": "` + secret + `"}'`, "credential plugin PLUGIN: exec plugin is configured to use API version client.authentication.k8s.io/v1, "},
			"writes nothing":              {ifAvailable, "", "credential plugin PLUGIN: exec plugin is configured to use API version client.authentication.k8s.io/v1, "},
			"writes no credential":        {ifAvailable, says(""), "credential plugin PLUGIN: exec plugin didn't return a token or cert/key pair: "},
			"asks where nobody is":        {ifAvailable, "read answer\n" + says("$answer"), "credential plugin PLUGIN: exec plugin didn't return a token"},
			"must ask where nobody is":    {always, "echo never run", "credential plugin PLUGIN: exec plugin cannot support interactive mode: standard input is not a terminal: "},
			"gives what has expired":      {never, says(secret), `refuses the credentials: `},
			"is of another version of it": {never, strings.ReplaceAll(says(secret), "/v1", "/v2"), "credential plugin PLUGIN: decoding stdout: "},
		} {
			t.Run(name, func(t *testing.T) {
				kubeconfig, path := plugin(t, tt.mode, `echo run >> "$0.runs"`+"\n"+tt.script)
				wantOneFault(t, c.kubectlWith(t, kubeconfig, "versions", "skew"), strings.ReplaceAll(tt.says, "PLUGIN", path))
				log, _ := os.ReadFile(path + ".runs")
				most := 1
				switch name {
				case "must ask where nobody is":
					most = 0
				case "gives what has expired":
					most = 8 // client-go asks again after a 401, and a few requests are on their way by then
				}
				if runs := strings.Count(string(log), "run"); runs > most {
					t.Errorf("was run %d times", runs)
				}
			})
		}
	})

	t.Run("one that hangs ends with the command, and what it has started too", func(t *testing.T) {
		kubeconfig, path := plugin(t, never, `echo $$ >> "$0.pids"
sleep 300 &
echo $! >> "$0.pids"
wait`)
		r := c.kubectlWith(t, kubeconfig, "versions", "--request-timeout", "1s")
		wantOneFault(t, r, "did not answer within 1s: check the network, and whether credential plugin "+path+" waits for somebody, or wait longer with --request-timeout")
		pids, err := os.ReadFile(path + ".pids")
		if err != nil || len(strings.Fields(string(pids))) != 2 {
			t.Fatalf("%v: %q", err, pids)
		}
		for _, pid := range strings.Fields(string(pids)) {
			for began := time.Now(); runs(pid); time.Sleep(10 * time.Millisecond) {
				if time.Since(began) > 5*time.Second {
					t.Errorf("process %s survives", pid)
					break
				}
			}
		}
	})

	t.Run("one that reads takes nothing from a command that does", func(t *testing.T) {
		manifests, err := os.ReadFile(betaBudgets)
		if err != nil {
			t.Fatal(err)
		}
		for _, mode := range []clientcmdapi.ExecInteractiveMode{never, ifAvailable} {
			kubeconfig, path := plugin(t, mode, `cat > "$0.stdin"`+"\n"+says(token))
			command := c.command(kubeconfig, "versions", "deprecations", "-f", "-", "--context", "admin", "-o", "wide")
			command.Stdin = bytes.NewReader(manifests)
			r := ended(t, command)
			if r.code != 0 || !strings.Contains(r.stdout, "policy/v1beta1 PodDisruptionBudget") {
				t.Errorf("%s: ended with %d: %s%s", mode, r.code, r.stdout, r.stderr)
			}
			if taken, err := os.ReadFile(path + ".stdin"); err != nil || len(taken) > 0 {
				t.Errorf("%s: %v: took %q", mode, err, taken)
			}
		}
	})

	t.Run("one that asks on a terminal is answered there", func(t *testing.T) {
		for mode, code := range map[clientcmdapi.ExecInteractiveMode]int{always: 0, ifAvailable: 0, never: 1} {
			kubeconfig, _ := plugin(t, mode, "printf 'Code: ' >&2\nread answer\n"+says("$answer"))
			command := c.command(kubeconfig, "versions", "skew", "--kubectl-version", "v1.37.1")
			var stdout bytes.Buffer
			command.Stdout = &stdout
			terminal, err := pty.Start(command)
			if err != nil {
				t.Fatal(err)
			}
			shown := bufio.NewReader(terminal)
			if prompt, err := shown.ReadString(':'); err != nil || !strings.HasSuffix(prompt, "Code:") {
				t.Errorf("%s: %v: %q", mode, err, prompt)
			}
			if _, err := fmt.Fprintln(terminal, token); err != nil {
				t.Error(err)
			}
			rest, _ := io.ReadAll(shown) // Linux ends it with EIPE
			_ = command.Wait()
			terminal.Close()
			if got := command.ProcessState.ExitCode(); got != code || (code == 0) != strings.Contains(stdout.String(), "kube-apiserver") {
				t.Errorf("%s: ended with %d: %s%s", mode, got, stdout.String(), rest)
			}
		}
	})
}

// runs tells whether a process does, and is not merely one that nobody has waited for.
func runs(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

func (c cluster) testProxies(t *testing.T) {
	server := c.address(t)
	_, port, err := net.SplitHostPort(server)
	if err != nil {
		t.Fatal(err)
	}
	// An address of this machine for which Go does not leave out the proxy of the
	// environment, as it does for 127.0.0.1 and localhost.
	kubeconfig := func(t *testing.T, proxy string) string {
		return c.changed(t, func(cluster *clientcmdapi.Cluster, _ *clientcmdapi.AuthInfo) {
			cluster.Server, cluster.TLSServerName, cluster.ProxyURL = "https://0.0.0.0:"+port, "localhost", proxy
		})
	}
	forwards, forwarded := connectProxy(t, server, http.StatusOK)
	forwards = strings.Replace(forwards, "//", "//jane:"+secret+"@", 1)
	socks, relayed := socksProxy(t, server)

	for name, tt := range map[string]struct {
		env, args []string
		proxyURL  string
		through   *atomic.Int32
	}{
		"none":                           {},
		"HTTPS_PROXY":                    {env: []string{"HTTPS_PROXY=" + forwards}, through: forwarded},
		"https_proxy":                    {env: []string{"https_proxy=" + forwards}, through: forwarded},
		"NO_PROXY":                       {env: []string{"HTTPS_PROXY=" + forwards, "NO_PROXY=10.0.0.0/8,0.0.0.0"}},
		"no_proxy":                       {env: []string{"https_proxy=" + forwards, "no_proxy=0.0.0.0/8"}},
		"HTTP_PROXY is not for https":    {env: []string{"HTTP_PROXY=http://127.0.0.1:1"}},
		"ALL_PROXY, which Go has not":    {env: []string{"ALL_PROXY=http://127.0.0.1:1", "all_proxy=http://127.0.0.1:1"}},
		"proxy-url":                      {proxyURL: forwards, through: forwarded},
		"proxy-url before HTTPS_PROXY":   {proxyURL: forwards, env: []string{"HTTPS_PROXY=http://127.0.0.1:1"}, through: forwarded},
		"proxy-url in spite of NO_PROXY": {proxyURL: forwards, env: []string{"NO_PROXY=*"}, through: forwarded},
		"--proxy-url":                    {args: []string{"--proxy-url", forwards}, through: forwarded},
		"socks5 in HTTPS_PROXY":          {env: []string{"HTTPS_PROXY=" + socks}, through: relayed},
		"socks5 in proxy-url":            {proxyURL: socks, through: relayed},
	} {
		t.Run(name, func(t *testing.T) {
			before := []int32{forwarded.Load(), relayed.Load()}
			command := c.command(kubeconfig(t, tt.proxyURL), append([]string{"versions", "snapshot"}, tt.args...)...)
			command.Env = append(command.Env, tt.env...)
			r := ended(t, command)
			if r.code != 0 || strings.Contains(r.stdout+r.stderr, secret) {
				t.Fatalf("ended with %d: %s", r.code, r.stderr)
			}
			for i, proxy := range []*atomic.Int32{forwarded, relayed} {
				if used := proxy.Load() > before[i]; used != (proxy == tt.through) {
					t.Errorf("proxy %d was used: %t", i, used)
				}
			}
		})
	}
	for name, tt := range map[string]struct{ proxy, says string }{
		"that asks who one is": {refusing(t, http.StatusProxyAuthRequired), "proxy HOST answers 407 Proxy Authentication Required"},
		"that forbids":         {refusing(t, http.StatusForbidden), "proxy HOST answers 403 Forbidden"},
		"that reaches nothing": {refusing(t, http.StatusBadGateway), "proxy HOST answers 502 Bad Gateway"},
		"that is down":         {"http://127.0.0.1:1", "proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused"},
	} {
		t.Run("one "+name, func(t *testing.T) {
			proxy, err := url.Parse(tt.proxy)
			if err != nil {
				t.Fatal(err)
			}
			proxy.User = url.UserPassword("jane", secret)
			says := strings.ReplaceAll(tt.says, "HOST", proxy.Host)
			wantOneFault(t, c.kubectlWith(t, kubeconfig(t, proxy.String()), "versions", "skew"), "cannot reach kube-apiserver at https://0.0.0.0:"+port+` (context "admin"): `+says)

			cache := t.TempDir()
			download := c.command(c.kubeconfig(), "versions", "catalog", "update", "--from", "https://mirror.example.com/catalog.json")
			download.Env = append(download.Env, "HTTPS_PROXY="+proxy.String(), "XDG_CACHE_HOME="+cache)
			wantOneFault(t, ended(t, download), "cannot download https://mirror.example.com/catalog.json: "+says+": nothing changed")
			if left, err := os.ReadDir(cache); err != nil || len(left) > 0 {
				t.Errorf("%v: %v", err, left)
			}
		})
	}
	t.Run("one whose address is none", func(t *testing.T) {
		for _, address := range []string{"http://jane:" + secret + "@127.0.0.1:x", "http://jane:" + secret + "/" + secret + "@127.0.0.1"} {
			wantOneFault(t, c.kubectl(t, "versions", "--proxy-url", address), "invalid 'proxy-url'")
		}
	})
}

// connectProxy is an HTTP proxy on loopback that leads to kube-apiserver, whatever
// was asked for, where it answers with 200.
func connectProxy(t *testing.T, server string, answer int) (address string, used *atomic.Int32) {
	t.Helper()
	used = new(atomic.Int32)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || answer != http.StatusOK {
			http.Error(w, "refused", answer)
			return
		}
		used.Add(1)
		far, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			far.Close()
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		relay(near, far)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL, used
}

func refusing(t *testing.T, answer int) (address string) {
	t.Helper()
	address, _ = connectProxy(t, "", answer)
	return address
}

// socksProxy is what connectProxy is, for SOCKS 5 (RFC 1928) without authentication.
func socksProxy(t *testing.T, server string) (address string, used *atomic.Int32) {
	t.Helper()
	used = new(atomic.Int32)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go accept(listener, func(near net.Conn) {
		var hello struct{ Version, Methods uint8 }
		var request struct {
			Version, Command, Reserved, Type uint8
			IP                               [4]byte
			Port                             uint16
		}
		if binary.Read(near, binary.BigEndian, &hello) != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, near, int64(hello.Methods)); err != nil {
			return
		}
		_, _ = near.Write([]byte{5, 0})
		if binary.Read(near, binary.BigEndian, &request) != nil || request.Command != 1 || request.Type != 1 {
			return
		}
		used.Add(1)
		far, err := net.Dial("tcp", server)
		if err != nil {
			return
		}
		_, _ = near.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		relay(near, far)
	})
	return "socks5://" + listener.Addr().String(), used
}

// testOutput has what is printed go nowhere: whoever reads it has gone, as head
// does, or the disk is full.
func (c cluster) testOutput(t *testing.T) {
	gone, closed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	defer closed.Close()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	lines := slices.DeleteFunc(commandLines(t), func(line string) bool {
		return strings.HasSuffix(line, " --help") || strings.Contains(line, " -o ") && !strings.HasPrefix(line, "kubectl-versions  ")
	})
	lines = append(lines, "kubectl versions skew", "kubectl versions snapshot", "kubectl versions deprecations -o json", "kubectl-versions plan --help", "kubectl-versions __complete ''")
	for _, line := range lines {
		t.Run(line, func(t *testing.T) {
			run := func(stdout *os.File) (*exec.Cmd, string) {
				command := exec.Command("/bin/sh", "-c", "exec "+line)
				command.Env = c.command(c.kubeconfig()).Env
				var stderr bytes.Buffer
				command.Stdout, command.Stderr = stdout, &stderr
				_ = command.Run()
				return command, stderr.String()
			}
			piped, said := run(closed)
			if status := piped.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGPIPE || said != "" {
				t.Errorf("into a closed pipe: %s: %s", piped.ProcessState, said)
			}
			filled, said := run(full)
			if filled.ProcessState.ExitCode() != 1 || !strings.HasSuffix(said, "error: write /dev/stdout: no space left on device\n") {
				t.Errorf("onto a full disk: %s: %s", filled.ProcessState, said)
			}
		})
	}
}
