package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// Management is what the resources of a platform, kept in this cluster, say of
// the platform and of the clusters that it manages from here. A list that could
// not be read is null, and Gaps says why; one that is empty was read.
type Management struct {
	// Kubean is present where API group kubean.io is served.
	Kubean *Kubean `json:"kubean,omitempty"`
	// ACP is present where Alauda Container Platform's API groups are served.
	ACP *ACP `json:"acp,omitempty"`
}

// Kubean creates clusters with Kubespray; DaoCloud Enterprise does so through it.
type Kubean struct {
	// Manifests say what installed releases offer. Several can be there, and nothing
	// marks the one that is in use.
	Manifests []KubeanManifest `json:"manifests"`
	// Offline is true where LocalArtifactSets are there: what is not in Local of a
	// Manifest then cannot be installed.
	Offline  bool             `json:"offline,omitempty"`
	Clusters []ManagedCluster `json:"clusters"`
}

// KubeanManifest is a Manifest of kubean.io/v1alpha1, by its component "kube".
type KubeanManifest struct {
	Name string `json:"name"`
	// Spray is the release of Kubespray that it is of, such as 2.25 or master.
	Spray string `json:"spray,omitempty"`
	// Kubean is the tag of Kubean; empty in most releases.
	Kubean string `json:"kubean,omitempty"`
	// SprayTime and Created order Manifests: the time of Kubespray's commit, and that of the object.
	SprayTime *metav1.Time `json:"sprayTime,omitempty"`
	Created   metav1.Time  `json:"created"`
	// Default version of new clusters, verbatim; empty where it has none.
	Default string `json:"default,omitempty"`
	// Versions that it installs, and those of them that are there offline; verbatim.
	Versions []string `json:"versions,omitempty"`
	Local    []string `json:"local,omitempty"`
}

// ACP is Alauda Container Platform, on its global cluster.
type ACP struct {
	// Version of the platform, verbatim; empty where it could not be read.
	Version string `json:"version,omitempty"`
	// VersionFrom is the resource that tells it.
	VersionFrom string           `json:"versionFrom,omitempty"`
	Clusters    []ManagedCluster `json:"clusters"`
}

// ManagedCluster is a cluster that a platform knows.
type ManagedCluster struct {
	Name string `json:"name"`
	// Version of its Kubernetes, verbatim; empty where it is not told.
	Version string `json:"version,omitempty"`
	// From is the resource that tells it, such as "configmap kubean-system/online-vars-conf",
	// or that does not, and why; empty where that could not be read.
	From string `json:"from,omitempty"`
	// Desired is true where Version is what should run, not what was seen to run.
	Desired bool `json:"desired,omitempty"`
	// Type is the platform's own word, verbatim: of ACP "baremetal" or "imported".
	Type string `json:"type,omitempty"`
	// Phase is the platform's own word, verbatim, such as Running.
	Phase string `json:"phase,omitempty"`
}
