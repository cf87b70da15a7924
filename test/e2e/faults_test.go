package e2e

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	nodes      = "/api/v1/nodes"
	systemPods = "/api/v1/namespaces/kube-system/pods"
	daemonSets = "/apis/apps/v1/namespaces/kube-system/daemonsets"
	templates  = "/apis/resource.k8s.io/v1/resourceclaimtemplates"
	budgets    = "/apis/policy/v1/poddisruptionbudgets"
	secrets    = "/api/v1/secrets"
	csiDrivers = "/apis/storage.k8s.io/v1/csidrivers"
	badGateway = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)

// faultCase is one fault and all that it may cost.
type faultCase struct {
	name  string
	rules []rule
	// overHTTP1 has the proxy speak no HTTP/2, where breaking a connection breaks all requests.
	overHTTP1 bool
	// timeout is the --request-timeout; empty for the default.
	timeout string
	// gaps are source, reason, resource and permission.
	gaps []string
	// changes are what differs from the answers without the fault, as answers has them.
	changes []string
	// line begins one of the table of a command, which is incomplete.
	command, line string
	// meets is a status that kube-apiserver itself answers with on the way.
	meets int
	// within is how long it may take, and atLeast how long it has to.
	within, atLeast time.Duration
}

// answers are the verdicts of every report, by what each is about.
func answers(t *testing.T, o *v1alpha1.Overview) map[string]string {
	t.Helper()
	verdicts := map[string][]string{}
	add := func(about string, verdict any) {
		if text := fmt.Sprint(verdict); !slices.Contains(verdicts[about], text) {
			verdicts[about] = append(verdicts[about], text)
		}
	}
	for _, a := range o.Answers {
		if !a.Complete {
			add(string(a.Question), "incomplete")
		}
	}
	for _, row := range o.Skew.Rows {
		add("skew of "+row.Component, row.Verdict)
	}
	for _, row := range o.Support.Rows {
		add("support of "+row.Part, row.Verdict)
	}
	for _, f := range o.Deprecations.Findings {
		if f.Verdict == v1alpha1.Information {
			continue
		}
		add(f.APIVersion+" "+f.Kind, f.Verdict)
	}
	for _, hop := range o.Plan.Hops {
		for _, gate := range hop.Gates {
			add("check "+gate.ID, gate.Verdict)
		}
	}
	out := map[string]string{}
	for about, all := range verdicts {
		out[about] = strings.Join(slices.Sorted(slices.Values(all)), ", ")
	}
	return out
}

// changes are the answers that differ, sorted.
func changes(from, to map[string]string) []string {
	var out []string
	for about := range maps.Keys(from) {
		if to[about] != from[about] {
			out = append(out, about+": "+cmp.Or(to[about], "-"))
		}
	}
	for about := range maps.Keys(to) {
		if from[about] == "" {
			out = append(out, about+": "+to[about])
		}
	}
	slices.Sort(out)
	return out
}

func gapLines(gaps []v1alpha1.Gap) []string {
	var out []string
	for _, g := range gaps {
		line := string(g.Source) + " " + string(g.Reason)
		if g.Resource != "" {
			line += " " + g.Resource
		}
		if g.Permission != "" {
			line += ", needs to " + g.Permission
		}
		out = append(out, line)
	}
	return out
}

// judged saves a snapshot through a kubeconfig, and evaluates it by every command.
func (c cluster) judged(t *testing.T, kubeconfig string, args ...string) (*v1alpha1.Snapshot, map[string]string, result) {
	t.Helper()
	return c.judgedWhile(t, kubeconfig, func() {}, args...)
}

// judgedWhile has something happen while the cluster is read.
func (c cluster) judgedWhile(t *testing.T, kubeconfig string, happens func(), args ...string) (*v1alpha1.Snapshot, map[string]string, result) {
	t.Helper()
	command := c.command(kubeconfig, append([]string{"versions", "snapshot"}, args...)...)
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	start := time.Now()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	happens()
	_ = command.Wait()
	r := result{stdout.String(), stderr.String(), command.ProcessState.ExitCode(), time.Since(start)}
	if r.code != 0 || r.stderr != "" {
		t.Fatalf("ended with %d: %s", r.code, r.stderr)
	}
	file := filepath.Join(t.TempDir(), "snapshot.yaml")
	if err := os.WriteFile(file, []byte(r.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	snapshot, err := v1alpha1.DecodeSnapshot(strings.NewReader(r.stdout))
	if err != nil {
		t.Fatal(err)
	}
	report := &v1alpha1.Overview{}
	c.report(t, report, "--snapshot", file, "--at", "2026-11-20")
	return snapshot, answers(t, report), r
}

func TestFaultsOfAnAPIServer(t *testing.T) {
	c := startClusterWith(t, []string{"--arg=--runtime-config=resource.k8s.io/v1beta1=true", "--arg=--etcd-compaction-interval=1s"}, kubernetes(t)[:1],
		demoSeed, usageSeed, upgradeSeed)
	proxies := map[bool]*faultProxy{true: c.startFaultProxy(t, true), false: c.startFaultProxy(t, false)}
	healthySnapshot, healthy, _ := c.judged(t, proxies[true].kubeconfig)
	if len(healthySnapshot.Gaps) > 0 {
		t.Fatalf("gaps without a fault: %+v", healthySnapshot.Gaps)
	}

	c.waitForCompaction(t)
	for _, f := range faultCases() {
		t.Run(f.name, func(t *testing.T) {
			p := proxies[!f.overHTTP1]
			var args []string
			if f.timeout != "" {
				args = []string{"--request-timeout", f.timeout}
			}
			p.inject(f.rules...)
			snapshot, got, r := c.judged(t, p.kubeconfig, args...)
			if diff := gocmp.Diff(f.gaps, gapLines(snapshot.Gaps)); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
				for _, g := range snapshot.Gaps {
					t.Logf("%+v", g)
				}
			}
			if diff := gocmp.Diff(f.changes, changes(healthy, got)); diff != "" {
				t.Errorf("changes of answers (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(healthySnapshot.APIUsage.Objects, snapshot.APIUsage.Objects); diff != "" && len(f.gaps) == 0 {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			if n := snapshot.Leases.RunningAPIServers(); n != 1 {
				t.Errorf("%d kube-apiservers renew their leases, of %+v", n, snapshot.Leases)
			}
			if f.meets != 0 && !p.answered(f.meets) {
				t.Errorf("kube-apiserver answered nothing with %d", f.meets)
			}
			if within := cmp.Or(f.within, 8*time.Second); r.took > within || r.took < f.atLeast {
				t.Errorf("took %s, want %s to %s", r.took, f.atLeast, within)
			}
			if f.command == "" {
				return
			}
			p.inject(f.rules...)
			r = c.kubectlWith(t, p.kubeconfig, append([]string{"versions", f.command, "--require-complete"}, args...)...)
			if r.code != 4 || r.stderr != "" {
				t.Errorf("%s ended with %d: %s", f.command, r.code, r.stderr)
			}
			if !slices.ContainsFunc(strings.Split(r.stdout, "\n"), func(line string) bool { return strings.HasPrefix(strings.TrimSpace(line), f.line) }) {
				t.Errorf("want the line %q in\n%s", f.line, r.stdout)
			}
		})
	}
	c.faultsTogether(t, proxies[true], healthy)
}

// faultsTogether are those of many sources, and restarts of the server itself.
func (c cluster) faultsTogether(t *testing.T, p *faultProxy, healthy map[string]string) {
	internal := status(http.StatusInternalServerError, "InternalError", "etcdserver: leader changed")
	t.Run("every command goes on without what fails", func(t *testing.T) {
		p.inject(rule{path: nodes, fault: internal}, rule{path: templates, fault: internal}, rule{path: budgets, fault: hang})
		for _, command := range []string{"skew", "support", "deprecations", "plan", "snapshot", ""} {
			t.Run(cmp.Or(command, "overview"), func(t *testing.T) {
				t.Parallel()
				args := []string{"versions", "--request-timeout", "2s"}
				if command != "" {
					args = slices.Insert(args, 1, command)
				}
				wantCode := func(r result, code int) {
					if r.code != code || r.stdout == "" || r.stderr != "" || r.took > 5*time.Second {
						t.Errorf("ended with %d after %s, want %d: %s%s", r.code, r.took, code, r.stdout, r.stderr)
					}
				}
				wantCode(c.kubectlWith(t, p.kubeconfig, args...), 0)
				if command != "snapshot" {
					wantCode(c.kubectlWith(t, p.kubeconfig, append(args, "--require-complete")...), 4)
				}
			})
		}
	})

	t.Run("metrics of 200 MB", func(t *testing.T) {
		p.inject(rule{path: "/metrics", fault: padded(200 << 20)})
		command := c.command(p.kubeconfig, "versions", "deprecations", "-o", "json")
		out, err := command.Output()
		report := &v1alpha1.DeprecationReport{}
		if err := cmp.Or(err, json.Unmarshal(out, report)); err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff([]string{"kube-apiserver metrics Malformed"}, gapLines(report.Gaps)); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		if want := "/metrics: unexpected answer: more than 134217727 bytes"; len(report.Gaps) > 0 && report.Gaps[0].Message != want {
			t.Errorf("got  %s\nwant %s", report.Gaps[0].Message, want)
		}
		if got := residentBytes(command.ProcessState); got > 150<<20 {
			t.Errorf("held %d MiB in memory", got>>20)
		}
	})

	s := c.scene(t, "shop")
	t.Run("an aggregated API that is down", func(t *testing.T) {
		p.inject()
		s.run(t, "", "apply", "-f", "testdata/plan/aggregated.yaml")
		s.run(t, "", "wait", "--for=condition=Available=False", "apiservice/v1.prices.example.com", "--timeout=20s")
		snapshot, got, _ := c.judged(t, p.kubeconfig)
		if diff := gocmp.Diff([]string{"API discovery Unavailable prices.example.com/v1"}, gapLines(snapshot.Gaps)); diff != "" {
			t.Errorf("gaps (-want +got):\n%s\n%+v", diff, snapshot.Gaps)
		}
		if diff := gocmp.Diff([]string{"check aggregated-apis: warning", "deprecations: incomplete"}, changes(healthy, got)); diff != "" {
			t.Errorf("changes of answers (-want +got):\n%s", diff)
		}
		s.run(t, "", "delete", "-f", "testdata/plan/aggregated.yaml")
	})

	t.Run("the server restarts while it is read", func(t *testing.T) {
		gate := make(chan struct{})
		p.inject(rule{path: nodes, fault: held(gate)})
		var pid int
		snapshot, got, _ := c.judgedWhile(t, p.kubeconfig, func() {
			p.settle(t)
			pid = s.restart(t)
			close(gate)
		}, "--request-timeout", "60s")
		if diff := gocmp.Diff([]string(nil), gapLines(snapshot.Gaps)); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		if diff := gocmp.Diff([]string(nil), changes(healthy, got)); diff != "" {
			t.Errorf("changes of answers (-want +got):\n%s", diff)
		}

		gate = make(chan struct{})
		p.inject(rule{path: nodes, fault: held(gate)})
		snapshot, got, _ = c.judgedWhile(t, p.kubeconfig, func() {
			p.settle(t)
			end(t, pid)
			close(gate)
		})
		if diff := gocmp.Diff([]string{"nodes Unavailable"}, gapLines(snapshot.Gaps)); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		// The metrics of the new process begin at zero.
		want := append(withoutNodes(), "check removed-apis: warning", "resource.k8s.io/v1beta1 ResourceClaimTemplate: warning")
		slices.Sort(want)
		if diff := gocmp.Diff(want, changes(healthy, got)); diff != "" {
			t.Errorf("changes of answers (-want +got):\n%s", diff)
		}
		wantFailure(t, c.kubectlWith(t, p.kubeconfig, "versions"), "cannot reach kube-apiserver at https://"+p.address)
	})
}

func faultCases() []faultCase {
	never := status(http.StatusTooManyRequests, "TooManyRequests", "too many requests, please try again later", "Retry-After", "3600")
	soon := status(http.StatusTooManyRequests, "TooManyRequests", "too many requests, please try again later", "Retry-After", "1")
	internal := status(http.StatusInternalServerError, "InternalError", "etcdserver: leader changed")
	withoutTemplates := []string{
		"deprecations: incomplete", "resource.k8s.io/v1beta1 ResourceClaimTemplate: error, unknown", "resource.k8s.io/v1beta2 ResourceClaimTemplate: unknown",
	}
	const whoWrote = "resourceclaimtemplates.resource.k8s.io: who wrote objects: "
	const served = "which API versions are served, and who uses built-in ones: "
	withoutDiscovery := []string{
		"check admission-rules: unknown", "check admission-webhooks: blocked", "deprecations: incomplete", "resource.k8s.io/v1beta1 ResourceClaim: -",
	}
	withoutKubeProxy := []string{"check kube-proxy-mode: unknown", "skew of kube-proxy: unknown", "skew: incomplete"}
	return []faultCase{
		{
			name: "401 for one resource", rules: []rule{{path: daemonSets, fault: status(http.StatusUnauthorized, "Unauthorized", "Unauthorized")}},
			gaps: []string{"kube-proxy Unavailable"}, changes: withoutKubeProxy, command: "skew", line: "kube-proxy versions: Unauthorized",
		},
		{
			name: "403 of RBAC", rules: []rule{{path: nodes, fault: status(http.StatusForbidden, "Forbidden",
				`nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope`)}},
			gaps: []string{"nodes Forbidden, needs to list nodes"}, changes: withoutNodes(), command: "support", line: "kubelet versions: needs permission to list nodes",
		},
		{
			name: "403 without a word", rules: []rule{{path: systemPods, fault: answer(http.StatusForbidden, "text/plain", "")}},
			gaps: []string{"control-plane pods Forbidden"},
			changes: []string{
				"check etcd-version: unknown", "check feature-gates: unknown", "skew of kube-controller-manager: unknown",
				"skew of kube-scheduler: unknown", "skew: incomplete", "support: incomplete",
			},
			command: "skew", line: "versions of control-plane pods: forbidden (get " + systemPods + ")",
		},
		{
			name: "404", rules: []rule{{path: budgets, fault: answer(http.StatusNotFound, "text/plain", "404 page not found\n")}},
			gaps:    []string{"disruption budgets NotFound"},
			changes: []string{"check overlapping-budgets: unknown", "check pod-disruption-budgets: unknown"},
			command: "plan", line: "evictions that are refused: the server could not find the requested resource (get " + budgets + ")",
		},
		{
			name: "409", rules: []rule{{path: secrets, fault: status(http.StatusConflict, "Conflict", "the storage is being moved")}},
			gaps:    []string{"Helm releases in Secrets Unavailable"},
			changes: []string{"deprecations: incomplete", "policy/v1beta1 PodDisruptionBudget: -"},
			command: "deprecations", line: "the APIs that Helm releases declare: the storage is being moved",
		},
		{
			name: "410 of an expired continue token", meets: http.StatusGone, rules: []rule{{path: templates, query: "continue=", first: 1, fault: asking("", func(q url.Values) {
				q.Set("limit", "1")
				q.Set("continue", aged(q.Get("continue")))
			})}, {path: templates, fault: asking("", func(q url.Values) { q.Set("limit", "1") })}},
		},
		{
			name: "410 without end", rules: []rule{
				{path: templates, query: "continue=", fault: status(http.StatusGone, "Expired", "The provided continue parameter is too old")},
				{path: templates, fault: asking("", func(q url.Values) { q.Set("limit", "1") })},
			},
			gaps: []string{"objects Unavailable resourceclaimtemplates.resource.k8s.io"}, changes: withoutTemplates,
			command: "deprecations", line: whoWrote + "The provided continue parameter is too old",
		},
		{
			name: "429 twice, to be asked again in a second", rules: []rule{{path: nodes, first: 2, fault: soon}}, atLeast: time.Second,
		},
		{
			name: "429 for longer than there is time", rules: []rule{{path: nodes, fault: soon}}, timeout: "3s", within: 5 * time.Second,
			gaps: []string{"nodes Unavailable"}, changes: withoutNodes(), command: "skew", line: "kubelet versions: too many requests, please try again later",
		},
		{
			name: "429 for an hour", rules: []rule{{path: csiDrivers, fault: never}},
			gaps: []string{"CSI drivers Unavailable"}, changes: []string{"check in-tree-volumes: unknown"}, command: "plan", line: "drivers that took over volumes: too many requests, please try again later",
		},
		{name: "a burst of 500s", rules: []rule{{path: "/*", first: 8, fault: internal}}},
		{
			name: "nothing but 500", rules: []rule{{path: nodes, fault: internal}},
			gaps: []string{"nodes Unavailable"}, changes: withoutNodes(), command: "skew", line: "kubelet versions: etcdserver: leader changed",
		},
		{
			name: "502 of a proxy", rules: []rule{{path: daemonSets, fault: answer(http.StatusBadGateway, "text/html", badGateway)}},
			gaps: []string{"kube-proxy Unavailable"}, changes: withoutKubeProxy, command: "skew",
			line: `kube-proxy versions: an error on the server ("502 Bad Gateway") has prevented the request from succeeding (get ` + daemonSets + ")",
		},
		{name: "connections that are reset before an answer", overHTTP1: true, rules: []rule{{path: nodes, first: 2, fault: reset}}},
		{
			name: "a connection that is reset in the middle of an answer", overHTTP1: true, rules: []rule{{path: nodes, fault: cut(200, reset)}},
			gaps: []string{"nodes Unavailable"}, changes: withoutNodes(), command: "skew", line: "kubelet versions: " + nodes + ": the answer broke off: read: connection reset by peer",
		},
		{
			name: "a stream that is reset in the middle of an answer", rules: []rule{{path: nodes, fault: cut(200, abort)}},
			gaps: []string{"nodes Unavailable"}, changes: withoutNodes(), command: "skew", line: "kubelet versions: " + nodes + ": the answer broke off: stream error",
		},
		{
			name: "truncated protobuf", rules: []rule{{path: templates, fault: cut(300, nil)}},
			gaps: []string{"objects Malformed resourceclaimtemplates.resource.k8s.io"}, changes: withoutTemplates,
			command: "deprecations", line: whoWrote + templates + ": unexpected answer: unexpected EOF",
		},
		{
			name: "truncated JSON", rules: []rule{{path: nodes, fault: cut(300, nil)}},
			gaps: []string{"nodes Malformed"}, changes: withoutNodes(), command: "skew", line: "kubelet versions: " + nodes + ": unexpected answer: unexpected EOF",
		},
		{
			name: "a byte a second", rules: []rule{{path: nodes, fault: trickle}}, timeout: "3s", atLeast: 3 * time.Second, within: 5 * time.Second,
			gaps: []string{"nodes Timeout"}, changes: withoutNodes(), command: "skew", line: "kubelet versions: context deadline exceeded",
		},
		{
			name: "no answer", rules: []rule{{path: templates, fault: hang}}, timeout: "3s", atLeast: 3 * time.Second, within: 5 * time.Second,
			gaps: []string{"objects Timeout resourceclaimtemplates.resource.k8s.io"}, changes: withoutTemplates,
			command: "deprecations", line: whoWrote + "context deadline exceeded",
		},
		{
			name: "metrics forbidden", rules: []rule{{path: "/metrics", fault: status(http.StatusForbidden, "Forbidden", `forbidden: User "jane" cannot get path "/metrics"`)}},
			gaps:    []string{"kube-apiserver metrics Forbidden, needs to get /metrics"},
			changes: []string{"coordination.k8s.io/v1beta1 LeaseCandidate: unknown", "deprecations: incomplete"},
			command: "deprecations", line: "requests for deprecated APIs: needs permission to get /metrics",
		},
		{
			name: "apis fails", rules: []rule{{path: "/apis", fault: internal}},
			gaps:    []string{"API discovery Unavailable", "API groups Unavailable", "control-plane pods Unavailable"},
			changes: append(slices.Clone(withoutDiscovery), "skew: incomplete", "support: incomplete"),
			command: "deprecations", line: served + "etcdserver: leader changed",
		},
		{
			name: "api forbidden", rules: []rule{{path: "/api", fault: status(http.StatusForbidden, "Forbidden", `forbidden: User "jane" cannot get path "/api"`)}},
			gaps: []string{"API discovery Forbidden, needs to get /api"}, changes: withoutDiscovery,
			command: "deprecations", line: served + "needs permission to get /api",
		},
		{
			name: "one group of a server without aggregated discovery", rules: []rule{
				{path: "/api", fault: asking("application/json", nil)}, {path: "/apis", fault: asking("application/json", nil)},
				{path: "/apis/networking.k8s.io/v1", fault: internal},
			},
			gaps: []string{"API discovery Unavailable networking.k8s.io/v1"}, changes: []string{"deprecations: incomplete"},
			command: "deprecations", line: "networking.k8s.io/v1: its resources, and who uses them: etcdserver: leader changed",
		},
		{name: "a proxy whose clock is a day ahead", rules: []rule{{path: "/*", fault: shifted(24 * time.Hour)}}},
		{name: "a proxy whose clock is a day behind", rules: []rule{{path: "/*", fault: shifted(-24 * time.Hour)}}},
	}
}

// withoutNodes are the answers that differ where nodes could not be read.
func withoutNodes() []string {
	return []string{
		"check cgroup-v2: unknown", "check container-runtime: unknown", "check in-tree-volumes: unknown", "check kernel: unknown",
		"check nodes-ready: unknown", "check version-skew: unknown",
		"skew of kube-proxy: unknown", "skew of kubelet: unknown", "skew: incomplete", "support of nodes: unknown", "support: incomplete",
	}
}

// waitForCompaction waits until the state that an aged token is of is gone.
func (c cluster) waitForCompaction(t *testing.T) {
	t.Helper()
	var list struct {
		Metadata struct{ Continue string }
	}
	page := c.kubectl(t, "get", "--raw", templates+"?limit=1")
	if err := json.Unmarshal([]byte(page.stdout), &list); err != nil || list.Metadata.Continue == "" {
		t.Fatalf("no continue token: %v: %s%s", err, page.stdout, page.stderr)
	}
	next := templates + "?limit=1&continue=" + aged(list.Metadata.Continue)
	for began := time.Now(); c.kubectl(t, "get", "--raw", next).code == 0; time.Sleep(200 * time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatal("etcd is not compacted")
		}
	}
}

// aged is a continue token of a state that etcd has compacted away.
func aged(token string) string {
	decoded, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return err.Error()
	}
	var fields map[string]any
	if err := json.Unmarshal(decoded, &fields); err != nil {
		return err.Error()
	}
	fields["rv"] = 1
	encoded, err := json.Marshal(fields)
	if err != nil {
		return err.Error()
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}

// A cluster with two kube-apiservers of which one is dead, behind a load balancer
// that has not noticed.
func TestFaultOfOneAPIServerOfTwo(t *testing.T) {
	server := kubernetes(t)[0]
	c := startCluster(t, []string{server, server}, demoSeed)
	kubeconfig := c.throughAnUnawareBalancer(t)
	_, healthy, _ := c.judged(t, kubeconfig)
	process, err := os.FindProcess(c.server(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	// Killed, it leaves its lease behind.
	if err := process.Kill(); err != nil {
		t.Fatal(err)
	}
	snapshot, got, _ := c.judged(t, kubeconfig)
	if servers := snapshot.APIServers.Instances; len(servers) != 1 || snapshot.Leases.RunningAPIServers() != 2 || len(snapshot.Gaps) > 0 {
		t.Errorf("%+v answered, leases %+v, gaps %+v", servers, snapshot.Leases, snapshot.Gaps)
	}
	want := []string{
		"check api-server-versions: unknown", "deprecations: incomplete", "skew of kube-apiserver: ok, unknown", "skew: incomplete",
		"support of control plane: ok, unknown", "support: incomplete",
	}
	if diff := gocmp.Diff(want, changes(healthy, got)); diff != "" {
		t.Errorf("changes of answers (-want +got):\n%s", diff)
	}
	for command, line := range map[string]string{
		"skew":         "kube-apiserver: 1 of 2 instances did not show their version",
		"deprecations": "metrics of 1 of 2 kube-apiserver instances",
	} {
		r := c.kubectlWith(t, kubeconfig, "versions", command, "--require-complete")
		if r.code != 4 || r.stderr != "" || !strings.Contains(r.stdout, line) {
			t.Errorf("%s ended with %d, want 4 and %q: %s%s", command, r.code, line, r.stdout, r.stderr)
		}
	}
}

// throughAnUnawareBalancer hands each new connection to the next server, whether
// it runs or not.
func (c cluster) throughAnUnawareBalancer(t *testing.T) (kubeconfig string) {
	t.Helper()
	config, err := clientcmd.LoadFromFile(c.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	var servers []string
	for _, name := range []string{"server-1", "server-2"} {
		servers = append(servers, strings.TrimPrefix(config.Clusters[name].Server, "https://"))
	}
	go func() {
		for n := 0; ; n++ {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", servers[n%len(servers)])
			if err != nil {
				client.Close()
				continue
			}
			for _, pair := range [][2]net.Conn{{client, server}, {server, client}} {
				go func() {
					_, _ = io.Copy(pair[0], pair[1])
					pair[0].Close()
				}()
			}
		}
	}()
	config.Clusters["load-balancer"].Server = "https://" + listener.Addr().String()
	kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
	if err := clientcmd.WriteToFile(*config, kubeconfig); err != nil {
		t.Fatal(err)
	}
	return kubeconfig
}
