package collect

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Labels of the leases by which kube-apiserver instances announce themselves:
// the present one, and the one of 1.26.
const (
	identityLabel   = "apiserver.kubernetes.io/identity"
	identityLabel26 = "k8s.io/component"
)

const hiddenLeases = "number of kube-apiserver instances"

func leasePermissions() []Permission {
	return []Permission{{
		Verb: "list", Group: "coordination.k8s.io", Resource: "leases", Namespace: metav1.NamespaceSystem,
		Source: v1alpha1.SourceLeases, Hides: hiddenLeases,
		Why: "How many kube-apiserver instances run, and whether controller managers and scheduler do.",
	}}
}

// leases reads the leases of kube-system: kube-apiserver's identities and the
// elections of controller managers and scheduler. Node heartbeats are elsewhere.
func (c *client) leases(ctx context.Context) (*v1alpha1.Leases, error) {
	const path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
	var list struct {
		Items []struct {
			Metadata struct {
				Name   string            `json:"name"`
				Labels map[string]string `json:"labels"`
			} `json:"metadata"`
			Spec struct {
				HolderIdentity string            `json:"holderIdentity"`
				RenewTime      *metav1.MicroTime `json:"renewTime"`
			} `json:"spec"`
		} `json:"items"`
	}
	header, err := c.getJSON(ctx, path, url.Values{"resourceVersion": {"0"}}, acceptJSON, &list)
	if err != nil {
		return nil, err
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return nil, malformedError{path, err}
	}
	leases := &v1alpha1.Leases{ServerTime: metav1.NewTime(date), Leases: make([]v1alpha1.Lease, 0, len(list.Items))}
	for _, item := range list.Items {
		identity := item.Metadata.Labels[identityLabel]
		if identity == "" {
			identity = item.Metadata.Labels[identityLabel26]
		}
		leases.Leases = append(leases.Leases, v1alpha1.Lease{
			Name: item.Metadata.Name, Holder: item.Spec.HolderIdentity, Identity: identity, RenewTime: item.Spec.RenewTime,
		})
	}
	// The cache of some servers is in no order.
	slices.SortFunc(leases.Leases, func(a, b v1alpha1.Lease) int { return cmp.Compare(a.Name, b.Name) })
	return leases, nil
}
