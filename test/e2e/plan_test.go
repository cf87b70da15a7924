package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	usageSeed   = "../cluster/seeds/usage.yaml"
	upgradeSeed = "../cluster/seeds/upgrade.yaml"
)

// plan runs the command for the day of the catalog, and fails unless it ends with 0.
func (c cluster) plan(t *testing.T, args ...string) *v1alpha1.UpgradePlan {
	t.Helper()
	plan := &v1alpha1.UpgradePlan{}
	c.report(t, plan, append([]string{"plan", "--at", "2026-11-20"}, args...)...)
	return plan
}

// checks renders the checks of a hop for comparison: those that name objects
// with these, others with their message.
func checks(hop v1alpha1.PlanHop) []string {
	var out []string
	for _, g := range hop.Gates {
		line := string(g.Verdict) + " " + g.ID + ": "
		if len(g.Evidence) == 0 {
			out = append(out, line+g.Message)
			continue
		}
		for _, evidence := range g.Evidence {
			out = append(out, line+evidence)
		}
	}
	return out
}

// steps renders the steps of a hop for comparison.
func steps(hop v1alpha1.PlanHop) []string {
	var out []string
	for _, step := range hop.Steps {
		line := fmt.Sprintf("%d %s", step.Number, step.Stage)
		for _, move := range step.Moves {
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s: %s %s to %s %s", line, move.Component, move.From, move.To, strings.Join(move.Names, ","))))
		}
		for _, stay := range step.Stays {
			out = append(out, fmt.Sprintf("%s: %s %s stays for %d hops, until %s %s", line, stay.Component, stay.Version, stay.Hops, stay.Until, strings.Join(stay.Names, ",")))
		}
		if len(step.Moves)+len(step.Stays) == 0 {
			out = append(out, line)
		}
	}
	return out
}

// A cluster that many things stand in the way of, on one kube-apiserver: every
// way to ask for its plan.
func TestPlanOfAStoppedUpgrade(t *testing.T) {
	c := startClusterWith(t, []string{"--arg=--runtime-config=resource.k8s.io/v1beta1=true"}, kubernetes(t)[:1],
		demoSeed, usageSeed, upgradeSeed, "testdata/plan/stopped.yaml",
		"../../docs/rbac.yaml", "testdata/reader.yaml", "testdata/plan/permissions.yaml")
	s := c.scene(t, "shop")
	s.run(t, "", "cordon", "general-5")
	s.configure(t, "kubelet-config", "kubelet", "{kind: KubeletConfiguration, failCgroupV1: false, featureGates: {SidecarContainers: true}}")
	live := c.plan(t)

	t.Run("every check is judged, with its evidence", func(t *testing.T) {
		if len(live.Hops) != 1 || len(live.Gaps) > 0 {
			t.Fatalf("hops %+v, gaps %+v", live.Hops, live.Gaps)
		}
		if diff := gocmp.Diff(stopped(), checks(live.Hops[0])); diff != "" {
			t.Error(diff)
		}
		want := v1alpha1.PlanSummary{Verdict: v1alpha1.Blocked, Blocked: 6, Warnings: 10, Unknown: 1, Passed: 7}
		got := live.Summary
		if got.Verdict != want.Verdict || got.Blocked != want.Blocked || got.Warnings != want.Warnings || got.Unknown != want.Unknown || got.Passed != want.Passed {
			t.Errorf("summary %+v", got)
		}
		if want := "1.37 to 1.38 takes 1 hop, and 6 checks block it; first: 2 uses of 1 API that 1.38 does not serve; 1 check has no answer"; got.Message != want {
			t.Errorf("got  %s\nwant %s", got.Message, want)
		}
		for id, want := range map[string]string{
			"removed-apis":       "2 uses of 1 API that 1.38 does not serve; broken already: 1 use of 1 API that the cluster does not serve",
			"admission-webhooks": "2 webhooks without a ready endpoint fail closed for nothing that an upgrade needs",
			"container-runtime":  "containerd on 13 of 13 nodes is older than containerd recommends for kubelet 1.37 and 1.38; containerd's table is known up to 1.36",
			"in-tree-volumes":    "volumes in use lose their driver: gitRepo in 1.36",
		} {
			if got := gateOf(t, live.Hops[0], id).Message; got != want {
				t.Errorf("%s: got  %s\nwant %s", id, got, want)
			}
		}
	})
	t.Run("the steps repair the nodes first", func(t *testing.T) {
		want := []string{
			"1 prepare: kubelet v1.33.13 to v1.37.2 legacy-1,legacy-2",
			"2 prepare: kube-apiserver v1.37.1 to v1.37.2 kube-apiserver-cp-1",
			"2 prepare: kube-controller-manager v1.37.1 to v1.37.2 kube-controller-manager-cp-1",
			"2 prepare: kube-scheduler v1.37.1 to v1.37.2 kube-scheduler-cp-1",
			"3 prepare: kubelet v1.34.4 to v1.37.2 batch-1,batch-2,batch-3",
			"4 kube-apiserver: kube-apiserver v1.37.2 to v1.38 kube-apiserver-cp-1",
			"5 control plane: kube-controller-manager v1.37.2 to v1.38 kube-controller-manager-cp-1",
			"5 control plane: kube-scheduler v1.37.2 to v1.38 kube-scheduler-cp-1",
			"6 nodes: kubelet v1.37.1 to v1.38 cp-1",
			"7 nodes: kubelet v1.37.1 to v1.38 general-1,general-2,general-3,general-4,general-5",
			"7 nodes: kubelet v1.36.3 to v1.38 checkout-1,checkout-2",
			"7 nodes: kubelet v1.37.2 stays for 0 hops, until 1.40 batch-1,batch-2,batch-3,legacy-1,legacy-2",
			"8 kube-proxy: kube-proxy v1.37.1 to v1.38 batch-1,batch-2,batch-3,checkout-1,checkout-2,cp-1,general-1,general-2,general-3,general-4,general-5,legacy-1,legacy-2",
			"9 kubectl: kubectl v1.37.1 to v1.38",
			"10 add-ons",
		}
		if diff := gocmp.Diff(want, steps(live.Hops[0])); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("in place, nothing is drained", func(t *testing.T) {
		left := ids(c.plan(t, "--node-upgrade", "in-place").Hops[0])
		for _, id := range []string{"pod-disruption-budgets", "overlapping-budgets", "single-replicas", "unmanaged-pods", "local-data"} {
			if slices.Contains(left, id) {
				t.Errorf("%s is about drains", id)
			}
		}
	})
	t.Run("a snapshot gives the same answer", func(t *testing.T) {
		for _, args := range [][]string{nil, {"--node-upgrade", "in-place", "--batch-size", "3"}} {
			saved := s.snapshot(t)
			if diff := gocmp.Diff(s.planned(t, args...), s.planned(t, append(args, "--snapshot", saved)...)); diff != "" {
				t.Errorf("%v: %s", args, diff)
			}
		}
	})
	t.Run("the roles of docs/rbac.yaml are enough", func(t *testing.T) {
		if diff := gocmp.Diff(s.planned(t), s.planned(t, "--context", "reader")); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a role that may read nothing but /version", s.testPlanOfNobody)
	t.Run("exit codes come through kubectl", func(t *testing.T) {
		for _, tc := range []struct {
			code int
			args []string
		}{
			{0, nil},
			{3, []string{"--fail-on", "error"}},
			{3, []string{"--fail-on", "warning", "-o", "markdown"}},
			{3, []string{"--fail-on", "error", "--require-complete"}},
			{4, []string{"--require-complete"}},
			{4, []string{"--require-complete", "--fail-on", "error", "--context", "nobody"}},
			{2, []string{"-n", "shop"}},
			{2, []string{"--to", "1.36"}},
			{2, []string{"--to", "2.0"}},
			{2, []string{"--node-upgrade", "magic"}},
			{1, []string{"--context", "nowhere"}},
		} {
			r := c.kubectl(t, append([]string{"versions", "plan", "--at", "2026-11-20"}, tc.args...)...)
			if r.code != tc.code {
				t.Errorf("%v ended with %d, want %d: %s", tc.args, r.code, tc.code, r.stderr)
			}
			if failed := tc.code == 1 || tc.code == 2; failed && strings.Count(r.stderr, "\n") != 1 || !failed && r.stderr != "" {
				t.Errorf("%v: stderr %q", tc.args, r.stderr)
			}
		}
	})
	t.Run("the runbook names all that is to be done", func(t *testing.T) { s.testRunbook(t, live) })
	t.Run("a budget whose status is not current", func(t *testing.T) {
		// The generation goes up, and no controller is there to observe that.
		s.run(t, "", "-n", "shop", "patch", "pdb", "cart", "--type=merge", "-p", `{"spec":{"minAvailable":1}}`)
		got := gateOf(t, c.plan(t).Hops[0], "pod-disruption-budgets")
		if !slices.Contains(got.Evidence, "shop/cart: 3 of 3 pods healthy, 3 desired, minAvailable 1") || !strings.Contains(got.Message, "the status of 1 disruption budget is not current") {
			t.Errorf("%+v", got)
		}
		for _, budget := range []string{"broken", "forgiving"} {
			s.run(t, "", "-n", "late", "delete", "pdb", budget)
		}
		s.run(t, "", "-n", "shop", "delete", "pdb", "orders")
		got = gateOf(t, c.plan(t).Hops[0], "pod-disruption-budgets")
		want := v1alpha1.PlanGate{
			ID: got.ID, Source: got.Source, Verdict: v1alpha1.Unknown, Message: "the status of 1 disruption budget is not current",
			Evidence: []string{"shop/cart: 3 of 3 pods healthy, 3 desired, minAvailable 1"}, Remedy: "kubectl describe pdb -A",
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		s.run(t, "", "-n", "shop", "patch", "pdb", "cart", "--subresource=status", "--type=merge",
			"-p", `{"status":{"observedGeneration":2,"desiredHealthy":1,"disruptionsAllowed":2}}`)
		got = gateOf(t, c.plan(t).Hops[0], "pod-disruption-budgets")
		if want := "5 disruption budgets, and none of them stops a drain"; got.Verdict != v1alpha1.Pass || got.Message != want {
			t.Errorf("%+v, want %s", got, want)
		}
	})
	t.Run("an aggregated API that nobody answers", func(t *testing.T) {
		s.run(t, "", "apply", "-f", "testdata/plan/aggregated.yaml")
		s.run(t, "", "wait", "--for=condition=Available=False", "apiservice/v1.prices.example.com", "--timeout=20s")
		got := gateOf(t, c.plan(t).Hops[0], "aggregated-apis")
		want := []string{"v1.prices.example.com (service shop/prices): EndpointsNotFound"}
		if diff := gocmp.Diff(want, got.Evidence); diff != "" || got.Verdict != v1alpha1.Warning {
			t.Errorf("%s %s", got.Verdict, diff)
		}
	})

	t.Run("a dead webhook for what an upgrade needs", func(t *testing.T) {
		s.run(t, "", "apply", "-f", "testdata/plan/closed.yaml")
		got := gateOf(t, c.plan(t).Hops[0], "admission-webhooks")
		want := v1alpha1.PlanGate{
			ID: got.ID, Source: got.Source, Verdict: v1alpha1.Blocked,
			Message: "1 webhook without a ready endpoint fails closed for what an upgrade needs; 2 webhooks without a ready endpoint fail closed for nothing that an upgrade needs",
			Evidence: []string{
				"ValidatingWebhookConfiguration/signers signers.example.com: service late/gone, for certificatesigningrequests.certificates.k8s.io",
				"MutatingWebhookConfiguration/stamps gone.stamps.example.com: service late/gone, for *.stamps.example.com",
				"ValidatingWebhookConfiguration/vouchers vouchers.shop.example.com: service shop/vouchers-webhook, for *.vouchers.shop.example.com",
			},
			Remedy: "bring the service's pods up, or delete the configuration of what is gone; a service of type ExternalName shows no endpoints although it works",
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// stopped are the checks of that cluster.
func stopped() []string {
	return []string{
		"warning platform-offers: 1.38 of Kubernetes is planned for 2026-12-16: this plan is ahead of it",
		"pass api-server-versions: every kube-apiserver that answered runs 1.37",
		"warning version-skew: 2 kubelets at v1.33.13: 4 minors older than kube-apiserver 1.37, at most 3 are allowed",
		"warning version-skew: 2 kube-proxies at v1.37.1: 4 minors away from kubelet 1.33 beside it, at most 3 are allowed",
		"blocked removed-apis: resource.k8s.io/v1beta1 ResourceClaimTemplate: clients",
		"blocked removed-apis: resource.k8s.io/v1beta1 ResourceClaimTemplate: manager seed",
		"blocked removed-apis: policy/v1beta1 PodDisruptionBudget: release shop/payments",
		"blocked admission-rules: resource.k8s.io/v1beta1 ResourceClaim: object ValidatingWebhookConfiguration/gpu-quota",
		"warning admission-webhooks: MutatingWebhookConfiguration/stamps gone.stamps.example.com: service late/gone, for *.stamps.example.com",
		"warning admission-webhooks: ValidatingWebhookConfiguration/vouchers vouchers.shop.example.com: service shop/vouchers-webhook, for *.vouchers.shop.example.com",
		"pass aggregated-apis: 0 aggregated APIs, each available",
		"warning container-runtime: containerd://2.1.4: 8 nodes (checkout-1, checkout-2, +6)",
		"warning container-runtime: containerd://1.7.28: 5 nodes (batch-1, batch-2, +3)",
		"pass cgroup-v2: kubelet 1.37 does not start on cgroup v1, and v2 is the default on 5 nodes; one that is set up otherwise is not visible",
		"warning nodes-ready: Ready,SchedulingDisabled: 1 node (general-5)",
		"warning kube-proxy-mode: ConfigMap kube-system/kube-proxy: mode ipvs",
		"blocked feature-gates: kubelet: SidecarContainers, gone in 1.37: 1 object (ConfigMap kube-system/kubelet-config)",
		"unknown kubelet-flags: gone in 1.34: --cloud-config",
		"unknown kubelet-flags: gone in 1.35: --pod-infra-container-image",
		"unknown kubelet-flags: gone in 1.37: --application-metrics-count-limit, --boot-id-file, --container-hints, --containerd, --containerd-namespace, " +
			"--enable-load-reader, --event-storage-age-limit, --event-storage-event-limit, --global-housekeeping-interval, --log-cadvisor-usage, --machine-id-file, " +
			"--storage-driver-buffer-duration, --storage-driver-db, --storage-driver-host, --storage-driver-password, --storage-driver-secure, " +
			"--storage-driver-table, --storage-driver-user",
		"pass kubeadm-config: kubeadm 1.38 reads the ClusterConfiguration kubeadm.k8s.io/v1beta4",
		"pass etcd-version: etcd is 3.7.0, and kubeadm 1.37.1 brings 3.7.0",
		"blocked in-tree-volumes: gitRepo: 1 workload (late/site)",
		"blocked pod-disruption-budgets: shop/cart: 3 of 3 pods healthy, 3 desired, minAvailable 100%",
		"blocked pod-disruption-budgets: late/broken: 1 of 3 pods healthy, 2 desired, minAvailable 2",
		"blocked pod-disruption-budgets: late/forgiving: 1 of 3 pods healthy, 2 desired, minAvailable 2",
		"blocked pod-disruption-budgets: shop/orders: 2 of 3 pods healthy, 2 desired, maxUnavailable 1",
		"blocked overlapping-budgets: shop: search, search-from-chart (2 pods)",
		"warning single-replicas: shop/Deployment/backoffice",
		"warning unmanaged-pods: shop/Pod/import-2026-10",
		"warning local-data: shop/StatefulSet/reports: /data/reports",
		"warning local-data: PersistentVolume/scratch",
		"warning retired-images: k8s.gcr.io/nginx-slim: 2 pods, such as late/site",
		"warning retired-images: registry.k8s.io/ingress-nginx/controller: 2 pods, such as ingress-nginx/controller",
		"pass add-ons: CoreDNS and kube-proxy are upgraded with the control plane; the network plugin and whatever else was added are upgraded apart",
		"pass rollback: after the hop, the control plane cannot go back to the minor before: a backup of etcd from before it can be restored",
	}
}

// testPlanOfNobody: what cannot be read is unknown, by the permission that would
// show it. No check passes but those that need no more than /version. Nodes that
// are not seen may have to move, so that checks about drains are unknown too.
func (s scene) testPlanOfNobody(t *testing.T) {
	want := []string{
		"warning platform-offers: wait for it, or plan for an earlier minor with --to",
		"unknown api-server-versions: ask for permission to list leases.coordination.k8s.io in kube-system",
		"unknown version-skew: ask for permission to list pods in kube-system, get /metrics, list daemonsets.apps in kube-system, list leases.coordination.k8s.io in kube-system, list nodes",
		"unknown removed-apis: ask for permission to list configmaps, list secrets, list customresourcedefinitions.apiextensions.k8s.io, get /metrics, " +
			"list deviceclasses.resource.k8s.io, list mutatingadmissionpolicies.admissionregistration.k8s.io, " +
			"list mutatingadmissionpolicybindings.admissionregistration.k8s.io, list resourceclaims.resource.k8s.io, " +
			"list resourceclaimtemplates.resource.k8s.io, list resourceslices.resource.k8s.io; kubectl versions deprecations -o wide --to 1.38",
		"unknown admission-rules: ask for permission to list mutatingadmissionpolicies.admissionregistration.k8s.io, " +
			"list mutatingwebhookconfigurations.admissionregistration.k8s.io, list validatingadmissionpolicies.admissionregistration.k8s.io, " +
			"list validatingwebhookconfigurations.admissionregistration.k8s.io",
		"unknown admission-webhooks: ask for permission to list validatingwebhookconfigurations.admissionregistration.k8s.io",
		"unknown aggregated-apis: ask for permission to list apiservices.apiregistration.k8s.io",
		"unknown container-runtime: ask for permission to list nodes",
		"unknown cgroup-v2: ask for permission to list nodes",
		"unknown kernel: ask for permission to list nodes",
		"unknown nodes-ready: ask for permission to list nodes",
		"unknown kube-proxy-mode: ask for permission to list daemonsets.apps in kube-system",
		"unknown feature-gates: ask for permission to list pods in kube-system",
		"unknown kubelet-flags: ask for permission to list nodes",
		"unknown kubeadm-config: ask for permission to get configmaps in kube-system",
		"unknown etcd-version: ask for permission to list pods in kube-system",
		"unknown in-tree-volumes: ask for permission to list pods",
		"unknown pod-disruption-budgets: ask for permission to list poddisruptionbudgets.policy",
		"unknown overlapping-budgets: ask for permission to list poddisruptionbudgets.policy",
		"unknown single-replicas: ask for permission to list pods",
		"unknown unmanaged-pods: ask for permission to list pods",
		"unknown local-data: ask for permission to list pods; ask for permission to list persistentvolumes",
		"unknown retired-images: ask for permission to list pods",
		"pass add-ons: afterwards, upgrade the network plugin and whatever else was added as each project says",
		"pass rollback: ",
	}
	plan := s.plan(t, "--context", "nobody", "--control-plane", "dedicated")
	var got []string
	for _, g := range plan.Hops[0].Gates {
		got = append(got, fmt.Sprintf("%s %s: %s", g.Verdict, g.ID, g.Remedy))
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if plan.Summary.Verdict != v1alpha1.Warning || plan.Summary.Complete || !strings.Contains(plan.Summary.Message, "nothing seen blocks it, but ") {
		t.Errorf("summary %+v", plan.Summary)
	}
	for _, gap := range plan.Gaps {
		if gap.Permission == "" {
			t.Errorf("a gap without a permission: %+v", gap)
		}
	}
}

func (s scene) testRunbook(t *testing.T, live *v1alpha1.UpgradePlan) {
	r := s.kubectl(t, "versions", "plan", "--at", "2026-11-20", "-o", "markdown")
	if r.code != 0 || r.stderr != "" {
		t.Fatalf("ended with %d: %s", r.code, r.stderr)
	}
	lines := strings.Split(r.stdout, "\n")
	want := []string{
		"# Upgrade of admin from 1.37 to 1.38",
		"## Before the first hop",
		"  kubectl versions snapshot > before.yaml",
		"## Hop 1: from 1.37 to 1.38",
		"### Step 1: prepare",
		"- [ ] kubelet from v1.33.13 to v1.37.2 (2: `legacy-1`, `legacy-2`)",
		"  kubectl drain NODE --ignore-daemonsets --delete-emptydir-data --timeout=30m",
		"### Before step 2",
		"  ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt " +
			"--cert=/etc/kubernetes/pki/etcd/server.crt --key=/etc/kubernetes/pki/etcd/server.key snapshot save before-1.38.db",
		"  cp -a /etc/kubernetes kubernetes-before-1.38",
		"### Step 2: prepare",
		"recommended: the newest patch of 1.37 first",
		"- [ ] kube-apiserver from v1.37.1 to v1.37.2 (1: `kube-apiserver-cp-1`)",
		"  kubeadm upgrade apply v1.37.2",
		"### Step 4: kube-apiserver",
		"- [ ] kube-apiserver from v1.37.2 to v1.38 (1: `kube-apiserver-cp-1`)",
		"  kubeadm upgrade plan v1.38 # with kubeadm v1.38, on the first node of the control plane",
		"  kubeadm upgrade apply v1.38",
		"  kubeadm upgrade node # on each other node of the control plane, one after the other",
		"### Step 6: nodes",
		"now or later: inside the policy up to kube-apiserver 1.39; one by one, where they are",
		"- [ ] kubelet from v1.37.1 to v1.38 (1: `cp-1`)",
		"  systemctl daemon-reload && systemctl restart kubelet # with kubelet v1.38 installed",
		"### Step 7: nodes",
		"### After hop 1",
		"## Passed",
		"7 checks passed: `api-server-versions`, `aggregated-apis`, `cgroup-v2`, `kubeadm-config`, `etcd-version`, `add-ons`, `rollback`",
	}
	rest := lines
	for _, line := range want {
		at := slices.Index(rest, line)
		if at < 0 {
			t.Fatalf("no line %q, or not in that order, in\n%s", line, r.stdout)
		}
		rest = rest[at+1:]
	}
	for _, g := range live.Hops[0].Gates {
		if line := fmt.Sprintf("- [ ] **%s** `%s`: %s", g.Verdict, g.ID, g.Message); slices.Contains(lines, line) == (g.Verdict == v1alpha1.Pass) {
			t.Errorf("%q: there when it should not be, or missing, in\n%s", line, r.stdout)
		}
	}
	if n := strings.Count(r.stdout, "etcdctl"); n != 1 {
		t.Errorf("one backup for the hop, got %d in\n%s", n, r.stdout)
	}
}

// A cluster that nothing stands in the way of, but that 1.38 is only planned.
func TestPlanOfATidyCluster(t *testing.T) {
	c := startTidy(t, kubernetes(t)[0], "3.7.0-0", 3)
	for _, g := range c.plan(t).Hops[0].Gates {
		want := v1alpha1.Pass
		switch g.ID {
		case "platform-offers":
			want = v1alpha1.Warning
		case "removed-apis", "admission-rules":
			want = v1alpha1.Unknown // the index of built-in APIs ends at 1.37
		}
		if g.Verdict != want {
			t.Errorf("want %s: %+v", want, g)
		}
	}
	for _, user := range []string{"admin", "reader"} {
		there := c.plan(t, "--to", "1.37", "--context", user, "--require-complete")
		if len(there.Hops) > 0 || there.Summary.Verdict != v1alpha1.Pass || there.Summary.Message != "everything seen is at 1.37" {
			t.Errorf("%s: %+v", user, there)
		}
	}
	c.plan(t, "--read-deprecated")
	if !slices.ContainsFunc(c.audited(t), auditEvent.deprecated) {
		t.Error("--read-deprecated reads nothing that is deprecated, or the audit log does not tell")
	}
}

// An upgrade that nothing is left open of.
func TestMatrixPlanOfATidyCluster(t *testing.T) {
	server := serverOf(t, "v1.31.")
	c := startTidy(t, server, "3.5.24-0", 3)
	for _, user := range []string{"admin", "reader"} {
		plan := c.plan(t, "--context", user, "--require-complete", "--fail-on", "error")
		for _, g := range plan.Hops[0].Gates {
			if g.Verdict != v1alpha1.Pass && g.ID != "platform-offers" {
				t.Errorf("%s: %+v", user, g)
			}
		}
		want := "1.31 to 1.32 takes 1 hop, and nothing blocks it; 1.32 lost the support of Kubernetes on 2026-02-28, and may not be offered any more"
		if got := plan.Summary; got.Message != want || got.Passed != 20 || got.Warnings != 1 {
			t.Errorf("%s: %+v", user, got)
		}
	}
}

// Nodes of three minors go over three hops, and each hop is told what it takes away.
func TestMatrixPlanOverThreeHops(t *testing.T) {
	server := serverOf(t, "v1.31.")
	c := startTidy(t, server, "3.5.15-0", 6, "testdata/plan/behind.yaml")
	s := c.scene(t, "")
	s.configure(t, "kubeadm-config", "ClusterConfiguration", "{apiVersion: kubeadm.k8s.io/v1beta3, kind: ClusterConfiguration}")
	s.configure(t, "kubelet-config", "kubelet", "{kind: KubeletConfiguration, featureGates: {ElasticIndexedJob: true}}")
	s.configure(t, "kube-proxy", "config.conf", "{kind: KubeProxyConfiguration, featureGates: {KubeProxyDrainingTerminatingNodes: true}}")
	flows := guards()[1].resource
	flows.object = "orders"
	s.do(t, flows.post("operator", "v1beta3"))

	plan := c.plan(t, "--to", "1.34")
	wanted := threeHops(server)
	if len(plan.Hops) != len(wanted) {
		t.Fatalf("%d hops: %+v", len(plan.Hops), plan.Summary)
	}
	// Of etcd, by what the hop before has brought.
	etcd := []string{
		"pass: kubeadm 1.32.13 upgrades etcd from 3.5.15 to 3.5.24",
		"pass: etcd is 3.5.24, and kubeadm 1.33.13 brings 3.5.24",
		"warning: kubeadm 1.34.4 upgrades etcd from 3.5.24 to 3.6.5, which wants 3.5.26 on every member before",
	}
	for i, want := range wanted {
		hop := plan.Hops[i]
		if g := gateOf(t, hop, "etcd-version"); string(g.Verdict)+": "+g.Message != etcd[i] {
			t.Errorf("hop %d: got %s: %s, want %s", i+1, g.Verdict, g.Message, etcd[i])
		}
		got := wantedHop{
			way:   fmt.Sprintf("%s to %s, %q first, then %s, supported until %s", hop.From, hop.To, hop.TakeFirst, hop.Version, hop.ToUntil),
			steps: steps(hop),
			checks: slices.DeleteFunc(checks(hop), func(line string) bool {
				return strings.HasPrefix(line, "pass ") || strings.HasPrefix(line, "warning etcd-version: ")
			}),
		}
		if diff := gocmp.Diff(want, got, gocmp.AllowUnexported(wantedHop{})); diff != "" {
			t.Errorf("hop %d: %s", i+1, diff)
		}
	}
	if want := "1.31 to 1.34 takes 3 hops, and 2 checks block hop 1; first: 2 uses of 1 API that 1.32 does not serve; "; !strings.HasPrefix(plan.Summary.Message, want) || plan.Summary.Complete {
		t.Errorf("got  %s\nwant %s…", plan.Summary.Message, want)
	}
	if diff := gocmp.Diff(s.planned(t, "--to", "1.34"), s.planned(t, "--to", "1.34", "--snapshot", s.snapshot(t))); diff != "" {
		t.Errorf("from a snapshot: %s", diff)
	}
}

// wantedHop is a hop without the checks that pass, and that of etcd.
type wantedHop struct {
	way           string
	steps, checks []string
}

func threeHops(server string) []wantedHop {
	const all = "cp-1,late-1,late-2,left-1,worker-1,worker-2"
	controlPlane := func(from, to string, first int) []string {
		return []string{
			fmt.Sprintf("%d kube-apiserver: kube-apiserver %s to %s kube-apiserver-cp-1", first, from, to),
			fmt.Sprintf("%d control plane: kube-controller-manager %s to %s kube-controller-manager-cp-1", first+1, from, to),
			fmt.Sprintf("%d control plane: kube-scheduler %s to %s kube-scheduler-cp-1", first+1, from, to),
		}
	}
	rest := func(from, to string, first int) []string {
		return []string{
			fmt.Sprintf("%d kube-proxy: kube-proxy %s to %s %s", first, from, to, all),
			fmt.Sprintf("%d kubectl: kubectl %s to %s", first+1, from, to),
			fmt.Sprintf("%d add-ons", first+2),
		}
	}
	return []wantedHop{
		{
			way: `1.31 to 1.32, "1.31.14" first, then 1.32.13, supported until 2026-02-28`,
			steps: slices.Concat([]string{
				"1 prepare: kube-apiserver " + server + " to v1.31.14 kube-apiserver-cp-1",
				"1 prepare: kube-controller-manager " + server + " to v1.31.14 kube-controller-manager-cp-1",
				"1 prepare: kube-scheduler " + server + " to v1.31.14 kube-scheduler-cp-1",
				"2 prepare: kubelet v1.28.15 to v1.31.14 left-1",
			}, controlPlane("v1.31.14", "v1.32.13", 3), []string{
				"5 nodes: kubelet v1.29.14 to v1.32.13 late-1,late-2",
				"5 nodes: kubelet v1.31.14 stays for 2 hops, until 1.34 left-1",
				"5 nodes: kubelet " + server + " stays for 2 hops, until 1.34 cp-1,worker-1,worker-2",
			}, rest(server, "v1.32.13", 6)),
			checks: []string{
				"warning platform-offers: 1.32 lost the support of Kubernetes on 2026-02-28, and may not be offered any more",
				"blocked removed-apis: flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema: clients",
				"blocked removed-apis: flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema: manager operator",
				"blocked admission-rules: flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration: object ValidatingWebhookConfiguration/fairness",
				"unknown feature-gates: 2 feature gates set, and which ones 1.32 removes is not known",
				"warning kubeadm-config: ConfigMap kube-system/kubeadm-config: kubeadm.k8s.io/v1beta3",
				"warning unmanaged-pods: default/Pod/site",
			},
		},
		{
			way: `1.32 to 1.33, "" first, then 1.33.13, supported until 2026-06-28`,
			steps: slices.Concat(controlPlane("v1.32.13", "v1.33.13", 1), []string{
				"3 nodes: kubelet v1.32.13 stays for 1 hops, until 1.35 late-1,late-2",
				"3 nodes: kubelet v1.31.14 stays for 1 hops, until 1.34 left-1",
				"3 nodes: kubelet " + server + " stays for 1 hops, until 1.34 cp-1,worker-1,worker-2",
			}, rest("v1.32.13", "v1.33.13", 4)),
			checks: []string{
				"warning platform-offers: 1.33 lost the support of Kubernetes on 2026-06-28, and may not be offered any more",
				"blocked feature-gates: kube-proxy: KubeProxyDrainingTerminatingNodes, gone in 1.33: 1 object (ConfigMap kube-system/kube-proxy)",
			},
		},
		{
			way: `1.33 to 1.34, "" first, then 1.34.13, supported until 2026-10-27`,
			steps: slices.Concat(controlPlane("v1.33.13", "v1.34.13", 1), []string{
				"3 nodes: kubelet " + server + " to v1.34.13 cp-1",
				"4 nodes: kubelet v1.32.13 to v1.34.13 late-1,late-2",
				"4 nodes: kubelet v1.31.14 to v1.34.13 left-1",
				"4 nodes: kubelet " + server + " to v1.34.13 worker-1,worker-2",
			}, rest("v1.33.13", "v1.34.13", 5)),
			checks: []string{
				"warning platform-offers: 1.34 lost the support of Kubernetes on 2026-10-27, and may not be offered any more",
				"warning container-runtime: containerd://1.6.36: 3 nodes (late-1, late-2, left-1)",
				"blocked feature-gates: kubelet: ElasticIndexedJob, gone in 1.34: 1 object (ConfigMap kube-system/kubelet-config)",
				"unknown kubelet-flags: gone in 1.34: --cloud-config",
				"warning unmanaged-pods: default/Pod/site",
			},
		},
	}
}

// What 1.37 takes away from components that a cluster at 1.36 configures.
func TestMatrixPlanToTheNextMinor(t *testing.T) {
	c := startTidy(t, serverOf(t, "v1.36."), "3.6.11-0", 3, "testdata/plan/next.yaml")
	s := c.scene(t, "")
	s.configure(t, "kubeadm-config", "ClusterConfiguration", "{apiVersion: kubeadm.k8s.io/v1beta3, kind: ClusterConfiguration, featureGates: {PublicKeysECDSA: true}}")
	s.configure(t, "kube-proxy", "config.conf", "{kind: KubeProxyConfiguration}")
	hop := c.plan(t).Hops[0]
	want := []string{
		"warning kube-proxy-mode: ConfigMap kube-system/kube-proxy: mode not set",
		"blocked feature-gates: kube-controller-manager --feature-gates: SidecarContainers, gone in 1.37: 1 object (kube-controller-manager-cp-2)",
		"blocked feature-gates: kubeadm: PublicKeysECDSA, gone in 1.37: 1 object (ConfigMap kube-system/kubeadm-config)",
		"blocked removed-flags: kube-controller-manager --concurrent-service-syncs, gone in 1.37: 1 pod (kube-controller-manager-cp-2)",
		"blocked kubeadm-config: ConfigMap kube-system/kubeadm-config: kubeadm.k8s.io/v1beta3",
	}
	got := slices.DeleteFunc(checks(hop), func(line string) bool {
		return strings.HasPrefix(line, "pass ") || strings.HasPrefix(line, "unknown kubelet-flags: ")
	})
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if g := gateOf(t, hop, "etcd-version"); g.Verdict != v1alpha1.Pass || g.Message != "kubeadm 1.37.1 upgrades etcd from 3.6.11 to 3.7.0" {
		t.Errorf("%+v", g)
	}
	if g := gateOf(t, hop, "kubeadm-config"); !strings.HasPrefix(g.Remedy, "with kubeadm 1.35: ") {
		t.Errorf("%+v", g)
	}
}

// One of two control-plane nodes is upgraded: the other one comes first.
func TestMatrixPlanHalfwayThroughAControlPlaneUpgrade(t *testing.T) {
	newer, old := kubernetes(t)[0], older(t)
	c := startCluster(t, []string{newer, old}, "testdata/upgrade.yaml")
	for to, want := range map[string][]string{
		"1.37": {
			"1 prepare: kube-apiserver " + old + " to v1.37.2 kube-apiserver-cp-2",
			"2 control plane: kube-controller-manager " + old + " to v1.37.2 kube-controller-manager-cp-2",
			"2 control plane: kube-scheduler " + old + " to v1.37.2 kube-scheduler-cp-2",
			"3 nodes: kubelet " + old + " to v1.37.2 cp-2",
			"4 nodes: kubelet " + old + " to v1.37.2 worker-1,worker-2",
			"5 kube-proxy: kube-proxy " + old + " to v1.37.2 cp-1,cp-2,worker-1,worker-2",
		},
		"1.38": {
			"1 prepare: kube-apiserver " + old + " to v1.37.2 kube-apiserver-cp-2",
			"2 prepare: kube-apiserver " + newer + " to v1.37.2 kube-apiserver-cp-1",
			"2 prepare: kube-controller-manager " + newer + " to v1.37.2 kube-controller-manager-cp-1",
			"2 prepare: kube-scheduler " + newer + " to v1.37.2 kube-scheduler-cp-1",
			"3 prepare: kube-controller-manager " + old + " to v1.37.2 kube-controller-manager-cp-2",
			"3 prepare: kube-scheduler " + old + " to v1.37.2 kube-scheduler-cp-2",
			"4 kube-apiserver: kube-apiserver v1.37.2 to v1.38 kube-apiserver-cp-1,kube-apiserver-cp-2",
			"5 control plane: kube-controller-manager v1.37.2 to v1.38 kube-controller-manager-cp-1,kube-controller-manager-cp-2",
			"5 control plane: kube-scheduler v1.37.2 to v1.38 kube-scheduler-cp-1,kube-scheduler-cp-2",
			"6 nodes: kubelet " + newer + " to v1.38 cp-1",
			"6 nodes: kubelet " + old + " to v1.38 cp-2",
			"7 nodes: kubelet " + old + " to v1.38 worker-1,worker-2",
			"8 kube-proxy: kube-proxy " + old + " to v1.38 cp-1,cp-2,worker-1,worker-2",
			"9 kubectl: kubectl " + newer + " to v1.38",
			"10 add-ons",
		},
	} {
		plan := c.plan(t, "--to", to)
		if len(plan.Hops) != 1 || plan.Method.Masters != 2 {
			t.Fatalf("--to %s: %d hops, method %+v", to, len(plan.Hops), plan.Method)
		}
		if diff := gocmp.Diff(want, steps(plan.Hops[0])); diff != "" {
			t.Errorf("--to %s: %s", to, diff)
		}
		if got, want := plan.Hops[0].Steps[0].Message, "an upgrade is under way: finish it first, one instance at a time"; got != want {
			t.Errorf("--to %s: %s", to, got)
		}
		g := gateOf(t, plan.Hops[0], "api-server-versions")
		if want := "kube-apiservers run 1.36 and 1.37: finished first, by the first steps"; g.Verdict != v1alpha1.Warning || g.Message != want {
			t.Errorf("--to %s: %+v", to, g)
		}
	}
}

// startTidy runs testdata/plan/tidy.yaml, and more, on a kube-apiserver. kube-proxy runs on so many nodes.
func startTidy(t *testing.T, server, etcd string, nodes int, seeds ...string) cluster {
	t.Helper()
	return startClusterWith(t, []string{"--set", "version=" + server, "--set", "etcd=" + etcd, "--set", fmt.Sprintf("nodes=%d", nodes)}, []string{server},
		append([]string{"testdata/plan/tidy.yaml", "../../docs/rbac.yaml", "testdata/reader.yaml", "testdata/plan/permissions.yaml"}, seeds...)...)
}

// configure changes what a ConfigMap of kube-system holds.
func (s scene) configure(t *testing.T, name, key, text string) {
	t.Helper()
	s.run(t, "", "-n", "kube-system", "patch", "configmap", name, "--type=merge", "-p", fmt.Sprintf(`{"data":{%q:%q}}`, key, text))
}

// ids of the checks of a hop.
func ids(hop v1alpha1.PlanHop) []string {
	var out []string
	for _, g := range hop.Gates {
		out = append(out, g.ID)
	}
	return out
}

func gateOf(t *testing.T, hop v1alpha1.PlanHop, id string) v1alpha1.PlanGate {
	t.Helper()
	at := slices.Index(ids(hop), id)
	if at < 0 {
		t.Fatalf("no check %s", id)
	}
	return hop.Gates[at]
}

// planned is the JSON without what tells one time and one context from another.
func (s scene) planned(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var plan map[string]any
	s.report(t, &plan, append([]string{"plan", "--at", "2026-11-20"}, args...)...)
	delete(plan, "collectedAt")
	delete(plan["metadata"].(map[string]any), "name")
	delete(plan["cluster"].(map[string]any), "context")
	return plan
}
