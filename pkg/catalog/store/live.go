package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// KeepLive keeps what a platform answered in the cache, until the catalog in use
// has newer pages of that platform. It returns the file's path. Answers that
// cannot be put into the catalog in use are errors, and leave the cache as it was.
func (s *Store) KeepLive(answer *v1alpha1.LiveReleases) (string, error) {
	if s.Dir == "" {
		return "", noCache(runtime.GOOS)
	}
	opened, _, err := s.inUse()
	if err != nil {
		return "", err
	}
	if _, _, err := opened.WithLive(answer); err != nil {
		return "", fmt.Errorf("answer of %s makes no sense: %w", answer.Source, brief{err})
	}
	if p := opened.Platform(answer.Platform); newer(p, answer) {
		return "", fmt.Errorf("answer of %s is older than the calendar of %s in use", calendar.Of(answer.ReadAt.Time), p.AsOf)
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
	path := s.answerFile(answer.Platform)
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
	for _, id := range opened.IDs() {
		err := s.take(&opened, id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			opened.Warnings = append(opened.Warnings, fmt.Sprintf("%s: passed over; kubectl versions catalog update --from live replaces it", brief{err}))
		}
	}
	return opened, nil
}

// answerFile holds what a platform answered.
func (s *Store) answerFile(platform string) string {
	return filepath.Join(s.Dir, "live-"+platform+".json")
}

// newer reports whether the pages of a platform were read after it answered.
func newer(p *catalog.Platform, answer *v1alpha1.LiveReleases) bool {
	return p.AsOf.Compare(calendar.Of(answer.ReadAt.Time)) > 0
}

// take puts the kept answer of a platform into the catalog, unless that is newer.
func (s *Store) take(o *Opened, platform string) error {
	file := s.answerFile(platform)
	document, err := readFile(file)
	if err != nil {
		return err
	}
	answer := &v1alpha1.LiveReleases{}
	_, err = v1alpha1.DecodeDocument(document.data, catalog.MaxBytes, v1alpha1.LiveReleasesKind, "kept by catalog update --from live", answer)
	read := calendar.Of(answer.ReadAt.Time)
	switch {
	case err != nil:
	case answer.Platform != platform:
		err = fmt.Errorf("is that of %q", answer.Platform)
	case !s.Today.IsZero() && read.Minus(s.Today) > 1:
		err = fmt.Errorf("is from after today, %s", s.Today)
	case newer(o.Platform(platform), answer):
		return nil
	}
	if err != nil {
		return fmt.Errorf("answer in %s: %w", file, err)
	}
	merged, _, err := o.WithLive(answer)
	if err != nil {
		return fmt.Errorf("answer in %s: %w", file, err)
	}
	o.Catalog = merged
	o.Origin += fmt.Sprintf(", with the answer of %s on %s", platform, read)
	return nil
}
