package support

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-versions/kubectl-versions/pkg/api/v1alpha1"
	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

// stands is where the control plane stands on a day.
type stands struct {
	On           string
	Verdict      v1alpha1.Verdict
	Phase, Until string
	Left         int
	Reason       string
}

func (c cluster) stands(t *testing.T) stands {
	t.Helper()
	row := c.controlPlaneRow(t)
	return stands{c.at, row.Verdict, phaseOr(row.Standing.Phase, row.Standing.Stage), row.Standing.Until.String(), left(t, row.Standing), row.Reason}
}

// A phase lasts through its last day, and the next begins on the day after.
func TestTheDaysAroundTheEndOfEachPhase(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		want    []stands
	}{
		"upstream 1.36": {clusterOf("v1.36.4").by("upstream"), []stands{
			{"2027-04-27", ok, "standard", "2027-04-28", 1, "Kubernetes 1.36 is in standard support until 2027-04-28 (1 day left), then in maintenance support until 2027-06-28"},
			{"2027-04-28", ok, "standard", "2027-04-28", 0, "Kubernetes 1.36 is in standard support until 2027-04-28 (0 days left), then in maintenance support until 2027-06-28"},
			{"2027-04-29", ok, "maintenance", "2027-06-28", 60, "Kubernetes 1.36 is in maintenance support until 2027-06-28 (60 days left)"},
			{"2027-06-27", ok, "maintenance", "2027-06-28", 1, "Kubernetes 1.36 is in maintenance support until 2027-06-28 (1 day left)"},
			{"2027-06-28", ok, "maintenance", "2027-06-28", 0, "Kubernetes 1.36 is in maintenance support until 2027-06-28 (0 days left)"},
			{"2027-06-29", unsupported, "end of life", "2027-06-28", -1, "Kubernetes 1.36 reached end of life on 2027-06-28, 1 day ago"},
		}},
		"upstream 1.34, whose dates are on the 27th": {clusterOf("v1.34.1").by("upstream"), []stands{
			{"2026-08-26", ok, "standard", "2026-08-27", 1, "Kubernetes 1.34 is in standard support until 2026-08-27 (1 day left), then in maintenance support until 2026-10-27"},
			{"2026-08-27", ok, "standard", "2026-08-27", 0, "Kubernetes 1.34 is in standard support until 2026-08-27 (0 days left), then in maintenance support until 2026-10-27"},
			{"2026-08-28", ok, "maintenance", "2026-10-27", 60, "Kubernetes 1.34 is in maintenance support until 2026-10-27 (60 days left)"},
			{"2026-10-26", ok, "maintenance", "2026-10-27", 1, "Kubernetes 1.34 is in maintenance support until 2026-10-27 (1 day left)"},
			{"2026-10-27", ok, "maintenance", "2026-10-27", 0, "Kubernetes 1.34 is in maintenance support until 2026-10-27 (0 days left)"},
			{"2026-10-28", unsupported, "end of life", "2026-10-27", -1, "Kubernetes 1.34 reached end of life on 2026-10-27, 1 day ago"},
		}},
		"upstream 1.26, before a leap day": {clusterOf("v1.26.15").by("upstream"), []stands{
			{"2023-12-27", ok, "standard", "2023-12-28", 1, "Kubernetes 1.26 is in standard support until 2023-12-28 (1 day left), then in maintenance support until 2024-02-28"},
			{"2023-12-28", ok, "standard", "2023-12-28", 0, "Kubernetes 1.26 is in standard support until 2023-12-28 (0 days left), then in maintenance support until 2024-02-28"},
			{"2023-12-29", ok, "maintenance", "2024-02-28", 61, "Kubernetes 1.26 is in maintenance support until 2024-02-28 (61 days left)"},
			{"2024-02-27", ok, "maintenance", "2024-02-28", 1, "Kubernetes 1.26 is in maintenance support until 2024-02-28 (1 day left)"},
			{"2024-02-28", ok, "maintenance", "2024-02-28", 0, "Kubernetes 1.26 is in maintenance support until 2024-02-28 (0 days left)"},
			{"2024-02-29", unsupported, "end of life", "2024-02-28", -1, "Kubernetes 1.26 reached end of life on 2024-02-28, 1 day ago"},
		}},
		"upstream 1.18, of nine months that became fifteen": {clusterOf("v1.18.20").by("upstream"), []stands{
			{"2021-04-27", ok, "standard", "2021-04-28", 1, "Kubernetes 1.18 is in standard support until 2021-04-28 (1 day left), then in maintenance support until 2021-06-18"},
			{"2021-04-28", ok, "standard", "2021-04-28", 0, "Kubernetes 1.18 is in standard support until 2021-04-28 (0 days left), then in maintenance support until 2021-06-18"},
			{"2021-04-29", ok, "maintenance", "2021-06-18", 50, "Kubernetes 1.18 is in maintenance support until 2021-06-18 (50 days left)"},
			{"2021-06-17", ok, "maintenance", "2021-06-18", 1, "Kubernetes 1.18 is in maintenance support until 2021-06-18 (1 day left)"},
			{"2021-06-18", ok, "maintenance", "2021-06-18", 0, "Kubernetes 1.18 is in maintenance support until 2021-06-18 (0 days left)"},
			{"2021-06-19", unsupported, "end of life", "2021-06-18", -1, "Kubernetes 1.18 reached end of life on 2021-06-18, 1 day ago"},
		}},
		"upstream 1.17, without maintenance": {clusterOf("v1.17.17").by("upstream"), []stands{
			{"2021-01-12", ok, "standard", "2021-01-13", 1, "Kubernetes 1.17 is in standard support until 2021-01-13 (1 day left)"},
			{"2021-01-13", ok, "standard", "2021-01-13", 0, "Kubernetes 1.17 is in standard support until 2021-01-13 (0 days left)"},
			{"2021-01-14", unsupported, "end of life", "2021-01-13", -1, "Kubernetes 1.17 reached end of life on 2021-01-13, 1 day ago"},
		}},
		"EKS 1.34": {clusterOf("v1.34.1-eks-a737599"), []stands{
			{"2026-12-01", ok, "standard", "2026-12-02", 1, "Amazon EKS 1.34 is in standard support until 2026-12-02 (1 day left); extended support after that costs extra"},
			{"2026-12-02", ok, "standard", "2026-12-02", 0, "Amazon EKS 1.34 is in standard support until 2026-12-02 (0 days left); extended support after that costs extra"},
			{"2026-12-03", warning, "extended", "2027-12-02", 364, "Amazon EKS 1.34 is supported until 2027-12-02 (364 days left) only with extended support, which costs extra"},
			{"2027-12-01", warning, "extended", "2027-12-02", 1, "Amazon EKS 1.34 is supported until 2027-12-02 (1 day left) only with extended support, which costs extra"},
			{"2027-12-02", warning, "extended", "2027-12-02", 0, "Amazon EKS 1.34 is supported until 2027-12-02 (0 days left) only with extended support, which costs extra"},
			{"2027-12-03", unsupported, "end of life", "2027-12-02", -1, "Amazon EKS 1.34 reached end of life on 2027-12-02, 1 day ago"},
		}},
		"EKS 1.20, before there was extended support": {clusterOf("v1.20.15-eks-a64bd6c"), []stands{
			{"2022-10-31", ok, "standard", "2022-11-01", 1, "Amazon EKS 1.20 is in standard support until 2022-11-01 (1 day left)"},
			{"2022-11-01", ok, "standard", "2022-11-01", 0, "Amazon EKS 1.20 is in standard support until 2022-11-01 (0 days left)"},
			{"2022-11-02", unsupported, "end of life", "2022-11-01", -1, "Amazon EKS 1.20 reached end of life on 2022-11-01, 1 day ago"},
		}},
		"GKE 1.33": {clusterOf("v1.33.5-gke.1080000"), []stands{
			{"2026-08-02", ok, "standard", "2026-08-03", 1, "Google Kubernetes Engine 1.33 is in standard support until 2026-08-03 (1 day left); extended support after that needs the Extended release channel"},
			{"2026-08-03", ok, "standard", "2026-08-03", 0, "Google Kubernetes Engine 1.33 is in standard support until 2026-08-03 (0 days left); extended support after that needs the Extended release channel"},
			{"2026-08-04", warning, "extended", "~2027-06-03", 303, "Google Kubernetes Engine 1.33 is supported until ~2027-06-03 (303 days left) only with extended support, which needs the Extended release channel"},
			{"2027-06-02", warning, "extended", "~2027-06-03", 1, "Google Kubernetes Engine 1.33 is supported until ~2027-06-03 (1 day left) only with extended support, which needs the Extended release channel"},
			{"2027-06-03", warning, "extended", "~2027-06-03", 0, "Google Kubernetes Engine 1.33 is supported until ~2027-06-03 (0 days left) only with extended support, which needs the Extended release channel"},
			{"2027-06-04", unsupported, "end of life", "~2027-06-03", -1, "Google Kubernetes Engine 1.33 reached end of life on ~2027-06-03, 1 day ago"},
		}},
		"AKS 1.34": {clusterOf("v1.34.7").by("azure-kubernetes-service"), []stands{
			{"2026-11-29", ok, "community", "2026-11-30", 1, "Azure Kubernetes Service 1.34 is in community support until 2026-11-30 (1 day left); LTS support after that needs the Premium tier and the LTS support plan"},
			{"2026-11-30", ok, "community", "2026-11-30", 0, "Azure Kubernetes Service 1.34 is in community support until 2026-11-30 (0 days left); LTS support after that needs the Premium tier and the LTS support plan"},
			{"2026-12-01", warning, "LTS", "2027-11-30", 364, "Azure Kubernetes Service 1.34 is supported until 2027-11-30 (364 days left) only with LTS support, which needs the Premium tier and the LTS support plan"},
			{"2027-11-29", warning, "LTS", "2027-11-30", 1, "Azure Kubernetes Service 1.34 is supported until 2027-11-30 (1 day left) only with LTS support, which needs the Premium tier and the LTS support plan"},
			{"2027-11-30", warning, "LTS", "2027-11-30", 0, "Azure Kubernetes Service 1.34 is supported until 2027-11-30 (0 days left) only with LTS support, which needs the Premium tier and the LTS support plan"},
			{"2027-12-01", unsupported, "end of life", "2027-11-30", -1, "Azure Kubernetes Service 1.34 reached end of life on 2027-11-30, 1 day ago"},
		}},
		"ACK 1.36": {clusterOf("v1.36.1-aliyun.1"), []stands{
			{"2027-05-29", ok, "standard", "2027-05-30", 1, "Alibaba Cloud ACK 1.36 is in standard support until 2027-05-30 (1 day left)"},
			{"2027-05-30", ok, "standard", "2027-05-30", 0, "Alibaba Cloud ACK 1.36 is in standard support until 2027-05-30 (0 days left)"},
			{"2027-05-31", unsupported, "end of life", "2027-05-30", -1, "Alibaba Cloud ACK 1.36 reached end of life on 2027-05-30, 1 day ago"},
		}},
		"ACK 1.26, of which the month is known": {clusterOf("v1.26.3-aliyun.1"), []stands{
			{"2025-04-29", ok, "standard", "2025-04", 1, "Alibaba Cloud ACK 1.26 is in standard support until 2025-04 (1 day left)"},
			{"2025-04-30", ok, "standard", "2025-04", 0, "Alibaba Cloud ACK 1.26 is in standard support until 2025-04 (0 days left)"},
			{"2025-05-01", unsupported, "end of life", "2025-04", -1, "Alibaba Cloud ACK 1.26 reached end of life in 2025-04, 1 day ago"},
		}},
		"OpenShift 4.18": {clusterOf("v1.31.9").by("red-hat-openshift"), []stands{
			{"2025-09-16", ok, "full", "2025-09-17", 1, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is in full support until 2025-09-17 (1 day left), then in maintenance support until 2026-08-25; EUS 1 support after that needs Extended Update Support"},
			{"2025-09-17", ok, "full", "2025-09-17", 0, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is in full support until 2025-09-17 (0 days left), then in maintenance support until 2026-08-25; EUS 1 support after that needs Extended Update Support"},
			{"2025-09-18", ok, "maintenance", "2026-08-25", 341, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is in maintenance support until 2026-08-25 (341 days left); EUS 1 support after that needs Extended Update Support"},
			{"2026-08-24", ok, "maintenance", "2026-08-25", 1, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is in maintenance support until 2026-08-25 (1 day left); EUS 1 support after that needs Extended Update Support"},
			{"2026-08-25", ok, "maintenance", "2026-08-25", 0, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is in maintenance support until 2026-08-25 (0 days left); EUS 1 support after that needs Extended Update Support"},
			{"2026-08-26", warning, "EUS 1", "2027-02-25", 183, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is supported until 2027-02-25 (183 days left) only with EUS 1 support, which needs Extended Update Support"},
			{"2027-02-24", warning, "EUS 1", "2027-02-25", 1, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is supported until 2027-02-25 (1 day left) only with EUS 1 support, which needs Extended Update Support"},
			{"2027-02-25", warning, "EUS 1", "2027-02-25", 0, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is supported until 2027-02-25 (0 days left) only with EUS 1 support, which needs Extended Update Support"},
			{"2027-02-26", warning, "EUS 2", "~2028-02-25", 364, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is supported until ~2028-02-25 (364 days left) only with EUS 2 support, which needs Extended Update Support"},
			{"2028-02-24", warning, "EUS 2", "~2028-02-25", 1, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is supported until ~2028-02-25 (1 day left) only with EUS 2 support, which needs Extended Update Support"},
			{"2028-02-25", warning, "EUS 2", "~2028-02-25", 0, "Red Hat OpenShift 4.18 (Kubernetes 1.31) is supported until ~2028-02-25 (0 days left) only with EUS 2 support, which needs Extended Update Support"},
			{"2028-02-26", unsupported, "end of life", "~2028-02-25", -1, "Red Hat OpenShift 4.18 (Kubernetes 1.31) reached end of life on ~2028-02-25, 1 day ago"},
		}},
		"OpenShift 4.19, without extended support": {clusterOf("v1.32.6").by("red-hat-openshift"), []stands{
			{"2026-01-20", ok, "full", "2026-01-21", 1, "Red Hat OpenShift 4.19 (Kubernetes 1.32) is in full support until 2026-01-21 (1 day left), then in maintenance support until 2026-12-17"},
			{"2026-01-21", ok, "full", "2026-01-21", 0, "Red Hat OpenShift 4.19 (Kubernetes 1.32) is in full support until 2026-01-21 (0 days left), then in maintenance support until 2026-12-17"},
			{"2026-01-22", ok, "maintenance", "2026-12-17", 329, "Red Hat OpenShift 4.19 (Kubernetes 1.32) is in maintenance support until 2026-12-17 (329 days left)"},
			{"2026-12-16", ok, "maintenance", "2026-12-17", 1, "Red Hat OpenShift 4.19 (Kubernetes 1.32) is in maintenance support until 2026-12-17 (1 day left)"},
			{"2026-12-17", ok, "maintenance", "2026-12-17", 0, "Red Hat OpenShift 4.19 (Kubernetes 1.32) is in maintenance support until 2026-12-17 (0 days left)"},
			{"2026-12-18", unsupported, "end of life", "2026-12-17", -1, "Red Hat OpenShift 4.19 (Kubernetes 1.32) reached end of life on 2026-12-17, 1 day ago"},
		}},
		"k3s 1.30, with a date of its own": {clusterOf("v1.30.14+k3s2"), []stands{
			{"2025-06-27", ok, "standard", "~2025-06-28", 1, "k3s 1.30 is in standard support until ~2025-06-28 (1 day left)"},
			{"2025-06-28", ok, "standard", "~2025-06-28", 0, "k3s 1.30 is in standard support until ~2025-06-28 (0 days left)"},
			{"2025-06-29", unsupported, "end of life", "~2025-06-28", -1, "k3s 1.30 reached end of life on ~2025-06-28, 1 day ago"},
		}},
		"k3s 1.36, which follows upstream": {clusterOf("v1.36.6+k3s1"), []stands{
			{"2027-04-27", ok, "standard", "2027-04-28", 1, "Kubernetes 1.36 is in standard support until 2027-04-28 (1 day left), then in maintenance support until 2027-06-28"},
			{"2027-04-28", ok, "standard", "2027-04-28", 0, "Kubernetes 1.36 is in standard support until 2027-04-28 (0 days left), then in maintenance support until 2027-06-28"},
			{"2027-04-29", ok, "maintenance", "2027-06-28", 60, "Kubernetes 1.36 is in maintenance support until 2027-06-28 (60 days left)"},
			{"2027-06-27", ok, "maintenance", "2027-06-28", 1, "Kubernetes 1.36 is in maintenance support until 2027-06-28 (1 day left)"},
			{"2027-06-28", ok, "maintenance", "2027-06-28", 0, "Kubernetes 1.36 is in maintenance support until 2027-06-28 (0 days left)"},
			{"2027-06-29", unsupported, "end of life", "2027-06-28", -1, "Kubernetes 1.36 reached end of life on 2027-06-28, 1 day ago"},
		}},
		"RKE2 1.35, which follows upstream": {clusterOf("v1.35.7+rke2r1"), []stands{
			{"2026-12-27", ok, "standard", "2026-12-28", 1, "Kubernetes 1.35 is in standard support until 2026-12-28 (1 day left), then in maintenance support until 2027-02-28"},
			{"2026-12-28", ok, "standard", "2026-12-28", 0, "Kubernetes 1.35 is in standard support until 2026-12-28 (0 days left), then in maintenance support until 2027-02-28"},
			{"2026-12-29", ok, "maintenance", "2027-02-28", 61, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (61 days left)"},
			{"2027-02-27", ok, "maintenance", "2027-02-28", 1, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (1 day left)"},
			{"2027-02-28", ok, "maintenance", "2027-02-28", 0, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (0 days left)"},
			{"2027-03-01", unsupported, "end of life", "2027-02-28", -1, "Kubernetes 1.35 reached end of life on 2027-02-28, 1 day ago"},
		}},
		"ACP, which follows upstream": {clusterOf("v1.35.2").by("alauda-acp"), []stands{
			{"2026-12-27", ok, "standard", "2026-12-28", 1, "Kubernetes 1.35 is in standard support until 2026-12-28 (1 day left), then in maintenance support until 2027-02-28"},
			{"2026-12-28", ok, "standard", "2026-12-28", 0, "Kubernetes 1.35 is in standard support until 2026-12-28 (0 days left), then in maintenance support until 2027-02-28"},
			{"2026-12-29", ok, "maintenance", "2027-02-28", 61, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (61 days left)"},
			{"2027-02-27", ok, "maintenance", "2027-02-28", 1, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (1 day left)"},
			{"2027-02-28", ok, "maintenance", "2027-02-28", 0, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (0 days left)"},
			{"2027-03-01", unsupported, "end of life", "2027-02-28", -1, "Kubernetes 1.35 reached end of life on 2027-02-28, 1 day ago"},
		}},
		"DCE, which follows upstream": {clusterOf("v1.35.2").by("daocloud-dce"), []stands{
			{"2026-12-27", ok, "standard", "2026-12-28", 1, "Kubernetes 1.35 is in standard support until 2026-12-28 (1 day left), then in maintenance support until 2027-02-28"},
			{"2026-12-28", ok, "standard", "2026-12-28", 0, "Kubernetes 1.35 is in standard support until 2026-12-28 (0 days left), then in maintenance support until 2027-02-28"},
			{"2026-12-29", ok, "maintenance", "2027-02-28", 61, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (61 days left)"},
			{"2027-02-27", ok, "maintenance", "2027-02-28", 1, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (1 day left)"},
			{"2027-02-28", ok, "maintenance", "2027-02-28", 0, "Kubernetes 1.35 is in maintenance support until 2027-02-28 (0 days left)"},
			{"2027-03-01", unsupported, "end of life", "2027-02-28", -1, "Kubernetes 1.35 reached end of life on 2027-02-28, 1 day ago"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, want := range tc.want {
				if diff := cmp.Diff(want, tc.cluster.on(want.On).stands(t)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestWhatIsNotInACalendar(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		want    v1alpha1.Verdict
		phase   string
		reason  string
	}{
		"newer than upstream's newest": {clusterOf("v1.39.0"),
			unknown, "unknown", "the catalog's calendar of Kubernetes (as of 2026-11-20) has no Kubernetes 1.39, its newest is Kubernetes 1.37"},
		"out by the schedule, but not in the calendar": {clusterOf("v1.38.0").on("2026-12-17"),
			unknown, "unknown", "the catalog's calendar of Kubernetes (as of 2026-11-20) has no Kubernetes 1.38, its newest is Kubernetes 1.37"},
		"newer than a platform's newest, though upstream knows it": {clusterOf("v1.37.0-eks-abc"),
			unknown, "unknown", "the catalog's calendar of Amazon EKS (as of 2026-08-22) has no Kubernetes 1.37, its newest is Amazon EKS 1.36"},
		"newer than the newest of the calendar that a platform follows": {clusterOf("v1.38.0+rke2r1"),
			unknown, "unknown", "the catalog's calendar of Kubernetes (as of 2026-11-20) has no Kubernetes 1.38, its newest is Kubernetes 1.37"},
		"older than the oldest": {clusterOf("v1.17.17-eks-087e67"),
			unsupported, "", "1.17 is older than Amazon EKS 1.18, which reached end of life on 2022-08-15"},
		"older than the oldest, on the last day of that one": {clusterOf("v1.17.17-eks-087e67").on("2022-08-15"),
			unknown, "unknown", "the catalog's calendar of Amazon EKS (as of 2026-08-22) has no Kubernetes 1.17"},
		"older than the oldest, on the day after": {clusterOf("v1.17.17-eks-087e67").on("2022-08-16"),
			unsupported, "", "1.17 is older than Amazon EKS 1.18, which reached end of life on 2022-08-15"},
		"older than upstream's oldest": {clusterOf("v1.1.8"),
			unsupported, "", "1.1 is older than Kubernetes 1.2, which reached end of life on 2016-10-23"},
		"never offered, between two that were": {clusterOf("v1.29.1-aliyun.1"),
			unknown, "unknown", "the catalog's calendar of Alibaba Cloud ACK (as of 2026-10-06) has no Kubernetes 1.29"},
		"the day before it came out": {clusterOf("v1.37.0").on("2026-08-25"),
			unknown, "planned", "Kubernetes 1.37 is planned for 2026-08-26"},
		"the day before the month that it came out in": {clusterOf("v1.36.1-aliyun.1").on("2026-04-30"),
			unknown, "planned", "Alibaba Cloud ACK 1.36 is planned for 2026-05"},
	} {
		t.Run(name, func(t *testing.T) {
			report := tc.cluster.evaluate(t)
			row := report.Rows[0]
			got := []any{row.Verdict, row.Reason, row.Standing.Until.String(), row.Standing.DaysLeft == nil, row.Advice == ""}
			want := []any{tc.want, tc.reason, "", true, tc.want == unknown}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if tc.want == unknown && string(row.Standing.Stage) != tc.phase {
				t.Errorf("stage %q, want %q", row.Standing.Stage, tc.phase)
			}
			if complete := tc.want != unknown; report.Complete() != complete || report.Summary.Verdict.Weight() < tc.want.Weight() {
				t.Errorf("summary: %+v", report.Summary)
			}
		})
	}
}

func TestTheDayOfARelease(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		want    string
	}{
		"to the day":                   {clusterOf("v1.37.0").on("2026-08-26"), "Kubernetes 1.37 is in standard support until 2027-08-28 (367 days left), then in maintenance support until 2027-10-28"},
		"to the month":                 {clusterOf("v1.36.1-aliyun.1").on("2026-05-01"), "Alibaba Cloud ACK 1.36 is in standard support until 2027-05-30 (394 days left)"},
		"planned, and yet it is there": {clusterOf("v1.37.0").by("azure-kubernetes-service"), "Azure Kubernetes Service 1.37 is in community support until 2027-10-31 (345 days left); LTS support after that needs the Premium tier and the LTS support plan"},
	} {
		t.Run(name, func(t *testing.T) {
			if row := tc.cluster.controlPlaneRow(t); row.Verdict != ok || row.Reason != tc.want {
				t.Errorf("got  %s: %s\nwant %s: %s", row.Verdict, row.Reason, ok, tc.want)
			}
		})
	}
}

// Every release of every platform, on the last day of each phase that is paid
// for or opted into.
func TestExtendedSupportIsNeverPlainlySupport(t *testing.T) {
	seen := map[string]string{}
	for i := range loaded(t).Platforms {
		p := &loaded(t).Platforms[i]
		for j := range p.Releases {
			r := &p.Releases[j]
			for _, phase := range p.PhasesOf(r) {
				if phase.Kind != v1alpha1.Extended {
					continue
				}
				seen[p.ID] = phase.Terms
				report := clusterOf("v" + r.Minor().String() + ".0").by(p.ID).on(phase.Until.Last().String()).evaluate(t)
				row := report.Rows[0]
				if row.Verdict != warning || report.Severity() != v1alpha1.SeverityWarning {
					t.Errorf("%s %s in %s support: %s, severity %d", p.ID, r.Version, phase.Name, row.Verdict, report.Severity())
				}
				if only := fmt.Sprintf(" only with %s support, which %s", phase.Name, phase.Terms); !strings.HasSuffix(row.Reason, only) {
					t.Errorf("%s %s: %q does not end in %q", p.ID, r.Version, row.Reason, only)
				}
			}
		}
	}
	if diff := cmp.Diff(map[string]string{
		"amazon-eks":               "costs extra",
		"azure-kubernetes-service": "needs the Premium tier and the LTS support plan",
		"google-kubernetes-engine": "needs the Extended release channel",
		"red-hat-openshift":        "needs Extended Update Support",
	}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestSupportThatEndsSoon(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		want    v1alpha1.Verdict
	}{
		"without a period nothing ends soon":                 {clusterOf("v1.35.10").on("2027-02-28"), ok},
		"a period of no days is none":                        {clusterOf("v1.35.10").on("2027-02-28").within("0d"), ok},
		"one day more than the period":                       {clusterOf("v1.35.10").within("99d"), ok},
		"the end of life counts, not that of standard":       {clusterOf("v1.35.10").within("38d"), ok},
		"the last day of the period":                         {clusterOf("v1.35.10").within("100d"), warning},
		"inside the period":                                  {clusterOf("v1.35.10").within("1y"), warning},
		"ninety days, a day outside":                         {clusterOf("v1.35.10").on("2026-11-29").within("90d"), ok},
		"ninety days, the day":                               {clusterOf("v1.35.10").on("2026-11-30").within("90d"), warning},
		"three months, a day outside":                        {clusterOf("v1.35.10").on("2026-11-27").within("3mo"), ok},
		"three months, the day":                              {clusterOf("v1.35.10").on("2026-11-28").within("3mo"), warning},
		"three months, which are more than ninety days":      {clusterOf("v1.35.10").on("2026-11-29").within("3mo"), warning},
		"what comes after free support does not lengthen it": {clusterOf("v1.34.1-eks-a737599").within("12d"), warning},
		"free support of a platform, a day outside":          {clusterOf("v1.34.1-eks-a737599").within("11d"), ok},
		"maintenance is free":                                {clusterOf("v1.34.3").by("red-hat-openshift").within("255d"), ok},
		"and ends":                                           {clusterOf("v1.34.3").by("red-hat-openshift").within("256d"), warning},
		"a month that ends on its last day, a day outside":   {clusterOf("v1.26.3-aliyun.1").on("2025-04-20").within("9d"), ok},
		"a month that ends on its last day, the day":         {clusterOf("v1.26.3-aliyun.1").on("2025-04-20").within("10d"), warning},
		"the last day of all":                                {clusterOf("v1.35.10").on("2027-02-28").within("1d"), warning},
		"past the end it is graver than soon":                {clusterOf("v1.35.10").on("2027-03-01").within("1d"), unsupported},
	} {
		t.Run(name, func(t *testing.T) {
			row := tc.cluster.controlPlaneRow(t)
			says := strings.Contains(row.Reason, ", which is within "+tc.cluster.endsWithin)
			if row.Verdict != tc.want || says != (tc.want == warning) {
				t.Errorf("got %s, want %s: %s", row.Verdict, tc.want, row.Reason)
			}
		})
	}
}

func TestWhatEndsSoonIsSaidBehindTheDates(t *testing.T) {
	row := clusterOf("v1.35.10").within("100d").controlPlaneRow(t)
	want := "Kubernetes 1.35 is in standard support until 2026-12-28 (38 days left), then in maintenance support until 2027-02-28, which is within 100d"
	if row.Reason != want {
		t.Errorf("got  %s\nwant %s", row.Reason, want)
	}
}

// inWords is a patch such as "upstream 1.36.6 of ~2026-10-28, 2 behind, then 1.36.7".
func inWords(p *v1alpha1.PatchStanding) string {
	if p == nil {
		return "none"
	}
	words := fmt.Sprintf("%s %s of %s, %d behind", p.Calendar, p.Latest, p.Date, p.Behind)
	if p.Next != "" {
		words += strings.TrimSpace(fmt.Sprintf(", then %s %s", p.Next, p.NextDate))
	}
	return words
}

func TestPatches(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		want    string
	}{
		"behind, with the next one by its version, for no date is published": {clusterOf("v1.36.4"), "upstream 1.36.6 of ~2026-10-28, 2 behind, then 1.36.7"},
		"the latest":                                       {clusterOf("v1.36.6"), "upstream 1.36.6 of ~2026-10-28, 0 behind, then 1.36.7"},
		"the first":                                        {clusterOf("v1.35.0"), "upstream 1.35.10 of ~2026-10-28, 10 behind, then 1.35.11"},
		"newer than the latest known":                      {clusterOf("v1.36.9"), "upstream 1.36.6 of ~2026-10-28, 0 behind"},
		"past its end nothing is next":                     {clusterOf("v1.34.1"), "upstream 1.34.13 of ~2026-10-28, 12 behind"},
		"on a past day, announced but not tagged":          {clusterOf("v1.36.2").on("2026-08-19"), "upstream 1.36.3 of 2026-07-22, 1 behind"},
		"on a past day, the day of the tag":                {clusterOf("v1.36.2").on("2026-08-20"), "upstream 1.36.4 of 2026-08-20, 2 behind"},
		"on a past day, tagged but not announced":          {clusterOf("v1.36.0").on("2026-05-12"), "upstream 1.36.0 of 2026-04-22, 0 behind"},
		"on a past day, the day of the page":               {clusterOf("v1.36.0").on("2026-05-13"), "upstream 1.36.1 of 2026-05-13, 1 behind"},
		"the day before the catalog's, nothing is next":    {clusterOf("v1.36.6").on("2026-11-19"), "upstream 1.36.6 of ~2026-10-28, 0 behind"},
		"on a day to come":                                 {clusterOf("v1.36.6").on("2027-05-01"), "upstream 1.36.6 of ~2026-10-28, 0 behind, then 1.36.7"},
		"before the first":                                 {clusterOf("v1.37.0").on("2026-08-25"), "none"},
		"the final patch, before it came":                  {clusterOf("v1.26.14").on("2024-03-13"), "none"},
		"the final patch, after the end of life":           {clusterOf("v1.26.14").on("2024-03-20"), "upstream 1.26.15 of 2024-03-14, 1 behind"},
		"an end of life without a day for its patch":       {clusterOf("v1.15.0"), "upstream 1.15.12 of , 12 behind"},
		"no patch in the version":                          {clusterOf("v1.31+"), "none"},
		"no calendar has the minor":                        {clusterOf("v1.39.0"), "none"},
		"GKE has numbers of its own":                       {clusterOf("v1.34.8-gke.1655001"), "google-kubernetes-engine 1.34.9-gke.1655001 of 2026-08-20, 1 behind"},
		"GKE rebuilds do not count":                        {clusterOf("v1.34.9-gke.1000000"), "google-kubernetes-engine 1.34.9-gke.1655001 of 2026-08-20, 0 behind"},
		"GKE, before its latest known one":                 {clusterOf("v1.34.8-gke.1655001").on("2026-08-19"), "upstream 1.34.10 of 2026-07-22, 2 behind"},
		"RKE2 has numbers of its own":                      {clusterOf("v1.36.1+rke2r1"), "rke2 v1.36.3+rke2r1 of 2026-08-04, 2 behind"},
		"ACK, without a day":                               {clusterOf("v1.35.1-aliyun.1"), "alibaba-ack 1.35.2-aliyun.1 of , 1 behind"},
		"ACK, where its own is not known":                  {clusterOf("v1.34.3-aliyun.1"), "upstream 1.34.13 of ~2026-10-28, 10 behind"},
		"EKS numbers its builds another way":               {clusterOf("v1.34.1-eks-a737599"), "upstream 1.34.13 of ~2026-10-28, 12 behind"},
		"OpenShift numbers its patches another way":        {clusterOf("v1.31.9").by("red-hat-openshift"), "upstream 1.31.14 of 2025-11-12, 5 behind"},
		"AKS publishes none":                               {clusterOf("v1.34.7").by("azure-kubernetes-service"), "upstream 1.34.13 of ~2026-10-28, 6 behind"},
		"k3s has none in the catalog":                      {clusterOf("v1.36.4+k3s1"), "upstream 1.36.6 of ~2026-10-28, 2 behind, then 1.36.7"},
		"a platform's unknown minor, which upstream knows": {clusterOf("v1.37.0-eks-abc"), "upstream 1.37.2 of 2026-10-27, 2 behind, then 1.37.3"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := inWords(tc.cluster.controlPlaneRow(t).Patch); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

// Past its end, the platform's own date and upstream's are both told.
func TestUpstreamStandsBesideAPlatform(t *testing.T) {
	row := clusterOf("v1.33.5-eks-113cf36").controlPlaneRow(t)
	if row.Upstream == nil {
		t.Fatal("upstream's own standing is missing")
	}
	got := []string{row.Standing.Calendar, row.Standing.Until.String(), row.Upstream.Calendar, string(row.Upstream.Stage), row.Upstream.Until.String(), fmt.Sprint(left(t, *row.Upstream))}
	if diff := cmp.Diff([]string{"amazon-eks", "2027-07-29", "upstream", "end of life", "2026-06-28", "-145"}, got); diff != "" {
		t.Error(diff)
	}
	for _, c := range []cluster{clusterOf("v1.36.4"), clusterOf("v1.36.1+rke2r1"), clusterOf("v1.36.4").by("alauda-acp")} {
		if row := c.controlPlaneRow(t); row.Upstream != nil || row.Standing.Calendar != catalog.Upstream {
			t.Errorf("%s: judged by %s, beside %+v", row.Version, row.Standing.Calendar, row.Upstream)
		}
	}
}

func TestARowNamesItsReleaseItsPhasesAndTheirSources(t *testing.T) {
	standing := clusterOf("v1.31.9").by("red-hat-openshift").controlPlaneRow(t).Standing
	var phases []string
	for _, p := range standing.Phases {
		phases = append(phases, fmt.Sprintf("%s (%s) %s until %s", p.Name, p.Kind, p.Terms, p.Until))
	}
	if diff := cmp.Diff([]string{
		"full (standard)  until 2025-09-17",
		"maintenance (maintenance)  until 2026-08-25",
		"EUS 1 (extended) needs Extended Update Support until 2027-02-25",
		"EUS 2 (extended) needs Extended Update Support until ~2028-02-25",
	}, phases); diff != "" {
		t.Error(diff)
	}
	if standing.Release != minor(t, "4.18") || len(standing.Sources) == 0 || standing.Sources[0] != "https://endoflife.date/red-hat-openshift" {
		t.Errorf("release %s by %v", standing.Release, standing.Sources)
	}
}

// A platform of one's own may know less than those of the catalog.
func TestAPlatformWithoutDates(t *testing.T) {
	own := catalog.Platform{
		ID: "own", Name: "Own Kubernetes", AsOf: day(t, "2026-11-01"), Sources: []string{"https://own.example"},
		Releases: []catalog.Release{{Version: minor(t, "1.36"), Latest: &catalog.Patch{Version: "1.36.5"}, Sources: []string{"https://own.example/1.36"}}},
	}
	bare := own
	bare.Releases = nil
	for name, tc := range map[string]struct {
		platform catalog.Platform
		running  string
		reason   string
		patch    string
	}{
		"a release without ends": {own, "v1.36.4",
			"the catalog knows no end dates of Own Kubernetes 1.36", "own 1.36.5 of , 1 behind"},
		"no releases at all": {bare, "v1.36.4",
			"the catalog's calendar of Own Kubernetes (as of 2026-11-01) has no Kubernetes 1.36", "upstream 1.36.6 of ~2026-10-28, 2 behind, then 1.36.7"},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Evaluate(clusterOf(tc.running).Snapshot, loaded(t), Options{At: day(t, today), Platform: &tc.platform})
			if err != nil {
				t.Fatal(err)
			}
			row := report.Rows[0]
			got := []any{row.Verdict, string(row.Standing.Stage), row.Reason, row.Advice, inWords(row.Patch), report.Complete(), row.Upstream.Until.String()}
			if diff := cmp.Diff([]any{unknown, "unknown", tc.reason, "", tc.patch, false, "2027-04-28"}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	list := Releases(loaded(t), Query{At: day(t, today), Platforms: []*catalog.Platform{&own, &bare}})
	if r := list.Platforms[0].Releases[0]; phaseOr(r.Phase, r.Stage) != "unknown" || r.DaysLeft != nil || r.Latest != "1.36.5" || r.Notes != nil {
		t.Errorf("%+v", r)
	}
	if n := len(list.Platforms); n != 1 {
		t.Errorf("%d platforms, one of which has nothing to list", n)
	}
}
