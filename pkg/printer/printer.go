// Package printer shows reports: as tables for people, and in every format
// that kubectl's -o knows. It decides nothing; each format shows the same report.
package printer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/kubectl/pkg/cmd/get"
)

// Flags are what the user typed about output.
type Flags struct {
	// NoHeaders leaves only the rows of a table.
	NoHeaders bool

	// own are the formats that this package prints itself.
	own     []format
	columns *get.CustomColumnsPrintFlags
	stock   *genericclioptions.PrintFlags
}

// format is a value of -o.
type format struct {
	name  string
	about string
	print func(w io.Writer, object runtime.Object, layout Layout) error
}

const (
	aboutWide     = "the table with every name and source"
	aboutMarkdown = "for a pull request or a wiki"
	aboutCSV      = "for a spreadsheet"
)

// NewReportFlags are for reports on clusters: all formats.
func NewReportFlags() *Flags {
	return newFlags(
		format{"wide", aboutWide, printHuman},
		format{"markdown", aboutMarkdown, printMarkdown},
		format{"html", "one file to send or to print", printHTML},
		format{"sarif", "for code scanning", printSARIF},
		format{"junit", "for the test results of a pipeline", printJUnit},
		format{"prometheus", "metrics, for a textfile collector or a push gateway", printPrometheus},
		format{"csv", aboutCSV, printCSV},
	)
}

// NewTableFlags are for documents that have a table, and judge no cluster.
func NewTableFlags() *Flags {
	return newFlags(format{"wide", aboutWide, printHuman}, format{"markdown", aboutMarkdown, printMarkdown}, format{"csv", aboutCSV, printCSV})
}

// NewReleaseFlags are for calendars: those of tables, and what a platform sent.
func NewReleaseFlags() *Flags {
	flags := NewTableFlags()
	flags.own = append(flags.own, format{rawFormat, "what the platform sent", printRaw})
	return flags
}

func newFlags(own ...format) *Flags {
	flags := NewDocumentFlags("")
	flags.own = own
	return flags
}

// NewDocumentFlags are for documents without a table, with the format to use when none is typed.
func NewDocumentFlags(output string) *Flags {
	return &Flags{
		columns: get.NewCustomColumnsPrintFlags(),
		stock:   genericclioptions.NewPrintFlags("").WithDefaultOutput(output),
	}
}

// AddTo adds -o, --template and, where there is a table, --no-headers.
func (f *Flags) AddTo(flags *pflag.FlagSet) {
	flags.StringVarP(f.stock.OutputFormat, "output", "o", *f.stock.OutputFormat,
		fmt.Sprintf("Output format. One of: (%s).", strings.Join(f.Formats(), ", ")))
	f.stock.OutputFlagSpecified = func() bool { return flags.Changed("output") }
	flags.StringVar(f.stock.TemplatePrinterFlags.TemplateArgument, "template", "",
		"Template string or path to template file to use when -o=go-template, -o=go-template-file.")
	if len(f.own) > 0 {
		flags.BoolVar(&f.NoHeaders, "no-headers", false, "Print the rows of the table alone.")
	}
}

// Formats lists the values that -o takes.
func (f *Flags) Formats() []string {
	var own []string
	for _, format := range f.own {
		own = append(own, format.name)
	}
	return slices.Concat(own, f.stock.AllowedFormats(), f.columns.AllowedFormats())
}

// Nested reports whether the format shows what reports hold of other reports.
func (f *Flags) Nested() bool {
	output := *f.stock.OutputFormat
	table := output == "" && *f.stock.TemplatePrinterFlags.TemplateArgument == ""
	return !table && !slices.Contains([]string{"wide", "csv", "markdown", "name"}, output)
}

// Counts reports whether the format tells how many findings there are, or that
// there are none, to what reads nothing else.
func (f *Flags) Counts() bool {
	return slices.Contains([]string{"sarif", "junit", "prometheus"}, *f.stock.OutputFormat)
}

// Printer writes one document.
type Printer func(object runtime.Object, w io.Writer) error

// Printer picks the printer for -o: the project's own formats, then kubectl's
// custom columns, then the stock ones.
func (f *Flags) Printer(layout Layout) (Printer, error) {
	output, template := *f.stock.OutputFormat, *f.stock.TemplatePrinterFlags.TemplateArgument
	layout.NoHeaders, layout.Wide = f.NoHeaders, output == "wide"
	if len(f.own) > 0 && output == "" && template == "" {
		output = f.own[0].name
	}
	for _, format := range f.own {
		if format.name == output {
			return func(object runtime.Object, w io.Writer) error { return format.print(w, object, layout) }, nil
		}
	}
	f.columns.NoHeaders, f.columns.TemplateArgument = f.NoHeaders, template
	if columns, err := f.columns.ToPrinter(output); err == nil {
		return cleaned(columns.PrintObj), nil
	} else if !genericclioptions.IsNoCompatiblePrinterError(err) {
		return nil, err
	}
	stock, err := f.stock.ToPrinter()
	switch {
	case genericclioptions.IsNoCompatiblePrinterError(err):
		return nil, fmt.Errorf("unknown output format %q: use one of %s", output, strings.Join(f.Formats(), ", "))
	case err != nil:
		return nil, err
	case output == "name":
		return cleaned(stock.PrintObj), nil
	case slices.Contains([]string{"json", "yaml", "kyaml"}, output):
		return escaped(stock.PrintObj), nil
	}
	return stock.PrintObj, nil
}

// control characters that JSON leaves as they are, as JSON can write them: some
// terminals obey them, and YAML refuses them.
var control = regexp.MustCompile("[\u007f-\u009f]")

// escaped prints a whole document, with every control character escaped.
func escaped(printer Printer) Printer {
	return func(object runtime.Object, w io.Writer) error {
		document, err := json.Marshal(object)
		if err != nil {
			return err
		}
		document = control.ReplaceAllFunc(document, func(c []byte) []byte {
			r, _ := utf8.DecodeRune(c)
			return fmt.Appendf(nil, `\u%04x`, r)
		})
		return printer(&runtime.Unknown{Raw: document}, w)
	}
}

// cleaned makes what a stock printer shows to people safe for their terminal.
func cleaned(printer Printer) Printer {
	return func(object runtime.Object, w io.Writer) error {
		var raw bytes.Buffer
		if err := printer(object, &raw); err != nil {
			return err
		}
		for line := range strings.Lines(raw.String()) {
			if _, err := fmt.Fprintln(w, Clean(strings.TrimSuffix(line, "\n"))); err != nil {
				return err
			}
		}
		return nil
	}
}

// Print prints into memory first, so that a report is written whole or not at
// all, and reports the error of the write, which the stock printers drop.
func (p Printer) Print(object runtime.Object, w io.Writer) error {
	var whole bytes.Buffer
	if err := p(object, &whole); err != nil {
		return err
	}
	_, err := whole.WriteTo(w)
	return err
}
