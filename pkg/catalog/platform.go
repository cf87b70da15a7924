package catalog

import (
	"regexp"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Upstream is the id of Kubernetes as the project itself releases and supports it.
const Upstream = "upstream"

// Platform is a managed or packaged Kubernetes, or upstream's own.
type Platform struct {
	// ID is the value of --platform.
	ID   string `json:"id"`
	Name string `json:"name"`
	// AsOf is the day of the pages that the releases were read from.
	AsOf calendar.Date `json:"asOf"`
	// Recognise says what shows from inside that a cluster is of this platform.
	Recognise Recognition `json:"recognise,omitzero"`
	// Phases of a release's life, in order.
	Phases []Phase `json:"phases,omitempty"`
	// Follows is the platform whose dates are shown for minors without dates of their own.
	Follows string `json:"follows,omitempty"`
	// Policy says for how long releases are supported, oldest first.
	Policy []SupportPolicy `json:"policy,omitempty"`
	// EveryMinorSince is the first release from which on none is left out, which
	// Validate then checks; absent where some are.
	EveryMinorSince version.Minor `json:"everyMinorSince,omitzero"`
	// Kubelet is the platform's own bound, where it is stricter than the policy's.
	Kubelet *KubeletRule `json:"kubelet,omitempty"`
	// Managed: the platform runs the control plane out of sight.
	Managed bool `json:"managed,omitempty"`
	// Embeds lists components that run inside the platform's own binary, so
	// that they have no version of their own.
	Embeds []Component `json:"embeds,omitempty"`
	// Creatable says which minors new clusters can be created at; absent when that is not known.
	Creatable *Creatable `json:"creatable,omitempty"`
	// Recommended versions for new clusters, as they were published, newest first.
	Recommended []Recommendation `json:"recommended,omitempty"`
	Upgrades    Upgrades         `json:"upgrades,omitzero"`
	// Notes are what an operator should know beside the dates.
	Notes []Note `json:"notes,omitempty"`
	// Versions are those of a platform that is installed beside Kubernetes and
	// has versions of its own, newest first.
	Versions []PlatformVersion `json:"versions,omitempty"`
	// Upcoming is the release cycle that is under way.
	Upcoming *Cycle `json:"upcoming,omitempty"`
	// Sources of what stands here, apart from Releases.
	Sources []string `json:"sources"`
	// Releases, newest first.
	Releases []Release `json:"releases,omitempty"`
}

// Recognition says what shows that a cluster is of a platform. Any one mark is
// enough, so that only conclusive ones stand here: a providerID of "aws:///",
// say, is also that of a cluster somebody runs on EC2.
type Recognition struct {
	// GitVersionSuffix matches what stands behind the upstream version.
	GitVersionSuffix *regexp.Regexp `json:"gitVersionSuffix,omitempty"`
	// NodeLabels are keys, or "key=value" where only that value tells.
	NodeLabels []string       `json:"nodeLabels,omitempty"`
	ProviderID *regexp.Regexp `json:"providerID,omitempty"`
	// OSImage is a part of what nodes call their operating system.
	OSImage string `json:"osImage,omitempty"`
	// APIGroups are served by this platform alone.
	APIGroups []string `json:"apiGroups,omitempty"`
}

// Phase is a part of a release's life.
type Phase struct {
	// ID is the key of Release.Ends.
	ID string `json:"id"`
	// Name stands before "support".
	Name string             `json:"name"`
	Kind v1alpha1.PhaseKind `json:"kind"`
	// Terms say what extended support takes, such as "costs extra".
	Terms string `json:"terms,omitempty"`
}

// SupportPolicy says how many months each phase lasts.
type SupportPolicy struct {
	// Since is the first release that the policy holds for.
	Since  version.Minor `json:"since"`
	Phases []PhaseLength `json:"phases"`
	// Day of the month on which phases end; 0 when they are counted from the release.
	Day    int    `json:"day,omitempty"`
	Source string `json:"source"`
}

// PhaseLength is the promised length of a phase.
type PhaseLength struct {
	Phase  string `json:"phase"`
	Months int    `json:"months"`
}

// KubeletRule bounds how many minors kubelets may be older than kube-apiserver.
type KubeletRule struct {
	Older int `json:"older"`
	// OlderOnOdd holds where the platform's own minor is odd; absent where that makes no difference.
	OlderOnOdd *int   `json:"olderOnOdd,omitempty"`
	Source     string `json:"source"`
}

// Creatable says which minors new clusters can be created at.
type Creatable struct {
	// Newest is the number of newest releases, the platform's own unless UpstreamShift is set.
	Newest int `json:"newest"`
	// UpstreamShift takes upstream's instead, and moves them: by -1 to one minor older.
	UpstreamShift int    `json:"upstreamShift,omitempty"`
	Source        string `json:"source"`
}

// Recommendation is a version that the platform recommends for new clusters.
type Recommendation struct {
	Version string `json:"version"`
	// Published is the day of the recommendation.
	Published calendar.Date `json:"published"`
	Source    string        `json:"source"`
}

// Upgrades are the platform's rules for getting from one minor to the next. An
// absent rule is not known.
type Upgrades struct {
	// SkipMinor says whether the control plane may leave a minor out.
	SkipMinor *Permission `json:"skipMinor,omitempty"`
	// Rollback says whether it may go back to the minor before.
	Rollback *Permission `json:"rollback,omitempty"`
	// NodesFirst: nodes must be at the control plane's minor before that moves on.
	NodesFirst *Sourced `json:"nodesFirst,omitempty"`
	// Nodes must meet these before a minor.
	Nodes []NodeRequirement `json:"nodes,omitempty"`
	// Reservation is what nodes need to have free for one minor.
	Reservation *Reservation `json:"reservation,omitempty"`
	// AddOns says which of them are upgraded along with the control plane.
	AddOns *AddOns `json:"addOns,omitempty"`
	// Durations are how long the platform says that its upgrades take.
	Durations *Durations `json:"durations,omitempty"`
	// Commands do the steps.
	Commands *Commands `json:"commands,omitempty"`
}

// Commands of an upgrade, in order. A plan fills in {minor} and {version} of
// Kubernetes and {release} of the platform; capitals are for whoever runs them.
type Commands struct {
	// Kubeadm: they are of clusters that kubeadm made.
	Kubeadm bool `json:"kubeadm,omitempty"`
	// Backup saves the data of a control plane that is not managed.
	Backup       []string `json:"backup,omitempty"`
	ControlPlane []string `json:"controlPlane"`
	// ControlPlaneNodes and Nodes are for each node, or for each pool of them where
	// the platform upgrades pools.
	ControlPlaneNodes []string `json:"controlPlaneNodes,omitempty"`
	Nodes             []string `json:"nodes,omitempty"`
	Source            string   `json:"source"`
}

// Note is a sentence with its source.
type Note struct {
	Text   string `json:"text"`
	Source string `json:"source"`
}

// Permission says whether something may be done.
type Permission struct {
	Allowed bool `json:"allowed"`
	// WithinDays bounds a rollback; 0 when nothing is said.
	WithinDays int `json:"withinDays,omitempty"`
	// Condition limits what Allowed says.
	Condition string `json:"condition,omitempty"`
	Source    string `json:"source"`
}

// Sourced is a rule that either holds or is absent.
type Sourced struct {
	Source string `json:"source"`
}

// NodeRequirement is what nodes need from a Kubernetes minor on.
type NodeRequirement struct {
	Since version.Minor `json:"since"`
	// Requires is the whole of it, for people.
	Requires string `json:"requires"`
	// Containerd and Kernel are the oldest ones; absent where nothing is said.
	Containerd *version.Number `json:"containerd,omitempty"`
	Kernel     *version.Number `json:"kernel,omitempty"`
	CgroupV2   bool            `json:"cgroupV2,omitempty"`
	Source     string          `json:"source"`
}

// Reservation says that nodes set resources aside for the system from a minor
// on, so that pods of full ones find no place.
type Reservation struct {
	Since version.Minor `json:"since"`
	// CPUPercent and MemoryPercent of a node are what should be in use at most.
	CPUPercent    int    `json:"cpuPercent"`
	MemoryPercent int    `json:"memoryPercent"`
	Source        string `json:"source"`
}

// AddOns says what becomes of them when the control plane is upgraded.
type AddOns struct {
	// Along are upgraded with the control plane.
	Along []string `json:"along,omitempty"`
	// Apart says what is left to the operator.
	Apart string `json:"apart"`
	// How says where or with what, such as "on the console's Add-ons page".
	How    string `json:"how"`
	Source string `json:"source"`
}

// Durations are in minutes. What is 0 is not known.
type Durations struct {
	// ManagedControlPlane is of the whole, MasterInTurn of each node of a dedicated one.
	ManagedControlPlane int `json:"managedControlPlane,omitempty"`
	MasterInTurn        int `json:"masterInTurn,omitempty"`
	// InPlace and Replace are of a batch of nodes; InPlace is the least and the most.
	InPlace [2]int `json:"inPlace,omitzero"`
	// Replace is without the time that a drain takes.
	Replace int `json:"replace,omitempty"`
	// DrainTimeout is after how long the platform gives up.
	DrainTimeout int    `json:"drainTimeout,omitempty"`
	Source       string `json:"source"`
}

// PlatformVersion is a version of a platform that is installed beside Kubernetes.
type PlatformVersion struct {
	// Version is the value of --platform-version.
	Version string `json:"version"`
	// Released is absent when that is not known.
	Released calendar.Date `json:"released,omitzero"`
	// Creatable lists the minors that this version creates clusters at.
	Creatable []version.Minor `json:"creatable,omitempty"`
	Ranges    []Range         `json:"ranges,omitempty"`
	Sources   []string        `json:"sources"`
}

// Cycle is a release cycle under way.
type Cycle struct {
	Version version.Minor `json:"version"`
	// Released is the planned day.
	Released    calendar.Date `json:"released"`
	Events      []CycleEvent  `json:"events,omitempty"`
	PreReleases []Patch       `json:"preReleases,omitempty"`
	Source      string        `json:"source"`
}

// CycleEvent is a date in a release cycle.
type CycleEvent struct {
	Date calendar.Date `json:"date"`
	Name string        `json:"name"`
}

// Release is a minor of Kubernetes as a platform offers it, or the platform's
// own minor where it numbers differently.
type Release struct {
	// Version is the platform's own number: 1.36, or OpenShift's 4.18.
	Version version.Minor `json:"version"`
	// Kubernetes is the minor inside, where Version is another number.
	Kubernetes version.Minor `json:"kubernetes,omitzero"`
	// AsOf is the day on which the platform itself told its dates; absent where that
	// of the platform's pages holds.
	AsOf calendar.Date `json:"asOf,omitzero"`
	// Released is absent when that is not known.
	Released calendar.Date `json:"released,omitzero"`
	// Told is what the platform itself answered of new clusters at the release.
	Told *Told `json:"told,omitempty"`
	// Ends holds the last day of each phase that this release has, by Phase.ID.
	Ends map[string]calendar.Date `json:"ends,omitempty"`
	// Latest patch, where Patches does not tell it.
	Latest *Patch `json:"latest,omitempty"`
	// Patches, newest first.
	Patches []Patch `json:"patches,omitempty"`
	// Next is the patch that is scheduled next, its date absent while none is published.
	Next    *Patch   `json:"next,omitempty"`
	Note    string   `json:"note,omitempty"`
	Sources []string `json:"sources"`
}

// Told is what a platform answered when it was asked. Where any release has it,
// that holds from then on in place of the platform's rule.
type Told struct {
	// On is the day, and Source what was asked.
	On     calendar.Date `json:"on"`
	Source string        `json:"source"`
	// Creatable is absent where that was not told.
	Creatable *bool `json:"creatable,omitempty"`
	// Default is the version that new clusters get where they name none.
	Default string `json:"default,omitempty"`
}

// Patch is a patch release.
type Patch struct {
	Version string `json:"version"`
	// Announced is the day that the release pages give.
	Announced calendar.Date `json:"announced,omitzero"`
	// Tagged is the day of the tag, where it differs or no page gives a day.
	Tagged calendar.Date `json:"tagged,omitzero"`
}

// Available is the first day on which the patch surely existed: the later one
// of announcement and tag. It is zero when neither is known.
func (p Patch) Available() calendar.Date {
	if p.Tagged.Compare(p.Announced) > 0 {
		return p.Tagged
	}
	return p.Announced
}

// Minor is the Kubernetes minor of the release.
func (r *Release) Minor() version.Minor {
	if r.Kubernetes.IsZero() {
		return r.Version
	}
	return r.Kubernetes
}

// LatestBy returns the newest patch that existed on a day, or nil. One whose
// day is not known counts from the release on.
func (r *Release) LatestBy(day calendar.Date) *Patch {
	if r.Released.First().Compare(day) > 0 {
		return nil
	}
	candidates := r.Patches
	if r.Latest != nil {
		candidates = []Patch{*r.Latest}
	}
	for i := range candidates {
		if candidates[i].Available().Compare(day) <= 0 {
			return &candidates[i]
		}
	}
	return nil
}

// Release returns the platform's release of a Kubernetes minor, or nil.
func (p *Platform) Release(minor version.Minor) *Release {
	i := slices.IndexFunc(p.Releases, func(r Release) bool { return r.Minor() == minor })
	if i < 0 {
		return nil
	}
	return &p.Releases[i]
}

// Version returns the platform's own version of a name, or nil.
func (p *Platform) Version(name string) *PlatformVersion {
	i := slices.IndexFunc(p.Versions, func(v PlatformVersion) bool { return v.Version == name })
	if i < 0 {
		return nil
	}
	return &p.Versions[i]
}

// VersionNames lists the platform's own versions, newest first.
func (p *Platform) VersionNames() []string {
	names := make([]string, len(p.Versions))
	for i, v := range p.Versions {
		names[i] = v.Version
	}
	return names
}

// Phase returns the phase of an id, or nil.
func (p *Platform) Phase(id string) *Phase {
	i := slices.IndexFunc(p.Phases, func(phase Phase) bool { return phase.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Phases[i]
}

// PolicyFor returns the policy that holds for a release, or nil.
func (p *Platform) PolicyFor(release version.Minor) *SupportPolicy {
	var holds *SupportPolicy
	for i := range p.Policy {
		if p.Policy[i].Since.Compare(release) <= 0 {
			holds = &p.Policy[i]
		}
	}
	return holds
}

// KubeletsOlder is how many minors kubelets may be older than a control plane
// at a minor, and whether the platform says so at all. A minor whose release is
// not known gets the number for odd ones, which is the stricter one.
func (p *Platform) KubeletsOlder(minor version.Minor) (older int, bound bool) {
	if p.Kubelet == nil {
		return 0, false
	}
	if odd := p.Kubelet.OlderOnOdd; odd != nil {
		if r := p.Release(minor); r == nil || r.Version.Minor%2 == 1 {
			return *odd, true
		}
	}
	return p.Kubelet.Older, true
}
