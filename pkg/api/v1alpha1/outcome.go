package v1alpha1

// Severity is the weight of a report's gravest finding.
type Severity int

// Severities, in order.
const (
	SeverityNone Severity = iota
	SeverityWarning
	SeverityError
)

// Severity of the report, for --fail-on.
func (r *SkewReport) Severity() Severity { return r.Summary.Verdict.severity() }

// Severity of the report, for --fail-on.
func (r *SupportReport) Severity() Severity { return r.Summary.Verdict.severity() }

// Severity of the report, for --fail-on.
func (r *DeprecationReport) Severity() Severity { return r.Summary.Verdict.severity() }

// Severity of the report, for --fail-on.
func (r *UpgradePlan) Severity() Severity { return r.Summary.Verdict.severity() }

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
