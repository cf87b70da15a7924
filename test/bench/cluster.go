//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-versions/kubectl-versions/test/launch"
)

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

// seed applies seeds one after the other, and waits until the kube-apiserver has done what that gave it to do.
func (b *bench) seed(ctx context.Context, seeds [][]string) error {
	for _, s := range seeds {
		seed := exec.CommandContext(ctx, filepath.Join(b.bin, "cluster"), append([]string{"seed", "--kubeconfig", b.kubeconfig}, s...)...)
		seed.Stderr = os.Stderr
		if err := seed.Run(); err != nil {
			return fmt.Errorf("seeding: %w", err)
		}
	}
	if len(seeds) == 0 {
		return nil
	}
	return b.rest(ctx)
}

const (
	// A kube-apiserver rests when it has taken less than a tenth of a core for five seconds. With a thousand large
	// CustomResourceDefinitions it takes minutes until their OpenAPI is merged.
	window   = 5 * time.Second
	resting  = window / 10
	patience = 15 * time.Minute
)

func (b *bench) rest(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("the kube-apiserver does not come to rest in %s", patience))
	defer cancel()
	start := time.Now()
	before, err := b.serverTime()
	for err == nil {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(window):
		}
		var now time.Duration
		if now, err = b.serverTime(); err == nil && now-before < resting {
			fmt.Fprintf(os.Stderr, "the kube-apiserver rests after %s\n", time.Since(start).Round(time.Second))
			return nil
		}
		before = now
	}
	return err
}

// serverTime is the processor time that the kube-apiserver has taken.
func (b *bench) serverTime() (time.Duration, error) {
	pid, err := os.ReadFile(filepath.Join(b.dir, "server-1.pid"))
	if err != nil {
		return 0, err
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strings.TrimSpace(string(pid)), "stat"))
	if err != nil {
		return 0, err
	}
	// proc_pid_stat(5): utime and stime are the 14th and 15th fields, in hundredths of a second; the name may have spaces.
	const hundredth, afterName = 10 * time.Millisecond, 2
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 14 {
		return 0, fmt.Errorf("/proc/PID/stat has another form: %q", stat)
	}
	var ticks int64
	for _, field := range fields[14-afterName-1 : 15-afterName] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * hundredth, nil
}
