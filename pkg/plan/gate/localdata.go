package gate

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// localData is about what lies on the disks of nodes that are replaced. That a
// directory is on a disk which stays cannot be seen from here.
func localData() Check {
	return Check{
		ID: "local-data", Source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
		Judge: func(h *Hop) Result {
			if !h.Drains() {
				return Result{}
			}
			facts, found := h.Facts(), []Result{pass("no workload and no PersistentVolume keeps data on a node")}
			const remedy = "move the data to a volume that outlives the node, back it up, or take a snapshot of the disk first"
			if facts.Pods == nil {
				found = append(found, h.unread(v1alpha1.SourcePods))
			} else if keeping := where(facts.Pods.Workloads, func(w v1alpha1.Workload) bool { return w.Kind != "Node" && len(ownPaths(w)) > 0 }); len(keeping) > 0 {
				found = append(found, warning(remedy, list(keeping, func(w v1alpha1.Workload) string {
					return workload(w) + ": " + strings.Join(ownPaths(w), ", ")
				}), "%s %s hostPath directories, lost with the system disk", count(len(keeping), "workload"), agree(len(keeping), "uses", "use")))
			}
			if facts.Volumes == nil {
				return join(append(found, h.unread(v1alpha1.SourceVolumes))...)
			}
			for _, volumes := range facts.Volumes.Sources {
				if volumes.Type == "local" || volumes.Type == "hostPath" {
					found = append(found, warning(remedy, list(volumes.Names, func(name string) string { return "PersistentVolume/" + name }),
						"%s of type %s %s to a disk of one node", count(volumes.Count, "PersistentVolume"), volumes.Type, agree(volumes.Count, "belongs", "belong")))
				}
			}
			return join(found...)
		},
	}
}

// ownPaths are the directories of nodes that a workload mounts and a new node
// does not have by itself.
func ownPaths(w v1alpha1.Workload) []string {
	return where(w.HostPaths, func(path string) bool {
		path = "/" + strings.Trim(path, "/")
		return path != "/" && !slices.ContainsFunc(ofEveryNode(), func(dir string) bool {
			return path == dir || strings.HasPrefix(path, dir+"/")
		})
	})
}

// ofEveryNode are directories that every node has anew: of the system, of
// kubelet, of the container runtime and of the network plugin, and what is
// passing by nature.
func ofEveryNode() []string {
	return []string{
		"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr",
		"/opt/cni", "/var/lib/cni", "/var/lib/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/dockershim", "/var/lib/kubelet",
		"/var/log", "/var/run",
	}
}
