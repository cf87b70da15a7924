package printer

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// printLead puts the verdict first, in one sentence, and further lines below it.
func printLead(w io.Writer, verdict v1alpha1.Verdict, lines []string, layout Layout) error {
	word := strings.ToUpper(string(verdict))
	for i, line := range lines {
		if i == 0 {
			line = word + ": " + line
		}
		line = wrap(Clean(line), layout.Width, "")
		if i == 0 && layout.Color {
			line = verdictPaint(verdict).apply(word) + strings.TrimPrefix(line, word)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// section is a list of sentences below a table.
type section struct {
	title string
	lines []string
}

// printSections leaves out those without a line.
func printSections(w io.Writer, layout Layout, sections ...section) error {
	for _, s := range sections {
		if len(s.lines) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s:\n", s.title); err != nil {
			return err
		}
		for _, line := range s.lines {
			if _, err := fmt.Fprintln(w, wrap("  "+Clean(line), layout.Width, "    ")); err != nil {
				return err
			}
		}
	}
	return nil
}

// unseen says what gaps hide, and what would show it.
func unseen(gaps []v1alpha1.Gap) []string {
	var lines []string
	for _, gap := range gaps {
		if gap.Permission != "" {
			lines = append(lines, fmt.Sprintf("%s: needs permission to %s", gap.Hides, gap.Permission))
		} else {
			lines = append(lines, fmt.Sprintf("%s: %s", gap.Hides, gap.Message))
		}
	}
	return lines
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func number(n *int32) string {
	if n == nil {
		return "-"
	}
	return strconv.Itoa(int(*n))
}
