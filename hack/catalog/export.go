package main

import (
	"encoding/json"
	"flag"
	"io"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func runExport(args []string, env environment) error {
	if err := parse(flag.NewFlagSet("export", flag.ContinueOnError), args, env); err != nil {
		return err
	}
	c, err := catalog.Load()
	if err != nil {
		return err
	}
	return export(env.stdout, c)
}

// export writes what catalog.Decode reads.
func export(w io.Writer, c *catalog.Catalog) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(c)
}
