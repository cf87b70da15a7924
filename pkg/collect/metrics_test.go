package collect

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const recordedMetrics = "testdata/metrics"

func embeddedIndex(t testing.TB) *apilifecycle.Index {
	t.Helper()
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	return index
}

// smallIndex has one resource of each kind that matters here.
func smallIndex() *apilifecycle.Index {
	minor := func(m int) version.Minor { return version.Minor{Major: 1, Minor: m} }
	return &apilifecycle.Index{Newest: minor(37), APIs: []apilifecycle.API{
		{Version: "v1", Resource: "endpoints", Deprecated: minor(33)},
		{Version: "v1", Resource: "pods"},
		{Group: "batch", Version: "v1", Resource: "cronjobs"},
		{Group: "batch", Version: "v1beta1", Resource: "cronjobs", Deprecated: minor(21), Removed: minor(25)},
		{Group: "policy", Version: "v1", Resource: "poddisruptionbudgets"},
		{Group: "policy", Version: "v1alpha1", Resource: "poddisruptionbudgets"},
	}}
}

func TestMetricsByMinor(t *testing.T) {
	type (
		deprecated = v1alpha1.DeprecatedRequests
		requests   = v1alpha1.APIRequests
		stored     = v1alpha1.StoredObjects
	)
	const (
		admission    = "admissionregistration.k8s.io"
		coordination = "coordination.k8s.io"
		flowcontrol  = "flowcontrol.apiserver.k8s.io"
		networking   = "networking.k8s.io"
		migration    = "storagemigration.k8s.io"
	)
	tests := []struct {
		name, file string
		want       v1alpha1.InstanceMetrics
	}{
		{
			name: "1.19 splits requests by content type, calls some watches GET, and tells nothing of its own requests",
			file: "v1.19.16.txt",
			want: v1alpha1.InstanceMetrics{
				GitVersion: "v1.19.16", StartTime: "1.6363e+09",
				Deprecated: []deprecated{
					{Group: "extensions", Version: "v1beta1", Resource: "ingresses", RemovedRelease: "1.22"},
					{Group: "extensions", Version: "v1beta1", Resource: "ingresses", Subresource: "status", RemovedRelease: "1.22"},
				},
				Requests: []requests{
					{Group: "batch", Version: "v1beta1", Resource: "cronjobs", Verb: "watch", Count: 2},
					{Group: "extensions", Version: "v1beta1", Resource: "ingresses", Verb: "create", Count: 3},
					{Group: "extensions", Version: "v1beta1", Resource: "ingresses", Verb: "list", Count: 1234571},
					{Group: "extensions", Version: "v1beta1", Resource: "ingresses", Verb: "watch", Count: 11 + 3 + 1},
					{Group: "extensions", Version: "v1beta1", Resource: "ingresses", Subresource: "status", Verb: "update", Count: 9},
				},
				Stored: []stored{
					{Resource: "endpoints", Count: 40},
					{Group: "batch", Resource: "cronjobs", Count: -1},
					{Group: networking, Resource: "ingresses", Count: 12},
				},
			},
		},
		{
			name: "1.22 counts objects under two names, and its own requests without a group",
			file: "v1.22.17.txt",
			want: v1alpha1.InstanceMetrics{
				GitVersion: "v1.22.17", StartTime: "1.6713e+09",
				Deprecated: []deprecated{{Group: "policy", Version: "v1beta1", Resource: "podsecuritypolicies", RemovedRelease: "1.25"}},
				Requests: []requests{
					{Group: flowcontrol, Version: "v1beta1", Resource: "flowschemas", Verb: "watch", Count: 1},
					{Group: flowcontrol, Version: "v1beta1", Resource: "flowschemas", Subresource: "status", Verb: "apply", Count: 6},
					{Group: "policy", Version: "v1beta1", Resource: "podsecuritypolicies", Verb: "deletecollection", Count: 1},
					{Group: "policy", Version: "v1beta1", Resource: "podsecuritypolicies", Verb: "patch", Count: 3},
				},
				OwnRequests: []requests{{Resource: "flowschemas", Subresource: "status", Verb: "apply", Count: 6}},
				Stored: []stored{
					{Group: flowcontrol, Resource: "flowschemas", Count: 13},
					{Group: "policy", Resource: "podsecuritypolicies", Count: 7},
				},
			},
		},
		{
			name: "1.23 gives the watches in progress under two names, which are added once",
			file: "v1.23.17.txt",
			want: v1alpha1.InstanceMetrics{
				GitVersion: "v1.23.17", StartTime: "1.6771e+09",
				Deprecated: []deprecated{{Group: "policy", Version: "v1beta1", Resource: "poddisruptionbudgets", RemovedRelease: "1.25"}},
				Requests:   []requests{{Group: "policy", Version: "v1beta1", Resource: "poddisruptionbudgets", Verb: "watch", Count: 42}},
				Stored:     []stored{{Group: "policy", Resource: "poddisruptionbudgets", Count: 5}},
			},
		},
		{
			name: "1.33 still names no group of its own requests, so that they are those of every group with such a resource",
			file: "v1.33.13.txt",
			want: v1alpha1.InstanceMetrics{
				GitVersion: "v1.33.13", StartTime: "1.7636e+09",
				Deprecated: []deprecated{{Version: "v1", Resource: "endpoints"}},
				Requests: []requests{
					{Version: "v1", Resource: "endpoints", Verb: "get", Count: 62},
					{Version: "v1", Resource: "endpoints", Verb: "watch", Count: 1},
					{Group: "example.com", Version: "v1alpha1", Resource: "endpoints", Verb: "list", Count: 8},
					{Group: networking, Version: "v1beta1", Resource: "ipaddresses", Verb: "watch", Count: 3},
				},
				OwnRequests: []requests{
					{Resource: "endpoints", Verb: "create", Count: 1},
					{Resource: "endpoints", Verb: "get", Count: 62},
				},
				Stored: []stored{
					{Resource: "endpoints", Count: 4},
					{Group: "example.com", Resource: "endpoints", Count: 2},
					{Group: networking, Resource: "ipaddresses", Count: 9},
				},
			},
		},
		{
			name: "1.36 has objects by group and by the old name",
			file: "v1.36.3.txt",
			want: v1alpha1.InstanceMetrics{
				GitVersion: "v1.36.3", StartTime: "1.79523126676e+09",
				Deprecated: []deprecated{
					{Version: "v1", Resource: "endpoints"},
					{Group: coordination, Version: "v1beta1", Resource: "leasecandidates", RemovedRelease: "1.39"},
				},
				Requests: []requests{
					{Version: "v1", Resource: "endpoints", Verb: "create", Count: 1},
					{Version: "v1", Resource: "endpoints", Verb: "get", Count: 1},
					{Group: coordination, Version: "v1beta1", Resource: "leasecandidates", Verb: "create", Count: 1},
					{Group: coordination, Version: "v1beta1", Resource: "leasecandidates", Verb: "delete", Count: 1},
					{Group: coordination, Version: "v1beta1", Resource: "leasecandidates", Verb: "get", Count: 1},
					{Group: coordination, Version: "v1beta1", Resource: "leasecandidates", Verb: "list", Count: 1},
					{Group: "internal.apiserver.k8s.io", Version: "v1alpha1", Resource: "storageversions", Verb: "list", Count: 1},
					{Group: "resource.k8s.io", Version: "v1beta1", Resource: "deviceclasses", Verb: "watch", Count: 1},
				},
				OwnRequests: []requests{
					{Resource: "endpoints", Verb: "create", Count: 1},
					{Resource: "endpoints", Verb: "get", Count: 1},
				},
				Stored: []stored{
					{Resource: "endpoints"},
					{Group: admission, Resource: "mutatingadmissionpolicies"},
					{Group: coordination, Resource: "leasecandidates"},
					{Group: coordination, Resource: "leases"},
					{Group: "discovery.k8s.io", Resource: "endpointslices"},
					{Group: "internal.apiserver.k8s.io", Resource: "storageversions"},
					{Group: "resource.k8s.io", Resource: "deviceclasses"},
					{Group: "resource.k8s.io", Resource: "resourceslices"},
				},
			},
		},
		{
			name: "1.37 has objects by group alone; a custom resource's version that it calls deprecated is kept, and a first watch sets no gauge",
			file: "v1.37.1.txt",
			want: v1alpha1.InstanceMetrics{
				GitVersion: "v1.37.1", StartTime: "1.79523054685e+09",
				Deprecated: []deprecated{
					{Version: "v1", Resource: "endpoints"},
					{Group: coordination, Version: "v1beta1", Resource: "leasecandidates", RemovedRelease: "1.39"},
					{Group: "example.com", Version: "v1", Resource: "widgets"},
					{Group: "resource.k8s.io", Version: "v1beta1", Resource: "resourceslices", RemovedRelease: "1.38"},
					{Group: migration, Version: "v1beta1", Resource: "storageversionmigrations", RemovedRelease: "1.40"},
				},
				Requests: []requests{
					{Version: "v1", Resource: "endpoints", Verb: "create", Count: 1},
					{Version: "v1", Resource: "endpoints", Verb: "get", Count: 62},
					{Group: admission, Version: "v1beta1", Resource: "mutatingadmissionpolicies", Verb: "watch", Count: 1},
					{Group: coordination, Version: "v1beta1", Resource: "leasecandidates", Verb: "list", Count: 1},
					{Group: "example.com", Version: "v1", Resource: "widgets", Verb: "apply", Count: 1},
					{Group: "example.com", Version: "v1", Resource: "widgets", Verb: "list", Count: 1},
					{Group: "resource.k8s.io", Version: "v1beta1", Resource: "deviceclasses", Verb: "watch", Count: 1},
					{Group: "resource.k8s.io", Version: "v1beta1", Resource: "resourceslices", Verb: "list", Count: 1},
					{Group: migration, Version: "v1beta1", Resource: "storageversionmigrations", Verb: "list", Count: 1},
					{Group: migration, Version: "v1beta1", Resource: "storageversionmigrations", Verb: "watch", Count: 1},
				},
				OwnRequests: []requests{
					{Resource: "endpoints", Verb: "create", Count: 1},
					{Resource: "endpoints", Verb: "get", Count: 62},
					{Group: admission, Resource: "mutatingadmissionpolicies", Verb: "watch", Count: 1},
					{Group: "resource.k8s.io", Resource: "deviceclasses", Verb: "watch", Count: 1},
				},
				Stored: []stored{
					{Resource: "endpoints", Count: 1},
					{Group: admission, Resource: "mutatingadmissionpolicies"},
					{Group: coordination, Resource: "leasecandidates"},
					{Group: coordination, Resource: "leases", Count: 1},
					{Group: "discovery.k8s.io", Resource: "endpointslices", Count: 1},
					{Group: "example.com", Resource: "widgets"},
					{Group: "resource.k8s.io", Resource: "deviceclasses"},
					{Group: "resource.k8s.io", Resource: "resourceslices"},
					{Group: migration, Resource: "storageversionmigrations"},
				},
			},
		},
	}
	var tested []string
	for _, tt := range tests {
		tested = append(tested, tt.file)
		t.Run(tt.name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(recordedMetrics, tt.file))
			if err != nil {
				t.Fatal(err)
			}
			// A byte at a time, lines are found all the same.
			got, err := readMetrics(iotest.OneByteReader(strings.NewReader(string(text))), embeddedIndex(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
	files, err := os.ReadDir(recordedMetrics)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains(tested, file.Name()) {
			t.Errorf("%s is not tested", file.Name())
		}
	}
}

// requestedOf returns a line of apiserver_request_total with a value.
func requestedOf(group, version, resource, value string) string {
	return fmt.Sprintf(`apiserver_request_total{code="200",group="%s",resource="%s",subresource="",verb="LIST",version="%s"} %s`+"\n", group, resource, version, value)
}

func TestMetricsLines(t *testing.T) {
	const (
		cronjobs = `apiserver_request_total{group="batch",resource="cronjobs",subresource="",verb="LIST",version="v1beta1"} `
		objects  = `apiserver_resource_objects{group="batch",resource="cronjobs"} `
	)
	list := func(group, version, resource string, count int64) v1alpha1.APIRequests {
		return v1alpha1.APIRequests{Group: group, Version: version, Resource: resource, Verb: "list", Count: count}
	}
	verb := func(verb string) v1alpha1.APIRequests {
		return v1alpha1.APIRequests{Group: "batch", Version: "v1beta1", Resource: "cronjobs", Verb: verb, Count: 1}
	}
	stored := func(count int64) []v1alpha1.StoredObjects {
		return []v1alpha1.StoredObjects{{Group: "batch", Resource: "cronjobs", Count: count}}
	}
	type (
		of       = v1alpha1.InstanceMetrics
		requests = []v1alpha1.APIRequests
	)
	tests := []struct {
		name, text string
		want       of
	}{
		{"a stable version that stays is not kept", requestedOf("", "v1", "pods", "1"), of{}},
		{"a stable version that is deprecated is", requestedOf("", "v1", "endpoints", "1"), of{Requests: requests{list("", "v1", "endpoints", 1)}}},
		{"so is a beta", requestedOf("batch", "v1beta1", "cronjobs", "1"), of{Requests: requests{list("batch", "v1beta1", "cronjobs", 1)}}},
		{"so is an alpha that nothing calls deprecated", requestedOf("policy", "v1alpha1", "poddisruptionbudgets", "1"), of{Requests: requests{list("policy", "v1alpha1", "poddisruptionbudgets", 1)}}},
		{"so is a beta that the index does not hold", requestedOf("example.com", "v2beta3", "widgets", "1"), of{Requests: requests{list("example.com", "v2beta3", "widgets", 1)}}},
		{"the stable version beside it is not", requestedOf("batch", "v1", "cronjobs", "1"), of{}},
		{
			"a stable version that the server calls deprecated is kept, wherever it says so",
			requestedOf("example.com", "v1", "widgets", "3") +
				`apiserver_requested_deprecated_apis{group="example.com",removed_release="",resource="widgets",subresource="",version="v1"} 1` + "\n",
			of{
				Deprecated: []v1alpha1.DeprecatedRequests{{Group: "example.com", Version: "v1", Resource: "widgets"}},
				Requests:   requests{list("example.com", "v1", "widgets", 3)},
			},
		},
		{"a gauge that is not set says nothing", `apiserver_requested_deprecated_apis{group="",resource="pods",version="v1"} 0` + "\n", of{}},
		{"the same gauge twice is one", strings.Repeat(`apiserver_requested_deprecated_apis{group="",resource="pods",version="v1"} 1`+"\n", 2), of{
			Deprecated: []v1alpha1.DeprecatedRequests{{Version: "v1", Resource: "pods"}},
		}},
		{"requests that reached no API are not kept", `apiserver_request_total{group="",resource="",subresource="/readyz",verb="GET",version=""} 9` + "\n", of{}},
		{"objects are kept of a resource with a version that goes away", objects + "7\n", of{Stored: stored(7)}},
		{"or an alpha that nothing calls deprecated", `apiserver_resource_objects{group="policy",resource="poddisruptionbudgets"} 7` + "\n", of{
			Stored: []v1alpha1.StoredObjects{{Group: "policy", Resource: "poddisruptionbudgets", Count: 7}},
		}},
		{"and of none other", `apiserver_resource_objects{group="",resource="pods"} 7` + "\n", of{}},
		{"no objects is a count", objects + "0\n", of{Stored: stored(0)}},
		{"a check that failed is -1", objects + "-1\n", of{Stored: stored(-1)}},
		{"any other negative count is too", objects + "-9e+300\n", of{Stored: stored(-1)}},
		{"objects that are not a number are not there", objects + "NaN\n" + objects + "+Inf\n", of{}},
		{"of two counts of objects the last is taken", objects + "1\n" + objects + "2\n", of{Stored: stored(2)}},
		{
			"of several names of a metric the newest counts",
			`etcd_object_counts{resource="cronjobs.batch"} 1` + "\n" + `apiserver_storage_objects{resource="cronjobs.batch"} 2` + "\n" + objects + "3\n" +
				`apiserver_longrunning_gauge{group="batch",resource="cronjobs",subresource="",verb="WATCH",version="v1beta1"} 9` + "\n" +
				`apiserver_longrunning_requests{group="batch",resource="cronjobs",subresource="",verb="WATCH",version="v1beta1"} 1` + "\n",
			of{Requests: requests{verb("watch")}, Stored: stored(3)},
		},
		{
			"what runs long on a subresource is not a watch",
			`apiserver_longrunning_requests{group="batch",resource="cronjobs",subresource="proxy",verb="CONNECT",version="v1beta1"} 1` + "\n",
			of{},
		},
		{"a gauge that names no version says nothing", `apiserver_requested_deprecated_apis{group="",resource="pods",version=""} 1` + "\n", of{}},
		{"counts are whole", cronjobs + "1e+06\n" + cronjobs + "1.9\n", of{Requests: requests{list("batch", "v1beta1", "cronjobs", 1_000_001)}}},
		{
			"what is not a number, not finite or below zero is not counted",
			cronjobs + "NaN\n" + cronjobs + "+Inf\n" + cronjobs + "-Inf\n" + cronjobs + "-3\n" + cronjobs + "1e999\n" + cronjobs + "2\n",
			of{Requests: requests{list("batch", "v1beta1", "cronjobs", 2)}},
		},
		{"a count that does not fit is the largest that does", cronjobs + "1e+300\n" + cronjobs + "5\n", of{Requests: requests{list("batch", "v1beta1", "cronjobs", math.MaxInt64)}}},
		{"a time may follow the count", cronjobs + "4 1763600000000\n", of{Requests: requests{list("batch", "v1beta1", "cronjobs", 4)}}},
		{
			"labels are unescaped",
			requestedOf(`a\\b\"c\nd`, "v1beta1", "x", "1"),
			of{Requests: requests{list("a\\b\"c\nd", "v1beta1", "x", 1)}},
		},
		{
			"terminal escapes and invalid UTF-8 are passed on",
			requestedOf("\x1b[31m\xff", "v1beta1", "x\x00y", "1"),
			of{Requests: requests{list("\x1b[31m\xff", "v1beta1", "x\x00y", 1)}},
		},
		{
			"braces, commas and equal signs may stand in labels",
			requestedOf(`},a="b{`, "v1beta1", "x", "1"), // Its quotes end the value.
			of{},
		},
		{
			"quoted braces, commas and equal signs may stand in labels",
			requestedOf(`},a=\"b\"{`, "v1beta1", "x", "1"),
			of{Requests: requests{list(`},a="b"{`, "v1beta1", "x", 1)}},
		},
		{
			"lines that are not well-formed are passed over",
			strings.Join([]string{
				"apiserver_request_total", "apiserver_request_total{", "apiserver_request_total{}", "apiserver_request_total{} 1",
				`apiserver_request_total{group="batch`, `apiserver_request_total{group="batch"`, `apiserver_request_total{group="batch\`,
				strings.TrimSpace(cronjobs), cronjobs + "x", cronjobs + "1 2 3",
				strings.Replace(cronjobs, `",`, `"`, 1) + "1", strings.Replace(cronjobs, `batch`, `ba\tch`, 1) + "1",
				strings.Replace(cronjobs, "{", "{{", 1) + "0x",
				" " + cronjobs + "1", "# " + cronjobs + "1", `apiserver_request_total_created{group="batch"} 1`,
				"", "}", "{", "\x00", cronjobs + "5", "",
			}, "\n"),
			of{Requests: requests{list("batch", "v1beta1", "cronjobs", 5)}},
		},
		{
			"a line longer than the buffer is passed over",
			requestedOf(strings.Repeat("x", 70<<10), "v1beta1", "widgets", "1") + cronjobs + "5\n",
			of{Requests: requests{list("batch", "v1beta1", "cronjobs", 5)}},
		},
		{
			"verbs are those of RBAC, and one that is new is passed on",
			func() (text string) {
				for _, v := range []string{"APPLY", "CONNECT", "CREATE", "DELETE", "DELETECOLLECTION", "GET", "LIST", "PATCH", "PROXY", "UPDATE", "WATCH", "other", "BREW"} {
					text += strings.Replace(cronjobs, "LIST", v, 1) + "1\n"
				}
				return text
			}(),
			of{Requests: requests{
				verb("BREW"), verb("apply"), verb("connect"), verb("create"), verb("delete"), verb("deletecollection"), verb("get"),
				verb("list"), verb("other"), verb("patch"), verb("proxy"), verb("update"), verb("watch"),
			}},
		},
		{
			"POST and PUT are create and update",
			strings.Replace(cronjobs, "LIST", "POST", 1) + "1\n" + strings.Replace(cronjobs, "LIST", "PUT", 1) + "1\n",
			of{Requests: requests{verb("create"), verb("update")}},
		},
		{
			"own requests are kept by group where they name it",
			cronjobs + "5\n" + `apiserver_selfrequest_total{group="batch",resource="cronjobs",subresource="",verb="LIST"} 4` + "\n" +
				`apiserver_selfrequest_total{group="example.com",resource="cronjobs",subresource="",verb="LIST"} 3` + "\n",
			of{
				Requests:    requests{list("batch", "v1beta1", "cronjobs", 5)},
				OwnRequests: requests{list("batch", "", "cronjobs", 4)},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readMetrics(strings.NewReader(tt.text+metrics("v1.37.1", "1.7636e+09")), smallIndex())
			if err != nil {
				t.Fatal(err)
			}
			tt.want.GitVersion, tt.want.StartTime = "v1.37.1", "1.7636e+09"
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
		})
	}
}

// endless is a line that does not end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestMetricsThatAreRefused(t *testing.T) {
	whole := metrics("v1.37.1", "1.7636e+09")
	series := func(n int) string {
		var text strings.Builder
		for i := range n {
			text.WriteString(requestedOf("", "v1", fmt.Sprintf("r%d", i), "1"))
		}
		return text.String()
	}
	if _, err := readMetrics(strings.NewReader(series(maxSeries)+whole), smallIndex()); err != nil {
		t.Errorf("as many series as may be are refused: %v", err)
	}

	// The answer, a line that fills it up, and its last byte.
	filled := func(size int64) io.Reader {
		return io.MultiReader(strings.NewReader(whole), io.LimitReader(endless{}, size-int64(len(whole))-1), strings.NewReader("\n"))
	}
	if _, err := readMetrics(filled(maxBodyBytes-1), smallIndex()); err != nil {
		t.Errorf("as many bytes as may be are refused: %v", err)
	}

	broken := errors.New("connection reset")
	tests := []struct {
		name   string
		answer io.Reader
		want   string
	}{
		{"nothing", strings.NewReader(""), "/metrics: unexpected answer: no kubernetes_build_info or process_start_time_seconds"},
		{"a login page", strings.NewReader("<html>\n<body>Sign in</body>\n</html>\n"), "/metrics: unexpected answer: no kubernetes_build_info or process_start_time_seconds"},
		{"the metrics of something else", strings.NewReader("process_start_time_seconds 1.7636e+09\n"), "/metrics: unexpected answer: no kubernetes_build_info or process_start_time_seconds"},
		{"metrics that end within a line", strings.NewReader(strings.TrimSuffix(whole, "e+09\n")), "/metrics: unexpected answer: the last line does not end"},
		{"metrics that break off", io.MultiReader(strings.NewReader(whole), iotest.ErrReader(broken)), "connection reset"},
		{"one series more", strings.NewReader(series(maxSeries+1) + whole), "/metrics: unexpected answer: more than 100000 series of API requests"},
		{"one byte more", filled(maxBodyBytes), "/metrics: unexpected answer: more than 134217727 bytes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readMetrics(tt.answer, smallIndex())
			if err == nil || err.Error() != tt.want {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
			if got != nil {
				t.Errorf("metrics beside the error: %+v", got)
			}
		})
	}
}

func FuzzMetrics(f *testing.F) {
	files, err := filepath.Glob(filepath.Join(recordedMetrics, "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(requestedOf(`a\\b\"c\nd`, "v1beta1", "x", "1e+06") + metrics("v1", "1")))
	index := smallIndex()
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := readMetrics(strings.NewReader(string(text)), index)
		if err != nil {
			return
		}
		if got.GitVersion == "" || got.StartTime == "" {
			t.Errorf("identity is %q, %q", got.GitVersion, got.StartTime)
		}
		for _, requests := range [][]v1alpha1.APIRequests{got.Requests, got.OwnRequests} {
			for i, r := range requests {
				if r.Count <= 0 || r.Resource == "" {
					t.Errorf("requests are %+v", r)
				}
				if i > 0 && compareRequests(requests[i-1], r) >= 0 {
					t.Errorf("%+v comes before %+v", requests[i-1], r)
				}
			}
		}
		for _, o := range got.Stored {
			if o.Count < -1 {
				t.Errorf("stored objects are %+v", o)
			}
		}
		again, err := readMetrics(iotest.HalfReader(strings.NewReader(string(text))), index)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("read again (-first +second):\n%s", diff)
		}
	})
}

// BenchmarkMetrics reads 20 MB, of which a twentieth are requests, as it is of a
// server with many custom resources.
func BenchmarkMetrics(b *testing.B) {
	var text strings.Builder
	for i := 0; text.Len() < 20<<20; i++ {
		labels := fmt.Sprintf(`component="apiserver",dry_run="",group="group%d.example.com",resource="resource%d",scope="cluster",subresource="",verb="LIST",version="v1"`, i%50, i%1000)
		for le := range 19 {
			fmt.Fprintf(&text, "apiserver_request_duration_seconds_bucket{%s,le=\"%d\"} %d\n", labels, le, i)
		}
		fmt.Fprintf(&text, "apiserver_request_total{code=\"200\",%s} %d\n", labels, i)
	}
	text.WriteString(metrics("v1.37.1", "1.7636e+09"))
	index := embeddedIndex(b)
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readMetrics(strings.NewReader(text.String()), index); err != nil {
			b.Fatal(err)
		}
	}
}
