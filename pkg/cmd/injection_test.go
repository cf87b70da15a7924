package cmd

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// payloads are names that something would obey: a browser, a Markdown renderer, a
// terminal, a spreadsheet, an XML parser or a template.
func payloads() map[string]string {
	return map[string]string{
		"script":          `<script>alert(1)</script>`,
		"attribute":       `"><img src=x onerror=alert(1)>`,
		"entity":          `&lt;script&gt;`,
		"style":           `</style><script>alert(1)</script>`,
		"link":            `[x](javascript:alert(1))`,
		"image":           `![x](https://evil.example/p.png)`,
		"autolink":        `<https://evil.example>`,
		"markup":          "**bold** _it_ ~~del~~ `code` | cell",
		"block":           "\n# heading\n- [ ] forged\n\n    code\n---\n",
		"fence":           "```\n````\n",
		"terminal":        "\x1b[31mred\x1b]0;owned\x07",
		"direction":       "safe\u202etxt.exe",
		"formula":         `=HYPERLINK("https://evil.example")`,
		"sum":             `@SUM(1+1)`,
		"command":         `+cmd|' /C calc'!A0`,
		"minus":           `-2+3`,
		"tab":             "\t=1+1",
		"character data":  "]]>",
		"template":        "{{ .Secret }}",
		"workflow":        "::set-output name=x::y",
		"invalid for XML": "a\x00b",
	}
}

// named is the example cluster with a name in place of its context, a node, a
// manager, a webhook and a Helm release, and of all that platforms tell.
func named(t *testing.T, name string) string {
	t.Helper()
	example, err := os.ReadFile("../../docs/examples/shop-prod.yaml")
	if err != nil {
		t.Fatal(err)
	}
	quoted, err := json.Marshal(name)
	if err != nil {
		t.Fatal(err)
	}
	text := string(example)
	for _, old := range []string{"shop-prod", "legacy-1", "checkout-1", "ml-operator", "gpu-quota", "payments", "batch-gpu", "debug-7"} {
		value := regexp.MustCompile(`(?m)(^|[-:] +)` + old + `$`)
		if !value.MatchString(text) {
			t.Fatalf("the example has no %s", old)
		}
		text = value.ReplaceAllString(text, "${1}"+strings.ReplaceAll(string(quoted), "$", "$$"))
	}
	var snapshot map[string]any
	if err := yaml.Unmarshal([]byte(text), &snapshot); err != nil {
		t.Fatal(err)
	}
	snapshot["management"] = managementNamed(name)
	asJSON, err := json.Marshal(snapshot) // which is read faster, over and over
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "snapshot.json")
	if err := os.WriteFile(file, asJSON, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// managementNamed has a name in every field: that of a cluster, of its version, and so on.
func managementNamed(name string) *v1alpha1.Management {
	cluster := v1alpha1.ManagedCluster{Name: name, Version: name, From: name, Type: name, Phase: name}
	desired := cluster
	desired.Name, desired.Desired = name+"-desired", true
	return &v1alpha1.Management{
		Kubean: &v1alpha1.Kubean{
			Manifests: []v1alpha1.KubeanManifest{{
				Name: name, Spray: name, Kubean: name, Created: metav1.Unix(1, 0), Default: name, Versions: []string{name}, Local: []string{name},
			}},
			Offline: true, Clusters: []v1alpha1.ManagedCluster{cluster, desired},
		},
		ACP: &v1alpha1.ACP{Version: name, VersionFrom: name, Clusters: []v1alpha1.ManagedCluster{cluster}},
	}
}

func TestNoFormatObeysANameOfTheCluster(t *testing.T) {
	formats := slices.DeleteFunc(printer.NewReportFlags().Formats(), func(f string) bool {
		return strings.Contains(f, "template") || strings.Contains(f, "path") || strings.Contains(f, "columns") || f == "kyaml"
	})
	questions := []string{"", "skew", "support", "deprecations", "plan", "support --snapshot ../../docs/examples/acp"}
	type asked struct{ question, format string }
	harmless := map[asked]map[string]int{}
	for _, question := range questions {
		example := append(strings.Fields(question), "--snapshot", named(t, "harmless"), "-o")
		harmless[asked{question, "markdown"}] = elements(rendered(t, run(t, append(example, "markdown")...)))
		harmless[asked{question, "html"}] = elements(run(t, append(example, "html")...))
	}
	for name, payload := range payloads() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hostile := named(t, payload)
			for _, question := range questions {
				for _, format := range append([]string{""}, formats...) {
					got := run(t, append(strings.Fields(question), "--snapshot", hostile, "-o", format)...)
					t.Run(question+"/"+format, func(t *testing.T) {
						holdsNoControls(t, format, got)
						switch format {
						case "csv":
							holdsNoFormula(t, got)
						case "sarif":
							holdsNoLink(t, got)
						case "junit":
							holdsCases(t, got)
						case "prometheus":
							holdsOwnMetrics(t, got)
						case "markdown":
							sameElements(t, harmless[asked{question, format}], rendered(t, got))
						case "html":
							sameElements(t, harmless[asked{question, format}], got)
						}
					})
				}
			}
		})
	}
}

func holdsNoControls(t *testing.T, format, text string) {
	t.Helper()
	for i, r := range text {
		control := r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0
		if turned := r == '\u202e' && !slices.Contains([]string{"json", "yaml", "kyaml"}, format); control || turned {
			t.Fatalf("%q at %d", r, i)
		}
	}
}

// holdsNoFormula knows what spreadsheets take for one: see OWASP, CSV Injection.
func holdsNoFormula(t *testing.T, text string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range slices.Concat(records...) {
		if _, err := strconv.ParseFloat(cell, 64); err != nil && cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
			t.Errorf("%q is run as a formula", cell)
		}
	}
}

// rendered is the page that Markdown becomes, raw HTML let through.
func rendered(t *testing.T, markdown string) string {
	t.Helper()
	var page bytes.Buffer
	render := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := render.Convert([]byte(markdown), &page); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

// elements counts the tags of a page, attributes included. A bare address that
// GitHub makes a link of says where it leads, and is left out.
func elements(page string) map[string]int {
	for _, link := range regexp.MustCompile(`<a href="(https?://[^"]*)">([^<]*)</a>`).FindAllStringSubmatch(page, -1) {
		if link[1] == link[2] {
			page = strings.Replace(page, link[0], "", 1)
		}
	}
	// Whether a cell wraps is decided by the length of a name.
	page = strings.NewReplacer(`class="short"`, `class=""`, `right short"`, `right "`).Replace(page)
	counted := map[string]int{}
	for _, tag := range regexp.MustCompile(`<[a-zA-Z!/][^>]*>`).FindAllString(page, -1) {
		counted[tag]++
	}
	return counted
}

func sameElements(t *testing.T, harmless map[string]int, page string) {
	t.Helper()
	got := elements(page)
	if harmless["</h2>"] == 0 {
		t.Fatalf("no heading among %v", harmless)
	}
	if diff := cmp.Diff(harmless, got); diff != "" {
		t.Errorf("elements beside those of a harmless name:\n%s", diff)
	}
}
