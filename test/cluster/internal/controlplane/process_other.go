//go:build unix && !linux

package controlplane

import (
	"net"
	"os"
	"syscall"
)

// childAttributes takes the child out of the terminal's process group, so that Ctrl-C leaves the order of ending to this
// process. A child outlives this process if that is killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func launchAttributes() *syscall.SysProcAttr {
	return childAttributes()
}

// Exec becomes the command. The hostname stays, so several API servers share one identity lease.
func Exec(_ string, command []string) error {
	return syscall.Exec(command[0], command, os.Environ())
}

// loopback returns the only address that is there without set-up. Several API servers have different ports then and take
// turns in overwriting the endpoints of Service default/kubernetes.
func loopback(int) net.IP {
	return net.IPv4(127, 0, 0, 1)
}
