package collect

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"sync"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// The annotations by which static pods tell where they come from.
const (
	mirrorAnnotation    = "kubernetes.io/config.mirror"
	advertiseAnnotation = "kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint"
)

// container is the part of a container that is read here.
type container struct {
	Name    string   `json:"name"`
	Image   string   `json:"image"`
	Command []string `json:"command"`
	Args    []string `json:"args"`
}

type podList struct {
	Items []struct {
		Metadata struct {
			Name        string            `json:"name"`
			Namespace   string            `json:"namespace"`
			Labels      map[string]string `json:"labels"`
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
		Spec struct {
			NodeName   string      `json:"nodeName"`
			Containers []container `json:"containers"`
		} `json:"spec"`
	} `json:"items"`
}

const hiddenControlPlanePods = "versions of control-plane pods"

func controlPlanePodPermissions(locations []catalog.PodLocation) []Permission {
	var all []Permission
	add := func(p Permission) {
		p.Source, p.Hides = v1alpha1.SourceControlPlanePods, hiddenControlPlanePods
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	for _, location := range locations {
		p := Permission{Verb: "list", Resource: "pods", Namespace: location.Namespace, Why: "Control-plane pods."}
		if location.APIGroup != "" {
			p.When = location.APIGroup + " is served"
			add(Permission{Verb: "get", Path: apisPath, Why: "API groups, which tell where control-plane pods are."})
		}
		add(p)
	}
	return all
}

// controlPlanePods looks for control-plane pods in the places that the
// distributions use: a handful per control-plane node.
//
// A place that could not be read is an error beside the pods of the others.
func (c *client) controlPlanePods(ctx context.Context, locations []catalog.PodLocation, groups func() (apiGroups, error)) (*v1alpha1.ControlPlanePods, []error) {
	found := make([][]v1alpha1.ControlPlanePod, len(locations))
	elsewhere := make([]bool, len(locations))
	errs := make([]error, len(locations))
	var lists sync.WaitGroup
	for i, location := range locations {
		lists.Go(func() {
			if location.APIGroup != "" {
				served, err := groups()
				if err != nil || !served.serve(location.APIGroup) {
					errs[i], elsewhere[i] = err, err == nil
					return
				}
			}
			found[i], errs[i] = c.podsAt(ctx, location)
		})
	}
	lists.Wait()
	read := false
	for i := range locations {
		read = read || errs[i] == nil && !elsewhere[i]
	}
	failed := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if !read {
		return nil, failed
	}

	pods := append([]v1alpha1.ControlPlanePod{}, slices.Concat(found...)...)
	slices.SortStableFunc(pods, func(a, b v1alpha1.ControlPlanePod) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	pods = slices.CompactFunc(pods, func(a, b v1alpha1.ControlPlanePod) bool {
		return a.Namespace == b.Namespace && a.Name == b.Name
	})
	return &v1alpha1.ControlPlanePods{Pods: pods}, failed
}

func (c *client) podsAt(ctx context.Context, location catalog.PodLocation) ([]v1alpha1.ControlPlanePod, error) {
	var list podList
	path := "/api/v1/namespaces/" + location.Namespace + "/pods"
	query := url.Values{"labelSelector": {location.Selector}, "resourceVersion": {"0"}}
	if _, err := c.getJSON(ctx, path, query, acceptJSON, &list); err != nil {
		return nil, err
	}
	pods := make([]v1alpha1.ControlPlanePod, 0, len(list.Items))
	for _, item := range list.Items {
		component := string(location.Component)
		if component == "" {
			component = item.Metadata.Labels[location.ComponentLabel]
		}
		_, static := item.Metadata.Annotations[mirrorAnnotation]
		of := containerOf(component, item.Spec.Containers)
		pods = append(pods, v1alpha1.ControlPlanePod{
			Component:        component,
			Namespace:        item.Metadata.Namespace,
			Name:             item.Metadata.Name,
			Node:             item.Spec.NodeName,
			Image:            of.Image,
			Static:           static,
			AdvertiseAddress: item.Metadata.Annotations[advertiseAnnotation],
			Flags:            flagsOf(component, of),
		})
	}
	return pods, nil
}

// containerOf picks the container that is named after the component, among
// sidecars, or else the first.
func containerOf(component string, containers []container) container {
	i := slices.IndexFunc(containers, func(c container) bool { return c.Name == component })
	if i < 0 {
		i = 0
	}
	if i >= len(containers) {
		return container{}
	}
	return containers[i]
}
