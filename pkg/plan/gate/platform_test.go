package gate

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestWhatThePlatformOffers(t *testing.T) {
	const (
		look   = "look at the platform's page, or kubectl versions catalog update"
		wait   = "wait for it, or plan for an earlier minor with --to"
		passOn = "pass on to a supported minor soon, or start from a new cluster"
	)
	for name, tc := range map[string]struct {
		platform, from, to, day string
		want                    expected
	}{
		"the newest":                         {"upstream", "1.36", "1.37", "2026-11-20", expected{v1alpha1.Pass, "1.37 has standard support of Kubernetes until 2027-08-28", nil, ""}},
		"the newest, the day before it is":   {"upstream", "1.36", "1.37", "2026-08-25", expected{v1alpha1.Warning, "1.37 of Kubernetes is planned for 2026-08-26: this plan is ahead of it", nil, wait}},
		"the newest, on its first day":       {"upstream", "1.36", "1.37", "2026-08-26", expected{v1alpha1.Pass, "1.37 has standard support of Kubernetes until 2027-08-28", nil, ""}},
		"the next":                           {"upstream", "1.37", "1.38", "2026-11-20", expected{v1alpha1.Warning, "1.38 of Kubernetes is planned for 2026-12-16: this plan is ahead of it", nil, wait}},
		"the next, on the planned day":       {"upstream", "1.37", "1.38", "2026-12-16", expected{v1alpha1.Warning, "1.38 of Kubernetes is planned for 2026-12-16: this plan is ahead of it", nil, wait}},
		"the next, when it should be out":    {"upstream", "1.37", "1.38", "2026-12-17", expected{v1alpha1.Unknown, "1.38 of Kubernetes was planned for 2026-12-16, and the catalog, as of 2026-11-20, does not know whether it is out", nil, look}},
		"the next, of another platform":      {"amazon-eks", "1.37", "1.38", "2026-11-20", expected{v1alpha1.Warning, "1.38 of Kubernetes is planned for 2026-12-16: this plan is ahead of it", nil, wait}},
		"the one after the next":             {"upstream", "1.38", "1.39", "2026-11-20", expected{v1alpha1.Unknown, "the catalog, of Kubernetes as of 2026-11-20, lists no 1.39", nil, look}},
		"one that the catalog does not list": {"amazon-eks", "1.36", "1.37", "2026-11-20", expected{v1alpha1.Unknown, "the catalog, of Amazon EKS as of 2026-08-22, lists no 1.37", nil, look}},
		"one on its last day":                {"alibaba-ack", "1.34", "1.35", "2027-02-28", expected{v1alpha1.Pass, "1.35 has standard support of Alibaba Cloud ACK until 2027-02-28", nil, ""}},
		"one past its end":                   {"alibaba-ack", "1.34", "1.35", "2027-03-01", expected{v1alpha1.Warning, "1.35 lost the support of Alibaba Cloud ACK on 2027-02-28, and may not be offered any more", nil, passOn}},
		"one in extended support":            {"amazon-eks", "1.33", "1.34", "2026-12-03", expected{v1alpha1.Warning, "1.34 has only extended support of Amazon EKS, until 2027-12-02, which costs extra", nil, "pass on to a minor with standard support, or accept the terms"}},
		"one on the last day before":         {"amazon-eks", "1.33", "1.34", "2026-12-02", expected{v1alpha1.Pass, "1.34 has standard support of Amazon EKS until 2026-12-02", nil, ""}},
		"one of which the day is not confirmed": {"azure-kubernetes-service", "1.36", "1.37", "2026-11-20",
			expected{v1alpha1.Unknown, "1.37 of Azure Kubernetes Service was planned for ~2026-10, and the catalog, as of 2026-09-04, does not know whether it is out", nil, look}},
		"one that is planned within the month": {"azure-kubernetes-service", "1.36", "1.37", "2026-10-31",
			expected{v1alpha1.Warning, "1.37 of Azure Kubernetes Service is planned for ~2026-10: this plan is ahead of it", nil, wait}},
		"one of a platform that follows upstream": {"k3s", "1.36", "1.37", "2026-11-20", expected{v1alpha1.Pass, "1.37 has standard support of Kubernetes until 2027-08-28", nil, ""}},
		"one that the platform has later than the one it follows": {"rke2", "1.36", "1.37", "2026-11-20",
			expected{v1alpha1.Unknown, "the catalog, of RKE2 as of 2026-08-21, lists no 1.37", nil, look}},
		"one of which upstream's dates hold": {"rke2", "1.35", "1.36", "2026-11-20", expected{v1alpha1.Pass, "1.36 has standard support of Kubernetes until 2027-04-28", nil, ""}},
		"none: the control plane stays":      {"amazon-eks", "1.36", "1.36", "2026-11-20", expected{}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.want.of(t, "platform-offers", hopTo(t, tc.from, tc.to).on(tc.platform).onDay(t, tc.day))
		})
	}
}

func TestTheWayBack(t *testing.T) {
	for platform, want := range map[string]string{
		"upstream":                 "the control plane cannot go back to the minor before: a backup of etcd from before it can be restored",
		"alibaba-ack":              "the control plane cannot go back to the minor before",
		"amazon-eks":               "the control plane can go back to the minor before within 7 days: the control plane alone; nodes, add-ons and etcd data stay",
		"azure-kubernetes-service": "the control plane cannot go back to the minor before: node pools alone go back, within 7 days",
		"google-kubernetes-engine": "the control plane can go back to the minor before within 7 days: only while a two-step control-plane upgrade soaks, which must be asked for",
		"rke2":                     "the control plane can go back to the minor before: needs a datastore snapshot taken on the minor to go back to",
		"k3s":                      "k3s is not known to promise a way back: take a backup that can be restored",
	} {
		h := hopTo(t, "1.36", "1.37").on(platform)
		if got := Rollback(h.Platform); got != want {
			t.Errorf("%s: %s", platform, got)
		}
		expected{v1alpha1.Pass, "after the hop, " + want, nil, ""}.of(t, "rollback", h)
		expected{}.of(t, "rollback", hopTo(t, "1.37", "1.37").on(platform))
	}
}

func TestResourceReservation(t *testing.T) {
	expected{
		v1alpha1.Warning, "Alibaba Cloud ACK reserves resources of nodes from 1.18 on: pods of full nodes may find no place", nil,
		"keep CPU at 50 % and memory at 70 % of each node at most, as kubectl top nodes shows",
	}.of(t, "resource-reservation", hopTo(t, "1.16", "1.18").on("alibaba-ack"))
	for name, h := range map[string]*Hop{
		"to the minor before":    hopTo(t, "1.14", "1.16").on("alibaba-ack"),
		"from that minor":        hopTo(t, "1.18", "1.20").on("alibaba-ack"),
		"of another platform":    hopTo(t, "1.17", "1.18").on("amazon-eks"),
		"of upstream's own kind": hopTo(t, "1.17", "1.18"),
	} {
		t.Run(name, func(t *testing.T) { expected{}.of(t, "resource-reservation", h) })
	}
}

func TestAddOns(t *testing.T) {
	expected{
		v1alpha1.Pass, "kube-proxy and cluster-autoscaler are upgraded with the control plane; all other components are upgraded apart", nil,
		"afterwards, upgrade all other components on the console's Add-ons page",
	}.of(t, "add-ons", hopTo(t, "1.35", "1.36").on("alibaba-ack"))
	expected{
		v1alpha1.Pass, "no add-on is upgraded with the control plane; VPC CNI, CoreDNS, kube-proxy and all other add-ons are upgraded apart", nil,
		"afterwards, upgrade VPC CNI, CoreDNS, kube-proxy and all other add-ons with eksctl update addon or aws eks update-addon",
	}.of(t, "add-ons", hopTo(t, "1.35", "1.36").on("amazon-eks"))
	expected{}.of(t, "add-ons", hopTo(t, "1.35", "1.36").on("k3s"))
	expected{}.of(t, "add-ons", hopTo(t, "1.36", "1.36").on("alibaba-ack"))
}
