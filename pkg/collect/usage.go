package collect

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// UsageOptions say how far to look for what uses which API version.
type UsageOptions struct {
	// Index of built-in APIs.
	Index *apilifecycle.Index
	// Namespace is the only one to look at; empty for all. Cluster-scoped objects
	// are then passed over, all but CustomResourceDefinitions.
	Namespace string
	// SkipHelmSecrets leaves out the Helm releases in Secrets.
	SkipHelmSecrets bool
	// ReadDeprecated lists, through a deprecated version, the resources that are
	// served through no other. kube-apiserver counts such requests.
	ReadDeprecated bool
}

// usage collects the evidence of API usage. It sends no request to a version
// that the server calls deprecated, unless ReadDeprecated: that would set the
// very metric which tells who does.
type usage struct {
	UsageOptions
	lists *lister
	gaps  *gaps
	// minor is the one whose APIs the server offers.
	minor version.Minor
}

// apiUsage runs all sources. The versions to read through have to be discovered
// first, except those of CustomResourceDefinitions and Helm's Secrets and
// ConfigMaps, which have been v1 alone for long.
func (c *client) apiUsage(ctx context.Context, config *rest.Config, first *v1alpha1.VersionInfo, lists *lister, o *UsageOptions, gaps *gaps) *v1alpha1.APIUsage {
	u := &usage{UsageOptions: *o, lists: lists, gaps: gaps, minor: offeredMinor(first, o.Index)}
	found := &v1alpha1.APIUsage{Namespace: o.Namespace}
	var builtIn, custom *v1alpha1.ScannedObjects

	var sources sync.WaitGroup
	sources.Go(func() { found.Helm = u.helm(ctx) })
	sources.Go(func() {
		var err error
		found.Definitions, err = u.lists.definitions(ctx)
		gaps.add(v1alpha1.SourceDefinitions, hiddenDefinitions, err)
		if err == nil {
			custom = u.scan(ctx, u.customTargets(found.Definitions.Definitions))
		}
	})
	sources.Go(func() {
		served, broken, err := c.servedAPIs(ctx, config)
		gaps.add(v1alpha1.SourceServedAPIs, hiddenServed, err)
		if err != nil {
			return
		}
		for gv, err := range broken {
			gaps.addOf(v1alpha1.SourceServedAPIs, gv.String(), hiddenResources, err)
		}
		found.Served = served
		sources.Go(func() { builtIn = u.scan(ctx, u.builtInTargets(served.Resources)) })
		sources.Go(func() { found.References = u.references(ctx, served.Resources) })
	})
	sources.Wait()
	found.Objects = joinScans(builtIn, custom)
	return found
}

// offeredMinor is that of the server behind the connection that lists are sent
// over, which may be of another minor than its neighbours. Without an answer it is
// the newest minor, which deprecates the most.
func offeredMinor(info *v1alpha1.VersionInfo, index *apilifecycle.Index) version.Minor {
	if info == nil {
		return index.Newest
	}
	if emulated, err := version.ParseMinor(info.EmulationMajor + "." + info.EmulationMinor); err == nil {
		return emulated
	}
	if own, err := version.Parse(info.GitVersion); err == nil {
		return own.Minor
	}
	return index.Newest
}

// readVersion chooses the version to read a resource through: the first in the
// server's order that it does not call deprecated. It is empty when there is none.
func (u *usage) readVersion(r v1alpha1.ServedResource) string {
	for _, v := range r.Versions {
		if !u.maybeDeprecated(schema.GroupVersionResource{Group: r.Group, Version: v, Resource: r.Resource}) {
			return v
		}
	}
	if u.ReadDeprecated && len(r.Versions) > 0 {
		return r.Versions[0]
	}
	return ""
}

// maybeDeprecated reports whether a request for a built-in API could be counted
// as one for a deprecated version. Of a version that the index does not know,
// which is newer than it, that is not known unless it is stable.
func (u *usage) maybeDeprecated(gvr schema.GroupVersionResource) bool {
	if a := u.Index.Resource(gvr); a != nil {
		return a.DeprecatedAt(u.minor)
	}
	return strings.Contains(gvr.Version, "alpha") || strings.Contains(gvr.Version, "beta")
}

// joinScans is nil when both are.
func joinScans(scans ...*v1alpha1.ScannedObjects) *v1alpha1.ScannedObjects {
	var all *v1alpha1.ScannedObjects
	for _, scan := range scans {
		if scan == nil {
			continue
		}
		if all == nil {
			all = &v1alpha1.ScannedObjects{Resources: []v1alpha1.ScannedResource{}}
		}
		all.Resources = append(all.Resources, scan.Resources...)
	}
	if all != nil {
		slices.SortFunc(all.Resources, func(a, b v1alpha1.ScannedResource) int {
			return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
		})
	}
	return all
}
