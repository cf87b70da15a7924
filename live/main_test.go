package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// The tests' own binary is the program where this is set.
const asProgram = "KUBECTL_VERSIONS_LIVE_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

// answerOf runs the program, and fails the test where it prints anything else
// than an answer, or what was planted.
func answerOf(t *testing.T, query *v1alpha1.LiveQuery, environment ...string) (answer *v1alpha1.LiveReleases, printed string) {
	t.Helper()
	asked, err := json.Marshal(query)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(append(os.Environ(), asProgram+"=1", "HOME="+t.TempDir()), environment...)
	var stdout, stderr bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr = bytes.NewReader(asked), &stdout, &stderr
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	answer = v1alpha1.NewLiveReleases("")
	if err := json.Unmarshal(stdout.Bytes(), answer); err != nil {
		t.Fatalf("%v: %s%s", err, stdout.String(), stderr.String())
	}
	if stderr.Len() > 0 || strings.Contains(stdout.String(), "planted") {
		t.Errorf("printed %q and %q", stdout.String(), stderr.String())
	}
	return answer, stdout.String()
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// The library for Alibaba Cloud prints requests, signatures and tokens included,
// where DEBUG names it: it reads that when the program starts. Bodies of answers
// are as the platform wrote them.
func TestLibrariesPrintNothing(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `[{"version": "1.34.3-aliyun.1", "note": "<a> & b"}]`)
	})
	query := v1alpha1.NewLiveQuery("alibaba-ack")
	query.Region, query.Endpoint = "cn-beijing", server.URL
	answer, printed := answerOf(t, query, "DEBUG=tea,dara,sdk,credential",
		"ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI5tPlanted", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=planted-secret", "ALIBABA_CLOUD_SECURITY_TOKEN=planted-token")
	if len(answer.Releases) != 1 || answer.Releases[0].Version != "1.34.3-aliyun.1" {
		t.Errorf("releases are %v, want 1.34.3-aliyun.1", answer.Releases)
	}
	if want := `[{"version":"1.34.3-aliyun.1","note":"<a> & b"}]`; !strings.Contains(printed, want) {
		t.Errorf("printed %s, want %s in it", printed, want)
	}
}

// The library for Azure logs to stderr where AZURE_SDK_GO_LOGGING has it do so.
func TestLibraryForAzureLogsNothing(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/identity" {
			_, _ = io.WriteString(w, `{"access_token":"planted-token","expires_on":"4102444800","resource":"x","token_type":"Bearer"}`)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"error":{"code":"AuthorizationFailed","message":"planted-token is refused"}}`)
	})
	query := v1alpha1.NewLiveQuery("azure-kubernetes-service")
	query.Region, query.Subscription, query.Endpoint = "westeurope", "0a1b2c3d-0000-4000-8000-123456789abc", server.URL
	answer, _ := answerOf(t, query, "AZURE_SDK_GO_LOGGING=all",
		"AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential", "IDENTITY_ENDPOINT="+server.URL+"/identity", "IDENTITY_HEADER=planted-header")
	if answer.Fault == nil || !strings.HasPrefix(answer.Fault.Message, "Azure refused (403 AuthorizationFailed)") {
		t.Errorf("fault is %v, want the refusal", answer.Fault)
	}
}
