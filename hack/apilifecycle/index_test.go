package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// widget is a namespaced resource of the group example.k8s.io, in one version,
// with lifecycle methods for each minor that is not zero.
func widget(version string, introduced, deprecated, removed int) apiType {
	t := apiType{
		GroupVersionKind: schema.GroupVersionKind{Group: "example.k8s.io", Version: version, Kind: "Widget"},
		tags:             []string{"genclient"},
	}
	if introduced != 0 {
		t.introduced = minor(introduced)
	}
	if deprecated != 0 {
		t.deprecated = minor(deprecated)
	}
	if removed != 0 {
		t.removed = minor(removed)
	}
	return t
}

// replacedBy names a version of the same kind in the method.
func replacedBy(t apiType, version string) apiType {
	t.replacement = t.GroupVersionKind
	t.replacement.Version = version
	return t
}

// from is a history that begins at a minor, with the types of each.
func from(first int, types ...[]apiType) history {
	h := history{path: "example"}
	for i, ts := range types {
		h.snapshots = append(h.snapshots, snapshot{module: fmt.Sprintf("example@v0.%d.0", first+i), minor: minor(first + i), types: ts})
	}
	return h
}

// lines are the APIs of an index: version introduced–deprecated–removed → replacement.
func lines(x *apilifecycle.Index) []string {
	var all []string
	for i := range x.APIs {
		a := &x.APIs[i]
		line := fmt.Sprintf("%s %s–%s–%s", a.Version, a.Introduced, a.Deprecated, a.Removed)
		if a.Planned {
			line += " planned"
		}
		if r := a.Replacement; r != nil {
			line += fmt.Sprintf(" → %s since %s", r.Version, r.Since)
		}
		all = append(all, strings.ReplaceAll(line, "0.0", "?"))
	}
	return all
}

func TestIndex(t *testing.T) {
	stable := widget("v1", 31, 0, 0)
	for name, test := range map[string]struct {
		history     history
		corrections []correction
		want        []string
	}{
		"a beta that the newest module still has": {
			history: from(30, []apiType{widget("v1beta1", 30, 33, 36)}),
			want:    []string{"v1beta1 1.30–1.33–1.36 planned"},
		},
		"the newest module knows best": {
			history: from(30,
				[]apiType{widget("v1beta1", 30, 33, 36)},
				[]apiType{stable, replacedBy(widget("v1beta1", 30, 31, 35), "v1")},
			),
			want: []string{"v1 1.31–?–?", "v1beta1 1.30–1.31–1.35 planned → v1 since 1.31"},
		},
		"a removal in the newest minor is done": {
			history: from(30, []apiType{widget("v1beta1", 24, 27, 30)}),
			want:    []string{"v1beta1 1.24–1.27–1.30"},
		},
		"a beta that vanishes in the minor of its removal": {
			history: from(29, []apiType{widget("v1beta1", 24, 27, 30)}, []apiType{}),
			want:    []string{"v1beta1 1.24–1.27–1.30"},
		},
		"a beta that vanishes long after its removal": {
			history: from(29, []apiType{widget("v1beta1", 16, 19, 22)}, []apiType{}),
			want:    []string{"v1beta1 1.16–1.19–1.22"},
		},
		"an alpha that vanishes before its removal was removed then": {
			history: from(28, []apiType{widget("v1alpha1", 26, 28, 31)}, []apiType{}, []apiType{}),
			want:    []string{"v1alpha1 1.26–1.28–1.29"},
		},
		"an alpha that vanishes before its deprecation was never deprecated": {
			history: from(28, []apiType{widget("v1alpha1", 28, 31, 34)}, []apiType{}),
			want:    []string{"v1alpha1 1.28–?–1.29"},
		},
		"an alpha without methods has the minors of the modules": {
			history: from(27, []apiType{}, []apiType{widget("v1alpha1", 0, 0, 0)}, []apiType{}),
			want:    []string{"v1alpha1 1.28–?–1.29"},
		},
		"an alpha without methods in the oldest module is older": {
			history: from(28, []apiType{widget("v1alpha1", 0, 0, 0)}, []apiType{}),
			want:    []string{"v1alpha1 ?–?–1.29"},
		},
		"nothing is introduced before its type": {
			history: from(26, []apiType{}, []apiType{widget("v1alpha1", 26, 29, 32)}),
			want:    []string{"v1alpha1 1.27–1.29–1.32 planned"},
		},
		"a type of the oldest module is as old as its method says": {
			history: from(26, []apiType{widget("v1beta1", 12, 0, 0)}),
			want:    []string{"v1beta1 1.12–?–?"},
		},
		"a replacement is the most stable version where the method names none": {
			history: from(33, []apiType{stable, widget("v1beta1", 30, 33, 36), widget("v1alpha1", 29, 32, 35)}),
			want: []string{
				"v1 1.31–?–?",
				"v1beta1 1.30–1.33–1.36 planned → v1 since 1.31",
				"v1alpha1 1.29–1.32–1.35 planned → v1 since 1.31",
			},
		},
		"a removed version replaces nothing": {
			history: from(33, []apiType{widget("v1beta1", 24, 27, 30), widget("v1alpha1", 22, 24, 27)}),
			want:    []string{"v1beta1 1.24–1.27–1.30", "v1alpha1 1.22–1.24–1.27"},
		},
		"a less stable version replaces nothing": {
			history: from(33, []apiType{widget("v1beta1", 24, 27, 30), widget("v1alpha1", 33, 0, 0)}),
			want:    []string{"v1beta1 1.24–1.27–1.30", "v1alpha1 1.33–?–?"},
		},
		"a correction replaces the minors of the methods": {
			history: from(33, []apiType{stable, replacedBy(widget("v1alpha1", 22, 24, 27), "v2")}),
			corrections: []correction{
				{api: widget("v1", 0, 0, 0).GroupVersionKind, introduced: minor(23)},
				{api: widget("v1alpha1", 0, 0, 0).GroupVersionKind, removed: minor(24), replacement: "v1"},
			},
			want: []string{"v1 1.23–?–?", "v1alpha1 1.22–?–1.24 → v1 since 1.23"},
		},
		"a type that is no resource is left out, and may vanish": {
			history: from(33, []apiType{stable, {GroupVersionKind: schema.GroupVersionKind{Group: "example.k8s.io", Version: "v1", Kind: "Scale"}}}, []apiType{stable}),
			want:    []string{"v1 1.31–?–?"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			x, err := index([]history{test.history}, test.corrections)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, lines(x)); diff != "" {
				t.Errorf("APIs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestIndexRefuses(t *testing.T) {
	stable := widget("v1", 25, 0, 0)
	for name, test := range map[string]struct {
		histories   []history
		corrections []correction
		want        string
	}{
		"a removed stable version": {
			histories: []history{from(33, []apiType{widget("v1", 25, 30, 33)})},
			want:      "example.k8s.io/v1 Widget: removed in 1.33, and a stable version is never removed",
		},
		"a stable version that vanished": {
			histories: []history{from(32, []apiType{stable}, []apiType{})},
			want:      "example.k8s.io/v1 Widget: gone from the module of 1.33, and not removed by then",
		},
		"a beta that vanished the minor before its removal": {
			histories: []history{from(32, []apiType{widget("v1beta1", 25, 31, 34)}, []apiType{})},
			want:      "example.k8s.io/v1beta1 Widget: gone from the module of 1.33, and not removed by then",
		},
		"a beta without methods": {
			histories: []history{from(32, []apiType{widget("v1beta1", 0, 0, 0)})},
			want:      "example.k8s.io/v1beta1 Widget: no minor in which it was introduced",
		},
		"a type that came back": {
			histories: []history{from(31, []apiType{stable}, []apiType{}, []apiType{stable})},
			want:      "example.k8s.io/v1, Kind=Widget is in 1.31 and 1.33, and not between",
		},
		"a minor left out": {
			histories: []history{{path: "example", snapshots: []snapshot{{minor: minor(31)}, {minor: minor(33)}}}},
			want:      "example: 1.33 follows 1.31",
		},
		"modules of different minors": {
			histories: []history{from(33, []apiType{stable}), from(32, []apiType{})},
			want:      "example ends at 1.32, another module at 1.33",
		},
		"a replacement that is no resource": {
			histories: []history{from(33, []apiType{replacedBy(widget("v1beta1", 30, 31, 34), "v2")})},
			want:      "example.k8s.io/v1beta1 Widget: replaced by example.k8s.io/v2 Widget, which is not in the index",
		},
		"a correction of what is not there": {
			histories:   []history{from(33, []apiType{stable})},
			corrections: []correction{{api: widget("v2", 0, 0, 0).GroupVersionKind, removed: minor(30)}},
			want:        "correction of example.k8s.io/v2, Kind=Widget: not in the modules",
		},
		"a correction that is not needed any more": {
			histories:   []history{from(33, []apiType{stable, replacedBy(widget("v1beta1", 22, 24, 27), "v1")})},
			corrections: []correction{{api: widget("v1beta1", 0, 0, 0).GroupVersionKind, removed: minor(27), replacement: "v1"}},
			want:        "correction of example.k8s.io/v1beta1 Widget: the modules say the same",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := index(test.histories, test.corrections); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestCommand(t *testing.T) {
	for _, test := range []struct {
		args string
		want string
	}{
		{"", "no command: want index or served"},
		{"diff", `unknown command "diff": want index or served`},
		{"index now", `index takes no arguments, got "now"`},
		{"served", "served takes one version of Kubernetes, such as v1.38.0, got []"},
		{"served latest", `served takes one version of Kubernetes, such as v1.38.0, got ["latest"]`},
	} {
		if err := run(t.Context(), strings.Fields(test.args), t.Output()); err == nil || err.Error() != test.want {
			t.Errorf("%q: got %v, want %s", test.args, err, test.want)
		}
	}
}
