package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/diff"
)

// baselineFlag is --baseline.
type baselineFlag struct {
	file  string
	typed *pflag.FlagSet
}

var errBaselineOfSeveral = usageError{errors.New("--baseline is about one cluster: kubectl versions diff compares reports on several")}

func (f *baselineFlag) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.typed = flags
	flags.StringVar(&f.file, "baseline", "",
		"Compare with this earlier report, written with -o yaml or -o json, or snapshot: --fail-on is about what is new or worse.")
	completesFiles(cmd, "baseline", documents()...)
}

func (f *baselineFlag) validate() error {
	if f.typed.Changed("baseline") && f.file == "" {
		return usagef("--baseline names no file")
	}
	return nil
}

func (f *baselineFlag) given() bool { return f.file != "" }

// against says what a report has in addition to the baseline, which a snapshot
// becomes by the same judgement. It is nil without a baseline.
func against[R runtime.Object](ctx context.Context, f baselineFlag, report R, judge func(*v1alpha1.Snapshot) (R, error)) (*v1alpha1.Baseline, error) {
	if !f.given() {
		return nil, nil
	}
	found, err := f.compare(ctx, report, func(s *v1alpha1.Snapshot) (runtime.Object, error) { return judge(s) })
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", f.file, err)
	}
	return found, nil
}

func (f *baselineFlag) read() (runtime.Object, error) {
	file, err := open(f.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return v1alpha1.DecodeReport(file)
}

func (f *baselineFlag) compare(ctx context.Context, report runtime.Object, judge func(*v1alpha1.Snapshot) (runtime.Object, error)) (*v1alpha1.Baseline, error) {
	earlier, err := heeding(ctx, f.read)
	if err != nil {
		return nil, err
	}
	if snapshot, ok := earlier.(*v1alpha1.Snapshot); ok {
		if earlier, err = judge(snapshot); err != nil {
			return nil, err
		}
	}
	found, err := diff.Against(earlier, report)
	if err != nil {
		return nil, err
	}
	found.File = f.file
	return found, nil
}
