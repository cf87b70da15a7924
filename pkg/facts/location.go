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

// The forms are those of the cloud providers' node controllers. What nodes say goes
// into addresses that credentials are sent to, so that nothing else is taken.
var (
	regionLabel   = regexp.MustCompile(`^([a-z][a-z0-9-]{0,62})$`)
	gceProvider   = regexp.MustCompile(`^gce://([a-z][a-z0-9.:-]{0,99})/`)
	azureProvider = regexp.MustCompile(`^azure:///subscriptions/([0-9a-fA-F-]{36})/`)
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
	region := func(n v1alpha1.NodeSample) string { return n.Labels["topology.kubernetes.io/region"] }
	providerID := func(n v1alpha1.NodeSample) string { return n.ProviderID }
	return Location{
		Region:       agreed(formed(regionLabel, region)),
		Project:      agreed(formed(gceProvider, providerID)),
		Subscription: agreed(formed(azureProvider, providerID)),
	}
}

// formed is the group of a form in what a node says, and empty where it says something else.
func formed(form *regexp.Regexp, of func(v1alpha1.NodeSample) string) func(v1alpha1.NodeSample) string {
	return func(n v1alpha1.NodeSample) string {
		if m := form.FindStringSubmatch(of(n)); m != nil {
			return m[1]
		}
		return ""
	}
}
