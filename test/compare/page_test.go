package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The page names cases, tools and figures that exist.
func TestRender(t *testing.T) {
	var onFiles []labelled
	for _, m := range manifests() {
		onFiles = append(onFiles, m.cases...)
	}
	scenes := []scene{{Server: newer, Target: newerTarget, cases: cases(claims())}, {Server: older, Target: olderTarget, cases: cases(flowSchemas())}, {Target: newerTarget, cases: onFiles}}
	for i := range scenes {
		for _, tool := range []tool{versions(), pluto("v5.0.0"), kubepug("v1.0.0", "/tmp/"+database)} {
			r := result{tool: tool, arguments: tool.onFiles("FOLDER", newerTarget), traffic: traffic{requests: 7}}
			var by []finding
			if tool.name == "pluto" {
				r.allSecrets, by = 1, []finding{{"resource.k8s.io/v1beta1", "ResourceClaim", "applied"}, {"resource.k8s.io/v1beta1", "ResourceClaim", "applied-anew"}, {"apps/v1", "Deployment", "web"}}
			}
			r.outcomes, r.besides = score(scenes[i].cases, by)
			scenes[i].results = append(scenes[i].results, r)
		}
	}
	page, err := render(scenes, "v0.37.2", time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"on 2026-11-21: it builds pluto v5.0.0 and kubepug v1.0.0",
		"| … in last-applied annotations | no | yes | [yes][kubent] | no | no | no |",
		"| lists all Secrets | no | yes | - | no | no | - |",
		"| `kubectl apply` | **missed** | found | **missed** |",
		"| `kubectl apply`, and since then through the new version | quiet | **false** | quiet |",
		"| reported though not in use | 0 | 1 | 0 |",
		"- pluto: `apps/v1` Deployment (1)",
		"| all | 7 | 7 | 7 |",
		"kubepug --input-file FOLDER --k8s-version v1.38.0 --database data.json --format json",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("no %q in the page", want)
		}
	}
}

func TestFoundOfNoCase(t *testing.T) {
	s := scene{cases: []labelled{{name: "quiet one"}}, results: []result{{tool: pluto(""), outcomes: []outcome{quiet}}}}
	for _, name := range []string{"renamed", "quiet one"} {
		if said, err := s.Found("pluto", name); err == nil {
			t.Errorf("%s: %s", name, said)
		}
	}
}

// The README's table is of the page, without its links.
func TestReadme(t *testing.T) {
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	page := regexp.MustCompile(`\[([^\]]+)\](\[[^\]]*\])?`).ReplaceAllString(read("docs/comparison.md"), "$1")
	page = strings.ReplaceAll(page, "| … ", "| deprecated APIs ")
	_, section, _ := strings.Cut(read("README.md"), "\n## Beside other tools\n")
	section, _, _ = strings.Cut(section, "\n## ")
	rows := 0
	for line := range strings.Lines(section) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		rows++
		if !strings.Contains(page, "\n"+line) {
			t.Errorf("docs/comparison.md has no such row: %s", line)
		}
	}
	if rows < 15 {
		t.Errorf("%d rows were found", rows)
	}
}
