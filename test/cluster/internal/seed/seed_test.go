package seed

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func render(t *testing.T, text string, pairs ...string) (string, error) {
	t.Helper()
	values, err := ParseValues(pairs)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := parse("test.yaml", text, time.Date(2026, 11, 20, 20, 12, 0, 345678000, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, values)
	return out.String(), err
}

func TestTemplate(t *testing.T) {
	tests := []struct {
		name, text, want string
		values           []string
	}{
		{name: "now is a MicroTime", text: `{{ now }}`, want: "2026-11-20T20:12:00.345678Z"},
		{name: "ago is a Time", text: `{{ ago "36h" }}`, want: "2026-11-19T08:12:00Z"},
		{name: "seq includes both ends", text: `{{ range seq 2 4 }}{{ . }} {{ end }}`, want: "2 3 4 "},
		{name: "seq of nothing", text: `{{ range seq 1 0 }}{{ . }}{{ end }}`, want: ""},
		{name: "numbers that were set count", text: `{{ range seq 1 .n }}{{ . }}{{ end }}`, values: []string{"n=3"}, want: "123"},
		{name: "words that were set stay words", text: `{{ .v }}`, values: []string{"v=v1.37.1"}, want: "v1.37.1"},
		{name: "a value may contain =", text: `{{ .v }}`, values: []string{"v=a=b"}, want: "a=b"},
		{name: "pad", text: `{{ pad 7 4 }}`, want: "0007"},
		{name: "dict in list", text: `{{ range list (dict "name" "cp-1") }}{{ .name }}{{ end }}`, want: "cp-1"},
		{name: "arithmetic", text: `{{ add 7 2 }} {{ sub 7 2 }} {{ mul 7 2 }} {{ div 7 2 }} {{ mod 7 2 }}`, want: "9 5 14 3 1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := render(t, test.text, test.values...)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTemplateNamesTheValueThatWasNotSet(t *testing.T) {
	_, err := render(t, `{{ .nodes }}`, "node=3")
	if err == nil || !strings.Contains(err.Error(), `no entry for key "nodes"`) {
		t.Errorf("got error %v", err)
	}
}

func TestParseValuesNeedsAKey(t *testing.T) {
	for _, pair := range []string{"nodes", "=3"} {
		if _, err := ParseValues([]string{pair}); err == nil {
			t.Errorf("no error for %q", pair)
		}
	}
}

func TestDocumentsByPhase(t *testing.T) {
	const text = `# a comment is no document
---
kind: Pod
metadata: {name: pod}
---
kind: "Namespace"
metadata: {name: namespace}
---
{"kind": "CustomResourceDefinition", "metadata": {"name": "definition"}}
---
kind: ConfigMap
data:
  nested: |
    kind: Namespace
`
	want := map[phase][]string{
		namespaces:     {"Namespace"},
		definitions:    {"CustomResourceDefinition"},
		everythingElse: {"Pod", "ConfigMap"},
	}
	parsed, err := parse("test.yaml", text, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[phase][]string{}
	for phase := range phaseCount {
		for document, err := range documents(parsed, nil, phase) {
			if err != nil {
				t.Fatal(err)
			}
			kind, err := kindOf(document)
			if err != nil {
				t.Fatal(err)
			}
			if kind != "" {
				got[phase] = append(got[phase], kind)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("documents per phase (-want +got):\n%s", diff)
	}
}

func TestDocumentsEndWithTheTemplatesError(t *testing.T) {
	parsed, err := parse("test.yaml", "kind: Pod\n---\n{{ .missing }}", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for _, err := range documents(parsed, map[string]any{}, everythingElse) {
		last = err
	}
	if last == nil || !strings.Contains(last.Error(), "missing") {
		t.Errorf("got error %v", last)
	}
}
