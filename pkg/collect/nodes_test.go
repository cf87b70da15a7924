package collect

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// nodeColumns are in the order of a kube-apiserver 1.37.
var nodeColumns = []string{
	"Name", "Status", "Roles", "Age", "Version", "Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime",
}

func nodeTable(rows ...[]any) metav1.Table { return tableOf(nodeColumns, rows...) }

// node is a row of nodeColumns; what it does not name is the same for all.
func node(name, status, roles, kubelet string) []any {
	return []any{name, status, roles, "41d", kubelet, "192.0.2.1", "<none>", "Debian GNU/Linux 13 (trixie)", "6.12.0", "containerd://2.2.0"}
}

// nodeGroup is what rows made by node come out as.
func nodeGroup(kubelet, status, roles string, names ...string) v1alpha1.NodeGroup {
	return v1alpha1.NodeGroup{
		KubeletVersion: kubelet, Status: status, Roles: roles, Names: names,
		OSImage: "Debian GNU/Linux 13 (trixie)", Kernel: "6.12.0", ContainerRuntime: "containerd://2.2.0",
	}
}

// nodesAre answers with a table, of which the named nodes are virtual-kubelet's,
// and with the whole of any node that is asked for by name.
func nodesAre(table metav1.Table, virtual ...[]any) http.HandlerFunc {
	tables := bySelector(map[string]http.HandlerFunc{
		"":                     answerJSON(table),
		"type=virtual-kubelet": answerJSON(nodeTable(virtual...)),
	})
	return func(w http.ResponseWriter, r *http.Request) {
		if name := nameAskedFor(r.URL.Query()); name != "" {
			answerJSON(list(wholeNode(name)))(w, r)
			return
		}
		tables(w, r)
	}
}

// nameAskedFor is that of the field selector, or "" without one.
func nameAskedFor(query url.Values) string {
	return strings.TrimPrefix(query.Get("fieldSelector"), "metadata.name=")
}

func TestNodes(t *testing.T) {
	aci := node("aci", "Ready", "agent", "v1.18.4-vk-azure-aci-v1.4.1")
	tests := []struct {
		name    string
		table   metav1.Table
		virtual [][]any
		want    []v1alpha1.NodeGroup
	}{
		{
			name:  "nodes that differ by name alone are a group, sorted",
			table: nodeTable(node("b", "Ready", "<none>", "v1.37.1"), node("a", "Ready", "<none>", "v1.37.1")),
			want:  []v1alpha1.NodeGroup{nodeGroup("v1.37.1", "Ready", "<none>", "a", "b")},
		},
		{
			name: "another kubelet, status or role is another group, in the order of first names",
			table: nodeTable(
				node("d", "Ready", "<none>", "v1.36.3"),
				node("c", "Ready,SchedulingDisabled", "<none>", "v1.37.1"),
				node("b", "Ready", "control-plane", "v1.37.1"),
				node("a", "Ready", "<none>", "v1.37.1"),
			),
			want: []v1alpha1.NodeGroup{
				nodeGroup("v1.37.1", "Ready", "<none>", "a"),
				nodeGroup("v1.37.1", "Ready", "control-plane", "b"),
				nodeGroup("v1.37.1", "Ready,SchedulingDisabled", "<none>", "c"),
				nodeGroup("v1.36.3", "Ready", "<none>", "d"),
			},
		},
		{
			name: "columns are found by name, in any order and case, and cells are display text",
			table: tableOf(
				[]string{"KERNEL-VERSION", "OS-Image", "Container-Runtime", "Version", "Roles", "Status", "Age", "Name"},
				[]any{"6.1.0 (amd64)", "Bottlerocket OS 1.50", "containerd://1.7.28+bottlerocket", "v1.33.5-eks-abc123", "<none>", "NotReady", "3h", "a"},
			),
			want: []v1alpha1.NodeGroup{{
				KubeletVersion: "v1.33.5-eks-abc123", Status: "NotReady", Roles: "<none>", Names: []string{"a"},
				OSImage: "Bottlerocket OS 1.50", Kernel: "6.1.0 (amd64)", ContainerRuntime: "containerd://1.7.28+bottlerocket",
			}},
		},
		{
			name: "columns that the server does not have, cells that are missing and cells that are no text are empty",
			table: tableOf([]string{"Name", "Version", "Status", "Roles"},
				[]any{"a", "v1.37.1", nil, 7},
				[]any{"b", "v1.36.1"}),
			want: []v1alpha1.NodeGroup{
				{KubeletVersion: "v1.37.1", Names: []string{"a"}},
				{KubeletVersion: "v1.36.1", Names: []string{"b"}},
			},
		},
		{
			name:    "virtual-kubelet nodes are marked, by their label and not by their version",
			table:   nodeTable(aci, node("b", "Ready", "agent", "v1.18.4-vk-azure-aci-v1.4.1")),
			virtual: [][]any{aci},
			want: []v1alpha1.NodeGroup{
				func() v1alpha1.NodeGroup {
					g := nodeGroup("v1.18.4-vk-azure-aci-v1.4.1", "Ready", "agent", "aci")
					g.Virtual = true
					return g
				}(),
				nodeGroup("v1.18.4-vk-azure-aci-v1.4.1", "Ready", "agent", "b"),
			},
		},
		{
			name:  "a cluster without nodes was read, and holds nothing",
			table: nodeTable(),
			want:  []v1alpha1.NodeGroup{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			snapshot := newAPIServer(t).on(nodesPath, nodesAre(tt.table, tt.virtual...)).collect(t)
			count := 0
			for _, group := range tt.want {
				count += len(group.Names)
			}
			if diff := cmp.Diff(&v1alpha1.Nodes{Count: int32(count), Groups: tt.want}, snapshot.Nodes); diff != "" {
				t.Errorf("nodes (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)
		})
	}
}

func TestNodesAreAskedForAsTablesWithoutObjects(t *testing.T) {
	s := newAPIServer(t)
	s.collect(t)
	cheap := func(selector ...string) request {
		query := url.Values{"includeObject": {"None"}, "resourceVersion": {"0"}}
		if selector != nil {
			query["labelSelector"] = selector
		}
		return request{Method: "GET", Path: "/api/v1/nodes", Accept: tableAccept, Query: query, Authorization: "Bearer " + token, ClientCertificate: true}
	}
	if diff := cmp.Diff([]request{cheap(), cheap("type=virtual-kubelet")}, s.requests(nodesPath)); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestNodesThatAreNoTableAreAGap(t *testing.T) {
	tests := []struct {
		name    string
		answer  http.HandlerFunc
		message string
	}{
		{
			"a server that knows no tables answers with a list",
			answerJSON(object{"kind": "NodeList", "apiVersion": "v1", "items": []object{}}),
			`/api/v1/nodes: unexpected answer: want a Table, got "NodeList"`,
		},
		{
			"a table without names",
			answerJSON(tableOf([]string{"Version"}, []any{"v1.37.1"})),
			`/api/v1/nodes: unexpected answer: the Table has no column "Name"`,
		},
		{
			"a login page",
			answerText("<html>"),
			`/api/v1/nodes: unexpected answer: invalid character '<' looking for beginning of value`,
		},
		{
			"nothing",
			answerText(""),
			`/api/v1/nodes: unexpected answer: EOF`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			snapshot := newAPIServer(t).on(nodesPath, tt.answer).collect(t)
			if snapshot.Nodes != nil {
				t.Errorf("nodes = %+v, want none", snapshot.Nodes)
			}
			checkGaps(t, snapshot, v1alpha1.Gap{Source: v1alpha1.SourceNodes, Reason: v1alpha1.GapMalformed, Message: tt.message})
		})
	}
}
