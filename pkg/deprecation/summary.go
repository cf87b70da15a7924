package deprecation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func (e *evaluation) coverage() v1alpha1.DeprecationCoverage {
	var c v1alpha1.DeprecationCoverage
	counted := map[string]bool{}
	count := func(kind string, objects int32) {
		if !counted[kind] {
			counted[kind] = true
			c.Objects, c.Kinds = c.Objects+objects, c.Kinds+1
		}
	}
	if objects := e.usage.Objects; objects != nil {
		for _, r := range objects.Resources {
			count(r.Kind+"."+r.Group, r.Count)
			c.WithoutManagedFields += r.WithoutManagedFields
		}
	}
	if references := e.usage.References; references != nil {
		for _, r := range references.Scanned {
			count(r.Kind+"."+r.Group, r.Count)
		}
	}
	if e.usage.Helm != nil {
		c.Releases = int32(len(e.usage.Helm.Releases))
	}
	if e.usage.Definitions != nil {
		c.Definitions = int32(len(e.usage.Definitions.Definitions))
	}
	if e.usage.Files != nil {
		for _, file := range e.usage.Files.Files {
			c.Files++
			if file.Error != "" {
				c.Unreadable++
			} else {
				c.Paths = append(c.Paths, filePath(file.Path))
			}
		}
		slices.Sort(c.Paths)
		c.Paths = slices.Compact(c.Paths)
	}
	if e.usage.AuditLog != nil {
		c.AuditEvents = e.usage.AuditLog.Events
	}
	if e.usage.Requests != nil {
		c.InstancesSeen = int32(len(e.usage.Requests.Instances))
		c.MetricsSince = e.countedSince()
	}
	c.InstancesExist = int32(e.servers.Exist)
	return c
}

func (e *evaluation) notes(r *v1alpha1.DeprecationReport, idle []v1alpha1.Waiver) []string {
	var notes []string
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if newest := e.Index.Newest; e.server.Compare(newest) > 0 {
		note("kube-apiserver %s is newer than the last minor that the index of built-in APIs knows, %s: what was deprecated since is unknown", e.server, newest)
	}
	if slices.ContainsFunc(r.Findings, func(f v1alpha1.DeprecationFinding) bool { return f.Planned }) {
		note("~ marks a removal after %s, the newest minor that the index of built-in APIs knows: it is planned, and can move", e.Index.Newest)
	}
	if e.Target.Compare(e.Index.Newest) > 0 && e.server.Compare(e.Index.Newest) <= 0 {
		note("an API that is deprecated after %s, or an alpha version, can go by %s too: that is not known yet", e.Index.Newest, e.Target)
	}
	if e.Namespace != "" {
		note("only namespace %s was looked at: counts of requests and objects of no namespace are left out", e.Namespace)
	}
	if e.Selector != nil && !e.Selector.Empty() {
		note("only objects with labels %s are shown: requests, Helm releases and references have none, and are left out", e.Selector)
	}
	for _, f := range r.Findings {
		if f.Waiver != nil && f.Waiver.Expired {
			note("the waiver of %s %s expired on %s", f.APIVersion, f.Kind, f.Waiver.Expires)
		}
	}
	for _, w := range idle {
		note("the waiver of %s covers nothing that was found", described(w))
	}
	for _, resource := range e.readAsDeprecated() {
		note("this run listed %s through a deprecated version, which kube-apiserver counts until it restarts", resource)
	}
	if ahead := e.Target.Minus(e.Index.Newest); ahead > farAhead {
		note("%s is %d minors after the newest that is known, %s: is that the target?", e.Target, ahead, e.Index.Newest)
	}
	if n := r.Coverage.WithoutManagedFields; n > 0 {
		note("%s no managedFields: who wrote them is not known", plural(int64(n), "object")+has(n))
	}
	if log := e.usage.AuditLog; log != nil {
		if log.Malformed > 0 {
			note("%s of the audit log could not be read", plural(log.Malformed, "line"))
		}
	}
	slices.Sort(notes)
	return slices.Compact(notes)
}

const (
	// foreseen is how many minors after the newest that is known no beta goes which
	// is deprecated only then: https://kubernetes.io/docs/reference/using-api/deprecation-policy/, rule 4b.
	foreseen = 3
	// farAhead is more minors than any plan looks ahead.
	farAhead = 10
)

// described is what a waiver names.
func described(w v1alpha1.Waiver) string {
	var parts []string
	for _, part := range []string{w.APIVersion, w.Kind, w.Namespace, w.Name, w.Subject} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

// readAsDeprecated are the resources that --read-deprecated has listed.
func (e *evaluation) readAsDeprecated() []string {
	if e.usage.Objects == nil {
		return nil
	}
	var names []string
	for _, r := range e.usage.Objects.Resources {
		gvr := schema.GroupVersionResource{Group: r.Group, Version: r.Version, Resource: r.Resource}
		if a := e.apis.resource(gvr); a != nil && e.deprecatedToday(a) {
			names = append(names, gvr.GroupVersion().String()+" "+r.Resource)
		}
	}
	return names
}

func has(n int32) string {
	if n == 1 {
		return " has"
	}
	return " have"
}

// summarize is of all findings, whatever --only keeps of them.
func (e *evaluation) summarize(r *v1alpha1.DeprecationReport) v1alpha1.DeprecationSummary {
	known := e.server.Compare(e.Index.Newest) <= 0 && e.Target.Minus(e.Index.Newest) <= foreseen
	s := v1alpha1.DeprecationSummary{Verdict: v1alpha1.OK, Complete: len(r.Gaps) == 0 && known}
	broken, breaking, leaving := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, f := range r.Findings {
		name := f.APIVersion + " " + f.Kind
		switch f.Verdict {
		case v1alpha1.Error:
			s.Errors++
			if e.goneToday(f) {
				broken[name] = true
			} else {
				breaking[name] = true
			}
		case v1alpha1.Warning:
			s.Warnings++
			leaving[name] = true
		case v1alpha1.Unknown:
			s.Unknown++
		default:
			s.Information++
		}
		if f.Verdict.Weight() > s.Verdict.Weight() && f.Verdict != v1alpha1.Information {
			s.Verdict = f.Verdict
		}
	}
	if e.usage.Requests != nil && !e.everyInstanceSeen() && e.Namespace == "" {
		s.Complete = false
	}
	s.Complete = s.Complete && s.Unknown == 0
	if s.Verdict == v1alpha1.OK && !s.Complete {
		s.Verdict = v1alpha1.Unknown
	}
	maps.DeleteFunc(leaving, func(name string, _ bool) bool { return broken[name] || breaking[name] })
	s.Message = e.sentence(s, len(broken), len(breaking), len(leaving))
	return s
}

// goneToday reports whether the server has already ceased to serve an API.
func (e *evaluation) goneToday(f v1alpha1.DeprecationFinding) bool {
	a := e.apis.kind(f.APIVersion, f.Kind)
	return !e.server.IsZero() && !a.served && !a.custom && a.fate == gone
}

func (e *evaluation) sentence(s v1alpha1.DeprecationSummary, broken, breaking, leaving int) string {
	parts := []string{fmt.Sprintf("nothing was seen that breaks in %s", e.Target)}
	if broken+breaking > 0 {
		parts = nil
	}
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(broken, "API version in use is gone already", "API versions in use are gone already")
	if broken > 0 {
		add(breaking, "is gone in "+e.Target.String(), "are gone in "+e.Target.String())
	} else {
		add(breaking, "API version in use is gone in "+e.Target.String(), "API versions in use are gone in "+e.Target.String())
	}
	add(leaving, "goes away later, or may be unused", "go away later, or may be unused")
	if e.Namespace != "" {
		parts[0] += " (namespace " + e.Namespace + " alone)"
	}
	if e.Selector != nil && !e.Selector.Empty() {
		parts[0] += " (objects with labels " + e.Selector.String() + " alone)"
	}
	if !s.Complete {
		parts = append(parts, "not everything could be seen")
	}
	return strings.Join(parts, "; ")
}
