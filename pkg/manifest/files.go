package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// stdinPath stands for stdin.
const stdinPath = "-"

// ReadFiles reads manifests as kubectl's -f takes them: files whatever they are
// called, patterns of files, directories (of which the *.yaml, *.yml and *.json,
// with recursive also those further down, but for what kustomize and Helm read), and "-" for stdin. A file that cannot
// be read, or not wholly, says so in its Error; an argument that names no
// manifest is an error of the whole. Paths have slashes on Windows too, so that
// what is found there is what another machine finds.
func ReadFiles(paths []string, recursive bool, stdin io.Reader) (*v1alpha1.Files, error) {
	files := &v1alpha1.Files{Files: []v1alpha1.File{}}
	for i, path := range paths {
		if path == stdinPath {
			if slices.Contains(paths[:i], stdinPath) {
				return nil, errors.New(`stdin is named twice: give "-" once`)
			}
			files.Files = append(files.Files, readFrom(path, stdin))
			continue
		}
		if isURL(path) {
			return nil, fmt.Errorf("%s is a URL, and manifests are not read from the network: download it and pipe it, as with curl -fsSL URL | kubectl versions deprecations -f -", path)
		}
		matches, err := expand(path)
		if err != nil {
			return nil, err
		}
		for _, match := range matches {
			found, err := readPath(match, recursive)
			if err != nil {
				return nil, err
			}
			files.Files = append(files.Files, found...)
		}
	}
	return files, nil
}

// isInput finds what kustomize and Helm read themselves, and no API server.
func isInput(name string) bool {
	return slices.Contains([]string{"kustomization.yaml", "kustomization.yml", "Chart.yaml", "values.yaml", "values.schema.json"}, name)
}

func isURL(path string) bool {
	scheme, _, found := strings.Cut(path, "://")
	return found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// expand returns what a pattern matches, and the path itself where there is such a file.
func expand(path string) ([]string, error) {
	_, err := os.Stat(path)
	// Windows says of a name with these that it is none, not that no file has it.
	isPattern := strings.ContainsAny(path, "*?")
	if err == nil || errors.Is(err, fs.ErrPermission) || !errors.Is(err, fs.ErrNotExist) && !isPattern {
		return []string{path}, nil
	}
	if matches, err := filepath.Glob(path); err == nil && len(matches) > 0 {
		return matches, nil
	}
	return nil, fmt.Errorf("%s does not exist: name a manifest, a directory with manifests, or - for stdin", path)
}

// readPath reads a file or a directory. Why it cannot be read is found by readFile.
func readPath(path string, recursive bool) ([]v1alpha1.File, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return readDirectory(path, recursive)
	}
	return []v1alpha1.File{readFile(path)}, nil
}

// readDirectory reads the manifests of a directory in lexical order. Links in it are
// followed to files, not to directories, and what is no file (a named pipe, a
// device) is passed over.
func readDirectory(path string, recursive bool) ([]v1alpha1.File, error) {
	// The separator makes WalkDir follow a link that was named.
	root := strings.TrimRight(path, string(filepath.Separator)) + string(filepath.Separator)
	var files []v1alpha1.File
	err := filepath.WalkDir(root, func(found string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			files = append(files, v1alpha1.File{Path: filepath.ToSlash(found), Error: reason(err)})
			return nil
		case entry.IsDir():
			if found != root && !recursive {
				return filepath.SkipDir
			}
			return nil
		case !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(found)) || isInput(entry.Name()):
			return nil
		}
		if info, err := os.Stat(found); err != nil || info.Mode().IsRegular() {
			files = append(files, readFile(found))
		}
		return nil
	})
	if err == nil && len(files) == 0 {
		hint := ""
		if !recursive {
			hint = ", or add -R for the directories in it"
		}
		err = fmt.Errorf("%s holds no manifest: name a directory with *.yaml, *.yml or *.json files%s", path, hint)
	}
	return files, err
}

func readFile(path string) v1alpha1.File {
	file, err := os.Open(path)
	if err != nil {
		return v1alpha1.File{Path: filepath.ToSlash(path), Error: reason(err)}
	}
	defer file.Close()
	return readFrom(path, file)
}

func readFrom(path string, r io.Reader) v1alpha1.File {
	objects, err := Read(r)
	file := v1alpha1.File{Path: filepath.ToSlash(path), Objects: objects}
	if err != nil {
		file.Error = reason(err)
	}
	return file
}

// reason leaves the path out, which File has.
func reason(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err.Error()
	}
	return err.Error()
}
