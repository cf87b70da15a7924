package collect

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// wholeNode is a node as a server writes it.
func wholeNode(name string) object {
	return object{
		"metadata": object{
			"name":        name,
			"labels":      object{"kubernetes.io/hostname": name, "node-role.kubernetes.io/worker": ""},
			"annotations": object{"node.alpha.kubernetes.io/ttl": "0"},
		},
		"spec":   object{"providerID": "kind://docker/kind/" + name, "podCIDR": "192.0.2.0/24"},
		"status": object{"nodeInfo": object{"kubeletVersion": "v1.37.1"}},
	}
}

// sampleOf is what wholeNode comes out as.
func sampleOf(name string) v1alpha1.NodeSample {
	return v1alpha1.NodeSample{
		Name: name, ProviderID: "kind://docker/kind/" + name,
		Labels: map[string]string{"kubernetes.io/hostname": name, "node-role.kubernetes.io/worker": ""},
	}
}

func samplesOf(names ...string) *v1alpha1.NodeSamples {
	samples := &v1alpha1.NodeSamples{Nodes: []v1alpha1.NodeSample{}}
	for _, name := range names {
		samples.Nodes = append(samples.Nodes, sampleOf(name))
	}
	return samples
}

// fleet is a table of so many nodes of v1.10.0, which are named 10-0, 10-1 and
// so on, of v1.11.0, and of the minors that follow.
func fleet(sizes ...int) metav1.Table {
	var rows [][]any
	for i, size := range sizes {
		for n := range size {
			rows = append(rows, node(fmt.Sprintf("%d-%d", 10+i, n), "Ready", "<none>", fmt.Sprintf("v1.%d.0", 10+i)))
		}
	}
	return nodeTable(rows...)
}

// namesAskedFor returns the names in the field selectors that a server received, sorted.
func namesAskedFor(s *apiServer) []string {
	var names []string
	for _, r := range s.requests(nodesPath) {
		if name := nameAskedFor(r.Query); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestNodeSamples(t *testing.T) {
	ready := func(name string) []any { return node(name, "Ready", "<none>", "v1.37.1") }
	older := func(name string) []any { return node(name, "Ready", "<none>", "v1.36.3") }
	tests := []struct {
		name    string
		table   metav1.Table
		virtual [][]any
		want    []string
	}{
		{name: "no nodes", table: nodeTable()},
		{name: "one node", table: nodeTable(ready("a")), want: []string{"a"}},
		{name: "two nodes", table: nodeTable(ready("a"), ready("b")), want: []string{"a", "b"}},
		{name: "three nodes", table: nodeTable(ready("a"), ready("b"), ready("c")), want: []string{"a", "b", "c"}},
		{
			name:  "of four the first, one of the middle and the last",
			table: nodeTable(ready("a"), ready("b"), ready("c"), ready("d")),
			want:  []string{"a", "c", "d"},
		},
		{
			name:  "of five the first, the middle and the last by name, in whatever order they are listed",
			table: nodeTable(ready("d"), ready("a"), ready("e"), ready("c"), ready("b")),
			want:  []string{"a", "c", "e"},
		},
		{
			name: "nodes of one kubelet version count together, whatever else they differ by",
			table: nodeTable(
				node("e", "Ready", "control-plane", "v1.37.1"), node("b", "NotReady", "<none>", "v1.37.1"),
				node("a", "Ready", "control-plane", "v1.37.1"), ready("c"), ready("d"),
			),
			want: []string{"a", "c", "e"},
		},
		{
			name: "each kubelet version has its own, and all are sorted by name",
			table: nodeTable(
				ready("b"), ready("d"), ready("f"), ready("h"),
				older("a"), older("c"), older("e"), older("g"),
			),
			want: []string{"a", "b", "e", "f", "g", "h"},
		},
		{
			name:    "virtual-kubelet nodes are left out, though others run their version",
			table:   nodeTable(ready("a"), ready("b"), ready("c"), ready("d")),
			virtual: [][]any{ready("a"), ready("d")},
			want:    []string{"b", "c"},
		},
		{
			name:    "virtual-kubelet nodes alone",
			table:   nodeTable(ready("a")),
			virtual: [][]any{ready("a")},
		},
		{
			name:  "ten kubelet versions",
			table: fleet(1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
			want:  []string{"10-0", "11-0", "12-0", "13-0", "14-0", "15-0", "16-0", "17-0", "18-0", "19-0"},
		},
		{
			name:  "of eleven kubelet versions all but that with fewest nodes",
			table: fleet(2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2),
			want: []string{
				"10-0", "10-1", "11-0", "11-1", "12-0", "12-1", "14-0", "14-1", "15-0", "15-1",
				"16-0", "16-1", "17-0", "17-1", "18-0", "18-1", "19-0", "19-1", "20-0", "20-1",
			},
		},
		{
			name:  "virtual-kubelet nodes do not make a version one of most nodes",
			table: fleet(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3),
			virtual: [][]any{
				node("20-0", "Ready", "<none>", "v1.20.0"), node("20-1", "Ready", "<none>", "v1.20.0"), node("20-2", "Ready", "<none>", "v1.20.0"),
			},
			want: []string{"10-0", "11-0", "12-0", "13-0", "14-0", "15-0", "16-0", "17-0", "18-0", "19-0"},
		},
		{
			name:  "of eleven kubelet versions with as many nodes all but the last",
			table: fleet(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
			want:  []string{"10-0", "11-0", "12-0", "13-0", "14-0", "15-0", "16-0", "17-0", "18-0", "19-0"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).on(nodesPath, nodesAre(tt.table, tt.virtual...))
			snapshot := s.collect(t)
			if diff := cmp.Diff(samplesOf(tt.want...), snapshot.NodeSamples); diff != "" {
				t.Errorf("samples (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, namesAskedFor(s)); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)
		})
	}
}

func TestNodeSamplesAreAskedForAsListsOfOne(t *testing.T) {
	s := furnished(t)
	s.collect(t)
	want := []request{{
		Method: "GET", Path: "/api/v1/nodes", Accept: "application/json", Authorization: "Bearer " + token, ClientCertificate: true,
		Query: url.Values{"fieldSelector": {"metadata.name=node-a"}, "resourceVersion": {"0"}},
	}}
	samples := slices.DeleteFunc(s.requests(nodesPath), func(r request) bool { return r.Accept == tableAccept })
	if diff := cmp.Diff(want, samples); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestNodeSamplesAreThirtyAtMostAndEightAtOnce(t *testing.T) {
	var mu sync.Mutex
	var came, present, most int
	eight := make(chan struct{})
	nodes := nodesAre(fleet(5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5))
	s := newAPIServer(t).on(nodesPath, func(w http.ResponseWriter, r *http.Request) {
		if nameAskedFor(r.URL.Query()) != "" {
			mu.Lock()
			came, present = came+1, present+1
			most = max(most, present)
			if came == 8 {
				close(eight)
			}
			mu.Unlock()
			select {
			case <-eight:
			case <-r.Context().Done():
			}
			// A ninth would be here by then.
			time.Sleep(20 * time.Millisecond)
			mu.Lock()
			present--
			mu.Unlock()
		}
		nodes(w, r)
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	snapshot, err := Collect(ctx, s.options(t))
	if err != nil {
		t.Fatal(err)
	}
	checkGaps(t, snapshot)
	if samples := snapshot.NodeSamples; samples == nil || len(samples.Nodes) != 30 {
		t.Errorf("samples = %+v, want 30", samples)
	}
	if came != 30 || most != 8 {
		t.Errorf("%d requests, %d at once; want 30, 8 at once", came, most)
	}
}

// threeNodes are a, b and c, of which those named in answers are answered so.
func threeNodes(t *testing.T, answers map[string]http.HandlerFunc) *apiServer {
	ready := func(name string) []any { return node(name, "Ready", "<none>", "v1.37.1") }
	nodes := nodesAre(nodeTable(ready("a"), ready("b"), ready("c")))
	return furnished(t).on(nodesPath, func(w http.ResponseWriter, r *http.Request) {
		if answer, ok := answers[nameAskedFor(r.URL.Query())]; ok {
			answer(w, r)
			return
		}
		nodes(w, r)
	})
}

// checkSamples compares the whole snapshot of threeNodes; gaps say why, and no more.
func checkSamples(t *testing.T, s *apiServer, got *v1alpha1.Snapshot, samples *v1alpha1.NodeSamples, gaps ...v1alpha1.Gap) {
	t.Helper()
	want := snapshotOf(s)
	want.Nodes = &v1alpha1.Nodes{Count: 3, Groups: []v1alpha1.NodeGroup{nodeGroup("v1.37.1", "Ready", "<none>", "a", "b", "c")}}
	want.NodeSamples = samples
	for _, gap := range gaps {
		gap.Source, gap.Hides = v1alpha1.SourceNodeSamples, "platform"
		want.Gaps = append(want.Gaps, gap)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func TestNodesThatCouldNotBeSampled(t *testing.T) {
	// kube-apiserver names the node though the verb is list.
	refusal := func(name string) string {
		return `nodes "` + name + `" is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope`
	}
	refused := func(name string) http.HandlerFunc { return refuse(refusal(name)) }
	gapOf := func(name string) []v1alpha1.Gap {
		return []v1alpha1.Gap{{Reason: v1alpha1.GapForbidden, Permission: "list nodes", Message: refusal(name)}}
	}
	deleted := answerJSON(list())
	tests := []struct {
		name    string
		answers map[string]http.HandlerFunc
		want    *v1alpha1.NodeSamples
		gaps    []v1alpha1.Gap
	}{
		{
			"one that was deleted since the table was read is left out",
			map[string]http.HandlerFunc{"b": deleted},
			samplesOf("a", "c"), nil,
		},
		{
			"when all were deleted since, nothing was there to read",
			map[string]http.HandlerFunc{"a": deleted, "b": deleted, "c": deleted},
			samplesOf(), nil,
		},
		{
			"one that has neither labels nor providerID is a sample",
			map[string]http.HandlerFunc{"b": answerJSON(list(object{"metadata": object{"name": "b"}}))},
			&v1alpha1.NodeSamples{Nodes: []v1alpha1.NodeSample{sampleOf("a"), {Name: "b"}, sampleOf("c")}}, nil,
		},
		{
			"one that is refused leaves the others",
			map[string]http.HandlerFunc{"b": refused("b")},
			samplesOf("a", "c"), gapOf("b"),
		},
		{
			"several that fail are one gap, that of the first by name",
			map[string]http.HandlerFunc{"b": refused("b"), "c": http.NotFound},
			samplesOf("a"), gapOf("b"),
		},
		{
			"when all are refused, none were read",
			map[string]http.HandlerFunc{"a": refused("a"), "b": refused("b"), "c": refused("c")},
			nil, gapOf("a"),
		},
		{
			"when one is refused and the others were deleted since, none were read",
			map[string]http.HandlerFunc{"a": deleted, "b": refused("b"), "c": deleted},
			nil, gapOf("b"),
		},
		{
			"one that is answered with a login page leaves the others",
			map[string]http.HandlerFunc{"b": answerText("<html>")},
			samplesOf("a", "c"), []v1alpha1.Gap{{
				Reason: v1alpha1.GapMalformed, Message: `/api/v1/nodes: unexpected answer: invalid character '<' looking for beginning of value`,
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := threeNodes(t, tt.answers)
			checkSamples(t, s, s.collect(t), tt.want, tt.gaps...)
		})
	}
}

func TestASlowSampleCostsItself(t *testing.T) {
	s := threeNodes(t, map[string]http.HandlerFunc{"a": hang})
	// Everything else has this long to answer from loopback.
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	snapshot, err := Collect(ctx, s.options(t))
	if err != nil {
		t.Fatal(err)
	}
	checkSamples(t, s, snapshot, samplesOf("b", "c"), v1alpha1.Gap{Reason: v1alpha1.GapTimeout, Message: "context deadline exceeded"})
}
