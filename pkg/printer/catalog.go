package printer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func catalogColumns(shown []v1alpha1.CatalogPlatform) []column[v1alpha1.CatalogPlatform] {
	type row = v1alpha1.CatalogPlatform
	columns := []column[row]{
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
	if slices.ContainsFunc(shown, func(r row) bool { return !r.Live.IsZero() }) {
		columns = append(columns, column[row]{header: "LIVE", text: func(r row, _ int) string { return orDash(r.Live.String()) }})
	}
	return columns
}

func catalogDocument(info *v1alpha1.CatalogInfo) document {
	return document{
		title: "Catalog", table: tableOf[v1alpha1.CatalogPlatform]{catalogColumns(info.Platforms), info.Platforms},
		lead: []string{fmt.Sprintf("Catalog of %s, %s old (%s)", info.AsOf, several(int64(info.AgeDays), "day"), info.Origin)},
	}
}
