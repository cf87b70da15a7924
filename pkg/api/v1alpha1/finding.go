package v1alpha1

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// Finding is what any report says about one thing: the form that pipelines read
// and that comparisons are made of. Cluster, Question, Rule and Subject tell
// whether two findings of different reports are about the same.
type Finding struct {
	// Cluster is set in reports on several clusters.
	Cluster  string   `json:"cluster,omitempty"`
	Question Question `json:"question"`
	// Rule is the component of skew, the part of support, the API of deprecations,
	// or the check of a plan.
	Rule string `json:"rule"`
	// Subject is what the rule was applied to, such as "kubelet 1.33" or "release shop/web".
	Subject string  `json:"subject"`
	Verdict Verdict `json:"verdict"`
	Message string  `json:"message"`
	// Remedy is what to do; empty where that is nothing, or not known.
	Remedy string `json:"remedy,omitempty"`
	// Source is the document that the rule comes from.
	Source string `json:"source,omitempty"`
	// Places are objects, or lines of files.
	Places []EvidenceObject `json:"places,omitempty"`
	// Known is true where a baseline has the finding with a verdict as grave.
	Known bool `json:"known,omitempty"`
}

// PlacesBeyond are those that another finding has not. Lines of files do not
// matter: they move with every edit above.
func (f *Finding) PlacesBeyond(other *Finding) []EvidenceObject {
	known := map[EvidenceObject]bool{}
	for _, place := range other.Places {
		place.Line = 0
		known[place] = true
	}
	return slices.DeleteFunc(slices.Clone(f.Places), func(place EvidenceObject) bool {
		place.Line = 0
		return known[place]
	})
}

// ChangeType says how a finding differs between two reports.
type ChangeType string

// Types of changes, in the order in which they are printed. A finding counts
// that is an error, a warning or unknown.
const (
	// ChangeNew counts in the later report, and not in the earlier one.
	ChangeNew ChangeType = "new"
	// ChangeWorse and ChangeBetter count in both, with another gravity.
	ChangeWorse  ChangeType = "worse"
	ChangeBetter ChangeType = "better"
	// Changed is as grave as before, in other words or about other objects.
	Changed ChangeType = "changed"
	// ChangeUnseen is missing in the later report, which did not look or could not
	// see, or unknown there: it may be there still.
	ChangeUnseen ChangeType = "not seen"
	// ChangeResolved counts no more, in a later report that looked.
	ChangeResolved ChangeType = "resolved"
)

// Change is a finding that differs between two reports.
type Change struct {
	Type ChangeType `json:"type"`
	// Old and New are absent where their report has no such finding. A new one may
	// have been in order before, and a resolved one may be so now.
	Old *Finding `json:"old,omitempty"`
	New *Finding `json:"new,omitempty"`
}

// DiffReport compares the findings of two reports.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type DiffReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Old DiffSide `json:"old"`
	New DiffSide `json:"new"`
	// Questions that both sides answer.
	Questions []Question  `json:"questions"`
	Summary   DiffSummary `json:"summary"`
	// Changes are in the order of their types, of each type the gravest first.
	Changes []Change `json:"changes"`
	// Notes are remarks on the whole report.
	Notes []string `json:"notes,omitempty"`
}

// DiffSide is one of the reports that are compared.
type DiffSide struct {
	// File that was read.
	File string `json:"file"`
	// Kind of the document in it.
	Kind string `json:"kind"`
	// Cluster and CollectedAt are absent for a document on several clusters.
	Cluster     Cluster     `json:"cluster,omitzero"`
	CollectedAt metav1.Time `json:"collectedAt,omitzero"`
	// At is the day that dates were counted from; absent where none were.
	At calendar.Date `json:"at,omitzero"`
}

// DiffSummary is the comparison in one line.
type DiffSummary struct {
	// Verdict is the gravest of what is new or worse.
	Verdict Verdict `json:"verdict"`
	// Complete is false when the later report lacks evidence.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
	// Findings per type of change.
	New       int32 `json:"new"`
	Worse     int32 `json:"worse"`
	Better    int32 `json:"better"`
	Changed   int32 `json:"changed"`
	Unseen    int32 `json:"unseen"`
	Resolved  int32 `json:"resolved"`
	Unchanged int32 `json:"unchanged"`
}

// Baseline is what a report has in addition to an earlier one, which decides --fail-on.
type Baseline struct {
	// File of the earlier report.
	File string `json:"file"`
	// Verdict is the gravest of what is new or worse.
	Verdict Verdict `json:"verdict"`
	// Known findings are in the baseline with a verdict as grave.
	Known int32 `json:"known"`
	// Resolved findings of the baseline are in this report no more.
	Resolved int32 `json:"resolved"`
	// New are those that are not in the baseline, or were less grave there.
	New []Finding `json:"new,omitempty"`
	// Message says so in a sentence.
	Message string `json:"message"`
	// Notes are remarks on the comparison.
	Notes []string `json:"notes,omitempty"`
}
