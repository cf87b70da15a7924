package catalog

import (
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// Images are container images that get no new versions.
type Images struct {
	AsOf    calendar.Date  `json:"asOf"`
	Retired []RetiredImage `json:"retired"`
}

// RetiredImage is a registry, or a project with its images.
type RetiredImage struct {
	Name string `json:"name"`
	// Registry is the host that all images of the registry begin with.
	Registry string `json:"registry,omitempty"`
	// Paths are those of a project's images; a mirror puts a host and more
	// before them: registry.example.com/mirror/ingress-nginx/controller.
	Paths []string `json:"paths,omitempty"`
	// Since is the day after which nothing new appeared.
	Since calendar.Date `json:"since"`
	// MayVanish is true where nobody promises that the images can be pulled for ever.
	MayVanish bool `json:"mayVanish,omitempty"`
	// Instead says what to do.
	Instead string `json:"instead"`
	Source  string `json:"source"`
}

// Has reports whether a repository, which is an image without tag and digest,
// is of the registry or the project.
func (r *RetiredImage) Has(repository string) bool {
	if r.Registry != "" {
		return strings.HasPrefix(repository, r.Registry+"/")
	}
	return slices.ContainsFunc(r.Paths, func(path string) bool {
		return repository == path || strings.HasSuffix(repository, "/"+path)
	})
}

// beside are both lists, or the one that there is.
func (i *Images) beside(base *Images) *Images {
	switch {
	case i == nil:
		return base
	case base == nil:
		return i
	default:
		return &Images{AsOf: base.AsOf, Retired: slices.Concat(base.Retired, i.Retired)}
	}
}

func (i *Images) validate(fault faults) {
	if i.AsOf.IsZero() {
		fault("asOf is missing")
	}
	for _, r := range i.Retired {
		if r.Name == "" || r.Since.IsZero() || r.Instead == "" || r.Source == "" {
			fault("%q needs a name, a day, what to do instead, and a source", r.Name)
		}
		if (r.Registry == "") == (len(r.Paths) == 0) || slices.Contains(r.Paths, "") {
			fault("%q needs either a registry or paths", r.Name)
		}
	}
}
