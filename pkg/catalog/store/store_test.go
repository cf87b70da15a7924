package store

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// company extends the catalog in use.
const company = `apiVersion: kubectl-versions.github.io/v1alpha1
kind: Catalog
asOf: "2026-11-20"
platforms:
  - id: company
    name: Company Kubernetes
    asOf: "2026-11-20"
    follows: upstream
    sources: [https://wiki.example.com/kubernetes]
`

func embedded(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// aged is the embedded catalog, as if gathered some days later.
func aged(t *testing.T, days int, edits ...func(*catalog.Catalog)) string {
	t.Helper()
	c := embedded(t)
	c.AsOf = c.AsOf.AddDays(days)
	for _, edit := range edits {
		edit(c)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// day is the asOf of aged.
func day(t *testing.T, days int) string { return embedded(t).AsOf.AddDays(days).String() }

// write returns the path of a new file in a directory of its own.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// filled is a store whose cache holds a file.
func filled(t *testing.T, content string) *Store {
	t.Helper()
	return &Store{Dir: filepath.Dir(write(t, cacheFile, content))}
}

// files maps what is below a directory to contents. There may be no directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			found[path] = ""
			return nil
		}
		data, err := os.ReadFile(path)
		found[path] = string(data)
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return found
}

// serve returns a store without a cache that trusts the server, and its address.
func serve(t *testing.T, handler http.HandlerFunc) (*Store, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return &Store{Client: server.Client()}, server.URL
}

func answer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

func mustOpen(t *testing.T, s *Store, location string) Opened {
	t.Helper()
	opened, err := s.Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// wantError checks an error's parts, and that it is one short line.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 600 {
		t.Errorf("%q is not one short line", err)
	}
}

func TestTheNewestCatalogIsInUse(t *testing.T) {
	for name, tc := range map[string]struct {
		days   int
		cached bool
	}{
		"a cached one of a day before": {-1, false},
		"a cached one of the same day": {0, false},
		"a cached one of a day after":  {1, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := filled(t, aged(t, tc.days))
			origin, asOf := Embedded, day(t, 0)
			if tc.cached {
				origin, asOf = filepath.Join(s.Dir, cacheFile), day(t, tc.days)
			}
			opened := mustOpen(t, s, "")
			if opened.Origin != origin || opened.AsOf.String() != asOf || opened.Warnings != nil {
				t.Errorf("got %s of %s with warnings %q, want %s of %s", opened.Origin, opened.AsOf, opened.Warnings, origin, asOf)
			}
		})
	}
}

func TestWithoutACachedCatalogTheEmbeddedOneIsInUse(t *testing.T) {
	for name, s := range map[string]*Store{
		"no cache directory":        {},
		"one that does not exist":   {Dir: filepath.Join(t.TempDir(), "missing")},
		"one that holds no catalog": {Dir: t.TempDir()},
	} {
		if opened := mustOpen(t, s, ""); opened.Origin != Embedded || opened.Warnings != nil {
			t.Errorf("%s: got %s with warnings %q", name, opened.Origin, opened.Warnings)
		}
	}
}

func TestABrokenCachedCatalogIsAWarning(t *testing.T) {
	for name, tc := range map[string]struct{ content, fault string }{
		"cut short":             {aged(t, 1)[:1000], "found unexpected end of stream"},
		"empty":                 {"", "no apiVersion and kind"},
		"without a skew policy": {company, "without a skew policy"},
		"without a source":      {aged(t, 1, func(c *catalog.Catalog) { c.Platforms[0].Sources = nil }), "sources"},
		"too large":             {strings.Repeat(" ", catalog.MaxBytes+1), "larger than 4 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			s := filled(t, tc.content)
			opened := mustOpen(t, s, "")
			if opened.Origin != Embedded || len(opened.Warnings) != 1 {
				t.Fatalf("got %s with warnings %q", opened.Origin, opened.Warnings)
			}
			warning := opened.Warnings[0]
			begin, end := "catalog "+filepath.Join(s.Dir, cacheFile)+" is not valid: ", ": using the embedded one; kubectl versions catalog update replaces it"
			if !strings.HasPrefix(warning, begin) || !strings.HasSuffix(warning, end) || !strings.Contains(warning, tc.fault) || strings.Contains(warning, "\n") {
				t.Errorf("got %q", warning)
			}
		})
	}
}

func TestACompleteCatalogReplacesTheOneInUse(t *testing.T) {
	s := filled(t, "broken")
	path := write(t, "whole.json", aged(t, -100))
	opened := mustOpen(t, s, path)
	if opened.Origin != path || opened.AsOf.String() != day(t, -100) || opened.Warnings != nil {
		t.Errorf("got %s of %s with warnings %q", opened.Origin, opened.AsOf, opened.Warnings)
	}
}

func TestACatalogWithoutASkewPolicyExtendsTheOneInUse(t *testing.T) {
	path := write(t, "company.yaml", company)
	for name, tc := range map[string]struct {
		s        *Store
		base     string
		warnings int
	}{
		"the embedded one":                  {&Store{}, Embedded, 0},
		"the embedded one, a cached broken": {filled(t, "broken"), Embedded, 1},
		"the cached one":                    {filled(t, aged(t, 1)), "catalog.json", 0},
	} {
		t.Run(name, func(t *testing.T) {
			opened := mustOpen(t, tc.s, path)
			if !strings.HasPrefix(opened.Origin, path+", extending ") || !strings.HasSuffix(opened.Origin, tc.base) || len(opened.Warnings) != tc.warnings {
				t.Errorf("got %q with warnings %q", opened.Origin, opened.Warnings)
			}
			if !opened.Complete() || opened.Platform("company") == nil || len(opened.Platforms) != len(embedded(t).Platforms)+1 {
				t.Errorf("got platforms %q", opened.IDs())
			}
		})
	}
}

func TestADownloadedCatalogReplacesOrExtends(t *testing.T) {
	s, address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/company.yaml" {
			answer(company)(w, r)
			return
		}
		answer(aged(t, 3))(w, r)
	})
	if opened := mustOpen(t, s, address+"/whole.json"); opened.Origin != address+"/whole.json" || opened.AsOf.String() != day(t, 3) {
		t.Errorf("got %s of %s", opened.Origin, opened.AsOf)
	}
	if opened := mustOpen(t, s, address+"/company.yaml"); opened.Origin != address+"/company.yaml, extending embedded" || opened.Platform("company") == nil {
		t.Errorf("got %s with %q", opened.Origin, opened.IDs())
	}
}

// fault is why a file cannot be read, in the system's words.
func fault(t *testing.T, path string) string {
	t.Helper()
	_, err := os.ReadFile(path)
	var failed *fs.PathError
	if !errors.As(err, &failed) {
		t.Fatalf("reading %s: %v", path, err)
	}
	return failed.Err.Error()
}

func TestWhatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.yaml")
	page := write(t, "page.html", "<!DOCTYPE html><title>Sign in</title>")
	large := write(t, "large.yaml", company+strings.Repeat("#", catalog.MaxBytes))
	alone := write(t, "alone.yaml", strings.Replace(company, "follows: upstream", "follows: nobody", 1))
	unsourced := write(t, "unsourced.yaml", strings.Replace(company, "sources: [https://wiki.example.com/kubernetes]", "sources: []", 1))
	misspelt := write(t, "misspelt.yaml", strings.Replace(company, "follows:", "folows:", 1))
	for name, tc := range map[string]struct {
		location string
		parts    []string
	}{
		"a missing file":            {missing, []string{"cannot read " + missing + ": " + fault(t, missing)}},
		"a directory":               {dir, []string{"cannot read " + dir + ": " + fault(t, dir)}},
		"http":                      {"http://127.0.0.1:1/c.yaml", []string{"cannot download http://127.0.0.1:1/c.yaml: must be https"}},
		"HTTP in capitals":          {"HTTP://127.0.0.1:1/c.yaml", []string{"must be https"}},
		"another scheme":            {"file:///etc/hostname", []string{"must be https"}},
		"no URL":                    {"https://user:hidden#@/c.yaml", []string{"not a valid URL"}},
		"a web page":                {page, []string{"catalog " + page + " is not valid: a web page"}},
		"a large file":              {large, []string{"catalog " + large + " is not valid: larger than 4 MiB"}},
		"one that follows nobody":   {alone, []string{"catalog " + alone + " is not valid", `follows "nobody"`}},
		"one without a source":      {unsourced, []string{"catalog " + unsourced + " is not valid", `platform "company"`, "sources"}},
		"one with an unknown field": {misspelt, []string{"catalog " + misspelt + " is not valid", "folows"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := (&Store{}).Open(t.Context(), tc.location)
			wantError(t, err, tc.parts...)
			if err != nil && strings.Contains(err.Error(), "hidden") {
				t.Errorf("%q shows a password", err)
			}
		})
	}
}

func TestOpeningLeavesTheCacheAsItWas(t *testing.T) {
	s := filled(t, "broken")
	before := files(t, s.Dir)
	mustOpen(t, s, "")
	mustOpen(t, s, write(t, "company.yaml", company))
	if diff := cmp.Diff(before, files(t, s.Dir)); diff != "" {
		t.Error(diff)
	}
}
