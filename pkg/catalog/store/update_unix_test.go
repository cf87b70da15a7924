//go:build unix

package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestALinkInTheCacheIsReplacedAndNotFollowed(t *testing.T) {
	s, address := updating(t, aged(t, 1), answer(aged(t, 2)))
	elsewhere := write(t, "elsewhere", aged(t, 1))
	path := filepath.Join(s.Dir, cacheFile)
	if err := errors.Join(os.Remove(path), os.Symlink(elsewhere, path)); err != nil {
		t.Fatal(err)
	}
	if result := mustUpdate(t, s, address); !result.Changed {
		t.Error("nothing changed")
	}
	if data, err := os.ReadFile(elsewhere); err != nil || string(data) != aged(t, 1) {
		t.Errorf("%v: what the link led to is changed", err)
	}
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v, %v", info, err)
	}
}
