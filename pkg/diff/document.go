package diff

import (
	"cmp"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/findings"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// document is a report, taken apart.
type document struct {
	// name is what notes call it.
	name string
	// clusters are in order; a report on one has the cluster "".
	clusters []string
	answers  map[topic]answer
}

// topic is what an answer is about.
type topic struct {
	cluster  string
	question v1alpha1.Question
}

// answer is what a report tells of one question about one cluster.
type answer struct {
	// report is nil where the question was asked and has no answer, for a reason.
	report   runtime.Object
	reason   string
	complete bool

	cluster     v1alpha1.Cluster
	collectedAt metav1.Time
	at          calendar.Date
	// platform is the id of the one that was judged by; empty where that is not told.
	platform string

	// findings have each identity once, in the order of the report.
	findings []v1alpha1.Finding
	index    map[findings.Key]v1alpha1.Finding
	// waived are the identities that a decision takes out of the verdict.
	waived map[findings.Key]bool
}

// topics are in the order of clusters, then of questions.
func (d document) topics() []topic {
	var all []topic
	for _, cluster := range d.clusters {
		for _, q := range v1alpha1.Questions() {
			if t := (topic{cluster, q}); d.asked(t) {
				all = append(all, t)
			}
		}
	}
	return all
}

func (d document) asked(t topic) bool {
	_, ok := d.answers[t]
	return ok
}

func newDocument(name string, report runtime.Object) document {
	d := document{name: name, answers: map[topic]answer{}}
	switch r := report.(type) {
	case *v1alpha1.Overview:
		d.addOverview("", r)
	case *v1alpha1.FleetOverview:
		for _, c := range r.Clusters {
			d.addCluster(c)
		}
	case *v1alpha1.FleetSupportReport:
		for _, c := range r.Clusters {
			a := answer{reason: cmp.Or(c.Error, "the report leaves out its details")}
			if c.Report != nil {
				_, a = answerOf(c.Report)
			}
			d.add(topic{c.Name, v1alpha1.QuestionSupport}, a)
		}
	default:
		if q, a := answerOf(report); q != "" {
			d.add(topic{"", q}, a)
		}
	}
	return d
}

func (d *document) addCluster(c v1alpha1.FleetCluster) {
	if c.Overview != nil {
		d.addOverview(c.Name, c.Overview)
		return
	}
	for _, q := range v1alpha1.Questions() {
		d.add(topic{c.Name, q}, answer{reason: cmp.Or(c.Error, "the report leaves out its details")})
	}
}

func (d *document) addOverview(cluster string, r *v1alpha1.Overview) {
	answers := map[v1alpha1.Question]answer{}
	for _, q := range v1alpha1.Questions() {
		a := answer{reason: "the report leaves it out"}
		if at := slices.IndexFunc(r.Answers, func(a v1alpha1.OverviewAnswer) bool { return a.Question == q }); at >= 0 {
			a.reason = r.Answers[at].Message
		}
		answers[q] = a
	}
	for _, report := range r.Reports() {
		q, a := answerOf(report)
		answers[q] = a
	}
	for _, q := range v1alpha1.Questions() {
		d.add(topic{cluster, q}, answers[q])
	}
}

// add keeps the first answer where a document has two.
func (d *document) add(t topic, a answer) {
	if _, twice := d.answers[t]; twice {
		return
	}
	if !slices.Contains(d.clusters, t.cluster) {
		d.clusters = append(d.clusters, t.cluster)
	}
	a.index = map[findings.Key]v1alpha1.Finding{}
	for _, f := range findings.Of(a.report) {
		f.Cluster, f.Known = t.cluster, false
		if _, twice := a.index[findings.KeyOf(f)]; !twice {
			a.index[findings.KeyOf(f)] = f
			a.findings = append(a.findings, f)
		}
	}
	if r, ok := a.report.(*v1alpha1.DeprecationReport); ok {
		a.waived = map[findings.Key]bool{}
		for _, f := range findings.Of(&v1alpha1.DeprecationReport{Findings: r.Waived}) {
			f.Cluster = t.cluster
			a.waived[findings.KeyOf(f)] = true
		}
	}
	d.answers[t] = a
}

// answerOf is a report on one question; without one for what is none.
func answerOf(report runtime.Object) (v1alpha1.Question, answer) {
	switch r := report.(type) {
	case *v1alpha1.SkewReport:
		a := answer{report: r, complete: r.Summary.Complete, cluster: r.Cluster, collectedAt: r.CollectedAt}
		if r.Platform != nil {
			a.platform = r.Platform.ID
		}
		return v1alpha1.QuestionSkew, a
	case *v1alpha1.SupportReport:
		return v1alpha1.QuestionSupport, answer{
			report: r, complete: r.Summary.Complete, cluster: r.Cluster, collectedAt: r.CollectedAt, at: r.At, platform: r.Platform.ID,
		}
	case *v1alpha1.DeprecationReport:
		return v1alpha1.QuestionDeprecations, answer{report: r, complete: r.Summary.Complete, cluster: r.Cluster, collectedAt: r.CollectedAt}
	case *v1alpha1.UpgradePlan:
		return v1alpha1.QuestionPlan, answer{
			report: r, complete: r.Summary.Complete, cluster: r.Cluster, collectedAt: r.CollectedAt, at: r.At, platform: r.Platform.ID,
		}
	default:
		return "", answer{}
	}
}

// looked reports whether a later answer that lacks a finding of an earlier one
// did look for it, and could have seen it.
func (a answer) looked(earlier answer, f v1alpha1.Finding) bool {
	switch later := a.report.(type) {
	case *v1alpha1.SkewReport:
		podsRead := !slices.ContainsFunc(later.Gaps, func(g v1alpha1.Gap) bool { return g.Source == v1alpha1.SourceControlPlanePods })
		return onNodes(f) && a.lookedAtPart(f, true) ||
			sawServers(later) && podsRead && a.lookedAtPart(f, f.Rule != kubeAPIServer)
	case *v1alpha1.SupportReport:
		if f.Rule == managedCluster { // those that are left show that the list was read
			return len(later.Managed) > 0 && !slices.ContainsFunc(later.Gaps, func(g v1alpha1.Gap) bool { return g.Source == v1alpha1.SourceManagement })
		}
		return f.Rule != platformRange && a.lookedAtPart(f, f.Rule == nodes)
	case *v1alpha1.DeprecationReport:
		old, ok := earlier.report.(*v1alpha1.DeprecationReport)
		return ok && a.complete && lookedForUse(old, later, f)
	case *v1alpha1.UpgradePlan:
		old, ok := earlier.report.(*v1alpha1.UpgradePlan)
		return ok && (done(old, later, f) || a.complete && planned(later, f) && (old.WithoutPods || !later.WithoutPods))
	}
	return false
}

const (
	kubeAPIServer  = "kube-apiserver"
	nodes          = "nodes"
	platformRange  = "platform range"
	managedCluster = "managed cluster"
)

// onNodes reports whether a component is seen whatever kube-apiserver is not. A
// part of the control plane can be in the binary of one that hides.
func onNodes(f v1alpha1.Finding) bool {
	return f.Rule == "kubelet" || f.Rule == "kube-proxy" || f.Rule == "kubectl"
}

// sawServers reports whether a report judged by every kube-apiserver that exists.
func sawServers(r *v1alpha1.SkewReport) bool {
	of := func(g v1alpha1.Gap) bool { return g.Source == v1alpha1.SourceAPIServers }
	return r.ControlPlane.InstancesExist > 0 && r.ControlPlane.InstancesSeen >= r.ControlPlane.InstancesExist && !slices.ContainsFunc(r.Gaps, of)
}

// lookedAtPart is of rules that are parts of the cluster. A part has been seen
// whole where all its rows have a version, and nothing can hide another row.
func (a answer) lookedAtPart(f v1alpha1.Finding, whole bool) bool {
	seen := false
	for _, other := range a.findings {
		if other.Rule != f.Rule {
			continue
		}
		if other.Verdict == v1alpha1.Unknown || other.Verdict == v1alpha1.NotVisible {
			return false
		}
		seen = true
	}
	return a.complete || whole && seen
}

// lookedForUse is false where the later report was narrowed, judges at an earlier
// target, or was not given what told of the use before.
func lookedForUse(old, later *v1alpha1.DeprecationReport, f v1alpha1.Finding) bool {
	if len(later.Only) > 0 || later.Target.Compare(old.Target) < 0 ||
		later.Namespace != "" && later.Namespace != old.Namespace || later.Selector != "" && later.Selector != old.Selector {
		return false
	}
	subject, name, _ := strings.Cut(f.Subject, " ")
	switch v1alpha1.SubjectType(subject) {
	case v1alpha1.SubjectFile:
		return slices.Contains(later.Coverage.Paths, name)
	case v1alpha1.SubjectUser:
		// An audit log is of a period, in which a user may have had nothing to do.
		return false
	case v1alpha1.SubjectClients:
		// kube-apiserver counts from its start: a client that did not call since is there still.
		return false
	default:
		return !later.Server.IsZero()
	}
}

// done reports whether the cluster has arrived, since the earlier plan, where its hop leads.
func done(old, later *v1alpha1.UpgradePlan, f v1alpha1.Finding) bool {
	to, err := version.ParseMinor(strings.TrimPrefix(f.Subject, hopTo))
	return err == nil && old.From.Compare(to) < 0 && to.Compare(later.From) <= 0
}

// hopTo begins the subject of what stands against a hop.
const hopTo = "hop to "

func planned(p *v1alpha1.UpgradePlan, f v1alpha1.Finding) bool {
	return slices.ContainsFunc(p.Hops, func(h v1alpha1.PlanHop) bool { return hopTo+h.To.String() == f.Subject })
}
