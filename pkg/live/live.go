// Package live asks platforms which versions they offer, through
// kubectl-versions-live: a program beside this one, which alone holds the
// vendors' libraries.
package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Platforms that the helper asks, by their ids in the catalog.
func Platforms() []string {
	return []string{"alibaba-ack", "amazon-eks", "azure-kubernetes-service", "google-kubernetes-engine"}
}

const (
	helperName = "kubectl-versions-live"
	// maxAnswer bounds what the helper may say: an answer and the platform's own words for it.
	maxAnswer = 64 << 20
	// maxStderr leaves a line, where it says something else.
	maxStderr = 300
	// grace is for the helper to say that its own deadline has passed.
	grace = 2 * time.Second
)

// Helper is where kubectl-versions-live is looked for.
type Helper struct {
	// Beside is the directory of the running program, symbolic links resolved; it
	// comes before PATH. Empty when that is not known.
	Beside string
}

// FindHelper looks beside the running program.
func FindHelper() Helper {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return Helper{}
	}
	return Helper{Beside: filepath.Dir(self)}
}

// Ask returns the platform's answer, or one whose Fault says in one line why
// there is none. It ends soon after ctx does, and within the query's own timeout.
func (h Helper) Ask(ctx context.Context, query *v1alpha1.LiveQuery) *v1alpha1.LiveReleases {
	answer, err := h.ask(ctx, query)
	if err == nil {
		return answer
	}
	failed := v1alpha1.NewLiveReleases(query.Platform)
	failed.Region = query.Region
	if !errors.As(err, &failed.Fault) {
		failed.Fault = v1alpha1.Faultf(v1alpha1.GapUnavailable, "%w", err)
	}
	return failed
}

func (h Helper) ask(ctx context.Context, query *v1alpha1.LiveQuery) (*v1alpha1.LiveReleases, error) {
	if !slices.Contains(Platforms(), query.Platform) {
		return nil, v1alpha1.Faultf(v1alpha1.GapNotFound, "%s cannot be asked for its versions; %s can", query.Platform, strings.Join(Platforms(), ", "))
	}
	program, err := h.Path()
	if err != nil {
		return nil, err
	}
	asked, err := json.Marshal(query)
	if err != nil {
		return nil, err
	}
	stdout, stderr := &bounded{most: maxAnswer}, &bounded{most: maxStderr}
	run := exec.CommandContext(ctx, program)
	run.Stdin, run.Stdout, run.Stderr = bytes.NewReader(asked), stdout, stderr
	run.WaitDelay = grace
	if runtime.GOOS != "windows" {
		run.Cancel = func() error { return run.Process.Signal(os.Interrupt) }
	}
	failed := run.Run()
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, v1alpha1.Faultf(v1alpha1.GapInterrupted, "interrupted")
	}
	answer, err := decode(stdout, query.Platform)
	switch {
	case err == nil && answer.Fault != nil:
		return nil, answer.Fault
	case err == nil:
		return answer, nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, v1alpha1.Faultf(v1alpha1.GapTimeout, "%s did not end in time: wait longer with --request-timeout", program)
	case failed != nil:
		return nil, v1alpha1.Faultf(v1alpha1.GapUnavailable, "%s failed: %s", program, oneLine(string(stderr.kept), failed.Error()))
	default:
		return nil, v1alpha1.Faultf(v1alpha1.GapMalformed, "answer of %s: %w", program, err)
	}
}

// Path is the helper's path, or an error that says where it was looked for.
func (h Helper) Path() (string, error) {
	if h.Beside != "" {
		name := filepath.Join(h.Beside, helperName)
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	found, err := exec.LookPath(helperName)
	if err != nil {
		return "", v1alpha1.Faultf(v1alpha1.GapNotFound, "%s, which asks platforms, is neither beside this plugin nor on PATH: install it, as docs/live.md says", helperName)
	}
	return found, nil
}

func decode(said *bounded, platform string) (*v1alpha1.LiveReleases, error) {
	if said.cut {
		return nil, fmt.Errorf("is larger than %d MiB", maxAnswer>>20)
	}
	answer := &v1alpha1.LiveReleases{}
	unknown, err := v1alpha1.DecodeDocument(said.kept, maxAnswer, v1alpha1.LiveReleasesKind, "written by "+helperName+" of this version", answer)
	if err := errors.Join(unknown, err); err != nil {
		return nil, err
	}
	switch n := len(answer.Releases); {
	case answer.Platform != platform:
		return nil, fmt.Errorf("is about %q, not %s", answer.Platform, platform)
	case n > v1alpha1.MaxLiveReleases:
		return nil, fmt.Errorf("lists %d versions, and no more than %d are taken", n, v1alpha1.MaxLiveReleases)
	}
	return answer, nil
}

// oneLine is the first line that says anything.
func oneLine(texts ...string) string {
	for _, text := range texts {
		if line, _, _ := strings.Cut(strings.TrimSpace(text), "\n"); line != "" {
			return strings.TrimPrefix(line, "error: ")
		}
	}
	return ""
}

// bounded keeps the beginning of what is written, and takes the rest as well, so
// that nobody waits for it to be read.
type bounded struct {
	kept []byte
	most int
	cut  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := min(len(p), b.most-len(b.kept))
	b.kept = append(b.kept, p[:room]...)
	b.cut = b.cut || room < len(p)
	return len(p), nil
}
