package collect

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const nodesPath = "/api/v1/nodes"

// What a node that cannot be read hides.
const (
	hiddenKubelets = "kubelet versions"
	hiddenPlatform = "platform"
)

func nodePermissions() []Permission {
	return []Permission{{
		Verb: "list", Resource: "nodes", Source: v1alpha1.SourceNodes, Hides: hiddenKubelets,
		Why: "Kubelet versions, and a few nodes' labels, which tell the platform.",
	}}
}

// nodes reads the node table, in one answer without objects: for 5,000 nodes
// tens of kilobytes instead of tens of megabytes. Labels are not in it, so the
// server is asked a second time, for the names of virtual-kubelet nodes.
func (c *client) nodes(ctx context.Context) (*v1alpha1.Nodes, error) {
	var virtual [][]string
	var virtualErr error
	var both sync.WaitGroup
	both.Go(func() { virtual, virtualErr = c.table(ctx, nodesPath, "type=virtual-kubelet", "Name") })
	rows, err := c.table(ctx, nodesPath, "",
		"Name", "Version", "Status", "Roles", "OS-Image", "Kernel-Version", "Container-Runtime")
	both.Wait()
	if err := cmp.Or(err, virtualErr); err != nil {
		return nil, err
	}
	isVirtual := make(map[string]bool, len(virtual))
	for _, row := range virtual {
		isVirtual[row[0]] = true
	}
	return groupNodes(rows, isVirtual), nil
}

func groupNodes(rows [][]string, isVirtual map[string]bool) *v1alpha1.Nodes {
	type key struct {
		kubelet, status, roles, osImage, kernel, runtime string
		virtual                                          bool
	}
	names := make(map[key][]string)
	for _, row := range rows {
		k := key{row[1], row[2], row[3], row[4], row[5], row[6], isVirtual[row[0]]}
		names[k] = append(names[k], row[0])
	}
	nodes := &v1alpha1.Nodes{Count: int32(len(rows)), Groups: make([]v1alpha1.NodeGroup, 0, len(names))}
	for k, members := range names {
		slices.Sort(members)
		nodes.Groups = append(nodes.Groups, v1alpha1.NodeGroup{
			KubeletVersion: k.kubelet, Status: k.status, Roles: k.roles, OSImage: k.osImage,
			Kernel: k.kernel, ContainerRuntime: k.runtime, Virtual: k.virtual, Names: members,
		})
	}
	slices.SortFunc(nodes.Groups, func(a, b v1alpha1.NodeGroup) int { return cmp.Compare(a.Names[0], b.Names[0]) })
	return nodes
}
