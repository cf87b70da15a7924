package source

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// gke asks for the server's configuration of a location:
// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations/getServerConfig.
//
// That is one request, so that Google's library for credentials is enough; the one
// for the API would bring gRPC and OpenTelemetry with it.
type gke struct{}

const (
	// googleScope is the only one that getServerConfig takes.
	googleScope = "https://www.googleapis.com/auth/cloud-platform"
	// googlePermission is what getServerConfig is authorised by. There is none of its own.
	googlePermission = "container.clusters.list"
	googleLogin      = "run gcloud auth application-default login"
)

// serverConfig is what is read of the answer.
type serverConfig struct {
	DefaultClusterVersion string           `json:"defaultClusterVersion"`
	ValidMasterVersions   []string         `json:"validMasterVersions"`
	Channels              []releaseChannel `json:"channels"`
}

type releaseChannel struct {
	Channel       string   `json:"channel"`
	ValidVersions []string `json:"validVersions"`
}

func (gke) Releases(ctx context.Context, r *Request) (*v1alpha1.LiveReleases, error) {
	if r.Region == "" {
		return nil, missing("region", "--region")
	}
	base := cmp.Or(r.Endpoint, &url.URL{Scheme: "https", Host: "container.googleapis.com"})
	login, err := until(ctx, func() (*googleLoggedIn, error) { return googleCredential(ctx) })
	if err != nil {
		return nil, err
	}
	of := cmp.Or(r.Project, login.project)
	if of == "" {
		return nil, missing("project", "--project")
	}
	if !project.MatchString(of) {
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "project of the credentials is not one: name it with --project")
	}
	address := base.JoinPath("v1", "projects", of, "locations", r.Region, "serverConfig").String()

	body, err := login.get(ctx, r.API, address, of, r.Region)
	if err != nil {
		return nil, err
	}
	var config serverConfig
	if err := json.Unmarshal(body, &config); err != nil {
		return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "%s answered with something else than its API: check the endpoint, and any proxy", base.Host)
	}
	answer := v1alpha1.NewLiveReleases(r.Platform)
	answer.Source, answer.Releases = address, config.releases()
	return answer, nil
}

// releases are those of all channels, and those for clusters without one. A new
// cluster can be created at each, where its channel is named too.
func (c *serverConfig) releases() []v1alpha1.LiveRelease {
	versions := slices.Clone(c.ValidMasterVersions)
	channels := map[string][]string{}
	for _, channel := range c.Channels {
		versions = append(versions, channel.ValidVersions...)
		for _, v := range channel.ValidVersions {
			if !slices.Contains(channels[v], channel.Channel) {
				channels[v] = append(channels[v], channel.Channel)
			}
		}
	}
	slices.Sort(versions)
	var releases []v1alpha1.LiveRelease
	for _, v := range slices.Compact(versions) {
		if v != "" {
			releases = append(releases, v1alpha1.LiveRelease{
				Version: v, Creatable: new(true), Default: v == c.DefaultClusterVersion, Channels: channels[v],
			})
		}
	}
	return releases
}

// googleLoggedIn is a token, and what else the credentials say.
type googleLoggedIn struct {
	token   *oauth2.Token
	project string
	// quota is the project that people's own credentials are counted in; empty is the one asked about.
	quota string
}

// googleCredential gets a token by the application default credentials. The search
// for a metadata server does not know ctx.
func googleCredential(ctx context.Context) (*googleLoggedIn, error) {
	transport := &tokens{base: http.DefaultTransport}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: transport, CheckRedirect: stay})
	found, err := google.FindDefaultCredentials(ctx, googleScope)
	switch {
	case err != nil && os.Getenv("GOOGLE_APPLICATION_CREDENTIALS") != "":
		return nil, v1alpha1.Faultf(v1alpha1.GapForbidden,
			"credentials for Google Cloud cannot be read from the file in GOOGLE_APPLICATION_CREDENTIALS: name another, or unset it and %s", googleLogin)
	case err != nil:
		return nil, v1alpha1.Faultf(v1alpha1.GapForbidden, "no credentials for Google Cloud: %s, or name their file in GOOGLE_APPLICATION_CREDENTIALS", googleLogin)
	}
	token, err := found.TokenSource.Token()
	if err != nil {
		if network := transport.unanswered(); network != nil {
			return nil, network
		}
		return nil, googleTokenFault(err)
	}
	var quota struct {
		Project string `json:"quota_project_id"`
	}
	_ = json.Unmarshal(found.JSON, &quota) // there is none on a metadata server
	return &googleLoggedIn{token, found.ProjectID, cmp.Or(os.Getenv("GOOGLE_CLOUD_QUOTA_PROJECT"), quota.Project)}, nil
}

// googleTokenFault quotes the code alone: the rest of an error holds what the token server sent.
func googleTokenFault(err error) *v1alpha1.LiveFault {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.Response == nil {
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Google Cloud gave no token: %s", googleLogin)
	}
	var body struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(refused.Body, &body) // what is no JSON has no code
	said := strings.TrimSpace(strconv.Itoa(refused.Response.StatusCode) + " " + code(cmp.Or(refused.ErrorCode, body.Error)))
	if status := refused.Response.StatusCode; status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "token server of Google Cloud is not available (%s): try again later", said)
	}
	return v1alpha1.Faultf(v1alpha1.GapForbidden, "Google Cloud refused the credentials (%s): %s, or renew the key", said, googleLogin)
}

// get asks again where the platform is throttling or failing.
func (l *googleLoggedIn) get(ctx context.Context, api *http.Client, address, of, region string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", userAgent)
	if project.MatchString(l.quota) {
		request.Header.Set("X-Goog-User-Project", l.quota)
	}
	l.token.SetAuthHeader(request)

	for attempt := 1; ; attempt++ {
		response, err := api.Do(request)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode == http.StatusOK {
			return body, err
		}
		if !passing(response.StatusCode) || !again(ctx, attempt, response.Header.Get("Retry-After")) {
			return nil, cmp.Or[error](ctx.Err(), googleFault(response, body, of, region))
		}
	}
}

// gcloudProject owns the client that gcloud logs people in with. What is counted
// there has no quota project, and its APIs are not enabled.
const gcloudProject = "projects/764086051850"

// googleFault explains an error of https://cloud.google.com/apis/design/errors,
// whose message is not quoted.
func googleFault(response *http.Response, body []byte, of, region string) *v1alpha1.LiveFault {
	var refused struct {
		Error struct {
			Status  string `json:"status"`
			Details []struct {
				Reason   string `json:"reason"`
				Metadata struct {
					Consumer string `json:"consumer"`
				} `json:"metadata"`
			} `json:"details"`
		} `json:"error"`
	}
	isError := json.Unmarshal(body, &refused) == nil
	var reason, consumer string
	for _, detail := range refused.Error.Details {
		reason, consumer = cmp.Or(reason, detail.Reason), cmp.Or(consumer, detail.Metadata.Consumer)
	}
	status := response.StatusCode
	said := strings.TrimSpace(strconv.Itoa(status) + " " + cmp.Or(code(reason), code(refused.Error.Status)))
	switch {
	case status == http.StatusTooManyRequests:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "Google Cloud is throttling (%s): try again in a minute", said)
	case status >= http.StatusInternalServerError:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "Google Cloud is failing (%s): try again later", said)
	case !isError || refused.Error.Status == "":
		return v1alpha1.Faultf(v1alpha1.GapMalformed, "%s answered with something else than its API (%s): check the endpoint, and any proxy",
			response.Request.URL.Host, said)
	case reason == "SERVICE_DISABLED" && consumer == gcloudProject:
		return v1alpha1.Faultf(v1alpha1.GapForbidden,
			"credentials for Google Cloud have no quota project (%s): run gcloud auth application-default set-quota-project %s", said, of)
	case reason == "SERVICE_DISABLED":
		return v1alpha1.Faultf(v1alpha1.GapUnavailable,
			"the Kubernetes Engine API is not enabled in the project (%s): run gcloud services enable container.googleapis.com --project %s", said, of)
	case reason == "USER_PROJECT_DENIED":
		return forbidden("serviceusage.services.use",
			"quota project of the credentials cannot be used (%s): run gcloud auth application-default set-quota-project %s, or ask for roles/serviceusage.serviceUsageConsumer", said, of)
	case reason == "ACCESS_TOKEN_SCOPE_INSUFFICIENT":
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Google Cloud lack the scope cloud-platform (%s): %s, or widen the access scopes of this machine", said, googleLogin)
	case reason == "SECURITY_POLICY_VIOLATED":
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "VPC Service Controls of the organization refused (%s): ask from a network that they allow", said)
	case reason == "CONSUMER_INVALID":
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "project %s is not found (%s): name another with --project", of, said)
	case status == http.StatusUnauthorized:
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "Google Cloud refused the credentials (%s): %s", said, googleLogin)
	case status == http.StatusForbidden && (reason == "" || reason == "IAM_PERMISSION_DENIED"):
		return forbidden(googlePermission, "Google Cloud refused (%s): a role with %s in project %s is needed, such as roles/container.clusterViewer", said, googlePermission, of)
	case status == http.StatusForbidden:
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "Google Cloud refused (%s): ask who administers project %s", said, of)
	case status == http.StatusBadRequest, status == http.StatusNotFound:
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "region %s or project %s is not found (%s): name others with --region and --project", region, of, said)
	default:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "Google Cloud refused (%s)", said)
	}
}
