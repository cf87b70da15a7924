package store

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// FuzzUpdate takes anything for a catalog that was downloaded: it is kept whole and
// used, or refused in a line and not kept.
func FuzzUpdate(f *testing.F) {
	c, err := catalog.Load()
	if err != nil {
		f.Fatal(err)
	}
	for _, days := range []int{-1, 0, 1, 3000} {
		later := *c
		later.AsOf = c.AsOf.AddDays(days)
		data, err := json.Marshal(later)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{company, "", "<html>", "[1, NaN]", `{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "Catalog", "kind": "Catalog"}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := &Store{Dir: t.TempDir(), Today: c.AsOf, Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(body)), Request: r}, nil
		})}}
		result, err := s.Update(t.Context(), "https://127.0.0.1/c.json")
		kept, _ := os.ReadFile(filepath.Join(s.Dir, cacheFile))
		if changed := err == nil && result.Changed; changed != (len(kept) > 0) || changed && !bytes.Equal(kept, body) {
			t.Errorf("%+v, %v, and %d bytes are kept of %d", result, err, len(kept), len(body))
		}
		if err != nil && (len(err.Error()) > 500 || strings.Contains(err.Error(), "\n")) {
			t.Errorf("no short line: %v", err)
		}
		if opened, err := s.Open(t.Context(), ""); err != nil || len(opened.Warnings) > 0 || opened.AsOf.Compare(c.AsOf) < 0 {
			t.Errorf("afterwards: %v, %+v", err, opened.Warnings)
		}
	})
}

// FuzzKeepLive takes anything for what a platform answered.
func FuzzKeepLive(f *testing.F) {
	for _, release := range []string{
		`{"version": "1.36", "released": "2026-05-28", "ends": {"standard": "2027-05-30", "extended": "2028-05-30"}, "creatable": true, "default": true, "patches": ["1.36.1"]}`,
		`{"version": "1.99.1-x", "ends": {"gold": "2027-01-01"}}`, `{"version": "1.35", "ends": {"standard": "0001-01-01"}}, {"version": "1.35"}`, ``,
	} {
		f.Add([]byte(`{"platform": "amazon-eks", "source": "s", "readAt": "2026-11-20T10:00:00Z", "releases": [` + release + `]}`))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		answer := v1alpha1.NewLiveReleases("amazon-eks")
		if json.Unmarshal(data, answer) != nil {
			return
		}
		s := &Store{Dir: filepath.Join(t.TempDir(), "cache")}
		path, err := s.KeepLive(answer)
		if (path == "") == (err == nil) {
			t.Fatalf("%q and %v", path, err)
		}
		for name := range files(t, filepath.Dir(s.Dir)) {
			if name != filepath.Dir(s.Dir) && (err != nil || name != s.Dir && name != path || filepath.Dir(path) != s.Dir) {
				t.Errorf("%s was written for platform %q, error %v", name, answer.Platform, err)
			}
		}
		if opened, openErr := s.Open(t.Context(), ""); openErr != nil || err == nil && len(opened.Warnings) > 0 {
			t.Errorf("afterwards: %v, %q", openErr, opened.Warnings)
		}
	})
}
