package source

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const (
	googlePlanted  = "ya29.c.c0ASRK0GaPlantedAccessTokenOfATest"
	googleKeyID    = "5f2c0plantedkeyid9d41"
	googleAccount  = "reader@fleet-prod.iam.gserviceaccount.com"
	googlePlatform = "google-kubernetes-engine"
)

// googleServer is the API of GKE and the token server of Google, on loopback.
type googleServer struct {
	*httptest.Server
	api, token http.HandlerFunc
	asked      atomic.Int32
	secrets    []string
}

// newGoogleServer has a service account's file in the environment that its token
// server knows. Extra are fields of that file.
func newGoogleServer(t *testing.T, extra map[string]string) *googleServer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s := &googleServer{secrets: []string{googlePlanted, googleKeyID, base64.StdEncoding.EncodeToString(der)[100:140]}}
	s.token = func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"access_token":%q,"expires_in":3599,"token_type":"Bearer"}`, googlePlanted)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
			t.Errorf("token was asked for with grant_type %q", r.FormValue("grant_type"))
		}
		checkAssertion(t, &key.PublicKey, r.FormValue("assertion"), s.URL+"/token")
		s.token(w, r)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if r.Method != http.MethodGet {
			t.Errorf("API was asked with %s", r.Method)
		}
		if got := r.Header.Get("Authorization"); got != "Bearer "+googlePlanted {
			t.Errorf("API was asked with the authorization %q", got)
		}
		if got := r.Header.Get("User-Agent"); got != "kubectl-versions-live" {
			t.Errorf("API was asked by %q", got)
		}
		if r.URL.RawQuery != "" {
			t.Errorf("API was asked with the query %q", r.URL.RawQuery)
		}
		s.api(w, r)
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)

	file := map[string]string{
		"type": "service_account", "project_id": "fleet-prod", "private_key_id": googleKeyID,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": googleAccount, "client_id": "104857600000000000001", "token_uri": s.URL + "/token",
	}
	for name, value := range extra {
		file[name] = value
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(noGoogle(t), "reader.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
	return s
}

// noGoogle is a home without credentials. The metadata server is one that nobody
// serves: where it is named, none is searched for.
func noGoogle(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "APPDATA": home, "GCE_METADATA_HOST": "127.0.0.1:1",
		"GOOGLE_APPLICATION_CREDENTIALS": "", "GOOGLE_CLOUD_QUOTA_PROJECT": "",
	} {
		t.Setenv(name, value)
	}
	return home
}

func checkAssertion(t *testing.T, key *rsa.PublicKey, assertion, audience string) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		t.Errorf("assertion %q is no JWT", assertion)
		return
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		t.Error(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature); err != nil {
		t.Error("assertion is not signed by the service account:", err)
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Error(err)
	}
	var claims struct{ Iss, Scope, Aud string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Error(err)
	}
	if claims.Iss != googleAccount || claims.Aud != audience || claims.Scope != "https://www.googleapis.com/auth/cloud-platform" {
		t.Errorf("assertion claims %+v", claims)
	}
}

func respond(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.Header().Set("Retry-After", "0")
		w.Header().Set("Retry-After-Ms", "1")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func wantFault(t *testing.T, answer *v1alpha1.LiveReleases, want v1alpha1.LiveFault) {
	t.Helper()
	if answer.Fault == nil {
		t.Fatalf("answer %+v has no fault", answer)
	}
	if diff := gocmp.Diff(want, *answer.Fault); diff != "" {
		t.Errorf("fault (-want +got):\n%s", diff)
	}
	if len(answer.Releases) > 0 || len(answer.Raw) > 0 {
		t.Errorf("fault comes with releases %+v and raw %s", answer.Releases, answer.Raw)
	}
}

func (s *googleServer) query() *v1alpha1.LiveQuery {
	return &v1alpha1.LiveQuery{Platform: googlePlatform, Region: "europe-west4", Project: "shop-prod", Endpoint: s.URL, TimeoutSeconds: 20}
}

func (s *googleServer) ask(t *testing.T, q *v1alpha1.LiveQuery) *v1alpha1.LiveReleases {
	t.Helper()
	return askQuietly(t.Context(), t, gke{}, q, s.secrets)
}

// serverConfigBody is shaped as the reference says, with a channel and fields that
// it does not have yet.
const serverConfigBody = `{
  "defaultClusterVersion": "1.35.6-gke.1204000",
  "validNodeVersions": ["1.36.3-gke.1640000", "1.36.3-gke.980000", "1.35.6-gke.1204000", "1.34.9-gke.1150000", "1.33.12-gke.1400000", "1.30.14-gke.2800000"],
  "defaultImageType": "COS_CONTAINERD",
  "validImageTypes": ["COS_CONTAINERD", "UBUNTU_CONTAINERD", "WINDOWS_LTSC_CONTAINERD"],
  "validMasterVersions": ["1.34.9-gke.1150000", "1.36.3-gke.980000", "1.36.3-gke.1640000", "1.35.6-gke.1204000"],
  "channels": [
    {"channel": "RAPID", "defaultVersion": "1.36.3-gke.1640000", "upgradeTargetVersion": "1.36.3-gke.1640000",
     "validVersions": ["1.37.0-gke.1000000", "1.36.3-gke.1640000", "1.36.3-gke.980000"]},
    {"channel": "REGULAR", "defaultVersion": "1.35.6-gke.1204000", "validVersions": ["1.36.3-gke.980000", "1.35.6-gke.1204000"]},
    {"channel": "STABLE", "defaultVersion": "1.34.9-gke.1150000", "validVersions": ["1.35.6-gke.1204000", "1.34.9-gke.1150000"]},
    {"channel": "EXTENDED", "defaultVersion": "1.34.9-gke.1150000", "validVersions": ["1.34.9-gke.1150000", "1.33.12-gke.1400000"]},
    {"channel": "GLACIAL", "validVersions": ["1.33.12-gke.1400000"], "thawsAt": {"year": 2031}}
  ],
  "windowsVersionMaps": {"1.36.3-gke.1640000": {"windowsVersions": []}},
  "unheardOf": [1, 2]
}`

func TestGKEListsVersionsWithTheirChannels(t *testing.T) {
	s := newGoogleServer(t, nil)
	s.api = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/projects/shop-prod/locations/europe-west4/serverConfig" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		if got := r.Header.Get("X-Goog-User-Project"); got != "" {
			t.Errorf("counted in %q", got)
		}
		respond(http.StatusOK, serverConfigBody)(w, r)
	}
	answer := s.ask(t, s.query())
	if answer.Fault != nil {
		t.Fatal(answer.Fault)
	}
	want := []v1alpha1.LiveRelease{
		{Version: "1.37.0-gke.1000000", Creatable: new(true), Channels: []string{"RAPID"}},
		{Version: "1.36.3-gke.1640000", Creatable: new(true), Channels: []string{"RAPID"}},
		{Version: "1.36.3-gke.980000", Creatable: new(true), Channels: []string{"RAPID", "REGULAR"}},
		{Version: "1.35.6-gke.1204000", Creatable: new(true), Default: true, Channels: []string{"REGULAR", "STABLE"}},
		{Version: "1.34.9-gke.1150000", Creatable: new(true), Channels: []string{"STABLE", "EXTENDED"}},
		{Version: "1.33.12-gke.1400000", Creatable: new(true), Channels: []string{"EXTENDED", "GLACIAL"}},
	}
	if diff := gocmp.Diff(want, answer.Releases); diff != "" {
		t.Errorf("releases (-want +got):\n%s", diff)
	}
	if want := s.URL + "/v1/projects/shop-prod/locations/europe-west4/serverConfig"; answer.Source != want {
		t.Errorf("source %q, want %q", answer.Source, want)
	}
	if answer.Platform != googlePlatform || answer.Region != "europe-west4" || answer.ReadAt.Format(time.RFC3339Nano) != "2026-11-20T12:00:00Z" {
		t.Errorf("answer is of %s in %s at %s", answer.Platform, answer.Region, answer.ReadAt)
	}
	if len(answer.Raw) != 1 || string(answer.Raw[0].Raw) != serverConfigBody {
		t.Errorf("raw %s, want the body alone", answer.Raw)
	}
}

func TestGKEKeepsHundredsOfVersionsNewestFirst(t *testing.T) {
	s := newGoogleServer(t, nil)
	var want []string
	for minor := 37; minor >= 33; minor-- {
		for patch := 12; patch >= 0; patch-- {
			for _, build := range []int{12000001, 2000000, 999, 80} {
				want = append(want, fmt.Sprintf("1.%d.%d-gke.%d", minor, patch, build))
			}
		}
	}
	want = append(want, "1.32.0", "next") // no build, and no version
	sent := slices.Clone(want)
	slices.Sort(sent)
	body, err := json.Marshal(map[string][]string{"validMasterVersions": sent})
	if err != nil {
		t.Fatal(err)
	}
	s.api = respond(http.StatusOK, string(body))
	var got []string
	for _, release := range s.ask(t, s.query()).Releases {
		got = append(got, release.Version)
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
}

func TestGKEProjects(t *testing.T) {
	tests := []struct {
		name                      string
		asked, quotaFile, quotaOf string
		wantPath, wantQuota       string
	}{
		{"the one asked for goes before the credentials' own", "shop-prod", "", "", "shop-prod", ""},
		{"one is named by its number", "123456789012", "", "", "123456789012", ""},
		{"the credentials' own is asked about where none is named", "", "", "", "fleet-prod", ""},
		{"the credentials name one that they are counted in", "shop-prod", "quota-a", "", "shop-prod", "quota-a"},
		{"the environment names another", "shop-prod", "quota-a", "quota-b", "shop-prod", "quota-b"},
		{"what is none is not sent", "shop-prod", "", "../x", "shop-prod", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newGoogleServer(t, map[string]string{"quota_project_id": tt.quotaFile})
			t.Setenv("GOOGLE_CLOUD_QUOTA_PROJECT", tt.quotaOf)
			s.api = func(w http.ResponseWriter, r *http.Request) {
				if want := "/v1/projects/" + tt.wantPath + "/locations/europe-west4/serverConfig"; r.URL.Path != want {
					t.Errorf("asked for %s, want %s", r.URL.Path, want)
				}
				if got := r.Header.Get("X-Goog-User-Project"); got != tt.wantQuota {
					t.Errorf("counted in %q, want %q", got, tt.wantQuota)
				}
				respond(http.StatusOK, serverConfigBody)(w, r)
			}
			q := s.query()
			q.Project = tt.asked
			if answer := s.ask(t, q); answer.Fault != nil {
				t.Error(answer.Fault)
			}
		})
	}
}

// roundTrip answers without a network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestGKEIsAskedAtItsPublicAddress(t *testing.T) {
	s := newGoogleServer(t, nil)
	q := s.query()
	q.Endpoint = ""
	var asked string
	api := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.String()
		w := httptest.NewRecorder()
		respond(http.StatusOK, serverConfigBody)(w, r)
		return w.Result(), nil
	})}
	answer, err := gke{}.Releases(t.Context(), &Request{LiveQuery: q, API: api})
	if err != nil {
		t.Fatal(err)
	}
	const want = "https://container.googleapis.com/v1/projects/shop-prod/locations/europe-west4/serverConfig"
	if asked != want || answer.Source != want {
		t.Errorf("asked %s, source %s, want %s", asked, answer.Source, want)
	}
}

func googleErrorBody(status int, word, reason, consumer string) string {
	details := ""
	if reason != "" {
		details = fmt.Sprintf(`,"details":[{"@type":"type.googleapis.com/google.rpc.Help","links":[]},`+
			`{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":%q,"domain":"googleapis.com",`+
			`"metadata":{"service":"container.googleapis.com","consumer":%q}}]`, reason, consumer)
	}
	return fmt.Sprintf(`{"error":{"code":%d,"message":"request with Authorization: Bearer %s was refused","status":%q%s}}`,
		status, googlePlanted, word, details)
}

func TestGKEFaultsOfTheAPI(t *testing.T) {
	tests := []struct {
		name   string
		answer http.HandlerFunc
		want   v1alpha1.LiveFault
		asked  int32
	}{
		{"a token that the API does not take",
			respond(401, googleErrorBody(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", "")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Google Cloud refused the credentials (401 ACCESS_TOKEN_EXPIRED): run gcloud auth application-default login"}, 1},
		{"a role without the permission",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "", "")),
			v1alpha1.LiveFault{Reason: "Forbidden", Permission: "container.clusters.list",
				Message: "Google Cloud refused (403 PERMISSION_DENIED): a role with container.clusters.list in project shop-prod is needed, such as roles/container.clusterViewer"}, 1},
		{"a role without the permission, with a reason",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "IAM_PERMISSION_DENIED", "")),
			v1alpha1.LiveFault{Reason: "Forbidden", Permission: "container.clusters.list",
				Message: "Google Cloud refused (403 IAM_PERMISSION_DENIED): a role with container.clusters.list in project shop-prod is needed, such as roles/container.clusterViewer"}, 1},
		{"an API that is not enabled",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "projects/123456789012")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "the Kubernetes Engine API is not enabled in the project (403 SERVICE_DISABLED): run gcloud services enable container.googleapis.com --project shop-prod"}, 1},
		{"a person's credentials, counted in gcloud's own project",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "SERVICE_DISABLED", "projects/764086051850")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "credentials for Google Cloud have no quota project (403 SERVICE_DISABLED): run gcloud auth application-default set-quota-project shop-prod"}, 1},
		{"a quota project that may not be used",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "USER_PROJECT_DENIED", "projects/quota-a")),
			v1alpha1.LiveFault{Reason: "Forbidden", Permission: "serviceusage.services.use",
				Message: "quota project of the credentials cannot be used (403 USER_PROJECT_DENIED): run gcloud auth application-default set-quota-project shop-prod, or ask for roles/serviceusage.serviceUsageConsumer"}, 1},
		{"a token without the scope",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "credentials for Google Cloud lack the scope cloud-platform (403 ACCESS_TOKEN_SCOPE_INSUFFICIENT): run gcloud auth application-default login, or widen the access scopes of this machine"}, 1},
		{"a perimeter",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "SECURITY_POLICY_VIOLATED", "")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "VPC Service Controls of the organization refused (403 SECURITY_POLICY_VIOLATED): ask from a network that they allow"}, 1},
		{"a reason that is not known here",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "BILLING_DISABLED", "")),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Google Cloud refused (403 BILLING_DISABLED): ask who administers project shop-prod"}, 1},
		{"a project that is deleted",
			respond(403, googleErrorBody(403, "PERMISSION_DENIED", "CONSUMER_INVALID", "projects/shop-prod")),
			v1alpha1.LiveFault{Reason: "NotFound", Message: "project shop-prod is not found (403 CONSUMER_INVALID): name another with --project"}, 1},
		{"a location that is none",
			respond(400, googleErrorBody(400, "INVALID_ARGUMENT", "", "")),
			v1alpha1.LiveFault{Reason: "NotFound", Message: "region europe-west4 or project shop-prod is not found (400 INVALID_ARGUMENT): name others with --region and --project"}, 1},
		{"a project that is none",
			respond(404, googleErrorBody(404, "NOT_FOUND", "", "")),
			v1alpha1.LiveFault{Reason: "NotFound", Message: "region europe-west4 or project shop-prod is not found (404 NOT_FOUND): name others with --region and --project"}, 1},
		{"a quota that is used up, three times",
			respond(429, googleErrorBody(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "projects/123456789012")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "Google Cloud is throttling (429 RATE_LIMIT_EXCEEDED): try again in a minute"}, 3},
		{"a failing platform, three times",
			respond(503, googleErrorBody(503, "UNAVAILABLE", "", "")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "Google Cloud is failing (503 UNAVAILABLE): try again later"}, 3},
		{"a platform that asks to wait for a minute", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, v1alpha1.LiveFault{Reason: "Unavailable", Message: "Google Cloud is failing (503): try again later"}, 1},
		{"a status that it has not",
			respond(418, googleErrorBody(418, "TEAPOT", "", "")),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "Google Cloud refused (418 TEAPOT)"}, 1},
		{"a token in place of a status and a reason",
			respond(403, googleErrorBody(403, googlePlanted, googlePlanted, googlePlanted)),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Google Cloud refused (403): ask who administers project shop-prod"}, 1},
		{"a body that is cut short", cutShort(`{"validMasterVersions": ["1.36`),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "the answer was cut short: check the network and proxies, and try again"}, 1},
		{"a document without versions", respond(200, `{"defaultClusterVersion":"1.35.6-gke.1204000"}`),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "SERVER/v1/projects/shop-prod/locations/europe-west4/serverConfig lists no versions"}, 1},
		{"a web page", respond(200, "<html>log in to the network with "+googlePlanted+"</html>"),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "HOST answered with something else than its API: check the endpoint, and any proxy"}, 1},
		{"a web page that refuses", respond(403, "<html>blocked: "+googlePlanted+"</html>"),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "HOST answered with something else than its API (403): check the endpoint, and any proxy"}, 1},
		{"versions that are no text", respond(200, `{"validMasterVersions":[1.36]}`),
			v1alpha1.LiveFault{Reason: "Malformed", Message: "HOST answered with something else than its API: check the endpoint, and any proxy"}, 1},
	}
	s := newGoogleServer(t, nil)
	named := strings.NewReplacer("SERVER", s.URL, "HOST", strings.TrimPrefix(s.URL, "http://"))
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

func TestGKEIsAskedAgainAfterAPassingFailure(t *testing.T) {
	s := newGoogleServer(t, nil)
	s.api = func(w http.ResponseWriter, r *http.Request) {
		if s.asked.Load() < 3 {
			respond(http.StatusBadGateway, "<html>bad gateway</html>")(w, r)
			return
		}
		respond(http.StatusOK, serverConfigBody)(w, r)
	}
	answer := s.ask(t, s.query())
	if answer.Fault != nil || len(answer.Raw) != 1 || string(answer.Raw[0].Raw) != serverConfigBody {
		t.Errorf("fault %v, raw %s", answer.Fault, answer.Raw)
	}
}

func TestGKEFaultsOfCredentials(t *testing.T) {
	tests := []struct {
		name  string
		token http.HandlerFunc
		want  v1alpha1.LiveFault
	}{
		{"a key that was deleted", respond(400, `{"error":"invalid_grant","error_description":"Invalid JWT Signature. `+googleKeyID+`"}`),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Google Cloud refused the credentials (400 invalid_grant): run gcloud auth application-default login, or renew the key"}},
		{"a code that could be a secret", respond(401, `{"error":"`+googleKeyID+`"}`),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "Google Cloud refused the credentials (401): run gcloud auth application-default login, or renew the key"}},
		{"a token server that fails", respond(503, "<html>"+googleKeyID+"</html>"),
			v1alpha1.LiveFault{Reason: "Unavailable", Message: "token server of Google Cloud is not available (503): try again later"}},
		{"a token server that is a web page", respond(200, "<html>"+googleKeyID+"</html>"),
			v1alpha1.LiveFault{Reason: "Forbidden", Message: "credentials for Google Cloud gave no token: run gcloud auth application-default login"}},
	}
	s := newGoogleServer(t, nil)
	s.api = func(http.ResponseWriter, *http.Request) { t.Error("API was asked without a token") }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.token = tt.token
			wantFault(t, s.ask(t, s.query()), tt.want)
		})
	}
}

func TestGKEWithoutCredentials(t *testing.T) {
	q := &v1alpha1.LiveQuery{Platform: googlePlatform, Region: "europe-west4", Project: "shop-prod", Endpoint: "http://127.0.0.1:1"}
	const planted = "GOCSPX-planted0client1secret"

	t.Run("a file of gcloud that holds none", func(t *testing.T) {
		home := noGoogle(t)
		for _, dir := range []string{filepath.Join(home, ".config", "gcloud"), filepath.Join(home, "gcloud")} {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "application_default_credentials.json"), []byte(`{"type":"`+planted+`"}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		wantFault(t, askQuietly(t.Context(), t, gke{}, q, []string{planted}), v1alpha1.LiveFault{Reason: "Forbidden",
			Message: "no credentials for Google Cloud: run gcloud auth application-default login, or name their file in GOOGLE_APPLICATION_CREDENTIALS"})
	})
	t.Run("a file that is not there", func(t *testing.T) {
		t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(noGoogle(t), planted))
		wantFault(t, askQuietly(t.Context(), t, gke{}, q, []string{planted}), v1alpha1.LiveFault{Reason: "Forbidden",
			Message: "credentials for Google Cloud cannot be read from the file in GOOGLE_APPLICATION_CREDENTIALS: name another, or unset it and run gcloud auth application-default login"})
	})
	t.Run("a machine of Google without a service account", func(t *testing.T) {
		noGoogle(t)
		metadata := httptest.NewServer(http.NotFoundHandler())
		defer metadata.Close()
		t.Setenv("GCE_METADATA_HOST", strings.TrimPrefix(metadata.URL, "http://"))
		wantFault(t, askQuietly(t.Context(), t, gke{}, q, nil), v1alpha1.LiveFault{Reason: "Forbidden",
			Message: "credentials for Google Cloud gave no token: run gcloud auth application-default login"})
	})
	t.Run("a token server that nobody serves", func(t *testing.T) {
		newGoogleServer(t, map[string]string{"token_uri": "http://127.0.0.1:1/token"})
		answer := askQuietly(t.Context(), t, gke{}, q, nil)
		wantFault(t, answer, v1alpha1.LiveFault{Reason: "Unavailable",
			Message: "dial tcp 127.0.0.1:1: connect: connection refused: check the network"})
	})
}

func TestGKENeedsARegionAndAProject(t *testing.T) {
	tests := []struct {
		name   string
		change func(*v1alpha1.LiveQuery)
		own    string
		want   string
	}{
		{"no region", func(q *v1alpha1.LiveQuery) { q.Region = "" }, "fleet-prod", "region is needed: name it with --region"},
		{"no project, and credentials without one", func(q *v1alpha1.LiveQuery) { q.Project = "" }, "", "project is needed: name it with --project"},
		{"a project of the credentials that is a path", func(q *v1alpha1.LiveQuery) { q.Project = "" }, "../x",
			"project of the credentials is not one: name it with --project"},
		{"a region that is a path", func(q *v1alpha1.LiveQuery) { q.Region = "../x" }, "fleet-prod", `region "../x" is not one: want a name such as eu-central-1 or westeurope`},
		{"a project as the console shows it", func(q *v1alpha1.LiveQuery) { q.Project = "Shop (production)" }, "fleet-prod",
			`project "Shop (production)" is not one: want an id such as shop-prod, or a number`},
		{"a region that is a page", func(q *v1alpha1.LiveQuery) { q.Region = strings.Repeat("é\n", 1000) }, "fleet-prod",
			`region "` + strings.Repeat(`é\n`, 30) + `…" is not one: want a name such as eu-central-1 or westeurope`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newGoogleServer(t, map[string]string{"project_id": tt.own})
			s.api = func(http.ResponseWriter, *http.Request) { t.Error("API was asked") }
			q := s.query()
			tt.change(q)
			wantFault(t, s.ask(t, q), v1alpha1.LiveFault{Reason: "NotFound", Message: tt.want})
		})
	}
}

func TestGKEEndsWithItsContext(t *testing.T) {
	tests := []struct {
		name   string
		slow   func(*googleServer, http.HandlerFunc)
		cancel bool
		want   v1alpha1.LiveFault
	}{
		{"an API that does not answer in time", func(s *googleServer, h http.HandlerFunc) { s.api = h }, false,
			v1alpha1.LiveFault{Reason: "Timeout", Message: "no answer within 1s: check the network, or wait longer with --request-timeout"}},
		{"a token server that does not answer in time", func(s *googleServer, h http.HandlerFunc) { s.token = h }, false,
			v1alpha1.LiveFault{Reason: "Timeout", Message: "no answer within 1s: check the network, or wait longer with --request-timeout"}},
		{"an API that was being waited for", func(s *googleServer, h http.HandlerFunc) { s.api = h }, true,
			v1alpha1.LiveFault{Reason: "Interrupted", Message: "interrupted"}},
		{"a token server that was being waited for", func(s *googleServer, h http.HandlerFunc) { s.token = h }, true,
			v1alpha1.LiveFault{Reason: "Interrupted", Message: "interrupted"}},
		{"a second try that was being waited for", func(s *googleServer, _ http.HandlerFunc) {
			s.api = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "4")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}, true, v1alpha1.LiveFault{Reason: "Interrupted", Message: "interrupted"}},
		{"a second try that there is no time for", func(s *googleServer, _ http.HandlerFunc) {
			s.api = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "4")
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}, false, v1alpha1.LiveFault{Reason: "Unavailable", Message: "Google Cloud is failing (503): try again later"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newGoogleServer(t, nil)
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
			wantFault(t, askQuietly(ctx, t, gke{}, q, s.secrets), tt.want)
			if took, most := time.Since(begun), 1500*time.Millisecond; took > most {
				t.Errorf("took %s, want at most %s", took, most)
			}
		})
	}
}

func TestVersionsOfVendorsAreOrderedByTheirBuild(t *testing.T) {
	ordered := []string{"1.36.3-gke.1640000", "1.36.3-gke.980000", "1.36.3", "1.36.1-aliyun.10", "1.36.1-aliyun.9", "1.36.0-rc.1", "1.34", "1.10.0", "1.10", "1.9.9-gke.5", "1.9", "latest", "edge", ""}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := newestFirst(a, b); got != cmp.Compare(i, j) {
				t.Errorf("newestFirst(%q, %q) = %d, want %d", a, b, got, cmp.Compare(i, j))
			}
		}
	}
}
