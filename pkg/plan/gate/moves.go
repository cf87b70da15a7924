package gate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// crosses reports whether kubelets arrive at a minor, or pass it. Those whose
// present version is not known count.
func (n NodeMove) crosses(minor version.Minor) bool {
	v, err := version.Parse(n.Group.KubeletVersion)
	return n.To.Compare(minor) >= 0 && (err != nil || v.Minor.Compare(minor) < 0)
}

// linux is false for nodes that say so: cgroups and kernels are about Linux.
func linux(group v1alpha1.NodeGroup) bool { return !strings.HasPrefix(group.OSImage, "Windows") }

// groups are those that move.
func groups(moves []NodeMove) []v1alpha1.NodeGroup {
	list := make([]v1alpha1.NodeGroup, len(moves))
	for i, move := range moves {
		list[i] = move.Group
	}
	return list
}

// crossing are the moves of kubelets that arrive at a minor, or pass it.
func (h *Hop) crossing(minor version.Minor) []NodeMove {
	return where(h.Nodes, func(n NodeMove) bool { return n.crosses(minor) })
}

// mayCross reports whether kubelets of nodes that could not be read may arrive at a
// minor, or pass it. They are as old as the policy allows.
func (h *Hop) mayCross(minor version.Minor) bool {
	older := h.Catalog.Skew.Rule(catalog.Kubelet, h.From).Older
	return h.Snapshot.Nodes == nil && h.From.Minus(minor) < older && h.To.Compare(minor) >= 0
}

// arrivals says which minors kubelets arrive at: "1.36", or "1.35 and 1.36".
func arrivals(moves []NodeMove) string {
	var minors []version.Minor
	for _, move := range moves {
		minors = append(minors, move.To)
	}
	slices.SortFunc(minors, version.Minor.Compare)
	minors = slices.Compact(minors)
	texts := make([]string, len(minors))
	for i, m := range minors {
		texts[i] = m.String()
	}
	return strings.Join(texts, " and ")
}

// nodeCount counts the nodes that move, each once.
func nodeCount(moves []NodeMove) int {
	t := tally{}
	for _, move := range moves {
		t.add("", move.Group.Names...)
	}
	return t.count()
}

// example is the first node that moves, for a command to run on it.
func example(moves []NodeMove) string {
	for _, move := range moves {
		if len(move.Group.Names) > 0 {
			return move.Group.Names[0]
		}
	}
	return "NAME"
}

// named is a text of the node table, which may be empty.
func named(text string) string {
	if text == "" {
		return "not in the node table"
	}
	return text
}

// platformNeed returns what the platform asks of nodes, of a kind; nil where it asks for nothing.
func (h *Hop) platformNeed(kind func(catalog.NodeRequirement) bool) *catalog.NodeRequirement {
	i := slices.IndexFunc(h.Platform.Upgrades.Nodes, kind)
	if i < 0 {
		return nil
	}
	return &h.Platform.Upgrades.Nodes[i]
}

// oneBinary reports whether the platform runs Kubernetes in a binary of its own,
// and not by kubeadm.
func (h *Hop) oneBinary() bool { return len(h.Platform.Embeds) > 0 }

// asks says what the platform needs: "Amazon EKS needs containerd 2.x from 1.36 on".
func (h *Hop) asks(need catalog.NodeRequirement) string {
	return fmt.Sprintf("%s needs %s from %s on", h.Platform.Name, need.Requires, need.Since)
}

// keeps reports whether nodes stay as they are but for kubelet.
func (h *Hop) keeps(n NodeMove) bool { return n.OneByOne || h.Method.NodeUpgrade == v1alpha1.InPlace }

// ifKept is the verdict on what nodes bring to another minor and must not:
// those that are replaced can leave it behind.
func (h *Hop) ifKept() v1alpha1.Verdict {
	if h.Method.NodeUpgrade == v1alpha1.InPlace {
		return v1alpha1.Blocked
	}
	return v1alpha1.Warning
}
