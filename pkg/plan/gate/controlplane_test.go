package gate

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

func TestKubeProxyMode(t *testing.T) {
	const id = "kube-proxy-mode"
	hop := func(from, to, mode string) *Hop {
		return hopTo(t, from, to).having(func(s *v1alpha1.Snapshot) {
			s.KubeProxy.DaemonSets = []v1alpha1.KubeProxyDaemonSet{{Name: "kube-proxy"}}
			s.Upgrade.Configuration.KubeProxy = &v1alpha1.KubeProxyConfiguration{ConfigMap: "kube-proxy", Mode: mode}
		})
	}
	gated := func(s *v1alpha1.Snapshot) {
		s.Upgrade.Configuration.KubeProxy.FeatureGates = map[string]bool{"KubeProxyIPVS": true}
	}
	unnamed := func(s *v1alpha1.Snapshot) { s.Upgrade.Configuration.KubeProxy = nil }
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"ipvs before":              {hop("1.33", "1.34", "ipvs"), notAbout()},
		"ipvs when deprecated":     {hop("1.34", "1.35", "ipvs").later(), outcome{v1alpha1.Warning, "mode ipvs is deprecated since 1.35", []string{"ConfigMap kube-system/kube-proxy: mode ipvs"}, "edit configmap kube-proxy"}},
		"ipvs, deprecated already": {hop("1.35", "1.36", "ipvs"), outcome{verdict: v1alpha1.Warning}},
		"ipvs, said already":       {hop("1.35", "1.36", "ipvs").later(), notAbout()},
		"ipvs before it is off":    {hop("1.38", "1.39", "ipvs"), outcome{verdict: v1alpha1.Warning}},
		"ipvs off":                 {hop("1.39", "1.40", "ipvs"), outcome{verdict: v1alpha1.Blocked, message: "is planned to be off by default in 1.40"}},
		"ipvs off, but for a gate": {hop("1.39", "1.40", "ipvs").having(gated), outcome{verdict: v1alpha1.Warning, message: "KubeProxyIPVS is on"}},
		"ipvs that survived":       {hop("1.40", "1.41", "ipvs").having(gated), outcome{verdict: v1alpha1.Warning, message: "deprecated"}},
		"ipvs removed":             {hop("1.42", "1.43", "ipvs").having(gated), outcome{verdict: v1alpha1.Blocked, message: "is planned to be removed in 1.43"}},
		"iptables":                 {hop("1.34", "1.35", "iptables"), outcome{verdict: v1alpha1.Pass, message: "mode iptables"}},
		"not set, before":          {hop("1.35", "1.36", ""), outcome{verdict: v1alpha1.Pass, message: "mode not set"}},
		"not set":                  {hop("1.36", "1.37", "").later(), outcome{verdict: v1alpha1.Warning, message: "default is about to move"}},
		"no kube-proxy":            {hopTo(t, "1.36", "1.37"), notAbout()},
		"no ConfigMap":             {hop("1.36", "1.37", "").having(unnamed), outcome{verdict: v1alpha1.Unknown, remedy: "kubectl -n kube-system get daemonset kube-proxy -o yaml"}},
		"configuration not read":   {hop("1.36", "1.37", "").having(noConfiguration).gap(v1alpha1.SourceConfiguration, "get configmaps"), outcome{verdict: v1alpha1.Unknown, remedy: "get configmaps"}},
		"kube-proxy not read":      {hop("1.36", "1.37", "").having(func(s *v1alpha1.Snapshot) { s.KubeProxy = nil }).gap(v1alpha1.SourceKubeProxy, "list daemonsets.apps"), outcome{verdict: v1alpha1.Unknown}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestFeatureGates(t *testing.T) {
	const id = "feature-gates"
	configured := func(change func(c *v1alpha1.Configuration)) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) { change(s.Upgrade.Configuration) }
	}
	kubelet := configured(func(c *v1alpha1.Configuration) {
		c.Kubelet = &v1alpha1.KubeletConfiguration{FeatureGates: map[string]bool{"SidecarContainers": true}}
	})
	proxy := configured(func(c *v1alpha1.Configuration) {
		c.KubeProxy = &v1alpha1.KubeProxyConfiguration{ConfigMap: "kube-proxy", FeatureGates: map[string]bool{"TopologyAwareHints": true}}
	})
	kubeadm := configured(func(c *v1alpha1.Configuration) {
		c.Kubeadm = &v1alpha1.KubeadmConfiguration{FeatureGates: map[string]bool{"NodeLocalCRISocket": true}}
	})
	gated := func(from, to string) *Hop {
		return hopTo(t, from, to).
			flagged("kube-apiserver", "kube-apiserver-a", "feature-gates=SidecarContainers=true,Other=false").
			flagged("kube-apiserver", "kube-apiserver-b", "feature-gates=SidecarContainers=true")
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"a gate before it goes": {gated("1.35", "1.36"), outcome{verdict: v1alpha1.Pass, message: "none of 3 feature gates set is gone in 1.36"}},
		"a gate when it goes": {gated("1.36", "1.37"), outcome{v1alpha1.Blocked, "components do not start at 1.37 with 1 feature gate that it no longer knows",
			[]string{"kube-apiserver --feature-gates: SidecarContainers, gone in 1.37: 2 objects (kube-apiserver-a, kube-apiserver-b)"}, "remove the gates"}},
		"beyond what is known":           {gated("1.37", "1.38"), outcome{verdict: v1alpha1.Unknown, message: "which ones 1.38 removes is not known"}},
		"before what is known":           {gated("1.31", "1.32"), outcome{verdict: v1alpha1.Unknown}},
		"kubelets that stay":             {hopTo(t, "1.36", "1.37").having(kubelet), outcome{verdict: v1alpha1.Pass}},
		"kubelets that move":             {hopTo(t, "1.36", "1.37").having(kubelet).moving(nodes("v1.36.1", "", "a")), outcome{verdict: v1alpha1.Blocked, evidence: []string{"kubelet: SidecarContainers, gone in 1.37: 1 object (ConfigMap kube-system/kubelet-config)"}}},
		"kubelets that follow later":     {hopTo(t, "1.37", "1.37").having(kubelet).moving(nodes("v1.36.1", "", "a")), outcome{verdict: v1alpha1.Blocked}},
		"kube-proxy before":              {hopTo(t, "1.34", "1.35").having(proxy), outcome{verdict: v1alpha1.Pass}},
		"kube-proxy":                     {hopTo(t, "1.35", "1.36").having(proxy), outcome{verdict: v1alpha1.Blocked}},
		"kubeadm before":                 {hopTo(t, "1.35", "1.36").having(kubeadm), outcome{verdict: v1alpha1.Pass}},
		"kubeadm":                        {hopTo(t, "1.36", "1.37").having(kubeadm), outcome{verdict: v1alpha1.Blocked, evidence: []string{"kubeadm: NodeLocalCRISocket, gone in 1.37: 1 object (ConfigMap kube-system/kubeadm-config)"}}},
		"no gates":                       {hopTo(t, "1.36", "1.37").flagged("kube-apiserver", "kube-apiserver-a", "secure-port=6443"), outcome{verdict: v1alpha1.Pass, message: "no feature gate is set in 1 place"}},
		"nothing visible":                {hopTo(t, "1.36", "1.37"), outcome{verdict: v1alpha1.Unknown}},
		"nothing visible, and no matter": {hopTo(t, "1.36", "1.37").managed(), notAbout()},
		"pods not read":                  {hopTo(t, "1.36", "1.37").having(noPods).gap(v1alpha1.SourceControlPlanePods, "list pods"), outcome{verdict: v1alpha1.Unknown}},
		"configuration not read":         {gated("1.35", "1.36").having(noConfiguration).gap(v1alpha1.SourceConfiguration, "get configmaps"), outcome{verdict: v1alpha1.Unknown, remedy: "get configmaps"}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestRemovedFlags(t *testing.T) {
	const id = "removed-flags"
	syncs := func(from, to string) *Hop {
		return hopTo(t, from, to).flagged("kube-controller-manager", "kcm-a", "concurrent-service-syncs=5")
	}
	policies := func(from, to string) *Hop {
		return hopTo(t, from, to).flagged("kube-apiserver", "apiserver-a", "enable-admission-plugins=NodeRestriction,PodSecurityPolicy")
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"a flag before":         {syncs("1.35", "1.36"), notAbout()},
		"a flag":                {syncs("1.36", "1.37"), outcome{v1alpha1.Blocked, "1 pod of the control plane would not start at 1.37", []string{"kube-controller-manager --concurrent-service-syncs, gone in 1.37: 1 pod (kcm-a)"}, "remove the flags"}},
		"a flag of another":     {hopTo(t, "1.36", "1.37").flagged("kube-scheduler", "s", "concurrent-service-syncs=5"), outcome{verdict: v1alpha1.Pass}},
		"with its dashes":       {hopTo(t, "1.36", "1.37").flagged("kube-controller-manager", "kcm-a", "--concurrent-service-syncs=5"), outcome{verdict: v1alpha1.Blocked}},
		"an admission plugin":   {policies("1.24", "1.25"), outcome{verdict: v1alpha1.Blocked, message: "would not start at 1.25"}},
		"the plugin before":     {policies("1.23", "1.24"), notAbout()},
		"another plugin":        {hopTo(t, "1.24", "1.25").flagged("kube-apiserver", "a", "enable-admission-plugins=NodeRestriction"), outcome{verdict: v1alpha1.Pass}},
		"pods not read":         {hopTo(t, "1.36", "1.37").having(noPods).gap(v1alpha1.SourceControlPlanePods, "list pods"), outcome{verdict: v1alpha1.Unknown, remedy: "list pods"}},
		"nothing visible":       {hopTo(t, "1.36", "1.37"), outcome{verdict: v1alpha1.Unknown, remedy: "ps "}},
		"nothing of a platform": {hopTo(t, "1.36", "1.37").managed(), notAbout()},
		"one binary":            {hopTo(t, "1.36", "1.37").on("k3s"), outcome{verdict: v1alpha1.Unknown, remedy: "kube-apiserver-arg"}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestKubeletFlags(t *testing.T) {
	hop := func(from, to string) *Hop { return hopTo(t, from, to).moving(nodes("v"+from+".1", "", "a", "b")) }
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"before":               {hop("1.32", "1.33"), notAbout()},
		"cloud-config":         {hop("1.33", "1.34"), outcome{v1alpha1.Unknown, "kubelet 1.34 lost 1 flag and does not start where one is set, and the API does not show the flags on 2 nodes", []string{"gone in 1.34: --cloud-config"}, "on one node of each kind: ps -ww -o args= -C kubelet"}},
		"none":                 {hop("1.35", "1.36"), notAbout()},
		"those of 1.37":        {hop("1.36", "1.37"), outcome{verdict: v1alpha1.Unknown, message: "18 flags"}},
		"three minors":         {hop("1.33", "1.36"), outcome{verdict: v1alpha1.Unknown, evidence: []string{"gone in 1.34: --cloud-config", "gone in 1.35: --pod-infra-container-image"}}},
		"no node moves":        {hopTo(t, "1.36", "1.37"), notAbout()},
		"late ones not read":   {hopTo(t, "1.37", "1.38").having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), outcome{verdict: v1alpha1.Unknown, remedy: "list nodes"}},
		"images of a provider": {hop("1.33", "1.34").managed(), notAbout()},
		"nodes that it keeps":  {hop("1.33", "1.34").managed().inPlace(), outcome{verdict: v1alpha1.Unknown}},
		"nodes of one binary":  {hop("1.33", "1.34").on("k3s"), outcome{verdict: v1alpha1.Unknown, remedy: "kubelet-arg in k3s's configuration file"}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, "kubelet-flags", tc.hop) })
	}
}

func TestCloudProvider(t *testing.T) {
	const id = "cloud-provider"
	hop := func(from, to, provider string) *Hop {
		return hopTo(t, from, to).flagged("kube-controller-manager", "kcm-a", "cloud-provider="+provider)
	}
	const both = "DisableCloudProviders=false,DisableKubeletCloudCredentialProviders=false"
	gated := func(provider, gates string) *Hop {
		return hopTo(t, "1.28", "1.29").flagged("kube-controller-manager", "kcm-a", "cloud-provider="+provider, "feature-gates=Other=true,"+gates)
	}
	for provider, gone := range map[string]string{"openstack": "1.26", "aws": "1.27", "azure": "1.30", "vsphere": "1.30", "gce": "1.31"} {
		at := minor(t, gone)
		outcome{v1alpha1.Blocked, "would not start at " + gone, []string{"kube-controller-manager --cloud-provider=" + provider + ", gone in " + gone + ": 1 pod (kcm-a)"}, "external"}.
			of(t, id, hop(at.Add(-1).String(), gone, provider))
		if got := judge(t, id, hop(at.Add(-2).String(), at.Add(-1).String(), provider)); at != minor(t, "1.30") && got.Verdict == v1alpha1.Blocked {
			t.Errorf("%s is blocked before %s", provider, gone)
		}
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"external":         {hop("1.26", "1.27", "external"), outcome{verdict: v1alpha1.Pass, message: "no --cloud-provider=aws in 1 pod"}},
		"no provider goes": {hop("1.27", "1.28", "gce"), notAbout()},
		"off by default": {hop("1.28", "1.29", "vsphere"), outcome{v1alpha1.Blocked, "would not start at 1.29: its cloud provider is off by default",
			[]string{"kube-controller-manager --cloud-provider=vsphere, off by default since 1.29: 1 pod (kcm-a)"},
			"as a stopgap, set --feature-gates=DisableCloudProviders=false,DisableKubeletCloudCredentialProviders=false"}},
		"external when others are off": {hop("1.28", "1.29", "external"), outcome{verdict: v1alpha1.Pass, message: "no --cloud-provider=azure or gce or vsphere in 1 pod"}},
		"off, but for both gates": {gated("gce", both), outcome{v1alpha1.Warning, "starts at 1.29 only because feature gates are false",
			[]string{"kube-controller-manager --cloud-provider=gce, off by default since 1.29: 1 pod (kcm-a)"}, "cloud-controller-manager"}},
		"off, but for one gate":         {gated("gce", "DisableCloudProviders=false"), outcome{verdict: v1alpha1.Blocked}},
		"off, and gates that say so":    {gated("gce", "DisableCloudProviders=true,DisableKubeletCloudCredentialProviders=false"), outcome{verdict: v1alpha1.Blocked}},
		"gone, whatever the gates":      {hopTo(t, "1.29", "1.30").flagged("kube-controller-manager", "kcm-a", "cloud-provider=azure", "feature-gates="+both), outcome{verdict: v1alpha1.Blocked, message: "no part of Kubernetes"}},
		"off and gone at once":          {hop("1.28", "1.30", "azure"), outcome{verdict: v1alpha1.Blocked, evidence: []string{"kube-controller-manager --cloud-provider=azure, gone in 1.30: 1 pod (kcm-a)"}}},
		"nothing visible of one binary": {hopTo(t, "1.26", "1.27").on("k3s"), notAbout()},
		"flags of one binary":           {hop("1.26", "1.27", "aws").on("rke2"), outcome{verdict: v1alpha1.Blocked}},
		"nothing visible":               {hopTo(t, "1.26", "1.27"), outcome{verdict: v1alpha1.Unknown}},
		"nothing of a platform":         {hopTo(t, "1.26", "1.27").managed().having(noPods), notAbout()},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestKubeadmConfig(t *testing.T) {
	hop := func(from, to, apiVersion string) *Hop {
		return hopTo(t, from, to).having(func(s *v1alpha1.Snapshot) {
			s.Upgrade.Configuration.Kubeadm = &v1alpha1.KubeadmConfiguration{APIVersion: "kubeadm.k8s.io/" + apiVersion}
		})
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"v1beta3 before":               {hop("1.29", "1.30", "v1beta3"), outcome{verdict: v1alpha1.Pass}},
		"v1beta3 deprecated":           {hop("1.30", "1.31", "v1beta3"), outcome{verdict: v1alpha1.Warning, message: "deprecated since kubeadm 1.31"}},
		"v1beta3 deprecated already":   {hop("1.35", "1.36", "v1beta3"), outcome{verdict: v1alpha1.Warning}},
		"v1beta3 said already":         {hop("1.35", "1.36", "v1beta3").later(), notAbout()},
		"v1beta3 removed":              {hop("1.36", "1.37", "v1beta3"), outcome{v1alpha1.Blocked, "kubeadm 1.37 no longer reads", []string{"ConfigMap kube-system/kubeadm-config: kubeadm.k8s.io/v1beta3"}, "with kubeadm 1.35: kubectl -n kube-system get configmap kubeadm-config"}},
		"v1beta3 written anew by then": {hop("1.36", "1.37", "v1beta3").later(), notAbout()},
		"one binary":                   {hop("1.36", "1.37", "v1beta3").on("rke2"), notAbout()},
		"v1beta2 removed":              {hop("1.26", "1.27", "v1beta2"), outcome{verdict: v1alpha1.Blocked, remedy: "with kubeadm 1.26"}},
		"v1beta1 removed":              {hop("1.21", "1.22", "v1beta1"), outcome{verdict: v1alpha1.Blocked, remedy: "with kubeadm 1.21"}},
		"v1beta4":                      {hop("1.36", "1.37", "v1beta4"), outcome{verdict: v1alpha1.Pass, message: "kubeadm 1.37 reads the ClusterConfiguration kubeadm.k8s.io/v1beta4"}},
		"no kubeadm":                   {hopTo(t, "1.36", "1.37"), notAbout()},
		"configuration not read":       {hopTo(t, "1.36", "1.37").having(noConfiguration).gap(v1alpha1.SourceConfiguration, "get configmaps"), outcome{verdict: v1alpha1.Unknown, remedy: "get configmaps"}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, "kubeadm-config", tc.hop) })
	}
}

func TestEtcdVersion(t *testing.T) {
	const id = "etcd-version"
	seen := func(tag string) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) {
			s.ControlPlanePods.Pods = []v1alpha1.ControlPlanePod{
				{Component: "etcd", Name: "etcd-a", Image: "registry.k8s.io/etcd:" + tag}, {Component: "etcd", Name: "etcd-b", Image: "registry.k8s.io/etcd:3.7.3-0"},
			}
		}
	}
	kubeadm := func(external bool) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) {
			s.Upgrade.Configuration.Kubeadm = &v1alpha1.KubeadmConfiguration{APIVersion: "kubeadm.k8s.io/v1beta4", ExternalEtcd: external}
		}
	}
	digest := func(s *v1alpha1.Snapshot) {
		s.ControlPlanePods.Pods = []v1alpha1.ControlPlanePod{{Component: "etcd", Name: "etcd-a", Image: "registry.k8s.io/etcd@sha256:00"}}
	}
	on := func(h *Hop, day string) *Hop {
		at, err := calendar.Parse(day)
		if err != nil {
			t.Fatal(err)
		}
		h.At = at
		return h
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"kubeadm's own":            {hopTo(t, "1.36", "1.37").having(seen("3.6.11-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Pass, message: "kubeadm 1.37.1 upgrades etcd from 3.6.11 to 3.7.0"}},
		"3.6 below what 3.7 wants": {hopTo(t, "1.36", "1.37").having(seen("3.6.10-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Warning, message: "which wants 3.6.11 on every member before"}},
		"3.5 would leave out 3.6":  {hopTo(t, "1.36", "1.37").having(seen("3.5.35-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Blocked, message: "which needs 3.6.0 on every member before", remedy: "3.6.11"}},
		"kubeadm's own, as new":    {hopTo(t, "1.36", "1.37").having(seen("3.7.0-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Pass, message: "etcd is 3.7.0"}},
		"kubeadm's own, by digest": {hopTo(t, "1.36", "1.37").having(digest).having(kubeadm(false)), outcome{verdict: v1alpha1.Unknown, message: "which wants 3.6.11 on every member before, and the images tell no version"}},
		"kubeadm's own, not known": {hopTo(t, "1.26", "1.27").having(seen("3.5.6-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Pass, message: "kubeadm 1.27 upgrades etcd from 3.5.6 with the control plane"}},
		"external":                 {hopTo(t, "1.36", "1.37").having(kubeadm(true)), outcome{verdict: v1alpha1.Unknown, message: "kubeadm 1.37.1 needs etcd 3.5.24 or newer", remedy: "etcdctl endpoint status"}},
		"external, not known":      {hopTo(t, "1.26", "1.27").having(kubeadm(true)), outcome{verdict: v1alpha1.Unknown, message: "which etcd Kubernetes 1.27 needs is not known"}},
		"without kubeadm, older":   {hopTo(t, "1.36", "1.37").having(seen("3.5.23")), outcome{v1alpha1.Warning, "etcd is 3.5.23", []string{"etcd 3.5.23: 1 pod (etcd-a)", "etcd 3.7.3-0: 1 pod (etcd-b)"}, "upgrade etcd to 3.5.24"}},
		"without kubeadm, recent":  {hopTo(t, "1.36", "1.37").having(seen("3.5.24")), outcome{verdict: v1alpha1.Pass}},
		"without kubeadm, no tag": {hopTo(t, "1.36", "1.37").having(func(s *v1alpha1.Snapshot) {
			s.ControlPlanePods.Pods = []v1alpha1.ControlPlanePod{{Component: "etcd", Name: "etcd-a", Image: "etcd:latest"}}
		}), outcome{verdict: v1alpha1.Unknown, message: "tell no version"}},
		"on its last day":          {on(hopTo(t, "1.36", "1.37").having(seen("3.5.24")), "2027-07-08"), outcome{verdict: v1alpha1.Pass}},
		"past its end of life":     {on(hopTo(t, "1.36", "1.37").having(seen("3.5.24")), "2027-07-09"), outcome{verdict: v1alpha1.Warning, message: "support of etcd 3.5 ended on 2027-07-08"}},
		"an end that kubeadm ends": {hopTo(t, "1.24", "1.25").having(seen("3.4.13-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Pass}},
		"an end that it brings":    {hopTo(t, "1.20", "1.21").having(seen("3.4.3-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Warning, message: "to 3.4.13, and support of etcd 3.4 ended on 2026-06-01"}},
		"nothing visible":          {hopTo(t, "1.36", "1.37"), outcome{verdict: v1alpha1.Unknown, message: "no pod shows etcd"}},
		"managed":                  {hopTo(t, "1.36", "1.37").managed(), notAbout()},
		"one binary":               {hopTo(t, "1.36", "1.37").on("rke2").having(seen("3.5.23")), notAbout()},
		"to 3.6 from 3.5.19": {hopTo(t, "1.33", "1.34").having(seen("3.5.19-0")).having(kubeadm(false)), outcome{v1alpha1.Blocked, "from 3.5.19 to 3.6.5, which needs 3.5.20 on every member before",
			[]string{"etcd 3.5.19-0: 1 pod (etcd-a)", "etcd 3.7.3-0: 1 pod (etcd-b)"}, "first bring every member to etcd 3.5.26 or a newer patch"}},
		"to 3.6 from 3.5.20":               {hopTo(t, "1.33", "1.34").having(seen("3.5.20-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Warning, message: "which wants 3.5.26 on every member before", remedy: "etcd 3.5.26"}},
		"to 3.6 from 3.5.25":               {hopTo(t, "1.33", "1.34").having(seen("3.5.25-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Warning}},
		"to 3.6 from 3.5.26":               {hopTo(t, "1.33", "1.34").having(seen("3.5.26-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Pass}},
		"to 3.7 from 3.5.19":               {hopTo(t, "1.36", "1.37").having(seen("3.5.19-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Blocked}},
		"3.5.6 before that":                {hopTo(t, "1.32", "1.33").having(seen("3.5.6-0")).having(kubeadm(false)), outcome{verdict: v1alpha1.Pass}},
		"3.5.6, brought up by hops before": {hopTo(t, "1.33", "1.34").having(seen("3.5.6-0")).having(kubeadm(false)).later(), outcome{verdict: v1alpha1.Warning, message: "from 3.5.24 to 3.6.5, which wants 3.5.26"}},
		"to 3.6 by digest":                 {hopTo(t, "1.33", "1.34").having(digest).having(kubeadm(false)), outcome{verdict: v1alpha1.Unknown, message: "the images tell no version"}},
		"to 3.6 by digest, later":          {hopTo(t, "1.33", "1.34").having(digest).having(kubeadm(false)).later(), outcome{verdict: v1alpha1.Warning}},
		"pods not read":                    {hopTo(t, "1.36", "1.37").having(noPods).gap(v1alpha1.SourceControlPlanePods, "list pods"), outcome{verdict: v1alpha1.Unknown, remedy: "list pods"}},
		"only nodes move":                  {hopTo(t, "1.37", "1.37").having(seen("3.5.23")), notAbout()},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}

func TestInTreeVolumes(t *testing.T) {
	const id = "in-tree-volumes"
	used := func(volume string) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) {
			s.Upgrade.Pods.Workloads = []v1alpha1.Workload{{Namespace: "shop", Kind: "Deployment", Name: "web", Pods: 3, Volumes: []string{volume}}}
		}
	}
	persistent := func(volume string) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) {
			s.Upgrade.Volumes.Sources = []v1alpha1.VolumeSource{{Type: volume, Count: 2, Names: []string{"pv-1", "pv-2"}}}
		}
	}
	driver := func(names ...string) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) { s.Upgrade.CSIDrivers.Names = names }
	}
	gated := func(s *v1alpha1.Snapshot) {
		s.Upgrade.Configuration.Kubelet = &v1alpha1.KubeletConfiguration{FeatureGates: map[string]bool{"GitRepoVolumeDriver": true}}
	}
	for name, tc := range map[string]struct {
		hop  *Hop
		want outcome
	}{
		"glusterfs before":             {hopTo(t, "1.23", "1.24").having(used("glusterfs")), notAbout()},
		"glusterfs":                    {hopTo(t, "1.25", "1.26").having(used("glusterfs")), outcome{v1alpha1.Blocked, "lose their driver: glusterfs in 1.26", []string{"glusterfs: 1 workload (shop/web)"}, "move the data"}},
		"glusterfs, history":           {hopTo(t, "1.26", "1.27").having(used("glusterfs")), outcome{verdict: v1alpha1.Pass}},
		"glusterfs, nodes follow":      {hopTo(t, "1.27", "1.27").having(used("glusterfs")).moving(nodes("v1.25.1", "", "a")), outcome{verdict: v1alpha1.Blocked, message: "glusterfs in 1.26"}},
		"glusterfs, nodes not read":    {hopTo(t, "1.26", "1.27").having(used("glusterfs")).having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), outcome{verdict: v1alpha1.Unknown, remedy: "list nodes"}},
		"no volume, nodes not read":    {hopTo(t, "1.27", "1.28").having(noNodes).gap(v1alpha1.SourceNodes, "list nodes"), outcome{verdict: v1alpha1.Pass}},
		"rbd PersistentVolumes":        {hopTo(t, "1.30", "1.31").having(persistent("rbd")), outcome{verdict: v1alpha1.Blocked, evidence: []string{"rbd: 2 PersistentVolumes (pv-1, pv-2)"}}},
		"EBS with its driver":          {hopTo(t, "1.26", "1.27").having(persistent("awsElasticBlockStore")).having(driver("ebs.csi.aws.com")), outcome{verdict: v1alpha1.Pass, message: "awsElasticBlockStore by ebs.csi.aws.com"}},
		"EBS without":                  {hopTo(t, "1.26", "1.27").having(persistent("awsElasticBlockStore")).having(driver("efs.csi.aws.com")), outcome{verdict: v1alpha1.Blocked, remedy: "install the CSI driver ebs.csi.aws.com"}},
		"EBS, drivers not read":        {hopTo(t, "1.26", "1.27").having(persistent("awsElasticBlockStore")).having(func(s *v1alpha1.Snapshot) { s.Upgrade.CSIDrivers = nil }).gap(v1alpha1.SourceCSIDrivers, "list csidrivers"), outcome{verdict: v1alpha1.Unknown, remedy: "list csidrivers"}},
		"Portworx without":             {hopTo(t, "1.35", "1.36").having(persistent("portworxVolume")), outcome{verdict: v1alpha1.Blocked, remedy: "pxd.portworx.com"}},
		"gitRepo before":               {hopTo(t, "1.31", "1.32").having(used("gitRepo")), notAbout()},
		"gitRepo off":                  {hopTo(t, "1.32", "1.33").having(used("gitRepo")), outcome{verdict: v1alpha1.Blocked, message: "gitRepo in 1.33", remedy: "replace gitRepo volumes: clone in an init container into an emptyDir; as a stopgap, kubelet's feature gate GitRepoVolumeDriver keeps them until 1.36"}},
		"gitRepo, hops at once":        {hopTo(t, "1.32", "1.36").having(used("gitRepo")).having(gated), outcome{verdict: v1alpha1.Blocked, message: "gitRepo in 1.36", evidence: []string{"gitRepo: 1 workload (shop/web)"}, remedy: "replace gitRepo volumes"}},
		"gitRepo off, but for a gate":  {hopTo(t, "1.32", "1.33").having(used("gitRepo")).having(gated), outcome{verdict: v1alpha1.Warning, evidence: []string{"gitRepo: 1 workload (shop/web)"}}},
		"gitRepo for good":             {hopTo(t, "1.35", "1.36").having(used("gitRepo")).having(gated), outcome{verdict: v1alpha1.Blocked}},
		"none in use":                  {hopTo(t, "1.25", "1.26"), outcome{verdict: v1alpha1.Pass, message: "loses its driver: glusterfs in 1.26, cinder in 1.26"}},
		"pods not read":                {hopTo(t, "1.25", "1.26").having(func(s *v1alpha1.Snapshot) { s.Upgrade.Pods = nil }).gap(v1alpha1.SourcePods, "list pods"), outcome{verdict: v1alpha1.Unknown, remedy: "list pods"}},
		"PersistentVolumes not read":   {hopTo(t, "1.25", "1.26").having(func(s *v1alpha1.Snapshot) { s.Upgrade.Volumes = nil }).gap(v1alpha1.SourceVolumes, "list persistentvolumes"), outcome{verdict: v1alpha1.Unknown}},
		"not read, and found the same": {hopTo(t, "1.25", "1.26").having(persistent("glusterfs")).having(func(s *v1alpha1.Snapshot) { s.Upgrade.Pods = nil }), outcome{verdict: v1alpha1.Blocked}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, id, tc.hop) })
	}
}
