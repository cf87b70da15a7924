package diff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func skewOf(rows ...v1alpha1.SkewRow) *v1alpha1.SkewReport {
	r := v1alpha1.NewSkewReport("test")
	r.Rows, r.Summary.Complete = rows, true
	r.ControlPlane.InstancesSeen, r.ControlPlane.InstancesExist = 1, 1
	return r
}

// ofServers is of a control plane of which one instance was seen.
func ofServers(exist int32, r *v1alpha1.SkewReport) *v1alpha1.SkewReport {
	r.ControlPlane.InstancesSeen, r.ControlPlane.InstancesExist = 1, exist
	return r
}

func blindTo(source v1alpha1.Source, r *v1alpha1.SkewReport) *v1alpha1.SkewReport {
	r.Gaps, r.Summary.Complete = append(r.Gaps, v1alpha1.Gap{Source: source}), false
	return r
}

func row(component, version string, verdict v1alpha1.Verdict, names ...string) v1alpha1.SkewRow {
	return v1alpha1.SkewRow{Component: component, Version: version, Verdict: verdict, Names: names, Reason: "why"}
}

func kubelet(version string, verdict v1alpha1.Verdict, names ...string) v1alpha1.SkewRow {
	return row("kubelet", version, verdict, names...)
}

func incomplete[R runtime.Object](r R) R {
	switch r := any(r).(type) {
	case *v1alpha1.SkewReport:
		r.Summary.Complete = false
	case *v1alpha1.SupportReport:
		r.Summary.Complete = false
	case *v1alpha1.DeprecationReport:
		r.Summary.Complete = false
	case *v1alpha1.UpgradePlan:
		r.Summary.Complete = false
	}
	return r
}

func supportOf(rows ...v1alpha1.SupportRow) *v1alpha1.SupportReport {
	r := v1alpha1.NewSupportReport("test")
	r.Rows, r.Summary.Complete = rows, true
	return r
}

func part(name, version string, verdict v1alpha1.Verdict) v1alpha1.SupportRow {
	return v1alpha1.SupportRow{Part: name, Version: version, Verdict: verdict, Reason: "why"}
}

func usageOf(findings ...v1alpha1.DeprecationFinding) *v1alpha1.DeprecationReport {
	r := v1alpha1.NewDeprecationReport("test")
	r.Findings, r.Summary.Complete, r.Server, r.Target = findings, true, minor("1.37"), minor("1.38")
	return r
}

func use(by v1alpha1.SubjectType, name string, verdict v1alpha1.Verdict) v1alpha1.DeprecationFinding {
	return v1alpha1.DeprecationFinding{
		APIVersion: "a/v1", Kind: "B", Verdict: verdict, Reason: "why", Subject: v1alpha1.DeprecationSubject{Type: by, Name: name},
	}
}

func planOf(from string, hops ...v1alpha1.PlanHop) *v1alpha1.UpgradePlan {
	r := v1alpha1.NewUpgradePlan("test")
	r.From, r.Hops, r.Summary.Complete = minor(from), hops, true
	return r
}

func hop(to string, gates ...v1alpha1.PlanGate) v1alpha1.PlanHop {
	return v1alpha1.PlanHop{To: minor(to), Gates: gates}
}

func etcd(verdict v1alpha1.Verdict) v1alpha1.PlanGate {
	return v1alpha1.PlanGate{ID: "etcd", Verdict: verdict, Message: "why"}
}

func overviewOf(reports ...runtime.Object) *v1alpha1.Overview {
	o := v1alpha1.NewOverview("test")
	for _, report := range reports {
		switch r := report.(type) {
		case *v1alpha1.SkewReport:
			o.Skew = r
		case *v1alpha1.SupportReport:
			o.Support = r
		case *v1alpha1.DeprecationReport:
			o.Deprecations = r
		case *v1alpha1.UpgradePlan:
			o.Plan = r
		}
	}
	for _, q := range v1alpha1.Questions() {
		o.Answers = append(o.Answers, v1alpha1.OverviewAnswer{Question: q, Message: "no facts"})
	}
	return o
}

func fleetOf(clusters ...v1alpha1.FleetCluster) *v1alpha1.FleetOverview {
	f := v1alpha1.NewFleetOverview()
	f.Clusters = clusters
	return f
}

func cluster(name string, reports ...runtime.Object) v1alpha1.FleetCluster {
	return v1alpha1.FleetCluster{Name: name, Overview: overviewOf(reports...)}
}

func minor(text string) version.Minor {
	m, err := version.ParseMinor(text)
	if err != nil {
		panic(err)
	}
	return m
}

func with[R runtime.Object](r R, change func(R)) R {
	change(r)
	return r
}

// lines are such as "worse skew kubelet 1.34: warning, unsupported".
func lines(changes []v1alpha1.Change) []string {
	var all []string
	for _, c := range changes {
		f, verdicts := c.New, []string{"-", "-"}
		if c.New != nil {
			verdicts[1] = string(c.New.Verdict)
		}
		if c.Old != nil {
			f, verdicts[0] = c.Old, string(c.Old.Verdict)
		}
		subject := f.Subject
		if !strings.HasPrefix(subject, f.Rule) {
			subject = f.Rule + " " + subject
		}
		if f.Cluster != "" {
			subject = f.Cluster + " " + subject
		}
		all = append(all, fmt.Sprintf("%s %s %s: %s", c.Type, f.Question, subject, strings.Join(verdicts, ", ")))
	}
	return all
}

func TestFindingsAreJoinedByWhatTheyAreAbout(t *testing.T) {
	for name, tc := range map[string]struct {
		old, new  runtime.Object
		want      []string
		unchanged int32
	}{
		"the same": {
			skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), nil, 1,
		},
		"in order on both sides is no finding": {
			skewOf(kubelet("v1.36.1", v1alpha1.OK)), skewOf(kubelet("v1.36.1", v1alpha1.OK), kubelet("v1.37.1", v1alpha1.OK)), nil, 0,
		},
		"information comes and goes": {
			usageOf(use(v1alpha1.SubjectManager, "a", v1alpha1.Information)), usageOf(use(v1alpha1.SubjectManager, "b", v1alpha1.Information)), nil, 0,
		},
		"a patch makes no finding": {
			skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), skewOf(kubelet("v1.33.13", v1alpha1.Unsupported)), nil, 1,
		},
		"another minor does": {
			skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), skewOf(kubelet("v1.34.1", v1alpha1.Unsupported)),
			[]string{"new skew kubelet 1.34: -, unsupported", "resolved skew kubelet 1.33: unsupported, -"}, 0,
		},
		"new where it was in order": {
			skewOf(kubelet("v1.34.1", v1alpha1.OK)), skewOf(kubelet("v1.34.1", v1alpha1.Warning)),
			[]string{"new skew kubelet 1.34: ok, warning"}, 0,
		},
		"resolved where it is in order now, even if not all was seen": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning)), incomplete(skewOf(kubelet("v1.34.1", v1alpha1.OK))),
			[]string{"resolved skew kubelet 1.34: warning, ok"}, 0,
		},
		"better by the kube-apiservers that were seen alone": {
			skewOf(kubelet("v1.34.1", v1alpha1.Unsupported)), ofServers(2, incomplete(skewOf(kubelet("v1.34.1", v1alpha1.Warning)))),
			[]string{"not seen skew kubelet 1.34: unsupported, warning"}, 0,
		},
		"in order by as many kube-apiservers as nobody knows": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning)), ofServers(0, skewOf(kubelet("v1.34.1", v1alpha1.OK))),
			[]string{"not seen skew kubelet 1.34: warning, ok"}, 0,
		},
		"in order, with a gap of kube-apiservers": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning)), blindTo(v1alpha1.SourceAPIServers, skewOf(kubelet("v1.34.1", v1alpha1.OK))),
			[]string{"not seen skew kubelet 1.34: warning, ok"}, 0,
		},
		"worse by the kube-apiservers that were seen": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning)), ofServers(2, incomplete(skewOf(kubelet("v1.34.1", v1alpha1.Unsupported)))),
			[]string{"worse skew kubelet 1.34: warning, unsupported"}, 0,
		},
		"worse": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning)), skewOf(kubelet("v1.34.1", v1alpha1.Unsupported)),
			[]string{"worse skew kubelet 1.34: warning, unsupported"}, 0,
		},
		"better": {
			skewOf(kubelet("v1.34.1", v1alpha1.Unsupported)), skewOf(kubelet("v1.34.1", v1alpha1.Warning)),
			[]string{"better skew kubelet 1.34: unsupported, warning"}, 0,
		},
		"unknown turned out to be grave": {
			skewOf(kubelet("", v1alpha1.Unknown)), skewOf(kubelet("", v1alpha1.Unsupported)),
			[]string{"worse skew kubelet: unknown, unsupported"}, 0,
		},
		"unknown turned out to be fine": {
			planOf("1.37", hop("1.38", etcd(v1alpha1.Unknown))), planOf("1.37", hop("1.38", etcd(v1alpha1.Pass))),
			[]string{"resolved plan etcd hop to 1.38: unknown, pass"}, 0,
		},
		"what is unknown now is not better": {
			planOf("1.37", hop("1.38", etcd(v1alpha1.Blocked))), incomplete(planOf("1.37", hop("1.38", etcd(v1alpha1.Unknown)))),
			[]string{"not seen plan etcd hop to 1.38: blocked, unknown"}, 0,
		},
		"what was fine and is unknown now is new": {
			planOf("1.37", hop("1.38", etcd(v1alpha1.Pass))), incomplete(planOf("1.37", hop("1.38", etcd(v1alpha1.Unknown)))),
			[]string{"new plan etcd hop to 1.38: pass, unknown"}, 0,
		},
		"other words": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning)),
			skewOf(v1alpha1.SkewRow{Component: "kubelet", Version: "v1.34.1", Verdict: v1alpha1.Warning, Reason: "another reason"}),
			[]string{"changed skew kubelet 1.34: warning, warning"}, 0,
		},
		"more nodes": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning, "a")), skewOf(kubelet("v1.34.1", v1alpha1.Warning, "a", "b")),
			[]string{"changed skew kubelet 1.34: warning, warning"}, 0,
		},
		"fewer nodes": {
			skewOf(kubelet("v1.34.1", v1alpha1.Warning, "a", "b")), skewOf(kubelet("v1.34.1", v1alpha1.Warning, "a")),
			[]string{"changed skew kubelet 1.34: warning, warning"}, 0,
		},
		"several rows are one finding, the gravest": {
			skewOf(kubelet("v1.34.1", v1alpha1.OK, "a"), kubelet("v1.34.2", v1alpha1.Warning, "b")), skewOf(kubelet("v1.34.3", v1alpha1.Warning, "b")), nil, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Compare(tc.old, tc.new)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, lines(report.Changes)); diff != "" {
				t.Error(diff)
			}
			if report.Summary.Unchanged != tc.unchanged {
				t.Errorf("%d unchanged, want %d", report.Summary.Unchanged, tc.unchanged)
			}
		})
	}
}

// Every case lacks a finding of the earlier report.
func TestResolvedIsOnlyWhatWasLookedFor(t *testing.T) {
	const (
		resolved = v1alpha1.ChangeResolved
		unseen   = v1alpha1.ChangeUnseen
	)
	nodes := part("nodes", "v1.33.1", v1alpha1.Unsupported)
	controlPlane := part("control plane", "v1.33.1", v1alpha1.Unsupported)
	onboarding := with(supportOf(), func(r *v1alpha1.SupportReport) {
		r.Ranges = []v1alpha1.RangeCheck{{VersionRange: v1alpha1.VersionRange{For: "onboarding"}, Verdict: v1alpha1.Unsupported}}
	})
	manages := func(names ...string) *v1alpha1.SupportReport {
		return with(supportOf(), func(r *v1alpha1.SupportReport) {
			for _, name := range names {
				r.Managed = append(r.Managed, v1alpha1.ClusterSupport{Name: name, Verdict: v1alpha1.Unsupported})
			}
		})
	}
	manager := usageOf(use(v1alpha1.SubjectManager, "helm", v1alpha1.Error))
	file := usageOf(use(v1alpha1.SubjectFile, "a.yaml", v1alpha1.Error))
	user := usageOf(use(v1alpha1.SubjectUser, "alice", v1alpha1.Error))
	looked := func(change func(*v1alpha1.DeprecationReport)) *v1alpha1.DeprecationReport {
		return with(usageOf(), change)
	}
	ahead := planOf("1.36", hop("1.37", etcd(v1alpha1.Blocked)))

	for name, tc := range map[string]struct {
		old, new runtime.Object
		want     v1alpha1.ChangeType
	}{
		"a whole report on skew":                               {skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), skewOf(), resolved},
		"skew, not everything seen":                            {skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), incomplete(skewOf()), unseen},
		"skew, but all kubelets seen":                          {skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), incomplete(skewOf(kubelet("v1.36.1", v1alpha1.OK))), resolved},
		"skew, some kubelets not known":                        {skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), incomplete(skewOf(kubelet("v1.36.1", v1alpha1.OK), kubelet("?", v1alpha1.Unknown))), unseen},
		"skew, another component seen":                         {skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), incomplete(skewOf(row("kubectl", "v1.36.1", v1alpha1.OK))), unseen},
		"skew, not visible any more":                           {skewOf(row("kube-scheduler", "v1.33.1", v1alpha1.Unsupported)), skewOf(row("kube-scheduler", "", v1alpha1.NotVisible)), unseen},
		"skew, a kube-apiserver may hide":                      {skewOf(row("kube-apiserver", "v1.33.1", v1alpha1.Unsupported)), incomplete(skewOf(row("kube-apiserver", "v1.36.1", v1alpha1.OK))), unseen},
		"skew, of as many kube-apiservers as nobody knows":     {skewOf(row("kube-apiserver", "v1.33.1", v1alpha1.Unsupported)), ofServers(0, skewOf(row("kube-apiserver", "v1.36.1", v1alpha1.OK))), unseen},
		"skew, a scheduler may hide in a kube-apiserver":       {skewOf(row("kube-scheduler", "v1.33.1", v1alpha1.Warning)), ofServers(2, incomplete(skewOf(row("kube-scheduler", "v1.36.1", v1alpha1.OK)))), unseen},
		"skew, but all kubelets seen, of some kube-apiservers": {skewOf(kubelet("v1.33.1", v1alpha1.Unsupported)), ofServers(2, incomplete(skewOf(kubelet("v1.36.1", v1alpha1.OK)))), resolved},
		"skew, some pods of the control plane not read":        {skewOf(row("kube-scheduler", "v1.33.1", v1alpha1.Warning)), blindTo(v1alpha1.SourceControlPlanePods, skewOf(row("kube-scheduler", "v1.36.1", v1alpha1.OK))), unseen},
		"skew, all pods of the control plane read":             {skewOf(row("kube-scheduler", "v1.33.1", v1alpha1.Warning)), blindTo(v1alpha1.SourceNodes, skewOf(row("kube-scheduler", "v1.36.1", v1alpha1.OK))), resolved},
		"skew, a kubelet is seen without those pods":           {skewOf(kubelet("v1.33.1", v1alpha1.Warning)), blindTo(v1alpha1.SourceControlPlanePods, skewOf(kubelet("v1.36.1", v1alpha1.OK))), resolved},
		"a managed cluster that is gone":                       {manages("shop", "bank"), incomplete(manages("shop")), resolved},
		"managed clusters, none of which is told":              {manages("shop"), manages(), unseen},
		"managed clusters, some of which could not be read": {manages("shop", "bank"), with(manages("shop"), func(r *v1alpha1.SupportReport) {
			r.Gaps = []v1alpha1.Gap{{Source: v1alpha1.SourceManagement}}
		}), unseen},
		"a whole report on support":              {supportOf(nodes), supportOf(), resolved},
		"support, not everything seen":           {supportOf(nodes), incomplete(supportOf()), unseen},
		"support, but all nodes seen":            {supportOf(nodes), incomplete(supportOf(part("nodes", "v1.36.1", v1alpha1.OK))), resolved},
		"support, a kube-apiserver may hide":     {supportOf(controlPlane), incomplete(supportOf(part("control plane", "v1.36.1", v1alpha1.OK))), unseen},
		"support, a range that nobody asked for": {onboarding, supportOf(), unseen},
		"a whole report on API usage":            {manager, usageOf(), resolved},
		"usage, not everything seen":             {manager, incomplete(usageOf()), unseen},
		"usage at a later target":                {manager, looked(func(r *v1alpha1.DeprecationReport) { r.Target = minor("1.39") }), resolved},
		"usage at an earlier target":             {manager, looked(func(r *v1alpha1.DeprecationReport) { r.Target = minor("1.37") }), unseen},
		"usage of some verdicts":                 {manager, looked(func(r *v1alpha1.DeprecationReport) { r.Only = []v1alpha1.Verdict{v1alpha1.Error} }), unseen},
		"usage in a namespace":                   {manager, looked(func(r *v1alpha1.DeprecationReport) { r.Namespace = "shop" }), unseen},
		"usage by labels":                        {manager, looked(func(r *v1alpha1.DeprecationReport) { r.Selector = "a=b" }), unseen},
		"usage without the cluster":              {manager, looked(func(r *v1alpha1.DeprecationReport) { r.Server = version.Minor{} }), unseen},
		"usage in the same namespace": {
			with(usageOf(use(v1alpha1.SubjectManager, "helm", v1alpha1.Error)), func(r *v1alpha1.DeprecationReport) { r.Namespace = "shop" }),
			looked(func(r *v1alpha1.DeprecationReport) { r.Namespace = "shop" }), resolved,
		},
		"clients, which a kube-apiserver forgets when it starts": {usageOf(use(v1alpha1.SubjectClients, "", v1alpha1.Error)), usageOf(), unseen},
		"a file that was read":                            {file, looked(func(r *v1alpha1.DeprecationReport) { r.Coverage.Files, r.Coverage.Paths = 1, []string{"a.yaml"} }), resolved},
		"a file, with other files":                        {file, looked(func(r *v1alpha1.DeprecationReport) { r.Coverage.Files, r.Coverage.Paths = 1, []string{"b.yaml"} }), unseen},
		"a file, with files of which no paths are known":  {file, looked(func(r *v1alpha1.DeprecationReport) { r.Coverage.Files = 1 }), unseen},
		"a file, without any":                             {file, usageOf(), unseen},
		"a user, with an audit log, which is of a period": {user, looked(func(r *v1alpha1.DeprecationReport) { r.Coverage.AuditEvents = 1 }), unseen},
		"a user, without one":                             {user, usageOf(), unseen},
		"a check that is about the hop no more":           {ahead, planOf("1.36", hop("1.37")), resolved},
		"a plan, not everything seen":                     {ahead, incomplete(planOf("1.36", hop("1.37"))), unseen},
		"a plan that asked for no pods":                   {ahead, with(planOf("1.36", hop("1.37")), func(p *v1alpha1.UpgradePlan) { p.WithoutPods = true }), unseen},
		"two plans that asked for none": {
			with(planOf("1.36", hop("1.37", etcd(v1alpha1.Blocked))), func(p *v1alpha1.UpgradePlan) { p.WithoutPods = true }),
			with(planOf("1.36", hop("1.37")), func(p *v1alpha1.UpgradePlan) { p.WithoutPods = true }), resolved,
		},
		"a hop that is not planned any more": {ahead, planOf("1.36"), unseen},
		"a hop that is done":                 {ahead, incomplete(planOf("1.37", hop("1.38"))), resolved},
		"a hop that brings the rest along":   {planOf("1.37", hop("1.37", etcd(v1alpha1.Blocked))), planOf("1.37", hop("1.38")), unseen},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Compare(tc.old, tc.new)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.IndexFunc(report.Changes, func(c v1alpha1.Change) bool { return c.New == nil })
			if at < 0 || report.Changes[at].Type != tc.want {
				t.Errorf("want %s, got %q", tc.want, lines(report.Changes))
			}
		})
	}
}

func TestNotesSayWhatElseMakesADifference(t *testing.T) {
	none := []string(nil)
	at := func(day string) *v1alpha1.SupportReport {
		return with(supportOf(part("nodes", "v1.36.1", v1alpha1.OK)), func(r *v1alpha1.SupportReport) {
			date, err := calendar.ParseDay(day)
			if err != nil {
				t.Fatal(err)
			}
			r.At = date
		})
	}
	of := func(name, server string) *v1alpha1.SkewReport {
		return with(skewOf(), func(r *v1alpha1.SkewReport) { r.Cluster = v1alpha1.Cluster{Context: name, Server: server} })
	}
	collected := func(hour int) *v1alpha1.SkewReport {
		return with(skewOf(), func(r *v1alpha1.SkewReport) {
			r.CollectedAt = metav1.Date(2026, 11, 20, hour, 0, 0, 0, time.UTC)
		})
	}
	judged := func(platform string) *v1alpha1.SupportReport {
		return with(supportOf(), func(r *v1alpha1.SupportReport) { r.Platform.ID = platform })
	}
	waived := with(usageOf(), func(r *v1alpha1.DeprecationReport) {
		r.Waived = []v1alpha1.DeprecationFinding{use(v1alpha1.SubjectManager, "helm", v1alpha1.Error)}
	})
	for name, tc := range map[string]struct {
		old, new runtime.Object
		want     []string
	}{
		"nothing":           {of("a", "https://a"), of("a", "https://a"), none},
		"no cluster at all": {of("", ""), of("a", "https://a"), none},
		"another server": {of("a", "https://a"), of("a", "https://b"), []string{
			"the old report is of a (https://a) and the new report of a (https://b): are they the same cluster?",
		}},
		"another server without a context": {of("", "https://a"), of("b", "https://b"), []string{
			"the old report is of https://a and the new report of b (https://b): are they the same cluster?",
		}},
		"another context": {of("", "https://a"), of("b", "https://a"), []string{
			`the old report was read through context "" and the new report through "b"`,
		}},
		"in order":      {collected(1), collected(2), none},
		"at once":       {collected(1), collected(1), none},
		"the other way": {collected(2), collected(1), []string{"the new report was collected at 2026-11-20T01:00:00Z, before the old report, at 2026-11-20T02:00:00Z: are they in the right order?"}},
		"another day":   {at("2026-11-20"), at("2026-11-21"), []string{"the old report counts dates from 2026-11-20 and the new report from 2026-11-21: support may have ended in between"}},
		"the same day":  {at("2026-11-20"), at("2026-11-20"), none},
		"another platform": {judged("upstream"), judged("amazon-eks"), []string{
			"the old report judges by upstream and the new report by amazon-eks",
		}},
		"another period": {supportOf(), with(supportOf(), func(r *v1alpha1.SupportReport) { r.Within = "90d" }), []string{
			"the old report warns of no end of support ahead and the new report of support that ends within 90d",
		}},
		"the same period": {
			with(supportOf(), func(r *v1alpha1.SupportReport) { r.Within = "90d" }), with(supportOf(), func(r *v1alpha1.SupportReport) { r.Within = "90d" }), none,
		},
		"another target": {usageOf(), with(usageOf(), func(r *v1alpha1.DeprecationReport) { r.Target = minor("1.39") }), []string{
			"the old report judges APIs at 1.38 and the new report at 1.39",
		}},
		"narrowed": {
			with(usageOf(), func(r *v1alpha1.DeprecationReport) { r.Namespace, r.Selector = "shop", "a=b" }),
			with(usageOf(), func(r *v1alpha1.DeprecationReport) { r.Only = []v1alpha1.Verdict{v1alpha1.Error, v1alpha1.Warning} }),
			[]string{"the old report has namespace shop and objects with labels a=b alone", "the new report has the verdicts error, warning alone"},
		},
		"waived": {usageOf(use(v1alpha1.SubjectManager, "helm", v1alpha1.Error)), waived, []string{"1 of the findings of the old report are waived in the new report"}},
		"a hop that is done, and the next": {planOf("1.36", hop("1.37")), planOf("1.37", hop("1.38")), []string{
			"the new report alone plans to go to 1.38: all that stands against it is new",
		}},
		"a hop that is not planned any more": {planOf("1.36", hop("1.37"), hop("1.38")), planOf("1.36", hop("1.37")), []string{
			"the old report alone plans to go to 1.38: whether the same stands against it today is not known",
		}},
		"pods": {planOf("1.36"), with(planOf("1.36"), func(p *v1alpha1.UpgradePlan) { p.WithoutPods = true }), []string{
			"the new report was made without asking for pods: checks that only they answer are not in it",
		}},
		"another method": {
			with(planOf("1.36"), func(p *v1alpha1.UpgradePlan) { p.Method.NodeUpgrade = v1alpha1.Surge }),
			with(planOf("1.36"), func(p *v1alpha1.UpgradePlan) { p.Method.NodeUpgrade = v1alpha1.Replace }),
			[]string{"the old report upgrades nodes by surge and the new report by replace"},
		},
		"new, though the old report was blind": {incomplete(skewOf()), skewOf(kubelet("v1.33.1", v1alpha1.Warning)), []string{
			"the old report could not see everything of skew: what is new may have been there before",
		}},
		"not seen, for the new report is blind": {skewOf(kubelet("v1.33.1", v1alpha1.Warning)), incomplete(skewOf()), []string{
			"the new report could not see everything of skew: what is not seen may be there still",
		}},
		"blind without consequence": {incomplete(skewOf()), incomplete(skewOf()), none},
		"other kinds": {overviewOf(skewOf(), supportOf(), usageOf(), planOf("1.36")), skewOf(), []string{
			"support, deprecations, plan not compared: the old report alone is about that",
		}},
		"a question without facts": {overviewOf(skewOf(), usageOf()), overviewOf(skewOf(), supportOf()), []string{
			"support, plan not compared: the old report has no answer (no facts)",
			"deprecations, plan not compared: the new report has no answer (no facts)",
		}},
		"clusters of a fleet": {
			fleetOf(cluster("a", skewOf()), cluster("b", skewOf()), v1alpha1.FleetCluster{Name: "d", Error: "timeout"}),
			fleetOf(cluster("a", skewOf()), cluster("c", skewOf()), cluster("d", skewOf())),
			[]string{
				"cluster a: support, deprecations, plan not compared: the old report has no answer (no facts)",
				"cluster a: support, deprecations, plan not compared: the new report has no answer (no facts)",
				"cluster c is in the new report alone",
				"cluster d: skew, support, deprecations, plan not compared: the old report has no answer (timeout)",
				"cluster d: support, deprecations, plan not compared: the new report has no answer (no facts)",
				"cluster b is in the old report alone",
			},
		},
		"a cluster of a fleet that moved": {
			fleetOf(cluster("a", of("a", "https://a"))), fleetOf(cluster("a", of("a", "https://b"))),
			[]string{
				"cluster a: support, deprecations, plan not compared: the old report has no answer (no facts)",
				"cluster a: support, deprecations, plan not compared: the new report has no answer (no facts)",
				"cluster a: the old report is of a (https://a) and the new report of a (https://b): are they the same cluster?",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Compare(tc.old, tc.new)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, report.Notes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClustersOfAFleetAreComparedOneByOne(t *testing.T) {
	report, err := Compare(
		fleetOf(cluster("a", skewOf(kubelet("v1.33.1", v1alpha1.Warning))), cluster("gone", skewOf(kubelet("v1.33.1", v1alpha1.Warning))),
			cluster("down", skewOf(kubelet("v1.33.1", v1alpha1.Warning)))),
		fleetOf(cluster("b", skewOf(kubelet("v1.33.1", v1alpha1.Warning))), cluster("a", skewOf(kubelet("v1.34.1", v1alpha1.Warning))),
			v1alpha1.FleetCluster{Name: "down", Error: "timeout"}),
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"new skew a kubelet 1.34: -, warning", "resolved skew a kubelet 1.33: warning, -"}
	if diff := cmp.Diff(want, lines(report.Changes)); diff != "" {
		t.Error(diff)
	}
	if report.Summary.Complete {
		t.Error("a cluster that was not judged leaves the comparison open")
	}
}

func TestTheSupportOfSeveralIsComparedOneByOne(t *testing.T) {
	of := func(clusters ...v1alpha1.ClusterSupport) *v1alpha1.FleetSupportReport {
		r := v1alpha1.NewFleetSupportReport()
		r.Clusters = clusters
		return r
	}
	one := func(name, version string, verdict v1alpha1.Verdict) v1alpha1.ClusterSupport {
		return v1alpha1.ClusterSupport{Name: name, Report: supportOf(part("control plane", version, verdict))}
	}
	report, err := Compare(
		of(one("a", "v1.33.1", v1alpha1.Unsupported), one("gone", "v1.33.1", v1alpha1.Unsupported), one("down", "v1.33.1", v1alpha1.Unsupported)),
		of(one("a", "v1.36.1", v1alpha1.OK), v1alpha1.ClusterSupport{Name: "down", Error: "timeout"}, one("b", "v1.33.1", v1alpha1.Unsupported)),
	)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"resolved support a control plane 1.33: unsupported, -"}, lines(report.Changes)); diff != "" {
		t.Error(diff)
	}
	if report.Summary.Complete {
		t.Error("a cluster that was not judged leaves the comparison open")
	}
}

func TestNothingInCommonIsAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		old, new runtime.Object
		want     string
	}{
		"two questions": {skewOf(), supportOf(), "nothing to compare: skew not compared: the old report alone is about that; support not compared: the new report alone is about that"},
		"a question without an answer": {
			overviewOf(supportOf()), skewOf(),
			"nothing to compare: skew not compared: the old report has no answer (no facts); support not compared: the old report alone is about that",
		},
		"other clusters":          {fleetOf(cluster("a", skewOf())), fleetOf(cluster("b", skewOf())), "nothing to compare: cluster b is in the new report alone; cluster a is in the old report alone"},
		"a fleet and one cluster": {fleetOf(cluster("a", skewOf())), overviewOf(skewOf()), "nothing to compare: the new report is on one cluster; cluster a is in the old report alone"},
		"an empty fleet":          {fleetOf(), fleetOf(), "nothing to compare"},
		"what judges nothing":     {v1alpha1.NewReleaseCalendar("calendar"), skewOf(), "nothing to compare: the new report is on one cluster"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Compare(tc.old, tc.new)
			if err == nil || err.Error() != tc.want {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestTheSummaryCountsAndTakesTheGravestOfWhatIsNewOrWorse(t *testing.T) {
	old := skewOf(
		kubelet("v1.30.1", v1alpha1.Warning), kubelet("v1.31.1", v1alpha1.Unsupported), kubelet("v1.32.1", v1alpha1.Unsupported), row("kubectl", "v1.30.1", v1alpha1.Warning),
	)
	later := skewOf(
		kubelet("v1.33.1", v1alpha1.Warning), kubelet("v1.30.1", v1alpha1.Unsupported), kubelet("v1.31.1", v1alpha1.Warning), row("kubectl", "v1.30.1", v1alpha1.Warning),
	)
	report, err := Compare(old, later)
	if err != nil {
		t.Fatal(err)
	}
	want := v1alpha1.DiffSummary{
		Verdict: v1alpha1.Unsupported, Complete: true, Message: "1 new, 1 worse, 1 better, 1 resolved, 1 unchanged",
		New: 1, Worse: 1, Better: 1, Resolved: 1, Unchanged: 1,
	}
	if diff := cmp.Diff(want, report.Summary); diff != "" {
		t.Error(diff)
	}

	for name, tc := range map[string]struct {
		old, new runtime.Object
		want     v1alpha1.DiffSummary
	}{
		"better is in order":     {skewOf(kubelet("v1.31.1", v1alpha1.Unsupported)), skewOf(), v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Complete: true, Message: "1 resolved", Resolved: 1}},
		"nothing on either side": {skewOf(), skewOf(), v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Complete: true, Message: "nothing changed"}},
		"a blind report":         {skewOf(), incomplete(skewOf()), v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Message: "nothing changed; not everything could be seen"}},
		"a report that was":      {incomplete(skewOf()), skewOf(), v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Complete: true, Message: "nothing changed"}},
		"an answer that is gone": {overviewOf(skewOf(), supportOf()), overviewOf(skewOf()), v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Message: "nothing changed; not everything could be seen"}},
		"a question not asked":   {overviewOf(skewOf(), supportOf()), skewOf(), v1alpha1.DiffSummary{Verdict: v1alpha1.OK, Complete: true, Message: "nothing changed"}},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Compare(tc.old, tc.new)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, report.Summary); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestABaselineKnowsWhatItHasAsGrave(t *testing.T) {
	found := func(r runtime.Object) *v1alpha1.Baseline {
		t.Helper()
		base := overviewOf(skewOf(kubelet("v1.30.1", v1alpha1.Warning), kubelet("v1.31.1", v1alpha1.Unsupported), kubelet("v1.32.1", v1alpha1.Warning)))
		b, err := Against(base, r)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := found(skewOf(kubelet("v1.30.1", v1alpha1.Unsupported), kubelet("v1.31.1", v1alpha1.Warning), kubelet("v1.33.1", v1alpha1.Warning), kubelet("v1.34.1", v1alpha1.OK)))
	var added []string
	for _, f := range b.New {
		added = append(added, f.Subject+" "+string(f.Verdict))
	}
	if diff := cmp.Diff([]string{"kubelet 1.30 unsupported", "kubelet 1.33 warning"}, added); diff != "" {
		t.Error(diff)
	}
	if b.Verdict != v1alpha1.Unsupported || b.Message != "2 new, 1 known, 1 resolved" {
		t.Errorf("%s: %s", b.Verdict, b.Message)
	}
	if b := found(skewOf(kubelet("v1.31.1", v1alpha1.Unsupported))); b.Verdict != v1alpha1.OK || b.Message != "nothing new, 1 known, 2 resolved" || b.New != nil {
		t.Errorf("%s: %s", b.Verdict, b.Message)
	}
	// What it has no answer to is all new.
	b = found(overviewOf(skewOf(), supportOf(part("nodes", "v1.33.1", v1alpha1.Warning))))
	if b.Verdict != v1alpha1.Warning || b.Message != "1 new, 3 resolved" || !slices.Contains(b.Notes, "support, deprecations, plan not compared: the baseline has no answer (no facts)") {
		t.Errorf("%s: %s, %q", b.Verdict, b.Message, b.Notes)
	}
	// In order by the kube-apiservers that were seen is not resolved.
	b = found(ofServers(2, skewOf(kubelet("v1.30.1", v1alpha1.OK), kubelet("v1.31.1", v1alpha1.OK), kubelet("v1.32.1", v1alpha1.OK))))
	if b.Resolved != 0 || b.Message != "nothing new" {
		t.Errorf("%d resolved: %s", b.Resolved, b.Message)
	}
	if _, err := Against(supportOf(), skewOf()); err == nil || !strings.Contains(err.Error(), "skew not compared: this report alone is about that") {
		t.Errorf("a baseline of another question: %v", err)
	}
}

// reports of any findings, as rows in any order.
func anyReport(random *rand.Rand) runtime.Object {
	verdicts := []v1alpha1.Verdict{v1alpha1.OK, v1alpha1.Warning, v1alpha1.Unsupported, v1alpha1.Unknown, v1alpha1.NotVisible}
	r := skewOf()
	for range random.IntN(8) {
		names := []string{"a", "b", "c"}[:random.IntN(4)]
		row := row([]string{"kubelet", "kube-proxy"}[random.IntN(2)], fmt.Sprintf("v1.%d.%d", 33+random.IntN(3), random.IntN(3)), verdicts[random.IntN(len(verdicts))], names...)
		row.Reason = []string{"too old", "too new"}[random.IntN(2)]
		r.Rows = append(r.Rows, row)
	}
	usage := usageOf()
	for range random.IntN(5) {
		usage.Findings = append(usage.Findings, use(v1alpha1.SubjectManager, []string{"x", "y", "z"}[random.IntN(3)], verdicts[random.IntN(len(verdicts))]))
	}
	return overviewOf(r, usage)
}

func TestAnyReportsCompareBothWays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	types := func(changes []v1alpha1.Change, of ...v1alpha1.ChangeType) []string {
		kept := lines(slices.DeleteFunc(slices.Clone(changes), func(c v1alpha1.Change) bool { return !slices.Contains(of, c.Type) }))
		for i, line := range kept {
			_, line, _ = strings.Cut(line, " ")
			kept[i], _, _ = strings.Cut(strings.TrimPrefix(line, "seen "), ":")
		}
		slices.Sort(kept)
		return kept
	}
	for range 2000 {
		a, b := anyReport(random), anyReport(random)
		there, err := Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Compare(b, a)
		if err != nil {
			t.Fatal(err)
		}
		// What is not seen is new the other way round, or was unknown.
		gone := types(back.Changes, v1alpha1.ChangeResolved, v1alpha1.ChangeUnseen)
		for _, line := range types(there.Changes, v1alpha1.ChangeNew) {
			if !slices.Contains(gone, line) {
				t.Fatalf("new one way and not gone the other: %s\n%v\n%v", line, lines(there.Changes), lines(back.Changes))
			}
		}
		for _, line := range types(back.Changes, v1alpha1.ChangeResolved) {
			if !slices.Contains(types(there.Changes, v1alpha1.ChangeNew), line) {
				t.Fatalf("resolved one way and not new the other: %s", line)
			}
		}
		shuffled := a.DeepCopyObject().(*v1alpha1.Overview)
		random.Shuffle(len(shuffled.Skew.Rows), func(i, j int) {
			shuffled.Skew.Rows[i], shuffled.Skew.Rows[j] = shuffled.Skew.Rows[j], shuffled.Skew.Rows[i]
		})
		for name, other := range map[string]runtime.Object{"itself": a, "itself in another order": shuffled} {
			same, err := Compare(a, other)
			if err != nil {
				t.Fatal(err)
			}
			if len(same.Changes) > 0 {
				t.Fatalf("%s differs: %v", name, lines(same.Changes))
			}
		}
	}
}
