package manifest

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// release has the fields of Helm's, in its order: helm/helm, pkg/release/v1/release.go.
type release struct {
	Name      string         `json:"name,omitempty"`
	Info      map[string]any `json:"info,omitempty"`
	Chart     any            `json:"chart,omitempty"`
	Config    map[string]any `json:"config,omitempty"`
	Manifest  string         `json:"manifest,omitempty"`
	Hooks     []hook         `json:"hooks,omitempty"`
	Version   int            `json:"version,omitempty"`
	Namespace string         `json:"namespace,omitempty"`
}

type hook struct {
	Name     string   `json:"name,omitempty"`
	Kind     string   `json:"kind,omitempty"`
	Path     string   `json:"path,omitempty"`
	Manifest string   `json:"manifest,omitempty"`
	Events   []string `json:"events,omitempty"`
}

func (r release) json(t testing.TB) []byte {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// gzipped is how Helm stores a release.
func gzipped(t testing.TB, text []byte) []byte {
	t.Helper()
	var data bytes.Buffer
	w, err := gzip.NewWriterLevel(&data, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return encoded(data.Bytes())
}

func encoded(data []byte) []byte {
	return base64.StdEncoding.AppendEncode(nil, data)
}

const ingress = `---
# Source: shop/templates/ingress.yaml
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: shop
  labels:
    app: shop
  annotations:
    html: "<a href=\"x\">&amp;</a>"
`

func shop() release {
	return release{
		Name: "shop",
		Info: map[string]any{"first_deployed": "2026-01-02T03:04:05.6Z", "last_deployed": "2026-11-20T10:30:00.123456789+01:00", "deleted": "", "status": "deployed", "notes": "manifest: \"{\""},
		Chart: map[string]any{
			"metadata":  map[string]any{"name": "shop", "manifest": "apiVersion: v1\nkind: Wrong\n"},
			"templates": []map[string]string{{"name": "a.yaml", "data": "e30="}, {"name": "\"}],\\", "data": ""}},
		},
		Config:    map[string]any{"manifest": "kind: Wrong", "hooks": []any{"}"}},
		Manifest:  ingress + "---\n" + deployment + "---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: shop, namespace: other, labels: {a: b}}}\n",
		Hooks:     []hook{{Name: "migrate", Kind: "Job", Path: "shop/templates/job.yaml", Manifest: "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n", Events: []string{"pre-upgrade"}}},
		Version:   7,
		Namespace: "shop",
	}
}

func shopRelease() v1alpha1.HelmRelease {
	modified := metav1.NewTime(time.Date(2026, 11, 20, 9, 30, 0, 123456789, time.UTC))
	return v1alpha1.HelmRelease{
		Namespace: "shop", Name: "shop", Revision: 7, Status: "deployed", Modified: &modified,
		Objects: []v1alpha1.DeclaredObject{
			{APIVersion: "networking.k8s.io/v1beta1", Kind: "Ingress", Name: "shop"},
			{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "web"},
			{APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Namespace: "other", Name: "shop"},
			{APIVersion: "batch/v1", Kind: "Job", Name: "migrate"},
		},
	}
}

func TestHelm(t *testing.T) {
	text := shop().json(t)
	for name, payload := range map[string][]byte{
		"gzipped":                   gzipped(t, text),
		"not gzipped":               encoded(text),
		"indented":                  gzipped(t, indented(t, text)),
		"base64 with line feeds":    bytes.ReplaceAll(gzipped(t, text), []byte("A"), []byte("\nA")),
		"with fields of the future": encoded(bytes.Replace(text, []byte(`{"name"`), []byte(`{"x":[1,true,null,-2.5e3,{"manifest":"kind: X"}],"name"`), 1)),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Helm(payload)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(shopRelease(), got); diff != "" {
				t.Errorf("release (-want +got):\n%s", diff)
			}
		})
	}
}

func indented(t *testing.T, text []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "\t"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHelmSaysWhatItCouldNotRead(t *testing.T) {
	faulty := shop()
	faulty.Manifest = "a: [hunter2\n---\n" + ingress + "---\nhunter2: *hunter3\n"
	faulty.Hooks = append(faulty.Hooks, hook{Manifest: "kind: hunter2\n"})
	text := shop().json(t)
	compressed, err := base64.StdEncoding.AppendDecode(nil, gzipped(t, text))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		payload []byte
		objects int
		want    string
	}{
		"no base64":           {[]byte("{\"hunter2\""), 0, "the release is not base64"},
		"nothing":             {nil, 0, "the release is cut off, or no JSON object"},
		"no gzip behind sign": {encoded([]byte("\x1f\x8b\x08hunter2")), 0, "the release is not gzipped correctly"},
		"only the sign":       {encoded([]byte("\x1f\x8b\x08")), 0, "the release is not gzipped correctly"},
		"no object":           {encoded([]byte(`"hunter2"`)), 0, "the release is cut off, or no JSON object"},
		"cut off":             {encoded(text[:len(text)-3]), 4, "the release is cut off, or no JSON object"},
		"cut off gzip":        {encoded(append(compressed[:len(compressed)-20:len(compressed)-20], compressed[len(compressed)-4:]...)), 0, "the release is not gzipped correctly"},
		"documents that are not valid, and a hook without a version": {
			gzipped(t, faulty.json(t)), 2,
			"manifest: line 1: not valid YAML: did not find expected ',' or ']'; line 14: the document that begins here is not valid YAML: unknown anchor\nhook 2: line 1: apiVersion is missing, or not such as v1 or apps/v1",
		},
		"a manifest that is an object": {encoded([]byte(`{"manifest":{"a":"hunter2"},"info":["hunter2"]}`)), 0, "manifest: not a string\ninfo of the release is not readable"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Helm(test.payload)
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if len(got.Objects) != test.objects {
				t.Errorf("%d objects, want %d: %+v", len(got.Objects), test.objects, got.Objects)
			}
		})
	}
}

func TestHelmRefusesWhatIsTooLargeBeforeItIsDecompressed(t *testing.T) {
	bomb := func(size int64) []byte {
		var data bytes.Buffer
		w, _ := gzip.NewWriterLevel(&data, gzip.BestSpeed)
		if _, err := io.CopyN(w, zeros{}, size); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return data.Bytes()
	}
	large := bomb(2 << 30)
	lying := bytes.Clone(large)
	copy(lying[len(lying)-4:], []byte{0, 0, 0, 2})
	lyingMore := encoded(append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x00\x00\xff\xff"), 0, 0, 0, 4))
	for name, test := range map[string]struct {
		payload []byte
		want    string
		limit   uint64
	}{
		"two gigabytes":                          {encoded(large), "the release is larger than 64 MiB", 16 << 20},
		"two gigabytes that say they are 32 MiB": {encoded(lying), "the release is not gzipped correctly", 80 << 20},
		"nothing that says it is 64 MiB":         {lyingMore, "the release is not gzipped correctly", 1 << 20},
		"not compressed":                         {encoded(bytes.Repeat([]byte(" "), MaxHelmRelease+1)), "the release is larger than 64 MiB", 3 * MaxHelmRelease / 2},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			begin := time.Now()
			used := allocated(func() { _, err = Helm(test.payload) })
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if used > test.limit {
				t.Errorf("%d MiB allocated", used>>20)
			}
			if spent := time.Since(begin); spent > 5*time.Second {
				t.Errorf("took %s", spent)
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func FuzzHelmPayload(f *testing.F) {
	f.Add([]byte(`{"name":"a","info":{"status":"deployed"},"manifest":"apiVersion: v1\nkind: Pod\n","hooks":[{"manifest":"\u003c\ud83d\ude00"}],"version":1}`), "shop", ingress)
	f.Add([]byte("\x1f\x8b\x08\x00"), "\"\\", deployment)
	f.Add([]byte(`{"manifest":"\\\"","hooks":null,"version":99999999999}`), "<é\u2028>", "---\n{}\n--- # x\nkind: List\n")
	f.Fuzz(func(t *testing.T, data []byte, name, manifest string) {
		_, _ = Helm(data)
		_, _ = Helm(encoded(data))
		if !utf8.ValidString(name) || !utf8.ValidString(manifest) {
			return
		}
		r := release{Name: name, Chart: string(data), Manifest: manifest}
		if json.Valid(data) {
			r.Chart = json.RawMessage(data)
		}
		want, fault := Parse([]byte(manifest))
		got, err := Helm(encoded(r.json(t)))
		if got.Name != name {
			t.Errorf("name %q, want %q", got.Name, name)
		}
		if fault != nil {
			return
		}
		for i := range want {
			want[i].Labels, want[i].Line = nil, 0
		}
		if diff := cmp.Diff(want, got.Objects); diff != "" || err != nil {
			t.Errorf("error %v, objects (-want +got):\n%s", err, diff)
		}
	})
}

// BenchmarkHelm reads 500 releases whose manifests are 10 to 50 KB and whose charts
// are 50 to 200 KB of JSON.
func BenchmarkHelm(b *testing.B) {
	var payloads [][]byte
	for i := range 500 {
		payloads = append(payloads, gzipped(b, sizeable(rand.New(rand.NewPCG(1, uint64(i)))).json(b)))
	}
	b.ResetTimer()
	for b.Loop() {
		for _, payload := range payloads {
			if _, err := Helm(payload); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkHelmInflate is the part of BenchmarkHelm that is spent in compress/gzip.
func BenchmarkHelmInflate(b *testing.B) {
	var payloads [][]byte
	size := 0
	for i := range 500 {
		text := sizeable(rand.New(rand.NewPCG(1, uint64(i)))).json(b)
		size += len(text)
		payloads = append(payloads, gzipped(b, text))
	}
	b.SetBytes(int64(size))
	b.ResetTimer()
	for b.Loop() {
		for _, payload := range payloads {
			if _, err := decompress(payload); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func sizeable(r *rand.Rand) release {
	words := strings.Fields("apiVersion kind metadata name labels spec template containers image ports resources limits requests nindent toYaml selector matchLabels serviceAccountName env value valueFrom secretKeyRef volumeMounts mountPath")
	text := func(size int) string {
		var b strings.Builder
		for b.Len() < size {
			fmt.Fprintf(&b, "%s%s: {{ .Values.%s%d }}\n", strings.Repeat("  ", r.IntN(6)), words[r.IntN(len(words))], words[r.IntN(len(words))], r.IntN(1000))
		}
		return b.String()
	}
	result := shop()
	result.Hooks = nil
	var templates []map[string]string
	for size := 50_000 + r.IntN(150_000); size > 0; size -= 6000 {
		templates = append(templates, map[string]string{"name": "templates/x.yaml", "data": base64.StdEncoding.EncodeToString([]byte(text(4500)))})
	}
	result.Chart = map[string]any{"templates": templates}
	result.Manifest = ""
	for size := 10_000 + r.IntN(40_000); len(result.Manifest) < size; {
		result.Manifest += ingress + "---\n" + deployment
	}
	return result
}
