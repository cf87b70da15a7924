package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// What docs/troubleshooting.md explains of kubectl's own messages.
func TestKubectlSaysWhatIsWrong(t *testing.T) {
	with := pathWith(t, kubernetes(t)[0])
	for _, c := range []struct {
		name    string
		path    string
		args    []string
		message string
	}{
		{"without the plugin", filepath.Dir(built(t, filepath.Join(kubernetes(t)[0], "kubectl"))), []string{"versions"}, `unknown command "versions" for "kubectl"`},
		{"flags before its name", with, []string{"--context", "prod", "versions"}, `flags cannot be placed before plugin name: --context`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			r := cluster{dir: dir, path: c.path}.kubectlWith(t, filepath.Join(dir, "none"), c.args...)
			first, _, _ := strings.Cut(r.stderr, "\n")
			if r.code != 1 || !strings.EqualFold(first, "error: "+c.message) {
				t.Errorf("ended with %d: %s", r.code, r.stderr)
			}
		})
	}
}
