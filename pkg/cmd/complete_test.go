package cmd

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// completionDay is one on which the catalog is old.
var completionDay = time.Date(2027, 11, 20, 12, 0, 0, 0, time.UTC)

// tree is every command.
func tree(t *testing.T) []*cobra.Command {
	t.Helper()
	root := NewRoot(Environment{
		Streams: genericiooptions.NewTestIOStreamsDiscard(), Getenv: func(string) string { return "" }, Now: time.Now,
		Build: v1alpha1.Build{Version: "v0.0.0"},
	})
	all := []*cobra.Command{root}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].Commands()...)
	}
	return all
}

// freeForm are the flags whose values nobody can list.
func freeForm() []string {
	return []string{
		// kubectl's
		"as", "as-group", "as-uid", "as-user-extra", "proxy-url", "request-timeout", "server", "tls-server-name", "token", "v",
		"at", "within", "batch-size", "masters", "concurrency", "kubectl-version", "ignore", "selector",
		"region", "endpoint", "project", "subscription",
	}
}

func TestEveryFlagIsCompletedOrFreeForm(t *testing.T) {
	unused := freeForm()
	for _, c := range tree(t) {
		check := func(f *pflag.Flag) {
			_, completed := c.GetFlagCompletionFunc(f.Name)
			if completed == slices.Contains(freeForm(), f.Name) {
				t.Errorf("%s --%s: completed %t, and the list of those that are not says otherwise", c.CommandPath(), f.Name, completed)
			}
			unused = slices.DeleteFunc(unused, func(name string) bool { return name == f.Name })
		}
		c.Flags().VisitAll(check)
		c.PersistentFlags().VisitAll(check)
	}
	if len(unused) > 0 {
		t.Errorf("no flag: %v", unused)
	}
}

// completing is what the words are completed to, and the directive. It fails on
// anything that a shell would show.
func completing(t *testing.T, words ...string) (found []string, directive string) {
	t.Helper()
	var out, errOut bytes.Buffer
	err := Execute(t.Context(), Environment{
		Streams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &errOut},
		Getenv:  func(string) string { return "" },
		Now:     func() time.Time { return completionDay },
		Build:   v1alpha1.Build{Version: "v0.0.0"},
	}, append([]string{cobra.ShellCompRequestCmd}, words...))
	if err != nil || strings.Contains(errOut.String(), "Error") || strings.Contains(errOut.String(), "warning") {
		t.Fatalf("%v: %s", err, errOut.String())
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	last := len(lines) - 1
	return lines[:last], lines[last]
}

func TestCompletion(t *testing.T) {
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	// Nothing listens there, and the credential plugin does not exist.
	if err := os.WriteFile(kubeconfig, []byte(`apiVersion: v1
kind: Config
current-context: shop-prod
clusters: [{name: dead, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: jane, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never}}}]
contexts:
- {name: shop-prod, context: {cluster: dead, user: jane, namespace: shop}}
- {name: shop-test, context: {cluster: dead, user: jane}}
- {name: "arn:aws:eks:eu-west-1:000000000000:cluster/edge", context: {cluster: dead, user: jane}}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", kubeconfig)
	const files, none, space, order = ":8", ":4", ":6", ":36"
	all := []string{"arn:aws:eks:eu-west-1:000000000000:cluster/edge", "shop-prod", "shop-test"}
	for words, tc := range map[string]struct {
		want      []string
		directive string
	}{
		"s":                           {[]string{"skew", "snapshot", "support"}, none},
		"catalog ":                    {[]string{"info", "update", "validate"}, none},
		"help catalog u":              {[]string{"update"}, none},
		"skew ":                       {nil, none},
		"completion ":                 {nil, none},
		"--context ":                  {all, none},
		"skew --context=":             {all, none},
		"--contexts shop-prod,":       {[]string{"shop-prod,arn:aws:eks:eu-west-1:000000000000:cluster/edge", "shop-prod,shop-test"}, space},
		"support --third-party s":     {all, space},
		"skew --cluster ":             {[]string{"dead"}, none},
		"skew --user ":                {[]string{"jane"}, none},
		"deprecations -n ":            {[]string{"default", "shop"}, none},
		"skew --color ":               {[]string{"auto", "always", "never"}, order},
		"skew --fail-on ":             {[]string{"none", "warning", "error"}, order},
		"deprecations --skip ":        {[]string{"helm-secrets"}, ":38"},
		"deprecations --only error,w": {[]string{"error,warning", "error,unknown", "error,information"}, ":38"},
		"plan --node-upgrade ":        {[]string{"replace", "surge", "in-place"}, order},
		"plan --control-plane ":       {[]string{"managed", "dedicated"}, order},
		"skew --require-complete=":    {[]string{"true", "false"}, order},
		"releases --live --platform ": {[]string{"alibaba-ack", "amazon-eks", "azure-kubernetes-service", "daocloud-dce", "google-kubernetes-engine"}, order},
		"releases --mode ":            {[]string{"supported", "creatable"}, order},
		"catalog update --from l":     {[]string{"live", published}, order},
		"support --platform alauda-acp --platform-version ": {[]string{"4.4", "4.3", "4.2", "4.1", "4.0"}, order},
		"version -o ":                    {[]string{"wide", "markdown", "csv", "json", "yaml", "kyaml", "name", "go-template=", "go-template-file=", "template=", "templatefile=", "jsonpath=", "jsonpath-as-json=", "jsonpath-file=", "custom-columns=", "custom-columns-file="}, order},
		"skew -o jsonp":                  {[]string{"jsonpath=", "jsonpath-as-json=", "jsonpath-file="}, ":38"},
		"skew -o js":                     {[]string{"json", "jsonpath=", "jsonpath-as-json=", "jsonpath-file="}, order},
		"skew -o jsonpath={":             {nil, none},
		"skew -o jsonpath-file=":         {nil, ":0"},
		"snapshot -o w":                  {nil, ":38"},
		"skew --snapshot ":               {documents(), files},
		"skew --baseline ":               {documents(), files},
		"skew --catalog ":                {documents(), files},
		"deprecations -f ":               {documents(), files},
		"deprecations --policy ":         {documents(), files},
		"deprecations --audit-log ":      {nil, ":0"},
		"deprecations -k ":               {nil, ":16"},
		"diff ":                          {documents(), files},
		"diff old.yaml ":                 {documents(), files},
		"diff old.yaml new.yaml ":        {nil, none},
		"catalog validate ":              {documents(), files},
		"catalog validate company.yaml ": {nil, none},
		"skew --token ":                  {nil, none},
		"support --at ":                  {nil, none},
		"skew --catalog https://127.0.0.1:1/c.json --platform ":                {[]string{"alauda-acp", "alibaba-ack", "amazon-eks", "azure-kubernetes-service", "daocloud-dce", "google-kubernetes-engine", "k3s", "red-hat-openshift", "rke2", "upstream"}, order},
		"skew --catalog missing.yaml --platform ":                              {nil, none},
		"skew --catalog ../../docs/examples/catalogs/company.yaml --platform ": {[]string{"alauda-acp", "alibaba-ack", "amazon-eks", "azure-kubernetes-service", "daocloud-dce", "example-platform", "google-kubernetes-engine", "k3s", "red-hat-openshift", "rke2", "upstream"}, order},
	} {
		t.Run(words, func(t *testing.T) {
			found, directive := completing(t, strings.Split(words, " ")...)
			var names []string
			for _, line := range found {
				name, _, _ := strings.Cut(line, "\t")
				names = append(names, name)
			}
			if diff := cmp.Diff(tc.want, names); diff != "" || directive != tc.directive {
				t.Errorf("%s\n%s, want %s", diff, directive, tc.directive)
			}
		})
	}
}

func TestCompletionDescribes(t *testing.T) {
	data, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	today := calendar.Of(completionDay)
	newest, planned := data.NewestUpstream(today).String(), data.NewestPlanned(today).String()
	for words, want := range map[string]string{
		"plan --to ":                       "latest\t" + newest + ", the newest that is out",
		"plan --to 1":                      planned + "\tits release cycle is under way",
		"plan --to +":                      "+1\tthe server's next minor",
		"deprecations --to 1.3":            "1.37\treleased 2026-08-26",
		"releases --minor ":                "1.36\treleased 2026-04-22",
		"releases --platform k3s --minor ": "1.36\treleased 2026-04-22",
		"skew --platform ":                 "amazon-eks\tAmazon EKS",
		"skew -o ":                         "sarif\tfor code scanning",
	} {
		if found, _ := completing(t, strings.Split(words, " ")...); !slices.Contains(found, want) {
			t.Errorf("%s: %q is not among %q", words, want, found)
		}
	}
}

func TestCompletionOffersEveryFormat(t *testing.T) {
	for _, c := range tree(t) {
		if c.Flags().Lookup("output") == nil {
			continue
		}
		words := append(strings.Fields(strings.TrimPrefix(c.CommandPath(), "kubectl versions")), "-o", "")
		found, _ := completing(t, words...)
		for _, line := range found {
			name, about, _ := strings.Cut(line, "\t")
			if about == "" || !strings.Contains(c.Flags().Lookup("output").Usage, strings.TrimSuffix(name, "=")) {
				t.Errorf("%s: %q", c.CommandPath(), line)
			}
		}
		if len(found) < 10 {
			t.Errorf("%s: %q", c.CommandPath(), found)
		}
	}
}

func TestCompletionScriptIsOfThePlatform(t *testing.T) {
	for os, want := range map[string]struct{ first, last string }{
		"linux":   {"#!/bin/sh\n", "exec kubectl-versions __complete \"$@\"\n"},
		"darwin":  {"#!/bin/sh\n", "exec kubectl-versions __complete \"$@\"\n"},
		"windows": {"@echo off\r\n", "kubectl-versions __complete %*\r\n"},
	} {
		var out bytes.Buffer
		err := Execute(t.Context(), Environment{
			Streams: genericiooptions.IOStreams{In: strings.NewReader(""), Out: &out, ErrOut: &out},
			Getenv:  func(string) string { return "" }, Now: time.Now, Build: v1alpha1.Build{OS: os},
		}, []string{"completion"})
		if text := out.String(); err != nil || !strings.HasPrefix(text, want.first) || !strings.HasSuffix(text, "\n"+want.last) {
			t.Errorf("%s: %v\n%s", os, err, text)
		}
	}
}
