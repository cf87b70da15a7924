package repository

import (
	"regexp"
	"testing"
	"time"
)

var (
	heading = regexp.MustCompile(`(?m)^## (.*)$`)
	release = regexp.MustCompile(`^v\d+\.\d+\.\d+ \((\d{4}-\d\d-\d\d)\)$`)
)

// Releases take their notes from the section of their version.
func TestChangelogHasReleasesNewestFirst(t *testing.T) {
	headings := heading.FindAllStringSubmatch(read(t, "CHANGELOG.md"), -1)
	if len(headings) == 0 || headings[0][1] != "Unreleased" {
		t.Fatalf("%q does not begin with Unreleased", headings)
	}
	later := "9999-12-31"
	for _, h := range headings[1:] {
		found := release.FindStringSubmatch(h[1])
		if found == nil {
			t.Errorf("%q is not as v0.1.0 (2026-11-21)", h[1])
			continue
		}
		if _, err := time.Parse(time.DateOnly, found[1]); err != nil || found[1] > later {
			t.Errorf("%q is no day, or after the one above it", h[1])
		}
		later = found[1]
	}
}
