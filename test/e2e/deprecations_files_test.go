package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Files are judged without a cluster: there is no kubeconfig.
func TestDeprecationsOfFiles(t *testing.T) {
	const data = "testdata/deprecations/"
	rendered, err := os.ReadFile(data + "files/rendered.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c := cluster{dir: t.TempDir(), path: pathWith(t, kubernetes(t)[0])}
	run := func(stdin string, args ...string) (*v1alpha1.DeprecationReport, int) {
		command := exec.Command(filepath.Join(c.path, "kubectl"), append([]string{"versions", "deprecations", "-o", "json"}, args...)...)
		command.Env = []string{"PATH=" + c.path, "HOME=" + c.dir}
		command.Stdin = strings.NewReader(stdin)
		stdout, _ := command.Output()
		report := &v1alpha1.DeprecationReport{}
		if bytes.HasPrefix(stdout, []byte("{")) {
			if err := json.Unmarshal(stdout, report); err != nil {
				t.Fatal(err)
			}
		}
		return report, command.ProcessState.ExitCode()
	}

	const files = data + "files/"
	disruption := "error policy/v1beta1 PodDisruptionBudget: file " + files + "list.json: declared " + files + "list.json:6 shop/web"
	template := "error resource.k8s.io/v1beta1 ResourceClaimTemplate: file " + files + "rendered.yaml: declared " + files + "rendered.yaml:3 shop/gpu"
	class := "warning resource.k8s.io/v1beta2 DeviceClass: file " + files + "rendered.yaml: declared " + files + "rendered.yaml:13 gpu"
	ingress := "error networking.k8s.io/v1beta1 Ingress: file " + files + "nested/ingress.yaml: declared " + files + "nested/ingress.yaml:1 web"
	for _, tc := range []struct {
		name, stdin string
		args        []string
		code        int
		want        []string
	}{
		{"a directory", "", []string{"-f", files, "--to", "1.38", "--fail-on", "error"}, 3, []string{disruption, template, class}},
		{"a directory with all below it, of which a template does not parse", "", []string{"-f", files, "-R", "--to", "1.38", "--require-complete"}, 4,
			[]string{ingress, disruption, template, class}},
		{"findings win over what is incomplete", "", []string{"-f", files, "-R", "--to", "1.38", "--require-complete", "--fail-on", "error"}, 3,
			[]string{ingress, disruption, template, class}},
		{"helm template on stdin", string(rendered), []string{"-f", "-", "--to", "1.38", "--fail-on", "error"}, 3, []string{
			"error resource.k8s.io/v1beta1 ResourceClaimTemplate: file -: declared -:3 shop/gpu",
			"warning resource.k8s.io/v1beta2 DeviceClass: file -: declared -:13 gpu",
		}},
		{"at a target that serves it", string(rendered), []string{"-f", "-", "--to", "v1.37.1", "--fail-on", "error"}, 0, []string{
			"warning resource.k8s.io/v1beta1 ResourceClaimTemplate: file -: declared -:3 shop/gpu",
			"warning resource.k8s.io/v1beta2 DeviceClass: file -: declared -:13 gpu",
		}},
		{"at a target that serves it, where warnings count", string(rendered), []string{"-f", "-", "--to", "1.37", "--fail-on", "warning"}, 3, []string{
			"warning resource.k8s.io/v1beta1 ResourceClaimTemplate: file -: declared -:3 shop/gpu",
			"warning resource.k8s.io/v1beta2 DeviceClass: file -: declared -:13 gpu",
		}},
		{"labels", string(rendered), []string{"-f", "-", "--to", "1.38", "-l", "app=web"}, 0, []string{
			"error resource.k8s.io/v1beta1 ResourceClaimTemplate: file -: declared -:3 shop/gpu",
		}},
		{"a kustomization", "", []string{"-k", data + "kustomization", "--to", "1.38", "--fail-on", "error"}, 3, []string{
			"error resource.k8s.io/v1beta1 ResourceClaim: file " + data + "kustomization: declared " + data + "kustomization:0 shop/prod-gpu",
		}},
		{"nothing that goes away", "", []string{"-f", data + "clean.yaml", "--to", "1.38", "--fail-on", "warning", "--require-complete"}, 0, nil},
		{"nothing at all", "", []string{"-f", "-", "--to", "1.38", "--fail-on", "warning", "--require-complete"}, 1, nil},
		{"aliases that explode, away from the type", aliases(), []string{"-f", "-", "--to", "1.38", "--require-complete"}, 0, nil},
		{"a document of 100,000 levels", strings.Repeat("[", 100_000), []string{"-f", "-", "--to", "1.38", "--require-complete"}, 4, nil},
		{"an object that contains itself", "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: &a\n  name: web\n  labels: *a\n",
			[]string{"-f", "-", "--to", "1.38"}, 0, []string{"error policy/v1beta1 PodDisruptionBudget: file -: declared -:1 web"}},
		{"an audit log that steers a terminal", auditLine("\x1b[31mred\x1b[0m"), []string{"--audit-log", "-", "--to", "1.38", "--fail-on", "error"}, 3, []string{
			"error resource.k8s.io/v1beta1 ResourceClaim: user admin with \x1b[31mred\x1b[0m: audited",
		}},
		{"an audit log whose last line is cut off", auditLine("curl/8") + auditLine("wget/1")[:100], []string{"--audit-log", "-", "--to", "1.38"}, 0, []string{
			"error resource.k8s.io/v1beta1 ResourceClaim: user admin with curl/8: audited",
		}},
		{"no audit log", "kind: Event\n", []string{"--audit-log", "-", "--to", "1.38"}, 1, nil},
		{"no such file", "", []string{"-f", data + "absent.yaml", "--to", "1.38"}, 1, nil},
		{"no version to judge at, and no cluster", "", []string{"-f", data + "clean.yaml"}, 1, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			report, code := run(tc.stdin, tc.args...)
			if code != tc.code {
				t.Errorf("ended with %d, want %d", code, tc.code)
			}
			if diff := gocmp.Diff(append([]string{}, tc.want...), told(report.Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
	t.Run("tables steer no terminal", func(t *testing.T) {
		for _, format := range []string{"", "wide", "name"} {
			command := exec.Command(filepath.Join(c.path, "kubectl"), "versions", "deprecations", "--audit-log", "-", "--to", "1.38", "-o", format)
			command.Env = []string{"PATH=" + c.path, "HOME=" + c.dir}
			command.Stdin = strings.NewReader(auditLine("\x1b]0;title\a\u009b31m\xff"))
			stdout, err := command.Output()
			if err != nil {
				t.Errorf("-o %s: %v", format, err)
			}
			wantDiscreet(t, string(stdout))
		}
		if _, code := run(auditLine("\u009b31m"), "--audit-log", "-", "--to", "1.38", "-o", "yaml"); code != 0 {
			t.Errorf("-o yaml ended with %d", code)
		}
	})
}

// aliases is YAML that is 10^9 strings long.
func aliases() string {
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		text += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	return text
}

// auditLine is an event of a write.
func auditLine(agent string) string {
	line, _ := json.Marshal(map[string]any{
		"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete", "verb": "create",
		"user": map[string]any{"username": "admin"}, "userAgent": agent, "requestReceivedTimestamp": "2026-11-20T10:00:00.000000Z",
		"requestURI":     "/apis/resource.k8s.io/v1beta1/namespaces/shop/resourceclaims",
		"objectRef":      map[string]any{"resource": "resourceclaims", "namespace": "shop", "apiGroup": "resource.k8s.io", "apiVersion": "v1beta1"},
		"responseStatus": map[string]any{"code": 201},
		"annotations":    map[string]any{"k8s.io/deprecated": "true", "k8s.io/removed-release": "1.38"},
	})
	return string(line) + "\n"
}
