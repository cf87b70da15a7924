package v1alpha1

// UpgradeFacts are what can stop an upgrade, besides versions and APIs. Sections
// follow the convention of Snapshot: absent was not read, empty was read and
// held nothing.
type UpgradeFacts struct {
	Pods              *Pods              `json:"pods,omitempty"`
	DisruptionBudgets *DisruptionBudgets `json:"disruptionBudgets,omitempty"`
	Volumes           *PersistentVolumes `json:"volumes,omitempty"`
	CSIDrivers        *CSIDrivers        `json:"csiDrivers,omitempty"`
	Webhooks          *AdmissionWebhooks `json:"webhooks,omitempty"`
	AggregatedAPIs    *AggregatedAPIs    `json:"aggregatedAPIs,omitempty"`
	Configuration     *Configuration     `json:"configuration,omitempty"`
}

// Pods are those that run or are to run: finished ones are left out.
type Pods struct {
	// Count is that of all of them, and WorkloadCount that of their controllers, of
	// nodes with static pods, and of pods without a controller.
	Count         int32 `json:"count"`
	WorkloadCount int32 `json:"workloadCount"`
	// Workloads are those that tell something: one pod alone, though not that of a
	// DaemonSet, a Job or a node; no controller; hostPath volumes; or volumes of a
	// driver inside Kubernetes. Sorted by namespace, kind and name.
	Workloads []Workload `json:"workloads,omitempty"`
	// Images are the repositories that containers, init containers included, run
	// from; sorted.
	Images []ImageUse `json:"images,omitempty"`
	// Overlaps are pods that more than one PodDisruptionBudget selects: the
	// eviction API refuses those. Sorted by namespace and budgets. Absent where
	// budgets were not read.
	Overlaps []BudgetOverlap `json:"overlaps,omitempty"`
}

// Workload is a controller with its pods, or a pod without controller.
type Workload struct {
	Namespace string `json:"namespace"`
	// Kind is that of the controller, Deployment where a ReplicaSet is one's, Node
	// for the mirror pods of static ones, and Pod for a pod without any.
	Kind string `json:"kind"`
	Name string `json:"name"`
	Pods int32  `json:"pods"`
	// HostPaths are the paths of the nodes that its pods mount; sorted. Those of
	// static pods are left out, which come and go with their node.
	HostPaths []string `json:"hostPaths,omitempty"`
	// Volumes are the fields of the volume sources that are drivers inside
	// Kubernetes, such as glusterfs or gitRepo; sorted.
	Volumes []string `json:"volumes,omitempty"`
}

// ImageUse counts the pods that run images of a repository.
type ImageUse struct {
	// Repository is the image without tag and digest.
	Repository string `json:"repository"`
	Pods       int32  `json:"pods"`
	// Examples are up to three workloads, as namespace/name.
	Examples []string `json:"examples,omitempty"`
}

// BudgetOverlap is a set of pods that the same budgets select.
type BudgetOverlap struct {
	Namespace string `json:"namespace"`
	// Budgets are two or more; sorted.
	Budgets []string `json:"budgets"`
	Pods    int32    `json:"pods"`
}

// DisruptionBudgets are the PodDisruptionBudgets.
type DisruptionBudgets struct {
	Count int32 `json:"count"`
	// Closed are those that allow no disruption, or whose status is not current.
	// Sorted by namespace and name.
	Closed []DisruptionBudget `json:"closed,omitempty"`
}

// DisruptionBudget is a PodDisruptionBudget with the numbers of its status.
type DisruptionBudget struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// MinAvailable and MaxUnavailable are verbatim: a number or a percentage.
	MinAvailable   string `json:"minAvailable,omitempty"`
	MaxUnavailable string `json:"maxUnavailable,omitempty"`
	// UnhealthyPodEvictionPolicy is IfHealthyBudget or AlwaysAllow; empty means the former.
	UnhealthyPodEvictionPolicy string `json:"unhealthyPodEvictionPolicy,omitempty"`
	// Current is true where status.observedGeneration is the budget's generation.
	Current            bool  `json:"current"`
	DisruptionsAllowed int32 `json:"disruptionsAllowed"`
	CurrentHealthy     int32 `json:"currentHealthy"`
	DesiredHealthy     int32 `json:"desiredHealthy"`
	ExpectedPods       int32 `json:"expectedPods"`
}

// PersistentVolumes are grouped by what provides them.
type PersistentVolumes struct {
	Count int32 `json:"count"`
	// Sources are sorted by type.
	Sources []VolumeSource `json:"sources,omitempty"`
}

// VolumeSource counts the PersistentVolumes of a type.
type VolumeSource struct {
	// Type is the field of the PersistentVolume, such as csi, local or
	// awsElasticBlockStore; empty for one newer than this tool.
	Type  string `json:"type"`
	Count int32  `json:"count"`
	// Names are sorted; absent for csi and nfs, which no upgrade is about.
	Names []string `json:"names,omitempty"`
}

// CSIDrivers are the drivers that are registered, by name.
type CSIDrivers struct {
	Names []string `json:"names"`
}

// AdmissionWebhooks are the webhooks of all configurations.
type AdmissionWebhooks struct {
	// Webhooks are sorted by kind and configuration, and in its order.
	Webhooks []AdmissionWebhook `json:"webhooks"`
}

// AdmissionWebhook is one webhook of a configuration.
type AdmissionWebhook struct {
	// Kind and Configuration are those of the configuration, Name the webhook's own.
	Kind          string `json:"kind"`
	Configuration string `json:"configuration"`
	Name          string `json:"name"`
	// FailurePolicy is Fail or Ignore.
	FailurePolicy string `json:"failurePolicy"`
	// Service is namespace/name, empty where the webhook is called by URL.
	Service string `json:"service,omitempty"`
	// ReadyEndpoints counts the ready addresses of Service, of the family that has
	// the most. A service that does not exist has none, and one of type ExternalName
	// has none either. Absent where they were not read, and without Service.
	ReadyEndpoints *int32 `json:"readyEndpoints,omitempty"`
}

// AggregatedAPIs are the APIServices that another server answers for.
type AggregatedAPIs struct {
	// APIs are sorted by name.
	APIs []AggregatedAPI `json:"apis"`
}

// AggregatedAPI is an APIService with a service behind it.
type AggregatedAPI struct {
	// Name is version.group.
	Name string `json:"name"`
	// Service is namespace/name.
	Service string `json:"service"`
	// Available is true where the condition of that name says so.
	Available bool `json:"available"`
	// Reason and Message are those of the condition Available.
	Reason  string `json:"reason,omitempty"`
	Message string `json:"message,omitempty"`
}

// Configuration is what ConfigMaps of kube-system tell of components' configuration.
// A gap names a ConfigMap that could not be read.
type Configuration struct {
	// Kubeadm is absent where no ConfigMap kubeadm-config holds it.
	Kubeadm *KubeadmConfiguration `json:"kubeadm,omitempty"`
	// Kubelet is absent where no ConfigMap kubelet-config holds it.
	Kubelet *KubeletConfiguration `json:"kubelet,omitempty"`
	// KubeProxy is absent where neither ConfigMap kube-proxy holds it nor, as on EKS,
	// kube-proxy-config.
	KubeProxy *KubeProxyConfiguration `json:"kubeProxy,omitempty"`
}

// KubeadmConfiguration is kubeadm's ClusterConfiguration.
type KubeadmConfiguration struct {
	// APIVersion such as kubeadm.k8s.io/v1beta4.
	APIVersion   string          `json:"apiVersion"`
	FeatureGates map[string]bool `json:"featureGates,omitempty"`
	// ExternalEtcd is true where etcd.external is set: kubeadm then does not upgrade etcd.
	ExternalEtcd bool `json:"externalEtcd,omitempty"`
}

// KubeletConfiguration is the one that kubeadm gives to every node.
type KubeletConfiguration struct {
	// FailCgroupV1 is absent where it is not set.
	FailCgroupV1 *bool           `json:"failCgroupV1,omitempty"`
	FeatureGates map[string]bool `json:"featureGates,omitempty"`
}

// KubeProxyConfiguration is kube-proxy's.
type KubeProxyConfiguration struct {
	ConfigMap string `json:"configMap"`
	// Mode is iptables, ipvs, nftables or kernelspace; empty where it is not set.
	Mode         string          `json:"mode,omitempty"`
	FeatureGates map[string]bool `json:"featureGates,omitempty"`
}

// Flag is one of a component's command line.
type Flag struct {
	Name string `json:"name"`
	// Value is kept only where rules need it, since others may be secrets: that of
	// feature-gates, runtime-config, cloud-provider, proxy-mode and of enabled and
	// disabled admission plugins.
	Value string `json:"value,omitempty"`
}
