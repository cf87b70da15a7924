//go:build unix

package collect

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// kubectl writes an executable script of that name and returns its path.
func kubectl(t *testing.T, name, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// says is a script that answers `version --client -o json`, and nothing else.
func says(gitVersion string) string {
	return `[ "$*" = "version --client -o json" ] || { echo "unknown command: $*" >&2; exit 1; }
echo '{"clientVersion": {"major": "1", "minor": "37", "gitVersion": "` + gitVersion + `"}, "kustomizeVersion": "v5.8.0"}'
`
}

func TestKubectl(t *testing.T) {
	onPath := kubectl(t, "kubectl", says("v1.36.3-dispatcher"))
	parent := kubectl(t, "kubectl-1.37", says("v1.37.1"))
	tests := []struct {
		name   string
		finder KubectlFinder
		want   v1alpha1.Kubectl
	}{
		{"the one on PATH, verbatim", KubectlFinder{},
			v1alpha1.Kubectl{GitVersion: "v1.36.3-dispatcher", Path: onPath, FoundBy: "PATH"}},
		{"the one that runs the plugin, before the one on PATH", KubectlFinder{PluginParent: parent},
			v1alpha1.Kubectl{GitVersion: "v1.37.1", Path: parent, FoundBy: "KUBECTL_PATH"}},
		{"a version that was typed, before both", KubectlFinder{PluginParent: parent, Version: "v1.35.0"},
			v1alpha1.Kubectl{GitVersion: "v1.35.0", FoundBy: "--kubectl-version"}},
	}
	t.Setenv("PATH", filepath.Dir(onPath))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newAPIServer(t).options(t)
			o.Kubectl = tt.finder.Find
			snapshot := collectWith(t, o)
			if diff := cmp.Diff(&tt.want, snapshot.Kubectl); diff != "" {
				t.Errorf("kubectl (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)
		})
	}
}

func TestKubectlThatDoesNotTellIsAGap(t *testing.T) {
	failing := kubectl(t, "kubectl", "echo 'error: exec plugin is not installed' >&2\nexit 3\n")
	garbled := kubectl(t, "kubectl", "echo Client Version: v1.37.1\n")
	silent := kubectl(t, "kubectl", "echo '{}'\n")
	endless := kubectl(t, "kubectl", "while :; do echo yes; done\n")
	missing := filepath.Join(t.TempDir(), "kubectl")
	tests := []struct {
		name   string
		finder KubectlFinder
		want   v1alpha1.Gap
	}{
		{"none on PATH", KubectlFinder{}, v1alpha1.Gap{
			Reason: v1alpha1.GapNotFound, Message: "kubectl not found on PATH: name its version with --kubectl-version",
		}},
		{"one that fails is quoted", KubectlFinder{PluginParent: failing}, v1alpha1.Gap{
			Reason: v1alpha1.GapUnavailable, Message: failing + " version --client: exit status 3: error: exec plugin is not installed",
		}},
		{"one that has gone", KubectlFinder{PluginParent: missing}, v1alpha1.Gap{
			Reason: v1alpha1.GapUnavailable, Message: missing + " version --client: fork/exec " + missing + ": no such file or directory",
		}},
		{"one that writes no JSON", KubectlFinder{PluginParent: garbled}, v1alpha1.Gap{
			Reason: v1alpha1.GapMalformed, Message: garbled + ": unexpected answer: invalid character 'C' looking for beginning of value",
		}},
		{"one that does not end", KubectlFinder{PluginParent: endless}, v1alpha1.Gap{
			Reason: v1alpha1.GapUnavailable, Message: endless + " version --client: it says more than 64 KiB",
		}},
		{"one that names no version", KubectlFinder{PluginParent: silent}, v1alpha1.Gap{
			Reason: v1alpha1.GapMalformed, Message: silent + ": unexpected answer: no gitVersion",
		}},
	}
	t.Setenv("PATH", t.TempDir())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newAPIServer(t).options(t)
			o.Kubectl = tt.finder.Find
			snapshot := collectWith(t, o)
			if snapshot.Kubectl != nil {
				t.Errorf("kubectl = %+v, want none", snapshot.Kubectl)
			}
			tt.want.Source = v1alpha1.SourceKubectl
			checkGaps(t, snapshot, tt.want)
		})
	}
}

func TestKubectlThatWaitsIsGivenUpWithItsChildren(t *testing.T) {
	// The child holds kubectl's output open until the test ends.
	waiting := kubectl(t, "kubectl", "mkfifo \"$0.pipe\" && cat \"$0.pipe\"\nexit 1\n")
	t.Cleanup(func() {
		pipe, err := os.OpenFile(waiting+".pipe", os.O_RDWR, 0)
		if err != nil {
			t.Error(err)
			return
		}
		pipe.Close()
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := KubectlFinder{PluginParent: waiting}.Find(ctx)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v, want that of the deadline", err)
	}
	if got := gapReason(err); got != v1alpha1.GapTimeout {
		t.Errorf("the gap's reason is %s, want Timeout", got)
	}
}
