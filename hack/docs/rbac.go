package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/collect"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const (
	maxLine    = 120
	maxComment = 80
)

const rbacHeader = `# Written by ` + "`make generate`" + `. What ` + "`kubectl versions`" + ` reads: give it to a user, or to --serviceaccount=NAMESPACE:NAME, with
#
#   kubectl apply -f https://raw.githubusercontent.com/kubectl-versions/kubectl-versions/main/docs/rbac.yaml
#   kubectl create clusterrolebinding kubectl-versions --clusterrole=kubectl-versions --user=NAME
#   kubectl create rolebinding kubectl-versions -n kube-system --role=kubectl-versions --user=NAME
#
# and, for the releases of Helm:
#
#   kubectl create clusterrolebinding kubectl-versions-helm --clusterrole=kubectl-versions-helm --user=NAME
#
# and, where Kubean manages clusters from here, for the versions of these:
#
#   kubectl create rolebinding kubectl-versions-kubean -n kubean-system --clusterrole=kubectl-versions-kubean --user=NAME
#
# Rules that say "until 1.31" are for servers of that minor and before: leave out those that your servers are past. Of the
# URLs, every user may get all but /metrics anyway, unless that was changed. docs/permissions.md tells which command asks for
# what, and what is unknown without it.
`

// role is one of docs/rbac.yaml, with the permissions that it grants.
type role struct {
	kind, name, namespace string
	// about is a comment; empty where those of the rules say all.
	about       string
	permissions []collect.Permission
}

// roles puts each permission where it grants least. Only a namespace that every
// cluster has can have a Role of its own.
func roles(all []collect.Permission) []role {
	everywhere := func(p collect.Permission) bool {
		return slices.ContainsFunc(all, func(other collect.Permission) bool {
			return other.Namespace == "" && other.Until.IsZero() && other.Verb == p.Verb && other.Group == p.Group && other.Resource == p.Resource
		})
	}
	main := role{kind: "ClusterRole", name: "kubectl-versions"}
	inKubeSystem := role{kind: "Role", name: "kubectl-versions", namespace: metav1.NamespaceSystem}
	helm := role{kind: "ClusterRole", name: "kubectl-versions-helm", about: "RBAC cannot restrict Secrets by label: " +
		"this allows to list all of them, of which only those with owner=helm are read."}
	kubean := role{kind: "ClusterRole", name: "kubectl-versions-kubean", about: "kube_version, which is all that is taken, " +
		"stands among the variables of each cluster, in a ConfigMap whose name its user chose and in copies that Kubean makes. " +
		"RBAC cannot restrict them by such names: this allows to get every ConfigMap of the namespace that it is bound in, and " +
		"there are hosts with their passwords and kubeconfigs among them. Without it these versions are not known, and nothing else is missing."}
	for _, p := range all {
		of := &main
		switch {
		case p.Source == v1alpha1.SourceHelmSecrets || p.Source == v1alpha1.SourceHelmConfigMaps:
			of = &helm
		case p.Source == v1alpha1.SourceManagement && p.Resource == "configmaps":
			of = &kubean
		case p.Namespace == metav1.NamespaceSystem && !everywhere(p):
			of = &inKubeSystem
		}
		of.permissions = append(of.permissions, p)
	}
	return []role{main, inKubeSystem, helm, kubean}
}

// grant is the least that a rule can allow.
type grant struct{ verb, group, resource, name, path string }

// block is a comment with the grants that it explains.
type block struct {
	until  version.Minor
	why    []string
	grants []grant
}

// blocks joins what is asked for several times, and leaves out the reasons that
// end earlier than others. Those that end come last, the newest of them first.
func (r role) blocks() []*block {
	var order []grant
	reasons := make(map[grant]*block)
	for _, p := range r.permissions {
		g := grant{p.Verb, p.Group, p.Resource, p.Name, p.Path}
		known := reasons[g]
		if known == nil {
			order = append(order, g)
		}
		switch {
		case known == nil || lasts(p.Until, known.until) > 0:
			reasons[g] = &block{until: p.Until, why: []string{p.Why}}
		case p.Until == known.until && !slices.Contains(known.why, p.Why):
			known.why = append(known.why, p.Why)
		}
	}
	var found []*block
	for _, g := range order {
		of := reasons[g]
		i := slices.IndexFunc(found, func(b *block) bool { return b.until == of.until && slices.Equal(b.why, of.why) })
		if i < 0 {
			i, found = len(found), append(found, of)
		}
		found[i].grants = append(found[i].grants, g)
	}
	slices.SortStableFunc(found, func(a, b *block) int { return lasts(b.until, a.until) })
	return found
}

// lasts compares ends, of which zero is the latest.
func lasts(a, b version.Minor) int {
	switch {
	case a == b:
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

func (b *block) comment() string {
	text := strings.Join(b.why, " ")
	if !b.until.IsZero() {
		text = fmt.Sprintf("Until %s. %s", b.until, text)
	}
	return comment(text)
}

// rules joins the grants of a block as far as they have all but one list in common.
func (b *block) rules() string {
	type rule struct{ key, groups, resources, names, paths, verbs []string }
	var rules []*rule
	for _, g := range b.grants {
		var r rule
		switch {
		case g.path != "":
			r = rule{key: []string{g.verb}, paths: []string{g.path}}
		case g.name != "":
			r = rule{key: []string{g.verb, g.group, g.resource}, groups: []string{g.group}, resources: []string{g.resource}, names: []string{g.name}}
		default:
			r = rule{key: []string{g.verb, g.group}, groups: []string{g.group}, resources: []string{g.resource}}
		}
		r.verbs = []string{g.verb}
		i := slices.IndexFunc(rules, func(other *rule) bool { return slices.Equal(other.key, r.key) })
		switch {
		case i < 0:
			rules = append(rules, &r)
		case g.path != "":
			rules[i].paths = append(rules[i].paths, g.path)
		case g.name != "":
			rules[i].names = append(rules[i].names, g.name)
		default:
			rules[i].resources = append(rules[i].resources, g.resource)
		}
	}
	var text strings.Builder
	for _, r := range rules {
		first := "- "
		for _, list := range []struct {
			key    string
			values []string
		}{{"nonResourceURLs", r.paths}, {"apiGroups", r.groups}, {"resources", r.resources}, {"resourceNames", r.names}, {"verbs", r.verbs}} {
			if len(list.values) > 0 {
				text.WriteString(first + yamlList(list.key, list.values))
				first = "  "
			}
		}
	}
	return text.String()
}

func yamlList(key string, values []string) string {
	values = slices.Sorted(slices.Values(values))
	for i, v := range values {
		values[i] = cmp.Or(v, `""`)
	}
	if line := key + ": [" + strings.Join(values, ", ") + "]\n"; len(line) < maxLine {
		return line
	}
	return key + ":\n  - " + strings.Join(values, "\n  - ") + "\n"
}

func comment(text string) string {
	var lines strings.Builder
	line := "#"
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > maxComment {
			lines.WriteString(line + "\n")
			line = "#"
		}
		line += " " + word
	}
	return lines.String() + line + "\n"
}

// rbac is docs/rbac.yaml.
func rbac(all []collect.Permission) string {
	var documents []string
	for _, r := range roles(all) {
		var text strings.Builder
		if r.about != "" {
			text.WriteString(comment(r.about))
		}
		fmt.Fprintf(&text, "apiVersion: rbac.authorization.k8s.io/v1\nkind: %s\nmetadata:\n  name: %s\n", r.kind, r.name)
		if r.namespace != "" {
			fmt.Fprintf(&text, "  namespace: %s\n", r.namespace)
		}
		text.WriteString("rules:\n")
		for _, b := range r.blocks() {
			text.WriteString(b.comment() + b.rules())
		}
		documents = append(documents, text.String())
	}
	return rbacHeader + strings.Join(documents, "---\n")
}
