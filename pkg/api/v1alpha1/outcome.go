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
func (r *SkewReport) Severity() Severity {
	switch r.Summary.Verdict {
	case Unsupported:
		return SeverityError
	case Warning:
		return SeverityWarning
	default:
		return SeverityNone
	}
}

// Complete is false when evidence was missing, for --require-complete.
func (r *SkewReport) Complete() bool { return r.Summary.Complete }
