package manifest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// declared writes objects as "line apiVersion kind namespace/name labels".
func declared(objects []v1alpha1.DeclaredObject) []string {
	var lines []string
	for _, o := range objects {
		line := fmt.Sprintf("%d %s %s %s/%s", o.Line, o.APIVersion, o.Kind, o.Namespace, o.Name)
		if o.Labels != nil {
			line += fmt.Sprintf(" %v", o.Labels)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
		err  string
	}{
		"an object with everything": {
			text: "# a comment\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n  labels: {app: web, tier: '1'}\n",
			want: []string{"2 apps/v1 Deployment shop/web map[app:web tier:1]"},
		},
		"the version behind other fields": {
			text: "kind: Pod\nmetadata:\n  generateName: p-\napiVersion: v1\n",
			want: []string{"4 v1 Pod /"},
		},
		"documents, empty ones, and comments alone": {
			text: "---\n# first\n---\n\n---\napiVersion: v1\nkind: A\n--- # second\napiVersion: v1\nkind: B\n---\nnull\n---\n",
			want: []string{"6 v1 A /", "9 v1 B /"},
		},
		"an object on the line of the separator": {
			text: "--- {apiVersion: v1, kind: A}\n---\tnull\n--- {apiVersion: v1, kind: B}",
			want: []string{"1 v1 A /", "3 v1 B /"},
		},
		"documents that are ended": {
			text: "apiVersion: v1\nkind: A\n...\n---\napiVersion: v1\nkind: B\n...\n",
			want: []string{"1 v1 A /", "5 v1 B /"},
		},
		"a separator in a block scalar, which ends it": {
			text: "apiVersion: v1\nkind: A\nx: |\n  a\n---\napiVersion: v1\nkind: B\nx: |\n  ---\n",
			want: []string{"1 v1 A /", "6 v1 B /"},
		},
		"nothing":               {text: ""},
		"line feeds of Windows": {text: "apiVersion: v1\r\nkind: A\r\n---\r\napiVersion: v1\r\nkind: B\r\n", want: []string{"1 v1 A /", "4 v1 B /"}},
		"a byte order mark":     {text: "\ufeffapiVersion: v1\nkind: A\n", want: []string{"1 v1 A /"}},
		"UTF-16, as PowerShell writes it": {
			text: "\xff\xfea\x00p\x00i\x00V\x00e\x00r\x00s\x00i\x00o\x00n\x00:\x00 \x00v\x001\x00\n\x00k\x00i\x00n\x00d\x00:\x00 \x00A\x00\n\x00",
			want: []string{"1 v1 A /"},
		},
		"a list": {
			text: "apiVersion: v1\nkind: List\nmetadata: {}\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: {name: a}\n- kind: B\n  apiVersion: v1\n",
			want: []string{"5 v1 A /a", "9 v1 B /"},
		},
		"an empty list":     {text: "apiVersion: v1\nkind: List\nitems: []\n---\napiVersion: v1\nkind: PodList\nitems:\n"},
		"a list in a list":  {text: "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: A}]}]}", want: []string{"1 v1 A /"}},
		"a typed list":      {text: "apiVersion: networking.k8s.io/v1beta1\nkind: IngressList\nitems:\n- metadata: {name: a}\n- kind: Other\n", want: []string{"1 networking.k8s.io/v1beta1 Ingress /a", "1 networking.k8s.io/v1beta1 Other /"}},
		"a kind named List": {text: "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\n", want: []string{"1 example.com/v1 AllowList /a"}},
		"items of no list":  {text: "apiVersion: example.com/v1\nkind: Menu\nitems: [{a: b}]\n", want: []string{"1 example.com/v1 Menu /"}},
		"items in a list that have no type": {
			text: "apiVersion: v1\nkind: List\nitems:\n- metadata: {}\n- apiVersion: v1\n  kind: A\n",
			want: []string{"5 v1 A /"},
			err:  "line 4: not a Kubernetes object: it has no apiVersion and no kind",
		},
		"JSON": {
			text: `{"kind": "Pod", "metadata": {"name": "a\u0062\ud83d\ude00", "labels": {"x": "y", "n": 1}},` + "\n" + `"apiVersion": "v1"}`,
			want: []string{"2 v1 Pod /ab\U0001f600 map[n:1 x:y]"},
		},
		"JSON objects one after the other": {
			text: "{\"apiVersion\":\"v1\",\"kind\":\"A\"}\n{\"apiVersion\":\"v1\",\"kind\":\"B\"} {\"apiVersion\":\"v1\",\"kind\":\"C\"}\n",
			want: []string{"1 v1 A /", "2 v1 B /", "2 v1 C /"},
		},
		"a list in JSON": {
			text: "{\n \"apiVersion\": \"v1\",\n \"kind\": \"List\",\n \"items\": [\n  {\"kind\": \"A\",\n   \"apiVersion\": \"v1\", \"spec\": {\"items\": [1], \"kind\": \"X\"}},\n  {\"kind\": \"B\", \"apiVersion\": \"v1\"}, [[]], null\n ]\n}",
			want: []string{"6 v1 A /", "7 v1 B /"},
			err:  "line 7: not a Kubernetes object",
		},
		"JSON between YAML": {
			text: "apiVersion: v1\nkind: A\n---\n{\"apiVersion\": \"v1\", \"kind\": \"B\"}\n---\napiVersion: v1\nkind: C\n",
			want: []string{"1 v1 A /", "4 v1 B /", "6 v1 C /"},
		},
		"JSON that breaks off, and goes on": {
			text: "{\"apiVersion\":\"v1\",\"kind\":\"A\"}\n{\"apiVersion\":\"v1\",\n{\"apiVersion\":\"v1\",\"kind\":\"B\"}\n",
			want: []string{"1 v1 A /", "3 v1 B /"},
			err:  "line 2: a JSON object that begins here is not valid",
		},
		"JSON with a type twice":           {text: `{"apiVersion":"v1","kind":"A","apiVersion":"v2"}`, err: "line 1: apiVersion is there twice"},
		"JSON with a type in two guises":   {text: `{"apiVersion":"v1","kind":"A","api\u0056ersion":"v2"}`, err: "line 1: apiVersion is there twice"},
		"JSON with a merge key":            {text: `{"apiVersion":"v1","kind":"A","<<":{"metadata":{"name":"a"}}}`, want: []string{"1 v1 A /"}},
		"flow style that begins like JSON": {text: "{\"apiVersion\": v1, # a comment\n kind: 'A'}", want: []string{"1 v1 A /"}},
		"JSON with escapes":                {text: `{"apiVersion":"a\/v1","kind":"A","metadata":{"name":"\t\\\"\u003c","namespace":"\b"}}`, want: []string{"1 a/v1 A \b/\t\\\"<"}},
		"a JSON array":                     {text: `[{"apiVersion":"v1","kind":"A"}]`, err: "line 1: not a Kubernetes object"},
		"flow style, which is no JSON":     {text: "{apiVersion: v1, kind: A}", want: []string{"1 v1 A /"}},
		"an old version beside a new one":  {text: "apiVersion: extensions/v1beta1\nkind: Ingress\napiVersion: networking.k8s.io/v1\n", err: "line 3: apiVersion is there twice"},
		"metadata twice":                   {text: "apiVersion: v1\nkind: A\nmetadata: {name: a}\nmetadata: {name: b}\n", err: "line 4: metadata is there twice"},
		"a field twice that says nothing":  {text: "apiVersion: v1\nkind: A\ndata: a\ndata: b\n", want: []string{"1 v1 A /"}},
		"aliases": {
			text: "x: {v: &v v1, k: &k A, m: &m {name: a}}\napiVersion: *v\nkind: *k\nmetadata: *m\n",
			want: []string{"2 v1 A /a"},
		},
		"merge keys": {
			text: "x: &x {apiVersion: v1, kind: A, metadata: &m {name: a, namespace: n, labels: &l {a: b, c: d}}}\n<<: [{y: z}, *x]\nmetadata:\n  <<: *m\n  name: b\n  labels: {<<: *l, c: e}\n",
			want: []string{"1 v1 A n/b map[a:b c:e]"},
		},
		"a version merged over another": {
			text: "apiVersion: v1\nkind: A\n<<: {apiVersion: v2}\n",
			err:  "line 3: apiVersion is there twice",
		},
		"a list in an anchor": {
			text: "apiVersion: v1\nkind: List\nx: &x {apiVersion: v1, kind: A}\nitems: [*x, *x]\n",
			want: []string{"3 v1 A /", "3 v1 A /"},
		},
		"names of other types":   {text: "apiVersion: v1\nkind: A\nmetadata: {name: 12, namespace: true, labels: {a: 1.0, b: [c], d: null}}\n", want: []string{"1 v1 A true/12 map[a:1.0 d:null]"}},
		"no metadata":            {text: "apiVersion: v1\nkind: A\nmetadata:\n", want: []string{"1 v1 A /"}},
		"a name of many":         {text: "apiVersion: v1\nkind: A\nmetadata: {name: [a]}\n", err: "line 3: a name or namespace is not a string"},
		"metadata of many":       {text: "apiVersion: v1\nkind: A\nmetadata: [a]\n", err: "line 3: metadata is not a mapping"},
		"values of a chart":      {text: "replicas: 1\nimage: x\n", err: "line 1: not a Kubernetes object: it has no apiVersion and no kind"},
		"no kind":                {text: "\napiVersion: v1\n", err: "line 2: kind is missing, or not such as Deployment"},
		"no apiVersion":          {text: "\n\nkind: A\n", err: "line 3: apiVersion is missing, or not such as v1 or apps/v1"},
		"a number for a version": {text: "kind: A\napiVersion: 1\n", err: "line 2: apiVersion is missing, or not such as v1 or apps/v1"},
		"a group alone":          {text: "apiVersion: apps/\nkind: A\n", err: "line 1: apiVersion is missing, or not such as v1 or apps/v1"},
		"a version with spaces":  {text: "apiVersion: apps/v1 # \nkind: A B\n", err: "line 2: kind is missing, or not such as Deployment"},
		"a version in binary":    {text: "apiVersion: !!binary djE=\nkind: A\n", err: "line 1: apiVersion is missing, or not such as v1 or apps/v1"},
		"only text":              {text: "hello\n", err: "line 1: not a Kubernetes object"},
		"a template in the version": {
			text: "apiVersion: {{ .Values.x }}\nkind: A\n",
			err:  "line 1: apiVersion is missing, or not such as v1 or apps/v1 (a template must be rendered first)",
		},
		"a template around": {
			text: "{{- if .Values.x }}\napiVersion: v1\nkind: A\n{{- end }}\n---\napiVersion: v1\nkind: B\n",
			want: []string{"6 v1 B /"},
			err:  "line 1: the document that begins here is not valid YAML: did not find expected node content (a template must be rendered first)",
		},
		"a template in the middle": {
			text: "apiVersion: v1\nkind: A\n{{ include \"x\" . | nindent 2 }}\n",
			err:  "line 3: not valid YAML: could not find expected ':' (a template must be rendered first)",
		},
		"a template in the name": {
			text: "apiVersion: v1\nkind: A\nmetadata:\n  name: {{ .Release.Name }}\n",
			err:  "line 4: a name or namespace is not a string (a template must be rendered first)",
		},
		"a document that is not valid": {
			text: "apiVersion: v1\nkind: A\n---\na: b: c\n---\napiVersion: v1\nkind: B\n",
			want: []string{"1 v1 A /", "6 v1 B /"},
			err:  "line 4: the document that begins here is not valid YAML: mapping values are not allowed in this context",
		},
		"many that are not": {
			text: strings.Repeat("a\n---\n", 8),
			err:  "line 1: not a Kubernetes object; line 3: not a Kubernetes object; line 5: not a Kubernetes object; line 7: not a Kubernetes object; line 9: not a Kubernetes object; and 3 more",
		},
		"UTF-16, the other way round": {
			text: "\xfe\xff\x00a\x00p\x00i\x00V\x00e\x00r\x00s\x00i\x00o\x00n\x00:\x00 \x00v\x001\x00\n\x00k\x00i\x00n\x00d\x00:\x00 \x00A\x00\n",
			want: []string{"1 v1 A /"},
		},
		"an unknown anchor, not quoted": {text: "a: *hunter2\n", err: "line 1: the document that begins here is not valid YAML: unknown anchor"},
		"a tab for indentation":         {text: "apiVersion: v1\nkind: A\nmetadata:\n\tname: a\n", err: "line 4: not valid YAML: found character that cannot start any token"},
		"text that is no UTF-8":         {text: "apiVersion: v1\nkind: A\nx: \xff\xfe\xfd\n", err: "line 1: the document that begins here is not valid YAML: invalid leading UTF-8 octet"},
		"a NUL":                         {text: "apiVersion: v1\nkind: A\nx: \x00\n", err: "line 1: the document that begins here is not valid YAML: control characters are not allowed"},
		"an alias of itself":            {text: "&a {apiVersion: v1, kind: List, items: [*a]}", err: "line 1: lists in more than 20 lists"},
		"a merge of itself":             {text: "&a\n<<: *a\napiVersion: v1\nkind: A\n", want: []string{"3 v1 A /"}},
		"an unfinished separator":       {text: "apiVersion: v1\nkind: A\n---x\n", err: "line 3: not valid YAML: could not find expected ':'"},
	} {
		t.Run(name, func(t *testing.T) {
			objects, err := Parse([]byte(test.text))
			if diff := cmp.Diff(test.want, declared(objects)); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			message := ""
			if err != nil {
				message = err.Error()
			}
			if message != test.err {
				t.Errorf("error\n%s\nwant\n%s", message, test.err)
			}
		})
	}
}

func TestParseIsBounded(t *testing.T) {
	list := func(anchor, items string) string {
		return fmt.Sprintf("- &%s {apiVersion: v1, kind: List, items: [%s]}\n", anchor, strings.TrimSuffix(strings.Repeat(items+",", 10), ","))
	}
	var lists, labels, merges strings.Builder
	lists.WriteString("apiVersion: v1\nkind: List\nitems:\n- &a0 {apiVersion: v1, kind: A}\n")
	for i := range 15 {
		lists.WriteString(list(fmt.Sprintf("a%d", i+1), fmt.Sprintf("*a%d", i)))
	}
	labels.WriteString("apiVersion: v1\nkind: List\nx: &l {")
	for i := range 10_000 {
		fmt.Fprintf(&labels, "l%d: v,", i)
	}
	labels.WriteString("}\nitems:\n" + strings.Repeat("- {apiVersion: v1, kind: A, metadata: {labels: *l}}\n", 10_000))
	merges.WriteString("x:\n- &m0 {a: b}\n")
	for i := range 10_000 {
		fmt.Fprintf(&merges, "- &m%d {<<: [*m%d, *m%d]}\n", i+1, i, i)
	}
	merges.WriteString("<<: *m10000\napiVersion: v1\nkind: A\n")
	for name, test := range map[string]struct {
		text string
		want string
	}{
		"lists of aliases":      {lists.String(), "line 5: too large by its aliases"},
		"labels by aliases":     {labels.String(), "line 3: too large by its aliases"},
		"merges by aliases":     {merges.String(), ""},
		"deep sequences":        {strings.Repeat("[", 1<<20), "line 1: the document that begins here is not valid YAML: exceeded max depth of 10000"},
		"deep mappings":         {"a: " + strings.Repeat("{a: ", 1<<20), "line 1: the document that begins here is not valid YAML: exceeded max depth of 10000"},
		"deep indentation":      {strings.Repeat("- ", 1<<20), "line 1: the document that begins here is not valid YAML: exceeded max depth of 10000"},
		"deep JSON":             {strings.Repeat(`{"items":`, 9000) + "1" + strings.Repeat("}", 9000), "line 1: not a Kubernetes object: it has no apiVersion and no kind"},
		"deep lists in JSON":    {strings.Repeat(`{"apiVersion":"v1","kind":"List","items":[`, 4000) + strings.Repeat(" ", 4<<20) + strings.Repeat("]}", 4000), "line 1: lists in more than 20 lists"},
		"too deep JSON":         {strings.Repeat(`{"items":`, 1<<20), "line 1: a JSON object that begins here is not valid"},
		"too large YAML":        {"x: " + strings.Repeat(" ", MaxYAML), "line 1: a YAML document of more than 8 MiB: give it as JSON, or split it"},
		"many documents":        {strings.Repeat("---\n", 1<<20), ""},
		"many JSON objects":     {strings.Repeat("{}\n", 1<<18), "and 262139 more"},
		"many broken objects":   {strings.Repeat("{\"\n", 1<<22), "and 15 more"},
		"many broken beginning": {"{\"" + strings.Repeat("\n{[", 1<<22), "and 15 more"},
		"many escapes in JSON":  {`{"` + strings.Repeat(`\\`, 8<<20), "line 1: a JSON object that begins here is not valid"},
		"many comments":         {strings.Repeat("# a\n", 1<<20), ""},
		"many keys":             {"apiVersion: v1\nkind: A\n" + strings.Repeat("a:\n", 1<<18), ""},
		"a long quoted key":     {"apiVersion: v1\nkind: A\n\"" + strings.Repeat("a", 4<<20) + "\": b\n", "line 3: not valid YAML: could not find expected ':'"},
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			var err error
			used := allocated(func() { _, err = Parse([]byte(test.text)) })
			if err == nil && test.want != "" || err != nil && !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if spent := time.Since(begin); spent > 20*time.Second {
				t.Errorf("took %s", spent)
			}
			if used > 2<<30 {
				t.Errorf("%d MiB allocated", used>>20)
			}
			t.Logf("%s, %d MiB allocated in all", time.Since(begin).Round(time.Millisecond), used>>20)
		})
	}
}

func TestReadRefusesATextThatIsTooLarge(t *testing.T) {
	objects, err := Read(zeros{})
	if err == nil || err.Error() != "larger than 64 MiB: split it" || objects != nil {
		t.Errorf("%v, error %v", objects, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(deployment))
	f.Add([]byte("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"metadata\":{\"labels\":{\"a\":1}}}]}\n{]"))
	f.Add([]byte("x: &x {apiVersion: v1}\n<<: [*x]\nkind: A\n---\n&a {items: [*a], kind: List, apiVersion: v1}\n--- !t\n? a\n: |2\n  b\n"))
	f.Add([]byte("\xff\xfea\x00:\x00"))
	f.Add([]byte("{{ x }}\n...\n%YAML 1.1\n---\n\ta: \"\\x00\"\r"))
	f.Fuzz(func(t *testing.T, text []byte) {
		objects, err := Parse(text)
		lines := int32(bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r")) + len(text) + 1)
		for _, o := range objects {
			if !apiVersionPattern.MatchString(o.APIVersion) || !kindPattern.MatchString(o.Kind) || o.Line < 1 || o.Line > lines {
				t.Errorf("object %+v", o)
			}
		}
		if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
			return // UTF-16, to which nothing is appended
		}
		more, moreErr := Parse(append(bytes.Clone(text), "\n---\napiVersion: v1\nkind: Pod\n"...))
		if len(more) != len(objects)+1 || (err == nil) != (moreErr == nil) {
			t.Fatalf("%d objects, error %v; with another document %d objects, error %v", len(objects), err, len(more), moreErr)
		}
		if diff := cmp.Diff(objects, more[:len(objects)], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("objects alone and with another document (-alone +with):\n%s", diff)
		}
	})
}
