package printer

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func standingUntil(t *testing.T, id string, minor int, ends ...string) v1alpha1.Standing {
	t.Helper()
	s := v1alpha1.Standing{Calendar: id, Release: minors(minor)}
	kinds := []v1alpha1.PhaseKind{v1alpha1.Standard, v1alpha1.Maintenance, v1alpha1.Extended}
	for i, end := range ends {
		phase := v1alpha1.SupportPhase{Name: string(kinds[i]), Kind: kinds[i]}
		if end != "" {
			phase.Until = date(t, end)
		}
		s.Phases = append(s.Phases, phase)
	}
	return s
}

func supported(t *testing.T, rows ...v1alpha1.SupportRow) *supportPicture {
	t.Helper()
	return newSupportPicture(&v1alpha1.SupportReport{At: date(t, "2026-11-20"), Rows: rows})
}

func TestSupportPictureHasALaneForEachRelease(t *testing.T) {
	upstream := standingUntil(t, "upstream", 34, "2026-08-27", "2026-10-27")
	p := supported(t,
		v1alpha1.SupportRow{Part: "control plane", Count: 1, Standing: standingUntil(t, "amazon-eks", 34, "2026-12-02"), Upstream: &upstream},
		v1alpha1.SupportRow{Part: "nodes", Count: 4000, Standing: standingUntil(t, "amazon-eks", 34, "2026-12-02"), Upstream: &upstream},
		v1alpha1.SupportRow{Part: "nodes", Count: 1, Standing: standingUntil(t, "amazon-eks", 35, "2027-03-27", "")},
		v1alpha1.SupportRow{Part: "nodes", Count: 1, Standing: standingUntil(t, "amazon-eks", 12)},
	)
	var got []string
	for _, lane := range p.Lanes {
		got = append(got, fmt.Sprintf("%s (%s) %s, upstream %t, %d bars", lane.Name, lane.Who, lane.End, lane.Upstream, len(lane.Bars)))
	}
	want := []string{
		"amazon-eks 1.34 (control plane, 4,000 nodes) ends 2026-12-02, upstream false, 1 bars",
		"upstream 1.34 (control plane, 4,000 nodes) ended 2026-10-27, upstream true, 2 bars",
		"amazon-eks 1.35 (1 node) no end known, upstream false, 2 bars",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p := supported(t, v1alpha1.SupportRow{Part: "nodes", Count: 1, Standing: standingUntil(t, "upstream", 12)}); p != nil {
		t.Errorf("a picture without a date: %+v", p)
	}
}

func TestSupportPictureBarsFollowEachOther(t *testing.T) {
	p := supported(t, v1alpha1.SupportRow{Part: "nodes", Count: 2, Standing: standingUntil(t, "upstream", 37, "2027-08-28", "2027-10-28")})
	bars := p.Lanes[0].Bars
	if bars[0].X != supportLabel || bars[0].X+bars[0].Width != bars[1].X || bars[1].X+bars[1].Width != p.Lanes[0].EndX-6 {
		t.Errorf("bars %+v are not side by side up to %d", bars, p.Lanes[0].EndX)
	}
	if bars[0].Text != "standard" || bars[1].Text != "" || bars[1].Title != "maintenance until 2027-10-28" {
		t.Errorf("text of the wide bar is %q, of the narrow one %q, its title %q", bars[0].Text, bars[1].Text, bars[1].Title)
	}
	if p.Today.X <= bars[0].X || p.Today.X >= bars[1].X {
		t.Errorf("today is at %d, want inside of standard support", p.Today.X)
	}
}

func TestSupportPictureIsBounded(t *testing.T) {
	p := supported(t,
		v1alpha1.SupportRow{Part: "nodes", Count: 2, Standing: standingUntil(t, "upstream", 14, "2019-12-11")},
		v1alpha1.SupportRow{Part: "nodes", Count: 2, Standing: standingUntil(t, "company", 37, "2090-01-01")},
	)
	dead, eternal := p.Lanes[0], p.Lanes[1]
	if len(dead.Bars) != 0 || dead.EndX != supportLabel+6 || dead.End != "ended 2019-12-11" {
		t.Errorf("a release dead for years is drawn as %+v", dead)
	}
	if end := eternal.Bars[0].X + eternal.Bars[0].Width; end != supportLabel+supportRoom || eternal.End != "ends 2090-01-01" {
		t.Errorf("a bar beyond the axis ends at %d with %q", end, eternal.End)
	}
	if n := len(p.Ticks); n == 0 || n > 10 {
		t.Errorf("%d ticks", n)
	}
}
