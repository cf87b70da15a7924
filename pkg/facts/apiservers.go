package facts

import (
	"cmp"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// APIServers are the kube-apiserver instances that any source showed.
type APIServers struct {
	// Seen is sorted by version, newest first.
	Seen []APIServer
	// Exist is how many there are; 0 when nothing tells.
	Exist int
	// Pods are those instances whose pod shows its version.
	Pods []APIServer
	// Emulation is the version whose APIs are offered, where it is another.
	Emulation *version.Minor
}

// APIServer is one of them.
type APIServer struct {
	Version version.Version
	// Text is the version, verbatim.
	Text string
	// Pod is nil where no pod shows the instance.
	Pod *v1alpha1.ControlPlanePod
	// Evidence is where the version was read.
	Evidence string
}

// FindAPIServers joins what connections, pods and probed endpoints showed. The
// source that saw the most instances counts them; the others add versions that
// it did not see. A pod's tag spells the version differently ("-rke2r1-build…"
// for "+rke2r1"), so the upstream part is compared and the answer's text shown.
func FindAPIServers(s *v1alpha1.Snapshot) APIServers {
	var connected, endpoints, pods []APIServer
	var all APIServers
	if s.APIServers != nil {
		for _, answer := range s.APIServers.Instances {
			connected = appendAPIServer(connected, answer.GitVersion, nil, "/version")
			all.Emulation = cmp.Or(all.Emulation, emulation(answer.VersionInfo))
		}
		for _, endpoint := range s.APIServers.Endpoints {
			if endpoint.Version != nil {
				endpoints = appendAPIServer(endpoints, endpoint.Version.GitVersion, nil, "/version at its address")
			}
		}
		all.Exist = len(s.APIServers.Endpoints)
	}
	if s.ControlPlanePods != nil {
		count := 0
		for _, pod := range s.ControlPlanePods.Pods {
			if pod.Component == string(catalog.KubeAPIServer) {
				count++
				pods = appendAPIServer(pods, version.ParseImage(pod.Image).Tag, &pod, "pod image")
			}
		}
		all.Exist = max(all.Exist, count)
	}
	all.Exist = max(all.Exist, int(s.Leases.RunningAPIServers()))
	if all.Exist > 0 {
		// Hosts of one name share a lease. Where nothing else counts instances,
		// those that answered do not tell how many did not.
		all.Exist = max(all.Exist, identified(s.APIServers))
	}

	all.Pods = pods
	sources := [][]APIServer{pods, connected, endpoints}
	slices.SortStableFunc(sources, func(a, b []APIServer) int { return cmp.Compare(len(b), len(a)) })
	all.Seen = slices.Clone(sources[0])
	for _, source := range sources[1:] {
		for _, other := range source {
			all.add(other)
		}
	}
	slices.SortStableFunc(all.Seen, func(a, b APIServer) int { return b.Version.Compare(a.Version) })
	return all
}

// Offered is the oldest minor whose APIs are offered; zero when no instance was seen.
func (a APIServers) Offered() version.Minor {
	switch {
	case a.Emulation != nil:
		return *a.Emulation
	case len(a.Seen) == 0:
		return version.Minor{}
	default:
		return a.Seen[len(a.Seen)-1].Version.Minor
	}
}

// Newest is the newest minor of an instance; zero when none was seen.
func (a APIServers) Newest() version.Minor {
	if len(a.Seen) == 0 {
		return version.Minor{}
	}
	return a.Seen[0].Version.Minor
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
func (a *APIServers) add(other APIServer) {
	known := false
	for at := range a.Seen {
		if a.Seen[at].Version.Compare(other.Version) != 0 {
			continue
		}
		known = true
		if other.Pod == nil && a.Seen[at].Pod != nil {
			a.Seen[at].Text, a.Seen[at].Evidence = other.Text, "pod, "+other.Evidence
		}
	}
	if !known {
		a.Seen = append(a.Seen, other)
	}
}

func appendAPIServer(to []APIServer, text string, pod *v1alpha1.ControlPlanePod, evidence string) []APIServer {
	v, err := version.Parse(text)
	if err != nil {
		return to
	}
	return append(to, APIServer{Version: v, Text: text, Pod: pod, Evidence: evidence})
}

// emulation returns the emulated minor where it is not the server's own.
func emulation(info v1alpha1.VersionInfo) *version.Minor {
	own, ownErr := version.Parse(info.GitVersion)
	emulated, err := version.ParseMinor(info.EmulationMajor + "." + info.EmulationMinor)
	if ownErr != nil || err != nil || emulated == own.Minor {
		return nil
	}
	return &emulated
}

// OnNode returns the instance whose pod runs on the node.
func (a APIServers) OnNode(node string) (APIServer, bool) {
	for _, candidate := range a.Pods {
		if candidate.Pod.Node == node && node != "" {
			return candidate, true
		}
	}
	return APIServer{}, false
}
