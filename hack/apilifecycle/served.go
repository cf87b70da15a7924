package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kubectl-versions/kubectl-versions/pkg/apilifecycle"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// runServed records what servers of one minor more serve.
func runServed(ctx context.Context, args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("served", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("file", "hack/apilifecycle/testdata/served.txt", "the record")
	if err := flags.Parse(args); err != nil {
		return err
	}
	v, err := version.Parse(flags.Arg(0))
	if err != nil || flags.NArg() != 1 {
		return fmt.Errorf("served takes one version of Kubernetes, such as v1.38.0, got %q", flags.Args())
	}
	data, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	r, err := parseRecord(data)
	if err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	dirs, err := download(ctx, "k8s.io/kubernetes", v.String())
	if err != nil {
		return err
	}
	specification, err := os.ReadFile(filepath.Join(dirs[v.String()], "api/openapi-spec/swagger.json"))
	if err != nil {
		return err
	}
	served, err := parseSpecification(specification)
	if err != nil {
		return err
	}
	if err := r.extend(v, served); err != nil {
		return err
	}
	return os.WriteFile(*file, r.encode(), 0o644)
}

// resourcePath matches the paths of top-level resources:
//
//	/api/v1/namespaces/{namespace}/pods
//	/apis/apps/v1/deployments
var resourcePath = regexp.MustCompile(`^/(?:api|apis/([a-z0-9.]+))/(v[a-z0-9]+)/(namespaces/\{namespace\}/)?([a-z]+)$`)

// parseSpecification reads the OpenAPI specification that Kubernetes keeps in
// its repository, recorded from a kube-apiserver with every API on.
func parseSpecification(data []byte) ([]apilifecycle.Served, error) {
	type operation struct {
		Kind schema.GroupVersionKind `json:"x-kubernetes-group-version-kind"`
	}
	var specification struct {
		Paths map[string]struct{ Get, Post *operation }
	}
	if err := json.Unmarshal(data, &specification); err != nil {
		return nil, err
	}
	found := map[schema.GroupVersionResource]apilifecycle.Served{}
	for path, operations := range specification.Paths {
		m := resourcePath.FindStringSubmatch(path)
		o := cmp.Or(operations.Post, operations.Get)
		if m == nil || o == nil || o.Kind.Kind == "" {
			continue
		}
		gvr := schema.GroupVersionResource{Group: m[1], Version: m[2], Resource: m[4]}
		// A namespaced resource has a path without a namespace too, to list all.
		s := found[gvr]
		found[gvr] = apilifecycle.Served{GroupVersionResource: gvr, Kind: o.Kind.Kind, Namespaced: s.Namespaced || m[3] != ""}
	}
	served := make([]apilifecycle.Served, 0, len(found))
	for _, s := range found {
		served = append(served, s)
	}
	slices.SortFunc(served, compareServed)
	return served, nil
}

func compareServed(a, b apilifecycle.Served) int {
	return cmp.Or(
		cmp.Compare(a.GroupVersion().String(), b.GroupVersion().String()),
		cmp.Compare(a.Resource, b.Resource),
	)
}

// record is which minors serve what, from testdata/served.txt.
type record struct {
	// header are the comments at the top. The last one lists the versions that were read.
	header string
	rows   []row
}

// row is a resource and the first and last minor that serve it.
type row struct {
	apilifecycle.Served
	first, last version.Minor
}

// parseRecord reads lines such as:
//
//	batch/v1beta1 cronjobs CronJob namespaced 1.18-1.24
func parseRecord(data []byte) (*record, error) {
	r := &record{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, "#") {
			r.header += line + "\n"
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 5 {
			return nil, fmt.Errorf("%q is not: group/version resource Kind scope first-last", line)
		}
		gv, err := schema.ParseGroupVersion(fields[0])
		if err != nil {
			return nil, err
		}
		row := row{Served: apilifecycle.Served{
			GroupVersionResource: gv.WithResource(fields[1]), Kind: fields[2], Namespaced: fields[3] == "namespaced",
		}}
		first, last, _ := strings.Cut(fields[4], "-")
		if row.first, err = version.ParseMinor(first); err != nil {
			return nil, err
		}
		if row.last, err = version.ParseMinor(last); err != nil {
			return nil, err
		}
		r.rows = append(r.rows, row)
	}
	return r, nil
}

func (r *record) encode() []byte {
	var out bytes.Buffer
	out.WriteString(r.header)
	for _, row := range r.rows {
		scope := "cluster"
		if row.Namespaced {
			scope = "namespaced"
		}
		fmt.Fprintf(&out, "%s %s %s %s %s-%s\n", row.GroupVersion(), row.Resource, row.Kind, scope, row.first, row.last)
	}
	return out.Bytes()
}

// newest is the last minor of the record, zero of an empty one.
func (r *record) newest() version.Minor {
	var newest version.Minor
	for _, row := range r.rows {
		if row.last.Compare(newest) > 0 {
			newest = row.last
		}
	}
	return newest
}

// extend adds a version of the minor behind the newest.
func (r *record) extend(v version.Version, served []apilifecycle.Served) error {
	newest := r.newest()
	if !newest.IsZero() && v.Minor != newest.Add(1) {
		return fmt.Errorf("the record ends at %s: %s comes next, not %s", newest, newest.Add(1), v.Minor)
	}
	r.header = strings.TrimSuffix(r.header, "\n") + " " + v.String() + "\n"
	for _, s := range served {
		i := slices.IndexFunc(r.rows, func(row row) bool { return row.Served == s && row.last == newest })
		if i >= 0 {
			r.rows[i].last = v.Minor
		} else {
			r.rows = append(r.rows, row{Served: s, first: v.Minor, last: v.Minor})
		}
	}
	slices.SortStableFunc(r.rows, func(a, b row) int { return compareServed(a.Served, b.Served) })
	return nil
}
