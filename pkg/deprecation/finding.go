package deprecation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// strength is how surely evidence tells that an API is in use today.
type strength int

const (
	// history: its subject has moved on.
	history strength = iota
	// weak: it may be in use.
	weak
	// live: it is in use.
	live
)

// use is one observation of a subject that uses an API.
type use struct {
	api      *api
	subject  v1alpha1.DeprecationSubject
	evidence v1alpha1.EvidenceType
	// says what was observed, without objects and times: uses that say the same
	// are one piece of evidence.
	says     string
	strength strength
	// verdict is set where strength and the API's fate do not decide it.
	verdict        v1alpha1.Verdict
	stale, dormant bool
	reads, writes  int64
	first, last    *metav1.Time
	// object that it is about; nil for none.
	object *object
	// remedy is set where the one for the type of subject is not it.
	remedy string
	waiver *v1alpha1.DeprecationWaiver
}

// object with the labels that -l is matched against; nil where they are not known.
type object struct {
	v1alpha1.EvidenceObject
	labels map[string]string
}

// judge is the table of verdicts.
func (u *use) judge() v1alpha1.Verdict {
	switch {
	case u.verdict != "":
		return u.verdict
	case u.api.fate == unheard:
		return v1alpha1.Unknown
	case u.strength == history || u.api.fate == kept || u.api.fate == stays:
		return v1alpha1.Information
	case u.strength == live && u.api.fate == gone:
		return v1alpha1.Error
	default:
		return v1alpha1.Warning
	}
}

// findings joins the uses of one API by one subject, the gravest evidence deciding.
func (e *evaluation) findings(uses []use) []v1alpha1.DeprecationFinding {
	type key struct {
		api     string
		subject v1alpha1.DeprecationSubject
	}
	grouped := map[key][]use{}
	for _, u := range uses {
		k := key{u.api.String(), u.subject}
		grouped[k] = append(grouped[k], u)
	}
	findings := make([]v1alpha1.DeprecationFinding, 0, len(grouped))
	for _, of := range grouped {
		findings = append(findings, e.finding(of))
	}
	slices.SortFunc(findings, func(a, b v1alpha1.DeprecationFinding) int {
		return cmp.Or(
			cmp.Compare(a.APIVersion, b.APIVersion), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(b.Verdict.Weight(), a.Verdict.Weight()),
			cmp.Compare(a.Subject.Type, b.Subject.Type), cmp.Compare(a.Subject.Namespace, b.Subject.Namespace),
			cmp.Compare(a.Subject.Name, b.Subject.Name), cmp.Compare(a.Subject.UserAgent, b.Subject.UserAgent),
		)
	})
	return findings
}

func (e *evaluation) finding(uses []use) v1alpha1.DeprecationFinding {
	gravest := slices.MaxFunc(uses, func(a, b use) int {
		return cmp.Or(
			cmp.Compare(a.judge().Weight(), b.judge().Weight()), cmp.Compare(a.strength, b.strength),
			cmp.Compare(rank(b.evidence), rank(a.evidence)), cmp.Compare(b.says, a.says),
		)
	})
	a := gravest.api
	f := v1alpha1.DeprecationFinding{
		APIVersion: a.GroupVersion().String(), Kind: a.kind, Resource: a.Resource,
		Deprecated: a.deprecated, Removed: a.removed, Planned: a.planned, Replacement: a.replacement,
		Verdict: gravest.judge(), Subject: gravest.subject, Evidence: evidenceOf(uses), Waiver: gravest.waiver,
	}
	for _, evidence := range f.Evidence {
		f.LastSeen = latest(f.LastSeen, evidence.Last)
		if evidence.Type == gravest.evidence && evidence.Message == gravest.says+counts(evidence) {
			f.Reason = a.fateText(!e.server.IsZero()) + ": " + evidence.Message
		}
	}
	if f.Verdict == v1alpha1.Error || f.Verdict == v1alpha1.Warning {
		f.Remedy = cmp.Or(gravest.remedy, e.remedy(&gravest))
	}
	return f
}

// evidenceOf joins uses that say the same, the strongest evidence first.
func evidenceOf(uses []use) []v1alpha1.DeprecationEvidence {
	type key struct {
		evidence v1alpha1.EvidenceType
		says     string
	}
	index := map[key]int{}
	var joined []v1alpha1.DeprecationEvidence
	for _, u := range uses {
		k := key{u.evidence, u.says}
		i, ok := index[k]
		if !ok {
			i = len(joined)
			index[k] = i
			joined = append(joined, v1alpha1.DeprecationEvidence{Type: u.evidence, Message: u.says, Stale: u.stale, Dormant: u.dormant})
		}
		d := &joined[i]
		d.Reads, d.Writes = d.Reads+u.reads, d.Writes+u.writes
		d.First, d.Last = earliest(d.First, cmp.Or(u.first, u.last)), latest(d.Last, u.last)
		if u.object != nil {
			d.Objects = append(d.Objects, u.object.EvidenceObject)
		}
	}
	for i := range joined {
		d := &joined[i]
		slices.SortFunc(d.Objects, compareObjects)
		d.Objects = slices.Compact(d.Objects)
		d.Message += counts(*d)
	}
	slices.SortStableFunc(joined, func(a, b v1alpha1.DeprecationEvidence) int {
		return cmp.Or(cmp.Compare(rank(a.Type), rank(b.Type)), cmp.Compare(a.Message, b.Message))
	})
	return joined
}

// counts is such as " (12 writes, 30 reads)" or " (3 objects)".
func counts(d v1alpha1.DeprecationEvidence) string {
	var parts []string
	if d.Writes > 0 {
		parts = append(parts, plural(d.Writes, "write"))
	}
	if d.Reads > 0 {
		parts = append(parts, plural(d.Reads, "read"))
	}
	if named := len(d.Objects); len(parts) == 0 && named > 0 && d.Objects[0].Name != "" {
		parts = append(parts, plural(int64(named), "object"))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// rank is the order of strength of types of evidence.
func rank(t v1alpha1.EvidenceType) int {
	return slices.Index([]v1alpha1.EvidenceType{
		v1alpha1.EvidenceAudited, v1alpha1.EvidenceRequested, v1alpha1.EvidenceWritten, v1alpha1.EvidenceDeclared,
		v1alpha1.EvidenceStored, v1alpha1.EvidenceReferenced, v1alpha1.EvidenceServed,
	}, t)
}

// fateText says what becomes of the API; inCluster is false where only files are judged.
func (a *api) fateText(inCluster bool) string {
	name := a.String()
	switch {
	case a.fate == unheard:
		return name + " is not known"
	case a.custom && a.fate == gone:
		return name + " is not served"
	case a.custom && a.fate == leaves:
		return name + " is deprecated by its CustomResourceDefinition"
	case !a.removed.IsZero() && inCluster && !a.served:
		return fmt.Sprintf("%s, removed in %s, is not served", name, a.removed)
	case a.planned:
		return fmt.Sprintf("%s is planned to be removed in %s", name, a.removed)
	case !a.removed.IsZero():
		return fmt.Sprintf("%s is removed in %s", name, a.removed)
	case !a.deprecated.IsZero():
		return fmt.Sprintf("%s is deprecated since %s, and its removal is not planned", name, a.deprecated)
	default:
		return name + " is called deprecated by kube-apiserver"
	}
}

func compareObjects(a, b v1alpha1.EvidenceObject) int {
	return cmp.Or(
		cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name),
	)
}

func earliest(a, b *metav1.Time) *metav1.Time {
	if a == nil || b != nil && b.Before(a) {
		return b
	}
	return a
}

func latest(a, b *metav1.Time) *metav1.Time {
	if a == nil || b != nil && a.Before(b) {
		return b
	}
	return a
}
