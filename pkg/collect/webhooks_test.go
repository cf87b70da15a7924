package collect

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func slicesPath(namespace string) string {
	return "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices"
}

func calling(namespace, name string) admissionv1.WebhookClientConfig {
	return admissionv1.WebhookClientConfig{Service: &admissionv1.ServiceReference{Namespace: namespace, Name: name}}
}

func validating(name string, webhooks ...admissionv1.ValidatingWebhook) admissionv1.ValidatingWebhookConfiguration {
	return admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: name}, Webhooks: webhooks}
}

// validatingWebhooks is a server with one configuration, of webhooks that call these services.
func validatingWebhooks(t *testing.T, configs ...admissionv1.WebhookClientConfig) *apiServer {
	configuration := validating("guard")
	for i, config := range configs {
		configuration.Webhooks = append(configuration.Webhooks, admissionv1.ValidatingWebhook{Name: fmt.Sprint(i), ClientConfig: config})
	}
	return newUpgradeServer(t).on(validatingPath, pages(&admissionv1.ValidatingWebhookConfigurationList{Items: []admissionv1.ValidatingWebhookConfiguration{configuration}}))
}

// slice is an EndpointSlice of IPv4 addresses, which are ready, "!" not, or "?" not known to be.
func slice(addresses ...string) discoveryv1.EndpointSlice {
	s := discoveryv1.EndpointSlice{AddressType: discoveryv1.AddressTypeIPv4}
	for _, address := range addresses {
		var ready *bool
		if !strings.HasPrefix(address, "?") {
			is := !strings.HasPrefix(address, "!")
			ready = &is
		}
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{strings.TrimLeft(address, "!?")}, Conditions: discoveryv1.EndpointConditions{Ready: ready},
		})
	}
	return s
}

func slicesAre(slices ...discoveryv1.EndpointSlice) http.HandlerFunc {
	return answerJSON(discoveryv1.EndpointSliceList{Items: slices})
}

func number(n int32) *int32 { return &n }

func TestWebhooks(t *testing.T) {
	ignore, url := admissionv1.Ignore, "https://192.0.2.1/"
	mutating := admissionv1.MutatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: "z"}, Webhooks: []admissionv1.MutatingWebhook{
		{Name: "z.example.com", ClientConfig: calling("guard", "webhook"), FailurePolicy: &ignore},
		{Name: "a.example.com", ClientConfig: admissionv1.WebhookClientConfig{URL: &url}},
	}}
	first := validating("b\x1b[2J", admissionv1.ValidatingWebhook{Name: "one", ClientConfig: calling("guard", "webhook")})
	second := validating("a", admissionv1.ValidatingWebhook{Name: "two", ClientConfig: calling("guard", "other")})
	want := &v1alpha1.AdmissionWebhooks{Webhooks: []v1alpha1.AdmissionWebhook{
		{Kind: "MutatingWebhookConfiguration", Configuration: "z", Name: "z.example.com", FailurePolicy: "Ignore", Service: "guard/webhook", ReadyEndpoints: number(2)},
		{Kind: "MutatingWebhookConfiguration", Configuration: "z", Name: "a.example.com", FailurePolicy: "Fail"},
		{Kind: "ValidatingWebhookConfiguration", Configuration: "a", Name: "two", FailurePolicy: "Fail", Service: "guard/other", ReadyEndpoints: number(0)},
		{Kind: "ValidatingWebhookConfiguration", Configuration: "b\x1b[2J", Name: "one", FailurePolicy: "Fail", Service: "guard/webhook", ReadyEndpoints: number(2)},
	}}
	server := func() *apiServer {
		return newUpgradeServer(t).on(slicesPath("guard"), bySelector(map[string]http.HandlerFunc{
			"kubernetes.io/service-name=webhook": slicesAre(slice("10.0.0.1", "10.0.0.2")),
		}))
	}
	inProtobuf := server().
		on(mutatingPath, pages(&admissionv1.MutatingWebhookConfigurationList{Items: []admissionv1.MutatingWebhookConfiguration{mutating}})).
		on(validatingPath, pages(&admissionv1.ValidatingWebhookConfigurationList{Items: []admissionv1.ValidatingWebhookConfiguration{first, second}}))
	inJSON := server().
		on(mutatingPath, asJSON("MutatingWebhookConfigurationList", mutating)).
		on(validatingPath, asJSON("ValidatingWebhookConfigurationList", first, second))
	for encoding, s := range map[string]*apiServer{"protobuf": inProtobuf, "JSON": inJSON} {
		t.Run(encoding, func(t *testing.T) {
			got := s.upgrade(t)
			checkGaps(t, got)
			if diff := cmp.Diff(want, got.Upgrade.Webhooks); diff != "" {
				t.Errorf("webhooks (-want +got):\n%s", diff)
			}
			var asked []string
			for _, r := range s.requests(slicesPath("guard")) {
				asked = append(asked, r.Query.Get("labelSelector"))
			}
			if diff := cmp.Diff([]string{"kubernetes.io/service-name=other", "kubernetes.io/service-name=webhook"}, asked); diff != "" {
				t.Errorf("services asked (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadyEndpoints(t *testing.T) {
	six := slice("fd00::1", "fd00::2", "!fd00::3")
	six.AddressType = discoveryv1.AddressTypeIPv6
	tests := []struct {
		name   string
		slices []discoveryv1.EndpointSlice
		want   int32
	}{
		{"no slice", nil, 0},
		{"a slice without addresses", []discoveryv1.EndpointSlice{slice()}, 0},
		{"some that are not ready", []discoveryv1.EndpointSlice{slice("10.0.0.1", "!10.0.0.2", "10.0.0.3")}, 2},
		{"none that is ready", []discoveryv1.EndpointSlice{slice("!10.0.0.1")}, 0},
		{"one that is not known to be", []discoveryv1.EndpointSlice{slice("?10.0.0.1")}, 1},
		{"several slices", []discoveryv1.EndpointSlice{slice("10.0.0.1"), slice("10.0.0.2", "10.0.0.3")}, 3},
		{"an address in several slices", []discoveryv1.EndpointSlice{slice("10.0.0.1"), slice("10.0.0.1")}, 1},
		{"pods with addresses of two families", []discoveryv1.EndpointSlice{slice("10.0.0.1", "10.0.0.2", "!10.0.0.3"), six}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := validatingWebhooks(t, calling("guard", "webhook")).on(slicesPath("guard"), slicesAre(tt.slices...))
			got := s.upgrade(t)
			checkGaps(t, got)
			if diff := cmp.Diff(number(tt.want), got.Upgrade.Webhooks.Webhooks[0].ReadyEndpoints); diff != "" {
				t.Errorf("ready endpoints (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAServiceThatCannotBeReadCostsItsWebhooksAlone(t *testing.T) {
	const refusal = `endpointslices.discovery.k8s.io is forbidden: User "jane" cannot list resource "endpointslices" in API group "discovery.k8s.io" in the namespace "guard"`
	s := validatingWebhooks(t, calling("guard", "webhook"), calling("open", "webhook"), calling("guard", "webhook")).
		on(slicesPath("guard"), refuse(refusal)).on(slicesPath("open"), slicesAre(slice("10.0.0.1")))
	got := s.upgrade(t)
	want := []v1alpha1.Gap{{
		Source: v1alpha1.SourceWebhooks, Resource: "guard/webhook", Reason: v1alpha1.GapForbidden,
		Permission: "list endpointslices.discovery.k8s.io in guard", Hides: "whether service guard/webhook answers webhooks", Message: refusal,
	}}
	if diff := cmp.Diff(want, got.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	var ready []*int32
	for _, w := range got.Upgrade.Webhooks.Webhooks {
		ready = append(ready, w.ReadyEndpoints)
	}
	if diff := cmp.Diff([]*int32{nil, number(1), nil}, ready); diff != "" {
		t.Errorf("ready endpoints (-want +got):\n%s", diff)
	}
}

// kube-apiserver stores what a webhook's author writes there.
func TestServicesWhoseNamesAreNone(t *testing.T) {
	for _, tt := range []struct{ namespace, name string }{
		{"../../../../api/v1/namespaces/kube-system", "webhook"}, {"guard", "webhook,app=other"}, {"guard", "web hook"}, {"", "webhook"}, {"guard", ""}, {"gu?ard", "webhook"},
	} {
		t.Run(tt.namespace+" and "+tt.name, func(t *testing.T) {
			s := validatingWebhooks(t, calling(tt.namespace, tt.name))
			got := s.upgrade(t)
			checkGaps(t, got)
			if diff := cmp.Diff(number(0), got.Upgrade.Webhooks.Webhooks[0].ReadyEndpoints); diff != "" {
				t.Errorf("ready endpoints (-want +got):\n%s", diff)
			}
			for _, r := range s.received {
				if r.Query.Get("labelSelector") != "" && r.Path != systemPodsPath && r.Path != openshiftPodsPath {
					t.Errorf("asked %+v", r)
				}
			}
		})
	}
}

func TestNoMoreThanEightServicesAreAskedAtATime(t *testing.T) {
	var configs []admissionv1.WebhookClientConfig
	for i := range 30 {
		configs = append(configs, calling("guard", fmt.Sprintf("webhook-%d", i)))
	}
	var running, most atomic.Int32
	s := validatingWebhooks(t, configs...).on(slicesPath("guard"), func(w http.ResponseWriter, r *http.Request) {
		n := running.Add(1)
		defer running.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		time.Sleep(10 * time.Millisecond)
		slicesAre()(w, r)
	})
	got := s.upgrade(t)
	checkGaps(t, got)
	if n := len(s.requests(slicesPath("guard"))); n != 30 {
		t.Errorf("%d services were asked, want 30", n)
	}
	if n := most.Load(); n != 8 {
		t.Errorf("%d services were asked at once, want 8", n)
	}
}
