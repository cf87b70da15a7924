package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// row is a labelled case: what is done in a namespace of its own, and all that
// is to be found there when the target is 1.38.
type row struct {
	name string
	// namespace is that of the row alone.
	namespace string
	// do is done one after the other, each step in a second of its own.
	do []step
	// want are the findings, as told renders them; none where nothing is to be found.
	want []string
	// dormant is what is found instead once kube-apiserver has started anew and
	// nobody has asked for the version since; nil for the same.
	dormant []string
}

// corpus is the labelled corpus. resource.k8s.io/v1beta1 is gone in 1.38, v1beta2 in 1.39, v1 stays.
func corpus() []row {
	return append(append(append(writers(), movedOn()...), releases()...), customs()...)
}

// writers are those who create and change objects, and whom managedFields name.
func writers() []row {
	claim := claims()
	return []row{
		{
			name: "kubectl apply", namespace: "apply",
			do:      []step{claim.kubectl("apply", "v1beta1", "a=1")},
			want:    []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-client-side-apply: written apply/claim; declared apply/claim"},
			dormant: []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-client-side-apply: written dormant apply/claim; declared apply/claim"},
		},
		{
			name: "kubectl apply through a version that goes away later", namespace: "apply-later",
			do:      []step{claim.kubectl("apply", "v1beta2", "a=1")},
			want:    []string{"warning resource.k8s.io/v1beta2 ResourceClaim: manager kubectl-client-side-apply: written apply-later/claim; declared apply-later/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta2 ResourceClaim: manager kubectl-client-side-apply: written dormant apply-later/claim; declared apply-later/claim"},
		},
		{
			name: "kubectl apply through the version that stays", namespace: "apply-v1",
			do: []step{claim.kubectl("apply", "v1", "a=1")},
		},
		{
			name: "kubectl create", namespace: "create",
			do:      []step{claim.kubectl("create", "v1beta1", "a=1")},
			want:    []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-create: written create/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-create: written dormant create/claim"},
		},
		{
			name: "kubectl create through the version that stays", namespace: "create-v1",
			do: []step{claim.kubectl("create", "v1", "a=1")},
		},
		{
			name: "kubectl apply --server-side", namespace: "server-side",
			do:   []step{claim.kubectl("apply --server-side", "v1beta1", "a=1")},
			want: []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager kubectl: written server-side/claim"},
		},
		{
			name: "kubectl apply --server-side through the version that stays", namespace: "server-side-v1",
			do: []step{claim.kubectl("apply --server-side", "v1", "a=1")},
		},
		{
			name: "kubectl patch of an object that was created through v1", namespace: "patch",
			do:      []step{claim.kubectl("create", "v1", "a=1"), claim.kubectlPatch("v1beta1", "b=1")},
			want:    []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-patch: written patch/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-patch: written dormant patch/claim"},
		},
		{
			name: "kubectl replace through v1 of what kubectl create made through v1beta1", namespace: "replace",
			do:      []step{claim.kubectl("create", "v1beta1", "a=1"), claim.kubectl("replace", "v1", "a=2")},
			want:    []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-create: written replace/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager kubectl-create: written dormant replace/claim"},
		},
		{
			name: "an operator creates", namespace: "post",
			do:      []step{claim.post("poster", "v1beta1", "a=1")},
			want:    []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager poster: written post/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager poster: written dormant post/claim"},
		},
		{
			name: "an operator reads, changes and writes back", namespace: "put",
			do:      []step{claim.post("maker", "v1", "a=1"), claim.put("putter", "v1beta1", "b=1")},
			want:    []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager putter: written put/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager putter: written dormant put/claim"},
		},
		{
			name: "an operator patches", namespace: "patch-raw",
			do:      []step{claim.post("maker", "v1", "a=1"), claim.patch("patcher", "v1beta1", "b=1")},
			want:    []string{"error resource.k8s.io/v1beta1 ResourceClaim: manager patcher: written patch-raw/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager patcher: written dormant patch-raw/claim"},
		},
		{
			name: "an operator works through the version that stays", namespace: "raw-v1",
			do: []step{claim.post("maker", "v1", "a=1"), claim.put("maker", "v1", "b=1"), claim.patch("maker", "v1", "c=1")},
		},
		{
			name: "two operators, one through each beta", namespace: "two-betas",
			do: []step{claim.post("first", "v1beta1", "a=1"), claim.patch("second", "v1beta2", "b=1")},
			want: []string{
				"error resource.k8s.io/v1beta1 ResourceClaim: manager first: written two-betas/claim",
				"warning resource.k8s.io/v1beta2 ResourceClaim: manager second: written two-betas/claim",
			},
			dormant: []string{
				"warning resource.k8s.io/v1beta1 ResourceClaim: manager first: written dormant two-betas/claim",
				"warning resource.k8s.io/v1beta2 ResourceClaim: manager second: written dormant two-betas/claim",
			},
		},
		{
			name: "who reads through an old version is not the writer", namespace: "reader",
			do: []step{claim.post("maker", "v1", "a=1"), func(t *testing.T, s scene) {
				s.send(t, "onlooker", http.MethodGet, claim.item(s, "v1beta1"), "", "")
				s.send(t, "onlooker", http.MethodGet, claim.list(s, "v1beta2"), "", "")
			}},
		},
	}
}

// movedOn are the cases of "stale or live": what managedFields keep of the past.
func movedOn() []row {
	claim := claims()
	const live, stale = "error resource.k8s.io/v1beta1 ResourceClaim: ", "information resource.k8s.io/v1beta1 ResourceClaim: "
	return []row{
		{
			name: "a later update by the same operator through v1", namespace: "moved",
			do:   []step{claim.post("mover", "v1beta1", "a=1"), claim.patch("mover", "v1", "b=1")},
			want: []string{stale + "manager mover: written stale moved/claim"},
		},
		{
			name: "an earlier update by the same operator through v1", namespace: "moved-back",
			do:      []step{claim.post("backslider", "v1", "a=1"), claim.patch("backslider", "v1beta1", "b=1")},
			want:    []string{live + "manager backslider: written moved-back/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager backslider: written dormant moved-back/claim"},
		},
		{
			name: "a later update by another operator through v1", namespace: "others",
			do:      []step{claim.post("loner", "v1beta1", "a=1"), claim.patch("stranger", "v1", "b=1")},
			want:    []string{live + "manager loner: written others/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager loner: written dormant others/claim"},
		},
		{
			name: "two updates within one second decide nothing", namespace: "one-second",
			do:      []step{inOneSecond(claim.post("hasty", "v1beta1", "a=1"), claim.patch("hasty", "v1", "b=1"))},
			want:    []string{live + "manager hasty: written one-second/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager hasty: written dormant one-second/claim"},
		},
		{
			name: "a later update by the same operator through v1beta2 goes away too", namespace: "beta-to-beta",
			do: []step{claim.post("creeper", "v1beta1", "a=1"), claim.patch("creeper", "v1beta2", "b=1")},
			want: []string{
				stale + "manager creeper: written stale beta-to-beta/claim",
				"warning resource.k8s.io/v1beta2 ResourceClaim: manager creeper: written beta-to-beta/claim",
			},
			dormant: []string{
				stale + "manager creeper: written stale beta-to-beta/claim",
				"warning resource.k8s.io/v1beta2 ResourceClaim: manager creeper: written dormant beta-to-beta/claim",
			},
		},
		{
			name: "a later update of all that was written leaves the map of annotations behind", namespace: "replaced",
			do:   []step{claim.post("overwriter", "v1beta1", "a=1"), claim.patch("overwriter", "v1", "a=2")},
			want: []string{stale + "manager overwriter: written stale replaced/claim"},
		},
		{
			name: "Apply, then Update of one manager: the next apply comes through v1beta1", namespace: "apply-update",
			do:   []step{claim.apply("flux", "v1beta1", "a=1"), claim.patch("flux", "v1", "b=1")},
			want: []string{live + "manager flux: written apply-update/claim"},
		},
		{
			name: "Update, then Apply of one manager", namespace: "update-apply",
			do:   []step{claim.post("argo", "v1beta1", "a=1"), claim.apply("argo", "v1", "b=1")},
			want: []string{stale + "manager argo: written stale update-apply/claim"},
		},
		{
			name: "the next apply through v1 replaces an Apply", namespace: "apply-apply",
			do: []step{claim.apply("fleet", "v1beta1", "a=1"), claim.apply("fleet", "v1", "a=2")},
		},
		{
			name: "an apply without change through v1beta1 counts, with the time of the one before", namespace: "no-op-old",
			do:   []step{claim.apply("carvel", "v1", "a=1"), claim.apply("carvel", "v1beta1", "a=1")},
			want: []string{live + "manager carvel: written no-op-old/claim"},
		},
		{
			name: "an apply without change through v1 counts too", namespace: "no-op-new",
			do: []step{claim.apply("kpt", "v1beta1", "a=1"), claim.apply("kpt", "v1", "a=1")},
		},
		{
			name: "a PUT without change through v1beta1 leaves no trace", namespace: "put-same-old",
			do: []step{claim.post("maker", "v1", "a=1"), claim.put("idler", "v1beta1")},
		},
		{
			name: "a PUT without change through v1 proves nothing", namespace: "put-same-new",
			do:      []step{claim.post("waverer", "v1beta1", "a=1"), claim.put("waverer", "v1")},
			want:    []string{live + "manager waverer: written put-same-new/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager waverer: written dormant put-same-new/claim"},
		},
		{
			name: "client-side apply, then server-side apply through v1", namespace: "migrated",
			do: []step{claim.kubectl("apply", "v1beta1", "a=1"), claim.kubectl("apply --server-side", "v1", "a=1")},
		},
		{
			name: "client-side apply, then server-side apply, both through v1beta1: Apply entries without a time", namespace: "migrated-old",
			do: []step{claim.kubectl("apply", "v1beta1", "a=1"), claim.kubectl("apply --server-side", "v1beta1", "a=1")},
			want: []string{
				live + "manager kubectl: written migrated-old/claim",
				live + "manager kubectl-last-applied: written migrated-old/claim; declared migrated-old/claim",
			},
		},
		{
			name: "client-side apply, then server-side apply by another manager, who takes over all but the annotation", namespace: "migrated-to",
			do:   []step{claim.kubectl("apply", "v1beta1", "a=1"), claim.kubectl("apply --server-side --force-conflicts --field-manager=kustomizer", "v1", "a=1")},
			want: []string{stale + "manager: declared stale migrated-to/claim"},
		},
		{
			name: "client-side apply through v1beta1, then through v1", namespace: "applied-anew",
			do:   []step{claim.kubectl("apply", "v1beta1", "a=1"), claim.kubectl("apply", "v1", "b=1")},
			want: []string{stale + "manager kubectl-client-side-apply: written stale applied-anew/claim"},
		},
		{
			name: "client-side apply through v1 after kubectl create through v1beta1", namespace: "create-apply",
			do:   []step{claim.kubectl("create --save-config", "v1beta1", "a=1"), claim.kubectl("apply", "v1", "a=1", "b=1")},
			want: []string{stale + "manager kubectl-create: written stale create-apply/claim"},
		},
		{
			name: "a last-applied annotation that nobody owns", namespace: "ownerless",
			do:   []step{claim.kubectl("apply", "v1beta1", "a=1"), claim.disowned()},
			want: []string{stale + "manager: declared stale ownerless/claim"},
		},
		{
			name: "a last-applied annotation that was copied with the object", namespace: "copied",
			do: []step{func(t *testing.T, s scene) {
				s.send(t, "copier", http.MethodPost, claim.list(s, "v1"), "application/json", fmt.Sprintf(
					`{"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaim","metadata":{"name":"claim","annotations":{"kubectl.kubernetes.io/last-applied-configuration":%q}},"spec":{}}`,
					claim.text(s, "v1beta1")))
			}},
			want: []string{live + "manager copier: declared copied/claim"},
		},
		{
			name: "an Update without a time is not decidable", namespace: "timeless",
			do:   []step{claim.post("maker", "v1beta1", "a=1"), claim.patch("ageless", "v1", "b=1"), claim.written("maker", "ageless", "")},
			want: []string{live + "manager ageless: written timeless/claim"},
		},
		{
			name: "an Update of long ago, through a version that others use today", namespace: "long-ago",
			do:      []step{claim.post("maker", "v1beta1", "a=1"), claim.written("maker", "ancestor", "2020-01-01T00:00:00Z")},
			want:    []string{live + "manager ancestor: written long-ago/claim"},
			dormant: []string{"warning resource.k8s.io/v1beta1 ResourceClaim: manager ancestor: written dormant long-ago/claim"},
		},
		{
			name: "what kube-controller-manager wrote is upgraded with it", namespace: "control-plane",
			do:   []step{claim.post("kube-controller-manager", "v1beta1", "a=1")},
			want: []string{stale + "manager kube-controller-manager: written control-plane/claim"},
		},
	}
}

// releases are Helm's.
func releases() []row {
	const old, staying = "resource.k8s.io/v1beta1 ResourceClaimTemplate gpu", "resource.k8s.io/v1 ResourceClaimTemplate gpu"
	const found = "error resource.k8s.io/v1beta1 ResourceClaimTemplate: release "
	return []row{
		{
			name: "a release in a Secret", namespace: "helm-secret",
			do:   []step{deployed("app", 1, chart(old)).store()},
			want: []string{found + "helm-secret/app: declared helm-secret/gpu"},
		},
		{
			name: "a release in a ConfigMap", namespace: "helm-configmap",
			do:   []step{deployed("app", 1, chart(old)).inConfigMap().store()},
			want: []string{found + "helm-configmap/app: declared helm-configmap/gpu"},
		},
		{
			name: "a release of nothing that goes away", namespace: "helm-v1",
			do: []step{deployed("app", 1, chart(staying)).store()},
		},
		{
			name: "superseded revisions matter only for rollback", namespace: "helm-superseded",
			do: []step{together(
				deployed("app", 1, chart(old)).is("superseded").store(), deployed("app", 2, chart(old)).is("superseded").store(),
				deployed("app", 10, chart(staying)).store(),
			)},
		},
		{
			name: "an upgrade that failed does not count beside what is deployed", namespace: "helm-failed",
			do: []step{deployed("app", 1, chart(staying)).store(), deployed("app", 2, chart(old)).is("failed").store()},
		},
		{
			name: "a first install that failed is what Helm upgrades from", namespace: "helm-first",
			do:   []step{deployed("app", 1, chart(old)).is("failed").store()},
			want: []string{found + "helm-first/app: declared helm-first/gpu"},
		},
		{
			name: "nothing deployed: the newest counts, by number and not by name", namespace: "helm-newest",
			do: []step{
				deployed("app", 9, chart(old)).is("superseded").inConfigMap().store(), deployed("app", 10, chart(staying)).is("failed").inConfigMap().store(),
			},
		},
		{
			name: "an uninstalled release whose history is kept", namespace: "helm-uninstalled",
			do: []step{deployed("app", 1, chart(old)).is("uninstalled").store()},
		},
		{
			name: "a hook", namespace: "helm-hook",
			do:   []step{deployed("app", 1, chart(staying), chart("resource.k8s.io/v1beta1 DeviceClass probe")).store()},
			want: []string{"error resource.k8s.io/v1beta1 DeviceClass: release helm-hook/app: declared helm-hook/probe"},
		},
		{
			name: "APIs that are gone today break the next upgrade", namespace: "helm-gone",
			do: []step{deployed("app", 1, chart("policy/v1beta1 PodDisruptionBudget web", "extensions/v1beta1 Ingress web")).store()},
			want: []string{
				"error extensions/v1beta1 Ingress: release helm-gone/app: declared helm-gone/web",
				"error policy/v1beta1 PodDisruptionBudget: release helm-gone/app: declared helm-gone/web",
			},
		},
		{
			name: "an API that nothing knows", namespace: "helm-unknown",
			do:   []step{deployed("app", 1, chart("nowhere.example.org/v1 Thing one")).store()},
			want: []string{"unknown nowhere.example.org/v1 Thing: release helm-unknown/app: declared helm-unknown/one"},
		},
		{
			name: "two releases of one name", namespace: "helm-namesake",
			do:   []step{deployed("app", 1, chart("resource.k8s.io/v1beta2 ResourceClaimTemplate gpu")).store()},
			want: []string{"warning resource.k8s.io/v1beta2 ResourceClaimTemplate: release helm-namesake/app: declared helm-namesake/gpu"},
		},
		{
			name: "a payload without gzip, as Helm reads it too", namespace: "helm-plain",
			do: []step{func(t *testing.T, s scene) {
				r := deployed("app", 1, chart(old))
				r.as(base64.StdEncoding.EncodeToString([]byte(r.json(s.namespace)))).store()(t, s)
			}},
			want: []string{found + "helm-plain/app: declared helm-plain/gpu"},
		},
		{
			name: "a Secret of an owner called helm that is no release", namespace: "helm-impostor",
			do: []step{func(t *testing.T, s scene) {
				s.send(t, "impostor", http.MethodPost, "/api/v1/namespaces/"+s.namespace+"/secrets", "application/json", fmt.Sprintf(
					`{"metadata":{"name":"impostor","labels":{"owner":"helm","name":"app","version":"1","status":"deployed"}},"stringData":{"release":%q}}`,
					deployed("app", 1, chart(old)).json(s.namespace)))
			}},
		},
		{
			name: "payloads that cannot be read are gaps, and not clean", namespace: "helm-hostile",
			do: []step{together(
				deployed("no-gzip", 1, "").as(base64.StdEncoding.EncodeToString([]byte("\x1f\x8b\x08"+canary))).store(),
				deployed("no-base64", 1, "").as("%%% "+canary).store(),
				deployed("no-json", 1, "").as(compressed(`{"manifest": "`+canary)).store(),
				deployed("no-yaml", 1, chart(old)+"---\n\tkind: {"+canary+"\n").store(),
				deployed("zeros", 1, "").as(zeros(750_000_000)).store(),
				deployed("more-zeros", 1, "").as(zeros(1000)).store(),
				deployed("escapes", 1, chart(`resource.k8s.io/v1beta1 ResourceClaimTemplate "\e[31mred\e[0m\a"`)).store(),
			)},
			want: []string{
				found + "helm-hostile/escapes: declared helm-hostile/\x1b[31mred\x1b[0m\a",
				found + "helm-hostile/no-yaml: declared helm-hostile/gpu",
			},
		},
	}
}

// customs are custom resources, of kinds that testdata/deprecations/definitions.yaml defines.
func customs() []row {
	custom := func(name, kind string) resource {
		return resource{group: "example.com", name: name, kind: kind, object: strings.ToLower(kind)}
	}
	gadget, keeper, leaver, mover, relic := custom("gadgets", "Gadget"), custom("keepers", "Keeper"), custom("leavers", "Leaver"), custom("movers", "Mover"), custom("relics", "Relic")
	return []row{
		{
			name: "a version that its author deprecates", namespace: "custom",
			do:      []step{gadget.post("assembler", "v1beta1", "a=1")},
			want:    []string{"warning example.com/v1beta1 Gadget: manager assembler: written custom/gadget"},
			dormant: []string{"warning example.com/v1beta1 Gadget: manager assembler: written dormant custom/gadget"},
		},
		{
			name: "kubectl apply through it", namespace: "custom-apply",
			do:      []step{gadget.kubectl("apply", "v1beta1", "a=1")},
			want:    []string{"warning example.com/v1beta1 Gadget: manager kubectl-client-side-apply: written custom-apply/gadget; declared custom-apply/gadget"},
			dormant: []string{"warning example.com/v1beta1 Gadget: manager kubectl-client-side-apply: written dormant custom-apply/gadget; declared custom-apply/gadget"},
		},
		{
			name: "its writer has moved on", namespace: "custom-moved",
			do:   []step{gadget.post("renewer", "v1beta1", "a=1"), gadget.patch("renewer", "v1", "b=1")},
			want: []string{"information example.com/v1beta1 Gadget: manager renewer: written stale custom-moved/gadget"},
		},
		{
			name: "a beta that nobody deprecates", namespace: "custom-kept",
			do: []step{keeper.post("maker", "v1beta1", "a=1")},
		},
		{
			name: "a release declares it", namespace: "custom-helm",
			do:   []step{deployed("app", 1, chart("example.com/v1beta1 Gadget one", "example.com/v1 Gadget two", "example.com/v1beta1 Keeper three")).store()},
			want: []string{"warning example.com/v1beta1 Gadget: release custom-helm/app: declared custom-helm/one"},
		},
		{
			name: "a version that left spec.versions breaks server-side apply", namespace: "custom-left",
			do:   []step{leaver.post("forgotten", "v1alpha1", "a=1"), dropVersion("leavers", "v1alpha1"), refused(leaver)},
			want: []string{"error example.com/v1alpha1 Leaver: manager forgotten: stored custom-left/leaver"},
		},
		{
			name: "a version that is not served any more, and may still be stored", namespace: "custom-unserved",
			do:   []step{mover.post("settler", "v1alpha1", "a=1"), storeAs("movers", "v1alpha1", "v1"), mover.patch("settler", "v1", "b=1")},
			want: []string{"information example.com/v1alpha1 Mover: manager settler: written stale custom-unserved/mover"},
		},
		{
			name: "a resource of deprecated versions alone is not listed", namespace: "custom-relic",
			do: []step{relic.post("curator", "v1alpha1", "a=1")},
		},
	}
}

func definition(plural string) string {
	return "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + plural + ".example.com"
}

// dropVersion takes the last version out of a definition.
func dropVersion(plural, version string) step {
	return func(t *testing.T, s scene) {
		s.send(t, "author", http.MethodPatch, definition(plural), jsonPatch,
			fmt.Sprintf(`[{"op":"test","path":"/spec/versions/2/name","value":%q},{"op":"remove","path":"/spec/versions/2"}]`, version))
	}
}

// storeAs stores a resource of two versions in the first, and stops to serve the second.
func storeAs(plural, from, to string) step {
	return func(t *testing.T, s scene) {
		s.send(t, "author", http.MethodPatch, definition(plural), jsonPatch, fmt.Sprintf(
			`[{"op":"test","path":"/spec/versions/0/name","value":%q},{"op":"test","path":"/spec/versions/1/name","value":%q},`+
				`{"op":"replace","path":"/spec/versions/0/storage","value":true},{"op":"replace","path":"/spec/versions/1/storage","value":false},`+
				`{"op":"replace","path":"/spec/versions/1/served","value":false}]`, to, from))
	}
}

// refused proves that nobody can apply the object on the server's side.
func refused(r resource) step {
	return func(t *testing.T, s scene) {
		code, answer := s.try(t, "applier", http.MethodPatch, r.item(s, "v1")+"?fieldManager=applier", applyPatch, r.text(s, "v1", "b=1"))
		if code/100 == 2 {
			t.Errorf("server-side apply works: %s", answer)
		}
	}
}
