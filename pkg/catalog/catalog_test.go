package catalog

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func loaded(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func minor(t *testing.T, s string) version.Minor {
	t.Helper()
	m, err := version.ParseMinor(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

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
