package printer

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/findings"
)

//go:embed html
var htmlFiles embed.FS

// printHTML writes a report as one file, that needs no network and no script.
func printHTML(w io.Writer, object runtime.Object, _ Layout) error {
	var d htmlPage
	switch r := object.(type) {
	case *v1alpha1.SkewReport:
		d = single(questionTitle(v1alpha1.QuestionSkew), nameOf(r.Name, r.Cluster), skewPart(r, newsOf(r.Baseline)), r.Baseline)
	case *v1alpha1.SupportReport:
		d = single(questionTitle(v1alpha1.QuestionSupport), nameOf(r.Name, r.Cluster), supportPart(r, newsOf(r.Baseline)), r.Baseline)
	case *v1alpha1.DeprecationReport:
		d = single(questionTitle(v1alpha1.QuestionDeprecations), nameOf(r.Name, r.Cluster), deprecationPart(r, newsOf(r.Baseline)), r.Baseline)
	case *v1alpha1.UpgradePlan:
		d = single("Upgrade plan", nameOf(r.Name, r.Cluster), planPart(r, newsOf(r.Baseline)), r.Baseline)
	case *v1alpha1.Overview:
		d = htmlPage{Title: clean("Versions of " + nameOf(r.Name, r.Cluster)), Report: overviewOf(r, "", 2)}
	case *v1alpha1.FleetOverview:
		d = fleetOf(r)
	case *v1alpha1.FleetSupportReport:
		d = fleetSupportOf(r)
	default:
		return fmt.Errorf("%T cannot be written as HTML: use -o yaml", object)
	}
	return d.write(w)
}

// write refuses everything that is not in the file: its policy allows the one
// style, by its digest, and nothing else.
func (d htmlPage) write(w io.Writer) error {
	style, err := htmlFiles.ReadFile("html/style.css")
	if err != nil {
		return err
	}
	style = withoutEmptyLines(style)
	digest := sha256.Sum256(style)
	d.Style, d.Digest = template.CSS(style), base64.StdEncoding.EncodeToString(digest[:])
	pages, err := template.ParseFS(htmlFiles, "html/*.html")
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, "document", d); err != nil {
		return err
	}
	_, err = w.Write(withoutEmptyLines(page.Bytes()))
	return err
}

// withoutEmptyLines takes out what templates leave where they print nothing.
func withoutEmptyLines(page []byte) []byte {
	var out []byte
	for line := range bytes.Lines(page) {
		if len(bytes.TrimSpace(line)) > 0 {
			out = append(out, line...)
		}
	}
	return out
}

// text is safe to show, as Clean makes it. Nothing else of a report gets into a
// page, whose templates escape it for HTML besides.
type text string

func clean(s string) text { return text(Clean(s)) }

func texts(lines []string) []text {
	all := make([]text, len(lines))
	for i, line := range lines {
		all[i] = clean(line)
	}
	return all
}

// htmlPage is a page: on one cluster, or on several.
type htmlPage struct {
	Style  template.CSS
	Digest string
	Title  text
	Report htmlReport
	// Fleet lists the clusters, and Clusters are those that have a report.
	Fleet    *htmlTable
	Clusters []htmlCluster
}

// htmlCluster is one of several, folded.
type htmlCluster struct {
	ID     string
	Name   text
	Badge  htmlBadge
	Error  text
	Report *htmlReport
}

// htmlReport is what a page says of one cluster.
type htmlReport struct {
	Level   int
	Badge   htmlBadge
	Message text
	// Lead are sentences to read with Message.
	Lead     []text
	Facts    []text
	Baseline *htmlBaseline
	Cards    []htmlCard
	Unseen   htmlList
	Parts    []htmlPart
}

// htmlCard answers a question in a sentence.
type htmlCard struct {
	Title   text
	Badge   htmlBadge
	Message text
	Anchor  string
	Command text
}

// htmlPart answers a question in full, with whatever of this it takes.
type htmlPart struct {
	ID    string
	Level int
	Title text
	Badge htmlBadge
	// Title and Message are absent where the page has said them.
	Message text
	Lead    []text
	Facts   []text
	Skew    *skewPicture
	Support *supportPicture
	Tables  []htmlTable
	APIs    []htmlAPI
	// Quiet are APIs without a consequence, folded.
	Quiet      []htmlAPI
	QuietTitle text
	Hops       []htmlHop
	Lists      []htmlList
}

// at puts the headings below those of the page.
func (p htmlPart) at(level int) htmlPart {
	p.Level = level
	for i := range p.APIs {
		p.APIs[i].Level = level + 1
	}
	for i := range p.Quiet {
		p.Quiet[i].Level = level + 1
	}
	for i := range p.Hops {
		p.Hops[i].Level = level + 1
	}
	for i := range p.Lists {
		p.Lists[i].Level = level + 1
	}
	return p
}

// htmlList is a list of sentences. One with a badge stands out.
type htmlList struct {
	Level int
	Title text
	Badge htmlBadge
	Lines []text
}

func lists(all ...htmlList) []htmlList {
	return slices.DeleteFunc(all, func(l htmlList) bool { return len(l.Lines) == 0 })
}

func notSeen(gaps []v1alpha1.Gap) htmlList {
	return htmlList{Title: "Not seen", Badge: badgeOf(v1alpha1.Unknown), Lines: texts(unlooked(gaps, true))}
}

// htmlBadge is a verdict: its word says all that its tone does.
type htmlBadge struct {
	Word text
	Tone string
}

func badgeOf(v v1alpha1.Verdict) htmlBadge { return htmlBadge{clean(string(v)), tone(verdictPaint(v))} }

// tone is the CSS class for what a terminal paints.
func tone(p paint) string {
	return map[paint]string{"31": "bad", "33": "warn", "36": "unknown", "32": "good"}[p]
}

// Short cells do not wrap: 1.36-1.37 would after its hyphen.
func (c htmlCell) Short() bool { return len(c.Text) <= 24 }

// htmlTable of text, whose first column names the row.
type htmlTable struct {
	Caption text
	Heads   []htmlHead
	Rows    []htmlRow
}

type htmlHead struct {
	Text  text
	Right bool
}

type htmlRow struct {
	Cells []htmlCell
	New   bool
}

type htmlCell struct {
	Text text
	// Note stands below Text.
	Note        text
	Tone        string
	Pill, Right bool
	// Anchor is the id that the cell links to.
	Anchor string
	// Fold is shown when asked for, by a click on Text.
	Fold []text
}

// htmlTableOf shows the columns of the default table but the last one, whose names
// are folded instead.
func htmlTableOf[T any](caption string, columns []column[T], rows []T, names func(T) (head string, fold []string), isNew func(T) bool) htmlTable {
	t := htmlTable{Caption: clean(caption)}
	columns = slices.DeleteFunc(slices.Clone(columns), func(c column[T]) bool { return c.wide || c.header == "NAMES" })
	for _, c := range columns {
		t.Heads = append(t.Heads, htmlHead{clean(c.header[:1] + strings.ToLower(c.header[1:])), c.right})
	}
	if names != nil {
		t.Heads = append(t.Heads, htmlHead{Text: "Where"})
	}
	for _, row := range rows {
		r := htmlRow{New: isNew != nil && isNew(row)}
		for _, c := range columns {
			cell := htmlCell{Text: clean(c.text(row, page)), Right: c.right, Pill: c.header == "VERDICT"}
			if c.paint != nil {
				cell.Tone = tone(c.paint(row))
			}
			r.Cells = append(r.Cells, cell)
		}
		if names != nil {
			first, fold := names(row)
			if first == "" && len(fold) > 0 {
				first = "details"
			}
			r.Cells = append(r.Cells, htmlCell{Text: clean(orDash(first)), Fold: texts(fold)})
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// mostNames keeps a page on thousands of nodes small.
const mostNames = 100

// folded names are all of them, up to a bound, in a line.
func folded(names []string) []string {
	if len(names) <= 3 {
		return nil // the examples are all
	}
	return []string{strings.Join(upTo(mostNames, names), ", ")}
}

// told leaves out what is not known.
func told(label, what string) []string {
	if what == "" {
		return nil
	}
	return []string{label + ": " + what}
}

// htmlBaseline is with an earlier report.
type htmlBaseline struct {
	Badge   htmlBadge
	Message text
	New     []htmlChange
	More    text
}

type htmlChange struct {
	Badge   htmlBadge
	Subject text
	Message text
}

func baselineOf(b *v1alpha1.Baseline) *htmlBaseline {
	if b == nil {
		return nil
	}
	const most = 20
	c := &htmlBaseline{Badge: badgeOf(b.Verdict), Message: clean(b.Message)}
	for i, f := range b.New {
		if i == most {
			c.More = clean(thousands(int64(len(b.New)-most)) + " more, marked below")
			break
		}
		c.New = append(c.New, htmlChange{badgeOf(f.Verdict), clean(findingName(f)), clean(f.Message)})
	}
	return c
}

// news are the findings that a baseline does not have.
type news map[findings.Key]bool

func newsOf(b *v1alpha1.Baseline) news {
	n := news{}
	if b != nil {
		for _, f := range b.New {
			n[findings.KeyOf(f)] = true
		}
	}
	return n
}

// has tells of a part of a report, small enough to make a finding of its own.
func (n news) has(part runtime.Object) bool {
	return len(n) > 0 && slices.ContainsFunc(findings.Of(part), func(f v1alpha1.Finding) bool { return n[findings.KeyOf(f)] })
}

// single is a page that answers one question, and says the verdict once.
func single(title, name string, p htmlPart, b *v1alpha1.Baseline) htmlPage {
	r := htmlReport{Level: 2, Badge: p.Badge, Message: p.Message, Lead: p.Lead, Facts: p.Facts, Baseline: baselineOf(b)}
	p.Title, p.Message, p.Lead, p.Facts = "", "", nil, nil
	r.Parts = []htmlPart{p.at(1)}
	return htmlPage{Title: clean(title + " of " + name), Report: r}
}

func nameOf(name string, c v1alpha1.Cluster) string {
	return cmp.Or(name, c.Context, c.Server, "the cluster")
}

func collectedText(at metav1.Time) text {
	return text("facts collected on " + at.UTC().Format("2006-01-02 at 15:04 UTC"))
}

func day(t *metav1.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}
