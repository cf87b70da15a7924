// Package store finds, downloads and keeps catalogs.
//
// The catalog in use is the embedded one, unless Update kept a newer one in the
// cache directory, with the answers of platforms that KeepLive put there. A file or an https address that the user gives replaces it,
// or extends it when it has no skew policy.
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// Embedded is the origin of the embedded catalog.
const Embedded = "embedded"

// Names in the cache directory.
const (
	cacheFile    = "catalog.json"
	previousFile = "catalog.previous.json"
)

// Store opens and updates catalogs.
type Store struct {
	// Dir is the cache directory, such as ~/.cache/kubectl-versions; empty when there is none.
	Dir string
	// Client downloads; nil means one with Go's defaults. How it redirects is not heeded.
	Client *http.Client
	// Today refuses updates from after it: one with a mistaken date would keep
	// every later one out. The zero value refuses none.
	Today calendar.Date
}

// Opened is a catalog, and where it is from.
type Opened struct {
	*catalog.Catalog
	// Origin is Embedded, a path, an address without credentials, or
	// "company.yaml, extending embedded".
	Origin string
	// Extends is true when what was given extends the catalog in use.
	Extends bool
	// Warnings are lines for stderr.
	Warnings []string
}

// Open returns the catalog in use when location is empty, and otherwise what is
// at that path or https address, extending the one in use when it cannot stand
// alone. Errors are one line, and name the location.
func (s *Store) Open(ctx context.Context, location string) (Opened, error) {
	if location == "" {
		return s.withAnswers()
	}
	document, err := s.read(ctx, location)
	if err != nil {
		return Opened{}, err
	}
	given, err := document.catalog()
	if err != nil {
		return Opened{}, err
	}
	if given.Complete() {
		return Opened{Catalog: given, Origin: document.name}, nil
	}
	opened, err := s.withAnswers()
	if err != nil {
		return Opened{}, err
	}
	opened.Catalog = given.Extend(opened.Catalog)
	if err := opened.Validate(); err != nil {
		return Opened{}, document.invalid(err)
	}
	opened.Extends = true
	opened.Origin = document.name + ", extending " + opened.Origin
	return opened, nil
}

func (s *Store) read(ctx context.Context, location string) (document, error) {
	if strings.Contains(location, "://") {
		return s.download(ctx, location)
	}
	return readFile(location)
}

// inUse returns the cached catalog when it is newer than the embedded one, with
// the file's bytes, and otherwise the embedded one, with none.
func (s *Store) inUse() (Opened, []byte, error) {
	embedded, err := catalog.Load()
	if err != nil {
		return Opened{}, nil, fmt.Errorf("embedded catalog: %w", brief{err})
	}
	opened := Opened{Catalog: embedded, Origin: Embedded}
	if s.Dir == "" {
		return opened, nil, nil
	}
	file, cached, err := s.cached()
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		opened.Warnings = []string{err.Error() + ": using the embedded one; kubectl versions catalog update replaces it"}
	case cached.AsOf.Compare(embedded.AsOf) > 0:
		return Opened{Catalog: cached, Origin: file.name}, file.data, nil
	}
	return opened, nil, nil
}

func (s *Store) cached() (document, *catalog.Catalog, error) {
	file, err := readFile(filepath.Join(s.Dir, cacheFile))
	if err != nil {
		return document{}, nil, err
	}
	c, err := file.complete()
	return file, c, err
}
