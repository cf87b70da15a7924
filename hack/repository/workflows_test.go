package repository

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

const workflows = ".github/workflows"

// workflow is what is checked of a file that actionlint finds to be one.
type workflow struct {
	Permissions map[string]string
	Concurrency any
	Jobs        map[string]struct {
		TimeoutMinutes int `json:"timeout-minutes"`
		Strategy       struct{ Matrix map[string][]any }
		Steps          []struct {
			Uses, Run string
			With      map[string]any
		}
	}
}

func readWorkflow(t *testing.T, name string) workflow {
	t.Helper()
	var w workflow
	if err := yaml.Unmarshal([]byte(read(t, name)), &w); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return w
}

// matrix returns the values of one dimension in all jobs.
func (w workflow) matrix(dimension string) []string {
	var values []string
	for _, job := range w.Jobs {
		for _, value := range job.Strategy.Matrix[dimension] {
			if text, ok := value.(string); ok {
				values = append(values, text)
			}
		}
	}
	return values
}

// pinned is an action by its hash, which nobody can move as a tag. Dependabot keeps the version behind it.
var pinned = regexp.MustCompile(`^\s*- uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)

func TestWorkflowsMayDoLittle(t *testing.T) {
	for _, name := range tracked(t, workflows) {
		t.Run(path.Base(name), func(t *testing.T) {
			w := readWorkflow(t, name)
			if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
				t.Errorf("every job may do %v: let all read contents, and one more where it must", w.Permissions)
			}
			if w.Concurrency == nil {
				t.Error("has no concurrency group")
			}
			for id, job := range w.Jobs {
				if job.TimeoutMinutes == 0 {
					t.Errorf("%s has no timeout-minutes", id)
				}
				for _, step := range job.Steps {
					if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
						t.Errorf("%s leaves its credentials to every later step", id)
					}
				}
			}
			for line := range strings.Lines(read(t, name)) {
				if strings.Contains(line, "uses:") && !pinned.MatchString(strings.TrimRight(line, "\n")) {
					t.Errorf("%s is not pinned as OWNER/ACTION@HASH # vX.Y.Z", strings.TrimSpace(line))
				}
			}
		})
	}
}

func TestDependabotSeesEveryModule(t *testing.T) {
	var config struct {
		Updates []struct {
			Ecosystem   string `json:"package-ecosystem"`
			Directory   string
			Directories []string
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, ".github/dependabot.yml")), &config); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, update := range config.Updates {
		if update.Ecosystem == "gomod" {
			seen = append(seen, update.Directories...)
		}
	}
	var modules []string
	for _, name := range tracked(t, "go.mod", "*/go.mod") {
		// These are kube-apiservers of older minors, which minors/add.sh moves.
		if !strings.HasPrefix(name, "test/cluster/minors/") {
			modules = append(modules, path.Join("/", path.Dir(name)))
		}
	}
	slices.Sort(seen)
	slices.Sort(modules)
	if !slices.Equal(seen, modules) {
		t.Errorf(".github/dependabot.yml has directories\n%s\nand the modules are\n%s", strings.Join(seen, "\n"), strings.Join(modules, "\n"))
	}
}
