package catalog

import "testing"

func TestRulesHoldFromTheMinorTheyStartAt(t *testing.T) {
	c := loaded(t)
	for name, tc := range map[string]struct {
		component    Component
		apiServer    string
		older, newer int
	}{
		"kubelet before 1.28":          {Kubelet, "1.27", 2, 0},
		"kubelet from 1.28":            {Kubelet, "1.28", 3, 0},
		"kubelet beyond what is known": {Kubelet, "1.99", 3, 0},
		"kube-proxy before 1.28":       {KubeProxy, "1.27", 2, 0},
		"kube-proxy from 1.28":         {KubeProxy, "1.28", 3, 0},
		"kube-apiserver":               {KubeAPIServer, "1.37", 1, 0},
		"scheduler":                    {KubeScheduler, "1.37", 1, 0},
		"kubectl":                      {Kubectl, "1.37", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			rule := c.Skew.Rule(tc.component, minor(t, tc.apiServer))
			if rule.Older != tc.older || rule.Newer != tc.newer {
				t.Errorf("got %d older and %d newer, want %d and %d", rule.Older, rule.Newer, tc.older, tc.newer)
			}
		})
	}
}

func TestPlatformsBoundTheirKubelets(t *testing.T) {
	c := loaded(t)
	for name, tc := range map[string]struct {
		platform, apiServer string
		older               int
		bound               bool
	}{
		"OpenShift 4.22, an even one":        {"red-hat-openshift", "1.35", 2, true},
		"OpenShift 4.21, an odd one":         {"red-hat-openshift", "1.34", 1, true},
		"OpenShift 4.20, an even one":        {"red-hat-openshift", "1.33", 2, true},
		"GKE, which knows no odd and even":   {"google-kubernetes-engine", "1.35", 2, true},
		"GKE beyond what is known":           {"google-kubernetes-engine", "1.99", 2, true},
		"ACK, whose nodes follow each time":  {"alibaba-ack", "1.36", 1, true},
		"EKS, which says what upstream does": {"amazon-eks", "1.36", 0, false},
		"upstream":                           {"upstream", "1.37", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			older, bound := platform(t, c, tc.platform).KubeletsOlder(minor(t, tc.apiServer))
			if older != tc.older || bound != tc.bound {
				t.Errorf("got %d, %t, want %d, %t", older, bound, tc.older, tc.bound)
			}
		})
	}
}
