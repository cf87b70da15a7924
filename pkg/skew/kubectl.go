package skew

import (
	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// kubectl observes the client. It may be told to use any instance.
func (e *evaluation) kubectl() []observation {
	client := e.snapshot.Kubectl
	if client == nil {
		return []observation{e.unread(v1alpha1.SourceKubectl)}
	}
	o := observation{
		version: client.GitVersion, count: 1, evidence: client.FoundBy,
		servers: e.servers, against: allInstances,
	}
	if v, ok := parsed(client.GitVersion); ok && v.Dispatcher() {
		o.verdict = v1alpha1.Unknown
		o.reason = "a dispatcher picks another kubectl for each cluster: name its version with --kubectl-version"
	}
	return []observation{o}
}
