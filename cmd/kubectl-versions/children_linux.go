package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// killChildren ends what this process has started and still runs, with what that
// has started: a credential plugin that hangs, for which client-go has no deadline.
// Those of before are left alone: a shell that becomes this process leaves it its own.
func killChildren(before []int) {
	for _, child := range children(os.Getpid()) {
		if !slices.Contains(before, child) {
			kill(child)
		}
	}
}

func kill(process int) {
	started := children(process)
	_ = syscall.Kill(process, syscall.SIGKILL)
	for _, child := range started {
		kill(child)
	}
}

// children of a process, as proc_pid_children(5) lists them for each of its threads.
func children(process int) []int {
	var found []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", process))
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, field := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(field); err == nil {
				found = append(found, child)
			}
		}
	}
	return found
}
