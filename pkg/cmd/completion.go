package cmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// completionScript is what kubectl runs with the words behind `kubectl versions`,
// the last of which may be empty. It answers as cobra's own shell scripts expect.
const completionScript = `#!/bin/sh
# kubectl runs this to complete "kubectl versions", in every shell that its own completion is loaded in
# (kubectl completion --help). Put it where kubectl-versions is, or into any other directory on PATH:
#
#   kubectl versions completion > ~/.local/bin/kubectl_complete-versions
#   chmod +x ~/.local/bin/kubectl_complete-versions
exec kubectl-versions __complete "$@"
`

// windowsScript is the same for Windows.
const windowsScript = `@echo off
rem kubectl runs this to complete "kubectl versions", in every shell that its own completion is loaded in
rem (kubectl completion --help). Put it where kubectl-versions.exe is, or into any other directory on PATH:
rem
rem   kubectl versions completion | Out-File -Encoding ascii kubectl_complete-versions.cmd
kubectl-versions __complete %*
`

func newCompletion(env Environment) *cobra.Command {
	return &cobra.Command{
		Use:   "completion",
		Short: "Print the script through which kubectl completes this plugin",
		Long: `Prints kubectl_complete-versions, a script that kubectl runs to complete what
follows kubectl versions. It is the same for every shell, and belongs into a
directory on PATH, such as that of kubectl-versions. krew links kubectl-versions
alone, and so does not install it.

kubectl's own completion must be loaded in the shell, as kubectl completion
--help says. Namespaces are those of the kubeconfig's contexts; no completion
asks a cluster.`,
		Example: `  # Install it on Linux or macOS, where ~/.local/bin is on PATH
  kubectl versions completion > ~/.local/bin/kubectl_complete-versions
  chmod +x ~/.local/bin/kubectl_complete-versions

  # Load kubectl's own completion, in bash
  source <(kubectl completion bash)`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("%s takes no shell, got %q: its script is for all of them, once kubectl completion %s is loaded", cmd.CommandPath(), args[0], args[0])
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			script, name := completionScript, "kubectl_complete-versions"
			if env.Build.OS == "windows" {
				script, name = strings.ReplaceAll(windowsScript, "\n", "\r\n"), name+".cmd"
			}
			if _, err := fmt.Fprint(env.Streams.Out, script); err != nil {
				return err
			}
			if !isTerminal(env.Streams.Out) {
				return nil
			}
			_, err := fmt.Fprintf(env.Streams.ErrOut, "hint: this script does nothing here: write it into %s on PATH, as its comments say\n", name)
			return err
		},
	}
}
