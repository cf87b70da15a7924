package source

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	cs "github.com/alibabacloud-go/cs-20151215/v5/client"
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/credentials-go/credentials"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// ack is Alibaba Cloud ACK: DescribeKubernetesVersionMetadata of its API 2015-12-15.
// https://www.alibabacloud.com/help/en/ack/ack-managed-and-ack-dedicated/developer-reference/api-cs-2015-12-15-describekubernetesversionmetadata
type ack struct{}

const (
	ackPath       = "/api/v1/metadata/versions"
	ackPermission = "cs:DescribeKubernetesVersionMetadata"
)

func (ack) Releases(ctx context.Context, r *Request) (*v1alpha1.LiveReleases, error) {
	if r.Region == "" {
		return nil, missing("a region of Alibaba Cloud", "--region")
	}
	keys, err := until(ctx, ackCredentials)
	if err != nil {
		return nil, err
	}
	calls := &ackCalls{api: r.API}
	client, err := ackClient(r, keys, calls)
	if err != nil {
		return nil, err
	}
	host := dara.StringValue(client.Endpoint)
	body, err := describeVersions(ctx, client, calls, r)
	if err != nil {
		return nil, ackFault(err, host, keys)
	}
	answer := v1alpha1.NewLiveReleases(r.Platform)
	answer.Region = r.Region
	answer.Source = strings.ToLower(dara.StringValue(client.Protocol)) + "://" + host + ackPath
	answer.Releases, err = ackReleases(body, host)
	return answer, err
}

// ackCredentials are those of the vendor's default chain, which takes no context.
func ackCredentials() (*credentials.CredentialModel, error) {
	var keys *credentials.CredentialModel
	chain, err := credentials.NewCredential(nil)
	if err == nil {
		keys, err = chain.GetCredential()
	}
	if err != nil {
		// What it says quotes answers of the services that give out credentials.
		return nil, v1alpha1.Faultf(v1alpha1.GapForbidden, "no credentials for Alibaba Cloud: set ALIBABA_CLOUD_ACCESS_KEY_ID "+
			"and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure and check with aliyun sts GetCallerIdentity")
	}
	return keys, nil
}

func ackClient(r *Request, keys *credentials.CredentialModel, calls *ackCalls) (*cs.Client, error) {
	config := &openapiutil.Config{
		AccessKeyId:     keys.AccessKeyId,
		AccessKeySecret: keys.AccessKeySecret,
		SecurityToken:   keys.SecurityToken,
		RegionId:        dara.String(r.Region),
		Protocol:        dara.String("https"),
		HttpClient:      calls,
	}
	if r.Endpoint != nil {
		config.Endpoint, config.Protocol = dara.String(r.Endpoint.Host), dara.String(r.Endpoint.Scheme)
	}
	client, err := cs.NewClient(config)
	if err != nil {
		return nil, err
	}
	// Errors as the types of the library, not as the text of them.
	client.DisableSDKError = dara.Bool(true)
	return client, nil
}

// ackCalls carries the library's requests. The library reads what is no success
// as JSON, and says nothing of the status where it is none, such as a proxy's page.
type ackCalls struct {
	api        *http.Client
	retryAfter string // of the last answer: the library drops it
}

func (c *ackCalls) Call(request *http.Request, _ *http.Transport) (*http.Response, error) {
	response, err := c.api.Do(request)
	if err != nil || response.StatusCode == http.StatusOK {
		return response, err
	}
	c.retryAfter = response.Header.Get("Retry-After")
	defer response.Body.Close()
	if response.StatusCode < http.StatusBadRequest {
		return nil, &openapi.ClientError{StatusCode: &response.StatusCode} // a success to the library
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var said map[string]any
	if json.Unmarshal(body, &said) != nil {
		body = []byte("{}")
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// describeVersions returns the body of the answer. The library's own method for it
// takes no context, and drops fields that are newer than it.
func describeVersions(ctx context.Context, client *cs.Client, calls *ackCalls, r *Request) ([]byte, error) {
	narrowed := cmp.Or(r.ACK, &v1alpha1.ACKQuery{})
	query := map[string]*string{"Region": dara.String(r.Region)}
	for name, value := range map[string]string{
		"ClusterType":       cmp.Or(narrowed.ClusterType, "ManagedKubernetes"),
		"Mode":              cmp.Or(narrowed.Mode, "supported"), // the API's own default is creatable
		"KubernetesVersion": narrowed.KubernetesVersion,
		"Profile":           narrowed.Profile,
		"runtime":           narrowed.Runtime,
	} {
		if value != "" {
			query[name] = dara.String(value)
		}
	}
	params := &openapiutil.Params{
		Action:      dara.String("DescribeKubernetesVersionMetadata"),
		Version:     dara.String("2015-12-15"),
		Protocol:    dara.String("HTTPS"),
		Pathname:    dara.String(ackPath),
		Method:      dara.String(http.MethodGet),
		AuthType:    dara.String("AK"),
		Style:       dara.String("ROA"),
		ReqBodyType: dara.String("json"),
		BodyType:    dara.String("binary"),
	}
	for attempt := 1; ; attempt++ {
		answer, err := client.CallApiWithCtx(ctx, params, &openapiutil.OpenApiRequest{Query: query}, &dara.RuntimeOptions{})
		if err == nil {
			return ackBody(answer)
		}
		if !ackMayPass(err) || !again(ctx, attempt, calls.retryAfter) {
			return nil, cmp.Or(ctx.Err(), err)
		}
	}
}

// ackBody is as params.BodyType asks for it.
func ackBody(answer map[string]any) ([]byte, error) {
	body, ok := answer["body"].(io.ReadCloser)
	if !ok {
		return nil, errors.New("the library for Alibaba Cloud returned no answer")
	}
	defer body.Close()
	return io.ReadAll(body)
}

func ackMayPass(err error) bool {
	var said dara.ResponseError
	return errors.As(err, &said) && (ackThrottled(said) || dara.IntValue(said.GetStatusCode()) >= http.StatusInternalServerError)
}

func ackThrottled(said dara.ResponseError) bool {
	return strings.HasPrefix(dara.StringValue(said.GetCode()), "Throttling") ||
		dara.IntValue(said.GetStatusCode()) == http.StatusTooManyRequests
}

// ackFault explains a refusal by the common error codes of Alibaba Cloud. What was
// signed is quoted by the messages of the codes of signatures.
// https://api.alibabacloud.com/document/CS/2015-12-15/errorCode
func ackFault(err error, host string, keys *credentials.CredentialModel) error {
	var said dara.ResponseError
	if !errors.As(err, &said) {
		return err
	}
	secrets := []string{dara.StringValue(keys.AccessKeySecret), dara.StringValue(keys.SecurityToken), dara.StringValue(keys.AccessKeyId)}
	status, code := dara.IntValue(said.GetStatusCode()), quote(ackText(said, "code"), secrets...)
	why := refusal(code, ackText(said, "message"), secrets...)
	is := func(prefixes ...string) bool {
		for _, prefix := range prefixes {
			if strings.HasPrefix(code, prefix) {
				return true
			}
		}
		return false
	}
	switch {
	case why == "":
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s answered with status %d and no error of its API: check the endpoint, and proxies on the way", host, status)
	case ackThrottled(said):
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s throttled the request (%s): try again in a minute", host, why)
	case status >= http.StatusInternalServerError:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s failed with status %d (%s): try again later", host, status, why)
	case is("InvalidTimeStamp"):
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "the clock of this machine is refused by %s (%s): set it to the right time", host, code)
	case is("SignatureDoesNotMatch", "IncompleteSignature", "InvalidSignature", "SignatureNonceUsed"):
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Alibaba Cloud are refused (%s): check that the access key secret belongs to the access key ID", code)
	case is("InvalidSecurityToken", "MissingSecurityToken", "SecurityTokenExpired"):
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Alibaba Cloud are refused (%s): the security token is not valid any more; get a new one", code)
	case is("InvalidAccessKeyId", "MissingAccessKeyId", "Forbidden.AccessKey", "InvalidCredentials"), status == http.StatusUnauthorized:
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for Alibaba Cloud are refused (%s): check the access key, or run aliyun configure", why)
	case status == http.StatusForbidden, is("Forbidden", "NoPermission"):
		return forbidden(ackPermission, "DescribeKubernetesVersionMetadata is not allowed (%s): have %s added to the RAM policy", why, ackPermission)
	default:
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "%s refused the query with status %d (%s): check the region, and what the query is narrowed to", host, status, why)
	}
}

// ackText is a field of an error, which gateways write with a capital letter. The
// library's own methods make <nil> of what is not there.
func ackText(said dara.ResponseError, field string) string {
	for name, value := range said.GetData() {
		if strings.EqualFold(name, field) && value != nil {
			return fmt.Sprint(value)
		}
	}
	return ""
}

// ackVersion is an element of the answer.
type ackVersion struct {
	Version        string                 `json:"version"`
	ReleaseDate    string                 `json:"release_date"`
	ExpirationDate string                 `json:"expiration_date"`
	Creatable      *bool                  `json:"creatable"`
	Runtimes       []v1alpha1.LiveRuntime `json:"runtimes"`
	Images         []ackImage             `json:"images"`
	Capabilities   json.RawMessage        `json:"capabilities"`
	Metadata       json.RawMessage        `json:"meta_data"`
}

// ackImage becomes a LiveImage by conversion: the fields are the same.
type ackImage struct {
	ID           string `json:"image_id"`
	Name         string `json:"image_name"`
	Platform     string `json:"platform"`
	OSVersion    string `json:"os_version"`
	Type         string `json:"image_type"`
	OSType       string `json:"os_type"`
	Category     string `json:"image_category"`
	Architecture string `json:"architecture"`
}

func ackReleases(body []byte, host string) ([]v1alpha1.LiveRelease, error) {
	if !json.Valid(body) {
		return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "%s answered with something that is not JSON: check the endpoint, and proxies on the way", host)
	}
	var versions []*ackVersion
	if json.Unmarshal(body, &versions) != nil || versions == nil {
		return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "%s answered with JSON that is no list of versions: check the endpoint", host)
	}
	var releases []v1alpha1.LiveRelease
	for i, v := range versions {
		if v == nil || v.Version == "" {
			return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "entry %d of the versions of %s names no version", i+1, host)
		}
		released, err := ackDate(v, "release_date", v.ReleaseDate)
		if err != nil {
			return nil, err
		}
		expires, err := ackDate(v, "expiration_date", v.ExpirationDate)
		if err != nil {
			return nil, err
		}
		release := v1alpha1.LiveRelease{
			Version:      v.Version,
			Released:     released,
			Creatable:    v.Creatable,
			Runtimes:     v.Runtimes,
			Capabilities: object(v.Capabilities),
			Metadata:     object(v.Metadata),
		}
		if !expires.IsZero() {
			release.Ends = map[string]calendar.Date{"standard": expires}
		}
		for _, image := range v.Images {
			release.Images = append(release.Images, v1alpha1.LiveImage(image))
		}
		releases = append(releases, release)
	}
	return releases, nil
}

// ackDate is the day in UTC of a time; none where the field is empty.
func ackDate(v *ackVersion, field, text string) (calendar.Date, error) {
	if text == "" {
		return calendar.Date{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return calendar.Date{}, v1alpha1.Faultf(v1alpha1.GapMalformed, "%s of version %s is %q, want a time such as 2025-04-30T00:00:00Z", field, quote(v.Version), quote(text))
	}
	return calendar.Of(t), nil
}

// object is nil for null, and for what is none.
func object(raw json.RawMessage) *runtime.RawExtension {
	if !bytes.HasPrefix(raw, []byte("{")) {
		return nil
	}
	return &runtime.RawExtension{Raw: raw}
}
