package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Planted in the environment, and looked for in everything that comes out.
const (
	plantedKey    = "LTAI5tPlantedAccessKey0"
	plantedSecret = "planted+Secret/0123456789abcdef"
	plantedToken  = "planted-session-token-0123456789"
)

// versionsOfACK is a body as the API documents it, with a field that is newer.
const versionsOfACK = `[
 {"version": "1.36.1-aliyun.1", "release_date": "2026-05-28T00:00:00Z", "expiration_date": "2027-06-30T00:00:00Z", "creatable": true,
  "capabilities": {"AnyAZ": true}, "meta_data": {"KubernetesVersion": "1.36.1-aliyun.1"}, "upgradable_versions": [],
  "runtimes": [{"name": "containerd", "version": "2.1.5"}],
  "images": [{"image_id": "aliyun_3.vhd", "image_name": "Alibaba Cloud Linux 3", "platform": "AliyunLinux", "os_version": "3", "image_type": "AliyunLinux3", "os_type": "Linux", "image_category": "system", "architecture": "x86_64"}]},
 {"version": "1.35.2-aliyun.1", "release_date": "2026-02-10T00:00:00Z", "expiration_date": "2027-02-28T00:00:00Z", "creatable": false}
]`

// built are the two programs, side by side in a store, and a link to the plugin
// alone, as krew installs plugins. It returns the folder of the link.
func built(t *testing.T) string {
	t.Helper()
	dir, links := t.TempDir(), t.TempDir()
	for name, from := range map[string]string{"kubectl-versions": "../cmd/kubectl-versions", "kubectl-versions-live": "."} {
		command := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, name), ".")
		command.Dir = from
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "kubectl-versions"), filepath.Join(links, "kubectl-versions")); err != nil {
		t.Fatal(err)
	}
	return links
}

// plugin runs the command line with planted credentials and a home of its own.
type plugin struct{ dir, home string }

func (p plugin) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(p.dir, "kubectl-versions"), args...)
	command.Env = []string{
		"PATH=", "HOME=" + p.home, "XDG_CACHE_HOME=" + filepath.Join(p.home, "cache"), "DEBUG=tea,dara", "ALIBABA_CLOUD_ECS_METADATA_DISABLED=true",
		"ALIBABA_CLOUD_ACCESS_KEY_ID=" + plantedKey, "ALIBABA_CLOUD_ACCESS_KEY_SECRET=" + plantedSecret, "ALIBABA_CLOUD_SECURITY_TOKEN=" + plantedToken,
	}
	return command
}

// run returns what was printed, and checks that no credential was.
func (p plugin) run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	command := p.command(t.Context(), args...)
	var out, errOut bytes.Buffer
	command.Stdout, command.Stderr = &out, &errOut
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	for _, text := range []string{out.String(), errOut.String(), p.kept(t)} {
		for _, planted := range []string{plantedKey, plantedSecret, plantedToken} {
			if strings.Contains(text, planted) {
				t.Errorf("kubectl versions %s tells a credential: %s", strings.Join(args, " "), text)
			}
		}
	}
	return out.String(), errOut.String(), command.ProcessState.ExitCode()
}

// kept is the text of every file in the home.
func (p plugin) kept(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(p.home, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		all.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestThePluginAsksThroughItsHelper(t *testing.T) {
	asked := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.URL.Path + "?" + r.URL.Query().Encode()
		if r.URL.Query().Get("Region") == "cn-nowhere" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"code": "StatusForbidden", "message": "RAM policy Forbidden for action cs:DescribeKubernetesVersionMetadata by `+plantedKey+`", "requestId": "A-1"}`)
			return
		}
		_, _ = io.WriteString(w, versionsOfACK)
	}))
	t.Cleanup(server.Close)
	p := plugin{built(t), t.TempDir()}
	at := []string{"--platform", "alibaba-ack", "--endpoint", server.URL, "--region", "cn-beijing"}

	releases := append([]string{"releases", "--live"}, at...)
	stdout, stderr, code := p.run(t, append(releases, "--at", "2026-11-20")...)
	if code != 0 || stderr != "" || !strings.Contains(stdout, "1.36     standard   222  2027-06-30   1.36.1-aliyun.1  yes        2026-05-28  containerd 2.1.5\n") {
		t.Errorf("releases ends with %d and says %q, %q", code, stdout, stderr)
	}
	if got, want := <-asked, "GET /api/v1/metadata/versions?ClusterType=ManagedKubernetes&Mode=supported&Region=cn-beijing"; got != want || len(asked) > 0 {
		t.Errorf("asked %q and %d more, want %q", got, len(asked), want)
	}

	stdout, _, _ = p.run(t, append(releases, "-o", "raw")...)
	var sent, want any
	if err := json.Unmarshal([]byte(stdout), &sent); err != nil || json.Unmarshal([]byte(versionsOfACK), &want) != nil || !equal(sent, want) {
		t.Errorf("raw is %s (%v)", stdout, err)
	}

	stdout, stderr, code = p.run(t, append(releases, "--region", "cn-nowhere", "-v", "9")...)
	if code != 1 || !strings.Contains(stdout, "Alibaba Cloud ACK on ") || !strings.Contains(stderr, "error: no live answer of Alibaba Cloud ACK: ") || !strings.Contains(stderr, "cs:DescribeKubernetesVersionMetadata") {
		t.Errorf("a refusal ends with %d and says %q, %q", code, stdout, stderr)
	}

	stdout, stderr, code = p.run(t, append([]string{"catalog", "update", "--from", "live"}, at...)...)
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "updated: alibaba-ack, as "+server.URL+"/api/v1/metadata/versions answered, in ") {
		t.Errorf("catalog update ends with %d and says %q, %q", code, stdout, stderr)
	}
	if kept := p.kept(t); !strings.Contains(kept, `"standard":"2027-06-30"`) {
		t.Errorf("kept is %s", kept)
	}
	if stdout, _, _ = p.run(t, "releases", "--platform", "alibaba-ack", "--minor", "1.36", "--at", "2026-11-20"); !strings.Contains(stdout, "2027-06-30") {
		t.Errorf("the kept answer is not used: %s", stdout)
	}
}

func equal(a, b any) bool {
	left, _ := json.Marshal(a)
	right, _ := json.Marshal(b)
	return bytes.Equal(left, right)
}

func TestAnInterruptEndsThePluginAndItsHelper(t *testing.T) {
	arrived, left := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(left)
	}))
	t.Cleanup(server.Close)
	p := plugin{built(t), t.TempDir()}
	command := p.command(t.Context(), "releases", "--live", "--platform", "alibaba-ack", "--endpoint", server.URL, "--region", "cn-beijing")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	<-arrived
	if err := command.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	_ = command.Wait()
	if code, took := command.ProcessState.ExitCode(), time.Since(began); code != 130 || took > 5*time.Second {
		t.Errorf("ended with %d after %s, want 130 at once", code, took)
	}
	select {
	case <-left:
	case <-time.After(5 * time.Second):
		t.Error("the helper still waits for the platform")
	}
}
