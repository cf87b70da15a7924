// Package overview answers every question about a cluster at once: it asks the
// rules of skew, support, deprecations and plan, and puts what decides each of
// them side by side. Nothing here reads a clock, a cluster or the environment.
package overview

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/deprecation"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/plan"
	"github.com/kubectl-versions/kubectl-versions/pkg/skew"
	"github.com/kubectl-versions/kubectl-versions/pkg/support"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Options say what is asked.
type Options struct {
	Catalog *catalog.Catalog
	Index   *apilifecycle.Index
	// Platform is the one to judge by; nil for the one that the snapshot shows.
	Platform *catalog.Platform
	// At is the day that dates are counted from.
	At calendar.Date
	// Within makes a warning of support that ends so soon; the zero value of none.
	Within calendar.Period
	// Waivers are findings of deprecations to live with.
	Waivers []v1alpha1.Waiver
	// Method is how nodes would be upgraded.
	Method v1alpha1.PlanMethod
}

// Evaluate answers every question. One that the snapshot has no facts for is
// unknown; it fails where that is so for all of them.
func Evaluate(s *v1alpha1.Snapshot, o Options) (*v1alpha1.Overview, error) {
	report := v1alpha1.NewOverview(s.Name)
	report.CollectedAt, report.At, report.Cluster = s.CollectedAt, o.At, s.Cluster
	servers := facts.FindAPIServers(s)
	next := servers.Newest().Add(1)

	var err [4]error
	report.Skew, err[0] = skew.Evaluate(s, o.Catalog, o.Platform)
	report.Support, err[1] = support.Evaluate(s, o.Catalog, support.Options{At: o.At, Within: o.Within, Platform: o.Platform})
	report.Deprecations, err[2] = deprecations(s, o, servers)
	report.Plan, err[3] = nextHop(s, o, next)
	if len(report.Reports()) == 0 {
		return nil, cmp.Or(err[0], errors.Join(err[1:]...))
	}
	if r := report.Support; r != nil {
		report.Platform, report.Version = r.Platform, r.Rows[0].Version
	}
	report.Gaps = gaps(report, s.Gaps)
	report.Answers = answers(report, err)
	report.Summary = summarize(report, next)
	return report, nil
}

func deprecations(s *v1alpha1.Snapshot, o Options, servers facts.APIServers) (*v1alpha1.DeprecationReport, error) {
	return deprecation.Evaluate(s, deprecation.Options{
		Index: o.Index, Target: servers.Offered().Add(1), Today: o.At, Waivers: o.Waivers,
	})
}

func nextHop(s *v1alpha1.Snapshot, o Options, next version.Minor) (*v1alpha1.UpgradePlan, error) {
	if newest := o.Catalog.NewestPlanned(o.At); next.Compare(newest) > 0 {
		return nil, fmt.Errorf("the catalog (as of %s) knows nothing after %s", o.Catalog.Platform(catalog.Upstream).AsOf, newest)
	}
	return plan.Evaluate(s, plan.Options{
		Catalog: o.Catalog, Index: o.Index, Platform: o.Platform, Target: next, Method: o.Method, At: o.At, WithoutPods: true,
	})
}

// gaps are all of the snapshot, first those that bear on the first questions.
func gaps(r *v1alpha1.Overview, all []v1alpha1.Gap) []v1alpha1.Gap {
	var ordered []v1alpha1.Gap
	if r.Skew != nil {
		ordered = append(ordered, r.Skew.Gaps...)
	}
	if r.Support != nil {
		ordered = append(ordered, r.Support.Gaps...)
	}
	if r.Deprecations != nil {
		ordered = append(ordered, r.Deprecations.Gaps...)
	}
	seen := map[v1alpha1.Gap]bool{}
	return slices.DeleteFunc(append(ordered, all...), func(g v1alpha1.Gap) bool {
		again := seen[g]
		seen[g] = true
		return again
	})
}

// supportedUntil is the last day on which all parts of the cluster have the support
// that is neither paid for nor opted into; zero where no date is known.
func supportedUntil(r *v1alpha1.SupportReport) calendar.Date {
	var first calendar.Date
	for _, row := range r.Rows {
		if until := row.Standing.SupportedUntil; !until.IsZero() && (first.IsZero() || until.Compare(first) < 0) {
			first = until
		}
	}
	return first
}
