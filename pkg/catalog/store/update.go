package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// UpdateResult is what an update did.
type UpdateResult struct {
	// From and To are the days of the catalogs in use before and after.
	From, To calendar.Date
	// Path of the file in the cache.
	Path string
	// Changed is false when nothing was written: the one before is the same
	// file, or is embedded and just as new.
	Changed bool
}

// Update downloads a catalog from an https address into the cache. One that was
// in use there is kept beside it as catalog.previous.json. An error is one
// line, and leaves the cache as it was.
func (s *Store) Update(ctx context.Context, address string) (UpdateResult, error) {
	result, err := s.update(ctx, address)
	if err != nil {
		return UpdateResult{}, fmt.Errorf("%w: nothing changed", err)
	}
	return result, nil
}

func (s *Store) update(ctx context.Context, address string) (UpdateResult, error) {
	if s.Dir == "" {
		return UpdateResult{}, noCache(runtime.GOOS)
	}
	before, cached, err := s.inUse()
	if err != nil {
		return UpdateResult{}, err
	}
	downloaded, err := s.download(ctx, address)
	if err != nil {
		return UpdateResult{}, err
	}
	after, err := downloaded.complete()
	if err != nil {
		return UpdateResult{}, err
	}
	// The day may be a day ahead elsewhere.
	if !s.Today.IsZero() && after.AsOf.Minus(s.Today) > 1 {
		return UpdateResult{}, fmt.Errorf("catalog of %s is from after today, %s", after.AsOf, s.Today)
	}
	result := UpdateResult{From: before.AsOf, To: after.AsOf, Path: filepath.Join(s.Dir, cacheFile)}
	// A broken file in the cache gives a warning, and is replaced in any case.
	same := before.Origin == Embedded && before.Warnings == nil || bytes.Equal(downloaded.data, cached)
	switch newer := after.AsOf.Compare(before.AsOf); {
	case newer < 0 && before.Origin == Embedded:
		return UpdateResult{}, fmt.Errorf("catalog of %s is older than the embedded one of %s", after.AsOf, before.AsOf)
	case newer < 0:
		return UpdateResult{}, fmt.Errorf("catalog of %s is older than that of %s in %s", after.AsOf, before.AsOf, before.Origin)
	case newer == 0 && same:
		return result, nil
	}
	if err := s.replace(cached, downloaded.data); err != nil {
		return UpdateResult{}, fmt.Errorf("cannot keep the catalog: %w", brief{err})
	}
	result.Changed = true
	return result, nil
}

// noCache says what os.UserCacheDir looks for.
func noCache(goos string) error {
	variables := "HOME or XDG_CACHE_HOME"
	switch goos {
	case "windows":
		variables = "LocalAppData"
	case "darwin":
		variables = "HOME"
	}
	return fmt.Errorf("there is no cache directory: set %s", variables)
}

// replace keeps before, unless it is nil, and puts after in its place. Both are
// on the disk before either gets its name.
func (s *Store) replace(before, after []byte) error {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return err
	}
	staged, err := s.stage(after)
	if err != nil {
		return err
	}
	defer os.Remove(staged)
	if before != nil {
		previous, err := s.stage(before)
		if err != nil {
			return err
		}
		defer os.Remove(previous)
		if err := os.Rename(previous, filepath.Join(s.Dir, previousFile)); err != nil {
			return err
		}
	}
	return os.Rename(staged, filepath.Join(s.Dir, cacheFile))
}

// put replaces a file of the cache, or leaves it as it was.
func (s *Store) put(path string, data []byte) error {
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return err
	}
	staged, err := s.stage(data)
	if err != nil {
		return err
	}
	defer os.Remove(staged)
	return os.Rename(staged, path)
}

// stage writes a file of the cache under a passing name.
func (s *Store) stage(data []byte) (string, error) {
	file, err := os.CreateTemp(s.Dir, "catalog.*.tmp")
	if err != nil {
		return "", err
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close()); err != nil {
		os.Remove(file.Name())
		return "", err
	}
	return file.Name(), nil
}
