package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func loaded(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCalendarsAreInTheFormThatRefreshWrites(t *testing.T) {
	paths, err := filepath.Glob("../../pkg/catalog/data/releases/*")
	if err != nil || len(paths) == 0 {
		t.Fatalf("found no calendars: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			releases, err := readReleases(path)
			if err != nil {
				t.Fatal(err)
			}
			want, err := encode(releases)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestExportIsTheWholeCatalog(t *testing.T) {
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"export"}, environment{stdout: &stdout}); err != nil {
		t.Fatal(err)
	}
	got, err := catalog.Decode(stdout.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	byExpression := cmp.Comparer(func(a, b *regexp.Regexp) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
	})
	if diff := cmp.Diff(loaded(t), got, byExpression); diff != "" {
		t.Errorf("(-loaded +exported):\n%s", diff)
	}
}

func TestAge(t *testing.T) {
	c := loaded(t)
	for name, tc := range map[string]struct {
		days   int
		tooOld bool
	}{
		"on its own day":         {0, false},
		"on the last day":        {180, false},
		"on the day after that":  {181, true},
		"before it was gathered": {-1, false},
	} {
		t.Run(name, func(t *testing.T) {
			at := c.AsOf.AddDays(tc.days)
			for how, args := range map[string][]string{"-at": {"age", "-at", at.String()}, "today": {"age"}} {
				err := run(t.Context(), args, environment{now: func() time.Time {
					return time.Date(at.Year, at.Month, at.Day, 23, 59, 0, 0, time.UTC)
				}})
				if (err != nil) != tc.tooOld {
					t.Errorf("%s: got %v", how, err)
				}
				if err != nil && (!strings.Contains(err.Error(), "181 days old on "+at.String()) || strings.Contains(err.Error(), "\n")) {
					t.Errorf("%s: got %q, want a line that tells the age", how, err)
				}
			}
		})
	}
}

// A commit is released with the catalog that it holds, so that what counts is
// the day of the commit: an old checkout passes for ever.
func TestCatalogIsFreshEnoughToRelease(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "git", "log", "-1", "--format=%ct").Output()
	if err != nil {
		t.Fatalf("git log: %v: this test needs git, and a checkout with its HEAD commit", err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	if err != nil {
		t.Fatalf("git log: %v", err)
	}
	if err := checkAge(loaded(t), calendar.Of(time.Unix(seconds, 0))); err != nil {
		t.Error(err)
	}
}

func TestCommandsThatAreNone(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no command":         {nil, "want refresh, export or age"},
		"an unknown command": {[]string{"publish"}, `unknown command "publish"`},
		"an argument":        {[]string{"export", "file"}, `export takes no arguments, got "file"`},
		"an unknown flag":    {[]string{"export", "-o"}, "-o"},
		"a day that is none": {[]string{"age", "-at", "tomorrow"}, `"tomorrow" is not a date`},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			wantFailure(t, run(t.Context(), tc.args, environment{stdout: &stdout, stderr: &stderr, now: time.Now}), tc.want)
			if stdout.Len() > 0 {
				t.Errorf("wrote to stdout: %s", &stdout)
			}
		})
	}
}
