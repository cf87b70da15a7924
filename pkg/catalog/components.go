package catalog

import (
	"maps"
	"regexp"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// ComponentFacts are what minors of Kubernetes ask of nodes, and take away from
// components. Lists are oldest first.
type ComponentFacts struct {
	// AsOf is the day the facts were gathered.
	AsOf              calendar.Date     `json:"asOf"`
	ContainerRuntimes ContainerRuntimes `json:"containerRuntimes"`
	CgroupV2          CgroupV2          `json:"cgroupV2"`
	KubeProxy         KubeProxyFacts    `json:"kubeProxy"`
	// FeatureGates are those that kube-apiserver, kube-controller-manager,
	// kube-scheduler, kubelet and kube-proxy lost. A minor that does not stand
	// here is not known.
	FeatureGates        []RemovedNames  `json:"featureGates"`
	KubeadmFeatureGates []RemovedNames  `json:"kubeadmFeatureGates"`
	Flags               []RemovedFlags  `json:"flags"`
	FlagValues          []RemovedValue  `json:"flagValues"`
	CloudProviders      []CloudProvider `json:"cloudProviders"`
	KubeadmConfig       []KubeadmAPI    `json:"kubeadmConfig"`
	Etcd                Etcd            `json:"etcd"`
	Volumes             VolumeFacts     `json:"volumes"`
}

// Change is what happens to something at a minor.
type Change string

// Changes.
const (
	Deprecated Change = "deprecated"
	// Off can be turned on again by a feature gate.
	Off     Change = "off by default"
	Removed Change = "removed"
	// DefaultMoves: what is not set will mean something else.
	DefaultMoves Change = "default moves"
)

// Changed dates a change.
type Changed struct {
	Since  version.Minor `json:"since"`
	Change Change        `json:"change"`
	// Gate turns on what is off by default.
	Gate string `json:"gate,omitempty"`
	// Planned changes can still move to another minor.
	Planned bool   `json:"planned,omitempty"`
	Source  string `json:"source"`
}

// ContainerRuntimes say what kubelets run containers with.
type ContainerRuntimes struct {
	DockershimRemoved Since      `json:"dockershimRemoved"`
	Containerd        Containerd `json:"containerd"`
}

// Containerd says which of its versions go with which kubelets.
type Containerd struct {
	Required []ContainerdRequirement `json:"required"`
	Matrix   []ContainerdRow         `json:"matrix"`
	// Releases are the minors of containerd, oldest first.
	Releases []SoftwareRelease `json:"releases"`
}

// SoftwareRelease is a minor of something that does not follow Kubernetes.
type SoftwareRelease struct {
	Minor version.Number `json:"minor"`
	// EndOfLife is the last day of support; absent while that is not known.
	EndOfLife calendar.Date `json:"endOfLife,omitzero"`
	Source    string        `json:"source"`
}

// ContainerdRequirement is the oldest containerd that kubelets work with.
type ContainerdRequirement struct {
	Since   version.Minor  `json:"since"`
	Minimum version.Number `json:"minimum"`
	Planned bool           `json:"planned,omitempty"`
	Source  string         `json:"source"`
}

// ContainerdRow names the versions that containerd recommends for a minor.
type ContainerdRow struct {
	Kubernetes version.Minor `json:"kubernetes"`
	// Versions are the first patch of each minor of containerd.
	Versions []version.Number `json:"versions"`
	Source   string           `json:"source"`
}

// Fits reports whether the row recommends a version, or one that is older than
// it: minors of containerd beyond the newest one that stands here came later.
func (r *ContainerdRow) Fits(containerd version.Number) bool {
	for _, first := range r.Versions {
		if first.SameMinor(containerd) {
			return containerd.Compare(first) >= 0
		}
	}
	return containerd.Compare(r.Versions[len(r.Versions)-1]) > 0
}

// Row returns the newest row that is not of a later minor; nil before the first one.
func (c *Containerd) Row(minor version.Minor) *ContainerdRow {
	var row *ContainerdRow
	for i := range c.Matrix {
		if c.Matrix[i].Kubernetes.Compare(minor) <= 0 {
			row = &c.Matrix[i]
		}
	}
	return row
}

// Advised is the version that nodes should run at least for kubelets of a minor:
// of the newest line that is recommended for it and has support on a day, else
// of the newest one that a later minor has, else of the newest one for it. None
// is older than the given versions. It is false where the matrix has none.
func (c *Containerd) Advised(minor version.Minor, day calendar.Date, atLeast ...version.Number) (advised version.Number, found bool) {
	recommended := func(row *ContainerdRow, supported bool) bool {
		for _, v := range slices.Backward(row.Versions) {
			older := slices.ContainsFunc(atLeast, func(least version.Number) bool { return v.Compare(least) < 0 })
			release := releaseOf(c.Releases, v)
			ended := release != nil && !release.EndOfLife.IsZero() && release.EndOfLife.Compare(day) < 0
			if !older && (!supported || !ended) {
				advised, found = v, true
				return true
			}
		}
		return false
	}
	row := c.Row(minor)
	if row == nil || recommended(row, true) {
		return advised, found
	}
	// Kubelets that are older than what the first requirement is about, CRI v1,
	// may not understand what came later.
	if len(c.Required) > 0 && minor.Compare(c.Required[0].Since) >= 0 {
		for i := range c.Matrix {
			if later := &c.Matrix[i]; later.Kubernetes.Compare(row.Kubernetes) > 0 && recommended(later, true) {
				return advised, found
			}
		}
	}
	recommended(row, false)
	return advised, found
}

// CgroupV2 says from when on kubelets need it, and what it needs.
type CgroupV2 struct {
	// Required is the minor from which on kubelet does not start without, unless its failCgroupV1 is false.
	Required Since             `json:"required"`
	Kernel   Kernel            `json:"kernel"`
	Systems  []OperatingSystem `json:"systems"`
}

// Kernel is the oldest kernel of Linux that something works with.
type Kernel struct {
	Minimum version.Number `json:"minimum"`
	Source  string         `json:"source"`
}

// OperatingSystem says since which of its releases a system boots with cgroup v2 by default.
type OperatingSystem struct {
	Name string `json:"name"`
	// OSImage matches what nodes call the system, and its group their release.
	OSImage *regexp.Regexp `json:"osImage"`
	Since   version.Number `json:"since"`
	Source  string         `json:"source"`
}

// ByDefault reports whether a node boots with cgroup v2 by default, as far as
// what it calls its system tells.
func (c *CgroupV2) ByDefault(osImage string) (v2, known bool) {
	for _, system := range c.Systems {
		if m := system.OSImage.FindStringSubmatch(osImage); m != nil {
			release, found := version.ParseNumber(m[1])
			return release.Compare(system.Since) >= 0, found
		}
	}
	return false, false
}

// KubeProxyFacts are about the modes of kube-proxy.
type KubeProxyFacts struct {
	Modes          []KubeProxyMode `json:"modes"`
	NFTablesKernel Kernel          `json:"nftablesKernel"`
}

// KubeProxyMode dates what becomes of a mode.
type KubeProxyMode struct {
	// Mode is empty for the mode that is not set.
	Mode    string `json:"mode"`
	Changed `json:",inline"`
}

// RemovedNames are names that a minor no longer knows.
type RemovedNames struct {
	Since   version.Minor `json:"since"`
	Removed []string      `json:"removed"`
	Source  string        `json:"source"`
}

// RemovedFlags are flags that a component no longer knows.
type RemovedFlags struct {
	Component Component     `json:"component"`
	Since     version.Minor `json:"since"`
	Removed   []string      `json:"removed"`
	Source    string        `json:"source"`
}

// RemovedValue is the value of a flag that a component no longer knows.
type RemovedValue struct {
	Component Component     `json:"component"`
	Flag      string        `json:"flag"`
	Value     string        `json:"value"`
	Since     version.Minor `json:"since"`
	Source    string        `json:"source"`
}

// CloudProvider dates what becomes of a value of --cloud-provider.
type CloudProvider struct {
	Name   string        `json:"name"`
	Since  version.Minor `json:"since"`
	Change Change        `json:"change"`
	// Unless all of these gates are false, what is off by default does not start.
	Unless []string `json:"unless,omitempty"`
	Source string   `json:"source"`
}

// KubeadmAPI dates what becomes of a version of kubeadm's configuration.
type KubeadmAPI struct {
	APIVersion string `json:"apiVersion"`
	Changed    `json:",inline"`
	// MigrateWith is a kubeadm that knows both this version and its successor.
	MigrateWith version.Minor `json:"migrateWith,omitzero"`
}

// Etcd says which versions go with which minors.
type Etcd struct {
	Kubeadm []KubeadmEtcd `json:"kubeadm"`
	// Before says what every member runs before the first one moves to a minor.
	Before   []EtcdPrecondition `json:"before"`
	Releases []SoftwareRelease  `json:"releases"`
}

// EtcdPrecondition is the oldest version from which etcd moves to a minor, or beyond it.
type EtcdPrecondition struct {
	Minor   version.Number `json:"minor"`
	Minimum version.Number `json:"minimum"`
	// Required is false where the way from older versions mostly works.
	Required bool   `json:"required,omitempty"`
	Source   string `json:"source"`
}

// KubeadmEtcd is what kubeadm of a minor installs, and asks of an external etcd.
type KubeadmEtcd struct {
	Kubernetes version.Minor `json:"kubernetes"`
	// Kubeadm is the patch that was read.
	Kubeadm         version.Number `json:"kubeadm"`
	Installs        version.Number `json:"installs"`
	ExternalMinimum version.Number `json:"externalMinimum"`
	Source          string         `json:"source"`
}

// Row returns what kubeadm of a minor says, or the newest that is known where
// the minor is newer; nil for any other that is not known.
func (e *Etcd) Row(minor version.Minor) *KubeadmEtcd {
	if newest := &e.Kubeadm[len(e.Kubeadm)-1]; newest.Kubernetes.Compare(minor) <= 0 {
		return newest
	}
	i := slices.IndexFunc(e.Kubeadm, func(row KubeadmEtcd) bool { return row.Kubernetes == minor })
	if i < 0 {
		return nil
	}
	return &e.Kubeadm[i]
}

// Release returns the minor of a version, or nil.
func (e *Etcd) Release(etcd version.Number) *SoftwareRelease { return releaseOf(e.Releases, etcd) }

func releaseOf(releases []SoftwareRelease, v version.Number) *SoftwareRelease {
	i := slices.IndexFunc(releases, func(r SoftwareRelease) bool { return r.Minor.SameMinor(v) })
	if i < 0 {
		return nil
	}
	return &releases[i]
}

// Unmet are the preconditions of a move from one version to another that the
// first one does not meet, those that are required first.
func (e *Etcd) Unmet(from, to version.Number) []EtcdPrecondition {
	var unmet []EtcdPrecondition
	for _, p := range e.Before {
		if from.Compare(p.Minor) < 0 && to.Compare(p.Minor) >= 0 && from.Compare(p.Minimum) < 0 {
			unmet = append(unmet, p)
		}
	}
	slices.SortStableFunc(unmet, func(a, b EtcdPrecondition) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		default:
			return 1
		}
	})
	return unmet
}

// VolumeFacts are about the volume drivers that were inside Kubernetes.
type VolumeFacts struct {
	Plugins []VolumePlugin `json:"plugins"`
	// Drivers are the CSI drivers that take such volumes over.
	Drivers       map[string]string `json:"drivers"`
	DriversSource string            `json:"driversSource"`
}

// VolumePlugin dates what becomes of a volume driver.
type VolumePlugin struct {
	// Volume is the field of pods and PersistentVolumes.
	Volume  string `json:"volume"`
	Changed `json:",inline"`
	// Instead is what such volumes are replaced by; absent where that is a CSI driver.
	Instead string `json:"instead,omitempty"`
}

// validate the facts: each has a minor and a source, and lists are in order.
func (c *ComponentFacts) validate(fault faults) {
	if c.AsOf.IsZero() {
		fault("asOf is missing")
	}
	c.ContainerRuntimes.validate(fault.in("containerRuntimes"))
	c.CgroupV2.validate(fault.in("cgroupV2"))
	c.KubeProxy.NFTablesKernel.validate(fault.in("kubeProxy: nftablesKernel"))
	for i, m := range c.KubeProxy.Modes {
		m.validate(fault.in("kubeProxy: mode %q since %s", m.Mode, m.Since), previous(c.KubeProxy.Modes, i).Since)
	}
	if len(c.FeatureGates) == 0 || len(c.KubeadmFeatureGates) == 0 {
		fault("featureGates and kubeadmFeatureGates are missing")
	}
	for i, gates := range c.FeatureGates {
		gates.validate(fault.in("featureGates since %s", gates.Since), previous(c.FeatureGates, i).Since)
	}
	for i, gates := range c.KubeadmFeatureGates {
		gates.validate(fault.in("kubeadmFeatureGates since %s", gates.Since), previous(c.KubeadmFeatureGates, i).Since)
	}
	for _, f := range c.Flags {
		in := fault.in("flags of %s since %s", f.Component, f.Since)
		dated(in, f.Since, f.Source)
		if !slices.Contains(Components(), f.Component) || len(f.Removed) == 0 {
			in("need a component of the policy, and names")
		}
	}
	for _, v := range c.FlagValues {
		in := fault.in("flagValues: --%s=%s", v.Flag, v.Value)
		dated(in, v.Since, v.Source)
		if !slices.Contains(Components(), v.Component) || v.Flag == "" || v.Value == "" {
			in("needs a component of the policy, a flag and a value")
		}
	}
	for i, p := range c.CloudProviders {
		in := fault.in("cloudProviders: %q", p.Name)
		dated(in, p.Since, p.Source)
		ordered(in, p.Since, previous(c.CloudProviders, i).Since)
		if p.Name == "" || p.Change != Removed && (p.Change != Off || len(p.Unless) == 0) {
			in("needs a name, and is removed, or off by default unless gates are false")
		}
	}
	for i, api := range c.KubeadmConfig {
		in := fault.in("kubeadmConfig: %q since %s", api.APIVersion, api.Since)
		api.validate(in, previous(c.KubeadmConfig, i).Since)
		if api.APIVersion == "" || api.MigrateWith.Compare(api.Since) >= 0 {
			in("needs an apiVersion, and an older kubeadm to migrate with")
		}
	}
	c.Etcd.validate(fault.in("etcd"))
	c.Volumes.validate(fault.in("volumes"))
}

// previous is what stands before an index, or nothing.
func previous[T any](list []T, i int) (before T) {
	if i > 0 {
		before = list[i-1]
	}
	return before
}

func dated(fault faults, since version.Minor, source string) {
	if since.IsZero() || source == "" {
		fault("needs a minor and a source")
	}
}

func ordered(fault faults, since, before version.Minor) {
	if since.Compare(before) < 0 {
		fault("is out of order")
	}
}

func (c *Changed) validate(fault faults, before version.Minor) {
	dated(fault, c.Since, c.Source)
	ordered(fault, c.Since, before)
	if !slices.Contains([]Change{Deprecated, Off, Removed, DefaultMoves}, c.Change) {
		fault("%q is no change", c.Change)
	}
}

func (r *RemovedNames) validate(fault faults, before version.Minor) {
	dated(fault, r.Since, r.Source)
	if r.Since == before {
		fault("stands twice")
	}
	ordered(fault, r.Since, before)
	if len(r.Removed) == 0 {
		fault("names nothing")
	}
}

func (r *ContainerRuntimes) validate(fault faults) {
	dated(fault.in("dockershimRemoved"), r.DockershimRemoved.Since, r.DockershimRemoved.Source)
	for i, need := range r.Containerd.Required {
		in := fault.in("containerd required since %s", need.Since)
		dated(in, need.Since, need.Source)
		ordered(in, need.Since, previous(r.Containerd.Required, i).Since)
		if need.Minimum.Compare(previous(r.Containerd.Required, i).Minimum) <= 0 {
			in("is no more than what was required before")
		}
	}
	if len(r.Containerd.Matrix) == 0 {
		fault("containerd has no matrix")
	}
	for i, row := range r.Containerd.Matrix {
		in := fault.in("containerd for %s", row.Kubernetes)
		dated(in, row.Kubernetes, row.Source)
		if row.Kubernetes.Compare(previous(r.Containerd.Matrix, i).Kubernetes) <= 0 {
			in("is out of order, or stands twice")
		}
		if len(row.Versions) == 0 || !slices.IsSortedFunc(row.Versions, version.Number.Compare) {
			in("needs versions, the oldest first")
		}
	}
	validateReleases(fault.in("containerd"), r.Containerd.Releases)
}

func validateReleases(fault faults, releases []SoftwareRelease) {
	for i, r := range releases {
		in := fault.in("release %s", r.Minor)
		if r.Minor.IsZero() || r.Source == "" {
			in("needs a minor and a source")
		}
		if i > 0 && r.Minor.Compare(releases[i-1].Minor) <= 0 {
			in("is out of order, or stands twice")
		}
	}
}

func (c *CgroupV2) validate(fault faults) {
	dated(fault.in("required"), c.Required.Since, c.Required.Source)
	c.Kernel.validate(fault.in("kernel"))
	for _, system := range c.Systems {
		if system.Name == "" || system.OSImage == nil || system.OSImage.NumSubexp() != 1 || system.Since.IsZero() || system.Source == "" {
			fault("system %q needs a name, an expression with one group, a release and a source", system.Name)
		}
	}
}

func (k *Kernel) validate(fault faults) {
	if k.Minimum.IsZero() || k.Source == "" {
		fault("needs a minimum and a source")
	}
}

func (e *Etcd) validate(fault faults) {
	if len(e.Kubeadm) == 0 {
		fault("kubeadm has no version")
	}
	for i, row := range e.Kubeadm {
		in := fault.in("kubeadm of %s", row.Kubernetes)
		dated(in, row.Kubernetes, row.Source)
		if row.Kubernetes.Compare(previous(e.Kubeadm, i).Kubernetes) <= 0 {
			in("is out of order, or stands twice")
		}
		if row.Kubeadm.IsZero() || row.Installs.IsZero() || row.ExternalMinimum.IsZero() {
			in("needs its own version, the one it installs, and a minimum")
		}
	}
	for _, p := range e.Before {
		if p.Minor.IsZero() || p.Minimum.IsZero() || p.Minimum.Compare(p.Minor) >= 0 || p.Source == "" {
			fault("before %s: needs a minor, an older minimum and a source", p.Minor)
		}
	}
	validateReleases(fault, e.Releases)
}

func (v *VolumeFacts) validate(fault faults) {
	for i, plugin := range v.Plugins {
		in := fault.in("%q since %s", plugin.Volume, plugin.Since)
		plugin.validate(in, previous(v.Plugins, i).Since)
		if plugin.Volume == "" {
			in("needs the field of volumes")
		}
	}
	if len(v.Drivers) > 0 && v.DriversSource == "" {
		fault("drivers need a source")
	}
	for _, volume := range slices.Sorted(maps.Keys(v.Drivers)) {
		if v.Drivers[volume] == "" || !slices.ContainsFunc(v.Plugins, func(p VolumePlugin) bool { return p.Volume == volume }) {
			fault("driver of %q: needs a name, and a plugin that it replaces", volume)
		}
	}
}
