package support

import (
	"testing"

	"github.com/kubectl-versions/kubectl-versions/pkg/catalog"
)

func TestAdvice(t *testing.T) {
	const anotherCatalog = "the catalog (as of 2026-11-20) knows no newer minor of Kubernetes that is supported: see whether kubectl versions catalog update brings one"
	for name, tc := range map[string]struct {
		cluster cluster
		want    string
	}{
		"the newest patch of the newest minor may stay": {clusterOf("v1.37.2"), ""},
		"a patch behind":     {clusterOf("v1.37.1"), "update to 1.37.2, 1 patch newer (of 2026-10-27)"},
		"two patches behind": {clusterOf("v1.37.0"), "update to 1.37.2, 2 patches newer (of 2026-10-27)"},
		"an older minor that is supported stays, but for its patch": {
			clusterOf("v1.35.9"), "update to 1.35.10, 1 patch newer (of ~2026-10-28)"},
		"a version without a patch": {clusterOf("v1.37+"), ""},
		"a patch of RKE2":           {clusterOf("v1.36.1+rke2r1"), "update to v1.36.3+rke2r1, 2 patches newer (of 2026-08-04)"},
		"a patch of GKE":            {clusterOf("v1.36.1-gke.1000000"), "update to 1.36.3-gke.1640000, 2 patches newer (of 2026-08-20)"},
		"a patch of ACK, without a day": {
			clusterOf("v1.35.1-aliyun.1"), "update to 1.35.2-aliyun.1, 1 patch newer"},
		"EKS patches the control plane by itself, and upstream's numbers are no advice": {
			clusterOf("v1.35.1-eks-a737599"), ""},
		"nor are they for OpenShift": {clusterOf("v1.35.1").by("red-hat-openshift"), ""},
		"past its end, a minor behind": {
			clusterOf("v1.34.13"), "upgrade to 1.35 (supported until 2027-02-28), or on to 1.37 (supported until 2027-10-28)"},
		"past its end, two minors behind": {
			clusterOf("v1.33.13"), "upgrade to 1.35 (supported until 2027-02-28), or on to 1.37 (supported until 2027-10-28), one minor at a time"},
		"where nothing is known of skipping minors nothing is said": {
			clusterOf("v1.33.5-gke.1080000"), "upgrade to 1.35 (supported until 2027-04-11), or on to 1.36 (supported until 2027-08-09)"},
		"older than the calendar": {
			clusterOf("v1.17.17-eks-087e67"), "upgrade to 1.35 (supported until 2027-03-27), or on to 1.36 (supported until 2027-08-02), one minor at a time"},
		"in extended support": {
			clusterOf("v1.33.5-eks-113cf36"), "upgrade to 1.35 (supported until 2027-03-27), or on to 1.36 (supported until 2027-08-02), one minor at a time"},
		"a minor that ends the day after the period will do": {
			clusterOf("v1.33.5-eks-113cf36").within("126d"), "upgrade to 1.35 (supported until 2027-03-27), or on to 1.36 (supported until 2027-08-02), one minor at a time"},
		"and one that ends with it will not": {
			clusterOf("v1.33.5-eks-113cf36").within("127d"), "upgrade to 1.36 (supported until 2027-08-02), one minor at a time"},
		"a minor that lasts ninety days will do": {
			clusterOf("v1.33.5-eks-113cf36").on("2026-09-03"), "upgrade to 1.34 (supported until 2026-12-02), or on to 1.36 (supported until 2027-08-02)"},
		"and with a day less it will not, where there is another": {
			clusterOf("v1.33.5-eks-113cf36").on("2026-09-04"), "upgrade to 1.35 (supported until 2027-03-27), or on to 1.36 (supported until 2027-08-02), one minor at a time"},
		"but it will where there is none": {
			clusterOf("v1.36.6").on("2027-10-20"), "upgrade to 1.37 (supported until 2027-10-28)"},
		"it ends soon, and one minor lasts longer": {
			clusterOf("v1.36.6").within("300d"), "upgrade to 1.37 (supported until 2027-10-28)"},
		"it ends soon, and none lasts longer": {clusterOf("v1.37.2").within("1y"), anotherCatalog},
		"past the end of all":                 {clusterOf("v1.37.2").on("2027-10-29"), anotherCatalog},
		"what is planned is no way out": {
			clusterOf("v1.33.4").by("azure-kubernetes-service"), "upgrade to 1.35 (supported until 2027-03-31), or on to 1.36 (supported until 2027-06-30), one minor at a time"},
		"nor what comes out a day later": {
			clusterOf("v1.33.1").on("2026-08-25"), "upgrade to 1.35 (supported until 2027-02-28), or on to 1.36 (supported until 2027-06-28), one minor at a time"},
		"but on that day it is": {
			clusterOf("v1.33.1").on("2026-08-26"), "upgrade to 1.35 (supported until 2027-02-28), or on to 1.37 (supported until 2027-10-28), one minor at a time"},
		"OpenShift goes by its own numbers": {
			clusterOf("v1.31.9").by("red-hat-openshift"), "upgrade to 4.20 (supported until 2027-04-21), or on to 4.22 (supported until ~2027-12-31), one minor at a time"},
		"RKE2 goes by upstream's dates, and by its own rule": {
			clusterOf("v1.33.1+rke2r1").on("2026-08-25"), "upgrade to 1.35 (supported until 2027-02-28), or on to 1.36 (supported until 2027-06-28), one minor at a time"},
		"nothing is advised on what is not known": {clusterOf("v1.39.0"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			row := tc.cluster.controlPlaneRow(t)
			if row.Advice != tc.want {
				t.Errorf("%s\ngot  %s\nwant %s", row.Reason, row.Advice, tc.want)
			}
		})
	}
}

func TestAdviceOnNodes(t *testing.T) {
	for name, tc := range map[string]struct {
		cluster cluster
		kubelet string
		want    string
	}{
		"they lag behind a control plane that ends soon": {
			clusterOf("v1.34.1-eks-a737599").nodes("v1.33.5-eks-113cf36", "a"), "v1.33.5-eks-113cf36",
			"upgrade this node to the control plane's 1.34, then follow it"},
		"however far": {
			clusterOf("v1.37.2").nodes("v1.30.14", "a"), "v1.30.14",
			"upgrade this node to the control plane's 1.37"},
		"they lag behind OpenShift's, which is named by its Kubernetes minor": {
			clusterOf("v1.35.1").by("red-hat-openshift").nodes("v1.31.9", "a"), "v1.31.9",
			"upgrade this node to the control plane's 1.35"},
		"they lag behind one that is in extended support itself": {
			clusterOf("v1.33.5-eks-113cf36").nodes("v1.32.3-eks-473151a", "a"), "v1.32.3-eks-473151a",
			"upgrade this node to the control plane's 1.33, then follow it"},
		"they lag behind one that ends within the period": {
			clusterOf("v1.35.10").within("100d").nodes("v1.34.13", "a"), "v1.34.13",
			"upgrade this node to the control plane's 1.35, then follow it"},
		"they lag behind one that no calendar has": {
			clusterOf("v1.39.0").nodes("v1.34.13", "a"), "v1.34.13",
			"upgrade this node to the control plane's 1.39"},
		"they are at the control plane's minor": {
			clusterOf("v1.34.13").nodes("v1.34.1", "a"), "v1.34.1",
			"upgrade the control plane first, then this node"},
		"they are newer than a control plane that is supported for longer": {
			clusterOf("v1.30.7-aliyun.1").on("2026-01-15").nodes("v1.31.1-aliyun.1", "a"), "v1.31.1-aliyun.1",
			"upgrade the control plane first, then this node"},
		"they lag, and are supported": {
			clusterOf("v1.37.2").nodes("v1.36.5", "a"), "v1.36.5",
			"update to 1.36.6, 1 patch newer (of ~2026-10-28)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := theRow(t, tc.cluster.evaluate(t), nodes, tc.kubelet).Advice; got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestAPlatformThatMaySkipMinorsIsNotToldToMoveOneAtATime(t *testing.T) {
	skipping := *platform(t, "amazon-eks")
	skipping.Upgrades.SkipMinor = &catalog.Permission{Allowed: true, Source: "test"}
	report, err := Evaluate(clusterOf("v1.33.5-eks-113cf36").Snapshot, loaded(t), Options{At: day(t, today), Platform: &skipping})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := report.Rows[0].Advice, "upgrade to 1.35 (supported until 2027-03-27), or on to 1.36 (supported until 2027-08-02)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
