package manifest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

const pod = "apiVersion: v1\nkind: Pod\n"

// tree writes files into a new directory, which becomes the current one.
func tree(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// summary writes files as "path: kinds! error".
func summary(files *v1alpha1.Files) []string {
	var lines []string
	for _, f := range files.Files {
		line := filepath.ToSlash(f.Path) + ":"
		for _, o := range f.Objects {
			line += " " + o.Kind
		}
		if f.Error != "" {
			line += "! " + f.Error
		}
		lines = append(lines, line)
	}
	return lines
}

func TestReadFiles(t *testing.T) {
	tree(t, map[string]string{
		"a.txt":              pod,
		"dir/b.yml":          pod + "---\na: [\n---\n" + pod,
		"dir/a.yaml":         pod,
		"dir/c.json":         `{"apiVersion":"v1","kind":"Job"}`,
		"dir/README.md":      "# no manifest",
		"dir/settings.yaml":  "a: b\n",
		"dir/values.yaml":    "a: b\n",
		"dir/Chart.yaml":     "apiVersion: v2\nname: a\n",
		"dir/below/d.yaml":   pod,
		"dir/.hidden/e.yaml": pod,
		"empty/README.md":    "",
		"empty/below/f.yaml": pod,
		"[odd].yaml":         pod,
	})
	inDir := []string{
		"dir/a.yaml: Pod",
		"dir/b.yml: Pod Pod! line 4: not valid YAML: did not find expected node content",
		"dir/c.json: Job",
		"dir/settings.yaml:! line 1: not a Kubernetes object: it has no apiVersion and no kind",
	}
	for name, test := range map[string]struct {
		paths     []string
		recursive bool
		want      []string
		err       string
	}{
		"nothing":                         {},
		"a file of any name":              {paths: []string{"a.txt"}, want: []string{"a.txt: Pod"}},
		"files in the order given":        {paths: []string{"dir/c.json", "./a.txt"}, want: []string{"dir/c.json: Job", "./a.txt: Pod"}},
		"a directory":                     {paths: []string{"dir"}, want: inDir},
		"a directory with those below it": {paths: []string{"dir/"}, recursive: true, want: append([]string{"dir/.hidden/e.yaml: Pod", inDir[0], inDir[1], "dir/below/d.yaml: Pod"}, inDir[2:]...)},
		"a pattern":                       {paths: []string{"dir/[a-s]*.y*ml"}, want: []string{inDir[0], inDir[1], inDir[3]}},
		"a file that looks like a pattern": {
			paths: []string{"[odd].yaml"}, want: []string{"[odd].yaml: Pod"},
		},
		"stdin":       {paths: []string{"a.txt", "-"}, want: []string{"a.txt: Pod", "-: Service"}},
		"stdin twice": {paths: []string{"-", "-"}, err: `stdin is named twice: give "-" once`},
		"a file that does not exist": {
			paths: []string{"a.txt", "nope.yaml"},
			err:   "nope.yaml does not exist: name a manifest, a directory with manifests, or - for stdin",
		},
		"a pattern without a match": {
			paths: []string{"nope*.yaml"},
			err:   "nope*.yaml does not exist: name a manifest, a directory with manifests, or - for stdin",
		},
		"a directory without manifests": {
			paths: []string{"empty"},
			err:   "empty holds no manifest: name a directory with *.yaml, *.yml or *.json files, or add -R for the directories in it",
		},
		"one with manifests only below it": {paths: []string{"empty"}, recursive: true, want: []string{"empty/below/f.yaml: Pod"}},
		"a URL": {
			paths: []string{"HTTPS://example.com/a.yaml"},
			err:   "HTTPS://example.com/a.yaml is a URL, and manifests are not read from the network: download it and pipe it, as with curl -fsSL URL | kubectl versions deprecations -f -",
		},
	} {
		t.Run(name, func(t *testing.T) {
			files, err := ReadFiles(test.paths, test.recursive, strings.NewReader("apiVersion: v1\nkind: Service\n"))
			if test.err != "" {
				if err == nil || err.Error() != test.err {
					t.Fatalf("error %v, want %s", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, summary(files)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadFilesSaysThatStdinFailed(t *testing.T) {
	files, err := ReadFiles([]string{"-"}, false, iotest.ErrReader(errors.New("broken")))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"-:! broken"}, summary(files)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func within(t *testing.T, limit time.Duration, call func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	select {
	case <-done:
	case <-time.After(limit):
		t.Fatalf("not done after %s", limit)
	}
}
