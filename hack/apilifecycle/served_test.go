package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func readRecord(t *testing.T) *record {
	t.Helper()
	data, err := os.ReadFile("testdata/served.txt")
	if err != nil {
		t.Fatal(err)
	}
	r, err := parseRecord(data)
	if err != nil {
		t.Fatal(err)
	}
	if string(r.encode()) != string(data) {
		t.Error("testdata/served.txt is not in the form in which it is written")
	}
	return r
}

// at returns what servers of a minor serve.
func (r *record) at(m version.Minor) []apilifecycle.Served {
	var served []apilifecycle.Served
	for _, row := range r.rows {
		if row.first.Compare(m) <= 0 && m.Compare(row.last) <= 0 {
			served = append(served, row.Served)
		}
	}
	return served
}

func TestIndexAgreesWithWhatServersServe(t *testing.T) {
	x, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := readRecord(t)
	if r.newest() != x.Newest {
		t.Fatalf("the record ends at %s, the index at %s: run go run ./hack/apilifecycle served", r.newest(), x.Newest)
	}
	// The feature gate CSIStorageCapacity was off.
	gated := map[version.Minor][]string{
		minor(19): {"storage.k8s.io/v1alpha1 csistoragecapacities: not served, removed only in 1.24"},
		minor(20): {"storage.k8s.io/v1alpha1 csistoragecapacities: not served, removed only in 1.24"},
	}
	for m := minor(18); m.Compare(x.Newest) <= 0; m = m.Add(1) {
		var differences []string
		for _, d := range x.CompareServed(m, r.at(m)) {
			differences = append(differences, d.String())
		}
		if diff := cmp.Diff(gated[m], differences); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m, diff)
		}
	}
}

func TestParseSpecification(t *testing.T) {
	served, err := parseSpecification([]byte(`{"paths": {
		"/api/v1/": {"get": {}},
		"/api/v1/namespaces": {
			"get": {"x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Namespace"}},
			"parameters": [{"name": "pretty"}]
		},
		"/api/v1/namespaces/{namespace}/bindings": {
			"post": {"x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Binding"}}
		},
		"/api/v1/namespaces/{namespace}/pods/{name}/eviction": {
			"post": {"x-kubernetes-group-version-kind": {"group": "policy", "version": "v1", "kind": "Eviction"}}
		},
		"/api/v1/watch/namespaces": {
			"get": {"x-kubernetes-group-version-kind": {"group": "", "version": "v1", "kind": "Namespace"}}
		},
		"/apis/apps/v1/deployments": {
			"get": {"x-kubernetes-group-version-kind": {"group": "apps", "version": "v1", "kind": "Deployment"}}
		},
		"/apis/apps/v1/namespaces/{namespace}/deployments": {
			"post": {"x-kubernetes-group-version-kind": {"group": "apps", "version": "v1", "kind": "Deployment"}}
		},
		"/apis/apps/v1/namespaces/{namespace}/deployments/{name}": {
			"get": {"x-kubernetes-group-version-kind": {"group": "apps", "version": "v1", "kind": "Deployment"}}
		}
	}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []apilifecycle.Served{
		{GroupVersionResource: schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, Kind: "Deployment", Namespaced: true},
		{GroupVersionResource: schema.GroupVersionResource{Version: "v1", Resource: "bindings"}, Kind: "Binding", Namespaced: true},
		{GroupVersionResource: schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}, Kind: "Namespace"},
	}
	if diff := cmp.Diff(want, served); diff != "" {
		t.Errorf("served (-want +got):\n%s", diff)
	}
}

func TestRecordGrowsByOneMinor(t *testing.T) {
	const present = `# Read at v1.20.1 v1.21.1
apps/v1 deployments Deployment namespaced 1.20-1.21
batch/v1beta1 cronjobs CronJob namespaced 1.20-1.20
batch/v2alpha1 cronjobs CronJob namespaced 1.21-1.21
`
	served := func(lines string) []apilifecycle.Served {
		r, err := parseRecord([]byte(lines))
		if err != nil {
			t.Fatal(err)
		}
		return r.at(minor(22))
	}
	r, err := parseRecord([]byte(present))
	if err != nil {
		t.Fatal(err)
	}
	next, err := version.Parse("v1.22.3")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.extend(next, served(`apps/v1 deployments Deployment namespaced 1.22-1.22
batch/v1 cronjobs CronJob namespaced 1.22-1.22
batch/v1beta1 cronjobs CronJob namespaced 1.22-1.22
`)); err != nil {
		t.Fatal(err)
	}
	want := `# Read at v1.20.1 v1.21.1 v1.22.3
apps/v1 deployments Deployment namespaced 1.20-1.22
batch/v1 cronjobs CronJob namespaced 1.22-1.22
batch/v1beta1 cronjobs CronJob namespaced 1.20-1.20
batch/v1beta1 cronjobs CronJob namespaced 1.22-1.22
batch/v2alpha1 cronjobs CronJob namespaced 1.21-1.21
`
	if diff := cmp.Diff(want, string(r.encode())); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if err, want := r.extend(next, nil), "the record ends at 1.22: 1.23 comes next, not 1.22"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestParseRecordRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"v1 pods Pod 1.18-1.37":               "is not: group/version resource Kind scope first-last",
		"a/b/v1 pods Pod cluster 1.18-1.37":   "unexpected GroupVersion string",
		"v1 pods Pod namespaced 1.18":         "is not a minor version",
		"v1 pods Pod namespaced 1.18.1-1.37":  "is not a minor version",
		"v1 pods Pod namespaced 1.18-1.37-rc": "is not a minor version",
	} {
		if _, err := parseRecord([]byte(line)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", line, err, want)
		}
	}
}

func TestEveryAPIIsInTheRecord(t *testing.T) {
	x, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	rows := readRecord(t).rows
	for i := range x.APIs {
		a := &x.APIs[i]
		served := slices.ContainsFunc(rows, func(r row) bool { return r.GroupVersionResource == a.GroupVersionResource() })
		// Those that were gone before the record begins cannot be in it.
		if served == a.GoneAt(minor(18)) {
			t.Errorf("%s: in the record: %t, gone at 1.18: %t", a, served, a.GoneAt(minor(18)))
		}
	}
}
