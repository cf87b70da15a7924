package cmd

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
	"github.com/kubectl-versions/kubectl-versions/pkg/skew"
)

type skewOptions struct {
	env      Environment
	source   sourceFlags
	catalog  *catalogFlag
	platform platformFlag
	baseline baselineFlag
	output   reportFlags
}

func newSkew(env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &skewOptions{
		env: env, source: sourceFlags{env: env, config: config}, catalog: data, output: reportFlags{env: env, color: color, format: printer.NewReportFlags()},
	}
	cmd := &cobra.Command{
		Use:   "skew",
		Short: "Are all parts of the cluster inside the version skew policy?",
		Long: `Judges kube-apiserver, the controller managers, the scheduler, kubelets,
kube-proxy and kubectl by the Kubernetes version skew policy.

Where several kube-apiserver instances run different versions, the allowed
window is what both the newest and the oldest of them bear. HEADROOM is how many
minors the control plane may move before that row is outside the policy: a row
with 0 is a warning, because the next control-plane upgrade breaks it.`,
		Example: `  # Judge the cluster of the current context
  kubectl versions skew

  # Show every node's name, and the source of each rule
  kubectl versions skew -o wide

  # Fail a pipeline when something is outside the policy, or could not be seen
  kubectl versions skew --fail-on error --require-complete

  # Judge a cluster from a snapshot that was taken elsewhere
  kubectl versions skew --snapshot cluster.yaml`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	o.source.addTo(cmd)
	o.platform.addTo(cmd, data)
	o.baseline.addTo(cmd)
	o.output.addTo(cmd)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *skewOptions) Validate() error {
	return cmp.Or(o.source.validate(), o.baseline.validate(), o.output.validate())
}

// Run collects, evaluates and prints.
func (o *skewOptions) Run(ctx context.Context) error {
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	platform, err := o.platform.chosen(data.Catalog)
	if err != nil {
		return err
	}
	facts, err := o.source.facts(ctx, data.Catalog, partsScope())
	if err != nil {
		return err
	}
	judge := func(s *v1alpha1.Snapshot) (*v1alpha1.SkewReport, error) {
		return skew.Evaluate(s, data.Catalog, platform)
	}
	report, err := judge(facts)
	if err != nil {
		return err
	}
	if report.Baseline, err = against(ctx, o.baseline, report, judge); err != nil {
		return err
	}
	return o.output.finish(report)
}
