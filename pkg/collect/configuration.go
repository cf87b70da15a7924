package collect

import (
	"context"
	"errors"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Where kubeadm and EKS keep the configuration of components.
const (
	kubeadmConfigMap = "kubeadm-config"
	kubeletConfigMap = "kubelet-config"
	proxyConfigMap   = "kube-proxy"
	eksConfigMap     = "kube-proxy-config"
)

const hiddenConfiguration = "feature gates and settings of components"

func configurationPermissions() []Permission {
	needs := func(name, of, when string) Permission {
		return Permission{
			Verb: "get", Resource: "configmaps", Namespace: metav1.NamespaceSystem, Name: name,
			Source: v1alpha1.SourceConfiguration, Of: of, Hides: hiddenConfiguration,
			Why: "Feature gates and settings of components. These ConfigMaps alone.", When: when,
		}
	}
	return []Permission{
		needs(kubeadmConfigMap, kubeadmConfigMap, ""),
		needs(kubeletConfigMap, kubeletConfigMap, ""),
		needs(proxyConfigMap, proxyConfigMap, ""),
		needs(eksConfigMap, proxyConfigMap, "ConfigMap kube-proxy holds no configuration"),
	}
}

// errUnreadable replaces the errors of YAML, which quote the text: ConfigMaps
// hold more than what is read of them.
var errUnreadable = errors.New("configuration is not of the expected form")

// configuration reads a few ConfigMaps by name. One that does not exist, or has
// no such key, tells nothing. The errors are those of the ConfigMaps that could
// not be read; where none could, there is no configuration.
func (c *client) configuration(ctx context.Context) (*v1alpha1.Configuration, map[string]error) {
	found := &v1alpha1.Configuration{}
	var errs [3]error
	var all sync.WaitGroup
	all.Go(func() { found.Kubeadm, errs[0] = c.kubeadmConfiguration(ctx) })
	all.Go(func() { found.Kubelet, errs[1] = c.kubeletConfiguration(ctx) })
	all.Go(func() { found.KubeProxy, errs[2] = c.kubeProxyConfiguration(ctx) })
	all.Wait()
	unread := make(map[string]error)
	for i, name := range []string{kubeadmConfigMap, kubeletConfigMap, proxyConfigMap} {
		if errs[i] != nil {
			unread[name] = errs[i]
		}
	}
	if len(unread) == len(errs) {
		return nil, unread
	}
	return found, unread
}

func (c *client) kubeadmConfiguration(ctx context.Context) (*v1alpha1.KubeadmConfiguration, error) {
	var from struct {
		APIVersion   string          `json:"apiVersion"`
		FeatureGates map[string]bool `json:"featureGates"`
		Etcd         struct {
			External *struct{} `json:"external"`
		} `json:"etcd"`
	}
	if found, err := c.configMap(ctx, kubeadmConfigMap, "ClusterConfiguration", &from); !found {
		return nil, err
	}
	return &v1alpha1.KubeadmConfiguration{APIVersion: from.APIVersion, FeatureGates: from.FeatureGates, ExternalEtcd: from.Etcd.External != nil}, nil
}

func (c *client) kubeletConfiguration(ctx context.Context) (*v1alpha1.KubeletConfiguration, error) {
	var from struct {
		FailCgroupV1 *bool           `json:"failCgroupV1"`
		FeatureGates map[string]bool `json:"featureGates"`
	}
	if found, err := c.configMap(ctx, kubeletConfigMap, "kubelet", &from); !found {
		return nil, err
	}
	return &v1alpha1.KubeletConfiguration{FailCgroupV1: from.FailCgroupV1, FeatureGates: from.FeatureGates}, nil
}

// kubeProxyConfiguration looks where kubeadm keeps it, and then where EKS does,
// whose ConfigMap kube-proxy holds a kubeconfig alone.
func (c *client) kubeProxyConfiguration(ctx context.Context) (*v1alpha1.KubeProxyConfiguration, error) {
	for _, place := range []struct{ name, key string }{{proxyConfigMap, "config.conf"}, {eksConfigMap, "config"}} {
		var from struct {
			Mode         string          `json:"mode"`
			FeatureGates map[string]bool `json:"featureGates"`
		}
		found, err := c.configMap(ctx, place.name, place.key, &from)
		if err != nil {
			return nil, err
		}
		if found {
			return &v1alpha1.KubeProxyConfiguration{ConfigMap: place.name, Mode: from.Mode, FeatureGates: from.FeatureGates}, nil
		}
	}
	return nil, nil
}

// configMap decodes the YAML under a key of a ConfigMap of kube-system. found is
// false where there is none.
func (c *client) configMap(ctx context.Context, name, key string, into any) (found bool, err error) {
	var object struct {
		Data map[string]string `json:"data"`
	}
	path := "/api/v1/namespaces/kube-system/configmaps/" + name
	if _, err := c.getJSON(ctx, path, nil, acceptJSON, &object); err != nil {
		if apierrors.IsNotFound(err) {
			return false, nil
		}
		return false, err
	}
	text, found := object.Data[key]
	if !found {
		return false, nil
	}
	if yaml.Unmarshal([]byte(text), into) != nil {
		return false, malformedError{path, errUnreadable}
	}
	return true, nil
}
