package printer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/findings"
)

const (
	sarifSchema   = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifIdentity = "kubectlVersions/v1"
	sarifHome     = "https://github.com/kubectl-versions/kubectl-versions"
	// sarifResults is how many GitHub's code scanning takes in a run.
	sarifResults = 25_000
	// Code scanning takes no result without a file. These stand for what is in none.
	sarifCluster, sarifStdin = "kubernetes-cluster", "stdin"
)

// The parts of SARIF 2.1.0 that are written here:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		AutomationDetails sarifID           `json:"automationDetails"`
		Invocations       []sarifInvocation `json:"invocations"`
		Results           []sarifResult     `json:"results"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		Name             string    `json:"name"`
		ShortDescription sarifText `json:"shortDescription"`
		FullDescription  sarifText `json:"fullDescription"`
		Help             sarifText `json:"help"`
		HelpURI          string    `json:"helpUri,omitempty"`
		Properties       sarifTags `json:"properties"`
	}
	sarifTags struct {
		Tags []string `json:"tags"`
	}
	sarifInvocation struct {
		ExecutionSuccessful bool                `json:"executionSuccessful"`
		Notifications       []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifResult struct {
		RuleID              string             `json:"ruleId"`
		RuleIndex           int                `json:"ruleIndex"`
		Level               string             `json:"level"`
		Message             sarifText          `json:"message"`
		Locations           []sarifLocation    `json:"locations"`
		PartialFingerprints map[string]string  `json:"partialFingerprints"`
		BaselineState       string             `json:"baselineState,omitempty"`
		Suppressions        []sarifSuppression `json:"suppressions,omitempty"`

		rule   sarifRule
		weight int
	}
	sarifLocation struct {
		PhysicalLocation sarifPhysical  `json:"physicalLocation"`
		LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int32 `json:"startLine"`
	}
	sarifLogical struct {
		Name               string `json:"name,omitempty"`
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
)

// printSARIF writes what asks for attention: what is in order has no result.
func printSARIF(w io.Writer, object runtime.Object, _ Layout) error {
	clusters, fleet, err := judgedOf(object)
	if err != nil {
		return err
	}
	run := sarifRun{AutomationDetails: sarifID{category(object, clusters)}, Invocations: []sarifInvocation{{ExecutionSuccessful: true}}}
	run.Tool.Driver = sarifDriver{Name: "kubectl-versions", InformationURI: sarifHome, Rules: []sarifRule{}}
	run.Results = sarifResultsOf(clusters)
	notifications := sarifNotifications(clusters, fleet)
	if cut := len(run.Results) - sarifResults; cut > 0 {
		run.Results = run.Results[:sarifResults]
		notifications = append(notifications, sarifNotification{"warning", sarifText{
			fmt.Sprintf("%s results are left out, none graver than those above: a run holds %s", thousands(int64(cut)), thousands(sarifResults)),
		}})
	}
	run.Invocations[0].Notifications = notifications
	run.index()
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

// category tells this run from others that are uploaded for the same commit.
func category(object runtime.Object, clusters []judged) string {
	switch object.(type) {
	case *v1alpha1.FleetOverview:
		return "kubectl-versions/fleet/"
	case *v1alpha1.FleetSupportReport:
		return "kubectl-versions/fleet/support/"
	}
	switch {
	case len(clusters[0].answers) == 1:
		return "kubectl-versions/" + path.Join(string(clusters[0].answers[0].question), Clean(clusters[0].name)) + "/"
	default:
		return "kubectl-versions/" + path.Join("overview", Clean(clusters[0].name)) + "/"
	}
}

// sarifResultsOf has the gravest first, and of those what is not waived.
func sarifResultsOf(clusters []judged) []sarifResult {
	results := []sarifResult{}
	seen := map[string]int{}
	add := func(c judged, f v1alpha1.Finding, waiver *v1alpha1.DeprecationWaiver) {
		for _, r := range resultsOf(c, f, seen) {
			if waiver != nil {
				r.BaselineState = "" // no baseline tells of what is waived
				r.Suppressions = []sarifSuppression{{"external", "accepted", Clean(waiverText(waiver))}}
			}
			results = append(results, r)
		}
	}
	for _, c := range clusters {
		for _, a := range c.answers {
			for _, f := range a.findings {
				add(c, f, nil)
			}
			for _, f := range a.waived {
				add(c, f.Finding, &f.Waiver)
			}
		}
	}
	slices.SortStableFunc(results, func(a, b sarifResult) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(len(a.Suppressions), len(b.Suppressions)))
	})
	return results
}

// resultsOf is one result for each line of a file, or one for all objects of a
// cluster: code scanning shows no more than the first place.
func resultsOf(c judged, f v1alpha1.Finding, seen map[string]int) []sarifResult {
	result := sarifResult{Level: sarifLevel(f.Verdict), rule: sarifRuleOf(f), weight: f.Verdict.Weight()}
	if result.Level == "" {
		return nil
	}
	if c.Baseline != nil {
		result.BaselineState = "new"
		if f.Known {
			result.BaselineState = "unchanged"
		}
	}
	var results []sarifResult
	for _, p := range f.Places {
		if p.Path != "" {
			results = append(results, inFile(result, f, p, seen))
		}
	}
	if len(results) == 0 {
		return []sarifResult{inCluster(result, c, f, seen)}
	}
	return results
}

func inFile(result sarifResult, f v1alpha1.Finding, p v1alpha1.EvidenceObject, seen map[string]int) sarifResult {
	result.Message.Text = sarifMessage(objectName(p), f)
	result.Locations = []sarifLocation{{PhysicalLocation: physical(fileURI(p.Path, filepath.Separator == '\\'), p.Line)}}
	result.PartialFingerprints = map[string]string{sarifIdentity: fingerprint(seen, f, p.Path, p.Namespace, p.Name)}
	return result
}

func inCluster(result sarifResult, c judged, f v1alpha1.Finding, seen map[string]int) sarifResult {
	result.Message.Text = sarifMessage(strings.TrimPrefix(c.name+": "+f.Subject, ": "), f)
	named := f.Places
	if len(named) > machinePlaces {
		named = named[:machinePlaces]
		result.Message.Text += fmt.Sprintf(" The first %d of %s places are named.", machinePlaces, thousands(int64(len(f.Places))))
	}
	logical := []sarifLogical{{Clean(f.Subject), qualified(c.name, string(f.Question), f.Rule, f.Subject), "finding"}}
	for _, p := range named {
		logical = append(logical, sarifLogical{Clean(placeName(p)), qualified(c.name, placeName(p)), "resource"})
	}
	result.Locations = []sarifLocation{{PhysicalLocation: physical(sarifCluster, 1), LogicalLocations: logical}}
	// Code scanning knows an alert again by the text of its line, which it computes
	// itself where there is a file.
	id := fingerprint(seen, f)
	result.PartialFingerprints = map[string]string{sarifIdentity: id, "primaryLocationLineHash": id}
	return result
}

// sarifLevel is empty for what is in order.
func sarifLevel(v v1alpha1.Verdict) string {
	switch v.Weight() {
	case v1alpha1.Error.Weight():
		return "error"
	case v1alpha1.Warning.Weight():
		return "warning"
	case v1alpha1.Unknown.Weight():
		return "note"
	default:
		return ""
	}
}

// fingerprint depends on nothing that a run changes: no words, counts, lines or
// dates. What is seen again is numbered.
func fingerprint(seen map[string]int, f v1alpha1.Finding, place ...string) string {
	key := findings.KeyOf(f)
	identity := append([]string{key.Cluster, string(key.Question), key.Rule, key.Subject}, place...)
	sum := sha256.Sum256([]byte(strings.Join(identity, "\x00")))
	hash := hex.EncodeToString(sum[:16])
	seen[hash]++
	return fmt.Sprintf("%s:%d", hash, seen[hash])
}

func qualified(parts ...string) string {
	return Clean(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "/"))
}

func physical(uri string, line int32) sarifPhysical {
	return sarifPhysical{sarifArtifact{uri}, sarifRegion{max(line, 1)}}
}

// fileURI is relative where the path is: code scanning takes that for the root of the repository.
func fileURI(name string, windows bool) string {
	if name == "-" {
		return sarifStdin
	}
	if windows {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	drive := windows && len(name) > 1 && name[1] == ':'
	host, share := strings.CutPrefix(name, "//")
	switch {
	case windows && share:
		host, name, _ = strings.Cut(host, "/")
		return (&url.URL{Scheme: "file", Host: host, Path: "/" + name}).String()
	case drive:
		return (&url.URL{Scheme: "file", Path: "/" + path.Clean(name)}).String()
	case path.IsAbs(name):
		return (&url.URL{Scheme: "file", Path: path.Clean(name)}).String()
	default:
		return (&url.URL{Path: path.Clean(name)}).String()
	}
}

// Messages of SARIF have placeholders and links: what looks like one is text here.
var (
	sarifPlaceholder = regexp.MustCompile(`\{(\d+)\}`)
	sarifLink        = regexp.MustCompile(`\[([^\[\]]*)\]\(`)
)

func sarifMessage(subject string, f v1alpha1.Finding) string {
	text := f.Message
	if subject != "" {
		text = subject + ": " + text
	}
	text = strings.TrimSuffix(text, ".") + "."
	if f.Remedy != "" {
		text += " What to do: " + strings.TrimSuffix(f.Remedy, ".") + "."
	}
	text = sarifPlaceholder.ReplaceAllString(Clean(text), "{{$1}}")
	return sarifLink.ReplaceAllString(text, `\[$1\](`)
}

func sarifRuleOf(f v1alpha1.Finding) sarifRule {
	name := Clean(f.Rule)
	short, full := "", ""
	switch f.Question {
	case v1alpha1.QuestionSkew:
		short, full = "Version skew of "+name, "The version skew policy bounds how far components may be from kube-apiserver, and from each other."
	case v1alpha1.QuestionSupport:
		short, full = "Support: "+name, "Each release of Kubernetes, and of a platform, is supported until a day."
	case v1alpha1.QuestionDeprecations:
		short, full = "Use of "+name, "Versions of APIs are deprecated and removed: what still uses them then breaks."
	case v1alpha1.QuestionPlan:
		short, full = "Before an upgrade: "+name, "A check of what can stop an upgrade to the next minor, or should be known before it."
	}
	rule := sarifRule{
		ID: string(f.Question) + "/" + strings.ReplaceAll(name, " ", "-"), Name: name, ShortDescription: sarifText{short}, FullDescription: sarifText{full},
		Help:       sarifText{fmt.Sprintf("%s `kubectl versions %s` shows all.", full, f.Question)},
		Properties: sarifTags{[]string{"kubernetes", string(f.Question)}},
	}
	if source, err := url.Parse(f.Source); err == nil && source.Scheme == "https" {
		rule.HelpURI = source.String()
	}
	return rule
}

// index lists the rules of the results.
func (r *sarifRun) index() {
	at := map[string]int{}
	for i := range r.Results {
		result := &r.Results[i]
		rule, ok := at[result.rule.ID]
		if !ok {
			rule = len(r.Tool.Driver.Rules)
			at[result.rule.ID] = rule
			r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, result.rule)
		}
		known := &r.Tool.Driver.Rules[rule]
		known.HelpURI = cmp.Or(known.HelpURI, result.rule.HelpURI)
		result.RuleID, result.RuleIndex = result.rule.ID, rule
	}
}

// sarifNotifications say what could not be seen.
func sarifNotifications(clusters []judged, fleet bool) []sarifNotification {
	var all []sarifNotification
	said := map[sarifNotification]bool{}
	add := func(level string, c judged, text string) {
		if fleet {
			text = Clean(c.name) + ": " + text
		}
		n := sarifNotification{level, sarifText{text}}
		if !said[n] {
			said[n] = true
			all = append(all, n)
		}
	}
	for _, c := range clusters {
		if c.err != "" {
			add("error", c, "could not be judged: "+Clean(c.err))
		}
		for _, a := range c.answers {
			if a.unanswered != "" {
				add("warning", c, fmt.Sprintf("%s: %s", a.question, Clean(a.unanswered)))
			}
			for _, g := range a.gaps {
				add("warning", c, "not seen: "+Clean(gapText(g)))
			}
		}
	}
	return all
}
