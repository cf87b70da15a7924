package collect

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// definition is one of a namespaced kind in group example.com, stored in its storage version.
func definition(plural string, versions ...apiextensionsv1.CustomResourceDefinitionVersion) apiextensionsv1.CustomResourceDefinition {
	d := apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: plural + ".example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "example.com", Scope: apiextensionsv1.NamespaceScoped, Versions: versions,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: plural, Singular: "one", ShortNames: []string{"o"}, Kind: "Widget", ListKind: "WidgetList"},
		},
	}
	for _, v := range versions {
		if v.Storage {
			d.Status.StoredVersions = append(d.Status.StoredVersions, v.Name)
		}
	}
	return d
}

// everyField is a list in which every field of the fields that are read, and of
// those around them, is set.
func everyField() *apiextensionsv1.CustomResourceDefinitionList {
	warning := "example.com/v1beta1 Widget is old; use v1"
	preserve := true
	schema := &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
		Type: "object", XPreserveUnknownFields: &preserve,
		Properties: map[string]apiextensionsv1.JSONSchemaProps{"spec": {Type: "object"}},
	}}
	d := definition("widgets",
		apiextensionsv1.CustomResourceDefinitionVersion{
			Name: "v1", Served: true, Storage: true, Schema: schema,
			Subresources:             &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
			AdditionalPrinterColumns: []apiextensionsv1.CustomResourceColumnDefinition{{Name: "Age", Type: "date", JSONPath: ".metadata.creationTimestamp", Priority: 1}},
			SelectableFields:         []apiextensionsv1.SelectableField{{JSONPath: ".spec.color"}},
		},
		apiextensionsv1.CustomResourceDefinitionVersion{Name: "v1beta1", Served: true, Deprecated: true, DeprecationWarning: &warning, Schema: schema},
		apiextensionsv1.CustomResourceDefinitionVersion{Name: "v1alpha1", Schema: schema},
	)
	d.Spec.Conversion = &apiextensionsv1.CustomResourceConversion{Strategy: apiextensionsv1.NoneConverter}
	d.Spec.PreserveUnknownFields = true
	d.Status.StoredVersions = []string{"v1beta1", "v1"}
	d.Status.ObservedGeneration = 3
	d.Status.AcceptedNames = apiextensionsv1.CustomResourceDefinitionNames{Plural: "gadgets", Kind: "Gadget"}
	d.Status.Conditions = []apiextensionsv1.CustomResourceDefinitionCondition{{Type: apiextensionsv1.Established, Status: "True", Message: "established"}}
	cluster := definition("clusterwidgets", apiextensionsv1.CustomResourceDefinitionVersion{Name: "v1", Served: true, Storage: true})
	cluster.Spec.Scope = apiextensionsv1.ClusterScoped
	cluster.Spec.Names.Kind = "ClusterWidget"
	remaining := int64(7)
	return &apiextensionsv1.CustomResourceDefinitionList{
		ListMeta: metav1.ListMeta{ResourceVersion: "42", Continue: "next", RemainingItemCount: &remaining},
		Items:    []apiextensionsv1.CustomResourceDefinition{d, cluster},
	}
}

func whatIsReadOfEveryField() []v1alpha1.CustomResourceDefinition {
	return []v1alpha1.CustomResourceDefinition{
		{
			Group: "example.com", Resource: "widgets", Kind: "Widget", Namespaced: true,
			Versions: []v1alpha1.CustomResourceVersion{
				{Name: "v1", Served: true, Storage: true},
				{Name: "v1beta1", Served: true, Deprecated: true, Warning: "example.com/v1beta1 Widget is old; use v1"},
				{Name: "v1alpha1"},
			},
			StoredVersions: []string{"v1beta1", "v1"},
		},
		{
			Group: "example.com", Resource: "clusterwidgets", Kind: "ClusterWidget",
			Versions:       []v1alpha1.CustomResourceVersion{{Name: "v1", Served: true, Storage: true}},
			StoredVersions: []string{"v1"},
		},
	}
}

// The numbers of fields are Kubernetes' own: its generated code writes what is read here.
func TestDefinitionsAreDecodedAsKubernetesEncodesThem(t *testing.T) {
	list := everyField()
	list.TypeMeta = metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinitionList"}
	asJSON, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	for contentType, body := range map[string][]byte{protobuf: inEnvelope(list), acceptJSON: asJSON} {
		t.Run(contentType, func(t *testing.T) {
			var got []v1alpha1.CustomResourceDefinition
			next, err := readList(bytes.NewReader(body), contentType, &bytes.Buffer{}, func(e encoded) error {
				d, err := readDefinition(e)
				got = append(got, d)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(whatIsReadOfEveryField(), got); diff != "" {
				t.Errorf("definitions (-want +got):\n%s", diff)
			}
			if next != "next" {
				t.Errorf("continue token %q, want %q", next, "next")
			}
		})
	}
}

func TestDefinitions(t *testing.T) {
	list := everyField()
	s := newUsageServer(t).on(definitionsPath, pages(list))
	s.on("/apis/example.com/v1/widgets", pages(ingresses(0)))
	got := s.usage(t)
	checkGaps(t, got)
	want := whatIsReadOfEveryField()
	want[0], want[1] = want[1], want[0]
	if diff := cmp.Diff(want, got.APIUsage.Definitions.Definitions); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
	if accept := s.requests(definitionsPath)[0].Accept; accept != acceptProtobuf {
		t.Errorf("accepts %q, want %q", accept, acceptProtobuf)
	}
}

func TestDefinitionsThatCannotBeRead(t *testing.T) {
	const refusal = `customresourcedefinitions.apiextensions.k8s.io is forbidden: User "jane" cannot list resource "customresourcedefinitions" in API group "apiextensions.k8s.io" at the cluster scope`
	nameless := definition("", apiextensionsv1.CustomResourceDefinitionVersion{Name: "v1"})
	tests := []struct {
		name   string
		answer http.HandlerFunc
		gap    v1alpha1.Gap
	}{
		{
			"the role does not allow it", refuse(refusal),
			v1alpha1.Gap{Reason: v1alpha1.GapForbidden, Permission: "list customresourcedefinitions.apiextensions.k8s.io", Message: refusal},
		},
		{
			"a definition defines nothing",
			answerProtobuf(&apiextensionsv1.CustomResourceDefinitionList{Items: []apiextensionsv1.CustomResourceDefinition{nameless}}),
			v1alpha1.Gap{
				Reason:  v1alpha1.GapMalformed,
				Message: definitionsPath + `: unexpected answer: definition of "" in group "example.com" has 1 versions`,
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := newUsageServer(t).on(definitionsPath, tt.answer).usage(t)
			tt.gap.Source = v1alpha1.SourceDefinitions
			checkGaps(t, got, tt.gap)
			if got.APIUsage.Definitions != nil {
				t.Errorf("definitions = %+v, want none", got.APIUsage.Definitions)
			}
			if hides := got.Gaps[0].Hides; hides != "versions of custom resources, and who uses them" {
				t.Errorf("the gap hides %q", hides)
			}
		})
	}
}

func FuzzDecodeDefinitions(f *testing.F) {
	list := everyField()
	f.Add(inEnvelope(list), true)
	list.TypeMeta = metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinitionList"}
	asJSON, err := json.Marshal(list)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(asJSON, false)
	f.Fuzz(func(t *testing.T, body []byte, inProtobuf bool) {
		contentType := acceptJSON
		if inProtobuf {
			contentType = protobuf
		}
		u := &usage{UsageOptions: UsageOptions{Index: &apilifecycle.Index{}}}
		_, _ = readList(bytes.NewReader(body), contentType, &bytes.Buffer{}, func(e encoded) error {
			d, err := readDefinition(e)
			if err != nil {
				return err
			}
			for _, target := range u.customTargets([]v1alpha1.CustomResourceDefinition{d}) {
				if target.Version == "" {
					t.Errorf("nothing to read %v through", target)
				}
			}
			return nil
		})
	})
}
