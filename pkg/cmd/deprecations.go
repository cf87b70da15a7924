package cmd

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/auditlog"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/collect"
	"github.com/kubectl-versions/kubectl-versions/pkg/deprecation"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/manifest"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

type deprecationsOptions struct {
	env      Environment
	source   sourceFlags
	catalog  *catalogFlag
	usage    usageFlags
	target   targetFlag
	texts    textFlags
	waivers  waiverFlags
	only     []string
	labels   string
	baseline baselineFlag
	output   reportFlags

	judgeBy deprecation.Options
}

func newDeprecations(env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &deprecationsOptions{
		env: env, source: sourceFlags{env: env, config: config}, catalog: data, output: reportFlags{env: env, color: color, format: printer.NewReportFlags()},
	}
	cmd := &cobra.Command{
		Use:   "deprecations",
		Short: "Which APIs that go away are still in use, by whom, and what breaks?",
		Long: `Finds the API versions that are in use and go away by the target, which is the
server's next minor unless --to names another, and tells who uses them.

Evidence is what kube-apiserver counted, which managers wrote through a version,
what last-applied annotations, Helm releases, files and audit logs declare or
record, and which webhooks, policies and definitions name it. Objects are never
reported because they can be listed through an old version: every object can.
Requests go only to versions that the server does not call deprecated, so that a
run leaves no trace in the metrics that it reads.

An error breaks at the target. A warning breaks later, or may not be in use.
Evidence that its subject has moved on is of no consequence, and behind a count.

-f, -k and --audit-log add files to what the cluster tells. With a --to that is
a version they need no cluster, and none is read unless --context, --kubeconfig,
--server or --snapshot names one.`,
		Example: `  # What breaks at the next minor?
  kubectl versions deprecations

  # What breaks two minors ahead, with every object's name
  kubectl versions deprecations --to +2 -o wide

  # Check manifests, and the output of helm template, without a cluster
  kubectl versions deprecations -f deploy/ -R --to 1.38
  helm template chart/ | kubectl versions deprecations -f - --to 1.38

  # Who called? Read the audit log too
  kubectl versions deprecations --audit-log /var/log/kubernetes/audit.log

  # Fail a pipeline on what breaks, but for what was decided to live with
  kubectl versions deprecations --fail-on error --require-complete --policy waivers.yaml`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	flags := cmd.Flags()
	o.source.addTo(cmd)
	o.usage.addTo(cmd)
	o.target.addTo(cmd, data)
	o.texts.addTo(cmd)
	o.waivers.addTo(cmd)
	flags.StringVarP(&o.labels, "selector", "l", "", "Show only objects with these labels, such as app=web,tier!=test.")
	addList(flags, &o.only, "only", "", "Show only these verdicts. Some of: (error, warning, unknown, information). The exit code is that of all.")
	completes(cmd, "only", listOf(oneOf("error", "warning", "unknown", "information")))
	o.baseline.addTo(cmd)
	o.output.addTo(cmd)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *deprecationsOptions) Validate() error {
	var twice, uncounted error
	if len(o.only) > 0 && o.output.format.Counts() {
		uncounted = usagef("--only leaves findings out, of which sarif, junit and prometheus would say that there are none: give one of them")
	}
	if slices.Contains(o.texts.stdin(), true) && o.source.snapshot == "-" {
		twice = usagef("--snapshot - and files from - both read stdin: give one of them a path")
	}
	return cmp.Or(
		o.source.validate(), o.usage.validate(), o.target.validate(), o.texts.validate(), o.baseline.validate(), o.validateNarrowing(),
		o.usage.validateWith(o.source.snapshot), twice, uncounted, o.output.validate(),
	)
}

func (o *deprecationsOptions) validateNarrowing() error {
	var err error
	if o.judgeBy.Selector, err = labels.Parse(o.labels); err != nil {
		return usagef("--selector: %w", err)
	}
	for _, text := range o.only {
		verdict := v1alpha1.Verdict(text)
		known := []v1alpha1.Verdict{v1alpha1.Error, v1alpha1.Warning, v1alpha1.Unknown, v1alpha1.Information}
		if !slices.Contains(known, verdict) {
			return usagef("unknown value %q for --only: use some of error, warning, unknown, information", text)
		}
		o.judgeBy.Only = append(o.judgeBy.Only, verdict)
	}
	o.judgeBy.Namespace = o.source.namespace()
	o.judgeBy.Today = calendar.Of(o.env.Now())
	return nil
}

// Run collects, reads files, evaluates and prints.
func (o *deprecationsOptions) Run(ctx context.Context) error {
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	if o.judgeBy.Index, err = apilifecycle.Load(); err != nil {
		return err
	}
	if o.judgeBy.Waivers, err = heeding(ctx, o.waivers.read); err != nil {
		return err
	}
	snapshot, err := o.facts(ctx, data.Catalog)
	if err != nil {
		return err
	}
	if err := o.readTexts(ctx, snapshot); err != nil {
		return err
	}
	if o.judgeBy.Target, err = o.target.resolve(facts.FindAPIServers(snapshot).Offered(), data.Catalog, o.judgeBy.Today); err != nil {
		return err
	}
	report, err := deprecation.Evaluate(snapshot, o.judgeBy)
	if err != nil {
		return err
	}
	if report.Baseline, err = o.against(ctx, snapshot); err != nil {
		return err
	}
	return o.output.finish(report)
}

// against compares all that was found with the baseline, whatever --only shows of it.
func (o *deprecationsOptions) against(ctx context.Context, snapshot *v1alpha1.Snapshot) (*v1alpha1.Baseline, error) {
	if !o.baseline.given() {
		return nil, nil
	}
	by := o.judgeBy
	by.Only = nil
	judge := func(s *v1alpha1.Snapshot) (*v1alpha1.DeprecationReport, error) { return deprecation.Evaluate(s, by) }
	report, err := judge(snapshot)
	if err != nil {
		return nil, err
	}
	return against(ctx, o.baseline, report, judge)
}

// facts reads a snapshot or collects one, and neither where files are judged alone.
func (o *deprecationsOptions) facts(ctx context.Context, c *catalog.Catalog) (*v1alpha1.Snapshot, error) {
	if o.texts.given() && o.target.absolute() && !o.source.named() {
		s := v1alpha1.NewSnapshot("")
		s.APIUsage = &v1alpha1.APIUsage{}
		return s, nil
	}
	return o.source.facts(ctx, c, usageScope(o.usage.options(o.judgeBy.Index, o.judgeBy.Namespace)))
}

// readTexts shows what takes long unless somebody may be typing it.
func (o *deprecationsOptions) readTexts(ctx context.Context, s *v1alpha1.Snapshot) error {
	if names := slices.Concat(o.texts.files, o.texts.auditLogs); len(names) > 0 && !slices.Contains(names, "-") {
		began := time.Now()
		stop := o.env.showProgress(func(width int) string { return printer.ReadingFiles(names, time.Since(began), width) })
		defer stop()
	}
	return o.texts.readInto(ctx, s, o.judgeBy.Index, o.env.Streams.In)
}

// usageFlags are about how far collecting API usage goes.
type usageFlags struct {
	skip           []string
	readDeprecated bool
}

const helmSecrets = "helm-secrets"

func (f *usageFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	addList(flags, &f.skip, "skip", "", "Leave out a source, and say so. One of: ("+helmSecrets+").")
	completes(cmd, "skip", listOf(oneOf(helmSecrets)))
	flags.BoolVar(&f.readDeprecated, "read-deprecated", false,
		"Also list objects that are served in deprecated versions alone. kube-apiserver counts that as a use of those versions.")
}

func (f *usageFlags) validate() error {
	for _, source := range f.skip {
		if source != helmSecrets {
			return usagef("unknown value %q for --skip: use %s", source, helmSecrets)
		}
	}
	return nil
}

// validateWith refuses what would be ignored beside a snapshot.
func (f *usageFlags) validateWith(snapshot string) error {
	if snapshot != "" && (len(f.skip) > 0 || f.readDeprecated) {
		return usagef("--skip and --read-deprecated are about reading a cluster, and --snapshot reads none")
	}
	return nil
}

func (f *usageFlags) options(index *apilifecycle.Index, namespace string) *collect.UsageOptions {
	return &collect.UsageOptions{
		Index: index, Namespace: namespace, SkipHelmSecrets: slices.Contains(f.skip, helmSecrets), ReadDeprecated: f.readDeprecated,
	}
}

// textFlags name files to judge besides the cluster.
type textFlags struct {
	files     []string
	recursive bool
	kustomize string
	auditLogs []string
}

func (f *textFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	addList(flags, &f.files, "filename", "f", "Manifests to judge: files, directories, or - for stdin.")
	completesFiles(cmd, "filename", documents()...)
	flags.BoolVarP(&f.recursive, "recursive", "R", false, "Read directories of -f with all that is below them.")
	flags.StringVarP(&f.kustomize, "kustomize", "k", "", "Directory of a kustomization whose output is judged.")
	completesDirectories(cmd, "kustomize")
	addList(flags, &f.auditLogs, "audit-log", "", "Audit logs of kube-apiserver, also compressed or rotated ones, or - for stdin.")
	completesFiles(cmd, "audit-log")
}

func (f *textFlags) given() bool {
	return len(f.files) > 0 || f.kustomize != "" || len(f.auditLogs) > 0
}

// stdin tells, of every file, whether it is stdin.
func (f *textFlags) stdin() []bool {
	var is []bool
	for _, name := range slices.Concat(f.files, f.auditLogs) {
		is = append(is, name == "-")
	}
	return is
}

func (f *textFlags) validate() error {
	count := 0
	for _, stdin := range f.stdin() {
		if stdin {
			count++
		}
	}
	if count > 1 {
		return usagef("stdin can be read only once: give one - in -f and --audit-log")
	}
	if slices.Contains(slices.Concat(f.files, f.auditLogs), "") {
		return usagef("-f or --audit-log names no file")
	}
	if f.recursive && len(f.files) == 0 {
		return usagef("-R needs -f with a directory")
	}
	return nil
}

// mustHoldObjects finds what is named and empty: a command before the pipe that
// failed, or a file that is no manifest, must not count as clean.
func (f *textFlags) mustHoldObjects(files *v1alpha1.Files) error {
	for i := range files.Files {
		switch file := &files.Files[i]; {
		case len(file.Objects) > 0 || file.Error != "":
		case file.Path == "-":
			return errors.New("stdin holds no object: did the command before the pipe fail?")
		case slices.Contains(f.files, file.Path):
			file.Error = "holds no object"
		}
	}
	return nil
}

// readInto adds what the files tell. A log that could be read in part leaves a gap.
func (f *textFlags) readInto(ctx context.Context, s *v1alpha1.Snapshot, index *apilifecycle.Index, stdin io.Reader) error {
	usage := s.APIUsage
	if usage == nil {
		return nil // an older snapshot, which is refused by whoever judges it
	}
	if len(f.files) > 0 {
		files, err := heeding(ctx, func() (*v1alpha1.Files, error) { return manifest.ReadFiles(f.files, f.recursive, stdin) })
		if err != nil {
			return err
		}
		if err := f.mustHoldObjects(files); err != nil {
			return err
		}
		usage.Files = files
	}
	if f.kustomize != "" {
		built, err := heeding(ctx, func() (v1alpha1.File, error) { return manifest.Kustomize(f.kustomize) })
		if err != nil {
			return err
		}
		if usage.Files == nil {
			usage.Files = &v1alpha1.Files{}
		}
		usage.Files.Files = append(usage.Files.Files, built)
	}
	if len(f.auditLogs) > 0 {
		log, err := auditlog.Read(ctx, index, stdin, f.auditLogs...)
		gap := v1alpha1.Gap{Source: v1alpha1.SourceAuditLog, Reason: v1alpha1.GapMalformed, Hides: "part of the audit log"}
		switch {
		case err != nil && ctx.Err() != nil:
			gap.Reason, err = v1alpha1.GapInterrupted, errInterrupted
		case err != nil && log == nil:
			return err
		}
		if err != nil {
			gap.Message = err.Error()
			s.Gaps = append(s.Gaps, gap)
		}
		usage.AuditLog = log
	}
	return nil
}
