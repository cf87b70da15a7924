package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
)

// maxBody bounds an answer with all its pages. Those of all platforms take a few hundred KB at most.
const maxBody = 16 << 20

var errTooLarge = errors.New("the answer is larger than 16 MiB")

// recorder keeps the bodies of good answers, as they came.
type recorder struct {
	base   http.RoundTripper
	mu     sync.Mutex
	left   int // of maxBody
	bodies [][]byte
}

func newRecorder(base http.RoundTripper) *recorder { return &recorder{base: base, left: maxBody} }

// RoundTrip reads an answer whole, so that one which was cut short is an error.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(io.LimitReader(response.Body, int64(r.left)+1))
	if err != nil {
		return nil, err
	}
	if len(body) > r.left {
		return nil, errTooLarge
	}
	if response.StatusCode == http.StatusOK {
		r.left -= len(body)
		r.bodies = append(r.bodies, body)
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return response, nil
}

func (r *recorder) pages() []runtime.RawExtension {
	r.mu.Lock()
	defer r.mu.Unlock()
	var pages []runtime.RawExtension
	for _, body := range r.bodies {
		if json.Valid(body) {
			pages = append(pages, runtime.RawExtension{Raw: body})
		}
	}
	return pages
}
