package cmd

import (
	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// reportFlags say how a report is printed, and which exit code it makes.
type reportFlags struct {
	env    Environment
	color  *colorFlag
	format *printer.Flags
	gate   gateFlags

	print printer.Printer
}

func (f *reportFlags) addTo(cmd *cobra.Command) {
	addOutput(cmd, f.format)
	f.gate.addTo(cmd)
}

func (f *reportFlags) validate() error {
	if err := f.gate.validate(); err != nil {
		return err
	}
	var err error
	f.print, err = f.color.printer(f.env, f.format)
	return err
}

func (f *reportFlags) show(report runtime.Object) error {
	return f.print.Print(report, f.env.Streams.Out)
}

// finish shows a report, and then fails where the gate does.
func (f *reportFlags) finish(r report) error {
	if err := f.show(r); err != nil {
		return err
	}
	return f.gate.check(r)
}
