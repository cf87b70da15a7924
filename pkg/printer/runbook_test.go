package printer

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// chapter is the part of a runbook from a heading to the next of its level.
func chapter(t *testing.T, p *v1alpha1.UpgradePlan, heading string) []string {
	t.Helper()
	all := lines(t, func(w io.Writer) error { return printRunbook(w, p) })
	from := slices.Index(all, heading)
	if from < 0 {
		t.Fatalf("no %q in:\n%s", heading, strings.Join(all, "\n"))
	}
	level, _, _ := strings.Cut(heading, " ")
	to := slices.IndexFunc(all[from+1:], func(line string) bool {
		marks, _, isHeading := strings.Cut(line, " ")
		return isHeading && strings.Trim(marks, "#") == "" && marks != "" && len(marks) <= len(level)
	})
	if to < 0 {
		return all[from:]
	}
	return all[from : from+1+to]
}

func dedicated(p *v1alpha1.UpgradePlan) *v1alpha1.UpgradePlan {
	p.Method.ControlPlane, p.Method.Masters = v1alpha1.Dedicated, 3
	return p
}

func TestRunbook(t *testing.T) {
	p := dedicated(blocked(t))
	got := lines(t, func(w io.Writer) error { return printRunbook(w, p) })
	if diff := cmp.Diff([]string{
		"# Upgrade of shop-prod from 1.34 to 1.37",
		"",
		"**BLOCKED**: 2 checks stand against the upgrade, the first of them against hop 1; 1 more is a warning, 1 unknown",
		"",
		"- **Deadline**: start before 2026-12-28 (in 38 days) to stay in standard support, which 1.34 then loses",
		"- **Time**: about 4 h 15 min to 6 h 15 min of work with nodes replaced 10% at a time, not counting what lies between steps",
		"  - 5 min for a managed control plane, per hop",
		"  - 8 to 12 min for each of 10 batches of nodes, with their drain",
		"- **Platform**: Alibaba Cloud ACK (version v1.34.1-aliyun.1)",
		"- **Context**: `shop-prod`",
		"- **Planned on** 2026-11-20, from what the cluster showed at 2026-11-20 12:00 UTC",
		"",
		"| HOP | FROM | TO | START BEFORE | NODES | BLOCKED | WARNINGS | UNKNOWN | TO SUPPORTED UNTIL | TIME |",
		"| ---: | --- | --- | --- | --- | ---: | ---: | ---: | --- | --- |",
		"| 1 | 1.34 | 1.35.8 | 2026-12-28 | 12 move, 4,988 stay | 1 | 1 | 1 | 2027-04-28 | 1h25m-2h5m |",
		"| 2 | 1.35 | 1.36.6 | 2027-04-28 | 12 move, 4,988 stay | 2 | 1 | - | 2027-08-28 | 1h25m-2h5m |",
		"| 3 | 1.36 | 1.37.2 | 2027-08-28 | 12 move, 4,988 stay | 1 | 1 | - | 2027-12-28 | 1h25m-2h5m |",
		"",
		"## Before the first hop",
		"",
		"Capitals in a command, such as NODE, are what to fill in.",
		"",
		"- [ ] Make sure that kubectl talks to the right cluster, `shop-prod`:",
		"  ```sh",
		"  kubectl config current-context",
		"  ```",
		"- [ ] Save what runs now, to compare with afterwards:",
		"  ```sh",
		"  kubectl versions snapshot > before.yaml",
		"  ```",
		"",
		"What the checks found, to settle before hop 1 starts:",
		"",
		"- [ ] **blocked** `pod-disruption-budgets`: 4 PodDisruptionBudgets allow no disruption now, so that draining 3 of the nodes that move would never end",
		"  - To do: let each allow one, with another replica or maxUnavailable: 1",
		"  - `shop/budget-1`",
		"  - `shop/budget-2`",
		"  - `shop/budget-3`",
		"  - `shop/budget-4`",
		"  - Source: https://example.com/pod-disruption-budgets",
	}, got[:40]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"## Hop 1: from 1.34 to 1.35.8",
		"",
		"start before 2026-12-28 (in 38 days) to stay in standard support, which 1.34 then loses; 1.35 is supported until 2027-04-28; about 1 h 25 min to 2 h 5 min of work",
		"",
		"### Before step 1",
		"",
		"**Rollback: the platform takes no minor back**",
		"",
		"### Step 1: kube-apiserver",
		"",
		"one instance at a time, each ready before the next",
		"",
		"- [ ] kube-apiserver from v1.34.1 to 1.35.8 (3: `cp-1`, `cp-2`, `cp-3`)",
		"- [ ] Verify:",
		"  ```sh",
		"  kubectl get --raw /version",
		"  ```",
		"",
		"### Step 2: control plane",
		"",
		"after every kube-apiserver",
		"",
		"- [ ] kube-controller-manager from v1.34.1 to 1.35.8 (3)",
		"- [ ] kube-scheduler from v1.34.1 to 1.35.8 (3)",
		"",
		"### Step 3: nodes",
		"",
		"drain each node first",
		"",
		"- [ ] kubelet from v1.34.0 to 1.35.8 (12, such as `legacy-1`, `legacy-2`, `legacy-3`)",
		"- [ ] List the nodes with their versions:",
		"  ```sh",
		"  kubectl get nodes -o wide",
		"  ```",
		"- [ ] Drain each of those that move, then replace it or its system disk, 10% at a time:",
		"  ```sh",
		"  kubectl drain NODE --ignore-daemonsets --delete-emptydir-data --timeout=30m",
		"  # replace it or its system disk, and wait until it is Ready",
		"  kubectl uncordon NODE # where it kept its name",
		"  ```",
		"  - A drain loses what pods keep in emptyDir volumes.",
		"- [ ] Verify:",
		"  ```sh",
		"  kubectl get nodes -o wide",
		"  ```",
		"",
		"May wait:",
		"",
		"- kubelet v1.34.1 (4,988, such as `node-1`, `node-2`, `node-3`) may stay for 2 more hops, until 1.37",
		"",
		"### Step 4: kube-proxy",
		"",
		"- [ ] kube-proxy from v1.34.1 to 1.35.8 (5,000, such as `node-1`, `node-2`, `node-3`)",
		"",
		"### Step 5: kubectl",
		"",
		"- [ ] kubectl from v1.34.1 to 1.35.8 (1)",
		"",
		"### After hop 1",
		"",
		"- [ ] See what the cluster is like now, before anything else changes:",
		"  ```sh",
		"  kubectl versions skew",
		"  kubectl versions deprecations",
		"  ```",
		"",
	}, chapter(t, p, "## Hop 1: from 1.34 to 1.35.8")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"## Not seen",
		"",
		"- flags of control-plane pods: needs permission to list pods in kube-system",
		"",
		"## Notes",
		"",
		`- \~ marks a date that the platform's own page does not confirm`,
		"",
		"## Passed",
		"",
		"3 checks passed, those of each hop counted: `skew`",
	}, got[slices.Index(got, "## Not seen"):]); diff != "" {
		t.Error(diff)
	}
}

// What stands against several hops is told in full before the first of them.
func TestRunbookLooksAgainBeforeEachHop(t *testing.T) {
	got := chapter(t, blocked(t), "## Hop 2: from 1.35 to 1.36.6")
	if diff := cmp.Diff([]string{
		"- [ ] Plan again: the cluster is not the one that this plan was made for:",
		"  ```sh",
		"  kubectl versions plan --to 1.37",
		"  ```",
		"",
		"What the checks found, to settle before hop 2 starts:",
		"",
		"- [ ] **blocked** `pod-disruption-budgets`, as before hop 1: 4 PodDisruptionBudgets allow no disruption now, so that draining 3 of the nodes that move would never end",
		"  - To do where this still stands: let each allow one, with another replica or maxUnavailable: 1",
		"- [ ] **blocked** `removed-apis`: 2 API versions in use are gone in 1.36",
		"  - To do: run kubectl versions deprecations --to 1.36",
		"  - `policy/v1beta1 PodDisruptionBudget`",
		"  - `batch/v1beta1 CronJob`",
		"  - Source: https://example.com/removed-apis",
		"- [ ] **warning** `single-replicas`, as before hop 1: 1,204 workloads have one replica, which is gone while its node is drained",
		"",
		"### Before step 1",
	}, got[4:21]); diff != "" {
		t.Error(diff)
	}
}

func TestRunbookNamesFew(t *testing.T) {
	text := strings.Join(lines(t, func(w io.Writer) error { return printRunbook(w, blocked(t)) }), "\n")
	for _, name := range []string{"`node-4`", "`legacy-4`", "`shop/deployment-11`"} {
		if strings.Contains(text, name) {
			t.Errorf("%s is named", name)
		}
	}
	if want := "  - 1,194 more, which `kubectl versions plan -o wide` names\n"; !strings.Contains(text, want) {
		t.Errorf("%q is missing", want)
	}
}

func TestRunbookForEachWayToUpgradeNodes(t *testing.T) {
	for way, want := range map[v1alpha1.NodeUpgrade][]string{
		v1alpha1.InPlace: {
			"drain each node first",
			"",
			"**Warning: the version skew policy does not support a minor upgrade of kubelet in place. Drain the nodes where you can.**",
			"",
			"- [ ] kubelet from v1.34.0 to 1.35.8 (12, such as `legacy-1`, `legacy-2`, `legacy-3`)",
			"- [ ] List the nodes with their versions:",
			"  ```sh",
			"  kubectl get nodes -o wide",
			"  ```",
			"- [ ] Restart kubelet at the new version on each of those that move, without a drain, 10% at a time",
			"- [ ] Verify:",
		},
		v1alpha1.Surge: {
			"drain each node first",
			"",
			"- [ ] kubelet from v1.34.0 to 1.35.8 (12, such as `legacy-1`, `legacy-2`, `legacy-3`)",
			"- [ ] List the nodes with their versions:",
			"  ```sh",
			"  kubectl get nodes -o wide",
			"  ```",
			"- [ ] Add new nodes, 10% at a time, wait until they are Ready, then drain and delete as many of those that move:",
			"  ```sh",
			"  kubectl drain NODE --ignore-daemonsets --delete-emptydir-data --timeout=30m",
			"  kubectl delete node NODE",
			"  ```",
			"  - A drain loses what pods keep in emptyDir volumes.",
			"- [ ] Verify:",
		},
	} {
		p := blocked(t)
		p.Method.NodeUpgrade = way
		if got := chapter(t, p, "### Step 3: nodes"); !slices.Equal(want, got[2:2+len(want)]) {
			t.Errorf("%s: %s", way, cmp.Diff(want, got[2:]))
		}
	}
}

// The line about the way back stands before kube-apiserver moves, not before what is repaired first.
func TestRunbookTellsOfTheWayBackBeforeItEnds(t *testing.T) {
	h := hop(t, 1, "1.34", "1.35.8")
	h.Steps = slices.Insert(h.Steps, 0, v1alpha1.PlanStep{Stage: v1alpha1.StagePrepare, Message: "bring what lags behind along"})
	got := chapter(t, plan(t, "1.34", "1.35", h), "## Hop 1: from 1.34 to 1.35.8")[4:]
	if diff := cmp.Diff([]string{
		"### Step 0: prepare", "", "bring what lags behind along", "", "### Before step 1", "", "**Rollback: the platform takes no minor back**", "",
	}, got[:8]); diff != "" {
		t.Error(diff)
	}
}

func TestDatesOfAHop(t *testing.T) {
	h := hop(t, 1, "1.34", "1.34.13")
	h.Deadline = &v1alpha1.PlanDeadline{Minor: minor(t, "1.34"), Date: date(t, "2026-10-28"), Passed: true}
	repair, undated := h, v1alpha1.PlanHop{Number: 1, From: minor(t, "1.34"), To: minor(t, "1.35")}
	rest := repair
	rest.Deadline = nil
	late := hop(t, 1, "1.34", "1.35.8")
	late.Deadline, late.FromUntil, late.ToUntil = nil, date(t, "2026-11-19"), date(t, "2026-11-20")
	for name, tc := range map[string]struct {
		hop  v1alpha1.PlanHop
		want string
	}{
		"that only repairs":     {repair, "1.34 left support on 2026-10-28; about 1 h 25 min to 2 h 5 min of work"},
		"without a deadline":    {rest, "1.34 is supported until 2026-12-28; about 1 h 25 min to 2 h 5 min of work"},
		"of which one has been": {late, "1.34 was supported until 2026-11-19; 1.35 is supported until 2026-11-20; about 1 h 25 min to 2 h 5 min of work"},
		"that nobody has dated": {undated, ""},
	} {
		if diff := cmp.Diff(tc.want, hopDates(tc.hop, date(t, "2026-11-20"))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// Whatever the method is, a node of the control plane is upgraded where it is.
func TestNodesOfTheControlPlaneKeepTheirDisks(t *testing.T) {
	for _, way := range []v1alpha1.NodeUpgrade{v1alpha1.Replace, v1alpha1.Surge, v1alpha1.InPlace} {
		p := dedicated(blocked(t))
		p.Method.NodeUpgrade, p.Hops = way, p.Hops[:1]
		step := &p.Hops[0].Steps[2]
		step.OneByOne, step.Moves, step.Stays = true, []v1alpha1.PlanMove{moves(kubelet, "v1.34.1", "v1.35.8", 3, "cp-1", "cp-2", "cp-3")}, nil
		if diff := cmp.Diff([]string{
			"### Step 3: nodes",
			"",
			"drain each node first",
			"",
			"- [ ] kubelet from v1.34.1 to v1.35.8 (3: `cp-1`, `cp-2`, `cp-3`)",
			"- [ ] List the nodes with their versions:",
			"  ```sh",
			"  kubectl get nodes -o wide",
			"  ```",
			"- [ ] One node of the control plane at a time: drain it, upgrade it where it is, take it back, and start with the next once it and etcd are ready:",
			"  ```sh",
			"  kubectl drain NODE --ignore-daemonsets --delete-emptydir-data --timeout=30m",
			"  # upgrade it where it is: etcd's data can be on its disk",
			"  kubectl uncordon NODE",
			"  kubectl wait --for=condition=Ready node/NODE --timeout=10m",
			"  kubectl get --raw='/readyz?verbose' # etcd is in the list",
			"  ```",
			"  - A drain loses what pods keep in emptyDir volumes.",
			"- [ ] Verify:",
			"  ```sh",
			"  kubectl get nodes -o wide",
			"  ```",
			"",
		}, chapter(t, p, "### Step 3: nodes")); diff != "" {
			t.Errorf("%s: %s", way, diff)
		}
	}
}

// Commands of the platform stand before what verifies them, and what they make
// of the generic ones is said.
func TestRunbookHasTheCommandsOfAStep(t *testing.T) {
	for name, tc := range map[string]struct {
		way      v1alpha1.NodeUpgrade
		oneByOne bool
		want     string
	}{
		"replace":    {v1alpha1.Replace, false, "- [ ] Drain each of those that move, then replace it or its system disk, 10% at a time; the commands under Run are enough where they drain and replace nodes:"},
		"surge":      {v1alpha1.Surge, false, "- [ ] Add new nodes, 10% at a time, wait until they are Ready, then drain and delete as many of those that move; the commands under Run are enough where they do all of that:"},
		"in place":   {v1alpha1.InPlace, false, "- [ ] Restart kubelet at the new version on each of those that move, without a drain, 10% at a time, with the commands under Run"},
		"one by one": {v1alpha1.Replace, true, "  # upgrade it where it is, with the commands under Run: etcd's data can be on its disk"},
	} {
		p := blocked(t)
		p.Method.NodeUpgrade = tc.way
		step := &p.Hops[0].Steps[2]
		step.OneByOne, step.Commands = tc.oneByOne, []string{"kubeadm upgrade node", "systemctl restart kubelet"}
		got := chapter(t, p, "### Step 3: nodes")
		if !slices.Contains(got, tc.want) {
			t.Errorf("%s: %q is missing in:\n%s", name, tc.want, strings.Join(got, "\n"))
		}
		if diff := cmp.Diff([]string{
			"- [ ] Run:", "  ```sh", "  kubeadm upgrade node", "  systemctl restart kubelet", "  ```", "- [ ] Verify:",
		}, got[slices.Index(got, "- [ ] Run:"):][:6]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	h := hop(t, 1, "1.34", "1.35.8")
	h.Steps[0].Commands = []string{"kubeadm upgrade apply v1.35.8"}
	if diff := cmp.Diff([]string{
		"- [ ] kube-apiserver from v1.34.1 to 1.35.8 (3: `cp-1`, `cp-2`, `cp-3`)",
		"- [ ] Run:",
		"  ```sh",
		"  kubeadm upgrade apply v1.35.8",
		"  ```",
		"- [ ] Verify:",
	}, chapter(t, plan(t, "1.34", "1.35", h), "### Step 1: kube-apiserver")[4:10]); diff != "" {
		t.Error(diff)
	}
}

func TestRunbookSavesDataBeforeEachHopThatSaysHow(t *testing.T) {
	p := dedicated(blocked(t))
	p.Hops[0].Backup = []string{"etcdctl snapshot save before-1.35.db", "cp -a /etc/kubernetes DIRECTORY"}
	p.Hops[0].Steps = slices.Insert(p.Hops[0].Steps, 0, v1alpha1.PlanStep{Stage: v1alpha1.StagePrepare, Message: "the newest patch first"})
	p.Hops[1].Backup, p.Hops[1].Rollback = []string{"etcdctl snapshot save before-1.36.db"}, ""
	p.Hops[2].Rollback = ""
	if diff := cmp.Diff([]string{
		"### Before step 1",
		"",
		"**Rollback: the platform takes no minor back**",
		"",
		"- [ ] Save the control plane's data before this hop, and keep the copy elsewhere:",
		"  ```sh",
		"  etcdctl snapshot save before-1.35.db",
		"  cp -a /etc/kubernetes DIRECTORY",
		"  ```",
		"",
	}, chapter(t, p, "### Before step 1")); diff != "" {
		t.Error(diff)
	}
	all := lines(t, func(w io.Writer) error { return printRunbook(w, p) })
	text := strings.Join(all, "\n")
	if n := strings.Count(text, "- [ ] Save the control plane's data"); n != 2 {
		t.Errorf("data is saved %d times", n)
	}
	if !slices.Contains(all, "  etcdctl snapshot save before-1.36.db") {
		t.Error("what hop 2 saves is missing")
	}
	if third := chapter(t, p, "## Hop 3: from 1.36 to 1.37.2"); slices.Contains(third, "### Before step 1") {
		t.Errorf("a chapter about nothing:\n%s", strings.Join(third, "\n"))
	}
	if n := strings.Count(text, "are what to fill in"); n != 1 {
		t.Errorf("capitals are explained %d times", n)
	}
}

// What blocks a hop is always something to do, also where no check says how.
func TestRunbookSaysWhatToDoAboutEverythingThatBlocks(t *testing.T) {
	alone := gate("alone", v1alpha1.Blocked, "nobody knows a remedy", "")
	p := plan(t, "1.34", "1.36", hop(t, 1, "1.34", "1.35.8", alone, gate("mild", v1alpha1.Warning, "nor here", "")), hop(t, 2, "1.35", "1.36.6", alone))
	all := lines(t, func(w io.Writer) error { return printRunbook(w, p) })
	for _, want := range [][]string{
		{"- [ ] **blocked** `alone`: nobody knows a remedy", "  - To do: settle this before the hop starts", "  - Source: https://example.com/alone"},
		{"- [ ] **warning** `mild`: nor here", "  - Source: https://example.com/mild"},
		{"- [ ] **blocked** `alone`, as before hop 1: nobody knows a remedy", "  - To do where this still stands: settle this before the hop starts"},
	} {
		if at := slices.Index(all, want[0]); at < 0 || !slices.Equal(all[at:at+len(want)], want) {
			t.Errorf("%q is missing in:\n%s", want, strings.Join(all, "\n"))
		}
	}
	if clean := chapter(t, plan(t, "1.34", "1.35", hop(t, 1, "1.34", "1.35.8", skewGate())), "## Before the first hop"); slices.ContainsFunc(clean, func(line string) bool { return strings.Contains(line, "checks found") }) {
		t.Errorf("nothing was found:\n%s", strings.Join(clean, "\n"))
	}
}

func TestRunbookNamesWhatPassedOnOneLine(t *testing.T) {
	other := gate("other", v1alpha1.Pass, "fine", "")
	for want, p := range map[string]*v1alpha1.UpgradePlan{
		"2 checks passed: `skew`, `other`": plan(t, "1.34", "1.35", hop(t, 1, "1.34", "1.35.8", skewGate(), other)),
		"1 check passed: `skew`":           plan(t, "1.34", "1.35", hop(t, 1, "1.34", "1.35.8", skewGate(), budgets())),
		"5 checks passed, those of each hop counted: `skew`, `other` (hops 1, 3)": plan(t, "1.34", "1.37",
			hop(t, 1, "1.34", "1.35.8", skewGate(), other), hop(t, 2, "1.35", "1.36.6", skewGate()), hop(t, 3, "1.36", "1.37.2", other, skewGate())),
	} {
		if diff := cmp.Diff([]string{"## Passed", "", want}, chapter(t, p, "## Passed")); diff != "" {
			t.Error(diff)
		}
	}
	none := lines(t, func(w io.Writer) error {
		return printRunbook(w, plan(t, "1.34", "1.35", hop(t, 1, "1.34", "1.35.8", budgets())))
	})
	if slices.Contains(none, "## Passed") {
		t.Error("nothing passed")
	}
}

func TestRunbookWithoutAHop(t *testing.T) {
	there := plan(t, "1.37", "1.37")
	there.Summary.Message = "kube-apiserver runs 1.37 already"
	there.Cluster.Context = ""
	if diff := cmp.Diff([]string{
		"# Upgrade of shop-prod at 1.37",
		"",
		"**PASS**: kube-apiserver runs 1.37 already",
		"",
		"- **Platform**: Alibaba Cloud ACK (version v1.34.1-aliyun.1)",
		"- **Planned on** 2026-11-20, from what the cluster showed at 2026-11-20 12:00 UTC",
		"",
		"No hop to plan.",
	}, lines(t, func(w io.Writer) error { return printRunbook(w, there) })); diff != "" {
		t.Error(diff)
	}
}

func TestFewNamesStandForACount(t *testing.T) {
	for want, tc := range map[string]struct {
		count int32
		names []string
	}{
		"":                                    {0, nil},
		" (1,204)":                            {1204, nil},
		" (1: `a`)":                           {0, []string{"a"}},
		" (3: `a`, `b`, `c`)":                 {3, []string{"a", "b", "c"}},
		" (4, such as `a`, `b`, `c`)":         {4, []string{"a", "b", "c", "d"}},
		" (1: ``a|`*<b``)":                    {1, []string{"a|`*<b"}},
		" (2, such as `kube-apiserver-cp-1`)": {2, []string{"kube-apiserver-cp-1"}},
	} {
		if got := string(few(tc.count, tc.names)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestProseIsNotMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"plain: ünïcode, 1.34 → 1.37 (10%)!":     "plain: ünïcode, 1.34 → 1.37 (10%)!",
		"a|b":                                    `a\|b`,
		"`code` *strong* ~~gone~~":               "\\`code\\` \\*strong\\* \\~\\~gone\\~\\~",
		"_emphasis_ but snake_case":              `\_emphasis\_ but snake_case`,
		"<script>alert(1)</script> &lt; >=1.19":  `\<script>alert(1)\</script> \&lt; >=1.19`,
		"![x](http://evil) [ ] [x]":              `!\[x](http://evil) \[ ] \[x]`,
		`already \* escaped`:                     `already \\\* escaped`,
		"$math$":                                 `\$math\$`,
		"two\n# lines":                           `two\\x0a# lines`,
		"\x1b[31mred":                            `\\x1b\[31mred`,
		"right\u202eto left":                     `right\\u202eto left`,
		"# heading":                              `\# heading`,
		"## heading":                             `\## heading`,
		"- item":                                 `\- item`,
		"+ item":                                 `\+ item`,
		"> quote":                                `\> quote`,
		"---":                                    `\---`,
		"1. one":                                 `1\. one`,
		"12) twelve":                             `12\) twelve`,
		"1.34 is no item, nor is -1 or #1 or +1": "1.34 is no item, nor is -1 or #1 or +1",
		"-":                                      "-",
	} {
		if got := prose(in); got != want {
			t.Errorf("prose(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCodeSpansAreNotLeft(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"kube-apiserver", "`kube-apiserver`"},
		{"a|b*c<d>_e_", "`a|b*c<d>_e_`"},
		{"a`b", "``a`b``"},
		{"a``b`c", "```a``b`c```"},
		{"`a", "`` `a ``"},
		{"a`", "`` a` ``"},
		{" a", "`  a `"},
		{"two\nlines\x1b[", "`two\\x0alines\\x1b[`"},
	} {
		if got := string(code(tc.in)); got != tc.want {
			t.Errorf("code(%q) = %q, want %q", tc.in, got, tc.want)
		}
	}
}

// No text of a report ends a fence, forges a box to tick off, or reaches a terminal as it is.
func TestRunbookIsSafe(t *testing.T) {
	got := lines(t, func(w io.Writer) error {
		return printRunbook(w, hostile(t, "```\n- [ ] forged\n| <b> `x` *y* \x1b[2J"))
	})
	fence := ""
	for _, line := range got {
		if strings.Contains(line, "\x1b") || strings.HasPrefix(strings.TrimSpace(line), "- [ ] forged") {
			t.Errorf("%q", line)
		}
		marks := strings.TrimSuffix(strings.TrimPrefix(line, "  "), "sh")
		switch {
		case fence == "" && strings.HasPrefix(line, "  ```") && strings.Trim(marks, "`") == "":
			fence = marks
		case fence != "" && strings.TrimSpace(line) == fence:
			fence = ""
		case fence != "" && strings.Contains(line, fence):
			t.Errorf("%q is inside a fence of %q", line, fence)
		}
	}
	if fence != "" {
		t.Errorf("a fence of %q is open", fence)
	}
	for _, want := range []string{
		"# Upgrade of \\`\\`\\`\\\\x0a- \\[ ] forged\\\\x0a\\| \\<b> \\`x\\` \\*y\\* \\\\x1b\\[2J from 1.34 to 1.35",
		"  ````sh",
		"  ```\\x0a- [ ] forged\\x0a| <b> `x` *y* \\x1b[2J",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, strings.Join(got, "\n"))
		}
	}
}
