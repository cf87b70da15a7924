package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fuzzed are the functions of the tests that take a *testing.F, each behind its directory.
func fuzzed(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, name := range tracked(t, "*_test.go") {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Fuzz") && len(f.Type.Params.List) == 1 {
				all = append(all, path.Dir(name)+" "+f.Name.Name)
			}
		}
	}
	slices.Sort(all)
	return all
}

func TestEveryFuzzTargetIsRun(t *testing.T) {
	listed, err := exec.CommandContext(t.Context(), filepath.Join(root, "hack", "fuzz.sh"), "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	targets := strings.Split(strings.TrimSpace(string(listed)), "\n")
	slices.Sort(targets)
	if diff := cmp.Diff(fuzzed(t), targets); diff != "" {
		t.Errorf("hack/fuzz.sh runs other targets (-source +run): %s", diff)
	}
	if !slices.Contains(targetsIn(".ci/run", read(t, ".ci/run")), "fuzz") || !slices.Contains(readWorkflow(t, workflows+"/test.yaml").matrix("target"), "fuzz") {
		t.Error("the gate, or the workflow of tests, does not make fuzz")
	}
}
