package printer

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// families are what a Prometheus reads.
func families(t *testing.T, object runtime.Object) map[string]*dto.MetricFamily {
	t.Helper()
	var out bytes.Buffer
	if err := printPrometheus(&out, object, Layout{}); err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(&out)
	if err != nil {
		t.Fatal(err)
	}
	for name, family := range all {
		seen := map[string]bool{}
		for _, m := range family.Metric {
			labels := labelsOf(m)
			if seen[labels] {
				t.Errorf("%s{%s} is there twice", name, labels)
			}
			seen[labels] = true
			if m.Label[0].GetName() != "cluster" {
				t.Errorf("%s{%s} names no cluster", name, labels)
			}
		}
	}
	return all
}

func labelsOf(m *dto.Metric) string {
	var all []string
	for _, l := range m.Label {
		all = append(all, l.GetName()+"="+l.GetValue())
	}
	return strings.Join(all, ",")
}

func values(t *testing.T, object runtime.Object, name string) map[string]float64 {
	t.Helper()
	all := map[string]float64{}
	for _, m := range families(t, object)[metricPrefix+name].GetMetric() {
		all[labelsOf(m)] = m.Gauge.GetValue()
	}
	return all
}

func expectValues(t *testing.T, object runtime.Object, name string, want map[string]float64) {
	t.Helper()
	if got := values(t, object, name); !maps.Equal(got, want) {
		t.Errorf("%s:\ngot  %v\nwant %v", name, got, want)
	}
}

// The page holds what is printed, word for word.
func TestEveryMetricIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := "| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n"
	for _, m := range metrics() {
		labels := append([]string{"cluster"}, m.labels...)
		rows += fmt.Sprintf("| `%s%s` | gauge | `%s` | %s |\n", metricPrefix, m.name, strings.Join(labels, "`, `"), m.help)
	}
	if !strings.Contains(string(page), rows+"\n") {
		t.Errorf("docs/formats.md does not hold:\n%s", rows)
	}

	documented := map[string]metric{}
	for _, m := range metrics() {
		documented[metricPrefix+m.name] = m
	}
	emitted := families(t, everything())
	for name, family := range emitted {
		m, ok := documented[name]
		if !ok {
			t.Errorf("%s is emitted, and not documented", name)
		}
		for _, series := range family.Metric {
			var labels []string
			for _, l := range series.Label[1:] {
				labels = append(labels, l.GetName())
			}
			if !slices.Equal(labels, m.labels) || family.GetHelp() != m.help || family.GetType() != dto.MetricType_GAUGE {
				t.Errorf("%s is %s with %v: %s", name, family.GetType(), labels, family.GetHelp())
			}
		}
		delete(documented, name)
	}
	for name := range documented {
		t.Errorf("%s is documented, and not emitted", name)
	}
}

func TestRowsOfOneVersionAreOneSeries(t *testing.T) {
	r := v1alpha1.NewSkewReport("prod")
	row := func(verdict v1alpha1.Verdict, count, distance, headroom int32) v1alpha1.SkewRow {
		return v1alpha1.SkewRow{Component: "kubelet", Version: "v1.36.1", Verdict: verdict, Count: count, Distance: &distance, Headroom: &headroom}
	}
	r.Rows = []v1alpha1.SkewRow{row(v1alpha1.OK, 3, -1, 2), row(v1alpha1.OK, 4, -2, 1), row(v1alpha1.Warning, 1, 1, 3)}
	expectValues(t, r, "component_instances", map[string]float64{
		"cluster=prod,component=kubelet,version=v1.36.1,verdict=ok": 7, "cluster=prod,component=kubelet,version=v1.36.1,verdict=warning": 1,
	})
	expectValues(t, r, "skew_minors", map[string]float64{"cluster=prod,component=kubelet,version=v1.36.1": -2})
	expectValues(t, r, "skew_headroom_minors", map[string]float64{"cluster=prod,component=kubelet,version=v1.36.1": 1})
	// The gravest verdict makes the finding, and what there is none of is there at zero.
	expectValues(t, r, "findings", map[string]float64{
		"cluster=prod,question=skew,verdict=unsupported": 0, "cluster=prod,question=skew,verdict=warning": 1, "cluster=prod,question=skew,verdict=unknown": 0,
	})
}

// A day of support lasts until its midnight; a month until that of its last day.
func TestSupportEndsAfterItsLastDay(t *testing.T) {
	for last, want := range map[string]float64{
		"2026-11-20": 1795219200, // 2026-11-21T00:00:00Z
		"2026-12-31": 1798761600, // 2027-01-01T00:00:00Z
		"2028-02":    1835481600, // 2028-03-01T00:00:00Z
	} {
		if got := endOf(date(t, last)); got != want {
			t.Errorf("%s ends at %.0f, want %.0f", last, got, want)
		}
	}
}

func TestRequestsAreSummedPerAPIAndEvidence(t *testing.T) {
	r := v1alpha1.NewDeprecationReport("prod")
	use := func(subject string, evidence ...v1alpha1.DeprecationEvidence) v1alpha1.DeprecationFinding {
		return v1alpha1.DeprecationFinding{
			APIVersion: "policy/v1beta1", Kind: "PodDisruptionBudget", Verdict: v1alpha1.Error,
			Subject: v1alpha1.DeprecationSubject{Type: v1alpha1.SubjectUser, Name: subject}, Evidence: evidence,
		}
	}
	r.Findings = []v1alpha1.DeprecationFinding{
		use("a", v1alpha1.DeprecationEvidence{Type: v1alpha1.EvidenceAudited, Reads: 2, Writes: 1}, v1alpha1.DeprecationEvidence{Type: v1alpha1.EvidenceWritten}),
		use("b", v1alpha1.DeprecationEvidence{Type: v1alpha1.EvidenceAudited, Reads: 3}),
		use("", v1alpha1.DeprecationEvidence{Type: v1alpha1.EvidenceRequested, Reads: 9}),
	}
	const api = "cluster=prod,api=policy/v1beta1 PodDisruptionBudget,removed_release=,"
	expectValues(t, r, "deprecated_api_requests", map[string]float64{
		api + "evidence=audited,access=read": 5, api + "evidence=audited,access=write": 1,
		api + "evidence=requested,access=read": 9, api + "evidence=requested,access=write": 0,
	})
	expectValues(t, r, "deprecated_api_findings", map[string]float64{api + "verdict=error": 3})
}

func TestClustersThatCouldNotBeJudgedHaveNoOtherMetric(t *testing.T) {
	fleet := v1alpha1.NewFleetOverview()
	fleet.Clusters = []v1alpha1.FleetCluster{{Name: "a", Overview: everything()}, {Name: "b", Error: "no route to host"}}
	expectValues(t, fleet, "cluster_judged", map[string]float64{"cluster=a": 1, "cluster=b": 0})
	for name, family := range families(t, fleet) {
		for _, m := range family.Metric {
			if m.Label[0].GetValue() == "b" && name != metricPrefix+"cluster_judged" {
				t.Errorf("%s{%s}", name, labelsOf(m))
			}
		}
	}
}

// The number of series does not grow with nodes and objects.
func TestSeriesAreBounded(t *testing.T) {
	small, large := everything(), everything()
	for i := range 5000 {
		large.Skew.Rows[0].Names = append(large.Skew.Rows[0].Names, fmt.Sprintf("node-%d", i))
		use := large.Deprecations.Findings[0]
		use.Subject.Name = fmt.Sprintf("user-%d", i)
		large.Deprecations.Findings = append(large.Deprecations.Findings, use)
	}
	count := func(o runtime.Object) (n int) {
		for _, family := range families(t, o) {
			n += len(family.Metric)
		}
		return n
	}
	if a, b := count(small), count(large); a != b {
		t.Errorf("%d series grew to %d", a, b)
	}
}
