package collect

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// table is the part of a server-side Table that is read here: no objects.
// Cells are display text, the same that `kubectl get -o wide` shows.
type table struct {
	Kind              string                         `json:"kind"`
	ColumnDefinitions []metav1.TableColumnDefinition `json:"columnDefinitions"`
	Rows              []struct {
		Cells []any `json:"cells"`
	} `json:"rows"`
}

// tableQuery asks for rows without objects, out of the server's watch cache.
// resourceVersion=0 makes the server ignore a limit, so there are no pages.
func tableQuery(selector string) url.Values {
	query := url.Values{"includeObject": {"None"}, "resourceVersion": {"0"}}
	if selector != "" {
		query.Set("labelSelector", selector)
	}
	return query
}

// table lists a resource and returns, per row, the text of each named column.
// A column that this server does not have is empty; the first must exist.
func (c *client) table(ctx context.Context, path, selector string, columns ...string) ([][]string, error) {
	var t table
	if _, err := c.getJSON(ctx, path, tableQuery(selector), acceptTable, &t); err != nil {
		return nil, err
	}
	if t.Kind != "Table" {
		return nil, malformedError{path, fmt.Errorf("want a Table, got %q", t.Kind)}
	}
	index := make([]int, len(columns))
	for i, column := range columns {
		index[i] = t.column(column)
	}
	if index[0] < 0 && len(t.Rows) > 0 {
		return nil, malformedError{path, fmt.Errorf("the Table has no column %q", columns[0])}
	}
	rows := make([][]string, len(t.Rows))
	for r, row := range t.Rows {
		rows[r] = make([]string, len(columns))
		for i, at := range index {
			if at < 0 || at >= len(row.Cells) {
				continue
			}
			if text, ok := row.Cells[at].(string); ok {
				rows[r][i] = text
			}
		}
	}
	return rows, nil
}

func (t *table) column(name string) int {
	for i, definition := range t.ColumnDefinitions {
		if strings.EqualFold(definition.Name, name) {
			return i
		}
	}
	return -1
}
