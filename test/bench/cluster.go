//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/kubectl-versions/kubectl-versions/test/launch"
)

// settle lets the kube-apiserver finish what seeding left it to do.
const settle = 10 * time.Second

// memoryLimit keeps the kube-apiserver from using all memory of a machine for what could be collected: it doubles its
// heap otherwise, and 1,200 large CustomResourceDefinitions take gigabytes. The reference cluster stays far below it.
const memoryLimit = "GOMEMLIMIT=14GiB"

// start runs an empty cluster; closing its stdin ends it.
func (b *bench) start(ctx context.Context) (stop func() error, err error) {
	cluster := exec.CommandContext(ctx, filepath.Join(b.bin, "cluster"), "run", "--bin", b.bin, "--dir", b.dir, "--server", b.kubernetes)
	cluster.Env = append(os.Environ(), memoryLimit)
	cluster.Stderr = os.Stderr
	return launch.Cluster(cluster)
}

// nodeSeeds are the nodes with their kube-proxy pods, some of which still run the old revision.
func nodeSeeds(oldproxy int) []string {
	return []string{"--set", fmt.Sprintf("nodes=%d", nodes), "--set", fmt.Sprintf("oldproxy=%d", oldproxy), "test/cluster/seeds/scale.yaml"}
}

// objectSeeds are the objects of the reference cluster, or of further multiples of it.
func objectSeeds(from, to int) []string {
	return []string{"--set", fmt.Sprintf("from=%d", from), "--set", fmt.Sprintf("to=%d", to), "test/cluster/seeds/reference.yaml"}
}

func (b *bench) seed(ctx context.Context, title string, seeds ...[]string) error {
	fmt.Fprintf(os.Stderr, "seeding: %s\n", title)
	args := []string{"seed", "--kubeconfig", b.kubeconfig}
	for _, s := range seeds {
		args = append(args, s...)
	}
	seed := exec.CommandContext(ctx, filepath.Join(b.bin, "cluster"), args...)
	seed.Stderr = os.Stderr
	if err := seed.Run(); err != nil {
		return fmt.Errorf("seeding: %w", err)
	}
	time.Sleep(settle)
	return nil
}
