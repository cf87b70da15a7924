package seed

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"text/template"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// phase orders the objects: every object of one phase exists before the next phase begins.
type phase int

const (
	namespaces phase = iota
	definitions
	everythingElse
	phaseCount
)

func phaseOf(kind string) phase {
	switch kind {
	case "Namespace":
		return namespaces
	case "CustomResourceDefinition":
		return definitions
	default:
		return everythingElse
	}
}

// documents runs the template and yields the YAML documents of one phase as they come, so that memory does not grow with
// their number. An error is the last thing it yields.
func documents(t *template.Template, values map[string]any, phase phase) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		output, input := io.Pipe()
		defer output.Close()
		go func() { input.CloseWithError(t.Execute(input, values)) }()

		reader := utilyaml.NewYAMLReader(bufio.NewReader(output))
		for {
			document, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var kind string
			if err == nil {
				kind, err = kindOf(document)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if phaseOf(kind) == phase && !yield(document, nil) {
				return
			}
		}
	}
}

// kindOf reads the kind without decoding the document where it is written in block style.
func kindOf(document []byte) (string, error) {
	for line := range bytes.Lines(document) {
		if value, ok := bytes.CutPrefix(line, []byte("kind:")); ok {
			return string(bytes.Trim(value, " \t\r\n\"'")), nil
		}
	}
	var object struct {
		Kind string `json:"kind"`
	}
	err := yaml.Unmarshal(document, &object)
	return object.Kind, err
}
