package seed

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"text/template"
	"time"

	"sigs.k8s.io/yaml"
)

// chartFiles is the chart of every release. Its templates use no more of Helm's language than text/template has.
//
//go:embed chart
var chartFiles embed.FS

// chart is what all releases share. Its JSON is that of Helm's storage.
type chart struct {
	Metadata  map[string]any `json:"metadata"`
	Templates []chartFile    `json:"templates"`
	Values    map[string]any `json:"values"`
	Schema    []byte         `json:"schema"`
	Files     []chartFile    `json:"files"`
}

type chartFile struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

type helmHook struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Path     string   `json:"path"`
	Manifest string   `json:"manifest"`
	Events   []string `json:"events"`
	Policies []string `json:"delete_policies"`
}

type helmInfo struct {
	FirstDeployed time.Time `json:"first_deployed"`
	LastDeployed  time.Time `json:"last_deployed"`
	Deleted       string    `json:"deleted"`
	Description   string    `json:"description"`
	Status        string    `json:"status"`
	Notes         string    `json:"notes"`
}

type helmRelease struct {
	Name      string         `json:"name"`
	Info      helmInfo       `json:"info"`
	Chart     *chart         `json:"chart"`
	Config    map[string]any `json:"config"`
	Manifest  string         `json:"manifest"`
	Hooks     []helmHook     `json:"hooks"`
	Version   int            `json:"version"`
	Namespace string         `json:"namespace"`
}

// newHelmRelease returns the template function helmRelease. It returns a revision of a release as Helm's storage drivers
// keep it under the key release: base64 of gzip of JSON. Its argument is a dict of name, namespace, revision, status, and
// api: a dict of the API versions in the chart's values that the release overrides, such as policy: policy/v1beta1.
func newHelmRelease(now time.Time) func(map[string]any) (string, error) {
	return func(release map[string]any) (string, error) {
		r, err := buildHelmRelease(release, now.UTC())
		if err != nil {
			return "", fmt.Errorf("release %v of Helm: %w", release["name"], err)
		}
		var packed bytes.Buffer
		compress := gzip.NewWriter(&packed)
		if err := json.NewEncoder(compress).Encode(r); err != nil {
			return "", err
		}
		if err := compress.Close(); err != nil {
			return "", err
		}
		return base64.StdEncoding.EncodeToString(packed.Bytes()), nil
	}
}

func buildHelmRelease(release map[string]any, now time.Time) (*helmRelease, error) {
	name, _ := release["name"].(string)
	namespace, _ := release["namespace"].(string)
	revision, _ := release["revision"].(int)
	status, _ := release["status"].(string)
	overrides, _ := release["api"].(map[string]any)
	if name == "" || namespace == "" || revision < 1 || status == "" {
		return nil, fmt.Errorf("needs name, namespace, revision and status")
	}
	c, err := loadChart()
	if err != nil {
		return nil, err
	}
	config := map[string]any{
		"api": overrides,
		// Differs by revision, as a real checksum would.
		"checksum": fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, namespace, name, revision))),
	}
	rendered, err := c.render("templates", name, namespace, config)
	if err != nil {
		return nil, err
	}
	var manifest strings.Builder
	for _, file := range rendered {
		fmt.Fprintf(&manifest, "---\n# Source: %s\n%s\n", file.Name, file.Data)
	}
	hooks, err := c.render("hooks", name, namespace, config)
	if err != nil {
		return nil, err
	}
	r := &helmRelease{
		Name: name, Namespace: namespace, Version: revision,
		Chart: c, Config: config, Manifest: manifest.String(),
		Info: helmInfo{
			FirstDeployed: now.Add(-4000 * time.Hour), LastDeployed: now.Add(-24 * time.Hour),
			Description: "Upgrade complete", Status: status, Notes: "Visit https://" + name + ".service.example.com\n",
		},
	}
	for _, file := range hooks {
		r.Hooks = append(r.Hooks, helmHook{
			Name: name + "-migrate", Kind: "Job", Path: file.Name, Manifest: string(file.Data),
			Events: []string{"pre-upgrade"}, Policies: []string{"before-hook-creation"},
		})
	}
	return r, nil
}

func loadChart() (*chart, error) {
	c := &chart{}
	for name, into := range map[string]any{"chart/Chart.yaml": &c.Metadata, "chart/values.yaml": &c.Values} {
		text, err := chartFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := yaml.Unmarshal(text, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	readme, err := chartFiles.ReadFile("chart/README.md")
	if err != nil {
		return nil, err
	}
	c.Files = []chartFile{{"README.md", readme}}
	err = fs.WalkDir(chartFiles, "chart", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Dir(file) == "chart" {
			return err
		}
		text, err := chartFiles.ReadFile(file)
		c.Templates = append(c.Templates, chartFile{strings.TrimPrefix(file, "chart/"), text})
		return err
	})
	return c, err
}

// render runs the templates of one folder, with the values of the chart and of the release's configuration.
func (c *chart) render(folder, name, namespace string, config map[string]any) ([]chartFile, error) {
	values := map[string]any{}
	for key, value := range c.Values {
		values[key] = value
	}
	values["checksum"] = config["checksum"]
	api := map[string]any{}
	for _, from := range []any{c.Values["api"], config["api"]} {
		versions, _ := from.(map[string]any)
		for key, value := range versions {
			api[key] = value
		}
	}
	values["api"] = api
	dot := map[string]any{
		"Values":  values,
		"Chart":   map[string]any{"Name": c.Metadata["name"], "Version": c.Metadata["version"]},
		"Release": map[string]any{"Name": name, "Namespace": namespace, "Service": "Helm"},
	}
	var rendered []chartFile
	for _, file := range c.Templates {
		if path.Dir(file.Name) != folder {
			continue
		}
		t, err := template.New(file.Name).Option("missingkey=error").Parse(string(file.Data))
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		if err := t.Execute(&text, dot); err != nil {
			return nil, err
		}
		rendered = append(rendered, chartFile{"service/" + file.Name, text.Bytes()})
	}
	return rendered, nil
}
