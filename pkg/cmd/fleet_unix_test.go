//go:build unix

package cmd

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestKubectlIsAskedOnce(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho x >> " + dir + "/asked\necho '{\"clientVersion\": {\"gitVersion\": \"v1.37.1\"}}'\n"
	if err := os.WriteFile(filepath.Join(dir, "kubectl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	source := &sourceFlags{env: Environment{Getenv: func(string) string { return "" }}}
	kubectl := source.kubectlOnce(t.Context())
	expired, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := kubectl(expired); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
	for range 3 {
		found, err := kubectl(t.Context())
		if err != nil || found.GitVersion != "v1.37.1" {
			t.Errorf("kubectl = %+v, %v", found, err)
		}
	}
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	if err != nil || string(asked) != "x\n" {
		t.Errorf("asked %q times, %v", asked, err)
	}
}
