package gate

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// removedAPIs asks who still uses what the hop removes. What is broken already
// is of the first hop, and does not stop it: nothing gets worse.
func removedAPIs() Check {
	return Check{
		ID: "removed-apis", Source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
		Judge: func(h *Hop) Result {
			if h.Deprecations == nil {
				return unknown("take the snapshot again with this version of kubectl versions snapshot", "API usage is not in the snapshot")
			}
			findings := where(h.Deprecations.Findings, func(f v1alpha1.DeprecationFinding) bool { return h.concerns(f) && !ofAdmission(f) })
			removed := h.removed()
			found := append(h.broken(findings, "%s of %s that %s does not serve"), h.hidden(removed)...)
			if unclear := of(findings, v1alpha1.Unknown); len(unclear) > 0 {
				r := unknown(h.ask(), "it is not known whether %s %s", count(len(unclear), "use"), agree(len(unclear), "breaks", "break"))
				r.Evidence = list(unclear, use)
				found = append(found, r)
			}
			if len(found) == 0 {
				found = h.beyondIndex()
			}
			switch {
			case h.From == h.To:
				found = append(found, pass("the control plane stays at %s: no API is removed", h.To))
			case len(removed) == 0:
				found = append(found, pass("%s removes no API", h.To))
			default:
				found = append(found, pass("nothing was found that uses what %s removes: %s", h.To, count(len(removed), "API")))
			}
			return join(found...)
		},
	}
}

// concerns reports whether a finding belongs to this hop, and not to a later one.
func (h *Hop) concerns(f v1alpha1.DeprecationFinding) bool {
	switch {
	case f.Verdict.Weight() <= v1alpha1.Information.Weight():
		return false
	case f.Removed.IsZero():
		// No upgrade removes it. An error is broken today; an unknown one may be.
		return h.First && f.Verdict != v1alpha1.Warning
	default:
		return h.Crosses(f.Removed) || h.First && f.Removed.Compare(h.From) <= 0
	}
}

// broken are the findings that the report calls errors and warnings; says takes
// "2 uses", "1 API" and who does not serve it.
func (h *Hop) broken(findings []v1alpha1.DeprecationFinding, says string) []Result {
	var found []Result
	already := func(f v1alpha1.DeprecationFinding) bool { return f.Removed.IsZero() || f.Removed.Compare(h.From) <= 0 }
	grave := of(findings, v1alpha1.Error)
	if breaking := where(grave, func(f v1alpha1.DeprecationFinding) bool { return !already(f) }); len(breaking) > 0 {
		found = append(found, blocked(h.remedy(breaking), list(breaking, use), says, count(len(breaking), "use"), count(apis(breaking), "API"), h.To))
	}
	if before := where(grave, already); len(before) > 0 {
		found = append(found, warning(h.remedy(before), list(before, use), "broken already: "+says, count(len(before), "use"), count(apis(before), "API"), "the cluster"))
	}
	if weak := of(findings, v1alpha1.Warning); len(weak) > 0 {
		found = append(found, warning(h.remedy(weak), list(weak, use), "perhaps "+says, count(len(weak), "use"), count(apis(weak), "API"), h.To))
	}
	return found
}

// beyondIndex is unknown for minors of which only plans are known.
func (h *Hop) beyondIndex() []Result {
	if h.From == h.To || h.To.Compare(h.Index.Newest) <= 0 {
		return nil
	}
	return []Result{unknown("ask again with the plugin's newest version when "+h.To.String()+" is out",
		"the index of built-in APIs knows minors up to %s: of %s there are only plans", h.Index.Newest, h.To)}
}

// hidden is what keeps the absence of findings from being proof.
func (h *Hop) hidden(removed []apilifecycle.API) []Result {
	if len(removed) == 0 {
		return nil
	}
	var found []Result
	gaps := where(h.Deprecations.Gaps, func(g v1alpha1.Gap) bool {
		return g.Resource == "" || slices.ContainsFunc(removed, func(a apilifecycle.API) bool {
			return a.GroupVersionResource().GroupResource().String() == g.Resource
		})
	})
	if len(gaps) > 0 {
		r := unknown(permissions(gaps, h.ask()), "%s could not be read", count(len(gaps), "source"))
		r.Evidence = list(gaps, gapText)
		found = append(found, r)
	}
	if c := h.Deprecations.Coverage; c.InstancesSeen < c.InstancesExist {
		found = append(found, unknown(h.ask(), "%s of %s did not show which APIs are requested", number(c.InstancesExist-c.InstancesSeen), count(c.InstancesExist, "kube-apiserver")))
	}
	if usage := h.Snapshot.APIUsage; usage != nil && usage.Namespace != "" {
		found = append(found, unknown("take the snapshot again without -n", "only namespace %s was looked at", usage.Namespace))
	}
	return found
}

// removed are the APIs that the hop removes.
func (h *Hop) removed() []apilifecycle.API {
	return where(h.Index.APIs, func(a apilifecycle.API) bool { return h.Crosses(a.Removed) })
}

// ask is the command that tells more.
func (h *Hop) ask() string { return "kubectl versions deprecations -o wide --to " + h.To.String() }

// remedy is that of the findings where they share one.
func (h *Hop) remedy(findings []v1alpha1.DeprecationFinding) string {
	first := findings[0].Remedy
	if first == "" || slices.ContainsFunc(findings, func(f v1alpha1.DeprecationFinding) bool { return f.Remedy != first }) {
		return h.ask() + " says what to change"
	}
	return first
}

func of(findings []v1alpha1.DeprecationFinding, verdict v1alpha1.Verdict) []v1alpha1.DeprecationFinding {
	return where(findings, func(f v1alpha1.DeprecationFinding) bool { return f.Verdict == verdict })
}

// apis counts them.
func apis(findings []v1alpha1.DeprecationFinding) int {
	different := map[string]bool{}
	for _, f := range findings {
		different[f.APIVersion+" "+f.Kind] = true
	}
	return len(different)
}

// use is such as "policy/v1beta1 PodDisruptionBudget: release shop/cart".
func use(f v1alpha1.DeprecationFinding) string {
	s := f.Subject
	name := s.Name
	if s.Namespace != "" {
		name = s.Namespace + "/" + name
	}
	return f.APIVersion + " " + f.Kind + ": " + strings.TrimSpace(string(s.Type)+" "+name)
}

func gapText(g v1alpha1.Gap) string {
	if g.Resource == "" {
		return string(g.Source)
	}
	return string(g.Source) + ": " + g.Resource
}
