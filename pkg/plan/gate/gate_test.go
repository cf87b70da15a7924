package gate

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// hopTo is a hop of an upstream cluster at which every source was read and held
// nothing; its nodes are replaced. Tests add what they are about.
func hopTo(t *testing.T, from, to string) *Hop {
	t.Helper()
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	at, err := calendar.Parse("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	s := v1alpha1.NewSnapshot("test")
	s.APIServers, s.ControlPlanePods, s.Nodes, s.KubeProxy = &v1alpha1.APIServers{}, &v1alpha1.ControlPlanePods{}, &v1alpha1.Nodes{}, &v1alpha1.KubeProxy{}
	s.APIUsage = &v1alpha1.APIUsage{References: &v1alpha1.References{}}
	s.Upgrade = &v1alpha1.UpgradeFacts{
		Pods: &v1alpha1.Pods{}, DisruptionBudgets: &v1alpha1.DisruptionBudgets{}, Volumes: &v1alpha1.PersistentVolumes{},
		CSIDrivers: &v1alpha1.CSIDrivers{}, Webhooks: &v1alpha1.AdmissionWebhooks{}, AggregatedAPIs: &v1alpha1.AggregatedAPIs{},
		Configuration: &v1alpha1.Configuration{},
	}
	return &Hop{
		Snapshot: s, Before: v1alpha1.NewSkewReport("test"), After: v1alpha1.NewSkewReport("test"), Deprecations: v1alpha1.NewDeprecationReport("test"),
		From: minor(t, from), To: minor(t, to), First: true,
		Method: v1alpha1.PlanMethod{NodeUpgrade: v1alpha1.Replace, BatchSize: "10%", ControlPlane: v1alpha1.Dedicated, Masters: 1},
		At:     at, Catalog: data, Platform: data.Platform(catalog.Upstream), Index: index,
	}
}

func minor(t *testing.T, text string) version.Minor {
	t.Helper()
	m, err := version.ParseMinor(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// on moves the hop to a platform.
func (h *Hop) on(platform string) *Hop {
	h.Platform = h.Catalog.Platform(platform)
	return h
}

// moving adds nodes that arrive at the hop's minor, one by one where their roles
// say that they are of the control plane.
func (h *Hop) moving(group v1alpha1.NodeGroup) *Hop {
	h.Snapshot.Nodes.Groups = append(h.Snapshot.Nodes.Groups, group)
	h.Snapshot.Nodes.Count += int32(len(group.Names))
	h.Nodes = append(h.Nodes, NodeMove{Group: group, To: h.To, OneByOne: facts.ControlPlaneRole(group.Roles)})
	return h
}

// gap turns a source into one that could not be read.
func (h *Hop) gap(source v1alpha1.Source, permission string) *Hop {
	h.Snapshot.Gaps = append(h.Snapshot.Gaps, v1alpha1.Gap{Source: source, Reason: v1alpha1.GapForbidden, Hides: "something", Permission: permission, Message: "forbidden"})
	return h
}

// judge runs one check, as Evaluate would; the zero gate where it is not about the hop.
func judge(t *testing.T, id string, h *Hop) v1alpha1.PlanGate {
	t.Helper()
	if !slices.ContainsFunc(All(h.Catalog), func(c Check) bool { return c.ID == id }) {
		t.Fatalf("no check %q", id)
	}
	for _, g := range Evaluate(h) {
		if g.ID == id {
			return g
		}
	}
	return v1alpha1.PlanGate{}
}

func TestChecksAreNamedOnceAndHaveASource(t *testing.T) {
	docs, err := os.ReadFile("../../../docs/plan.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range All(hopTo(t, "1.36", "1.37").Catalog) {
		if c.ID == "" || c.Source == "" || c.Judge == nil {
			t.Errorf("check %q needs an id, a source and a judge", c.ID)
		}
		if seen[c.ID] {
			t.Errorf("check %q stands twice", c.ID)
		}
		seen[c.ID] = true
		since := "all"
		if !c.Since.IsZero() {
			since = c.Since.String()
		}
		if row := fmt.Sprintf("| `%s` | %s | ", c.ID, since); !strings.Contains(string(docs), row) {
			t.Errorf("docs/plan.md has no row %s", row)
		}
	}
}
