package printer

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// document is a report as people read it, in a terminal or in Markdown: what
// matters first, then a table, then what explains it.
type document struct {
	// title heads it where no command stands above.
	title string
	// verdict is empty for documents that judge nothing.
	verdict v1alpha1.Verdict
	// lead are the sentences to read before all others.
	lead []string
	// table is what --no-headers leaves.
	table table
	// none stands for a table without rows.
	none  string
	parts []part
}

// part is a table with a title, a list of sentences with a title, or a sentence.
// One without any of them is left out.
type part struct {
	title string
	table table
	lines []string
	text  string
}

func (p part) empty() bool {
	return (p.table == nil || p.table.empty()) && len(p.lines) == 0 && p.text == ""
}

// table has rows of any type.
type table interface {
	write(w io.Writer, layout Layout) error
	// text is the headers, and the cells below them, at the width of two pages: what
	// shows it breaks lines itself.
	text(layout Layout) (headers []header, cells [][]string)
	empty() bool
}

// header of a column.
type header struct {
	name  string
	right bool
}

// tableOf is a table with rows of one type.
type tableOf[T any] struct {
	columns []column[T]
	rows    []T
}

func (t tableOf[T]) empty() bool { return len(t.rows) == 0 }

func (t tableOf[T]) write(w io.Writer, layout Layout) error {
	return printTable(w, t.columns, t.rows, layout)
}

func (t tableOf[T]) text(layout Layout) ([]header, [][]string) {
	g := fit(visible(t.columns, layout), t.rows, 0, 2*page)
	headers := make([]header, len(g.columns))
	for i, c := range g.columns {
		headers[i] = header{c.header, c.right}
	}
	return headers, g.cells[1:]
}

// documentsOf lays a document out.
func documentsOf(object runtime.Object, layout Layout) ([]document, error) {
	switch report := object.(type) {
	case *v1alpha1.SkewReport:
		return []document{skewDocument(report, layout)}, nil
	case *v1alpha1.SupportReport:
		return []document{supportDocument(report, layout)}, nil
	case *v1alpha1.DeprecationReport:
		return []document{deprecationDocument(report, layout)}, nil
	case *v1alpha1.UpgradePlan:
		return []document{planDocument(report, layout)}, nil
	case *v1alpha1.Overview:
		return []document{overviewDocument(report, layout)}, nil
	case *v1alpha1.FleetOverview:
		return []document{fleetDocument(report, layout)}, nil
	case *v1alpha1.FleetSupportReport:
		return []document{fleetSupportDocument(report, layout)}, nil
	case *v1alpha1.DiffReport:
		return []document{diffDocument(report, layout)}, nil
	case *v1alpha1.ReleaseCalendar:
		return calendarDocuments(report, layout), nil
	case *v1alpha1.CatalogInfo:
		return []document{catalogDocument(report)}, nil
	case *v1alpha1.PluginInfo:
		return []document{pluginDocument(report)}, nil
	default:
		return nil, fmt.Errorf("%T has no table: use -o yaml", object)
	}
}

func printHuman(w io.Writer, object runtime.Object, layout Layout) error {
	documents, err := documentsOf(object, layout)
	if err != nil {
		return err
	}
	for i, d := range documents {
		if i > 0 && !layout.NoHeaders {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := d.write(w, layout); err != nil {
			return err
		}
	}
	return nil
}

func (d document) write(w io.Writer, layout Layout) error {
	if layout.NoHeaders {
		return d.table.write(w, layout)
	}
	if err := d.printLead(w, layout); err != nil {
		return err
	}
	if d.table.empty() && d.none != "" {
		if _, err := fmt.Fprintln(w, d.none); err != nil {
			return err
		}
	} else if err := d.table.write(w, layout); err != nil {
		return err
	}
	for _, part := range d.parts {
		if err := part.write(w, layout); err != nil {
			return err
		}
	}
	return nil
}

// printLead puts the verdict in front of the first sentence.
func (d document) printLead(w io.Writer, layout Layout) error {
	word := strings.ToUpper(string(d.verdict))
	for i, line := range d.lead {
		if i == 0 && word != "" {
			line = word + ": " + line
		}
		line = wrap(Clean(line), layout.Width, "")
		if i == 0 && layout.Color {
			line = verdictPaint(d.verdict).apply(word) + strings.TrimPrefix(line, word)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

func (p part) write(w io.Writer, layout Layout) error {
	if p.empty() {
		return nil
	}
	title := ""
	if p.title != "" {
		title = wrap(Clean(p.title+":"), layout.Width, "") + "\n"
	}
	if _, err := fmt.Fprint(w, "\n"+title); err != nil {
		return err
	}
	if p.table != nil && !p.table.empty() {
		return p.table.write(w, layout)
	}
	for _, line := range p.lines {
		if _, err := fmt.Fprintln(w, wrap("  "+Clean(line), layout.Width, "    ")); err != nil {
			return err
		}
	}
	if p.text == "" {
		return nil
	}
	_, err := fmt.Fprintln(w, wrap(Clean(p.text), layout.Width, ""))
	return err
}

// visible leaves out the columns that only -o wide shows.
func visible[T any](columns []column[T], layout Layout) []column[T] {
	return slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool { return c.wide && !layout.Wide })
}
