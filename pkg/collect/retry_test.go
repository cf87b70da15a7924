package collect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestPersist(t *testing.T) {
	failed := errors.New("failed")
	forGood := errors.New("failed for good")
	after := func(seconds int) error { return passingError{failed, time.Duration(seconds) * time.Second} }
	always := func(err error) []error { return []error{err, err, err, err, err, err, err, err, err, err, err, err} }
	tests := []struct {
		name string
		// answers of one try after the other.
		answers []error
		// timeout is that of the caller; 0 for none.
		timeout time.Duration
		want    error
		tries   int
		took    time.Duration
	}{
		{"an answer", []error{nil}, 0, nil, 1, 0},
		{"a failure for good", []error{forGood, nil}, 0, forGood, 1, 0},
		{"three failures before an answer", []error{after(0), after(0), after(0), nil}, 0, nil, 4, 700 * time.Millisecond},
		{"a fourth is for good", always(after(0)), 0, failed, 4, 700 * time.Millisecond},
		{"a failure for good after one that may pass", []error{after(0), forGood}, 0, forGood, 2, 100 * time.Millisecond},
		{"a server that asks to wait", []error{after(2), nil}, 0, nil, 2, 2 * time.Second},
		{"one that asks for a second each time is heeded for ten", always(after(1)), 0, failed, 11, 10 * time.Second},
		{"one that asks for all of the patience", []error{after(10), nil}, 0, nil, 2, 10 * time.Second},
		{"one that asks for more", always(after(11)), 0, failed, 1, 0},
		{"four that ask to wait, then failures without a word", append([]error{after(1), after(1), after(1), after(1)}, always(after(0))...), 0, failed, 8, 4700 * time.Millisecond},
		{"one that asks for more than is left", always(after(2)), time.Second, failed, 1, 0},
		{"no time left for another try", always(after(0)), 250 * time.Millisecond, failed, 2, 100 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if tt.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tt.timeout)
					defer cancel()
				}
				began, tries := time.Now(), 0
				got := persist(ctx, func() error {
					tries++
					return tt.answers[tries-1]
				})
				if got != tt.want { //nolint:errorlint // not what wraps it
					t.Errorf("error %v, want %v", got, tt.want)
				}
				if took := time.Since(began); tries != tt.tries || took != tt.took {
					t.Errorf("%d tries took %s, want %d and %s", tries, took, tt.tries, tt.took)
				}
			})
		})
	}
	t.Run("cancelled while it waits", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			if err := persist(ctx, func() error { return after(5) }); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		})
	})
}

// What a server fails to answer once is asked for again where that can help.
func TestFailuresThatPass(t *testing.T) {
	wait := func(code int, seconds string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", seconds)
			answerStatus(code, nil)(w, r)
		}
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		passes bool
	}{
		{"too many requests", answerStatus(http.StatusTooManyRequests, nil), true},
		{"too many requests, ask again at once", wait(http.StatusTooManyRequests, "0"), true},
		{"too many requests, ask again in an hour", wait(http.StatusTooManyRequests, "3600"), false},
		{"an internal error", answerStatus(http.StatusInternalServerError, nil), true},
		{"a proxy without a server", answerStatus(http.StatusBadGateway, nil), true},
		{"a server that is not ready", answerStatus(http.StatusServiceUnavailable, nil), true},
		{"a timeout of the server's", answerStatus(http.StatusGatewayTimeout, nil), false},
		{"a timeout of the server's, ask again at once", wait(http.StatusGatewayTimeout, "0"), true},
		{"a refusal, ask again at once", wait(http.StatusForbidden, "0"), false},
		{"a conflict", answerStatus(http.StatusConflict, nil), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := furnished(t)
			healthy := s.answers[daemonSetsPath]
			var asked atomic.Int32
			s.on(daemonSetsPath, func(w http.ResponseWriter, r *http.Request) {
				if asked.Add(1) == 1 {
					tt.answer(w, r)
					return
				}
				healthy(w, r)
			})
			got := s.collect(t)
			if passed := got.KubeProxy != nil; passed != tt.passes || len(got.Gaps) > 0 == tt.passes {
				t.Errorf("kube-proxy read: %t, want %t; gaps %+v", passed, tt.passes, got.Gaps)
			}
			if n := asked.Load(); tt.passes != (n == 2) {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestConnectionsThatMayBeOpenedAnew(t *testing.T) {
	for _, tt := range []struct {
		err    error
		passes bool
	}{
		{syscall.ECONNREFUSED, true},
		{fmt.Errorf("read tcp 127.0.0.1:1->127.0.0.1:2: read: %w", syscall.ECONNRESET), true},
		{io.EOF, true},
		{errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1"), true},
		{errors.New("http2: client connection lost"), true},
		{errors.New("tls: failed to verify certificate: x509: certificate signed by unknown authority"), false},
		{errors.New("getting credentials: read: connection reset by peer"), false},
		{context.DeadlineExceeded, false},
	} {
		var passing passingError
		if passes := errors.As(unanswered(tt.err), &passing); passes != tt.passes {
			t.Errorf("%v: passes %t, want %t", tt.err, passes, tt.passes)
		}
	}
}

// Lists that wait to ask again hold up no others.
func TestAListThatWaitsLeavesOthersTheirTurn(t *testing.T) {
	s := newUsageServer(t)
	var l *lister
	s.on(ingressesPath, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "1")
		answerStatus(http.StatusTooManyRequests, nil)(w, r)
		time.AfterFunc(500*time.Millisecond, func() {
			if free := len(l.buffers); free != listsAtOnce {
				t.Errorf("%d of %d lists may begin", free, listsAtOnce)
			}
		})
	})
	c, err := newClient(s.config(t))
	if err != nil {
		t.Fatal(err)
	}
	l = newLister(c, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
	defer cancel()
	of := selection{GroupVersionResource: schema.GroupVersionResource{Group: "networking.k8s.io", Version: "v1", Resource: "ingresses"}, accept: acceptMetadata, limit: smallObjects}
	if _, err := l.page(ctx, of, "", func(encoded) error { return nil }); err == nil {
		t.Error("no error")
	}
	if n := len(s.requests(ingressesPath)); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}

func TestRefusalsOfProxiesReadWell(t *testing.T) {
	page := func(code int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(code)
			fmt.Fprint(w, body)
		}
	}
	const nginx = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>"
	tests := []struct {
		name   string
		answer http.HandlerFunc
		reason v1alpha1.GapReason
		want   string
	}{
		{"a refusal without a body", page(http.StatusForbidden, ""), v1alpha1.GapForbidden, "forbidden (get /api/v1/nodes)"},
		{"a Status without a message", refuse(""), v1alpha1.GapForbidden, "forbidden (get /api/v1/nodes)"},
		{"a page without a title", page(http.StatusForbidden, "<html><body>"), v1alpha1.GapForbidden, "forbidden (get /api/v1/nodes)"},
		{
			"a page with one", page(http.StatusForbidden, "<!DOCTYPE html>\n<TITLE lang=en>\n  Access &amp; identity:\n  denied </TITLE>"),
			v1alpha1.GapForbidden, "Access & identity: denied (get /api/v1/nodes)",
		},
		{
			"nginx without a server behind it", page(http.StatusBadGateway, nginx),
			v1alpha1.GapUnavailable, `an error on the server ("502 Bad Gateway") has prevented the request from succeeding (get /api/v1/nodes)`,
		},
		{
			"an error without a body", page(http.StatusInternalServerError, ""),
			v1alpha1.GapUnavailable, `an error on the server ("internal server error") has prevented the request from succeeding (get /api/v1/nodes)`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkGaps(t, furnished(t).on(nodesPath, tt.answer).collect(t), v1alpha1.Gap{
				Source: v1alpha1.SourceNodes, Reason: tt.reason, Message: tt.want,
			})
		})
	}
}

// An answer that is cut off is told from one that is something else.
func TestAnswersThatBreakOff(t *testing.T) {
	for path, source := range map[string]v1alpha1.Source{daemonSetsPath: v1alpha1.SourceKubeProxy, metricsPath: v1alpha1.SourceAPIServers} {
		t.Run(path, func(t *testing.T) {
			s := furnished(t).on(leasesPath, freshLeases(2)).on(path, func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprint(w, `{"kind":`)
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			})
			got := s.collect(t).Gap(source)
			if got == nil || got.Reason != v1alpha1.GapUnavailable {
				t.Fatalf("gap %+v", got)
			}
			if want := path + ": the answer broke off: "; !strings.HasPrefix(got.Message, want) {
				t.Errorf("message %q, want %q and why", got.Message, want)
			}
		})
	}
}
