// Package cmd is the command line: flags become options, options are
// validated, and Run collects, evaluates and prints.
package cmd

import (
	"cmp"
	"context"
	"flag"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// Environment is everything that a command takes from the process.
type Environment struct {
	Streams genericiooptions.IOStreams
	Getenv  func(key string) string
	Now     func() time.Time
	// Build of the plugin, as BuildOf describes it.
	Build v1alpha1.Build
	// CacheDir keeps a downloaded catalog; empty when there is no such place.
	CacheDir string
}

// Execute runs the command line. ExitCode tells what its error means.
func Execute(ctx context.Context, env Environment, args []string) error {
	env.Streams.In = interruptible(ctx, env.Streams.In)
	root := NewRoot(env)
	root.SetArgs(args)
	shown := &checkedWriter{Writer: env.Streams.Out}
	root.SetOut(shown)
	err := root.ExecuteContext(ctx)
	// Of what was interrupted the report told what is known.
	return cmp.Or(ctx.Err(), err, shown.err)
}

// checkedWriter keeps the first error of writes whose writer, cobra, drops it.
type checkedWriter struct {
	io.Writer
	err error
}

// Write implements io.Writer.
func (w *checkedWriter) Write(p []byte) (int, error) {
	n, err := w.Writer.Write(p)
	w.err = cmp.Or(w.err, err)
	return n, err
}

// NewRoot returns `kubectl versions`.
func NewRoot(env Environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-versions",
		Short: "Version skew, support, deprecated APIs and upgrades of a cluster, from evidence",
		Long: `Answers, for the connected cluster or a saved snapshot of one: are its parts
inside the Kubernetes version skew policy; is it supported, by whom, and until
when; which APIs that go away are still in use, by whom; and how does it get to
a later version, and what stands against that?

Without a subcommand it answers all of that at once, for the next minor, from
one reading of the cluster. Each subcommand shows more of its answer, and plan
also what only pods tell. Several clusters get a row each, the worst first: those
of --contexts or --all-contexts, or of several snapshots. One that cannot be
read or judged is a row that says why, and counts as incomplete.

It only reads: get and list are all it asks of a cluster. Whatever it may not
or cannot read is named in the report, and its verdict is unknown, never ok.
Reading a cluster ends within 30 seconds, unless --request-timeout gives another
limit. An interrupt ends it at once: what was read is judged and shown, what was
not is unknown, and the exit code is 130.

Exit codes: 0 done, and nothing at or above --fail-on; 1 could not run; 2 bad
usage; 3 findings at or above --fail-on; 4 something could not be seen, and
--require-complete was given; 130 interrupted.`,
		Example: `  # All of it on one screen
  kubectl versions

  # Fail a pipeline on errors, and on what could not be seen
  kubectl versions --fail-on error --require-complete

  # Judge a cluster from a snapshot that was taken elsewhere
  kubectl versions --snapshot cluster.yaml

  # A row for each of several clusters, the worst first
  kubectl versions --contexts shop-prod,shop-test
  kubectl versions --all-contexts --request-timeout 10s
  kubectl versions --snapshot snapshots/`,
		Version:       env.Build.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArguments,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl versions"},
	}
	root.SetIn(env.Streams.In)
	root.SetOut(env.Streams.Out)
	root.SetErr(env.Streams.ErrOut)
	root.CompletionOptions.DisableDefaultCmd = true
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%w: see %s --help", err, cmd.CommandPath())
	})

	config := genericclioptions.NewConfigFlags(true)
	config.AddFlags(root.PersistentFlags())
	root.PersistentFlags().Lookup("request-timeout").Usage = "Limit for all of the reading, of each cluster, such as 10s or 2m. 30 seconds unless it is given."
	root.PersistentFlags().Lookup("namespace").Usage = "Narrow deprecations and snapshot to the objects of this namespace."
	completeConnection(root, config)
	root.PersistentFlags().BoolP("help", "h", false, "Show what a command does, with examples and flags.")
	root.Flags().Bool("version", false, "Print the version of this plugin. kubectl versions version tells more.")
	color := &colorFlag{value: "auto"}
	root.PersistentFlags().StringVar(&color.value, "color", color.value,
		"Colour the verdicts. One of: (auto, always, never). auto colours on a terminal unless NO_COLOR is set.")
	completes(root, "color", oneOf("auto", "always", "never"))

	logging := flag.NewFlagSet("", flag.ContinueOnError)
	klog.InitFlags(logging)
	verbosity := logging.Lookup("v")
	verbosity.Usage = "How much to log on stderr, as kubectl does: requests at 6, their headers at 7 and those of answers at 8."
	root.PersistentFlags().AddGoFlag(verbosity)

	data := &catalogFlag{env: env}
	data.addTo(root)

	newOverview(root, env, config, color, data)
	root.AddCommand(
		newSkew(env, config, color, data), newSupport(env, config, color, data), newDeprecations(env, config, color, data),
		newPlan(env, config, color, data), newDiff(env, color, data), newReleases(env, config, color, data), newSnapshot(env, config, data), newCatalog(env, config, color, data),
		newVersion(env, color, data), newCompletion(env),
	)
	root.SetHelpCommand(newHelp(root))
	root.InitDefaultHelpCmd()
	completeBooleans(root)
	return root
}

// options are what a command was told. Validate checks them before Run reads anything.
type options interface {
	Validate() error
	Run(ctx context.Context) error
}

func runOptions(o options) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		if err := o.Validate(); err != nil {
			return err
		}
		return o.Run(cmd.Context())
	}
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		cmd.SuggestionsMinimumDistance = 2
		meant := ""
		if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
			meant = "did you mean " + strings.Join(similar, " or ") + "? "
		}
		return usagef("unknown command %q: %ssee %s --help", args[0], meant, cmd.CommandPath())
	}
	return usagef("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
}

// colorFlag is --color.
type colorFlag struct{ value string }

func (c *colorFlag) validate() error {
	switch c.value {
	case "auto", "always", "never":
		return nil
	}
	return usagef("unknown value %q for --color: use one of auto, always, never", c.value)
}

// printer of a command's format; one that is unknown, or such a colour, is a usage error.
func (c *colorFlag) printer(env Environment, format *printer.Flags) (printer.Printer, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	made, err := format.Printer(c.layout(env))
	if err != nil {
		return nil, usageError{err}
	}
	return made, nil
}

// layout of output for people, on whatever stdout is.
func (c *colorFlag) layout(env Environment) printer.Layout {
	width, escapes := env.terminal(env.Streams.Out)
	auto := escapes && env.Getenv("NO_COLOR") == ""
	return printer.Layout{Width: width, Color: c.value == "always" || c.value == "auto" && auto}
}

// terminal returns the width of the terminal that a stream is, 0 where that is
// none or does not tell, and whether it heeds escape sequences.
func (e Environment) terminal(stream io.Writer) (width int, escapes bool) {
	if !isTerminal(stream) {
		return 0, false
	}
	file := stream.(*os.File)
	escapes = e.Getenv("TERM") != "dumb" && turnOnEscapes(file) == nil
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0, escapes
	}
	return width, escapes
}

func isTerminal(stream io.Writer) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
