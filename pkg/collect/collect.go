// Package collect reads the facts of a cluster into a Snapshot. It is the only
// package that talks to a cluster, and it only gets and lists.
//
// Every source is read concurrently under one deadline. A source that fails
// costs its own section and leaves a gap; only when no kube-apiserver answers
// at all is there no snapshot.
package collect

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// Options say where to collect and how far to go.
type Options struct {
	// Config reaches the cluster. Its UserAgent names the tool in audit logs.
	Config *rest.Config
	// Context is the kubeconfig context that Config was made from.
	Context string
	// Tool and its version, recorded in the snapshot.
	Tool    string
	Catalog *catalog.Catalog
	// Kubectl finds the kubectl in use, as KubectlFinder.Find does.
	Kubectl func(context.Context) (*v1alpha1.Kubectl, error)
	// ProbeEndpoints asks every address of EndpointSlice default/kubernetes for
	// its version, with the cluster's CA and without credentials.
	ProbeEndpoints bool
	// Components adds what skew and support need: kubectl, nodes, kube-proxy, API
	// groups, and what platforms keep of the clusters that they manage.
	Components bool
	// APIUsage adds what uses which API version; nil for none of it.
	APIUsage *UsageOptions
	// Upgrade adds what can stop an upgrade: budgets, volumes, webhooks, aggregated
	// APIs and configuration.
	Upgrade bool
	// Pods adds them to Upgrade. Their list is the longest of all.
	Pods bool
	// Dial opens the connections of ProbeEndpoints; nil means a net.Dialer.
	Dial dialFunc
	// Activity is told what is being read; nil for nobody who watches.
	Activity *Activity
	// Now is the clock for CollectedAt.
	Now func() time.Time
}

// Collect reads the cluster until ctx ends. It returns an error only when no
// kube-apiserver answered; anything less is a gap, also what was cut off because
// ctx was cancelled.
func Collect(parent context.Context, o Options) (*v1alpha1.Snapshot, error) {
	ctx, giveUp := context.WithCancel(parent)
	defer giveUp()
	config, disconnect := withOwnConnections(o.Config)
	defer disconnect()
	if o.Activity != nil {
		config.Wrap(o.Activity.watch)
	}
	c, err := newClient(config)
	if err != nil {
		return nil, err
	}

	first, err := c.reach(ctx)
	if err != nil {
		return nil, err
	}

	s := v1alpha1.NewSnapshot(o.Context)
	s.CollectedAt = metav1.NewTime(o.Now().UTC().Truncate(time.Second))
	s.CollectedBy = o.Tool
	s.Cluster = v1alpha1.Cluster{Context: o.Context, Server: withoutUser(c.base)}

	leases := sync.OnceValues(func() (*v1alpha1.Leases, error) { return c.leases(ctx) })
	groups := sync.OnceValues(func() (apiGroups, error) { return c.apiGroups(ctx) })
	lists := newLister(c, o.Activity)
	gaps := &gaps{ctx: parent}
	var unreachable error
	var requests *v1alpha1.RequestMetrics

	var sources sync.WaitGroup
	sources.Go(func() {
		seen, err := apiServers(ctx, config, leases, o.index())
		switch {
		case err != nil && first == nil:
			unreachable = err
			giveUp()
			return
		case err != nil:
			s.APIServers = &v1alpha1.APIServers{Connections: 1, Instances: []v1alpha1.APIServerInstance{{VersionInfo: *first, Connections: 1}}}
			gaps.add(v1alpha1.SourceAPIServers, hiddenInstances, err)
			if o.APIUsage != nil {
				gaps.add(v1alpha1.SourceRequests, hiddenRequests, err)
			}
			return
		}
		s.APIServers, requests = seen.servers, seen.requests
		gaps.add(v1alpha1.SourceRequests, hiddenRequests, seen.unread...)
		gaps.add(v1alpha1.SourceAPIServers, hiddenInstances, seen.unseen...)
		if o.ProbeEndpoints {
			var err error
			s.APIServers.Endpoints, err = c.endpoints(ctx, config, o.Dial)
			gaps.add(v1alpha1.SourceEndpoints, hiddenAddresses, err)
			for _, endpoint := range s.APIServers.Endpoints {
				if endpoint.Version == nil {
					gaps.add(v1alpha1.SourceEndpoints, "kube-apiserver at "+endpoint.Address, cmp.Or(ctx.Err(), errors.New(endpoint.Error)))
				}
			}
		}
	})
	sources.Go(func() {
		var err error
		s.Leases, err = leases()
		gaps.add(v1alpha1.SourceLeases, hiddenLeases, err)
	})
	sources.Go(func() {
		var errs []error
		s.ControlPlanePods, errs = c.controlPlanePods(ctx, o.Catalog.Skew.ControlPlanePods, groups)
		gaps.add(v1alpha1.SourceControlPlanePods, hiddenControlPlanePods, errs...)
	})
	if o.Components {
		sources.Go(func() { c.components(ctx, o.Kubectl, groups, lists, s, gaps) })
	}
	if o.APIUsage != nil {
		sources.Go(func() { s.APIUsage = c.apiUsage(ctx, config, first, lists, o.APIUsage, gaps) })
	}
	if o.Upgrade {
		sources.Go(func() { s.Upgrade = c.upgradeFacts(ctx, lists, o.Pods, gaps) })
	}
	sources.Wait()

	if unreachable != nil {
		if err := parent.Err(); errors.Is(err, context.Canceled) {
			return nil, err
		}
		return nil, unreachable
	}
	if s.APIUsage != nil {
		s.APIUsage.Requests = requests
	}
	s.Gaps = gaps.sorted()
	return s, nil
}

// index is nil where requests are not asked for.
func (o Options) index() *apilifecycle.Index {
	if o.APIUsage == nil {
		return nil
	}
	return o.APIUsage.Index
}

// components fills the sections about the parts of a cluster other than its control plane.
func (c *client) components(ctx context.Context, kubectl func(context.Context) (*v1alpha1.Kubectl, error), groups func() (apiGroups, error), lists *lister, s *v1alpha1.Snapshot, gaps *gaps) {
	var sources sync.WaitGroup
	sources.Go(func() {
		var err error
		s.Kubectl, err = kubectl(ctx)
		gaps.add(v1alpha1.SourceKubectl, "kubectl version", err)
	})
	sources.Go(func() {
		var err error
		s.Nodes, err = c.nodes(ctx)
		gaps.add(v1alpha1.SourceNodes, hiddenKubelets, err)
		if err != nil {
			return
		}
		s.NodeSamples, err = c.nodeSamples(ctx, s.Nodes)
		gaps.add(v1alpha1.SourceNodeSamples, hiddenPlatform, err)
	})
	sources.Go(func() {
		served, err := groups()
		gaps.add(v1alpha1.SourceAPIGroups, hiddenPlatform, err)
		if err != nil {
			return
		}
		s.APIGroups = served.section()
		s.Management = c.management(ctx, served, lists, gaps)
	})
	sources.Go(func() {
		var err error
		s.KubeProxy, err = c.kubeProxy(ctx)
		gaps.add(v1alpha1.SourceKubeProxy, hiddenKubeProxy, err)
	})
	sources.Wait()
}

func withoutUser(u *url.URL) string {
	bare := *u
	bare.User = nil
	return strings.TrimSuffix(bare.String(), "/")
}

// gaps gathers what concurrent sources could not read, each refusal once.
type gaps struct {
	// ctx is what the user cancels.
	ctx  context.Context
	mu   sync.Mutex
	list []v1alpha1.Gap
}

func (g *gaps) add(source v1alpha1.Source, hides string, errs ...error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, err := range errs {
		if err == nil {
			continue
		}
		if gap := newGap(source, hides, g.cutOff(err)); !slices.Contains(g.list, gap) {
			g.list = append(g.list, gap)
		}
	}
}

// addOf adds a gap about one resource of a source, unless err is nil.
func (g *gaps) addOf(source v1alpha1.Source, resource, hides string, err error) {
	if err == nil {
		return
	}
	gap := newGap(source, hides, g.cutOff(err))
	gap.Resource = resource
	g.mu.Lock()
	defer g.mu.Unlock()
	g.list = append(g.list, gap)
}

// cutOff tells a read that the user interrupted from one that failed.
func (g *gaps) cutOff(err error) error {
	if errors.Is(g.ctx.Err(), context.Canceled) && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(g.ctx))) {
		return errInterrupted
	}
	return err
}

func (g *gaps) sorted() []v1alpha1.Gap {
	slices.SortStableFunc(g.list, func(a, b v1alpha1.Gap) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Resource, b.Resource))
	})
	return g.list
}
