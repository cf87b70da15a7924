package printer

import (
	"strings"
	"testing"
	"time"
)

func TestReading(t *testing.T) {
	resources := []string{"customresourcedefinitions", "pods"}
	many := append([]string{"a", "b", "c", "d"}, resources...)
	for name, tt := range map[string]struct{ got, want string }{
		"a cluster":            {Reading("shop-prod", resources, 23, 12_500, 2*time.Second, 100), "shop-prod: reading customresourcedefinitions, pods: 23 requests, 12,500 objects, 2 s"},
		"no name":              {Reading("", resources[1:], 1, 0, 0, 100), "reading pods: 1 requests, 0 objects, 0 s"},
		"nothing at a moment":  {Reading("", nil, 1, 0, 0, 100), "reading the cluster: 1 requests, 0 objects, 0 s"},
		"three resources":      {Reading("", many, 9, 0, 0, 100), "reading a, b, c, +3: 9 requests, 0 objects, 0 s"},
		"less room":            {Reading("shop-prod", resources, 23, 12_500, 2*time.Second, 75), "shop-prod: reading customresourcede…, +1: 23 requests, 12,500 objects, 2 s"},
		"a hostile name":       {Reading("a\x1b[2J\n", resources[1:], 1, 0, 0, 100), `a\x1b[2J\x0a: reading pods: 1 requests, 0 objects, 0 s`},
		"clusters":             {ReadingSeveral(17, 200, []string{"a", "b", "c", "d", "e", "f", "g", "h"}, 80), "17 of 200 clusters: reading a, b, c, +5"},
		"files":                {ReadingFiles([]string{"audit.log", "b"}, 90*time.Second, 80), "reading audit.log, b: 90 s"},
		"wide letters are cut": {ReadingSeveral(1, 2, []string{strings.Repeat("界", 40)}, 42), "1 of 2 clusters: reading 界界界界界界界界"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("got  %s\nwant %s", tt.got, tt.want)
			}
		})
	}
	for width := range 130 {
		for _, line := range []string{
			Reading(strings.Repeat("long", 20), many, 1_000, 1e6, time.Hour, width), ReadingSeveral(1, 2_000, many, width), ReadingFiles(many, 0, width),
		} {
			if n := len([]rune(line)); n > 0 && n >= width {
				t.Fatalf("%d cells on a terminal of %d: %s", n, width, line)
			}
		}
	}
}
