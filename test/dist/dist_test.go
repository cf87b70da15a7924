// Package dist checks what `make dist` left in dist/ as those who download it
// would, and makes it again from another clone.
package dist

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	root = "../.."
	dist = root + "/dist"
)

// format is a program's, by what its header says.
type format struct{ kind, machine string }

// platforms are all that a release is for, by what files are named after.
func platforms() map[string]format {
	return map[string]format{
		"linux_amd64":   {"ELF", elf.EM_X86_64.String()},
		"linux_arm64":   {"ELF", elf.EM_AARCH64.String()},
		"linux_arm":     {"ELF", elf.EM_ARM.String()},
		"linux_ppc64le": {"ELF", elf.EM_PPC64.String()},
		"darwin_amd64":  {"Mach-O", macho.CpuAmd64.String()},
		"darwin_arm64":  {"Mach-O", macho.CpuArm64.String()},
		"windows_amd64": {"PE", "0x8664"},
		"windows_arm64": {"PE", "0xaa64"},
	}
}

// programs are those of every archive, each with modules that it cannot do without.
func programs() map[string][]string {
	return map[string][]string{
		"kubectl-versions": {"k8s.io/client-go", "k8s.io/cli-runtime", "github.com/spf13/cobra"},
		"kubectl-versions-live": {
			"github.com/kubectl-versions/kubectl-versions",
			"github.com/aws/aws-sdk-go-v2/service/eks",
			"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v6",
			"github.com/alibabacloud-go/cs-20151215/v5",
		},
	}
}

func archiveOf(platform string) string {
	if strings.HasPrefix(platform, "windows_") {
		return "kubectl-versions_" + platform + ".zip"
	}
	return "kubectl-versions_" + platform + ".tar.gz"
}

func executable(platform, program string) string {
	if strings.HasPrefix(platform, "windows_") {
		return program + ".exe"
	}
	return program
}

// output is what a command prints in the repository, without the last newline.
func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = root
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", cmd, err, complaint.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

func version(t *testing.T) string {
	t.Helper()
	return output(t, "git", "describe", "--tags", "--always", "--dirty", "--abbrev=12")
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%v: run make dist", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func sum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// entry is a file of an archive, its owner only where archives have owners.
type entry struct {
	mode     fs.FileMode
	modified time.Time
	owner    string
	content  []byte
}

// unpack is an archive of dist/ by the names in it.
func unpack(t *testing.T, name string) map[string]entry {
	t.Helper()
	content := read(t, filepath.Join(dist, name))
	if strings.HasSuffix(name, ".zip") {
		return unzip(t, content)
	}
	entries := map[string]entry{}
	unzipped, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(unzipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		entries[header.Name] = entry{
			mode:     header.FileInfo().Mode(),
			modified: header.ModTime,
			owner:    strconv.Itoa(header.Uid) + " " + header.Uname + " " + strconv.Itoa(header.Gid) + " " + header.Gname,
			content:  content,
		}
	}
}

func unzip(t *testing.T, archive []byte) map[string]entry {
	t.Helper()
	entries := map[string]entry{}
	unzipped, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range unzipped.File {
		reader, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		entries[file.Name] = entry{mode: file.Mode(), modified: file.Modified, owner: "0 root 0 root", content: content}
	}
	return entries
}

func TestChecksums(t *testing.T) {
	want := []string{"catalog-v1alpha1.json"}
	for platform := range platforms() {
		want = append(want, archiveOf(platform))
		for program := range programs() {
			want = append(want, program+"_"+platform+".cdx.json")
		}
	}
	slices.Sort(want)
	var got []string
	for line := range strings.Lines(string(read(t, dist+"/checksums.txt"))) {
		expected, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		got = append(got, name)
		if actual := sum(read(t, filepath.Join(dist, name))); actual != expected {
			t.Errorf("%s has a sum of %s, want %s", name, actual, expected)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got sums of\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCatalogIsThatOfTheCommit(t *testing.T) {
	want := output(t, "go", "run", "./hack/catalog", "export") + "\n"
	if string(read(t, dist+"/catalog-v1alpha1.json")) != want {
		t.Error("another catalog than hack/catalog exports: run make dist")
	}
}

func TestArchives(t *testing.T) {
	manuals, err := filepath.Glob(root + "/docs/man/*.1")
	if err != nil {
		t.Fatal(err)
	}
	committed, err := time.Parse(time.RFC3339, output(t, "git", "log", "-1", "--format=%cI"))
	if err != nil {
		t.Fatal(err)
	}
	version := version(t)
	for platform, format := range platforms() {
		t.Run(platform, func(t *testing.T) {
			texts := map[string][]byte{"LICENSE": read(t, root+"/LICENSE")}
			for _, manual := range manuals {
				texts["man/"+filepath.Base(manual)] = read(t, manual)
			}
			want := slices.Collect(maps.Keys(texts))
			for program := range programs() {
				want = append(want, executable(platform, program))
			}

			entries := unpack(t, archiveOf(platform))
			if got := slices.Sorted(maps.Keys(entries)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
				t.Fatalf("got files %q, want %q", got, want)
			}
			for name, entry := range entries {
				mode := fs.FileMode(0o755)
				if text, ok := texts[name]; ok {
					mode = 0o644
					if !bytes.Equal(entry.content, text) {
						t.Errorf("%s is not the repository's", name)
					}
				}
				if entry.mode != mode {
					t.Errorf("%s has mode %v, want %v", name, entry.mode, mode)
				}
				if !entry.modified.Equal(committed) {
					t.Errorf("%s is of %v, want %v", name, entry.modified, committed)
				}
				if entry.owner != "0 root 0 root" {
					t.Errorf("%s is owned by %s", name, entry.owner)
				}
			}
			for program := range programs() {
				checkProgram(t, platform, format, program, entries[executable(platform, program)].content)
			}
			for _, told := range []string{version, output(t, "git", "rev-parse", "HEAD")} {
				if !bytes.Contains(entries[executable(platform, "kubectl-versions")].content, []byte(told)) {
					t.Errorf("the plugin does not hold its version, %s", told)
				}
			}
		})
	}
}

func checkProgram(t *testing.T, platform string, want format, program string, content []byte) {
	t.Helper()
	got, static := formatOf(t, content)
	if got != want {
		t.Errorf("%s is %v, want %v", program, got, want)
	}
	if !static {
		t.Errorf("%s is linked dynamically", program)
	}
	if bytes.Contains(content, []byte("UPX!")) {
		t.Errorf("%s is packed", program)
	}
	if here, err := filepath.Abs(root); err != nil || bytes.Contains(content, []byte(here+"/")) {
		t.Errorf("%s names the folder that it was built in (%v)", program, err)
	}
	goos, goarch, _ := strings.Cut(platform, "_")
	settings := map[string]string{"GOOS": goos, "GOARCH": goarch, "CGO_ENABLED": "0", "-trimpath": "true"}
	switch goarch {
	case "amd64":
		settings["GOAMD64"] = "v1"
	case "arm":
		settings["GOARM"] = "7"
	}
	for _, setting := range information(t, content).Settings {
		if want, ok := settings[setting.Key]; ok && setting.Value == want {
			delete(settings, setting.Key)
		}
	}
	if len(settings) > 0 {
		t.Errorf("%s was not built with %v", program, settings)
	}
}

func information(t *testing.T, program []byte) *debug.BuildInfo {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// formatOf also tells whether a program brings along all that it is linked with.
// On macOS and Windows those are the system's own libraries, which have no static
// form: there CGO_ENABLED tells.
func formatOf(t *testing.T, program []byte) (got format, static bool) {
	t.Helper()
	reader := bytes.NewReader(program)
	if file, err := elf.NewFile(reader); err == nil {
		libraries, err := file.ImportedLibraries()
		interpreted := slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
		return format{"ELF", file.Machine.String()}, err == nil && len(libraries) == 0 && !interpreted
	}
	if file, err := macho.NewFile(reader); err == nil {
		return format{"Mach-O", file.Cpu.String()}, true
	}
	file, err := pe.NewFile(reader)
	if err != nil {
		t.Fatal(err)
	}
	return format{"PE", "0x" + strconv.FormatUint(uint64(file.Machine), 16)}, true
}

// bom is of CycloneDX what is asked here; hack/sbom has its schema.
type bom struct {
	BOMFormat, SpecVersion, SerialNumber string
	Metadata                             struct {
		Timestamp time.Time
		Component struct {
			Name, Version string
			Hashes        []struct{ Alg, Content string }
		}
	}
	Components []struct{ Name, Version string }
}

func TestBillsOfMaterials(t *testing.T) {
	version := version(t)
	for platform := range platforms() {
		entries := unpack(t, archiveOf(platform))
		for program, required := range programs() {
			name := program + "_" + platform + ".cdx.json"
			t.Run(name, func(t *testing.T) {
				var bom bom
				if err := json.Unmarshal(read(t, path.Join(dist, name)), &bom); err != nil {
					t.Fatal(err)
				}
				if bom.BOMFormat != "CycloneDX" || bom.SpecVersion != "1.6" || bom.SerialNumber != "" {
					t.Errorf("got %s %s with serial number %q", bom.BOMFormat, bom.SpecVersion, bom.SerialNumber)
				}
				content := entries[executable(platform, program)].content
				if of := bom.Metadata.Component; of.Name != program || of.Version != version ||
					len(of.Hashes) != 1 || of.Hashes[0].Content != sum(content) {
					t.Errorf("got a document of %+v, want %s %s", of, program, version)
				}
				got := map[string]string{}
				for _, component := range bom.Components {
					got[component.Name] = component.Version
				}
				for _, module := range required {
					if got[module] == "" {
						t.Errorf("%s is missing", module)
					}
				}
				info := information(t, content)
				want := map[string]string{"stdlib": strings.TrimPrefix(info.GoVersion, "go")}
				for _, module := range info.Deps {
					want[module.Path] = module.Version
					if module.Replace != nil {
						want[module.Path] = version
					}
				}
				if !maps.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
				}
			})
		}
	}
}

func TestProgramsOfThisMachineRun(t *testing.T) {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	entries := unpack(t, archiveOf(platform))
	for program, tc := range map[string]struct{ argument, want string }{
		"kubectl-versions":      {"--version", version(t)},
		"kubectl-versions-live": {"--version", "give it a LiveQuery on stdin"},
	} {
		t.Run(program, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), executable(platform, program))
			if err := os.WriteFile(file, entries[executable(platform, program)].content, 0o700); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), file, tc.argument).CombinedOutput()
			if !strings.Contains(string(out), tc.want) {
				t.Errorf("got %q (%v), want %q in it", out, err, tc.want)
			}
		})
	}
}

// clone is of the commit that is checked out here, with files that only their owner reads.
func clone(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "elsewhere")
	output(t, "sh", "-c", `umask 077 && exec git clone --quiet . "$0"`, dir)
	return dir
}

// The second build differs in its folder, the times and modes of all files, the
// umask, the time zone, the language and the time of day. Both have the same
// machine, Go, goreleaser and module cache, and Go's build cache: what was compiled
// for the first is not compiled again, but everything is linked, archived and
// described again. That compiling is reproducible is Go's own promise:
// https://go.dev/blog/rebuild
func TestAnotherCloneMakesTheSameFiles(t *testing.T) {
	if changed := output(t, "git", "status", "--porcelain"); changed != "" {
		t.Fatalf("a clone has no such changes, commit them first:\n%s", changed)
	}
	dir := clone(t)
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	goreleaser, err := filepath.Abs(root + "/bin/goreleaser")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(goreleaser, filepath.Join(dir, "bin/goreleaser")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "umask 077 && exec make --old-file=bin/goreleaser dist")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TZ=Pacific/Auckland", "LC_ALL=C", "MAKEFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := string(read(t, dist+"/checksums.txt"))
	if got := string(read(t, filepath.Join(dir, "dist/checksums.txt"))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestTagIsTheVersion(t *testing.T) {
	dir := clone(t)
	for _, args := range [][]string{{"git", "tag", "v98.7.6"}, {"make", "--dry-run", "dist"}} {
		cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "MAKEFLAGS=")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", cmd, err)
		}
		if args[0] == "make" && !strings.Contains(string(out), "VERSION='v98.7.6' ") {
			t.Errorf("make dist would run:\n%s", out)
		}
	}
}

func TestNotes(t *testing.T) {
	changelog := strings.Join([]string{
		"# Changelog", "", "## v0.10.0 (2027-02-03)", "", "Ten.", "",
		"## v0.1.0 (2026-11-21)", "", "One.", "", "### Fixed", "", "- it", "",
		"## v0.1.0-rc.1 (2026-11-20)", "", "## v0.0.9 (2026-11-19)", "Last.",
	}, "\n")
	for tag, want := range map[string]string{
		"v0.10.0":     "Ten.\n",
		"v0.1.0":      "One.\n\n### Fixed\n\n- it\n",
		"v0.1.0-rc.1": "",
		"v0.1":        "",
		"v0.0.9":      "Last.\n",
	} {
		t.Run(tag, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), root+"/hack/notes.sh", tag)
			cmd.Stdin = strings.NewReader(changelog)
			var complaint bytes.Buffer
			cmd.Stderr = &complaint
			got, err := cmd.Output()
			if string(got) != want || (err == nil) != (want != "") {
				t.Errorf("got %q (%v), want %q", got, err, want)
			}
			if want == "" && !strings.Contains(complaint.String(), "## "+tag+" (YYYY-MM-DD)") {
				t.Errorf("got %q, want the heading that is missing", complaint.String())
			}
		})
	}
}
