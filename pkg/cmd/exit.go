package cmd

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/printer"
)

// Exit codes, the same for every command and format.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitFindings    = 3
	ExitIncomplete  = 4
	ExitInterrupted = 130
)

// Reports that were printed, and yet do not end with 0.
var (
	errFindings   = errors.New("findings at or above --fail-on")
	errIncomplete = errors.New("evidence is missing and --require-complete was given")
)

// usageError is a fault of the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// ExitCode maps what Execute returned to the code to exit with.
func ExitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, errFindings):
		return ExitFindings
	case errors.Is(err, errIncomplete):
		return ExitIncomplete
	case errors.Is(err, context.Canceled):
		return ExitInterrupted
	case errors.As(err, &usage):
		return ExitUsage
	default:
		return ExitFailed
	}
}

// Silent reports whether the error needs no word: the report on stdout has told
// it, or it was the user who interrupted.
func Silent(err error) bool {
	return err == nil || errors.Is(err, errFindings) || errors.Is(err, errIncomplete) || errors.Is(err, context.Canceled)
}

// Message is an error in one line that is safe for a terminal, for it may quote a
// server or a file, and for a log.
func Message(err error) string { return printer.Clean(withoutUsers(err.Error())) }

var (
	userInfo = regexp.MustCompile(`://[^\s"]*@`)
	// quotedPort is, where a password has a slash, what comes before that.
	quotedPort = regexp.MustCompile(`invalid port \\?":[^"]*"`)
)

// withoutUsers leaves out of addresses the user, with the password that an error of
// client-go quotes when the address of a proxy is not valid.
func withoutUsers(text string) string {
	return quotedPort.ReplaceAllLiteralString(userInfo.ReplaceAllLiteralString(text, "://"), "invalid port")
}

// report is what commands on clusters print in the end.
type report interface {
	runtime.Object
	Severity() v1alpha1.Severity
	Complete() bool
}

// gateFlags turn a report into an exit code.
type gateFlags struct {
	failOn          string
	requireComplete bool
}

func (g *gateFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&g.failOn, "fail-on", "none", "Exit with 3 when a finding is at least this grave. One of: (none, warning, error).")
	completes(cmd, "fail-on", oneOf("none", "warning", "error"))
	flags.BoolVar(&g.requireComplete, "require-complete", false, "Exit with 4 when something could not be seen, so that the verdict is open.")
}

func (g *gateFlags) validate() error {
	if _, ok := g.threshold(); !ok {
		return usagef("unknown value %q for --fail-on: use one of none, warning, error", g.failOn)
	}
	return nil
}

// threshold is above every severity for "none".
func (g *gateFlags) threshold() (v1alpha1.Severity, bool) {
	threshold, ok := map[string]v1alpha1.Severity{
		"none": v1alpha1.SeverityError + 1, "warning": v1alpha1.SeverityWarning, "error": v1alpha1.SeverityError,
	}[g.failOn]
	return threshold, ok
}

// check is nil, errFindings, or errIncomplete. Findings win.
func (g *gateFlags) check(r report) error {
	threshold, _ := g.threshold()
	switch {
	case r.Severity() >= threshold:
		return errFindings
	case g.requireComplete && !r.Complete():
		return errIncomplete
	default:
		return nil
	}
}
