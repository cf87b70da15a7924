package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// module is a Go module with API types.
type module struct {
	path string
	// root is the directory within the module that holds the API groups.
	root string
	// versions are one of each minor, without a gap, oldest first: so the minor
	// in which a type vanished is known.
	versions []string
}

// modules all end at the same minor.
func modules() []module {
	return []module{
		// Types have lifecycle methods since v0.19, alphas and stable ones since v0.31.
		// The three before date the alphas that were gone by then.
		{path: "k8s.io/api", root: ".", versions: []string{
			"v0.16.15", "v0.17.17", "v0.18.19",
			"v0.19.16", "v0.20.15", "v0.21.14", "v0.22.17", "v0.23.17", "v0.24.17", "v0.25.16",
			"v0.26.15", "v0.27.16", "v0.28.15", "v0.29.15", "v0.30.14", "v0.31.14", "v0.32.13",
			"v0.33.13", "v0.34.13", "v0.35.10", "v0.36.6", "v0.37.2",
		}},
		// These two still have every type that they ever had.
		{path: "k8s.io/apiextensions-apiserver", root: "pkg/apis", versions: []string{"v0.37.2"}},
		{path: "k8s.io/kube-aggregator", root: "pkg/apis", versions: []string{"v0.37.2"}},
	}
}

// kubernetes is the minor of which a module is: 1.37 for v0.37.2.
func kubernetes(moduleVersion string) (version.Minor, error) {
	v, err := version.Parse(moduleVersion)
	if err != nil || v.Minor.Major != 0 {
		return version.Minor{}, fmt.Errorf("%q is no version of a module of Kubernetes, want one such as v0.37.2", moduleVersion)
	}
	return version.Minor{Major: 1, Minor: v.Minor.Minor}, nil
}

// read downloads and reads all versions.
func (m module) read(ctx context.Context) (history, error) {
	dirs, err := download(ctx, m.path, m.versions...)
	if err != nil {
		return history{}, err
	}
	h := history{path: m.path}
	for _, v := range m.versions {
		minor, err := kubernetes(v)
		if err != nil {
			return history{}, err
		}
		types, err := readTypes(os.DirFS(filepath.Join(dirs[v], m.root)))
		if err != nil {
			return history{}, fmt.Errorf("%s@%s: %w", m.path, v, err)
		}
		h.snapshots = append(h.snapshots, snapshot{module: m.path + "@" + v, minor: minor, types: types})
	}
	return h, nil
}

// download has the go command fetch and verify versions of a module, and
// returns their directories in the module cache.
func download(ctx context.Context, path string, versions ...string) (map[string]string, error) {
	args := []string{"mod", "download", "-json"}
	for _, v := range versions {
		args = append(args, path+"@"+v)
	}
	command := exec.CommandContext(ctx, "go", args...)
	// Outside of this module, whose go.sum would have to name them.
	command.Dir = os.TempDir()
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, failed := command.Output()

	// What could not be downloaded is in the output too.
	dirs := map[string]string{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var got struct{ Version, Dir, Error string }
		if err := decoder.Decode(&got); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if got.Error != "" {
			return nil, fmt.Errorf("%s@%s: %s", path, got.Version, got.Error)
		}
		dirs[got.Version] = got.Dir
	}
	if failed != nil || len(dirs) != len(versions) {
		return nil, fmt.Errorf("go mod download: %d of %d versions of %s: %w\n%s", len(dirs), len(versions), path, failed, &stderr)
	}
	return dirs, nil
}
