// Package manifest reads which objects a text declares: the apiVersion, kind,
// namespace and name of each. Texts are manifests as kubectl's -f and -k take
// them, Helm releases, and the copies of applied objects in annotations.
//
// What cannot be read is an error that names the line, beside the objects of all
// the documents that can: an old API is never hidden by a fault elsewhere.
// Errors quote nothing of a text, which may be secret.
package manifest

import (
	"bytes"
	"fmt"
	"io"
	"iter"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	// MaxText is the size, in bytes, of the largest text that Read takes.
	MaxText = 64 << 20
	// MaxYAML is the size, in bytes, of the largest YAML document. A tree of up
	// to a hundred times the size is made of one; JSON does without.
	MaxYAML = 8 << 20
)

// Read is Parse for a reader. A text larger than MaxText is an error.
func Read(r io.Reader) ([]v1alpha1.DeclaredObject, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxText+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxText {
		return nil, fmt.Errorf("larger than %d MiB: split it", MaxText>>20)
	}
	return Parse(text)
}

// Parse returns the objects of a stream of YAML documents or JSON objects, with
// lists flattened into their items as kubectl does. Documents without content
// are nothing. One that does not parse or is no Kubernetes object (apiVersion or
// kind is missing, malformed, or there twice) is an error, and the objects of
// all others are returned together with it.
func Parse(text []byte) ([]v1alpha1.DeclaredObject, error) {
	p := parser{maxYAML: MaxYAML}
	for line, document := range documents(text) {
		p.document(document, line)
	}
	return p.objects, p.err()
}

// documents yields the documents of a YAML stream, each with the line on which
// it begins. A line that begins with --- separates documents wherever it stands,
// even in the midst of a block scalar.
func documents(text []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		line, begin := 1, 0
		for at := 0; at < len(text); {
			if separator, bare := documentStart(text[at:]); separator > 0 {
				if !yield(line, text[begin:at]) {
					return
				}
				line += bytes.Count(text[begin:at], []byte("\n"))
				begin = at
				if bare {
					begin += separator
					line++
				}
				at += separator
			} else if next := bytes.Index(text[at:], []byte("\n---")); next >= 0 {
				at += next + 1
			} else {
				break
			}
		}
		yield(line, text[begin:])
	}
}

// documentStart returns the length of the line that starts a document, or 0, and
// whether nothing of the document stands on it.
func documentStart(text []byte) (length int, bare bool) {
	rest, found := bytes.CutPrefix(text, []byte("---"))
	if !found || len(rest) > 0 && !bytes.ContainsRune([]byte(" \t\r\n"), rune(rest[0])) {
		return 0, false
	}
	line, _, ended := bytes.Cut(rest, []byte("\n"))
	length = len("---") + len(line)
	if ended {
		length++
	}
	content := bytes.TrimSpace(line)
	return length, len(content) == 0 || content[0] == '#'
}
