package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// labelled is a case: what is done, and what of it somebody uses.
type labelled struct {
	name string
	do   []command
	// finding is what a tool is to report, or must not. Objects of different cases differ in their names.
	finding
	used bool
}

// command is one of kubectl, with a text on stdin.
type command struct {
	args  []string
	stdin string
}

func kubectl(args, stdin string) command { return command{strings.Fields(args), stdin} }

// resource is a kind whose old version goes away, while the new one stays.
type resource struct {
	group, old, new, kind, plural string
	// rest is what an object needs besides metadata.
	rest string
	// another is a resource of the group with the same versions.
	anotherKind, anotherPlural string
	// alone is a manifest of an object whose kind is served in deprecated versions alone; empty for none.
	alone labelled
}

func (r resource) text(version, object, note string) string {
	return fmt.Sprintf(`{"apiVersion":"%s/%s","kind":%q,"metadata":{"name":%q,"annotations":{"note":%q}},%s}`,
		r.group, version, r.kind, object, note, r.rest)
}

func (r resource) argument(version, object string) string {
	return r.plural + "." + version + "." + r.group + " " + object
}

func (r resource) oldAPI() string { return r.group + "/" + r.old }

// cases are all that is done on a cluster.
func cases(r resource) []labelled {
	all := append(writers(r), releases(r)...)
	all = append(all, others(r)...)
	if r.alone.name != "" {
		all = append(all, r.alone)
	}
	return all
}

// writers are those who create and change objects.
func writers(r resource) []labelled {
	var all []labelled
	add := func(name, object string, used bool, do ...command) {
		all = append(all, labelled{name, do, finding{r.oldAPI(), r.kind, object}, used})
	}
	with := func(args, version, object, note string) command {
		return kubectl(args+" -f -", r.text(version, object, note))
	}
	patch := func(manager, version, object, note string) command {
		c := kubectl("patch "+r.argument(version, object)+" --type=merge --field-manager="+manager, "")
		c.args = append(c.args, "-p", fmt.Sprintf(`{"metadata":{"annotations":{"by-%s":%q}}}`, manager, note))
		return c
	}
	add("`kubectl apply`", "applied", true, with("apply", r.old, "applied", "a"))
	add("`kubectl create`", "created", true, with("create", r.old, "created", "a"))
	add("`kubectl apply --server-side`", "server-side", true, with("apply --server-side", r.old, "server-side", "a"))
	add("a GitOps controller applies on the server's side", "gitops", true, with("apply --server-side --field-manager=flux", r.old, "gitops", "a"))
	add("an operator creates", "operated", true, with("create --field-manager=operator", r.old, "operated", "a"))
	add("an operator patches what was created through the new version", "patched", true,
		with("create", r.new, "patched", "a"), patch("operator", r.old, "patched", "b"))
	add("an operator creates, another patches through the new version", "shared", true,
		with("create --field-manager=first", r.old, "shared", "a"), patch("second", r.new, "shared", "b"))

	add("`kubectl apply` through the new version", "applied-new", false, with("apply", r.new, "applied-new", "a"))
	add("`kubectl create` through the new version", "created-new", false, with("create", r.new, "created-new", "a"))
	add("an operator creates, and has since patched through the new version", "operated-anew", false,
		with("create --field-manager=mover", r.old, "operated-anew", "a"), patch("mover", r.new, "operated-anew", "b"))
	add("`kubectl apply`, and since then through the new version", "applied-anew", false,
		with("apply", r.old, "applied-anew", "a"), with("apply", r.new, "applied-anew", "b"))
	add("`kubectl apply --server-side`, and since then through the new version", "server-side-anew", false,
		with("apply --server-side", r.old, "server-side-anew", "a"), with("apply --server-side", r.new, "server-side-anew", "b"))
	add("`kubectl get` of an object of the new version", "looked-at", false,
		with("create", r.new, "looked-at", "a"), kubectl("get "+r.argument(r.old, "looked-at"), ""))
	return all
}

// releases are Helm's.
func releases(r resource) []labelled {
	old, staying := r.oldAPI(), r.group+"/"+r.new
	one := func(api, kind, object string) string {
		return fmt.Sprintf("---\napiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n", api, kind, object)
	}
	return []labelled{
		{"a release in a Secret", []command{stored("Secret", "in-secret", 1, "deployed", one(old, r.kind, "helm-secret"))}, finding{old, r.kind, "helm-secret"}, true},
		{"a release in a ConfigMap", []command{stored("ConfigMap", "in-configmap", 1, "deployed", one(old, r.kind, "helm-configmap"))}, finding{old, r.kind, "helm-configmap"}, true},
		{"a hook of a release", []command{stored("Secret", "hooked", 1, "deployed", one(staying, r.kind, "helm-hooked"), one(old, r.kind, "helm-hook"))}, finding{old, r.kind, "helm-hook"}, true},
		{"a release of an API that is gone: PodDisruptionBudget", []command{stored("Secret", "gone-budget", 1, "deployed", one("policy/v1beta1", "PodDisruptionBudget", "helm-budget"))}, finding{"policy/v1beta1", "PodDisruptionBudget", "helm-budget"}, true},
		{"a release of an API that is gone: Ingress", []command{stored("Secret", "gone-ingress", 1, "deployed", one("extensions/v1beta1", "Ingress", "helm-ingress"))}, finding{"extensions/v1beta1", "Ingress", "helm-ingress"}, true},
		{"a first install that failed, which Helm upgrades from", []command{stored("Secret", "first", 1, "failed", one(old, r.kind, "helm-failed"))}, finding{old, r.kind, "helm-failed"}, true},

		{"a release of the new version", []command{stored("Secret", "new", 1, "deployed", one(staying, r.kind, "helm-new"))}, finding{old, r.kind, "helm-new"}, false},
		{"a superseded revision of a release", []command{
			stored("Secret", "upgraded", 1, "superseded", one(old, r.kind, "helm-superseded")),
			stored("Secret", "upgraded", 2, "deployed", one(staying, r.kind, "helm-superseded")),
		}, finding{old, r.kind, "helm-superseded"}, false},
		{"a release that is uninstalled, its history kept", []command{stored("Secret", "uninstalled", 1, "uninstalled", one(old, r.kind, "helm-uninstalled"))}, finding{old, r.kind, "helm-uninstalled"}, false},
	}
}

// others are webhooks, custom resources, and clients that only read.
func others(r resource) []labelled {
	webhook := func(name, versions string) command {
		return kubectl("create -f -", fmt.Sprintf(`{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":%q},
"webhooks":[{"name":"all.example.com","admissionReviewVersions":["v1"],"sideEffects":"None","failurePolicy":"Ignore",
"clientConfig":{"service":{"namespace":"default","name":"absent"}},
"rules":[{"apiGroups":[%q],"apiVersions":[%s],"resources":[%q],"operations":["DELETE"]}]}]}`, name, r.group, versions, r.plural))
	}
	gadget := func(version, name string) string {
		return fmt.Sprintf(`{"apiVersion":"example.com/%s","kind":"Gadget","metadata":{"name":%q},"spec":{"size":1}}`, version, name)
	}
	return []labelled{
		{"a webhook names the old version alone: it will match nothing", []command{webhook("webhook-old", fmt.Sprintf("%q", r.old))}, finding{r.oldAPI(), r.kind, "webhook-old"}, true},
		{"a webhook names both versions", []command{webhook("webhook-both", fmt.Sprintf("%q,%q", r.old, r.new))}, finding{r.oldAPI(), r.kind, "webhook-both"}, false},
		{"a custom resource through a version that its definition deprecates", []command{kubectl("create -f -", gadget("v1beta1", "gadget-old"))}, finding{"example.com/v1beta1", "Gadget", "gadget-old"}, true},
		{"a custom resource through the version that stays", []command{kubectl("create -f -", gadget("v1", "gadget-new"))}, finding{"example.com/v1beta1", "Gadget", "gadget-new"}, false},
		{"a client that only lists through the old version", []command{kubectl("get "+r.anotherPlural+"."+r.old+"."+r.group, "")}, finding{r.oldAPI(), r.anotherKind, ""}, true},
	}
}

// prepare defines the custom resources.
func prepare() []command {
	return []command{kubectl("create -f -", definition), kubectl("wait --for=condition=Established --timeout=60s crd/gadgets.example.com", "")}
}

const definition = `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gadgets.example.com"},"spec":{
"group":"example.com","scope":"Namespaced","names":{"kind":"Gadget","plural":"gadgets","singular":"gadget","listKind":"GadgetList"},"versions":[
{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}},
{"name":"v1beta1","served":true,"storage":false,"deprecated":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}`

// stored is a revision of a release as Helm 3 and 4 store it: helm.sh/helm, pkg/storage/driver/secrets.go and cfgmaps.go.
func stored(kind, release string, revision int, status, manifest string, hooks ...string) command {
	var hooked []map[string]any
	for _, hook := range hooks {
		hooked = append(hooked, map[string]any{"name": "hook", "kind": "Job", "path": "chart/templates/hook.yaml", "manifest": hook, "events": []string{"pre-upgrade"}})
	}
	text, _ := json.Marshal(map[string]any{
		"name": release, "namespace": "default", "version": revision,
		"info":     map[string]any{"first_deployed": "2026-11-01T10:00:00Z", "last_deployed": "2026-11-02T10:00:00Z", "status": status},
		"chart":    map[string]any{"metadata": map[string]any{"name": "chart", "version": "1.0.0", "apiVersion": "v2"}},
		"manifest": manifest, "hooks": hooked,
	})
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, _ = writer.Write(text)
	_ = writer.Close()
	payload := base64.StdEncoding.EncodeToString(packed.Bytes())
	object := map[string]any{
		"apiVersion": "v1", "kind": kind,
		"metadata": map[string]any{
			"name":   fmt.Sprintf("sh.helm.release.v1.%s.v%d", release, revision),
			"labels": map[string]string{"name": release, "owner": "helm", "status": status, "version": fmt.Sprint(revision)},
		},
	}
	if kind == "Secret" {
		object["type"], object["stringData"] = "helm.sh/release.v1", map[string]string{"release": payload}
	} else {
		object["data"] = map[string]string{"release": payload}
	}
	encoded, _ := json.Marshal(object)
	return kubectl("create -f -", string(encoded))
}

// manifest is a file, and what is to be found in it.
type manifest struct {
	path, text string
	cases      []labelled
}

// manifests are a folder of files, to be judged for a target that has none of the old versions.
func manifests() []manifest {
	is := func(name, api, kind, object string, used bool) labelled {
		return labelled{name: name, finding: finding{api, kind, object}, used: used}
	}
	return []manifest{
		{"budget.yaml", "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: file-budget}\n",
			[]labelled{is("a manifest", "policy/v1beta1", "PodDisruptionBudget", "file-budget", true)}},
		{"budget-new.yaml", "# was apiVersion: policy/v1beta1\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: file-budget-new}\n",
			[]labelled{is("a manifest of the new version, the old one in a comment", "policy/v1beta1", "PodDisruptionBudget", "file-budget-new", false)}},
		{"rendered.yaml", "---\n# Source: shop/templates/deployment.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: file-web}\n---\n" +
			"apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: file-ingress}\n",
			[]labelled{
				is("a file of several documents", "extensions/v1beta1", "Ingress", "file-ingress", true),
				is("another document of that file", "extensions/v1beta1", "Deployment", "file-web", false),
			}},
		{"list.yaml", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: file-job}}\n",
			[]labelled{is("an item of a List", "batch/v1beta1", "CronJob", "file-job", true)}},
		{"claim.json", `{"apiVersion":"resource.k8s.io/v1beta1","kind":"ResourceClaim","metadata":{"name":"file-claim"},"spec":{}}`,
			[]labelled{is("JSON", "resource.k8s.io/v1beta1", "ResourceClaim", "file-claim", true)}},
		{"flow.yaml", "apiVersion: flowcontrol.apiserver.k8s.io/v1beta3\nkind: FlowSchema\nmetadata: {name: file-flow}\n",
			[]labelled{is("a FlowSchema", "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", "file-flow", true)}},
		{"nested/autoscaler.yaml", "apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: {name: file-autoscaler}\n",
			[]labelled{is("a file of a nested folder", "autoscaling/v2beta2", "HorizontalPodAutoscaler", "file-autoscaler", true)}},
		{"certificate.yaml", "apiVersion: cert-manager.io/v1alpha2\nkind: Certificate\nmetadata: {name: file-certificate}\n",
			[]labelled{is("a custom resource of cert-manager that is gone since its 1.6", "cert-manager.io/v1alpha2", "Certificate", "file-certificate", true)}},
		{"mesh.yaml", "apiVersion: example.com/v1beta1\nkind: Gadget\nmetadata: {name: file-gadget}\n",
			[]labelled{is("a custom resource of which nothing is known", "example.com/v1beta1", "Gadget", "file-gadget", false)}},
	}
}
