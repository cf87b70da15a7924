package skew

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// instances are the kube-apiserver instances that any source showed.
type instances struct {
	// seen is sorted by version, newest first.
	seen []instance
	// exist is how many there are; 0 when nothing tells.
	exist int
	// pods are those instances whose pod shows its version.
	pods []instance
	// emulation is the version whose APIs are offered, where it is another.
	emulation *version.Minor
}

type instance struct {
	version version.Version
	// text is verbatim.
	text     string
	pod      *v1alpha1.ControlPlanePod
	evidence string
}

// apiServers joins what connections, pods and probed endpoints showed. The
// source that saw the most instances counts them; the others add versions that
// it did not see. A pod's tag spells the version differently ("-rke2r1-build…"
// for "+rke2r1"), so the upstream part is compared and the answer's text shown.
func apiServers(s *v1alpha1.Snapshot) instances {
	var connected, endpoints, pods []instance
	var all instances
	if s.APIServers != nil {
		for _, answer := range s.APIServers.Instances {
			connected = appendInstance(connected, answer.GitVersion, nil, "/version")
			all.emulation = cmp.Or(all.emulation, emulation(answer.VersionInfo))
		}
		for _, endpoint := range s.APIServers.Endpoints {
			if endpoint.Version != nil {
				endpoints = appendInstance(endpoints, endpoint.Version.GitVersion, nil, "/version at its address")
			}
		}
		all.exist = len(s.APIServers.Endpoints)
	}
	if s.ControlPlanePods != nil {
		count := 0
		for _, pod := range s.ControlPlanePods.Pods {
			if pod.Component == string(catalog.KubeAPIServer) {
				count++
				pods = appendInstance(pods, version.ParseImage(pod.Image).Tag, &pod, "pod image")
			}
		}
		all.exist = max(all.exist, count)
	}
	all.exist = max(all.exist, int(s.Leases.RunningAPIServers()))
	if all.exist > 0 {
		// Hosts of one name share a lease. Where nothing else counts instances,
		// those that answered do not tell how many did not.
		all.exist = max(all.exist, identified(s.APIServers))
	}

	all.pods = pods
	sources := [][]instance{pods, connected, endpoints}
	slices.SortStableFunc(sources, func(a, b []instance) int { return cmp.Compare(len(b), len(a)) })
	all.seen = slices.Clone(sources[0])
	for _, source := range sources[1:] {
		for _, other := range source {
			all.add(other)
		}
	}
	slices.SortStableFunc(all.seen, func(a, b instance) int { return b.version.Compare(a.version) })
	return all
}

// identified counts the instances that /metrics told apart.
func identified(s *v1alpha1.APIServers) int {
	count := 0
	if s != nil {
		for _, answer := range s.Instances {
			if answer.StartTime != "" {
				count++
			}
		}
	}
	return count
}

// add adds an instance of a version that was not seen yet. Of one that was, an
// answer's own text replaces the image tag's.
func (i *instances) add(other instance) {
	known := false
	for at := range i.seen {
		if i.seen[at].version.Compare(other.version) != 0 {
			continue
		}
		known = true
		if other.pod == nil && i.seen[at].pod != nil {
			i.seen[at].text, i.seen[at].evidence = other.text, "pod, "+other.evidence
		}
	}
	if !known {
		i.seen = append(i.seen, other)
	}
}

func appendInstance(to []instance, text string, pod *v1alpha1.ControlPlanePod, evidence string) []instance {
	v, ok := parsed(text)
	if !ok {
		return to
	}
	return append(to, instance{version: v, text: text, pod: pod, evidence: evidence})
}

// emulation returns the emulated minor where it is not the server's own.
func emulation(info v1alpha1.VersionInfo) *version.Minor {
	own, ok := parsed(info.GitVersion)
	emulated, err := version.ParseMinor(info.EmulationMajor + "." + info.EmulationMinor)
	if !ok || err != nil || emulated == own.Minor {
		return nil
	}
	return &emulated
}

// reach is the range that a component judged against all instances may meet.
func (i instances) reach() servers {
	return servers{oldest: i.seen[len(i.seen)-1].version.Minor, newest: i.seen[0].version.Minor}
}

func (i instances) controlPlane() v1alpha1.SkewControlPlane {
	reach := i.reach()
	seen := len(i.seen)
	if i.exist > 0 {
		// A version that only one source shows, such as a pod's stale tag, is a
		// row, but no further instance.
		seen = min(seen, i.exist)
	}
	return v1alpha1.SkewControlPlane{
		Oldest: reach.oldest, Newest: reach.newest, Emulation: i.emulation,
		InstancesSeen: int32(seen), InstancesExist: int32(i.exist),
	}
}

// onNode returns the instance whose pod runs on the node.
func (i instances) onNode(node string) (instance, bool) {
	for _, candidate := range i.pods {
		if candidate.pod.Node == node && node != "" {
			return candidate, true
		}
	}
	return instance{}, false
}

func (i instances) observations() []observation {
	observations := make([]observation, 0, len(i.seen)+1)
	for _, seen := range i.seen {
		o := observation{version: seen.text, count: 1, evidence: seen.evidence, servers: only(i.reach().newest), against: "the newest instance"}
		if seen.pod != nil {
			o.names = []string{seen.pod.Name}
		}
		observations = append(observations, o)
	}
	if unseen := i.exist - len(i.seen); unseen > 0 {
		observations = append(observations, observation{
			verdict: v1alpha1.Unknown, count: int32(unseen), evidence: "identity leases, pods",
			reason: fmt.Sprintf("%d of %d instances did not show their version", unseen, i.exist),
		})
	}
	return observations
}
