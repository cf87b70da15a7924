package source

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v6"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func wantLine(t *testing.T, text string) {
	t.Helper()
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r >= ' ' || r < ' ' }) || len(text) > 2000 {
		t.Errorf("no line that a terminal may show: %q", text)
	}
}

// FuzzAnswers has a platform answer anything: that is versions, newest first, or a fault in a line.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		ackAnswer, eksFirstPage, `[]`, `[null]`, `[{"version": "1.36", "release_date": "0000-01-01T00:00:00Z"}]`, `{"clusterVersions": [null, {"clusterVersion": "1.99", "releaseDate": 1e300}]}`,
		`{"clusterVersions": [{"clusterVersion": "\u001b[2J"}]}`, "<html>\x1b[2J</html>",
	} {
		f.Add(true, http.StatusOK, body)
		f.Add(false, http.StatusOK, body)
	}
	for _, refusal := range []string{`{"code": "Forbidden", "message": "no\n\u001b[2J"}`, `{"__type": "AccessDeniedException", "message": "no\u202e"}`, `{"Code": ["x"], "Message": null}`} {
		f.Add(true, http.StatusForbidden, refusal)
		f.Add(false, http.StatusForbidden, refusal)
	}
	f.Fuzz(func(t *testing.T, ofAWS bool, status int, body string) {
		if status < 200 || status > 499 || passing(status) {
			return // what passes is asked for again, after a while
		}
		server := serve(t, says(status, body))
		q, planted := ackQuery(server.URL), ackPlanted()
		if ofAWS {
			q, planted = eksQuery(server.URL), eksPlanted()
		}
		q.TimeoutSeconds = 1
		plant(t, planted)
		answer := read(t, t.Context(), q, planted)
		if (answer.Fault == nil) != (len(answer.Releases) > 0) || len(answer.Releases) > maxReleases {
			t.Fatalf("%d releases and %v", len(answer.Releases), answer.Fault)
		}
		if answer.Fault != nil {
			wantLine(t, answer.Fault.Message)
		}
		if !slices.IsSortedFunc(answer.Releases, func(a, b v1alpha1.LiveRelease) int { return newestFirst(a.Version, b.Version) }) {
			t.Errorf("out of order: %+v", answer.Releases)
		}
	})
}

// FuzzGoogleAndAzure has these answer anything. Tokens come before it, which take long.
func FuzzGoogleAndAzure(f *testing.F) {
	f.Add(http.StatusOK, []byte(`{"defaultClusterVersion": "1.36.3-gke.1", "validMasterVersions": ["1.36.3-gke.1", "", "x"], "channels": [{"channel": "RAPID", "validVersions": ["1.37.0-gke.2", "1.36.3-gke.1"]}]}`))
	f.Add(http.StatusOK, []byte(`{"values": [null, {"version": "1.36", "isDefault": true, "patchVersions": {"1.36.1": null, "a": {"upgrades": ["1.36.2"]}}, "capabilities": {"supportPlan": [null, "AKSLongTermSupport"]}}]}`))
	f.Add(http.StatusForbidden, []byte(`{"error": {"status": "PERMISSION_DENIED", "details": [{"reason": "SERVICE_DISABLED", "metadata": {"consumer": "projects/1"}}]}}`))
	f.Add(http.StatusForbidden, []byte(`{"error": {"status": "\u001b[2J", "details": [{"reason": "a b"}, null]}}`))
	f.Add(http.StatusBadRequest, []byte(`{"error": "x\ny", "error_description": "AADSTS7000215: \u001b[2J"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		response := &http.Response{StatusCode: status, Request: &http.Request{URL: &url.URL{Scheme: "https", Host: "127.0.0.1"}}, Body: http.NoBody}
		wantLine(t, googleFault(response, body, "fleet-prod", "europe-west1").Message)
		var config serverConfig
		var list armcontainerservice.KubernetesVersionListResult
		var releases []v1alpha1.LiveRelease
		if json.Unmarshal(body, &config) == nil {
			releases = append(releases, config.releases()...)
		}
		if list.UnmarshalJSON(body) == nil {
			releases = append(releases, azureReleases(list.Values)...)
		}
		for _, r := range releases {
			if !json.Valid(body) || !slices.IsSortedFunc(r.Patches, newestFirst) {
				t.Errorf("%+v of %s", r, body)
			}
		}
	})
}

// FuzzQuote hides secrets wherever a platform repeats them.
func FuzzQuote(f *testing.F) {
	f.Add("before %s after", "s3cr3t/+=", uint8(0))
	f.Add("%s", "a b", uint8(1))
	f.Add("x=%s&y=%s\n\x1b[2J", "LTAI5tPlantedKeyId00", uint8(2))
	f.Fuzz(func(t *testing.T, text, secret string, how uint8) {
		if len(secret) < 8 || strings.Contains(text, secret) || strings.ContainsAny(secret, "*\n") || strings.Trim(secret, " ") != secret {
			return
		}
		written := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}[how%3]
		quoted := quote(strings.ReplaceAll(text, "%s", " "+written+" "), secret)
		wantLine(t, quoted)
		if strings.Contains(text, "%s") && strings.Contains(quoted, written) && !strings.Contains(strings.ReplaceAll(text, "%s", "  "), written) {
			t.Errorf("%q is in %q", secret, quoted)
		}
	})
}

// FuzzEndpoint takes an address that credentials are sent to.
func FuzzEndpoint(f *testing.F) {
	for _, typed := range []string{"cs.cn-beijing.aliyuncs.com", "https://EKS.eu-central-1.amazonaws.com:443/", "http://127.0.0.1:1", "http://127.0.0.1.evil.example", "https://a@b", "https://a/b", "https://a?b", "http://[::1]:1", "http://localhost\\@evil.example", "//a", "https://", ":443"} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		at, err := endpoint(typed)
		if err != nil || at == nil {
			if at != nil || err == nil && typed != "" {
				t.Errorf("%q is %v, %v", typed, at, err)
			}
			return
		}
		if at.Scheme != "https" && !loopback(at.Hostname()) || at.User != nil || at.Path+at.RawQuery+at.Fragment != "" || at.Hostname() == "" {
			t.Errorf("%q is %s", typed, at)
		}
		if again, err := endpoint(at.String()); err != nil || *again != *at {
			t.Errorf("%q is %s, and that %v, %v", typed, at, again, err)
		}
	})
}
