package cmd

import (
	"fmt"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// waiverFlags name findings to live with.
type waiverFlags struct {
	ignore []string
	policy string
}

func (f *waiverFlags) addTo(cmd *cobra.Command) {
	flags := cmd.Flags()
	addList(flags, &f.ignore, "ignore", "",
		"Leave these out of the verdict: KIND, KIND/NAME or KIND/NAMESPACE/NAME, with * for anything; KIND may carry its group, as in Ingress.extensions.")
	flags.StringVar(&f.policy, "policy", "", "File of waivers, each with a reason and perhaps a last day, a DeprecationPolicy.")
	completesFiles(cmd, "policy", documents()...)
}

func (f *waiverFlags) read() ([]v1alpha1.Waiver, error) {
	var waivers []v1alpha1.Waiver
	for _, pattern := range f.ignore {
		w, err := ignored(pattern)
		if err != nil {
			return nil, usagef("--ignore %s: %w", pattern, err)
		}
		waivers = append(waivers, w)
	}
	if f.policy == "" {
		return waivers, nil
	}
	file, err := open(f.policy)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", f.policy, err)
	}
	defer file.Close()
	policy, err := v1alpha1.DecodePolicy(file)
	if err != nil {
		return nil, fmt.Errorf("policy %s: %w", f.policy, err)
	}
	return append(waivers, policy.Waivers...), nil
}

// ignored reads KIND[.GROUP][[/NAMESPACE]/NAME].
func ignored(pattern string) (v1alpha1.Waiver, error) {
	w := v1alpha1.Waiver{Reason: "--ignore"}
	parts := strings.Split(pattern, "/")
	switch len(parts) {
	case 1:
	case 2:
		w.Name = parts[1]
	case 3:
		w.Namespace, w.Name = parts[1], parts[2]
	default:
		return w, fmt.Errorf("want KIND, KIND/NAME or KIND/NAMESPACE/NAME")
	}
	w.Kind = parts[0]
	for _, part := range parts {
		if part == "" {
			return w, fmt.Errorf("want KIND, KIND/NAME or KIND/NAMESPACE/NAME, and * for anything")
		}
		if _, err := path.Match(part, ""); err != nil {
			return w, fmt.Errorf("%q is no pattern: %w", part, err)
		}
	}
	return w, nil
}
