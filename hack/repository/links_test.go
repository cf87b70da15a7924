package repository

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced  = regexp.MustCompile("(?s)```.*?```")
	inline  = regexp.MustCompile(`\]\(([^)\s]+)\)|(?m)^\[[^\]]+\]: (\S+)|(?:src|srcset)="([^"]+)"`)
	title   = regexp.MustCompile(`(?m)^#+ (.+)$`)
	linked  = regexp.MustCompile(`\[([^\]]+)\]\([^)]*\)`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
)

// anchors are those that GitHub gives the headings of a page.
func anchors(page string) map[string]bool {
	ids := map[string]bool{}
	for _, found := range title.FindAllStringSubmatch(fenced.ReplaceAllString(page, ""), -1) {
		text := dropped.ReplaceAllString(strings.ToLower(linked.ReplaceAllString(found[1], "$1")), "")
		ids[strings.ReplaceAll(text, " ", "-")] = true
	}
	return ids
}

// Every link within the repository leads to a file, and to a heading where it names one.
func TestLinksLeadSomewhere(t *testing.T) {
	checked := 0
	for _, name := range tracked(t, "*.md") {
		for _, link := range inline.FindAllStringSubmatch(fenced.ReplaceAllString(read(t, name), ""), -1) {
			target := link[1] + link[2] + link[3]
			if strings.Contains(target, "://") {
				continue
			}
			checked++
			file, anchor, _ := strings.Cut(target, "#")
			to := name
			if file != "" {
				to = path.Join(path.Dir(name), file)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s: %s leads nowhere", name, target)
				continue
			}
			if anchor != "" && !anchors(read(t, to))[anchor] {
				t.Errorf("%s: %s has no heading #%s", name, to, anchor)
			}
		}
	}
	if checked < 50 {
		t.Errorf("%d links were found", checked)
	}
}
