package apilifecycle

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// valid is an index of 1.33 with three versions of one resource.
func valid() *Index {
	of := func(version string) API {
		return API{Group: "example.k8s.io", Version: version, Kind: "Widget", Resource: "widgets", Namespaced: true}
	}
	v1, beta, alpha := of("v1"), of("v1beta1"), of("v1alpha1")
	v1.Introduced = minor(31)
	beta.Introduced, beta.Deprecated, beta.Removed, beta.Planned = minor(29), minor(31), minor(34), true
	beta.Replacement = &Replacement{Group: "example.k8s.io", Version: "v1", Kind: "Widget", Since: minor(31)}
	alpha.Removed = minor(30)
	alpha.Replacement = &Replacement{Group: "example.k8s.io", Version: "v1beta1", Kind: "Widget", Since: minor(29)}
	return &Index{Newest: minor(33), Modules: []string{"k8s.io/api@v0.33.0"}, APIs: []API{v1, beta, alpha}}
}

func TestValidate(t *testing.T) {
	if err := valid().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		spoil func(x *Index, v1, beta, alpha *API)
		want  string
	}{
		"no modules": {
			func(x *Index, _, _, _ *API) { x.Modules = nil },
			"no newest minor, no modules or no APIs",
		},
		"a version that is none": {
			func(_ *Index, _, _, alpha *API) { alpha.Version = "alpha1" },
			`example.k8s.io/alpha1 Widget: version "alpha1"`,
		},
		"a kind that is none": {
			func(_ *Index, _, _, alpha *API) { alpha.Kind = "widget" },
			`example.k8s.io/v1alpha1 widget: kind "widget"`,
		},
		"a subresource": {
			func(_ *Index, _, _, alpha *API) { alpha.Resource = "widgets/scale" },
			`example.k8s.io/v1alpha1 Widget: resource "widgets/scale"`,
		},
		"a beta without its beginning": {
			func(_ *Index, _, beta, alpha *API) { beta.Introduced, alpha.Replacement = version.Minor{}, nil },
			"example.k8s.io/v1beta1 Widget: no minor in which it was introduced",
		},
		"a version from the future": {
			func(x *Index, v1, beta, _ *API) {
				v1.Introduced, beta.Replacement.Since = minor(34), minor(34)
			},
			"example.k8s.io/v1 Widget: introduced in 1.34, which is newer than 1.33",
		},
		"deprecated before it was introduced": {
			func(_ *Index, _, beta, _ *API) { beta.Deprecated = minor(28) },
			"example.k8s.io/v1beta1 Widget: deprecated in 1.28, introduced in 1.29",
		},
		"removed when it was introduced": {
			func(_ *Index, _, _, alpha *API) { alpha.Introduced = minor(30) },
			"example.k8s.io/v1alpha1 Widget: removed in 1.30, introduced in 1.30",
		},
		"removed when it was deprecated": {
			func(_ *Index, _, beta, _ *API) { beta.Deprecated = minor(34) },
			"example.k8s.io/v1beta1 Widget: removed in 1.34, deprecated in 1.34",
		},
		"a stable version that is removed": {
			func(_ *Index, v1, _, _ *API) { v1.Removed = minor(33) },
			"example.k8s.io/v1 Widget: removed in 1.33, and a stable version is never removed",
		},
		"a plan for a minor that is released": {
			func(_ *Index, _, beta, _ *API) { beta.Removed = minor(33) },
			"example.k8s.io/v1beta1 Widget: planned is true, removed in 1.33, newest is 1.33",
		},
		"a removal in a minor to come that is no plan": {
			func(_ *Index, _, beta, _ *API) { beta.Planned = false },
			"example.k8s.io/v1beta1 Widget: planned is false, removed in 1.34, newest is 1.33",
		},
		"a replacement that is not there": {
			func(_ *Index, _, beta, _ *API) { beta.Replacement.Kind = "WidgetList" },
			"example.k8s.io/v1beta1 Widget: replaced by example.k8s.io/v1 WidgetList, which is not in the index",
		},
		"a replacement since another minor": {
			func(_ *Index, _, beta, _ *API) { beta.Replacement.Since = minor(30) },
			"example.k8s.io/v1beta1 Widget: replaced by example.k8s.io/v1 Widget since 1.30, which was introduced in 1.31",
		},
		"a replacement by itself": {
			func(_ *Index, _, beta, alpha *API) {
				alpha.Replacement = nil
				beta.Replacement = &Replacement{Group: "example.k8s.io", Version: "v1beta1", Kind: "Widget", Since: minor(29)}
			},
			"example.k8s.io/v1beta1 Widget: its replacements lead in a circle",
		},
		"versions out of order": {
			func(x *Index, _, _, _ *API) { x.APIs[0], x.APIs[1] = x.APIs[1], x.APIs[0] },
			"example.k8s.io/v1 Widget: not behind example.k8s.io/v1beta1 Widget",
		},
		"the same twice": {
			func(x *Index, _, _, alpha *API) { x.APIs = append(x.APIs, *alpha) },
			"example.k8s.io/v1alpha1 Widget: not behind example.k8s.io/v1alpha1 Widget\n" +
				"example.k8s.io/v1alpha1 Widget: twice",
		},
		"a kind with two resources": {
			func(x *Index, _, _, alpha *API) {
				other := *alpha
				other.Resource = "widgetz"
				x.APIs = append(x.APIs, other)
			},
			"example.k8s.io/v1alpha1 Widget: twice",
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := valid()
			test.spoil(x, &x.APIs[0], &x.APIs[1], &x.APIs[2])
			if err := x.Validate(); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestValidateFindsLongCircles(t *testing.T) {
	x := valid()
	x.APIs[0].Replacement = &Replacement{Group: "example.k8s.io", Version: "v1beta1", Kind: "Widget", Since: minor(29)}
	want := "example.k8s.io/v1 Widget: its replacements lead in a circle\n" +
		"example.k8s.io/v1beta1 Widget: its replacements lead in a circle\n" +
		"example.k8s.io/v1alpha1 Widget: its replacements lead in a circle"
	if err := x.Validate(); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
