//go:build linux

package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

func render(measured results, kubernetes string, at time.Time) string {
	var page strings.Builder
	fmt.Fprintf(&page, `# Benchmarks

Written by `+"`make bench`"+` on %s, on %s with %d cores, which the kube-apiserver %s and its etcd share:
%d nodes and as many kube-proxy pods, then also the objects of
[test/cluster/seeds/reference.yaml](../test/cluster/seeds/reference.yaml), among them 15,000 more pods, 500 Helm releases and
300 CustomResourceDefinitions of 100 KB, then two and four times those. Each command ran %d times, in turn with the others of its cluster, and %d times on
the multiples and the audit log; before each the kube-apiserver collected its garbage. Memory is the largest resident set that any process of the command reached, the median of the runs: for
`+"`kubectl versions …`"+` also kubectl's, which finds the plugin, becomes it, and tells it its version.

| cluster | command | median | slowest | memory |
| --- | --- | ---: | ---: | ---: |
`, at.Format(time.DateOnly), machine(), runtime.NumCPU(), kubernetes, nodes, runs, fewRuns)
	for _, f := range measured.figures {
		if f.command == linkedHelp {
			continue
		}
		fmt.Fprintf(&page, "| %s | `%s` | %.2f s | %.2f s | %d MB |\n", f.scene, f.command, f.median.Seconds(), f.worst.Seconds(), f.memory>>20)
	}
	fmt.Fprintf(&page, `
`+"`sweep`"+` is [test/bench/sweep](../test/bench/sweep/main.go): a minimal client-go program that reads the same facts. What
the commands ask of the reference cluster, requests by the server's audit log, and bytes as they come over the connections,
compressed and encrypted:

| command | requests | received |
| --- | ---: | ---: |
`)
	for _, t := range measured.traffic {
		fmt.Fprintf(&page, "| `%s` | %d | %.1f MB |\n", t.command, t.requests, float64(t.bytes)/1e6)
	}
	if f := measured.in(auditLogScene, auditLogCommand); f.command != "" {
		fmt.Fprintf(&page, `
The audit log has %.0f GB of events as a busy kube-apiserver writes them, few of them for APIs that go away. Reading it takes
%.1f s of processor time: %.0f MB a second and core.
`, auditLogBytes/1e9, f.cpu.Seconds(), f.auditLogSpeed()/1e6)
	}
	fmt.Fprintf(&page, `
## With the vendors' libraries

What `+"`--live`"+` needs is in `+"`kubectl-versions-live`"+` ([docs/live.md](live.md)). [test/bench/linked](../test/bench/linked/main.go) is the plugin with it
linked in. Built as releases are, for %s/%s:

| program | size | `+"`--help`"+` |
| --- | ---: | ---: |
| `+"`kubectl-versions`"+` | %.1f MB | %d ms |
| `+"`kubectl-versions-live`"+` | %.1f MB | |
| both in one | %.1f MB | %d ms |

## Bars
`, runtime.GOOS, runtime.GOARCH, megabytes(measured.sizes[released]), measured.in(noCluster, help).median.Milliseconds(),
		megabytes(measured.sizes[helper]), megabytes(measured.sizes[linked]), measured.in(noCluster, linkedHelp).median.Milliseconds())
	fmt.Fprintf(&page, `
The bars, checked by `+"`make bench-check`"+` in every gate run: `+"`skew` and `support` are faster than `kubectl get nodes`"+`
in the same run, in at most %d MB; `+"`--help`"+` takes at most %d ms; `+"`deprecations`"+` takes at most %.1f times the sweep of the
same run, which asks for nothing that it does not, and the plugin at most %d MB; the overview, `+"`kubectl versions`"+`, at most %.1f times `+"`deprecations`"+`
in the same run, and the plugin at most %d MB; `+"`plan`"+`, which reads the pods as well, takes at most %.0f s, and the plugin at most %d MB; an audit log of 1 GB is read in at most
%d MB, at no less than %.0f MB a second and core.
`, memoryBar>>20, helpBar.Milliseconds(), sweepBar/100., deprecationsMemoryBar>>20, overviewBar/100., overviewMemoryBar>>20, planBar.Seconds(), planMemoryBar>>20, auditLogMemoryBar>>20, auditLogSpeedBar/1e6)
	return page.String()
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
