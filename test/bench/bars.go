//go:build linux

package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	helpBar = 60 * time.Millisecond
	planBar = 3 * time.Second

	// sweepBar is how many percent of the sweep's time deprecations may take, overviewBar those of deprecations' time
	// that the overview may.
	sweepBar    = 130
	overviewBar = 120

	// What lists objects takes at least so many times as long as deprecations, and as much memory.
	listerTimeBar   = 10
	listerMemoryBar = 10

	// auditLogSpeedBar is in bytes per second of processor time.
	auditLogSpeedBar = 100e6

	// largestMemoryBar is for all commands, with four times the objects.
	largestMemoryBar = 150 << 20
)

// memoryBars are in bytes.
func memoryBars() map[string]int64 {
	return map[string]int64{
		skew: 60 << 20, support: 60 << 20, deprecations: 80 << 20, overview: 100 << 20, plan: 120 << 20, auditLogRead: 100 << 20,
	}
}

// checkBars returns every bar that is missed.
func checkBars(measured results) error {
	var missed []error
	miss := func(f figure, format string, args ...any) {
		missed = append(missed, fmt.Errorf("%s: %s %s", f.scene, f.command, fmt.Sprintf(format, args...)))
	}
	slower := func(f figure, percent time.Duration, other string) {
		if compared, ok := measured.in(f.scene, other); ok && f.median*100 > compared.median*percent {
			miss(f, "takes %s, %s %s: more than %d %%", f.median, other, compared.median, percent)
		}
	}
	for _, f := range measured.figures {
		switch f.command {
		case skew, support:
			slower(f, 100, get)
		case deprecations:
			slower(f, sweepBar, sweep)
		case overview:
			slower(f, overviewBar, deprecations)
		case plan:
			if f.scene == reference && f.median > planBar {
				miss(f, "takes %s, the bar is %s", f.median, planBar)
			}
		case help:
			if f.median > helpBar {
				miss(f, "takes %s, the bar is %s", f.median, helpBar)
			}
		case auditLogRead:
			if f.auditLogSpeed() < auditLogSpeedBar {
				miss(f, "reads %.0f MB a second, the bar is %.0f", f.auditLogSpeed()/1e6, auditLogSpeedBar/1e6)
			}
		case listing:
			if ours, ok := measured.in(reference, deprecations); ok && (f.median < listerTimeBar*ours.median || f.memory < listerMemoryBar*ours.memory) {
				miss(f, "takes %s and %d MB, %s %s and %d MB", f.median, f.memory>>20, deprecations, ours.median, ours.memory>>20)
			}
		}
		bar, ok := memoryBars()[f.command]
		if measured.multiple(f.scene) > 1 {
			bar = largestMemoryBar
		}
		if ok && f.memory > bar {
			miss(f, "takes %d MB, the bar is %d", f.memory>>20, bar>>20)
		}
	}
	return errors.Join(errors.Join(missed...), measured.checkSweep(), measured.checkGrowth())
}

// checkGrowth holds that no command grows faster than the cluster: not in what it takes of the processor, nor in time,
// unless the kube-apiserver itself answers slower than that. Its sweep tells.
func (r results) checkGrowth() error {
	var missed []error
	for _, f := range r.figures {
		multiple := r.multiple(f.scene)
		once, ok := r.in(reference, f.command)
		if multiple == 1 || !ok || !slices.Contains(questions(), f.command) {
			continue
		}
		times := time.Duration(multiple)
		if f.cpu > times*once.cpu {
			missed = append(missed, fmt.Errorf("%s: %s takes %s of the processor, and %s of it on the reference cluster", f.scene, f.command, f.cpu, once.cpu))
		}
		swept, _ := r.in(f.scene, sweep)
		sweptOnce, _ := r.in(reference, sweep)
		slowed := swept.median.Seconds() / sweptOnce.median.Seconds()
		if f.median > times*once.median && f.median.Seconds() > slowed*once.median.Seconds() {
			missed = append(missed, fmt.Errorf("%s: %s takes %s, and %s on the reference cluster; the sweep %s and %s",
				f.scene, f.command, f.median, once.median, swept.median, sweptOnce.median))
		}
	}
	return errors.Join(missed...)
}

// multiple is how many times the objects of the reference cluster a scene has.
func (r results) multiple(scene string) int {
	for _, s := range r.scenes {
		if s.name == scene && s.multiple > 1 {
			return s.multiple
		}
	}
	return 1
}

// checkSweep keeps the sweep honest: it asks for nothing that the command does not ask for.
func (r results) checkSweep() error {
	ours, others := r.of(deprecations), r.of(sweep)
	var more []error
	for _, path := range others.paths {
		if !slices.Contains(ours.paths, path) {
			more = append(more, fmt.Errorf("the sweep asks for %s, %s does not", path, deprecations))
		}
	}
	return errors.Join(more...)
}

// in returns the figure of a command in a scene, if there is one.
func (r results) in(scene, command string) (figure, bool) {
	for _, f := range r.figures {
		if f.scene == scene && f.command == command {
			return f, true
		}
	}
	return figure{}, false
}

// of returns the traffic of a command.
func (r results) of(command string) traffic {
	for _, t := range r.traffic {
		if t.command == command {
			return t
		}
	}
	return traffic{}
}

// auditLogSpeed is in bytes per second of processor time.
func (f figure) auditLogSpeed() float64 { return auditLogBytes / f.cpu.Seconds() }
