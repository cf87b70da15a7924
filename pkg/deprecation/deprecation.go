// Package deprecation judges what a snapshot tells of API usage: which API
// versions that go away are still in use, by whom, and what breaks at a target.
//
// Each kind of evidence has a file, which turns its part of the snapshot into
// uses: this subject uses that API, says this evidence. Uses of one API by one
// subject are one finding. Nothing here reads a clock, a cluster or the environment.
package deprecation

import (
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Options say what is asked.
type Options struct {
	Index *apilifecycle.Index
	// Target is the minor at which APIs are judged.
	Target version.Minor
	// Namespace narrows to evidence of one namespace; empty for all.
	Namespace string
	// Selector narrows to evidence of objects whose labels are known and match; nil for all.
	Selector labels.Selector
	// Only keeps findings of these verdicts; nil for all. The summary is of all.
	Only    []v1alpha1.Verdict
	Waivers []v1alpha1.Waiver
	// Today decides whether a waiver has expired.
	Today calendar.Date
}

// Evaluate judges the API usage of the snapshot. It fails when the snapshot
// was taken without it.
func Evaluate(s *v1alpha1.Snapshot, o Options) (*v1alpha1.DeprecationReport, error) {
	if s.APIUsage == nil {
		return nil, errors.New("the snapshot tells nothing of API usage: take it again with this version of kubectl versions snapshot")
	}
	if only := s.APIUsage.Namespace; only != "" {
		if o.Namespace != "" && o.Namespace != only {
			return nil, fmt.Errorf("the snapshot tells of namespace %s alone: take another with -n %s, or of all namespaces", only, o.Namespace)
		}
		o.Namespace = only
	}
	e := newEvaluation(s, o)
	uses := slices.Concat(
		e.audited(), e.requested(), e.written(), e.writtenAsRead(), e.lastApplied(), e.helm(), e.files(), e.definitions(), e.admission(), e.scaleTargets(), e.roles(),
	)
	uses = append(uses, e.served(uses)...)
	uses, waived, idle := e.waive(e.narrow(uses))

	report := v1alpha1.NewDeprecationReport(s.Name)
	report.CollectedAt, report.Cluster, report.Server, report.Target = s.CollectedAt, s.Cluster, e.server, o.Target
	report.Findings = e.findings(uses)
	report.Waived = e.findings(waived)
	report.Coverage = e.coverage()
	report.Gaps = e.gaps()
	report.Notes = e.notes(report, idle)
	report.Namespace, report.Only = o.Namespace, o.Only
	if o.Selector != nil {
		report.Selector = o.Selector.String()
	}
	report.Summary = e.summarize(report)
	if len(o.Only) > 0 {
		report.Findings = slices.DeleteFunc(report.Findings, func(f v1alpha1.DeprecationFinding) bool {
			return !slices.Contains(o.Only, f.Verdict)
		})
	}
	return report, nil
}

type evaluation struct {
	Options
	snapshot *v1alpha1.Snapshot
	usage    *v1alpha1.APIUsage
	servers  facts.APIServers
	// server is the oldest minor whose APIs are offered; zero without a cluster.
	server version.Minor
	apis   apis
}

func newEvaluation(s *v1alpha1.Snapshot, o Options) *evaluation {
	e := &evaluation{Options: o, snapshot: s, usage: s.APIUsage, servers: facts.FindAPIServers(s)}
	e.server = e.servers.Offered()
	e.apis = newAPIs(o.Index, e.usage, e.server, o.Target)
	return e
}

// gaps are those of the snapshot that bear on API usage, and what evaluation
// itself could not read.
func (e *evaluation) gaps() []v1alpha1.Gap {
	var gaps []v1alpha1.Gap
	for _, gap := range e.snapshot.Gaps {
		if slices.Contains(sources(), gap.Source) {
			gaps = append(gaps, gap)
		}
	}
	malformed := func(source v1alpha1.Source, subject, message string) {
		gaps = append(gaps, v1alpha1.Gap{Source: source, Reason: v1alpha1.GapMalformed, Hides: "API versions in " + subject, Message: message})
	}
	if e.usage.Files != nil {
		for _, file := range e.usage.Files.Files {
			if file.Error != "" {
				malformed(v1alpha1.SourceFiles, file.Path, file.Error)
			}
		}
	}
	if e.usage.Helm != nil {
		for _, release := range e.usage.Helm.Releases {
			if release.Error != "" {
				source := v1alpha1.SourceHelmSecrets
				if release.Driver == "ConfigMap" {
					source = v1alpha1.SourceHelmConfigMaps
				}
				malformed(source, "Helm release "+release.Namespace+"/"+release.Name, release.Error)
			}
		}
	}
	if log := e.usage.AuditLog; log != nil && log.Events == 0 {
		malformed(v1alpha1.SourceAuditLog, "the audit log", "it holds no event")
	}
	if log := e.usage.AuditLog; log != nil && log.Overflow > 0 {
		malformed(v1alpha1.SourceAuditLog, "the audit log", plural(log.Overflow, "event")+" came from more callers than are kept")
	}
	return gaps
}

// sources are the places that tell of API usage.
func sources() []v1alpha1.Source {
	return []v1alpha1.Source{
		v1alpha1.SourceAPIServers, v1alpha1.SourceServedAPIs, v1alpha1.SourceRequests, v1alpha1.SourceObjects,
		v1alpha1.SourceDefinitions, v1alpha1.SourceReferences, v1alpha1.SourceHelmSecrets, v1alpha1.SourceHelmConfigMaps,
		v1alpha1.SourceFiles, v1alpha1.SourceAuditLog,
	}
}

// gap returns the gap that hides a resource of a source, or nil.
func (e *evaluation) gap(source v1alpha1.Source, resource string) *v1alpha1.Gap {
	for i := range e.snapshot.Gaps {
		gap := &e.snapshot.Gaps[i]
		if gap.Source == source && (gap.Resource == "" || gap.Resource == resource) {
			return gap
		}
	}
	return nil
}
