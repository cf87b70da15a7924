package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

const goldens = "testdata/golden"

// formats of a report, by the extension of their golden.
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
	}
}

func TestEveryFormatHasAGolden(t *testing.T) {
	for _, format := range printer.NewReportFlags().Formats() {
		if _, ok := formats()[format]; !ok {
			t.Errorf("-o %s is in no golden", format)
		}
	}
}

// TestGoldens prints every example in every format, and compares with what is
// committed. UPDATE_GOLDENS=1 rewrites that.
func TestGoldens(t *testing.T) {
	snapshots, err := filepath.Glob("../../docs/examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	own, err := filepath.Glob("testdata/snapshots/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	update := os.Getenv("UPDATE_GOLDENS") != ""
	expected := map[string]bool{}
	for _, snapshot := range append(snapshots, own...) {
		for format, args := range formats() {
			name := strings.TrimSuffix(filepath.Base(snapshot), ".yaml") + "." + format
			expected[name] = true
			t.Run("skew/"+name, func(t *testing.T) {
				got := run(t, append([]string{"skew", "--snapshot", snapshot}, args...)...)
				golden := filepath.Join(goldens, name)
				if update {
					if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
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
	}

	entries, err := os.ReadDir(goldens)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !expected[entry.Name()] {
			t.Errorf("%s belongs to no snapshot and format: delete it", filepath.Join(goldens, entry.Name()))
		}
	}
}

func run(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	err := Execute(t.Context(), Environment{
		Streams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &errOut},
		Getenv:  func(string) string { return "" },
		Now:     func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) },
		Version: "v0.0.0",
	}, args)
	if err != nil {
		t.Fatal(err)
	}
	if errOut.Len() > 0 {
		t.Errorf("stderr: %s", errOut.String())
	}
	return out.String()
}

// No byte that a terminal would obey comes out of a cluster's text.
func TestTablesHoldNoControlCharacters(t *testing.T) {
	for _, output := range []string{"", "wide", "name", "custom-columns=NAME:.metadata.name,NAMES:.rows[*].names"} {
		got := run(t, "skew", "--snapshot", "testdata/snapshots/hostile.yaml", "-o", output)
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && (r < 0x20 || r == 0x7f || r == 0x202e) }); i >= 0 {
			t.Errorf("-o %q holds %q at %d", output, got[i], i)
		}
		ownTable := !strings.HasPrefix(output, "custom-columns")
		if ownTable && strings.Contains(got, "\nkubelet  v1.37.1  9 ok") {
			t.Errorf("-o %q: a node's name forged a row", output)
		}
	}
}

func TestReadmeShowsRealOutput(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	screen := "```console\n$ kubectl versions skew\n" + run(t, "skew", "--snapshot", "../../docs/examples/shop-prod.yaml") + "```\n"
	if !strings.Contains(string(readme), screen) {
		t.Errorf("README.md does not show:\n%s", screen)
	}
}
