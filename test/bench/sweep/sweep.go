package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

const (
	page    = 500
	workers = 4
)

type sweep struct {
	typed     *kubernetes.Clientset
	metadata  metadata.Interface
	discovery *discovery.DiscoveryClient
	counts    *counts
}

func newSweep(config *rest.Config) (*sweep, error) {
	protobuf := rest.CopyConfig(config)
	protobuf.ContentType = runtime.ContentTypeProtobuf
	client, err := rest.HTTPClientFor(protobuf)
	if err != nil {
		return nil, err
	}
	s := &sweep{counts: newCounts()}
	if s.typed, err = kubernetes.NewForConfigAndClient(protobuf, client); err != nil {
		return nil, err
	}
	if s.metadata, err = metadata.NewForConfigAndClient(config, client); err != nil {
		return nil, err
	}
	s.discovery, err = discovery.NewDiscoveryClientForConfigAndClient(config, client)
	return s, err
}

func (s *sweep) run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	// The longest first.
	group.Go(func() error { return s.customResources(ctx) })
	group.Go(func() error { return s.metrics(ctx) })
	group.Go(func() error { return s.helmSecrets(ctx) })
	resources, err := s.served()
	if err != nil {
		return err
	}
	for _, resource := range resources {
		group.Go(func() error { return s.objects(ctx, resource) })
	}
	group.Go(func() error { return s.helmConfigMaps(ctx) })
	group.Go(func() error { return s.autoscalers(ctx) })
	group.Go(func() error { return s.roles(ctx) })
	group.Go(func() error { return s.clusterRoles(ctx) })
	group.Go(func() error { return s.admission(ctx) })
	return group.Wait()
}

// served asks for what the server serves and returns what to list.
func (s *sweep) served() ([]schema.GroupVersionResource, error) {
	_, lists, err := s.discovery.ServerGroupsAndResources()
	if err != nil {
		return nil, err
	}
	versions := map[schema.GroupResource][]string{}
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, err
		}
		for _, resource := range list.APIResources {
			if !strings.Contains(resource.Name, "/") && slices.Contains(resource.Verbs, "list") {
				gr := schema.GroupResource{Group: gv.Group, Resource: resource.Name}
				versions[gr] = append(versions[gr], gv.Version)
			}
		}
	}
	s.counts.add("served resources", len(versions))
	var chosen []schema.GroupVersionResource
	for gr, served := range versions {
		isBeta := func(version string) bool { return strings.Contains(version, "beta") }
		stable := slices.IndexFunc(served, func(version string) bool { return !isBeta(version) })
		// Those read whole need no second list; custom resources are chosen by their definitions.
		if stable < 0 || !slices.ContainsFunc(served, isBeta) || gr.Resource == "mutatingadmissionpolicies" || !builtIn(gr.Group) {
			continue
		}
		chosen = append(chosen, gr.WithVersion(served[stable]))
	}
	return chosen, nil
}

func builtIn(group string) bool {
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

// objects counts who wrote the objects of a resource through which version, and what was applied.
func (s *sweep) objects(ctx context.Context, resource schema.GroupVersionResource) error {
	options := metav1.ListOptions{Limit: page}
	for {
		list, err := s.metadata.Resource(resource).List(ctx, options)
		if err != nil {
			return fmt.Errorf("%s: %w", resource, err)
		}
		for i := range list.Items {
			if err := s.object(&list.Items[i]); err != nil {
				return err
			}
		}
		if options.Continue = list.Continue; options.Continue == "" {
			return nil
		}
	}
}

func (s *sweep) object(object *metav1.PartialObjectMetadata) error {
	s.counts.add("objects", 1)
	for _, entry := range object.ManagedFields {
		s.counts.add("written through "+entry.APIVersion, 1)
	}
	if text, ok := object.Annotations[corev1.LastAppliedConfigAnnotation]; ok {
		var applied metav1.TypeMeta
		if err := json.Unmarshal([]byte(text), &applied); err != nil {
			return err
		}
		s.counts.add("applied "+applied.APIVersion, 1)
	}
	return nil
}

// metrics counts the samples that tell of requests and of stored objects.
func (s *sweep) metrics(ctx context.Context) error {
	body, err := s.discovery.RESTClient().Get().AbsPath("/metrics").Stream(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		for _, metric := range []string{"apiserver_requested_deprecated_apis", "apiserver_request_total", "apiserver_longrunning_requests",
			"apiserver_selfrequest_total", "apiserver_resource_objects", "process_start_time_seconds"} {
			if bytes.HasPrefix(lines.Bytes(), []byte(metric)) {
				s.counts.add("samples", 1)
			}
		}
	}
	return lines.Err()
}

func (s *sweep) autoscalers(ctx context.Context) error {
	return each(ctx, s.typed.AutoscalingV2().HorizontalPodAutoscalers("").List,
		func(list *autoscalingv2.HorizontalPodAutoscalerList) {
			for _, autoscaler := range list.Items {
				s.counts.add("scale "+autoscaler.Spec.ScaleTargetRef.APIVersion, 1)
			}
		})
}

func (s *sweep) roles(ctx context.Context) error {
	return each(ctx, s.typed.RbacV1().Roles("").List, func(list *rbacv1.RoleList) {
		for _, role := range list.Items {
			s.rules(role.Rules)
		}
	})
}

func (s *sweep) clusterRoles(ctx context.Context) error {
	return each(ctx, s.typed.RbacV1().ClusterRoles().List, func(list *rbacv1.ClusterRoleList) {
		for _, role := range list.Items {
			s.rules(role.Rules)
		}
	})
}

func (s *sweep) rules(rules []rbacv1.PolicyRule) {
	for _, rule := range rules {
		s.counts.add("role rules", len(rule.APIGroups))
	}
}

// admission reads the four kinds of configurations, of which clusters have few.
func (s *sweep) admission(ctx context.Context) error {
	client := s.typed.AdmissionregistrationV1()
	err := each(ctx, client.ValidatingWebhookConfigurations().List, func(list *admissionv1.ValidatingWebhookConfigurationList) {
		for _, configuration := range list.Items {
			for _, webhook := range configuration.Webhooks {
				s.counts.add("admission rules", len(webhook.Rules))
			}
		}
	})
	if err != nil {
		return err
	}
	err = each(ctx, client.MutatingWebhookConfigurations().List, func(list *admissionv1.MutatingWebhookConfigurationList) {
		for _, configuration := range list.Items {
			for _, webhook := range configuration.Webhooks {
				s.counts.add("admission rules", len(webhook.Rules))
			}
		}
	})
	if err != nil {
		return err
	}
	err = each(ctx, client.ValidatingAdmissionPolicies().List, func(list *admissionv1.ValidatingAdmissionPolicyList) {
		for _, policy := range list.Items {
			if policy.Spec.MatchConstraints != nil {
				s.counts.add("admission rules", len(policy.Spec.MatchConstraints.ResourceRules))
			}
		}
	})
	if err != nil {
		return err
	}
	return each(ctx, client.MutatingAdmissionPolicies().List, func(list *admissionv1.MutatingAdmissionPolicyList) {
		for _, policy := range list.Items {
			if policy.Spec.MatchConstraints != nil {
				s.counts.add("admission rules", len(policy.Spec.MatchConstraints.ResourceRules))
			}
		}
	})
}

// each calls use with every page of a list.
func each[L metav1.ListInterface](ctx context.Context, list func(context.Context, metav1.ListOptions) (L, error), use func(L)) error {
	options := metav1.ListOptions{Limit: page}
	for {
		found, err := list(ctx, options)
		if err != nil {
			return err
		}
		use(found)
		if options.Continue = found.GetContinue(); options.Continue == "" {
			return nil
		}
	}
}

// counts is what the sweep prints, so that its reader sees it has read what the command reads.
type counts struct {
	mutex sync.Mutex
	of    map[string]int
}

func newCounts() *counts { return &counts{of: map[string]int{}} }

func (c *counts) add(what string, n int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.of[what] += n
}

func (c *counts) String() string {
	var lines []string
	for what, n := range c.of {
		lines = append(lines, fmt.Sprintf("%d %s\n", n, what))
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}
