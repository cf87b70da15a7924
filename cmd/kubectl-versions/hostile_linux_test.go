// What is measured here, the race detector adds to.

//go:build !race

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
)

// ended runs the command in a folder, and returns its exit code, stdout, stderr and
// the most memory, in MiB, that it ever had.
func ended(t *testing.T, folder string, stdin *os.File, args ...string) (code int, stdout, stderr string, peak int64) {
	t.Helper()
	process := command(t, filepath.Join(t.TempDir(), "kubeconfig"), nil, args...)
	var out, errOut bytes.Buffer
	process.Dir, process.Stdout, process.Stderr = folder, &out, &errOut
	if stdin != nil {
		process.Stdin = stdin
	}
	// The kernel counts memory from the fork, when the process still is this one: its peak is to be what it needs now, proc(5).
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
	deadline := time.AfterFunc(time.Minute, func() { _ = process.Process.Kill() })
	defer deadline.Stop()
	if err := process.Run(); err != nil && process.ProcessState == nil {
		t.Fatal(err)
	}
	return process.ProcessState.ExitCode(), out.String(), errOut.String(), int64(process.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) >> 10 //nolint:unconvert // an int32 on 32 bits
}

func wantText(t *testing.T, printed string) {
	t.Helper()
	if i := strings.IndexFunc(printed, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
		t.Errorf("%q is printed: %q", printed[i:i+1], printed)
	}
}

// zeros writes what becomes so many MiB of them.
func zeros(t *testing.T, path string, size int) {
	t.Helper()
	var member bytes.Buffer
	compressed := gzip.NewWriter(&member)
	_, _ = compressed.Write(make([]byte, 64<<20))
	if err := compressed.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path, bytes.Repeat(member.Bytes(), size/64))
}

// laughs is a document of a kind with a list that its aliases make endless.
func laughs(kind string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: kubectl-versions.github.io/v1alpha1\nkind: %s\nx:\n- &a0 [lol, lol]\n", kind)
	for i := range 30 {
		fmt.Fprintf(&b, "- &a%d [%s]\n", i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 8))
	}
	return []byte(b.String())
}

// TestBombs gives every flag that takes a file what has no end, or what becomes
// gigabytes. It ends with a line that says so, in bounded memory.
func TestBombs(t *testing.T) {
	folder := t.TempDir()
	for _, kind := range []string{"Snapshot", "SkewReport", "DeprecationPolicy", "Catalog", "Config"} {
		write(t, filepath.Join(folder, kind), laughs(kind))
	}
	write(t, filepath.Join(folder, "deep"), bytes.Repeat([]byte(`{"a":`), 1<<20))
	write(t, filepath.Join(folder, "deep.yaml"), bytes.Repeat([]byte("- "), 1<<20))
	write(t, filepath.Join(folder, "large.yaml"), append([]byte("apiVersion: kubectl-versions.github.io/v1alpha1\nkind: Snapshot\nx:\n"), bytes.Repeat([]byte("- a\n"), 9<<20)...))
	zeros(t, filepath.Join(folder, "log.gz"), 2048)
	example, err := filepath.Abs("../../docs/examples/shop-prod.yaml")
	if err != nil {
		t.Fatal(err)
	}
	// A snapshot may have 256 MiB, read into memory whole.
	const small, large = 250, 1000
	for name, tc := range map[string]struct {
		args string
		peak int64
		want string
	}{
		"a snapshot without end":   {"skew --snapshot /dev/zero", large, "larger than 256 MiB"},
		"a large snapshot in YAML": {"skew --snapshot large.yaml", small, "larger than 32 MiB, and not JSON"},
		"a snapshot of aliases":    {"skew --snapshot Snapshot", small, "excessive aliasing"},
		"a deep snapshot":          {"skew --snapshot deep", small, "max depth"},
		"a baseline without end":   {"skew --snapshot EXAMPLE --baseline /dev/zero", large, "larger than 256 MiB"},
		"a baseline of aliases":    {"skew --snapshot EXAMPLE --baseline SkewReport", small, "excessive aliasing"},
		"a policy without end":     {"deprecations --snapshot EXAMPLE --policy /dev/zero", small, "larger than 4 MiB"},
		"a policy of aliases":      {"deprecations --snapshot EXAMPLE --policy DeprecationPolicy", small, "excessive aliasing"},
		"a catalog without end":    {"releases --catalog /dev/zero", small, "larger than 4 MiB"},
		"a catalog of aliases":     {"releases --catalog Catalog", small, "excessive aliasing"},
		"a deep catalog":           {"releases --catalog deep.yaml", small, "max depth"},
		"a manifest without end":   {"deprecations --to 1.38 -f /dev/zero", large, "larger than 64 MiB"},
		"a deep manifest":          {"deprecations --to 1.38 -f deep.yaml", small, "max depth"},
		"an audit log in one line": {"deprecations --to 1.38 --audit-log log.gz", small, "log.gz"},
		"a kubeconfig of aliases":  {"skew --kubeconfig Config", small, "excessive aliasing"},
		"a deep kubeconfig":        {"skew --kubeconfig deep", small, "deep"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr, peak := ended(t, folder, nil, strings.Fields(strings.ReplaceAll(tc.args, "EXAMPLE", example))...)
			if !strings.Contains(stdout+stderr, tc.want) || code < 0 || code == 0 && stdout == "" {
				t.Errorf("ended with %d: %.300s%.300s, want %s", code, stdout, stderr, tc.want)
			}
			if peak > tc.peak {
				t.Errorf("had %d MiB, want at most %d", peak, tc.peak)
			}
			wantText(t, stdout+stderr)
		})
	}
}

// TestPathsAreNames gives paths that are no files, or whose names a terminal would obey.
func TestPathsAreNames(t *testing.T) {
	folder := t.TempDir()
	manifest := []byte("apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: a}\n")
	hostile := "-f\x1b[2J\n::error::a\u202e.yaml"
	for _, name := range []string{hostile, "manifests/" + hostile, "manifests/--to.yaml"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(folder, name), manifest)
	}
	for link, target := range map[string]string{"loop": "loop", "manifests/gone.yaml": "nowhere", "manifests/dir.yaml": ".", "up": "../.."} {
		if err := os.Symlink(target, filepath.Join(folder, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(folder, "manifests", "pipe.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	many := filepath.Join(folder, "many")
	if err := os.Mkdir(many, 0o755); err != nil {
		t.Fatal(err)
	}
	const files = 20_000
	for i := range files {
		write(t, filepath.Join(many, fmt.Sprintf("%d.yaml", i)), manifest)
	}
	for name, tc := range map[string]struct {
		args []string
		code int
		want string
	}{
		"each line names a file":                {[]string{"-f", "manifests/--to.yaml\nnothing.yaml"}, 1, "nothing.yaml does not exist"},
		"a directory with one":                  {[]string{"-f", "manifests"}, 0, `manifests/-f\x1b[2J\x0a`},
		"and what cannot be read is named":      {[]string{"-f", "manifests"}, 0, "manifests/gone.yaml"},
		"a loop":                                {[]string{"-f", "loop"}, 0, "too many levels of symbolic links"},
		"nothing matches":                       {[]string{"-f", "nothing-*.yaml"}, 1, "nothing-*.yaml does not exist"},
		"a missing one whose name is a command": {[]string{"-f", "\x1b[2J"}, 1, `\x1b[2J does not exist`},
		"a directory for a snapshot's kin":      {[]string{"--policy", "manifests", "-f", "manifests"}, 1, "is a directory"},
		"very many files":                       {[]string{"-f", "many"}, 0, "20,000"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr, peak := ended(t, folder, nil, append([]string{"deprecations", "--to", "1.38"}, tc.args...)...)
			if code != tc.code || !strings.Contains(stdout+stderr, tc.want) {
				t.Errorf("ended with %d: %.600s%.300s, want %d and %s", code, stdout, stderr, tc.code, tc.want)
			}
			if peak > 300 {
				t.Errorf("had %d MiB", peak)
			}
			wantText(t, stdout+stderr)
		})
	}
}
