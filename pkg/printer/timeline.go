package printer

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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
	switch phase.Kind {
	case v1alpha1.Extended:
		return b.extended
	case v1alpha1.Maintenance:
		return b.maintenance
	default:
		return b.standard
	}
}

// narrow is the width that a timeline keeps to where no terminal tells its own.
const narrow = 80

// timeline draws releases as bars, beside a day.
type timeline struct {
	releases []v1alpha1.PlatformRelease
	at       calendar.Date
}

func (t timeline) empty() bool { return len(t.releases) == 0 }

// text has no cells: a drawing is none.
func (t timeline) text(Layout) ([]header, [][]string) { return nil, nil }

// write draws one line per release. Months that do not fit are cut off, the
// earliest first, but never the present one.
func (t timeline) write(w io.Writer, layout Layout) error {
	if t.empty() {
		return nil
	}
	releases, at := t.releases, t.at
	b := barsFor(layout.ASCII)
	label := 0
	first, last := month(at), month(at)
	for _, r := range releases {
		label = max(label, len(r.Version.String())+gutter)
		if !r.Released.IsZero() {
			first = min(first, month(r.Released))
		}
		if len(r.Phases) > 0 {
			last = max(last, month(endOfLife(r.Phases)))
		}
	}
	width := layout.Width
	if width == 0 {
		width = narrow
	}
	width = max(width, narrow/2)
	room := width - label
	first = min(month(at), max(first, last-room+1))
	last = min(last, first+room-1)

	indent := strings.Repeat(" ", label)
	lines := []string{strings.TrimRight(indent+years(first, last, room), " "), indent + strings.Repeat(" ", month(at)-first) + b.today}
	legend := map[string][]string{}
	for _, r := range releases {
		line := fmt.Sprintf("%-*s", label, r.Version)
		for m := first; m <= last; m++ {
			cell := " "
			if phase := phaseIn(r, m); phase != nil {
				cell = b.of(*phase)
				if !slices.Contains(legend[cell], phase.Name) {
					legend[cell] = append(legend[cell], phase.Name)
				}
			}
			if m == month(at) {
				cell = b.today
			}
			line += cell
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	var key []string
	for _, cell := range []string{b.standard, b.maintenance, b.extended} {
		if names, ok := legend[cell]; ok {
			key = append(key, cell+" "+strings.Join(names, ", "))
		}
	}
	key = append(key, b.today+" "+at.String())
	separator := "  "
	if utf8.RuneCountInString(strings.Join(key, separator)) > width {
		separator = "\n"
	}
	lines = append(lines, "", strings.Join(key, separator))
	_, err := fmt.Fprintln(w, strings.Join(lines, "\n"))
	return err
}

// years puts each year over its January, or over the first cell, where that has room.
func years(first, last, room int) string {
	line := ""
	for m := first; m <= last; m++ {
		if cell := m - first; (m%12 == 0 || m == first) && len(line) <= cell && (m%12 == 0 || 12-m%12 > 4) && cell+4 <= room {
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
