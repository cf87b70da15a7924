package collect

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// beKubectl tells the version that stands in a file beside it.
func beKubectl() (code int) {
	version, err := os.ReadFile(filepath.Join(filepath.Dir(os.Args[0]), "version"))
	if err != nil || strings.Join(os.Args[1:], " ") != "version --client -o json" {
		return 1
	}
	fmt.Printf(`{"clientVersion": {"gitVersion": %q}}`, version)
	return 0
}

// program puts a kubectl into a directory with a space in its name, as programs on Windows have it.
func program(t *testing.T, version string) (path string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "Program Files")
	path = filepath.Join(dir, "kubectl")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(path, data, 0o755), os.WriteFile(filepath.Join(dir, "version"), []byte(version), 0o644)); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestKubectlIsFoundOnEveryPlatform(t *testing.T) {
	onPath, parent := program(t, "v1.36.3"), program(t, "v1.37.1")
	t.Setenv("PATH", filepath.Dir(onPath))
	for name, tc := range map[string]struct {
		finder KubectlFinder
		want   v1alpha1.Kubectl
	}{
		"on PATH":     {KubectlFinder{}, v1alpha1.Kubectl{GitVersion: "v1.36.3", Path: onPath, FoundBy: "PATH"}},
		"as a parent": {KubectlFinder{PluginParent: parent}, v1alpha1.Kubectl{GitVersion: "v1.37.1", Path: parent, FoundBy: "KUBECTL_PATH"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := tc.finder.Find(t.Context())
			if diff := cmp.Diff(&tc.want, found); err != nil || diff != "" {
				t.Errorf("error %v, kubectl (-want +got):\n%s", err, diff)
			}
		})
	}
}
