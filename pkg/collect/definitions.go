package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Numbers of the fields that are read, by generated.proto of
// k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1, and of ListMeta by
// that of k8s.io/apimachinery/pkg/apis/meta/v1.
const (
	listMeta     = 1
	listItems    = 2
	metaContinue = 3

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

// definitions reads all CustomResourceDefinitions. They are most of what there
// is to read: hundreds of schemas of up to a megabyte, none of which is decoded.
func (l *lister) definitions(ctx context.Context) (*v1alpha1.CustomResourceDefinitions, error) {
	found := &v1alpha1.CustomResourceDefinitions{}
	all := selection{
		GroupVersionResource: schema.GroupVersionResource{Group: "apiextensions.k8s.io", Version: "v1", Resource: "customresourcedefinitions"},
		accept:               acceptProtobuf,
		firstPage:            firstPage,
	}
	begin := func() { found.Definitions = []v1alpha1.CustomResourceDefinition{} }
	err := l.pages(ctx, all, begin, func(p page) (int, string, error) {
		definitions, next, err := p.definitions()
		found.Definitions = append(found.Definitions, definitions...)
		return len(definitions), next, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found.Definitions, func(a, b v1alpha1.CustomResourceDefinition) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
	})
	return found, nil
}

// definitions decodes a page and returns its continue token.
func (p page) definitions() (definitions []v1alpha1.CustomResourceDefinition, next string, err error) {
	if p.isProtobuf() {
		definitions, next, err = p.definitionsInProtobuf()
	} else {
		definitions, next, err = p.definitionsInJSON()
	}
	if err != nil {
		return nil, "", err
	}
	for _, d := range definitions {
		if d.Group == "" || d.Resource == "" || len(d.Versions) == 0 {
			return nil, "", fmt.Errorf("definition of %q in group %q has %d versions", d.Resource, d.Group, len(d.Versions))
		}
	}
	return definitions, next, nil
}

func (p page) definitionsInProtobuf() (definitions []v1alpha1.CustomResourceDefinition, next string, err error) {
	list, err := p.message()
	if err != nil {
		return nil, "", err
	}
	err = eachField(list, func(f field) error {
		switch f.number {
		case listMeta:
			return eachField(f.bytes, func(f field) error {
				if f.number == metaContinue {
					next = string(f.bytes)
				}
				return nil
			})
		case listItems:
			d, err := decodeDefinition(f.bytes)
			definitions = append(definitions, d)
			return err
		}
		return nil
	})
	return definitions, next, err
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

// definitionsInJSON reads the answer of a server, or of a proxy before it, that
// does not speak protobuf.
func (p page) definitionsInJSON() (definitions []v1alpha1.CustomResourceDefinition, next string, err error) {
	var list struct {
		metav1.TypeMeta `json:",inline"`
		Metadata        metav1.ListMeta `json:"metadata"`
		Items           []struct {
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
		} `json:"items"`
	}
	if err := json.Unmarshal(p.body, &list); err != nil {
		return nil, "", err
	}
	if err := mustBeList(list.Kind); err != nil {
		return nil, "", err
	}
	for _, item := range list.Items {
		d := v1alpha1.CustomResourceDefinition{
			Group: item.Spec.Group, Resource: item.Spec.Names.Plural, Kind: item.Spec.Names.Kind,
			Namespaced: item.Spec.Scope == namespaceScoped, StoredVersions: item.Status.StoredVersions,
		}
		for _, v := range item.Spec.Versions {
			d.Versions = append(d.Versions, v1alpha1.CustomResourceVersion{
				Name: v.Name, Served: v.Served, Storage: v.Storage, Deprecated: v.Deprecated, Warning: v.DeprecationWarning,
			})
		}
		definitions = append(definitions, d)
	}
	return definitions, list.Metadata.Continue, nil
}
