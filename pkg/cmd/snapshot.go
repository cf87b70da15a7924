package cmd

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

type snapshotOptions struct {
	env     Environment
	source  sourceFlags
	usage   usageFlags
	catalog *catalogFlag
	output  *printer.Flags
	print   printer.Printer
}

func newSnapshot(env Environment, config *genericclioptions.ConfigFlags, data *catalogFlag) *cobra.Command {
	o := &snapshotOptions{
		env: env, source: sourceFlags{env: env, config: config}, catalog: data, output: printer.NewDocumentFlags("yaml"),
	}
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Save what every command reads of the cluster",
		Long: `Reads the cluster once and writes the facts to stdout, with the text they were
found in and with whatever could not be read. Every command evaluates such a
file with --snapshot, later and elsewhere, without a cluster.

A snapshot holds versions, images, names of nodes and control-plane pods, what
the node table shows, labels and providerIDs of a few nodes, names of API
groups, lease holders, the server's URL and kubectl's path. Of API usage it
holds counts of requests, names, labels and field managers of the objects that
name an API version other than the one they were read at, versions of custom
resources, and types and names of what Helm releases declare.

Of what can stop an upgrade it holds, of all namespaces, names of workloads that
have one pod, no controller, or volumes of their node or of drivers inside
Kubernetes, with the directories of the nodes; repositories of images; names and
numbers of disruption budgets; types and names of volumes; names of CSI drivers,
webhooks and aggregated APIs, with their services and conditions; feature gates
and a few settings of kubeadm, kubelet and kube-proxy; and the names of the
flags of control-plane pods, with the values of --feature-gates,
--runtime-config, --cloud-provider, --proxy-mode and those of admission plugins.

Where a platform keeps the clusters that it manages in this one, it holds their
names and versions, the versions that the platform offers, and its own. Those of
Kubean's clusters stand in ConfigMaps, of which nothing but kube_version is kept.

An interrupt ends the reading. What was read is written nonetheless, with what
was not as gaps, and the exit code is 130.

It holds no credentials, nothing else of a Secret or ConfigMap, and no
specifications of workloads.`,
		Example: `  # Save the cluster of the current context
  kubectl versions snapshot > cluster.yaml

  # Judge it without the cluster
  kubectl versions skew --snapshot cluster.yaml`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	o.source.addCollecting(cmd)
	o.usage.addTo(cmd)
	addOutput(cmd, o.output)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *snapshotOptions) Validate() error {
	if err := cmp.Or(o.source.validate(), o.usage.validate()); err != nil {
		return err
	}
	var err error
	if o.print, err = o.output.Printer(printer.Layout{}); err != nil {
		return usageError{err}
	}
	return nil
}

// Run collects and prints.
func (o *snapshotOptions) Run(ctx context.Context) error {
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	index, err := apilifecycle.Load()
	if err != nil {
		return err
	}
	what := everything(o.usage.options(index, o.source.namespace()))
	facts, err := o.source.collect(ctx, data.Catalog, what)
	if err != nil {
		return err
	}
	return o.print.Print(facts, o.env.Streams.Out)
}
