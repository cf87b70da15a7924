// Package auditlog reads who asked for APIs that go away from the audit logs of
// kube-apiserver.
//
// A log has one event of audit.k8s.io/v1 (v1beta1 until 1.23) as JSON in every
// line, as the log backend writes it: --audit-log-path with the format json. A
// line may also be an EventList as webhooks get it. JSON that spreads over
// several lines, and events that something else wrapped, count as malformed.
// Levels None and omitted stages write nothing: absence of a request proves
// nothing beyond what the policy says.
// https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
//
// Requests are of interest when the index of built-in APIs has a minor for the
// deprecation or removal of group, version and resource of objectRef, or when
// the server annotated them with k8s.io/deprecated: "true". The annotation alone
// tells of custom resources; the index alone of what that server does not yet
// call deprecated, and of what it does not serve.
//
// Logs are long and hold what clients sent: they are read line by line, and
// everything that is held has a bound (MaxLine, MaxGroups, MaxText).
package auditlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

// stdinName is how a command line names stdin.
const stdinName = "-"

// Read reads files, and stdin where the name is "-", in the order in which they
// are given: the oldest of rotated files first, as their names sort.
//
// The error joins one for every source that could not be read, or not to its
// end; what was read is returned beside it. AuditLog.Sources are those that were
// read, also in part. The log is nil when none was.
func Read(ctx context.Context, index *apilifecycle.Index, stdin io.Reader, names ...string) (*v1alpha1.AuditLog, error) {
	reader := NewReader(index)
	var sources []string
	var faults []error
	for _, name := range names {
		events := reader.log.Events
		err := reader.readSource(ctx, stdin, name)
		if err == nil || reader.log.Events > events {
			sources = append(sources, name)
		}
		if err != nil {
			faults = append(faults, named(name, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(sources) == 0 {
		return nil, errors.Join(faults...)
	}
	log := reader.AuditLog()
	log.Sources = sources
	return log, errors.Join(faults...)
}

// named puts the name before an error that does not have it.
func named(name string, err error) error {
	var path *fs.PathError
	switch {
	case errors.As(err, &path):
		return err
	case name == stdinName:
		name = "stdin"
	}
	return fmt.Errorf("%s: %w", name, err)
}

func (r *Reader) readSource(ctx context.Context, stdin io.Reader, name string) error {
	var source io.ReadCloser
	switch info, err := os.Stat(name); {
	case name == stdinName:
		source = detached(func() (io.Reader, error) { return stdin, nil })
	case err == nil && info.Mode()&fs.ModeNamedPipe != 0:
		source = detached(func() (io.Reader, error) { return os.Open(name) })
	default:
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		source = file
	}
	// Closing ends a Read that waits for the writer of a pipe.
	stop := context.AfterFunc(ctx, func() { _ = source.Close() })
	defer func() {
		if stop() {
			_ = source.Close()
		}
	}()
	err := r.Read(ctx, source)
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// detached returns a reader that can be closed while what cannot be interrupted
// waits: stdin for more, or the opening of a named pipe for its writer. The
// goroutine that waits then ends with the process.
func detached(open func() (io.Reader, error)) io.ReadCloser {
	reader, writer := io.Pipe()
	go func() {
		source, err := open()
		if err == nil {
			_, err = io.Copy(writer, source)
		}
		_ = writer.CloseWithError(err)
	}()
	return reader
}
