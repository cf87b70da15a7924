package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
)

func run(ctx context.Context, args []string, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New("no command: want index or served")
	}
	switch command, args := args[0], args[1:]; command {
	case "index":
		return runIndex(ctx, args, stderr)
	case "served":
		return runServed(ctx, args, stderr)
	default:
		return fmt.Errorf("unknown command %q: want index or served", command)
	}
}

func runIndex(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("index", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("file", "pkg/apilifecycle/data/index.json", "the index")
	check := flags.Bool("check", false, "write nothing, and fail when the file is not what would be written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("index takes no arguments, got %q", flags.Arg(0))
	}

	var histories []history
	for _, m := range modules() {
		read, err := m.read(ctx)
		if err != nil {
			return err
		}
		histories = append(histories, read)
	}
	x, err := index(histories, corrections())
	if err != nil {
		return err
	}
	data, err := encode(x)
	if err != nil {
		return err
	}
	if *check {
		present, err := os.ReadFile(*file)
		if err == nil && !bytes.Equal(present, data) {
			err = fmt.Errorf("%s is not what the modules say, run: go run ./hack/apilifecycle index", *file)
		}
		return err
	}
	return os.WriteFile(*file, data, 0o644)
}

// encode returns the one form in which the index is kept.
func encode(x *apilifecycle.Index) ([]byte, error) {
	data, err := json.MarshalIndent(x, "", "  ")
	return append(data, '\n'), err
}
