package v1alpha1

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// SupportReport says by whom a cluster is supported, and until when.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type SupportReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// CollectedAt is when the facts were read.
	CollectedAt metav1.Time `json:"collectedAt"`
	// At is the day that the report is about.
	At calendar.Date `json:"at"`
	// Within is the period, such as 90d, in which an end of support makes a warning; empty for none.
	Within   string         `json:"within,omitempty"`
	Cluster  Cluster        `json:"cluster"`
	Platform Platform       `json:"platform"`
	Summary  SupportSummary `json:"summary"`
	// Rows are the control plane first, then the nodes, newest version first.
	Rows []SupportRow `json:"rows"`
	// Ranges are the minors that the platform creates clusters at, and what the
	// platform version that was asked for takes.
	Ranges []RangeCheck `json:"ranges,omitempty"`
	// Managed are the clusters that a platform manages from this one, by its own resources.
	Managed []ClusterSupport `json:"managed,omitempty"`
	Notes   []string         `json:"notes,omitempty"`
	// Gaps are those of the snapshot that bear on support.
	Gaps []Gap `json:"gaps,omitempty"`
	// Baseline is set where the report was compared with an earlier one.
	Baseline *Baseline `json:"baseline,omitempty"`
}

// SupportSummary is the report in one line.
type SupportSummary struct {
	// Verdict is the gravest of rows, ranges and managed clusters.
	Verdict Verdict `json:"verdict"`
	// Complete is false when a gap or an unknown row leaves the verdict open.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
	// Advice is what to do, and empty when that is nothing.
	Advice string `json:"advice,omitempty"`
}

// SupportRow is the standing of one version of a part of the cluster.
type SupportRow struct {
	// Part is "control plane" or "nodes".
	Part string `json:"part"`
	// Version is verbatim.
	Version string `json:"version"`
	Count   int32  `json:"count"`
	// Names of the nodes; sorted.
	Names   []string `json:"names,omitempty"`
	Verdict Verdict  `json:"verdict"`
	// Standing is by the calendar of the platform, or by the one it follows.
	Standing Standing `json:"standing"`
	// Upstream is upstream's own standing, where Standing is a platform's.
	Upstream *Standing `json:"upstream,omitempty"`
	// Patch compares with the newest patch; absent when the version names none.
	Patch  *PatchStanding `json:"patch,omitempty"`
	Reason string         `json:"reason"`
	// Advice is what to do, and empty when that is nothing.
	Advice string `json:"advice,omitempty"`
}

// Standing is where a release stands in its life on a day.
type Standing struct {
	// Calendar is the id of the platform whose dates these are.
	Calendar string `json:"calendar"`
	// AsOf is the day on which that calendar was read.
	AsOf calendar.Date `json:"asOf"`
	// Release is the number there: a Kubernetes minor, or the likes of OpenShift's
	// 4.18; absent when the calendar does not list it.
	Release version.Minor `json:"release,omitzero"`
	Stage   Stage         `json:"stage"`
	// Phase is the name of the present phase, when Supported.
	Phase string `json:"phase,omitempty"`
	// Until is the last day of the phase, and at end of life the last day of support.
	Until calendar.Date `json:"until,omitzero"`
	// DaysLeft until the end of Until; negative at end of life; absent without Until.
	DaysLeft *int32 `json:"daysLeft,omitempty"`
	// SupportedUntil is the last day of the support that is neither paid for nor opted into.
	SupportedUntil calendar.Date `json:"supportedUntil,omitzero"`
	// Phases are all that the release has, with the last day of each.
	Phases  []SupportPhase `json:"phases,omitempty"`
	Sources []string       `json:"sources,omitempty"`
}

// Stage is a part of a release's life, or what lies before and after it.
type Stage string

// Stages.
const (
	// Planned: announced, but not known to be out.
	Planned Stage = "planned"
	// Supported: in one of the platform's phases.
	Supported Stage = "supported"
	EndOfLife Stage = "end of life"
	// Undated: the calendar does not list the release, or not its ends.
	Undated Stage = "unknown"
)

// PhaseKind says what a phase is worth.
type PhaseKind string

// Kinds of phases.
const (
	// Standard support comes with the platform.
	Standard PhaseKind = "standard"
	// Maintenance brings critical fixes alone.
	Maintenance PhaseKind = "maintenance"
	// Extended support is paid for or opted into.
	Extended PhaseKind = "extended"
)

// SupportPhase is a part of a release's life.
type SupportPhase struct {
	Name string    `json:"name"`
	Kind PhaseKind `json:"kind"`
	// Terms say what extended support takes.
	Terms string `json:"terms,omitempty"`
	// Until is its last day.
	Until calendar.Date `json:"until,omitzero"`
}

// PatchStanding compares a running version with the newest patch of its minor.
type PatchStanding struct {
	// Calendar is the id of the platform that released Latest.
	Calendar string `json:"calendar"`
	Latest   string `json:"latest"`
	// Date is when Latest came out; absent when that is not known.
	Date calendar.Date `json:"date,omitzero"`
	// Behind is the number of patches in between; 0 when the running one is the latest or newer.
	Behind int32 `json:"behind"`
	// Next is the patch that is scheduled next, NextDate absent while none is published.
	Next     string        `json:"next,omitempty"`
	NextDate calendar.Date `json:"nextDate,omitzero"`
}

// VersionRange is a range of Kubernetes versions for a purpose.
type VersionRange struct {
	// For is the purpose, such as "onboarding".
	For string `json:"for"`
	// Minimum is inside the range, Below is the first version that is not. Both
	// are absent when no numbers are published.
	Minimum string `json:"minimum,omitempty"`
	Below   string `json:"below,omitempty"`
	// NewestOnly: of the range, only the newest minor will do.
	NewestOnly bool `json:"newestOnly,omitempty"`
	// ValidatedMinimum and ValidatedBelow bound what the platform says that it
	// validated; absent where it says nothing.
	ValidatedMinimum string `json:"validatedMinimum,omitempty"`
	ValidatedBelow   string `json:"validatedBelow,omitempty"`
	// Role of the clusters that the range is about; empty for all.
	Role ClusterRole `json:"role,omitempty"`
	// Outside says what happens to a cluster outside the range.
	Outside string `json:"outside"`
	// Inside says what being inside does not promise.
	Inside string `json:"inside,omitempty"`
	Source string `json:"source,omitempty"`
}

// String is the range as operators write it: ">=1.19.0 <1.35.0".
func (r *VersionRange) String() string {
	text := fmt.Sprintf(">=%s <%s", r.Minimum, r.Below)
	validated := fmt.Sprintf(">=%s <%s", r.ValidatedMinimum, r.ValidatedBelow)
	switch {
	case r.Minimum == "" && r.ValidatedMinimum == "":
		return "a range that is not published"
	case r.Minimum == "":
		return validated + " (validated; what else is accepted is not published)"
	case r.NewestOnly:
		text += " (its newest minor alone)"
	}
	if r.ValidatedMinimum != "" {
		text += fmt.Sprintf(" (validated %s)", validated)
	}
	return text
}

// RangeCheck compares the cluster with a range.
type RangeCheck struct {
	VersionRange `json:",inline"`
	// Version of the kube-apiserver that decided, verbatim.
	Version string  `json:"version"`
	Verdict Verdict `json:"verdict"`
	// Answer is the check in a word; absent of what clusters can be created at.
	Answer RangeAnswer `json:"answer,omitempty"`
	Reason string      `json:"reason"`
}

// RangeAnswer says in a word how a cluster stands to a range.
type RangeAnswer string

// Answers.
const (
	RangeInside RangeAnswer = "ok"
	// RangeValidated and RangeAccepted are inside a range for third-party clusters:
	// among the versions that were validated, and not.
	RangeValidated RangeAnswer = "validated"
	RangeAccepted  RangeAnswer = "accepted"
	// RangeBlocks is a workload cluster outside: the platform cannot be upgraded.
	RangeBlocks RangeAnswer = "blocks"
	// RangeBlocked is a third-party cluster outside: the platform does not take it.
	RangeBlocked RangeAnswer = "blocked"
	// RangeOutside is a cluster outside a range that is about any.
	RangeOutside RangeAnswer = "outside"
	RangeUnknown RangeAnswer = "unknown"
)

// ClusterRole is what a cluster is to a platform that manages several.
type ClusterRole string

// Roles.
const (
	// GlobalCluster runs the platform itself.
	GlobalCluster ClusterRole = "global"
	// WorkloadCluster was created by the platform.
	WorkloadCluster ClusterRole = "workload"
	// ThirdPartyCluster was made elsewhere, and is or could be onboarded.
	ThirdPartyCluster ClusterRole = "third-party"
)

// FleetSupportReport says of several clusters by whom they are supported, until
// when, and what a version of their platform makes of them.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type FleetSupportReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// At is the day that the report is about.
	At calendar.Date `json:"at"`
	// Within is the period, such as 90d, in which an end of support makes a warning; empty for none.
	Within string `json:"within,omitempty"`
	// Platform and PlatformVersion that were asked for; empty where each cluster is judged by its own.
	Platform        string              `json:"platform,omitempty"`
	PlatformVersion string              `json:"platformVersion,omitempty"`
	Summary         FleetSupportSummary `json:"summary"`
	// Clusters are sorted, the gravest first.
	Clusters []ClusterSupport `json:"clusters"`
	Notes    []string         `json:"notes,omitempty"`
}

// FleetSupportSummary is the report in one line.
type FleetSupportSummary struct {
	// Verdict is the gravest of the clusters.
	Verdict Verdict `json:"verdict"`
	// Complete is false when one could not be judged, or lacks evidence.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
	// Advice is what to do, and empty when that is nothing.
	Advice string `json:"advice,omitempty"`
	// Clusters of which Failed could not be judged.
	Clusters int32 `json:"clusters"`
	Failed   int32 `json:"failed"`
}

// ClusterSupport is the support of one cluster of several.
type ClusterSupport struct {
	Name string `json:"name"`
	// From is what told of it: "context shop-prod", a file, or a resource of the
	// cluster that manages it.
	From string `json:"from,omitempty"`
	// Error says why the cluster could not be judged; Verdict is Unknown then.
	Error string `json:"error,omitempty"`
	// Version is that of its oldest kube-apiserver, verbatim.
	Version string `json:"version,omitempty"`
	// Role by the platform's own resources or by a flag; RoleAssumed where neither tells.
	Role        ClusterRole `json:"role,omitempty"`
	RoleAssumed bool        `json:"roleAssumed,omitempty"`
	// Platform whose calendar Standing is by.
	Platform string `json:"platform,omitempty"`
	// Verdict is the gravest of the support and of the ranges that are about its role.
	Verdict  Verdict  `json:"verdict"`
	Complete bool     `json:"complete"`
	Standing Standing `json:"standing,omitzero"`
	// Ranges of the platform's version, of those about its role.
	Ranges []RangeCheck `json:"ranges,omitempty"`
	Reason string       `json:"reason,omitempty"`
	// Advice is what to do, and empty when that is nothing.
	Advice string `json:"advice,omitempty"`
	// Report is the full one; absent in formats that do not show it, and in the
	// report on the cluster that manages this one. Of a cluster that only another
	// one tells of it has the control plane alone.
	Report *SupportReport `json:"report,omitempty"`
}

// ReleaseCalendar is the release calendar of one or more platforms.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type ReleaseCalendar struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// At is the day that the list is about.
	At calendar.Date `json:"at"`
	// CatalogAsOf is the day on which the newest part of the catalog was gathered.
	CatalogAsOf calendar.Date      `json:"catalogAsOf"`
	Platforms   []PlatformCalendar `json:"platforms"`
}

// PlatformCalendar is the calendar of one platform.
type PlatformCalendar struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// AsOf is the day of the pages that it was read from.
	AsOf calendar.Date `json:"asOf"`
	// Phases that a release can go through, in order, without dates.
	Phases []SupportPhase `json:"phases,omitempty"`
	// Releases, newest first.
	Releases []PlatformRelease `json:"releases"`
	// Versions of a platform that is installed beside Kubernetes.
	Versions []PlatformVersion `json:"versions,omitempty"`
	// Upcoming is the release cycle that is under way.
	Upcoming *UpcomingRelease `json:"upcoming,omitempty"`
	// Live is what the platform answered when it was asked, or why it did not; absent
	// where it was not asked.
	Live *LiveReleases `json:"live,omitempty"`
	// Rules of the platform, in sentences.
	Rules   []string `json:"rules,omitempty"`
	Notes   []string `json:"notes,omitempty"`
	Sources []string `json:"sources,omitempty"`
}

// PlatformRelease is one release of a platform.
type PlatformRelease struct {
	Version version.Minor `json:"version"`
	// Kubernetes is the minor inside.
	Kubernetes version.Minor `json:"kubernetes"`
	// AsOf is the day on which the dates were read, where that is not the calendar's.
	AsOf     calendar.Date `json:"asOf,omitzero"`
	Released calendar.Date `json:"released,omitzero"`
	Stage    Stage         `json:"stage"`
	// Phase is the name of the present phase, when Supported.
	Phase string `json:"phase,omitempty"`
	// DaysLeft until the end of that phase; negative at end of life.
	DaysLeft *int32         `json:"daysLeft,omitempty"`
	Phases   []SupportPhase `json:"phases,omitempty"`
	// Latest patch on the day.
	Latest     string        `json:"latest,omitempty"`
	LatestDate calendar.Date `json:"latestDate,omitzero"`
	// Next is the patch that is scheduled next, NextDate absent while none is published.
	Next     string        `json:"next,omitempty"`
	NextDate calendar.Date `json:"nextDate,omitzero"`
	// Creatable is absent when it is not known.
	Creatable *bool `json:"creatable,omitempty"`
	// Recommended version for new clusters, and the one that they get by Default.
	Recommended string  `json:"recommended,omitempty"`
	Default     string  `json:"default,omitempty"`
	Patches     []Patch `json:"patches,omitempty"`
	// Notes on the release.
	Notes   []string `json:"notes,omitempty"`
	Sources []string `json:"sources,omitempty"`
}

// Patch is a patch release.
type Patch struct {
	Version string `json:"version"`
	// Announced is the day that the release pages give.
	Announced calendar.Date `json:"announced,omitzero"`
	// Available is the first day on which it surely existed: the later one of
	// announcement and tag.
	Available calendar.Date `json:"available,omitzero"`
}

// PlatformVersion is a version of a platform that is installed beside Kubernetes.
type PlatformVersion struct {
	Version   string          `json:"version"`
	Released  calendar.Date   `json:"released,omitzero"`
	Creatable []version.Minor `json:"creatable,omitempty"`
	Ranges    []VersionRange  `json:"ranges,omitempty"`
	Sources   []string        `json:"sources,omitempty"`
}

// UpcomingRelease is a release cycle under way.
type UpcomingRelease struct {
	Version version.Minor `json:"version"`
	// Released is the planned day.
	Released calendar.Date   `json:"released"`
	Events   []UpcomingEvent `json:"events,omitempty"`
	// Phases by the policy, counted from the planned day; never confirmed.
	Phases      []SupportPhase `json:"phases,omitempty"`
	PreReleases []Patch        `json:"preReleases,omitempty"`
	Source      string         `json:"source"`
}

// UpcomingEvent is a date in a release cycle.
type UpcomingEvent struct {
	Date calendar.Date `json:"date"`
	Name string        `json:"name"`
}

// CatalogInfo describes the catalog in use.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type CatalogInfo struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Origin is "embedded", the path of a file, or a URL.
	Origin string        `json:"origin"`
	AsOf   calendar.Date `json:"asOf"`
	// AgeDays is counted from AsOf.
	AgeDays   int32             `json:"ageDays"`
	Platforms []CatalogPlatform `json:"platforms"`
}

// CatalogPlatform is a platform in the catalog.
type CatalogPlatform struct {
	ID   string        `json:"id"`
	Name string        `json:"name"`
	AsOf calendar.Date `json:"asOf"`
	// Live is the day on which the platform itself answered; absent where that is in no use.
	Live calendar.Date `json:"live,omitzero"`
	// Releases is the number of them; Newest and Oldest are absent without any.
	Releases int32         `json:"releases"`
	Newest   version.Minor `json:"newest,omitzero"`
	Oldest   version.Minor `json:"oldest,omitzero"`
	Sources  []string      `json:"sources,omitempty"`
}
