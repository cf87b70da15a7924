package cmd

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/live"
)

// liveFlags say that a platform is to be asked, and where.
type liveFlags struct {
	env   Environment
	asked bool
	query v1alpha1.LiveQuery
	typed *pflag.FlagSet
}

// addTo adds --live and where to ask.
func (f *liveFlags) addTo(flags *pflag.FlagSet) {
	flags.BoolVar(&f.asked, "live", false, "Ask the platform itself, with the credentials of its own tools: "+strings.Join(live.Platforms(), ", ")+".")
	f.addWhere(flags)
}

// addWhere adds the flags that say where to ask.
func (f *liveFlags) addWhere(flags *pflag.FlagSet) {
	f.typed = flags
	flags.StringVar(&f.query.Region, "region", "", "With --live: the platform's region, such as cn-beijing.")
	flags.StringVar(&f.query.Endpoint, "endpoint", "", "With --live: ask this host, such as a private endpoint, instead of the region's public one.")
	flags.StringVar(&f.query.Project, "project", "", "With --live: the project of Google Cloud.")
	flags.StringVar(&f.query.Subscription, "subscription", "", "With --live: the subscription of Azure.")
}

// ackFlags are the parameters that Alibaba Cloud takes besides.
type ackFlags struct {
	v1alpha1.ACKQuery
	typed *pflag.FlagSet
}

// ackValues are those that Alibaba Cloud documents; nil where any text will do.
func ackValues() map[string][]string {
	return map[string][]string{
		"cluster-type": {"Kubernetes", "ManagedKubernetes", "ExternalKubernetes"}, "mode": {"supported", "creatable"},
		"profile": {"Default", "Edge", "Serverless"}, "runtime": {"docker", "containerd", "Sandboxed-Container.runv"}, "kubernetes-version": nil,
	}
}

func (f *ackFlags) addTo(flags *pflag.FlagSet) {
	f.typed = flags
	oneOf := func(name string) string { return " One of: (" + strings.Join(ackValues()[name], ", ") + ")." }
	flags.StringVar(&f.ClusterType, "cluster-type", "ManagedKubernetes", "With --live, of Alibaba Cloud ACK: the type of cluster."+oneOf("cluster-type"))
	flags.StringVar(&f.KubernetesVersion, "kubernetes-version", "", "With --live, of Alibaba Cloud ACK: this version alone, such as 1.36.1-aliyun.1.")
	flags.StringVar(&f.Profile, "profile", "", "With --live, of Alibaba Cloud ACK: what the clusters are for."+oneOf("profile"))
	flags.StringVar(&f.Runtime, "runtime", "", "With --live, of Alibaba Cloud ACK: images for this container runtime alone."+oneOf("runtime"))
	flags.StringVar(&f.Mode, "mode", "supported", "With --live, of Alibaba Cloud ACK: which versions."+oneOf("mode"))
}

func (f *ackFlags) validate(platform string) error {
	for _, name := range []string{"cluster-type", "kubernetes-version", "profile", "runtime", "mode"} {
		value := f.typed.Lookup(name).Value.String()
		switch known := ackValues()[name]; {
		case !f.typed.Changed(name):
		case platform != "alibaba-ack":
			return usagef("--%s is a parameter of Alibaba Cloud: it needs --platform alibaba-ack", name)
		case value == "":
			return usagef("--%s is empty", name)
		case known != nil && !slices.Contains(known, value):
			return usagef("--%s: %q is none: use one of %s", name, value, strings.Join(known, ", "))
		}
	}
	return nil
}

// validate refuses what says where to ask when nobody is asked.
func (f *liveFlags) validate() error {
	for _, name := range []string{"region", "endpoint", "project", "subscription", "cluster-type", "kubernetes-version", "profile", "runtime", "mode"} {
		if f.typed.Changed(name) && !f.asked {
			return usagef("--%s needs --live", name)
		}
	}
	return nil
}

// ask asks a platform. What was not typed comes from where the cluster's nodes
// say that they run.
func (f *liveFlags) ask(ctx context.Context, platform string, at facts.Location, ack *v1alpha1.ACKQuery) *v1alpha1.LiveReleases {
	query := v1alpha1.NewLiveQuery(platform)
	query.Region, query.Endpoint = cmp.Or(f.query.Region, at.Region), f.query.Endpoint
	query.Project, query.Subscription = cmp.Or(f.query.Project, at.Project), cmp.Or(f.query.Subscription, at.Subscription)
	query.ACK = ack
	timeout := defaultTimeout
	if f.typed.Changed("request-timeout") {
		if typed, err := clientcmd.ParseTimeout(f.typed.Lookup("request-timeout").Value.String()); err == nil && typed > 0 {
			timeout = typed
		}
	}
	query.TimeoutSeconds = int32(max(1, timeout/time.Second))
	ctx, cancel := context.WithTimeout(ctx, timeout+time.Second)
	defer cancel()
	return live.FindHelper().Ask(ctx, query)
}

// askable refuses platforms that answer nobody.
func askable(platform string) error {
	if slices.Contains(live.Platforms(), platform) {
		return nil
	}
	return usagef("--live: %s cannot be asked: use --platform with one of %s", platform, strings.Join(live.Platforms(), ", "))
}

// withLive puts an answer into a catalog. One that makes no sense becomes a fault.
func withLive(known *catalog.Catalog, answer *v1alpha1.LiveReleases) (*catalog.Catalog, []catalog.LiveChange) {
	if answer.Fault != nil {
		return known, nil
	}
	merged, changes, err := known.WithLive(answer)
	if err != nil {
		answer.Fault = v1alpha1.Faultf(v1alpha1.GapMalformed, "answer of %s makes no sense: %s", answer.Source, strings.ReplaceAll(err.Error(), "\n", "; "))
		return known, nil
	}
	return merged, changes
}
