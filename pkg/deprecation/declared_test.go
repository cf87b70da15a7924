package deprecation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const kubectlApplied = "kubectl.kubernetes.io/last-applied-configuration"

func TestLastAppliedIsTheTextThatIsAppliedNext(t *testing.T) {
	object := func(apiVersion, kind string, owners ...string) v1alpha1.ScannedObject {
		return v1alpha1.ScannedObject{Namespace: "shop", Name: "gpu", LastApplied: []v1alpha1.LastApplied{
			{Annotation: kubectlApplied, APIVersion: apiVersion, Kind: kind, Owners: owners},
		}}
	}
	ofRelease := object(v1beta1, "ResourceClaim", "helm")
	ofRelease.HelmRelease = "ops/web"
	const planned = "resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: annotation " + kubectlApplied
	tests := []struct {
		name   string
		object v1alpha1.ScannedObject
		target string
		want   []string
	}{
		{"a version that stays", object(v1, "ResourceClaim", "kubectl-client-side-apply"), "1.38", []string{}},
		{"a version that is removed at the target", object(v1beta1, "ResourceClaim", "kubectl-client-side-apply"), "1.38",
			[]string{"error manager kubectl-client-side-apply: " + planned + " names it, and so does the text that is applied next (1 object)"}},
		{"a version that is removed later", object(v1beta1, "ResourceClaim", "kubectl-client-side-apply"), "1.37",
			[]string{"warning manager kubectl-client-side-apply: " + planned + " names it, and so does the text that is applied next (1 object)"}},
		{"nobody owns the annotation", object(v1beta1, "ResourceClaim"), "1.38",
			[]string{"information manager: " + planned + " names it, and no manager owns the annotation (1 object)"}},
		{"a version that is not served any more", object(group+"/v1alpha3", "ResourceClaim", "kubectl-client-side-apply"), "1.38",
			[]string{"information manager kubectl-client-side-apply: resource.k8s.io/v1alpha3 ResourceClaim, removed in 1.34, is not served: annotation " + kubectlApplied + " names it, which is not served any more (1 object)"}},
		{"the object of a release", ofRelease, "1.38",
			[]string{"error release ops/web: " + planned + " names it, and so does the text that is applied next (1 object)"}},
		{"a copy of something else", object("example.com/v1", "Widget", "kubectl-client-side-apply"), "1.38", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, reasons(used(newCluster().object(tt.object).judged(t, tt.target).Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatHelmReleasesDeclare(t *testing.T) {
	claim := declared(v1beta1, "ResourceClaim", "gpu")
	const planned = "resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: "
	tests := []struct {
		name    string
		cluster cluster
		target  string
		want    []string
	}{
		{"a version that stays", newCluster().release("web", "deployed", declared(v1, "ResourceClaim", "gpu")), "1.38", []string{}},
		{"a version that is removed at the target", newCluster().release("web", "deployed", claim), "1.38",
			[]string{"error release shop/web: " + planned + "revision 3 (deployed) declares it (1 object)"}},
		{"a version that is removed later", newCluster().release("web", "deployed", claim), "1.37",
			[]string{"warning release shop/web: " + planned + "revision 3 (deployed) declares it (1 object)"}},
		{"a failed revision, which Helm upgrades from where none is deployed", newCluster().release("web", "failed", claim), "1.38",
			[]string{"error release shop/web: " + planned + "revision 3 (failed) declares it (1 object)"}},
		{"a superseded revision, which Helm upgrades from where none is deployed", newCluster().release("web", "superseded", claim), "1.38",
			[]string{"error release shop/web: " + planned + "revision 3 (superseded) declares it (1 object)"}},
		{"a version that is gone already: Helm builds the present manifest before it upgrades",
			newCluster().release("web", "deployed", declared("extensions/v1beta1", "Ingress", "web")), "1.38",
			[]string{"error release shop/web: extensions/v1beta1 Ingress, removed in 1.22, is not served: revision 3 (deployed) declares it (1 object)"}},
		{"several objects of a release are one finding", newCluster().release("web", "deployed", claim, declared(v1beta1, "ResourceClaim", "tpu")), "1.38",
			[]string{"error release shop/web: " + planned + "revision 3 (deployed) declares it (2 objects)"}},
		{"two releases are two findings", newCluster().release("web", "deployed", claim).release("api", "deployed", claim), "1.38",
			[]string{"error release shop/api: " + planned + "revision 3 (deployed) declares it (1 object)", "error release shop/web: " + planned + "revision 3 (deployed) declares it (1 object)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, reasons(used(tt.cluster.judged(t, tt.target).Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatAReleaseWroteAndDeclaresIsOneFinding(t *testing.T) {
	c := newCluster().object(v1alpha1.ScannedObject{
		Namespace: "shop", Name: "gpu", HelmRelease: "shop/web", ManagedFields: []v1alpha1.ManagedEntry{updated("helm", v1beta1, before), updated("operator", v1beta1, after)},
	}).release("web", "deployed", declared(v1beta1, "ResourceClaim", "gpu"))
	modified := metav1.NewTime(after)
	c.APIUsage.Helm.Releases[0].Modified = &modified
	want := []string{
		"error resource.k8s.io/v1beta1 ResourceClaim: manager operator: written shop/gpu",
		"error resource.k8s.io/v1beta1 ResourceClaim: release shop/web: written dormant shop/gpu; declared shop/gpu",
	}
	findings := used(c.judged(t, "1.38").Findings)
	if diff := cmp.Diff(want, told(findings)); diff != "" {
		t.Error(diff)
	}
	for _, f := range findings {
		if f.LastSeen == nil || !f.LastSeen.Equal(&modified) {
			t.Errorf("%s %s was last seen %v, want %v", f.Subject.Type, f.Subject.Name, f.LastSeen, modified)
		}
	}
}

func TestWhatFilesDeclare(t *testing.T) {
	at := func(line int32, apiVersion, kind, name string) v1alpha1.DeclaredObject {
		o := declared(apiVersion, kind, name)
		o.Line = line
		return o
	}
	const inGroup, read = "; it is of no built-in group and of no CustomResourceDefinition", "; it is of no built-in group, and no CustomResourceDefinitions were read"
	tests := []struct {
		name    string
		cluster cluster
		target  string
		want    []string
	}{
		{"a version that stays", offline().file("web.yaml", declared("apps/v1", "Deployment", "web")), "1.38", []string{}},
		{"a version that is removed at the target", offline().file("web.yaml", declared("batch/v1beta1", "CronJob", "web")), "1.25",
			[]string{"error file web.yaml: batch/v1beta1 CronJob is removed in 1.25: the file declares it (1 object)"}},
		{"a version that the cluster no longer serves", newCluster().file("web.yaml", declared("batch/v1beta1", "CronJob", "web")), "1.38",
			[]string{"error file web.yaml: batch/v1beta1 CronJob, removed in 1.25, is not served: the file declares it (1 object)"}},
		{"objects without a name", offline().file("-", at(1, "batch/v1beta1", "CronJob", "")), "1.25",
			[]string{"error file -: batch/v1beta1 CronJob is removed in 1.25: the file declares it"}},
		{"a group of no definition", newCluster().file("web.yaml", declared("other.io/v1", "Gadget", "web")), "1.38",
			[]string{"unknown file web.yaml: other.io/v1 Gadget is not known: the file declares it" + inGroup + " (1 object)"}},
		{"another kind of a definition's group", newCluster().widgets(nil, storageV1()).file("web.yaml", declared("example.com/v1", "Gadget", "web")), "1.38",
			[]string{"unknown file web.yaml: example.com/v1 Gadget is not known: the file declares it" + inGroup + " (1 object)"}},
		{"a group, and no definitions were read", offline().file("web.yaml", declared("other.io/v1", "Gadget", "web")), "1.38",
			[]string{"unknown file web.yaml: other.io/v1 Gadget is not known: the file declares it" + read + " (1 object)"}},
		{"a built-in group with a kind that the index does not have", offline().file("web.yaml", declared("apps/v7", "Deployment", "web")), "1.38",
			[]string{"unknown file web.yaml: apps/v7 Deployment is not known: the file declares it; the index of built-in APIs, which ends with 1.37, does not hold it (1 object)"}},
		{"an apiVersion that is none", offline().file("web.yaml", declared("a/b/c", "Deployment", "web")), "1.38",
			[]string{"unknown file web.yaml: a/b/c Deployment is not known: the file declares it; the index of built-in APIs, which ends with 1.37, does not hold it (1 object)"}},
		{"a kubelet's configuration", offline().file("kubelet.yaml", declared("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration", "")), "1.38", []string{}},
		{"a kustomization", offline().file("kustomization.yaml", declared("kustomize.config.k8s.io/v1beta1", "Kustomization", "")), "1.38", []string{}},
		{"kubeadm's configuration", offline().file("kubeadm.yaml", declared("kubeadm.k8s.io/v1beta3", "ClusterConfiguration", "")), "1.38", []string{}},
		{"an audit policy", offline().file("policy.yaml", declared("audit.k8s.io/v1beta1", "Policy", "")), "1.38", []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, reasons(used(tt.cluster.judged(t, tt.target).Findings))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindingsCarryFileAndLine(t *testing.T) {
	second, first := declared("batch/v1beta1", "CronJob", "a"), declared("batch/v1beta1", "CronJob", "b")
	second.Line, first.Line, first.Namespace = 31, 2, "shop"
	report := offline().file("deploy/web.yaml", second, first).file("deploy/api.yaml", second).judged(t, "1.25")
	var got [][]v1alpha1.EvidenceObject
	for _, f := range report.Findings {
		got = append(got, f.Evidence[0].Objects)
	}
	want := [][]v1alpha1.EvidenceObject{
		{{Name: "a", Path: "deploy/api.yaml", Line: 31}},
		{{Namespace: "shop", Name: "b", Path: "deploy/web.yaml", Line: 2}, {Name: "a", Path: "deploy/web.yaml", Line: 31}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAReleasesObjectsAreOfItsNamespaceUnlessTheySay(t *testing.T) {
	elsewhere := declared(v1beta1, "ResourceClaim", "tpu")
	elsewhere.Namespace = "bank"
	report := newCluster().release("web", "deployed", declared(v1beta1, "ResourceClaim", "gpu"), elsewhere).judged(t, "1.38")
	want := []string{"error resource.k8s.io/v1beta1 ResourceClaim: release shop/web: declared bank/tpu shop/gpu"}
	if diff := cmp.Diff(want, told(report.Findings)); diff != "" {
		t.Error(diff)
	}
}

func TestAFileIsTheSameHoweverItsPathWasTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"a.yaml": "a.yaml", "./a.yaml": "a.yaml", "deploy//a.yaml": "deploy/a.yaml", "-": "-", "bad/\xff.yaml": "bad/\uFFFD.yaml",
	} {
		if got := filePath(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}
