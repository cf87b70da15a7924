package collect

import (
	"cmp"
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// acceptDiscovery asks for all groups in one answer.
const acceptDiscovery = discovery.AcceptV2 + "," + discovery.AcceptV1

const (
	apiPath = "/api"

	hiddenServed = "which API versions are served, and who uses built-in ones"
	// hiddenResources is about one version of a group.
	hiddenResources = "its resources, and who uses them"
)

func servedPermissions() []Permission {
	needs := func(path string) Permission {
		return Permission{
			Verb: "get", Path: path, Source: v1alpha1.SourceServedAPIs, Hides: hiddenServed,
			Why: "The API groups and versions, and their resources.",
		}
	}
	each := func(path string) Permission {
		p := needs(path + "/*")
		p.Of, p.Hides = AnyGroupVersion, hiddenResources
		p.Until = version.Minor{Major: 1, Minor: 26} // aggregated discovery has all of them
		return p
	}
	return []Permission{needs(apiPath), needs(apisPath), each(apiPath), each(apisPath)}
}

// servedAPIs reads the server's discovery documents: two requests, and before
// 1.27 client-go's, one for each group and version.
//
// Groups and versions that the server could not tell about, as when an
// aggregated API is down, are in the map, beside those that it could.
func (c *client) servedAPIs(ctx context.Context, config *rest.Config) (*v1alpha1.ServedAPIs, map[schema.GroupVersion]error, error) {
	documents, err := c.aggregatedDiscovery(ctx)
	if err != nil {
		return nil, nil, err
	}
	if documents != nil {
		groups, lists, broken := discovery.SplitGroupsAndResources(*documents)
		served := servedResources(pointers(groups.Groups), slices.Collect(maps.Values(lists)))
		return &v1alpha1.ServedAPIs{Resources: served}, broken, nil
	}
	finder, err := discovery.NewDiscoveryClientForConfigAndClient(config, c.bounded())
	if err != nil {
		return nil, nil, err
	}
	groups, lists, err := discovery.ServerGroupsAndResourcesWithContext(ctx, finder)
	broken, partial := discovery.GroupDiscoveryFailedErrorGroups(err)
	if ctx.Err() != nil || err != nil && !partial {
		return nil, nil, cmp.Or(ctx.Err(), err)
	}
	return &v1alpha1.ServedAPIs{Resources: servedResources(groups, lists)}, broken, nil
}

// aggregatedDiscovery is nil where the server does not have it. Its refusals
// are read here, since client-go drops what they say.
func (c *client) aggregatedDiscovery(ctx context.Context) (*apidiscoveryv2.APIGroupDiscoveryList, error) {
	paths := []string{apiPath, apisPath}
	lists := make([]apidiscoveryv2.APIGroupDiscoveryList, len(paths))
	headers := make([]http.Header, len(paths))
	errs := make([]error, len(paths))
	var both sync.WaitGroup
	for i, path := range paths {
		both.Go(func() { headers[i], errs[i] = c.getJSON(ctx, path, nil, acceptDiscovery, &lists[i]) })
	}
	both.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	all := &apidiscoveryv2.APIGroupDiscoveryList{}
	for i, header := range headers {
		gvk := apidiscoveryv2.SchemeGroupVersion.WithKind("APIGroupDiscoveryList")
		if is, err := discovery.ContentTypeIsGVK(header.Get("Content-Type"), gvk); err != nil || !is {
			return nil, nil //nolint:nilerr // what it is not is no error
		}
		all.Items = append(all.Items, lists[i].Items...)
	}
	return all, nil
}

func pointers(groups []metav1.APIGroup) []*metav1.APIGroup {
	all := make([]*metav1.APIGroup, len(groups))
	for i := range groups {
		all[i] = &groups[i]
	}
	return all
}

// servedResources joins the versions of each resource, without subresources.
func servedResources(groups []*metav1.APIGroup, lists []*metav1.APIResourceList) []v1alpha1.ServedResource {
	byVersion := make(map[string][]metav1.APIResource, len(lists))
	for _, list := range lists {
		byVersion[list.GroupVersion] = list.APIResources
	}
	served := []v1alpha1.ServedResource{}
	for _, group := range groups {
		at := make(map[string]int)
		for _, version := range group.Versions {
			for _, resource := range byVersion[version.GroupVersion] {
				if resource.Name == "" || strings.Contains(resource.Name, "/") {
					continue
				}
				i, known := at[resource.Name]
				if !known {
					i = len(served)
					at[resource.Name] = i
					served = append(served, v1alpha1.ServedResource{
						Group: group.Name, Resource: resource.Name, Kind: resource.Kind, Namespaced: resource.Namespaced,
					})
				}
				served[i].Listable = served[i].Listable || slices.Contains(resource.Verbs, "list")
				served[i].Versions = append(served[i].Versions, version.Version)
			}
		}
	}
	slices.SortStableFunc(served, func(a, b v1alpha1.ServedResource) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
	})
	return served
}

// bounded is the same client for code that reads answers whole, without a bound of its own.
func (c *client) bounded() *http.Client {
	bounded := *c.http
	bounded.Transport = boundedTransport{c.http.Transport}
	return &bounded
}

type boundedTransport struct{ http.RoundTripper }

func (t boundedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = limitedBody{io.LimitReader(response.Body, maxBodyBytes), response.Body}
	}
	return response, err
}
