package cmd

import (
	"context"
	"errors"
	"io"
	"sync"
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
