package skew

import (
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/facts"
)

// reach is the range that a component judged against all instances may meet.
func reach(a facts.APIServers) servers {
	return servers{oldest: a.Seen[len(a.Seen)-1].Version.Minor, newest: a.Seen[0].Version.Minor}
}

func controlPlane(a facts.APIServers) v1alpha1.SkewControlPlane {
	all := reach(a)
	seen := len(a.Seen)
	if a.Exist > 0 {
		// A version that only one source shows, such as a pod's stale tag, is a
		// row, but no further instance.
		seen = min(seen, a.Exist)
	}
	return v1alpha1.SkewControlPlane{
		Oldest: all.oldest, Newest: all.newest, Emulation: a.Emulation,
		InstancesSeen: int32(seen), InstancesExist: int32(a.Exist),
	}
}

func (e *evaluation) apiServers() []observation {
	a := e.instances
	observations := make([]observation, 0, len(a.Seen)+1)
	for _, seen := range a.Seen {
		o := observation{version: seen.Text, count: 1, evidence: seen.Evidence, servers: only(e.servers.newest), against: "the newest instance"}
		if seen.Pod != nil {
			o.names = []string{seen.Pod.Name}
		}
		observations = append(observations, o)
	}
	if unseen := a.Exist - len(a.Seen); unseen > 0 {
		observations = append(observations, observation{
			verdict: v1alpha1.Unknown, count: int32(unseen), evidence: "identity leases, pods",
			reason: fmt.Sprintf("%d of %d instances did not show their version", unseen, a.Exist),
		})
	}
	return observations
}
