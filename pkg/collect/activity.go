package collect

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Activity tells whoever watches a collection what it is doing. The zero value
// is ready, and nil watches nothing.
type Activity struct {
	mu sync.Mutex
	// open counts the requests whose answer is not read yet, by what they read.
	open map[string]int
	done int

	objects atomic.Int64
}

// Progress is an Activity at one moment.
type Progress struct {
	// Reading names the resources that are being read; sorted.
	Reading []string
	// Requests that were answered, and Objects that were read of lists.
	Requests int
	Objects  int64
}

// Progress may be called at any time.
func (a *Activity) Progress() Progress {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Progress{Reading: slices.Sorted(maps.Keys(a.open)), Requests: a.done, Objects: a.objects.Load()}
}

// object counts an object of a list.
func (a *Activity) object() {
	if a != nil {
		a.objects.Add(1)
	}
}

// watch sees every request from its start to the end of its answer.
func (a *Activity) watch(transport http.RoundTripper) http.RoundTripper {
	return watchedTransport{transport, a}
}

type watchedTransport struct {
	http.RoundTripper
	activity *Activity
}

// RoundTrip implements http.RoundTripper.
func (t watchedTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	end := t.activity.begin(resourceOf(request.URL.Path))
	response, err := t.RoundTripper.RoundTrip(request)
	if err != nil {
		end()
		return nil, err
	}
	response.Body = watchedBody{response.Body, end}
	return response, nil
}

// WrappedRoundTripper lets client-go find what cancels a request.
func (t watchedTransport) WrappedRoundTripper() http.RoundTripper { return t.RoundTripper }

func (a *Activity) begin(what string) (end func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == nil {
		a.open = make(map[string]int)
	}
	a.open[what]++
	return sync.OnceFunc(func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.done++
		if a.open[what]--; a.open[what] == 0 {
			delete(a.open, what)
		}
	})
}

type watchedBody struct {
	io.ReadCloser
	end func()
}

// Close implements io.Closer.
func (b watchedBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

// resourceOf is what a path reads: pods of /api/v1/namespaces/kube-system/pods,
// version of /version, and apis of what lists APIs. There may be the path of a
// proxy before it.
func resourceOf(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	last := segments[len(segments)-1]
	switch at := slices.IndexFunc(segments, func(s string) bool { return s == "api" || s == "apis" }); {
	case at < 0:
		return last
	case segments[at] == "api":
		segments = segments[min(at+2, len(segments)):]
	default:
		segments = segments[min(at+3, len(segments)):]
	}
	if len(segments) > 2 && segments[0] == "namespaces" {
		segments = segments[2:]
	}
	if len(segments) == 0 {
		return "apis"
	}
	return segments[0]
}
