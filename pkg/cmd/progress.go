package cmd

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/klog/v2"

	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

const (
	// progressAfter is how long work may take before anything is said of it.
	progressAfter = 500 * time.Millisecond
	progressEvery = 100 * time.Millisecond
	// clearLine goes back to the start of a terminal's line, and empties it.
	clearLine = "\r\x1b[K"
)

// showProgress keeps a line on stderr, where that is a terminal, while work
// takes long. describe returns the line, which must fit the width, or nothing to
// show. stop clears it, and returns once nothing is written any more.
func (e Environment) showProgress(describe func(width int) string) (stop func()) {
	if _, escapes := e.terminal(e.Streams.ErrOut); !escapes || klog.V(1).Enabled() {
		return func() {}
	}
	done := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() {
		drawn := false
		for next := progressAfter; ; next = progressEvery {
			select {
			case <-done:
				if drawn {
					fmt.Fprint(e.Streams.ErrOut, clearLine)
				}
				return
			case <-time.After(next):
			}
			width, _ := e.terminal(e.Streams.ErrOut)
			if width == 0 {
				width = 80
			}
			if line := describe(width); line != "" {
				fmt.Fprint(e.Streams.ErrOut, clearLine+line)
				drawn = true
			}
		}
	})
	return func() {
		close(done)
		drawing.Wait()
	}
}

// fleetProgress is which of several clusters are being read.
type fleetProgress struct {
	all int

	mu      sync.Mutex
	done    int
	reading []string
}

func (p *fleetProgress) begin(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reading = append(p.reading, name)
}

func (p *fleetProgress) end(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	at := slices.Index(p.reading, name)
	p.reading = slices.Delete(p.reading, at, at+1)
}

func (p *fleetProgress) line(width int) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return printer.ReadingSeveral(p.done, p.all, p.reading, width)
}
