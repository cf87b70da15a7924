package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// addresses are where the calendars come from.
type addresses struct {
	schedule, eol string
	// endoflife is followed by the product.
	endoflife string
}

func runRefresh(ctx context.Context, args []string, env environment) error {
	flags := flag.NewFlagSet("refresh", flag.ContinueOnError)
	dir := flags.String("dir", "pkg/catalog/data/releases", "directory of the calendars")
	var from addresses
	website := "https://raw.githubusercontent.com/kubernetes/website/main/data/releases/"
	flags.StringVar(&from.schedule, "schedule", website+"schedule.yaml", "address of the supported Kubernetes minors")
	flags.StringVar(&from.eol, "eol", website+"eol.yaml", "address of the unsupported Kubernetes minors")
	flags.StringVar(&from.endoflife, "endoflife", "https://endoflife.date/api/v1/products", "address of endoflife.date's products")
	if err := parse(flags, args, env); err != nil {
		return err
	}
	return refresh(ctx, *dir, from.sources(), env)
}

// source is a document that tells of one platform.
type source struct {
	platform string
	url      string
	// cite stands in the sources of a release: the page for people, where there is one.
	cite  string
	parse func([]byte) ([]finding, error)
}

func (s source) read(ctx context.Context, client *http.Client) ([]finding, error) {
	data, err := fetch(ctx, client, s.url)
	if err != nil {
		return nil, err
	}
	found, err := s.parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.url, err)
	}
	if len(found) == 0 || slices.ContainsFunc(found, func(f finding) bool { return f.version.IsZero() }) {
		return nil, fmt.Errorf("%s: holds no releases, or one without its version", s.url)
	}
	return found, nil
}

// sources are in the order in which they are merged.
func (a addresses) sources() []source {
	sources := []source{
		{platform: catalog.Upstream, url: a.schedule, cite: a.schedule, parse: parseSchedule},
		{platform: catalog.Upstream, url: a.eol, cite: a.eol, parse: parseEndOfLife},
	}
	for _, p := range products() {
		sources = append(sources, source{
			platform: p.id,
			url:      strings.TrimSuffix(a.endoflife, "/") + "/" + p.id + "/",
			cite:     "https://endoflife.date/" + p.id,
			parse:    p.parse,
		})
	}
	return sources
}

// refresh merges the sources into the files of dir, all or none of them.
func refresh(ctx context.Context, dir string, sources []source, env environment) error {
	c, err := catalog.Load()
	if err != nil {
		return err
	}
	c.AsOf = calendar.Of(env.now())
	client := newClient(env.transport)
	calendars := map[string]*catalog.Platform{}
	var notes []string
	for _, s := range sources {
		path := filepath.Join(dir, s.platform+".json")
		if calendars[path] == nil {
			releases, err := readReleases(path)
			if err != nil {
				return err
			}
			p := c.Platform(s.platform)
			p.AsOf, p.Releases = c.AsOf, releases.Releases
			calendars[path] = p
		}
		found, err := s.read(ctx, client)
		if err != nil {
			return err
		}
		notes = append(notes, merge(calendars[path], s, found)...)
	}
	for _, note := range notes {
		fmt.Fprintln(env.stderr, note)
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("nothing was written, the result is not valid:\n%w", err)
	}
	files := map[string][]byte{}
	for path, p := range calendars {
		if files[path], err = encode(&catalog.Releases{AsOf: p.AsOf, Releases: p.Releases}); err != nil {
			return err
		}
	}
	return replaceFiles(files)
}
