package printer

import (
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// row is a row of a part at a version, which stands by a calendar.
func row(part, gitVersion string, verdict v1alpha1.Verdict, standing v1alpha1.Standing, names ...string) v1alpha1.SupportRow {
	return v1alpha1.SupportRow{Part: part, Version: gitVersion, Count: int32(max(1, len(names))), Names: names, Verdict: verdict, Standing: standing}
}

// by is where a release stands in a calendar.
func by(t *testing.T, calendar, release, phase, until string, days int32, phases ...string) v1alpha1.Standing {
	t.Helper()
	r := on(released(t, release, "", phases...), phase, days)
	return v1alpha1.Standing{
		Calendar: calendar, AsOf: date(t, "2026-08-22"), Release: minor(t, release), Stage: r.Stage, Phase: r.Phase,
		Until: date(t, until), DaysLeft: &days, Phases: r.Phases,
	}
}

func eks34(t *testing.T) v1alpha1.Standing {
	t.Helper()
	return by(t, "amazon-eks", "1.34", "standard", "2026-12-02", 12, "standard 2026-12-02", "extended 2027-12-02 costs extra")
}

func upstream34(t *testing.T) v1alpha1.Standing {
	t.Helper()
	return by(t, "upstream", "1.34", "end of life", "2026-10-27", -24, "standard 2026-08-27", "maintenance 2026-10-27")
}

func upstream36(t *testing.T) v1alpha1.Standing {
	t.Helper()
	return by(t, "upstream", "1.36", "standard", "2027-04-28", 159, "standard 2027-04-28", "maintenance 2027-06-28")
}

func patch(t *testing.T, calendar, latest, of string, behind int32) *v1alpha1.PatchStanding {
	t.Helper()
	return &v1alpha1.PatchStanding{Calendar: calendar, Latest: latest, Date: date(t, of), Behind: behind}
}

func beside(r v1alpha1.SupportRow, upstream v1alpha1.Standing) v1alpha1.SupportRow {
	r.Upstream = &upstream
	return r
}

func with(r v1alpha1.SupportRow, patch *v1alpha1.PatchStanding) v1alpha1.SupportRow {
	r.Patch = patch
	return r
}

func advised(r v1alpha1.SupportRow, advice string) v1alpha1.SupportRow {
	r.Advice = advice
	return r
}

func supportReport(t *testing.T, rows ...v1alpha1.SupportRow) *v1alpha1.SupportReport {
	t.Helper()
	r := v1alpha1.NewSupportReport("test")
	r.At, r.Rows = date(t, "2026-11-20"), rows
	r.Platform = v1alpha1.Platform{ID: "amazon-eks", Name: "Amazon EKS", Evidence: "version v1.34.1-eks-a737599"}
	r.Summary = v1alpha1.SupportSummary{Verdict: v1alpha1.OK, Complete: true, Message: "control plane v1.34.1-eks-a737599: well"}
	return r
}

func TestSupport(t *testing.T) {
	report := supportReport(t,
		with(beside(row("control plane", "v1.34.1-eks-a737599", v1alpha1.OK, eks34(t)), upstream34(t)), patch(t, "upstream", "1.34.13", "2026-10-28", 12)),
		advised(row("nodes", "v1.31.0", v1alpha1.Unsupported, by(t, "amazon-eks", "1.31", "end of life", "2026-11-26", -1), "ip-1", "ip-2"), "upgrade these nodes"))
	report.Cluster.Context = "prod"
	report.Summary = v1alpha1.SupportSummary{Verdict: v1alpha1.Unsupported, Message: "2 nodes at v1.31.0: ended", Advice: "upgrade these nodes"}
	report.Ranges = []v1alpha1.RangeCheck{{Verdict: v1alpha1.OK, Reason: "inside"}, {Verdict: v1alpha1.Warning, Reason: "outside"}}
	report.Gaps = []v1alpha1.Gap{
		{Source: v1alpha1.SourceNodeSamples, Hides: "platform", Message: "took too long"},
		{Source: v1alpha1.SourceNodes, Hides: "kubelet versions", Permission: "list nodes", Message: "forbidden"}}
	report.Notes = []string{"a note"}

	for name, tc := range map[string]struct {
		layout Layout
		want   []string
	}{
		"the verdict, what to do, the rows, and what stands behind them": {Layout{}, []string{
			"UNSUPPORTED: 2 nodes at v1.31.0: ended",
			"What to do: upgrade these nodes",
			"context prod, Amazon EKS (version v1.34.1-eks-a737599), on 2026-11-20, by dates as read on 2026-08-22",
			"",
			"PART           VERSION              COUNT  VERDICT      PHASE        UNTIL       DAYS  UPSTREAM LATEST  BEHIND  UPSTREAM END  NAMES",
			"control plane  v1.34.1-eks-a737599      1  ok           standard     2026-12-02    12  1.34.13              12  2026-10-27",
			"nodes          v1.31.0                  2  unsupported  end of life  2026-11-26    -1  -                     -  -             +2",
			"",
			"Ranges:",
			"  ok: inside",
			"  warning: outside",
			"",
			"Dates:",
			"  amazon-eks 1.34: standard until 2026-12-02, extended until 2027-12-02 (costs extra)",
			"  upstream 1.34: standard until 2026-08-27, maintenance until 2026-10-27; latest 1.34.13 of 2026-10-28",
			"",
			"Not seen:",
			"  platform: took too long",
			"  kubelet versions: needs permission to list nodes",
			"",
			"Notes:",
			"  a note",
		}},
		"on a narrow terminal": {Layout{Width: 80}, []string{
			"UNSUPPORTED: 2 nodes at v1.31.0: ended",
			"What to do: upgrade these nodes",
			"context prod, Amazon EKS (version v1.34.1-eks-a737599), on 2026-11-20, by dates",
			"as read on 2026-08-22",
			"",
			"PART           VERSION         COUNT  VERDICT      PHASE        UNTIL       DAYS",
			"control plane  v1.34.1-eks-a…      1  ok           standard     2026-12-02    12",
			"nodes          v1.31.0             2  unsupported  end of life  2026-11-26    -1",
		}},
		"the rows alone": {Layout{NoHeaders: true}, []string{
			"control plane  v1.34.1-eks-a737599      1  ok           standard     2026-12-02    12  1.34.13              12  2026-10-27",
			"nodes          v1.31.0                  2  unsupported  end of life  2026-11-26    -1  -                     -  -             +2",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got := lines(t, func(w io.Writer) error { return printHuman(w, report, tc.layout) })
			if tc.layout.Width > 0 {
				got = got[:min(len(got), len(tc.want))]
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSupportColumnsForWhatIsMissing(t *testing.T) {
	unread := v1alpha1.SupportRow{Part: "nodes", Verdict: v1alpha1.Unknown, Standing: v1alpha1.Standing{Calendar: "upstream", Phase: "unknown"}}
	got := lines(t, func(w io.Writer) error {
		return printHuman(w, supportReport(t, with(row("control plane", "v1.36.6", v1alpha1.OK, upstream36(t)), patch(t, "upstream", "1.36.6", "2026-10-28", 0)), unread), Layout{})
	})
	if diff := cmp.Diff([]string{
		"PART           VERSION  COUNT  VERDICT  PHASE     UNTIL       DAYS  LATEST  BEHIND  NAMES",
		"control plane  v1.36.6      1  ok       standard  2027-04-28   159  1.36.6       0",
		"nodes          -            -  unknown  unknown   -              -  -            -",
	}, got[3:6]); diff != "" {
		t.Error(diff)
	}
}

func TestDatesAreToldOnce(t *testing.T) {
	next := patch(t, "upstream", "1.36.6", "2026-10-28", 0)
	next.Next = "1.36.7"
	dated := patch(t, "upstream", "1.36.6", "2026-10-28", 0)
	dated.Next, dated.NextDate = "1.36.7", date(t, "2026-12-09")
	for name, tc := range map[string]struct {
		rows []v1alpha1.SupportRow
		want []string
	}{
		"for the control plane and the nodes of a release": {[]v1alpha1.SupportRow{
			with(row("control plane", "v1.36.6", v1alpha1.OK, upstream36(t)), next),
			with(row("nodes", "v1.36.5", v1alpha1.OK, upstream36(t)), next),
		}, []string{"upstream 1.36: standard until 2027-04-28, maintenance until 2027-06-28; latest 1.36.6 of 2026-10-28, next 1.36.7, no date published"}},
		"with the day of the next patch": {[]v1alpha1.SupportRow{
			with(row("control plane", "v1.36.6", v1alpha1.OK, upstream36(t)), dated),
		}, []string{"upstream 1.36: standard until 2027-04-28, maintenance until 2027-06-28; latest 1.36.6 of 2026-10-28, next 1.36.7 on 2026-12-09"}},
		"a patch without a day, and none": {[]v1alpha1.SupportRow{
			with(row("control plane", "v1.36.6", v1alpha1.OK, upstream36(t)), patch(t, "upstream", "1.36.6", "", 0)),
			row("nodes", "v1.34", v1alpha1.Unsupported, upstream34(t)),
		}, []string{
			"upstream 1.36: standard until 2027-04-28, maintenance until 2027-06-28; latest 1.36.6",
			"upstream 1.34: standard until 2026-08-27, maintenance until 2026-10-27"}},
		"upstream's behind those of the platform": {[]v1alpha1.SupportRow{
			beside(row("control plane", "v1.34.1", v1alpha1.OK, eks34(t)), upstream34(t)),
			beside(row("nodes", "v1.34.2", v1alpha1.OK, eks34(t)), upstream34(t)),
			beside(row("nodes", "v1.31.2", v1alpha1.Warning, by(t, "amazon-eks", "1.31", "extended", "2026-11-26", 6, "standard 2025-11-26", "extended 2026-11-26 costs extra")), upstream36(t)),
		}, []string{
			"amazon-eks 1.34: standard until 2026-12-02, extended until 2027-12-02 (costs extra)",
			"amazon-eks 1.31: standard until 2025-11-26, extended until 2026-11-26 (costs extra)",
			"upstream 1.34: standard until 2026-08-27, maintenance until 2026-10-27",
			"upstream 1.36: standard until 2027-04-28, maintenance until 2027-06-28"}},
		"a platform's own patch beside its own dates": {[]v1alpha1.SupportRow{
			with(beside(row("control plane", "v1.34.1", v1alpha1.OK, eks34(t)), upstream34(t)), patch(t, "amazon-eks", "1.34.9-x.1", "2026-08-20", 8)),
		}, []string{
			"amazon-eks 1.34: standard until 2026-12-02, extended until 2027-12-02 (costs extra); latest 1.34.9-x.1 of 2026-08-20",
			"upstream 1.34: standard until 2026-08-27, maintenance until 2026-10-27"}},
		"a platform's own patch where the dates are another's": {[]v1alpha1.SupportRow{
			with(row("control plane", "v1.36.1", v1alpha1.OK, upstream36(t)), patch(t, "rke2", "v1.36.3+rke2r1", "2026-08-04", 2)),
			with(row("nodes", "v1.36.2", v1alpha1.OK, upstream36(t)), patch(t, "rke2", "v1.36.3+rke2r1", "2026-08-04", 1)),
		}, []string{
			"upstream 1.36: standard until 2027-04-28, maintenance until 2027-06-28",
			"rke2: latest v1.36.3+rke2r1 of 2026-08-04"}},
		"nothing of a release without dates": {[]v1alpha1.SupportRow{
			row("control plane", "v1.39.0", v1alpha1.Unknown, v1alpha1.Standing{Calendar: "upstream", Phase: "unknown"}),
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, dates(supportReport(t, tc.rows...))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAdviceIsGivenOnce(t *testing.T) {
	plane := func(advice string) v1alpha1.SupportRow {
		return advised(row("control plane", "v1.34.1", v1alpha1.Unsupported, upstream34(t)), advice)
	}
	worker := func(gitVersion, advice string) v1alpha1.SupportRow {
		return advised(row("nodes", gitVersion, v1alpha1.Unsupported, upstream34(t), "a"), advice)
	}
	for name, tc := range map[string]struct {
		lead string
		rows []v1alpha1.SupportRow
		want []string
	}{
		"nothing to do":        {"", []v1alpha1.SupportRow{plane(""), worker("v1.34.1", "")}, nil},
		"the lead has said it": {"upgrade", []v1alpha1.SupportRow{plane("upgrade"), worker("v1.33.1", "upgrade"), worker("v1.32.1", "")}, nil},
		"a range leads, which has no advice": {"", []v1alpha1.SupportRow{plane("upgrade"), worker("v1.33.1", "upgrade")},
			[]string{"control plane v1.34.1, nodes v1.33.1: upgrade"}},
		"several things, each with those whom it concerns": {"upgrade", []v1alpha1.SupportRow{plane("upgrade"), worker("v1.34.1", "update"), worker("v1.33.1", "update")},
			[]string{"control plane v1.34.1: upgrade", "nodes v1.34.1, v1.33.1: update"}},
		"in the order of the rows": {"b", []v1alpha1.SupportRow{plane(""), worker("v1.34.1", "b"), worker("v1.33.1", "a"), worker("v1.32.1", "b")},
			[]string{"nodes v1.34.1, v1.32.1: b", "nodes v1.33.1: a"}},
		"many versions are counted": {"", []v1alpha1.SupportRow{worker("v1.5.0", "a"), worker("v1.4.0", "a"), worker("v1.3.0", "a"), worker("v1.2.0", "a"), worker("v1.1.0", "a")},
			[]string{"nodes v1.5.0, v1.4.0, v1.3.0, +2: a"}},
	} {
		t.Run(name, func(t *testing.T) {
			report := supportReport(t, tc.rows...)
			report.Summary.Advice = tc.lead
			if diff := cmp.Diff(tc.want, advice(report)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheEndOfUpstreamsSupport(t *testing.T) {
	for name, tc := range map[string]struct {
		row  v1alpha1.SupportRow
		want string
	}{
		"beside a platform's own":              {beside(row("nodes", "v1.34.1", v1alpha1.OK, eks34(t)), upstream34(t)), "2026-10-27"},
		"where upstream's calendar is the one": {row("nodes", "v1.36.1", v1alpha1.OK, upstream36(t)), "2027-06-28"},
		"upstream does not know it":            {beside(row("nodes", "v1.36.1", v1alpha1.OK, eks34(t)), v1alpha1.Standing{Calendar: "upstream", Phase: "unknown"}), "-"},
		"what nobody knows":                    {row("nodes", "custom", v1alpha1.Unknown, v1alpha1.Standing{Calendar: "amazon-eks", Phase: "unknown"}), "-"},
	} {
		if got := upstreamEnd(tc.row); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// What comes from a cluster cannot reach the terminal as it is.
func TestSupportIsSafeForATerminal(t *testing.T) {
	report := supportReport(t, row("nodes", "v1.36.1\x1b[31m", v1alpha1.Unknown, upstream36(t), "a\nb"))
	report.Summary.Message, report.Notes = "\x1b[2J", []string{"\x1b[2J"}
	report.Gaps = []v1alpha1.Gap{{Hides: "x", Message: "\x1b[2J"}}
	report.Platform.Evidence = "label \x1b[2J"
	got := lines(t, func(w io.Writer) error { return printHuman(w, report, Layout{}) })
	if text := strings.Join(got, "\n"); strings.Contains(text, "\x1b") || !strings.Contains(text, `\x1b[31m`) || !strings.Contains(text, `a\x0ab`) {
		t.Errorf("%q", text)
	}
}
