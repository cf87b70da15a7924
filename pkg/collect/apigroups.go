package collect

import (
	"context"
	"maps"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const apisPath = "/apis"

func apiGroupPermissions() []Permission {
	return []Permission{{
		Verb: "get", Path: apisPath, Source: v1alpha1.SourceAPIGroups, Hides: hiddenPlatform,
		Why: "API groups, which tell platforms.",
	}}
}

// apiGroups are the groups that the server knows, custom resources' among them,
// with their versions: the preferred one first.
type apiGroups map[string][]string

// section is what the snapshot keeps of them.
func (g apiGroups) section() *v1alpha1.APIGroups {
	names := append([]string{}, slices.Sorted(maps.Keys(g))...)
	return &v1alpha1.APIGroups{Names: names}
}

// serve tells whether all of the groups are there.
func (g apiGroups) serve(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool {
		_, served := g[name]
		return !served
	})
}

func (c *client) apiGroups(ctx context.Context) (apiGroups, error) {
	type groupVersion struct {
		Version string `json:"version"`
	}
	var list struct {
		Groups []struct {
			Name      string         `json:"name"`
			Versions  []groupVersion `json:"versions"`
			Preferred groupVersion   `json:"preferredVersion"`
		} `json:"groups"`
	}
	if _, err := c.getJSON(ctx, apisPath, nil, acceptJSON, &list); err != nil {
		return nil, err
	}
	found := make(apiGroups, len(list.Groups))
	for _, group := range list.Groups {
		var versions []string
		for _, v := range append([]groupVersion{group.Preferred}, group.Versions...) {
			if v.Version != "" && !slices.Contains(versions, v.Version) {
				versions = append(versions, v.Version)
			}
		}
		found[group.Name] = versions
	}
	return found, nil
}
