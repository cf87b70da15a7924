package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// guarded is a version that a server can serve or not, of a resource whose
// requests admission policies guard.
type guarded struct {
	// minor of the server, and gone the first that does not serve the version.
	minor, gone string
	resource    resource
	version     string
	// history of the version is told where another one that goes is still served.
	history []string
}

func guards() []guarded {
	return []guarded{
		{
			minor: "v1.36.", gone: "1.38", version: "v1beta1",
			resource: resource{group: "resource.k8s.io", name: "deviceclasses", kind: "DeviceClass", clusterScoped: true, rest: `"spec":{}`},
			history:  []string{"information resource.k8s.io/v1beta1 DeviceClass: manager operator: written stale made"},
		},
		{
			minor: "v1.31.", gone: "1.32", version: "v1beta3",
			resource: resource{
				group: "flowcontrol.apiserver.k8s.io", name: "flowschemas", kind: "FlowSchema", clusterScoped: true,
				rest: `"spec":{"matchingPrecedence":9000,"priorityLevelConfiguration":{"name":"global-default"}}`,
			},
			history: []string{},
		},
	}
}

// Rules of admission policies that name a version alone, on a server with the
// version on and then off: what the command says is what the server does.
func TestMatrixAdmissionRulesOfAVersionThatGoes(t *testing.T) {
	for _, g := range guards() {
		t.Run(g.minor+"x "+g.resource.group+"/"+g.version, func(t *testing.T) { g.test(t) })
	}
}

func (g guarded) test(t *testing.T) {
	c := startClusterWith(t, []string{oftenCounted}, []string{serverOf(t, g.minor)})
	s := c.scene(t, "")
	t.Run("nothing uses it yet, the command neither", func(t *testing.T) {
		for _, run := range []string{"first", "second"} {
			report := s.deprecations(t, "--to", g.gone)
			if report.Summary.Verdict != v1alpha1.OK || !report.Summary.Complete {
				t.Errorf("the %s run finds %+v: %q", run, report.Summary, told(report.Findings))
			}
		}
	})
	s.guard(t, g, "equivalent", g.version, "Equivalent")
	s.guard(t, g, "exact", g.version, "Exact")
	s.guard(t, g, "control", "v1", "Exact")
	api := g.resource.group + "/" + g.version + " " + g.resource.kind
	policies := []string{
		api + ": object ValidatingAdmissionPolicy/equivalent: referenced",
		api + ": object ValidatingAdmissionPolicy/exact: referenced",
	}
	verdict := func(v string) []string { return []string{v + " " + policies[0], v + " " + policies[1]} }
	referenced := func(target string) []string {
		return slices.DeleteFunc(told(s.deprecations(t, "--to", target).Findings), func(line string) bool { return !strings.Contains(line, ": object ValidatingAdmissionPolicy/") })
	}

	s.waitUntilGuarded(t, g, "control")
	t.Run("on: Equivalent guards the version that stays, Exact misses it", func(t *testing.T) {
		s.waitUntilGuarded(t, g, "equivalent")
		if denied, answer := s.creating(t, g, "exact", "v1"); denied {
			t.Errorf("matchPolicy Exact denies v1: %s", answer)
		}
		for target, want := range map[string][]string{strings.Trim(g.minor, "v."): verdict("warning"), g.gone: verdict("error")} {
			if diff := gocmp.Diff(want, referenced(target)); diff != "" {
				t.Errorf("--to %s: %s", target, diff)
			}
		}
	})

	g.resource.object = "made"
	g.resource.post("operator", g.version, "a=1")(t, s)
	written := api + ": manager operator: written "
	t.Run("on: an operator writes through it", func(t *testing.T) {
		if got := told(s.deprecations(t, "--to", g.gone).Findings); !slices.Contains(got, "error "+written+"made") {
			t.Errorf("missed: %q", got)
		}
	})

	s.restart(t, "--runtime-config="+g.resource.group+"/"+g.version+"=false")
	s.waitUntilGuarded(t, g, "control")
	t.Run("off: a rule that names only it matches nothing", func(t *testing.T) {
		for _, name := range []string{"equivalent", "exact"} {
			g.resource.object = name + "-off"
			if denied, answer := s.creating(t, g, g.resource.object, "v1"); denied {
				t.Errorf("%s still guards: %s", name, answer)
			}
		}
		if diff := gocmp.Diff(verdict("error"), referenced(g.gone)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("off: what was written through it is history", func(t *testing.T) {
		got := slices.DeleteFunc(told(s.deprecations(t, "--to", g.gone).Findings), func(line string) bool { return !strings.Contains(line, "operator") })
		if diff := gocmp.Diff(g.history, got); diff != "" {
			t.Error(diff)
		}
	})
}

// guard denies to create what is named after the policy.
func (s scene) guard(t *testing.T, g guarded, name, version, matchPolicy string) {
	t.Helper()
	const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
	s.send(t, "guard", http.MethodPost, policies+"ies", "application/json", fmt.Sprintf(
		`{"metadata":{"name":%q},"spec":{"matchConstraints":{"matchPolicy":%q,"resourceRules":[{"apiGroups":[%q],"apiVersions":[%q],"resources":[%q],"operations":["CREATE"]}]},`+
			`"validations":[{"expression":"!object.metadata.name.startsWith('%s')","message":"guarded by %s"}]}}`,
		name, matchPolicy, g.resource.group, version, g.resource.name, name, name))
	s.send(t, "guard", http.MethodPost, policies+"ybindings", "application/json", fmt.Sprintf(
		`{"metadata":{"name":%q},"spec":{"policyName":%q,"validationActions":["Deny"]}}`, name, name))
}

// creating reports whether a policy denies to create an object.
func (s scene) creating(t *testing.T, g guarded, name, version string) (denied bool, answer string) {
	t.Helper()
	g.resource.object = name
	code, text := s.try(t, "maker", http.MethodPost, g.resource.list(s, version), "application/json", g.resource.text(s, version))
	if code/100 != 2 && !strings.Contains(string(text), "guarded by") {
		t.Fatalf("%d: %s", code, text)
	}
	return code/100 != 2, string(text)
}

// waitUntilGuarded waits for the policy that guards creations through v1.
func (s scene) waitUntilGuarded(t *testing.T, g guarded, name string) {
	t.Helper()
	for i := range 100 {
		if denied, _ := s.creating(t, g, fmt.Sprintf("%s-%d", name, i), "v1"); denied {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("policy %s guards nothing after ten seconds", name)
}
