package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/credentials-go/credentials"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// isolate keeps what the machine has configured out of a test, and vendors'
// libraries from asking an instance's metadata.
func isolate(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, "ALIBABA_CLOUD_") {
			t.Setenv(name, "")
		}
	}
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME":                                home,
		"USERPROFILE":                         home,
		"AWS_CONFIG_FILE":                     filepath.Join(home, "config"),
		"AWS_SHARED_CREDENTIALS_FILE":         filepath.Join(home, "credentials"),
		"AWS_EC2_METADATA_DISABLED":           "true",
		"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
}

// plant sets credentials. No answer holds one.
func plant(t *testing.T, credentials map[string]string) {
	t.Helper()
	isolate(t)
	for name, value := range credentials {
		t.Setenv(name, value)
	}
}

// read asks as the program does. It fails the test where a planted value stands
// in the answer, or where anything is printed.
func read(t *testing.T, ctx context.Context, q *v1alpha1.LiveQuery, planted map[string]string) *v1alpha1.LiveReleases {
	t.Helper()
	answer := askQuietly(ctx, t, sources()[q.Platform], q, slices.Collect(maps.Values(planted)))
	if fault := answer.Fault; fault != nil && strings.ContainsAny(fault.Message, "\n\r") {
		t.Errorf("the fault is more than a line: %q", fault.Message)
	}
	return answer
}

// askQuietly asks, and fails the test where anything is written to stdout, stderr or
// a log, or where the answer holds a secret.
func askQuietly(ctx context.Context, t *testing.T, of Source, q *v1alpha1.LiveQuery, secrets []string) *v1alpha1.LiveReleases {
	t.Helper()
	written, err := os.CreateTemp(t.TempDir(), "written")
	if err != nil {
		t.Fatal(err)
	}
	defer written.Close()
	stdout, stderr, logged := os.Stdout, os.Stderr, log.Writer()
	os.Stdout, os.Stderr = written, written
	log.SetOutput(written)
	answer := askOf(ctx, of, q, func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 1, time.UTC) })
	os.Stdout, os.Stderr = stdout, stderr
	log.SetOutput(logged)

	if said, err := os.ReadFile(written.Name()); err != nil || len(said) > 0 {
		t.Errorf("it wrote %q, %v", said, err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range secrets {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("answer holds the secret %q: %s", secret, text)
		}
	}
	return answer
}

// serve answers each request with the next of the handlers, the last one for good.
func serve(t *testing.T, handlers ...http.HandlerFunc) *httptest.Server {
	t.Helper()
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler := handlers[min(requests, len(handlers)-1)]
		requests++
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// says answers with a status, headers and a body.
func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// cutShort announces more than it sends.
func cutShort(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "4096")
		_, _ = io.WriteString(w, body)
	}
}

// stall answers when the one who asks has given up.
func stall(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(10 * time.Second):
	}
}

// unreachable is the address of a port that nothing listens at.
func unreachable(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return server.URL
}

func fault(reason v1alpha1.GapReason, message string) *v1alpha1.LiveFault {
	return &v1alpha1.LiveFault{Reason: reason, Message: message}
}

// hostless replaces the address of a test's server, which changes, with HOST.
func hostless(f *v1alpha1.LiveFault, server string) *v1alpha1.LiveFault {
	if f == nil {
		return nil
	}
	replaced := *f
	replaced.Message = strings.ReplaceAll(f.Message, strings.TrimPrefix(server, "http://"), "HOST")
	return &replaced
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func day(t *testing.T, text string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDay(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func raw(text string) *runtime.RawExtension { return &runtime.RawExtension{Raw: []byte(text)} }

func TestQuotesHoldNoSecret(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a known secret", "secret s3cr3t/+= is wrong", "secret *** is wrong"},
		{"a known secret in an address", "GET /?token=s3cr3t%2F%2B%3D", "GET /?token=***"},
		{"an access key of AWS", "key AKIAIOSFODNN7EXAMPLE is unknown", "key *** is unknown"},
		{"an access key of Alibaba Cloud, in small letters", "ak=ltai5tabcdefgh not found", "ak=*** not found"},
		{"a token id of Alibaba Cloud", "STS.NUxAbCd1234 expired", "*** expired"},
		{"a signature in hexadecimal", "sign 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "sign ***"},
		{"a signature in base64", "sign bW9kZXJuIHNlY3JldHMgYXJl1w==.", "sign ***."},
		{"an operation is a word", "RAM policy Forbidden for action cs:DescribeKubernetesVersionMetadata", "RAM policy Forbidden for action cs:DescribeKubernetesVersionMetadata"},
		{"a user is named", "User: arn:aws:iam::123456789012:user/jane is not authorized", "User: arn:aws:iam::123456789012:user/jane is not authorized"},
		{"the first line alone", "no\r\x1b[31m\nGET\n/", "no[31m"},
		{"no more than a line", strings.Repeat("word ", 100), strings.Repeat("word ", 60) + "…"},
	} {
		t.Run(test.name, func(t *testing.T) {
			same(t, "quote", quote(test.text, "", "s3cr3t/+="), test.want)
		})
	}
}

// Tests ask no name server.
func TestHostThatIsNotFoundIsNamed(t *testing.T) {
	lookup := &url.Error{Op: "Get", URL: "https://cs.cn-nowhere.aliyuncs.com/api?Region=cn-nowhere", Err: &net.OpError{
		Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "cs.cn-nowhere.aliyuncs.com", IsNotFound: true},
	}}
	want := fault(v1alpha1.GapUnavailable, "host cs.cn-nowhere.aliyuncs.com is not found: check the region and the network")
	for name, err := range map[string]error{
		"ACK":                    ackFault(lookup, "cs.cn-nowhere.aliyuncs.com", &credentials.CredentialModel{}),
		"EKS":                    eksFault(fmt.Errorf("operation error: %w", lookup), "", aws.Credentials{}),
		"the credentials of AWS": awsCredentialsFault(t.Context(), fmt.Errorf("get credentials: %w", lookup)),
	} {
		t.Run(name, func(t *testing.T) {
			same(t, "fault", faultOf(t.Context(), err, time.Second), want)
		})
	}
}

// A token stands in a header that Go's client takes along to other hosts.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for platform, credentials := range map[string]map[string]string{"alibaba-ack": ackPlanted(), "amazon-eks": eksPlanted()} {
		t.Run(platform, func(t *testing.T) {
			plant(t, credentials)
			other := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL.Path) })
			server := serve(t, says(http.StatusTemporaryRedirect, "", "Location", other.URL+"/elsewhere"))
			q := v1alpha1.NewLiveQuery(platform)
			q.Region, q.Endpoint = "eu-central-1", server.URL
			answer := read(t, t.Context(), q, credentials)
			same(t, "fault", hostless(answer.Fault, server.URL), fault(v1alpha1.GapUnavailable,
				"HOST answered with status 307 and no error of its API: check the endpoint, and proxies on the way"))
		})
	}
}

func TestRedirectsOfTokenServersAreNotFollowed(t *testing.T) {
	var other *httptest.Server
	redirect := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/elsewhere", http.StatusTemporaryRedirect)
	}
	refuse := func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s was asked", r.URL.Path) }
	other = serve(t, refuse)
	t.Run("GKE", func(t *testing.T) {
		s := newGoogleServer(t, nil)
		s.api, s.token = refuse, redirect
		wantFault(t, s.ask(t, s.query()), *fault(v1alpha1.GapForbidden,
			"Google Cloud refused the credentials (307): run gcloud auth application-default login, or renew the key"))
	})
	t.Run("AKS", func(t *testing.T) {
		s := newAzureServer(t)
		s.api, s.token = refuse, redirect
		wantFault(t, s.ask(t, s.query()), *fault(v1alpha1.GapForbidden,
			"Azure refused the credentials (307): run az login, or check AZURE_TENANT_ID, AZURE_CLIENT_ID and the secret"))
	})
}

// A page alone is small enough.
func TestAnswersAreBounded(t *testing.T) {
	t.Run("all pages together", func(t *testing.T) {
		plant(t, eksPlanted())
		page := `{"clusterVersions": [{"clusterVersion": "1.34"}], "nextToken": "again", "padding": "` + strings.Repeat("x", maxBody/4) + `"}`
		asked := 0
		server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked++
			says(http.StatusOK, page)(w, r)
		})
		same(t, "fault", read(t, t.Context(), eksQuery(server.URL), eksPlanted()).Fault,
			fault(v1alpha1.GapMalformed, "the answer is larger than 16 MiB"))
		same(t, "requests", asked, 3+attempts) // the fourth page is what is too large
	})
	for _, test := range []struct {
		releases int
		want     *v1alpha1.LiveFault
	}{
		{1000, nil},
		{1001, fault(v1alpha1.GapMalformed, "http://HOST/api/v1/metadata/versions lists 1001 versions, want at most 1000")},
	} {
		t.Run(fmt.Sprintf("%d releases", test.releases), func(t *testing.T) {
			plant(t, ackPlanted())
			body := `[{"version": "1.34.3-aliyun.1"}` + strings.Repeat(`,{"version": "1.34.3-aliyun.1"}`, test.releases-1) + "]"
			server := serve(t, says(http.StatusOK, body))
			same(t, "fault", hostless(read(t, t.Context(), ackQuery(server.URL), ackPlanted()).Fault, server.URL), test.want)
		})
	}
}
