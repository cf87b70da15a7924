package gate

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// versionSkew holds the whole hop to the version skew policy: what its steps
// leave outside stops it, and what is outside before is their first work.
func versionSkew() Check {
	return Check{
		ID: "version-skew", Source: "https://kubernetes.io/releases/version-skew-policy/",
		Judge: func(h *Hop) Result {
			var found []Result
			if outside := rowsOf(h.After, v1alpha1.Unsupported); len(outside) > 0 {
				found = append(found, blocked("bring them to a version that kube-apiserver "+h.To.String()+" allows", few(list(outside, rowReason)),
					"outside the policy after the hop: %s", subjects(outside)))
			}
			// How far instances of kube-apiserver are apart is a check of their own.
			outside := where(rowsOf(h.Before, v1alpha1.Unsupported), func(r v1alpha1.SkewRow) bool { return r.Component != string(catalog.KubeAPIServer) })
			if h.First && len(outside) > 0 {
				found = append(found, warning("take the plan's steps in order", few(list(outside, rowReason)),
					"outside the policy today, and repaired by the first steps: %s", subjects(outside)))
			}
			// So are those that it hides.
			unclear := where(rowsOf(h.After, v1alpha1.Unknown), func(r v1alpha1.SkewRow) bool { return r.Component != string(catalog.KubeAPIServer) })
			if len(unclear) > 0 {
				gaps := where(h.After.Gaps, func(g v1alpha1.Gap) bool { return ofVersions(g.Source) })
				r := unknown(permissions(gaps, "kubectl versions skew -o wide"), "not known: %s", subjects(unclear))
				r.Evidence = few(list(unclear, rowReason))
				found = append(found, r)
			}
			return join(append(found, pass("every component that shows its version is inside the policy of %s after the hop", h.To))...)
		},
	}
}

func rowsOf(report *v1alpha1.SkewReport, verdict v1alpha1.Verdict) []v1alpha1.SkewRow {
	return where(report.Rows, func(r v1alpha1.SkewRow) bool { return r.Verdict == verdict })
}

// subject is such as "3 kubelets at v1.24.14".
func subject(r v1alpha1.SkewRow) string {
	name := r.Component
	switch {
	case r.Count > 1 && name == string(catalog.KubeProxy):
		name = number(r.Count) + " kube-proxies"
	case r.Count > 1:
		name = count(r.Count, name)
	}
	if r.Version != "" {
		name += " at " + r.Version
	}
	return name
}

// subjects are the first few.
func subjects(rows []v1alpha1.SkewRow) string {
	const most = 6
	if len(rows) <= most {
		return strings.Join(list(rows, subject), ", ")
	}
	return strings.Join(list(rows[:most-1], subject), ", ") + ", and " + number(len(rows)-most+1) + " more"
}

func rowReason(r v1alpha1.SkewRow) string { return subject(r) + ": " + r.Reason }

// permissions are what gaps ask for, or else what might tell.
func permissions(gaps []v1alpha1.Gap, otherwise string) string {
	forbidden := where(gaps, func(g v1alpha1.Gap) bool { return g.Permission != "" })
	if len(forbidden) == 0 {
		return otherwise
	}
	var texts []string
	for _, g := range forbidden {
		if !slices.Contains(texts, g.Permission) {
			texts = append(texts, g.Permission)
		}
	}
	return "ask for permission to " + strings.Join(texts, ", ")
}

// ofVersions reports whether a source tells versions of components: a snapshot
// for a plan has others beside them.
func ofVersions(source v1alpha1.Source) bool {
	return slices.Contains([]v1alpha1.Source{
		v1alpha1.SourceKubectl, v1alpha1.SourceAPIServers, v1alpha1.SourceEndpoints, v1alpha1.SourceControlPlanePods,
		v1alpha1.SourceLeases, v1alpha1.SourceNodes, v1alpha1.SourceKubeProxy,
	}, source)
}
