package collect

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResourceOf(t *testing.T) {
	for path, want := range map[string]string{
		"/version":                           "version",
		"/metrics":                           "metrics",
		"/api":                               "apis",
		"/apis":                              "apis",
		"/apis/apps/v1":                      "apis",
		"/api/v1/nodes":                      "nodes",
		"/api/v1/namespaces":                 "namespaces",
		"/api/v1/namespaces/shop/pods":       "pods",
		"/apis/apps/v1/deployments":          "deployments",
		daemonSetsPath:                       "daemonsets",
		kubeadmPath:                          "configmaps",
		"/k8s/clusters/c-1/version":          "version",
		"/k8s/clusters/c-1/api/v1/pods":      "pods",
		"/k8s/clusters/c-1/apis/apps/v1/foo": "foo",
		"/":                                  "",
	} {
		if got := resourceOf(path); got != want {
			t.Errorf("%s reads %q, want %q", path, got, want)
		}
	}
}

// Whoever watches sees what is being read, and in the end all that was.
func TestActivity(t *testing.T) {
	activity := &Activity{}
	seen := make(chan Progress, 1)
	s := furnished(t).on(podsPath, func(w http.ResponseWriter, r *http.Request) {
		seen <- activity.Progress()
		answerJSON(list(object{"metadata": object{"name": "a"}}))(w, r)
	})
	o := s.options(t)
	o.Activity, o.Upgrade, o.Pods = activity, true, true
	collectWith(t, o)
	if during := <-seen; !slices.Contains(during.Reading, "pods") || during.Requests == 0 {
		t.Errorf("while pods are read: %+v", during)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	want := Progress{Requests: len(s.received), Objects: 1}
	if diff := cmp.Diff(want, activity.Progress()); diff != "" {
		t.Errorf("in the end (-want +got):\n%s", diff)
	}
}
