//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// figure is what one command took in one scene: medians of all runs, and the spread of the time.
type figure struct {
	scene, command      string
	median, best, worst time.Duration
	// cpu is user and system time.
	cpu time.Duration
	// memory is the peak resident set in bytes of the command's largest process.
	memory int64
}

// compare runs the commands in turn, so that whatever slows the machine slows each alike. Before each the kube-apiserver
// collects its garbage: it would do so in every second or third run otherwise, for longer than a command takes.
func (b *bench) compare(ctx context.Context, s scene) ([]figure, error) {
	if err := b.seed(ctx, s.seeds); err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "measuring:", s.title)
	if err := forgetPeak(); err != nil {
		return nil, err
	}
	kubeconfig := b.kubeconfig
	if s.link != nil {
		proxy, proxied, err := b.through(*s.link)
		if err != nil {
			return nil, err
		}
		defer proxy.stop()
		kubeconfig = proxied
	}
	warm := 1 // runs, for caches
	if s.runs == 1 {
		warm = 0
	}
	measured := make([][]usage, len(s.commands))
	for run := range s.runs + warm {
		for i, command := range s.commands {
			environment := b.environment(kubeconfig)
			if s.offline {
				environment = b.environment("")
			} else if _, err := b.once(ctx, collectGarbage, b.environment(b.kubeconfig)); err != nil {
				return nil, err
			}
			used, err := b.once(ctx, command, environment)
			if err != nil {
				return nil, err
			}
			if run >= warm {
				measured[i] = append(measured[i], used)
			}
		}
	}
	var figures []figure
	for i, command := range s.commands {
		took := sorted(measured[i], func(u usage) time.Duration { return u.took })
		cpu := sorted(measured[i], func(u usage) time.Duration { return u.cpu })
		memory := sorted(measured[i], func(u usage) int64 { return u.memory })
		figures = append(figures, figure{
			scene: s.name, command: command,
			median: took[s.runs/2], best: took[0], worst: took[s.runs-1], cpu: cpu[s.runs/2], memory: memory[s.runs/2],
		})
	}
	return figures, nil
}

func sorted[T time.Duration | int64](measured []usage, of func(usage) T) []T {
	var values []T
	for _, used := range measured {
		values = append(values, of(used))
	}
	slices.Sort(values)
	return values
}

// usage is what one run took.
type usage struct {
	took, cpu time.Duration
	memory    int64
}

// forgetPeak lowers the peak memory of this program to what it needs now. The kernel counts a command's memory from its
// fork, when it still is this program's: no command seems to take less than that.
func forgetPeak() error {
	debug.FreeOSMemory()
	return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // proc(5)
}

func (b *bench) once(ctx context.Context, command string, environment []string) (usage, error) {
	words := strings.Fields(command)
	cmd := exec.CommandContext(ctx, b.executable(words[0]), words[1:]...)
	cmd.Env, cmd.Dir = environment, b.dir
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w", command, err)
	}
	took := time.Since(start)
	resources, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return usage{}, errors.New("the system does not tell a command's peak memory")
	}
	return usage{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), int64(resources.Maxrss) << 10}, nil //nolint:unconvert // an int32 on 32 bits
}

func (b *bench) executable(name string) string {
	switch name {
	case "kubectl":
		return filepath.Join(b.bin, b.kubernetes, name)
	case sweep, lister, linked:
		return filepath.Join(b.dir, name)
	default:
		return filepath.Join(b.bin, name)
	}
}

// environment knows no cluster where kubeconfig is empty.
func (b *bench) environment(kubeconfig string) []string {
	path := b.bin + string(filepath.ListSeparator) + filepath.Join(b.bin, b.kubernetes)
	environment := []string{"PATH=" + path, "HOME=" + b.dir}
	if kubeconfig == "" {
		return environment
	}
	return append(environment, "KUBECONFIG="+kubeconfig)
}
