// Command profiled runs `kubectl versions …` some times in one process, and writes profiles of the processor and of all
// allocations for go tool pprof: profiled FOLDER/NAME ARGUMENT...
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
)

// runs gather enough samples: one run is a few dozen of them.
const runs = 20

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "profiled:", err)
		os.Exit(1)
	}
}

func run(name string, args []string) (err error) {
	processor, err := os.Create(name + ".cpu.pprof")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, processor.Close()) }()
	allocations, err := os.Create(name + ".allocs.pprof")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, allocations.Close()) }()

	if err := pprof.StartCPUProfile(processor); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for range runs {
		err := cmd.Execute(context.Background(), cmd.Environment{
			Streams: genericiooptions.IOStreams{In: os.Stdin, Out: io.Discard, ErrOut: os.Stderr},
			Getenv:  os.Getenv, Now: time.Now,
		}, args)
		if err != nil {
			return err
		}
	}
	return pprof.Lookup("allocs").WriteTo(allocations, 0)
}
