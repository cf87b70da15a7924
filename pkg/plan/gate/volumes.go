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
	plugins := h.pluginsThatGo()
	if len(plugins) == 0 {
		return Result{}
	}
	var stopped, kept, handed, lost, lives, names, remedies, stopgaps []string
	var source string
	facts := h.Facts()
	unread, unplaced := false, false
	for _, plugin := range plugins {
		fate := fmt.Sprintf("%s in %s", plugin.Volume, plugin.Since)
		names = append(names, fate)
		uses := h.volumeUses(plugin.Volume)
		if len(uses) == 0 {
			continue
		}
		driver, migrates := h.Catalog.Components.Volumes.Drivers[plugin.Volume]
		c := facts.Configuration
		switch {
		case plugin.Change == catalog.Off && c != nil && c.Kubelet != nil && c.Kubelet.FeatureGates[plugin.Gate]:
			kept, lives = append(kept, uses...), append(lives, fate)
			stopgaps = append(stopgaps, h.replacement(plugin, driver))
		case !h.Crosses(plugin.Since) && h.Snapshot.Nodes == nil:
			unplaced = true
		case migrates && facts.CSIDrivers == nil:
			unread = true
		case migrates && slices.Contains(facts.CSIDrivers.Names, driver):
			handed = append(handed, plugin.Volume+" by "+driver)
		default:
			stopped, lost = append(stopped, uses...), append(lost, fate)
			source = plugin.Source
			remedies = append(remedies, h.replacement(plugin, driver))
		}
	}
	switch {
	case len(stopped) > 0:
		r := blocked(strings.Join(remedies, "; "), stopped, "volumes in use lose their driver: %s", strings.Join(lost, ", "))
		r.Source = source
		return r
	case unplaced:
		return h.unread(v1alpha1.SourceNodes)
	case facts.Pods == nil:
		return h.unread(v1alpha1.SourcePods)
	case facts.Volumes == nil:
		return h.unread(v1alpha1.SourceVolumes)
	case unread:
		return h.unread(v1alpha1.SourceCSIDrivers)
	case len(kept) > 0:
		return warning(strings.Join(stopgaps, "; "), kept, "volumes in use are off by default, and work because a feature gate is on: %s", strings.Join(lives, ", "))
	case len(handed) > 0:
		return pass("volumes that lose their driver are served: %s", strings.Join(handed, ", "))
	default:
		return pass("no pod and no PersistentVolume uses what loses its driver: %s", strings.Join(names, ", "))
	}
}

// pluginsThatGo are those that the hop takes away, each by the last thing that
// becomes of it there.
func (h *Hop) pluginsThatGo() []catalog.VolumePlugin {
	all := where(h.Catalog.Components.Volumes.Plugins, func(p catalog.VolumePlugin) bool {
		return h.Crosses(p.Since) || h.mayCross(p.Since) || len(h.crossing(p.Since)) > 0
	})
	var last []catalog.VolumePlugin
	for i, plugin := range all {
		if !slices.ContainsFunc(all[i+1:], func(p catalog.VolumePlugin) bool { return p.Volume == plugin.Volume }) {
			last = append(last, plugin)
		}
	}
	return last
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

// replacement holds for later hops too; a gate only puts it off.
func (h *Hop) replacement(plugin catalog.VolumePlugin, driver string) string {
	remedy := "move the data of " + plugin.Volume + " volumes to a CSI driver"
	switch {
	case driver != "":
		remedy = "install the CSI driver " + driver
	case plugin.Instead != "":
		remedy = fmt.Sprintf("replace %s volumes: %s", plugin.Volume, plugin.Instead)
	}
	if plugin.Change != catalog.Off {
		return remedy
	}
	remedy += "; as a stopgap, kubelet's feature gate " + plugin.Gate + " keeps them"
	for _, p := range h.Catalog.Components.Volumes.Plugins {
		if p.Volume == plugin.Volume && p.Change == catalog.Removed {
			remedy += " until " + p.Since.String()
		}
	}
	return remedy
}
