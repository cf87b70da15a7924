//go:build !linux

package e2e

import (
	"os"
	"syscall"
)

// dieWithParent needs Linux: elsewhere a process outlives a test that is killed.
func dieWithParent() *syscall.SysProcAttr { return nil }

// residentBytes needs Linux.
func residentBytes(*os.ProcessState) int64 { return 0 }
