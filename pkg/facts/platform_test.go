package facts

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func loaded(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// seen is a snapshot of a cluster whose kube-apiserver has a version.
func seen(gitVersion string, nodes ...v1alpha1.NodeSample) *v1alpha1.Snapshot {
	s := v1alpha1.NewSnapshot("prod")
	s.APIServers = &v1alpha1.APIServers{Connections: 1, Instances: []v1alpha1.APIServerInstance{
		{VersionInfo: v1alpha1.VersionInfo{GitVersion: gitVersion, Platform: "linux/amd64"}, Connections: 1},
	}}
	s.NodeSamples = &v1alpha1.NodeSamples{Nodes: nodes}
	s.APIGroups = &v1alpha1.APIGroups{Names: []string{"apps", "batch", "metrics.k8s.io", "rbac.authorization.k8s.io"}}
	s.Nodes = &v1alpha1.Nodes{Count: int32(len(nodes))}
	for _, node := range nodes {
		s.Nodes.Groups = append(s.Nodes.Groups, v1alpha1.NodeGroup{
			KubeletVersion: gitVersion, Status: "Ready", Roles: "<none>", OSImage: "Ubuntu 24.04.3 LTS",
			ContainerRuntime: "containerd://2.1.4", Names: []string{node.Name},
		})
	}
	return s
}

// node has labels in pairs, beside those that every kubelet sets.
func node(name, providerID string, labels ...string) v1alpha1.NodeSample {
	n := v1alpha1.NodeSample{Name: name, ProviderID: providerID, Labels: map[string]string{
		"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": name,
	}}
	for i := 0; i < len(labels); i += 2 {
		n.Labels[labels[i]] = labels[i+1]
	}
	return n
}

func eksNode(i int) v1alpha1.NodeSample {
	return node(fmt.Sprintf("ip-192-168-32-%d.eu-central-1.compute.internal", i), fmt.Sprintf("aws:///eu-central-1b/i-0f2a4c8e1b3d5f70%d", i),
		"eks.amazonaws.com/nodegroup", "workers", "eks.amazonaws.com/capacityType", "ON_DEMAND",
		"node.kubernetes.io/instance-type", "m6i.large", "topology.kubernetes.io/region", "eu-central-1")
}

func gkeNode(i int) v1alpha1.NodeSample {
	name := fmt.Sprintf("gke-prod-default-pool-5c1c8e7f-4x2%d", i)
	return node(name, "gce://example-project/europe-west3-a/"+name,
		"cloud.google.com/gke-nodepool", "default-pool", "cloud.google.com/gke-os-distribution", "cos",
		"node.kubernetes.io/instance-type", "e2-standard-4")
}

func aksNode(i int) v1alpha1.NodeSample {
	return node(fmt.Sprintf("aks-system-12345678-vmss00000%d", i),
		fmt.Sprintf("azure:///subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/mc_prod/providers/Microsoft.Compute/virtualMachineScaleSets/aks-system-12345678-vmss/virtualMachines/%d", i),
		"kubernetes.azure.com/cluster", "MC_prod_prod_westeurope", "kubernetes.azure.com/mode", "system",
		"node.kubernetes.io/instance-type", "Standard_D4s_v5")
}

func ackNode() v1alpha1.NodeSample {
	return node("cn-hangzhou.10.0.1.12", "cn-hangzhou.i-bp16uimj7fl6ze8q5rf3",
		"node.alibabacloud.com/nodepool-id", "np9c8e7f6a5b4c3d2e", "node.kubernetes.io/instance-type", "ecs.g7.xlarge")
}

func openShiftNode() v1alpha1.NodeSample {
	return node("worker-0.prod.example.com", "", "node.openshift.io/os_id", "rhel")
}

func rke2Node() v1alpha1.NodeSample {
	return node("server-0", "rke2://server-0", "node.kubernetes.io/instance-type", "rke2", "node-role.kubernetes.io/etcd", "true")
}

func k3sNode() v1alpha1.NodeSample {
	return node("edge-0", "k3s://edge-0", "node.kubernetes.io/instance-type", "k3s")
}

// runs replaces the operating system of every node.
func runs(s *v1alpha1.Snapshot, osImage string) *v1alpha1.Snapshot {
	for i := range s.Nodes.Groups {
		s.Nodes.Groups[i].OSImage = osImage
	}
	return s
}

// without hides parts of what was read.
func without(s *v1alpha1.Snapshot, hide ...func(s *v1alpha1.Snapshot)) *v1alpha1.Snapshot {
	for _, f := range hide {
		f(s)
	}
	return s
}

func serves(s *v1alpha1.Snapshot, groups ...string) *v1alpha1.Snapshot {
	s.APIGroups.Names = append(s.APIGroups.Names, groups...)
	return s
}

// beside adds another instance of kube-apiserver.
func beside(s *v1alpha1.Snapshot, gitVersion string) *v1alpha1.Snapshot {
	s.APIServers.Instances = append(s.APIServers.Instances, v1alpha1.APIServerInstance{VersionInfo: v1alpha1.VersionInfo{GitVersion: gitVersion}})
	return s
}

type recognised struct {
	ID, Evidence string
	Conclusive   bool
	Notes        []string
}

func TestPlatformsAreRecognised(t *testing.T) {
	const (
		rhcos  = "Red Hat Enterprise Linux CoreOS 418.94.202507221927-0"
		ask    = "the platform may be another one than upstream: name it with --platform"
		noMark = "no sign of another platform"
	)
	c := loaded(t)
	noSamples := func(s *v1alpha1.Snapshot) { s.NodeSamples = nil }
	noNodes := func(s *v1alpha1.Snapshot) { s.Nodes = nil }
	noGroups := func(s *v1alpha1.Snapshot) { s.APIGroups = nil }
	gap := func(source v1alpha1.Source) func(s *v1alpha1.Snapshot) {
		return func(s *v1alpha1.Snapshot) {
			s.Gaps = append(s.Gaps, v1alpha1.Gap{Source: source, Reason: v1alpha1.GapForbidden})
		}
	}
	for name, tc := range map[string]struct {
		snapshot *v1alpha1.Snapshot
		want     recognised
	}{
		"EKS": {seen("v1.34.1-eks-113cf36", eksNode(1), eksNode(2)),
			recognised{"amazon-eks", "version v1.34.1-eks-113cf36", true, nil}},
		"GKE": {seen("v1.34.9-gke.1655001", gkeNode(1)),
			recognised{"google-kubernetes-engine", "version v1.34.9-gke.1655001", true, nil}},
		"ACK": {seen("v1.36.1-aliyun.1", ackNode()),
			recognised{"alibaba-ack", "version v1.36.1-aliyun.1", true, nil}},
		"RKE2": {seen("v1.36.3+rke2r1", rke2Node()),
			recognised{"rke2", "version v1.36.3+rke2r1", true, nil}},
		"k3s": {seen("v1.35.7+k3s1", k3sNode()),
			recognised{"k3s", "version v1.35.7+k3s1", true, nil}},
		"AKS, which appends nothing": {seen("v1.34.7", aksNode(0), aksNode(1)),
			recognised{"azure-kubernetes-service", "label kubernetes.azure.com/cluster on 2 of 2 nodes sampled", true, nil}},
		"OpenShift": {serves(runs(seen("v1.31.9", openShiftNode()), rhcos), "config.openshift.io", "route.openshift.io"),
			recognised{"red-hat-openshift", "label node.openshift.io/os_id on 1 of 1 nodes sampled", true, nil}},

		"EKS by its nodes": {seen("v1.34.1", eksNode(1), eksNode(2)),
			recognised{"amazon-eks", "label eks.amazonaws.com/nodegroup on 2 of 2 nodes sampled", true, nil}},
		"GKE by its nodes": {seen("v1.34.9", gkeNode(1)),
			recognised{"google-kubernetes-engine", "label cloud.google.com/gke-nodepool on 1 of 1 nodes sampled", true, nil}},
		"ACK by its nodes": {seen("v1.36.1", ackNode()),
			recognised{"alibaba-ack", "label node.alibabacloud.com/nodepool-id on 1 of 1 nodes sampled", true, nil}},
		"RKE2 by its nodes": {seen("v1.36.3", rke2Node()),
			recognised{"rke2", "providerID rke2://server-0 on 1 of 1 nodes sampled", true, nil}},
		"k3s by its nodes": {seen("v1.35.7", k3sNode()),
			recognised{"k3s", "label node.kubernetes.io/instance-type=k3s on 1 of 1 nodes sampled", true, nil}},
		"k3s with another instance type": {seen("v1.35.7", node("edge-0", "k3s://edge-0", "node.kubernetes.io/instance-type", "nuc")),
			recognised{"k3s", "providerID k3s://edge-0 on 1 of 1 nodes sampled", true, nil}},
		"OpenShift by the image of its nodes": {without(runs(seen("v1.31.9", openShiftNode()), rhcos), noSamples, noGroups),
			recognised{"red-hat-openshift", `OS image "Red Hat Enterprise Linux CoreOS" on 1 of 1 nodes`, true, nil}},
		"OpenShift by its API": {without(serves(seen("v1.31.9"), "config.openshift.io"), noSamples, noNodes),
			recognised{"red-hat-openshift", "API group config.openshift.io", true, nil}},

		"the global cluster of Alauda Container Platform": {serves(seen("v1.35.6-acp.1"), "config.alauda.io", "product.alauda.io", "platform.tkestack.io"),
			recognised{"alauda-acp", "API group config.alauda.io", true, nil}},
		"a product of the same vendor, of whatever brand": {serves(seen("v1.33.6"), "product.alauda.io", "platform.tkestack.io"),
			recognised{"upstream", noMark, true, nil}},
		"Kubean, which runs without DaoCloud Enterprise too": {serves(seen("v1.33.6"), "kubean.io"),
			recognised{"upstream", noMark, true, nil}},
		"kubeadm": {seen("v1.36.3", node("worker-0", "")),
			recognised{"upstream", noMark, true, nil}},
		"kubeadm on EC2": {seen("v1.36.3", node("ip-10-0-0-7.ec2.internal", "aws:///us-east-1a/i-0a1b2c3d4e5f60718", "node.kubernetes.io/instance-type", "m6i.large")),
			recognised{"upstream", noMark, true, nil}},
		"kubeadm on Azure": {seen("v1.36.3", node("worker-0", "azure:///subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/own/providers/Microsoft.Compute/virtualMachines/worker-0")),
			recognised{"upstream", noMark, true, nil}},
		"kubeadm on Compute Engine": {seen("v1.36.3", node("worker-0", "gce://example-project/europe-west3-a/worker-0")),
			recognised{"upstream", noMark, true, nil}},
		"kubeadm on Red Hat Enterprise Linux": {runs(seen("v1.36.3", node("worker-0", "")), "Red Hat Enterprise Linux 9.6 (Plow)"),
			recognised{"upstream", noMark, true, nil}},
		"kind": {seen("v1.36.3", node("kind-control-plane", "kind://docker/kind/kind-control-plane")),
			recognised{"upstream", noMark, true, nil}},
		"a cluster with one of OpenShift's other groups": {serves(seen("v1.36.3"), "route.openshift.io"),
			recognised{"upstream", noMark, true, nil}},

		"k3s on nodes of EKS, as vcluster shows them": {seen("v1.33.1+k3s1", eksNode(1), eksNode(2)),
			recognised{"k3s", "version v1.33.1+k3s1", true, []string{
				"label eks.amazonaws.com/nodegroup on 2 of 2 nodes sampled: a sign of Amazon EKS; --platform amazon-eks judges by its calendar"}}},
		"EKS that serves a group of OpenShift": {serves(seen("v1.34.1-eks-113cf36", eksNode(1)), "config.openshift.io"),
			recognised{"amazon-eks", "version v1.34.1-eks-113cf36", true, []string{
				"API group config.openshift.io: a sign of Red Hat OpenShift; --platform red-hat-openshift judges by its calendar"}}},
		"an EKS upgrade under way": {beside(seen("v1.33.5-eks-113cf36", eksNode(1)), "v1.34.1-eks-3025e55"),
			recognised{"amazon-eks", "version v1.33.5-eks-113cf36", true, nil}},
		"a marked version beside a plain one": {beside(seen("v1.36.3"), "v1.36.3+rke2r1"),
			recognised{"rke2", "version v1.36.3+rke2r1", true, nil}},
		"a version that cannot be read": {seen("unknown", aksNode(0)),
			recognised{"azure-kubernetes-service", "label kubernetes.azure.com/cluster on 1 of 1 nodes sampled", true, nil}},
		"one node of AKS among others": {seen("v1.36.3", node("worker-0", ""), aksNode(0), node("worker-1", "")),
			recognised{"azure-kubernetes-service", "label kubernetes.azure.com/cluster on 1 of 3 nodes sampled", true, nil}},

		"nodes of AKS and EKS": {seen("v1.34.1", aksNode(0), eksNode(1)),
			recognised{"upstream", "assumed: signs of both Amazon EKS (label eks.amazonaws.com/nodegroup on 1 of 2 nodes sampled)" +
				" and Azure Kubernetes Service (label kubernetes.azure.com/cluster on 1 of 2 nodes sampled)", false, []string{
				"signs contradict each other: name the platform with --platform, amazon-eks or azure-kubernetes-service"}}},
		"versions of two platforms": {beside(seen("v1.36.3+k3s1"), "v1.36.3+rke2r1"),
			recognised{"upstream", "assumed: signs of both k3s (version v1.36.3+k3s1) and RKE2 (version v1.36.3+rke2r1)", false, []string{
				"signs contradict each other: name the platform with --platform, k3s or rke2"}}},

		"labels of nodes not read": {without(seen("v1.36.3", aksNode(0)), noSamples),
			recognised{"upstream", "assumed: labels of nodes not read", false, []string{ask}}},
		"API groups not read": {without(seen("v1.36.3", node("worker-0", "")), noGroups),
			recognised{"upstream", "assumed: API groups not read", false, []string{ask}}},
		"labels of nodes not read whole": {without(seen("v1.36.3", node("worker-0", "")), gap(v1alpha1.SourceNodeSamples)),
			recognised{"upstream", "assumed: labels of nodes not read", false, []string{ask}}},
		"API groups not read whole": {without(seen("v1.36.3", node("worker-0", "")), gap(v1alpha1.SourceAPIGroups)),
			recognised{"upstream", "assumed: API groups not read", false, []string{ask}}},
		"leases not read, which tell of no platform": {without(seen("v1.36.3", node("worker-0", "")), gap(v1alpha1.SourceLeases)),
			recognised{"upstream", noMark, true, nil}},
		"a mark, though not every label was read": {without(seen("v1.34.7", aksNode(0)), gap(v1alpha1.SourceNodeSamples)),
			recognised{"azure-kubernetes-service", "label kubernetes.azure.com/cluster on 1 of 1 nodes sampled", true, nil}},
		"nothing but the version read": {without(seen("v1.36.3"), noSamples, noNodes, noGroups),
			recognised{"upstream", "assumed: labels of nodes and API groups not read", false, []string{ask}}},
		"nothing but a version that tells": {without(seen("v1.34.1-eks-113cf36"), noSamples, noNodes, noGroups),
			recognised{"amazon-eks", "version v1.34.1-eks-113cf36", true, nil}},
		"nothing read": {v1alpha1.NewSnapshot("prod"),
			recognised{"upstream", "assumed: labels of nodes and API groups not read", false, []string{ask}}},
	} {
		t.Run(name, func(t *testing.T) {
			r := Recognise(c, tc.snapshot)
			got := recognised{r.Platform.ID, r.Evidence, r.Conclusive, r.Notes}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPlatformsAreToldByTheSuffix(t *testing.T) {
	c := loaded(t)
	for gitVersion, want := range map[string]string{
		"v1.31.0-eks-a737599":    "amazon-eks",
		"v1.22.9-eks-810597c":    "amazon-eks",
		"v1.31.0-eks-not-a-hash": "upstream",
		"v1.36.3-gke.1640000":    "google-kubernetes-engine",
		"v1.36.3-gke":            "upstream",
		"v1.26.3-aliyun.1":       "alibaba-ack",
		"v1.26.3-aliyun.1-dirty": "upstream",
		"v1.27.12+k3s1":          "k3s",
		"v1.27.12-k3s1":          "upstream", // as in image tags
		"v1.36.3+rke2r1":         "rke2",
		"v1.37.0-rc.1+rke2r1":    "rke2",
		"v1.37.1":                "upstream",
		"v1.37.0-rc.1":           "upstream",
		"v1.37.1+":               "upstream",
		"v1.32.4-dispatcher":     "upstream",
	} {
		if got := Recognise(c, seen(gitVersion)).Platform.ID; got != want {
			t.Errorf("%s is %s, want %s", gitVersion, got, want)
		}
	}
}
