// Package findings turns every report into one form: a list of findings, each
// with an identity that the next report on the same cluster shares. Formats for
// pipelines print it, and comparisons are made of it.
package findings

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Of returns what a report found, those that are in order included, each
// identity once. It is nil for documents that judge nothing.
func Of(report runtime.Object) []v1alpha1.Finding {
	switch r := report.(type) {
	case *v1alpha1.SkewReport:
		return marked(r.Baseline, ofSkew(r))
	case *v1alpha1.SupportReport:
		return marked(r.Baseline, ofSupport(r))
	case *v1alpha1.DeprecationReport:
		return marked(r.Baseline, ofDeprecations(r))
	case *v1alpha1.UpgradePlan:
		return marked(r.Baseline, ofPlan(r))
	case *v1alpha1.Overview:
		var all []v1alpha1.Finding
		for _, answer := range r.Reports() {
			all = append(all, Of(answer)...)
		}
		return marked(r.Baseline, all)
	case *v1alpha1.FleetOverview:
		var all []v1alpha1.Finding
		for _, c := range r.Clusters {
			if c.Overview == nil {
				continue
			}
			for _, f := range Of(c.Overview) {
				f.Cluster = c.Name
				all = append(all, f)
			}
		}
		return all
	case *v1alpha1.FleetSupportReport:
		var all []v1alpha1.Finding
		for _, c := range r.Clusters {
			if c.Report == nil {
				continue
			}
			for _, f := range ofSupport(c.Report) {
				f.Cluster = c.Name
				all = append(all, f)
			}
		}
		return all
	default:
		return nil
	}
}

// Key tells whether two findings are about the same.
type Key struct {
	Cluster  string
	Question v1alpha1.Question
	Rule     string
	Subject  string
}

// KeyOf is the identity of a finding.
func KeyOf(f v1alpha1.Finding) Key { return Key{f.Cluster, f.Question, f.Rule, f.Subject} }

// Waived is a finding that was decided to live with.
type Waived struct {
	v1alpha1.Finding
	Waiver v1alpha1.DeprecationWaiver
}

// WaivedOf returns what waivers took out of the verdict of a report.
func WaivedOf(r *v1alpha1.DeprecationReport) []Waived {
	var all []Waived
	for _, f := range r.Waived {
		waived := Waived{Finding: ofUse(f)}
		if f.Waiver != nil {
			waived.Waiver = *f.Waiver
		}
		all = append(all, waived)
	}
	return all
}

// Clusters shows any report as one on clusters: those of a fleet, or the one that
// was judged, with the answers that were asked for.
func Clusters(report runtime.Object) ([]v1alpha1.FleetCluster, error) {
	switch r := report.(type) {
	case *v1alpha1.SkewReport:
		return one(&v1alpha1.Overview{ObjectMeta: r.ObjectMeta, CollectedAt: r.CollectedAt, Cluster: r.Cluster, Skew: r, Baseline: r.Baseline}), nil
	case *v1alpha1.SupportReport:
		return one(onSupport(r)), nil
	case *v1alpha1.DeprecationReport:
		return one(&v1alpha1.Overview{ObjectMeta: r.ObjectMeta, CollectedAt: r.CollectedAt, Cluster: r.Cluster, Deprecations: r, Baseline: r.Baseline}), nil
	case *v1alpha1.UpgradePlan:
		return one(&v1alpha1.Overview{ObjectMeta: r.ObjectMeta, CollectedAt: r.CollectedAt, Cluster: r.Cluster, Plan: r, Baseline: r.Baseline}), nil
	case *v1alpha1.Overview:
		return one(r), nil
	case *v1alpha1.FleetOverview:
		for _, c := range r.Clusters {
			if c.Overview == nil && c.Error == "" {
				return nil, fmt.Errorf("the report does not hold that of cluster %s", c.Name)
			}
		}
		return r.Clusters, nil
	case *v1alpha1.FleetSupportReport:
		var all []v1alpha1.FleetCluster
		for _, c := range r.Clusters {
			cluster := v1alpha1.FleetCluster{Name: c.Name, Error: c.Error}
			switch {
			case c.Report != nil:
				cluster.Overview = onSupport(c.Report)
			case c.Error == "":
				return nil, fmt.Errorf("the report does not hold that of cluster %s", c.Name)
			}
			all = append(all, cluster)
		}
		return all, nil
	default:
		return nil, fmt.Errorf("%T judges no cluster: use -o yaml", report)
	}
}

func one(o *v1alpha1.Overview) []v1alpha1.FleetCluster {
	return []v1alpha1.FleetCluster{{Name: cmp.Or(o.Name, o.Cluster.Context, o.Cluster.Server), Overview: o}}
}

func onSupport(r *v1alpha1.SupportReport) *v1alpha1.Overview {
	return &v1alpha1.Overview{ObjectMeta: r.ObjectMeta, CollectedAt: r.CollectedAt, Cluster: r.Cluster, Support: r, Baseline: r.Baseline}
}

// Counts reports whether a finding asks for attention: error, warning or unknown.
func Counts(f v1alpha1.Finding) bool { return f.Verdict.Weight() >= v1alpha1.Unknown.Weight() }

func ofSkew(r *v1alpha1.SkewReport) []v1alpha1.Finding {
	var all []v1alpha1.Finding
	for _, row := range r.Rows {
		all = append(all, v1alpha1.Finding{
			Question: v1alpha1.QuestionSkew, Rule: row.Component, Subject: strings.TrimSpace(row.Component + " " + minor(row.Version)),
			Verdict: row.Verdict, Message: row.Reason, Source: row.Source, Places: places(row.Names),
		})
	}
	return merged(all)
}

func ofSupport(r *v1alpha1.SupportReport) []v1alpha1.Finding {
	var all []v1alpha1.Finding
	for _, row := range r.Rows {
		all = append(all, v1alpha1.Finding{
			Question: v1alpha1.QuestionSupport, Rule: row.Part, Subject: strings.TrimSpace(row.Part + " " + minor(row.Version)),
			Verdict: row.Verdict, Message: row.Reason, Remedy: row.Advice, Source: first(row.Standing.Sources), Places: places(row.Names),
		})
	}
	for _, check := range r.Ranges {
		all = append(all, v1alpha1.Finding{
			Question: v1alpha1.QuestionSupport, Rule: "platform range", Subject: check.For, Verdict: check.Verdict, Message: check.Reason,
		})
	}
	for _, c := range r.Managed {
		finding := v1alpha1.Finding{
			Question: v1alpha1.QuestionSupport, Rule: "managed cluster", Subject: c.Name, Verdict: c.Verdict,
			Message: c.Reason, Remedy: c.Advice, Source: first(c.Standing.Sources),
		}
		all = append(all, finding)
	}
	return merged(all)
}

func ofDeprecations(r *v1alpha1.DeprecationReport) []v1alpha1.Finding {
	var all []v1alpha1.Finding
	for _, f := range r.Findings {
		all = append(all, ofUse(f))
	}
	return merged(all)
}

func ofUse(f v1alpha1.DeprecationFinding) v1alpha1.Finding {
	finding := v1alpha1.Finding{
		Question: v1alpha1.QuestionDeprecations, Rule: strings.TrimSpace(f.APIVersion + " " + f.Kind), Subject: subject(f.Subject),
		Verdict: f.Verdict, Message: f.Reason, Remedy: f.Remedy,
	}
	for _, e := range f.Evidence {
		if !e.Stale || f.Verdict == v1alpha1.Information {
			finding.Places = append(finding.Places, e.Objects...)
		}
	}
	finding.Places = distinct(finding.Places)
	return finding
}

func ofPlan(r *v1alpha1.UpgradePlan) []v1alpha1.Finding {
	var all []v1alpha1.Finding
	for _, hop := range r.Hops {
		for _, gate := range hop.Gates {
			all = append(all, v1alpha1.Finding{
				Question: v1alpha1.QuestionPlan, Rule: gate.ID, Subject: "hop to " + hop.To.String(),
				Verdict: gate.Verdict, Message: gate.Message, Remedy: gate.Remedy, Source: gate.Source, Places: places(gate.Evidence),
			})
		}
	}
	return merged(all)
}

// subject is such as "release shop/web". It leaves out the user agent, which changes with every update of a client.
func subject(s v1alpha1.DeprecationSubject) string {
	name := s.Name
	if s.Namespace != "" {
		name = s.Namespace + "/" + name
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", s.Type, name))
}

// minor leaves out the patch: to take one neither makes a finding nor ends it.
func minor(text string) string {
	v, err := version.Parse(text)
	if err != nil {
		return text
	}
	return v.Minor.String()
}

func places(names []string) []v1alpha1.EvidenceObject {
	all := make([]v1alpha1.EvidenceObject, len(names))
	for i, name := range names {
		all[i].Name = name
	}
	return all
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// merged makes one finding of those with the same identity.
func merged(all []v1alpha1.Finding) []v1alpha1.Finding {
	index := map[Key]int{}
	var groups [][]v1alpha1.Finding
	for _, f := range all {
		at, ok := index[KeyOf(f)]
		if !ok {
			at = len(groups)
			index[KeyOf(f)] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], f)
	}
	out := make([]v1alpha1.Finding, len(groups))
	for i, group := range groups {
		out[i] = joined(group)
	}
	return out
}

// maxMessages of one finding: a user may have thousands of user agents.
const maxMessages = 3

// joined is the gravest of a group, with what all that are as grave say and name.
func joined(group []v1alpha1.Finding) v1alpha1.Finding {
	f := slices.MaxFunc(group, func(a, b v1alpha1.Finding) int { return cmp.Compare(a.Verdict.Weight(), b.Verdict.Weight()) })
	var messages []string
	var places []v1alpha1.EvidenceObject
	for _, g := range group {
		if g.Verdict.Weight() < f.Verdict.Weight() {
			continue
		}
		if !slices.Contains(messages, g.Message) {
			messages = append(messages, g.Message)
		}
		places = append(places, g.Places...)
		f.Remedy, f.Source = cmp.Or(f.Remedy, g.Remedy), cmp.Or(f.Source, g.Source)
	}
	if more := len(messages) - maxMessages; more > 0 {
		messages = append(messages[:maxMessages], fmt.Sprintf("and %d more", more))
	}
	f.Message, f.Places = strings.Join(messages, "; "), distinct(places)
	return f
}

// distinct keeps the first of what several pieces of evidence name.
func distinct(all []v1alpha1.EvidenceObject) []v1alpha1.EvidenceObject {
	seen := map[v1alpha1.EvidenceObject]bool{}
	var out []v1alpha1.EvidenceObject
	for _, place := range all {
		if !seen[place] {
			seen[place] = true
			out = append(out, place)
		}
	}
	return out
}

// marked says of each finding whether the baseline has it.
func marked(b *v1alpha1.Baseline, all []v1alpha1.Finding) []v1alpha1.Finding {
	if b == nil {
		return all
	}
	unknown := map[Key]bool{}
	for _, f := range b.New {
		unknown[KeyOf(f)] = true
	}
	for i := range all {
		all[i].Known = Counts(all[i]) && !unknown[KeyOf(all[i])]
	}
	return all
}
