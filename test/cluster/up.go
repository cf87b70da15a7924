package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func newUpCommand() *cobra.Command {
	var options runOptions
	cmd := &cobra.Command{
		Use:   "up --bin DIR --dir DIR --server VERSION... [--seed FILE]... [--set KEY=VALUE]...",
		Short: "Start run in the background and wait until it is ready",
		Long: `Start run in the background and wait until it is ready. Its process id is in DIR/pid, what it says in DIR/cluster.log;
cluster down ends it.`,
		Example: "  cluster up --bin bin --dir /tmp/demo --server v1.37.1 --seed seeds/demo.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return options.up(cmd.Context(), cmd.ErrOrStderr())
		},
	}
	options.addFlags(cmd)
	return cmd
}

func (o *runOptions) up(ctx context.Context, progress io.Writer) error {
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	running, err := isHeld(dir)
	if err != nil {
		return err
	}
	if running {
		return fmt.Errorf("%s: %w", dir, errHeld)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(dir, "cluster.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}

	cmd := exec.Command(self, append([]string{"run", "--ignore-stdin"}, o.args()...)...)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })()

	line, _ := bufio.NewReader(stdout).ReadString('\n')
	if strings.TrimSpace(line) == ready {
		fmt.Fprintf(progress, "ready: export KUBECONFIG=%s\n", filepath.Join(dir, "kubeconfig"))
		return nil
	}
	_ = cmd.Wait()
	if ctx.Err() != nil {
		return errors.New("interrupted before the cluster was ready")
	}
	said, err := os.ReadFile(log.Name())
	return errors.Join(fmt.Errorf("the cluster did not start:\n%s", strings.TrimSpace(string(said))), err)
}

func newDownCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     "down --dir DIR",
		Short:   "End what up started and wait for its end",
		Example: "  cluster down --dir /tmp/demo",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return down(cmd.Context(), dir, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "folder that up was given")
	_ = cmd.MarkFlagRequired("dir")
	return cmd
}

func down(ctx context.Context, dir string, progress io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 30*time.Second, errors.New("it did not end within 30 seconds"))
	defer cancel()
	running, err := isHeld(dir)
	if err != nil {
		return err
	}
	if !running {
		fmt.Fprintf(progress, "no cluster is running in %s\n", dir)
		return nil
	}
	pid, err := holder(dir)
	if err != nil {
		return fmt.Errorf("a cluster is just starting or ending in %s, try again: %w", dir, err)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return fmt.Errorf("ending process %d: %w", pid, err)
	}
	for running {
		select {
		case <-ctx.Done():
			return fmt.Errorf("ending process %d: %w", pid, context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
		if running, err = isHeld(dir); err != nil {
			return err
		}
	}
	return nil
}
