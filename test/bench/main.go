//go:build linux

// Command bench measures `kubectl versions skew` and `support` on a seeded cluster of 5,000
// nodes, beside `kubectl get nodes` in the same run, and fails when a bar is
// missed.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	nodes = 5000
	runs  = 15
	// settle lets the kube-apiserver finish what seeding left it to do.
	settle = 10 * time.Second

	helpBar   = 60 * time.Millisecond
	memoryBar = 60 << 20
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var b bench
	flag.StringVar(&b.bin, "bin", "bin", "folder of the built binaries")
	flag.StringVar(&b.kubernetes, "kubernetes", "", "version of kube-apiserver and kubectl in that folder")
	flag.StringVar(&b.write, "write", "", "file to write the figures to; without it they are only printed")
	flag.Parse()
	err := b.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type bench struct {
	bin, kubernetes, write string

	dir, kubeconfig, path string
}

// scene is a state of the cluster.
type scene struct {
	title string
	// oldproxy is how many kube-proxy pods still run the old revision.
	oldproxy int
}

// figure is what one command took in one scene.
type figure struct {
	scene, command string
	median, worst  time.Duration
	// memory is the peak resident set in bytes of the command's largest process, the median of all runs.
	memory int64
}

func (b *bench) run(ctx context.Context) error {
	var err error
	if b.bin, err = filepath.Abs(b.bin); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.kubeconfig = filepath.Join(b.dir, "kubeconfig")
	b.path = b.bin + string(filepath.ListSeparator) + filepath.Join(b.bin, b.kubernetes)

	stopCluster, err := b.start(ctx)
	if err != nil {
		return err
	}
	figures, err := b.measure(ctx)
	if err = errors.Join(err, stopCluster()); err != nil {
		return err
	}
	page := render(figures, b.kubernetes, time.Now().UTC())
	fmt.Print(page)
	if b.write != "" {
		if err := os.WriteFile(b.write, []byte(page), 0o644); err != nil {
			return err
		}
	}
	return checkBars(figures)
}

// start runs an empty cluster; closing its stdin ends it.
func (b *bench) start(ctx context.Context) (stop func() error, err error) {
	cluster := exec.CommandContext(ctx, filepath.Join(b.bin, "cluster"), "run", "--bin", b.bin, "--dir", b.dir, "--server", b.kubernetes)
	cluster.Stderr = os.Stderr
	stdin, err := cluster.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cluster.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cluster.Start(); err != nil {
		return nil, err
	}
	stop = func() error { return errors.Join(stdin.Close(), cluster.Wait()) }
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		return nil, errors.Join(fmt.Errorf("cluster is not ready: %q: %w", line, err), stop())
	}
	return stop, nil
}

// questions are the commands under the bars of time and memory.
func questions() []string { return []string{"kubectl versions skew", "kubectl versions support"} }

func (b *bench) measure(ctx context.Context) ([]figure, error) {
	var figures []figure
	for _, s := range []scene{{"rollout of kube-proxy complete", 0}, {"rollout of kube-proxy half done", nodes / 2}} {
		if err := b.seed(ctx, s); err != nil {
			return nil, err
		}
		measured, err := b.compare(ctx, s.title, append(questions(), "kubectl get nodes"))
		if err != nil {
			return nil, err
		}
		figures = append(figures, measured...)
	}
	help, err := b.compare(ctx, "no cluster", []string{"kubectl-versions --help"})
	return append(figures, help...), err
}

func (b *bench) seed(ctx context.Context, s scene) error {
	fmt.Fprintf(os.Stderr, "seeding %d nodes, %s\n", nodes, s.title)
	seed := exec.CommandContext(ctx, filepath.Join(b.bin, "cluster"), "seed", "--kubeconfig", b.kubeconfig,
		"--set", fmt.Sprintf("nodes=%d", nodes), "--set", fmt.Sprintf("oldproxy=%d", s.oldproxy), "test/cluster/seeds/scale.yaml")
	seed.Stderr = os.Stderr
	if err := seed.Run(); err != nil {
		return fmt.Errorf("seeding: %w", err)
	}
	time.Sleep(settle)
	return nil
}

// compare runs the commands in turn, so that whatever slows the machine slows each alike.
func (b *bench) compare(ctx context.Context, title string, commands []string) ([]figure, error) {
	took := make([][]time.Duration, len(commands))
	peaks := make([][]int64, len(commands))
	figures := make([]figure, len(commands))
	for run := range runs + 1 {
		for i, command := range commands {
			d, memory, err := b.once(ctx, command)
			if err != nil {
				return nil, err
			}
			if run == 0 {
				continue // warms caches
			}
			took[i] = append(took[i], d)
			peaks[i] = append(peaks[i], memory)
		}
	}
	for i, command := range commands {
		slices.Sort(took[i])
		slices.Sort(peaks[i])
		figures[i].scene, figures[i].command = title, command
		figures[i].median, figures[i].worst, figures[i].memory = took[i][runs/2], took[i][runs-1], peaks[i][runs/2]
	}
	return figures, nil
}

func (b *bench) once(ctx context.Context, command string) (time.Duration, int64, error) {
	words := strings.Fields(command)
	executable := filepath.Join(b.bin, words[0])
	if words[0] == "kubectl" {
		executable = filepath.Join(b.bin, b.kubernetes, "kubectl")
	}
	cmd := exec.CommandContext(ctx, executable, words[1:]...)
	cmd.Env = []string{"PATH=" + b.path, "KUBECONFIG=" + b.kubeconfig, "HOME=" + b.dir}
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", command, err)
	}
	took := time.Since(start)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, 0, errors.New("the system does not tell a command's peak memory")
	}
	return took, usage.Maxrss << 10, nil
}

func render(figures []figure, kubernetes string, at time.Time) string {
	var page strings.Builder
	fmt.Fprintf(&page, `# Benchmarks

Written by `+"`make bench`"+` on %s, on %s with %d cores, which the kube-apiserver %s and its etcd share:
%d nodes and as many kube-proxy pods. Each command ran %d times, in turn with the others of its cluster. Memory is the
largest resident set that any process of the command reached, the median of the runs: for `+"`kubectl versions …`"+`
that is kubectl itself, which finds the plugin and tells it its version, rather than the plugin.

| cluster | command | median | slowest | memory |
| --- | --- | ---: | ---: | ---: |
`, at.Format(time.DateOnly), machine(), runtime.NumCPU(), kubernetes, nodes, runs)
	for _, f := range figures {
		fmt.Fprintf(&page, "| %s | `%s` | %.2f s | %.2f s | %d MB |\n", f.scene, f.command, f.median.Seconds(), f.worst.Seconds(), f.memory>>20)
	}
	fmt.Fprintf(&page, `
The bars, checked by `+"`make bench-check`"+` in every gate run: `+"`skew` and `support` are faster than `kubectl get nodes`"+`
in the same run, in at most %d MB; `+"`--help`"+` takes at most %d ms.
`, memoryBar>>20, helpBar.Milliseconds())
	return page.String()
}

// machine names the processor, as far as the system tells.
func machine() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(info)) {
		if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return runtime.GOARCH
}

// checkBars returns every bar that is missed.
func checkBars(figures []figure) error {
	var missed []error
	medians := map[string]map[string]time.Duration{}
	for _, f := range figures {
		if medians[f.scene] == nil {
			medians[f.scene] = map[string]time.Duration{}
		}
		medians[f.scene][f.command] = f.median
		switch {
		case slices.Contains(questions(), f.command) && f.memory > memoryBar:
			missed = append(missed, fmt.Errorf("%s: %s takes %d MB, the bar is %d", f.scene, f.command, f.memory>>20, memoryBar>>20))
		case f.command == "kubectl-versions --help" && f.median > helpBar:
			missed = append(missed, fmt.Errorf("--help takes %s, the bar is %s", f.median, helpBar))
		}
	}
	for scene, took := range medians {
		for _, question := range questions() {
			if ours, get := took[question], took["kubectl get nodes"]; ours > 0 && ours >= get {
				missed = append(missed, fmt.Errorf("%s: %s takes %s, kubectl get nodes %s", scene, question, ours, get))
			}
		}
	}
	return errors.Join(missed...)
}
