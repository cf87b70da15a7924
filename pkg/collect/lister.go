package collect

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"path"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	// listsAtOnce bounds how many answers are read at a time. More do not make a
	// server faster, whose own fairness has other users to serve.
	listsAtOnce = 4
	// smallObjects and largeObjects are how many are asked for at once. The first
	// page comes from the server's cache (since 1.34) and costs it a fifth of a
	// further one, which comes from etcd, so pages are as large as those in which
	// kube-apiserver fills that cache. CustomResourceDefinitions and
	// Helm releases are tens of kilobytes each, and small otherwise.
	smallObjects = 10_000
	largeObjects = 500
	// maxPages bounds a list that does not end.
	maxPages = 10_000
	// maxExpired bounds how often a list goes on after its continue token expired,
	// which it does after five minutes.
	maxExpired = 3
	// maxObjectBytes bounds an object. etcd's own limit is 1.5 MiB unless it is raised.
	maxObjectBytes = 32 << 20
	// maxTrailer bounds what follows a list: a few bytes of its envelope.
	maxTrailer = 4 << 10

	protobuf       = "application/vnd.kubernetes.protobuf"
	protobufMagic  = "k8s\x00"
	acceptProtobuf = protobuf + "," + acceptJSON
	partialObjects = ";as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
	acceptMetadata = protobuf + partialObjects + "," + acceptJSON + partialObjects
)

// lister lists objects, one after the other as they arrive, and no more than
// listsAtOnce lists at a time.
type lister struct {
	client *client
	// buffers hold an object each. They are as many as there may be lists: who has
	// one may send a request.
	buffers  chan *bytes.Buffer
	activity *Activity
}

func newLister(c *client, activity *Activity) *lister {
	l := &lister{client: c, buffers: make(chan *bytes.Buffer, listsAtOnce), activity: activity}
	for range listsAtOnce {
		l.buffers <- &bytes.Buffer{}
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
	// limit is the size of a page.
	limit int
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

// each hands every object to take, which must not keep its bytes. begin is
// called before the first one, and again where the list has to start over because
// the server has compacted away the state that it began with.
func (l *lister) each(ctx context.Context, of selection, begin func(), take func(encoded) error) error {
	begin()
	token, expired := "", 0
	for range maxPages {
		next, err := l.page(ctx, of, token, take)
		switch {
		case token != "" && isExpired(err) && expired < maxExpired:
			expired++
			// A token to go on with, from the present state; without one there is only the start.
			if token = continueToken(err); token == "" {
				begin()
			}
		case err != nil || next == "":
			return err
		default:
			token = next
		}
	}
	return malformedError{of.path(), fmt.Errorf("more than %d pages", maxPages)}
}

// page reads one page and returns its continue token.
func (l *lister) page(ctx context.Context, of selection, token string, take func(encoded) error) (next string, err error) {
	// Who waits to ask again leaves the others their turn.
	err = persist(ctx, func() error {
		next, err = l.tryPage(ctx, of, token, take)
		return err
	})
	return next, err
}

// tryPage sends one request. An answer that cannot be decoded is malformed.
func (l *lister) tryPage(ctx context.Context, of selection, token string, take func(encoded) error) (string, error) {
	var buffer *bytes.Buffer
	select {
	case buffer = <-l.buffers:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { l.buffers <- buffer }()

	query := url.Values{"limit": {strconv.Itoa(of.limit)}}
	for name, value := range map[string]string{"continue": token, "labelSelector": of.labels, "fieldSelector": of.fields} {
		if value != "" {
			query.Set(name, value)
		}
	}
	response, err := l.client.ask(ctx, of.path(), query, of.accept)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body := &watchedReader{reader: response.Body}
	next, err := readList(body, response.Header.Get("Content-Type"), buffer, func(object encoded) error {
		l.activity.object()
		return take(object)
	})
	if err == nil {
		// A connection is used again once its answer was read to the end.
		_, _ = io.CopyN(io.Discard, body, maxTrailer)
	}
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case body.err != nil:
		return "", brokenOff(of.path(), body.err)
	case err != nil:
		return "", malformedError{of.path(), err}
	}
	return next, nil
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

// encoded is an object as it came.
type encoded struct {
	body   []byte
	asJSON bool
}

// decode fills one of Kubernetes' own types.
func (e encoded) decode(into interface{ Unmarshal([]byte) error }) error {
	if e.asJSON {
		return json.Unmarshal(e.body, into)
	}
	return into.Unmarshal(e.body)
}

// readList hands the objects of a list to take, one by one, and returns its continue token.
func readList(body io.Reader, contentType string, buffer *bytes.Buffer, take func(encoded) error) (string, error) {
	if strings.HasPrefix(contentType, protobuf) {
		return readProtobuf(body, buffer, take)
	}
	var list struct {
		Kind     string            `json:"kind"`
		Metadata metav1.ListMeta   `json:"metadata"`
		Items    []json.RawMessage `json:"items"`
	}
	if err := json.NewDecoder(io.LimitReader(body, maxBodyBytes)).Decode(&list); err != nil {
		return "", err
	}
	if err := mustBeList(list.Kind); err != nil {
		return "", err
	}
	for _, item := range list.Items {
		if err := take(encoded{item, true}); err != nil {
			return "", err
		}
	}
	return list.Metadata.Continue, nil
}

// mustBeList refuses what is no list: it would read as an empty one.
func mustBeList(kind string) error {
	if !strings.HasSuffix(kind, "List") {
		return fmt.Errorf("want a list, got kind %q", kind)
	}
	return nil
}

// Numbers of the fields that are read of every list, by the files generated.proto:
// of runtime.Unknown, the envelope, and its TypeMeta (k8s.io/apimachinery/pkg/runtime),
// of ListMeta (pkg/apis/meta/v1), and of lists, which are all alike.
const (
	unknownTypeMeta = 1
	unknownRaw      = 2
	typeMetaKind    = 2
	listMeta        = 1
	listItems       = 2
	metaContinue    = 3
)

var errNoProtobuf = errors.New("no Kubernetes protobuf")

// readProtobuf reads a list with no more of it in memory than an object.
func readProtobuf(body io.Reader, buffer *bytes.Buffer, take func(encoded) error) (string, error) {
	w := &wire{reader: bufio.NewReaderSize(body, 32<<10), buffer: buffer}
	magic := make([]byte, len(protobufMagic))
	if _, err := io.ReadFull(w.reader, magic); err != nil || string(magic) != protobufMagic {
		return "", errNoProtobuf
	}
	kind := ""
	for {
		number, length, err := w.field()
		switch {
		case errors.Is(err, io.EOF):
			return "", cmp.Or(mustBeList(kind), errNoProtobuf)
		case err != nil:
			return "", err
		case number == unknownRaw:
			if err := mustBeList(kind); err != nil {
				return "", err
			}
			return w.list(length, take)
		}
		message, err := w.message(length)
		if err == nil && number == unknownTypeMeta {
			kind, err = textField(message, typeMetaKind)
		}
		if err != nil {
			return "", err
		}
	}
}

// wire reads protobuf from a stream.
type wire struct {
	reader *bufio.Reader
	// offset is how much was read.
	offset int64
	// buffer holds the last message.
	buffer *bytes.Buffer
}

// ReadByte implements io.ByteReader.
func (w *wire) ReadByte() (byte, error) {
	b, err := w.reader.ReadByte()
	if err == nil {
		w.offset++
	}
	return b, err
}

// field reads the number and length of the next field. One that has no length is
// passed over, and has length 0. The error is io.EOF at the end of the stream.
func (w *wire) field() (number protowire.Number, length int64, err error) {
	tag, err := binary.ReadUvarint(w)
	if err != nil {
		return 0, 0, err
	}
	number, kind := protowire.DecodeTag(tag)
	switch kind {
	case protowire.BytesType:
		size, err := binary.ReadUvarint(w)
		if err == nil && size > math.MaxInt64-uint64(w.offset) {
			err = errNoProtobuf
		}
		return number, int64(size), midway(err)
	case protowire.VarintType:
		_, err := binary.ReadUvarint(w)
		return number, 0, midway(err)
	default:
		return 0, 0, errNoProtobuf
	}
}

// message reads so many bytes, which are valid until the next message.
func (w *wire) message(length int64) ([]byte, error) {
	if length > maxObjectBytes {
		return nil, fmt.Errorf("an object of more than %d MiB", maxObjectBytes>>20)
	}
	w.buffer.Reset()
	n, err := io.CopyN(w.buffer, w.reader, length)
	w.offset += n
	return w.buffer.Bytes(), midway(err)
}

// list reads a list of so many bytes.
func (w *wire) list(length int64, take func(encoded) error) (next string, err error) {
	end := w.offset + length
	for w.offset < end {
		number, length, err := w.field()
		if err != nil {
			return "", midway(err)
		}
		if length > end-w.offset {
			return "", io.ErrUnexpectedEOF
		}
		message, err := w.message(length)
		if err == nil {
			switch number {
			case listMeta:
				next, err = textField(message, metaContinue)
			case listItems:
				err = take(encoded{body: message})
			}
		}
		if err != nil {
			return "", err
		}
	}
	return next, nil
}

// midway makes an error of an end in the midst of a message.
func midway(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
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

// textField returns a string of a message, or "".
func textField(message []byte, number protowire.Number) (text string, err error) {
	err = eachField(message, func(f field) error {
		if f.number == number {
			text = string(f.bytes)
		}
		return nil
	})
	return text, err
}
