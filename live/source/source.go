// Package source asks platforms which versions they offer: a file each, through
// the vendor's own library and its own chain of credentials.
//
// What a source returns names versions, dates and phases as the platform tells
// them. It judges nothing.
package source

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Source is the list of versions of one platform.
type Source interface {
	// Releases asks until ctx ends. What is not a *v1alpha1.LiveFault is one of
	// connections, which Ask explains.
	Releases(ctx context.Context, r *Request) (*v1alpha1.LiveReleases, error)
}

// Request is a query that was found to be one.
type Request struct {
	*v1alpha1.LiveQuery
	// Endpoint is a scheme and a host; nil is the vendor's own.
	Endpoint *url.URL
	// API is the client for the list itself, which keeps what the platform sends;
	// credentials are got without it.
	API *http.Client
}

// sources by the platform's id in the catalog.
func sources() map[string]Source {
	return map[string]Source{
		"alibaba-ack":              ack{},
		"amazon-eks":               amazonEKS{},
		"azure-kubernetes-service": aks{identity: http.DefaultTransport},
		"google-kubernetes-engine": gke{},
	}
}

const defaultTimeout = 30 * time.Second

// maxReleases bounds an answer, because all that follows handles each of them.
// Platforms list a few hundred at most.
const maxReleases = 1000

// Ask answers a query. What fails is a fault in the answer: one line, without
// anything that a credential could stand in.
func Ask(ctx context.Context, q *v1alpha1.LiveQuery, now func() time.Time) *v1alpha1.LiveReleases {
	return askOf(ctx, sources()[q.Platform], q, now)
}

func askOf(ctx context.Context, of Source, q *v1alpha1.LiveQuery, now func() time.Time) *v1alpha1.LiveReleases {
	timeout := cmp.Or(time.Duration(q.TimeoutSeconds)*time.Second, defaultTimeout)
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	answer, err := ask(ctx, of, q)
	if err != nil {
		answer = v1alpha1.NewLiveReleases(q.Platform)
		answer.Fault = faultOf(ctx, err, timeout)
	}
	answer.Region, answer.ReadAt = cmp.Or(answer.Region, q.Region), metav1.NewTime(now().UTC().Truncate(time.Second))
	return answer
}

func ask(ctx context.Context, of Source, q *v1alpha1.LiveQuery) (*v1alpha1.LiveReleases, error) {
	if of == nil {
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "%s publishes no list of versions that can be asked", q.Platform)
	}
	if err := validate(q); err != nil {
		return nil, err
	}
	at, err := endpoint(q.Endpoint)
	if err != nil {
		return nil, err
	}
	kept := newRecorder(http.DefaultTransport)
	answer, err := of.Releases(ctx, &Request{q, at, &http.Client{Transport: kept, CheckRedirect: stay}})
	if err != nil {
		return nil, err
	}
	switch n := len(answer.Releases); {
	case n == 0:
		return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "%s lists no versions", answer.Source)
	case n > maxReleases:
		return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "%s lists %d versions, want at most %d", answer.Source, n, maxReleases)
	}
	slices.SortStableFunc(answer.Releases, func(a, b v1alpha1.LiveRelease) int { return newestFirst(a.Version, b.Version) })
	answer.Raw = kept.pages()
	return answer, nil
}

// stay where a request was sent: headers of vendors that hold tokens would go
// along, and so would the secrets in the body of a request for one.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// What stands in a query may come from labels of nodes, and goes into addresses
// that credentials are sent to.
var (
	location     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	project      = regexp.MustCompile(`^([0-9]{6,19}|([a-z0-9][a-z0-9.-]{0,61}[a-z0-9]:)?[a-z][a-z0-9-]{0,61}[a-z0-9])$`) // its number, or its id
	subscription = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

func validate(q *v1alpha1.LiveQuery) error {
	for _, field := range []struct {
		name, value string
		form        *regexp.Regexp
		want        string
	}{
		{"region", q.Region, location, "a name such as eu-central-1 or westeurope"},
		{"project", q.Project, project, "an id such as shop-prod, or a number"},
		{"subscription", q.Subscription, subscription, "an id such as 00000000-0000-0000-0000-000000000000"},
	} {
		if field.value != "" && !field.form.MatchString(field.value) {
			return v1alpha1.Faultf(v1alpha1.GapNotFound, "%s %q is not one: want %s", field.name, bounded(field.value, 60), field.want)
		}
	}
	return nil
}

// endpoint is the scheme and the host of one, written in one way, and nil where none is typed.
func endpoint(typed string) (*url.URL, error) {
	if typed == "" {
		return nil, nil
	}
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "endpoint is not one: want a host such as cs.cn-beijing.aliyuncs.com")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		host := strings.ToLower(u.Host)
		if u.Scheme == "https" {
			host = strings.TrimSuffix(host, ":443")
		}
		return &url.URL{Scheme: u.Scheme, Host: host}, nil
	default:
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "endpoint %s must be https", bounded(u.Host, 60))
	}
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// faultOf explains what is no fault yet. What libraries say can hold anything, so
// that only errors of known kinds are quoted.
func faultOf(ctx context.Context, err error, timeout time.Duration) *v1alpha1.LiveFault {
	var fault *v1alpha1.LiveFault
	var dns *net.DNSError
	var network *net.OpError
	var timedOut interface{ Timeout() bool }
	switch {
	case errors.As(err, &fault):
		return fault
	case errors.Is(ctx.Err(), context.Canceled):
		return v1alpha1.Faultf(v1alpha1.GapInterrupted, "interrupted")
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return v1alpha1.Faultf(v1alpha1.GapTimeout, "no answer within %s: check the network, or wait longer with --request-timeout", timeout)
	case errors.As(err, &dns):
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "host %s is not found: check the region and the network", dns.Name)
	case errors.Is(err, errTooLarge):
		return v1alpha1.Faultf(v1alpha1.GapMalformed, "%v", errTooLarge)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return v1alpha1.Faultf(v1alpha1.GapMalformed, "the answer was cut short: check the network and proxies, and try again")
	case errors.As(err, &network):
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s: check the network", network)
	case errors.As(err, &timedOut) && timedOut.Timeout():
		return v1alpha1.Faultf(v1alpha1.GapTimeout, "no answer in time: check the network")
	default:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s", firstLine(err))
	}
}

// firstLine of an error, without control characters, and no longer than a line.
func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	line = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(line, ""))
	return bounded(line, 300)
}

// bounded is a text of so many characters at most.
func bounded(text string, most int) string {
	if characters := []rune(text); len(characters) > most {
		return string(characters[:most]) + "…"
	}
	return text
}

// missing is the fault of a query that leaves out what a platform needs.
func missing(what, flag string) *v1alpha1.LiveFault {
	return v1alpha1.Faultf(v1alpha1.GapNotFound, "%s is needed: name it with %s", what, flag)
}
