package catalog

import (
	"strings"
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

func TestPlatformsAreToldByTheSuffix(t *testing.T) {
	c := loaded(t)
	for gitVersion, want := range map[string]string{
		"v1.31.0-eks-a737599":    "amazon-eks",
		"v1.36.3-gke.1640000":    "google-kubernetes-engine",
		"v1.26.3-aliyun.1":       "alibaba-ack",
		"v1.27.12+k3s1":          "k3s",
		"v1.36.3+rke2r1":         "rke2",
		"v1.37.1":                "",
		"v1.37.0-rc.1":           "",
		"v1.32.4-dispatcher":     "",
		"v1.31.0-eks-not-a-hash": "",
	} {
		v, err := version.Parse(gitVersion)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if p := c.Platform(v); p != nil {
			got = p.ID
		}
		if got != want {
			t.Errorf("%s is %q, want %q", gitVersion, got, want)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(c *Catalog)
		want  string
	}{
		"no date": {func(c *Catalog) { c.Skew.AsOf = "" }, "skew: asOf: "},
		"a component without rules": {func(c *Catalog) { c.Skew.Policy = c.Skew.Policy[1:] },
			"skew: kube-apiserver has no rule"},
		"a rule without a source": {func(c *Catalog) { c.Skew.Policy[0].Rules[0].Source = "" },
			"skew: kube-apiserver since 1.0 has no source"},
		"a negative distance": {func(c *Catalog) { c.Skew.Policy[0].Rules[0].Older = -1 },
			"skew: kube-apiserver since 1.0 has a negative distance"},
		"rules out of order": {func(c *Catalog) { r := c.Skew.Policy[4].Rules; r[0], r[1] = r[1], r[0] },
			"skew: kubelet since 1.0 is out of order"},
		"a place without a selector": {func(c *Catalog) { c.Skew.ControlPlanePods[0].Selector = "" },
			"skew: control-plane pods of kubeadm, Kubespray, RKE2 need a namespace"},
		"a place with two ways to tell the component": {func(c *Catalog) { c.Skew.ControlPlanePods[0].Component = Kubelet },
			"skew: control-plane pods of kubeadm, Kubespray, RKE2 need a namespace"},
		"a component that the policy does not name": {func(c *Catalog) { c.Skew.Policy[0].Component = "etcd" },
			"skew: etcd is no component of the policy"},
		"a cloud-controller-manager without a source": {func(c *Catalog) { c.Skew.CloudControllerManagers[0].Source = "" },
			`skew: cloud-controller-manager "provider-aws/cloud-controller-manager" needs a repository and a source`},
		"no last known minor": {func(c *Catalog) { c.Skew.LastKnownMinor = version.Minor{} },
			"skew: lastKnownMinor and kubeadmLocalKubelet need a minor"},
		"a platform's bound without a source": {func(c *Catalog) { c.Platforms[0].Kubelet.Source = "" },
			`platform "alibaba-ack": its bound on kubelets has no source`},
		"platforms out of order": {func(c *Catalog) { c.Platforms[0], c.Platforms[1] = c.Platforms[1], c.Platforms[0] },
			`platform "alibaba-ack" is out of order`},
		"a platform without a source": {func(c *Catalog) { c.Platforms[0].Source = "" },
			`platform "alibaba-ack" needs an id, a name and a source`},
		"a platform that nothing recognises": {func(c *Catalog) { c.Platforms[0].GitVersionSuffix.Regexp = nil },
			`platform "alibaba-ack" cannot be recognised`},
	} {
		t.Run(name, func(t *testing.T) {
			c := loaded(t)
			tc.spoil(c)
			if err := c.Validate(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}
