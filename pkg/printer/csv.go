package printer

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// printCSV writes the rows of a report with all that -o wide shows, as RFC 4180
// has it. Columns are named in lower case, and nothing is an empty cell.
func printCSV(w io.Writer, object runtime.Object, layout Layout) error {
	layout.Wide = true
	records, err := recordsOf(object)
	if err != nil {
		return err
	}
	headers, rows := records.text(layout)
	if !layout.NoHeaders {
		names := make([]string, len(headers))
		for i, h := range headers {
			names[i] = strings.ReplaceAll(strings.ToLower(h.name), " ", "_")
		}
		rows = slices.Insert(rows, 0, names)
	}
	out := csv.NewWriter(w)
	for _, row := range rows {
		for i := range row {
			row[i] = plainCell(row[i])
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// recordsOf is the one table that holds what a report is about.
func recordsOf(object runtime.Object) (table, error) {
	switch r := object.(type) {
	case *v1alpha1.UpgradePlan:
		return tableOf[checkRow]{checkColumns(), checkRows(r.Hops, true)}, nil
	case *v1alpha1.ReleaseCalendar:
		return allReleases(r), nil
	}
	documents, err := documentsOf(object, Layout{Wide: true})
	if err != nil {
		return nil, err
	}
	if len(documents) != 1 {
		return nil, fmt.Errorf("%T has more than one table: use -o yaml", object)
	}
	return documents[0].table, nil
}

// allReleases of all platforms, with a column for each phase that one of them has.
func allReleases(all *v1alpha1.ReleaseCalendar) table {
	var rows []releaseRow
	var phases []v1alpha1.SupportPhase
	for _, c := range all.Platforms {
		rows = append(rows, releaseRows(c, c.Releases)...)
		for _, phase := range c.Phases {
			if !slices.ContainsFunc(phases, func(p v1alpha1.SupportPhase) bool { return p.Name == phase.Name }) {
				phases = append(phases, phase)
			}
		}
	}
	return tableOf[releaseRow]{releaseColumns(phases, rows, true), rows}
}

// plainCell is what a spreadsheet takes for text, or for a number: one that
// begins like a formula would be run.
func plainCell(s string) string {
	if s == "-" {
		return ""
	}
	if _, err := strconv.ParseFloat(s, 64); err != nil && s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
		return "'" + s
	}
	return s
}
