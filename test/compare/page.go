package main

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"
)

// page.md has what is written by hand; figures come from the run alone.
//
//go:embed page.md
var files embed.FS

func render(scenes []scene, data string, at time.Time) ([]byte, error) {
	parsed, err := template.New("page.md").Funcs(template.FuncMap{
		"outcomes": outcomes, "totals": totals, "commands": commands, "besides": besides, "traffic": requests,
	}).ParseFS(files, "page.md")
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = parsed.Execute(&page, map[string]any{
		"Date": at.Format(time.DateOnly), "Data": data, "Pluto": scenes[0].of("pluto").version, "Kubepug": scenes[0].of("kubepug").version,
		"Newer": scenes[0], "Older": scenes[1], "Files": scenes[2],
	})
	return page.Bytes(), err
}

func (s scene) of(tool string) result {
	return s.results[slices.IndexFunc(s.results, func(r result) bool { return r.name == tool })]
}

// Found says whether a tool finds a case.
func (s scene) Found(tool, name string) (string, error) {
	at := slices.IndexFunc(s.cases, func(l labelled) bool { return l.name == name })
	if at < 0 {
		return "", fmt.Errorf("page.md: no case is called %q", name)
	}
	switch s.of(tool).outcomes[at] {
	case found:
		return "yes", nil
	case unnamed:
		return string(unnamed), nil
	case missed:
		return "no", nil
	default:
		return "", fmt.Errorf("page.md: %q is no case in use", name)
	}
}

// ListsSecrets says whether a tool lists Secrets other than Helm's.
func (s scene) ListsSecrets(tool string) string { return yes(s.of(tool).allSecrets > 0) }

// AsksDeprecated says whether a tool sends requests to versions that the server calls deprecated.
func (s scene) AsksDeprecated(tool string) string { return yes(s.of(tool).deprecated > 0) }

func yes(it bool) string {
	if it {
		return "yes"
	}
	return "no"
}

// head is a header of a table with a column for each tool.
func head(first string, results []result) string {
	text, line := "| "+first+" |", "\n| --- |"
	for _, r := range results {
		text, line = text+" "+r.name+" |", line+" --- |"
	}
	return text + line + "\n"
}

// outcomes is a table of the cases, those that are in use first.
func outcomes(s scene) string {
	var table strings.Builder
	for _, used := range []bool{true, false} {
		first := "in use, to be found"
		if !used {
			first = "not in use any more, not to be reported"
		}
		table.WriteString(head(first, s.results))
		for i, l := range s.cases {
			if l.used != used {
				continue
			}
			fmt.Fprintf(&table, "| %s |", l.name)
			for _, r := range s.results {
				cell := string(r.outcomes[i])
				if bad := r.outcomes[i] == missed || r.outcomes[i] == falsely; bad {
					cell = "**" + cell + "**"
				}
				fmt.Fprintf(&table, " %s |", cell)
			}
			table.WriteString("\n")
		}
		table.WriteString("\n")
	}
	return strings.TrimSpace(table.String())
}

func totals(s scene) string {
	var table strings.Builder
	table.WriteString(head("", s.results))
	for _, o := range []struct {
		outcome
		title string
	}{{found, "found"}, {unnamed, "the API reported, the object not named"}, {missed, "missed"}, {falsely, "reported though not in use"}, {quiet, "not in use, and not reported"}} {
		fmt.Fprintf(&table, "| %s |", o.title)
		for _, r := range s.results {
			fmt.Fprintf(&table, " %d |", r.of(o.outcome))
		}
		table.WriteString("\n")
	}
	fmt.Fprintf(&table, "| reported besides |")
	for _, r := range s.results {
		fmt.Fprintf(&table, " %d |", len(r.besides))
	}
	return table.String()
}

// requests is what the audit log tells of each tool.
func requests(s scene) string {
	var table strings.Builder
	table.WriteString(head("requests", s.results))
	for _, row := range []struct {
		title string
		of    func(traffic) int
	}{
		{"all", func(t traffic) int { return t.requests }},
		{"to versions that the server calls deprecated", func(t traffic) int { return t.deprecated }},
		{"lists of all Secrets, not only of Helm's", func(t traffic) int { return t.allSecrets }},
		{"other than get, list and watch", func(t traffic) int { return t.writes }},
	} {
		fmt.Fprintf(&table, "| %s |", row.title)
		for _, r := range s.results {
			fmt.Fprintf(&table, " %d |", row.of(r.traffic))
		}
		table.WriteString("\n")
	}
	return strings.TrimSpace(table.String())
}

// commands are the command lines, without the folders of the run.
func commands(s scene) string {
	var lines []string
	for _, r := range s.results {
		var words []string
		for _, argument := range r.arguments {
			if strings.HasSuffix(argument, "/"+database) {
				argument = database
			}
			words = append(words, argument)
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

// besides lists the APIs of findings that no case is about.
func besides(s scene) string {
	var lines []string
	for _, r := range s.results {
		number := map[string]int{}
		var apis []string
		for _, f := range r.besides {
			api := "`" + f.api + "` " + f.kind
			if number[api] == 0 {
				apis = append(apis, api)
			}
			number[api]++
		}
		for i, api := range apis {
			apis[i] = fmt.Sprintf("%s (%d)", api, number[api])
		}
		if len(apis) > 0 {
			lines = append(lines, fmt.Sprintf("- %s: %s", r.name, strings.Join(apis, ", ")))
		}
	}
	if len(lines) == 0 {
		return "Nobody reports anything besides."
	}
	return "Reported besides, objects that no case is about:\n\n" + strings.Join(lines, "\n")
}
