package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const deployment = `# Source: web/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: "shop"
  labels:
    app.kubernetes.io/name: web
    "helm.sh/chart": web-1.2.3
  annotations:
    checksum/config: '01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b'
    note: |
      apiVersion: v1
      kind: "not closed
spec:
  replicas: 2
  template:
    spec:
      containers:
      - name: web
        image: "registry.example.com/web:1.2.3"
        args: ["--listen=:8080", --verbose, '--name=it''s']
        command:
        - /bin/sh
        - -c
        - |
          kind: [not a list
        env: []
        resources: {limits: {cpu: 1}, requests: {"cpu": "1"}}  # a comment, isn't it
        description: don't [worry
`

func TestScanTakesWhatChartsUsuallyHold(t *testing.T) {
	for name, test := range map[string]struct {
		document string
		want     v1alpha1.DeclaredObject
	}{
		"a deployment":         {deployment, v1alpha1.DeclaredObject{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "web"}},
		"kind first":           {"kind: Pod\napiVersion: v1\nmetadata:\n  name: p\n", v1alpha1.DeclaredObject{APIVersion: "v1", Kind: "Pod", Name: "p"}},
		"no name":              {"apiVersion: v1\nkind: Pod\nmetadata:\n    generateName: p-\n", v1alpha1.DeclaredObject{APIVersion: "v1", Kind: "Pod"}},
		"no metadata":          {"apiVersion: v1\nkind: Pod", v1alpha1.DeclaredObject{APIVersion: "v1", Kind: "Pod"}},
		"a colon in the name":  {"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: system:web\nrules:\n- apiGroups: [\"\"]\n  resources: ['*']\n", v1alpha1.DeclaredObject{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "ClusterRole", Name: "system:web"}},
		"quoted type":          {"apiVersion: \"batch/v1\"\nkind: 'Job'\nmetadata:\n  name: \"null\"\n", v1alpha1.DeclaredObject{APIVersion: "batch/v1", Kind: "Job", Name: "null"}},
		"tabs in a script":     {"apiVersion: v1\nkind: ConfigMap\ndata:\n  run.sh: |-\n    if a; then\n    \tb\n\n    fi\nmetadata:\n  name: c\n", v1alpha1.DeclaredObject{APIVersion: "v1", Kind: "ConfigMap", Name: "c"}},
		"a number for a name":  {"apiVersion: v1\nkind: Pod\nmetadata:\n  name: 123\n", v1alpha1.DeclaredObject{APIVersion: "v1", Kind: "Pod", Name: "123"}},
		"comments in between":  {"# one\napiVersion: v1\n# two\nkind: Pod\nmetadata:\n# three\n  name: p\n    # four\nspec: {}\n", v1alpha1.DeclaredObject{APIVersion: "v1", Kind: "Pod", Name: "p"}},
		"nested names of keys": {"apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    name: other\n    kind: Other\n  name: p\n", v1alpha1.DeclaredObject{APIVersion: "v1", Kind: "Pod", Name: "p"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := scan([]byte(test.document))
			if !ok {
				t.Fatal("was left to the parser")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("object (-want +got):\n%s", diff)
			}
			agree(t, test.document)
		})
	}
}

func TestScanLeavesToTheParser(t *testing.T) {
	const head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n"
	for name, document := range map[string]string{
		"nothing":                                 "",
		"a comment":                               "# Source: x\n",
		"a list":                                  "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n",
		"items of another kind":                   head + "items: []\n",
		"flow style":                              "{apiVersion: v1, kind: Pod}",
		"metadata in flow style":                  "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
		"a quoted key":                            "\"apiVersion\": v1\nkind: Pod\n",
		"a quoted key of metadata":                "apiVersion: v1\nkind: Pod\nmetadata:\n  \"name\": p\n",
		"an alias":                                "apiVersion: &v v1\nkind: Pod\n",
		"a merge key":                             "<<: {}\n" + head,
		"a tag":                                   "apiVersion: !!str v1\nkind: Pod\n",
		"a kind that is a boolean":                "apiVersion: v1\nkind: True\n",
		"a name that is null":                     "apiVersion: v1\nkind: Pod\nmetadata:\n  name: Null\n",
		"an empty name":                           "apiVersion: v1\nkind: Pod\nmetadata:\n  name:\n",
		"a kind of two lines":                     "apiVersion: v1\nkind: Pod\n  Security\n",
		"a name of two lines":                     "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n    q\n",
		"a kind twice":                            head + "kind: Job\n",
		"metadata twice":                          head + "metadata:\n  name: q\n",
		"a name twice":                            head + "  name: q\n",
		"no kind":                                 "apiVersion: v1\nmetadata:\n  name: p\n",
		"a malformed apiVersion":                  "apiVersion: 1\nkind: Pod\n",
		"a tab":                                   head + "spec:\n  a:\t\"x\"\n",
		"a carriage return":                       head + "data: x\rkind: Job\n",
		"a next-line character":                   head + "data: x\u0085kind: Job\n",
		"a line separator":                        head + "data: x\u2028kind: Job\n",
		"a string that goes on":                   "data:\n  a: \"x\nkind: Job\napiVersion: v1\nb: y\"\n" + head,
		"a single-quoted string that goes on":     "data:\n- 'x\n" + head + "'\n",
		"a collection that goes on":               "data: [x,\n" + head + "]\n",
		"a comment that hides the end":            "data: [x # ]\n" + head + "]\n",
		"a string after a quote in a key":         "data:\n  it's: \"x'\n" + head + "\"\n",
		"a string after a quote and spaces":       "data:\n  a \"b: \"x\n" + head + "\"\n",
		"a string after a quote in a collection":  "data: [it's, \"x's]\n" + head + "\"]\n",
		"a string after a dash and an anchor":     "data:\n- &a \"x\n" + head + "\"\n",
		"an indented object":                      "  apiVersion: v1\n  kind: Pod\n",
		"a second document":                       head + "---\n" + head,
		"the end of a document":                   head + "...\n" + head,
		"a directive":                             "%YAML 1.1\n" + head,
		"a byte order mark":                       "\ufeff" + head,
		"a template":                              "{{ if .Values.a }}\n" + head,
		"an explicit key":                         head + "? a\n: b\n",
		"metadata that is a sequence":             "apiVersion: v1\nkind: Pod\nmetadata:\n- name: p\n",
		"metadata less indented further down":     "apiVersion: v1\nkind: Pod\nmetadata:\n    labels: {}\n  name: p\n",
		"a block scalar with a name of the block": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: |\n    p\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := scan([]byte(document)); ok {
				t.Errorf("was taken for %+v", got)
			}
		})
	}
}

// agree fails when the parser reads a document otherwise than scan does. That the
// parser finds a fault which scan does not look for is no disagreement.
func agree(t *testing.T, document string) {
	t.Helper()
	got, ok := scan([]byte(document))
	if !ok {
		return
	}
	p := parser{maxYAML: MaxYAML}
	p.document([]byte(document), 1)
	if p.err() != nil {
		return
	}
	for i := range p.objects {
		p.objects[i].Labels, p.objects[i].Line = nil, 0
	}
	if diff := cmp.Diff(p.objects, []v1alpha1.DeclaredObject{got}); diff != "" {
		t.Errorf("scan differs from the parser (-parser +scan):\n%s\nof:\n%s", diff, document)
	}
}

// pieces make documents that are close to what scan takes.
func pieces() []string {
	return []string{
		"\n", "\n", "\n  ", "\n  ", "\n    ", "\n - ", "\n- ", "\n# ", " ", " # ", "- ", "x", "x: ", "x:", "it's", "\"", "\"", "'", "'", "[", "]", "{", "}", ", ",
		"|\n", "|-\n", ">\n", "|2\n", "\\", "&a ", "*a", "!t ", "? ", ": ", ":", "\t", "%", "null", "0", "<<: ",
		"\nkind: Job", "\napiVersion: v1", "\nmetadata:\n  name: p", "\n  namespace: n", "\nitems:", "\n---\n", "\n...\n",
	}
}

// compose puts the pieces that the digits choose between and behind the lines of an object.
func compose(digits []byte) string {
	lines := []string{"apiVersion: v1", "\nkind: Pod", "\nmetadata:", "\n  name: p", "\n  labels:\n    a: b", "\nspec:\n  a: b", "\n"}
	var document strings.Builder
	for i, digit := range digits {
		if digit >= 0xc0 && len(lines) > 0 {
			document.WriteString(lines[0])
			lines = lines[1:]
		} else {
			document.WriteString(pieces()[int(digit)%len(pieces())])
		}
		if i > 60 {
			break
		}
	}
	return document.String() + strings.Join(lines, "")
}

func FuzzScannerAgreesWithParser(f *testing.F) {
	add := func(document string) { f.Add(document, []byte{0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 0xc0, 14, 12}) }
	add(deployment)
	add("apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  a: \"x\\\n    y\"\n  b: [1,\n2]\n")
	add("data:\n  - - k: >+\n     x\n  - \"q\": '\n kind: y'\nkind: Pod\napiVersion: v1\n")
	add("apiVersion: v1\nkind: Pod\nx: {\"a\":\"b\", c: 'd', e: [f, \"g]\"]} # h\ny: \"z\": |\n  \"\n")
	add("apiVersion: v1\nkind: Pod\nx:\n  |\n   \"\n  ? \"y\n: z\"\n")
	f.Fuzz(func(t *testing.T, document string, digits []byte) {
		agree(t, document)
		agree(t, compose(digits))
	})
}

func BenchmarkScan(b *testing.B) {
	b.SetBytes(int64(len(deployment)))
	for b.Loop() {
		if _, ok := scan([]byte(deployment)); !ok {
			b.Fatal("was left to the parser")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(deployment)))
	for b.Loop() {
		if _, err := Parse([]byte(deployment)); err != nil {
			b.Fatal(err)
		}
	}
}
