package support

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestKubeanReleases(t *testing.T) {
	offer := func(version string, byDefault bool) v1alpha1.LiveRelease {
		yes := true
		return v1alpha1.LiveRelease{Version: version, Creatable: &yes, Default: byDefault}
	}
	newer := v1alpha1.KubeanManifest{Name: "newer", Spray: "2.30", Default: "1.34.3", Versions: []string{"1.33.7", "1.34.3"}, Local: []string{"1.33.7"}}
	older := v1alpha1.KubeanManifest{Name: "older", Spray: "2.25", Default: "v1.29.5", Versions: []string{"v1.29.5", "v1.28.10"}, Local: []string{"v1.29.5"}}
	for name, test := range map[string]struct {
		kubean *v1alpha1.Kubean
		gaps   []v1alpha1.Gap
		want   []v1alpha1.LiveRelease
		source string
		fault  *v1alpha1.LiveFault
	}{
		"all Manifests are joined, newest version first": {
			kubean: &v1alpha1.Kubean{Manifests: []v1alpha1.KubeanManifest{older, newer}},
			want:   []v1alpha1.LiveRelease{offer("1.34.3", true), offer("1.33.7", false), offer("1.29.5", false), offer("1.28.10", false)},
			source: "manifests.kubean.io newer, older of https://management.example:6443",
		},
		"without a network the default is one that is there": {
			kubean: &v1alpha1.Kubean{Offline: true, Manifests: []v1alpha1.KubeanManifest{older, newer}},
			want:   []v1alpha1.LiveRelease{offer("1.33.7", false), offer("1.29.5", true)},
			source: "manifests.kubean.io newer, older of https://management.example:6443",
		},
		"no Kubean": {fault: &v1alpha1.LiveFault{
			Reason: v1alpha1.GapNotFound, Message: "https://management.example:6443 serves no API group kubean.io: choose the management cluster with --context",
		}},
		"no Manifests": {
			kubean: &v1alpha1.Kubean{Manifests: []v1alpha1.KubeanManifest{}},
			fault:  &v1alpha1.LiveFault{Reason: v1alpha1.GapNotFound, Message: "manifests.kubean.io offers no version of Kubernetes"},
		},
		"Manifests that may not be read": {
			kubean: &v1alpha1.Kubean{},
			gaps:   []v1alpha1.Gap{{Source: v1alpha1.SourceManagement, Resource: "manifests.kubean.io", Reason: v1alpha1.GapForbidden, Permission: "list manifests.kubean.io", Message: "forbidden"}},
			fault:  &v1alpha1.LiveFault{Reason: v1alpha1.GapForbidden, Permission: "list manifests.kubean.io", Message: "manifests.kubean.io could not be read: forbidden"},
		},
		"what is there without a network may not be read": {
			kubean: &v1alpha1.Kubean{Manifests: []v1alpha1.KubeanManifest{newer}},
			gaps: []v1alpha1.Gap{
				{Source: v1alpha1.SourceManagement, Resource: "clusters.kubean.io", Reason: v1alpha1.GapTimeout, Message: "slow"},
				{Source: v1alpha1.SourceManagement, Resource: "localartifactsets.kubean.io", Reason: v1alpha1.GapForbidden, Message: "forbidden"},
			},
			fault: &v1alpha1.LiveFault{Reason: v1alpha1.GapForbidden, Message: "localartifactsets.kubean.io could not be read: forbidden"},
		},
		"clusters that may not be read are no matter": {
			kubean: &v1alpha1.Kubean{Manifests: []v1alpha1.KubeanManifest{older}},
			gaps:   []v1alpha1.Gap{{Source: v1alpha1.SourceManagement, Resource: "clusters.kubean.io", Reason: v1alpha1.GapForbidden, Message: "forbidden"}},
			want:   []v1alpha1.LiveRelease{offer("1.29.5", true), offer("1.28.10", false)},
			source: "manifests.kubean.io older of https://management.example:6443",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := v1alpha1.NewSnapshot("management")
			s.Cluster.Server, s.Gaps = "https://management.example:6443", test.gaps
			if test.kubean != nil {
				s.Management = &v1alpha1.Management{Kubean: test.kubean}
			}
			got, err := KubeanReleases(s, "daocloud-dce")
			var fault *v1alpha1.LiveFault
			errors.As(err, &fault)
			if diff := cmp.Diff(test.fault, fault); diff != "" {
				t.Fatalf("fault (-want +got):\n%s", diff)
			}
			if test.fault != nil {
				return
			}
			if diff := cmp.Diff(test.want, got.Releases); diff != "" || got.Source != test.source || got.Platform != "daocloud-dce" {
				t.Errorf("of %q by %q (-want +got):\n%s", got.Platform, got.Source, diff)
			}
		})
	}
}
