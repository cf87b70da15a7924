package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// auditEvent is the part of an audit event that is read back.
type auditEvent struct {
	Verb       string `json:"verb"`
	UserAgent  string `json:"userAgent"`
	RequestURI string `json:"requestURI"`
	Stage      string `json:"stage"`
	ObjectRef  struct {
		Resource string `json:"resource"`
		APIGroup string `json:"apiGroup"`
	} `json:"objectRef"`
	// Annotations such as k8s.io/deprecated.
	Annotations map[string]string `json:"annotations"`
}

// deprecated tells what kube-apiserver counts in apiserver_requested_deprecated_apis.
func (e auditEvent) deprecated() bool { return e.Annotations["k8s.io/deprecated"] == "true" }

// audited returns what the plugin asked of every kube-apiserver.
func (c cluster) audited(t *testing.T) []auditEvent {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(c.dir, "audit", "*.log"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("no audit logs: %v", err)
	}
	var events []auditEvent
	for _, log := range logs {
		data, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var event auditEvent
			if err := json.Unmarshal(line, &event); err != nil {
				t.Fatalf("%s: %v", log, err)
			}
			// net/http's own name is that of a request which forgot to say whose it is.
			if strings.HasPrefix(event.UserAgent, "kubectl-versions/") || strings.HasPrefix(event.UserAgent, "Go-http-client/") || event.UserAgent == "" {
				events = append(events, event)
			}
		}
	}
	return events
}

// Of each test that gives --read-deprecated, the resources that are served in
// deprecated versions alone. No other test, and no other resource, may show one.
func readDeprecated(test string) []string {
	test, _, _ = strings.Cut(test, "/")
	return map[string][]string{
		"TestDeprecations":             {"componentstatuses", "endpoints", "leasecandidates", "relics"},
		"TestDeprecationsLeaveNoTrace": {"componentstatuses", "endpoints", "leasecandidates", "relics"},
		"TestPlanOfATidyCluster":       {"componentstatuses", "endpoints", "leasecandidates"},
		"TestPermissions":              {"componentstatuses", "endpoints", "leasecandidates"},
		"TestMatrixPermissions":        {"componentstatuses", "podsecuritypolicies"},
	}[test]
}

// wantOnlyPlainReads checks all that a test has asked of a cluster: plain reads of
// what docs/rbac.yaml allows, under the plugin's own name.
func (c cluster) wantOnlyPlainReads(t *testing.T) {
	t.Helper()
	mayRead := readDeprecated(t.Name())
	agent := regexp.MustCompile(`^kubectl-versions/\S+ \([a-z0-9]+/[a-z0-9]+\)$`)
	helmOwned := regexp.MustCompile(`[?&]labelSelector=(\S*%2C)?owner%3Dhelm(%2C|&|$)`)
	byName := regexp.MustCompile(`^/api/v1/namespaces/(kube-system/configmaps/(kubeadm-config|kubelet-config|kube-proxy|kube-proxy-config)|kubean-system/configmaps/[a-z0-9-]+)$`)
	events := c.audited(t)
	for _, event := range events {
		if !agent.MatchString(event.UserAgent) {
			t.Errorf("user agent %q", event.UserAgent)
		}
		if event.Verb != "get" && event.Verb != "list" {
			t.Errorf("%s %s", event.Verb, event.RequestURI)
		}
		if event.deprecated() && !slices.Contains(mayRead, event.ObjectRef.Resource) {
			t.Errorf("a deprecated version: %s %s", event.Verb, event.RequestURI)
		}
		if event.ObjectRef.Resource == "events" {
			t.Errorf("events: %s", event.RequestURI)
		}
		if strings.Contains(event.RequestURI, "/secrets") && !helmOwned.MatchString(event.RequestURI) {
			t.Errorf("Secrets that are not Helm's: %s", event.RequestURI)
		}
		if strings.Contains(event.RequestURI, "/configmaps") && !helmOwned.MatchString(event.RequestURI) && !byName.MatchString(event.RequestURI) {
			t.Errorf("ConfigMaps that are neither Helm's nor of components: %s", event.RequestURI)
		}
	}
	// One test reads a server's discovery with kubectl, and asks the plugin nothing.
	switch {
	case len(events) > 0:
		t.Logf("%d requests of the plugin are in the audit log", len(events))
	case !t.Failed() && !strings.HasPrefix(t.Name(), "TestMatrixTheAPIIndexIsWhatServersServe/"):
		t.Error("the audit log shows no request of the plugin")
	}
}
