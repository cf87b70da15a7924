package plan

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/skew"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// state is the cluster as it is after some steps: a copy of what the snapshot
// tells of versions, and what the rules of skew say of it.
type state struct {
	snapshot *v1alpha1.Snapshot
	skew     *v1alpha1.SkewReport
}

func (p *planner) stateOf(s *v1alpha1.Snapshot) (*state, error) {
	report, err := skew.Evaluate(s, p.Catalog, p.Platform)
	return &state{s, report}, err
}

// copied shares everything but what steps change.
func (s *state) copied() *v1alpha1.Snapshot {
	c := *s.snapshot
	c.APIServers, c.ControlPlanePods, c.Nodes = c.APIServers.DeepCopy(), c.ControlPlanePods.DeepCopy(), c.Nodes.DeepCopy()
	c.KubeProxy, c.Kubectl = c.KubeProxy.DeepCopy(), c.Kubectl.DeepCopy()
	return &c
}

// rows of a component that moves by itself, not as part of another's binary, and
// whose version is known and counts as Kubernetes does.
func (s *state) rows(component catalog.Component) []v1alpha1.SkewRow {
	return slices.DeleteFunc(slices.Clone(s.skew.Rows), func(r v1alpha1.SkewRow) bool {
		if r.Component != string(component) || r.Verdict == v1alpha1.NotJudged || r.Verdict == v1alpha1.NotVisible || embedded(r) {
			return true
		}
		_, err := version.Parse(r.Version)
		// kube-proxy is unknown in the middle of a rollout, and its image still tells.
		return err != nil || r.Verdict == v1alpha1.Unknown && component != catalog.KubeProxy
	})
}

// embedded finds the rows of what is part of another binary: a pod, a DaemonSet or
// an answer shows all others.
func embedded(r v1alpha1.SkewRow) bool {
	switch catalog.Component(r.Component) {
	case catalog.KubeProxy:
		return daemonSet(r) == ""
	case catalog.KubeControllerManager, catalog.KubeScheduler, catalog.CloudControllerManager:
		return len(r.Names) == 0
	default:
		return false
	}
}

// oldest and newest are the minors of the kube-apiserver instances.
func (s *state) oldest() version.Minor { return s.skew.ControlPlane.Oldest }
func (s *state) newest() version.Minor { return s.skew.ControlPlane.Newest }

// movement brings the instances of a component that it selects to a version.
type movement struct {
	component catalog.Component
	selects   func(v1alpha1.SkewRow) bool
	to        string
	// only are the nodes to look at, nil for all, and but those to leave as they are.
	only, but map[string]bool
	// patch selects older patches of the minor of to, and nothing else.
	patch bool
}

// wants reports whether a row is to be brought to the version.
func (m movement) wants(r v1alpha1.SkewRow) bool {
	if !m.patch {
		return minorOf(r.Version) != minorOf(m.to) && m.selects(r)
	}
	v, err := version.Parse(r.Version)
	to, toErr := version.Parse(m.to)
	return err == nil && toErr == nil && v.Minor == to.Minor && v.Compare(to) < 0
}

// moves are what a movement changes: of nodes those that it selects, of a
// DaemonSet all pods, of anything else all instances of a minor, when it selects
// one of them.
func (s *state) moves(m movement) []v1alpha1.PlanMove {
	rows := s.rows(m.component)
	selected := make(map[string]bool)
	for _, row := range rows {
		if m.wants(row) {
			selected[together(row)] = true
		}
	}
	var moves []v1alpha1.PlanMove
	for _, row := range rows {
		if !selected[together(row)] || row.Version == m.to {
			continue
		}
		if m.component == catalog.Kubelet {
			row.Names = slices.DeleteFunc(slices.Clone(row.Names), func(name string) bool { return m.but[name] || m.only != nil && !m.only[name] })
			row.Count = int32(len(row.Names))
			if row.Count == 0 || !m.wants(row) {
				continue
			}
		}
		set := daemonSet(row)
		at := slices.IndexFunc(moves, func(known v1alpha1.PlanMove) bool { return known.From == row.Version && known.DaemonSet == set })
		if at < 0 {
			at = len(moves)
			moves = append(moves, v1alpha1.PlanMove{Component: row.Component, DaemonSet: set, From: row.Version, To: m.to})
		}
		moves[at].Count += row.Count
		moves[at].Names = append(moves[at].Names, row.Names...)
	}
	for i := range moves {
		slices.Sort(moves[i].Names)
	}
	return moves
}

// together is the same for rows that can only move at once.
func together(row v1alpha1.SkewRow) string {
	if set := daemonSet(row); set != "" {
		return set
	}
	return minorOf(row.Version).String()
}

// daemonSet is that of a row about kube-proxy; empty for others.
func daemonSet(row v1alpha1.SkewRow) string {
	name, found := strings.CutPrefix(row.Evidence, "DaemonSet ")
	if !found {
		return ""
	}
	return name
}

// apply changes the versions of a snapshot as moves of one component say.
func apply(s *v1alpha1.Snapshot, moves []v1alpha1.PlanMove) {
	for _, move := range moves {
		switch component := catalog.Component(move.Component); component {
		case catalog.KubeAPIServer:
			applyToAPIServers(s, move)
		case catalog.KubeControllerManager, catalog.KubeScheduler, catalog.CloudControllerManager:
			applyToPods(s, move)
		case catalog.Kubelet:
			applyToNodes(s, move)
		case catalog.KubeProxy:
			applyToKubeProxy(s, move)
		case catalog.Kubectl:
			s.Kubectl.GitVersion = move.To
		}
	}
}

// applyToAPIServers moves every instance of the minor: a pod's tag and an
// answer spell one version differently. Instances that only their versions told
// apart stay as many as they were.
func applyToAPIServers(s *v1alpha1.Snapshot, move v1alpha1.PlanMove) {
	before := len(facts.FindAPIServers(s).Seen)
	applyToPods(s, move)
	if s.APIServers == nil {
		return
	}
	for i := range s.APIServers.Instances {
		moveInfo(&s.APIServers.Instances[i].VersionInfo, move)
	}
	for _, endpoint := range s.APIServers.Endpoints {
		if endpoint.Version != nil {
			moveInfo(endpoint.Version, move)
		}
	}
	for range before - len(facts.FindAPIServers(s).Seen) {
		s.APIServers.Instances = append(s.APIServers.Instances, v1alpha1.APIServerInstance{VersionInfo: v1alpha1.VersionInfo{GitVersion: move.To}})
	}
}

func moveInfo(info *v1alpha1.VersionInfo, move v1alpha1.PlanMove) {
	if minorOf(info.GitVersion) == minorOf(move.From) {
		*info = v1alpha1.VersionInfo{GitVersion: move.To, Platform: info.Platform}
	}
}

func applyToPods(s *v1alpha1.Snapshot, move v1alpha1.PlanMove) {
	if s.ControlPlanePods == nil {
		return
	}
	for i := range s.ControlPlanePods.Pods {
		if pod := &s.ControlPlanePods.Pods[i]; pod.Component == move.Component && minorOf(version.ParseImage(pod.Image).Tag) == minorOf(move.From) {
			pod.Image = retagged(pod.Image, move.To)
		}
	}
}

// applyToNodes takes the nodes that move out of their groups.
func applyToNodes(s *v1alpha1.Snapshot, move v1alpha1.PlanMove) {
	moved := nodesThatMove(s, move)
	for i := range s.Nodes.Groups {
		if group := &s.Nodes.Groups[i]; group.KubeletVersion == move.From && !group.Virtual {
			group.Names = slices.DeleteFunc(group.Names, func(name string) bool { return contains(move.Names, name) })
		}
	}
	for _, group := range moved {
		group.KubeletVersion = move.To
		s.Nodes.Groups = append(s.Nodes.Groups, group)
	}
	s.Nodes.Groups = slices.DeleteFunc(s.Nodes.Groups, func(g v1alpha1.NodeGroup) bool { return len(g.Names) == 0 })
}

// nodesThatMove are the parts of the groups that a move is about.
func nodesThatMove(s *v1alpha1.Snapshot, move v1alpha1.PlanMove) []v1alpha1.NodeGroup {
	var parts []v1alpha1.NodeGroup
	for _, group := range s.Nodes.Groups {
		if group.KubeletVersion != move.From || group.Virtual {
			continue
		}
		group.Names = slices.DeleteFunc(slices.Clone(group.Names), func(name string) bool { return !contains(move.Names, name) })
		if len(group.Names) > 0 {
			parts = append(parts, group)
		}
	}
	return parts
}

// contains finds a name among sorted ones.
func contains(sorted []string, name string) bool {
	_, found := slices.BinarySearch(sorted, name)
	return found
}

// applyToKubeProxy moves a whole DaemonSet: a rollout ends with all pods alike.
func applyToKubeProxy(s *v1alpha1.Snapshot, move v1alpha1.PlanMove) {
	for i := range s.KubeProxy.DaemonSets {
		set := &s.KubeProxy.DaemonSets[i]
		if set.Name != move.DaemonSet {
			continue
		}
		set.Image, set.UpdatedPods, set.RolloutComplete = retagged(set.Image, move.To), set.Pods, true
		for r := range set.Revisions {
			set.Revisions[r].Image = set.Image
		}
	}
}

func retagged(image, tag string) string { return version.ParseImage(image).Repository + ":" + tag }

// firstOf is the state in which one kube-apiserver instance alone has moved, and
// others of its minor have not; false where there are no others.
func (s *state) firstOf(move v1alpha1.PlanMove) (*v1alpha1.Snapshot, bool) {
	c, minor := s.copied(), minorOf(move.From)
	var pods []*v1alpha1.ControlPlanePod
	if c.ControlPlanePods != nil {
		for i := range c.ControlPlanePods.Pods {
			if pod := &c.ControlPlanePods.Pods[i]; pod.Component == move.Component && minorOf(version.ParseImage(pod.Image).Tag) == minor {
				pods = append(pods, pod)
			}
		}
	}
	if len(pods) > 0 {
		pods[0].Image = retagged(pods[0].Image, move.To)
		return c, len(pods) > 1
	}
	var answers []*v1alpha1.APIServerInstance
	for i := range c.APIServers.Instances {
		if answer := &c.APIServers.Instances[i]; minorOf(answer.GitVersion) == minor {
			answers = append(answers, answer)
		}
	}
	if len(answers) > 1 {
		moveInfo(&answers[0].VersionInfo, move)
		return c, true
	}
	c.APIServers.Instances = append(c.APIServers.Instances, v1alpha1.APIServerInstance{VersionInfo: v1alpha1.VersionInfo{GitVersion: move.To}})
	plane := s.skew.ControlPlane
	return c, plane.InstancesExist == 0 || plane.InstancesExist > plane.InstancesSeen
}

// outside is by how many minors a row lies outside of what is allowed, and 0 inside.
func outside(row v1alpha1.SkewRow) int {
	switch {
	case row.Verdict != v1alpha1.Unsupported:
		return 0
	case row.Allowed == nil:
		return 1
	}
	minor := minorOf(row.Version)
	return max(1, row.Allowed.Min.Minus(minor), minor.Minus(row.Allowed.Max))
}

// worse returns the rows that a step takes out of the policy, or farther out.
func worse(before, after *v1alpha1.SkewReport) []v1alpha1.SkewRow {
	was := make(map[string]int)
	for _, row := range before.Rows {
		if n := outside(row); n > 0 {
			for _, unit := range units(row) {
				was[unit] = max(was[unit], n)
			}
		}
	}
	var rows []v1alpha1.SkewRow
	for _, row := range after.Rows {
		n := outside(row)
		if n > 0 && slices.ContainsFunc(units(row), func(unit string) bool { return n > was[unit] }) {
			rows = append(rows, row)
		}
	}
	return rows
}

// units name what a row is about, one by one where it names them. Of kube-apiserver
// a name shows with one source and not with another.
func units(row v1alpha1.SkewRow) []string {
	if len(row.Names) == 0 || row.Component == string(catalog.KubeAPIServer) {
		return []string{row.Component}
	}
	named := make([]string, len(row.Names))
	for i, name := range row.Names {
		named[i] = row.Component + "/" + name
	}
	return named
}

// minorOf a version, zero where it is none.
func minorOf(text string) version.Minor {
	v, err := version.Parse(text)
	if err != nil {
		return version.Minor{}
	}
	return v.Minor
}
