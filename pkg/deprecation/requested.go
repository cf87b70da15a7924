package deprecation

import (
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// requests are those of one API on one instance.
type requests struct {
	reads, writes int64
	// marked is true where apiserver_requested_deprecated_apis is set.
	marked bool
}

func (r requests) any() bool { return r.marked || r.reads > 0 || r.writes > 0 }

// requested reads the metrics of every kube-apiserver that was seen. Absence
// proves nothing here: the counts begin at zero when a process starts.
func (e *evaluation) requested() []use {
	if e.usage.Requests == nil {
		return nil
	}
	var uses []use
	for _, a := range e.requestable() {
		var sum requests
		for _, instance := range e.usage.Requests.Instances {
			of := requestsOf(instance, a)
			if e.onlyServedVersion(a) {
				of = withoutOwn(of, instance, a)
			}
			sum.reads, sum.writes, sum.marked = sum.reads+of.reads, sum.writes+of.writes, sum.marked || of.marked
		}
		if !sum.any() {
			continue
		}
		u := use{
			api: a, subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectClients}, evidence: v1alpha1.EvidenceRequested,
			reads: sum.reads, writes: sum.writes, first: e.countedSince(), strength: live,
		}
		where := fmt.Sprintf("on %s", e.instances())
		switch {
		case e.usage.Served != nil && !a.served:
			u.strength, u.stale = history, true
			u.says = "was requested while it was served " + where
		case e.auditedAll(a, sum):
			u.strength = history
			u.says = "was requested " + where + ", by those whom the audit log names"
		case sum.writes > 0:
			u.says = "clients that kube-apiserver does not name wrote through it " + where
		case sum.reads > 0 && e.onlyServedVersion(a) && !e.deprecatedToday(a):
			u.strength = history
			u.says = "only reads were counted " + where + ", and the server has no other version to read, which every run of this command does too"
		case sum.reads > 0:
			u.strength = weak
			u.says = "only reads were counted " + where + "; controllers that read every resource are often the cause"
		default:
			u.strength = weak
			u.says = "was requested, and by what verb is not counted " + where
		}
		uses = append(uses, u)
	}
	return uses
}

// requestable are the APIs that do not stay, and those that the server alone calls deprecated.
func (e *evaluation) requestable() []*api {
	all := e.apis.going()
	for _, instance := range e.usage.Requests.Instances {
		for _, d := range instance.Deprecated {
			gvr := schema.GroupVersionResource{Group: d.Group, Version: d.Version, Resource: d.Resource}
			if slices.ContainsFunc(all, func(a *api) bool { return a.GroupVersionResource == gvr }) {
				continue
			}
			all = append(all, e.apis.called(gvr, d.RemovedRelease, e.Target))
		}
	}
	return all
}

func requestsOf(instance v1alpha1.InstanceMetrics, a *api) requests {
	var sum requests
	for _, d := range instance.Deprecated {
		if d.Group == a.Group && d.Version == a.Version && d.Resource == a.Resource {
			sum.marked = true
		}
	}
	for _, r := range instance.Requests {
		if r.Group == a.Group && r.Version == a.Version && r.Resource == a.Resource {
			sum.count(r.Verb, r.Count)
		}
	}
	return sum
}

func (r *requests) count(verb string, n int64) {
	if reading(verb) {
		r.reads += n
	} else {
		r.writes += n
	}
}

func reading(verb string) bool { return verb == "get" || verb == "list" || verb == "watch" }

// onlyServedVersion: kube-apiserver's counts of its own requests name no
// version, and can be taken off only where there is one.
func (e *evaluation) onlyServedVersion(a *api) bool {
	if e.usage.Served == nil {
		return false
	}
	for _, r := range e.usage.Served.Resources {
		if r.Group == a.Group && r.Resource == a.Resource {
			return len(r.Versions) == 1 && r.Versions[0] == a.Version
		}
	}
	return false
}

// auditedAll reports whether the audit log has at least the requests that were counted.
func (e *evaluation) auditedAll(a *api, counted requests) bool {
	if e.usage.AuditLog == nil {
		return false
	}
	var logged requests
	for _, r := range e.usage.AuditLog.Requests {
		if r.Group == a.Group && r.Version == a.Version && r.Resource == a.Resource {
			logged.count(r.Verb, r.Count)
		}
	}
	return logged.any() && logged.reads >= counted.reads && logged.writes >= counted.writes
}

// deprecatedToday reports whether the server calls an API deprecated.
func (e *evaluation) deprecatedToday(a *api) bool {
	return !a.deprecated.IsZero() && e.server.Compare(a.deprecated) >= 0 || a.custom && a.fate != stays
}

// withoutOwn takes off what kube-apiserver asked of itself. When nothing is
// left, its own request has set the mark.
func withoutOwn(of requests, instance v1alpha1.InstanceMetrics, a *api) requests {
	var own requests
	for _, r := range instance.OwnRequests {
		if r.Resource == a.Resource && (r.Group == "" || r.Group == a.Group) {
			own.count(r.Verb, r.Count)
		}
	}
	left := requests{reads: max(0, of.reads-own.reads), writes: max(0, of.writes-own.writes)}
	left.marked = of.marked && (left.reads > 0 || left.writes > 0 || of.reads+of.writes == 0)
	return left
}

func (e *evaluation) everyInstanceSeen() bool {
	return e.usage.Requests != nil && e.servers.Exist > 0 && len(e.usage.Requests.Instances) >= e.servers.Exist
}

// countedSince is the latest start of the instances: all have counted since.
func (e *evaluation) countedSince() *metav1.Time {
	var since *metav1.Time
	for _, instance := range e.usage.Requests.Instances {
		since = latest(since, startOf(instance))
	}
	return since
}

// instances is such as "2 of 3 kube-apiservers".
func (e *evaluation) instances() string {
	seen := int64(len(e.usage.Requests.Instances))
	if e.servers.Exist == 0 {
		return plural(seen, "kube-apiserver") + ", of a number that is not known"
	}
	return fmt.Sprintf("%d of %s", seen, plural(int64(max(e.servers.Exist, int(seen))), "kube-apiserver"))
}
