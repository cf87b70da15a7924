package gate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// expected is what a check says of a hop; the zero value that it is not about it.
type expected struct {
	verdict  v1alpha1.Verdict
	message  string
	evidence []string
	remedy   string
}

// of runs a check and compares.
func (want expected) of(t *testing.T, id string, h *Hop) {
	t.Helper()
	got := judge(t, id, h)
	if diff := cmp.Diff(want, expected{got.Verdict, got.Message, got.Evidence, got.Remedy}, cmp.AllowUnexported(expected{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Verdict != "" && got.Source == "" {
		t.Error("no source")
	}
}

// draining adds a node that is replaced.
func (h *Hop) draining() *Hop {
	return h.moving(v1alpha1.NodeGroup{KubeletVersion: "v" + h.From.String() + ".0", Status: "Ready", Names: []string{"worker-1"}})
}

// onDay moves the hop to a day.
func (h *Hop) onDay(t *testing.T, day string) *Hop {
	t.Helper()
	at, err := calendar.Parse(day)
	if err != nil {
		t.Fatal(err)
	}
	h.At = at
	return h
}

// later turns the hop into one that others come before.
func (h *Hop) later() *Hop {
	h.First = false
	return h
}

// TestChecksOfDrains are silent where nodes stay, or are upgraded in place, and
// unknown where what they need was not read.
func TestChecksOfDrains(t *testing.T) {
	for id, unread := range map[string]func(*v1alpha1.UpgradeFacts){
		"pod-disruption-budgets": func(f *v1alpha1.UpgradeFacts) { f.DisruptionBudgets = nil },
		"overlapping-budgets":    func(f *v1alpha1.UpgradeFacts) { f.Pods = nil },
		"single-replicas":        func(f *v1alpha1.UpgradeFacts) { f.Pods = nil },
		"unmanaged-pods":         func(f *v1alpha1.UpgradeFacts) { f.Pods = nil },
		"local-data":             func(f *v1alpha1.UpgradeFacts) { f.Volumes = nil },
	} {
		t.Run(id, func(t *testing.T) {
			stays, inPlace, drains := hopTo(t, "1.36", "1.37"), hopTo(t, "1.36", "1.37").draining(), hopTo(t, "1.36", "1.37").draining()
			inPlace.Method.NodeUpgrade = v1alpha1.InPlace
			for _, h := range []*Hop{stays, inPlace} {
				if got := judge(t, id, h).Verdict; got != "" {
					t.Errorf("without a drain: %s", got)
				}
			}
			if got := judge(t, id, drains).Verdict; got != v1alpha1.Pass {
				t.Errorf("of an empty cluster: %s", got)
			}
			unread(drains.Snapshot.Upgrade)
			if got := judge(t, id, drains).Verdict; got != v1alpha1.Unknown {
				t.Errorf("unread: %s", got)
			}
			drains.Snapshot.Upgrade = nil
			if got := judge(t, id, drains).Verdict; got != v1alpha1.Unknown {
				t.Errorf("of a snapshot without facts for upgrades: %s", got)
			}
		})
	}
}

func TestWhatIsUnreadNamesThePermission(t *testing.T) {
	h := hopTo(t, "1.36", "1.37").draining().gap(v1alpha1.SourceBudgets, "list poddisruptionbudgets.policy")
	h.Snapshot.Upgrade.DisruptionBudgets = nil
	for _, id := range []string{"pod-disruption-budgets", "overlapping-budgets"} {
		expected{v1alpha1.Unknown, "disruption budgets could not be read", nil, "ask for permission to list poddisruptionbudgets.policy"}.of(t, id, h)
	}
}
