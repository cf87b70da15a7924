package collect

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// Permission is what a source asks of a cluster, and the gap that a refusal leaves.
type Permission struct {
	// Verb is get or list.
	Verb            string
	Group, Resource string
	// Namespace and Name are those of the only objects that are asked for; empty for all.
	Namespace, Name string
	// Path is a URL that is no resource's, instead of Group and Resource.
	Path string
	// Until is the last minor whose servers are asked. Zero for those of every minor.
	Until version.Minor
	// When says what else has to be the case for it to be asked, or missed.
	When string
	// Why is what for, as docs/rbac.yaml has it.
	Why string

	// Source, Of and Hides are Source, Resource and Hides of the gap. Without a
	// source nothing can be read at all.
	Source    v1alpha1.Source
	Of, Hides string
}

// AnyService stands in Permission.Of and Hides for each service that was asked for.
const AnyService = "NAMESPACE/NAME"

// AnyGroupVersion stands in Permission.Of for each version of a group, whose path
// is the one that the end of Permission.Path stands for.
const AnyGroupVersion = "GROUP/VERSION"

// String is as in Gap.Permission: "list daemonsets.apps in kube-system", "get /metrics".
func (p Permission) String() string {
	text := p.Verb + " " + p.Path
	if p.Path == "" {
		text += schema.GroupResource{Group: p.Group, Resource: p.Resource}.String()
	}
	if p.Namespace != "" {
		text += " in " + p.Namespace
	}
	return text
}

// end is Until, or later than any.
func (p Permission) end() version.Minor {
	if p.Until.IsZero() {
		return version.Minor{Major: math.MaxInt}
	}
	return p.Until
}

// Permissions are all that Collect asks for. Custom resources are not among them,
// whose groups are any, and neither are the ConfigMaps that a resource of Kubean
// names in another namespace than Kubean's.
func Permissions(o Options) []Permission {
	all := slices.Concat(apiServerPermissions(), leasePermissions(), controlPlanePodPermissions(o.Catalog.Skew.ControlPlanePods))
	if o.ProbeEndpoints {
		all = append(all, endpointPermissions()...)
	}
	if o.Components {
		all = slices.Concat(all, nodePermissions(), apiGroupPermissions(), kubeProxyPermissions(), kubeanPermissions(), acpPermissions())
	}
	if o.APIUsage != nil {
		all = slices.Concat(all, requestPermissions(), servedPermissions(), definitionPermissions(), referencePermissions(),
			objectPermissions(o.APIUsage.Index, o.APIUsage.ReadDeprecated), helmPermissions(o.APIUsage.SkipHelmSecrets))
	}
	if o.Upgrade {
		all = slices.Concat(all, budgetPermissions(), volumePermissions(), webhookPermissions(), aggregatedPermissions(), configurationPermissions())
	}
	if o.Upgrade && o.Pods {
		all = append(all, podPermissions()...)
	}
	return all
}

// What a refusal of /metrics hides.
const (
	hiddenInstances = "which kube-apiserver instances answered"
	hiddenRequests  = "requests for deprecated APIs"
)

func apiServerPermissions() []Permission {
	const why = "Which kube-apiserver instances answer."
	return []Permission{
		{Verb: "get", Path: "/version", Hides: "everything", Why: why},
		{
			Verb: "get", Path: "/metrics", Source: v1alpha1.SourceAPIServers, Hides: hiddenInstances, Why: why,
			When: "more than one instance runs, or it is not known how many",
		},
	}
}

func requestPermissions() []Permission {
	return []Permission{{
		Verb: "get", Path: "/metrics", Source: v1alpha1.SourceRequests, Hides: hiddenRequests,
		Why: "What was requested of kube-apiserver.",
	}}
}

// objectPermissions are those to list the resources that a server of any minor has
// and that age. The index tells nothing of servers before its first removal.
func objectPermissions(index *apilifecycle.Index, readDeprecated bool) []Permission {
	quiet := lastScanned(index, false)
	var all []Permission
	add := func(gr schema.GroupResource, last version.Minor, why, when string) {
		p := Permission{
			Verb: "list", Group: gr.Group, Resource: gr.Resource, Source: v1alpha1.SourceObjects, Of: gr.String(), Hides: hiddenWriters,
			Why: why, When: when,
		}
		if last.Compare(index.Newest) < 0 {
			p.Until = last
		}
		all = append(all, p)
	}
	for gr, last := range quiet {
		add(gr, last, "Who wrote objects of resources with a version that goes away: their metadata alone.", "")
	}
	if readDeprecated {
		for gr, last := range lastScanned(index, true) {
			if last.Compare(quiet[gr]) > 0 {
				add(gr, last, "With --read-deprecated, who wrote objects of resources that are served in deprecated versions alone.", "--read-deprecated")
			}
		}
	}
	slices.SortFunc(all, func(a, b Permission) int {
		return cmp.Or(b.end().Compare(a.end()), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.When, b.When))
	})
	return all
}

// lastScanned is the last minor whose servers are asked for each resource, when
// they serve all that they have.
func lastScanned(index *apilifecycle.Index, readDeprecated bool) map[schema.GroupResource]version.Minor {
	first := index.Newest
	for _, a := range index.APIs {
		if !a.Removed.IsZero() && a.Removed.Compare(first) < 0 {
			first = a.Removed
		}
	}
	last := make(map[schema.GroupResource]version.Minor)
	for minor := first.Add(-1); minor.Compare(index.Newest) <= 0; minor = minor.Add(1) {
		u := usage{UsageOptions: UsageOptions{Index: index, ReadDeprecated: readDeprecated}, minor: minor}
		for _, t := range u.builtInTargets(allServed(index, minor)) {
			last[t.GroupResource()] = minor
		}
	}
	return last
}

// allServed is what discovery tells of a server that serves all APIs of its minor.
func allServed(index *apilifecycle.Index, minor version.Minor) []v1alpha1.ServedResource {
	var served []v1alpha1.ServedResource
	at := make(map[schema.GroupResource]int)
	for _, a := range index.APIs {
		if !a.ServedAt(minor) {
			continue
		}
		gr := a.GroupVersionResource().GroupResource()
		i, known := at[gr]
		if !known {
			i = len(served)
			at[gr] = i
			served = append(served, v1alpha1.ServedResource{
				Group: a.Group, Resource: a.Resource, Kind: a.Kind, Namespaced: a.Namespaced,
				// Reviews are answered, and not stored.
				Listable: !strings.HasSuffix(a.Kind, "Review"),
			})
		}
		served[i].Versions = append(served[i].Versions, a.Version)
	}
	return served
}
