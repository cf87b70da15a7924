package collect

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/fields"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	maxSampledVersions = 10
	samplesAtOnce      = 8
)

// nodeSamples reads a few nodes whole: labels and providerID are not in the
// node table, and a Node object is kilobytes.
//
// Where some could not be read, the others are returned together with the first error.
func (c *client) nodeSamples(ctx context.Context, nodes *v1alpha1.Nodes) (*v1alpha1.NodeSamples, error) {
	names := namesToSample(nodes)
	found := make([][]v1alpha1.NodeSample, len(names))
	errs := make([]error, len(names))
	slots := make(chan struct{}, samplesAtOnce)
	var all sync.WaitGroup
	for i, name := range names {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			found[i], errs[i] = c.nodesNamed(ctx, name)
		})
	}
	all.Wait()
	samples := append([]v1alpha1.NodeSample{}, slices.Concat(found...)...)
	err := cmp.Or(errs...)
	if err != nil && len(samples) == 0 {
		return nil, err
	}
	return &v1alpha1.NodeSamples{Nodes: samples}, err
}

// namesToSample returns, in order, the first, the middle and the last name of
// each kubelet version, of the versions with most nodes when there are many.
func namesToSample(nodes *v1alpha1.Nodes) []string {
	byVersion := make(map[string][]string)
	for _, group := range nodes.Groups {
		if !group.Virtual {
			byVersion[group.KubeletVersion] = append(byVersion[group.KubeletVersion], group.Names...)
		}
	}
	versions := slices.SortedFunc(maps.Keys(byVersion), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(byVersion[b]), len(byVersion[a])), cmp.Compare(a, b))
	})
	var picked []string
	for _, version := range versions[:min(len(versions), maxSampledVersions)] {
		names := byVersion[version]
		slices.Sort(names)
		picked = append(picked, names[0], names[len(names)/2], names[len(names)-1])
	}
	slices.Sort(picked)
	return slices.Compact(picked)
}

// nodesNamed returns one node, or none when it was deleted since the table was
// read. It asks for a list, which the permission for the table covers.
func (c *client) nodesNamed(ctx context.Context, name string) ([]v1alpha1.NodeSample, error) {
	var list struct {
		Items []struct {
			Metadata struct {
				Name   string            `json:"name"`
				Labels map[string]string `json:"labels"`
			} `json:"metadata"`
			Spec struct {
				ProviderID string `json:"providerID"`
			} `json:"spec"`
		} `json:"items"`
	}
	selector := fields.OneTermEqualSelector("metadata.name", name)
	query := url.Values{"fieldSelector": {selector.String()}, "resourceVersion": {"0"}}
	if _, err := c.getJSON(ctx, nodesPath, query, acceptJSON, &list); err != nil {
		return nil, err
	}
	var samples []v1alpha1.NodeSample
	for _, item := range list.Items {
		samples = append(samples, v1alpha1.NodeSample{
			Name: item.Metadata.Name, ProviderID: item.Spec.ProviderID, Labels: item.Metadata.Labels,
		})
	}
	return samples, nil
}
