package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// The recipes of docs/ci, run as their runners would: each step's shell, against a
// real cluster. In place of curl and apt-get stand scripts that reach no network.
func TestPipelines(t *testing.T) {
	c := startCluster(t, kubernetes(t)[:1], demoSeed)
	r := c.newRunner(t)

	t.Run("GitHub Actions", func(t *testing.T) {
		var workflow struct {
			Env  map[string]string
			Jobs map[string]struct {
				Steps []struct {
					Run  string
					Env  map[string]string
					With map[string]string
				}
			}
		}
		read(t, "../../docs/ci/github-actions.yaml", &workflow)
		for name, codes := range map[string][]int{"manifests": {0, 3}, "cluster": {0, 0, 0, 3}} {
			t.Run(name, func(t *testing.T) {
				job := r.in(t)
				for key, value := range workflow.Env {
					job.set(key, value)
				}
				job.set("GITHUB_PATH", job.file("added-to-path"))
				job.set("GITHUB_STEP_SUMMARY", job.file("summary.md"))
				for _, step := range workflow.Jobs[name].Steps {
					for _, made := range []string{step.With["sarif_file"], step.With["path"]} {
						job.has(t, made)
					}
					if step.Run == "" {
						continue
					}
					for key, value := range step.Env {
						if value != "${{ secrets.KUBECONFIG }}" {
							t.Fatalf("%s: %s", key, value)
						}
						kubeconfig, err := os.ReadFile(c.kubeconfig())
						if err != nil {
							t.Fatal(err)
						}
						job.set(key, string(kubeconfig))
					}
					if len(codes) == 0 {
						t.Fatalf("no code is expected of a step more: %s", step.Run)
					}
					job.run(t, codes[0], step.Run)
					codes = codes[1:]
					if added, err := os.ReadFile(job.file("added-to-path")); err == nil {
						job.path = strings.TrimSpace(string(added)) + ":" + r.path
					}
				}
				if len(codes) > 0 {
					t.Errorf("%d steps are missing", len(codes))
				}
				if name == "cluster" {
					job.has(t, "summary.md")
				}
			})
		}
	})

	t.Run("GitLab", func(t *testing.T) {
		type job struct {
			Variables map[string]string
			Before    []string `json:"before_script"`
			Script    []string
			Artifacts struct {
				Paths   []string
				Reports map[string]string
			}
		}
		pipeline := map[string]job{}
		read(t, "../../docs/ci/gitlab-ci.yml", &pipeline)
		for _, name := range []string{"manifests", "cluster"} {
			t.Run(name, func(t *testing.T) {
				job := r.in(t)
				for key, value := range pipeline[".versions"].Variables {
					job.set(key, value)
				}
				job.set("KUBECONFIG", c.kubeconfig())
				job.run(t, 3, strings.Join(append(pipeline[".versions"].Before, pipeline[name].Script...), "\n"))
				for _, made := range append(pipeline[name].Artifacts.Paths, pipeline[name].Artifacts.Reports["junit"]) {
					job.has(t, made)
				}
			})
		}
	})

	t.Run("a plain shell", func(t *testing.T) {
		job := r.in(t)
		kubeconfig, err := os.ReadFile(c.kubeconfig())
		if err != nil {
			t.Fatal(err)
		}
		job.set("KUBECONFIG", job.file("kubeconfig"))
		job.write(t, "kubeconfig", string(kubeconfig))
		job.path = c.path + ":" + r.path
		job.run(t, 0, "kubectl config view --context admin --minify --raw > one; mv one kubeconfig; kubectl config rename-context admin arn:aws:eks:eu-west-1:111122223333:cluster/prod")
		script, err := filepath.Abs("../../docs/ci/check.sh")
		if err != nil {
			t.Fatal(err)
		}
		if out := job.run(t, 0, script+" kept"); strings.Contains(out, "new") {
			t.Errorf("the first run has something to compare with:\n%s", out)
		}
		kept, err := filepath.Glob(job.file("kept/arn_aws_eks_eu-west-1_111122223333_cluster_prod-*.yaml"))
		if err != nil || len(kept) != 1 {
			t.Fatalf("kept: %q, %v", kept, err)
		}
		if out := job.run(t, 0, script+" kept"); out != "" {
			t.Errorf("nothing has changed:\n%s", out)
		}
		job.run(t, 0, `kubectl create -f - <<'END'
{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "left-behind"}}
END
kubectl patch node left-behind --subresource=status --type=merge -p '{"status": {"nodeInfo": {"kubeletVersion": "v1.20.0", "architecture": "", "bootID": "", "containerRuntimeVersion": "", "kernelVersion": "", "kubeProxyVersion": "", "machineID": "", "operatingSystem": "", "osImage": "", "systemUUID": ""}}}'`)
		if out := job.run(t, 3, script+" kept"); !strings.Contains(out, "v1.20.0") {
			t.Errorf("the new node is not told:\n%s", out)
		}
		job.run(t, 0, "kubectl config set-cluster dead --server https://127.0.0.1:1; kubectl config set-context gone --cluster dead")
		job.run(t, 1, script+" kept")

		// What cannot be compared is said, and stays what it was.
		if err := os.WriteFile(kept[0], []byte("no snapshot\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := job.run(t, 1, script+" kept"); out != "" {
			t.Errorf("printed:\n%s", out)
		}
		if text, err := os.ReadFile(kept[0]); string(text) != "no snapshot\n" {
			t.Errorf("replaced: %v", err)
		}
		job.write(t, "kubeconfig", "no kubeconfig\n")
		job.run(t, 1, script+" kept")
	})
}

// runner has on its PATH what a pipeline's machine has, and a release to download.
type runner struct{ release, path string }

func (c cluster) newRunner(t *testing.T) runner {
	t.Helper()
	stubs, r := t.TempDir(), runner{release: t.TempDir()}
	for name, script := range map[string]string{
		"apt-get": "#!/bin/sh\n",
		"curl": `#!/bin/sh
for argument; do
	case $argument in "https://github.com/kubectl-versions/kubectl-versions/releases/download/v"*) cp "$RELEASE/${argument##*/}" . || exit 22 ;; esac
done
`,
	} {
		if err := os.WriteFile(filepath.Join(stubs, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r.path = stubs + ":/usr/bin:/bin"
	pack := exec.Command("/bin/sh", "-c", `tar -czf "$0/kubectl-versions_linux_amd64.tar.gz" -C "$1" kubectl-versions && cd "$0" && sha256sum * > checksums.txt`, r.release, built(t, ""))
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return r
}

// pipelineJob is one job in a directory of its own.
type pipelineJob struct {
	dir, path string
	env       []string
}

// in checks out a repository with a manifest of an API that is long gone.
func (r runner) in(t *testing.T) *pipelineJob {
	t.Helper()
	job := &pipelineJob{dir: t.TempDir(), path: r.path}
	job.set("RELEASE", r.release)
	job.set("HOME", job.dir)
	job.write(t, "manifests/app/budget.yaml", "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n")
	return job
}

func (j *pipelineJob) set(key, value string)   { j.env = append(j.env, key+"="+value) }
func (j *pipelineJob) file(name string) string { return filepath.Join(j.dir, name) }

func (j *pipelineJob) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(j.file(name)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(j.file(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run is what runners make of a step: bash that ends at the first failure.
func (j *pipelineJob) run(t *testing.T, code int, script string) (stdout string) {
	t.Helper()
	command := exec.Command("/bin/bash", "-e", "-o", "pipefail", "-c", script)
	command.Dir, command.Env = j.dir, append(slices.Clone(j.env), "PATH="+j.path)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != code {
		t.Fatalf("ended with %d, want %d: %s\n%s%s", got, code, script, out.String(), errs.String())
	}
	return out.String()
}

func (j *pipelineJob) has(t *testing.T, name string) {
	t.Helper()
	if name == "" {
		return
	}
	if info, err := os.Stat(j.file(name)); err != nil || info.Size() == 0 {
		t.Errorf("%s: not made, or empty: %v", name, err)
	}
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
