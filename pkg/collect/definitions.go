package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Numbers of the fields that are read, by generated.proto of
// k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.
const (
	definitionSpec   = 2
	definitionStatus = 3

	specGroup    = 1
	specNames    = 3
	specScope    = 4
	specVersions = 7

	namesPlural = 1
	namesKind   = 4

	versionName       = 1
	versionServed     = 2
	versionStorage    = 3
	versionDeprecated = 7
	versionWarning    = 8

	statusStoredVersions = 3
)

const namespaceScoped = "Namespaced"

const hiddenDefinitions = "versions of custom resources, and who uses them"

func definitionPermissions() []Permission {
	return []Permission{{
		Verb: "list", Group: "apiextensions.k8s.io", Resource: "customresourcedefinitions", Source: v1alpha1.SourceDefinitions, Hides: hiddenDefinitions,
		Why: "Versions of custom resources. The objects of those with deprecated versions need a rule for their own groups.",
	}}
}

// definitions reads all CustomResourceDefinitions. They are most of what there
// is to read: hundreds of schemas of up to a megabyte, none of which is decoded.
func (l *lister) definitions(ctx context.Context) (*v1alpha1.CustomResourceDefinitions, error) {
	found := &v1alpha1.CustomResourceDefinitions{}
	all := selection{
		GroupVersionResource: schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"},
		accept:               acceptProtobuf,
		limit:                largeObjects,
	}
	begin := func() { found.Definitions = []v1alpha1.CustomResourceDefinition{} }
	err := l.each(ctx, all, begin, func(e encoded) error {
		d, err := readDefinition(e)
		found.Definitions = append(found.Definitions, d)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found.Definitions, func(a, b v1alpha1.CustomResourceDefinition) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
	})
	return found, nil
}

func readDefinition(e encoded) (d v1alpha1.CustomResourceDefinition, err error) {
	if e.asJSON {
		d, err = decodeDefinitionJSON(e.body)
	} else {
		d, err = decodeDefinition(e.body)
	}
	if err == nil && (d.Group == "" || d.Resource == "" || len(d.Versions) == 0) {
		err = fmt.Errorf("definition of %q in group %q has %d versions", d.Resource, d.Group, len(d.Versions))
	}
	return d, err
}

func decodeDefinition(message []byte) (v1alpha1.CustomResourceDefinition, error) {
	var d v1alpha1.CustomResourceDefinition
	err := eachField(message, func(f field) error {
		switch f.number {
		case definitionSpec:
			return decodeDefinitionSpec(&d, f.bytes)
		case definitionStatus:
			return eachField(f.bytes, func(f field) error {
				if f.number == statusStoredVersions {
					d.StoredVersions = append(d.StoredVersions, string(f.bytes))
				}
				return nil
			})
		}
		return nil
	})
	return d, err
}

func decodeDefinitionSpec(d *v1alpha1.CustomResourceDefinition, message []byte) error {
	return eachField(message, func(f field) error {
		switch f.number {
		case specGroup:
			d.Group = string(f.bytes)
		case specScope:
			d.Namespaced = string(f.bytes) == namespaceScoped
		case specNames:
			return eachField(f.bytes, func(f field) error {
				switch f.number {
				case namesPlural:
					d.Resource = string(f.bytes)
				case namesKind:
					d.Kind = string(f.bytes)
				}
				return nil
			})
		case specVersions:
			v, err := decodeDefinitionVersion(f.bytes)
			d.Versions = append(d.Versions, v)
			return err
		}
		return nil
	})
}

func decodeDefinitionVersion(message []byte) (v1alpha1.CustomResourceVersion, error) {
	var v v1alpha1.CustomResourceVersion
	err := eachField(message, func(f field) error {
		switch f.number {
		case versionName:
			v.Name = string(f.bytes)
		case versionServed:
			v.Served = f.value != 0
		case versionStorage:
			v.Storage = f.value != 0
		case versionDeprecated:
			v.Deprecated = f.value != 0
		case versionWarning:
			v.Warning = string(f.bytes)
		}
		return nil
	})
	return v, err
}

// decodeDefinitionJSON reads what a server sends, or a proxy before it, that
// does not speak protobuf.
func decodeDefinitionJSON(text []byte) (v1alpha1.CustomResourceDefinition, error) {
	var from struct {
		Spec struct {
			Group string `json:"group"`
			Scope string `json:"scope"`
			Names struct {
				Plural string `json:"plural"`
				Kind   string `json:"kind"`
			} `json:"names"`
			Versions []struct {
				Name               string `json:"name"`
				Served             bool   `json:"served"`
				Storage            bool   `json:"storage"`
				Deprecated         bool   `json:"deprecated"`
				DeprecationWarning string `json:"deprecationWarning"`
			} `json:"versions"`
		} `json:"spec"`
		Status struct {
			StoredVersions []string `json:"storedVersions"`
		} `json:"status"`
	}
	if err := json.Unmarshal(text, &from); err != nil {
		return v1alpha1.CustomResourceDefinition{}, err
	}
	d := v1alpha1.CustomResourceDefinition{
		Group: from.Spec.Group, Resource: from.Spec.Names.Plural, Kind: from.Spec.Names.Kind,
		Namespaced: from.Spec.Scope == namespaceScoped, StoredVersions: from.Status.StoredVersions,
	}
	for _, v := range from.Spec.Versions {
		d.Versions = append(d.Versions, v1alpha1.CustomResourceVersion{
			Name: v.Name, Served: v.Served, Storage: v.Storage, Deprecated: v.Deprecated, Warning: v.DeprecationWarning,
		})
	}
	return d, nil
}
