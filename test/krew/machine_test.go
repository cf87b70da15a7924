package krew

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// machine is a user's: kubectl, krew and git are all that is on its PATH.
type machine struct{ dir, defaultIndex string }

func newMachine(t *testing.T, defaultIndex string) machine {
	t.Helper()
	m := machine{t.TempDir(), defaultIndex}
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(m.dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, program := range map[string]string{"kubectl": built(t, "bin", server(t), "kubectl"), "kubectl-krew": built(t, "bin", "krew"), "git": git} {
		if err := os.Symlink(program, filepath.Join(m.dir, "bin", name)); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func (m machine) krewRoot() string { return filepath.Join(m.dir, "krew") }

type result struct {
	stdout, stderr string
	code           int
}

func (m machine) run(t *testing.T, program string, args ...string) result {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = []string{
		"HOME=" + m.dir, "PATH=" + filepath.Join(m.dir, "bin") + string(filepath.ListSeparator) + filepath.Join(m.krewRoot(), "bin"),
		"KREW_ROOT=" + m.krewRoot(), "KREW_DEFAULT_INDEX_URI=" + m.defaultIndex, "KREW_NO_UPGRADE_CHECK=1", "GIT_CONFIG_NOSYSTEM=1",
		// The helper signs what it sends.
		"ALIBABA_CLOUD_ACCESS_KEY_ID=id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=secret", "ALIBABA_CLOUD_ECS_METADATA_DISABLED=true",
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{stdout.String(), stderr.String(), command.ProcessState.ExitCode()}
}

func (m machine) kubectl(t *testing.T, args ...string) result {
	t.Helper()
	return m.run(t, filepath.Join(m.dir, "bin", "kubectl"), args...)
}

// Warnings of krew that are none about the manifest.
const (
	stdinIsNoTerminal = "WARNING: Detected stdin, but discarding it because of --manifest or args"
	notAudited        = `WARNING: You installed plugin "versions" from the krew-index plugin repository.`
	addedIndex        = "WARNING: You have added a new index from "
)

// warning is a line of krew, or of its log, that tells of trouble.
var warning = regexp.MustCompile(`(?m)^(WARNING|[EFW]\d{4} |error|failed).*`)

// krew runs kubectl krew, which must end with 0, and warn of nothing but what is expected.
func (m machine) krew(t *testing.T, expected []string, args ...string) result {
	t.Helper()
	r := m.kubectl(t, append([]string{"krew"}, args...)...)
	if warned := warning.FindAllString(r.stderr, -1); r.code != 0 || !slices.Equal(warned, expected) {
		t.Fatalf("kubectl krew %s ended with %d and warned %q, want %q:\n%s", strings.Join(args, " "), r.code, warned, expected, r.stderr)
	}
	return r
}

// pluginVersion is what the installed plugin says of itself.
func (m machine) pluginVersion(t *testing.T) string {
	t.Helper()
	r := m.kubectl(t, "versions", "--version")
	version, found := strings.CutPrefix(r.stdout, "kubectl versions version ")
	if r.code != 0 || r.stderr != "" || !found {
		t.Fatalf("kubectl versions --version ended with %d and says %q, %q", r.code, r.stdout, r.stderr)
	}
	return strings.TrimSpace(version)
}

// uninstall leaves nothing of the plugin.
func (m machine) uninstall(t *testing.T) {
	t.Helper()
	m.krew(t, nil, "uninstall", "versions")
	if r := m.kubectl(t, "versions"); r.code == 0 || !strings.HasPrefix(r.stderr, `error: unknown command "versions" for "kubectl"`) {
		t.Errorf("without the plugin, kubectl versions ended with %d: %s%s", r.code, r.stdout, r.stderr)
	}
	for _, left := range []string{"bin/kubectl-versions", "receipts/versions.yaml", "store/versions"} {
		if _, err := os.Lstat(filepath.Join(m.krewRoot(), left)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left: %v", left, err)
		}
	}
}
