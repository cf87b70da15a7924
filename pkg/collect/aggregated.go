package collect

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// apiService is the part of an APIService that is read here.
type apiService struct {
	Metadata struct {
		Name string `json:"name"`
	} `json:"metadata"`
	Spec struct {
		// Service is absent where kube-apiserver answers itself.
		Service *struct {
			Namespace string `json:"namespace"`
			Name      string `json:"name"`
		} `json:"service"`
	} `json:"spec"`
	Status struct {
		Conditions []struct {
			Type    string `json:"type"`
			Status  string `json:"status"`
			Reason  string `json:"reason"`
			Message string `json:"message"`
		} `json:"conditions"`
	} `json:"status"`
}

const hiddenAggregated = "APIs that nobody answers"

func aggregatedPermissions() []Permission {
	return []Permission{{
		Verb: "list", Group: "apiregistration.k8s.io", Resource: "apiservices", Source: v1alpha1.SourceAggregatedAPIs, Hides: hiddenAggregated,
		Why: "Aggregated APIs, which can stop an upgrade when nobody answers.",
	}}
}

// aggregatedAPIs reads the APIServices that another server answers for.
func (c *client) aggregatedAPIs(ctx context.Context) (*v1alpha1.AggregatedAPIs, error) {
	var list struct {
		Items []apiService `json:"items"`
	}
	const path = "/apis/apiregistration.k8s.io/v1/apiservices"
	if _, err := c.getJSON(ctx, path, url.Values{"resourceVersion": {"0"}}, acceptJSON, &list); err != nil {
		return nil, err
	}
	found := &v1alpha1.AggregatedAPIs{APIs: []v1alpha1.AggregatedAPI{}}
	for _, item := range list.Items {
		if item.Spec.Service != nil {
			found.APIs = append(found.APIs, item.aggregated())
		}
	}
	slices.SortFunc(found.APIs, func(a, b v1alpha1.AggregatedAPI) int { return cmp.Compare(a.Name, b.Name) })
	return found, nil
}

// aggregated is not available where no condition says so.
func (s *apiService) aggregated() v1alpha1.AggregatedAPI {
	api := v1alpha1.AggregatedAPI{Name: s.Metadata.Name, Service: s.Spec.Service.Namespace + "/" + s.Spec.Service.Name}
	for _, condition := range s.Status.Conditions {
		if condition.Type == "Available" {
			api.Available, api.Reason, api.Message = condition.Status == "True", condition.Reason, condition.Message
		}
	}
	return api
}
