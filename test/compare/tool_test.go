package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const target = "v1.38.0"

func tools() []tool {
	return []tool{versions(), pluto(""), kubepug("", "data.json")}
}

func named(name string) tool {
	all := tools()
	return all[slices.IndexFunc(all, func(t tool) bool { return t.name == name })]
}

func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The outputs in testdata are recorded ones, cut to a few findings.
func TestParse(t *testing.T) {
	budget := finding{"policy/v1beta1", "PodDisruptionBudget", "helm-budget"}
	for name, want := range map[string][]finding{
		"pluto": {budget},
		"kubepug": {
			{"coordination.k8s.io/v1beta1", "LeaseCandidate", "candidate"},
			{"policy/v1beta1", "PodDisruptionBudget", "file-budget"},
		},
		"kubectl-versions": {
			{"coordination.k8s.io/v1beta1", "LeaseCandidate", ""},
			budget,
			{"resource.k8s.io/v1beta1", "ResourceClaim", "applied"}, // written, and not applied-anew, which is stale
			{"resource.k8s.io/v1beta1", "ResourceClaim", "applied"}, // declared
			{"resource.k8s.io/v1beta1", "ResourceClaim", "webhook-old"},
		},
	} {
		got, err := named(name).parse([]byte(recorded(t, name)), target)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// What a tool prints when there is nothing to report is not an error.
func TestParseOfNothing(t *testing.T) {
	for name, output := range map[string]string{
		"pluto":            `{"target-versions":{"k8s":"v1.38.0"}}`,
		"kubepug":          `{"deprecated_apis":null,"deleted_apis":null}`,
		"kubectl-versions": `{"kind":"DeprecationReport","apiVersion":"kubectl-versions.github.io/v1alpha1","target":"1.38","findings":[]}`,
	} {
		if got, err := named(name).parse([]byte(output), target); err != nil || len(got) > 0 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// A form that is not the recorded one is an error, and never nothing found.
func TestParseOfAnotherForm(t *testing.T) {
	for _, tc := range []struct{ tool, old, new, want string }{
		{"pluto", `"items"`, `"findings"`, "output of another form"},
		{"pluto", `"version":"policy/v1beta1"`, `"version":""`, "an item without version"},
		{"pluto", `"kind"`, `"Type"`, "output of another form"},
		{"pluto", `"k8s":"v1.38.0"`, `"k8s":"v1.22.0"`, `judged for "v1.22.0" and not for v1.38.0`},
		{"pluto", "{", "There were no resources found", "output of another form"},
		{"kubepug", `"deprecated_apis"`, `"deprecated"`, `no "deprecated_apis"`},
		{"kubepug", `"deleted_apis"`, `"removed_apis"`, `no "deleted_apis"`},
		{"kubepug", `"deleted_items"`, `"items"`, "output of another form"},
		{"kubepug", `"objectname":"candidate"`, `"objectname":""`, "without a name"},
		{"kubepug", "{", "RESULTS:", "output of another form"},
		{"kubectl-versions", `"findings"`, `"rows"`, "no DeprecationReport with findings"},
		{"kubectl-versions", `"DeprecationReport"`, `"SkewReport"`, "no DeprecationReport"},
		{"kubectl-versions", `"evidence"`, `"proof"`, "without API version, kind, subject or evidence"},
		{"kubectl-versions", `"verdict": "warning"`, `"verdict": "fatal"`, `verdict "fatal"`},
		{"kubectl-versions", `"target": "1.38"`, `"target": "1.37"`, `judged for "1.37"`},
		{"kubectl-versions", "{", "ERROR: ", "output of another form"},
	} {
		text := recorded(t, tc.tool)
		changed := strings.Replace(text, tc.old, tc.new, 1)
		if changed == text {
			t.Fatalf("%s has no %s", tc.tool, tc.old)
		}
		if _, err := named(tc.tool).parse([]byte(changed), target); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s with %s for %s: %v, want %q", tc.tool, tc.new, tc.old, err, tc.want)
		}
	}
}

// A program that fails, or says nothing, has not looked.
func TestRun(t *testing.T) {
	program := func(script string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "pluto"), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for script, want := range map[string]string{
		"exit 0":                                 "printed nothing",
		"echo no rights >&2; exit 1":             "no rights",
		`echo '{"target-versions":{}}'; exit 3`:  "exit status 3",
		`echo '{"target-versions":{}}'`:          "judged for",
		"echo 'no such context' >&2; echo; exit": "printed nothing: no such context",
	} {
		if found, err := named("pluto").run(context.Background(), program(script), []string{"pluto"}, target); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v, want %q", script, found, err, want)
		}
	}
	found, err := named("pluto").run(context.Background(), program(`echo '{"target-versions":{"k8s":"v1.38.0"}}'`), []string{"pluto"}, target)
	if err != nil || len(found) > 0 {
		t.Errorf("%v, %v", found, err)
	}
}

// The data keeps what the API types say, and loses what is only reckoned for versions that are stable.
func TestMarked(t *testing.T) {
	const (
		endpoints = `{"version":"v1","kind":"Endpoints","introduced_version":{"version_major":1},"deprecated_version":{"version_major":1,"version_minor":33}}`
		beta      = `{"group":"resource.k8s.io","version":"v1beta1","kind":"ResourceClaim","introduced_version":{"version_major":1,"version_minor":32},"deprecated_version":{"version_major":1,"version_minor":35}}`
		stable    = `{"group":"resource.k8s.io","version":"v1","kind":"ResourceClaim","introduced_version":{"version_major":1,"version_minor":34},"deprecated_version":{"version_major":1,"version_minor":37}}`
	)
	got, err := marked([]byte("[" + endpoints + "," + stable + "," + beta + "]"))
	if want := "[" + endpoints + "," + beta + "]"; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	for _, data := range []string{"", "{}", "[" + stable + "]"} {
		if got, err := marked([]byte(data)); err == nil {
			t.Errorf("%q becomes %s", data, got)
		}
	}
}
