package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// stepsIn are those of a stage, in the first hop.
func stepsIn(p *v1alpha1.UpgradePlan, stage v1alpha1.PlanStage) []v1alpha1.PlanStep {
	return slices.DeleteFunc(slices.Clone(p.Hops[0].Steps), func(s v1alpha1.PlanStep) bool { return s.Stage != stage })
}

func TestCommandsAreThoseOfTheInstallerThatShows(t *testing.T) {
	kubeadm := func() cluster {
		c := clusterOf("v1.36.6").kubeadmNode("cp-0", "v1.36.6").kubelets("v1.36.6", "worker")
		c.Upgrade = &v1alpha1.UpgradeFacts{Configuration: &v1alpha1.Configuration{Kubeadm: &v1alpha1.KubeadmConfiguration{APIVersion: "kubeadm.k8s.io/v1beta4"}}}
		return c
	}
	plain := kubeadm()
	plain.Upgrade = nil
	for name, tc := range map[string]struct {
		cluster              cluster
		controlPlane, backup string
		nodes                string
	}{
		"kubeadm":             {kubeadm(), "kubeadm upgrade apply v1.37.2", "before-1.37.db", ""},
		"no installer shows":  {plain, "", "", ""},
		"EKS keeps the data":  {clusterOf("v1.35.1-eks-abc").kubelets("v1.35.1-eks-abc", "a"), "aws eks update-cluster-version --name CLUSTER --kubernetes-version 1.36", "", "aws eks update-nodegroup-version --cluster-name CLUSTER --nodegroup-name NODEGROUP --kubernetes-version 1.36"},
		"RKE2 by its channel": {clusterOf("v1.36.3+rke2r1").kubelets("v1.36.3+rke2r1", "a"), "INSTALL_RKE2_CHANNEL=v1.37", "rke2 etcd-snapshot save --name before-1.37", "INSTALL_RKE2_TYPE=agent INSTALL_RKE2_CHANNEL=v1.37"},
	} {
		t.Run(name, func(t *testing.T) {
			to := "1.37"
			if strings.HasPrefix(name, "EKS") {
				to = "1.36"
			}
			p := tc.cluster.plan(t, to)
			holds := func(what string, commands []string, want string) {
				if text := strings.Join(commands, "\n"); want == "" && text != "" || !strings.Contains(text, want) || strings.ContainsAny(text, "{}") {
					t.Errorf("%s: %q, want %q", what, text, want)
				}
			}
			holds("control plane", stepsIn(p, v1alpha1.StageAPIServer)[0].Commands, tc.controlPlane)
			holds("backup", p.Hops[0].Backup, tc.backup)
			workers := stepsIn(p, v1alpha1.StageNodes)
			holds("nodes", workers[len(workers)-1].Commands, tc.nodes)
		})
	}
}

// Nodes of the control plane may hold etcd: they are never in a batch, and the
// first to move.
func TestNodesOfTheControlPlaneMoveOneByOne(t *testing.T) {
	c := clusterOf("v1.36.6").kubeadmNode("cp-0", "v1.36.6").kubelets("v1.36.6", "worker-0", "worker-1")
	c.nodes(v1alpha1.NodeGroup{KubeletVersion: "v1.36.6", Status: "Ready", Roles: "etcd", Names: []string{"etcd-0"}})
	var got []string
	for _, step := range stepsIn(c.plan(t, "1.37"), v1alpha1.StageNodes) {
		way := "in batches: "
		if step.OneByOne {
			way = "one by one: "
		}
		for _, move := range step.Moves {
			got = append(got, way+strings.Join(move.Names, ","))
		}
	}
	if diff := cmp.Diff([]string{"one by one: cp-0,etcd-0", "in batches: worker-0,worker-1"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheNewestPatchIsTakenFirstWhereAMinorFollows(t *testing.T) {
	moves := func(p *v1alpha1.UpgradePlan) []string {
		var lines []string
		for _, hop := range p.Hops {
			for _, step := range hop.Steps {
				for _, move := range step.Moves {
					if minorOf(move.From) == minorOf(move.To) {
						lines = append(lines, hop.To.String()+" "+string(step.Stage)+": "+move.Component+" "+move.From+" to "+move.To)
					}
				}
			}
		}
		return lines
	}
	behind := clusterOf("v1.35.1").kubeadmNode("cp-0", "v1.35.1").kubelets("v1.35.1", "a")
	want := []string{
		"1.36 prepare: kube-apiserver v1.35.1 to v1.35.10",
		"1.36 prepare: kube-controller-manager v1.35.1 to v1.35.10",
		"1.36 prepare: kube-scheduler v1.35.1 to v1.35.10",
	}
	if diff := cmp.Diff(want, moves(behind.plan(t, "1.37"))); diff != "" {
		t.Errorf("the first hop alone: %s", diff)
	}
	if got := moves(behind.plan(t, "1.35")); got != nil {
		t.Errorf("no minor follows: %q", got)
	}
	newest := clusterOf("v1.35.10").kubeadmNode("cp-0", "v1.35.10").kubelets("v1.35.1", "a")
	if got := moves(newest.plan(t, "1.36")); got != nil {
		t.Errorf("the newest runs: %q", got)
	}
}

// Missing evidence does not make a control plane somebody else's.
func TestWhoRunsTheControlPlane(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		want    v1alpha1.ControlPlaneType
	}{
		"its pods show":                           {clusterOf("v1.36.6").kubeadmNode("cp-0", "v1.36.6"), v1alpha1.Dedicated},
		"everything was read and nothing shows":   {clusterOf("v1.36.6"), v1alpha1.Managed},
		"its pods could not be read":              {clusterOf("v1.36.6").unread(v1alpha1.SourceControlPlanePods), v1alpha1.Dedicated},
		"not read, of a platform that manages it": {clusterOf("v1.36.6-gke.1640000").unread(v1alpha1.SourceControlPlanePods), v1alpha1.Managed},
		"part of the nodes' binary":               {clusterOf("v1.36.6+k3s1"), v1alpha1.Dedicated},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tc.cluster.plan(t, "1.37").Method.ControlPlane; got != tc.want {
				t.Errorf("%s, want %s", got, tc.want)
			}
		})
	}
}
