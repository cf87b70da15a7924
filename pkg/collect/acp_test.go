package collect

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	tkestackClustersPath = "/apis/platform.tkestack.io/v1/clusters"
	shadowsPath          = "/apis/config.alauda.io/v1/namespaces/cpaas-system/clusterversionshadows"
	productBasesPath     = "/apis/product.alauda.io/v1alpha1/productbases"
)

func tkestackOf(name, kind, version, phase string) object {
	return object{
		"metadata": object{"name": name},
		"spec":     object{"type": kind, "version": "1.99.0", "tenantID": password},
		"status":   object{"version": version, "phase": phase, "addresses": []object{{"host": password}}},
	}
}

func shadow(name, current string) object {
	return object{
		"metadata": object{"name": name, "namespace": "cpaas-system"},
		"status":   object{"current": object{"version": current}, "desired": object{"version": "4.9.9"}},
	}
}

func productBase(version string) object {
	return object{"metadata": object{"name": "base"}, "spec": object{"version": "v9.9.9"}, "status": object{"version": version, "phase": "Running"}}
}

// newACPServer returns a platform of release 4.4.0 that manages nothing.
func newACPServer(t *testing.T) *apiServer {
	return newAPIServer(t).
		on(groupsPath, answerJSON(groupVersions("platform.tkestack.io/v1", "config.alauda.io/v1", "product.alauda.io/v1alpha1,v1alpha2"))).
		on(tkestackClustersPath, answerJSON(list())).
		on(shadowsPath, answerJSON(list(shadow("global", "4.4.0")))).
		on(productBasesPath, answerJSON(list(productBase("v4.1.0"))))
}

func TestACPClusters(t *testing.T) {
	s := newACPServer(t).on(tkestackClustersPath, answerJSON(list(
		tkestackOf("workload-b", "imported", "v1.30.0", "Running"),
		tkestackOf("global", "Baremetal", "1.35.6-acp.1", "Running"),
		tkestackOf("workload-a", "baremetal", "", "Initializing"),
	)))
	got := s.manage(t)
	checkGaps(t, got)
	want := &v1alpha1.ACP{
		Version: "4.4.0", VersionFrom: "clusterversionshadow cpaas-system/global",
		Clusters: []v1alpha1.ManagedCluster{
			{Name: "global", Version: "1.35.6-acp.1", From: "cluster.platform.tkestack.io global", Type: "Baremetal", Phase: "Running"},
			{Name: "workload-a", From: "cluster.platform.tkestack.io workload-a, without status.version", Type: "baremetal", Phase: "Initializing"},
			{Name: "workload-b", Version: "v1.30.0", From: "cluster.platform.tkestack.io workload-b", Type: "imported", Phase: "Running"},
		},
	}
	if diff := cmp.Diff(&v1alpha1.Management{ACP: want}, got.Management); diff != "" {
		t.Errorf("management (-want +got):\n%s", diff)
	}
	wantNoPassword(t, got)
	if asked := s.requests(shadowsPath); len(asked) != 1 || cmp.Diff(query("500", "fieldSelector", "metadata.name=global"), asked[0].Query) != "" {
		t.Errorf("asked for the release by %+v", asked)
	}
	if asked := s.requests(tkestackClustersPath); len(asked) != 1 || cmp.Diff(query("500"), asked[0].Query) != "" || asked[0].Accept != acceptJSON {
		t.Errorf("asked for clusters by %+v", asked)
	}
}

func TestACPVersion(t *testing.T) {
	const inShadow, inBase = "clusterversionshadow cpaas-system/global", "productbase base"
	none := "the version of %s: not found"
	gap := func(resource, message string) *v1alpha1.Gap {
		return &v1alpha1.Gap{
			Source: v1alpha1.SourceManagement, Resource: resource, Reason: v1alpha1.GapNotFound,
			Hides: "version of Alauda Container Platform", Message: message,
		}
	}
	noBase := gap("productbases.product.alauda.io", fmt.Sprintf(none, inBase))
	tests := []struct {
		name          string
		served        []string
		shadows, base http.HandlerFunc
		version, from string
		gap           *v1alpha1.Gap
	}{
		{
			"of the shadow, whatever the base says", nil,
			answerJSON(list(shadow("global", "4.4.0"))), answerJSON(list(productBase("v4.1.0"))), "4.4.0", inShadow, nil,
		},
		{
			"of the shadow, where there are no bases", []string{"platform.tkestack.io/v1", "config.alauda.io/v1"},
			answerJSON(list(shadow("global", "4.3.1"))), nil, "4.3.1", inShadow, nil,
		},
		{
			"of the base, where there are no shadows", []string{"platform.tkestack.io/v1", "product.alauda.io/v1alpha1"},
			nil, answerJSON(list(productBase("v4.1.0"))), "v4.1.0", inBase, nil,
		},
		{
			"of the base, where that group has no shadows", nil,
			http.NotFound, answerJSON(list(productBase("v4.1.0"))), "v4.1.0", inBase, nil,
		},
		{
			"of the base, where shadows are of other clusters", nil,
			answerJSON(list(shadow("workload-a", "4.3.0"))), answerJSON(list(productBase("v4.1.0"))), "v4.1.0", inBase, nil,
		},
		{
			"of the base, where the shadow tells nothing yet", nil,
			answerJSON(list(shadow("global", ""))), answerJSON(list(productBase("v4.1.0"))), "v4.1.0", inBase, nil,
		},
		{"nowhere", nil, answerJSON(list()), answerJSON(list(productBase(""))), "", "", noBase},
		{"nowhere, without a base", nil, answerJSON(list()), answerJSON(list()), "", "", noBase},
		{
			"nowhere, without bases", nil, answerJSON(list()), answerStatus(http.StatusNotFound, nil), "", "",
			gap("productbases.product.alauda.io", "the server could not find the requested resource (get /apis/product.alauda.io/v1alpha1/productbases)"),
		},
		{
			"nowhere, with shadows alone", []string{"platform.tkestack.io/v1", "config.alauda.io/v1"}, http.NotFound, nil, "", "",
			gap("clusterversionshadows.config.alauda.io", fmt.Sprintf(none, inShadow)),
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newACPServer(t)
			if tt.served != nil {
				s.on(groupsPath, answerJSON(groupVersions(tt.served...)))
			}
			for path, answer := range map[string]http.HandlerFunc{shadowsPath: tt.shadows, productBasesPath: tt.base} {
				if answer != nil {
					s.on(path, answer)
				}
			}
			got := s.manage(t)
			want := &v1alpha1.ACP{Version: tt.version, VersionFrom: tt.from, Clusters: []v1alpha1.ManagedCluster{}}
			if diff := cmp.Diff(want, got.Management.ACP); diff != "" {
				t.Errorf("ACP (-want +got):\n%s", diff)
			}
			var gaps []v1alpha1.Gap
			if tt.gap != nil {
				gaps = append(gaps, *tt.gap)
			}
			if diff := cmp.Diff(gaps, got.Gaps); diff != "" {
				t.Errorf("gaps (-want +got):\n%s", diff)
			}
		})
	}
}

// A release that could not be read is not made up for by an older resource.
func TestACPThatCannotBeRead(t *testing.T) {
	tests := []struct {
		path, resource, hides string
		lost                  func(*v1alpha1.ACP)
		// absent is true where the resource need not be there.
		absent bool
	}{
		{
			tkestackClustersPath, "clusters.platform.tkestack.io", "clusters that Alauda Container Platform manages, and their versions",
			func(a *v1alpha1.ACP) { a.Clusters = nil }, false,
		},
		{
			shadowsPath, "clusterversionshadows.config.alauda.io", "version of Alauda Container Platform",
			func(a *v1alpha1.ACP) { a.Version, a.VersionFrom = "", "" }, true,
		},
	}
	for _, tt := range tests {
		for _, failing := range failures(tt.path, tt.resource) {
			t.Run(tt.resource+", "+failing.name, func(t *testing.T) {
				got := newACPServer(t).on(tt.path, failing.answer).manage(t)
				want := &v1alpha1.ACP{Version: "4.4.0", VersionFrom: "clusterversionshadow cpaas-system/global", Clusters: []v1alpha1.ManagedCluster{}}
				var gaps []v1alpha1.Gap
				if tt.absent && failing.gap.Reason == v1alpha1.GapNotFound {
					want.Version, want.VersionFrom = "v4.1.0", "productbase base"
				} else {
					tt.lost(want)
					failing.gap.Hides = tt.hides
					gaps = append(gaps, failing.gap)
				}
				if diff := cmp.Diff(want, got.Management.ACP); diff != "" {
					t.Errorf("ACP (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(gaps, got.Gaps); diff != "" {
					t.Errorf("gaps (-want +got):\n%s", diff)
				}
			})
		}
	}
}
