// Package repository tests what the repository says of itself.
package repository

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// tracked returns the files of the repository that match a pathspec of git, new ones too.
func tracked(t *testing.T, pathspecs ...string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "git", append([]string{"-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "--"}, pathspecs...)...)
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	// One that was deleted is listed until that is committed.
	files := slices.DeleteFunc(strings.Fields(string(out)), func(name string) bool {
		_, err := os.Stat(filepath.Join(root, name))
		return err != nil
	})
	if len(files) == 0 {
		t.Fatalf("no files match %q", pathspecs)
	}
	return files
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

var (
	rule        = regexp.MustCompile(`(?m)^([A-Za-z][\w./%-]*):`)
	comment     = regexp.MustCompile(`(?m)(^|\s)#.*$`)
	code        = regexp.MustCompile("(?s)```.*?```|`[^`]+`")
	makeCommand = regexp.MustCompile("(?m)(?:^[\\s@]*|[`;&|] *|run: )(?:make|\\$\\(MAKE\\))((?: [\\w./=-]+)+)")
)

// targetsIn returns the targets that a text makes: in Markdown that of its code alone.
func targetsIn(name, text string) []string {
	if path.Ext(name) == ".md" {
		text = strings.Join(code.FindAllString(text, -1), "\n")
	}
	var targets []string
	for _, command := range makeCommand.FindAllStringSubmatch(comment.ReplaceAllString(text, ""), -1) {
		for _, word := range strings.Fields(command[1]) {
			if !strings.HasPrefix(word, "-") && !strings.Contains(word, "=") {
				targets = append(targets, word)
			}
		}
	}
	return targets
}

func TestTargetsAreFound(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"a.md", "make nothing of it, but `make lint` and\n```sh\nmake race   # make sure\nto make nothing\n```\n", []string{"lint", "race"}},
		{"a.sh", "make --no-print-directory unit test # make sense\n", []string{"unit", "test"}},
		{"a.yaml", "  - run: make a && make V=1 b\n# make c\n", []string{"a", "b"}},
		{"Makefile", "\t@$(MAKE) --no-print-directory bin/cluster\n", []string{"bin/cluster"}},
	} {
		if got := targetsIn(tc.name, tc.text); !slices.Equal(got, tc.want) {
			t.Errorf("%s: found %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestWhatIsMadeIsATarget(t *testing.T) {
	var rules []string
	for _, found := range rule.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		rules = append(rules, strings.ReplaceAll(found[1], "%", "*"))
	}
	known := func(target string) bool {
		return slices.ContainsFunc(rules, func(rule string) bool {
			matches, err := path.Match(rule, target)
			return err == nil && matches
		})
	}
	for _, name := range tracked(t, "*.md", "*.sh", ".ci/run", "Makefile", ".github") {
		targets := targetsIn(name, read(t, name))
		if path.Dir(name) == workflows {
			targets = append(targets, readWorkflow(t, name).matrix("target")...)
		}
		for _, target := range targets {
			if !known(target) {
				t.Errorf("%s makes %s, which is no target of the Makefile", name, target)
			}
		}
	}
}
