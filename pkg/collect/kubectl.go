package collect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// kubectlTimeout is ample for a client that only prints its version; a wrapper
// that asks for a password must not cost the rest of the report.
const kubectlTimeout = 10 * time.Second

// maxKubectlBytes bounds what kubectl says, which is less than a kilobyte.
const maxKubectlBytes = 64 << 10

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
	stdout, stderr := &boundedBuffer{exceeded: cancel}, &boundedBuffer{exceeded: cancel}
	command.Stdout, command.Stderr = stdout, stderr
	if err := command.Run(); err != nil {
		var exit *exec.ExitError
		switch {
		case stdout.full || stderr.full:
			err = fmt.Errorf("it says more than %d KiB", maxKubectlBytes>>10)
		case ctx.Err() != nil:
			err = ctx.Err()
		case errors.As(err, &exit):
			err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.taken))
		}
		return nil, fmt.Errorf("%s version --client: %w", kubectl.Path, err)
	}
	var answer struct {
		ClientVersion struct {
			GitVersion string `json:"gitVersion"`
		} `json:"clientVersion"`
	}
	if err := json.Unmarshal(stdout.taken, &answer); err != nil {
		return nil, malformedError{kubectl.Path, err}
	}
	if answer.ClientVersion.GitVersion == "" {
		return nil, malformedError{kubectl.Path, errNoVersion}
	}
	kubectl.GitVersion = answer.ClientVersion.GitVersion
	return kubectl, nil
}

// boundedBuffer takes maxKubectlBytes.
type boundedBuffer struct {
	taken []byte
	// exceeded ends who writes more.
	exceeded func()
	full     bool
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if len(b.taken)+len(p) > maxKubectlBytes {
		b.full = true
		b.exceeded()
		return 0, io.ErrShortWrite
	}
	b.taken = append(b.taken, p...)
	return len(p), nil
}
