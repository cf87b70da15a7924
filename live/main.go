// Command kubectl-versions-live asks managed platforms which Kubernetes versions
// they offer. kubectl-versions runs it for --live: it is a program of its own
// because the vendors' libraries are larger than everything else.
//
// It reads one LiveQuery as JSON on stdin, and writes one LiveReleases to stdout.
// The exit code is 1 where that holds a fault instead of an answer.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"

	"github.com/kubectl-versions/kubectl-versions/live/source"
	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func main() {
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// kubectl runs this as `kubectl versions live`, too.
	if len(os.Args) > 1 || typed(os.Stdin) {
		fmt.Fprintln(os.Stderr, "kubectl-versions-live is no command to type: kubectl versions releases --live and support --live run it, and give it a LiveQuery on stdin")
		return 2
	}
	query, err := readQuery(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 2
	}
	// Vendors' libraries print to stdout: whole requests where DEBUG names them, and
	// the credentials that they cannot read or save.
	stdout := os.Stdout
	os.Stdout = nil
	azlog.SetListener(nil) // AZURE_SDK_GO_LOGGING has it write bodies of refusals to stderr
	answer := source.Ask(ctx, query, time.Now)
	encoder := json.NewEncoder(stdout)
	encoder.SetEscapeHTML(false) // bodies stay as the platform wrote them, white space aside
	if err := encoder.Encode(answer); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	if answer.Fault != nil {
		return 1
	}
	return 0
}

// typed reports whether a person would have to type the query.
func typed(in *os.File) bool {
	info, err := in.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && info.Mode()&os.ModeDevice != 0
}

const maxQuery = 64 << 10

func readQuery(in io.Reader) (*v1alpha1.LiveQuery, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxQuery+1))
	if err != nil {
		return nil, err
	}
	query := &v1alpha1.LiveQuery{}
	unknown, err := v1alpha1.DecodeDocument(data, maxQuery, v1alpha1.LiveQueryKind, "written by kubectl versions --live", query)
	if err == nil {
		err = unknown
	}
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	return query, nil
}
