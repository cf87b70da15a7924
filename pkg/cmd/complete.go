package cmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// completes says how values of a flag are completed, where it is defined. No
// completion asks a cluster or the network, and what fails completes nothing.
func completes(cmd *cobra.Command, flag string, by cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, by); err != nil {
		panic(err) // there is no such flag, or it is completed twice
	}
}

// completesFiles offers files with these extensions, or any without, and directories.
func completesFiles(cmd *cobra.Command, flag string, extensions ...string) {
	offered := cobra.ShellCompDirectiveFilterFileExt
	if len(extensions) == 0 {
		offered = cobra.ShellCompDirectiveDefault
	}
	completes(cmd, flag, cobra.FixedCompletions(extensions, offered))
}

func completesDirectories(cmd *cobra.Command, flag string) {
	completes(cmd, flag, cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs))
}

// documents are the extensions of snapshots, reports, policies and catalogs.
func documents() []string { return []string{"yaml", "yml", "json"} }

// completeBooleans of a command and those below it, for --flag=.
func completeBooleans(cmd *cobra.Command) {
	complete := func(flag *pflag.Flag) {
		if flag.Value.Type() == "bool" {
			completes(cmd, flag.Name, oneOf("true", "false"))
		}
	}
	cmd.Flags().VisitAll(complete)
	cmd.PersistentFlags().VisitAll(complete)
	for _, sub := range cmd.Commands() {
		completeBooleans(sub)
	}
}

// completeFiles completes as many arguments as a command takes.
func completeFiles(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return documents(), cobra.ShellCompDirectiveFilterFileExt
	}
}

// addOutput adds -o and what belongs to it.
func addOutput(cmd *cobra.Command, output *printer.Flags) {
	output.AddTo(cmd.Flags())
	completes(cmd, "output", output.Complete)
	completesFiles(cmd, "template")
}

// oneOf completes values, each of which may have a tab and what it is behind it.
func oneOf(values ...cobra.Completion) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
}

// listOf completes the last of several values with commas between them.
func listOf(one cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndex(typed, ",")+1]
		given := strings.Split(before, ",")
		values, directive := one(cmd, args, typed[len(before):])
		var left []cobra.Completion
		for _, value := range values {
			if name, _, _ := strings.Cut(value, "\t"); !slices.Contains(given, name) {
				left = append(left, before+value)
			}
		}
		return left, directive | cobra.ShellCompDirectiveNoSpace
	}
}

// fromKubeconfig completes names that the kubeconfig holds.
func fromKubeconfig(config *genericclioptions.ConfigFlags, names func(clientcmdapi.Config) []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		raw, err := config.ToRawKubeConfigLoader().RawConfig()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return names(raw), cobra.ShellCompDirectiveNoFileComp
	}
}

func contexts(config *genericclioptions.ConfigFlags) cobra.CompletionFunc {
	return fromKubeconfig(config, func(raw clientcmdapi.Config) []string { return slices.Sorted(maps.Keys(raw.Contexts)) })
}

// completeConnection completes the flags that kubectl has too. Namespaces are
// those of contexts: asking the cluster for them might take long.
func completeConnection(root *cobra.Command, config *genericclioptions.ConfigFlags) {
	completes(root, "context", contexts(config))
	completes(root, "cluster", fromKubeconfig(config, func(raw clientcmdapi.Config) []string { return slices.Sorted(maps.Keys(raw.Clusters)) }))
	completes(root, "user", fromKubeconfig(config, func(raw clientcmdapi.Config) []string { return slices.Sorted(maps.Keys(raw.AuthInfos)) }))
	completes(root, "namespace", fromKubeconfig(config, func(raw clientcmdapi.Config) []string {
		named := map[string]bool{"default": true}
		for _, c := range raw.Contexts {
			named[c.Namespace] = true
		}
		delete(named, "")
		return slices.Sorted(maps.Keys(named))
	}))
	for _, file := range []string{"kubeconfig", "certificate-authority", "client-certificate", "client-key"} {
		completesFiles(root, file)
	}
	completesDirectories(root, "cache-dir")
}

// fromCatalog completes what the catalog in use knows, in the catalog's order. One
// that would have to be downloaded is passed over.
func (f *catalogFlag) fromCatalog(values func(*cobra.Command, *catalog.Catalog) []cobra.Completion) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		location := f.location
		if strings.Contains(location, "://") {
			location = ""
		}
		opened, err := f.store().Open(cmd.Context(), location)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return values(cmd, opened.Catalog), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// platforms completes ids: where a platform is asked, those that can be.
func (f *catalogFlag) platforms(asked func(*cobra.Command) bool) cobra.CompletionFunc {
	return f.fromCatalog(func(cmd *cobra.Command, data *catalog.Catalog) []cobra.Completion {
		ids := data.IDs()
		if asked(cmd) {
			ids = askable()
		}
		var found []cobra.Completion
		for _, id := range ids {
			if p := data.Platform(id); p != nil {
				found = append(found, cobra.CompletionWithDesc(id, p.Name))
			}
		}
		return found
	})
}

// isLive tells whether --live is given, where there is such a flag.
func isLive(cmd *cobra.Command) bool {
	live := cmd.Flags().Lookup("live")
	return live != nil && live.Changed
}

// minors of a platform, as it lists them.
func minors(data *catalog.Catalog, platform string, today calendar.Date) []cobra.Completion {
	p := data.Platform(platform)
	if p == nil {
		return nil
	}
	var found []cobra.Completion
	for _, release := range data.Offered(p) {
		about := fmt.Sprintf("released %s", release.Released)
		switch {
		case release.PlannedOn(today):
			about = "not released yet"
		case release.Released.IsZero():
			about = ""
		}
		found = append(found, cobra.CompletionWithDesc(release.Version.String(), about))
	}
	return found
}
