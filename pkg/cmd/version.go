package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/live"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

type versionOptions struct {
	env     Environment
	color   *colorFlag
	catalog *catalogFlag
	output  *printer.Flags
	print   printer.Printer
}

func newVersion(env Environment, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &versionOptions{env: env, color: color, catalog: data, output: printer.NewTableFlags()}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Which version of this plugin is it, with which catalog?",
		Long: `Shows what a report of a bug should tell: from what the plugin was built, which
catalog is in use and how old it is, and where kubectl-versions-live is, which
asks platforms for --live. It asks no cluster.

kubectl version tells the versions of kubectl and of the cluster.`,
		Example: `  # What a report of a bug should tell
  kubectl versions version

  # The same for a page of Markdown
  kubectl versions version -o markdown

  # The version alone
  kubectl versions version -o jsonpath={.build.version}`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	addOutput(cmd, o.output)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *versionOptions) Validate() error {
	var err error
	o.print, err = o.color.printer(o.env, o.output)
	return err
}

// Run reads the catalog, looks for the helper and prints.
func (o *versionOptions) Run(ctx context.Context) error {
	opened, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	today := calendar.Of(o.env.Now())
	info := v1alpha1.NewPluginInfo()
	info.Build = o.env.Build
	info.Catalog = v1alpha1.PluginCatalog{
		Origin: opened.Origin, AsOf: opened.AsOf, AgeDays: int32(opened.Age(today)), Newest: opened.NewestUpstream(today),
	}
	if info.Live.Path, err = live.FindHelper().Path(); err != nil {
		info.Live.Message = err.Error()
	}
	return o.print.Print(info, o.env.Streams.Out)
}
