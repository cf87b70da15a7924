package seed

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"
)

// ParseValues turns key=value pairs into what a template sees as its dot. Whole numbers become ints.
func ParseValues(pairs []string) (map[string]any, error) {
	values := map[string]any{}
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("value %q has no key: write key=value", pair)
		}
		if number, err := strconv.Atoi(value); err == nil {
			values[key] = number
		} else {
			values[key] = value
		}
	}
	return values, nil
}

// parse reads a seed file. A template that names a value which was not set fails when it runs.
func parse(name, text string, now time.Time) (*template.Template, error) {
	return template.New(name).Option("missingkey=error").Funcs(functions(now)).Parse(text)
}

// functions are those of text/template and these; their times are those of one clock reading, so that running a template
// twice gives the same text.
func functions(now time.Time) template.FuncMap {
	return template.FuncMap{
		// now is the present as a MicroTime: 2026-11-20T20:12:00.000000Z
		"now": func() string { return now.UTC().Format(microTime) },
		// ago "36h" is that long before now
		"ago": func(duration string) (string, error) {
			d, err := time.ParseDuration(duration)
			return now.UTC().Add(-d).Format(time.RFC3339), err
		},
		// seq 1 3 ranges over 1, 2, 3
		"seq": func(first, last int) iter.Seq[int] {
			return func(yield func(int) bool) {
				for i := first; i <= last && yield(i); i++ {
				}
			}
		},
		// pad 7 4 is 0007
		"pad": func(n, width int) string { return fmt.Sprintf("%0*d", width, n) },
		// dict "name" "cp-1" "zone" "a" has .name and .zone
		"dict": dict,
		"list": func(items ...any) []any { return items },
		"add":  func(a, b int) int { return a + b },
		"sub":  func(a, b int) int { return a - b },
		"mul":  func(a, b int) int { return a * b },
		"div":  func(a, b int) int { return a / b },
		"mod":  func(a, b int) int { return a % b },
		// helmRelease (dict "name" "cart" "namespace" "shop" "revision" 3 "status" "deployed" "api" (dict)) is the payload of a release
		"helmRelease": newHelmRelease(now),
	}
}

const microTime = "2006-01-02T15:04:05.000000Z07:00"

func dict(pairs ...any) (map[string]any, error) {
	result := map[string]any{}
	for pair := range slices.Chunk(pairs, 2) {
		key, ok := pair[0].(string)
		if !ok || len(pair) != 2 {
			return nil, fmt.Errorf("dict takes pairs of a name and a value, not %v", pair)
		}
		result[key] = pair[1]
	}
	return result, nil
}
