package collect

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// furnished is a server with something in each section.
func furnished(t *testing.T) *apiServer {
	return newAPIServer(t).
		on(nodesPath, nodesAre(nodeTable(node("node-a", "Ready", "<none>", "v1.37.1")))).
		on(systemPodsPath, answerJSON(list(kubeadmPod("kube-scheduler", "kube-scheduler", "registry.k8s.io/kube-scheduler:v1.37.1")))).
		on(daemonSetsPath, answerJSON(list(rolledOut.set("kube-proxy", "kube-proxy", proxy137)))).
		on(endpointSlicesPath, answerJSON(list()))
}

// snapshotOf is what is collected from a furnished server.
func snapshotOf(s *apiServer) *v1alpha1.Snapshot {
	snapshot := v1alpha1.NewSnapshot("production")
	snapshot.CollectedAt = metav1.NewTime(now.Add(time.Hour))
	snapshot.CollectedBy = "kubectl-versions v0.1.0"
	snapshot.Cluster = v1alpha1.Cluster{Context: "production", Server: s.URL}
	snapshot.Kubectl = &v1alpha1.Kubectl{GitVersion: "v1.37.0", FoundBy: "--kubectl-version"}
	snapshot.APIServers = &v1alpha1.APIServers{Connections: 3, Instances: []v1alpha1.APIServerInstance{seen(running("v1.37.1", ""), "", 3)}}
	renewed := metav1.NewMicroTime(now.Local())
	snapshot.Leases = &v1alpha1.Leases{ServerTime: metav1.NewTime(now), Leases: []v1alpha1.Lease{
		{Name: "apiserver-a", Holder: "apiserver-a_1", Identity: "kube-apiserver", RenewTime: &renewed},
	}}
	snapshot.Nodes = &v1alpha1.Nodes{Count: 1, Groups: []v1alpha1.NodeGroup{nodeGroup("v1.37.1", "Ready", "<none>", "node-a")}}
	snapshot.NodeSamples = &v1alpha1.NodeSamples{Nodes: []v1alpha1.NodeSample{sampleOf("node-a")}}
	snapshot.APIGroups = &v1alpha1.APIGroups{Names: []string{"apps", openshiftGroup}}
	snapshot.ControlPlanePods = &v1alpha1.ControlPlanePods{Pods: []v1alpha1.ControlPlanePod{{
		Component: "kube-scheduler", Namespace: "kube-system", Name: "kube-scheduler-cp-1", Node: "cp-1",
		Image: "registry.k8s.io/kube-scheduler:v1.37.1", Static: true,
	}}}
	snapshot.KubeProxy = &v1alpha1.KubeProxy{DaemonSets: []v1alpha1.KubeProxyDaemonSet{
		{Name: "kube-proxy", Image: proxy137, Pods: 3, UpdatedPods: 3, RolloutComplete: true},
	}}
	return snapshot
}

func TestCollect(t *testing.T) {
	s := furnished(t)
	if diff := cmp.Diff(snapshotOf(s), s.collect(t)); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
	for _, r := range s.received {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent, want GET only", r.Method, r.Path)
		}
	}
}

func TestCollectBehindAPathAndWithoutUserInformation(t *testing.T) {
	const prefix = "/k8s/clusters/c-abc12"
	s := furnished(t)
	s.Config.Handler = http.StripPrefix(prefix, s.Config.Handler)
	o := s.options(t)
	o.Config.Host = strings.Replace(s.URL, "https://", "https://jane:secret@", 1) + prefix + "/"

	want := snapshotOf(s)
	want.Cluster.Server = s.URL + prefix
	if diff := cmp.Diff(want, collectWith(t, o)); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func TestARefusedSourceCostsItsOwnSection(t *testing.T) {
	const user = `User "system:serviceaccount:default:viewer"`
	inNamespace := func(resource, group, namespace string) string {
		qualified := resource
		if group != "" {
			qualified += "." + group
		}
		return fmt.Sprintf(`%s is forbidden: %s cannot list resource "%s" in API group "%s" in the namespace "%s"`,
			qualified, user, resource, group, namespace)
	}
	tests := []struct {
		path    string
		refusal string
		gap     v1alpha1.Gap
		// lost changes a whole snapshot into what remains.
		lost func(*v1alpha1.Snapshot)
	}{
		{
			nodesPath,
			`nodes is forbidden: ` + user + ` cannot list resource "nodes" in API group "" at the cluster scope`,
			v1alpha1.Gap{Source: v1alpha1.SourceNodes, Permission: "list nodes", Hides: "kubelet versions"},
			// One refusal is enough: the samples have no gap of their own.
			func(s *v1alpha1.Snapshot) { s.Nodes, s.NodeSamples = nil, nil },
		},
		{
			leasesPath,
			inNamespace("leases", "coordination.k8s.io", "kube-system"),
			v1alpha1.Gap{
				Source: v1alpha1.SourceLeases, Permission: "list leases.coordination.k8s.io in kube-system",
				Hides: "number of kube-apiserver instances",
			},
			func(s *v1alpha1.Snapshot) {
				s.Leases = nil
				// Not knowing how many instances there are, the tool looks closer at those it sees.
				s.APIServers.Instances[0].StartTime = "1.7636e+09"
			},
		},
		{
			openshiftPodsPath,
			inNamespace("pods", "", "openshift-kube-apiserver"),
			v1alpha1.Gap{
				Source: v1alpha1.SourceControlPlanePods, Permission: "list pods in openshift-kube-apiserver",
				Hides: "versions of control-plane pods",
			},
			// The pods of kube-system are still there.
			func(*v1alpha1.Snapshot) {},
		},
		{
			daemonSetsPath,
			inNamespace("daemonsets", "apps", "kube-system"),
			v1alpha1.Gap{Source: v1alpha1.SourceKubeProxy, Permission: "list daemonsets.apps in kube-system", Hides: "kube-proxy versions"},
			func(s *v1alpha1.Snapshot) { s.KubeProxy = nil },
		},
		{
			endpointSlicesPath,
			inNamespace("endpointslices", "discovery.k8s.io", "default"),
			v1alpha1.Gap{
				Source: v1alpha1.SourceEndpoints, Permission: "list endpointslices.discovery.k8s.io in default",
				Hides: "kube-apiserver addresses",
			},
			func(*v1alpha1.Snapshot) {},
		},
	}
	for _, tt := range tests {
		t.Run(string(tt.gap.Source), func(t *testing.T) {
			s := furnished(t).on(tt.path, refuse(tt.refusal))
			o := s.options(t)
			o.ProbeEndpoints = true
			got := collectWith(t, o)

			want := snapshotOf(s)
			want.APIServers.Endpoints = got.APIServers.Endpoints
			tt.lost(want)
			tt.gap.Reason, tt.gap.Message = v1alpha1.GapForbidden, tt.refusal
			want.Gaps = []v1alpha1.Gap{tt.gap}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("snapshot (-want +got):\n%s", diff)
			}
		})
	}
}

func TestARoleThatMayOnlyReadVersion(t *testing.T) {
	s := newAPIServer(t)
	for _, path := range []string{metricsPath, leasesPath, nodesPath, systemPodsPath, groupsPath, daemonSetsPath} {
		s.on(path, refuse("forbidden: "+path))
	}
	snapshot := s.collect(t)

	want := []v1alpha1.Source{
		v1alpha1.SourceAPIGroups, v1alpha1.SourceControlPlanePods, v1alpha1.SourceControlPlanePods,
		v1alpha1.SourceAPIServers, v1alpha1.SourceKubeProxy, v1alpha1.SourceLeases, v1alpha1.SourceNodes,
	}
	var got []v1alpha1.Source
	for _, gap := range snapshot.Gaps {
		got = append(got, gap.Source)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sources of gaps, in order (-want +got):\n%s", diff)
	}
	if snapshot.Kubectl == nil || snapshot.Kubectl.GitVersion != "v1.37.0" {
		t.Errorf("kubectl = %+v, want v1.37.0", snapshot.Kubectl)
	}
	instances := []v1alpha1.APIServerInstance{seen(running("v1.37.1", ""), "", 3)}
	if diff := cmp.Diff(instances, snapshot.APIServers.Instances); diff != "" {
		t.Errorf("instances (-want +got):\n%s", diff)
	}
}

func TestARefusalThatIsNotRBACs(t *testing.T) {
	s := furnished(t).on(nodesPath, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "blocked by the firewall\n<p>"+strings.Repeat("see the handbook ", 1000))
	})
	checkGaps(t, s.collect(t), v1alpha1.Gap{
		Source: v1alpha1.SourceNodes, Reason: v1alpha1.GapForbidden, Message: "blocked by the firewall (get /api/v1/nodes)",
	})
}

// Following a redirect would hand the credentials to wherever it points.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := newAPIServer(t)
	s := furnished(t).on(nodesPath, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	})
	snapshot := s.collect(t)
	if snapshot.Nodes != nil || len(snapshot.Gaps) != 1 || snapshot.Gaps[0].Source != v1alpha1.SourceNodes {
		t.Errorf("nodes = %+v, gaps = %+v, want the gap of nodes alone", snapshot.Nodes, snapshot.Gaps)
	}
	if len(elsewhere.received) > 0 {
		t.Errorf("followed to %+v", elsewhere.received)
	}
}

func TestAFailingSourceCostsItsOwnSection(t *testing.T) {
	etcdTimeout := answerStatus(http.StatusGatewayTimeout, failure(http.StatusGatewayTimeout, metav1.StatusReasonTimeout, "etcdserver: request timed out"))
	tests := []struct {
		name   string
		answer http.HandlerFunc
		reason v1alpha1.GapReason
	}{
		{"the server has no such resource", http.NotFound, v1alpha1.GapNotFound},
		{"the server is not ready", answerStatus(http.StatusServiceUnavailable, nil), v1alpha1.GapUnavailable},
		{"the server has too much to do", answerStatus(http.StatusTooManyRequests, nil), v1alpha1.GapUnavailable},
		{"etcd does not answer the server", etcdTimeout, v1alpha1.GapTimeout},
		{"the connection breaks", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, v1alpha1.GapUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := furnished(t).on(daemonSetsPath, tt.answer)
			got := s.collect(t)
			if len(got.Gaps) != 1 || got.Gaps[0].Source != v1alpha1.SourceKubeProxy || got.Gaps[0].Reason != tt.reason {
				t.Errorf("gaps = %+v, want that of kube-proxy, %s", got.Gaps, tt.reason)
			}
			want := snapshotOf(s)
			want.KubeProxy, want.Gaps = nil, got.Gaps
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("snapshot (-want +got):\n%s", diff)
			}
		})
	}
}

func TestASlowSourceCostsItsOwnSection(t *testing.T) {
	s := furnished(t).on(nodesPath, hang)
	// Every other source has this long to answer from loopback.
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	got, err := Collect(ctx, s.options(t))
	if err != nil {
		t.Fatal(err)
	}
	want := snapshotOf(s)
	want.Nodes, want.NodeSamples = nil, nil
	want.Gaps = []v1alpha1.Gap{{
		Source: v1alpha1.SourceNodes, Reason: v1alpha1.GapTimeout, Hides: "kubelet versions", Message: "context deadline exceeded",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func TestCollectFailsWhenNoAPIServerAnswers(t *testing.T) {
	unauthorized := answerStatus(http.StatusUnauthorized, failure(http.StatusUnauthorized, metav1.StatusReasonUnauthorized, "Unauthorized"))
	expired, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	tests := []struct {
		name string
		ctx  context.Context
		make func(*apiServer) *apiServer
		is   func(error) bool
	}{
		{
			"the credentials have expired", t.Context(),
			func(s *apiServer) *apiServer {
				return s.on(versionPath, unauthorized)
			},
			apierrors.IsUnauthorized,
		},
		{
			"a proxy refuses the credentials", t.Context(),
			func(s *apiServer) *apiServer { return s.on(versionPath, answerStatus(http.StatusUnauthorized, nil)) },
			apierrors.IsUnauthorized,
		},
		{
			"the user may not read /version", t.Context(),
			func(s *apiServer) *apiServer {
				return s.on(versionPath, refuse(`forbidden: User "system:anonymous" cannot get path "/version"`))
			},
			apierrors.IsForbidden,
		},
		{
			"nothing listens", t.Context(),
			func(s *apiServer) *apiServer { s.Close(); return s },
			func(err error) bool {
				var failed *net.OpError
				return errors.As(err, &failed) && failed.Op == "dial"
			},
		},
		{
			"the server's certificate is not the cluster's", t.Context(),
			func(s *apiServer) *apiServer { s.authority = newAuthority(t); return s },
			func(err error) bool { return strings.Contains(err.Error(), "certificate signed by unknown authority") },
		},
		{
			"it is no kube-apiserver", t.Context(),
			func(s *apiServer) *apiServer { return s.on(versionPath, answerText("<html>")) },
			func(err error) bool {
				return err.Error() == "/version: unexpected answer: invalid character '<' looking for beginning of value"
			},
		},
		{
			"it has another /version", t.Context(),
			func(s *apiServer) *apiServer { return s.on(versionPath, answerJSON(object{"version": "v1.37.1"})) },
			func(err error) bool { return err.Error() == "/version: unexpected answer: no gitVersion" },
		},
		{
			"the deadline has passed", expired,
			func(s *apiServer) *apiServer { return s },
			func(err error) bool { return errors.Is(err, context.DeadlineExceeded) },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			snapshot, err := Collect(tt.ctx, tt.make(furnished(t)).options(t))
			if err == nil || !tt.is(err) {
				t.Errorf("error = %v", err)
			}
			if snapshot != nil {
				t.Errorf("snapshot = %+v beside an error", snapshot)
			}
		})
	}
}

// interrupting cancels as signal.NotifyContext does, which gives a cause.
func interrupting(t *testing.T) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	return ctx, func() { cancel(errors.New("interrupt signal received")) }
}

func TestAnInterruptBeforeAnAPIServerAnsweredIsAnError(t *testing.T) {
	ctx, interrupt := interrupting(t)
	s := furnished(t).on(versionPath, func(w http.ResponseWriter, r *http.Request) {
		interrupt()
		hang(w, r)
	})
	snapshot, err := Collect(ctx, s.options(t))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
	if snapshot != nil {
		t.Errorf("snapshot = %+v beside an error", snapshot)
	}
}

// Whatever is being read when the user interrupts is a gap; what was read stays.
func TestAnInterruptKeepsWhatWasRead(t *testing.T) {
	for path, source := range map[string]v1alpha1.Source{
		leasesPath:         v1alpha1.SourceLeases,
		metricsPath:        v1alpha1.SourceRequests,
		systemPodsPath:     v1alpha1.SourceControlPlanePods,
		nodesPath:          v1alpha1.SourceNodes,
		groupsPath:         v1alpha1.SourceAPIGroups,
		daemonSetsPath:     v1alpha1.SourceKubeProxy,
		endpointSlicesPath: v1alpha1.SourceEndpoints,
		definitionsPath:    v1alpha1.SourceDefinitions,
		configMapsPath:     v1alpha1.SourceHelmConfigMaps,
		budgetsPath:        v1alpha1.SourceBudgets,
		podsPath:           v1alpha1.SourcePods,
		volumesPath:        v1alpha1.SourceVolumes,
		kubeadmPath:        v1alpha1.SourceConfiguration,
	} {
		t.Run(string(source), func(t *testing.T) {
			ctx, interrupt := interrupting(t)
			s := furnished(t).on(path, func(w http.ResponseWriter, r *http.Request) {
				interrupt()
				hang(w, r)
			})
			o := s.options(t)
			o.ProbeEndpoints, o.APIUsage, o.Upgrade, o.Pods = true, &UsageOptions{Index: embeddedIndex(t)}, true, true
			start := time.Now()
			got, err := Collect(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			if got.APIServers == nil || len(got.APIServers.Instances) == 0 {
				t.Error("kube-apiserver answered, and is not in the snapshot")
			}
			cut := func(g v1alpha1.Gap) bool {
				return g.Source == source && g.Reason == v1alpha1.GapInterrupted && g.Message == "interrupted"
			}
			if !slices.ContainsFunc(got.Gaps, cut) {
				t.Errorf("gaps = %+v, want %s interrupted", got.Gaps, source)
			}
			for _, gap := range got.Gaps {
				if strings.Contains(gap.Message, "cancel") || strings.Contains(gap.Message, "signal") || strings.Contains(gap.Message, "closed") {
					t.Errorf("gap %+v is not told from a failure", gap)
				}
			}
		})
	}
}

// A server that answered first, and no probe after that, is known nonetheless.
func TestProbesThatFailCostTheOtherInstancesAlone(t *testing.T) {
	var asked atomic.Int32
	s := furnished(t).on(versionPath, func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) > 1 {
			answerStatus(http.StatusServiceUnavailable, nil)(w, r)
			return
		}
		answerJSON(v1alpha1.VersionInfo{GitVersion: "v1.37.1"})(w, r)
	})
	got := s.collect(t)
	if len(got.APIServers.Instances) != 1 || got.APIServers.Instances[0].GitVersion != "v1.37.1" {
		t.Errorf("API servers %+v", got.APIServers)
	}
	if gap := got.Gap(v1alpha1.SourceAPIServers); gap == nil || gap.Hides != "which kube-apiserver instances answered" {
		t.Errorf("gap %+v", gap)
	}
}
