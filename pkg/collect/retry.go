package collect

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

const (
	// maxTries bounds how often a request is sent that fails at once, without a
	// word of when to send it again: for 0.7 seconds in all.
	maxTries   = 4
	firstPause = 100 * time.Millisecond
	// maxPatience bounds how long a server is heeded that asks to wait. One with too
	// much to do asks for a second each time; client-go heeds it ten times.
	maxPatience = 10 * time.Second
)

// passingError is the failure of a request that may succeed when it is sent again.
type passingError struct {
	error
	// after is how long the server asks to wait; 0 where it does not.
	after time.Duration
}

func (e passingError) Unwrap() error { return e.error }

// persist tries again after failures that may pass. It gives up, with the last of
// them, rather than to wait beyond maxPatience or the end of ctx.
func persist(ctx context.Context, try func() error) error {
	var waited time.Duration
	for failures, pause := 0, firstPause; ; {
		err := try()
		var passing passingError
		if !errors.As(err, &passing) {
			return err
		}
		wait := passing.after
		if wait == 0 {
			failures++
			wait, pause = pause, 2*pause
		}
		waited += wait
		deadline, limited := ctx.Deadline()
		if failures == maxTries || waited > maxPatience || limited && time.Until(deadline) < wait {
			return passing.error
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unanswered is the error of a request that got no answer. It may pass where the
// connection was refused or closed, as by a server that goes, beside which a
// load balancer has others.
func unanswered(err error) error {
	// A credential plugin may say the same of its own connections.
	if !strings.HasPrefix(err.Error(), credentialsFailed) && (utilnet.IsConnectionRefused(err) || utilnet.IsConnectionReset(err) ||
		utilnet.IsHTTP2ConnectionLost(err) || utilnet.IsProbableEOF(err)) {
		return passingError{error: err}
	}
	return err
}

// refused is the error of an answer that is none. It may pass where the server
// says when to ask again, and where it, or a proxy, failed rather than refused. A
// timeout on the server's side is not repeated: it has cost enough.
func refused(response *http.Response) error {
	err := statusError(response)
	code := response.StatusCode
	if after, ok := retryAfter(response.Header); ok && (code == http.StatusTooManyRequests || code >= http.StatusInternalServerError) {
		return passingError{err, after}
	}
	switch code {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable:
		return passingError{error: err}
	}
	return err
}

// retryAfter reads seconds, as kube-apiserver sends them, not dates.
func retryAfter(header http.Header) (time.Duration, bool) {
	seconds, err := strconv.ParseUint(header.Get("Retry-After"), 10, 31)
	return time.Duration(seconds) * time.Second, err == nil
}
