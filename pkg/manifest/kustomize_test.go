package manifest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func TestKustomize(t *testing.T) {
	tree(t, map[string]string{
		"base/kustomization.yaml":    "resources: [pdb.yaml]\n",
		"base/pdb.yaml":              "# a comment\napiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web, labels: {app: web}}\n",
		"overlay/kustomization.yaml": "namespace: shop\nnamePrefix: eu-\nresources: [../base]\nconfigMapGenerator:\n- name: c\n  literals: [url=https://example.com]\ncommonAnnotations: {docs: 'https://example.com'}\ngeneratorOptions: {disableNameSuffixHash: true}\n",
		"broken/kustomization.yaml":  "resources: [nope.yaml]\n",
		"none/README.md":             "",
	})
	file, err := Kustomize("./overlay")
	if err != nil {
		t.Fatal(err)
	}
	want := v1alpha1.File{Path: "./overlay", Objects: []v1alpha1.DeclaredObject{
		{APIVersion: "v1", Kind: "ConfigMap", Namespace: "shop", Name: "eu-c"},
		{APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Namespace: "shop", Name: "eu-web", Labels: map[string]string{"app": "web"}},
	}}
	slices.SortFunc(file.Objects, func(a, b v1alpha1.DeclaredObject) int { return strings.Compare(a.Kind, b.Kind) })
	if diff := cmp.Diff(want, file); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	for path, want := range map[string]string{
		"broken": "accumulating resources from 'nope.yaml'",
		"none":   "unable to find one of 'kustomization.yaml'",
	} {
		if file, err := Kustomize(path); err != nil || file.Path != path || file.Objects != nil || !strings.Contains(file.Error, want) {
			t.Errorf("%s: %+v, error %v", path, file, err)
		}
	}
	for path, want := range map[string]string{
		"nope":                      "nope is no directory: name one that holds a kustomization.yaml",
		"base/pdb.yaml":             "base/pdb.yaml is no directory: name one that holds a kustomization.yaml",
		"https://example.com/a.git": "https://example.com/a.git is remote, and kustomizations are not read from the network: clone it and name its directory",
	} {
		if _, err := Kustomize(path); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

func TestKustomizeStaysOffTheNetwork(t *testing.T) {
	const remote = "https://127.0.0.1:1/a.yaml"
	generator := "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: c}\nfiles: [a=" + remote + "]\n"
	for name, test := range map[string]struct {
		files map[string]string
		named string
	}{
		"a file":                {map[string]string{"kustomization.yaml": "resources: [" + remote + "]\n"}, remote},
		"a base":                {map[string]string{"kustomization.yml": "bases: ['github.com/example/a//b?ref=main']\n"}, "github.com/example/a//b?ref=main"},
		"a base by SSH":         {map[string]string{"kustomization.yaml": "resources: ['git@127.0.0.1:a/b.git']\n"}, "git@127.0.0.1:a/b.git"},
		"a clone of a local":    {map[string]string{"kustomization.yaml": "resources: ['file:///a/b.git']\n"}, "file:///a/b.git"},
		"a component":           {map[string]string{"kustomization.yaml": "components: ['git::HTTPS://127.0.0.1:1/a/b']\n"}, "git::HTTPS://127.0.0.1:1/a/b"},
		"a base of a base":      {map[string]string{"kustomization.yaml": "resources: [a]\n", "a/Kustomization": "resources: ['" + remote + "']\n"}, remote},
		"a generated file":      {map[string]string{"kustomization.yaml": "secretGenerator: [{name: c, files: ['a=" + remote + "']}]\n"}, remote},
		"a generated variable":  {map[string]string{"kustomization.yaml": "configMapGenerator: [{name: c, env: '" + remote + "'}]\n"}, remote},
		"a patch":               {map[string]string{"kustomization.yaml": "patches: [{path: '" + remote + "'}]\n"}, remote},
		"an old patch":          {map[string]string{"kustomization.yaml": "patchesStrategicMerge: ['" + remote + "']\n"}, remote},
		"a schema":              {map[string]string{"kustomization.yaml": "openapi: {path: '" + remote + "'}\n"}, remote},
		"by an alias":           {map[string]string{"kustomization.yaml": "namePrefix: &a " + remote + "\nresources: [*a]\n"}, remote},
		"a generator":           {map[string]string{"kustomization.yaml": "generators: [g.yaml]\n", "g.yaml": generator}, remote},
		"a generator within":    {map[string]string{"kustomization.yaml": "generators:\n- |\n  " + strings.ReplaceAll(generator, "\n", "\n  ") + "\n"}, remote},
		"a transformer's patch": {map[string]string{"kustomization.yaml": "transformers: [t.yaml]\n", "t.yaml": "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: " + remote + "\n"}, remote},
	} {
		t.Run(name, func(t *testing.T) {
			tree(t, test.files)
			file, err := Kustomize(".")
			if err != nil {
				t.Fatal(err)
			}
			want := " names " + test.named + ", and nothing is read from the network: download it and name the copy, or pipe the output of kustomize build to -f -"
			if !strings.HasSuffix(file.Error, want) {
				t.Errorf("error %q, want %q", file.Error, want)
			}
		})
	}
}
