package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func inTreeVolumes() Check {
	return Check{
		ID:     "in-tree-volumes",
		Source: "https://kubernetes.io/docs/concepts/storage/volumes/",
		Judge:  judgeInTreeVolumes,
	}
}

// judgeInTreeVolumes looks for volumes whose driver inside Kubernetes goes away
// in the hop, for the control plane or for nodes.
func judgeInTreeVolumes(h *Hop) Result {
	plugins := slices.DeleteFunc(slices.Clone(h.Catalog.Components.Volumes.Plugins), func(p catalog.VolumePlugin) bool {
		return !h.Crosses(p.Since) && len(h.crossing(p.Since)) == 0
	})
	if len(plugins) == 0 {
		return Result{}
	}
	var stopped, kept, handed, names []string
	var remedies []string
	var source string
	registered := h.Facts().CSIDrivers
	unread := false
	for _, plugin := range plugins {
		names = append(names, plugin.Volume)
		uses := h.volumeUses(plugin.Volume)
		if len(uses) == 0 {
			continue
		}
		driver, migrates := h.Catalog.Components.Volumes.Drivers[plugin.Volume]
		c := h.Facts().Configuration
		switch {
		case plugin.Change == catalog.Off && c != nil && c.Kubelet != nil && c.Kubelet.FeatureGates[plugin.Gate]:
			kept = append(kept, uses...)
		case migrates && registered == nil:
			unread = true
		case migrates && slices.Contains(registered.Names, driver):
			handed = append(handed, plugin.Volume+" by "+driver)
		default:
			stopped = append(stopped, uses...)
			source = plugin.Source
			remedies = append(remedies, volumeRemedy(plugin, driver))
		}
	}
	facts := h.Facts()
	switch {
	case len(stopped) > 0:
		r := blocked(strings.Join(remedies, "; "), stopped, "volumes in use lose their driver at %s", h.To)
		r.Source = source
		return r
	case facts.Pods == nil:
		return h.unread(v1alpha1.SourcePods)
	case facts.Volumes == nil:
		return h.unread(v1alpha1.SourceVolumes)
	case unread:
		return h.unread(v1alpha1.SourceCSIDrivers)
	case len(kept) > 0:
		return warning("replace them: the feature gate goes away too", kept, "volumes in use are off by default at %s, and work because a feature gate is on", h.To)
	case len(handed) > 0:
		return pass("volumes that lose their driver at %s are served: %s", h.To, strings.Join(handed, ", "))
	default:
		return pass("no pod and no PersistentVolume uses %s, which %s takes away", strings.Join(names, ", "), h.To)
	}
}

// volumeUses says who uses a kind of volume, in a line for workloads and one for PersistentVolumes.
func (h *Hop) volumeUses(volume string) []string {
	workloads, volumes := tally{}, tally{}
	if pods := h.Facts().Pods; pods != nil {
		for _, w := range pods.Workloads {
			if slices.Contains(w.Volumes, volume) {
				workloads.add(volume, fmt.Sprintf("%s/%s", w.Namespace, w.Name))
			}
		}
	}
	if persistent := h.Facts().Volumes; persistent != nil {
		for _, s := range persistent.Sources {
			if s.Type == volume {
				volumes.add(volume, s.Names...)
			}
		}
	}
	return append(workloads.lines("workload"), volumes.lines("PersistentVolume")...)
}

func volumeRemedy(plugin catalog.VolumePlugin, driver string) string {
	switch {
	case driver != "":
		return "install the CSI driver " + driver
	case plugin.Change == catalog.Off:
		return fmt.Sprintf("replace %s volumes, or set the feature gate %s of kubelet for now", plugin.Volume, plugin.Gate)
	default:
		return "move the data of " + plugin.Volume + " volumes to a CSI driver"
	}
}
