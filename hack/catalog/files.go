package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func readReleases(path string) (*catalog.Releases, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	releases := &catalog.Releases{}
	if err := decoder.Decode(releases); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return releases, nil
}

// encode returns the one form in which releases are kept.
func encode(releases *catalog.Releases) ([]byte, error) {
	data, err := json.MarshalIndent(releases, "", "  ")
	return append(data, '\n'), err
}

// replaceFiles replaces files by their paths. Each is replaced as a whole, and
// none before all are on disk.
func replaceFiles(files map[string][]byte) error {
	staged := map[string]string{}
	defer func() {
		for _, temporary := range staged {
			os.Remove(temporary)
		}
	}()
	for path, data := range files {
		temporary, err := stage(path, data)
		if err != nil {
			return err
		}
		staged[path] = temporary
	}
	for path, temporary := range staged {
		if err := os.Rename(temporary, path); err != nil {
			return err
		}
	}
	return nil
}

// stage writes a hidden file beside path, which go:embed passes over.
func stage(path string, data []byte) (string, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}
