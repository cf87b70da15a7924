package auditlog

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

const (
	// MaxLine is the length in bytes above which a line is malformed. The level
	// RequestResponse writes a request of at most 3 MiB and its answer, which
	// for a write is as large, and for a list can be anything.
	MaxLine = 8 << 20
	// maxUnfinished is how many requests are remembered at least until they end.
	maxUnfinished = 50_000

	bufferSize = 256 << 10
)

// Reader groups the requests of one or more logs, which are to be read oldest
// first. It holds groups and the requests that have not ended, never a log.
type Reader struct {
	// deprecated are the APIs of the index that are deprecated or removed in any minor, by resource.
	deprecated map[string][]apilifecycle.API
	groups     groups
	log        v1alpha1.AuditLog
	first      time.Time
	last       time.Time
	long       []byte

	// unfinished are the requests that began and have not ended, by the hash of
	// their auditID: those of late, and older ones. Once there are many, the
	// older ones are dropped, and those that do not count yet do so then.
	unfinished, older map[uint64]unfinished
	seed              maphash.Seed
}

// unfinished is a request of which no last event was read.
type unfinished struct {
	group *v1alpha1.AuditedRequests
	// at is when it was received.
	at time.Time
	// counted is true once the request is in the group's count.
	counted bool
}

// NewReader returns a Reader of requests for the APIs that any known minor
// deprecates or removes, also those to come.
func NewReader(index *apilifecycle.Index) *Reader {
	r := &Reader{
		deprecated: map[string][]apilifecycle.API{},
		groups:     groups{byKey: map[string]*v1alpha1.AuditedRequests{}},
		unfinished: map[uint64]unfinished{},
		older:      map[uint64]unfinished{},
		seed:       maphash.MakeSeed(),
	}
	for _, api := range index.APIs {
		if !api.Deprecated.IsZero() || !api.Removed.IsZero() {
			r.deprecated[api.Resource] = append(r.deprecated[api.Resource], api)
		}
	}
	return r
}

// Read reads a log to its end, compressed by gzip or not. What it read before an
// error counts. It is an error when a log has lines and none of them is an event.
func (r *Reader) Read(ctx context.Context, log io.Reader) error {
	events, malformed := r.log.Events, r.log.Malformed
	lines, err := open(log)
	if err == nil {
		err = r.readLines(ctx, lines)
	}
	events, malformed = r.log.Events-events, r.log.Malformed-malformed
	switch {
	case err != nil && events > 0:
		return fmt.Errorf("%w (events before it: %d)", err, events)
	case err != nil:
		return err
	case events == 0 && malformed > 0:
		return fmt.Errorf("no line is an event of audit.k8s.io/v1 (lines: %d): expected what kube-apiserver writes to --audit-log-path, one JSON object per line", malformed)
	}
	return nil
}

// open tells gzip by its first two bytes, whatever the name: RFC 1952, 2.3.1.
// What begins with a byte order mark is read as that says: Windows PowerShell's >
// writes UTF-16.
func open(log io.Reader) (*bufio.Reader, error) {
	lines := bufio.NewReaderSize(log, bufferSize)
	// A log of one byte has no magic. Its error comes again when it is read.
	if magic, _ := lines.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		text, err := gzip.NewReader(lines)
		if err != nil {
			return nil, err
		}
		lines = bufio.NewReaderSize(text, bufferSize)
	}
	if first, _ := lines.Peek(1); len(first) == 1 && first[0] >= utf8.RuneSelf {
		lines = bufio.NewReaderSize(transform.NewReader(lines, unicode.BOMOverride(transform.Nop)), bufferSize)
	}
	return lines, nil
}

func (r *Reader) readLines(ctx context.Context, log *bufio.Reader) error {
	var e event
	add := func() { r.add(&e) }
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line, err := r.nextLine(ctx, log)
		if line = bytes.Trim(line, " \t\r\n"); len(line) > 0 && document(line, &e, add) != nil {
			r.log.Malformed++
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// nextLine returns the next line, valid until the next call, or what is left of
// it at the end of the log and beside an error. Nothing is left of a line that is
// too long.
func (r *Reader) nextLine(ctx context.Context, log *bufio.Reader) ([]byte, error) {
	line, err := log.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	r.long = r.long[:0]
	for length := 0; ; {
		if length += len(line); length <= MaxLine {
			r.long = append(r.long, line...)
		}
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(err, bufio.ErrBufferFull):
			line, err = log.ReadSlice('\n')
		case length > MaxLine:
			r.log.Malformed++
			return nil, err
		default:
			return r.long, err
		}
	}
}

// add counts the request of an event, once:
//
//   - ResponseStarted counts, so that a watch that still runs is there. The
//     ResponseComplete or Panic of the same request then only adds its time and
//     the release that removes the API, which no earlier event names.
//   - Any other ResponseComplete or Panic counts: of requests that do not last,
//     and of those whose beginning is in another file or left out by the policy.
//   - RequestReceived counts when no other event of the request follows: the
//     policy left them out, or the server died. It names no impersonated user,
//     so that it is not the one to count otherwise.
//
// A request that failed counts as well: a client asks for what is not served any more.
//
// kube-apiserver says that an API is deprecated only when the request ends, so
// that a watch of a custom resource is seen at its end, after some minutes.
func (r *Reader) add(e *event) {
	r.log.Events++
	r.extend(e.stagedAt)
	if !r.goesAway(e) {
		return
	}
	id := maphash.Bytes(r.seed, e.auditID)
	known := r.forget(id)
	group := r.groups.find(e)
	if group == nil {
		r.log.Overflow++
		return
	}
	// A client can send the ID of its requests. It must not hide others thereby.
	counted := known.counted && known.group == group
	if !counted && string(e.stage) != requestReceived {
		count(group, e.receivedAt)
		counted = true
	}
	switch string(e.stage) {
	case requestReceived, responseStarted:
		r.remember(id, unfinished{group, e.receivedAt, counted})
	default:
		enclose(group, e.stagedAt)
	}
	if len(e.removedRelease) > 0 && group.RemovedRelease != string(e.removedRelease) {
		group.RemovedRelease = string(shorten(e.removedRelease))
	}
}

// extend makes the log reach to a time.
func (r *Reader) extend(t time.Time) {
	if t.IsZero() {
		return
	}
	if r.first.IsZero() || t.Before(r.first) {
		r.first = t
	}
	if t.After(r.last) {
		r.last = t
	}
}

func (r *Reader) goesAway(e *event) bool {
	if len(e.resource) == 0 {
		return false
	}
	if string(e.deprecated) == "true" {
		return true
	}
	for i := range r.deprecated[string(e.resource)] {
		api := &r.deprecated[string(e.resource)][i]
		if string(e.version) == api.Version && string(e.group) == api.Group {
			return true
		}
	}
	return false
}

// count adds a request, received at a time, to its group.
func count(group *v1alpha1.AuditedRequests, at time.Time) {
	group.Count++
	enclose(group, at)
}

// enclose makes a group reach to a time.
func enclose(group *v1alpha1.AuditedRequests, t time.Time) {
	if t.IsZero() {
		return
	}
	if group.First.IsZero() || t.Before(group.First.Time) {
		group.First = metav1.NewMicroTime(t)
	}
	if t.After(group.Last.Time) {
		group.Last = metav1.NewMicroTime(t)
	}
}

func (r *Reader) remember(id uint64, request unfinished) {
	if len(r.unfinished) >= maxUnfinished {
		for _, request := range r.older {
			if !request.counted {
				count(request.group, request.at)
			}
		}
		r.unfinished, r.older = r.older, r.unfinished
		clear(r.unfinished)
	}
	r.unfinished[id] = request
}

// forget returns what was known of a request that was not finished.
func (r *Reader) forget(id uint64) unfinished {
	request, ok := r.unfinished[id]
	if ok {
		delete(r.unfinished, id)
		return request
	}
	if request, ok = r.older[id]; ok {
		delete(r.older, id)
	}
	return request
}

// AuditLog returns what was read until now, without sources. Requests are sorted.
func (r *Reader) AuditLog() *v1alpha1.AuditLog {
	log := r.log
	if !r.last.IsZero() {
		first, last := metav1.NewMicroTime(r.first), metav1.NewMicroTime(r.last)
		log.First, log.Last = &first, &last
	}
	onlyReceived := map[*v1alpha1.AuditedRequests][]time.Time{}
	for _, requests := range []map[uint64]unfinished{r.unfinished, r.older} {
		for _, request := range requests {
			if !request.counted {
				onlyReceived[request.group] = append(onlyReceived[request.group], request.at)
			}
		}
	}
	log.Requests = slices.Grow(log.Requests, len(r.groups.byKey))
	for _, group := range r.groups.byKey {
		requests := *group
		for _, at := range onlyReceived[group] {
			count(&requests, at)
		}
		if requests.Count > 0 {
			log.Requests = append(log.Requests, requests)
		}
	}
	slices.SortFunc(log.Requests, compare)
	return &log
}

// compare orders requests by what goes away, then by who asked.
func compare(a, b v1alpha1.AuditedRequests) int {
	return cmp.Or(
		strings.Compare(a.Group, b.Group),
		strings.Compare(a.Resource, b.Resource),
		strings.Compare(a.Version, b.Version),
		strings.Compare(a.Subresource, b.Subresource),
		strings.Compare(a.User, b.User),
		strings.Compare(a.UserAgent, b.UserAgent),
		strings.Compare(a.Namespace, b.Namespace),
		strings.Compare(a.Verb, b.Verb),
	)
}
