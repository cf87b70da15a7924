package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubectl-versions/kubectl-versions/test/cluster/internal/controlplane"
	"github.com/kubectl-versions/kubectl-versions/test/cluster/internal/seed"
)

// ready is the only line that run prints on stdout.
const ready = "ready"

type runOptions struct {
	bin, dir    string
	servers     []string
	seeds, sets []string
	apiServer   []string
}

// addFlags adds the flags that run and up share; args is their inverse.
func (o *runOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.bin, "bin", "", "folder that cluster build filled")
	flags.StringVar(&o.dir, "dir", "", "folder for kubeconfig, logs, audit logs and state; those of an earlier run are replaced")
	flags.StringArrayVar(&o.servers, "server", nil, "version of a kube-apiserver, or version=version-suffix to have it report a vendor's; once per server")
	flags.StringArrayVar(&o.seeds, "seed", nil, "seed file; any number of times")
	flags.StringArrayVar(&o.sets, "set", nil, "key=value for the templates in the seed files; any number of times")
	flags.StringArrayVar(&o.apiServer, "arg", nil, "further argument of every kube-apiserver, such as --runtime-config=api/all=true; any number of times")
	for _, name := range []string{"bin", "dir", "server"} {
		_ = cmd.MarkFlagRequired(name)
	}
}

func (o *runOptions) args() []string {
	args := []string{"--bin=" + o.bin, "--dir=" + o.dir}
	for _, server := range o.servers {
		args = append(args, "--server="+server)
	}
	for _, arg := range o.apiServer {
		args = append(args, "--arg="+arg)
	}
	for _, file := range o.seeds {
		args = append(args, "--seed="+file)
	}
	for _, set := range o.sets {
		args = append(args, "--set="+set)
	}
	return args
}

func newRunCommand() *cobra.Command {
	var options runOptions
	var ignoreStdin bool
	cmd := &cobra.Command{
		Use:   "run --bin DIR --dir DIR --server VERSION... [--seed FILE]... [--set KEY=VALUE]...",
		Short: "Run a cluster until interrupted or until stdin is closed",
		Long: `Run one etcd and one kube-apiserver per --server, apply the seeds, print "ready", and stay until interrupted or until
stdin is closed, so that a test that dies leaves nothing behind.

DIR/kubeconfig has the contexts admin (the current one), reader and nobody (users without any binding), expired (an unknown token),
all through a load balancer that hands each new connection to the next server, and server-1, server-2, … (admin at one server).
DIR/server-1.pid, DIR/logs/server-1.log, DIR/audit/server-1.log, … belong to one server each.`,
		Example: "  cluster run --bin bin --dir /tmp/demo --server v1.37.1 --server v1.36.3 --seed seeds/demo.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithCancelCause(cmd.Context())
			defer cancel(nil)
			if !ignoreStdin {
				go func() {
					_, _ = io.Copy(io.Discard, cmd.InOrStdin())
					cancel(errors.New("stdin was closed"))
				}()
			}
			return options.run(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	options.addFlags(cmd)
	cmd.Flags().BoolVar(&ignoreStdin, "ignore-stdin", false, "stay until interrupted, whatever stdin is")
	return cmd
}

func (o *runOptions) run(ctx context.Context, stdout, progress io.Writer) (err error) {
	values, err := seed.ParseValues(o.sets)
	if err != nil {
		return err
	}
	files, err := readSeeds(o.seeds, nil)
	if err != nil {
		return err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	bin, err := filepath.Abs(o.bin)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}

	release, err := hold(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()

	cp, err := controlplane.Start(ctx, controlplane.Config{
		Dir:      dir,
		Bin:      bin,
		Versions: o.servers,
		Args:     o.apiServer,
		Launcher: []string{self, "exec"},
		Progress: progress,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cp.Stop()) }()

	if len(files) > 0 {
		config, err := clientConfig(cp.Kubeconfig(), "server-1")
		if err != nil {
			return err
		}
		if err := seed.Apply(ctx, config, files, values, progress); err != nil {
			return err
		}
	}
	fmt.Fprintln(stdout, ready)
	<-ctx.Done()
	return nil
}

func newExecCommand() *cobra.Command {
	return &cobra.Command{
		Use:                "exec HOSTNAME COMMAND...",
		Short:              "Become the command, under a hostname of its own",
		Hidden:             true,
		DisableFlagParsing: true,
		Args:               cobra.MinimumNArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			return controlplane.Exec(args[0], args[1:])
		},
	}
}
