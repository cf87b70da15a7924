// Command compatibility turns what `go test -json` says of the tests of several
// minors into docs/compatibility.md. It prints what failed, and then fails itself
// and leaves the page as it is.
//
//	go test -json -run ^TestMatrix ./test/e2e | go run ./hack/compatibility docs/compatibility.md
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

const (
	everyCommand = "TestMatrixCompatibility"
	everyAPI     = "TestMatrixTheAPIIndexIsWhatServersServe"
)

func main() {
	if err := run(os.Stdin, os.Stderr, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "compatibility:", err)
		os.Exit(1)
	}
}

func run(events io.Reader, failures io.Writer, file string) error {
	tests, err := read(events, failures)
	if err != nil {
		return err
	}
	page, err := render(tests)
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(page), 0o644)
}

// read returns the names of the tests that passed, in their order. Any other outcome is an error.
func read(events io.Reader, failures io.Writer) ([]string, error) {
	var passed, others []string
	ended := false
	output := map[string][]string{}
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &event) != nil {
			fmt.Fprintln(failures, lines.Text()) // what the compiler says
			others = append(others, "a line that is no event")
			continue
		}
		switch event.Action {
		case "output", "build-output":
			output[event.Test] = append(output[event.Test], event.Output)
		case "pass":
			if event.Test == "" {
				ended = true
			} else {
				passed = append(passed, event.Test)
			}
		case "fail", "skip", "build-fail":
			others = append(others, strings.TrimSpace(event.Test+" "+event.Action))
			fmt.Fprint(failures, strings.Join(output[event.Test], ""))
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(others) > 0 {
		return nil, fmt.Errorf("not all passed: %s", strings.Join(others, ", "))
	}
	if !ended {
		return nil, errors.New("the tests did not come to their end")
	}
	return passed, nil
}

func render(passed []string) (string, error) {
	var servers, rows, further []string
	outcome := map[string]bool{}
	for _, test := range passed {
		parts := strings.SplitN(test, "/", 3)
		switch {
		case parts[0] == everyCommand && len(parts) == 3:
			row := strings.ReplaceAll(parts[2], "_", " ")
			servers, rows = appendNew(servers, parts[1]), appendNew(rows, row)
			outcome[parts[1]+row] = true
		case parts[0] == everyAPI && len(parts) == 2:
			outcome[parts[1]+everyAPI] = true
		case len(parts) == 1 && test != everyCommand && test != everyAPI:
			further = append(further, test)
		}
	}
	if len(servers) == 0 {
		return "", errors.New("no test of " + everyCommand + " passed")
	}

	var page strings.Builder
	page.WriteString(`# Compatibility

Written by ` + "`make test-matrix`" + `, which builds real kube-apiservers and kubectls of these versions and runs the plugin against each,
through the kubectl of that version. The whole [end-to-end suite](../test/e2e) runs on the newest. Before 1.24 the module of
Kubernetes does not build: it lacks the OpenAPI that is generated for kube-apiserver.

| | ` + strings.Join(servers, " | ") + " |\n| --- |" + strings.Repeat(" :---: |", len(servers)) + "\n")
	line := func(title, row string) error {
		page.WriteString("| " + title + " |")
		for _, server := range servers {
			if !outcome[server+row] {
				return fmt.Errorf("%s was not run on %s", row, server)
			}
			page.WriteString(" ok |")
		}
		page.WriteString("\n")
		return nil
	}
	for _, row := range rows {
		if err := line(row, row); err != nil {
			return "", err
		}
	}
	if err := line("API lifecycle: what discovery lists, with every API and feature on", everyAPI); err != nil {
		return "", err
	}
	page.WriteString("\nWhat is particular to one minor, or takes servers of two:\n\n")
	slices.Sort(further)
	for _, test := range further {
		page.WriteString("- `" + test + "`: ok\n")
	}
	return page.String(), nil
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
