// Package krew installs the release in dist/ with the real krew and the real
// kubectl, as users do. `make test-krew` builds what else it needs.
package krew

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/test/launch"
)

const root = "../.."

// built returns the absolute path of something in the repository that make builds.
func built(t *testing.T, path ...string) string {
	t.Helper()
	file, err := filepath.Abs(filepath.Join(append([]string{root}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("%v: build the release into dist/, then run make test-krew, which builds the rest", err)
	}
	return file
}

// server is the version of the kube-apiserver and of kubectl.
func server(t *testing.T) string {
	t.Helper()
	version := os.Getenv("E2E_SERVERS")
	if version == "" {
		t.Fatal("E2E_SERVERS is not set: run make test-krew")
	}
	return version
}

// startCluster returns a kubeconfig. The cluster ends by itself when this
// process does: its stdin is closed then.
func startCluster(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	process := exec.Command(built(t, "bin", "cluster"), "run", "--bin", built(t, "bin"), "--dir", dir, "--server", server(t), "--seed", "../cluster/seeds/demo.yaml")
	var progress bytes.Buffer
	process.Stderr = &progress
	stop, err := launch.Cluster(process)
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("cluster: %v\n%s", err, progress.String())
		}
	})
	return filepath.Join(dir, "kubeconfig")
}

// asksThroughItsHelper asks a platform of this test's own: krew must have
// installed the helper where the plugin finds it.
func asksThroughItsHelper(t *testing.T, m machine, plugin string) {
	t.Helper()
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `[{"version": "1.36.1-aliyun.1", "release_date": "2026-05-28T00:00:00Z", "expiration_date": "2027-06-30T00:00:00Z", "creatable": true}]`)
	}))
	defer platform.Close()
	r := m.kubectl(t, plugin, "releases", "--live", "--platform", "alibaba-ack", "--endpoint", platform.URL, "--region", "cn-beijing", "--at", "2026-11-20")
	if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, "1.36.1-aliyun.1") {
		t.Errorf("kubectl %s releases --live ended with %d and says %q, %q", plugin, r.code, r.stdout, r.stderr)
	}
}

func TestKrew(t *testing.T) {
	releases := publish(t)
	t.Run("the validator installs every platform", releases.areValid)
	t.Run("an archive is installed and judges a cluster", releases.judgeACluster)
	t.Run("the default index upgrades the plugin", releases.upgrade)
	t.Run("the repository is an index", releases.areInTheRepository)
	t.Run("another name works", releases.workUnderAnotherName)
}

func (r releases) areValid(t *testing.T) {
	m := newMachine(t, newIndex(t).url())
	validated := m.run(t, built(t, "bin", "validate-krew-manifest"), "-manifest", r.manifestFile(t, older))
	if validated.code != 0 || !strings.Contains(validated.stderr, "all 8 spec.platforms installed fine") {
		t.Errorf("ended with %d: %s", validated.code, validated.stderr)
	}
	if warned := warning.FindAllString(validated.stderr, -1); warned != nil {
		t.Errorf("warned %q", warned)
	}
}

// verdict is a row of the table of skew.
var verdict = regexp.MustCompile(`(?m)^(\S+) +(\S+) +(\d+) +(ok|warning|unsupported|not judged) `)

func (r releases) judgeACluster(t *testing.T) {
	defaultIndex := newIndex(t)
	defaultIndex.publish(t, r.manifest(t, older))
	m := newMachine(t, defaultIndex.url())

	installed := m.krew(t, []string{stdinIsNoTerminal}, "install", "--manifest", r.manifestFile(t, older), "--archive", r.archive(older))
	for _, want := range []string{"Installed plugin: versions\n", "kubectl versions\n", "https://github.com/kubectl-versions/kubectl-versions\n", "docs/rbac.yaml", "kubectl versions completion"} {
		if !strings.Contains(installed.stderr, want) {
			t.Errorf("no %q in\n%s", want, installed.stderr)
		}
	}
	if files, err := os.ReadDir(filepath.Join(m.krewRoot(), "store", "versions", older)); err != nil || !slices.Equal(names(files), []string{"LICENSE", "kubectl-versions", "kubectl-versions-live"}) {
		t.Errorf("installed %v, %v", names(files), err)
	}

	skew := m.kubectl(t, "versions", "skew", "--kubeconfig", startCluster(t))
	if want := "UNSUPPORTED: 2 kubelets at v1.33.13: 4 minors older than kube-apiserver 1.37, at most 3 are allowed (and 1 more)\n"; skew.code != 0 || skew.stderr != "" || !strings.HasPrefix(skew.stdout, want) {
		t.Errorf("ended with %d and says %q, %q", skew.code, skew.stdout, skew.stderr)
	}
	var rows []string
	for _, row := range verdict.FindAllStringSubmatch(skew.stdout, -1) {
		rows = append(rows, strings.Join(row[1:], " "))
	}
	if want := []string{
		"kube-apiserver v1.37.1 1 ok",
		"kube-controller-manager v1.37.1 1 ok",
		"kube-scheduler v1.37.1 1 ok",
		"kubelet v1.37.1 6 ok",
		"kubelet v1.36.3 2 ok",
		"kubelet v1.34.4 3 warning",
		"kubelet v1.33.13 2 unsupported",
		"kubelet v1.25.0-vk-azure-aci-1.6.2 1 not judged",
		"kube-proxy v1.37.1 2 unsupported",
		"kube-proxy v1.37.1 11 ok",
		"kubectl v1.37.1 1 ok",
	}; !slices.Equal(rows, want) {
		t.Errorf("judged\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
	asksThroughItsHelper(t, m, "versions")

	m.krew(t, nil, "update")
	if listed := m.krew(t, nil, "list").stdout; listed != "detached/versions\n" {
		t.Errorf("listed %q", listed)
	}
	for _, want := range []string{"NAME: versions\n", "INDEX: default\n", "VERSION: " + older + "\n", "DESCRIPTION: \nAnswers four questions about a cluster"} {
		if info := m.krew(t, nil, "info", "versions").stdout; !strings.Contains(info, want) {
			t.Errorf("no %q in\n%s", want, info)
		}
	}
	m.uninstall(t)
}

func names(entries []os.DirEntry) []string {
	all := make([]string, len(entries))
	for i, e := range entries {
		all[i] = e.Name()
	}
	return all
}

func (r releases) upgrade(t *testing.T) {
	defaultIndex := newIndex(t)
	defaultIndex.publish(t, r.manifest(t, older))
	m := newMachine(t, defaultIndex.url())

	m.krew(t, []string{stdinIsNoTerminal, notAudited}, "install", "versions")
	before := m.pluginVersion(t)
	if again := m.krew(t, nil, "upgrade"); !strings.Contains(again.stderr, "Skipping plugin versions, it is already on the newest version\n") {
		t.Errorf("upgraded to what is there: %s", again.stderr)
	}
	defaultIndex.publish(t, r.manifest(t, newer))
	m.krew(t, []string{notAudited}, "upgrade")
	if after := m.pluginVersion(t); after != newer || before == newer {
		t.Errorf("upgraded from %s to %s, want %s", before, after, newer)
	}
	asksThroughItsHelper(t, m, "versions")
	m.uninstall(t)
}

func (r releases) areInTheRepository(t *testing.T) {
	repository := repositoryAsIndex(t)
	repository.publish(t, r.manifest(t, older))
	m := newMachine(t, newIndex(t).url())

	m.krew(t, []string{addedIndex + `"` + repository.url() + `"`}, "index", "add", "own", repository.url())
	if found := m.krew(t, nil, "search").stdout; !strings.Contains(found, "own/versions  Check version skew, support and upgrade readiness  no\n") || strings.Count(found, "\n") != 2 {
		t.Errorf("found %s", found)
	}
	m.krew(t, []string{stdinIsNoTerminal}, "install", "own/versions")
	before := m.pluginVersion(t)
	repository.publish(t, r.manifest(t, newer))
	m.krew(t, nil, "upgrade")
	if after := m.pluginVersion(t); after != newer || before == newer {
		t.Errorf("upgraded from %s to %s, want %s", before, after, newer)
	}
	asksThroughItsHelper(t, m, "versions")
	m.uninstall(t)
	m.krew(t, nil, "index", "remove", "own")
	if found := m.krew(t, nil, "index", "list").stdout; strings.Contains(found, "own") {
		t.Errorf("still there: %s", found)
	}
}

// docs/krew.md says what a more specific name, were one asked for, changes.
func (r releases) workUnderAnotherName(t *testing.T) {
	manifest := filepath.Join(t.TempDir(), "check-versions.yaml")
	renamed := bytes.Replace(r.manifest(t, older), []byte("name: versions\n"), []byte("name: check-versions\n"), 1)
	if err := os.WriteFile(manifest, renamed, 0o600); err != nil {
		t.Fatal(err)
	}
	m := newMachine(t, newIndex(t).url())
	m.krew(t, []string{stdinIsNoTerminal}, "install", "--manifest", manifest)
	skew := m.kubectl(t, "check-versions", "skew", "--snapshot", built(t, "docs", "examples", "shop-prod.yaml"))
	if skew.code != 0 || skew.stderr != "" || !strings.HasPrefix(skew.stdout, "UNSUPPORTED: ") {
		t.Errorf("ended with %d: %s%s", skew.code, skew.stdout, skew.stderr)
	}
	asksThroughItsHelper(t, m, "check-versions")
}
