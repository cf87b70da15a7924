package collect

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// password stands beside what is read, and is to be in no snapshot.
const password = "hunter2"

// groupVersions is what a server answers at /apis: of each group all versions in
// one, such as kubean.io/v1alpha1, which come with the preferred one first.
func groupVersions(all ...string) object {
	of := groups("apps", openshiftGroup)
	for _, text := range all {
		name, versions, _ := strings.Cut(text, "/")
		group := object{"name": name}
		var served []object
		for version := range strings.SplitSeq(versions, ",") {
			served = append(served, object{"groupVersion": name + "/" + version, "version": version})
		}
		group["versions"], group["preferredVersion"] = served, served[0]
		of["groups"] = append(of["groups"].([]object), group)
	}
	return of
}

// manage collects from a server, and checks that nothing but lists of platforms'
// resources and single ConfigMaps were asked for.
func (s *apiServer) manage(t *testing.T) *v1alpha1.Snapshot {
	t.Helper()
	got := s.collect(t)
	for _, r := range s.received {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent, want GET only", r.Method, r.Path)
		}
		if strings.Contains(r.Path, "/secrets") || strings.HasSuffix(r.Path, "/configmaps") {
			t.Errorf("%s was sent", r.Path)
		}
	}
	return got
}

// platformRequests are the paths that were asked of platforms' groups.
func (s *apiServer) platformRequests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var paths []string
	for _, r := range s.received {
		for _, group := range []string{kubeanGroup, tkestackGroup, alaudaConfigGroup, alaudaProductGroup} {
			if strings.HasPrefix(r.Path, "/apis/"+group) {
				paths = append(paths, r.Path)
			}
		}
	}
	return paths
}

func (s *apiServer) countRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.received)
}

func TestAClusterOfNoPlatformIsAskedNothingMore(t *testing.T) {
	plain := newAPIServer(t)
	plain.collect(t)
	for name, served := range map[string][]string{
		"none":                                   {},
		"TKEStack, which is not Alauda's":        {"platform.tkestack.io/v1"},
		"Alauda's, of a cluster that it manages": {"product.alauda.io/v1alpha1", "config.alauda.io/v1"},
		"names that are alike":                   {"x.kubean.io/v1alpha1", "kubean.io.example.com/v1alpha1", "cluster.x-k8s.io/v1beta1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newAPIServer(t).on(groupsPath, answerJSON(groupVersions(served...)))
			got := s.manage(t)
			checkGaps(t, got)
			if got.Management != nil {
				t.Errorf("management = %+v, want none", got.Management)
			}
			if asked := s.platformRequests(); len(asked) > 0 {
				t.Errorf("asked %v", asked)
			}
			if got, want := s.countRequests(), plain.countRequests(); got != want {
				t.Errorf("%d requests, want the %d of any cluster", got, want)
			}
		})
	}
	t.Run("nor where nobody asks for components", func(t *testing.T) {
		s := newKubeanServer(t)
		o := s.options(t)
		o.Components = false
		if got := collectWith(t, o); got.Management != nil || len(s.platformRequests()) > 0 {
			t.Errorf("management = %+v, asked %v", got.Management, s.platformRequests())
		}
	})
}

// What cannot be told apart from no platform at all has the gap of API groups.
func TestManagementWithoutAPIGroups(t *testing.T) {
	s := newKubeanServer(t).on(groupsPath, refuse("forbidden"))
	got := s.manage(t)
	if got.Management != nil || got.APIGroups != nil || got.Gap(v1alpha1.SourceAPIGroups) == nil {
		t.Errorf("management = %+v, groups = %+v, gaps = %+v", got.Management, got.APIGroups, got.Gaps)
	}
	if asked := s.platformRequests(); len(asked) > 0 {
		t.Errorf("asked %v", asked)
	}
}

func TestBothPlatforms(t *testing.T) {
	s := newKubeanServer(t).on(groupsPath, answerJSON(groupVersions("kubean.io/v1alpha1", "platform.tkestack.io/v1", "product.alauda.io/v1alpha1")))
	s.on(tkestackClustersPath, answerJSON(list())).on(productBasesPath, answerJSON(list(productBase("v4.0.1"))))
	got := s.manage(t)
	checkGaps(t, got)
	want := &v1alpha1.Management{
		Kubean: &v1alpha1.Kubean{Manifests: []v1alpha1.KubeanManifest{}, Clusters: []v1alpha1.ManagedCluster{}},
		ACP:    &v1alpha1.ACP{Version: "v4.0.1", VersionFrom: "productbase base", Clusters: []v1alpha1.ManagedCluster{}},
	}
	if diff := cmp.Diff(want, got.Management); diff != "" {
		t.Errorf("management (-want +got):\n%s", diff)
	}
}

// Through a version whose fields are not known nothing is read.
func TestVersionsOfPlatformsGroups(t *testing.T) {
	tests := []struct {
		name, group string
		served      []string
		asked       map[string]bool
		gaps        []v1alpha1.Gap
	}{
		{
			"kubean.io in the known one, which is not preferred", kubeanGroup, []string{"kubean.io/v1beta1,v1alpha1"},
			map[string]bool{manifestsPath: true}, nil,
		},
		{
			"kubean.io in another", kubeanGroup, []string{"kubean.io/v1beta1,v1"}, nil,
			[]v1alpha1.Gap{{
				Source: v1alpha1.SourceManagement, Resource: "kubean.io", Reason: v1alpha1.GapNotFound,
				Hides:   "versions that Kubean offers, and those of the clusters that it manages",
				Message: "kubean.io in v1alpha1: not found: it is served in v1beta1, v1",
			}},
		},
		{
			"product.alauda.io in the newer", alaudaProductGroup, []string{"platform.tkestack.io/v1", "product.alauda.io/v1alpha2,v1alpha1"},
			map[string]bool{"/apis/product.alauda.io/v1alpha2/productbases": true, tkestackClustersPath: true}, nil,
		},
		{
			"both of Alauda's in others", tkestackGroup, []string{"platform.tkestack.io/v2", "product.alauda.io/v1"}, nil,
			[]v1alpha1.Gap{
				{
					Source: v1alpha1.SourceManagement, Resource: "clusters.platform.tkestack.io", Reason: v1alpha1.GapNotFound,
					Hides:   "clusters that Alauda Container Platform manages, and their versions",
					Message: "platform.tkestack.io in v1: not found: it is served in v2",
				},
				{
					Source: v1alpha1.SourceManagement, Resource: "productbases.product.alauda.io", Reason: v1alpha1.GapNotFound,
					Hides:   "version of Alauda Container Platform",
					Message: "product.alauda.io in v1alpha1 or v1alpha2: not found: it is served in v1",
				},
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newKubeanServer(t).on(groupsPath, answerJSON(groupVersions(tt.served...))).on(tkestackClustersPath, answerJSON(list()))
			for _, version := range []string{"v1alpha1", "v1alpha2"} {
				s.on("/apis/product.alauda.io/"+version+"/productbases", answerJSON(list(productBase("v4.0.1"))))
			}
			got := s.manage(t)
			if diff := cmp.Diff(tt.gaps, got.Gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
			asked := s.platformRequests()
			for _, path := range asked {
				if !tt.asked[path] && tt.asked == nil {
					t.Errorf("asked %s", path)
				}
			}
			for path := range tt.asked {
				if len(s.requests(path)) != 1 {
					t.Errorf("asked %v, want %s once", asked, path)
				}
			}
			if (got.Management.Kubean != nil) == (got.Management.ACP != nil) {
				t.Errorf("management = %+v, want one platform", got.Management)
			}
		})
	}
}

func query(limit string, more ...string) url.Values {
	values := url.Values{"limit": {limit}}
	for i := 0; i < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return values
}
