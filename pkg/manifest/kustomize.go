package manifest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// remotePattern matches what kustomize would download or clone, and a little more:
// its internal/git/repospec.go and internal/loader/fileloader.go.
var remotePattern = regexp.MustCompile(`(?i)^(git::|[a-z][a-z0-9+.-]*://|https?:|[a-z][a-z0-9-]*@|github\.com[/:])`)

// Kustomize builds a kustomization as kubectl's -k does: without plugins, Helm
// charts and files outside of it. Nothing is downloaded: one that names a remote
// base or file is not built, which its Error says like any other fault. An
// argument that is no directory is an error.
//
// Builds share the schema that kustomize keeps for its process: do not run two
// at a time.
func Kustomize(path string) (v1alpha1.File, error) {
	if remotePattern.MatchString(path) {
		return v1alpha1.File{}, fmt.Errorf("%s is remote, and kustomizations are not read from the network: clone it and name its directory", path)
	}
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return v1alpha1.File{}, fmt.Errorf("%s is no directory: name one that holds a kustomization.yaml", path)
	}
	local := &localFiles{FileSystem: filesys.MakeFsOnDisk()}
	file := v1alpha1.File{Path: filepath.ToSlash(path)}
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(local, path)
	if err == nil {
		var text []byte
		if text, err = resources.AsYaml(); err == nil {
			file.Objects, err = Parse(text)
		}
	}
	if local.remote != nil {
		err = local.remote
	}
	if err != nil {
		file.Error = strings.Join(strings.Fields(err.Error()), " ")
	}
	for i := range file.Objects {
		file.Objects[i].Line = 0
	}
	return file, nil
}

// localFiles refuses kustomizations, and the generators and transformers of one,
// that name remote files. Kustomize reads each through it before it follows what
// is named there, and has no option that keeps it off the network.
type localFiles struct {
	filesys.FileSystem
	remote error
}

func (l *localFiles) ReadFile(path string) ([]byte, error) {
	data, err := l.FileSystem.ReadFile(path)
	if err != nil {
		return nil, err
	}
	isKustomization := slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
	if isKustomization || bytes.Contains(data, []byte("builtin")) {
		if name := remoteIn(data); name != "" {
			l.remote = fmt.Errorf("%s names %s, and nothing is read from the network: download it and name the copy, or pipe the output of kustomize build to -f -", path, name)
			return nil, l.remote
		}
	}
	return data, nil
}

// remoteIn returns a remote file that a kustomization, generator or transformer
// names, or nothing.
func remoteIn(text []byte) string {
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var node yaml.Node
		if err := decoder.Decode(&node); err != nil {
			return ""
		}
		if name := remoteBelow(&node, false); name != "" {
			return name
		}
	}
}

// pathFields are the fields whose values kustomize takes for files, directories
// or repositories, or else for the text of such a file.
func pathFields() []string {
	return []string{
		"resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators",
		"patchesStrategicMerge", "path", "files", "env", "envs", "targetFilePath", "valuesFile",
	}
}

func remoteBelow(n *yaml.Node, isPath bool) string {
	if n.Kind == yaml.AliasNode && n.Alias.Kind == yaml.ScalarNode {
		n = n.Alias
	}
	if n.Kind == yaml.ScalarNode && isPath {
		_, value, keyed := strings.Cut(n.Value, "=")
		switch {
		case strings.Contains(n.Value, "\n"):
			return remoteIn([]byte(n.Value))
		case remotePattern.MatchString(n.Value):
			return n.Value
		case keyed && remotePattern.MatchString(value):
			return value
		}
	}
	for i, child := range n.Content {
		below := isPath
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			below = slices.Contains(pathFields(), n.Content[i-1].Value)
		}
		if name := remoteBelow(child, below); name != "" {
			return name
		}
	}
	return ""
}
