package source

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"sync"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// userAgent tells platforms who asks.
const userAgent = "kubectl-versions-live"

// tokens is the transport of requests for tokens. It keeps why the last of them had
// no answer, because the vendors' libraries make text of it.
type tokens struct {
	base http.RoundTripper
	mu   sync.Mutex
	err  error
}

// RoundTrip implements http.RoundTripper.
func (t *tokens) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.base.RoundTrip(request)
	t.mu.Lock()
	t.err = err
	t.mu.Unlock()
	return response, err
}

// unanswered is nil where the last request had an answer, or there was none.
func (t *tokens) unanswered() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// until runs f, and goes on without it where ctx ends first: what the vendors'
// libraries do for credentials does not always end with it.
func until[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, cmp.Or(ctx.Err(), r.err)
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// word is what the code of an error may look like. Digits are left out, because
// messages of platforms can quote requests, and tokens have some.
var word = regexp.MustCompile(`^[A-Za-z_]{1,64}$`)

// code is an error's own, or empty where it could be anything else.
func code(s string) string {
	if word.MatchString(s) {
		return s
	}
	return ""
}

// forbidden is the fault of a role that lacks a permission.
func forbidden(permission, format string, args ...any) *v1alpha1.LiveFault {
	fault := v1alpha1.Faultf(v1alpha1.GapForbidden, format, args...)
	fault.Permission = permission
	return fault
}
