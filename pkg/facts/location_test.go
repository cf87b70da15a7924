package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestLocationIsWhatAllSampledNodesSay(t *testing.T) {
	node := func(region, providerID string) v1alpha1.NodeSample {
		return v1alpha1.NodeSample{ProviderID: providerID, Labels: map[string]string{"topology.kubernetes.io/region": region}}
	}
	for name, test := range map[string]struct {
		nodes []v1alpha1.NodeSample
		want  Location
	}{
		"no nodes were read":     {},
		"the nodes of EKS agree": {[]v1alpha1.NodeSample{node("eu-west-1", "aws:///eu-west-1a/i-1"), node("eu-west-1", "aws:///eu-west-1b/i-2")}, Location{Region: "eu-west-1"}},
		"one node has no label":  {[]v1alpha1.NodeSample{{Name: "bare"}, node("cn-beijing", "cn-beijing.i-1")}, Location{Region: "cn-beijing"}},
		"two regions are none":   {[]v1alpha1.NodeSample{node("eu-west-1", ""), node("us-east-1", ""), node("eu-west-1", "")}, Location{}},
		"GKE names its project":  {[]v1alpha1.NodeSample{node("europe-west4", "gce://shop-prod/europe-west4-a/gke-1")}, Location{Region: "europe-west4", Project: "shop-prod"}},
		"two projects are none":  {[]v1alpha1.NodeSample{node("", "gce://one/a/b"), node("", "gce://two/a/b")}, Location{}},
		"what has no form of a region, a project or a subscription is none": {
			[]v1alpha1.NodeSample{node("evil.example.com/#", "gce://../x/n"), node("West Europe", "azure:///subscriptions/../x/n")}, Location{},
		},
		"AKS names its subscription": {
			[]v1alpha1.NodeSample{node("westeurope", "azure:///subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/n")},
			Location{Region: "westeurope", Subscription: "00000000-0000-0000-0000-000000000001"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := &v1alpha1.Snapshot{}
			if test.nodes != nil {
				s.NodeSamples = &v1alpha1.NodeSamples{Nodes: test.nodes}
			}
			if diff := cmp.Diff(test.want, FindLocation(s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
