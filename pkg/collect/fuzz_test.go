package collect

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// RoundTrip answers without a connection.
func (s *apiServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	r.TLS = &tls.ConnectionState{}
	recorder := httptest.NewRecorder()
	s.serve(recorder, r)
	response := recorder.Result()
	response.Request = r
	return response, nil
}

// everything is something to read at each path.
func everything() map[string]http.HandlerFunc {
	scheduler := kubeadmPod("kube-scheduler", "kube-scheduler", "registry.k8s.io/kube-scheduler:v1.37.1")
	none := func(kind string) http.HandlerFunc { return asJSON(kind + "List") }
	config := func(key, text string) http.HandlerFunc {
		return answerJSON(object{"kind": "ConfigMap", "data": object{key: text}})
	}
	var served apidiscoveryv2.APIGroupDiscoveryList
	if err := json.Unmarshal([]byte(`{"items": [{"metadata": {"name": "networking.k8s.io"}, "versions": [
		{"version": "v1", "resources": [{"resource": "ingresses", "scope": "Namespaced", "verbs": ["list"], "responseKind": {"kind": "Ingress"}}]},
		{"version": "v1beta1", "freshness": "Stale"}]}]}`), &served); err != nil {
		panic(err)
	}
	answers := map[string]http.HandlerFunc{
		versionPath:                 answerJSON(v1alpha1.VersionInfo{GitVersion: "v1.37.1"}),
		metricsPath:                 answerText(metrics("v1.37.1", "1.7636e+09")),
		leasesPath:                  answerJSON(list(identityLease("apiserver-a", now))),
		nodesPath:                   nodesAre(nodeTable(node("node-a", "Ready", "<none>", "v1.37.1"))),
		systemPodsPath:              answerJSON(list(scheduler)),
		openshiftPodsPath:           answerJSON(list(scheduler)),
		corePath:                    aggregated(served),
		daemonSetsPath:              answerJSON(list(halfDone.set("kube-proxy", "kube-proxy", proxy137))),
		revisionsPath:               answerJSON(list(revision("kube-proxy", "a", proxy137))),
		endpointSlicesPath:          answerJSON(list(endpointSlice(6443, "192.0.2.1"))),
		ingressesPath:               pages(ingresses(1)),
		definitionsPath:             pages(everyField()),
		secretsPath:                 none("Secret"),
		configMapsPath:              none("ConfigMap"),
		podsPath:                    pages(&corev1.PodList{Items: []corev1.Pod{{ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "b"}}}}),
		volumesPath:                 none("PersistentVolume"),
		budgetsPath:                 asJSON("PodDisruptionBudgetList", object{"metadata": object{"name": "a", "namespace": "b"}, "spec": object{"selector": object{}, "minAvailable": "100%"}}),
		csiDriversPath:              asJSON("CSIDriverList", object{"metadata": object{"name": "ebs.csi.aws.com"}}),
		validatingPath:              asJSON("ValidatingWebhookConfigurationList", object{"metadata": object{"name": "a"}, "webhooks": []object{{"name": "b", "rules": []object{{"apiGroups": []string{"*"}, "apiVersions": []string{"v1"}, "resources": []string{"*"}}}, "clientConfig": object{"service": object{"namespace": "c", "name": "d"}}}}}),
		mutatingPath:                none("MutatingWebhookConfiguration"),
		apiServicesPath:             answerJSON(list(object{"metadata": object{"name": "v1.a"}, "spec": object{"service": object{"namespace": "b", "name": "c"}}})),
		kubeadmPath:                 config("ClusterConfiguration", "apiVersion: kubeadm.k8s.io/v1beta3\nfeatureGates: {A: true}\netcd: {external: {}}\n"),
		kubeletPath:                 config("kubelet", "failCgroupV1: true\n"),
		kubeProxyPath:               config("config.conf", "mode: ipvs\n"),
		manifestsPath:               answerJSON(list(object{"metadata": object{"name": "a"}, "spec": object{"components": []object{{"name": "kube", "versionRange": []string{"v1.30.0"}}}}})),
		kubeanClustersPath:          answerJSON(list(kubeanOf("a", "a-vars"))),
		operationsPath:              answerJSON(list(operationOf("o", "a", "a-vars", 1))),
		artifactSetsPath:            answerJSON(list()),
		kubeanSystemPath + "a-vars": answerJSON(object{"kind": "ConfigMap", "data": object{"group_vars.yml": "kube_version: v1.30.4\n"}}),
		tkestackClustersPath:        answerJSON(list(tkestackOf("a", "Imported", "1.30.1", "Running"))),
		shadowsPath:                 answerJSON(list(shadow("a", "4.3.0"))),
		productBasesPath:            answerJSON(list(productBase("4.4.0"))),
	}
	groups := answerJSON(groupVersions("kubean.io/v1alpha1", "platform.tkestack.io/v1", "config.alauda.io/v1", "product.alauda.io/v1alpha1"))
	answers[groupsPath] = func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "APIGroupDiscoveryList") {
			aggregated(served)(w, r)
		} else {
			groups(w, r)
		}
	}
	return answers
}

// FuzzAnyServer has one path of a server answer anything: what is collected is a
// snapshot that can be read, or none because nothing there is a kube-apiserver. Of the
// other paths everything is read in any case.
func FuzzAnyServer(f *testing.F) {
	healthy := everything()
	paths := slices.Sorted(maps.Keys(healthy))
	for i, path := range paths {
		for _, accept := range []string{acceptJSON, acceptTable, acceptDiscovery, acceptProtobuf, acceptMetadata} {
			recorder, request := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path+"?limit=10", nil)
			request.Header.Set("Accept", accept)
			healthy[path](recorder, request)
			if recorder.Code != http.StatusOK {
				f.Fatalf("%s: %d", path, recorder.Code)
			}
			f.Add(uint8(i), recorder.Code, recorder.Header().Get("Content-Type"), recorder.Body.Bytes())
		}
		f.Add(uint8(i), http.StatusForbidden, acceptJSON, []byte(`{"kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "x is forbidden: User \"a\" cannot list resource \"x\" in API group \"\" at the cluster scope"}`))
		f.Add(uint8(i), http.StatusForbidden, acceptJSON, []byte("{\"kind\": \"Status\", \"status\": \"Failure\", \"reason\": \"\xd8\", \"message\": \"\xd8\"}"))
		f.Add(uint8(i), http.StatusOK, acceptJSON, []byte(`{"kind": "TableList", "items": [null], "rows": [null, {"cells": [null, 1e999]}], "groups": [null], "webhooks": [null]}`))
	}
	index, err := apilifecycle.Load()
	if err != nil {
		f.Fatal(err)
	}
	known, err := catalog.Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, at uint8, code int, contentType string, body []byte) {
		if code < 100 || code > 999 {
			return
		}
		path := paths[int(at)%len(paths)]
		s := &apiServer{answers: maps.Clone(healthy)}
		s.on(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(code)
			_, _ = w.Write(body)
		})
		snapshot, err := Collect(t.Context(), Options{
			Config: &rest.Config{Host: "https://127.0.0.1:1", Transport: s}, Catalog: known,
			Kubectl: KubectlFinder{Version: "v1.37.0"}.Find, Components: true, APIUsage: &UsageOptions{Index: index}, Upgrade: true, Pods: true, Now: now.Local,
		})
		// What was given up may still be on its way.
		s.mu.Lock()
		received := slices.Clone(s.received)
		s.mu.Unlock()
		for _, r := range received {
			if r.Method != http.MethodGet || r.Path == secretsPath && r.Query.Get("labelSelector") == "" {
				t.Errorf("%s %s?%s was sent", r.Method, r.Path, r.Query.Encode())
			}
		}
		if err != nil {
			if snapshot != nil || path != versionPath && path != metricsPath {
				t.Errorf("%s: %v, and %v", path, err, snapshot)
			}
			return
		}
		written, err := json.Marshal(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		again, err := v1alpha1.DecodeSnapshot(bytes.NewReader(written))
		if err != nil {
			t.Fatalf("%v: %s", err, written)
		}
		written = bytes.ReplaceAll(written, []byte(`\ufffd`), []byte("\uFFFD")) // where there was no UTF-8
		if rewritten, err := json.Marshal(again); err != nil || !bytes.Equal(written, rewritten) {
			t.Errorf("%v: %s\nbecame\n%s", err, written, rewritten)
		}
		if failed := code >= http.StatusBadRequest; failed && code != http.StatusNotFound && len(snapshot.Gaps) == 0 {
			t.Errorf("%s answers %d, and that is no gap", path, code)
		}
		for _, lost := range map[string]bool{nodesPath: snapshot.Nodes == nil, leasesPath: snapshot.Leases == nil, daemonSetsPath: snapshot.KubeProxy == nil} {
			if lost && len(snapshot.Gaps) == 0 {
				t.Errorf("%s: something is missing without a gap: %s", path, written)
			}
		}
	})
}

// FuzzMissingPermission reads refusals, which a server or a proxy may word as it likes.
func FuzzMissingPermission(f *testing.F) {
	for _, refusal := range []string{
		`nodes is forbidden: User "a" cannot list resource "nodes" in API group "" at the cluster scope`,
		`x: User "a" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "kube-system"`,
		`forbidden: User "a" cannot get path "/metrics"`, "cannot list resource \"\x1b[2J\" in API group \"\n\" at the cluster scope", "",
	} {
		f.Add(refusal)
	}
	f.Fuzz(func(t *testing.T, refusal string) {
		permission := missingPermission(refusal)
		for word := range strings.FieldsSeq(permission) {
			for part := range strings.SplitSeq(word, ".") {
				if word != "in" && !strings.Contains(refusal, part) {
					t.Errorf("%q is made of %q", permission, refusal)
				}
			}
		}
		if permission != "" && !strings.Contains(refusal, "cannot ") {
			t.Errorf("%q grants %q", refusal, permission)
		}
	})
}

// FuzzFlags reads command lines, where secrets stand: of these no value is kept.
func FuzzFlags(f *testing.F) {
	for _, line := range []string{
		"kube-apiserver\n--feature-gates=A=true\n--token=hunter2", "/bin/sh\n-c\nexec kube-apiserver --cloud-provider=aws --etcd-password 'hunter2' 2>&1 | tee x",
		"--feature_gates\nA=true", "sh\n-c\n\"$(cat x)\" `a b` \\\n--runtime-config=api/all=true", "--=a\n---\n--a=\n",
	} {
		f.Add("kube-apiserver", line)
	}
	name := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`)
	f.Fuzz(func(t *testing.T, component, line string) {
		words := strings.Split(line, "\n")
		for _, flag := range flagsOf(component, container{Command: words[:1], Args: words[1:]}) {
			if !name.MatchString(flag.Name) || flag.Value != "" && !valueIsKept(flag.Name) {
				t.Errorf("%q has the flag %+v", line, flag)
			}
		}
	})
}
