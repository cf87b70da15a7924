package catalog

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func loaded(t *testing.T) *Catalog {
	t.Helper()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func minor(t *testing.T, s string) version.Minor {
	t.Helper()
	m, err := version.ParseMinor(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func platform(t *testing.T, c *Catalog, id string) *Platform {
	t.Helper()
	p := c.Platform(id)
	if p == nil {
		t.Fatalf("there is no platform %q", id)
	}
	return p
}

// release finds a release by the platform's own number.
func release(t *testing.T, p *Platform, own string) *Release {
	t.Helper()
	i := slices.IndexFunc(p.Releases, func(r Release) bool { return r.Version == minor(t, own) })
	if i < 0 {
		t.Fatalf("%s has no release %s", p.ID, own)
	}
	return &p.Releases[i]
}

// spaced joins what a list holds, for one text to compare.
func spaced[T any](list []T, text func(T) string) string {
	words := make([]string, len(list))
	for i, item := range list {
		words[i] = text(item)
	}
	return strings.Join(words, " ")
}

func TestTheEmbeddedDataIsWhole(t *testing.T) {
	c := loaded(t)
	want := []string{
		"alauda-acp", "alibaba-ack", "amazon-eks", "azure-kubernetes-service", "daocloud-dce",
		"google-kubernetes-engine", "k3s", "red-hat-openshift", "rke2", "upstream",
	}
	if diff := cmp.Diff(want, c.IDs()); diff != "" {
		t.Errorf("platforms (-want +got):\n%s", diff)
	}
	if !c.Complete() {
		t.Error("the skew policy is missing")
	}
	if p := c.Platform("openstack-magnum"); p != nil {
		t.Errorf("an unknown id is %s", p.Name)
	}
	newest := c.Skew.AsOf
	for _, p := range c.Platforms {
		if p.AsOf.Compare(newest) > 0 {
			newest = p.AsOf
		}
	}
	if c.AsOf != newest {
		t.Errorf("as of %s, though its newest part is of %s", c.AsOf, newest)
	}
	if got := c.Age(c.AsOf.AddDays(45)); got != 45 {
		t.Errorf("45 days later, the catalog is %d days old", got)
	}
}

// As the platform's guide to upgrades has them, in minutes and percent.
func TestWhatUpgradesOfACKTake(t *testing.T) {
	rules := platform(t, loaded(t), "alibaba-ack").Upgrades
	const source = "https://www.alibabacloud.com/help/en/ack/ack-managed-and-ack-dedicated/user-guide/upgrade-clusters"
	if diff := cmp.Diff(&Durations{
		ManagedControlPlane: 5, MasterInTurn: 8, InPlace: [2]int{5, 10}, Replace: 8, DrainTimeout: 30, Source: source,
	}, rules.Durations); diff != "" {
		t.Errorf("durations (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&Reservation{Since: minor(t, "1.18"), CPUPercent: 50, MemoryPercent: 70, Source: source}, rules.Reservation); diff != "" {
		t.Errorf("reservation (-want +got):\n%s", diff)
	}
}

func TestTheEmbeddedDataSurvivesAFile(t *testing.T) {
	c := loaded(t)
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	read, err := Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Validate(); err != nil {
		t.Error(err)
	}
	same := cmp.Comparer(func(a, b *regexp.Regexp) bool {
		return (a == nil) == (b == nil) && (a == nil || a.String() == b.String())
	})
	if diff := cmp.Diff(c, read, same); diff != "" {
		t.Errorf("what was written and read (-want +got):\n%s", diff)
	}
}

// An extension in YAML, with the fields that it takes at least.
const extension = `# Our own clusters.
apiVersion: kubectl-versions.github.io/v1alpha1
kind: Catalog
asOf: "2026-11-01"
platforms:
  - id: amazon-eks
    name: EKS as we run it
    asOf: "2026-11-01"
    sources: [https://wiki.example.com/eks]
  - id: edge
    name: Edge clusters
    asOf: "2026-11-01"
    recognise: {gitVersionSuffix: ^-edge\d+$}
    follows: upstream
    sources: [https://wiki.example.com/edge]
`

func TestAnExtensionReplacesAndAdds(t *testing.T) {
	base := loaded(t)
	own, err := Decode([]byte(extension))
	if err != nil {
		t.Fatal(err)
	}
	if own.Complete() {
		t.Error("a catalog without a skew policy stands alone")
	}
	if err := own.Validate(); err != nil {
		t.Errorf("alone: %v", err)
	}
	extended := own.Extend(base)
	if err := extended.Validate(); err != nil {
		t.Errorf("extended: %v", err)
	}
	want := []string{
		"alauda-acp", "alibaba-ack", "amazon-eks", "azure-kubernetes-service", "daocloud-dce", "edge",
		"google-kubernetes-engine", "k3s", "red-hat-openshift", "rke2", "upstream",
	}
	if diff := cmp.Diff(want, extended.IDs()); diff != "" {
		t.Errorf("platforms (-want +got):\n%s", diff)
	}
	if eks := platform(t, extended, "amazon-eks"); eks.Name != "EKS as we run it" || len(eks.Releases) > 0 {
		t.Errorf("amazon-eks is %q with %d releases", eks.Name, len(eks.Releases))
	}
	if extended.Skew != base.Skew || extended.Components != base.Components {
		t.Error("the skew policy or the facts about components are not those of the base")
	}
	if diff := cmp.Diff(loaded(t).IDs(), base.IDs()); diff != "" || platform(t, base, "amazon-eks").Name != "Amazon EKS" {
		t.Errorf("the base has changed: %s", diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	header := "apiVersion: " + loaded(t).APIVersion + "\nkind: Catalog\nasOf: \"2026-11-01\"\n"
	for name, tc := range map[string]struct{ document, want string }{
		"an unknown field":              {header + "calendars: []\n", `unknown field "calendars"`},
		"an unknown field of a release": {header + "platforms: [{id: edge, releases: [{version: \"1.36\", eol: \"2027-01-01\"}]}]\n", `unknown field "platforms[0].releases[0].eol"`},
		"a field that stands twice":     {header + "asOf: \"2026-11-02\"\n", `"asOf" already set`},
		"another kind":                  {strings.Replace(header, "Catalog", "Snapshot", 1), "Snapshot is no catalog"},
		"another version":               {strings.Replace(header, "v1alpha1", "v9", 1), "is not known to this version"},
		"no kind":                       {"asOf: \"2026-11-01\"\n", "no apiVersion and kind"},
		"nothing":                       {"", "no apiVersion and kind"},
		"two documents":                 {header + "---\n" + header, "holds more than one document"},
		"HTML":                          {"<!DOCTYPE html>\n<html><head><title>Sign in: proxy</title></head></html>\n", "not YAML or JSON"},
		"HTML on one line":              {"<html><body>Sign in</body></html>", "no apiVersion and kind"},
		"no such day":                   {header + "platforms: [{asOf: \"2026-02-30\"}]\n", "there is no such day"},
		"no minor":                      {header + "platforms: [{releases: [{version: \"1.36.2\"}]}]\n", `"1.36.2" is not a minor version`},
		"no pattern":                    {header + "platforms: [{recognise: {gitVersionSuffix: \"-eks-(\"}}]\n", "missing closing )"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Decode([]byte(tc.document)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestDecodeReadsNoMoreThanItsBound(t *testing.T) {
	filled := func(size int) []byte {
		document := append([]byte("apiVersion: "+loaded(t).APIVersion+"\nkind: Catalog\n"), '#')
		return append(document, bytes.Repeat([]byte("x"), size-len(document))...)
	}
	if _, err := Decode(filled(MaxBytes)); err != nil {
		t.Errorf("at the bound: %v", err)
	}
	if _, err := Decode(filled(MaxBytes + 1)); err == nil || err.Error() != "larger than 4 MiB" {
		t.Errorf("one byte more: %v", err)
	}
}
