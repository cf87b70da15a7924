package deprecation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestVerdictAndCompleteness(t *testing.T) {
	type outcome struct {
		Verdict                                v1alpha1.Verdict
		Complete                               bool
		Errors, Warnings, Unknown, Information int32
	}
	dormant := func() cluster { return newCluster().claim("gpu", updated("operator", v1beta1, before)) }
	broken := func() cluster { return dormant().claim("tpu", applied("flux", v1beta1, after)) }
	tests := []struct {
		name    string
		cluster cluster
		change  func(*Options)
		want    outcome
	}{
		{"nothing but versions that are served", newCluster(), nil, outcome{v1alpha1.OK, true, 0, 0, 0, 2}},
		{"an error outweighs a warning", broken(), nil, outcome{v1alpha1.Error, true, 1, 1, 0, 1}},
		{"a warning outweighs what is unknown", dormant().file("x.yaml", declared("other.io/v1", "Gadget", "x")), nil, outcome{v1alpha1.Warning, false, 0, 1, 1, 1}},
		{"what is unknown outweighs information", newCluster().file("x.yaml", declared("other.io/v1", "Gadget", "x")), nil, outcome{v1alpha1.Unknown, false, 0, 0, 1, 2}},
		{"nothing was seen, and a source could not be read", newCluster().gap(v1alpha1.SourceHelmSecrets, ""), nil, outcome{v1alpha1.Unknown, false, 0, 0, 0, 2}},
		{"an error, and a source could not be read", broken().gap(v1alpha1.SourceHelmSecrets, ""), nil, outcome{v1alpha1.Error, false, 1, 1, 0, 1}},
		{"a gap of another question", newCluster().gap(v1alpha1.SourceNodes, ""), nil, outcome{v1alpha1.OK, true, 0, 0, 0, 2}},
		{"an instance was not seen", newCluster().instance(false, started), nil, outcome{v1alpha1.Unknown, false, 0, 0, 0, 2}},
		{"an instance was not seen, and requests are of no namespace", newCluster().instance(false, started), inNamespace("shop"), outcome{v1alpha1.OK, true, 0, 0, 0, 0}},
		{"nothing tells how many instances there are", uncounted(newCluster()), nil, outcome{v1alpha1.Unknown, false, 0, 0, 0, 2}},
		{"the server is newer than the index", newServer("v1.38.0"), nil, outcome{v1alpha1.Unknown, false, 0, 0, 0, 0}},
		{"the server is as new as the index", newServer("v1.37.9"), nil, outcome{v1alpha1.OK, true, 0, 0, 0, 0}},
		{"files alone", offline().file("web.yaml", declared("apps/v1", "Deployment", "web")), nil, outcome{v1alpha1.OK, true, 0, 0, 0, 0}},
		{"a file did not parse", unparsed(offline().file("web.yaml")), nil, outcome{v1alpha1.Unknown, false, 0, 0, 0, 0}},
		{"a release did not parse", undecoded(newServer("v1.37.1").release("web", "deployed"), "Secret"), nil, outcome{v1alpha1.Unknown, false, 0, 0, 0, 0}},
		{"the summary is of all that --only leaves out", broken(), func(o *Options) { o.Only = []v1alpha1.Verdict{v1alpha1.Information} }, outcome{v1alpha1.Error, true, 1, 1, 0, 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			change := func(*Options) {}
			if tt.change != nil {
				change = tt.change
			}
			s := tt.cluster.judged(t, "1.38", change).Summary
			if diff := cmp.Diff(tt.want, outcome{s.Verdict, s.Complete, s.Errors, s.Warnings, s.Unknown, s.Information}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func unparsed(c cluster) cluster {
	c.APIUsage.Files.Files[0].Error = "line 3: mapping values are not allowed here"
	return c
}

func undecoded(c cluster, driver string) cluster {
	release := &c.APIUsage.Helm.Releases[0]
	release.Driver, release.Error = driver, "gzip: invalid header"
	return c
}

func TestGaps(t *testing.T) {
	forbidden := v1alpha1.Gap{Source: v1alpha1.SourceObjects, Reason: v1alpha1.GapForbidden, Resource: "deviceclasses.resource.k8s.io", Hides: "API versions", Message: "forbidden"}
	crowded := newCluster().audited()
	crowded.APIUsage.AuditLog.Events, crowded.APIUsage.AuditLog.Overflow = 5, 2
	tests := []struct {
		name    string
		cluster cluster
		want    []v1alpha1.Gap
	}{
		{"none", newCluster(), nil},
		{"of the snapshot, those that bear on API usage", newCluster().gap(v1alpha1.SourceNodes, "").gap(v1alpha1.SourceObjects, "deviceclasses.resource.k8s.io"), []v1alpha1.Gap{forbidden}},
		{"a file", unparsed(offline().file("web.yaml")), []v1alpha1.Gap{
			{Source: v1alpha1.SourceFiles, Reason: v1alpha1.GapMalformed, Hides: "API versions in web.yaml", Message: "line 3: mapping values are not allowed here"},
		}},
		{"a release in a Secret", undecoded(newCluster().release("web", "deployed"), "Secret"), []v1alpha1.Gap{
			{Source: v1alpha1.SourceHelmSecrets, Reason: v1alpha1.GapMalformed, Hides: "API versions in Helm release shop/web", Message: "gzip: invalid header"},
		}},
		{"a release in a ConfigMap", undecoded(newCluster().release("web", "deployed"), "ConfigMap"), []v1alpha1.Gap{
			{Source: v1alpha1.SourceHelmConfigMaps, Reason: v1alpha1.GapMalformed, Hides: "API versions in Helm release shop/web", Message: "gzip: invalid header"},
		}},
		{"an empty log", newCluster().audited(), []v1alpha1.Gap{
			{Source: v1alpha1.SourceAuditLog, Reason: v1alpha1.GapMalformed, Hides: "API versions in the audit log", Message: "it holds no event"},
		}},
		{"callers that the log has too many of", crowded, []v1alpha1.Gap{
			{Source: v1alpha1.SourceAuditLog, Reason: v1alpha1.GapMalformed, Hides: "API versions in the audit log", Message: "2 events came from more callers than are kept"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.cluster.judged(t, "1.38").Gaps); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatWasLookedAt(t *testing.T) {
	c := unparsed(newCluster().instance(true, before).file("broken.yaml").file("web.yaml", declared("apps/v1", "Deployment", "web")).file("api.yaml")).
		release("web", "deployed").widgets(nil, storageV1()).audited()
	claims := &c.APIUsage.Objects.Resources[0]
	claims.Count, claims.WithoutManagedFields = 12, 2
	c.APIUsage.AuditLog.Events = 900
	c.APIUsage.References.Scanned = []v1alpha1.ScannedKind{
		{Group: "rbac.authorization.k8s.io", Kind: "ClusterRole", Count: 70}, {Group: "rbac.authorization.k8s.io", Kind: "Role", Count: 5},
		{Group: group, Kind: "ResourceClaim", Count: 12}, // was counted already
	}
	since := metav1.NewTime(started)
	want := v1alpha1.DeprecationCoverage{
		Objects: 87, Kinds: 3, WithoutManagedFields: 2, Releases: 1, Definitions: 1, Files: 3, Unreadable: 1, Paths: []string{"api.yaml", "web.yaml"}, AuditEvents: 900,
		InstancesSeen: 2, InstancesExist: 2, MetricsSince: &since,
	}
	if diff := cmp.Diff(want, c.judged(t, "1.38").Coverage); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(v1alpha1.DeprecationCoverage{}, offline().judged(t, "1.38").Coverage); diff != "" {
		t.Errorf("without a cluster: %s", diff)
	}
}

func TestFindingsAreInTheOrderOfAPIsTheGravestFirst(t *testing.T) {
	c := newCluster().claim("gpu", applied("flux", v1beta1, after), updated("operator", v1beta1, before), applied("argo", v1beta2, after)).
		file("web.yaml", declared("batch/v1beta1", "CronJob", "web"), declared(v1beta1, "DeviceClass", "gpu"))
	want := []string{
		"error file web.yaml: batch/v1beta1 CronJob, removed in 1.25, is not served: the file declares it (1 object)",
		"error file web.yaml: resource.k8s.io/v1beta1 DeviceClass, removed in 1.38, is not served: the file declares it (1 object)",
		"error manager flux: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: applies it through this version (1 object)",
		"warning manager operator: resource.k8s.io/v1beta1 ResourceClaim is planned to be removed in 1.38: created or last changed it through this version before every kube-apiserver started, and none was asked for the version since (1 object)",
		"warning manager argo: resource.k8s.io/v1beta2 ResourceClaim is planned to be removed in 1.39: applies it through this version (1 object)",
	}
	if diff := cmp.Diff(want, reasons(c.judged(t, "1.38").Findings)); diff != "" {
		t.Error(diff)
	}
}

func TestOnlySomeVerdicts(t *testing.T) {
	c := newCluster().claim("gpu", applied("flux", v1beta1, after), updated("operator", v1beta1, before), updated("ci", group+"/v1alpha3", before)).
		file("x.yaml", declared("other.io/v1", "Gadget", "x"))
	const broken, dormant = "error resource.k8s.io/v1beta1 ResourceClaim: manager flux: written shop/gpu", "warning resource.k8s.io/v1beta1 ResourceClaim: manager operator: written dormant shop/gpu"
	const old, unknown = "information resource.k8s.io/v1alpha3 ResourceClaim: manager ci: written stale shop/gpu", "unknown other.io/v1 Gadget: file x.yaml: declared x"
	tests := []struct {
		name string
		only []v1alpha1.Verdict
		want []string
	}{
		{"all", nil, []string{broken, old, unknown, dormant}},
		{"errors", []v1alpha1.Verdict{v1alpha1.Error}, []string{broken}},
		{"warnings and what is unknown", []v1alpha1.Verdict{v1alpha1.Warning, v1alpha1.Unknown}, []string{unknown, dormant}},
		{"information", []v1alpha1.Verdict{v1alpha1.Information}, []string{old}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			report := c.judged(t, "1.38", func(o *Options) { o.Only = tt.only })
			if diff := cmp.Diff(tt.want, told(report.Findings)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestASnapshotWithoutAPIUsageIsRefused(t *testing.T) {
	s := v1alpha1.NewSnapshot("test")
	if _, err := Evaluate(s, Options{Index: index(t), Target: minor(t, "1.38")}); err == nil {
		t.Error("a snapshot that tells nothing of API usage was judged")
	}
}

func TestNotes(t *testing.T) {
	const (
		planned = "~ marks a removal after 1.37, the newest minor that the index of built-in APIs knows: it is planned, and can move"
		beyond  = "an API that is deprecated after 1.37, or an alpha version, can go by 1.38 too: that is not known yet"
	)
	withoutManagedFields := func(n int32) cluster {
		c := newServer("v1.36.2").scanned(group, "v1", "resourceclaims", "ResourceClaim")
		c.APIUsage.Objects.Resources[0].WithoutManagedFields = n
		return c
	}
	malformed := newServer("v1.36.2").audited()
	malformed.APIUsage.AuditLog.Malformed = 1
	tests := []struct {
		name    string
		cluster cluster
		target  string
		change  func(*Options)
		want    []string
	}{
		{"none", newServer("v1.36.2"), "1.37", nil, nil},
		{"the target is beyond the index", newServer("v1.37.1"), "1.38", nil, []string{beyond}},
		{"a removal is planned", newCluster(), "1.37", nil, []string{planned}},
		{"the server is beyond the index", newServer("v1.38.0"), "1.39", nil,
			[]string{"kube-apiserver 1.38 is newer than the last minor that the index of built-in APIs knows, 1.37: what was deprecated since is unknown"}},
		{"one namespace", newServer("v1.36.2"), "1.37", inNamespace("shop"),
			[]string{"only namespace shop was looked at: counts of requests and objects of no namespace are left out"}},
		{"a selector", newServer("v1.36.2"), "1.37", func(o *Options) { o.Selector = selecting(t, "tier=web") },
			[]string{"only objects with labels tier=web are shown: requests, Helm releases and references have none, and are left out"}},
		{"a target that is a slip of the pen", newServer("v1.37.1"), "1.83", nil,
			[]string{"1.83 is 46 minors after the newest that is known, 1.37: is that the target?",
				"an API that is deprecated after 1.37, or an alpha version, can go by 1.83 too: that is not known yet"}},
		{"a waiver that covers nothing", newServer("v1.36.2"), "1.37",
			func(o *Options) { o.Waivers = []v1alpha1.Waiver{{Kind: "pdb", Namespace: "shop", Reason: "x"}} },
			[]string{"the waiver of pdb shop covers nothing that was found"}},
		{"what was listed through a deprecated version", newServer("v1.36.2").serving("coordination.k8s.io", "leasecandidates", "LeaseCandidate", "v1beta1").
			scanned("coordination.k8s.io", "v1beta1", "leasecandidates", "LeaseCandidate"), "1.36", nil,
			[]string{
				"this run listed coordination.k8s.io/v1beta1 leasecandidates through a deprecated version, which kube-apiserver counts until it restarts",
				"~ marks a removal after 1.37, the newest minor that the index of built-in APIs knows: it is planned, and can move",
			}},
		{"an object without managedFields", withoutManagedFields(1), "1.37", nil, []string{"1 object has no managedFields: who wrote them is not known"}},
		{"objects without managedFields", withoutManagedFields(2), "1.37", nil, []string{"2 objects have no managedFields: who wrote them is not known"}},
		{"an audit log with lines that are no events", malformed, "1.37", nil, []string{"1 line of the audit log could not be read"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			change := func(*Options) {}
			if tt.change != nil {
				change = tt.change
			}
			if diff := cmp.Diff(tt.want, tt.cluster.judged(t, tt.target, change).Notes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheSummaryInOneSentence(t *testing.T) {
	flux := func(apiVersion string) v1alpha1.ManagedEntry { return applied("flux", apiVersion, after) }
	tests := []struct {
		name    string
		cluster cluster
		target  string
		want    string
	}{
		{"nothing", newCluster(), "1.38", "nothing was seen that breaks in 1.38"},
		{"nothing, as far as is foreseen", newServer("v1.37.1"), "1.40", "nothing was seen that breaks in 1.40"},
		{"nothing, where what will be deprecated can be gone", newServer("v1.37.1"), "1.41", "nothing was seen that breaks in 1.41; not everything could be seen"},
		{"nothing, and not everything was seen", newCluster().gap(v1alpha1.SourceHelmSecrets, ""), "1.38", "nothing was seen that breaks in 1.38; not everything could be seen"},
		{"one breaks, whoever else may use it", newCluster().claim("gpu", flux(v1beta1), updated("operator", v1beta1, before)), "1.38", "1 API version in use is gone in 1.38"},
		{"one breaks, and one goes later", newCluster().claim("gpu", flux(v1beta1), applied("argo", v1beta2, after)), "1.38", "1 API version in use is gone in 1.38; 1 goes away later, or may be unused"},
		{"two break", newCluster().claim("gpu", flux(v1beta1), applied("argo", v1beta2, after)), "1.39", "2 API versions in use are gone in 1.39"},
		{"one is gone already", newCluster().release("web", "deployed", declared("batch/v1beta1", "CronJob", "web")), "1.38", "1 API version in use is gone already"},
		{"one is gone already, and one breaks", newCluster().claim("gpu", flux(v1beta1)).release("web", "deployed", declared("batch/v1beta1", "CronJob", "web")), "1.38",
			"1 API version in use is gone already; 1 is gone in 1.38"},
		{"two go later", newCluster().claim("gpu", flux(v1beta1), applied("argo", v1beta2, after)), "1.37", "nothing was seen that breaks in 1.37; 2 go away later, or may be unused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.cluster.judged(t, tt.target).Summary.Message); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheSummaryOfPartOfACluster(t *testing.T) {
	c := newCluster().claim("gpu", applied("flux", v1beta1, after))
	for want, change := range map[string]func(*Options){
		"1 API version in use is gone in 1.38 (namespace shop alone)":          inNamespace("shop"),
		"nothing was seen that breaks in 1.38 (namespace attic alone)":         inNamespace("attic"),
		"nothing was seen that breaks in 1.38 (objects with labels a=b alone)": func(o *Options) { o.Selector = selecting(t, "a=b") },
	} {
		if got := c.judged(t, "1.38", change).Summary.Message; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
