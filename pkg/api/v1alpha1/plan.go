package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// UpgradePlan is the path of a cluster to a later minor: in hops, each with its
// steps in the order of the version skew policy, and what stands against it.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type UpgradePlan struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// CollectedAt is when the facts were read.
	CollectedAt metav1.Time `json:"collectedAt"`
	// At is the day that dates are counted from.
	At       calendar.Date `json:"at"`
	Cluster  Cluster       `json:"cluster"`
	Platform Platform      `json:"platform"`
	// From is the newest minor of kube-apiserver.
	From   version.Minor `json:"from"`
	To     version.Minor `json:"to"`
	Method PlanMethod    `json:"method"`
	// WithoutPods is true where pods were not asked for: checks that only they answer are absent.
	WithoutPods bool        `json:"withoutPods,omitempty"`
	Summary     PlanSummary `json:"summary"`
	Hops        []PlanHop   `json:"hops"`
	// Notes are remarks on the whole plan.
	Notes []string `json:"notes,omitempty"`
	Gaps  []Gap    `json:"gaps,omitempty"`
	// Baseline is set where the report was compared with an earlier one.
	Baseline *Baseline `json:"baseline,omitempty"`
}

// NodeUpgrade is a way to bring nodes to another minor.
type NodeUpgrade string

// Ways to upgrade nodes.
const (
	// Replace drains a node and replaces it, or its system disk.
	Replace NodeUpgrade = "replace"
	// Surge adds new nodes first, then drains and deletes old ones.
	Surge NodeUpgrade = "surge"
	// InPlace restarts kubelet at the new minor without a drain, which the version
	// skew policy does not support.
	InPlace NodeUpgrade = "in-place"
)

// ControlPlaneType says who runs the control plane.
type ControlPlaneType string

// Types of control planes.
const (
	// Managed: the platform runs it, out of sight.
	Managed ControlPlaneType = "managed"
	// Dedicated: it runs on the cluster's own nodes.
	Dedicated ControlPlaneType = "dedicated"
)

// PlanMethod is how the upgrade is done.
type PlanMethod struct {
	NodeUpgrade NodeUpgrade `json:"nodeUpgrade"`
	// BatchSize is how many nodes are upgraded at a time: a number, or a percentage of all nodes.
	BatchSize    string           `json:"batchSize"`
	ControlPlane ControlPlaneType `json:"controlPlane"`
	// Masters is the number of nodes that a dedicated control plane runs on.
	Masters int32 `json:"masters,omitempty"`
}

// PlanSummary is the plan in one line.
type PlanSummary struct {
	// Verdict is the gravest of the checks.
	Verdict Verdict `json:"verdict"`
	// Complete is false when a gap or an unknown check leaves the verdict open.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
	// Deadline is what the start must not miss; absent where no date is known.
	Deadline *PlanDeadline `json:"deadline,omitempty"`
	Duration PlanDuration  `json:"duration"`
	// Checks per verdict, each hop's counted.
	Blocked  int32 `json:"blocked"`
	Warnings int32 `json:"warnings"`
	Unknown  int32 `json:"unknown"`
	Passed   int32 `json:"passed"`
}

// PlanDeadline is the day before which a hop should start.
type PlanDeadline struct {
	// Minor loses the support of Phase, which comes with the platform, after Date, its last day.
	Minor version.Minor `json:"minor"`
	Phase string        `json:"phase"`
	Date  calendar.Date `json:"date"`
	// Passed is true where Date is in the past.
	Passed bool `json:"passed,omitempty"`
	// ExtendedUntil is the last day of support that is paid for or opted into;
	// absent where there is none, and where its end is not known.
	ExtendedUntil calendar.Date `json:"extendedUntil,omitzero"`
}

// PlanDuration is an estimate, in minutes of work without the time between steps.
type PlanDuration struct {
	Least int32 `json:"leastMinutes"`
	Most  int32 `json:"mostMinutes"`
	// Assumptions name the figures, and where they come from.
	Assumptions []string `json:"assumptions,omitempty"`
}

// PlanHop is the way from one minor to the next that the platform allows.
type PlanHop struct {
	// Number counts from 1.
	Number int32         `json:"number"`
	From   version.Minor `json:"from"`
	// To equals From where only what lags behind is brought along.
	To version.Minor `json:"to"`
	// Version is the newest patch of To, and empty where none is known.
	Version string `json:"version,omitempty"`
	// TakeFirst is the newest patch of From, where the control plane runs an older one.
	TakeFirst string `json:"takeFirst,omitempty"`
	// FromUntil and ToUntil are the last days of the support of From and To that
	// is neither paid for nor opted into.
	FromUntil calendar.Date `json:"fromUntil,omitzero"`
	ToUntil   calendar.Date `json:"toUntil,omitzero"`
	// Deadline is absent where no date is known.
	Deadline *PlanDeadline `json:"deadline,omitempty"`
	// Verdict is the gravest of Gates.
	Verdict Verdict `json:"verdict"`
	// Backup are commands that save the control plane's data, to run before each
	// hop; absent where a provider does so out of sight.
	Backup   []string     `json:"backup,omitempty"`
	Steps    []PlanStep   `json:"steps"`
	Gates    []PlanGate   `json:"gates"`
	Duration PlanDuration `json:"duration"`
	// Rollback says whether and how the control plane can go back to From afterwards.
	Rollback string `json:"rollback"`
}

// PlanStage is a place in the order of a hop.
type PlanStage string

// Stages, in order.
const (
	// StagePrepare brings along what lags behind or is outside the policy, so that
	// kube-apiserver may move.
	StagePrepare      PlanStage = "prepare"
	StageAPIServer    PlanStage = "kube-apiserver"
	StageControlPlane PlanStage = "control plane"
	StageNodes        PlanStage = "nodes"
	StageKubeProxy    PlanStage = "kube-proxy"
	StageKubectl      PlanStage = "kubectl"
	StageAddOns       PlanStage = "add-ons"
)

// PlanStep is what is done at once. The state after it is inside the version
// skew policy, or nearer to it than before.
type PlanStep struct {
	// Number counts from 1 in each hop.
	Number int32     `json:"number"`
	Stage  PlanStage `json:"stage"`
	// Moves are what changes its version, Stays what does not have to yet.
	Moves []PlanMove `json:"moves,omitempty"`
	Stays []PlanStay `json:"stays,omitempty"`
	// Message says how, or why, in a sentence.
	Message string `json:"message,omitempty"`
	// OneByOne is true for nodes of the control plane: each is drained and upgraded
	// where it is, whatever the method, and keeps its disk, on which etcd can be.
	OneByOne bool `json:"oneByOne,omitempty"`
	// Commands do the step, with what to fill in in capitals; absent where the
	// platform's are not known.
	Commands []string `json:"commands,omitempty"`
	// Verify are commands that show that the step is done.
	Verify []string `json:"verify,omitempty"`
}

// PlanMove is a component that goes from one version to another.
type PlanMove struct {
	Component string `json:"component"`
	// DaemonSet is the one that moves as a whole; empty for other components.
	DaemonSet string `json:"daemonSet,omitempty"`
	// From is verbatim; empty where it is not visible.
	From  string `json:"from,omitempty"`
	To    string `json:"to"`
	Count int32  `json:"count,omitempty"`
	// Names of the nodes or pods; sorted.
	Names []string `json:"names,omitempty"`
}

// PlanStay is a component that may keep its version.
type PlanStay struct {
	Component string `json:"component"`
	Version   string `json:"version"`
	Count     int32  `json:"count"`
	// Names of the nodes or pods; sorted.
	Names []string `json:"names,omitempty"`
	// Hops is how many more hops of this plan leave it inside the policy.
	Hops int32 `json:"hops"`
	// Until is the last minor of kube-apiserver that bears it.
	Until version.Minor `json:"until"`
}

// PlanGate is the outcome of one check before a hop.
type PlanGate struct {
	// ID is that of the check, such as pod-disruption-budgets.
	ID      string  `json:"id"`
	Verdict Verdict `json:"verdict"`
	// Message is one sentence: what was found, in numbers.
	Message string `json:"message"`
	// Evidence are the objects that it is about.
	Evidence []string `json:"evidence,omitempty"`
	// Remedy is what to do; of what is unknown, the command that would tell. Empty where that is nothing.
	Remedy string `json:"remedy,omitempty"`
	// Source is the document that the rule comes from.
	Source string `json:"source,omitempty"`
}
