package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func events(lines ...string) string {
	var out strings.Builder
	for _, line := range lines {
		action, test, _ := strings.Cut(line, " ")
		out.WriteString(`{"Action":"` + action + `","Test":"` + test + `"}` + "\n")
	}
	return out.String()
}

func TestThePageSaysWhatPassed(t *testing.T) {
	all := []string{
		"pass TestMatrixCompatibility/v1.37.1/skew", "pass TestMatrixCompatibility/v1.31.0/skew", "pass TestMatrixCompatibility",
		"pass TestMatrixTheAPIIndexIsWhatServersServe/v1.37.1", "pass TestMatrixTheAPIIndexIsWhatServersServe/v1.31.0", "pass TestMatrixExamples", "pass ",
	}
	const earlier = "what was there"
	for name, test := range map[string]struct {
		events string
		// wants is empty where it fails, and the page stays.
		wants []string
	}{
		"all":                  {events(all...), []string{"| | v1.37.1 | v1.31.0 |", "| skew | ok | ok |", "- `TestMatrixExamples`: ok"}},
		"one failed":           {events(append(all, "fail TestMatrixExamples")...), nil},
		"one was skipped":      {events(append(all, "skip TestMatrixExamples/line")...), nil},
		"not on every server":  {events(all[1:]...) + events("pass TestMatrixCompatibility/v1.37.1/support"), nil},
		"no index":             {events(append(all[:3:3], all[4:]...)...), nil},
		"nothing":              {"", nil},
		"cut short":            {events(all[:len(all)-1]...), nil},
		"it does not compile":  {events(all...) + events("build-fail "), nil},
		"a line of a compiler": {events(all...) + "# package\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "page.md")
			if err := os.WriteFile(file, []byte(earlier), 0o600); err != nil {
				t.Fatal(err)
			}
			var failures strings.Builder
			err := run(strings.NewReader(test.events), &failures, file)
			page, readErr := os.ReadFile(file)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if (err == nil) != (test.wants != nil) || err != nil && string(page) != earlier {
				t.Errorf("%v, and the page is %s", err, page)
			}
			for _, want := range test.wants {
				if !strings.Contains(string(page), want+"\n") {
					t.Errorf("no %q in %s", want, page)
				}
			}
		})
	}
}
