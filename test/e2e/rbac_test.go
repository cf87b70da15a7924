package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
	"github.com/kubectl-versions/kubectl-versions/pkg/collect"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func TestRolesGrantWhatIsDeclared(t *testing.T) {
	commands, roles := declared(t), grants(t)
	all := commands[len(commands)-1].Permissions
	for _, g := range roles {
		if !slices.ContainsFunc(all, g.allows) {
			t.Errorf("%s allows to %s, which nothing asks for", g.role, g)
		}
	}
	for _, gap := range lost(all, roles) {
		t.Errorf("no role allows to %s", gap.Permission)
	}
}

// Each grant of docs/rbac.yaml is taken away in turn: what is missing then is what
// the collectors declare, and nothing else. All of them together are enough, and
// none is superfluous but those for servers of other minors or configurations.
func TestPermissions(t *testing.T) {
	s, p := startPermissions(t, kubernetes(t)[0], usageSeed)
	// There are fewer when beta APIs become stable, and go away.
	if len(p.needed) < 50 {
		t.Errorf("only %d grants are needed here", len(p.needed))
	}
	t.Run("the roles as they are", func(t *testing.T) {
		got, gaps := s.collected(t, "reader")
		wantOnlyMissing(t, nil, gaps)
		wantSnapshot(t, p.full, got)
	})
	t.Run("what each command asks for", func(t *testing.T) { s.testCommands(t, p.commands) })
	t.Run("without", func(t *testing.T) {
		for _, g := range p.needed {
			t.Run(g.String(), func(t *testing.T) {
				t.Parallel()
				if g.path != "/version" {
					s.testWithout(t, p, g)
				} else if r := s.snapshotAs(t, without(g)); r.code != 1 || !strings.Contains(r.stderr, "forbids to get /version") || r.stdout != "" {
					t.Errorf("ended with %d: %s", r.code, r.stderr)
				}
			})
		}
	})
	t.Run("without leases and metrics, instances are not told apart", func(t *testing.T) {
		_, gaps := s.collected(t, "unidentified")
		want := lost(p.commands[0].Permissions, slices.DeleteFunc(slices.Clone(p.grants), func(g grant) bool { return g.path == "/metrics" }))
		wantOnlyMissing(t, append(want, lost(p.asked, p.users["unidentified"])...), gaps)
	})
}

// What was asked of servers until some minor is asked of them.
func TestMatrixPermissions(t *testing.T) {
	servers := kubernetes(t)
	s, p := startPermissions(t, servers[len(servers)-1])
	removed := 0
	for _, g := range p.needed {
		ends := func(of collect.Permission) bool { return g.allows(of) && of.Until.IsZero() }
		if slices.ContainsFunc(p.asked, ends) {
			continue
		}
		removed++
		t.Run("without "+g.String(), func(t *testing.T) {
			t.Parallel()
			s.testWithout(t, p, g)
		})
	}
	if removed < 5 {
		t.Errorf("only %d grants are for such a server alone", removed)
	}
}

// permitted is a cluster, and who may read what of it.
type permitted struct {
	// commands are all that is declared, asked what this cluster is asked for.
	commands []cmd.Asking
	asked    []collect.Permission
	// grants are those of docs/rbac.yaml, needed those without which something is missing here.
	grants, needed []grant
	users          map[string][]grant
	// full is the snapshot of whoever has all that are needed.
	full *v1alpha1.Snapshot
}

func startPermissions(t *testing.T, server string, seeds ...string) (scene, *permitted) {
	t.Helper()
	// Without an address in default/kubernetes none is asked for its version, which not everyone can reach.
	arguments := []string{"--arg=--runtime-config=api/beta=true,api/alpha=true", "--arg=--endpoint-reconciler-type=none"}
	c := startClusterWith(t, arguments, []string{server}, append(seeds, demoSeed, upgradeSeed,
		"testdata/management/kubean-definitions.yaml", "testdata/management/kubean.yaml", "testdata/management/acp.yaml", "../../docs/rbac.yaml")...)
	s := c.scene(t, "")
	s.askForAll(t)
	p := &permitted{commands: declared(t), grants: grants(t)}
	p.asked = s.asked(t, p.commands[len(p.commands)-1].Permissions)
	for _, g := range p.grants {
		if slices.ContainsFunc(p.asked, g.allows) {
			p.needed = append(p.needed, g)
		}
	}
	p.users = map[string][]grant{"needed": p.needed, "reader": nil}
	but := func(not func(grant) bool) []grant { return slices.DeleteFunc(slices.Clone(p.needed), not) }
	for _, g := range p.needed {
		p.users[without(g)] = but(func(other grant) bool { return other == g })
	}
	p.users["unidentified"] = but(func(g grant) bool { return g.path == "/metrics" || g.resource == "leases" })
	for i, command := range p.commands {
		p.users[fmt.Sprintf("command-%d", i)] = but(func(g grant) bool { return !slices.ContainsFunc(command.Permissions, g.allows) })
	}
	s.allow(t, p.users)
	s.bindRoles(t, "reader")

	gaps := []v1alpha1.Gap{{}}
	// kube-apiserver learns of roles by watching them.
	for end := time.Now().Add(10 * time.Second); len(gaps) > 0 && time.Now().Before(end); {
		p.full, gaps = s.collected(t, "needed")
	}
	if len(gaps) > 0 {
		t.Fatalf("all that is needed is not enough: %+v", gaps)
	}
	return s, p
}

func (s scene) testWithout(t *testing.T, p *permitted, g grant) {
	got, gaps := s.collected(t, without(g))
	wantOnlyMissing(t, lost(p.asked, p.users[without(g)]), gaps)
	wantSnapshot(t, hide(p.full, gaps), got)
}

// without is a user.
func without(g grant) string { return "without " + g.String() }

func declared(t *testing.T) []cmd.Asking {
	t.Helper()
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	known, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return cmd.Permissions(known, index)
}

// askForAll has a rollout of kube-proxy under way, kube-proxy's configuration where
// EKS has it, and the release of Alauda's platform where it was before 4.3. Users may
// get no URL but by the roles.
func (s scene) askForAll(t *testing.T) {
	t.Helper()
	s.run(t, "", "-n", "kube-system", "patch", "daemonset", "kube-proxy", "--type=merge", "-p", `{"spec":{"minReadySeconds":1}}`)
	s.run(t, "", "-n", "kube-system", "patch", "configmap", "kube-proxy", "--type=merge", "-p", `{"data":{"config.conf":null}}`)
	s.run(t, "", "-n", "kube-system", "create", "configmap", "kube-proxy-config", "--from-literal=config=mode: iptables")
	s.run(t, "", "-n", "cpaas-system", "delete", "clusterversionshadow", "global")
	s.run(t, "", "delete", "clusterrolebinding", "system:basic-user", "system:discovery", "system:public-info-viewer")
}

// asked are those of the permissions that this cluster is asked for.
func (s scene) asked(t *testing.T, all []collect.Permission) []collect.Permission {
	t.Helper()
	var admin v1alpha1.Snapshot
	s.report(t, &admin, "snapshot", "--probe-endpoints", "--read-deprecated")
	if len(admin.Gaps) > 0 {
		t.Fatalf("gaps: %+v", admin.Gaps)
	}
	server, err := version.Parse(admin.APIServers.Instances[0].GitVersion)
	if err != nil {
		t.Fatal(err)
	}
	served := make(map[schema.GroupResource]bool)
	for _, r := range admin.APIUsage.Served.Resources {
		served[schema.GroupResource{Group: r.Group, Resource: r.Resource}] = true
	}
	var services []string
	for _, w := range admin.Upgrade.Webhooks.Webhooks {
		if !slices.Contains(services, w.Service) {
			services = append(services, w.Service)
		}
	}
	var asked []collect.Permission
	for _, p := range all {
		group, onGroup := strings.CutSuffix(p.When, " is served")
		switch {
		case !p.Until.IsZero() && server.Minor.Compare(p.Until) > 0,
			p.Path == "" && !served[schema.GroupResource{Group: p.Group, Resource: p.Resource}],
			onGroup && !slices.Contains(admin.APIGroups.Names, group),
			p.Source == v1alpha1.SourceAPIServers && p.Path == "/metrics": // one instance runs
		case p.Of == collect.AnyService:
			for _, service := range services {
				p := p
				p.Namespace, _, _ = strings.Cut(service, "/")
				p.Of, p.Hides = service, strings.Replace(p.Hides, collect.AnyService, service, 1)
				asked = append(asked, p)
			}
		case p.Of == collect.AnyGroupVersion:
			for _, gv := range groupVersions(admin.APIUsage.Served.Resources) {
				if (gv.Group == "") == (p.Path == "/api/*") {
					p := p
					p.Of, p.Path = gv.String(), strings.TrimSuffix(p.Path, "*")+gv.String()
					asked = append(asked, p)
				}
			}
		default:
			asked = append(asked, p)
		}
	}
	return asked
}

func groupVersions(served []v1alpha1.ServedResource) []schema.GroupVersion {
	var all []schema.GroupVersion
	for _, r := range served {
		for _, v := range r.Versions {
			if gv := (schema.GroupVersion{Group: r.Group, Version: v}); !slices.Contains(all, gv) {
				all = append(all, gv)
			}
		}
	}
	return all
}

// lost are the gaps of what no grant allows.
func lost(asked []collect.Permission, grants []grant) []v1alpha1.Gap {
	var gaps []v1alpha1.Gap
	for _, p := range asked {
		if !slices.ContainsFunc(grants, func(g grant) bool { return g.allows(p) }) {
			gaps = append(gaps, v1alpha1.Gap{Source: p.Source, Reason: v1alpha1.GapForbidden, Resource: p.Of, Hides: p.Hides, Permission: p.String()})
		}
	}
	return gaps
}

func wantOnlyMissing(t *testing.T, want, got []v1alpha1.Gap) {
	t.Helper()
	order := cmpopts.SortSlices(func(a, b v1alpha1.Gap) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	if diff := gocmp.Diff(want, got, order, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(v1alpha1.Gap{}, "Message")); diff != "" {
		t.Errorf("gaps (-declared +got):\n%s", diff)
	}
}

func wantSnapshot(t *testing.T, want, got *v1alpha1.Snapshot) {
	t.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func (s scene) snapshotAs(t *testing.T, user string) result {
	t.Helper()
	return s.kubectl(t, "versions", "snapshot", "-o", "json", "--probe-endpoints", "--read-deprecated", "--kubectl-version", "v1.37.1", "--as", user)
}

// collected is a snapshot without its gaps, and without what differs from one time to the next.
func (s scene) collected(t *testing.T, user string) (*v1alpha1.Snapshot, []v1alpha1.Gap) {
	t.Helper()
	r := s.snapshotAs(t, user)
	if r.code != 0 {
		t.Fatalf("ended with %d: %s", r.code, r.stderr)
	}
	got := &v1alpha1.Snapshot{}
	if err := json.Unmarshal([]byte(r.stdout), got); err != nil {
		t.Fatal(err)
	}
	for _, r := range got.APIUsage.Objects.Resources {
		// Those of ComponentStatuses are in no order.
		slices.SortFunc(r.Objects, func(a, b v1alpha1.ScannedObject) int {
			return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
		})
	}
	gaps := got.Gaps
	got.Gaps, got.CollectedAt = nil, metav1.Time{}
	if got.Leases != nil {
		got.Leases.ServerTime = metav1.Time{}
		for i := range got.Leases.Leases {
			got.Leases.Leases[i].RenewTime = nil
		}
	}
	if got.APIUsage.Requests != nil {
		got.APIUsage.Requests = &v1alpha1.RequestMetrics{}
	}
	return got, gaps
}

// testCommands holds that nobody needs more for a command than it declares.
func (s scene) testCommands(t *testing.T, commands []cmd.Asking) {
	for i, of := range commands {
		for command := range strings.SplitSeq(of.Command, ", ") {
			t.Run(command, func(t *testing.T) {
				t.Parallel()
				args := []string{"--probe-endpoints", "--kubectl-version", "v1.37.1", "--as", fmt.Sprintf("command-%d", i)}
				if command != "overview" {
					args = append([]string{command}, args...)
				}
				if i > 0 {
					args = append(args, "--read-deprecated")
				}
				var report struct{ Gaps []v1alpha1.Gap }
				s.report(t, &report, args...)
				if len(report.Gaps) > 0 {
					t.Errorf("gaps: %+v", report.Gaps)
				}
			})
		}
	}
}

// grant is the least that a rule can allow: of docs/rbac.yaml, in the namespaces that it says to bind its roles in.
type grant struct{ role, verb, group, resource, namespace, name, path string }

func (g grant) String() string {
	name := collect.Permission{Verb: g.verb, Group: g.group, Resource: g.resource, Namespace: g.namespace, Path: g.path}.String()
	return strings.TrimSpace(name + " " + g.name)
}

func (g grant) allows(p collect.Permission) bool {
	prefix, below := strings.CutSuffix(g.path, "*")
	path := g.path == p.Path || below && strings.HasPrefix(p.Path, prefix)
	return g.verb == p.Verb && path && g.group == p.Group && g.resource == p.Resource &&
		(g.namespace == "" || g.namespace == p.Namespace) && (g.name == "" || g.name == p.Name)
}

func (g grant) rule() rbacv1.PolicyRule {
	rule := rbacv1.PolicyRule{Verbs: []string{g.verb}}
	if g.path != "" {
		rule.NonResourceURLs = []string{g.path}
		return rule
	}
	rule.APIGroups, rule.Resources = []string{g.group}, []string{g.resource}
	if g.name != "" {
		rule.ResourceNames = []string{g.name}
	}
	return rule
}

// grants takes the roles apart.
func grants(t *testing.T) []grant {
	t.Helper()
	data, err := os.ReadFile("../../docs/rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []grant
	for document := range strings.SplitSeq(string(data), "\n---\n") {
		var role rbacv1.ClusterRole
		if err := yaml.UnmarshalStrict([]byte(document), &role); err != nil {
			t.Fatal(err)
		}
		namespace := role.Namespace
		if role.Name == "kubectl-versions-kubean" {
			namespace = "kubean-system"
		}
		for _, rule := range role.Rules {
			names := rule.ResourceNames
			if len(names) == 0 {
				names = []string{""}
			}
			for _, verb := range rule.Verbs {
				for _, path := range rule.NonResourceURLs {
					all = append(all, grant{role: role.Name, verb: verb, path: path})
				}
				for _, group := range rule.APIGroups {
					for _, resource := range rule.Resources {
						for _, name := range names {
							all = append(all, grant{role.Name, verb, group, resource, namespace, name, ""})
						}
					}
				}
			}
		}
	}
	return all
}

// allow gives each user what is theirs, by a role for each grant, and the custom resources of usageSeed.
func (s scene) allow(t *testing.T, users map[string][]grant) {
	t.Helper()
	holders := make(map[grant][]rbacv1.Subject)
	queues := grant{verb: "list", group: "shop.example.com", resource: "queues"}
	for user, grants := range users {
		for _, g := range append([]grant{queues}, grants...) {
			holders[g] = append(holders[g], rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user})
		}
	}
	var objects []any
	for g, subjects := range holders {
		meta := metav1.ObjectMeta{Name: fmt.Sprintf("granted-%d", len(objects)), Namespace: g.namespace}
		kind := "ClusterRole"
		if g.namespace != "" {
			kind = "Role"
		}
		of := func(kind string) metav1.TypeMeta {
			return metav1.TypeMeta{APIVersion: rbacv1.SchemeGroupVersion.String(), Kind: kind}
		}
		objects = append(objects,
			rbacv1.Role{TypeMeta: of(kind), ObjectMeta: meta, Rules: []rbacv1.PolicyRule{g.rule()}},
			rbacv1.RoleBinding{
				TypeMeta: of(kind + "Binding"), ObjectMeta: meta, Subjects: subjects,
				RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: meta.Name},
			})
	}
	list, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": objects})
	if err != nil {
		t.Fatal(err)
	}
	s.run(t, string(list), "create", "-f", "-")
}

// bindRoles does what docs/rbac.yaml says.
func (s scene) bindRoles(t *testing.T, user string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/rbac.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bound := 0
	for line := range strings.Lines(string(data)) {
		if command, found := strings.CutPrefix(line, "#   kubectl create "); found {
			s.run(t, "", append([]string{"create"}, strings.Fields(strings.Replace(command, "NAME", user, 1))...)...)
			bound++
		}
	}
	if bound != 4 {
		t.Fatalf("docs/rbac.yaml has %d commands", bound)
	}
}
