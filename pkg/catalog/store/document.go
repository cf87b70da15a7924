package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// document is what should be a catalog.
type document struct {
	// name is a path, or an address without credentials.
	name string
	data []byte
}

func readFile(path string) (document, error) {
	file, err := os.Open(path)
	if err != nil {
		return document{}, unreadable(path, err)
	}
	defer file.Close()
	data, err := readBounded(file)
	if err != nil {
		return document{}, unreadable(path, err)
	}
	return document{path, data}, nil
}

func unreadable(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("cannot read %s: %w", path, err)
}

// readBounded reads one byte more than catalog.Decode takes, so that it refuses
// what is too large.
func readBounded(r io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, catalog.MaxBytes+1))
}

// catalog decodes and validates the document.
func (d document) catalog() (*catalog.Catalog, error) {
	if bytes.HasPrefix(bytes.TrimSpace(d.data), []byte("<")) {
		return nil, d.invalid(errors.New("a web page, not YAML or JSON"))
	}
	c, err := catalog.Decode(d.data)
	if err == nil {
		err = c.Validate()
	}
	if err != nil {
		return nil, d.invalid(err)
	}
	return c, nil
}

// complete is catalog for a document that has to stand alone.
func (d document) complete() (*catalog.Catalog, error) {
	c, err := d.catalog()
	if err == nil && !c.Complete() {
		return nil, d.invalid(errors.New("without a skew policy it can only extend another one: give it with --catalog"))
	}
	return c, err
}

func (d document) invalid(err error) error {
	return fmt.Errorf("catalog %s is not valid: %w", d.name, brief{err})
}

// brief shows an error in one short line: a server's answer may be quoted in it,
// and what is no catalog has any number of faults.
type brief struct{ error }

func (b brief) Error() string {
	line := strings.NewReplacer(":\n  ", ": ", "\n", "; ").Replace(b.error.Error())
	const most = 300
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}

func (b brief) Unwrap() error { return b.error }
