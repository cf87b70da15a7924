package plan

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

var (
	seed  = flag.Uint64("seed", 20261120, "of the random clusters")
	cases = flag.Int("cases", 3000, "random clusters to plan for")
)

// Random clusters are brought to random minors, and a model that knows nothing
// of this package's means follows every step of the plan by the policy's text.
func TestNoStepLeavesThePolicy(t *testing.T) {
	seen := make(map[string]int)
	for n := range *cases {
		s := random(rand.New(rand.NewPCG(*seed, uint64(n))))
		p, err := s.verify(t)
		if err != nil {
			s, p, err = s.shrink(t, p, err)
			t.Fatalf("seed %d, case %d: %v\n\n%s\n%s", *seed, n, err, s, dump(p))
		}
		s.count(p, seen)
	}
	for _, sort := range []string{
		"inside", "outside", "several instances", "an upgrade under way", "several hops", "nothing but stragglers", "repaired",
		"prepared", "stays", "across 1.28", "nodes not read", "kube-proxy not read", "pods not read",
		"upstream", "amazon-eks", "google-kubernetes-engine", "alibaba-ack", "k3s", "rke2", "red-hat-openshift",
	} {
		if seen[sort] < *cases/300 {
			t.Errorf("%d of %d cases are of the sort %q, which are too few: %v", seen[sort], *cases, sort, seen)
		}
	}
}

// scenario is what a random cluster is made of: its snapshot and its state in
// the model are both derived from it, and leaving parts out makes a smaller one.
type scenario struct {
	platform string
	// servers are kube-apiserver's instances, on nodes cp-0, cp-1, and so on.
	servers []server
	// kubeadm's pods carry an address that other distributions do not give.
	kubeadm bool
	// metrics tell instances of one version apart.
	metrics bool
	pods    []pod
	groups  []group
	// proxies are none, a DaemonSet whose rollout is complete, or its revisions.
	proxies []proxy
	// kubectl is empty where none was found.
	kubectl string
	unread  []v1alpha1.Source
	target  int
}

type server struct {
	minor, patch int
	// pod is visible; tagged means that its image names the version.
	pod, tagged bool
}

type pod struct {
	component string
	// node is the number of a control-plane node.
	node  int
	minor int
	// static pods talk to the kube-apiserver of their node, where there is one.
	static bool
	// image is the repository, and follows whether its tag is a Kubernetes version.
	image   string
	follows bool
}

type group struct {
	text         string
	minor        int // 0 where text names none
	controlPlane bool
	virtual      bool
	names        []string
}

type proxy struct {
	minor int
	// nodes are absent of a complete rollout, which is on all of them.
	nodes []string
	// windows nodes have a DaemonSet of their own.
	windows bool
}

// suffix is what the platform appends.
func (s scenario) suffix() string {
	switch s.platform {
	case "amazon-eks":
		return "-eks-113cf36"
	case "google-kubernetes-engine":
		return "-gke.1640000"
	case "alibaba-ack":
		return "-aliyun.1"
	case "k3s":
		return "+k3s1"
	case "rke2":
		return "+rke2r1"
	}
	return ""
}

func (s scenario) text(minor, patch int) string {
	return fmt.Sprintf("v1.%d.%d%s", minor, patch, s.suffix())
}

// tag is a version as images carry it.
func (s scenario) tag(minor, patch int) string {
	return strings.ReplaceAll(s.text(minor, patch), "+", "-")
}

func (s scenario) embeds(component string) bool {
	switch s.platform {
	case "k3s":
		return slices.Contains([]string{"kube-controller-manager", "kube-scheduler", "cloud-controller-manager", "kube-proxy"}, component)
	case "rke2":
		return component == "kube-proxy"
	}
	return false
}

func (s scenario) unreadable(source v1alpha1.Source) bool { return slices.Contains(s.unread, source) }

// managed platforms show no control plane.
func (s scenario) managed() bool {
	return slices.Contains([]string{"amazon-eks", "google-kubernetes-engine", "alibaba-ack"}, s.platform)
}

func random(r *rand.Rand) scenario {
	chance := func(percent int) bool { return r.IntN(100) < percent }
	s := scenario{
		platform: []string{
			"upstream", "upstream", "upstream", "amazon-eks", "google-kubernetes-engine", "alibaba-ack", "k3s", "rke2", "red-hat-openshift",
		}[r.IntN(9)],
		kubeadm: chance(60), metrics: chance(75),
	}
	lowest, last := 24, 37
	if s.platform == "alibaba-ack" {
		lowest, last = 30, 36 // every second minor alone before that
	}
	newest := lowest + r.IntN(last-lowest+1)
	if s.platform != "alibaba-ack" && chance(15) {
		newest = 25 + r.IntN(4)
	}
	s.target = min(last, newest+r.IntN(5))

	wild := chance(40)
	// between picks a minor of a window, and in a wild cluster sometimes another one.
	between := func(oldest, newest int) int {
		if wild && chance(20) {
			return oldest - 3 + r.IntN(newest-oldest+6)
		}
		return oldest + r.IntN(max(newest-oldest, 0)+1)
	}

	visible := !s.managed() && s.platform != "k3s" && chance(80)
	underway := chance(35)
	for i := range 1 + r.IntN(3) {
		one := server{minor: newest, patch: r.IntN(3), pod: visible && chance(95), tagged: chance(95)}
		if i > 0 && underway && chance(60) {
			one.minor--
		}
		if i > 0 && wild && chance(20) {
			one.minor -= r.IntN(4)
		}
		s.servers = append(s.servers, one)
	}
	r.Shuffle(len(s.servers), func(i, j int) { s.servers[i], s.servers[j] = s.servers[j], s.servers[i] })
	oldest := newest
	for _, one := range s.servers {
		oldest = min(oldest, one.minor)
	}

	for _, component := range []string{"kube-controller-manager", "kube-scheduler", "cloud-controller-manager"} {
		if s.embeds(component) || chance(20) || s.managed() && chance(85) {
			continue
		}
		follows := component != "cloud-controller-manager" || chance(70)
		image, static := "registry.k8s.io/"+component, chance(75)
		switch {
		case !follows:
			image = "docker.io/hetznercloud/hcloud-cloud-controller-manager"
		case component == "cloud-controller-manager":
			image = "registry.k8s.io/provider-aws/cloud-controller-manager"
		}
		for i, beside := range s.servers {
			one := pod{component: component, node: i, static: static, image: image, follows: follows, minor: between(newest-1, oldest)}
			if static && beside.pod && beside.tagged {
				one.minor = between(beside.minor-1, beside.minor)
			}
			if chance(92) {
				s.pods = append(s.pods, one)
			}
		}
	}

	older := bearable("kubelet", s.platform, newest)
	if visible || s.platform == "k3s" || chance(30) {
		for i := range s.servers {
			minor := between(newest-older, oldest)
			s.groups = append(s.groups, group{text: s.text(minor, 1), minor: minor, controlPlane: true, names: []string{fmt.Sprintf("cp-%d", i)}})
		}
	}
	workers := 0
	name := func(n int) []string {
		var names []string
		for range n {
			names = append(names, fmt.Sprintf("worker-%d", workers))
			workers++
		}
		return names
	}
	for range r.IntN(5) {
		minor := between(newest-older, oldest)
		s.groups = append(s.groups, group{text: s.text(minor, r.IntN(3)), minor: minor, names: name(1 + r.IntN(3))})
	}
	if chance(10) {
		s.groups = append(s.groups, group{text: "custom-build", names: name(1 + r.IntN(2))})
	}
	if chance(10) {
		s.groups = append(s.groups, group{text: fmt.Sprintf("v1.%d.3-vk-azure-aci-1.6.2", newest-7+r.IntN(9)), virtual: true, names: name(1)})
	}

	older = bearable("kube-proxy", s.platform, newest)
	switch {
	case s.embeds("kube-proxy") || chance(15):
	case chance(55):
		s.proxies = []proxy{{minor: between(newest-older, oldest)}}
	default:
		for _, g := range s.groups {
			if !g.virtual && g.minor > 0 {
				s.proxies = append(s.proxies, proxy{minor: between(newest-older, oldest), nodes: g.names, windows: !g.controlPlane && chance(20)})
			}
		}
	}

	minor := between(newest-1, oldest+1)
	s.kubectl = fmt.Sprintf("v1.%d.%d", minor, r.IntN(3))
	if chance(5) {
		s.kubectl += "-dispatcher"
	}
	for _, source := range []v1alpha1.Source{
		v1alpha1.SourceNodes, v1alpha1.SourceKubeProxy, v1alpha1.SourceControlPlanePods, v1alpha1.SourceLeases,
		v1alpha1.SourceKubectl, v1alpha1.SourceNodeSamples,
	} {
		if chance(5) {
			s.unread = append(s.unread, source)
		}
	}
	return s
}

// snapshot is what would be read of the cluster.
func (s scenario) snapshot() *v1alpha1.Snapshot {
	var texts []string
	for _, one := range s.servers {
		if text := s.text(one.minor, one.patch); s.metrics || !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	c := clusterOf(texts...)
	c.APIServers.Connections = int32(2 * len(s.servers))
	for i := range c.APIServers.Instances {
		if c.APIServers.Instances[i].Connections = 2; !s.metrics {
			c.APIServers.Instances[i].StartTime = ""
		}
	}
	for len(c.Leases.Leases) < len(s.servers) {
		more := c.Leases.Leases[0]
		more.Name = fmt.Sprintf("apiserver-%d", len(c.Leases.Leases))
		c.Leases.Leases = append(c.Leases.Leases, more)
	}
	c.lease("kube-controller-manager").lease("kube-scheduler")
	if s.platform == "red-hat-openshift" {
		c.APIGroups.Names = []string{"config.openshift.io"}
	}

	for i, one := range s.servers {
		if !one.pod {
			continue
		}
		p := v1alpha1.ControlPlanePod{Component: "kube-apiserver", Node: fmt.Sprintf("cp-%d", i), Static: true}
		if p.Image = "registry.k8s.io/kube-apiserver:" + s.tag(one.minor, one.patch); !one.tagged {
			p.Image = "registry.k8s.io/kube-apiserver@sha256:" + strings.Repeat("ab", 32)
		}
		if s.kubeadm {
			p.AdvertiseAddress = "192.0.2.1:6443"
		}
		c.pod(p)
	}
	for _, one := range s.pods {
		tag := s.tag(one.minor, 0)
		if one.component == "cloud-controller-manager" {
			tag = fmt.Sprintf("v1.%d.0", one.minor)
		}
		c.pod(v1alpha1.ControlPlanePod{Component: one.component, Node: fmt.Sprintf("cp-%d", one.node), Static: one.static, Image: one.image + ":" + tag})
	}
	pods := int32(0)
	for _, g := range s.groups {
		roles := "<none>"
		if g.controlPlane {
			roles = "control-plane"
		}
		c.nodes(v1alpha1.NodeGroup{KubeletVersion: g.text, Status: "Ready", Roles: roles, Virtual: g.virtual, Names: g.names})
		if !g.virtual {
			pods += int32(len(g.names))
		}
	}
	if len(s.proxies) == 1 && s.proxies[0].nodes == nil {
		c.proxies(s.tag(s.proxies[0].minor, 2), pods)
	} else if len(s.proxies) > 0 {
		linux, windows := v1alpha1.KubeProxyDaemonSet{Name: "kube-proxy"}, v1alpha1.KubeProxyDaemonSet{Name: "kube-proxy-windows"}
		for i, p := range s.proxies {
			set := &linux
			if p.windows {
				set = &windows
			}
			set.Image = "registry.k8s.io/kube-proxy:" + s.tag(p.minor, 2)
			set.Pods, set.UpdatedPods = set.Pods+int32(len(p.nodes)), int32(len(p.nodes))
			set.Revisions = append(set.Revisions, v1alpha1.KubeProxyRevision{Hash: fmt.Sprintf("hash-%d", i), Image: set.Image, Nodes: p.nodes})
		}
		for _, set := range []v1alpha1.KubeProxyDaemonSet{linux, windows} {
			if set.Pods > 0 {
				c.KubeProxy.DaemonSets = append(c.KubeProxy.DaemonSets, set)
			}
		}
	}
	if c.kubectl(s.kubectl); s.kubectl == "" {
		c.Kubectl = nil
	}
	for _, source := range s.unread {
		c.unread(source)
	}
	return c.Snapshot
}

// unit is one instance of a component in the model.
type unit struct {
	component string
	// name of the pod, or of the kubelet's or kube-proxy's node; empty where the
	// instance has none.
	name string
	node string
	// texts are the ways in which its version may be told, minor what they mean:
	// 0 where they name none.
	texts []string
	minor int
	// judged is false of what the policy is not about, or says nothing of.
	judged, virtual, static bool
	controlPlane            bool
}

func (u *unit) String() string { return fmt.Sprintf("%s %s at %v", u.component, u.name, u.texts) }

// model is the state of a cluster as far as it was seen.
type model struct {
	platform string
	kubeadm  bool
	embeds   func(component string) bool
	units    []*unit
}

func (s scenario) model() *model {
	m := &model{platform: s.platform, kubeadm: s.kubeadm, embeds: s.embeds}
	podsRead := !s.unreadable(v1alpha1.SourceControlPlanePods)
	tagged := 0
	for _, one := range s.servers {
		if podsRead && one.pod && one.tagged {
			tagged++
		}
	}
	// Without metrics and pods, instances of one version are one.
	apart := make(map[string]bool)
	for i, one := range s.servers {
		text := s.text(one.minor, one.patch)
		u := &unit{component: "kube-apiserver", texts: []string{text}, minor: one.minor, judged: true}
		shown := podsRead && one.pod && one.tagged
		if shown {
			u.node, u.name = fmt.Sprintf("cp-%d", i), fmt.Sprintf("kube-apiserver-cp-%d", i)
			u.texts = append(u.texts, s.tag(one.minor, one.patch))
		}
		if !shown && !s.metrics && apart[text] {
			continue
		}
		apart[text] = true
		m.units = append(m.units, u)
	}
	if !s.metrics && tagged < len(s.servers) {
		// An instance whose pod shows it is also the one that answered.
		m.units = slices.DeleteFunc(m.units, func(u *unit) bool {
			return u.node == "" && slices.ContainsFunc(m.units, func(o *unit) bool { return o.node != "" && o.texts[0] == u.texts[0] })
		})
	}
	if podsRead {
		for _, one := range s.pods {
			tag := s.tag(one.minor, 0)
			if one.component == "cloud-controller-manager" {
				tag = fmt.Sprintf("v1.%d.0", one.minor)
			}
			node := fmt.Sprintf("cp-%d", one.node)
			m.units = append(m.units, &unit{
				component: one.component, name: one.component + "-" + node, node: node, texts: []string{tag}, minor: one.minor,
				// The catalog vouches for the numbers of this image from 1.20 on.
				judged: one.follows && (one.component != "cloud-controller-manager" || one.minor >= 20), static: one.static,
			})
		}
	}
	nodesRead := !s.unreadable(v1alpha1.SourceNodes)
	for _, g := range s.groups {
		for _, name := range g.names {
			if nodesRead {
				m.units = append(m.units, &unit{
					component: "kubelet", name: name, node: name, texts: []string{g.text}, minor: g.minor,
					judged: !g.virtual && g.minor > 0, virtual: g.virtual, controlPlane: g.controlPlane,
				})
			}
		}
	}
	if !s.unreadable(v1alpha1.SourceKubeProxy) {
		for _, p := range s.proxies {
			nodes := p.nodes
			if nodes == nil {
				for _, g := range s.groups {
					if !g.virtual {
						nodes = append(nodes, g.names...)
					}
				}
			}
			for _, node := range nodes {
				u := &unit{component: "kube-proxy", name: node, node: node, texts: []string{s.tag(p.minor, 2)}, minor: p.minor, judged: true}
				m.units = append(m.units, u)
			}
		}
	}
	if v, err := version.Parse(s.kubectl); err == nil && !s.unreadable(v1alpha1.SourceKubectl) {
		m.units = append(m.units, &unit{component: "kubectl", texts: []string{s.kubectl}, minor: v.Minor.Minor, judged: !v.Dispatcher()})
	}
	return m
}

// bearable is how many minors a component may be older than a kube-apiserver.
func bearable(component, platform string, server int) int {
	if component != "kubelet" && component != "kube-proxy" {
		return 1
	}
	older := 2
	if server >= 28 {
		older = 3
	}
	if component == "kube-proxy" {
		return older
	}
	switch platform {
	case "alibaba-ack":
		older = min(older, 1)
	case "google-kubernetes-engine":
		older = min(older, 2)
	case "red-hat-openshift":
		// 4.14 is 1.27, and even. The catalog knows no release of 1.36 yet.
		older = 1
		if server%2 == 1 && server <= 35 {
			older = 2
		}
	}
	return older
}

// span is a range of kube-apiserver minors.
type span struct{ oldest, newest int }

func (m *model) of(component string) []*unit {
	return slices.DeleteFunc(slices.Clone(m.units), func(u *unit) bool { return u.component != component })
}

func (m *model) servers() span {
	s := span{oldest: 1000}
	for _, u := range m.of("kube-apiserver") {
		s.oldest, s.newest = min(s.oldest, u.minor), max(s.newest, u.minor)
	}
	return s
}

// beside is the kube-apiserver on a node, or nil.
func (m *model) beside(node string) *unit {
	for _, u := range m.of("kube-apiserver") {
		if u.node == node && node != "" {
			return u
		}
	}
	return nil
}

// reached are the kube-apiservers that a unit talks to, and perhaps those that
// it may talk to alone, where that is not known.
func (m *model) reached(u *unit) (reached span, perhaps []span) {
	all := m.servers()
	ends := []span{{all.oldest, all.oldest}, {all.newest, all.newest}}
	local := m.beside(u.node)
	switch u.component {
	case "kube-controller-manager", "kube-scheduler", "cloud-controller-manager":
		if u.static && local != nil {
			return span{local.minor, local.minor}, nil
		}
		return all, ends
	case "kubelet":
		switch {
		case local != nil && m.kubeadm && local.minor >= 33:
			return span{local.minor, local.minor}, nil
		case local != nil:
			return all, []span{{local.minor, local.minor}}
		case u.controlPlane:
			return all, ends
		}
	}
	return all, nil
}

// outside is by how many minors a unit is outside the policy. Where it is not
// known whom the unit talks to, doubt counts against it, unless the benefit of
// the doubt is given.
func (m *model) outside(u *unit, benefit bool) int {
	if !u.judged {
		return 0
	}
	reached, perhaps := m.reached(u)
	if u.component == "kube-apiserver" {
		return max(0, reached.newest-1-u.minor)
	}
	distance := m.from(u, reached)
	if benefit {
		for _, s := range perhaps {
			distance = min(distance, m.from(u, s))
		}
	}
	if u.component != "kube-proxy" {
		return distance
	}
	for _, kubelet := range m.of("kubelet") {
		if kubelet.node == u.node && kubelet.judged {
			apart := max(u.minor-kubelet.minor, kubelet.minor-u.minor)
			distance = max(distance, apart-bearable("kube-proxy", m.platform, reached.newest))
		}
	}
	return distance
}

// from is the distance of a unit from the window that a span of servers leaves.
func (m *model) from(u *unit, s span) int {
	newer := 0
	if u.component == "kubectl" {
		newer = 1
	}
	oldest, newest := s.newest-bearable(u.component, m.platform, s.newest), s.oldest+newer
	return max(0, oldest-u.minor, u.minor-newest)
}

// tooNew reports whether a unit is newer than some kube-apiserver that it may reach allows.
func (m *model) tooNew(u *unit) bool {
	reached, _ := m.reached(u)
	return m.outside(u, false) > 0 && u.minor > reached.oldest
}

func (m *model) distances(benefit bool) map[*unit]int {
	d := make(map[*unit]int, len(m.units))
	for _, u := range m.units {
		d[u] = m.outside(u, benefit)
	}
	return d
}

func inside(distances map[*unit]int) bool {
	for _, d := range distances {
		if d > 0 {
			return false
		}
	}
	return true
}

// journey is a model on its way through a plan.
type journey struct {
	*model
	plan *v1alpha1.UpgradePlan
	// strict and doubtful tell whether the start was inside the policy, without
	// and with the benefit of the doubt.
	strict, doubtful bool
	// before are the distances when a step starts.
	before, beforeInDoubt map[*unit]int
}

// verify plans the scenario and follows the plan.
func (s scenario) verify(t *testing.T) (*v1alpha1.UpgradePlan, error) {
	snapshot := s.snapshot()
	before := snapshot.DeepCopy()
	o := options(t, version.Minor{Major: 1, Minor: s.target})
	p, err := Evaluate(snapshot, o)
	if err != nil {
		return nil, fmt.Errorf("no plan: %w", err)
	}
	if !reflect.DeepEqual(before, snapshot) {
		return p, fmt.Errorf("the snapshot was changed (-before +after):\n%s", cmp.Diff(before, snapshot))
	}
	again, err := Evaluate(before, o)
	if err != nil {
		return p, fmt.Errorf("no plan the second time: %w", err)
	}
	if !reflect.DeepEqual(p, again) {
		return p, fmt.Errorf("the same snapshot gave another plan (-first +second):\n%s", cmp.Diff(p, again))
	}
	return p, s.follow(p)
}

// follow applies every step of the plan to the model.
func (s scenario) follow(p *v1alpha1.UpgradePlan) error {
	j := &journey{model: s.model(), plan: p}
	j.before, j.beforeInDoubt = j.distances(false), j.distances(true)
	j.strict, j.doubtful = inside(j.before), inside(j.beforeInDoubt)
	start := j.servers().newest
	if len(p.Hops) == 0 && start == s.target {
		return j.arrived(s.target)
	}
	if err := joined(p, start, s.target); err != nil {
		return err
	}
	// Whatever is too old can be brought along, kube-apiserver minor by minor.
	tooNew := slices.ContainsFunc(j.units, j.tooNew)
	blocked := false
	for k, hop := range p.Hops {
		if verdict := skewVerdict(hop); verdict == v1alpha1.Blocked {
			if blocked = true; !tooNew {
				return fmt.Errorf("hop %d is blocked by version-skew, although nothing has to go down", k+1)
			}
		}
		prepared := false
		for n, step := range hop.Steps {
			if step.Stage != v1alpha1.StagePrepare && !prepared {
				if prepared = true; k == 0 && !blocked && !inside(j.beforeInDoubt) {
					return fmt.Errorf("hop 1 is prepared and not blocked, but outside the policy: %s", j.faults(j.beforeInDoubt))
				}
			}
			if err := j.step(k, step); err != nil {
				return fmt.Errorf("hop %d, step %d (%s): %w", k+1, n+1, step.Stage, err)
			}
		}
		if blocked {
			return nil
		}
		if at, want := j.servers(), hop.To.Minor; at != (span{want, want}) {
			return fmt.Errorf("hop %d ends with kube-apiserver at %v, want %d", k+1, at, want)
		}
	}
	return j.arrived(s.target)
}

// joined checks that hops lead from one to the next, and that each keeps the order of stages.
func joined(p *v1alpha1.UpgradePlan, start, target int) error {
	order := []v1alpha1.PlanStage{
		v1alpha1.StagePrepare, v1alpha1.StageAPIServer, v1alpha1.StageControlPlane, v1alpha1.StageNodes,
		v1alpha1.StageKubeProxy, v1alpha1.StageKubectl, v1alpha1.StageAddOns,
	}
	at := version.Minor{Major: 1, Minor: start}
	switch to := (version.Minor{Major: 1, Minor: target}); {
	case p.From != at || p.To != to:
		return fmt.Errorf("the plan leads from %s to %s, want %s to %s", p.From, p.To, at, to)
	case len(p.Hops) == 0:
		return errors.New("no hop")
	case p.Hops[len(p.Hops)-1].To != to && skewVerdict(p.Hops[len(p.Hops)-1]) != v1alpha1.Blocked:
		return fmt.Errorf("the last hop leads to %s, want %s", p.Hops[len(p.Hops)-1].To, to)
	}
	for k, hop := range p.Hops {
		if hop.From != at || hop.To.Minus(hop.From) > 1 || hop.To.Compare(hop.From) < 0 || int(hop.Number) != k+1 {
			return fmt.Errorf("hop %d is numbered %d and leads from %s to %s, want a start at %s", k+1, hop.Number, hop.From, hop.To, at)
		}
		at = hop.To
		stage := 0
		for n, step := range hop.Steps {
			i := slices.Index(order, step.Stage)
			if i < stage || int(step.Number) != n+1 {
				return fmt.Errorf("hop %d: step %d is numbered %d, and its stage %q comes after %q", k+1, n+1, step.Number, step.Stage, order[stage])
			}
			stage = i
			if len(step.Moves)+len(step.Stays) == 0 && step.Message == "" {
				return fmt.Errorf("hop %d: step %d says nothing", k+1, n+1)
			}
		}
	}
	return nil
}

// step applies a step, and checks the state afterwards and in between.
func (j *journey) step(k int, step v1alpha1.PlanStep) error {
	touched := make(map[*unit]bool)
	for _, move := range step.Moves {
		units, err := j.find(move)
		if err != nil {
			return err
		}
		to, err := version.Parse(move.To)
		if err != nil {
			return err
		}
		if to.Minor.Compare(j.plan.Hops[k].To) > 0 {
			return fmt.Errorf("%s goes to %s, beyond the hop's end", move.Component, move.To)
		}
		for _, u := range units {
			if touched[u] {
				return fmt.Errorf("%s moves twice", u)
			}
			touched[u] = true
			if err := j.permitted(u, to); err != nil {
				return err
			}
			if u.component != "kube-apiserver" {
				continue
			}
			// Instances move one at a time: here this one does, alone.
			was := u.minor
			u.minor = to.Minor.Minor
			if err := j.judge(); err != nil {
				return fmt.Errorf("while %s alone has moved to %s: %w", u, move.To, err)
			}
			u.minor = was
		}
		for _, u := range units {
			u.minor, u.texts, u.judged = to.Minor.Minor, []string{move.To}, u.judged || u.minor == 0
		}
	}
	if err := j.embedded(step); err != nil {
		return err
	}
	if err := j.judge(); err != nil {
		return err
	}
	j.before, j.beforeInDoubt = j.distances(false), j.distances(true)
	for _, stay := range step.Stays {
		if err := j.stays(k, step.Stage, stay); err != nil {
			return fmt.Errorf("%s %s stays: %w", stay.Component, stay.Version, err)
		}
	}
	return nil
}

// find returns the units that a move is about. None is an error, unless the
// component is one that was not seen.
func (j *journey) find(move v1alpha1.PlanMove) ([]*unit, error) {
	if j.embeds(move.Component) {
		return nil, nil
	}
	all := j.of(move.Component)
	if len(move.Names) > 0 {
		return named(all, move.Component, move.From, move.Count, move.Names)
	}
	units := slices.DeleteFunc(slices.Clone(all), func(u *unit) bool { return !slices.Contains(u.texts, move.From) })
	switch {
	case move.From == "" && (len(all) == 0 || move.Component == "kube-apiserver"):
		return nil, nil
	case len(units) == 0:
		return nil, fmt.Errorf("%s moves from %q to %s, and none is there: %v", move.Component, move.From, move.To, all)
	case int(move.Count) < len(units) && move.Count > 0:
		return units[:move.Count], nil
	}
	return units, nil
}

// named returns the units of the names, all of which must be at the version.
func named(all []*unit, component, text string, count int32, names []string) ([]*unit, error) {
	if int(count) != len(names) || !slices.IsSorted(names) {
		return nil, fmt.Errorf("%d of %s at %q have the names %v, which should be as many and sorted", count, component, text, names)
	}
	var units []*unit
	for _, name := range names {
		i := slices.IndexFunc(all, func(u *unit) bool { return u.name == name && !slices.Contains(units, u) })
		if i < 0 || all[i].virtual {
			return nil, fmt.Errorf("%s %q does not exist among %v", component, name, all)
		}
		if !slices.Contains(all[i].texts, text) {
			return nil, fmt.Errorf("%s is said to be at %q", all[i], text)
		}
		units = append(units, all[i])
	}
	return units, nil
}

// permitted checks the move of one unit by itself.
func (j *journey) permitted(u *unit, to version.Version) error {
	if !u.judged {
		return nil
	}
	from, err := version.Parse(u.texts[0])
	if err != nil {
		return err
	}
	reached, _ := j.reached(u)
	switch down := to.Compare(from) < 0; {
	case u.component == "kube-apiserver" && (down || to.Minor.Minus(from.Minor) > 1):
		return fmt.Errorf("%s goes to %s", u, to)
	case down && j.before[u] == 0:
		return fmt.Errorf("%s is inside the policy and goes down to %s", u, to)
	case down && !j.tooNew(u):
		return fmt.Errorf("%s is too old, if anything, and goes down to %s", u, to)
	case u.component == "kubelet" && to.Minor.Minor > reached.oldest:
		return fmt.Errorf("%s goes to %s, above kube-apiserver at %d", u, to, reached.oldest)
	}
	return nil
}

// judge checks the state: inside the policy where the start was inside, and
// nothing farther outside than before where it was not.
func (j *journey) judge() error {
	strict, doubtful := j.distances(false), j.distances(true)
	switch {
	case j.strict && !inside(strict):
		return fmt.Errorf("the state is outside the policy: %s", j.faults(strict))
	case j.doubtful && !inside(doubtful):
		return fmt.Errorf("the state is outside the policy in any case: %s", j.faults(doubtful))
	}
	for _, u := range j.units {
		// Being outside in one reading alone is a warning, and no distance.
		if doubtful[u] > 0 && (j.beforeInDoubt[u] == 0 || strict[u] > j.before[u]) {
			return fmt.Errorf("%s is %d outside, before it was %d: kube-apiservers %v", u, strict[u], j.before[u], j.servers())
		}
	}
	return nil
}

func (j *journey) faults(distances map[*unit]int) string {
	var faults []string
	for _, u := range j.units {
		if distances[u] > 0 {
			faults = append(faults, fmt.Sprintf("%s by %d", u, distances[u]))
		}
	}
	return fmt.Sprintf("%s; kube-apiservers %v", strings.Join(faults, ", "), j.servers())
}

// embedded checks that what is part of another binary moves with it.
func (j *journey) embedded(step v1alpha1.PlanStep) error {
	for _, move := range step.Moves {
		if !j.embeds(move.Component) {
			continue
		}
		host := "kube-apiserver"
		if move.Component == "kube-proxy" {
			host = "kubelet"
		}
		hosts := j.of(host)
		at := func(u *unit) bool { return fmt.Sprintf("1.%d", u.minor) == minorText(move.To) }
		if len(hosts) > 0 && !slices.ContainsFunc(hosts, at) {
			return fmt.Errorf("%s moves to %s, and no %s is there, which it is part of", move.Component, move.To, host)
		}
	}
	return nil
}

// stays checks what is said about a component that keeps its version in hop k.
func (j *journey) stays(k int, stage v1alpha1.PlanStage, stay v1alpha1.PlanStay) error {
	v, err := version.Parse(stay.Version)
	if err != nil {
		return err
	}
	if !j.embeds(stay.Component) {
		all := j.of(stay.Component)
		if len(stay.Names) > 0 {
			if _, err := named(all, stay.Component, stay.Version, stay.Count, stay.Names); err != nil {
				return err
			}
		} else if !slices.ContainsFunc(all, func(u *unit) bool { return slices.Contains(u.texts, stay.Version) }) {
			return errors.New("it does not exist")
		}
	}
	bears := func(server int) bool {
		return server-v.Minor.Minor <= bearable(stay.Component, j.platform, server)
	}
	hops := j.plan.Hops[k+1:]
	if int(stay.Hops) > len(hops) {
		return fmt.Errorf("for %d hops, where %d remain", stay.Hops, len(hops))
	}
	borne := 0
	for borne < len(hops) && bears(hops[borne].To.Minor) {
		borne++
	}
	// What is said before this hop's move may count this hop.
	if int(stay.Hops) != borne && (stage != v1alpha1.StagePrepare || int(stay.Hops) != borne+1) {
		return fmt.Errorf("for %d hops, where %d leave it inside the policy", stay.Hops, borne)
	}
	until := j.servers().newest
	for bears(until + 1) {
		until++
	}
	if stay.Until.Minor != until {
		return fmt.Errorf("until %s, want 1.%d", stay.Until, until)
	}
	return nil
}

// arrived checks the end: all that is judged is at the target, or was said to stay.
func (j *journey) arrived(target int) error {
	staying := func(u *unit) bool {
		if len(j.plan.Hops) == 0 {
			return false
		}
		for _, step := range j.plan.Hops[len(j.plan.Hops)-1].Steps {
			for _, stay := range step.Stays {
				if stay.Component == u.component && slices.Contains(u.texts, stay.Version) && (len(stay.Names) == 0 || slices.Contains(stay.Names, u.name)) {
					return true
				}
			}
		}
		return false
	}
	for _, u := range j.units {
		newerClient := u.component == "kubectl" && u.minor == target+1
		if u.judged && u.minor != target && !newerClient && !staying(u) {
			return fmt.Errorf("%s does not arrive at 1.%d, and nothing says that it stays", u, target)
		}
	}
	return nil
}

// shrink leaves out whatever the failure does not need. A failure of another sort, by its text, is another one.
func (s scenario) shrink(t *testing.T, p *v1alpha1.UpgradePlan, err error) (scenario, *v1alpha1.UpgradePlan, error) {
	sort := func(err error) string {
		words := strings.FieldsFunc(err.Error(), func(r rune) bool { return !unicode.IsLetter(r) })
		return strings.Join(words[max(0, len(words)-5):], " ")
	}
	for again := true; again; {
		again = false
		for _, smaller := range s.smaller() {
			if q, e := smaller.verify(t); e != nil && sort(e) == sort(err) {
				s, p, err, again = smaller, q, e, true
				break
			}
		}
	}
	return s, p, err
}

// smaller are scenarios with one part less.
func (s scenario) smaller() []scenario {
	var all []scenario
	less := func(change func(s *scenario)) {
		c := s
		change(&c)
		all = append(all, c)
	}
	for i := range s.unread {
		less(func(c *scenario) { c.unread = slices.Delete(slices.Clone(s.unread), i, i+1) })
	}
	if s.target > s.servers[0].minor && s.target > s.model().servers().newest {
		less(func(c *scenario) { c.target-- })
	}
	for i := range s.groups {
		if s.proxies == nil || s.proxies[0].nodes == nil {
			less(func(c *scenario) { c.groups = slices.Delete(slices.Clone(s.groups), i, i+1) })
		}
		if names := s.groups[i].names; len(names) > 1 && (s.proxies == nil || s.proxies[0].nodes == nil) {
			less(func(c *scenario) { c.groups = slices.Clone(s.groups); c.groups[i].names = names[1:] })
		}
	}
	for i := range s.pods {
		less(func(c *scenario) { c.pods = slices.Delete(slices.Clone(s.pods), i, i+1) })
	}
	for i := range s.proxies {
		less(func(c *scenario) {
			if c.proxies = slices.Delete(slices.Clone(s.proxies), i, i+1); len(c.proxies) == 0 {
				c.proxies = nil
			}
		})
	}
	if last := len(s.servers) - 1; last > 0 && !slices.ContainsFunc(s.pods, func(p pod) bool { return p.node == last }) {
		less(func(c *scenario) { c.servers = s.servers[:last] })
	}
	for i, one := range s.servers {
		if one.pod {
			less(func(c *scenario) { c.servers = slices.Clone(s.servers); c.servers[i].pod = false })
		}
	}
	if s.kubectl != "" {
		less(func(c *scenario) { c.kubectl = "" })
	}
	if !s.metrics {
		less(func(c *scenario) { c.metrics = true })
	}
	return slices.DeleteFunc(all, func(c scenario) bool { return c.model().servers().newest > c.target })
}

// count notes what sort of case this was.
func (s scenario) count(p *v1alpha1.UpgradePlan, seen map[string]int) {
	m := s.model()
	at := m.servers()
	isOutside := !inside(m.distances(false))
	note := func(sort string, is bool) {
		if is {
			seen[sort]++
		}
	}
	blocked, prepared, keeps := false, false, false
	for _, hop := range p.Hops {
		blocked = blocked || skewVerdict(hop) == v1alpha1.Blocked
		for _, step := range hop.Steps {
			prepared = prepared || step.Stage == v1alpha1.StagePrepare && len(step.Moves) > 0
			keeps = keeps || len(step.Stays) > 0
		}
	}
	note(s.platform, true)
	note("inside", !isOutside)
	note("outside", isOutside)
	note("several instances", len(s.servers) > 1)
	note("an upgrade under way", at.oldest != at.newest)
	note("several hops", len(p.Hops) > 1)
	note("nothing but stragglers", at.newest == s.target)
	note("repaired", isOutside && !blocked)
	note("prepared", prepared && !isOutside)
	note("stays", keeps)
	note("blocked by skew", blocked)
	note("across 1.28", at.newest < 28 && s.target >= 28)
	note("nodes not read", s.unreadable(v1alpha1.SourceNodes))
	note("kube-proxy not read", s.unreadable(v1alpha1.SourceKubeProxy))
	note("pods not read", s.unreadable(v1alpha1.SourceControlPlanePods))
}

func (s scenario) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s to 1.%d, kubeadm %t, metrics %t, kubectl %s, not read %v\n", s.platform, s.target, s.kubeadm, s.metrics, s.kubectl, s.unread)
	for i, one := range s.servers {
		fmt.Fprintf(&b, "  kube-apiserver cp-%d %s, pod %t with a tag %t\n", i, s.text(one.minor, one.patch), one.pod, one.tagged)
	}
	for _, one := range s.pods {
		fmt.Fprintf(&b, "  %s cp-%d 1.%d, static %t, follows Kubernetes %t\n", one.component, one.node, one.minor, one.static, one.follows)
	}
	for _, g := range s.groups {
		fmt.Fprintf(&b, "  kubelet %s %v, control plane %t, virtual %t\n", g.text, g.names, g.controlPlane, g.virtual)
	}
	for _, p := range s.proxies {
		fmt.Fprintf(&b, "  kube-proxy 1.%d %v, windows %t\n", p.minor, p.nodes, p.windows)
	}
	return b.String()
}

// dump tells a plan, step by step.
func dump(p *v1alpha1.UpgradePlan) string {
	if p == nil {
		return ""
	}
	var b strings.Builder
	for _, hop := range p.Hops {
		fmt.Fprintf(&b, "hop %d: %s to %s\n", hop.Number, hop.From, hop.To)
		for _, gate := range hop.Gates {
			if gate.ID == "version-skew" {
				fmt.Fprintf(&b, "  %s: %s: %s\n", gate.ID, gate.Verdict, gate.Message)
			}
		}
		for _, step := range hop.Steps {
			fmt.Fprintf(&b, "  %d %s: %s\n", step.Number, step.Stage, step.Message)
			for _, move := range step.Moves {
				fmt.Fprintf(&b, "    %s %s to %s, %d %v\n", move.Component, move.From, move.To, move.Count, move.Names)
			}
			for _, stay := range step.Stays {
				fmt.Fprintf(&b, "    %s stays at %s for %d hops, until %s, %d %v\n", stay.Component, stay.Version, stay.Hops, stay.Until, stay.Count, stay.Names)
			}
		}
	}
	return b.String()
}
