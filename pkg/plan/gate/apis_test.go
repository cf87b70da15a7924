package gate

import (
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/deprecation"
)

// using judges the API usage of the hop's cluster at its target.
func (h *Hop) using(t *testing.T, usage v1alpha1.APIUsage) *Hop {
	t.Helper()
	if usage.References == nil {
		usage.References = &v1alpha1.References{}
	}
	h.Snapshot.APIUsage = &usage
	h.Snapshot.APIServers.Instances = []v1alpha1.APIServerInstance{{VersionInfo: v1alpha1.VersionInfo{GitVersion: "v" + h.From.String() + ".0"}, StartTime: "1000"}}
	report, err := deprecation.Evaluate(h.Snapshot, deprecation.Options{Index: h.Index, Target: h.To, Today: h.At})
	if err != nil {
		t.Fatal(err)
	}
	h.Deprecations = report
	return h
}

// release of Helm that declares one object per "apiVersion Kind" pair.
func release(declares ...string) v1alpha1.APIUsage {
	r := v1alpha1.HelmRelease{Namespace: "shop", Name: "cart", Revision: 1, Status: "deployed", Driver: "Secret"}
	for i := 0; i < len(declares); i += 2 {
		r.Objects = append(r.Objects, v1alpha1.DeclaredObject{APIVersion: declares[i], Kind: declares[i+1], Namespace: "shop", Name: "cart"})
	}
	return v1alpha1.APIUsage{Helm: &v1alpha1.HelmReleases{Revisions: 1, Releases: []v1alpha1.HelmRelease{r}}}
}

func TestAPIsThatTheHopRemoves(t *testing.T) {
	budget := release("policy/v1beta1", "PodDisruptionBudget")
	for name, tc := range map[string]struct {
		hop  *Hop
		want expected
	}{
		"in use, removed by the hop": {hopTo(t, "1.24", "1.25").using(t, budget), expected{
			v1alpha1.Blocked, "1 use of 1 API that 1.25 does not serve", []string{"policy/v1beta1 PodDisruptionBudget: release shop/cart"},
			hopTo(t, "1.24", "1.25").using(t, budget).Deprecations.Findings[0].Remedy}},
		"in use, removed by a later hop": {hopTo(t, "1.23", "1.24").using(t, budget), expected{
			v1alpha1.Pass, "nothing was found that uses what 1.24 removes: 2 APIs", nil, ""}},
		"in use, and gone today": {hopTo(t, "1.25", "1.26").using(t, budget), expected{
			v1alpha1.Warning, "broken already: 1 use of 1 API that the cluster does not serve", []string{"policy/v1beta1 PodDisruptionBudget: release shop/cart"},
			hopTo(t, "1.25", "1.26").using(t, budget).Deprecations.Findings[0].Remedy}},
		"in use, and gone in an earlier hop": {hopTo(t, "1.25", "1.26").using(t, budget).later(), expected{
			v1alpha1.Pass, "nothing was found that uses what 1.26 removes: 3 APIs", nil, ""}},
		"not removed, since the control plane stays": {hopTo(t, "1.24", "1.24").using(t, budget), expected{
			v1alpha1.Pass, "the control plane stays at 1.24: no API is removed", nil, ""}},
		"of two kinds, one of them gone today": {hopTo(t, "1.25", "1.26").using(t, release("policy/v1beta1", "PodDisruptionBudget", "autoscaling/v2beta2", "HorizontalPodAutoscaler")), expected{
			v1alpha1.Blocked, "1 use of 1 API that 1.26 does not serve; broken already: 1 use of 1 API that the cluster does not serve",
			[]string{"autoscaling/v2beta2 HorizontalPodAutoscaler: release shop/cart", "policy/v1beta1 PodDisruptionBudget: release shop/cart"},
			strings.Join([]string{
				hopTo(t, "1.25", "1.26").using(t, release("autoscaling/v2beta2", "HorizontalPodAutoscaler")).Deprecations.Findings[0].Remedy,
				hopTo(t, "1.25", "1.26").using(t, budget).Deprecations.Findings[0].Remedy,
			}, "; ")}},
		"of two kinds": {hopTo(t, "1.24", "1.25").using(t, release("policy/v1beta1", "PodDisruptionBudget", "batch/v1beta1", "CronJob")), expected{
			v1alpha1.Blocked, "2 uses of 2 APIs that 1.25 does not serve",
			[]string{"batch/v1beta1 CronJob: release shop/cart", "policy/v1beta1 PodDisruptionBudget: release shop/cart"},
			"kubectl versions deprecations -o wide --to 1.25 says what to change"}},
		// The only one of 1.27, as its deprecation guide has it.
		"CSIStorageCapacity, removed by 1.27": {hopTo(t, "1.26", "1.27").using(t, release("storage.k8s.io/v1beta1", "CSIStorageCapacity")), expected{
			v1alpha1.Blocked, "1 use of 1 API that 1.27 does not serve", []string{"storage.k8s.io/v1beta1 CSIStorageCapacity: release shop/cart"},
			hopTo(t, "1.26", "1.27").using(t, release("storage.k8s.io/v1beta1", "CSIStorageCapacity")).Deprecations.Findings[0].Remedy}},
	} {
		t.Run(name, func(t *testing.T) { tc.want.of(t, "removed-apis", tc.hop) })
	}
}

func TestAPIsThatTheHopPerhapsRemoves(t *testing.T) {
	dormant := hopTo(t, "1.24", "1.25").using(t, release("policy/v1beta1", "PodDisruptionBudget"))
	dormant.Deprecations.Findings[0].Verdict = v1alpha1.Warning
	remedy := dormant.Deprecations.Findings[0].Remedy
	expected{v1alpha1.Warning, "perhaps 1 use of 1 API that 1.25 does not serve", []string{"policy/v1beta1 PodDisruptionBudget: release shop/cart"}, remedy}.of(t, "removed-apis", dormant)
	dormant.Deprecations.Findings[0].Verdict = v1alpha1.Unknown
	expected{
		v1alpha1.Unknown, "it is not known whether 1 use breaks", []string{"policy/v1beta1 PodDisruptionBudget: release shop/cart"},
		"kubectl versions deprecations -o wide --to 1.25",
	}.of(t, "removed-apis", dormant)
	dormant.Deprecations.Findings[0].Verdict = v1alpha1.Information
	if got := judge(t, "removed-apis", dormant); got.Verdict != v1alpha1.Pass {
		t.Errorf("information: %s", got.Message)
	}
}

// A version of a custom resource goes when its definition says so, not with
// Kubernetes: what breaks is broken already.
func TestCustomResourcesAreOfTheFirstHop(t *testing.T) {
	usage := release("example.com/v1alpha1", "Widget")
	usage.Definitions = &v1alpha1.CustomResourceDefinitions{Definitions: []v1alpha1.CustomResourceDefinition{{
		Group: "example.com", Resource: "widgets", Kind: "Widget", Versions: []v1alpha1.CustomResourceVersion{{Name: "v1alpha1"}, {Name: "v1", Served: true, Storage: true}},
	}}}
	h := hopTo(t, "1.35", "1.36").using(t, usage)
	if got := judge(t, "removed-apis", h); got.Verdict != v1alpha1.Warning || got.Evidence[0] != "example.com/v1alpha1 Widget: release shop/cart" {
		t.Errorf("%+v", got)
	}
	if got := judge(t, "removed-apis", h.later()); got.Verdict != v1alpha1.Pass {
		t.Errorf("in a later hop: %+v", got)
	}
	usage.Definitions.Definitions[0].Versions[0] = v1alpha1.CustomResourceVersion{Name: "v1alpha1", Served: true, Deprecated: true}
	if got := judge(t, "removed-apis", hopTo(t, "1.35", "1.36").using(t, usage)); got.Verdict != v1alpha1.Pass {
		t.Errorf("deprecated: %+v", got)
	}
}

func TestAPIUsageThatIsHidden(t *testing.T) {
	const ask = "kubectl versions deprecations -o wide --to 1.25"
	never := hopTo(t, "1.24", "1.25")
	never.Deprecations = nil
	expected{v1alpha1.Unknown, "API usage is not in the snapshot", nil, "take the snapshot again with this version of kubectl versions snapshot"}.of(t, "removed-apis", never)

	secrets := hopTo(t, "1.24", "1.25").gap(v1alpha1.SourceHelmSecrets, "list secrets").using(t, v1alpha1.APIUsage{})
	expected{v1alpha1.Unknown, "1 source could not be read", []string{"Helm releases in Secrets"}, "ask for permission to list secrets"}.of(t, "removed-apis", secrets)

	// A gap matters where it can hide what the hop removes.
	ofResource := func(from, to, resource string) *Hop {
		h := hopTo(t, from, to).gap(v1alpha1.SourceObjects, "")
		h.Snapshot.Gaps[0].Resource = resource
		return h.using(t, v1alpha1.APIUsage{})
	}
	expected{v1alpha1.Unknown, "1 source could not be read", []string{"objects: cronjobs.batch"}, ask}.of(t, "removed-apis", ofResource("1.24", "1.25", "cronjobs.batch"))
	if got := judge(t, "removed-apis", ofResource("1.24", "1.25", "ingresses.networking.k8s.io")); got.Verdict != v1alpha1.Pass {
		t.Errorf("a gap of what stays: %+v", got)
	}

	ofNamespace := hopTo(t, "1.24", "1.25").using(t, v1alpha1.APIUsage{Namespace: "shop"})
	expected{v1alpha1.Unknown, "only namespace shop was looked at", nil, "take the snapshot again without -n"}.of(t, "removed-apis", ofNamespace)

	behind := hopTo(t, "1.24", "1.25").using(t, v1alpha1.APIUsage{})
	behind.Deprecations.Coverage.InstancesSeen, behind.Deprecations.Coverage.InstancesExist = 1, 3
	expected{v1alpha1.Unknown, "2 of 3 kube-apiservers did not show which APIs are requested", nil, ask}.of(t, "removed-apis", behind)
	behind.Deprecations.Coverage.InstancesSeen = 3
	if got := judge(t, "removed-apis", behind); got.Verdict != v1alpha1.Pass {
		t.Errorf("with all instances: %+v", got)
	}

	for _, id := range []string{"removed-apis", "admission-rules"} {
		if got := judge(t, id, hopTo(t, "1.36", "1.37").using(t, v1alpha1.APIUsage{})); got.Verdict != v1alpha1.Pass {
			t.Errorf("at the newest minor of the index: %+v", got)
		}
		expected{
			v1alpha1.Unknown, "the index of built-in APIs knows minors up to 1.37: of 1.38 there are only plans", nil,
			"ask again with the plugin's newest version when 1.38 is out",
		}.of(t, id, hopTo(t, "1.37", "1.38").using(t, v1alpha1.APIUsage{}))
	}
}

// guard is a rule of a webhook for autoscaling, unless told otherwise.
func guard(matchPolicy string, versions ...string) v1alpha1.AdmissionReference {
	return v1alpha1.AdmissionReference{
		Kind: "ValidatingWebhookConfiguration", Name: "guard", Field: "webhooks[v.example.com].rules[0]",
		Groups: []string{"autoscaling"}, Versions: versions, Resources: []string{"horizontalpodautoscalers"}, MatchPolicy: matchPolicy,
	}
}

func admitting(rules ...v1alpha1.AdmissionReference) v1alpha1.APIUsage {
	return v1alpha1.APIUsage{References: &v1alpha1.References{Admission: rules}}
}

func TestRulesThatNameOnlyWhatTheHopRemoves(t *testing.T) {
	const bypassed = "admission is bypassed silently: 1 use of 1 API that 1.25 does not serve"
	line := []string{"autoscaling/v2beta1 HorizontalPodAutoscaler: object ValidatingWebhookConfiguration/guard"}
	for _, matchPolicy := range []string{"Exact", "Equivalent"} {
		h := hopTo(t, "1.24", "1.25").using(t, admitting(guard(matchPolicy, "v2beta1")))
		got := judge(t, "admission-rules", h)
		expected{v1alpha1.Blocked, bypassed, line, got.Remedy}.of(t, "admission-rules", h)
		if got := judge(t, "removed-apis", h); got.Verdict != v1alpha1.Pass {
			t.Errorf("%s: told twice: %+v", matchPolicy, got)
		}
		if got := judge(t, "admission-rules", hopTo(t, "1.23", "1.24").using(t, admitting(guard(matchPolicy, "v2beta1")))); got.Verdict != v1alpha1.Pass {
			t.Errorf("%s: a hop before: %+v", matchPolicy, got)
		}
	}
	both := hopTo(t, "1.24", "1.25").using(t, admitting(guard("Exact", "v2beta1", "v2")))
	expected{v1alpha1.Pass, "webhooks and admission policies, with 1 rule, miss nothing that 1.25 serves by default", nil, ""}.of(t, "admission-rules", both)
}

func TestRulesThatMissWhatTheHopIntroduces(t *testing.T) {
	const (
		remedy = "set matchPolicy to Equivalent, or add the version to the rule"
		missed = "1 rule with matchPolicy Exact misses a version that 1.23 introduces and serves"
	)
	line := []string{"ValidatingWebhookConfiguration/guard webhooks[v.example.com].rules[0]: autoscaling/v2 horizontalpodautoscalers"}
	every, group, subresource, other := guard("Exact", "*"), guard("Exact", "v1"), guard("Exact", "v1"), guard("Exact", "v1")
	group.Groups, group.Resources = []string{"*"}, []string{"*/*"}
	subresource.Resources = []string{"horizontalpodautoscalers/status"}
	other.Resources = []string{"scales"}
	beside, elsewhere := guard("Exact", "v2"), guard("Exact", "v2")
	beside.Field, elsewhere.Field = "webhooks[v.example.com].rules[1]", "webhooks[w.example.com].rules[0]"
	parameter := v1alpha1.AdmissionReference{
		Kind: "ValidatingAdmissionPolicy", Name: "limit", Field: "spec.paramKind", Groups: []string{"autoscaling"}, Versions: []string{"v1"}, ParamKind: "HorizontalPodAutoscaler",
	}
	for name, tc := range map[string]struct {
		rules []v1alpha1.AdmissionReference
		want  v1alpha1.Verdict
	}{
		"with Exact":                          {[]v1alpha1.AdmissionReference{guard("Exact", "v1")}, v1alpha1.Warning},
		"with Equivalent":                     {[]v1alpha1.AdmissionReference{guard("Equivalent", "v1")}, v1alpha1.Pass},
		"with Exact and any version":          {[]v1alpha1.AdmissionReference{every}, v1alpha1.Pass},
		"with Exact and any resource":         {[]v1alpha1.AdmissionReference{group}, v1alpha1.Warning},
		"with Exact and a subresource":        {[]v1alpha1.AdmissionReference{subresource}, v1alpha1.Warning},
		"with Exact and another resource":     {[]v1alpha1.AdmissionReference{other}, v1alpha1.Pass},
		"with a rule beside for the version":  {[]v1alpha1.AdmissionReference{guard("Exact", "v1"), beside}, v1alpha1.Pass},
		"with a rule of another webhook only": {[]v1alpha1.AdmissionReference{guard("Exact", "v1"), elsewhere}, v1alpha1.Warning},
		"by the kind of its parameters":       {[]v1alpha1.AdmissionReference{parameter}, v1alpha1.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judge(t, "admission-rules", hopTo(t, "1.22", "1.23").using(t, admitting(tc.rules...))); got.Verdict != tc.want {
				t.Errorf("%+v", got)
			}
		})
	}
	expected{v1alpha1.Warning, missed, line, remedy}.of(t, "admission-rules", hopTo(t, "1.22", "1.23").using(t, admitting(guard("Exact", "v1"))))
	for _, minors := range [][2]string{{"1.21", "1.22"}, {"1.23", "1.24"}} {
		if got := judge(t, "admission-rules", hopTo(t, minors[0], minors[1]).using(t, admitting(guard("Exact", "v1")))); got.Verdict != v1alpha1.Pass {
			t.Errorf("%v: %+v", minors, got)
		}
	}
	expected{}.of(t, "admission-rules", hopTo(t, "1.23", "1.23").using(t, admitting(guard("Exact", "v1"))))
}

// 1.26 serves a new beta of flow control, which had betas before 1.24; 1.27 none
// by default: the new betas of that minor are off.
func TestOnlyVersionsThatAreServedByDefaultAreMissed(t *testing.T) {
	flows := guard("Exact", "v1beta2")
	flows.Groups, flows.Resources = []string{"flowcontrol.apiserver.k8s.io"}, []string{"flowschemas"}
	h := hopTo(t, "1.25", "1.26").using(t, admitting(flows))
	if got := judge(t, "admission-rules", h); got.Verdict != v1alpha1.Warning || got.Evidence[0] != "ValidatingWebhookConfiguration/guard webhooks[v.example.com].rules[0]: flowcontrol.apiserver.k8s.io/v1beta3 flowschemas" {
		t.Errorf("%+v", got)
	}
	all := guard("Exact", "v1", "v1beta1", "v1alpha1")
	all.Groups, all.Resources = []string{"authentication.k8s.io"}, []string{"selfsubjectreviews"}
	reviews := guard("Exact", "v1alpha1")
	reviews.Groups, reviews.Resources = all.Groups, all.Resources
	for _, rule := range []v1alpha1.AdmissionReference{all, reviews} {
		if got := judge(t, "admission-rules", hopTo(t, "1.26", "1.27").using(t, admitting(rule))); got.Verdict != v1alpha1.Pass {
			t.Errorf("%v: %+v", rule.Versions, got)
		}
	}
	if got := judge(t, "admission-rules", hopTo(t, "1.27", "1.28").using(t, admitting(reviews))); got.Verdict != v1alpha1.Warning {
		t.Errorf("the stable version: %+v", got)
	}
}

func TestRulesThatAreHidden(t *testing.T) {
	const again = "take the snapshot again with this version of kubectl versions snapshot"
	h := hopTo(t, "1.36", "1.37").using(t, v1alpha1.APIUsage{})
	h.Snapshot.APIUsage.References = nil
	expected{v1alpha1.Unknown, "references: not in the snapshot", nil, again}.of(t, "admission-rules", h)
	h.Snapshot.APIUsage = nil
	expected{v1alpha1.Unknown, "references: not in the snapshot", nil, again}.of(t, "admission-rules", h)

	ofResource := func(resource string) *Hop {
		h := hopTo(t, "1.36", "1.37").gap(v1alpha1.SourceReferences, "list "+resource)
		h.Snapshot.Gaps[0].Resource = resource
		return h.using(t, v1alpha1.APIUsage{})
	}
	const webhooks = "validatingwebhookconfigurations.admissionregistration.k8s.io"
	expected{v1alpha1.Unknown, "1 kind of admission could not be read", []string{"references: " + webhooks}, "ask for permission to list " + webhooks}.of(t, "admission-rules", ofResource(webhooks))
	if got := judge(t, "admission-rules", ofResource("roles.rbac.authorization.k8s.io")); got.Verdict != v1alpha1.Pass {
		t.Errorf("roles: %+v", got)
	}
	expected{v1alpha1.Unknown, "webhooks and admission policies are of no namespace, and only shop was looked at", nil, "take the snapshot again without -n"}.
		of(t, "admission-rules", hopTo(t, "1.36", "1.37").using(t, v1alpha1.APIUsage{Namespace: "shop"}))
}
