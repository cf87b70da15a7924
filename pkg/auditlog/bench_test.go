package auditlog

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// The speed is that of one core; -benchmem shows that memory does not grow with the log.
func BenchmarkRead(b *testing.B) {
	index, err := apilifecycle.Load()
	if err != nil {
		b.Fatal(err)
	}
	typical, err := os.ReadFile("testdata/v1.37.1.log")
	if err != nil {
		b.Fatal(err)
	}
	matching := matchingLines(b, typical)
	for _, test := range []struct {
		name string
		log  []byte
	}{
		{"typical lines", others(b, typical)},
		{"every line matches", matching},
		{"every line matches with a user of its own", byManyUsers(100_000)},
		{"every line matches and has a body", withBodies(matching)},
		{"typical lines, compressed", compressed(b, bytes.Repeat(others(b, typical), 1000))},
	} {
		b.Run(test.name, func(b *testing.B) {
			const size = 64 << 20
			text := int64(size)
			log := func() io.Reader { return io.LimitReader(&repeated{block: test.log}, size) }
			if bytes.HasPrefix(test.log, []byte{0x1f, 0x8b}) {
				text = 1000 * int64(len(others(b, typical)))
				log = func() io.Reader { return bytes.NewReader(test.log) }
			}
			b.SetBytes(text)
			b.ReportAllocs()
			for b.Loop() {
				if err := NewReader(index).Read(b.Context(), log()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// repeated is a log without end.
type repeated struct {
	block []byte
	at    int
	// total is for tests to count in.
	total int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.block[r.at:])
	r.at = (r.at + n) % len(r.block)
	return n, nil
}

func matchingLines(tb testing.TB, log []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(log) {
		if matches(tb, line) {
			kept = append(kept, line...)
		}
	}
	return kept
}

func others(tb testing.TB, log []byte) []byte {
	var kept []byte
	for line := range bytes.Lines(log) {
		if !matches(tb, line) {
			kept = append(kept, line...)
		}
	}
	return kept
}

// withBodies is a log of level RequestResponse, of lists of about 100 KB.
func withBodies(log []byte) []byte {
	body := `"responseObject":{"kind":"List","items":[` + strings.Repeat(`{"metadata":{"name":"a","labels":{"x":"y"}},"n":1},`, 2000) + `0]},"requestReceived`
	return bytes.ReplaceAll(log, []byte(`"requestReceived`), []byte(body))
}

// byManyUsers has a request by each of n users.
func byManyUsers(n int) []byte {
	var log []byte
	before, rest, _ := strings.Cut(requestLine, "id-1")
	between, after, _ := strings.Cut(rest, "alice")
	for i := range n {
		log = fmt.Appendf(log, "%sid-%d%suser-%d%s", before, i, between, i, after)
	}
	return log
}

func compressed(tb testing.TB, log []byte) []byte {
	tb.Helper()
	var buffer bytes.Buffer
	writer := gzip.NewWriter(&buffer)
	if _, err := writer.Write(log); err != nil {
		tb.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		tb.Fatal(err)
	}
	return buffer.Bytes()
}
