package source

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

func ackPlanted() map[string]string {
	return map[string]string{
		"ALIBABA_CLOUD_ACCESS_KEY_ID":     "LTAI5tPlantedKeyId00",
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "planted/Secret+Of=Alibaba",
		"ALIBABA_CLOUD_SECURITY_TOKEN":    "CAISplanted/Token+Of=Alibaba",
	}
}

func ackQuery(endpoint string) *v1alpha1.LiveQuery {
	q := v1alpha1.NewLiveQuery("alibaba-ack")
	q.Region, q.Endpoint = "cn-beijing", endpoint
	return q
}

const ackAnswer = `[
  {
    "version": "1.34.3-aliyun.1",
    "release_date": "2026-02-11T00:00:00Z",
    "expiration_date": "2027-02-11T00:00:00Z",
    "creatable": true,
    "capabilities": {"AnyAZ": true, "MaxNodes": 10000.0, "Networks": ["Terway", "Flannel"]},
    "meta_data": {"KubernetesVersion": "1.34.3-aliyun.1", "SubClass": "default", "Ratio": 1e2},
    "runtimes": [{"name": "containerd", "version": "2.1.5"}, {"name": "Sandboxed-Container.runv", "version": "2.2.0"}],
    "images": [
      {
        "image_id": "aliyun_3_x64_20G_container_optimized_alibase_20260115.vhd",
        "image_name": "Alibaba Cloud Linux 3.2104 LTS 64-bit",
        "platform": "AliyunLinux",
        "os_version": "3",
        "image_type": "AliyunLinux3",
        "os_type": "Linux",
        "image_category": "system",
        "architecture": "x86_64"
      },
      {
        "image_id": "winos_2031_x64_20G.vhd",
        "platform": "WindowsNext",
        "image_type": "Windows2031",
        "image_category": "quantum",
        "architecture": "riscv64",
        "image_size": 20
      }
    ],
    "upgradable_versions": ["1.35.1-aliyun.1"]
  },
  {
    "version": "1.36.1-aliyun.9",
    "release_date": "2026-09-30T20:00:00-05:00",
    "expiration_date": "",
    "creatable": true,
    "capabilities": null,
    "runtimes": [],
    "images": []
  },
  {"version": "1.36.1-aliyun.10"},
  {
    "version": "1.31.9-aliyun.1",
    "release_date": "2024-12-01T00:00:00Z",
    "expiration_date": "2025-12-01T23:59:59Z",
    "creatable": false,
    "capabilities": {},
    "meta_data": {}
  }
]`

func TestACKAnswerIsMapped(t *testing.T) {
	plant(t, ackPlanted())
	server := serve(t, says(http.StatusOK, ackAnswer))
	answer := read(t, t.Context(), ackQuery(server.URL), ackPlanted())
	yes, no := true, false
	want := v1alpha1.NewLiveReleases("alibaba-ack")
	want.Region, want.Source = "cn-beijing", server.URL+"/api/v1/metadata/versions"
	want.ReadAt.Time = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	want.Raw = append(want.Raw, *raw(ackAnswer))
	want.Releases = []v1alpha1.LiveRelease{
		{Version: "1.36.1-aliyun.10"},
		{Version: "1.36.1-aliyun.9", Released: day(t, "2026-10-01"), Creatable: &yes, Runtimes: []v1alpha1.LiveRuntime{}},
		{
			Version:      "1.34.3-aliyun.1",
			Released:     day(t, "2026-02-11"),
			Ends:         map[string]calendar.Date{"standard": day(t, "2027-02-11")},
			Creatable:    &yes,
			Capabilities: raw(`{"AnyAZ": true, "MaxNodes": 10000.0, "Networks": ["Terway", "Flannel"]}`),
			Metadata:     raw(`{"KubernetesVersion": "1.34.3-aliyun.1", "SubClass": "default", "Ratio": 1e2}`),
			Runtimes:     []v1alpha1.LiveRuntime{{Name: "containerd", Version: "2.1.5"}, {Name: "Sandboxed-Container.runv", Version: "2.2.0"}},
			Images: []v1alpha1.LiveImage{
				{
					ID: "aliyun_3_x64_20G_container_optimized_alibase_20260115.vhd", Name: "Alibaba Cloud Linux 3.2104 LTS 64-bit",
					Platform: "AliyunLinux", OSVersion: "3", Type: "AliyunLinux3", OSType: "Linux", Category: "system", Architecture: "x86_64",
				},
				{ID: "winos_2031_x64_20G.vhd", Platform: "WindowsNext", Type: "Windows2031", Category: "quantum", Architecture: "riscv64"},
			},
		},
		{
			Version: "1.31.9-aliyun.1", Released: day(t, "2024-12-01"), Creatable: &no,
			Ends:         map[string]calendar.Date{"standard": day(t, "2025-12-01")},
			Capabilities: raw("{}"), Metadata: raw("{}"),
		},
	}
	same(t, "answer", answer, want)
}

func TestACKRequestIsAsDocumented(t *testing.T) {
	for _, test := range []struct {
		name   string
		narrow *v1alpha1.ACKQuery
		want   url.Values
	}{
		{
			"the supported versions of managed clusters, where nothing is named", nil,
			url.Values{"Region": {"cn-beijing"}, "ClusterType": {"ManagedKubernetes"}, "Mode": {"supported"}},
		},
		{
			"every parameter", &v1alpha1.ACKQuery{ClusterType: "Kubernetes", KubernetesVersion: "1.26.3-aliyun.1", Profile: "Edge", Runtime: "Sandboxed-Container.runv", Mode: "creatable"},
			url.Values{
				"Region": {"cn-beijing"}, "ClusterType": {"Kubernetes"}, "Mode": {"creatable"}, "KubernetesVersion": {"1.26.3-aliyun.1"},
				"Profile": {"Edge"}, "runtime": {"Sandboxed-Container.runv"},
			},
		},
		{
			"a value that this program does not know is passed on", &v1alpha1.ACKQuery{ClusterType: "Quantum & Co"},
			url.Values{"Region": {"cn-beijing"}, "ClusterType": {"Quantum & Co"}, "Mode": {"supported"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, ackPlanted())
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				same(t, "method and path", r.Method+" "+r.URL.Path, "GET /api/v1/metadata/versions")
				same(t, "query", r.URL.Query(), test.want)
				same(t, "action", r.Header.Get("X-Acs-Action"), "DescribeKubernetesVersionMetadata")
				same(t, "version", r.Header.Get("X-Acs-Version"), "2015-12-15")
				same(t, "token", r.Header.Get("X-Acs-Security-Token"), "CAISplanted/Token+Of=Alibaba")
				same(t, "signature", r.Header.Get("Authorization"), "acs LTAI5tPlantedKeyId00:"+ackSignature(r, "planted/Secret+Of=Alibaba"))
				says(http.StatusOK, ackAnswer)(w, r)
			})
			q := ackQuery(server.URL)
			q.ACK = test.narrow
			same(t, "fault", read(t, t.Context(), q, ackPlanted()).Fault, (*v1alpha1.LiveFault)(nil))
		})
	}
}

// ackSignature is that of a request in the style of ROA.
// https://www.alibabacloud.com/help/en/sdk/product-overview/roa-mechanism
func ackSignature(r *http.Request, secret string) string {
	lines := []string{r.Method, r.Header.Get("Accept"), r.Header.Get("Content-MD5"), r.Header.Get("Content-Type"), r.Header.Get("Date")}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if strings.HasPrefix(name, "X-Acs-") {
			lines = append(lines, strings.ToLower(name)+":"+r.Header.Get(name))
		}
	}
	var query []string
	for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) {
		query = append(query, name+"="+r.URL.Query().Get(name))
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(strings.Join(append(lines, r.URL.Path+"?"+strings.Join(query, "&")), "\n")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestACKEndpointFollowsTheRegion(t *testing.T) {
	for region, want := range map[string]string{
		"cn-beijing":       "cs.cn-beijing.aliyuncs.com",
		"ap-southeast-1":   "cs.ap-southeast-1.aliyuncs.com",
		"cn-beijing-gov-1": "cs.aliyuncs.com",
	} {
		t.Run(region, func(t *testing.T) {
			plant(t, ackPlanted())
			keys, err := ackCredentials()
			if err != nil {
				t.Fatal(err)
			}
			q := ackQuery("")
			q.Region = region
			client, err := ackClient(&Request{LiveQuery: q}, keys, nil)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "address", *client.Protocol+"://"+*client.Endpoint, "https://"+want)
		})
	}
}

func TestACKReadsTheConfigurationOfItsCLI(t *testing.T) {
	isolate(t)
	planted := map[string]string{"id": "LTAI5tPlantedInAFile", "secret": "plantedInAFile"}
	folder := filepath.Join(os.Getenv("HOME"), ".aliyun")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	profile := `{"current": "default", "profiles": [{"name": "default", "mode": "AK", "access_key_id": "LTAI5tPlantedInAFile", "access_key_secret": "plantedInAFile"}]}`
	if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte(profile), 0o600); err != nil {
		t.Fatal(err)
	}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		same(t, "signature", r.Header.Get("Authorization"), "acs LTAI5tPlantedInAFile:"+ackSignature(r, "plantedInAFile"))
		says(http.StatusOK, ackAnswer)(w, r)
	})
	same(t, "fault", read(t, t.Context(), ackQuery(server.URL), planted).Fault, (*v1alpha1.LiveFault)(nil))
}

func TestACKFaultsAreExplained(t *testing.T) {
	const quoted = "LTAI5tPlantedKeyId00 planted/Secret+Of=Alibaba CAISplanted/Token+Of=Alibaba CAISplanted%2FToken%2BOf%3DAlibaba"
	refused := func(status int, code, message string) http.HandlerFunc {
		return says(status, `{"code":"`+code+`","message":"`+message+`","requestId":"3B5F4E6A-0000-5A5A-9A9A-123456789ABC","status":`+"400}", "Retry-After", "0")
	}
	forbidden := func(message string) *v1alpha1.LiveFault {
		return &v1alpha1.LiveFault{Reason: v1alpha1.GapForbidden, Message: message, Permission: "cs:DescribeKubernetesVersionMetadata"}
	}
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		want   *v1alpha1.LiveFault
	}{
		{
			"an access key that is not known", refused(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found: "+quoted),
			fault(v1alpha1.GapForbidden, "credentials for Alibaba Cloud are refused (InvalidAccessKeyId.NotFound: Specified access key is not found: *** *** *** ***): check the access key, or run aliyun configure"),
		},
		{
			"an access key that is disabled", refused(http.StatusForbidden, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."),
			fault(v1alpha1.GapForbidden, "credentials for Alibaba Cloud are refused (InvalidAccessKeyId.Inactive: Specified access key is disabled): check the access key, or run aliyun configure"),
		},
		{
			"a signature that does not match", refused(http.StatusBadRequest, "SignatureDoesNotMatch", `Specified signature is not matched with our calculation. server string to sign is:GET\\n`+quoted),
			fault(v1alpha1.GapForbidden, "credentials for Alibaba Cloud are refused (SignatureDoesNotMatch): check that the access key secret belongs to the access key ID"),
		},
		{
			"a security token that has expired", refused(http.StatusForbidden, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired: "+quoted),
			fault(v1alpha1.GapForbidden, "credentials for Alibaba Cloud are refused (InvalidSecurityToken.Expired): the security token is not valid any more; get a new one"),
		},
		{
			"a clock that is wrong", refused(http.StatusBadRequest, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
			fault(v1alpha1.GapForbidden, "the clock of this machine is refused by HOST (InvalidTimeStamp.Expired): set it to the right time"),
		},
		{
			"a RAM policy that does not allow it", refused(http.StatusForbidden, "ForbiddenAction", "RAM policy Forbidden for action cs:DescribeKubernetesVersionMetadata"),
			forbidden("DescribeKubernetesVersionMetadata is not allowed (ForbiddenAction: RAM policy Forbidden for action cs:DescribeKubernetesVersionMetadata): have cs:DescribeKubernetesVersionMetadata added to the RAM policy"),
		},
		{
			"a refusal in capital letters", says(http.StatusForbidden, `{"Code":"Forbidden.RAM","Message":"User not authorized to operate on the specified resource, or this API doesn't support RAM.","RequestId":"1","HostId":"cs"}`),
			forbidden("DescribeKubernetesVersionMetadata is not allowed (Forbidden.RAM: User not authorized to operate on the specified resource, or this API doesn't support RAM): have cs:DescribeKubernetesVersionMetadata added to the RAM policy"),
		},
		{
			"a throttled user", refused(http.StatusBadRequest, "Throttling.User", "Request was denied due to user flow control."),
			fault(v1alpha1.GapUnavailable, "HOST throttled the request (Throttling.User: Request was denied due to user flow control): try again in a minute"),
		},
		{
			"too many requests by the status alone", refused(http.StatusTooManyRequests, "TooManyRequests", "slow down"),
			fault(v1alpha1.GapUnavailable, "HOST throttled the request (TooManyRequests: slow down): try again in a minute"),
		},
		{
			"an internal error", refused(http.StatusInternalServerError, "InternalError", "The request processing has failed due to some unknown error."),
			fault(v1alpha1.GapUnavailable, "HOST failed with status 500 (InternalError: The request processing has failed due to some unknown error): try again later"),
		},
		{
			"a value that the API does not know", refused(http.StatusBadRequest, "InvalidParameter.ClusterType", "clusterType Quantum is invalid"),
			fault(v1alpha1.GapNotFound, "HOST refused the query with status 400 (InvalidParameter.ClusterType: clusterType Quantum is invalid): check the region, and what the query is narrowed to"),
		},
		{
			"an API that is not served there", refused(http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."),
			fault(v1alpha1.GapNotFound, "HOST refused the query with status 404 (InvalidAction.NotFound: Specified api is not found, please check your url and method): check the region, and what the query is narrowed to"),
		},
		{
			"a web page with a status of an error", says(http.StatusForbidden, "<html><body>Blocked</body></html>", "Content-Type", "text/html"),
			fault(v1alpha1.GapUnavailable, "HOST answered with status 403 and no error of its API: check the endpoint, and proxies on the way"),
		},
		{
			"an error as XML", says(http.StatusBadGateway, "<Error><Code>X</Code></Error>", "Content-Type", "text/xml;charset=utf-8", "Retry-After", "0"),
			fault(v1alpha1.GapUnavailable, "HOST answered with status 502 and no error of its API: check the endpoint, and proxies on the way"),
		},
		{
			"no content", says(http.StatusNoContent, ""),
			fault(v1alpha1.GapUnavailable, "HOST answered with status 204 and no error of its API: check the endpoint, and proxies on the way"),
		},
		{
			"a web page", says(http.StatusOK, "<html><body>Sign in</body></html>", "Content-Type", "text/html"),
			fault(v1alpha1.GapMalformed, "HOST answered with something that is not JSON: check the endpoint, and proxies on the way"),
		},
		{
			"an empty answer", says(http.StatusOK, ""),
			fault(v1alpha1.GapMalformed, "HOST answered with something that is not JSON: check the endpoint, and proxies on the way"),
		},
		{
			"an answer that is cut short", cutShort(ackAnswer[:200]),
			fault(v1alpha1.GapMalformed, "the answer was cut short: check the network and proxies, and try again"),
		},
		{
			"an answer that ends early", says(http.StatusOK, ackAnswer[:200]),
			fault(v1alpha1.GapMalformed, "HOST answered with something that is not JSON: check the endpoint, and proxies on the way"),
		},
		{
			"an object", says(http.StatusOK, `{"versions": []}`),
			fault(v1alpha1.GapMalformed, "HOST answered with JSON that is no list of versions: check the endpoint"),
		},
		{
			"null", says(http.StatusOK, `null`),
			fault(v1alpha1.GapMalformed, "HOST answered with JSON that is no list of versions: check the endpoint"),
		},
		{
			"a list of texts", says(http.StatusOK, `["1.34.3-aliyun.1"]`),
			fault(v1alpha1.GapMalformed, "HOST answered with JSON that is no list of versions: check the endpoint"),
		},
		{
			"a list without anything", says(http.StatusOK, `[]`),
			fault(v1alpha1.GapMalformed, "http://HOST/api/v1/metadata/versions lists no versions"),
		},
		{
			"an entry without a version", says(http.StatusOK, `[{"version": "1.34.3-aliyun.1"}, {"creatable": true}]`),
			fault(v1alpha1.GapMalformed, "entry 2 of the versions of HOST names no version"),
		},
		{
			"an entry that is null", says(http.StatusOK, `[null]`),
			fault(v1alpha1.GapMalformed, "entry 1 of the versions of HOST names no version"),
		},
		{
			"an expiration that is no date", says(http.StatusOK, `[{"version": "1.34.3-aliyun.1", "expiration_date": "2027-02-30T00:00:00Z"}]`),
			fault(v1alpha1.GapMalformed, `expiration_date of version 1.34.3-aliyun.1 is "2027-02-30T00:00:00Z", want a time such as 2025-04-30T00:00:00Z`),
		},
		{
			"a release that is no date", says(http.StatusOK, `[{"version": "1.34.3-aliyun.1", "release_date": "soon"}]`),
			fault(v1alpha1.GapMalformed, `release_date of version 1.34.3-aliyun.1 is "soon", want a time such as 2025-04-30T00:00:00Z`),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, ackPlanted())
			server := serve(t, test.answer)
			answer := read(t, t.Context(), ackQuery(server.URL), ackPlanted())
			same(t, "fault", hostless(answer.Fault, server.URL), test.want)
			same(t, "releases", len(answer.Releases)+len(answer.Raw), 0)
		})
	}
}

func TestACKIsAskedAgainWhereThatMayHelp(t *testing.T) {
	for _, test := range []struct {
		name  string
		first http.HandlerFunc
	}{
		{"throttled", says(http.StatusBadRequest, `{"code":"Throttling","message":"Request was denied due to request throttling."}`)},
		{"throttled for a second", says(http.StatusTooManyRequests, `{"code":"TooManyRequests","message":"slow down"}`, "Retry-After", "1")},
		{"a gateway without a backend", says(http.StatusBadGateway, "<html>", "Content-Type", "text/html")},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, ackPlanted())
			server := serve(t, test.first, says(http.StatusOK, `[{"version": "1.34.3-aliyun.1"}]`))
			answer := read(t, t.Context(), ackQuery(server.URL), ackPlanted())
			same(t, "fault", answer.Fault, (*v1alpha1.LiveFault)(nil))
			same(t, "releases", answer.Releases, []v1alpha1.LiveRelease{{Version: "1.34.3-aliyun.1"}})
		})
	}
}

// A signature is good for one request.
func TestACKSignsEveryAttempt(t *testing.T) {
	plant(t, ackPlanted())
	signed := map[string]bool{}
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		signed[r.Header.Get("X-Acs-Signature-Nonce")] = true
		says(http.StatusServiceUnavailable, `{"code":"ServiceUnavailable"}`, "Retry-After", "0")(w, r)
	})
	answer := read(t, t.Context(), ackQuery(server.URL), ackPlanted())
	same(t, "fault", hostless(answer.Fault, server.URL), fault(v1alpha1.GapUnavailable, "HOST failed with status 503 (ServiceUnavailable): try again later"))
	same(t, "signatures", len(signed), attempts)
}

func TestACKIsNotWaitedForTooLong(t *testing.T) {
	for _, retryAfter := range []string{"6", "60", "4294967295"} {
		t.Run(retryAfter, func(t *testing.T) {
			plant(t, ackPlanted())
			server := serve(t,
				says(http.StatusBadRequest, `{"code":"Throttling","message":"slow down"}`, "Retry-After", retryAfter),
				func(http.ResponseWriter, *http.Request) { t.Error("asked again") })
			answer := read(t, t.Context(), ackQuery(server.URL), ackPlanted())
			same(t, "fault", hostless(answer.Fault, server.URL),
				fault(v1alpha1.GapUnavailable, "HOST throttled the request (Throttling: slow down): try again in a minute"))
		})
	}
}

func TestACKNeedsMoreThanItGot(t *testing.T) {
	for _, test := range []struct {
		name        string
		credentials map[string]string
		change      func(*v1alpha1.LiveQuery)
		want        *v1alpha1.LiveFault
	}{
		{
			"no credentials", nil, func(*v1alpha1.LiveQuery) {},
			fault(v1alpha1.GapForbidden, "no credentials for Alibaba Cloud: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure and check with aliyun sts GetCallerIdentity"),
		},
		{
			"no secret", map[string]string{"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tPlantedKeyId00"}, func(*v1alpha1.LiveQuery) {},
			fault(v1alpha1.GapForbidden, "no credentials for Alibaba Cloud: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run aliyun configure and check with aliyun sts GetCallerIdentity"),
		},
		{
			"no region", ackPlanted(), func(q *v1alpha1.LiveQuery) { q.Region = "" },
			fault(v1alpha1.GapNotFound, "a region of Alibaba Cloud is needed: name it with --region"),
		},
		{
			"a region that is a host", ackPlanted(), func(q *v1alpha1.LiveQuery) { q.Region = "example.com/" },
			fault(v1alpha1.GapNotFound, `region "example.com/" is not one: want a name such as eu-central-1 or westeurope`),
		},
		{
			"an endpoint without TLS", ackPlanted(), func(q *v1alpha1.LiveQuery) { q.Endpoint = "http://cs.example.com" },
			fault(v1alpha1.GapNotFound, "endpoint cs.example.com must be https"),
		},
		{
			"an endpoint that is a page", ackPlanted(), func(q *v1alpha1.LiveQuery) { q.Endpoint = "http://" + strings.Repeat("a.example.", 100) },
			fault(v1alpha1.GapNotFound, "endpoint "+strings.Repeat("a.example.", 6)+"… must be https"),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			plant(t, test.credentials)
			server := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL) })
			q := ackQuery(server.URL)
			test.change(q)
			same(t, "fault", read(t, t.Context(), q, test.credentials).Fault, test.want)
		})
	}
}

func TestACKEndsInTime(t *testing.T) {
	t.Run("a platform that does not answer", func(t *testing.T) {
		plant(t, ackPlanted())
		q := ackQuery(serve(t, stall).URL)
		q.TimeoutSeconds = 1
		same(t, "fault", read(t, t.Context(), q, ackPlanted()).Fault,
			fault(v1alpha1.GapTimeout, "no answer within 1s: check the network, or wait longer with --request-timeout"))
	})
	t.Run("an interrupt", func(t *testing.T) {
		plant(t, ackPlanted())
		ctx, cancel := context.WithCancel(t.Context())
		server := serve(t, func(w http.ResponseWriter, r *http.Request) { cancel(); stall(w, r) })
		same(t, "fault", read(t, ctx, ackQuery(server.URL), ackPlanted()).Fault, fault(v1alpha1.GapInterrupted, "interrupted"))
	})
	t.Run("an interrupt between two attempts", func(t *testing.T) {
		plant(t, ackPlanted())
		ctx, cancel := context.WithCancel(t.Context())
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			says(http.StatusServiceUnavailable, `{"code":"ServiceUnavailable"}`)(w, r)
			time.AfterFunc(50*time.Millisecond, cancel)
		}, func(_ http.ResponseWriter, _ *http.Request) { t.Error("asked again") })
		same(t, "fault", read(t, ctx, ackQuery(server.URL), ackPlanted()).Fault, fault(v1alpha1.GapInterrupted, "interrupted"))
	})
	t.Run("an address that nothing listens at", func(t *testing.T) {
		plant(t, ackPlanted())
		address := unreachable(t)
		answer := read(t, t.Context(), ackQuery(address), ackPlanted())
		same(t, "fault", hostless(answer.Fault, address), fault(v1alpha1.GapUnavailable, "dial tcp HOST: connect: connection refused: check the network"))
	})
}
