package v1alpha1

// Severity is the weight of a report's gravest finding.
type Severity int

// Severities, in order.
const (
	SeverityNone Severity = iota
	SeverityWarning
	SeverityError
)

// Severity of the report, for --fail-on: with a baseline, that of what is new.
func (r *SkewReport) Severity() Severity { return severity(r.Summary.Verdict, r.Baseline) }

// Severity of the report, for --fail-on: with a baseline, that of what is new.
func (r *SupportReport) Severity() Severity { return severity(r.Summary.Verdict, r.Baseline) }

// Severity of the report, for --fail-on: with a baseline, that of what is new.
func (r *DeprecationReport) Severity() Severity { return severity(r.Summary.Verdict, r.Baseline) }

// Severity of the report, for --fail-on: with a baseline, that of what is new.
func (r *UpgradePlan) Severity() Severity { return severity(r.Summary.Verdict, r.Baseline) }

// Severity of the report, for --fail-on: with a baseline, that of what is new.
func (r *Overview) Severity() Severity { return severity(r.Summary.Verdict, r.Baseline) }

// Severity of the report, for --fail-on: the highest of the clusters'.
func (r *FleetOverview) Severity() Severity { return r.Summary.Verdict.severity() }

// Severity of the report, for --fail-on: the highest of the clusters'.
func (r *FleetSupportReport) Severity() Severity { return r.Summary.Verdict.severity() }

// Severity of the report, for --fail-on: that of what is new or worse.
func (r *DiffReport) Severity() Severity { return r.Summary.Verdict.severity() }

func severity(verdict Verdict, baseline *Baseline) Severity {
	if baseline != nil {
		verdict = baseline.Verdict
	}
	return verdict.severity()
}

func (v Verdict) severity() Severity {
	switch v {
	case Unsupported, Error, Blocked:
		return SeverityError
	case Warning:
		return SeverityWarning
	default:
		return SeverityNone
	}
}

// Weight orders verdicts by how much they matter.
func (v Verdict) Weight() int {
	switch v {
	case Unsupported, Error, Blocked:
		return 4
	case Warning:
		return 3
	case Unknown:
		return 2
	case NotVisible, NotJudged, Information:
		return 1
	default:
		return 0
	}
}

// Complete is false when evidence was missing, for --require-complete.
func (r *SkewReport) Complete() bool { return r.Summary.Complete }

// Complete is false when evidence was missing, for --require-complete.
func (r *SupportReport) Complete() bool { return r.Summary.Complete }

// Complete is false when evidence was missing, for --require-complete.
func (r *DeprecationReport) Complete() bool { return r.Summary.Complete }

// Complete is false when evidence was missing, for --require-complete.
func (r *UpgradePlan) Complete() bool { return r.Summary.Complete }

// Complete is false when evidence was missing, for --require-complete.
func (r *Overview) Complete() bool { return r.Summary.Complete }

// Complete is false when a cluster could not be judged, or lacks evidence, for --require-complete.
func (r *FleetOverview) Complete() bool { return r.Summary.Complete }

// Complete is false when a cluster could not be judged, or lacks evidence, for --require-complete.
func (r *FleetSupportReport) Complete() bool { return r.Summary.Complete }

// Complete is false when the later report lacks evidence, for --require-complete.
func (r *DiffReport) Complete() bool { return r.Summary.Complete }
