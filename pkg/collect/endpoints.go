package collect

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	// maxEndpoints bounds how many addresses are dialled.
	maxEndpoints = 32
	// endpointTimeout keeps one address that swallows packets from costing the run its deadline.
	endpointTimeout = 5 * time.Second
)

const hiddenAddresses = "kube-apiserver addresses"

func endpointPermissions() []Permission {
	return []Permission{{
		Verb: "list", Group: "discovery.k8s.io", Resource: "endpointslices", Namespace: metav1.NamespaceDefault,
		Source: v1alpha1.SourceEndpoints, Hides: hiddenAddresses,
		Why: "The addresses for --probe-endpoints.", When: "--probe-endpoints",
	}}
}

// endpoints asks each address that the cluster publishes for its API servers
// for /version, with the cluster's CA and without credentials.
func (c *client) endpoints(ctx context.Context, config *rest.Config, dial dialFunc) ([]v1alpha1.APIServerEndpoint, error) {
	addresses, err := c.publishedAddresses(ctx)
	if err != nil {
		return nil, err
	}
	endpoints := make([]v1alpha1.APIServerEndpoint, len(addresses))
	var all sync.WaitGroup
	for i, address := range addresses {
		all.Go(func() {
			endpoints[i].Address = address
			if i >= maxEndpoints {
				endpoints[i].Error = fmt.Sprintf("not asked: only the first %d addresses are", maxEndpoints)
				return
			}
			ctx, cancel := context.WithTimeout(ctx, endpointTimeout)
			defer cancel()
			answer, err := askEndpoint(ctx, config, dial, address)
			if err != nil {
				endpoints[i].Error = err.Error()
				return
			}
			endpoints[i].Version = answer
		})
	}
	all.Wait()
	return endpoints, nil
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func (c *client) publishedAddresses(ctx context.Context) ([]string, error) {
	const path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
	var list struct {
		Items []struct {
			Endpoints []struct {
				Addresses []string `json:"addresses"`
			} `json:"endpoints"`
			Ports []struct {
				Name string `json:"name"`
				Port int    `json:"port"`
			} `json:"ports"`
		} `json:"items"`
	}
	query := url.Values{"labelSelector": {"kubernetes.io/service-name=kubernetes"}}
	if _, err := c.getJSON(ctx, path, query, acceptJSON, &list); err != nil {
		return nil, err
	}
	var addresses []string
	for _, slice := range list.Items {
		for _, port := range slice.Ports {
			if port.Name != "https" {
				continue
			}
			for _, endpoint := range slice.Endpoints {
				for _, ip := range endpoint.Addresses {
					addresses = append(addresses, net.JoinHostPort(ip, strconv.Itoa(port.Port)))
				}
			}
		}
	}
	return addresses, nil
}

func askEndpoint(ctx context.Context, config *rest.Config, dial dialFunc, address string) (*v1alpha1.VersionInfo, error) {
	anonymous := rest.AnonymousClientConfig(config)
	anonymous.Host = "https://" + address
	anonymous.APIPath = ""
	anonymous.Insecure = false
	anonymous.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	anonymous.Dial = config.Dial
	if dial != nil {
		anonymous.Dial = dial
	}
	c, err := newClient(anonymous)
	if err != nil {
		return nil, err
	}
	return c.version(ctx)
}
