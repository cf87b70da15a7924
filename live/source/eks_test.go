package source

import (
	"cmp"
	"context"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

func eksPlanted() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID":     "ASIAPLANTEDKEYID0000",
		"AWS_SECRET_ACCESS_KEY": "planted/Secret+Of=AWS",
		"AWS_SESSION_TOKEN":     "IQoJplanted/Token+Of=AWS",
	}
}

func eksQuery(endpoint string) *v1alpha1.LiveQuery {
	q := v1alpha1.NewLiveQuery("amazon-eks")
	q.Region, q.Endpoint = "eu-central-1", endpoint
	return q
}

const (
	eksFirstPage = `{
  "clusterVersions": [
    {
      "clusterVersion": "1.33",
      "clusterType": "eks",
      "defaultPlatformVersion": "eks.28",
      "defaultVersion": false,
      "releaseDate": 1748476800.0,
      "endOfStandardSupportDate": 1785283200.0,
      "endOfExtendedSupportDate": 1816819200.0,
      "status": "extended-support",
      "versionStatus": "EXTENDED_SUPPORT",
      "kubernetesPatchVersion": "1.33.11"
    },
    {
      "clusterVersion": "1.36",
      "clusterType": "eks",
      "defaultPlatformVersion": "eks.4",
      "defaultVersion": true,
      "releaseDate": 1780272000,
      "endOfStandardSupportDate": 1817164799,
      "endOfExtendedSupportDate": 1848700800,
      "status": "standard-support",
      "versionStatus": "STANDARD_SUPPORT",
      "kubernetesPatchVersion": "1.36.2",
      "controlPlaneScalingTiers": [{"tier": "tier-quantum"}],
      "fromTheFuture": {"a": [1]}
    }
  ],
  "nextToken": "page/2+=",
  "alsoFromTheFuture": 1
}`
	eksSecondPage = `{
  "clusterVersions": [
    {"clusterVersion": "1.27", "versionStatus": "UNSUPPORTED", "endOfExtendedSupportDate": 1753315200},
    {"clusterVersion": "1.34", "status": "standard-support"},
    {"clusterVersion": "1.39", "clusterType": "eks-quantum", "versionStatus": "STANDARD_SUPPORT"},
    {"clusterVersion": "1.38", "versionStatus": "PREVIEW_SUPPORT", "releaseDate": null},
    {"clusterVersion": "1.35"}
  ]
}`
)

func TestEKSAnswerIsMapped(t *testing.T) {
	plant(t, eksPlanted())
	var asked []string
	page := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Method+" "+r.URL.Path+" "+r.URL.Query().Encode())
			says(http.StatusOK, body)(w, r)
		}
	}
	server := serve(t, page(eksFirstPage), page(eksSecondPage))
	answer := read(t, t.Context(), eksQuery(server.URL), eksPlanted())
	yes, no := true, false
	want := v1alpha1.NewLiveReleases("amazon-eks")
	want.Region, want.Source = "eu-central-1", server.URL+"/cluster-versions"
	want.ReadAt.Time = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	want.Raw = append(want.Raw, *raw(eksFirstPage), *raw(eksSecondPage))
	want.Releases = []v1alpha1.LiveRelease{
		{Version: "1.38", Status: "PREVIEW_SUPPORT"},
		{
			Version: "1.36", Patches: []string{"1.36.2"}, Released: day(t, "2026-06-01"), Status: "STANDARD_SUPPORT", Default: true, Creatable: &yes,
			Ends: map[string]calendar.Date{"standard": day(t, "2027-08-01"), "extended": day(t, "2028-08-01")},
		},
		{Version: "1.35"},
		{Version: "1.34", Status: "standard-support", Creatable: &yes},
		{
			Version: "1.33", Patches: []string{"1.33.11"}, Released: day(t, "2025-05-29"), Status: "EXTENDED_SUPPORT", Creatable: &yes,
			Ends: map[string]calendar.Date{"standard": day(t, "2026-07-29"), "extended": day(t, "2027-07-29")},
		},
		{Version: "1.27", Status: "UNSUPPORTED", Creatable: &no, Ends: map[string]calendar.Date{"extended": day(t, "2025-07-24")}},
	}
	same(t, "answer", answer, want)
	same(t, "requests", asked, []string{
		"GET /cluster-versions includeAll=true",
		"GET /cluster-versions includeAll=true&nextToken=page%2F2%2B%3D",
	})
}

func TestEKSRequestIsSigned(t *testing.T) {
	plant(t, eksPlanted())
	keys := aws.Credentials{AccessKeyID: "ASIAPLANTEDKEYID0000", SecretAccessKey: "planted/Secret+Of=AWS", SessionToken: "IQoJplanted/Token+Of=AWS"}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		same(t, "token", r.Header.Get("X-Amz-Security-Token"), keys.SessionToken)
		got := r.Header.Get("Authorization")
		same(t, "signature", got, eksSignature(t, r, keys))
		other := keys
		other.SecretAccessKey = "another"
		if got == eksSignature(t, r, other) {
			t.Error("the signature does not depend on the secret")
		}
		says(http.StatusOK, eksSecondPage)(w, r)
	})
	same(t, "fault", read(t, t.Context(), eksQuery(server.URL), eksPlanted()).Fault, (*v1alpha1.LiveFault)(nil))
}

// eksSignature signs the headers of a request that it says are signed.
func eksSignature(t *testing.T, r *http.Request, keys aws.Credentials) string {
	t.Helper()
	when, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if err != nil {
		t.Fatal(err)
	}
	_, signed, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	signed, _, _ = strings.Cut(signed, ",")
	again, err := http.NewRequest(r.Method, "http://"+r.Host+r.URL.RequestURI(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Split(signed, ";") {
		if value := r.Header.Get(name); value != "" {
			again.Header.Set(name, value)
		}
	}
	const ofNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if err := v4.NewSigner().SignHTTP(t.Context(), keys, again, ofNothing, "eks", "eu-central-1", when); err != nil {
		t.Fatal(err)
	}
	return again.Header.Get("Authorization")
}

func TestEKSRegionIsThatOfTheConfiguration(t *testing.T) {
	plant(t, eksPlanted())
	t.Setenv("AWS_REGION", "ap-south-1")
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if scope := "/ap-south-1/eks/aws4_request"; !strings.Contains(r.Header.Get("Authorization"), scope) {
			t.Errorf("Authorization is not for %s", scope)
		}
		says(http.StatusOK, eksSecondPage)(w, r)
	})
	q := eksQuery(server.URL)
	q.Region = ""
	same(t, "region", read(t, t.Context(), q, eksPlanted()).Region, "ap-south-1")
}

func TestEKSFaultsAreExplained(t *testing.T) {
	const quoted = "ASIAPLANTEDKEYID0000 planted/Secret+Of=AWS IQoJplanted/Token+Of=AWS IQoJplanted%2FToken%2BOf%3DAWS"
	refused := func(status int, code, message string) http.HandlerFunc {
		return says(status, `{"message":"`+message+`"}`, "X-Amzn-Errortype", code, "X-Amzn-Requestid", "c7f0e2a4-0000-4b4b-8c8c-1234567890ab")
	}
	const denied = "User: arn:aws:iam::123456789012:user/jane is not authorized to perform: eks:DescribeClusterVersions on resource: * because no identity-based policy allows the eks:DescribeClusterVersions action"
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   *v1alpha1.LiveFault
	}{
		{
			"an access key that is not known", refused(http.StatusForbidden, "UnrecognizedClientException", "The security token included in the request is invalid. "+quoted),
			fault(v1alpha1.GapForbidden, "credentials for AWS are refused (UnrecognizedClientException: The security token included in the request is invalid. *** *** *** ***): check the access key and the profile with aws sts get-caller-identity"),
		},
		{
			"a code with a namespace and an address", refused(http.StatusForbidden, "com.amazonaws.eks#UnrecognizedClientException:http://internal.amazon.com/coral/", "The security token included in the request is invalid"),
			fault(v1alpha1.GapForbidden, "credentials for AWS are refused (UnrecognizedClientException: The security token included in the request is invalid): check the access key and the profile with aws sts get-caller-identity"),
		},
		{
			"a signature that does not match",
			refused(http.StatusForbidden, "InvalidSignatureException", `The request signature we calculated does not match the signature you provided.\n\nThe Canonical String for this request should have been\n'GET\n`+quoted),
			fault(v1alpha1.GapForbidden, "credentials for AWS are refused (InvalidSignatureException): check that the secret access key belongs to the access key ID"),
		},
		{
			"a clock that is wrong", refused(http.StatusForbidden, "InvalidSignatureException", "Signature expired: 20261120T080000Z is now earlier than 20261120T085500Z (20261120T090000Z - 5 min.)"),
			fault(v1alpha1.GapForbidden, "the clock of this machine is refused by HOST (InvalidSignatureException): set it to the right time"),
		},
		{
			"a session that has expired", refused(http.StatusForbidden, "ExpiredTokenException", "The security token included in the request is expired"),
			fault(v1alpha1.GapForbidden, "credentials for AWS have expired (ExpiredTokenException): get new ones, such as with aws sso login"),
		},
		{
			"an IAM policy that does not allow it", refused(http.StatusForbidden, "AccessDeniedException", denied),
			&v1alpha1.LiveFault{
				Reason: v1alpha1.GapForbidden, Permission: "eks:DescribeClusterVersions",
				Message: "DescribeClusterVersions is not allowed (AccessDeniedException: " + denied + "): have eks:DescribeClusterVersions added to the IAM policy",
			},
		},
		{
			"a throttled user", refused(http.StatusBadRequest, "ThrottlingException", "Rate exceeded"),
			fault(v1alpha1.GapUnavailable, "HOST throttled the request (ThrottlingException: Rate exceeded): try again in a minute"),
		},
		{
			"too many requests by the status alone", refused(http.StatusTooManyRequests, "SlowDownPlease", "slow down"),
			fault(v1alpha1.GapUnavailable, "HOST throttled the request (SlowDownPlease: slow down): try again in a minute"),
		},
		{
			"an internal error", refused(http.StatusInternalServerError, "ServerException", "Internal server error"),
			fault(v1alpha1.GapUnavailable, "HOST failed with status 500 (ServerException: Internal server error): try again later"),
		},
		{
			"a service that is down", refused(http.StatusServiceUnavailable, "ServiceUnavailableException", "Service is unavailable"),
			fault(v1alpha1.GapUnavailable, "HOST failed with status 503 (ServiceUnavailableException: Service is unavailable): try again later"),
		},
		{
			"a parameter that is refused", refused(http.StatusBadRequest, "InvalidParameterException", "includeAll is not supported here"),
			fault(v1alpha1.GapNotFound, "HOST refused the query with status 400 (InvalidParameterException: includeAll is not supported here): check the region and the endpoint"),
		},
		{
			"an API that is not served there", refused(http.StatusNotFound, "UnknownOperationException", ""),
			fault(v1alpha1.GapNotFound, "HOST refused the query with status 404 (UnknownOperationException): check the region and the endpoint"),
		},
		{
			"a web page with a status of an error", says(http.StatusForbidden, "<html><body>Blocked</body></html>", "Content-Type", "text/html"),
			fault(v1alpha1.GapUnavailable, "HOST answered with status 403 and no error of its API: check the endpoint, and proxies on the way"),
		},
		{
			"a status of an error alone", says(http.StatusBadGateway, ""),
			fault(v1alpha1.GapUnavailable, "HOST answered with status 502 and no error of its API: check the endpoint, and proxies on the way"),
		},
		{
			"a web page", says(http.StatusOK, "<html><body>Sign in</body></html>", "Content-Type", "text/html"),
			fault(v1alpha1.GapMalformed, "HOST answered with something that is no list of cluster versions: check the endpoint, and proxies on the way"),
		},
		{
			"an answer that is cut short", cutShort(eksFirstPage[:200]),
			fault(v1alpha1.GapMalformed, "the answer was cut short: check the network and proxies, and try again"),
		},
		{
			"an answer that ends early", says(http.StatusOK, eksFirstPage[:200]),
			fault(v1alpha1.GapMalformed, "HOST answered with something that is no list of cluster versions: check the endpoint, and proxies on the way"),
		},
		{
			"a list", says(http.StatusOK, `[]`),
			fault(v1alpha1.GapMalformed, "HOST answered with something that is no list of cluster versions: check the endpoint, and proxies on the way"),
		},
		{
			"a date that is none", says(http.StatusOK, `{"clusterVersions": [{"clusterVersion": "1.34", "releaseDate": "soon"}]}`),
			fault(v1alpha1.GapMalformed, "HOST answered with something that is no list of cluster versions: check the endpoint, and proxies on the way"),
		},
		{
			"a list without anything", says(http.StatusOK, `{"clusterVersions": []}`),
			fault(v1alpha1.GapMalformed, "http://HOST/cluster-versions lists no versions"),
		},
		{
			"an entry without a version", says(http.StatusOK, `{"clusterVersions": [{"versionStatus": "UNSUPPORTED"}]}`),
			fault(v1alpha1.GapMalformed, "an entry of the versions of HOST names no version"),
		},
		{
			"pages without an end", says(http.StatusOK, `{"clusterVersions": [{"clusterVersion": "1.34"}], "nextToken": "again"}`),
			fault(v1alpha1.GapMalformed, "HOST goes on after 50 pages of versions"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, eksPlanted())
			server := serve(t, test.answer)
			answer := read(t, t.Context(), eksQuery(server.URL), eksPlanted())
			same(t, "fault", hostless(answer.Fault, server.URL), test.want)
			same(t, "releases", len(answer.Releases)+len(answer.Raw), 0)
		})
	}
}

func TestEKSPageThatFailsFailsTheAnswer(t *testing.T) {
	plant(t, eksPlanted())
	server := serve(t, says(http.StatusOK, eksFirstPage), says(http.StatusBadRequest, `{"message":"nextToken is invalid"}`, "X-Amzn-Errortype", "InvalidParameterException"))
	answer := read(t, t.Context(), eksQuery(server.URL), eksPlanted())
	same(t, "fault", hostless(answer.Fault, server.URL),
		fault(v1alpha1.GapNotFound, "HOST refused the query with status 400 (InvalidParameterException: nextToken is invalid): check the region and the endpoint"))
	same(t, "releases", len(answer.Releases)+len(answer.Raw), 0)
}

func TestEKSIsAskedAgainWhereThatMayHelp(t *testing.T) {
	plant(t, eksPlanted())
	server := serve(t,
		says(http.StatusServiceUnavailable, `{"message":"down"}`, "X-Amzn-Errortype", "ServiceUnavailableException"),
		says(http.StatusOK, `{"clusterVersions": [{"clusterVersion": "1.34"}]}`))
	answer := read(t, t.Context(), eksQuery(server.URL), eksPlanted())
	same(t, "fault", answer.Fault, (*v1alpha1.LiveFault)(nil))
	same(t, "releases", answer.Releases, []v1alpha1.LiveRelease{{Version: "1.34"}})
}

func TestEKSNeedsMoreThanItGot(t *testing.T) {
	const nothing = "no credentials for AWS: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure or aws sso login"
	for _, test := range []struct {
		name        string
		credentials map[string]string
		config      string
		region      string
		want        *v1alpha1.LiveFault
	}{
		{"no credentials", nil, "", "eu-central-1", fault(v1alpha1.GapForbidden, nothing)},
		{"no region", eksPlanted(), "", "", fault(v1alpha1.GapNotFound, "a region of AWS is needed: name it with --region, or set AWS_REGION")},
		{
			"a region of the configuration that is a host", eksPlanted(), "[default]\nregion = example.com/\n", "",
			fault(v1alpha1.GapNotFound, `region "example.com/" of the AWS configuration is not one`),
		},
		{
			"a profile that is not there", map[string]string{"AWS_PROFILE": "nobody"}, "[default]\n", "eu-central-1",
			fault(v1alpha1.GapNotFound, `AWS profile "nobody" is not in the AWS configuration: check AWS_PROFILE`),
		},
		{
			"a profile that names half a key", nil, "[default]\naws_access_key_id = AKIAPLANTED000000000\n", "eu-central-1",
			fault(v1alpha1.GapMalformed, "the AWS configuration cannot be used: check it with aws sts get-caller-identity"),
		},
		{
			"a command for credentials that fails", nil, "[default]\ncredential_process = false planted-command\n", "eu-central-1",
			fault(v1alpha1.GapForbidden, nothing),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, test.credentials)
			if test.config != "" {
				if err := os.WriteFile(os.Getenv("AWS_CONFIG_FILE"), []byte(test.config), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			server := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) })
			q := eksQuery(server.URL)
			q.Region = test.region
			planted := map[string]string{"the key": "AKIAPLANTED000000000", "the command": "planted-command"}
			for name, value := range eksPlanted() {
				planted[name] = value
			}
			same(t, "fault", read(t, t.Context(), q, planted).Fault, test.want)
		})
	}
}

// The role's credentials come from STS: its answer is none of the platform's.
func TestEKSRecordsNoCredentials(t *testing.T) {
	plant(t, nil)
	token := os.Getenv("HOME") + "/token"
	if err := os.WriteFile(token, []byte("planted-web-identity"), 0o600); err != nil {
		t.Fatal(err)
	}
	sts := serve(t, says(http.StatusOK, `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult><Credentials>
    <AccessKeyId>ASIAPLANTEDBYSTS0000</AccessKeyId><SecretAccessKey>planted-by-sts</SecretAccessKey>
    <SessionToken>planted-token-of-sts</SessionToken><Expiration>2036-11-20T10:00:00Z</Expiration>
  </Credentials></AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`, "Content-Type", "text/xml"))
	planted := map[string]string{"key": "ASIAPLANTEDBYSTS0000", "secret": "planted-by-sts", "token": "planted-token-of-sts", "identity": "planted-web-identity"}
	t.Setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/versions")
	t.Setenv("AWS_WEB_IDENTITY_TOKEN_FILE", token)
	t.Setenv("AWS_ENDPOINT_URL_STS", sts.URL)
	server := serve(t, says(http.StatusOK, eksSecondPage))
	answer := read(t, t.Context(), eksQuery(server.URL), planted)
	same(t, "fault", answer.Fault, (*v1alpha1.LiveFault)(nil))
	same(t, "raw", string(answer.Raw[0].Raw), eksSecondPage)

	t.Run("a role that is refused", func(t *testing.T) {
		refusing := serve(t, says(http.StatusForbidden, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error><Type>Sender</Type><Code>AccessDenied</Code><Message>planted-web-identity is not authorized</Message></Error>
</ErrorResponse>`, "Content-Type", "text/xml"))
		t.Setenv("AWS_ENDPOINT_URL_STS", refusing.URL)
		same(t, "fault", read(t, t.Context(), eksQuery(server.URL), planted).Fault,
			fault(v1alpha1.GapForbidden, "credentials for AWS are refused (AccessDenied): check the profile and its role, or run aws sso login"))
	})
}

func TestEKSEndsInTime(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler func(cancel func()) http.HandlerFunc
		timeout int32
		want    *v1alpha1.LiveFault
	}{
		{
			"a platform that does not answer", func(func()) http.HandlerFunc { return stall }, 1,
			fault(v1alpha1.GapTimeout, "no answer within 1s: check the network, or wait longer with --request-timeout"),
		},
		{
			"an interrupt", func(cancel func()) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) { cancel(); stall(w, r) }
			}, 0,
			fault(v1alpha1.GapInterrupted, "interrupted"),
		},
		{
			"an interrupt between two attempts", func(cancel func()) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					says(http.StatusServiceUnavailable, `{"message":"down"}`)(w, r)
					time.AfterFunc(50*time.Millisecond, cancel)
				}
			}, 0,
			fault(v1alpha1.GapInterrupted, "interrupted"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, eksPlanted())
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			q := eksQuery(serve(t, test.handler(cancel)).URL)
			q.TimeoutSeconds = cmp.Or(test.timeout, 20)
			same(t, "fault", read(t, ctx, q, eksPlanted()).Fault, test.want)
		})
	}
	t.Run("an address that nothing listens at", func(t *testing.T) {
		plant(t, eksPlanted())
		address := unreachable(t)
		answer := read(t, t.Context(), eksQuery(address), eksPlanted())
		same(t, "fault", hostless(answer.Fault, address), fault(v1alpha1.GapUnavailable, "dial tcp HOST: connect: connection refused: check the network"))
	})
}
