// Command screenshots takes the pictures of the README: of the HTML report, and
// of the terminal.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/creack/pty"

	"github.com/kubectl-versions/kubectl-versions/test/browser"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var c camera
	flag.StringVar(&c.plugin, "plugin", "bin/kubectl-versions", "the built plugin")
	flag.StringVar(&c.snapshot, "snapshot", "docs/examples/shop-prod.yaml", "what is judged")
	flag.StringVar(&c.at, "at", "2026-11-20", "day that dates are counted from")
	flag.StringVar(&c.question, "question", "", "subcommand to show; the overview without one")
	flag.StringVar(&c.to, "to", "docs/images", "folder to write to")
	flag.Parse()
	err := c.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type camera struct{ plugin, snapshot, at, question, to string }

func (c *camera) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	path, err := browser.Find()
	if err != nil {
		return err
	}
	chromium, stop, err := browser.Start(ctx, path)
	if err != nil {
		return err
	}
	defer stop()
	dir, err := os.MkdirTemp("", "screenshots")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	report, err := c.command(ctx, "--output", "html").Output()
	if err != nil {
		return err
	}
	screen, err := c.terminal(ctx)
	if err != nil {
		return err
	}
	// A report is photographed down to below its first picture.
	const desktop, top = 1280, 800
	return errors.Join(
		c.take(chromium, dir, "report-light.png", report, "", browser.View{Width: desktop, Height: top}),
		c.take(chromium, dir, "report-dark.png", report, "", browser.View{Width: desktop, Height: top, Dark: true}),
		c.take(chromium, dir, "terminal.png", terminalPage(screen), "pre", browser.View{Width: desktop, Height: top}),
	)
}

func (c *camera) command(ctx context.Context, args ...string) *exec.Cmd {
	args = append(args, "--snapshot", c.snapshot, "--at", c.at)
	if c.question != "" {
		args = append([]string{c.question}, args...)
	}
	command := exec.CommandContext(ctx, c.plugin, args...)
	command.Stderr = os.Stderr
	return command
}

// terminal is what the plugin prints to one of 80 columns.
func (c *camera) terminal(ctx context.Context) (string, error) {
	command := c.command(ctx, "--color", "always")
	terminal, err := pty.StartWithSize(command, &pty.Winsize{Cols: 80, Rows: 50})
	if err != nil {
		return "", err
	}
	defer terminal.Close()
	var out bytes.Buffer
	// Linux ends the output of a terminal that nobody writes to with EIO.
	if _, err := io.Copy(&out, terminal); err != nil && !errors.Is(err, syscall.EIO) {
		return "", err
	}
	if err := command.Wait(); err != nil {
		return "", err
	}
	typed := strings.TrimSpace("kubectl versions " + c.question)
	return "$ " + typed + "\n" + strings.ReplaceAll(out.String(), "\r\n", "\n"), nil
}

// take writes a picture of a page's window, or of the element that a selector names.
func (c *camera) take(chromium context.Context, dir, name string, content []byte, selector string, view browser.View) error {
	file := filepath.Join(dir, name+".html")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return err
	}
	shot := chromedp.CaptureScreenshot()
	if selector != "" {
		shot = chromedp.Screenshot(chromedp.CSS(selector))
	}
	var png []byte
	if _, err := browser.Open(chromium, "file://"+file, view, func(tab context.Context) (err error) {
		png, err = chromedp.Run(tab, shot)
		return err
	}); err != nil {
		return err
	}
	if err := os.MkdirAll(c.to, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.to, name), png, 0o644)
}

// terminalPage shows text with colours as a terminal does.
func terminalPage(screen string) []byte {
	const style = `body { margin: 0; background: #fff }
pre { display: inline-block; width: 80ch; margin: 0; padding: 18px 22px; background: #14181d; color: #dfe4ea;
  font: 14px/1.4 "DejaVu Sans Mono", monospace; }
.c1 { font-weight: bold } .c2 { opacity: .7 } .c31 { color: #ff8b82 } .c32 { color: #7ad48e } .c33 { color: #f2c94c }
.c34 { color: #7db4ff } .c35 { color: #d7a6ff } .c36 { color: #74d0e4 }`
	return []byte("<!DOCTYPE html><meta charset=utf-8><style>" + style + "</style><pre>" + colored(strings.TrimRight(screen, "\n")) + "</pre>")
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// colored turns the colours of a terminal into spans.
func colored(screen string) string {
	var out strings.Builder
	open, at := false, 0
	for _, m := range sgr.FindAllStringSubmatchIndex(screen, -1) {
		out.WriteString(html.EscapeString(screen[at:m[0]]))
		at = m[1]
		if open {
			out.WriteString("</span>")
		}
		code := screen[m[2]:m[3]]
		open = code != "" && code != "0"
		if open {
			out.WriteString(`<span class="c` + strings.ReplaceAll(code, ";", " c") + `">`)
		}
	}
	out.WriteString(html.EscapeString(screen[at:]))
	if open {
		out.WriteString("</span>")
	}
	return out.String()
}
