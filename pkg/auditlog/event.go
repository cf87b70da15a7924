package auditlog

import "time"

// Stages of a request, in their order. A request that panics has Panic in the
// place of ResponseComplete. Only those that last (watches, exec, …) have
// ResponseStarted. A policy can leave out any of them with omitStages.
// https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
const (
	requestReceived = "RequestReceived"
	responseStarted = "ResponseStarted"
)

// event is what is needed of an Event of audit.k8s.io. Its texts are parts of
// the line, valid until the next one is read.
type event struct {
	kind, apiVersion         []byte
	auditID, stage, verb     []byte
	user, impersonated       []byte
	userAgent                []byte
	group, version, resource []byte
	subresource, namespace   []byte
	deprecated               []byte // annotation k8s.io/deprecated: "true" or absent
	removedRelease           []byte // annotation k8s.io/removed-release, such as "1.38"
	received, staged         []byte
	// items of an EventList; they have neither kind nor apiVersion.
	items []byte

	// receivedAt and stagedAt are the time stamps. One that is missing is that
	// of the other; without both they are zero.
	receivedAt, stagedAt time.Time
}

// caller is the user for whom a request was made. Who impersonates is most often
// a proxy or a controller that does so for everybody; its user agent still shows.
func (e *event) caller() []byte {
	if len(e.impersonated) > 0 {
		return e.impersonated
	}
	return e.user
}

// document reads a line: an event, or a list of them as webhooks get it. It
// puts every event into e and calls each. Events before a fault of a list have been given.
func document(line []byte, e *event, each func()) error {
	s := &scanner{data: line}
	if err := e.read(s); err != nil {
		return err
	}
	if !s.end() || !ofAudit(e.apiVersion) {
		return errMalformed
	}
	switch string(e.kind) {
	case "Event":
		each()
		return nil
	case "EventList":
		list := &scanner{data: e.items}
		if list.null() {
			return nil
		}
		return list.array(func() error {
			if err := e.read(list); err != nil {
				return err
			}
			each()
			return nil
		})
	default:
		return errMalformed
	}
}

// ofAudit accepts the versions that kube-apiserver writes (v1) and wrote until
// 1.23 (v1beta1). They agree in the fields that are read here.
func ofAudit(apiVersion []byte) bool {
	return string(apiVersion) == "audit.k8s.io/v1" || string(apiVersion) == "audit.k8s.io/v1beta1"
}

func (e *event) read(s *scanner) error {
	*e = event{}
	err := s.object(func(key []byte) error {
		switch string(key) {
		case "kind":
			return s.text(&e.kind)
		case "apiVersion":
			return s.text(&e.apiVersion)
		case "auditID":
			return s.text(&e.auditID)
		case "stage":
			return s.text(&e.stage)
		case "verb":
			return s.text(&e.verb)
		case "user":
			return readUser(s, &e.user)
		case "impersonatedUser":
			return readUser(s, &e.impersonated)
		case "userAgent":
			return s.text(&e.userAgent)
		case "objectRef":
			return e.readObjectRef(s)
		case "requestReceivedTimestamp":
			return s.text(&e.received)
		case "stageTimestamp":
			return s.text(&e.staged)
		case "annotations":
			return e.readAnnotations(s)
		case "items":
			start := s.at
			err := s.skip()
			e.items = s.data[start:s.at]
			return err
		default:
			return s.skip()
		}
	})
	if err != nil {
		return err
	}
	return e.readTimes()
}

func readUser(s *scanner, name *[]byte) error {
	if s.null() {
		return nil
	}
	return s.object(func(key []byte) error {
		if string(key) == "username" {
			return s.text(name)
		}
		return s.skip()
	})
}

func (e *event) readObjectRef(s *scanner) error {
	if s.null() {
		return nil
	}
	return s.object(func(key []byte) error {
		switch string(key) {
		case "resource":
			return s.text(&e.resource)
		case "namespace":
			return s.text(&e.namespace)
		case "apiGroup":
			return s.text(&e.group)
		case "apiVersion":
			return s.text(&e.version)
		case "subresource":
			return s.text(&e.subresource)
		default:
			return s.skip()
		}
	})
}

func (e *event) readAnnotations(s *scanner) error {
	if s.null() {
		return nil
	}
	return s.object(func(key []byte) error {
		switch string(key) {
		case "k8s.io/deprecated":
			return s.text(&e.deprecated)
		case "k8s.io/removed-release":
			return s.text(&e.removedRelease)
		default:
			return s.skip()
		}
	})
}

func (e *event) readTimes() error {
	for _, stamp := range []struct {
		text []byte
		time *time.Time
	}{{e.received, &e.receivedAt}, {e.staged, &e.stagedAt}} {
		if len(stamp.text) == 0 {
			continue
		}
		if err := stamp.time.UnmarshalText(stamp.text); err != nil {
			return errMalformed
		}
		*stamp.time = stamp.time.UTC().Truncate(time.Microsecond)
	}
	if e.receivedAt.IsZero() {
		e.receivedAt = e.stagedAt
	}
	if e.stagedAt.IsZero() {
		e.stagedAt = e.receivedAt
	}
	return nil
}
