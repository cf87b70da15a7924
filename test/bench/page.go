//go:build linux

package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

func render(measured results, kubernetes, commit string, at time.Time) string {
	var page strings.Builder
	fmt.Fprintf(&page, `# Benchmarks

Written by `+"`make bench`"+` on %s, of commit %s, on %s with %d cores, which the kube-apiserver %s and its etcd share.
%s measures one part of it again, on a cluster of its own.

The reference cluster is %d nodes with their kube-proxy pods, of
[test/cluster/seeds/scale.yaml](../test/cluster/seeds/scale.yaml), and the objects of
[reference.yaml](../test/cluster/seeds/reference.yaml), among them 15,000 more pods, 500 Helm releases and 300
CustomResourceDefinitions of 100 KB. `+"`sweep`"+` is [test/bench/sweep](../test/bench/sweep/main.go): a minimal client-go program that
reads what `+"`deprecations`"+` needs, and says which requests those are.

Every command of a table ran in turn with the others, once to warm caches and then as often as it says; on a cluster the
kube-apiserver, which may use 14 GiB, collected its garbage before each. Processor is the time of user and system that all processes of
the command took. Memory is the largest resident set that any of them reached: for `+"`kubectl versions …`"+` also kubectl's, which
finds the plugin, becomes it, and tells it its version.
`, at.Format(time.DateOnly), commit, machine(), runtime.NumCPU(), kubernetes, "`make bench SCENE='slow link'`", nodes)
	for _, s := range measured.scenes {
		fmt.Fprintf(&page, "\n## %s\n\n", s.title)
		fmt.Fprintf(&page, "`make bench SCENE='%s'`: %s.\n\n", s.name, times(s.runs))
		page.WriteString("| command | median | fastest to slowest | processor | memory |\n| --- | ---: | ---: | ---: | ---: |\n")
		for _, f := range measured.figures {
			if f.scene != s.name || f.command == linkedHelp {
				continue
			}
			fmt.Fprintf(&page, "| `%s` | %.2f s | %.2f to %.2f s | %.2f s | %d MB |\n",
				f.command, f.median.Seconds(), f.best.Seconds(), f.worst.Seconds(), f.cpu.Seconds(), f.memory>>20)
		}
		switch s.name {
		case auditScene:
			f, _ := measured.in(s.name, auditLogRead)
			fmt.Fprintf(&page, "\nEvents as a busy kube-apiserver writes them, few of them for APIs that go away: %.0f MB a second and core.\n", f.auditLogSpeed()/1e6)
		case reference:
			measured.renderTraffic(&page)
		case scanner:
			page.WriteString("\n[pluto](https://github.com/FairwindsOps/pluto) lists the objects of the resources that it knows, whole, and every Helm release.\n")
		case noCluster:
			measured.renderLinked(&page)
		}
	}
	fmt.Fprintf(&page, `
## Bars

Checked here, and by `+"`make bench-check`"+` in every gate run, which leaves out what takes minutes. Of the same table, so that
a slow machine is slow for both:

- `+"`skew` and `support` are faster than `kubectl get nodes`"+`.
- `+"`deprecations`"+` takes at most %.1f times the sweep, which asks for nothing that it does not; the overview at most %.1f times
  `+"`deprecations`"+`.
- With more objects no command takes more of the processor than those are more, nor more time, unless the kube-apiserver
  itself slows down: the sweep tells.
- A scanner that lists objects takes at least %d times as long as `+"`deprecations`"+`, and %d times the memory.

And on the machine above:

- `+"`--help`"+` takes at most %d ms, `+"`plan`"+` %.0f s on the reference cluster; an audit log is read at no less than %d MB a second and core.
- Memory is at most%s, and %d MB with four times the objects.
`, sweepBar/100., overviewBar/100., listerTimeBar, listerMemoryBar, helpBar.Milliseconds(), planBar.Seconds(), int(auditLogSpeedBar/1e6),
		memoryLine(), largestMemoryBar>>20)
	return page.String()
}

func times(runs int) string {
	if runs == 1 {
		return "once, and no run before it"
	}
	return fmt.Sprintf("%d times each", runs)
}

func memoryLine() string {
	bars := memoryBars()
	var parts []string
	for _, command := range append(questions(), auditLogRead) {
		if command != auditLogRead {
			parts = append(parts, fmt.Sprintf(" %d MB for `%s`", bars[command]>>20, command))
		} else {
			parts = append(parts, fmt.Sprintf(" %d MB for an audit log of 1 GB", bars[command]>>20))
		}
	}
	return strings.Join(parts, ",")
}

func (r results) renderTraffic(page *strings.Builder) {
	page.WriteString(`
What each asks of the cluster in one run: requests by the server's audit log, and bytes as they come over the connections,
compressed and encrypted.

| command | requests | received |
| --- | ---: | ---: |
`)
	for _, t := range r.traffic {
		fmt.Fprintf(page, "| `%s` | %d | %.2f MB |\n", t.command, t.requests, megabytes(t.bytes))
	}
}

func (r results) renderLinked(page *strings.Builder) {
	ours, _ := r.in(noCluster, help)
	both, _ := r.in(noCluster, linkedHelp)
	fmt.Fprintf(page, `
### With the vendors' libraries

What `+"`--live`"+` needs is in `+"`kubectl-versions-live`"+` ([docs/live.md](live.md)). [test/bench/linked](../test/bench/linked/main.go) is the plugin with it
linked in. Built as releases are, for %s/%s:

| program | size | `+"`--help`"+` |
| --- | ---: | ---: |
| `+"`kubectl-versions`"+` | %.1f MB | %d ms |
| `+"`kubectl-versions-live`"+` | %.1f MB | |
| both in one | %.1f MB | %d ms |
`, runtime.GOOS, runtime.GOARCH, megabytes(r.sizes[released]), ours.median.Milliseconds(),
		megabytes(r.sizes[helper]), megabytes(r.sizes[linked]), both.median.Milliseconds())
}

func megabytes(size int64) float64 { return float64(size) / 1e6 }

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
