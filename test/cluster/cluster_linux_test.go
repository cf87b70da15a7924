package main

import (
	"slices"
	"testing"
)

// Only Linux ends the children of a killed process.
func TestAKilledClusterEndsItsServers(t *testing.T) {
	program, bin := built(t)
	c := start(t, program, bin)
	pids := c.pids(t)
	if err := c.process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.process.Wait()
	eventually(t, func() bool { return !slices.ContainsFunc(pids, running) }, "the processes end")
}
