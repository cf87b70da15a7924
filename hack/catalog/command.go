package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"
)

// environment is what the commands reach of the world, the working directory aside.
type environment struct {
	stdout, stderr io.Writer
	now            func() time.Time
	transport      http.RoundTripper
}

func run(ctx context.Context, args []string, env environment) error {
	if len(args) == 0 {
		return errors.New("no command: want refresh, export or age")
	}
	switch command, args := args[0], args[1:]; command {
	case "refresh":
		return runRefresh(ctx, args, env)
	case "export":
		return runExport(args, env)
	case "age":
		return runAge(args, env)
	default:
		return fmt.Errorf("unknown command %q: want refresh, export or age", command)
	}
}

// parse reads flags, and refuses arguments.
func parse(flags *flag.FlagSet, args []string, env environment) error {
	flags.SetOutput(env.stderr)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s takes no arguments, got %q", flags.Name(), flags.Arg(0))
	}
	return nil
}
