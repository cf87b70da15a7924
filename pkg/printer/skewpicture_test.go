package printer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/version"
)

func kubelets(version string, count int32, verdict v1alpha1.Verdict, allowed ...int) v1alpha1.SkewRow {
	row := v1alpha1.SkewRow{Component: kubelet, Version: version, Count: count, Verdict: verdict}
	if len(allowed) > 0 {
		row.Allowed = &v1alpha1.MinorRange{Min: minors(allowed[0]), Max: minors(allowed[1])}
	}
	return row
}

func minors(n int) version.Minor { return version.Minor{Major: 1, Minor: n} }

func pictured(rows ...v1alpha1.SkewRow) *skewPicture {
	return newSkewPicture(&v1alpha1.SkewReport{ControlPlane: v1alpha1.SkewControlPlane{Oldest: minors(37), Newest: minors(37)}, Rows: rows})
}

func columnsOf(p *skewPicture) string {
	var names []string
	for _, c := range p.Columns {
		name := string(c.Text)
		if c.Server {
			name += "*"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

func TestSkewPictureHasAColumnForEachMinor(t *testing.T) {
	for name, tc := range map[string]struct {
		row  v1alpha1.SkewRow
		want string
	}{
		"inside what is allowed":        {kubelets("v1.36.0", 1, v1alpha1.OK, 34, 37), "1.34 1.35 1.36 1.37*"},
		"four minors older":             {kubelets("v1.30.0", 1, v1alpha1.Unsupported, 34, 37), "1.30 1.31 1.32 1.33 1.34 1.35 1.36 1.37*"},
		"five minors older is far away": {kubelets("v1.29.0", 1, v1alpha1.Unsupported, 34, 37), "older 1.34 1.35 1.36 1.37*"},
		"four minors newer":             {kubelets("v1.41.0", 1, v1alpha1.Unsupported, 34, 37), "1.34 1.35 1.36 1.37* 1.38 1.39 1.40 1.41"},
		"five minors newer is far away": {kubelets("v1.42.0", 1, v1alpha1.Unsupported, 34, 37), "1.34 1.35 1.36 1.37* newer"},
		"nothing is allowed":            {kubelets("v1.36.0", 1, v1alpha1.Unsupported, 37, 36), "1.36"},
	} {
		p := pictured(tc.row)
		if got := columnsOf(p); got != tc.want {
			t.Errorf("%s: columns %q, want %q", name, got, tc.want)
		}
		if want := laneLabel + len(p.Columns)*columnWidth + lanePadding; p.Width != want {
			t.Errorf("%s: width %d, want %d", name, p.Width, want)
		}
	}
}

func TestSkewPictureShadesWhatIsAllowed(t *testing.T) {
	p := pictured(kubelets("v1.33.0", 1, v1alpha1.Unsupported, 34, 37))
	want := &skewWindow{X: laneLabel + columnWidth + 2, Y: pictureHead + 3, Width: 4*columnWidth - 4, Height: p.Lanes[0].Height - 6}
	if diff := cmp.Diff(want, p.Lanes[0].Window); diff != "" {
		t.Error(diff)
	}
	if got := pictured(kubelets("v1.36.0", 1, v1alpha1.Unsupported, 37, 36)); got.Lanes[0].Window != nil {
		t.Errorf("shaded %v where nothing is allowed", got.Lanes[0].Window)
	}
}

func TestSkewPictureHasALaneForEachComponentAndWindow(t *testing.T) {
	p := pictured(
		kubelets("v1.37.1", 4000, v1alpha1.OK, 34, 37), kubelets("v1.37.0", 900, v1alpha1.OK, 34, 37),
		kubelets("v1.37.0", 2, v1alpha1.Warning, 34, 37), kubelets("v1.25.0-vk", 1, v1alpha1.NotJudged),
		kubelets("no version", 0, v1alpha1.Unknown), kubelets("v1.26.0-vk", 1500, v1alpha1.NotJudged), kubelets("v1.37.0", 1, v1alpha1.OK, 35, 37),
	)
	var got []string
	for _, lane := range p.Lanes {
		line := string(lane.Name)
		for _, r := range lane.Remarks {
			line += " / " + string(r.Text)
		}
		for _, m := range lane.Marks {
			line += fmt.Sprintf(" [%s %s: %s]", m.Tone, m.Text, m.Title)
		}
		got = append(got, line)
	}
	want := []string{
		"kubelet / allowed 1.34-1.37 / 1,501 not judged, unknown [good 4,900: kubelet, 4,900 at v1.37.1, v1.37.0: ok] [warn 2: kubelet, 2 at v1.37.0: warning]",
		"kubelet / allowed 1.35-1.37 [good 1: kubelet, 1 at v1.37.0: ok]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	first, second := p.Lanes[0], p.Lanes[1]
	if first.Top+first.Height != second.Top || second.Top+second.Height != p.Bottom {
		t.Errorf("lanes at %d+%d and %d+%d do not fill the picture down to %d", first.Top, first.Height, second.Top, second.Height, p.Bottom)
	}
	if gap := first.Marks[1].Y - first.Marks[0].Y; gap != laneMark {
		t.Errorf("marks of one minor are %d apart, want %d", gap, laneMark)
	}
	if diff := cmp.Diff(text("kubelet, allowed 1.34-1.37; 4,900 at v1.37.1, v1.37.0: ok; 2 at v1.37.0: warning; 1,501 not judged; unknown. "+
		"kubelet, allowed 1.35-1.37; 1 at v1.37.0: ok"), p.Description); diff != "" {
		t.Error(diff)
	}
	if p := pictured(kubelets("", 0, v1alpha1.Unknown)); p != nil {
		t.Errorf("a picture of nothing: %+v", p)
	}
}

func TestMarksGrowWithTheDigitsOfACount(t *testing.T) {
	for count, want := range map[int32]int{0: 5, 1: 5, 10: 7, 100: 9, 1000: 11, 5000: 12, 2_000_000: 12} {
		if got := markSize(count); got != want {
			t.Errorf("a mark for %d has size %d, want %d", count, got, want)
		}
	}
}
