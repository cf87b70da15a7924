package support

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
)

// judged is a range check in words.
type judged struct {
	Verdict v1alpha1.Verdict
	Reason  string
}

func (c cluster) ranges(t *testing.T) []judged {
	t.Helper()
	var all []judged
	for _, check := range c.evaluate(t).Ranges {
		all = append(all, judged{check.Verdict, check.Reason})
	}
	return all
}

func TestRanges(t *testing.T) {
	acp := func(gitVersion, platformVersion string) cluster {
		return clusterOf(gitVersion).by("alauda-acp", platformVersion)
	}
	for name, tc := range map[string]struct {
		cluster cluster
		want    []judged
	}{
		"ACP 4.3: below both ranges": {acp("v1.18.20", "4.3"), []judged{
			{unsupported, "v1.18.20 is outside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3: it is blocked from onboarding"},
			{unsupported, "v1.18.20 is outside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.3: the first that is accepted, which says no more than that": {acp("v1.19.0", "4.3"), []judged{
			{ok, "v1.19.0 is inside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3; accepted does not mean validated"},
			{unsupported, "v1.19.0 is outside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.3: the last below the upgrade's range": {acp("v1.30.14", "4.3"), []judged{
			{ok, "v1.30.14 is inside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3; accepted does not mean validated"},
			{unsupported, "v1.30.14 is outside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.3: the first inside both": {acp("v1.31.0", "4.3"), []judged{
			{ok, "v1.31.0 is inside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3; accepted does not mean validated"},
			{ok, "v1.31.0 is inside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3"}}},
		"ACP 4.3: the newest minor inside both": {acp("v1.34.13", "4.3"), []judged{
			{ok, "v1.34.13 is inside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3; accepted does not mean validated"},
			{ok, "v1.34.13 is inside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3"}}},
		"ACP 4.3: the first above both": {acp("v1.35.0", "4.3"), []judged{
			{unsupported, "v1.35.0 is outside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3: it is blocked from onboarding"},
			{unsupported, "v1.35.0 is outside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.3: a vendor's suffix does not count": {acp("v1.34.1-eks-a737599", "4.3"), []judged{
			{ok, "v1.34.1-eks-a737599 is inside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3; accepted does not mean validated"},
			{ok, "v1.34.1-eks-a737599 is inside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3"}}},
		"ACP 4.2: inside its range, but not at its newest minor": {acp("v1.32.13", "4.2"), []judged{
			{unsupported, "v1.32.13 is outside >=1.30.0 <1.34.0 (its newest minor alone) for upgrading the global cluster, Alauda Container Platform 4.2: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.2: at its newest minor": {acp("v1.33.0", "4.2"), []judged{
			{ok, "v1.33.0 is inside >=1.30.0 <1.34.0 (its newest minor alone) for upgrading the global cluster, Alauda Container Platform 4.2"}}},
		"ACP 4.2: above it": {acp("v1.34.0", "4.2"), []judged{
			{unsupported, "v1.34.0 is outside >=1.30.0 <1.34.0 (its newest minor alone) for upgrading the global cluster, Alauda Container Platform 4.2: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.4: below what was validated, numbers that are not published are not guessed": {acp("v1.27.16", "4.4"), []judged{
			{unknown, "v1.27.16 is outside >=1.28.0 <1.36.0, which Alauda Container Platform 4.4 validated for onboarding, and what else it accepts is not published"},
			{unsupported, "v1.27.16 is outside >=1.32.0 <1.36.0 for upgrading the global cluster, Alauda Container Platform 4.4: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.4: the first that was validated": {acp("v1.28.0", "4.4"), []judged{
			{ok, "v1.28.0 is inside >=1.28.0 <1.36.0, which Alauda Container Platform 4.4 validated for onboarding"},
			{unsupported, "v1.28.0 is outside >=1.32.0 <1.36.0 for upgrading the global cluster, Alauda Container Platform 4.4: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.4: above it": {acp("v1.36.0", "4.4"), []judged{
			{unknown, "v1.36.0 is outside >=1.28.0 <1.36.0, which Alauda Container Platform 4.4 validated for onboarding, and what else it accepts is not published"},
			{unsupported, "v1.36.0 is outside >=1.32.0 <1.36.0 for upgrading the global cluster, Alauda Container Platform 4.4: it blocks the upgrade of the global cluster to this version"}}},
		"ACP 4.4: the last minor inside both": {acp("v1.35.10", "4.4"), []judged{
			{ok, "v1.35.10 is inside >=1.28.0 <1.36.0, which Alauda Container Platform 4.4 validated for onboarding"},
			{ok, "v1.35.10 is inside >=1.32.0 <1.36.0 for upgrading the global cluster, Alauda Container Platform 4.4"}}},
		"ACP without a version checks none": {clusterOf("v1.35.10").by("alauda-acp"), nil},
		"one kube-apiserver outside decides": {clusterOf("v1.35.0", "v1.34.13").by("alauda-acp", "4.3"), []judged{
			{unsupported, "v1.35.0 is outside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3: it is blocked from onboarding"},
			{unsupported, "v1.35.0 is outside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3: it blocks the upgrade of the global cluster to this version"}}},
		"the older one too": {clusterOf("v1.31.0", "v1.30.14").by("alauda-acp", "4.3"), []judged{
			{ok, "v1.31.0 is inside >=1.19.0 <1.35.0 for onboarding, Alauda Container Platform 4.3; accepted does not mean validated"},
			{unsupported, "v1.30.14 is outside >=1.31.0 <1.35.0 for upgrading the global cluster, Alauda Container Platform 4.3: it blocks the upgrade of the global cluster to this version"}}},
		"DCE creates one minor below the community's newest": {clusterOf("v1.36.6").by("daocloud-dce"), []judged{
			{ok, "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34"}}},
		"and not that one": {clusterOf("v1.37.0").by("daocloud-dce"), []judged{
			{v1alpha1.NotJudged, "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34, and none like this one at 1.37"}}},
		"but one that the community has given up": {clusterOf("v1.34.0").by("daocloud-dce"), []judged{
			{ok, "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34"}}},
		"and no older one": {clusterOf("v1.33.13").by("daocloud-dce"), []judged{
			{v1alpha1.NotJudged, "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34, and none like this one at 1.33"}}},
		"on another day it created others": {clusterOf("v1.27.5").by("daocloud-dce").on("2023-12-01"), []judged{
			{ok, "DaoCloud Enterprise creates clusters at 1.27, 1.26, 1.25"}}},
		"the oldest that the table of May 2023 names": {clusterOf("v1.24.0").by("daocloud-dce").on("2023-05-09"), []judged{
			{ok, "DaoCloud Enterprise creates clusters at 1.26, 1.25, 1.24"}}},
		"and one older than it names": {clusterOf("v1.23.17").by("daocloud-dce").on("2023-05-09"), []judged{
			{v1alpha1.NotJudged, "DaoCloud Enterprise creates clusters at 1.26, 1.25, 1.24, and none like this one at 1.23"}}},
		"a version of DCE is checked beside that": {clusterOf("v1.33.0").by("daocloud-dce", "v0.44.0"), []judged{
			{v1alpha1.NotJudged, "DaoCloud Enterprise creates clusters at 1.36, 1.35, 1.34, and none like this one at 1.33"},
			{unsupported, "v1.33.0 is outside >=1.18.0 <1.33.0 for container management v0.50.0, DaoCloud Enterprise v0.44.0: its container management is not released for such a cluster"},
			{ok, "v1.33.0 is inside >=1.24.0 <1.35.0 for the installer v0.44.0, DaoCloud Enterprise v0.44.0"}}},
		"ACK creates the three newest minors": {clusterOf("v1.34.3-aliyun.1"), []judged{
			{ok, "Alibaba Cloud ACK creates clusters at 1.36, 1.35, 1.34"}}},
		"and no older one of its own": {clusterOf("v1.33.1-aliyun.1"), []judged{
			{v1alpha1.NotJudged, "Alibaba Cloud ACK creates clusters at 1.36, 1.35, 1.34, and none like this one at 1.33"}}},
		"in the month before the newest came out it did": {clusterOf("v1.33.1-aliyun.1").on("2026-04-30"), []judged{
			{ok, "Alibaba Cloud ACK creates clusters at 1.35, 1.34, 1.33"}}},
		"and from the month on it did not": {clusterOf("v1.33.1-aliyun.1").on("2026-05-01"), []judged{
			{v1alpha1.NotJudged, "Alibaba Cloud ACK creates clusters at 1.36, 1.35, 1.34, and none like this one at 1.33"}}},
		"EKS publishes no such range": {clusterOf("v1.34.1-eks-a737599"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.cluster.ranges(t)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARangeNamesItsNumbersAndItsSource(t *testing.T) {
	checks := clusterOf("v1.34.13").by("alauda-acp", "4.3").evaluate(t).Ranges
	checks = append(checks, clusterOf("v1.36.6").by("daocloud-dce").evaluate(t).Ranges...)
	var got []string
	for _, check := range checks {
		_, page, _ := strings.Cut(check.Source, "/docs/en/")
		got = append(got, strings.Join([]string{check.For, check.Minimum, check.Below, page}, " "))
	}
	if diff := cmp.Diff([]string{
		"onboarding 1.19.0 1.35.0 overview/kubernetes-support-matrix.mdx",
		"upgrading the global cluster 1.31.0 1.35.0 overview/kubernetes-support-matrix.mdx",
		"creating clusters 1.34.0 1.37.0 docs/kpanda/user-guide/clusters/cluster-version.md",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestARangeThatIsNotKnownLeavesTheReportOpen(t *testing.T) {
	report := clusterOf("v1.36.6").by("alauda-acp", "4.4").guest().evaluate(t)
	if diff := cmp.Diff(v1alpha1.SupportSummary{
		Verdict: unknown,
		Message: "cannot tell for every part: v1.36.6 is outside >=1.28.0 <1.36.0, which Alauda Container Platform 4.4 validated for onboarding, and what else it accepts is not published",
	}, report.Summary); diff != "" {
		t.Error(diff)
	}
}

func TestRecommendedVersions(t *testing.T) {
	for name, tc := range map[string]struct {
		at, want string
	}{
		"before any was published":          {"2023-05-08", ""},
		"the day of the first":              {"2023-05-09", "DaoCloud Enterprise recommends 1.26.5 for new clusters (published 2023-05-09)"},
		"the day before the next":           {"2023-11-29", "DaoCloud Enterprise recommends 1.26.5 for new clusters (published 2023-05-09)"},
		"the day of the next":               {"2023-11-30", "DaoCloud Enterprise recommends 1.27.5 for new clusters (published 2023-11-30)"},
		"the next day":                      {"2023-12-01", "DaoCloud Enterprise recommends 1.27.5 for new clusters (published 2023-11-30)"},
		"the day before upstream's 1.31":    {"2024-08-12", "DaoCloud Enterprise recommends 1.27.5 for new clusters (published 2023-11-30)"},
		"the day that 1.31 moved the range": {"2024-08-13", "DaoCloud Enterprise recommends 1.27.5 for new clusters (published 2023-11-30), which is not among the minors that it creates clusters at: 1.30, 1.29, 1.28"},
		"today":                             {today, "DaoCloud Enterprise recommends 1.27.5 for new clusters (published 2023-11-30), which is not among the minors that it creates clusters at: 1.36, 1.35, 1.34"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, note := range clusterOf("v1.27.5").by("daocloud-dce", "v0.44.0").on(tc.at).evaluate(t).Notes {
				if strings.Contains(note, "recommends") {
					got += note
				}
			}
			if got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// The first range is not the gravest.
func TestTheGravestRangeLeads(t *testing.T) {
	summary := clusterOf("v1.36.1").nodes("v1.36.1", "a").by("alauda-acp", "4.4").evaluate(t).Summary
	want := v1alpha1.SupportSummary{Verdict: unsupported,
		Message: "v1.36.1 is outside >=1.32.0 <1.36.0 for upgrading the global cluster, Alauda Container Platform 4.4: it blocks the upgrade of the global cluster to this version; not everything could be judged",
		Advice:  "too new for 4.4: it needs a later version of the platform"}
	if diff := cmp.Diff(want, summary); diff != "" {
		t.Error(diff)
	}
}
