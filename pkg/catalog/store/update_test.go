package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// updating is a store whose cache is that of filled, or missing when content is
// empty, and which updates from the handler.
func updating(t *testing.T, content string, handler http.HandlerFunc) (*Store, string) {
	t.Helper()
	s, address := serve(t, handler)
	s.Dir = filepath.Join(t.TempDir(), "cache", "kubectl-versions")
	if content != "" {
		s.Dir = filled(t, content).Dir
	}
	return s, address
}

func mustUpdate(t *testing.T, s *Store, address string) UpdateResult {
	t.Helper()
	result, err := s.Update(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// wantUnchanged updates, and checks that it fails and that the cache's parent stays as it was.
func wantUnchanged(t *testing.T, ctx context.Context, s *Store, address string, parts ...string) {
	t.Helper()
	parent := filepath.Dir(s.Dir)
	before := files(t, parent)
	_, err := s.Update(ctx, address)
	wantError(t, err, parts...)
	if err != nil && !strings.HasSuffix(err.Error(), ": nothing changed") {
		t.Errorf("%q does not say that nothing changed", err)
	}
	if diff := cmp.Diff(before, files(t, parent)); diff != "" {
		t.Errorf("the cache changed: %s", diff)
	}
}

func TestAnUpdateKeepsTheOneBefore(t *testing.T) {
	days := 1
	s, address := updating(t, "", func(w http.ResponseWriter, r *http.Request) { answer(aged(t, days))(w, r) })
	path, previous := filepath.Join(s.Dir, cacheFile), filepath.Join(s.Dir, previousFile)

	for _, step := range []struct {
		name    string
		days    int
		changed bool
		want    map[string]string
	}{
		{"the first", 1, true, map[string]string{s.Dir: "", path: aged(t, 1)}},
		{"the same again", 1, false, map[string]string{s.Dir: "", path: aged(t, 1)}},
		{"a newer one", 2, true, map[string]string{s.Dir: "", path: aged(t, 2), previous: aged(t, 1)}},
		{"one newer still", 5, true, map[string]string{s.Dir: "", path: aged(t, 5), previous: aged(t, 2)}},
	} {
		from := mustOpen(t, s, "").AsOf
		days = step.days
		result := mustUpdate(t, s, address)
		want := UpdateResult{From: from, To: embedded(t).AsOf.AddDays(days), Path: path, Changed: step.changed}
		if diff := cmp.Diff(want, result); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
		if diff := cmp.Diff(step.want, files(t, s.Dir)); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
		if opened := mustOpen(t, s, ""); opened.AsOf != result.To {
			t.Errorf("%s: then the one of %s is in use, want %s", step.name, opened.AsOf, result.To)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o644 {
		t.Errorf("got mode %o, want 644", mode)
	}
}

func TestAnotherCatalogOfTheSameDay(t *testing.T) {
	corrected := aged(t, 1, func(c *catalog.Catalog) { c.Platforms[0].Name = "Corrected" })
	for name, tc := range map[string]struct {
		cached, served string
		changed        bool
		previous       string
	}{
		"replaces the cached one":                 {aged(t, 1), corrected, true, aged(t, 1)},
		"does not replace the embedded one":       {"", aged(t, 0), false, ""},
		"replaces a broken one":                   {"broken", aged(t, 0), true, ""},
		"does not replace one that is not in use": {aged(t, -1), aged(t, 0), false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, address := updating(t, tc.cached, answer(tc.served))
			if result := mustUpdate(t, s, address); result.Changed != tc.changed {
				t.Errorf("changed: %t", result.Changed)
			}
			got := map[string]string{}
			for _, name := range []string{cacheFile, previousFile} {
				if data, err := os.ReadFile(filepath.Join(s.Dir, name)); err == nil {
					got[name] = string(data)
				}
			}
			want := map[string]string{cacheFile: tc.cached, previousFile: tc.previous}
			if tc.changed {
				want[cacheFile] = tc.served
			}
			for name, content := range want {
				if got[name] != content {
					t.Errorf("%s holds %.40q, want %.40q", name, got[name], content)
				}
			}
		})
	}
}

func TestACatalogFromTheFutureIsRefused(t *testing.T) {
	s, address := updating(t, "", answer(aged(t, 30)))
	s.Today = embedded(t).AsOf.AddDays(28)
	wantUnchanged(t, t.Context(), s, address, fmt.Sprintf("catalog of %s is from after today, %s: nothing changed", day(t, 30), s.Today))
	s.Today = embedded(t).AsOf.AddDays(29)
	if result, err := s.Update(t.Context(), address); err != nil || !result.Changed {
		t.Errorf("one from a day ahead of here: %+v, %v", result, err)
	}
}

func TestAnOlderCatalogIsRefused(t *testing.T) {
	t.Run("than the embedded one", func(t *testing.T) {
		s, address := updating(t, "", answer(aged(t, -1)))
		wantUnchanged(t, t.Context(), s, address, fmt.Sprintf("catalog of %s is older than the embedded one of %s: nothing changed", day(t, -1), day(t, 0)))
	})
	t.Run("than the cached one", func(t *testing.T) {
		s, address := updating(t, aged(t, 3), answer(aged(t, 2)))
		wantUnchanged(t, t.Context(), s, address, fmt.Sprintf("catalog of %s is older than that of %s in %s: nothing changed", day(t, 2), day(t, 3), filepath.Join(s.Dir, cacheFile)))
	})
}

func TestAFailedUpdateChangesNothing(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(aged(t, 2)))
		}
	}
	edited := func(edit func(*catalog.Catalog)) http.HandlerFunc { return answer(aged(t, 2, edit)) }
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"shorter than announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000000")
			_, _ = w.Write([]byte(aged(t, 2)))
		}, "unexpected EOF"},
		"connection cut": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(aged(t, 2)[:5000]))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "cannot download https://"},
		"cut by the server": {answer(aged(t, 2)[:5000]), "not YAML or JSON"},
		"empty":             {answer(""), "no apiVersion and kind"},
		"wrong kind":        {edited(func(c *catalog.Catalog) { c.Kind = "Snapshot" }), "is no catalog"},
		"later version":     {edited(func(c *catalog.Catalog) { c.APIVersion = strings.Replace(c.APIVersion, "v1alpha1", "v9", 1) }), "upgrade kubectl-versions"},
		"no skew policy":    {edited(func(c *catalog.Catalog) { c.Skew, c.Components = nil, nil }), "without a skew policy"},
		"no sources":        {edited(func(c *catalog.Catalog) { c.Platforms[0].Sources = nil }), "sources"},
		"many faults": {edited(func(c *catalog.Catalog) {
			for i := range c.Platforms {
				c.Platforms[i].Sources = nil
			}
		}), "…"},
		"web page":                       {answer("\n<!DOCTYPE html><html><body>Sign in</body></html>"), "is not valid: a web page, not YAML or JSON"},
		"plain text":                     {answer("down for maintenance\n" + strings.Repeat("until tomorrow\n", 1000)), "is not valid"},
		"not modified":                   {status(http.StatusNotModified), "the server answers 304 Not Modified"},
		"numbers that are none":          {answer(strings.Replace(aged(t, 2), `"older":`, `"older":NaN,"was":`, 1)), "is not valid"},
		"numbers that are too large":     {answer(strings.Replace(aged(t, 2), `"older":`, `"older":1e999,"was":`, 1)), "is not valid"},
		"an answer that is served twice": {answer(aged(t, 2) + aged(t, 2)), "is not valid"},
		"supported for decades": {edited(func(c *catalog.Catalog) {
			c.Platform("amazon-eks").Releases[0].Ends["extended"] = calendar.Date{Year: 2099, Month: 1, Day: 1}
		}), "extended support ends on 2099-01-01, more than ten years after its release"},
		"an id that leads elsewhere": {edited(func(c *catalog.Catalog) { c.Platform("k3s").ID = "../../k3s" }), "its id is not of letters"},
		"no content":                 {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "the server answers 204 No Content"},
		"not found":                  {status(http.StatusNotFound), "the server answers 404 Not Found"},
		"server error":               {status(http.StatusInternalServerError), "the server answers 500 Internal Server Error"},
		"long redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://host/"+strings.Repeat("x", 5000), http.StatusFound)
		}, "redirected away from https"},
		"redirect in circles": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }, "redirected more than 5 times"},
	} {
		t.Run(name, func(t *testing.T) {
			s, address := updating(t, aged(t, 1), tc.handler)
			if err := os.WriteFile(filepath.Join(s.Dir, previousFile), []byte("previous"), 0o600); err != nil {
				t.Fatal(err)
			}
			wantUnchanged(t, t.Context(), s, address, address, tc.want)
		})
	}
}

func TestAnEndlessAnswerIsNotReadToItsEnd(t *testing.T) {
	const patience = 64 * catalog.MaxBytes
	sent := make(chan int, 1)
	s, address := updating(t, aged(t, 1), func(w http.ResponseWriter, _ *http.Request) {
		n, line := 0, []byte(strings.Repeat("#", 1<<16))
		for n < patience {
			if _, err := w.Write(line); err != nil {
				break
			}
			n += len(line)
		}
		sent <- n
	})
	wantUnchanged(t, t.Context(), s, address, "is not valid: larger than 4 MiB")
	if n := <-sent; n >= patience {
		t.Errorf("%d bytes were read", n)
	}
}

func TestACompressedAnswerIsNotReadToItsEnd(t *testing.T) {
	var member bytes.Buffer
	compressed := gzip.NewWriter(&member)
	_, _ = compressed.Write(make([]byte, 64<<20))
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	s, address := updating(t, aged(t, 1), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for range 64 {
			_, _ = w.Write(member.Bytes())
		}
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	wantUnchanged(t, t.Context(), s, address, "is not valid: larger than 4 MiB")
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 128<<20 {
		t.Errorf("%d MiB were allocated", used>>20)
	}
}

func TestARedirectTakesNoCredentialsToAnotherHost(t *testing.T) {
	sent := make(chan string, 1)
	s, other := updating(t, aged(t, 1), func(w http.ResponseWriter, r *http.Request) {
		sent <- r.Header.Get("Authorization") + r.Header.Get("Referer")
		answer(aged(t, 2))(w, r)
	})
	redirecting, address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(other, "127.0.0.1", "localhost", 1), http.StatusFound)
	})
	s.Client = redirecting.Client
	s.Client.Transport.(*http.Transport).TLSClientConfig.ServerName = "example.com"
	if result := mustUpdate(t, s, strings.Replace(address, "https://", "https://user:hidden@", 1)+"/?signature=hidden"); !result.Changed {
		t.Error("nothing changed")
	}
	if got := <-sent; got != "" {
		t.Errorf("another host got %q", got)
	}
}

func TestASlowServerIsEndedByTheDeadline(t *testing.T) {
	s, address := updating(t, aged(t, 1), func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("#"))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begun := time.Now()
	wantUnchanged(t, ctx, s, address, "cannot download "+address+": context deadline exceeded: nothing changed")
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("took %s", took)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestADownloadAlwaysHasADeadline(t *testing.T) {
	var left time.Duration
	s := &Store{Dir: t.TempDir(), Client: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		deadline, _ := r.Context().Deadline()
		left = time.Until(deadline)
		return nil, context.Canceled
	})}}
	_, err := s.Update(t.Context(), "https://127.0.0.1/")
	wantError(t, err, "context canceled")
	if left <= defaultTimeout/2 || left > defaultTimeout {
		t.Errorf("%s were left, want %s", left, defaultTimeout)
	}
}

func TestRedirects(t *testing.T) {
	s, address := updating(t, "", func(w http.ResponseWriter, r *http.Request) {
		if left := strings.TrimPrefix(r.URL.Path, "/"); left != "" {
			http.Redirect(w, r, "/"+left[1:], http.StatusFound)
			return
		}
		answer(aged(t, 1))(w, r)
	})
	wantUnchanged(t, t.Context(), s, address+"/iiiiii", "redirected more than 5 times")
	if result := mustUpdate(t, s, address+"/iiiii"); !result.Changed {
		t.Error("five redirects: nothing changed")
	}
}

func TestARedirectToHTTPIsNotFollowed(t *testing.T) {
	var asked atomic.Bool
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(true)
		answer(aged(t, 2))(w, r)
	}))
	defer plain.Close()
	s, address := updating(t, aged(t, 1), func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+"/c.json?signature=hidden", http.StatusFound)
	})
	wantUnchanged(t, t.Context(), s, address, "redirected away from https, to "+plain.URL+"/c.json: nothing changed")
	if asked.Load() {
		t.Error("the redirect was followed")
	}
}

func TestOfflineIsOneLine(t *testing.T) {
	s, address := updating(t, aged(t, 1), answer(""))
	closed := httptest.NewTLSServer(nil)
	closed.Close()
	wantUnchanged(t, t.Context(), s, closed.URL, "cannot download "+closed.URL+": dial tcp ")
	wantUnchanged(t, t.Context(), &Store{Dir: s.Dir}, address, "certificate")
}

func TestOnlyHTTPSIsDownloaded(t *testing.T) {
	s, _ := updating(t, aged(t, 1), answer(""))
	for _, address := range []string{"http://127.0.0.1:1/c.json", "catalog.json", "", "ftp://127.0.0.1:1/c.json"} {
		wantUnchanged(t, t.Context(), s, address, "cannot download "+address+": must be https")
	}
}

func TestCredentialsAreSentAndNotShown(t *testing.T) {
	s, address := updating(t, "", func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "hidden-user" || password != "hidden-password" || r.URL.RawQuery != "signature=hidden" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		answer(aged(t, 1))(w, r)
	})
	secret := strings.Replace(address, "https://", "https://hidden-user:hidden-password@", 1)
	if opened := mustOpen(t, s, secret+"/c.json?signature=hidden"); opened.Origin != address+"/c.json" {
		t.Errorf("got origin %s", opened.Origin)
	}
	_, err := s.Update(t.Context(), secret+"/c.json?signature=hidden2")
	wantError(t, err, "cannot download "+address+"/c.json: the server answers 401 Unauthorized")
}

func TestWhereThereIsNoCache(t *testing.T) {
	for goos, want := range map[string]string{
		"linux":   "there is no cache directory: set HOME or XDG_CACHE_HOME",
		"darwin":  "there is no cache directory: set HOME",
		"windows": "there is no cache directory: set LocalAppData",
	} {
		wantError(t, noCache(goos), want)
	}
}

func TestACacheThatCannotBeWritten(t *testing.T) {
	t.Run("none", func(t *testing.T) {
		s, address := serve(t, answer(aged(t, 1)))
		_, err := s.Update(t.Context(), address)
		wantError(t, err, noCache(runtime.GOOS).Error()+": nothing changed")
	})
	t.Run("a file stands where the directory should", func(t *testing.T) {
		s, address := serve(t, answer(aged(t, 1)))
		s.Dir = write(t, "cache", "")
		wantUnchanged(t, t.Context(), s, address, "cannot keep the catalog: mkdir "+s.Dir)
	})
	for name, tc := range map[string]struct{ cached, obstacle string }{
		"a directory stands where the catalog should":      {"", cacheFile},
		"a directory stands where the previous one should": {aged(t, 1), previousFile},
	} {
		t.Run(name, func(t *testing.T) {
			s, address := updating(t, tc.cached, answer(aged(t, 2)))
			if err := os.MkdirAll(filepath.Join(s.Dir, tc.obstacle, "full"), 0o700); err != nil {
				t.Fatal(err)
			}
			wantUnchanged(t, t.Context(), s, address, "cannot keep the catalog: rename", tc.obstacle)
		})
	}
}
