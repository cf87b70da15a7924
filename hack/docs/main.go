// Command docs writes the command reference, which is every command's help, to stdout.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
)

func main() {
	// kubectl's own flags show a default below the home directory.
	if err := os.Setenv("HOME", "$HOME"); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	root := cmd.NewRoot(cmd.Environment{
		Streams: genericiooptions.NewTestIOStreamsDiscard(),
		Getenv:  func(string) string { return "" },
		Now:     time.Now,
	})
	fmt.Print("# Commands\n\nThis page is written by `make generate` from the commands' own help.\n")
	write(os.Stdout, root)
}

func write(w io.Writer, c *cobra.Command) {
	c.InitDefaultHelpFlag()
	fmt.Fprintf(w, "\n## %s\n\n%s\n\n%s\n\n```\n%s```\n", c.CommandPath(), c.Short, c.Long, c.UsageString())
	for _, sub := range c.Commands() {
		write(w, sub)
	}
}
