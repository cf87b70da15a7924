package deprecation

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// admission reads the rules of webhooks and admission policies. Whatever its
// matchPolicy, a rule that names only versions which the server does not serve
// matches nothing, and admission is bypassed without a word: with Equivalent
// too, a request is compared only with versions that are served.
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchpolicy
func (e *evaluation) admission() []use {
	if e.usage.References == nil {
		return nil
	}
	var uses []use
	for group, rules := range byConfiguration(e.usage.References.Admission) {
		subject := v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectObject, Name: group.kind + "/" + group.name}
		for _, rule := range rules {
			if rule.ParamKind != "" {
				apiVersion := schema.GroupVersion{Group: only(rule.Groups), Version: only(rule.Versions)}.String()
				if a := e.apis.kind(apiVersion, rule.ParamKind); a.fate != stays && a.fate != unheard {
					uses = append(uses, use{
						api: a, subject: subject, evidence: v1alpha1.EvidenceReferenced, strength: live, says: rule.Field + " names it",
					})
				}
				continue
			}
			for _, a := range e.apis.going() {
				if a.fate == kept || !names(rule, a) {
					continue
				}
				u := use{api: a, subject: subject, evidence: v1alpha1.EvidenceReferenced, strength: live}
				survivor := e.survivorOf(a)
				switch {
				case survivor == nil || e.admitted(rules, a, survivor):
					continue // nothing to admit once it is gone, or admitted through another rule
				case rule.MatchPolicy == "Exact" && survivor.served && a.fate != gone:
					u.says = rule.Field + " names only versions that go away, and with matchPolicy Exact misses " + survivor.GroupVersion().String() + " today"
				default:
					u.says = rule.Field + " names only versions that go away, and will match nothing: admission is bypassed"
				}
				u.remedy = "add " + survivor.GroupVersion().String() + " to the rule, with apiGroups, apiVersions and resources"
				uses = append(uses, u)
			}
		}
	}
	return uses
}

// survivorOf is the API that the requests for a use at the target, or nil.
func (e *evaluation) survivorOf(a *api) *api {
	if a.replacement != nil {
		if next := e.apis.kind(a.replacement.APIVersion, a.replacement.Kind); next.fate != gone && next.fate != unheard {
			return next
		}
	}
	for _, sibling := range e.apis.versions(a.GroupResource()) {
		if sibling.outlives(a) && sibling.fate != gone {
			return sibling
		}
	}
	return nil
}

// admitted reports whether rules of one webhook or policy cover the requests
// that survive an API: at the version that the clients move to, or, unless the
// rule says Exact, at any other that is served for longer.
func (e *evaluation) admitted(rules []v1alpha1.AdmissionReference, a, survivor *api) bool {
	return slices.ContainsFunc(rules, func(r v1alpha1.AdmissionReference) bool {
		return matches(r, survivor) || r.MatchPolicy != "Exact" && slices.ContainsFunc(e.apis.versions(a.GroupResource()), func(sibling *api) bool {
			return sibling.served && sibling.fate != gone && sibling.outlives(a) && matches(r, sibling)
		})
	})
}

type configurationName struct{ kind, name, hook string }

// byConfiguration groups the rules of one webhook or policy.
func byConfiguration(all []v1alpha1.AdmissionReference) map[configurationName][]v1alpha1.AdmissionReference {
	grouped := map[configurationName][]v1alpha1.AdmissionReference{}
	for _, r := range all {
		hook, _, _ := strings.Cut(r.Field, ".rules[")
		if !strings.HasPrefix(hook, "webhooks[") {
			hook = ""
		}
		k := configurationName{r.Kind, r.Name, hook}
		grouped[k] = append(grouped[k], r)
	}
	return grouped
}

// names reports whether a rule means an API by its own words: by version, and
// by group or resource or both.
func names(r v1alpha1.AdmissionReference, a *api) bool {
	return matches(r, a) && slices.Contains(r.Versions, a.Version) &&
		(slices.Contains(r.Groups, a.Group) || !slices.ContainsFunc(r.Resources, func(resource string) bool { return strings.HasPrefix(resource, "*") }))
}

// matches reports whether a rule covers an API, wildcards included.
func matches(r v1alpha1.AdmissionReference, a *api) bool {
	either := func(list []string, value string) bool {
		return slices.Contains(list, "*") || slices.Contains(list, value)
	}
	return either(r.Groups, a.Group) && either(r.Versions, a.Version) && slices.ContainsFunc(r.Resources, func(resource string) bool {
		resource, _, _ = strings.Cut(resource, "/")
		return resource == "*" || resource == a.Resource
	})
}

func only(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// scaleTargets reads what HorizontalPodAutoscalers scale. The autoscaler looks
// up group and kind in whatever version is served, and so only a group without
// the kind breaks it: k8s.io/kubernetes/pkg/controller/podautoscaler, reconcileAutoscaler.
func (e *evaluation) scaleTargets() []use {
	if e.usage.References == nil {
		return nil
	}
	var uses []use
	for _, target := range e.usage.References.ScaleTargets {
		a := e.apis.kind(target.APIVersion, target.Kind)
		if a.fate != leaves && a.fate != gone {
			continue
		}
		survives := slices.ContainsFunc(e.apis.versions(a.GroupResource()), func(sibling *api) bool { return sibling.outlives(a) })
		for _, name := range target.Autoscalers {
			namespace, name, _ := strings.Cut(name, "/")
			u := use{
				api: a, evidence: v1alpha1.EvidenceReferenced, strength: live,
				subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectObject, Namespace: namespace, Name: "HorizontalPodAutoscaler/" + name},
				says:    "spec.scaleTargetRef names it, and no other version of its group has the kind",
				remedy:  scaleRemedy(a),
				object:  &object{EvidenceObject: v1alpha1.EvidenceObject{Namespace: namespace, Name: name}},
			}
			if survives {
				u.strength = history
				u.says = "spec.scaleTargetRef names it; the autoscaler takes whatever version of its group is served"
			}
			uses = append(uses, u)
		}
	}
	return uses
}

func scaleRemedy(a *api) string {
	if a.replacement == nil {
		return "" // what holds for any object
	}
	return "set spec.scaleTargetRef.apiVersion to " + a.replacement.APIVersion
}

// roles reads RBAC rules for resources that leave their group: whoever moves to
// the replacement needs the permission in its group.
func (e *evaluation) roles() []use {
	if e.usage.References == nil {
		return nil
	}
	var uses []use
	for _, role := range e.usage.References.Roles {
		for _, a := range e.apis.going() {
			if !a.served || !permits(role, a.GroupResource()) || e.staysInGroup(a) {
				continue
			}
			u := use{
				api: a, evidence: v1alpha1.EvidenceReferenced, strength: weak,
				subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectObject, Namespace: role.Namespace, Name: role.Kind + "/" + role.Name},
				says:    "a rule permits it, and not its replacement",
			}
			survivor := e.survivorOf(a)
			switch {
			case role.Bootstrap:
				u.strength, u.says = history, "a rule permits it, which kube-apiserver keeps up to date itself"
			case survivor == nil:
				u.strength, u.says = history, "a rule permits it, which has no replacement"
			case permits(role, survivor.GroupResource()):
				u.strength, u.says = history, "a rule permits it, and its replacement too"
			default:
				u.remedy = "permit " + survivor.Resource + " of group " + survivor.Group + " too"
			}
			uses = append(uses, u)
		}
	}
	return uses
}

func (e *evaluation) staysInGroup(a *api) bool {
	return slices.ContainsFunc(e.apis.versions(a.GroupResource()), func(sibling *api) bool { return sibling.fate == stays || sibling.fate == kept })
}

// permits reports whether a rule names a resource, or all of a group that it names.
func permits(role v1alpha1.RoleReference, gr schema.GroupResource) bool {
	return slices.Contains(role.Groups, gr.Group) && slices.ContainsFunc(role.Resources, func(resource string) bool {
		resource, _, _ = strings.Cut(resource, "/")
		return resource == "*" || resource == gr.Resource
	})
}
