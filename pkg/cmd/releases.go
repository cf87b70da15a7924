package cmd

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
	"github.com/kubectl-versions/kubectl-versions/pkg/support"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

type releasesOptions struct {
	env          Environment
	color        *colorFlag
	catalog      *catalogFlag
	at           dayFlag
	platform     string
	allPlatforms bool
	minor        string
	timeline     bool
	live         liveFlags
	ack          ackFlags
	output       *printer.Flags
	// typed tells which flags were given.
	typed *pflag.FlagSet

	query support.Query
	print printer.Printer
}

func newReleases(env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &releasesOptions{env: env, color: color, catalog: data, at: dayFlag{env: env}, live: liveFlags{by: "--live", source: sourceFlags{env: env, config: config}}, output: printer.NewReleaseFlags()}
	cmd := &cobra.Command{
		Use:   "releases",
		Short: "Which minors are there, and until when is each supported?",
		Long: `Shows the release calendar of upstream, or of a platform, out of the catalog. It
needs neither a cluster nor a network.

With --live the platform itself is asked, and what it lists is shown; dates that
it does not tell stay those of the catalog. Without an answer the catalog's
calendar is shown, and the exit code is 1. -o raw prints what it sent.

DAYS counts the days left in the phase of STATUS, and is negative after the
end. Every date is the last day of what it ends.`,
		Example: `  # Upstream's calendar
  kubectl versions releases

  # What is supported on a platform, as bars
  kubectl versions releases --platform amazon-eks --supported --timeline

  # The patches and the schedule of a minor
  kubectl versions releases --minor 1.36

  # The next patches, and the dates of the next minor
  kubectl versions releases --upcoming

  # What a platform says itself
  kubectl versions releases --platform alibaba-ack --live --region cn-beijing`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	flags := cmd.Flags()
	flags.StringVar(&o.platform, "platform", catalog.Upstream, "Platform whose calendar to show. kubectl versions catalog info lists them.")
	completes(cmd, "platform", data.platforms(isLive))
	flags.BoolVar(&o.allPlatforms, "all-platforms", false, "Show the calendars of all platforms.")
	flags.BoolVar(&o.query.Supported, "supported", false, "Leave out what is not released or past its end.")
	flags.StringVar(&o.minor, "minor", "", "Show this minor alone, such as 1.36, with its patches.")
	completes(cmd, "minor", data.fromCatalog(func(_ *cobra.Command, known *catalog.Catalog) []cobra.Completion {
		return minors(known, o.platform, calendar.Of(env.Now()))
	}))
	flags.BoolVar(&o.query.Upcoming, "upcoming", false, "Show what comes next: patches, and the release cycle that is under way.")
	flags.BoolVar(&o.timeline, "timeline", false, "Draw the support windows as bars, a month a cell.")
	o.at.addTo(cmd)
	o.live.addTo(cmd)
	o.ack.addTo(cmd)
	addOutput(cmd, o.output)
	o.typed = flags
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *releasesOptions) Validate() error {
	if err := o.color.validate(); err != nil {
		return err
	}
	for _, pair := range [][2]string{{"platform", "all-platforms"}, {"minor", "upcoming"}, {"minor", "supported"}, {"live", "all-platforms"}, {"live", "upcoming"}} {
		if o.typed.Changed(pair[0]) && o.typed.Changed(pair[1]) {
			return usagef("--%s and --%s exclude each other: give one of them", pair[0], pair[1])
		}
	}
	var err error
	if o.query.At, err = o.at.day(); err != nil {
		return err
	}
	if o.typed.Changed("minor") {
		if o.query.Minor, err = version.ParseMinor(o.minor); err != nil {
			return usagef("--minor: %w", err)
		}
	}
	if err := cmp.Or(o.live.validate(o.platform), o.ack.validate(o.platform, o.live.asked)); err != nil {
		return err
	}
	if o.live.asked {
		if err := o.live.refuse(o.platform); err != nil {
			return err
		}
	}
	switch {
	case o.output.Raw() && !o.live.asked:
		return usagef("-o raw prints what a platform sent: it needs --live")
	case o.output.Raw() && o.platform == ofKubean:
		return usagef("-o raw: %s sends nothing; see kubectl get manifests.kubean.io -o json", o.platform)
	}
	layout := o.color.layout(o.env)
	layout.Timeline, layout.ASCII = o.timeline, !utf8Locale(o.env.Getenv)
	if o.print, err = o.output.Printer(layout); err != nil {
		return usageError{err}
	}
	return nil
}

// Run reads the catalog, asks the platform where it is told to, and prints.
func (o *releasesOptions) Run(ctx context.Context) error {
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	if err := o.choosePlatforms(data.Catalog); err != nil {
		return err
	}
	known := data.Catalog
	if o.live.asked {
		if known, err = o.askPlatform(ctx, known); err != nil {
			return err
		}
	}
	list := support.Releases(known, o.query)
	if err := o.listed(list); err != nil {
		return err
	}
	if err := o.print.Print(list, o.env.Streams.Out); err != nil {
		return err
	}
	if told := o.query.Live; told != nil && told.Answer.Fault != nil {
		return fmt.Errorf("no live answer of %s: %w", o.query.Platforms[0].Name, told.Answer.Fault)
	}
	return nil
}

func (o *releasesOptions) choosePlatforms(data *catalog.Catalog) error {
	if !o.allPlatforms {
		chosen, err := platformNamed(data, o.platform)
		o.query.Platforms = []*catalog.Platform{chosen}
		return err
	}
	o.query.Platforms = []*catalog.Platform{data.Platform(catalog.Upstream)}
	for i := range data.Platforms {
		if p := &data.Platforms[i]; p.ID != catalog.Upstream {
			o.query.Platforms = append(o.query.Platforms, p)
		}
	}
	return nil
}

// askPlatform asks the only platform, and puts its answer into the catalog.
func (o *releasesOptions) askPlatform(ctx context.Context, known *catalog.Catalog) (*catalog.Catalog, error) {
	told := &support.Live{Answer: o.live.ask(ctx, known, o.platform, facts.Location{}, &o.ack.ACKQuery), Narrowed: o.ack.narrowed()}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	known, told.Changes = withLive(known, told.Answer)
	if !o.output.Raw() {
		told.Answer.Raw = nil
	}
	o.query.Live, o.query.Platforms = told, []*catalog.Platform{known.Platform(o.platform)}
	return known, nil
}

// listed refuses a --minor that nobody knows.
func (o *releasesOptions) listed(list *v1alpha1.ReleaseCalendar) error {
	if o.query.Minor.IsZero() || slices.ContainsFunc(list.Platforms, func(c v1alpha1.PlatformCalendar) bool { return len(c.Releases) > 0 }) {
		return nil
	}
	switch told := o.query.Live; {
	case told == nil:
		return usagef("--minor: the catalog (as of %s) knows no %s of %s; --upcoming shows what is planned", list.CatalogAsOf, o.query.Minor, names(o.query.Platforms))
	case told.Answer.Fault == nil:
		return fmt.Errorf("%s lists no %s", told.Answer.Source, o.query.Minor)
	default:
		return nil // the fault is what matters
	}
}

func names(platforms []*catalog.Platform) string {
	if len(platforms) > 1 {
		return "any platform"
	}
	return platforms[0].Name
}

// utf8Locale reads the variables of a locale as setlocale(3) does: the first that is set decides.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := getenv(name); value != "" {
			value = strings.ToUpper(value)
			return strings.Contains(value, "UTF-8") || strings.Contains(value, "UTF8")
		}
	}
	return false
}
