package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func number(t *testing.T, s string) version.Number {
	t.Helper()
	n, found := version.ParseNumber(s)
	if !found {
		t.Fatalf("%q is no version", s)
	}
	return n
}

// Facts as they were read, typed in by hand and not taken from data/.
const (
	containerdMatrix = `
1.20 1.5.0
1.21 1.5.0
1.22 1.5.5
1.23 1.5.8 1.6.0
1.24 1.6.4 1.7.0
1.25 1.6.4 1.7.0
1.26 1.6.15 1.7.0
1.27 1.6.15 1.7.0
1.28 1.6.15 1.7.0
1.29 1.6.27 1.7.11
1.30 1.6.28 1.7.13 2.0.0 2.1.0
1.31 1.6.34 1.7.20 2.0.0 2.1.0
1.32 1.6.36 1.7.24 2.0.1 2.1.0
1.33 1.6.36 1.7.24 2.0.4 2.1.0
1.34 1.6.39 1.7.28 2.0.6 2.1.3
1.35 1.7.28 2.1.5 2.2.0
1.36 2.2.0 2.3.0`

	containerdEnds = `
1.4 2022-03-03
1.5 2023-02-28
1.6 2025-08-23
1.7 2026-03-10
2.0 2025-11-07
2.1 2026-07-03
2.2 2026-11-06
2.3 2028-04-30
2.4 2027-04-26`

	cloudProviders = `
openstack 1.26 removed
aws 1.27 removed
azure 1.29 off by default DisableCloudProviders DisableKubeletCloudCredentialProviders
gce 1.29 off by default DisableCloudProviders DisableKubeletCloudCredentialProviders
vsphere 1.29 off by default DisableCloudProviders DisableKubeletCloudCredentialProviders
azure 1.30 removed
vsphere 1.30 removed
gce 1.31 removed`

	kubeadmEtcd = `
1.21 1.21.14 3.4.13 3.2.18
1.24 1.24.17 3.5.6 3.2.18
1.25 1.25.0 3.5.4 3.2.18
1.28 1.28.0 3.5.9 3.4.13
1.29 1.29.6 3.5.12 3.4.13
1.30 1.30.14 3.5.15 3.4.13
1.31 1.31.14 3.5.24 3.5.24
1.32 1.32.13 3.5.24 3.5.24
1.33 1.33.13 3.5.24 3.5.24
1.34 1.34.4 3.6.5 3.5.24
1.35 1.35.4 3.6.6 3.5.24
1.36 1.36.3 3.6.8 3.5.24
1.37 1.37.1 3.7.0 3.5.24`

	volumePlugins = `
scaleIO 1.22 removed
flocker 1.25 removed
quobyte 1.25 removed
storageos 1.25 removed
glusterfs 1.26 removed
cinder 1.26 removed
awsElasticBlockStore 1.27 removed
azureDisk 1.27 removed
gcePersistentDisk 1.28 removed
azureFile 1.30 removed
vsphereVolume 1.30 removed
cephfs 1.31 removed
rbd 1.31 removed
gitRepo 1.33 off by default
gitRepo 1.36 removed
portworxVolume 1.36 removed`

	gatesGone = `
1.33 16 APIListChunking WatchBookmark
1.34 5 DevicePluginCDIDevices StatefulSetStartOrdinal
1.35 11 AllowServiceLBStatusOnNonLB UserNamespacesPodSecurityStandards
1.36 9 CSIMigrationPortworx WatchFromStorageWithoutResourceVersion
1.37 25 APIServerTracing WorkloadAwarePreemption`
)

// table writes what a list holds as the constants above do.
func table[T any](list []T, row func(T) string) string {
	var text strings.Builder
	for _, item := range list {
		text.WriteString("\n" + row(item))
	}
	return text.String()
}

func TestComponentFactsAreThoseThatWereRead(t *testing.T) {
	c := loaded(t).Components
	for name, tc := range map[string]struct{ want, got string }{
		"containerd": {containerdMatrix, table(c.ContainerRuntimes.Containerd.Matrix, func(r ContainerdRow) string {
			return r.Kubernetes.String() + " " + spaced(r.Versions, version.Number.String)
		})},
		"what containerd must be": {"\n1.26 1.6 false\n1.38 2.0 true", table(c.ContainerRuntimes.Containerd.Required, func(r ContainerdRequirement) string {
			return fmt.Sprint(r.Since, " ", r.Minimum, " ", r.Planned)
		})},
		"etcd": {kubeadmEtcd, table(c.Etcd.Kubeadm, func(r KubeadmEtcd) string {
			return fmt.Sprint(r.Kubernetes, " ", r.Kubeadm, " ", r.Installs, " ", r.ExternalMinimum)
		})},
		"ends of etcd": {"\n3.4 2026-06-01\n3.5 2027-07-08\n3.6 \n3.7 ", table(c.Etcd.Releases, func(r SoftwareRelease) string {
			return fmt.Sprint(r.Minor, " ", r.EndOfLife)
		})},
		"before etcd moves": {"\n3.6 3.5.20 true\n3.6 3.5.26 false\n3.7 3.6.0 true\n3.7 3.6.11 false", table(c.Etcd.Before, func(p EtcdPrecondition) string {
			return fmt.Sprint(p.Minor, " ", p.Minimum, " ", p.Required)
		})},
		"ends of containerd": {containerdEnds, table(c.ContainerRuntimes.Containerd.Releases, func(r SoftwareRelease) string {
			return fmt.Sprint(r.Minor, " ", r.EndOfLife)
		})},
		"volumes": {volumePlugins, table(c.Volumes.Plugins, func(p VolumePlugin) string {
			return fmt.Sprint(p.Volume, " ", p.Since, " ", p.Change)
		})},
		"feature gates": {gatesGone, table(c.FeatureGates, func(r RemovedNames) string {
			return fmt.Sprint(r.Since, " ", len(r.Removed), " ", r.Removed[0], " ", r.Removed[len(r.Removed)-1])
		})},
		"kubeadm's feature gates": {"\n1.36 ControlPlaneKubeletLocalMode\n1.37 NodeLocalCRISocket PublicKeysECDSA", table(c.KubeadmFeatureGates, func(r RemovedNames) string {
			return fmt.Sprint(r.Since, " ", strings.Join(r.Removed, " "))
		})},
		"flags": {"\nkubelet 1.34 1 cloud-config\nkubelet 1.35 1 pod-infra-container-image\nkubelet 1.37 18 application-metrics-count-limit\nkube-controller-manager 1.37 1 concurrent-service-syncs",
			table(c.Flags, func(f RemovedFlags) string {
				return fmt.Sprint(f.Component, " ", f.Since, " ", len(f.Removed), " ", f.Removed[0])
			})},
		"values of flags": {"\nkube-apiserver enable-admission-plugins PodSecurityPolicy 1.25", table(c.FlagValues, func(v RemovedValue) string {
			return fmt.Sprint(v.Component, " ", v.Flag, " ", v.Value, " ", v.Since)
		})},
		"cloud providers": {cloudProviders, table(c.CloudProviders, func(p CloudProvider) string {
			return strings.Join(append([]string{p.Name, p.Since.String(), string(p.Change)}, p.Unless...), " ")
		})},
		"kubeadm's configuration": {"\nv1beta1 1.22 removed 0.0\nv1beta2 1.24 deprecated 0.0\nv1beta2 1.27 removed 1.26\nv1beta3 1.31 deprecated 0.0\nv1beta3 1.37 removed 1.35",
			table(c.KubeadmConfig, func(a KubeadmAPI) string {
				return fmt.Sprint(strings.TrimPrefix(a.APIVersion, "kubeadm.k8s.io/"), " ", a.Since, " ", a.Change, " ", a.MigrateWith)
			})},
		"kube-proxy's modes": {"\n\"ipvs\" 1.35 deprecated false\n\"\" 1.37 default moves false\n\"ipvs\" 1.40 off by default true\n\"ipvs\" 1.43 removed true",
			table(c.KubeProxy.Modes, func(m KubeProxyMode) string { return fmt.Sprintf("%q %s %s %t", m.Mode, m.Since, m.Change, m.Planned) })},
		"single ones": {"1.24 1.35 5.8 5.13", fmt.Sprint(c.ContainerRuntimes.DockershimRemoved.Since, " ", c.CgroupV2.Required.Since, " ", c.CgroupV2.Kernel.Minimum, " ", c.KubeProxy.NFTablesKernel.Minimum)},
		"drivers": {"awsElasticBlockStore azureDisk azureFile cinder gcePersistentDisk portworxVolume vsphereVolume",
			strings.Join(slices.Sorted(maps.Keys(c.Volumes.Drivers)), " ")},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Errorf("(-read +data):\n%s", diff)
			}
		})
	}
}

func TestPlatformsAskThisOfNodes(t *testing.T) {
	c := loaded(t)
	for id, want := range map[string]string{
		"amazon-eks":   "1.36 containerd 2.0",
		"alibaba-ack":  "1.36 containerd 2.0",
		"alauda-acp":   "1.35 cgroup v2 kernel 5.8",
		"daocloud-dce": "1.35 cgroup v2",
		"upstream":     "",
	} {
		got := spaced(platform(t, c, id).Upgrades.Nodes, func(n NodeRequirement) string {
			text := n.Since.String()
			if n.Containerd != nil {
				text += " containerd " + n.Containerd.String()
			}
			if n.CgroupV2 {
				text += " cgroup v2"
			}
			if n.Kernel != nil {
				text += " kernel " + n.Kernel.String()
			}
			return text
		})
		if got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}

func TestContainerdFitsItsRow(t *testing.T) {
	containerd := &loaded(t).Components.ContainerRuntimes.Containerd
	for _, tc := range []struct {
		kubernetes, containerd string
		fits                   bool
	}{
		{"1.35", "1.7.27", false},
		{"1.35", "1.7.28", true},
		{"1.35", "1.6.39", false},
		{"1.35", "2.0.14", false},
		{"1.35", "2.3.0", true},
		{"1.36", "1.7.35", false},
		{"1.36", "2.2.0", true},
		{"1.99", "1.7.35", false},
	} {
		row := containerd.Row(minor(t, tc.kubernetes))
		if got := row.Fits(number(t, tc.containerd)); got != tc.fits {
			t.Errorf("containerd %s for %s: %t", tc.containerd, tc.kubernetes, got)
		}
	}
	if row := containerd.Row(minor(t, "1.19")); row != nil {
		t.Errorf("1.19 has the row of %s", row.Kubernetes)
	}
}

func TestContainerdThatIsAdvised(t *testing.T) {
	containerd := &loaded(t).Components.ContainerRuntimes.Containerd
	for _, tc := range []struct{ kubernetes, day, atLeast, want string }{
		{"1.36", "2026-11-06", "1.7.35", "2.3.0"},
		{"1.36", "2026-11-06", "2.2.0", "2.3.0"},
		{"1.35", "2026-11-06", "1.7.27", "2.2.0"}, // the last day of 2.2
		{"1.35", "2026-11-07", "1.7.27", "2.3.0"}, // which 1.36 is the first to have
		{"1.34", "2026-07-03", "1.6.0", "2.1.3"},
		{"1.34", "2026-07-04", "1.6.0", "2.2.0"},
		{"1.26", "2026-11-20", "1.5.18", "2.3.0"},
		{"1.25", "2026-11-20", "1.5.18", "1.7.0"}, // kubelets that may not know CRI v1
		{"1.99", "2026-11-20", "1.7.35", "2.3.0"},
		{"1.36", "2028-05-01", "1.7.35", "2.3.0"}, // nothing that is known has support
		{"1.36", "2026-11-20", "2.4.0", "none"},
		{"1.19", "2026-11-20", "1.4.0", "none"},
	} {
		got := "none"
		if v, found := containerd.Advised(minor(t, tc.kubernetes), date(t, tc.day), number(t, tc.atLeast)); found {
			got = v.String()
		}
		if got != tc.want {
			t.Errorf("%s on %s from %s: %s, want %s", tc.kubernetes, tc.day, tc.atLeast, got, tc.want)
		}
	}
}

func TestBeforeEtcdMoves(t *testing.T) {
	etcd := &loaded(t).Components.Etcd
	for _, tc := range []struct{ from, to, want string }{
		{"3.5.19", "3.6.5", "3.5.20 3.5.26"},
		{"3.5.20", "3.6.5", "3.5.26"},
		{"3.5.25", "3.7.0", "3.6.0 3.5.26 3.6.11"},
		{"3.5.26", "3.6.5", ""},
		{"3.5.6", "3.5.24", ""},
		{"3.6.0", "3.7.0", "3.6.11"},
	} {
		if got := spaced(etcd.Unmet(number(t, tc.from), number(t, tc.to)), func(p EtcdPrecondition) string { return p.Minimum.String() }); got != tc.want {
			t.Errorf("from %s to %s: %q, want %q", tc.from, tc.to, got, tc.want)
		}
	}
}

func TestSystemsBootWithCgroupV2(t *testing.T) {
	c := &loaded(t).Components.CgroupV2
	for osImage, want := range map[string]string{
		"Ubuntu 20.04.6 LTS":                           "v1",
		"Ubuntu 21.04":                                 "v1",
		"Ubuntu 21.10":                                 "v2",
		"Ubuntu 22.04.5 LTS":                           "v2",
		"Debian GNU/Linux 10 (buster)":                 "v1",
		"Debian GNU/Linux 11 (bullseye)":               "v2",
		"Fedora 30 (Server Edition)":                   "v1",
		"Fedora Linux 41 (Server Edition)":             "v2",
		"Red Hat Enterprise Linux 8.10 (Ootpa)":        "v1",
		"Red Hat Enterprise Linux Server 7.9 (Maipo)":  "v1",
		"Red Hat Enterprise Linux 9.0 (Plow)":          "v2",
		"CentOS Linux 7 (Core)":                        "v1",
		"CentOS Stream 9":                              "v2",
		"Rocky Linux 8.10 (Green Obsidian)":            "v1",
		"AlmaLinux 9.4 (Seafoam Ocelot)":               "v2",
		"Oracle Linux Server 8.9":                      "v1",
		"Amazon Linux 2":                               "v1",
		"Amazon Linux 2023.6.20241010":                 "v2",
		"Red Hat Enterprise Linux CoreOS 412.86.20230": "not known",
		"Container-Optimized OS from Google":           "not known",
		"Bottlerocket OS 1.20.0 (aws-k8s-1.29)":        "not known",
		"":                                             "not known",
	} {
		got := "not known"
		if v2, known := c.ByDefault(osImage); known && v2 {
			got = "v2"
		} else if known {
			got = "v1"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", osImage, got, want)
		}
	}
}

func TestEtcdOfAMinor(t *testing.T) {
	etcd := &loaded(t).Components.Etcd
	for of, want := range map[string]string{"1.36": "3.6.8", "1.37": "3.7.0", "1.99": "3.7.0", "1.27": "none", "1.20": "none"} {
		got := "none"
		if row := etcd.Row(minor(t, of)); row != nil {
			got = row.Installs.String()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", of, got, want)
		}
	}
	if r := etcd.Release(number(t, "3.4.13")); r == nil || r.EndOfLife != date(t, "2026-06-01") {
		t.Errorf("3.4.13 is of %v", r)
	}
	if r := etcd.Release(number(t, "3.3.10")); r != nil {
		t.Errorf("3.3.10 is of %s", r.Minor)
	}
}

func components(spoil func(c *ComponentFacts)) func(c *Catalog) {
	return func(c *Catalog) { spoil(c.Components) }
}

func TestValidateRefusesComponentFacts(t *testing.T) {
	spoiled{
		"that are missing": {func(c *Catalog) { c.Components = nil }, "components are missing"},
		"in an extension":  {func(c *Catalog) { c.Skew = nil }, "components stand only in a catalog with skew"},
		"without a day":    {components(func(c *ComponentFacts) { c.AsOf = calendar.Date{} }), "components: asOf is missing"},
		"on dockershim without a source": {components(func(c *ComponentFacts) { c.ContainerRuntimes.DockershimRemoved.Source = "" }),
			"components: containerRuntimes: dockershimRemoved: needs a minor and a source"},
		"on containerd without a source": {components(func(c *ComponentFacts) { c.ContainerRuntimes.Containerd.Required[1].Source = "" }),
			"components: containerRuntimes: containerd required since 1.38: needs a minor and a source"},
		"on containerd that ask for less": {components(func(c *ComponentFacts) {
			c.ContainerRuntimes.Containerd.Required[1].Minimum = c.ContainerRuntimes.Containerd.Required[0].Minimum
		}), "components: containerRuntimes: containerd required since 1.38: is no more than what was required before"},
		"of a matrix without a source": {components(func(c *ComponentFacts) { c.ContainerRuntimes.Containerd.Matrix[0].Source = "" }),
			"components: containerRuntimes: containerd for 1.20: needs a minor and a source"},
		"of a matrix out of order": {components(func(c *ComponentFacts) {
			m := c.ContainerRuntimes.Containerd.Matrix
			m[15], m[16] = m[16], m[15]
		}), "components: containerRuntimes: containerd for 1.35: is out of order, or stands twice"},
		"of a row out of order": {components(func(c *ComponentFacts) { slices.Reverse(c.ContainerRuntimes.Containerd.Matrix[16].Versions) }),
			"components: containerRuntimes: containerd for 1.36: needs versions, the oldest first"},
		"of no matrix": {components(func(c *ComponentFacts) { c.ContainerRuntimes.Containerd.Matrix = nil }),
			"components: containerRuntimes: containerd has no matrix"},
		"on cgroups without a source": {components(func(c *ComponentFacts) { c.CgroupV2.Required.Source = "" }),
			"components: cgroupV2: required: needs a minor and a source"},
		"on kernels without a minimum": {components(func(c *ComponentFacts) { c.CgroupV2.Kernel.Minimum = version.Number{} }),
			"components: cgroupV2: kernel: needs a minimum and a source"},
		"on a kernel of nftables without a source": {components(func(c *ComponentFacts) { c.KubeProxy.NFTablesKernel.Source = "" }),
			"components: kubeProxy: nftablesKernel: needs a minimum and a source"},
		"on systems without a release": {components(func(c *ComponentFacts) { c.CgroupV2.Systems[0].Since = version.Number{} }),
			`components: cgroupV2: system "Ubuntu" needs a name, an expression with one group, a release and a source`},
		"on modes without a source": {components(func(c *ComponentFacts) { c.KubeProxy.Modes[0].Source = "" }),
			`components: kubeProxy: mode "ipvs" since 1.35: needs a minor and a source`},
		"on modes out of order": {components(func(c *ComponentFacts) { m := c.KubeProxy.Modes; m[2], m[3] = m[3], m[2] }),
			`components: kubeProxy: mode "ipvs" since 1.40: is out of order`},
		"on modes that change in no known way": {components(func(c *ComponentFacts) { c.KubeProxy.Modes[0].Change = "discouraged" }),
			`components: kubeProxy: mode "ipvs" since 1.35: "discouraged" is no change`},
		"on gates without a source": {components(func(c *ComponentFacts) { c.FeatureGates[0].Source = "" }),
			"components: featureGates since 1.33: needs a minor and a source"},
		"on gates of a minor twice": {components(func(c *ComponentFacts) { c.FeatureGates[1].Since = c.FeatureGates[0].Since }),
			"components: featureGates since 1.33: stands twice"},
		"on gates out of order": {components(func(c *ComponentFacts) { g := c.FeatureGates; g[3], g[4] = g[4], g[3] }),
			"components: featureGates since 1.36: is out of order"},
		"on kubeadm's gates that name none": {components(func(c *ComponentFacts) { c.KubeadmFeatureGates[1].Removed = nil }),
			"components: kubeadmFeatureGates since 1.37: names nothing"},
		"on flags without a source": {components(func(c *ComponentFacts) { c.Flags[0].Source = "" }),
			"components: flags of kubelet since 1.34: needs a minor and a source"},
		"on flags of nobody": {components(func(c *ComponentFacts) { c.Flags[0].Component = "etcd" }),
			"components: flags of etcd since 1.34: need a component of the policy, and names"},
		"on values without a source": {components(func(c *ComponentFacts) { c.FlagValues[0].Source = "" }),
			"components: flagValues: --enable-admission-plugins=PodSecurityPolicy: needs a minor and a source"},
		"on cloud providers without a source": {components(func(c *ComponentFacts) { c.CloudProviders[1].Source = "" }),
			`components: cloudProviders: "aws": needs a minor and a source`},
		"on cloud providers out of order": {components(func(c *ComponentFacts) { p := c.CloudProviders; p[0], p[1] = p[1], p[0] }),
			`components: cloudProviders: "openstack": is out of order`},
		"on kubeadm's configuration without a source": {components(func(c *ComponentFacts) { c.KubeadmConfig[0].Source = "" }),
			`components: kubeadmConfig: "kubeadm.k8s.io/v1beta1" since 1.22: needs a minor and a source`},
		"on kubeadm that migrates too late": {components(func(c *ComponentFacts) { c.KubeadmConfig[4].MigrateWith = c.KubeadmConfig[4].Since }),
			`components: kubeadmConfig: "kubeadm.k8s.io/v1beta3" since 1.37: needs an apiVersion, and an older kubeadm to migrate with`},
		"on etcd without a source": {components(func(c *ComponentFacts) { c.Etcd.Kubeadm[0].Source = "" }),
			"components: etcd: kubeadm of 1.21: needs a minor and a source"},
		"on etcd out of order": {components(func(c *ComponentFacts) { k := c.Etcd.Kubeadm; k[11], k[12] = k[12], k[11] }),
			"components: etcd: kubeadm of 1.36: is out of order, or stands twice"},
		"on etcd without a minimum": {components(func(c *ComponentFacts) { c.Etcd.Kubeadm[0].ExternalMinimum = version.Number{} }),
			"components: etcd: kubeadm of 1.21: needs its own version, the one it installs, and a minimum"},
		"on no etcd": {components(func(c *ComponentFacts) { c.Etcd.Kubeadm = nil }), "components: etcd: kubeadm has no version"},
		"on the end of containerd without a source": {components(func(c *ComponentFacts) { c.ContainerRuntimes.Containerd.Releases[0].Source = "" }),
			"components: containerRuntimes: containerd: release 1.4: needs a minor and a source"},
		"on ends of containerd out of order": {components(func(c *ComponentFacts) {
			r := c.ContainerRuntimes.Containerd.Releases
			r[7], r[8] = r[8], r[7]
		}), "components: containerRuntimes: containerd: release 2.3: is out of order, or stands twice"},
		"on cloud providers that are off whatever is set": {components(func(c *ComponentFacts) { c.CloudProviders[2].Unless = nil }),
			`components: cloudProviders: "azure": needs a name, and is removed, or off by default unless gates are false`},
		"on what etcd needs before it moves, without a source": {components(func(c *ComponentFacts) { c.Etcd.Before[0].Source = "" }),
			"components: etcd: before 3.6: needs a minor, an older minimum and a source"},
		"on etcd that cannot get to a minor": {components(func(c *ComponentFacts) { c.Etcd.Before[0].Minimum = c.Etcd.Before[0].Minor }),
			"components: etcd: before 3.6: needs a minor, an older minimum and a source"},
		"on the end of etcd without a source": {components(func(c *ComponentFacts) { c.Etcd.Releases[0].Source = "" }),
			"components: etcd: release 3.4: needs a minor and a source"},
		"on volumes without a source": {components(func(c *ComponentFacts) { c.Volumes.Plugins[0].Source = "" }),
			`components: volumes: "scaleIO" since 1.22: needs a minor and a source`},
		"on volumes out of order": {components(func(c *ComponentFacts) { p := c.Volumes.Plugins; p[0], p[1] = p[1], p[0] }),
			`components: volumes: "scaleIO" since 1.22: is out of order`},
		"on drivers without a source": {components(func(c *ComponentFacts) { c.Volumes.DriversSource = "" }),
			"components: volumes: drivers need a source"},
		"on drivers of no plugin": {components(func(c *ComponentFacts) { c.Volumes.Drivers["nfs"] = "nfs.csi.k8s.io" }),
			`components: volumes: driver of "nfs": needs a name, and a plugin that it replaces`},
	}.refused(t)
}
