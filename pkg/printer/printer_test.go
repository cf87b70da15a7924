package printer

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// printing is a printer as -o picks it.
func printing(t *testing.T, flags *Flags, typed ...string) (Printer, error) {
	t.Helper()
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.AddTo(set)
	if err := set.Parse(typed); err != nil {
		t.Fatal(err)
	}
	return flags.Printer(Layout{})
}

func TestFormatsAreOfferedWhereTheyMakeSense(t *testing.T) {
	for name, tc := range map[string]struct {
		flags   *Flags
		offered bool
	}{
		"a report":        {NewReportFlags(), true},
		"a calendar":      {NewTableFlags(), true},
		"a bare document": {NewDocumentFlags("yaml"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := slices.Contains(tc.flags.Formats(), "markdown"); got != tc.offered {
				t.Errorf("offered: %t", got)
			}
			_, err := printing(t, tc.flags, "-o", "markdown")
			if tc.offered && err != nil || !tc.offered && (err == nil || !strings.HasPrefix(err.Error(), `unknown output format "markdown": use one of `)) {
				t.Error(err)
			}
		})
	}
	_, err := printing(t, NewReportFlags(), "-o", "pdf")
	if want := `unknown output format "pdf": use one of wide, markdown, `; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s…", err, want)
	}
}

func TestAPlanIsPrintedAsTableAndAsRunbook(t *testing.T) {
	for typed, want := range map[string]string{
		"": "BLOCKED: ", "-o=wide": "BLOCKED: ", "--no-headers": "  1  1.34  ", "-o=markdown": "# Upgrade of ", "-o=name": "upgradeplan",
	} {
		var args []string
		if typed != "" {
			args = []string{typed}
		}
		printer, err := printing(t, NewReportFlags(), args...)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := printer.Print(blocked(t), &out); err != nil || !strings.HasPrefix(out.String(), want) {
			t.Errorf("%q: %v, %.40q", typed, err, out.String())
		}
	}
}
