package gate

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func cgroupVersion() Check {
	return Check{
		ID:     "cgroup-v2",
		Source: "https://kubernetes.io/docs/concepts/architecture/cgroups/",
		Judge:  judgeCgroupVersion,
	}
}

// judgeCgroupVersion says what can be said of the cgroups of nodes. The API does
// not tell their version: the operating system tells the one that it boots with
// unless somebody changed that.
func judgeCgroupVersion(h *Hop) Result {
	facts := &h.Catalog.Components.CgroupV2
	need := h.platformNeed(func(n catalog.NodeRequirement) bool { return n.CgroupV2 })
	since, source := facts.Required.Since, ""
	if need != nil {
		source = need.Source
		if need.Since.Compare(since) < 0 {
			since = need.Since
		}
	}
	if h.mayCross(since) {
		return h.unread(v1alpha1.SourceNodes)
	}
	var moves, kept []NodeMove
	keptOld := false
	var others []string
	old, recent, evidence := tally{}, tally{}, tally{}
	for _, move := range h.crossing(since) {
		if !linux(move.Group) {
			continue
		}
		moves = append(moves, move)
		if h.keeps(move) {
			kept = append(kept, move)
		}
		system := named(move.Group.OSImage)
		switch v2, known := facts.ByDefault(move.Group.OSImage); {
		case !known:
			others = append(others, system)
			system += ", not judged"
		case v2:
			recent.add("", move.Group.Names...)
			system += ", cgroup v2 by default"
		default:
			old.add("", move.Group.Names...)
			keptOld = keptOld || h.keeps(move)
			system += ", cgroup v1 by default"
		}
		evidence.add(system, move.Group.Names...)
	}
	if len(moves) == 0 {
		return Result{}
	}
	nodes, kubelets := count(nodeCount(moves), "node"), "kubelet "+arrivals(moves)
	rule := kubelets + " does not start on cgroup v1"
	if need != nil {
		rule = h.asks(*need)
	}
	byDefault := fmt.Sprintf("%s; v1 is the default on %s of %s", rule, number(old.count()), nodes)
	r := Result{Evidence: evidence.nodes(), Source: source, Remedy: h.cgroupRemedy(example(append(slices.Clone(kept), moves...)))}
	switch {
	case need == nil && old.count() == 0 && len(others) == 0 && len(kept) == 0:
		r = pass("%s, and v2 is the default on %s; one that is set up otherwise is not visible", rule, nodes)
	case need == nil && h.startsOnCgroupV1():
		r.Verdict = v1alpha1.Warning
		r.Message = fmt.Sprintf("%s starts on cgroup v1 only because failCgroupV1 is false; v1 is the default on %s of %s", kubelets, number(old.count()), nodes)
		r.Remedy = "move the nodes to cgroup v2, then remove failCgroupV1: kubectl -n kube-system edit configmap kubelet-config"
	case need == nil && keptOld:
		r.Verdict, r.Message = v1alpha1.Blocked, byDefault
		r.Remedy = "boot the nodes with cgroup v2 before kubelet, or set failCgroupV1: false for now; " + r.Remedy
	case old.count() > 0:
		r.Verdict, r.Message = v1alpha1.Warning, byDefault
	case need == nil && len(others) == 0 && len(kept) < len(moves):
		r.Verdict = v1alpha1.Unknown
		r.Message = fmt.Sprintf("%s, and the API does not tell the version on %s of %s, which stay as they are; v2 is the default on all", rule, number(nodeCount(kept)), nodes)
	default:
		r.Verdict = v1alpha1.Unknown
		r.Message = fmt.Sprintf("%s, and the API does not tell the version on %s; v2 is the default on %s", rule, nodes, number(recent.count()))
	}
	if len(others) > 0 {
		slices.Sort(others)
		r.Message += "; not judged: " + someOf(slices.Compact(others))
	}
	return r
}

// startsOnCgroupV1 reports whether the kubelets' shared configuration allows cgroup v1.
func (h *Hop) startsOnCgroupV1() bool {
	c := h.Facts().Configuration
	return c != nil && c.Kubelet != nil && c.Kubelet.FailCgroupV1 != nil && !*c.Kubelet.FailCgroupV1
}

func (h *Hop) cgroupRemedy(node string) string {
	tell := fmt.Sprintf("kubectl debug node/%s -it --image=busybox -- chroot /host stat -fc %%T /sys/fs/cgroup: cgroup2fs is v2, tmpfs is v1", node)
	if h.Method.NodeUpgrade == v1alpha1.InPlace {
		return tell
	}
	return "choose an image that boots with cgroup v2 for the new nodes; of a node that keeps its image, " + tell
}
