package printer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestAGapNamesItsResourceOnce(t *testing.T) {
	gaps := []v1alpha1.Gap{
		{Hides: "who wrote objects", Resource: "ingresses.networking.k8s.io", Message: "context deadline exceeded"},
		{Hides: "who wrote objects", Resource: "cronjobs.batch", Permission: "list cronjobs.batch", Message: "forbidden"},
		{Hides: "whether service shop/prices answers webhooks", Resource: "shop/prices", Message: "Unauthorized"},
		{Hides: "kubelet versions", Message: "Unauthorized"},
	}
	want := []string{
		"ingresses.networking.k8s.io: who wrote objects: context deadline exceeded",
		"who wrote objects: needs permission to list cronjobs.batch",
		"whether service shop/prices answers webhooks: Unauthorized",
		"kubelet versions: Unauthorized",
	}
	if diff := cmp.Diff(want, unseen(gaps)); diff != "" {
		t.Error(diff)
	}
}
