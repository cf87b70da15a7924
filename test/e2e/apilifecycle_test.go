package e2e

import (
	"encoding/json"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// The index and the discovery of real servers agree, both ways, with every API and feature on.
func TestMatrixTheAPIIndexIsWhatServersServe(t *testing.T) {
	index, err := apilifecycle.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, server := range kubernetes(t) {
		t.Run(server, func(t *testing.T) {
			c := startClusterWith(t, []string{"--arg=--runtime-config=api/all=true", "--arg=--feature-gates=AllAlpha=true,AllBeta=true"}, []string{server})
			v, err := version.Parse(server)
			if err != nil {
				t.Fatal(err)
			}
			served := c.served(t)
			if len(served) < 50 {
				t.Fatalf("the server lists only %d resources", len(served))
			}
			for _, difference := range index.CompareServed(v.Minor, served) {
				t.Error(difference)
			}
		})
	}
}

// served reads the resources of every group and version, without subresources.
func (c cluster) served(t *testing.T) []apilifecycle.Served {
	t.Helper()
	var groups metav1.APIGroupList
	c.raw(t, "/apis", &groups)
	versions := map[schema.GroupVersion]string{{Version: "v1"}: "/api/v1"}
	for _, group := range groups.Groups {
		for _, v := range group.Versions {
			versions[schema.GroupVersion{Group: group.Name, Version: v.Version}] = "/apis/" + v.GroupVersion
		}
	}
	var served []apilifecycle.Served
	for gv, path := range versions {
		var resources metav1.APIResourceList
		c.raw(t, path, &resources)
		for _, r := range resources.APIResources {
			if !strings.Contains(r.Name, "/") {
				served = append(served, apilifecycle.Served{GroupVersionResource: gv.WithResource(r.Name), Kind: r.Kind, Namespaced: r.Namespaced})
			}
		}
	}
	return served
}

func (c cluster) raw(t *testing.T, path string, into any) {
	t.Helper()
	r := c.kubectl(t, "get", "--raw", path)
	if r.code != 0 {
		t.Fatalf("%s: %s", path, r.stderr)
	}
	if err := json.Unmarshal([]byte(r.stdout), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
