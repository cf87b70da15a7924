package printer

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// JUnit's XML has no standard: these are what Jenkins, GitLab and GitHub's actions read.
type (
	junitReport struct {
		XMLName xml.Name `xml:"testsuites"`
		Name    string   `xml:"name,attr"`
		junitCounts
		Suites []junitSuite `xml:"testsuite"`
	}
	junitCounts struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		// Time is nothing: some readers miss it.
		Time int `xml:"time,attr"`
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		junitCounts
		Timestamp  string          `xml:"timestamp,attr,omitempty"`
		Properties []junitProperty `xml:"properties>property,omitempty"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Time    int         `xml:"time,attr"`
		Failure *junitCause `xml:"failure"`
		Error   *junitCause `xml:"error"`
		Skipped *junitCause `xml:"skipped"`
		Output  *junitText  `xml:"system-out"`
	}
	junitCause struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		junitText
	}
	// junitText has lines, which stay readable to those who open the file.
	junitText struct {
		Text string `xml:",cdata"`
	}
)

// printJUnit writes a suite for each question about each cluster, with a case for
// each finding, and one for each thing that could not be seen.
func printJUnit(w io.Writer, object runtime.Object, _ Layout) error {
	clusters, fleet, err := judgedOf(object)
	if err != nil {
		return err
	}
	report := junitReport{Name: "kubectl-versions"}
	for _, c := range clusters {
		prefix := ""
		if fleet {
			prefix = c.name + "/"
		}
		if c.err != "" {
			suite := junitSuite{Name: Clean(c.name)}
			suite.add(junitCase{Name: "cluster", Error: &junitCause{Message: "could not be judged: " + Clean(c.err), Type: string(v1alpha1.Unknown)}})
			report.add(suite)
		}
		for _, a := range c.answers {
			suite := junitSuite{Name: Clean(prefix + string(a.question))}
			if c.name != "" {
				suite.Properties = []junitProperty{{"cluster", Clean(c.name)}}
			}
			if !c.CollectedAt.IsZero() {
				suite.Timestamp = c.CollectedAt.UTC().Format("2006-01-02T15:04:05")
			}
			suite.answer(a)
			report.add(suite)
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(report); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n")
	return err
}

func (r *junitReport) add(s junitSuite) {
	r.Suites = append(r.Suites, s)
	r.Tests, r.Failures, r.Errors, r.Skipped = r.Tests+s.Tests, r.Failures+s.Failures, r.Errors+s.Errors, r.Skipped+s.Skipped
}

func (s *junitSuite) add(c junitCase) {
	c.Class = s.Name
	s.Cases = append(s.Cases, c)
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
}

func (s *junitSuite) answer(a answer) {
	for _, f := range a.findings {
		s.add(caseOf(f))
	}
	for _, f := range a.waived {
		s.add(skipped(f.Finding, "waived: "+waiverText(&f.Waiver)))
	}
	for _, g := range a.gaps {
		s.add(junitCase{Name: Clean("not seen: " + g.Hides), Skipped: &junitCause{Message: Clean(gapText(g))}})
	}
	if a.unanswered != "" {
		s.add(junitCase{Name: "not answered", Skipped: &junitCause{Message: Clean(a.unanswered)}})
	}
	// Servers take a file without a case for a mistake.
	if len(s.Cases) == 0 {
		s.add(junitCase{Name: "nothing found"})
	}
}

func caseOf(f v1alpha1.Finding) junitCase {
	if f.Known {
		return skipped(f, "in the baseline: "+f.Message)
	}
	c := junitCase{Name: Clean(findingName(f))}
	switch f.Verdict.Weight() {
	case v1alpha1.Error.Weight():
		c.Failure = &junitCause{Message: Clean(f.Message), Type: string(f.Verdict), junitText: caseText(f)}
	case v1alpha1.Unknown.Weight():
		return skipped(f, "unknown: "+f.Message)
	default:
		text := caseText(f)
		c.Output = &text
	}
	return c
}

func skipped(f v1alpha1.Finding, why string) junitCase {
	text := caseText(f)
	return junitCase{Name: Clean(findingName(f)), Skipped: &junitCause{Message: Clean(why)}, Output: &text}
}

// caseText is a finding in lines.
func caseText(f v1alpha1.Finding) junitText {
	lines := []string{fmt.Sprintf("%s: %s", f.Verdict, Clean(f.Message))}
	if f.Remedy != "" {
		lines = append(lines, "what to do: "+Clean(f.Remedy))
	}
	if f.Source != "" {
		lines = append(lines, "source: "+Clean(f.Source))
	}
	return junitText{strings.Join(append(lines, placeNames(f.Places)...), "\n")}
}
