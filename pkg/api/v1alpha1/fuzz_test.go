package v1alpha1_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// windows is a text as PowerShell's > writes it.
func windows(t *testing.T, text []byte) []byte {
	t.Helper()
	encoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func FuzzDecodeSnapshot(f *testing.F) {
	files, err := filepath.Glob("../../../docs/examples/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	const header = "apiVersion: kubectl-versions.github.io/v1alpha1\nkind: Snapshot\n"
	for _, body := range []string{
		"", "nodes: {count: 1}", "nodes: &n {count: 0}\nleases: *n", "kind: Snapshot", "---\n", "collectedAt: 2026-11-20T00:00:00Z", "gaps: [{source: nodes}]",
		"management: {acp: {}}", "apiUsage: {objects: {resources: [{count: 1e9}]}}",
	} {
		f.Add([]byte(header + body))
	}
	f.Add([]byte("\ufeff" + header))
	f.Fuzz(func(t *testing.T, data []byte) {
		snapshot, err := v1alpha1.DecodeSnapshot(bytes.NewReader(data))
		if (snapshot == nil) == (err == nil) {
			t.Fatalf("%v and %v", snapshot, err)
		}
		if utf8.Valid(data) && !bytes.HasPrefix(data, []byte("\ufeff")) {
			other, otherErr := v1alpha1.DecodeSnapshot(bytes.NewReader(windows(t, data)))
			if errorText(err) != errorText(otherErr) || !equality.Semantic.DeepEqual(snapshot, other) {
				t.Errorf("in UTF-8: %v, %v; in UTF-16: %v, %v", snapshot, err, other, otherErr)
			}
		}
		if err != nil {
			return
		}
		written, err := json.Marshal(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		again, err := v1alpha1.DecodeSnapshot(bytes.NewReader(written))
		if err != nil || !equality.Semantic.DeepEqual(snapshot, again) {
			t.Errorf("%v, %v: written as %s", again, err, written)
		}
	})
}

func FuzzDecodePolicy(f *testing.F) {
	const header = "apiVersion: kubectl-versions.github.io/v1alpha1\nkind: DeprecationPolicy\nwaivers:\n"
	for _, waiver := range []string{
		"- {kind: Ingress, reason: r}", "- {kind: Ingress, reason: r, until: 2026-11-20}", "- {kind: '[', reason: r}", "- {reason: r}", "- {kind: a}",
		"- {kind: a, reason: ' '}", "- {name: '*', namespace: 'a?[b-c]', apiVersion: 'a/*', subject: 'x\\*', reason: r, until: ~2026-11}", "[{kind: a, kind: b}]",
	} {
		f.Add([]byte(header + waiver))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		policy, err := v1alpha1.DecodePolicy(bytes.NewReader(data))
		if (policy == nil) == (err == nil) {
			t.Fatalf("%v and %v", policy, err)
		}
		if err != nil {
			return
		}
		for _, w := range policy.Waivers {
			if strings.TrimSpace(w.Reason) == "" || w.APIVersion+w.Kind+w.Namespace+w.Name+w.Subject == "" {
				t.Errorf("%+v waives for no reason, or everything", w)
			}
		}
	})
}
