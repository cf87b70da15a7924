package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
)

// versions is `kubectl versions deprecations`.
func versions() tool {
	with := func(target string, args ...string) []string {
		minor, _, _ := strings.Cut(strings.TrimPrefix(target, "v1."), ".")
		return append(append([]string{"kubectl", "versions", "deprecations"}, args...), "--to", "1."+minor, "-o", "json")
	}
	return tool{
		name:      "kubectl-versions",
		onCluster: func(kubeconfig, target string) []string { return with(target, "--kubeconfig", kubeconfig) },
		onFiles:   func(folder, target string) []string { return with(target, "-R", "-f", folder) },
		parse:     parseVersions,
	}
}

// parseVersions takes errors and warnings for findings: the rest is of no
// consequence, or not known. Stale evidence says that a writer has moved on.
func parseVersions(stdout []byte, target string) ([]finding, error) {
	var report struct {
		Kind       string `json:"kind"`
		APIVersion string `json:"apiVersion"`
		Target     string `json:"target"`
		Findings   *[]struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Verdict    string `json:"verdict"`
			Subject    struct {
				Type string `json:"type"`
				Name string `json:"name"`
			} `json:"subject"`
			Evidence []struct {
				Stale   bool `json:"stale"`
				Objects []struct {
					Name string `json:"name"`
				} `json:"objects"`
			} `json:"evidence"`
		} `json:"findings"`
	}
	if err := json.Unmarshal(stdout, &report); err != nil {
		return nil, fmt.Errorf("output of another form: %w", err)
	}
	if report.Kind != "DeprecationReport" || report.APIVersion != "kubectl-versions.github.io/v1alpha1" || report.Findings == nil {
		return nil, errors.New("output of another form: no DeprecationReport with findings")
	}
	if !strings.HasPrefix(target, "v"+report.Target+".") {
		return nil, fmt.Errorf("judged for %q and not for %s", report.Target, target)
	}
	var found []finding
	for _, f := range *report.Findings {
		if f.APIVersion == "" || f.Kind == "" || f.Subject.Type == "" || len(f.Evidence) == 0 {
			return nil, errors.New("output of another form: a finding without API version, kind, subject or evidence")
		}
		switch f.Verdict {
		case "error", "warning":
		case "information", "unknown":
			continue
		default:
			return nil, fmt.Errorf("output of another form: verdict %q", f.Verdict)
		}
		var objects []string
		for _, evidence := range f.Evidence {
			for _, o := range evidence.Objects {
				if o.Name != "" && !evidence.Stale {
					objects = append(objects, o.Name)
				}
			}
		}
		switch {
		case len(objects) > 0:
		case f.Subject.Type == "object":
			// KIND/NAME, which names the API in its content.
			objects = []string{path.Base(f.Subject.Name)}
		default:
			objects = []string{""}
		}
		for _, object := range objects {
			found = append(found, finding{f.APIVersion, f.Kind, object})
		}
	}
	return found, nil
}
