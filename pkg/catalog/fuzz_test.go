package catalog_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// FuzzDecode reads catalogs of companies: one that is valid can be written, read
// again and asked, and one that is not is refused before any of that.
func FuzzDecode(f *testing.F) {
	embedded, err := catalog.Load()
	if err != nil {
		f.Fatal(err)
	}
	company, err := os.ReadFile("../../docs/examples/catalogs/company.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(company)
	for _, p := range embedded.Platforms {
		data, err := json.Marshal(catalog.Catalog{APIVersion: embedded.APIVersion, Kind: catalog.Kind, AsOf: embedded.AsOf, Platforms: []catalog.Platform{p}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	whole, err := json.Marshal(embedded)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	const header = "apiVersion: kubectl-versions.github.io/v1alpha1\nkind: Catalog\nasOf: 2026-11-20\nplatforms:\n- id: a\n  name: b\n  asOf: 2026-11-20\n  sources: [s]\n"
	for _, rest := range []string{
		"  recognise: {gitVersionSuffix: '('}\n", "  recognise: {gitVersionSuffix: '(a+)+$', providerID: x}\n", "  follows: a\n", "  follows: upstream\n",
		"  phases: [{id: p, name: P, kind: standard}]\n  policy: [{since: '1.0', day: 28, phases: [{phase: p, months: 999999999}], source: s}]\n  releases: [{version: '1.30', released: 9999-12-31, sources: [s]}]\n",
		"- {id: a}\n", "skew: {}\n",
	} {
		f.Add([]byte(header + rest))
	}
	day := calendar.Date{Year: 2026, Month: 11, Day: 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := catalog.Decode(data)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v and %v", c, err)
		}
		if err != nil || c.Validate() != nil {
			return
		}
		written, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := catalog.Decode(written)
		if err != nil {
			t.Fatalf("%v: %s", err, written)
		}
		if rewritten, err := json.Marshal(again); err != nil || cmp.Diff(string(written), string(rewritten)) != "" {
			t.Errorf("%v: %s\nis written again as %s", err, written, rewritten)
		}
		if !c.Complete() {
			c = c.Extend(embedded)
			if c.Validate() != nil {
				return
			}
		}
		newest := c.NewestUpstream(day)
		if planned := c.NewestPlanned(day); planned.Compare(newest) < 0 {
			t.Errorf("%s is planned, older than %s", planned, newest)
		}
	})
}
