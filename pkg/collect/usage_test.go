package collect

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

const (
	corePath        = "/api"
	definitionsPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	secretsPath     = "/api/v1/secrets"
	configMapsPath  = "/api/v1/configmaps"
)

// newUsageServer returns a server without objects that serves what is named,
// each as "GROUP/VERSION RESOURCE KIND", with the scope "cluster" as a fourth
// word where it is not namespaced.
func newUsageServer(t *testing.T, served ...string) *apiServer {
	t.Helper()
	s := newAPIServer(t).serves(t, served...)
	s.on(definitionsPath, pages(&metav1.PartialObjectMetadataList{}))
	s.on(secretsPath, pages(&metav1.PartialObjectMetadataList{}))
	s.on(configMapsPath, pages(&metav1.PartialObjectMetadataList{}))
	return s
}

// serves teaches the server its discovery, in the order of preference, and to
// answer lists of what it serves with none.
func (s *apiServer) serves(t *testing.T, served ...string) *apiServer {
	t.Helper()
	core := apidiscoveryv2.APIGroupDiscoveryList{}
	named := apidiscoveryv2.APIGroupDiscoveryList{}
	for _, line := range served {
		words := strings.Fields(line)
		if len(words) < 3 {
			t.Fatalf("%q is no served resource", line)
		}
		gv := apiVersion(words[0])
		resource := apidiscoveryv2.APIResourceDiscovery{
			Resource: words[1], Verbs: []string{"create", "get", "list", "watch"}, Scope: apidiscoveryv2.ScopeNamespace,
			ResponseKind: &metav1.GroupVersionKind{Group: gv.Group, Version: gv.Version, Kind: words[2]},
			Subresources: []apidiscoveryv2.APISubresourceDiscovery{{Subresource: "status", Verbs: []string{"get"}}},
		}
		if slices.Contains(words[3:], "cluster") {
			resource.Scope = apidiscoveryv2.ScopeCluster
		}
		if slices.Contains(words[3:], "create-only") {
			resource.Verbs = []string{"create"}
		}
		list := &named
		if gv.Group == "" {
			list = &core
		}
		plain := selection{GroupVersionResource: gv.WithResource(words[1])}
		s.on(plain.path(), pages(&metav1.PartialObjectMetadataList{}))
		v := discovered(list, gv)
		v.Resources = append(v.Resources, resource)
	}
	return s.discovers(core, named)
}

// discovered returns the version of a list, which it adds where it is missing.
func discovered(list *apidiscoveryv2.APIGroupDiscoveryList, gv schema.GroupVersion) *apidiscoveryv2.APIVersionDiscovery {
	g := slices.IndexFunc(list.Items, func(g apidiscoveryv2.APIGroupDiscovery) bool { return g.Name == gv.Group })
	if g < 0 {
		g = len(list.Items)
		list.Items = append(list.Items, apidiscoveryv2.APIGroupDiscovery{ObjectMeta: metav1.ObjectMeta{Name: gv.Group}})
	}
	group := &list.Items[g]
	v := slices.IndexFunc(group.Versions, func(v apidiscoveryv2.APIVersionDiscovery) bool { return v.Version == gv.Version })
	if v < 0 {
		v = len(group.Versions)
		group.Versions = append(group.Versions, apidiscoveryv2.APIVersionDiscovery{Version: gv.Version, Freshness: apidiscoveryv2.DiscoveryFreshnessCurrent})
	}
	return &group.Versions[v]
}

func (s *apiServer) discovers(core, named apidiscoveryv2.APIGroupDiscoveryList) *apiServer {
	s.on(corePath, aggregated(core))
	return s.on(groupsPath, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") != acceptJSON {
			aggregated(named)(w, r)
			return
		}
		var names []string
		for _, group := range named.Items {
			names = append(names, group.Name)
		}
		answerJSON(groups(names...))(w, r)
	})
}

// aggregated answers as servers do from 1.27 on (https://kep.k8s.io/3352).
func aggregated(list apidiscoveryv2.APIGroupDiscoveryList) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
		_ = json.NewEncoder(w).Encode(list)
	}
}

// objectList is a list type as Kubernetes generates them.
type objectList interface {
	runtime.Object
	metav1.ListInterface
	Marshal() ([]byte, error)
}

// pages answers a list as kube-apiserver does: in protobuf, by limit and
// continue, and metadata alone where that is asked for. Selectors of labels and
// of the field type are obeyed.
func pages(list objectList) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		items, err := meta.ExtractList(selected(list, query.Get("labelSelector"), query.Get("fieldSelector")))
		if err != nil {
			panic(err)
		}
		limit, err := strconv.Atoi(query.Get("limit"))
		if err != nil {
			http.Error(w, "a list without a limit", http.StatusBadRequest)
			return
		}
		from, _ := strconv.Atoi(query.Get("continue"))
		to := min(from+limit, len(items))
		part := list.DeepCopyObject().(objectList)
		if strings.Contains(r.Header.Get("Accept"), "as=PartialObjectMetadataList") {
			part = &metav1.PartialObjectMetadataList{}
		}
		setItems(part, items[from:to])
		part.SetContinue("")
		if to < len(items) {
			part.SetContinue(strconv.Itoa(to))
		}
		answerProtobuf(part)(w, r)
	}
}

// setItems turns objects into metadata alone where the list is of that.
func setItems(list objectList, items []runtime.Object) {
	partial, ok := list.(*metav1.PartialObjectMetadataList)
	if !ok {
		if err := meta.SetList(list, items); err != nil {
			panic(err)
		}
		return
	}
	for _, item := range items {
		partial.Items = append(partial.Items, metav1.PartialObjectMetadata{ObjectMeta: *objectMeta(item)})
	}
}

func objectMeta(object runtime.Object) *metav1.ObjectMeta {
	return object.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
}

// selected filters by equality of labels, and Secrets by type.
func selected(list objectList, labelSelector, fieldSelector string) objectList {
	selector, err := metav1.ParseToLabelSelector(labelSelector)
	if err != nil {
		panic(err)
	}
	items, err := meta.ExtractList(list)
	if err != nil {
		panic(err)
	}
	var kept []runtime.Object
	for _, item := range items {
		matches := true
		for key, value := range selector.MatchLabels {
			matches = matches && objectMeta(item).Labels[key] == value
		}
		if secret, ok := item.(*corev1.Secret); ok && fieldSelector != "" {
			matches = matches && "type="+string(secret.Type) == fieldSelector
		}
		if matches {
			kept = append(kept, item)
		}
	}
	filtered := list.DeepCopyObject().(objectList)
	if err := meta.SetList(filtered, kept); err != nil {
		panic(err)
	}
	return filtered
}

// answerProtobuf answers with a list in Kubernetes' envelope.
func answerProtobuf(list objectList) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
		_, _ = w.Write(inEnvelope(list))
	}
}

func inEnvelope(list objectList) []byte {
	raw, err := list.Marshal()
	if err != nil {
		panic(err)
	}
	unknown := runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "v1", Kind: "List"}, Raw: raw}
	message, err := unknown.Marshal()
	if err != nil {
		panic(err)
	}
	return append([]byte("k8s\x00"), message...)
}

// usageOptions collect API usage alone.
func (s *apiServer) usageOptions(t *testing.T) Options {
	t.Helper()
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := s.options(t)
	o.Components = false
	o.APIUsage = &UsageOptions{Index: index}
	return o
}

// usage collects from a server, and checks what it was asked for.
func (s *apiServer) usage(t *testing.T) *v1alpha1.Snapshot {
	t.Helper()
	return s.usageWith(t, s.usageOptions(t))
}

func (s *apiServer) usageWith(t *testing.T, o Options) *v1alpha1.Snapshot {
	t.Helper()
	snapshot := collectWith(t, o)
	s.checkRequests(t, o.APIUsage)
	if snapshot.APIUsage == nil {
		t.Fatal("no API usage")
	}
	return snapshot
}

// checkRequests checks that nothing was asked of the server that changes it, or
// that it would count as use of a deprecated version.
func (s *apiServer) checkRequests(t *testing.T, o *UsageOptions) {
	t.Helper()
	c, err := newClient(s.config(t))
	if err != nil {
		t.Fatal(err)
	}
	info, err := c.version(t.Context())
	if err != nil {
		info = nil
	}
	minor := offeredMinor(info, o.Index)
	for _, r := range s.received {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent, want GET only", r.Method, r.Path)
		}
		gvr, namespaced := requested(r.Path)
		if a := o.Index.Resource(gvr); a != nil && a.DeprecatedAt(minor) && !o.ReadDeprecated {
			t.Errorf("%s was sent, which is deprecated in %s", r.Path, minor)
		}
		if gvr.Resource == "events" {
			t.Errorf("%s was sent: events are never read", r.Path)
		}
		helms := strings.Contains(r.Query.Get("labelSelector"), "owner=helm")
		if (gvr.Resource == "secrets" || gvr.Resource == "configmaps") && !helms {
			t.Errorf("%s was sent without owner=helm: %v", r.Path, r.Query)
		}
		if o.Namespace != "" && gvr.Resource != "" && !namespaced && gvr.Resource != "customresourcedefinitions" {
			t.Errorf("%s was sent, want namespace %s alone", r.Path, o.Namespace)
		}
	}
}

// requested takes the path of a list apart.
func requested(path string) (gvr schema.GroupVersionResource, namespaced bool) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case parts[0] == "api" && len(parts) > 2:
		parts = append([]string{""}, parts[1:]...)
	case parts[0] == "apis" && len(parts) > 3:
		parts = parts[1:]
	default:
		return gvr, false
	}
	gvr.Group, gvr.Version, gvr.Resource = parts[0], parts[1], parts[2]
	if len(parts) > 4 && parts[2] == "namespaces" {
		gvr.Resource, namespaced = parts[4], true
	}
	return gvr, namespaced
}

func TestAPIUsageOfAnEmptyCluster(t *testing.T) {
	s := newUsageServer(t, "v1 pods Pod")
	got := s.usage(t)
	want := &v1alpha1.APIUsage{
		Served: &v1alpha1.ServedAPIs{Resources: []v1alpha1.ServedResource{
			{Resource: "pods", Kind: "Pod", Namespaced: true, Listable: true, Versions: []string{"v1"}},
		}},
		Requests:    &v1alpha1.RequestMetrics{Instances: []v1alpha1.InstanceMetrics{{GitVersion: "v1.37.1", StartTime: "1.7636e+09"}}},
		Objects:     &v1alpha1.ScannedObjects{Resources: []v1alpha1.ScannedResource{}},
		Definitions: &v1alpha1.CustomResourceDefinitions{Definitions: []v1alpha1.CustomResourceDefinition{}},
		References:  &v1alpha1.References{Scanned: []v1alpha1.ScannedKind{}},
		Helm:        &v1alpha1.HelmReleases{Releases: []v1alpha1.HelmRelease{}},
	}
	if diff := cmp.Diff(want, got.APIUsage); diff != "" {
		t.Errorf("API usage (-want +got):\n%s", diff)
	}
	checkGaps(t, got)
	if got.Nodes != nil || got.Kubectl != nil || got.KubeProxy != nil || got.APIGroups != nil {
		t.Errorf("components were collected that were not asked for: %+v", got)
	}
	if got.APIServers == nil || got.Leases == nil || got.ControlPlanePods == nil {
		t.Errorf("the control plane was not collected: %+v", got)
	}
}
