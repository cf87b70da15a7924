package collect

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"

// written is what a managedFields entry says; fields is of the annotations that it owns.
func written(manager string, operation metav1.ManagedFieldsOperationType, apiVersion, subresource string, annotations ...string) metav1.ManagedFieldsEntry {
	fields := `{"f:metadata":{"f:annotations":{".":{}`
	for _, a := range annotations {
		fields += `,"f:` + a + `":{}`
	}
	at := metav1.NewTime(now.Local())
	return metav1.ManagedFieldsEntry{
		Manager: manager, Operation: operation, APIVersion: apiVersion, Subresource: subresource, Time: &at,
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(fields + `}},"f:spec":{}}`),
	}
}

func ingress(name string, entries ...metav1.ManagedFieldsEntry) metav1.PartialObjectMetadata {
	return metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", ManagedFields: entries}}
}

func annotate(object metav1.PartialObjectMetadata, keysAndValues ...string) metav1.PartialObjectMetadata {
	object.Annotations = make(map[string]string)
	for i := 0; i < len(keysAndValues); i += 2 {
		object.Annotations[keysAndValues[i]] = keysAndValues[i+1]
	}
	return object
}

func listOf(objects ...metav1.PartialObjectMetadata) *metav1.PartialObjectMetadataList {
	return &metav1.PartialObjectMetadataList{Items: objects}
}

func TestWritersAreCounted(t *testing.T) {
	s := ingressServer(t, pages(listOf(
		ingress("a", written("helm", "Update", "networking.k8s.io/v1", ""), written("nginx", "Update", "networking.k8s.io/v1", "status")),
		// One object, though the manager wrote it twice.
		ingress("b", written("nginx", "Update", "networking.k8s.io/v1", ""), written("nginx", "Update", "networking.k8s.io/v1", "status")),
		ingress("c", written("nginx", "Update", "networking.k8s.io/v1beta1", "status"), written("nginx", "Apply", "networking.k8s.io/v1", "")),
		ingress("d"),
	)))
	got := s.usage(t)
	checkGaps(t, got)
	at := metav1.NewTime(now)
	want := []v1alpha1.ScannedResource{{
		Group: "networking.k8s.io", Version: "v1", Resource: "ingresses", Kind: "Ingress", Count: 4, WithoutManagedFields: 1,
		Writers: []v1alpha1.Writer{
			{Manager: "helm", APIVersion: "networking.k8s.io/v1", Objects: 1},
			{Manager: "nginx", APIVersion: "networking.k8s.io/v1", Objects: 3},
			{Manager: "nginx", APIVersion: "networking.k8s.io/v1beta1", Objects: 1},
		},
		Objects: []v1alpha1.ScannedObject{{
			Namespace: "shop", Name: "c",
			ManagedFields: []v1alpha1.ManagedEntry{
				{Manager: "nginx", Operation: "Update", Subresource: "status", APIVersion: "networking.k8s.io/v1beta1", Time: &at},
				{Manager: "nginx", Operation: "Apply", APIVersion: "networking.k8s.io/v1", Time: &at},
			},
		}},
	}}
	if diff := cmp.Diff(want, got.APIUsage.Objects.Resources); diff != "" {
		t.Errorf("scanned (-want +got):\n%s", diff)
	}
}

func TestWritersAreCountedOverPages(t *testing.T) {
	list := ingresses(10_100)
	for i := range list.Items {
		list.Items[i].ManagedFields = []metav1.ManagedFieldsEntry{written("helm", "Update", "networking.k8s.io/v1", "")}
	}
	got := ingressServer(t, pages(list)).usage(t)
	want := []v1alpha1.Writer{{Manager: "helm", APIVersion: "networking.k8s.io/v1", Objects: 10_100}}
	if diff := cmp.Diff(want, got.APIUsage.Objects.Resources[0].Writers); diff != "" {
		t.Errorf("writers (-want +got):\n%s", diff)
	}
}

func TestObjectsAreNamed(t *testing.T) {
	const stays, goes = "networking.k8s.io/v1", "networking.k8s.io/v1beta1"
	const appliedOld = `{"apiVersion":"extensions/v1beta1","kind":"Ingress","metadata":{"name":"a"}}`
	const appliedNew = `{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"a"}}`
	at := metav1.NewTime(now)
	undated := written("kubectl", "Apply", goes, "")
	undated.Time = nil
	labelled := ingress("a", written("helm", "Update", goes, ""))
	labelled.Labels = map[string]string{"app.kubernetes.io/managed-by": "Helm"}
	tests := []struct {
		name   string
		object metav1.PartialObjectMetadata
		want   *v1alpha1.ScannedObject
	}{
		{"not one that names no version", ingress("a"), nil},
		{"not one that was written and applied through the version it was read at",
			annotate(ingress("a", written("kubectl", "Update", stays, "")), lastAppliedAnnotation, appliedNew), nil},
		{
			"with the version that the text applied last names, and who owns that text",
			annotate(ingress("a", written("kubectl-client-side-apply", "Update", stays, "", lastAppliedAnnotation), written("nginx", "Update", stays, "status")),
				lastAppliedAnnotation, appliedOld),
			&v1alpha1.ScannedObject{
				ManagedFields: []v1alpha1.ManagedEntry{
					{Manager: "kubectl-client-side-apply", Operation: "Update", APIVersion: stays, Time: &at},
					{Manager: "nginx", Operation: "Update", Subresource: "status", APIVersion: stays, Time: &at},
				},
				LastApplied: []v1alpha1.LastApplied{{
					Annotation: lastAppliedAnnotation, APIVersion: "extensions/v1beta1", Kind: "Ingress", Owners: []string{"kubectl-client-side-apply"},
				}},
			},
		},
		{
			"with a text that nobody owns",
			annotate(ingress("a", written("argocd", "Apply", stays, "", "example.com/"+lastAppliedAnnotation)), lastAppliedAnnotation, appliedOld),
			&v1alpha1.ScannedObject{
				ManagedFields: []v1alpha1.ManagedEntry{{Manager: "argocd", Operation: "Apply", APIVersion: stays, Time: &at}},
				LastApplied:   []v1alpha1.LastApplied{{Annotation: lastAppliedAnnotation, APIVersion: "extensions/v1beta1", Kind: "Ingress"}},
			},
		},
		{
			"with a text that names the version it was read at, which shows what is stale",
			annotate(ingress("a", undated), lastAppliedAnnotation, appliedNew),
			&v1alpha1.ScannedObject{
				ManagedFields: []v1alpha1.ManagedEntry{{Manager: "kubectl", Operation: "Apply", APIVersion: goes}},
				LastApplied:   []v1alpha1.LastApplied{{Annotation: lastAppliedAnnotation, APIVersion: stays, Kind: "Ingress"}},
			},
		},
		{
			"with labels and the release of Helm",
			annotate(labelled, helmReleaseName, "web", helmReleaseNamespace, "ops"),
			&v1alpha1.ScannedObject{
				Labels: map[string]string{"app.kubernetes.io/managed-by": "Helm"}, HelmRelease: "ops/web",
				ManagedFields: []v1alpha1.ManagedEntry{{Manager: "helm", Operation: "Update", APIVersion: goes, Time: &at}},
			},
		},
		{
			"as what kube-apiserver updates",
			annotate(ingress("a", written("api-priority-and-fairness-config-producer-v1", "Apply", goes, "")), autoUpdated, "true"),
			&v1alpha1.ScannedObject{
				AutoUpdated:   true,
				ManagedFields: []v1alpha1.ManagedEntry{{Manager: "api-priority-and-fairness-config-producer-v1", Operation: "Apply", APIVersion: goes, Time: &at}},
			},
		},
		{
			"as what kube-apiserver leaves to the user",
			annotate(ingress("a", undated), autoUpdated, "false"),
			&v1alpha1.ScannedObject{ManagedFields: []v1alpha1.ManagedEntry{{Manager: "kubectl", Operation: "Apply", APIVersion: goes}}},
		},
		{
			"verbatim",
			ingress("a", written("x\x1b[31m\n\"", "Apply", "networking.k8s.io/v1beta1\x00", "")),
			&v1alpha1.ScannedObject{ManagedFields: []v1alpha1.ManagedEntry{
				{Manager: "x\x1b[31m\n\"", Operation: "Apply", APIVersion: "networking.k8s.io/v1beta1\x00", Time: &at},
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ingressServer(t, pages(listOf(tt.object))).usage(t)
			checkGaps(t, got)
			var want []v1alpha1.ScannedObject
			if tt.want != nil {
				tt.want.Namespace, tt.want.Name = "shop", "a"
				want = []v1alpha1.ScannedObject{*tt.want}
			}
			if diff := cmp.Diff(want, got.APIUsage.Objects.Resources[0].Objects); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
		})
	}
}

// Years beyond 9999 are no times in JSON: one would make a snapshot unreadable.
func TestTimesThatJSONCannotHoldAreNotRecorded(t *testing.T) {
	far := metav1.NewTime(time.Unix(1<<40, 0))
	entry := written("kubectl", "Apply", "networking.k8s.io/v1beta1", "")
	entry.Time = &far
	got := ingressServer(t, pages(listOf(ingress("a", entry)))).usage(t)
	if at := got.APIUsage.Objects.Resources[0].Objects[0].ManagedFields[0].Time; at != nil {
		t.Errorf("time = %v, want none", at)
	}
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v1alpha1.DecodeSnapshot(strings.NewReader(string(text))); err != nil {
		t.Errorf("the snapshot cannot be read again: %v", err)
	}
}

func TestMetadataInJSON(t *testing.T) {
	list := listOf(ingress("a", written("kubectl", "Apply", "networking.k8s.io/v1beta1", "")))
	list.TypeMeta = metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"}
	at := metav1.NewTime(now)
	got := ingressServer(t, answerJSON(list)).usage(t)
	checkGaps(t, got)
	want := []v1alpha1.ScannedObject{{
		Namespace: "shop", Name: "a",
		ManagedFields: []v1alpha1.ManagedEntry{{Manager: "kubectl", Operation: "Apply", APIVersion: "networking.k8s.io/v1beta1", Time: &at}},
	}}
	if diff := cmp.Diff(want, got.APIUsage.Objects.Resources[0].Objects); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}

// scanned names the resources with the version they were read through.
func scanned(s *v1alpha1.Snapshot) []string {
	var names []string
	for _, r := range s.APIUsage.Objects.Resources {
		names = append(names, schema.GroupVersion{Group: r.Group, Version: r.Version}.String()+" "+r.Resource)
	}
	return names
}

func TestBuiltInResourcesThatAreScanned(t *testing.T) {
	tests := []struct {
		name           string
		version        v1alpha1.VersionInfo
		served         []string
		readDeprecated bool
		want           []string
	}{
		{
			"with a version that goes away, through the one that the server prefers",
			v1alpha1.VersionInfo{GitVersion: "v1.37.1"}, []string{ingressesV1, ingressesBeta}, false, []string{"networking.k8s.io/v1 ingresses"},
		},
		{
			"through the first that is not deprecated on this server, where it prefers one that is",
			v1alpha1.VersionInfo{GitVersion: "v1.24.3"}, []string{"batch/v1beta1 cronjobs CronJob", "batch/v1 cronjobs CronJob"}, false, []string{"batch/v1 cronjobs"},
		},
		{
			"through a version that a later minor deprecates",
			v1alpha1.VersionInfo{GitVersion: "v1.21.0"}, []string{"storage.k8s.io/v1beta1 csistoragecapacities CSIStorageCapacity"}, false,
			[]string{"storage.k8s.io/v1beta1 csistoragecapacities"},
		},
		{
			"not where every version is deprecated",
			v1alpha1.VersionInfo{GitVersion: "v1.24.0"}, []string{"policy/v1beta1 podsecuritypolicies PodSecurityPolicy cluster", "v1 endpoints Endpoints"}, false,
			[]string{"v1 endpoints"},
		},
		{
			"through a deprecated version, if that was allowed",
			v1alpha1.VersionInfo{GitVersion: "v1.24.0"}, []string{"policy/v1beta1 podsecuritypolicies PodSecurityPolicy cluster"}, true,
			[]string{"policy/v1beta1 podsecuritypolicies"},
		},
		{
			"once, where two groups serve the same objects",
			v1alpha1.VersionInfo{GitVersion: "v1.21.0"}, []string{"extensions/v1beta1 ingresses Ingress", ingressesV1, ingressesBeta}, true,
			[]string{"networking.k8s.io/v1 ingresses"},
		},
		{
			"though other objects replace them",
			v1alpha1.VersionInfo{GitVersion: "v1.37.1"}, []string{"v1 endpoints Endpoints", "discovery.k8s.io/v1 endpointslices EndpointSlice"}, true,
			[]string{"v1 endpoints"},
		},
		{
			"by the minor that the server emulates",
			v1alpha1.VersionInfo{GitVersion: "v1.37.1", EmulationMajor: "1", EmulationMinor: "35"},
			[]string{"coordination.k8s.io/v1beta1 leasecandidates LeaseCandidate"}, false,
			[]string{"coordination.k8s.io/v1beta1 leasecandidates"},
		},
		{
			"by its own minor without emulation",
			v1alpha1.VersionInfo{GitVersion: "v1.37.1"}, []string{"coordination.k8s.io/v1beta1 leasecandidates LeaseCandidate"}, false, nil,
		},
		{
			"by the newest known minor, where the server's version says nothing",
			v1alpha1.VersionInfo{GitVersion: "devel"}, []string{"coordination.k8s.io/v1beta1 leasecandidates LeaseCandidate"}, false, nil,
		},
		{
			"not through a version that is not known to be free of deprecation",
			v1alpha1.VersionInfo{GitVersion: "v1.60.0"}, []string{"resource.k8s.io/v3beta1 deviceclasses DeviceClass", "resource.k8s.io/v1beta1 deviceclasses DeviceClass"}, false, nil,
		},
		{
			"through a newer stable version",
			v1alpha1.VersionInfo{GitVersion: "v1.60.0"}, []string{"resource.k8s.io/v2 deviceclasses DeviceClass", "resource.k8s.io/v1beta1 deviceclasses DeviceClass"}, false,
			[]string{"resource.k8s.io/v2 deviceclasses"},
		},
		{
			"not where all served versions stay",
			v1alpha1.VersionInfo{GitVersion: "v1.37.1"}, []string{"v1 pods Pod", "autoscaling/v2 horizontalpodautoscalers HorizontalPodAutoscaler", "networking.k8s.io/v1 ingresses Ingress"}, false, nil,
		},
		{
			"not events",
			v1alpha1.VersionInfo{GitVersion: "v1.22.0"}, []string{"v1 events Event", "events.k8s.io/v1 events Event", "events.k8s.io/v1beta1 events Event"}, true, nil,
		},
		{
			"not what cannot be listed",
			v1alpha1.VersionInfo{GitVersion: "v1.21.0"}, []string{
				"authorization.k8s.io/v1 subjectaccessreviews SubjectAccessReview cluster create-only",
				"authorization.k8s.io/v1beta1 subjectaccessreviews SubjectAccessReview cluster create-only",
			}, true, nil,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newUsageServer(t, tt.served...).on(versionPath, answerJSON(tt.version))
			o := s.usageOptions(t)
			o.APIUsage.ReadDeprecated = tt.readDeprecated
			got := s.usageWith(t, o)
			checkGaps(t, got)
			if diff := cmp.Diff(tt.want, scanned(got)); diff != "" {
				t.Errorf("scanned (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCustomResourcesThatAreScanned(t *testing.T) {
	type versions = []apiextensionsv1.CustomResourceDefinitionVersion
	const (
		served = 1 << iota
		storage
		deprecated
	)
	v := func(name string, is int) apiextensionsv1.CustomResourceDefinitionVersion {
		return apiextensionsv1.CustomResourceDefinitionVersion{
			Name: name, Served: is&served != 0, Storage: is&storage != 0, Deprecated: is&deprecated != 0,
		}
	}
	tests := []struct {
		name           string
		versions       versions
		stored         []string
		readDeprecated bool
		want           []string
	}{
		{"not where every version stays", versions{v("v1", served|storage), v("v1beta1", served)}, nil, false, nil},
		{
			"with a deprecated version, through the storage version",
			versions{v("v1beta1", served|deprecated), v("v2", served), v("v1", served|storage)}, nil, false, []string{"example.com/v1 widgets"},
		},
		{
			"with a version that is not served",
			versions{v("v1", served|storage), v("v1beta1", 0)}, nil, false, []string{"example.com/v1 widgets"},
		},
		{
			"stored in more than the storage version",
			versions{v("v1", served|storage), v("v1beta1", served)}, []string{"v1beta1", "v1"}, false, []string{"example.com/v1 widgets"},
		},
		{
			"stored in a version that is gone",
			versions{v("v1", served|storage)}, []string{"v1alpha1", "v1"}, false, []string{"example.com/v1 widgets"},
		},
		{
			"not through a storage version that is deprecated",
			versions{v("v1beta1", served|storage|deprecated), v("v1", served), v("v2", served)}, nil, false, []string{"example.com/v1 widgets"},
		},
		{
			"not through a storage version that is not served",
			versions{v("v2", storage), v("v1beta1", served|deprecated), v("v1", served)}, nil, false, []string{"example.com/v1 widgets"},
		},
		{"not where every served version is deprecated", versions{v("v1beta1", served|storage|deprecated), v("v1", 0)}, nil, false, nil},
		{
			"through a deprecated version, if that was allowed",
			versions{v("v1beta1", served|storage|deprecated), v("v1", 0)}, nil, true, []string{"example.com/v1beta1 widgets"},
		},
		{
			"through a version that stays, though a deprecated one was allowed",
			versions{v("v1beta1", served|storage|deprecated), v("v1", served)}, nil, true, []string{"example.com/v1 widgets"},
		},
		{"not where none is served", versions{v("v1", storage)}, nil, true, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := definition("widgets", tt.versions...)
			if tt.stored != nil {
				d.Status.StoredVersions = tt.stored
			}
			s := newUsageServer(t).on(definitionsPath, pages(&apiextensionsv1.CustomResourceDefinitionList{Items: []apiextensionsv1.CustomResourceDefinition{d}}))
			for _, version := range tt.versions {
				if version.Served {
					s.on("/apis/example.com/"+version.Name+"/widgets", pages(ingresses(2)))
				}
			}
			o := s.usageOptions(t)
			o.APIUsage.ReadDeprecated = tt.readDeprecated
			got := s.usageWith(t, o)
			checkGaps(t, got)
			if diff := cmp.Diff(tt.want, scanned(got)); diff != "" {
				t.Errorf("scanned (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAResourceThatCannotBeListedCostsItself(t *testing.T) {
	const refusal = `ingresses.networking.k8s.io is forbidden: User "jane" cannot list resource "ingresses" in API group "networking.k8s.io" at the cluster scope`
	tests := []struct {
		name   string
		answer http.HandlerFunc
		gap    v1alpha1.Gap
	}{
		{"refused", refuse(refusal), v1alpha1.Gap{Reason: v1alpha1.GapForbidden, Permission: "list ingresses.networking.k8s.io", Message: refusal}},
		{
			"gone since discovery", http.NotFound,
			v1alpha1.Gap{Reason: v1alpha1.GapNotFound, Message: "the server could not find the requested resource (get " + ingressesPath + ")"},
		},
		{
			"gone in the midst of a list",
			func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Has("continue") {
					http.NotFound(w, r)
					return
				}
				pages(ingresses(10_001))(w, r)
			},
			v1alpha1.Gap{Reason: v1alpha1.GapNotFound, Message: "the server could not find the requested resource (get " + ingressesPath + ")"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newUsageServer(t, ingressesV1, ingressesBeta, "batch/v1 cronjobs CronJob", "batch/v1beta1 cronjobs CronJob")
			got := s.on(ingressesPath, tt.answer).usage(t)
			tt.gap.Source, tt.gap.Resource = v1alpha1.SourceObjects, "ingresses.networking.k8s.io"
			checkGaps(t, got, tt.gap)
			if hides := got.Gaps[0].Hides; hides != "who wrote objects" {
				t.Errorf("the gap hides %q", hides)
			}
			if diff := cmp.Diff([]string{"batch/v1 cronjobs"}, scanned(got)); diff != "" {
				t.Errorf("scanned (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUsageOfOneNamespace(t *testing.T) {
	s := newUsageServer(t, ingressesV1, ingressesBeta, "storage.k8s.io/v1 csinodes CSINode cluster", "storage.k8s.io/v1beta1 csinodes CSINode cluster")
	s.on("/apis/networking.k8s.io/v1/namespaces/shop/ingresses", pages(ingresses(3)))
	s.on("/api/v1/namespaces/shop/secrets", pages(ingresses(0)))
	s.on("/api/v1/namespaces/shop/configmaps", pages(ingresses(0)))
	local := definition("widgets", apiextensionsv1.CustomResourceDefinitionVersion{Name: "v1", Served: true, Storage: true}, apiextensionsv1.CustomResourceDefinitionVersion{Name: "v0"})
	global := definition("globals", local.Spec.Versions...)
	global.Spec.Scope = apiextensionsv1.ClusterScoped
	s.on(definitionsPath, pages(&apiextensionsv1.CustomResourceDefinitionList{Items: []apiextensionsv1.CustomResourceDefinition{local, global}}))
	s.on("/apis/example.com/v1/namespaces/shop/widgets", pages(ingresses(2)))
	o := s.usageOptions(t)
	o.APIUsage.Namespace = "shop"
	got := s.usageWith(t, o)
	checkGaps(t, got)
	if got.APIUsage.Namespace != "shop" {
		t.Errorf("namespace %q, want shop", got.APIUsage.Namespace)
	}
	if diff := cmp.Diff([]string{"example.com/v1 widgets", "networking.k8s.io/v1 ingresses"}, scanned(got)); diff != "" {
		t.Errorf("scanned (-want +got):\n%s", diff)
	}
}

func FuzzDecodeObjects(f *testing.F) {
	list := listOf(
		annotate(ingress("a", written("helm", "Update", "networking.k8s.io/v1", "", lastAppliedAnnotation)), lastAppliedAnnotation, `{"apiVersion":"v1","kind":"Pod"}`),
		ingress("b"),
	)
	f.Add(inEnvelope(list), true)
	list.TypeMeta = metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "PartialObjectMetadataList"}
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
		s := newScan(target{GroupVersionResource: schema.GroupVersionResource{Version: "v1", Resource: "pods"}, kind: "Pod"})
		var count int32
		_, _ = readList(bytes.NewReader(body), contentType, &bytes.Buffer{}, func(e encoded) error {
			var object metav1.PartialObjectMetadata
			if err := e.decode(&object); err != nil {
				return err
			}
			count++
			s.add(&object.ObjectMeta)
			return nil
		})
		found := s.result()
		if found.Count != count || len(found.Objects) > int(count) {
			t.Errorf("%d counted and %d named, of %d", found.Count, len(found.Objects), count)
		}
		for _, w := range found.Writers {
			if w.Objects < 1 || w.Objects > found.Count {
				t.Errorf("%+v wrote of %d objects", w, found.Count)
			}
		}
		if _, err := json.Marshal(found); err != nil {
			t.Errorf("cannot be written: %v", err)
		}
	})
}

func TestObjectsAreNamedWhereTheVersionThatTheyAreReadThroughGoesAway(t *testing.T) {
	object := metav1.ObjectMeta{
		Namespace: "shop", Name: "gpu",
		ManagedFields: []metav1.ManagedFieldsEntry{{Manager: "flux", Operation: metav1.ManagedFieldsOperationApply, APIVersion: "resource.k8s.io/v1alpha2"}},
	}
	read := schema.GroupVersionResource{Group: "resource.k8s.io", Version: "v1alpha2", Resource: "resourceclaims"}
	for leaving, want := range map[bool][]string{false: nil, true: {"gpu"}} {
		s := newScan(target{GroupVersionResource: read, kind: "ResourceClaim", leaving: leaving})
		s.add(&object)
		var names []string
		for _, o := range s.result().Objects {
			names = append(names, o.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("leaving %t: %s", leaving, diff)
		}
	}
	u := usage{UsageOptions: *newUsageServer(t).usageOptions(t).APIUsage}
	for version, want := range map[string]bool{"v1": false, "v1beta1": true, "v1alpha2": true} {
		if got := u.leaves(read.GroupResource().WithVersion(version)); got != want {
			t.Errorf("%s leaves: got %t", version, got)
		}
	}
}
