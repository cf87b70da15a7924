package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/collect"
	"github.com/kubectl-versions/kubectl-versions/pkg/overview"
)

// fleetFlags name several clusters.
type fleetFlags struct {
	contexts    []string
	allContexts bool
	snapshots   []string
	concurrency int
	typed       *pflag.FlagSet
}

func (f *fleetFlags) addTo(cmd *cobra.Command, config *genericclioptions.ConfigFlags) {
	flags := cmd.Flags()
	f.typed = flags
	addList(flags, &f.contexts, "contexts", "", "Kubeconfig contexts of several clusters, one row each.")
	completes(cmd, "contexts", listOf(contexts(config)))
	flags.BoolVar(&f.allContexts, "all-contexts", false, "Read the clusters of all kubeconfig contexts.")
	flags.StringArrayVar(&f.snapshots, "snapshot", nil,
		"Read this file, written by kubectl versions snapshot, instead of a cluster; - reads stdin. May be repeated, and be a directory, for one row each.")
	completesFiles(cmd, "snapshot", documents()...)
	flags.IntVar(&f.concurrency, "concurrency", 8, "How many clusters are read at a time.")
}

func (f *fleetFlags) validate() error {
	if f.concurrency < 1 || f.concurrency > 1_000 {
		return usagef("--concurrency %d: want a number of clusters such as 8", f.concurrency)
	}
	if slices.Contains(f.snapshots, "") {
		return usagef("--snapshot names no file")
	}
	if !f.typed.Changed("contexts") && !f.allContexts {
		return nil
	}
	if f.typed.Changed("contexts") && f.allContexts {
		return usagef("--contexts names some clusters, and --all-contexts all: give one of them")
	}
	if slices.Contains(f.contexts, "") || !f.allContexts && len(f.contexts) == 0 {
		return usagef("--contexts names no context")
	}
	for _, name := range []string{"context", "cluster", "server", "snapshot"} {
		if f.typed.Changed(name) {
			return usagef("--%s is about one cluster, and --contexts or --all-contexts about several: give one of them", name)
		}
	}
	return nil
}

// oneSnapshot is the only file that was named, or empty.
func (f *fleetFlags) oneSnapshot() string {
	if len(f.snapshots) != 1 || isDirectory(f.snapshots[0]) {
		return ""
	}
	return f.snapshots[0]
}

// files are the snapshots that were named, each once, and those of directories.
func (f *fleetFlags) files() ([]string, error) {
	var files []string
	for _, name := range f.snapshots {
		found := []string{name}
		if isDirectory(name) {
			entries, err := os.ReadDir(name)
			if err != nil {
				return nil, fmt.Errorf("snapshots: %w", err)
			}
			found = nil
			for _, entry := range entries {
				if !entry.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(entry.Name())) {
					found = append(found, filepath.ToSlash(filepath.Join(name, entry.Name())))
				}
			}
			if len(found) == 0 {
				return nil, fmt.Errorf("directory %s holds no snapshot: want files that end with .yaml, .yml or .json", name)
			}
		}
		files = append(files, found...)
	}
	return once(files), nil
}

func isDirectory(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// once drops what was there before.
func once(names []string) []string {
	seen := make(map[string]bool)
	return slices.DeleteFunc(names, func(name string) bool {
		again := seen[name]
		seen[name] = true
		return again
	})
}

// member is one of several clusters.
type member struct {
	name string
	// from is such as "context shop-prod".
	from string
	// facts reads it, once.
	facts func(context.Context, *catalog.Catalog, scope) (*v1alpha1.Snapshot, error)
}

// members are the clusters of a fleet; nil where one cluster is asked about.
func (f *fleetFlags) members(ctx context.Context, source sourceFlags) ([]member, error) {
	switch {
	case len(f.contexts) > 0 || f.allContexts:
		return source.contexts(ctx, f.contexts)
	case len(f.snapshots) > 0 && source.snapshot == "":
		files, err := f.files()
		if err != nil {
			return nil, err
		}
		var members []member
		for _, file := range files {
			one := source
			one.snapshot = file
			members = append(members, member{file, "snapshot " + file, one.facts})
		}
		return members, nil
	}
	return nil, nil
}

// contexts are the clusters of kubeconfig contexts, of all where none is named.
func (f *sourceFlags) contexts(ctx context.Context, names []string) ([]member, error) {
	loader := f.config.ToRawKubeConfigLoader()
	raw, err := loader.RawConfig()
	if err != nil {
		return nil, err
	}
	known := slices.Sorted(maps.Keys(raw.Contexts))
	if len(known) == 0 {
		return nil, errors.New("kubeconfig names no context: set KUBECONFIG, or give --kubeconfig or --snapshot")
	}
	if names == nil {
		names = known
	}
	kubectl, overrides := f.kubectlOnce(ctx), f.overrides()
	var members []member
	for _, name := range once(names) {
		if raw.Contexts[name] == nil {
			return nil, usagef("kubeconfig has no context %q: kubectl config get-contexts lists them", name)
		}
		members = append(members, member{name, "context " + name, func(ctx context.Context, c *catalog.Catalog, what scope) (*v1alpha1.Snapshot, error) {
			if err := hasCluster(raw, name); err != nil {
				return nil, err
			}
			config, err := clientcmd.NewNonInteractiveClientConfig(raw, name, overrides, loader.ConfigAccess()).ClientConfig()
			if err != nil {
				return nil, err
			}
			return f.read(ctx, collect.Options{Config: config, Context: name, Catalog: c, Kubectl: kubectl}, what)
		}})
	}
	return members, nil
}

// overrides are those of config, as it makes them for itself alone: it reads the
// kubeconfig again for every context.
func (f *sourceFlags) overrides() *clientcmd.ConfigOverrides {
	c := f.config
	extra := make(map[string][]string)
	for _, typed := range *c.ImpersonateUserExtra {
		if key, value, ok := strings.Cut(typed, "="); ok {
			extra[key] = append(extra[key], value)
		}
	}
	return &clientcmd.ConfigOverrides{
		ClusterDefaults: clientcmd.ClusterDefaults,
		Timeout:         *c.Timeout,
		Context:         clientcmdapi.Context{AuthInfo: *c.AuthInfoName},
		AuthInfo: clientcmdapi.AuthInfo{
			ClientCertificate: *c.CertFile, ClientKey: *c.KeyFile, Token: *c.BearerToken,
			Impersonate: *c.Impersonate, ImpersonateUID: *c.ImpersonateUID, ImpersonateGroups: *c.ImpersonateGroup, ImpersonateUserExtra: extra,
		},
		ClusterInfo: clientcmdapi.Cluster{
			TLSServerName: *c.TLSServerName, CertificateAuthority: *c.CAFile, InsecureSkipTLSVerify: *c.Insecure,
			DisableCompression: *c.DisableCompression, ProxyURL: *c.ProxyURL,
		},
	}
}

// kubectlOnce asks kubectl for its version when the first cluster wants it, and
// lets no cluster wait longer than its own time.
func (f *sourceFlags) kubectlOnce(ctx context.Context) func(context.Context) (*v1alpha1.Kubectl, error) {
	var found *v1alpha1.Kubectl
	var err error
	answered := make(chan struct{})
	ask := sync.OnceFunc(func() {
		go func() {
			found, err = f.kubectl().Find(ctx)
			close(answered)
		}()
	})
	return func(own context.Context) (*v1alpha1.Kubectl, error) {
		ask()
		select {
		case <-answered:
			return found, err
		case <-own.Done():
			return nil, own.Err()
		}
	}
}

// readEach reads clusters, several at a time. What cannot be read is a row, too.
func readEach[R any](ctx context.Context, env Environment, concurrency int, members []member, read func(context.Context, member) R) []R {
	progress := &fleetProgress{all: len(members)}
	stop := env.showProgress(progress.line)
	defer stop()
	rows := make([]R, len(members))
	var reading errgroup.Group
	reading.SetLimit(concurrency)
	for i, m := range members {
		reading.Go(func() error {
			progress.begin(m.name)
			defer progress.end(m.name)
			rows[i] = read(ctx, m)
			return nil
		})
	}
	_ = reading.Wait() // none fails
	return rows
}

// snapshot of one of several clusters, or why there is none, in a line.
func (m member) snapshot(ctx context.Context, c *catalog.Catalog, what scope) (*v1alpha1.Snapshot, error) {
	if ctx.Err() != nil {
		return nil, errors.New("interrupted before it was read")
	}
	snapshot, err := m.facts(ctx, c, what)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, errInterrupted
	case err != nil:
		return nil, firstLine(err)
	}
	return snapshot, nil
}

// tellApart gives rows of one name, which snapshots can have, those of their files.
func tellApart[R any](rows []R, members []member, name func(*R) *string) {
	named := map[string]int{}
	for i := range rows {
		named[*name(&rows[i])]++
	}
	for i := range rows {
		if n := name(&rows[i]); named[*n] > 1 {
			*n = members[i].name
		}
	}
}

// finishFleet shows a report, and fails where the gate does, or nothing could be judged.
func (f *reportFlags) finishFleet(r report, clusters, failed int32) error {
	if err := f.finish(r); err != nil {
		return err
	}
	if failed == clusters {
		return errors.New("no cluster could be judged")
	}
	return nil
}

// runFleet judges clusters, several at a time. One that cannot be judged is a row that says why.
func (o *overviewOptions) runFleet(ctx context.Context, members []member, what scope) error {
	rows := readEach(ctx, o.env, o.fleet.concurrency, members, func(ctx context.Context, m member) v1alpha1.FleetCluster {
		return o.row(ctx, m, what)
	})
	tellApart(rows, members, func(r *v1alpha1.FleetCluster) *string { return &r.Name })
	report := overview.Fleet(o.judgeBy.At, rows)
	return o.output.finishFleet(report, report.Summary.Clusters, report.Summary.Failed)
}

// row keeps no more of a cluster than is shown.
func (o *overviewOptions) row(ctx context.Context, m member, what scope) v1alpha1.FleetCluster {
	snapshot, err := m.snapshot(ctx, o.judgeBy.Catalog, what)
	if err != nil {
		return overview.FailedRow(m.name, err)
	}
	report, err := overview.Evaluate(snapshot, o.judgeBy)
	if err != nil {
		return overview.FailedRow(m.name, firstLine(err))
	}
	row := overview.Row(cmp.Or(report.Name, m.name), report)
	if !o.output.format.Nested() {
		row.Overview = nil
	}
	return row
}

// firstLine leaves out what follows, such as a credential plugin's advice.
func firstLine(err error) error {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(withoutUsers(strings.TrimSpace(line)))
}
