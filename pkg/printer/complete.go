package printer

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// Complete completes -o. What goes on behind a = is free, or a file.
func (f *Flags) Complete(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if name, _, behind := strings.Cut(typed, "="); behind {
		if strings.HasSuffix(name, "file") {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	about := aboutStock()
	for _, own := range f.own {
		about[own.name] = own.about
	}
	behind := slices.Concat(f.stock.TemplatePrinterFlags.AllowedFormats(), f.columns.AllowedFormats())
	var found []cobra.Completion
	directive := cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
	for _, name := range f.Formats() {
		if slices.Contains(behind, name) {
			name += "="
		}
		if !strings.HasPrefix(name, typed) {
			continue
		}
		if !strings.HasSuffix(name, "=") {
			directive &^= cobra.ShellCompDirectiveNoSpace
		}
		found = append(found, cobra.CompletionWithDesc(name, about[strings.TrimSuffix(name, "=")]))
	}
	return found, directive
}

// aboutStock says what kubectl's own formats are.
func aboutStock() map[string]string {
	const (
		template = "a Go template"
		path     = "a JSONPath expression"
		columns  = "a table of the fields that you name"
		inFile   = ", in a file"
	)
	return map[string]string{
		"json": "the whole document in JSON", "yaml": "the whole document in YAML", "kyaml": "the whole document in KYAML",
		"name":        "kind and name",
		"go-template": template, "template": template, "go-template-file": template + inFile, "templatefile": template + inFile,
		"jsonpath": path, "jsonpath-as-json": path + ", printed as JSON", "jsonpath-file": path + inFile,
		"custom-columns": columns, "custom-columns-file": columns + inFile,
	}
}
