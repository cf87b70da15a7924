package cmd

import (
	"strings"

	"github.com/spf13/cobra"
)

func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Show what a command does, with examples and flags",
		Long:  "Shows what --help shows of a command.",
		Example: `  # What can it do?
  kubectl versions help

  # How is one of its commands used?
  kubectl versions help catalog update`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var found []cobra.Completion
			if of, rest, err := root.Find(args); err == nil && len(rest) == 0 {
				for _, sub := range of.Commands() {
					if sub.IsAvailableCommand() && strings.HasPrefix(sub.Name(), typed) {
						found = append(found, cobra.CompletionWithDesc(sub.Name(), sub.Short))
					}
				}
			}
			return found, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			of, rest, err := root.Find(args)
			if err != nil {
				return usageError{err}
			}
			if err := noArguments(of, rest); err != nil {
				return err
			}
			return of.Help()
		},
	}
}
