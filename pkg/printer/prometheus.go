package printer

import (
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
)

// metric is a gauge. All of them have the label cluster besides their own.
type metric struct {
	name   string
	labels []string
	help   string
	// merge makes one value of those with the same labels.
	merge func(a, b float64) float64
}

const metricPrefix = "kubectl_versions_"

// metrics are documented in docs/formats.md, word for word. No label names a node
// or an object: their number is that of versions and APIs, not that of what runs.
func metrics() []metric {
	return []metric{
		{"cluster_judged", nil, "1 where the cluster could be judged, 0 where nothing of it could be read.", math.Min},
		{"collected_timestamp_seconds", nil, "When the facts were read.", math.Min},
		{"report_complete", []string{"question"}, "1 where no evidence was missing, 0 where something could not be seen.", math.Min},
		{"gaps", []string{"question"}, "Reads that failed, or were left out.", sum},
		{"findings", []string{"question", "verdict"}, "Findings, those that are in order included.", sum},
		{"known_findings", []string{"question", "verdict"}, "Findings of kubectl_versions_findings that the baseline has too.", sum},
		{"waived_findings", []string{"question"}, "Findings that were decided to live with.", sum},
		{"support_end_timestamp_seconds", []string{"part", "version", "platform"},
			"End of the support that is neither paid for nor opted into.", math.Min},
		{"support_phase_end_timestamp_seconds", []string{"part", "version", "platform", "phase", "kind"},
			"End of a phase of support; kind is standard, maintenance or extended.", math.Min},
		{"patches_behind", []string{"part", "version", "platform"}, "Patches between this version and the newest of its minor.", math.Max},
		{"component_instances", []string{"component", "version", "verdict"}, "Instances of a component at a version, by the verdict on their skew.", sum},
		{"skew_minors", []string{"component", "version"},
			"Minors from the newest kube-apiserver that the component may reach; negative where it is older.", farther},
		{"skew_headroom_minors", []string{"component", "version"},
			"Minors that the control plane may move before the component is outside the policy.", math.Min},
		{"deprecated_api_findings", []string{"api", "removed_release", "verdict"}, "Findings about an API version that goes away.", sum},
		{"deprecated_api_requests", []string{"api", "removed_release", "evidence", "access"},
			"Requests to an API version that goes away: counted by the kube-apiservers seen since each started (evidence requested), " +
				"or in audit logs (evidence audited); access is read or write.", sum},
	}
}

func sum(a, b float64) float64 { return a + b }

func farther(a, b float64) float64 {
	if math.Abs(b) > math.Abs(a) {
		return b
	}
	return a
}

// family is a metric with its series, by the values of their labels.
type family struct {
	metric
	series map[string]*dto.Metric
}

// printPrometheus writes the text format that node-exporter's textfile collector
// and the push gateway read.
func printPrometheus(w io.Writer, object runtime.Object, _ Layout) error {
	clusters, _, err := judgedOf(object)
	if err != nil {
		return err
	}
	families := map[string]family{}
	for _, m := range metrics() {
		families[m.name] = family{m, map[string]*dto.Metric{}}
	}
	for _, c := range clusters {
		gauges{families, Clean(c.name)}.cluster(c)
	}
	for _, m := range metrics() {
		if err := families[m.name].write(w); err != nil {
			return err
		}
	}
	return nil
}

func (f family) write(w io.Writer) error {
	if len(f.series) == 0 {
		return nil
	}
	out := &dto.MetricFamily{Name: proto.String(metricPrefix + f.name), Help: proto.String(f.help), Type: dto.MetricType_GAUGE.Enum()}
	for _, labels := range slices.Sorted(maps.Keys(f.series)) {
		out.Metric = append(out.Metric, f.series[labels])
	}
	_, err := expfmt.MetricFamilyToText(w, out)
	return err
}

// gauges are those of one cluster.
type gauges struct {
	families map[string]family
	name     string
}

// set gives a metric a value, with the values of its labels in their order.
func (g gauges) set(name string, value float64, values ...string) {
	f := g.families[name]
	for i := range values {
		values[i] = Clean(values[i])
	}
	key := strings.Join(append([]string{g.name}, values...), "\x00")
	if have := f.series[key]; have != nil {
		have.Gauge.Value = proto.Float64(f.merge(have.Gauge.GetValue(), value))
		return
	}
	of := &dto.Metric{Gauge: &dto.Gauge{Value: proto.Float64(value)}, Label: []*dto.LabelPair{{Name: proto.String("cluster"), Value: proto.String(g.name)}}}
	for i, label := range f.labels {
		of.Label = append(of.Label, &dto.LabelPair{Name: proto.String(label), Value: proto.String(values[i])})
	}
	f.series[key] = of
}

func (g gauges) cluster(c judged) {
	g.set("cluster_judged", truth(c.err == ""))
	if c.err != "" {
		return
	}
	if !c.CollectedAt.IsZero() {
		g.set("collected_timestamp_seconds", float64(c.CollectedAt.Unix()))
	}
	for _, a := range c.answers {
		g.answer(a)
	}
	g.skew(c.Skew)
	g.support(c.Support)
	g.deprecations(c.Deprecations)
}

func (g gauges) answer(a answer) {
	question := string(a.question)
	g.set("report_complete", truth(a.complete), question)
	if a.unanswered != "" {
		return
	}
	g.set("gaps", float64(len(a.gaps)), question)
	// A series that ends where its count is none would leave alerts behind.
	for _, verdict := range []v1alpha1.Verdict{gravest(a.question), v1alpha1.Warning, v1alpha1.Unknown} {
		g.set("findings", 0, question, string(verdict))
	}
	for _, f := range a.findings {
		g.set("findings", 1, question, string(f.Verdict))
		if f.Known {
			g.set("known_findings", 1, question, string(f.Verdict))
		}
	}
	if a.question == v1alpha1.QuestionDeprecations {
		g.set("waived_findings", float64(len(a.waived)), question)
	}
}

// gravest is the verdict on a question that fails a pipeline.
func gravest(q v1alpha1.Question) v1alpha1.Verdict {
	switch q {
	case v1alpha1.QuestionDeprecations:
		return v1alpha1.Error
	case v1alpha1.QuestionPlan:
		return v1alpha1.Blocked
	default:
		return v1alpha1.Unsupported
	}
}

func (g gauges) skew(r *v1alpha1.SkewReport) {
	if r == nil {
		return
	}
	for _, row := range r.Rows {
		g.set("component_instances", float64(row.Count), row.Component, row.Version, string(row.Verdict))
		if row.Distance != nil {
			g.set("skew_minors", float64(*row.Distance), row.Component, row.Version)
		}
		if row.Headroom != nil {
			g.set("skew_headroom_minors", float64(*row.Headroom), row.Component, row.Version)
		}
	}
}

func (g gauges) support(r *v1alpha1.SupportReport) {
	if r == nil {
		return
	}
	for _, row := range r.Rows {
		g.ends(row.Part, row.Version, row.Standing)
		if p := row.Patch; p != nil {
			g.set("patches_behind", float64(p.Behind), row.Part, row.Version, p.Calendar)
		}
	}
	// Its name alone may be that of a cluster that was read itself.
	for _, c := range r.Managed {
		gauges{g.families, g.name + "/" + Clean(c.Name)}.ends("control plane", c.Version, c.Standing)
	}
}

// ends are those of the support of a part at a version.
func (g gauges) ends(part, version string, s v1alpha1.Standing) {
	if !s.SupportedUntil.IsZero() {
		g.set("support_end_timestamp_seconds", endOf(s.SupportedUntil), part, version, s.Calendar)
	}
	for _, phase := range s.Phases {
		if !phase.Until.IsZero() {
			g.set("support_phase_end_timestamp_seconds", endOf(phase.Until), part, version, s.Calendar, phase.Name, string(phase.Kind))
		}
	}
}

func (g gauges) deprecations(r *v1alpha1.DeprecationReport) {
	if r == nil {
		return
	}
	for _, f := range r.Findings {
		api, removed := apiName(f), ""
		if !f.Removed.IsZero() {
			removed = f.Removed.String()
		}
		g.set("deprecated_api_findings", 1, api, removed, string(f.Verdict))
		for _, e := range f.Evidence {
			if e.Type == v1alpha1.EvidenceRequested || e.Type == v1alpha1.EvidenceAudited {
				g.set("deprecated_api_requests", float64(e.Reads), api, removed, string(e.Type), "read")
				g.set("deprecated_api_requests", float64(e.Writes), api, removed, string(e.Type), "write")
			}
		}
	}
}

// endOf is the first second after a last day, in UTC.
func endOf(last calendar.Date) float64 {
	next := last.AddDays(1)
	return float64(time.Date(next.Year, next.Month, next.Day, 0, 0, 0, 0, time.UTC).Unix())
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
