package printer

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Layout is how a report is laid out for people.
type Layout struct {
	// Wide adds the columns and names that the default leaves out.
	Wide      bool
	NoHeaders bool
	// Color paints verdicts. The words say the same without it.
	Color bool
	// Width of the terminal in columns; 0 when the output is none.
	Width int
}

// column of a table of T. The text is a function of the row alone, but for the
// last column, which may also use the room that is left on the line.
type column[T any] struct {
	header string
	// wide columns show only with -o wide.
	wide  bool
	right bool
	text  func(row T, room int) string
	paint func(row T) paint
}

const (
	gutter = 2
	// unbounded is the room of a last column off a terminal.
	unbounded = 1 << 20
)

func printTable[T any](w io.Writer, columns []column[T], rows []T, layout Layout) error {
	shown := make([]column[T], 0, len(columns))
	for _, c := range columns {
		if !c.wide || layout.Wide {
			shown = append(shown, c)
		}
	}
	last := len(shown) - 1
	widths := make([]int, len(shown))
	cells := make([][]string, len(rows))
	for i, c := range shown[:last] {
		widths[i] = len(c.header)
		for r, row := range rows {
			cells[r] = append(cells[r], clean(c.text(row, unbounded)))
			widths[i] = max(widths[i], utf8.RuneCountInString(cells[r][i]))
		}
	}
	room := unbounded
	if layout.Width > 0 {
		room = layout.Width
		for _, width := range widths[:last] {
			room -= width + gutter
		}
	}
	for r, row := range rows {
		cells[r] = append(cells[r], clean(shown[last].text(row, room)))
	}

	line := func(text func(i int) string, painted func(i int) paint) error {
		var b strings.Builder
		for i, c := range shown {
			cell := text(i)
			padding := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			if layout.Color {
				cell = painted(i).apply(cell)
			}
			if c.right {
				cell, padding = padding+cell, ""
			}
			b.WriteString(cell + padding + strings.Repeat(" ", gutter))
		}
		_, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
		return err
	}
	if !layout.NoHeaders {
		if err := line(func(i int) string { return shown[i].header }, func(int) paint { return "" }); err != nil {
			return err
		}
	}
	for r, row := range rows {
		painted := func(i int) paint {
			if shown[i].paint == nil {
				return ""
			}
			return shown[i].paint(row)
		}
		if err := line(func(i int) string { return cells[r][i] }, painted); err != nil {
			return err
		}
	}
	return nil
}

// paint is an ANSI SGR parameter; empty paints nothing.
type paint string

func (p paint) apply(s string) string {
	if p == "" || s == "" {
		return s
	}
	return "\x1b[" + string(p) + "m" + s + "\x1b[0m"
}

// verdictPaint colours what the verdict's word already says.
func verdictPaint(v v1alpha1.Verdict) paint {
	switch v {
	case v1alpha1.Unsupported:
		return "31" // red
	case v1alpha1.Warning:
		return "33" // yellow
	case v1alpha1.Unknown:
		return "36" // cyan
	case v1alpha1.OK:
		return "32" // green
	default:
		return ""
	}
}

// clean makes text from a cluster safe for a terminal and for one line:
// whatever does not print, such as an escape, a newline or a change of writing
// direction, is shown as Go writes it.
func clean(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// examples shows up to three names, and how many there are besides, in the room that is left.
func examples(names []string, room int) string {
	if len(names) == 0 {
		return ""
	}
	for shown := min(3, len(names)); shown > 0; shown-- {
		s := strings.Join(names[:shown], ", ")
		if rest := len(names) - shown; rest > 0 {
			s += fmt.Sprintf(", +%d", rest)
		}
		if utf8.RuneCountInString(clean(s)) <= room {
			return s
		}
	}
	return ""
}
