package cmd

import (
	"strings"

	"github.com/spf13/pflag"
)

// listFlag takes several values: separated by commas or by line breaks, as they come
// out of $(…), or the flag again. pflag alone would drop what follows a line break.
type listFlag struct {
	pflag.Value
	pflag.SliceValue
}

// addList adds a flag of several values. shorthand may be empty.
func addList(flags *pflag.FlagSet, values *[]string, name, shorthand, usage string) {
	flags.StringSliceVarP(values, name, shorthand, nil, usage)
	added := flags.Lookup(name)
	added.Value, added.DefValue = listFlag{added.Value, added.Value.(pflag.SliceValue)}, "" // which help leaves out
}

// Set implements pflag.Value.
func (f listFlag) Set(text string) error {
	return f.Value.Set(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), ","))
}
