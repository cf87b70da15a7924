package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"sigs.k8s.io/yaml"
)

const (
	shopProd = "../../docs/examples/shop-prod.yaml"
	hostile  = "../../pkg/cmd/testdata/snapshots/hostile.yaml"
)

// commands write the pages, by name. Each is given a snapshot besides.
func commands() map[string][]string {
	return map[string][]string{
		"skew": {"skew"}, "support": {"support"}, "deprecations": {"deprecations"}, "plan": {"plan"},
		"overview": {}, "fleet": {"--snapshot", "../../docs/examples/restricted.yaml"},
		"support of several": {"support", "--platform", "alauda-acp", "--platform-version", "4.3", "--snapshot", "../../docs/examples/acp"},
	}
}

// started is the browser. Without one there is nothing to test but for the gate, which installs it.
func started(t *testing.T) context.Context {
	t.Helper()
	path, err := Find()
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatal(err)
	case err != nil:
		t.Skip(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	browser, stop, err := Start(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return browser
}

// written returns the URL of a page that the built plugin writes.
func written(t *testing.T, snapshot string, command ...string) string {
	t.Helper()
	plugin := os.Getenv("KUBECTL_VERSIONS_BIN")
	if plugin == "" {
		plugin = "../../bin/kubectl-versions"
	}
	run := exec.CommandContext(t.Context(), plugin, append(slices.Clone(command), "--snapshot", snapshot, "--output", "html")...)
	var stderr bytes.Buffer
	run.Stderr = &stderr
	html, err := run.Output()
	if err != nil {
		t.Fatalf("%s: %v (make build builds it)\n%s", run, err, stderr.String())
	}
	return saved(t, "page.html", html)
}

func saved(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// look reads from a page with expressions, and fails the test where the page did
// something that a report must not do.
func look(t *testing.T, browser context.Context, url string, view View, expressions ...reading) {
	t.Helper()
	incidents, err := Open(browser, url, view, func(tab context.Context) error {
		for _, expression := range expressions {
			if err := expression(tab); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, incident := range incidents.All() {
		t.Errorf("%s: the page %s", view, incident)
	}
}

type reading func(tab context.Context) error

func read[T any](expression string, into *T) reading {
	return func(tab context.Context) (err error) {
		*into, err = chromedp.Run(tab, chromedp.Evaluate[T](expression))
		return err
	}
}

func do(statement string) reading {
	var done bool
	return read("(() => {"+statement+"; return true})()", &done)
}

func TestPages(t *testing.T) {
	browser := started(t)
	for name, command := range commands() {
		for _, snapshot := range []string{shopProd, hostile} {
			t.Run(name+" of "+filepath.Base(snapshot), func(t *testing.T) {
				url := written(t, snapshot, command...)
				paper := paperOf(t, browser, url)
				for _, view := range []View{{Width: 375, Height: 800}, {Width: 1440, Height: 900}, paper} {
					fits(t, browser, url, view)
				}
				readableInBothSchemes(t, browser, url)
				shownFolded(t, browser, url, paper)
			})
		}
	}
}

// paperOf is A4 between its margins, as the page asks for it.
func paperOf(t *testing.T, browser context.Context, url string) View {
	t.Helper()
	paper := View{Width: 718, Height: 1047, Print: true}
	var name string
	look(t, browser, url, paper, read("getComputedStyle(document.body).page", &name))
	if name == "fleet" { // in landscape
		paper.Width, paper.Height = paper.Height, paper.Width
	}
	return paper
}

// Tables and pictures scroll in their own boxes. The page never scrolls sideways.
func fits(t *testing.T, browser context.Context, url string, view View) {
	t.Helper()
	var wide, inner int
	look(t, browser, url, view,
		do(`document.querySelectorAll("details").forEach(d => d.open = true)`),
		read("document.documentElement.scrollWidth", &wide), read("innerWidth", &inner))
	if inner != int(view.Width) || wide > inner {
		t.Errorf("%s: the page is %d px wide in a window of %d", view, wide, inner)
	}
}

// worst finds the text with the least contrast to what is behind it.
const worst = `(() => {
	const parse = c => c.match(/[\d.]+/g).map(Number)
	const luminance = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0)
	const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)]; return (Math.max(x, y) + .05) / (Math.min(x, y) + .05) }
	const behind = e => {
		if (e.classList.contains("onbar")) return parse(getComputedStyle(e.parentNode.querySelector("rect")).fill)
		for (; e; e = e.parentElement) {
			const c = parse(getComputedStyle(e).backgroundColor)
			if (c.length < 4 || c[3] > 0) return c
		}
		return [255, 255, 255]
	}
	let found = {ratio: 21, text: ""}
	document.querySelectorAll("details").forEach(d => d.open = true)
	for (const e of document.body.querySelectorAll("*")) {
		const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
		if (!own || ["title", "desc"].includes(e.localName)) continue
		const style = getComputedStyle(e)
		const r = ratio(parse(e.namespaceURI.endsWith("svg") ? style.fill : style.color), behind(e))
		if (r < found.ratio) found = {ratio: r, text: e.textContent.trim()}
	}
	return found
})()`

func readableInBothSchemes(t *testing.T, browser context.Context, url string) {
	t.Helper()
	var backgrounds []string
	for _, dark := range []bool{false, true} {
		view := View{Width: 1440, Height: 900, Dark: dark}
		var background string
		var least struct {
			Ratio float64
			Text  string
		}
		look(t, browser, url, view,
			read("getComputedStyle(document.body).backgroundColor", &background), read(worst, &least))
		backgrounds = append(backgrounds, background)
		if least.Text == "" || least.Ratio < 4.5 {
			t.Errorf("%s: the contrast of %q is %.1f, want 4.5 at least", view, least.Text, least.Ratio)
		}
	}
	if backgrounds[0] == backgrounds[1] {
		t.Errorf("the background is %s, light and dark", backgrounds[0])
	}
}

// hidden counts what is folded out of sight.
const hidden = `[...document.querySelectorAll("details > :not(summary)")].filter(e => !e.checkVisibility() || e.getBoundingClientRect().height === 0).length`

// Paper shows what is folded, and no script is needed to unfold it on a screen.
func shownFolded(t *testing.T, browser context.Context, url string, paper View) {
	t.Helper()
	for _, noScript := range []bool{false, true} {
		screen, print := View{Width: 1440, Height: 900, NoScript: noScript}, paper
		print.NoScript = noScript
		var folded, unfolded, printed int
		look(t, browser, url, screen, read(hidden, &folded),
			do(`document.querySelectorAll("summary").forEach(s => s.click())`), read(hidden, &unfolded))
		look(t, browser, url, print, read(hidden, &printed))
		if folded == 0 || unfolded != 0 || printed != 0 {
			t.Errorf("%s: %d hidden when folded, %d when unfolded, %d in print; want some, none and none", screen, folded, unfolded, printed)
		}
	}
}

// payloads would run, load or break out where a page took text for markup.
func payloads() []string {
	return []string{
		`<script>alert(1)</script>`,
		`"><img src=x onerror=alert(2)>`,
		`' onmouseover='alert(3)`,
		`javascript:alert(4)`,
		`</style><style>*{background:url(https://attacker.example/5)}</style>`,
		`</title><iframe src=https://attacker.example/6>`,
		`--><svg onload=alert(7)>`,
		`{{printf "%s" 8}}`,
		`<base href=https://attacker.example/9><a href=x>`,
		`<meta http-equiv=refresh content=0;url=https://attacker.example/10>`,
		"\u202egnp.exe", "\x1b]0;owned\a", `]]>`, `&lt;b&gt;`,
	}
}

// injected is a snapshot with payloads in whatever a cluster's users choose.
func injected(t *testing.T, path, payload string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var snapshot any
	if err := yaml.Unmarshal(content, &snapshot); err != nil {
		t.Fatal(err)
	}
	chosen := []string{"name", "names", "namespace", "context", "manager", "user", "userAgent", "message", "hides", "permission", "osImage", "kernel", "path", "value", "labels", "annotations", "chart"}
	content, err = json.Marshal(inject(snapshot, false, payload, chosen))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "injected.yaml")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func inject(value any, here bool, payload string, chosen []string) any {
	switch v := value.(type) {
	case map[string]any:
		for key, below := range v {
			v[key] = inject(below, slices.Contains(chosen, key), payload, chosen)
		}
	case []any:
		for i, below := range v {
			v[i] = inject(below, here, payload, chosen)
		}
	case string:
		if here {
			return v + payload
		}
	}
	return value
}

// active counts what could run or load something, whether or not it does.
const active = `document.querySelectorAll("script, img, iframe, object, embed, link, base, style ~ style, foreignObject, animate, use, form, " +
	"[onload], [onerror], [onmouseover], [style], a:not([href^='#'])").length`

func TestHostileTextRunsNothing(t *testing.T) {
	browser := started(t)
	for i, payload := range payloads() {
		for name, command := range commands() {
			t.Run(fmt.Sprintf("%s %d", name, i), func(t *testing.T) {
				url := written(t, injected(t, shopProd, payload), command...)
				var count int
				var text string
				look(t, browser, url, View{Width: 1440, Height: 900},
					read(active, &count), read("document.body.textContent", &text))
				if count > 0 {
					t.Errorf("%d elements could run or load something", count)
				}
				if printable := !strings.ContainsAny(payload, "\x1b\u202e"); strings.Contains(text, payload) != printable {
					t.Errorf("the page shows %q: %t, want %t", payload, !printable, printable)
				}
			})
		}
	}
}

// What the other tests expect to be absent would be seen.
func TestIncidentsAreSeen(t *testing.T) {
	browser := started(t)
	const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`
	for name, tc := range map[string]struct{ html, want string }{
		"a violation of the policy": {policy + `<p style="color: red">x`, "logged a security error: "},
		"a request":                 {`<img src="http://127.0.0.1:9/x">`, "requested http://127.0.0.1:9/x"},
		"a word on the console":     {`<script>console.log("x")</script>`, "wrote to the console: log"},
		"an exception":              {`<script>throw 1</script>`, "threw Uncaught"},
		"a dialog":                  {`<script>alert("x")</script>`, "opened a dialog: x"},
	} {
		incidents, err := Open(browser, saved(t, "page.html", []byte(tc.html)), View{Width: 375, Height: 900}, func(context.Context) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if all := incidents.All(); !slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, tc.want) }) {
			t.Errorf("%s: seen %q, want %q", name, all, tc.want)
		}
	}
}
