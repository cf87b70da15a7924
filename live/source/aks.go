package source

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v6"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// aks lists the Kubernetes versions of a location:
// https://learn.microsoft.com/rest/api/aks/managed-clusters/list-kubernetes-versions.
type aks struct {
	// identity is the transport of requests for tokens.
	identity http.RoundTripper
}

const (
	azurePermission = "Microsoft.ContainerService/locations/kubernetesVersions/read"
	azureLogin      = "run az login"
)

func (a aks) Releases(ctx context.Context, r *Request) (*v1alpha1.LiveReleases, error) {
	of := cmp.Or(r.Subscription, os.Getenv("AZURE_SUBSCRIPTION_ID"))
	switch {
	case r.Region == "":
		return nil, missing("region", "--region")
	case of == "":
		return nil, missing("subscription", "--subscription")
	case !subscription.MatchString(of):
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "subscription in AZURE_SUBSCRIPTION_ID is not one: name its id with --subscription")
	}
	at := azureCloud(r.Endpoint)
	login, err := a.credential(at)
	if err != nil {
		return nil, err
	}
	manager := at.Services[cloud.ResourceManager]
	client, err := armcontainerservice.NewManagedClustersClient(of, login, &arm.ClientOptions{
		ClientOptions: policy.ClientOptions{
			Cloud: at, Transport: r.API, Telemetry: policy.TelemetryOptions{ApplicationID: userAgent},
			Retry: policy.RetryOptions{MaxRetries: attempts - 1, RetryDelay: pause(1), MaxRetryDelay: longestWait},
			// An endpoint without https is on this machine.
			InsecureAllowCredentialWithHTTP: strings.HasPrefix(manager.Endpoint, "http://"),
		},
		DisableRPRegistration: true, // which changes the subscription
	})
	if err != nil {
		return nil, err
	}
	var response *http.Response
	list, err := client.ListKubernetesVersions(policy.WithCaptureResponse(ctx, &response), r.Region, nil)
	if err != nil {
		return nil, azureFault(err, response, of, r.Region)
	}
	answer := v1alpha1.NewLiveReleases(r.Platform)
	answer.Source = manager.Endpoint + "/subscriptions/" + of + "/providers/Microsoft.ContainerService/locations/" + r.Region + "/kubernetesVersions"
	answer.Releases = azureReleases(list.Values)
	return answer, nil
}

// azureReleases are minors. The platform does not tell whether a subscription has
// registered the feature that previews are created with.
func azureReleases(minors []*armcontainerservice.KubernetesVersion) []v1alpha1.LiveRelease {
	var releases []v1alpha1.LiveRelease
	for _, minor := range minors {
		if minor == nil || minor.Version == nil {
			continue
		}
		release := v1alpha1.LiveRelease{
			Version: *minor.Version,
			Patches: slices.SortedFunc(maps.Keys(minor.PatchVersions), newestFirst),
			Default: minor.IsDefault != nil && *minor.IsDefault,
			Preview: minor.IsPreview != nil && *minor.IsPreview,
		}
		if !release.Preview {
			release.Creatable = new(true)
		}
		if minor.Capabilities != nil {
			for _, plan := range minor.Capabilities.SupportPlan {
				if plan != nil {
					release.Plans = append(release.Plans, string(*plan))
				}
			}
		}
		releases = append(releases, release)
	}
	return releases
}

// azureCloud is the one that an endpoint belongs to. A private one gets tokens that
// are good for it alone.
func azureCloud(at *url.URL) cloud.Configuration {
	if at == nil {
		return cloud.AzurePublic
	}
	for _, known := range []cloud.Configuration{cloud.AzurePublic, cloud.AzureChina, cloud.AzureGovernment} {
		if strings.TrimSuffix(known.Services[cloud.ResourceManager].Endpoint, "/") == at.String() {
			return known
		}
	}
	return cloud.Configuration{Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
		cloud.ResourceManager: {Endpoint: at.String(), Audience: at.String()},
	}}
}

// credential is the default chain: environment, workload identity, managed identity,
// az, azd, PowerShell. AZURE_TOKEN_CREDENTIALS narrows it.
func (a aks) credential(at cloud.Configuration) (azcore.TokenCredential, error) {
	transport := &tokens{base: a.identity}
	options := &azidentity.DefaultAzureCredentialOptions{ClientOptions: policy.ClientOptions{
		Transport: &http.Client{Transport: transport, CheckRedirect: stay},
		// How often is left to each credential: a metadata service wants more patience than others.
		Retry: policy.RetryOptions{RetryDelay: 250 * time.Millisecond, MaxRetryDelay: longestWait},
	}}
	switch at.ActiveDirectoryAuthorityHost {
	case "":
		// The authority of a private cloud is unknown to the one that vouches for the public ones.
		options.DisableInstanceDiscovery = true
	case cloud.AzurePublic.ActiveDirectoryAuthorityHost:
		// AZURE_AUTHORITY_HOST names another, where it is set.
	default:
		options.Cloud = at
	}
	chain, err := azidentity.NewDefaultAzureCredential(options)
	if err != nil {
		return nil, v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Azure cannot be chosen: correct AZURE_TOKEN_CREDENTIALS, or unset it")
	}
	return &azureChain{chain, transport}, nil
}

// azureChain explains why there is no token: the chain's own text has a page for
// each kind of credential, and the body of an answer.
type azureChain struct {
	azcore.TokenCredential
	transport *tokens
}

func (c *azureChain) GetToken(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := c.TokenCredential.GetToken(ctx, options)
	var refused *azidentity.AuthenticationFailedError
	switch {
	case err == nil:
		return token, nil
	case ctx.Err() != nil:
		return token, ctx.Err()
	case !errors.As(err, &refused):
		return token, v1alpha1.Faultf(v1alpha1.GapForbidden,
			"no credentials for Azure: %s, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET", azureLogin)
	case refused.RawResponse != nil:
		return token, azureTokenFault(refused.RawResponse)
	}
	if network := c.transport.unanswered(); network != nil {
		return token, network
	}
	return token, v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Azure gave no token: %s, or check AZURE_TENANT_ID and AZURE_AUTHORITY_HOST", azureLogin)
}

// entraCode is listed at https://learn.microsoft.com/entra/identity-platform/reference-error-codes.
var entraCode = regexp.MustCompile(`\bAADSTS[0-9]{4,8}\b`)

func azureTokenFault(response *http.Response) *v1alpha1.LiveFault {
	body, _ := io.ReadAll(io.LimitReader(response.Body, 64<<10)) // what is cut short may have a code all the same
	said := strings.TrimSpace(strconv.Itoa(response.StatusCode) + " " + entraCode.FindString(string(body)))
	if passing(response.StatusCode) {
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "token server of Azure is not available (%s): try again later", said)
	}
	return v1alpha1.Faultf(v1alpha1.GapForbidden,
		"Azure refused the credentials (%s): %s, or check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret", said, azureLogin)
}

// azureFault explains an error of
// https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors,
// whose message is not quoted. Response is the last one, and nil where there was none.
func azureFault(err error, response *http.Response, of, region string) error {
	var refused *azcore.ResponseError
	switch {
	case errors.As(err, &refused):
	case response != nil && response.StatusCode == http.StatusOK:
		return v1alpha1.Faultf(v1alpha1.GapMalformed, "%s answered with something else than its API: check the endpoint, and any proxy", response.Request.URL.Host)
	default:
		return err
	}
	status := refused.StatusCode
	said := strings.TrimSpace(strconv.Itoa(status) + " " + code(refused.ErrorCode))
	switch refused.ErrorCode {
	case "SubscriptionNotFound", "InvalidSubscriptionId":
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "subscription %s is not found (%s): name another with --subscription, or log in to its tenant with az login --tenant", of, said)
	case "InvalidAuthenticationTokenTenant":
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Azure are of another tenant than subscription %s (%s): run az login --tenant with its tenant", of, said)
	case "MissingSubscriptionRegistration", "MissingRegistrationForLocation":
		return v1alpha1.Faultf(v1alpha1.GapUnavailable,
			"subscription %s is not registered for AKS (%s): run az provider register --namespace Microsoft.ContainerService --subscription %s", of, said, of)
	case "NoRegisteredProviderFound", "LocationNotAvailableForResourceType", "InvalidLocation", "LocationNotSupported":
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "region %s has no AKS (%s): name another with --region, as az account list-locations names it", region, said)
	case "InvalidApiVersionParameter", "InvalidResourceType":
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "%s does not list versions of AKS (%s): check the endpoint", refused.RawResponse.Request.URL.Host, said)
	}
	switch {
	case status == http.StatusTooManyRequests:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "Azure is throttling (%s): try again in a minute", said)
	case status >= http.StatusInternalServerError || status == http.StatusRequestTimeout:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "Azure is failing (%s): try again later", said)
	case refused.ErrorCode == "":
		return v1alpha1.Faultf(v1alpha1.GapMalformed, "%s answered with something else than its API (%s): check the endpoint, and any proxy",
			refused.RawResponse.Request.URL.Host, said)
	case status == http.StatusUnauthorized:
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "Azure refused the credentials (%s): %s", said, azureLogin)
	case refused.ErrorCode == "AuthorizationFailed":
		return forbidden(azurePermission, "Azure refused (%s): a role with %s in subscription %s is needed, such as Reader", said, azurePermission, of)
	case status == http.StatusForbidden:
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "Azure refused (%s): ask who administers subscription %s", said, of)
	case status == http.StatusNotFound, status == http.StatusBadRequest:
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "region %s or subscription %s is not found (%s): name others with --region and --subscription", region, of, said)
	default:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "Azure refused (%s)", said)
	}
}
