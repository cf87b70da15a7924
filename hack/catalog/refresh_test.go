package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// site serves the recorded sources over TLS, but for the paths with answers of their own.
type site struct {
	*httptest.Server
	answers map[string]http.HandlerFunc
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{answers: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if answer := s.answers[r.URL.Path]; answer != nil {
		answer(w, r)
		return
	}
	file := strings.TrimPrefix(r.URL.Path, "/")
	if product, ok := strings.CutPrefix(file, "products/"); ok {
		file = "endoflife-" + strings.TrimSuffix(product, "/") + ".json"
		w.Header().Set("Content-Type", "application/json")
	}
	http.ServeFile(w, r, filepath.Join("testdata", file))
}

func answer(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// refresh runs the command on 2026-12-20, and returns what it wrote to stderr.
func (s *site) refresh(t *testing.T, dir string, more ...string) (string, error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args := append([]string{
		"refresh", "-dir", dir,
		"-schedule", s.URL + "/schedule.yaml", "-eol", s.URL + "/eol.yaml", "-endoflife", s.URL + "/products/",
	}, more...)
	err := run(t.Context(), args, environment{
		stdout: &stdout, stderr: &stderr, transport: s.Client().Transport,
		now: func() time.Time { return time.Date(2026, 12, 20, 23, 59, 0, 0, time.UTC) },
	})
	if stdout.Len() > 0 {
		t.Errorf("wrote to stdout: %s", &stdout)
	}
	return stderr.String(), err
}

// calendars is a copy of the recorded calendars.
func calendars(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/releases")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(data)
	}
	return files
}

func TestRefresh(t *testing.T) {
	s, dir := newSite(t), calendars(t)
	stderr, err := s.refresh(t, dir)
	if err != nil {
		t.Fatal(err)
	}

	schedule, products := s.URL+"/schedule.yaml", s.URL+"/products/"
	wantNotes := []string{
		"upstream 1.37.1: announced 2026-09-15 here, 2026-09-16 in " + schedule,
		"upstream 1.35.2: add it by hand, " + s.URL + "/eol.yaml does not tell its day",
		"amazon-eks 1.34: standard ends 2026-12-02 here, 2026-12-09 in " + products + "amazon-eks/",
		"azure-kubernetes-service 1.37: released 2026-10-14 instead of ~2026-10, does its note still hold: general availability was planned",
		"google-kubernetes-engine 1.37: added without the end of extended, which " + products + "google-kubernetes-engine/ does not tell",
		"red-hat-openshift 4.23: add it by hand, " + products + "red-hat-openshift/ does not tell its Kubernetes minor",
		"red-hat-openshift 4.22: full ends ~2026-12-31 here, 2026-12-31 in " + products + "red-hat-openshift/",
	}
	if diff := cmp.Diff(wantNotes, strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}

	for name, tc := range map[string]struct{ platform, want string }{
		"a new minor of Kubernetes comes with its first release": {"upstream", `{
			"version": "1.38", "released": "2026-12-16", "ends": {"standard": "2027-12-28", "maintenance": "2028-02-28"},
			"patches": [{"version": "1.38.0", "announced": "2026-12-16"}],
			"next": {"version": "1.38.1", "announced": "2027-01-12"},
			"sources": ["` + schedule + `"]}`},
		"new patches are listed, absent days filled in, days that differ kept": {"upstream", `{
			"version": "1.37", "released": "2026-08-26", "ends": {"standard": "2027-08-28", "maintenance": "2027-10-28"},
			"patches": [
				{"version": "1.37.3", "announced": "2026-12-08"},
				{"version": "1.37.2", "announced": "2026-10-13", "tagged": "2026-10-27"},
				{"version": "1.37.1", "announced": "2026-09-15", "tagged": "2026-09-23"},
				{"version": "1.37.0", "announced": "2026-08-26"}],
			"next": {"version": "1.37.4", "announced": "2027-01-12"},
			"sources": ["https://kubernetes.io/releases/1.37/", "` + schedule + `"]}`},
		"an end is confirmed, and a scheduled patch that is out already passed over": {"upstream", `{
			"version": "1.36", "released": "2026-04-22", "ends": {"standard": "2027-04-28", "maintenance": "2027-06-28"},
			"patches": [{"version": "1.36.1", "announced": "2026-05-13"}, {"version": "1.36.0", "announced": "2026-04-22"}],
			"sources": ["https://kubernetes.io/releases/1.36/", "` + schedule + `"]}`},
		"nothing is scheduled at the end of life": {"upstream", `{
			"version": "1.35", "released": "2025-12-17", "ends": {"standard": "2026-12-28", "maintenance": "2027-02-28"},
			"patches": [{"version": "1.35.1", "announced": "2026-02-10"}, {"version": "1.35.0", "announced": "2025-12-17"}],
			"sources": ["https://kubernetes.io/releases/1.35/"]}`},
		"a new minor of a platform is added": {"amazon-eks", `{
			"version": "1.37", "released": "2026-11-24", "ends": {"standard": "2028-01-24", "extended": "2029-01-24"},
			"latest": {"version": "1.37-eks-2", "announced": "2026-12-10"},
			"sources": ["https://endoflife.date/amazon-eks"]}`},
		"a newer patch replaces the latest": {"amazon-eks", `{
			"version": "1.36", "released": "2026-06-02", "ends": {"standard": "2027-08-02", "extended": "2028-08-02"},
			"latest": {"version": "1.36-eks-17", "announced": "2026-12-10"},
			"sources": ["https://endoflife.date/amazon-eks"]}`},
		"an absent end is filled in, and its source named": {"amazon-eks", `{
			"version": "1.35", "released": "2026-01-28", "ends": {"standard": "2027-03-27", "extended": "2028-03-27"},
			"sources": ["https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html", "https://endoflife.date/amazon-eks"]}`},
		"a confirmed end that differs is kept": {"amazon-eks", `{
			"version": "1.34", "released": "2025-10-02", "ends": {"standard": "2026-12-02", "extended": "2027-12-02"},
			"latest": {"version": "1.34-eks-27", "announced": "2026-06-22"},
			"sources": ["https://endoflife.date/amazon-eks"]}`},
		"an unconfirmed month becomes a day": {"azure-kubernetes-service", `{
			"version": "1.37", "released": "2026-10-14", "ends": {"standard": "2027-10-31", "lts": "2028-10-31"},
			"note": "general availability was planned",
			"sources": ["https://github.com/Azure/AKS/releases/tag/2026-09-04", "https://endoflife.date/azure-kubernetes-service"]}`},
		"a confirmed month that holds the day is kept": {"azure-kubernetes-service", `{
			"version": "1.36", "released": "2026-06", "ends": {"standard": "2027-06-30", "lts": "2028-06-30"},
			"sources": ["https://github.com/Azure/AKS/releases/tag/2026-09-04"]}`},
		"the end of active support is nothing of GKE": {"google-kubernetes-engine", `{
			"version": "1.37", "released": "2026-10-20", "ends": {"standard": "2027-12-20"},
			"latest": {"version": "1.37.1-gke.1100000", "announced": "2026-12-11"},
			"sources": ["https://endoflife.date/google-kubernetes-engine"]}`},
		"a patch needs no day": {"alibaba-ack", `{
			"version": "1.36", "released": "2026-05", "ends": {"standard": "2027-05-30"},
			"latest": {"version": "1.36.5-aliyun.1"},
			"sources": ["https://www.alibabacloud.com/help/doc-detail/3021327.html", "https://endoflife.date/alibaba-ack"]}`},
		"a source that repeats an unconfirmed end does not confirm it": {"red-hat-openshift", `{
			"version": "4.22", "kubernetes": "1.35", "released": "2026-06-09",
			"ends": {"full": "~2026-12-31", "maintenance": "2027-12-09", "eus1": "2028-06-09"},
			"latest": {"version": "4.22.9", "announced": "2026-08-11"},
			"sources": ["https://endoflife.date/red-hat-openshift"]}`},
	} {
		t.Run(name, func(t *testing.T) {
			var want catalog.Release
			if err := json.Unmarshal([]byte(tc.want), &want); err != nil {
				t.Fatal(err)
			}
			releases, err := readReleases(filepath.Join(dir, tc.platform+".json"))
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(releases.Releases, func(r catalog.Release) bool { return r.Version == want.Version })
			if i < 0 {
				t.Fatalf("%s has no %s", tc.platform, want.Version)
			}
			if diff := cmp.Diff(want, releases.Releases[i]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}

	t.Run("what cannot be known is not added", func(t *testing.T) {
		releases, err := readReleases(filepath.Join(dir, "red-hat-openshift.json"))
		if err != nil {
			t.Fatal(err)
		}
		if len(releases.Releases) != 1 {
			t.Errorf("got %v, want 4.22 alone", releases.Releases)
		}
	})
	t.Run("every calendar is of today, and nothing lies beside them", func(t *testing.T) {
		files := contents(t, dir)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(contents(t, "testdata/releases"))), slices.Sorted(maps.Keys(files))); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
		for name, data := range files {
			if !strings.HasPrefix(data, "{\n  \"asOf\": \"2026-12-20\",\n") {
				t.Errorf("%s begins with %.30q", name, data)
			}
		}
	})
	t.Run("a second time changes nothing", func(t *testing.T) {
		before := contents(t, dir)
		if _, err := s.refresh(t, dir); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}

func TestRefreshWritesNothingWhen(t *testing.T) {
	const eks = "/products/amazon-eks/"
	page := func(releases string) http.HandlerFunc {
		return answer("application/json", `{"result": {"name": "amazon-eks", "releases": [`+releases+`]}}`)
	}
	for name, tc := range map[string]struct {
		path   string
		answer http.HandlerFunc
		// wants are parts of the error, beside the address.
		wants []string
	}{
		"a source is missing": {eks, http.NotFound, []string{"answered 404"}},
		"a source breaks off": {eks, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "{")
		}, []string{"unexpected EOF"}},
		"a page for people answers":              {eks, answer("text/html; charset=utf-8", "Sign in"), []string{"HTML"}},
		"a page for people answers as something": {"/eol.yaml", answer("text/plain", "\n<!doctype html>"), []string{"HTML"}},
		"a response is too large":                {"/eol.yaml", answer("text/plain", strings.Repeat("#", maxBytes+1)), []string{"larger than 4 MiB"}},
		"a redirect leaves HTTPS": {eks, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+r.Host+r.URL.Path, http.StatusFound)
		}, []string{"is not an https:// address"}},
		"a redirect leads nowhere": {eks, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
		}, []string{"redirected too often"}},
		"YAML is malformed":                   {"/schedule.yaml", answer("text/plain", "schedules: ["), []string{"yaml"}},
		"JSON is malformed":                   {eks, answer("application/json", "{"), []string{"JSON"}},
		"a minor is a number, as 1.30 is not": {"/schedule.yaml", answer("text/plain", "schedules: [{release: 1.30}]"), []string{"number"}},
		"a release has no version":            {"/eol.yaml", answer("text/plain", "branches: [{endOfLifeDate: 2027-02-28}]"), []string{"without its version"}},
		"a schedule is empty":                 {"/schedule.yaml", answer("text/plain", "schedules: []"), []string{"no releases"}},
		"a product is another one":            {eks, answer("application/json", `{"result": {"name": "eks"}}`), []string{`describes "eks"`}},
		"a release is no minor":               {eks, page(`{"name": "latest"}`), []string{`"latest" is not a minor version`}},
		"a date is none":                      {eks, page(`{"name": "1.37", "eolFrom": "2027-02-30"}`), []string{`"2027-02-30" is not a date`}},
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := newSite(t), calendars(t)
			s.answers[tc.path] = tc.answer
			_, err := s.refresh(t, dir)
			wantFailure(t, err, append(tc.wants, s.URL+tc.path)...)
			wantUntouched(t, dir)
		})
	}

	for name, releases := range map[string]string{
		"ends run backwards":     `{"name": "1.37", "releaseDate": "2026-11-24", "eolFrom": "2028-01-24", "eoesFrom": "2027-01-24"}`,
		"a minor is left out":    `{"name": "1.38", "releaseDate": "2026-11-24", "eolFrom": "2028-01-24"}`,
		"an older minor is late": `{"name": "1.33", "releaseDate": "2026-11-24", "eolFrom": "2028-01-24"}`,
	} {
		t.Run(name, func(t *testing.T) {
			s, dir := newSite(t), calendars(t)
			s.answers[eks] = page(releases)
			_, err := s.refresh(t, dir)
			wantFailure(t, err, "nothing was written", `platform "amazon-eks"`)
			wantUntouched(t, dir)
		})
	}

	t.Run("an address is not HTTPS", func(t *testing.T) {
		s, dir := newSite(t), calendars(t)
		_, err := s.refresh(t, dir, "-eol", "http://127.0.0.1/eol.yaml")
		wantFailure(t, err, "http://127.0.0.1/eol.yaml is not an https:// address")
		wantUntouched(t, dir)
	})
	t.Run("a server is down", func(t *testing.T) {
		s, dir := newSite(t), calendars(t)
		s.Close()
		_, err := s.refresh(t, dir)
		wantFailure(t, err, s.URL+"/schedule.yaml")
		wantUntouched(t, dir)
	})
	t.Run("a calendar is missing", func(t *testing.T) {
		s, dir := newSite(t), calendars(t)
		if err := os.Remove(filepath.Join(dir, "amazon-eks.json")); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		_, err := s.refresh(t, dir)
		wantFailure(t, err, "amazon-eks.json")
		if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
	})
}

func wantFailure(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("got no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got error %q, want one with %q", err, part)
		}
	}
}

func wantUntouched(t *testing.T, dir string) {
	t.Helper()
	if diff := cmp.Diff(contents(t, "testdata/releases"), contents(t, dir)); diff != "" {
		t.Errorf("calendars changed (-before +after):\n%s", diff)
	}
}

func TestReplaceFilesIsAllOrNothing(t *testing.T) {
	dir := calendars(t)
	err := replaceFiles(map[string][]byte{
		filepath.Join(dir, "amazon-eks.json"):          []byte("{}"),
		filepath.Join(dir, "missing", "upstream.json"): []byte("{}"),
	})
	wantFailure(t, err, "missing")
	wantUntouched(t, dir)
}
