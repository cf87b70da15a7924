package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// everyCommand is a run of every command, in formats that print all they have.
func everyCommand() [][]string {
	return [][]string{
		{"skew", "-o", "wide"},
		{"support", "-o", "json"},
		{"releases"},
		{"snapshot"},
		{"snapshot", "-n", "vault", "-o", "json"},
		{"deprecations"},
		{"deprecations", "-o", "wide"},
		{"deprecations", "-o", "json"},
		{"deprecations", "-o", "yaml", "--to", "+2"},
		{"deprecations", "-o", "name", "--to", "1.40"},
		{"deprecations", "-n", "vault", "-o", "json"},
		{"deprecations", "--skip", "helm-secrets", "-o", "wide"},
		{"deprecations", "--selector", "app=web", "--only", "error,warning,unknown,information", "-o", "wide"},
		{"deprecations", "--context", "reader", "-o", "wide"},
		{"deprecations", "--context", "nobody", "-o", "wide"},
	}
}

// On a server that has just started no command sets a metric that it reads, and
// none prints what Secrets hold.
func TestDeprecationsLeaveNoTrace(t *testing.T) {
	c := startClusterWith(t, []string{oftenCounted}, []string{kubernetes(t)[0]}, "../../docs/rbac.yaml", "testdata/reader.yaml")
	s := c.scene(t, "vault")

	t.Run("the ClusterRoles of docs/rbac.yaml are enough", func(t *testing.T) {
		without := s.deprecations(t, "--context", "reader")
		if diff := gocmp.Diff([]string{"list configmaps", "list secrets"}, permissions(without.Gaps)); diff != "" {
			t.Error(diff)
		}
		s.run(t, "", "create", "clusterrolebinding", "helm", "--clusterrole=kubectl-versions-helm", "--user=reader")
		with := s.deprecations(t, "--context", "reader", "--require-complete")
		if len(with.Gaps) > 0 || !with.Summary.Complete || with.Summary.Verdict != v1alpha1.OK {
			t.Errorf("summary %+v, gaps %+v", with.Summary, with.Gaps)
		}
	})

	s.define(t)
	s.addNamespace(t, s.namespace)
	s.fillVault(t)
	t.Run("no command", s.wantNoTrace)

	t.Run("but --read-deprecated, which says so", func(t *testing.T) {
		requested, _ := s.gauges(t)
		s.deprecations(t, "--read-deprecated")
		set, _ := s.gauges(t)
		var added []string
		for series := range set {
			if requested[series] == "" {
				added = append(added, resourceOf(series))
			}
		}
		if diff := gocmp.Diff([]string{"componentstatuses", "leasecandidates", "relics"}, sorted(added)); diff != "" {
			t.Error(diff)
		}
		// The audit log tells the same, and so speaks for every other test. kube-apiserver itself asks for endpoints.
		var told []string
		for _, event := range s.audited(t) {
			if event.deprecated() {
				told = append(told, event.ObjectRef.Resource)
			}
		}
		if diff := gocmp.Diff(readDeprecated(t.Name()), slices.Compact(sorted(told))); diff != "" {
			t.Error(diff)
		}
		if help := s.kubectl(t, "versions", "deprecations", "--help").stdout; !strings.Contains(help, "kube-apiserver counts that as a use") {
			t.Errorf("--help does not say so:\n%s", help)
		}
	})
}

// resourceOf is the label of a series.
func resourceOf(series string) string {
	_, after, _ := strings.Cut(series, `,resource="`)
	name, _, _ := strings.Cut(after, `"`)
	return name
}

// fillVault stores what nobody is to see, in all places where it may be.
func (s scene) fillVault(t *testing.T) {
	t.Helper()
	secret := func(name, more string) {
		s.send(t, "vault", http.MethodPost, "/api/v1/namespaces/vault/secrets", "application/json", fmt.Sprintf(
			`{"metadata":{"name":%q%s},"stringData":{"release":%q,"password":%q}}`, name, more, canary, canary))
	}
	secret("plain", "")
	secret("owned-by-helm", `,"labels":{"owner":"helm","name":"plain","version":"1","status":"deployed"}`)
	s.do(t,
		deployed("app", 1, chart("resource.k8s.io/v1beta1 ResourceClaimTemplate gpu"), chart("policy/v1beta1 PodDisruptionBudget web")).store(),
		deployed("broken", 1, "").as(compressed(`{"manifest": "`+canary)).store(),
		deployed("no-yaml", 1, "kind: {"+canary).store(),
		deployed("no-text", 1, "").as(canary).inConfigMap().store(),
		deployed("odd", 1, "apiVersion: "+canary+"\nkind: "+canary+"\nmetadata: {name: ["+canary+"]}\n").store(),
	)
	claim := claims()
	s.send(t, "maker", http.MethodPost, claim.list(s, "v1"), "application/json", fmt.Sprintf(
		`{"metadata":{"name":"claim","labels":{"app":"web"},"annotations":{"kubectl.kubernetes.io/last-applied-configuration":%q}},"spec":{}}`,
		claim.text(s, "v1beta1", "password="+canary)))
}

// wantNoTrace runs every command, and reads before and after each what
// kube-apiserver counted.
func (s scene) wantNoTrace(t *testing.T) {
	t.Helper()
	s.awaitOwnUse(t)
	for _, args := range everyCommand() {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			requested, counted := s.gauges(t)
			r := s.kubectl(t, append([]string{"versions"}, args...)...)
			if r.code != 0 {
				t.Errorf("ended with %d: %s", r.code, r.stderr)
			}
			requestedAfter, countedAfter := s.gauges(t)
			if diff := gocmp.Diff(requested, requestedAfter); diff != "" {
				t.Errorf("apiserver_requested_deprecated_apis: %s", diff)
			}
			maps.DeleteFunc(countedAfter, func(series, count string) bool { return counted[series] == count || !deprecatedSeries(series) })
			if len(countedAfter) > 0 {
				t.Errorf("counted: %v", countedAfter)
			}
			wantDiscreet(t, r.stdout+r.stderr)
		})
	}
}

// awaitOwnUse waits until kube-apiserver has published its own Endpoints, which it
// does some seconds after its start, through an API that it calls deprecated.
func (s scene) awaitOwnUse(t *testing.T) {
	t.Helper()
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(200 * time.Millisecond) {
		requested, _ := s.gauges(t)
		for series := range requested {
			if resourceOf(series) == "endpoints" {
				return
			}
		}
	}
	t.Fatal("kube-apiserver has not published its Endpoints")
}

// deprecatedSeries tells the versions that a 1.37 server deprecates from its other betas.
func deprecatedSeries(series string) bool {
	return !strings.Contains(series, `group="scheduling.k8s.io"`) && !strings.Contains(series, `resource="devicetaintrules"`)
}

// wantDiscreet looks for content of Secrets, and for what would steer a terminal.
func wantDiscreet(t *testing.T, output string) {
	t.Helper()
	for line := range strings.SplitSeq(output, "\n") {
		if strings.Contains(line, canary) {
			t.Errorf("prints content: %q", line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || 0x7f <= r && r < 0xa0 }) {
			t.Errorf("prints control characters: %q", line)
		}
	}
}

func permissions(gaps []v1alpha1.Gap) []string {
	var missing []string
	for _, gap := range gaps {
		missing = append(missing, gap.Permission)
	}
	return sorted(missing)
}

// logged copies the audit log as it is now, so that every reader sees the same.
func (s scene) logged(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "audit", "server-1.log"))
	if err != nil {
		t.Fatal(err)
	}
	data = data[:strings.LastIndexByte(string(data), '\n')+1]
	file := filepath.Join(t.TempDir(), "audit.log")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// auditedLines are the findings with evidence of an audit log, in JSON of a run.
func auditedLines(t *testing.T, stdout string) []string {
	t.Helper()
	report := &v1alpha1.DeprecationReport{}
	if err := json.Unmarshal([]byte(stdout), report); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range report.Findings {
		for _, e := range f.Evidence {
			if e.Type == v1alpha1.EvidenceAudited {
				lines = append(lines, fmt.Sprintf("%s %s: %d reads, %d writes", f.Verdict, identity(f), e.Reads, e.Writes))
			}
		}
	}
	slices.Sort(lines)
	return lines
}
