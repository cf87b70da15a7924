package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// DeprecationReport says which API versions that go away are still in use, by
// whom, and what breaks at a target minor.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type DeprecationReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// CollectedAt is when the facts were read.
	CollectedAt metav1.Time `json:"collectedAt"`
	Cluster     Cluster     `json:"cluster"`
	// Server is the oldest minor of kube-apiserver whose APIs are offered; absent without a cluster.
	Server version.Minor `json:"server,omitzero"`
	// Target is the minor that the findings are judged at.
	Target  version.Minor      `json:"target"`
	Summary DeprecationSummary `json:"summary"`
	// Namespace and Selector are what was asked about; empty for the whole cluster.
	Namespace string `json:"namespace,omitempty"`
	Selector  string `json:"selector,omitempty"`
	// Only are the verdicts that Findings were narrowed to; absent for all.
	Only []Verdict `json:"only,omitempty"`
	// Findings are in the order of APIs, and of one API the gravest first.
	Findings []DeprecationFinding `json:"findings"`
	// Waived are findings that --ignore or a policy file takes out of the verdict.
	Waived []DeprecationFinding `json:"waived,omitempty"`
	// Coverage says what was looked at.
	Coverage DeprecationCoverage `json:"coverage"`
	// Notes are remarks on the whole report.
	Notes []string `json:"notes,omitempty"`
	// Gaps are those of the snapshot that bear on API usage.
	Gaps []Gap `json:"gaps,omitempty"`
	// Baseline is set where the report was compared with an earlier one.
	Baseline *Baseline `json:"baseline,omitempty"`
}

// DeprecationSummary is the report in one line.
type DeprecationSummary struct {
	// Verdict is the gravest of the findings.
	Verdict Verdict `json:"verdict"`
	// Complete is false when a gap or an unknown finding leaves the verdict open.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
	// Findings per verdict.
	Errors      int32 `json:"errors"`
	Warnings    int32 `json:"warnings"`
	Unknown     int32 `json:"unknown"`
	Information int32 `json:"information"`
}

// DeprecationFinding is the use of one API by one subject, with all evidence of it.
type DeprecationFinding struct {
	// APIVersion is group/version, Kind and Resource are those of the API that goes away.
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Resource   string `json:"resource,omitempty"`
	// Deprecated and Removed are the minors in which it is, or is planned to be; absent for none.
	Deprecated version.Minor `json:"deprecated,omitzero"`
	Removed    version.Minor `json:"removed,omitzero"`
	// Planned says that Removed is not released yet.
	Planned     bool            `json:"planned,omitempty"`
	Replacement *APIReplacement `json:"replacement,omitempty"`

	Verdict Verdict            `json:"verdict"`
	Subject DeprecationSubject `json:"subject"`
	// Reason is one sentence: why the verdict is what it is.
	Reason string `json:"reason"`
	// Remedy is the command or edit that ends the use; empty where there is nothing to do.
	Remedy string `json:"remedy,omitempty"`
	// Evidence is in order of strength.
	Evidence []DeprecationEvidence `json:"evidence"`
	// LastSeen is the newest time of the evidence; absent when none has one.
	LastSeen *metav1.Time `json:"lastSeen,omitempty"`
	// Waiver is set on findings that are waived, and on those whose waiver has expired.
	Waiver *DeprecationWaiver `json:"waiver,omitempty"`
}

// APIReplacement is what to use instead.
type APIReplacement struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Since is the first minor that has it.
	Since version.Minor `json:"since,omitzero"`
}

// SubjectType says what kind of thing uses an API.
type SubjectType string

// Types of subjects.
const (
	// SubjectManager is a field manager, which wrote objects through the API.
	SubjectManager SubjectType = "manager"
	// SubjectRelease is a Helm release.
	SubjectRelease SubjectType = "release"
	// SubjectFile is a manifest.
	SubjectFile SubjectType = "file"
	// SubjectUser is a user whom an audit log names.
	SubjectUser SubjectType = "user"
	// SubjectClients are clients that kube-apiserver counted and does not name.
	SubjectClients SubjectType = "clients"
	// SubjectObject is an object that names the API in its content.
	SubjectObject SubjectType = "object"
	// SubjectDefinition is a CustomResourceDefinition.
	SubjectDefinition SubjectType = "definition"
	// SubjectServer is kube-apiserver, which serves the API or stores its objects.
	SubjectServer SubjectType = "server"
)

// DeprecationSubject is who uses an API, or where.
type DeprecationSubject struct {
	Type      SubjectType `json:"type"`
	Namespace string      `json:"namespace,omitempty"`
	Name      string      `json:"name,omitempty"`
	// UserAgent is that of the requests of a user.
	UserAgent string `json:"userAgent,omitempty"`
}

// EvidenceType is a way to know that an API is in use.
type EvidenceType string

// Types of evidence, the strongest first.
const (
	EvidenceAudited    EvidenceType = "audited"
	EvidenceRequested  EvidenceType = "requested"
	EvidenceWritten    EvidenceType = "written"
	EvidenceDeclared   EvidenceType = "declared"
	EvidenceStored     EvidenceType = "stored"
	EvidenceReferenced EvidenceType = "referenced"
	EvidenceServed     EvidenceType = "served"
)

// DeprecationEvidence is one piece of evidence.
type DeprecationEvidence struct {
	Type EvidenceType `json:"type"`
	// Message says what was found, where.
	Message string `json:"message"`
	// Stale is true where the evidence is history: its subject moved on since.
	Stale bool `json:"stale,omitempty"`
	// Dormant is true where nothing has used the API since every kube-apiserver started.
	Dormant bool `json:"dormant,omitempty"`
	// Reads and Writes count requests.
	Reads  int64 `json:"reads,omitempty"`
	Writes int64 `json:"writes,omitempty"`
	// First and Last are the times of the evidence; absent when not known.
	First *metav1.Time `json:"first,omitempty"`
	Last  *metav1.Time `json:"last,omitempty"`
	// Objects are those that the evidence is about.
	Objects []EvidenceObject `json:"objects,omitempty"`
}

// EvidenceObject names an object, or a place in a file.
type EvidenceObject struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	// Path and Line are of a file; Line counts from 1.
	Path string `json:"path,omitempty"`
	Line int32  `json:"line,omitempty"`
}

// DeprecationWaiver is a decision to live with a finding.
type DeprecationWaiver struct {
	// Reason as the policy file gives it; "--ignore" for the flag.
	Reason string `json:"reason"`
	// Expires is the last day of the waiver; absent for none.
	Expires *calendar.Date `json:"expires,omitempty"`
	Expired bool           `json:"expired,omitempty"`
}

// DeprecationCoverage says what the report is based on.
type DeprecationCoverage struct {
	// Objects whose metadata was read, of Kinds kinds.
	Objects int32 `json:"objects"`
	Kinds   int32 `json:"kinds"`
	// WithoutManagedFields counts the objects among them that do not tell who wrote them.
	WithoutManagedFields int32 `json:"withoutManagedFields,omitempty"`
	// Releases of Helm that were read.
	Releases int32 `json:"releases"`
	// Definitions of custom resources that were read.
	Definitions int32 `json:"definitions"`
	// Files that were read, of which Unreadable did not parse.
	Files      int32 `json:"files,omitempty"`
	Unreadable int32 `json:"unreadable,omitempty"`
	// Paths of the files that were read and did parse; sorted.
	Paths []string `json:"paths,omitempty"`
	// AuditEvents that were read.
	AuditEvents int64 `json:"auditEvents,omitempty"`
	// Metrics of InstancesSeen of InstancesExist kube-apiservers were read.
	// InstancesExist is 0 when nothing tells how many there are.
	InstancesSeen  int32 `json:"instancesSeen"`
	InstancesExist int32 `json:"instancesExist"`
	// MetricsSince is the latest start of those instances: all of them have counted since.
	MetricsSince *metav1.Time `json:"metricsSince,omitempty"`
}

// DeprecationPolicy is a file of decisions to live with findings.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type DeprecationPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Waivers []Waiver `json:"waivers"`
}

// Waiver takes findings out of the verdict. All that it names must match, each
// as a shell matches file names; what it leaves empty matches everything.
type Waiver struct {
	// APIVersion such as policy/v1beta1.
	APIVersion string `json:"apiVersion,omitempty"`
	// Kind such as PodDisruptionBudget, or PodDisruptionBudget.policy with its group.
	Kind string `json:"kind,omitempty"`
	// Namespace and Name of the object.
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	// Subject is the manager, release, file, user or object that uses the API.
	Subject string `json:"subject,omitempty"`
	// Reason for whoever reads the report.
	Reason string `json:"reason"`
	// Expires is the last day of the waiver: later its findings count again. Absent for none.
	Expires *calendar.Date `json:"expires,omitempty"`
}
