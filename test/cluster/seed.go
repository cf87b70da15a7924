package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-versions/kubectl-versions/test/cluster/internal/seed"
)

func newSeedCommand() *cobra.Command {
	var kubeconfig string
	var sets []string
	cmd := &cobra.Command{
		Use:   "seed --kubeconfig FILE [--set KEY=VALUE]... FILE...|-",
		Short: "Create the objects of seed files in a running cluster",
		Long: `Create the objects of seed files, or of stdin for "-", in a running cluster. An object that exists gets the fields of the
seed and keeps its others.

A seed file is a text/template whose dot has the --set values, and whose output is a stream of YAML documents. Besides the functions
of text/template it has:

  now           the present, as a MicroTime      ago "36h"    so long before, as a Time
  seq 1 3       ranges over 1, 2, 3              pad 7 4      0007
  list a b      its arguments                    dict "name" "cp-1"   has .name
  add sub mul div mod, on two whole numbers
  helmRelease (dict …)  what Helm stores of a release, given its name, namespace, revision, status and api

Namespaces are created first, then CustomResourceDefinitions, then everything else. A status goes through the status subresource,
and an owner reference without a uid gets that of the owner, which has to stand earlier.`,
		Example: "  cluster seed --kubeconfig /tmp/demo/kubeconfig --set nodes=5000 --set oldproxy=0 seeds/scale.yaml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			values, err := seed.ParseValues(sets)
			if err != nil {
				return err
			}
			files, err := readSeeds(paths, cmd.InOrStdin())
			if err != nil {
				return err
			}
			config, err := clientConfig(kubeconfig, "")
			if err != nil {
				return err
			}
			return seed.Apply(cmd.Context(), config, files, values, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&kubeconfig, "kubeconfig", "", "kubeconfig of the cluster; its current context is used")
	cmd.Flags().StringArrayVar(&sets, "set", nil, "key=value for the templates; any number of times")
	_ = cmd.MarkFlagRequired("kubeconfig")
	return cmd
}

// readSeeds reads "-" from stdin, unless that is nil.
func readSeeds(paths []string, stdin io.Reader) ([]seed.File, error) {
	var files []seed.File
	for _, path := range paths {
		var text []byte
		var err error
		if path == "-" && stdin != nil {
			text, err = io.ReadAll(stdin)
		} else {
			text, err = os.ReadFile(path)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the seeds: %w", err)
		}
		files = append(files, seed.File{Name: path, Text: string(text)})
	}
	return files, nil
}

// clientConfig reads a context of a kubeconfig; "" is the current one.
func clientConfig(kubeconfig, context string) (*rest.Config, error) {
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
		&clientcmd.ClientConfigLoadingRules{ExplicitPath: kubeconfig},
		&clientcmd.ConfigOverrides{CurrentContext: context},
	).ClientConfig()
}
