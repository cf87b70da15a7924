package main

import (
	"errors"
	"fmt"
	"path"
)

// pluto runs detect-all-in-cluster, which is detect-helm and detect-api-resources,
// and detect-files, with the versions of all components that it knows.
func pluto(version string) tool {
	with := func(target string, args ...string) []string {
		return append(append([]string{"pluto"}, args...), "--target-versions", "k8s="+target, "--output", "json",
			"--ignore-deprecations", "--ignore-removals", "--ignore-unavailable-replacements")
	}
	return tool{
		name: "pluto", version: version,
		onCluster: func(kubeconfig, target string) []string {
			return with(target, "detect-all-in-cluster", "--kubeconfig", kubeconfig)
		},
		onFiles: func(folder, target string) []string { return with(target, "detect-files", "--directory", folder) },
		parse:   parsePluto,
	}
}

func parsePluto(stdout []byte, target string) ([]finding, error) {
	var output struct {
		Items []struct {
			Name      string `json:"name"`
			FilePath  string `json:"filePath"`
			Namespace string `json:"namespace"`
			API       struct {
				Version                string `json:"version"`
				Kind                   string `json:"kind"`
				DeprecatedIn           string `json:"deprecated-in"`
				RemovedIn              string `json:"removed-in"`
				ReplacementAPI         string `json:"replacement-api"`
				ReplacementAvailableIn string `json:"replacement-available-in"`
				Component              string `json:"component"`
			} `json:"api"`
			Deprecated           bool `json:"deprecated"`
			Removed              bool `json:"removed"`
			ReplacementAvailable bool `json:"replacementAvailable"`
		} `json:"items"`
		TargetVersions map[string]string `json:"target-versions"`
	}
	if err := decode(stdout, &output); err != nil {
		return nil, err
	}
	if got := output.TargetVersions["k8s"]; got != target {
		return nil, fmt.Errorf("judged for %q and not for %s", got, target)
	}
	var found []finding
	for _, item := range output.Items {
		if item.API.Version == "" || item.API.Kind == "" || item.Name == "" || !item.Deprecated && !item.Removed {
			return nil, errors.New("output of another form: an item without version, kind or name, or neither deprecated nor removed")
		}
		// Objects of a Helm release are called RELEASE/OBJECT.
		found = append(found, finding{item.API.Version, item.API.Kind, path.Base(item.Name)})
	}
	return found, nil
}
