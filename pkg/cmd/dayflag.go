package cmd

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// dayFlag is --at.
type dayFlag struct {
	env   Environment
	text  string
	typed *pflag.FlagSet
}

func (f *dayFlag) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.typed = flags
	flags.StringVar(&f.text, "at", "", "Answer for this day, such as 2027-03-01, instead of today. Days are days in UTC.")
}

func (f *dayFlag) day() (calendar.Date, error) {
	if !f.typed.Changed("at") {
		return calendar.Of(f.env.Now()), nil
	}
	day, err := calendar.ParseDay(f.text)
	if err != nil {
		return day, usagef("--at: %w", err)
	}
	return day, nil
}

// withinFlag is --within.
type withinFlag struct{ text string }

func (f *withinFlag) addTo(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.text, "within", "0d", "Warn of support that ends within this period, such as 90d, 12w or 3mo.")
}

func (f *withinFlag) period() (calendar.Period, error) {
	period, err := calendar.ParsePeriod(f.text)
	if err != nil {
		return period, usagef("--within: %w", err)
	}
	return period, nil
}
