package support

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/calendar"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// with is the catalog in which a platform is replaced.
func with(t *testing.T, p catalog.Platform) *catalog.Catalog {
	t.Helper()
	return (&catalog.Catalog{Platforms: []catalog.Platform{p}}).Extend(loaded(t))
}

func rke2With(t *testing.T, ends map[string]calendar.Date) catalog.Platform {
	t.Helper()
	p := *platform(t, "rke2")
	p.Phases = platform(t, "upstream").Phases
	p.Releases = slices.Concat([]catalog.Release{{Version: minor(t, "1.38"), Released: day(t, "2026-11-19"), Ends: ends, Sources: []string{"test"}}}, p.Releases)
	return p
}

func TestAMinorThatOnlyThePlatformListsWithoutDates(t *testing.T) {
	report, err := Evaluate(clusterOf("v1.33.1+rke2r1").Snapshot, with(t, rke2With(t, nil)), Options{At: day(t, today)})
	if err != nil || !strings.HasPrefix(report.Rows[0].Advice, "upgrade to 1.35 ") {
		t.Errorf("%v: %+v", err, report)
	}
}

func TestTargetsOfTwoCalendarsAreInOrder(t *testing.T) {
	p := rke2With(t, map[string]calendar.Date{"standard": day(t, "2027-12-28")})
	report, err := Evaluate(clusterOf("v1.33.1+rke2r1").Snapshot, with(t, p), Options{At: day(t, today)})
	if err != nil || !strings.HasPrefix(report.Rows[0].Advice, "upgrade to 1.35 (supported until 2027-02-28), or on to 1.38 ") {
		t.Errorf("%v: %s", err, report.Rows[0].Advice)
	}
}

func TestNoCalendarHasTheMinor(t *testing.T) {
	for _, note := range clusterOf("v1.38.0+rke2r1").evaluate(t).Notes {
		if strings.Contains(note, "0.0") {
			t.Error(note)
		}
	}
}

func TestNodesOfAMinorWithADateOfItsOwnFollowTheControlPlane(t *testing.T) {
	report := clusterOf("v1.36.6+k3s1").nodes("v1.30.14+k3s2", "a", "b").evaluate(t)
	if got, want := report.Rows[1].Advice, "upgrade these nodes to the control plane's 1.36"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestNodesAreNotSentPastTheOldestKubeAPIServer(t *testing.T) {
	report := clusterOf("v1.36.6", "v1.35.10").nodes("v1.34.13", "a", "b").evaluate(t)
	if got, want := report.Rows[2].Advice, "upgrade these nodes to the control plane's 1.35"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOnlyWhatThePlatformIsKnownToOfferIsAdvised(t *testing.T) {
	if got := clusterOf("v1.34.10+rke2r1").controlPlaneRow(t).Advice; strings.Contains(got, "1.37") {
		t.Errorf("%s, though RKE2's newest release in the catalog is 1.36", got)
	}
}

func TestAFollowerGoesByTheRuleOfWhomItFollows(t *testing.T) {
	for _, c := range []cluster{clusterOf("v1.33.13").by("alauda-acp"), clusterOf("v1.33.13").by("daocloud-dce"), clusterOf("v1.33.13+k3s1")} {
		if row := c.controlPlaneRow(t); !strings.HasSuffix(row.Advice, ", one minor at a time") {
			t.Errorf("%s: %s", c.platform, row.Advice)
		}
	}
}

func TestMarksThatTheVersionMakesNeedlessDoNotBear(t *testing.T) {
	report := clusterOf("v1.36.1-eks-a737599").unread(v1alpha1.SourceNodeSamples, v1alpha1.SourceAPIGroups).evaluate(t)
	if !report.Complete() || len(report.Gaps) > 0 {
		t.Errorf("%s is told by %s, and the report is open: %+v", report.Platform.ID, report.Platform.Evidence, report.Gaps)
	}
}

func TestWhatProbedAddressesShowIsJudged(t *testing.T) {
	c := clusterOf("v1.36.6")
	c.APIServers.Endpoints = []v1alpha1.APIServerEndpoint{{Address: "192.0.2.2:6443", Version: &v1alpha1.VersionInfo{GitVersion: "v1.33.13"}}}
	if report := c.evaluate(t); report.Summary.Verdict != unsupported {
		t.Errorf("a kube-apiserver at v1.33.13 answered, and the report says %s", report.Summary.Message)
	}
}

func TestAMinorThatWasNeverOfferedIsNotInTheRangeForCreating(t *testing.T) {
	if got := clusterOf("v1.27.3-aliyun.1").on("2024-01-01").ranges(t)[0]; got.Verdict == ok {
		t.Errorf("ACK created 1.28, 1.26 and 1.24, and %s", got.Reason)
	}
}

func TestARangeCheckQuotesTheVersionVerbatim(t *testing.T) {
	if got := clusterOf("v1.35.1-aliyun.1").evaluate(t).Ranges[0].Version; got != "v1.35.1-aliyun.1" {
		t.Errorf("got %s", got)
	}
}

func TestTheNextPatchIsNotTheOneThatRuns(t *testing.T) {
	if got := clusterOf("v1.37.3").controlPlaneRow(t).Patch; got.Next == "1.37.3" {
		t.Errorf("%+v", got)
	}
}

func TestNotesAndSourcesOfARowBelongToItsDates(t *testing.T) {
	r := theRelease(t, asked{platform: "k3s"}.answer(t), "1.30")
	if slices.Contains(r.Notes, "end of life was moved from 2025-06-28") {
		t.Errorf("until %s, and %q", r.Phases[0].Until, r.Notes)
	}
	own := loaded(t).Platform("k3s").Release(minor(t, "1.30")).Sources
	if !slices.Contains(r.Sources, own[0]) {
		t.Errorf("the date is of %s, and the row names %s", own, r.Sources)
	}
}

func TestWhatIsPlannedIsUpcoming(t *testing.T) {
	if got := each(asked{platform: "azure-kubernetes-service", upcoming: true}.answer(t), versionOf); got != "1.37" {
		t.Errorf("AKS 1.37 is planned, and upcoming is %q", got)
	}
}

func TestOlderThanTheCalendarIsPastItsEndInEveryColumn(t *testing.T) {
	if row := clusterOf("v1.17.17-eks-087e67").controlPlaneRow(t); row.Standing.Stage != v1alpha1.EndOfLife {
		t.Errorf("%s, and the phase is %q", row.Reason, row.Standing.Stage)
	}
}
