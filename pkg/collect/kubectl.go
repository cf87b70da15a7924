package collect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// kubectlTimeout is ample for a client that only prints its version; a wrapper
// that asks for a password must not cost the rest of the report.
const kubectlTimeout = 10 * time.Second

// KubectlFinder finds out which kubectl runs the plugin.
type KubectlFinder struct {
	// Version, when set, is taken at its word (--kubectl-version).
	Version string
	// PluginParent is the executable that ran the plugin: kubectl sets
	// KUBECTL_PATH for its plugins since 1.37. Empty means to look on PATH.
	PluginParent string
}

// Find asks kubectl for its version. component-base's version.Get() would be
// that of the libraries in this binary.
func (f KubectlFinder) Find(ctx context.Context) (*v1alpha1.Kubectl, error) {
	if f.Version != "" {
		return &v1alpha1.Kubectl{GitVersion: f.Version, FoundBy: "--kubectl-version"}, nil
	}
	kubectl := &v1alpha1.Kubectl{Path: f.PluginParent, FoundBy: "KUBECTL_PATH"}
	if f.PluginParent == "" {
		path, err := exec.LookPath("kubectl")
		if err != nil {
			return nil, fmt.Errorf("kubectl %w on PATH: name its version with --kubectl-version", errNotFound)
		}
		kubectl.Path, kubectl.FoundBy = path, "PATH"
	}
	ctx, cancel := context.WithTimeout(ctx, kubectlTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, kubectl.Path, "version", "--client", "-o", "json")
	command.WaitDelay = time.Second
	out, err := command.Output()
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
		}
		return nil, fmt.Errorf("%s version --client: %w", kubectl.Path, err)
	}
	var answer struct {
		ClientVersion struct {
			GitVersion string `json:"gitVersion"`
		} `json:"clientVersion"`
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return nil, malformedError{kubectl.Path, err}
	}
	if answer.ClientVersion.GitVersion == "" {
		return nil, malformedError{kubectl.Path, errNoVersion}
	}
	kubectl.GitVersion = answer.ClientVersion.GitVersion
	return kubectl, nil
}
