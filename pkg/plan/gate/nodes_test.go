package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// outcome is a verdict, a part of the message, and the whole evidence.
type outcome struct {
	verdict  v1alpha1.Verdict
	message  string
	evidence []string
	remedy   string
}

// notAbout is the outcome of a check that does not concern the hop.
func notAbout() outcome { return outcome{} }

func (want outcome) of(t *testing.T, id string, h *Hop) {
	t.Helper()
	got := judge(t, id, h)
	if got.Verdict != want.verdict || !strings.Contains(got.Message, want.message) {
		t.Errorf("%s: %s: %q\nwant %s: %q", id, got.Verdict, got.Message, want.verdict, want.message)
	}
	if want.evidence != nil && strings.Join(got.Evidence, "\n") != strings.Join(want.evidence, "\n") {
		t.Errorf("%s: evidence\n%s\nwant\n%s", id, strings.Join(got.Evidence, "\n"), strings.Join(want.evidence, "\n"))
	}
	if !strings.Contains(got.Remedy, want.remedy) {
		t.Errorf("%s: remedy %q does not say %q", id, got.Remedy, want.remedy)
	}
	if got.Verdict != "" && got.Source == "" {
		t.Errorf("%s: %q has no source", id, got.Message)
	}
}

// inPlace keeps the nodes, and what runs on them.
func (h *Hop) inPlace() *Hop {
	h.Method.NodeUpgrade = v1alpha1.InPlace
	return h
}

func (h *Hop) managed() *Hop {
	h.Method.ControlPlane = v1alpha1.Managed
	return h
}

// having changes the snapshot.
func (h *Hop) having(change func(s *v1alpha1.Snapshot)) *Hop {
	change(h.Snapshot)
	return h
}

// flagged adds a pod of the control plane with flags, such as "cloud-provider=aws".
func (h *Hop) flagged(component, name string, flags ...string) *Hop {
	pod := v1alpha1.ControlPlanePod{Component: component, Namespace: "kube-system", Name: name, Static: true}
	for _, flag := range flags {
		key, value, _ := strings.Cut(flag, "=")
		pod.Flags = append(pod.Flags, v1alpha1.Flag{Name: key, Value: value})
	}
	h.Snapshot.ControlPlanePods.Pods = append(h.Snapshot.ControlPlanePods.Pods, pod)
	return h
}

// nodes of a kubelet, with a runtime.
func nodes(kubelet, runtime string, names ...string) v1alpha1.NodeGroup {
	return v1alpha1.NodeGroup{KubeletVersion: kubelet, Status: "Ready", OSImage: "Ubuntu 22.04.5 LTS", Kernel: "5.15.0-1051-aws", ContainerRuntime: runtime, Names: names}
}

// system is a node with an operating system and a kernel.
func system(kubelet, osImage, kernel string, names ...string) v1alpha1.NodeGroup {
	group := nodes(kubelet, "containerd://2.2.9", names...)
	group.OSImage, group.Kernel = osImage, kernel
	return group
}

func noNodes(s *v1alpha1.Snapshot)         { s.Nodes = nil }
func noConfiguration(s *v1alpha1.Snapshot) { s.Upgrade.Configuration = nil }
func noPods(s *v1alpha1.Snapshot)          { s.ControlPlanePods = nil }

// oneByOne makes the first node that moves one of the control plane's.
func (h *Hop) oneByOne() *Hop {
	h.Nodes[0].OneByOne = true
	return h
}

func TestContainerRuntime(t *testing.T) {
	const id = "container-runtime"
	passes := outcome{verdict: v1alpha1.Pass, message: "the container runtime of 1 of 1 node is recent enough for kubelet "}
	hop := func(from, to, runtime string) *Hop {
		return hopTo(t, from, to).moving(nodes("v"+from+".1", runtime, "a"))
	}
	several := func(runtimes ...string) *Hop {
		h := hopTo(t, "1.37", "1.38")
		for i, runtime := range runtimes {
			h.moving(nodes("v1.37.1", runtime, fmt.Sprintf("node-%d", i)))
		}
		return h
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"Docker before dockershim went": {hop("1.22", "1.23", "docker://20.10.7"), passes},
		"Docker when dockershim goes": {hop("1.23", "1.24", "docker://20.10.7"),
			outcome{v1alpha1.Blocked, "Docker on 1 of 1 node cannot serve kubelet from 1.24 on", []string{"docker://20.10.7: 1 node (a)"}, "containerd"}},
		"cri-dockerd, later":          {hop("1.24", "1.25", "docker://20.10.7"), passes},
		"containerd 1.5 for 1.25":     {hop("1.24", "1.25", "containerd://1.5.18"), outcome{verdict: v1alpha1.Warning, message: "older than containerd recommends for kubelet 1.25", remedy: "containerd 1.7.0 or newer"}},
		"containerd 1.5 for 1.26":     {hop("1.25", "1.26", "containerd://1.5.18"), outcome{verdict: v1alpha1.Blocked, message: "containerd on 1 of 1 node is older than 1.6, which kubelet needs from 1.26 on", remedy: "containerd 2.3.0 or newer"}},
		"containerd 1.6.0 for 1.26":   {hop("1.25", "1.26", "containerd://1.6.0"), outcome{verdict: v1alpha1.Warning, message: "older than containerd recommends for kubelet 1.26", remedy: "containerd 2.3.0 or newer"}},
		"containerd 1.6.15 for 1.26":  {hop("1.25", "1.26", "containerd://1.6.15"), passes},
		"containerd 1.7.27 for 1.35":  {hop("1.34", "1.35", "containerd://1.7.27"), outcome{verdict: v1alpha1.Warning, evidence: []string{"containerd://1.7.27: 1 node (a)"}}},
		"containerd 1.7.28 for 1.35":  {hop("1.34", "1.35", "containerd://1.7.28"), passes},
		"containerd 1.7 for 1.36":     {hop("1.35", "1.36", "containerd://1.7.35").inPlace(), outcome{verdict: v1alpha1.Warning, remedy: "upgrade containerd on the nodes to 2.3.0 or newer before kubelet"}},
		"containerd 2.2 for 1.36":     {hop("1.35", "1.36", "containerd://2.2.6-k3s1"), passes},
		"EKS before it asks":          {hop("1.34", "1.35", "containerd://1.7.28").on("amazon-eks").inPlace(), passes},
		"EKS in place":                {hop("1.35", "1.36", "containerd://1.7.28").on("amazon-eks").inPlace(), outcome{verdict: v1alpha1.Blocked, message: "containerd on 1 of 1 node is too old: Amazon EKS needs containerd 2.x from 1.36 on", evidence: []string{"containerd://1.7.28: 1 node (a)"}}},
		"EKS with new nodes":          {hop("1.35", "1.36", "containerd://1.7.28").on("amazon-eks"), outcome{verdict: v1alpha1.Warning, remedy: "choose an image with containerd 2.3.0 or newer"}},
		"ACK in place":                {hop("1.35", "1.36", "containerd://1.6.39").on("alibaba-ack").inPlace(), outcome{verdict: v1alpha1.Blocked}},
		"ACK in place, containerd 2":  {hop("1.35", "1.36", "containerd://2.1.6").on("alibaba-ack").inPlace(), outcome{verdict: v1alpha1.Warning, message: "older than containerd recommends for kubelet 1.36"}},
		"the fallback, in place":      {hop("1.37", "1.38", "containerd://1.7.35").inPlace(), outcome{verdict: v1alpha1.Blocked, message: "containerd on 1 of 1 node is older than 2.0, which kubelet is planned to need from 1.38 on", evidence: []string{"containerd://1.7.35: 1 node (a)"}}},
		"the fallback, with new ones": {hop("1.37", "1.38", "containerd://1.7.35"), outcome{verdict: v1alpha1.Warning}},
		"beyond the table":            {hop("1.36", "1.37", "containerd://2.3.0"), outcome{verdict: v1alpha1.Pass, message: "; containerd's table is known up to 1.36"}},
		"cri-o in place":              {hop("1.35", "1.36", "cri-o://1.35.2").inPlace(), outcome{verdict: v1alpha1.Unknown, message: "the container runtime of 1 of 1 node is not known to be for kubelet 1.36", evidence: []string{"cri-o://1.35.2: 1 node (a)"}}},
		"cri-o that goes":             {hop("1.35", "1.36", "cri-o://1.35.2"), outcome{verdict: v1alpha1.Pass, message: "of 0 of 1 node is recent enough for kubelet 1.36; 1 not judged"}},
		"no number, in place":         {hop("1.35", "1.36", "containerd://Unknown").inPlace(), outcome{verdict: v1alpha1.Unknown}},
		"nothing in the table":        {hop("1.35", "1.36", "").inPlace(), outcome{verdict: v1alpha1.Unknown, evidence: []string{"not in the node table: 1 node (a)"}}},
		"what is required leads": {several("containerd://2.1.9", "containerd://1.7.35", "containerd://1.6.39"), outcome{v1alpha1.Warning,
			"containerd on 2 of 3 nodes is older than 2.0, which kubelet is planned to need from 1.38 on; containerd on 1 of 3 nodes is older than containerd recommends for kubelet 1.38; containerd's table is known up to 1.36",
			[]string{"containerd://1.6.39: 1 node (node-2)", "containerd://1.7.35: 1 node (node-1)", "containerd://2.1.9: 1 node (node-0)"}, "choose an image with containerd 2.3.0 or newer for the new nodes"}},
		"the control plane's stays": {several("containerd://1.7.35", "containerd://1.7.35").oneByOne(), outcome{v1alpha1.Blocked,
			"containerd on 2 of 2 nodes is older than 2.0, which kubelet is planned to need from 1.38 on",
			[]string{"containerd://1.7.35: 2 nodes (node-0, node-1)"},
			"choose an image with containerd 2.3.0 or newer for the new nodes, and upgrade it on those of the control plane before kubelet"}},
		"no remedy that goes back": {hop("1.34", "1.35", "containerd://2.0.14").inPlace(), outcome{verdict: v1alpha1.Warning, remedy: "to 2.3.0 or newer"}},
		"no node moves":            {hopTo(t, "1.35", "1.36"), notAbout()},
		"nodes not read":           {hopTo(t, "1.35", "1.36").having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), outcome{verdict: v1alpha1.Unknown, remedy: "list nodes"}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestALargeClusterGivesAHandfulOfLines(t *testing.T) {
	h := hopTo(t, "1.34", "1.35")
	for i := range 50 {
		names := make([]string, 100)
		for j := range names {
			names[j] = fmt.Sprintf("node-%02d%02d", i, j)
		}
		// Groups that differ by their kubelet alone.
		h.moving(system(fmt.Sprintf("v1.34.%d", i), "CentOS Linux 7 (Core)", "3.10.0-1160.el7.x86_64", names...))
	}
	outcome{v1alpha1.Warning, "5,000 of 5,000 nodes", []string{"CentOS Linux 7 (Core), cgroup v1 by default: 5,000 nodes (node-0000, node-0001, +4,998)"}, ""}.of(t, "cgroup-v2", h)
	outcome{v1alpha1.Warning, "5,000 of 5,000 nodes", []string{"3.10.0-1160.el7.x86_64: 5,000 nodes (node-0000, node-0001, +4,998)"}, ""}.of(t, "kernel", h)
}

// Groups that differ in all that a check looks at come to no more lines.
func TestManyKindsOfNodesGiveAHandfulOfLines(t *testing.T) {
	h := hopTo(t, "1.37", "1.38")
	for i := range 20 {
		var names []string
		for j := range 100 - i {
			names = append(names, fmt.Sprintf("node-%02d%02d", i, j))
		}
		group := system("v1.34.1", fmt.Sprintf("CentOS Linux 7.%d", i), fmt.Sprintf("3.10.%d", i), names...)
		group.ContainerRuntime, group.Status = fmt.Sprintf("containerd://1.7.%d", i), fmt.Sprintf("NotReady,%d", i)
		h.moving(group)
	}
	for _, id := range []string{"container-runtime", "cgroup-v2", "kernel", "nodes-ready"} {
		got := judge(t, id, h)
		if len(got.Evidence) != handful || !strings.HasPrefix(got.Evidence[6], "14 others: 1,225 nodes (") {
			t.Errorf("%s:\n%s", id, strings.Join(got.Evidence, "\n"))
		}
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 20000: "20,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestCgroupVersion(t *testing.T) {
	const id, debug = "cgroup-v2", "kubectl debug node/a -it --image=busybox -- chroot /host stat -fc %T /sys/fs/cgroup"
	hop := func(from, to, osImage string) *Hop {
		return hopTo(t, from, to).moving(system("v"+from+".1", osImage, "5.15.0", "a"))
	}
	failing := func(fail bool) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) {
			s.Upgrade.Configuration.Kubelet = &v1alpha1.KubeletConfiguration{FailCgroupV1: &fail}
		}
	}
	master := func(osImage string) v1alpha1.NodeGroup {
		group := system("v1.34.1", osImage, "5.15.0", "cp")
		group.Roles = "control-plane"
		return group
	}
	untold := outcome{v1alpha1.Unknown, "kubelet 1.35 does not start on cgroup v1, and the API does not tell the version on 1 node; v2 is the default on 1", []string{"Ubuntu 22.04.5 LTS, cgroup v2 by default: 1 node (a)"}, debug}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"before it is required":                {hop("1.33", "1.34", "CentOS Linux 7 (Core)"), notAbout()},
		"when it is":                           {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS").inPlace(), untold},
		"with new nodes":                       {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS"), outcome{verdict: v1alpha1.Pass, message: "kubelet 1.35 does not start on cgroup v1, and v2 is the default on 1 node; one that is set up otherwise is not visible"}},
		"with one of another system":           {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS").moving(system("v1.34.1", "Flatcar", "5.15.0", "b")), outcome{verdict: v1alpha1.Unknown, remedy: "choose an image that boots with cgroup v2"}},
		"with one of the control plane":        {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS").moving(master("Ubuntu 22.04.5 LTS")), outcome{verdict: v1alpha1.Unknown, message: "does not tell the version on 1 of 2 nodes, which stay as they are", remedy: "of a node that keeps its image, kubectl debug node/cp"}},
		"with an old one of the control plane": {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS").moving(master("Ubuntu 20.04.6 LTS")), outcome{verdict: v1alpha1.Blocked, message: "v1 is the default on 1 of 2 nodes"}},
		"with an old one":                      {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS").moving(system("v1.34.1", "Ubuntu 20.04.6 LTS", "5.15.0", "b")), outcome{verdict: v1alpha1.Warning, message: "v1 is the default on 1 of 2 nodes"}},
		"after it was":                         {hop("1.35", "1.36", "Ubuntu 20.04.6 LTS"), notAbout()},
		"three minors at once":                 {hop("1.33", "1.36", "Ubuntu 20.04.6 LTS"), outcome{verdict: v1alpha1.Warning, message: "kubelet 1.36 does not start on cgroup v1; v1 is the default on 1 of 1 node"}},
		"an old system":                        {hop("1.34", "1.35", "Amazon Linux 2").inPlace(), outcome{v1alpha1.Blocked, "v1 is the default on 1 of 1 node", []string{"Amazon Linux 2, cgroup v1 by default: 1 node (a)"}, debug}},
		"an old system, allowed":               {hop("1.34", "1.35", "Amazon Linux 2").inPlace().having(failing(false)), outcome{verdict: v1alpha1.Warning, message: "only because failCgroupV1 is false"}},
		"a platform, an old system":            {hop("1.34", "1.35", "Amazon Linux 2").on("daocloud-dce").inPlace(), outcome{verdict: v1alpha1.Warning, message: "needs cgroup v2 from 1.35 on; v1 is the default on 1 of 1 node"}},
		"a system that is not known":           {hop("1.34", "1.35", "Flatcar Container Linux by Kinvolk 3975.2.1"), outcome{verdict: v1alpha1.Unknown, message: "v2 is the default on 0; not judged: Flatcar Container Linux by Kinvolk 3975.2.1"}},
		"failCgroupV1 false":                   {hop("1.34", "1.35", "CentOS Linux 7 (Core)").having(failing(false)), outcome{verdict: v1alpha1.Warning, message: "only because failCgroupV1 is false", remedy: "remove failCgroupV1"}},
		"failCgroupV1 true":                    {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS").inPlace().having(failing(true)), untold},
		"a platform that asks for it": {hop("1.34", "1.35", "Ubuntu 22.04.5 LTS").on("daocloud-dce").having(failing(false)),
			outcome{verdict: v1alpha1.Unknown, message: "needs cgroup v2 from 1.35 on, and the API does not tell"}},
		"Windows":                       {hop("1.34", "1.35", "Windows Server 2022 Datacenter"), notAbout()},
		"no node moves":                 {hopTo(t, "1.34", "1.35"), notAbout()},
		"nodes not read":                {hopTo(t, "1.34", "1.35").having(noNodes).gap(v1alpha1.SourceNodes, ""), outcome{verdict: v1alpha1.Unknown, message: "nodes could not be read"}},
		"nodes not read, late ones":     {hopTo(t, "1.37", "1.38").having(noNodes).gap(v1alpha1.SourceNodes, ""), outcome{verdict: v1alpha1.Unknown, message: "nodes could not be read"}},
		"nodes not read, all there":     {hopTo(t, "1.38", "1.39").having(noNodes).gap(v1alpha1.SourceNodes, ""), notAbout()},
		"nodes not read, and no matter": {hopTo(t, "1.33", "1.34").having(noNodes).gap(v1alpha1.SourceNodes, ""), notAbout()},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestKernel(t *testing.T) {
	const id = "kernel"
	hop := func(from, to, kernel string) *Hop {
		return hopTo(t, from, to).moving(system("v"+from+".1", "Red Hat Enterprise Linux 8.10 (Ootpa)", kernel, "a"))
	}
	nftables := func(s *v1alpha1.Snapshot) {
		s.Upgrade.Configuration.KubeProxy = &v1alpha1.KubeProxyConfiguration{ConfigMap: "kube-proxy", Mode: "nftables"}
	}
	allowed := false
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"before cgroup v2 is required": {hop("1.33", "1.34", "4.18.0-553.el8_10.x86_64"), notAbout()},
		"too old for cgroup v2":        {hop("1.34", "1.35", "4.18.0-553.el8_10.x86_64"), outcome{v1alpha1.Warning, "needs kernel 5.8 or newer, and it is older on 1 of 1 node", []string{"4.18.0-553.el8_10.x86_64: 1 node (a)"}, "choose an image with kernel 5.8"}},
		"just too old":                 {hop("1.34", "1.35", "5.7.19"), outcome{verdict: v1alpha1.Warning}},
		"just right":                   {hop("1.34", "1.35", "5.8.0-63-generic"), outcome{verdict: v1alpha1.Pass}},
		"as 1.37 prints it":            {hop("1.34", "1.35", "6.1.0 (amd64)"), outcome{verdict: v1alpha1.Pass}},
		"not in the table":             {hop("1.34", "1.35", ""), outcome{verdict: v1alpha1.Unknown, remedy: "uname -r"}},
		"kubelets that stay on cgroup v1": {hop("1.34", "1.35", "4.18.0").having(func(s *v1alpha1.Snapshot) {
			s.Upgrade.Configuration.Kubelet = &v1alpha1.KubeletConfiguration{FailCgroupV1: &allowed}
		}), notAbout()},
		"ACP in place":       {hop("1.34", "1.35", "5.4.0").on("alauda-acp").inPlace(), outcome{verdict: v1alpha1.Blocked, message: "needs cgroup v2 and kernel 5.8 or newer from 1.35 on", remedy: "boot the nodes with kernel 5.8"}},
		"ACP with new nodes": {hop("1.34", "1.35", "5.4.0").on("alauda-acp"), outcome{verdict: v1alpha1.Warning}},
		"ACP before":         {hop("1.33", "1.34", "5.4.0").on("alauda-acp").inPlace(), notAbout()},
		"nftables, old":      {hop("1.33", "1.34", "5.12.19").having(nftables), outcome{verdict: v1alpha1.Warning, message: "mode nftables needs kernel 5.13"}},
		"nftables, recent":   {hop("1.33", "1.34", "5.13.0").having(nftables), outcome{verdict: v1alpha1.Pass}},
		"nftables, once":     {hop("1.33", "1.34", "5.12.19").having(nftables).later(), notAbout()},
		"nodes not read":     {hopTo(t, "1.34", "1.35").having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), outcome{verdict: v1alpha1.Unknown}},
		"late ones not read": {hopTo(t, "1.37", "1.38").having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), outcome{verdict: v1alpha1.Unknown}},
		"all there":          {hopTo(t, "1.38", "1.39").having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), notAbout()},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestNodesReady(t *testing.T) {
	hop := func(statuses ...string) *Hop {
		h := hopTo(t, "1.36", "1.37")
		for i, status := range statuses {
			group := nodes("v1.36.1", "containerd://2.2.9", fmt.Sprintf("node-%d", i))
			group.Status = status
			h.moving(group)
		}
		return h
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"all ready":      {hop("Ready", "Ready"), outcome{verdict: v1alpha1.Pass, message: "2 nodes ready"}},
		"not ready":      {hop("Ready", "NotReady"), outcome{v1alpha1.Warning, "of 2 nodes 1 not ready", []string{"NotReady: 1 node (node-1)"}, "kubectl describe node"}},
		"unknown":        {hop("Unknown"), outcome{verdict: v1alpha1.Warning, message: "1 not ready"}},
		"cordoned":       {hop("Ready,SchedulingDisabled", "Ready"), outcome{v1alpha1.Warning, "of 2 nodes 1 cordoned", []string{"Ready,SchedulingDisabled: 1 node (node-0)"}, "kubectl uncordon"}},
		"both":           {hop("NotReady,SchedulingDisabled", "Ready,SchedulingDisabled"), outcome{verdict: v1alpha1.Warning, message: "of 2 nodes 1 not ready, 1 cordoned"}},
		"a later hop":    {hop("NotReady").later(), notAbout()},
		"nodes not read": {hopTo(t, "1.36", "1.37").having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), outcome{verdict: v1alpha1.Unknown}},
		"virtual nodes": {hop("Ready").having(func(s *v1alpha1.Snapshot) {
			s.Nodes.Groups = append(s.Nodes.Groups, v1alpha1.NodeGroup{Status: "NotReady", Virtual: true, Names: []string{"v"}})
		}), outcome{verdict: v1alpha1.Pass, message: "1 node ready"}},
		"no nodes": {hopTo(t, "1.36", "1.37"), notAbout()},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, "nodes-ready", tc.hop) })
	}
}

// An empty snapshot passes no check but those that judge something else.
func TestNoCheckPassesOnNothing(t *testing.T) {
	elsewhere := []string{"platform-offers", "api-server-versions", "version-skew", "removed-apis", "add-ons", "rollback"}
	for m := 20; m < 45; m++ {
		from := fmt.Sprintf("1.%d", m)
		h := hopTo(t, from, minor(t, from).Add(1).String()).moving(v1alpha1.NodeGroup{Names: []string{"a"}})
		h.Snapshot = v1alpha1.NewSnapshot("test")
		for _, g := range Evaluate(h) {
			if g.Verdict == v1alpha1.Pass && !slices.Contains(elsewhere, g.ID) {
				t.Errorf("%s: %s passes on nothing: %s", from, g.ID, g.Message)
			}
		}
	}
}
