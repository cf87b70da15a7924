package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
)

// Words are completed in real shells, on a terminal, through the real kubectl and
// the script that the plugin prints, as after `krew install`: the directory has a
// space in its name, and links the plugin alone.
func TestCompletion(t *testing.T) {
	home := filepath.Join(t.TempDir(), "jane doe")
	bin, work := filepath.Join(home, "krew bin"), filepath.Join(home, "work")
	if err := errors.Join(os.MkdirAll(bin, 0o755), os.MkdirAll(work, 0o755)); err != nil {
		t.Fatal(err)
	}
	path := pathWith(t, kubernetes(t)[0])
	for _, program := range []string{"kubectl", "kubectl-versions"} {
		if err := os.Rename(filepath.Join(path, program), filepath.Join(bin, program)); err != nil {
			t.Fatal(err)
		}
	}
	// No completion asks the cluster, which is not there.
	kubeconfig := filepath.Join(home, "kubeconfig")
	if err := os.WriteFile(kubeconfig, []byte(`apiVersion: v1
kind: Config
clusters: [{name: dead, cluster: {server: "https://127.0.0.1:1"}}]
contexts:
- {name: shop-prod, context: {cluster: dead, namespace: shop}}
- {name: shop-test, context: {cluster: dead}}
- {name: "arn:aws:eks:eu-west-1:000000000000:cluster/edge", context: {cluster: dead}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"old.yaml", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(work, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"PATH=" + bin + ":/usr/bin:/bin", "HOME=" + home, "KUBECONFIG=" + kubeconfig, "TERM=xterm", "LANG=C.UTF-8"}
	script, err := (&exec.Cmd{Path: filepath.Join(bin, "kubectl"), Args: []string{"kubectl", "versions", "completion"}, Env: env}).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "kubectl_complete-versions"), script, 0o755); err != nil {
		t.Fatal(err)
	}

	for _, tested := range []*shell{
		{
			name: "bash", needs: []string{"/usr/bin/bash", "/usr/share/bash-completion/bash_completion"}, args: []string{"--norc", "--noprofile", "-i"},
			begin: `source /usr/share/bash-completion/bash_completion; source <(kubectl completion bash)
bind 'set show-all-if-ambiguous on'; bind 'set page-completions off'; bind 'set completion-query-items 0'
bind -x '"\C-t": printf "\nline=[%s]\n" "$READLINE_LINE"'; PS1='re''ady> '`,
		},
		{
			name: "zsh", needs: []string{"/usr/bin/zsh"}, args: []string{"-f", "-i"},
			begin: `autoload -Uz compinit; compinit -D -u; source <(kubectl completion zsh); unsetopt BEEP PROMPT_SP; LISTMAX=1000
told() { printf '\nline=[%s]\n' "$BUFFER" }; zle -N told; bindkey '^T' told; PROMPT='re''ady> '`,
		},
	} {
		t.Run(tested.name, func(t *testing.T) {
			tested.start(t, work, env)
			for typed, tc := range map[string]struct {
				// line is what the words become, and offered what is shown below.
				line    string
				offered []string
			}{
				"sk":                                     {"skew ", nil},
				"catalog up":                             {"catalog update ", nil},
				"help pl":                                {"help plan ", nil},
				"skew -o ":                               {"skew -o ", []string{"sarif", "for code scanning", "jsonpath="}},
				"skew -o sa":                             {"skew -o sarif ", nil},
				"skew -o custom-columns-":                {"skew -o custom-columns-file=", nil},
				"releases --platform ":                   {"releases --platform ", []string{"amazon-eks", "Amazon EKS", "alibaba-ack"}},
				"releases --platform am":                 {"releases --platform amazon-eks ", nil},
				"skew --context s":                       {"skew --context shop-", nil},
				"skew --context shop-":                   {"skew --context shop-", []string{"shop-prod", "shop-test"}},
				"skew --context a":                       {"skew --context arn:aws:eks:eu-west-1:000000000000:cluster/edge ", nil},
				"skew --context shop-p":                  {"skew --context shop-prod ", nil},
				"--contexts shop-prod,shop-t":            {"--contexts shop-prod,shop-test", nil},
				"skew --context=shop-t":                  {"skew --context=shop-test ", nil},
				"plan --to ":                             {"plan --to ", []string{"latest", "the newest that is out", "+1", "1.36"}},
				"plan --to l":                            {"plan --to latest ", nil},
				"skew --snapshot 'a b.yaml' --fail-on w": {"skew --snapshot 'a b.yaml' --fail-on warning ", nil},
				"skew --snapshot ":                       {"skew --snapshot old.yaml ", nil},
				"skew --fail":                            {"skew --fail-on ", nil},
			} {
				line, shown := tested.complete(t, "kubectl versions "+typed)
				// Shells may quote what they complete.
				if want := "kubectl versions " + tc.line; strings.NewReplacer(`\,`, ",", `\:`, ":").Replace(line) != want {
					t.Errorf("%q becomes %q, want %q\n%s", typed, line, want, shown)
				}
				for _, offered := range tc.offered {
					if !strings.Contains(shown, offered) {
						t.Errorf("%q: %q is not offered:\n%s", typed, offered, shown)
					}
				}
			}
		})
	}
}

// shell is a shell on a terminal, which has completion loaded.
type shell struct {
	name string
	// needs are files of Debian's packages.
	needs, args []string
	// begin loads completion, sets a prompt, and has ^T tell the line.
	begin string

	terminal *os.File
	mu       sync.Mutex
	shown    bytes.Buffer
}

// start begins the shell in a directory, and ends it with the test. Without it
// there is nothing to test but for the gate, which installs it.
func (s *shell) start(t *testing.T, dir string, env []string) {
	t.Helper()
	for _, file := range s.needs {
		_, err := os.Stat(file)
		switch {
		case err != nil && os.Getenv("CI") == "true":
			t.Fatalf("%v: install Debian's packages bash-completion and zsh", err)
		case err != nil:
			t.Skipf("%v: Debian's packages bash-completion and zsh have it", err)
		}
	}
	process := exec.Command(s.needs[0], s.args...)
	process.Dir, process.Env = dir, env
	var err error
	if s.terminal, err = pty.StartWithSize(process, &pty.Winsize{Rows: 60, Cols: 160}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
		_ = s.terminal.Close()
	})
	go func() {
		chunk := make([]byte, 4096)
		for {
			n, err := s.terminal.Read(chunk)
			s.mu.Lock()
			s.shown.Write(chunk[:n])
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	s.send(t, s.begin+"\r")
	s.await(t, `ready> $`)
}

// complete types words and a tab, and returns what the line has become and what the
// terminal showed, without its colours.
func (s *shell) complete(t *testing.T, words string) (line, shown string) {
	t.Helper()
	s.send(t, words+"\t\x14")
	found := s.await(t, `(?s)(.*)line=\[(.*?)\]`)
	s.send(t, "\x03")
	s.await(t, `ready> $`)
	return found[2], found[1]
}

// send types, and forgets what was shown before.
func (s *shell) send(t *testing.T, keys string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown.Reset()
	if _, err := fmt.Fprint(s.terminal, keys); err != nil {
		t.Fatal(err)
	}
}

// await waits until the terminal shows this.
func (s *shell) await(t *testing.T, pattern string) []string {
	t.Helper()
	escape, want := regexp.MustCompile("\x1b\\[[0-9;?]*[a-zA-Z]|\x1b[=>]|\a|\r"), regexp.MustCompile(pattern)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		s.mu.Lock()
		shown := escape.ReplaceAllString(s.shown.String(), "")
		s.mu.Unlock()
		if found := want.FindStringSubmatch(shown); found != nil {
			return found
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s shows no %s:\n%s", s.name, pattern, shown)
		}
	}
}
