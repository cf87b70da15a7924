package e2e

import (
	"os"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// The roles of docs/rbac.yaml grant nothing that is not asked for: of what this
// server has, either a command asks for it here, or it does so on a minor that
// serves a version of it which goes away. Other tests hold that the roles are enough.
func TestRolesGrantNoMoreThanIsAsked(t *testing.T) {
	c := startClusterWith(t, []string{"--arg=--runtime-config=api/beta=true,api/alpha=true"}, kubernetes(t)[:1],
		demoSeed, usageSeed, upgradeSeed, "../../docs/rbac.yaml", "testdata/reader.yaml")
	if r := c.kubectl(t, "create", "clusterrolebinding", "helm", "--clusterrole=kubectl-versions-helm", "--user=reader"); r.code != 0 {
		t.Fatal(r.stderr)
	}
	for _, args := range [][]string{{"snapshot"}, {"deprecations", "--read-deprecated"}} {
		r := c.kubectl(t, append([]string{"versions", "--context", "reader"}, args...)...)
		if r.code != 0 {
			t.Fatal(r.stderr)
		}
	}
	asked := map[string]bool{}
	for _, event := range c.audited(t) {
		asked[event.Verb+" "+groupResource(event.ObjectRef.Resource, event.ObjectRef.APIGroup)] = true
		path, _, _ := strings.Cut(event.RequestURI, "?")
		asked[event.Verb+" "+path] = true
	}
	r := c.kubectl(t, "api-resources", "-o", "name")
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	served := strings.Fields(r.stdout)
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	ages := map[string]bool{"controllerrevisions.apps": true} // while a rollout of kube-proxy is under way
	for _, api := range index.APIs {
		if !api.Deprecated.IsZero() || !api.Removed.IsZero() {
			ages[groupResource(api.Resource, api.Group)] = true
		}
	}
	for _, role := range roles(t) {
		if role.Name == "kubectl-versions-kubean" {
			continue // management_test.go uses it, with Kubean's definitions
		}
		for _, grant := range grants(role.Rules) {
			verb, what, _ := strings.Cut(grant, " ")
			if strings.Contains(what, "*") || !strings.HasPrefix(what, "/") && !slices.Contains(served, what) {
				continue
			}
			if !asked[grant] && (verb != "list" || !ages[what]) {
				t.Errorf("%s allows to %s, which no command does", role.Name, grant)
			}
		}
	}
	for _, grant := range []string{"list nodes", "list secrets", "list customresourcedefinitions.apiextensions.k8s.io", "get configmaps", "get /metrics"} {
		if !asked[grant] {
			t.Errorf("nobody asked to %s", grant)
		}
	}
}

// groupResource is a resource's name as kubectl api-resources prints it.
func groupResource(resource, group string) string {
	return strings.TrimSuffix(resource+"."+group, ".")
}

func roles(t *testing.T) []rbacv1.ClusterRole {
	t.Helper()
	data, err := os.ReadFile("../../docs/rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out []rbacv1.ClusterRole
	for document := range strings.SplitSeq(string(data), "\n---\n") {
		var role rbacv1.ClusterRole
		if err := yaml.UnmarshalStrict([]byte(document), &role); err != nil {
			t.Fatal(err)
		}
		out = append(out, role)
	}
	return out
}

// grants are "list nodes", "list customresourcedefinitions.apiextensions.k8s.io", "get /metrics" and so on.
func grants(rules []rbacv1.PolicyRule) []string {
	var out []string
	for _, rule := range rules {
		for _, verb := range rule.Verbs {
			for _, url := range rule.NonResourceURLs {
				out = append(out, verb+" "+url)
			}
			for _, group := range rule.APIGroups {
				for _, resource := range rule.Resources {
					out = append(out, verb+" "+groupResource(resource, group))
				}
			}
		}
	}
	return out
}
