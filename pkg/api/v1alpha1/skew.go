package v1alpha1

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Verdict says whether something is inside the policy. Verdicts are ordered by
// how much they matter: Unsupported, Error and Blocked, Warning, Unknown,
// NotVisible, NotJudged and Information, OK and Pass.
type Verdict string

// Verdicts.
const (
	// OK: inside the policy.
	OK Verdict = "ok"
	// Warning: inside the policy now, outside after the next minor upgrade of
	// the control plane or if a stated condition holds.
	Warning Verdict = "warning"
	// Unsupported: outside the policy.
	Unsupported Verdict = "unsupported"
	// Error: breaks at the target of an upgrade.
	Error Verdict = "error"
	// Blocked: an upgrade must not begin before something is done.
	Blocked Verdict = "blocked"
	// Pass: looked at, and nothing stands against the upgrade.
	Pass Verdict = "pass"
	// Unknown: evidence that should be there could not be read.
	Unknown Verdict = "unknown"
	// NotVisible: everything was read, and the cluster does not show this component.
	NotVisible Verdict = "not visible"
	// NotJudged: the policy does not apply.
	NotJudged Verdict = "not judged"
	// Information: nothing to do.
	Information Verdict = "information"
)

// UnmarshalText refuses a verdict that this version does not know, and could not weigh.
func (v *Verdict) UnmarshalText(text []byte) error {
	switch verdict := Verdict(text); verdict {
	case OK, Warning, Unsupported, Error, Blocked, Pass, Unknown, NotVisible, NotJudged, Information:
		*v = verdict
		return nil
	default:
		return fmt.Errorf("%q is no verdict that this version knows", text)
	}
}

// SkewReport judges a cluster by the version skew policy.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type SkewReport struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// CollectedAt is when the facts were read.
	CollectedAt metav1.Time `json:"collectedAt"`
	Cluster     Cluster     `json:"cluster"`
	// Platform is the platform whose stricter rules were applied as well; absent
	// when nothing tells of one.
	Platform     *Platform        `json:"platform,omitempty"`
	Summary      SkewSummary      `json:"summary"`
	ControlPlane SkewControlPlane `json:"controlPlane"`
	// Rows are in the order in which components are upgraded, newest version first.
	Rows []SkewRow `json:"rows"`
	// Notes are remarks on the whole report.
	Notes []string `json:"notes,omitempty"`
	// Gaps are those of the snapshot that bear on skew.
	Gaps []Gap `json:"gaps,omitempty"`
	// Baseline is set where the report was compared with an earlier one.
	Baseline *Baseline `json:"baseline,omitempty"`
}

// Platform is a managed or packaged Kubernetes.
type Platform struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Evidence is what it was recognised by.
	Evidence string `json:"evidence"`
	// Assumed is true when marks contradict each other, or some could not be read.
	Assumed bool `json:"assumed,omitempty"`
}

// SkewSummary is the report in one line.
type SkewSummary struct {
	// Verdict is the gravest of the rows.
	Verdict Verdict `json:"verdict"`
	// Complete is false when a gap or an unknown row leaves the verdict open.
	Complete bool   `json:"complete"`
	Message  string `json:"message"`
}

// SkewControlPlane is the range of kube-apiserver versions that the rows are judged against.
type SkewControlPlane struct {
	Oldest version.Minor `json:"oldest"`
	Newest version.Minor `json:"newest"`
	// Emulation is the version whose APIs are offered; absent when it is the server's own.
	Emulation *version.Minor `json:"emulation,omitempty"`
	// InstancesSeen of InstancesExist were identified. InstancesExist is 0 when
	// nothing tells how many there are.
	InstancesSeen  int32 `json:"instancesSeen"`
	InstancesExist int32 `json:"instancesExist"`
}

// SkewRow is the verdict on all instances of a component that run one version.
type SkewRow struct {
	Component string `json:"component"`
	// Version is verbatim; empty when it is not known.
	Version string `json:"version,omitempty"`
	Count   int32  `json:"count"`
	// Names of the nodes or pods; sorted.
	Names []string `json:"names,omitempty"`
	// Allowed is absent when the row could not be judged.
	Allowed *MinorRange `json:"allowed,omitempty"`
	// Distance is in minors from the newest kube-apiserver the row was judged
	// against, negative when older; absent when the version is not known.
	Distance *int32  `json:"distance,omitempty"`
	Verdict  Verdict `json:"verdict"`
	// Headroom is how many minors the control plane may move before this row
	// leaves the policy; absent where that means nothing.
	Headroom *int32 `json:"headroom,omitempty"`
	// Reason is one sentence: what was compared, and why the verdict is not ok.
	Reason string `json:"reason"`
	// JudgedAgainst says which kube-apiserver instances were taken.
	JudgedAgainst string `json:"judgedAgainst,omitempty"`
	// Evidence is where the version was read; empty when its source was not read.
	Evidence string `json:"evidence,omitempty"`
	// Source is the document that the rule comes from.
	Source string `json:"source,omitempty"`
}

// MinorRange is an inclusive range of minors.
type MinorRange struct {
	Min version.Minor `json:"min"`
	Max version.Minor `json:"max"`
}
