package v1alpha1

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

func TestReportsAreReadAsTheyWereWritten(t *testing.T) {
	skew := NewSkewReport("a")
	skew.Rows = []SkewRow{{Component: "kubelet", Version: "v1.36.1", Verdict: NotVisible}}
	overview := NewOverview("a")
	overview.Skew = skew
	fleet := NewFleetOverview()
	fleet.Clusters = []FleetCluster{{Name: "a", Verdict: OK, Answers: map[Question]Verdict{QuestionSkew: Warning}, Overview: overview}, {Name: "b", Verdict: Unknown, Error: "timeout"}}
	supported := NewFleetSupportReport()
	supported.Clusters = []ClusterSupport{{Name: "a", Role: ThirdPartyCluster, Verdict: OK, Report: NewSupportReport("a"),
		Ranges: []RangeCheck{{VersionRange: VersionRange{For: "onboarding"}, Verdict: Warning, Answer: RangeAccepted}}}, {Name: "b", Verdict: Unknown, Error: "timeout"}}
	usage := NewDeprecationReport("a")
	usage.Only = []Verdict{Error}
	for _, report := range []runtime.Object{NewSnapshot("a"), skew, NewSupportReport("a"), usage, NewUpgradePlan("a"), overview, fleet, supported} {
		data, err := yaml.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		// The zero verdicts of these reports are none.
		data = []byte(strings.ReplaceAll(string(data), `verdict: ""`, "verdict: ok"))
		got, err := DecodeReport(strings.NewReader(string(data)))
		if err != nil {
			t.Errorf("%T: %v", report, err)
			continue
		}
		again, err := yaml.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(data), string(again)); diff != "" {
			t.Errorf("%T: %s", report, diff)
		}
	}
}

func TestWhatIsNoReportIsRefused(t *testing.T) {
	const head = "apiVersion: kubectl-versions.github.io/v1alpha1\nkind: "
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":                  {"", "no apiVersion and kind"},
		"a list":                   {"- a", "no apiVersion and kind"},
		"no YAML":                  {"a: [", "not YAML or JSON"},
		"another group":            {"apiVersion: v1\nkind: SkewReport", "want kubectl-versions.github.io/v1alpha1 SkewReport, as written by kubectl versions -o yaml"},
		"another kind":             {head + "DiffReport", "kubectl-versions.github.io/v1alpha1 DiffReport is no report"},
		"another version":          {"apiVersion: kubectl-versions.github.io/v2\nkind: Overview", "kubectl-versions.github.io/v2 is not known to this version"},
		"an unknown field":         {head + "SkewReport\nrowz: []", `unknown field "rowz"`},
		"a field twice":            {head + "SkewReport\nrows: []\nrows: []", `key "rows" already set`},
		"an unknown verdict":       {head + "SkewReport\nsummary: {verdict: fine}", `"fine" is no verdict that this version knows`},
		"no version":               {head + "UpgradePlan\nfrom: next", "next"},
		"a document behind braces": {`{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "Snapshot"}{"kind": "SkewReport"}`, "holds more than one document"},
		"one behind a comment":     {"# by hand\n" + `{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "Snapshot"}` + "\n{}\n", "holds more than one document"},
		"one on a line of dashes":  {"--- {kind: Snapshot}\n--- {kind: SkewReport}\n", "holds more than one document"},
		"a document behind dots":   {head + "Snapshot\n...\nkind: SkewReport\n", "holds more than one document"},
		"two documents":            {head + "SkewReport\n---\n" + head + "SkewReport", "holds more than one document: give one report at a time"},
		"a snapshot cut short":     {head + "Snapshot\nnodes: {count: 3, groups: []}", "names 0 of its 3 nodes"},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := DecodeReport(strings.NewReader(tc.text))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
			if report != nil && err != nil {
				t.Errorf("a report beside an error: %T", report)
			}
		})
	}
}

// Windows PowerShell's > writes UTF-16 with CR LF, and editors there may put a mark before UTF-8.
func TestDocumentsAreReadAsWindowsWritesThem(t *testing.T) {
	const document = "apiVersion: kubectl-versions.github.io/v1alpha1\r\nkind: Snapshot\r\ncluster:\r\n  context: préprod-集群\r\n"
	for name, encoded := range map[string]*encoding.Encoder{
		"UTF-8":             encoding.Nop.NewEncoder(),
		"UTF-8, marked":     unicode.UTF8BOM.NewEncoder(),
		"UTF-16":            unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
		"UTF-16, otherwise": unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(),
	} {
		for form, text := range map[string]string{
			"YAML": document,
			"JSON": `{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "Snapshot", "cluster": {"context": "préprod-集群"}}` + "\r\n",
		} {
			t.Run(form+" in "+name, func(t *testing.T) {
				snapshot, err := DecodeSnapshot(transform.NewReader(strings.NewReader(text), encoded))
				if err != nil || snapshot.Cluster.Context != "préprod-集群" {
					t.Errorf("read %+v, error %v", snapshot, err)
				}
			})
		}
		t.Run("two documents in "+name, func(t *testing.T) {
			_, err := DecodeSnapshot(transform.NewReader(strings.NewReader(document+"---\r\n"+document), encoded))
			if err == nil || err.Error() != "holds more than one document: give one snapshot at a time" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A tree of up to a hundred times the size is made of YAML.
func TestLargeDocumentsAreJSON(t *testing.T) {
	const head, message = `{"apiVersion": "kubectl-versions.github.io/v1alpha1", "kind": "Snapshot", "cluster": {"context": "`, `"}}`
	document := head + strings.Repeat("x", MaxYAMLBytes) + message
	if _, err := DecodeSnapshot(strings.NewReader(document)); err != nil {
		t.Error(err)
	}
	_, err := DecodeSnapshot(strings.NewReader("# YAML\n" + document))
	if err == nil || err.Error() != "larger than 32 MiB, and not JSON: write it with -o json, which may be larger" {
		t.Errorf("got %v", err)
	}
}

func TestPlacesBeyondLeavesOutLines(t *testing.T) {
	a := &Finding{Places: []EvidenceObject{{Path: "a.yaml", Line: 1}, {Namespace: "shop", Name: "web"}}}
	b := &Finding{Places: []EvidenceObject{{Path: "a.yaml", Line: 9}, {Path: "b.yaml", Line: 1}}}
	if diff := cmp.Diff([]EvidenceObject{{Namespace: "shop", Name: "web"}}, a.PlacesBeyond(b)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]EvidenceObject{{Path: "b.yaml", Line: 1}}, b.PlacesBeyond(a)); diff != "" {
		t.Error(diff)
	}
}
