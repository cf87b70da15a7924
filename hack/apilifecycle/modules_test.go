package main

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// ownModule is the version of k8s.io/api that this module builds with, and its types.
func ownModule(t *testing.T) (string, []apiType) {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Version}} {{.Dir}}", "k8s.io/api")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	v, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	types, err := readTypes(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return v, types
}

// compiled calls the lifecycle methods of a type.
func compiled(object runtime.Object) lifecycle {
	var l lifecycle
	if o, ok := object.(interface{ APILifecycleIntroduced() (int, int) }); ok {
		l.introduced.Major, l.introduced.Minor = o.APILifecycleIntroduced()
	}
	if o, ok := object.(interface{ APILifecycleDeprecated() (int, int) }); ok {
		l.deprecated.Major, l.deprecated.Minor = o.APILifecycleDeprecated()
	}
	if o, ok := object.(interface{ APILifecycleRemoved() (int, int) }); ok {
		l.removed.Major, l.removed.Minor = o.APILifecycleRemoved()
	}
	if o, ok := object.(interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}); ok {
		l.replacement = o.APILifecycleReplacement()
	}
	return l
}

func TestSourcesSayWhatCompiledTypesSay(t *testing.T) {
	_, types := ownModule(t)
	read := map[schema.GroupVersionKind]bool{}
	for _, typ := range types {
		read[typ.GroupVersionKind] = true
		object, err := scheme.Scheme.New(typ.GroupVersionKind)
		switch {
		case err != nil && typ.resource():
			t.Errorf("%s: %v", typ.GroupVersionKind, err)
		case err == nil && compiled(object) != typ.lifecycle:
			t.Errorf("%s: compiled %+v, read %+v", typ.GroupVersionKind, compiled(object), typ.lifecycle)
		}
	}
	for gvk, typ := range scheme.Scheme.AllKnownTypes() {
		_, hasObjectMeta := typ.FieldByName("ObjectMeta")
		if hasObjectMeta && gvk.Version != runtime.APIVersionInternal && !read[gvk] {
			t.Errorf("%s: compiled, not read", gvk)
		}
	}
}

// The index must be written again when this module moves to types that say otherwise.
func TestIndexSaysWhatOwnModuleSays(t *testing.T) {
	x, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	v, types := ownModule(t)
	if own, err := kubernetes(v); err != nil || own != x.Newest {
		t.Errorf("k8s.io/api is at %s, the index at %s: %v", v, x.Newest, err)
	}
	for _, typ := range types {
		a := x.Kind(typ.GroupVersionKind)
		corrected := slices.ContainsFunc(corrections(), func(c correction) bool { return c.api == typ.GroupVersionKind })
		switch {
		case a == nil && !typ.resource(), corrected:
		case a == nil:
			t.Errorf("%s is not in the index", typ.GroupVersionKind)
		case !typ.resource():
			t.Errorf("%s is in the index, and no resource", typ.GroupVersionKind)
		case a.Deprecated != typ.deprecated || a.Removed != typ.removed || a.Namespaced != typ.namespaced():
			t.Errorf("%s: %+v, the module says %+v", typ.GroupVersionKind, a, typ)
		}
	}
}

func TestIndexIsMadeOfTheModules(t *testing.T) {
	x, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range modules() {
		for _, v := range m.versions {
			want = append(want, m.path+"@"+v)
		}
	}
	if !slices.Equal(x.Modules, want) {
		t.Errorf("the index was made of other modules, run: go run ./hack/apilifecycle index")
	}
	data, err := encode(x)
	if err != nil {
		t.Fatal(err)
	}
	if present, err := os.ReadFile("../../pkg/apilifecycle/data/index.json"); err != nil || string(present) != string(data) {
		t.Errorf("the index is not in the form in which it is written: %v", err)
	}
}

func TestModuleMinors(t *testing.T) {
	for given, want := range map[string]version.Minor{"v0.37.2": minor(37), "v0.16.15": minor(16), "v1.37.2": {}, "master": {}} {
		if got, err := kubernetes(given); got != want || (err != nil) != want.IsZero() {
			t.Errorf("%s: got %s, %v", given, got, err)
		}
	}
}
