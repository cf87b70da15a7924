package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// hold takes a folder for the cluster of this process, creating it where needed, and writes the process id to pid in it.
// The kernel gives the folder back when the process ends, however it ends.
func hold(path string) (release func() error, err error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	dir, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	pidFile := filepath.Join(path, "pid")
	if err := lock(dir); err != nil {
		dir.Close()
		return nil, err
	}
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		dir.Close()
		return nil, err
	}
	return func() error { return errors.Join(os.Remove(pidFile), dir.Close()) }, nil
}

// isHeld reports whether a process runs a cluster in the folder.
func isHeld(path string) (bool, error) {
	dir, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer dir.Close()
	err = lock(dir)
	if errors.Is(err, errHeld) {
		return true, nil
	}
	return false, err
}

// holder returns the id of the process that runs a cluster in the folder.
func holder(path string) (int, error) {
	text, err := os.ReadFile(filepath.Join(path, "pid"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

var errHeld = errors.New("a cluster is running there already: stop it with cluster down, or take another --dir")

func lock(dir *os.File) error {
	err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%s: %w", dir.Name(), errHeld)
	}
	return err
}
