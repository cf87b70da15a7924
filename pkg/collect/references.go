package collect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const hiddenReferences = "objects that name APIs"

func referencePermissions() []Permission {
	var all []Permission
	for _, kind := range (&usage{}).referring() {
		gr := schema.GroupResource{Group: kind.group, Resource: kind.resource}
		all = append(all, Permission{
			Verb: "list", Group: gr.Group, Resource: gr.Resource, Source: v1alpha1.SourceReferences, Of: gr.String(), Hides: hiddenReferences,
			Why: "Webhooks, policies, autoscalers and roles that name an API which goes away.",
		})
	}
	return all
}

// bootstrapping is the label of the roles that kube-apiserver keeps up to date.
const bootstrapping = "kubernetes.io/bootstrapping"

// referring is a kind of objects that name APIs.
type referring struct {
	group, resource string
	// read decodes an object as the newest version has it. In JSON, older ones
	// have the same under the same names.
	read func(e encoded, into *v1alpha1.References) error
}

// newestVersion is that of the Go types that objects are decoded into. Another one
// may differ as protobuf, and is read as JSON.
func newestVersion(group string) string {
	if group == "autoscaling" {
		return "v2"
	}
	return "v1"
}

func (u *usage) referring() []referring {
	return []referring{
		{"admissionregistration.k8s.io", "validatingwebhookconfigurations", readValidatingWebhooks},
		{"admissionregistration.k8s.io", "mutatingwebhookconfigurations", readMutatingWebhooks},
		{"admissionregistration.k8s.io", "validatingadmissionpolicies", readValidatingPolicies},
		{"admissionregistration.k8s.io", "mutatingadmissionpolicies", readMutatingPolicies},
		{"autoscaling", "horizontalpodautoscalers", u.readAutoscalers},
		{"rbac.authorization.k8s.io", "clusterroles", u.readClusterRoles},
		{"rbac.authorization.k8s.io", "roles", u.readRoles},
	}
}

// references reads the kinds that the server has. One that it has only in
// deprecated versions is not read, and not in Scanned.
func (u *usage) references(ctx context.Context, served []v1alpha1.ServedResource) *v1alpha1.References {
	found := &v1alpha1.References{Scanned: []v1alpha1.ScannedKind{}}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, kind := range u.referring() {
		at := slices.IndexFunc(served, func(r v1alpha1.ServedResource) bool { return r.Group == kind.group && r.Resource == kind.resource })
		if at < 0 || u.Namespace != "" && !served[at].Namespaced {
			continue
		}
		v := u.readVersion(served[at])
		if v == "" {
			continue
		}
		all.Go(func() {
			gr := schema.GroupResource{Group: kind.group, Resource: kind.resource}
			some, count, err := u.readReferences(ctx, kind, gr.WithVersion(v))
			u.gaps.addOf(v1alpha1.SourceReferences, gr.String(), hiddenReferences, err)
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found.Scanned = append(found.Scanned, v1alpha1.ScannedKind{Group: kind.group, Kind: served[at].Kind, Count: count})
			found.Admission = append(found.Admission, some.Admission...)
			found.ScaleTargets = append(found.ScaleTargets, some.ScaleTargets...)
			found.Roles = append(found.Roles, some.Roles...)
		})
	}
	all.Wait()
	sortReferences(found)
	return found
}

func (u *usage) readReferences(ctx context.Context, kind referring, gvr schema.GroupVersionResource) (*v1alpha1.References, int32, error) {
	of := selection{GroupVersionResource: gvr, namespace: u.Namespace, accept: acceptProtobuf, limit: smallObjects}
	if gvr.Version != newestVersion(gvr.Group) {
		of.accept = acceptJSON
	}
	var found *v1alpha1.References
	var count int32
	begin := func() { found, count = &v1alpha1.References{}, 0 }
	err := u.lists.each(ctx, of, begin, func(e encoded) error {
		count++
		return kind.read(e, found)
	})
	return found, count, err
}

func sortReferences(r *v1alpha1.References) {
	slices.SortFunc(r.Scanned, func(a, b v1alpha1.ScannedKind) int { return cmp.Compare(a.Kind, b.Kind) })
	slices.SortStableFunc(r.Admission, func(a, b v1alpha1.AdmissionReference) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(r.ScaleTargets, func(a, b v1alpha1.ScaleTarget) int {
		return cmp.Or(cmp.Compare(a.APIVersion, b.APIVersion), cmp.Compare(a.Kind, b.Kind))
	})
	for _, target := range r.ScaleTargets {
		slices.Sort(target.Autoscalers)
	}
	slices.SortStableFunc(r.Roles, func(a, b v1alpha1.RoleReference) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
}

func readValidatingWebhooks(e encoded, into *v1alpha1.References) error {
	var configuration admissionv1.ValidatingWebhookConfiguration
	err := e.decode(&configuration)
	for _, webhook := range configuration.Webhooks {
		add(into, "ValidatingWebhookConfiguration", configuration.Name, "webhooks["+webhook.Name+"].rules", webhook.Rules, webhook.MatchPolicy)
	}
	return err
}

func readMutatingWebhooks(e encoded, into *v1alpha1.References) error {
	var configuration admissionv1.MutatingWebhookConfiguration
	err := e.decode(&configuration)
	for _, webhook := range configuration.Webhooks {
		add(into, "MutatingWebhookConfiguration", configuration.Name, "webhooks["+webhook.Name+"].rules", webhook.Rules, webhook.MatchPolicy)
	}
	return err
}

func readValidatingPolicies(e encoded, into *v1alpha1.References) error {
	var policy admissionv1.ValidatingAdmissionPolicy
	err := e.decode(&policy)
	addPolicy(into, "ValidatingAdmissionPolicy", policy.Name, policy.Spec.MatchConstraints, policy.Spec.ParamKind)
	return err
}

func readMutatingPolicies(e encoded, into *v1alpha1.References) error {
	var policy admissionv1.MutatingAdmissionPolicy
	err := e.decode(&policy)
	addPolicy(into, "MutatingAdmissionPolicy", policy.Name, policy.Spec.MatchConstraints, policy.Spec.ParamKind)
	return err
}

func addPolicy(into *v1alpha1.References, kind, name string, constraints *admissionv1.MatchResources, param *admissionv1.ParamKind) {
	if constraints != nil {
		rules := make([]admissionv1.RuleWithOperations, len(constraints.ResourceRules))
		for i, rule := range constraints.ResourceRules {
			rules[i] = rule.RuleWithOperations
		}
		add(into, kind, name, "spec.matchConstraints.resourceRules", rules, constraints.MatchPolicy)
	}
	if param != nil {
		gv := apiVersion(param.APIVersion)
		into.Admission = append(into.Admission, v1alpha1.AdmissionReference{
			Kind: kind, Name: name, Field: "spec.paramKind",
			Groups: []string{gv.Group}, Versions: []string{gv.Version}, ParamKind: param.Kind,
		})
	}
}

// add adds the rules of a field. Without a matchPolicy it is Equivalent; the
// server has written the default of v1beta1, which was Exact, into its answer.
func add(into *v1alpha1.References, kind, name, field string, rules []admissionv1.RuleWithOperations, policy *admissionv1.MatchPolicyType) {
	match := admissionv1.Equivalent
	if policy != nil {
		match = *policy
	}
	for i, rule := range rules {
		into.Admission = append(into.Admission, v1alpha1.AdmissionReference{
			Kind: kind, Name: name, Field: fmt.Sprintf("%s[%d]", field, i),
			Groups: rule.APIGroups, Versions: rule.APIVersions, Resources: rule.Resources, MatchPolicy: string(match),
		})
	}
}

// apiVersion takes an apiVersion apart, whatever it is: one without a slash is a
// version of the core group.
func apiVersion(text string) schema.GroupVersion {
	if group, version, found := strings.Cut(text, "/"); found {
		return schema.GroupVersion{Group: group, Version: version}
	}
	return schema.GroupVersion{Version: text}
}

func (u *usage) readAutoscalers(e encoded, into *v1alpha1.References) error {
	var autoscaler autoscalingv2.HorizontalPodAutoscaler
	if err := e.decode(&autoscaler); err != nil {
		return err
	}
	u.addScaleTarget(into, autoscaler.Spec.ScaleTargetRef, autoscaler.Namespace+"/"+autoscaler.Name)
	return nil
}

func (u *usage) addScaleTarget(into *v1alpha1.References, ref autoscalingv2.CrossVersionObjectReference, autoscaler string) {
	at := slices.IndexFunc(into.ScaleTargets, func(t v1alpha1.ScaleTarget) bool { return t.APIVersion == ref.APIVersion && t.Kind == ref.Kind })
	if at < 0 {
		at = len(into.ScaleTargets)
		into.ScaleTargets = append(into.ScaleTargets, v1alpha1.ScaleTarget{APIVersion: ref.APIVersion, Kind: ref.Kind})
	}
	target := &into.ScaleTargets[at]
	target.Count++
	a := u.Index.Kind(apiVersion(ref.APIVersion).WithKind(ref.Kind))
	if a == nil || !a.Deprecated.IsZero() || !a.Removed.IsZero() {
		target.Autoscalers = append(target.Autoscalers, autoscaler)
	}
}

func (u *usage) readClusterRoles(e encoded, into *v1alpha1.References) error {
	var role rbacv1.ClusterRole
	err := e.decode(&role)
	_, bootstrap := role.Labels[bootstrapping]
	u.addRole(into, v1alpha1.RoleReference{Kind: "ClusterRole", Name: role.Name, Bootstrap: bootstrap}, role.Rules)
	return err
}

func (u *usage) readRoles(e encoded, into *v1alpha1.References) error {
	var role rbacv1.Role
	err := e.decode(&role)
	_, bootstrap := role.Labels[bootstrapping]
	u.addRole(into, v1alpha1.RoleReference{Kind: "Role", Namespace: role.Namespace, Name: role.Name, Bootstrap: bootstrap}, role.Rules)
	return err
}

// addRole adds the rules that name a resource which vanishes from its group.
// Rules that differ only in verbs are one.
func (u *usage) addRole(into *v1alpha1.References, role v1alpha1.RoleReference, rules []rbacv1.PolicyRule) {
	first := len(into.Roles)
	for _, rule := range rules {
		role.Groups, role.Resources = rule.APIGroups, rule.Resources
		same := func(r v1alpha1.RoleReference) bool {
			return slices.Equal(r.Groups, role.Groups) && slices.Equal(r.Resources, role.Resources)
		}
		if u.namesVanishing(rule) && !slices.ContainsFunc(into.Roles[first:], same) {
			into.Roles = append(into.Roles, role)
		}
	}
}

// namesVanishing reports whether a rule names a resource, or all resources of a
// group, of which every version is removed some day.
func (u *usage) namesVanishing(rule rbacv1.PolicyRule) bool {
	for _, group := range rule.APIGroups {
		for _, resource := range rule.Resources {
			resource, _, _ = strings.Cut(resource, "/")
			if u.vanishes(group, resource) {
				return true
			}
		}
	}
	return false
}

func (u *usage) vanishes(group, resource string) bool {
	known := false
	for i := range u.Index.APIs {
		a := &u.Index.APIs[i]
		if a.Group != group || resource != "*" && a.Resource != resource {
			continue
		}
		if a.Removed.IsZero() {
			return false
		}
		known = true
	}
	return known
}
