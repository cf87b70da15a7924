package collect

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func running(gitVersion, startTime string) instance {
	return instance{VersionInfo: v1alpha1.VersionInfo{GitVersion: gitVersion}, startTime: startTime}
}

// seen is an instance as a snapshot shows it.
func seen(i instance, startTime string, connections int32) v1alpha1.APIServerInstance {
	return v1alpha1.APIServerInstance{VersionInfo: i.VersionInfo, StartTime: startTime, Connections: connections}
}

func freshLeases(n int) http.HandlerFunc {
	leases := make([]object, n)
	for i := range leases {
		leases[i] = identityLease(fmt.Sprintf("apiserver-%d", i), now)
	}
	return answerJSON(list(leases...))
}

func TestAPIServers(t *testing.T) {
	var (
		a      = running("v1.37.1", "1.7636e+09")
		b      = running("v1.37.1", "1.7637e+09")
		older  = running("v1.36.3", "1.7635e+09")
		detail = instance{startTime: "1.7638e+09", VersionInfo: v1alpha1.VersionInfo{
			GitVersion: "v1.37.1", EmulationMajor: "1", EmulationMinor: "36", MinCompatibilityMajor: "1", MinCompatibilityMinor: "35", Platform: "linux/arm64",
		}}
	)
	tests := []struct {
		name      string
		leases    http.HandlerFunc
		instances []instance
		// order of the connections; those beyond it go where its last went.
		order []int
		want  v1alpha1.APIServers
	}{
		{
			name: "one instance with one lease is not asked for /metrics", leases: freshLeases(1),
			instances: []instance{a}, order: []int{0},
			want: v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(a, "", 3)}},
		},
		{
			name: "two instances of one version are told apart by when they started", leases: freshLeases(2),
			instances: []instance{a, b}, order: []int{0, 1, 0},
			want: v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(a, a.startTime, 2), seen(b, b.startTime, 1)}},
		},
		{
			name: "a rolling upgrade shows two versions, in the order of their text", leases: freshLeases(3),
			instances: []instance{b, older, a}, order: []int{0, 1, 2},
			want: v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{
				seen(older, older.startTime, 1), seen(a, a.startTime, 1), seen(b, b.startTime, 1),
			}},
		},
		{
			name: "an instance that the first connections miss is looked for, two connections for each that is missing", leases: freshLeases(2),
			instances: []instance{a, older}, order: []int{0, 0, 0, 0, 1},
			want: v1alpha1.APIServers{Connections: 5, Instances: []v1alpha1.APIServerInstance{seen(older, older.startTime, 1), seen(a, a.startTime, 4)}},
		},
		{
			name: "an instance behind the last of four connections for each that exists is found", leases: freshLeases(2),
			instances: []instance{a, older}, order: []int{0, 0, 0, 0, 0, 0, 0, 1},
			want: v1alpha1.APIServers{Connections: 8, Instances: []v1alpha1.APIServerInstance{seen(older, older.startTime, 1), seen(a, a.startTime, 7)}},
		},
		{
			name: "an instance that these do not reach is given up", leases: freshLeases(2),
			instances: []instance{a, older}, order: []int{0, 0, 0, 0, 0, 0, 0, 0, 1},
			want: v1alpha1.APIServers{Connections: 8, Instances: []v1alpha1.APIServerInstance{seen(a, a.startTime, 8)}},
		},
		{
			name: "no more than 24 connections look for however many exist", leases: freshLeases(7),
			instances: []instance{a, older}, order: append(make([]int, 24), 1),
			want: v1alpha1.APIServers{Connections: 24, Instances: []v1alpha1.APIServerInstance{seen(a, a.startTime, 24)}},
		},
		{
			name: "without leases, as before 1.26, the first connections must do", leases: freshLeases(0),
			instances: []instance{a, older}, order: []int{0, 0, 1},
			want: v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(older, older.startTime, 1), seen(a, a.startTime, 2)}},
		},
		{
			name: "two versions behind one lease, as on hosts of one name, are told apart", leases: freshLeases(1),
			instances: []instance{a, older}, order: []int{0, 1, 0},
			want: v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(older, older.startTime, 1), seen(a, a.startTime, 2)}},
		},
		{
			name:      "the lease of an instance that has stopped is not looked for",
			leases:    answerJSON(list(identityLease("a", now), identityLease("b", now.Add(-61*time.Second)))),
			instances: []instance{a, older}, order: []int{0, 0, 0, 1},
			want: v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(a, "", 3)}},
		},
		{
			name: "everything that /version says is kept", leases: freshLeases(2),
			instances: []instance{detail, a}, order: []int{0, 1, 1},
			want: v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(a, a.startTime, 2), seen(detail, detail.startTime, 1)}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).on(leasesPath, tt.leases).balance(tt.instances, tt.order...)
			snapshot := s.collect(t)
			if diff := cmp.Diff(&tt.want, snapshot.APIServers); diff != "" {
				t.Errorf("API servers (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)

			wantMetrics := tt.want.Instances[0].StartTime != ""
			if asked := s.requests(metricsPath); len(asked) > 0 != wantMetrics {
				t.Errorf("/metrics was asked %v, want it asked: %t", asked, wantMetrics)
			}
		})
	}
}

func TestAPIServersWhenMetricsAreForbiddenDifferByVersionOnly(t *testing.T) {
	const refusal = `forbidden: User "system:serviceaccount:default:viewer" cannot get path "/metrics"`
	a, sameVersion, older := running("v1.37.1", "1"), running("v1.37.1", "2"), running("v1.36.3", "3")
	s := newAPIServer(t).on(leasesPath, freshLeases(3)).
		balance([]instance{a, sameVersion, older}, 0, 1, 2).
		on(metricsPath, refuse(refusal))
	snapshot := s.collect(t)

	want := &v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(older, "", 1), seen(a, "", 2)}}
	if diff := cmp.Diff(want, snapshot.APIServers); diff != "" {
		t.Errorf("API servers (-want +got):\n%s", diff)
	}
	checkGaps(t, snapshot, v1alpha1.Gap{
		Source: v1alpha1.SourceAPIServers, Reason: v1alpha1.GapForbidden, Permission: "get /metrics", Message: refusal,
	})
}

func TestAPIServersWhenOneIsDown(t *testing.T) {
	a, b, down := running("v1.37.1", "1"), running("v1.36.3", "2"), instance{down: true}
	s := newAPIServer(t).on(leasesPath, freshLeases(3)).balance([]instance{a, b, down}, 0, 1, 2)
	snapshot := s.collect(t)

	want := &v1alpha1.APIServers{Connections: 2, Instances: []v1alpha1.APIServerInstance{seen(b, "2", 1), seen(a, "1", 1)}}
	if diff := cmp.Diff(want, snapshot.APIServers); diff != "" {
		t.Errorf("API servers (-want +got):\n%s", diff)
	}
	checkGaps(t, snapshot, v1alpha1.Gap{
		Source: v1alpha1.SourceAPIServers, Reason: v1alpha1.GapUnavailable,
		Message: "the server is currently unable to handle the request (get /version)",
	})
}

func TestAPIServersBehindABalancerOfRequests(t *testing.T) {
	// /version comes from one instance, and /metrics over the same connection from another.
	emulating := v1alpha1.VersionInfo{GitVersion: "v1.37.1", EmulationMajor: "1", EmulationMinor: "36"}
	s := newAPIServer(t).on(leasesPath, freshLeases(2)).
		on(versionPath, answerJSON(emulating)).
		on(metricsPath, answerText(metrics("v1.36.3", "1.7635e+09")))
	got := s.collect(t).APIServers.Instances

	other := v1alpha1.VersionInfo{GitVersion: "v1.36.3"}
	want := []v1alpha1.APIServerInstance{
		{VersionInfo: other, StartTime: "1.7635e+09", Connections: 3},
		{VersionInfo: emulating, Connections: 3},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
}

// A connection whose /metrics failed may have reached an instance that another identified.
func TestAPIServersWhenSomeMetricsFail(t *testing.T) {
	var asked atomic.Int32
	s := newAPIServer(t).on(leasesPath, freshLeases(2)).on(metricsPath, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == 1 {
			http.NotFound(w, r)
			return
		}
		answerText(metrics("v1.37.1", "1.7636e+09"))(w, r)
	})
	snapshot := s.collect(t)

	want := []v1alpha1.APIServerInstance{seen(running("v1.37.1", ""), "1.7636e+09", 2)}
	if diff := cmp.Diff(want, snapshot.APIServers.Instances); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
	if len(snapshot.Gaps) != 1 || snapshot.Gaps[0].Source != v1alpha1.SourceAPIServers {
		t.Errorf("gaps = %+v, want that of the instances", snapshot.Gaps)
	}
}

func TestMetricsThatCannotBeReadAreAGap(t *testing.T) {
	const unexpected = "/metrics: unexpected answer: no kubernetes_build_info or process_start_time_seconds"
	withoutStart, _, _ := strings.Cut(metrics("v1.37.1", "1.7636e+09"), "# HELP process_start_time_seconds")
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   v1alpha1.Gap
	}{
		{
			"metrics that end early",
			answerText(withoutStart),
			v1alpha1.Gap{Reason: v1alpha1.GapMalformed, Message: unexpected},
		},
		{
			"a login page",
			answerText("<html><body>Sign in</body></html>"),
			v1alpha1.Gap{Reason: v1alpha1.GapMalformed, Message: unexpected},
		},
		{
			"no metrics at all",
			http.NotFound,
			v1alpha1.Gap{Reason: v1alpha1.GapNotFound, Message: "the server could not find the requested resource (get /metrics)"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).on(leasesPath, freshLeases(2)).on(metricsPath, tt.answer)
			snapshot := s.collect(t)
			want := []v1alpha1.APIServerInstance{seen(running("v1.37.1", ""), "", 3)}
			if diff := cmp.Diff(want, snapshot.APIServers.Instances); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
			tt.want.Source = v1alpha1.SourceAPIServers
			checkGaps(t, snapshot, tt.want)
		})
	}
}

// podSecurityPolicies are requests whose count tells instances apart.
func podSecurityPolicies(i instance, count int64) v1alpha1.InstanceMetrics {
	return v1alpha1.InstanceMetrics{GitVersion: i.GitVersion, StartTime: i.startTime, Requests: []v1alpha1.APIRequests{
		{Group: "policy", Version: "v1beta1", Resource: "podsecuritypolicies", Verb: "list", Count: count},
	}}
}

// requested adds to the metrics of balanced instances as many requests as each is listed at, from 1.
func (s *apiServer) requested(instances ...instance) *apiServer {
	answer := s.answers[metricsPath]
	return s.on(metricsPath, func(w http.ResponseWriter, r *http.Request) {
		answer(w, r)
		to := r.Context().Value(connectionKey{}).(*connection).to
		for i := range instances {
			if to.startTime == instances[i].startTime {
				fmt.Fprint(w, requestedOf("policy", "v1beta1", "podsecuritypolicies", fmt.Sprint(i+1)))
			}
		}
	})
}

// seeAPIServers looks at the requests of the server's instances.
func (s *apiServer) seeAPIServers(t *testing.T) *apiServersSeen {
	t.Helper()
	config, disconnect := withOwnConnections(s.config(t))
	defer disconnect()
	c, err := newClient(config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.reach(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen, err := apiServers(t.Context(), config, func() (*v1alpha1.Leases, error) { return c.leases(t.Context()) }, embeddedIndex(t))
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func TestRequestsOfEveryInstance(t *testing.T) {
	a, b, older := running("v1.37.1", "1.7636e+09"), running("v1.37.1", "1.7637e+09"), running("v1.36.3", "1.7635e+09")
	// The counts of a, b and older are 1, 2 and 3.
	ofA, ofB, ofOlder := podSecurityPolicies(a, 1), podSecurityPolicies(b, 2), podSecurityPolicies(older, 3)
	tests := []struct {
		name      string
		leases    http.HandlerFunc
		instances []instance
		order     []int
		want      []v1alpha1.InstanceMetrics
		// reads of /metrics, at most.
		reads int
	}{
		{
			name: "one instance with one lease is read once", leases: freshLeases(1),
			instances: []instance{a}, order: []int{0},
			want: []v1alpha1.InstanceMetrics{ofA}, reads: 1,
		},
		{
			name: "one instance without leases is read over every connection, and kept once", leases: freshLeases(0),
			instances: []instance{a}, order: []int{0},
			want: []v1alpha1.InstanceMetrics{ofA}, reads: 3,
		},
		{
			name: "one that restarts meanwhile is two processes", leases: freshLeases(0),
			instances: []instance{a, b}, order: []int{0, 0, 1},
			want: []v1alpha1.InstanceMetrics{ofA, ofB}, reads: 3,
		},
		{
			name: "of two instances with different versions each is read once", leases: freshLeases(2),
			instances: []instance{a, older}, order: []int{0, 0, 1},
			want: []v1alpha1.InstanceMetrics{ofOlder, ofA}, reads: 2,
		},
		{
			name: "two versions behind one lease are both read", leases: freshLeases(1),
			instances: []instance{a, older}, order: []int{0, 1, 1},
			want: []v1alpha1.InstanceMetrics{ofOlder, ofA}, reads: 2,
		},
		{
			name: "two instances of one version take as many reads as it takes to tell them apart", leases: freshLeases(2),
			instances: []instance{a, b}, order: []int{0, 0, 0, 0, 1},
			want: []v1alpha1.InstanceMetrics{ofA, ofB}, reads: 5,
		},
		{
			name: "a connection that is there is read before another is opened", leases: freshLeases(2),
			instances: []instance{a, b}, order: []int{0, 0, 1},
			want: []v1alpha1.InstanceMetrics{ofA, ofB}, reads: 3,
		},
		{
			name: "three of three are read once each", leases: freshLeases(3),
			instances: []instance{a, b, older}, order: []int{0, 1, 2},
			want: []v1alpha1.InstanceMetrics{ofOlder, ofA, ofB}, reads: 3,
		},
		{
			name: "an instance that is not reached is not there", leases: freshLeases(2),
			instances: []instance{a, b}, order: []int{0},
			want: []v1alpha1.InstanceMetrics{ofA}, reads: 8,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).on(leasesPath, tt.leases).balance(tt.instances, tt.order...).requested(a, b, older)
			seen := s.seeAPIServers(t)
			if diff := cmp.Diff(&v1alpha1.RequestMetrics{Instances: tt.want}, seen.requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if len(seen.unseen) > 0 || len(seen.unread) > 0 {
				t.Errorf("errors are %v, %v", seen.unseen, seen.unread)
			}
			if reads := len(s.requests(metricsPath)); reads > tt.reads {
				t.Errorf("/metrics was read %d times, want %d", reads, tt.reads)
			}
			var started []string
			for _, i := range seen.servers.Instances {
				started = append(started, i.StartTime)
			}
			var want []string
			for _, i := range tt.want {
				want = append(want, i.StartTime)
			}
			if diff := cmp.Diff(want, started); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequestsOfOneInstanceReadTwiceAreThoseOfTheLater(t *testing.T) {
	a := running("v1.37.1", "1.7636e+09")
	first, second := podSecurityPolicies(a, 1), podSecurityPolicies(a, 2)
	id := identity{a.GitVersion, a.startTime}
	got := requestMetrics([]*probe{{metrics: id, requests: &first}, {metrics: id, requests: &second}, {}})
	if diff := cmp.Diff(&v1alpha1.RequestMetrics{Instances: []v1alpha1.InstanceMetrics{second}}, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestRequestsThatCannotBeRead(t *testing.T) {
	const refusal = `forbidden: User "system:serviceaccount:default:viewer" cannot get path "/metrics"`
	whole := metrics("v1.37.1", "1.7636e+09")
	// breakOff sends a text, and closes the connection.
	breakOff := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, text)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   v1alpha1.GapReason
	}{
		{"a refusal", refuse(refusal), v1alpha1.GapForbidden},
		{"a login page", answerText("<html><body>Sign in</body></html>\n"), v1alpha1.GapMalformed},
		{"no metrics at all", http.NotFound, v1alpha1.GapNotFound},
		{"metrics that break off behind the identity", breakOff(whole), v1alpha1.GapUnavailable},
		{"metrics that a proxy cuts short", answerText(strings.TrimSuffix(whole, "\n")), v1alpha1.GapMalformed},
		{"a server that is busy", answerStatus(http.StatusTooManyRequests, nil), v1alpha1.GapUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for leases, unseen := range []int{1, 0, 1} {
				s := newAPIServer(t).on(leasesPath, freshLeases(leases)).on(metricsPath, tt.answer)
				seen := s.seeAPIServers(t)
				if seen.requests != nil {
					t.Errorf("with %d leases: requests are %+v", leases, seen.requests)
				}
				if len(seen.unread) != 1 || gapReason(seen.unread[0]) != tt.want {
					t.Errorf("with %d leases: errors are %v, want one for %s", leases, seen.unread, tt.want)
				}
				// One lease and one version: nothing hides an instance.
				if len(seen.unseen) != unseen {
					t.Errorf("with %d leases: errors that hide instances are %v, want %d", leases, seen.unseen, unseen)
				}
				want := []v1alpha1.APIServerInstance{{VersionInfo: v1alpha1.VersionInfo{GitVersion: "v1.37.1"}, Connections: 3}}
				if diff := cmp.Diff(want, seen.servers.Instances); diff != "" {
					t.Errorf("with %d leases: instances (-want +got):\n%s", leases, diff)
				}
			}
		})
	}
}

func TestRequestsOfTheInstancesThatAnswer(t *testing.T) {
	a, b := running("v1.37.1", "1.7636e+09"), running("v1.36.3", "1.7637e+09")
	s := newAPIServer(t).on(leasesPath, freshLeases(2)).balance([]instance{a, b}, 0, 1).requested(a, b)
	answer := s.answers[metricsPath]
	s.on(metricsPath, func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(connectionKey{}).(*connection).to.startTime == b.startTime {
			http.Error(w, "not now", http.StatusServiceUnavailable)
			return
		}
		answer(w, r)
	})
	seen := s.seeAPIServers(t)
	want := &v1alpha1.RequestMetrics{Instances: []v1alpha1.InstanceMetrics{podSecurityPolicies(a, 1)}}
	if diff := cmp.Diff(want, seen.requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if len(seen.unread) != 1 || len(seen.unseen) != 1 {
		t.Errorf("errors are %v, %v, want one of each kind", seen.unread, seen.unseen)
	}
}

func TestMetricsThatBreakOffAreAGap(t *testing.T) {
	s := newAPIServer(t).on(leasesPath, freshLeases(2)).on(metricsPath, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, strings.TrimSuffix(metrics("v1.37.1", "1.7636e+09"), "e+09\n"))
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	snapshot := s.collect(t)
	// The start time that was cut short identifies nothing.
	want := []v1alpha1.APIServerInstance{seen(running("v1.37.1", ""), "", 3)}
	if diff := cmp.Diff(want, snapshot.APIServers.Instances); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
	// The text is that of HTTP/2's library.
	text := cmpopts.IgnoreFields(v1alpha1.Gap{}, "Message", "Hides")
	if diff := cmp.Diff([]v1alpha1.Gap{{Source: v1alpha1.SourceAPIServers, Reason: v1alpha1.GapUnavailable}}, snapshot.Gaps, text); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}

func TestIdentity(t *testing.T) {
	const (
		build   = `kubernetes_build_info{git_version="v1.37.1",major="1"} 1` + "\n"
		started = "process_start_time_seconds 1.7636e+09\n"
	)
	// bufio's buffer takes lines of up to 64 KiB.
	line := func(length int) string { return strings.Repeat("x", length-1) + "\n" }
	tests := []struct{ name, metrics string }{
		{"in either order", started + build},
		{"the last line need not end", build + strings.TrimSuffix(started, "\n")},
		{
			"among metrics whose names begin alike",
			"process_start_time_seconds_total 7\n" + `kubernetes_build_info_total{git_version="v9.9.9"} 1` + "\n" + build + started,
		},
		{"among comments", "# HELP process_start_time_seconds 7\n" + build + started},
		{"behind a line that just fits the buffer", line(64<<10) + build + started},
		{"behind a line one byte longer", line(64<<10+1) + build + started},
		{"not at the end of a line longer than the buffer", strings.Repeat("x", 64<<10) + "process_start_time_seconds 666\n" + build + started},
		{"behind a line of a megabyte", line(1<<20) + build + started},
		{"on both sides of a long line", build + line(200_000) + started},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readIdentity(strings.NewReader(tt.metrics))
			if err != nil {
				t.Fatal(err)
			}
			if want := (identity{gitVersion: "v1.37.1", startTime: "1.7636e+09"}); got != want {
				t.Errorf("identity is %+v", got)
			}
		})
	}

	t.Run("nothing is read once it is known", func(t *testing.T) {
		rest := strings.NewReader(line(1 << 20))
		if _, err := readIdentity(io.MultiReader(strings.NewReader(build+started), rest)); err != nil {
			t.Fatal(err)
		}
		if rest.Len() != 1<<20 {
			t.Errorf("%d bytes were read behind it", 1<<20-rest.Len())
		}
	})
}
