package source

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/eks"
	"github.com/aws/aws-sdk-go-v2/service/eks/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// amazonEKS is Amazon EKS: its DescribeClusterVersions.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html
type amazonEKS struct{}

const eksPermission = "eks:DescribeClusterVersions"

// maxPages ends an answer that goes on for ever. Ten versions fit on a page.
const maxPages = 50

func (amazonEKS) Releases(ctx context.Context, r *Request) (*v1alpha1.LiveReleases, error) {
	cfg, keys, err := awsConfig(ctx, r.Region)
	if err != nil {
		return nil, err
	}
	calls := &eksCalls{api: r.API}
	client := eks.NewFromConfig(cfg, func(o *eks.Options) {
		// For this service alone: answers of STS and SSO are credentials.
		o.HTTPClient = calls
		o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
			s.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) { return pause(attempt), nil })
		})
		o.RetryMaxAttempts = attempts
		if r.Endpoint != nil {
			o.BaseEndpoint = aws.String(r.Endpoint.String())
		}
	})
	answer := v1alpha1.NewLiveReleases(r.Platform)
	answer.Region = cfg.Region
	pages := eks.NewDescribeClusterVersionsPaginator(client, &eks.DescribeClusterVersionsInput{IncludeAll: aws.Bool(true)})
	for n := 0; pages.HasMorePages(); n++ {
		if n == maxPages {
			return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "%s goes on after %d pages of versions", calls.host, maxPages)
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, eksFault(err, calls.host, keys)
		}
		for _, v := range page.ClusterVersions {
			if kind := aws.ToString(v.ClusterType); kind != "" && kind != "eks" {
				continue // of another product
			}
			release, err := eksRelease(v, calls.host)
			if err != nil {
				return nil, err
			}
			answer.Releases = append(answer.Releases, release)
		}
	}
	answer.Source = calls.address
	return answer, nil
}

// eksCalls carries the library's requests, and knows what was asked: the library
// takes the address from the region and from its own configuration.
type eksCalls struct {
	api           *http.Client
	host, address string
}

func (c *eksCalls) Do(request *http.Request) (*http.Response, error) {
	c.host, c.address = request.URL.Host, request.URL.Scheme+"://"+request.URL.Host+request.URL.Path
	return c.api.Do(request)
}

// awsConfig reads the configuration of the AWS CLI, and gets the credentials that
// it names: what fails there is no fault of EKS.
func awsConfig(ctx context.Context, region string) (aws.Config, aws.Credentials, error) {
	// The library would log to stderr.
	options := []func(*config.LoadOptions) error{config.WithLogger(logging.Nop{})}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return cfg, aws.Credentials{}, awsConfigFault(ctx, err)
	}
	switch {
	case cfg.Region == "":
		return cfg, aws.Credentials{}, missing("a region of AWS", "--region, or set AWS_REGION")
	case !location.MatchString(cfg.Region):
		return cfg, aws.Credentials{}, v1alpha1.Faultf(v1alpha1.GapNotFound, "region %q of the AWS configuration is not one", quote(cfg.Region))
	}
	keys, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return cfg, keys, awsCredentialsFault(ctx, err)
	}
	return cfg, keys, nil
}

// awsConfigFault quotes nothing but the profile: the files hold secrets.
func awsConfigFault(ctx context.Context, err error) error {
	var profile config.SharedConfigProfileNotExistError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &profile):
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "AWS profile %q is not in the AWS configuration: check AWS_PROFILE", quote(profile.Profile))
	default:
		return v1alpha1.Faultf(v1alpha1.GapMalformed, "the AWS configuration cannot be used: check it with aws sts get-caller-identity")
	}
}

// awsCredentialsFault leaves a host that is not found to Ask. Other faults of
// connections are usual where there are no credentials: the address of the
// instance's metadata, asked last, is there on EC2 alone.
func awsCredentialsFault(ctx context.Context, err error) error {
	var said smithy.APIError
	var dns *net.DNSError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &dns):
		return err
	case errors.As(err, &said):
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for AWS are refused (%s): check the profile and its role, or run aws sso login", quote(said.ErrorCode()))
	default:
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "no credentials for AWS: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure or aws sso login")
	}
}

// eksFault explains a refusal. What was signed is quoted by the messages of the
// codes of signatures.
// https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html
func eksFault(err error, host string, keys aws.Credentials) error {
	var answered *awshttp.ResponseError
	if !errors.As(err, &answered) || answered.HTTPStatusCode() == 0 {
		return err
	}
	status, secrets := answered.HTTPStatusCode(), []string{keys.SecretAccessKey, keys.SessionToken, keys.AccessKeyID}
	var code, message string
	var said smithy.APIError
	if errors.As(err, &said) {
		code, message = eksText(said.ErrorCode()), eksText(said.ErrorMessage())
	}
	code = quote(code, secrets...)
	why := refusal(code, message, secrets...)
	throttles := retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}
	switch {
	case status == http.StatusOK:
		return v1alpha1.Faultf(v1alpha1.GapMalformed, "%s answered with something that is no list of cluster versions: check the endpoint, and proxies on the way", host)
	case why == "":
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s answered with status %d and no error of its API: check the endpoint, and proxies on the way", host, status)
	case throttles.IsErrorThrottle(err) == aws.TrueTernary, status == http.StatusTooManyRequests:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s throttled the request (%s): try again in a minute", host, why)
	case status >= http.StatusInternalServerError:
		return v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s failed with status %d (%s): try again later", host, status, why)
	case slices.Contains([]string{"RequestExpired", "RequestTimeTooSkewed"}, code), strings.HasPrefix(message, "Signature expired"), strings.HasPrefix(message, "Signature not yet current"):
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "the clock of this machine is refused by %s (%s): set it to the right time", host, code)
	case slices.Contains([]string{"InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException"}, code):
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for AWS are refused (%s): check that the secret access key belongs to the access key ID", code)
	case slices.Contains([]string{"ExpiredToken", "ExpiredTokenException"}, code):
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for AWS have expired (%s): get new ones, such as with aws sso login", code)
	case slices.Contains([]string{"UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "NotAuthorized"}, code),
		status == http.StatusUnauthorized:
		return v1alpha1.Faultf(v1alpha1.GapForbidden, "credentials for AWS are refused (%s): check the access key and the profile with aws sts get-caller-identity", why)
	case status == http.StatusForbidden, strings.HasPrefix(code, "AccessDenied"):
		return forbidden(eksPermission, "DescribeClusterVersions is not allowed (%s): have %s added to the IAM policy", why, eksPermission)
	default:
		return v1alpha1.Faultf(v1alpha1.GapNotFound, "%s refused the query with status %d (%s): check the region and the endpoint", host, status, why)
	}
}

// eksText is empty for what the library makes of a text that is not there.
func eksText(text string) string {
	if text == "UnknownError" {
		return ""
	}
	return text
}

func eksRelease(v types.ClusterVersionInformation, host string) (v1alpha1.LiveRelease, error) {
	release := v1alpha1.LiveRelease{
		Version:   aws.ToString(v.ClusterVersion),
		Default:   v.DefaultVersion,
		Status:    eksStatus(v),
		Creatable: eksCreatable(v),
	}
	if release.Version == "" {
		return release, v1alpha1.Faultf(v1alpha1.GapMalformed, "an entry of the versions of %s names no version", host)
	}
	if patch := aws.ToString(v.KubernetesPatchVersion); patch != "" {
		release.Patches = []string{patch}
	}
	if v.ReleaseDate != nil {
		release.Released = calendar.Of(*v.ReleaseDate)
	}
	for phase, end := range map[string]*time.Time{"standard": v.EndOfStandardSupportDate, "extended": v.EndOfExtendedSupportDate} {
		if end == nil {
			continue
		}
		if release.Ends == nil {
			release.Ends = map[string]calendar.Date{}
		}
		release.Ends[phase] = calendar.Of(*end)
	}
	return release, nil
}

// eksStatus is the status, or the field that it replaced.
func eksStatus(v types.ClusterVersionInformation) string {
	if v.VersionStatus != "" {
		return string(v.VersionStatus)
	}
	return string(v.Status) //nolint:staticcheck // older endpoints have no other
}

// eksCreatable follows the user guide: clusters can be created at versions under
// standard and extended support. It is nil for a status that is not known.
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
func eksCreatable(v types.ClusterVersionInformation) *bool {
	switch types.VersionStatus(strings.ToUpper(strings.ReplaceAll(eksStatus(v), "-", "_"))) {
	case types.VersionStatusStandardSupport, types.VersionStatusExtendedSupport:
		return aws.Bool(true)
	case types.VersionStatusUnsupported:
		return aws.Bool(false)
	default:
		return nil
	}
}
