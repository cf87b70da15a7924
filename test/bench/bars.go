//go:build linux

package main

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	helpBar   = 60 * time.Millisecond
	memoryBar = 60 << 20

	// sweepBar is how many percent of the sweep's time the command may take.
	sweepBar              = 130
	deprecationsMemoryBar = 80 << 20

	// overviewBar is how many percent of the time of deprecations the command may take.
	overviewBar       = 120
	overviewMemoryBar = 100 << 20

	planBar       = 3 * time.Second
	planMemoryBar = 120 << 20

	auditLogMemoryBar = 100 << 20
	// auditLogSpeedBar is in bytes per second of processor time.
	auditLogSpeedBar = 100e6
)

// checkBars returns every bar that is missed.
func checkBars(measured results) error {
	var missed []error
	miss := func(f figure, format string, args ...any) {
		missed = append(missed, fmt.Errorf("%s: %s %s", f.scene, f.command, fmt.Sprintf(format, args...)))
	}
	for _, f := range measured.figures {
		switch {
		case slices.Contains(questions(), f.command):
			if f.memory > memoryBar {
				miss(f, "takes %d MB, the bar is %d", f.memory>>20, memoryBar>>20)
			}
			if other := measured.in(f.scene, get); f.median >= other.median {
				miss(f, "takes %s, %s %s", f.median, get, other.median)
			}
		case f.command == help:
			if f.median > helpBar {
				miss(f, "takes %s, the bar is %s", f.median, helpBar)
			}
		case f.command == deprecations:
			if other := measured.in(f.scene, sweep); f.median*100 > other.median*sweepBar {
				miss(f, "takes %s, the sweep %s", f.median, other.median)
			}
			missed = append(missed, measured.checkSweep())
		case f.command == overview:
			if other := measured.in(f.scene, deprecations); f.median*100 > other.median*overviewBar {
				miss(f, "takes %s, %s %s", f.median, deprecations, other.median)
			}
		case f.command == pluginOverview && f.memory > overviewMemoryBar:
			miss(f, "takes %d MB, the bar is %d", f.memory>>20, overviewMemoryBar>>20)
		case f.command == plan && f.median > planBar:
			miss(f, "takes %s, the bar is %s", f.median, planBar)
		case f.command == pluginPlan && f.memory > planMemoryBar:
			miss(f, "takes %d MB, the bar is %d", f.memory>>20, planMemoryBar>>20)
		case f.command == auditLogCommand:
			if f.memory > auditLogMemoryBar {
				miss(f, "takes %d MB, the bar is %d", f.memory>>20, auditLogMemoryBar>>20)
			}
			if f.auditLogSpeed() < auditLogSpeedBar {
				miss(f, "reads %.0f MB a second, the bar is %.0f", f.auditLogSpeed()/1e6, auditLogSpeedBar/1e6)
			}
		case f.command == plugin:
			if f.scene == sweepScene(1).title && f.memory > deprecationsMemoryBar {
				miss(f, "takes %d MB, the bar is %d", f.memory>>20, deprecationsMemoryBar>>20)
			}
		}
	}
	return errors.Join(missed...)
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

// in returns the figure of a command in a scene.
func (r results) in(scene, command string) figure {
	for _, f := range r.figures {
		if f.scene == scene && f.command == command {
			return f
		}
	}
	return figure{}
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
