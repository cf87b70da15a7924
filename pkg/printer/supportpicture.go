package printer

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// supportPicture has time from left to right and a lane for each release that
// runs, with its phases as bars. Lengths are pixels.
type supportPicture struct {
	Width, Height int
	// Bottom of the lanes.
	Bottom int
	Title  text
	// Description says in words what is drawn.
	Description text
	Caption     text
	Ticks       []timeTick
	Today       timeTick
	Lanes       []supportLane
}

type timeTick struct {
	X    int
	Text text
}

type supportLane struct {
	Top         int
	Name, Who   text
	NameY, WhoY int
	// Upstream is true below a platform's own dates.
	Upstream bool
	Bars     []supportBar
	// EndX is where End stands, behind the last bar.
	EndX, EndY int
	End        text
}

type supportBar struct {
	X, Y, Width, Height int
	Kind                string
	// Text is empty where the bar is too narrow for it.
	Text         text
	TextX, TextY int
	Title        text
}

const (
	supportLabel = 220
	supportRoom  = 540
	supportEnd   = 170
	supportLine  = 44
	supportHead  = 30
	supportFoot  = 26

	supportBarHeight = 22
	// letter is the width of one, at most.
	letter = 7
	// monthsBack and monthsAhead bound the axis; releases can be dead for many years.
	monthsBack  = 18
	monthsAhead = 60
)

// supportRelease is one release with the parts of the cluster that run it.
type supportRelease struct {
	v1alpha1.Standing
	upstream bool
	who      []string
}

// newSupportPicture is nil where no date is known.
func newSupportPicture(r *v1alpha1.SupportReport) *supportPicture {
	releases := supportReleases(r.Rows)
	if len(releases) == 0 {
		return nil
	}
	scale := scaleOf(releases, r.At)
	p := &supportPicture{
		Width: supportLabel + supportRoom + supportEnd, Title: clean("Support of each release that runs, on " + r.At.String()),
		Caption: "Strong bars are standard support, faint ones maintenance, dashed ones extended support. The line is the day of the report.",
		Ticks:   scale.ticks(), Today: timeTick{scale.x(r.At), clean(r.At.String())},
	}
	var sentences []string
	for i, release := range releases {
		p.Lanes = append(p.Lanes, scale.lane(release, supportHead+i*supportLine, r.At))
		sentences = append(sentences, phaseDates(release.Standing, nil))
	}
	p.Bottom = supportHead + len(releases)*supportLine
	p.Height = p.Bottom + supportFoot
	p.Description = clean(strings.Join(sentences, ". "))
	return p
}

// supportReleases have each release of a calendar once, and upstream's below a platform's own.
func supportReleases(rows []v1alpha1.SupportRow) []supportRelease {
	var releases []supportRelease
	add := func(s v1alpha1.Standing, upstream bool, who string) {
		if len(s.Phases) == 0 {
			return
		}
		at := slices.IndexFunc(releases, func(have supportRelease) bool {
			return have.Calendar == s.Calendar && have.Release == s.Release && have.upstream == upstream
		})
		if at < 0 {
			at = len(releases)
			releases = append(releases, supportRelease{Standing: s, upstream: upstream})
		}
		if !slices.Contains(releases[at].who, who) {
			releases[at].who = append(releases[at].who, who)
		}
	}
	for _, row := range rows {
		who := row.Part
		if row.Count > 1 || row.Part == "nodes" {
			who = fmt.Sprintf("%s %s", thousands(int64(row.Count)), strings.TrimSuffix(row.Part, "s")+"s")
		}
		if row.Count == 1 {
			who = strings.TrimSuffix(who, "s")
		}
		add(row.Standing, false, who)
		if row.Upstream != nil {
			add(*row.Upstream, true, who)
		}
	}
	return releases
}

// timeScale maps days to pixels.
type timeScale struct{ first, last calendar.Date }

// scaleOf spans all ends, within bounds, and always today with some room around it.
func scaleOf(releases []supportRelease, at calendar.Date) timeScale {
	first, last := at.AddMonths(-3), at.AddMonths(6)
	for _, r := range releases {
		for _, phase := range r.Phases {
			if phase.Until.IsZero() {
				continue
			}
			if early := phase.Until.AddMonths(-6); early.Compare(first) < 0 {
				first = early
			}
			last = later(last, phase.Until.AddMonths(1))
		}
	}
	first = later(first, at.AddMonths(-monthsBack))
	if bound := at.AddMonths(monthsAhead); bound.Compare(last) < 0 {
		last = bound
	}
	return timeScale{first, last}
}

// x is at an edge for what lies beyond it.
func (s timeScale) x(d calendar.Date) int {
	days := min(max(0, d.Minus(s.first)), s.last.Minus(s.first))
	return supportLabel + days*supportRoom/max(1, s.last.Minus(s.first))
}

// ticks are at the beginning of years, and of halves where there are few years.
func (s timeScale) ticks() []timeTick {
	step := 12
	if s.last.Minus(s.first) < 4*365 {
		step = 6
	}
	var ticks []timeTick
	for year := s.first.Year; year <= s.last.Year; year++ {
		for m := 0; m < 12; m += step {
			d := calendar.Date{Year: year, Month: time.Month(m + 1), Day: 1}
			if d.Compare(s.first) >= 0 && d.Compare(s.last) <= 0 {
				ticks = append(ticks, timeTick{s.x(d), clean(fmt.Sprintf("%d-%02d", year, m+1))})
			}
		}
	}
	return ticks
}

func (s timeScale) lane(r supportRelease, top int, at calendar.Date) supportLane {
	lane := supportLane{
		Top: top, NameY: top + 19, WhoY: top + 35, EndY: top + supportLine/2 + 5, Upstream: r.upstream,
		Name: clean(shorten(Clean(fmt.Sprintf("%s %s", r.Calendar, r.Release)), 32)), Who: clean(shorten(examples(r.who, page), 36)),
	}
	from := s.first
	for _, phase := range r.Phases {
		until, ends := phase.Until, phase.Until.String()
		if until.IsZero() {
			until, ends = s.last, "an unknown day"
		}
		bar := supportBar{X: s.x(from), Y: top + (supportLine-supportBarHeight)/2, Height: supportBarHeight, Kind: string(phase.Kind), Title: clean(fmt.Sprintf("%s until %s", phase.Name, ends))}
		bar.Width = s.x(until) - bar.X
		if utf8.RuneCountInString(phase.Name)*letter+8 < bar.Width {
			bar.Text, bar.TextX, bar.TextY = clean(phase.Name), bar.X+6, lane.EndY
		}
		if bar.Width > 0 {
			lane.Bars = append(lane.Bars, bar)
		}
		from = later(from, until)
		lane.EndX = s.x(until) + 6
	}
	switch end := endOfLife(r.Phases); {
	case end.IsZero():
		lane.End = "no end known"
	case end.Compare(at) < 0:
		lane.End = clean("ended " + end.String())
	default:
		lane.End = clean("ends " + end.String())
	}
	return lane
}
