// Package printer shows reports: as tables for people, and in every format
// that kubectl's -o knows. It decides nothing; each format shows the same report.
package printer

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/kubectl/pkg/cmd/get"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// Flags are what the user typed about output.
type Flags struct {
	// Output is the value of -o. A document without a table has its own default.
	Output    string
	NoHeaders bool

	data      *genericclioptions.JSONYamlPrintFlags
	name      *genericclioptions.NamePrintFlags
	templates *genericclioptions.KubeTemplatePrintFlags
	columns   *get.CustomColumnsPrintFlags
	tables    []string
	typed     *pflag.FlagSet
}

// NewReportFlags are for documents that have a table, and -o wide.
func NewReportFlags() *Flags {
	flags := newFlags("")
	flags.tables = []string{"wide"}
	return flags
}

// NewDocumentFlags are for documents without a table.
func NewDocumentFlags(output string) *Flags { return newFlags(output) }

func newFlags(output string) *Flags {
	return &Flags{
		Output:    output,
		data:      genericclioptions.NewJSONYamlPrintFlags(),
		name:      genericclioptions.NewNamePrintFlags(""),
		templates: genericclioptions.NewKubeTemplatePrintFlags(),
		columns:   get.NewCustomColumnsPrintFlags(),
	}
}

// AddTo adds -o, --template and, where there is a table, --no-headers.
func (f *Flags) AddTo(flags *pflag.FlagSet) {
	f.typed = flags
	flags.StringVarP(&f.Output, "output", "o", f.Output, fmt.Sprintf("Output format. One of: (%s).", strings.Join(f.Formats(), ", ")))
	flags.StringVar(f.templates.TemplateArgument, "template", "",
		"Template string or path to template file to use when -o=go-template, -o=go-template-file.")
	if len(f.tables) > 0 {
		flags.BoolVar(&f.NoHeaders, "no-headers", false, "Print the rows of the table alone.")
	}
}

// Formats lists the values that -o takes.
func (f *Flags) Formats() []string {
	formats := slices.Concat(f.tables, f.data.AllowedFormats(), f.name.AllowedFormats(), f.templates.AllowedFormats(), f.columns.AllowedFormats())
	return slices.Compact(formats)
}

// Printer writes one document.
type Printer func(object runtime.Object, w io.Writer) error

// Printer picks the printer for -o: the project's own table, then kubectl's
// custom columns, then the stock ones.
func (f *Flags) Printer(layout Layout) (Printer, error) {
	layout.NoHeaders = f.NoHeaders
	if *f.templates.TemplateArgument != "" && !f.typed.Changed("output") {
		f.Output = "go-template" // as kubectl does
	}
	if len(f.tables) > 0 && (f.Output == "" || slices.Contains(f.tables, f.Output)) {
		layout.Wide = f.Output == "wide"
		return func(object runtime.Object, w io.Writer) error { return printHuman(w, object, layout) }, nil
	}
	f.columns.NoHeaders = f.NoHeaders
	f.columns.TemplateArgument = *f.templates.TemplateArgument
	for _, toPrinter := range []func(string) (printer, error){
		func(o string) (printer, error) { return f.columns.ToPrinter(o) },
		func(o string) (printer, error) { return f.data.ToPrinter(o) },
		func(o string) (printer, error) { return f.name.ToPrinter(o) },
		func(o string) (printer, error) { return f.templates.ToPrinter(o) },
	} {
		stock, err := toPrinter(f.Output)
		if err == nil {
			return stock.PrintObj, nil
		}
		if !genericclioptions.IsNoCompatiblePrinterError(err) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("unknown output format %q: use one of %s", f.Output, strings.Join(f.Formats(), ", "))
}

type printer interface {
	PrintObj(object runtime.Object, w io.Writer) error
}

func printHuman(w io.Writer, object runtime.Object, layout Layout) error {
	switch report := object.(type) {
	case *v1alpha1.SkewReport:
		return printSkew(w, report, layout)
	default:
		return fmt.Errorf("%T has no table: use -o yaml", object)
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
