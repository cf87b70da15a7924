package cmd

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/diff"
	"github.com/kubectl-versions/kubectl-versions/pkg/overview"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

type diffOptions struct {
	env      Environment
	catalog  *catalogFlag
	at       dayFlag
	within   withinFlag
	platform platformFlag
	output   reportFlags

	// files are OLD and NEW.
	files   []string
	judgeBy overview.Options
}

func newDiff(env Environment, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &diffOptions{env: env, catalog: data, at: dayFlag{env: env}, output: reportFlags{env: env, color: color, format: printer.NewTableFlags()}}
	o.judgeBy.Method = defaultMethod()
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "What is new, and what is resolved, since an earlier snapshot or report?",
		Long: `Compares two files, each a snapshot or a report of any command in YAML or JSON,
by their findings: what is an error, a warning or unknown.

Snapshots are judged first, both on the same day and with the same catalog, so
that only the cluster makes a difference. Reports are compared as they were
judged, and what made them differ besides the cluster is noted.

A finding that the later file lacks is resolved where that file looked for it
and could have seen it. Otherwise it is not seen: it may be there still.`,
		Example: `  # What has changed since last week?
  kubectl versions snapshot > today.yaml
  kubectl versions diff last-week.yaml today.yaml

  # Compare a report that was kept with one of now
  kubectl versions deprecations -o yaml | kubectl versions diff deprecations.yaml -

  # Fail a pipeline on what is new or worse
  kubectl versions diff before.yaml after.yaml --fail-on warning`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("%s takes two files, OLD and NEW, got %d", cmd.CommandPath(), len(args))
			}
			o.files = args
			return nil
		},
		ValidArgsFunction: completeFiles(2),
		RunE:              runOptions(o),
	}
	o.at.addTo(cmd)
	o.within.addTo(cmd)
	o.platform.addTo(cmd, data)
	o.output.addTo(cmd)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *diffOptions) Validate() error {
	var badDay, badPeriod error
	o.judgeBy.At, badDay = o.at.day()
	o.judgeBy.Within, badPeriod = o.within.period()
	return cmp.Or(o.validateFiles(), badDay, badPeriod, o.output.validate())
}

func (o *diffOptions) validateFiles() error {
	if o.files[0] == "" || o.files[1] == "" {
		return usagef("OLD or NEW names no file")
	}
	if o.files[0] == "-" && o.files[1] == "-" {
		return usagef("OLD and NEW are both -: stdin can be read only once")
	}
	return nil
}

// Run reads both files, judges snapshots, compares and prints.
func (o *diffOptions) Run(ctx context.Context) error {
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
	var kinds [2]string
	var sides [2]runtime.Object
	for i, name := range o.files {
		if kinds[i], sides[i], err = o.read(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	report, err := diff.Compare(sides[0], sides[1])
	if err != nil {
		return err
	}
	report.Old.File, report.Old.Kind = o.files[0], kinds[0]
	report.New.File, report.New.Kind = o.files[1], kinds[1]
	return o.output.finish(report)
}

// read returns the kind of a file, and the report in it or on it.
func (o *diffOptions) read(ctx context.Context, name string) (kind string, report runtime.Object, err error) {
	if report, err = heeding(ctx, func() (runtime.Object, error) { return o.decode(name) }); err != nil {
		return "", nil, err
	}
	kind = report.GetObjectKind().GroupVersionKind().Kind
	if snapshot, ok := report.(*v1alpha1.Snapshot); ok {
		report, err = overview.Evaluate(snapshot, o.judgeBy)
	}
	return kind, report, err
}

func (o *diffOptions) decode(name string) (runtime.Object, error) {
	from := o.env.Streams.In
	if name != "-" {
		file, err := open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	return v1alpha1.DecodeReport(from)
}
