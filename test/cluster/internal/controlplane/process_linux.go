package controlplane

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// childAttributes takes the child out of the terminal's process group, so that Ctrl-C leaves the order of ending to this
// process, and lets the kernel end it when this process dies without doing so.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// launchAttributes gives a user who is not root a namespace in which Exec may set a hostname.
func launchAttributes() *syscall.SysProcAttr {
	attr := childAttributes()
	if os.Geteuid() != 0 {
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return attr
}

// Exec becomes the command, under a hostname that only this process sees. Where that is not allowed, as in many
// containers, the hostname stays.
func Exec(hostname string, command []string) error {
	// Namespaces and the signal of the parent's death belong to a thread; the one that calls execve survives it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("asking to end with the parent: %w", err)
	}
	err := unix.Unshare(unix.CLONE_NEWUTS)
	if err == nil {
		err = unix.Sethostname([]byte(hostname))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "no hostname of its own, the identity lease may be shared:", err)
	}
	return unix.Exec(command[0], command, os.Environ())
}

// loopback returns 127.0.0.1 for 0, 127.0.0.2 for 1, …: the whole of 127.0.0.0/8 is there without set-up.
func loopback(i int) net.IP {
	return net.IPv4(127, 0, 0, byte(i+1))
}
