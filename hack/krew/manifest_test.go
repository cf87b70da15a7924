package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"text/template"
	"unicode/utf8"

	"sigs.k8s.io/krew/pkg/index"
	"sigs.k8s.io/yaml"
)

const (
	root      = "../.."
	checksums = "testdata/checksums.txt" // of each name
)

func generated(t *testing.T, args ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := run(args, &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sumOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])
}

// parse refuses fields that krew would pass over.
func parse(t *testing.T, manifest []byte) index.Plugin {
	t.Helper()
	var plugin index.Plugin
	if err := yaml.UnmarshalStrict(manifest, &plugin); err != nil {
		t.Fatal(err)
	}
	return plugin
}

// validate asks krew's own validator, without installing anything.
func validate(t *testing.T, name string, manifest []byte) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "tool", "validate-krew-manifest", "-skip-install", "-manifest", file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func TestAManifestLeadsEveryPlatformToItsArchive(t *testing.T) {
	manifest := generated(t, "-checksums", checksums, "-version", "v0.1.0", "-base", "http://127.0.0.1/of")
	if err := validate(t, "versions.yaml", manifest); err != nil {
		t.Error(err)
	}
	plugin := parse(t, manifest)
	var got []string
	for _, p := range plugin.Spec.Platforms {
		files := make([]string, len(p.Files))
		for i, f := range p.Files {
			files[i] = f.From + ">" + f.To
		}
		got = append(got, strings.Join([]string{p.Selector.MatchLabels["os"], p.Selector.MatchLabels["arch"], p.URI, p.Bin, strings.Join(files, " ")}, " "))
		if want := sumOf(path.Base(p.URI)); p.Sha256 != want {
			t.Errorf("%s has sha256 %s, want %s", p.URI, p.Sha256, want)
		}
	}
	const (
		at       = " http://127.0.0.1/of/v0.1.0/kubectl-versions_"
		programs = " kubectl-versions kubectl-versions>. kubectl-versions-live>. LICENSE>."
		windows  = " kubectl-versions.exe kubectl-versions.exe>. kubectl-versions-live.exe>. LICENSE>."
	)
	want := []string{
		"linux amd64" + at + "linux_amd64.tar.gz" + programs,
		"linux arm64" + at + "linux_arm64.tar.gz" + programs,
		"linux arm" + at + "linux_arm.tar.gz" + programs,
		"linux ppc64le" + at + "linux_ppc64le.tar.gz" + programs,
		"darwin amd64" + at + "darwin_amd64.tar.gz" + programs,
		"darwin arm64" + at + "darwin_arm64.tar.gz" + programs,
		"windows amd64" + at + "windows_amd64.zip" + windows,
		"windows arm64" + at + "windows_arm64.zip" + windows,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if plugin.Name != "versions" || plugin.Spec.Version != "v0.1.0" {
		t.Errorf("is of %s %s", plugin.Name, plugin.Spec.Version)
	}
}

func TestTheTextIsAsTheIndexAsksForIt(t *testing.T) {
	spec := parse(t, generated(t, "-checksums", checksums, "-version", "v0.1.0")).Spec
	if n := utf8.RuneCountInString(spec.ShortDescription); n > 50 {
		t.Errorf("the short description has %d characters, at most 50 are asked for", n)
	}
	if redundant := regexp.MustCompile(`(?i)kube|plugin|cluster`).FindString(spec.ShortDescription); redundant != "" {
		t.Errorf("the short description says %q, which goes without saying", redundant)
	}
	if strings.Contains(spec.Description, "kubectl versions") {
		t.Error("the description shows usage")
	}
	for line := range strings.Lines(spec.Description + spec.Caveats) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 {
			t.Errorf("%q has %d characters, at most 80 are asked for", line, n)
		}
	}
}

func TestWhatIsNoReleaseHasNoManifest(t *testing.T) {
	sums, err := os.ReadFile(checksums)
	if err != nil {
		t.Fatal(err)
	}
	all := string(sums)
	line := func(name string) string { return sumOf(name) + "  " + name + "\n" }
	for name, tc := range map[string]struct{ version, sums, want string }{
		"no version":                  {"", all, `version "" is not that of a release: give its tag, such as v0.1.0`},
		"a version without v":         {"0.1.0", all, `version "0.1.0" is not`},
		"a commit after a release":    {"v0.1.0-5-g1a2b3c4", all, `version "v0.1.0-5-g1a2b3c4" is not`},
		"a pre-release":               {"v0.1.0-rc.1", all, `version "v0.1.0-rc.1" is not`},
		"a platform without archive":  {"v0.1.0", strings.ReplaceAll(all, line("kubectl-versions_linux_ppc64le.tar.gz"), ""), "checksums have no kubectl-versions_linux_ppc64le.tar.gz: build the release for all platforms"},
		"an archive of another kind":  {"v0.1.0", strings.ReplaceAll(all, "windows_arm64.zip", "windows_arm64.tar.gz"), "checksums have no kubectl-versions_windows_arm64.zip"},
		"an archive without platform": {"v0.1.0", all + line("kubectl-versions_linux_s390x.tar.gz"), "checksums have kubectl-versions_linux_s390x.tar.gz, whose platform the manifest does not know"},
		"an archive twice":            {"v0.1.0", all + line("kubectl-versions_linux_arm.tar.gz"), "names kubectl-versions_linux_arm.tar.gz twice"},
		"no sums":                     {"v0.1.0", "", "checksums have no kubectl-versions_linux_amd64.tar.gz"},
		"a sum in capitals":           {"v0.1.0", strings.ToUpper(all[:64]) + all[64:], "is no line of sha256sum"},
		"half a sum":                  {"v0.1.0", all[32:], "is no line of sha256sum"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "checksums.txt")
			if err := os.WriteFile(file, []byte(tc.sums), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			err := run([]string{"-checksums", file, "-version", tc.version}, &out)
			if err == nil || !strings.Contains(err.Error(), tc.want) || out.Len() > 0 {
				t.Errorf("got %v and %d bytes, want %s", err, out.Len(), tc.want)
			}
		})
	}
	for _, args := range [][]string{{"-version", "v0.1.0", "-checksums", filepath.Join(t.TempDir(), "none")}, {"v0.1.0"}} {
		if err := run(args, &bytes.Buffer{}); err == nil {
			t.Errorf("%q is not refused", args)
		}
	}
}

// render does what krew-release-bot does with .krew.yaml, but for the download.
func render(t *testing.T, text []byte, tag string) []byte {
	t.Helper()
	values := struct{ TagName string }{tag}
	execute := func(text string, funcs template.FuncMap) string {
		parsed, err := template.New("").Funcs(funcs).Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := parsed.Execute(&out, values); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	return []byte(execute(string(text), template.FuncMap{
		"addURIAndSha": func(url, _ string) string {
			url = execute(url, nil)
			return "uri: " + url + "\n    sha256: " + sumOf(path.Base(url))
		},
	}))
}

func TestTheBotWritesTheSameManifest(t *testing.T) {
	committed, err := os.ReadFile(filepath.Join(root, ".krew.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, generated(t, "-bot")) {
		t.Error(".krew.yaml is not what hack/krew writes: run make generate")
	}
	rendered := render(t, committed, "v12.0.3")
	if err := validate(t, "versions.yaml", rendered); err != nil {
		t.Error(err)
	}
	got, want := parse(t, rendered), parse(t, generated(t, "-checksums", checksums, "-version", "v12.0.3"))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// again writes the manifest that has the version and the sums of another.
func again(t *testing.T, manifest []byte) ([]byte, error) {
	t.Helper()
	plugin := parse(t, manifest)
	r := release{plugin.Spec.Version, downloads, map[string]string{}}
	for _, p := range plugin.Spec.Platforms {
		r.sums[path.Base(p.URI)] = p.Sha256
	}
	return r.manifest()
}

// The repository is an index of krew: what plugins holds is what users install.
func TestCommittedManifestsAreGenerated(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "plugins", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		committed, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, filepath.Base(file), committed); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if got, err := again(t, committed); err != nil || !bytes.Equal(got, committed) {
			t.Errorf("%s is not what hack/krew writes: run make krew-manifest (%v)", file, err)
		}
	}
}

func TestAManifestOfOnesOwnIsTold(t *testing.T) {
	manifest := generated(t, "-checksums", checksums, "-version", "v0.1.0")
	if got, err := again(t, manifest); err != nil || !bytes.Equal(got, manifest) {
		t.Fatalf("the generator's own is not: %v", err)
	}
	last := bytes.LastIndex(manifest, []byte("  - bin: "))
	end := bytes.Index(manifest, []byte("  shortDescription: "))
	for name, changed := range map[string][]byte{
		"another version's archives": bytes.Replace(manifest, []byte("version: v0.1.0"), []byte("version: v0.1.1"), 1),
		"a platform less":            append(bytes.Clone(manifest[:last]), manifest[end:]...),
		"another host":               bytes.Replace(manifest, []byte("https://github.com/kubectl-versions/kubectl-versions/releases"), []byte("https://example.com"), 1),
		"another text":               bytes.Replace(manifest, []byte("Check version"), []byte("Checks version"), 1),
		"another name":               bytes.Replace(manifest, []byte("name: versions"), []byte("name: others"), 1),
	} {
		if got, err := again(t, changed); err == nil && bytes.Equal(got, changed) {
			t.Errorf("%s is not told", name)
		}
	}
	if err := validate(t, "others.yaml", manifest); err == nil {
		t.Error("krew's validator takes a manifest under another name")
	}
}
