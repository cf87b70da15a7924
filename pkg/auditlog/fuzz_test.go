package auditlog

import (
	"bytes"
	stdjson "encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/json"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// plainEvent is an event as a decoder of JSON gives it. Keys are told apart by
// case, as in every API of Kubernetes.
type plainEvent struct {
	Kind             string             `json:"kind"`
	APIVersion       string             `json:"apiVersion"`
	AuditID          string             `json:"auditID"`
	Stage            string             `json:"stage"`
	Verb             string             `json:"verb"`
	User             plainUser          `json:"user"`
	ImpersonatedUser plainUser          `json:"impersonatedUser"`
	UserAgent        string             `json:"userAgent"`
	Received         string             `json:"requestReceivedTimestamp"`
	Staged           string             `json:"stageTimestamp"`
	Items            stdjson.RawMessage `json:"items"`
	ObjectRef        struct {
		Group       string `json:"apiGroup"`
		Version     string `json:"apiVersion"`
		Resource    string `json:"resource"`
		Subresource string `json:"subresource"`
		Namespace   string `json:"namespace"`
	} `json:"objectRef"`
	Annotations struct {
		Deprecated     string `json:"k8s.io/deprecated"`
		RemovedRelease string `json:"k8s.io/removed-release"`
	} `json:"annotations"`
	receivedAt, stagedAt time.Time
}

type plainUser struct {
	Username string `json:"username"`
}

func plainDecode(text []byte) (*plainEvent, bool) {
	e := &plainEvent{}
	if !bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{")) || json.UnmarshalCaseSensitivePreserveInts(text, e) != nil {
		return nil, false
	}
	for text, stamp := range map[*string]*time.Time{&e.Received: &e.receivedAt, &e.Staged: &e.stagedAt} {
		if *text != "" && stamp.UnmarshalText([]byte(*text)) != nil {
			return nil, false
		}
		*stamp = stamp.UTC().Truncate(time.Microsecond)
	}
	if e.receivedAt.IsZero() {
		e.receivedAt = e.stagedAt
	}
	if e.stagedAt.IsZero() {
		e.stagedAt = e.receivedAt
	}
	return e, true
}

// plainRead is Read without regard to time and memory: it holds every event.
func plainRead(index *apilifecycle.Index, log []byte) *v1alpha1.AuditLog {
	result := &v1alpha1.AuditLog{}
	var events []*plainEvent
	for line := range bytes.SplitSeq(log, []byte("\n")) {
		if len(bytes.Trim(line, " \t\r")) == 0 {
			continue
		}
		document, ok := plainDecode(line)
		if !ok || document.APIVersion != "audit.k8s.io/v1" && document.APIVersion != "audit.k8s.io/v1beta1" {
			result.Malformed++
			continue
		}
		var items []stdjson.RawMessage
		switch document.Kind {
		case "Event":
			events = append(events, document)
		case "EventList":
			if stdjson.Unmarshal(document.Items, &items) != nil {
				result.Malformed++
			}
		default:
			result.Malformed++
		}
		for _, item := range items {
			e, ok := plainDecode(item)
			if !ok {
				result.Malformed++
				break
			}
			events = append(events, e)
		}
	}
	result.Events = int64(len(events))
	for _, e := range events {
		plainEnclose(&result.First, &result.Last, e.stagedAt)
	}
	result.Requests = plainGroups(index, events)
	return result
}

// plainGroups looks at all events of an ID whenever it must know what became of a request.
func plainGroups(index *apilifecycle.Index, events []*plainEvent) []v1alpha1.AuditedRequests {
	events = slices.DeleteFunc(events, func(e *plainEvent) bool {
		goesAway := slices.ContainsFunc(index.APIs, func(a apilifecycle.API) bool {
			return (!a.Deprecated.IsZero() || !a.Removed.IsZero()) &&
				a.Group == e.ObjectRef.Group && a.Version == e.ObjectRef.Version && a.Resource == e.ObjectRef.Resource
		})
		return !goesAway && (e.ObjectRef.Resource == "" || e.Annotations.Deprecated != "true")
	})
	groups := map[v1alpha1.AuditedRequests]*v1alpha1.AuditedRequests{}
	for i, e := range events {
		group := plainGroup(e)
		if groups[group] == nil {
			created := group
			groups[group] = &created
		}
		r := groups[group]
		// The request began with the event before, of the same ID and group, if that did not end it.
		var before, after *plainEvent
		for _, other := range events[:i] {
			if other.AuditID == e.AuditID {
				before = other
			}
		}
		for _, other := range slices.Backward(events[i+1:]) {
			if other.AuditID == e.AuditID {
				after = other
			}
		}
		begun := before != nil && before.Stage == "ResponseStarted" && plainGroup(before) == group
		var first, last *metav1.MicroTime
		switch {
		case e.Stage == "RequestReceived" && after == nil, e.Stage != "RequestReceived" && !begun:
			r.Count++
			plainEnclose(&first, &last, e.receivedAt)
		}
		if e.Stage != "RequestReceived" && e.Stage != "ResponseStarted" {
			plainEnclose(&first, &last, e.stagedAt)
		}
		for _, t := range []*metav1.MicroTime{first, last} {
			if t == nil {
				continue
			}
			if r.First.IsZero() || t.Before(&r.First) {
				r.First = *t
			}
			if r.Last.Before(t) {
				r.Last = *t
			}
		}
		if e.Annotations.RemovedRelease != "" {
			r.RemovedRelease = plainShorten(e.Annotations.RemovedRelease)
		}
	}
	var requests []v1alpha1.AuditedRequests
	for _, group := range groups {
		if group.Count > 0 {
			requests = append(requests, *group)
		}
	}
	slices.SortFunc(requests, compare)
	return requests
}

func plainGroup(e *plainEvent) v1alpha1.AuditedRequests {
	user := e.User.Username
	if e.ImpersonatedUser.Username != "" {
		user = e.ImpersonatedUser.Username
	}
	return v1alpha1.AuditedRequests{
		User: plainShorten(user), UserAgent: plainShorten(e.UserAgent), Verb: plainShorten(e.Verb),
		Group: plainShorten(e.ObjectRef.Group), Version: plainShorten(e.ObjectRef.Version), Resource: plainShorten(e.ObjectRef.Resource),
		Subresource: plainShorten(e.ObjectRef.Subresource), Namespace: plainShorten(e.ObjectRef.Namespace),
	}
}

func plainShorten(text string) string { return string(shorten([]byte(text))) }

func plainEnclose(first, last **metav1.MicroTime, t time.Time) {
	if t.IsZero() {
		return
	}
	stamp := metav1.NewMicroTime(t)
	if *first == nil || t.Before((*first).Time) {
		*first = &stamp
	}
	if *last == nil || t.After((*last).Time) {
		*last = &stamp
	}
}

// FuzzAuditLine compares with a plain decoder. Of a line that is not JSON it
// only asks that it is read: what the reader skips it does not check.
func FuzzAuditLine(f *testing.F) {
	data, err := os.ReadFile("testdata/v1.37.1.log")
	if err != nil {
		f.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		f.Add(line)
	}
	event := strings.TrimSpace(requestLine)
	f.Add([]byte(`{"kind":"EventList","apiVersion":"audit.k8s.io/v1beta1","items":[` + event + `,` + strings.Replace(event, "alice", `\u0062\ud800"`, 1) + `,7]}`))
	f.Add([]byte(strings.Replace(requestLine, `"user"`, `"us\u0065r":null,"user"`, 1)))
	f.Add([]byte(strings.Replace(requestLine, "ResponseComplete", "ResponseStarted", 1) + requestLine + strings.Replace(requestLine, "ResponseComplete", "Panic", 1)))
	index := load(f)
	f.Fuzz(func(t *testing.T, log []byte) {
		reader := NewReader(index)
		err := reader.Read(t.Context(), bytes.NewReader(log))
		got := reader.AuditLog()
		if unreadable := got.Events == 0 && got.Malformed > 0; unreadable != (err != nil) && !bytes.HasPrefix(log, []byte{0x1f, 0x8b}) {
			t.Fatalf("%d events, %d malformed, error %v", got.Events, got.Malformed, err)
		}
		for line := range bytes.SplitSeq(log, []byte("\n")) {
			if !stdjson.Valid(line) && len(bytes.TrimSpace(line)) > 0 {
				return
			}
		}
		if diff := cmp.Diff(plainRead(index, log), got); diff != "" {
			t.Errorf("log (-plain +got):\n%s", diff)
		}
	})
}
