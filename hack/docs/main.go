// Command docs writes the command reference, which is every command's help:
// docs/commands.md to read, and docs/man for man(1). And it writes what the
// commands ask of a cluster: docs/permissions.md, and docs/rbac.yaml, which allows it.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docs DIRECTORY")
		os.Exit(2)
	}
	if err := errors.Join(write(os.Args[1]), writePermissions(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	// kubectl's own flags show a default below the home directory.
	if err := errors.Join(os.Setenv("HOME", "$HOME"), os.Unsetenv("KUBECACHEDIR")); err != nil {
		return err
	}
	root := cmd.NewRoot(cmd.Environment{
		Streams: genericiooptions.NewTestIOStreamsDiscard(),
		Getenv:  func(string) string { return "" },
		Now:     time.Now,
	})
	var commands []*cobra.Command
	walk(root, func(c *cobra.Command) { commands = append(commands, c) })

	// What is left over of a command that is gone must go too.
	manual := filepath.Join(dir, "man")
	if err := errors.Join(os.RemoveAll(manual), os.MkdirAll(manual, 0o755)); err != nil {
		return err
	}
	reference := bytes.NewBufferString("# Commands\n\nThis page is written by `make generate` from the commands' own help, and so are the [manual pages](man).\n")
	for _, c := range commands {
		fmt.Fprintf(reference, "\n## %s\n\n%s\n\n%s\n\n```\n%s```\n", c.CommandPath(), c.Short, c.Long, c.UsageString())
		page, err := manualPage(c)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(c.CommandPath(), " ", "-") + ".1"
		if err := os.WriteFile(filepath.Join(manual, name), page, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "commands.md"), reference.Bytes(), 0o644)
}

func writePermissions(dir string) error {
	index, err := apilifecycle.Load()
	if err != nil {
		return err
	}
	known, err := catalog.Load()
	if err != nil {
		return err
	}
	commands := cmd.Permissions(known, index)
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "permissions.md"), []byte(permissionsPage(commands)), 0o644),
		os.WriteFile(filepath.Join(dir, "rbac.yaml"), []byte(rbac(commands[len(commands)-1].Permissions)), 0o644),
	)
}

// walk visits what --help lists, in its order.
func walk(c *cobra.Command, visit func(*cobra.Command)) {
	c.InitDefaultHelpFlag()
	visit(c)
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			walk(sub, visit)
		}
	}
}

// manualPage has no date, which would make another page of it every month.
func manualPage(c *cobra.Command) ([]byte, error) {
	c.DisableAutoGenTag = true
	var page bytes.Buffer
	err := doc.GenMan(c, &doc.GenManHeader{Section: "1", Source: "kubectl-versions", Manual: "kubectl versions", Date: &time.Time{}}, &page)
	return bytes.Replace(page.Bytes(), []byte(`"Jan 0001"`), []byte(`""`), 1), err
}
