package e2e

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// oftenCounted has kube-apiserver count the objects in etcd every second, and not every minute.
const oftenCounted = "--arg=--etcd-count-metric-poll-period=1s"

// stage starts a cluster and does all that the corpus is about.
func stage(t *testing.T, server string, rows []row) scene {
	t.Helper()
	c := startClusterWith(t, []string{oftenCounted}, []string{server},
		"../../docs/rbac.yaml", "testdata/reader.yaml")
	s := c.scene(t, "")
	s.define(t)
	longest := 0
	for _, r := range rows {
		s.addNamespace(t, r.namespace)
		longest = max(longest, len(r.do))
	}
	for i := range longest {
		nextSecond()
		t.Run(fmt.Sprintf("step %d", i+1), func(t *testing.T) {
			for _, r := range rows {
				if i < len(r.do) {
					t.Run(r.namespace, func(t *testing.T) {
						t.Parallel()
						r.do[i](t, s.in(r.namespace))
					})
				}
			}
		})
	}
	if t.Failed() {
		t.FailNow()
	}
	return s
}

func (s scene) addNamespace(t *testing.T, name string) {
	t.Helper()
	s.send(t, "stage", http.MethodPost, "/api/v1/namespaces", "application/json", fmt.Sprintf(`{"metadata":{"name":%q}}`, name))
}

// define adds the definitions of custom resources, and the webhooks, policies and roles.
func (s scene) define(t *testing.T) {
	t.Helper()
	s.run(t, "", "apply", "-f", "testdata/deprecations/definitions.yaml", "-f", "testdata/deprecations/references.yaml")
	s.run(t, "", "wait", "--for=condition=Established", "--all", "crd", "--timeout=20s")
}

// One kube-apiserver with all of the corpus on it, judged in every way there is.
func TestDeprecations(t *testing.T) {
	rows := append(corpus(), references()...)
	s := stage(t, kubernetes(t)[0], rows)
	endWatch := s.usesOfNoNamespace(t)
	snapshot := s.snapshot(t)
	s.wantRows(t, snapshot, rows)

	live := s.deprecations(t)
	t.Run("all of the cluster: nothing missed, nothing false", func(t *testing.T) {
		wantVerdicts(t, append(wantedBy(rows), ofNoNamespace()...), live)
	})
	t.Run("what cannot be read of Helm releases is a gap", func(t *testing.T) {
		var hidden []string
		for _, gap := range live.Gaps {
			hidden = append(hidden, fmt.Sprintf("%s: %s: %s", gap.Reason, gap.Hides, gap.Message))
		}
		want := []string{
			"Malformed: API versions in Helm release helm-hostile/more-zeros: the release is not gzipped correctly",
			"Malformed: API versions in Helm release helm-hostile/no-base64: the release is not base64",
			"Malformed: API versions in Helm release helm-hostile/no-gzip: the release is not gzipped correctly",
			"Malformed: API versions in Helm release helm-hostile/no-json: the release is cut off, or no JSON object",
			"Malformed: API versions in Helm release helm-hostile/no-yaml: manifest: line 18: the document that begins here is not valid YAML: found character that cannot start any token",
			"Malformed: API versions in Helm release helm-hostile/zeros: the release is larger than 64 MiB",
		}
		if diff := gocmp.Diff(want, sorted(hidden)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a snapshot replays to the same report", func(t *testing.T) {
		replayed := s.deprecations(t, "--snapshot", snapshot)
		if diff := gocmp.Diff(told(live.Findings), told(replayed.Findings)); diff != "" {
			t.Error(diff)
		}
		if diff := gocmp.Diff(live.Gaps, replayed.Gaps); diff != "" {
			t.Error(diff)
		}
		if diff := gocmp.Diff(live.Coverage, replayed.Coverage); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("-n", func(t *testing.T) { s.testNarrowing(t, rows) })
	t.Run("permissions", s.testPermissions)
	t.Run("--skip helm-secrets", s.testSkipping)
	t.Run("--read-deprecated", s.testReadDeprecated)
	t.Run("--audit-log", s.testAuditLog)
	t.Run("every target", s.testTargets)
	t.Run("exit codes", s.testGates)
	t.Run("terminal", func(t *testing.T) {
		for _, format := range []string{"", "wide", "json", "yaml", "name"} {
			command := s.command(s.kubeconfig(), "versions", "deprecations", "-o", format, "--to", "1.40")
			stdout, err := command.Output()
			if err != nil {
				t.Errorf("-o %s: %v", format, err)
			}
			wantDiscreet(t, string(stdout))
			if used := residentBytes(command.ProcessState); used > 200<<20 {
				t.Errorf("-o %s takes %d MiB, with a Helm release of 750 MB among the others", format, used>>20)
			}
		}
	})

	endWatch()
	s.restart(t)
	t.Run("after a restart", func(t *testing.T) {
		t.Run("no command leaves a trace", s.wantNoTrace)
		wantVerdicts(t, append(dormantOf(rows), dormantOfNoNamespace()...), s.deprecations(t))
	})
	t.Run("an aggregated API that does not answer", s.testBrokenAPI)
	t.Run("a Helm release with control characters", s.testControlCharacters)
}

// wantRows judges each row's namespace by a snapshot.
func (s scene) wantRows(t *testing.T, snapshot string, rows []row) {
	t.Helper()
	t.Run("rows", func(t *testing.T) {
		for _, r := range rows {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				report := s.deprecations(t, "--snapshot", snapshot, "-n", r.namespace)
				if diff := gocmp.Diff(sorted(r.want), sorted(told(report.Findings))); diff != "" {
					t.Error(diff)
				}
			})
		}
	})
}

// testNarrowing compares what is collected with -n, as an administrator and as
// somebody who may read nothing else, with what is told of that namespace.
func (s scene) testNarrowing(t *testing.T, rows []row) {
	for _, namespace := range []string{"apply", "two-betas", "helm-secret", "helm-configmap", "custom", "hpa-gone", "role"} {
		r := rows[slices.IndexFunc(rows, func(r row) bool { return r.namespace == namespace })]
		t.Run(namespace, func(t *testing.T) {
			if diff := gocmp.Diff(sorted(r.want), sorted(told(s.deprecations(t, "-n", namespace).Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, role := range []string{"kubectl-versions", "kubectl-versions-helm"} {
		s.run(t, "", "create", "rolebinding", role, "-n", "helm-secret", "--clusterrole="+role, "--user=alice")
	}
	t.Run("with rights in that namespace alone", func(t *testing.T) {
		report := s.deprecations(t, "-n", "helm-secret", "--as", "alice")
		want := []string{
			"unknown coordination.k8s.io/v1beta1 LeaseCandidate: server kube-apiserver: stored",
			"error resource.k8s.io/v1beta1 ResourceClaimTemplate: release helm-secret/app: declared helm-secret/gpu",
		}
		if diff := gocmp.Diff(want, told(report.Findings)); diff != "" {
			t.Error(diff)
		}
		if diff := gocmp.Diff([]string{"get /metrics", "get /metrics", "list customresourcedefinitions.apiextensions.k8s.io"}, permissions(report.Gaps)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("with rights in another namespace alone", func(t *testing.T) {
		report := s.deprecations(t, "-n", "apply", "--as", "alice")
		if got := told(report.Findings); slices.ContainsFunc(got, func(line string) bool { return !strings.HasPrefix(line, "unknown ") }) {
			t.Errorf("%q", got)
		}
		if report.Summary.Verdict != v1alpha1.Unknown || report.Summary.Complete {
			t.Errorf("summary %+v", report.Summary)
		}
	})
}

// testPermissions asks with no rights at all, and with those of docs/rbac.yaml.
func (s scene) testPermissions(t *testing.T) {
	t.Run("none", func(t *testing.T) {
		report := s.deprecations(t, "--context", "nobody")
		if report.Summary.Verdict != v1alpha1.Unknown || report.Summary.Complete {
			t.Errorf("summary %+v", report.Summary)
		}
		for _, f := range report.Findings {
			if f.Verdict != v1alpha1.Unknown && f.Verdict != v1alpha1.Information {
				t.Errorf("finds %s %s", f.Verdict, identity(f))
			}
		}
		missing := permissions(report.Gaps)
		for _, permission := range []string{
			"get /metrics", "list secrets", "list configmaps", "list customresourcedefinitions.apiextensions.k8s.io",
			"list resourceclaims.resource.k8s.io", "list validatingwebhookconfigurations.admissionregistration.k8s.io",
			"list horizontalpodautoscalers.autoscaling", "list roles.rbac.authorization.k8s.io",
		} {
			if !slices.Contains(missing, permission) {
				t.Errorf("%q is not said to be missing: %q", permission, missing)
			}
		}
		if slices.Contains(missing, "") {
			t.Errorf("gaps without a permission: %+v", report.Gaps)
		}
	})
	t.Run("docs/rbac.yaml", func(t *testing.T) {
		s.run(t, "", "create", "clusterrolebinding", "helm", "--clusterrole=kubectl-versions-helm", "--user=reader")
		var missing []string
		for _, gap := range s.deprecations(t, "--context", "reader").Gaps {
			if gap.Reason == v1alpha1.GapForbidden {
				missing = append(missing, gap.Permission)
			}
		}
		if diff := gocmp.Diff([]string{"list gadgets.example.com", "list leavers.example.com", "list movers.example.com"}, sorted(missing)); diff != "" {
			t.Error(diff)
		}
	})
}

func (s scene) testSkipping(t *testing.T) {
	report := s.deprecations(t, "--skip", "helm-secrets")
	var releases []string
	for _, f := range report.Findings {
		if f.Subject.Type == v1alpha1.SubjectRelease {
			releases = append(releases, f.Subject.Namespace)
		}
	}
	if diff := gocmp.Diff([]string{"helm-configmap"}, releases); diff != "" {
		t.Error(diff)
	}
	if len(report.Gaps) != 1 || report.Gaps[0].Reason != v1alpha1.GapSkipped || report.Gaps[0].Source != v1alpha1.SourceHelmSecrets {
		t.Errorf("gaps %+v", report.Gaps)
	}
	if report.Summary.Complete {
		t.Errorf("summary %+v", report.Summary)
	}
}

func (s scene) testReadDeprecated(t *testing.T) {
	var named []string
	for _, line := range told(s.deprecations(t, "--read-deprecated").Findings) {
		if strings.Contains(line, "LeaseCandidate: manager") || strings.Contains(line, "Relic: manager") || strings.Contains(line, ": server ") {
			named = append(named, line)
		}
	}
	want := []string{
		"warning coordination.k8s.io/v1beta1 LeaseCandidate: manager kubectl-create: written candidates/candidate",
		"warning example.com/v1alpha1 Relic: manager curator: written custom-relic/relic",
	}
	if diff := gocmp.Diff(want, named); diff != "" {
		t.Error(diff)
	}
}

// testAuditLog reads the log of this very cluster.
func (s scene) testAuditLog(t *testing.T) {
	log := s.logged(t)
	of := func(stdin []byte, args ...string) []string {
		command := s.command("", append([]string{"versions", "deprecations", "-o", "json", "--to", "1.38"}, args...)...)
		command.Stdin = bytes.NewReader(stdin)
		stdout, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		return auditedLines(t, string(stdout))
	}
	got := of(nil, "--audit-log", log)
	kubectl := regexp.MustCompile(`^(error|warning) \S+ \S+ user admin with kubectl/v1\.37\.1 `)
	for _, want := range []string{
		"error resource.k8s.io/v1beta1 ResourceClaim: user admin with poster/1.0: 0 reads, 1 writes",
		"error resource.k8s.io/v1beta1 ResourceClaim: user admin with putter/1.0: 1 reads, 1 writes",
		"error resource.k8s.io/v1beta1 ResourceClaim: user admin with patcher/1.0: 0 reads, 1 writes",
		"error resource.k8s.io/v1beta1 ResourceClaim: user admin with flux/1.0: 0 reads, 1 writes",
		"error resource.k8s.io/v1beta1 ResourceClaim: user admin with onlooker/1.0: 1 reads, 0 writes",
		"warning resource.k8s.io/v1beta2 ResourceClaim: user admin with onlooker/1.0: 1 reads, 0 writes",
		"warning resource.k8s.io/v1beta2 DeviceClass: user admin with getter/1.0: 1 reads, 0 writes",
		"information resource.k8s.io/v1beta1 ResourceClaim: user admin with kube-controller-manager/1.0: 0 reads, 1 writes",
		"warning example.com/v1beta1 gadgets: user admin with assembler/1.0: 0 reads, 1 writes",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("missed %s", want)
		}
	}
	if !slices.ContainsFunc(got, kubectl.MatchString) {
		t.Error("kubectl is not named")
	}
	for _, line := range got {
		if strings.Contains(line, "kubectl-versions/") && !strings.Contains(line, "LeaseCandidate") && !strings.Contains(line, "ComponentStatus") &&
			!strings.Contains(line, "v1 Endpoints") && !strings.Contains(line, "relics") || strings.Contains(line, "resource.k8s.io/v1 ") {
			t.Errorf("false: %s", line)
		}
	}

	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var squeezed bytes.Buffer
	writer := gzip.NewWriter(&squeezed)
	_, _ = writer.Write(data)
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(log+".gz", squeezed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, other := range [][]string{of(data, "--audit-log", "-"), of(nil, "--audit-log", log+".gz"), of(squeezed.Bytes(), "--audit-log", "-")} {
		if diff := gocmp.Diff(got, other); diff != "" {
			t.Error(diff)
		}
	}
	t.Run("together with the cluster", func(t *testing.T) {
		report := s.deprecations(t, "--audit-log", log, "--context", "admin")
		lines := told(report.Findings)
		for _, want := range []string{
			"error resource.k8s.io/v1beta1 ResourceClaim: manager poster: written post/claim",
			"error resource.k8s.io/v1beta1 ResourceClaim: user admin with poster/1.0: audited",
			"warning example.com/v1beta1 Gadget: user admin with assembler/1.0: audited",
		} {
			if !slices.Contains(lines, want) {
				t.Errorf("missed %s", want)
			}
		}
	})
}

// testTargets: what is a warning at one target is an error at a later one.
func (s scene) testTargets(t *testing.T) {
	for target, verdicts := range map[string][2]string{
		"1.37": {"warning", "warning"}, "1.38": {"error", "warning"}, "1.39": {"error", "error"}, "+2": {"error", "error"}, "latest": {"warning", "warning"},
	} {
		got := told(s.deprecations(t, "--to", target, "-n", "two-betas").Findings)
		want := []string{
			verdicts[0] + " resource.k8s.io/v1beta1 ResourceClaim: manager first: written two-betas/claim",
			verdicts[1] + " resource.k8s.io/v1beta2 ResourceClaim: manager second: written two-betas/claim",
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("--to %s: %s", target, diff)
		}
	}
}

// testBrokenAPI adds an APIService whose Service does not exist.
func (s scene) testBrokenAPI(t *testing.T) {
	before := told(s.deprecations(t).Findings)
	s.send(t, "maker", http.MethodPost, "/apis/apiregistration.k8s.io/v1/apiservices", "application/json",
		`{"metadata":{"name":"v1.absent.example.org"},"spec":{"group":"absent.example.org","version":"v1","groupPriorityMinimum":100,"versionPriority":100,"service":{"name":"absent","namespace":"default"}}}`)
	var found *v1alpha1.DeprecationReport
	for range 50 {
		found = s.deprecations(t)
		if slices.ContainsFunc(found.Gaps, func(g v1alpha1.Gap) bool {
			return g.Source == v1alpha1.SourceServedAPIs && g.Resource == "absent.example.org/v1"
		}) {
			if diff := gocmp.Diff(before, told(found.Findings)); diff != "" {
				t.Error(diff)
			}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("no gap tells of it: %+v", found.Gaps)
}

// testControlCharacters: whoever may write a ConfigMap must not be able to stop the command.
func (s scene) testControlCharacters(t *testing.T) {
	s.addNamespace(t, "control")
	deployed("app", 1, chart(`resource.k8s.io/v1beta1 ResourceClaimTemplate "\a\x7f\x9b31m"`)).inConfigMap().store()(t, s.in("control"))
	for _, args := range [][]string{
		{"snapshot"}, {"snapshot", "-o", "json"}, {"deprecations", "-o", "wide"}, {"deprecations", "-o", "json"}, {"deprecations", "-o", "yaml"},
	} {
		r := s.kubectl(t, append([]string{"versions"}, args...)...)
		if r.code != 0 {
			t.Errorf("%v ended with %d: %s", args, r.code, r.stderr)
		}
		if args[len(args)-1] == "wide" {
			wantDiscreet(t, r.stdout)
		}
	}
}

func (s scene) testGates(t *testing.T) {
	for _, tc := range []struct {
		code int
		args []string
	}{
		{0, nil},
		{3, []string{"--fail-on", "error"}},
		{3, []string{"--fail-on", "warning", "-o", "yaml"}},
		{3, []string{"--fail-on", "error", "--only", "information"}},
		{0, []string{"--fail-on", "warning", "-n", "apply-v1"}},
		{0, []string{"--fail-on", "error", "-n", "apply-later"}},
		{3, []string{"--fail-on", "warning", "-n", "apply-later"}},
		{0, []string{"--fail-on", "error", "-n", "apply", "--ignore", "ResourceClaim/apply/claim"}},
		{0, []string{"--require-complete", "-n", "apply"}},
		{4, []string{"--require-complete", "-n", "helm-hostile"}},
		{4, []string{"--require-complete", "--context", "nobody"}},
		{4, []string{"--require-complete", "--skip", "helm-secrets", "-n", "apply"}},
		{2, []string{"--to", "1.36"}},
		{2, []string{"--skip", "secrets"}},
		{1, []string{"--context", "nowhere"}},
	} {
		if r := s.kubectl(t, append([]string{"versions", "deprecations"}, tc.args...)...); r.code != tc.code {
			t.Errorf("%v ended with %d, want %d: %s", tc.args, r.code, tc.code, r.stderr)
		}
	}
}

// references are objects in namespaces that name APIs in their content.
func references() []row {
	autoscaler := func(apiVersion, kind string) step {
		return func(t *testing.T, s scene) {
			s.send(t, "maker", http.MethodPost, "/apis/autoscaling/v2/namespaces/"+s.namespace+"/horizontalpodautoscalers", "application/json", fmt.Sprintf(
				`{"metadata":{"name":"web"},"spec":{"maxReplicas":2,"scaleTargetRef":{"apiVersion":%q,"kind":%q,"name":"web"}}}`, apiVersion, kind))
		}
	}
	role := func(group, resource string) step {
		return func(t *testing.T, s scene) {
			s.send(t, "maker", http.MethodPost, "/apis/rbac.authorization.k8s.io/v1/namespaces/"+s.namespace+"/roles", "application/json", fmt.Sprintf(
				`{"metadata":{"name":"users"},"rules":[{"apiGroups":[%q],"resources":[%q],"verbs":["list"]}]}`, group, resource))
		}
	}
	return []row{
		{
			name: "an autoscaler of a kind that left its group", namespace: "hpa-gone",
			do:   []step{autoscaler("extensions/v1beta1", "Deployment")},
			want: []string{"error extensions/v1beta1 Deployment: object hpa-gone/HorizontalPodAutoscaler/web: referenced hpa-gone/web"},
		},
		{
			name: "an autoscaler takes whatever version its group serves", namespace: "hpa-version",
			do:   []step{autoscaler("apps/v1beta1", "Deployment")},
			want: []string{"information apps/v1beta1 Deployment: object hpa-version/HorizontalPodAutoscaler/web: referenced hpa-version/web"},
		},
		{
			name: "an autoscaler of a version that stays", namespace: "hpa-v1",
			do: []step{autoscaler("apps/v1", "Deployment")},
		},
		{
			name: "a role for a resource that goes away without a replacement", namespace: "role",
			do:   []step{role("coordination.k8s.io", "leasecandidates")},
			want: []string{"information coordination.k8s.io/v1beta1 LeaseCandidate: object role/Role/users: referenced"},
		},
		{
			name: "a role for a resource that left its group long ago", namespace: "role-gone",
			do: []step{role("extensions", "ingresses")},
		},
	}
}

// usesOfNoNamespace are writes of objects without a namespace, and reads, of
// which one is a watch that goes on until it is ended.
func (s scene) usesOfNoNamespace(t *testing.T) (endWatch func()) {
	t.Helper()
	s.addNamespace(t, "candidates")
	s.run(t, "", "create", "-f", "testdata/deprecations/betas.yaml")
	s.send(t, "kubectl-create", http.MethodPost, "/apis/certificates.k8s.io/v1beta1/clustertrustbundles", "application/json",
		fmt.Sprintf(`{"metadata":{"name":"made-through-v1beta1"},"spec":{"trustBundle":%q}}`, s.ca))
	s.run(t, "", "get", "deviceclasses.v1beta1.resource.k8s.io")
	s.send(t, "getter", http.MethodGet, "/apis/resource.k8s.io/v1beta2/deviceclasses", "", "")
	endWatch = s.watch(t, "watcher", "/apis/resource.k8s.io/v1beta1/resourceslices")
	s.awaitCounted(t, "leasecandidates", "relics")
	return endWatch
}

// awaitCounted returns when the server says that objects of the resources are
// stored, which it counts every second, or later where it is busy.
func (s scene) awaitCounted(t *testing.T, resources ...string) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for _, resource := range resources {
		counted := regexp.MustCompile(`(?m)^apiserver_(storage|resource)_objects\{[^}]*"` + resource + `[".][^}]*\} [1-9]`)
		for !counted.MatchString(s.kubectl(t, "get", "--raw", "/metrics").stdout) {
			if time.Now().After(deadline) {
				t.Fatalf("the server counts no %s", resource)
			}
			time.Sleep(200 * time.Millisecond)
		}
	}
}

// ofNoNamespace is what is found besides the rows.
func ofNoNamespace() []string {
	return []string{
		"warning admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy: clients: requested",
		"warning admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy: manager kubectl-create: written made-through-v1beta1",
		"warning certificates.k8s.io/v1beta1 ClusterTrustBundle: clients: requested",
		"warning certificates.k8s.io/v1beta1 ClusterTrustBundle: manager kubectl-create: written made-through-v1beta1",
		"warning certificates.k8s.io/v1beta1 ClusterTrustBundle: object ValidatingAdmissionPolicy/param-v1beta1: referenced",
		"warning coordination.k8s.io/v1beta1 LeaseCandidate: clients: requested",
		"warning coordination.k8s.io/v1beta1 LeaseCandidate: server kube-apiserver: stored",
		"information coordination.k8s.io/v1beta1 LeaseCandidate: object ClusterRole/candidates: referenced",
		"information coordination.k8s.io/v1beta1 LeaseCandidate: object ClusterRole/kubectl-versions: referenced",
		"information coordination.k8s.io/v1beta1 LeaseCandidate: object ClusterRole/system:kube-scheduler: referenced",
		"information coordination.k8s.io/v1beta1 LeaseCandidate: object kube-system/Role/system::leader-locking-kube-controller-manager: referenced",
		"information coordination.k8s.io/v1beta1 LeaseCandidate: object kube-system/Role/system::leader-locking-kube-scheduler: referenced",
		"information example.com/v1alpha1 Relic: definition relics.example.com: stored",
		"warning example.com/v1alpha1 Relic: clients: requested",
		"warning example.com/v1alpha1 Relic: server kube-apiserver: stored",
		"information example.com/v1alpha1 Mover: clients: requested stale",
		"warning example.com/v1alpha1 Mover: definition movers.example.com: stored",
		"warning example.com/v1beta1 Gadget: clients: requested",
		"warning example.com/v1beta1 Gadget: object ValidatingWebhookConfiguration/custom-v1beta1: referenced",
		"error resource.k8s.io/v1beta1 DeviceClass: object MutatingAdmissionPolicy/mutating-policy-v1beta1: referenced",
		"error resource.k8s.io/v1beta1 DeviceClass: object MutatingWebhookConfiguration/mutating-v1beta1: referenced",
		"error resource.k8s.io/v1beta1 DeviceClass: object ValidatingAdmissionPolicy/policy-v1beta1: referenced",
		"error resource.k8s.io/v1beta1 DeviceClass: object ValidatingWebhookConfiguration/equivalent-v1beta1: referenced",
		"error resource.k8s.io/v1beta1 DeviceClass: object ValidatingWebhookConfiguration/exact-v1beta1: referenced",
		"error resource.k8s.io/v1beta1 DeviceClass: object ValidatingWebhookConfiguration/sibling-hook: referenced",
		"warning resource.k8s.io/v1beta2 DeviceClass: object ValidatingWebhookConfiguration/both-betas: referenced",
		"warning resource.k8s.io/v1beta2 DeviceClass: object ValidatingWebhookConfiguration/equivalent-v1beta2: referenced",
		"warning resource.k8s.io/v1beta2 DeviceClass: object ValidatingWebhookConfiguration/exact-v1beta2: referenced",
		"warning resource.k8s.io/v1beta1 DeviceClass: clients: requested reads only",
		"warning resource.k8s.io/v1beta2 DeviceClass: clients: requested reads only",
		"warning resource.k8s.io/v1beta1 ResourceSlice: clients: requested reads only",
		"error resource.k8s.io/v1beta1 ResourceClaim: clients: requested",
		"warning resource.k8s.io/v1beta2 ResourceClaim: clients: requested",
		"warning storagemigration.k8s.io/v1beta1 StorageVersionMigration: clients: requested",
		"warning storagemigration.k8s.io/v1beta1 StorageVersionMigration: manager kubectl-create: written made-through-v1beta1",
	}
}

// snapshot saves the cluster in a file.
func (s scene) snapshot(t *testing.T, args ...string) string {
	t.Helper()
	r := s.kubectl(t, append([]string{"versions", "snapshot"}, args...)...)
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	file := filepath.Join(t.TempDir(), "cluster.yaml")
	if err := os.WriteFile(file, []byte(r.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func dormantOf(rows []row) []string {
	var lines []string
	for _, r := range rows {
		if r.dormant != nil {
			lines = append(lines, r.dormant...)
		} else {
			lines = append(lines, r.want...)
		}
	}
	return lines
}

// dormantOfNoNamespace is what remains of ofNoNamespace where nobody has asked since a restart.
func dormantOfNoNamespace() []string {
	var lines []string
	for _, line := range ofNoNamespace() {
		switch {
		case strings.Contains(line, ": clients: "):
		case strings.Contains(line, "Relic: server"):
			// Custom resources are counted once they were asked for.
			lines = append(lines, strings.Replace(line, "warning", "unknown", 1))
		default:
			lines = append(lines, strings.Replace(line, "written made", "written dormant made", 1))
		}
	}
	return lines
}

func wantedBy(rows []row) []string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, r.want...)
	}
	return lines
}

// wantVerdicts compares the findings of a report with lines as told has them.
// Where several lines are about one API and subject, the gravest verdict and all
// of their evidence is what one finding has.
func wantVerdicts(t *testing.T, want []string, report *v1alpha1.DeprecationReport) {
	t.Helper()
	if diff := gocmp.Diff(joined(want), joined(told(report.Findings))); diff != "" {
		t.Error(diff)
	}
}

// joined maps API and subject to a verdict and evidence in the order of the alphabet.
func joined(lines []string) map[string]string {
	verdicts, evidence := map[string]string{}, map[string][]string{}
	for _, line := range lines {
		verdict, rest, _ := strings.Cut(line, " ")
		at := strings.LastIndex(rest, ": ")
		of := rest[:at]
		if weight(verdict) > weight(verdicts[of]) {
			verdicts[of] = verdict
		}
		for piece := range strings.SplitSeq(rest[at+2:], "; ") {
			evidence[of] = append(evidence[of], pieces(piece)...)
		}
	}
	all := map[string]string{}
	for of, verdict := range verdicts {
		all[of] = verdict + ": " + strings.Join(sorted(evidence[of]), ", ")
	}
	return all
}

// pieces gives each object the type of evidence: "written stale a b" is "written stale a" and "written stale b".
func pieces(evidence string) []string {
	words := strings.Fields(evidence)
	kind := 1
	for kind < len(words) && slices.Contains([]string{"stale", "dormant", "reads", "only"}, words[kind]) {
		kind++
	}
	if kind == len(words) {
		return []string{evidence}
	}
	var all []string
	for _, object := range words[kind:] {
		all = append(all, strings.Join(words[:kind], " ")+" "+object)
	}
	return all
}

func weight(verdict string) int { return cmp.Or(v1alpha1.Verdict(verdict).Weight()+1, 0) }

func sorted(lines []string) []string {
	all := slices.Clone(lines)
	slices.Sort(all)
	return append([]string{}, all...)
}
