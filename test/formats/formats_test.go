// Package formats reads what the built plugin prints with the parsers that read
// it elsewhere: a validator with SARIF's published schema, a parser of JUnit
// files, and Prometheus' own.
package formats

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	plugin     = "../../bin/kubectl-versions"
	example    = "../../docs/examples/shop-prod.yaml"
	restricted = "../../docs/examples/restricted.yaml"
	hostile    = "../../pkg/cmd/testdata/snapshots/hostile.yaml"
	files      = "../../pkg/cmd/testdata/manifests"
)

// payloads are names that some reader of a format would obey.
func payloads() map[string]string {
	return map[string]string{
		"HTML":      `<img src=x onerror=alert(1)>`,
		"Markdown":  "[x](javascript:alert(1)) ![y](https://evil.example/p.png) **b**",
		"ANSI":      "\x1b[31mred\x1b]0;owned\x07",
		"XML":       `]]></failure><testcase name="forged"/><![CDATA[`,
		"attribute": `" name="forged`,
		"newline":   "a\n# HELP forged x\nforged{cluster=\"x\"} 1\n",
		"label":     `",forged="x\`,
		"NUL":       "a\x00b",
		"no XML":    "a\ufffe\uffffb",
		"direction": "safe\u202etxt",
	}
}

// commands are those whose output is read, by name.
func commands(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{
		"fleet":              {"--snapshot", filepath.Dir(example)},
		"support of several": {"support", "--platform", "alauda-acp", "--platform-version", "4.3", "--snapshot", filepath.Join(filepath.Dir(example), "acp")},
		"managed clusters":   {"support", "--snapshot", filepath.Join(filepath.Dir(example), "acp", "acp-main.yaml")},
		"gaps":               {"skew", "--snapshot", restricted},
		"files":              {"deprecations", "-f", files, "-R", "--to", "1.38"},
		"waived":             {"deprecations", "--snapshot", example, "--ignore", "PodDisruptionBudget", "--ignore", "ResourceClaimTemplate"},
	}
	snapshots := map[string]string{"example": example, "hostile": hostile}
	for name, payload := range payloads() {
		snapshots["names of "+name] = named(t, payload)
	}
	for name, snapshot := range snapshots {
		for _, question := range []string{"", "skew", "support", "deprecations", "plan"} {
			all[strings.TrimSpace(question+" of "+name)] = append(strings.Fields(question), "--snapshot", snapshot)
		}
	}
	return all
}

// named is the example with a name in place of its context, nodes, managers,
// webhooks and releases.
func named(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	value := regexp.MustCompile(`(?m)(^|[-:] +)(shop-prod|legacy-1|checkout-1|ml-operator|gpu-quota|payments|batch-gpu)$`)
	quoted := strings.ReplaceAll(strconv.QuoteToASCII(name), "$", "$$")
	file := filepath.Join(t.TempDir(), "snapshot.yaml")
	if err := os.WriteFile(file, value.ReplaceAll(text, []byte("${1}"+quoted)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// eachOutput runs every command in a format.
func eachOutput(t *testing.T, format string, check func(t *testing.T, out []byte)) {
	t.Helper()
	for name, args := range commands(t) {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), plugin, append(args, "-o", format)...)
			cmd.Env = append(os.Environ(), "KUBECONFIG="+os.DevNull, "XDG_CACHE_HOME="+t.TempDir())
			var complaint bytes.Buffer
			cmd.Stderr = &complaint
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v (make build?): %s", err, complaint.String())
			}
			check(t, out)
		})
	}
}

func TestSARIFIsValid(t *testing.T) {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	if schema.Validate(map[string]any{"version": "2.1.0", "runs": []any{map[string]any{}}}) == nil {
		t.Fatal("a run without a tool is valid")
	}
	eachOutput(t, "sarif", func(t *testing.T, out []byte) {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Error(err)
		}
		uploads(t, out)
	})
}

// uploads checks what GitHub's code scanning asks for beyond the schema:
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
func uploads(t *testing.T, out []byte) {
	t.Helper()
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct {
						ID                                      string
						ShortDescription, FullDescription, Help struct{ Text string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
				PartialFingerprints map[string]string
			}
		}
	}
	if err := json.Unmarshal(out, &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	rules := log.Runs[0].Tool.Driver.Rules
	for _, r := range rules {
		if r.ID == "" || r.ShortDescription.Text == "" || r.FullDescription.Text == "" || r.Help.Text == "" {
			t.Errorf("rule %+v lacks a text", r)
		}
	}
	seen := map[string]bool{}
	for _, r := range log.Runs[0].Results {
		if rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" || len(r.Locations) != 1 {
			t.Errorf("result %+v", r)
			continue
		}
		at := r.Locations[0].PhysicalLocation
		if at.ArtifactLocation.URI == "" || strings.Contains(at.ArtifactLocation.URI, ":") || at.Region.StartLine < 1 {
			t.Errorf("%s is at %+v", r.RuleID, at)
		}
		for _, print := range r.PartialFingerprints {
			seen[print] = true
		}
	}
	if len(seen) != len(log.Runs[0].Results) {
		t.Errorf("%d results have %d fingerprints", len(log.Runs[0].Results), len(seen))
	}
}

func TestJUnitIsRead(t *testing.T) {
	eachOutput(t, "junit", func(t *testing.T, out []byte) {
		suites, err := junit.Ingest(out)
		if err != nil {
			t.Fatal(err)
		}
		tests := 0
		for _, suite := range suites {
			tests += suite.Totals.Tests
			for _, test := range suite.Tests {
				if test.Name == "" || test.Name == "forged" || test.Classname != suite.Name {
					t.Errorf("test %q of class %q in suite %q", test.Name, test.Classname, suite.Name)
				}
			}
		}
		if counted := regexp.MustCompile(`tests="(\d+)"`).FindSubmatch(out); tests == 0 || counted == nil || string(counted[1]) != strconv.Itoa(tests) {
			t.Errorf("%d tests in a file that counts %s", tests, counted)
		}
	})
}

func TestPrometheusReadsMetrics(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("promtool is missing, which Debian's package prometheus has: %v", err)
	}
	eachOutput(t, "prometheus", func(t *testing.T, out []byte) {
		parser := expfmt.NewTextParser(model.LegacyValidation)
		families, err := parser.TextToMetricFamilies(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		for name := range families {
			if !strings.HasPrefix(name, "kubectl_versions_") {
				t.Errorf("%s was forged", name)
			}
		}
		if promtool == "" {
			t.Skip("promtool is missing, which Debian's package prometheus has")
		}
		check := exec.CommandContext(t.Context(), promtool, "check", "metrics")
		check.Stdin = bytes.NewReader(out)
		if complaints, err := check.CombinedOutput(); err != nil || len(complaints) > 0 {
			t.Errorf("promtool: %v\n%s", err, complaints)
		}
	})
}
