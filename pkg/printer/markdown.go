package printer

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// printMarkdown writes what a pull request or the summary of a pipeline's step
// shows, and a plan as a runbook.
func printMarkdown(w io.Writer, object runtime.Object, layout Layout) error {
	if plan, ok := object.(*v1alpha1.UpgradePlan); ok {
		return printRunbook(w, plan)
	}
	documents, err := documentsOf(object, layout)
	if err != nil {
		return err
	}
	var b markdown
	for _, d := range documents {
		if err := b.document(d, layout); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, b.text.String())
	return err
}

func (b *markdown) document(d document, layout Layout) error {
	b.heading(2, "%s", d.title)
	for i, line := range d.lead {
		if i == 0 && d.verdict != "" {
			b.paragraph("**%s**: %s", strings.ToUpper(string(d.verdict)), line)
			continue
		}
		b.paragraph("%s", line)
	}
	if d.table.empty() {
		b.paragraph("%s", d.none)
	} else if err := b.rows(d.table, layout); err != nil {
		return err
	}
	for _, part := range d.parts {
		if part.empty() {
			continue
		}
		if part.title != "" {
			b.heading(3, "%s", part.title)
		}
		switch {
		case part.text != "":
			b.paragraph("%s", part.text)
		case len(part.lines) > 0:
			b.lines(part.lines)
		default:
			if err := b.rows(part.table, layout); err != nil {
				return err
			}
		}
	}
	return nil
}

// rows are a table, or the drawing of one that has no cells.
func (b *markdown) rows(t table, layout Layout) error {
	if headers, _ := t.text(layout); len(headers) > 0 {
		b.table(t, layout)
		return nil
	}
	var drawn strings.Builder
	err := t.write(&drawn, layout)
	b.drawing(drawn.String())
	return err
}

// lines are a list, in which what is indented stands below what is not.
func (b *markdown) lines(lines []string) {
	for _, line := range lines {
		text := strings.TrimLeft(line, " ")
		b.item(min(1, len(line)-len(text)), "%s", text)
	}
}

// markdown builds Markdown. Its methods take a format, and escape what is put
// into it.
type markdown struct {
	text strings.Builder
	// listing is true below an item of a list.
	listing bool
}

// markup is Markdown already. Every other text is escaped.
type markup string

func sprint(format string, args ...any) string {
	escaped := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case markup, int, int32:
			escaped[i] = arg
		default:
			escaped[i] = prose(fmt.Sprint(arg))
		}
	}
	return fmt.Sprintf(format, escaped...)
}

func (b *markdown) heading(level int, format string, args ...any) {
	b.paragraph(strings.Repeat("#", level)+" "+format, args...)
}

func (b *markdown) paragraph(format string, args ...any) {
	if b.text.Len() > 0 {
		b.text.WriteString("\n")
	}
	b.listing = false
	b.text.WriteString(sprint(format, args...) + "\n")
}

// item of a list; below another one with a depth of 1.
func (b *markdown) item(depth int, format string, args ...any) {
	if !b.listing {
		b.text.WriteString("\n")
		b.listing = true
	}
	b.text.WriteString(strings.Repeat("  ", depth) + "- " + sprint(format, args...) + "\n")
}

// tick is an item to tick off, with the commands that do it.
func (b *markdown) tick(commands []string, format string, args ...any) {
	if len(commands) == 0 {
		b.item(0, "[ ] "+format, args...)
		return
	}
	b.item(0, "[ ] "+format+":", args...)
	fence := strings.Repeat("`", max(3, longestRun(commands...)+1))
	fmt.Fprintf(&b.text, "  %ssh\n", fence)
	for _, command := range commands {
		fmt.Fprintf(&b.text, "  %s\n", Clean(command))
	}
	fmt.Fprintf(&b.text, "  %s\n", fence)
}

// chapter is a list with a heading, left out without a line.
func (b *markdown) chapter(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	b.heading(2, "%s", title)
	for _, line := range lines {
		b.item(0, "%s", line)
	}
}

func (b *markdown) table(t table, layout Layout) {
	headers, rows := t.text(layout)
	names, rule := make([]string, len(headers)), make([]string, len(headers))
	for i, h := range headers {
		names[i], rule[i] = h.name, "---"
		if h.right {
			rule[i] = "---:"
		}
	}
	b.paragraph("| %s |\n| %s |", markup(strings.Join(names, " | ")), markup(strings.Join(rule, " | ")))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = prose(cell)
		}
		b.text.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
}

// drawing is what only a font of one width shows.
func (b *markdown) drawing(text string) {
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	b.paragraph("%s", markup(fence+"\n"+strings.TrimSuffix(text, "\n")+"\n"+fence))
}

// What Markdown would obey: anywhere, or where a block begins. A _ inside a word is only that.
var (
	syntax  = regexp.MustCompile("[\\\\`*\\[<|~&$]|\\b_|_\\b|^[-+#]+ |^--|^>")
	ordinal = regexp.MustCompile(`^([0-9]+)([.)])( |$)`)
)

// prose makes text from a report stand in Markdown as it is, on one line.
func prose(s string) string {
	return ordinal.ReplaceAllString(syntax.ReplaceAllString(Clean(s), `\$0`), `$1\$2$3`)
}

// code makes a name stand in a code span as it is, on one line.
func code(s string) markup {
	s = Clean(s)
	quote := strings.Repeat("`", longestRun(s)+1)
	if strings.Trim(s, "` ") != s {
		s = " " + s + " " // of which Markdown takes one off each end
	}
	return markup(quote + s + quote)
}

// longestRun of backticks, which what quotes them has to exceed.
func longestRun(texts ...string) int {
	longest := 0
	for _, s := range texts {
		run := 0
		for _, r := range s {
			if r != '`' {
				run = 0
				continue
			}
			run++
			longest = max(longest, run)
		}
	}
	return longest
}
