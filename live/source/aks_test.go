package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	azurePlatform     = "azure-kubernetes-service"
	azureToken        = "eyJ0eXAiOiJKV1QiPlantedAzureAccessToken.c2ln"
	azureSecret       = "pL4~planted-client-secret_0Q.x"
	azureTenant       = "5e0f7a4c-1111-4222-8333-444455556666"
	azureClient       = "9c1d2e3f-aaaa-4bbb-8ccc-ddddeeeeffff"
	azureSubscription = "0a1b2c3d-0000-4000-8000-123456789abc"
)

// azureServer is Azure Resource Manager on loopback, and beside it Microsoft Entra,
// which is asked by https alone.
type azureServer struct {
	*httptest.Server
	entra      *httptest.Server
	api, token http.HandlerFunc
	asked      atomic.Int32
}

func newAzureServer(t *testing.T) *azureServer {
	t.Helper()
	noAzure(t)
	s := &azureServer{token: func(w http.ResponseWriter, r *http.Request) {
		respond(http.StatusOK, `{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"`+azureToken+`"}`)(w, r)
	}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if r.Method != http.MethodGet {
			t.Errorf("API was asked with %s", r.Method)
		}
		if want := "/subscriptions/" + azureSubscription + "/providers/Microsoft.ContainerService/locations/westeurope/kubernetesVersions"; r.URL.Path != want {
			t.Errorf("asked for %s, want %s", r.URL.Path, want)
		}
		if r.URL.RawQuery != "api-version=2025-02-01" {
			t.Errorf("API was asked with the query %q", r.URL.RawQuery)
		}
		if got := r.Header.Get("Authorization"); got != "Bearer "+azureToken {
			t.Errorf("API was asked with the authorization %q", got)
		}
		if got := r.Header.Get("User-Agent"); !strings.HasPrefix(got, "kubectl-versions-live azsdk-go-armcontainerservice/v6.6.0 ") {
			t.Errorf("API was asked by %q", got)
		}
		s.api(w, r)
	}))
	t.Cleanup(s.Close)

	entra := http.NewServeMux()
	entra.HandleFunc("GET /"+azureTenant+"/v2.0/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		respond(http.StatusOK, strings.ReplaceAll(`{"issuer":"AT/v2.0","authorization_endpoint":"AT/oauth2/v2.0/authorize","token_endpoint":"AT/oauth2/v2.0/token"}`,
			"AT", s.entra.URL+"/"+azureTenant))(w, r)
	})
	entra.HandleFunc("POST /"+azureTenant+"/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		for name, want := range map[string]string{"grant_type": "client_credentials", "client_id": azureClient, "client_secret": azureSecret} {
			if got := r.FormValue(name); got != want {
				t.Errorf("token was asked for with %s %q, want %q", name, got, want)
			}
		}
		if got := strings.Fields(r.FormValue("scope")); len(got) == 0 || got[0] != s.URL+"/.default" {
			t.Errorf("token was asked for with the scope %q", got)
		}
		s.token(w, r)
	})
	entra.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("token server was asked for %s", r.URL) })
	s.entra = httptest.NewTLSServer(entra)
	t.Cleanup(s.entra.Close)

	plantAzure(t)
	t.Setenv("AZURE_AUTHORITY_HOST", s.entra.URL)
	return s
}

// plantAzure puts the secret of an application into the environment.
func plantAzure(t *testing.T) {
	t.Helper()
	t.Setenv("AZURE_TENANT_ID", azureTenant)
	t.Setenv("AZURE_CLIENT_ID", azureClient)
	t.Setenv("AZURE_CLIENT_SECRET", azureSecret)
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
}

// noAzure is an environment in which no credential of Azure is found, and no program
// that could have one.
func noAzure(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	t.Setenv("PATH", filepath.Join(home, "bin"))
	for _, variable := range append(os.Environ(), "AZURE_TOKEN_CREDENTIALS=") {
		name, _, _ := strings.Cut(variable, "=")
		for _, prefix := range []string{"AZURE_", "IDENTITY_", "IMDS_", "MSI_"} {
			if strings.HasPrefix(name, prefix) {
				t.Setenv(name, "") // puts it back after the test
				os.Unsetenv(name)
			}
		}
	}
}

func (s *azureServer) source() aks { return aks{identity: s.entra.Client().Transport} }

func (s *azureServer) query() *v1alpha1.LiveQuery {
	return &v1alpha1.LiveQuery{Platform: azurePlatform, Region: "westeurope", Subscription: azureSubscription, Endpoint: s.URL, TimeoutSeconds: 20}
}

func (s *azureServer) ask(t *testing.T, q *v1alpha1.LiveQuery) *v1alpha1.LiveReleases {
	t.Helper()
	return askQuietly(t.Context(), t, s.source(), q, []string{azureToken, azureSecret})
}

// kubernetesVersionsBody is shaped as the reference says, with fields and a plan that
// it does not have yet.
const kubernetesVersionsBody = `{
  "values": [
    {"version": "1.34", "capabilities": {"supportPlan": ["KubernetesOfficial", "AKSLongTermSupport"]},
     "patchVersions": {"1.34.9": {"upgrades": ["1.34.10", "1.35.4"]}, "1.34.10": {"upgrades": ["1.35.4"]}}},
    {"version": "1.35", "isDefault": true, "isPreview": null, "capabilities": {"supportPlan": ["KubernetesOfficial", "AKSLongTermSupport"]},
     "patchVersions": {"1.35.4": {"upgrades": ["1.36.1"]}}},
    {"version": "1.36", "isDefault": false, "isPreview": true, "capabilities": {"supportPlan": ["KubernetesOfficial"], "unheardOf": {}},
     "patchVersions": {"1.36.1": {"upgrades": []}, "1.36.0": {"upgrades": ["1.36.1"], "unheardOf": 1}}},
    {"version": "1.30", "capabilities": {"supportPlan": ["AKSLongTermSupport", "AKSGeologicalSupport"]}, "patchVersions": {"1.30.14": {}}, "unheardOf": "x"},
    {"version": "1.29"}
  ],
  "unheardOf": true
}`

func TestAKSListsMinorsWithTheirPatches(t *testing.T) {
	s := newAzureServer(t)
	s.api = respond(http.StatusOK, kubernetesVersionsBody)
	answer := s.ask(t, s.query())
	if answer.Fault != nil {
		t.Fatal(answer.Fault)
	}
	want := []v1alpha1.LiveRelease{
		{Version: "1.36", Patches: []string{"1.36.1", "1.36.0"}, Preview: true, Plans: []string{"KubernetesOfficial"}},
		{Version: "1.35", Patches: []string{"1.35.4"}, Creatable: new(true), Default: true, Plans: []string{"KubernetesOfficial", "AKSLongTermSupport"}},
		{Version: "1.34", Patches: []string{"1.34.10", "1.34.9"}, Creatable: new(true), Plans: []string{"KubernetesOfficial", "AKSLongTermSupport"}},
		{Version: "1.30", Patches: []string{"1.30.14"}, Creatable: new(true), Plans: []string{"AKSLongTermSupport", "AKSGeologicalSupport"}},
		{Version: "1.29", Creatable: new(true)},
	}
	if diff := gocmp.Diff(want, answer.Releases); diff != "" {
		t.Errorf("releases (-want +got):\n%s", diff)
	}
	if want := s.URL + "/subscriptions/" + azureSubscription + "/providers/Microsoft.ContainerService/locations/westeurope/kubernetesVersions"; answer.Source != want {
		t.Errorf("source %q, want %q", answer.Source, want)
	}
	if answer.Platform != azurePlatform || answer.Region != "westeurope" || answer.ReadAt.Format(time.RFC3339Nano) != "2026-11-20T12:00:00Z" {
		t.Errorf("answer is of %s in %s at %s", answer.Platform, answer.Region, answer.ReadAt)
	}
	if len(answer.Raw) != 1 || string(answer.Raw[0].Raw) != kubernetesVersionsBody {
		t.Errorf("raw %s, want the body alone", answer.Raw)
	}
}

func TestAKSTakesTheSubscriptionOfTheEnvironment(t *testing.T) {
	s := newAzureServer(t)
	s.api = respond(http.StatusOK, kubernetesVersionsBody)
	t.Setenv("AZURE_SUBSCRIPTION_ID", azureSubscription)
	q := s.query()
	q.Subscription = ""
	if answer := s.ask(t, q); answer.Fault != nil {
		t.Error(answer.Fault)
	}
}

func TestAKSNeedsARegionAndASubscription(t *testing.T) {
	tests := []struct {
		name, region, typed, environment, want string
	}{
		{"no region", "", azureSubscription, "", "region is needed: name it with --region"},
		{"no subscription", "westeurope", "", "", "subscription is needed: name it with --subscription"},
		{"a name in the environment", "westeurope", "", "Pay-As-You-Go", "subscription in AZURE_SUBSCRIPTION_ID is not one: name its id with --subscription"},
		{"a name", "westeurope", "Pay-As-You-Go", "", `subscription "Pay-As-You-Go" is not one: want an id such as 00000000-0000-0000-0000-000000000000`},
		{"a region as the portal shows it", "West Europe", azureSubscription, "", `region "West Europe" is not one: want a name such as eu-central-1 or westeurope`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAzureServer(t)
			s.api = func(http.ResponseWriter, *http.Request) { t.Error("API was asked") }
			t.Setenv("AZURE_SUBSCRIPTION_ID", tt.environment)
			q := s.query()
			q.Region, q.Subscription = tt.region, tt.typed
			wantFault(t, s.ask(t, q), v1alpha1.LiveFault{Reason: "NotFound", Message: tt.want})
		})
	}
}

func TestAKSCloudsAreKnownByTheirEndpoint(t *testing.T) {
	tests := []struct {
		name, endpoint                string
		wantAPI, wantScope, wantLogin string
	}{
		{"none is the public cloud", "", "management.azure.com", "https://management.core.windows.net//.default", "login.microsoftonline.com"},
		{"the public one", "https://management.azure.com/", "management.azure.com", "https://management.core.windows.net//.default", "login.microsoftonline.com"},
		{"the public one, written in another way", "HTTPS://Management.Azure.Com:443", "management.azure.com", "https://management.core.windows.net//.default", "login.microsoftonline.com"},
		{"China", "management.chinacloudapi.cn", "management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn//.default", "login.chinacloudapi.cn"},
		{"US Government", "management.usgovcloudapi.net", "management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net//.default", "login.microsoftonline.us"},
		{"a private one gets tokens for itself alone", "management.azure.example", "management.azure.example", "https://management.azure.example/.default", "login.microsoftonline.com"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noAzure(t)
			plantAzure(t)
			var login, scope, asked string
			identity := roundTrip(func(r *http.Request) (*http.Response, error) {
				w := httptest.NewRecorder()
				switch at := "https://" + r.URL.Host + "/" + azureTenant; {
				case r.Method == http.MethodPost:
					login, scope = r.URL.Host, strings.Fields(r.FormValue("scope"))[0]
					respond(http.StatusOK, `{"token_type":"Bearer","expires_in":3599,"access_token":"`+azureToken+`"}`)(w, r)
				case strings.HasSuffix(r.URL.Path, "/discovery/instance"):
					respond(http.StatusOK, `{"tenant_discovery_endpoint":"`+at+`/v2.0/.well-known/openid-configuration","api-version":"1.1","metadata":[]}`)(w, r)
				default:
					respond(http.StatusOK, `{"issuer":"`+at+`/v2.0","authorization_endpoint":"`+at+`/authorize","token_endpoint":"`+at+`/oauth2/v2.0/token"}`)(w, r)
				}
				return w.Result(), nil
			})
			api := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				asked = r.URL.Host
				w := httptest.NewRecorder()
				respond(http.StatusOK, kubernetesVersionsBody)(w, r)
				return w.Result(), nil
			})}
			at, err := endpoint(tt.endpoint)
			if err != nil {
				t.Fatal(err)
			}
			q := &v1alpha1.LiveQuery{Platform: azurePlatform, Region: "westeurope", Subscription: azureSubscription}
			answer, err := aks{identity}.Releases(t.Context(), &Request{q, at, api})
			if err != nil {
				t.Fatal(err)
			}
			if asked != tt.wantAPI || login != tt.wantLogin || scope != tt.wantScope {
				t.Errorf("asked %s with a token of %s for %s, want %s, %s, %s", asked, login, scope, tt.wantAPI, tt.wantLogin, tt.wantScope)
			}
			if want := "https://" + tt.wantAPI + "/subscriptions/"; !strings.HasPrefix(answer.Source, want) {
				t.Errorf("source %s, want it at %s", answer.Source, want)
			}
		})
	}
}

func azureErrorBody(code string) string {
	body, _ := json.Marshal(map[string]map[string]string{"error": {"code": code,
		"message": "request with Authorization: Bearer " + azureToken + " was refused; secret " + azureSecret}})
	return string(body)
}

func TestAKSFaultsOfTheAPI(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   v1alpha1.LiveFault
		asked  int32
	}{
		{"a token that the API does not take", respond(401, azureErrorBody("ExpiredAuthenticationToken")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Azure refused the credentials (401 ExpiredAuthenticationToken): run az login"}, 1},
		{"a token of another tenant", respond(401, azureErrorBody("InvalidAuthenticationTokenTenant")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "credentials for Azure are of another tenant than subscription SUBSCRIPTION (401 InvalidAuthenticationTokenTenant): run az login --tenant with its tenant"}, 1},
		{"a role without the permission", respond(403, azureErrorBody("AuthorizationFailed")),
			v1alpha1.LiveFault{Reason: "Forbidden", Permission: "Microsoft.ContainerService/locations/kubernetesVersions/read",
				Message: "Azure refused (403 AuthorizationFailed): a role with Microsoft.ContainerService/locations/kubernetesVersions/read in subscription SUBSCRIPTION is needed, such as Reader"}, 1},
		{"a policy", respond(403, azureErrorBody("RequestDisallowedByPolicy")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Azure refused (403 RequestDisallowedByPolicy): ask who administers subscription SUBSCRIPTION"}, 1},
		{"a subscription that is none", respond(404, azureErrorBody("SubscriptionNotFound")),
			v1alpha1.LiveFault{Reason: "NotFound", Message: "subscription SUBSCRIPTION is not found (404 SubscriptionNotFound): name another with --subscription, or log in to its tenant with az login --tenant"}, 1},
		{"a subscription that is not registered", respond(409, azureErrorBody("MissingSubscriptionRegistration")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "subscription SUBSCRIPTION is not registered for AKS (409 MissingSubscriptionRegistration): run az provider register --namespace Microsoft.ContainerService --subscription SUBSCRIPTION"}, 1},
		{"a region without AKS", respond(400, azureErrorBody("NoRegisteredProviderFound")),
			v1alpha1.LiveFault{Reason: "NotFound", Message: "region westeurope has no AKS (400 NoRegisteredProviderFound): name another with --region, as az account list-locations names it"}, 1},
		{"an endpoint without that list", respond(404, azureErrorBody("InvalidResourceType")),
			v1alpha1.LiveFault{Reason: "NotFound", Message: "HOST does not list versions of AKS (404 InvalidResourceType): check the endpoint"}, 1},
		{"something else that is not found", respond(404, azureErrorBody("ResourceNotFound")),
			v1alpha1.LiveFault{Reason: "NotFound", Message: "region westeurope or subscription SUBSCRIPTION is not found (404 ResourceNotFound): name others with --region and --subscription"}, 1},
		{"throttling, three times", respond(429, azureErrorBody("TooManyRequests")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "Azure is throttling (429 TooManyRequests): try again in a minute"}, 3},
		{"throttling for a minute", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, azureErrorBody("SubscriptionRequestsThrottled"))
		}, v1alpha1.LiveFault{Reason: "Unavailable", Message: "Azure is throttling (429 SubscriptionRequestsThrottled): try again in a minute"}, 1},
		{"a failing platform, three times", respond(503, azureErrorBody("ServiceUnavailable")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "Azure is failing (503 ServiceUnavailable): try again later"}, 3},
		{"a failing gateway, three times", respond(502, "<html>bad gateway</html>"),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "Azure is failing (502): try again later"}, 3},
		{"a conflict that is not known here", respond(409, azureErrorBody("Conflict")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "Azure refused (409 Conflict)"}, 1},
		{"a token in place of a code", respond(403, azureErrorBody(azureToken)),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Azure refused (403): ask who administers subscription SUBSCRIPTION"}, 1},
		{"a document without versions", respond(200, `{"values":[null,{"isDefault":true}]}`),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "SERVER/subscriptions/SUBSCRIPTION/providers/Microsoft.ContainerService/locations/westeurope/kubernetesVersions lists no versions"}, 1},
		{"nothing", respond(200, ""),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "SERVER/subscriptions/SUBSCRIPTION/providers/Microsoft.ContainerService/locations/westeurope/kubernetesVersions lists no versions"}, 1},
		{"a web page", respond(200, "<html>log in to the network with "+azureToken+"</html>"),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "HOST answered with something else than its API: check the endpoint, and any proxy"}, 1},
		{"a web page that refuses", respond(403, "<html>blocked: "+azureToken+"</html>"),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "HOST answered with something else than its API (403): check the endpoint, and any proxy"}, 1},
		{"versions that are no text", respond(200, `{"values":[{"version":1.36,"note":"`+azureToken+`"}]}`),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "HOST answered with something else than its API: check the endpoint, and any proxy"}, 1},
	}
	s := newAzureServer(t)
	named := strings.NewReplacer("SUBSCRIPTION", azureSubscription, "SERVER", s.URL, "HOST", strings.TrimPrefix(s.URL, "http://"))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.api = tt.answer
			s.asked.Store(0)
			tt.want.Message = named.Replace(tt.want.Message)
			wantFault(t, s.ask(t, s.query()), tt.want)
			if got := s.asked.Load(); got != tt.asked {
				t.Errorf("asked %d times, want %d", got, tt.asked)
			}
		})
	}
}

func TestAKSIsAskedAgainAfterABodyThatWasCutShort(t *testing.T) {
	s := newAzureServer(t)
	s.api = func(w http.ResponseWriter, r *http.Request) {
		if s.asked.Load() < 2 {
			cutShort(`{"values":[`)(w, r)
			return
		}
		respond(http.StatusOK, kubernetesVersionsBody)(w, r)
	}
	answer := s.ask(t, s.query())
	if answer.Fault != nil || len(answer.Raw) != 1 || string(answer.Raw[0].Raw) != kubernetesVersionsBody {
		t.Errorf("fault %v, raw %s", answer.Fault, answer.Raw)
	}
}

func TestAKSBodiesThatAreAlwaysCutShort(t *testing.T) {
	s := newAzureServer(t)
	s.api = cutShort(`{"values":[`)
	wantFault(t, s.ask(t, s.query()), v1alpha1.LiveFault{Reason: "Malformed", Message: "the answer was cut short: check the network and proxies, and try again"})
}

func TestAKSFaultsOfCredentials(t *testing.T) {
	entraError := func(status int, code, description string) http.HandlerFunc {
		return respond(status, fmt.Sprintf(`{"error":%q,"error_description":"%s Trace ID: %s secret %s","error_codes":[7000215]}`, code, description, azureTenant, azureSecret))
	}
	tests := []struct {
		name  string
		token http.HandlerFunc
		want  v1alpha1.LiveFault
	}{
		{"a secret that is wrong", entraError(401, "invalid_client", "AADSTS7000215: Invalid client secret provided."),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Azure refused the credentials (401 AADSTS7000215): run az login, or check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret"}},
		{"an application that the tenant has not", entraError(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory."),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Azure refused the credentials (400 AADSTS700016): run az login, or check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret"}},
		{"a web page", respond(403, "<html>"+azureSecret+"</html>"),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Azure refused the credentials (403): run az login, or check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret"}},
		{"a web page in place of a token", respond(200, "<html>"+azureSecret+"</html>"),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "credentials for Azure gave no token: run az login, or check AZURE_TENANT_ID and AZURE_AUTHORITY_HOST"}},
		{"a token server that fails", respond(503, azureSecret),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "token server of Azure is not available (503): try again later"}},
	}
	s := newAzureServer(t)
	s.api = func(http.ResponseWriter, *http.Request) { t.Error("API was asked without a token") }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.token = tt.token
			wantFault(t, s.ask(t, s.query()), tt.want)
		})
	}
}

func TestAKSWithoutCredentials(t *testing.T) {
	q := &v1alpha1.LiveQuery{Platform: azurePlatform, Region: "westeurope", Subscription: azureSubscription, Endpoint: "http://127.0.0.1:1"}
	none := v1alpha1.LiveFault{Reason: "Forbidden",
		Message: "no credentials for Azure: run az login, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"}

	t.Run("the whole chain, without a network", func(t *testing.T) {
		noAzure(t)
		refusing := roundTrip(func(*http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("network is unreachable")}
		})
		wantFault(t, askQuietly(t.Context(), t, aks{refusing}, q, nil), none)
	})
	t.Run("the whole chain, where the metadata service does not answer", func(t *testing.T) {
		noAzure(t)
		silent := roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		begun := time.Now()
		wantFault(t, askQuietly(t.Context(), t, aks{silent}, q, nil), none)
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
	})
	t.Run("a part of the chain that is none", func(t *testing.T) {
		noAzure(t)
		t.Setenv("AZURE_TOKEN_CREDENTIALS", azureSecret)
		wantFault(t, askQuietly(t.Context(), t, aks{http.DefaultTransport}, q, []string{azureSecret}), v1alpha1.LiveFault{Reason: "Forbidden",
			Message: "credentials for Azure cannot be chosen: correct AZURE_TOKEN_CREDENTIALS, or unset it"})
	})
	t.Run("a token server that nobody serves", func(t *testing.T) {
		noAzure(t)
		plantAzure(t)
		t.Setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:1")
		wantFault(t, askQuietly(t.Context(), t, aks{http.DefaultTransport}, q, []string{azureSecret}), v1alpha1.LiveFault{Reason: "Unavailable",
			Message: "dial tcp 127.0.0.1:1: connect: connection refused: check the network"})
	})
	t.Run("an authority without https", func(t *testing.T) {
		noAzure(t)
		plantAzure(t)
		t.Setenv("AZURE_AUTHORITY_HOST", "http://127.0.0.1:1")
		wantFault(t, askQuietly(t.Context(), t, aks{http.DefaultTransport}, q, []string{azureSecret}), none)
	})
}

func TestAKSEndsWithItsContext(t *testing.T) {
	timeout := v1alpha1.LiveFault{Reason: "Timeout", Message: "no answer within 1s: check the network, or wait longer with --request-timeout"}
	interrupted := v1alpha1.LiveFault{Reason: "Interrupted", Message: "interrupted"}
	tests := []struct {
		name   string
		slow   func(*azureServer, http.HandlerFunc)
		cancel bool
		want   v1alpha1.LiveFault
	}{
		{"an API that does not answer in time", func(s *azureServer, h http.HandlerFunc) { s.api = h }, false, timeout},
		{"a token server that does not answer in time", func(s *azureServer, h http.HandlerFunc) { s.token = h }, false, timeout},
		{"an API that was being waited for", func(s *azureServer, h http.HandlerFunc) { s.api = h }, true, interrupted},
		{"a token server that was being waited for", func(s *azureServer, h http.HandlerFunc) { s.token = h }, true, interrupted},
		{"a second try that was being waited for", func(s *azureServer, _ http.HandlerFunc) {
			s.api = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "4")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}, true, interrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newAzureServer(t)
			over := make(chan struct{})
			t.Cleanup(func() { close(over) })
			tt.slow(s, func(http.ResponseWriter, *http.Request) { <-over })
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			q := s.query()
			if tt.cancel {
				time.AfterFunc(200*time.Millisecond, cancel)
			} else {
				q.TimeoutSeconds = 1
			}
			begun := time.Now()
			wantFault(t, askQuietly(ctx, t, s.source(), q, []string{azureToken, azureSecret}), tt.want)
			if took, most := time.Since(begun), 1500*time.Millisecond; took > most {
				t.Errorf("took %s, want at most %s", took, most)
			}
		})
	}
}
