package main

import (
	"flag"
	"fmt"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// maxAgeDays is how old the catalog of a release may be.
const maxAgeDays = 180

func runAge(args []string, env environment) error {
	flags := flag.NewFlagSet("age", flag.ContinueOnError)
	var at calendar.Date
	flags.TextVar(&at, "at", calendar.Of(env.now()), "day of the release")
	if err := parse(flags, args, env); err != nil {
		return err
	}
	c, err := catalog.Load()
	if err != nil {
		return err
	}
	return checkAge(c, at)
}

func checkAge(c *catalog.Catalog, day calendar.Date) error {
	if age := c.Age(day); age > maxAgeDays {
		return fmt.Errorf("catalog is %d days old on %s, more than %d: run go run ./hack/catalog refresh", age, day, maxAgeDays)
	}
	return nil
}
