package cmd

import (
	"context"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog/store"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// staleAfter is the age in days at which a catalog deserves a hint.
const staleAfter = 120

// catalogFlag is --catalog.
type catalogFlag struct {
	env      Environment
	location string
	typed    *pflag.FlagSet
}

func (f *catalogFlag) addTo(cmd *cobra.Command) {
	flags := cmd.PersistentFlags()
	f.typed = flags
	flags.StringVar(&f.location, "catalog", "",
		"Catalog to use, a file or an https address. One without a skew policy extends the one in use otherwise.")
	completesFiles(cmd, "catalog", documents()...)
}

func (f *catalogFlag) store() *store.Store {
	client := &http.Client{Transport: namesProxy(http.DefaultTransport.(*http.Transport).Clone())}
	return &store.Store{Dir: f.env.CacheDir, Today: calendar.Of(f.env.Now()), Client: client}
}

// open returns the catalog in use, and says on stderr what is odd about it.
func (f *catalogFlag) open(ctx context.Context) (store.Opened, error) {
	if f.typed != nil && f.typed.Changed("catalog") && f.location == "" {
		return store.Opened{}, usagef("--catalog names no file or address")
	}
	opened, err := heeding(ctx, func() (store.Opened, error) { return f.store().Open(ctx, f.location) })
	if err != nil {
		return opened, err
	}
	today := calendar.Of(f.env.Now())
	switch age := opened.Age(today); {
	case age < 0:
		opened.Warnings = append(opened.Warnings, fmt.Sprintf("clock says %s, which is before the catalog's %s: set the clock", today, opened.AsOf))
	case age > staleAfter:
		remedy := "kubectl versions catalog update brings a newer one"
		if f.location != "" && !opened.Extends {
			remedy = "give a newer one with --catalog"
		}
		opened.Warnings = append(opened.Warnings, fmt.Sprintf("catalog is %d days old (of %s): %s", age, opened.AsOf, remedy))
	}
	for _, warning := range opened.Warnings {
		fmt.Fprintln(f.env.Streams.ErrOut, "warning:", printer.Clean(warning))
	}
	return opened, nil
}
