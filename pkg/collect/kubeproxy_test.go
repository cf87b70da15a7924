package collect

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	proxy136 = "registry.k8s.io/kube-proxy:v1.36.3"
	proxy137 = "registry.k8s.io/kube-proxy:v1.37.1"
)

// rollout is what a DaemonSet says of its progress, on three nodes.
type rollout struct{ generation, observed, desired, current, updated, misscheduled int }

var (
	rolledOut = rollout{generation: 2, observed: 2, desired: 3, current: 3, updated: 3}
	halfDone  = rollout{generation: 2, observed: 2, desired: 3, current: 3, updated: 1}
)

// set returns a DaemonSet as a server writes it, whose uid is "uid-" and its name.
func (r rollout) set(name, container, image string) object {
	return object{
		"metadata": object{"name": name, "namespace": "kube-system", "uid": "uid-" + name, "generation": r.generation},
		"spec": object{
			"selector": object{"matchLabels": object{"k8s-app": name}},
			"template": template(container, image),
		},
		"status": object{
			"observedGeneration": r.observed, "desiredNumberScheduled": r.desired, "currentNumberScheduled": r.current,
			"updatedNumberScheduled": r.updated, "numberMisscheduled": r.misscheduled, "numberReady": 3,
		},
	}
}

func template(container, image string) object {
	return object{"spec": object{"containers": []object{{"name": container, "image": image}}}}
}

// revision is a ControllerRevision of the named DaemonSet.
func revision(owner, hash, image string) object {
	return object{
		"metadata": object{
			"name": owner + "-" + hash, "namespace": "kube-system", "labels": object{"k8s-app": owner, "controller-revision-hash": hash},
			"ownerReferences": []object{{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": owner, "uid": "uid-" + owner, "controller": true}},
		},
		"data":     object{"spec": object{"template": template("kube-proxy", image)}},
		"revision": 1,
	}
}

// podsOn is the table of pods on nodes, in the columns of a kube-apiserver.
func podsOn(nodes ...string) http.HandlerFunc {
	rows := make([][]any, len(nodes))
	for i, node := range nodes {
		rows[i] = []any{"kube-proxy-" + node, "1/1", "Running", "0", "41d", "192.0.2.1", node, "<none>", "<none>"}
	}
	return answerJSON(tableOf([]string{"Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"}, rows...))
}

func ofRevision(set, hash string) string {
	return "k8s-app=" + set + ",controller-revision-hash=" + hash
}

// podTables returns the requests for tables of pods.
func (s *apiServer) podTables() []request {
	var tables []request
	for _, r := range s.requests(systemPodsPath) {
		if r.Accept == tableAccept {
			tables = append(tables, r)
		}
	}
	return tables
}

func TestKubeProxyThatIsRolledOutNeedsItsDaemonSetAlone(t *testing.T) {
	tests := []struct{ name, container, image string }{
		{"kubeadm's", "kube-proxy", proxy137},
		{"one known by its container", "kube-proxy", "registry.example:5000/rancher/hardened-kubernetes:v1.33.1-rke2r1-build20250612"},
		{"one known by its image", "proxy", "registry.example:5000/kube-proxy@sha256:9f86d081"},
		{"one known by the image of an architecture", "proxy", "registry.k8s.io/kube-proxy-arm64:v1.37.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).on(daemonSetsPath, answerJSON(list(
				rolledOut.set("calico-node", "calico-node", "quay.io/calico/node:v3.31.0"),
				rolledOut.set("proxies", tt.container, tt.image),
			)))
			snapshot := s.collect(t)
			want := &v1alpha1.KubeProxy{DaemonSets: []v1alpha1.KubeProxyDaemonSet{
				{Name: "proxies", Image: tt.image, Pods: 3, UpdatedPods: 3, RolloutComplete: true},
			}}
			if diff := cmp.Diff(want, snapshot.KubeProxy); diff != "" {
				t.Errorf("kube-proxy (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)
			if diff := cmp.Diff([]request(nil), append(s.requests(revisionsPath), s.podTables()...)); diff != "" {
				t.Errorf("requests for revisions and pods (-want +got):\n%s", diff)
			}
		})
	}
}

func TestKubeProxyThatIsNotThereWasReadAndIsEmpty(t *testing.T) {
	for name, daemonSets := range map[string]object{
		"no DaemonSets": list(),
		"DaemonSets of other projects": list(
			rolledOut.set("cilium", "cilium-agent", "quay.io/cilium/cilium:v1.19.0"),
			rolledOut.set("kube-router", "kube-router", "registry.example/kube-proxyless:v1.37.1"),
		),
	} {
		t.Run(name, func(t *testing.T) {
			snapshot := newAPIServer(t).on(daemonSetsPath, answerJSON(daemonSets)).collect(t)
			if diff := cmp.Diff(&v1alpha1.KubeProxy{DaemonSets: []v1alpha1.KubeProxyDaemonSet{}}, snapshot.KubeProxy); diff != "" {
				t.Errorf("kube-proxy (-want +got):\n%s", diff)
			}
			checkGaps(t, snapshot)
		})
	}
}

func TestKubeProxyIsRolledOut(t *testing.T) {
	tests := []struct {
		name string
		rollout
		want bool
	}{
		{"every pod runs the template of the generation", rolledOut, true},
		{"no node wants a pod", rollout{generation: 1, observed: 1}, true},
		{"one pod runs an older template", rollout{generation: 2, observed: 2, desired: 3, current: 3, updated: 2}, false},
		{"one node has no pod yet", rollout{generation: 2, observed: 2, desired: 3, current: 2, updated: 3}, false},
		{"a pod runs where none should", rollout{generation: 2, observed: 2, desired: 3, current: 3, updated: 3, misscheduled: 1}, false},
		{"the status is of the generation before", rollout{generation: 2, observed: 1, desired: 3, current: 3, updated: 3}, false},
		{"the status was never written", rollout{generation: 1}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).
				on(daemonSetsPath, answerJSON(list(tt.set("kube-proxy", "kube-proxy", proxy137)))).
				on(revisionsPath, answerJSON(list()))
			got := s.collect(t).KubeProxy.DaemonSets[0].RolloutComplete
			if got != tt.want {
				t.Errorf("rollout complete: %t, want %t", got, tt.want)
			}
			if asked := len(s.requests(revisionsPath)) > 0; asked == tt.want {
				t.Errorf("asked for revisions: %t, want %t", asked, !tt.want)
			}
		})
	}
}

func TestKubeProxyInTheMiddleOfARollout(t *testing.T) {
	s := newAPIServer(t).
		on(daemonSetsPath, answerJSON(list(halfDone.set("kube-proxy", "kube-proxy", proxy137)))).
		on(revisionsPath, answerJSON(list(
			revision("kube-proxy", "new", proxy137),
			revision("kube-proxy", "old", proxy136),
			revision("kube-proxy", "ancient", "registry.k8s.io/kube-proxy:v1.35.4"),
			revision("calico-node", "other", "quay.io/calico/node:v3.31.0"),
		))).
		on(systemPodsPath, bySelector(map[string]http.HandlerFunc{
			kubeadmSelector:                     answerJSON(list()),
			ofRevision("kube-proxy", "new"):     podsOn("node-c"),
			ofRevision("kube-proxy", "old"):     podsOn("node-b", "<none>", "node-a"),
			ofRevision("kube-proxy", "ancient"): podsOn(),
			ofRevision("kube-proxy", "other"):   podsOn("node-x"),
		}))
	snapshot := s.collect(t)

	want := &v1alpha1.KubeProxy{DaemonSets: []v1alpha1.KubeProxyDaemonSet{{
		Name: "kube-proxy", Image: proxy137, Pods: 3, UpdatedPods: 1,
		Revisions: []v1alpha1.KubeProxyRevision{
			{Hash: "new", Image: proxy137, Nodes: []string{"node-c"}},
			{Hash: "old", Image: proxy136, Nodes: []string{"node-a", "node-b"}},
		},
	}}}
	if diff := cmp.Diff(want, snapshot.KubeProxy); diff != "" {
		t.Errorf("kube-proxy (-want +got):\n%s", diff)
	}
	checkGaps(t, snapshot)

	asked := func(path, accept string, query url.Values) request {
		return request{Method: "GET", Path: path, Accept: accept, Query: query, Authorization: "Bearer " + token, ClientCertificate: true}
	}
	var tables []request
	for _, hash := range []string{"ancient", "new", "old"} {
		tables = append(tables, asked(systemPodsPath, tableAccept, url.Values{
			"labelSelector": {ofRevision("kube-proxy", hash)}, "includeObject": {"None"}, "resourceVersion": {"0"},
		}))
	}
	if diff := cmp.Diff(tables, s.podTables()); diff != "" {
		t.Errorf("requests for pods (-want +got):\n%s", diff)
	}
	revisions := []request{asked(revisionsPath, "application/json", url.Values{"labelSelector": {"k8s-app=kube-proxy"}, "resourceVersion": {"0"}})}
	if diff := cmp.Diff(revisions, s.requests(revisionsPath)); diff != "" {
		t.Errorf("requests for revisions (-want +got):\n%s", diff)
	}
}

func TestKubeProxyOfTwoDaemonSetsNamesTheNodesOfEach(t *testing.T) {
	s := newAPIServer(t).
		on(daemonSetsPath, answerJSON(list(
			rolledOut.set("kube-proxy", "kube-proxy", proxy137),
			rolledOut.set("kube-proxy-windows", "kube-proxy", proxy136),
		))).
		// Both answers hold all revisions, so that only the owner tells them apart.
		on(revisionsPath, answerJSON(list(revision("kube-proxy", "linux", proxy137), revision("kube-proxy-windows", "windows", proxy136)))).
		on(systemPodsPath, bySelector(map[string]http.HandlerFunc{
			kubeadmSelector:                             answerJSON(list()),
			ofRevision("kube-proxy", "linux"):           podsOn("linux-a", "linux-b"),
			ofRevision("kube-proxy-windows", "windows"): podsOn("windows-a"),
		}))
	want := &v1alpha1.KubeProxy{DaemonSets: []v1alpha1.KubeProxyDaemonSet{
		{
			Name: "kube-proxy", Image: proxy137, Pods: 3, UpdatedPods: 3, RolloutComplete: true,
			Revisions: []v1alpha1.KubeProxyRevision{{Hash: "linux", Image: proxy137, Nodes: []string{"linux-a", "linux-b"}}},
		},
		{
			Name: "kube-proxy-windows", Image: proxy136, Pods: 3, UpdatedPods: 3, RolloutComplete: true,
			Revisions: []v1alpha1.KubeProxyRevision{{Hash: "windows", Image: proxy136, Nodes: []string{"windows-a"}}},
		},
	}}
	if diff := cmp.Diff(want, s.collect(t).KubeProxy); diff != "" {
		t.Errorf("kube-proxy (-want +got):\n%s", diff)
	}
}

func TestKubeProxyWhoseRevisionsCannotBeReadIsAGap(t *testing.T) {
	const (
		noRevisions = `controllerrevisions.apps is forbidden: ` +
			`User "viewer" cannot list resource "controllerrevisions" in API group "apps" in the namespace "kube-system"`
		noPods = `pods is forbidden: User "viewer" cannot list resource "pods" in API group "" in the namespace "kube-system"`
	)
	tests := []struct {
		name      string
		revisions http.HandlerFunc
		want      v1alpha1.Gap
	}{
		{"no revisions", refuse(noRevisions), v1alpha1.Gap{Permission: "list controllerrevisions.apps in kube-system", Message: noRevisions}},
		{"no pods", answerJSON(list(revision("kube-proxy", "new", proxy137))), v1alpha1.Gap{Permission: "list pods in kube-system", Message: noPods}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAPIServer(t).
				on(daemonSetsPath, answerJSON(list(halfDone.set("kube-proxy", "kube-proxy", proxy137)))).
				on(revisionsPath, tt.revisions).
				on(systemPodsPath, bySelector(map[string]http.HandlerFunc{ofRevision("kube-proxy", "new"): refuse(noPods)}))
			tt.want.Source, tt.want.Reason = v1alpha1.SourceKubeProxy, v1alpha1.GapForbidden
			snapshot := s.collect(t)
			checkGaps(t, snapshot, tt.want)
			// What the DaemonSet itself told is kept.
			want := &v1alpha1.KubeProxy{DaemonSets: []v1alpha1.KubeProxyDaemonSet{{Name: "kube-proxy", Image: proxy137, Pods: 3, UpdatedPods: 1}}}
			if diff := cmp.Diff(want, snapshot.KubeProxy); diff != "" {
				t.Errorf("kube-proxy (-want +got):\n%s", diff)
			}
		})
	}
}
