package collect

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

const (
	// firstProbes are enough for one instance, and to notice that there are more.
	firstProbes = 3
	// probesPerInstance bounds the search for instances behind a load balancer.
	// One that picks at random hides an instance of three from twelve probes once
	// in forty runs; one that always picks the same is given up on soon.
	probesPerInstance = 4
	maxProbes         = 24
	// leasesPatience is how long the leases may take before probing goes on without them.
	leasesPatience = 3 * time.Second
)

// probe is one fresh connection to whichever instance the load balancer picks.
type probe struct {
	client  *client
	version v1alpha1.VersionInfo
	// metrics is what /metrics of the same connection said; zero until identify has read it.
	metrics identity
	// requests is all that it said of API requests; nil when that was not asked for.
	requests *v1alpha1.InstanceMetrics
}

// identity tells one instance from another.
type identity struct{ gitVersion, startTime string }

// apiServersSeen is what connections to the server's address showed.
type apiServersSeen struct {
	servers *v1alpha1.APIServers
	// requests is nil when they were not asked for, and when no /metrics could be read.
	requests *v1alpha1.RequestMetrics
	// unseen are the errors that may hide an instance, unread those that may hide requests.
	unseen, unread []error
}

// apiServers finds the kube-apiserver instances behind the server's address.
// A connection each reads /version. Unless the identity leases and the answers
// agree on one instance, /metrics of the same connection tells the instances
// apart, and probing goes on until all that exist were seen.
//
// With an index, the requests for APIs that go away are read as well, from all of
// /metrics of every instance. A server spends as much on rendering the first
// line of it as on sending all, so that is also how instances are told apart
// then, and the connections beyond those that exist are asked only if one is missing.
//
// The error is set when no instance answered.
func apiServers(ctx context.Context, config *rest.Config, leases func() (*v1alpha1.Leases, error), index *apilifecycle.Index) (*apiServersSeen, error) {
	probes, unseen := openProbes(ctx, config, firstProbes)
	if len(probes) == 0 {
		return nil, unseen[0]
	}

	exist := announced(ctx, leases)
	agreed := exist == 1 && len(instances(probes)) == 1
	seen := &apiServersSeen{}
	if !agreed || index != nil {
		first := len(probes)
		if index != nil {
			first = differentFirst(probes, exist)
		}
		err := identify(ctx, probes[:first], index)
		if err == nil && missing(probes, exist) > 0 {
			err = identify(ctx, probes[first:], index)
		}
		enough := min(probesPerInstance*exist, maxProbes)
		for err == nil && len(unseen) == 0 && missing(probes, exist) > 0 && len(probes) < enough {
			var more []*probe
			more, unseen = openProbes(ctx, config, min(2*missing(probes, exist), enough-len(probes)))
			probes = append(probes, more...)
			err = identify(ctx, more, index)
		}
		if err != nil && !agreed {
			unseen = append(unseen, err)
		}
		if err != nil && index != nil {
			seen.unread = append(seen.unread, err)
		}
	}
	seen.servers = &v1alpha1.APIServers{Connections: int32(len(probes)), Instances: instances(probes)}
	seen.requests = requestMetrics(probes)
	seen.unseen = unseen
	return seen, nil
}

// differentFirst reorders probes so that those of different versions come first,
// and returns how many could be all instances: all of them when nothing tells
// how many exist.
func differentFirst(probes []*probe, exist int) int {
	if exist == 0 {
		return len(probes)
	}
	versions := make(map[string]bool)
	var different, alike []*probe
	for _, p := range probes {
		if versions[p.version.GitVersion] {
			alike = append(alike, p)
		} else {
			different = append(different, p)
		}
		versions[p.version.GitVersion] = true
	}
	copy(probes, append(different, alike...))
	return min(len(probes), max(exist, len(versions)))
}

// requestMetrics gathers what was read of each instance, once: of two answers the later.
func requestMetrics(probes []*probe) *v1alpha1.RequestMetrics {
	answers := make(map[identity]*v1alpha1.InstanceMetrics)
	for _, p := range probes {
		if p.requests != nil {
			answers[p.metrics] = p.requests
		}
	}
	if len(answers) == 0 {
		return nil
	}
	metrics := &v1alpha1.RequestMetrics{}
	for _, m := range answers {
		metrics.Instances = append(metrics.Instances, *m)
	}
	slices.SortFunc(metrics.Instances, func(a, b v1alpha1.InstanceMetrics) int {
		return cmp.Or(cmp.Compare(a.GitVersion, b.GitVersion), cmp.Compare(a.StartTime, b.StartTime))
	})
	return metrics
}

// announced is how many instances the identity leases tell of: 0 when they do
// not, or not soon. A slow answer must not cost the time to tell instances apart.
func announced(ctx context.Context, leases func() (*v1alpha1.Leases, error)) int {
	answer := make(chan int, 1)
	go func() {
		l, _ := leases()
		answer <- int(l.RunningAPIServers())
	}()
	ctx, cancel := context.WithTimeout(ctx, leasesPatience)
	defer cancel()
	select {
	case n := <-answer:
		return n
	case <-ctx.Done():
		return 0
	}
}

// openProbes opens n connections at once. The errors are those of connections that failed.
func openProbes(ctx context.Context, config *rest.Config, n int) ([]*probe, []error) {
	opened := make([]*probe, n)
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { opened[i], errs[i] = openProbe(ctx, config) })
	}
	all.Wait()
	failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(failed) > 1 {
		failed = failed[:1]
	}
	return slices.DeleteFunc(opened, func(p *probe) bool { return p == nil }), failed
}

func openProbe(ctx context.Context, config *rest.Config) (*probe, error) {
	c, err := newClient(config)
	if err != nil {
		return nil, err
	}
	v, err := c.version(ctx)
	if err != nil {
		return nil, err
	}
	return &probe{client: c, version: *v}, nil
}

var errNoVersion = errors.New("no gitVersion")

func (c *client) version(ctx context.Context) (*v1alpha1.VersionInfo, error) {
	v := &v1alpha1.VersionInfo{}
	if _, err := c.getJSON(ctx, "/version", nil, acceptJSON, v); err != nil {
		return nil, err
	}
	if v.GitVersion == "" {
		return nil, malformedError{"/version", errNoVersion}
	}
	return v, nil
}

// reach sends the first request and waits for it: the others share its connection,
// and where no server answers, or a credential plugin fails, they would fail alike,
// each with another run of the plugin. The version is nil where one answered with
// something else.
func (c *client) reach(ctx context.Context) (*v1alpha1.VersionInfo, error) {
	info, err := c.version(ctx)
	var refused apierrors.APIStatus
	var malformed malformedError
	if errors.As(err, &refused) || errors.As(err, &malformed) {
		return nil, nil
	}
	return info, err
}

// credentialsFailed is how client-go begins the error of a credential plugin.
const credentialsFailed = "getting credentials: "

// identify reads /metrics over the connection of each probe, all of it when
// there is an index.
func identify(ctx context.Context, probes []*probe, index *apilifecycle.Index) error {
	errs := make([]error, len(probes))
	var all sync.WaitGroup
	for i, p := range probes {
		all.Go(func() { errs[i] = p.identify(ctx, index) })
	}
	all.Wait()
	return cmp.Or(errs...)
}

func (p *probe) identify(ctx context.Context, index *apilifecycle.Index) error {
	response, err := p.client.get(ctx, "/metrics", nil, acceptText)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body := &watchedReader{reader: response.Body}
	if index == nil {
		p.metrics, err = readIdentity(body)
	} else if p.requests, err = readMetrics(body, index); err == nil {
		p.metrics = identity{p.requests.GitVersion, p.requests.StartTime}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case body.err != nil:
		return brokenOff("/metrics", body.err)
	default:
		return err
	}
}

var buildInfoVersion = regexp.MustCompile(`git_version="([^"]*)"`)

var errNoIdentity = malformedError{"/metrics", errors.New("no kubernetes_build_info or process_start_time_seconds")}

// readIdentity reads kubernetes_build_info and process_start_time_seconds from a
// /metrics answer, line by line, and no more of it than that takes.
func readIdentity(metrics io.Reader) (identity, error) {
	var found identity
	lines := bufio.NewReaderSize(metrics, 64<<10)
	for !found.complete() {
		line, err := shortLine(lines)
		found.add(line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return identity{}, err
		}
	}
	if !found.complete() {
		return identity{}, errNoIdentity
	}
	return found, nil
}

func (i *identity) complete() bool { return i.gitVersion != "" && i.startTime != "" }

// add takes one line of a /metrics answer.
func (i *identity) add(line []byte) {
	if rest, ok := bytes.CutPrefix(line, []byte("process_start_time_seconds ")); ok {
		i.startTime = string(bytes.TrimSpace(rest))
	} else if bytes.HasPrefix(line, []byte("kubernetes_build_info{")) {
		if m := buildInfoVersion.FindSubmatch(line); m != nil {
			i.gitVersion = string(m[1])
		}
	}
}

// shortLine returns the next line that fits the buffer, and passes over those that do not.
func shortLine(lines *bufio.Reader) ([]byte, error) {
	for rest := false; ; {
		line, err := lines.ReadSlice('\n')
		whole := !rest
		rest = errors.Is(err, bufio.ErrBufferFull)
		switch {
		case rest:
		case whole:
			return line, err
		case err != nil:
			return nil, err
		}
	}
}

// missing is how many of the instances that exist no probe has reached.
func missing(probes []*probe, exist int) int {
	return exist - len(instances(probes))
}

// instances groups probes by the instance they reached, in the order of their
// text. A connection whose two answers name different versions, as behind a
// proxy that balances requests, has reached two. One that is not identified
// counts for itself only if no identified instance runs its version.
func instances(probes []*probe) []v1alpha1.APIServerInstance {
	index := make(map[identity]int)
	var found []v1alpha1.APIServerInstance
	saw := func(id identity, info v1alpha1.VersionInfo) {
		i, ok := index[id]
		if !ok {
			i = len(found)
			index[id] = i
			found = append(found, v1alpha1.APIServerInstance{VersionInfo: info, StartTime: id.startTime})
		}
		found[i].Connections++
	}
	for _, p := range probes {
		if p.metrics.gitVersion == p.version.GitVersion {
			saw(p.metrics, p.version)
			continue
		}
		saw(identity{gitVersion: p.version.GitVersion}, p.version)
		if p.metrics.gitVersion != "" {
			saw(p.metrics, v1alpha1.VersionInfo{GitVersion: p.metrics.gitVersion})
		}
	}
	identified := make(map[string]bool)
	for _, instance := range found {
		identified[instance.GitVersion] = identified[instance.GitVersion] || instance.StartTime != ""
	}
	found = slices.DeleteFunc(found, func(i v1alpha1.APIServerInstance) bool { return i.StartTime == "" && identified[i.GitVersion] })
	slices.SortFunc(found, func(a, b v1alpha1.APIServerInstance) int {
		return cmp.Or(cmp.Compare(a.GitVersion, b.GitVersion), cmp.Compare(a.StartTime, b.StartTime))
	})
	return found
}
