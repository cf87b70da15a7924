package cmd

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/overview"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

type overviewOptions struct {
	env      Environment
	source   sourceFlags
	fleet    fleetFlags
	catalog  *catalogFlag
	usage    usageFlags
	at       dayFlag
	within   withinFlag
	platform platformFlag
	waivers  waiverFlags
	baseline baselineFlag
	output   reportFlags

	judgeBy overview.Options
}

// newOverview makes root answer every question where no subcommand is named.
func newOverview(root *cobra.Command, env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) {
	o := &overviewOptions{
		env: env, source: sourceFlags{env: env, config: config}, catalog: data,
		at: dayFlag{env: env}, output: reportFlags{env: env, color: color, format: printer.NewReportFlags()},
	}
	root.RunE = runOptions(o)
	o.source.addCollecting(root)
	o.fleet.addTo(root, config)
	o.usage.addTo(root)
	o.at.addTo(root)
	o.within.addTo(root)
	o.platform.addTo(root, data)
	o.waivers.addTo(root)
	o.baseline.addTo(root)
	o.output.addTo(root)
}

// Validate checks what was typed, before anything is read.
func (o *overviewOptions) Validate() error {
	var badDay, badPeriod, narrowed error
	o.judgeBy.At, badDay = o.at.day()
	o.judgeBy.Within, badPeriod = o.within.period()
	o.judgeBy.Method = defaultMethod()
	if o.source.namespace() != "" {
		narrowed = usagef("an overview is about the whole cluster: --namespace narrows nothing here")
	}
	err := cmp.Or(
		o.fleet.validate(), o.source.validate(), o.usage.validate(), o.baseline.validate(),
		o.usage.validateWith(cmp.Or(o.fleet.snapshots...)), narrowed, badDay, badPeriod, o.output.validate(),
	)
	o.source.snapshot = o.fleet.oneSnapshot()
	return err
}

// Run collects, answers every question and prints.
func (o *overviewOptions) Run(ctx context.Context) error {
	members, err := o.fleet.members(ctx, o.source)
	if err != nil {
		return err
	}
	if members != nil && o.baseline.file != "" {
		return errBaselineOfSeveral
	}
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	o.judgeBy.Catalog = data.Catalog
	if o.judgeBy.Platform, err = o.platform.chosen(data.Catalog); err != nil {
		return err
	}
	if o.judgeBy.Index, err = apilifecycle.Load(); err != nil {
		return err
	}
	if o.judgeBy.Waivers, err = heeding(ctx, o.waivers.read); err != nil {
		return err
	}
	what := overviewScope(o.usage.options(o.judgeBy.Index, ""))
	if members != nil {
		return o.runFleet(ctx, members, what)
	}
	snapshot, err := o.source.facts(ctx, data.Catalog, what)
	if err != nil {
		return err
	}
	judge := func(s *v1alpha1.Snapshot) (*v1alpha1.Overview, error) { return overview.Evaluate(s, o.judgeBy) }
	report, err := judge(snapshot)
	if err != nil {
		return err
	}
	if report.Baseline, err = against(ctx, o.baseline, report, judge); err != nil {
		return err
	}
	return o.output.finish(report)
}
