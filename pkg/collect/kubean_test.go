package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	manifestsPath      = "/apis/kubean.io/v1alpha1/manifests"
	kubeanClustersPath = "/apis/kubean.io/v1alpha1/clusters"
	operationsPath     = "/apis/kubean.io/v1alpha1/clusteroperations"
	artifactSetsPath   = "/apis/kubean.io/v1alpha1/localartifactsets"
	kubeanSystemPath   = "/api/v1/namespaces/kubean-system/configmaps/"
)

// created is when the objects were that a test does not give a time of its own.
var created = metav1.NewTime(time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC))

// newKubeanServer returns one with Kubean, which offers nothing and manages nothing.
func newKubeanServer(t *testing.T) *apiServer {
	s := newAPIServer(t).on(groupsPath, answerJSON(groupVersions("kubean.io/v1alpha1")))
	for _, path := range []string{manifestsPath, kubeanClustersPath, operationsPath, artifactSetsPath} {
		s.on(path, answerJSON(list()))
	}
	return s
}

// vars teaches the server a ConfigMap of variables.
func (s *apiServer) vars(name, text string) *apiServer {
	return s.on(kubeanSystemPath+name, answerJSON(object{
		"kind": "ConfigMap", "metadata": object{"name": name, "annotations": object{"note": password}},
		"data": object{"group_vars.yml": text, "hosts.yml": password},
	}))
}

func inKubeanSystem(name string) object { return object{"namespace": "kubean-system", "name": name} }

func kubeanOf(name, vars string) object {
	return object{"metadata": object{"name": name, "creationTimestamp": created}, "spec": object{
		"varsConfRef": inKubeanSystem(vars), "hostsConfRef": inKubeanSystem(name + "-hosts"), "kubeconfRef": inKubeanSystem(name + "-kubeconf"),
	}}
}

// operationOf succeeded to upgrade a cluster, minutes after those that do not say so.
func operationOf(name, cluster, vars string, minutes int, changes ...func(spec, status object)) object {
	spec := object{"cluster": cluster, "action": "upgrade-cluster.yml", "actionType": "playbook", "actionSource": "builtin", "image": "spray-job:2.25", "varsConfRef": inKubeanSystem(vars)}
	status := object{"status": "Succeeded", "endTime": created}
	for _, change := range changes {
		change(spec, status)
	}
	at := metav1.NewTime(created.Add(time.Duration(minutes) * time.Minute))
	return object{"metadata": object{"name": name, "creationTimestamp": at}, "spec": spec, "status": status}
}

func did(action string) func(spec, _ object) { return func(spec, _ object) { spec["action"] = action } }
func ended(as string) func(_, status object) { return func(_, status object) { status["status"] = as } }
func given(key string, value any) func(spec, _ object) {
	return func(spec, _ object) { spec[key] = value }
}

func wantNoPassword(t *testing.T, s *v1alpha1.Snapshot) {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if at := strings.Index(string(text), password); at >= 0 {
		t.Errorf("the snapshot holds what it should not: …%s", text[max(0, at-200):at+len(password)])
	}
}

func TestKubeanManifests(t *testing.T) {
	component := func(name, preferred string, versions ...string) object {
		return object{"name": name, "defaultVersion": preferred, "versionRange": versions}
	}
	of := func(name string, meta object, status object, components ...object) object {
		metadata := object{"name": name, "creationTimestamp": created}
		for key, value := range meta {
			metadata[key] = value
		}
		return object{"metadata": metadata, "spec": object{
			"kubesprayVersion": "462e68b", "kubeanVersion": meta["kubean"], "components": components,
			"localService": object{"registryRepo": password},
		}, "status": status}
	}
	spray := func(release, timestamp string) object {
		return object{
			"labels":      object{"kubean.io/sprayRelease": release},
			"annotations": object{"kubean.io/sprayTimestamp": timestamp, "kubean.io/sprayRelease": "of the annotation"},
		}
	}
	at := func(seconds int64) *metav1.Time { return &metav1.Time{Time: time.Unix(seconds, 0)} }
	local := object{"localAvailable": object{"kubesprayImage": password, "components": []object{
		component("etcd", "", "v3.5.12"), component("kube", "", "v1.28.9", "v1.29.5"),
	}}}
	s := newKubeanServer(t).on(manifestsPath, answerJSON(list(
		of("manifest-v0-9-0", object{"kubean": "v0.9.0", "annotations": object{"kubean.io/sprayRelease": "master"}}, nil),
		of("manifest-2.25-462e68b", spray("2.25", "1721023870"), local,
			component("etcd", "v3.5.12", "v3.5.12"), component("kube", "v1.29.5", "v1.29.5", "v1.28.10"), component("kube", "v1.99.0", "v1.99.0")),
		of("manifest-2.28-aca1113", spray("2.28", "soon"), nil, component("kube", "1.32.9", "1.34.3", "1.32.0"), component("kubectl", "1.99.0")),
		of("manifest-2.21-e1c4bc3", spray("2.21", "-5"), nil, component("kube", "null", "v1.25.6")),
		of("manifest-2.20-0000000", spray("2.20", "99999999999999"), nil, component("kube", "")),
		of("manifest-global", spray("2.25", "1"), nil, component("kube", "v1.99.0", "v1.99.0")),
		of("infomanifest-global", spray("2.25", "1"), nil, component("kube", "v1.99.0", "v1.99.0")),
	)))
	got := s.manage(t)
	checkGaps(t, got)
	want := []v1alpha1.KubeanManifest{
		{Name: "manifest-2.20-0000000", Spray: "2.20", Created: created},
		{Name: "manifest-2.21-e1c4bc3", Spray: "2.21", Created: created, Versions: []string{"v1.25.6"}},
		{
			Name: "manifest-2.25-462e68b", Spray: "2.25", SprayTime: at(1721023870), Created: created,
			Default: "v1.29.5", Versions: []string{"v1.29.5", "v1.28.10"}, Local: []string{"v1.28.9", "v1.29.5"},
		},
		{Name: "manifest-2.28-aca1113", Spray: "2.28", Created: created, Default: "1.32.9", Versions: []string{"1.34.3", "1.32.0"}},
		{Name: "manifest-v0-9-0", Spray: "master", Kubean: "v0.9.0", Created: created},
	}
	if diff := cmp.Diff(want, got.Management.Kubean.Manifests); diff != "" {
		t.Errorf("manifests (-want +got):\n%s", diff)
	}
	if got.Management.Kubean.Offline {
		t.Error("offline, without a LocalArtifactSet")
	}
	wantNoPassword(t, got)
}

func TestKubeanOffline(t *testing.T) {
	s := newKubeanServer(t).on(artifactSetsPath, func(w http.ResponseWriter, r *http.Request) {
		page := list(object{"metadata": object{"name": "set-" + r.URL.Query().Get("continue")}})
		page["metadata"] = object{"continue": "more"}
		answerJSON(page)(w, r)
	})
	got := s.manage(t)
	checkGaps(t, got)
	if !got.Management.Kubean.Offline {
		t.Error("online, with a LocalArtifactSet")
	}
	// Whether there is any takes one, of however many.
	if diff := cmp.Diff([]string{"1 from "}, s.limits(artifactSetsPath)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func TestVersionsOfKubeanClusters(t *testing.T) {
	const own, ownText = "a-vars", "configmap kubean-system/a-vars"
	desired := v1alpha1.ManagedCluster{Name: "a", Version: "1.33.8", From: ownText, Desired: true}
	installed := func(version, from string) v1alpha1.ManagedCluster {
		return v1alpha1.ManagedCluster{Name: "a", Version: version, From: from}
	}
	const ofUpgrade = "configmap kubean-system/copy of clusteroperation upgrade"
	tests := []struct {
		name       string
		operations []object
		want       v1alpha1.ManagedCluster
	}{
		{"no operation", nil, desired},
		{"an upgrade", []object{operationOf("upgrade", "a", "copy", 1)}, installed("v1.32.1", ofUpgrade)},
		{"an installation", []object{operationOf("upgrade", "a", "copy", 1, did("cluster.yml"))}, installed("v1.32.1", ofUpgrade)},
		{"one that does not say whose playbook it runs", []object{operationOf("upgrade", "a", "copy", 1, given("actionSource", ""))}, installed("v1.32.1", ofUpgrade)},
		{
			"the newest of several, in any order",
			[]object{operationOf("first", "a", "older", 1), operationOf("upgrade", "a", "copy", 3), operationOf("second", "a", "older", 2)},
			installed("v1.32.1", ofUpgrade),
		},
		{
			"of one second, by when they ended",
			[]object{
				operationOf("upgrade", "a", "copy", 1, func(_, status object) { status["endTime"] = created.Add(time.Hour) }),
				operationOf("zzz", "a", "older", 1),
			},
			installed("v1.32.1", ofUpgrade),
		},
		{"of one second in all, by name", []object{operationOf("upgrade", "a", "copy", 1), operationOf("aaa", "a", "older", 1)}, installed("v1.32.1", ofUpgrade)},
		{"of another cluster", []object{operationOf("upgrade", "b", "copy", 1)}, desired},
		{"that scaled", []object{operationOf("upgrade", "a", "copy", 1, did("scale.yml"))}, desired},
		{"that reset", []object{operationOf("upgrade", "a", "copy", 1, did("reset.yml"))}, desired},
		{"that ran the user's own playbook", []object{operationOf("upgrade", "a", "copy", 1, given("actionSource", "configmap"))}, desired},
		{"that is blocked", []object{operationOf("upgrade", "a", "copy", 1, ended("Blocked"))}, desired},
		{"that has no status yet", []object{operationOf("upgrade", "a", "copy", 1, ended(""))}, desired},
		{"that failed", []object{operationOf("upgrade", "a", "copy", 1, ended("Failed"))}, desired},
		{
			"that failed after one that succeeded", []object{operationOf("upgrade", "a", "copy", 1), operationOf("again", "a", "newer", 2, ended("Failed"))},
			installed("v1.32.1", ofUpgrade+"; again is Failed"),
		},
		{
			"that runs after one that succeeded", []object{operationOf("upgrade", "a", "copy", 1), operationOf("again", "a", "newer", 2, ended("Running"))},
			installed("v1.32.1", ofUpgrade+"; again is Running"),
		},
		{
			"that failed before one that succeeded", []object{operationOf("upgrade", "a", "copy", 2), operationOf("again", "a", "newer", 1, ended("Failed"))},
			installed("v1.32.1", ofUpgrade),
		},
		{"without a copy", []object{operationOf("upgrade", "a", "copy", 1, given("varsConfRef", nil))}, desired},
		{"that names the cluster's own variables, which may have changed", []object{operationOf("upgrade", "a", own, 1)}, desired},
		{"whose copy is gone", []object{operationOf("upgrade", "a", "gone", 1)}, desired},
		{
			"whose copy has no version, as Kubespray's default will do", []object{operationOf("upgrade", "a", "silent", 1)},
			installed("", "configmap kubean-system/silent of clusteroperation upgrade, without kube_version"),
		},
		{
			"that was given another version", []object{operationOf("upgrade", "a", "copy", 1, given("extraArgs", "-e kube_version=v1.31.0 -e pass="+password))},
			installed("", "clusteroperation upgrade, whose extraArgs override kube_version"),
		},
		{
			"that was given something else", []object{operationOf("upgrade", "a", "copy", 1, given("extraArgs", "-e kube_version_min_required=1.30 -e pass="+password))},
			installed("v1.32.1", ofUpgrade),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newKubeanServer(t).
				on(kubeanClustersPath, answerJSON(list(kubeanOf("a", own)))).
				on(operationsPath, answerJSON(list(tt.operations...))).
				vars(own, "kube_version: \"1.33.8\"\nansible_password: "+password).
				vars("copy", "kube_version: v1.32.1\nansible_password: "+password).
				vars("older", "kube_version: v1.30.0").
				vars("newer", "kube_version: v1.99.0").
				vars("silent", "ansible_password: "+password).
				on(kubeanSystemPath+"gone", answerStatus(http.StatusNotFound, failure(http.StatusNotFound, metav1.StatusReasonNotFound, `configmaps "gone" not found`)))
			got := s.manage(t)
			checkGaps(t, got)
			if diff := cmp.Diff([]v1alpha1.ManagedCluster{tt.want}, got.Management.Kubean.Clusters); diff != "" {
				t.Errorf("clusters (-want +got):\n%s", diff)
			}
			wantNoPassword(t, got)
			for _, name := range []string{"a-hosts", "a-kubeconf"} {
				if asked := s.requests(kubeanSystemPath + name); len(asked) > 0 {
					t.Errorf("%s was read", name)
				}
			}
		})
	}
}

func TestVars(t *testing.T) {
	const absent, noVersion = ", without kube_version", ", whose kube_version is not a version"
	tests := []struct{ name, text, version, problem string }{
		{"quoted", `kube_version: "1.33.8"`, "1.33.8", ""},
		{"as older releases write it", "kube_version: v1.25.8", "v1.25.8", ""},
		{"a minor, which YAML takes for a number", "kube_version: 1.30", "1.30", ""},
		{"of a vendor", "kube_version: v1.28.5-dce.1+k8s", "v1.28.5-dce.1+k8s", ""},
		{"the last of two", "kube_version: v1.25.8\nkube_version: v1.26.0", "v1.26.0", ""},
		{"an alias", "x: &v v1.25.8\nkube_version: *v", "v1.25.8", ""},
		{"among variables of other types", "a: [{b: {c: 1}}]\nkube_version: v1.25.8\nvault: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n", "v1.25.8", ""},
		{"in JSON, which is YAML", `{"kube_version": "1.33.8"}`, "1.33.8", ""},
		{"none", "a: b", "", absent},
		{"one that is not at the top", "a: {kube_version: v1.25.8}", "", absent},
		{"in a comment", "# kube_version: v1.25.8", "", absent},
		{"nothing at all", "", "", absent},
		{"null", "null", "", absent},
		{"without a value", "kube_version:", "", absent},
		{"empty", `kube_version: ""`, "", absent},
		{"a template", `kube_version: "{{ hunter2 }}"`, "", noVersion},
		{"a sentence", "kube_version: v1.25.8 hunter2", "", noVersion},
		{"lines", "kube_version: |\n  v1.25.8\n  hunter2", "", noVersion},
		{"too long a suffix", "kube_version: v1.25.8-" + strings.Repeat("x", 41), "", noVersion},
		{"a suffix of the most", "kube_version: v1.25.8-" + strings.Repeat("x", 40), "v1.25.8-" + strings.Repeat("x", 40), ""},
		{"a list", "kube_version: [v1.25.8]", "", noVersion},
		{"an alias of all", "&a {kube_version: *a}", "", noVersion},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			version, problem, err := parseVars(tt.text)
			if version != tt.version || problem != tt.problem || err != nil {
				t.Errorf("got %q, %q, %v, want %q, %q", version, problem, err, tt.version, tt.problem)
			}
		})
	}
}

// The errors of a YAML parser quote what they are about, and expanding aliases
// makes gigabytes of some.
func TestMalformedVarsAreNotQuoted(t *testing.T) {
	bomb := "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
	for i := range 12 {
		alias := fmt.Sprintf("*a%d", i)
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.Join([]string{alias, alias, alias, alias, alias, alias, alias, alias, alias}, ","))
	}
	if version, problem, err := parseVars(bomb + "kube_version: v1.25.8"); version != "v1.25.8" || problem != "" || err != nil {
		t.Errorf("with many aliases: %q, %q, %v", version, problem, err)
	}
	filled := func(size int) string {
		const text = "kube_version: v1.25.8\n#"
		return text + strings.Repeat("x", size-len(text))
	}
	if version, _, err := parseVars(filled(maxVars)); version != "v1.25.8" || err != nil {
		t.Errorf("of the most bytes: %q, %v", version, err)
	}
	for name, text := range map[string]string{
		"no YAML":          "a: [hunter2",
		"an unknown alias": "a: *hunter2",
		"no mapping":       "hunter2",
		"a list":           "[hunter2]",
		"control codes":    "a: \x1bhunter2",
		"a byte too many":  filled(maxVars + 1),
		"nested too deep":  strings.Repeat("[", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			s := newKubeanServer(t).on(kubeanClustersPath, answerJSON(list(kubeanOf("a", "a-vars")))).vars("a-vars", text)
			got := s.manage(t)
			want := v1alpha1.Gap{
				Source: v1alpha1.SourceManagement, Resource: "configmaps", Reason: v1alpha1.GapMalformed, Hides: "versions of the clusters that Kubean manages",
				Message: kubeanSystemPath + "a-vars: unexpected answer: configuration is not of the expected form",
			}
			if diff := cmp.Diff([]v1alpha1.Gap{want}, got.Gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]v1alpha1.ManagedCluster{{Name: "a"}}, got.Management.Kubean.Clusters); diff != "" {
				t.Errorf("clusters (-want +got):\n%s", diff)
			}
			wantNoPassword(t, got)
		})
	}
}

// A name in a resource must not lead elsewhere.
func TestReferencesThatNameNoConfigMap(t *testing.T) {
	for name, ref := range map[string]object{
		"to a Secret":              {"namespace": "kubean-system", "name": "../secrets/token"},
		"to a Secret elsewhere":    {"namespace": "kube-system/secrets/token/..", "name": "x"},
		"escaped":                  {"namespace": "kubean-system", "name": "..%2fsecrets%2ftoken"},
		"with a query":             {"namespace": "kubean-system", "name": "a?watch=true"},
		"to all of them":           {"namespace": "kubean-system", "name": ""},
		"of no namespace":          {"name": "a-vars"},
		"to the namespace of dots": {"namespace": "..", "name": "a-vars"},
		"none":                     nil,
	} {
		t.Run(name, func(t *testing.T) {
			cluster := kubeanOf("a", "")
			cluster["spec"].(object)["varsConfRef"] = ref
			s := newKubeanServer(t).on(kubeanClustersPath, answerJSON(list(cluster)))
			got := s.manage(t)
			checkGaps(t, got, v1alpha1.Gap{
				Source: v1alpha1.SourceManagement, Resource: "configmaps", Reason: v1alpha1.GapMalformed,
				Message: "kubean.io: unexpected answer: varsConfRef is not the name of a ConfigMap",
			})
			for _, r := range s.received {
				if strings.HasPrefix(r.Path, "/api/v1/namespaces/") && r.Path != systemPodsPath && r.Path != openshiftPodsPath {
					t.Errorf("asked %s", r.Path)
				}
			}
		})
	}
}

// failing is an answer, and the gap that comes of it.
type failing struct {
	name   string
	answer http.HandlerFunc
	gap    v1alpha1.Gap
}

// failures are the ways in which the list of a resource fails.
func failures(path, resource string) []failing {
	plural, group, _ := strings.Cut(resource, ".")
	refusal := fmt.Sprintf(`%s is forbidden: User "jane" cannot list resource "%s" in API group "%s" at the cluster scope`, resource, plural, group)
	all := []failing{
		{"forbidden", refuse(refusal), v1alpha1.Gap{Reason: v1alpha1.GapForbidden, Permission: "list " + resource, Message: refusal}},
		{"absent", answerStatus(http.StatusNotFound, nil), v1alpha1.Gap{
			Reason: v1alpha1.GapNotFound, Message: "the server could not find the requested resource (get " + path + ")",
		}},
		{"failing", answerStatus(http.StatusInternalServerError, failure(http.StatusInternalServerError, metav1.StatusReasonInternalError, "etcd is gone")), v1alpha1.Gap{
			Reason: v1alpha1.GapUnavailable, Message: "etcd is gone",
		}},
		{"no list", answerJSON(object{"kind": "Cluster"}), v1alpha1.Gap{
			Reason: v1alpha1.GapMalformed, Message: path + `: unexpected answer: want a list, got kind "Cluster"`,
		}},
		{"no JSON", answerText("<html>"), v1alpha1.Gap{
			Reason: v1alpha1.GapMalformed, Message: path + ": unexpected answer: invalid character '<' looking for beginning of value",
		}},
	}
	for i := range all {
		all[i].gap.Source, all[i].gap.Resource = v1alpha1.SourceManagement, resource
	}
	return all
}

func TestKubeanThatCannotBeRead(t *testing.T) {
	whole := func() *v1alpha1.Kubean {
		return &v1alpha1.Kubean{
			Manifests: []v1alpha1.KubeanManifest{{Name: "manifest-2.25-462e68b", Created: created}}, Offline: true,
			Clusters: []v1alpha1.ManagedCluster{{Name: "a", Version: "v1.32.1", From: "configmap kubean-system/copy of clusteroperation upgrade"}},
		}
	}
	tests := []struct {
		path, resource, hides string
		// lost changes what is whole into what remains.
		lost     func(*v1alpha1.Kubean)
		optional bool
	}{
		{
			manifestsPath, "manifests.kubean.io", "versions of Kubernetes that Kubean offers",
			func(k *v1alpha1.Kubean) { k.Manifests = nil }, false,
		},
		{
			kubeanClustersPath, "clusters.kubean.io", "clusters that Kubean manages, and their versions",
			func(k *v1alpha1.Kubean) { k.Clusters = nil }, false,
		},
		{
			artifactSetsPath, "localartifactsets.kubean.io", "whether Kubean installs nothing but what is there offline",
			func(k *v1alpha1.Kubean) { k.Offline = false }, true,
		},
		{
			operationsPath, "clusteroperations.kubean.io", "versions that Kubean installed, rather than was told to install",
			func(k *v1alpha1.Kubean) {
				k.Clusters[0] = v1alpha1.ManagedCluster{Name: "a", Version: "1.33.8", From: "configmap kubean-system/a-vars", Desired: true}
			}, true,
		},
	}
	for _, tt := range tests {
		for _, failing := range failures(tt.path, tt.resource) {
			t.Run(tt.resource+", "+failing.name, func(t *testing.T) {
				s := newKubeanServer(t).
					on(manifestsPath, answerJSON(list(object{"metadata": object{"name": "manifest-2.25-462e68b", "creationTimestamp": created}}))).
					on(kubeanClustersPath, answerJSON(list(kubeanOf("a", "a-vars")))).
					on(operationsPath, answerJSON(list(operationOf("upgrade", "a", "copy", 1)))).
					on(artifactSetsPath, answerJSON(list(object{}))).
					vars("a-vars", "kube_version: 1.33.8").vars("copy", "kube_version: v1.32.1").
					on(tt.path, failing.answer)
				got := s.manage(t)
				want := whole()
				tt.lost(want)
				if diff := cmp.Diff(want, got.Management.Kubean); diff != "" {
					t.Errorf("Kubean (-want +got):\n%s", diff)
				}
				var gaps []v1alpha1.Gap
				if !tt.optional || failing.gap.Reason != v1alpha1.GapNotFound {
					failing.gap.Hides = tt.hides
					gaps = append(gaps, failing.gap)
				}
				if diff := cmp.Diff(gaps, got.Gaps); diff != "" {
					t.Errorf("gaps (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// Objects that are not of the form of their kind.
func TestMalformedResourcesOfKubean(t *testing.T) {
	for path, item := range map[string]object{
		manifestsPath:      {"spec": object{"components": password}},
		kubeanClustersPath: {"spec": object{"varsConfRef": password}},
		operationsPath:     {"metadata": object{"creationTimestamp": password}},
	} {
		t.Run(path, func(t *testing.T) {
			got := newKubeanServer(t).on(path, answerJSON(list(item))).manage(t)
			if len(got.Gaps) != 1 || got.Gaps[0].Source != v1alpha1.SourceManagement || got.Gaps[0].Reason != v1alpha1.GapMalformed {
				t.Errorf("gaps = %+v, want that of %s", got.Gaps, path)
			}
		})
	}
}

// Of hundreds of clusters there is a gap for each reason, and no more ConfigMaps
// are read at once than a few.
func TestManyKubeanClusters(t *testing.T) {
	var clusters []object
	var reading, most atomic.Int32
	s := newKubeanServer(t)
	refusal := func(name string) string {
		return fmt.Sprintf(`configmaps "%s" is forbidden: User "jane" cannot get resource "configmaps" in API group "" in the namespace "kubean-system"`, name)
	}
	for i := range 300 {
		name := fmt.Sprintf("c%03d", i)
		clusters = append(clusters, kubeanOf(name, name))
		answer := configMap("group_vars.yml", "kube_version: v1.32."+strconv.Itoa(i))
		switch {
		case i < 2:
			answer = answerStatus(http.StatusNotFound, failure(http.StatusNotFound, metav1.StatusReasonNotFound, "configmaps "+name+" not found"))
		case i < 6:
			answer = refuse(refusal(name))
		}
		s.on(kubeanSystemPath+name, func(w http.ResponseWriter, r *http.Request) {
			now := reading.Add(1)
			defer reading.Add(-1)
			for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() {
			}
			answer(w, r)
		})
	}
	s.on(kubeanClustersPath, pagesOf(clusters))
	got := s.manage(t)
	found := got.Management.Kubean.Clusters
	if len(found) != 300 || found[5].Version != "" || found[5].From != "" || found[6].Version != "v1.32.6" || found[299].Version != "v1.32.299" {
		t.Errorf("%d clusters: %+v", len(found), found)
	}
	want := []v1alpha1.Gap{
		{
			Source: v1alpha1.SourceManagement, Resource: "configmaps", Reason: v1alpha1.GapNotFound,
			Hides: "versions of 2 of the 300 clusters that Kubean manages: c000, c001", Message: "configmaps c000 not found",
		},
		{
			Source: v1alpha1.SourceManagement, Resource: "configmaps", Reason: v1alpha1.GapForbidden, Permission: "get configmaps in kubean-system",
			Hides: "versions of 4 of the 300 clusters that Kubean manages: c002, c003, c004, …", Message: refusal("c002"),
		},
	}
	if diff := cmp.Diff(want, got.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if most.Load() > configMapsAtOnce {
		t.Errorf("%d ConfigMaps were read at once, want %d at most", most.Load(), configMapsAtOnce)
	}
	if diff := cmp.Diff([]string{"500 from ", "500 from 100", "500 from 200"}, s.limits(kubeanClustersPath)); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// pagesOf answers with a hundred at most, however many are asked for.
func pagesOf(items []object) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		to := min(from+100, len(items))
		page := list(items[from:to]...)
		if to < len(items) {
			page["metadata"] = object{"continue": strconv.Itoa(to)}
		}
		answerJSON(page)(w, r)
	}
}

// What was read of Kubean stays when the user interrupts, or time is up.
func TestKubeanThatIsCutOff(t *testing.T) {
	blocked := func(stop func()) func(t *testing.T, ctx context.Context, reason v1alpha1.GapReason) {
		return func(t *testing.T, ctx context.Context, reason v1alpha1.GapReason) {
			s := newKubeanServer(t).on(kubeanClustersPath, answerJSON(list(kubeanOf("a", "a-vars"), kubeanOf("b", "b-vars")))).
				vars("a-vars", "kube_version: v1.32.1").
				on(kubeanSystemPath+"b-vars", func(w http.ResponseWriter, r *http.Request) {
					stop()
					hang(w, r)
				})
			got, err := Collect(ctx, s.options(t))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Management.Kubean.Clusters) != 2 || got.Management.Kubean.Clusters[1] != (v1alpha1.ManagedCluster{Name: "b"}) {
				t.Errorf("clusters = %+v", got.Management.Kubean.Clusters)
			}
			if gap := got.Gap(v1alpha1.SourceManagement); gap == nil || gap.Reason != reason {
				t.Errorf("gaps = %+v, want %s", got.Gaps, reason)
			}
		}
	}
	t.Run("interrupted", func(t *testing.T) {
		ctx, interrupt := interrupting(t)
		blocked(interrupt)(t, ctx, v1alpha1.GapInterrupted)
	})
	t.Run("late", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		blocked(func() {})(t, ctx, v1alpha1.GapTimeout)
	})
}
