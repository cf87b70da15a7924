package e2e

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// hide takes from a snapshot what gaps hide.
func hide(full *v1alpha1.Snapshot, gaps []v1alpha1.Gap) *v1alpha1.Snapshot {
	s := full.DeepCopy()
	for _, gap := range gaps {
		switch gap.Source {
		case v1alpha1.SourceLeases:
			s.Leases = nil
		case v1alpha1.SourceControlPlanePods:
			if gap.Permission == "list pods in kube-system" {
				s.ControlPlanePods = nil
			}
		case v1alpha1.SourceEndpoints:
			s.APIServers.Endpoints = nil
		case v1alpha1.SourceNodes:
			s.Nodes, s.NodeSamples = nil, nil
		case v1alpha1.SourceAPIGroups:
			s.APIGroups, s.Management = nil, nil
		case v1alpha1.SourceKubeProxy:
			if strings.HasPrefix(gap.Permission, "list daemonsets.apps") {
				s.KubeProxy = nil
				break
			}
			for i := range s.KubeProxy.DaemonSets {
				s.KubeProxy.DaemonSets[i].Revisions = nil
			}
		case v1alpha1.SourceManagement:
			hideManaged(s.Management, gap.Resource)
		default:
			hideUsage(s, gap)
			hideUpgrade(s.Upgrade, gap)
		}
	}
	return s
}

func hideManaged(m *v1alpha1.Management, resource string) {
	switch resource {
	case "manifests.kubean.io":
		m.Kubean.Manifests = nil
	case "localartifactsets.kubean.io":
		m.Kubean.Offline = false
	case "clusters.kubean.io":
		m.Kubean.Clusters = nil
	case "clusteroperations.kubean.io":
		// What the clusters' own variables ask for is left.
		m.Kubean.Clusters = slices.Clone(m.Kubean.Clusters)
		for i, version := range map[int]string{1: "v1.29.5", 3: "v1.29.5"} {
			c := &m.Kubean.Clusters[i]
			c.Version, c.From, c.Desired = version, "configmap kubean-system/"+c.Name+"-vars-conf", true
		}
	case "configmaps":
		for i, c := range m.Kubean.Clusters {
			m.Kubean.Clusters[i] = v1alpha1.ManagedCluster{Name: c.Name}
		}
	case "clusters.platform.tkestack.io":
		m.ACP.Clusters = nil
	case "clusterversionshadows.config.alauda.io", "productbases.product.alauda.io":
		m.ACP.Version, m.ACP.VersionFrom = "", ""
	}
}

func hideUsage(s *v1alpha1.Snapshot, gap v1alpha1.Gap) {
	u := s.APIUsage
	isCustom := func(group string) bool { return group == "shop.example.com" }
	switch gap.Source {
	case v1alpha1.SourceRequests:
		u.Requests = nil
		for i := range s.APIServers.Instances {
			s.APIServers.Instances[i].StartTime, s.APIServers.Instances[i].Connections = "", s.APIServers.Connections
		}
	case v1alpha1.SourceServedAPIs:
		if gap.Resource != "" {
			hideServed(u, gap.Resource)
			break
		}
		u.Served, u.References = nil, nil
		u.Objects.Resources = slices.DeleteFunc(u.Objects.Resources, func(r v1alpha1.ScannedResource) bool { return !isCustom(r.Group) })
	case v1alpha1.SourceDefinitions:
		u.Definitions = nil
		u.Objects.Resources = slices.DeleteFunc(u.Objects.Resources, func(r v1alpha1.ScannedResource) bool { return isCustom(r.Group) })
	case v1alpha1.SourceObjects:
		u.Objects.Resources = slices.DeleteFunc(u.Objects.Resources, func(r v1alpha1.ScannedResource) bool {
			return groupResource(r.Resource, r.Group) == gap.Resource
		})
	case v1alpha1.SourceReferences:
		kind := ""
		for _, r := range u.Served.Resources {
			if groupResource(r.Resource, r.Group) == gap.Resource {
				kind = r.Kind
			}
		}
		r := u.References
		r.Scanned = slices.DeleteFunc(r.Scanned, func(k v1alpha1.ScannedKind) bool { return k.Kind == kind })
		r.Admission = slices.DeleteFunc(r.Admission, func(a v1alpha1.AdmissionReference) bool { return a.Kind == kind })
		r.Roles = slices.DeleteFunc(r.Roles, func(role v1alpha1.RoleReference) bool { return role.Kind == kind })
		if kind == "HorizontalPodAutoscaler" {
			r.ScaleTargets = nil
		}
	case v1alpha1.SourceHelmSecrets, v1alpha1.SourceHelmConfigMaps:
		driver := map[v1alpha1.Source]string{v1alpha1.SourceHelmSecrets: "Secret", v1alpha1.SourceHelmConfigMaps: "ConfigMap"}[gap.Source]
		u.Helm.Releases = slices.DeleteFunc(u.Helm.Releases, func(r v1alpha1.HelmRelease) bool { return r.Driver == driver })
		u.Helm.Revisions = int32(len(u.Helm.Releases)) // one each
	}
}

// hideServed takes a version of a group from those that are served; on the servers
// where one can be missing, all versions of its group are.
func hideServed(u *v1alpha1.APIUsage, version string) {
	gv, _ := schema.ParseGroupVersion(version)
	kinds := map[string]bool{}
	u.Served.Resources = slices.DeleteFunc(u.Served.Resources, func(r v1alpha1.ServedResource) bool {
		hidden := r.Group == gv.Group
		kinds[r.Kind] = kinds[r.Kind] || hidden
		return hidden
	})
	if gv.Group != "shop.example.com" { // whose definition tells
		u.Objects.Resources = slices.DeleteFunc(u.Objects.Resources, func(r v1alpha1.ScannedResource) bool { return r.Group == gv.Group })
	}
	r := u.References
	r.Scanned = slices.DeleteFunc(r.Scanned, func(k v1alpha1.ScannedKind) bool { return k.Group == gv.Group })
	r.Admission = slices.DeleteFunc(r.Admission, func(a v1alpha1.AdmissionReference) bool { return kinds[a.Kind] })
	r.Roles = slices.DeleteFunc(r.Roles, func(role v1alpha1.RoleReference) bool { return kinds[role.Kind] })
	if gv.Group == "autoscaling" {
		r.ScaleTargets = nil
	}
}

func hideUpgrade(u *v1alpha1.UpgradeFacts, gap v1alpha1.Gap) {
	switch gap.Source {
	case v1alpha1.SourcePods:
		u.Pods = nil
	case v1alpha1.SourceBudgets:
		u.DisruptionBudgets = nil
		if u.Pods != nil {
			u.Pods.Overlaps = nil
		}
	case v1alpha1.SourceVolumes:
		u.Volumes = nil
	case v1alpha1.SourceCSIDrivers:
		u.CSIDrivers = nil
	case v1alpha1.SourceAggregatedAPIs:
		u.AggregatedAPIs = nil
	case v1alpha1.SourceWebhooks:
		if gap.Resource == "" {
			u.Webhooks = nil
			break
		}
		for i, w := range u.Webhooks.Webhooks {
			if w.Service == gap.Resource {
				u.Webhooks.Webhooks[i].ReadyEndpoints = nil
			}
		}
	case v1alpha1.SourceConfiguration:
		switch gap.Resource {
		case "kubeadm-config":
			u.Configuration.Kubeadm = nil
		case "kubelet-config":
			u.Configuration.Kubelet = nil
		case "kube-proxy":
			u.Configuration.KubeProxy = nil
		}
	}
}

// groupResource is as gaps name it.
func groupResource(resource, group string) string {
	return strings.TrimSuffix(resource+"."+group, ".")
}
