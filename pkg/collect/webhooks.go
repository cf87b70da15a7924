package collect

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// servicesAtOnce bounds how many services are asked for their addresses at a time.
const servicesAtOnce = 8

const hiddenWebhooks = "webhooks that nobody answers"

func hiddenService(service string) string { return "whether service " + service + " answers webhooks" }

// webhookPermissions are to list EndpointSlices in any namespace: services of
// webhooks can be anywhere, and each is a gap of its own.
func webhookPermissions() []Permission {
	needs := func(group, resource, of, hides string) Permission {
		return Permission{
			Verb: "list", Group: group, Resource: resource, Source: v1alpha1.SourceWebhooks, Of: of, Hides: hides,
			Why: "Webhooks, and whether anybody answers them.",
		}
	}
	return []Permission{
		needs("admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", hiddenWebhooks),
		needs("admissionregistration.k8s.io", "validatingwebhookconfigurations", "", hiddenWebhooks),
		needs("discovery.k8s.io", "endpointslices", AnyService, hiddenService(AnyService)),
	}
}

// webhooks reads the webhooks of all configurations, and how many addresses
// answer for each. The errors are those of the services whose addresses could
// not be read, by namespace/name.
func (l *lister) webhooks(ctx context.Context) (*v1alpha1.AdmissionWebhooks, map[string]error, error) {
	var validating, mutating []v1alpha1.AdmissionWebhook
	var errs [2]error
	var lists sync.WaitGroup
	lists.Go(func() { validating, errs[0] = l.validatingWebhooks(ctx) })
	lists.Go(func() { mutating, errs[1] = l.mutatingWebhooks(ctx) })
	lists.Wait()
	if err := cmp.Or(errs[:]...); err != nil {
		return nil, nil, err
	}
	found := &v1alpha1.AdmissionWebhooks{Webhooks: append(append([]v1alpha1.AdmissionWebhook{}, mutating...), validating...)}
	slices.SortStableFunc(found.Webhooks, func(a, b v1alpha1.AdmissionWebhook) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Configuration, b.Configuration))
	})
	return found, l.client.countEndpoints(ctx, found.Webhooks), nil
}

func (l *lister) validatingWebhooks(ctx context.Context) ([]v1alpha1.AdmissionWebhook, error) {
	var found []v1alpha1.AdmissionWebhook
	err := l.each(ctx, configurations("validatingwebhookconfigurations"), func() { found = nil }, func(e encoded) error {
		var configuration admissionv1.ValidatingWebhookConfiguration
		err := e.decode(&configuration)
		for _, w := range configuration.Webhooks {
			found = append(found, v1alpha1.AdmissionWebhook{
				Kind: "ValidatingWebhookConfiguration", Configuration: configuration.Name, Name: w.Name,
				FailurePolicy: failurePolicy(w.FailurePolicy), Service: serviceOf(w.ClientConfig),
			})
		}
		return err
	})
	return found, err
}

func (l *lister) mutatingWebhooks(ctx context.Context) ([]v1alpha1.AdmissionWebhook, error) {
	var found []v1alpha1.AdmissionWebhook
	err := l.each(ctx, configurations("mutatingwebhookconfigurations"), func() { found = nil }, func(e encoded) error {
		var configuration admissionv1.MutatingWebhookConfiguration
		err := e.decode(&configuration)
		for _, w := range configuration.Webhooks {
			found = append(found, v1alpha1.AdmissionWebhook{
				Kind: "MutatingWebhookConfiguration", Configuration: configuration.Name, Name: w.Name,
				FailurePolicy: failurePolicy(w.FailurePolicy), Service: serviceOf(w.ClientConfig),
			})
		}
		return err
	})
	return found, err
}

func configurations(resource string) selection {
	return selection{
		GroupVersionResource: schema.GroupVersionResource{Group: "admissionregistration.k8s.io", Version: "v1", Resource: resource},
		accept:               acceptProtobuf,
		limit:                smallObjects,
	}
}

// failurePolicy defaults as the server does, which writes it into its answers.
func failurePolicy(p *admissionv1.FailurePolicyType) string {
	if p == nil {
		return string(admissionv1.Fail)
	}
	return string(*p)
}

func serviceOf(c admissionv1.WebhookClientConfig) string {
	if c.Service == nil {
		return ""
	}
	return c.Service.Namespace + "/" + c.Service.Name
}

// countEndpoints asks once for each service, and fills what webhooks say of it.
func (c *client) countEndpoints(ctx context.Context, webhooks []v1alpha1.AdmissionWebhook) map[string]error {
	var services []string
	for _, w := range webhooks {
		if w.Service != "" {
			services = insert(services, w.Service)
		}
	}
	counts := make([]int32, len(services))
	errs := make([]error, len(services))
	slots := make(chan struct{}, servicesAtOnce)
	var all sync.WaitGroup
	for i, service := range services {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			counts[i], errs[i] = c.readyEndpoints(ctx, service)
		})
	}
	all.Wait()

	for i := range webhooks {
		if at, found := slices.BinarySearch(services, webhooks[i].Service); found && errs[at] == nil {
			webhooks[i].ReadyEndpoints = &counts[at]
		}
	}
	unread := make(map[string]error)
	for i, err := range errs {
		if err != nil {
			unread[services[i]] = err
		}
	}
	return unread
}

// readyEndpoints counts the addresses that answer for a service. One of two
// families has two addresses of each pod, in slices of their own; and a pod with
// several ports can be in several slices.
func (c *client) readyEndpoints(ctx context.Context, service string) (int32, error) {
	namespace, name, _ := strings.Cut(service, "/")
	// kube-apiserver does not check the names. What is none has no service, and
	// must become no part of a path or a selector.
	if len(validation.IsDNS1123Label(namespace)) > 0 || len(validation.IsDNS1123Label(name)) > 0 {
		return 0, nil
	}
	var list discoveryv1.EndpointSliceList
	path := "/apis/discovery.k8s.io/v1/namespaces/" + namespace + "/endpointslices"
	query := url.Values{"labelSelector": {discoveryv1.LabelServiceName + "=" + name}, "resourceVersion": {"0"}}
	if _, err := c.getJSON(ctx, path, query, acceptJSON, &list); err != nil {
		return 0, err
	}
	ready := make(map[discoveryv1.AddressType]map[string]bool)
	most := 0
	for _, slice := range list.Items {
		addresses := ready[slice.AddressType]
		if addresses == nil {
			addresses = make(map[string]bool)
			ready[slice.AddressType] = addresses
		}
		for _, endpoint := range slice.Endpoints {
			// Not known counts as ready.
			if endpoint.Conditions.Ready != nil && !*endpoint.Conditions.Ready {
				continue
			}
			for _, address := range endpoint.Addresses {
				addresses[address] = true
			}
		}
		most = max(most, len(addresses))
	}
	return int32(most), nil
}
