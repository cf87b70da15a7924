package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

func TestRetiredImages(t *testing.T) {
	for repository, want := range map[string][]string{
		"k8s.gcr.io/pause":                                                 {"k8s.gcr.io"},
		"k8s.gcr.io/ingress-nginx/controller":                              {"k8s.gcr.io", "ingress-nginx"},
		"registry.k8s.io/pause":                                            nil,
		"registry.k8s.io/ingress-nginx/controller":                         {"ingress-nginx"},
		"registry.k8s.io/ingress-nginx/controller-chroot":                  {"ingress-nginx"},
		"mirror.example.com:5000/registry.k8s.io/ingress-nginx/controller": {"ingress-nginx"},
		"ingress-nginx/controller":                                         {"ingress-nginx"},
		// Of the same names, and not the same.
		"mirror.example.com/k8s.gcr.io/pause":                nil,
		"k8s.gcr.io.example.com/pause":                       nil,
		"registry.k8s.io/ingress-nginx/kube-webhook-certgen": nil,
		"example.com/our-ingress-nginx/controller":           nil,
		"example.com/ingress-nginx/controller/extra":         nil,
	} {
		var got []string
		for _, r := range loaded(t).Images.Retired {
			if r.Has(repository) {
				got = append(got, r.Name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", repository, diff)
		}
	}
}

func TestAnExtensionAddsRetiredImages(t *testing.T) {
	own := &Catalog{Images: &Images{Retired: []RetiredImage{{Name: "our old registry"}}}}
	names := func(c *Catalog) string {
		return spaced(c.Images.Retired, func(r RetiredImage) string { return r.Name })
	}
	base := loaded(t)
	if got, want := names(own.Extend(base)), "k8s.gcr.io ingress-nginx our old registry"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := names((&Catalog{}).Extend(base)), "k8s.gcr.io ingress-nginx"; got != want {
		t.Errorf("without any of its own: got %s, want %s", got, want)
	}
	if got, want := names(own.Extend(&Catalog{})), "our old registry"; got != want {
		t.Errorf("of a base without any: got %s, want %s", got, want)
	}
}

func TestValidateRefusesImages(t *testing.T) {
	const (
		needs  = `images: "k8s.gcr.io" needs a name, a day, what to do instead, and a source`
		either = `images: "k8s.gcr.io" needs either a registry or paths`
	)
	registry := func(spoil func(r *RetiredImage)) func(c *Catalog) {
		return func(c *Catalog) { spoil(&c.Images.Retired[0]) }
	}
	spoiled{
		"without a day of the whole": {func(c *Catalog) { c.Images.AsOf = calendar.Date{} }, "images: asOf is missing"},
		"without a name": {registry(func(r *RetiredImage) { r.Name = "" }),
			`images: "" needs a name, a day, what to do instead, and a source`},
		"without a day":                  {registry(func(r *RetiredImage) { r.Since = calendar.Date{} }), needs},
		"without what to do":             {registry(func(r *RetiredImage) { r.Instead = "" }), needs},
		"without a source":               {registry(func(r *RetiredImage) { r.Source = "" }), needs},
		"of nothing":                     {registry(func(r *RetiredImage) { r.Registry = "" }), either},
		"of a registry and of a project": {registry(func(r *RetiredImage) { r.Paths = []string{"pause"} }), either},
		"of a project without a path": {func(c *Catalog) { c.Images.Retired[1].Paths = []string{""} },
			`images: "ingress-nginx" needs either a registry or paths`},
	}.refused(t)
}
