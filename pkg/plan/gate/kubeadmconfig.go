package gate

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func kubeadmConfig() Check {
	return Check{
		ID:     "kubeadm-config",
		Source: "https://kubernetes.io/docs/reference/config-api/",
		Judge:  judgeKubeadmConfig,
	}
}

// judgeKubeadmConfig looks at the version of kubeadm's ClusterConfiguration
// before the first hop: kubeadm upgrade writes it back in its newest version, so
// that what a later hop removes is gone by then.
func judgeKubeadmConfig(h *Hop) Result {
	c := h.Facts().Configuration
	switch {
	case !h.First || h.Method.ControlPlane == v1alpha1.Managed || h.oneBinary():
		return Result{}
	case c == nil:
		return h.unread(v1alpha1.SourceConfiguration)
	case c.Kubeadm == nil:
		return Result{}
	}
	evidence := []string{"ConfigMap kube-system/kubeadm-config: " + c.Kubeadm.APIVersion}
	migrate := "kubectl -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' > old.yaml, " +
		"then kubeadm config migrate --old-config old.yaml --new-config new.yaml, and write it back"
	r := pass("kubeadm %s reads the ClusterConfiguration %s", h.To, c.Kubeadm.APIVersion)
	for _, api := range h.Catalog.Components.KubeadmConfig {
		switch {
		case api.APIVersion != c.Kubeadm.APIVersion || h.To.Compare(api.Since) < 0:
		case api.Change == catalog.Removed:
			with := api.MigrateWith
			if with.IsZero() {
				with = h.From
			}
			r = blocked(fmt.Sprintf("with kubeadm %s: %s", with, migrate), evidence,
				"kubeadm %s no longer reads the ClusterConfiguration %s", h.To, api.APIVersion)
			r.Source = api.Source
		default:
			r = warning(migrate, evidence,
				"the ClusterConfiguration %s is deprecated since kubeadm %s", api.APIVersion, api.Since)
			r.Source = api.Source
		}
	}
	return r
}
