//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// Programs that are built for the comparison, as releases are.
const (
	sweep = "sweep"
	// lister is a scanner that lists objects; test/compare has it too.
	lister = "pluto"
	// released is the plugin, helper what --live runs, and linked the plugin with
	// the libraries of the helper in it.
	released = "kubectl-versions"
	helper   = "kubectl-versions-live"
	linked   = "linked"
)

// build makes the programs, and returns their sizes in bytes.
func (b *bench) build(ctx context.Context, scenes []scene) (map[string]int64, error) {
	sources := map[string]string{sweep: "test/bench/sweep", released: "cmd/kubectl-versions", helper: "live", linked: "test/bench/linked"}
	if slices.ContainsFunc(scenes, func(s scene) bool { return s.name == scanner }) {
		sources[lister] = "test/compare/tools/pluto"
	}
	sizes := map[string]int64{}
	for name, from := range sources {
		made, of := filepath.Join(b.dir, name), "."
		if name == lister {
			of = "tool"
		}
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", made, of)
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
