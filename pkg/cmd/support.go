package cmd

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
	"github.com/kubectl-versions/kubectl-versions/pkg/support"
)

type supportOptions struct {
	env             Environment
	source          sourceFlags
	catalog         *catalogFlag
	baseline        baselineFlag
	at              dayFlag
	within          withinFlag
	platform        platformFlag
	platformVersion string
	live            liveFlags
	output          reportFlags

	judgeBy support.Options
}

func newSupport(env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &supportOptions{
		env: env, source: sourceFlags{env: env, config: config}, catalog: data,
		at: dayFlag{env: env}, live: liveFlags{env: env}, output: reportFlags{env: env, color: color, format: printer.NewReportFlags()},
	}
	cmd := &cobra.Command{
		Use:   "support",
		Short: "Is the cluster supported, by whom, and until when?",
		Long: `Looks up the control plane and the nodes in the release calendar of the
cluster's platform, and in upstream's.

The platform is recognised by kube-apiserver's version, by labels of a few
nodes and by API groups; the report names what told it. --platform decides
instead. Extended support, which costs extra or must be opted into, is a
warning, and so is support that ends --within a period. Past the end of life
is an error. Every date is the last day of what it ends.

--live asks the platform itself, and takes the dates that it tells in place of the
catalog's. The region, and what else it has to be told, is that of the nodes,
unless it is given. Without an answer the catalog's dates are used, and the
report is incomplete.`,
		Example: `  # Judge the cluster of the current context
  kubectl versions support

  # Warn of support that ends within 90 days, and fail a pipeline on it
  kubectl versions support --within 90d --fail-on warning

  # Ask for another day
  kubectl versions support --at 2027-03-01

  # Ask the platform for its dates
  kubectl versions support --live

  # Check whether a platform accepts this cluster
  kubectl versions support --platform alauda-acp --platform-version 4.3`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	flags := cmd.Flags()
	o.source.addTo(flags)
	o.at.addTo(flags)
	o.within.addTo(flags)
	o.platform.addTo(flags)
	o.live.addTo(flags)
	flags.StringVar(&o.platformVersion, "platform-version", "", "Also check what this version of the platform takes, where the platform has versions of its own.")
	o.baseline.addTo(flags)
	o.output.addTo(flags)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *supportOptions) Validate() error {
	var badDay, badPeriod, alone error
	o.judgeBy.At, badDay = o.at.day()
	o.judgeBy.Within, badPeriod = o.within.period()
	if o.platform.typed.Changed("platform-version") && !o.platform.typed.Changed("platform") {
		alone = usagef("--platform-version needs --platform")
	}
	return cmp.Or(o.source.validate(), o.baseline.validate(), o.live.validate(), badDay, badPeriod, alone, o.output.validate())
}

// Run collects, evaluates and prints.
func (o *supportOptions) Run(ctx context.Context) error {
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	if err := o.choosePlatform(data.Catalog); err != nil {
		return err
	}
	snapshot, err := o.source.facts(ctx, data.Catalog, scope{components: true})
	if err != nil {
		return err
	}
	known := data.Catalog
	if o.live.asked {
		if known, err = o.askPlatform(ctx, known, snapshot); err != nil {
			return err
		}
	}
	judge := func(s *v1alpha1.Snapshot) (*v1alpha1.SupportReport, error) {
		return support.Evaluate(s, known, o.judgeBy)
	}
	report, err := judge(snapshot)
	if err != nil {
		return err
	}
	if report.Baseline, err = against(o.baseline, report, judge); err != nil {
		return err
	}
	return o.output.finish(report)
}

// askPlatform asks the cluster's platform, and puts its answer into the catalog.
func (o *supportOptions) askPlatform(ctx context.Context, known *catalog.Catalog, s *v1alpha1.Snapshot) (*catalog.Catalog, error) {
	platform := o.judgeBy.Platform
	if platform == nil {
		platform = facts.Recognise(known, s).Platform
	}
	if err := askable(platform.ID); err != nil {
		return nil, err
	}
	answer := o.live.ask(ctx, platform.ID, facts.FindLocation(s), nil)
	merged, changes := withLive(known, answer)
	o.judgeBy.Live = &support.Live{Answer: answer, Changes: changes}
	if o.judgeBy.Platform != nil {
		o.judgeBy.Platform = merged.Platform(platform.ID)
	}
	return merged, nil
}

func (o *supportOptions) choosePlatform(data *catalog.Catalog) error {
	chosen, err := o.platform.chosen(data)
	if err != nil {
		return err
	}
	o.judgeBy.Platform = chosen
	if !o.platform.typed.Changed("platform-version") {
		return nil
	}
	if o.judgeBy.PlatformVersion = chosen.Version(o.platformVersion); o.judgeBy.PlatformVersion != nil {
		return nil
	}
	if len(chosen.Versions) == 0 {
		return usagef("--platform-version: %s has no versions of its own", chosen.ID)
	}
	return usagef("--platform-version: %s has no version %q: use one of %s", chosen.ID, o.platformVersion, strings.Join(chosen.VersionNames(), ", "))
}
