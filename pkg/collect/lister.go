package collect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	// listsAtOnce bounds the pages that are in memory. More do not make a server
	// faster, whose own fairness has other users to serve.
	listsAtOnce = 4
	// pageBytes is what pages of large objects are sized to, and maxPage what
	// those of small ones are limited to, as kubectl's are.
	pageBytes = 2 << 20
	maxPage   = 500
	// firstPage of large objects shows how large they are.
	firstPage = 20
	// maxPages bounds a list that does not end.
	maxPages = 10_000
	// maxExpired bounds how often a list goes on after its continue token expired,
	// which it does after five minutes.
	maxExpired = 3

	protobuf       = "application/vnd.kubernetes.protobuf"
	acceptProtobuf = protobuf + "," + acceptJSON
	partialObjects = ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
	acceptMetadata = protobuf + partialObjects + "," + acceptJSON + partialObjects
)

// lister lists objects in pages, and no more than listsAtOnce at a time.
type lister struct {
	client *client
	// buffers are as many as there may be lists: who has one may send a request.
	buffers chan *bytes.Buffer
}

func newLister(c *client) *lister {
	l := &lister{client: c, buffers: make(chan *bytes.Buffer, listsAtOnce)}
	for range listsAtOnce {
		// Growing by doubling would leave as much again behind.
		l.buffers <- bytes.NewBuffer(make([]byte, 0, pageBytes*5/4))
	}
	return l
}

// selection says which objects to list.
type selection struct {
	schema.GroupVersionResource
	// namespace is empty for all of them, and for cluster-scoped resources.
	namespace string
	labels    string
	fields    string
	accept    string
	// firstPage is the limit of the first page; further ones follow pageBytes.
	firstPage int
}

func (s selection) path() string {
	p := path.Join("/apis", s.Group, s.Version)
	if s.Group == "" {
		p = path.Join("/api", s.Version)
	}
	if s.namespace != "" {
		p = path.Join(p, "namespaces", s.namespace)
	}
	return path.Join(p, s.Resource)
}

// pages hands every page to take, which must not keep its bytes, and returns
// how many objects it holds and its continue token. begin is called before the
// first page, and again where the list has to start over because the server has
// compacted away the state that it began with.
func (l *lister) pages(ctx context.Context, of selection, begin func(), take func(page) (items int, next string, err error)) error {
	begin()
	limit, token, expired := of.firstPage, "", 0
	for range maxPages {
		size, items, next, err := l.read(ctx, of, limit, token, take)
		if token != "" && isExpired(err) && expired < maxExpired {
			expired++
			// A token to go on with, from the present state; without one there is only the start.
			if token = continueToken(err); token == "" {
				begin()
			}
			continue
		}
		if err != nil {
			return err
		}
		if next == "" {
			return nil
		}
		token = next
		if items > 0 {
			limit = min(max(pageBytes/max(size/items, 1), 1), maxPage)
		}
	}
	return malformedError{of.path(), fmt.Errorf("more than %d pages", maxPages)}
}

// read reads one page. An answer that take cannot read is malformed.
func (l *lister) read(ctx context.Context, of selection, limit int, token string, take func(page) (int, string, error)) (size, items int, next string, err error) {
	var buffer *bytes.Buffer
	select {
	case buffer = <-l.buffers:
	case <-ctx.Done():
		return 0, 0, "", ctx.Err()
	}
	defer func() { l.buffers <- buffer }()

	query := url.Values{"limit": {strconv.Itoa(limit)}}
	for name, value := range map[string]string{"continue": token, "labelSelector": of.labels, "fieldSelector": of.fields} {
		if value != "" {
			query.Set(name, value)
		}
	}
	response, err := l.client.get(ctx, of.path(), query, of.accept)
	if err != nil {
		return 0, 0, "", err
	}
	defer response.Body.Close()
	buffer.Reset()
	if _, err := buffer.ReadFrom(response.Body); err != nil {
		if ctx.Err() != nil {
			return 0, 0, "", ctx.Err()
		}
		return 0, 0, "", bareError(err)
	}
	items, next, err = take(page{body: buffer.Bytes(), contentType: response.Header.Get("Content-Type")})
	if err != nil {
		return 0, 0, "", malformedError{of.path(), err}
	}
	return buffer.Len(), items, next, nil
}

// isExpired finds 410 Gone.
func isExpired(err error) bool {
	return apierrors.IsResourceExpired(err) || apierrors.IsGone(err)
}

func continueToken(err error) string {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return status.Status().Continue
	}
	return ""
}

// page is an answer to a list.
type page struct {
	body        []byte
	contentType string
}

// objectList is a list type as Kubernetes generates them.
type objectList interface {
	runtime.Object
	metav1.ListInterface
	Unmarshal([]byte) error
}

// decode reads the page into a list, in whichever encoding it came.
func (p page) decode(into objectList) error {
	if p.isProtobuf() {
		raw, err := p.message()
		if err != nil {
			return err
		}
		return into.Unmarshal(raw)
	}
	if err := json.Unmarshal(p.body, into); err != nil {
		return err
	}
	return mustBeList(into.GetObjectKind().GroupVersionKind().Kind)
}

func (p page) isProtobuf() bool { return strings.HasPrefix(p.contentType, protobuf) }

// mustBeList refuses what is no list: it would read as an empty one.
func mustBeList(kind string) error {
	if !strings.HasSuffix(kind, "List") {
		return fmt.Errorf("want a list, got kind %q", kind)
	}
	return nil
}

// Numbers of the fields of runtime.Unknown and its TypeMeta, the envelope of
// what kube-apiserver sends as protobuf, by generated.proto of k8s.io/apimachinery/pkg/runtime.
const (
	unknownTypeMeta = 1
	unknownRaw      = 2
	typeMetaKind    = 2
)

// message takes a list out of its envelope.
func (p page) message() ([]byte, error) {
	kind, raw, err := p.unwrap()
	return raw, cmp.Or(err, mustBeList(kind))
}

// status is the failure that an answer tells of, or nil.
func (p page) status() *metav1.Status {
	status := &metav1.Status{}
	if p.isProtobuf() {
		kind, raw, err := p.unwrap()
		if err != nil || kind != "Status" || status.Unmarshal(raw) != nil {
			return nil
		}
	} else if json.Unmarshal(p.body, status) != nil || status.Kind != "Status" {
		return nil
	}
	if status.Status != metav1.StatusFailure {
		return nil
	}
	return status
}

// unwrap takes a message out of its envelope.
func (p page) unwrap() (kind string, raw []byte, err error) {
	unknown, ok := bytes.CutPrefix(p.body, []byte("k8s\x00"))
	if !ok {
		return "", nil, errors.New("no Kubernetes protobuf")
	}
	err = eachField(unknown, func(f field) error {
		switch f.number {
		case unknownRaw:
			raw = f.bytes
		case unknownTypeMeta:
			return eachField(f.bytes, func(f field) error {
				if f.number == typeMetaKind {
					kind = string(f.bytes)
				}
				return nil
			})
		}
		return nil
	})
	return kind, raw, err
}

// field is a field of a protobuf message.
type field struct {
	number protowire.Number
	// bytes are those of a string or message, and part of the message they were found in.
	bytes []byte
	// value is that of an integer or bool.
	value uint64
}

// eachField visits the fields of a protobuf message in the order of the wire.
func eachField(message []byte, visit func(field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		f := field{number: number}
		switch kind {
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		message = message[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}
