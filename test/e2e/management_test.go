package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// managed are the clusters of testdata/management, and what manages them.
func managed() *v1alpha1.Management {
	of := func(unix int64) *metav1.Time { return &metav1.Time{Time: time.Unix(unix, 0)} }
	const vars = "configmap kubean-system/"
	return &v1alpha1.Management{
		Kubean: &v1alpha1.Kubean{
			Manifests: []v1alpha1.KubeanManifest{
				{
					Name: "manifest-2.25-462e68b", Spray: "2.25", SprayTime: of(1721023870), Default: "v1.29.5",
					Versions: []string{"v1.29.5", "v1.29.4", "v1.28.10", "v1.27.14"}, Local: []string{"v1.28.10", "v1.29.5"},
				},
				{
					Name: "manifest-2.28-aca1113", Spray: "2.28", SprayTime: of(1775545894), Default: "1.32.9",
					Versions: []string{"1.34.3", "1.33.7", "1.32.9", "1.32.0"},
				},
				{Name: "manifest-v0-9-0", Spray: "master", Kubean: "v0.9.0", Versions: []string{"v1.28.0"}},
			},
			Offline: true,
			Clusters: []v1alpha1.ManagedCluster{
				{Name: "bare", From: vars + "bare-vars-conf, without kube_version"},
				{Name: "edge", Version: "v1.29.5", From: vars + "edge-vars-conf-backup of clusteroperation edge-install"},
				{Name: "new", Version: "1.33.7", From: vars + "new-vars-conf", Desired: true},
				{Name: "shop", Version: "v1.28.10", From: vars + "shop-vars-conf-backup-1 of clusteroperation shop-install"},
			},
		},
		ACP: &v1alpha1.ACP{
			Version: "4.4.0", VersionFrom: "clusterversionshadow cpaas-system/global",
			Clusters: []v1alpha1.ManagedCluster{
				{Name: "branch", Version: "v1.30.4", From: "cluster.platform.tkestack.io branch", Type: "imported", Phase: "Failed"},
				{Name: "global", Version: "1.35.6-acp.1", From: "cluster.platform.tkestack.io global", Type: "Baremetal", Phase: "Running"},
			},
		},
	}
}

// management saves a snapshot, and returns what it says of platforms and which of
// that it could not read.
func (s scene) management(t *testing.T, args ...string) (*v1alpha1.Management, []v1alpha1.Gap) {
	t.Helper()
	r := s.kubectl(t, append([]string{"versions", "snapshot", "--skip", "helm-secrets", "-o", "json"}, args...)...)
	if r.code != 0 {
		t.Fatalf("ended with %d: %s", r.code, r.stderr)
	}
	wantDiscreet(t, r.stdout+r.stderr)
	var snapshot v1alpha1.Snapshot
	if err := json.Unmarshal([]byte(r.stdout), &snapshot); err != nil {
		t.Fatal(err)
	}
	others := func(g v1alpha1.Gap) bool { return g.Source != v1alpha1.SourceManagement }
	return snapshot.Management, slices.DeleteFunc(snapshot.Gaps, others)
}

func wantManaged(t *testing.T, want, got *v1alpha1.Management) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(v1alpha1.KubeanManifest{}, "Created")); diff != "" {
		t.Errorf("management (-want +got):\n%s", diff)
	}
}

// One server is that of DaoCloud's and of Alauda's platform.
func TestManagedClusters(t *testing.T) {
	c := startCluster(t, kubernetes(t)[:1],
		"testdata/management/kubean-definitions.yaml", "testdata/management/kubean.yaml", "testdata/management/acp.yaml",
		"../../docs/rbac.yaml", "testdata/reader.yaml")
	s := c.scene(t, "kubean-system")

	t.Run("are in a snapshot", func(t *testing.T) {
		got, gaps := s.management(t)
		wantManaged(t, managed(), got)
		if len(gaps) > 0 {
			t.Errorf("gaps: %+v", gaps)
		}
		for _, m := range got.Kubean.Manifests {
			if age := time.Since(m.Created.Time); age < 0 || age > time.Hour {
				t.Errorf("%s is of %s", m.Name, m.Created)
			}
		}
	})
	t.Run("tell what Kubean creates clusters at", s.testKubeanAnswers)
	t.Run("a role that may read nothing but /version", s.testManagedOfNobody)
	t.Run("the ClusterRole of docs/rbac.yaml is enough for all but versions of Kubean's clusters", func(t *testing.T) {
		want := managed()
		for i := range want.Kubean.Clusters {
			want.Kubean.Clusters[i] = v1alpha1.ManagedCluster{Name: want.Kubean.Clusters[i].Name}
		}
		got, gaps := s.management(t, "--context", "reader")
		wantManaged(t, want, got)
		if len(gaps) != 1 || gaps[0].Resource != "configmaps" || gaps[0].Hides != "versions of the clusters that Kubean manages" ||
			gaps[0].Permission != "get configmaps in kubean-system" {
			t.Errorf("gaps: %+v", gaps)
		}
	})
	t.Run("and the one for Kubean for these", func(t *testing.T) {
		s.run(t, "", "create", "rolebinding", "kubectl-versions-kubean", "-n", "kubean-system", "--clusterrole=kubectl-versions-kubean", "--user=reader")
		got, gaps := s.management(t, "--context", "reader")
		wantManaged(t, managed(), got)
		if len(gaps) > 0 {
			t.Errorf("gaps: %+v", gaps)
		}
	})
	t.Run("after an upgrade", func(t *testing.T) {
		s.run(t, `{"apiVersion": "kubean.io/v1alpha1", "kind": "ClusterOperation", "metadata": {"name": "shop-upgrade"}, "spec": {
			"cluster": "shop", "image": "spray-job:2.25-462e68b", "actionType": "playbook", "action": "upgrade-cluster.yml",
			"varsConfRef": {"namespace": "kubean-system", "name": "shop-vars-conf-backup-2"}}}`, "create", "-f", "-")
		shop := func() v1alpha1.ManagedCluster {
			got, _ := s.management(t)
			return got.Kubean.Clusters[3]
		}
		set := func(status string) {
			s.run(t, "", "patch", "clusteroperation", "shop-upgrade", "--subresource=status", "--type=merge", "-p", `{"status":`+status+`}`)
		}
		before := managed().Kubean.Clusters[3]
		set(`{"status": "Running", "startTime": "2026-11-20T08:00:00Z"}`)
		if got := shop(); got.Version != before.Version {
			t.Errorf("while it runs: %+v", got)
		}
		set(`{"status": "Succeeded", "endTime": "2026-11-20T08:40:00Z"}`)
		want := v1alpha1.ManagedCluster{
			Name: "shop", Version: "v1.29.4", From: "configmap kubean-system/shop-vars-conf-backup-2 of clusteroperation shop-upgrade",
		}
		if diff := cmp.Diff(want, shop()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("it only reads, and no more than it needs", s.wantOnlyVars)
}

// testManagedOfNobody knows of the platforms by the API groups, which every user may read.
// LocalArtifactSets are there, so that what is there without a network counts alone.
func (s scene) testKubeanAnswers(t *testing.T) {
	r := s.kubectl(t, "versions", "releases", "--platform", "daocloud-dce", "--live", "--at", "2026-11-20", "-o",
		`jsonpath={range .platforms[0].releases[*]}{.version} {.latest} {.creatable} {.default}{"\n"}{end}`)
	if want := "1.29 1.29.5 true 1.29.5\n1.28 1.28.10 true \n"; r.code != 0 || r.stdout != want {
		t.Errorf("ended with %d, %q, %q; want %q", r.code, r.stdout, r.stderr, want)
	}
	r = s.kubectl(t, "versions", "releases", "--platform", "daocloud-dce", "--live")
	if want := "  live, from manifests.kubean.io manifest-2.25-462e68b of https://"; r.code != 0 || !strings.Contains(r.stdout, want) {
		t.Errorf("ended with %d, %q, %q; want %q", r.code, r.stdout, r.stderr, want)
	}
	r = s.kubectl(t, "versions", "releases", "--platform", "daocloud-dce", "--live", "--context", "nobody")
	if want := "error: no live answer of DaoCloud Enterprise: "; r.code != 1 || !strings.Contains(r.stderr, want) || !strings.Contains(r.stdout, "this is the catalog's calendar") {
		t.Errorf("of nobody: ended with %d, %q, %q; want %q", r.code, r.stdout, r.stderr, want)
	}
	r = s.kubectl(t, "versions", "support", "--platform", "daocloud-dce", "--live", "-o", "jsonpath={.ranges[0].source}")
	if want := "manifests.kubean.io manifest-2.25-462e68b"; r.code != 0 || r.stdout != want {
		t.Errorf("support ended with %d, %q, %q; want %q", r.code, r.stdout, r.stderr, want)
	}
}

func (s scene) testManagedOfNobody(t *testing.T) {
	got, gaps := s.management(t, "--context", "nobody")
	wantManaged(t, &v1alpha1.Management{Kubean: &v1alpha1.Kubean{}, ACP: &v1alpha1.ACP{}}, got)
	want := []string{
		"list clusteroperations.kubean.io", "list clusters.kubean.io", "list clusters.platform.tkestack.io",
		"list clusterversionshadows.config.alauda.io in cpaas-system", "list localartifactsets.kubean.io", "list manifests.kubean.io",
	}
	if diff := cmp.Diff(want, permissions(gaps)); diff != "" {
		t.Error(diff)
	}
}

// wantOnlyVars finds of Kubean's namespace nothing in the audit log but the
// ConfigMaps of variables, each by its name.
func (s scene) wantOnlyVars(t *testing.T) {
	var read []string
	for _, event := range s.audited(t) {
		name, in := strings.CutPrefix(event.RequestURI, "/api/v1/namespaces/kubean-system/")
		if in && !slices.Contains(read, event.Verb+" "+name) {
			read = append(read, event.Verb+" "+name)
		}
		if strings.Contains(event.RequestURI, "/secrets") {
			t.Errorf("Secrets: %s", event.RequestURI)
		}
	}
	want := []string{
		"get configmaps/bare-vars-conf", "get configmaps/edge-vars-conf-backup", "get configmaps/new-vars-conf",
		"get configmaps/shop-vars-conf-backup-1", "get configmaps/shop-vars-conf-backup-2",
	}
	if diff := cmp.Diff(want, sorted(read)); diff != "" {
		t.Error(diff)
	}
}
