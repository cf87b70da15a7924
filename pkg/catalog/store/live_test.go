package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// answered is what EKS said some days after the embedded catalog was gathered.
func answered(t *testing.T, days int) *v1alpha1.LiveReleases {
	t.Helper()
	read := embedded(t).Platform("amazon-eks").AsOf.AddDays(days)
	a := v1alpha1.NewLiveReleases("amazon-eks")
	a.Source = "https://eks.eu-west-1.amazonaws.com/cluster-versions"
	a.ReadAt = metav1.NewTime(time.Date(read.Year, read.Month, read.Day, 12, 0, 0, 0, time.UTC))
	a.Releases = []v1alpha1.LiveRelease{{Version: "1.36", Ends: map[string]calendar.Date{"standard": {Year: 2027, Month: 9, Day: 9}}}}
	a.Raw = []runtime.RawExtension{{Raw: []byte(`{"clusterVersions":[]}`)}}
	return a
}

// end of standard support of EKS 1.36 in a store.
func end(t *testing.T, s *Store, location string) string {
	t.Helper()
	opened, err := s.Open(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	return opened.Platform("amazon-eks").Release(version.Minor{Major: 1, Minor: 36}).Ends["standard"].String()
}

func TestAnAnswerIsKeptAndUsedUnlessThePagesAreNewer(t *testing.T) {
	for name, days := range map[string]int{"of the day on which the pages were read": 0, "of the day after": 1} {
		t.Run(name, func(t *testing.T) {
			s := &Store{Dir: filepath.Join(t.TempDir(), "cache")}
			path, err := s.KeepLive(answered(t, days))
			if err != nil {
				t.Fatal(err)
			}
			if path != filepath.Join(s.Dir, "live-amazon-eks.json") {
				t.Errorf("kept in %s", path)
			}
			if got := end(t, s, ""); got != "2027-09-09" {
				t.Errorf("standard support ends on %s", got)
			}
		})
	}
	s := &Store{Dir: t.TempDir()}
	if _, err := s.KeepLive(answered(t, -1)); err == nil || !strings.HasSuffix(err.Error(), " in use") || !strings.Contains(err.Error(), "is older than the calendar of") {
		t.Errorf("an answer of the day before: %v", err)
	}
}

func TestAKeptAnswerGivesWayToNewerPages(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	if _, err := s.KeepLive(answered(t, 1)); err != nil {
		t.Fatal(err)
	}
	newer := aged(t, 2, func(c *catalog.Catalog) {
		p := c.Platform("amazon-eks")
		p.AsOf = p.AsOf.AddDays(2)
	})
	if err := os.WriteFile(filepath.Join(s.Dir, cacheFile), []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := s.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := end(t, s, ""), end(t, &Store{}, ""); got != want || strings.Contains(opened.Origin, "answer") || opened.Warnings != nil {
		t.Errorf("ends on %s, want %s; %s %q", got, want, opened.Origin, opened.Warnings)
	}
}

func TestAKeptAnswerFromAfterTodayIsPassedOver(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	late := answered(t, 10)
	if _, err := s.KeepLive(late); err != nil {
		t.Fatal(err)
	}
	s.Today = calendar.Of(late.ReadAt.Time).AddDays(-2)
	opened, err := s.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(opened.Warnings) != 1 || !strings.Contains(opened.Warnings[0], "is from after today, "+s.Today.String()) {
		t.Errorf("warnings %q", opened.Warnings)
	}
	s.Today = s.Today.AddDays(1)
	if got := end(t, s, ""); got != "2027-09-09" {
		t.Errorf("a day ahead elsewhere: ends on %s", got)
	}
}

func TestAKeptAnswerIsNamedAndHoldsNoRawBody(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	given := answered(t, 3)
	path, err := s.KeepLive(given)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "clusterVersions") || given.Raw == nil {
		t.Errorf("the raw body must be left out of the file, and stay in the answer: %s", data)
	}
	opened, err := s.Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if want := "embedded, with the answer of amazon-eks on " + calendar.Of(given.ReadAt.Time).String(); opened.Origin != want {
		t.Errorf("origin %q, want %q", opened.Origin, want)
	}
}

func TestACatalogThatExtendsAnotherExtendsTheAnswersToo(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	if _, err := s.KeepLive(answered(t, 1)); err != nil {
		t.Fatal(err)
	}
	if got := end(t, s, write(t, "company.yaml", company)); got != "2027-09-09" {
		t.Errorf("standard support ends on %s", got)
	}
	if got, want := end(t, s, write(t, "whole.json", aged(t, 1))), end(t, &Store{}, ""); got != want {
		t.Errorf("a catalog that stands alone was changed: %s, want %s", got, want)
	}
}

func TestADamagedAnswerIsPassedOverWithAWarning(t *testing.T) {
	known := end(t, &Store{}, "")
	for name, content := range map[string]string{
		"cut short":           `{"apiVersion":"kubectl-versions.github.io/v1alpha1","kind":"LiveReleases","plat`,
		"another kind":        company,
		"of another platform": `{"apiVersion":"kubectl-versions.github.io/v1alpha1","kind":"LiveReleases","platform":"k3s","readAt":"2027-01-01T00:00:00Z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := &Store{Dir: filepath.Dir(write(t, "live-amazon-eks.json", content))}
			opened, err := s.Open(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if len(opened.Warnings) != 1 || !strings.Contains(opened.Warnings[0], "live-amazon-eks.json") || !strings.Contains(opened.Warnings[0], "catalog update --from live") {
				t.Errorf("warnings %q", opened.Warnings)
			}
			if got := end(t, s, ""); got != known || opened.Origin != Embedded {
				t.Errorf("%s from %s, want %s", got, opened.Origin, known)
			}
		})
	}
}

func TestAnAnswerThatMakesNoSenseIsNotKept(t *testing.T) {
	dir := t.TempDir()
	bad := answered(t, 1)
	bad.Releases[0].Ends["standard"] = calendar.Date{Year: 2020, Month: 1, Day: 1}
	for name, test := range map[string]struct {
		store  *Store
		answer *v1alpha1.LiveReleases
		want   string
	}{
		"an end before the release": {&Store{Dir: dir}, bad, "makes no sense"},
		"no cache directory":        {&Store{}, answered(t, 1), "there is no cache directory"},
		"a file in its place":       {&Store{Dir: write(t, "cache", "")}, answered(t, 1), "cannot keep the answer"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := test.store.KeepLive(test.answer); err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, test.want)
			}
		})
	}
	if diff := cmp.Diff(map[string]string{dir: ""}, files(t, dir)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}
