//go:build unix

package repository

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	calendar = "{\n  \"asOf\": \"2026-08-21\",\n  \"releases\": []\n}\n"
	note     = "upstream 1.37.1: announced 2026-09-15 here, 2026-09-16 in https://example.com/schedule.yaml"
)

// offer is a clone with hack/catalog-pull-request.sh, and programs that stand for go and gh.
type offer struct {
	dir, origin, bin string
}

func newOffer(t *testing.T) offer {
	t.Helper()
	o := offer{dir: t.TempDir(), origin: t.TempDir(), bin: t.TempDir()}
	put(t, filepath.Join(o.dir, "hack/catalog-pull-request.sh"), read(t, "hack/catalog-pull-request.sh"))
	put(t, filepath.Join(o.dir, "pkg/catalog/data/releases/upstream.json"), calendar)
	// What go builds runs $REFRESH, and what it tests ends with $TESTS.
	put(t, filepath.Join(o.bin, "go"), `#!/bin/sh
case $1 in
build) printf '#!/bin/sh\neval "$REFRESH"\n' >"$3" && chmod 755 "$3" ;;
test) echo "ok  a/package"; [ "$TESTS" = 0 ] || echo "--- FAIL: TestDates"; exit "$TESTS" ;;
esac
`)
	put(t, filepath.Join(o.bin, "gh"), `#!/bin/sh
echo "gh $*" >>"$GH_LOG"
for body; do :; done
case $1-$2 in
pr-list) echo "$OPEN" ;;
pr-create | pr-edit) cat "$body" >>"$GH_LOG" ;;
esac
`)
	o.git(t, "init", "--quiet", "--initial-branch", "main")
	o.git(t, "add", ".")
	o.git(t, "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "begin")
	o.git(t, "clone", "--quiet", "--bare", o.dir, o.origin)
	o.git(t, "remote", "add", "origin", o.origin)
	return o
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func (o offer) git(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "git", append([]string{"-C", o.dir}, args...)...)
	command.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// run returns what the script wrote, and what it had gh do.
func (o offer) run(t *testing.T, env ...string) (said, asked string, err error) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "gh.log")
	command := exec.CommandContext(t.Context(), filepath.Join(o.dir, "hack/catalog-pull-request.sh"))
	command.Env = append(os.Environ(), append([]string{
		"PATH=" + o.bin + string(os.PathListSeparator) + os.Getenv("PATH"), "GIT_CONFIG_GLOBAL=/dev/null", "GH_LOG=" + log, "TESTS=0", "OPEN=",
	}, env...)...)
	out, err := command.CombinedOutput()
	wrote, readErr := os.ReadFile(log)
	if readErr != nil && !os.IsNotExist(readErr) {
		t.Fatal(readErr)
	}
	return string(out), string(wrote), err
}

const (
	newDay     = `REFRESH=sed -i.old s/2026-08-21/2026-11-20/ pkg/catalog/data/releases/upstream.json; rm pkg/catalog/data/releases/*.old; `
	newRelease = newDay + `sed -i.old 's/\[\]/[{"version": "1.38"}]/' pkg/catalog/data/releases/upstream.json; rm pkg/catalog/data/releases/*.old; `
)

func TestCatalogPullRequest(t *testing.T) {
	const create = "gh pr create --head catalog-refresh --title Bring the calendars up to date --body-file "
	for name, tc := range map[string]struct {
		env []string
		// has are in what gh was asked, lacks are not.
		has, lacks []string
		fails      bool
	}{
		"what is new is offered": {
			env: []string{newRelease}, has: []string{create, "Written by `go run ./hack/catalog refresh`."}, lacks: []string{"as a person read them", "Tests fail"},
		},
		"with what a person read otherwise": {
			env: []string{newRelease + "echo '" + note + "' >&2"}, has: []string{create, "as a person read them", "\n    " + note + "\n"},
		},
		"with the tests that fail, of which the run tells too": {
			env: []string{newRelease, "TESTS=1"}, has: []string{create, "Tests fail", "\n    --- FAIL: TestDates\n"}, lacks: []string{"a/package"}, fails: true,
		},
		"one that is open is brought up to date": {
			env: []string{newRelease, "OPEN=7"}, has: []string{"gh pr edit 7 --body-file "}, lacks: []string{"gh pr create"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffer(t)
			said, asked, err := o.run(t, tc.env...)
			if (err != nil) != tc.fails {
				t.Errorf("ended with %v: %s", err, said)
			}
			for _, text := range tc.has {
				if !strings.Contains(asked, text) {
					t.Errorf("no %q in\n%s", text, asked)
				}
			}
			for _, text := range tc.lacks {
				if strings.Contains(asked, text) {
					t.Errorf("%q in\n%s", text, asked)
				}
			}
			o.git(t, "fetch", "--quiet", "origin")
			offered := o.git(t, "diff", "--name-only", "origin/main..origin/catalog-refresh")
			if offered != "pkg/catalog/data/releases/upstream.json" || o.git(t, "status", "--short") != "" {
				t.Errorf("offered %q", offered)
			}
		})
	}
}

func TestNoCatalogPullRequest(t *testing.T) {
	for name, tc := range map[string]struct {
		refresh, says string
		fails         bool
	}{
		"where nothing changed":            {"REFRESH=true", "nothing is new", false},
		"where only the day changed":       {newDay, "nothing is new", false},
		"where a source could not be read": {newRelease + "echo 'error: no answer' >&2; exit 1", "error: no answer", true},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffer(t)
			said, asked, err := o.run(t, tc.refresh)
			if (err != nil) != tc.fails || !strings.Contains(said, tc.says) {
				t.Errorf("ended with %v: %s", err, said)
			}
			if branches := o.git(t, "ls-remote", "--heads", "origin"); asked != "" || strings.Contains(branches, "catalog-refresh") {
				t.Errorf("asked %q, branches %q", asked, branches)
			}
		})
	}
}
