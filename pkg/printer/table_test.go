package printer

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

type fruit struct {
	name  string
	count string
	names []string
}

func fruitColumns() []column[fruit] {
	return []column[fruit]{
		{header: "NAME", text: func(f fruit, _ int) string { return f.name }},
		{header: "COUNT", right: true, text: func(f fruit, _ int) string { return f.count }},
		{header: "COLOR", droppable: true, text: func(fruit, int) string { return "green" }},
		{header: "SECRET", wide: true, text: func(fruit, int) string { return "x" }},
		{header: "NAMES", droppable: true, text: func(f fruit, room int) string { return examples(f.names, room) }},
	}
}

func fruits() []fruit {
	return []fruit{
		{"apple", "4", []string{"elstar", "gala", "jonagold", "pink lady"}},
		{"a very long kind of pear", "12", []string{"conference", "williams"}},
	}
}

func TestTableFitsItsTerminal(t *testing.T) {
	for name, tc := range map[string]struct {
		layout Layout
		want   []string
	}{
		"off a terminal nothing is cut": {Layout{}, []string{
			"NAME                      COUNT  COLOR  NAMES",
			"apple                         4  green  elstar, gala, jonagold, +1",
			"a very long kind of pear     12  green  conference, williams",
		}},
		"names make do with the room that is left": {Layout{Width: 60}, []string{
			"NAME                      COUNT  COLOR  NAMES",
			"apple                         4  green  elstar, gala, +2",
			"a very long kind of pear     12  green  conference, williams",
		}},
		"where no name fits the first is cut": {Layout{Width: 52}, []string{
			"NAME                      COUNT  COLOR  NAMES",
			"apple                         4  green  elstar, +3",
			"a very long kind of pear     12  green  confere…, +1",
		}},
		"where that says little their number stands": {Layout{Width: 45}, []string{
			"NAME                      COUNT  COLOR  NAMES",
			"apple                         4  green  +4",
			"a very long kind of pear     12  green  +2",
		}},
		"then columns give way, the last first": {Layout{Width: 44}, []string{
			"NAME                      COUNT  COLOR",
			"apple                         4  green",
			"a very long kind of pear     12  green",
		}},
		"and the next": {Layout{Width: 37}, []string{
			"NAME                      COUNT",
			"apple                         4",
			"a very long kind of pear     12",
		}},
		"and at last the widest cells": {Layout{Width: 20}, []string{
			"NAME           COUNT",
			"apple              4",
			"a very long …     12",
		}},
		"wide is not bound by the terminal": {Layout{Wide: true, Width: 20}, []string{
			"NAME                      COUNT  COLOR  SECRET  NAMES",
			"apple                         4  green  x       elstar, gala, jonagold, +1",
			"a very long kind of pear     12  green  x       conference, williams",
		}},
		"without headers": {Layout{NoHeaders: true}, []string{
			"apple                         4  green  elstar, gala, jonagold, +1",
			"a very long kind of pear     12  green  conference, williams",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := printTable(&out, fruitColumns(), fruits(), tc.layout); err != nil {
				t.Fatal(err)
			}
			got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			for _, line := range got {
				if tc.layout.Width > 0 && !tc.layout.Wide && utf8.RuneCountInString(line) > tc.layout.Width {
					t.Errorf("%q is wider than %d", line, tc.layout.Width)
				}
			}
		})
	}
}

func TestALastColumnFolds(t *testing.T) {
	columns := []column[fruit]{
		{header: "NAME", text: func(f fruit, _ int) string { return f.name }},
		{header: "COLOR", droppable: true, text: func(fruit, int) string { return "green" }},
		{header: "WHY", folds: true, text: func(fruit, int) string { return "it keeps well until spring, others do not" }},
	}
	apple := fruits()[:1]
	for name, tc := range map[string]struct {
		layout Layout
		want   []string
	}{
		"not off a terminal": {Layout{}, []string{
			"NAME   COLOR  WHY",
			"apple  green  it keeps well until spring, others do not",
		}},
		"not where it fits": {Layout{Width: 55}, []string{
			"NAME   COLOR  WHY",
			"apple  green  it keeps well until spring, others do not",
		}},
		"below itself": {Layout{Width: 54}, []string{
			"NAME   COLOR  WHY",
			"apple  green  it keeps well until spring, others do",
			"              not",
		}},
		"once others gave way": {Layout{Width: 37}, []string{
			"NAME   WHY",
			"apple  it keeps well until spring,",
			"       others do not",
		}},
		"and is never cut": {Layout{Width: 20}, []string{
			"NAME   WHY",
			"apple  it keeps well",
			"       until spring,",
			"       others do not",
		}},
		"not when wide": {Layout{Width: 20, Wide: true}, []string{
			"NAME   COLOR  WHY",
			"apple  green  it keeps well until spring, others do not",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := printTable(&out, columns, apple, tc.layout); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestColorDoesNotMoveColumns(t *testing.T) {
	columns := fruitColumns()
	columns[0].paint = func(fruit) paint { return "31" }
	var plain, painted bytes.Buffer
	if err := printTable(&plain, columns, fruits(), Layout{}); err != nil {
		t.Fatal(err)
	}
	if err := printTable(&painted, columns, fruits(), Layout{Color: true}); err != nil {
		t.Fatal(err)
	}
	bare := strings.NewReplacer("\x1b[31m", "", "\x1b[0m", "").Replace(painted.String())
	if bare == painted.String() || bare != plain.String() {
		t.Errorf("painted:\n%s", painted.String())
	}
}

func TestWrapBreaksBetweenWords(t *testing.T) {
	for name, tc := range map[string]struct {
		line  string
		width int
		want  string
	}{
		"off a terminal":              {"one two three", 0, "one two three"},
		"it fits exactly":             {"one two three", 13, "one two three"},
		"one column short":            {"one two three", 12, "one two\n  three"},
		"a word longer than a line":   {"a incomprehensibilities b", 10, "a\n  incomprehensibilities\n  b"},
		"a line that starts indented": {"  one two", 7, "  one\n  two"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := wrap(tc.line, tc.width, "  "); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestCleanShowsWhatDoesNotPrint(t *testing.T) {
	for in, want := range map[string]string{
		"plain ünïcode 世界":        "plain ünïcode 世界",
		"\x1b[31mred":             `\x1b[31mred`,
		"two\nlines\r\ttab":       `two\x0alines\x0d\x09tab`,
		"right\u202eto left":      `right\u202eto left`,
		"not UTF-8 \x9b31m":       "not UTF-8 \uFFFD31m",
		"bell\a del\x7f c1\u009b": `bell\x07 del\x7f c1\u009b`,
		"::error file=a::b":       `\x3a:error file=a\x3a:b`,
		"a ::stop-commands::b":    `a \x3a:stop-commands\x3a:b`,
		"::ERROR title=a:b::c":    `\x3a:ERROR title=a:b\x3a:c`,
		"a ##[group]b":            `a \x23#[group]b`,
		"##vso[task.complete]":    `\x23#vso[task.complete]`,
		"[2001:db8::1]:6443 ::1":  "[2001:db8::1]:6443 ::1",
		"::ffff:192.0.2.1 a::b":   "::ffff:192.0.2.1 a::b",
		"## 1 [x]":                "## 1 [x]",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestExamplesCountTheOthersInThousands(t *testing.T) {
	for want, tc := range map[string]struct {
		names, room int
	}{
		"node-1, node-2, node-3, +997":   {1000, 40},
		"node-1, node-2, node-3, +1,000": {1003, 40},
		"node-1, +1,202":                 {1203, 15},
		"+1,203":                         {1203, 7},
	} {
		if got := examples(numbered("node", tc.names), tc.room); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAShortenedListCountsTheOthersInThousands(t *testing.T) {
	got := shortened(numbered("line", 1010), false)
	if want := "1,000 more, which -o wide shows"; len(got) != 11 || got[10] != want {
		t.Errorf("%q, want %q at the end", got, want)
	}
}
