package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// GroupVersion of every document in this package.
var GroupVersion = schema.GroupVersion{Group: "kubectl-versions.github.io", Version: "v1alpha1"}

// Kinds of the documents.
const (
	SnapshotKind           = "Snapshot"
	SkewReportKind         = "SkewReport"
	SupportReportKind      = "SupportReport"
	DeprecationReportKind  = "DeprecationReport"
	DeprecationPolicyKind  = "DeprecationPolicy"
	UpgradePlanKind        = "UpgradePlan"
	ReleaseCalendarKind    = "ReleaseCalendar"
	CatalogInfoKind        = "CatalogInfo"
	OverviewKind           = "Overview"
	FleetOverviewKind      = "FleetOverview"
	DiffReportKind         = "DiffReport"
	FleetSupportReportKind = "FleetSupportReport"
	LiveQueryKind          = "LiveQuery"
	LiveReleasesKind       = "LiveReleases"
	PluginInfoKind         = "PluginInfo"
)

func typeMeta(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: GroupVersion.String(), Kind: kind}
}

// NewSnapshot returns an empty snapshot with its type set. The name is that of
// the kubeconfig context it was taken through.
func NewSnapshot(name string) *Snapshot {
	return &Snapshot{TypeMeta: typeMeta(SnapshotKind), ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// NewSkewReport returns an empty report with its type set, named after the snapshot it judges.
func NewSkewReport(name string) *SkewReport {
	return &SkewReport{TypeMeta: typeMeta(SkewReportKind), ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// NewSupportReport returns an empty report with its type set, named after the snapshot it judges.
func NewSupportReport(name string) *SupportReport {
	return &SupportReport{TypeMeta: typeMeta(SupportReportKind), ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// NewDeprecationReport returns an empty report with its type set, named after the snapshot it judges.
func NewDeprecationReport(name string) *DeprecationReport {
	return &DeprecationReport{TypeMeta: typeMeta(DeprecationReportKind), ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// NewUpgradePlan returns an empty plan with its type set, named after the snapshot it is for.
func NewUpgradePlan(name string) *UpgradePlan {
	return &UpgradePlan{TypeMeta: typeMeta(UpgradePlanKind), ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// NewReleaseCalendar returns an empty calendar with its type set.
func NewReleaseCalendar(name string) *ReleaseCalendar {
	return &ReleaseCalendar{TypeMeta: typeMeta(ReleaseCalendarKind), ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// NewCatalogInfo returns an empty description with its type set.
func NewCatalogInfo() *CatalogInfo {
	return &CatalogInfo{TypeMeta: typeMeta(CatalogInfoKind), ObjectMeta: metav1.ObjectMeta{Name: "catalog"}}
}

// NewPluginInfo returns an empty description with its type set.
func NewPluginInfo() *PluginInfo {
	return &PluginInfo{TypeMeta: typeMeta(PluginInfoKind), ObjectMeta: metav1.ObjectMeta{Name: "kubectl-versions"}}
}

// NewOverview returns an empty overview with its type set, named after the snapshot it judges.
func NewOverview(name string) *Overview {
	return &Overview{TypeMeta: typeMeta(OverviewKind), ObjectMeta: metav1.ObjectMeta{Name: name}}
}

// NewFleetOverview returns an empty overview of several clusters with its type set.
func NewFleetOverview() *FleetOverview {
	return &FleetOverview{TypeMeta: typeMeta(FleetOverviewKind), ObjectMeta: metav1.ObjectMeta{Name: "fleet"}, Clusters: []FleetCluster{}}
}

// NewDiffReport returns an empty comparison with its type set.
func NewDiffReport() *DiffReport {
	return &DiffReport{TypeMeta: typeMeta(DiffReportKind), ObjectMeta: metav1.ObjectMeta{Name: "diff"}, Changes: []Change{}}
}

// NewLiveQuery returns an empty query with its type set.
func NewLiveQuery(platform string) *LiveQuery {
	return &LiveQuery{TypeMeta: typeMeta(LiveQueryKind), Platform: platform}
}

// NewLiveReleases returns an empty answer with its type set.
func NewLiveReleases(platform string) *LiveReleases {
	return &LiveReleases{TypeMeta: typeMeta(LiveReleasesKind), Platform: platform, Releases: []LiveRelease{}}
}

// NewFleetSupportReport returns an empty report on several clusters with its type set.
func NewFleetSupportReport() *FleetSupportReport {
	return &FleetSupportReport{TypeMeta: typeMeta(FleetSupportReportKind), ObjectMeta: metav1.ObjectMeta{Name: "fleet"}, Clusters: []ClusterSupport{}}
}
