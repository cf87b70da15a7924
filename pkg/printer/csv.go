package printer

import (
	"cmp"
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
	case *v1alpha1.SupportReport:
		if len(r.Managed) > 0 {
			return withManaged(r), nil
		}
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

// clusterRecord is a part of the cluster that the report is on, or a cluster that is managed from it.
type clusterRecord struct {
	v1alpha1.ClusterSupport
	row v1alpha1.SupportRow
}

// withManaged has one table of the parts of a cluster, and of those that it manages.
func withManaged(r *v1alpha1.SupportReport) table {
	var records []clusterRecord
	for _, row := range r.Rows {
		own := v1alpha1.ClusterSupport{
			Name: cmp.Or(r.Name, r.Cluster.Context), Complete: r.Summary.Complete, Reason: row.Reason, Advice: row.Advice, Ranges: r.Ranges,
		}
		records = append(records, clusterRecord{own, row})
	}
	for _, c := range r.Managed {
		row := v1alpha1.SupportRow{Part: "control plane", Version: c.Version, Verdict: c.Verdict, Standing: c.Standing}
		records = append(records, clusterRecord{c, row})
	}
	var columns []column[clusterRecord]
	for _, c := range clusterColumns(r.Managed) {
		of := column[clusterRecord]{header: c.header, wide: c.wide, text: func(r clusterRecord, room int) string { return c.text(r.ClusterSupport, room) }}
		columns = append(columns, of)
	}
	parts := make([]v1alpha1.SupportRow, len(records))
	for i, record := range records {
		parts[i] = record.row
	}
	at := 1 // behind the name
	for _, c := range supportColumns(true, parts) {
		of := column[clusterRecord]{header: c.header, wide: c.wide, text: func(r clusterRecord, room int) string { return c.text(r.row, room) }}
		same := slices.IndexFunc(columns, func(have column[clusterRecord]) bool { return have.header == of.header })
		if same >= 0 {
			columns = slices.Delete(columns, same, same+1)
		}
		columns = slices.Insert(columns, at, of)
		at++
	}
	return tableOf[clusterRecord]{columns, records}
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
