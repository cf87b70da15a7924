// Package layers keeps the direction of dependencies: main, commands,
// {collect, rules, printer}, catalog, {version, api}.
package layers

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kubectl-versions/kubectl-versions/"

// mayImport lists, for every package, the packages of this module that it may
// import. A package that is missing fails the test.
func mayImport() map[string][]string {
	base := []string{"pkg/api/v1alpha1", "pkg/calendar", "pkg/version"}
	facts := append([]string{"pkg/catalog"}, base...)
	return map[string][]string{
		"pkg/version":       {},
		"pkg/calendar":      {},
		"pkg/api/v1alpha1":  {"pkg/calendar", "pkg/version"},
		"pkg/catalog":       base,
		"pkg/catalog/store": facts,
		"pkg/live":          {"pkg/api/v1alpha1"},
		"pkg/collect":       append([]string{"pkg/apilifecycle", "pkg/manifest"}, facts...),
		"pkg/manifest":      {"pkg/api/v1alpha1"},
		"pkg/auditlog":      {"pkg/api/v1alpha1", "pkg/apilifecycle"},
		"pkg/deprecation":   append([]string{"pkg/apilifecycle", "pkg/facts"}, facts...),
		"pkg/apilifecycle":  {"pkg/version"},
		"pkg/facts":         facts,
		"pkg/skew":          append([]string{"pkg/facts"}, facts...),
		"pkg/support":       append([]string{"pkg/facts"}, facts...),
		"pkg/plan":          append([]string{"pkg/apilifecycle", "pkg/deprecation", "pkg/facts", "pkg/plan/gate", "pkg/skew"}, facts...),
		"pkg/plan/gate":     append([]string{"pkg/apilifecycle", "pkg/facts"}, facts...),
		"pkg/findings":      base,
		"pkg/diff":          append([]string{"pkg/findings"}, base...),
		"pkg/overview":      append([]string{"pkg/apilifecycle", "pkg/deprecation", "pkg/facts", "pkg/plan", "pkg/skew", "pkg/support"}, facts...),
		"pkg/printer":       append([]string{"pkg/findings"}, base...),
		"pkg/cmd": append([]string{
			"pkg/apilifecycle", "pkg/auditlog", "pkg/catalog/store", "pkg/collect", "pkg/deprecation", "pkg/diff", "pkg/facts", "pkg/findings", "pkg/live", "pkg/manifest", "pkg/overview", "pkg/plan",
			"pkg/printer", "pkg/skew", "pkg/support",
		}, facts...),
		"cmd/kubectl-versions": {"pkg/cmd"},
		"hack/apilifecycle":    {"pkg/apilifecycle", "pkg/version"},
		"hack/catalog":         facts,
		"hack/compatibility":   {},
		"hack/docs":            {"pkg/api/v1alpha1", "pkg/apilifecycle", "pkg/catalog", "pkg/cmd", "pkg/collect", "pkg/version"},
		"hack/repository":      {},
		"hack/layers":          {},
		"test/dist":            {},
		"test/e2e":             {},
		"test/krew":            {},
		"test/bench":           {"test/launch"},
		"test/bench/profiled":  {"pkg/cmd"},
		"test/launch":          {},
		"test/bench/sweep":     {},
	}
}

// pure packages evaluate: they have no client, command line, clock or environment.
func pure(name string) bool {
	return slices.Contains([]string{"pkg/version", "pkg/calendar", "pkg/api/v1alpha1", "pkg/apilifecycle", "pkg/catalog", "pkg/facts", "pkg/findings", "pkg/deprecation", "pkg/diff", "pkg/overview", "pkg/plan", "pkg/plan/gate", "pkg/skew", "pkg/support"}, name)
}

type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,Imports,Deps", module+"...")
	list.Dir = filepath.Join("..", "..")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var found []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module) {
			found = append(found, p)
		}
	}
	return found
}

func TestPackagesImportOnlyWhatIsBelowThem(t *testing.T) {
	allowed := mayImport()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		below, known := allowed[name]
		if !known {
			t.Errorf("%s has no place in the layers: add it to mayImport", name)
			continue
		}
		for _, imported := range p.Imports {
			own, isOwn := strings.CutPrefix(imported, module)
			if isOwn && !slices.Contains(below, own) {
				t.Errorf("%s must not import %s", name, own)
			}
		}
	}
}

func TestOnlyCommandsAndCollectReachACluster(t *testing.T) {
	reaching := []string{"k8s.io/client-go", "k8s.io/cli-runtime", "k8s.io/kubectl", "github.com/spf13/"}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if !pure(name) {
			continue
		}
		for _, dependency := range p.Deps {
			for _, prefix := range reaching {
				if strings.HasPrefix(dependency, prefix) {
					t.Errorf("%s is pure, and depends on %s", name, dependency)
				}
			}
		}
		for _, imported := range p.Imports {
			if slices.Contains([]string{"os", "os/exec", "net", "net/http", "log", "k8s.io/klog/v2"}, imported) {
				t.Errorf("%s is pure, and imports %s", name, imported)
			}
		}
	}
}

func TestPurePackagesReadNoClock(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if !pure(name) {
			continue
		}
		for _, file := range p.GoFiles {
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				selector, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := selector.X.(*ast.Ident); ok && slices.Contains([]string{"time", "metav1"}, x.Name) && slices.Contains([]string{"Now", "Since", "Until", "After", "Tick"}, selector.Sel.Name) {
					t.Errorf("%s/%s calls %s.%s", name, file, x.Name, selector.Sel.Name)
				}
				return true
			})
		}
	}
}
