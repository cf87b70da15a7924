package printer

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// bars draw the support windows: a month a cell.
type bars struct {
	standard, maintenance, extended, today string
}

func barsFor(ascii bool) bars {
	if ascii {
		return bars{"#", "=", "-", "|"}
	}
	return bars{"█", "▓", "░", "│"}
}

func (b bars) of(phase v1alpha1.SupportPhase) string {
	switch {
	case phase.Terms != "":
		return b.extended
	case phase.Kind == "maintenance":
		return b.maintenance
	default:
		return b.standard
	}
}

// narrow is the width that a timeline keeps to where no terminal tells its own.
const narrow = 80

// printTimeline draws one line per release. Months that do not fit are cut off,
// the earliest first, but never the present one.
func printTimeline(w io.Writer, releases []v1alpha1.PlatformRelease, at calendar.Date, layout Layout) error {
	b := barsFor(layout.ASCII)
	label := 0
	first, last := month(at), month(at)
	for _, r := range releases {
		label = max(label, len(r.Version.String())+gutter)
		if !r.Released.IsZero() {
			first = min(first, month(r.Released))
		}
		if len(r.Phases) > 0 {
			last = max(last, month(lastPhase(r.Phases)))
		}
	}
	width := layout.Width
	if width == 0 {
		width = narrow
	}
	room := max(width, narrow/2) - label
	first = min(month(at), max(first, last-room+1))
	last = min(last, first+room-1)

	indent := strings.Repeat(" ", label)
	lines := []string{indent + years(first, last), indent + strings.Repeat(" ", month(at)-first) + b.today}
	legend := map[string][]string{}
	for _, r := range releases {
		line := fmt.Sprintf("%-*s", label, r.Version)
		for m := first; m <= last; m++ {
			cell := " "
			if m == month(at) {
				cell = b.today
			}
			if phase := phaseIn(r, m); phase != nil {
				cell = b.of(*phase)
				if !slices.Contains(legend[cell], phase.Name) {
					legend[cell] = append(legend[cell], phase.Name)
				}
			}
			line += cell
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	key := ""
	for _, cell := range []string{b.standard, b.maintenance, b.extended} {
		if names, ok := legend[cell]; ok {
			key += cell + " " + strings.Join(names, ", ") + "  "
		}
	}
	lines = append(lines, "", key+b.today+" "+at.String())
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// years puts each year over its January, or over the first cell where that has room.
func years(first, last int) string {
	line := ""
	for m := first; m <= last; m++ {
		if cell := m - first; (m%12 == 0 || m == first) && len(line) <= cell && (m%12 == 0 || 12-m%12 > 4) {
			line += strings.Repeat(" ", cell-len(line)) + fmt.Sprint(m/12)
		}
	}
	return line
}

// month counts from the year 0.
func month(d calendar.Date) int { return d.Year*12 + int(d.Month) - 1 }

// phaseIn is the phase that a release is in for the better part of a month, or nil.
func phaseIn(r v1alpha1.PlatformRelease, m int) *v1alpha1.SupportPhase {
	if r.Released.IsZero() || m < month(r.Released) {
		return nil
	}
	middle := calendar.Date{Year: m / 12, Month: time.Month(m%12 + 1), Day: 15}
	for i, phase := range r.Phases {
		if phase.Until.Compare(middle) >= 0 {
			return &r.Phases[i]
		}
	}
	return nil
}
