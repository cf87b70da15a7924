package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Question is what a report answers, and the subcommand that asks it.
type Question string

// The questions that are asked, as Questions has them in order.
const (
	QuestionSkew         Question = "skew"
	QuestionSupport      Question = "support"
	QuestionDeprecations Question = "deprecations"
	QuestionPlan         Question = "plan"
)

// Questions are in the order in which they are asked.
func Questions() []Question {
	return []Question{QuestionSkew, QuestionSupport, QuestionDeprecations, QuestionPlan}
}

// Overview answers every question about one cluster.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type Overview struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// CollectedAt is when the facts were read.
	CollectedAt metav1.Time `json:"collectedAt"`
	// At is the day that dates are counted from.
	At       calendar.Date `json:"at"`
	Cluster  Cluster       `json:"cluster"`
	Platform Platform      `json:"platform"`
	// Version is that of the newest kube-apiserver, verbatim.
	Version string          `json:"version"`
	Summary OverviewSummary `json:"summary"`
	// Answers are in the order of Questions.
	Answers []OverviewAnswer `json:"answers"`
	// Gaps are all of the snapshot, first those that bear on the first questions.
	Gaps []Gap `json:"gaps,omitempty"`

	Skew         *SkewReport        `json:"skew"`
	Support      *SupportReport     `json:"support"`
	Deprecations *DeprecationReport `json:"deprecations"`
	// Plan is that of the next hop, without what only pods tell.
	Plan *UpgradePlan `json:"plan"`

	// Baseline is set where the report was compared with an earlier one.
	Baseline *Baseline `json:"baseline,omitempty"`
}

// Reports are the answers that there are in full, in the order of Questions.
func (o *Overview) Reports() []runtime.Object {
	var all []runtime.Object
	if o.Skew != nil {
		all = append(all, o.Skew)
	}
	if o.Support != nil {
		all = append(all, o.Support)
	}
	if o.Deprecations != nil {
		all = append(all, o.Deprecations)
	}
	if o.Plan != nil {
		all = append(all, o.Plan)
	}
	return all
}

// OverviewSummary is the overview in one line.
type OverviewSummary struct {
	// Verdict is the gravest of the answers.
	Verdict Verdict `json:"verdict"`
	// Complete is false when evidence was missing for one of them.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
}

// OverviewAnswer is the verdict on one question, and what decides it.
type OverviewAnswer struct {
	Question Question `json:"question"`
	Verdict  Verdict  `json:"verdict"`
	Complete bool     `json:"complete"`
	Message  string   `json:"message"`
	// Command shows more.
	Command string `json:"command"`
}

// FleetOverview answers every question about several clusters.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type FleetOverview struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// At is the day that dates are counted from.
	At      calendar.Date `json:"at"`
	Summary FleetSummary  `json:"summary"`
	// Clusters are sorted, the gravest first.
	Clusters []FleetCluster `json:"clusters"`
}

// FleetSummary is the overview in one line.
type FleetSummary struct {
	// Verdict is the gravest of the clusters.
	Verdict Verdict `json:"verdict"`
	// Complete is false when one could not be judged, or lacks evidence.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
	// Clusters of which Failed could not be judged.
	Clusters int32 `json:"clusters"`
	Failed   int32 `json:"failed"`
}

// FleetCluster is one cluster of several.
type FleetCluster struct {
	// Name is that of the kubeconfig context, or of the snapshot; the path of the
	// snapshot where it has no name, or shares it with another.
	Name string `json:"name"`
	// Error says why the cluster could not be judged; all below is absent then.
	Error string `json:"error,omitempty"`
	// Verdict is the gravest of the answers, and Unknown with an Error.
	Verdict  Verdict `json:"verdict"`
	Complete bool    `json:"complete"`
	// Version is that of the newest kube-apiserver, verbatim.
	Version  string    `json:"version,omitempty"`
	Platform *Platform `json:"platform,omitempty"`
	// SupportedUntil is the last day on which control plane and nodes all have the
	// support that is neither paid for nor opted into; absent where it is not known.
	SupportedUntil calendar.Date `json:"supportedUntil,omitzero"`
	// Answers are the verdicts by Question.
	Answers map[Question]Verdict `json:"answers,omitempty"`
	// Breaking is the number of API versions that break at Target or are gone
	// already, and in use; absent where that is not known.
	Breaking *int32        `json:"breaking,omitempty"`
	Target   version.Minor `json:"target,omitzero"`
	// Gaps is the number of reads that failed; absent where nothing was read.
	Gaps *int32 `json:"gaps,omitempty"`
	// Message is what decides the verdict.
	Message string `json:"message,omitempty"`
	// Overview is the full report; absent in formats that do not show it.
	Overview *Overview `json:"overview,omitempty"`
}
