package gate

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// admissionRules asks what admission would miss after the hop: rules that name
// only versions which it removes match nothing any more, whatever their
// matchPolicy, and those with matchPolicy Exact miss versions that it introduces.
func admissionRules() Check {
	return Check{
		ID: "admission-rules", Source: "https://kubernetes.io/releases/version-skew-policy/#supported-component-upgrade-order",
		Judge: func(h *Hop) Result {
			if h.From == h.To {
				return Result{}
			}
			usage := h.Snapshot.APIUsage
			if usage == nil || usage.References == nil || h.Deprecations == nil {
				return h.unread(v1alpha1.SourceReferences)
			}
			findings := where(h.Deprecations.Findings, func(f v1alpha1.DeprecationFinding) bool { return h.concerns(f) && ofAdmission(f) })
			found := h.broken(findings, "admission is bypassed silently: %s of %s that %s does not serve")
			if missed := h.missed(); len(missed) > 0 {
				found = append(found, warning("set matchPolicy to Equivalent, or add the version to the rule", missed,
					"%s with matchPolicy Exact %s a version that %s introduces and serves", count(len(missed), "rule"), agree(len(missed), "misses", "miss"), h.To))
			}
			gaps := where(h.Snapshot.Gaps, func(g v1alpha1.Gap) bool {
				return g.Source == v1alpha1.SourceReferences && (g.Resource == "" || strings.HasSuffix(g.Resource, ".admissionregistration.k8s.io"))
			})
			if len(gaps) > 0 {
				r := unknown(permissions(gaps, h.ask()), "%s of admission could not be read", count(len(gaps), "kind"))
				r.Evidence = list(gaps, gapText)
				found = append(found, r)
			} else if usage.Namespace != "" {
				found = append(found, unknown("take the snapshot again without -n", "webhooks and admission policies are of no namespace, and only %s was looked at", usage.Namespace))
			}
			if len(found) == 0 {
				found = h.beyondIndex()
			}
			return join(append(found, pass("webhooks and admission policies, with %s, miss nothing that %s serves by default", count(len(usage.References.Admission), "rule"), h.To))...)
		},
	}
}

// ofAdmission reports whether a finding is about a rule of a webhook or an
// admission policy.
func ofAdmission(f v1alpha1.DeprecationFinding) bool {
	kind, _, _ := strings.Cut(f.Subject.Name, "/")
	return f.Subject.Type == v1alpha1.SubjectObject &&
		(strings.HasSuffix(kind, "WebhookConfiguration") || strings.HasSuffix(kind, "AdmissionPolicy")) &&
		slices.ContainsFunc(f.Evidence, func(e v1alpha1.DeprecationEvidence) bool { return e.Type == v1alpha1.EvidenceReferenced })
}

// missed are the rules with matchPolicy Exact that cover another version of a
// resource, and not the one that the hop introduces, nor does another rule of
// the same webhook or policy.
func (h *Hop) missed() []string {
	var missed []string
	rules := h.Snapshot.APIUsage.References.Admission
	for _, introduced := range h.Index.APIs {
		if !h.Crosses(introduced.Introduced) || !h.servedByDefault(&introduced) {
			continue
		}
		versions := h.Index.Versions(introduced.GroupVersionResource().GroupResource())
		for _, rule := range rules {
			others := func(a apilifecycle.API) bool { return a.Version != introduced.Version && covers(rule, &a) }
			beside := func(r v1alpha1.AdmissionReference) bool { return hook(r) == hook(rule) && covers(r, &introduced) }
			if rule.MatchPolicy == "Exact" && slices.ContainsFunc(versions, others) && !slices.ContainsFunc(rules, beside) {
				missed = append(missed, rule.Kind+"/"+rule.Name+" "+rule.Field+": "+introduced.GroupVersionKind().GroupVersion().String()+" "+introduced.Resource)
			}
		}
	}
	return missed
}

// servedByDefault leaves out what a server has only when it is told to: alphas,
// and since 1.24 betas of resources that had none before.
// https://github.com/kubernetes/enhancements/tree/master/keps/sig-architecture/3136-beta-apis-off-by-default
func (h *Hop) servedByDefault(a *apilifecycle.API) bool {
	if a.Stable() || a.Alpha() {
		return a.Stable()
	}
	betasOff := version.Minor{Major: 1, Minor: 24}
	return slices.ContainsFunc(h.Index.Versions(a.GroupVersionResource().GroupResource()), func(v apilifecycle.API) bool {
		return !v.Alpha() && v.Introduced.Compare(betasOff) < 0
	})
}

// covers reports whether a rule matches requests for an API, wildcards included.
func covers(r v1alpha1.AdmissionReference, a *apilifecycle.API) bool {
	either := func(list []string, value string) bool {
		return slices.Contains(list, "*") || slices.Contains(list, value)
	}
	return r.ParamKind == "" && either(r.Groups, a.Group) && either(r.Versions, a.Version) && slices.ContainsFunc(r.Resources, func(resource string) bool {
		resource, _, _ = strings.Cut(resource, "/")
		return resource == "*" || resource == a.Resource
	})
}

// hook names the webhook or policy of a rule: those of one are tried in turn.
func hook(r v1alpha1.AdmissionReference) string {
	field, _, found := strings.Cut(r.Field, ".rules[")
	if !found {
		field = ""
	}
	return r.Kind + "/" + r.Name + " " + field
}
