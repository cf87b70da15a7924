package gate

import (
	"fmt"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func etcdVersion() Check {
	return Check{
		ID:     "etcd-version",
		Source: "https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/",
		Judge:  judgeEtcdVersion,
	}
}

// judgeEtcdVersion looks at the etcd of a control plane that is the cluster's
// own. kubeadm upgrades the one that it runs itself, and asks the others for a
// minimum. A platform of one binary brings its own datastore.
func judgeEtcdVersion(h *Hop) Result {
	if h.From == h.To || h.Method.ControlPlane == v1alpha1.Managed || h.oneBinary() {
		return Result{}
	}
	row, rule := h.Catalog.Components.Etcd.Row(h.To), "which etcd Kubernetes "+h.To.String()+" needs is not known"
	if row != nil {
		rule = fmt.Sprintf("kubeadm %s needs etcd %s or newer", row.Kubeadm, row.ExternalMinimum)
	}
	tell := "etcdctl endpoint status --cluster --write-out=table shows the version of each member"
	c := h.Facts().Configuration
	if c != nil && c.Kubeadm != nil && c.Kubeadm.ExternalEtcd {
		return unknown(tell, "etcd is outside the cluster, and the API does not tell its version: %s", rule)
	}
	if h.Snapshot.ControlPlanePods == nil {
		return h.unread(v1alpha1.SourceControlPlanePods)
	}
	found, oldest, numbered := h.etcdPods()
	switch {
	case len(found) == 0:
		return unknown(tell, "no pod shows etcd: %s", rule)
	case c != nil && c.Kubeadm != nil:
		return h.stackedEtcd(row, found, oldest, numbered)
	case !numbered:
		r := unknown(tell, "the images of etcd tell no version: %s", rule)
		r.Evidence = found.lines("pod")
		return r
	case row != nil && oldest.Compare(row.ExternalMinimum) < 0:
		r := warning(fmt.Sprintf("upgrade etcd to %s or newer before kube-apiserver", row.ExternalMinimum), found.lines("pod"), "etcd is %s: %s", oldest, rule)
		r.Source = row.Source
		return r
	}
	return h.endOfEtcd(oldest, found, pass("etcd is %s: %s", oldest, rule))
}

// etcdPods are the pods of etcd by image tag, and the oldest version among them.
func (h *Hop) etcdPods() (found tally, oldest version.Number, numbered bool) {
	found = tally{}
	for _, pod := range h.Snapshot.ControlPlanePods.Pods {
		if pod.Component != "etcd" {
			continue
		}
		tag := version.ParseImage(pod.Image).Tag
		if v, ok := version.ParseNumber(tag); ok && (!numbered || v.Compare(oldest) < 0) {
			oldest, numbered = v, true
		}
		found.add("etcd "+tag, pod.Name)
	}
	return found, oldest, numbered
}

// stackedEtcd is upgraded by kubeadm, which never takes it back. An earlier hop
// has brought it to what kubeadm installs there.
func (h *Hop) stackedEtcd(row *catalog.KubeadmEtcd, found tally, oldest version.Number, numbered bool) Result {
	before := h.Catalog.Components.Etcd.Row(h.From)
	if before != nil && !h.First && (!numbered || before.Installs.Compare(oldest) > 0) {
		oldest, numbered = before.Installs, true
	}
	from := ""
	if numbered {
		from = " from " + oldest.String()
	}
	if row == nil {
		return pass("kubeadm %s upgrades etcd%s with the control plane", h.To, from)
	}
	if numbered && oldest.Compare(row.Installs) >= 0 {
		return h.endOfEtcd(oldest, found, pass("etcd is %s, and kubeadm %s brings %s", oldest, row.Kubeadm, row.Installs))
	}
	moves := fmt.Sprintf("kubeadm %s upgrades etcd%s to %s", row.Kubeadm, from, row.Installs)
	if !numbered && before != nil && len(h.Catalog.Components.Etcd.Unmet(before.Installs, row.Installs)) == 0 {
		oldest, numbered = before.Installs, true
	}
	if r := h.beforeEtcdMoves(oldest, numbered, row, moves); r.Verdict != "" {
		if h.First {
			r.Evidence = found.lines("pod")
		}
		return r
	}
	r := pass("%s", moves)
	r.Source = row.Source
	return h.endOfEtcd(row.Installs, found, r)
}

// beforeEtcdMoves is what every member of etcd must run, or should, before
// kubeadm takes it to another minor; the zero Result where all do, or none moves.
func (h *Hop) beforeEtcdMoves(from version.Number, numbered bool, row *catalog.KubeadmEtcd, moves string) Result {
	if !numbered {
		from = version.Number{}
	}
	unmet := h.Catalog.Components.Etcd.Unmet(from, row.Installs)
	if len(unmet) == 0 {
		return Result{}
	}
	gravest, newest := unmet[0], slices.MaxFunc(unmet, func(a, b catalog.EtcdPrecondition) int { return a.Minimum.Compare(b.Minimum) }).Minimum
	remedy := fmt.Sprintf("first bring every member to etcd %s or a newer patch, one at a time, and see that all are healthy", newest)
	var r Result
	switch {
	case !numbered:
		r = unknown(remedy, "%s, which wants %s on every member before, and the images tell no version", moves, newest)
	case gravest.Required:
		r = blocked(remedy, nil, "%s, which needs %s on every member before", moves, gravest.Minimum)
	default:
		r = warning(remedy, nil, "%s, which wants %s on every member before", moves, gravest.Minimum)
	}
	r.Source = gravest.Source
	return r
}

// endOfEtcd warns of a version that is past its end of life when the hop is done.
func (h *Hop) endOfEtcd(v version.Number, found tally, r Result) Result {
	release := h.Catalog.Components.Etcd.Release(v)
	if release == nil || release.EndOfLife.IsZero() || release.EndOfLife.Compare(h.At) >= 0 {
		return r
	}
	end := warning("upgrade etcd to a supported minor, one minor at a time", found.lines("pod"), "%s, and support of etcd %s ended on %s", r.Message, release.Minor, release.EndOfLife)
	end.Source = release.Source
	return end
}
