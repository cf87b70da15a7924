package source

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

const (
	// attempts of a request that is throttled, or that the platform fails at.
	attempts = 3
	// longestWait is the most that a platform is waited for between two of them.
	longestWait = 5 * time.Second
)

// pause after an attempt, counted from 1, where the platform asks for none.
func pause(attempt int) time.Duration { return time.Duration(attempt) * 500 * time.Millisecond }

// again waits for the next attempt. It is false where there is none: after the last,
// where the platform asks for a longer wait, and where ctx ends before it is over.
//
// The request is the caller's to make: what is signed can be sent only once.
func again(ctx context.Context, attempt int, retryAfter string) bool {
	wait := pause(attempt)
	if seconds, err := strconv.ParseUint(retryAfter, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	}
	deadline, bounded := ctx.Deadline()
	if attempt >= attempts || wait > longestWait || bounded && time.Until(deadline) <= wait {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(wait):
		return true
	}
}

// passing is whether a status may be another after a while.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	default:
		return false
	}
}
