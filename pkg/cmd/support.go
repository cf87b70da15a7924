package cmd

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
	"github.com/kubectl-versions/kubectl-versions/pkg/support"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

type supportOptions struct {
	env             Environment
	source          sourceFlags
	fleet           fleetFlags
	catalog         *catalogFlag
	baseline        baselineFlag
	at              dayFlag
	within          withinFlag
	platform        platformFlag
	platformVersion string
	live            liveFlags
	thirdParty      []string
	output          reportFlags

	judgeBy support.Options
}

func newSupport(env Environment, config *genericclioptions.ConfigFlags, color *colorFlag, data *catalogFlag) *cobra.Command {
	o := &supportOptions{
		env: env, source: sourceFlags{env: env, config: config}, catalog: data,
		at: dayFlag{env: env}, live: liveFlags{by: "--live"}, output: reportFlags{env: env, color: color, format: printer.NewReportFlags()},
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
report is incomplete.

With --contexts, --all-contexts, or more than one --snapshot, each cluster is
a row. With --platform-version the platform's ranges are those of each one's
role: which workload clusters block the platform's upgrade, and which
third-party clusters it takes. Roles are read from the platform's own resources
where its cluster is among them; --third-party names clusters otherwise.`,
		Example: `  # Judge the cluster of the current context
  kubectl versions support

  # Warn of support that ends within 90 days, and fail a pipeline on it
  kubectl versions support --within 90d --fail-on warning

  # Ask for another day
  kubectl versions support --at 2027-03-01

  # Ask the platform for its dates
  kubectl versions support --live

  # Check whether a platform accepts this cluster
  kubectl versions support --platform alauda-acp --platform-version 4.3

  # Which of several clusters stand against an upgrade of the platform
  kubectl versions support --platform alauda-acp --platform-version 4.3 \
    --contexts shop,bank,edge --third-party edge`,
		Args: noArguments,
		RunE: runOptions(o),
	}
	flags := cmd.Flags()
	o.source.addCollecting(cmd)
	o.fleet.addTo(cmd, config)
	o.at.addTo(cmd)
	o.within.addTo(cmd)
	o.platform.addTo(cmd, data)
	o.live.addTo(cmd)
	flags.StringVar(&o.platformVersion, "platform-version", "", "Also check what this version of the platform takes, where the platform has versions of its own.")
	completes(cmd, "platform-version", data.fromCatalog(func(_ *cobra.Command, known *catalog.Catalog) []cobra.Completion {
		if p := known.Platform(o.platform.id); p != nil {
			return p.VersionNames()
		}
		return nil
	}))
	addList(flags, &o.thirdParty, "third-party", "", "Contexts, or names of snapshots, of clusters that the platform did not create.")
	completes(cmd, "third-party", listOf(contexts(config)))
	o.baseline.addTo(cmd)
	o.output.addTo(cmd)
	return cmd
}

// Validate checks what was typed, before anything is read.
func (o *supportOptions) Validate() error {
	var badDay, badPeriod, alone, unnamed error
	o.judgeBy.At, badDay = o.at.day()
	o.judgeBy.Within, badPeriod = o.within.period()
	if o.platform.typed.Changed("platform-version") && !o.platform.typed.Changed("platform") {
		alone = usagef("--platform-version needs --platform")
	}
	if o.platform.typed.Changed("third-party") && (len(o.thirdParty) == 0 || slices.Contains(o.thirdParty, "")) {
		unnamed = usagef("--third-party names no cluster")
	}
	o.judgeBy.ThirdParty = o.thirdParty
	err := cmp.Or(o.fleet.validate(), o.source.validate(), o.baseline.validate(), o.live.validate(""), badDay, badPeriod, alone, unnamed, o.output.validate())
	o.source.snapshot = o.fleet.oneSnapshot()
	return err
}

// Run collects, evaluates and prints.
func (o *supportOptions) Run(ctx context.Context) error {
	members, err := o.fleet.members(ctx, o.source)
	if err != nil {
		return err
	}
	if members != nil && o.baseline.given() {
		return errBaselineOfSeveral
	}
	if members != nil && o.live.asked {
		return usagef("--live asks about one cluster: kubectl versions catalog update --from live keeps the answer for all")
	}
	data, err := o.catalog.open(ctx)
	if err != nil {
		return err
	}
	if err := o.choosePlatform(data.Catalog); err != nil {
		return err
	}
	if members != nil {
		return o.runFleet(ctx, members, data.Catalog)
	}
	snapshot, err := o.source.facts(ctx, data.Catalog, partsScope())
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
	if err := o.knows(append(clusterNames(report.Managed), report.Name, report.Cluster.Context)); err != nil {
		return err
	}
	if report.Baseline, err = against(ctx, o.baseline, report, judge); err != nil {
		return err
	}
	return o.output.finish(report)
}

// askPlatform asks the cluster's platform, and puts its answer into the catalog.
func (o *supportOptions) askPlatform(ctx context.Context, known *catalog.Catalog, s *v1alpha1.Snapshot) (*catalog.Catalog, error) {
	platform := o.judgeBy.Platform
	if platform == nil {
		platform = facts.Recognise(known, s).Platform
	} else if err := o.live.refuse(platform.ID); err != nil {
		return nil, err
	}
	var answer *v1alpha1.LiveReleases
	if platform.ID == ofKubean {
		answer = askKubean(s, nil)
	} else {
		answer = o.live.ask(ctx, known, platform.ID, facts.FindLocation(s), nil)
	}
	merged, changes := withLive(known, answer)
	o.judgeBy.Live = &support.Live{Answer: answer, Changes: changes}
	if o.judgeBy.Platform != nil {
		o.judgeBy.Platform = merged.Platform(platform.ID)
	}
	return merged, nil
}

// runFleet reads clusters, several at a time, and judges them when all are known:
// one of them may tell the roles of the others.
func (o *supportOptions) runFleet(ctx context.Context, members []member, data *catalog.Catalog) error {
	read := readEach(ctx, o.env, o.fleet.concurrency, members, func(ctx context.Context, m member) support.Member {
		snapshot, err := m.snapshot(ctx, data, partsScope())
		if err != nil {
			return support.Member{Name: m.name, From: m.from, Err: err}
		}
		return support.Member{Name: cmp.Or(snapshot.Name, m.name), From: m.from, Snapshot: support.Judged(snapshot)}
	})
	tellApart(read, members, func(m *support.Member) *string { return &m.Name })
	report := support.Fleet(read, data, o.judgeBy, o.output.format.Nested())
	names := clusterNames(report.Clusters)
	for _, m := range read {
		names = append(names, m.Name)
		if m.Err != nil && strings.HasPrefix(m.From, "snapshot ") {
			names = append(names, o.thirdParty...) // the file may hold any of them
		}
	}
	if err := o.knows(names); err != nil {
		return err
	}
	return o.output.finishFleet(report, report.Summary.Clusters, report.Summary.Failed)
}

func clusterNames(clusters []v1alpha1.ClusterSupport) []string {
	var all []string
	for _, c := range clusters {
		all = append(all, c.Name)
	}
	return all
}

// knows refuses a name that is of no cluster: the one that was meant would be
// taken for a workload cluster.
func (o *supportOptions) knows(clusters []string) error {
	for _, name := range o.thirdParty {
		if !slices.Contains(clusters, name) {
			return usagef("--third-party: no cluster is called %q: use the name of a context or a snapshot", name)
		}
	}
	return nil
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
	o.judgeBy.PlatformVersion = chosen.Version(o.platformVersion)
	// A release such as v4.3.1 is one of 4.3, where the platform's versions are minors.
	if typed, err := version.Parse(o.platformVersion); err == nil && o.judgeBy.PlatformVersion == nil {
		o.judgeBy.PlatformVersion = chosen.Version(typed.Minor.String())
	}
	if o.judgeBy.PlatformVersion != nil {
		return nil
	}
	if len(chosen.Versions) == 0 {
		return usagef("--platform-version: %s has no versions of its own", chosen.ID)
	}
	return usagef("--platform-version: %s has no version %q: use one of %s", chosen.ID, o.platformVersion, strings.Join(chosen.VersionNames(), ", "))
}
