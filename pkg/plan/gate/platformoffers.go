package gate

import (
	"cmp"
	"slices"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// platformOffers asks whether the minor can be had from the platform on the day.
func platformOffers() Check {
	return Check{
		ID: "platform-offers", Source: "https://kubernetes.io/releases/",
		Judge: func(h *Hop) Result {
			if h.From == h.To {
				return Result{}
			}
			r := h.offer()
			if r.Source == "" {
				r.Source = h.Platform.Sources[0]
			}
			return r
		},
	}
}

func (h *Hop) offer() Result {
	offered := h.Catalog.Offered(h.Platform)
	i := slices.IndexFunc(offered, func(r catalog.Release) bool { return r.Minor() == h.To })
	if i < 0 {
		return h.unlisted()
	}
	release := &offered[i]
	if release.PlannedOn(h.At) {
		return h.from(h.planned(h.Platform, release.Released), release.Sources)
	}
	// The dates can be those of the platform that it follows, as can the release.
	dates, dated := h.Catalog.Calendar(h.Platform, h.To)
	if dated == nil {
		dates, dated = h.Platform, release
	}
	switch stage, phase := dates.Standing(dated, h.At); stage {
	case v1alpha1.EndOfLife:
		return h.from(warning("pass on to a supported minor soon, or start from a new cluster", nil,
			"%s lost the support of %s on %s, and may not be offered any more", h.To, dates.Name, phase.Until), dated.Sources)
	case v1alpha1.Supported:
		terms := ""
		if phase.Terms != "" {
			terms = ", which " + phase.Terms
		}
		if phase.Kind == v1alpha1.Extended {
			return h.from(warning("pass on to a minor with standard support, or accept the terms", nil,
				"%s has only %s support of %s, until %s%s", h.To, phase.Name, dates.Name, phase.Until, terms), dated.Sources)
		}
		return h.from(pass("%s has %s support of %s until %s%s", h.To, phase.Name, dates.Name, phase.Until, terms), dated.Sources)
	default:
		return h.from(pass("%s is in the calendar of %s, without a date of its end", h.To, dates.Name), dated.Sources)
	}
}

// unlisted is a minor that the calendar does not have: because no platform can
// have it yet, or because the calendar is older than it.
func (h *Hop) unlisted() Result {
	upstream := h.Catalog.Platform(catalog.Upstream)
	if next := upstream.Upcoming; next != nil && next.Version == h.To {
		return h.from(h.planned(upstream, next.Released), []string{next.Source})
	}
	asOf := h.Platform.AsOf
	if len(h.Platform.Releases) == 0 && h.Platform.Follows != "" {
		asOf = h.Catalog.Platform(h.Platform.Follows).AsOf
	}
	return unknown("look at the platform's page, or kubectl versions catalog update",
		"the catalog, of %s as of %s, lists no %s", h.Platform.Name, cmp.Or(asOf, h.Catalog.AsOf), h.To)
}

// planned is a minor that has a day to come out on, and was not seen yet.
func (h *Hop) planned(by *catalog.Platform, day calendar.Date) Result {
	if day.Last().Compare(h.At) < 0 {
		return unknown("look at the platform's page, or kubectl versions catalog update",
			"%s of %s was planned for %s, and the catalog, as of %s, does not know whether it is out", h.To, by.Name, day, by.AsOf)
	}
	return warning("wait for it, or plan for an earlier minor with --to", nil, "%s of %s is planned for %s: this plan is ahead of it", h.To, by.Name, day)
}

func (h *Hop) from(r Result, sources []string) Result {
	r.Source = sources[0]
	return r
}
