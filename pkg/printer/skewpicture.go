package printer

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

// skewPicture has minors from left to right and a lane for each component: what
// is allowed is shaded, and every group of instances is a mark. Lengths are pixels.
type skewPicture struct {
	Width, Height int
	// Bottom of the lanes.
	Bottom int
	Title  text
	// Description says in words what is drawn.
	Description text
	Caption     text
	Columns     []skewColumn
	Lanes       []skewLane
	Legend      []skewMark
}

// skewColumn is a minor, or all that lie too far away from the others to draw.
type skewColumn struct {
	Middle int
	Text   text
	// Server is true for the minors of kube-apiserver.
	Server bool
}

type skewLane struct {
	Top, Height int
	Name        text
	NameY       int
	Remarks     []skewRemark
	// Window is what is allowed; absent where nothing is.
	Window *skewWindow
	Marks  []skewMark
}

type skewWindow struct{ X, Y, Width, Height int }

type skewRemark struct {
	Y    int
	Text text
}

// skewMark is a shape with text beside it.
type skewMark struct {
	Tone  string
	Path  string
	X, Y  int // of the text
	Text  text
	Title text
}

const (
	laneLabel    = 220
	laneLine     = 18
	laneMark     = 26
	lanePadding  = 9
	columnWidth  = 86
	legendWidth  = 110
	pictureHead  = 34
	pictureFoot  = 34
	largestMark  = 12
	smallestMark = 5
	// farAway minors from what is allowed get no column of their own.
	farAway = 4
)

// skewGroup are the instances of a lane at one minor that share a verdict.
type skewGroup struct {
	minor    version.Minor
	verdict  v1alpha1.Verdict
	count    int32
	versions []string
}

// skewRows are the rows of a lane: of one component, with one window.
type skewRows struct {
	component string
	allowed   *v1alpha1.MinorRange
	groups    []skewGroup
	// rest are not on the axis, for they are not judged or have no version: a
	// group for each verdict.
	rest []skewGroup
}

// newSkewPicture is nil where there is nothing to draw.
func newSkewPicture(r *v1alpha1.SkewReport) *skewPicture {
	lanes := skewLanes(r.Rows)
	if !slices.ContainsFunc(lanes, func(l skewRows) bool { return len(l.groups) > 0 }) {
		return nil
	}
	axis := axisOf(lanes)
	p := &skewPicture{Title: "Versions of each component, and what the version skew policy allows",
		Caption: "Shaded is what the policy allows. A mark is a group of instances, with their number; kube-apiserver's minors are bold.",
		Width:   laneLabel + axis.columns()*columnWidth + lanePadding}
	for i := range axis.columns() {
		minor := axis.oldest.Add(i - axis.older)
		column := skewColumn{Middle: laneLabel + i*columnWidth + columnWidth/2, Text: clean(minor.String())}
		switch {
		case i < axis.older:
			column.Text = "older"
		case minor.Compare(axis.newest) > 0:
			column.Text = "newer"
		default:
			column.Server = minor.Compare(r.ControlPlane.Oldest) >= 0 && minor.Compare(r.ControlPlane.Newest) <= 0
		}
		p.Columns = append(p.Columns, column)
	}
	top := pictureHead
	var verdicts []v1alpha1.Verdict
	var sentences []string
	for _, rows := range lanes {
		lane := axis.lane(rows, top)
		top += lane.Height
		p.Lanes = append(p.Lanes, lane)
		sentences = append(sentences, rows.sentence())
		for _, g := range rows.groups {
			if !slices.Contains(verdicts, g.verdict) {
				verdicts = append(verdicts, g.verdict)
			}
		}
	}
	for i, v := range verdicts {
		x := largestMark + i*legendWidth
		y := top + pictureFoot/2
		p.Legend = append(p.Legend, skewMark{tone(verdictPaint(v)), shape(v, x, y, smallestMark+1), x + largestMark, y, clean(string(v)), ""})
	}
	p.Width = max(p.Width, len(verdicts)*legendWidth)
	p.Bottom, p.Height = top, top+pictureFoot
	p.Description = clean(strings.Join(sentences, ". "))
	return p
}

// skewLanes keep the order of the rows, in which components are upgraded.
func skewLanes(rows []v1alpha1.SkewRow) []skewRows {
	var lanes []skewRows
	for _, row := range rows {
		v, err := version.Parse(row.Version)
		drawn := err == nil && row.Allowed != nil
		at := slices.IndexFunc(lanes, func(l skewRows) bool {
			return l.component == row.Component && (row.Allowed == nil || l.allowed == nil || *l.allowed == *row.Allowed)
		})
		if at < 0 {
			at = len(lanes)
			lanes = append(lanes, skewRows{component: row.Component})
		}
		lane := &lanes[at]
		if !drawn {
			lane.rest = grouped(lane.rest, version.Minor{}, row)
			continue
		}
		lane.allowed = row.Allowed
		lane.groups = grouped(lane.groups, v.Minor, row)
	}
	return lanes
}

// grouped adds the instances of a row to those of its minor and verdict.
func grouped(groups []skewGroup, minor version.Minor, row v1alpha1.SkewRow) []skewGroup {
	at := slices.IndexFunc(groups, func(g skewGroup) bool { return g.minor == minor && g.verdict == row.Verdict })
	if at < 0 {
		at = len(groups)
		groups = append(groups, skewGroup{minor: minor, verdict: row.Verdict})
	}
	g := &groups[at]
	g.count += row.Count
	if !slices.Contains(g.versions, row.Version) {
		g.versions = append(g.versions, row.Version)
	}
	return groups
}

// restText is such as "2 not judged", and "unknown" where nothing tells how many there are.
func (l skewRows) restText() []string {
	var parts []string
	for _, g := range l.rest {
		if g.count == 0 {
			parts = append(parts, string(g.verdict))
		} else {
			parts = append(parts, fmt.Sprintf("%s %s", thousands(int64(g.count)), g.verdict))
		}
	}
	return parts
}

func (l skewRows) sentence() string {
	parts := []string{l.component}
	if l.allowed != nil {
		parts[0] += ", allowed " + allowed(l.allowed)
	}
	for _, g := range l.groups {
		parts = append(parts, g.text())
	}
	return strings.Join(append(parts, l.restText()...), "; ")
}

func (g skewGroup) text() string {
	return fmt.Sprintf("%s at %s: %s", thousands(int64(g.count)), examples(g.versions, page), g.verdict)
}

// skewAxis has a column for each minor, and one at either end for all that is further away.
type skewAxis struct {
	oldest, newest version.Minor
	older, newer   int // columns, 0 or 1
}

// axisOf spans what is allowed and what runs, as far as that is not far away.
func axisOf(lanes []skewRows) skewAxis {
	var windows, groups []version.Minor
	for _, l := range lanes {
		if l.allowed != nil && l.allowed.Min.Compare(l.allowed.Max) <= 0 {
			windows = append(windows, l.allowed.Min, l.allowed.Max)
		}
		for _, g := range l.groups {
			groups = append(groups, g.minor)
		}
	}
	if len(windows) == 0 {
		windows = groups[:1]
	}
	a := skewAxis{oldest: slices.MinFunc(windows, version.Minor.Compare), newest: slices.MaxFunc(windows, version.Minor.Compare)}
	least, most := a.oldest.Add(-farAway), a.newest.Add(farAway)
	for _, m := range groups {
		switch {
		case m.Compare(least) < 0:
			a.older = 1
		case m.Compare(most) > 0:
			a.newer = 1
		case m.Compare(a.oldest) < 0:
			a.oldest = m
		case m.Compare(a.newest) > 0:
			a.newest = m
		}
	}
	return a
}

func (a skewAxis) columns() int { return a.older + a.newest.Minus(a.oldest) + 1 + a.newer }

// column is the left edge of a minor.
func (a skewAxis) column(m version.Minor) int {
	i := a.older + m.Minus(a.oldest)
	switch {
	case m.Compare(a.oldest) < 0:
		i = 0
	case m.Compare(a.newest) > 0:
		i = a.columns() - 1
	}
	return laneLabel + i*columnWidth
}

func (a skewAxis) lane(rows skewRows, top int) skewLane {
	lane := skewLane{Top: top, Name: clean(rows.component)}
	var remarks []string
	var window *skewWindow
	if w := rows.allowed; w != nil {
		remarks = append(remarks, "allowed "+allowed(w))
		if w.Min.Compare(w.Max) <= 0 {
			window = &skewWindow{X: a.column(w.Min) + 2}
			window.Width = a.column(w.Max) + columnWidth - 2 - window.X
		}
	}
	if len(rows.rest) > 0 {
		remarks = append(remarks, strings.Join(rows.restText(), ", "))
	}
	stacked := map[int]int{}
	for _, g := range rows.groups {
		stacked[a.column(g.minor)]++
	}
	most := 0
	for _, n := range stacked {
		most = max(most, n)
	}
	lane.Height = max(most*laneMark, (1+len(remarks))*laneLine) + lanePadding
	if window != nil {
		window.Y, window.Height = top+3, lane.Height-6
		lane.Window = window
	}
	// The lines of text are centred on the lane.
	lane.NameY = top + (lane.Height-(1+len(remarks))*laneLine)/2 + laneLine - 5
	for i, remark := range remarks {
		lane.Remarks = append(lane.Remarks, skewRemark{lane.NameY + (i+1)*laneLine, clean(shorten(Clean(remark), 34))})
	}
	placed := map[int]int{}
	for _, g := range rows.groups {
		x := a.column(g.minor)
		y := top + lane.Height/2 - stacked[x]*laneMark/2 + placed[x]*laneMark + laneMark/2
		placed[x]++
		middle := x + columnWidth/2
		lane.Marks = append(lane.Marks, skewMark{
			Tone: tone(verdictPaint(g.verdict)), Path: shape(g.verdict, middle, y, markSize(g.count)),
			X: middle + largestMark + 3, Y: y, Text: clean(thousands(int64(g.count))), Title: clean(rows.component + ", " + g.text()),
		})
	}
	return lane
}

// markSize grows with the digits of a count, so that thousands stay in their column.
func markSize(n int32) int {
	return min(largestMark, smallestMark+int(math.Round(2*math.Log10(float64(max(1, n))))))
}

// shape tells verdicts apart without their colours.
func shape(v v1alpha1.Verdict, x, y, size int) string {
	switch {
	case v.Weight() >= v1alpha1.Error.Weight():
		size++
		return fmt.Sprintf("M%d %dl%d %dl%d %dl%d %dz", x, y-size, size, size, -size, size, -size, -size)
	case v == v1alpha1.Warning:
		return fmt.Sprintf("M%d %dl%d %dh%dz", x, y-size, size, 2*size-1, -2*size)
	default:
		return fmt.Sprintf("M%d %da%d %d 0 1 0 %d 0a%d %d 0 1 0 %d 0z", x-size, y, size, size, 2*size, size, size, -2*size)
	}
}
