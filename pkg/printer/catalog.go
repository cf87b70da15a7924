package printer

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func catalogColumns() []column[v1alpha1.CatalogPlatform] {
	type row = v1alpha1.CatalogPlatform
	return []column[row]{
		{header: "PLATFORM", text: func(r row, _ int) string { return r.ID }},
		{header: "NAME", text: func(r row, _ int) string { return r.Name }},
		{header: "AS OF", text: func(r row, _ int) string { return r.AsOf.String() }},
		{header: "RELEASES", right: true, text: func(r row, _ int) string { return strconv.Itoa(int(r.Releases)) }},
		{header: "RANGE", text: func(r row, _ int) string {
			if r.Releases == 0 {
				return "-"
			}
			return r.Oldest.String() + "-" + r.Newest.String()
		}},
		{header: "SOURCES", wide: true, text: func(r row, _ int) string { return strings.Join(r.Sources, ",") }},
	}
}

func printCatalogInfo(w io.Writer, info *v1alpha1.CatalogInfo, layout Layout) error {
	if !layout.NoHeaders {
		unit := "days"
		if info.AgeDays == 1 {
			unit = "day"
		}
		if _, err := fmt.Fprintln(w, wrap(Clean(fmt.Sprintf("Catalog of %s, %d %s old (%s)", info.AsOf, info.AgeDays, unit, info.Origin)), layout.Width, "")+"\n"); err != nil {
			return err
		}
	}
	return printTable(w, catalogColumns(), info.Platforms, layout)
}
