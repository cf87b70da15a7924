package main

import (
	"bytes"
	"crypto/x509"
	"encoding"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"io/fs"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

const (
	company = "../../docs/examples/catalogs/company.yaml"
	page    = "../../docs/catalog.md"

	troubleshootingPage = "../../docs/troubleshooting.md"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kubectl-versions": func() {
		trust(os.Getenv("SSL_CERT_FILE"))
		os.Exit(run(cacheOfScript()))
	}})
}

// cacheOfScript is cacheDir as it is on Linux, so that scripts name one variable everywhere.
func cacheOfScript() string {
	cache := os.Getenv("XDG_CACHE_HOME")
	if home := os.Getenv("HOME"); cache == "" && home != "" {
		cache = filepath.Join(home, ".cache")
	}
	if cache == "" {
		return ""
	}
	return filepath.Join(cache, "kubectl-versions")
}

// trust does what Go does for SSL_CERT_FILE on Linux alone; $GODEBUG makes these
// certificates replace those of the system.
func trust(file string) {
	if certificates, err := os.ReadFile(file); err == nil {
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(certificates)
		x509.SetFallbackRoots(pool)
	}
}

// TestScripts runs the command line as a shell would. $EXAMPLES holds the
// snapshots of docs/examples, $CATALOGS what writeCatalogs writes, $SERVER serves
// the same over https, and $PROGRAMS is the directory of the plugin alone.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../docs/examples")
	if err != nil {
		t.Fatal(err)
	}
	troubleshooting, err := filepath.Abs(troubleshootingPage)
	if err != nil {
		t.Fatal(err)
	}
	catalogs := t.TempDir()
	writeCatalogs(t, catalogs)
	server := httptest.NewUnstartedServer(served(catalogs))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	certificate := filepath.Join(t.TempDir(), "server.pem")
	write(t, certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))

	// The system's words.
	var noSuchFile *fs.PathError
	_, missing := os.Open(filepath.Join(t.TempDir(), "missing"))
	_, refused := net.Dial("tcp", "127.0.0.1:1")
	if !errors.As(missing, &noSuchFile) || refused == nil {
		t.Fatalf("a missing file: %v, a port where nobody listens: %v", missing, refused)
	}

	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_GOLDENS") != "",
		Cmds:          map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits, "explained": explained, "isjson": isJSON},
		Setup: func(env *testscript.Env) error {
			env.Setenv("EXAMPLES", examples)
			env.Setenv("TROUBLESHOOTING", troubleshooting)
			env.Setenv("PROGRAMS", filepath.SplitList(env.Getenv("PATH"))[0])
			env.Setenv("CATALOGS", catalogs)
			env.Setenv("SERVER", server.URL)
			env.Setenv("SSL_CERT_FILE", certificate)
			env.Setenv("GODEBUG", "x509usefallbackroots=1")
			env.Setenv("NO_SUCH_FILE", noSuchFile.Err.Error())
			env.Setenv("REFUSED", refused.Error())
			env.Setenv("KUBECONFIG", filepath.Join(env.WorkDir, "kubeconfig"))
			// A catalog of today is in use, so that no script fails one day for the
			// hint that the embedded one is old.
			cache := filepath.Join(env.WorkDir, "cache")
			env.Setenv("XDG_CACHE_HOME", cache)
			return errors.Join(
				os.MkdirAll(filepath.Join(cache, "kubectl-versions"), 0o755),
				os.WriteFile(filepath.Join(cache, "kubectl-versions", "catalog.json"), read(t, filepath.Join(catalogs, "today.json")), 0o644),
			)
		},
	})
}

// served are the files of a folder, and kube-apiservers that refuse all or some.
func served(folder string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(folder)))
	refuse := func(path string, code int) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
	}
	refuse("/unauthorized/", http.StatusUnauthorized)
	refuse("/forbidden/", http.StatusForbidden)
	refuse("/forbids-all/", http.StatusForbidden)
	mux.HandleFunc("/forbids-all/version", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"gitVersion": "v1.37.1"}`)
	})
	mux.HandleFunc("/hangs/", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	return mux
}

// writeCatalogs writes the embedded catalog as of other days, and documents that
// are no catalog, or one that extends another.
func writeCatalogs(t *testing.T, dir string) {
	t.Helper()
	c, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	embedded, today := c.AsOf, calendar.Of(time.Now())
	newer := today
	if embedded.Compare(today) >= 0 {
		newer = embedded.AddDays(1)
	}
	var document []byte
	for name, asOf := range map[string]calendar.Date{
		"older": embedded.AddDays(-1), "today": today, "newer": newer, "newest": newer.AddDays(1), "future": today.AddDays(100),
		// A day away from the 120th, for midnight may pass.
		"nearly-stale": today.AddDays(-119), "stale": today.AddDays(-121),
	} {
		c.AsOf = asOf
		if document, err = json.Marshal(c); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name+".json"), document)
	}
	write(t, filepath.Join(dir, "cut.json"), document[:len(document)/2])
	write(t, filepath.Join(dir, "huge.json"), bytes.Repeat([]byte(" "), catalog.MaxBytes+1))
	write(t, filepath.Join(dir, "page.html"), []byte("<!doctype html>\n<title>Sign in</title>\n"))
	write(t, filepath.Join(dir, "company-catalog.yaml"), read(t, company))
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// exits CODE COMMAND... runs a command that must end with exactly that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%s ended with %d, want %s", args[1], got, args[0])
	}
}

// explained MESSAGE checks that a line of what was printed last is that message,
// in which words in capitals stand for anything, and that the page has it.
func explained(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: explained MESSAGE")
	}
	page, err := os.ReadFile(ts.Getenv("TROUBLESHOOTING"))
	ts.Check(err)
	if !strings.Contains(string(page), "\n### `"+args[0]+"`\n") {
		ts.Fatalf("not explained: %s", args[0])
	}
	pattern := regexp.MustCompile("[A-Z]{2,}").ReplaceAllString(regexp.QuoteMeta(args[0]), ".+")
	line := regexp.MustCompile("(?m)^(error: |warning: |UNKNOWN: |  )" + pattern + "$")
	if printed := ts.ReadFile("stdout") + ts.ReadFile("stderr"); !line.MatchString(printed) {
		ts.Fatalf("no line is %s:\n%s", line, printed)
	}
}

// TestEveryMessageIsProvoked looks for each that the page explains among those
// that come about in a test: of the plugin in a script, of kubectl end to end.
func TestEveryMessageIsProvoked(t *testing.T) {
	tests := string(read(t, "testdata/script/troubleshooting.txtar")) + string(read(t, "../../test/e2e/troubleshooting_test.go"))
	messages := regexp.MustCompile("(?m)^### `(.*)`$").FindAllStringSubmatch(string(read(t, troubleshootingPage)), -1)
	for _, message := range messages {
		constant, _, _ := strings.Cut(strings.ReplaceAll(message[1], "'", "''"), "FLAG")
		if !strings.Contains(tests, constant) {
			t.Errorf("%s is explained, and not provoked", message[1])
		}
	}
	if len(messages) < 20 {
		t.Errorf("%d messages were found", len(messages))
	}
}

// isjson FILE checks that the file, or stdout, is one JSON document.
func isJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: isjson FILE")
	}
	if !json.Valid([]byte(ts.ReadFile(args[0]))) {
		ts.Fatalf("%s is not JSON", args[0])
	}
}

// TestCatalogPage compares the page with what it describes.
func TestCatalogPage(t *testing.T) {
	text := string(read(t, page))
	if example := string(read(t, company)); !strings.Contains(text, "```yaml\n"+example+"```\n") {
		t.Errorf("the example is not %s, word for word", company)
	}
	c, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(c.IDs(), fields(reflect.TypeFor[catalog.Catalog]())...) {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("%s is not explained", name)
		}
	}
}

// fields are the names of a document, at any depth; sorted.
func fields(document reflect.Type) []string {
	names, seen := map[string]bool{}, map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(of reflect.Type) {
		for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, of.Kind()) {
			of = of.Elem()
		}
		if seen[of] || of.Kind() != reflect.Struct || reflect.PointerTo(of).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			names[name] = true
			visit(of.Field(i).Type)
		}
	}
	visit(document)
	return slices.Sorted(maps.Keys(names))
}
