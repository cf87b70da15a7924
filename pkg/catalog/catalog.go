// Package catalog holds what is known about Kubernetes and its platforms
// without asking a cluster: the version skew policy, release calendars, and the
// platforms' own rules.
//
// The data is embedded from data/, carries the day it was gathered and the
// source of each fact, and is checked when it is loaded. A file of the same
// form, as Decode reads it, replaces or extends it.
package catalog

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// Kind of a catalog in a file.
const Kind = "Catalog"

// Catalog is the data. It is not changed after it was loaded.
type Catalog struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// AsOf is the day on which the newest part was gathered.
	AsOf calendar.Date `json:"asOf"`
	// Skew is absent in a catalog that extends another one.
	Skew *Skew `json:"skew,omitempty"`
	// Components are there exactly where Skew is.
	Components *ComponentFacts `json:"components,omitempty"`
	// Platforms; Load and Extend sort them by id.
	Platforms []Platform `json:"platforms"`
	// Images that get no new versions; absent in a catalog that knows none.
	Images *Images `json:"images,omitempty"`
}

//go:embed data
var embedded embed.FS

// Load reads and checks the embedded data. An error means that the data itself
// is wrong, and a test makes sure that it is not.
func Load() (*Catalog, error) {
	c := &Catalog{APIVersion: v1alpha1.GroupVersion.String(), Kind: Kind, Skew: &Skew{}, Components: &ComponentFacts{}, Images: &Images{}}
	for name, part := range map[string]any{"skew.yaml": c.Skew, "components.yaml": c.Components, "images.yaml": c.Images} {
		if err := load(name, part); err != nil {
			return nil, err
		}
	}
	for _, asOf := range []calendar.Date{c.Skew.AsOf, c.Components.AsOf, c.Images.AsOf} {
		if asOf.Compare(c.AsOf) > 0 {
			c.AsOf = asOf
		}
	}
	files, err := embedded.ReadDir("data/platforms")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		var p Platform
		if err := load("platforms/"+file.Name(), &p); err != nil {
			return nil, err
		}
		if name := p.ID + ".yaml"; name != file.Name() {
			return nil, fmt.Errorf("platforms/%s describes %q", file.Name(), p.ID)
		}
		c.Platforms = append(c.Platforms, p)
	}
	calendars, err := embedded.ReadDir("data/releases")
	if err != nil {
		return nil, err
	}
	for _, file := range calendars {
		var releases Releases
		if err := load("releases/"+file.Name(), &releases); err != nil {
			return nil, err
		}
		p := c.Platform(strings.TrimSuffix(file.Name(), ".json"))
		if p == nil {
			return nil, fmt.Errorf("releases/%s belongs to no platform", file.Name())
		}
		p.AsOf, p.Releases = releases.AsOf, releases.Releases
	}
	for _, p := range c.Platforms {
		if p.AsOf.Compare(c.AsOf) > 0 {
			c.AsOf = p.AsOf
		}
	}
	return c, c.Validate()
}

// Releases is a file of data/releases, which hack/catalog writes.
type Releases struct {
	AsOf     calendar.Date `json:"asOf"`
	Releases []Release     `json:"releases"`
}

func load(name string, into any) error {
	data, err := embedded.ReadFile(path.Join("data", name))
	if err != nil {
		return err
	}
	if path.Ext(name) == ".json" {
		err = unmarshalJSON(data, into)
	} else {
		err = yaml.UnmarshalStrict(data, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// unmarshalJSON takes a tenth of the time that YAML does.
func unmarshalJSON(data []byte, into any) error {
	faults, err := json.UnmarshalStrict(data, into)
	return errors.Join(append(faults, err)...)
}

// MaxBytes bounds what Decode reads: the embedded data takes a small part of it.
const MaxBytes = 4 << 20

// Decode reads one catalog document in YAML or JSON, and checks nothing but its
// form. A field that this version does not know is a mistake where somebody
// extends a catalog; a complete one was published by a newer version, and the
// field is passed over.
func Decode(data []byte) (*Catalog, error) {
	c := &Catalog{}
	unknown, err := v1alpha1.DecodeDocument(data, MaxBytes, Kind, "described in docs/catalog.md", c)
	if err == nil && !c.Complete() {
		err = unknown
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Complete reports whether the catalog can stand alone. One without the skew
// policy extends another.
func (c *Catalog) Complete() bool { return c.Skew != nil }

// Extend returns base with the platforms of c, which replace those with the
// same id, and its retired images beside those of base. AsOf stays that of base,
// which is what ages.
func (c *Catalog) Extend(base *Catalog) *Catalog {
	extended := *base
	extended.Platforms = slices.Clone(base.Platforms)
	for _, p := range c.Platforms {
		extended.Platforms = slices.DeleteFunc(extended.Platforms, func(known Platform) bool { return known.ID == p.ID })
		extended.Platforms = append(extended.Platforms, p)
	}
	extended.Images = c.Images.beside(base.Images)
	slices.SortStableFunc(extended.Platforms, func(a, b Platform) int { return cmp.Compare(a.ID, b.ID) })
	return &extended
}

// Platform returns the platform of an id, or nil.
func (c *Catalog) Platform(id string) *Platform {
	i := slices.IndexFunc(c.Platforms, func(p Platform) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Platforms[i]
}

// IDs lists the platforms, for --platform.
func (c *Catalog) IDs() []string {
	ids := make([]string, len(c.Platforms))
	for i, p := range c.Platforms {
		ids[i] = p.ID
	}
	return ids
}

// Age of the catalog on a day, in days.
func (c *Catalog) Age(day calendar.Date) int { return day.Minus(c.AsOf) }
