package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// database is the name of its data.
const database = "data.json"

// kubepug is also `kubectl deprecations`. It gets the data that its own generator makes.
func kubepug(version, data string) tool {
	with := func(target string, args ...string) []string {
		return append(append([]string{"kubepug"}, args...), "--k8s-version", target, "--database", data, "--format", "json")
	}
	return tool{
		name: "kubepug", version: version,
		onCluster: func(kubeconfig, target string) []string { return with(target, "--kubeconfig", kubeconfig) },
		onFiles:   func(folder, target string) []string { return with(target, "--input-file", folder) },
		parse:     parseKubepug,
	}
}

// kubepugItem is an API version and its objects, which are called deleted_items in both lists.
type kubepugItem struct {
	Group       string `json:"group"`
	Version     string `json:"version"`
	Kind        string `json:"kind"`
	Replacement any    `json:"replacement"`
	K8sVersion  string `json:"k8sversion"`
	Description string `json:"description"`
	Items       []struct {
		Scope      string `json:"scope"`
		ObjectName string `json:"objectname"`
		Namespace  string `json:"namespace"`
		Location   string `json:"location"`
	} `json:"deleted_items"`
}

func parseKubepug(stdout []byte, _ string) ([]finding, error) {
	var output struct {
		Deprecated *[]kubepugItem `json:"deprecated_apis"`
		Deleted    *[]kubepugItem `json:"deleted_apis"`
	}
	// null, which is what it prints for none, and an absent list are not told apart by their values.
	for _, list := range []string{`"deprecated_apis"`, `"deleted_apis"`} {
		if !bytes.Contains(stdout, []byte(list)) {
			return nil, errors.New("output of another form: no " + list)
		}
	}
	if err := decode(stdout, &output); err != nil {
		return nil, err
	}
	var found []finding
	for _, list := range []*[]kubepugItem{output.Deprecated, output.Deleted} {
		if list == nil {
			continue
		}
		for _, item := range *list {
			if item.Version == "" || item.Kind == "" || len(item.Items) == 0 {
				return nil, errors.New("output of another form: an API without version, kind or objects")
			}
			api := strings.TrimPrefix(item.Group+"/"+item.Version, "/")
			for _, object := range item.Items {
				if object.ObjectName == "" {
					return nil, fmt.Errorf("output of another form: an object of %s without a name", api)
				}
				found = append(found, finding{api, item.Kind, object.ObjectName})
			}
		}
	}
	return found, nil
}

// kubepugDatabase is what https://kubepug.xyz/data/data.json is made with: the
// generator of kubepug's module, on the API types that the module in a folder uses.
func kubepugDatabase(ctx context.Context, bin, folder string) (path string, err error) {
	generate := exec.CommandContext(ctx, filepath.Join(bin, "generator"), "--input-dirs", "k8s.io/api/./...", "--output-base", bin)
	var stderr bytes.Buffer
	generate.Dir, generate.Stderr = folder, &stderr
	data, err := generate.Output()
	if err != nil {
		return "", fmt.Errorf("data of kubepug: %w: %s", err, stderr.Bytes())
	}
	if data, err = marked(data); err != nil {
		return "", fmt.Errorf("data of kubepug: %w", err)
	}
	path = filepath.Join(bin, database)
	return path, os.WriteFile(path, data, 0o600)
}

// marked takes out stable versions that are deprecated three minors after their
// introduction: that is the generator's guess where the API types do not say
// more, and would have kubepug report nearly every object.
func marked(data []byte) ([]byte, error) {
	var all, kept []json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for _, one := range all {
		var api struct {
			Version    string `json:"version"`
			Introduced struct {
				Minor int `json:"version_minor"`
			} `json:"introduced_version"`
			Deprecated struct {
				Minor int `json:"version_minor"`
			} `json:"deprecated_version"`
		}
		if err := json.Unmarshal(one, &api); err != nil {
			return nil, err
		}
		stable := !strings.Contains(api.Version, "alpha") && !strings.Contains(api.Version, "beta")
		if !stable || api.Deprecated.Minor != api.Introduced.Minor+3 {
			kept = append(kept, one)
		}
	}
	if len(kept) == 0 {
		return nil, errors.New("no API version is deprecated")
	}
	return json.Marshal(kept)
}
