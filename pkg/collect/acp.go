package collect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// tkestackCluster is documented in alauda/acp-docs,
// docs/shared/openapis/platform.tkestack.io.v1.json.
type tkestackCluster struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		Type string `json:"type"`
	} `json:"spec"`
	Status struct {
		Version string `json:"version"`
		Phase   string `json:"phase"`
	} `json:"status"`
}

// alaudaRelease is a ClusterVersionShadow, which tells status.current.version, or
// a ProductBase, which tells status.version: docs/shared/crds of alauda/acp-docs.
type alaudaRelease struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Status struct {
		Version string `json:"version"`
		Current struct {
			Version string `json:"version"`
		} `json:"current"`
	} `json:"status"`
}

// Where Alauda Container Platform keeps its own version, and what is unknown without.
const (
	shadowResource  = "clusterversionshadows"
	shadowNamespace = "cpaas-system"
	shadowName      = "global"
	productResource = "productbases"
	productName     = "base"

	hiddenACPVersion  = "version of Alauda Container Platform"
	hiddenACPClusters = "clusters that Alauda Container Platform manages, and their versions"
)

func acpPermissions() []Permission {
	needs := func(group, resource, namespace, name, hides, when string) Permission {
		return Permission{
			Verb: "list", Group: group, Resource: resource, Namespace: namespace, Name: name,
			Source: v1alpha1.SourceManagement, Of: resource + "." + group, Hides: hides,
			Why: "The clusters that Alauda Container Platform manages from this one, and its own version.", When: when,
		}
	}
	return []Permission{
		needs(tkestackGroup, "clusters", "", "", hiddenACPClusters, tkestackGroup+" is served"),
		needs(alaudaConfigGroup, shadowResource, shadowNamespace, shadowName, hiddenACPVersion, alaudaConfigGroup+" is served"),
		needs(alaudaProductGroup, productResource, "", productName, hiddenACPVersion, alaudaProductGroup+" is served, and ClusterVersionShadow global is not there"),
	}
}

// acp reads the release of Alauda Container Platform and the clusters that it knows.
func (p *platforms) acp(ctx context.Context) *v1alpha1.ACP {
	found := &v1alpha1.ACP{}
	var both sync.WaitGroup
	both.Go(func() { found.Version, found.VersionFrom = p.acpVersion(ctx) })
	both.Go(func() {
		const resource = "clusters"
		of, err := p.selection(tkestackGroup, resource, "v1")
		if err == nil {
			found.Clusters, err = p.acpClusters(ctx, of)
		}
		p.gap(resource+"."+tkestackGroup, hiddenACPClusters, err)
	})
	both.Wait()
	return found
}

func (p *platforms) acpClusters(ctx context.Context, of selection) ([]v1alpha1.ManagedCluster, error) {
	clusters, err := listed[tkestackCluster](ctx, p.lists, of)
	if err != nil {
		return nil, err
	}
	found := []v1alpha1.ManagedCluster{}
	for _, c := range clusters {
		from := "cluster.platform.tkestack.io " + c.Metadata.Name
		if c.Status.Version == "" {
			from += ", without status.version"
		}
		found = append(found, v1alpha1.ManagedCluster{
			Name: c.Metadata.Name, Version: c.Status.Version, From: from, Type: c.Spec.Type, Phase: c.Status.Phase,
		})
	}
	slices.SortFunc(found, func(a, b v1alpha1.ManagedCluster) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

// acpVersion asks the ClusterVersionShadow of the platform's own cluster, since
// 4.3, and where there is none the ProductBase. One that could not be read is not
// made up for by another, which may be of an older release.
func (p *platforms) acpVersion(ctx context.Context) (version, from string) {
	places := []struct {
		group, resource, namespace, name string
		known                            []string
		// from names the object as the report does.
		from string
	}{
		{alaudaConfigGroup, shadowResource, shadowNamespace, shadowName, []string{"v1"}, "clusterversionshadow cpaas-system/global"},
		{alaudaProductGroup, productResource, "", productName, []string{"v1alpha1", "v1alpha2"}, "productbase base"},
	}
	untold, in := error(nil), ""
	for _, place := range places {
		if !p.groups.serve(place.group) {
			continue
		}
		in = place.resource + "." + place.group
		of, err := p.selection(place.group, place.resource, place.known...)
		if err == nil {
			of.namespace = place.namespace
			version, err = p.releaseNamed(ctx, of, place.name)
		}
		if place.group == alaudaConfigGroup {
			err = unlessAbsent(err)
		}
		switch {
		case err != nil:
			p.gap(in, hiddenACPVersion, err)
			return "", ""
		case version != "":
			return version, place.from
		}
		untold = fmt.Errorf("the version of %s: %w", place.from, errNotFound)
	}
	p.gap(in, hiddenACPVersion, untold)
	return "", ""
}

// releaseNamed returns the version that an object tells, or "". It asks for a
// list, for which alone a role need allow.
func (p *platforms) releaseNamed(ctx context.Context, of selection, name string) (string, error) {
	of.fields = fields.OneTermEqualSelector("metadata.name", name).String()
	releases, err := listed[alaudaRelease](ctx, p.lists, of)
	for _, r := range releases {
		if r.Metadata.Name == name {
			return cmp.Or(r.Status.Current.Version, r.Status.Version), nil
		}
	}
	return "", err
}
