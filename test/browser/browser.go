// Package browser looks at HTML reports in a headless Chromium: as files, for
// the plugin's pages need nothing else.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Find returns the path of Chromium.
func Find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no chromium on PATH: install Debian's packages chromium and fonts-dejavu-core")
}

// Start runs Chromium until the context ends or stop is called.
func Start(ctx context.Context, path string) (browser context.Context, stop func(), err error) {
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.DisableGPU)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which refuses to work for root
	}
	allocator, stopAllocator := chromedp.NewExecAllocator(ctx, options...)
	browser, stopBrowser := chromedp.NewContext(allocator)
	stop = func() { stopBrowser(); stopAllocator() }
	if err := chromedp.Do(browser); err != nil {
		stop()
		return nil, nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	return browser, stop, nil
}

// View is how a page is looked at.
type View struct {
	Width, Height int64
	Dark, Print   bool
	NoScript      bool
}

func (v View) String() string {
	name := fmt.Sprintf("%d px", v.Width)
	if v.Dark {
		name += ", dark"
	}
	if v.Print {
		name += ", print"
	}
	if v.NoScript {
		name += ", no script"
	}
	return name
}

func (v View) set(tab context.Context) error {
	scheme, media := "light", "screen"
	if v.Dark {
		scheme = "dark"
	}
	if v.Print {
		media = "print"
	}
	_, size := chromedp.Call(tab, emulation.SetDeviceMetricsOverride,
		emulation.SetDeviceMetricsOverrideParams{Width: v.Width, Height: v.Height, DeviceScaleFactor: 1})
	_, kind := chromedp.Call(tab, emulation.SetEmulatedMedia,
		emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	_, script := chromedp.Call(tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.NoScript})
	return errors.Join(size, kind, script)
}

// Incidents is what a page did that a report must not do.
type Incidents struct {
	mutex sync.Mutex
	own   string
	all   []string
}

// All incidents so far, in words.
func (i *Incidents) All() []string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return slices.Clone(i.all)
}

func (i *Incidents) add(format string, args ...any) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.all = append(i.all, fmt.Sprintf(format, args...))
}

func (i *Incidents) watch(tab context.Context) error {
	err := chromedp.Listen(tab, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if e.Request.URL != i.own {
				i.add("requested %s", e.Request.URL)
			}
		case *cdplog.EventEntryAdded: // violations of the policy are among them
			i.add("logged a %s %s: %s", e.Entry.Source, e.Entry.Level, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			i.add("wrote to the console: %s", e.Type)
		case *runtime.EventExceptionThrown:
			i.add("threw %s", e.ExceptionDetails.Text)
		case *page.EventJavascriptDialogOpening:
			i.add("opened a dialog: %s", e.Message)
			// Nothing goes on in the tab before someone answers, and what listens must not wait.
			go func() { _, _ = chromedp.Call(tab, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{}) }()
		}
	})
	_, requests := chromedp.Call(tab, network.Enable, network.EnableParams{})
	_, log := chromedp.Call(tab, cdplog.Enable, cdp.Empty{})
	_, console := chromedp.Call(tab, runtime.Enable, cdp.Empty{})
	return errors.Join(err, requests, log, console)
}

// Open shows a page in a tab of its own, and has a look at it there.
func Open(browser context.Context, url string, view View, look func(tab context.Context) error) (*Incidents, error) {
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	incidents := &Incidents{own: url}
	for _, do := range []func(context.Context) error{
		incidents.watch, view.set, func(tab context.Context) error { return chromedp.Do(tab, chromedp.Navigate(url)) }, look,
	} {
		if err := do(tab); err != nil {
			return nil, fmt.Errorf("%s at %s: %w", url, view, err)
		}
	}
	return incidents, nil
}
