package printer

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// plan from a minor to another, with a hop per minor.
func plan(t *testing.T, from, to string, hops ...v1alpha1.PlanHop) *v1alpha1.UpgradePlan {
	t.Helper()
	p := v1alpha1.NewUpgradePlan("shop-prod")
	p.At, p.CollectedAt = date(t, "2026-11-20"), metav1.NewTime(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	p.From, p.To, p.Hops = minor(t, from), minor(t, to), hops
	p.Cluster.Context = "shop-prod"
	p.Platform = v1alpha1.Platform{ID: "alibaba-ack", Name: "Alibaba Cloud ACK", Evidence: "version v1.34.1-aliyun.1"}
	p.Method = v1alpha1.PlanMethod{NodeUpgrade: v1alpha1.Replace, BatchSize: "10%", ControlPlane: v1alpha1.Managed}
	p.Summary = v1alpha1.PlanSummary{Verdict: v1alpha1.Pass, Complete: true, Message: fmt.Sprintf("%d hops, nothing stands against them", len(hops))}
	for _, hop := range hops {
		p.Summary.Duration.Least += hop.Duration.Least
		p.Summary.Duration.Most += hop.Duration.Most
		p.Summary.Blocked += gatesOf(hop, v1alpha1.Blocked)
		p.Summary.Warnings += gatesOf(hop, v1alpha1.Warning)
		p.Summary.Unknown += gatesOf(hop, v1alpha1.Unknown)
		p.Summary.Passed += gatesOf(hop, v1alpha1.Pass)
	}
	return p
}

// hop to a patch of the next minor, such as "1.35.8".
func hop(t *testing.T, number int32, from, patch string, gates ...v1alpha1.PlanGate) v1alpha1.PlanHop {
	t.Helper()
	to := minor(t, patch[:strings.LastIndex(patch, ".")])
	until := date(t, "2026-12-28").AddMonths(4 * int(number-1))
	return v1alpha1.PlanHop{
		Number: number, From: minor(t, from), To: to, Version: patch,
		FromUntil: until, ToUntil: until.AddMonths(4),
		Deadline: &v1alpha1.PlanDeadline{Minor: minor(t, from), Phase: "standard", Date: until},
		Verdict:  v1alpha1.Pass, Gates: gates,
		Duration: v1alpha1.PlanDuration{Least: 85, Most: 125},
		Rollback: "the platform takes no minor back",
		Steps: []v1alpha1.PlanStep{
			{Number: 1, Stage: v1alpha1.StageAPIServer, Moves: []v1alpha1.PlanMove{moves("kube-apiserver", "v"+from+".1", patch, 3, "cp-1", "cp-2", "cp-3")},
				Message: "one instance at a time, each ready before the next", Verify: []string{"kubectl get --raw /version"}},
			{Number: 2, Stage: v1alpha1.StageControlPlane, Moves: []v1alpha1.PlanMove{
				moves("kube-controller-manager", "v"+from+".1", patch, 3), moves("kube-scheduler", "v"+from+".1", patch, 3)},
				Message: "after every kube-apiserver"},
			{Number: 3, Stage: v1alpha1.StageNodes,
				Moves:   []v1alpha1.PlanMove{moves(kubelet, "v"+from+".0", patch, 12, numbered("legacy", 12)...)},
				Stays:   []v1alpha1.PlanStay{{Component: kubelet, Version: "v" + from + ".1", Count: 4988, Names: numbered("node", 4988), Hops: 2, Until: to.Add(2)}},
				Message: "drain each node first", Verify: []string{"kubectl get nodes -o wide"}},
			{Number: 4, Stage: v1alpha1.StageKubeProxy, Moves: []v1alpha1.PlanMove{moves("kube-proxy", "v"+from+".1", patch, 5000, numbered("node", 5000)...)}},
			{Number: 5, Stage: v1alpha1.StageKubectl, Moves: []v1alpha1.PlanMove{moves("kubectl", "v"+from+".1", patch, 1)}},
		},
	}
}

func moves(component, from, to string, count int32, names ...string) v1alpha1.PlanMove {
	return v1alpha1.PlanMove{Component: component, From: from, To: to, Count: count, Names: names}
}

func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%d", prefix, i+1)
	}
	return names
}

func gate(id string, verdict v1alpha1.Verdict, message, remedy string, evidence ...string) v1alpha1.PlanGate {
	return v1alpha1.PlanGate{ID: id, Verdict: verdict, Message: message, Remedy: remedy, Evidence: evidence, Source: "https://example.com/" + id}
}

func budgets() v1alpha1.PlanGate {
	return gate("pod-disruption-budgets", v1alpha1.Blocked, "4 PodDisruptionBudgets allow no disruption now, so that draining 3 of the nodes that move would never end",
		"let each allow one, with another replica or maxUnavailable: 1", numbered("shop/budget", 4)...)
}

func singles() v1alpha1.PlanGate {
	return gate("single-replicas", v1alpha1.Warning, "1,204 workloads have one replica, which is gone while its node is drained", "run two replicas where that matters", numbered("shop/deployment", 1204)...)
}

func etcd() v1alpha1.PlanGate {
	return gate("etcd-version", v1alpha1.Unknown, "etcd's version is not in the API", "run etcd --version where it runs; 3.5.24 or later is wanted")
}

func skewGate() v1alpha1.PlanGate {
	return gate("skew", v1alpha1.Pass, "every component is inside the policy", "")
}

// blocked is a plan of three hops with a bit of everything.
func blocked(t *testing.T) *v1alpha1.UpgradePlan {
	t.Helper()
	apis := gate("removed-apis", v1alpha1.Blocked, "2 API versions in use are gone in 1.36", "run kubectl versions deprecations --to 1.36", "policy/v1beta1 PodDisruptionBudget", "batch/v1beta1 CronJob")
	p := plan(t, "1.34", "1.37",
		hop(t, 1, "1.34", "1.35.8", skewGate(), budgets(), singles(), etcd()),
		hop(t, 2, "1.35", "1.36.6", skewGate(), budgets(), singles(), apis),
		hop(t, 3, "1.36", "1.37.2", skewGate(), budgets(), singles()))
	p.Hops[0].TakeFirst = "1.34.13"
	p.Summary.Verdict, p.Summary.Message = v1alpha1.Blocked, "2 checks stand against the upgrade, the first of them against hop 1; 1 more is a warning, 1 unknown"
	p.Summary.Deadline = p.Hops[0].Deadline
	p.Summary.Duration.Assumptions = []string{"5 min for a managed control plane, per hop", "8 to 12 min for each of 10 batches of nodes, with their drain"}
	p.Gaps = []v1alpha1.Gap{{Hides: "flags of control-plane pods", Permission: "list pods in kube-system"}}
	p.Notes = []string{"~ marks a date that the platform's own page does not confirm"}
	return p
}

func TestPlan(t *testing.T) {
	for name, tc := range map[string]struct {
		layout Layout
		want   []string
	}{
		"the verdict, when, how long, the hops, the first one's steps, what stands against them": {Layout{Width: 120}, []string{
			"BLOCKED: 2 checks stand against the upgrade, the first of them against hop 1; 1 more is a warning, 1 unknown",
			"start before 2026-12-28 (in 38 days) to stay in standard support, which 1.34 then loses",
			"about 4 h 15 min to 6 h 15 min of work with nodes replaced 10% at a time, not counting what lies between steps",
			"context shop-prod, Alibaba Cloud ACK (version v1.34.1-aliyun.1), from 1.34 to 1.37, on 2026-11-20",
			"",
			"HOP  FROM  TO      START BEFORE  NODES                BLOCKED  WARNINGS  UNKNOWN  TO SUPPORTED UNTIL  TIME",
			"  1  1.34  1.35.8  2026-12-28    12 move, 4,988 stay        1         1        1  2027-04-28          1h25m-2h5m",
			"  2  1.35  1.36.6  2027-04-28    12 move, 4,988 stay        2         1        -  2027-08-28          1h25m-2h5m",
			"  3  1.36  1.37.2  2027-08-28    12 move, 4,988 stay        1         1        -  2027-12-28          1h25m-2h5m",
			"",
			"Hop 1, from 1.34 to 1.35.8:",
			"STEP  COMPONENT                FROM     TO      COUNT  NOTE",
			"   1  kube-apiserver           v1.34.1  1.35.8      3  one instance at a time, each ready before the next (cp-1, +2)",
			"   2  kube-controller-manager  v1.34.1  1.35.8      3  after every kube-apiserver",
			"   2  kube-scheduler           v1.34.1  1.35.8      3",
			"   3  kubelet                  v1.34.0  1.35.8     12  drain each node first (legacy-1, legacy-2, legacy-3, +9)",
			"   3  kubelet                  v1.34.1  stay    4,988  may stay for 2 more hops, until 1.37 (node-1, node-2, +4,986)",
			"   4  kube-proxy               v1.34.1  1.35.8  5,000  node-1, node-2, node-3, +4,997",
			"   5  kubectl                  v1.34.1  1.35.8      1",
			"",
			"VERDICT  HOPS  CHECK                   WHAT",
			"blocked  1-3   pod-disruption-budgets  4 PodDisruptionBudgets allow no disruption now, so that draining 3 of the nodes",
			"                                       that move would never end",
			"blocked  2     removed-apis            2 API versions in use are gone in 1.36",
			"warning  1-3   single-replicas         1,204 workloads have one replica, which is gone while its node is drained",
			"unknown  1     etcd-version            etcd's version is not in the API",
			"",
			"What to do:",
			"  pod-disruption-budgets (shop/budget-1, shop/budget-2, shop/budget-3, +1): let each allow one, with another replica or",
			"    maxUnavailable: 1",
			"  removed-apis (policy/v1beta1 PodDisruptionBudget, batch/v1beta1 CronJob): run kubectl versions deprecations --to 1.36",
			"  single-replicas (shop/deployment-1, shop/deployment-2, shop/deployment-3, +1,201): run two replicas where that matters",
			"  etcd-version: run etcd --version where it runs; 3.5.24 or later is wanted",
			"",
			"Notes:",
			"  rollback: the platform takes no minor back",
			"  ~ marks a date that the platform's own page does not confirm",
			"",
			"Time:",
			"  5 min for a managed control plane, per hop",
			"  8 to 12 min for each of 10 batches of nodes, with their drain",
			"",
			"Not seen:",
			"  flags of control-plane pods: needs permission to list pods in kube-system",
			"",
			"3 checks passed; -o wide shows them and the steps of every hop, -o markdown writes a runbook to tick off",
		}},
		"on a narrow terminal columns give way, and sentences fold": {Layout{Width: 80}, []string{
			"BLOCKED: 2 checks stand against the upgrade, the first of them against hop 1; 1",
			"more is a warning, 1 unknown",
			"start before 2026-12-28 (in 38 days) to stay in standard support, which 1.34",
			"then loses",
			"about 4 h 15 min to 6 h 15 min of work with nodes replaced 10% at a time, not",
			"counting what lies between steps",
			"context shop-prod, Alibaba Cloud ACK (version v1.34.1-aliyun.1), from 1.34 to",
			"1.37, on 2026-11-20",
			"",
			"HOP  FROM  TO      START BEFORE  NODES                BLOCKED  WARNINGS  UNKNOWN",
			"  1  1.34  1.35.8  2026-12-28    12 move, 4,988 stay        1         1        1",
			"  2  1.35  1.36.6  2027-04-28    12 move, 4,988 stay        2         1        -",
			"  3  1.36  1.37.2  2027-08-28    12 move, 4,988 stay        1         1        -",
			"",
			"Hop 1, from 1.34 to 1.35.8:",
			"STEP  COMPONENT                FROM     TO      COUNT  NOTE",
			"   1  kube-apiserver           v1.34.1  1.35.8      3  one instance at a time,",
			"                                                       each ready before the",
			"                                                       next",
			"   2  kube-controller-manager  v1.34.1  1.35.8      3  after every",
			"                                                       kube-apiserver",
			"   2  kube-scheduler           v1.34.1  1.35.8      3",
			"   3  kubelet                  v1.34.0  1.35.8     12  drain each node first",
			"   3  kubelet                  v1.34.1  stay    4,988  may stay for 2 more hops,",
			"                                                       until 1.37",
			"   4  kube-proxy               v1.34.1  1.35.8  5,000  node-1, node-2, +4,998",
			"   5  kubectl                  v1.34.1  1.35.8      1",
			"",
			"VERDICT  HOPS  CHECK                   WHAT",
			"blocked  1-3   pod-disruption-budgets  4 PodDisruptionBudgets allow no",
			"                                       disruption now, so that draining 3 of the",
			"                                       nodes that move would never end",
			"blocked  2     removed-apis            2 API versions in use are gone in 1.36",
			"warning  1-3   single-replicas         1,204 workloads have one replica, which",
			"                                       is gone while its node is drained",
			"unknown  1     etcd-version            etcd's version is not in the API",
		}},
		"the hops alone": {Layout{Width: 120, NoHeaders: true}, []string{
			"  1  1.34  1.35.8  2026-12-28    12 move, 4,988 stay        1         1        1  2027-04-28          1h25m-2h5m",
			"  2  1.35  1.36.6  2027-04-28    12 move, 4,988 stay        2         1        -  2027-08-28          1h25m-2h5m",
			"  3  1.36  1.37.2  2027-08-28    12 move, 4,988 stay        1         1        -  2027-12-28          1h25m-2h5m",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := lines(t, func(w io.Writer) error { return printHuman(w, blocked(t), tc.layout) })
			for _, line := range got {
				if utf8.RuneCountInString(line) > tc.layout.Width {
					t.Errorf("%q is wider than %d", line, tc.layout.Width)
				}
			}
			if tc.layout.Width < page {
				got = got[:min(len(got), len(tc.want))]
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Wide names everything, and what the default puts below the tables are columns.
func TestWidePlan(t *testing.T) {
	got := lines(t, func(w io.Writer) error { return printHuman(w, blocked(t), Layout{Width: 80, Wide: true}) })
	for _, want := range []string{
		"1.34.13     the platform takes no minor back",
		"Hop 3, from 1.36 to 1.37.2:",
		"legacy-11,legacy-12", "node-4987,node-4988", "shop/deployment-1204",
		"https://example.com/single-replicas",
		"let each allow one, with another replica or maxUnavailable: 1",
		"pass     1-3   skew                    every component is inside the policy",
		"3 checks passed; -o markdown writes a runbook to tick off",
	} {
		if !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, want) }) {
			t.Errorf("%q is missing", want)
		}
	}
	if slices.Contains(got, "What to do:") {
		t.Error("what to do is told twice")
	}
}

func TestPlanWithoutAHop(t *testing.T) {
	there := plan(t, "1.37", "1.37")
	there.Summary.Message = "kube-apiserver runs 1.37 already"
	there.Gaps = []v1alpha1.Gap{{Hides: "kubelet versions", Permission: "list nodes"}}
	for name, tc := range map[string]struct {
		layout Layout
		want   []string
	}{
		"says so": {Layout{Width: 80}, []string{
			"PASS: kube-apiserver runs 1.37 already",
			"context shop-prod, Alibaba Cloud ACK (version v1.34.1-aliyun.1), at 1.37, on",
			"2026-11-20",
			"",
			"No hop to plan.",
			"",
			"Not seen:",
			"  kubelet versions: needs permission to list nodes",
		}},
		"also with every column": {Layout{Wide: true}, []string{
			"PASS: kube-apiserver runs 1.37 already",
			"context shop-prod, Alibaba Cloud ACK (version v1.34.1-aliyun.1), at 1.37, on 2026-11-20",
			"",
			"No hop to plan.",
			"",
			"Not seen:",
			"  kubelet versions: needs permission to list nodes",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := lines(t, func(w io.Writer) error { return printHuman(w, there, tc.layout) })
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNineHopsAreOneScreen(t *testing.T) {
	var hops []v1alpha1.PlanHop
	for i := range int32(9) {
		hops = append(hops, hop(t, i+1, fmt.Sprintf("1.%d", 28+i), fmt.Sprintf("1.%d.9", 29+i), skewGate(), budgets(), singles(), etcd()))
	}
	p := plan(t, "1.28", "1.37", hops...)
	p.Summary.Deadline = &v1alpha1.PlanDeadline{Minor: minor(t, "1.28"), Phase: "standard", Date: date(t, "2024-10-28"), Passed: true}
	p.Summary.Duration.Assumptions = []string{"5 min for a managed control plane, per hop", "8 to 12 min for each of 10 batches of nodes"}
	got := lines(t, func(w io.Writer) error { return printHuman(w, p, Layout{Width: 120}) })
	if len(got) > 46 {
		t.Errorf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
	}
	if got[1] != "1.28 left support on 2024-10-28" {
		t.Errorf("deadline: %q", got[1])
	}
	for _, name := range []string{"node-4", "shop/deployment-4"} {
		if slices.ContainsFunc(got, func(line string) bool { return regexp.MustCompile(name + `\b`).MatchString(line) }) {
			t.Errorf("%s is named", name)
		}
	}
}

func TestPlanInColor(t *testing.T) {
	p := blocked(t)
	p.Hops[0].Deadline = &v1alpha1.PlanDeadline{Minor: minor(t, "1.34"), Date: date(t, "2026-10-28"), Passed: true}
	plain := lines(t, func(w io.Writer) error { return printHuman(w, p, Layout{Width: 120}) })
	painted := strings.Join(lines(t, func(w io.Writer) error { return printHuman(w, p, Layout{Width: 120, Color: true}) }), "\n")
	for _, want := range []string{"\x1b[31mBLOCKED\x1b[0m", "\x1b[31mblocked\x1b[0m", "\x1b[33mwarning\x1b[0m", "\x1b[36munknown\x1b[0m", "\x1b[31mpassed\x1b[0m"} {
		if !strings.Contains(painted, want) {
			t.Errorf("%q is missing", want)
		}
	}
	bare := regexp.MustCompile("\x1b\\[[0-9]+m").ReplaceAllString(painted, "")
	if diff := cmp.Diff(plain, strings.Split(bare, "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestWhatHappensToNodes(t *testing.T) {
	step := func(moved, stay int32) v1alpha1.PlanStep {
		return v1alpha1.PlanStep{
			Moves: []v1alpha1.PlanMove{moves(kubelet, "", "", moved), moves("kube-proxy", "", "", 7)},
			Stays: []v1alpha1.PlanStay{{Component: kubelet, Count: stay}, {Component: "kube-proxy", Count: 7}},
		}
	}
	for name, tc := range map[string]struct {
		steps []v1alpha1.PlanStep
		want  string
	}{
		"nothing":                                {nil, "-"},
		"one of each":                            {[]v1alpha1.PlanStep{step(1, 1)}, "1 moves, 1 stays"},
		"all move":                               {[]v1alpha1.PlanStep{step(5000, 0)}, "5,000 move"},
		"all stay":                               {[]v1alpha1.PlanStep{step(0, 1204)}, "1,204 stay"},
		"in two steps, each with its drain":      {[]v1alpha1.PlanStep{step(2, 10), step(3, 7)}, "5 move, 7 stay"},
		"the last that tells of those that stay": {[]v1alpha1.PlanStep{step(2, 10), step(0, 0)}, "2 move, 10 stay"},
	} {
		if got := nodesText(v1alpha1.PlanHop{Steps: tc.steps}); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// A node that one step moves within its minor, and another one to the next, is
// one node, and so is one that several steps let stay.
func TestNodesWithNamesCountOnce(t *testing.T) {
	step := func(moved []string, stay ...string) v1alpha1.PlanStep {
		s := v1alpha1.PlanStep{Moves: []v1alpha1.PlanMove{moves(kubelet, "", "", int32(len(moved)), moved...)}}
		if len(stay) > 0 {
			s.Stays = []v1alpha1.PlanStay{{Component: kubelet, Count: int32(len(stay)), Names: stay}}
		}
		return s
	}
	for name, tc := range map[string]struct {
		steps []v1alpha1.PlanStep
		want  string
	}{
		"moved twice":                    {[]v1alpha1.PlanStep{step([]string{"a", "b"}), step([]string{"b", "c"})}, "3 move"},
		"moved before it stays":          {[]v1alpha1.PlanStep{step([]string{"a"}), step(nil, "a", "b")}, "1 moves, 1 stays"},
		"moved after it stayed":          {[]v1alpha1.PlanStep{step(nil, "a", "b"), step([]string{"a"})}, "1 moves, 1 stays"},
		"stays in two steps":             {[]v1alpha1.PlanStep{step([]string{"a"}, "b", "c"), step([]string{"d"}, "c", "e")}, "2 move, 3 stay"},
		"moved before all of them stay":  {[]v1alpha1.PlanStep{step([]string{"a"}), step(nil, "a")}, "1 moves"},
		"beside others without a name":   {[]v1alpha1.PlanStep{step([]string{"a"}), {Moves: []v1alpha1.PlanMove{moves(kubelet, "", "", 2)}}}, "3 move"},
		"more than there are names":      {[]v1alpha1.PlanStep{{Moves: []v1alpha1.PlanMove{moves(kubelet, "", "", 3, "a")}}}, "3 move"},
		"of another component than both": {[]v1alpha1.PlanStep{{Moves: []v1alpha1.PlanMove{moves("kube-proxy", "", "", 1, "a")}}, step(nil, "a")}, "1 stays"},
	} {
		if got := nodesText(v1alpha1.PlanHop{Steps: tc.steps}); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// The longest word of a note fits, where versions can be cut for it.
func TestNotesKeepTheirWordsOnANarrowTerminal(t *testing.T) {
	h := hop(t, 1, "1.34", "1.35.8")
	h.Steps = []v1alpha1.PlanStep{{Number: 1, Stage: v1alpha1.StageAPIServer, Message: "the provider moves kube-controller-manager along",
		Moves: []v1alpha1.PlanMove{moves("kube-apiserver", "v1.34.1-eks-a737599", "v1.35.8-eks-1234567", 3)}}}
	if diff := cmp.Diff([]string{
		"STEP  COMPONENT       FROM          TO            COUNT  NOTE",
		"   1  kube-apiserver  v1.34.1-eks…  v1.35.8-eks…      3  the provider moves",
		"                                                         kube-controller-manager",
		"                                                         along",
	}, lines(t, func(w io.Writer) error {
		return printTable(w, stepColumns(false), stepRows(h), Layout{Width: 80})
	})); diff != "" {
		t.Error(diff)
	}
}

// Versions that a platform made long are cut before a column is lost that tells rows apart.
func TestStepsKeepTheirColumnsOnANarrowTerminal(t *testing.T) {
	h := hop(t, 1, "1.34", "1.35.8")
	h.Steps = []v1alpha1.PlanStep{{Number: 1, Stage: v1alpha1.StageNodes, Message: "kube-apiserver 1.36 would leave these behind", Moves: []v1alpha1.PlanMove{
		moves(kubelet, "v1.33.9-eks-a737599", "v1.35.8-eks-1234567", 1204), moves(kubelet, "v1.34.1-eks-a737599", "v1.35.8-eks-1234567", 3)}}}
	for name, tc := range map[string]struct {
		width int
		want  []string
	}{
		"80": {80, []string{
			"STEP  COMPONENT  FROM              TO                COUNT  NOTE",
			"   1  kubelet    v1.33.9-eks-a73…  v1.35.8-eks-123…  1,204  kube-apiserver 1.36",
			"                                                            would leave these",
			"                                                            behind",
			"   1  kubelet    v1.34.1-eks-a73…  v1.35.8-eks-123…      3",
		}},
		"too few for all": {60, []string{
			"STEP  COMPONENT  FROM          TO            NOTE",
			"   1  kubelet    v1.33.9-eks…  v1.35.8-eks…  kube-apiserver",
			"                                             1.36 would",
			"                                             leave these",
			"                                             behind",
			"   1  kubelet    v1.34.1-eks…  v1.35.8-eks…",
		}},
	} {
		got := lines(t, func(w io.Writer) error {
			return printTable(w, stepColumns(false), stepRows(h), Layout{Width: tc.width})
		})
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHopsThatBringTheRestAlong(t *testing.T) {
	h := hop(t, 1, "1.37", "1.37.2")
	h.Deadline = nil
	p := plan(t, "1.37", "1.37", h)
	got := lines(t, func(w io.Writer) error { return printHuman(w, p, Layout{Width: 120}) })
	for _, want := range []string{
		"context shop-prod, Alibaba Cloud ACK (version v1.34.1-aliyun.1), at 1.37, on 2026-11-20",
		"  1  1.37  1.37.2  -             12 move, 4,988 stay        -         -        -  2027-04-28          1h25m-2h5m",
		"Hop 1, to bring the rest to 1.37:",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, strings.Join(got, "\n"))
		}
	}
	text := strings.Join(lines(t, func(w io.Writer) error { return printRunbook(w, p) }), "\n")
	for _, want := range []string{"# Upgrade of shop-prod at 1.37\n", "\n## Hop 1: to bring the rest to 1.37\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	if strings.Contains(text, "start before") || strings.Contains(text, "left support") {
		t.Errorf("a deadline that nobody knows:\n%s", text)
	}
}

// A message about what moves stands beside it, and not beside what stays.
func TestNodesThatMoveNowOrLater(t *testing.T) {
	h := hop(t, 1, "1.34", "1.35.8")
	h.Steps[2].Message = "now or later: inside the policy up to kube-apiserver 1.36"
	var got []string
	for _, row := range stepRows(h) {
		if row.component == kubelet {
			got = append(got, row.to+": "+row.note)
		}
	}
	if diff := cmp.Diff([]string{"1.35.8: " + h.Steps[2].Message, "stay: may stay for 2 more hops, until 1.37"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheSameFindingOfSeveralHopsIsOne(t *testing.T) {
	p := plan(t, "1.33", "1.37",
		hop(t, 1, "1.33", "1.34.1", etcd(), gate("a", v1alpha1.Warning, "x", "do", "one")),
		hop(t, 2, "1.34", "1.35.1", gate("a", v1alpha1.Warning, "x", "do", "one", "two")),
		hop(t, 3, "1.35", "1.36.1", gate("a", v1alpha1.Blocked, "y", "do", "three")),
		hop(t, 4, "1.36", "1.37.1", gate("a", v1alpha1.Warning, "x", "do")))
	var got []string
	for _, f := range checkRows(p.Hops, true) {
		got = append(got, fmt.Sprintf("%s %s %s %s: %s", f.Verdict, hopsText(f.hops), f.ID, f.Evidence, f.Message))
	}
	if diff := cmp.Diff([]string{
		"blocked 3 a [three]: y",
		"warning 1-2, 4 a [one two]: x",
		"unknown 1 etcd-version []: etcd's version is not in the API",
	}, got); diff != "" {
		t.Error(diff)
	}
	lines, blocked := remedies(p)
	if diff := cmp.Diff([]string{
		"a (three, one, two): do",
		"etcd-version: run etcd --version where it runs; 3.5.24 or later is wanted",
	}, lines); diff != "" || blocked != 1 {
		t.Errorf("%d blocked: %s", blocked, diff)
	}
}

// However many remedies there are, none is left out of those for what blocks.
func TestWhatToDoAboutEverythingThatBlocks(t *testing.T) {
	gates := func(warnings, blocked int) []v1alpha1.PlanGate {
		var all []v1alpha1.PlanGate
		for _, id := range numbered("warning", warnings) {
			all = append(all, gate(id, v1alpha1.Warning, "x", "mind "+id))
		}
		for _, id := range numbered("blocked", blocked) {
			all = append(all, gate(id, v1alpha1.Blocked, "x", "clear "+id))
		}
		return all
	}
	for name, tc := range map[string]struct {
		warnings, blocked, lines int
		more                     string
	}{
		"ten":                    {8, 2, 10, ""},
		"ten and a warning":      {9, 2, 11, "1 more, which -o wide shows"},
		"ten that block":         {1, 10, 11, "1 more, which -o wide shows"},
		"twelve that block":      {3, 12, 13, "3 more, which -o wide shows"},
		"twelve and nothing yet": {0, 12, 12, ""},
	} {
		got := toDo(plan(t, "1.34", "1.35", hop(t, 1, "1.34", "1.35.8", gates(tc.warnings, tc.blocked)...)), false)
		clear := slices.DeleteFunc(slices.Clone(got), func(line string) bool { return !strings.Contains(line, ": clear ") })
		last := got[len(got)-1]
		if len(got) != tc.lines || len(clear) != tc.blocked || strings.HasSuffix(last, "shows") != (tc.more != "") || tc.more != "" && last != tc.more {
			t.Errorf("%s: %d lines, %d of what blocks, the last %q", name, len(got), len(clear), last)
		}
	}
}

func TestRollbackOfSomeHops(t *testing.T) {
	hops := []v1alpha1.PlanHop{{Number: 1, Rollback: "within 7 days"}, {Number: 2, Rollback: "not possible"}, {Number: 3, Rollback: "not possible"}, {Number: 4}}
	if diff := cmp.Diff([]string{"rollback of hop 1: within 7 days", "rollback of hops 2-3: not possible"}, rollbacks(hops, false)); diff != "" {
		t.Error(diff)
	}
}

func TestDeadline(t *testing.T) {
	deadline := func(day string, passed bool, extended ...string) *v1alpha1.PlanDeadline {
		d := &v1alpha1.PlanDeadline{Minor: minor(t, "1.34"), Phase: "standard", Date: date(t, day), Passed: passed}
		for _, until := range extended {
			d.ExtendedUntil = date(t, until)
		}
		return d
	}
	for name, tc := range map[string]struct {
		deadline     *v1alpha1.PlanDeadline
		line, column string
	}{
		"no date is known": {nil, "", "-"},
		"tomorrow":         {deadline("2026-11-21", false), "start before 2026-11-21 (in 1 day) to stay in standard support, which 1.34 then loses", "2026-11-21"},
		"today":            {deadline("2026-11-20", false), "start before 2026-11-20 to stay in standard support, which 1.34 then loses", "2026-11-20"},
		"in a month":       {deadline("~2026-12", false), "start before ~2026-12 (in 41 days) to stay in standard support, which 1.34 then loses", "~2026-12"},
		"in years":         {deadline("2029-11-20", false), "start before 2029-11-20 (in 1,096 days) to stay in standard support, which 1.34 then loses", "2029-11-20"},
		"it has passed":    {deadline("2026-10-28", true), "1.34 left support on 2026-10-28", "passed"},
		"there is extended support after it": {deadline("2026-11-21", false, "2027-11-21"),
			"start before 2026-11-21 (in 1 day) to stay in standard support, which 1.34 then loses; extended support after that lasts until 2027-11-21", "2026-11-21"},
		"it has passed, and extended support lasts": {deadline("2026-10-28", true, "2026-11-21"),
			"1.34 left standard support on 2026-10-28; extended support lasts until 2026-11-21", "passed"},
		"it has passed, and extended support ends today": {deadline("2026-10-28", true, "2026-11-20"),
			"1.34 left standard support on 2026-10-28; extended support lasts until 2026-11-20", "passed"},
		"extended support has passed as well": {deadline("2025-10-28", true, "2026-11-19"), "1.34 left support on 2026-11-19", "passed"},
	} {
		if line, column := deadlineText(tc.deadline, date(t, "2026-11-20")), startBefore(tc.deadline); line != tc.line || column != tc.column {
			t.Errorf("%s: %q and %q", name, line, column)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, tc := range []struct {
		least, most int32
		long, short string
	}{
		{0, 0, "", ""},
		{0, 10, "0 min to 10 min", "0m-10m"},
		{59, 60, "59 min to 1 h", "59m-1h"},
		{200, 200, "3 h 20 min", "3h20m"},
		{2879, 2880, "47 h 59 min to 2 days", "47h59m-2d"},
		{40000, 60000, "27 days 19 h to 41 days 16 h", "27d19h-41d16h"},
	} {
		d := v1alpha1.PlanDuration{Least: tc.least, Most: tc.most}
		if long, short := span(d, " to ", hours), span(d, "-", hoursShort); long != tc.long || short != tc.short {
			t.Errorf("%d to %d: %q and %q", tc.least, tc.most, long, short)
		}
	}
}

func TestHowNodesAreUpgraded(t *testing.T) {
	for want, method := range map[string]v1alpha1.PlanMethod{
		"":                                     {},
		" with nodes replaced":                 {NodeUpgrade: v1alpha1.Replace},
		" with nodes replaced 5 at a time":     {NodeUpgrade: v1alpha1.Replace, BatchSize: "5"},
		" with nodes replaced 1,000 at a time": {NodeUpgrade: v1alpha1.Replace, BatchSize: "1000"},
		" with new nodes added 10% at a time before old ones go": {NodeUpgrade: v1alpha1.Surge, BatchSize: "10%"},
		" with nodes upgraded in place 1 at a time":              {NodeUpgrade: v1alpha1.InPlace, BatchSize: "1"},
	} {
		if got := methodText(method); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestHowLongSomethingMayStay(t *testing.T) {
	until := minor(t, "1.37")
	for want, stay := range map[string]v1alpha1.PlanStay{
		"may stay":                             {},
		"may stay until 1.37":                  {Until: until},
		"may stay for 1 more hop":              {Hops: 1},
		"may stay for 1 more hop, until 1.37":  {Hops: 1, Until: until},
		"may stay for 2 more hops, until 1.37": {Hops: 2, Until: until},
	} {
		if got := stayText(stay); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestWhereAHopGoes(t *testing.T) {
	for want, patch := range map[string]string{
		"1.35": "", "1.35.8": "1.35.8", "v1.35.8+rke2r1": "v1.35.8+rke2r1", "1.35 (4.22.1)": "4.22.1",
	} {
		if got := hopTarget(v1alpha1.PlanHop{To: minor(t, "1.35"), Version: patch}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Several DaemonSets of kube-proxy are told apart by more than their nodes.
func TestADaemonSetIsNamed(t *testing.T) {
	h := hop(t, 1, "1.34", "1.35.8")
	set := moves("kube-proxy", "v1.34.1", "1.35.8", 1000, numbered("node", 1000)...)
	set.DaemonSet = "kube-proxy-windows"
	h.Steps = []v1alpha1.PlanStep{{Number: 1, Stage: v1alpha1.StageKubeProxy, Moves: []v1alpha1.PlanMove{set, set}, Message: "the platform moves it"}}
	got := lines(t, func(w io.Writer) error { return printHuman(w, plan(t, "1.34", "1.35", h), Layout{}) })
	for _, want := range []string{
		"   1  kube-proxy  v1.34.1  1.35.8  1,000  the platform moves it; DaemonSet kube-proxy-windows (node-1, node-2, +998)",
		"   1  kube-proxy  v1.34.1  1.35.8  1,000  DaemonSet kube-proxy-windows (node-1, node-2, node-3, +997)",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, strings.Join(got, "\n"))
		}
	}
	if want := "- [ ] kube-proxy, DaemonSet `kube-proxy-windows`, from v1.34.1 to 1.35.8 (1,000, such as `node-1`, `node-2`, `node-3`)"; !slices.Contains(chapter(t, plan(t, "1.34", "1.35", h), "### Step 1: kube-proxy"), want) {
		t.Errorf("%q is missing", want)
	}
}

// A step may be a sentence alone.
func TestAStepWithoutAMove(t *testing.T) {
	h := hop(t, 1, "1.34", "1.35.8")
	h.Steps = []v1alpha1.PlanStep{{Number: 1, Stage: v1alpha1.StageAddOns, Message: "the platform does not upgrade them"}}
	got := lines(t, func(w io.Writer) error { return printHuman(w, plan(t, "1.34", "1.35", h), Layout{}) })
	if want := "   1  add-ons    -     -       -  the platform does not upgrade them"; !slices.Contains(got, want) {
		t.Errorf("%q is missing in:\n%s", want, strings.Join(got, "\n"))
	}
}

// hostile is a plan whose every text means something to a terminal or to Markdown.
func hostile(t *testing.T, text string) *v1alpha1.UpgradePlan {
	t.Helper()
	h := hop(t, 1, "1.34", "1.35.8", gate(text, v1alpha1.Blocked, text, text, text), gate("x"+text, v1alpha1.Pass, text, ""))
	h.Version, h.TakeFirst, h.Rollback = text, text, text
	h.Gates[0].Source, h.Backup, h.Steps[0].Moves[0].DaemonSet = text, []string{text}, text
	h.Steps = append(h.Steps, v1alpha1.PlanStep{
		Number: 6, Stage: v1alpha1.StageAddOns, Message: text, Commands: []string{text}, Verify: []string{text},
		Moves: []v1alpha1.PlanMove{moves(text, text, text, 1, text), moves(kubelet, text, text, 1, text)},
		Stays: []v1alpha1.PlanStay{{Component: text, Version: text, Count: 1, Names: []string{text}}},
	})
	p := plan(t, "1.34", "1.35", h)
	p.Name, p.Summary.Message, p.Cluster.Context, p.Notes = text, text, text, []string{text}
	p.Platform = v1alpha1.Platform{Name: text, Evidence: text}
	p.Method.BatchSize = text
	p.Summary.Deadline = &v1alpha1.PlanDeadline{Minor: minor(t, "1.34"), Phase: text, Date: date(t, "2026-12-28"), ExtendedUntil: date(t, "2027-12-28")}
	p.Summary.Duration.Assumptions = []string{text}
	p.Gaps = []v1alpha1.Gap{{Hides: text, Message: text}}
	return p
}

func TestPlanIsSafeForATerminal(t *testing.T) {
	for _, layout := range []Layout{{}, {Width: 80}, {Wide: true}, {NoHeaders: true}} {
		got := lines(t, func(w io.Writer) error { return printHuman(w, hostile(t, "\x1b[2J\nPASS: \u202e"), layout) })
		if text := strings.Join(got, "\n"); strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "\nPASS") {
			t.Errorf("%+v: %q", layout, text)
		}
	}
}
