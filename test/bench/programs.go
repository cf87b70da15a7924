//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Programs that are built for the comparison, as releases are.
const (
	sweep = "sweep"
	// released is the plugin, helper what --live runs, and linked the plugin with
	// the libraries of the helper in it.
	released = "kubectl-versions"
	helper   = "kubectl-versions-live"
	linked   = "linked"
)

// build makes the programs, and returns their sizes in bytes.
func (b *bench) build(ctx context.Context) (map[string]int64, error) {
	sizes := map[string]int64{}
	for name, from := range map[string]string{sweep: "test/bench/sweep", released: "cmd/kubectl-versions", helper: "live", linked: "test/bench/linked"} {
		made := filepath.Join(b.dir, name)
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", made, ".")
		build.Dir, build.Env, build.Stderr = from, append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
		if err := build.Run(); err != nil {
			return nil, fmt.Errorf("building %s: %w", name, err)
		}
		info, err := os.Stat(made)
		if err != nil {
			return nil, err
		}
		sizes[name] = info.Size()
	}
	return sizes, nil
}
