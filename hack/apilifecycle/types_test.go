package main

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// sources is a module of files by their paths.
func sources(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, source := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(source)}
	}
	return fsys
}

func minor(n int) version.Minor { return version.Minor{Major: 1, Minor: n} }

const networking = `package v1beta1

// GroupName is the group name of this package.
const GroupName = "networking.k8s.io"
`

func TestReadTypes(t *testing.T) {
	types, err := readTypes(sources(map[string]string{
		"networking/v1beta1/register.go": networking,
		"networking/v1beta1/types.go": `package v1beta1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// +genclient
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object

// Ingress is tagged in a comment that does not touch it.
type Ingress struct {
	metav1.TypeMeta
	metav1.ObjectMeta
}

// IngressList is no object.
type IngressList struct {
	metav1.TypeMeta
	metav1.ListMeta
	Items []Ingress
}

// IngressSpec has no tags of its own.
type IngressSpec struct{ metav1.ObjectMeta }

//+genclient
//+genclient:nonNamespaced
//+genclient:onlyVerbs=create,get

// IngressClass is tagged without a space.
// +k8s:prerelease-lifecycle-gen:introduced=1.18
type IngressClass struct {
	metav1.TypeMeta
	metav1.ObjectMeta
}
`,
		"networking/v1beta1/zz_generated.prerelease-lifecycle.go": `package v1beta1

func (in *Ingress) APILifecycleIntroduced() (major, minor int) {
	return 1, 14
}
func (in *Ingress) APILifecycleDeprecated() (major, minor int) {
	return 1, 19
}
func (in *Ingress) APILifecycleRemoved() (major, minor int) {
	return 1, 22
}
func (in *Ingress) APILifecycleReplacement() schema.GroupVersionKind {
	return schema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"}
}
func (in *IngressList) APILifecycleRemoved() (major, minor int) {
	return 1, 22
}
`,
		"networking/v1beta1/generated.pb.go":  "not parsed",
		"networking/v1beta1/types_test.go":    "not parsed",
		"networking/types.go":                 "not of a version",
		"testdata/v1.33.0/file.go":            "not of a version",
		"client/typed/networking/v1/types.go": "package v1\n\ntype NetworkingV1Client struct{ c int }\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	of := func(version, kind string) schema.GroupVersionKind {
		return schema.GroupVersionKind{Group: "networking.k8s.io", Version: version, Kind: kind}
	}
	want := []apiType{
		{
			GroupVersionKind: of("v1beta1", "Ingress"),
			tags:             []string{"genclient"},
			lifecycle: lifecycle{
				introduced: minor(14), deprecated: minor(19), removed: minor(22), replacement: of("v1", "Ingress"),
			},
		},
		{GroupVersionKind: of("v1beta1", "IngressClass"), tags: []string{"genclient", "genclient:nonNamespaced"}},
	}
	if diff := cmp.Diff(want, types, cmp.AllowUnexported(apiType{}, lifecycle{})); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

func TestReadTypesRefusesWhatIsNoConstant(t *testing.T) {
	const object = `package v1beta1

type Ingress struct {
	metav1.TypeMeta
	metav1.ObjectMeta
}
`
	method := func(signature, body string) string {
		return object + "func (in *Ingress) " + signature + " { " + body + " }\n"
	}
	for name, test := range map[string]struct {
		source string
		want   string
	}{
		"a minor that is computed": {
			source: method("APILifecycleRemoved() (major, minor int)", "return 1, next()"),
			want:   "networking/v1beta1: Ingress.APILifecycleRemoved: does not return two numbers",
		},
		"a minor after other statements": {
			source: method("APILifecycleRemoved() (major, minor int)", "major, minor = 1, 22; return major, minor"),
			want:   "Ingress.APILifecycleRemoved: does not return two numbers",
		},
		"half a minor": {
			source: method("APILifecycleIntroduced() int", "return 22"),
			want:   "Ingress.APILifecycleIntroduced: does not return two numbers",
		},
		"a replacement in a variable": {
			source: method("APILifecycleReplacement() schema.GroupVersionKind", "return replacement"),
			want:   "Ingress.APILifecycleReplacement: does not return a schema.GroupVersionKind of strings",
		},
		"a replacement with a field of another type": {
			source: method("APILifecycleReplacement() schema.GroupVersionKind", `return schema.GroupVersionKind{Name: "x"}`),
			want:   "Ingress.APILifecycleReplacement: does not return a schema.GroupVersionKind of strings",
		},
		"a replacement that names its group by a constant": {
			source: method("APILifecycleReplacement() schema.GroupVersionKind", "return schema.GroupVersionKind{Group: GroupName}"),
			want:   "Ingress.APILifecycleReplacement: does not return a schema.GroupVersionKind of strings",
		},
		"a method that is new": {
			source: method("APILifecycleExtended() (major, minor int)", "return 1, 22"),
			want:   "Ingress.APILifecycleExtended: unknown method",
		},
		"no Go": {
			source: "package",
			want:   "types.go:1:8: expected 'IDENT'",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readTypes(sources(map[string]string{
				"networking/v1beta1/register.go": networking,
				"networking/v1beta1/types.go":    test.source,
			}))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}

	t.Run("types without a group", func(t *testing.T) {
		_, err := readTypes(sources(map[string]string{"networking/v1beta1/types.go": object}))
		if want := "networking/v1beta1: has API types and no GroupName"; err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	})
}

func TestResource(t *testing.T) {
	of := func(group, version, kind string, tags ...string) apiType {
		return apiType{GroupVersionKind: schema.GroupVersionKind{Group: group, Version: version, Kind: kind}, tags: tags}
	}
	for name, test := range map[string]struct {
		of   apiType
		want bool
	}{
		"a type with a client is one":                   {of("apps", "v1", "Deployment", "genclient"), true},
		"a type with a client without verbs is none":    {of("policy", "v1", "Eviction", "genclient", "genclient:noVerbs"), false},
		"the Eviction of another group is one":          {of("lifecycle.k8s.io", "v1alpha1", "Eviction", "genclient"), true},
		"a type without a client is none":               {of("autoscaling", "v1", "Scale"), false},
		"Binding is one, though it has no client":       {of("", "v1", "Binding"), true},
		"the Binding of another group would need a tag": {of("example.k8s.io", "v1", "Binding"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.of.resource(); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

func TestPlural(t *testing.T) {
	for kind, want := range map[string]string{
		"Endpoints":               "endpoints",
		"Ingress":                 "ingresses",
		"NetworkPolicy":           "networkpolicies",
		"PodSecurityPolicy":       "podsecuritypolicies",
		"ComponentStatus":         "componentstatuses",
		"IPAddress":               "ipaddresses",
		"CSIStorageCapacity":      "csistoragecapacities",
		"ResourceClaimParameters": "resourceclaimparameters",
		"ResourceClassParameters": "resourceclassparameters",
		"DeviceClass":             "deviceclasses",
	} {
		if got := plural(schema.GroupVersionKind{Version: "v1", Kind: kind}); got != want {
			t.Errorf("%s: got %s, want %s", kind, got, want)
		}
	}
}
