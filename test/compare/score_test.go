package main

import (
	"slices"
	"strings"
	"testing"
)

func TestScore(t *testing.T) {
	at := func(object string) finding { return finding{"policy/v1beta1", "PodDisruptionBudget", object} }
	is := func(f finding, used bool) labelled { return labelled{finding: f, used: used} }
	reports := []finding{at("web"), at("gone"), at("elsewhere"), at("elsewhere"), {"policy/v1", "PodDisruptionBudget", "web"}}
	cases := []labelled{is(at("web"), true), is(at("db"), true), is(at("gone"), false), is(at("kept"), false), is(at(""), true)}
	for _, tc := range []struct {
		name    string
		by      []finding
		want    []outcome
		besides int
	}{
		{"by object", reports, []outcome{found, missed, falsely, quiet, found}, 2},
		{"by API alone", []finding{at("")}, []outcome{unnamed, unnamed, quiet, quiet, found}, 0},
		{"another kind of the version", []finding{{"policy/v1beta1", "PodSecurityPolicy", "web"}}, []outcome{missed, missed, quiet, quiet, missed}, 1},
		{"nothing", nil, []outcome{missed, missed, quiet, quiet, missed}, 0},
	} {
		got, besides := score(cases, tc.by)
		if !slices.Equal(got, tc.want) || len(besides) != tc.besides {
			t.Errorf("%s: %v and %v besides, want %v and %d", tc.name, got, besides, tc.want, tc.besides)
		}
	}
}

// A tool is scored by names: two cases with the same name would share a finding.
func TestCasesAreTold(t *testing.T) {
	var files []labelled
	for _, m := range manifests() {
		files = append(files, m.cases...)
	}
	for scene, all := range map[string][]labelled{"claims": cases(claims()), "flow schemas": cases(flowSchemas()), "files": files} {
		seen := map[finding]string{}
		for _, l := range all {
			if other, ok := seen[l.finding]; ok {
				t.Errorf("%s: %q and %q are told by the same finding %v", scene, other, l.name, l.finding)
			}
			seen[l.finding] = l.name
		}
	}
}

func TestCount(t *testing.T) {
	line := func(user, verb, uri, resource, deprecated string) string {
		return `{"verb":"` + verb + `","user":{"username":"` + user + `"},"requestURI":"` + uri + `","objectRef":{"resource":"` + resource + `"},"annotations":{"k8s.io/deprecated":"` + deprecated + `"}}` + "\n"
	}
	log := line("admin", "list", "/api/v1/secrets?limit=500", "secrets", "") +
		line("admin", "list", "/api/v1/secrets?labelSelector=owner%3Dhelm", "secrets", "") +
		line("admin", "list", "/apis/resource.k8s.io/v1beta1/resourceclaims", "resourceclaims", "true") +
		line("admin", "create", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "selfsubjectaccessreviews", "") +
		line("system:apiserver", "update", "/api/v1/namespaces/default/endpoints/kubernetes", "endpoints", "true")
	got, err := count([]byte(log))
	if want := (traffic{requests: 4, deprecated: 1, allSecrets: 1, writes: 1}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for log, want := range map[string]string{
		"":       "no request was seen",
		"half a": "audit log: invalid character",
		line("system:apiserver", "list", "/api/v1/secrets", "secrets", ""): "no request was seen",
	} {
		if _, err := count([]byte(log)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", log, err, want)
		}
	}
}
