package collect

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

const (
	versionPath        = "/version"
	metricsPath        = "/metrics"
	leasesPath         = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
	systemPodsPath     = "/api/v1/namespaces/kube-system/pods"
	groupsPath         = "/apis"
	openshiftPodsPath  = "/api/v1/namespaces/openshift-kube-apiserver/pods"
	daemonSetsPath     = "/apis/apps/v1/namespaces/kube-system/daemonsets"
	revisionsPath      = "/apis/apps/v1/namespaces/kube-system/controllerrevisions"
	endpointSlicesPath = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
)

const (
	tableAccept      = "application/json;as=Table;g=meta.k8s.io;v=v1"
	kubeadmSelector  = "tier=control-plane"
	openshiftPodsFor = "app=openshift-kube-apiserver"
	openshiftGroup   = "config.openshift.io"
	token            = "not-a-real-token"
)

// now is the Date of every answer, and the clock of the collecting machine is an hour ahead of it.
var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// TestMain is kubectl where it is called that.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "kubectl") {
		os.Exit(beKubectl())
	}
	// Proxies of the environment would take the addresses that tests make up.
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// request is what a test asserts about a request that was received.
type request struct {
	Method, Path, Accept, Authorization string
	Query                               url.Values
	ClientCertificate                   bool
}

// apiServer is a kube-apiserver on loopback that answers what it was taught.
// It starts as a healthy v1.37.1 with one instance and nothing else in it.
type apiServer struct {
	*httptest.Server
	authority *authority

	mu       sync.Mutex
	answers  map[string]http.HandlerFunc
	received []request
}

func newAPIServer(t *testing.T) *apiServer {
	return newAPIServerAt(t, newAuthority(t), "127.0.0.1")
}

// newAPIServerAt returns a server on loopback whose certificate is for the address.
func newAPIServerAt(t *testing.T, a *authority, address string) *apiServer {
	t.Helper()
	s := &apiServer{authority: a, answers: make(map[string]http.HandlerFunc)}
	s.on(versionPath, answerJSON(v1alpha1.VersionInfo{GitVersion: "v1.37.1"}))
	s.on(metricsPath, answerText(metrics("v1.37.1", "1.7636e+09")))
	s.on(leasesPath, answerJSON(list(identityLease("apiserver-a", now))))
	s.on(nodesPath, answerJSON(nodeTable()))
	s.on(systemPodsPath, answerJSON(list()))
	s.on(openshiftPodsPath, answerJSON(list()))
	s.on(groupsPath, answerJSON(groups("apps", openshiftGroup)))
	s.on(daemonSetsPath, answerJSON(list()))

	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	// A certificate that a client refuses is what some tests are about.
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, &connection{})
	}
	s.TLS = &tls.Config{Certificates: []tls.Certificate{a.issue(t, address)}, ClientAuth: tls.RequestClientCert}
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// on teaches the server what to answer at a path, in place of what it answered before.
func (s *apiServer) on(path string, answer http.HandlerFunc) *apiServer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answers[path] = answer
	return s
}

func (s *apiServer) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.received = append(s.received, request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Accept: r.Header.Get("Accept"),
		Authorization: r.Header.Get("Authorization"), ClientCertificate: len(r.TLS.PeerCertificates) > 0,
	})
	answer, ok := s.answers[r.URL.Path]
	s.mu.Unlock()
	w.Header().Set("Date", now.Format(http.TimeFormat))
	if !ok {
		http.NotFound(w, r)
		return
	}
	answer(w, r)
}

// requests returns what was received at a path, ordered by label selector.
func (s *apiServer) requests(path string) []request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []request
	for _, r := range s.received {
		if r.Path == path {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b request) int {
		return slices.Compare(a.Query["labelSelector"], b.Query["labelSelector"])
	})
	return found
}

// config reaches the server with credentials of both kinds.
func (s *apiServer) config(t *testing.T) *rest.Config {
	certificate := s.authority.issue(t, "127.0.0.1")
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return &rest.Config{
		Host:        s.URL,
		BearerToken: token,
		TLSClientConfig: rest.TLSClientConfig{
			CAData:   s.authority.pem,
			CertData: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}),
			KeyData:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		},
	}
}

func (s *apiServer) options(t *testing.T) Options {
	return Options{
		Config:  s.config(t),
		Context: "production",
		Tool:    "kubectl-versions v0.1.0",
		Catalog: &catalog.Catalog{Skew: &catalog.Skew{ControlPlanePods: []catalog.PodLocation{
			{Layout: "kubeadm", Namespace: "kube-system", Selector: kubeadmSelector, ComponentLabel: "component"},
			{Layout: "OpenShift", APIGroup: openshiftGroup, Namespace: "openshift-kube-apiserver", Selector: openshiftPodsFor, Component: catalog.KubeAPIServer},
		}}},
		Kubectl:    KubectlFinder{Version: "v1.37.0"}.Find,
		Components: true,
		Now:        func() time.Time { return now.Add(time.Hour) },
	}
}

func (s *apiServer) collect(t *testing.T) *v1alpha1.Snapshot {
	t.Helper()
	return collectWith(t, s.options(t))
}

func collectWith(t *testing.T, o Options) *v1alpha1.Snapshot {
	t.Helper()
	snapshot, err := Collect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// instance is one of several kube-apiserver processes behind an address.
type instance struct {
	v1alpha1.VersionInfo
	startTime string
	// down instances accept a connection, and serve nothing.
	down bool
}

// connection remembers which instance the load balancer gave it to.
type connection struct {
	once sync.Once
	to   *instance
}

type connectionKey struct{}

// balance puts a load balancer in front of instances: the nth probe's connection
// goes to instances[order[n]], those after them to the last in order, and /metrics
// is that of the same instance. The first connection of all is that of the lists.
func (s *apiServer) balance(instances []instance, order ...int) *apiServer {
	var n atomic.Int32
	of := func(r *http.Request) *connection { return r.Context().Value(connectionKey{}).(*connection) }
	s.on(versionPath, func(w http.ResponseWriter, r *http.Request) {
		c := of(r)
		c.once.Do(func() { c.to = &instances[order[max(0, min(int(n.Add(1))-1, len(order))-1)]] })
		if c.to.down {
			answerStatus(http.StatusServiceUnavailable, nil)(w, r)
			return
		}
		answerJSON(c.to.VersionInfo)(w, r)
	})
	return s.on(metricsPath, func(w http.ResponseWriter, r *http.Request) {
		c := of(r)
		if c.to == nil {
			http.Error(w, "this connection has not asked for /version", http.StatusMisdirectedRequest)
			return
		}
		answerText(metrics(c.to.GitVersion, c.to.startTime))(w, r)
	})
}

// checkGaps compares all but what gaps hide, which TestARefusedSourceCostsItsOwnSection does.
func checkGaps(t *testing.T, snapshot *v1alpha1.Snapshot, want ...v1alpha1.Gap) {
	t.Helper()
	hides := cmpopts.IgnoreFields(v1alpha1.Gap{}, "Hides")
	if diff := cmp.Diff(want, snapshot.Gaps, hides); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func answerJSON(body any) http.HandlerFunc { return answerStatus(http.StatusOK, body) }

func answerStatus(code int, body any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		// An error here is a client that has gone.
		_ = json.NewEncoder(w).Encode(body)
	}
}

func answerText(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

// refuse answers as kube-apiserver does when RBAC refuses.
func refuse(message string) http.HandlerFunc {
	return answerStatus(http.StatusForbidden, failure(http.StatusForbidden, metav1.StatusReasonForbidden, message))
}

func failure(code int32, reason metav1.StatusReason, message string) metav1.Status {
	return metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"},
		Status:   metav1.StatusFailure, Message: message, Reason: reason, Code: code,
	}
}

// hang answers nothing until the client gives up.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// bySelector picks the answer by label selector, and has no objects for any other.
func bySelector(answers map[string]http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Query().Get("labelSelector")]
		if !ok {
			answer = answerJSON(list())
		}
		answer(w, r)
	}
}

// object is an API object, as deep as a test needs it.
type object = map[string]any

func list(items ...object) object {
	return object{"kind": "List", "apiVersion": "v1", "items": append([]object{}, items...)}
}

// groups is what a server answers at /apis.
func groups(names ...string) object {
	var of []object
	for _, name := range names {
		of = append(of, object{"name": name})
	}
	return object{"kind": "APIGroupList", "apiVersion": "v1", "groups": of}
}

// tableOf returns what a server sends for includeObject=None.
func tableOf(columns []string, rows ...[]any) metav1.Table {
	t := metav1.Table{TypeMeta: metav1.TypeMeta{Kind: "Table", APIVersion: "meta.k8s.io/v1"}, Rows: []metav1.TableRow{}}
	for _, name := range columns {
		t.ColumnDefinitions = append(t.ColumnDefinitions, metav1.TableColumnDefinition{Name: name, Type: "string"})
	}
	for _, cells := range rows {
		t.Rows = append(t.Rows, metav1.TableRow{Cells: cells})
	}
	return t
}

func metrics(gitVersion, startTime string) string {
	return fmt.Sprintf(`# HELP kubernetes_build_info [BETA] A metric with a constant '1' value.
# TYPE kubernetes_build_info gauge
kubernetes_build_info{build_date="2026-11-10T00:00:00Z",compiler="gc",git_version="%s",major="1",platform="linux/amd64"} 1
# HELP process_start_time_seconds [STABLE] Start time of the process since unix epoch in seconds.
# TYPE process_start_time_seconds gauge
process_start_time_seconds %s
`, gitVersion, startTime)
}

// authority signs the certificates of a cluster.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	template := &x509.Certificate{IsCA: true, KeyUsage: x509.KeyUsageCertSign, Subject: pkix.Name{CommonName: rand.Text()}}
	signed := a.sign(t, template)
	a.certificate, a.key = signed.Leaf, signed.PrivateKey.(*ecdsa.PrivateKey)
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed.Certificate[0]})
	return a
}

// issue returns a certificate for an IP address, good for servers and clients.
func (a *authority) issue(t *testing.T, address string) tls.Certificate {
	t.Helper()
	return a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "kube-apiserver"}, IPAddresses: []net.IP{net.ParseIP(address)}})
}

// sign completes the template; without a certificate of its own yet, a signs itself.
func (a *authority) sign(t *testing.T, template *x509.Certificate) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	template.BasicConstraintsValid = true
	parent, parentKey := a.certificate, a.key
	if parent == nil {
		parent, parentKey = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
