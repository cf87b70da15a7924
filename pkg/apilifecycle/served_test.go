package apilifecycle

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// served is a resource of the made-up index.
func served(version, resource, kind string, namespaced bool) Served {
	return Served{
		GroupVersionResource: schema.GroupVersionResource{Group: "example.k8s.io", Version: version, Resource: resource},
		Kind:                 kind, Namespaced: namespaced,
	}
}

// The made-up index has v1 since 1.31, v1beta1 from 1.29 to 1.33, v1alpha1 to 1.29.
func TestCompareServed(t *testing.T) {
	v1, beta, alpha := served("v1", "widgets", "Widget", true), served("v1beta1", "widgets", "Widget", true), served("v1alpha1", "widgets", "Widget", true)
	for name, test := range map[string]struct {
		at     int
		served []Served
		want   []string
	}{
		"alpha alone, before all":          {28, []Served{alpha}, nil},
		"in the last minor of alpha":       {29, []Served{alpha, beta}, nil},
		"in the minor that removes alpha":  {30, []Served{beta}, nil},
		"in the first minor of v1":         {31, []Served{v1, beta}, nil},
		"in the last minor of beta":        {33, []Served{beta, v1}, nil},
		"in the minor that removes beta":   {34, []Served{v1}, nil},
		"beta lives longer than the index": {34, []Served{v1, beta}, []string{"example.k8s.io/v1beta1 widgets: served, removed in 1.34"}},
		"beta ends before":                 {33, []Served{v1}, []string{"example.k8s.io/v1beta1 widgets: not served, removed only in 1.34"}},
		"v1 comes before":                  {30, []Served{v1, beta}, []string{"example.k8s.io/v1 widgets: served, introduced in 1.31"}},
		"v1 comes later":                   {31, []Served{beta}, []string{"example.k8s.io/v1 widgets: not served, introduced in 1.31 and not removed"}},
		"a resource that the index lacks": {
			34, []Served{v1, served("v1", "gadgets", "Gadget", false)},
			[]string{"example.k8s.io/v1 gadgets: served, not in the index"},
		},
		"another name": {
			34, []Served{served("v1", "widgetes", "Widget", true)},
			[]string{
				"example.k8s.io/v1 widgetes: served, not in the index",
				"example.k8s.io/v1 widgets: not served, introduced in 1.31 and not removed",
			},
		},
		"another kind and scope": {
			34, []Served{served("v1", "widgets", "Gadget", false)},
			[]string{
				"example.k8s.io/v1 widgets: served as kind Gadget, not Widget",
				"example.k8s.io/v1 widgets: served with namespaced false, not true",
			},
		},
		"a server that serves nothing": {
			31, nil,
			[]string{
				"example.k8s.io/v1 widgets: not served, introduced in 1.31 and not removed",
				"example.k8s.io/v1beta1 widgets: not served, removed only in 1.34",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range valid().CompareServed(minor(test.at), test.served) {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}
