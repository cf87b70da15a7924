package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// platformFlag is --platform of commands that judge a cluster.
type platformFlag struct {
	id    string
	typed *pflag.FlagSet
}

func (f *platformFlag) addTo(cmd *cobra.Command, data *catalogFlag) {
	flags := cmd.Flags()
	f.typed = flags
	flags.StringVar(&f.id, "platform", "", "Judge by this platform, such as amazon-eks, instead of recognising it. kubectl versions catalog info lists them.")
	completes(cmd, "platform", data.platforms(isLive))
}

// chosen is nil when the platform is to be recognised.
func (f *platformFlag) chosen(data *catalog.Catalog) (*catalog.Platform, error) {
	if !f.typed.Changed("platform") {
		return nil, nil
	}
	return platformNamed(data, f.id)
}

// platformNamed is the platform of an id that was typed.
func platformNamed(data *catalog.Catalog, id string) (*catalog.Platform, error) {
	if p := data.Platform(id); p != nil {
		return p, nil
	}
	return nil, usagef("unknown platform %q: use one of %s", id, strings.Join(data.IDs(), ", "))
}
