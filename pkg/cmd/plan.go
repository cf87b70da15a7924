package cmd

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/plan"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

type planOptions struct {
	env      Environment
	source   sourceFlags
	catalog  *catalogFlag
	usage    usageFlags
	target   targetFlag
	at       dayFlag
	platform platformFlag
	method   methodFlags
	baseline baselineFlag
	output   reportFlags

	planBy plan.Options
}

func newPlan(env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &planOptions{
		env: env, source: sourceFlags{env: env, config: config}, catalog: data,
		at: dayFlag{env: env}, output: reportFlags{env: env, color: color, format: printer.NewReportFlags()},
	}
	cmd := &cobra.Command{
		Use:   "plan",
		Short: "How does the cluster get to a later version, and what stands against it?",
		Long: `Plans the upgrade of the cluster, one minor at a time unless its platform allows
more: which steps in which order, which nodes must move now and which may wait,
what blocks a hop and what to do about it, by when to start, and how long it
takes.

Every state between two steps is judged by the rules of kubectl versions skew,
so that no step leaves the version skew policy. A cluster that is outside it is
repaired first. What the API cannot tell, such as a node's cgroup version, is
unknown, with the command that tells.

A hop that is blocked must not begin before something is done. The estimate is
made of published figures, which are printed beside it.`,
		Example: `  # What stands between the cluster and the next minor?
  kubectl versions plan

  # Three minors ahead, with every step, name and source
  kubectl versions plan --to +3 -o wide

  # Write the runbook
  kubectl versions plan --to 1.38 -o markdown > upgrade.md

  # Fail a pipeline while something blocks the next hop
  kubectl versions plan --fail-on error`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	o.source.addTo(cmd)
	o.usage.addTo(cmd)
	o.target.addTo(cmd, data)
	o.at.addTo(cmd)
	o.platform.addTo(cmd, data)
	o.method.addTo(cmd)
	o.baseline.addTo(cmd)
	o.output.addTo(cmd)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *planOptions) Validate() error {
	var badDay, narrowed error
	o.planBy.At, badDay = o.at.day()
	if o.source.namespace() != "" {
		narrowed = usagef("an upgrade is about the whole cluster: --namespace narrows nothing here")
	}
	return cmp.Or(
		o.source.validate(), o.usage.validate(), o.target.validate(), o.method.validate(), o.baseline.validate(),
		o.usage.validateWith(o.source.snapshot), narrowed, badDay, o.output.validate(),
	)
}

// Run collects, plans and prints.
func (o *planOptions) Run(ctx context.Context) error {
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	o.planBy.Catalog, o.planBy.Method = data.Catalog, o.method.method
	if o.planBy.Platform, err = o.platform.chosen(data.Catalog); err != nil {
		return err
	}
	if o.planBy.Index, err = apilifecycle.Load(); err != nil {
		return err
	}
	snapshot, err := o.source.facts(ctx, data.Catalog, everything(o.usage.options(o.planBy.Index, "")))
	if err != nil {
		return err
	}
	if o.planBy.Target, err = o.target.planned(facts.FindAPIServers(snapshot).Newest(), data.Catalog, o.planBy.At); err != nil {
		return err
	}
	judge := func(s *v1alpha1.Snapshot) (*v1alpha1.UpgradePlan, error) { return plan.Evaluate(s, o.planBy) }
	report, err := judge(snapshot)
	if err != nil {
		return err
	}
	if report.Baseline, err = against(ctx, o.baseline, report, judge); err != nil {
		return err
	}
	return o.output.finish(report)
}

// methodFlags say how the upgrade is done.
type methodFlags struct {
	method                    v1alpha1.PlanMethod
	nodeUpgrade, controlPlane string
}

// defaultMethod is how an upgrade is done where nobody says otherwise.
func defaultMethod() v1alpha1.PlanMethod {
	return v1alpha1.PlanMethod{NodeUpgrade: v1alpha1.Replace, BatchSize: "10%"}
}

func (f *methodFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	byDefault := defaultMethod()
	flags.StringVar(&f.nodeUpgrade, "node-upgrade", string(byDefault.NodeUpgrade),
		"How nodes are upgraded. One of: (replace, surge, in-place). replace drains and replaces a node or its system disk, surge adds new nodes first, in-place restarts kubelet without a drain, which the version skew policy does not support for a minor.")
	completes(cmd, "node-upgrade", oneOf(
		"replace\tdrains and replaces a node or its system disk", "surge\tadds new nodes first", "in-place\trestarts kubelet without a drain",
	))
	flags.StringVar(&f.method.BatchSize, "batch-size", byDefault.BatchSize, "How many nodes are upgraded at a time: a number, or a percentage of all nodes.")
	flags.StringVar(&f.controlPlane, "control-plane", "",
		"Who runs the control plane. One of: (managed, dedicated). By default dedicated where its pods can be seen.")
	completes(cmd, "control-plane", oneOf("managed", "dedicated"))
	flags.Int32Var(&f.method.Masters, "masters", 0, "Number of nodes of a dedicated control plane. By default as many as there are kube-apiservers.")
}

func (f *methodFlags) validate() error {
	switch f.method.NodeUpgrade = v1alpha1.NodeUpgrade(f.nodeUpgrade); f.method.NodeUpgrade {
	case v1alpha1.Replace, v1alpha1.Surge, v1alpha1.InPlace:
	default:
		return usagef("unknown value %q for --node-upgrade: use one of replace, surge, in-place", f.nodeUpgrade)
	}
	switch f.method.ControlPlane = v1alpha1.ControlPlaneType(f.controlPlane); f.method.ControlPlane {
	case "", v1alpha1.Managed, v1alpha1.Dedicated:
	default:
		return usagef("unknown value %q for --control-plane: use one of managed, dedicated", f.controlPlane)
	}
	digits, percent := strings.CutSuffix(f.method.BatchSize, "%")
	if n, err := strconv.Atoi(digits); err != nil || n < 1 || percent && n > 100 || n > 1_000_000 {
		return usagef("--batch-size %s: want a number of nodes such as 10, or a percentage such as 10%%", f.method.BatchSize)
	}
	switch masters := f.method.Masters; {
	case masters < 0 || masters > 1_000:
		return usagef("--masters %d: want a number of nodes such as 3", masters)
	case masters > 0 && f.method.ControlPlane == v1alpha1.Managed:
		return usagef("--masters is about a dedicated control plane, and --control-plane says managed")
	}
	return nil
}
