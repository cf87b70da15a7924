package collect

import (
	"context"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// apiGroups are the groups that the server knows, custom resources' among them.
func (c *client) apiGroups(ctx context.Context) (*v1alpha1.APIGroups, error) {
	var list struct {
		Groups []struct {
			Name string `json:"name"`
		} `json:"groups"`
	}
	if _, err := c.getJSON(ctx, "/apis", nil, acceptJSON, &list); err != nil {
		return nil, err
	}
	names := make([]string, len(list.Groups))
	for i, group := range list.Groups {
		names[i] = group.Name
	}
	slices.Sort(names)
	return &v1alpha1.APIGroups{Names: names}, nil
}
