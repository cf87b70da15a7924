package auditlog

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSources(t *testing.T) {
	line := func(user string) []byte { return []byte(strings.Replace(requestLine, "alice", user, 1)) }
	zipped := func(text []byte) []byte { return compressed(t, text) }
	whole := zipped(byManyUsers(1000))
	const (
		alice = "1 alice list policy/v1beta1 poddisruptionbudgets "
		bob   = "1 bob list policy/v1beta1 poddisruptionbudgets "
	)
	for name, test := range map[string]struct {
		files   map[string][]byte
		stdin   string
		names   []string
		sources []string
		want    []string
		// err are the lines of the error, in which DIR stands for the folder of the files.
		err string
	}{
		"a file": {
			files: map[string][]byte{"audit.log": line("alice")}, names: []string{"audit.log"},
			sources: []string{"audit.log"}, want: []string{alice},
		},
		"a file whose last line has no end": {
			files: map[string][]byte{"audit.log": bytes.TrimSpace(line("alice"))}, names: []string{"audit.log"},
			sources: []string{"audit.log"}, want: []string{alice},
		},
		"a rotated file, compressed, and the present one": {
			files: map[string][]byte{"audit-2026-11-20T10-00-00.000.log.gz": zipped(line("alice")), "audit.log": line("bob")},
			names: []string{"audit-2026-11-20T10-00-00.000.log.gz", "audit.log"},

			sources: []string{"audit-2026-11-20T10-00-00.000.log.gz", "audit.log"}, want: []string{alice, bob},
		},
		"a watch that began before the rotation": {
			files: map[string][]byte{"1.log": bytes.ReplaceAll(line("alice"), []byte("ResponseComplete"), []byte("ResponseStarted")), "2.log": line("alice")},
			names: []string{"1.log", "2.log"}, sources: []string{"1.log", "2.log"}, want: []string{alice},
		},
		"names that lie about compression": {
			files: map[string][]byte{"1.log": zipped(line("alice")), "2.log.gz": line("bob")},
			names: []string{"1.log", "2.log.gz"}, sources: []string{"1.log", "2.log.gz"}, want: []string{alice, bob},
		},
		"two compressed files, one behind the other": {
			files: map[string][]byte{"a.gz": append(zipped(line("alice")), zipped(line("bob"))...)},
			names: []string{"a.gz"}, sources: []string{"a.gz"}, want: []string{alice, bob},
		},
		"stdin": {stdin: string(line("alice")), names: []string{"-"}, sources: []string{"-"}, want: []string{alice}},
		"stdin, compressed": {
			stdin: string(zipped(line("alice"))), names: []string{"-"}, sources: []string{"-"}, want: []string{alice},
		},
		"a file without a byte": {
			files: map[string][]byte{"audit.log": nil}, names: []string{"audit.log"}, sources: []string{"audit.log"},
		},
		"a file of one byte": {
			files: map[string][]byte{"audit.log": []byte("\n")}, names: []string{"audit.log"}, sources: []string{"audit.log"},
		},
		"nothing, compressed": {
			files: map[string][]byte{"audit.log.gz": zipped(nil)}, names: []string{"audit.log.gz"}, sources: []string{"audit.log.gz"},
		},
		"one of two is missing": {
			files: map[string][]byte{"audit.log": line("alice")}, names: []string{"gone.log", "audit.log"},
			sources: []string{"audit.log"}, want: []string{alice}, err: "open DIR/gone.log: " + fs.ErrNotExist.Error(),
		},
		"one of two is no audit log": {
			files: map[string][]byte{"audit.log": line("alice"), "kubelet.log": []byte("I1120 started\nI1120 stopped\n")},
			names: []string{"kubelet.log", "audit.log"}, sources: []string{"audit.log"}, want: []string{alice},
			err: "DIR/kubelet.log: no line is an event of audit.k8s.io/v1 (lines: 2): expected what kube-apiserver writes to --audit-log-path, one JSON object per line",
		},
		"stdin is no audit log": {
			stdin: "apiVersion: v1\n", names: []string{"-"},
			err: "stdin: no line is an event of audit.k8s.io/v1 (lines: 1): expected what kube-apiserver writes to --audit-log-path, one JSON object per line",
		},
		"compressed and cut off": {
			files: map[string][]byte{"a.gz": append(zipped(line("alice")), whole[:5]...)}, names: []string{"a.gz"},
			sources: []string{"a.gz"}, want: []string{alice}, err: "DIR/a.gz: unexpected EOF (events before it: 1)",
		},
		"compressed and cut off at once": {
			files: map[string][]byte{"a.gz": whole[:5]}, names: []string{"a.gz"}, err: "DIR/a.gz: unexpected EOF",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, content := range test.files {
				if err := os.WriteFile(filepath.Join(dir, file), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			inDir := func(names []string) []string {
				var paths []string
				for _, name := range names {
					if name != stdinName {
						name = filepath.Join(dir, name)
					}
					paths = append(paths, name)
				}
				return paths
			}
			log, err := Read(t.Context(), load(t), strings.NewReader(test.stdin), inDir(test.names)...)
			if message := strings.ReplaceAll(errorText(err), dir+string(filepath.Separator), "DIR/"); !sameFault(message, test.err) {
				t.Errorf("error %q, want %q", message, test.err)
			}
			if log == nil {
				if test.sources != nil {
					t.Fatal("no log")
				}
				return
			}
			if diff := cmp.Diff(inDir(test.sources), log.Sources); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.want, describe(log)); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// sameFault compares without the text of the operating system for a file that is missing.
func sameFault(got, want string) bool {
	if before, missing := strings.CutSuffix(want, fs.ErrNotExist.Error()); missing {
		return strings.HasPrefix(got, before)
	}
	return got == want
}

func TestAFileThatIsBeingWritten(t *testing.T) {
	log := read(t, requestLine+requestLine[:300])
	if log.Events != 1 || log.Malformed != 1 {
		t.Errorf("%d events, %d malformed", log.Events, log.Malformed)
	}
}

func TestWhatWasReadBeforeAnErrorIsKept(t *testing.T) {
	t.Run("of a device", func(t *testing.T) {
		broken := errors.New("input/output error")
		log, err := Read(t.Context(), load(t), io.MultiReader(strings.NewReader(requestLine), iotest.ErrReader(broken)), "-")
		if !errors.Is(err, broken) || log == nil || log.Events != 1 || len(log.Requests) != 1 {
			t.Errorf("error %v, log %v", err, log)
		}
	})
	t.Run("of compression", func(t *testing.T) {
		whole := compressed(t, byManyUsers(10_000))
		log, err := Read(t.Context(), load(t), bytes.NewReader(whole[:len(whole)/2]), "-")
		if !errors.Is(err, io.ErrUnexpectedEOF) || log == nil || log.Events < 1000 || log.Malformed > 1 {
			t.Errorf("error %v, log of %d events", err, log.Events)
		}
	})
}

func TestAFolderIsNoLog(t *testing.T) {
	if log, err := Read(t.Context(), load(t), nil, t.TempDir()); err == nil || log != nil {
		t.Errorf("error %v, log %v", err, log)
	}
}

func TestCancelEndsTheWaitForStdin(t *testing.T) {
	stdin, writer := io.Pipe()
	defer func() { _ = writer.Close() }()
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	written := make(chan struct{})
	go func() {
		_, _ = writer.Write([]byte(requestLine))
		close(written)
	}()
	go func() {
		<-written
		cancel(cause)
	}()
	ended := make(chan error)
	go func() {
		_, err := Read(ctx, load(t), stdin, "-", "never-opened.log")
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, cause) || strings.Contains(err.Error(), "never-opened") {
			t.Errorf("error %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still waiting")
	}
}
