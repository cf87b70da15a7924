package facts

import (
	"regexp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Location is where a cluster's nodes say that they run. What they do not say,
// or say differently, is empty.
type Location struct {
	// Region by the label topology.kubernetes.io/region.
	Region string
	// Project of Google Cloud and Subscription of Azure, by providerID.
	Project, Subscription string
}

// The forms of providerID are those of the cloud providers' node controllers.
var (
	gceProvider   = regexp.MustCompile(`^gce://([^/]+)/`)
	azureProvider = regexp.MustCompile(`^azure:///subscriptions/([^/]+)/`)
)

// FindLocation looks at the nodes that were sampled.
func FindLocation(s *v1alpha1.Snapshot) Location {
	if s.NodeSamples == nil {
		return Location{}
	}
	agreed := func(of func(v1alpha1.NodeSample) string) string {
		found := ""
		for _, node := range s.NodeSamples.Nodes {
			switch said := of(node); {
			case said == "" || said == found:
			case found != "":
				return ""
			default:
				found = said
			}
		}
		return found
	}
	group := func(form *regexp.Regexp) func(v1alpha1.NodeSample) string {
		return func(n v1alpha1.NodeSample) string {
			if m := form.FindStringSubmatch(n.ProviderID); m != nil {
				return m[1]
			}
			return ""
		}
	}
	return Location{
		Region:       agreed(func(n v1alpha1.NodeSample) string { return n.Labels["topology.kubernetes.io/region"] }),
		Project:      agreed(group(gceProvider)),
		Subscription: agreed(group(azureProvider)),
	}
}
