// Command cluster builds and runs a real Kubernetes control plane for tests: kube-apiserver processes of any minors in
// front of one embedded etcd, on loopback only, seeded from files. No controller and no kubelet runs in it: Nodes, Pods,
// DaemonSet status and Leases are whatever the seeds say.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

func newCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "cluster",
		Short:             "Build and run a Kubernetes control plane for tests",
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	cmd.AddCommand(newBuildCommand(), newRunCommand(), newUpCommand(), newDownCommand(), newSeedCommand(), newExecCommand())
	return cmd
}
