// Command kubectl-versions is a kubectl plugin: kubectl runs it as `kubectl versions`.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth"

	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
)

// version, commit and date are set by the linker for releases.
var version, commit, date string

func main() {
	os.Exit(run(cacheDir()))
}

func run(cacheDir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second interrupt ends what does not heed the first, such as opening a pipe.
	context.AfterFunc(ctx, stop)
	defer killChildren(children(os.Getpid()))
	recorded, _ := debug.ReadBuildInfo()
	err := cmd.Execute(ctx, cmd.Environment{
		Streams:  genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr},
		Getenv:   os.Getenv,
		Now:      time.Now,
		Build:    cmd.BuildOf(version, commit, date, recorded),
		CacheDir: cacheDir,
	}, os.Args[1:])
	if !cmd.Silent(err) {
		fmt.Fprintln(os.Stderr, "error:", cmd.Message(err))
	}
	return cmd.ExitCode(err)
}

// cacheDir is empty on a machine that has none.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "kubectl-versions")
}
