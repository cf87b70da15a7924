package cmd

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
)

func TestListsAreSeparatedByLineBreaksToo(t *testing.T) {
	for name, tc := range map[string]struct {
		args, want []string
	}{
		"commas":                           {[]string{"-f", "a,b"}, []string{"a", "b"}},
		"the flag again":                   {[]string{"-f", "a", "-f=b,c"}, []string{"a", "b", "c"}},
		"what a command prints":            {[]string{"-f", "a\nb\nc"}, []string{"a", "b", "c"}},
		"what one prints into a file":      {[]string{"-f", "a\n"}, []string{"a"}},
		"what a command prints on Windows": {[]string{"-f", "a\r\nb\r\n"}, []string{"a", "b"}},
		"empty lines":                      {[]string{"-f", "\na\n\nb\n"}, []string{"a", "b"}},
		"nothing":                          {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			flags := pflag.NewFlagSet("", pflag.ContinueOnError)
			addList(flags, &got, "filename", "f", "")
			if err := flags.Parse(tc.args); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
