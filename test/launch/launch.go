// Package launch runs bin/cluster for the tests and the benchmark.
package launch

import (
	"bufio"
	"errors"
	"fmt"
	"os/exec"
)

// Cluster starts `cluster run`, as its command says it, and waits until the
// cluster is ready. stop ends it, and so does the end of this process: either
// way its stdin is closed.
func Cluster(command *exec.Cmd) (stop func() error, err error) {
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	stop = func() error { return errors.Join(stdin.Close(), command.Wait()) }
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		return nil, errors.Join(fmt.Errorf("cluster is not ready: %q: %w", line, err), stop())
	}
	return stop, nil
}
