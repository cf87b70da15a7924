package printer

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

func fleetSupport() *v1alpha1.FleetSupportReport {
	r := v1alpha1.NewFleetSupportReport()
	r.Platform, r.PlatformVersion = "alauda-acp", "4.3"
	r.Summary = v1alpha1.FleetSupportSummary{Verdict: v1alpha1.Unsupported, Message: "1 of 1 workload cluster blocks upgrading the global cluster to 4.3: legacy v1.30.9"}
	days := int32(-1981)
	ended := v1alpha1.Standing{Calendar: "upstream", Stage: v1alpha1.EndOfLife, DaysLeft: &days}
	check := func(purpose string, answer v1alpha1.RangeAnswer, verdict v1alpha1.Verdict) []v1alpha1.RangeCheck {
		return []v1alpha1.RangeCheck{{VersionRange: v1alpha1.VersionRange{For: purpose}, Answer: answer, Verdict: verdict}}
	}
	r.Clusters = []v1alpha1.ClusterSupport{
		{Name: "legacy", Version: "v1.30.9", Role: v1alpha1.WorkloadCluster, RoleAssumed: true, Verdict: v1alpha1.Unsupported, Standing: ended, Reason: "it blocks",
			Ranges: check("upgrading the global cluster", v1alpha1.RangeBlocks, v1alpha1.Unsupported), Complete: true},
		{Name: "arn:aws:eks:eu-central-1:123456789012:cluster/cloud", Version: "v1.34.4-eks-ac2d5a0", Role: v1alpha1.ThirdPartyCluster, Verdict: v1alpha1.Warning, Standing: ended,
			Ranges: check("onboarding", v1alpha1.RangeAccepted, v1alpha1.Warning), Complete: true, Reason: "accepted"},
		{Name: "gone", Error: "no route to host\x1b[2J", Verdict: v1alpha1.Unknown},
		{Name: "online", Version: "v1.36.1", Verdict: v1alpha1.OK, Reason: "fine; v1.36.1 is what configmap a/b asks for, not what was seen to run"},
	}
	return r
}

func TestSupportOfSeveralFitsItsPage(t *testing.T) {
	for _, width := range []int{80, 120} {
		for _, line := range lines(t, func(w io.Writer) error { return printHuman(w, fleetSupport(), Layout{Width: width}) }) {
			if utf8.RuneCountInString(line) > width {
				t.Errorf("wider than %d: %q", width, line)
			}
		}
	}
}

func TestSupportOfSeveralHasAColumnForEachPurpose(t *testing.T) {
	got := strings.Join(lines(t, func(w io.Writer) error { return printHuman(w, fleetSupport(), Layout{Width: 120}) }), "\n")
	for _, want := range []string{
		"ROLE         VERDICT      ONBOARDING  UPGRADING  PHASE",
		"workload?    unsupported  -           blocks     end of life",
		"third-party  warning      accepted    -          end of life",
		"Why:\n  legacy: it blocks\n",
		`  gone: could not be judged: no route to host\x1b[2J`,
		"  online: fine; v1.36.1 is what configmap a/b asks for",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
}

func TestPurposesWithOneFirstWordKeepTheirColumns(t *testing.T) {
	rows := []v1alpha1.ClusterSupport{{Ranges: []v1alpha1.RangeCheck{
		{VersionRange: v1alpha1.VersionRange{For: "the installer v1"}}, {VersionRange: v1alpha1.VersionRange{For: "installer v2"}},
	}}}
	var headers []string
	for _, c := range clusterColumns(rows)[3:5] {
		headers = append(headers, c.header)
	}
	if got := strings.Join(headers, ", "); got != "INSTALLER, THE INSTALLER V1" {
		t.Error(got)
	}
}
