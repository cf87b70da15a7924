package e2e

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/cmd"
)

const (
	shopProd    = "../../docs/examples/shop-prod.yaml"
	restrict    = "../../docs/examples/restricted.yaml"
	betaBudgets = "../../pkg/cmd/testdata/manifests/budgets.yaml"
)

// offline are the commands that are promised to need no network, by their path; those
// that take -o are run with every format. nil is for those that are about the network.
func offline() map[string][]string {
	return map[string][]string{
		"":                 {"--snapshot", shopProd},
		"skew":             {"--snapshot", shopProd},
		"support":          {"--snapshot", shopProd},
		"deprecations":     {"--snapshot", shopProd},
		"plan":             {"--snapshot", shopProd},
		"diff":             {restrict, shopProd},
		"releases":         {},
		"version":          {},
		"completion":       {},
		"help":             {"plan"},
		"catalog":          {},
		"catalog info":     {},
		"catalog validate": {"../../docs/examples/catalogs/company.yaml"},
		"catalog update":   nil,
		"snapshot":         nil,
	}
}

// With --snapshot, and wherever else no cluster is asked, no process opens a
// socket, in any format and in no completion, although the kubeconfig names a
// kube-apiserver that would answer.
func TestNoSocketIsOpenedWithoutNeed(t *testing.T) {
	c := startCluster(t, kubernetes(t)[:1])
	c.tracesNetwork(t)
	t.Run("as it is where the cluster is read", func(t *testing.T) {
		calls := c.networkCalls(t, "kubectl versions skew")
		if !slices.ContainsFunc(calls, func(call string) bool { return strings.Contains(call, "connect(") }) || len(c.audited(t)) == 0 {
			t.Fatalf("strace shows no connection: %q", calls)
		}
	})
	asked := len(c.audited(t))
	lines := slices.Concat(commandLines(t), completionLines(), []string{
		"kubectl versions --snapshot " + shopProd,
		"kubectl-versions --snapshot " + filepath.Dir(shopProd),
		"kubectl-versions support --snapshot " + shopProd + " --snapshot " + restrict,
		"kubectl-versions skew --snapshot - < " + shopProd,
		"kubectl-versions skew --snapshot " + shopProd + " --baseline " + restrict,
		"kubectl-versions deprecations -f " + betaBudgets + " --to 1.38",
		"kubectl-versions deprecations -f - --to 1.38 < " + betaBudgets,
		"kubectl-versions deprecations --audit-log " + filepath.Join(c.dir, "audit", "server-1.log") + " --to 1.38",
	})
	t.Run("as it is where nothing is read but files", func(t *testing.T) {
		for some := range slices.Chunk(lines, len(lines)/8) {
			t.Run(some[0], func(t *testing.T) {
				t.Parallel()
				for _, call := range c.networkCalls(t, some...) {
					t.Error(call)
				}
			})
		}
	})
	t.Logf("%d command lines", len(lines))
	if got := len(c.audited(t)); got != asked {
		t.Errorf("%d requests reached kube-apiserver", got-asked)
	}
}

// commands are all that are not hidden, by their path below the plugin's name.
func commands() map[string]*cobra.Command {
	found := map[string]*cobra.Command{}
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		found[strings.TrimSpace(strings.TrimPrefix(c.CommandPath(), "kubectl versions"))] = c
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(cmd.NewRoot(cmd.Environment{Streams: genericiooptions.NewTestIOStreamsDiscard(), Getenv: os.Getenv, Now: time.Now}))
	return found
}

// commandLines run every command that needs no network, in every format, and the help of all.
func commandLines(t *testing.T) []string {
	t.Helper()
	arguments := map[string]string{"jsonpath": "{.kind}", "jsonpath-as-json": "{.kind}", "custom-columns": "KIND:.kind"}
	columns, path := filepath.Join(t.TempDir(), "columns"), filepath.Join(t.TempDir(), "path")
	for file, text := range map[string]string{columns: "KIND\n.kind\n", path: "{.kind}"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	arguments["custom-columns-file"], arguments["jsonpath-file"] = columns, path
	var lines []string
	all := commands()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		lines = append(lines, "kubectl-versions "+name+" --help")
		args, known := offline()[name]
		if !known {
			t.Errorf("%s: does it need the network?", name)
		}
		if args == nil {
			continue
		}
		line := "kubectl-versions " + name + " " + strings.Join(args, " ")
		lines = append(lines, line)
		formats, takes := c.GetFlagCompletionFunc("output")
		if !takes {
			continue
		}
		found, _ := formats(c, nil, "")
		for _, offered := range found {
			format, _, _ := strings.Cut(offered, "\t")
			if format == "raw" {
				continue // of --live
			}
			if kind, needs := strings.CutSuffix(format, "="); needs {
				format += quoted(arguments[kind])
				if strings.Contains(kind, "template") {
					format = kind + "=" + quoted(map[bool]string{true: path, false: "{{.kind}}"}[strings.HasSuffix(kind, "file")])
				}
			}
			lines = append(lines, line+" -o "+format)
		}
	}
	return lines
}

// completionLines complete the arguments of every command, and every flag but those that are true or false.
func completionLines() []string {
	var lines []string
	all := commands()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := all[name]
		complete := "kubectl-versions __complete " + name
		lines = append(lines, complete+" ''")
		c.LocalFlags().VisitAll(func(flag *pflag.Flag) {
			_, completes := c.GetFlagCompletionFunc(flag.Name)
			if completes && flag.Value.Type() != "bool" && c.InheritedFlags().Lookup(flag.Name) == nil {
				lines = append(lines, complete+" --"+flag.Name+" ''")
			}
		})
	}
	return lines
}

func quoted(word string) string { return "'" + word + "'" }

// tracesNetwork skips a test where there is no strace, or it is not permitted; the gate has both.
func (c cluster) tracesNetwork(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("strace", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		report := t.Skipf
		if os.Getenv("CI") == "true" {
			report = t.Fatalf
		}
		report("strace: %v: %s: Debian's package strace has it, and it needs to be allowed to trace", err, out)
	}
}

// networkCalls runs lines of a shell, which must all end with 0, and returns the
// system calls of theirs that are about a network, with the program that made them.
func (c cluster) networkCalls(t *testing.T, lines ...string) []string {
	t.Helper()
	errors, trace := filepath.Join(t.TempDir(), "stderr"), filepath.Join(t.TempDir(), "trace")
	var script strings.Builder
	for _, line := range lines {
		script.WriteString(line + " >/dev/null 2>" + quoted(errors) + " || { echo ended with $?: " + quoted(strings.ReplaceAll(line, "'", "")) + "; cat " + quoted(errors) + "; }\n")
	}
	command := exec.Command("strace", "-f", "-s", "200", "-e", "trace=%network,execve", "-o", trace, "sh")
	command.Stdin = strings.NewReader(script.String())
	command.Env = []string{"PATH=" + c.path + ":/usr/bin:/bin", "KUBECONFIG=" + c.kubeconfig(), "HOME=" + c.dir}
	if out, err := command.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %s", err, out)
	}
	log, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	call := regexp.MustCompile(`^\d+ +(\w+)\(`)
	var program string
	var calls []string
	runs := 0
	for line := range strings.Lines(string(log)) {
		switch found := call.FindStringSubmatch(line); {
		case found == nil:
		case found[1] == "execve":
			program = line
			if strings.Contains(line, "kubectl-versions") {
				runs++
			}
		default:
			calls = append(calls, line+" of "+program)
		}
	}
	if runs < len(lines) {
		t.Fatalf("%d programs were traced of %d:\n%s", runs, len(lines), log)
	}
	return calls
}
