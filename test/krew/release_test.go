package krew

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// Versions of manifests. The older one is of the release in dist/, the newer
// one's plugin differs in what it says of itself.
const older, newer = "v0.0.1", "v99.0.0"

// releases are served on loopback as GitHub serves those of the project.
type releases struct {
	dir  string
	base string
}

func publish(t *testing.T) releases {
	t.Helper()
	r := releases{dir: t.TempDir()}
	built(t, "dist", "checksums.txt")
	dist := built(t, "dist")
	if err := os.Symlink(dist, r.of(older)); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dist)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(r.of(newer), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if err := os.Symlink(filepath.Join(dist, file.Name()), filepath.Join(r.of(newer), file.Name())); err != nil {
			t.Fatal(err)
		}
	}
	r.renew(t)
	server := httptest.NewServer(http.FileServer(http.Dir(r.dir)))
	t.Cleanup(server.Close)
	r.base = server.URL
	return r
}

func (r releases) of(version string) string { return filepath.Join(r.dir, version) }

// archive is that of this machine's platform.
func (r releases) archive(version string) string {
	return filepath.Join(r.of(version), fmt.Sprintf("kubectl-versions_%s_%s.tar.gz", runtime.GOOS, runtime.GOARCH))
}

// renew puts a plugin of the newer version into its archive.
func (r releases) renew(t *testing.T) {
	t.Helper()
	plugin := filepath.Join(t.TempDir(), "kubectl-versions")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags", "-X main.version="+newer, "-o", plugin, "./cmd/kubectl-versions")
	build.Dir, build.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	program, err := os.ReadFile(plugin)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(r.archive(older))
	if err != nil {
		t.Fatal(err)
	}
	after := replaced(t, before, "kubectl-versions", program)
	sums, err := os.ReadFile(filepath.Join(r.of(older), "checksums.txt"))
	if err != nil {
		t.Fatal(err)
	}
	name := "  " + filepath.Base(r.archive(newer))
	sums = bytes.ReplaceAll(sums, fmt.Appendf(nil, "%x%s", sha256.Sum256(before), name), fmt.Appendf(nil, "%x%s", sha256.Sum256(after), name))
	for name, content := range map[string][]byte{filepath.Base(r.archive(newer)): after, "checksums.txt": sums} {
		file := filepath.Join(r.of(newer), name)
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// replaced is a .tar.gz with another content of one of its files.
func replaced(t *testing.T, archive []byte, name string, content []byte) []byte {
	t.Helper()
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	from, to := tar.NewReader(unzipped), tar.NewWriter(zipped)
	for {
		header, err := from.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body := io.Reader(from)
		if header.Name == name {
			body, header.Size = bytes.NewReader(content), int64(len(content))
		}
		if err := to.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(to, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// manifest is what the generator writes of a release.
func (r releases) manifest(t *testing.T, version string) []byte {
	t.Helper()
	generate := exec.CommandContext(t.Context(), "go", "run", ".", "-checksums", filepath.Join(r.of(version), "checksums.txt"), "-version", version, "-base", r.base)
	generate.Dir, generate.Stderr = filepath.Join(root, "hack", "krew"), os.Stderr
	out, err := generate.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// manifestFile is the manifest in a file named as krew wants it.
func (r releases) manifestFile(t *testing.T, version string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "versions.yaml")
	if err := os.WriteFile(file, r.manifest(t, version), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// index is a git repository with manifests in plugins.
type index struct{ dir string }

func newIndex(t *testing.T) index {
	t.Helper()
	i := index{t.TempDir()}
	i.git(t, "init", "--quiet", "--initial-branch=main")
	return i
}

// repositoryAsIndex has this repository's files.
func repositoryAsIndex(t *testing.T) index {
	t.Helper()
	i := newIndex(t)
	checkout := exec.CommandContext(t.Context(), "git", "checkout-index", "--all", "--prefix="+i.dir+string(filepath.Separator))
	checkout.Dir = root
	if out, err := checkout.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return i
}

func (i index) url() string { return "file://" + i.dir }

func (i index) git(t *testing.T, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=index", "-c", "user.email=index@localhost"}, args...)...)
	command.Dir, command.Env = i.dir, append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (i index) publish(t *testing.T, manifest []byte) {
	t.Helper()
	plugins := filepath.Join(i.dir, "plugins")
	if err := os.MkdirAll(plugins, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(plugins, "versions.yaml"), manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	i.git(t, "add", "--all")
	i.git(t, "commit", "--quiet", "--message", "Publish")
}
