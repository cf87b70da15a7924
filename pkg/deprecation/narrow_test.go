package deprecation

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// everywhere uses resource.k8s.io/v1beta1 ResourceClaim in every way, in namespaces shop and bank and in none.
func everywhere() cluster {
	claim := func(namespace, name, tier string) v1alpha1.ScannedObject {
		return v1alpha1.ScannedObject{
			Namespace: namespace, Name: name, Labels: map[string]string{"tier": tier}, ManagedFields: []v1alpha1.ManagedEntry{applied("flux", v1beta1, after)},
		}
	}
	labelled := declared(v1beta1, "ResourceClaim", "gpu")
	labelled.Namespace, labelled.Labels = "shop", map[string]string{"tier": "web"}
	elsewhere := declared(v1beta1, "ResourceClaim", "gpu")
	elsewhere.Namespace = "bank"
	inBank := call("exporter", "exporter/2", "get")
	inBank.Namespace = "bank"
	overall := call("lister", "lister/1", "list")
	overall.Namespace = ""

	c := newCluster().object(claim("shop", "gpu", "web")).object(claim("shop", "tpu", "test")).object(claim("bank", "gpu", "web")).
		requests("v1beta1", "update", 100).audited(call("ci", "curl/8", "create"), inBank, overall).
		release("web", "deployed", declared(v1beta1, "ResourceClaim", "gpu")).
		file("labelled.yaml", labelled).file("bank.yaml", elsewhere).file("anywhere.yaml", declared(v1beta1, "ResourceClaim", "gpu")).
		admitting(hook("Equivalent", group, "resourceclaims", "v1beta1"))
	return c
}

func TestOneNamespace(t *testing.T) {
	const claim = "error resource.k8s.io/v1beta1 ResourceClaim: "
	tests := []struct {
		name      string
		namespace string
		want      []string
	}{
		{"all of them", "", []string{
			claim + "clients: requested",
			claim + "file anywhere.yaml: declared gpu",
			claim + "file bank.yaml: declared bank/gpu",
			claim + "file labelled.yaml: declared shop/gpu",
			claim + "manager flux: written bank/gpu shop/gpu shop/tpu",
			claim + "object ValidatingWebhookConfiguration/guard: referenced",
			claim + "release shop/web: declared shop/gpu",
			claim + "user ci: audited shop/",
			claim + "user exporter: audited bank/",
			claim + "user lister: audited",
		}},
		{"one, with the files that may be applied to it", "shop", []string{
			claim + "file anywhere.yaml: declared gpu",
			claim + "file labelled.yaml: declared shop/gpu",
			claim + "manager flux: written shop/gpu shop/tpu",
			claim + "release shop/web: declared shop/gpu",
			claim + "user ci: audited shop/",
		}},
		{"one in which nothing is", "attic", []string{claim + "file anywhere.yaml: declared gpu"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(everywhere().judged(t, "1.38", inNamespace(tt.namespace)).Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRolesAndAutoscalersAreOfTheirNamespace(t *testing.T) {
	c := newServer("v1.21.14").serving("extensions", "ingresses", "Ingress", "v1beta1").
		serving("networking.k8s.io", "ingresses", "Ingress", "v1").scanned("networking.k8s.io", "v1", "ingresses", "Ingress")
	role := v1alpha1.RoleReference{Kind: "Role", Namespace: "shop", Name: "deployer", Groups: []string{"extensions"}, Resources: []string{"ingresses"}}
	other, anywhere := role, role
	other.Namespace = "bank"
	anywhere.Kind, anywhere.Namespace = "ClusterRole", ""
	c.APIUsage.References.Roles = []v1alpha1.RoleReference{role, other, anywhere}
	c.APIUsage.References.ScaleTargets = []v1alpha1.ScaleTarget{{APIVersion: "extensions/v1beta1", Kind: "Deployment", Count: 2, Autoscalers: []string{"bank/web", "shop/web"}}}
	want := []string{
		"error extensions/v1beta1 Deployment: object shop/HorizontalPodAutoscaler/web: referenced shop/web",
		"warning extensions/v1beta1 Ingress: object shop/Role/deployer: referenced",
	}
	if diff := cmp.Diff(want, told(c.judged(t, "1.22", inNamespace("shop")).Findings)); diff != "" {
		t.Error(diff)
	}
}

func TestASnapshotOfOneNamespaceTellsOfNoOther(t *testing.T) {
	ofShop := func() cluster {
		c := everywhere()
		c.APIUsage.Namespace = "shop"
		return c
	}
	narrowed, untyped := ofShop().judged(t, "1.38", inNamespace("shop")), ofShop().judged(t, "1.38")
	if diff := cmp.Diff(narrowed, untyped); diff != "" {
		t.Error(diff)
	}
	_, err := Evaluate(ofShop().Snapshot, Options{Index: index(t), Target: minor(t, "1.38"), Namespace: "bank"})
	if err == nil || !strings.Contains(err.Error(), "the snapshot tells of namespace shop alone") {
		t.Errorf("got error %v, want one that names the snapshot's namespace", err)
	}
}

func TestCountsOfWritersAreOfTheNamespaceThatWasRead(t *testing.T) {
	alphas := func(namespace string) cluster {
		c := newServer("v1.30.2").scanned(group, "v1alpha2", "resourceclaims", "ResourceClaim").writer("flux", group+"/v1alpha2", 2)
		c.APIUsage.Namespace = namespace
		return c
	}
	const want = "error resource.k8s.io/v1alpha2 ResourceClaim: manager flux: written shop/"
	if diff := cmp.Diff([]string{want}, told(alphas("shop").judged(t, "1.31", inNamespace("shop")).Findings)); diff != "" {
		t.Error(diff)
	}
}

func TestASelectorKeepsWhatIsKnownToMatch(t *testing.T) {
	const claim = "error resource.k8s.io/v1beta1 ResourceClaim: "
	tests := []struct {
		name     string
		selector labels.Selector
		want     []string
	}{
		{"a label", selecting(t, "tier=web"), []string{claim + "file labelled.yaml: declared shop/gpu", claim + "manager flux: written bank/gpu shop/gpu"}},
		{"the absence of a label, of objects whose labels are known", selecting(t, "!tier"),
			[]string{claim + "file anywhere.yaml: declared gpu", claim + "file bank.yaml: declared bank/gpu"}},
		{"a label that no object has", selecting(t, "tier=none"), []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := everywhere().judged(t, "1.38", func(o *Options) { o.Selector = tt.selector })
			if diff := cmp.Diff(tt.want, told(report.Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
	all, empty := everywhere().judged(t, "1.38"), everywhere().judged(t, "1.38", func(o *Options) { o.Selector = labels.Everything() })
	if diff := cmp.Diff(all, empty); diff != "" {
		t.Errorf("an empty selector narrows: %s", diff)
	}
}

func selecting(t *testing.T, text string) labels.Selector {
	t.Helper()
	s, err := labels.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWaivers(t *testing.T) {
	const (
		claim  = "error resource.k8s.io/v1beta1 ResourceClaim: "
		shop   = claim + "manager flux: written shop/gpu shop/tpu"
		device = "error resource.k8s.io/v1beta1 DeviceClass: manager flux: written gpu"
	)
	objects := func() cluster {
		return newCluster().claim("gpu", applied("flux", v1beta1, after)).claim("tpu", applied("flux", v1beta1, after)).
			scanned(group, "v1", "deviceclasses", "DeviceClass", v1alpha1.ScannedObject{Name: "gpu", ManagedFields: []v1alpha1.ManagedEntry{applied("flux", v1beta1, after)}}).
			serving(group, "deviceclasses", "DeviceClass", "v1", "v1beta1")
	}
	today := calendar.Of(after)
	yesterday, tomorrow := today.AddDays(-1), today.AddDays(1)
	tests := []struct {
		name    string
		waivers []v1alpha1.Waiver
		counted []string
		waived  []string
	}{
		{"none", nil, []string{device, shop}, []string{}},
		{"a kind", []v1alpha1.Waiver{{Kind: "ResourceClaim"}}, []string{device}, []string{shop}},
		{"a kind with its group", []v1alpha1.Waiver{{Kind: "ResourceClaim.resource.k8s.io"}}, []string{device}, []string{shop}},
		{"a kind of another group", []v1alpha1.Waiver{{Kind: "ResourceClaim.example.com"}}, []string{device, shop}, []string{}},
		{"a pattern of kinds", []v1alpha1.Waiver{{Kind: "Resource*"}}, []string{device}, []string{shop}},
		{"any kind", []v1alpha1.Waiver{{Kind: "*"}}, []string{}, []string{device, shop}},
		{"one object of a finding, the rest of which counts", []v1alpha1.Waiver{{Kind: "ResourceClaim", Name: "gpu"}},
			[]string{device, claim + "manager flux: written shop/tpu"}, []string{claim + "manager flux: written shop/gpu"}},
		{"a name of any kind", []v1alpha1.Waiver{{Kind: "*", Name: "gpu"}},
			[]string{claim + "manager flux: written shop/tpu"}, []string{device, claim + "manager flux: written shop/gpu"}},
		{"a pattern of names", []v1alpha1.Waiver{{Kind: "ResourceClaim", Name: "[gt]pu"}}, []string{device}, []string{shop}},
		{"a namespace", []v1alpha1.Waiver{{Namespace: "shop"}}, []string{device}, []string{shop}},
		{"another namespace", []v1alpha1.Waiver{{Namespace: "bank"}}, []string{device, shop}, []string{}},
		{"an API version", []v1alpha1.Waiver{{APIVersion: v1beta1}}, []string{}, []string{device, shop}},
		{"another API version", []v1alpha1.Waiver{{APIVersion: v1beta2}}, []string{device, shop}, []string{}},
		{"a subject", []v1alpha1.Waiver{{Subject: "fl*"}}, []string{}, []string{device, shop}},
		{"another subject", []v1alpha1.Waiver{{Subject: "argo"}}, []string{device, shop}, []string{}},
		{"all that a waiver names must match", []v1alpha1.Waiver{{Kind: "ResourceClaim", Subject: "argo"}}, []string{device, shop}, []string{}},
		{"a last day that is to come", []v1alpha1.Waiver{{Kind: "ResourceClaim", Expires: &tomorrow}}, []string{device}, []string{shop}},
		{"a last day that is today", []v1alpha1.Waiver{{Kind: "ResourceClaim", Expires: &today}}, []string{device}, []string{shop}},
		{"a last day that has passed", []v1alpha1.Waiver{{Kind: "ResourceClaim", Expires: &yesterday}}, []string{device, shop}, []string{}},
		{"one that has passed does not hide another", []v1alpha1.Waiver{{Kind: "ResourceClaim", Expires: &yesterday}, {Kind: "ResourceClaim", Expires: &tomorrow}}, []string{device}, []string{shop}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := objects().judged(t, "1.38", func(o *Options) { o.Waivers = tt.waivers })
			if diff := cmp.Diff(tt.counted, told(report.Findings)); diff != "" {
				t.Errorf("counted: %s", diff)
			}
			if diff := cmp.Diff(tt.waived, told(report.Waived)); diff != "" {
				t.Errorf("waived: %s", diff)
			}
		})
	}
}

func TestAWaiverIsShownWithItsReason(t *testing.T) {
	yesterday, earlier := calendar.Of(after).AddDays(-1), calendar.Of(after).AddDays(-30)
	waivers := func(w ...v1alpha1.Waiver) func(*Options) { return func(o *Options) { o.Waivers = w } }
	c := newCluster().claim("gpu", applied("flux", v1beta1, after))

	waived := c.judged(t, "1.38", waivers(v1alpha1.Waiver{Subject: "flux", Reason: "moves in spring"}))
	if diff := cmp.Diff(&v1alpha1.DeprecationWaiver{Reason: "moves in spring"}, waived.Waived[0].Waiver); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(v1alpha1.OK, waived.Summary.Verdict); diff != "" {
		t.Error(diff)
	}

	expired := c.judged(t, "1.38", waivers(
		v1alpha1.Waiver{Subject: "flux", Reason: "moves in autumn", Expires: &yesterday}, v1alpha1.Waiver{Subject: "flux", Reason: "moved", Expires: &earlier},
	))
	want := &v1alpha1.DeprecationWaiver{Reason: "moves in autumn", Expires: &yesterday, Expired: true}
	if diff := cmp.Diff(want, used(expired.Findings)[0].Waiver); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(v1alpha1.Error, expired.Summary.Verdict); diff != "" {
		t.Error(diff)
	}
	contains(t, expired.Notes, "the waiver of resource.k8s.io/v1beta1 ResourceClaim expired on 2026-11-17")
}

func contains(t *testing.T, notes []string, want string) {
	t.Helper()
	for _, note := range notes {
		if note == want {
			return
		}
	}
	t.Errorf("got notes %q, want one that says %q", notes, want)
}
