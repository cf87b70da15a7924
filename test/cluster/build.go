package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/version"
)

func newBuildCommand() *cobra.Command {
	var bin, modules string
	cmd := &cobra.Command{
		Use:   "build --bin DIR VERSION...",
		Short: "Build kube-apiserver and kubectl of each version into DIR/VERSION",
		Long: `Build kube-apiserver and kubectl of each version into DIR/VERSION, from the Go module that requires that version:
modules/minors/MINOR, or the folder of this program itself. A version that is already built is kept.`,
		Example: "  cluster build --bin bin v1.37.1 v1.36.3",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, versions []string) error {
			bin, err := filepath.Abs(bin)
			if err != nil {
				return err
			}
			for _, v := range versions {
				if err := build(cmd.Context(), bin, modules, v, cmd.ErrOrStderr()); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&bin, "bin", "", "folder of the binaries")
	cmd.Flags().StringVar(&modules, "modules", "test/cluster", "folder of this program's source")
	_ = cmd.MarkFlagRequired("bin")
	return cmd
}

func build(ctx context.Context, bin, modules, gitVersion string, progress io.Writer) error {
	parsed, err := version.ParseSemantic(gitVersion)
	if err != nil || gitVersion != "v"+parsed.String() {
		return fmt.Errorf("version %q is not a release: write it like v1.37.1", gitVersion)
	}
	out := filepath.Join(bin, gitVersion)
	if _, err := os.Stat(out); err == nil {
		return nil
	}
	module, released, err := findModule(ctx, modules, parsed)
	if err != nil {
		return err
	}

	if err := os.MkdirAll(bin, 0o755); err != nil {
		return err
	}
	// The folder appears under its name only when both binaries are in it.
	unfinished, err := os.MkdirTemp(bin, "."+gitVersion+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(unfinished)
	if err := os.Chmod(unfinished, 0o755); err != nil {
		return err
	}

	fmt.Fprintf(progress, "building kube-apiserver and kubectl %s (minutes the first time)\n", gitVersion)
	start := time.Now()
	cmd := goCommand(ctx, module, "build", "-o", unfinished, "-ldflags", ldflags(parsed, released),
		"k8s.io/kubernetes/cmd/kube-apiserver", "k8s.io/kubernetes/cmd/kubectl")
	cmd.Stdout, cmd.Stderr = progress, progress
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("building %s in %s: %w", gitVersion, module, err)
	}
	if err := os.Rename(unfinished, out); err != nil {
		return err
	}
	fmt.Fprintf(progress, "built %s in %s\n", gitVersion, time.Since(start).Round(time.Second))
	return nil
}

// findModule returns the folder whose go.mod requires exactly this version of k8s.io/kubernetes, and when that version
// was released.
func findModule(ctx context.Context, modules string, v *version.Version) (dir, released string, err error) {
	dir = filepath.Join(modules, "minors", fmt.Sprintf("%d.%d", v.Major(), v.Minor()))
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		dir = modules
	}
	const format = `{{.Version}} {{with .Time}}{{.Format "2006-01-02T15:04:05Z07:00"}}{{end}}`
	out, err := goCommand(ctx, dir, "list", "-m", "-f", format, "k8s.io/kubernetes").Output()
	if err != nil {
		return "", "", fmt.Errorf("no Go module that requires k8s.io/kubernetes in %s: name the folder of this program's source with --modules: %w", dir, err)
	}
	required, released, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if required != "v"+v.String() {
		return "", "", fmt.Errorf("v%s is not set up, %s has %s: run %s v%s", v, dir, required, filepath.Join(modules, "minors", "add.sh"), v)
	}
	return dir, released, nil
}

// ldflags sets what the release builds of Kubernetes set, except the commit, which a module does not know.
func ldflags(v *version.Version, released string) string {
	flags := []string{"-s", "-w"}
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		for _, variable := range []string{
			fmt.Sprintf("gitVersion=v%s", v),
			fmt.Sprintf("gitMajor=%d", v.Major()),
			fmt.Sprintf("gitMinor=%d", v.Minor()),
			"gitCommit=",
			"gitTreeState=clean",
			"buildDate=" + released,
		} {
			flags = append(flags, "-X", pkg+"."+variable)
		}
	}
	return strings.Join(flags, " ")
}

// goCommand ignores a workspace: its replacements would mix the minors.
func goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	return cmd
}
