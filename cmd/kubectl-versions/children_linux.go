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

// killChildren ends what this process has started and still runs: a credential
// plugin that hangs, for which client-go has no deadline. What that has started may
// be the user's browser, and is asked to end. Those of before are left alone: a shell
// that becomes this process leaves it its own.
func killChildren(before []int) {
	// Where /proc is of another namespace, its numbers are those of others.
	if self, _ := os.Readlink("/proc/self"); self != strconv.Itoa(os.Getpid()) {
		return
	}
	for _, child := range children(os.Getpid()) {
		if !slices.Contains(before, child) {
			end(child, syscall.SIGKILL)
		}
	}
}

func end(process int, by syscall.Signal) {
	started := children(process)
	_ = syscall.Kill(process, by)
	for _, child := range started {
		end(child, syscall.SIGTERM)
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
