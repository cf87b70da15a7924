package printer

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// everything is an overview with something of all that a report can hold.
func everything() *v1alpha1.Overview {
	o := v1alpha1.NewOverview("prod")
	o.CollectedAt = metav1.NewTime(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	last := calendar.Date{Year: 2027, Month: 10, Day: 28}
	distance, headroom := int32(-4), int32(0)

	o.Skew = v1alpha1.NewSkewReport("prod")
	o.Skew.Rows = []v1alpha1.SkewRow{
		{Component: "kubelet", Version: "v1.33.1", Count: 2, Names: []string{"a", "b"}, Distance: &distance, Headroom: &headroom,
			Verdict: v1alpha1.Unsupported, Reason: "4 minors older", Source: "https://kubernetes.io/releases/version-skew-policy/#kubelet"},
		{Component: "kube-proxy", Verdict: v1alpha1.Unknown, Reason: "it names no version"},
		{Component: "kubectl", Version: "v1.37.1", Count: 1, Verdict: v1alpha1.OK, Reason: "inside"},
	}
	o.Skew.Gaps = []v1alpha1.Gap{{
		Source: v1alpha1.SourceLeases, Reason: v1alpha1.GapForbidden, Hides: "how many run", Permission: "list leases", Message: "forbidden",
	}}

	o.Support = v1alpha1.NewSupportReport("prod")
	o.Support.Rows = []v1alpha1.SupportRow{{
		Part: "control plane", Version: "v1.37.1", Count: 1, Verdict: v1alpha1.Warning, Reason: "ends soon", Advice: "upgrade",
		Patch: &v1alpha1.PatchStanding{Calendar: "upstream", Behind: 1},
		Standing: v1alpha1.Standing{
			Calendar: "upstream", SupportedUntil: last, Phases: []v1alpha1.SupportPhase{{Name: "standard", Kind: v1alpha1.Standard, Until: last}},
		},
	}}

	o.Deprecations = v1alpha1.NewDeprecationReport("prod")
	o.Deprecations.Findings = []v1alpha1.DeprecationFinding{{
		APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Removed: version.Minor{Major: 1, Minor: 25}, Verdict: v1alpha1.Error,
		Subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectUser, Name: "ci"}, Reason: "called it", Remedy: "use policy/v1",
		Evidence: []v1alpha1.DeprecationEvidence{{Type: v1alpha1.EvidenceAudited, Message: "called it", Writes: 1}},
	}}
	o.Deprecations.Waived = []v1alpha1.DeprecationFinding{{
		APIVersion: "batch/v1beta1", Kind: "CronJob", Verdict: v1alpha1.Error, Reason: "declares it",
		Subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectRelease, Namespace: "shop", Name: "web"},
		Waiver:  &v1alpha1.DeprecationWaiver{Reason: "goes with the next release", Expires: &last},
	}}

	o.Plan = v1alpha1.NewUpgradePlan("prod")
	o.Plan.Hops = []v1alpha1.PlanHop{{To: version.Minor{Major: 1, Minor: 38}, Gates: []v1alpha1.PlanGate{
		{ID: "removed-apis", Verdict: v1alpha1.Blocked, Message: "1 API is in use", Evidence: []string{"policy/v1beta1"}},
		{ID: "webhooks", Verdict: v1alpha1.Pass, Message: "none"},
	}}}
	o.Baseline = &v1alpha1.Baseline{New: []v1alpha1.Finding{{Question: v1alpha1.QuestionSkew, Rule: "kubelet", Subject: "kubelet 1.33"}}}
	return o
}
