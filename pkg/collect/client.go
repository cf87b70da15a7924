package collect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/client-go/rest"
)

const (
	// maxBodyBytes bounds every answer but lists, which are not held in memory.
	// The largest that is expected, /metrics of a busy kube-apiserver, is well below it.
	maxBodyBytes = 128 << 20

	acceptJSON  = "application/json"
	acceptTable = "application/json;as=Table;g=meta.k8s.io;v=v1"
	acceptText  = "text/plain"
)

// client sends read-only requests. It works below client-go's typed clients,
// with their authentication and transport, because collecting needs the Date
// of answers, a connection of its own per probe, and of /metrics a few lines
// out of megabytes.
type client struct {
	base *url.URL
	http *http.Client
}

// newClient returns a client that has its own connection where the configuration
// is one of withOwnConnections.
func newClient(config *rest.Config) (*client, error) {
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	config = rest.CopyConfig(config)
	config.Wrap(func(transport http.RoundTripper) http.RoundTripper {
		forgetSoon(transport)
		return transport
	})
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	// An API server has no reason to redirect; following would hand the
	// credentials to wherever it points.
	unredirected := *httpClient
	unredirected.Transport = heedful{httpClient.Transport}
	unredirected.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{base: base, http: &unredirected}, nil
}

// heedful ends a request with its context where the transport does not: client-go
// runs credential plugins without one. Such a plugin goes on until the command ends.
type heedful struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t heedful) RoundTrip(request *http.Request) (*http.Response, error) {
	type answer struct {
		response *http.Response
		err      error
	}
	answered := make(chan answer, 1)
	go func() {
		response, err := t.RoundTripper.RoundTrip(request) //nolint:bodyclose // whoever takes the answer closes it
		answered <- answer{response, err}
	}()
	select {
	case a := <-answered:
		return a.response, a.err
	case <-request.Context().Done():
		go func() {
			if late := <-answered; late.err == nil {
				_ = late.response.Body.Close()
			}
		}()
		return nil, request.Context().Err()
	}
}

// withOwnConnections copies a configuration so that no client of it shares a
// connection with any other, and disconnect closes all: client-go shares its
// transports but for those with a dialer, and closes none.
func withOwnConnections(config *rest.Config) (_ *rest.Config, disconnect func()) {
	config = rest.CopyConfig(config)
	dial := config.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	life, disconnect := context.WithCancel(context.Background())
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		connection, err := dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(life, func() { _ = connection.Close() })
		}
		return connection, err
	}
	return config, disconnect
}

// forgetSoon has HTTP/2 connections look for a sign of life each second. After
// its end golang.org/x/net/http2 keeps a connection, with all that belongs to it,
// for as long as it would wait for one, which is half a minute by default.
func forgetSoon(transport http.RoundTripper) {
	for {
		switch t := transport.(type) {
		case *http.Transport:
			t.HTTP2 = &http.HTTP2Config{SendPingTimeout: time.Second}
			return
		case utilnet.RoundTripperWrapper:
			transport = t.WrappedRoundTripper()
		default:
			return
		}
	}
}

// get returns an answer of no more than maxBodyBytes.
func (c *client) get(ctx context.Context, path string, query url.Values, accept string) (*http.Response, error) {
	response, err := c.open(ctx, path, query, accept)
	if err != nil {
		return nil, err
	}
	response.Body = limitedBody{io.LimitReader(response.Body, maxBodyBytes), response.Body}
	return response, nil
}

// open asks until there is an answer of status 200, whose body the caller closes,
// or none is to be expected.
func (c *client) open(ctx context.Context, path string, query url.Values, accept string) (response *http.Response, err error) {
	err = persist(ctx, func() error {
		response, err = c.ask(ctx, path, query, accept) //nolint:bodyclose // whoever takes the answer closes it
		return err
	})
	return response, err
}

// ask sends one request. Any other status than 200 is an error of the kind that
// apierrors knows; a passingError says that asking again may help.
func (c *client) ask(ctx context.Context, path string, query url.Values, accept string) (*http.Response, error) {
	target := c.base.JoinPath(path)
	target.RawQuery = query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", accept)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, unanswered(bareError(err))
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	defer response.Body.Close()
	return nil, refused(response)
}

// getJSON decodes an answer and returns its header.
func (c *client) getJSON(ctx context.Context, path string, query url.Values, accept string, into any) (http.Header, error) {
	response, err := c.get(ctx, path, query, accept)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body := &watchedReader{reader: response.Body}
	err = json.NewDecoder(body).Decode(into)
	switch {
	case err == nil:
		return response.Header, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case body.err != nil:
		return nil, brokenOff(path, body.err)
	default:
		return nil, malformedError{path, err}
	}
}

// watchedReader keeps the error of a connection that broke apart from those of decoding.
type watchedReader struct {
	reader io.Reader
	err    error
}

func (r *watchedReader) Read(p []byte) (int, error) {
	n, err := r.reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// brokenOff leaves out the addresses of the connection, which differ each time.
func brokenOff(path string, err error) error {
	var operation *net.OpError
	if errors.As(err, &operation) {
		err = operation.Err
	}
	return fmt.Errorf("%s: the answer broke off: %w", path, err)
}

type limitedBody struct {
	io.Reader
	io.Closer
}

// malformedError says that an answer was not what its path promises.
type malformedError struct {
	path string
	err  error
}

func (e malformedError) Error() string {
	return fmt.Sprintf("%s: unexpected answer: %v", e.path, e.err)
}
func (e malformedError) Unwrap() error { return e.err }

// bareError drops the "Get https://…" that net/http puts in front.
func bareError(err error) error {
	var urlError *url.Error
	if errors.As(err, &urlError) {
		return urlError.Err
	}
	return err
}

func statusError(response *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	says := gist(body)
	if status := decodeStatus(body, response.Header.Get("Content-Type")); err == nil && status != nil {
		if status.Message != "" {
			return apierrors.FromObject(status)
		}
		says = ""
	}
	resource := schema.GroupResource{Resource: response.Request.URL.Path}
	says = cmp.Or(says, strings.ToLower(http.StatusText(response.StatusCode)))
	return apierrors.NewGenericServerResponse(response.StatusCode, http.MethodGet, resource, "", says, 0, true)
}

// decodeStatus returns the failure that an answer tells of, or nil. It comes in
// the encoding that was asked for.
func decodeStatus(body []byte, contentType string) *metav1.Status {
	status := &metav1.Status{}
	if message, ok := bytes.CutPrefix(body, []byte(protobufMagic)); ok && strings.HasPrefix(contentType, protobuf) {
		var unknown runtime.Unknown
		if unknown.Unmarshal(message) != nil || unknown.Kind != "Status" || status.Unmarshal(unknown.Raw) != nil {
			return nil
		}
	} else if json.Unmarshal(body, status) != nil || status.Kind != "Status" {
		return nil
	}
	if status.Status != metav1.StatusFailure {
		return nil
	}
	return status
}

var title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// gist keeps an error short: the first line, and of the page with which a proxy
// answers its title. It is empty where there is none.
func gist(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if strings.HasPrefix(line, "<") {
		line = ""
		if found := title.FindSubmatch(body); found != nil {
			line = strings.Join(strings.Fields(html.UnescapeString(string(found[1]))), " ")
		}
	}
	const most = 200
	if len(line) > most {
		line = strings.ToValidUTF8(line[:most], "") + "…"
	}
	return line
}
