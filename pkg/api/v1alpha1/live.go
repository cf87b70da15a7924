package v1alpha1

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// LiveQuery asks a platform which versions it offers. kubectl-versions-live reads
// one on stdin, and answers with LiveReleases on stdout.
type LiveQuery struct {
	metav1.TypeMeta `json:",inline"`

	// Platform is an id of the catalog, such as amazon-eks.
	Platform string `json:"platform"`
	// Region of the platform, such as cn-beijing; for GKE a region or a zone. Empty
	// leaves it to the configuration of the vendor's own tools, where that has one.
	Region string `json:"region,omitempty"`
	// Endpoint to ask instead of the region's public one: a host, or an https
	// address. http is taken for loopback addresses alone.
	Endpoint string `json:"endpoint,omitempty"`
	// Project of Google Cloud, and Subscription of Azure.
	Project      string `json:"project,omitempty"`
	Subscription string `json:"subscription,omitempty"`
	// ACK narrows what Alibaba Cloud is asked; nil asks for the supported versions
	// of managed clusters.
	ACK *ACKQuery `json:"ack,omitempty"`
	// TimeoutSeconds bounds all of it, retries and credentials included; 0 is 30.
	TimeoutSeconds int32 `json:"timeoutSeconds,omitempty"`
}

// ACKQuery holds the parameters of DescribeKubernetesVersionMetadata, named as
// Alibaba Cloud names them. An empty one is not sent.
type ACKQuery struct {
	ClusterType       string `json:"clusterType,omitempty"`
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`
	Profile           string `json:"profile,omitempty"`
	Runtime           string `json:"runtime,omitempty"`
	Mode              string `json:"mode,omitempty"`
}

// LiveReleases are what a platform answered.
//
// +k8s:deepcopy-gen:interfaces=k8s.io/apimachinery/pkg/runtime.Object
type LiveReleases struct {
	metav1.TypeMeta `json:",inline"`

	Platform string `json:"platform"`
	Region   string `json:"region,omitempty"`
	// Source is what was asked: an address without its query, or the cluster's resources.
	Source string `json:"source"`
	// ReadAt is the time on the machine that asked.
	ReadAt metav1.Time `json:"readAt"`
	// Releases are those of the answer, newest first.
	Releases []LiveRelease `json:"releases"`
	// Raw are the bodies of the answer, one a page, as the platform sent them.
	Raw []runtime.RawExtension `json:"raw,omitempty"`
	// Fault is why there is no answer; Releases is empty then.
	Fault *LiveFault `json:"fault,omitempty"`
}

// MaxLiveReleases bounds an answer. Platforms list a few dozen, GKE a few hundred.
const MaxLiveReleases = 1_000

// ByMinor groups the releases, each group in their order. Those whose version is
// none are left out.
func (l *LiveReleases) ByMinor() map[version.Minor][]LiveRelease {
	minors := map[version.Minor][]LiveRelease{}
	for _, release := range l.Releases {
		if v, err := version.Parse(release.Version); err == nil {
			minors[v.Minor] = append(minors[v.Minor], release)
		}
	}
	return minors
}

// LiveFault is why a platform did not answer.
type LiveFault struct {
	Reason GapReason `json:"reason"`
	// Message is one line, and holds no credential.
	Message string `json:"message"`
	// Permission is what the platform's own roles must allow, where it refused.
	Permission string `json:"permission,omitempty"`
}

func (f *LiveFault) Error() string { return f.Message }

// Faultf makes a fault of a reason.
func Faultf(reason GapReason, format string, args ...any) *LiveFault {
	return &LiveFault{Reason: reason, Message: fmt.Errorf(format, args...).Error()}
}

// LiveRelease is a version that a platform offers, or a minor of several.
type LiveRelease struct {
	// Version is verbatim: 1.36.1-aliyun.1, 1.36.3-gke.1640000, or 1.36 where the
	// platform tells minors apart.
	Version string `json:"version"`
	// Patches of such a minor, verbatim, newest first.
	Patches  []string      `json:"patches,omitempty"`
	Released calendar.Date `json:"released,omitzero"`
	// Ends holds the last day of each phase, by the ids of the platform's phases in
	// the catalog. What the platform does not tell is absent.
	Ends map[string]calendar.Date `json:"ends,omitempty"`
	// Creatable says whether new clusters can be created at it; absent when that is not told.
	Creatable *bool `json:"creatable,omitempty"`
	// Default: new clusters get it where they name no version.
	Default bool `json:"default,omitempty"`
	// Recommended for new clusters, by the platform's own word.
	Recommended bool `json:"recommended,omitempty"`
	Preview     bool `json:"preview,omitempty"`
	// Status is the platform's own word, verbatim, such as STANDARD_SUPPORT.
	Status string `json:"status,omitempty"`
	// Channels of GKE that offer it, and support Plans of AKS, verbatim.
	Channels []string      `json:"channels,omitempty"`
	Plans    []string      `json:"plans,omitempty"`
	Runtimes []LiveRuntime `json:"runtimes,omitempty"`
	Images   []LiveImage   `json:"images,omitempty"`
	// Capabilities and Metadata are objects, as the platform sent them.
	Capabilities *runtime.RawExtension `json:"capabilities,omitempty"`
	Metadata     *runtime.RawExtension `json:"metadata,omitempty"`
}

// LiveRuntime is a container runtime.
type LiveRuntime struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// LiveImage is an image of an operating system for nodes. All is verbatim.
type LiveImage struct {
	ID           string `json:"id,omitempty"`
	Name         string `json:"name,omitempty"`
	Platform     string `json:"platform,omitempty"`
	OSVersion    string `json:"osVersion,omitempty"`
	Type         string `json:"type,omitempty"`
	OSType       string `json:"osType,omitempty"`
	Category     string `json:"category,omitempty"`
	Architecture string `json:"architecture,omitempty"`
}
