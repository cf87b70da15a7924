//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
)

const token = "not-a-real-token"

// slowCluster is a kube-apiserver on loopback that takes a while for its nodes.
// It returns the path of a kubeconfig with two contexts, one with a long name.
func slowCluster(t *testing.T, nodesTake time.Duration) (kubeconfig string) {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/version":
			fmt.Fprint(w, `{"gitVersion": "v1.37.1"}`)
		case r.URL.Path == "/metrics":
			fmt.Fprint(w, "kubernetes_build_info{git_version=\"v1.37.1\"} 1\nprocess_start_time_seconds 1.7636e+09\n")
		case strings.HasSuffix(r.URL.Path, "/nodes"):
			select {
			case <-time.After(nodesTake):
			case <-r.Context().Done():
			}
			fmt.Fprint(w, `{"kind": "Table", "columnDefinitions": [{"name": "Name"}, {"name": "Status"}, {"name": "Roles"}, {"name": "Version"}], "rows": []}`)
		default:
			fmt.Fprint(w, `{"kind": "List", "items": []}`)
		}
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	write(t, kubeconfig, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: shop-prod
clusters: [{name: shop, cluster: {server: %q, insecure-skip-tls-verify: true}}]
users: [{name: jane, user: {token: %s}}]
contexts:
- {name: shop-prod, context: {cluster: shop, user: jane}}
- {name: "arn:aws:eks:%s", context: {cluster: shop, user: jane}}
`, server.URL, token, strings.Repeat("long-", 40)))
	return kubeconfig
}

// session is a process of the command on a terminal.
type session struct {
	process  *exec.Cmd
	terminal *os.File
	began    time.Time

	mu sync.Mutex
	// shown is all that came to the terminal, and first when that began.
	shown  bytes.Buffer
	first  time.Time
	closed chan struct{}
}

// start runs the command with stderr, stdin and, unless it has another stdout, that too on a terminal.
func start(t *testing.T, width uint16, stdout io.Writer, kubeconfig string, env []string, args ...string) *session {
	t.Helper()
	s := &session{process: command(t, kubeconfig, env, args...), closed: make(chan struct{}), began: time.Now()}
	s.process.Stdout = stdout
	var err error
	if s.terminal, err = pty.StartWithSize(s.process, &pty.Winsize{Rows: 24, Cols: width}); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(s.closed)
		chunk := make([]byte, 4096)
		for {
			n, err := s.terminal.Read(chunk)
			s.mu.Lock()
			if n > 0 && s.first.IsZero() {
				s.first = time.Now()
			}
			s.shown.Write(chunk[:n])
			s.mu.Unlock()
			if err != nil {
				return // Linux: EIO when the last process has gone
			}
		}
	}()
	t.Cleanup(func() {
		_ = s.process.Process.Kill()
		_ = s.terminal.Close()
	})
	return s
}

func command(t *testing.T, kubeconfig string, env []string, args ...string) *exec.Cmd {
	t.Helper()
	test, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// TestMain runs the command where the test is called by its name.
	name := filepath.Join(t.TempDir(), "kubectl-versions")
	if err := os.Symlink(test, name); err != nil {
		t.Fatal(err)
	}
	process := exec.Command(name, args...)
	process.Env = append([]string{"HOME=" + t.TempDir(), "KUBECONFIG=" + kubeconfig, "TERM=xterm-256color"}, env...)
	return process
}

// wait returns the exit code, and all that the terminal showed.
func (s *session) wait(t *testing.T) (code int, shown string) {
	t.Helper()
	timer := time.AfterFunc(20*time.Second, func() { _ = s.process.Process.Kill() })
	defer timer.Stop()
	err := s.process.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	<-s.closed
	return s.process.ProcessState.ExitCode(), s.shown.String()
}

// waitFor waits until the terminal shows this.
func (s *session) waitFor(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		shown := s.shown.String()
		s.mu.Unlock()
		if strings.Contains(shown, text) {
			return
		}
	}
	t.Fatalf("the terminal never showed %q: %q", text, s.shown.String())
}

func (s *session) ctrlC(t *testing.T) {
	t.Helper()
	if _, err := s.terminal.WriteString("\x03"); err != nil {
		t.Fatal(err)
	}
}

// noWarning leaves the hint out that the embedded catalog is old.
var noWarning = regexp.MustCompile(`warning: catalog is [^\n]*\n`)

const cleared = "\r\x1b[K"

func TestProgressIsShownOnATerminal(t *testing.T) {
	kubeconfig := slowCluster(t, 1200*time.Millisecond)
	args := []string{"skew", "--kubectl-version", "v1.37.1"}
	for _, width := range []uint16{80, 120} {
		t.Run(fmt.Sprint(width, " cells"), func(t *testing.T) {
			var stdout bytes.Buffer
			s := start(t, width, &stdout, kubeconfig, []string{"NO_COLOR=1"}, args...)
			code, shown := s.wait(t)
			if early := s.first.Sub(s.began); early < 500*time.Millisecond {
				t.Errorf("something was shown after %s: %q", early, shown)
			}
			if !strings.Contains(shown, cleared+"shop-prod: reading nodes: ") || !strings.HasSuffix(shown, " 0 objects, 1 s"+cleared) {
				t.Errorf("the terminal shows %q", shown)
			}
			if code != 0 || !strings.Contains(stdout.String(), "kube-apiserver") || strings.Contains(stdout.String(), "\x1b") {
				t.Errorf("ended with %d: %q", code, stdout.String())
			}
		})
		t.Run(fmt.Sprint("a long name on ", width, " cells"), func(t *testing.T) {
			name := "arn:aws:eks:" + strings.Repeat("long-", 40)
			for _, args := range [][]string{
				append(args, "--context", name),
				{"--contexts", name + ",shop-prod", "--kubectl-version", "v1.37.1", "-o", "json"},
			} {
				_, shown := start(t, width, io.Discard, kubeconfig, nil, args...).wait(t)
				if !strings.Contains(shown, "reading ") {
					t.Errorf("the terminal shows %q", shown)
				}
				for _, drawn := range strings.Split(shown, cleared) {
					if n := utf8.RuneCountInString(drawn); n >= int(width) {
						t.Errorf("%d cells on a terminal of %d: %q", n, width, drawn)
					}
				}
			}
		})
	}
	t.Run("it is gone before the report", func(t *testing.T) {
		_, shown := start(t, 80, nil, kubeconfig, nil, args...).wait(t)
		report := shown[strings.LastIndex(shown, cleared)+len(cleared):]
		if strings.Contains(report, "reading") || !strings.Contains(report, "kube-apiserver") {
			t.Errorf("the terminal shows %q", shown)
		}
	})
	for name, silent := range map[string][]string{"TERM=dumb": nil, "TERM=xterm": {"-v", "1"}} {
		t.Run(fmt.Sprint("silent with ", name, silent), func(t *testing.T) {
			_, shown := start(t, 80, io.Discard, kubeconfig, []string{name}, append(silent, args...)...).wait(t)
			if strings.Contains(shown, "reading") {
				t.Errorf("the terminal shows %q", shown)
			}
		})
	}
	t.Run("silent on a pipe", func(t *testing.T) {
		process := command(t, kubeconfig, nil, args...)
		var stderr bytes.Buffer
		process.Stderr = &stderr
		if err := process.Run(); err != nil {
			t.Fatal(err)
		}
		if said := noWarning.ReplaceAllString(stderr.String(), ""); said != "" {
			t.Errorf("stderr: %q", said)
		}
	})
}

func TestInterrupts(t *testing.T) {
	slow := slowCluster(t, time.Minute)
	const snapshot = "../../docs/examples/shop-prod.yaml"
	t.Run("the first shows what is known", func(t *testing.T) {
		var stdout bytes.Buffer
		s := start(t, 80, &stdout, slow, nil, "skew", "--kubectl-version", "v1.37.1")
		s.waitFor(t, "reading nodes:")
		s.ctrlC(t)
		interrupted := time.Now()
		code, shown := s.wait(t)
		if took := time.Since(interrupted); took > 2*time.Second {
			t.Errorf("ended %s after Ctrl-C", took)
		}
		if code != 130 || strings.Contains(shown, "error:") || !strings.HasSuffix(shown, cleared) {
			t.Errorf("ended with %d: %q", code, shown)
		}
		for _, known := range []string{"kube-apiserver", "v1.37.1", "kubelet versions: interrupted"} {
			if !strings.Contains(stdout.String(), known) {
				t.Errorf("no %q in %s", known, stdout.String())
			}
		}
	})
	t.Run("a snapshot is written", func(t *testing.T) {
		var stdout bytes.Buffer
		s := start(t, 80, &stdout, slow, nil, "snapshot", "--kubectl-version", "v1.37.1")
		s.waitFor(t, "reading nodes:")
		s.ctrlC(t)
		if code, shown := s.wait(t); code != 130 || !strings.Contains(stdout.String(), "reason: Interrupted") {
			t.Errorf("ended with %d: %q: %s", code, shown, stdout.String())
		}
	})
	t.Run("stdin that does not come", func(t *testing.T) {
		for _, args := range [][]string{
			{"skew", "--snapshot", "-"},
			{"deprecations", "-f", "-", "--to", "1.38"},
			{"deprecations", "--audit-log", "-", "--to", "1.38"},
		} {
			s := start(t, 80, io.Discard, slow, nil, args...)
			time.Sleep(time.Second)
			s.ctrlC(t)
			interrupted := time.Now()
			code, shown := s.wait(t)
			if took := time.Since(interrupted); code != 130 || took > 2*time.Second {
				t.Errorf("%v ended with %d after %s: %q", args, code, took, shown)
			}
		}
	})
	t.Run("a pipe that nobody writes to", func(t *testing.T) {
		fifo := filepath.Join(t.TempDir(), "fifo")
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
		var sessions []*session
		for _, args := range [][]string{
			{"skew", "--snapshot", fifo},
			{"--snapshot", fifo, "--snapshot", snapshot},
			{"skew", "--snapshot", snapshot, "--baseline", fifo},
			{"skew", "--snapshot", snapshot, "--catalog", fifo},
			{"deprecations", "-f", fifo, "--to", "1.38"},
			{"deprecations", "--audit-log", fifo, "--to", "1.38"},
			{"deprecations", "--snapshot", snapshot, "--policy", fifo},
			{"diff", snapshot, fifo},
			{"catalog", "validate", fifo},
		} {
			sessions = append(sessions, start(t, 80, io.Discard, slow, nil, args...))
		}
		time.Sleep(3 * time.Second) // for all to listen, on a machine with much to do
		for _, s := range sessions {
			s.ctrlC(t)
			interrupted := time.Now()
			code, shown := s.wait(t)
			if took := time.Since(interrupted); code != 130 || took > 2*time.Second {
				t.Errorf("%v ended with %d after %s: %q", s.process.Args, code, took, shown)
			}
		}
	})
	t.Run("the second ends what does not heed the first", func(t *testing.T) {
		// Nobody reads the report, which is longer than a pipe holds.
		stays, stdout, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer stays.Close()
		defer stdout.Close()
		s := start(t, 80, stdout, slow, nil, "--snapshot", snapshot, "-o", "json")
		time.Sleep(time.Second)
		s.ctrlC(t)
		time.Sleep(200 * time.Millisecond)
		s.ctrlC(t)
		interrupted := time.Now()
		_, shown := s.wait(t)
		status := s.process.ProcessState.Sys().(syscall.WaitStatus)
		if took := time.Since(interrupted); took > 2*time.Second || status.Signal() != syscall.SIGINT {
			t.Errorf("ended with %v after %s: %q", status, took, shown)
		}
	})
}

func TestColourOnATerminal(t *testing.T) {
	snapshot, err := filepath.Abs("../../docs/examples/shop-prod.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		colour bool
		env    []string
		args   []string
	}{
		{true, nil, nil},
		{false, []string{"NO_COLOR=1"}, nil},
		{false, []string{"TERM=dumb"}, nil},
		{false, nil, []string{"--color", "never"}},
		{true, []string{"NO_COLOR=1"}, []string{"--color", "always"}},
	} {
		_, shown := start(t, 120, nil, "", tt.env, append([]string{"skew", "--snapshot", snapshot}, tt.args...)...).wait(t)
		if strings.Contains(shown, "\x1b[31m") != tt.colour {
			t.Errorf("%v %v: %q", tt.env, tt.args, shown)
		}
	}
}

// Requests are logged as kubectl does, without what gives access.
func TestVerboseLogsRequests(t *testing.T) {
	kubeconfig := slowCluster(t, 0)
	for level, logged := range map[string]string{
		"6": `"Response" verb="GET" url="https://[^"]*/version" status="200 OK" milliseconds=`,
		"8": `Authorization: Bearer <masked>`,
	} {
		process := command(t, kubeconfig, nil, "skew", "--kubectl-version", "v1.37.1", "-v", level)
		var stderr bytes.Buffer
		process.Stderr = &stderr
		if err := process.Run(); err != nil {
			t.Fatal(err, stderr.String())
		}
		if !regexp.MustCompile(logged).MatchString(stderr.String()) {
			t.Errorf("-v %s logs no %s: %s", level, logged, stderr.String())
		}
		if strings.Contains(stderr.String(), token) {
			t.Errorf("-v %s logs the token", level)
		}
	}
}

// On a terminal the script is for nobody but the reader, who is told where it belongs.
func TestCompletionSaysWhereItsScriptBelongs(t *testing.T) {
	code, shown := start(t, 80, nil, "", nil, "completion").wait(t)
	if code != 0 || !strings.Contains(shown, `exec kubectl-versions __complete "$@"`) ||
		!strings.Contains(shown, "hint: this script does nothing here: write it into kubectl_complete-versions on PATH, as its comments say") {
		t.Errorf("ended with %d: %s", code, shown)
	}
}
