package manifest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const copied = `{"apiVersion":"extensions/v1beta1","kind":"Ingress","metadata":{"annotations":{},"name":"a"},"spec":{"apiVersion":"v2","kind":"X"}}`

// gzippedRaw is how wrangler writes its annotation.
func gzippedRaw(t testing.TB, text string) string {
	t.Helper()
	var data bytes.Buffer
	w := gzip.NewWriter(&data)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.RawStdEncoding.EncodeToString(data.Bytes())
}

// zipped is how objectmatcher writes its annotation.
func zipped(t testing.TB, text string) string {
	t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	file, err := w.Create("original")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(data.Bytes())
}

func TestLastApplied(t *testing.T) {
	const kubectl, wrangler, matcher = "kubectl.kubernetes.io/last-applied-configuration", "objectset.rio.cattle.io/applied", "banzaicloud.com/last-applied"
	ingress := func(annotation string) []v1alpha1.LastApplied {
		return []v1alpha1.LastApplied{{Annotation: annotation, APIVersion: "extensions/v1beta1", Kind: "Ingress"}}
	}
	emptyArchive := base64.StdEncoding.EncodeToString(append([]byte("PK\x05\x06"), make([]byte, 18)...))
	for name, test := range map[string]struct {
		annotations map[string]string
		want        []v1alpha1.LastApplied
	}{
		"no annotations":                 {nil, nil},
		"others":                         {map[string]string{"kapp.k14s.io/original-diff-md5": copied}, nil},
		"kubectl, with its line feed":    {map[string]string{kubectl: copied + "\n"}, ingress(kubectl)},
		"indented, the type at the end":  {map[string]string{kubectl: "{\n \"metadata\": {\"name\": \"]}\"},\n \"kind\" : \"Ingress\",\n \"apiVersion\" : \"extensions\\/v1beta1\"\n}"}, ingress(kubectl)},
		"cut off behind the type":        {map[string]string{kubectl: copied[:60]}, ingress(kubectl)},
		"cut off in the type":            {map[string]string{kubectl: copied[:40]}, nil},
		"without a type":                 {map[string]string{kubectl: `{"metadata":{"name":"a"}}`}, nil},
		"without a kind":                 {map[string]string{kubectl: `{"apiVersion":"v1"}`}, nil},
		"with an empty type":             {map[string]string{kubectl: `{"apiVersion":"","kind":""}`}, nil},
		"with a type that is none":       {map[string]string{kubectl: `{"apiVersion":1,"kind":["Pod"]}`}, nil},
		"with a malformed type":          {map[string]string{kubectl: `{"apiVersion":"a b","kind":"Pod"}`}, nil},
		"no JSON":                        {map[string]string{kubectl: "apiVersion: v1"}, nil},
		"empty":                          {map[string]string{kubectl: ""}, nil},
		"KubeVela that was switched off": {map[string]string{"app.oam.dev/last-applied-configuration": "-"}, nil},
		"wrangler":                       {map[string]string{wrangler: gzippedRaw(t, copied)}, ingress(wrangler)},
		"wrangler without compression":   {map[string]string{wrangler: copied}, ingress(wrangler)},
		"wrangler cut off":               {map[string]string{wrangler: gzippedRaw(t, copied)[:len(gzippedRaw(t, copied))-8]}, ingress(wrangler)},
		"wrangler that is no base64":     {map[string]string{wrangler: "%"}, nil},
		"wrangler that is not gzipped":   {map[string]string{wrangler: "e30"}, nil},
		"objectmatcher":                  {map[string]string{matcher: zipped(t, copied)}, ingress(matcher)},
		"objectmatcher without archive":  {map[string]string{matcher: base64.StdEncoding.EncodeToString([]byte(copied))}, ingress(matcher)},
		"objectmatcher without base64":   {map[string]string{matcher: copied}, ingress(matcher)},
		"objectmatcher cut off":          {map[string]string{matcher: zipped(t, copied)[:80]}, nil},
		"objectmatcher with no file":     {map[string]string{matcher: emptyArchive}, nil},
		"several, in the table's order": {
			map[string]string{"operator.cdi.kubevirt.io/lastAppliedConfiguration": copied, "kapp.k14s.io/original": copied, kubectl: strings.Replace(copied, "extensions/v1beta1", "networking.k8s.io/v1", 1)},
			append([]v1alpha1.LastApplied{{Annotation: kubectl, APIVersion: "networking.k8s.io/v1", Kind: "Ingress"}},
				append(ingress("kapp.k14s.io/original"), ingress("operator.cdi.kubevirt.io/lastAppliedConfiguration")...)...),
		},
		"a gzip that grows without end": {map[string]string{wrangler: gzippedRaw(t, copied[:len(copied)-1]+strings.Repeat(" ", 64<<20)+"}")}, ingress(wrangler)},
		"a zip that grows without end":  {map[string]string{matcher: zipped(t, strings.Repeat(" ", 64<<20)+copied)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []v1alpha1.LastApplied
			if used := allocated(func() { got = LastApplied(test.annotations) }); used > 32<<20 {
				t.Errorf("%d MiB allocated", used>>20)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("types (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzLastApplied(f *testing.F) {
	f.Add(copied)
	f.Add(`{"a":"\"","kind":"\u0050od" , "apiVersion":"v1","b":[{}]}`)
	f.Add(gzippedRaw(f, copied))
	f.Add(zipped(f, copied))
	f.Fuzz(func(t *testing.T, text string) {
		annotations := map[string]string{}
		for _, c := range copies() {
			annotations[c.annotation] = text
		}
		LastApplied(annotations)
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &want) != nil || strings.Count(text, "ind") > 1 || strings.Count(text, "ersion") > 1 || strings.Contains(text, `\`) {
			return
		}
		apiVersion, kind := typeOf([]byte(text))
		if kind != "" && (string(want["apiVersion"]) != `"`+apiVersion+`"` || string(want["kind"]) != `"`+kind+`"`) {
			t.Errorf("%s %s, want %s %s", apiVersion, kind, want["apiVersion"], want["kind"])
		}
	})
}

func BenchmarkLastApplied(b *testing.B) {
	annotations := map[string]string{"kubectl.kubernetes.io/last-applied-configuration": copied[:len(copied)-1] + `,"x":"` + strings.Repeat("x", 3000) + `"}`}
	for b.Loop() {
		LastApplied(annotations)
	}
}
