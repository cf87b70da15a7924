package cmd

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

var errInterrupted = errors.New("interrupted")

// interruptible makes a blocked Read end with ctx: nothing can interrupt stdin
// itself. The goroutine that waits for it then ends with the process.
func interruptible(ctx context.Context, in io.Reader) io.Reader {
	reader, writer := io.Pipe()
	context.AfterFunc(ctx, func() { _ = writer.CloseWithError(errInterrupted) })
	return &startingReader{reader, sync.OnceFunc(func() {
		go func() {
			_, err := io.Copy(writer, in)
			_ = writer.CloseWithError(err)
		}()
	})}
}

// startingReader leaves stdin alone until somebody reads it.
type startingReader struct {
	io.Reader
	start func()
}

// Read implements io.Reader.
func (r *startingReader) Read(p []byte) (int, error) {
	r.start()
	return r.Reader.Read(p)
}

// moment is how long files may still take after an interrupt: what was read of a
// cluster is shown together with what they hold.
const moment = 500 * time.Millisecond

// heeding reads files until a moment after ctx ends: opening a named pipe waits for
// its writer, and nothing can interrupt that. What waits then ends with the process.
func heeding[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-done:
		return r.value, r.err
	case <-time.After(moment):
		var none T
		return none, errInterrupted
	}
}
