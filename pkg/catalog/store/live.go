package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// KeepLive keeps what a platform answered in the cache, until the catalog in use
// has newer pages of that platform. It returns the file's path. Answers that
// cannot be put into the catalog in use are errors, and leave the cache as it was.
func (s *Store) KeepLive(answer *v1alpha1.LiveReleases) (string, error) {
	if s.Dir == "" {
		return "", errors.New("there is no cache directory: set HOME or XDG_CACHE_HOME")
	}
	opened, _, err := s.inUse()
	if err != nil {
		return "", err
	}
	if _, _, err := opened.WithLive(answer); err != nil {
		return "", fmt.Errorf("answer of %s makes no sense: %w", answer.Source, brief{err})
	}
	kept := *answer
	kept.Raw = nil
	data, err := json.Marshal(&kept)
	if err == nil && len(data) > catalog.MaxBytes {
		err = fmt.Errorf("answer of %s is larger than %d MiB", answer.Source, catalog.MaxBytes>>20)
	}
	if err != nil {
		return "", err
	}
	path := filepath.Join(s.Dir, "live-"+answer.Platform+".json")
	if err := s.put(path, data); err != nil {
		return "", fmt.Errorf("cannot keep the answer: %w", brief{err})
	}
	return path, nil
}

// withAnswers is the catalog in use with the answers of platforms that are newer
// than what it knows of them.
func (s *Store) withAnswers() (Opened, error) {
	opened, _, err := s.inUse()
	if err != nil || s.Dir == "" {
		return opened, err
	}
	files, err := filepath.Glob(filepath.Join(s.Dir, liveFiles))
	if err != nil {
		return opened, nil // a cache directory whose name is no pattern
	}
	slices.Sort(files)
	for _, file := range files {
		if err := opened.take(file); err != nil {
			opened.Warnings = append(opened.Warnings, fmt.Sprintf("%s: passed over; kubectl versions catalog update --from live replaces it", brief{err}))
		}
	}
	return opened, nil
}

// take puts the answer in a file into the catalog, unless that is as new.
func (o *Opened) take(file string) error {
	document, err := readFile(file)
	if err != nil {
		return err
	}
	answer := &v1alpha1.LiveReleases{}
	if _, err := v1alpha1.DecodeDocument(document.data, catalog.MaxBytes, v1alpha1.LiveReleasesKind, "kept by catalog update --from live", answer); err != nil {
		return fmt.Errorf("answer in %s: %w", file, err)
	}
	read := calendar.Of(answer.ReadAt.Time)
	if p := o.Platform(answer.Platform); p != nil && p.AsOf.Compare(read) >= 0 {
		return nil
	}
	merged, _, err := o.WithLive(answer)
	if err != nil {
		return fmt.Errorf("answer in %s: %w", file, err)
	}
	o.Catalog = merged
	o.Origin += fmt.Sprintf(", with the answer of %s on %s", answer.Platform, read)
	return nil
}
