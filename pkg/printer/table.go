package printer

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
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
	// Timeline draws calendars as bars.
	Timeline bool
	// ASCII keeps to it where something is drawn.
	ASCII bool
}

// column of a table of T. The text is a function of the row alone, but for the
// last column, which may also use the room that is left on the line.
type column[T any] struct {
	header string
	// wide columns show only with -o wide.
	wide bool
	// droppable columns give way, the last one first, on a terminal that is too narrow.
	droppable bool
	// folds lets the last column go on below itself where it would be cut.
	folds bool
	// least is how narrow the column may get before others give way. Without it one
	// that folds gets to leastFold, and any other is as wide as its cells.
	least int
	right bool
	// keepEnd cuts off the beginning: what tells long names apart is at their end.
	keepEnd bool
	text    func(row T, room int) string
	paint   func(row T) paint
}

const (
	gutter = 2
	// page is the width that a table keeps to where nobody's terminal tells.
	page     = 120
	ellipsis = "…"
	// leastFold is how narrow most folded columns may get.
	leastFold = 24
)

func printTable[T any](w io.Writer, columns []column[T], rows []T, layout Layout) error {
	shown := visible(columns, layout)
	width := layout.Width
	if layout.Wide {
		width = 0
	}
	grid := fit(shown, rows, width, page)
	for r := range grid.cells {
		if r == 0 && layout.NoHeaders {
			continue
		}
		var line strings.Builder
		for i, c := range grid.columns {
			cell := grid.cells[r][i]
			padding := strings.Repeat(" ", max(0, grid.widths[i]-utf8.RuneCountInString(cell)))
			if layout.Color && c.paint != nil && r > 0 {
				cell = c.paint(rows[r-1]).apply(cell)
			}
			switch {
			case c.right:
				cell, padding = padding+cell, ""
			case c.folds:
				below := "\n" + strings.Repeat(" ", grid.width()-grid.widths[i])
				cell = strings.ReplaceAll(wrap(cell, grid.widths[i], ""), "\n", below)
			}
			line.WriteString(cell + padding + strings.Repeat(" ", gutter))
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// grid is a table of text; its first row are the headers.
type grid[T any] struct {
	columns []column[T]
	cells   [][]string
	widths  []int
}

// fit lays the rows out within the width of a terminal: first the last column
// makes do with the room that is left, or folds into it, then columns that may
// be narrower are cut, then droppable ones give way, then the widest cells are cut. Off a terminal, with width 0,
// nothing is left out, and the last column makes do with a page.
func fit[T any](columns []column[T], rows []T, width, page int) grid[T] {
	last := len(columns) - 1
	g := grid[T]{columns: columns, cells: make([][]string, len(rows)+1), widths: make([]int, len(columns))}
	for i, c := range columns {
		room := cmp.Or(width, page) - g.width()
		put := func(r int, text string) {
			length := utf8.RuneCountInString(text)
			if c.folds && width > 0 {
				length = min(length, max(room, c.leastFor(text)))
			}
			g.cells[r] = append(g.cells[r], text)
			g.widths[i] = max(g.widths[i], length)
		}
		put(0, c.header)
		for r, row := range rows {
			put(r+1, Clean(c.text(row, room)))
		}
	}
	if width == 0 || g.width() <= width || last == 0 {
		return g
	}
	if g.narrow(width); g.width() <= width {
		return g
	}
	for i := last; i >= 0; i-- {
		if columns[i].droppable {
			return fit(slices.Delete(slices.Clone(columns), i, i+1), rows, width, page)
		}
	}
	widest := slices.Index(g.widths, slices.Max(g.widths))
	g.cut(widest, g.widths[widest]-(g.width()-width))
	return g
}

// leastFor leaves room for the words of a cell that folds, up to leastFold.
func (c column[T]) leastFor(text string) int {
	if c.least == 0 {
		return leastFold
	}
	least := c.least
	for word := range strings.SplitSeq(text, " ") {
		least = max(least, min(utf8.RuneCountInString(word), leastFold))
	}
	return least
}

// width of the lines; the gutter behind the last column is not printed.
func (g grid[T]) width() int {
	total := -gutter
	for _, width := range g.widths {
		total += width + gutter
	}
	return total
}

// narrow cuts the columns that may be narrower, the widest first, until all fit.
func (g grid[T]) narrow(width int) {
	for g.width() > width {
		widest := -1
		for i, c := range g.columns {
			spare := c.least > 0 && !c.folds && g.widths[i] > max(c.least, len(c.header))
			if spare && (widest < 0 || g.widths[i] > g.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		g.cut(widest, g.widths[widest]-1)
	}
}

func (g grid[T]) cut(i, width int) {
	width = max(width, len(g.columns[i].header))
	for r := range g.cells {
		switch c := g.columns[i]; {
		case c.folds:
		case c.keepEnd && r > 0:
			g.cells[r][i] = shortenStart(g.cells[r][i], width)
		default:
			g.cells[r][i] = shorten(g.cells[r][i], width)
		}
	}
	g.widths[i] = width
}

// wrap breaks a line between words, with the rest indented, on a terminal of a width.
func wrap(line string, width int, indent string) string {
	if width <= 0 {
		return line
	}
	var out strings.Builder
	used := 0
	for i, word := range strings.Split(line, " ") {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+length > width:
			out.WriteString("\n" + indent)
			used = len(indent)
		default:
			out.WriteString(" ")
			used++
		}
		out.WriteString(word)
		used += length
	}
	return out.String()
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
	case v1alpha1.Unsupported, v1alpha1.Error, v1alpha1.Blocked:
		return "31" // red
	case v1alpha1.Warning:
		return "33" // yellow
	case v1alpha1.Unknown:
		return "36" // cyan
	case v1alpha1.OK, v1alpha1.Pass:
		return "32" // green
	default:
		return ""
	}
}

// runnerCommand is what runners of pipelines obey where it is logged: GitHub's a
// "##[" anywhere and a "::name properties::" that begins a line, in capitals too,
// others a "##vso[" or "##teamcity[".
var runnerCommand = regexp.MustCompile(`(?i)##[a-z]*\[|(?:^|\s)::[a-z-]+(?: .*?)?::`)

// Clean makes text from a cluster safe for a terminal, for the log of a pipeline and
// for one line: whatever does not print, such as an escape, a newline or a change of
// writing direction, is shown as Go writes it, and so is what begins a command of a runner.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.Contains(s, "##") || strings.Contains(s, "::") {
		s = runnerCommand.ReplaceAllStringFunc(s, func(command string) string {
			return strings.NewReplacer("##", `\x23#`, "::", `\x3a:`).Replace(command)
		})
	}
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
			s += ", +" + thousands(int64(rest))
		}
		if utf8.RuneCountInString(Clean(s)) <= room {
			return s
		}
	}
	rest := ""
	if len(names) > 1 {
		rest = ", +" + thousands(int64(len(names)-1))
	}
	const least = 8 // of a name that is still worth showing
	if left := room - len(rest); left >= least {
		return shorten(Clean(names[0]), left) + rest
	}
	return "+" + thousands(int64(len(names)))
}

// firstLines cuts what takes more lines of a width than so many.
func firstLines(s string, lines, width int) string {
	wrapped := strings.Split(wrap(s, width, ""), "\n")
	if len(wrapped) <= lines {
		return s
	}
	wrapped = wrapped[:lines]
	wrapped[lines-1] = shorten(wrapped[lines-1]+" "+ellipsis, width)
	return strings.Join(wrapped, " ")
}

// shorten cuts what is longer than a width.
func shorten(s string, width int) string {
	if runes := []rune(s); len(runes) > width {
		return string(runes[:width-1]) + ellipsis
	}
	return s
}

// shortenStart cuts the beginning of what is longer than a width.
func shortenStart(s string, width int) string {
	if runes := []rune(s); len(runes) > width {
		return ellipsis + string(runes[len(runes)-width+1:])
	}
	return s
}
