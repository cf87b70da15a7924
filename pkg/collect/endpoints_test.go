package collect

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// network leads addresses that a cluster publishes to servers on loopback, and
// remembers what was dialled.
type network struct {
	servers map[string]*apiServer

	mu      sync.Mutex
	dialled map[string]int
}

func (n *network) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	if n.dialled == nil {
		n.dialled = make(map[string]int)
	}
	n.dialled[address]++
	n.mu.Unlock()
	server, ok := n.servers[address]
	if !ok {
		return nil, fmt.Errorf("dial %s %s: no route to host", network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
}

// endpointSlice is one of EndpointSlices default/kubernetes.
func endpointSlice(port int, addresses ...string) object {
	endpoints := make([]object, len(addresses))
	for i, address := range addresses {
		endpoints[i] = object{"addresses": []string{address}, "conditions": object{"ready": true}}
	}
	return object{
		"metadata":  object{"namespace": "default", "labels": object{"kubernetes.io/service-name": "kubernetes"}},
		"endpoints": endpoints,
		"ports":     []object{{"name": "https", "port": port, "protocol": "TCP"}},
	}
}

func TestEndpoints(t *testing.T) {
	ofCluster := newAuthority(t)
	v137 := v1alpha1.VersionInfo{GitVersion: "v1.37.1", EmulationMajor: "1", EmulationMinor: "37", Platform: "linux/amd64"}
	first := newAPIServerAt(t, ofCluster, "192.0.2.10").on(versionPath, answerJSON(v137))
	second := newAPIServerAt(t, ofCluster, "2001:db8::11").on(versionPath, answerJSON(v1alpha1.VersionInfo{GitVersion: "v1.36.3"}))
	closed := newAPIServerAt(t, ofCluster, "192.0.2.12").
		on(versionPath, answerStatus(http.StatusUnauthorized, failure(http.StatusUnauthorized, "Unauthorized", "Unauthorized")))
	misnamed := newAPIServerAt(t, ofCluster, "192.0.2.99")
	foreign := newAPIServerAt(t, newAuthority(t), "192.0.2.14")
	nameless := newAPIServerAt(t, ofCluster, "192.0.2.16").on(versionPath, answerJSON(object{}))
	wire := &network{servers: map[string]*apiServer{
		"192.0.2.10:6443": first, "[2001:db8::11]:6443": second, "192.0.2.12:6443": closed, "192.0.2.13:6443": misnamed, "192.0.2.14:6443": foreign,
		"192.0.2.16:6443": nameless,
	}}

	withoutHTTPS := endpointSlice(8443, "192.0.2.20")
	withoutHTTPS["ports"] = []object{{"name": "metrics", "port": 8443}}
	s := newAPIServerAt(t, ofCluster, "127.0.0.1").on(endpointSlicesPath, bySelector(map[string]http.HandlerFunc{
		"kubernetes.io/service-name=kubernetes": answerJSON(list(
			endpointSlice(6443, "192.0.2.10", "192.0.2.12", "192.0.2.13", "192.0.2.14", "192.0.2.15", "192.0.2.16"),
			endpointSlice(6443, "2001:db8::11"),
			withoutHTTPS,
		)),
	}))
	o := s.options(t)
	o.ProbeEndpoints, o.Dial = true, wire.dial
	snapshot := collectWith(t, o)

	want := []v1alpha1.APIServerEndpoint{
		{Address: "192.0.2.10:6443", Version: &v137},
		{Address: "192.0.2.12:6443", Error: "Unauthorized"},
		{Address: "192.0.2.13:6443", Error: "tls: failed to verify certificate: x509: certificate is valid for 192.0.2.99, not 192.0.2.13"},
		{Address: "192.0.2.14:6443", Error: "tls: failed to verify certificate: x509: certificate signed by unknown authority"},
		{Address: "192.0.2.15:6443", Error: "dial tcp 192.0.2.15:6443: no route to host"},
		{Address: "192.0.2.16:6443", Error: "/version: unexpected answer: no gitVersion"},
		{Address: "[2001:db8::11]:6443", Version: &v1alpha1.VersionInfo{GitVersion: "v1.36.3"}},
	}
	if diff := cmp.Diff(want, snapshot.APIServers.Endpoints); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	var gaps []v1alpha1.Gap
	for _, endpoint := range want {
		if endpoint.Version == nil {
			gaps = append(gaps, v1alpha1.Gap{
				Source: v1alpha1.SourceEndpoints, Reason: v1alpha1.GapUnavailable,
				Hides: "kube-apiserver at " + endpoint.Address, Message: endpoint.Error,
			})
		}
	}
	if diff := cmp.Diff(gaps, snapshot.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	wantDialled := map[string]int{}
	for _, endpoint := range want {
		wantDialled[endpoint.Address] = 1
	}
	if diff := cmp.Diff(wantDialled, wire.dialled); diff != "" {
		t.Errorf("dialled (-want +got):\n%s", diff)
	}

	// The cluster itself is sent both credentials, an endpoint none.
	anonymous := []request{{Method: "GET", Path: versionPath, Accept: "application/json", Query: map[string][]string{}}}
	for _, endpoint := range []*apiServer{first, second, closed} {
		if diff := cmp.Diff(anonymous, endpoint.received); diff != "" {
			t.Errorf("requests to an endpoint (-want +got):\n%s", diff)
		}
	}
	if diff := cmp.Diff([]request(nil), append(misnamed.received, foreign.received...)); diff != "" {
		t.Errorf("requests to endpoints that prove no identity (-want +got):\n%s", diff)
	}
	for _, r := range s.received {
		if r.Authorization != "Bearer "+token || !r.ClientCertificate {
			t.Errorf("%s %s was sent without credentials", r.Method, r.Path)
		}
	}
}

func TestEndpointsAreVerifiedEvenWhereTheServerIsNot(t *testing.T) {
	foreign := newAPIServerAt(t, newAuthority(t), "192.0.2.10")
	wire := &network{servers: map[string]*apiServer{"192.0.2.10:6443": foreign}}
	s := newAPIServer(t).on(endpointSlicesPath, answerJSON(list(endpointSlice(6443, "192.0.2.10"))))
	o := s.options(t)
	o.Config.Insecure, o.Config.CAData = true, nil
	o.ProbeEndpoints, o.Dial = true, wire.dial

	want := []v1alpha1.APIServerEndpoint{{
		Address: "192.0.2.10:6443", Error: "tls: failed to verify certificate: x509: certificate signed by unknown authority",
	}}
	if diff := cmp.Diff(want, collectWith(t, o).APIServers.Endpoints); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
}

func TestEndpointsAreNotDialledUnlessAskedFor(t *testing.T) {
	wire := &network{}
	s := newAPIServer(t).on(endpointSlicesPath, answerJSON(list(endpointSlice(6443, "192.0.2.10"))))
	o := s.options(t)
	o.Dial = wire.dial
	snapshot := collectWith(t, o)
	if endpoints := snapshot.APIServers.Endpoints; endpoints != nil {
		t.Errorf("endpoints = %v, want none", endpoints)
	}
	if diff := cmp.Diff([]request(nil), s.requests(endpointSlicesPath)); diff != "" {
		t.Errorf("requests for EndpointSlices (-want +got):\n%s", diff)
	}
	if wire.dialled != nil {
		t.Errorf("dialled %v", wire.dialled)
	}
}

func TestEndpointsBeyondThe32ndAreNotDialled(t *testing.T) {
	var addresses []string
	want := make(map[string]int)
	for i := range 33 {
		addresses = append(addresses, fmt.Sprintf("192.0.2.%d", i+1))
		if i < 32 {
			want[addresses[i]+":6443"] = 1
		}
	}
	wire := &network{}
	s := newAPIServer(t).on(endpointSlicesPath, answerJSON(list(endpointSlice(6443, addresses...))))
	o := s.options(t)
	o.ProbeEndpoints, o.Dial = true, wire.dial
	endpoints := collectWith(t, o).APIServers.Endpoints
	if diff := cmp.Diff(want, wire.dialled); diff != "" {
		t.Errorf("dialled (-want +got):\n%s", diff)
	}
	last := v1alpha1.APIServerEndpoint{Address: "192.0.2.33:6443", Error: "not asked: only the first 32 addresses are"}
	if diff := cmp.Diff(last, endpoints[len(endpoints)-1]); diff != "" {
		t.Errorf("the 33rd (-want +got):\n%s", diff)
	}
}
