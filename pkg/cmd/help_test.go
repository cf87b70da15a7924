package cmd

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
)

// ownFlags are those that a command adds to what kubectl has too.
func ownFlags(c *cobra.Command) []*pflag.Flag {
	kubectls := pflag.NewFlagSet("", pflag.ContinueOnError)
	genericclioptions.NewConfigFlags(true).AddFlags(kubectls)
	var own []*pflag.Flag
	collect := func(f *pflag.Flag) {
		if kubectls.Lookup(f.Name) == nil {
			own = append(own, f)
		}
	}
	c.Flags().VisitAll(collect)
	c.PersistentFlags().VisitAll(collect)
	return own
}

func TestEveryCommandHasHelp(t *testing.T) {
	sentence := regexp.MustCompile(`^[A-Z].*[.]$`)
	for _, c := range tree(t) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			c.InitDefaultHelpFlag()
			if c.Short == "" || strings.HasSuffix(c.Short, ".") {
				t.Errorf("short description: %q", c.Short)
			}
			if !strings.HasSuffix(c.Long, ".") || c.Long == c.Short {
				t.Errorf("long description: %q", c.Long)
			}
			for line := range strings.Lines(c.Long) {
				if len(line) > 90 {
					t.Errorf("a line of %d characters: %s", len(line), line)
				}
			}
			if !strings.HasPrefix(c.UseLine(), "kubectl versions") || strings.Contains(c.UsageString(), "kubectl-versions ") {
				t.Errorf("usage: %s", c.UsageString())
			}
			for _, flag := range ownFlags(c) {
				if !sentence.MatchString(flag.Usage) {
					t.Errorf("--%s is no sentence: %q", flag.Name, flag.Usage)
				}
			}
		})
	}
}

// Each of a command's examples says what it is for, and one is of that very command.
func TestEveryCommandHasExamples(t *testing.T) {
	for _, c := range tree(t) {
		t.Run(c.CommandPath(), func(t *testing.T) {
			paragraphs := strings.Split(c.Example, "\n\n")
			if c.Example == "" {
				t.Fatal("none")
			}
			for _, paragraph := range paragraphs {
				lines := strings.Split(paragraph, "\n")
				if !regexp.MustCompile(`^  # [A-Z]`).MatchString(lines[0]) || len(lines) < 2 {
					t.Errorf("does not begin with what it is for, or does nothing: %q", paragraph)
				}
				if slices.ContainsFunc(lines, func(line string) bool { return !strings.HasPrefix(line, "  ") }) {
					t.Errorf("is not indented: %q", paragraph)
				}
			}
			if !strings.Contains(c.Example, "  "+c.CommandPath()) {
				t.Errorf("none is of %s", c.CommandPath())
			}
		})
	}
}
