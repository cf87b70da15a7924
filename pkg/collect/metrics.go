package collect

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// The metrics of API requests, by the minors whose kube-apiserver has them. They
// are defined in k8s.io/apiserver, pkg/endpoints/metrics/metrics.go and
// pkg/storage/etcd3/metrics/metrics.go.
const (
	// requestedDeprecated, from 1.19: group, version, resource, subresource,
	// removed_release. Set to 1 where requestTotal is counted, so that a first
	// watch does not set it before it ends.
	requestedDeprecated = "apiserver_requested_deprecated_apis"
	// requestTotal: verb, dry_run, group, version, resource, subresource, scope,
	// component and code; contentType as well until 1.20. A request is counted
	// when its handler returns: a watch when it ends, unless the alpha
	// feature gate APIServingWithRoutine is on (from 1.30). Requests that were
	// turned away with 429 are counted under whatever API their path names,
	// whether it exists or not.
	requestTotal = "apiserver_request_total"
	// longRunning, from 1.23, and longRunning22, until 1.23: verb, group,
	// version, resource, subresource, scope, component. A gauge, which stays at
	// 0 afterwards. Until 1.22 a watch of one name has the verb GET; other
	// requests that run long have a subresource.
	longRunning   = "apiserver_longrunning_requests"
	longRunning22 = "apiserver_longrunning_gauge"
	// selfRequestTotal, from 1.20: verb, resource, subresource, and from 1.34
	// group. Counted where requestTotal is, so that own watches in progress are
	// told from others by nothing.
	selfRequestTotal = "apiserver_selfrequest_total"
	// resourceObjects, from 1.34: group, resource. storageObjects, 1.21 to 1.36,
	// and etcdObjectCounts, until 1.22: resource alone, as "ingresses.networking.k8s.io".
	// Each is as of the last check, 1 to 2.2 minutes after the one before unless
	// the server is configured otherwise; -1 when it failed.
	resourceObjects  = "apiserver_resource_objects"
	storageObjects   = "apiserver_storage_objects"
	etcdObjectCounts = "etcd_object_counts"
)

// maxSeries bounds what is kept of one /metrics answer. The server's own label
// values are resources, versions and verbs: thousands, with many custom resources.
const maxSeries = 100_000

// readMetrics reads all of a /metrics answer, line by line: it may be tens of
// megabytes, and is not kept. Lines that are not well-formed are passed over.
func readMetrics(metrics io.Reader, index *apilifecycle.Index) (*v1alpha1.InstanceMetrics, error) {
	limited := &io.LimitedReader{R: metrics, N: maxBodyBytes}
	lines := bufio.NewReaderSize(limited, 64<<10)
	t := newTally()
	for {
		line, err := shortLine(lines)
		if err == nil {
			err = t.add(line)
		}
		if errors.Is(err, io.EOF) {
			if limited.N == 0 {
				return nil, malformedError{"/metrics", fmt.Errorf("more than %d bytes", maxBodyBytes-1)}
			}
			// A number that was cut short is another number.
			if len(line) > 0 {
				return nil, malformedError{"/metrics", errors.New("the last line does not end")}
			}
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if !t.identity.complete() {
		return nil, errNoIdentity
	}
	return t.metrics(index), nil
}

// tally adds up the samples of one answer. Keys of requests have no count.
type tally struct {
	identity   identity
	deprecated map[v1alpha1.DeprecatedRequests]int64
	requests   map[v1alpha1.APIRequests]int64
	own        map[v1alpha1.APIRequests]int64
	// ownGroups is true where own requests name their group.
	ownGroups bool
	// watches and stored have a map for each name that a metric goes by, the newest first.
	watches [2]map[v1alpha1.APIRequests]int64
	stored  [3]map[schema.GroupResource]int64
	// texts has each label value once.
	texts map[string]string
}

func newTally() *tally {
	t := &tally{
		deprecated: make(map[v1alpha1.DeprecatedRequests]int64),
		requests:   make(map[v1alpha1.APIRequests]int64),
		own:        make(map[v1alpha1.APIRequests]int64),
		texts:      make(map[string]string),
	}
	for i := range t.watches {
		t.watches[i] = make(map[v1alpha1.APIRequests]int64)
	}
	for i := range t.stored {
		t.stored[i] = make(map[schema.GroupResource]int64)
	}
	return t
}

// add takes one line. Most lines cost no more than a look at their name.
func (t *tally) add(line []byte) error {
	name, labels, _ := bytes.Cut(line, []byte("{"))
	switch string(name) {
	case requestedDeprecated:
		if s, ok := parseSample(labels); ok && s.ofAPI() {
			addCount(t.deprecated, v1alpha1.DeprecatedRequests{
				Group: t.text(s.group), Version: t.text(s.version), Resource: t.text(s.resource),
				Subresource: t.text(s.subresource), RemovedRelease: t.text(s.removedRelease),
			}, s.value)
		}
	case requestTotal:
		if s, ok := parseSample(labels); ok && s.ofAPI() {
			addCount(t.requests, t.key(s, t.verb(s.verb)), s.value)
		}
	case longRunning:
		t.addWatch(t.watches[0], labels)
	case longRunning22:
		t.addWatch(t.watches[1], labels)
	case selfRequestTotal:
		if s, ok := parseSample(labels); ok && len(s.resource) > 0 {
			t.ownGroups = t.ownGroups || s.grouped
			addCount(t.own, t.key(s, t.verb(s.verb)), s.value)
		}
	case resourceObjects:
		t.addStored(t.stored[0], labels)
	case storageObjects:
		t.addStored(t.stored[1], labels)
	case etcdObjectCounts:
		t.addStored(t.stored[2], labels)
	default:
		t.identity.add(line)
		return nil
	}
	if t.series() > maxSeries {
		return malformedError{"/metrics", fmt.Errorf("more than %d series of API requests", maxSeries)}
	}
	return nil
}

func (t *tally) addWatch(to map[v1alpha1.APIRequests]int64, labels []byte) {
	if s, ok := parseSample(labels); ok && s.ofAPI() && len(s.subresource) == 0 {
		addCount(to, t.key(s, "watch"), s.value)
	}
}

func (t *tally) addStored(to map[schema.GroupResource]int64, labels []byte) {
	s, ok := parseSample(labels)
	if !ok || len(s.resource) == 0 {
		return
	}
	n, ok := whole(s.value)
	if !ok {
		return
	}
	if !s.grouped {
		s.resource, s.group, _ = bytes.Cut(s.resource, []byte("."))
	}
	to[schema.GroupResource{Group: t.text(s.group), Resource: t.text(s.resource)}] = max(n, -1)
}

func (t *tally) series() int {
	n := len(t.deprecated) + len(t.requests) + len(t.own)
	for _, m := range t.watches {
		n += len(m)
	}
	for _, m := range t.stored {
		n += len(m)
	}
	return n
}

func (t *tally) key(s sample, verb string) v1alpha1.APIRequests {
	return v1alpha1.APIRequests{
		Group: t.text(s.group), Version: t.text(s.version), Resource: t.text(s.resource), Subresource: t.text(s.subresource), Verb: verb,
	}
}

// text returns a label value that outlives the line.
func (t *tally) text(b []byte) string {
	text, ok := t.texts[string(b)]
	if !ok {
		text = string(b)
		t.texts[text] = text
	}
	return text
}

// verb returns the verb as RBAC has it. The labels are HTTP methods but for
// those that one method does not tell apart.
func (t *tally) verb(label []byte) string {
	switch string(label) {
	case "GET":
		return "get"
	case "LIST":
		return "list"
	case "WATCH", "WATCHLIST":
		return "watch"
	case "POST", "CREATE":
		return "create"
	case "PUT", "UPDATE":
		return "update"
	case "PATCH":
		return "patch"
	case "APPLY":
		return "apply"
	case "DELETE":
		return "delete"
	case "DELETECOLLECTION":
		return "deletecollection"
	case "CONNECT":
		return "connect"
	case "PROXY":
		return "proxy"
	default:
		return t.text(label)
	}
}

// metrics keeps what tells of APIs that go away, in a fixed order.
func (t *tally) metrics(index *apilifecycle.Index) *v1alpha1.InstanceMetrics {
	goes, has := goingAway(index)
	m := &v1alpha1.InstanceMetrics{GitVersion: t.identity.gitVersion, StartTime: t.identity.startTime}

	for d := range t.deprecated {
		m.Deprecated = append(m.Deprecated, d)
		goes[schema.GroupVersionResource{Group: d.Group, Version: d.Version, Resource: d.Resource}] = true
		has[schema.GroupResource{Group: d.Group, Resource: d.Resource}] = true
	}
	for watch, n := range preferred(t.watches[:]) {
		t.requests[watch] = plus(t.requests[watch], n)
	}
	requested := make(map[schema.GroupResource]bool)
	for r, n := range t.requests {
		if unstable(r.Version) || goes[schema.GroupVersionResource{Group: r.Group, Version: r.Version, Resource: r.Resource}] {
			r.Count = n
			m.Requests = append(m.Requests, r)
			requested[t.named(r)] = true
			has[schema.GroupResource{Group: r.Group, Resource: r.Resource}] = true
		}
	}
	for r, n := range t.own {
		if requested[t.named(r)] {
			r.Count = n
			m.OwnRequests = append(m.OwnRequests, r)
		}
	}
	for gr, n := range preferred(t.stored[:]) {
		if has[gr] {
			m.Stored = append(m.Stored, v1alpha1.StoredObjects{Group: gr.Group, Resource: gr.Resource, Count: n})
		}
	}

	slices.SortFunc(m.Deprecated, func(a, b v1alpha1.DeprecatedRequests) int {
		return cmp.Or(
			cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Resource, b.Resource),
			cmp.Compare(a.Subresource, b.Subresource), cmp.Compare(a.RemovedRelease, b.RemovedRelease),
		)
	})
	slices.SortFunc(m.Requests, compareRequests)
	slices.SortFunc(m.OwnRequests, compareRequests)
	slices.SortFunc(m.Stored, func(a, b v1alpha1.StoredObjects) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource))
	})
	return m
}

func compareRequests(a, b v1alpha1.APIRequests) int {
	return cmp.Or(
		cmp.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), cmp.Compare(a.Resource, b.Resource),
		cmp.Compare(a.Subresource, b.Subresource), cmp.Compare(a.Verb, b.Verb),
	)
}

// named is the resource of a request as far as own requests name it.
func (t *tally) named(r v1alpha1.APIRequests) schema.GroupResource {
	if !t.ownGroups {
		r.Group = ""
	}
	return schema.GroupResource{Group: r.Group, Resource: r.Resource}
}

// goingAway returns the built-in APIs that are deprecated or removed in any
// minor, and the resources that have a version like that, or an alpha or beta.
func goingAway(index *apilifecycle.Index) (map[schema.GroupVersionResource]bool, map[schema.GroupResource]bool) {
	goes := make(map[schema.GroupVersionResource]bool)
	has := make(map[schema.GroupResource]bool)
	for i := range index.APIs {
		a := &index.APIs[i]
		gvr := a.GroupVersionResource()
		goes[gvr] = !a.Deprecated.IsZero() || !a.Removed.IsZero()
		if goes[gvr] || !a.Stable() {
			has[gvr.GroupResource()] = true
		}
	}
	return goes, has
}

func unstable(version string) bool {
	return !(&apilifecycle.API{Version: version}).Stable()
}

// preferred returns the first of several maps that holds anything. A server
// gives a metric under its old name and its new one for some minors.
func preferred[K comparable](named []map[K]int64) map[K]int64 {
	for _, m := range named {
		if len(m) > 0 {
			return m
		}
	}
	return nil
}

// addCount adds a count that says something: above zero, and a number.
func addCount[K comparable](to map[K]int64, key K, value float64) {
	if n, ok := whole(value); ok && n > 0 {
		to[key] = plus(to[key], n)
	}
}

// whole drops what is behind the point. It is false for what is not a finite number.
func whole(value float64) (int64, bool) {
	switch {
	case math.IsNaN(value), math.IsInf(value, 0):
		return 0, false
	case value >= math.MaxInt64:
		return math.MaxInt64, true
	case value <= math.MinInt64:
		return math.MinInt64, true
	}
	return int64(value), true
}

// plus adds counts, and stays at the largest there is.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// sample is one line of a metric, without the labels that no one asks for. The
// label values belong to the line.
type sample struct {
	group, version, resource, subresource, verb, removedRelease []byte
	// grouped is true where there is a label group.
	grouped bool
	value   float64
}

// ofAPI is false for requests to other paths, such as /readyz.
func (s *sample) ofAPI() bool { return len(s.version) > 0 && len(s.resource) > 0 }

// parseSample reads a line from behind the brace that follows the name:
//
//	group="",resource="pods",verb="LIST"} 1e+06
//
// It is false for a line that is not well-formed as Prometheus' text format has
// it, version 0.0.4, without the spaces that this allows among labels and
// kube-apiserver does not write.
func parseSample(labels []byte) (sample, bool) {
	var s sample
	for len(labels) > 0 && labels[0] != '}' {
		name, quoted, ok := bytes.Cut(labels, []byte(`="`))
		if !ok {
			return s, false
		}
		value, rest, ok := labelValue(quoted)
		if !ok {
			return s, false
		}
		switch string(name) {
		case "group":
			s.group, s.grouped = value, true
		case "version":
			s.version = value
		case "resource":
			s.resource = value
		case "subresource":
			s.subresource = value
		case "verb":
			s.verb = value
		case "removed_release":
			s.removedRelease = value
		}
		labels, ok = bytes.CutPrefix(rest, []byte(","))
		if !ok && !bytes.HasPrefix(rest, []byte("}")) {
			return s, false
		}
	}
	// A time may follow the value.
	fields := bytes.Fields(bytes.TrimPrefix(labels, []byte("}")))
	if len(fields) == 0 || len(fields) > 2 {
		return s, false
	}
	var err error
	s.value, err = strconv.ParseFloat(string(fields[0]), 64)
	return s, err == nil
}

// labelValue returns the text up to the closing quote, unescaped, and what follows it.
func labelValue(quoted []byte) (value, rest []byte, ok bool) {
	end := bytes.IndexByte(quoted, '"')
	if end < 0 {
		return nil, nil, false
	}
	if bytes.IndexByte(quoted[:end], '\\') < 0 {
		return quoted[:end], quoted[end+1:], true
	}
	for i := 0; i < len(quoted); i++ {
		c := quoted[i]
		if c == '"' {
			return value, quoted[i+1:], true
		}
		if c == '\\' && i+1 < len(quoted) {
			i++
			switch c = quoted[i]; c {
			case '"', '\\':
			case 'n':
				c = '\n'
			default:
				return nil, nil, false
			}
		}
		value = append(value, c)
	}
	return nil, nil, false
}
