package cmd

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// targetFlag is --to.
type targetFlag struct {
	text string
	// minor is set where text is a version, steps where it is +N.
	minor version.Minor
	steps int
}

const latest = "latest"

func (f *targetFlag) addTo(cmd *cobra.Command, data *catalogFlag) {
	cmd.Flags().StringVar(&f.text, "to", "+1", "Target minor: a version such as 1.38, latest for the newest upstream release, or +2 for two minors ahead of the server.")
	completes(cmd, "to", data.fromCatalog(func(_ *cobra.Command, known *catalog.Catalog) []cobra.Completion {
		today := calendar.Of(data.env.Now())
		newest, planned := known.NewestUpstream(today), known.NewestPlanned(today)
		targets := []cobra.Completion{
			fmt.Sprintf("%s\t%s, the newest that is out", latest, newest), "+1\tthe server's next minor", "+2\ttwo minors ahead of the server",
		}
		if planned != newest {
			targets = append(targets, fmt.Sprintf("%s\tits release cycle is under way", planned))
		}
		return append(targets, minors(known, catalog.Upstream, today)...)
	}))
}

func (f *targetFlag) validate() error {
	steps, ahead := strings.CutPrefix(f.text, "+")
	switch {
	case f.text == latest:
		return nil
	case ahead:
		n, err := strconv.Atoi(steps)
		if err != nil || n < 1 || n > 100 {
			return usagef("--to %s: want +1, +2 and so on", f.text)
		}
		f.steps = n
		return nil
	}
	minor, err := version.ParseMinor(strings.TrimPrefix(f.text, "v"))
	if err != nil {
		v, patchErr := version.Parse(f.text)
		if patchErr != nil {
			return usagef("--to %s: want a minor such as 1.38, latest, or +2", f.text)
		}
		minor = v.Minor
	}
	if minor.Major != 1 {
		return usagef("--to %s: want a minor of Kubernetes 1, such as 1.38", f.text)
	}
	f.minor = minor
	return nil
}

// absolute targets do not depend on the server.
func (f *targetFlag) absolute() bool { return f.steps == 0 }

// resolve returns the target for a server, whose minor is zero where there is none.
func (f *targetFlag) resolve(server version.Minor, data *catalog.Catalog, today calendar.Date) (version.Minor, error) {
	target := f.minor
	switch {
	case f.steps > 0 && server.IsZero():
		return target, usagef("--to %s counts from the server's version, which is not known: name a version, such as --to 1.38", f.text)
	case f.steps > 0:
		return server.Add(f.steps), nil
	case f.text == latest:
		target = data.NewestUpstream(today)
	}
	if target.Compare(server) < 0 {
		return target, usagef("--to %s is older than kube-apiserver, which is at %s: the control plane does not go back", target, server)
	}
	return target, nil
}

// planned is the target of an upgrade, which ends where the catalog does: at the
// newest minor that is out, or at the one whose release cycle is under way.
func (f *targetFlag) planned(server version.Minor, data *catalog.Catalog, today calendar.Date) (version.Minor, error) {
	target, err := f.resolve(server, data, today)
	if err != nil {
		return target, err
	}
	if newest := data.NewestPlanned(today); target.Compare(newest) > 0 && target != server {
		where := f.text
		if f.steps > 0 {
			where += " leads to " + target.String()
		}
		return target, usagef("--to %s: the catalog (as of %s) knows nothing after %s: see whether kubectl versions catalog update brings more",
			where, data.Platform(catalog.Upstream).AsOf, newest)
	}
	return target, nil
}
