package cmd

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/collect"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// defaultTimeout bounds a whole run when --request-timeout does not: kubectl's
// own default is to wait for ever.
const defaultTimeout = 30 * time.Second

// sourceFlags say where the facts come from: a cluster or a saved snapshot.
type sourceFlags struct {
	env            Environment
	config         *genericclioptions.ConfigFlags
	snapshot       string
	kubectlVersion string
	probeEndpoints bool
	// typed tells which flags were given, the global ones included.
	typed *pflag.FlagSet
}

// addTo adds the flags of commands that evaluate.
func (f *sourceFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.snapshot, "snapshot", "", "Read this file, written by kubectl versions snapshot, instead of a cluster; - reads stdin.")
	completesFiles(cmd, "snapshot", documents()...)
	f.addCollecting(cmd)
}

// addCollecting adds the flags of commands that read a cluster.
func (f *sourceFlags) addCollecting(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.typed = flags
	flags.StringVar(&f.kubectlVersion, "kubectl-version", "", "Version of kubectl, instead of asking $KUBECTL_PATH, which kubectl 1.37 and later set, or the kubectl on PATH.")
	flags.BoolVar(&f.probeEndpoints, "probe-endpoints", false,
		"Also ask each address that the cluster publishes for its API servers for its version, with the cluster's CA and without credentials.")
}

func (f *sourceFlags) validate() error {
	if f.kubectlVersion != "" {
		if _, err := version.Parse(f.kubectlVersion); err != nil {
			return usagef("--kubectl-version: %w", err)
		}
	}
	if faults := validation.IsDNS1123Label(f.namespace()); f.namespace() != "" && len(faults) > 0 {
		return usagef("--namespace: %q is no namespace: %s", f.namespace(), faults[0])
	}
	if f.typed.Changed("snapshot") {
		if f.typed.Lookup("snapshot").Value.String() == "" {
			return usagef("--snapshot names no file")
		}
		for _, name := range []string{"context", "kubeconfig", "server", "probe-endpoints"} {
			if f.typed.Changed(name) {
				return usagef("--%s is about a cluster, and --snapshot reads none: give one of them", name)
			}
		}
	}
	if timeout, err := clientcmd.ParseTimeout(*f.config.Timeout); err != nil {
		return usagef("--request-timeout: %w", err)
	} else if timeout < 0 {
		return usagef("--request-timeout: %s is negative", timeout)
	}
	return nil
}

// scope is which of a cluster's facts are collected, besides its kube-apiservers.
type scope struct {
	// components are what skew and support judge.
	components bool
	// usage is what deprecations judges; nil for none.
	usage *collect.UsageOptions
	// upgrade is what plan judges besides, pods where they are asked for too.
	upgrade, pods bool
}

// named reports whether a cluster, or a snapshot of one, was named on the command line.
func (f *sourceFlags) named() bool {
	return slices.ContainsFunc([]string{"context", "cluster", "kubeconfig", "server", "snapshot"}, f.typed.Changed)
}

// namespace is that of -n, which narrows only when typed; empty for all.
func (f *sourceFlags) namespace() string {
	if f.typed.Changed("namespace") {
		return *f.config.Namespace
	}
	return ""
}

// facts reads the snapshot or collects one.
func (f *sourceFlags) facts(ctx context.Context, c *catalog.Catalog, what scope) (*v1alpha1.Snapshot, error) {
	if f.snapshot == "" {
		return f.collect(ctx, c, what)
	}
	snapshot, err := heeding(ctx, f.readSnapshot)
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", f.snapshot, err)
	}
	if f.kubectlVersion != "" {
		snapshot.Kubectl = &v1alpha1.Kubectl{GitVersion: f.kubectlVersion, FoundBy: "--kubectl-version"}
		snapshot.Gaps = slices.DeleteFunc(snapshot.Gaps, func(g v1alpha1.Gap) bool { return g.Source == v1alpha1.SourceKubectl })
	}
	return snapshot, nil
}

func (f *sourceFlags) readSnapshot() (*v1alpha1.Snapshot, error) {
	from := f.env.Streams.In
	if f.snapshot != "-" {
		file, err := open(f.snapshot)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	return v1alpha1.DecodeSnapshot(from)
}

// open leaves the path out of the error, for whoever quotes it as it was typed.
func open(name string) (*os.File, error) {
	file, err := os.Open(name)
	var path *os.PathError
	if errors.As(err, &path) {
		return nil, path.Err
	}
	return file, err
}

// collect reads the cluster that the flags name.
func (f *sourceFlags) collect(ctx context.Context, c *catalog.Catalog, what scope) (*v1alpha1.Snapshot, error) {
	contextName, config, err := f.restConfig()
	if err != nil {
		return nil, err
	}
	began, activity := time.Now(), &collect.Activity{}
	stop := f.env.showProgress(func(width int) string {
		p := activity.Progress()
		if p.Requests == 0 && len(p.Reading) == 0 {
			return "" // a credential plugin may be asking the user
		}
		return printer.Reading(contextName, p.Reading, p.Requests, p.Objects, time.Since(began), width)
	})
	defer stop()
	return f.read(ctx, collect.Options{Config: config, Context: contextName, Catalog: c, Kubectl: f.kubectl().Find, Activity: activity}, what)
}

func (f *sourceFlags) kubectl() collect.KubectlFinder {
	return collect.KubectlFinder{Version: f.kubectlVersion, PluginParent: f.env.Getenv("KUBECTL_PATH")}
}

// read collects from one cluster, whose deadline begins now.
func (f *sourceFlags) read(ctx context.Context, o collect.Options, what scope) (*v1alpha1.Snapshot, error) {
	timeout := defaultTimeout
	if f.typed.Changed("request-timeout") {
		timeout, _ = clientcmd.ParseTimeout(*f.config.Timeout)
	}
	limited, cancel := ctx, func() {}
	if timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, timeout)
	}
	defer cancel()

	o.Config.UserAgent = fmt.Sprintf("kubectl-versions/%s (%s/%s)", f.env.Build.Version, runtime.GOOS, runtime.GOARCH)
	o.Config.Wrap(namesProxy)
	o.Tool, o.Now = "kubectl-versions "+f.env.Build.Version, f.env.Now
	o.ProbeEndpoints = f.probeEndpoints
	o.Components, o.APIUsage, o.Upgrade, o.Pods = what.components, what.usage, what.upgrade, what.pods
	snapshot, err := collect.Collect(limited, o)
	if err != nil {
		return nil, explain(err, o.Context, o.Config, timeout)
	}
	return snapshot, nil
}

// restConfig returns the context's name and how to reach its cluster.
func (f *sourceFlags) restConfig() (string, *rest.Config, error) {
	loader := f.config.ToRawKubeConfigLoader()
	raw, err := loader.RawConfig()
	if err != nil {
		return "", nil, err
	}
	if len(raw.Contexts) == 0 && len(raw.Clusters) == 0 && *f.config.APIServer == "" && f.env.Getenv("KUBERNETES_SERVICE_HOST") == "" {
		return "", nil, errors.New("kubeconfig names no cluster: set KUBECONFIG, or give --kubeconfig, --server or --snapshot: see kubectl versions --help")
	}
	contextName := raw.CurrentContext
	if *f.config.Context != "" {
		contextName = *f.config.Context
	}
	if contextName == "" && len(raw.Contexts) > 0 && *f.config.APIServer == "" {
		return "", nil, fmt.Errorf("kubeconfig has no current context: choose one with --context (%s)",
			strings.Join(slices.Sorted(maps.Keys(raw.Contexts)), ", "))
	}
	if *f.config.APIServer == "" && *f.config.ClusterName == "" {
		if err := hasCluster(raw, contextName); err != nil {
			return "", nil, err
		}
	}
	config, err := f.config.ToRESTConfig()
	if err != nil {
		return "", nil, err
	}
	return contextName, config, nil
}

// hasCluster finds the context whose cluster is missing: client-go would ask localhost.
func hasCluster(raw clientcmdapi.Config, contextName string) error {
	named := raw.Contexts[contextName]
	if named == nil || raw.Clusters[named.Cluster] != nil {
		return nil
	}
	return fmt.Errorf("kubeconfig has no cluster %q, which its context %q names", named.Cluster, contextName)
}

// explain says in one line why no kube-apiserver answered, and what to do.
func explain(err error, contextName string, config *rest.Config, timeout time.Duration) error {
	where := "kube-apiserver at " + config.Host
	if contextName != "" {
		where += fmt.Sprintf(" (context %q)", contextName)
	}
	const credentials = "getting credentials: " // of client-go, and of any plugin that it runs
	plugin, check := "", "the network"
	if config.ExecProvider != nil {
		plugin = "credential plugin " + config.ExecProvider.Command
		check += ", and whether " + plugin + " waits for somebody"
	}
	var network net.Error
	var wrongName x509.HostnameError
	var unknownAuthority x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s did not answer within %s: check %s, or wait longer with --request-timeout", where, timeout, check)
	case errors.As(err, &network) && network.Timeout():
		return fmt.Errorf("%s did not answer: %w: check the network", where, err)
	case strings.HasPrefix(err.Error(), credentials):
		reason, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), credentials), "\n")
		if !strings.HasPrefix(reason, "exec: executable ") {
			reason = plugin + ": " + reason
		}
		return fmt.Errorf("no credentials for %s: %s: install what is missing, log in again, or choose another --context or --user", where, reason)
	case apierrors.IsUnauthorized(err):
		return fmt.Errorf("%s refuses the credentials: %w: log in again, or choose another --context or --user", where, err)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%s forbids to get /version: %w: ask for ClusterRole system:public-info-viewer", where, err)
	case errors.As(err, &wrongName):
		return fmt.Errorf("cannot trust %s: %w: name one of those with --tls-server-name, or correct the address", where, err)
	case errors.As(err, &unknownAuthority):
		return fmt.Errorf("cannot trust %s: %w: give its CA with --certificate-authority, or check what stands between", where, err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("cannot trust %s: %w: have it renewed, or set the clock", where, err)
	default:
		return fmt.Errorf("cannot reach %s: %w", where, err)
	}
}
