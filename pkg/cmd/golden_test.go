package cmd

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

const goldens = "testdata/golden"

// formats of a skew report, by the extension of their golden.
func formats() map[string][]string {
	return map[string][]string{
		"table":          {},
		"no-headers":     {"--no-headers"},
		"color":          {"--color=always"},
		"wide":           {"-o", "wide"},
		"json":           {"-o", "json"},
		"yaml":           {"-o", "yaml"},
		"name":           {"-o", "name"},
		"jsonpath":       {"-o", `jsonpath={range .rows[*]}{.component}{"\t"}{.version}{"\t"}{.verdict}{"\n"}{end}`},
		"go-template":    {"-o", `go-template={{.summary.verdict}}: {{.summary.message}}{{"\n"}}`},
		"custom-columns": {"-o", "custom-columns=CLUSTER:.metadata.name,VERDICT:.summary.verdict,NEWEST:.controlPlane.newest"},

		"kyaml":               {"-o", "kyaml"},
		"jsonpath-as-json":    {"-o", "jsonpath-as-json={.rows[*].allowed}"},
		"template":            {"-o", "template={{len .rows}}"},
		"go-template-file":    {"-o", "go-template-file=testdata/formats/rows.gotemplate"},
		"templatefile":        {"-o", "templatefile=testdata/formats/rows.gotemplate"},
		"jsonpath-file":       {"-o", "jsonpath-file=testdata/formats/gaps.jsonpath"},
		"custom-columns-file": {"-o", "custom-columns-file=testdata/formats/clusters.columns"},

		"markdown": {"-o", "markdown"},
		"csv":      {"-o", "csv"},
		"html":     {"-o", "html"}, // of a few reports: pages are long

		"sarif":      {"-o", "sarif"},
		"junit":      {"-o", "junit"},
		"prometheus": {"-o", "prometheus"},
	}
}

func TestEveryFormatHasAGolden(t *testing.T) {
	for _, format := range printer.NewReportFlags().Formats() {
		if _, ok := formats()[format]; !ok {
			t.Errorf("-o %s is in no golden", format)
		}
	}
}

// commands returns what is run, by the path of its golden: every snapshot in
// every format, every calendar, every view of one.
func commands(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	add := func(name string, outputs []string, args ...string) {
		for _, output := range outputs {
			all[name+"."+output] = append(slices.Clone(args), formats()[output]...)
		}
	}
	reports := slices.DeleteFunc(slices.Sorted(maps.Keys(formats())), func(f string) bool { return f == "html" })
	tables, documents := []string{"table", "wide"}, []string{"table", "no-headers", "color", "wide", "json", "yaml", "name"}

	for _, snapshot := range files(t, "../../docs/examples/*.yaml", "testdata/snapshots/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(snapshot), ".yaml")
		add("skew/"+name, reports, "skew", "--snapshot", snapshot)
		add("support/"+name, append(slices.Clone(documents), "markdown", "csv"), "support", "--snapshot", snapshot)
		add("overview/"+name, []string{"table", "color"}, "--snapshot", snapshot)
	}
	add("fleet/examples", []string{"table", "wide", "no-headers", "name", "markdown", "csv", "prometheus", "junit"}, "--snapshot", "../../docs/examples")
	several := []string{"support", "--snapshot", "../../docs/examples/acp"}
	add("support/several", tables, several...)
	add("support/several-4.4", []string{"table", "wide", "color", "no-headers", "json", "yaml", "name", "markdown", "csv", "html", "sarif", "junit", "prometheus"},
		append(several, "--platform", "alauda-acp", "--platform-version", "4.4", "--third-party", "lab")...)
	add("support/acp-main", append(slices.Clone(documents), "markdown", "csv", "html", "sarif", "junit", "prometheus"),
		"support", "--snapshot", "../../docs/examples/acp/acp-main.yaml")
	add("support/acp-main-4.4", tables, "support", "--snapshot", "../../docs/examples/acp/acp-main.yaml", "--platform", "alauda-acp", "--platform-version", "4.4")
	add("overview/acp-main", []string{"table"}, "--snapshot", "../../docs/examples/acp/acp-main.yaml")
	add("overview/shop-prod", []string{"no-headers", "wide", "json", "name", "markdown", "csv"}, "--snapshot", "../../docs/examples/shop-prod.yaml")
	for _, snapshot := range files(t, "testdata/snapshots/platforms/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(snapshot), ".yaml")
		add("skew/"+name, []string{"table"}, "skew", "--snapshot", snapshot)
		add("support/"+name, documents, "support", "--snapshot", snapshot)
	}
	for _, snapshot := range files(t, "../../docs/examples/shop-prod.yaml", "testdata/snapshots/usage/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(snapshot), ".yaml")
		add("deprecations/"+name, append(slices.Clone(documents), "markdown", "csv"), "deprecations", "--snapshot", snapshot)
	}
	prod := []string{"deprecations", "--snapshot", "../../docs/examples/shop-prod.yaml"}
	add("deprecations/two-minors-ahead", tables, append(prod, "--to", "+2")...)
	add("deprecations/of-a-namespace", tables, append(prod, "-n", "shop")...)
	add("deprecations/only-errors", []string{"table", "json"}, append(prod, "--only", "error")...)
	add("deprecations/waived", documents, append(prod, "--policy", "testdata/waivers.yaml", "--ignore", "PodDisruptionBudget")...)

	add("plan/shop-prod", append(slices.Clone(documents), "markdown", "csv"), "plan", "--snapshot", "../../docs/examples/shop-prod.yaml")
	hops := []string{"plan", "--snapshot", "testdata/snapshots/plan/three-hops.yaml", "--to"}
	add("plan/three-hops", []string{"table", "wide", "markdown", "no-headers"}, append(hops, "1.37")...)
	add("plan/in-place", []string{"table", "markdown"}, append(hops, "1.35", "--node-upgrade", "in-place", "--batch-size", "5")...)
	add("plan/surge", []string{"table"}, append(hops, "1.35", "--node-upgrade", "surge", "--control-plane", "managed")...)
	add("plan/same-minor", []string{"table", "markdown"}, append(hops, "1.34")...)
	add("plan/unread", []string{"table"}, "plan", "--snapshot", "../../docs/examples/restricted.yaml")
	add("plan/hostile", []string{"table", "wide", "markdown"}, "plan", "--snapshot", "testdata/snapshots/hostile.yaml")
	for _, platform := range []string{"ack", "eks", "k3s"} {
		add("plan/"+platform, []string{"table"}, "plan", "--snapshot", "testdata/snapshots/platforms/"+platform+".yaml")
	}

	const examples = "../../docs/examples/"
	add("diff/rolling-upgrade", documents, "diff", examples+"rolling-upgrade.yaml", examples+"shop-prod.yaml")
	add("diff/less-seen", tables, "diff", examples+"shop-prod.yaml", examples+"restricted.yaml")
	add("diff/nothing", []string{"table", "json"}, "diff", examples+"shop-prod.yaml", examples+"shop-prod.yaml")
	add("diff/hostile", tables, "diff", examples+"shop-prod.yaml", "testdata/snapshots/hostile.yaml")
	for _, question := range []string{"skew", "support", "deprecations", "plan"} {
		base := examples + "rolling-upgrade.yaml"
		if question == "deprecations" {
			base = "testdata/snapshots/usage/forbidden.yaml"
		}
		add("baseline/"+question, tables, question, "--snapshot", examples+"shop-prod.yaml", "--baseline", base)
		add(question+"/shop-prod", []string{"html"}, question, "--snapshot", examples+"shop-prod.yaml")
	}
	add("baseline/skew", []string{"json"}, "skew", "--snapshot", examples+"shop-prod.yaml", "--baseline", examples+"rolling-upgrade.yaml")
	add("skew/hostile", []string{"html"}, "skew", "--snapshot", "testdata/snapshots/hostile.yaml")
	// The overview holds all that formats for pipelines say of a question.
	add("overview/shop-prod", []string{"sarif", "junit", "prometheus"}, "--snapshot", examples+"shop-prod.yaml")
	for _, question := range []string{"support", "deprecations", "plan"} {
		add(question+"/hostile", []string{"sarif", "junit", "prometheus"}, question, "--snapshot", "testdata/snapshots/hostile.yaml")
	}
	add("deprecations/waived", []string{"sarif", "junit", "prometheus"}, append(prod, "--policy", "testdata/waivers.yaml", "--ignore", "PodDisruptionBudget")...)
	add("deprecations/of-files", []string{"sarif", "junit"}, "deprecations", "-f", "testdata/manifests", "-R", "--to", "1.38")

	shop := []string{"support", "--snapshot", "../../docs/examples/shop-prod.yaml"}
	add("support/within-200d", tables, append(shop, "--within", "200d")...)
	add("support/alauda-acp-4.3", documents, append(shop, "--platform", "alauda-acp", "--platform-version", "4.3")...)
	add("support/alauda-acp-4.4", tables, append(shop, "--platform", "alauda-acp", "--platform-version", "4.4")...)
	add("support/daocloud-dce", documents, append(shop, "--platform", "daocloud-dce", "--platform-version", "v0.44.0")...)
	add("support/company", tables, append(shop, "--platform", "example-platform", "--catalog", "../../docs/examples/catalogs/company.yaml")...)

	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, platform := range data.IDs() {
		add("releases/"+platform, tables, "releases", "--platform", platform)
		add("releases/"+platform+"-timeline", []string{"table"}, "releases", "--platform", platform, "--timeline")
	}
	add("releases/upstream", append(slices.Clone(documents), "markdown", "csv"), "releases")
	add("releases/drawn", []string{"markdown"}, "releases", "--timeline")
	add("releases/all", []string{"no-headers"}, "releases", "--all-platforms")
	add("releases/supported", append(slices.Clone(tables), "json", "csv"), "releases", "--all-platforms", "--supported")
	add("releases/minor", documents, "releases", "--minor", "1.36")
	add("releases/old-minor", tables, "releases", "--minor", "1.26")
	add("releases/upcoming", documents, "releases", "--upcoming")
	add("catalog/info", documents, "catalog", "info")
	return all
}

func files(t *testing.T, patterns ...string) []string {
	t.Helper()
	var found []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		if err != nil || len(matches) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(matches), err)
		}
		found = append(found, matches...)
	}
	return found
}

// TestGoldens runs every command, and compares with what is committed.
// UPDATE_GOLDENS=1 rewrites that.
func TestGoldens(t *testing.T) {
	update := os.Getenv("UPDATE_GOLDENS") != ""
	expected := commands(t)
	for name, args := range expected {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := run(t, args...)
			golden := filepath.Join(goldens, name)
			if update {
				if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o755), os.WriteFile(golden, []byte(got), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("rewrite with make golden if this is meant:\n%s", diff)
			}
		})
	}
	for _, file := range files(t, filepath.Join(goldens, "*", "*")) {
		name, err := filepath.Rel(goldens, file)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := expected[filepath.ToSlash(name)]; !ok {
			t.Errorf("%s belongs to no command: delete it", file)
		}
	}
}

func run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	err := Execute(t.Context(), Environment{
		Streams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &errOut},
		Getenv:  func(name string) string { return map[string]string{"LANG": "C.UTF-8"}[name] },
		Now:     func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
		Build:   v1alpha1.Build{Version: "v0.0.0"},
	}, args)
	if err != nil {
		t.Fatal(err)
	}
	if errOut.Len() > 0 {
		t.Errorf("stderr: %s", errOut.String())
	}
	return out.String()
}

// No byte that a terminal would obey comes out of a cluster's text. Tables keep
// the direction of writing too, which documents must quote as it is.
func TestOutputHoldsNoControlCharacters(t *testing.T) {
	documents := []string{"json", "yaml", "kyaml"}
	tables := []string{"", "wide", "name", "custom-columns=NAME:.metadata.name,NAMES:.rows[*].names"}
	const hostile = "testdata/snapshots/hostile.yaml"
	commands := [][]string{
		{"diff", hostile, "../../docs/examples/shop-prod.yaml"}, {"diff", "../../docs/examples/shop-prod.yaml", hostile},
	}
	for _, question := range []string{"skew", "support", "deprecations", "plan"} {
		commands = append(commands, []string{question, "--snapshot", hostile, "--baseline", "../../docs/examples/shop-prod.yaml"})
	}
	for _, args := range commands {
		for _, output := range slices.Concat(documents, tables) {
			got := run(t, append(slices.Clone(args), "-o", output)...)
			harmless := "\n"
			if slices.Contains(documents, output) {
				harmless = "\n\t\u202e"
			}
			if i := strings.IndexFunc(got, func(r rune) bool {
				return (r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x202e) && !strings.ContainsRune(harmless, r)
			}); i >= 0 {
				t.Errorf("%s -o %q holds %q at %d", args, output, got[i], i)
			}
			if !strings.HasPrefix(output, "custom-columns") && strings.Contains(got, "\nkubelet  v1.37.1  9 ok") {
				t.Errorf("%s -o %q: a node's name forged a row", args, output)
			}
		}
	}
}

// Screens in the documentation are of the example cluster, on the day of the other
// goldens, but for those that name what they are of.
func TestDocumentationShowsRealOutput(t *testing.T) {
	screen := regexp.MustCompile("(?s) *```console\n *\\$ kubectl versions([^\n]*?)( \\| head -n (\\d+))?\n(.*?) *```\n")
	shown := 0
	for _, page := range files(t, "../../README.md", "../../docs/*.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range screen.FindAllStringSubmatch(string(text), -1) {
			shown++
			args := strings.Fields(found[1])
			if !slices.ContainsFunc(args, func(arg string) bool { return slices.Contains([]string{"releases", "diff", "--snapshot"}, arg) }) {
				args = append(args, "--snapshot", "docs/examples/shop-prod.yaml")
			}
			for i, arg := range args {
				if strings.HasPrefix(arg, "docs/") {
					args[i] = "../../" + arg
				}
			}
			printed := run(t, args...)
			if lines, err := strconv.Atoi(found[3]); err == nil {
				printed = strings.Join(strings.SplitAfter(printed, "\n")[:lines], "")
			}
			if diff := cmp.Diff(strings.TrimLeft(found[4], " "), printed); diff != "" {
				t.Errorf("%s, kubectl versions%s:\n%s", page, found[1], diff)
			}
		}
	}
	if shown < 5 {
		t.Errorf("%d screens were found", shown)
	}
}

// What docs/architecture.md quotes stands in the catalog, in the example, and in
// the report on it, but for how far lines are indented.
func TestArchitectureQuotesWhatIsThere(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	flush := func(text string) string {
		return "\n" + regexp.MustCompile("(?m)^ +").ReplaceAllString(text, "")
	}
	const example = "../../docs/examples/shop-prod.yaml"
	from := []string{read("../catalog/data/skew.yaml"), read(example), run(t, "skew", "--snapshot", example, "-o", "json")}
	quotes := regexp.MustCompile("(?s)```(?:yaml|json)\n(.*?)```").FindAllStringSubmatch(read("../../docs/architecture.md"), -1)
	if len(quotes) != len(from) {
		t.Fatalf("%d quotes, want %d", len(quotes), len(from))
	}
	for i, quote := range quotes {
		if !strings.Contains(flush(from[i]), flush(quote[1])) {
			t.Errorf("not there:\n%s", quote[1])
		}
	}
}
