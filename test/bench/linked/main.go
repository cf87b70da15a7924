// Command linked is kubectl-versions as it would be with the vendors' libraries
// linked in: what a helper for --live spares it, and what bench compares it with.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth"

	"github.com/kubectl-versions/kubectl-versions/live/source"
	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
)

func main() {
	ctx := context.Background()
	if len(os.Args) == 2 && os.Args[1] == "live" {
		answer := source.Ask(ctx, v1alpha1.NewLiveQuery("amazon-eks"), time.Now)
		fmt.Println(json.NewEncoder(os.Stdout).Encode(answer))
		return
	}
	err := cmd.Execute(ctx, cmd.Environment{
		Streams: genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr},
		Getenv:  os.Getenv, Now: time.Now,
	}, os.Args[1:])
	os.Exit(cmd.ExitCode(err))
}
