package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog/store"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// published is where releases of this project keep the newest catalog.
const published = "https://github.com/kubectl-versions/kubectl-versions/releases/latest/download/catalog-v1alpha1.json"

func newCatalog(env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "See, check and update the calendars and rules in use",
		Long: `The catalog holds release calendars, the rules of platforms and the version skew
policy, each with its source and the day it was read. One is embedded; update
downloads a newer one, and --catalog uses or adds another.`,
		Example: `  # Which catalog is in use? Is there a newer one?
  kubectl versions catalog info
  kubectl versions catalog update`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCatalogInfo(env, color, data), newCatalogValidate(env, data), newCatalogUpdate(env, config, data))
	return cmd
}

type catalogInfoOptions struct {
	env     Environment
	color   *colorFlag
	catalog *catalogFlag
	output  *printer.Flags
	print   printer.Printer
}

func newCatalogInfo(env Environment, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &catalogInfoOptions{env: env, color: color, catalog: data, output: printer.NewTableFlags()}
	cmd := &cobra.Command{
		Use:   "info",
		Short: "Which catalog is in use, how old is it, and what does it know?",
		Long: `Shows where the catalog in use is from, how old it is, and its platforms, each
with the day it was read, its calendar's range, and, with -o wide, its sources.`,
		Example: `  # The platforms of the catalog in use
  kubectl versions catalog info

  # Their sources
  kubectl versions catalog info -o wide`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	addOutput(cmd, o.output)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *catalogInfoOptions) Validate() error {
	var err error
	o.print, err = o.color.printer(o.env, o.output)
	return err
}

// Run reads the catalog and prints.
func (o *catalogInfoOptions) Run(ctx context.Context) error {
	opened, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	return o.print.Print(describe(opened, calendar.Of(o.env.Now())), o.env.Streams.Out)
}

func describe(opened store.Opened, today calendar.Date) *v1alpha1.CatalogInfo {
	info := v1alpha1.NewCatalogInfo()
	info.Origin, info.AsOf, info.AgeDays = opened.Origin, opened.AsOf, int32(opened.Age(today))
	for _, p := range opened.Platforms {
		row := v1alpha1.CatalogPlatform{ID: p.ID, Name: p.Name, AsOf: p.AsOf, Releases: int32(len(p.Releases)), Sources: p.Sources}
		if n := len(p.Releases); n > 0 {
			row.Newest, row.Oldest = p.Releases[0].Version, p.Releases[n-1].Version
		}
		for _, release := range p.Releases {
			if release.Told != nil {
				row.Live = release.Told.On
			}
		}
		info.Platforms = append(info.Platforms, row)
	}
	return info
}

func newCatalogValidate(env Environment, data *catalogFlag) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE|URL",
		Short: "Is this a catalog that --catalog takes?",
		Long: `Reads a catalog and checks it whole, as --catalog does: its form, its dates, and
the sources that everything in it has to have. One without a skew policy is
checked together with the catalog that it extends.`,
		Example: `  # Check a company's own calendar
  kubectl versions catalog validate company.yaml`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return usagef("%s takes one file or https address", cmd.CommandPath())
			}
			if data.location != "" {
				return usagef("--catalog is not what validate checks: name the file alone")
			}
			return nil
		},
		ValidArgsFunction: completeFiles(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			flag := &catalogFlag{env: env, location: args[0]}
			opened, err := flag.open(cmd.Context())
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(env.Streams.Out, "valid: %s\n", opened.Origin)
			return err
		},
	}
}

func newCatalogUpdate(env Environment, config *genericclioptions.ConfigFlags, data *catalogFlag) *cobra.Command {
	from, platform := published, ""
	ask := liveFlags{by: "--from live", source: sourceFlags{env: env, config: config}}
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Download a newer catalog into the cache directory",
		Long: `Downloads a catalog and keeps it in the user's cache directory, where every
command finds it. It is taken only whole, valid, over https, and when it is not
older than the one in use. The one before is kept beside it.

--from live asks a platform itself instead, with the credentials of its own tools,
and keeps its answer there: until newer pages of it are in use, every command
takes the dates that it told in place of the catalog's.`,
		Example: `  # Download the newest
  kubectl versions catalog update

  # From a mirror
  kubectl versions catalog update --from https://mirror.example.com/catalog-v1alpha1.json

  # From a platform itself
  kubectl versions catalog update --from live --platform amazon-eks --region eu-west-1`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if data.location != "" {
				return usagef("--catalog is not what update downloads: use --from")
			}
			if ask.asked = from == fromLive; ask.asked {
				return keepLive(cmd.Context(), env, data, &ask, platform)
			}
			if cmd.Flags().Changed("platform") {
				return usagef("--platform needs --from live")
			}
			if err := ask.validate(""); err != nil {
				return err
			}
			if !strings.HasPrefix(from, "https://") {
				return usagef("--from: %q is no https address, and not live", from)
			}
			result, err := data.store().Update(cmd.Context(), from)
			if err != nil {
				return err
			}
			if !result.Changed {
				_, err = fmt.Fprintf(env.Streams.Out, "unchanged: the catalog in use is of %s already\n", result.From)
				return err
			}
			_, err = fmt.Fprintf(env.Streams.Out, "updated: from the catalog of %s to that of %s, in %s\n", result.From, result.To, result.Path)
			return err
		},
	}
	cmd.Flags().StringVar(&from, "from", from, "The https address to download from, or live.")
	completes(cmd, "from", oneOf(fromLive+"\task a platform itself", published+"\twhat this project published last"))
	cmd.Flags().StringVar(&platform, "platform", "", "With --from live: the platform to ask.")
	completes(cmd, "platform", data.platforms(func(*cobra.Command) bool { return true }))
	ask.addWhere(cmd)
	return cmd
}

// fromLive is the value of --from that asks a platform.
const fromLive = "live"

// keepLive asks a platform, and keeps its answer in the cache.
func keepLive(ctx context.Context, env Environment, data *catalogFlag, ask *liveFlags, platform string) error {
	if platform == "" {
		return usagef("--from live needs --platform: one of %s", strings.Join(askable(), ", "))
	}
	if err := cmp.Or(ask.validate(platform), ask.refuse(platform)); err != nil {
		return err
	}
	opened, err := data.open(ctx)
	if err != nil {
		return err
	}
	answer := ask.ask(ctx, opened.Catalog, platform, facts.Location{}, nil)
	if answer.Fault != nil {
		return cmp.Or(ctx.Err(), fmt.Errorf("no live answer of %s: %w: nothing changed", platform, answer.Fault))
	}
	path, err := data.store().KeepLive(answer)
	if err != nil {
		return fmt.Errorf("%w: nothing changed", err)
	}
	_, err = fmt.Fprintf(env.Streams.Out, "updated: %s, as %s answered, in %s\n", platform, printer.Clean(answer.Source), path)
	return err
}
