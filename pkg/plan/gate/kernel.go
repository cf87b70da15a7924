package gate

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func kernel() Check {
	return Check{
		ID:     "kernel",
		Source: "https://kubernetes.io/docs/reference/node/kernel-version-requirements/",
		Judge:  judgeKernel,
	}
}

// kernelRule is the oldest kernel that the nodes of a hop may have, and why.
type kernelRule struct {
	minimum version.Number
	why     string
	verdict v1alpha1.Verdict
	source  string
	// nodes that the rule is about
	nodes []v1alpha1.NodeGroup
}

// judgeKernel compares kernels with each rule that is about the hop. The gravest
// verdict is given, by the first rule that has it.
func judgeKernel(h *Hop) Result {
	if h.Snapshot.Nodes == nil {
		if h.mayCross(h.Catalog.Components.CgroupV2.Required.Since) {
			return h.unread(v1alpha1.SourceNodes)
		}
		return Result{}
	}
	var gravest Result
	for _, rule := range h.kernelRules() {
		if r := h.judgeKernels(rule); gravest.Verdict == "" || r.Verdict.Weight() > gravest.Verdict.Weight() {
			gravest = r
		}
	}
	return gravest
}

// kernelRules are the platform's, that of cgroup v2 where kubelets begin to
// require it, and that of kube-proxy's mode.
func (h *Hop) kernelRules() []kernelRule {
	var rules []kernelRule
	add := func(rule kernelRule, groups []v1alpha1.NodeGroup) {
		if rule.nodes = groups; len(groups) > 0 {
			rules = append(rules, rule)
		}
	}
	if need := h.platformNeed(func(n catalog.NodeRequirement) bool { return n.Kernel != nil }); need != nil {
		add(kernelRule{minimum: *need.Kernel, why: h.asks(*need), verdict: h.ifKept(), source: need.Source}, groups(h.crossing(need.Since)))
	}
	if cgroup := &h.Catalog.Components.CgroupV2; !h.startsOnCgroupV1() {
		add(kernelRule{
			minimum: cgroup.Kernel.Minimum, why: fmt.Sprintf("cgroup v2, which kubelet requires from %s on, needs kernel %s or newer", cgroup.Required.Since, cgroup.Kernel.Minimum),
			verdict: v1alpha1.Warning, source: cgroup.Kernel.Source,
		}, groups(h.crossing(cgroup.Required.Since)))
	}
	// A mode that is in use already is no news in a later hop.
	if c := h.Facts().Configuration; h.First && c != nil && c.KubeProxy != nil && c.KubeProxy.Mode == "nftables" {
		nftables := &h.Catalog.Components.KubeProxy.NFTablesKernel
		add(kernelRule{
			minimum: nftables.Minimum, why: fmt.Sprintf("kube-proxy's mode nftables needs kernel %s or newer", nftables.Minimum),
			verdict: v1alpha1.Warning, source: nftables.Source,
		}, h.Snapshot.Nodes.Groups)
	}
	return rules
}

func (h *Hop) judgeKernels(rule kernelRule) Result {
	all, old, unread := tally{}, tally{}, tally{}
	for _, group := range rule.nodes {
		if group.Virtual || !linux(group) {
			continue
		}
		all.add("", group.Names...)
		switch kernel, found := version.ParseNumber(group.Kernel); {
		case !found:
			unread.add(named(group.Kernel), group.Names...)
		case kernel.Compare(rule.minimum) < 0:
			old.add(group.Kernel, group.Names...)
		}
	}
	nodes := count(all.count(), "node")
	r := pass("%s, which is on %s", rule.why, nodes)
	switch {
	case all.count() == 0:
		return Result{}
	case old.count() > 0:
		remedy := fmt.Sprintf("boot the nodes with kernel %s or newer before the upgrade", rule.minimum)
		if h.Method.NodeUpgrade != v1alpha1.InPlace {
			remedy = fmt.Sprintf("choose an image with kernel %s or newer for the new nodes", rule.minimum)
		}
		r = Result{Verdict: rule.verdict, Message: fmt.Sprintf("%s, and it is older on %s of %s", rule.why, number(old.count()), nodes), Evidence: old.nodes(), Remedy: remedy}
	case unread.count() > 0:
		r = unknown("on a node: uname -r", "%s, and it is not known on %s of %s", rule.why, number(unread.count()), nodes)
		r.Evidence = unread.nodes()
	}
	r.Source = rule.source
	return r
}
