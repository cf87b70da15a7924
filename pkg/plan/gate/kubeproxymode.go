package gate

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func kubeProxyMode() Check {
	return Check{
		ID:     "kube-proxy-mode",
		Source: "https://kubernetes.io/docs/reference/networking/virtual-ips/#proxy-modes",
		Judge:  judgeKubeProxyMode,
	}
}

// judgeKubeProxyMode looks at what becomes of kube-proxy's mode, in the hop
// where it does. What is deprecated already is said before the first hop.
func judgeKubeProxyMode(h *Hop) Result {
	c := h.Facts().Configuration
	switch {
	case !h.First && !h.changesModes():
		return Result{}
	case h.Snapshot.KubeProxy == nil:
		return h.unread(v1alpha1.SourceKubeProxy)
	case len(h.Snapshot.KubeProxy.DaemonSets) == 0:
		return Result{}
	case c == nil:
		return h.unread(v1alpha1.SourceConfiguration)
	case c.KubeProxy == nil:
		return unknown(fmt.Sprintf("kubectl -n kube-system get daemonset %s -o yaml: look for --proxy-mode, or for mode in the file that --config names", h.Snapshot.KubeProxy.DaemonSets[0].Name),
			"no ConfigMap shows kube-proxy's mode")
	}
	mode := c.KubeProxy.Mode
	text := "mode " + mode
	if mode == "" {
		text = "mode not set"
	}
	evidence := []string{fmt.Sprintf("ConfigMap kube-system/%s: %s", c.KubeProxy.ConfigMap, text)}
	edit := "kubectl -n kube-system edit configmap " + c.KubeProxy.ConfigMap + ": "
	r := pass("kube-proxy %s runs with %s", h.To, text)
	for _, m := range h.Catalog.Components.KubeProxy.Modes {
		be := "is"
		if m.Planned {
			be = "is planned to be"
		}
		crossed, off := h.Crosses(m.Since), m.Change == catalog.Off || m.Change == catalog.Removed
		var found Result
		switch {
		case m.Mode != mode || h.To.Compare(m.Since) < 0 || !crossed && (off || !h.First):
			continue
		case m.Change == catalog.Deprecated:
			found = warning(edit+"set mode: nftables where kernels allow it, or iptables", evidence,
				"kube-proxy's mode %s is deprecated since %s", mode, m.Since)
		case m.Change == catalog.DefaultMoves:
			found = warning(edit+"set mode: iptables to keep what runs, or nftables", evidence,
				"kube-proxy's mode is not set, and since %s its default is about to move from iptables to nftables", m.Since)
		case m.Change == catalog.Off && c.KubeProxy.FeatureGates[m.Gate]:
			found = warning(edit+"set mode: nftables", evidence,
				"kube-proxy's mode %s %s off by default in %s, and works because the feature gate %s is on", mode, be, m.Since, m.Gate)
		default:
			found = blocked(edit+"set mode: nftables", evidence, "kube-proxy's mode %s %s %s in %s", mode, be, m.Change, m.Since)
		}
		found.Source = m.Source
		r = found
	}
	return r
}

// changesModes reports whether the hop arrives where anything becomes of a mode.
func (h *Hop) changesModes() bool {
	for _, m := range h.Catalog.Components.KubeProxy.Modes {
		if h.Crosses(m.Since) {
			return true
		}
	}
	return false
}
