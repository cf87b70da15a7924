package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The program that is read is this test.
func TestDocumentIsValidAndNamesWhatWasLinked(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var written [][]byte
	for range 2 {
		output := filepath.Join(t.TempDir(), "sbom.cdx.json")
		if err := run([]string{"-version", "v0.1.0", "-time", "2026-11-21T10:00:00+01:00", "-output", output, program}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(output)
		if err != nil {
			t.Fatal(err)
		}
		written = append(written, text)
	}
	if !bytes.Equal(written[0], written[1]) {
		t.Error("two documents of one program differ")
	}

	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(written[0]))
	if err != nil {
		t.Fatal(err)
	}
	schema := published(t)
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	if schema.Validate(map[string]any{"bomFormat": "CycloneDX"}) == nil {
		t.Error("a document without a version is valid")
	}

	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(written[0]), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	if got := bom.Metadata.Timestamp; got != "2026-11-21T09:00:00Z" {
		t.Errorf("got a time of %q", got)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || len(info.Deps) == 0 {
		t.Fatal("this test has no modules")
	}
	for _, module := range info.Deps {
		if !slices.ContainsFunc(*bom.Components, func(c cdx.Component) bool {
			return c.Name == module.Path && c.Version == module.Version
		}) {
			t.Errorf("%s %s is not named", module.Path, module.Version)
		}
	}
}

// published is CycloneDX's schema as its library's module holds it.
func published(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	// Schemas name each other by addresses, one of them by another name than its file has.
	for name, file := range map[string]string{
		"bom-1.6.schema.json":  "bom-1.6.schema.json",
		"spdx.schema.json":     "spdx.schema.json",
		"jsf-0.82.schema.json": "jsf-0.82.schemax.json",
	} {
		text, err := os.Open(filepath.Join(strings.TrimSpace(string(dir)), "schema", file))
		if err != nil {
			t.Fatal(err)
		}
		schema, err := jsonschema.UnmarshalJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource("http://cyclonedx.org/schema/"+name, schema); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := compiler.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestComponents(t *testing.T) {
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8",
		Path:      "example.com/Plugin/cmd/plugin",
		Main:      debug.Module{Path: "example.com/Plugin", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "github.com/BurntSushi/toml", Version: "v1.6.0"},
			{Path: "gopkg.in/yaml.v2", Version: "v2.4.0+incompatible"},
			{Path: "example.com/old", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v1.0.1"}},
			{Path: "example.com/plugin/sibling", Version: "v0.0.0", Replace: &debug.Module{Path: "../", Version: "(devel)"}},
		},
	}
	bom := document("plugin", "00ff", info, release{version: "v0.1.0", time: time.Unix(0, 0)})
	var got []string
	for _, c := range append([]cdx.Component{*bom.Metadata.Component}, *bom.Components...) {
		got = append(got, strings.Join([]string{string(c.Type), c.Name, c.Version, c.PackageURL}, " "))
	}
	want := []string{
		"application plugin v0.1.0 pkg:golang/example.com/plugin@v0.1.0#cmd/plugin",
		"library stdlib 1.26.8 pkg:golang/stdlib@1.26.8",
		"library github.com/BurntSushi/toml v1.6.0 pkg:golang/github.com/burntsushi/toml@v1.6.0",
		"library gopkg.in/yaml.v2 v2.4.0+incompatible pkg:golang/gopkg.in/yaml.v2@v2.4.0%2Bincompatible",
		"library example.com/fork v1.0.1 pkg:golang/example.com/fork@v1.0.1",
		"library example.com/plugin/sibling v0.1.0 pkg:golang/example.com/plugin/sibling@v0.1.0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := *bom.Metadata.Component.Hashes; len(got) != 1 || got[0].Value != "00ff" {
		t.Errorf("got hashes %v", got)
	}
}

func TestRefuses(t *testing.T) {
	output := filepath.Join(t.TempDir(), "out")
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"no program":         {"-version", "v1.0.0", "-time", "2026-11-21T09:00:00Z", "-output", output},
		"no time":            {"-version", "v1.0.0", "-output", output, text},
		"what is no program": {"-version", "v1.0.0", "-time", "2026-11-21T09:00:00Z", "-output", output, text},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(args); err == nil {
				t.Error("got no error")
			}
			if _, err := os.Stat(output); err == nil {
				t.Error("a document was written")
			}
		})
	}
}
