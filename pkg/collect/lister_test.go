package collect

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Of all that servers serve here, ingresses have a version that goes away.
const (
	ingressesV1   = "networking.k8s.io/v1 ingresses Ingress"
	ingressesBeta = "networking.k8s.io/v1beta1 ingresses Ingress"
	ingressesPath = "/apis/networking.k8s.io/v1/ingresses"
)

// ingressServer is a server of ingresses in both versions, of which it calls one deprecated.
func ingressServer(t *testing.T, answer http.HandlerFunc) *apiServer {
	return newUsageServer(t, ingressesV1, ingressesBeta).on(ingressesPath, answer)
}

func ingresses(n int) *metav1.PartialObjectMetadataList {
	list := &metav1.PartialObjectMetadataList{}
	for i := range n {
		list.Items = append(list.Items, metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("web-%04d", i), Namespace: "shop",
		}})
	}
	return list
}

// limits are those of the requests at a path, with what they continue.
func (s *apiServer) limits(path string) []string {
	var pages []string
	for _, r := range s.requests(path) {
		pages = append(pages, r.Query.Get("limit")+" from "+r.Query.Get("continue"))
	}
	return pages
}

func scannedCount(t *testing.T, s *v1alpha1.Snapshot) int32 {
	t.Helper()
	if s.APIUsage.Objects == nil || len(s.APIUsage.Objects.Resources) != 1 {
		t.Fatalf("objects = %+v, want one resource", s.APIUsage.Objects)
	}
	return s.APIUsage.Objects.Resources[0].Count
}

func TestMetadataIsListedInPages(t *testing.T) {
	s := ingressServer(t, pages(ingresses(20_001)))
	got := s.usage(t)
	checkGaps(t, got)
	if count := scannedCount(t, got); count != 20_001 {
		t.Errorf("%d ingresses were counted, want 20001", count)
	}
	if diff := cmp.Diff([]string{"10000 from ", "10000 from 10000", "10000 from 20000"}, s.limits(ingressesPath)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
	for _, r := range s.requests(ingressesPath) {
		if r.Query.Has("resourceVersion") {
			t.Errorf("a page was asked for at a resourceVersion: %v", r.Query)
		}
		if r.Accept != acceptMetadata {
			t.Errorf("accepts %q, want %q", r.Accept, acceptMetadata)
		}
	}
}

// Five minutes after a list began, etcd forgets the state that it is of.
func TestAListGoesOnAfterItsContinueTokenExpired(t *testing.T) {
	expired := func(token string) http.HandlerFunc {
		status := failure(http.StatusGone, metav1.StatusReasonExpired, "The provided continue parameter is too old")
		status.Continue = token
		return answerStatus(http.StatusGone, status)
	}
	tests := []struct {
		name  string
		token string
		pages []string
	}{
		{"from where it was, by the token that the server gives", "10600", []string{"10000 from ", "10000 from 10000", "10000 from 10600"}},
		{"from the start, without one", "", []string{"10000 from ", "10000 from 10000", "10000 from ", "10000 from 10000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := pages(ingresses(12_000))
			var once atomic.Bool
			s := ingressServer(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Query().Get("continue") == "10000" && once.CompareAndSwap(false, true) {
					expired(tt.token)(w, r)
					return
				}
				all(w, r)
			})
			got := s.usage(t)
			checkGaps(t, got)
			if diff := cmp.Diff(tt.pages, s.limits(ingressesPath)); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
			want := int32(12_000)
			if tt.token != "" {
				// The token goes on behind the objects that were there: here 600 later.
				want = 11_400
			}
			if count := scannedCount(t, got); count != want {
				t.Errorf("%d objects were counted, want %d", count, want)
			}
		})
	}
	t.Run("not for ever", func(t *testing.T) {
		all := pages(ingresses(12_000))
		s := ingressServer(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("continue") != "" {
				expired("")(w, r)
				return
			}
			all(w, r)
		})
		checkGaps(t, s.usage(t), v1alpha1.Gap{
			Source: v1alpha1.SourceObjects, Resource: "ingresses.networking.k8s.io", Reason: v1alpha1.GapUnavailable,
			Message: "The provided continue parameter is too old",
		})
	})
}

// A definition is tens of kilobytes, and a Helm release can be a megabyte.
func TestLargeObjectsAreListedInSmallerPages(t *testing.T) {
	var list apiextensionsv1.CustomResourceDefinitionList
	for i := range 501 {
		d := definition(fmt.Sprintf("kind%03d", i), apiextensionsv1.CustomResourceDefinitionVersion{Name: "v1", Served: true, Storage: true})
		d.Spec.Versions[0].Schema = &apiextensionsv1.CustomResourceValidation{
			OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Description: strings.Repeat("x", 20<<10)},
		}
		list.Items = append(list.Items, d)
	}
	s := newUsageServer(t).on(definitionsPath, pages(&list))
	got := s.usage(t)
	checkGaps(t, got)
	if n := len(got.APIUsage.Definitions.Definitions); n != 501 {
		t.Errorf("%d definitions were read, want 501", n)
	}
	if diff := cmp.Diff([]string{"500 from ", "500 from 500"}, s.limits(definitionsPath)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestNoMoreThanFourListsAtATime(t *testing.T) {
	var served []string
	for _, line := range []string{
		"flowcontrol.apiserver.k8s.io/%s flowschemas FlowSchema", "flowcontrol.apiserver.k8s.io/%s prioritylevelconfigurations PriorityLevelConfiguration",
		"storage.k8s.io/%s csinodes CSINode", "storage.k8s.io/%s csidrivers CSIDriver", "node.k8s.io/%s runtimeclasses RuntimeClass",
		"batch/%s cronjobs CronJob", "policy/%s poddisruptionbudgets PodDisruptionBudget",
	} {
		served = append(served, fmt.Sprintf(line, "v1"), fmt.Sprintf(line, "v1beta1"))
	}
	s := newUsageServer(t, served...)
	var running, most atomic.Int32
	handler := s.Config.Handler
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("limit") {
			n := running.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(10 * time.Millisecond)
			defer running.Add(-1)
		}
		handler.ServeHTTP(w, r)
	})
	got := s.usage(t)
	checkGaps(t, got)
	if n := len(got.APIUsage.Objects.Resources); n != 7 {
		t.Errorf("%d resources were scanned, want 7", n)
	}
	if n := most.Load(); n != 4 {
		t.Errorf("%d lists ran at once, want 4", n)
	}
}

func TestAnswersThatAreNoListAreMalformed(t *testing.T) {
	whole := inEnvelope(ingresses(3))
	inProtobuf := func(body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", protobuf)
			_, _ = w.Write(body)
		}
	}
	unknown := func(kind string, raw []byte) []byte {
		message, err := (&runtime.Unknown{TypeMeta: runtime.TypeMeta{Kind: kind}, Raw: raw}).Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return append([]byte("k8s\x00"), message...)
	}
	tests := []struct {
		name    string
		answer  http.HandlerFunc
		problem string
	}{
		{"protobuf that is cut short", inProtobuf(whole[:len(whole)-5]), "unexpected EOF"},
		{"protobuf without an envelope", inProtobuf(whole[4:]), "no Kubernetes protobuf"},
		{"nothing", inProtobuf(nil), "no Kubernetes protobuf"},
		{"an object", inProtobuf(unknown("Ingress", nil)), `want a list, got kind "Ingress"`},
		{"a list of something else", inProtobuf(unknown("List", []byte("\x12\x02\x0a\xff"))), "unexpected EOF"},
		{"a list within a list", inProtobuf(unknown("List", []byte("\x0a\x05\x1a\x01a"))), "unexpected EOF"},
		{"an object that is longer than its list", inProtobuf(append(unknown("List", []byte("\x12\x03\x0a\x00")), 0)), "unexpected EOF"},
		{"an object larger than any", inProtobuf([]byte("k8s\x00\x0a\x06\x12\x04List\x12\xff\xff\xff\xff\x1f\x12\xff\xff\xff\xff\x07")), "an object of more than 32 MiB"},
		{"groups of protobuf, which Kubernetes does not use", inProtobuf(unknown("List", []byte("\x13\x14"))), "no Kubernetes protobuf"},
		{"an object in JSON", answerJSON(object{"kind": "Ingress"}), `want a list, got kind "Ingress"`},
		{"another JSON", answerJSON(object{}), `want a list, got kind ""`},
		{"a page for people", answerText("<html>"), "invalid character '<' looking for beginning of value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := ingressServer(t, tt.answer).usage(t)
			checkGaps(t, got, v1alpha1.Gap{
				Source: v1alpha1.SourceObjects, Resource: "ingresses.networking.k8s.io", Reason: v1alpha1.GapMalformed,
				Message: ingressesPath + ": unexpected answer: " + tt.problem,
			})
			if objects := got.APIUsage.Objects; objects == nil || len(objects.Resources) != 0 {
				t.Errorf("objects = %+v, want none", objects)
			}
		})
	}
}

func TestAConnectionThatBreaksInTheMidstOfAListIsNotMalformed(t *testing.T) {
	s := ingressServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", protobuf)
		_, _ = w.Write(inEnvelope(ingresses(3))[:40])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	got := s.usage(t)
	if len(got.Gaps) != 1 || got.Gaps[0].Source != v1alpha1.SourceObjects || got.Gaps[0].Reason != v1alpha1.GapUnavailable {
		t.Errorf("gaps = %+v, want that of the objects, %s", got.Gaps, v1alpha1.GapUnavailable)
	}
}

// A server refuses in the encoding that was asked for.
func TestARefusalInProtobuf(t *testing.T) {
	const refusal = `ingresses.networking.k8s.io is forbidden: User "jane" cannot list resource "ingresses" in API group "networking.k8s.io" in the namespace "shop"`
	status := failure(http.StatusForbidden, metav1.StatusReasonForbidden, refusal)
	raw, err := status.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	message, err := (&runtime.Unknown{TypeMeta: runtime.TypeMeta{APIVersion: "v1", Kind: "Status"}, Raw: raw}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	s := ingressServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", protobuf)
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write(append([]byte(protobufMagic), message...))
	})
	checkGaps(t, s.usage(t), v1alpha1.Gap{
		Source: v1alpha1.SourceObjects, Resource: "ingresses.networking.k8s.io", Reason: v1alpha1.GapForbidden,
		Permission: "list ingresses.networking.k8s.io in shop", Message: refusal,
	})
}

func TestAListThatDoesNotEndIsGivenUp(t *testing.T) {
	again := ingresses(0)
	again.Continue = "again"
	s := ingressServer(t, answerProtobuf(again))
	checkGaps(t, s.usage(t), v1alpha1.Gap{
		Source: v1alpha1.SourceObjects, Resource: "ingresses.networking.k8s.io", Reason: v1alpha1.GapMalformed,
		Message: ingressesPath + ": unexpected answer: more than 10000 pages",
	})
}

func TestPathOfASelection(t *testing.T) {
	tests := []struct {
		gvr       schema.GroupVersionResource
		namespace string
		want      string
	}{
		{schema.GroupVersionResource{Version: "v1", Resource: "secrets"}, "", "/api/v1/secrets"},
		{schema.GroupVersionResource{Version: "v1", Resource: "secrets"}, "shop", "/api/v1/namespaces/shop/secrets"},
		{schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}, "", "/apis/batch/v1/jobs"},
		{schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}, "shop", "/apis/batch/v1/namespaces/shop/jobs"},
	}
	for _, tt := range tests {
		if got := (selection{GroupVersionResource: tt.gvr, namespace: tt.namespace}).path(); got != tt.want {
			t.Errorf("path %s, want %s", got, tt.want)
		}
	}
}
