package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Snapshot holds what was read from a cluster, once. A section that is absent
// was not read, and Gaps says why; a section that is present but empty was read
// and held nothing. Versions, images and messages are verbatim.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type Snapshot struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// CollectedAt is the time on the machine that collected.
	CollectedAt metav1.Time `json:"collectedAt"`
	// CollectedBy names the collecting tool and its version.
	CollectedBy string  `json:"collectedBy,omitempty"`
	Cluster     Cluster `json:"cluster"`

	Kubectl          *Kubectl          `json:"kubectl,omitempty"`
	APIServers       *APIServers       `json:"apiServers,omitempty"`
	ControlPlanePods *ControlPlanePods `json:"controlPlanePods,omitempty"`
	Leases           *Leases           `json:"leases,omitempty"`
	Nodes            *Nodes            `json:"nodes,omitempty"`
	NodeSamples      *NodeSamples      `json:"nodeSamples,omitempty"`
	APIGroups        *APIGroups        `json:"apiGroups,omitempty"`
	KubeProxy        *KubeProxy        `json:"kubeProxy,omitempty"`
	// Management is absent where no platform manages clusters from this one.
	Management *Management `json:"management,omitempty"`
	// APIUsage is absent where the facts were collected for another question.
	APIUsage *APIUsage `json:"apiUsage,omitempty"`
	// Upgrade is absent where the facts were collected for another question.
	Upgrade *UpgradeFacts `json:"upgrade,omitempty"`

	// Gaps lists what could not be read, in the order of Source.
	Gaps []Gap `json:"gaps,omitempty"`
}

// Cluster says which cluster the facts are about.
type Cluster struct {
	// Context is the kubeconfig context, empty inside a cluster.
	Context string `json:"context,omitempty"`
	// Server is the URL that was asked, without user information.
	Server string `json:"server"`
}

// Kubectl is the client that runs the plugin.
type Kubectl struct {
	GitVersion string `json:"gitVersion"`
	// Path of the executable that told its version; empty when FoundBy is a flag.
	Path string `json:"path,omitempty"`
	// FoundBy is "KUBECTL_PATH", "PATH" or "--kubectl-version".
	FoundBy string `json:"foundBy"`
}

// VersionInfo is the answer of a kube-apiserver's /version.
type VersionInfo struct {
	GitVersion string `json:"gitVersion"`
	// EmulationMajor and EmulationMinor are the version whose APIs the server
	// offers (KEP-4330); empty before 1.33.
	EmulationMajor        string `json:"emulationMajor,omitempty"`
	EmulationMinor        string `json:"emulationMinor,omitempty"`
	MinCompatibilityMajor string `json:"minCompatibilityMajor,omitempty"`
	MinCompatibilityMinor string `json:"minCompatibilityMinor,omitempty"`
	Platform              string `json:"platform,omitempty"`
}

// APIServers are the kube-apiserver instances that answered.
type APIServers struct {
	// Connections is the number of fresh connections that were answered.
	Connections int32 `json:"connections"`
	// Instances are told apart by StartTime where /metrics may be read, and by
	// nothing but their version otherwise.
	Instances []APIServerInstance `json:"instances"`
	// Endpoints are the addresses of EndpointSlice default/kubernetes; absent
	// unless --probe-endpoints was given.
	Endpoints []APIServerEndpoint `json:"endpoints,omitempty"`
}

// APIServerInstance is one kube-apiserver process as its answers identify it.
type APIServerInstance struct {
	VersionInfo `json:",inline"`
	// StartTime is process_start_time_seconds, verbatim; empty when /metrics was not read.
	StartTime string `json:"startTime,omitempty"`
	// Connections is the number of fresh connections that reached this instance.
	Connections int32 `json:"connections"`
}

// APIServerEndpoint is one address that the cluster publishes for its API servers.
type APIServerEndpoint struct {
	Address string `json:"address"`
	// Version is absent when the address did not answer.
	Version *VersionInfo `json:"version,omitempty"`
	// Error is why it did not.
	Error string `json:"error,omitempty"`
}

// ControlPlanePods are the pods of control-plane components that the API shows.
type ControlPlanePods struct {
	Pods []ControlPlanePod `json:"pods"`
}

// ControlPlanePod is one pod of a control-plane component.
type ControlPlanePod struct {
	// Component is kube-apiserver, kube-controller-manager, kube-scheduler, cloud-controller-manager or etcd.
	Component string `json:"component"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Node      string `json:"node,omitempty"`
	Image     string `json:"image"`
	// Static is true for the mirror pod of a static pod.
	Static bool `json:"static,omitempty"`
	// AdvertiseAddress is kubeadm's annotation on its kube-apiserver pods.
	AdvertiseAddress string `json:"advertiseAddress,omitempty"`
	// Flags are those of the component's container, in order; absent where it runs
	// with a configuration file alone.
	Flags []Flag `json:"flags,omitempty"`
}

// Leases are the leases of namespace kube-system that tell who runs.
type Leases struct {
	// ServerTime is the Date of the server's answer; ages are measured against it.
	ServerTime metav1.Time `json:"serverTime"`
	Leases     []Lease     `json:"leases"`
}

// Lease is a coordination.k8s.io Lease.
type Lease struct {
	Name   string `json:"name"`
	Holder string `json:"holder,omitempty"`
	// Identity is the label apiserver.kubernetes.io/identity, which only identity leases carry.
	Identity  string            `json:"identity,omitempty"`
	RenewTime *metav1.MicroTime `json:"renewTime,omitempty"`
}

// Nodes are the cluster's nodes, grouped by what the node table says of them.
type Nodes struct {
	// Count of all nodes. A file that was cut short names fewer, and is refused.
	Count  int32       `json:"count"`
	Groups []NodeGroup `json:"groups"`
}

// NodeGroup is a set of nodes that differ only by name. The texts are what
// `kubectl get nodes -o wide` shows.
type NodeGroup struct {
	KubeletVersion   string `json:"kubeletVersion"`
	Status           string `json:"status"`
	Roles            string `json:"roles"`
	OSImage          string `json:"osImage,omitempty"`
	Kernel           string `json:"kernel,omitempty"`
	ContainerRuntime string `json:"containerRuntime,omitempty"`
	// Virtual is true for nodes labelled type=virtual-kubelet.
	Virtual bool     `json:"virtual,omitempty"`
	Names   []string `json:"names"`
}

// NodeSamples are a few nodes of each kubelet version, with what the node table leaves out.
type NodeSamples struct {
	Nodes []NodeSample `json:"nodes"`
}

// NodeSample is what tells a node's platform.
type NodeSample struct {
	Name       string            `json:"name"`
	ProviderID string            `json:"providerID,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
}

// APIGroups are the groups that kube-apiserver serves, the legacy one apart; sorted.
type APIGroups struct {
	Names []string `json:"names"`
}

// KubeProxy holds the DaemonSets of kube-system that run kube-proxy.
type KubeProxy struct {
	DaemonSets []KubeProxyDaemonSet `json:"daemonSets"`
}

// KubeProxyDaemonSet is one DaemonSet that runs kube-proxy.
type KubeProxyDaemonSet struct {
	Name string `json:"name"`
	// Image is that of the pod template.
	Image string `json:"image"`
	// Pods is the number of nodes that should run the pod (status.desiredNumberScheduled).
	Pods int32 `json:"pods"`
	// UpdatedPods is how many of them run the present template.
	UpdatedPods int32 `json:"updatedPods"`
	// RolloutComplete is true when the status is current and every pod runs the present template.
	RolloutComplete bool `json:"rolloutComplete"`
	// Revisions name the nodes per image. Absent when one DaemonSet with a
	// complete rollout makes them unnecessary.
	Revisions []KubeProxyRevision `json:"revisions,omitempty"`
}

// KubeProxyRevision is a ControllerRevision that still has pods.
type KubeProxyRevision struct {
	Hash  string   `json:"hash"`
	Image string   `json:"image"`
	Nodes []string `json:"nodes"`
}

// GapReason classifies why a source could not be read.
type GapReason string

// Reasons of gaps.
const (
	GapForbidden   GapReason = "Forbidden"
	GapTimeout     GapReason = "Timeout"
	GapNotFound    GapReason = "NotFound"
	GapUnavailable GapReason = "Unavailable"
	GapMalformed   GapReason = "Malformed"
	// GapSkipped is a source that the user chose to leave out.
	GapSkipped GapReason = "Skipped"
	// GapInterrupted is a source that was being read when the user interrupted.
	GapInterrupted GapReason = "Interrupted"
)

// Source names a place that facts are read from.
type Source string

// Sources of facts.
const (
	SourceKubectl          Source = "kubectl"
	SourceAPIServers       Source = "kube-apiserver instances"
	SourceEndpoints        Source = "kube-apiserver endpoints"
	SourceControlPlanePods Source = "control-plane pods"
	SourceLeases           Source = "leases"
	SourceNodes            Source = "nodes"
	SourceNodeSamples      Source = "labels of nodes"
	SourceAPIGroups        Source = "API groups"
	SourceKubeProxy        Source = "kube-proxy"
	SourceServedAPIs       Source = "API discovery"
	SourceRequests         Source = "kube-apiserver metrics"
	SourceObjects          Source = "objects"
	SourceDefinitions      Source = "custom resource definitions"
	SourceReferences       Source = "references"
	SourceHelmSecrets      Source = "Helm releases in Secrets"
	SourceHelmConfigMaps   Source = "Helm releases in ConfigMaps"
	SourceFiles            Source = "files"
	SourceAuditLog         Source = "audit log"
	SourcePods             Source = "pods"
	SourceBudgets          Source = "disruption budgets"
	SourceVolumes          Source = "persistent volumes"
	SourceCSIDrivers       Source = "CSI drivers"
	SourceWebhooks         Source = "admission webhooks"
	SourceAggregatedAPIs   Source = "aggregated APIs"
	SourceConfiguration    Source = "configuration of components"
	SourceManagement       Source = "resources of the platform"
	SourceLive             Source = "live calendar"
)

// Gap is something that could not be read, and what it hides.
type Gap struct {
	Source Source    `json:"source"`
	Reason GapReason `json:"reason"`
	// Resource is the one of Source that could not be read, such as
	// ingresses.networking.k8s.io; empty for all of them.
	Resource string `json:"resource,omitempty"`
	// Hides says what is unknown because of the gap.
	Hides string `json:"hides"`
	// Permission is what a role must allow, such as "list nodes"; set when Reason is Forbidden.
	Permission string `json:"permission,omitempty"`
	// Message is the verbatim error.
	Message string `json:"message"`
}

// Gap returns the first gap of a source, or nil.
func (s *Snapshot) Gap(source Source) *Gap {
	for i := range s.Gaps {
		if s.Gaps[i].Source == source {
			return &s.Gaps[i]
		}
	}
	return nil
}
