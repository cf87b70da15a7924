package collect

import (
	"cmp"
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

const (
	appsInKubeSystem = "/apis/apps/v1/namespaces/kube-system/"
	podsInKubeSystem = "/api/v1/namespaces/kube-system/pods"
	revisionHash     = "controller-revision-hash"
)

const hiddenKubeProxy = "kube-proxy versions"

func kubeProxyPermissions() []Permission {
	needs := func(group, resource, why, when string) Permission {
		return Permission{
			Verb: "list", Group: group, Resource: resource, Namespace: metav1.NamespaceSystem,
			Source: v1alpha1.SourceKubeProxy, Hides: hiddenKubeProxy, Why: why, When: when,
		}
	}
	const rollout = "a rollout of kube-proxy is under way"
	return []Permission{
		needs("apps", "daemonsets", "The version of kube-proxy.", ""),
		needs("apps", "controllerrevisions", "Versions of kube-proxy while a rollout is under way.", rollout),
		needs("", "pods", "The nodes of kube-proxy's pods while a rollout is under way.", rollout),
	}
}

type podTemplate struct {
	Spec struct {
		Containers []container `json:"containers"`
	} `json:"spec"`
}

type daemonSet struct {
	Metadata struct {
		Name       string    `json:"name"`
		UID        types.UID `json:"uid"`
		Generation int64     `json:"generation"`
	} `json:"metadata"`
	Spec struct {
		Selector metav1.LabelSelector `json:"selector"`
		Template podTemplate          `json:"template"`
	} `json:"spec"`
	Status struct {
		ObservedGeneration     int64 `json:"observedGeneration"`
		DesiredNumberScheduled int32 `json:"desiredNumberScheduled"`
		CurrentNumberScheduled int32 `json:"currentNumberScheduled"`
		UpdatedNumberScheduled int32 `json:"updatedNumberScheduled"`
		NumberMisscheduled     int32 `json:"numberMisscheduled"`
	} `json:"status"`
}

// rolledOut reports whether every pod is known to run the present template.
func (d *daemonSet) rolledOut() bool {
	return d.Status.ObservedGeneration >= d.Metadata.Generation &&
		d.Status.UpdatedNumberScheduled >= d.Status.DesiredNumberScheduled &&
		d.Status.CurrentNumberScheduled >= d.Status.DesiredNumberScheduled &&
		d.Status.NumberMisscheduled == 0
}

type controllerRevision struct {
	Metadata struct {
		Labels          map[string]string       `json:"labels"`
		OwnerReferences []metav1.OwnerReference `json:"ownerReferences"`
	} `json:"metadata"`
	Data struct {
		Spec struct {
			Template podTemplate `json:"template"`
		} `json:"spec"`
	} `json:"data"`
}

// kubeProxy reads the DaemonSets that run kube-proxy. While a rollout is under
// way, or where several share the nodes, it also asks which nodes run which
// revision: a table per revision, never a list of whole pods. Where that could
// not be read, the DaemonSets are returned together with the error.
func (c *client) kubeProxy(ctx context.Context) (*v1alpha1.KubeProxy, error) {
	var list struct {
		Items []daemonSet `json:"items"`
	}
	query := url.Values{"resourceVersion": {"0"}}
	if _, err := c.getJSON(ctx, appsInKubeSystem+"daemonsets", query, acceptJSON, &list); err != nil {
		return nil, err
	}
	sets := slices.DeleteFunc(list.Items, func(d daemonSet) bool { return kubeProxyImage(d.Spec.Template) == "" })

	proxy := &v1alpha1.KubeProxy{DaemonSets: make([]v1alpha1.KubeProxyDaemonSet, 0, len(sets))}
	var unread error
	for _, set := range sets {
		found := v1alpha1.KubeProxyDaemonSet{
			Name:            set.Metadata.Name,
			Image:           kubeProxyImage(set.Spec.Template),
			Pods:            set.Status.DesiredNumberScheduled,
			UpdatedPods:     set.Status.UpdatedNumberScheduled,
			RolloutComplete: set.rolledOut(),
		}
		if !found.RolloutComplete || len(sets) > 1 {
			var err error
			found.Revisions, err = c.revisions(ctx, set)
			unread = cmp.Or(unread, err)
		}
		proxy.DaemonSets = append(proxy.DaemonSets, found)
	}
	return proxy, unread
}

// kubeProxyImage returns the image of the container that runs kube-proxy, by
// its name or its image's, or "".
func kubeProxyImage(template podTemplate) string {
	for _, container := range template.Spec.Containers {
		image := path.Base(version.ParseImage(container.Image).Repository)
		if container.Name == "kube-proxy" || image == "kube-proxy" || strings.HasPrefix(image, "kube-proxy-") {
			return container.Image
		}
	}
	return ""
}

// revisions returns the revisions of a DaemonSet that still have pods, with
// the nodes of these pods.
func (c *client) revisions(ctx context.Context, set daemonSet) ([]v1alpha1.KubeProxyRevision, error) {
	selector, err := metav1.LabelSelectorAsSelector(&set.Spec.Selector)
	if err != nil {
		return nil, malformedError{appsInKubeSystem + "daemonsets/" + set.Metadata.Name, err}
	}
	var list struct {
		Items []controllerRevision `json:"items"`
	}
	query := url.Values{"labelSelector": {selector.String()}, "resourceVersion": {"0"}}
	if _, err := c.getJSON(ctx, appsInKubeSystem+"controllerrevisions", query, acceptJSON, &list); err != nil {
		return nil, err
	}
	owned := slices.DeleteFunc(list.Items, func(r controllerRevision) bool {
		return !slices.ContainsFunc(r.Metadata.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == set.Metadata.UID })
	})

	revisions := make([]v1alpha1.KubeProxyRevision, len(owned))
	errs := make([]error, len(owned))
	var tables sync.WaitGroup
	for i, revision := range owned {
		tables.Go(func() {
			hash := revision.Metadata.Labels[revisionHash]
			var rows [][]string
			rows, errs[i] = c.table(ctx, podsInKubeSystem, selector.String()+","+revisionHash+"="+hash, "Node")
			revisions[i] = v1alpha1.KubeProxyRevision{Hash: hash, Image: kubeProxyImage(revision.Data.Spec.Template), Nodes: nodeNames(rows)}
		})
	}
	tables.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, err
	}
	revisions = slices.DeleteFunc(revisions, func(r v1alpha1.KubeProxyRevision) bool { return len(r.Nodes) == 0 })
	slices.SortFunc(revisions, func(a, b v1alpha1.KubeProxyRevision) int { return cmp.Compare(a.Hash, b.Hash) })
	return revisions, nil
}

// nodeNames reads the Node column; a pod that is not scheduled shows "<none>".
func nodeNames(rows [][]string) []string {
	names := make([]string, 0, len(rows))
	for _, row := range rows {
		if row[0] != "" && row[0] != "<none>" {
			names = append(names, row[0])
		}
	}
	slices.Sort(names)
	return names
}
