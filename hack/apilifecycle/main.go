// Command apilifecycle writes the index of pkg/apilifecycle and checks it.
//
//	go run ./hack/apilifecycle index           write pkg/apilifecycle/data/index.json
//	go run ./hack/apilifecycle index -check    fail when that file is not what the modules say
//	go run ./hack/apilifecycle served v1.38.0  record what the servers of a newer minor serve
//
// The index is made from the sources of the Go modules in modules.go, which the
// go command downloads. Each type of a served resource has generated methods
// that return constants, APILifecycleIntroduced, Deprecated, Removed and
// Replacement, and is tagged for the generator of clients, +genclient, from
// which follow whether the type is a resource and whether it is namespaced.
// The sources are parsed and not built: one build holds only one version of a
// module, and the tags are in no build. A test compares what is parsed with what
// the compiled methods return.
//
// Types that a newer module has no more are read from the last one that had
// them. A minor that the methods cannot know, or have wrong, is corrected in
// corrections.go, with its source.
//
// To add a minor: append its versions in modules.go, run index and served, and
// run the tests, which compare the two.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	err := run(context.Background(), os.Args[1:], os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
