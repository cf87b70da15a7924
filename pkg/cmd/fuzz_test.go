package cmd

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// A snapshot may come from anywhere: whatever it holds ends with a report or
// with an error.
func FuzzAnySnapshot(f *testing.F) {
	for _, pattern := range []string{"../../docs/examples/*.yaml", "testdata/snapshots/*.yaml", "testdata/snapshots/platforms/*.yaml", "testdata/snapshots/usage/*.yaml", "testdata/snapshots/plan/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, snapshot []byte) {
		for _, question := range []string{"skew", "support", "deprecations", "plan"} {
			var out bytes.Buffer
			err := Execute(t.Context(), Environment{
				Streams: genericiooptions.IOStreams{In: bytes.NewReader(snapshot), Out: &out, ErrOut: io.Discard},
				Getenv:  func(string) string { return "" },
				Now:     time.Now,
			}, []string{question, "--snapshot", "-"})
			if (err == nil) != (out.Len() > 0) {
				t.Errorf("%s: error %v, and %d bytes of output", question, err, out.Len())
			}
		}
	})
}
