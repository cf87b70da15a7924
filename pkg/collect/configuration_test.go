package collect

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func configMap(key, text string) http.HandlerFunc {
	return answerJSON(object{"kind": "ConfigMap", "apiVersion": "v1", "metadata": object{"name": "a"}, "data": object{key: text}})
}

func TestConfiguration(t *testing.T) {
	yes, no := true, false
	proxy := func(name, mode string) v1alpha1.Configuration {
		return v1alpha1.Configuration{KubeProxy: &v1alpha1.KubeProxyConfiguration{ConfigMap: name, Mode: mode}}
	}
	type answers map[string]http.HandlerFunc
	tests := []struct {
		name    string
		answers answers
		want    v1alpha1.Configuration
	}{
		{
			"kubeadm's", answers{kubeadmPath: configMap("ClusterConfiguration", `apiServer: {extraArgs: [{name: oidc-client-id, value: secret}]}
apiVersion: kubeadm.k8s.io/v1beta4
etcd: {local: {dataDir: /var/lib/etcd}}
featureGates: {NodeLocalCRISocket: true, PublicKeysECDSA: false}
kubernetesVersion: v1.37.1
`)},
			v1alpha1.Configuration{Kubeadm: &v1alpha1.KubeadmConfiguration{
				APIVersion: "kubeadm.k8s.io/v1beta4", FeatureGates: map[string]bool{"NodeLocalCRISocket": true, "PublicKeysECDSA": false},
			}},
		},
		{
			"kubeadm's, with etcd elsewhere",
			answers{kubeadmPath: configMap("ClusterConfiguration", "apiVersion: kubeadm.k8s.io/v1beta3\netcd: {external: {endpoints: [https://192.0.2.1:2379]}}")},
			v1alpha1.Configuration{Kubeadm: &v1alpha1.KubeadmConfiguration{APIVersion: "kubeadm.k8s.io/v1beta3", ExternalEtcd: true}},
		},
		{
			"kubelet's", answers{kubeletPath: configMap("kubelet", "failCgroupV1: false\nfeatureGates: {MemoryQoS: true}\nclusterDNS: [10.96.0.10]")},
			v1alpha1.Configuration{Kubelet: &v1alpha1.KubeletConfiguration{FailCgroupV1: &no, FeatureGates: map[string]bool{"MemoryQoS": true}}},
		},
		{
			"kubelet's, in JSON, which is YAML", answers{kubeletPath: configMap("kubelet", `{"failCgroupV1": true}`)},
			v1alpha1.Configuration{Kubelet: &v1alpha1.KubeletConfiguration{FailCgroupV1: &yes}},
		},
		{"kubelet's that says nothing", answers{kubeletPath: configMap("kubelet", "")}, v1alpha1.Configuration{Kubelet: &v1alpha1.KubeletConfiguration{}}},
		{
			"kube-proxy's", answers{kubeProxyPath: configMap("config.conf", "mode: ipvs\nfeatureGates: {A: true}"), eksProxyPath: configMap("config", "mode: iptables")},
			v1alpha1.Configuration{KubeProxy: &v1alpha1.KubeProxyConfiguration{ConfigMap: "kube-proxy", Mode: "ipvs", FeatureGates: map[string]bool{"A": true}}},
		},
		{"kube-proxy's without a mode", answers{kubeProxyPath: configMap("config.conf", "mode: \"\"\nfeatureGates: null")}, proxy("kube-proxy", "")},
		{
			"that of EKS, beside a kubeconfig", answers{kubeProxyPath: configMap("kubeconfig", "apiVersion: v1"), eksProxyPath: configMap("config", "mode: iptables")},
			proxy("kube-proxy-config", "iptables"),
		},
		{"that of EKS alone", answers{eksProxyPath: configMap("config", "mode: ipvs")}, proxy("kube-proxy-config", "ipvs")},
		{
			"ConfigMaps of the same name with other keys",
			answers{kubeadmPath: configMap("other", "a: b"), kubeletPath: configMap("other", "a: b"), kubeProxyPath: configMap("other", "a: b"), eksProxyPath: configMap("other", "a: b")},
			v1alpha1.Configuration{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newUpgradeServer(t)
			for path, answer := range tt.answers {
				s.on(path, answer)
			}
			got := s.upgrade(t)
			checkGaps(t, got)
			if diff := cmp.Diff(&tt.want, got.Upgrade.Configuration); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

// The errors of a YAML parser quote what they are about.
func TestMalformedConfigurationIsNotQuoted(t *testing.T) {
	for name, text := range map[string]string{
		"no YAML":          "a: [hunter2",
		"an unknown alias": "a: *hunter2",
		"no gates":         "featureGates: hunter2",
		"no truth":         "featureGates: {hunter2: 12}",
		"no object":        "hunter2",
		"control codes":    "a: \x1bhunter2",
	} {
		t.Run(name, func(t *testing.T) {
			got := newUpgradeServer(t).on(kubeletPath, configMap("kubelet", text)).upgrade(t)
			checkGaps(t, got, v1alpha1.Gap{
				Source: v1alpha1.SourceConfiguration, Resource: "kubelet-config", Reason: v1alpha1.GapMalformed,
				Message: kubeletPath + ": unexpected answer: configuration is not of the expected form",
			})
			if diff := cmp.Diff(&v1alpha1.Configuration{}, got.Upgrade.Configuration); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConfigurationThatCannotBeReadAtAll(t *testing.T) {
	s := newUpgradeServer(t)
	var want []v1alpha1.Gap
	for path, name := range map[string]string{kubeadmPath: "kubeadm-config", kubeProxyPath: "kube-proxy", kubeletPath: "kubelet-config"} {
		s.on(path, refuse("forbidden: "+name))
	}
	for _, name := range []string{"kube-proxy", "kubeadm-config", "kubelet-config"} {
		want = append(want, v1alpha1.Gap{Source: v1alpha1.SourceConfiguration, Resource: name, Reason: v1alpha1.GapForbidden, Message: "forbidden: " + name})
	}
	got := s.upgrade(t)
	checkGaps(t, got, want...)
	if got.Upgrade.Configuration != nil {
		t.Errorf("configuration = %+v, want none", got.Upgrade.Configuration)
	}
	if asked := s.requests(eksProxyPath); len(asked) > 0 {
		t.Errorf("asked %+v, after kube-proxy was refused", asked)
	}
}
