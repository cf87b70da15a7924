package v1alpha1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// APIUsage is evidence of which API versions are in use. Sections follow the
// convention of Snapshot: absent was not read, empty was read and held nothing.
type APIUsage struct {
	// Namespace is the only one that was looked at; empty for all of them.
	Namespace string `json:"namespace,omitempty"`

	Served      *ServedAPIs                `json:"served,omitempty"`
	Requests    *RequestMetrics            `json:"requests,omitempty"`
	Objects     *ScannedObjects            `json:"objects,omitempty"`
	Definitions *CustomResourceDefinitions `json:"definitions,omitempty"`
	References  *References                `json:"references,omitempty"`
	Helm        *HelmReleases              `json:"helm,omitempty"`
	Files       *Files                     `json:"files,omitempty"`
	AuditLog    *AuditLog                  `json:"auditLog,omitempty"`
}

// ServedAPIs are the resources that kube-apiserver's discovery lists, without subresources.
type ServedAPIs struct {
	// Resources are sorted by group and resource.
	Resources []ServedResource `json:"resources"`
}

// ServedResource is a resource with all its served versions.
type ServedResource struct {
	// Group is empty for the core group.
	Group    string `json:"group,omitempty"`
	Resource string `json:"resource"`
	// Kind is that of the first version.
	Kind       string `json:"kind"`
	Namespaced bool   `json:"namespaced,omitempty"`
	// Listable is true where the verb list is served.
	Listable bool `json:"listable,omitempty"`
	// Versions are in the server's order of preference.
	Versions []string `json:"versions"`
}

// RequestMetrics are the counts of kube-apiserver's /metrics. They begin at
// zero whenever a process starts.
type RequestMetrics struct {
	Instances []InstanceMetrics `json:"instances"`
}

// InstanceMetrics are those of one kube-apiserver process.
type InstanceMetrics struct {
	GitVersion string `json:"gitVersion"`
	// StartTime is process_start_time_seconds, verbatim: seconds since 1970.
	StartTime string `json:"startTime"`
	// Deprecated are the samples of apiserver_requested_deprecated_apis.
	Deprecated []DeprecatedRequests `json:"deprecated,omitempty"`
	// Requests are of APIs that the server or the index of built-in APIs calls
	// deprecated or removed, and of alpha and beta versions.
	Requests []APIRequests `json:"requests,omitempty"`
	// OwnRequests are those that kube-apiserver sent to itself
	// (apiserver_selfrequest_total). They name no version, and before 1.34 no group.
	OwnRequests []APIRequests `json:"ownRequests,omitempty"`
	// Stored counts objects in etcd (apiserver_resource_objects, before 1.34
	// apiserver_storage_objects) of resources with such versions.
	Stored []StoredObjects `json:"stored,omitempty"`
}

// DeprecatedRequests says that an API which the server calls deprecated was requested.
type DeprecatedRequests struct {
	Group       string `json:"group,omitempty"`
	Version     string `json:"version"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource,omitempty"`
	// RemovedRelease is the minor that the server names, such as "1.38"; empty for none.
	RemovedRelease string `json:"removedRelease,omitempty"`
}

// APIRequests counts the requests of one verb.
type APIRequests struct {
	Group       string `json:"group,omitempty"`
	Version     string `json:"version,omitempty"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource,omitempty"`
	// Verb is that of RBAC, such as get, list, watch, create or deletecollection,
	// or else connect, proxy, or the server's own text.
	Verb string `json:"verb"`
	// Count of finished requests since the process started
	// (apiserver_request_total), and of watches those in progress as well
	// (apiserver_longrunning_requests).
	Count int64 `json:"count"`
}

// StoredObjects counts the objects of a resource in etcd.
type StoredObjects struct {
	Group    string `json:"group,omitempty"`
	Resource string `json:"resource"`
	// Count is negative where the server could not count.
	Count int64 `json:"count"`
}

// ScannedObjects are the objects whose metadata was read.
type ScannedObjects struct {
	// Resources are sorted by group and resource. A resource that is not here
	// was not scanned: no version of it goes away, or a gap says why.
	Resources []ScannedResource `json:"resources"`
}

// ScannedResource is a resource whose objects were listed.
type ScannedResource struct {
	Group string `json:"group,omitempty"`
	// Version is the one that the objects were read through.
	Version  string `json:"version"`
	Resource string `json:"resource"`
	Kind     string `json:"kind"`
	// Count of all objects.
	Count int32 `json:"count"`
	// WithoutManagedFields counts the objects that do not tell who wrote them.
	WithoutManagedFields int32 `json:"withoutManagedFields,omitempty"`
	// Writers tell how many objects each manager wrote through each version.
	Writers []Writer `json:"writers,omitempty"`
	// Objects are those that name a version other than Version, in
	// managedFields or in a last-applied annotation, and all of them where
	// Version goes away itself.
	Objects []ScannedObject `json:"objects,omitempty"`
}

// Writer is a field manager with a version that it wrote through.
type Writer struct {
	Manager    string `json:"manager"`
	APIVersion string `json:"apiVersion"`
	Objects    int32  `json:"objects"`
}

// ScannedObject is what the metadata of one object tells of API versions.
type ScannedObject struct {
	Namespace string            `json:"namespace,omitempty"`
	Name      string            `json:"name"`
	Labels    map[string]string `json:"labels,omitempty"`
	// HelmRelease is "namespace/name" of the release that Helm's annotations name.
	HelmRelease string `json:"helmRelease,omitempty"`
	// AutoUpdated is true where apf.kubernetes.io/autoupdate-spec is "true":
	// kube-apiserver keeps the object up to date.
	AutoUpdated   bool           `json:"autoUpdated,omitempty"`
	ManagedFields []ManagedEntry `json:"managedFields,omitempty"`
	LastApplied   []LastApplied  `json:"lastApplied,omitempty"`
}

// ManagedEntry is an entry of managedFields, without the fields.
type ManagedEntry struct {
	Manager string `json:"manager"`
	// Operation is Apply or Update.
	Operation   string `json:"operation"`
	Subresource string `json:"subresource,omitempty"`
	APIVersion  string `json:"apiVersion"`
	// Time is of the last change of content, to the second; absent when not recorded.
	Time *metav1.Time `json:"time,omitempty"`
}

// LastApplied is the type that a copy of the applied text names.
type LastApplied struct {
	// Annotation that holds the copy, such as kubectl.kubernetes.io/last-applied-configuration.
	Annotation string `json:"annotation"`
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Owners are the field managers of the annotation.
	Owners []string `json:"owners,omitempty"`
}

// CustomResourceDefinitions are all those of the cluster.
type CustomResourceDefinitions struct {
	Definitions []CustomResourceDefinition `json:"definitions"`
}

// CustomResourceDefinition is the part of one that tells of versions.
type CustomResourceDefinition struct {
	Group      string                  `json:"group"`
	Resource   string                  `json:"resource"`
	Kind       string                  `json:"kind"`
	Namespaced bool                    `json:"namespaced,omitempty"`
	Versions   []CustomResourceVersion `json:"versions"`
	// StoredVersions is status.storedVersions: objects may be stored in any of them.
	StoredVersions []string `json:"storedVersions,omitempty"`
}

// CustomResourceVersion is a version of a CustomResourceDefinition.
type CustomResourceVersion struct {
	Name       string `json:"name"`
	Served     bool   `json:"served"`
	Storage    bool   `json:"storage,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
	// Warning is deprecationWarning, verbatim.
	Warning string `json:"warning,omitempty"`
}

// References are the places where objects name APIs.
type References struct {
	// Scanned counts the objects that were looked at, per kind.
	Scanned []ScannedKind `json:"scanned"`
	// Admission are the rules of webhooks and admission policies, and paramKinds.
	Admission []AdmissionReference `json:"admission,omitempty"`
	// ScaleTargets are what HorizontalPodAutoscalers scale, grouped.
	ScaleTargets []ScaleTarget `json:"scaleTargets,omitempty"`
	// Roles are the RBAC rules for groups whose resources go away.
	Roles []RoleReference `json:"roles,omitempty"`
}

// ScannedKind counts the objects of a kind.
type ScannedKind struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Count int32  `json:"count"`
}

// AdmissionReference is a rule that selects requests by API, or a paramKind.
type AdmissionReference struct {
	// Kind and Name are those of the configuration or policy.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Field is such as webhooks[validate.example.com].rules[0], spec.matchConstraints.resourceRules[0] or spec.paramKind.
	Field string `json:"field"`
	// Groups, Versions and Resources are verbatim, "*" included. A paramKind has one of each
	// of Groups and Versions, and ParamKind.
	Groups    []string `json:"groups,omitempty"`
	Versions  []string `json:"versions,omitempty"`
	Resources []string `json:"resources,omitempty"`
	ParamKind string   `json:"paramKind,omitempty"`
	// MatchPolicy is Exact or Equivalent; empty for a paramKind.
	MatchPolicy string `json:"matchPolicy,omitempty"`
}

// ScaleTarget is a type that HorizontalPodAutoscalers scale.
type ScaleTarget struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Count      int32  `json:"count"`
	// Autoscalers are namespace/name; absent where the index of built-in APIs
	// knows the type and nothing of it goes away.
	Autoscalers []string `json:"autoscalers,omitempty"`
}

// RoleReference is a rule of a Role or ClusterRole.
type RoleReference struct {
	// Kind is Role or ClusterRole.
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
	// Bootstrap is true for roles that kube-apiserver keeps up to date itself.
	Bootstrap bool     `json:"bootstrap,omitempty"`
	Groups    []string `json:"groups"`
	Resources []string `json:"resources"`
}

// HelmReleases are the releases that Helm 3 and 4 keep in the cluster.
type HelmReleases struct {
	// Revisions counts all that are kept, also superseded ones.
	Revisions int32         `json:"revisions"`
	Releases  []HelmRelease `json:"releases"`
}

// HelmRelease is the newest deployed revision of a release, or else the newest one.
type HelmRelease struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Revision  int32  `json:"revision"`
	// Status is such as deployed, failed or superseded.
	Status string `json:"status"`
	// Driver is Secret or ConfigMap.
	Driver string `json:"driver"`
	// Modified is when the revision was stored or last changed its status; absent when not recorded.
	Modified *metav1.Time `json:"modified,omitempty"`
	// Objects are those of the manifest and of the hooks.
	Objects []DeclaredObject `json:"objects,omitempty"`
	// Error says why Objects is not all of them.
	Error string `json:"error,omitempty"`
}

// Files are manifests that were named on the command line.
type Files struct {
	Files []File `json:"files"`
}

// File is a file, the output of a kustomization, or stdin.
type File struct {
	// Path as it was given, or found below a directory that was; "-" for stdin.
	Path    string           `json:"path"`
	Objects []DeclaredObject `json:"objects,omitempty"`
	// Error says why Objects is not all that the file holds.
	Error string `json:"error,omitempty"`
}

// DeclaredObject is the type and name that a text gives an object.
type DeclaredObject struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	// Name is empty where the server is to generate it.
	Name string `json:"name,omitempty"`
	// Labels are absent in Helm releases, of which only types and names are kept.
	Labels map[string]string `json:"labels,omitempty"`
	// Line at which apiVersion stands in a file, from 1; 0 elsewhere.
	Line int32 `json:"line,omitempty"`
}

// AuditLog is what audit events tell of requests for APIs that go away.
type AuditLog struct {
	// Sources are the files, as they were given; "-" for stdin.
	Sources []string `json:"sources"`
	// Events that were read, those of other APIs included.
	Events int64 `json:"events"`
	// Malformed lines were passed over.
	Malformed int64 `json:"malformed,omitempty"`
	// First and Last are the times of the events; absent when there are none.
	First *metav1.MicroTime `json:"first,omitempty"`
	Last  *metav1.MicroTime `json:"last,omitempty"`
	// Requests are grouped by all but count, times and RemovedRelease.
	Requests []AuditedRequests `json:"requests,omitempty"`
	// Overflow counts the events that came when there were too many groups to keep another.
	Overflow int64 `json:"overflow,omitempty"`
}

// AuditedRequests are requests of one kind by one caller.
type AuditedRequests struct {
	// User is the impersonated one where there is one.
	User        string `json:"user"`
	UserAgent   string `json:"userAgent,omitempty"`
	Verb        string `json:"verb"`
	Group       string `json:"group,omitempty"`
	Version     string `json:"version"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource,omitempty"`
	Namespace   string `json:"namespace,omitempty"`
	// RemovedRelease is the annotation k8s.io/removed-release, such as "1.38".
	RemovedRelease string `json:"removedRelease,omitempty"`
	// Count of requests, whatever they were answered.
	Count int64 `json:"count"`
	// First is when the earliest of them was received, Last when the latest ended.
	First metav1.MicroTime `json:"first"`
	Last  metav1.MicroTime `json:"last"`
}
