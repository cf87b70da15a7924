package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/tools/clientcmd"
)

// fault spoils an answer. It may forward the request, and what it writes reaches the client.
type fault func(w http.ResponseWriter, r *http.Request, forward http.Handler)

// rule has a fault happen to requests of a path.
type rule struct {
	// path is exact, but for "*" at its end.
	path string
	// query is part of the raw query.
	query string
	// first is how many such requests are spoiled: 0 for all.
	first int
	fault fault
}

func (r rule) matches(request *http.Request) bool {
	prefix, open := strings.CutSuffix(r.path, "*")
	if !open && request.URL.Path != prefix || !strings.HasPrefix(request.URL.Path, prefix) {
		return false
	}
	return strings.Contains(request.URL.RawQuery, r.query)
}

// faultProxy stands between the plugin and a kube-apiserver, with a certificate
// of its own.
type faultProxy struct {
	kubeconfig string
	address    string

	mu    sync.Mutex
	rules []rule
	// met counts the requests that each rule matched.
	met []int
	// last is when the last request came, and codes what kube-apiserver answered.
	last  time.Time
	codes map[int]int
}

// startFaultProxy speaks HTTP/2 as kube-apiserver does, or HTTP/1.1 alone.
func (c cluster) startFaultProxy(t *testing.T, http2 bool) *faultProxy {
	t.Helper()
	config, err := clientcmd.LoadFromFile(c.kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	of := config.Clusters["load-balancer"]
	target, err := url.Parse(of.Server)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(of.CertificateAuthorityData)
	quiet := log.New(io.Discard, "", 0)
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			// Faults cut texts, not compressed ones.
			r.Out.Header.Del("Accept-Encoding")
		},
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableCompression: true},
		FlushInterval: -1,
		ErrorLog:      quiet,
	}

	p := &faultProxy{kubeconfig: filepath.Join(t.TempDir(), "kubeconfig")}
	p.inject()
	forward.ModifyResponse = func(response *http.Response) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.codes[response.StatusCode]++
		return nil
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if spoil := p.faultOf(r); spoil != nil {
			spoil(w, r, forward)
			return
		}
		forward.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = quiet
	server.Config.ConnContext = func(ctx context.Context, connection net.Conn) context.Context {
		return context.WithValue(ctx, connectionKey{}, connection)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	p.address = server.Listener.Addr().String()

	of.Server = server.URL
	of.CertificateAuthorityData = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := clientcmd.WriteToFile(*config, p.kubeconfig); err != nil {
		t.Fatal(err)
	}
	return p
}

// inject replaces the rules of before.
func (p *faultProxy) inject(rules ...rule) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rules, p.met, p.codes = rules, make([]int, len(rules)), map[int]int{}
}

// answered reports whether kube-apiserver itself gave an answer of that status.
func (p *faultProxy) answered(code int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.codes[code] > 0
}

// settle waits until the first rule has matched, and requests have ceased.
func (p *faultProxy) settle(t *testing.T) {
	t.Helper()
	settled := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.met[0] > 0 && time.Since(p.last) > 500*time.Millisecond
	}
	for began := time.Now(); !settled(); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatal("requests do not cease")
		}
	}
}

func (p *faultProxy) faultOf(request *http.Request) fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = time.Now()
	for i, r := range p.rules {
		if !r.matches(request) {
			continue
		}
		if p.met[i]++; r.first == 0 || p.met[i] <= r.first {
			return r.fault
		}
	}
	return nil
}

type connectionKey struct{}

// answer is one of the proxy's own; headers are pairs.
func answer(code int, contentType, body string, headers ...string) fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.Header().Set("Content-Type", contentType)
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// status is a failure as kube-apiserver tells it.
func status(code int, reason, message string, headers ...string) fault {
	body := fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":%q,"reason":%q,"code":%d}`, message, reason, code)
	return answer(code, "application/json", body, headers...)
}

// reset breaks the connection, and all else that goes over it, before an answer.
func reset(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
	connection := r.Context().Value(connectionKey{}).(*tls.Conn).NetConn().(*net.TCPConn)
	_ = connection.SetLinger(0)
	connection.Close()
	panic(http.ErrAbortHandler)
}

// cut forwards so many bytes of an answer's body, and ends it with the fault;
// without one in good order, as though that were all.
func cut(after int, end fault) fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		body := &body{ResponseWriter: w, left: after}
		forward.ServeHTTP(body, r)
		if end != nil {
			_ = http.NewResponseController(w).Flush()
			end(w, r, forward)
		}
	}
}

// abort ends this request alone, where the protocol can.
func abort(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// hang answers nothing more until the client gives up.
func hang(_ http.ResponseWriter, r *http.Request, _ http.Handler) { <-r.Context().Done() }

// trickle forwards a byte a second.
func trickle(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	var kept bytes.Buffer
	forward.ServeHTTP(&body{ResponseWriter: w, left: 1 << 30, to: &kept}, r)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for _, b := range kept.Bytes() {
		if _, err := w.Write([]byte{b}); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// held forwards once the gate is open.
func held(gate <-chan struct{}) fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		select {
		case <-gate:
			forward.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}
}

// asking forwards with other parameters and another Accept, where there are any.
func asking(accept string, change func(url.Values)) fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		if change != nil {
			query := r.URL.Query()
			change(query)
			r.URL.RawQuery = query.Encode()
		}
		forward.ServeHTTP(w, r)
	}
}

// shifted has answers come from a clock that is off by that much.
func shifted(by time.Duration) fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		forward.ServeHTTP(&body{ResponseWriter: w, left: 1 << 30, date: time.Now().Add(by)}, r)
	}
}

// padded puts so many bytes of comments in front of an answer of text.
func padded(with int) fault {
	return func(w http.ResponseWriter, r *http.Request, forward http.Handler) {
		line := []byte("# " + strings.Repeat("x", 1021) + "\n")
		w.WriteHeader(http.StatusOK)
		for written := 0; written < with; written += len(line) {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
		forward.ServeHTTP(&body{ResponseWriter: w, left: 1 << 30}, r)
	}
}

// body changes an answer on its way.
type body struct {
	http.ResponseWriter
	// left is how many bytes may pass.
	left int
	// to takes them in place of the client.
	to io.Writer
	// date replaces the server's.
	date time.Time
}

func (b *body) WriteHeader(code int) {
	b.Header().Del("Content-Length")
	if !b.date.IsZero() {
		b.Header().Set("Date", b.date.UTC().Format(http.TimeFormat))
	}
	b.ResponseWriter.WriteHeader(code)
}

func (b *body) Write(p []byte) (int, error) {
	var to io.Writer = b.ResponseWriter
	if b.to != nil {
		to = b.to
	}
	pass := p[:min(len(p), b.left)]
	b.left -= len(pass)
	if _, err := to.Write(pass); err != nil {
		return 0, err
	}
	return len(p), nil
}
