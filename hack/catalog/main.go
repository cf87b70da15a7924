// Command catalog maintains the release calendars in pkg/catalog/data/releases
// and publishes the catalog.
//
//	go run ./hack/catalog refresh          bring the calendars up to date from their public sources
//	go run ./hack/catalog export           write the whole catalog as one document to stdout
//	go run ./hack/catalog age [-at DATE]   fail when the catalog is too old to be released
//
// refresh adds releases, patches and dates that are missing, and replaces dates
// that were not confirmed. A confirmed date stays: where a source has another
// one, or does not tell all that a release needs, a line on stderr says so, and
// the file is to be edited by hand. Nothing is written unless every source was
// read and the result is valid.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	err := run(context.Background(), os.Args[1:], environment{
		stdout: os.Stdout, stderr: os.Stderr, now: time.Now, transport: http.DefaultTransport,
	})
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
