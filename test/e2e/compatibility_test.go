package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// minor is what is true of a cluster at one minor on 2026-11-20.
type minor struct {
	// etcd that kubeadm brings.
	etcd string
	// allowed and beyond are the kubelet at the edge of the policy, and the one after it.
	allowed, beyond string
	// standing of the control plane.
	standing string
	// goes is a version of a resource that gone does not serve any more; an operator writes through it.
	goes    resource
	version string
	gone    string
	// untold are requests of kube-apiserver itself, which it counts by resource alone: where two versions of one are
	// served, they are not told from those of clients.
	untold []string
	// hops from here to there.
	hops int
	// answers of the overview, of the next minor.
	answers []string
}

func minors() map[string]minor {
	claims := claims()
	cidrs := resource{group: "networking.k8s.io", name: "servicecidrs", kind: "ServiceCIDR", clusterScoped: true, object: "more", rest: `"spec":{"cidrs":["10.97.0.0/16"]}`}
	flows := guards()[1].resource
	flows.object = "orders"
	cronJobs := resource{
		group: "batch", name: "cronjobs", kind: "CronJob", object: "nightly",
		rest: `"spec":{"schedule":"0 0 * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"job","image":"registry.example.com/job:1.0"}]}}}}}`,
	}
	return map[string]minor{
		"1.37": {
			etcd: "3.7.0-0", allowed: "v1.34.9", beyond: "v1.33.9", standing: "v1.37.1 x1 ok: upstream standard until 2027-08-28",
			goes: claims, version: "v1beta1", gone: "1.38", hops: 1,
			answers: []string{"skew unsupported", "support unsupported", "deprecations error", "plan blocked"},
		},
		"1.36": {
			etcd: "3.6.11-0", allowed: "v1.33.9", beyond: "v1.32.9", standing: "v1.36.3 x1 ok: upstream standard until 2027-04-28",
			goes: claims, version: "v1beta1", gone: "1.38", hops: 2,
			answers: []string{"skew unsupported", "support unsupported", "deprecations warning", "plan warning"},
		},
		"1.34": {
			etcd: "3.6.5-0", allowed: "v1.31.9", beyond: "v1.30.9", standing: "v1.34.4 x1 unsupported: upstream end of life until 2026-10-27",
			goes: cidrs, version: "v1beta1", gone: "1.37", hops: 3,
			answers: []string{"skew unsupported", "support unsupported", "deprecations warning", "plan warning"},
		},
		"1.31": {
			etcd: "3.5.24-0", allowed: "v1.28.9", beyond: "v1.27.9", standing: "v1.31.0 x1 unsupported: upstream end of life until 2025-11-11",
			goes: flows, version: "v1beta3", gone: "1.32", hops: 1,
			answers: []string{"skew unsupported", "support unsupported", "deprecations error", "plan blocked"},
		},
		"1.24": {
			etcd: "3.5.6-0", allowed: "v1.22.9", beyond: "v1.21.9", standing: "v1.24.17 x1 unsupported: upstream end of life until 2023-07-28",
			goes: cronJobs, version: "v1beta1", gone: "1.25", hops: 1,
			untold: []string{
				"warning flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema: clients: requested",
				"warning flowcontrol.apiserver.k8s.io/v1beta2 PriorityLevelConfiguration: clients: requested",
			},
			answers: []string{"skew unsupported", "support unsupported", "deprecations error", "plan blocked"},
		},
	}
}

// What every command says of a cluster of kubeadm, on the kube-apiserver and through the kubectl of each version.
// docs/compatibility.md is the outcome.
func TestMatrixCompatibility(t *testing.T) {
	for _, server := range kubernetes(t) {
		t.Run(server, func(t *testing.T) {
			name := server[1:strings.LastIndexByte(server, '.')]
			of, ok := minors()[name]
			if !ok {
				t.Fatalf("nothing is known of %s", name)
			}
			of.test(t, server)
		})
	}
}

func (m minor) test(t *testing.T, server string) {
	c := startClusterWith(t,
		[]string{oftenCounted, "--set", "version=" + server, "--set", "etcd=" + m.etcd, "--set", "nodes=5", "--set", "allowed=" + m.allowed, "--set", "beyond=" + m.beyond},
		[]string{server}, "testdata/plan/tidy.yaml", "testdata/compatibility.yaml", "../../docs/rbac.yaml", "testdata/reader.yaml", "testdata/plan/permissions.yaml")
	s := c.scene(t, "default")
	api := m.goes.group + "/" + m.version + " " + m.goes.kind
	s.do(t, m.goes.post("operator", m.version, "changed=once"), deployed("shop", 1, chart(api+" "+m.goes.object)).store())

	t.Run("skew", func(t *testing.T) {
		want := []string{
			"kubelet " + m.beyond + " beyond unsupported",
			"kube-proxy " + server + " allowed,cp-1,worker-1,worker-2 ok",
			"kube-proxy " + server + " beyond unsupported",
			"kubelet " + m.allowed + " allowed warning",
			"kube-apiserver " + server + " kube-apiserver-cp-1 ok",
			"kube-controller-manager " + server + " kube-controller-manager-cp-1 ok",
			"kube-scheduler " + server + " kube-scheduler-cp-1 ok",
			"kubelet " + server + " cp-1,worker-1,worker-2 ok",
			"kubectl " + server + "  ok",
		}
		if diff := gocmp.Diff(sorted(want), sorted(lines(c.skew(t)))); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("support", func(t *testing.T) {
		if got := standings(c.support(t)); len(got) == 0 || got[0] != "control plane "+m.standing {
			t.Errorf("got %q", got)
		}
	})
	t.Run("deprecations", func(t *testing.T) {
		s.awaitCounted(t, m.goes.name)
		report := s.deprecations(t, "--to", m.gone)
		object := m.goes.object
		if !m.goes.clusterScoped {
			object = "default/" + object
		}
		want := slices.Concat(m.untold, []string{
			"error " + api + ": clients: requested",
			"error " + api + ": manager operator: written " + object,
			"error " + api + ": release default/shop: declared default/" + m.goes.object,
		})
		got := slices.DeleteFunc(told(report.Findings), func(line string) bool { return strings.HasPrefix(line, "information ") })
		if diff := gocmp.Diff(sorted(want), sorted(got)); diff != "" || len(report.Gaps) > 0 {
			t.Errorf("%s, gaps %+v", diff, report.Gaps)
		}
	})
	t.Run("plan", func(t *testing.T) {
		plan := c.plan(t, "--to", m.gone)
		if len(plan.Hops) != m.hops || len(plan.Gaps) > 0 {
			t.Fatalf("%d hops, gaps %+v", len(plan.Hops), plan.Gaps)
		}
		for i, hop := range plan.Hops {
			removed, skew := v1alpha1.Pass, v1alpha1.Pass
			if i == m.hops-1 {
				removed = v1alpha1.Blocked
			}
			if i == 0 {
				skew = v1alpha1.Warning // repaired by the first steps
			}
			if g := gateOf(t, hop, "removed-apis"); g.Verdict != removed {
				t.Errorf("hop %d: %+v", i+1, g)
			}
			if g := gateOf(t, hop, "version-skew"); g.Verdict != skew {
				t.Errorf("hop %d: %+v", i+1, g)
			}
		}
	})
	t.Run("overview", func(t *testing.T) {
		report := &v1alpha1.Overview{}
		c.report(t, report, "--at", "2026-11-20")
		var answers []string
		for _, a := range report.Answers {
			answers = append(answers, string(a.Question)+" "+string(a.Verdict))
		}
		if diff := gocmp.Diff(m.answers, answers); diff != "" || len(report.Gaps) > 0 {
			t.Errorf("%s, gaps %+v", diff, report.Gaps)
		}
	})
	t.Run("snapshot", func(t *testing.T) {
		saved := c.kubectl(t, "versions", "snapshot")
		file := filepath.Join(t.TempDir(), "cluster.yaml")
		if err := os.WriteFile(file, []byte(saved.stdout), 0o600); err != nil || saved.code != 0 {
			t.Fatal(saved.stderr, err)
		}
		if diff := gocmp.Diff(lines(c.skew(t)), lines(c.skew(t, "--snapshot", file))); diff != "" {
			t.Error(diff)
		}
		if diff := gocmp.Diff(told(c.deprecations(t).Findings), told(c.deprecations(t, "--snapshot", file).Findings)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("least privilege", func(t *testing.T) {
		if diff := gocmp.Diff(lines(c.skew(t)), lines(c.skew(t, "--context", "reader"))); diff != "" {
			t.Error(diff)
		}
		if plan := c.plan(t, "--context", "reader"); len(plan.Gaps) > 0 {
			t.Errorf("gaps %+v", plan.Gaps)
		}
	})
	t.Run("no permission", func(t *testing.T) {
		r := c.kubectl(t, "versions", "--context", "nobody", "--require-complete")
		if r.code != 4 || !strings.Contains(r.stdout, "unknown") {
			t.Errorf("ended with %d: %s%s", r.code, r.stdout, r.stderr)
		}
	})
}
