package cmd

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/live"
	"github.com/kubectl-versions/kubectl-versions/pkg/support"
)

const (
	// ofKubean is the platform that is asked through the resources of its management cluster.
	ofKubean = "daocloud-dce"
	// ofAlibaba is the one that takes parameters of its own.
	ofAlibaba = "alibaba-ack"
)

// askable are the platforms that can be asked for their versions.
func askable() []string { return slices.Sorted(slices.Values(append(live.Platforms(), ofKubean))) }

// liveFlags say that a platform is to be asked, and where.
type liveFlags struct {
	// by is what asks: --live, or --from live.
	by    string
	asked bool
	query v1alpha1.LiveQuery
	// source is the cluster whose resources are asked.
	source sourceFlags
	typed  *pflag.FlagSet
}

// addTo adds --live and where to ask.
func (f *liveFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.asked, "live", false, "Ask the platform itself, with the credentials of its own tools. One of: ("+strings.Join(askable(), ", ")+").")
	f.addWhere(cmd)
}

// addWhere adds the flags that say where to ask.
func (f *liveFlags) addWhere(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.typed, f.source.typed = flags, flags
	flags.StringVar(&f.query.Region, "region", "", "With "+f.by+": the platform's region, such as cn-beijing.")
	flags.StringVar(&f.query.Endpoint, "endpoint", "", "With "+f.by+": ask this host, such as a private endpoint, instead of the region's public one.")
	flags.StringVar(&f.query.Project, "project", "", "With "+f.by+", of Google Kubernetes Engine: the project.")
	flags.StringVar(&f.query.Subscription, "subscription", "", "With "+f.by+", of Azure Kubernetes Service: the subscription.")
}

// validate refuses what says where to ask when nobody is asked, or somebody else
// than the platform, which is empty where it is not known yet.
func (f *liveFlags) validate(platform string) error {
	for _, flag := range []struct{ name, of string }{
		{"region", ""}, {"endpoint", ""}, {"project", "google-kubernetes-engine"}, {"subscription", "azure-kubernetes-service"},
	} {
		switch {
		case !f.typed.Changed(flag.name):
		case !f.asked:
			return usagef("--%s needs %s", flag.name, f.by)
		case f.typed.Lookup(flag.name).Value.String() == "":
			return usagef("--%s is empty", flag.name)
		case platform == ofKubean:
			return usagef("--%s: %s is asked in its management cluster, which --context chooses", flag.name, ofKubean)
		case flag.of != "" && platform != "" && platform != flag.of:
			return usagef("--%s needs --platform %s", flag.name, flag.of)
		}
	}
	if !f.asked {
		return nil
	}
	_, err := f.timeout()
	return err
}

// refuse a platform that was typed, and answers nobody.
func (f *liveFlags) refuse(platform string) error {
	if slices.Contains(askable(), platform) {
		return nil
	}
	return usagef("%s: %s cannot be asked: use --platform with one of %s", f.by, platform, strings.Join(askable(), ", "))
}

// timeout bounds all that a platform is asked.
func (f *liveFlags) timeout() (time.Duration, error) {
	flag := f.typed.Lookup("request-timeout")
	if flag == nil || !flag.Changed {
		return defaultTimeout, nil
	}
	typed, err := clientcmd.ParseTimeout(flag.Value.String())
	switch {
	case err != nil:
		return 0, usagef("--request-timeout: %w", err)
	case typed < 0:
		return 0, usagef("--request-timeout: %s is negative", typed)
	default:
		return min(cmp.Or(typed, math.MaxInt64), 24*time.Hour), nil
	}
}

// ask asks a platform. What was not typed comes from where the cluster's nodes
// say that they run.
func (f *liveFlags) ask(ctx context.Context, known *catalog.Catalog, platform string, at facts.Location, ack *v1alpha1.ACKQuery) *v1alpha1.LiveReleases {
	if platform == ofKubean {
		return askKubean(f.source.collect(ctx, known, partsScope()))
	}
	query := v1alpha1.NewLiveQuery(platform)
	query.Region, query.Endpoint = cmp.Or(f.query.Region, at.Region), f.query.Endpoint
	query.Project, query.Subscription = cmp.Or(f.query.Project, at.Project), cmp.Or(f.query.Subscription, at.Subscription)
	if platform == ofAlibaba {
		query.ACK = ack
	}
	timeout, _ := f.timeout() // which validate has seen
	query.TimeoutSeconds = int32(max(1, timeout/time.Second))
	ctx, cancel := context.WithTimeout(ctx, timeout+time.Second)
	defer cancel()
	return live.FindHelper().Ask(ctx, query)
}

// askKubean is what a management cluster creates clusters at, if it could be read.
func askKubean(management *v1alpha1.Snapshot, err error) *v1alpha1.LiveReleases {
	if err == nil {
		var answer *v1alpha1.LiveReleases
		if answer, err = support.KubeanReleases(management, ofKubean); err == nil {
			return answer
		}
	}
	failed := v1alpha1.NewLiveReleases(ofKubean)
	if !errors.As(err, &failed.Fault) {
		failed.Fault = v1alpha1.Faultf(v1alpha1.GapUnavailable, "%w", firstLine(err))
	}
	return failed
}

// withLive puts an answer into a catalog. One that makes no sense becomes a fault.
func withLive(known *catalog.Catalog, answer *v1alpha1.LiveReleases) (*catalog.Catalog, []catalog.LiveChange) {
	if answer.Fault != nil {
		return known, nil
	}
	merged, changes, err := known.WithLive(answer)
	if err != nil {
		answer.Fault = v1alpha1.Faultf(v1alpha1.GapMalformed, "answer of %s makes no sense: %w", answer.Source, firstLine(err))
		answer.Releases, answer.Raw = nil, nil
		return known, nil
	}
	return merged, changes
}

// ackFlags are the parameters that Alibaba Cloud takes besides.
type ackFlags struct {
	v1alpha1.ACKQuery
	typed *pflag.FlagSet
}

// ackParameter is one of them.
type ackParameter struct {
	name, value, usage string
	// known are the values that Alibaba Cloud documents; nil where any text will do.
	known []string
	into  *string
}

func (f *ackFlags) parameters() []ackParameter {
	return []ackParameter{
		{"cluster-type", "ManagedKubernetes", "the type of cluster", []string{"Kubernetes", "ManagedKubernetes", "ExternalKubernetes"}, &f.ClusterType},
		{"kubernetes-version", "", "this version alone, such as 1.36.1-aliyun.1", nil, &f.KubernetesVersion},
		{"profile", "", "what the clusters are for", []string{"Default", "Edge", "Serverless"}, &f.Profile},
		{"runtime", "", "images for this container runtime alone", []string{"docker", "containerd", "Sandboxed-Container.runv"}, &f.Runtime},
		{"mode", "supported", "which versions", []string{"supported", "creatable"}, &f.Mode},
	}
}

func (f *ackFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.typed = flags
	for _, p := range f.parameters() {
		usage := "With --live, of Alibaba Cloud ACK: " + p.usage + "."
		if p.known != nil {
			usage += " One of: (" + strings.Join(p.known, ", ") + ")."
		}
		flags.StringVar(p.into, p.name, p.value, usage)
		completes(cmd, p.name, oneOf(p.known...))
	}
}

func (f *ackFlags) validate(platform string, asked bool) error {
	for _, p := range f.parameters() {
		switch {
		case !f.typed.Changed(p.name):
		case !asked:
			return usagef("--%s needs --live", p.name)
		case platform != ofAlibaba:
			return usagef("--%s is a parameter of Alibaba Cloud: it needs --platform %s", p.name, ofAlibaba)
		case *p.into == "":
			return usagef("--%s is empty", p.name)
		case p.known != nil && !slices.Contains(p.known, *p.into):
			return usagef("--%s: %q is none: use one of %s", p.name, *p.into, strings.Join(p.known, ", "))
		}
	}
	return nil
}

// narrowed are the flags that were typed; empty for none.
func (f *ackFlags) narrowed() string {
	var typed []string
	for _, p := range f.parameters() {
		if f.typed.Changed(p.name) {
			typed = append(typed, "--"+p.name+" "+*p.into)
		}
	}
	return strings.Join(typed, " ")
}
